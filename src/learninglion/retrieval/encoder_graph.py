"""The built-in model as a graph for ONNX Runtime, which computes it quickly and exactly as it is stored.

The matrices stay the 4 bits of the weights file (MatMulNBits multiplies them with activations of 8 bits and
adds up whole numbers), so nothing is rounded a second time and the graph takes 13 MB. The table of words
stays in the file: the graph starts with the rows of one text.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from learninglion.retrieval.computing import ADDITIONS, FOUR_BITS, empty_model
from learninglion.retrieval.encoder_weights import BLOCK, MATRICES, EncoderWeights, levels, scales

__all__ = ["ROWS", "STATES", "encoder_graph"]

ROWS = "rows"  # words and places of one text, float32, shape (1, tokens, dimensions)
STATES = "states"  # what the last layer makes of each token, the same shape


def encoder_graph(weights: EncoderWeights) -> bytes:
    """An ONNX model with the input ROWS and the output STATES."""
    graph = _Graph(weights)
    rows = graph.first_norm()
    for layer in range(weights.layers):
        rows = graph.layer(layer, rows)
    return graph.finished(rows)


class _Graph:
    """A graph in the making. What adds a step gives the name of its outcome."""

    def __init__(self, weights: EncoderWeights) -> None:
        self._weights = weights
        self._model = empty_model("encoder")
        self._graph = self._model.graph

    def first_norm(self) -> str:
        names = [self._keep(f"emb.ln.{n}", v) for n, v in zip("wb", self._weights.first_norm, strict=True)]
        return self._step(
            "LayerNormalization", [ROWS, *names], "emb", domain="", axis=-1, epsilon=self._weights.epsilon
        )

    def layer(self, number: int, rows: str) -> str:
        of = f"l{number}."
        together, gather, widen, narrow = MATRICES
        parts = [of + name for name in together]
        asked = self._multiplied(rows, number, together)
        self._graph.node.append(helper.make_node("Split", [asked], parts, axis=2, num_outputs=len(parts)))
        known = self._weights.parameters
        biases = self._keep(of + "qkv.b", np.concatenate([known[part + ".b"] for part in parts]))
        heads = self._weights.heads
        seen = self._step("MultiHeadAttention", [*parts, biases], of + "seen", num_heads=heads)
        rows = self._summed(of + "aln", self._multiplied(seen, number, gather), rows, of + "ao.b")
        widened = [self._multiplied(rows, number, widen), self._parameter(of + "fi.b")]
        active = self._step("BiasGelu", widened, of + "active")
        return self._summed(of + "oln", self._multiplied(active, number, narrow), rows, of + "fo.b")

    def finished(self, states: str) -> bytes:
        self._graph.node.append(helper.make_node("Identity", [states], [STATES]))
        shape = [1, "tokens", self._weights.dimensions]
        for name, place in ((ROWS, self._graph.input), (STATES, self._graph.output)):
            place.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
        return bytes(self._model.SerializeToString())

    def _multiplied(self, rows: str, layer: int, names: tuple[str, ...]) -> str:
        """`rows` times a matrix of 4 bits."""
        blocks = self._weights.matrix(layer, *names)
        outcome = f"l{layer}." + "".join(names)
        numbers = levels(blocks)
        pairs = numbers[..., 0::2] | numbers[..., 1::2] << 4
        return self._step(
            "MatMulNBits",
            [rows, self._keep(outcome + ".levels", pairs), self._keep(outcome + ".scales", scales(blocks))],
            outcome + ".out",
            N=blocks.shape[0],
            K=blocks.shape[1] * BLOCK,
            block_size=BLOCK,
            **FOUR_BITS,
        )

    def _summed(self, norm: str, change: str, rows: str, bias: str) -> str:
        """`rows` and their `change` with its bias added up, with mean 0 and variance 1 before the norm."""
        numbers = [self._parameter(name) for name in (norm + ".w", norm + ".b", bias)]
        return self._step(
            "SkipLayerNormalization", [change, rows, *numbers], norm, epsilon=self._weights.epsilon
        )

    def _parameter(self, name: str) -> str:
        return self._keep(name, self._weights.parameters[name])

    def _keep(self, name: str, numbers: NDArray[np.generic]) -> str:
        self._graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(numbers), name))
        return name

    def _step(
        self, operation: str, inputs: list[str], outcome: str, domain: str = ADDITIONS, **settings: Any
    ) -> str:
        self._graph.node.append(helper.make_node(operation, inputs, [outcome], domain=domain, **settings))
        return outcome
