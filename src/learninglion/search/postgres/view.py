"""What one search sees of the index on PostgreSQL: the rows that count at one change of the store."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import Error as DriverError
from psycopg.errors import UndefinedTable
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from learninglion.database.engine import plain_cursor
from learninglion.models.errors import ConflictError, UnavailableError
from learninglion.search.analysis import BUCKETS, FAMILIES
from learninglion.search.engine import CANDIDATES, EXACT, NEAREST, Timings, proposing
from learninglion.search.frame import Frame
from learninglion.search.fusion import Fusion
from learninglion.search.postgres.replica import Replica
from learninglion.search.postgres.tables import CONTENT, Tables, read_segment, run, written
from learninglion.search.scoring import Pieces, Probe
from learninglion.search.statistics import Statistics

__all__ = ["PostgresView"]

# Rows that are looked at for the terms of one family, where the server has no BM25: the rarest terms count.
_MOST_ROWS = 20_000
# Up to so many sources under a filter, the distance of every passage is computed.
_COMPARED = 10_000
_REMEMBERED = 8
_WIDTH = 1000  # of a weight's unit: whole numbers add up the same in any order


class PostgresView:
    """The sources that were born by `sequence` and not gone by then."""

    def __init__(
        self,
        engine: Engine,
        tables: Tables,
        statistics: Statistics,
        frame: Frame,
        fusion: Fusion,
        encoder_name: str,
        sequence: int,
        timings: Timings,
        replica: Replica | None = None,
    ) -> None:
        self.timings = timings
        self._replica = replica
        self.statistics = statistics
        self.frame = frame
        self.fusion = fusion
        self.encoder_name = encoder_name
        self.sequence = sequence
        self.tables = tables
        self._engine = engine
        self._allowed: OrderedDict[frozenset[str] | None, int] = OrderedDict()
        self._lock = Lock()

    def candidates(self, probe: Probe, documents: frozenset[str] | None, *, exact: bool = False) -> Pieces:
        """The sources of `documents` (None: all) that may be hits; `exact`: every one of them."""
        if self._replica is not None and self._replica.ready(
            self.tables.listed, self.tables.generation, self.sequence
        ):
            try:
                return self._found(self._replica.engine, probe, documents, exact)
            except (UnavailableError, DBAPIError, DriverError) as error:
                self._replica.rest(str(error))
        try:
            return self._found(self._engine, probe, documents, exact)
        except (ProgrammingError, UndefinedTable) as error:  # made again by another process, some time ago
            raise ConflictError("Het zoekregister is net opnieuw gemaakt. Zoek nog eens.") from error

    def _found(self, engine: Engine, probe: Probe, documents: frozenset[str] | None, exact: bool) -> Pieces:
        with engine.begin() as connection:
            run(connection, "SET LOCAL plan_cache_mode = force_custom_plan")
            allowed = self._count(connection, documents)
            if exact or allowed <= EXACT:
                chosen, values = self._seen(documents)
            else:
                keys = {*self._by_words(connection, probe, documents)}
                keys |= {*self._nearest(connection, probe, documents, allowed)}
                chosen, values = "s.key = ANY(%(keys)s)", {"keys": sorted(keys)}
            with plain_cursor(connection) as cursor:
                cursor.execute(
                    f"SELECT {CONTENT} FROM {self.tables.sources} s"
                    f" JOIN {self.tables.content} c USING (key) WHERE {chosen}",
                    values,
                    prepare=False,
                )
                segment = read_segment(cursor.fetchall())
        return [(segment, np.arange(len(segment)))] if len(segment) else []

    def extent(self, documents: frozenset[str] | None) -> tuple[int, int]:
        """How many documents and sources may be found among `documents` (None: all)."""
        where, values = self._seen(documents)
        query = f"SELECT count(DISTINCT s.document), count(*) FROM {self.tables.sources} s WHERE {where}"
        with self._engine.begin() as connection:
            found, sources = connection.exec_driver_sql(query, values).one()
        return int(found), int(sources)

    def _seen(self, documents: frozenset[str] | None) -> tuple[str, dict[str, Any]]:
        """The condition on sources s that may be found, and its values."""
        where = f"s.born <= {self.sequence} AND s.gone > {self.sequence}"
        if documents is None:
            return where, {}
        return f"{where} AND s.document = ANY(%(documents)s)", {"documents": sorted(documents)}

    def _count(self, connection: Connection, documents: frozenset[str] | None) -> int:
        with self._lock:
            if documents in self._allowed:
                self._allowed.move_to_end(documents)
                return self._allowed[documents]
        where, values = self._seen(documents)
        query = f"SELECT count(*) FROM {self.tables.sources} s WHERE {where}"
        found = int(connection.exec_driver_sql(query, values).scalar_one())
        with self._lock:
            self._allowed[documents] = found
            while len(self._allowed) > _REMEMBERED:
                self._allowed.popitem(last=False)
        return found

    def _by_words(self, connection: Connection, probe: Probe, documents: frozenset[str] | None) -> list[int]:
        where, values = self._seen(documents)
        found: list[int] = []
        for family, terms in zip(FAMILIES, proposing(probe), strict=True):
            if self.tables.bm25:
                asked = " ".join(str(term) for term, weight in terms if weight > 0)
                order = f"w.{family} <@> to_bm25query(%(asked)s, '{self.tables.name(family)}')"
                query = (
                    f"SELECT s.key FROM {self.tables.words} w JOIN {self.tables.sources} s USING (key)"
                    f" WHERE {where} ORDER BY {order} LIMIT {CANDIDATES}"
                )
                told: dict[str, Any] = {"asked": asked}
            else:
                rare = self._rarest(family, terms)
                # term by term, or PostgreSQL reads the whole table for all of them
                first = "" if documents is not None else f" ORDER BY 2 DESC, 1 LIMIT {10 * CANDIDATES}"
                query = (
                    "WITH hit AS MATERIALIZED (SELECT w.key, sum(t.weight) AS weight"
                    " FROM unnest(%(terms)s::int[], %(weights)s::bigint[]) AS t(term, weight)"
                    f" CROSS JOIN LATERAL (SELECT key FROM {self.tables.words}"
                    " WHERE terms @> ARRAY[t.term] OFFSET 0) w"
                    f" GROUP BY w.key{first})"
                    f" SELECT s.key FROM hit JOIN {self.tables.sources} s USING (key) WHERE {where}"
                    f" ORDER BY hit.weight DESC, s.source LIMIT {CANDIDATES}"
                )
                told = {"terms": [t for t, _ in rare], "weights": [w for _, w in rare]}
            if any(told.values()):
                found += connection.exec_driver_sql(query, {**values, **told}).scalars()
        return found

    def _rarest(self, family: str, terms: Any) -> list[tuple[int, int]]:
        """The heaviest of `terms` that together stand in no more sources than are looked at."""
        at, left, kept = FAMILIES.index(family) * BUCKETS, _MOST_ROWS, []
        for term, weight in terms:
            sources = sum(int(self.statistics.frequency[p, family][term]) for p in ("asked", "body"))
            if weight > 0 and sources <= left:
                left -= sources
                kept.append((at + term, round(weight * _WIDTH)))
        return kept

    def _nearest(
        self, connection: Connection, probe: Probe, documents: frozenset[str] | None, allowed: int
    ) -> list[int]:
        where, values = self._seen(documents)
        distance = "p.place <#> %(place)s::halfvec"
        if documents is not None and allowed <= _COMPARED:
            distance = f"({distance}) + 0"  # no index: every passage is compared
        else:
            share = allowed / max(1, self._count(connection, None))
            scanned = int(20_000 / max(share, 1e-3))
            connection.execute(
                text(
                    "SELECT set_config('hnsw.ef_search', '400', true),"
                    " set_config('hnsw.iterative_scan', 'strict_order', true),"
                    " set_config('hnsw.max_scan_tuples', :scanned, true)"
                ),
                {"scanned": str(scanned)},
            )
        query = (
            f"SELECT s.key FROM {self.tables.passages} p JOIN {self.tables.sources} s ON s.key = p.source"
            f" WHERE {where} ORDER BY {distance} LIMIT {NEAREST}"
        )
        vector: NDArray[np.float32] = probe.vector
        return list(connection.exec_driver_sql(query, {**values, "place": written(vector)}).scalars())
