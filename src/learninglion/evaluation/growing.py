"""Word statistics as they were on a day: of the documents that were there by then, and of no others."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from learninglion.search.local.analysis import BUCKETS, FAMILIES
from learninglion.search.local.segments import PARTS
from learninglion.search.local.snapshot import Snapshot, Statistics

__all__ = ["GrowingStatistics"]


class GrowingStatistics:
    """The statistics of the sources of `snapshot` that were added so far; none at first.

    A measurement with a time split adds documents as they came. How rare a word is then never depends on
    what was written later.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._sources = dict.fromkeys(PARTS, 0)
        both = [(part, family) for part in PARTS for family in FAMILIES]
        self._frequency = {key: np.zeros(BUCKETS, dtype=np.int32) for key in both}
        self._terms = dict.fromkeys(both, 0.0)
        names = np.concatenate([np.zeros(0, dtype=object), *(s.documents for s in snapshot.segments)])
        self._positions: dict[str, list[int]] = {}
        for position in np.flatnonzero(snapshot.alive).tolist():
            self._positions.setdefault(str(names[position]), []).append(position)

    def add(self, documents: Iterable[str]) -> None:
        """Count the sources of `documents`, each of which is added once."""
        positions = sorted(p for name in documents for p in self._positions.get(name, ()))
        for number, rows in self._snapshot.split(np.array(positions, dtype=np.int64)):
            self._count(number, rows)

    def now(self) -> Statistics:
        """What was counted so far. Good until the next `add`: the arrays are not copied."""
        means = {key: max(1.0, total / max(1, self._sources[key[0]])) for key, total in self._terms.items()}
        kept = self._snapshot.statistics
        return Statistics(dict(self._sources), self._frequency, means, kept.questions, kept.bodies)

    def _count(self, number: int, rows: NDArray[np.int64]) -> None:
        segment = self._snapshot.segments[number]
        for part, family in self._frequency:
            joined, _, _ = segment.forward[part, family].gather(rows)
            np.add.at(self._frequency[part, family], joined, 1)
            self._terms[part, family] += float(segment.lengths[part, family][rows].sum())
        for part in PARTS:
            self._sources[part] += int((segment.lengths[part, "grams"][rows] > 0).sum())
