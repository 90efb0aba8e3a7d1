"""What a language model is to the other rooms, and how one is opened by its settings.

A generator turns a prompt into a stream of text and says what it is. Nothing it writes is trusted:
`write.py` resolves and checks every sentence before it counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from threading import Event
from typing import Protocol

from learninglion.inference.connection import Route
from learninglion.models import Provenance
from learninglion.models.errors import GeneratorError, InputError

JsonSchema = Mapping[str, object]

DEFAULT_SEED = 20240115  # any fixed number does: the same prompt must give the same text
DEFAULT_ANSWER_SECONDS = 1200.0  # for a whole answer, thinking included
DEFAULT_TIMEOUT = 180.0  # seconds without a single token; a large model on two cores reads for minutes
_TEMPLATE_TOKENS = 48  # what a chat template puts around two messages, generously
DEFAULT_CONTEXT = 4096  # tokens; what small models and default servers can hold


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model gets to read: the situation (system) and the task with the sources.

    Models that chat get them as two messages; models that only continue text get them in one piece.
    """

    situation: str
    task: str

    @property
    def text(self) -> str:
        """Everything in one piece, as a model that continues text reads it."""
        return "\n\n".join(part for part in (self.situation, self.task) if part)


class Generator(Protocol):
    """A language model; every failure is a GeneratorError or InputError with a sentence in Dutch."""

    @property
    def name(self) -> str:
        """The kind of generator as it stands in a Provenance: "openai", "gguf"."""

    @property
    def model(self) -> str:
        """The model's name."""

    @property
    def context_tokens(self) -> int:
        """How many tokens prompt and answer may take together."""

    @property
    def structured(self) -> bool:
        """Whether a `schema` given to `stream` is enforced; found out by trying, not assumed."""

    @property
    def chats(self) -> bool:
        """Whether the model holds a conversation; False for one that only continues a text."""

    def describe(self) -> Provenance:
        """What wrote the text: model, hash of its file, context size, sampling, seed, versions."""

    def count_tokens(self, text: str) -> int:
        """How many tokens `text` takes; never fewer than it really takes."""

    def stream(
        self,
        prompt: Prompt,
        *,
        schema: JsonSchema | None = None,
        max_tokens: int,
        stop: tuple[str, ...] = (),
    ) -> Iterator[str]:
        """The answer piece by piece; closing the iterator ends the work.

        Thoughts of the model are no part of it. An empty piece is a sign of life, at which a caller can stop.
        Raises InputError if prompt and `max_tokens` do not fit `context_tokens` together, and
        GeneratorError if the model cannot be reached, is too slow or breaks off.
        """


class GeneratorKind(StrEnum):
    """Which generators there are."""

    OPENAI = "openai"  # any endpoint that speaks the OpenAI protocol: vLLM, Ollama, llama.cpp
    GGUF = "gguf"  # a model file, read by this process itself


@dataclass(frozen=True, slots=True)
class GeneratorChoice:
    """Which model to use and how; what the administrator sets."""

    kind: GeneratorKind
    model: str = ""  # its name at the endpoint, or what to call the file
    path: Path | None = None  # of the GGUF file
    base_url: str = "http://127.0.0.1:11434/v1"
    api_key: str = ""
    allowed_hosts: tuple[str, ...] = ()  # hosts outside this machine that may be asked
    context_tokens: int = DEFAULT_CONTEXT
    seed: int = DEFAULT_SEED
    temperature: float = 0.0
    timeout: float = DEFAULT_TIMEOUT
    answer_seconds: float = DEFAULT_ANSWER_SECONDS
    route: Route = Route()
    threads: int = 1  # for a GGUF file; on a busy machine two threads that wait for each other are slower
    chat: bool | None = None  # False: the model continues text; None: as its file says, else chat


def require_room(generator: Generator, prompt: Prompt, max_tokens: int) -> None:
    """Raise InputError if prompt and answer do not fit the model's context together."""
    needed = generator.count_tokens(prompt.text) + _TEMPLATE_TOKENS + max_tokens
    if needed > generator.context_tokens:
        raise InputError(
            f"Het taalmodel {generator.model!r} is te klein voor deze opdracht: nodig zijn {needed} tokens, "
            f"het model heeft er {generator.context_tokens}. Kies minder bronnen of een groter model."
        )


class StoppedError(GeneratorError):
    """Somebody stopped the work; what was written so far stays."""


class StoppableGenerator:
    """Another generator whose answers end, and which is not asked again, once `stop` is set by any thread."""

    def __init__(self, generator: Generator, stop: Event) -> None:
        self._generator = generator
        self._stop = stop

    @property
    def name(self) -> str:
        """That of the other."""
        return self._generator.name

    @property
    def model(self) -> str:
        """That of the other."""
        return self._generator.model

    @property
    def context_tokens(self) -> int:
        """Those of the other."""
        return self._generator.context_tokens

    @property
    def structured(self) -> bool:
        """As the other."""
        self._require_going()
        return self._generator.structured

    @property
    def chats(self) -> bool:
        """As the other."""
        return self._generator.chats

    def describe(self) -> Provenance:
        """What the other says of itself."""
        self._require_going()
        return self._generator.describe()

    def count_tokens(self, text: str) -> int:
        """What the other counts."""
        return self._generator.count_tokens(text)

    def stream(
        self,
        prompt: Prompt,
        *,
        schema: JsonSchema | None = None,
        max_tokens: int,
        stop: tuple[str, ...] = (),
    ) -> Iterator[str]:
        """The answer of the other, until it is stopped. Raises StoppedError then."""
        self._require_going()
        pieces = self._generator.stream(prompt, schema=schema, max_tokens=max_tokens, stop=stop)
        return self._until_stopped(pieces)

    def _until_stopped(self, pieces: Iterator[str]) -> Iterator[str]:
        try:
            for piece in pieces:
                self._require_going()
                yield piece
        finally:
            close = getattr(pieces, "close", None)
            if close is not None:
                close()

    def _require_going(self) -> None:
        if self._stop.is_set():
            raise StoppedError("het schrijven is gestopt.")
