"""What the index needs of whoever keeps the documents: the changes, in order, and the sources to index."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from learninglion.models import Passage, Source

Entry = tuple[Source, tuple[Passage, ...]]


@dataclass(frozen=True, slots=True)
class Change:
    """The last thing that happened to a document: added, replaced or (deleted) taken away."""

    sequence: int  # strictly rising with every change to the store
    document_id: str
    deleted: bool = False


class Lookup(Protocol):
    """Sources with their passages, as far as its reader may see them; committed data only."""

    def entries_of(self, document_ids: Sequence[str]) -> Iterable[Entry]:
        """The sources with their passages of these documents, as `parsing.passages.cut` made them."""

    def entries_by_id(self, source_ids: Sequence[str]) -> Iterable[Entry]:
        """These sources with their passages, in the order asked; what is not there is left out."""


class Reader(Lookup, Protocol):
    """The side of the store that the index follows."""

    def store_id(self) -> str:
        """A name that stays with this store's data, so that an index made from another is noticed."""

    def change_counter(self) -> int:
        """The sequence number of the newest change; 0 when nothing was ever stored."""

    def mark_of(self, sequence: int) -> str:
        """What tells the store's history up to that change from any other; "" where it has no such change."""

    def changes_after(self, sequence: int) -> Sequence[Change]:
        """The latest change of every document that changed after `sequence`, in order of sequence."""


class MemoryReader:
    """A reader over entries held in memory: one pairs file to measure on, or a test."""

    def __init__(self, entries: Iterable[Entry] = (), store_id: str = "memory") -> None:
        self._store_id = store_id
        self._entries: dict[str, list[Entry]] = {}
        self._changes: dict[str, Change] = {}
        self._counter = 0
        self.put(entries)

    def store_id(self) -> str:
        """The name given when it was made."""
        return self._store_id

    def put(self, entries: Iterable[Entry]) -> None:
        """Add the documents of `entries`; a document that is there already is replaced whole."""
        fresh: dict[str, list[Entry]] = {}
        for source, passages in entries:
            fresh.setdefault(source.document.id, []).append((source, passages))
        for document_id, listed in fresh.items():
            self._entries[document_id] = listed
            self._note(document_id, deleted=False)

    def remove(self, document_id: str) -> None:
        """Take a document away; one that is not there is no change."""
        if self._entries.pop(document_id, None) is not None:
            self._note(document_id, deleted=True)

    def change_counter(self) -> int:
        """How many changes were made so far."""
        return self._counter

    def mark_of(self, sequence: int) -> str:
        """The number itself: what is held in memory has one history."""
        return str(sequence) if sequence <= self._counter else ""

    def changes_after(self, sequence: int) -> Sequence[Change]:
        """The latest change of each document that changed after `sequence`."""
        changes = (c for c in self._changes.values() if c.sequence > sequence)
        return tuple(sorted(changes, key=lambda c: c.sequence))

    def entries_of(self, document_ids: Sequence[str]) -> Iterable[Entry]:
        """The entries of these documents, in the order asked."""
        for document_id in document_ids:
            yield from self._entries.get(document_id, ())

    def entries_by_id(self, source_ids: Sequence[str]) -> Iterable[Entry]:
        """These entries, in the order asked."""
        wanted = frozenset(source_ids)
        entries = {e[0].id: e for listed in self._entries.values() for e in listed if e[0].id in wanted}
        return [entries[source_id] for source_id in dict.fromkeys(source_ids) if source_id in entries]

    def _note(self, document_id: str, *, deleted: bool) -> None:
        self._counter += 1
        self._changes[document_id] = Change(self._counter, document_id, deleted)
