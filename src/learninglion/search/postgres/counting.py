"""The statistics of a generation as they are kept: folded up to a change, in one blob of sparse numbers."""

from __future__ import annotations

import io
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from learninglion.search.frame import Frame, Tally, tally
from learninglion.search.segments import BOTH, PARTS, Segment
from learninglion.search.statistics import Statistics, WordCounts

__all__ = ["Sums"]


@dataclass(slots=True)
class Sums:
    """Words and vectors of what there is, counted exactly: in whatever order, the same."""

    questions: Tally
    bodies: Tally
    words: WordCounts = field(default_factory=WordCounts)

    @classmethod
    def none(cls, dimensions: int) -> Sums:
        """Those of nothing."""
        nothing = Tally(0, np.zeros(dimensions), np.zeros((dimensions, dimensions)))
        return cls(nothing, nothing)

    def copy(self) -> Sums:
        """The same numbers, to go on counting with."""
        return Sums(self.questions, self.bodies, deepcopy(self.words))

    def count(self, segment: Segment, times: int = 1) -> None:
        """Count every source of `segment`; `times` -1 takes them away again."""
        if not len(segment):
            return
        self.words.count(segment, np.arange(len(segment)), times)
        asked = segment.is_asked()
        questions, bodies = (tally(segment.placed(np.flatnonzero(a))) for a in (asked, ~asked))
        if times > 0:
            self.questions, self.bodies = self.questions + questions, self.bodies + bodies
        else:
            self.questions, self.bodies = self.questions - questions, self.bodies - bodies

    def statistics(self, frame: Frame) -> Statistics:
        """What scores are told against: these and the background texts of the frame."""
        questions, bodies = self.questions + frame.questions, self.bodies + frame.bodies
        return self.words.statistics(questions.cloud(), bodies.cloud())

    def pack(self) -> bytes:
        """As bytes; `unpack` reads them."""
        kept: dict[str, NDArray[Any]] = {
            "sources": np.array([self.words.sources[part] for part in PARTS]),
            "terms": np.array([self.words.terms[key] for key in BOTH]),
        }
        for i, key in enumerate(BOTH):
            kept[f"places{i}"] = np.flatnonzero(self.words.frequency[key]).astype(np.uint32)
            kept[f"counts{i}"] = self.words.frequency[key][kept[f"places{i}"]]
        for name, told in (("questions", self.questions), ("bodies", self.bodies)):
            kept[name] = np.vstack([np.full((1, len(told.total)), told.count), told.total, told.products])
        target = io.BytesIO()
        np.savez_compressed(target, allow_pickle=False, **kept)
        return target.getvalue()

    @classmethod
    def unpack(cls, packed: bytes) -> Sums:
        """What `pack` made."""
        with np.load(io.BytesIO(packed)) as kept:
            sums = cls(_read_tally(kept["questions"]), _read_tally(kept["bodies"]))
            sums.words.sources = dict(zip(PARTS, kept["sources"].tolist(), strict=True))
            sums.words.terms = dict(zip(BOTH, kept["terms"].tolist(), strict=True))
            for i, key in enumerate(BOTH):
                sums.words.frequency[key][kept[f"places{i}"]] = kept[f"counts{i}"]
        return sums


def _read_tally(rows: NDArray[np.float64]) -> Tally:
    return Tally(int(rows[0, 0]), rows[1], rows[2:])
