"""The first look over all passages: their vectors in 4 bits a number.

Reading them from memory is what a look over hundreds of thousands of vectors costs, and in 4 bits they are
an eighth of what they are in 32. Cosines are off by 0.004, so the nearest of a few hundred thousand are among
the first few hundred. Exact cosines come after that, from the vectors themselves (scoring.py).
"""

from __future__ import annotations

from mmap import MADV_DONTNEED, mmap
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper

from learninglion.inference.encoders import Vectors
from learninglion.inference.onnx import ADDITIONS, FOUR_BITS, cores, empty_model, session_of

__all__ = ["Comparison", "Sketch", "sketched"]

_VECTOR, _LEVELS, _SCALES, _COSINES = "vector", "levels", "scales", "cosines"

Floats = NDArray[np.float32]


class Comparison:
    """Many vectors as `sketch.sketched` gives them, in the order that the processor reads fastest."""

    def __init__(self, levels: NDArray[np.uint8], scales: Floats) -> None:
        count, blocks, half = levels.shape
        # kept, because the session may read them
        self._numbers: dict[str, NDArray[Any]] = {_LEVELS: levels, _SCALES: scales.reshape(-1)}
        self._session = session_of(_model(count, blocks, 2 * half), cores(), self._numbers)

    def __call__(self, vector: Floats) -> Floats:
        """The product of `vector` with every row, shape (n,)."""
        (found,) = self._session.run([_COSINES], {_VECTOR: vector[None]})
        products: Floats = found[0]
        return products


def _model(count: int, blocks: int, block: int) -> bytes:
    """A model of one multiplication; its numbers are given when it is opened."""
    node = helper.make_node(
        "MatMulNBits",
        [_VECTOR, _LEVELS, _SCALES],
        [_COSINES],
        domain=ADDITIONS,
        K=blocks * block,
        N=count,
        block_size=block,
        **FOUR_BITS,
    )
    model = empty_model("sketch")
    model.graph.node.append(node)
    shapes = (
        (_LEVELS, TensorProto.UINT8, (count, blocks, block // 2)),
        (_SCALES, TensorProto.FLOAT, (count * blocks,)),
    )
    for name, kind, shape in shapes:
        tensor = TensorProto(name=name, data_type=kind, dims=shape, data_location=TensorProto.EXTERNAL)
        tensor.external_data.add(key="location", value="given")
        model.graph.initializer.append(tensor)
    for place, name, width in (
        (model.graph.input, _VECTOR, blocks * block),
        (model.graph.output, _COSINES, count),
    ):
        place.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, width]))
    return bytes(model.SerializeToString())


_BLOCK = 128  # numbers that share one scale
_MIDDLE = 8  # the level of zero, and the highest level is 15
_AT_ONCE = 16_384  # vectors that are put into levels together

Levels = NDArray[np.uint8]


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
                from learninglion.search.local.sketch import Comparison

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
