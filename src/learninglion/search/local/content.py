"""What of a source and of a passage is searched, and lists of them in parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np

from learninglion.models import Passage, PassageKind, Source
from learninglion.search.local.analysis import Terms, analyse

__all__ = ["all_terms", "evenly", "in_batches", "passage_text", "source_terms"]

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
    asked = "\n".join((source.question, source.document.title, *source.heading_path))
    return analyse(_RUN.sub(r"\1", asked)), analyse(_RUN.sub(r"\1", source.body))


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
