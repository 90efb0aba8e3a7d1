"""Files under names, whole or not there: in the data folder, or in the database that servers share."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from itertools import accumulate
from pathlib import Path
from typing import Protocol

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)

from learninglion.database.engine import Moment, new_metadata, now, reading
from learninglion.database.files import append_durably, write_durably
from learninglion.models.errors import IntegrityError
from learninglion.models.plain import sha256_hex

metadata = new_metadata()

kept_files = Table(
    "kept_files",
    metadata,
    Column("name", String(400), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("touched", Moment, nullable=False),
)

kept_chunks = Table(
    "kept_chunks",
    metadata,
    Column("name", ForeignKey("kept_files.name", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

_CHUNK = 1 << 20
_INCOMING = "incoming"


Read = Callable[[str], bytes | None]


class Files(Protocol):
    """Files by name ("folder/name"); every process that shares them sees the same."""

    def put(self, name: str, content: bytes) -> None:
        """Keep `content` durably, replacing what was there."""

    def put_new(self, name: str, content: bytes) -> bool:
        """Keep `content` durably where nothing is; whether it was. Of several at once one succeeds."""

    def read(self, name: str) -> bytes | None:
        """What is kept, None where nothing is. Raises IntegrityError where it is seen to be damaged."""

    def reader(self, connection: Connection) -> Read:
        """What reads as of the moment that `connection` sees, where files are kept in its database."""

    def size(self, name: str) -> int | None:
        """How many bytes are kept, None where nothing is."""

    def touch(self, name: str) -> None:
        """Let it count as new."""

    def remove(self, name: str) -> None:
        """Take it away; nothing happens when it is not there."""

    def names(self, prefix: str, min_age_seconds: float = 0.0) -> Iterator[str]:
        """The names that begin so and were not put or touched for so long, sorted."""

    def beyond(self, prefix: str, size: int) -> tuple[str, ...]:
        """Of the names that begin so those put or touched longest ago: what does not fit in `size` bytes."""

    def sweep(self, min_age_seconds: float) -> int:
        """Remove what interrupted writers left behind; gives how many files."""

    def place(self, name: str) -> str:
        """Where it is kept, for people."""


class Blobs(Files, Protocol):
    """Files by name, to some of which lines are added."""

    def append(self, name: str, line: bytes) -> None:
        """Add `line` durably to what is kept, beginning where nothing is; lines of others stay whole."""


class FolderBlobs:
    """Files below the folder `home`. A file under its name is always whole."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def put(self, name: str, content: bytes) -> None:
        """Keep `content` durably, replacing what was there."""
        write_durably(self._home / name, content, incoming=self._home / _INCOMING)

    def put_new(self, name: str, content: bytes) -> bool:
        """Keep `content` durably where nothing is; whether it was."""
        own = f"{_INCOMING}/{uuid.uuid4().hex}"
        self.put(own, content)
        try:
            target = self._home / name
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            target.hardlink_to(self._home / own)  # unlike a rename it never replaces
        except FileExistsError:
            return False
        finally:
            self.remove(own)
        return True

    def append(self, name: str, line: bytes) -> None:
        """Add `line` durably to what is kept, beginning where nothing is."""
        append_durably(self._home / name, line)

    def read(self, name: str) -> bytes | None:
        """What is kept, None where nothing is."""
        try:
            return (self._home / name).read_bytes()
        except FileNotFoundError:
            return None

    def reader(self, connection: Connection) -> Read:
        """What reads now."""
        return self.read

    def size(self, name: str) -> int | None:
        """How many bytes are kept, None where nothing is."""
        try:
            return (self._home / name).stat().st_size
        except FileNotFoundError:
            return None

    def touch(self, name: str) -> None:
        """Let it count as new."""
        os.utime(self._home / name)

    def remove(self, name: str) -> None:
        """Take it away; nothing happens when it is not there."""
        (self._home / name).unlink(missing_ok=True)

    def names(self, prefix: str, min_age_seconds: float = 0.0) -> Iterator[str]:
        """The names that begin so and were not put or touched for so long, sorted."""
        folder, _, start = prefix.rpartition("/")
        newest = time.time() - min_age_seconds
        for path in sorted((self._home / folder).glob(f"{start}*" if start else "**/*")):
            if path.is_file() and path.stat().st_mtime <= newest:
                yield path.relative_to(self._home).as_posix()

    def beyond(self, prefix: str, size: int) -> tuple[str, ...]:
        """Of the names that begin so those put or touched longest ago: what does not fit in `size` bytes."""
        sizes = []
        for name in self.names(prefix):
            with suppress(FileNotFoundError):  # somebody took it away
                stat = (self._home / name).stat()
                sizes.append((stat.st_mtime, name, stat.st_size))
        return what_is_beyond([(name, taken) for _, name, taken in sorted(sizes, reverse=True)], size)

    def sweep(self, min_age_seconds: float) -> int:
        """Remove what interrupted writers left behind; gives how many files."""
        newest, removed = time.time() - min_age_seconds, 0
        incoming = self._home / _INCOMING
        for path in incoming.iterdir() if incoming.is_dir() else ():
            try:
                if path.stat().st_mtime <= newest:
                    path.unlink()
                    removed += 1
            except FileNotFoundError:  # its writer has just put it in place
                continue
        return removed

    def place(self, name: str) -> str:
        """The path."""
        return str(self._home / name)


class DatabaseBlobs:
    """Files in chunks in a PostgreSQL database, with their checksum."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, name: str, content: bytes) -> None:
        """Keep `content` durably, replacing what was there."""
        with self._turn(name) as connection:
            _write(connection, name, content)

    def put_new(self, name: str, content: bytes) -> bool:
        """Keep `content` durably where nothing is; whether it was."""
        with self._turn(name) as connection:
            if _read(connection, name) is not None:
                return False
            _write(connection, name, content)
        return True

    def append(self, name: str, line: bytes) -> None:
        """Add `line` durably to what is kept, beginning where nothing is."""
        with self._turn(name) as connection:
            _write(connection, name, (_read(connection, name) or b"") + line + b"\n")

    @contextmanager
    def _turn(self, name: str) -> Iterator[Connection]:
        """A transaction for one name. Not `writing`: one that writes documents puts files meanwhile."""
        with self._engine.begin() as connection:
            connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))
            yield connection

    def read(self, name: str) -> bytes | None:
        """What is kept, None where nothing is. Raises IntegrityError where it is not what was put."""
        with reading(self._engine) as connection:
            return _read(connection, name)

    def reader(self, connection: Connection) -> Read:
        """What reads as of the moment that `connection` sees."""
        return lambda name: _read(connection, name)

    def size(self, name: str) -> int | None:
        """How many bytes are kept, None where nothing is."""
        with self._engine.connect() as connection:
            return connection.scalar(select(kept_files.c.size).where(kept_files.c.name == name))

    def touch(self, name: str) -> None:
        """Let it count as new."""
        with self._engine.begin() as connection:
            connection.execute(update(kept_files).where(kept_files.c.name == name).values(touched=now()))

    def remove(self, name: str) -> None:
        """Take it away; nothing happens when it is not there."""
        with self._engine.begin() as connection:
            connection.execute(delete(kept_files).where(kept_files.c.name == name))

    def names(self, prefix: str, min_age_seconds: float = 0.0) -> Iterator[str]:
        """The names that begin so and were not put or touched for so long, sorted."""
        query = select(kept_files.c.name).where(
            kept_files.c.name.startswith(prefix, autoescape=True),
            kept_files.c.touched <= now() - timedelta(seconds=min_age_seconds),
        )
        with self._engine.connect() as connection:
            yield from sorted(connection.scalars(query))

    def beyond(self, prefix: str, size: int) -> tuple[str, ...]:
        """Of the names that begin so those put or touched longest ago: what does not fit in `size` bytes."""
        query = select(kept_files.c.name, kept_files.c.size).where(
            kept_files.c.name.startswith(prefix, autoescape=True)
        )
        newest = query.order_by(kept_files.c.touched.desc(), kept_files.c.name.desc())
        with self._engine.connect() as connection:
            return what_is_beyond([(row.name, row.size) for row in connection.execute(newest)], size)

    def sweep(self, min_age_seconds: float) -> int:
        """Nothing: a transaction that was cut off leaves nothing."""
        return 0

    def place(self, name: str) -> str:
        """The database."""
        return f"database, {name}"


def _write(connection: Connection, name: str, content: bytes) -> None:
    pieces = [content[at : at + _CHUNK] for at in range(0, len(content), _CHUNK)]
    chunks = [{"name": name, "number": n, "content": piece} for n, piece in enumerate(pieces)]
    connection.execute(delete(kept_files).where(kept_files.c.name == name))
    values = {"sha256": sha256_hex(content), "size": len(content), "touched": now()}
    connection.execute(insert(kept_files).values(name=name, **values))
    if chunks:
        connection.execute(insert(kept_chunks), chunks)


def _read(connection: Connection, name: str) -> bytes | None:
    digest = connection.scalar(select(kept_files.c.sha256).where(kept_files.c.name == name))
    if digest is None:
        return None
    query = select(kept_chunks.c.content).where(kept_chunks.c.name == name)
    content = b"".join(connection.scalars(query.order_by(kept_chunks.c.number)))
    if sha256_hex(content) != digest:
        raise IntegrityError(f"Het bestand {name} in de database is beschadigd.")
    return content


def what_is_beyond(newest_first: Sequence[tuple[str, int]], size: int) -> tuple[str, ...]:
    """Of these names with their bytes the last, which do not fit in `size` bytes with those before."""
    together = accumulate(taken for _, taken in newest_first)
    return tuple(name for (name, _), reached in zip(newest_first, together, strict=True) if reached > size)


def keeps_files(engine: Engine) -> bool:
    """Whether files that servers share are kept in this database; else they are in the data folder."""
    return engine.dialect.name == "postgresql"


def move_in(source: Files, target: Files, prefix: str) -> int:
    """Move the files whose names begin so from `source` into `target`; how many. Safe to cut off.

    What is kept there already wins: a file that is not the same stays where it is.
    """
    moved = 0
    for name in list(source.names(prefix)):
        content = source.read(name)
        if content is None or target.put_new(name, content) or target.read(name) == content:
            source.remove(name)
            moved += 1
    return moved
