"""How true drafts are for people: real sets, look-alikes, the archive's own wording.

Every figure comes from the same road as the product's: search, the machine's choice, the draft, the check.
Judgments say of the passages that were read whether they answer (`yes`), are related (`part`) or not (`no`);
a green draft that cites none that answers is misleading.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from learninglion.drafting import extractive
from learninglion.drafting.line import MOST_NEWER
from learninglion.drafting.quotation import units_of
from learninglion.drafting.selection import choose_automatically
from learninglion.drafting.verdict import verify
from learninglion.evaluation.measures import wilson
from learninglion.evaluation.testset import LabelledPair, read_rows
from learninglion.inference.encoders import NanoEncoder
from learninglion.inference.vectors import VectorCache
from learninglion.models import (
    AnswerVerdict,
    Citation,
    Entry,
    Hit,
    Selection,
    Source,
    Span,
    SubQuestion,
    Verification,
)
from learninglion.search.local import Index
from learninglion.search.search import search, search_set
from learninglion.store.store import MemoryReader

_OFFERED = 10
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
