"""What the product asks of whatever keeps the search index: candidates with what scoring them needs.

Scoring, explaining and calibrating stay in the product, the same for every engine (scoring.py, search.py):
of the same candidates every engine gives the same scores, to the last bit. What is searched of a source and
of a passage is made here too, once for every engine.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import RLock
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from learninglion.inference.encoders import (
    Encoder,
    KnownVectors,
    Progress,
    RecentVectors,
    VectorCache,
    Vectors,
    embed,
)
from learninglion.models import Entry, Passage, PassageKind, Source
from learninglion.models.errors import LearningLionError
from learninglion.search.scoring import (
    FAMILIES,
    Entries,
    Frame,
    Fusion,
    Pieces,
    Probe,
    Statistics,
    Terms,
    analyse,
)
from learninglion.store.store import Reader

# Up to here every source that may be found is scored; beyond, the candidates by words and by meaning are.
EXACT = 2000
CANDIDATES = 200  # sources by the words of each family
NEAREST = 300  # passages
# Terms of a question that propose candidates, heaviest first; the others still count in the exact score.
# Twice the stems take twice the time and change MRR@10 of 850 real pairs by 0.0002, at a tenth of the
# candidates.
_PROPOSING = {"stems": 16, "grams": 48}
NONE_YET = "Er is nog geen zoekregister."
OTHER_VERSION = "Het zoekregister is van een andere versie van het programma."
OTHER_ENCODER = "Het zoekregister is met een ander embeddingmodel gemaakt."


class Timings:
    """How often candidates were looked for, and how many seconds that took together. Safe for threads."""

    def __init__(self) -> None:
        self.count, self.seconds = 0, 0.0
        self._lock = RLock()

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Count what is done within."""
        began = time.perf_counter()
        yield
        with self._lock:
            self.count += 1
            self.seconds += time.perf_counter() - began


class View(Protocol):
    """The archive as one search sees it: it never changes."""

    timings: Timings  # of the engine that made it
    statistics: Statistics
    frame: Frame
    fusion: Fusion
    encoder_name: str
    sequence: int  # the store's change that it goes up to

    def candidates(self, probe: Probe, documents: frozenset[str] | None, *, exact: bool = False) -> Pieces:
        """The sources of `documents` (None: all) that may be hits; `exact`: every one of them."""

    def extent(self, documents: frozenset[str] | None) -> tuple[int, int]:
        """How many documents and sources may be found among `documents` (None: all)."""


@dataclass(frozen=True, slots=True)
class IndexState:
    """How the index stands, for a status page."""

    sources: int
    passages: int
    segments: int
    encoder: str
    sequence: int
    problem: str  # "" when it can be searched; otherwise why it must be rebuilt
    wanted: str = ""  # the encoder that should take over from `encoder`; "" where that is the right one
    store: str = ""  # the id of the store that it was made from
    mark: str = ""  # of that store's change `sequence`: another history has another


class Made(Protocol):
    """What says from which history of which store an index was made."""

    @property
    def store(self) -> str:
        """The id of the store."""

    @property
    def sequence(self) -> int:
        """The store's change that it goes up to."""

    @property
    def mark(self) -> str:
        """That of this change."""


def follows(made: Made, reader: Reader) -> bool:
    """Whether the store's history up to that change is the one that the index was made from."""
    same = made.store == reader.store_id() and made.sequence <= reader.change_counter()
    return same and made.mark == reader.mark_of(made.sequence)


PATIENCE = 60.0  # seconds for another process that writes the index


class Engine(Protocol):
    """An index that follows a store, with the encoders that questions and new texts are encoded with."""

    timings: Timings

    @property
    def encoders(self) -> Encoders:
        """Those of what it holds."""

    def snapshot(self) -> View:
        """What can be searched now, with what other processes committed; LearningLionError when nothing."""

    def state(self) -> IndexState:
        """How the index stands."""

    def exists(self) -> bool:
        """Whether an index was ever made."""

    def verify(self) -> str:
        """Check all that is kept; "" or what is damaged."""

    def update(self, reader: Reader, progress: Progress | None = None, wait: float | None = PATIENCE) -> int:
        """Follow the store up to its newest change; the number of changed documents.

        An index that is missing, damaged, of another store or of an encoder that cannot be had is rebuilt;
        one of a former encoder is followed with that. A second process that updates waits up to `wait`
        seconds, then raises ConflictError.
        """

    def rebuild(self, reader: Reader, progress: Progress | None = None) -> int:
        """Make the index again from the store; searches go on in the old one until the new is complete."""

    def switch(self, reader: Reader, progress: Progress | None = None) -> int:
        """Have the current encoder take over from the former one; the documents encoded, or 0.

        Searches and updates go on meanwhile. Killed, it goes on where it was. Raises ConflictError where
        another process is doing it.
        """

    def purge(self) -> None:
        """Take out whatever no longer counts: a deleted text leaves nothing here."""

    def rows_of(self, document_id: str) -> int:
        """How many sources of this document are kept, those that no longer count too."""


EncoderFinder = Callable[[str], Encoder | None]


def none_other(_name: str) -> None:
    """Where only one encoder was ever used."""


class Encoders:
    """The encoder of the settings, and those of earlier indexes by name. Safe for threads."""

    def __init__(self, current: Encoder, others: EncoderFinder = none_other) -> None:
        self.current = current
        self.questions = RecentVectors()  # of those that were searched
        self._others = others
        self._known: dict[str, Encoder | None] = {current.name: current}
        self._lock = RLock()

    def named(self, name: str, dimensions: int = 0) -> Encoder | None:
        """The encoder of that name; None where it cannot be had any more.

        An endpoint may have got another model under the name: pass the `dimensions` that its vectors had.
        """
        with self._lock:
            if name not in self._known:
                self._known[name] = self._others(name)
            encoder = self._known[name]
        return None if encoder is not None and dimensions not in (0, encoder.dimensions) else encoder

    def of(self, view: View) -> Encoder:
        """The encoder whose vectors `view` holds: questions must be encoded by the same."""
        encoder = self.named(view.encoder_name)
        if encoder is None:  # a view is only made where there is one
            raise LearningLionError(OTHER_ENCODER)
        return encoder


def proposing(probe: Probe) -> tuple[Sequence[tuple[int, float]], ...]:
    """For each family the terms of `probe` that propose candidates, with their weights, heaviest first."""
    chosen = []
    for f, family in enumerate(FAMILIES):
        weights: NDArray[np.float32] = probe.weights["body", family] + probe.weights["asked", family]
        heaviest = np.argsort(-weights, kind="stable")[: _PROPOSING[family]]
        chosen.append([(int(probe.terms[f].ids[i]), float(weights[i])) for i in heaviest])
    return tuple(chosen)


T = TypeVar("T")

# No word of any language; a run of signs so long is data (base64, a hash, a table without spaces). Of such a
# run the first part is searched: five million letters without a space would take minutes to encode.
_LONGEST_RUN = 200
# Of what a passage stands under, so much is read with it: the heading, and a lead-in or head row below it.
_HEADINGS = 2
_RUN = re.compile(rf"(\S{{{_LONGEST_RUN}}})\S+")


def passage_text(passage: Passage) -> str:
    """What is encoded of a passage: its text under its headings, endless runs of signs cut short."""
    if passage.kind is PassageKind.BODY and passage.heading_path:
        above = "\n".join(passage.heading_path[-_HEADINGS:])
        return _RUN.sub(r"\1", f"{above}\n{passage.text}")
    return _RUN.sub(r"\1", passage.text)


def source_terms(source: Source) -> tuple[tuple[Terms, Terms], tuple[Terms, Terms]]:
    """The terms of the two parts of a source: question with title and headings, and body."""
    question = "\n".join((source.question, source.document.title, *source.heading_path))
    return analyse(_RUN.sub(r"\1", question)), analyse(_RUN.sub(r"\1", source.body))


def in_batches(items: Sequence[T], size: int, progress: Progress | None = None) -> Iterator[Sequence[T]]:
    """`items` in pieces of at most `size`; `progress` is told (done, all) when the next is asked for."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
        if progress is not None:
            progress(min(start + size, len(items)), len(items))


def evenly(items: Sequence[T], most: int) -> list[T]:
    """At most `most` of `items`, spread over all of them."""
    return list(items[:: max(1, -(-len(items) // most))])


def make_entries(
    encoder: Encoder,
    cache: VectorCache | KnownVectors | None,
    frame: Frame,
    listed: Sequence[Entry],
    first_key: int,
    progress: Progress | None,
) -> Entries:
    """What a segment takes in of the sources `listed`, numbered from `first_key`."""
    entries = Entries()
    question_passages = [p for _, ps in listed for p in ps if p.kind is PassageKind.QUESTION]
    bodies = [p for _, ps in listed for p in ps if p.kind is not PassageKind.QUESTION]
    question_rows = embed(
        encoder, [passage_text(p) for p in question_passages], as_question=True, cache=cache
    )
    body_rows = embed(
        encoder, [passage_text(p) for p in bodies], as_question=False, cache=cache, progress=progress
    )
    rows_of = {
        **_by_id(question_passages, frame.place_queries(question_rows)),
        **_by_id(bodies, frame.place_passages(body_rows)),
    }
    empty = np.zeros((0, encoder.dimensions), dtype=np.float32)
    for key, (source, passages) in enumerate(listed, first_key):
        questions = [rows_of[p.id] for p in passages if p.kind is PassageKind.QUESTION]
        answers = [rows_of[p.id] for p in passages if p.kind is not PassageKind.QUESTION]
        entries.keys.append(key)
        entries.documents.append(source.document.id)
        entries.sources.append(source.id)
        entries.terms.append(source_terms(source))
        entries.passages.append((len(questions), len(answers)))
        rows = [*questions, *answers]
        entries.vectors.append(np.stack(rows) if rows else empty)
    return entries


def _by_id(passages: Sequence[Passage], rows: Vectors) -> dict[str, Vectors]:
    return {p.id: row for p, row in zip(passages, rows, strict=True)}
