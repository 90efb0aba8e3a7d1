"""ONNX Runtime as we use it: on the processor, without threads that keep a core busy while they wait."""

from __future__ import annotations

import os
import re
import struct
import unicodedata
from array import array
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnx import ModelProto, helper

ADDITIONS = "com.microsoft"  # where operations of ONNX Runtime beside the standard ones are found
# How MatMulNBits is told of matrices of 4 bits, and to round what it multiplies them with to 8 bits.
FOUR_BITS: dict[str, Any] = {"bits": 4, "accuracy_level": 4}

_OPSETS = {"": 18, ADDITIONS: 1}
_FORMAT = 9  # of a model file; what the operations above came with

_ERRORS = 3  # of what ONNX Runtime would write to the log: errors alone
# The variable of our __init__ comes too late where somebody loaded the library before.
onnxruntime.disable_telemetry_events()

_SPINNING = "session.intra_op.allow_spinning"


def cores() -> int:
    """How many threads this process may compute with."""
    return len(os.sched_getaffinity(0))


def empty_model(name: str) -> ModelProto:
    """A model whose graph is to be filled in place: copies of all its numbers would stay in memory."""
    used = [helper.make_opsetid(domain, number) for domain, number in _OPSETS.items()]
    model = ModelProto(ir_version=_FORMAT, opset_import=used)
    model.graph.name = name
    return model


def session_of(
    model: bytes | str, threads: int, numbers: Mapping[str, NDArray[np.generic]] | None = None
) -> onnxruntime.InferenceSession:
    """`model`, its bytes or a path, ready to compute.

    `numbers` are those it refers to by name and does not hold itself.
    A session may be used by several threads at once. It may go on reading `numbers`: they have to be kept.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS
    options.add_session_config_entry(_SPINNING, "0")
    if numbers:
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(array) for array in numbers.values()]
        options.add_external_initializers(list(numbers), values)
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


# Text to pieces of a vocabulary, the likeliest row of them: what models like XLM-R read.


_WORD = "\u2581"  # stands for the space before a word
_SINGLE = struct.Struct("<f")
_BELOW_ALL = 10.0  # how much less likely than the least likely piece a letter is that no piece spells


class Unigram:
    """A vocabulary of pieces with their scores (logarithms); `unknown` is the number of what none spells."""

    def __init__(self, pieces: Sequence[str], scores: Sequence[float], unknown: int) -> None:
        self.unknown = unknown
        self._scores = array("f", scores)
        self._unlikely = _SINGLE.unpack(_SINGLE.pack(min(self._scores) - _BELOW_ALL))[0]
        self._pieces: dict[str, int] = {}
        for number, piece in enumerate(pieces):  # of pieces that are spelled alike the first counts
            if piece:
                self._pieces.setdefault(piece, number)
        if self._pieces.get(pieces[unknown]) == unknown:
            del self._pieces[pieces[unknown]]
        self._longest: dict[str, int] = {}  # how long a piece can be that starts with these two letters
        for piece in self._pieces:
            head = piece[:2]
            self._longest[head] = max(self._longest.get(head, 0), len(piece))

    def normalised(self, text: str) -> str:
        """`text` in the letters of the vocabulary: compatible forms as one, without what does not show."""
        spaced = "".join(" " if c.isspace() else c for c in unicodedata.normalize("NFKC", text))
        return "".join(c for c in spaced if unicodedata.category(c) not in ("Cc", "Cf"))

    def ids(self, text: str) -> list[int]:
        """The tokens of `text`, without those around it."""
        clean = re.sub(" {2,}", " ", self.normalised(text))
        written = clean if clean.startswith(" ") else " " + clean
        return self._likeliest(written.replace(" ", _WORD))

    def _likeliest(self, text: str) -> list[int]:
        """The row of pieces with the highest sum of scores (Viterbi)."""
        pieces, longest, length = self._pieces, self._longest, len(text)
        best = [-1e30] * (length + 1)
        best[0] = 0.0
        came: list[tuple[int, int]] = [(self.unknown, 0)] * (length + 1)
        scores, pack, unpack = self._scores, _SINGLE.pack, _SINGLE.unpack
        for start in range(length):
            so_far = best[start]
            reach = longest.get(text[start : start + 2]) or 1
            for end in range(start + 1, min(start + reach, length) + 1):
                piece = pieces.get(text[start:end])
                if piece is None:
                    continue
                # The engine adds in single precision; where two rows are as good as alike, that decides.
                score = unpack(pack(so_far + scores[piece]))[0]
                if score > best[end]:
                    best[end] = score
                    came[end] = (piece, start)
            score = unpack(pack(so_far + self._unlikely))[0]
            if score > best[start + 1]:
                best[start + 1] = score
                came[start + 1] = (self.unknown, start)
        likeliest = []
        while length > 0:
            number, length = came[length]
            likeliest.append(number)
        return likeliest[::-1]
