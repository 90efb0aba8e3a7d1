"""What servers send of an answer, in all the shapes they send it in: events, lines, or one whole reply.

Pure: bytes in, values out. Nothing here trusts the shape of what it reads.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from learninglion.models.errors import GeneratorError

DONE = "[DONE]"
"""The last word of a stream."""

_MOST_EVENT = 8_000_000  # bytes of one event
_MOST_STREAM = 64_000_000  # bytes of a whole answer
_LINE_END = re.compile(
    rb"\r\n|\n|\r(?=[^\n])"
)  # a line may end with any of them; at the end of a piece \r waits
_BOM = b"\xef\xbb\xbf"
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
            data = line[5:].strip()
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
    return data.lstrip()[:1] in (b"{", b"[") and data.strip().upper() != DONE.encode()


def _value(data: bytes) -> object:
    if not _begun(data):
        return DONE if data.strip(b' "\t').upper() in (DONE.encode(), b"DONE") else data
    try:
        value: object = json.loads(data.decode("utf-8", "replace"), strict=False)
        return value
    except (ValueError, RecursionError) as error:
        raise GeneratorError(
            "Het taalmodel stuurde een onleesbaar stuk; zijn antwoord is afgebroken."
        ) from error


def read_chunk(value: object) -> Chunk:
    """What `value` says; an empty chunk for what says nothing."""
    if not isinstance(value, Mapping):
        return Chunk(aside=value)
    choices = value.get("choices") or value.get("candidates")
    option = _first(choices) if isinstance(choices, list) else choices or value
    if not isinstance(option, Mapping):
        option = {}
    problem = value.get("error") or option.get("error")
    if problem or "error" in (value.get("object"), value.get("type")):
        return Chunk(problem=problem if problem and problem is not True else value)
    names = ("delta", "message", "content")
    message = next((o for o in map(option.get, names) if isinstance(o, Mapping)), option)
    places = (*map(message.get, ("content", "text", "parts")), option.get("text"), message.get("output"))
    written = next((place for place in places if place is not None), None)
    if written is None and message is option:  # protocols of others, where a gateway speaks one of them
        written = next((t for t in map(option.get, ("delta", "response")) if isinstance(t, str)), None)
    text, thought = _parts(written)
    apart = "".join(_plain(message.get(name)) for name in ("reasoning_content", "reasoning", "thinking"))
    return Chunk(
        text=text,
        thought=thought + apart,
        finish=_finish(option) or _finish(value),
        whole=(option is not value and message is option.get("message"))
        or str(value.get("type", "")).endswith(".done"),
        aside=None if choices or text or apart else value,
        refusal=_plain(message.get("refusal")),
        calls_tool=bool(message.get("tool_calls") or message.get("function_call")),
        read_tokens=_read_tokens(value.get("usage")),
    )


def _first(choices: Sequence[object]) -> object:
    """The first of the answers: a server may write several at once, in any order."""
    numbered = [c for c in choices if isinstance(c, Mapping)]
    return next((c for c in numbered if c.get("index", 0) in (0, None)), None)


def _finish(option: Mapping[object, object]) -> str:
    """Why it ended, in the server's own word; "" where it did not."""
    names = ("finish_reason", "finishReason", "stop_reason", "done_reason")
    reason = next((r for r in map(option.get, names) if r), "")
    if isinstance(reason, Mapping):
        reason = reason.get("type", "stop")
    if not reason and (
        option.get("done") is True
        or option.get("stop") is True
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
        return ("", text + thought) if re.search("think|thought|reason", kind) else (text, thought)
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


def whole_characters(text: str) -> str:
    """`text` with the halves of a character that some servers send apart put together again.

    Control characters, which some send and no store takes, are left out.
    """
    text = _COLOUR.sub("", text).translate(_CONTROL)
    if not any("\ud800" <= c <= "\udfff" for c in text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
