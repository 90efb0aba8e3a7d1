"""Sources as what is searched of them: the terms of texts, and segments of many with their vectors.

Stems bring inflections together ("vergunningen", "vergunning"); 5-grams find the parts of compounds
("vuurwerkopslag" by "opslag van vuurwerk"), spellings and derivations, without a dictionary. Terms are
numbers (hashes), the same in the lexical index and in the forward index.

A segment holds for each source its terms (the forward index, for exact scores of candidates) and for each
passage its vector in whole steps, so that every engine scores the same numbers. An engine keeps segments,
scoring reads them.

"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from learninglion.dutch.text import fold, stem
from learninglion.inference.encoders import Vectors

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
    return _count(stem_ids([stem(word) for word in _WORD.findall(text)])), _count(grams_of(text))


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


def _all_terms(one: Terms, other: Terms) -> Terms:
    """The terms of both, counts added."""
    ids, inverse = np.unique(np.concatenate([one.ids, other.ids]), return_inverse=True)
    counts = np.bincount(inverse, weights=np.concatenate([one.counts, other.counts]), minlength=len(ids))
    return Terms(ids, counts.astype(np.float32))


def whole_terms(question: tuple[Terms, Terms], body: tuple[Terms, Terms]) -> tuple[Terms, Terms]:
    """The terms of a whole source by family, from those of its two parts."""
    return _all_terms(question[0], body[0]), _all_terms(question[1], body[1])


_MOST_REPEATS = 12  # a frequency above a dozen says nothing more (BM25 saturates); it only costs space


def spelled(terms: Terms) -> str:
    """A bag of terms as words, each as often as it counts, for an index that splits text at spaces."""
    repeated = np.repeat(terms.ids, np.clip(terms.counts, 1, _MOST_REPEATS).astype(int))
    return " ".join(map(str, repeated.tolist()))


# What of a source is searched: the question with its title or headings, and the body (the answer).
PARTS = ("asked", "body")
BOTH = tuple((part, family) for part in PARTS for family in FAMILIES)

_STEPS = 127
_AT_ONCE = 16_384  # vectors that are rounded together

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Forward:
    """Terms of sources as rows: row r has ids[starts[r]:starts[r + 1]], ascending, with their counts."""

    starts: NDArray[np.int64]
    ids: NDArray[np.uint32]
    counts: NDArray[np.uint8]

    def gather(
        self, rows: NDArray[np.int64]
    ) -> tuple[NDArray[np.uint32], NDArray[np.int64], NDArray[np.int64]]:
        """The terms of `rows` one after another; where each row begins here, and where in what is given."""
        starts, ends = self.starts[rows], self.starts[rows + 1]
        begins = np.concatenate([[0], np.cumsum(ends - starts)])
        # copying each row whole costs a third of picking its terms one by one
        pieces = [self.ids[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
        joined = np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.uint32)
        return joined, starts, begins


@dataclass(slots=True)
class Entries:
    """Sources on their way into a segment; the lists run parallel."""

    keys: list[int] = field(default_factory=list)
    documents: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    terms: list[tuple[tuple[Terms, Terms], tuple[Terms, Terms]]] = field(
        default_factory=list
    )  # by part, family
    passages: list[tuple[int, int]] = field(default_factory=list)  # (question passages, body passages)
    vectors: list[Vectors] = field(default_factory=list)  # placed in the frame; question passages first


@dataclass(slots=True)
class Segment:
    """A batch of sources, one a row."""

    documents: NDArray[np.object_]
    sources: NDArray[np.object_]
    forward: dict[tuple[str, str], Forward]
    lengths: dict[tuple[str, str], NDArray[np.float32]]  # terms a source, by part and family
    vector_starts: NDArray[np.int64]  # passages of source r: vector_starts[r] to vector_starts[r + 1]
    question_counts: NDArray[np.int32]  # how many of those are of its question
    vectors: NDArray[np.int8]  # of the passages, in the frame, in steps
    steps: NDArray[np.float32]  # how large those are, one for each passage

    def __len__(self) -> int:
        return len(self.sources)

    def placed(self, passages: NDArray[np.int64] | slice) -> Vectors:
        """The vectors of `passages`, one a row; a cosine with them is off by some 0.0004."""
        return self.vectors[passages].astype(np.float32) * self.steps[passages, None]

    def owners(self) -> NDArray[np.int32]:
        """The row of the source of each passage."""
        return np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.vector_starts))

    def is_asked(self) -> NDArray[np.bool_]:
        """For each passage whether it is of its source's question; those come first."""
        owners = self.owners()
        within = np.arange(len(owners)) - self.vector_starts[owners]
        return np.asarray(within < self.question_counts[owners], dtype=np.bool_)


def arrays_of(entries: Entries, dimensions: int) -> Arrays:
    """What a segment of `entries` holds, by name; `segment_fields` reads it again."""
    arrays: Arrays = {}
    for p, part in enumerate(PARTS):
        for f, family in enumerate(FAMILIES):
            bags = [terms[p][f] for terms in entries.terms]
            sizes = np.array([len(bag.ids) for bag in bags], dtype=np.int64)
            arrays[f"{part}-{family}-starts"] = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
            arrays[f"{part}-{family}-ids"] = _joined([bag.ids for bag in bags], np.uint32)
            counts = [np.minimum(bag.counts, 255) for bag in bags]
            arrays[f"{part}-{family}-counts"] = _joined(counts, np.uint8)
            arrays[f"{part}-{family}-lengths"] = np.array([bag.length for bag in bags], dtype=np.float32)
    counted = np.array(entries.passages, dtype=np.int32).reshape(-1, 2)
    arrays["vector-starts"] = np.concatenate([[0], np.cumsum(counted.sum(axis=1))]).astype(np.int64)
    arrays["asked-passages"] = counted[:, 0].copy()
    rows = [v for v in entries.vectors if len(v)]
    vectors = np.concatenate(rows) if rows else np.zeros((0, dimensions), dtype=np.float32)
    arrays["vectors"], arrays["steps"] = _compact(vectors)
    return arrays


def segment_fields(arrays: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    """The fields of a Segment, but for the names, from what `arrays_of` made."""
    return {
        "forward": {
            (p, f): Forward(
                np.array(arrays[f"{p}-{f}-starts"]), arrays[f"{p}-{f}-ids"], arrays[f"{p}-{f}-counts"]
            )
            for p, f in BOTH
        },
        "lengths": {(p, f): np.array(arrays[f"{p}-{f}-lengths"]) for p, f in BOTH},
        "vector_starts": np.array(arrays["vector-starts"]),
        "question_counts": np.array(arrays["asked-passages"]),
        "vectors": arrays["vectors"],
        "steps": np.array(arrays["steps"]),
    }


def _compact(vectors: Vectors) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Each vector in whole steps, the largest of its numbers 127 of them; and the size of a step.

    A step has 16 significant bits, so that steps times whole numbers are exact: what comes out, put in
    again, comes out the same.
    """
    numbers = np.zeros(vectors.shape, dtype=np.int8)
    steps = _rounded(np.abs(vectors).max(axis=1, initial=0.0).astype(np.float32) / _STEPS)
    filled = np.flatnonzero(steps)
    for part in np.array_split(filled, len(filled) // _AT_ONCE + 1):
        numbers[part] = np.rint(vectors[part] / steps[part, None])
    return numbers, steps


def _rounded(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """`values` with 16 significant bits."""
    mantissa, exponent = np.frexp(values)
    return np.asarray(np.ldexp(np.rint(mantissa * 65536) / 65536, exponent), dtype=np.float32)


def _joined(pieces: Sequence[NDArray[np.generic]], kind: type[np.generic]) -> NDArray[np.generic]:
    return np.concatenate([p.astype(kind) for p in pieces]) if pieces else np.zeros(0, dtype=kind)


def terms_of(segment: Segment, row: int, part: str) -> tuple[Terms, Terms]:
    """The terms of one part of a source, by family."""
    terms = []
    for family in FAMILIES:
        forward = segment.forward[part, family]
        chosen = slice(forward.starts[row], forward.starts[row + 1])
        terms.append(Terms(np.array(forward.ids[chosen]), forward.counts[chosen].astype(np.float32)))
    return terms[0], terms[1]
