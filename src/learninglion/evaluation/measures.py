"""Measures of a ranking, with their uncertainty, and whether two rankings really differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ir_measures
import numpy as np
from numpy.typing import NDArray

__all__ = [
    "MEASURES",
    "Comparison",
    "Measured",
    "area_under_curve",
    "calibration_error",
    "compare",
    "measure",
    "per_query",
    "reliability",
]

Values = NDArray[np.float64]
Judgements = Mapping[str, Mapping[str, int]]  # query -> source -> grade; from 1 on is relevant
Rankings = Mapping[str, Sequence[tuple[str, float]]]  # query -> (source, score), best first

MEASURES = ("hit@1", "hit@5", "hit@10", "MRR@10", "nDCG@10", "R@100")
_PARSED = {
    "hit@1": ir_measures.parse_measure("Success@1"),
    "hit@5": ir_measures.parse_measure("Success@5"),
    "hit@10": ir_measures.parse_measure("Success@10"),
    "MRR@10": ir_measures.parse_measure("RR@10"),
    "nDCG@10": ir_measures.parse_measure("nDCG@10"),
    "R@100": ir_measures.parse_measure("R@100"),
}
_RESAMPLES = 2000
_PERMUTATIONS = 10_000


@dataclass(frozen=True, slots=True)
class Measured:
    """A mean over queries with the ends of its 95% bootstrap interval."""

    name: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """How much the second of two rankings differs from the first on the same queries.

    `p` is the chance of a difference this large if the two were alike (two-sided paired randomisation).
    """

    name: str
    first: float
    second: float
    p: float

    @property
    def difference(self) -> float:
        """Second less first."""
        return self.second - self.first


def per_query(judgements: Judgements, rankings: Rankings) -> dict[str, Values]:
    """For each measure its value for every query of `judgements`, in their order.

    A query without results, or without a ranking at all, counts as zero. Equal scores keep the order given.
    """
    run = {
        query: {source: float(len(found) - i) for i, (source, _) in enumerate(found)}
        for query, found in rankings.items()
        if query in judgements and found
    }
    qrels = {query: dict(grades) for query, grades in judgements.items()}
    rows = {name: dict.fromkeys(judgements, 0.0) for name in MEASURES}
    names = {parsed: name for name, parsed in _PARSED.items()}
    if run:
        for found in ir_measures.iter_calc(list(_PARSED.values()), qrels, run):
            rows[names[found.measure]][found.query_id] = float(found.value)
    return {name: np.array(list(values.values()), dtype=np.float64) for name, values in rows.items()}


def measure(values: Mapping[str, Values], seed: int = 0) -> tuple[Measured, ...]:
    """The mean of every measure with its bootstrap interval; the same seed gives the same interval."""
    return tuple(_bootstrap(name, rows, seed) for name, rows in values.items())


def _bootstrap(name: str, rows: Values, seed: int) -> Measured:
    if not len(rows):
        return Measured(name, 0.0, 0.0, 0.0)
    draws = np.random.default_rng(seed).integers(0, len(rows), (_RESAMPLES, len(rows)))
    means = rows[draws].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return Measured(name, float(rows.mean()), float(low), float(high))


def compare(name: str, first: Values, second: Values, seed: int = 0) -> Comparison:
    """Paired randomisation test of two rows of per-query values (same queries, same order)."""
    differences = second - first
    observed = abs(float(differences.mean())) if len(differences) else 0.0
    if observed == 0.0:
        return Comparison(name, float(first.mean()) if len(first) else 0.0, _mean(second), 1.0)
    random = np.random.default_rng(seed)
    as_large = 0
    moved = differences[differences != 0]
    for _ in range(_PERMUTATIONS // 100):
        signs = random.integers(0, 2, (100, len(moved))) * 2 - 1
        means = np.abs(signs @ moved) / len(differences)
        as_large += int((means >= observed - 1e-12).sum())
    return Comparison(name, _mean(first), _mean(second), (as_large + 1) / (_PERMUTATIONS + 1))


def _mean(rows: Values) -> float:
    return float(rows.mean()) if len(rows) else 0.0


def reliability(
    scores: Values, truths: NDArray[np.bool_], bins: int = 10
) -> tuple[tuple[float, float, int], ...]:
    """Per bin of equal width with anything in it: (mean score, share that is true, how many)."""
    which = np.minimum((scores * bins).astype(int), bins - 1)
    found = []
    for b in range(bins):
        inside = which == b
        if inside.any():
            found.append((float(scores[inside].mean()), float(truths[inside].mean()), int(inside.sum())))
    return tuple(found)


def calibration_error(scores: Values, truths: NDArray[np.bool_], bins: int = 10) -> float:
    """Expected calibration error: the mean distance between what a score says and what is true."""
    total = max(1, len(scores))
    return sum(abs(said - true) * n for said, true, n in reliability(scores, truths, bins)) / total


def area_under_curve(scores: Values, truths: NDArray[np.bool_]) -> float:
    """The chance that a true one scores higher than a false one (ties count half)."""
    positive, negative = scores[truths], scores[~truths]
    if not len(positive) or not len(negative):
        return 0.5
    ordered = np.sort(negative)
    below = np.searchsorted(ordered, positive, side="left")
    upto = np.searchsorted(ordered, positive, side="right")
    return float((below + upto).sum() / 2 / len(positive) / len(negative))
