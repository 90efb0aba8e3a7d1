"""The rows of a whole database as plain data, and back: the same from SQLite and from PostgreSQL.

Tables are read as they stand in the database, not as this version describes them, so that rows of an older
schema can be put in a database of that schema and brought up to date there.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from sqlalchemy import Connection, MetaData, Table, delete, func, insert, select

from learninglion.models.errors import ConflictError
from learninglion.models.plain import Plain, canonical_json, sha256_hex

Row = dict[str, Plain]

# Of this database and of nobody else: which schema it has, work that its own workers do, tries to guess a
# password. Files that are kept in a database (database/blobs.py) travel as files.
_LEFT = frozenset(
    {"alembic_version", "jobs", "job_events", "job_files", "web_brakes", "kept_files", "kept_chunks"}
)
_FILLED = ("documents", "dossiers", "log_entries", "web_accounts")  # with a row in one of these it is in use
_BATCH = 500
_ROUND = 2**256


@dataclass(frozen=True, slots=True)
class Extent:
    """A table by what is in it: how many rows, and a sum of their hashes that no order changes."""

    table: str
    rows: int
    digest: str


def tables_of(connection: Connection) -> dict[str, Table]:
    """Every table that belongs to the archive, by name; those referred to come first."""
    metadata = MetaData()
    metadata.reflect(connection)
    return {table.name: table for table in metadata.sorted_tables if table.name not in _LEFT}


def rows_of(connection: Connection, table: Table) -> Iterator[Row]:
    """Every row, in the order of its key; bytes as {"json": ...} or {"base64": ...}."""
    query = select(table).order_by(*table.primary_key.columns)
    rows = connection.execution_options(yield_per=_BATCH).execute(query)
    for row in rows.mappings():
        yield {name: _spell(value) for name, value in row.items()}


def put_rows(connection: Connection, table: Table, rows: Iterable[Row]) -> Iterator[Row]:
    """Put rows in a table, in batches, and give each on. Raises ConflictError for what has no place there."""
    batch: list[dict[str, object]] = []
    for row in rows:
        if unknown := sorted(set(row) - set(table.c.keys())):
            raise ConflictError(f"Tabel {table.name}: onbekende kolom {unknown[0]!r}.")
        batch.append({name: _read(table, name, value) for name, value in row.items()})
        if len(batch) == _BATCH:
            connection.execute(insert(table), batch)
            batch = []
        yield row
    if batch:
        connection.execute(insert(table), batch)


def measured(table: str, rows: Iterable[Row]) -> Extent:
    """The extent of these rows, which are all read."""
    count, total = 0, 0
    for row in rows:
        count += 1
        total = (total + int(sha256_hex(canonical_json(row)), 16)) % _ROUND
    return Extent(table, count, f"{total:064x}")


def is_empty(connection: Connection) -> bool:
    """Whether nothing was ever kept here: no document, dossier, account or line of the log."""
    tables = tables_of(connection)
    counts = (connection.scalar(select(func.count()).select_from(tables[t])) for t in _FILLED if t in tables)
    return not any(counts)


def clear(connection: Connection) -> None:
    """Take away the rows that making the tables left in an empty database."""
    for table in reversed(list(tables_of(connection).values())):
        if table.name != "log_entries":  # empty, and nothing is ever deleted from it
            connection.execute(delete(table))


def _spell(value: object) -> Plain:
    if isinstance(value, bytes | memoryview):
        return _spell_bytes(bytes(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    return cast(Plain, value)


def _spell_bytes(value: bytes) -> Plain:
    """What was kept as compressed JSON can be read by anybody, where it makes the same bytes again."""
    try:
        data = json.loads(zlib.decompress(value))
        if zlib.compress(canonical_json(data).encode("utf-8")) == value:
            return {"json": data}
    except (zlib.error, ValueError):  # UnicodeDecodeError is one of these
        pass
    return {"base64": base64.b64encode(value).decode()}


def _read(table: Table, name: str, value: Plain) -> object:
    if isinstance(value, dict):
        if "base64" in value:
            return base64.b64decode(str(value["base64"]))
        return zlib.compress(canonical_json(value["json"]).encode("utf-8"))
    if value is not None and table.c[name].type.python_type is date:
        return date.fromisoformat(str(value))
    return value
