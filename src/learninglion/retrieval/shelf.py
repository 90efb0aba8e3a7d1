"""Reading the store: documents, versions, cards and sources, for whoever may see them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, ScalarSelect, func, or_, select

from learninglion.database import reading
from learninglion.errors import UnknownReferenceError
from learninglion.models import Document, DocumentCard, Filters, Passage, Source, TextLine
from learninglion.retrieval.catalogue import Catalogue, Counts, Scope, Visible
from learninglion.retrieval.lines import unpack_lines
from learninglion.retrieval.originals import Originals
from learninglion.retrieval.reader import Entry
from learninglion.retrieval.rows import read_card, read_passage, read_source, unpack_document
from learninglion.retrieval.tables import (
    collections,
    documents,
    memberships,
    passages,
    sources,
    versions,
)

__all__ = ["Collection", "Shelf", "Version", "batches"]

T = TypeVar("T")

_BATCH = 200  # documents or sources a query; SQLite takes a thousand values at most in older builds


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection with its number of documents."""

    name: str
    description: str
    documents: int


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


class Shelf:
    """What a store holds, read only."""

    def __init__(self, engine: Engine, originals: Originals) -> None:
        self._engine = engine
        self.originals = originals
        self.catalogue = Catalogue(engine)

    # ----------------------------------------------------------------- documents

    def document(self, document_id: str, visible: Visible, *, lines: bool = True) -> Document:
        """The newest version; without its printed lines (the larger part) when `lines` is False."""
        return self.version(document_id, None, visible, lines=lines)

    def version(
        self, document_id: str, number: int | None, visible: Visible, *, lines: bool = True
    ) -> Document:
        """One version of a document, the newest when `number` is None.

        Raises UnknownReferenceError, in the same words when it does not exist and when it may not be seen.
        """
        columns = [versions.c.content, versions.c.source_name] + ([versions.c.lines] if lines else [])
        with reading(self._engine) as connection:
            found = self._version(connection, document_id, number, visible)
            row = connection.execute(
                select(*columns).where(
                    versions.c.document_key == found[0], versions.c.number == found[1].number
                )
            ).one()
        return unpack_document(row.content, row.lines if lines else None, row.source_name)

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

    def _sees_all(self, connection: Connection, key: int, visible: Visible) -> bool:
        """Whether every collection the document stands in may be seen."""
        names = (
            select(collections.c.name)
            .join_from(memberships, collections)
            .where(memberships.c.document_key == key)
        )
        return visible is None or set(connection.scalars(names)) <= visible

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
            found: dict[int, DocumentCard] = {}
            for some in batches(keys, _BATCH):
                found |= self._cards(connection, some, visible)
        return tuple(found[key] for key in keys if key in found)

    def scope(self, filters: Filters, visible: Visible) -> Scope:
        """The documents that a search with these filters may give this reader."""
        return self.catalogue.scope(filters, visible)

    def counts(self, visible: Visible) -> Counts:
        """How much there is, of what one may see."""
        return self.catalogue.counts(visible)

    def collections(self, visible: Visible) -> tuple[Collection, ...]:
        """The collections one may see, by name."""
        query = (
            select(collections.c.name, collections.c.description, func.count(memberships.c.document_key))
            .outerjoin_from(collections, memberships)
            .group_by(collections.c.key, collections.c.name, collections.c.description)
            .order_by(collections.c.name)
        )
        if visible is not None:
            query = query.where(collections.c.name.in_(sorted(visible)))
        with reading(self._engine) as connection:
            return tuple(Collection(*row) for row in connection.execute(query))

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
        found = self.sources([source_id], visible).get(source_id)
        if found is None:
            raise UnknownReferenceError(f"Bron {source_id} bestaat niet.")
        return found

    def sources(self, source_ids: Iterable[str], visible: Visible) -> dict[str, Source]:
        """The sources with these ids, in the order asked; what one may not see is not among them."""
        wanted = tuple(dict.fromkeys(source_ids))
        found: dict[str, Source] = {}
        with reading(self._engine) as connection:
            for some in batches(wanted, _BATCH):
                rows = connection.execute(select(sources).where(sources.c.id.in_(some))).mappings().all()
                cards = self._cards(connection, sorted({row["document_key"] for row in rows}), visible)
                for row in rows:
                    if row["document_key"] in cards:
                        found[row["id"]] = read_source(row, cards[row["document_key"]])
        return {source_id: found[source_id] for source_id in wanted if source_id in found}

    def sources_of(self, document_id: str, visible: Visible) -> tuple[Source, ...]:
        """The sources of a document in the order they were cut. Raises UnknownReferenceError."""
        with reading(self._engine) as connection:
            key, _ = self._find(connection, document_id, visible)
            card = self._cards(connection, [key], visible)[key]
            rows = connection.execute(
                select(sources).where(sources.c.document_key == key).order_by(sources.c.key)
            ).mappings()
            return tuple(read_source(row, card) for row in rows)

    def entries_of(self, document_ids: Sequence[str], visible: Visible = None) -> Iterator[Entry]:
        """The sources with their passages of these documents, in the order asked and cut.

        Documents that were deleted meanwhile are left out. Reads a few hundred documents at a time, each
        lot as it stands at one moment.
        """
        for some in batches(document_ids, _BATCH):
            with reading(self._engine) as connection:
                entries = self._entries(connection, some, visible)
            yield from entries

    def entries_by_id(self, source_ids: Sequence[str], visible: Visible = None) -> Iterator[Entry]:
        """These sources with their passages, in the order asked; what is not there is left out."""
        for some in batches(source_ids, _BATCH):
            with reading(self._engine) as connection:
                rows = connection.execute(select(sources).where(sources.c.id.in_(some))).mappings().all()
                cards = self._cards(connection, sorted({row["document_key"] for row in rows}), visible)
                by_key = {
                    row["key"]: read_source(row, cards[row["document_key"]])
                    for row in rows
                    if row["document_key"] in cards
                }
                pieces = _passages_of(connection, by_key, passages.c.source_key.in_(by_key))
            found = {source.id: (source, pieces.get(key, ())) for key, source in by_key.items()}
            yield from (found[source_id] for source_id in dict.fromkeys(some) if source_id in found)

    def _entries(self, connection: Connection, document_ids: Sequence[str], visible: Visible) -> list[Entry]:
        known = select(documents.c.id, documents.c.key).where(documents.c.id.in_(document_ids))
        keys = {row.id: row.key for row in connection.execute(known)}
        cards = self._cards(connection, sorted(keys.values()), visible)
        found: dict[int, list[int]] = {key: [] for key in cards}
        by_key: dict[int, Source] = {}
        query = select(sources).where(sources.c.document_key.in_(cards)).order_by(sources.c.key)
        for row in connection.execute(query).mappings():
            by_key[row["key"]] = read_source(row, cards[row["document_key"]])
            found[row["document_key"]].append(row["key"])
        pieces = _passages_of(connection, by_key, passages.c.document_key.in_(cards))
        return [
            (by_key[key], pieces.get(key, ()))
            for document_id in dict.fromkeys(document_ids)
            for key in found.get(keys.get(document_id, 0), ())
        ]

    def _cards(
        self, connection: Connection, keys: Sequence[int], visible: Visible
    ) -> dict[int, DocumentCard]:
        through = _seen_through(visible).label("collection")
        query = select(documents.c.key, documents.c.card, through).where(documents.c.key.in_(keys))
        rows = connection.execute(query).all()
        return {row.key: read_card(row.card, row.collection) for row in rows if row.collection is not None}


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
    connection: Connection, by_key: Mapping[int, Source], where: ColumnElement[bool]
) -> dict[int, tuple[Passage, ...]]:
    """The passages that fit `where`, by the key of their source, in the order they were cut."""
    rows = connection.execute(select(passages).where(where).order_by(passages.c.key)).mappings()
    return {
        key: tuple(read_passage(row, by_key[key]) for row in group)
        for key, group in groupby(rows, key=lambda row: row["source_key"])
    }


def batches(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """`values` in lists of at most `size`."""
    rest = iter(values)
    while some := list(islice(rest, size)):
        yield some
