"""Let search learn from an archive's own pairs, and keep what was learned only when it is really better.

Two things can be learned: how much each signal counts, and (with the built-in model) what a text means here.
Documents are split: search learns from three quarters, and is measured on the questions of the rest, which
it never saw. What was learned is kept only when a paired test says that the difference is no accident.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from learninglion.evaluation.measures import Comparison, Values, compare, per_query
from learninglion.evaluation.retrieval import learn_from, rank_trial
from learninglion.evaluation.testset import LabelledPair, answer_entries, folds, pairs_trial
from learninglion.inference.builtin import UNCHANGED, Adapter, load_adapter, make_adapter, save_adapter
from learninglion.inference.encoders import Encoder, NanoEncoder, VectorCache, built_in_name, built_in_weights
from learninglion.models import Progress
from learninglion.models.errors import InputError, LearningLionError
from learninglion.search.engine import evenly, passage_text
from learninglion.search.scoring import Fusion

# The built-in model taught further by an archive: an adapter on top of the one it has.
#
# Learning keeps a core busy for minutes. It runs in a process of its own, on one core and with a low
# priority, so that a workplace that learns goes on answering searches.


_MOST_EXAMPLES = 850  # examples; what the recipe was measured with, ten minutes of one core
_PART = 0.7
_BATCH = 32  # questions a step
_CLUSTER = 4  # questions with answers that are alike, in one batch
_NEAR = 12  # answers among which those are looked for
_RATE = 1e-3
_WARM = 0.1  # part of the steps in which the rate grows to its full size
_DECLINE = 0.8  # part of the rate that is gone at the end

Floats = NDArray[np.float32]
Changes = dict[str, Floats]


@dataclass(frozen=True, slots=True)
class Example:
    """A question and the passages of its answer."""

    question: str
    passages: tuple[str, ...]


def learn_changes(
    weights: Path,
    examples: Sequence[Example],
    progress: Callable[[int, int], None],
    before: Adapter = UNCHANGED,
) -> Changes:
    """What to add to the biases and layer norms of the model in `weights`, by the name of each.

    The model starts as `before` left it, and learns once from each of at most 850 examples, spread over all.
    `progress` is told (done, total), in equal parts of the work. The same examples give the same numbers,
    also after a restart.
    """
    chosen = _spread([example for example in examples if example.passages])
    if not chosen:
        raise InputError("Er zijn geen vragen met een antwoord om van te leren.")
    # Loads autograd, which commands that only know what an example is do without.
    from learninglion.evaluation.learning import Course, EncoderModel, Lessons
    from learninglion.inference.builtin import EncoderWeights

    model = EncoderModel(EncoderWeights(weights.read_bytes(), before))
    lessons = Lessons(model, [(example.question, example.passages) for example in chosen])
    course = Course(model, lessons, progress)
    random = np.random.default_rng(0)
    order = _order(course.likeness(), random)
    batches = [order[start : start + _BATCH] for start in range(0, len(order), _BATCH)]
    for done, batch in enumerate(batches):
        rate = min(1.0, (done + 1) / max(1.0, len(batches) * _WARM)) * (1 - _DECLINE * done / len(batches))
        targets = [int(random.choice(lessons.own[i])) for i in batch]
        course.step(batch, targets, _RATE * rate)
    return {name: _PART * change for name, change in course.learned().items()}


def _spread(examples: Sequence[Example]) -> list[Example]:
    """At most as many examples as are learned from, spread over all of them."""
    if len(examples) <= _MOST_EXAMPLES:
        return list(examples)
    return [examples[i * len(examples) // _MOST_EXAMPLES] for i in range(_MOST_EXAMPLES)]


def _order(likeness: Floats, random: np.random.Generator) -> list[int]:
    """All questions once; those whose answers one of them could be taken to want stand together."""
    others = likeness.copy()
    np.fill_diagonal(others, -np.inf)
    near = np.argsort(-others, axis=1, kind="stable")[:, : min(_NEAR, len(others) - 1)]
    left = set(range(len(others)))
    groups: list[list[int]] = []
    for first in map(int, random.permutation(len(others))):
        if first not in left:
            continue
        group = [first, *(int(i) for i in near[first] if int(i) in left)][:_CLUSTER]
        left.difference_update(group)
        groups.append(group)
    random.shuffle(groups)
    return [number for group in groups for number in group]


_LEARN = "import sys; from learninglion.evaluation.tune import _learn_in; _learn_in(sys.argv[1])"
# What numpy computes with reads these when it is loaded. On a machine that does other work as well, several
# threads that wait for each other cost many times what one does.
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
_PRIORITY = 10  # how much nicer to others than the process that asked
_EXAMPLES, _BEFORE, _AFTER = "examples.json", "before.npz", "after.npz"


def teach(
    encoder: Encoder, examples: Sequence[Example], progress: Callable[[int, int], None]
) -> NanoEncoder | None:
    """`encoder` after learning from `examples`; None where it is a model that cannot be taught here.

    `progress` is told (done, total). The same examples give the same model. Raises LearningLionError when
    the learning was cut off.
    """
    if not isinstance(encoder, NanoEncoder):
        return None
    with tempfile.TemporaryDirectory(prefix="learninglion-") as temporary:
        place = Path(temporary)
        (place / _EXAMPLES).write_text(json.dumps([astuple(e) for e in examples]), "utf-8")
        save_adapter(encoder.adapter, place / _BEFORE)
        with (place / "errors").open("w+", encoding="utf-8") as errors:
            process = subprocess.Popen(  # noqa: S603  our own program, no shell
                [sys.executable, "-c", _LEARN, str(place)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                env={**os.environ, **_ONE_THREAD},
                text=True,
            )
            with process:
                try:
                    for line in process.stdout or ():
                        done, _, total = line.partition(" ")
                        progress(int(done), int(total))
                except BaseException:
                    process.kill()
                    raise
            errors.seek(0)
            lines = errors.read().strip().splitlines()
        if process.returncode or not (place / _AFTER).exists():
            raise LearningLionError(
                f"Het leren is afgebroken ({lines[-1] if lines else process.returncode})."
            )
        return NanoEncoder(adapter=load_adapter(place / _AFTER))


def _learn_in(folder: str) -> None:
    """Learn from the examples in `folder`, and leave the adapter there; progress goes to standard output."""
    os.nice(_PRIORITY)
    place = Path(folder)
    examples = [
        Example(question, tuple(passages))
        for question, passages in json.loads((place / _EXAMPLES).read_text())
    ]
    before = load_adapter(place / _BEFORE)
    changes = learn_changes(built_in_weights(), examples, _tell, before)
    known = before.changes
    added = {name: change + known[name] if name in known else change for name, change in changes.items()}
    save_adapter(make_adapter({**known, **added}), place / f".{_AFTER}")
    (place / f".{_AFTER}").rename(place / _AFTER)


def _tell(done: int, total: int) -> None:
    sys.stdout.write(f"{done} {total}\n")
    sys.stdout.flush()


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
        trial, place = pairs_trial(self.pairs), self.place / name
        ranked = rank_trial(trial, encoder, self.cache, place, fusion, progress=self.progress)
        row_of = {p.id: i for i, p in enumerate(self.pairs)}
        rankings = {
            p.id: [(self.pairs[k].id, 0.0) for k in ranked.order[row_of[p.id]][:_DEEP].tolist()]
            for p in self.held
        }
        return per_query({p.id: {p.id: 1} for p in self.held}, rankings)
