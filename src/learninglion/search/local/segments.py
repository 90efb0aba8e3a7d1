"""Segments: what is known of a batch of sources, in files that are written once and mapped into memory.

A segment holds for each source its terms (the forward index, for exact scores of candidates) and for
each passage its vector. Deleting marks a row dead; merging small segments drops dead rows. A source keeps
its key (a number from a rising sequence) through merges, so the lexical index need not be told.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from learninglion.inference.encoders import Vectors
from learninglion.models.errors import IntegrityError
from learninglion.search.local.analysis import FAMILIES, Terms
from learninglion.search.local.frame import Tally, tally
from learninglion.search.local.sketch import Sketch, sketched

__all__ = [
    "PARTS",
    "Entries",
    "Forward",
    "Segment",
    "checksum",
    "merge",
    "open_segment",
    "terms_of",
    "write_segment",
]

# What of a source is searched: the question with its title or headings, and the body (the answer).
PARTS = ("asked", "body")

_CHECKED = 1 << 16  # bytes at either end of a big file
_STEPS = 127
_AT_ONCE = 16_384  # vectors that are rounded together


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
    """An open segment; `alive` says which sources still count."""

    name: str
    keys: NDArray[np.int64]
    documents: NDArray[np.object_]
    sources: NDArray[np.object_]
    forward: dict[tuple[str, str], Forward]
    lengths: dict[tuple[str, str], NDArray[np.float32]]  # terms a source, by part and family
    frequency: dict[tuple[str, str], tuple[NDArray[np.uint32], NDArray[np.int32]]]  # (terms, sources)
    vector_starts: NDArray[np.int64]  # passages of source r: vector_starts[r] to vector_starts[r + 1]
    asked_passages: NDArray[np.int32]  # how many of those are of its question
    owners: NDArray[np.int32]  # the source of each passage
    vectors: NDArray[np.int8]  # of the passages, in the frame, in steps
    steps: NDArray[np.float32]  # how large those are, one for each passage
    sketch: Sketch  # the same for the first look
    questions: Tally  # of the passages of questions, dead ones too
    bodies: Tally  # and of the others
    alive: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.keys)

    def placed(self, passages: NDArray[np.int64] | slice) -> Vectors:
        """The vectors of `passages`, one a row; a cosine with them is off by some 0.0004."""
        return self.vectors[passages].astype(np.float32) * self.steps[passages, None]

    def is_asked(self) -> NDArray[np.bool_]:
        """For each passage whether it is of its source's question."""
        within = np.arange(len(self.owners)) - self.vector_starts[self.owners]
        return np.asarray(within < self.asked_passages[self.owners], dtype=np.bool_)

    def living(self) -> tuple[Tally, Tally]:
        """The tallies of questions and of bodies without those of dead sources."""
        if self.alive.all():
            return self.questions, self.bodies
        dead, asked = ~self.alive[self.owners], self.is_asked()
        gone = [tally(self.placed(np.flatnonzero(dead & chosen))) for chosen in (asked, ~asked)]
        return self.questions - gone[0], self.bodies - gone[1]


def write_segment(folder: Path, name: str, entries: Entries, dimensions: int) -> None:
    """Write `entries` as the segment `name`, whole or not at all."""
    place = folder / f".{name}.new"
    place.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, NDArray[np.generic]] = {"keys": np.array(entries.keys, dtype=np.int64)}
    for p, part in enumerate(PARTS):
        for f, family in enumerate(FAMILIES):
            bags = [terms[p][f] for terms in entries.terms]
            sizes = np.array([len(bag.ids) for bag in bags], dtype=np.int64)
            arrays[f"{part}-{family}-starts"] = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
            arrays[f"{part}-{family}-ids"] = _joined([bag.ids for bag in bags], np.uint32)
            terms, sources = np.unique(arrays[f"{part}-{family}-ids"], return_counts=True)
            arrays[f"{part}-{family}-terms"] = terms
            arrays[f"{part}-{family}-sources"] = sources.astype(np.int32)
            counts = [np.minimum(bag.counts, 255) for bag in bags]
            arrays[f"{part}-{family}-counts"] = _joined(counts, np.uint8)
            arrays[f"{part}-{family}-lengths"] = np.array([bag.length for bag in bags], dtype=np.float32)
    counted = np.array(entries.passages, dtype=np.int32).reshape(-1, 2)
    arrays["vector-starts"] = np.concatenate([[0], np.cumsum(counted.sum(axis=1))]).astype(np.int64)
    arrays["asked-passages"] = counted[:, 0].copy()
    rows = [v for v in entries.vectors if len(v)]
    vectors = np.concatenate(rows) if rows else np.zeros((0, dimensions), dtype=np.float32)
    numbers, steps = _compact(vectors)
    arrays["vectors"], arrays["steps"] = numbers, steps
    # From the numbers as they are kept: so a merge writes what the parts that it merges held.
    vectors = numbers.astype(np.float32) * steps[:, None]
    arrays["levels"], arrays["scales"] = sketched(vectors)
    asked = np.repeat(np.tile([True, False], len(counted)), counted.reshape(-1))
    for label, chosen in (("questions", asked), ("bodies", ~asked)):
        sums = tally(vectors[chosen])
        arrays[f"{label}-tally"] = np.vstack(
            [np.full((1, dimensions), sums.count), sums.total, sums.products]
        )
    names = {"documents": entries.documents, "sources": entries.sources}
    _write_files(folder, place, name, arrays, names)


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


def _write_files(
    folder: Path,
    place: Path,
    name: str,
    arrays: dict[str, NDArray[np.generic]],
    names: dict[str, list[str]],
) -> None:
    for label, array in arrays.items():
        with (place / f"{label}.npy").open("wb") as file:
            np.save(file, array)
            file.flush()
            os.fsync(file.fileno())
    (place / "names.json").write_text(json.dumps(names, ensure_ascii=False), "utf-8")
    files = sorted(place.iterdir())
    for sums, whole in (("sums.json", False), ("whole.json", True)):
        told = {p.name: checksum(p, whole=whole) for p in files}
        (place / sums).write_text(json.dumps(told), "utf-8")
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


def open_segment(folder: Path, name: str, *, whole: bool = False) -> Segment:
    """The segment `name` of `folder`, big arrays mapped; IntegrityError when a file is missing or changed.

    `whole` checks every byte instead of the ends of big files.
    """
    place = folder / name
    try:
        sums = json.loads((place / ("whole.json" if whole else "sums.json")).read_text("utf-8"))
        for file, told in sums.items():
            if checksum(place / file, whole=whole) != told:
                raise IntegrityError(f"Het zoekregister is beschadigd: {name}/{file}.")
        names = json.loads((place / "names.json").read_text("utf-8"))
        # seen as plain arrays: slicing a memmap object costs ten times as much
        load = {p.stem: np.asarray(np.load(p, mmap_mode="r")) for p in place.glob("*.npy")}
    except (OSError, ValueError, KeyError) as error:
        raise IntegrityError(f"Het zoekregister is beschadigd: {name} ({error}).") from error
    families = [(part, family) for part in PARTS for family in FAMILIES]
    return Segment(
        name=name,
        keys=np.array(load["keys"]),
        documents=np.array(names["documents"], dtype=object),
        sources=np.array(names["sources"], dtype=object),
        forward={
            (p, f): Forward(np.array(load[f"{p}-{f}-starts"]), load[f"{p}-{f}-ids"], load[f"{p}-{f}-counts"])
            for p, f in families
        },
        lengths={(p, f): np.array(load[f"{p}-{f}-lengths"]) for p, f in families},
        frequency={(p, f): (load[f"{p}-{f}-terms"], load[f"{p}-{f}-sources"]) for p, f in families},
        vector_starts=np.array(load["vector-starts"]),
        asked_passages=np.array(load["asked-passages"]),
        owners=np.repeat(np.arange(len(load["keys"]), dtype=np.int32), np.diff(load["vector-starts"])),
        vectors=load["vectors"],
        steps=np.array(load["steps"]),
        sketch=Sketch(load["levels"], load["scales"]),
        questions=_read_tally(load["questions-tally"]),
        bodies=_read_tally(load["bodies-tally"]),
        alive=np.ones(len(load["keys"]), dtype=np.bool_),
    )


def _read_tally(rows: NDArray[np.float64]) -> Tally:
    return Tally(int(rows[0, 0]), rows[1], rows[2:])


def merge(folder: Path, name: str, segments: Sequence[Segment]) -> None:
    """Write what is alive in `segments` as one new segment."""
    entries = Entries()
    dimensions = 0
    for segment in segments:
        dimensions = segment.vectors.shape[1]
        for row in np.flatnonzero(segment.alive).tolist():
            start, end = segment.vector_starts[row], segment.vector_starts[row + 1]
            asked = int(segment.asked_passages[row])
            entries.keys.append(int(segment.keys[row]))
            entries.documents.append(str(segment.documents[row]))
            entries.sources.append(str(segment.sources[row]))
            entries.terms.append((terms_of(segment, row, "asked"), terms_of(segment, row, "body")))
            entries.passages.append((asked, int(end - start) - asked))
            entries.vectors.append(segment.placed(slice(start, end)))
    write_segment(folder, name, entries, dimensions)


def terms_of(segment: Segment, row: int, part: str) -> tuple[Terms, Terms]:
    """The terms of one part of a source, by family."""
    found = []
    for family in FAMILIES:
        forward = segment.forward[part, family]
        chosen = slice(forward.starts[row], forward.starts[row + 1])
        found.append(Terms(np.array(forward.ids[chosen]), forward.counts[chosen].astype(np.float32)))
    return found[0], found[1]
