"""A source as what can answer: its sentences, list items and table rows, and of a row the cell that does."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from learninglion.dutch.text import split_sentences, squash
from learninglion.models import Source, Span
from learninglion.search.parts import numbers_in, numbers_named, within

CELL = " | "
_ITEM = re.compile(r"^\s*(?:[-–—•●▪◦*o\uf0b7]|\(?[a-z0-9]{1,3}[.)])\s")
_FIGURE = re.compile(r"^(?!\s*(?:19|20)\d\d\s*$)\W*\d[\d.,]*\D{0,12}$")  # not a year
_MOSTLY = 0.6
_LONGEST = 600  # characters: a "sentence" that is longer is cut at ";" or ","


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
_YEAR = re.compile(r"(?:19|20)\d\d$")
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
