"""Learning the fusion from an archive's own pairs: which signal counts for how much, and what a score means.

Only a few numbers are learned, held close to those that came with the package, so a few hundred pairs
suffice and a few unlucky ones do no harm. A new version is kept only when it is significantly better on
pairs it never saw; every version stays on disk and can be put back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from learninglion.search.fusion import DEFAULT, FEATURES, Fusion, Scores

__all__ = ["Lesson", "learn_fusion"]

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


def learn_fusion(lessons: Sequence[Lesson], start: Fusion = DEFAULT) -> Fusion:
    """The fusion that fits `lessons` best, held close to `start`; calibrated on halves of the candidates.

    Deterministic; seconds for a thousand lessons.
    """
    columns = [FEATURES.index(name) for name in _BODY]
    tables = [lesson.features[:, columns].astype(np.float64) for lesson in lessons]
    rights = [lesson.right for lesson in lessons]
    anchor = np.array([getattr(start, name) for name in _BODY], dtype=np.float64)
    weights = _fit_weights(tables, rights, anchor)
    stems, grams, mean, best, length = (round(float(w), 4) for w in weights)
    learned = replace(
        start,
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
            kept = np.random.default_rng((seed, number)).random(len(scores)) < 0.5
            chosen = np.flatnonzero(kept)
            if not len(chosen):
                continue
            best = chosen[np.argsort(-scores[chosen], kind="stable")[:_CALIBRATION_DEPTH]]
            inputs.append(np.log(np.logaddexp(0.0, scores[best]) + 1e-12))
            truths.append(best == right)
            tops.append(inputs[-1][0])
            present.append(bool(kept[right]))
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
