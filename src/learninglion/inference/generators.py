"""What a language model is to the other rooms, how one is chosen, and what of all it sends is its answer.

A generator turns a prompt into a stream of text and says what it is. Nothing it writes is trusted:
`write.py` resolves and checks every sentence before it counts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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


# From what a server or a file sends to the answer in it: without thoughts, in whole characters, and only when
# it is one. It comes in many shapes: events, lines, or one whole reply. Nothing here trusts the shape of what
# it reads: bytes in, values out.
#
# A model that thinks aloud writes sentences it rejects afterwards. Where its thoughts stand in the answer
# itself, some servers send only the mark that ends them, so that nothing tells the thoughts from an answer
# before that mark. An answer is therefore kept back to its end, but for one that the server holds to a schema
# and that begins as one.

DONE = "[DONE]"
"""The last word of a stream."""

_MOST_EVENT = 8_000_000  # bytes of one event
_MOST_STREAM = 64_000_000  # bytes of a whole answer
_LINE_END = re.compile(
    rb"\r\n|\n|\r(?=[^\n])"
)  # a line may end with any of them; at the end of a piece \r waits
_BOM = b"\xef\xbb\xbf"
_LABELS = re.compile(rb"\A(?:data:\s*)+|\s+\Z", re.IGNORECASE)  # a gateway may label what is labelled
_DECODER = json.JSONDecoder(strict=False)
_COLOUR = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")  # of a terminal
_CONTROL = {code: None for code in range(32) if chr(code) not in "\t\n\r"}


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one piece says."""

    text: str = ""
    thought: str = ""  # said apart from the answer by a server that parts them
    finish: str = ""  # why it ended, in the server's word
    whole: bool = False  # the text may be all of the answer so far, and not what is new
    problem: object = None  # an error in place of an answer
    aside: object = None  # words of the server beside the answer; they explain where no answer comes
    refusal: str = ""
    calls_tool: bool = False
    arguments: str = ""  # what it would hand to a tool
    place: int | None = 0  # number of the answer that this is of; None where the server gives none
    read_tokens: int = 0  # of the prompt, what was read from a cache included where the server says so


class EventReader:
    """The values in a stream of bytes: the data of its events, or the JSON that stands there instead.

    What was never JSON (a sign of life, a page of a gateway) comes as bytes.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []
        self._bare: list[bytes] = []
        self._read = 0

    def feed(self, piece: bytes) -> Iterator[object]:
        """What became complete. Raises GeneratorError for what is no JSON, or too much of it."""
        self._read += len(piece)
        if self._read > _MOST_STREAM or len(self._rest) > _MOST_EVENT:
            raise GeneratorError("Het antwoord van het taalmodel is te groot en is afgebroken.")
        *lines, self._rest = _LINE_END.split(self._rest + piece)
        for line in lines:
            yield from self._take(line)

    def finish(self) -> Iterator[object]:
        """What stood there at the end, without a last line end."""
        if self._rest.strip():
            yield from self._take(self._rest.rstrip(b"\r"))
        yield from self._close()
        bare, self._bare = [line for line in self._bare if line.strip()], []
        if not bare:
            return
        try:  # one reply over one or more lines, or several behind each other
            replies = _replies(b"\n".join(bare).decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            # or a reply a line, or a page that is no reply
            yield from map(_value, bare) if any(map(_begun, bare)) else (b"\n".join(bare),)
        else:
            yield from (*replies, DONE)

    def _take(self, line: bytes) -> Iterator[object]:
        line = line.removeprefix(_BOM)
        if line[:5].lower() == b"data:":
            data = _LABELS.sub(b"", line)
            # servers end an event with one line end as often as with two: each line is tried by itself
            if self._data and _is_whole(b"\n".join(self._data)):
                yield from self._close()
            self._data.append(data)
        elif not line.strip():
            yield from self._close()
        elif not line.lower().startswith((b":", b"event:", b"id:", b"retry:")):
            self._bare.append(line)

    def _close(self) -> Iterator[object]:
        data, self._data = b"\n".join(self._data), []
        if data.strip():
            yield _value(data)


def _replies(text: str) -> list[object]:
    """The values that stand behind each other in `text`. Raises ValueError where other things do."""
    replies: list[object] = []
    while text := text.lstrip():
        value, end = _DECODER.raw_decode(text)
        replies.append(value)
        text = text[end:]
    return replies


def _is_whole(data: bytes) -> bool:
    if not _begun(data):
        return True
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True


def _begun(data: bytes) -> bool:
    """Whether this is JSON, or was meant to be; anything else cannot hold a part of an answer."""
    return bool(_BEGUN.match(data)) and data.strip().upper() != DONE.encode()


_BEGUN = re.compile(rb'\s*"?[{\[]')  # some quote the whole of it


def _value(data: bytes) -> object:
    if not _begun(data):
        return DONE if data.strip(b' "\t').upper() in (DONE.encode(), b"DONE") else data
    try:
        value: object = json.loads(data.decode("utf-8", "replace"), strict=False)
        return _value(value.encode("utf-8", "surrogatepass")) if isinstance(value, str) else value
    except (ValueError, RecursionError) as error:
        raise GeneratorError(
            "Het taalmodel stuurde een onleesbaar stuk; zijn antwoord is afgebroken."
        ) from error


def _read_chunk(value: object) -> Chunk:
    """What `value` says; an empty chunk for what says nothing."""
    outside = value
    if isinstance(value, Mapping):
        value = _unwrapped(value)
    if not isinstance(value, Mapping) or not isinstance(outside, Mapping):
        return Chunk(aside=value)
    choices = next(filter(None, map(value.get, ("choices", "candidates", "results"))), None)
    if isinstance(choices, Mapping) and all(str(name).isdigit() for name in choices):
        choices = list(choices.values())
    option = _first(choices) if isinstance(choices, list) else choices or value
    if not isinstance(option, Mapping):
        option = {}
    problem = value.get("error") or option.get("error")
    if isinstance(problem, Mapping) and not any(problem.values()):
        problem = None  # a place for an error, with none in it
    if problem or "error" in (value.get("object"), value.get("type")):
        return Chunk(problem=problem if problem and problem is not True else value)
    name, message = _message(option)
    text, thought = _parts(_written(message, option))
    if _THINKS.search(str(value.get("type", ""))):
        text, thought = "", text + thought
    apart = "".join(_plain(message.get(name)) for name in ("reasoning_content", "reasoning", "thinking"))
    calls = message.get("tool_calls") or message.get("function_call")
    return Chunk(
        text=text,
        thought=thought + apart,
        finish=next(filter(None, map(_finish, (option, message, value, outside))), ""),
        whole=name == "message" or str(value.get("type", "")).endswith(".done"),
        aside=None if choices or text or apart else value,
        refusal=_plain(message.get("refusal")),
        calls_tool=bool(calls),
        arguments=_arguments(calls),
        place=_place(option) if choices else None,
        read_tokens=_read_tokens(value.get("usage")),
    )


_THINKS = re.compile("think|thought|reason")
_ENVELOPES = ("data", "result", "response", "body", "output")
_ANSWERS = (
    "choices",
    "candidates",
    "results",
    "message",
    "content",
    "delta",
    "text",
    "generated_text",
    "error",
)


def _unwrapped(value: Mapping[object, object]) -> object:
    """What a gateway put in an envelope of its own."""
    for name in () if "type" in value or any(value.get(n) for n in _ANSWERS) else _ENVELOPES:
        inner = value.get(name)
        if isinstance(inner, str) and inner.lstrip()[:1] == "{":
            inner = _parsed(inner)
        if isinstance(inner, Mapping):
            return _unwrapped(inner) if any(n in inner for n in (*_ENVELOPES, *_ANSWERS)) else value
    return value


def _message(option: Mapping[object, object]) -> tuple[str, Mapping[object, object]]:
    """Where in `option` it is said, and what that is called; `option` itself where nothing in it is."""
    names = ("delta", "message", "content", "token")
    messages = [(n, m) for n, m in ((n, option.get(n)) for n in names) if isinstance(m, Mapping)]
    name, message = next((pair for pair in messages if pair[1]), (messages or [("", option)])[0])
    inner = message.get("message")  # of an event that tells what is new in a message
    return (name, inner) if isinstance(inner, Mapping) else (name, message)


def _written(message: Mapping[object, object], option: Mapping[object, object]) -> object:
    """The text of `message`, under whatever name."""
    places = (*map(message.get, ("content", "text", "parts", "generated_text")), option.get("text"))
    written = next((place for place in (*places, message.get("output")) if place is not None), None)
    if written is None and message is option:  # protocols of others, where a gateway speaks one of them
        written = next((t for t in map(option.get, ("delta", "response")) if isinstance(t, str)), None)
    return written


def _place(option: Mapping[object, object]) -> int | None:
    """The number of an answer among several; below 0 there is none."""
    place = str(option.get("index"))
    return int(place) if place.isdigit() else None


def _arguments(calls: object) -> str:
    """What the first of `calls` would hand to a tool."""
    call = next(iter(calls), None) if isinstance(calls, list) else calls
    function = call.get("function", call) if isinstance(call, Mapping) else None
    arguments = function.get("arguments") if isinstance(function, Mapping) else None
    return (
        arguments
        if isinstance(arguments, str)
        else json.dumps(arguments)
        if isinstance(arguments, Mapping)
        else ""
    )


def _first(choices: Sequence[object]) -> object:
    """The first of the answers: a server may write several at once, in any order."""
    numbered = [c for c in choices if isinstance(c, Mapping)]
    return min(numbered, key=lambda c: _place(c) or 0, default=None)


def _finish(option: Mapping[object, object]) -> str:
    """Why it ended, in the server's own word; "" where it did not."""
    names = ("finish_reason", "finishReason", "stop_reason", "stopReason", "done_reason")
    reason = next((r for r in map(option.get, names) if r and r not in ("null", "None")), "")
    if isinstance(reason, Mapping):
        reason = reason.get("type", "stop")
    if not reason and (
        option.get("done") is True
        or option.get("stop") is True
        or isinstance(option.get("generated_text"), str)
        or option.get("type") in ("message_stop", "response.completed")
    ):
        reason = "stop"
    return str(reason).casefold()


def _plain(value: object) -> str:
    return value if isinstance(value, str) else "".join(_parts(value))


def _parts(content: object) -> tuple[str, str]:
    """Answer and thoughts in what stands as content: a text, or a list of parts of several types."""
    if isinstance(content, str):
        return content, ""
    if isinstance(content, int | float) and not isinstance(content, bool):
        return str(content), ""
    if isinstance(content, Mapping):
        kind = str(content.get("type", "text"))
        inner = next((content[n] for n in ("text", "thinking", "reasoning", "content") if content.get(n)), "")
        text, thought = _parts(inner)
        thinks = content.get("thought") is True or _THINKS.search(kind)
        return ("", text + thought) if thinks else (text, thought)
    if isinstance(content, Sequence) and not isinstance(content, bytes):
        parts = [_parts(part) for part in content]
        return "".join(t for t, _ in parts), "".join(t for _, t in parts)
    return "", ""


_CACHED = ("cached_tokens", "cache_read_input_tokens", "prompt_cache_hit_tokens")


def _read_tokens(usage: object) -> int:
    if not isinstance(usage, Mapping):
        return 0
    read = _count(usage.get("prompt_tokens"))
    details = usage.get("prompt_tokens_details")
    groups = (usage, details) if isinstance(details, Mapping) else (usage,)
    cached = max(_count(place.get(name)) for place in groups for name in _CACHED)
    # most servers count what was cached among the prompt, some only what was not: never less than is true
    return read + cached if read else 0


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _whole_characters(text: str) -> str:
    """`text` with the halves of a character that some servers send apart put together again.

    Left out are a half without its other, which is no letter or figure, and control characters, which no
    store takes.
    """
    text = _COLOUR.sub("", text).translate(_CONTROL).removeprefix("\ufeff")
    if not any("\ud800" <= c <= "\udfff" for c in text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")


# The answer while it comes in.

_NAME = r"(?:seed:)?(?:think|thinking|thoughts?|reasoning|reflection|scratchpad)"
_LESS, _MORE = r"(?:<|＜|&lt;|\\u003c)\|?", r"\|?(?:>|＞|&gt;|\\u003e)"
_TAG = rf"{_LESS}\s?{_NAME}(?:\s[^<>]{{0,40}})?{_MORE}"
_OPEN = (
    rf"{_TAG}|\[THINK\]|◁think▷|<\|(?:begin_of_thought|START_THINKING)\|>|<unused94>|<\|channel>"
    r"|\bHere(?:'s| is) my thought process:|\bHere are my reasoning steps:|\AThinking\.\.\.\n"
)
_CLOSE = (
    rf"{_LESS}\s?/\s?{_NAME}\s?{_MORE}|\[/THINK\]|◁/think▷|<\|(?:end_of_thought|END_THINKING)\|>|<unused95>"
    r"|<channel\|>|\bHere(?:'s| is) my response:|\[BEGIN FINAL RESPONSE\]|\.\.\.done thinking\."
)
_MARK = re.compile(rf"(?P<open>{_OPEN})|(?P<close>{_CLOSE})", re.IGNORECASE)
_LONGEST_MARK = 64
# The channels of gpt-oss, where a server leaves them in the text: only the last one is the answer.
_CHANNEL = re.compile(
    r"<\|channel\|>\s*(?P<name>\w+)[^<]*(?:<\|constrain\|>[^<]*)?<\|message\|>(?P<text>.*?)(?=<\|(?:end|return|call|start|channel)\|>|\Z)",
    re.DOTALL,
)
# What a server leaves of the marks of its model, wherever it stands.
_LEFT_BEHIND = re.compile(
    r"<\|(?:im_start|start|start_header_id|start_of_role|turn)\|?>\s*(?:assistant|model)\b"
    r"|[<\[][|｜]/?[A-Za-z][\w .▁-]{0,40}[|｜][>\]]|<turn\|>|</?s>"
    r"|<(?:eos|bos|pad|(?:start|end)_of_turn)>|\[/INST\]|\[END FINAL RESPONSE\]|\[e~\["
)
_SPEAKER = re.compile(r"\A\s*(?:assistant|model)\s*\n")
_BARE_CHANNELS = re.compile(r"\Aanalysis(?=\S).*assistantfinal", re.DOTALL)  # of gpt-oss, without their marks
# A block before the answer in marks of a name of its own; what lays out a text is none.
_BLOCK = re.compile(
    r"\A\s*<(?P<name>[A-Za-z][\w:-]{3,30})(?:\s[^<>]*)?>.*?</(?P=name)\s*>(?=\s*\S)", re.DOTALL
)
_LAYOUT = frozenset("strong mark small span cite code table html body article section blockquote".split())
_ANSWER = re.compile(
    r"\A\s*<(?P<name>answer|final|final_answer|output|response|result|antwoord)>(?P<text>.*?)(?:</(?P=name)>\s*\Z|\Z)",
    re.DOTALL | re.IGNORECASE,
)
# A call of a tool, which a server that knows none leaves in the text: up to its end, or that of the text.
_CALL = re.compile(
    r"<(?P<name>(?:\w+:)?(?:tool|function)_calls?|function)\b[^>]*>.*?(?:</(?P=name)>(?:\s*</tool_call>)?|\Z)"
    r"|(?:\[TOOL_CALLS?\]|<[|｜](?:python_tag|tool[\w▁]*)[|｜]>).*\Z"
    r"|<\|channel\|>commentary to=.*\Z|```tool_code\b.*?(?:```|\Z)"
    r"|\A\s*(?:(?:functools)?\[?\{\s*\"(?:name|function)\"\s*:\s*\"[\w.:-]+\"\s*,\s*\"(?:arguments|parameters|args)\""
    r"|\{\s*\"tool_calls\"|Action: *\w+\s*\nAction Input:).*\Z",
    re.DOTALL | re.IGNORECASE,
)
# Why an answer ended, in the words that servers have for it.
_FULL = re.compile(r"length|max_.*tokens|token_limit")
_FILTERED = re.compile(r"filter|safety|recitation|blocklist|prohibited|sensitive")
_BROKEN = re.compile(r"error|fail|abort|cancel|timeout|insufficient|malformed|interrupt|overload|unavailable")
_MOST_THOUGHT = 400_000  # characters: a model that thinks longer than this does not come to an end
_CHARACTERS_A_TOKEN = 16  # more than any language takes; for servers that know no limit of tokens

_TOO_LONG = re.compile(
    r"context[ _-]?(?:length|size|window|limit)|maximum context|max_model_len|n_ctx|context_overflow"
    r"|exceed\w* (?:the |its |your )?(?:available |maximum |model'?s? )?(?:context|token|input|sequence)"
    r"|(?:prompt|input|request|messages?|sequence)\w*\b.{0,60}\b(?:too (?:long|large|many tokens)|longer than"
    r"|(?:less|fewer|greater|more) than|exceeds? (?:the )?(?:max|model)|not exceed|must be <=)"
    r"|too many (?:input |prompt )?tokens|maximum (?:input|sequence|prompt) length|num_ctx|te lang"
    r"|only supports \d+ tokens|reduce the length of the (?:messages|prompt|input)"
    r"|payload .{0,20}(?:size|large)",
    re.IGNORECASE,
)


class NoAnswerError(GeneratorError):
    """The model answered, and there is nothing in it that can be used."""


class RetractedError(NoAnswerError):
    """What came before turns out to have been thoughts: nothing of this answer may be used."""


class ThoughtOnlyError(NoAnswerError):
    """All tokens went to thinking: there is no answer yet."""


def is_too_long(message: str) -> bool:
    """Whether a server says that the prompt does not fit its model."""
    return bool(_TOO_LONG.search(message))


def without_thoughts(text: str) -> str:
    """`text` without what stands between marks of thinking, or before a mark that only ends it."""
    channels = list(_CHANNEL.finditer(text))
    if channels:
        return "".join(c["text"] for c in channels if c["name"].casefold() == "final")
    texts: list[str] = []
    at, thinking = 0, False
    for mark in _MARK.finditer(text):
        if not thinking:
            texts.append(text[at : mark.start()])
        if mark["close"] and not thinking:
            texts.clear()  # it began without a mark: all before was thought
        thinking = bool(mark["open"])
        at = mark.end()
    if not thinking:
        texts.append(text[at:])
    answer = _SPEAKER.sub("", _LEFT_BEHIND.sub("", "".join(texts)))
    answer = _BARE_CHANNELS.sub("", answer)
    while (block := _BLOCK.match(answer)) and block["name"].casefold() not in _LAYOUT:
        answer = answer[block.end() :]
    within = _ANSWER.match(answer)
    return within["text"] if within else answer


class _Said:
    """What came so far, of servers that send what is new, all of it each time, or a number with each piece.

    Which of them a server does shows only from what follows, so the text of each way is kept.
    """

    def __init__(self) -> None:
        self._answers: dict[int, str] = {}  # of several answers, each by its number
        self._joined, self._last, self._counts = "", -1, True  # pieces that are numbered, not answers
        self._newest, self._before, self._grown, self._repeats = "", "", 0, True

    def add(self, chunk: Chunk) -> None:
        """What one piece says more."""
        again = chunk.whole and chunk.text.startswith(self.text)
        new = chunk.text[len(self.text) :] if again else chunk.text
        if not new:
            return
        place = chunk.place or 0
        self._answers[place] = self._answers.get(place, "") + new
        self._counts = self._counts and place > self._last
        self._joined, self._last = self._joined + new if self._counts else "", place
        self._repeats = self._repeats and new.startswith(self._newest)
        if self._repeats and len(new) > len(self._newest):
            self._before, self._newest, self._grown = self._newest, new, self._grown + 1

    @property
    def text(self) -> str:
        """The answer so far; what it begins with does not change any more."""
        # no text and no JSON begins with its own beginning twice; a figure or a single word may
        if self._repeats and (self._grown > 2 or (self._grown == 2 and _PHRASE.search(self._before))):
            return self._newest
        if self._counts and len(self._answers) > 2:
            return self._joined
        return self._answers[min(self._answers)] if self._answers else ""


_PHRASE = re.compile(r"\A\s*\{|\S\s+\S")


class Answer:
    """One answer while it comes in.

    `held_to_schema`: the server enforces a schema, so that JSON can be passed on as it comes; `fields` are
    the names that this schema has. `words` makes a server's error readable.
    """

    def __init__(
        self,
        max_tokens: int,
        *,
        held_to_schema: bool,
        words: Callable[[object], str],
        fields: Iterable[str] = (),
    ) -> None:
        self._max_tokens = max_tokens
        self._held_to_schema = held_to_schema
        self._fields = frozenset(fields)
        self._words = words
        self._said = _Said()
        self._passed = 0  # characters of the text that were passed on
        self._thought = 0  # characters of thoughts sent apart
        self._finish = ""
        self._done = self._calls_tool = False
        self._arguments = ""  # of the tool that was called
        self._aside: object = None  # what the server said beside the answer, last
        self.read_tokens = 0
        self.complete = False  # enough was read; nothing more is needed

    def feed(self, value: object) -> str:
        """What may be passed on now. Raises GeneratorError and InputError for what is no answer."""
        if value is None:
            return ""
        if value == DONE:
            self._done = True
            return ""
        if isinstance(value, list):
            return "".join([self.feed(part) for part in value])
        chunk = _read_chunk(value)
        if chunk.problem is not None:
            raise self._refused(self._words(chunk.problem))
        if chunk.refusal:
            raise NoAnswerError(f"Het taalmodel weigerde te antwoorden: {self._words(chunk.refusal)}")
        self._said.add(chunk)
        self._arguments += chunk.arguments
        self._aside = self._aside if chunk.aside is None else chunk.aside
        self._thought += len(chunk.thought)
        self._finish = chunk.finish or self._finish
        self._calls_tool = self._calls_tool or chunk.calls_tool
        self.read_tokens = max(self.read_tokens, chunk.read_tokens)
        text = self._said.text
        if self._thought + len(text) > _MOST_THOUGHT:
            raise NoAnswerError("Het taalmodel bleef denken en is afgebroken.")
        # a server that knows no limit of tokens goes on until it is told to stop
        bound = self._max_tokens * _CHARACTERS_A_TOKEN
        if len(text) > bound and len(without_thoughts(text)) > bound:
            self._finish, self.complete = self._finish or "length", True
        return self._passable(text) if self._flows else ""

    def finish(self) -> str:
        """The rest, at the end of what came. Raises GeneratorError for what is no complete answer."""
        if _FILTERED.search(self._finish):
            raise NoAnswerError("Een filter van het eindpunt hield het antwoord van het taalmodel tegen.")
        text = self._said.text
        if self._flows and _MARK.search(text):
            raise _retracted()
        answer = text if self._flows else _unquoted(without_thoughts(_CALL.sub("", text)))
        if not answer.strip() and self._fields.intersection(_names(self._arguments)):
            answer = self._arguments  # a gateway that enforces a schema by a tool that it makes of it
        self._calls_tool = self._calls_tool or bool(_CALL.search(text))
        remark = self._words(self._aside)
        server_words = f" De server zegt: “{remark}”" if remark else ""
        if _BROKEN.search(self._finish):
            raise GeneratorError(f"Het eindpunt brak het antwoord af ({self._finish}).{server_words}")
        if not answer.strip():
            self._explain_nothing(server_words)
        if not self._finish and not self._done:
            raise GeneratorError(f"Het eindpunt brak het antwoord halverwege af.{server_words}")
        return _whole_characters(answer[self._passed :] if self._flows else answer)

    @property
    def _flows(self) -> bool:
        return self._held_to_schema and self._said.text.lstrip()[:1] == "{"

    def _passable(self, text: str) -> str:
        if _MARK.search(text, max(0, self._passed - _LONGEST_MARK)):
            raise _retracted()
        until = len(text)
        # half a character, or what may become a mark, waits for what follows
        while until > self._passed and "\ud800" <= text[until - 1] <= "\udbff":
            until -= 1
        opening = max(text.rfind(c, max(self._passed, until - _LONGEST_MARK), until) for c in "<[◁")
        if opening >= 0:
            until = opening
        passed, self._passed = text[self._passed : until], until
        return _whole_characters(passed)

    def _explain_nothing(self, server_words: str) -> None:
        """Raise what explains that there is no answer."""
        thought = self._thought or self._said.text.strip()
        if _FULL.search(self._finish):
            raise ThoughtOnlyError(
                f"Het taalmodel gebruikte al zijn {self._max_tokens} tokens om te denken en kwam niet aan "
                "een antwoord toe. Verhoog max_tokens, of zet het denken op de server uit."
            )
        if self._calls_tool or self._finish in ("tool_calls", "function_call"):
            raise NoAnswerError(
                "Het taalmodel wilde een hulpmiddel gebruiken in plaats van te antwoorden. Zet hulpmiddelen "
                "(tools) op de server uit."
            )
        if thought:
            raise NoAnswerError("Het taalmodel dacht alleen na en gaf geen antwoord.")
        if self._finish or self._done:
            raise NoAnswerError(f"Het taalmodel gaf een leeg antwoord.{server_words}")

    def _refused(self, message: str) -> GeneratorError | InputError:
        if is_too_long(message):
            return too_long(message)
        return GeneratorError(f"Het taalmodel brak af met een fout: {message or 'zonder uitleg'}")


_FENCE = re.compile(r"\A\s*```\w*\s*|\s*```\s*\Z")


def _unquoted(text: str) -> str:
    """The JSON that stands quoted in `text`, as a gateway or a model passes it on; else `text` itself."""
    bare = _FENCE.sub("", text).strip()
    while bare[:1] in ('"', "["):
        value = _parsed(bare)
        value = value[0] if isinstance(value, list) and len(value) == 1 else value
        if not isinstance(value, str):
            break
        bare = value.strip()
    return bare if bare[:1] == "{" and bare not in text else text


def _names(arguments: str) -> Iterable[str]:
    """The names in `arguments`, where they are an object in JSON."""
    value = _parsed(arguments)
    return value if isinstance(value, dict) else ()


def _parsed(text: str) -> object:
    """The value of a JSON text, also with bare line ends in it; None where it is none."""
    try:
        value: object = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None
    return value


def too_long(message: str, model: str = "") -> InputError:
    """The error for a prompt that the server finds too long, with the server's own words."""
    name = f" {model!r}" if model else ""
    return InputError(
        f"Het taalmodel{name} is te klein voor deze opdracht. Kies minder bronnen of een groter model. "
        f"De server zegt: “{message}”"
    )


def _retracted() -> RetractedError:
    return RetractedError("Het taalmodel dacht hardop in zijn antwoord; dat antwoord is niet gebruikt.")
