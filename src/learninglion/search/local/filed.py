"""Segments in files that are written once and mapped into memory.

Deleting marks a row dead; merging small segments drops dead rows. A source keeps its key (a number from a
rising sequence) through merges, so the lexical index need not be told.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from learninglion.models.errors import IntegrityError
from learninglion.search.frame import Tally, tally
from learninglion.search.local.sketch import Sketch, sketched
from learninglion.search.segments import BOTH, Entries, Segment, arrays_of, segment_fields, terms_of

__all__ = ["FiledSegment", "checksum", "merge", "open_segment", "write_segment"]

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
        dead, asked = ~self.alive[self.owner], self.is_asked()
        gone = [tally(self.placed(np.flatnonzero(dead & chosen))) for chosen in (asked, ~asked)]
        return self.questions - gone[0], self.bodies - gone[1]


def write_segment(folder: Path, name: str, entries: Entries, dimensions: int) -> None:
    """Write `entries` as the segment `name`, whole or not at all."""
    place = folder / f".{name}.new"
    place.mkdir(parents=True, exist_ok=True)
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
    asked = np.repeat(np.tile([True, False], len(counted)), counted.reshape(-1))
    for label, chosen in (("questions", asked), ("bodies", ~asked)):
        sums = tally(vectors[chosen])
        arrays[f"{label}-tally"] = np.vstack(
            [np.full((1, dimensions), sums.count), sums.total, sums.products]
        )
    names = {"documents": entries.documents, "sources": entries.sources}
    _write_files(folder, place, name, arrays, names)


def _write_files(
    folder: Path,
    place: Path,
    name: str,
    arrays: dict[str, NDArray[Any]],
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


def open_segment(folder: Path, name: str, *, whole: bool = False) -> FiledSegment:
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
    return FiledSegment(
        name=name,
        keys=np.array(load["keys"]),
        documents=np.array(names["documents"], dtype=object),
        sources=np.array(names["sources"], dtype=object),
        frequency={(p, f): (load[f"{p}-{f}-terms"], load[f"{p}-{f}-sources"]) for p, f in BOTH},
        owner=np.repeat(np.arange(len(load["keys"]), dtype=np.int32), np.diff(load["vector-starts"])),
        sketch=Sketch(load["levels"], load["scales"]),
        questions=_read_tally(load["questions-tally"]),
        bodies=_read_tally(load["bodies-tally"]),
        alive=np.ones(len(load["keys"]), dtype=np.bool_),
        **segment_fields(load),
    )


def _read_tally(rows: NDArray[np.float64]) -> Tally:
    return Tally(int(rows[0, 0]), rows[1], rows[2:])


def merge(folder: Path, name: str, segments: Sequence[FiledSegment]) -> None:
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
