"""A language model behind any endpoint that speaks the OpenAI protocol: vLLM, Ollama, llama.cpp."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import openai
from openai import Stream
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

from learninglion.inference.generators import (
    GeneratorChoice,
    JsonSchema,
    Prompt,
    require_room,
)
from learninglion.inference.hosts import require_allowed
from learninglion.models import Provenance
from learninglion.models.errors import GeneratorError, InputError, LearningLionError

__all__ = ["OpenAIGenerator"]

_RETRIES = 2  # of the official client: refused connections, 429 and 5xx
_CONNECT_SECONDS = 10.0
_PROBE_TOKENS = 48
_PROBE_CODE = "kievit-47"  # nothing a model would say of itself
_PROBE_SCHEMA: JsonSchema = {
    "type": "object",
    "properties": {"code": {"type": "string", "enum": [_PROBE_CODE]}},
    "required": ["code"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """What the endpoint says of the model."""

    server: str  # "llamacpp", "vllm", "library" (Ollama) or what it calls itself
    context_tokens: int | None


class OpenAIGenerator:
    """A model behind an OpenAI-compatible endpoint.

    Raises PermissionDeniedError at once if the host is not allowed. Proxies of the environment are
    not used and redirects are not followed: what is asked goes to the host that was checked.
    """

    name = "openai"

    def __init__(self, choice: GeneratorChoice) -> None:
        if not choice.model:
            raise InputError("Geef de naam van het taalmodel op zoals het eindpunt het noemt.")
        require_allowed(choice.base_url, choice.allowed_hosts)
        self._choice = choice
        self.chats = choice.chat is not False
        http = openai.DefaultHttpxClient(trust_env=False, follow_redirects=False)
        self._client = openai.OpenAI(
            base_url=choice.base_url,
            api_key=choice.api_key or "geen",
            organization="",  # never taken from the environment
            project="",
            timeout=openai.Timeout(choice.timeout, connect=min(_CONNECT_SECONDS, choice.timeout)),
            max_retries=_RETRIES,
            http_client=http,
        )

    @property
    def model(self) -> str:
        """The name of the model at the endpoint."""
        return self._choice.model

    @property
    def context_tokens(self) -> int:
        """The size set, or what the endpoint says it holds if that is less."""
        offered = self._endpoint.context_tokens
        return min(self._choice.context_tokens, offered) if offered else self._choice.context_tokens

    @cached_property
    def structured(self) -> bool:
        """Whether the endpoint enforces a JSON schema: it is asked for what nobody would say unforced."""
        prompt = Prompt("Een gesprek over het weer.", "Wat voor weer is het?")
        try:
            answer = "".join(self._stream(prompt, _PROBE_SCHEMA, _PROBE_TOKENS, ()))
        except _RefusedError:
            return False
        try:
            return bool(json.loads(answer) == {"code": _PROBE_CODE})
        except ValueError:
            return False

    def describe(self) -> Provenance:
        """What wrote the text; the endpoint does not tell the hash of the model's file."""
        return Provenance(
            generator=self.name,
            model=self.model,
            seed=self._choice.seed,
            parameters=(
                ("base_url", self._choice.base_url),
                ("chat", "yes" if self.chats else "no"),
                ("context_tokens", str(self.context_tokens)),
                ("server", self._endpoint.server),
                ("structured_output", "json_schema" if self.structured else "none"),
                ("temperature", str(self._choice.temperature)),
                ("timeout_seconds", f"{self._choice.timeout:g}"),
                ("token_count", "server" if self._counts_tokens else "estimate"),
            ),
        )

    def count_tokens(self, text: str) -> int:
        """What the server's own tokeniser says, or else an estimate on the high side."""
        counted = self._ask_count(text) if self._counts_tokens else None
        # Dutch takes some 3 characters a token; 2 leaves room for names and figures
        return (len(text.encode()) + 1) // 2 if counted is None else counted

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
        return self._stream(prompt, schema if self.structured else None, max_tokens, stop)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    # ------------------------------------------------------------------ the endpoint itself

    @cached_property
    def _endpoint(self) -> _Endpoint:
        try:
            models = list(self._client.models.list())
        except Exception as error:  # the client lets errors of several libraries through
            raise _explain(error, self._choice) from error
        for model in models:
            extra = model.model_extra or {}
            if model.id == self.model or self.model in (extra.get("aliases") or ()):
                meta = extra.get("meta")
                size = extra.get("max_model_len") or (meta.get("n_ctx") if isinstance(meta, dict) else None)
                return _Endpoint(str(model.owned_by or ""), int(size) if size else None)
        known = ", ".join(sorted(m.id for m in models)) or "geen enkel model"
        raise InputError(f"Het eindpunt kent het taalmodel {self.model!r} niet. Wel: {known}.")

    @cached_property
    def _counts_tokens(self) -> bool:
        return self._ask_count("een twee drie") is not None

    def _ask_count(self, text: str) -> int | None:
        """Ask the server's tokeniser, as llama.cpp and vLLM offer it beside the OpenAI protocol."""
        root = self._choice.base_url.rstrip("/").removesuffix("/v1")
        body = {"content": text, "add_special": True, "model": self.model, "prompt": text}
        try:
            answer = self._client.with_options(base_url=root, max_retries=0).post(
                "/tokenize", cast_to=object, body=body
            )
        except openai.APIStatusError:
            return None  # this server has no tokeniser to ask
        except Exception as error:
            raise _explain(error, self._choice) from error
        if not isinstance(answer, Mapping):
            return None
        tokens, count = answer.get("tokens"), answer.get("count")
        if isinstance(count, int):
            return count
        return len(tokens) if isinstance(tokens, list) else None

    def _stream(
        self, prompt: Prompt, schema: JsonSchema | None, max_tokens: int, stop: tuple[str, ...]
    ) -> Iterator[str]:
        finished = False
        read_tokens = 0
        try:
            chunks = self._open(prompt, schema, max_tokens, stop)
        except Exception as error:
            raise _explain(error, self._choice) from error
        with chunks:
            pieces = iter(chunks)
            while True:
                try:
                    chunk = next(pieces, None)
                except Exception as error:
                    raise _explain(error, self._choice) from error
                if chunk is None:
                    break
                if chunk.usage is not None:
                    read_tokens = chunk.usage.prompt_tokens
                for option in chunk.choices:
                    finished = finished or option.finish_reason is not None
                    text = _text_of(option)
                    if text:
                        yield text
        if not finished:
            raise GeneratorError("Het eindpunt brak het antwoord halverwege af.")
        self._require_read(prompt, read_tokens)

    def _open(
        self, prompt: Prompt, schema: JsonSchema | None, max_tokens: int, stop: tuple[str, ...]
    ) -> Stream[ChatCompletionChunk]:
        extra: dict[str, object] = {}
        if self._endpoint.server == "llamacpp":
            extra["cache_prompt"] = False  # re-used work rounds otherwise than fresh work
        if schema is not None:
            extra["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "antwoord", "schema": dict(schema), "strict": True},
            }
        if stop:
            extra["stop"] = list(stop)
        if not self.chats:
            return cast(
                "Stream[ChatCompletionChunk]",
                self._client.completions.create(
                    model=self.model,
                    prompt=prompt.text,
                    temperature=self._choice.temperature,
                    seed=self._choice.seed,
                    max_tokens=max_tokens,
                    stream=True,
                    stream_options={"include_usage": True},
                    extra_body=extra,
                ),
            )
        messages: list[ChatCompletionMessageParam] = [
            {"role": "system", "content": prompt.situation},
            {"role": "user", "content": prompt.task},
        ]
        return self._client.chat.completions.create(
            model=self.model,
            messages=messages,
            temperature=self._choice.temperature,
            seed=self._choice.seed,
            max_tokens=max_tokens,
            stream=True,
            stream_options={"include_usage": True},
            extra_body=extra,
        )

    def _require_read(self, prompt: Prompt, read_tokens: int) -> None:
        """Raise if the server read fewer tokens than the prompt has words: then it cut the prompt."""
        words = len(prompt.text.split())
        if 0 < read_tokens < words:
            raise GeneratorError(
                f"Het eindpunt las maar {read_tokens} tokens van een opdracht van {words} woorden: het heeft "
                "de bronnen afgekapt. Vergroot daar de context (bij Ollama: num_ctx)."
            )


class _RefusedError(GeneratorError):
    """The endpoint understood the request and refused it."""


def _text_of(option: object) -> str:
    """The text in one choice of a chunk, of either protocol."""
    delta = getattr(option, "delta", None)
    text = getattr(option, "text", None) if delta is None else delta.content
    return text if isinstance(text, str) else ""


def _explain(error: Exception, choice: GeneratorChoice) -> LearningLionError:
    """One clear sentence for whatever went wrong between here and the model."""
    where = choice.base_url
    if isinstance(error, LearningLionError):
        return error
    if "Timeout" in type(error).__name__ and "Connect" not in str(type(error.__cause__).__name__):
        return GeneratorError(
            f"Het taalmodel op {where} gaf binnen {choice.timeout:g} seconden geen antwoord."
        )
    if isinstance(error, openai.APIConnectionError):
        return GeneratorError(f"Het taalmodel op {where} is niet bereikbaar. Draait het en klopt het adres?")
    if isinstance(error, openai.NotFoundError):
        return InputError(f"Het taalmodel {choice.model!r} bestaat niet op {where}, of het adres klopt niet.")
    if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
        return GeneratorError(f"Het taalmodel op {where} weigert de toegang. Klopt de sleutel?")
    if isinstance(error, openai.APIStatusError):
        return _explain_status(error, choice)
    return GeneratorError(f"De verbinding met het taalmodel op {where} is verbroken.")


def _explain_status(error: openai.APIStatusError, choice: GeneratorChoice) -> LearningLionError:
    if 300 <= error.status_code < 400:
        return GeneratorError(f"Het adres {choice.base_url} verwijst door; dat wordt niet gevolgd.")
    if error.status_code == 429:
        return GeneratorError(
            f"Het taalmodel op {choice.base_url} heeft het te druk. Probeer het straks weer."
        )
    if error.status_code in (400, 413, 422, 501):
        said = str(error).casefold()
        if "context" in said and ("exceed" in said or "maximum" in said or "length" in said):
            return InputError(
                f"Het taalmodel {choice.model!r} is te klein voor deze opdracht. Kies minder bronnen of een "
                "groter model."
            )
        return _RefusedError(f"Het taalmodel op {choice.base_url} weigerde de opdracht: {error.message}")
    return GeneratorError(f"Het taalmodel op {choice.base_url} gaf foutcode {error.status_code}.")
