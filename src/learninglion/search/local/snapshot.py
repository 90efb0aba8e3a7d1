"""What one search sees: the segments of one moment with their statistics. Never changes once made."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from learninglion.inference.encoders import Vectors
from learninglion.search.engine import CANDIDATES, EXACT, NEAREST, Timings, proposing
from learninglion.search.frame import Frame, Statistics, WordCounts
from learninglion.search.fusion import Fusion, Scores
from learninglion.search.local.filed import FiledSegment
from learninglion.search.local.lexical import Lexicon
from learninglion.search.scoring import Pieces, Probe
from learninglion.search.segments import BOTH

_BLOCK = 100  # passages whose nearest is looked for together
_CLOSED = -2.0  # the cosine of what may not be found: below any

_REMEMBERED = 8


class Snapshot:
    """The segments of one moment. A source is known by its position: its row, counted through segments."""

    def __init__(
        self,
        segments: tuple[FiledSegment, ...],
        frame: Frame,
        lexicon: Lexicon,
        fusion: Fusion,
        encoder_name: str,
        sequence: int,
        timings: Timings,
    ) -> None:
        self.timings = timings
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
        places = np.searchsorted(self.keys, keys, sorter=self._by_key)
        positions = self._by_key[np.minimum(places, len(self.keys) - 1)]
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

    def candidates(self, probe: Probe, documents: frozenset[str] | None, *, exact: bool = False) -> Pieces:
        """The sources of `documents` (None: all) that may be hits; `exact`: every one of them."""
        mask = self.mask(documents)
        allowed = int(mask.sum())
        if exact or allowed <= EXACT:
            return self.split(np.flatnonzero(mask))
        ranked = [*_by_words(self, probe, mask, allowed), _nearest(self, probe.vector, mask)]
        return self.split(np.unique(np.concatenate(ranked)))

    def extent(self, documents: frozenset[str] | None) -> tuple[int, int]:
        """How many documents and sources may be found among `documents` (None: all)."""
        mask = self.mask(documents)
        with self._lock:
            names, owners = self._numbered()
        documents_seen = np.count_nonzero(np.bincount(owners[mask], minlength=len(names)))
        return int(documents_seen), int(mask.sum())

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

    def split(self, positions: NDArray[np.int64]) -> Pieces:
        """Ascending positions as rows of segments."""
        edges = np.searchsorted(positions, self.starts)
        return [
            (segment, positions[edges[i] : edges[i + 1]] - self.starts[i])
            for i, segment in enumerate(self.segments)
            if edges[i + 1] > edges[i]
        ]


def _collect(segments: Sequence[FiledSegment], frame: Frame) -> Statistics:
    words = WordCounts()
    for segment in segments:
        for key in BOTH:
            segment.count_living(key, words.frequency[key])
        words.measure(segment, segment.alive)
    living = [segment.living() for segment in segments]
    questions = sum((questions_living for questions_living, _ in living), frame.questions)
    bodies = sum((body for _, body in living), frame.bodies)
    return words.statistics(questions.cloud(), bodies.cloud())


def _by_words(
    snapshot: Snapshot, probe: Probe, mask: NDArray[np.bool_], allowed: int
) -> list[NDArray[np.int64]]:
    """Candidates by stems and by 5-grams. Under a filter they are looked for deeper, in proportion."""
    share = allowed / max(1, len(mask))
    depth = min(25 * CANDIDATES, int(CANDIDATES / max(share, 1e-6)))
    stems, grams = proposing(probe)
    ranked = [
        snapshot.positions_of(snapshot.lexicon.search(terms, depth)) for terms in ((stems, ()), ((), grams))
    ]
    return [p[mask[p]][:CANDIDATES] for p in ranked]


def _nearest(snapshot: Snapshot, vector: Vectors, mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The positions with the passages nearest to `vector`, at first look."""
    positions: list[NDArray[np.int64]] = [np.zeros(0, dtype=np.int64)]
    values: list[Scores] = [np.zeros(0, dtype=np.float32)]
    for number, segment in enumerate(snapshot.segments):
        cosines = segment.sketch.cosines(vector)
        inside = mask[snapshot.starts[number] : snapshot.starts[number + 1]]
        if not inside.all():
            cosines[~inside[segment.owner]] = _CLOSED
        top = _highest(cosines, NEAREST)
        top = top[cosines[top] > _CLOSED]
        positions.append(segment.owner[top] + snapshot.starts[number])
        values.append(cosines[top])
    nearest = np.argsort(-np.concatenate(values), kind="stable")[:NEAREST]
    return np.asarray(np.concatenate(positions)[nearest], dtype=np.int64)


def _highest(values: Scores, most: int) -> NDArray[np.int64]:
    """Where the `most` highest of `values` are, or all of them, in no order.

    At least `most` values are as high as the `most`-th highest maximum of a block, so only those are looked
    at further: a tenth of the time where there are many values.
    """
    blocks = len(values) // _BLOCK
    if blocks > most:
        maxima = values[: blocks * _BLOCK].reshape(blocks, _BLOCK).max(axis=1)
        least = np.partition(maxima, blocks - most)[blocks - most]
        places = np.flatnonzero(values >= least)
    else:
        places = np.arange(len(values))
    if len(places) <= most:
        return places
    return np.asarray(places[np.argpartition(-values[places], most - 1)[:most]], dtype=np.int64)
