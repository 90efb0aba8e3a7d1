"""One course of learning: texts as tokens, the loss of a batch, and steps down its slope.

Whoever loads this loads autograd, which takes time that only learning is worth.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import autograd.numpy as anp
import numpy as np
from numpy.typing import NDArray

from learninglion.evaluation.learning.model import EncoderModel, Floats, with_gradient
from learninglion.inference.builtin import Tokens
from learninglion.inference.encoders import ASKED, FOUND, Vectors, normalised, readable
from learninglion.search.frame import Frame, fit_frame

_SHARPNESS = 1 / 0.05  # of the choice between passages: one over the temperature
_MOMENTA = 0.9, 0.98
_LONGEST_STEP = 1.0  # the length at which a gradient is cut off
# Tokens whose way through the model is remembered at once; 1,024 take half a gigabyte.
_TRACED_TOKENS = 1024
_MASKED = -1e9
# What one text costs: to read, and to go back through the model for how its vector should change.
_READING, _LEARNING = 1, 3


class _Counter:
    """Tells how far the learning is."""

    def __init__(self, total: int, progress: Callable[[int, int], None]) -> None:
        self._done, self._total, self._progress = 0, total, progress

    def add(self, count: int) -> None:
        self._done += count
        self._progress(self._done, self._total)


class Lessons:
    """Questions and the passages of their answers, as tokens; passages that are alike are there once."""

    def __init__(self, model: EncoderModel, pairs: Sequence[tuple[str, Sequence[str]]]) -> None:
        numbers: dict[str, int] = {}
        self.own = [
            sorted({numbers.setdefault(passage, len(numbers)) for passage in passages})
            for _question, passages in pairs
        ]
        self.questions = [_start(model, ASKED + readable(question)) for question, _passages in pairs]
        self.passages = [_start(model, FOUND + readable(passage)) for passage in numbers]
        self.cost = len(self.passages) * _READING + len(pairs) * (_READING + 2 * (_READING + _LEARNING))


def _start(model: EncoderModel, text: str) -> Tokens:
    """As much of `text` as one window holds, which is all of most."""
    return model.weights.windows(text)[0]


class Course:
    """The state of learning: the parameters, and the frame in which vectors are compared.

    The frame is that of the vectors before learning; it stays, or the course would have no fixed aim.
    """

    def __init__(self, model: EncoderModel, lessons: Lessons, progress: Callable[[int, int], None]) -> None:
        self._model, self._lessons = model, lessons
        self._report = _Counter(lessons.cost, progress)
        self.parameters = dict(model.weights.parameters)
        self._descent = _Descent(self.parameters)
        self._asked = self._read(lessons.questions)
        self._found = self._read(lessons.passages)
        self._frame = fit_frame(self._asked, self._found)

    def learned(self) -> dict[str, NDArray[np.float32]]:
        """The difference between the parameters where learning began and where they are now."""
        begin = self._model.weights.parameters
        return {
            name: np.asarray(values - begin[name], dtype=np.float32)
            for name, values in self.parameters.items()
        }

    def likeness(self) -> Floats:
        """The cosine of every question with every answer, as search would see it; answers as a whole."""
        placed = self._frame.place_passages(self._found)
        answers = np.stack([placed[own].sum(axis=0) for own in self._lessons.own])
        cosines: Floats = self._frame.place_queries(self._asked) @ normalised(answers).T
        return cosines

    def step(self, batch: Sequence[int], targets: Sequence[int], rate: float) -> None:
        """Learn from the questions `batch` with one passage of each.

        The vectors come first, without remembering how: their gradient is then taken back through the model
        for a few texts at a time. All at once would need many times the memory.
        """
        texts = [self._lessons.questions[i] for i in batch] + [self._lessons.passages[t] for t in targets]
        vectors = self._read(texts)
        loss = self._loss(batch, targets)
        back, outcome = with_gradient(loss, vectors)
        wanted = back(np.ones_like(outcome))
        total = {name: np.zeros_like(values) for name, values in self.parameters.items()}
        for chosen in _portions(texts):
            portion = [texts[i] for i in chosen]
            onward, _ = with_gradient(_reading(self._model, portion), self.parameters)
            for name, gradient in onward(wanted[chosen]).items():
                total[name] += gradient
            self._report.add(len(chosen) * _LEARNING)
        self._descent.move(self.parameters, total, rate)

    def _read(self, texts: Sequence[Tokens]) -> Vectors:
        rows = np.zeros((len(texts), self._model.weights.dimensions), dtype=np.float32)
        for chosen in _portions(texts):
            rows[chosen] = self._model.vectors(self.parameters, [texts[i] for i in chosen])
            self._report.add(len(chosen) * _READING)
        return rows

    def _loss(self, batch: Sequence[int], targets: Sequence[int]) -> Callable[[Any], Any]:
        """How unlikely each question finds its own passage among those of the batch (InfoNCE).

        Another passage of the same answer takes no part: it is not wrong. Vectors from before the step
        take none either: the model would learn to move away from what it was.
        """
        masks = np.zeros((len(batch), len(batch)), dtype=np.float32)
        for row, example in enumerate(batch):
            own = self._lessons.own[example]
            masks[row, [column for column, t in enumerate(targets) if t in own and column != row]] = _MASKED
        frame = self._frame

        def loss(vectors: Any) -> Any:
            question_side = _placed(vectors[: len(batch)], frame.query_mean, frame)
            passage_side = _placed(vectors[len(batch) :], frame.passage_mean, frame)
            scores = question_side @ passage_side.T * _SHARPNESS + masks
            highest = anp.max(scores, axis=1, keepdims=True)
            sums = anp.log(anp.sum(anp.exp(scores - highest), axis=1)) + highest[:, 0]
            return anp.mean(sums - anp.diag(scores))

        return loss


def _placed(rows: Any, mean: Vectors, frame: Frame) -> Any:
    moved = (rows - mean) @ frame.basis
    return moved / anp.sqrt(anp.sum(moved * moved, axis=1, keepdims=True))


def _reading(model: EncoderModel, texts: Sequence[Tokens]) -> Callable[[Any], Any]:
    return lambda parameters: model.vectors(parameters, texts)


class _Descent:
    """Adam, without decay of the numbers themselves."""

    def __init__(self, parameters: dict[str, Floats]) -> None:
        self._steps = 0
        self._first = {name: np.zeros_like(values) for name, values in parameters.items()}
        self._second = {name: np.zeros_like(values) for name, values in parameters.items()}

    def move(self, parameters: dict[str, Floats], gradients: dict[str, Floats], rate: float) -> None:
        """Replace the parameters by what lies one step down the slope."""
        self._steps += 1
        length = math.sqrt(sum(float(np.vdot(gradient, gradient)) for gradient in gradients.values()))
        shorter = min(1.0, _LONGEST_STEP / (length + 1e-6))
        fast, slow = _MOMENTA
        for name, gradient in gradients.items():
            cut = gradient * shorter
            first = self._first[name] = fast * self._first[name] + (1 - fast) * cut
            second = self._second[name] = slow * self._second[name] + (1 - slow) * cut * cut
            size = np.sqrt(second / (1 - slow**self._steps)) + 1e-8
            parameters[name] = parameters[name] - rate / (1 - fast**self._steps) * first / size


def _portions(texts: Sequence[Tokens]) -> Iterator[list[int]]:
    """The numbers of the texts, shortest first, in portions of so many tokens that memory allows."""
    portion: list[int] = []
    tokens = 0
    for number in sorted(range(len(texts)), key=lambda i: (len(texts[i]), i)):
        if portion and tokens + len(texts[number]) > _TRACED_TOKENS:
            yield portion
            portion, tokens = [], 0
        portion.append(number)
        tokens += len(texts[number])
    if portion:
        yield portion
