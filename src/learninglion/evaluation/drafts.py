"""How good drafts are: supported, cited, complete, and nothing answered that is not there.

Every question is put twice to an archive of the pairs: once with its own answer in it, once without. The
measures of citations are those of ALCE (recall: the citations together support the sentence; precision: no
citation is idle), with the project's own checker as judge of support.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean, median

from learninglion.drafting import extractive
from learninglion.drafting.style import FEWEST_WORDS, MOST_WORDS, read_style
from learninglion.drafting.sufficiency import question_aspects
from learninglion.drafting.verify import check, verify
from learninglion.evaluation.testset import LabelledPair, answer_entries, data_hash, folds, pair_entries
from learninglion.models import (
    AnswerVerdict,
    Draft,
    Selection,
    Statement,
    StatementVerdict,
    SubQuestion,
    Verification,
)
from learninglion.retrieval.encoders import Encoder, NanoEncoder
from learninglion.retrieval.index import Index
from learninglion.retrieval.reader import MemoryReader
from learninglion.retrieval.search import search
from learninglion.retrieval.vectors import VectorCache
from learninglion.selection import choose_automatically
from learninglion.serial import canonical_json

__all__ = [
    "SURENESSES",
    "DraftReport",
    "Outcome",
    "RefusalPoint",
    "citation_scores",
    "evaluate_drafts",
    "refusal_curve",
    "summarise",
]

_OFFERED = 10
SURENESSES = (0.3, 0.4, 0.5, 0.55, 0.6, 0.7, 0.8, 0.9)
Write = Callable[[Selection], Draft]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one question, with its answer in the archive (`present`) or taken out."""

    id: str
    present: bool
    verification: Verification
    seconds: float  # drafting and checking, without the search
    repeated: bool  # a second run gave the same draft, byte for byte


@dataclass(frozen=True, slots=True)
class DraftReport:
    """The measures over all outcomes; shares between 0 and 1."""

    questions: int
    refused_present: float  # false refusals: the answer was there
    refused_absent: float  # right refusals: the answer was taken out
    partial_present: float  # the answer was there, and something was named missing
    found_present: float  # the right answer was among the chosen sources
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
    pairs: Sequence[LabelledPair],
    *,
    write: Write = extractive.draft,
    with_questions: bool = True,
    whole_documents: bool = False,
    threshold: float | None = None,
    encoder: Encoder | None = None,
    cache: Path | None = None,
    limit: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[DraftReport, tuple[Outcome, ...]]:
    """Drafts for the questions of `pairs` (at most `limit`) from an archive of all pairs.

    `with_questions` False: the archive holds the answers alone, as other documents do. `whole_documents`:
    with an answer, the others of its document (where known) are taken out too; some answer the question
    as well. `threshold` is that of the search for choosing by machine (None: the built-in one).
    """
    asked = _select(
        pairs,
        with_questions=with_questions,
        whole_documents=whole_documents,
        threshold=threshold,
        encoder=encoder,
        cache=cache,
        limit=limit,
    )
    outcomes: list[Outcome] = []
    total = len(pairs[:limit])
    for at, (id, selections) in enumerate(asked, start=1):
        outcomes.extend(_outcome(id, present, chosen, write) for present, chosen in selections)
        if progress is not None:
            progress(at, total)
    return summarise(outcomes), tuple(outcomes)


def refusal_curve(
    pairs: Sequence[LabelledPair],
    *,
    surenesses: Sequence[float] = SURENESSES,
    with_questions: bool = False,
    whole_documents: bool = False,
    encoder: Encoder | None = None,
    cache: Path | None = None,
    limit: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[RefusalPoint, ...]:
    """What the extractive drafter refuses for each value of `sure`, rightly and wrongly; searched once.

    The refusals of a part of the questions, by a hash of their document or id, are given apart as `half`:
    choose on one half and read the other.
    """
    counted: dict[tuple[float, int, bool], list[bool]] = {}
    asked = _select(
        pairs,
        with_questions=with_questions,
        whole_documents=whole_documents,
        encoder=encoder,
        cache=cache,
        limit=limit,
    )
    halves = dict(zip((p.id for p in pairs), folds([p.document or p.id for p in pairs], 2), strict=True))
    total = len(pairs[:limit])
    for at, (id, selections) in enumerate(asked, start=1):
        for present, chosen in selections:
            for sure in surenesses:
                made = extractive.draft(chosen, sure=sure)
                refused = made.verdict is AnswerVerdict.UNANSWERABLE
                counted.setdefault((sure, halves[id], present), []).append(refused)
        if progress is not None:
            progress(at, total)

    def share(sure: float, half: int, present: bool) -> float:
        return _share(counted.get((sure, half, present), []))

    return tuple(
        RefusalPoint(sure, half, share(sure, half, True), share(sure, half, False))
        for sure in surenesses
        for half in (0, 1)
    )


_Selections = tuple[tuple[bool, Selection], ...]


def _select(
    pairs: Sequence[LabelledPair],
    *,
    with_questions: bool,
    whole_documents: bool,
    threshold: float | None = None,
    encoder: Encoder | None,
    cache: Path | None,
    limit: int | None,
) -> Iterator[tuple[str, _Selections]]:
    """For each question its id and the machine's choices: with its answer in the archive, and without."""
    encoder = encoder or NanoEncoder()
    entries = pair_entries(pairs) if with_questions else answer_entries(pairs)
    everything = frozenset(p.id for p in pairs)
    of_document: dict[str, set[str]] = {}
    for pair in pairs:
        of_document.setdefault(pair.document or pair.id, set()).add(pair.id)
    with tempfile.TemporaryDirectory(prefix="learninglion-") as temporary:
        place = Path(temporary)
        vectors = VectorCache(cache or place / "vectors.db")
        reader = MemoryReader(entries, store_id=data_hash(pairs) + str(with_questions))
        index = Index.open(place / "index", encoder, vectors)
        index.update(reader)
        bar = index.snapshot().fusion.threshold if threshold is None else threshold
        for pair in pairs[:limit]:
            question = SubQuestion((1,), pair.question)
            out = of_document[pair.document or pair.id] if whole_documents else {pair.id}
            found: list[tuple[bool, Selection]] = []
            for present, allowed in ((True, everything), (False, everything - out)):
                hits = search(index, reader, question, documents=allowed, limit=_OFFERED)
                found.append((present, choose_automatically(question, "", hits, bar)))
            yield pair.id, tuple(found)


def _outcome(id: str, present: bool, selection: Selection, write: Write) -> Outcome:
    began = time.perf_counter()
    made = write(selection)
    verified = verify(made)
    seconds = time.perf_counter() - began
    again = write(selection)
    return Outcome(id, present, verified, seconds, canonical_json(again) == canonical_json(made))


def summarise(outcomes: Sequence[Outcome]) -> DraftReport:
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
        refused_present=_share([not _answered(o) for o in there]),
        refused_absent=_share([not _answered(o) for o in gone]),
        partial_present=_share([o.verification.verdict is AnswerVerdict.PARTIAL for o in there]),
        found_present=_share([_found(o) for o in there]),
        faithful=_share([c.verdict is StatementVerdict.SUPPORTED for c in drafted]),
        citation_recall=_mean([recall for recall, _ in scores]),
        citation_precision=_mean([precision for _, precision in scores]),
        aspect_coverage=_mean([_coverage(o) for o in answered]),
        consistent=_share([o.repeated for o in outcomes]),
        words_median=float(median([s.words for s in styles] or [0])),
        within_length=_share([FEWEST_WORDS <= s.words <= MOST_WORDS for s in styles]),
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


def _found(outcome: Outcome) -> bool:
    return any(s.document.id == outcome.id for s in outcome.verification.draft.selection.chosen)


def _coverage(outcome: Outcome) -> float:
    parts = len(question_aspects(outcome.verification.draft.selection))
    return 1 - len(outcome.verification.missing) / parts if parts else 1.0


def _share(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 0.0


def _mean(values: Sequence[float]) -> float:
    return fmean(values) if values else 0.0
