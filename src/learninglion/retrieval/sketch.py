"""The first look over all passages: their vectors in 4 bits a number.

Reading them from memory is what a look over hundreds of thousands of vectors costs, and in 4 bits they are
an eighth of what they are in 32. Cosines are off by 0.004, so the nearest of a few hundred thousand are among
the first few hundred. Exact cosines come after that, from the vectors themselves (scoring.py).
"""

from __future__ import annotations

from mmap import MADV_DONTNEED, mmap
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from learninglion.retrieval.encoders import Vectors

if TYPE_CHECKING:
    from learninglion.retrieval.sketch_graph import Comparison

__all__ = ["Sketch", "sketched"]

_BLOCK = 128  # numbers that share one scale
_MIDDLE = 8  # the level of zero, and the highest level is 15
_AT_ONCE = 16_384  # vectors that are put into levels together

Levels = NDArray[np.uint8]
Floats = NDArray[np.float32]


def sketched(vectors: NDArray[np.floating]) -> tuple[Levels, Floats]:
    """Levels, two a byte, of shape (n, blocks, 64), and the scale of each block, shape (n, blocks)."""
    blocks = -(-vectors.shape[1] // _BLOCK)
    levels = np.zeros((len(vectors), blocks, _BLOCK // 2), dtype=np.uint8)
    scales = np.zeros((len(vectors), blocks), dtype=np.float32)
    for start in range(0, len(vectors), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        rows = np.zeros((len(vectors[part]), blocks * _BLOCK), dtype=np.float32)
        rows[:, : vectors.shape[1]] = vectors[part]
        rows = rows.reshape(-1, blocks, _BLOCK)
        furthest = np.abs(rows).argmax(axis=2, keepdims=True)
        scale = np.take_along_axis(rows, furthest, axis=2) / -_MIDDLE  # that number gets level 0 exactly
        scale[scale == 0] = 1
        numbers = np.clip(np.rint(rows / scale) + _MIDDLE, 0, 2 * _MIDDLE - 1).astype(np.uint8)
        levels[part] = numbers[..., 0::2] | numbers[..., 1::2] << 4
        scales[part] = scale[..., 0]
    return levels, scales


class Sketch:
    """What `sketched` gave of many vectors, to compare a vector with all of them. Safe for threads."""

    def __init__(self, levels: Levels, scales: Floats) -> None:
        self._levels, self._scales = levels, scales
        self._comparison: Comparison | None = None
        self._lock = Lock()

    def cosines(self, vector: Vectors) -> Floats:
        """Of `vector`, of unit length, with each; off by a few thousandths. Shape (n,)."""
        count, blocks = self._scales.shape
        if not count:
            return np.zeros(0, dtype=np.float32)
        asked = np.zeros(blocks * _BLOCK, dtype=np.float32)
        asked[: len(vector)] = vector
        return self._ready()(asked)

    def _ready(self) -> Comparison:
        with self._lock:
            if self._comparison is None:
                # loads ONNX Runtime, which most commands do without
                from learninglion.retrieval.sketch_graph import Comparison

                self._comparison = Comparison(self._levels, self._scales)
                # it has a copy of its own; should it look again, they are read again
                _let_go(self._levels)
            return self._comparison


def _let_go(array: NDArray[np.generic]) -> None:
    """Give back the memory of an array that is mapped from a file; it is read again when it is looked at."""
    base: object = array
    while isinstance(base, np.ndarray):
        base = base.base
    if isinstance(base, mmap):
        base.madvise(MADV_DONTNEED)
