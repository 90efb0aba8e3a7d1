"""How good drafts are: supported, cited, complete, and nothing answered that is not there.

Every question is put twice to the archive: once with what holds its answer in it, once without; a question
that nothing answers is put once. The measures of citations are those of ALCE (recall: the citations together
support the sentence; precision: no citation is idle), with the project's own checker as judge of support.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean, median

from learninglion.checking.verify import check
from learninglion.drafting import extractive
from learninglion.drafting.selection import choose_automatically
from learninglion.drafting.style import FEWEST_WORDS, MOST_WORDS, read_style
from learninglion.drafting.verdict import question_parts, verify
from learninglion.evaluation.testset import DraftQuestion, DraftTrial, folds
from learninglion.inference.encoders import Encoder, NanoEncoder
from learninglion.inference.vectors import VectorCache
from learninglion.models import (
    AnswerVerdict,
    Selection,
    Statement,
    StatementVerdict,
    SubQuestion,
    Verification,
)
from learninglion.models.plain import canonical_json
from learninglion.search.local import Index
from learninglion.search.search import search
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
