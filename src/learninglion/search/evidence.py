"""How probably a source answers a question: by its best sentence, with what that stands in.

Two learned chances. That a source answers: from how the words of the question are met by one sentence, by
what surrounds it, and by the source; whether the sentence holds the sort of thing that is asked for; and the
search's own signals. And that the best of what was found answers: what is asked about a thing that is there,
but of which this is not told or elsewhere, looks much like what is. Both are learned by
`learninglion evaluate ask --learn`; docs/evaluation.md says on what, and how good they are.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from importlib.resources import files
from itertools import takewhile

import numpy as np
from numpy.typing import NDArray

from learninglion.dutch.lexicon import AUXILIARIES, SEPARABLE, is_finite, number_of, verb_of
from learninglion.dutch.questions import ASKS, NUMERIC, Wants, gives, is_commonplace, wants_of
from learninglion.dutch.text import fold, split_sentences, squash, stem
from learninglion.models import Source, Span
from learninglion.search.question import (
    YEAR,
    Asked,
    document_named,
    language_of,
    numbers_in,
    numbers_named,
    read_question,
    within,
)
from learninglion.search.synonyms import kin, translations

Row = NDArray[np.float64]
Rarity = Callable[[str], float]

_WORD = re.compile(r"\w+")
_DIGIT = re.compile(r"\d")
_GRAM = 5
_PART = 0.6  # of the 5-grams of the shorter word: from here on one word is part of the other
_PART_WORTH = 0.85
_KIN_WORTH = 0.55
_COMMONPLACE = 0.3
_INTRODUCTION = 0.3  # as in search: it names the subject, not what is asked
_LEAST = 0.05  # what a word tells that stands everywhere
# How well a word is met by what surrounds a sentence, against the sentence itself.
_ABOVE, _BEFORE, _BEHIND, _ELSEWHERE = 0.85, 0.85, 0.7, 0.6
_USUAL_WORDS = 15  # of a sentence
_OPENING = 10  # characters in front of the subject of a sentence: an article, a bullet
_BARE = 4  # words: less is a heading or a scrap of a table
_SHORT = 3  # letters
_NAMED = 4.0  # more than all else together: a number at the head of a row names it, or it is another row
_ALONE = 3.0  # logits that the only source that was read stands above the next
_LABELLED = re.compile(r"\W*\w[\w ]*:\s*\S")  # "Bestandsvorm: PDF/A"
# A sentence that asks, or tells what others asked, answers nothing.
_ASKS = re.compile(
    r"\?[\"'”’»)]*$"
    r"|^(?:De leden|Deze leden|Zij|Voorts|Ook|Verder)\b.{0,80}\b(?:vragen|vernemen|lezen|constateren"
    r"|merken)\b"
)


# A source as what can answer: its sentences, list items and table rows, and of a row the cell that does.

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


def _row_named(unit: Unit, question: str, meets: Callable[[str, str], bool]) -> frozenset[str] | None:
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
    own_years = {text for text in map(str.strip, texts) if YEAR.match(text)} | {
        n for n in own if YEAR.match(n)
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


# How well the words of a question are met.


@dataclass(frozen=True, slots=True)
class _Way:
    """One way in which a word of a question (by its place) can stand in a text, and how well it meets it."""

    place: int
    word: str
    grams: frozenset[str]
    roots: frozenset[str]
    worth: float
    root: str = ""  # with which a compound may begin: "verleng" in "verlengkosten"
    unknown: bool = False  # it stands nowhere, so it may be misspelt


@dataclass(frozen=True, slots=True)
class Wanted:
    """The telling words of a question (folded, different stems) with how much each tells; together 1.

    `across` is the same in the other language, for texts in that; None where that is what this is.
    """

    question: Asked
    words: tuple[str, ...]
    weights: Row
    ways: tuple[_Way, ...]
    met: dict[str, tuple[tuple[int, float], ...]]  # what was found out of words so far
    sorts: tuple[int, ...] = ()  # places of words that only say what is waited for
    across: Wanted | None = None


def want(text: str, rarity: Rarity, introduction: str = "") -> Wanted:
    """A question made ready; `rarity` tells of a stem how rare it is where is searched (0..1)."""
    question = read_question(text)
    by_stem: dict[str, tuple[str, str, float, bool]] = {}  # by stem: word, finite part of it, share, English
    parts = [(text, question, 1.0)]
    if introduction.strip():
        parts.append((introduction, read_question(introduction), _INTRODUCTION))
    for wording, parsed, share in parts:
        finite, whole = ("", "") if parsed.english else split_verb(wording)
        sort = document_named(wording)
        for word in parsed.words:
            joined = bool(finite) and fold(word) == finite
            common = is_commonplace(word) or fold(word) == sort
            worth = share * (_COMMONPLACE if common else 1.0)
            row = (whole, finite, worth, False) if joined else (fold(word), "", worth, parsed.english)
            by_stem.setdefault(stem(row[0] if joined else word), row)
    ways = [
        replace(_way(n, word), unknown=rarity(own) >= 1.0)
        for n, (own, (word, *_)) in enumerate(by_stem.items())
    ]
    for n, (word, _, _, english) in enumerate(by_stem.values()):
        ways += [replace(_way(n, other), worth=_KIN_WORTH) for other in kin(word, english=english)]
    ways += [
        _Way(n, "", frozenset(), _roots(finite), _PART_WORTH)
        for n, (_, finite, _, _) in enumerate(by_stem.values())
        if finite
    ]
    words = tuple(word for word, *_ in by_stem.values())
    weights = [max(_LEAST, share * rarity(own)) for own, (_, _, share, _) in by_stem.items()]
    sorts = tuple(n for n, word in enumerate(words) if word in sort_words(text))
    across = _across(question, by_stem, rarity)
    return Wanted(question, words, _shares(weights), tuple(ways), {}, sorts, replace(across, sorts=sorts))


_OF_MONEY = ("kost", "gekost", "betaal", "geld", "euro", "uitgegeven", "uitgaven", "prijs", "tarie", "bedrag")
_OPENS = frozenset("hoe hoeveel welk welke wat how what which".split())


def sort_words(question: str) -> frozenset[str]:
    """The folded words of `question` that only say what it waits for: "hoe lang", "hoeveel weken", "duurt".

    A sentence that gives such a thing need not repeat them. What money is for is a subject, as in "hoeveel
    subsidie".
    """
    wants = wants_of(question)
    if wants not in ASKS:
        return frozenset()
    sorts = set()
    for match in ASKS[wants].finditer(fold(question)):
        own = re.findall(r"\w+", match.group())
        if len(own) == 1:
            sorts.add(own[0])
        elif own[0] in _OPENS and (own[0] != "hoeveel" or wants is not Wants.MONEY):
            sorts.add(own[1])
        if own[0] in ("hoeveel", "wat") and own[-1].startswith(_OF_MONEY):
            sorts.add(own[-1])
    return frozenset(sorts)


def _across(question: Asked, by_stem: Mapping[str, tuple[str, str, float, bool]], rarity: Rarity) -> Wanted:
    """What is wanted of texts in the other language: the words that the list has, and names as they stand."""
    ways, weights = [], []
    for place, (own, (word, _, share, english)) in enumerate(by_stem.items()):
        others = translations(word, english=english)
        ways += [_way(place, form) for form in dict.fromkeys((*others, word))]
        weights.append(max(_LEAST, share * min(rarity(form) for form in (own, *map(stem, others)))))
    words = tuple(word for word, *_ in by_stem.values())
    return Wanted(question, words, _shares(weights), tuple(ways), {})


def _way(place: int, word: str) -> _Way:
    root = stem(word)
    return _Way(place, word, _grams(word), _roots(word), 1.0, root if len(root) >= _GRAM else "")


def _shares(weights: Sequence[float]) -> Row:
    shares = np.array(weights, dtype=np.float64)
    total = float(shares.sum())
    return shares / total if total else shares


_EARLY = 6  # words in which the finite verb of a question stands


def split_verb(question: str) -> tuple[str, str]:
    """The finite verb of "Hoe trek ik dat weer in?" and the whole one ("trek", "intrekken"); else ""."""
    folded = [fold(word) for word in _WORD.findall(question)]
    if len(folded) > 2 and folded[-1] in SEPARABLE:
        for word in folded[:_EARLY]:
            if is_finite(word) and word not in AUXILIARIES and word != folded[-1]:
                return word, folded[-1] + verb_of(word)
    return "", ""


@lru_cache(maxsize=4096)
def _grams(word: str) -> frozenset[str]:
    whole = f" {word} "
    return (
        frozenset(whole[i : i + _GRAM] for i in range(len(whole) - _GRAM + 1))
        if len(word) >= _GRAM
        else frozenset()
    )


_PARTICIPLE = re.compile(r"(\w{0,6}?)ge(\w{3,}(?:d|t|en))$")


@lru_cache(maxsize=4096)
def _roots(word: str) -> frozenset[str]:
    """The stems by which forms of one word know each other: also of a verb in the past, or a participle."""
    forms = {word, verb_of(word), number_of(word) or word}
    participle = _PARTICIPLE.match(word)
    if participle:  # "gereden" by "reden", "aangemeld" by "aanmeld"
        rest = participle.group(2)
        forms |= {participle.group(1) + rest, participle.group(1) + verb_of(rest)}
        if rest.endswith("d"):
            forms.add(participle.group(1) + rest[:-1])
    if len(word) > _SHORT and word[-1] == "s" and word[-2] in "aiouy":  # "wadis" by "wadi's"
        forms.add(word[:-1])
    return frozenset(map(stem, forms))


def _meets(wanted: Wanted, word: str) -> tuple[tuple[int, float], ...]:
    """Which words of the question a folded word meets, and how well (0..1)."""
    known = wanted.met.get(word)
    if known is not None:
        return known
    matches: dict[int, float] = {}
    own, roots = _grams(word), _roots(word)
    for way in wanted.ways:
        worth = 0.0
        if word == way.word or not roots.isdisjoint(way.roots):
            worth = way.worth
        elif own and way.grams:
            shared = len(own & way.grams) / min(len(own), len(way.grams))
            worth = way.worth * _PART_WORTH * shared if shared >= _PART else 0.0
        if not worth and way.root and (word.startswith(way.root) or word.endswith(way.word)):
            worth = way.worth * _PART_WORTH * _PART
        if not worth and way.unknown and _one_letter_off(word, way.word):
            worth = way.worth * _PART_WORTH
        if worth > matches.get(way.place, 0.0):
            matches[way.place] = worth
    made = wanted.met[word] = tuple(matches.items())
    return made


_FEW_WORDS = 3  # telling words: words so few are looked up one by one


def holds_every_word(wanted: Wanted, source: Source) -> bool:
    """Whether each of the few words of a look-up stands in a source, in some form or in a longer word.

    A part of such a word ("platform" of "helikopterplatform") is not that word.
    """
    if not 0 < len(wanted.words) <= _FEW_WORDS:
        return False
    own = _words("\n".join((source.document.title, *source.heading_path, source.question, source.body)))
    ways = (*wanted.ways, *(wanted.across.ways if wanted.across else ()))
    held = {way.place for way in ways if any(_holds(word, way) for word in own)}
    return held.issuperset(range(len(wanted.words)))


def _holds(word: str, way: _Way) -> bool:
    """Whether a word of a text is this word, a form of it, or made with it."""
    return (
        word == way.word
        or not way.roots.isdisjoint(_roots(word))
        or (bool(way.root) and way.root in word)
        or (way.unknown and _one_letter_off(word, way.word))
    )


_LONG_ENOUGH = 6  # letters of a word that can be known though one is wrong


def _one_letter_off(word: str, other: str) -> bool:
    """Whether one long word is the other with a letter too many, too few, another, or two exchanged."""
    if min(len(word), len(other)) < _LONG_ENOUGH or abs(len(word) - len(other)) > 1 or word[0] != other[0]:
        return False
    start = next((n for n, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), len(other))
    rest, others = word[start:], other[start:]
    exchanged = rest[:2] == others[:2][::-1] and rest[2:] == others[2:]
    return exchanged or rest[1:] == others[1:] or rest[1:] == others or rest == others[1:]


@lru_cache(maxsize=4096)
def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(fold, _WORD.findall(text))))  # "N5" is one, as in what is asked


def _cover(wanted: Wanted, text: str) -> Row:
    """For each word of the question how well `text` meets it (0..1)."""
    met = np.zeros(len(wanted.words))
    for word in _words(text):
        for place, worth in _meets(wanted, word):
            met[place] = max(met[place], worth)
    return met


def cover(wanted: Wanted, text: str) -> float:
    """How much of the question `text` meets (0..1)."""
    return float(wanted.weights @ _cover(wanted, text))


def named(wanted: Wanted, text: str) -> float:
    """How much of `text` the question meets: the share of its words (0..1)."""
    own = _words(text)
    return sum(bool(_meets(wanted, word)) for word in own) / len(own) if own else 0.0


@dataclass(frozen=True, slots=True)
class Look:
    """The best unit of a source, and what its words tell.

    share, near, whole: how much of the question is met by the unit, with what surrounds it, and with all of
    the source (0..1; the last two above the one before). missing: the greatest weight that is not met. least:
    how well the word is met that is met least. kind: 1 where it holds what is waited for, -1 where not, 0
    where that says nothing. counts: it has a number of just what is counted. above: how much is met by
    title and headings. foreign: in another language than the question. called: the
    numbers and years by which the question names this row; none for a row with other ones, None where neither
    tells.
    """

    unit: Unit
    share: float
    near: float
    whole: float
    missing: float
    kind: float
    counts: bool
    length: float
    asks: bool
    bare: bool
    above: float
    least: float
    foreign: bool
    called: frozenset[str] | None = None
    own: Row = field(default_factory=lambda: np.zeros(0), repr=False, compare=False)
    body: Row = field(default_factory=lambda: np.zeros(0), repr=False, compare=False)
    distinct: float = 0.0

    @property
    def is_meant(self) -> bool:
        """Whether the question names this row by its number or year."""
        return bool(self.called)

    @property
    def is_other(self) -> bool:
        """Whether this is the row of another than the question names."""
        return self.called is not None and not self.called


def look(wanted: Wanted, source: Source) -> Look | None:
    """The unit of `source` that answers best by its words; None where there is no text."""
    return max(_looks(wanted, source), key=_worth, default=None)


def rows_named(wanted: Wanted, source: Source, view: Look) -> tuple[Look, ...]:
    """What was seen of `source`, and each other row that the question names ("wijk 7 en 8"); in its order."""
    numbers = numbers_named(wanted.question.text).numbers
    if not view.called or view.called.issuperset(numbers):
        return (view,)
    rows: dict[Span, Look] = {}
    looks = [row for row in _looks(wanted, source) if row.is_meant and row.unit.span != view.unit.span]
    for own in numbers:
        if not any(own in (row.called or ()) for row in rows.values()):
            called = (row for row in (view, *looks) if own in (row.called or ()))
            best = view if own in view.called else max(called, key=_worth, default=view)
            rows.setdefault(best.unit.span, best)
    return tuple(rows.values())


def _looks(wanted: Wanted, source: Source) -> list[Look]:
    units = units_of(source)
    if not units:
        return []
    foreign = _is_foreign(source, english=wanted.question.english)
    wanted = (foreign and wanted.across) or wanted
    above = _cover(wanted, "\n".join((source.document.title, *source.heading_path, source.question)))
    covers = [_cover(wanted, unit.text) for unit in units]
    whole = np.maximum.reduce(covers)
    return [_look(wanted, units, covers, n, above, whole, foreign) for n in range(len(units))]


def _is_foreign(source: Source, *, english: bool) -> bool:
    """Whether a source is in another language than the question; not where its words hardly tell."""
    language = language_of("\n".join((source.body, *source.heading_path)))
    return language is not None and english != (language == "en")


def _worth(view: Look) -> float:
    """By what the units of one source are ordered."""
    return (
        view.share
        + 0.8 * view.near
        + 0.15 * view.kind
        + 0.1 * view.counts
        - 0.2 * view.bare
        - 0.15 * view.asks
        + _NAMED * (view.is_meant - view.is_other)
    )


# What stands behind a word where it is said what it is.
_IS = re.compile(
    r"^\s*(?:\([^)]{1,80}\)\s*)?"
    r"(?::|=|\||[-–]\s|(?:is|zijn|betekent|omvat|staat voor|are|means|stands for)\b)"
    r"|^\s*\((?:de )?(?:afkorting|afgekort|dat|voluit|short)\b",
    re.IGNORECASE,
)


def _defines(text: str, wanted: Wanted) -> bool:
    """Whether `text` opens with the words that are looked up, and goes on to say what that is."""
    term = r"[\W_]+".join(re.escape(w) for w in re.findall(r"\w+", wanted.question.text))
    match = re.search(rf"\b{term}\b", text, re.IGNORECASE) if term else None
    return match is not None and match.start() <= _OPENING and _IS.search(text[match.end() :]) is not None


# What is counted: the words behind "hoeveel", and those behind a number.
_HOW_MANY = re.compile(r"\b(?:hoe\s*veel|how many|how much|aantal)\s+((?:\w+\W+){0,2}\w+)", re.IGNORECASE)
_COUNT = re.compile(r"(?<![\w.,])\d[\d.,]*\s+((?:\w+\s+){0,2}\w+)")


def _counts(wanted: Wanted, unit: Unit) -> bool:
    """Whether `unit` has a number of just that of which is asked how many there are."""
    match = _HOW_MANY.search(wanted.question.text)
    if match is None:
        return False
    things = {place for word in _words(match.group(1)) for place, worth in _meets(wanted, word) if worth == 1}
    behind = unit.lead if unit.row else " ".join(m.group(1) for m in _COUNT.finditer(unit.text))
    return any(place in things for word in _words(behind) for place, _ in _meets(wanted, word))


def _besides(wanted: Wanted, text: str) -> str:
    """`text` without what the question names itself, where it asks who or where: that is no answer to it."""
    if wanted.question.wants not in (Wants.BODY, Wants.PLACE):
        return text
    return _WORD.sub(lambda word: "" if _meets(wanted, fold(word.group())) else word.group(), text)


def _look(
    wanted: Wanted,
    units: Sequence[Unit],
    covers: Sequence[Row],
    n: int,
    above: Row,
    whole: Row,
    foreign: bool,
) -> Look:
    unit, weights = units[n], wanted.weights
    own = np.maximum(covers[n], _cover(wanted, unit.lead)) if unit.lead else covers[n]
    line = f"{unit.text} | {unit.lead}" if unit.row and _DIGIT.search(unit.text) else unit.text
    holds = gives(wanted.question.wants, _besides(wanted, line))
    if holds and wanted.sorts:
        own = own.copy()
        own[list(wanted.sorts)] = 1.0
    near = np.maximum(_ABOVE * above, own)
    if n:
        near = np.maximum(near, _BEFORE * covers[n - 1])
    if n + 1 < len(units):
        near = np.maximum(near, _BEHIND * covers[n + 1])
    everything = np.maximum(near, _ELSEWHERE * whole)
    if wanted.question.looked_up and _defines(unit.text, wanted):
        holds = True
    size = len(unit.text.split())
    share, around = float(weights @ own), float(weights @ near)
    return Look(
        unit=unit,
        share=share,
        near=around - share,
        whole=float(weights @ everything) - around,
        missing=float((weights * (1 - everything)).max()) if len(weights) else 1.0,
        kind=0.0 if holds is None else (1.0 if holds else -1.0),
        counts=wanted.question.wants in NUMERIC and _counts(wanted, unit),
        length=math.log(max(size, 1) / _USUAL_WORDS),
        asks=_ASKS.search(unit.text) is not None,
        bare=size < _BARE and not unit.row and not _LABELLED.match(unit.text),
        above=float(weights @ above),
        own=own,
        body=whole,
        least=float(everything.min()) if len(weights) else 0.0,
        foreign=foreign,
        called=_row_named(unit, wanted.question.text, lambda word, text: _stands_in(wanted, word, text)),
    )


def _stands_in(wanted: Wanted, word: str, text: str) -> bool:
    """Whether a folded word of the question is met by a word of `text`."""
    places = {place for place, _ in _meets(wanted, word)}
    return any(place in places for own in _words(text) for place, _ in _meets(wanted, own))


_MET = 0.5  # of a word: from here on a source has it
_SEVERAL = 3  # sources of one document, that show what all of it is about


def distinguish(wanted: Wanted, looks: Sequence[Look]) -> list[Look]:
    """The looks at sources of one document, with how much of the question each has that most have not.

    What stands all over a document tells what that is about, and not where in it something is told.
    """
    if len(looks) < _SEVERAL:
        return [replace(view, distinct=float(_weights(wanted, view) @ view.own)) for view in looks]
    rare = 1 - np.mean([view.body >= _MET for view in looks], axis=0)
    return [replace(view, distinct=float(_weights(wanted, view) @ (view.own * rare))) for view in looks]


def _weights(wanted: Wanted, view: Look) -> Row:
    return wanted.across.weights if view.foreign and wanted.across is not None else wanted.weights


@dataclass(frozen=True, slots=True)
class Signals:
    """What the search itself says of a source: its logit, and deviations of cosines (scoring.py)."""

    logit: float
    mean: float
    best: float


# Columns of what is learned from. Words say little across languages, so those columns are 0 there.
ANSWERS = (
    "unit", "near", "whole", "missing", "distinct", "kind", "counts", "length", "bare", "above", "logit",
    "mean", "best", "foreign", "foreign_unit", "foreign_missing", "few_unit",
)  # fmt: skip
ANSWERED = (
    "chance", "unit", "missing", "kind", "few", "foreign", "numeric", "who", "least", "lead",
)  # fmt: skip


def answers_row(wanted: Wanted, view: Look, signals: Signals) -> Row:
    """The numbers (columns as ANSWERS) of what was seen of a source beside a question."""
    own = 0.0 if view.foreign else 1.0
    few = 1.0 / max(1, len(wanted.words))
    return np.array(
        [
            own * view.share,
            own * view.near,
            own * view.whole,
            own * view.missing,
            own * view.distinct,
            view.kind,
            view.counts,
            view.length,
            view.bare,
            own * view.above,
            signals.logit,
            signals.mean,
            signals.best,
            1 - own,
            (1 - own) * view.share,
            (1 - own) * view.missing,
            few * view.share,
        ]
    )


def answered_row(wanted: Wanted, view: Look, logits: Sequence[float]) -> Row:
    """The numbers (columns as ANSWERED) of a question beside the best that was found.

    `logits` are those of all that was read, best first: what answers stands clear of the next, what is merely
    near does not.
    """
    own = 0.0 if view.foreign else 1.0
    lead = logits[0] - logits[1] if len(logits) > 1 else _ALONE
    return np.array(
        [
            logits[0],
            own * view.share,
            own * view.missing,
            view.kind,
            1.0 / max(1, len(wanted.words)),
            1 - own,
            wanted.question.wants in NUMERIC,
            wanted.question.wants is Wants.BODY,
            view.least,
            lead,
        ]
    )


@dataclass(frozen=True, slots=True)
class Curve:
    """A logistic curve over columns."""

    slopes: Row
    offset: float

    def logit(self, row: Row) -> float:
        """The logit of a row of numbers."""
        return float(row @ self.slopes + self.offset)


@dataclass(frozen=True, slots=True)
class Weights:
    """What was learned: both curves, and two chances that a question is answered.

    From `sure` on it counts as answered; below `threshold` as not told at all.
    """

    answers: Curve
    answered: Curve
    sure: float
    threshold: float


def read_weights(data: Mapping[str, object]) -> Weights:
    """The weights as `evaluate ask --train` wrote them. Raises ValueError where they are of other columns."""

    def curve(name: str, columns: Sequence[str]) -> Curve:
        points = data[name]
        if not isinstance(points, dict) or tuple(points) != (*columns, "offset"):
            raise ValueError(f"{name}: these weights are of other columns")
        return Curve(np.array([float(points[c]) for c in columns]), float(points["offset"]))

    sure, threshold = data["sure"], data["threshold"]
    if not isinstance(sure, float) or not isinstance(threshold, float):
        raise ValueError("sure, threshold: numbers were expected")
    return Weights(curve("answers", ANSWERS), curve("answered", ANSWERED), sure, threshold)


@cache
def built_in() -> Weights:
    """The weights that ship."""
    return read_weights(json.loads(files(__package__).joinpath("evidence.json").read_text("utf-8")))
