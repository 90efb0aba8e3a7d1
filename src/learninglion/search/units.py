"""A source as what can answer: its sentences, list items and table rows, each with what it stands under."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from learninglion.dutch.text import split_sentences, squash
from learninglion.models import Source, Span

__all__ = ["CELL", "Unit", "units_of"]

CELL = " | "
_ITEM = re.compile(r"^\s*(?:[-–—•●▪◦*o\uf0b7]|\(?[a-z0-9]{1,3}[.)])\s")
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
    found: list[Unit] = []
    head = lead = ""
    for span in split_sentences(body):
        text = span.of(body)
        place = Span(start + span.start, start + span.end)
        fresh = span.start == 0 or body[: span.start].rstrip(" \t").endswith("\n")
        if CELL in text:
            found.append(Unit(place, text, head or lead, row=True))
            head = head or squash(text)
            continue
        head = ""
        item = fresh and _ITEM.match(text) is not None
        if not item and fresh:
            lead = ""
        found.append(Unit(place, text, lead))
        if text.endswith(":"):
            lead = squash(text)
    return tuple(found)
