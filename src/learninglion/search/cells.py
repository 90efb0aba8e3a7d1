"""Of a table row that answers, the cell that does: with the heads of its row and column, and its unit."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from learninglion.dutch.text import squash
from learninglion.models import Span
from learninglion.search.units import CELL, Unit

Cover = Callable[[str], float]
Holds = Callable[[str], bool | None]

# "Bedrag (x 1.000 euro)", "Aandeel (%)", "Kosten in euro": what the figures of a column are counted in.
_UNIT = re.compile(
    r"\(\s*((?:x\s*)?[\d.]*\s*(?:%|€|euro|procent|percent|m²|m2|km|kg|mg/l|graden|uur|minuten|dagen|weken|maanden"
    r"|jaar|mln\.?|miljoen|miljard|stuks|in [\w ]+|x 1[.,]000[\w ]*|per [\w ]+)[^)]*)\)"
    r"|\bin (euro|procent|uren?|dagen|weken|kilometers?|kilo)\b|(%|€)",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"^[\s€$£+\-−–]*\d[\d.,\s]*%?$")
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


def value_asked(unit: Unit, cover: Cover, named: Cover, holds: Holds) -> Value | None:
    """The cell of a row that is asked for; None where that cannot be told.

    `cover`: how much of the question a text meets (0..1); `named`: how much of a text the question meets;
    `holds`: whether it is the sort of thing that is waited for. What the question names itself is not what it
    asks for.
    """
    if not unit.row:
        return None
    spans = _cells(unit)
    texts = [unit.text[span.start - unit.span.start : span.end - unit.span.start] for span in spans]
    heads = [squash(head) for head in unit.lead.split("|")] if CELL in unit.lead else []
    if len(heads) != len(texts):
        heads = [""] * len(texts)
    filled = [n for n, text in enumerate(texts) if _SAYS.search(text)]
    if len(filled) < 2:
        return None
    given = {n: cover(texts[n]) * named(texts[n]) for n in filled}
    scores = {}
    for n in filled:
        cell_text = holds(f"{texts[n]} {_unit_of(heads[n])}")
        if not cell_text and _FIGURE.match(texts[n]):
            cell_text = None  # what it counts may be said anywhere
        kind = 0.0 if cell_text is None else _KIND if cell_text else -_KIND
        scores[n] = cover(heads[n]) + kind - _GIVEN * given[n]
    best, other = sorted(filled, key=lambda n: (-scores[n], -n))[:2]
    only = len(filled) == 2 and not any(heads) and best != filled[0]
    if not only and (scores[best] <= 0 or scores[best] - scores[other] < _MARGIN):
        return None
    rest = [n for n in filled if n != best]
    row = max(rest, key=lambda n: (given[n], not _FIGURE.match(texts[n]), -n))
    return Value(texts[best], spans[best], texts[row], heads[best], _unit_of(heads[best]))


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
