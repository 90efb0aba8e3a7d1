"""A language model behind any endpoint that speaks the OpenAI protocol: vLLM, Ollama, a gateway."""

from __future__ import annotations

import fnmatch
import json
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from learninglion.inference.connection import (
    Connection,
    ConnectionLostError,
    Cut,
    Limits,
    handed_over,
    possible_bases,
    require_allowed,
)
from learninglion.inference.generators import (
    Answer,
    EventReader,
    GeneratorChoice,
    JsonSchema,
    NoAnswerError,
    Prompt,
    ThoughtOnlyError,
    is_too_long,
    require_room,
    too_long,
)
from learninglion.models import Provenance
from learninglion.models.errors import GeneratorError, InputError, LearningLionError

_RETRIES = 2  # for refused connections and servers that are busy
_MOST_ERROR = 200_000  # bytes
_MOST_NAMED = 20  # models that an error names
_PROBE_TOKENS = 48
_LEAST_ROOM = 128  # tokens that any server reads at once
_THINKING_TOKENS = 2000  # a probe's room for a model that thinks first
_PROBE_CODE = "kievit-47"  # nothing a model would say of itself
_PROBE_SCHEMA: JsonSchema = {
    "type": "object",
    "properties": {"code": {"type": "string", "enum": [_PROBE_CODE]}},
    "required": ["code"],
    "additionalProperties": False,
}
# What a request can do without, and how servers name it when they refuse it.
_OPTIONAL = {
    "seed": r"\bseed\b",
    "stream_options": r"stream_options|include_usage",
    "temperature": r"\btemperature\b",
    "response_format": r"response_format|json_schema|structured output|guided|grammar|\bschema\b",
    "stop": r"\bstop\b",
    "cache_prompt": r"cache_prompt",
    "max_tokens": r"max_tokens|max_completion_tokens|max_new_tokens",
    "system": r"\bsystem\b.{0,60}(?:role|message|prompt|support|allowed)|\brole\b.{0,60}\bsystem\b"
    r"|['\"`]system['\"`]|only user and assistant|\broles are supported|roles must alternate"
    r"|developer instruction",
}
_REFUSES = re.compile(
    r"unsupported|not support|unknown|unrecogni[sz]ed|unexpected|not permitted|not allowed"
    r"|extra (?:field|input)|additional propert|invalid (?:param|field|arg)",
    re.IGNORECASE,
)


_SIZES = ("max_model_len", "context_length", "context_window", "max_input_tokens")


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """What the endpoint says of the model."""

    server: str  # "llamacpp", "vllm", "library" (Ollama) or what it calls itself; "" where it says nothing
    context_tokens: int | None


class _RefusedError(GeneratorError):
    """The endpoint understood the request and refused it; `message` is its own words."""

    def __init__(self, detail: str, status: int, message: str) -> None:
        super().__init__(detail)
        self.code = status
        self.message = message


class OpenAIGenerator:
    """A model behind an OpenAI-compatible endpoint; the address may end in /v1 or not.

    Raises PermissionDeniedError at once if the host is not allowed. What the endpoint refuses of a request is
    left out from then on.
    """

    name = "openai"

    def __init__(self, choice: GeneratorChoice) -> None:
        if not choice.model:
            raise InputError("Geef de naam van het taalmodel op zoals het eindpunt het noemt.")
        require_allowed(choice.base_url, choice.allowed_hosts)
        self._choice = choice
        self.chats = choice.chat is not False
        self._connection = Connection(
            choice.base_url,
            "taalmodel",
            api_key=choice.api_key,
            timeout=choice.timeout,
            route=choice.route,
        )
        self._left_out: set[str] = set()
        self._renamed_limit = False  # newer servers call it max_completion_tokens
        self._connection.bases = possible_bases(self._connection.root)

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
        for tokens in (_PROBE_TOKENS, _THINKING_TOKENS):
            try:
                answer = "".join(self._stream(prompt, _PROBE_SCHEMA, tokens, (), probing=True))
            except _RefusedError:
                return False
            except ThoughtOnlyError:
                continue  # a model that thinks first needs more room for it
            except NoAnswerError:
                return False
            try:
                return bool(json.loads(answer) == {"code": _PROBE_CODE})
            except ValueError:
                return False
        return False

    def describe(self) -> Provenance:
        """What wrote the text; the endpoint does not tell the hash of the model's file."""
        structured = self.structured  # asked first: trying tells what the endpoint refuses
        return Provenance(
            generator=self.name,
            model=self.model,
            seed=None if "seed" in self._left_out else self._choice.seed,
            parameters=(
                ("base_url", self._connection.where),
                ("chat", "yes" if self.chats else "no"),
                ("context_tokens", str(self.context_tokens)),
                *((("refused", ", ".join(sorted(self._left_out))),) if self._left_out else ()),
                ("server", self._endpoint.server),
                ("structured_output", "json_schema" if structured else "none"),
                ("temperature", str(self._choice.temperature)),
                ("timeout_seconds", f"{self._choice.timeout:g}"),
                ("token_count", "server" if self._counts_tokens else "estimate"),
            ),
        )

    def count_tokens(self, text: str) -> int:
        """What the server's own tokeniser says, or else an estimate on the high side."""
        counted = self._ask_count(text) if self._counts_tokens else None
        # Dutch takes some 3 characters a token; 2 leaves room for names and figures
        return (len(text.encode("utf-8", "replace")) + 1) // 2 if counted is None else counted

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
        self._connection.close()

    # ------------------------------------------------------------------ the endpoint itself

    @cached_property
    def _endpoint(self) -> _Endpoint:
        listed = self._list_models()
        if listed is None:  # a gateway that does not tell; the request itself will
            return _Endpoint("", None)
        for model in listed:
            if not self._is_meant(model):
                continue
            meta = model.get("meta")
            sizes = [model.get(name) for name in _SIZES]
            sizes.append(meta.get("n_ctx") if isinstance(meta, Mapping) else None)
            size = next((s for s in sizes if isinstance(s, int) and not isinstance(s, bool) and s > 0), None)
            return _Endpoint(str(model.get("owned_by") or ""), size)
        if len(listed) != 1 and self._is_answered():  # some list what could be had, or nothing at all
            return _Endpoint("", None)
        names = sorted(str(m["id"]) for m in listed)
        known = ", ".join(names[:_MOST_NAMED]) + (" en andere" if len(names) > _MOST_NAMED else "")
        raise InputError(
            f"Het eindpunt kent het taalmodel {self.model!r} niet. Wel: {known or 'geen enkel model'}."
        )

    def _is_answered(self) -> bool:
        """Whether the endpoint answers in the name of the model, or refuses only how it is asked."""
        body = {
            "model": self.model,
            "messages": [{"role": "user", "content": "Ja of nee?"}],
            "max_tokens": 16,
        }
        try:
            reply = self._connection.ask("/chat/completions", body)
        except ConnectionLostError as error:
            raise GeneratorError(error.detail) from error
        words = self._connection.words(reply.body)
        return reply.status == 200 or bool(re.search(_OPTIONAL["max_tokens"], words))

    def _list_models(self) -> list[Mapping[str, object]] | None:
        """What the endpoint lists, at the first base address that lists anything; None where none does."""
        for base in tuple(self._connection.bases):
            try:
                reply = self._connection.ask("/models", base=base, retries=_RETRIES)
            except ConnectionLostError as error:
                raise GeneratorError(error.detail) from error
            value = reply.value
            data = value.get("data", value.get("models")) if isinstance(value, Mapping) else value
            if reply.status == 200 and isinstance(data, list):
                self._connection.bases = [base]
                return [m for m in data if isinstance(m, Mapping) and isinstance(m.get("id"), str)]
        return None

    def _is_meant(self, listed: Mapping[str, object]) -> bool:
        name, aliases = str(listed["id"]), listed.get("aliases")
        return (
            self.model in (name, *(aliases if isinstance(aliases, list) else ()))
            or name == f"{self.model}:latest"
            or ("*" in name and fnmatch.fnmatchcase(self.model, name))
        )

    @cached_property
    def _counts_tokens(self) -> bool:
        return self._ask_count("een twee drie") is not None

    def _ask_count(self, text: str) -> int | None:
        """Ask the server's tokeniser, as llama.cpp and vLLM offer it beside the OpenAI protocol."""
        root = self._connection.bases[0].removesuffix("/v1")
        body = {"content": text, "add_special": True, "model": self.model, "prompt": text}
        try:
            reply = self._connection.ask("/tokenize", body, base=root)
        except ConnectionLostError:
            return None  # an estimate does as well
        answer = reply.value
        if reply.status != 200 or not isinstance(answer, Mapping):
            return None
        tokens, count = answer.get("tokens"), answer.get("count")
        if isinstance(count, int):
            return count
        return len(tokens) if isinstance(tokens, list) else None

    # ------------------------------------------------------------------ one answer

    def _stream(
        self,
        prompt: Prompt,
        schema: JsonSchema | None,
        max_tokens: int,
        stop: tuple[str, ...],
        *,
        probing: bool = False,
    ) -> Iterator[str]:
        wishes = {"max_tokens": max_tokens, "stop": list(stop) or None, "response_format": _format(schema)}
        for _ in range(len(_OPTIONAL) + 1):
            held = wishes["response_format"] is not None and not probing
            fields = () if wishes["response_format"] is None else _fields(schema)
            answer = Answer(max_tokens, held_to_schema=held, words=self._connection.words, fields=fields)
            try:
                yield from self._read(self._body(prompt, wishes), answer)
                break
            except _RefusedError as error:
                if not self._leave_out(error, wishes, probing):
                    raise
        self._require_read(prompt, answer.read_tokens)

    def _read(self, body: Mapping[str, object], answer: Answer) -> Iterator[str]:
        """The pieces of one answer; an empty one is a sign of life."""
        cut = Cut()

        def work(give: Callable[[object], bool]) -> None:
            reader = EventReader()
            for piece in self._open(body, cut):
                for value in reader.feed(piece):
                    if give(value):
                        return
            for value in reader.finish():
                give(value)

        limits = Limits(self._choice.timeout, self._choice.answer_seconds)
        values = handed_over(work, cut.now, limits)
        try:
            for value in values:
                yield answer.feed(value)
                if answer.complete:
                    break
        except ConnectionLostError as error:
            raise GeneratorError(error.detail) from error
        finally:
            values.close()  # type: ignore[attr-defined]  # it is a generator
        yield answer.finish()

    def _open(self, body: Mapping[str, object], cut: Cut) -> Iterator[bytes]:
        """The bytes of the answer."""
        path = "/chat/completions" if self.chats else "/completions"
        with self._connection.open(path, body, retries=_RETRIES, cutting=cut) as opened:
            if opened.status < 300:
                yield from opened.pieces
                return
            beginning = b""
            for piece in opened.pieces:
                beginning += piece
                if len(beginning) > _MOST_ERROR:
                    break
        raise self._refused(opened.status, beginning)

    def _body(self, prompt: Prompt, wishes: Mapping[str, object]) -> dict[str, object]:
        wanted: dict[str, object] = {
            "seed": self._choice.seed,
            "temperature": self._choice.temperature,
            "stream_options": {"include_usage": True},
            # re-used work rounds otherwise than fresh work
            "cache_prompt": False if self._endpoint.server == "llamacpp" else None,
            **wishes,
        }
        body: dict[str, object] = {"model": self.model, "stream": True}
        for name, value in wanted.items():
            if value is not None and name not in self._left_out:
                renamed = name == "max_tokens" and self._renamed_limit
                body["max_completion_tokens" if renamed else name] = value
        if not self.chats:
            return body | {"prompt": prompt.text}
        if "system" in self._left_out or not prompt.situation:
            return body | {"messages": [{"role": "user", "content": prompt.text}]}
        messages = [
            {"role": "system", "content": prompt.situation},
            {"role": "user", "content": prompt.task},
        ]
        return body | {"messages": messages}

    def _leave_out(self, error: _RefusedError, wishes: dict[str, object], probing: bool) -> bool:
        """Whether what the endpoint refused is left out from now on, so that asking again makes sense."""
        schema = wishes["response_format"] is not None
        if error.code not in (400, 404, 415, 422, 500, 501):
            return False
        if "max_completion_tokens" in error.message and not self._renamed_limit:
            self._renamed_limit = True
            return True
        sent = {"seed", "stream_options", "temperature", "max_tokens"} - self._left_out
        sent |= {n for n in ("stop",) if wishes[n] is not None} - self._left_out
        if self._endpoint.server == "llamacpp":
            sent |= {"cache_prompt"} - self._left_out
        if self.chats:
            sent |= {"system"} - self._left_out
        named = {n for n in sent if re.search(_OPTIONAL[n], error.message, re.IGNORECASE | re.DOTALL)}
        if schema and (not named or re.search(_OPTIONAL["response_format"], error.message, re.IGNORECASE)):
            if probing:
                return False  # that is what was to be found out
            # the shape of the answer is asked for in words as well
            wishes["response_format"] = None
            self.__dict__["structured"] = False
            return True
        if not named and error.code in (400, 422) and _REFUSES.search(error.message):
            named = sent - {"system", "max_tokens"}  # it does not say which
        self._left_out |= named
        return bool(named)

    def _refused(self, status: int, body: bytes) -> LearningLionError:
        """One clear sentence for an error of the server, with its own words."""
        words = self._connection.words(body)
        named = re.search(rb'"param(?:eter)?"\s*:\s*"([^"]*)"', body)
        where, reason = self._connection.where, f" De server zegt: “{words}”" if words else ""
        if is_too_long(words):
            return too_long(words, self.model)
        if status == 429:
            return GeneratorError(
                f"Het taalmodel op {where} heeft het te druk. Probeer het straks weer.{reason}"
            )
        if status in (401, 403):
            return GeneratorError(f"Het taalmodel op {where} weigert de toegang. Klopt de sleutel?{reason}")
        if status == 407:
            return GeneratorError(f"De proxy weigert de weg naar het taalmodel op {where}.{reason}")
        if status in (404, 405) and not any(re.search(p, words) for p in _OPTIONAL.values()):
            return InputError(
                f"Het taalmodel {self.model!r} bestaat niet op {where}, of het adres klopt niet.{reason}"
            )
        answer = f"{words} {named[1].decode('utf-8', 'replace')}" if named else words
        return _RefusedError(f"Het taalmodel op {where} gaf foutcode {status}.{reason}", status, answer)

    def _require_read(self, prompt: Prompt, read_tokens: int) -> None:
        """Raise if the server read fewer tokens than the prompt has words: then it cut the prompt.

        Some servers count only what they did not have in a cache. Before saying that a prompt was cut it is
        offered once more behind a beginning that no cache can hold. What is cut fills the room there is, so
        a count of a few tokens says that the server counts something else.
        """
        words = len(prompt.text.split())
        if not 0 < read_tokens < words:
            return
        fresh = Prompt(f"{secrets.token_hex(8)} {prompt.situation}", prompt.task)
        answer = Answer(1, held_to_schema=False, words=self._connection.words)
        try:
            for _ in self._read(self._body(fresh, {"max_tokens": 1}), answer):
                pass
        except (GeneratorError, InputError):
            pass  # one token is hardly an answer; only the count matters
        read_tokens = max(read_tokens, answer.read_tokens)
        if _LEAST_ROOM <= read_tokens < words:
            raise GeneratorError(
                f"Het eindpunt las maar {read_tokens} tokens van een opdracht van "
                f"{words} woorden: het heeft de bronnen afgekapt. Vergroot daar de context (bij Ollama: "
                "num_ctx)."
            )


def _fields(schema: JsonSchema | None) -> Iterable[str]:
    """The names at the top of `schema`."""
    properties = schema.get("properties") if schema else None
    return properties if isinstance(properties, Mapping) else ()


def _format(schema: JsonSchema | None) -> object:
    if schema is None:
        return None
    return {
        "type": "json_schema",
        "json_schema": {"name": "antwoord", "schema": dict(schema), "strict": True},
    }
