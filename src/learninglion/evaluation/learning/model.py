"""The built-in model once more, for learning: the same vectors as encoder_engine.py, but with gradients.

What searches is quick and cannot learn. Here the matrices of the weights file are numbers of 32 bits, and
what may be learned (biases and layer norms) is handed in with every call, so that autograd can say how
vectors follow from it. Texts stand one after another without padding; only attention knows where each begins.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd.core import make_vjp
from autograd.extend import defvjp, primitive
from numpy.typing import NDArray

from learninglion.inference.builtin import MATRICES, EncoderWeights, dequantised
from learninglion.search.fusion import DEFAULT, FEATURES, Fusion, Scores

# Learning the fusion from an archive's own pairs: which signal counts for how much, and what a score means.
#
# Only a few numbers are learned, held close to those that came with the package, so a few hundred pairs
# suffice and a few unlucky ones do no harm. A new version is kept only when it is significantly better on
# pairs it never saw; every version stays on disk and can be put back.

_BODY = FEATURES[:5]
# How strongly the weights are held to those of the package: as much as this part of a question's loss.
_HOLD = 0.02
_STEPS = 400
_RATE = 0.05
_HALVINGS = 6
_CALIBRATION_DEPTH = 10


@dataclass(frozen=True, slots=True)
class Lesson:
    """One question: the features of all candidates (columns as FEATURES) and which of them is right."""

    features: Scores
    right: int


def learn_fusion(lessons: Sequence[Lesson]) -> Fusion:
    """The fusion that fits `lessons` best, close to that which ships; calibrated on halves of the candidates.

    Deterministic; seconds for a thousand lessons.
    """
    columns = [FEATURES.index(name) for name in _BODY]
    tables = [lesson.features[:, columns].astype(np.float64) for lesson in lessons]
    rights = [lesson.right for lesson in lessons]
    anchor = np.array([getattr(DEFAULT, name) for name in _BODY], dtype=np.float64)
    weights = _fit_weights(tables, rights, anchor)
    stems, grams, mean, best, length = (round(float(w), 4) for w in weights)
    learned = replace(
        DEFAULT,
        body_stems=stems,
        body_grams=grams,
        body_mean=mean,
        body_best=best,
        body_length=length,
        asked_stems=stems,
        asked_grams=grams,
        asked_best=round(mean + best, 4),
    )
    sums = [table @ weights for table in tables]
    slope, offset, threshold = calibrate(sums, rights)
    return replace(learned, slope=slope, offset=offset, asked_offset=offset, threshold=threshold)


def _fit_weights(
    tables: Sequence[NDArray[np.float64]], rights: Sequence[int], anchor: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Weights under which the right candidate is likeliest among all (softmax), by Adam on the whole set."""
    weights = anchor.copy()
    first = np.zeros_like(weights)
    second = np.zeros_like(weights)
    for step in range(1, _STEPS + 1):
        gradient = 2 * _HOLD * (weights - anchor)
        for table, right in zip(tables, rights, strict=True):
            scores = table @ weights
            likely = np.exp(scores - scores.max())
            likely /= likely.sum()
            gradient += (likely @ table - table[right]) / len(tables)
        first = 0.9 * first + 0.1 * gradient
        second = 0.99 * second + 0.01 * gradient**2
        move = (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-9)
        weights = weights - _RATE * (1 - step / (_STEPS + 1)) * move
    return weights


def calibrate(sums: Sequence[NDArray[np.float64]], rights: Sequence[int]) -> tuple[float, float, float]:
    """(slope, offset, threshold) from the weighted sums of all candidates of every question.

    In each of several random halves of the candidates, so that questions without an answer take part.
    """
    inputs, truths, tops, present = [], [], [], []
    for seed in range(_HALVINGS):
        for number, (scores, right) in enumerate(zip(sums, rights, strict=True)):
            training = np.random.default_rng((seed, number)).random(len(scores)) < 0.5
            chosen = np.flatnonzero(training)
            if not len(chosen):
                continue
            best = chosen[np.argsort(-scores[chosen], kind="stable")[:_CALIBRATION_DEPTH]]
            inputs.append(np.log(np.logaddexp(0.0, scores[best]) + 1e-12))
            truths.append(best == right)
            tops.append(inputs[-1][0])
            present.append(bool(training[right]))
    x, y = np.concatenate(inputs), np.concatenate(truths).astype(np.float64)
    slope, offset = _logistic(x, y)
    top = 1 / (1 + np.exp(-(slope * np.array(tops) + offset)))
    there = np.array(present)
    steps = np.linspace(0.02, 0.9, 89)
    balance = [
        float((top[there] >= t).mean() if there.any() else 0.0)
        + float((top[~there] < t).mean() if (~there).any() else 0.0)
        for t in steps
    ]
    return round(slope, 4), round(offset, 4), round(float(steps[int(np.argmax(balance))]), 2)


def _logistic(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float]:
    """Slope and offset by Newton's method."""
    middle, scale = float(x.mean()), float(x.std()) or 1.0
    design = np.stack([(x - middle) / scale, np.ones_like(x)], axis=1)
    beta = np.zeros(2)
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(design @ beta, -30, 30)))
        curve = design.T @ (design * (p * (1 - p))[:, None]) + 1e-6 * np.eye(2)
        move = np.linalg.solve(curve, design.T @ (p - y) + 1e-6 * beta)
        beta = beta - move
        if float(np.abs(move).max()) < 1e-9:
            break
    return float(beta[0] / scale), float(beta[1] - beta[0] * middle / scale)


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
        given: Floats = (gradient - gradient.mean(axis=1, keepdims=True) - outcome * along) * inverse
        return given

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
        given = np.empty_like(rows)
        for start in range(0, len(rows), _ROWS):
            part = rows[start : start + _ROWS]
            chance = np.full_like(part, 0.5)
            np.divide(outcome[start : start + _ROWS], part, out=chance, where=part != 0)
            density = np.exp(part * part * -0.5)
            density *= part
            density *= 1 / math.sqrt(2 * math.pi)
            chance += density
            np.multiply(gradient[start : start + _ROWS], chance, out=given[start : start + _ROWS])
        return given

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
    outcome: Floats, attended: Floats, bounds: list[int], heads: int
) -> Callable[[Floats], Floats]:
    def back(gradient: Floats) -> Floats:
        given = np.empty_like(attended)
        for start, end in pairwise(bounds):
            queries, keys, values = _heads_of(attended[start:end], heads)
            for_queries, for_keys, for_values = _heads_of(given[start:end], heads)
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
        return given

    return back


_attention = _step(_attention_forth, _attention_back)


def _averaged_forth(rows: Floats, bounds: list[int]) -> Floats:
    """The mean token of every text."""
    lengths = np.diff(bounds)[:, None].astype(rows.dtype)
    return np.asarray(np.add.reduceat(rows, bounds[:-1], axis=0) / lengths)


def _averaged_back(outcome: Floats, rows: Floats, bounds: list[int]) -> Callable[[Floats], Floats]:
    lengths = np.diff(bounds)

    def back(gradient: Floats) -> Floats:
        return np.repeat(gradient / lengths[:, None].astype(rows.dtype), lengths, axis=0)

    return back


_averaged = _step(_averaged_forth, _averaged_back)
