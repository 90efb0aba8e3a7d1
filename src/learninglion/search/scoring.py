"""How well sources fit a question: exact signals (BM25 by part and family, cosines), and one score of them.

Stems bring inflections together ("vergunningen", "vergunning"); 5-grams find the parts of compounds
("vuurwerkopslag" by "opslag van vuurwerk"), spellings and derivations, without a dictionary. Terms are
numbers (hashes), the same in the lexical index and in the forward index. An engine keeps them in segments,
with the vectors in whole steps, so that every engine scores the same numbers.

Each signal is told in standard deviations from what is usual for the question at hand over the whole archive,
so a score means the same in every query.

Vectors are compared in a frame of reference: centred, and with their common directions damped. Raw embeddings
of one language and one genre all point the same way: what questions share with each other (asking) and
answers with each other (answering) hides what they are about. Taking the mean question from questions, the
mean answer from answers, and scaling each principal direction by its variance to the power -1/4 lifts the
built-in model on 850 real pairs from hit@1 0.56 to 0.68 without any training.

The frame of a model is fitted on the fictional background texts beside this module, not on the archive: so
the same archive gives the same scores in whatever order its documents came in. Fitted on the archive itself
it would be worth 0.001 hit@1 and MRR@10 (benchmarks/retrieval.md).
"""

from __future__ import annotations

import io
import json
import re
import zlib
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from learninglion.database.blobs import Blobs
from learninglion.dutch.text import fold, stem
from learninglion.inference.builtin import Adapter, pack_adapter, read_adapter
from learninglion.inference.encoders import Encoder, VectorCache, Vectors, embed, normalised
from learninglion.models.errors import InputError, IntegrityError

# What is searched of a source: the terms of its texts, and segments of many sources with their vectors.


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


# How common terms are in an archive, and where its vectors lie: what a score is told against.
#
# Whole numbers and exact sums over what is there: the same archive has the same statistics in whatever
# order, batches and engine it came to be.


@dataclass(frozen=True, slots=True)
class Statistics:
    """Sources by term and the mean number of terms, for each part and family; clouds of the vectors."""

    sources: dict[str, int]
    frequency: dict[tuple[str, str], NDArray[np.int32]]
    mean_length: dict[tuple[str, str], float]
    questions: Cloud
    bodies: Cloud


@dataclass(slots=True)
class WordCounts:
    """Sources that hold each term, and how many terms they have; sources are added and taken away."""

    sources: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PARTS, 0))
    frequency: dict[tuple[str, str], NDArray[np.int32]] = field(
        default_factory=lambda: {key: np.zeros(BUCKETS, dtype=np.int32) for key in BOTH}
    )
    terms: dict[tuple[str, str], float] = field(default_factory=lambda: dict.fromkeys(BOTH, 0.0))

    def count(self, segment: Segment, rows: NDArray[np.int64], times: int = 1) -> None:
        """Count these rows of `segment`; `times` -1 takes them away again."""
        for key in BOTH:
            counts, _, _ = segment.forward[key].gather(rows)
            np.add.at(self.frequency[key], counts, times)
        self.measure(segment, rows, times)

    def measure(self, segment: Segment, rows: NDArray[np.int64] | NDArray[np.bool_], times: int = 1) -> None:
        """Count how many these rows are and how long, without their terms."""
        for key in BOTH:
            self.terms[key] += times * float(segment.lengths[key][rows].sum(dtype=np.float64))
        for part in PARTS:
            self.sources[part] += times * int((segment.lengths[part, "grams"][rows] > 0).sum())

    def statistics(self, questions: Cloud, bodies: Cloud) -> Statistics:
        """What was counted so far; the arrays are not copied."""
        means = {key: max(1.0, total / max(1, self.sources[key[0]])) for key, total in self.terms.items()}
        return Statistics(dict(self.sources), self.frequency, means, questions, bodies)


_SHIPPED_FRAME = "frame.npz"  # of the built-in model; tools/fit_frame.py makes it
# Power of the variance: 1 would make all directions equal and let noise speak; 0 leaves them as they are.
_DAMPING = 0.5
# Least variance of a direction, as part of the largest: directions below it are noise.
_FLOOR = 0.05
# A covariance from n texts counts for n against this many texts without any preferred direction.
_PRIOR_TEXTS = 100.0


@dataclass(frozen=True, slots=True)
class Cloud:
    """Where placed vectors lie: their mean (d,) and covariance (d, d)."""

    centre: Vectors
    spread: Vectors

    def usual(self, vector: Vectors) -> tuple[float, float]:
        """Mean and standard deviation of the cosines of `vector` with all vectors of the archive.

        What a full scan would measure, without the scan.
        """
        mean = float(self.centre @ vector)
        return mean, max(1e-3, float(np.sqrt(max(0.0, float(vector @ self.spread @ vector)))))


# Parts of a number that are counted: sums of products of such numbers are exact in double precision for ten
# million vectors, so a sum depends on what was added and not on the order.
_COUNTED = 4096.0


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over placed vectors: how many, their sum (d,), and the sum of their outer products (d, d)."""

    count: int
    total: NDArray[np.float64]
    products: NDArray[np.float64]

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.count + other.count, self.total + other.total, self.products + other.products)

    def __sub__(self, other: Tally) -> Tally:
        return Tally(self.count - other.count, self.total - other.total, self.products - other.products)

    def rows(self) -> NDArray[np.float64]:
        """As one array of shape (d + 2, d); `of_rows` reads it."""
        return np.vstack([np.full((1, len(self.total)), self.count), self.total, self.products])

    @classmethod
    def of_rows(cls, rows: NDArray[np.float64]) -> Tally:
        """What `rows` made."""
        return cls(int(rows[0, 0]), rows[1], rows[2:])

    def cloud(self) -> Cloud:
        """Where these vectors lie; few of them are drawn towards no direction at all."""
        flat = np.eye(len(self.total)) / len(self.total)
        if not self.count:
            return Cloud(np.zeros(len(self.total), dtype=np.float32), flat.astype(np.float32))
        centre = self.total / self.count
        scatter = self.products - self.count * np.outer(centre, centre)
        spread = (scatter + _PRIOR_TEXTS * flat) / (self.count + _PRIOR_TEXTS)
        return Cloud(centre.astype(np.float32), spread.astype(np.float32))


def tally(placed: Vectors) -> Tally:
    """The sums over the rows of `placed`, shape (n, d), exact whatever the order."""
    grains = np.rint(placed.astype(np.float64) * _COUNTED) / _COUNTED
    return Tally(len(grains), grains.sum(axis=0), grains.T @ grains)


@dataclass(slots=True)
class Sums:
    """Words and vectors of what there is, counted exactly: in whatever order, the same."""

    questions: Tally
    bodies: Tally
    words: WordCounts = field(default_factory=WordCounts)

    @classmethod
    def none(cls, dimensions: int) -> Sums:
        """Those of nothing."""
        nothing = Tally(0, np.zeros(dimensions), np.zeros((dimensions, dimensions)))
        return cls(nothing, nothing)

    def copy(self) -> Sums:
        """The same numbers, to go on counting with."""
        return Sums(self.questions, self.bodies, deepcopy(self.words))

    def count(self, segment: Segment, times: int = 1) -> None:
        """Count every source of `segment`; `times` -1 takes them away again."""
        if not len(segment):
            return
        self.words.count(segment, np.arange(len(segment)), times)
        as_question = segment.is_asked()
        questions, bodies = (tally(segment.placed(np.flatnonzero(a))) for a in (as_question, ~as_question))
        if times > 0:
            self.questions, self.bodies = self.questions + questions, self.bodies + bodies
        else:
            self.questions, self.bodies = self.questions - questions, self.bodies - bodies

    def statistics(self, frame: Frame) -> Statistics:
        """What scores are told against: these and the background texts of the frame."""
        questions, bodies = self.questions + frame.questions, self.bodies + frame.bodies
        return self.words.statistics(questions.cloud(), bodies.cloud())

    def pack(self) -> bytes:
        """As bytes; `unpack` reads them."""
        arrays: dict[str, NDArray[Any]] = {
            "sources": np.array([self.words.sources[part] for part in PARTS]),
            "terms": np.array([self.words.terms[key] for key in BOTH]),
        }
        for i, key in enumerate(BOTH):
            arrays[f"places{i}"] = np.flatnonzero(self.words.frequency[key]).astype(np.uint32)
            arrays[f"counts{i}"] = self.words.frequency[key][arrays[f"places{i}"]]
        for name, sums in (("questions", self.questions), ("bodies", self.bodies)):
            arrays[name] = sums.rows()
        target = io.BytesIO()
        np.savez_compressed(target, allow_pickle=False, **arrays)
        return target.getvalue()

    @classmethod
    def unpack(cls, packed: bytes) -> Sums:
        """What `pack` made."""
        with np.load(io.BytesIO(packed)) as arrays:
            sums = cls(Tally.of_rows(arrays["questions"]), Tally.of_rows(arrays["bodies"]))
            sums.words.sources = dict(zip(PARTS, arrays["sources"].tolist(), strict=True))
            sums.words.terms = dict(zip(BOTH, arrays["terms"].tolist(), strict=True))
            for i, key in enumerate(BOTH):
                sums.words.frequency[key][arrays[f"places{i}"]] = arrays[f"counts{i}"]
        return sums


@dataclass(frozen=True, slots=True)
class Frame:
    """Means to take away and a basis to express vectors in; strongest directions first.

    query_mean and passage_mean have shape (d,), basis (d, d). The tallies are of the background texts,
    which count beside those of an archive.
    """

    query_mean: Vectors
    passage_mean: Vectors
    basis: Vectors
    questions: Tally
    bodies: Tally

    def place_queries(self, rows: Vectors) -> Vectors:
        """Encoded questions in this frame, unit length, shape (n, d)."""
        return _placed(rows, self.query_mean, self.basis)

    def place_passages(self, rows: Vectors) -> Vectors:
        """Encoded passages in this frame, unit length, shape (n, d)."""
        return _placed(rows, self.passage_mean, self.basis)


# Encoded texts are in half precision: whole numbers of this part, and a basis in 20 bits, multiply exactly in
# double precision. So where a text is placed does not depend on the texts that are placed with it.
_PART = float(1 << 24)
_BASIS_BITS = 19


def _placed(rows: Vectors, mean: Vectors, basis: Vectors) -> Vectors:
    unit = 2.0 ** (np.ceil(np.log2(max(float(np.abs(basis).max()), 1e-30))) - _BASIS_BITS)
    whole = np.rint(basis.astype(np.float64) / unit) * unit
    parts = (np.rint(rows.astype(np.float64) * _PART) - np.rint(mean.astype(np.float64) * _PART)) / _PART
    return normalised(np.asarray(parts @ whole, dtype=np.float32))


@lru_cache(maxsize=1)
def background_questions() -> tuple[str, ...]:
    """Fictional questions of every sort and ministry."""
    return _lines("background_questions.txt")


@lru_cache(maxsize=1)
def background_answers() -> tuple[str, ...]:
    """Fictional answers of every sort and ministry."""
    return _lines("background_answers.txt")


def _lines(name: str) -> tuple[str, ...]:
    text = (files("learninglion.search") / name).read_text("utf-8")
    return tuple(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


def frame_of(encoder: Encoder, cache: VectorCache | None = None) -> Frame:
    """The frame of `encoder`: the one that ships, or fitted on the background texts encoded by it."""
    with (files("learninglion.search") / _SHIPPED_FRAME).open("rb") as file:
        name, frame = _read(file)
    return frame if name == encoder.name else make_frame(encoder, cache)


def make_frame(encoder: Encoder, cache: VectorCache | None = None) -> Frame:
    """The frame fitted on the background texts, encoded by `encoder`."""
    questions = embed(encoder, background_questions(), as_question=True, cache=cache)
    return fit_frame(questions, embed(encoder, background_answers(), as_question=False, cache=cache))


def fit_frame(questions: Vectors, passages: Vectors) -> Frame:
    """The frame of encoded questions and encoded passages, shapes (n, d) and (m, d)."""
    dimensions = questions.shape[1]
    query_mean = questions.mean(axis=0)
    if not len(passages):
        return _with_tallies(
            query_mean, query_mean, np.eye(dimensions, dtype=np.float32), questions, passages
        )
    passage_mean = passages.mean(axis=0)
    centred = (passages - passage_mean).astype(np.float64)
    scatter = centred.T @ centred
    flat = np.trace(scatter) / len(passages) / dimensions
    covariance = (scatter + _PRIOR_TEXTS * flat * np.eye(dimensions)) / (len(passages) + _PRIOR_TEXTS)
    variances, directions = np.linalg.eigh(covariance)
    variances, directions = variances[::-1], directions[:, ::-1]
    # eigenvectors have no sign of their own; one is fixed so that a rebuilt index is the same index
    signs = np.sign(directions[np.abs(directions).argmax(axis=0), np.arange(dimensions)])
    largest = max(float(variances[0]), 1e-12)
    scale = (np.maximum(variances, 0) + _FLOOR * largest) ** (-_DAMPING / 2)
    basis = directions * signs * scale
    ready = np.ascontiguousarray(basis, dtype=np.float32)
    return _with_tallies(query_mean, passage_mean, ready, questions, passages)


def _with_tallies(
    query_mean: Vectors, passage_mean: Vectors, basis: Vectors, questions: Vectors, passages: Vectors
) -> Frame:
    question_rows = _placed(questions, query_mean, basis)
    passage_rows = _placed(passages, passage_mean, basis)
    return Frame(query_mean, passage_mean, basis, tally(question_rows), tally(passage_rows))


def save_frame(frame: Frame, target: Path | IO[bytes], encoder: str) -> None:
    """Write the frame of the encoder with that name as one file."""
    numbers: dict[str, Any] = {
        f"{part}_{field}": np.asarray(getattr(getattr(frame, part), field))
        for part in ("questions", "bodies")
        for field in ("count", "total", "products")
    }
    # Packed it would be half as large, and take 0.2 s of a core for every new index.
    np.savez(
        target,
        encoder=np.array(encoder),
        query_mean=frame.query_mean,
        passage_mean=frame.passage_mean,
        basis=frame.basis,
        **numbers,
    )


def load_frame(file: Path | IO[bytes]) -> Frame:
    """Read a frame that `save_frame` wrote."""
    return _read(file)[1]


def _read(file: Path | IO[bytes]) -> tuple[str, Frame]:
    with np.load(file) as stored:
        tallies = [
            Tally(int(stored[f"{part}_count"]), stored[f"{part}_total"], stored[f"{part}_products"])
            for part in ("questions", "bodies")
        ]
        frame = Frame(stored["query_mean"], stored["passage_mean"], stored["basis"], *tallies)
        return str(stored["encoder"]), frame


Scores = NDArray[np.float32]

# Columns of the feature matrix that `features` makes.
FEATURES = (
    "body_stems",  # BM25 of the body on stems
    "body_grams",  # BM25 of the body on 5-grams
    "body_mean",  # cosine with the body as a whole
    "body_best",  # cosine with its best passage
    "body_length",  # log of the number of 5-grams in the body, less that of a usual answer
    "asked_stems",
    "asked_grams",
    "asked_best",
)

# Sources to score: rows of segments, ascending.
Pieces = Sequence[tuple[Segment, NDArray[np.int64]]]

# BM25, chosen on 850 real pairs (benchmarks/retrieval.md). Answers repeat a word less and vary more in
# length than the web pages that 1.2 and 0.75 come from; a rare word says more than its idf.
_K1 = 1.6
_B = 0.9
_IDF_POWER = 1.5
# What a usual answer has in 5-grams: the length feature is 0 there.
_USUAL_GRAMS = 400.0
# The cosine of what is not there (an answer without text): less than that of any two texts.
_NOTHING = -0.5
# Entries of the table that sifts the terms of a source before they are compared with those of the question.
_SIEVE = 1 << 16
_SIEVE_MASK = np.uint32(_SIEVE - 1)
# Parts of a number of the question's vector that are counted.
_GRAIN = float(1 << 20)
# Neighbouring 5-grams come together, so their sum varies more than that of independent terms.
_DEPENDENCE = {"stems": 1.2, "grams": 2.5}


@dataclass(frozen=True, slots=True)
class Probe:
    """A question made ready to score: weights by term for each part and family, and its vector.

    Signals are told as deviations from what is usual for this question, so that they mean the same for a
    long question of common words as for a short one of rare words.
    """

    terms: tuple[Terms, Terms]
    weights: dict[tuple[str, str], NDArray[np.float32]]
    usual: dict[tuple[str, str], tuple[float, float]]  # mean and deviation of the BM25 of any source
    vector: Vectors  # in the frame, shape (d,)
    usual_asked: tuple[float, float]  # the same of its cosine with any question
    usual_body: tuple[float, float]  # and with any body
    mean_length: dict[tuple[str, str], float]  # terms of a source, by part and family


def make_probe(statistics: Statistics, terms: tuple[Terms, Terms], vector: Vectors) -> Probe:
    """`terms` hold the weight of each term of the question in `counts`; `vector` is placed in the frame."""
    weights: dict[tuple[str, str], NDArray[np.float32]] = {}
    usual: dict[tuple[str, str], tuple[float, float]] = {}
    for part in PARTS:
        count = statistics.sources[part]
        for family, bag in zip(FAMILIES, terms, strict=True):
            frequency = np.minimum(statistics.frequency[part, family][bag.ids], count)
            rarity = np.log1p((count - frequency + 0.5) / (frequency + 0.5)) ** _IDF_POWER
            weights[part, family] = np.asarray(bag.counts * rarity, dtype=np.float32)
            usual[part, family] = _usual(weights[part, family], frequency / max(1, count), family)
    return Probe(
        terms,
        weights,
        usual,
        vector,
        statistics.questions.usual(vector),
        statistics.bodies.usual(vector),
        statistics.mean_length,
    )


def _usual(weights: NDArray[np.float32], chance: NDArray[np.float64], family: str) -> tuple[float, float]:
    """Mean and standard deviation of the BM25 of an arbitrary source, from how common the terms are.

    As if terms occurred independently, each adding its weight once; `_DEPENDENCE` makes up for the rest
    (the deviation so estimated correlates 0.94 and 0.91 with the one counted over 850 answers).
    """
    mean = float((weights * chance).sum())
    variance = float((np.square(weights) * chance * (1 - chance)).sum())
    # half a term of mean weight at least: without it a question of common words would find everything
    least = 0.05 * float(np.sqrt(np.square(weights).sum())) + 1e-6
    return mean, _DEPENDENCE[family] * max(least, variance**0.5)


@dataclass(frozen=True, slots=True)
class Signals:
    """What was measured of sources, one a row."""

    features: Scores  # columns as FEATURES
    has_question: NDArray[np.bool_]
    nearest: NDArray[np.int64]  # which passage comes nearest to the question, those of its question first


def features(pieces: Pieces, probe: Probe) -> Signals:
    """The exact signals of the sources of `pieces`, in their order."""
    count = sum(len(rows) for _, rows in pieces)
    made = np.zeros((count, len(FEATURES)), dtype=np.float32)
    as_question = np.zeros(count, dtype=np.bool_)
    nearest = np.zeros(count, dtype=np.int64)
    column = {name: i for i, name in enumerate(FEATURES)}
    for f, family in enumerate(FAMILIES):
        ids = probe.terms[f].ids
        sieve = np.zeros(_SIEVE, dtype=np.bool_)
        sieve[ids & _SIEVE_MASK] = True
        for part in PARTS:
            scores = [_bm25(segment, probe, rows, (part, family), ids, sieve) for segment, rows in pieces]
            mean, deviation = probe.usual[part, family]
            if scores:
                made[:, column[f"{part}_{family}"]] = (np.concatenate(scores) - mean) / deviation
    at = 0
    for segment, rows in pieces:
        chosen = slice(at, at + len(rows))
        whole, best, asked_best, nearest[chosen] = _cosines(segment, rows, probe.vector)
        made[chosen, column["body_mean"]] = (whole - probe.usual_body[0]) / probe.usual_body[1]
        made[chosen, column["body_best"]] = (best - probe.usual_body[0]) / probe.usual_body[1]
        made[chosen, column["asked_best"]] = (asked_best - probe.usual_asked[0]) / probe.usual_asked[1]
        grams = segment.lengths["body", "grams"][rows]
        made[chosen, column["body_length"]] = np.log((grams + 20.0) / _USUAL_GRAMS)
        as_question[chosen] = segment.question_counts[rows] > 0
        at += len(rows)
    return Signals(made, as_question, nearest)


def _bm25(
    segment: Segment,
    probe: Probe,
    rows: NDArray[np.int64],
    part: tuple[str, str],
    ids: NDArray[np.uint32],
    sieve: NDArray[np.bool_],
) -> Scores:
    """BM25 of `rows` of a segment on the terms `ids` (ascending) of `probe` in a (part, family)."""
    forward = segment.forward[part]
    if not len(ids):
        return np.zeros(len(rows), dtype=np.float32)
    joined, starts, begins = forward.gather(rows)
    # most terms of a source are not in the question: a table that fits the processor's cache says so
    maybe = np.flatnonzero(sieve[joined & _SIEVE_MASK])
    places = joined[maybe]
    place = np.minimum(np.searchsorted(ids, places), len(ids) - 1)
    sure = ids[place] == places
    hit, place = maybe[sure], place[sure]
    owner = np.searchsorted(begins, hit, side="right") - 1
    counts = forward.counts[starts[owner] + hit - begins[owner]].astype(np.float32)
    norm = _K1 * (1 - _B + _B * segment.lengths[part][rows] / probe.mean_length[part])
    parts = probe.weights[part][place] * counts / (counts + norm[owner]) * (_K1 + 1)
    return np.asarray(np.bincount(owner, weights=parts, minlength=len(rows)), dtype=np.float32)


def _passages(segment: Segment, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    lengths = segment.vector_starts[rows + 1] - segment.vector_starts[rows]
    begins = np.concatenate([[0], np.cumsum(lengths)])
    return np.arange(begins[-1]) + np.repeat(segment.vector_starts[rows] - begins[:-1], lengths), begins


def _cosines(
    segment: Segment, rows: NDArray[np.int64], vector: Vectors
) -> tuple[Scores, Scores, Scores, NDArray[np.int64]]:
    """For each row the cosine of its body as a whole, of its best body passage and of its question, and
    which of its passages is the nearest.
    """
    where, begins = _passages(segment, rows)
    if not len(where):
        nothing = np.full(len(rows), _NOTHING, dtype=np.float32)
        return nothing, nothing, nothing, np.zeros(len(rows), dtype=np.int64)
    # Whole steps times whole grains are exact, so a cosine does not depend on what it is computed beside.
    exact = segment.vectors[where].astype(np.float64) @ (np.rint(vector.astype(np.float64) * _GRAIN) / _GRAIN)
    cosines = np.asarray(segment.steps[where] * exact, dtype=np.float32)
    # the passages of a question stand before those of its body
    question_counts = np.minimum(segment.question_counts[rows], np.diff(begins))
    bodies = np.diff(begins) - question_counts
    of_question = np.arange(len(where)) - np.repeat(begins[:-1], question_counts + bodies) < np.repeat(
        question_counts, question_counts + bodies
    )
    asked_best = _by_row(np.maximum, cosines[of_question], question_counts)
    body = cosines[~of_question]
    best = _by_row(np.maximum, body, bodies)
    # the body as a whole: the direction of the sum of its passages
    along = _by_row(np.add, body, bodies)
    several = np.flatnonzero(bodies > 1)
    lengths = np.ones(len(rows), dtype=np.float32)  # a single passage is as long as it should be
    inside = np.repeat(bodies > 1, question_counts + bodies) & ~of_question
    if len(several):
        placed = segment.placed(where[inside])
        totals = np.add.reduceat(placed, _begins(bodies[several]), axis=0)
        lengths[several] = np.sqrt(np.square(totals).sum(axis=1))
    whole = np.where(bodies > 0, along / np.maximum(lengths, 1e-9), _NOTHING)
    return np.asarray(whole, dtype=np.float32), best, asked_best, _first_highest(cosines, begins)


def _first_highest(values: Scores, begins: NDArray[np.int64]) -> NDArray[np.int64]:
    """Of each row the place of its first highest value, counted from where it begins; 0 where it has none."""
    counts = np.diff(begins)
    highest = np.flatnonzero(values == np.repeat(_by_row(np.maximum, values, counts), counts))
    owners, first = np.unique(np.searchsorted(begins, highest, side="right") - 1, return_index=True)
    places = np.zeros(len(counts), dtype=np.int64)
    places[owners] = highest[first] - begins[owners]
    return places


def _begins(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.cumsum(counts) - counts


def _by_row(fold: np.ufunc, values: Scores, counts: NDArray[np.int64]) -> Scores:
    """`fold` over the values of each row, of which it has `counts`; _NOTHING where it has none."""
    made = np.full(len(counts), _NOTHING, dtype=np.float32)
    filled = np.flatnonzero(counts)
    if len(filled):
        made[filled] = fold.reduceat(values, _begins(counts[filled]))
    return made


# From what the signals say of a source to one score: the chance that it is relevant.
#
# Two logits are made, one from the body (does this answer what is asked?) and one from the earlier question
# (was this asked before?). Either is enough, so their odds are added.


@dataclass(frozen=True, slots=True)
class Fusion:
    """Weights of the features, and what turns their sum into a chance.

    The logit of a body is slope * log(weighted sum of its features) + offset. `version` 0 came with the
    package; higher ones were learned from an archive (evaluation/tune.py).
    """

    body_stems: float
    body_grams: float
    body_mean: float
    body_best: float
    body_length: float
    asked_stems: float
    asked_grams: float
    asked_best: float
    slope: float
    offset: float
    asked_offset: float
    threshold: float
    version: int = 0

    def logits(self, features: Scores, has_question: NDArray[np.bool_]) -> Scores:
        """One number a row of `features` (columns as FEATURES); higher is more relevant."""
        body = self._logit(features[:, :5], FEATURES[:5]) + self.offset
        question_logit = self._logit(features[:, 5:], FEATURES[5:]) + self.asked_offset
        return np.asarray(np.where(has_question, np.logaddexp(body, question_logit), body), dtype=np.float32)

    def _logit(self, columns: Scores, names: tuple[str, ...]) -> NDArray[np.float64]:
        # The chance rises with the logarithm of the sum: the step from 4 to 8 deviations says as much as
        # that from 8 to 16. The soft maximum with 0 keeps the order of what lies below.
        # Added column by column: so a row's sum does not depend on the rows beside it.
        total = np.zeros(len(columns))
        for i, name in enumerate(names):
            total += columns[:, i].astype(np.float64) * getattr(self, name)
        return np.asarray(self.slope * np.log(np.logaddexp(0.0, total) + 1e-12))

    def chances(self, logits: Scores) -> Scores:
        """Logits as chances between 0 and 1."""
        return np.asarray(1.0 / (1.0 + np.exp(-logits.astype(np.float64))), dtype=np.float32)


# Learned by regularised maximum likelihood on 850 real pairs (benchmarks/retrieval.md says how, and what
# cross-validation gives); five weights and two numbers to calibrate. The question side, for which there
# are no judgements, has the weights of the body side. The threshold is where, with half of the answers
# taken away, answerable and unanswerable questions are told apart best.
DEFAULT = Fusion(
    body_stems=0.18,
    body_grams=0.36,
    body_mean=0.76,
    body_best=0.37,
    body_length=-0.37,
    asked_stems=0.18,
    asked_grams=0.36,
    asked_best=1.13,
    slope=5.59,
    offset=-13.19,
    asked_offset=-13.19,
    threshold=0.22,
)


def shipped() -> Fusion:
    """The fusion where nothing was learned."""
    return DEFAULT


def _pack_fusion(fusion: Fusion) -> bytes:
    """As JSON."""
    return json.dumps(asdict(fusion), indent=1).encode()


def _read_fusion(packed: bytes) -> Fusion:
    """What `_pack_fusion` made. Raises IntegrityError."""
    try:
        return Fusion(**json.loads(packed))
    except (ValueError, TypeError) as error:
        raise IntegrityError(f"Deze afstelling van het zoeken is niet te lezen ({error}).") from error


# Versions of what was learned here: kept apart, the newest in force, and always a way back.

TUNING = "tuning/"
_CURRENT = f"{TUNING}fusion.json"
_NUMBER = f"{TUNING}in-force"
_KEPT = f"{TUNING}fusion-"


class LearnedVersions:
    """The versions among `blobs`: fusion.json is in force, fusion-1.json and on are all that ever were.

    A version in which the embedding model learned too has its adapter beside it, as adapter-1.npz and on; one
    in which the measure of relevance did, its weights as relevance-1.json and on.
    """

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    def current(self) -> Fusion:
        """The fusion in force; the one that ships when nothing was learned."""
        used = self._blobs.read(_CURRENT)
        return DEFAULT if used is None else _read_fusion(used)

    def versions(self) -> tuple[int, ...]:
        """The versions that were kept, oldest first; 0 is the one that ships."""
        names = (name.removeprefix(_KEPT).removesuffix(".json") for name in self._blobs.names(_KEPT))
        return (0, *sorted(int(number) for number in names if number.isdigit()))

    def in_force(self) -> int:
        """The version in force."""
        used = self._blobs.read(_CURRENT)
        if used is None:
            return 0
        number = self._blobs.read(_NUMBER)
        if number is not None:
            return int(number)
        # from before the number was kept
        same = (n for n in self.versions()[1:] if self._blobs.read(f"{_KEPT}{n}.json") == used)
        return max(same, default=0)

    def adapter(self) -> Adapter | None:
        """What the embedding model learned in the version in force; None where it is the model that ships."""
        return self._adapter(self.in_force())

    def adapters(self) -> tuple[Adapter, ...]:
        """What the embedding model learned in any version, oldest first."""
        return tuple(a for number in self.versions() if (a := self._adapter(number)) is not None)

    def _adapter(self, number: int) -> Adapter | None:
        name = f"{TUNING}adapter-{number}.npz"
        packed = self._blobs.read(name)
        return None if packed is None else read_adapter(packed, name)

    def measure(self) -> str:
        """The weights of the measure of relevance in force; "" where it is the one that ships."""
        return (self._blobs.read(f"{TUNING}relevance-{self.in_force()}.json") or b"").decode()

    def keep(self, fusion: Fusion, adapter: Adapter | None = None, measure: str | None = None) -> int:
        """Put a new version in force; gives its number. Without `measure` that of before stays."""
        number = self.versions()[-1] + 1
        measure = self.measure() if measure is None else measure
        if adapter is not None:
            self._blobs.put(f"{TUNING}adapter-{number}.npz", pack_adapter(adapter))
        if measure:
            self._blobs.put(f"{TUNING}relevance-{number}.json", measure.encode())
        self._blobs.put(f"{_KEPT}{number}.json", _pack_fusion(fusion))
        self._put_in_force(number)
        return number

    def _put_in_force(self, number: int) -> None:
        self._blobs.put(_CURRENT, self._blobs.read(f"{_KEPT}{number}.json") or b"")
        self._blobs.put(_NUMBER, str(number).encode())

    def revert(self, number: int) -> None:
        """Put an earlier version in force again. Raises InputError that lists the versions there are."""
        if number not in self.versions():
            listed = ", ".join(map(str, self.versions()))
            raise InputError(f"Versie {number} bestaat niet; er zijn: {listed}.")
        if number == 0:
            self._blobs.remove(_CURRENT)
            self._blobs.remove(_NUMBER)
        else:
            self._put_in_force(number)
