"""The store: documents with their versions, sources, passages and originals; the truth that indexes follow.

Every read takes `visible`: the names of the collections its reader may see, None for all. What stands in
none of them does not exist for that reader. `Store` writes and follows; its readings are in `Shelf`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, delete, func, select, update

from learninglion.database import reading, wipe_deleted, writing
from learninglion.errors import InputError, IntegrityError, UnknownReferenceError
from learninglion.locking import Holder, exclusive
from learninglion.models import Document, Filters
from learninglion.retrieval.catalogue import Visible
from learninglion.retrieval.intake import (
    Intake,
    PutOutcome,
    PutResult,
    collection_key,
    insert_document,
    note_change,
    remove_content,
)
from learninglion.retrieval.journal import FileStamp, Journal
from learninglion.retrieval.originals import Originals
from learninglion.retrieval.reader import Change, Entry
from learninglion.retrieval.rows import pack
from learninglion.retrieval.shelf import Shelf, Version, batches
from learninglion.retrieval.tables import (
    changes,
    collections,
    documents,
    memberships,
    originals,
    store_facts,
)

__all__ = ["Intake", "PutOutcome", "PutResult", "SeenStore", "Store", "Swept", "Tombstone", "Version"]

_SWEEP_AGE_SECONDS = 3600.0  # far longer than any writer takes between its file and its transaction


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is left of a deleted document."""

    document_id: str
    deleted_at: datetime
    deleted_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep took away: unfinished files, and originals that no document refers to."""

    unfinished: int
    unreferenced: int


class Store(Shelf):
    """Documents kept under `home`: originals in home/originals, the rest in the database of `engine`.

    `catalogue` answers filters, rights and counts; `journal` says what ingest did with each file.
    """

    def __init__(self, engine: Engine, home: Path) -> None:
        super().__init__(engine, Originals(home / "originals"))
        self.home = home
        self.journal = Journal(engine)

    # ----------------------------------------------------------------- writing

    def ingesting(
        self,
        purpose: str = "documenten opnemen",
        *,
        wait: float | None = 0.0,
        on_wait: Callable[[Holder | None], None] | None = None,
    ) -> AbstractContextManager[None]:
        """Be the only process that ingests here; ConflictError names the other one after `wait` seconds."""
        return exclusive(self.home / "ingest.lock", purpose, wait=wait, on_wait=on_wait)

    def put(
        self,
        document: Document,
        entries: Sequence[Entry],
        original: bytes | None = None,
        collection: str = "default",
        *,
        by: str = "",
        file: FileStamp | None = None,
    ) -> PutResult:
        """Keep a document in one transaction; putting the same again changes nothing.

        A changed document with the same id becomes a new version, its older one history. Raises
        ConflictError when the id is taken by other bytes in a collection that this is not put into.
        """
        return self.put_many([Intake(document, entries, original, file)], collection, by=by)[0]

    def put_many(
        self, intakes: Iterable[Intake], collection: str = "default", *, by: str = ""
    ) -> tuple[PutResult, ...]:
        """Keep several documents in one transaction: all or none, with one wait for the disk."""
        _check_collection(collection)
        ready = []
        for intake in intakes:
            packed = pack(intake.document, intake.entries)
            sha256 = None
            if intake.original is not None:
                sha256 = self.originals.put(intake.original)
                if sha256 != intake.document.sha256:
                    raise IntegrityError(f"{intake.document.id}: het bestand hoort niet bij dit document.")
            ready.append((intake, packed, sha256))
        results = []
        with writing(self._engine) as connection:
            for intake, packed, sha256 in ready:
                if sha256 is not None and not self.originals.holds(sha256):
                    # Another process deleted the last document with these bytes since we looked.
                    self.originals.put(intake.original or b"")
                results.append(insert_document(connection, intake, packed, sha256, collection, by))
        return tuple(results)

    def delete(self, document_id: str, *, by: str, reason: str, visible: Visible = None) -> bool:
        """Destroy a document with all its versions and originals; a tombstone says that it was there.

        Where it also stands in a collection outside `visible` it is only taken out of those in it; gives
        whether the document itself is gone.
        """
        return self._take_out(document_id, by, reason, visible)

    def withdraw(self, document_id: str, collection: str, *, by: str, reason: str) -> bool:
        """Take a document out of one collection; gives whether that was its last, and so destroyed it."""
        return self._take_out(document_id, by, reason, frozenset({collection}))

    def _take_out(self, document_id: str, by: str, reason: str, visible: Visible) -> bool:
        free: tuple[str, ...] = ()
        with writing(self._engine) as connection:
            key, _ = self._find(connection, document_id, visible)
            whole = self._sees_all(connection, key, visible)
            if whole:
                free = remove_content(connection, key, by, reason)
            else:
                mine = select(collections.c.key).where(collections.c.name.in_(sorted(visible or ())))
                connection.execute(
                    delete(memberships).where(
                        memberships.c.document_key == key, memberships.c.collection_key.in_(mine)
                    )
                )
                note_change(connection, key, "withdrawn")
        if whole:
            self._drop(free)
            wipe_deleted(self._engine)
        return whole

    def make_collection(self, name: str, description: str = "") -> None:
        """Make a collection, or change what it says about itself."""
        _check_collection(name)
        with writing(self._engine) as connection:
            key = collection_key(connection, name)
            connection.execute(
                update(collections).where(collections.c.key == key).values(description=description)
            )

    def sweep(self, min_age_seconds: float = _SWEEP_AGE_SECONDS) -> Swept:
        """Take away what interrupted writers left behind and what no document refers to."""
        unfinished = self.originals.sweep_incoming(min_age_seconds)
        unreferenced = 0
        for some in batches(self.originals.list(min_age_seconds), 500):
            unreferenced += self._drop(some)
        return Swept(unfinished, unreferenced)

    def _drop(self, hashes: Sequence[str]) -> int:
        """Unlink originals that nothing refers to, while nobody can begin to refer to them."""
        if not hashes:
            return 0
        with writing(self._engine) as connection:
            held = connection.scalars(select(originals.c.sha256).where(originals.c.sha256.in_(hashes)))
            free = sorted(set(hashes) - set(held))
            for sha256 in free:
                self.originals.remove(sha256)
        return len(free)

    def check_originals(self) -> Iterator[str]:
        """Read every original; gives a sentence for each that is missing or damaged."""
        with reading(self._engine) as connection:
            hashes = connection.scalars(select(originals.c.sha256).order_by(originals.c.sha256)).all()
        for sha256 in hashes:
            try:
                self.originals.read(sha256)
            except (UnknownReferenceError, IntegrityError) as error:
                yield error.detail

    # ----------------------------------------------------------------- following (retrieval.reader.Reader)

    def store_id(self) -> str:
        """A name that stays with this database, so that an index of another one is noticed."""
        query = select(store_facts.c.value).where(store_facts.c.name == "store_id")
        with reading(self._engine) as connection:
            return str(connection.execute(query).scalar_one())

    def change_counter(self) -> int:
        """The sequence number of the newest change; 0 when nothing was ever stored."""
        with reading(self._engine) as connection:
            return connection.scalar(select(func.max(changes.c.seq))) or 0

    def changes_after(self, sequence: int) -> tuple[Change, ...]:
        """The latest change of every document that changed after `sequence`, in order of sequence."""
        latest = func.max(changes.c.seq).label("latest")
        query = (
            select(documents.c.id, latest, documents.c.deleted_at)
            .join_from(changes, documents)
            .where(changes.c.seq > sequence)
            .group_by(documents.c.key, documents.c.id, documents.c.deleted_at)
            .order_by(latest)
        )
        with reading(self._engine) as connection:
            return tuple(Change(seq, i, gone is not None) for i, seq, gone in connection.execute(query))

    def seen_by(self, visible: Visible) -> SeenStore:
        """This store as a reader of searches sees it: cards name only collections of `visible`."""
        return SeenStore(self, visible)

    def tombstones(self) -> tuple[Tombstone, ...]:
        """The documents that were deleted, latest first; for administrators, rights do not apply."""
        query = (
            select(documents.c.id, documents.c.deleted_at, documents.c.deleted_by, documents.c.deleted_reason)
            .where(documents.c.deleted_at.is_not(None))
            .order_by(documents.c.deleted_at.desc(), documents.c.key)
        )
        with reading(self._engine) as connection:
            return tuple(
                Tombstone(i, at, by or "", reason or "") for i, at, by, reason in connection.execute(query)
            )


class SeenStore:
    """A store within somebody's rights, for `retrieval.search` (a retrieval.reader.Reader)."""

    def __init__(self, store: Store, visible: Visible) -> None:
        self._store = store
        self._visible = visible

    def store_id(self) -> str:
        """The name of the store's data."""
        return self._store.store_id()

    def change_counter(self) -> int:
        """The sequence number of the newest change."""
        return self._store.change_counter()

    def changes_after(self, sequence: int) -> tuple[Change, ...]:
        """The latest change of every document that changed, as far as it may be seen."""
        ids = self._store.scope(Filters(), self._visible).allowed
        return tuple(c for c in self._store.changes_after(sequence) if ids is None or c.document_id in ids)

    def entries_of(self, document_ids: Sequence[str]) -> Iterator[Entry]:
        """The sources with their passages of these documents, as far as they may be seen."""
        return self._store.entries_of(document_ids, self._visible)

    def entries_by_id(self, source_ids: Sequence[str]) -> Iterator[Entry]:
        """These sources with their passages, as far as they may be seen."""
        return self._store.entries_by_id(source_ids, self._visible)


def _check_collection(name: str) -> None:
    if not name.strip() or len(name) > 200 or "\x00" in name:
        raise InputError("Een collectie heeft een naam van 1 tot 200 tekens.")
