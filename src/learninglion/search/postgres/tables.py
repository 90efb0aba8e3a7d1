"""The tables of the index on PostgreSQL, which are derived: they can be dropped and made again.

A schema holds `generations`, one row for each index with its statistics, and for generation n:

    sources_n   key, document, source, born, gone   what there is, from which change to which
    content_n   terms and vectors of a source, for exact scores
    words_n     its terms once more, for candidates
    passages_n  the vector of each passage in halves, for the nearest

A source is never changed: a document that changes gets new rows, and the old ones are marked gone. So a
search goes on seeing what it began with. Rows that are gone are deleted when statistics are folded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from learninglion.database.engine import plain_cursor
from learninglion.search.analysis import BUCKETS, FAMILIES, Terms
from learninglion.search.content import all_terms
from learninglion.search.segments import BOTH, Arrays, Entries, Segment, segment_fields

FORMAT = 1
ENDLESS = (1 << 63) - 1  # the change at which what is still there will be gone

_TERMS = tuple(f"{part}_{family}" for part, family in BOTH)
_FIELDS = (
    *("asked", "lengths", "steps", "vectors"),
    *(f"{name}_{what}" for name in _TERMS for what in ("ids", "counts")),
)
# What `read_segment` takes, in this order, of sources s and content c.
CONTENT = ", ".join(("s.document", "s.source", *(f"c.{name}" for name in _FIELDS)))


@dataclass(frozen=True, slots=True)
class Tables:
    """The names of the tables of one generation. `bm25`: words by pg_textsearch."""

    schema: str
    generation: int
    bm25: bool

    def name(self, kind: str) -> str:
        """The table, or index, of that kind."""
        return f'"{self.schema}".{kind}_{self.generation}'

    @property
    def listed(self) -> str:
        """The table with a row for each generation."""
        return f'"{self.schema}".generations'

    @property
    def sources(self) -> str:
        """What there is."""
        return self.name("sources")

    @property
    def content(self) -> str:
        """Terms and vectors."""
        return self.name("content")

    @property
    def words(self) -> str:
        """Terms, to find by."""
        return self.name("words")

    @property
    def passages(self) -> str:
        """Vectors, to find by."""
        return self.name("passages")

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
            f"CREATE INDEX ON {self.sources} (gone) WHERE gone < {ENDLESS}",
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
        self._copy(connection, "sources", [(*row, born, ENDLESS) for row in named])
        fields = _fields_of(arrays)
        self._copy(connection, "content", list(zip(entries.keys, *(fields[n] for n in _FIELDS), strict=True)))
        words: list[tuple[object, ...]] = []
        for key, (question, body) in zip(entries.keys, entries.terms, strict=True):
            bags = [all_terms(a, b) for a, b in zip(question, body, strict=True)]
            if self.bm25:
                words.append((key, *map(spelled, bags)))
            else:
                stems, grams = bags
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
_MOST_REPEATS = 12  # a frequency above a dozen says nothing more


def spelled(terms: Terms) -> str:
    """A bag of terms as words for pg_textsearch."""
    repeated = np.repeat(terms.ids, np.clip(terms.counts, 1, _MOST_REPEATS).astype(int))
    return " ".join(map(str, repeated.tolist()))


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


def read_segment(rows: Sequence[tuple[Any, ...]]) -> Segment:
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
