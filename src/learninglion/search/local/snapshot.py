"""What one search sees: the segments of one moment with their statistics. Never changes once made."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from learninglion.search.fusion import Fusion
from learninglion.search.local.analysis import BUCKETS, FAMILIES
from learninglion.search.local.frame import Cloud, Frame
from learninglion.search.local.lexical import Lexicon
from learninglion.search.local.segments import PARTS, Segment

__all__ = ["Snapshot", "Statistics"]

_REMEMBERED = 8


@dataclass(frozen=True, slots=True)
class Statistics:
    """How common terms are (sources by term, and the mean number of terms, for each part and family), and
    where the vectors of questions and bodies lie.

    Whole numbers and exact sums over what is alive: the same archive has the same statistics in whatever
    order and segments it came to be.
    """

    sources: dict[str, int]
    frequency: dict[tuple[str, str], NDArray[np.int32]]
    mean_length: dict[tuple[str, str], float]
    questions: Cloud
    bodies: Cloud


class Snapshot:
    """The segments of one moment. A source is known by its position: its row, counted through segments."""

    def __init__(
        self,
        segments: tuple[Segment, ...],
        frame: Frame,
        lexicon: Lexicon,
        fusion: Fusion,
        encoder_name: str,
        sequence: int,
    ) -> None:
        self.segments = segments
        self.frame = frame
        self.lexicon = lexicon
        self.fusion = fusion
        self.encoder_name = encoder_name
        self.sequence = sequence
        self.starts = np.concatenate([[0], np.cumsum([len(s) for s in segments])]).astype(np.int64)
        none = np.zeros(0, dtype=np.int64)
        self.alive: NDArray[np.bool_] = np.concatenate([none.astype(np.bool_), *(s.alive for s in segments)])
        self.keys: NDArray[np.int64] = np.concatenate([none, *(s.keys for s in segments)])
        self._by_key = np.argsort(self.keys, kind="stable")
        self.statistics = _collect(segments, frame)
        self._owners: tuple[list[str], NDArray[np.int32]] | None = None
        self._masks: OrderedDict[frozenset[str], NDArray[np.bool_]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return int(self.starts[-1])

    def positions_of(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """The positions of these keys, in their order; keys that are not here are left out."""
        if not len(self.keys):
            return np.zeros(0, dtype=np.int64)
        found = np.searchsorted(self.keys, keys, sorter=self._by_key)
        positions = self._by_key[np.minimum(found, len(self.keys) - 1)]
        return np.asarray(positions[self.keys[positions] == keys], dtype=np.int64)

    def mask(self, documents: frozenset[str] | None) -> NDArray[np.bool_]:
        """For each position whether it may be found: alive, and of one of `documents` (None: any)."""
        if documents is None:
            return self.alive
        with self._lock:
            known = self._masks.get(documents)
            if known is None:
                names, owners = self._numbered()
                inside = np.fromiter((name in documents for name in names), np.bool_, len(names))
                known = self._masks[documents] = inside[owners] & self.alive
                while len(self._masks) > _REMEMBERED:
                    self._masks.popitem(last=False)
            else:
                self._masks.move_to_end(documents)
            return known

    def count_documents(self, mask: NDArray[np.bool_]) -> int:
        """Of how many documents the positions of `mask` are."""
        with self._lock:
            names, owners = self._numbered()
        return int(np.count_nonzero(np.bincount(owners[mask], minlength=len(names))))

    def _numbered(self) -> tuple[list[str], NDArray[np.int32]]:
        """The documents, and for each position the number of its own; made once, under the lock.

        Names are walked in Python, which for 100,000 sources takes longer than the rest of a search.
        """
        if self._owners is None:
            numbers: dict[str, int] = {}
            listed = [
                numbers.setdefault(name, len(numbers)) for s in self.segments for name in s.documents.tolist()
            ]
            self._owners = list(numbers), np.array(listed, dtype=np.int32)
        return self._owners

    def split(self, positions: NDArray[np.int64]) -> list[tuple[int, NDArray[np.int64]]]:
        """Ascending positions by segment: (number of the segment, rows in it)."""
        edges = np.searchsorted(positions, self.starts)
        return [
            (i, positions[edges[i] : edges[i + 1]] - self.starts[i])
            for i in range(len(self.segments))
            if edges[i + 1] > edges[i]
        ]

    def name_of(self, position: int) -> tuple[str, str]:
        """(document id, source id) at a position."""
        number = int(np.searchsorted(self.starts, position, side="right")) - 1
        segment, row = self.segments[number], position - int(self.starts[number])
        return str(segment.documents[row]), str(segment.sources[row])


def _collect(segments: Sequence[Segment], frame: Frame) -> Statistics:
    counted = {p: sum(int((s.lengths[p, "grams"][s.alive] > 0).sum()) for s in segments) for p in PARTS}
    frequency: dict[tuple[str, str], NDArray[np.int32]] = {}
    mean_length: dict[tuple[str, str], float] = {}
    for part in PARTS:
        for family in FAMILIES:
            total = np.zeros(BUCKETS, dtype=np.int32)
            length = 0.0
            for segment in segments:
                terms, sources = segment.frequency[part, family]
                total[terms] += sources  # terms are different within a segment
                if not segment.alive.all():
                    gone, _, _ = segment.forward[part, family].gather(np.flatnonzero(~segment.alive))
                    np.subtract.at(total, gone, 1)
                length += float(segment.lengths[part, family][segment.alive].sum(dtype=np.float64))
            frequency[part, family] = total
            mean_length[part, family] = max(1.0, length / max(1, counted[part]))
    living = [segment.living() for segment in segments]
    questions = sum((asked for asked, _ in living), frame.questions)
    bodies = sum((body for _, body in living), frame.bodies)
    return Statistics(counted, frequency, mean_length, questions.cloud(), bodies.cloud())
