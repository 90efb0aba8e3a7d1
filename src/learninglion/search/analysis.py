"""Dutch text to the terms that are searched: stems of words, and 5-grams of characters within words.

Stems bring inflections together ("vergunningen", "vergunning"); 5-grams find the parts of compounds
("vuurwerkopslag" by "opslag van vuurwerk"), spellings and derivations, without a dictionary. Terms are
numbers (hashes), the same in the lexical index and in the forward index.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import tantivy
from numpy.typing import NDArray

from learninglion.dutch.text import fold

Ids = NDArray[np.uint32]
Counts = NDArray[np.float32]

# Buckets a family: 200,000 real pairs have about 0.7 million different 5-grams, so few collide.
BUCKETS = 1 << 22
FAMILIES = ("stems", "grams")

# Measured on 850 real pairs: words of 5 characters beat 3, 4 and 6 and grams that cross words.
_GRAM = 5
_WORD = re.compile(r"\w+")
_SPACE = 32
# An odd multiplier spreads the products of neighbouring characters over 32 bits (Knuth's 2^32 / phi).
_SPREAD = np.uint32(2654435761)


@dataclass(frozen=True, slots=True)
class Terms:
    """The different terms of a text (ascending) and how often each occurs."""

    ids: Ids
    counts: Counts

    @property
    def length(self) -> float:
        """How many terms the text has, repeats counted."""
        return float(self.counts.sum())


@lru_cache(maxsize=1)
def _stemmer() -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    return builder.filter(tantivy.Filter.stemmer("dutch")).build()


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """The Dutch (Snowball) stem of one word, folded."""
    stems = _stemmer().analyze(word.casefold())
    return fold(stems[0]) if stems else fold(word)


def _stems_of(text: str) -> list[str]:
    """The stems of the words and numbers of `text`, in order."""
    return [stem(word) for word in _WORD.findall(text)]


def grams_of(text: str) -> Ids:
    """The hashed 5-grams within the words of `text`, in order; words have a space at both sides."""
    plain = " " + " ".join(_WORD.findall(fold(text))) + " "
    codes = np.frombuffer(plain.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    if len(codes) < _GRAM:
        return np.zeros(0, dtype=np.uint32)
    count = len(codes) - _GRAM + 1
    hashed = np.zeros(count, dtype=np.uint32)
    for column in range(_GRAM):
        hashed = (hashed ^ codes[column : column + count]) * _SPREAD
        hashed ^= hashed >> np.uint32(15)
    letters = codes != _SPACE
    hashed = hashed[letters[1 : count + 1] & letters[2 : count + 2] & letters[3 : count + 3]]
    return np.asarray(hashed % np.uint32(BUCKETS), dtype=np.uint32)


def stem_ids(stems: Sequence[str]) -> Ids:
    """The hashes of these stems."""
    return np.array(
        [zlib.crc32(s.encode("utf-8", "surrogatepass")) % BUCKETS for s in stems], dtype=np.uint32
    )


def analyse(text: str) -> tuple[Terms, Terms]:
    """The terms of `text`, in the order of FAMILIES: stems, 5-grams."""
    return _count(stem_ids(_stems_of(text))), _count(grams_of(text))


def weighted(parts: Sequence[tuple[Terms, float]]) -> Terms:
    """One bag of terms: for each, the largest of weight x sqrt(count) over `parts`.

    The square root keeps a word that a question repeats from drowning the others; the largest rather than
    the sum keeps an introduction from outweighing the question itself.
    """
    if not parts:
        return Terms(np.zeros(0, dtype=np.uint32), np.zeros(0, dtype=np.float32))
    ids = np.concatenate([terms.ids for terms, _ in parts])
    weights = np.concatenate([np.sqrt(terms.counts) * weight for terms, weight in parts])
    distinct, inverse = np.unique(ids, return_inverse=True)
    largest = np.zeros(len(distinct), dtype=np.float32)
    np.maximum.at(largest, inverse, weights.astype(np.float32))
    return Terms(distinct, largest)


def _count(ids: Ids) -> Terms:
    distinct, counts = np.unique(ids, return_counts=True)
    return Terms(distinct.astype(np.uint32), counts.astype(np.float32))
