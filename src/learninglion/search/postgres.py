"""The index on PostgreSQL, shared by every process: derived from the store and followed change by change.

Each batch of documents is one transaction that also tells how far the index goes: killed at any moment, it
is what it was, and whoever comes next goes on from there. A new generation (another encoder, a rebuild) is
made beside the one that serves and takes its place whole.

Which change of the archive a search sees is decided by the first. A replica is asked only when it has come
that far; one that lags, does not answer or has to break a search off is left alone for a while, and the first
does the work. So a replica takes work away and no answer depends on it.

A schema holds `generations`, one row for each index with its statistics, and for generation n:

    sources_n   key, document, source, born, gone   what there is, from which change to which
    content_n   terms and vectors of a source, for exact scores
    words_n     its terms once more, for candidates
    passages_n  the vector of each passage in halves, for the nearest

A source is never changed: a document that changes gets new rows, and the old ones are marked gone. So a
search goes on seeing what it began with. Rows that are gone are deleted when statistics are folded.
"""

from __future__ import annotations

import hashlib
import io
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from threading import Lock, RLock, Semaphore
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from learninglion.database.engine import KEPT_CONNECTIONS, plain_cursor, reading
from learninglion.inference.encoders import Encoder, KnownVectors, Progress
from learninglion.models.errors import ConflictError, LearningLionError, UnavailableError
from learninglion.models.recent import Recent
from learninglion.search.engine import (
    CANDIDATES,
    EXACT,
    NEAREST,
    NONE_YET,
    OTHER_ENCODER,
    OTHER_VERSION,
    PATIENCE,
    EncoderFinder,
    Encoders,
    IndexState,
    Timings,
    follows,
    in_batches,
    make_entries,
    none_other,
    proposing,
)
from learninglion.search.scoring import (
    BOTH,
    BUCKETS,
    FAMILIES,
    PARTS,
    Arrays,
    Entries,
    Frame,
    Fusion,
    Pieces,
    Probe,
    Segment,
    Statistics,
    Sums,
    arrays_of,
    frame_of,
    load_frame,
    save_frame,
    segment_fields,
    shipped,
    spelled,
    whole_terms,
)
from learninglion.store.store import Change, Reader

FORMAT = 1
_ENDLESS = (1 << 63) - 1  # the change at which what is still there will be gone

_TERMS = tuple(f"{part}_{family}" for part, family in BOTH)
_FIELDS = (
    *("asked", "lengths", "steps", "vectors"),
    *(f"{name}_{what}" for name in _TERMS for what in ("ids", "counts")),
)
# What `_read_segment` takes, in this order, of sources s and content c.
_CONTENT = ", ".join(("s.document", "s.source", *(f"c.{name}" for name in _FIELDS)))


class Tables:
    """The names of the tables of one generation. `bm25`: words by pg_textsearch."""

    def __init__(self, schema: str, generation: int, bm25: bool) -> None:
        self.schema, self.generation, self.bm25 = schema, generation, bm25
        self.listed = f'"{schema}".generations'  # a row for each generation
        self.sources, self.content, self.words, self.passages = map(self.name, _KINDS)

    def name(self, kind: str) -> str:
        """The table, or index, of that kind."""
        return f'"{self.schema}".{kind}_{self.generation}'

    def create(self, connection: Connection, dimensions: int, tablespaces: Sequence[str] = ()) -> None:
        """Make the tables, without what finds in them: filled tables are indexed in a tenth of the time.

        The two that take most are divided over `tablespaces`, a part on each, where any are named.
        """
        terms = "stems text, grams text" if self.bm25 else "terms int[]"
        parts = ", ".join(f"{n} {'smallint' if n == 'asked' else 'bytea'} NOT NULL" for n in _FIELDS)
        run(
            connection,
            f"CREATE TABLE {self.sources} (key bigint PRIMARY KEY, document text NOT NULL,"
            " source text NOT NULL, born bigint NOT NULL, gone bigint NOT NULL)",
            *self._divided("content", f"key bigint PRIMARY KEY, {parts}", "key", tablespaces, _IN_LINE),
            f"CREATE TABLE {self.words} (key bigint NOT NULL, {terms})",
            *self._divided(
                "passages",
                f"source bigint NOT NULL, place halfvec({dimensions}) NOT NULL",
                "source",
                tablespaces,
            ),
            f"CREATE INDEX ON {self.sources} (document)",
            f"CREATE INDEX ON {self.sources} (born)",
            f"CREATE INDEX ON {self.sources} (gone) WHERE gone < {_ENDLESS}",
            f"CREATE INDEX ON {self.words} (key)",
            f"CREATE INDEX ON {self.passages} (source)",
            # in lines of their own, so that looking for a term does not read them all
            *(
                f"ALTER TABLE {self.words} ALTER {column} SET STORAGE EXTERNAL"
                for column in (("stems", "grams") if self.bm25 else ("terms",))
            ),
            f"ALTER TABLE {self.words} SET (toast_tuple_target = 128)",
        )
        for name in (n for n in _FIELDS if n != "asked"):  # dense numbers: compressing gains nothing
            run(connection, f"ALTER TABLE {self.content} ALTER {name} SET STORAGE EXTERNAL")

    def _divided(
        self, kind: str, columns: str, by: str, tablespaces: Sequence[str], how: str = ""
    ) -> Iterator[str]:
        """The statements for a table, in as many parts as there are tablespaces."""
        if not tablespaces:
            yield f"CREATE TABLE {self.name(kind)} ({columns}) {how}"
            return
        yield f"CREATE TABLE {self.name(kind)} ({columns}) PARTITION BY HASH ({by})"
        for n, tablespace in enumerate(tablespaces):
            part = f'"{self.schema}".{kind}_{self.generation}_p{n} PARTITION OF {self.name(kind)}'
            values = f"FOR VALUES WITH (MODULUS {len(tablespaces)}, REMAINDER {n})"
            yield f'CREATE TABLE {part} {values} {how} TABLESPACE "{tablespace}"'

    def _places(self, connection: Connection) -> dict[str, str]:
        """The ways to index vectors, by name: one for each part, in its tablespace."""
        query = text(
            "SELECT c.relname, t.spcname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " LEFT JOIN pg_tablespace t ON t.oid = c.reltablespace WHERE i.inhparent = to_regclass(:parent)"
        )
        parts = connection.execute(query, {"parent": self.passages}).all()
        how = "USING hnsw (place halfvec_ip_ops)"
        if not parts:
            return {f"hnsw_{self.generation}": f"{self.passages} {how}"}
        return {
            f"hnsw_{name}": f'"{self.schema}".{name} {how}' + (f' TABLESPACE "{space}"' if space else "")
            for name, space in parts
        }

    def index(self, connection: Connection) -> None:
        """Make what finds candidates in the filled tables; what is there already stays."""
        ways = self._places(connection)
        if self.bm25:
            how = "WITH (text_config = 'simple')"
            ways |= {f"{f}_{self.generation}": f"{self.words} USING bm25 ({f}) {how}" for f in FAMILIES}
        else:
            ways[f"terms_{self.generation}"] = f"{self.words} USING gin (terms)"
        memory = {"memory": f"{self._graph_memory(connection) >> 10}kB"}
        connection.execute(text("SELECT set_config('maintenance_work_mem', :memory, true)"), memory)
        for name, way in ways.items():
            statement = f"CREATE INDEX IF NOT EXISTS {name} ON {way}"
            try:
                with connection.begin_nested():
                    run(connection, statement)
            except DBAPIError as error:
                if not str(getattr(error.orig, "sqlstate", "")).startswith(_SHORT):
                    raise
                run(connection, "SET LOCAL max_parallel_maintenance_workers = 0", statement)
        run(connection, *(f"ANALYZE {self.name(kind)}" for kind in _KINDS))

    def _graph_memory(self, connection: Connection) -> int:
        """Bytes to index vectors with: what the graph takes, up to what the server has for its buffers.

        One that does not fit is made many times slower. A server that allows more by itself is left to it.
        """
        query = text(
            "SELECT pg_size_bytes(current_setting('maintenance_work_mem')),"
            " pg_size_bytes(current_setting('shared_buffers')),"
            f" (SELECT sum(pg_column_size(place) + {_LINKS}) FROM {self.passages})"
        )
        allowed, buffers, needed = connection.execute(query).one()
        return max(int(allowed), _LEAST_MEMORY, min(int(buffers), int(needed or 0)))

    def drop(self, connection: Connection) -> None:
        """Take the tables away."""
        run(connection, *(f"DROP TABLE IF EXISTS {self.name(kind)}" for kind in _KINDS))

    def forget(self, connection: Connection, sequence: int) -> int:
        """Delete what was gone by the change `sequence`; how many sources that were."""
        dead = f"SELECT key FROM {self.sources} WHERE gone <= {int(sequence)}"
        run(
            connection,
            f"DELETE FROM {self.passages} WHERE source IN ({dead})",
            *(f"DELETE FROM {self.name(kind)} WHERE key IN ({dead})" for kind in ("content", "words")),
        )
        return connection.execute(
            text(f"DELETE FROM {self.sources} WHERE gone <= :sequence"), {"sequence": sequence}
        ).rowcount

    def insert(self, connection: Connection, entries: Entries, arrays: Arrays, born: int) -> None:
        """Write `entries`, whose `arrays` are given, as what there is from the change `born` on."""
        named = zip(entries.keys, entries.documents, entries.sources, strict=True)
        self._copy(connection, "sources", [(*row, born, _ENDLESS) for row in named])
        fields = _fields_of(arrays)
        self._copy(connection, "content", list(zip(entries.keys, *(fields[n] for n in _FIELDS), strict=True)))
        words: list[tuple[object, ...]] = []
        for key, (question, body) in zip(entries.keys, entries.terms, strict=True):
            stems, grams = whole_terms(question, body)
            if self.bm25:
                words.append((key, spelled(stems), spelled(grams)))
            else:
                words.append((key, [*stems.ids.tolist(), *(grams.ids.astype(np.int64) + BUCKETS).tolist()]))
        self._copy(connection, "words", words)
        starts = arrays["vector-starts"]
        owners = np.repeat(np.array(entries.keys, dtype=np.int64), np.diff(starts))
        placed = arrays["vectors"].astype(np.float32) * arrays["steps"][:, None]
        with (
            plain_cursor(connection) as cursor,
            cursor.copy(f"COPY {self.passages} FROM STDIN (FORMAT binary)") as copy,
        ):
            copy.write(_places_of(owners, placed))

    def _copy(self, connection: Connection, kind: str, rows: Sequence[tuple[object, ...]]) -> None:
        with plain_cursor(connection) as cursor, cursor.copy(f"COPY {self.name(kind)} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


_LEAST_MEMORY = 512 << 20
# The class of errors for want of room: workers share memory in /dev/shm, of which a container has little.
_SHORT = "53"
_LINKS = 800  # bytes of a passage in the graph beside its vector: 32 neighbours and a few on higher floors
_IN_LINE = "WITH (toast_tuple_target = 8160)"
_KINDS = ("sources", "content", "words", "passages")


def written(vector: NDArray[np.float32]) -> str:
    """A vector as pgvector reads it."""
    return "[" + ",".join(map("{:.7g}".format, vector.tolist())) + "]"


def run(connection: Connection, *statements: str) -> None:
    """Execute statements that take no values."""
    for statement in statements:
        connection.exec_driver_sql(statement)


def _places_of(owners: NDArray[np.int64], placed: NDArray[np.float32]) -> bytes:
    """Keys with their vectors in halves, as COPY reads them in binary: a tenth of the time of text."""
    width = placed.shape[1]
    row = [("fields", ">i2"), ("key_size", ">i4"), ("key", ">i8"), ("place_size", ">i4")]
    rows = np.zeros(
        len(owners), dtype=[*row, ("dimensions", ">i2"), ("unused", ">i2"), ("place", ">f2", (width,))]
    )
    rows["fields"], rows["key_size"], rows["place_size"] = 2, 8, 4 + 2 * width
    rows["key"], rows["dimensions"], rows["place"] = owners, width, placed
    return b"PGCOPY\n\xff\r\n\0" + bytes(8) + rows.tobytes() + b"\xff\xff"


def _fields_of(arrays: Arrays) -> dict[str, list[Any]]:
    """What a row of the content table holds, by column, for each source."""

    def cut(array: NDArray[Any], starts: NDArray[np.int64]) -> list[bytes]:
        return [array[a:b].tobytes() for a, b in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)]

    lengths = np.stack([arrays[f"{part}-{family}-lengths"] for part, family in BOTH], axis=1)
    fields: dict[str, list[Any]] = {
        "asked": arrays["asked-passages"].tolist(),
        "lengths": [row.tobytes() for row in lengths],
        "steps": cut(arrays["steps"], arrays["vector-starts"]),
        "vectors": cut(arrays["vectors"], arrays["vector-starts"]),
    }
    for name, (part, family) in zip(_TERMS, BOTH, strict=True):
        for what in ("ids", "counts"):
            array = arrays[f"{part}-{family}-{what}"]
            fields[f"{name}_{what}"] = cut(array, arrays[f"{part}-{family}-starts"])
    return fields


def _read_segment(rows: Sequence[tuple[Any, ...]]) -> Segment:
    """The segment of rows of CONTENT: the numbers that `insert` was given."""
    columns: list[Any] = list(zip(*rows, strict=True)) or [()] * (2 + len(_FIELDS))
    documents, sources, questions = columns[:3]
    joined = {name: b"".join(column) for name, column in zip(_FIELDS[1:], columns[3:], strict=True)}
    sized = dict(zip(_FIELDS[1:], columns[3:], strict=True))
    lengths = np.frombuffer(joined["lengths"], dtype=np.float32).reshape(-1, len(BOTH))
    steps = np.frombuffer(joined["steps"], dtype=np.float32)
    vectors = np.frombuffer(joined["vectors"], dtype=np.int8)
    arrays: dict[str, NDArray[Any]] = {
        "asked-passages": np.array(questions, dtype=np.int32),
        "steps": steps,
        "vectors": vectors.reshape(len(steps), -1) if len(steps) else vectors.reshape(0, 0),
        "vector-starts": _starts(sized["steps"], steps.itemsize),
    }
    for i, (name, (part, family)) in enumerate(zip(_TERMS, BOTH, strict=True)):
        arrays[f"{part}-{family}-lengths"] = lengths[:, i].copy()
        arrays[f"{part}-{family}-ids"] = np.frombuffer(joined[f"{name}_ids"], dtype=np.uint32)
        arrays[f"{part}-{family}-counts"] = np.frombuffer(joined[f"{name}_counts"], dtype=np.uint8)
        arrays[f"{part}-{family}-starts"] = _starts(sized[f"{name}_counts"], 1)
    return Segment(
        documents=np.array(documents, dtype=object),
        sources=np.array(sources, dtype=object),
        **segment_fields(arrays),
    )


def _starts(pieces: Sequence[bytes], size: int) -> NDArray[np.int64]:
    return np.cumsum([0, *(len(piece) // size for piece in pieces)], dtype=np.int64)


_logger = logging.getLogger(__name__)
_WAIT = 0.2  # seconds that a search gives a replica to come far enough
_REPLICA_POLL = 0.02
_REST = 10.0  # seconds that one is left alone that lagged or failed


class Replica:
    """The database of `engine`, which follows the first one."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.monotonic) -> None:
        self.engine = engine
        self.searches = self.spared = 0  # searches that it did, and that the first did in its place
        self._clock = clock
        self._seen = (0, -1)  # generation and change that it is known to have
        self._until = 0.0
        self._lock = Lock()

    def ready(self, table: str, generation: int, sequence: int) -> bool:
        """Whether it holds this generation of the index (a row of `table`) up to that change."""
        with self._lock:
            if self._clock() < self._until:
                self.spared += 1
                return False
            if self._seen[0] == generation and self._seen[1] >= sequence:
                self.searches += 1
                return True
        query = text(f"SELECT sequence FROM {table} WHERE generation = :generation AND serving")
        until = self._clock() + _WAIT
        try:
            while True:
                with self.engine.connect() as connection:
                    reached = connection.execute(query, {"generation": generation}).scalar()
                if reached is not None and reached >= sequence:
                    break
                if self._clock() >= until:
                    self.rest(f"it is at change {reached}, not yet at {sequence}")
                    return False
                time.sleep(_REPLICA_POLL)
        except (UnavailableError, DBAPIError) as error:
            self.rest(str(error.__cause__ or error))
            return False
        with self._lock:
            self._seen = (generation, reached)
            self.searches += 1
        return True

    def rest(self, why: str) -> None:
        """Leave it alone for a while."""
        _logger.warning("the replica is left alone for %.0f seconds: %s", _REST, why.strip())
        with self._lock:
            self._until = self._clock() + _REST
            self.spared += 1

    def lag(self, first: Connection) -> int | None:
        """How many bytes of the log of the first database it has not replayed; None where it does not say."""
        written = first.execute(text("SELECT pg_current_wal_lsn() - '0/0'")).scalar_one()
        try:
            with self.engine.connect() as connection:
                replayed = connection.execute(text("SELECT pg_last_wal_replay_lsn() - '0/0'")).scalar()
        except (UnavailableError, DBAPIError):
            return None
        return None if replayed is None else max(0, int(written) - int(replayed))


# What one search sees of the index on PostgreSQL: the rows that count at one change of the store.

# What the terms of one family may be found in together, counted in sources: the rarest terms propose. Looking
# costs by it. Where the server has BM25, as a share of all: without those that are everywhere a million
# passages lose nothing, and the slowest questions take a third of the time (benchmarks/README.md).
_MOST_ROWS = 20_000
_MOST_SHARE = 0.5
# Up to so many sources under a filter every one is scored: finding them among all others takes longer.
_SCORED = 5_000
# BM25 weighs words otherwise than the score does, so the larger an archive the deeper is looked: with 200 of
# 500,000 sources recall@10 was 0.94, with 800 it was 0.99 (benchmarks/README.md).
_SHALLOW = 30_000
_REMEMBERED = 8
# Searches of one process that PostgreSQL works on at once; others wait here, where waiting costs nothing. A
# connection more would be a new one, whose first search takes it 60 to 100 ms longer.
_AT_ONCE = KEPT_CONNECTIONS - 1
_WIDTH = 1000  # of a weight's unit: whole numbers add up the same in any order


@dataclass(frozen=True, slots=True)
class Findable:
    """Which keys may be found at `sequence`: `keys`, or with `beside` all others below `end`, in order."""

    sequence: int
    count: int
    keys: NDArray[np.int64]
    beside: bool
    end: int

    def first(self, keys: NDArray[np.int64], most: int) -> list[int]:
        """The first `most` of `keys` that may be found."""
        place = np.searchsorted(self.keys, keys)
        listed = np.append(self.keys, -1)[place] == keys
        chosen: list[int] = keys[(listed != self.beside) & (keys < self.end)][:most].tolist()
        return chosen

    def depth(self, most: int, share: float) -> int:
        """How many keys are likely to hold `most` that may be found, where `share` of all may."""
        return most if share >= 1 else round(1.1 * most / share) + 16

    def follow(self, came: Sequence[int], went: Sequence[int], sequence: int, end: int) -> Findable:
        """What may be found later, when some have come and others went; who did both is among `went`."""
        if not came and not went:
            return replace(self, sequence=sequence, end=end)
        if self.beside:
            lost = sum(key < self.end for key in went)
            keys = np.union1d(self.keys, np.array(went, dtype=np.int64))
            return Findable(sequence, self.count + len(came) - lost, keys, True, end)
        keys = np.union1d(np.setdiff1d(self.keys, went), np.array(came, dtype=np.int64))
        return Findable(sequence, len(keys), keys, False, end)


Filters = Recent[frozenset[str] | None, Findable]  # what may be found under the last filters, by documents


@dataclass(slots=True, eq=False)
class PostgresView:
    """The sources that were born by `sequence`, all with keys below `end`, and not gone by then."""

    engine: Engine
    tables: Tables
    statistics: Statistics
    frame: Frame
    fusion: Fusion
    encoder_name: str
    sequence: int
    end: int
    timings: Timings
    turns: Semaphore
    filters: Filters  # of every view of this generation
    replica: Replica | None = None
    _own: Filters = field(
        default_factory=lambda: Filters(_REMEMBERED), init=False
    )  # others may be further by now

    def candidates(self, probe: Probe, documents: frozenset[str] | None, *, exact: bool = False) -> Pieces:
        """The sources of `documents` (None: all) that may be hits; `exact`: every one of them."""
        from psycopg import Error as DriverError  # only who has a PostgreSQL has installed it
        from psycopg.errors import UndefinedTable

        with self.turns:
            if self.replica is not None and self.replica.ready(
                self.tables.listed, self.tables.generation, self.sequence
            ):
                try:
                    return self._searched(self.replica.engine, probe, documents, exact)
                except (UnavailableError, DBAPIError, DriverError) as error:
                    self.replica.rest(str(error))
            try:
                return self._searched(self.engine, probe, documents, exact)
            except (ProgrammingError, UndefinedTable) as error:
                # made again by another process, some time ago
                raise ConflictError("Het zoekregister is net opnieuw gemaakt. Zoek nog eens.") from error

    def _searched(
        self, engine: Engine, probe: Probe, documents: frozenset[str] | None, exact: bool
    ) -> Pieces:
        with engine.begin() as connection, plain_cursor(connection) as cursor:
            findable = self._those(cursor, documents)
            if exact or findable.count <= (EXACT if documents is None else max(EXACT, _SCORED)):
                chosen, values = self._seen(None)
                if documents is not None:
                    chosen, values = "s.key = ANY(%(keys)s)", {"keys": findable.keys.tolist()}
            else:
                keys = {*self._by_words(cursor, probe, documents, findable)}
                keys |= {*self._nearest(connection, cursor, probe, findable)}
                chosen, values = "s.key = ANY(%(keys)s)", {"keys": sorted(keys)}
            query = (
                f"SELECT {_CONTENT} FROM {self.tables.sources} s"
                f" JOIN {self.tables.content} c USING (key) WHERE {chosen}"
            )
            segment = _read_segment(_rows(cursor, query, values))
        return [(segment, np.arange(len(segment)))] if len(segment) else []

    def extent(self, documents: frozenset[str] | None) -> tuple[int, int]:
        """How many documents and sources may be found among `documents` (None: all)."""
        where, values = self._seen(documents)
        query = f"SELECT count(DISTINCT s.document), count(*) FROM {self.tables.sources} s WHERE {where}"
        with self.engine.begin() as connection:
            document_count, sources = connection.exec_driver_sql(query, values).one()
        return int(document_count), int(sources)

    def _seen(self, documents: frozenset[str] | None) -> tuple[str, dict[str, Any]]:
        """The condition on sources s that may be found, and its values."""
        where = f"s.born <= {self.sequence} AND s.gone > {self.sequence}"
        if documents is None:
            return where, {}
        return f"{where} AND s.document = ANY(%(documents)s)", {"documents": sorted(documents)}

    def _those(self, cursor: Any, documents: frozenset[str] | None) -> Findable:
        """What may be found among `documents`; looked up once, then followed from change to change."""
        own = self._own.get(documents)
        if own is not None:
            return own
        known = self.filters.get(documents)
        made = self._followed(cursor, documents, known) if known is not None else None
        if made is None:
            where, values = self._seen(documents)
            packed = "coalesce(string_agg(int8send(s.key), ''), '')"
            if documents is None:
                gone = f"SELECT {packed} FROM {self.tables.sources} s WHERE s.gone <= {self.sequence}"
                packed = f"({gone})"
            query = f"SELECT count(*), {packed} FROM {self.tables.sources} s WHERE {where}"
            count, packed = _rows(cursor, query, values)[0]
            keys = np.sort(np.frombuffer(packed, ">i8").astype(np.int64))
            made = Findable(self.sequence, count, keys, documents is None, self.end)
        self._own.put(documents, made)
        if known is None or known.sequence <= made.sequence:
            self.filters.put(documents, made)
        return made

    def _followed(self, cursor: Any, documents: frozenset[str] | None, known: Findable) -> Findable | None:
        """`known` brought up to this view; None where it is newer, or what went since is deleted already."""
        then, now = known.sequence, self.sequence
        if then >= now:
            return known if then == now else None
        query = (
            f"SELECT g.base, s.key, s.document, s.gone <= {now} FROM {self.tables.listed} g"
            f" LEFT JOIN {self.tables.sources} s ON (s.born > {then} AND s.born <= {now})"
            f" OR (s.gone > {then} AND s.gone <= {now}) WHERE g.generation = {self.tables.generation}"
        )
        rows = _rows(cursor, query, {})
        if not rows or rows[0][0] > then:
            return None
        changed = [
            (key, gone) for _, key, document, gone in rows if documents is None or document in documents
        ]
        came = [key for key, gone in changed if gone is False]  # None where nothing changed
        went = [key for key, gone in changed if gone]
        return known.follow(came, went, now, self.end)

    def _by_words(
        self, cursor: Any, probe: Probe, documents: frozenset[str] | None, findable: Findable
    ) -> list[int]:
        depth = round(CANDIDATES * max(1.0, (findable.count / _SHALLOW) ** 0.5))
        keys: list[int] = []
        for family, terms in zip(FAMILIES, proposing(probe), strict=True):
            if self.tables.bm25:
                most = round(_MOST_SHARE * self.statistics.sources["body"])
                rare = rarest(self.statistics, family, terms, most, least=1)
                order = f"{family} <@> to_bm25query(%(asked)s, '{self.tables.name(family)}')"
                query = f"SELECT key FROM {self.tables.words} ORDER BY {order}"
                values = {"asked": " ".join(str(term) for term, _ in rare)}
                keys += self._first(cursor, query, values, depth, findable) if rare else []
            else:
                rare = rarest(self.statistics, family, terms, _MOST_ROWS)
                keys += self._by_weight(cursor, FAMILIES.index(family) * BUCKETS, rare, documents, depth)
        return keys

    def _first(
        self, cursor: Any, query: str, values: dict[str, Any], most: int, findable: Findable
    ) -> list[int]:
        """The first `most` keys of an index, asked in its order, that may be found.

        Which those are is looked at here: a condition that PostgreSQL holds against each takes it half as
        long again, and it would not know how deep to look.
        """
        limit = findable.depth(most, self._share(cursor, findable))
        while True:
            keys = np.array(_rows(cursor, f"{query} LIMIT {limit}", values), dtype=np.int64).reshape(-1)
            chosen = findable.first(keys, most)
            if len(chosen) == most or len(keys) < limit:
                return chosen
            limit *= 4

    def _share(self, cursor: Any, findable: Findable) -> float:
        """Which part of what an index holds may be found."""
        everything = self._those(cursor, None)
        return findable.count / max(1, everything.count + len(everything.keys))

    def _by_weight(
        self,
        cursor: Any,
        at: int,
        rare: Sequence[tuple[int, float]],
        documents: frozenset[str] | None,
        depth: int,
    ) -> list[int]:
        """The heaviest by the terms `rare`, which are numbered from `at`, where the server has no BM25."""
        if not rare:
            return []
        where, values = self._seen(documents)
        # term by term, or PostgreSQL reads the whole table for all of them
        first = "" if documents is not None else f" ORDER BY 2 DESC, 1 LIMIT {10 * depth}"
        query = (
            "WITH hit AS MATERIALIZED (SELECT w.key, sum(t.weight) AS weight"
            " FROM unnest(%(terms)s::int[], %(weights)s::bigint[]) AS t(term, weight)"
            f" CROSS JOIN LATERAL (SELECT key FROM {self.tables.words}"
            " WHERE terms @> ARRAY[t.term] OFFSET 0) w"
            f" GROUP BY w.key{first})"
            f" SELECT s.key FROM hit JOIN {self.tables.sources} s USING (key) WHERE {where}"
            f" ORDER BY hit.weight DESC, s.source LIMIT {depth}"
        )
        weighed = {
            "terms": [at + term for term, _ in rare],
            "weights": [round(weight * _WIDTH) for _, weight in rare],
        }
        return [key for (key,) in _rows(cursor, query, {**values, **weighed})]

    def _nearest(self, connection: Connection, cursor: Any, probe: Probe, findable: Findable) -> list[int]:
        scanned = int(20_000 / max(self._share(cursor, findable), 1e-3))
        connection.execute(
            text(
                "SELECT set_config('hnsw.ef_search', '400', true),"
                " set_config('hnsw.iterative_scan', 'strict_order', true),"
                " set_config('hnsw.max_scan_tuples', :scanned, true)"
            ),
            {"scanned": str(scanned)},
        )
        query = f"SELECT source FROM {self.tables.passages} ORDER BY place <#> %(place)s::halfvec"
        vector: NDArray[np.float32] = probe.vector
        return self._first(cursor, query, {"place": written(vector)}, NEAREST, findable)


def rarest(
    statistics: Statistics, family: str, terms: Sequence[tuple[int, float]], most: int, least: int = 0
) -> list[tuple[int, float]]:
    """The heaviest of `terms` that together stand in at most `most` sources, but `least` terms anyway."""
    chosen: list[tuple[int, float]] = []
    for term, weight in terms:
        sources = sum(int(statistics.frequency[part, family][term]) for part in PARTS)
        if weight > 0 and (sources <= most or len(chosen) < least):
            most -= sources
            chosen.append((term, weight))
    return chosen


def _rows(cursor: Any, query: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    """What a query of candidates gives, planned for these values.

    Never as a prepared statement, which the driver makes of what comes back: one with BM25 takes ten times as
    long, whatever `plan_cache_mode` says.
    """
    cursor.execute(query, values, prepare=False)
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


SCHEMA = "learninglion_search"
_BATCH_DOCUMENTS = 200  # a transaction; what a killed process loses
_FOLD = 2000  # sources that came or went before statistics are folded
_MADE_AGAIN = 60.0  # seconds that a generation stays after another took its place, for searches under way
_POLL = 0.05
_BUSY = "Een ander proces werkt het zoekregister al bij. Probeer het later."


def supported(database: Engine) -> bool:
    """Whether this database is a PostgreSQL that has pgvector, or can be given it."""
    if database.dialect.name != "postgresql":
        return False
    return _extension(database, "vector")


def _extension(database: Engine, name: str) -> bool:
    """Whether the extension is there; made where the server has it and this user may."""
    with database.connect() as connection:
        if connection.execute(text("SELECT 1 FROM pg_extension WHERE extname = :n"), {"n": name}).scalar():
            return True
        known = text("SELECT 1 FROM pg_available_extensions WHERE name = :n")
        if not connection.execute(known, {"n": name}).scalar():
            return False
    try:
        with database.begin() as connection:
            run(connection, f"CREATE EXTENSION IF NOT EXISTS {name}")
    except DBAPIError:  # not allowed, or the library was not loaded at the server's start
        return False
    return True


@dataclass(frozen=True, slots=True)
class Generation:
    """One row of `generations`, without its blobs."""

    generation: int
    serving: bool
    format: int
    bm25: bool
    store: str
    encoder: str
    dimensions: int
    sequence: int
    mark: str
    next_key: int
    base: int  # the change up to which its statistics are folded
    passages: int
    replaced: float | None = None  # since when (seconds since 1970) another serves


_COLUMNS = ", ".join(f'"{name}"' for name in Generation.__dataclass_fields__)
_CREATE = """CREATE TABLE IF NOT EXISTS {name} (generation int PRIMARY KEY, serving boolean NOT NULL,
 format int NOT NULL, bm25 boolean NOT NULL, store text NOT NULL, encoder text NOT NULL,
 dimensions int NOT NULL, sequence bigint NOT NULL, mark text NOT NULL, next_key bigint NOT NULL,
 base bigint NOT NULL, passages bigint NOT NULL, frame bytea NOT NULL, sums bytea NOT NULL,
 replaced double precision)"""


@dataclass(frozen=True, slots=True)
class _Known:
    """What this process last saw: a generation at a change, with its statistics."""

    row: Generation
    sums: Sums
    frame: Frame
    view: PostgresView


class PostgresIndex:
    """The index in one schema of a database."""

    def __init__(
        self,
        database: Engine,
        encoder: Encoder,
        fusion: Callable[[], Fusion] = shipped,
        others: EncoderFinder = none_other,
        schema: str = SCHEMA,
        known: KnownVectors | None = None,
        replica: Replica | None = None,
        tablespaces: Sequence[str] = (),
    ) -> None:
        """`known` are vectors that were made before, such as those of an archive that moved here; searches
        are put to `replica` where it has come far enough; a new generation is divided over `tablespaces`.
        """
        self.timings = Timings()
        self._replica = replica
        self._tablespaces = tablespaces
        self._vectors = known
        self.encoders = Encoders(encoder, others)
        self._database = database
        self._fusion = fusion
        self._schema = schema
        self._name = f'"{schema}".generations'
        self._lock = RLock()
        self._known: _Known | None = None
        self._searching = Semaphore(_AT_ONCE)
        self._turns = {purpose: RLock() for purpose in ("write", "switch")}
        with database.begin() as connection:
            run(
                connection,
                f"SELECT pg_advisory_xact_lock({_lock_key(schema, 'make')})",
                f'CREATE SCHEMA IF NOT EXISTS "{schema}"',
                _CREATE.format(name=self._name),
            )

    # ------------------------------------------------------------------------------------- reading

    def snapshot(self) -> PostgresView:
        """What can be searched now, with what other processes committed; LearningLionError when nothing."""
        with self._lock:
            problem = self._refresh()
            if self._known is None:
                raise LearningLionError(f"{problem} Bouw het opnieuw op: learninglion index rebuild.")
            return self._known.view

    def exists(self) -> bool:
        """Whether an index was ever made."""
        with self._database.connect() as connection:
            return self._serving(connection) is not None

    def state(self) -> IndexState:
        """How the index stands."""
        with self._lock:
            problem = self._refresh()
            known = self._known
        current = self.encoders.current.name
        if known is None:
            return IndexState(0, 0, 0, current, 0, problem)
        row = known.row
        _, sources = known.view.extent(None)
        wanted = "" if row.encoder == current else current
        passages, sequence = row.passages, row.sequence
        return IndexState(sources, passages, 1, row.encoder, sequence, "", wanted, row.store, row.mark)

    def verify(self) -> str:
        """Whether every source has its content, words and passages; "" or what is missing."""
        with self._database.connect() as connection:
            row = self._serving(connection)
            if row is None:
                return NONE_YET
            t = self._tables(row)
            query = (
                f"SELECT count(*) FROM {t.sources} s LEFT JOIN {t.content} c USING (key)"
                f" LEFT JOIN {t.words} w USING (key) WHERE c.key IS NULL OR w.key IS NULL"
                f" OR length(c.steps) / 4 <> (SELECT count(*) FROM {t.passages} p WHERE p.source = s.key)"
            )
            missing = int(connection.execute(text(query)).scalar_one())
        return f"Het zoekregister mist iets van {missing} bron(nen)." if missing else ""

    def rows_of(self, document_id: str) -> int:
        """How many sources of this document are kept, those that no longer count too."""
        count_removed = 0
        with self._database.connect() as connection:
            for row in self._rows(connection):
                query = f"SELECT count(*) FROM {self._tables(row).sources} WHERE document = :document"
                count_removed += int(connection.execute(text(query), {"document": document_id}).scalar_one())
        return count_removed

    def _tables(self, row: Generation) -> Tables:
        return Tables(self._schema, row.generation, row.bm25)

    def _rows(self, connection: Connection) -> list[Generation]:
        rows = connection.execute(text(f"SELECT {_COLUMNS} FROM {self._name} ORDER BY generation"))
        return [Generation(*row) for row in rows]

    def _serving(self, connection: Connection) -> Generation | None:
        return next((row for row in self._rows(connection) if row.serving), None)

    def _refresh(self) -> str:
        """Take what other processes committed; "" or why there is nothing to search."""
        with reading(self._database) as connection:
            row = self._serving(connection)
            problem = self._problem(row)
            if row is None or problem:
                self._known = None
                return problem
            known = self._known
            if known is not None and known.row == row:
                fusion = self._fusion()
                if fusion != known.view.fusion:
                    self._known = replace(known, view=replace(known.view, fusion=fusion))
                return ""
            if known is None or known.row.generation != row.generation or known.row.sequence < row.base:
                query = f"SELECT frame, sums FROM {self._name} WHERE generation = {row.generation}"
                frame_bytes, packed = connection.execute(text(query)).one()
                frame, sums, since = load_frame(io.BytesIO(frame_bytes)), Sums.unpack(packed), row.base
            else:
                frame, sums, since = known.frame, known.sums.copy(), known.row.sequence
            self._count_since(connection, row, sums, since)
        view = PostgresView(
            self._database,
            self._tables(row),
            sums.statistics(frame),
            frame,
            self._fusion(),
            row.encoder,
            row.sequence,
            row.next_key,
            self.timings,
            self._searching,
            known.view.filters
            if known is not None and known.row.generation == row.generation
            else Filters(_REMEMBERED),
            self._replica,
        )
        self._known = _Known(row, sums, frame, view)
        return ""

    def _problem(self, row: Generation | None) -> str:
        if row is None:
            return NONE_YET
        if row.format != FORMAT:
            return OTHER_VERSION
        if self.encoders.named(row.encoder, row.dimensions) is None:
            return OTHER_ENCODER
        return ""

    def _count_since(self, connection: Connection, row: Generation, sums: Sums, since: int) -> int:
        """Count into `sums` what came and went after the change `since`; how many sources that were."""
        t, counted = self._tables(row), 0
        came = f"s.born > {since} AND s.born <= {row.sequence} AND s.gone > {row.sequence}"
        went = f"s.born <= {since} AND s.gone > {since} AND s.gone <= {row.sequence}"
        for where, times in ((came, 1), (went, -1)):
            query = f"SELECT {_CONTENT} FROM {t.sources} s JOIN {t.content} c USING (key) WHERE {where}"
            with plain_cursor(connection) as cursor:
                cursor.execute(query)
                while rows := cursor.fetchmany(_FOLD):
                    sums.count(_read_segment(rows), times)
                    counted += len(rows)
        return counted

    # ------------------------------------------------------------------------------------- writing

    def update(self, reader: Reader, progress: Progress | None = None, wait: float | None = PATIENCE) -> int:
        """Follow the store up to its newest change; the number of changed documents."""
        if self._is_current(reader):
            return 0
        with self._alone("write", wait):
            with self._database.connect() as connection:
                row = self._serving(connection)
            if row is None or self._problem(row) or not follows(row, reader):
                return self._build(reader, progress)
            self._drop_replaced(_MADE_AGAIN)
            changes = reader.changes_after(row.sequence)
            self._follow(row, changes, reader, progress)
            return len(changes)

    def rebuild(self, reader: Reader, progress: Progress | None = None) -> int:
        """Make the index again from the store; searches go on in the old one until the new is complete."""
        with self._alone("write"):
            self._give_up()
            return self._build(reader, progress)

    def switch(self, reader: Reader, progress: Progress | None = None) -> int:
        """Have the current encoder take over from the former one; the documents encoded, or 0."""
        with self._alone("switch", 0.0):
            if not self.state().wanted:
                return 0
            self._fill(reader, progress)  # searches and updates go on meanwhile
            with self._alone("write"):
                return self._build(reader, None)

    def purge(self) -> None:
        """Take out whatever no longer counts: a deleted text leaves nothing here."""
        with self._alone("write"):
            self._drop_replaced(0.0)
            with self._database.connect() as connection:
                rows = self._rows(connection)
            for row in rows:
                self._fold(row, least=1)
                with self._database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    t = self._tables(row)
                    run(connection, f"VACUUM {t.sources}, {t.content}, {t.words}, {t.passages}")

    def _is_current(self, reader: Reader) -> bool:
        with self._lock:
            if self._refresh() or self._known is None:
                return False
            row = self._known.row
        return row.sequence == reader.change_counter() and follows(row, reader)

    @contextmanager
    def _alone(self, purpose: str, wait: float | None = PATIENCE) -> Iterator[None]:
        """Hold the index's lock for `purpose`, which PostgreSQL frees when this process dies."""
        key = _lock_key(self._schema, purpose)
        until = None if wait is None else time.monotonic() + wait
        # threads of this process first among themselves, without a connection each
        if not self._turns[purpose].acquire(timeout=-1 if wait is None else wait):
            raise ConflictError(_BUSY)
        try:
            with self._held(key, until):
                yield
        finally:
            self._turns[purpose].release()

    @contextmanager
    def _held(self, key: int, until: float | None) -> Iterator[None]:
        with self._database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            while not connection.execute(text(f"SELECT pg_try_advisory_lock({key})")).scalar():
                if until is not None and time.monotonic() >= until:
                    raise ConflictError(_BUSY)
                time.sleep(_POLL)
            try:
                yield
            finally:
                connection.execute(text(f"SELECT pg_advisory_unlock({key})"))

    def _build(self, reader: Reader, progress: Progress | None) -> int:
        """Fill a new generation and put it in place of the one that serves."""
        row = self._fill(reader, progress)
        with self._database.begin() as connection:
            self._tables(row).index(connection)
        row = self._follow(row, reader.changes_after(row.sequence), reader, None)
        self._fold(row, least=1)
        with self._database.begin() as connection:
            connection.execute(
                text(
                    f"UPDATE {self._name} SET serving = (generation = :new),"
                    " replaced = CASE WHEN serving AND generation <> :new"
                    " THEN extract(epoch FROM now()) ELSE replaced END"
                ),
                {"new": row.generation},
            )
        return sum(not change.deleted for change in reader.changes_after(0))

    def _fill(self, reader: Reader, progress: Progress | None) -> Generation:
        """A generation of the current encoder that was filled up to now: begun, or gone on with."""
        row = self._begun(reader)
        changes = reader.changes_after(row.sequence)
        if row.sequence == 0:
            changes = [change for change in changes if not change.deleted]
        return self._follow(row, changes, reader, progress)

    def _begun(self, reader: Reader) -> Generation:
        encoder = self.encoders.current
        with self._database.connect() as connection:
            rows = self._rows(connection)
        for row in rows:
            same = (row.format, row.encoder) == (FORMAT, encoder.name) and follows(row, reader)
            if not row.serving and same and row.replaced is None:
                return row
        self._give_up()
        number = 1 + max((row.generation for row in rows), default=0)
        bm25 = _extension(self._database, "pg_textsearch")
        row = Generation(
            number, False, FORMAT, bm25, reader.store_id(), encoder.name, encoder.dimensions, 0,
            reader.mark_of(0), 1, 0, 0,
        )  # fmt: skip
        frame = io.BytesIO()
        save_frame(frame_of(encoder), frame, encoder.name)
        with self._database.begin() as connection:
            self._tables(row).create(connection, encoder.dimensions, self._tablespaces)
            values = asdict(row)
            marks = ", ".join(f":{name}" for name in values)
            connection.execute(
                text(f"INSERT INTO {self._name} ({_COLUMNS}, frame, sums) VALUES ({marks}, :frame, :sums)"),
                {**values, "frame": frame.getvalue(), "sums": Sums.none(encoder.dimensions).pack()},
            )
        return row

    def _give_up(self) -> None:
        """Take away what was begun and does not serve."""
        self._drop(lambda row: not row.serving and row.replaced is None)

    def _drop_replaced(self, seconds: float) -> None:
        """Take away the generations that were replaced longer ago than that."""
        before = time.time() - seconds
        self._drop(lambda row: row.replaced is not None and row.replaced <= before)

    def _drop(self, chosen: Any) -> None:
        with self._database.connect() as connection:
            rows = self._rows(connection)
        for row in filter(chosen, rows):
            with self._database.begin() as connection:
                self._tables(row).drop(connection)
                run(connection, f"DELETE FROM {self._name} WHERE generation = {row.generation}")

    def _follow(
        self, row: Generation, changes: Sequence[Change], reader: Reader, progress: Progress | None
    ) -> Generation:
        """Take `changes` in, a batch at a time; the generation as it then is."""
        frame = self._frame(row)
        for chosen in in_batches(changes, _BATCH_DOCUMENTS, progress):
            row = self._take_in(row, chosen, reader, frame)
            # nobody counts what is not folded of one that does not serve yet, and folding takes a second
            row = self._fold(row, least=_FOLD if row.serving else max(_FOLD, row.passages // 20))
        return row

    def _take_in(
        self, row: Generation, changes: Sequence[Change], reader: Reader, frame: Frame
    ) -> Generation:
        """Write these changes, and how far the index then goes, in one transaction."""
        present = [change.document_id for change in changes if not change.deleted]
        listed = list(reader.entries_of(present)) if present else []
        encoder = self.encoders.named(row.encoder) or self.encoders.current
        entries = make_entries(encoder, self._vectors, frame, listed, row.next_key, None)
        arrays = arrays_of(entries, row.dimensions)
        newest = changes[-1].sequence
        after = replace(
            row,
            sequence=newest,
            mark=reader.mark_of(newest),
            next_key=row.next_key + len(entries.keys),
            passages=row.passages + len(arrays["steps"]),
        )
        t = self._tables(row)
        with self._database.begin() as connection:
            self._move(connection, row, after)
            gone = connection.execute(
                text(
                    f"UPDATE {t.sources} SET gone = :newest WHERE document = ANY(:documents)"
                    f" AND gone = {_ENDLESS} RETURNING key"
                ),
                {"newest": newest, "documents": [change.document_id for change in changes]},
            ).scalars()
            query = text(f"SELECT count(*) FROM {t.passages} WHERE source = ANY(:keys)")
            less = int(connection.execute(query, {"keys": list(gone)}).scalar_one())
            if less:
                row, after = after, replace(after, passages=after.passages - less)
                self._move(connection, row, after)
            t.insert(connection, entries, arrays, newest)
        return after

    def _move(self, connection: Connection, before: Generation, after: Generation) -> None:
        """Tell how far a generation goes; ConflictError where another process told so meanwhile."""
        changed = connection.execute(
            text(
                f"UPDATE {self._name} SET sequence = :sequence, mark = :mark, next_key = :next_key,"
                " base = :base, passages = :passages"
                " WHERE generation = :generation AND sequence = :was AND next_key = :key_was"
            ),
            {**asdict(after), "was": before.sequence, "key_was": before.next_key},
        ).rowcount
        if changed != 1:
            raise ConflictError("Een ander proces heeft het zoekregister bijgewerkt. Probeer het opnieuw.")

    def _frame(self, row: Generation) -> Frame:
        query = f"SELECT frame FROM {self._name} WHERE generation = {row.generation}"
        with self._database.connect() as connection:
            return load_frame(io.BytesIO(connection.execute(text(query)).scalar_one()))

    def _fold(self, row: Generation, least: int) -> Generation:
        """Fold the statistics up to now where `least` sources came or went, and delete what is gone."""
        t = self._tables(row)
        query = f"SELECT count(*) FROM {t.sources} WHERE born > {row.base} OR gone < {_ENDLESS}"
        with self._database.begin() as connection:
            if int(connection.execute(text(query)).scalar_one()) < least:
                return row
            packed = connection.execute(
                text(f"SELECT sums FROM {self._name} WHERE generation = {row.generation}")
            ).scalar_one()
            sums = Sums.unpack(packed)
            self._count_since(connection, row, sums, row.base)
            after = replace(row, base=row.sequence)
            self._move(connection, row, after)
            connection.execute(
                text(f"UPDATE {self._name} SET sums = :sums WHERE generation = {row.generation}"),
                {"sums": sums.pack()},
            )
            t.forget(connection, row.sequence)
        return after


def _lock_key(schema: str, purpose: str) -> int:
    digest = hashlib.sha256(f"{schema} {purpose}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
