"""What stands in the tables and the folder of originals, as digests that a log can have kept.

Every row and every byte is read; nothing here trusts a digest that the database keeps of itself.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection, Engine, Row, Table, select
from sqlalchemy.exc import DBAPIError

from learninglion.database.engine import reading, spell_moment
from learninglion.models import DocumentCard, card_of
from learninglion.models.errors import IntegrityError, UnknownReferenceError
from learninglion.models.plain import from_plain
from learninglion.store.originals import Originals
from learninglion.store.schema import (
    RowValue,
    collections,
    digest_of,
    document_values,
    documents,
    memberships,
    passages,
    sources,
    spell_rows,
    unpack_document,
    versions,
)

_BATCH = 100  # documents read in one go
_SOURCE_COLUMNS = tuple(c.name for c in sources.c if c.name not in ("key", "document_key"))
_PASSAGE_COLUMNS = tuple(c.name for c in passages.c if c.name not in ("key", "source_key", "document_key"))
_ENTERED = ("introduction", "date", "ministry", "answerers", "askers", "pair_count")


@dataclass(frozen=True, slots=True)
class VersionStanding:
    """One version as it stands: where it came from, and the digest of what it holds."""

    number: int
    document: str
    original: str | None
    collection: str
    by: str
    at: str  # as a moment is spelled


@dataclass(frozen=True, slots=True)
class Standing:
    """A document as it stands; `damage` says in words what does not fit within itself."""

    document_id: str
    number: int  # of the newest version
    collections: frozenset[str]
    sources: str  # digest of its sources and passages
    versions: tuple[VersionStanding, ...]
    deleted_at: datetime | None
    deleted_by: str
    deleted_reason: str
    damage: tuple[str, ...] = ()
    readable: bool = True  # False: something stands there that is no value of its kind; the rest is empty


# What comes of a text that is no text, a moment that is none, bytes where words were.
_UNREADABLE = (DBAPIError, ValueError, TypeError)


def standing(
    engine: Engine, originals: Originals, document_ids: Sequence[str] | None = None
) -> Iterator[Standing]:
    """Every document that ever was, deleted ones too, by id; or those among `document_ids`."""
    with reading(engine) as connection:
        query = select(documents.c.id).order_by(documents.c.id)
        known = list(connection.scalars(query))
    if document_ids is not None:
        known = sorted(set(known) & set(document_ids))
    for start in range(0, len(known), _BATCH):
        for document in _read_lot(engine, known[start : start + _BATCH]):
            yield _with_originals(document, originals)


def _read_lot(engine: Engine, ids: Sequence[str]) -> list[Standing]:
    """These documents; where one cannot be read, which one that is."""
    try:
        with reading(engine) as connection:
            return list(_lot(connection, ids))
    except _UNREADABLE:
        if len(ids) > 1:
            return [standing for document_id in ids for standing in _read_lot(engine, [document_id])]
        return [Standing(ids[0], 0, frozenset(), "", (), None, "", "", readable=False)]


def _lot(connection: Connection, ids: Sequence[str]) -> Iterator[Standing]:
    rows = connection.execute(select(documents).where(documents.c.id.in_(ids)).order_by(documents.c.id)).all()
    keys = [row.key for row in rows]
    named = select(memberships.c.document_key, collections.c.name).join_from(memberships, collections)
    members: dict[int, set[str]] = {}
    for key, name in connection.execute(named.where(memberships.c.document_key.in_(keys))):
        members.setdefault(key, set()).add(name)
    held = _grouped(connection, versions, keys, "number")
    cut = _grouped(connection, sources, keys, "key")
    pieces = _grouped(connection, passages, keys, "key")
    for row in rows:
        yield _standing(
            row,
            frozenset(members.get(row.key, ())),
            held.get(row.key, []),
            cut.get(row.key, []),
            pieces.get(row.key, []),
        )


def _grouped(
    connection: Connection, table: Table, keys: Sequence[int], order: str
) -> dict[int, list[Row[tuple[object, ...]]]]:
    query = select(table).where(table.c.document_key.in_(keys)).order_by(table.c.document_key, table.c[order])
    grouped = groupby(connection.execute(query), key=lambda row: int(row.document_key))
    return {key: list(group) for key, group in grouped}


def _standing(
    row: Row[tuple[object, ...]],
    members: frozenset[str],
    held: Sequence[Row[tuple[object, ...]]],
    cut: Sequence[Row[tuple[object, ...]]],
    pieces: Sequence[Row[tuple[object, ...]]],
) -> Standing:
    spelled, damage = _spell(cut, pieces), []
    standings = []
    for version in held:
        try:
            content = zlib.decompress(version.content)
        except zlib.error:
            content = b""
            damage.append(f"versie {version.number} is beschadigd")
        newest = version.number == row.version
        whole = digest_of(content, version.lines, spelled)
        if content and newest and (whole != version.digest or row.digest != whole):
            damage.append("de eigen vingerafdruk klopt niet")
        if content and newest:
            damage += _entered(row, version)
        standings.append(
            VersionStanding(
                version.number,
                digest_of(content, version.lines),
                version.original,
                version.collection,
                version.stored_by,
                spell_moment(version.stored_at),
            )
        )
    if (row.source_count, row.passage_count) != (len(cut), len(pieces)):
        damage.append("het aantal bronnen of passages klopt niet")
    return Standing(
        row.id,
        row.version,
        members,
        digest_of(spelled),
        tuple(standings),
        row.deleted_at,
        row.deleted_by or "",
        row.deleted_reason or "",
        tuple(damage),
    )


def _spell(cut: Sequence[Row[tuple[object, ...]]], pieces: Sequence[Row[tuple[object, ...]]]) -> bytes:
    of_source: dict[int, list[dict[str, RowValue]]] = {row.key: [] for row in cut}
    for piece in pieces:
        of_source.setdefault(piece.source_key, []).append(
            {name: piece._mapping[name] for name in _PASSAGE_COLUMNS}
        )
    listed = [{name: row._mapping[name] for name in _SOURCE_COLUMNS} for row in cut]
    return spell_rows(listed, list(of_source.values()))


def _entered(row: Row[tuple[object, ...]], version: Row[tuple[object, ...]]) -> list[str]:
    """What lists and filters are told of a document and is not what the document says."""
    try:
        document = unpack_document(version.content, None, version.source_name)
        card = from_plain(DocumentCard, json.loads(row.card))
    except (IntegrityError, ValueError, TypeError, KeyError):
        return ["de gegevens voor lijsten zijn beschadigd"]
    values = document_values(document, ())
    wrong = [name for name in _ENTERED if values[name] != row._mapping[name]]
    if card != card_of(document):
        wrong.append("card")
    return [f"de gegevens voor lijsten kloppen niet ({', '.join(wrong)})"] if wrong else []


def _with_originals(document: Standing, originals: Originals) -> Standing:
    damage = list(document.damage)
    for sha256 in dict.fromkeys(v.original for v in document.versions if v.original):
        try:
            originals.read(sha256)
        except (UnknownReferenceError, IntegrityError) as error:
            damage.append(error.detail.rstrip(".").replace("Het oorspronkelijke", "het oorspronkelijke"))
    return replace(document, damage=tuple(damage))
