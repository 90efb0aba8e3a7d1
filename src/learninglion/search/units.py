"""A source as what can answer: its sentences, list items and table rows, each with what it stands under."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from learninglion.dutch.text import split_sentences, squash
from learninglion.models import Source, Span

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
