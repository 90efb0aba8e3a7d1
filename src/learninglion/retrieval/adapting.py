"""Teaching the built-in model what belongs together in an archive, from questions and their own answers.

Only the biases and layer norms learn: some 60,000 numbers, which a few hundred pairs can set without the
model forgetting its Dutch. A question is held against the passages of other questions, seen as a search sees
them (in the frame of the archive), in one batch with those whose answers are alike: telling these apart is
what has to be learned. What is given back is seven tenths of what was learned: all of it ranks some archives
better and others worse, part of it is better in both (benchmarks/retrieval.md).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from learninglion.errors import InputError
from learninglion.retrieval.adapter import UNCHANGED, Adapter

__all__ = ["Example", "learn_changes"]

_MOST = 850  # examples; what the recipe was measured with, ten minutes of one core
_PART = 0.7
_BATCH = 32  # questions a step
_CLUSTER = 4  # questions with answers that are alike, in one batch
_NEAR = 12  # answers among which those are looked for
_RATE = 1e-3
_WARM = 0.1  # part of the steps in which the rate grows to its full size
_DECLINE = 0.8  # part of the rate that is gone at the end

Floats = NDArray[np.float32]
Changes = dict[str, Floats]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Example:
    """A question and the passages of its answer."""

    question: str
    passages: tuple[str, ...]


def learn_changes(
    weights: Path, examples: Sequence[Example], progress: Progress, before: Adapter = UNCHANGED
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
    from learninglion.retrieval.course import Course, Lessons
    from learninglion.retrieval.encoder_model import EncoderModel
    from learninglion.retrieval.encoder_weights import EncoderWeights

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
    if len(examples) <= _MOST:
        return list(examples)
    return [examples[i * len(examples) // _MOST] for i in range(_MOST)]


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
