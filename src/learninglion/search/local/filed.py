"""Segments in files that are written once and mapped into memory.

Deleting marks a row dead; merging small segments drops dead rows. A source keeps its key (a number from a
rising sequence) through merges, so the lexical index need not be told.
"""

from __future__ import annotations

import json
import os
import shutil
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from mmap import MADV_DONTNEED, mmap
from operator import add
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper

from learninglion.inference.encoders import Vectors
from learninglion.inference.onnx import ADDITIONS, FOUR_BITS, cores, empty_model, session_of
from learninglion.models.errors import IntegrityError
from learninglion.search.analysis import BUCKETS
from learninglion.search.frame import Tally, tally
from learninglion.search.segments import BOTH, Entries, Segment, arrays_of, segment_fields

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


_BLOCK = 128  # numbers that share one scale
_MIDDLE = 8  # the level of zero, and the highest level is 15
_AT_ONCE = 16_384  # vectors that are put into levels together

Levels = NDArray[np.uint8]


def sketched(vectors: NDArray[np.floating]) -> tuple[Levels, Floats]:
    """Levels, two a byte, of shape (n, blocks, 64), and the scale of each block, shape (n, blocks)."""
    blocks = -(-vectors.shape[1] // _BLOCK)
    levels = np.zeros((len(vectors), blocks, _BLOCK // 2), dtype=np.uint8)
    scales = np.zeros((len(vectors), blocks), dtype=np.float32)
    for start in range(0, len(vectors), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        rows = np.zeros((len(vectors[part]), blocks * _BLOCK), dtype=np.float32)
        rows[:, : vectors.shape[1]] = vectors[part]
        rows = rows.reshape(-1, blocks, _BLOCK)
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
        as_question = np.zeros(blocks * _BLOCK, dtype=np.float32)
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
        "asked-passages": [s.asked_passages[s.alive] for s in segments],
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
