"""Let search learn from an archive's own pairs, and keep what was learned only when it is really better.

Two things can be learned: how much each signal counts, and (with the built-in model) what a text means here.
Documents are split: search learns from three quarters, and is measured on the questions of the rest, which
it never saw. What was learned is kept only when a paired test says that the difference is no accident.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from learninglion.evaluation.learning.teaching import Example, teach
from learninglion.evaluation.measures import Comparison, Values, compare, per_query
from learninglion.evaluation.retrieval import learn_from, rank_pairs
from learninglion.evaluation.testset import LabelledPair, answer_entries, folds
from learninglion.inference.adapter import UNCHANGED, Adapter
from learninglion.inference.encoders import Encoder, NanoEncoder, built_in_name
from learninglion.inference.vectors import VectorCache
from learninglion.models.errors import InputError
from learninglion.models.progress import Progress
from learninglion.search.content import evenly, passage_text
from learninglion.search.fusion import Fusion

_FEWEST = 100  # pairs; with fewer the held-out part cannot tell better from luck
_MOST = 2000  # pairs; more would take hours: a taught model has to read every answer anew
_PARTS = 4
_DEEP = 100
_SIGNIFICANT = 0.05
_DECISIVE = "MRR@10"

Teacher = Callable[[Encoder, Sequence[Example], Callable[[int, int], None]], "NanoEncoder | None"]


@dataclass(frozen=True, slots=True)
class Learned:
    """One way of learning: what came of it, and how it compares on what was held out."""

    what: str  # "weights" or "model"
    fusion: Fusion
    adapter: Adapter | None  # None: the model stays what it is
    comparisons: tuple[Comparison, ...]  # first: as it was; second: as learned

    @property
    def decisive(self) -> Comparison:
        """The comparison that decides."""
        return next(c for c in self.comparisons if c.name == _DECISIVE)


@dataclass(frozen=True, slots=True)
class TuneReport:
    """What was learned, on how much, and the best of it."""

    best: Learned
    better: bool  # whether the best is really better
    learned_from: int  # pairs
    held_out: int  # questions
    ways: tuple[Learned, ...]  # all that was tried


def tune(
    pairs: Sequence[LabelledPair],
    current: Fusion,
    encoder: Encoder,
    cache: VectorCache,
    progress: Progress,
    teacher: Teacher = teach,
) -> TuneReport:
    """Learn from `pairs`; deterministic. Raises InputError when there are too few to learn from."""
    if len(pairs) < _FEWEST:
        raise InputError(
            f"Er zijn {len(pairs)} vragen met antwoord; om te leren zijn er ten minste {_FEWEST} nodig."
        )
    pairs = evenly(pairs, _MOST)
    parts = folds([p.document or p.id for p in pairs], _PARTS)
    held = [p for p, part in zip(pairs, parts, strict=True) if part == 0]
    lessons = [p for p, part in zip(pairs, parts, strict=True) if part != 0]
    if not held or not lessons:
        raise InputError("Alle vragen komen uit één document; om te leren zijn er meer nodig.")
    with tempfile.TemporaryDirectory(prefix="learninglion-") as temporary:
        trials = _Trials(pairs, lessons, held, cache, Path(temporary), progress)
        before = trials.measure(encoder, current, "before")
        ways = [trials.learn("weights", encoder, None, before, current)]
        taught = None
        # who chose the model as its makers gave it would never be served by what that learned
        if encoder.name != built_in_name(UNCHANGED):
            taught = teacher(encoder, examples_of(lessons), lambda d, t: progress("Het model leert", d, t))
        if taught is not None:
            ways.append(trials.learn("model", taught, taught.adapter, before, current))
    best = max(ways, key=lambda way: way.decisive.difference)
    # trying twice doubles the chance of luck, so each has to be twice as sure
    better = best.decisive.difference > 0 and best.decisive.p < _SIGNIFICANT / len(ways)
    return TuneReport(best, better, len(lessons), len(held), tuple(ways))


def examples_of(pairs: Sequence[LabelledPair]) -> tuple[Example, ...]:
    """The questions with their answers, cut up as they are searched; without those whose answer is empty."""
    examples = []
    for pair in pairs:
        passages = tuple(passage_text(p) for _, listed in answer_entries([pair]) for p in listed)
        if passages and pair.question.strip():
            examples.append(Example(pair.question, passages))
    return tuple(examples)


@dataclass(frozen=True, slots=True)
class _Trials:
    """What every way of learning has in common."""

    pairs: Sequence[LabelledPair]
    lessons: Sequence[LabelledPair]
    held: Sequence[LabelledPair]
    cache: VectorCache
    place: Path
    progress: Progress

    def learn(
        self, what: str, encoder: Encoder, adapter: Adapter | None, before: dict[str, Values], current: Fusion
    ) -> Learned:
        """Learn the weights of the signals that `encoder` gives, and compare with `before`."""
        place = self.place / what
        fusion = learn_from(self.lessons, self.held, encoder, self.cache, place / "learn")
        after = self.measure(encoder, fusion, f"{what}/after")
        compared = tuple(compare(name, before[name], after[name]) for name in before)
        return Learned(what, replace(fusion, version=current.version + 1), adapter, compared)

    def measure(self, encoder: Encoder, fusion: Fusion, name: str) -> dict[str, Values]:
        """Per-question values for the held-out questions, searched among all answers."""
        ranked = rank_pairs(self.pairs, encoder, self.cache, self.place / name, fusion, self.progress)
        row_of = {p.id: i for i, p in enumerate(self.pairs)}
        rankings = {
            p.id: [(self.pairs[k].id, 0.0) for k in ranked.order[row_of[p.id]][:_DEEP].tolist()]
            for p in self.held
        }
        return per_query({p.id: {p.id: 1} for p in self.held}, rankings)
