"""The comparison of one vector with a sketch of many, as a graph for ONNX Runtime."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper

from learninglion.retrieval.computing import ADDITIONS, FOUR_BITS, cores, empty_model, session_of

__all__ = ["Comparison"]

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
