"""The store: documents with their versions, sources, passages and originals; the truth that indexes follow.

Every read takes `visible`: the names of the collections its reader may see, None for all. What stands in none
of them does not exist for that reader. Filters and rights come from memory, following the store's changes
(`Catalogue`): 200,000 documents take about 20 MB there, and a filter over them well under a millisecond a
criterion.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from itertools import groupby, islice
from pathlib import Path, PurePath
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, Engine, ScalarSelect, delete, func, or_, select, update
from sqlalchemy.engine import RowMapping

from learninglion.database.blobs import Files, FolderBlobs
from learninglion.database.engine import damage_of, erasing, now, reading, writing
from learninglion.database.files import exclusive
from learninglion.dutch.personal import mask_document, mask_passage, mask_source
from learninglion.dutch.text import fold
from learninglion.models import Document, DocumentCard, Entry, Filters, Passage, Source, TextLine
from learninglion.models.errors import InputError, IntegrityError, UnknownReferenceError
from learninglion.models.recent import Recent
from learninglion.store.intake import (
    Arrival,
    FileStamp,
    Intake,
    Journal,
    PutOutcome,
    PutResult,
    Standing,
    Stored,
    collection_key,
    insert_document,
    note_change,
    remove_content,
    standing,
)
from learninglion.store.originals import Originals
from learninglion.store.schema import (
    changes,
    collections,
    documents,
    memberships,
    originals,
    pack,
    passages,
    read_card,
    read_passage,
    read_source,
    sources,
    store_facts,
    unpack_document,
    unpack_lines,
    versions,
)

Visible = frozenset[str] | None  # names of the collections a person may see; None = all

_REMEMBERED = 32  # scopes; each is at most one number a document
_COUNTED = ("pair_count", "source_count", "passage_count")


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is, of what one may see."""

    documents: int
    pairs: int
    sources: int
    passages: int


@dataclass(frozen=True, slots=True)
class Scope:
    """The documents a search may give.

    `keys` are their keys, ascending; `ids` their ids in the same order. `everything`: nothing in the store
    is left out for a reader who may see all, so an index need not filter. `sequence` is the change up to
    which this holds.
    """

    sequence: int
    everything: bool
    keys: NDArray[np.int64]
    ids: NDArray[np.object_]
    allowed: frozenset[str] | None  # the same ids for looking up one at a time; None: everything

    def mask(self, document_keys: NDArray[np.int64]) -> NDArray[np.bool_]:
        """For each of `document_keys` whether that document is in scope."""
        if self.everything:
            return np.ones(len(document_keys), dtype=np.bool_)
        top = int(max(self.keys.max(initial=0), document_keys.max(initial=0)))
        table = np.zeros(top + 1, dtype=np.bool_)
        table[self.keys] = True
        return table[document_keys]


@dataclass(slots=True)
class _Names:
    """Texts numbered in order of arrival, so that a filter looks at each different text once."""

    numbers: dict[str, int] = field(default_factory=dict)

    def number(self, text: str) -> int:
        return self.numbers.setdefault(text, len(self.numbers))

    def matching(self, wanted: Callable[[str], bool]) -> list[int]:
        return [number for text, number in self.numbers.items() if wanted(text)]


_Column = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Table:
    """One row a document, ascending by key; and which document is in which collection."""

    sequence: int
    keys: _Column
    ids: NDArray[np.object_]
    days: _Column  # proleptic ordinal, 0 without a date
    ministries: _Column
    answerers: _Column
    askers: _Column
    counts: NDArray[np.int64]  # shape (documents, 3): pairs, sources, passages
    member_documents: _Column
    member_collections: _Column


def _empty() -> _Table:
    none = np.zeros(0, dtype=np.int64)
    counts = np.zeros((0, len(_COUNTED)), dtype=np.int64)
    return _Table(0, none, np.zeros(0, dtype=np.object_), none, none, none, none, counts, none, none)


class Catalogue:
    """Filters and rights, answered from memory; every answer is as new as the newest commit."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._table = _empty()
        self._ministries, self._answerers, self._askers = _Names(), _Names(), _Names()
        self._scopes = Recent[tuple[Filters, Visible], Scope](_REMEMBERED)

    def scope(self, filters: Filters, visible: Visible) -> Scope:
        """The documents that pass `filters` and stand in a collection of `visible`.

        A document without a date is in no period. Ministries are compared whole, names of people in part,
        both without regard to case and accents.
        """
        key = (filters, visible)
        with self._lock:
            table = self._fresh()
            known = self._scopes.get(key)
            if known is not None and known.sequence == table.sequence:
                return known
            mask = self._filter(table, filters, visible)
            ids = table.ids[mask]
            # Never for a reader with limited rights: a document that comes in a moment later may be hidden.
            everything = visible is None and bool(mask.all())
            allowed = None if everything else frozenset(ids.tolist())
            scope = Scope(table.sequence, everything, table.keys[mask], ids, allowed)
            self._scopes.put(key, scope)
            return scope

    def undated(self, filters: Filters, visible: Visible) -> int:
        """How many documents only the period of `filters` leaves out, because they have no date."""
        if filters.since is None and filters.until is None:
            return 0
        with self._lock:
            table = self._fresh()
            mask = self._filter(table, replace(filters, since=None, until=None), visible)
            return int((mask & (table.days == 0)).sum())

    def counts(self, visible: Visible) -> Counts:
        """How many documents, pairs, sources and passages one may see."""
        with self._lock:
            table = self._fresh()
            mask = self._filter(table, Filters(), visible)
            pairs, sources, passages = (int(n) for n in table.counts[mask].sum(axis=0))
            return Counts(int(mask.sum()), pairs, sources, passages)

    def ministries(self, visible: Visible) -> tuple[tuple[str, int], ...]:
        """The ministries of what one may see, with their numbers of documents, by name."""
        with self._lock:
            table = self._fresh()
            mask = self._filter(table, Filters(), visible)
            names = list(self._ministries.numbers)
            tally = Counter(names[number] for number in table.ministries[mask].tolist())
        return tuple(sorted((name, count) for name, count in tally.items() if name))

    def newest_first(self, filters: Filters, visible: Visible) -> NDArray[np.int64]:
        """Keys of the documents in scope, newest first; the same day by key."""
        with self._lock:
            table = self._fresh()
            mask = self._filter(table, filters, visible)
            keys, days = table.keys[mask], table.days[mask]
        return keys[np.lexsort((keys, -days))]

    # ----------------------------------------------------------------- filtering

    def _filter(self, table: _Table, filters: Filters, visible: Visible) -> NDArray[np.bool_]:
        mask = np.ones(len(table.keys), dtype=np.bool_)
        if visible is not None:
            mask &= self._in_collections(table, visible)
        if filters.collections:
            # What one may not see does not count as a match either, so both sets are intersected first.
            wanted = frozenset(filters.collections)
            mask &= self._in_collections(table, wanted if visible is None else wanted & visible)
        if filters.since is not None:
            mask &= table.days >= filters.since.toordinal()
        if filters.until is not None:
            mask &= (table.days <= filters.until.toordinal()) & (table.days > 0)
        mask &= _among(table.ministries, self._ministries, filters.ministries, whole=True)
        mask &= _among(table.answerers, self._answerers, filters.answerers, whole=False)
        mask &= _among(table.askers, self._askers, filters.askers, whole=False)
        if filters.documents:
            mask &= np.isin(table.keys, self._keys_of(filters.documents))
        if filters.exclude_documents:
            mask &= ~np.isin(table.keys, self._keys_of(filters.exclude_documents))
        return mask

    def _in_collections(self, table: _Table, names: frozenset[str]) -> NDArray[np.bool_]:
        with reading(self._engine) as connection:
            keys = connection.scalars(select(collections.c.key).where(collections.c.name.in_(sorted(names))))
            wanted = np.array(keys.all(), dtype=np.int64)
        members = table.member_documents[np.isin(table.member_collections, wanted)]
        return np.isin(table.keys, members)

    def _keys_of(self, document_ids: Sequence[str]) -> _Column:
        query = select(documents.c.key).where(documents.c.id.in_(sorted(set(document_ids))))
        with reading(self._engine) as connection:
            return np.array(connection.scalars(query).all(), dtype=np.int64)

    # ----------------------------------------------------------------- following the store

    def _fresh(self) -> _Table:
        with reading(self._engine) as connection:
            newest = connection.scalar(select(func.max(changes.c.seq))) or 0
            if newest != self._table.sequence:
                self._table = self._follow(connection, self._table, newest)
        return self._table

    def _follow(self, connection: Connection, old: _Table, newest: int) -> _Table:
        query = select(
            documents.c.key,
            documents.c.id,
            documents.c.date,
            documents.c.ministry,
            documents.c.answerers,
            documents.c.askers,
            *(documents.c[name] for name in _COUNTED),
        ).where(documents.c.deleted_at.is_(None))
        joined = select(memberships.c.document_key, memberships.c.collection_key)
        if old.sequence:
            changed = select(changes.c.document_key).where(changes.c.seq > old.sequence).distinct()
            gone = np.array(connection.scalars(changed).all(), dtype=np.int64)
            query = query.where(documents.c.key.in_(changed))
            joined = joined.where(memberships.c.document_key.in_(changed))
        else:
            gone = np.zeros(0, dtype=np.int64)
        rows = connection.execute(query).all()
        pairs = np.array([tuple(r) for r in connection.execute(joined)], dtype=np.int64).reshape(-1, 2)
        mask = ~np.isin(old.keys, gone)
        still = ~np.isin(old.member_documents, gone)
        keys = np.concatenate([old.keys[mask], _column(r[0] for r in rows)])
        order = np.argsort(keys, kind="stable")

        def grown(before: _Column, added: Iterable[int]) -> _Column:
            return np.concatenate([before[mask], _column(added)])[order]

        ids = np.empty(len(rows), dtype=np.object_)
        ids[:] = [r[1] for r in rows]
        counted = np.array([tuple(r[6:]) for r in rows], dtype=np.int64).reshape(-1, len(_COUNTED))
        return _Table(
            sequence=newest,
            keys=keys[order],
            ids=np.concatenate([old.ids[mask], ids])[order],
            days=grown(old.days, (r[2].toordinal() if r[2] else 0 for r in rows)),
            ministries=grown(old.ministries, (self._ministries.number(r[3]) for r in rows)),
            answerers=grown(old.answerers, (self._answerers.number(r[4]) for r in rows)),
            askers=grown(old.askers, (self._askers.number(r[5]) for r in rows)),
            counts=np.concatenate([old.counts[mask], counted])[order],
            member_documents=np.concatenate([old.member_documents[still], pairs[:, 0]]),
            member_collections=np.concatenate([old.member_collections[still], pairs[:, 1]]),
        )


def _column(values: Iterable[int]) -> _Column:
    return np.fromiter(values, dtype=np.int64)


def _among(column: _Column, names: _Names, wanted: tuple[str, ...], *, whole: bool) -> NDArray[np.bool_]:
    if not wanted:
        return np.ones(len(column), dtype=np.bool_)
    folded = [fold(text).strip() for text in wanted]

    def matches(name: str) -> bool:
        if whole:
            return fold(name) in folded
        return any(text in line for line in name.split("\n") for text in folded)

    return np.isin(column, np.array(names.matching(matches), dtype=np.int64))


__all__ = ["Intake", "PutOutcome", "PutResult", "Standing", "Stored"]

T = TypeVar("T")

_BATCH = 200  # documents or sources a query; SQLite takes a thousand values at most in older builds


class PersonalPolicy(StrEnum):
    """What is done with personal data in a collection."""

    ALLOW = "allow"  # taken in, counted and told
    MASK = "mask"  # covered in everything that searches, offers and models get; whole for who may read it
    REFUSE = "refuse"  # a document with it is not taken in


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection with its number of documents."""

    name: str
    description: str
    documents: int
    purpose: str = ""  # why it may hold what it holds
    personal: PersonalPolicy = PersonalPolicy.ALLOW


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a document: when it came, from whom, under which file name."""

    number: int
    stored_at: datetime
    stored_by: str
    collection: str
    source_name: str
    original: str | None  # SHA-256 of the file, if it was kept
    current: bool


def _seen_through(visible: Visible) -> ScalarSelect[str]:
    """The first collection by name through which a document is seen; NULL when it may not be."""
    query = (
        select(func.min(collections.c.name))
        .join_from(memberships, collections)
        .where(memberships.c.document_key == documents.c.key)
    )
    if visible is not None:
        query = query.where(collections.c.name.in_(sorted(visible)))
    return query.scalar_subquery()


def _passages_of(
    connection: Connection, by_key: Mapping[int, Source], where: ColumnElement[bool], masked: frozenset[int]
) -> dict[int, tuple[Passage, ...]]:
    """The passages of the sources `by_key`, which fit `where`, by their key, in the order they were cut.

    Those of `masked` documents are covered, as their sources are.
    """
    fitting = passages.c.source_key.in_(select(sources.c.key).where(where))
    rows = connection.execute(select(passages).where(fitting).order_by(passages.c.key)).mappings()

    def made(row: RowMapping) -> Passage:
        passage = read_passage(row, by_key[row["source_key"]])
        own_text = row["document_key"] in masked and row["text"] is not None
        return mask_passage(passage) if own_text else passage

    grouped = groupby(rows, key=lambda row: int(row["source_key"]))
    return {key: tuple(map(made, group)) for key, group in grouped if key in by_key}


def _masked(connection: Connection, keys: Iterable[int]) -> frozenset[int]:
    """Those of these documents that stand in a collection which covers personal data."""
    query = (
        select(memberships.c.document_key)
        .join_from(memberships, collections)
        .where(collections.c.personal == PersonalPolicy.MASK, memberships.c.document_key.in_(sorted(keys)))
    )
    return frozenset(connection.scalars(query))


def batches(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """`values` in lists of at most `size`."""
    rest = iter(values)
    while some := list(islice(rest, size)):
        yield some


_SWEEP_AGE_SECONDS = 3600.0  # far longer than any writer takes between its file and its transaction


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep took away: unfinished files, and originals that no document refers to."""

    unfinished: int
    unreferenced: int


@dataclass(frozen=True, slots=True)
class Removed:
    """What was taken out: of these collections, and with `whole` the document itself with its originals."""

    document_id: str
    by: str
    reason: str
    at: datetime
    collections: tuple[str, ...]
    whole: bool
    originals: tuple[str, ...] = ()  # that no other document needs


Account = Callable[[Connection, Stored], None]
RemovalAccount = Callable[[Connection, Removed], None]


def _unaccounted(_connection: Connection, _change: object) -> None:
    """Where nobody keeps account of what changes: in tests and measurements."""


class Store:
    """Documents in the database of `engine`, originals among `files`: by default below `home`.

    `catalogue` answers filters, rights and counts; `journal` says what ingest did with each file.
    """

    def __init__(self, engine: Engine, home: Path, files: Files | None = None) -> None:
        self._engine = engine
        self.home = home
        self.originals = Originals(files or FolderBlobs(home))
        self.catalogue = Catalogue(engine)
        self.journal = Journal(engine)

    # ----------------------------------------------------------------- documents

    def document(
        self, document_id: str, visible: Visible, *, lines: bool = True, covered: bool = False
    ) -> Document:
        """The newest version; without its printed lines (the larger part) when `lines` is False.

        `covered`: as models may read it, see PersonalPolicy.MASK.
        """
        return self.version(document_id, None, visible, lines=lines, covered=covered)

    def version(
        self,
        document_id: str,
        number: int | None,
        visible: Visible,
        *,
        lines: bool = True,
        covered: bool = False,
    ) -> Document:
        """One version of a document, the newest when `number` is None; `covered` as above.

        Raises UnknownReferenceError, in the same words when it does not exist and when it may not be seen.
        """
        columns = [versions.c.content, versions.c.source_name] + ([versions.c.lines] if lines else [])
        with reading(self._engine) as connection:
            document = self._version(connection, document_id, number, visible)
            row = connection.execute(
                select(*columns).where(
                    versions.c.document_key == document[0], versions.c.number == document[1].number
                )
            ).one()
            covered = covered and document[0] in _masked(connection, [document[0]])
        read = unpack_document(row.content, row.lines if lines else None, row.source_name)
        return mask_document(read) if covered else read

    def lines(self, document_id: str, visible: Visible) -> tuple[TextLine, ...]:
        """The printed lines of the newest version alone: where each character stands on its page."""
        with reading(self._engine) as connection:
            key, newest = self._find(connection, document_id, visible)
            query = select(versions.c.lines).where(
                versions.c.document_key == key, versions.c.number == newest
            )
            return unpack_lines(connection.execute(query).scalar_one())

    def original(self, document_id: str, visible: Visible, number: int | None = None) -> bytes:
        """The bytes a version was read from; UnknownReferenceError where none were kept."""
        with reading(self._engine) as connection:
            _, version = self._version(connection, document_id, number, visible)
        if version.original is None:
            raise UnknownReferenceError(f"Van {document_id} is geen oorspronkelijk bestand bewaard.")
        return self.originals.read(version.original)

    def history(self, document_id: str, visible: Visible) -> tuple[Version, ...]:
        """The versions of a document, oldest first.

        An older version that came in through a collection one may not see is left out.
        """
        with reading(self._engine) as connection:
            key, newest = self._find(connection, document_id, visible)
            return self._versions(connection, key, newest, visible)

    def _version(
        self, connection: Connection, document_id: str, number: int | None, visible: Visible
    ) -> tuple[int, Version]:
        key, newest = self._find(connection, document_id, visible)
        wanted = newest if number is None else number
        for version in self._versions(connection, key, newest, visible):
            if version.number == wanted:
                return key, version
        raise UnknownReferenceError(f"Versie {number} van {document_id} bestaat niet.")

    def _versions(
        self, connection: Connection, key: int, newest: int, visible: Visible
    ) -> tuple[Version, ...]:
        query = select(
            versions.c.number,
            versions.c.stored_at,
            versions.c.stored_by,
            versions.c.collection,
            versions.c.source_name,
            versions.c.original,
        ).where(versions.c.document_key == key)
        if visible is not None:
            query = query.where(or_(versions.c.number == newest, versions.c.collection.in_(sorted(visible))))
        rows = connection.execute(query.order_by(versions.c.number))
        return tuple(Version(*row, current=row.number == newest) for row in rows)

    def _find(self, connection: Connection, document_id: str, visible: Visible) -> tuple[int, int]:
        query = select(documents.c.key, documents.c.version).where(
            documents.c.id == document_id, _seen_through(visible).is_not(None)
        )
        row = connection.execute(query).one_or_none()
        if row is None:
            raise UnknownReferenceError(f"Document {document_id} bestaat niet.")
        return row.key, row.version

    # ----------------------------------------------------------------- cards, counts, collections

    def card(self, document_id: str, visible: Visible) -> DocumentCard:
        """The card of a document. Raises UnknownReferenceError."""
        with reading(self._engine) as connection:
            key, _ = self._find(connection, document_id, visible)
            return self._cards(connection, [key], visible)[key]

    def cards(
        self, filters: Filters, visible: Visible, *, offset: int = 0, limit: int = 50
    ) -> tuple[DocumentCard, ...]:
        """A page of the list of documents that pass `filters`, newest first."""
        keys = self.catalogue.newest_first(filters, visible)[offset : offset + limit].tolist()
        with reading(self._engine) as connection:
            by_key: dict[int, DocumentCard] = {}
            for some in batches(keys, _BATCH):
                by_key |= self._cards(connection, some, visible)
        return tuple(by_key[key] for key in keys if key in by_key)

    def names(
        self, filters: Filters, visible: Visible, *, limit: int
    ) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Of the newest documents their ids with what they go by: title, and file name without its ending."""
        keys = self.catalogue.newest_first(filters, visible)[:limit].tolist()
        by_key: dict[int, tuple[str, tuple[str, ...]]] = {}
        with reading(self._engine) as connection:
            for some in batches(keys, _BATCH):
                query = (
                    select(documents.c.key, documents.c.id, documents.c.card, versions.c.source_name)
                    .join(versions, versions.c.document_key == documents.c.key)
                    .where(documents.c.key.in_(some), versions.c.number == documents.c.version)
                )
                for row in connection.execute(query):
                    title = read_card(row.card, "").title
                    by_key[row.key] = (row.id, (title, PurePath(row.source_name).stem))
        return tuple(by_key[key] for key in keys if key in by_key)

    def scope(self, filters: Filters, visible: Visible) -> Scope:
        """The documents that a search with these filters may give this reader."""
        return self.catalogue.scope(filters, visible)

    def came_in(self, collection: str, name: str, since: datetime) -> bool:
        """Whether a file of this name came in through this collection, and is kept, after `since`."""
        query = select(versions.c.number).where(
            versions.c.collection == collection, versions.c.source_name == name, versions.c.stored_at > since
        )
        with reading(self._engine) as connection:
            return connection.execute(query.limit(1)).first() is not None

    def undated(self, filters: Filters, visible: Visible) -> int:
        """How many documents only the period of these filters leaves out, because they have no date."""
        return self.catalogue.undated(filters, visible)

    def counts(self, visible: Visible) -> Counts:
        """How much there is, of what one may see."""
        return self.catalogue.counts(visible)

    def collections(self, visible: Visible) -> tuple[Collection, ...]:
        """The collections one may see, by name."""
        columns = [collections.c[name] for name in ("name", "description", "purpose", "personal")]
        query = (
            select(*columns, func.count(memberships.c.document_key).label("documents"))
            .outerjoin_from(collections, memberships)
            .group_by(collections.c.key, *columns)
            .order_by(collections.c.name)
        )
        if visible is not None:
            query = query.where(collections.c.name.in_(sorted(visible)))
        with reading(self._engine) as connection:
            return tuple(
                Collection(
                    row.name, row.description, row.documents, row.purpose, PersonalPolicy(row.personal)
                )
                for row in connection.execute(query)
            )

    def unchanged_in(self, collection: str, moment: datetime) -> tuple[str, ...]:
        """Ids of the documents in a collection of which the newest version came before `moment`."""
        newest = func.max(versions.c.stored_at)
        query = (
            select(documents.c.id)
            .join_from(documents, versions, versions.c.document_key == documents.c.key)
            .join(memberships, memberships.c.document_key == documents.c.key)
            .join(collections, collections.c.key == memberships.c.collection_key)
            .where(collections.c.name == collection, documents.c.deleted_at.is_(None))
            .group_by(documents.c.id)
            .having(newest < moment)
            .order_by(newest, documents.c.id)
        )
        with reading(self._engine) as connection:
            return tuple(connection.scalars(query))

    def every_version(self) -> Iterator[tuple[str, Document]]:
        """Every version of every document, without its printed lines, by id; for administrators."""
        query = select(documents.c.id).where(documents.c.deleted_at.is_(None)).order_by(documents.c.key)
        with reading(self._engine) as connection:
            ids = connection.scalars(query).all()
        for document_id in ids:
            for version in self.history(document_id, None):
                yield document_id, self.version(document_id, version.number, None, lines=False)

    def policy(self, collection: str) -> PersonalPolicy:
        """What is done with personal data in a collection; ALLOW for one that is not there yet."""
        query = select(collections.c.personal).where(collections.c.name == collection)
        with reading(self._engine) as connection:
            return PersonalPolicy(connection.scalar(query) or PersonalPolicy.ALLOW)

    def collections_of(self, document_id: str, visible: Visible) -> tuple[str, ...]:
        """The collections a document stands in, as far as one may see them."""
        with reading(self._engine) as connection:
            key, _ = self._find(connection, document_id, visible)
            query = (
                select(collections.c.name)
                .join_from(memberships, collections)
                .where(memberships.c.document_key == key)
                .order_by(collections.c.name)
            )
            names = connection.scalars(query).all()
        return tuple(name for name in names if visible is None or name in visible)

    # ----------------------------------------------------------------- sources

    def source(self, source_id: str, visible: Visible) -> Source:
        """A source by its id. Raises UnknownReferenceError."""
        source = self.sources([source_id], visible).get(source_id)
        if source is None:
            raise UnknownReferenceError(f"Bron {source_id} bestaat niet.")
        return source

    def documents_named(self, name: str, visible: Visible) -> tuple[str, ...]:
        """Ids of the documents of which the id is `name` or ends in it behind a hyphen, in order."""
        named = or_(documents.c.id == name, documents.c.id.endswith(f"-{name}", autoescape=True))
        query = select(documents.c.id).where(named, _seen_through(visible).is_not(None))
        with reading(self._engine) as connection:
            return tuple(connection.scalars(query.order_by(documents.c.id)))

    def sources(
        self, source_ids: Iterable[str], visible: Visible, *, covered: bool = False
    ) -> dict[str, Source]:
        """The sources with these ids, in the order asked; what one may not see is not among them.

        `covered`: as models may read them, see PersonalPolicy.MASK.
        """
        wanted = tuple(dict.fromkeys(source_ids))
        by_id: dict[str, Source] = {}
        with reading(self._engine) as connection:
            for some in batches(wanted, _BATCH):
                by_key, _ = self._sources(connection, sources.c.id.in_(some), visible, covered)
                by_id |= {source.id: source for source in by_key.values()}
        return {source_id: by_id[source_id] for source_id in wanted if source_id in by_id}

    def seen_among(self, source_ids: Iterable[str], visible: Visible) -> frozenset[str]:
        """Those of these sources that are there and may be seen."""
        names: set[str] = set()
        with reading(self._engine) as connection:
            for some in batches(sorted(set(source_ids)), _BATCH):
                query = select(sources.c.id).join_from(sources, documents)
                query = query.where(sources.c.id.in_(some), _seen_through(visible).is_not(None))
                names |= set(connection.scalars(query))
        return frozenset(names)

    def sources_of(self, document_id: str, visible: Visible, *, covered: bool = False) -> tuple[Source, ...]:
        """The sources of a document in the order they were cut. Raises UnknownReferenceError.

        `covered`: as models may read them, see PersonalPolicy.MASK.
        """
        with reading(self._engine) as connection:
            key, _ = self._find(connection, document_id, visible)
            by_key, _ = self._sources(connection, sources.c.document_key == key, visible, covered)
        return tuple(by_key.values())

    def entries_of(self, document_ids: Sequence[str], visible: Visible = None) -> Iterator[Entry]:
        """The sources with their passages of these documents, in the order asked and cut.

        Personal data are covered where a collection of the document asks it. Documents that were deleted
        meanwhile are left out. Reads a few hundred documents at a time, each
        lot as it stands at one moment.
        """
        for some in batches(document_ids, _BATCH):
            known = select(documents.c.key).where(documents.c.id.in_(some))
            of_document: dict[str, list[Entry]] = {}
            for entry in self._entries(sources.c.document_key.in_(known), visible):
                of_document.setdefault(entry[0].document.id, []).append(entry)
            for document_id in dict.fromkeys(some):
                yield from of_document.get(document_id, ())

    def entries_by_id(self, source_ids: Sequence[str], visible: Visible = None) -> Iterator[Entry]:
        """These sources with their passages, in the order asked; what is not there is left out."""
        for some in batches(source_ids, _BATCH):
            entries = {entry[0].id: entry for entry in self._entries(sources.c.id.in_(some), visible)}
            yield from (entries[source_id] for source_id in dict.fromkeys(some) if source_id in entries)

    def _entries(self, where: ColumnElement[bool], visible: Visible) -> list[Entry]:
        with reading(self._engine) as connection:
            by_key, masked = self._sources(connection, where, visible, covered=True)
            pieces = _passages_of(connection, by_key, where, masked)
        return [(source, pieces.get(key, ())) for key, source in by_key.items()]

    def _sources(
        self, connection: Connection, where: ColumnElement[bool], visible: Visible, covered: bool
    ) -> tuple[dict[int, Source], frozenset[int]]:
        """The sources that fit `where` and may be seen, by key, in the order they were cut.

        And which documents are covered, where `covered` asks it: see PersonalPolicy.MASK.
        """
        rows = connection.execute(select(sources).where(where).order_by(sources.c.key)).mappings().all()
        cards = self._cards(connection, sorted({row["document_key"] for row in rows}), visible)
        masked = _masked(connection, cards) if covered else frozenset()
        by_key = {}
        for row in rows:
            if (document_key := row["document_key"]) in cards:
                source = read_source(row, cards[document_key])
                by_key[row["key"]] = mask_source(source) if document_key in masked else source
        return by_key, masked

    def _cards(
        self, connection: Connection, keys: Sequence[int], visible: Visible
    ) -> dict[int, DocumentCard]:
        through = _seen_through(visible).label("collection")
        query = select(documents.c.key, documents.c.card, through).where(documents.c.key.in_(keys))
        rows = connection.execute(query).all()
        return {row.key: read_card(row.card, row.collection) for row in rows if row.collection is not None}

    # ----------------------------------------------------------------- writing

    def ingesting(
        self, purpose: str = "documenten opnemen", *, wait: float | None = 0.0
    ) -> AbstractContextManager[None]:
        """Be the only process that ingests here; ConflictError names the other one after `wait` seconds."""
        return exclusive(self.home / "ingest.lock", purpose, wait=wait)

    def put(
        self,
        document: Document,
        entries: Sequence[Entry],
        original: bytes | None = None,
        collection: str = "default",
        *,
        by: str = "",
        within: Visible = None,
        file: FileStamp | None = None,
        account: Account = _unaccounted,
    ) -> PutResult:
        """Keep a document in one transaction; putting the same again changes nothing.

        A changed document with the same id becomes a new version, its older one history. Raises
        ConflictError when the id is taken by other bytes in a collection that this is not put into, or that
        is not among those `within` which `by` works. `account` hears in the same transaction of what changed.
        """
        intake = Intake(document, entries, original, file)
        return self.put_many([intake], collection, by=by, within=within, account=account)[0]

    def put_many(
        self,
        intakes: Iterable[Intake],
        collection: str = "default",
        *,
        by: str = "",
        within: Visible = None,
        account: Account = _unaccounted,
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
            ready.append(Arrival(intake, packed, sha256, collection, by))
        results = []
        with writing(self._engine) as connection:
            for arrival in ready:
                if arrival.sha256 is not None and not self.originals.holds(arrival.sha256):
                    # Another process deleted the last document with these bytes since we looked.
                    self.originals.put(arrival.intake.original or b"")
                stored = insert_document(connection, arrival, within)
                if stored.result.outcome is not PutOutcome.UNCHANGED:
                    account(connection, stored)
                results.append(stored.result)
        return tuple(results)

    def delete(
        self,
        document_id: str,
        *,
        by: str,
        reason: str,
        visible: Visible = None,
        account: RemovalAccount = _unaccounted,
    ) -> Removed:
        """Destroy a document with all its versions and originals; a tombstone says that it was there.

        Where it also stands in a collection outside `visible` it is only taken out of those in it.
        `account` hears in the same transaction of what goes.
        """
        with erasing(self._engine) as connection:
            key, _ = self._find(connection, document_id, visible)
            named = select(collections.c.name).join_from(memberships, collections)
            held = frozenset(connection.scalars(named.where(memberships.c.document_key == key)))
            whole = visible is None or held <= visible
            taken = tuple(sorted(held if visible is None else held & visible))
            if whole:
                at, free = remove_content(connection, key, by, reason)
                removed = Removed(document_id, by, reason, at, taken, whole=True, originals=free)
            else:
                removed = Removed(document_id, by, reason, now(), taken, whole=False)
                mine = select(collections.c.key).where(collections.c.name.in_(sorted(visible or ())))
                connection.execute(
                    delete(memberships).where(
                        memberships.c.document_key == key, memberships.c.collection_key.in_(mine)
                    )
                )
                note_change(connection, key, "withdrawn")
            account(connection, removed)
        if whole:
            self._drop(removed.originals)
        return removed

    def make_collection(
        self,
        name: str,
        description: str = "",
        *,
        purpose: str | None = None,
        personal: PersonalPolicy | None = None,
    ) -> None:
        """Make a collection, or change what it says about itself; None leaves a thing as it was.

        Covering personal data, or no longer, changes every document in it for whoever follows the store.
        """
        _check_collection(name)
        values: dict[str, str] = {"description": description}
        with writing(self._engine) as connection:
            key = collection_key(connection, name)
            this = collections.c.key == key
            before = connection.scalar(select(collections.c.personal).where(this))
            if purpose is not None:
                values["purpose"] = purpose
            if personal is not None:
                values["personal"] = personal.value
            connection.execute(update(collections).where(this).values(**values))
            after = values.get("personal", before)
            if before != after and PersonalPolicy.MASK in (before, after):
                inside = select(memberships.c.document_key).where(memberships.c.collection_key == key)
                for document_key in sorted(connection.scalars(inside)):
                    note_change(connection, document_key, "covered")

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

    def damage(self) -> str:
        """The first thing that is damaged in the database's own file; empty for nothing."""
        return damage_of(self._engine)

    def check_originals(self) -> Iterator[str]:
        """Read every original; gives a sentence for each that is missing or damaged."""
        with reading(self._engine) as connection:
            hashes = connection.scalars(select(originals.c.sha256).order_by(originals.c.sha256)).all()
        for sha256 in hashes:
            try:
                self.originals.read(sha256)
            except (UnknownReferenceError, IntegrityError) as error:
                yield error.detail

    def standing(self, document_ids: Sequence[str] | None = None) -> Iterator[Standing]:
        """Every document as it stands, read byte by byte; for administrators, rights do not apply."""
        return standing(self._engine, self.originals, document_ids)

    # ----------------------------------------------------------------- following (Reader)

    def store_id(self) -> str:
        """A name that stays with this database, so that an index of another one is noticed."""
        query = select(store_facts.c.value).where(store_facts.c.name == "store_id")
        with reading(self._engine) as connection:
            return str(connection.execute(query).scalar_one())

    def change_counter(self) -> int:
        """The sequence number of the newest change; 0 when nothing was ever stored."""
        with reading(self._engine) as connection:
            return connection.scalar(select(func.max(changes.c.seq))) or 0

    def mark_of(self, sequence: int) -> str:
        """What tells the history up to that change from any other; "" where there is no such change."""
        with reading(self._engine) as connection:
            return connection.scalar(select(changes.c.mark).where(changes.c.seq == sequence)) or ""

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

    def first_stored_after(self, moment: datetime) -> tuple[str, ...]:
        """Ids of the documents that came in after `moment` for the first time, in the order of their keys."""
        lately = select(changes.c.document_key).where(changes.c.at > moment)
        query = (
            select(documents.c.id)
            .join_from(documents, versions, versions.c.document_key == documents.c.key)
            .where(documents.c.key.in_(lately), documents.c.deleted_at.is_(None))
            .where(versions.c.number == 1, versions.c.stored_at > moment)
            .order_by(documents.c.key)
        )
        with reading(self._engine) as connection:
            return tuple(connection.scalars(query))

    def waiting_since(self, sequence: int) -> datetime | None:
        """When the first change after `sequence` was made; None where there is none."""
        with reading(self._engine) as connection:
            first = select(func.min(changes.c.at)).where(changes.c.seq > sequence)
            since: datetime | None = connection.scalar(first)
            return since

    def seen_by(self, visible: Visible) -> SeenStore:
        """This store as a reader of searches sees it: cards name only collections of `visible`."""
        return SeenStore(self, visible)


class SeenStore:
    """A store within somebody's rights, for `search` (a Lookup)."""

    def __init__(self, store: Store, visible: Visible) -> None:
        self._store = store
        self._visible = visible

    def sources(self, source_ids: Iterable[str]) -> dict[str, Source]:
        """The sources with these ids, as far as they may be seen, as models may read them."""
        return self._store.sources(source_ids, self._visible, covered=True)

    def sources_of(self, document_id: str) -> tuple[Source, ...]:
        """The sources of a document, as models may read them. Raises UnknownReferenceError."""
        return self._store.sources_of(document_id, self._visible, covered=True)

    def entries_of(self, document_ids: Sequence[str]) -> Iterator[Entry]:
        """The sources with their passages of these documents, as far as they may be seen."""
        return self._store.entries_of(document_ids, self._visible)

    def entries_by_id(self, source_ids: Sequence[str]) -> Iterator[Entry]:
        """These sources with their passages, as far as they may be seen."""
        return self._store.entries_by_id(source_ids, self._visible)


def _check_collection(name: str) -> None:
    if not name.strip() or len(name) > 200 or "\x00" in name:
        raise InputError("Een collectie heeft een naam van 1 tot 200 tekens.")


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
        for entry in entries:
            fresh.setdefault(entry[0].document.id, []).append(entry)
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
