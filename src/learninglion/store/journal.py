"""What ingest did with each file, so that running it again is quick and what failed can be listed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, Engine, delete, insert, select

from learninglion.database.engine import now, reading, writing
from learninglion.store.rows import storable
from learninglion.store.tables import ingest_files

__all__ = ["FileOutcome", "FileStamp", "Journal", "JournalEntry", "write_entry"]


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

    def is_done(self, stamp: FileStamp, collection: str) -> bool:
        """Whether this very file (path, size, time) was taken in before by the same parser."""
        known = self.entry(stamp.path, collection)
        return (
            known is not None
            and known.outcome is FileOutcome.DONE
            and (known.stamp.size, known.stamp.mtime_ns) == (stamp.size, stamp.mtime_ns)
            and known.stamp.parser == stamp.parser
        )

    def entry(self, path: str, collection: str) -> JournalEntry | None:
        """The last thing that was done with the file at `path`."""
        query = select(ingest_files).where(
            ingest_files.c.path == storable(path), ingest_files.c.collection == collection
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _read(tuple(row))

    def done(self, collection: str) -> dict[str, FileStamp]:
        """Every file that was taken in, by path: one query for a whole run."""
        query = select(ingest_files).where(
            ingest_files.c.collection == collection, ingest_files.c.outcome == FileOutcome.DONE.value
        )
        with reading(self._engine) as connection:
            entries = [_read(tuple(row)) for row in connection.execute(query)]
        return {entry.stamp.path: entry.stamp for entry in entries}

    def fail(self, stamp: FileStamp, collection: str, detail: str) -> None:
        """Note that a file could not be taken in, and why."""
        with writing(self._engine) as connection:
            write_entry(connection, stamp, collection, FileOutcome.FAILED, None, detail)

    def failures(self, collection: str | None = None) -> tuple[JournalEntry, ...]:
        """The files that could not be taken in the last time they were tried, by path."""
        query = select(ingest_files).where(ingest_files.c.outcome == FileOutcome.FAILED.value)
        if collection is not None:
            query = query.where(ingest_files.c.collection == collection)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(ingest_files.c.collection, ingest_files.c.path)).all()
        return tuple(_read(tuple(row)) for row in rows)

    def entries(self, document_id: str | None = None) -> tuple[JournalEntry, ...]:
        """What was done with every file, or with those a document was read from, by collection and path."""
        query = select(ingest_files).order_by(ingest_files.c.collection, ingest_files.c.path)
        if document_id is not None:
            query = query.where(ingest_files.c.document_id == document_id)
        with reading(self._engine) as connection:
            return tuple(_read(tuple(row)) for row in connection.execute(query).all())

    def paths_of(self, document_id: str) -> tuple[str, ...]:
        """The files that this document was read from, as far as they came from disk."""
        query = select(ingest_files.c.path).where(ingest_files.c.document_id == document_id)
        with reading(self._engine) as connection:
            return tuple(connection.scalars(query.order_by(ingest_files.c.path)))

    def forget(self, collection: str, paths: tuple[str, ...] | None = None) -> int:
        """Forget files (all when None), so that a next run reads them again; gives how many."""
        statement = delete(ingest_files).where(ingest_files.c.collection == collection)
        if paths is not None:
            statement = statement.where(ingest_files.c.path.in_([storable(path) for path in paths]))
        with writing(self._engine) as connection:
            return connection.execute(statement).rowcount


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


def _read(row: tuple[object, ...]) -> JournalEntry:
    collection, path, size, mtime_ns, sha256, outcome, document_id, detail, parser, at = row
    if not isinstance(at, datetime) or not isinstance(size, int) or not isinstance(mtime_ns, int):
        raise TypeError("a row of ingest_files was expected")
    return JournalEntry(
        stamp=FileStamp(str(path), size, mtime_ns, str(sha256), str(parser)),
        collection=str(collection),
        outcome=FileOutcome(str(outcome)),
        document_id=None if document_id is None else str(document_id),
        detail=str(detail),
        at=at,
    )
