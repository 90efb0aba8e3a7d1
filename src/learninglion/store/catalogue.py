"""What may be found: filters and rights to documents, from memory, following the store's changes.

200,000 documents take about 20 MB here, and a filter over them well under a millisecond a criterion.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, func, select

from learninglion.database.engine import reading
from learninglion.dutch.text import fold
from learninglion.models import Filters
from learninglion.models.recent import Recent
from learninglion.store.schema import changes, collections, documents, memberships

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
            days=grown(old.days, (_ordinal(r[2]) for r in rows)),
            ministries=grown(old.ministries, (self._ministries.number(r[3]) for r in rows)),
            answerers=grown(old.answerers, (self._answerers.number(r[4]) for r in rows)),
            askers=grown(old.askers, (self._askers.number(r[5]) for r in rows)),
            counts=np.concatenate([old.counts[mask], counted])[order],
            member_documents=np.concatenate([old.member_documents[still], pairs[:, 0]]),
            member_collections=np.concatenate([old.member_collections[still], pairs[:, 1]]),
        )


def _column(values: Iterable[int]) -> _Column:
    return np.fromiter(values, dtype=np.int64)


def _ordinal(day: date | None) -> int:
    return day.toordinal() if day is not None else 0


def _among(column: _Column, names: _Names, wanted: tuple[str, ...], *, whole: bool) -> NDArray[np.bool_]:
    if not wanted:
        return np.ones(len(column), dtype=np.bool_)
    folded = [fold(text).strip() for text in wanted]

    def matches(name: str) -> bool:
        if whole:
            return fold(name) in folded
        return any(text in line for line in name.split("\n") for text in folded)

    return np.isin(column, np.array(names.matching(matches), dtype=np.int64))
