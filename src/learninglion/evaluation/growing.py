"""Word statistics as they were on a day: of the documents that were there by then, and of no others."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from learninglion.search.local.snapshot import Snapshot
from learninglion.search.statistics import Statistics, WordCounts

__all__ = ["GrowingStatistics"]


class GrowingStatistics:
    """The statistics of the sources of `snapshot` that were added so far; none at first.

    A measurement with a time split adds documents as they came. How rare a word is then never depends on
    what was written later.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._words = WordCounts()
        names = np.concatenate([np.zeros(0, dtype=object), *(s.documents for s in snapshot.segments)])
        self._positions: dict[str, list[int]] = {}
        for position in np.flatnonzero(snapshot.alive).tolist():
            self._positions.setdefault(str(names[position]), []).append(position)

    def add(self, documents: Iterable[str]) -> None:
        """Count the sources of `documents`, each of which is added once."""
        positions = sorted(p for name in documents for p in self._positions.get(name, ()))
        for segment, rows in self._snapshot.split(np.array(positions, dtype=np.int64)):
            self._words.count(segment, rows)

    def now(self) -> Statistics:
        """What was counted so far. Good until the next `add`: the arrays are not copied."""
        kept = self._snapshot.statistics
        return self._words.statistics(kept.questions, kept.bodies)
