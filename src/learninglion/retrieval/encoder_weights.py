"""The built-in model as its weights file has it, with what it learned since.

Search (encoder_graph.py) and learning (encoder_model.py) compute with the same numbers: this reads them.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from mmap import mmap

import numpy as np
from numpy.typing import NDArray

from learninglion.errors import IntegrityError
from learninglion.retrieval.adapter import UNCHANGED, Adapter
from learninglion.retrieval.tokens import Tokenizer
from learninglion.retrieval.weights_file import Tensor, tensors

__all__ = ["BLOCK", "MATRICES", "EncoderWeights", "Tokens", "dequantised", "levels", "scales"]

BLOCK = 32  # numbers that share one scale
_SCALE_BYTES = 2
_BLOCK_BYTES = _SCALE_BYTES + BLOCK // 2
_MIDDLE = 8  # what a stored level of 0 to 15 is less, as a number
# The matrices of a layer in the order of their use; queries, keys and values are taken together.
MATRICES = (("q", "k", "v"), ("ao",), ("fi",), ("fo",))

Tokens = tuple[int, ...]
Blocks = NDArray[np.uint8]
Floats = NDArray[np.float32]


class EncoderWeights:
    """The model of a weights file; `parameters` are its biases and layer norms after `adapter`.

    `data` may be a mapped file: the matrices and the table of words are read from there when they are asked
    for. Raises IntegrityError where `adapter` belongs to another model.
    """

    def __init__(self, data: bytes | mmap, adapter: Adapter = UNCHANGED) -> None:
        self._data = data
        self._tensors = dict(tensors(data))
        self.tokenizer = Tokenizer(data)
        self.dimensions, self.layers, self.heads, self.wide, _, self.window, _, self.epsilon = (
            struct.unpack_from("<7if", data, 8)
        )
        whole = {name: self._numbers(tensor) for name, tensor in self._tensors.items() if tensor.full}
        self.first_norm = whole["emb.ln.w"], whole["emb.ln.b"]
        self._places = whole["emb.pos"].reshape(-1, self.dimensions) + whole["emb.type"][: self.dimensions]
        self._words = self._blocks(self._tensors["emb.word"], self.dimensions)
        self.parameters = _adapted({n: v for n, v in whole.items() if not n.startswith("emb.")}, adapter)

    def windows(self, text: str) -> list[Tokens]:
        """The tokens of `text` as the model reads them: in as many windows as they need, at least one."""
        found = self.tokenizer.ids(text)
        first, last, room = self.tokenizer.first, self.tokenizer.last, self.window - 2
        return [(first, *found[at : at + room], last) for at in range(0, max(1, len(found)), room)]

    def rows(self, tokens: Sequence[int]) -> Floats:
        """What a text starts as: its words and their places, shape (len(tokens), dimensions)."""
        return dequantised(self._words[list(tokens)]) + self._places[: len(tokens)]

    def matrix(self, layer: int, *names: str) -> Blocks:
        """Matrices of a layer below each other, shape (numbers out, blocks of numbers in, bytes)."""
        into = self.wide if names == ("fo",) else self.dimensions
        return np.concatenate([self._blocks(self._tensors[f"l{layer}.{name}.w"], into) for name in names])

    def _numbers(self, tensor: Tensor) -> Floats:
        return np.frombuffer(self._data, "<f4", tensor.size // 4, tensor.offset)

    def _blocks(self, tensor: Tensor, width: int) -> Blocks:
        found = np.frombuffer(self._data, np.uint8, tensor.size, tensor.offset)
        return found.reshape(-1, width // BLOCK, _BLOCK_BYTES)


def dequantised(blocks: Blocks) -> Floats:
    """The numbers of blocks of 4 bits, shape (rows, numbers)."""
    numbers = (levels(blocks).astype(np.float32) - _MIDDLE) * scales(blocks)[..., None]
    return numbers.reshape(len(blocks), -1)


def scales(blocks: Blocks) -> Floats:
    """What the levels of each block are multiplied by, shape (rows, blocks)."""
    return blocks[..., :_SCALE_BYTES].copy().view("<f2")[..., 0].astype(np.float32)


def levels(blocks: Blocks) -> Blocks:
    """The numbers of blocks as they are stored, 0 to 15, shape (rows, blocks, BLOCK).

    Q4_0: after the scale come the low halves of 16 bytes, then the high halves.
    """
    packed = blocks[..., _SCALE_BYTES:]
    return np.concatenate([packed & 15, packed >> 4], axis=-1)


def _adapted(parameters: dict[str, Floats], adapter: Adapter) -> dict[str, Floats]:
    for name, change in adapter.changes.items():
        known = parameters.get(name)
        if known is None or len(known) != len(change):
            raise IntegrityError(f"Het embeddingmodel heeft geen {name} van {len(change)} getallen.")
        parameters[name] = known + change
    return parameters
