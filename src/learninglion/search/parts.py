"""Numbered parts of a document ("artikel 3, tweede lid", "tabel 2") and numbers of things: said and found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, product

from learninglion.dutch.lexicon import number_of
from learninglion.dutch.questions import is_filler, spell
from learninglion.dutch.text import fold, squash, stem
from learninglion.models import Block, BlockKind, Document, Span

_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*\w*|\w+")
_YEAR = re.compile(r"(?:19|20)\d\d$")
_ORDINAL_WORD = re.compile(r"(\d+)(?:e|de|ste|st|nd|rd|th)$")
_BETWEEN = frozenset("en of and or nummer nummers nr no numbers".split())  # "wijk 7 en 8", "wijk nummer 7"
_TO = r"(?:t/?m|tot(?: en met)?|through|up to(?: and including)?|to|[-–])"
_RANGE = re.compile(
    rf"(?<![\w.,:/-])(?P<first>\d{{1,4}})\s*{_TO}\s*(?:[^\W\d_]+\s+)?(?P<last>\d{{1,4}})(?![\w:/-]|[.,]\d)"
)
# "het tweede lid" is "lid 2".
_ORDINAL_WORDS = re.compile(
    r"\b(?P<nth>\w+(?:de|ste)|\d+e)\s+(?P<thing>lid|alinea|volzin|kwartaal|onderdeel|paragraph|quarter)\b",
    re.IGNORECASE,
)
_LONGEST = 30  # numbers of a range: "10 tot 5000 euro" names nothing


@dataclass(frozen=True, slots=True)
class Numbered:
    """Things named by their number, each behind its folded word ("wijk", "7"), and years; in order."""

    names: tuple[tuple[str, str], ...]
    years: tuple[str, ...]

    @property
    def numbers(self) -> tuple[str, ...]:
        """All numbers, without their words."""
        return tuple(dict.fromkeys((*(own for _, own in self.names), *self.years)))


@lru_cache(maxsize=1024)
def numbers_named(text: str) -> Numbered:
    """The numbers in `text` that name a thing, and the years; a range names all that are in it.

    A number that counts ("26 klachten") stands behind a word that tells nothing of the subject.
    """
    names: dict[tuple[str, str], None] = {}
    years: dict[str, None] = {}
    word = ""
    counted = _ORDINAL_WORDS.sub(_as_number, _RANGE.sub(_all_between, text))
    for token in map(fold, _TOKEN.findall(counted)):
        if not token[0].isdigit():
            word = token if token not in _BETWEEN else word
        elif _YEAR.match(token):
            years[token] = None
        elif word and not is_filler(word):
            names[word, number(token)] = None
    return Numbered(tuple(names), tuple(years))


def _as_number(match: re.Match[str]) -> str:
    nth = number(number_of(fold(match["nth"])) or match["nth"])
    return f"{match['thing']} {nth}" if nth.isdigit() else match.group()


def _all_between(match: re.Match[str]) -> str:
    first, last = int(match["first"]), int(match["last"])
    return ", ".join(map(str, range(first, last + 1))) if 0 < last - first < _LONGEST else match.group()


def number(token: str) -> str:
    """A number without what makes it an ordinal: "7e" is 7."""
    ordinal = _ORDINAL_WORD.match(token)
    return ordinal.group(1) if ordinal else token


def numbers_in(text: str) -> frozenset[str]:
    """All numbers in `text`."""
    return frozenset(number(token) for token in map(fold, _TOKEN.findall(text)) if token[0].isdigit())


_LOW, _LEAST, _HIGH = (rf"(?P<{name}>\d+(?:\.\d{{3}})*(?:,\d+)?)" for name in ("low", "least", "high"))
_ABOVE = r"(?:vanaf|boven|ouder dan|meer dan|groter dan|hoger dan|over|above|more than|>|≥)"
_BELOW = r"(?:tot(?: en met)?|onder|jonger dan|minder dan|kleiner dan|lager dan|under|below|less than|<|≤)"
_AND_MORE = r"(?:en|of|and|or)\s+(?:ouder|meer|hoger|older|more|over)\b"
_INTERVALS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_LOW}\s*(?:jaar\s+)?(?:{_TO}|en|and)\s*{_HIGH}",
        rf"{_ABOVE}\s*€?\s*{_LOW}|{_LEAST}\s*(?:\w+\s+)?{_AND_MORE}",
        rf"(?:^|(?<=\s)){_BELOW}\s*€?\s*{_HIGH}",
    )
)
_COUNTED = re.compile(r"(?<![\w.,/:-])(\d+(?:\.\d{3})*(?:,\d+)?)(?![\w/:-]|[.,]\d)")


def within(text: str, question: str) -> frozenset[str]:
    """The numbers in `question` that lie in the range of `text` ("12 tot en met 15 jaar", "boven 18")."""
    for pattern in _INTERVALS:
        match = pattern.search(text)
        if match is not None:
            bounds = match.groupdict()
            low, high = bounds.get("low") or bounds.get("least"), bounds.get("high")
            least, most = _value(low) if low else 0.0, _value(high) if high else float("inf")
            return frozenset(n for n in _COUNTED.findall(question) if least <= _value(n) <= most)
    return frozenset()


def _value(written: str) -> float:
    return float(written.replace(".", "").replace(",", "."))


def not_told(question: str, text: str) -> tuple[str, ...]:
    """What `question` names by number of which `text` does not tell, as "wijk 9".

    Where `text` has numbers behind that same word it must be among those, else it may stand anywhere.
    """
    in_question, in_text = numbers_named(question), numbers_named(text)
    anywhere = numbers_in(text) | numbers_in(spell(text))
    by_word: dict[str, set[str]] = {}
    for word, own in in_text.names:
        by_word.setdefault(stem(word), set()).add(own)
    lacks = [
        f"{word} {own}" for word, own in in_question.names if own not in by_word.get(stem(word), anywhere)
    ]
    return (*lacks, *(year for year in in_question.years if year not in anywhere))


# What parts of a document are called; those of one line are one sort.
_ARTICLES = r"artikel(?:en|s)?|art\.?|articles?"
_ANNEXES = r"bijlagen?|appendi(?:x|ces)|annex(?:es)?"
_CHAPTERS = (
    r"hoofdstuk(?:ken)?|paragraaf|paragrafen|secties?|onderde(?:el|len)|deel|delen|afdeling(?:en)?|chapters?"
    r"|sections?"
)
_ITEMS = (
    r"aanbeveling(?:en)?|maatregel(?:en)?|stap(?:pen)?|punt(?:en)?|conclusies?|recommendations?|measures?"
    r"|steps?|points?|conclusions?"
)
_CAPTIONS = r"tabel(?:len)?|tables?|figu(?:ur|ren|res?)|grafiek(?:en)?|kaders?|charts?|box(?:es)?"
_SORTS = (_ARTICLES, _ANNEXES, _CHAPTERS, _ITEMS, _CAPTIONS)
_NAME = rf"(?:{'|'.join(_SORTS)})"
_NUMBER = r"(?:\d+(?:\.\d+)*|[IVX]+|[A-Z])\b"
# Of a part: "lid 2", "tweede lid", "onder b", "eerste en derde lid".
_ORDINAL = (
    r"\b(?:eerste|tweede|derde|vierde|vijfde|zesde|zevende|achtste|negende|tiende|elfde|twaalfde"
    r"|\d+(?:e|de|ste))\b"
)
_SMALLER = (
    r"(?:lid|leden|alinea(?:’?'?s)?|volzin|onder(?:deel)?|sub|aanhef en onder|punt|paragraph|item|under)"
)
_LABEL = r"(?:\d{1,2}|[a-z])\b(?!['’])"
_INSIDE = (
    rf"(?:{_SMALLER}\s+{_LABEL}(?:\s*(?:,|en|and)\s*{_LABEL})*"
    rf"|{_ORDINAL}(?:\s*(?:,|en)\s*{_ORDINAL})*\s+{_SMALLER})"
)
# "artikel 3", "bijlage 2 en 3", "de artikelen 4 tot en met 6", "het tweede lid van artikel 3"
PARTS_NUMBERED = (
    rf"(?P<part>(?:\b{_INSIDE}\s+(?:van|uit|of|in)\s+(?:(?:de|het|the)\s+)?)*\b{_NAME}\s+{_NUMBER}"
    rf"(?:(?:\s*,?\s*\b{_INSIDE})+"
    rf"|(?:\s*(?:,|en|and|&|t/m|tot(?:\s+en\s+met)?|through|to|[-–])\s*(?:{_NAME}\s+)?\d+(?:\.\d+)*\b)*))"
)
_WHOLE = re.compile(
    rf"(?P<before>(?:{_INSIDE}\s+(?:van|uit|of|in)\s+(?:(?:de|het|the)\s+)?)*)"
    rf"(?P<sort>{_NAME})\s+(?P<numbers>{_NUMBER}.*)",
    re.IGNORECASE,
)
_INSIDES = re.compile(_INSIDE, re.IGNORECASE)
_ORDINALS = re.compile(_ORDINAL, re.IGNORECASE)
_LABELS = re.compile(rf"(?<=\s){_LABEL}", re.IGNORECASE)
_LEVEL = re.compile(_SMALLER, re.IGNORECASE)
_LONGEST_TITLE = 80  # characters
_LONGEST_PART = 6000


@dataclass(frozen=True, slots=True)
class PartNamed:
    """A part by what it is called and its number, and of it the smaller one: the label of each level."""

    called: str
    number: str
    inside: tuple[str, ...]
    name: str  # "artikel 3 lid 2"

    @property
    def sort(self) -> str:
        """The pattern of all words for parts of this sort."""
        return next(s for s in _SORTS if re.fullmatch(s, self.called, re.IGNORECASE))


def parts_named(detail: str) -> tuple[PartNamed, ...]:
    """The parts that words as PARTS_NUMBERED name, in order; none where they name no number."""
    whole = _WHOLE.match(detail)
    if whole is None:
        return ()
    before = [_labels(m.group()) for m in _INSIDES.finditer(whole["before"])]
    levels = (*reversed(before), *(_labels(m.group()) for m in _INSIDES.finditer(whole["numbers"])))
    called = fold(whole["sort"])
    numbers = numbers_named(_INSIDES.sub(" ", f"{called} {whole['numbers']}")).numbers
    return tuple(
        PartNamed(
            called, own, tuple(label for _, label in smaller), " ".join((called, own, *chain(*smaller)))
        )
        for own in numbers or whole["numbers"].split()[:1]
        for smaller in product(*levels)
    )


_GOES_ON = re.compile(
    r"\W*(?:en|and)?\s*(?:wat (?:staat|zegt|is)(?: er)?(?: in)?\s+)?(?:(?:het|de|the)\s+)?"
    rf"(?P<inside>{_INSIDE})\W*",
    re.IGNORECASE,
)
_PARTS = re.compile(PARTS_NUMBERED, re.IGNORECASE)


def part_going_on(question: str, before: str) -> str:
    """`question` with the part that the one before it named ("artikel 3", "En het tweede lid?")."""
    smaller, named = _GOES_ON.fullmatch(question.strip()), _PARTS.search(before)
    parts = parts_named(named["part"]) if named else ()
    return f"{parts[0].called} {parts[0].number} {smaller['inside']}" if smaller and parts else question


def _labels(inside: str) -> list[tuple[str, str]]:
    """What smaller parts are called, and their labels: of "eerste en derde lid", of "onder b en c"."""
    called = _LEVEL.search(inside)
    level = fold(called.group()) if called else ""
    ordinals = [number(number_of(fold(m.group())) or m.group()) for m in _ORDINALS.finditer(inside)]
    labels = ordinals or [m.group().casefold() for m in _LABELS.finditer(inside)]
    return [(level, label) for label in labels]


def find_parts(document: Document, named: PartNamed) -> Iterator[tuple[Span, Span]]:
    """Where a part stands: its heading with all that is in it; of a smaller part its text and that part."""
    blocks = sorted(document.blocks, key=lambda b: b.span.start)
    titles = [(n, squash(b.span.of(document.text))) for n, b in enumerate(blocks) if is_title(document, b)]
    titled = any(re.match(rf"(?:{named.sort})\b", text, re.IGNORECASE) for _, text in titles)
    # a number alone heads an article or a chapter where no title says that it is one
    bare = not titled and named.sort in (_ARTICLES, _CHAPTERS)
    called = r"(?:§\s*)?" if bare else rf"(?:{named.sort})\s*"
    pattern = re.compile(rf"{called}{re.escape(named.number)}(?:[.:)]|\b(?![.\d]))", re.IGNORECASE)
    found = [
        (n, around)
        for n, text in titles
        if pattern.match(text) and (around := with_text(document, blocks, n))
    ]
    headed = [(n, around) for n, around in found if blocks[n].kind is BlockKind.HEADING]
    parts = [(blocks[n].span, around) for n, around in headed or found]  # a line of the contents is no part
    if not parts and named.sort is _ITEMS:
        parts = list(_items(document, blocks, named))
    for title, around in parts:
        if named.inside:
            body = Span(title.end, around.end)
            yield from ((span, around) for span in _inside(document.text, body, named.inside))
        else:
            yield title, around


def _items(document: Document, blocks: Sequence[Block], named: PartNamed) -> Iterator[tuple[Span, Span]]:
    """The item of that number under a heading that says what its items are ("Aanbevelingen")."""
    sorts = {stem(fold(word)) for word in re.findall(r"\w+", named.sort.replace("(?:", " "))}
    for n, block in enumerate(blocks):
        heading = fold(block.span.of(document.text))
        if block.kind is not BlockKind.HEADING or sorts.isdisjoint(map(stem, re.findall(r"\w+", heading))):
            continue
        around = with_text(document, blocks, n)
        if around is not None:
            items = Span(block.span.end, around.end)
            yield from ((span, around) for span in _inside(document.text, items, (named.number,)))


def _inside(text: str, part: Span, labels: Sequence[str]) -> Iterator[Span]:
    """The stretch of `part` with these labels, level by level; none where one is lacking."""
    span: Span | None = part
    for label in labels:
        span = _labelled(text, span, label) if span is not None else None
    if span is not None:
        yield span


def _labelled(text: str, part: Span, label: str) -> Span | None:
    """A label ("2." or "b)") with what is behind it, up to the next; the nth line if none is numbered."""
    numeric = label.isdigit()
    following = str(int(label) + 1) if numeric else chr(ord(label) + 1)
    start = _label_at(text, part, label)
    if start is None:
        numbered = _label_at(text, part, "1") if numeric else part
        lines = [m for m in re.finditer(r"[^\n]+", part.of(text)) if m.group().strip()]
        if numbered is not None or not 0 < int(label) <= len(lines):
            return None
        line = lines[int(label) - 1]
        return Span(part.start + line.start(), part.start + line.end())
    after = Span(start.end, part.end)
    ends = [_label_at(text, after, following), None if numeric else _next_number(text, after)]
    end = min((match.start for match in ends if match is not None), default=part.end)
    stretch = text[start.start : end]
    left = len(stretch) - len(stretch.lstrip(" \n;:,.-–•"))
    return Span(start.start + left, start.start + len(stretch.rstrip()))


def _label_at(text: str, part: Span, label: str) -> Span | None:
    """Where a label opens a line or, a letter, a clause of `part`."""
    opens = r"(?:^|\n|[.;:]\s+(?=\())" if label.isdigit() else r"(?:^|\n|[:;,.]\s)"
    sign = r"(?:[.)°:]|\s(?=[A-Z]))" if label.isdigit() else r"[.)°:]"
    pattern = rf"{opens}\s*(?:[-–•]\s*)?\(?(?:lid\s+)?{label}{sign}\s*(?=\S)"
    match = re.search(pattern, part.of(text), re.IGNORECASE if label.isalpha() else 0)
    return Span(part.start + match.start(), part.start + match.end()) if match else None


def _next_number(text: str, part: Span) -> Span | None:
    match = re.search(r"(?:\n\s*\(?|[.;]\s+\()\d{1,2}[.)]\s", part.of(text))
    return Span(part.start + match.start(), part.start + match.end()) if match else None


def is_title(document: Document, block: Block) -> bool:
    """Whether a block heads a part: a heading, a short line that begins as one, a caption."""
    text = squash(block.span.of(document.text))
    return block.kind is BlockKind.HEADING or (
        block.kind is not BlockKind.TABLE and len(text) < _LONGEST_TITLE and _begins(document, block, _NAME)
    )


def with_text(document: Document, ordered: Sequence[Block], n: int) -> Span | None:
    """A title with what stands under it; None where that is nothing.

    What is under a line that only begins as a title ends at the next of those; of an article, an item or a
    caption also at a heading.
    """
    block = ordered[n]
    headed = block.kind is BlockKind.HEADING
    small = any(_begins(document, block, sort) for sort in (_ARTICLES, _ITEMS, _CAPTIONS))
    end = block.span.end
    for other in ordered[n + 1 :]:
        heads = other.kind is BlockKind.HEADING
        if heads and (small or headed) and (not headed or other.level <= block.level):
            break
        if not headed and is_title(document, other) and _begins(document, other, _NAME):
            break
        if other.kind is BlockKind.FOOTNOTE or other.span.end - block.span.start > _LONGEST_PART:
            break
        end = max(end, other.span.end)
    return Span(block.span.start, end) if end > block.span.end else None


def _begins(document: Document, block: Block, names: str) -> bool:
    return re.match(rf"(?:{names})\b", squash(block.span.of(document.text)), re.IGNORECASE) is not None
