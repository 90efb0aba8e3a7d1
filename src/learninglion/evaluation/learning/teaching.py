"""The built-in model taught further by an archive: an adapter on top of the one it has.

Learning keeps a core busy for minutes. It runs in a process of its own, on one core and with a low priority,
so that a workplace that learns goes on answering searches.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from learninglion.inference.adapter import UNCHANGED, Adapter, load_adapter, make_adapter, save_adapter
from learninglion.inference.encoders import Encoder, NanoEncoder, built_in_weights
from learninglion.models.errors import InputError, LearningLionError

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
    from learninglion.evaluation.learning.course import Course, Lessons
    from learninglion.evaluation.learning.model import EncoderModel
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


_LEARN = "import sys; from learninglion.evaluation.learning.teaching import learn_in; learn_in(sys.argv[1])"
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


def learn_in(folder: str) -> None:
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
