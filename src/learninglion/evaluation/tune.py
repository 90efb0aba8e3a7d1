"""Let search learn from an archive's own pairs, and keep what was learned only when it is really better.

Documents are split: search learns from three quarters, and is measured on the questions of the rest, which
it never saw. The new fusion is kept only when a paired test says that the difference is no accident.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from learninglion.errors import InputError
from learninglion.evaluation.measures import Comparison, Values, compare, per_query
from learninglion.evaluation.retrieval import learn_from, rank_pairs
from learninglion.evaluation.testset import LabelledPair, folds
from learninglion.retrieval.encoders import Encoder
from learninglion.retrieval.fusion import Fusion
from learninglion.retrieval.vectors import VectorCache

__all__ = ["TuneReport", "tune"]

_FEWEST = 100  # pairs; with fewer the held-out part cannot tell better from luck
_PARTS = 4
_DEEP = 100
_SIGNIFICANT = 0.05
_DECISIVE = "MRR@10"


@dataclass(frozen=True, slots=True)
class TuneReport:
    """What was learned, on how much, and how it compares on what was held out."""

    fusion: Fusion  # the new one if it is kept, else the old one
    kept: bool
    learned_from: int  # pairs
    held_out: int  # questions
    comparisons: tuple[Comparison, ...]  # first: as it was; second: as learned


def tune(
    pairs: Sequence[LabelledPair],
    current: Fusion,
    encoder: Encoder,
    cache: VectorCache,
    progress: Callable[[str, int, int], None],
) -> TuneReport:
    """Learn from `pairs`; deterministic. Raises InputError when there are too few to learn from."""
    if len(pairs) < _FEWEST:
        raise InputError(
            f"Er zijn {len(pairs)} vragen met antwoord; om te leren zijn er ten minste {_FEWEST} nodig."
        )
    parts = folds([p.document or p.id for p in pairs], _PARTS)
    held = [p for p, part in zip(pairs, parts, strict=True) if part == 0]
    lessons = [p for p, part in zip(pairs, parts, strict=True) if part != 0]
    if not held or not lessons:
        raise InputError("Alle vragen komen uit één document; om te leren zijn er meer nodig.")
    with tempfile.TemporaryDirectory(prefix="learninglion-") as temporary:
        place = Path(temporary)
        progress("Leren van eerdere antwoorden", 0, 3)
        learned = learn_from(lessons, held, encoder, cache, place / "learn")
        progress("Leren van eerdere antwoorden", 1, 3)
        before = _measure(pairs, held, encoder, cache, place / "before", current)
        progress("Leren van eerdere antwoorden", 2, 3)
        after = _measure(pairs, held, encoder, cache, place / "after", learned)
        progress("Leren van eerdere antwoorden", 3, 3)
    comparisons = tuple(compare(name, before[name], after[name]) for name in before)
    decisive = next(c for c in comparisons if c.name == _DECISIVE)
    kept = decisive.difference > 0 and decisive.p < _SIGNIFICANT
    fusion = replace(learned, version=current.version + 1) if kept else current
    return TuneReport(fusion, kept, len(lessons), len(held), comparisons)


def _measure(
    pairs: Sequence[LabelledPair],
    held: Sequence[LabelledPair],
    encoder: Encoder,
    cache: VectorCache,
    place: Path,
    fusion: Fusion,
) -> dict[str, Values]:
    """Per-question values for the held-out questions, searched among all answers."""
    ranked = rank_pairs(pairs, encoder, cache, place, fusion)
    row_of = {p.id: i for i, p in enumerate(pairs)}
    rankings = {p.id: [(pairs[k].id, 0.0) for k in ranked.order[row_of[p.id]][:_DEEP].tolist()] for p in held}
    return per_query({p.id: {p.id: 1} for p in held}, rankings)
