"""The built-in model once more, for learning: the same vectors as inference/builtin.py, but with gradients.

What searches is quick and cannot learn. Here the matrices of the weights file are numbers of 32 bits, and
what may be learned (biases and layer norms) is handed in with every call, so that autograd can say how
vectors follow from it. Texts stand one after another without padding; only attention knows where each begins.
A course is texts as tokens, the loss of a batch, and steps down its slope.

Whoever loads this loads autograd, which takes time that only learning is worth.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd.core import make_vjp
from autograd.extend import defvjp, primitive
from numpy.typing import NDArray

from learninglion.inference.builtin import MATRICES, EncoderWeights, Tokens, dequantised
from learninglion.inference.encoders import AS_PASSAGE, AS_QUESTION, Vectors, normalised, readable
from learninglion.search.scoring import Frame, fit_frame

# Single precision, except where a test asks for double to compare gradients.
Floats = NDArray[np.floating[Any]]
Parameters = Mapping[str, Floats]
# What autograd sees: an array, or one that remembers what it was made of.
Traced = Any

# Rows of the widest layer taken together: what is computed of them stays in the cache of a core.
_ROWS = 32
# Abramowitz and Stegun 7.1.26; the error of the distribution is below 1e-7.
_STEP = 0.3275911 / math.sqrt(2)
_SERIES = (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)


@dataclass(frozen=True, slots=True)
class _Matrices:
    """The matrices of one layer, ready to multiply rows with."""

    attend: Floats  # queries, keys and values in one
    gather: Floats
    widen: Floats
    narrow: Floats


class EncoderModel:
    """The model of a weights file; `weights.parameters` holds what may be learned."""

    def __init__(self, weights: EncoderWeights) -> None:
        self.weights = weights
        self._layers = [
            _Matrices(*(dequantised(weights.matrix(layer, *names)).T for names in MATRICES))
            for layer in range(weights.layers)
        ]

    def vectors(self, parameters: Parameters, texts: Sequence[Sequence[int]]) -> Floats:
        """One row of unit length for every row of tokens; autograd can differentiate in `parameters`."""
        bounds = [0, *accumulate(len(text) for text in texts)]
        rows = self._last_layer(parameters, self._embedded(texts), bounds)
        means: Traced = _averaged(rows, bounds)
        unit: Floats = means / anp.sqrt(anp.sum(means * means, axis=1, keepdims=True))
        return unit

    def _embedded(self, texts: Sequence[Sequence[int]]) -> Floats:
        known = self.weights
        rows = np.concatenate([known.rows(text) for text in texts])
        embedded: Floats = _standardised(rows, known.epsilon) * known.first_norm[0] + known.first_norm[1]
        return embedded

    def _last_layer(self, parameters: Parameters, rows: Traced, bounds: list[int]) -> Traced:
        epsilon = self.weights.epsilon
        for layer, matrices in enumerate(self._layers):
            of = _named(parameters, f"l{layer}.")
            attended = rows @ matrices.attend + anp.concatenate([of("q.b"), of("k.b"), of("v.b")])
            gathered = _attention(attended, bounds, self.weights.heads) @ matrices.gather + of("ao.b")
            rows = _standardised(rows + gathered, epsilon) * of("aln.w") + of("aln.b")
            widened = _gelu(rows @ matrices.widen + of("fi.b"))
            narrowed = widened @ matrices.narrow + of("fo.b")
            rows = _standardised(rows + narrowed, epsilon) * of("oln.w") + of("oln.b")
        return rows


def with_gradient(function: Callable[[Any], Any], at: Any) -> tuple[Callable[[Floats], Any], Floats]:
    """What takes a gradient of the outcome of `function` back to its argument, and the outcome at `at`."""
    back, outcome = make_vjp(function, at)
    return back, outcome


def _named(parameters: Parameters, prefix: str) -> Callable[[str], Traced]:
    return lambda name: parameters[prefix + name]


# The steps below are written by hand, value and gradient: in terms of numpy alone each takes many passes over
# large arrays, and keeps all of them until the gradient is asked for.


def _step(
    value: Callable[..., Floats], back: Callable[..., Callable[[Floats], Floats]]
) -> Callable[..., Traced]:
    """`value` for autograd, which learns from `back` what its gradient is in its first argument."""
    step: Callable[..., Traced] = primitive(value)
    defvjp(step, back, argnums=(0,))
    return step


def _standardised_forth(rows: Floats, epsilon: float) -> Floats:
    """Every row with mean 0 and variance 1."""
    centred: Floats = rows - rows.mean(axis=1, keepdims=True)
    outcome: Floats = centred * _inverse_deviation(centred, epsilon)
    return outcome


def _inverse_deviation(centred: Floats, epsilon: float) -> Floats:
    variance = np.einsum("ij,ij->i", centred, centred)[:, None] / centred.shape[1]
    return np.asarray(1 / np.sqrt(variance + epsilon))


def _standardised_back(outcome: Floats, rows: Floats, epsilon: float) -> Callable[[Floats], Floats]:
    inverse = _inverse_deviation(rows - rows.mean(axis=1, keepdims=True), epsilon)

    def back(gradient: Floats) -> Floats:
        along = np.einsum("ij,ij->i", gradient, outcome)[:, None] / outcome.shape[1]
        slope: Floats = (gradient - gradient.mean(axis=1, keepdims=True) - outcome * along) * inverse
        return slope

    return back


_standardised = _step(_standardised_forth, _standardised_back)


def _gelu_forth(rows: Floats) -> Floats:
    """x times the chance that a normal number is below x."""
    outcome = np.empty_like(rows)
    for start in range(0, len(rows), _ROWS):
        part = rows[start : start + _ROWS]
        size = np.abs(part)
        step = 1 / (1 + _STEP * size)
        tail = step * _SERIES[0]
        for factor in _SERIES[1:]:
            tail += factor
            tail *= step
        tail *= np.exp(size * size * -0.5)
        tail *= 0.5
        # x * P(x) is x - x * tail above zero and x * tail below it
        np.subtract(np.maximum(part, 0), size * tail, out=outcome[start : start + _ROWS])
    return outcome


def _gelu_back(outcome: Floats, rows: Floats) -> Callable[[Floats], Floats]:
    def back(gradient: Floats) -> Floats:
        slope = np.empty_like(rows)
        for start in range(0, len(rows), _ROWS):
            part = rows[start : start + _ROWS]
            chance = np.full_like(part, 0.5)
            np.divide(outcome[start : start + _ROWS], part, out=chance, where=part != 0)
            density = np.exp(part * part * -0.5)
            density *= part
            density *= 1 / math.sqrt(2 * math.pi)
            chance += density
            np.multiply(gradient[start : start + _ROWS], chance, out=slope[start : start + _ROWS])
        return slope

    return back


_gelu = _step(_gelu_forth, _gelu_back)


def _heads_of(part: Floats, heads: int) -> Iterator[Floats]:
    """Queries, keys and values of one text, each (heads, tokens, width of a head)."""
    tokens = len(part)
    yield from part.reshape(tokens, 3, heads, -1).transpose(1, 2, 0, 3)


def _shares(queries: Floats, keys: Floats) -> Floats:
    """How much every token looks at every other."""
    weights = queries @ keys.transpose(0, 2, 1)
    weights *= 1 / math.sqrt(queries.shape[2])
    weights -= weights.max(axis=2, keepdims=True)
    np.exp(weights, out=weights)
    weights /= weights.sum(axis=2, keepdims=True)
    return weights


def _attention_forth(attended: Floats, bounds: list[int], heads: int) -> Floats:
    """What every token takes from those of its own text."""
    outcome = np.empty((len(attended), attended.shape[1] // 3), dtype=attended.dtype)
    for start, end in pairwise(bounds):
        queries, keys, values = _heads_of(attended[start:end], heads)
        taken = _shares(queries, keys) @ values
        outcome[start:end] = taken.transpose(1, 0, 2).reshape(end - start, -1)
    return outcome


def _attention_back(
    _outcome: Floats, attended: Floats, bounds: list[int], heads: int
) -> Callable[[Floats], Floats]:
    def back(gradient: Floats) -> Floats:
        slope = np.empty_like(attended)
        for start, end in pairwise(bounds):
            queries, keys, values = _heads_of(attended[start:end], heads)
            for_queries, for_keys, for_values = _heads_of(slope[start:end], heads)
            taken = gradient[start:end].reshape(end - start, heads, -1).transpose(1, 0, 2)
            # made again rather than kept: kept, they would be the largest thing in memory
            shares = _shares(queries, keys)
            for_values[...] = shares.transpose(0, 2, 1) @ taken
            weights = taken @ values.transpose(0, 2, 1)
            weights -= np.einsum("hij,hij->hi", weights, shares)[:, :, None]
            weights *= shares
            weights *= 1 / math.sqrt(queries.shape[2])
            for_queries[...] = weights @ keys
            for_keys[...] = weights.transpose(0, 2, 1) @ queries
        return slope

    return back


_attention = _step(_attention_forth, _attention_back)


def _averaged_forth(rows: Floats, bounds: list[int]) -> Floats:
    """The mean token of every text."""
    lengths = np.diff(bounds)[:, None].astype(rows.dtype)
    return np.asarray(np.add.reduceat(rows, bounds[:-1], axis=0) / lengths)


def _averaged_back(_outcome: Floats, rows: Floats, bounds: list[int]) -> Callable[[Floats], Floats]:
    lengths = np.diff(bounds)

    def back(gradient: Floats) -> Floats:
        return np.repeat(gradient / lengths[:, None].astype(rows.dtype), lengths, axis=0)

    return back


_averaged = _step(_averaged_forth, _averaged_back)


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
        self.questions = [_start(model, AS_QUESTION + readable(question)) for question, _passages in pairs]
        self.passages = [_start(model, AS_PASSAGE + readable(passage)) for passage in numbers]
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
        self._questions = self._read(lessons.questions)
        self._passages = self._read(lessons.passages)
        self._frame = fit_frame(self._questions, self._passages)

    def learned(self) -> dict[str, NDArray[np.float32]]:
        """The difference between the parameters where learning began and where they are now."""
        begin = self._model.weights.parameters
        return {
            name: np.asarray(values - begin[name], dtype=np.float32)
            for name, values in self.parameters.items()
        }

    def likeness(self) -> Floats:
        """The cosine of every question with every answer, as search would see it; answers as a whole."""
        placed = self._frame.place_passages(self._passages)
        answers = np.stack([placed[own].sum(axis=0) for own in self._lessons.own])
        cosines: Floats = self._frame.place_queries(self._questions) @ normalised(answers).T
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
