"""Whether a score means what it says, and where the default threshold comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from learninglion.evaluation.measures import area_under_curve, calibration_error, reliability

__all__ = ["Calibration", "calibration"]

_HALVINGS = 10
_DEPTH = 10
# Fewer sources than this in a half say nothing.
_FEWEST = 10
# Points of the threshold curve that a report draws.
_CURVE = 50


@dataclass(frozen=True, slots=True)
class Calibration:
    """Whether a score means what it says, with half of the sources taken out of the corpus (10 times).

    `error` is the expected calibration error over the ten best hits; `answerable` the AUC of the best
    hit's score for whether a relevant source is there at all; `bins` are (mean score, share relevant, how
    many). `threshold` tells answerable from unanswerable best: `caught` of the first and `false_alarms` of
    the second are above it; `curve` has (threshold, caught, false alarms).
    """

    error: float
    answerable: float
    threshold: float
    caught: float
    false_alarms: float
    bins: tuple[tuple[float, float, int], ...]
    curve: tuple[tuple[float, float, float], ...] = ()


def calibration(
    order: NDArray[np.int64],
    chances: NDArray[np.float64],
    relevant: Sequence[NDArray[np.int64]],
    sources: int,
    default: float,
) -> Calibration:
    """How much scores can be trusted, over ten random halves of the sources; deterministic.

    `order` (queries, depth) holds numbers of sources, best first, -1 for no more; `chances` their scores;
    `relevant` which are relevant to each query. `default` is the threshold given when nothing can be told.
    """
    found = order >= 0
    right = np.stack([np.isin(row, wanted) for row, wanted in zip(order, relevant, strict=True)])
    scores, truths, tops, present = [], [], [], []
    for seed in range(_HALVINGS):
        kept: NDArray[np.bool_] = np.asarray(np.random.default_rng(seed).random(sources) < 0.5)
        if kept.sum() < _FEWEST:
            continue
        there: NDArray[np.bool_] = kept[order] & found
        # the sources that are left, in their order, to the front
        front = np.argsort(~there, axis=1, kind="stable")[:, :_DEPTH]
        left = np.take_along_axis(there, front, axis=1)
        best = np.where(left, np.take_along_axis(chances, front, axis=1), 0.0)
        scores.append(best.ravel())
        truths.append((np.take_along_axis(right, front, axis=1) & left & (best > 0)).ravel())
        tops.append(best[:, 0])
        present.append(np.array([bool(kept[wanted].any()) for wanted in relevant]))
    if not scores:
        return Calibration(0.0, 0.5, default, 0.0, 0.0, ())
    said, true = np.concatenate(scores), np.concatenate(truths)
    top, answerable = np.concatenate(tops), np.concatenate(present)
    threshold = _best_threshold(top, answerable)
    caught, alarms = _shares(top, answerable, threshold)
    return Calibration(
        calibration_error(said, true),
        area_under_curve(top, answerable),
        threshold,
        caught,
        alarms,
        reliability(said, true),
        tuple((float(t), *_shares(top, answerable, t)) for t in np.linspace(0, 1, _CURVE + 1)),
    )


def _best_threshold(top: NDArray[np.float64], answerable: NDArray[np.bool_]) -> float:
    """Where the share of answerable above it less that of unanswerable above it is largest."""
    steps = np.linspace(0.01, 0.99, 99)
    gains = [caught - alarms for caught, alarms in (_shares(top, answerable, t) for t in steps)]
    return float(steps[int(np.argmax(gains))])


def _shares(top: NDArray[np.float64], answerable: NDArray[np.bool_], threshold: float) -> tuple[float, float]:
    above = top >= threshold
    caught = float(above[answerable].mean()) if answerable.any() else 0.0
    alarms = float(above[~answerable].mean()) if not answerable.all() else 0.0
    return caught, alarms
