"""What ingest did with each file, so that running it again is quick and what failed can be listed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, Engine, Row, delete, insert, select

from learninglion.database.engine import erasing, now, reading, writing
from learninglion.store.rows import storable
from learninglion.store.tables import ingest_files


class FileOutcome(StrEnum):
    """How reading a file ended."""

    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class FileStamp:
    """A file as it was when it was read. `parser` names the version that read it."""

    path: str
    size: int
    mtime_ns: int
    sha256: str = ""  # empty when it could not be read
    parser: str = ""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """What became of a file; `detail` says what is wrong with one that failed."""

    stamp: FileStamp
    collection: str
    outcome: FileOutcome
    document_id: str | None
    detail: str
    at: datetime


class Journal:
    """The ingest journal of one store. `Store.put` writes what was done, in the same transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def taken_in(self, stamp: FileStamp, collection: str) -> JournalEntry | None:
        """What became of this very file (path, size, time), where the same parser took it in before."""
        query = select(ingest_files).where(
            ingest_files.c.collection == collection,
            ingest_files.c.path == storable(stamp.path),
            ingest_files.c.size == stamp.size,
            ingest_files.c.mtime_ns == stamp.mtime_ns,
            ingest_files.c.parser == stamp.parser,
            ingest_files.c.outcome == FileOutcome.DONE.value,
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _read(row)

    def fail(self, stamp: FileStamp, collection: str, detail: str) -> None:
        """Note that a file could not be taken in, and why."""
        with writing(self._engine) as connection:
            write_entry(connection, stamp, collection, FileOutcome.FAILED, None, detail)

    def entries(self) -> tuple[JournalEntry, ...]:
        """What was done with every file the last time it was tried, by collection and path."""
        query = select(ingest_files).order_by(ingest_files.c.collection, ingest_files.c.path)
        with reading(self._engine) as connection:
            return tuple(map(_read, connection.execute(query)))

    def paths_of(self, document_id: str) -> tuple[str, ...]:
        """The files that this document was read from, as far as they came from disk."""
        query = select(ingest_files.c.path).where(ingest_files.c.document_id == document_id)
        with reading(self._engine) as connection:
            return tuple(connection.scalars(query.order_by(ingest_files.c.path)))

    def forget(self, collection: str, path: str) -> None:
        """Forget a file, so that a next run reads it again."""
        this = (ingest_files.c.collection == collection, ingest_files.c.path == storable(path))
        with erasing(self._engine) as connection:
            connection.execute(delete(ingest_files).where(*this))


def write_entry(
    connection: Connection,
    stamp: FileStamp,
    collection: str,
    outcome: FileOutcome,
    document_id: str | None,
    detail: str = "",
) -> None:
    """Put what became of a file in the journal, as part of the caller's transaction."""
    connection.execute(
        delete(ingest_files).where(
            ingest_files.c.collection == collection, ingest_files.c.path == storable(stamp.path)
        )
    )
    connection.execute(
        insert(ingest_files).values(
            collection=collection,
            path=storable(stamp.path),
            size=stamp.size,
            mtime_ns=stamp.mtime_ns,
            sha256=stamp.sha256,
            outcome=outcome.value,
            document_id=document_id,
            detail=storable(detail),
            parser=stamp.parser,
            at=now(),
        )
    )


def _read(row: Row[tuple[object, ...]]) -> JournalEntry:
    stamp = FileStamp(row.path, row.size, row.mtime_ns, row.sha256, row.parser)
    return JournalEntry(stamp, row.collection, FileOutcome(row.outcome), row.document_id, row.detail, row.at)
