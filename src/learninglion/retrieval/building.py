"""What goes into an index: the frame of an archive, and the terms and vectors of its sources."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from learninglion.models import Passage, PassageKind
from learninglion.retrieval.content import all_terms, evenly, in_batches, passage_text, source_terms
from learninglion.retrieval.encoders import Encoder, Vectors
from learninglion.retrieval.frame import Frame, background_questions, fit_frame
from learninglion.retrieval.lexical import Addition
from learninglion.retrieval.manifest import Manifest
from learninglion.retrieval.reader import Change, Entry, Reader
from learninglion.retrieval.segments import Entries, Segment, open_segment
from learninglion.retrieval.vectors import Progress, VectorCache, embed

__all__ = ["SAMPLE", "encode_all", "fit_archive", "make_entries", "more_dead"]

# The frame is fitted on at most so many texts of each sort; more changes nothing measurable.
SAMPLE = 4000
# Questions of the archive itself take the place of the background questions from here on.
_OWN_QUESTIONS = 200
# Documents between two reports of progress while everything is encoded.
_AT_ONCE = 20


def encode_all(encoder: Encoder, cache: VectorCache, reader: Reader, progress: Progress | None) -> None:
    """Encode every text of the store into the cache; `progress` is told (done, total) in documents.

    What comes in while it runs is left to whoever makes the index.
    """
    present = [c.document_id for c in reader.changes_after(0) if not c.deleted]
    done = 0
    for ids in in_batches(present, _AT_ONCE):
        passages = [p for _, listed in reader.entries_of(ids) for p in listed]
        for asked in (True, False):
            texts = [passage_text(p) for p in passages if (p.kind is PassageKind.QUESTION) == asked]
            embed(encoder, texts, asked=asked, cache=cache)
        done += len(ids)
        if progress is not None:
            progress(done, len(present))


def fit_archive(
    encoder: Encoder, cache: VectorCache | None, reader: Reader, present: Sequence[Change]
) -> tuple[Frame, int]:
    """The frame from an even sample of the archive's questions and passages; on how many it was fitted."""
    questions: list[str] = []
    bodies: list[str] = []
    step = max(1, len(present) // 1000)
    chosen = [c.document_id for c in present[::step]]
    for ids in in_batches(chosen, 100):
        for _, passages in reader.entries_of(ids):
            for passage in passages:
                (questions if passage.kind is PassageKind.QUESTION else bodies).append(passage_text(passage))
    questions = evenly(questions, SAMPLE)
    if len(questions) < _OWN_QUESTIONS:
        questions = list(background_questions())
    # a sample that left anything out is as good as it gets: no growth asks for another
    seen = len(bodies) if step == 1 and len(bodies) <= SAMPLE else SAMPLE
    bodies = evenly(bodies, SAMPLE)
    placed = embed(encoder, questions, asked=True, cache=cache)
    found = embed(encoder, bodies, asked=False, cache=cache)
    return fit_frame(placed, found), seen


def make_entries(
    encoder: Encoder,
    cache: VectorCache | None,
    frame: Frame,
    listed: Sequence[Entry],
    first_key: int,
    progress: Progress | None,
) -> tuple[Entries, list[Addition]]:
    """What a segment and the lexical index take in of the sources `listed`, numbered from `first_key`."""
    entries = Entries()
    additions: list[Addition] = []
    asked = [p for _, ps in listed for p in ps if p.kind is PassageKind.QUESTION]
    bodies = [p for _, ps in listed for p in ps if p.kind is not PassageKind.QUESTION]
    asked_rows = embed(encoder, [passage_text(p) for p in asked], asked=True, cache=cache)
    body_rows = embed(encoder, [passage_text(p) for p in bodies], asked=False, cache=cache, progress=progress)
    rows_of = {
        **_by_id(asked, frame.place_queries(asked_rows)),
        **_by_id(bodies, frame.place_passages(body_rows)),
    }
    empty = np.zeros((0, encoder.dimensions), dtype=np.float32)
    for key, (source, passages) in enumerate(listed, first_key):
        questions = [rows_of[p.id] for p in passages if p.kind is PassageKind.QUESTION]
        answers = [rows_of[p.id] for p in passages if p.kind is not PassageKind.QUESTION]
        asked_terms, body_terms = source_terms(source)
        entries.keys.append(key)
        entries.documents.append(source.document.id)
        entries.sources.append(source.id)
        entries.terms.append((asked_terms, body_terms))
        entries.passages.append((len(questions), len(answers)))
        rows = [*questions, *answers]
        entries.vectors.append(np.stack(rows) if rows else empty)
        both = (all_terms(asked_terms[0], body_terms[0]), all_terms(asked_terms[1], body_terms[1]))
        additions.append((key, source.document.id, both))
    return entries, additions


def _by_id(passages: Sequence[Passage], rows: Vectors) -> dict[str, Vectors]:
    return {p.id: row for p, row in zip(passages, rows, strict=True)}


def more_dead(
    manifest: Manifest, gone: frozenset[str], place: Path, opened: dict[str, Segment]
) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """The dead rows of each segment, with those of the documents `gone`; `opened` are segments at hand."""
    dead = {name: set(rows) for name, rows in manifest.dead}
    for name in manifest.segments:
        segment = opened.get(f"{manifest.generation}/{name}") or open_segment(place, name)
        rows = [row for row, document in enumerate(segment.documents) if document in gone]
        if rows:
            dead.setdefault(name, set()).update(rows)
    return tuple((name, tuple(sorted(rows))) for name, rows in sorted(dead.items()))
