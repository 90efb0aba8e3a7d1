"""What of a source and of a passage is searched, and lists of them in parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np

from learninglion.inference.encoders import Encoder, Vectors
from learninglion.inference.vectors import KnownVectors, Progress, VectorCache, embed
from learninglion.models import Passage, PassageKind, Source
from learninglion.search.analysis import Terms, analyse
from learninglion.search.frame import Frame
from learninglion.search.segments import Entries
from learninglion.store.reader import Entry

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


def all_terms(one: Terms, other: Terms) -> Terms:
    """The terms of both, counts added."""
    ids, inverse = np.unique(np.concatenate([one.ids, other.ids]), return_inverse=True)
    counts = np.bincount(inverse, weights=np.concatenate([one.counts, other.counts]), minlength=len(ids))
    return Terms(ids, counts.astype(np.float32))


def in_batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """`items` in pieces of at most `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


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
    asked_rows = embed(encoder, [passage_text(p) for p in question_passages], as_question=True, cache=cache)
    body_rows = embed(
        encoder, [passage_text(p) for p in bodies], as_question=False, cache=cache, progress=progress
    )
    rows_of = {
        **_by_id(question_passages, frame.place_queries(asked_rows)),
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
