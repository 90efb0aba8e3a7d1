"""What a model wrote, sentence by sentence, while it is still writing. Lenient in form, never in content.

Whatever is read here is only a proposal: quotes are resolved and sentences checked afterwards.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain
from typing import Protocol

from learninglion.dutch.text import split_sentences, squash, words
from learninglion.inference.generators import JsonSchema
from learninglion.models import Answers

_MAX_SENTENCES = 20
_MOST_IN_RANGE = 5  # sources
_MAX_SENTENCE = 1200  # characters; longer is a model that lost its way

_MOST_QUOTES = 200  # in a schema; servers that hold a model to one know limits of their own


def answer_schema(quotes: Sequence[str] = ()) -> JsonSchema:
    """The form of an answer; its proofs are held to `quotes`, so that a model that misquotes cannot."""
    proof = _object({"bron": {"type": "integer"}, "woorden": _one_of(quotes)})
    proofs = {"type": "array", "minItems": 1, "maxItems": 4, "items": proof}
    return _listed("zinnen", _object({"zin": {"type": "string"}, "bewijs": proofs}))


def evidence_schema(quotes: Sequence[str] = ()) -> JsonSchema:
    """The form of an evidence table, its words held to `quotes`."""
    row = {
        "onderdeel": {"type": "integer"},
        "bron": {"type": "integer"},
        "woorden": _one_of(quotes),
        "antwoordt": {"type": "string", "enum": ["ja", "deels", "nee"]},
        "waarom": {"type": "string"},
    }
    return _listed("bewijs", _object(row))


def _listed(name: str, item: JsonSchema) -> JsonSchema:
    missing = {"type": "array", "maxItems": 8, "items": {"type": "string"}}
    return _object({name: {"type": "array", "maxItems": _MAX_SENTENCES, "items": item}, "ontbreekt": missing})


def _object(properties: JsonSchema) -> JsonSchema:
    required = list(properties)
    return {
        "type": "object", "properties": properties, "required": required, "additionalProperties": False,
    }  # fmt: skip


def _one_of(quotes: Sequence[str]) -> JsonSchema:
    """Any of `quotes`; any words at all where there are none, or more than a server would take."""
    texts = list(dict.fromkeys(quotes))
    return {"type": "string", "enum": texts} if 0 < len(texts) <= _MOST_QUOTES else {"type": "string"}


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


@dataclass(frozen=True, slots=True)
class Claim:
    """One passage of which a model says that it answers a part of the question."""

    source: int  # number of a source, from 1; 0: none named
    quote: str  # as the model gave it; "" where it only pointed at the source
    answers: Answers
    part: int = 0  # number of the part of the question, from 1; 0: none named
    why: str = ""
    sentence: str = ""  # what the model made of it, where it wrote a sentence instead of quoting


class Reader(Protocol):
    """Takes pieces of text and gives the sentences that are complete."""

    def feed(self, piece: str) -> Iterator[Item]:
        """What became complete with this piece."""

    def finish(self) -> tuple[tuple[Item, ...], str]:
        """What can still be read at the end, and the rest that broke off in the middle."""


class LineReader(Reader):
    """Reads lines like: `Een zin. [bron 2: "exacte woorden"]` and `Ontbreekt: een onderdeel`.

    A source may stand on a line of its own behind its sentence. A model that answers in JSON all the same,
    at once or behind some words, is read as such.
    """

    def __init__(self, *, only_lines: bool = False) -> None:
        self._rest = ""
        self._begun = self._only_lines = only_lines
        self._json: JsonReader | None = None
        self._waiting: Proposal | None = None  # for the source on the next line
        self._list = ""  # what the list that was announced holds: "ontbreekt" or "bronnen"
        self._fences = 0  # lines of ``` so far: behind the second one a model talks about its answer

    def feed(self, piece: str) -> Iterator[Item]:
        """What became complete with this piece; a line is complete at its end."""
        if not self._begun:
            self._rest += piece
            bare = _PACKING.sub("", self._rest)
            if not bare.rstrip(" [\n") or bare.startswith("`") or _HALF_TAG.fullmatch(bare):
                return
            self._begun, piece = True, ""
            self._rest = bare if _OBJECTS.match(bare) else self._rest
        if self._json is not None:
            yield from self._json.feed(piece)
            return
        self._rest += piece
        while self._json is None:
            opened = None if self._only_lines else _OBJECTS.match(self._rest)
            if opened:
                self._json, self._rest, rest = JsonReader(), "", self._rest
                yield from (*self._released(), *self._json.feed(rest))
                return
            line, end, rest = self._rest.partition("\n")
            if not end:
                return
            self._rest = rest
            yield from self._line(line)

    def finish(self) -> tuple[tuple[Item, ...], str]:
        """The last line counts if it ends as a sentence or a proof does."""
        if self._json is not None:
            return self._json.finish()
        rest, self._rest = self._rest.strip(), ""
        whole = not rest or bool(_LINE_ENDS.search(rest))
        items = (*self._line(rest), *self._released()) if rest else tuple(self._released())
        last = items[-1] if items else None
        if not whole and isinstance(last, Proposal) and not last.proofs:
            return items[:-1], last.sentence
        return items, ""

    def _line(self, line: str) -> Iterator[Item]:
        """What one line adds: to the sentence in front of it, to a list, or by itself."""
        lone = _LONE_SOURCE.match(_plain(line.strip()))
        if lone and self._waiting is not None:
            proofs = _sources(lone["sources"])
            yield replace(self._waiting, proofs=(*self._waiting.proofs, *proofs))
            self._waiting = None
            return
        if not line.strip():
            return
        self._fences += line.strip().startswith("```")
        heading = _LIST_HEAD.match(_plain(line.strip()))
        if heading:
            self._list = "ontbreekt" if heading["missing"] else "bronnen"
        elif self._list and _BULLET.match(line) or self._list == "bronnen" and _PROOF.match(line.strip()):
            if self._list == "ontbreekt":
                yield Missing(squash(_BULLET.sub("", _plain(line.strip()))))
        else:
            self._list = ""
            for item in _read_line(line):
                yield from self._released()
                if isinstance(item, Missing) or item.proofs:
                    yield item
                elif self._fences < 2:
                    self._waiting = item

    def _released(self) -> Iterator[Proposal]:
        """The sentence that waited for its source in vain."""
        if self._waiting is not None:
            yield self._waiting
        self._waiting = None


class JsonReader(Reader):
    """Reads the objects of the list "zinnen" one by one as they close, and the list "ontbreekt".

    A model that answers in lines all the same is read as such.
    """

    def __init__(self) -> None:
        self._text = ""
        self._found = False
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
        """What a brace around it hid; the beginning of a sentence that never closed is the rest."""
        for form in () if self._found else _forms(self._text):
            hidden = tuple(i for value in _json_values(form) for i in _items_inside(value))
            if hidden:
                return hidden, ""
        if not self._found and not _JSON_LIKE.search(self._text):
            lines = LineReader(only_lines=True)
            items = tuple(lines.feed(self._text))
            last, broken_off = lines.finish()
            return (*items, *last), broken_off
        begun = (
            re.findall(r'"zin"\s*:\s*"((?:[^"\\]|\\.)*)', self._text[self._starts[-1] :])
            if self._starts
            else []
        )
        return (), squash(begun[-1]) if begun else ""

    def _closed(self, start: int) -> Iterator[Item]:
        try:
            value = _DECODER.decode(self._text[start : self._at])
        except (ValueError, RecursionError):
            return
        for item in _items(value):
            self._found = True
            yield item


def _keyed(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    """An object whose names are in small letters, however a model writes them; JSON in a text is opened."""
    return {name.casefold(): _opened(value) for name, value in pairs}


def _opened(value: object) -> object:
    """The object or list that a text consists of; any other value as it is."""
    if isinstance(value, str) and _OBJECTS.match(value):
        with suppress(ValueError, RecursionError):
            return _DECODER.decode(value)
    return value


_DECODER = json.JSONDecoder(strict=False, object_pairs_hook=_keyed)
_MOST_MENDED = 16_000  # characters, four times the longest answer asked for; mending takes the square of it


def _forms(text: str) -> Iterator[str]:
    """`text`, and what it says where it is nearly JSON: broken off, with other quotes, in Python's words."""
    yield text
    try:
        json.loads(text, strict=False)
    except (ValueError, RecursionError):
        with suppress(ValueError, RecursionError):  # no machine's answer is so deep
            import json_repair  # only what a model wrote wrongly needs it, and loading it takes time

            yield json.dumps(json_repair.loads(_whole(text[:_MOST_MENDED]), skip_json_loads=True))


def _whole(text: str) -> str:
    """JSON without the string in which it breaks off, and with quotes where all of them are curled."""
    straight = text if '"' in text else text.translate(_CURLED)
    quotes = [m.start() for m in _QUOTE.finditer(straight)]
    return straight[: quotes[-1]] if len(quotes) % 2 and straight.rstrip()[-1:] not in "}]" else straight


_CURLED = str.maketrans("“”„‟″", '"' * 5)
_QUOTE = re.compile(r'(?<!\\)"')


def _json_values(text: str) -> Iterator[object]:
    """Every value of JSON in `text`, from the left, the largest first; what is said around it is skipped."""
    at = 0
    while True:
        opening = _OPENS.search(text, at)
        if opening is None:
            return
        try:
            value, at = _DECODER.raw_decode(text, opening.start())
        except (ValueError, RecursionError):
            at = opening.end()
            continue
        if isinstance(value, dict) or any(isinstance(v, dict) for v in value):
            yield value


def _items_inside(value: object) -> Iterator[Item]:
    """The sentences of an answer in JSON of the model's own making."""
    if isinstance(value, list):
        for inner in value:
            yield from _items_inside(inner)
    if not isinstance(value, dict):
        return
    known = tuple(_items(value))
    if any(isinstance(item, Proposal) for item in known):
        yield from known
        return
    items = [i for inner in value.values() if isinstance(inner, dict | list) for i in _items_inside(inner)]
    text = next((value[k] for k in _TELLS if isinstance(value.get(k), str)), None)
    if text is not None and not any(isinstance(i, Proposal) for i in items):
        proofs = [
            proof for key, inner in value.items() if value.get(key) is not text for proof in _proofs(inner)
        ]
        for line in text.split("\n"):
            for item in _read_line(line):
                own = isinstance(item, Proposal) and not item.proofs
                yield Proposal(item.sentence, tuple(proofs)) if own and isinstance(item, Proposal) else item
        return
    yield from (*items, *known)


def _proofs(value: object) -> Iterator[Proof]:
    """The sources that a value of unknown shape points at: 1, "bron 1", [1, 2], {"source": 1}."""
    if isinstance(value, list):
        for inner in value:
            yield from _proofs(inner)
    elif isinstance(value, dict):
        claim = _claim(value)
        if claim is not None:
            yield Proof(claim.source, claim.quote)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield Proof(value)
    elif isinstance(value, str) and _POINTER.fullmatch(value.strip()):
        yield Proof(_number(value))


def _items(value: object) -> Iterator[Item]:
    """What one object says: a sentence, or what is missing."""
    if not isinstance(value, dict):
        return
    listed = value.get("zinnen")
    for line in listed if isinstance(listed, list) else ():
        yield from _read_line(line) if isinstance(line, str) else ()
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
    proofs_read: list[Proof] = []
    for proof in proofs if isinstance(proofs, list) else [proofs]:
        if isinstance(proof, dict):
            number, quote = proof.get("bron"), proof.get("woorden")
            proofs_read.append(Proof(_number(number), quote.strip() if isinstance(quote, str) else ""))
        elif isinstance(proof, int | str) and _number(proof):
            proofs_read.append(Proof(_number(proof)))
    if proofs is None:  # it stands beside the sentence
        claim = _claim({k: v for k, v in value.items() if k != "zin"})
        proofs_read.extend([Proof(claim.source, claim.quote)] if claim is not None else [])
    plain = _plain(sentence)
    for match in _PROOF.finditer(plain):
        cited = _cited(match)
        known = {p.source for p in proofs_read}
        proofs_read.extend(p for p in cited if p.source not in known)
    bare = squash(_PROOF.sub("", plain)) or squash(plain)
    return Proposal(bare[:_MAX_SENTENCE], tuple(proofs_read))


def _claim(value: dict[object, object]) -> Claim | None:
    """The row of an evidence table, under whatever names; None for an object that is none."""
    source = next((_number(value[k]) for k in _SOURCES if _number(value.get(k))), 0)
    if not source:  # a list of them
        source = next((p.source for k in _LISTS for p in _proofs(value.get(k)) if p.source), 0)
    key = next((k for k in _QUOTES if isinstance(value.get(k), str)), "")
    quote = str(value.get(key, "")).strip()
    if not (source or quote) or not (
        quote or any(len(str(value.get(k, _NOTHING))) <= _WORD_ON_IT for k in _JUDGES)
    ):
        return None
    part = next((_number(value[k]) for k in _PARTS if _number(value.get(k))), 0)
    why = value.get("waarom", value.get("why", value.get("reason", "")))
    judgement = next((value[k] for k in _JUDGES if k in value), None)
    # under "text" some quote and others answer
    sentence = quote if key in _TELLS else ""
    return Claim(source, quote, _answers(judgement), part, squash(str(why or "")), sentence)


def _answers(judgement: object) -> Answers:
    """Yes, partly or no, in the words that models use for it; a passage without a word on it is a yes."""
    if judgement is None or judgement is True:
        return Answers.YES
    word = str(judgement).strip().casefold()
    if judgement is False or re.match(r"(?:nee|no|false|niet|0)\b", word):
        return Answers.NO
    return Answers.YES if re.match(r"(?:ja|yes|true|volledig|1)\b", word) else Answers.PARTLY


def read_claims(reply: str) -> tuple[tuple[Claim, ...], tuple[str, ...]] | None:
    """The rows of evidence in a reply and what the model misses; None where it is no evidence at all.

    A model that answers the question at once, naming its sources, says with that what answers it.
    """
    for form in chain(_forms(reply), _laid_out(reply)):  # mending costs much: only where nothing was read
        rows, missing, read = _rows(form)
        if rows or read:
            return tuple(rows[: 2 * _MAX_SENTENCES]), tuple(missing)
    rows, missing, _ = _rows(reply)
    reader = JsonReader()
    items = [*reader.feed(reply), *reader.finish()[0]]
    for item in items:
        if isinstance(item, Proposal):
            rows.extend(
                Claim(p.source, p.words, Answers.YES, sentence=item.sentence) for p in item.proofs if p.source
            )
        else:
            missing.append(item.aspect)
    if not rows:
        rows.extend(_rows_in_words(reply))
    return (tuple(rows), tuple(missing)) if rows or missing else None


def _rows(reply: str) -> tuple[list[Claim], list[str], bool]:
    """The rows and what is missing, in JSON, and whether there is a table at all."""
    rows: list[Claim] = []
    missing: list[str] = []
    read = False
    for value in _json_values(reply):
        for inner in _objects(value):
            gap = inner.get("ontbreekt", inner.get("missing"))
            if isinstance(gap, list):
                missing.extend(squash(t) for t in gap if isinstance(t, str) and t.strip())
            rows_inside = any(True for v in inner.values() for _ in _objects(v))
            claim = None if rows_inside else _claim(inner)
            rows.extend([claim] if claim is not None else [])
            read = read or claim is not None or isinstance(inner.get("bewijs", inner.get("evidence")), list)
    return rows, missing, read


def _laid_out(text: str) -> Iterator[str]:
    """The rows of a table in Markdown or of a list of names and values, as JSON."""
    rows: list[dict[str, str]] = []
    head: list[str] = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        pair = _NAME_AND_VALUE.match(line)
        if "|" in line and not head:
            head = cells
        elif "|" in line and len(cells) == len(head) and any(re.search(r"\w", cell) for cell in cells):
            rows.append(dict(zip(head, cells, strict=True)))
        elif pair:
            if pair["new"] or not rows:
                rows.append({})
            rows[-1][pair["name"]] = pair["value"].strip("\"'“”")
    if rows:
        yield json.dumps(rows)


_NAME_AND_VALUE = re.compile(r"\s*(?P<new>[-*]\s+)?(?P<name>\w+)\s*:\s*(?P<value>\S.*?)\s*$")


def _rows_in_words(reply: str) -> Iterator[Claim]:
    """Rows of a table or list in words: each line with a source and a quotation."""
    for line in reply.splitlines():
        source, quote = _POINTED.search(line), _SPOKEN.search(line)
        if source and quote:
            match = _SAID.search(line.replace(quote.group(), ""))
            yield Claim(int(source.group(1)), quote.group(1).strip(), _answers(match and match.group()))


def _objects(value: object) -> Iterator[dict[object, object]]:
    """`value` and everything in it that is an object, from the outside inwards."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(inner)


def _number(value: object) -> int:
    if isinstance(value, bool):
        return 0
    if isinstance(value, list):
        return next(filter(None, map(_number, value)), 0)
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return int(value)
    digits = re.search(r"\d+", value) if isinstance(value, str) else None
    return int(digits.group()) if digits else 0


_WORD = r"(?:(?:zie|see|cf\.?)\s+(?:ook\s+|also\s+)?)?(?:bron(?:nen|nummer)?|sources?|src)"
_QUOTED = r"""["“”„«'‘](?P<words{0}>.*?)["“”»'’]\s*(?=[\])】,;]|en\b)"""
# One source as models point at it: bron 2, Bron nr. 2: "exacte woorden", 1†bron, bron 1, p. 2
_ONE = rf"""
    (?:{_WORD}\s*(?:nr\.?|nummer|no\.?)?\s*[:=#]?\s*)? \[?[\^\#B]?(?P<number{{0}}>\d{{{{1,3}}}})\]?
    (?:\s*[-–]\s*(?P<until{{0}}>\d{{{{1,2}}}})(?![\d.]))?
    (?:(?::\d+)?\s*†[^\])】,;]*)?
    (?:\s*[,:]?\s*(?:p(?:p|ag(?:ina)?)?\.?|blz\.?|pages?)\s*\d+(?:\s*[-–]\s*\d+)?)?
    (?:\s*[:,;–-]?\s*{_QUOTED})?
"""
_SEPARATOR = r"\s*(?:[,;&+/]|en\b|and\b)?\s*"

_UNNAMED = re.sub(r"\?P<\w+>", "?:", _ONE.format(""))
_MORE_SOURCES = rf"{_UNNAMED}(?:{_SEPARATOR}{_UNNAMED})*"
# Between round brackets only with the word: "(438)" is a figure.
_PROOF = re.compile(
    rf"""\s*(?:[\[【]\s*(?P<square>{_MORE_SOURCES})\s*[\]】]
        | [({{<]\s*(?P<round>(?={_WORD}){_MORE_SOURCES})\s*[)}}>]
        | (?:[—–→-]|->|=>)\s*(?P<dash>(?={_WORD}){_MORE_SOURCES})\s*\.?$
        | \|\s*(?P<cell>{_MORE_SOURCES})\s*\|?\s*$
        | (?<=[.!?”"])(?P<raised>[¹²³⁴-⁹]+))""",
    re.IGNORECASE | re.VERBOSE,
)
# A line that only names sources, or opens a list of what is missing or of sources.
_LONE_SOURCE = re.compile(
    rf"\W*(?=(?<=[\[【])|{_WORD})(?P<sources>{_MORE_SOURCES})\W*\Z", re.IGNORECASE | re.VERBOSE
)
_LIST_HEAD = re.compile(
    r"\W*(?:(?P<missing>(?:wat |er )?ontbreekt|ontbrekend\w*|missing)"
    r"|bronnen(?:lijst)?|bronvermelding|sources|referenties)\W*\Z",
    re.IGNORECASE,
)
_LEADING = re.compile(rf"{_WORD}\s*(\d{{1,2}})\s*[:.]\s+(?=[A-ZÀ-Ý])", re.IGNORECASE)
_BREAKS = re.compile(r"<br\s*/?>|</?(?:p|li|ul|ol|div|pre|code)>", re.IGNORECASE)
_LINE_ENDS = re.compile(r"""(?:[.!?\])】}>*_|][\"”’»']?|[¹²³⁴-⁹]|\|)$""")
_RAISED = str.maketrans("¹²³⁴⁵⁶⁷⁸⁹", "123456789")
_SOURCE = re.compile(_ONE.format(""), re.IGNORECASE | re.VERBOSE)
_MISSING = re.compile(r"^(?:\W*)(?:ontbreekt|niet bekend|missing)\s*:\s*(.+)$", re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:[-*•|>]+|\d{1,2}[.)](?=\s)|[a-z]\)(?=\s))\s*")
_OBJECTS = re.compile(r"\s*\[?\s*\{")
_OPENS = re.compile(r"[{\[]")
_POINTER = re.compile(rf"\[?\s*(?:{_WORD}\s*)?\d{{1,3}}\s*\]?", re.IGNORECASE)
# What a sentence, a source, a quotation and a part of the question are called in JSON of other shapes.
_TELLS = ("zin", "sentence", "text", "tekst", "antwoord", "answer", "content", "inhoud", "statement")
_SOURCES = ("bron", "source", "bronnummer", "source_id", "bron_id", "document", "doc", "nummer", "id")
_POINTED = re.compile(rf"\b{_WORD}\s*(\d{{1,3}})\b", re.IGNORECASE)
_SPOKEN = re.compile(r"[\"“„»]([^\"“”„»«]{12,})[\"”“«]")
_SAID = re.compile(r"\b(?:ja|nee|deels|gedeeltelijk|yes|no|partly)\b", re.IGNORECASE)
_WORD_ON_IT = 12  # characters; what is longer is no yes or no but an answer
_NOTHING = " " * 99
_LISTS = ("bron", "source", "bronnen", "sources", "citations", "citaties")
_QUOTES = (
    "woorden",
    "citaat",
    "quote",
    "words",
    "passage",
    "bewijs",
    "evidence",
    "fragment",
    "zin",
    "sentence",
    "tekst",
    "text",
)
_PARTS = ("onderdeel", "deel", "part", "aspect", "vraag")
_JUDGES = ("antwoordt", "answers", "beantwoordt", "antwoord", "answer", "oordeel")
_PACKING = re.compile(r"^\s*(?:(?:```\w*|<\w{1,12}>)\s*)*")
_HALF_TAG = re.compile(r"<\w{0,12}")
_JSON_LIKE = re.compile(r'"(?:zin|zinnen|bewijs|ontbreekt)"')
# Marks of emphasis, headings and links that models put into plain text.
_EMPHASIS = re.compile(r"(?<![\w*])(\*{1,3}|__)(?=\S)(.+?)(?<=\S)\1(?![\w*])")
_LINK = re.compile(r"!?\[([^\[\]]+)\]\((?:https?:)?[^()\s]*\)")
_LABEL = re.compile(r"^(?:zin|antwoord|answer)(?: \d+)?\s*:\s*", re.IGNORECASE)
_NO_SENTENCE = re.compile(
    r"^(?:[\W_]*|(?:vra(?:ag|gen)|bronnen|woorden|citaat|quote)\s*:.*|[^.!?]*\|[^.!?]*|={3}.*|\#{1,6}\s.*"
    r"|```\w*|\[bron \d+\].*)$",
    re.IGNORECASE,
)


def _read_line(line: str) -> Iterator[Item]:
    """The sentences of one line: each runs up to the proofs behind it."""
    parts = _BREAKS.split(line)
    if len(parts) > 1:
        for part in parts:
            yield from _read_line(part)
        return
    text = _LABEL.sub("", _BULLET.sub("", _plain(line.strip())))
    leading = _LEADING.match(text)
    if leading:  # the source stands in front
        for item in _read_line(text[leading.end() :]):
            if isinstance(item, Proposal) and not item.proofs:
                item = replace(item, proofs=(Proof(int(leading.group(1))),))
            yield item
        return
    missing = _MISSING.match(text)
    if missing:
        yield Missing(squash(missing.group(1)))
        return
    if _NO_SENTENCE.match(text) or text.endswith(":"):  # "Hier is het antwoord:"
        return
    sentence, at = "", 0
    proofs: list[Proof] = []
    for match in _PROOF.finditer(text):
        between = text[at : match.start()]
        if between.strip(" ,;en.") and proofs and not _goes_on(sentence, between):
            yield from _told(sentence, proofs)
            sentence, proofs = "", []
        sentence += between if not proofs or between.strip(" ,;en.") else ""
        proofs.extend(_cited(match))
        at = match.end()
    tail = text[at:]
    if not proofs or tail.strip(' ,;.)]"”'):
        if proofs and not _goes_on(sentence, tail):
            yield from _told(sentence, proofs)
            sentence, proofs = "", []
        sentence += tail
    if sentence.strip(' ."”'):
        yield from _told(sentence, proofs)


def _goes_on(sentence: str, after: str) -> bool:
    """Whether what stands behind a proof is the rest of the same sentence."""
    return sentence.rstrip()[-1:].isalnum() and bool(re.match(r"\s*,?\s*[a-zà-ÿ0-9]", after))


def _plain(text: str) -> str:
    """`text` without the marks of Markdown."""
    return _LINK.sub(r"\1", _EMPHASIS.sub(r"\2", text))


def _cited(match: re.Match[str]) -> list[Proof]:
    """Every source of one citation."""
    if match["raised"]:
        return [Proof(int(n)) for n in match["raised"].translate(_RAISED)]
    return _sources(next(filter(None, map(match.group, ("square", "round", "dash", "cell")))))


def _sources(names: str) -> list[Proof]:
    """Every source in `names`; a range names all that lie in it."""
    proofs: list[Proof] = []
    for m in _SOURCE.finditer(names + "]"):
        first, until = int(m["number"]), int(m["until"] or 0)
        proofs.append(Proof(first, (m["words"] or "").strip()))
        proofs.extend(Proof(n) for n in range(first + 1, min(until, first + _MOST_IN_RANGE) + 1))
    return proofs


def _told(text: str, proofs: list[Proof]) -> Iterator[Proposal]:
    """One proposal for each sentence in front of the proofs; they share the proofs and are judged apart."""
    for span in split_sentences(squash(text).lstrip(" .,;:")):
        sentence = span.of(squash(text).lstrip(" .,;:"))
        if sentence[:1] in '"“' and sentence[-1:] in '"”':
            sentence = sentence[1:-1].strip()
        if words(sentence):
            yield Proposal(sentence[:_MAX_SENTENCE], tuple(proofs))
