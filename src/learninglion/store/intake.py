"""Putting documents into the tables and taking them out, inside a transaction of the caller.

The journal beside it says what ingest did with each file, so that running it again is quick and what failed
can be listed.

What stands in the tables and the folder of originals comes as digests that a log can have kept. Every row and
every byte is read; nothing here trusts a digest that the database keeps of itself.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import groupby

from sqlalchemy import Connection, Engine, Row, Table, and_, delete, exists, insert, select, update
from sqlalchemy.exc import DBAPIError

from learninglion.database.engine import erasing, now, reading, spell_moment, writing
from learninglion.models import Document, DocumentCard, Entry, card_of
from learninglion.models.errors import ConflictError, IntegrityError, UnknownReferenceError
from learninglion.models.plain import from_plain, sha256_hex
from learninglion.store.originals import Originals
from learninglion.store.schema import (
    Packed,
    RowValue,
    changes,
    collections,
    counters,
    digest_of,
    document_values,
    documents,
    ingest_files,
    memberships,
    originals,
    passages,
    sources,
    spell_rows,
    storable,
    unpack_document,
    versions,
)


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
            _write_entry(connection, stamp, collection, FileOutcome.FAILED, None, detail)

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


def _write_entry(
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


class PutOutcome(StrEnum):
    """What putting a document changed."""

    ADDED = "added"
    UNCHANGED = "unchanged"
    LINKED = "linked"  # already there with the same content, now also in this collection
    REPLACED = "replaced"  # a new version; the older one is history
    RESTORED = "restored"  # had been deleted


@dataclass(frozen=True, slots=True)
class PutResult:
    """What became of a document that was put; `version` counts from 1."""

    document_id: str
    outcome: PutOutcome
    version: int


@dataclass(frozen=True, slots=True)
class Intake:
    """A document to put: its sources with their passages, and the bytes it was read from, if kept."""

    document: Document
    entries: Sequence[Entry]
    original: bytes | None = None
    file: FileStamp | None = None  # what the ingest journal should say, if it came from a file


@dataclass(frozen=True, slots=True)
class Stored:
    """What a put changed, for whoever keeps account of it in the same transaction."""

    result: PutResult
    collection: str
    by: str
    at: datetime
    document: str  # digest of the document with its printed lines
    sources: str  # digest of its sources and passages
    original: str | None  # SHA-256 of the file, if it is kept


def _take_numbers(connection: Connection, name: str, count: int) -> int:
    """The first of `count` new numbers of a sequence; other writers wait until this one commits."""
    statement = update(counters).where(counters.c.name == name).values(value=counters.c.value + count)
    last: int = connection.execute(statement.returning(counters.c.value)).scalar_one()
    return last - count + 1


def note_change(connection: Connection, document_key: int, kind: str) -> None:
    """Tell whoever follows the store that a document changed."""
    seq = _take_numbers(connection, "change", 1)
    before = connection.scalar(select(changes.c.mark).order_by(changes.c.seq.desc()).limit(1)) or ""
    changed = select(documents.c.id, documents.c.digest).where(documents.c.key == document_key)
    document_id, digest = connection.execute(changed).one()
    mark = sha256_hex("\n".join((before, str(seq), kind, document_id, digest)).encode())
    values = {"seq": seq, "document_key": document_key, "kind": kind, "at": now(), "mark": mark}
    connection.execute(insert(changes).values(**values))


def collection_key(connection: Connection, name: str) -> int:
    """The key of a collection, which is made when it does not exist yet."""
    known = connection.scalar(select(collections.c.key).where(collections.c.name == name))
    if known is not None:
        return int(known)
    key = _take_numbers(connection, "collection", 1)
    connection.execute(insert(collections).values(key=key, name=name, description="", created_at=now()))
    return key


@dataclass(frozen=True, slots=True)
class Arrival:
    """A document on its way in: what it is made of, and who puts it in which collection."""

    intake: Intake
    packed: Packed
    sha256: str | None  # of its original, which stands on the disk already; None: there is none
    collection: str
    by: str


def insert_document(connection: Connection, arrival: Arrival, within: frozenset[str] | None = None) -> Stored:
    """Put one document; see `Store.put`."""
    at, intake, packed, collection = now(), arrival.intake, arrival.packed, arrival.collection
    document = intake.document
    known = connection.execute(select(documents).where(documents.c.id == document.id)).one_or_none()
    if known is not None and within is not None:
        _refuse_beyond(connection, known, document, collection, within)
    result = _settle(connection, arrival, at, known)
    if intake.file is not None:
        _write_entry(connection, intake.file, collection, FileOutcome.DONE, document.id)
    # Without an original in hand the version may still have one from before.
    originals = select(versions.c.original).join(documents, documents.c.key == versions.c.document_key)
    originals = originals.where(documents.c.id == document.id, versions.c.number == result.version)
    original = connection.scalar(originals)
    return Stored(result, collection, arrival.by, at, packed.document_digest, packed.sources_digest, original)


def _settle(
    connection: Connection, arrival: Arrival, at: datetime, known: Row[tuple[object, ...]] | None
) -> PutResult:
    intake, packed = arrival.intake, arrival.packed
    document_id, into = intake.document.id, collection_key(connection, arrival.collection)
    if known is None:
        key, version, outcome = _take_numbers(connection, "document", 1), 1, PutOutcome.ADDED
    else:
        key, version = known.key, known.version + 1
        outcome = PutOutcome.REPLACED if known.deleted_at is None else PutOutcome.RESTORED
    if known is not None and outcome is PutOutcome.REPLACED:
        member = connection.scalar(
            select(
                exists().where(and_(memberships.c.document_key == key, memberships.c.collection_key == into))
            )
        )
        if known.digest == packed.digest and _keeps(connection, key, known.version, arrival.sha256):
            return _link(connection, key, into, bool(member), PutResult(document_id, outcome, known.version))
        if not member:
            _refuse_other_bytes(connection, key, intake.document, arrival.collection)
        _remove_sources(connection, key)
    values = document_values(intake.document, intake.entries)
    values |= {"version": version, "digest": packed.digest}
    values |= {"deleted_at": None, "deleted_by": None, "deleted_reason": None}
    if known is None:
        connection.execute(insert(documents).values(key=key, id=document_id, **values))
    else:
        connection.execute(update(documents).where(documents.c.key == key).values(**values))
    _insert_version(connection, key, version, arrival, at)
    _insert_sources(connection, key, packed)
    _add_member(connection, key, into)
    note_change(connection, key, outcome.value)
    return PutResult(document_id, outcome, version)


def _link(connection: Connection, key: int, into: int, member: bool, result: PutResult) -> PutResult:
    if member:
        return PutResult(result.document_id, PutOutcome.UNCHANGED, result.version)
    _add_member(connection, key, into)
    note_change(connection, key, PutOutcome.LINKED.value)
    return PutResult(result.document_id, PutOutcome.LINKED, result.version)


def _keeps(connection: Connection, key: int, version: int, sha256: str | None) -> bool:
    """Whether the version has the original that is offered (or none is offered)."""
    if sha256 is None:
        return True
    originals = select(versions.c.original).where(
        versions.c.document_key == key, versions.c.number == version
    )
    return connection.scalar(originals) == sha256


def _refuse_beyond(
    connection: Connection,
    known: Row[tuple[object, ...]],
    document: Document,
    collection: str,
    within: frozenset[str],
) -> None:
    """Whoever works within some collections does not change what readers of another one see."""
    named = select(collections.c.name).join_from(memberships, collections)
    held = set(connection.scalars(named.where(memberships.c.document_key == known.key)))
    if held - within:
        _refuse_other_bytes(connection, known.key, document, collection)


def _refuse_other_bytes(connection: Connection, key: int, document: Document, collection: str) -> None:
    """Other bytes under an id that only other collections hold would change what their readers see."""
    card = connection.scalar(select(documents.c.card).where(documents.c.key == key))
    if card is not None and f'"sha256":"{document.sha256}"' in card:
        return  # the same file, read by another version of the parser
    raise ConflictError(
        f"{document.id} staat met een andere inhoud al in een andere collectie dan {collection}. "
        "Neem het bestand op in die collectie, of verwijder het daar eerst."
    )


def _add_member(connection: Connection, key: int, into: int) -> None:
    member = and_(memberships.c.document_key == key, memberships.c.collection_key == into)
    if not connection.scalar(select(exists().where(member))):
        connection.execute(insert(memberships).values(document_key=key, collection_key=into))


def _insert_version(
    connection: Connection, key: int, number: int, arrival: Arrival, stored_at: datetime
) -> None:
    sha256, packed = arrival.sha256, arrival.packed
    if sha256 is not None:
        known = connection.scalar(select(exists().where(originals.c.sha256 == sha256)))
        if not known:
            size = len(arrival.intake.original or b"")
            connection.execute(insert(originals).values(sha256=sha256, size=size, stored_at=stored_at))
    connection.execute(
        insert(versions).values(
            document_key=key,
            number=number,
            digest=packed.digest,
            original=sha256,
            source_name=storable(arrival.intake.document.source_name),
            collection=arrival.collection,
            stored_at=stored_at,
            stored_by=arrival.by,
            content=packed.content,
            lines=packed.lines,
        )
    )


def _insert_sources(connection: Connection, key: int, packed: Packed) -> None:
    if not packed.sources:
        return
    first = _take_numbers(connection, "source", len(packed.sources))
    rows = [{**row, "key": first + i, "document_key": key} for i, row in enumerate(packed.sources)]
    connection.execute(insert(sources), rows)
    pieces = [(first + i, piece) for i, listed in enumerate(packed.passages) for piece in listed]
    if not pieces:
        return
    start = _take_numbers(connection, "passage", len(pieces))
    connection.execute(
        insert(passages),
        [
            {**piece, "key": start + i, "source_key": source_key, "document_key": key}
            for i, (source_key, piece) in enumerate(pieces)
        ],
    )


def _remove_sources(connection: Connection, key: int) -> None:
    connection.execute(delete(passages).where(passages.c.document_key == key))
    connection.execute(delete(sources).where(sources.c.document_key == key))


def remove_content(
    connection: Connection, key: int, by: str, reason: str
) -> tuple[datetime, tuple[str, ...]]:
    """Turn a document into a tombstone; gives when, and the originals that no other version needs."""
    at = now()
    held = select(versions.c.original).where(versions.c.document_key == key, versions.c.original.is_not(None))
    mine = {str(sha256) for sha256 in connection.scalars(held)}
    _remove_sources(connection, key)
    connection.execute(delete(memberships).where(memberships.c.document_key == key))
    connection.execute(delete(versions).where(versions.c.document_key == key))
    needed = set(connection.scalars(select(versions.c.original).where(versions.c.original.in_(mine))))
    free = tuple(sorted(mine - needed))
    connection.execute(delete(originals).where(originals.c.sha256.in_(free)))
    blank: dict[str, object] = dict.fromkeys(("digest", "card", "introduction", "ministry"), "")
    blank |= dict.fromkeys(("answerers", "askers"), "")
    blank |= dict.fromkeys(("pair_count", "source_count", "passage_count"), 0)
    blank |= {"date": None, "deleted_at": at, "deleted_by": by, "deleted_reason": reason}
    connection.execute(update(documents).where(documents.c.key == key).values(**blank))
    note_change(connection, key, "deleted")
    return at, free


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
