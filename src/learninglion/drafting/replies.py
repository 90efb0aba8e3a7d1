"""What a model wrote, sentence by sentence, while it is still writing. Lenient in form, never in content.

Whatever is read here is only a proposal: quotes are resolved and sentences checked afterwards.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from learninglion.dutch.text import split_sentences, squash, words
from learninglion.inference.generators import JsonSchema

__all__ = [
    "ANSWER_SCHEMA",
    "JsonReader",
    "LineReader",
    "Missing",
    "Proof",
    "Proposal",
    "Reader",
]

_MAX_SENTENCES = 20
_MAX_SENTENCE = 1200  # characters; longer is a model that lost its way

ANSWER_SCHEMA: JsonSchema = {
    "type": "object",
    "properties": {
        "zinnen": {
            "type": "array",
            "maxItems": _MAX_SENTENCES,
            "items": {
                "type": "object",
                "properties": {
                    "zin": {"type": "string"},
                    "bewijs": {
                        "type": "array",
                        "minItems": 1,
                        "maxItems": 4,
                        "items": {
                            "type": "object",
                            "properties": {"bron": {"type": "integer"}, "woorden": {"type": "string"}},
                            "required": ["bron", "woorden"],
                            "additionalProperties": False,
                        },
                    },
                },
                "required": ["zin", "bewijs"],
                "additionalProperties": False,
            },
        },
        "ontbreekt": {"type": "array", "maxItems": 8, "items": {"type": "string"}},
    },
    "required": ["zinnen", "ontbreekt"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class Proof:
    """The number of a source (from 1; 0 = none named) and the words the sentence is said to rest on."""

    source: int
    words: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One sentence a model proposes, with what it says the sentence rests on."""

    sentence: str
    proofs: tuple[Proof, ...] = ()


@dataclass(frozen=True, slots=True)
class Missing:
    """A part of the question on which the sources are silent, says the model."""

    aspect: str


Item = Proposal | Missing


class Reader:
    """Takes pieces of text and gives the sentences that are complete."""

    def feed(self, piece: str) -> Iterator[Item]:
        """What became complete with this piece."""
        raise NotImplementedError

    def finish(self) -> tuple[tuple[Item, ...], str]:
        """What can still be read at the end, and the rest that broke off in the middle."""
        raise NotImplementedError


class LineReader(Reader):
    """Reads lines like: `Een zin. [bron 2: "exacte woorden"]` and `Ontbreekt: een onderdeel`."""

    def __init__(self) -> None:
        self._rest = ""

    def feed(self, piece: str) -> Iterator[Item]:
        """What became complete with this piece; a line is complete at its end."""
        *lines, self._rest = (self._rest + piece).split("\n")
        for line in lines:
            yield from read_line(line)

    def finish(self) -> tuple[tuple[Item, ...], str]:
        """The last line counts if it ends as a sentence or a proof does."""
        rest, self._rest = self._rest.strip(), ""
        if not rest or re.search(r"""[.!?\])]["”’»']?$""", rest):
            return tuple(read_line(rest)), ""
        complete = tuple(read_line(rest))
        last = complete[-1] if complete else None
        cut_off = isinstance(last, Proposal) and not last.proofs
        return (complete[:-1], last.sentence) if cut_off and isinstance(last, Proposal) else (complete, "")


class JsonReader(Reader):
    """Reads the objects of the list "zinnen" one by one as they close, and the list "ontbreekt"."""

    def __init__(self) -> None:
        self._text = ""
        self._at = 0
        self._starts: list[int] = []
        self._in_string = False
        self._escaped = False

    def feed(self, piece: str) -> Iterator[Item]:
        """What became complete with this piece; a sentence is complete when its object closes."""
        self._text += piece
        while self._at < len(self._text):
            character = self._text[self._at]
            self._at += 1
            if self._in_string:
                if self._escaped:
                    self._escaped = False
                elif character == "\\":
                    self._escaped = True
                elif character == '"':
                    self._in_string = False
            elif character == "{":
                self._starts.append(self._at - 1)
            elif character == '"' and self._starts:  # quotes around the JSON are prose
                self._in_string = True
            elif character == "}" and self._starts:
                yield from self._closed(self._starts.pop())

    def finish(self) -> tuple[tuple[Item, ...], str]:
        """Nothing more can be read; the beginning of a sentence that never closed is the rest."""
        begun = (
            re.findall(r'"zin"\s*:\s*"((?:[^"\\]|\\.)*)', self._text[self._starts[-1] :])
            if self._starts
            else []
        )
        return (), squash(begun[-1]) if begun else ""

    def _closed(self, start: int) -> Iterator[Item]:
        try:
            value = json.loads(self._text[start : self._at], strict=False)
        except ValueError:
            return
        if not isinstance(value, dict):
            return
        if "zin" in value:
            proposal = _proposal(value)
            if proposal is not None:
                yield proposal
        elif isinstance(value.get("ontbreekt"), list):
            for aspect in value["ontbreekt"]:
                if isinstance(aspect, str) and aspect.strip():
                    yield Missing(squash(aspect))


def _proposal(value: dict[object, object]) -> Proposal | None:
    sentence = value.get("zin")
    if not isinstance(sentence, str) or not words(sentence):
        return None  # a gap mark or a dash, copied from the sources, is no sentence
    proofs = value.get("bewijs")
    found: list[Proof] = []
    for proof in proofs if isinstance(proofs, list) else [proofs]:
        if isinstance(proof, dict):
            number, told = proof.get("bron"), proof.get("woorden")
            found.append(Proof(_number(number), told.strip() if isinstance(told, str) else ""))
    return Proposal(squash(sentence)[:_MAX_SENTENCE], tuple(found))


def _number(value: object) -> int:
    if isinstance(value, bool):
        return 0
    if isinstance(value, int):
        return value
    digits = re.search(r"\d+", value) if isinstance(value, str) else None
    return int(digits.group()) if digits else 0


_PROOF = re.compile(
    r"""[\[(]\s*(?:bron(?:nen)?|source)?\s*\[?(\d{1,3})\]?\s*          # [bron 2
        (?:[:,;–-]?\s*["“”„«'‘](.*?)["“”»'’]\s*)?                       # : "exacte woorden"
        (?=[\])])[\])]""",
    re.IGNORECASE | re.VERBOSE,
)
_MISSING = re.compile(r"^(?:\W*)(?:ontbreekt|niet bekend|missing)\s*:\s*(.+)$", re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:[-*•|>]+|\d{1,2}[.)](?=\s))\s*")
_LABEL = re.compile(r"^(?:zin|antwoord|answer)(?: \d+)?\s*:\s*", re.IGNORECASE)
_NO_SENTENCE = re.compile(
    r"^(?:[\W_]*|vra(?:ag|gen)\s*:.*|bronnen\s*:.*|={3}.*|\[bron \d+\].*)$", re.IGNORECASE
)


def read_line(line: str) -> Iterator[Item]:
    """The sentences of one line: each runs up to the proofs behind it."""
    text = _LABEL.sub("", _BULLET.sub("", line.strip()))
    missing = _MISSING.match(text)
    if missing:
        yield Missing(squash(missing.group(1)))
        return
    if _NO_SENTENCE.match(text):
        return
    sentence, at = "", 0
    proofs: list[Proof] = []
    for match in _PROOF.finditer(text):
        between = text[at : match.start()]
        if between.strip(" ,;en.") and proofs:
            yield from _told(sentence, proofs)
            sentence, proofs = "", []
        sentence += between if not proofs else ""
        proofs.append(Proof(int(match.group(1)), (match.group(2) or "").strip()))
        at = match.end()
    tail = text[at:]
    if not proofs or tail.strip(' ,;.)]"”'):
        if proofs:
            yield from _told(sentence, proofs)
            sentence, proofs = "", []
        sentence += tail
    if sentence.strip(' ."”'):
        yield from _told(sentence, proofs)


def _told(text: str, proofs: list[Proof]) -> Iterator[Proposal]:
    """One proposal for each sentence in front of the proofs; they share the proofs and are judged apart."""
    for span in split_sentences(squash(text).lstrip(" .,;:")):
        sentence = span.of(squash(text).lstrip(" .,;:"))
        if sentence[:1] in '"“' and sentence[-1:] in '"”':
            sentence = sentence[1:-1].strip()
        if words(sentence):
            yield Proposal(sentence[:_MAX_SENTENCE], tuple(proofs))
