"""Each text is embedded once: a cache on disk, addressed by what the text says and who encoded it.

Killing a run loses at most the batch at hand; the next run goes on from there. Several processes may
share it. Vectors are kept as float16 (a cosine moves by less than 0.001) and always given in that
precision, so an answer does not depend on whether it came from the cache.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import numpy as np

from learninglion.database.files import disk_trouble
from learninglion.inference.encoders import Encoder, Vectors
from learninglion.models.errors import InputError
from learninglion.models.recent import Recent

_logger = logging.getLogger(__name__)

# Texts between two commits: about 15 seconds of work of the built-in model.
_COMMIT = 256
_ASK = 500

_TABLE = "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID"
_INSERT = "INSERT OR REPLACE INTO vectors VALUES (?, ?)"
_DELETE = "DELETE FROM vectors WHERE key = ?"

Progress = Callable[[int, int], None]
T = TypeVar("T")


class VectorCache:
    """Vectors by content; one SQLite file for all encoders."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._run(lambda connection: None)

    def read(self, keys: Sequence[bytes]) -> dict[bytes, Vectors]:
        """The vectors that are known, by key."""

        def work(connection: sqlite3.Connection) -> dict[bytes, Vectors]:
            vectors: dict[bytes, Vectors] = {}
            for start in range(0, len(keys), _ASK):
                chosen = keys[start : start + _ASK]
                marks = ",".join("?" * len(chosen))
                rows = connection.execute(
                    f"SELECT key, vector FROM vectors WHERE key IN ({marks})",  # noqa: S608  only marks
                    chosen,
                )
                for key, vector in rows:
                    vectors[bytes(key)] = np.frombuffer(vector, dtype=np.float16).astype(np.float32)
            return vectors

        return self._run(work)

    def write(self, keys: Sequence[bytes], rows: Vectors) -> None:
        """Keep these vectors."""
        packed = [(key, row.tobytes()) for key, row in zip(keys, rows.astype(np.float16), strict=True)]
        self._run(lambda connection: connection.executemany(_INSERT, packed))

    def forget(self, keys: Sequence[bytes]) -> None:
        """Take these vectors out; what was there is overwritten, also in the journal."""
        self._run(lambda connection: connection.executemany(_DELETE, [(key,) for key in keys]))
        with closing(sqlite3.connect(self.path, timeout=60)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do `work` in a transaction. A damaged file makes room for a fresh one: it can all be made again."""
        try:
            try:
                return self._try(work)
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError as error:
                _logger.warning("the vector cache %s is damaged (%s): begun anew", self.path, error)
                for name in (self.path.name, f"{self.path.name}-wal", f"{self.path.name}-shm"):
                    self.path.with_name(name).unlink(missing_ok=True)
                return self._try(work)
        except sqlite3.DatabaseError as error:
            reason = disk_trouble(error) or str(error)
            raise InputError(f"{self.path}: de vectorvoorraad is niet te gebruiken: {reason}") from error

    def _try(self, work: Callable[[sqlite3.Connection], T]) -> T:
        fresh = not self.path.exists()
        with closing(sqlite3.connect(self.path, timeout=60)) as connection, connection:
            connection.execute("PRAGMA secure_delete = ON")
            if fresh:
                connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(_TABLE)
            return work(connection)


class KnownVectors:
    """What a cache holds already, to which nothing is added: for an index that keeps its own vectors."""

    def __init__(self, cache: VectorCache) -> None:
        self._cache = cache

    def read(self, keys: Sequence[bytes]) -> dict[bytes, Vectors]:
        """The vectors that are known, by key."""
        return self._cache.read(keys)

    def write(self, keys: Sequence[bytes], rows: Vectors) -> None:
        """Nothing: another server could not take out what it does not know of."""


class RecentVectors:
    """The vectors of what was asked last, in memory only: a question can hold personal data.

    Searching the same question again, with other filters or in its set, costs no encoding.
    """

    def __init__(self, most: int = 1000) -> None:
        self._recent = Recent[bytes, Vectors](most)

    def read(self, keys: Sequence[bytes]) -> dict[bytes, Vectors]:
        """The vectors that are known, by key."""
        rows = ((key, self._recent.get(key)) for key in keys)
        return {key: vector for key, vector in rows if vector is not None}

    def write(self, keys: Sequence[bytes], rows: Vectors) -> None:
        """Keep these vectors, in the precision of `VectorCache`; the oldest make room."""
        for key, row in zip(keys, rows.astype(np.float16).astype(np.float32), strict=True):
            self._recent.put(key, row)


def key_of(encoder_name: str, as_question: bool, text: str) -> bytes:
    """What a vector is kept under."""
    contents = f"{encoder_name}\0{'q' if as_question else 'p'}\0{text}"
    return hashlib.blake2b(contents.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def embed(
    encoder: Encoder,
    texts: Sequence[str],
    *,
    as_question: bool,
    cache: VectorCache | KnownVectors | RecentVectors | None = None,
    progress: Progress | None = None,
) -> Vectors:
    """One unit row per text, from the cache where known; equal texts are encoded once.

    `progress` is told (done, total) in different texts.
    """
    keys = [key_of(encoder.name, as_question, text) for text in texts]
    different = dict(zip(keys, texts, strict=True))
    known = cache.read(list(different)) if cache is not None else {}
    # a model that was replaced under the same name leaves vectors of another length behind
    known = {key: row for key, row in known.items() if len(row) == encoder.dimensions}
    missing = sorted((k for k in different if k not in known), key=lambda k: (len(different[k]), k))
    encode = encoder.encode_queries if as_question else encoder.encode_passages
    for start in range(0, len(missing), _COMMIT):
        chosen = missing[start : start + _COMMIT]
        rows = encode([different[k] for k in chosen])
        if cache is not None:  # a text that got no vector is tried again the next time
            given = np.flatnonzero(rows.any(axis=1))
            cache.write([chosen[i] for i in given], rows[given])
        known.update(zip(chosen, rows.astype(np.float16).astype(np.float32), strict=True))
        if progress is not None:
            progress(len(different) - len(missing) + start + len(chosen), len(different))
    if not keys:
        return np.zeros((0, encoder.dimensions), dtype=np.float32)
    return np.stack([known[k] for k in keys])
