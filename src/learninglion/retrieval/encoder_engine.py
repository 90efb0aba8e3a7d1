"""The built-in model at work: ONNX Runtime on its graph.

One text at a time: side by side, texts would have to be filled up to the longest, and 32 at once took 1.6
times as long. So a vector depends on nothing but its text.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from mmap import ACCESS_READ, mmap
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from learninglion.retrieval.adapter import Adapter
from learninglion.retrieval.computing import cores, session_of
from learninglion.retrieval.encoder_graph import ROWS, STATES, encoder_graph
from learninglion.retrieval.encoder_weights import EncoderWeights, Tokens

__all__ = ["EncoderEngine"]

Floats = NDArray[np.float32]


class EncoderEngine:
    """Text to vectors. May be used by several threads at once."""

    def __init__(self, weights: Path, adapter: Adapter, threads: int | None = None) -> None:
        with weights.open("rb") as file:
            self._weights = EncoderWeights(mmap(file.fileno(), 0, access=ACCESS_READ), adapter)
        self.dimensions = self._weights.dimensions
        self.windows = self._weights.windows
        self._threads = threads or cores()
        self._session = session_of(encoder_graph(self._weights), self._threads)

    def vectors(self, texts: Sequence[str]) -> Floats:
        """A row of unit length for each text: the mean of its tokens. Shape (len(texts), dimensions)."""
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        # several texts at once use the cores better than one text spread over them
        with ThreadPoolExecutor(self._threads) as pool:
            for row, vector in zip(rows, pool.map(self._vector, texts), strict=True):
                row[:] = vector
        return rows

    def _vector(self, text: str) -> Floats:
        total = np.sum([self._states(tokens).sum(axis=0) for tokens in self.windows(text)], axis=0)
        vector: Floats = total / np.sqrt(total @ total)
        return vector

    def _states(self, tokens: Tokens) -> Floats:
        """What the model makes of every token, shape (len(tokens), dimensions)."""
        (states,) = self._session.run([STATES], {ROWS: self._weights.rows(tokens)[None]})
        found: Floats = states[0]
        return found
