"""The built-in model at work: ONNX Runtime on its graph.

One text at a time: side by side, texts would have to be filled up to the longest, and 32 at once took 1.6
times as long. So a vector depends on nothing but its text.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from mmap import ACCESS_READ, mmap
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from learninglion.retrieval.adapter import Adapter
from learninglion.retrieval.encoder_graph import ROWS, STATES, encoder_graph
from learninglion.retrieval.encoder_weights import EncoderWeights, Tokens

__all__ = ["EncoderEngine"]

_WARNINGS = 3  # of ONNX Runtime: errors alone
# Threads that wait must sleep: by default they spin, and take the core from whatever else runs.
_SPINNING = "session.intra_op.allow_spinning"

Floats = NDArray[np.float32]


class EncoderEngine:
    """Text to vectors. May be used by several threads at once."""

    def __init__(self, weights: Path, adapter: Adapter, threads: int | None = None) -> None:
        with weights.open("rb") as file:
            self._weights = EncoderWeights(mmap(file.fileno(), 0, access=ACCESS_READ), adapter)
        self.dimensions = self._weights.dimensions
        self.windows = self._weights.windows
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or len(os.sched_getaffinity(0))
        options.inter_op_num_threads = 1
        options.log_severity_level = _WARNINGS
        options.add_session_config_entry(_SPINNING, "0")
        self._session = onnxruntime.InferenceSession(
            encoder_graph(self._weights), options, providers=["CPUExecutionProvider"]
        )

    def vectors(self, texts: Sequence[str]) -> Floats:
        """A row of unit length for each text: the mean of its tokens. Shape (len(texts), dimensions)."""
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            total = np.sum([self._states(tokens).sum(axis=0) for tokens in self.windows(text)], axis=0)
            row[:] = total / np.sqrt(total @ total)
        return rows

    def _states(self, tokens: Tokens) -> Floats:
        """What the model makes of every token, shape (len(tokens), dimensions)."""
        (states,) = self._session.run([STATES], {ROWS: self._weights.rows(tokens)[None]})
        found: Floats = states[0]
        return found
