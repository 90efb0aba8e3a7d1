"""A GGUF file read by this process itself, through llama.cpp. Nothing listens on the network."""

from __future__ import annotations

import hashlib
import secrets
import stat
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

import httpx

from learninglion.inference.connection import Limits, handed_over
from learninglion.inference.generators import Answer, GeneratorChoice, JsonSchema, Prompt, require_room
from learninglion.models import Provenance
from learninglion.models.errors import GeneratorError, InputError, MissingExtraError

_MAGIC = b"GGUF"
_TEMPLATE_KEY = b"tokenizer.chat_template"
_CHUNK = 1 << 20
_SIGN_OF_LIFE: list[object] = []  # nothing of an answer
_SOCKET, _STATE = "model.sock", "situation.state"  # in the folder of this model
_BATCH = 256  # tokens of a prompt between two signs of life: seconds, for a model that a processor can run


class _Engine(Protocol):
    """The part of xllamacpp.Server that is used."""

    def handle_completions(self, request: object, callback: Callable[[object], bool]) -> object: ...

    def handle_chat_completions(self, request: object, callback: Callable[[object], bool]) -> object: ...


@dataclass(frozen=True, slots=True)
class _ModelFile:
    """What is read from the file itself."""

    sha256: str
    has_chat_template: bool


class GGUFGenerator:
    """A language model from a GGUF file, in this process.

    Raises MissingExtraError without the library, InputError for a file that is no model.
    One answer is written at a time: the same prompt gives the same bytes, also after a restart. What is
    re-used of earlier answers is only how the model stood once it had read this very situation.
    """

    name = "gguf"
    structured = True  # llama.cpp holds every token against the grammar of the schema

    def __init__(self, choice: GeneratorChoice) -> None:
        try:
            import xllamacpp
        except ImportError as error:
            raise MissingExtraError("gguf", "Een GGUF-model in dit proces lezen") from error
        if choice.path is None or not choice.path.is_file():
            raise InputError(f"Het modelbestand {str(choice.path)!r} bestaat niet.")
        self._choice = choice
        self._file = _read_file(choice.path)
        self._version = str(xllamacpp.__version__)
        self.chats = self._file.has_chat_template if choice.chat is None else choice.chat
        # A socket in a directory that only this user can enter: no port, so no other user gets in.
        self._folder = tempfile.TemporaryDirectory(prefix="learninglion-")
        socket = str(Path(self._folder.name) / _SOCKET)
        self._key = secrets.token_hex(32)
        self._engine = _start(xllamacpp, choice, self._folder.name, self._key)
        self._writing = threading.Lock()
        self._situation = ""  # what the kept state has read
        self._http = httpx.Client(
            transport=httpx.HTTPTransport(uds=socket),
            base_url="http://model",
            headers={"Authorization": f"Bearer {self._key}"},
            timeout=choice.timeout,
            trust_env=False,
        )
        self._close = weakref.finalize(self, _release, self._http, self._folder)
        self.context_tokens = self._read_context()

    @property
    def model(self) -> str:
        """The name given, or else that of the file."""
        path = cast(Path, self._choice.path)
        return self._choice.model or path.stem

    def describe(self) -> Provenance:
        """What wrote the text: file hash, context size, sampling, seed, threads, version."""
        return Provenance(
            generator=self.name,
            model=self.model,
            model_sha256=self._file.sha256,
            seed=self._choice.seed,
            parameters=(
                ("chat", "yes" if self.chats else "no"),
                ("context_tokens", str(self.context_tokens)),
                ("structured_output", "grammar"),
                ("temperature", str(self._choice.temperature)),
                ("threads", str(self._choice.threads)),
                ("timeout_seconds", f"{self._choice.timeout:g}"),
                ("xllamacpp", self._version),
            ),
        )

    def count_tokens(self, text: str) -> int:
        """How many tokens the model's own tokeniser makes of `text`."""
        try:
            answer = self._http.post("/tokenize", json={"content": text, "add_special": True})
            answer.raise_for_status()
            return len(answer.json()["tokens"])
        except (httpx.HTTPError, KeyError, ValueError) as error:
            raise GeneratorError("Het taalmodel kan de tekst niet in tokens verdelen.") from error

    def stream(
        self,
        prompt: Prompt,
        *,
        schema: JsonSchema | None = None,
        max_tokens: int,
        stop: tuple[str, ...] = (),
    ) -> Iterator[str]:
        """The answer piece by piece; closing the iterator ends the work. Errors as in Generator."""
        require_room(self, prompt, max_tokens)
        request: dict[str, object] = {
            "max_tokens": max_tokens,
            "temperature": self._choice.temperature,
            "seed": self._choice.seed,
            "stop": list(stop),
            "stream": True,
            "cache_prompt": False,  # re-used work rounds otherwise than fresh work
            "return_progress": True,  # reading a long prompt is no silence, and can be stopped
        }
        if self.chats:
            messages = [("system", prompt.situation), ("user", prompt.task)]
            request["messages"] = [{"role": role, "content": text} for role, text in messages if text]
            if schema is not None:
                request["response_format"] = {
                    "type": "json_schema",
                    "json_schema": {"name": "antwoord", "schema": dict(schema), "strict": True},
                }
            call = self._answer_from_situation if prompt.situation else self._engine.handle_chat_completions
        else:
            request["prompt"] = prompt.text
            if schema is not None:
                request["json_schema"] = dict(schema)
            call = self._engine.handle_completions
        limits = Limits(self._choice.timeout, self._choice.answer_seconds)
        answer = Answer(max_tokens, held_to_schema=schema is not None, words=_words)
        return _pieces(call, request, limits, answer)

    def _answer_from_situation(self, request: object, give: Callable[[object], bool]) -> None:
        """The answer, begun where the model stands once it has read the situation: always there, so that
        the same prompt rounds the same, whatever was asked before.
        """
        wanted = cast(dict[str, object], request)
        situation = cast(list[dict[str, str]], wanted["messages"])[0]
        with self._writing:
            if self._situation != situation["content"]:
                self._situation = ""
                reading = {"messages": [situation, {"role": "user", "content": "?"}], "max_tokens": 1}
                progress = {"stream": True, "return_progress": True, "cache_prompt": False}
                # never broken off: what was half read would round otherwise later
                self._engine.handle_chat_completions(
                    reading | progress, lambda _: give(_SIGN_OF_LIFE) and False
                )
                if self._state("save"):
                    self._situation = situation["content"]
            is_restored = bool(self._situation) and self._state("restore")
            self._engine.handle_chat_completions(wanted | {"cache_prompt": is_restored}, give)

    def _state(self, action: str) -> bool:
        """Whether the engine could save or restore how the model stands."""
        try:
            return self._http.post(f"/slots/0?action={action}", json={"filename": _STATE}).is_success
        except httpx.HTTPError:
            return False

    def close(self) -> None:
        """Let go of the model's memory and its socket."""
        del self._engine
        self._close()

    def _read_context(self) -> int:
        """The size asked for, or what the model was trained for if that is less."""
        try:
            meta = self._http.get("/v1/models").json()["data"][0]["meta"]
            return min(int(meta["n_ctx"]), int(meta["n_ctx_train"]))
        except (httpx.HTTPError, LookupError, TypeError, ValueError) as error:
            raise GeneratorError("Het taalmodel zegt niet hoe groot zijn context is.") from error


def _start(xllamacpp: object, choice: GeneratorChoice, folder: str, key: str) -> _Engine:
    params = xllamacpp.CommonParams()  # type: ignore[attr-defined]
    params.model.path = str(choice.path)
    params.hostnames = [f"{folder}/{_SOCKET}"]
    params.slot_save_path = f"{folder}/"
    params.api_keys = [key]
    params.offline = True
    params.ui = False
    params.endpoint_slots = False
    params.n_ctx = choice.context_tokens
    params.n_batch = _BATCH
    params.n_parallel = 1  # answers computed side by side round otherwise
    params.fit_params = False
    params.cache_ram_mib = 0
    params.warmup = False
    params.verbosity = -1
    for cpu in (params.cpuparams, params.cpuparams_batch):
        cpu.n_threads = choice.threads
        cpu.poll = 0  # waiting threads sleep; spinning makes a busy machine a hundred times slower
    try:
        return cast(_Engine, xllamacpp.Server(params))  # type: ignore[attr-defined]
    except (RuntimeError, ValueError, MemoryError) as error:
        raise InputError(
            f"Het modelbestand {str(choice.path)!r} kan niet worden geladen: het is beschadigd, "
            "van een soort die hier niet bekend is, of te groot voor het geheugen."
        ) from error


def _release(http: httpx.Client, folder: tempfile.TemporaryDirectory[str]) -> None:
    http.close()
    folder.cleanup()


def _read_file(path: Path) -> _ModelFile:
    """Hash of the file and whether it brings a chat template; raises InputError if it is no GGUF."""
    digest = hashlib.sha256()
    present = False
    tail = b""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise InputError(f"Het modelbestand {str(path)!r} is geen gewoon bestand.")
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                if not tail and not chunk.startswith(_MAGIC):
                    raise InputError(f"Het bestand {str(path)!r} is geen GGUF-model.")
                digest.update(chunk)
                present = present or _TEMPLATE_KEY in tail + chunk
                tail = chunk[-len(_TEMPLATE_KEY) :]
    except OSError as error:
        raise InputError(
            f"Het modelbestand {str(path)!r} kan niet worden gelezen: {error.strerror}."
        ) from error
    if not tail:
        raise InputError(f"Het modelbestand {str(path)!r} is leeg.")
    return _ModelFile(digest.hexdigest(), present)


def _pieces(
    call: Callable[[object, Callable[[object], bool]], object],
    request: Mapping[str, object],
    limits: Limits,
    answer: Answer,
) -> Iterator[str]:
    """Run the blocking `call` in a thread and hand its pieces over as they come."""

    def work(give: Callable[[object], bool]) -> None:
        try:
            call(request, give)
        except Exception as error:
            raise GeneratorError(f"Het taalmodel is gestopt met een fout: {error}") from error

    # a process that ends under the library's hands breaks with a fault of memory
    for value in handed_over(work, _nothing, limits, must_end=True):
        yield answer.feed(value)
        if answer.complete:
            break
    yield answer.finish()


def _nothing() -> None:
    """The model ends by itself when its next piece is not wanted."""


def _words(problem: object) -> str:
    message = problem.get("message") if isinstance(problem, Mapping) else problem
    return str(message or "onbekende reden")
