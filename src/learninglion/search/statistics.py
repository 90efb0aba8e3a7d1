"""How common terms are in an archive, and where its vectors lie: what a score is told against.

Whole numbers and exact sums over what is there: the same archive has the same statistics in whatever order,
batches and engine it came to be.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from learninglion.search.analysis import BUCKETS
from learninglion.search.frame import Cloud
from learninglion.search.segments import BOTH, PARTS, Segment

__all__ = ["Statistics", "WordCounts"]


@dataclass(frozen=True, slots=True)
class Statistics:
    """Sources by term and the mean number of terms, for each part and family; clouds of the vectors."""

    sources: dict[str, int]
    frequency: dict[tuple[str, str], NDArray[np.int32]]
    mean_length: dict[tuple[str, str], float]
    questions: Cloud
    bodies: Cloud


@dataclass(slots=True)
class WordCounts:
    """Sources that hold each term, and how many terms they have; sources are added and taken away."""

    sources: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PARTS, 0))
    frequency: dict[tuple[str, str], NDArray[np.int32]] = field(
        default_factory=lambda: {key: np.zeros(BUCKETS, dtype=np.int32) for key in BOTH}
    )
    terms: dict[tuple[str, str], float] = field(default_factory=lambda: dict.fromkeys(BOTH, 0.0))

    def count(self, segment: Segment, rows: NDArray[np.int64], times: int = 1) -> None:
        """Count these rows of `segment`; `times` -1 takes them away again."""
        for key in BOTH:
            found, _, _ = segment.forward[key].gather(rows)
            np.add.at(self.frequency[key], found, times)
        self.measure(segment, rows, times)

    def measure(self, segment: Segment, rows: NDArray[np.int64] | NDArray[np.bool_], times: int = 1) -> None:
        """Count how many these rows are and how long, without their terms."""
        for key in BOTH:
            self.terms[key] += times * float(segment.lengths[key][rows].sum(dtype=np.float64))
        for part in PARTS:
            self.sources[part] += times * int((segment.lengths[part, "grams"][rows] > 0).sum())

    def statistics(self, questions: Cloud, bodies: Cloud) -> Statistics:
        """What was counted so far; the arrays are not copied."""
        means = {key: max(1.0, total / max(1, self.sources[key[0]])) for key, total in self.terms.items()}
        return Statistics(dict(self.sources), self.frequency, means, questions, bodies)
