"""Parts of a document: numbered ones ("artikel 3, tweede lid", "tabel 2"), and numbers of things, said and
found; and a source as what can answer: its sentences, list items and table rows, and of a row the cell that
does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, product, takewhile

from learninglion.dutch.lexicon import number_of
from learninglion.dutch.questions import is_filler, spell
from learninglion.dutch.text import fold, split_sentences, squash, stem
from learninglion.models import Block, BlockKind, Document, Source, Span

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
    candidates = [
        (n, around)
        for n, text in titles
        if pattern.match(text) and (around := with_text(document, blocks, n))
    ]
    headed = [(n, around) for n, around in candidates if blocks[n].kind is BlockKind.HEADING]
    parts = [
        (blocks[n].span, around) for n, around in headed or candidates
    ]  # a line of the contents is no part
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


CELL = " | "
_ITEM = re.compile(r"^\s*(?:[-–—•●▪◦*o\uf0b7]|\(?[a-z0-9]{1,3}[.)])\s")
_FIGURE = re.compile(r"^(?!\s*(?:19|20)\d\d\s*$)\W*\d[\d.,]*\D{0,12}$")  # not a year
_MOSTLY = 0.6


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence, item or row: where it stands in the document, and the lead-in or head row above it."""

    span: Span
    text: str
    lead: str = ""
    row: bool = False


@lru_cache(maxsize=4096)
def units_of(source: Source) -> tuple[Unit, ...]:
    """The units of the body of `source` in order; spans are those of the document."""
    body, start = source.body, source.body_span.start
    units: list[Unit] = []
    lead = ""
    head = next((h for h in source.heading_path[-1:] if CELL in h), "")  # of a table that began before
    spans = split_sentences(body)
    texts = [span.of(body) for span in spans]
    for n, (span, text) in enumerate(zip(spans, texts, strict=True)):
        place = Span(start + span.start, start + span.end)
        fresh = span.start == 0 or body[: span.start].rstrip(" \t").endswith("\n")
        if CELL in text:
            first = not head and (n == 0 or CELL not in texts[n - 1])
            if first and _is_head(text, list(takewhile(lambda other: CELL in other, texts[n + 1 :]))):
                head = squash(text)
            else:
                units.append(Unit(place, text, head or lead, row=True))
            continue
        head = ""
        item = fresh and _ITEM.match(text) is not None
        if not item and fresh:
            lead = ""
        units.append(Unit(place, text, lead))
        if text.endswith(":"):
            lead = squash(text)
    return tuple(units)


def _is_head(row: str, below: Sequence[str]) -> bool:
    """Whether a row tells what stands in those below it: words (or years) above something else."""
    cells, rows = row.split("|"), [other.split("|") for other in below]
    if not rows or len(rows[0]) != len(cells) or any(_FIGURE.match(cell) for cell in cells):
        return False
    figures = sum(_FIGURE.match(other[-1]) is not None for other in rows)
    # of two columns: a list of names with figures has a head, one of all sorts of facts has not
    return len(cells) > 2 or figures >= _MOSTLY * len(rows)


Cover = Callable[[str], float]
Holds = Callable[[str], bool | None]

# "Bedrag (x 1.000 euro)", "Aandeel (%)", "Kosten in euro": what the figures of a column are counted in.
_UNIT = re.compile(
    r"\(\s*((?:x\s*)?[\d.]*\s*(?:%|€|euro|procent|percent|m²|m2|km|kg|mg/l|graden|uur|minuten|dagen|weken|maanden"
    r"|jaar|mln\.?|miljoen|miljard|stuks|in [\w ]+|x 1[.,]000[\w ]*|per [\w ]+)[^)]*)\)"
    r"|\bin (euro|procent|uren?|dagen|weken|kilometers?|kilo)\b|(%|€)",
    re.IGNORECASE,
)
_FIGURE_CELL = re.compile(r"^[\s€$£+\-−–]*\d[\d.,\s]*%?$")
_SAYS = re.compile(r"\w")
# How much better the column must fit than the next, in shares of what is asked.
_KIND, _GIVEN, _MARGIN = 0.3, 0.8, 0.05


@dataclass(frozen=True, slots=True)
class Value:
    """A cell: its text and place, what stands at the head of its row and column (if any), and its unit."""

    text: str
    span: Span
    row: str
    column: str
    unit: str


def value_asked(unit: Unit, cover: Cover, named: Cover, holds: Holds, *, row_meant: bool) -> Value | None:
    """The cell of a row that is asked for; None where that cannot be told.

    `cover`: how much of the question a text meets (0..1); `named`: how much of a text the question meets;
    `holds`: whether it is the sort of thing that is waited for; `row_meant`: the question names the row by a
    number. What the question names itself is not what it asks for.
    """
    if not unit.row:
        return None
    spans, texts, heads = _table_row(unit)
    filled = [n for n, text in enumerate(texts) if _SAYS.search(text)]
    if len(filled) < 2:
        return None
    meant = {n: cover(texts[n]) * named(texts[n]) for n in filled}
    head = _head(texts)
    if row_meant and head is not None:
        meant[head] = 1.0  # also "7" under "Wijk"
    scores = {}
    for n in filled:
        cell_text = holds(f"{texts[n]} {_unit_of(heads[n])}")
        if not cell_text and _FIGURE_CELL.match(texts[n]):
            cell_text = None  # what it counts may be said anywhere
        kind = 0.0 if cell_text is None else _KIND if cell_text else -_KIND
        scores[n] = cover(heads[n]) + kind - _GIVEN * meant[n]
    best, other = sorted(filled, key=lambda n: (-scores[n], -n))[:2]
    only = len(filled) == 2 and not any(heads) and best != filled[0]
    if not only and (scores[best] <= 0 or scores[best] - scores[other] < _MARGIN):
        return None
    rest = [n for n in filled if n != best]
    row = max(rest, key=lambda n: (meant[n], not _FIGURE_CELL.match(texts[n]), -n))
    if not meant[row] and not row_meant:
        return None  # the question does not say what names this row: it may be about any other
    return Value(texts[best], spans[best], texts[row], heads[best], _unit_of(heads[best]))


def row_named(unit: Unit, question: str, meets: Callable[[str, str], bool]) -> frozenset[str] | None:
    """The numbers and years by which `question` names a row in what stands at its head; None: by neither.

    Empty for a row with another number than those that are named ("wijk 7" and the row of "Wijk 1").
    `meets`: whether a word of the question is in a text.
    """
    numbers = numbers_named(question)
    if not unit.row:
        return None
    _, texts, heads = _table_row(unit)
    first = _head(texts)
    if first is None:
        return None
    inside = within(texts[first], question)
    if inside or not numbers.numbers:
        return inside or None
    own, bare = numbers_in(texts[first]), _FIGURE_CELL.match(texts[first])
    called = {own for word, own in numbers.names if meets(word, f"{heads[first]} {texts[first]}")}
    if bare and not heads[first]:
        called = {own for _, own in numbers.names}
    own_years = {text for text in map(str.strip, texts) if _YEAR.match(text)} | {
        n for n in own if _YEAR.match(n)
    }
    years = set(numbers.years) - numbers_in(" ".join(heads))
    if (called and own and not called & own) or (years and own_years and not years & own_years):
        return frozenset()
    return frozenset(called & own | years & own_years) or None


def _head(texts: Sequence[str]) -> int | None:
    """Which cell names a row: the first that is filled; of "7 | Wijk 3 | 26" the second."""
    filled = [n for n, text in enumerate(texts) if _SAYS.search(text)][:2]
    if len(filled) > 1 and _FIGURE_CELL.match(texts[filled[0]]) and not texts[filled[1]][:1].isdigit():
        return filled[1] if numbers_in(texts[filled[1]]) else filled[0]
    return filled[0] if filled else None


def _table_row(unit: Unit) -> tuple[list[Span], list[str], list[str]]:
    """The cells of a row: places, texts, and the heads of their columns ("" without a head row)."""
    spans = _cells(unit)
    texts = [unit.text[span.start - unit.span.start : span.end - unit.span.start] for span in spans]
    heads = [squash(head) for head in unit.lead.split("|")] if CELL in unit.lead else []
    return spans, texts, heads if len(heads) == len(texts) else [""] * len(texts)


def _cells(unit: Unit) -> list[Span]:
    """Where the cells of a row stand in the document, without the space around them."""
    spans, at = [], 0
    for part in unit.text.split("|"):
        left = at + len(part) - len(part.lstrip())
        right = max(left, at + len(part.rstrip()))
        spans.append(Span(unit.span.start + left, unit.span.start + right))
        at += len(part) + 1
    return spans


def _unit_of(head: str) -> str:
    match = _UNIT.search(head)
    return next((part.strip() for part in match.groups() if part), "") if match else ""
