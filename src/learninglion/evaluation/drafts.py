"""How good drafts are: supported, cited, complete, of today, and nothing answered that is not there.

Every question is put twice to the archive: once with what holds its answer in it, once without; a question
that nothing answers is put once. The measures of citations are those of ALCE (recall: the citations together
support the sentence; precision: no citation is idle), with the project's own checker as judge of support.

How true drafts are for people is told by real sets, look-alikes and the archive's own wording. Every figure
comes from the same road as the product's: search, the machine's choice, the draft, the check. Judgments say
of the passages that were read whether they answer (`yes`), are related (`part`) or not (`no`); a green draft
that cites none that answers is misleading.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum, auto
from pathlib import Path
from statistics import fmean, median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from learninglion.checking.verify import check
from learninglion.drafting import extractive, relevance
from learninglion.drafting.line import MOST_NEWER, SIGNALS, Line, LineWeights
from learninglion.drafting.quotation import units_of
from learninglion.drafting.selection import choose_automatically
from learninglion.drafting.style import FEWEST_WORDS, MOST_WORDS, read_style
from learninglion.drafting.verdict import question_parts, verify
from learninglion.evaluation.measures import wilson
from learninglion.evaluation.relevance import (
    LOOK_ALIKE_CASES,
    POSITION_CASES,
    RELEVANCE_CASES,
    area,
    case_lines,
    make_source,
)
from learninglion.evaluation.testset import (
    DraftQuestion,
    DraftTrial,
    LabelledPair,
    folds,
    pair_entries,
    read_rows,
)
from learninglion.inference.encoders import Encoder, NanoEncoder, VectorCache
from learninglion.models import (
    AnswerVerdict,
    Citation,
    Entry,
    Hit,
    Selection,
    Source,
    Span,
    Statement,
    StatementVerdict,
    SubQuestion,
    Verification,
)
from learninglion.models.plain import canonical_json
from learninglion.search.local import Index
from learninglion.search.search import search, search_set
from learninglion.store.store import MemoryReader

_OFFERED = 10
_SURENESSES = (0.3, 0.4, 0.5, 0.55, 0.6, 0.7, 0.8, 0.9)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one question, with what answers it in the archive (`present`) or without."""

    id: str
    present: bool
    verification: Verification
    seconds: float  # drafting and checking, without the search
    repeated: bool  # a second run gave the same draft, byte for byte
    holds: frozenset[str]  # ids of the sources that hold the answer


@dataclass(frozen=True, slots=True)
class DraftReport:
    """The measures over all outcomes; shares between 0 and 1."""

    questions: int
    refused_present: float  # false refusals: the answer was there
    refused_absent: float  # right refusals: the answer was taken out, or never there
    partial_present: float  # the answer was there, and something was named missing
    found_present: float  # a source that holds the answer was among the chosen ones
    rests_present: float  # of those answered: the draft rests on a source that holds the answer
    faithful: float  # drafted statements that the checker supports
    citation_recall: float
    citation_precision: float
    aspect_coverage: float  # of the answered questions: parts that were answered
    consistent: float
    words_median: float
    within_length: float  # of the answered questions: 50 to 250 words
    reading_ease: float
    seconds_median: float
    seconds_most: float


@dataclass(frozen=True, slots=True)
class RefusalPoint:
    """What was refused at one value of `sure`, in one half of the questions (0 or 1)."""

    sure: float
    half: int
    refused_present: float  # false refusals
    refused_absent: float  # right refusals


def evaluate_drafts(
    trial: DraftTrial,
    *,
    threshold: float | None = None,
    encoder: Encoder | None = None,
    cache: Path | None = None,
    limit: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[DraftReport, tuple[Outcome, ...]]:
    """Drafts for the questions of `trial` (at most `limit`), with what holds the answer and without it.

    A question that nothing answers is asked once, as one without its answer. `threshold` is that of the
    search for choosing by machine (None: the built-in one).
    """
    outcomes: list[Outcome] = []
    selected = _select(
        trial, threshold=threshold, encoder=encoder, cache=cache, limit=limit, progress=progress
    )
    for question, selections in selected:
        outcomes.extend(_outcome(question, present, chosen) for present, chosen in selections)
    return _summarise(outcomes), tuple(outcomes)


def refusal_curve(
    trial: DraftTrial,
    *,
    surenesses: Sequence[float] = _SURENESSES,
    encoder: Encoder | None = None,
    cache: Path | None = None,
    limit: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[RefusalPoint, ...]:
    """What the extractive drafter refuses for each value of `sure`, rightly and wrongly; searched once.

    The refusals of a part of the questions, by a hash of their group or id, are given apart as `half`:
    choose on one half and read the other.
    """
    counted: dict[tuple[float, int, bool], list[bool]] = {}
    halves = dict(
        zip(
            (a.id for a in trial.questions), folds([a.group or a.id for a in trial.questions], 2), strict=True
        )
    )
    for question, selections in _select(trial, encoder=encoder, cache=cache, limit=limit, progress=progress):
        for present, chosen in selections:
            for sure in surenesses:
                made = extractive.draft(chosen, sure=sure)
                refused = made.verdict is AnswerVerdict.UNANSWERABLE
                counted.setdefault((sure, halves[question.id], present), []).append(refused)

    def share(sure: float, half: int, present: bool) -> float:
        return _mean(counted.get((sure, half, present), []))

    return tuple(
        RefusalPoint(sure, half, share(sure, half, True), share(sure, half, False))
        for sure in surenesses
        for half in (0, 1)
    )


_Selections = tuple[tuple[bool, Selection], ...]


def _select(
    trial: DraftTrial,
    *,
    threshold: float | None = None,
    encoder: Encoder | None,
    cache: Path | None,
    limit: int | None,
    progress: Callable[[int, int], None] | None,
) -> Iterator[tuple[DraftQuestion, _Selections]]:
    """Each question with the machine's choices: with what holds its answer in the archive, and without."""
    with tempfile.TemporaryDirectory(prefix="learninglion-") as temporary:
        place = Path(temporary)
        index = Index(place / "index", encoder or NanoEncoder(), VectorCache(cache or place / "vectors.db"))
        reader = MemoryReader(trial.entries, store_id=trial.sha256)
        index.update(reader)
        bar = index.snapshot().fusion.threshold if threshold is None else threshold
        questions = trial.questions[:limit]
        for at, one in enumerate(questions, start=1):
            question = SubQuestion((1,), one.text)
            hits = search(index, reader, question, one.introduction, limit=_OFFERED + len(one.holds))
            without = tuple(h for h in hits if h.source.id not in one.holds)
            ways = ((True, hits), (False, without)) if one.holds else ((False, hits),)
            yield (
                one,
                tuple(
                    (present, choose_automatically(question, one.introduction, offered[:_OFFERED], bar))
                    for present, offered in ways
                ),
            )
            if progress is not None:
                progress(at, len(questions))


def _outcome(question: DraftQuestion, present: bool, selection: Selection) -> Outcome:
    began = time.perf_counter()
    made = extractive.draft(selection)
    verified = verify(made)
    seconds = time.perf_counter() - began
    again = extractive.draft(selection)
    same = canonical_json(again) == canonical_json(made)
    return Outcome(question.id, present, verified, seconds, same, question.holds)


def _summarise(outcomes: Sequence[Outcome]) -> DraftReport:
    """The measures over these outcomes; a share of nothing is 0."""
    there = [o for o in outcomes if o.present]
    gone = [o for o in outcomes if not o.present]
    answered = [o for o in outcomes if _answered(o)]
    drafted = [c for o in answered for c in o.verification.checks]
    scores = [
        citation_scores(c.statement, o.verification.draft.selection)
        for o in answered
        for c in o.verification.shown
    ]
    styles = [read_style(" ".join(c.statement.text for c in o.verification.shown)) for o in answered]
    return DraftReport(
        questions=len({o.id for o in outcomes}),
        refused_present=_mean([not _answered(o) for o in there]),
        refused_absent=_mean([not _answered(o) for o in gone]),
        partial_present=_mean([o.verification.verdict is AnswerVerdict.PARTIAL for o in there]),
        found_present=_mean([_was_chosen(o) for o in there]),
        rests_present=_mean([_rests(o) for o in there if _answered(o)]),
        faithful=_mean([c.verdict is StatementVerdict.SUPPORTED for c in drafted]),
        citation_recall=_mean([recall for recall, _ in scores]),
        citation_precision=_mean([precision for _, precision in scores]),
        aspect_coverage=_mean([_coverage(o) for o in answered]),
        consistent=_mean([o.repeated for o in outcomes]),
        words_median=float(median([s.words for s in styles] or [0])),
        within_length=_mean([FEWEST_WORDS <= s.words <= MOST_WORDS for s in styles]),
        reading_ease=_mean([s.flesch_douma for s in styles if s.flesch_douma is not None]),
        seconds_median=float(median([o.seconds for o in outcomes] or [0.0])),
        seconds_most=max((o.seconds for o in outcomes), default=0.0),
    )


def citation_scores(statement: Statement, selection: Selection) -> tuple[float, float]:
    """ALCE's citation recall (0 or 1) and precision (share of citations that are not idle) of a statement.

    A citation is idle when it does not support the statement by itself and the others do without it.
    """
    if not statement.citations or not _supports(statement, selection):
        return 0.0, 0.0
    useful = 0
    for at, citation in enumerate(statement.citations):
        others = statement.citations[:at] + statement.citations[at + 1 :]
        alone = _supports(replace(statement, citations=(citation,)), selection)
        useful += alone or not others or not _supports(replace(statement, citations=others), selection)
    return 1.0, useful / len(statement.citations)


def _supports(statement: Statement, selection: Selection) -> bool:
    return check(statement, selection.chosen).verdict is StatementVerdict.SUPPORTED


def _answered(outcome: Outcome) -> bool:
    return outcome.verification.verdict is not AnswerVerdict.UNANSWERABLE


def _was_chosen(outcome: Outcome) -> bool:
    return any(s.id in outcome.holds for s in outcome.verification.draft.selection.chosen)


def _rests(outcome: Outcome) -> bool:
    cited = (c.source_id for check in outcome.verification.shown for c in check.statement.citations)
    return any(source_id in outcome.holds for source_id in cited)


def _coverage(outcome: Outcome) -> float:
    parts = len(question_parts(outcome.verification.draft.selection))
    return 1 - len(outcome.verification.missing) / parts if parts else 1.0


def _mean(values: Sequence[float]) -> float:
    return fmean(values) if values else 0.0


Progress = Callable[[int, int], None]


def _unheard(_done: int, _total: int) -> None:
    """For callers that only want the result."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A share with its interval (Wilson, 95%), and the worst cases to read."""

    name: str
    count: int
    of: int
    cases: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """The share (0..1); 0 of nothing is 0."""
        return self.count / self.of if self.of else 0.0

    @property
    def bounds(self) -> tuple[float, float]:
        """Where the true share lies with 95% certainty."""
        return wilson(self.count, self.of)


@dataclass(frozen=True, slots=True)
class Judgment:
    """One sub-question of a set, and what reading said of the passages: "yes", "part" or "no"."""

    set: str
    numbers: tuple[int, ...]
    kind: str
    labels: Mapping[tuple[str, tuple[int, ...]], str]  # by document (or pair) and numbers
    question: str = ""  # with its introduction, where the set is nowhere else
    introduction: str = ""

    def label(self, document: str, numbers: Sequence[int]) -> str:
        """What reading said of this passage; "?" where nobody read it."""
        for (known, of), label in self.labels.items():
            if known == document and (not of or set(of) & set(numbers)):
                return label
        return "?"


def read_judgments(path: Path, names: Mapping[str, str]) -> tuple[Judgment, ...]:
    """The judgments of a JSON Lines file; `names` gives the document id of a file name.

    Raises UnreadableFileError that names the line.
    """

    def judgment(row: Mapping[str, Any], _number: int) -> Judgment:
        labels = {
            (
                str(p.get("pair") or names.get(p["document"], p["document"])),
                tuple(p.get("numbers") or ()),
            ): str(p["label"])
            for p in row["passages"]
        }
        texts = (str(row.get("question", "")), str(row.get("introduction", "")))
        return Judgment(str(row["set"]), tuple(row["numbers"]), str(row["kind"]), labels, *texts)

    return read_rows(path, judgment, "is geen oordeel")


def judged_sets(judgments: Sequence[Judgment]) -> dict[str, tuple[str, tuple[SubQuestion, ...]]]:
    """The sets that were judged, as the judgments tell them: the introduction and the questions of each."""
    sets: dict[str, tuple[str, tuple[SubQuestion, ...]]] = {}
    for judgment in judgments:
        introduction, questions = sets.get(judgment.set, (judgment.introduction, ()))
        question = SubQuestion(judgment.numbers, judgment.question)
        sets[judgment.set] = (introduction, (*questions, question))
    return sets


class Archive:
    """An archive in memory with the road from a question to a checked draft.

    `writer` makes the draft; without it sentences are copied, and held against what is newer in the archive.
    """

    def __init__(
        self,
        entries: Iterable[Entry],
        *,
        cache: Path | None = None,
        writer: Callable[[Selection], Verification] | None = None,
    ) -> None:
        self._writer = writer or self._copied
        self._entries = {entry[0].id: entry for entry in entries}
        self._place = tempfile.TemporaryDirectory(prefix="learninglion-")
        place = Path(self._place.name)
        self._index = Index(place / "index", NanoEncoder(), VectorCache(cache or place / "vectors.db"))
        self._reader = MemoryReader(self._entries.values())
        self._index.update(self._reader)

    def offer(self, questions: Sequence[SubQuestion], introduction: str = "") -> tuple[tuple[Hit, ...], ...]:
        """What search offers for each question."""
        return search_set(self._index, self._reader, questions, introduction, limit=_OFFERED)

    def draft(
        self,
        questions: Sequence[SubQuestion],
        introduction: str = "",
        changed: Callable[[int, Source], Source | None] = lambda _at, source: source,
    ) -> tuple[Verification, ...]:
        """Every question drafted and checked; `changed` may alter or take away (None) what was found."""
        offers = search_set(self._index, self._reader, questions, introduction, limit=_OFFERED)
        threshold = self._index.snapshot().fusion.threshold
        done = []
        for at, (question, hits) in enumerate(zip(questions, offers, strict=True)):
            altered = [(hit, changed(at, hit.source)) for hit in hits]
            offered = tuple(replace(hit, source=source) for hit, source in altered if source is not None)
            selection = choose_automatically(question, introduction, offered, threshold)
            done.append(self._writer(selection))
        return tuple(done)

    def _copied(self, selection: Selection) -> Verification:
        return verify(extractive.draft(selection, find_newer=self._find_newer))

    def _find_newer(self, question: str, answered: str, after: date) -> tuple[Hit, ...]:
        dates = ((source.document.id, source.document.date) for source, _ in self._entries.values())
        newer = frozenset(name for name, day in dates if day is not None and day > after)
        if not newer:
            return ()
        return search(self._index, self._reader, answered, meant=question, documents=newer, limit=MOST_NEWER)


def _first(verification: Verification) -> Citation | None:
    """What a reader sees first: the first citation of the draft, else of its material."""
    cited = [c for check in verification.shown for c in check.statement.citations]
    return next(iter((*cited, *verification.draft.material)), None)


def told_of(verification: Verification) -> str:
    """The question and how the draft begins, for a list of cases to read."""
    text = " ".join(c.statement.text for c in verification.shown)
    return f"{verification.draft.selection.question.text[:160]} -> {text[:200]}"


def _green(verification: Verification) -> bool:
    return verification.verdict is AnswerVerdict.ANSWERED


def evaluate_sets(
    archive: Archive,
    sets: Mapping[str, tuple[str, Sequence[SubQuestion]]],
    judgments: Sequence[Judgment],
    progress: Progress = _unheard,
) -> tuple[Bar, ...]:
    """The bars on real sets; `sets` has the introduction and the questions of each by name."""
    drafted: list[tuple[Judgment, Verification]] = []
    for at, (name, (introduction, questions)) in enumerate(sets.items()):
        made = {v.draft.selection.question.numbers: v for v in archive.draft(questions, introduction)}
        drafted += [(j, made[j.numbers]) for j in judgments if j.set == name and j.numbers in made]
        progress(at + 1, len(sets))

    def labels(judgment: Judgment, verification: Verification) -> set[str]:
        cited = (c for check in verification.shown for c in check.statement.citations)
        return {judgment.label(c.document, c.numbers) for c in cited}

    greens = [(j, v) for j, v in drafted if _green(v)]
    partial = [(j, v) for j, v in drafted if v.shown and not _green(v)]
    misled = [v for j, v in greens if "yes" not in labels(j, v)]
    off = [v for j, v in partial if not labels(j, v) & {"yes", "part"}]
    there = [(j, v) for j, v in drafted if "yes" in j.labels.values()]
    first = [(j, v, _first(v)) for j, v in there]
    formal = [(j, v) for j, v in drafted if j.kind in ("acquaintance", "procedural")]
    kinds = [v for j, v in drafted if _kind(v.draft.kind) != _kind(j.kind)]
    return (
        Bar("misleading among green", len(misled), len(greens), tuple(map(told_of, misled))),
        Bar("not even related among partial", len(off), len(partial), tuple(map(told_of, off))),
        Bar("drafted from it", sum("yes" in labels(j, v) for j, v in there), len(there)),
        Bar(
            "with it first",
            sum(j.label(c.document, c.numbers) == "yes" for j, _, c in first if c),
            len(there),
        ),
        Bar("acquaintance or procedural, drafted", sum(bool(v.shown) for _, v in formal), len(formal)),
        Bar("another kind than a reader gave", len(kinds), len(drafted), tuple(map(told_of, kinds))),
        Bar("silent where nothing answers", *_silent(drafted)),
    )


def _silent(drafted: Sequence[tuple[Judgment, Verification]]) -> tuple[int, int]:
    absent = [v for j, v in drafted if "yes" not in j.labels.values()]
    return sum(not v.shown for v in absent), len(absent)


def _kind(kind: str) -> str:
    return {"moment": "figure", "reason": "fact"}.get(kind, kind)


def evaluate_look_alikes(archive: Archive, path: Path, progress: Progress = _unheard) -> tuple[Bar, ...]:
    """The bars on questions in other words (`para`), on those that only look alike (`near`), and with the
    answering sentence (`key`) taken out of the archive."""
    rows = read_rows(path, lambda row, _number: dict(row), "is geen vraag")

    def questions_of(name: str) -> list[SubQuestion]:
        return [SubQuestion((1,), row[name]) for row in rows]

    def without(at: int, source: Source) -> Source | None:
        return _taken_out(source, rows[at]["key"]) if source.document.id == rows[at]["id"] else source

    para, near = archive.draft(questions_of("para")), archive.draft(questions_of("near"))
    progress(1, 2)
    removed = archive.draft(questions_of("para"), changed=without)
    progress(2, 2)

    def rests(row: Mapping[str, str], made: Verification) -> bool:
        return any(c.document == row["id"] for k in made.shown for c in k.statement.citations)

    first = [(row, _first(v)) for row, v in zip(rows, para, strict=True)]
    wrong = [v for row, v in zip(rows, para, strict=True) if v.shown and not rests(row, v)]
    return (
        Bar("in other words, drafted from it", sum(map(rests, rows, para)), len(rows)),
        Bar("in other words, green", sum(map(_green, para)), len(rows)),
        Bar("in other words, from another", len(wrong), len(rows), tuple(map(told_of, wrong))),
        Bar(
            "in other words, with it first",
            sum(bool(c and c.document == r["id"]) for r, c in first),
            len(rows),
        ),
        Bar("look-alike green", *_shown(near, _green)),
        Bar("look-alike drafted", *_shown(near, lambda v: bool(v.shown))),
        Bar("sentence taken out, green", *_shown(removed, _green)),
        Bar("sentence taken out, drafted", *_shown(removed, lambda v: bool(v.shown))),
    )


def _shown(
    made: Sequence[Verification], holds: Callable[[Verification], bool]
) -> tuple[int, int, tuple[str, ...]]:
    verifications = [v for v in made if holds(v)]
    return len(verifications), len(made), tuple(map(told_of, verifications))


def _taken_out(source: Source, key: str) -> Source | None:
    def plain(text: str) -> str:
        return "".join(c for c in text.casefold() if c.isalnum())

    texts = [u.text for u in units_of(source) if plain(key) not in plain(u.text)]
    body = " ".join(texts)
    return replace(source, body=body, body_span=Span(0, len(body))) if body else None


def evaluate_own_wording(
    archive: Archive, pairs: Sequence[LabelledPair], progress: Progress = _unheard
) -> tuple[Bar, ...]:
    """The archive's own questions asked again."""
    green = right = 0
    silent: list[Verification] = []
    for start in range(0, len(pairs), 50):
        part = pairs[start : start + 50]
        for pair, made in zip(
            part, archive.draft([SubQuestion((1,), p.question) for p in part]), strict=True
        ):
            green += _green(made)
            right += any(c.document == pair.id for k in made.shown for c in k.statement.citations)
            if not _green(made):
                silent.append(made)
        progress(min(start + 50, len(pairs)), len(pairs))
    return (
        Bar("own wording answered", green, len(pairs), tuple(map(told_of, silent))),
        Bar("own wording drafted from it", right, len(pairs)),
    )


# The line of today, measured and taught: pairs of an older and a newer answer about one thing; and answers
# to nearly the same question, where one thing differs.

Numbers = NDArray[np.float64]


def evaluate_positions(
    rows: Sequence[Mapping[str, Any]] | None = None,
    *,
    part: str = "",
    cache: Path | None = None,
) -> tuple[Bar, ...]:
    """Pairs of an older and a newer answer with a question: what is given as today's.

    Without `rows` the shipped pairs; `part`: only those ("train" or "kept").
    """
    outcomes = [
        r for r in (case_lines(POSITION_CASES) if rows is None else rows) if not part or r.get("part") == part
    ]
    archive = Archive(_position_entries(outcomes), cache=cache)
    made = archive.draft([SubQuestion((1,), str(row["ask"])) for row in outcomes])
    changed = [(row, v) for row, v in zip(outcomes, made, strict=True) if row["changed"]]
    same = [(row, v) for row, v in zip(outcomes, made, strict=True) if not row["changed"]]
    outdated = [v for _, v in changed if _gives_old(v)]
    right = [v for _, v in changed if _gives_new(v) and not _gives_old(v)]
    stays = [v for _, v in same if _cites(v, "-old")]
    wrong = [v for _, v in (*changed, *same) if v not in right and v not in stays]
    return (
        Bar("outdated given as today's", len(outdated), len(changed), tuple(map(told_of, outdated))),
        Bar("newer given", len(right), len(changed)),
        Bar("unchanged stays", len(stays), len(same)),
        Bar("unchanged, something newer put first", sum(map(_gives_new, (v for _, v in same))), len(same)),
        Bar("right", len(right) + len(stays), len(outcomes), tuple(map(told_of, wrong))),
    )


def evaluate_shipped_look_alikes(*, part: str = "", cache: Path | None = None) -> tuple[Bar, ...]:
    """Questions in nearly the words of one that was answered: what is given where one thing differs.

    `part`: only those cases ("train" or "kept").
    """
    cases = [case for case in case_lines(LOOK_ALIKE_CASES) if not part or case["part"] == part]
    pairs = [LabelledPair(c["id"], str(c["source_question"]), str(c["passage"])) for c in cases]
    questions = [question for case in cases for question in case["questions"]]
    archive = Archive(pair_entries(pairs), cache=cache)
    drafted = archive.draft([SubQuestion((1,), str(question["text"])) for question in questions])
    same, other = (
        [v for q, v in zip(questions, drafted, strict=True) if bool(q["answers"]) is answers]
        for answers in (True, False)
    )
    green = [v for v in other if v.verdict is AnswerVerdict.ANSWERED]
    return (
        Bar("another thing asked, green", len(green), len(other), tuple(map(told_of, green))),
        Bar("another thing asked, drafted", sum(bool(v.shown) for v in other), len(other)),
        Bar("the same asked, drafted", sum(bool(v.shown) for v in same), len(same)),
    )


def _cites(verification: Verification, side: str) -> list[str]:
    shown = verification.shown
    return [k.statement.text for k in shown if any(c.document.endswith(side) for c in k.statement.citations)]


def _gives_old(verification: Verification) -> bool:
    """Whether the older stands there as today's: not behind "Eerder, op ...", nor as its next quotation."""
    return any(not text.startswith(("Eerder", "“")) for text in _cites(verification, "-old"))


def _gives_new(verification: Verification) -> bool:
    return bool(_cites(verification, "-new"))


def _position_entries(rows: Sequence[Mapping[str, Any]]) -> list[Entry]:
    """Each answer as a document of its own, with its date and the subject of the pair as its title."""
    entries: list[Entry] = []
    for number, row in enumerate(rows):
        for side in ("old", "new"):
            text = row[side]
            pair = LabelledPair(f"p{number}-{side}", str(text["question"]), str(text["answer"]))
            for source, passages in pair_entries([pair]):
                card = replace(source.document, date=date.fromisoformat(str(text["date"])))
                entries.append((replace(source, document=card), passages))
    return entries


# --------------------------------------------------------------------------- learning


class _Beside(Enum):
    """What stands beside an older answer; of each sort all together teach as much."""

    CHANGE = auto()
    LOOKS_LIKE_ONE = auto()
    OF_ANOTHER_CASE = auto()
    FOUND = auto()  # in a real archive, where hardly anything is overtaken


@dataclass(frozen=True, slots=True)
class _Example:
    """A newer source beside an older answer, by its signals."""

    rows: NDArray[np.float32]  # shape (units, len(SIGNALS))
    beside: _Beside
    case: str = ""  # where no real archive taught it

    @property
    def follows(self) -> bool:
        """Whether it says how it is now."""
        return self.beside is _Beside.CHANGE


def train_line(
    pairs: Sequence[LabelledPair] = (), cache: Path | None = None
) -> tuple[LineWeights, dict[str, object], dict[str, float]]:
    """The weights that the cases teach, with their card (what is known of the cases kept aside) and bars.

    Beside the newer answer of its own each case has those newer ones and passages that look most like it.
    `pairs` of a real archive teach what real text that is found beside an answer looks like.
    """
    line = Line(relevance.built_in().meaning, LineWeights(np.zeros(len(SIGNALS), np.float32), 0.0))
    examples = [*_examples("train", line), *_strangers_found(pairs, line, cache)]
    weights = _fit_line(examples)
    aside = _examples("kept", line)
    chances: dict[_Beside, list[float]] = {beside: [] for beside in _Beside}
    for example in aside:
        chances[example.beside].append(float(weights.chance(example.rows).max()))
    card: dict[str, object] = {
        "examples": len(examples),
        "kept": len(aside),
        "kept_strangers": area(chances[_Beside.CHANGE], chances[_Beside.OF_ANOTHER_CASE]),
        "kept_unchanged": area(chances[_Beside.CHANGE], chances[_Beside.LOOKS_LIKE_ONE]),
    }
    return weights, card, _bars([e for e in examples if e.case], weights)


def _bars(examples: Sequence[_Example], weights: LineWeights) -> dict[str, float]:
    """What most changes reach: of their chance, and of how many times it is that of the best stranger."""
    chances: dict[str, tuple[list[float], list[float]]] = {}
    for example in examples:
        chosen, strange = chances.setdefault(example.case, ([], []))
        (chosen if example.follows else strange).append(float(weights.chance(example.rows).max()))
    followed = [chance for chosen, _ in chances.values() for chance in chosen]
    times = [chance / max(strange) for chosen, strange in chances.values() if strange for chance in chosen]
    follows, least, stands_out = (
        np.quantile(followed, 0.1),
        np.quantile(followed, 0.05),
        np.quantile(times, 0.1),
    )
    return {
        "follows": round(float(follows), 3),
        "least": round(float(least), 3),
        "stands_out": round(float(stands_out), 2),
    }


def write_line(weights: LineWeights, card: Mapping[str, object], bars: Mapping[str, float]) -> str:
    """The weights and bars as JSON, with their card; what `drafting.line` reads."""
    plain = dict(zip((*SIGNALS, "offset"), (*weights.slopes.tolist(), weights.offset), strict=True))
    rounded = {name: round(float(value), 5) for name, value in plain.items()}
    data = {"card": dict(card), "bars": dict(bars), "weights": rounded}
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _examples(part: str, line: Line) -> list[_Example]:
    cases = [case for case in case_lines(POSITION_CASES) if case["part"] == part]
    newer = [make_source(str(c["id"]), c["new"]["question"], c["new"]["answer"]) for c in cases]
    passages = [c for c in case_lines(RELEVANCE_CASES) if c["part"] == part]
    others = [make_source(str(c["id"]), str(c["source_question"]), str(c["passage"])) for c in passages]
    made: list[_Example] = []
    for case in cases:
        older = make_source(f"{case['id']}-old", case["old"]["question"], case["old"]["answer"])
        for follower in _beside(str(case["ask"]), older, [*newer, *others], line):
            changed, own = bool(case["changed"]), follower.pop(str(case["id"]), None)
            if own is not None:  # a newer answer that may not be quoted teaches nothing
                beside = _Beside.CHANGE if changed else _Beside.LOOKS_LIKE_ONE
                made.append(_Example(own, beside, str(case["id"])))
            alike = sorted(follower.values(), key=lambda rows: -_likeness(rows))
            made += [_Example(r, _Beside.OF_ANOTHER_CASE, str(case["id"])) for r in alike[:_STRANGERS]]
    return made


def _strangers_found(pairs: Sequence[LabelledPair], line: Line, cache: Path | None) -> list[_Example]:
    """What search finds beside the answers of real pairs: on the same subject, but hardly ever overtaking."""
    if not pairs:
        return []
    some = pairs[::_EVERY]
    archive = Archive(pair_entries(pairs), cache=cache)
    made: list[_Example] = []
    found_for = archive.offer([SubQuestion((1,), pair.question) for pair in some])
    for pair, hits in zip(some, found_for, strict=True):
        offered = [hit.source for hit in hits]
        own = next((s for s in offered if s.document.id == pair.id), None)
        others = [s for s in offered if s.document.id != pair.id][:_STRANGERS]
        for follower in _beside(pair.question, own, others, line) if own is not None else ():
            made += [_Example(rows, _Beside.FOUND) for rows in follower.values()]
    return made


def _beside(
    question: str, older: Source, newer: Sequence[Source], line: Line
) -> Iterator[dict[str, NDArray[np.float32]]]:
    """For every part of a question the signals of each newer source, by its id."""
    for row in relevance.built_in().judge(question, [older]):
        judged = row[0]
        if judged.best >= 0:
            rows = line.rows(judged.asking, older, judged.units[judged.best].text, newer)
            yield {s.id: r for s, r in zip(newer, rows, strict=True) if len(r)}


_STRANGERS = 6  # sources of other cases beside each
_EVERY = 5  # of real pairs


def _likeness(rows: NDArray[np.float32]) -> float:
    return float((rows[:, SIGNALS.index("met")] + rows[:, SIGNALS.index("cosine")]).max()) if len(rows) else 0


def _fit_line(examples: Sequence[_Example]) -> LineWeights:
    """Logistic regression on the sentence of each source that most seems to say it; no luck in it."""
    answers = np.array([e.follows for e in examples], float)
    many = Counter(e.beside for e in examples)
    counted = np.array([1 / many[e.beside] for e in examples])
    slopes = np.ones(len(SIGNALS))
    slopes[SIGNALS.index("absent")] = -1.0
    weights = LineWeights(slopes.astype(np.float32), 0.0)
    for _ in range(_ROUNDS):
        rows = np.array([e.rows[int(np.argmax(weights.chance(e.rows)))] for e in examples], float)
        weights = _regress(rows, answers, counted / counted.sum())
    return weights


_ROUNDS, _STEPS, _PENALTY = 5, 30, 0.01


def _regress(
    rows: NDArray[np.float64], answers: NDArray[np.float64], labels: NDArray[np.float64]
) -> LineWeights:
    """Newton's method on standardised signals; the offset is free of the penalty."""
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    placed = np.column_stack([(rows - mean) / scale, np.ones(len(rows))])
    penalty = np.full(placed.shape[1], _PENALTY)
    penalty[-1] = 1e-6
    numbers = np.zeros(placed.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-placed @ numbers))
        slope = placed.T @ (labels * (chance - answers)) + penalty * numbers
        bend = (placed * (labels * chance * (1 - chance))[:, None]).T @ placed + np.diag(penalty)
        numbers = numbers - np.linalg.solve(bend, slope)
    slopes = numbers[:-1] / scale
    return LineWeights(slopes.astype(np.float32), float(numbers[-1] - (slopes * mean).sum()))
