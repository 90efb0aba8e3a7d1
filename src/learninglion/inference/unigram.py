"""Text to pieces of a vocabulary, the likeliest row of them: what models like XLM-R read."""

from __future__ import annotations

import re
import struct
import unicodedata
from array import array
from collections.abc import Sequence

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
