"""The index on disk: derived from the store, followed change by change, made again when it cannot be trusted.

    index/
      current.json        the manifest: which generation serves, its segments, up to which change it goes
      lock                held by the one process that writes
      <generation>/       everything made with one encoder and its frame
        frame.npz  words/ (tantivy)  <segment>/ ...

A manifest is replaced in one rename, after everything it names is on disk: killed at any moment, the index
is what it was, and the next update goes on from there. Readers see a new manifest at their next search.

Another encoder takes over in two steps (`switch`). First every text is encoded with it, into the vector
cache, which takes hours, can be killed and goes on where it was; searches and updates go on with the encoder
that the index was made with. Then a new generation is made from the cache and put in place.

Deleting marks a row dead; merging small segments drops dead rows. A source keeps its key (a number from a
rising sequence) through merges, so the lexical index need not be told.
"""

from __future__ import annotations

import json
import os
import shutil
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import asdict, dataclass, replace
from functools import reduce
from mmap import MADV_DONTNEED, mmap
from operator import add
from pathlib import Path
from threading import Lock, RLock
from typing import Any
from zipfile import BadZipFile

import numpy as np
import tantivy
from numpy.typing import NDArray
from onnx import TensorProto, helper

from learninglion.database.files import exclusive, write_durably
from learninglion.inference.builtin import ADDITIONS, FOUR_BITS, cores, empty_model, session_of
from learninglion.inference.encoders import Encoder, Progress, VectorCache, Vectors, embed
from learninglion.models import PassageKind
from learninglion.models.errors import ConflictError, IntegrityError, LearningLionError
from learninglion.models.recent import Recent
from learninglion.search.engine import (
    CANDIDATES,
    EXACT,
    NEAREST,
    NONE_YET,
    OTHER_ENCODER,
    OTHER_VERSION,
    PATIENCE,
    EncoderFinder,
    Encoders,
    IndexState,
    Timings,
    follows,
    in_batches,
    make_entries,
    none_other,
    passage_text,
    proposing,
)
from learninglion.search.scoring import (
    BOTH,
    BUCKETS,
    FAMILIES,
    Entries,
    Frame,
    Fusion,
    Pieces,
    Probe,
    Scores,
    Segment,
    Statistics,
    Tally,
    Terms,
    WordCounts,
    arrays_of,
    frame_of,
    load_frame,
    save_frame,
    segment_fields,
    shipped,
    spelled,
    tally,
    terms_of,
    whole_terms,
)
from learninglion.store.store import Change, Reader

# The first look over all passages: their vectors in 4 bits a number.
#
# Reading them from memory is what a look over hundreds of thousands of vectors costs, and in 4 bits they
# are an eighth of what they are in 32. Cosines are off by 0.004, so the nearest of a few hundred thousand
# are among the first few hundred. Exact cosines come after that, from the vectors themselves (scoring.py).

_VECTOR, _LEVELS, _SCALES, _COSINES = "vector", "levels", "scales", "cosines"

Floats = NDArray[np.float32]


class Comparison:
    """Many vectors as `sketch.sketched` gives them, in the order that the processor reads fastest."""

    def __init__(self, levels: NDArray[np.uint8], scales: Floats) -> None:
        count, blocks, half = levels.shape
        # kept, because the session may read them
        self._numbers: dict[str, NDArray[Any]] = {_LEVELS: levels, _SCALES: scales.reshape(-1)}
        self._session = session_of(_model(count, blocks, 2 * half), cores(), self._numbers)

    def __call__(self, vector: Floats) -> Floats:
        """The product of `vector` with every row, shape (n,)."""
        (cosines,) = self._session.run([_COSINES], {_VECTOR: vector[None]})
        products: Floats = cosines[0]
        return products


def _model(count: int, blocks: int, block: int) -> bytes:
    """A model of one multiplication; its numbers are given when it is opened."""
    node = helper.make_node(
        "MatMulNBits",
        [_VECTOR, _LEVELS, _SCALES],
        [_COSINES],
        domain=ADDITIONS,
        K=blocks * block,
        N=count,
        block_size=block,
        **FOUR_BITS,
    )
    model = empty_model("sketch")
    model.graph.node.append(node)
    shapes = (
        (_LEVELS, TensorProto.UINT8, (count, blocks, block // 2)),
        (_SCALES, TensorProto.FLOAT, (count * blocks,)),
    )
    for name, kind, shape in shapes:
        tensor = TensorProto(name=name, data_type=kind, dims=shape, data_location=TensorProto.EXTERNAL)
        tensor.external_data.add(key="location", value="given")
        model.graph.initializer.append(tensor)
    for place, name, width in (
        (model.graph.input, _VECTOR, blocks * block),
        (model.graph.output, _COSINES, count),
    ):
        place.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, width]))
    return bytes(model.SerializeToString())


_SCALE_BLOCK = 128  # numbers that share one scale
_MIDDLE = 8  # the level of zero, and the highest level is 15
_LEVELLED_AT_ONCE = 16_384  # vectors that are put into levels together

Levels = NDArray[np.uint8]


def sketched(vectors: NDArray[np.floating]) -> tuple[Levels, Floats]:
    """Levels, two a byte, of shape (n, blocks, 64), and the scale of each block, shape (n, blocks)."""
    blocks = -(-vectors.shape[1] // _SCALE_BLOCK)
    levels = np.zeros((len(vectors), blocks, _SCALE_BLOCK // 2), dtype=np.uint8)
    scales = np.zeros((len(vectors), blocks), dtype=np.float32)
    for start in range(0, len(vectors), _LEVELLED_AT_ONCE):
        part = slice(start, start + _LEVELLED_AT_ONCE)
        rows = np.zeros((len(vectors[part]), blocks * _SCALE_BLOCK), dtype=np.float32)
        rows[:, : vectors.shape[1]] = vectors[part]
        rows = rows.reshape(-1, blocks, _SCALE_BLOCK)
        furthest = np.abs(rows).argmax(axis=2, keepdims=True)
        scale = np.take_along_axis(rows, furthest, axis=2) / -_MIDDLE  # that number gets level 0 exactly
        scale[scale == 0] = 1
        numbers = np.clip(np.rint(rows / scale) + _MIDDLE, 0, 2 * _MIDDLE - 1).astype(np.uint8)
        levels[part] = numbers[..., 0::2] | numbers[..., 1::2] << 4
        scales[part] = scale[..., 0]
    return levels, scales


class Sketch:
    """What `sketched` gave of many vectors, to compare a vector with all of them. Safe for threads."""

    def __init__(self, levels: Levels, scales: Floats) -> None:
        self.levels, self.scales = levels, scales
        self._comparison: Comparison | None = None
        self._lock = Lock()

    def cosines(self, vector: Vectors) -> Floats:
        """Of `vector`, of unit length, with each; off by a few thousandths. Shape (n,)."""
        count, blocks = self.scales.shape
        if not count:
            return np.zeros(0, dtype=np.float32)
        as_question = np.zeros(blocks * _SCALE_BLOCK, dtype=np.float32)
        as_question[: len(vector)] = vector
        return self._ready()(as_question)

    def _ready(self) -> Comparison:
        with self._lock:
            if self._comparison is None:
                self._comparison = Comparison(self.levels, self.scales)
                # it has a copy of its own; should it look again, they are read again
                _let_go(self.levels)
            return self._comparison


def _let_go(array: NDArray[np.generic]) -> None:
    """Give back the memory of an array that is mapped from a file; it is read again when it is looked at."""
    base: object = array
    while isinstance(base, np.ndarray):
        base = base.base
    if isinstance(base, mmap):
        base.madvise(MADV_DONTNEED)


_CHECKED = 1 << 16  # bytes at either end of a big file


@dataclass(slots=True)
class FiledSegment(Segment):
    """An open segment; `alive` says which sources still count."""

    name: str
    keys: NDArray[np.int64]
    frequency: dict[tuple[str, str], tuple[NDArray[np.uint32], NDArray[np.int32]]]  # (terms, sources)
    owner: NDArray[np.int32]  # the source of each passage
    sketch: Sketch  # the vectors for the first look
    questions: Tally  # of the passages of questions, dead ones too
    bodies: Tally  # and of the others
    alive: NDArray[np.bool_]

    def living(self) -> tuple[Tally, Tally]:
        """The tallies of questions and of bodies without those of dead sources."""
        if self.alive.all():
            return self.questions, self.bodies
        dead, as_question = ~self.alive[self.owner], self.is_asked()
        gone = [tally(self.placed(np.flatnonzero(dead & chosen))) for chosen in (as_question, ~as_question)]
        return self.questions - gone[0], self.bodies - gone[1]

    def count_living(self, key: tuple[str, str], counts: NDArray[np.int32]) -> None:
        """Add to `counts` how many living sources hold each term of a (part, family)."""
        terms, sources = self.frequency[key]
        counts[terms] += sources  # terms are different within a segment
        if not self.alive.all():
            gone, _, _ = self.forward[key].gather(np.flatnonzero(~self.alive))
            np.subtract.at(counts, gone, 1)


def write_segment(folder: Path, name: str, entries: Entries, dimensions: int) -> None:
    """Write `entries` as the segment `name`, whole or not at all."""
    arrays = arrays_of(entries, dimensions)
    arrays["keys"] = np.array(entries.keys, dtype=np.int64)
    for part, family in BOTH:
        terms, sources = np.unique(arrays[f"{part}-{family}-ids"], return_counts=True)
        arrays[f"{part}-{family}-terms"] = terms
        arrays[f"{part}-{family}-sources"] = sources.astype(np.int32)
    # From the numbers as they are kept: so a merge writes what the parts that it merges held.
    vectors = arrays["vectors"].astype(np.float32) * arrays["steps"][:, None]
    arrays["levels"], arrays["scales"] = sketched(vectors)
    counted = np.array(entries.passages, dtype=np.int32).reshape(-1, 2)
    as_question = np.repeat(np.tile([True, False], len(counted)), counted.reshape(-1))
    for label, chosen in (("questions", as_question), ("bodies", ~as_question)):
        arrays[f"{label}-tally"] = tally(vectors[chosen]).rows()
    names = {"documents": entries.documents, "sources": entries.sources}
    _write_files(folder, name, {label: [array] for label, array in arrays.items()}, names)


def _write_files(
    folder: Path, name: str, arrays: Mapping[str, Sequence[NDArray[Any]]], names: dict[str, list[str]]
) -> None:
    """Write arrays, each of pieces one after another, so that a large one need never be held whole."""
    place = folder / f".{name}.new"
    for left in (place, folder / name):  # by a run that was killed
        shutil.rmtree(left, ignore_errors=True)
    place.mkdir(parents=True)
    for label, pieces in arrays.items():
        shape = (sum(map(len, pieces)), *pieces[0].shape[1:])
        descr = np.lib.format.dtype_to_descr(pieces[0].dtype)
        with (place / f"{label}.npy").open("wb") as file:
            np.lib.format.write_array_header_1_0(
                file, {"descr": descr, "fortran_order": False, "shape": shape}
            )
            for piece in pieces:
                file.write(np.ascontiguousarray(piece).data)
            file.flush()
            os.fsync(file.fileno())
    (place / "names.json").write_text(json.dumps(names, ensure_ascii=False), "utf-8")
    files = sorted(place.iterdir())
    for sums, whole in (("sums.json", False), ("whole.json", True)):
        checksums = {p.name: checksum(p, whole=whole) for p in files}
        (place / sums).write_text(json.dumps(checksums), "utf-8")
    place.rename(folder / name)


def checksum(path: Path, *, whole: bool = False) -> list[int]:
    """[size, CRC-32] of a file; of a big one the first and last 64 kB unless `whole`.

    That is what a cold start has time for; `whole` is for a deliberate check.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        if whole or size <= 2 * _CHECKED:
            total = 0
            while block := file.read(1 << 20):
                total = zlib.crc32(block, total)
            return [size, total]
        total = zlib.crc32(file.read(_CHECKED))
        file.seek(-_CHECKED, os.SEEK_END)
        return [size, zlib.crc32(file.read(_CHECKED), total)]


def open_segment(folder: Path, name: str, *, whole: bool = False) -> FiledSegment:
    """The segment `name` of `folder`, big arrays mapped; IntegrityError when a file is missing or changed.

    `whole` checks every byte instead of the ends of big files.
    """
    place = folder / name
    try:
        sums = json.loads((place / ("whole.json" if whole else "sums.json")).read_text("utf-8"))
        for file, checksum_known in sums.items():
            if checksum(place / file, whole=whole) != checksum_known:
                raise IntegrityError(f"Het zoekregister is beschadigd: {name}/{file}.")
        names = json.loads((place / "names.json").read_text("utf-8"))
        # seen as plain arrays: slicing a memmap object costs ten times as much
        load = {p.stem: np.asarray(np.load(p, mmap_mode="r")) for p in place.glob("*.npy")}
    except (OSError, ValueError, KeyError) as error:
        raise IntegrityError(f"Het zoekregister is beschadigd: {name} ({error}).") from error
    return FiledSegment(
        name=name,
        keys=np.array(load["keys"]),
        documents=np.array(names["documents"], dtype=object),
        sources=np.array(names["sources"], dtype=object),
        frequency={(p, f): (load[f"{p}-{f}-terms"], load[f"{p}-{f}-sources"]) for p, f in BOTH},
        owner=np.repeat(np.arange(len(load["keys"]), dtype=np.int32), np.diff(load["vector-starts"])),
        sketch=Sketch(load["levels"], load["scales"]),
        questions=Tally.of_rows(load["questions-tally"]),
        bodies=Tally.of_rows(load["bodies-tally"]),
        alive=np.ones(len(load["keys"]), dtype=np.bool_),
        **segment_fields(load),
    )


def merge(folder: Path, name: str, segments: Sequence[FiledSegment]) -> None:
    """Write what is alive in `segments` as one new segment."""
    passages = [np.repeat(s.alive, np.diff(s.vector_starts)) for s in segments]
    arrays: dict[str, list[NDArray[Any]]] = {
        "keys": [s.keys[s.alive] for s in segments],
        "asked-passages": [s.question_counts[s.alive] for s in segments],
        "vector-starts": _starts([s.vector_starts for s in segments], segments),
        "vectors": [_rows_of(s.vectors, chosen) for s, chosen in zip(segments, passages, strict=True)],
        "steps": [_rows_of(s.steps, chosen) for s, chosen in zip(segments, passages, strict=True)],
        "levels": [_rows_of(s.sketch.levels, chosen) for s, chosen in zip(segments, passages, strict=True)],
        "scales": [_rows_of(s.sketch.scales, chosen) for s, chosen in zip(segments, passages, strict=True)],
    }
    for key in BOTH:
        label = "-".join(key)
        forward = [s.forward[key] for s in segments]
        chosen_terms = [np.repeat(s.alive, np.diff(f.starts)) for s, f in zip(segments, forward, strict=True)]
        arrays[f"{label}-starts"] = _starts([f.starts for f in forward], segments)
        arrays[f"{label}-ids"] = [_rows_of(f.ids, c) for f, c in zip(forward, chosen_terms, strict=True)]
        arrays[f"{label}-counts"] = [
            _rows_of(f.counts, c) for f, c in zip(forward, chosen_terms, strict=True)
        ]
        arrays[f"{label}-lengths"] = [s.lengths[key][s.alive] for s in segments]
        sources = np.zeros(BUCKETS, dtype=np.int32)
        for s in segments:
            s.count_living(key, sources)
        arrays[f"{label}-terms"] = [np.flatnonzero(sources).astype(np.uint32)]
        arrays[f"{label}-sources"] = [sources[sources > 0]]
    living = [s.living() for s in segments]
    for at, label in enumerate(("questions", "bodies")):
        arrays[f"{label}-tally"] = [reduce(add, (tallies[at] for tallies in living)).rows()]
    names = {
        "documents": [str(d) for s in segments for d in s.documents[s.alive]],
        "sources": [str(d) for s in segments for d in s.sources[s.alive]],
    }
    _write_files(folder, name, arrays, names)


def _rows_of(array: NDArray[Any], chosen: NDArray[np.bool_]) -> NDArray[Any]:
    """The chosen of `array`; all of them are not copied."""
    return array if chosen.all() else array[chosen]


def _starts(starts: Sequence[NDArray[np.int64]], segments: Sequence[FiledSegment]) -> list[NDArray[Any]]:
    """Where the rows that are alive begin when they stand one after another."""
    sizes = [np.diff(of_segment)[s.alive] for of_segment, s in zip(starts, segments, strict=True)]
    return [np.concatenate([[0], np.cumsum(np.concatenate(sizes))]).astype(np.int64)]


_BLOCK = 100  # passages whose nearest is looked for together
_CLOSED = -2.0  # the cosine of what may not be found: below any

_REMEMBERED = 8


@dataclass(eq=False)
class Snapshot:
    """The segments of one moment. A source is known by its position: its row, counted through segments."""

    segments: tuple[FiledSegment, ...]
    frame: Frame
    lexicon: Lexicon
    fusion: Fusion
    encoder_name: str
    sequence: int
    timings: Timings

    def __post_init__(self) -> None:
        self.starts = np.concatenate([[0], np.cumsum([len(s) for s in self.segments])]).astype(np.int64)
        none, segments = np.zeros(0, dtype=np.int64), self.segments
        self.alive: NDArray[np.bool_] = np.concatenate([none.astype(np.bool_), *(s.alive for s in segments)])
        self.keys: NDArray[np.int64] = np.concatenate([none, *(s.keys for s in segments)])
        self._by_key = np.argsort(self.keys, kind="stable")
        self.statistics = _collect(self.segments, self.frame)
        self._owners: tuple[list[str], NDArray[np.int32]] | None = None
        self._masks = Recent[frozenset[str], NDArray[np.bool_]](_REMEMBERED)
        self._lock = Lock()

    def __len__(self) -> int:
        return int(self.starts[-1])

    def positions_of(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """The positions of these keys, in their order; keys that are not here are left out."""
        if not len(self.keys):
            return np.zeros(0, dtype=np.int64)
        places = np.searchsorted(self.keys, keys, sorter=self._by_key)
        positions = self._by_key[np.minimum(places, len(self.keys) - 1)]
        return np.asarray(positions[self.keys[positions] == keys], dtype=np.int64)

    def mask(self, documents: frozenset[str] | None) -> NDArray[np.bool_]:
        """For each position whether it may be found: alive, and of one of `documents` (None: any)."""
        if documents is None:
            return self.alive
        known = self._masks.get(documents)
        if known is None:
            names, owners = self._numbered()
            inside = np.fromiter((name in documents for name in names), np.bool_, len(names))
            known = inside[owners] & self.alive
            self._masks.put(documents, known)
        return known

    def candidates(self, probe: Probe, documents: frozenset[str] | None, *, exact: bool = False) -> Pieces:
        """The sources of `documents` (None: all) that may be hits; `exact`: every one of them."""
        mask = self.mask(documents)
        allowed = int(mask.sum())
        if exact or allowed <= EXACT:
            return self.split(np.flatnonzero(mask))
        ranked = [*_by_words(self, probe, mask, allowed), _nearest(self, probe.vector, mask)]
        return self.split(np.unique(np.concatenate(ranked)))

    def extent(self, documents: frozenset[str] | None) -> tuple[int, int]:
        """How many documents and sources may be found among `documents` (None: all)."""
        mask = self.mask(documents)
        names, owners = self._numbered()
        documents_seen = np.count_nonzero(np.bincount(owners[mask], minlength=len(names)))
        return int(documents_seen), int(mask.sum())

    def _numbered(self) -> tuple[list[str], NDArray[np.int32]]:
        """The documents, and for each position the number of its own; made once.

        Names are walked in Python, which for 100,000 sources takes longer than the rest of a search.
        """
        with self._lock:
            if self._owners is None:
                numbers: dict[str, int] = {}
                names = (name for s in self.segments for name in s.documents.tolist())
                listed = [numbers.setdefault(name, len(numbers)) for name in names]
                self._owners = list(numbers), np.array(listed, dtype=np.int32)
            return self._owners

    def split(self, positions: NDArray[np.int64]) -> Pieces:
        """Ascending positions as rows of segments."""
        edges = np.searchsorted(positions, self.starts)
        return [
            (segment, positions[edges[i] : edges[i + 1]] - self.starts[i])
            for i, segment in enumerate(self.segments)
            if edges[i + 1] > edges[i]
        ]


def _collect(segments: Sequence[FiledSegment], frame: Frame) -> Statistics:
    words = WordCounts()
    for segment in segments:
        for key in BOTH:
            segment.count_living(key, words.frequency[key])
        words.measure(segment, segment.alive)
    living = [segment.living() for segment in segments]
    questions = sum((questions_living for questions_living, _ in living), frame.questions)
    bodies = sum((body for _, body in living), frame.bodies)
    return words.statistics(questions.cloud(), bodies.cloud())


def _by_words(
    snapshot: Snapshot, probe: Probe, mask: NDArray[np.bool_], allowed: int
) -> list[NDArray[np.int64]]:
    """Candidates by stems and by 5-grams. Under a filter they are looked for deeper, in proportion."""
    share = allowed / max(1, len(mask))
    depth = min(25 * CANDIDATES, int(CANDIDATES / max(share, 1e-6)))
    stems, grams = proposing(probe)
    ranked = [
        snapshot.positions_of(snapshot.lexicon.search(terms, depth)) for terms in ((stems, ()), ((), grams))
    ]
    return [p[mask[p]][:CANDIDATES] for p in ranked]


def _nearest(snapshot: Snapshot, vector: Vectors, mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The positions with the passages nearest to `vector`, at first look."""
    positions: list[NDArray[np.int64]] = [np.zeros(0, dtype=np.int64)]
    values: list[Scores] = [np.zeros(0, dtype=np.float32)]
    for number, segment in enumerate(snapshot.segments):
        cosines = segment.sketch.cosines(vector)
        inside = mask[snapshot.starts[number] : snapshot.starts[number + 1]]
        if not inside.all():
            cosines[~inside[segment.owner]] = _CLOSED
        top = _highest(cosines, NEAREST)
        top = top[cosines[top] > _CLOSED]
        positions.append(segment.owner[top] + snapshot.starts[number])
        values.append(cosines[top])
    nearest = np.argsort(-np.concatenate(values), kind="stable")[:NEAREST]
    return np.asarray(np.concatenate(positions)[nearest], dtype=np.int64)


def _highest(values: Scores, most: int) -> NDArray[np.int64]:
    """Where the `most` highest of `values` are, or all of them, in no order.

    At least `most` values are as high as the `most`-th highest maximum of a block, so only those are looked
    at further: a tenth of the time where there are many values.
    """
    blocks = len(values) // _BLOCK
    if blocks > most:
        maxima = values[: blocks * _BLOCK].reshape(blocks, _BLOCK).max(axis=1)
        least = np.partition(maxima, blocks - most)[blocks - most]
        places = np.flatnonzero(values >= least)
    else:
        places = np.arange(len(values))
    if len(places) <= most:
        return places
    return np.asarray(places[np.argpartition(-values[places], most - 1)[:most]], dtype=np.int64)


# (key, document id, terms of the whole source by family)
Addition = tuple[int, str, tuple[Terms, Terms]]
# for each family: (term, weight), heaviest first
QueryTerms = tuple[Sequence[tuple[int, float]], Sequence[tuple[int, float]]]

_HEAP = 64_000_000


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("key", indexed=True, fast=True)
    builder.add_text_field("document", tokenizer_name="raw", index_option="basic")
    for family in FAMILIES:
        builder.add_text_field(family, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


class Lexicon:
    """The lexical index of one folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._schema = _schema()
        try:
            self._index = tantivy.Index(self._schema, path=str(folder))
        except ValueError as error:
            raise IntegrityError(f"Het woordregister is beschadigd: {error}") from error

    def change(self, additions: Iterable[Addition], gone: Sequence[str], keys_below: int) -> None:
        """Take away the documents `gone` and every key from `keys_below` on, then add, in one commit.

        Keys from there on are what an interrupted change left behind.
        """
        try:
            writer = self._index.writer(_HEAP, 1)
        except ValueError as error:
            raise ConflictError("Een ander proces werkt het zoekregister bij.") from error
        # One that was killed before its commit leaves files under the names that this commit will use.
        writer.garbage_collect_files()
        for document_id in gone:
            writer.delete_documents_by_term("document", document_id)
        leftover = tantivy.Query.range_query(
            self._schema, "key", tantivy.FieldType.Unsigned, keys_below, None
        )
        writer.delete_documents_by_query(leftover)
        for key, document_id, terms in additions:
            document = tantivy.Document()
            document.add_unsigned("key", key)
            document.add_text("document", document_id)
            for family, bag in zip(FAMILIES, terms, strict=True):
                document.add_text(family, spelled(bag))
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    def reload(self) -> None:
        """See what other processes committed."""
        self._index.reload()

    def count(self) -> int:
        """How many sources it holds."""
        return int(self._index.searcher().num_docs)

    def search(self, terms: QueryTerms, limit: int) -> NDArray[np.int64]:
        """Keys of the best `limit` sources, best first."""
        clauses = [
            (tantivy.Occur.Should, tantivy.Query.boost_query(self._term(family, term), weight))
            for family, listed in zip(FAMILIES, terms, strict=True)
            for term, weight in listed
            if weight > 0
        ]
        if not clauses or limit <= 0:
            return np.zeros(0, dtype=np.int64)
        query = tantivy.Query.boolean_query(clauses)
        searcher = self._index.searcher()
        hits = searcher.search(query, limit, count=False).hits
        keys = searcher.fast_field_values("key", [address for _, address in hits])
        return np.array(keys, dtype=np.int64)

    def _term(self, family: str, term: int) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, family, str(term), "freq")


FORMAT = 4
_NAME = "current.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `current.json` says."""

    format: int
    store: str
    encoder: str
    dimensions: int
    generation: str
    sequence: int
    next_key: int
    next_segment: int
    segments: tuple[str, ...] = ()
    dead: tuple[tuple[str, tuple[int, ...]], ...] = ()  # rows that no longer count, by segment
    passages: int = 0
    mark: str = ""  # of the store's change `sequence`: another archive has another


def read_manifest(folder: Path) -> Manifest:
    """The manifest of `folder`; IntegrityError when there is none, or none that this program can read."""
    try:
        data = json.loads((folder / _NAME).read_text("utf-8"))
        data["segments"] = tuple(data["segments"])
        data["dead"] = tuple((name, tuple(rows)) for name, rows in data["dead"])
        manifest = Manifest(**data)
    except FileNotFoundError:
        raise IntegrityError(NONE_YET) from None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise IntegrityError(f"Het zoekregister is beschadigd: {_NAME} ({error}).") from error
    if manifest.format != FORMAT:
        raise IntegrityError(OTHER_VERSION)
    return manifest


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Put `manifest` in place of the one before, whole or not at all."""
    write_durably(folder / _NAME, json.dumps(asdict(manifest)).encode())


_SUMS = "words.json"


def _keep_sums(place: Path) -> None:
    """Note size and checksum of the frame and of every file of words, which have none of their own that we
    can ask for. Only files that are new are read: tantivy never changes one, but for its lists.
    """
    try:
        known = _read_sums(place)
    except ValueError:
        known = {}
    sums = {}
    for path in _summed(place):
        name = str(path.relative_to(place))
        old = known.get(name)
        fixed = not path.name.endswith(".json") and old is not None and old[0] == path.stat().st_size
        sums[name] = old if fixed and old is not None else checksum(path, whole=True)
    write_durably(place / _SUMS, json.dumps(sums).encode())


def _check_sums(place: Path) -> str:
    """Read the frame and every file of words; "" or which is not as `_keep_sums` noted it."""
    try:
        known = _read_sums(place)
    except ValueError:
        return f"Het zoekregister is beschadigd: {_SUMS}."
    for name, checksum_known in known.items():
        path = place / name
        if not path.is_file() or checksum(path, whole=True) != checksum_known:
            return f"Het zoekregister is beschadigd: {name}."
    return ""


def _summed(place: Path) -> list[Path]:
    words = [p for p in (place / "words").iterdir() if p.is_file() and not p.name.endswith(".lock")]
    return sorted((*words, place / "frame.npz"))


def _read_sums(place: Path) -> dict[str, list[int]]:
    """Size and checksum by file; empty for an index of a program that kept none. Raises ValueError."""
    try:
        return {str(k): [int(n) for n in v] for k, v in json.loads((place / _SUMS).read_bytes()).items()}
    except FileNotFoundError:
        return {}
    except (OSError, TypeError, AttributeError) as error:
        raise ValueError(_SUMS) from error


# Documents between two reports of progress while everything is encoded.
_AT_ONCE = 20


def _encode_all(encoder: Encoder, cache: VectorCache, reader: Reader, progress: Progress | None) -> None:
    """Encode every text of the store into the cache; `progress` is told (done, total) in documents.

    What comes in while it runs is left to whoever makes the index.
    """
    present = [c.document_id for c in reader.changes_after(0) if not c.deleted]
    for ids in in_batches(present, _AT_ONCE, progress):
        passages = [p for _, listed in reader.entries_of(ids) for p in listed]
        for as_question in (True, False):
            texts = [passage_text(p) for p in passages if (p.kind is PassageKind.QUESTION) == as_question]
            embed(encoder, texts, as_question=as_question, cache=cache)


def _additions_of(entries: Entries) -> Iterator[Addition]:
    """What the lexical index takes in of `entries`."""
    for key, document, terms in zip(entries.keys, entries.documents, entries.terms, strict=True):
        yield key, document, whole_terms(*terms)


def _additions_in(segment: FiledSegment) -> Iterator[Addition]:
    """What the lexical index takes in of the sources of `segment`."""
    for row in range(len(segment)):
        terms = whole_terms(terms_of(segment, row, "asked"), terms_of(segment, row, "body"))
        yield int(segment.keys[row]), str(segment.documents[row]), terms


def _more_dead(
    manifest: Manifest, gone: frozenset[str], place: Path, opened: dict[str, FiledSegment]
) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """The dead rows of each segment, with those of the documents `gone`; `opened` are segments at hand."""
    dead = {name: set(rows) for name, rows in manifest.dead}
    for name in manifest.segments:
        segment = opened.get(f"{manifest.generation}/{name}") or open_segment(place, name)
        rows = [row for row, document in enumerate(segment.documents) if document in gone]
        if rows:
            dead.setdefault(name, set()).update(rows)
    return tuple((name, tuple(sorted(rows))) for name, rows in sorted(dead.items()))


# Documents whose sources go into one segment while building; bounds memory to about 200 MB.
_BATCH_DOCUMENTS = 2000
# Segments of like size before they are merged; searching one more costs about a millisecond.
_MERGE_AT = 8


class Index:
    """An index folder, opened with the encoder that questions and new texts are encoded with.

    It need not exist yet. `fusion` tells what was learned by now. `others` gives the encoder of a name, or
    None: an index made by another than `encoder` goes on serving with that, until `switch`. A damaged or
    foreign index opens too: `state().problem` says what is wrong, `update` rebuilds it.
    """

    def __init__(
        self,
        folder: Path,
        encoder: Encoder,
        cache: VectorCache | None = None,
        fusion: Callable[[], Fusion] = shipped,
        others: EncoderFinder = none_other,
    ) -> None:
        self.folder = folder
        self.timings = Timings()
        self.encoders = Encoders(encoder, others)
        self._cache = cache
        self._fusion = fusion
        self._lock = RLock()
        # Writing has a lock of its own: a rebuild takes hours, and searches go on meanwhile.
        self._write_lock = RLock()
        self._segments: dict[str, FiledSegment] = {}
        self._snapshot: Snapshot | None = None
        self._made: Manifest | None = None  # that the snapshot is of
        self._stamp: tuple[int, ...] = ()
        self._problem = ""

    # ------------------------------------------------------------------------------------- reading

    def snapshot(self) -> Snapshot:
        """What can be searched now, with what other processes committed; LearningLionError when nothing."""
        with self._lock:
            self.refresh()
            if self._snapshot is None:
                raise LearningLionError(f"{self._problem} Bouw het opnieuw op: learninglion index rebuild.")
            learned = self._fusion()
            if learned != self._snapshot.fusion:  # searches under way go on with what they began with
                self._snapshot = copy(self._snapshot)
                self._snapshot.fusion = learned
            return self._snapshot

    def exists(self) -> bool:
        """Whether an index was ever made here."""
        return (self.folder / _NAME).exists()

    def state(self) -> IndexState:
        """How the index stands."""
        with self._lock:
            self.refresh()
            shot = self._snapshot
            if shot is None or self._made is None:
                return IndexState(0, 0, 0, self.encoders.current.name, 0, self._problem)
            passages = sum(len(s.vectors) for s in shot.segments)
            wanted = "" if shot.encoder_name == self.encoders.current.name else self.encoders.current.name
            return IndexState(
                sources=int(shot.alive.sum()),
                passages=passages,
                segments=len(shot.segments),
                encoder=shot.encoder_name,
                sequence=shot.sequence,
                problem="",
                wanted=wanted,
                store=self._made.store,
                mark=self._made.mark,
            )

    def refresh(self) -> bool:
        """Look whether another manifest was put in place, and take it; True when something changed."""
        with self._lock:
            stamp = _stamp(self.folder / "current.json")
            if stamp == self._stamp and (self._snapshot is not None or self._problem):
                return False
            self._stamp = stamp
            try:
                self._made = self._manifest()
                self._snapshot, self._problem = self._load(self._made), ""
            except IntegrityError as error:
                self._snapshot, self._problem = None, error.detail
            return True

    def verify(self) -> str:
        """Check every byte of every file; "" or what is damaged."""
        with self._lock:
            try:
                manifest = self._manifest()
                for name in manifest.segments:
                    open_segment(self.folder / manifest.generation, name, whole=True)
                return _check_sums(self.folder / manifest.generation)
            except IntegrityError as error:
                return error.detail

    def _manifest(self) -> Manifest:
        manifest = read_manifest(self.folder)
        if self.encoders.named(manifest.encoder, manifest.dimensions) is None:
            raise IntegrityError(OTHER_ENCODER)
        return manifest

    def _load(self, manifest: Manifest) -> Snapshot:
        place = self.folder / manifest.generation
        segments = tuple(self._living(manifest, name) for name in manifest.segments)
        self._segments = {f"{manifest.generation}/{segment.name}": segment for segment in segments}
        lexicon = Lexicon(place / "words")
        try:
            frame = load_frame(place / "frame.npz")
        except (OSError, ValueError, KeyError, BadZipFile) as error:
            raise IntegrityError(f"Het zoekregister is beschadigd: frame.npz ({error}).") from error
        alive_sources = sum(int(s.alive.sum()) for s in segments)
        if lexicon.count() < alive_sources:
            raise IntegrityError("Het woordregister mist bronnen.")
        return Snapshot(
            segments, frame, lexicon, self._fusion(), manifest.encoder, manifest.sequence, self.timings
        )

    # ------------------------------------------------------------------------------------- writing

    def update(self, reader: Reader, progress: Progress | None = None, wait: float | None = PATIENCE) -> int:
        """Follow the store up to its newest change; the number of changed documents.

        An index that is missing, damaged, of another store or of an encoder that cannot be had is rebuilt;
        one of a former encoder is followed with that. A second process that updates waits up to `wait`
        seconds, then raises ConflictError that names the holder.
        """
        if self._is_current(reader):
            return 0
        with self._writing(wait):
            self.refresh()
            if self._snapshot is None or not follows(self._manifest(), reader):
                return self._rebuild(reader, progress)
            manifest = self._manifest()
            changes = reader.changes_after(manifest.sequence)
            if not changes:
                return 0
            newest = max(change.sequence for change in changes)
            for chosen in in_batches(changes, _BATCH_DOCUMENTS):
                manifest = self._apply(manifest, chosen, reader, progress)
            self._publish(self._tidy(replace(manifest, sequence=newest, mark=reader.mark_of(newest))))
            return len(changes)

    def rebuild(self, reader: Reader, progress: Progress | None = None) -> int:
        """Make the index again from the store; searches go on in the old one until the new is complete."""
        if self.state().wanted:
            return self.switch(reader, progress)
        with self._writing():
            self.refresh()
            return self._rebuild(reader, progress)

    def switch(self, reader: Reader, progress: Progress | None = None) -> int:
        """Have `encoder` take over from the one that the index was made with; the documents encoded, or 0.

        Searches and updates go on meanwhile, also those of other processes. Killed, it goes on where it was,
        given a cache. Raises ConflictError where another process is doing it.
        """
        with exclusive(self.folder / "switch.lock", "het nieuwe embeddingmodel invoeren", wait=0.0):
            if not self.state().wanted:
                return 0
            if self._cache is not None:
                _encode_all(self.encoders.current, self._cache, reader, progress)
            with self._writing():
                self.refresh()
                return self._rebuild(reader, progress if self._cache is None else None)

    def purge(self) -> None:
        """Write everything anew without the rows that no longer count: a deleted text leaves nothing here.

        Searches go on in the old files until the new ones are complete.
        """
        with self._writing():
            self.refresh()
            if self._snapshot is None or not self._manifest().dead:
                return
            old = self._manifest()
            generation = self._new_generation()
            place, before = self.folder / generation, self.folder / old.generation
            shutil.copy2(before / "frame.npz", place / "frame.npz")
            names = []
            lexicon = Lexicon(place / "words")
            for name in old.segments:
                segment = self._living(old, name)
                if not segment.alive.any():
                    continue
                if segment.alive.all():
                    shutil.copytree(before / name, place / name, copy_function=os.link)
                else:
                    merge(place, name, [segment])
                names.append(name)
                lexicon.change(_additions_in(open_segment(place, name)), (), old.next_key)
            self._publish(replace(old, generation=generation, segments=tuple(names), dead=()))
            shutil.rmtree(before, ignore_errors=True)

    def rows_of(self, document_id: str) -> int:
        """How many sources of this document lie in the files, those that no longer count too."""
        with self._lock:
            self.refresh()
            segments = self._snapshot.segments if self._snapshot is not None else ()
            return sum(int((s.documents == document_id).sum()) for s in segments)

    def _is_current(self, reader: Reader) -> bool:
        self.refresh()
        if self._snapshot is None or self._made is None or self._made.sequence != reader.change_counter():
            return False
        return follows(self._made, reader)

    @contextmanager
    def _writing(self, wait: float | None = PATIENCE) -> Iterator[None]:
        with self._write_lock, exclusive(self.folder / "lock", "het zoekregister bijwerken", wait=wait):
            yield

    def _rebuild(self, reader: Reader, progress: Progress | None) -> int:
        changes = reader.changes_after(0)
        present = [c for c in changes if not c.deleted]
        sequence = max((c.sequence for c in changes), default=0)
        generation = self._new_generation()
        place = self.folder / generation
        encoder = self.encoders.current
        save_frame(frame_of(encoder, self._cache), place / "frame.npz", encoder.name)
        manifest = Manifest(
            FORMAT,
            reader.store_id(),
            encoder.name,
            encoder.dimensions,
            generation,
            sequence,
            next_key=1,
            next_segment=1,
            mark=reader.mark_of(sequence),
        )
        Lexicon(place / "words")
        for chosen in in_batches(present, _BATCH_DOCUMENTS, progress):
            manifest = self._apply(manifest, chosen, reader, None)
        old = [p for p in self.folder.iterdir() if p.is_dir() and p.name != generation]
        self._publish(self._merged(manifest, manifest.segments))
        for path in old:  # a reader that still maps these files keeps them until it lets go
            shutil.rmtree(path, ignore_errors=True)
        return len(present)

    def _new_generation(self) -> str:
        taken = {p.name for p in self.folder.iterdir() if p.is_dir()}
        number = 1 + max((int(n[1:]) for n in taken if n[:1] == "g" and n[1:].isdigit()), default=0)
        (self.folder / f"g{number}").mkdir()
        return f"g{number}"

    def _apply(
        self, manifest: Manifest, changes: Sequence[Change], reader: Reader, progress: Progress | None
    ) -> Manifest:
        """Write the changes as a new segment; the manifest that would show them."""
        place = self.folder / manifest.generation
        present = [c.document_id for c in changes if not c.deleted]
        entries = make_entries(
            self.encoders.named(manifest.encoder) or self.encoders.current,
            self._cache,
            load_frame(place / "frame.npz"),
            list(reader.entries_of(present)) if present else [],
            manifest.next_key,
            progress,
        )
        gone = [c.document_id for c in changes]
        lexicon = Lexicon(place / "words")
        lexicon.change(_additions_of(entries), gone, manifest.next_key)
        if entries.keys:
            name = f"s{manifest.next_segment}"
            write_segment(place, name, entries, manifest.dimensions)
        else:
            name = ""
        dead = _more_dead(manifest, frozenset(gone), place, self._segments)
        return replace(
            manifest,
            next_key=manifest.next_key + len(entries.keys),
            next_segment=manifest.next_segment + 1,
            segments=(*manifest.segments, *((name,) if name else ())),
            dead=dead,
            passages=manifest.passages + sum(len(v) for v in entries.vectors),
        )

    def _tidy(self, manifest: Manifest) -> Manifest:
        """Merge the small segments at the end when there are many; big ones are left as they are."""
        if len(manifest.segments) < _MERGE_AT:
            return manifest
        sizes = [len(self._opened(manifest, name)) for name in manifest.segments]
        start, total = len(sizes) - 1, sizes[-1]
        while start > 0 and sizes[start - 1] <= 2 * total:
            start -= 1
            total += sizes[start]
        if len(sizes) - start < 2:
            start = len(sizes) - 2
        return self._merged(manifest, manifest.segments[start:])

    def _merged(self, manifest: Manifest, names: Sequence[str]) -> Manifest:
        if len(names) < 2:
            return manifest
        place = self.folder / manifest.generation
        target = f"s{manifest.next_segment}"
        merge(place, target, [self._living(manifest, name) for name in names])
        return replace(
            manifest,
            next_segment=manifest.next_segment + 1,
            segments=(*(n for n in manifest.segments if n not in names), target),
            dead=tuple((name, rows) for name, rows in manifest.dead if name not in names),
        )

    def _opened(self, manifest: Manifest, name: str) -> FiledSegment:
        known = self._segments.get(f"{manifest.generation}/{name}")
        return known or open_segment(self.folder / manifest.generation, name)

    def _living(self, manifest: Manifest, name: str) -> FiledSegment:
        """The segment with what the manifest says of its rows."""
        segment = self._opened(manifest, name)
        alive = np.ones(len(segment), dtype=np.bool_)
        alive[list(dict(manifest.dead).get(name, ()))] = False
        return replace(segment, alive=alive)

    def _publish(self, manifest: Manifest) -> None:
        place = self.folder / manifest.generation
        _keep_sums(place)
        write_manifest(self.folder, manifest)
        for path in place.iterdir():
            if path.is_dir() and path.name != "words" and path.name not in manifest.segments:
                shutil.rmtree(path, ignore_errors=True)
        self.refresh()


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        status = path.stat()
    except OSError:
        return (0,)
    return (status.st_ino, status.st_mtime_ns, status.st_size)
