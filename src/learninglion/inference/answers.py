"""From chunks to the answer: without thoughts, in whole characters, and only when it really is one.

A model that thinks aloud writes sentences it rejects afterwards. Where its thoughts stand in the answer
itself, some servers send only the mark that ends them, so that nothing tells the thoughts from an answer
before that mark. An answer is therefore kept back to its end, but for one that the server holds to a schema
and that begins as one.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from learninglion.inference.chunks import DONE, read_chunk, whole_characters
from learninglion.models.errors import GeneratorError, InputError

_NAME = r"(?:seed:)?(?:think|thinking|thoughts?|reasoning|reflection|scratchpad)"
_LESS, _MORE = r"(?:<|&lt;|\\u003c)", r"(?:>|&gt;|\\u003e)"
_TAG = rf"{_LESS}\s?{_NAME}(?:\s[^<>]{{0,40}})?{_MORE}"
_OPEN = rf"{_TAG}|\[THINK\]|◁think▷|<\|(?:begin_of_thought|START_THINKING)\|>|<unused94>"
_CLOSE = (
    rf"{_LESS}\s?/\s?{_NAME}\s?{_MORE}|\[/THINK\]|◁/think▷|<\|(?:end_of_thought|END_THINKING)\|>|<unused95>"
)
_MARK = re.compile(rf"(?P<open>{_OPEN})|(?P<close>{_CLOSE})", re.IGNORECASE)
_LONGEST_MARK = 64
# The channels of gpt-oss, where a server leaves them in the text: only the last one is the answer.
_CHANNEL = re.compile(
    r"<\|channel\|>\s*(?P<name>\w+)[^<]*<\|message\|>(?P<text>.*?)(?=<\|(?:end|return|call|start|channel)\|>|\Z)",
    re.DOTALL,
)
# What a server leaves of the marks of its model, wherever it stands.
_LEFT_BEHIND = re.compile(
    r"<\|/?[A-Za-z][\w .-]{0,40}\|>|</?s>|<(?:eos|bos|pad|(?:start|end)_of_turn)>|\[/INST\]"
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
# Why an answer ended, in the words that servers have for it.
_FULL = re.compile(r"length|max_.*tokens|token_limit")
_FILTERED = re.compile(r"filter|safety|recitation|blocklist|prohibited|sensitive")
_BROKEN = re.compile(r"error|fail|abort|cancel|timeout|insufficient|malformed|interrupt|overload|unavailable")
_MOST_THOUGHT = 400_000  # characters: a model that thinks longer than this does not come to an end
_CHARACTERS_A_TOKEN = 16  # more than any language takes; for servers that know no limit of tokens

_TOO_LONG = re.compile(
    r"context[ _-]?(?:length|size|window|limit)|maximum context|max_model_len|n_ctx|context_overflow"
    r"|exceed\w* (?:the |its |your )?(?:available |maximum |model'?s? )?(?:context|token|input|sequence)"
    r"|(?:prompt|input|request|messages?)\b.{0,40}\b(?:too (?:long|large|many tokens)|longer than)"
    r"|too many (?:input |prompt )?tokens|maximum (?:input|sequence|prompt) length|num_ctx|te lang",
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


class Answer:
    """One answer while it comes in.

    `held_to_schema`: the server enforces a schema, so that JSON can be passed on as it comes. `words` makes a
    server's error readable.
    """

    def __init__(self, max_tokens: int, *, held_to_schema: bool, words: Callable[[object], str]) -> None:
        self._max_tokens = max_tokens
        self._held_to_schema = held_to_schema
        self._words = words
        self._text = ""
        self._passed = 0  # characters of the text that were passed on
        self._thought = 0  # characters of thoughts sent apart
        self._finish = ""
        self._done = self._calls_tool = False
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
        chunk = read_chunk(value)
        if chunk.problem is not None:
            raise self._refused(self._words(chunk.problem))
        if chunk.refusal:
            raise NoAnswerError(f"Het taalmodel weigerde te antwoorden: {self._words(chunk.refusal)}")
        again = chunk.whole and bool(self._text) and chunk.text.startswith(self._text)
        self._text += chunk.text[len(self._text) :] if again else chunk.text
        self._aside = self._aside if chunk.aside is None else chunk.aside
        self._thought += len(chunk.thought)
        self._finish = chunk.finish or self._finish
        self._calls_tool = self._calls_tool or chunk.calls_tool
        self.read_tokens = max(self.read_tokens, chunk.read_tokens)
        if self._thought + len(self._text) > _MOST_THOUGHT:
            raise NoAnswerError("Het taalmodel bleef denken en is afgebroken.")
        # a server that knows no limit of tokens goes on until it is told to stop
        bound = self._max_tokens * _CHARACTERS_A_TOKEN
        if len(self._text) > bound and len(without_thoughts(self._text)) > bound:
            self._finish, self.complete = self._finish or "length", True
        return self._passable() if self._flows else ""

    def finish(self) -> str:
        """The rest, at the end of what came. Raises GeneratorError for what is no complete answer."""
        if _FILTERED.search(self._finish):
            raise NoAnswerError("Een filter van het eindpunt hield het antwoord van het taalmodel tegen.")
        answer = self._text if self._flows else without_thoughts(self._text)
        if self._flows and _MARK.search(answer):
            raise _retracted()
        remark = self._words(self._aside)
        server_words = f" De server zegt: “{remark}”" if remark else ""
        if _BROKEN.search(self._finish):
            raise GeneratorError(f"Het eindpunt brak het antwoord af ({self._finish}).{server_words}")
        if not answer.strip():
            self._explain_nothing(server_words)
        if not self._finish and not self._done:
            raise GeneratorError(f"Het eindpunt brak het antwoord halverwege af.{server_words}")
        return whole_characters(answer[self._passed :] if self._flows else answer)

    @property
    def _flows(self) -> bool:
        return self._held_to_schema and self._text.lstrip()[:1] == "{"

    def _passable(self) -> str:
        if _MARK.search(self._text, max(0, self._passed - _LONGEST_MARK)):
            raise _retracted()
        until = len(self._text)
        # half a character, or what may become a mark, waits for what follows
        while until > self._passed and "\ud800" <= self._text[until - 1] <= "\udbff":
            until -= 1
        opening = max(self._text.rfind(c, max(self._passed, until - _LONGEST_MARK), until) for c in "<[◁")
        if opening >= 0:
            until = opening
        passed, self._passed = self._text[self._passed : until], until
        return whole_characters(passed)

    def _explain_nothing(self, server_words: str) -> None:
        """Raise what explains that there is no answer."""
        thought = self._thought or self._text.strip()
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


def too_long(message: str, model: str = "") -> InputError:
    """The error for a prompt that the server finds too long, with the server's own words."""
    name = f" {model!r}" if model else ""
    return InputError(
        f"Het taalmodel{name} is te klein voor deze opdracht. Kies minder bronnen of een groter model. "
        f"De server zegt: “{message}”"
    )


def _retracted() -> RetractedError:
    return RetractedError("Het taalmodel dacht hardop in zijn antwoord; dat antwoord is niet gebruikt.")
