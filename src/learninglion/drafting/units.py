"""What of a source can be quoted as it stands: its sentences, and its lists with the sentence before them.

A dash, a number or a semicolon of a list is lay-out, no part of what is said; a heading, a row of a table and
an item without its introduction say nothing by themselves. The place of a unit is always whole and verbatim.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from learninglion.checking.injection import touches_suspicious
from learninglion.dutch.text import split_sentences, words
from learninglion.models import DocumentKind, Source, SourceKind, Span

_MARKER = re.compile(r"^(?:[-–—•◦▪*·]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s+")
_FIRST_ITEM_INSIDE = re.compile(r":\s+[-–—•◦▪]\s+(?=\w)")
_CLOSED = re.compile(r"[.!?:;…][\"'”’»)]*(?:\s*\[\s*\d+\s*\])*$")
_CELL = " | "
_HEADING = 12  # words; a longer line without a full stop is a sentence that lost it


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence, or a list read as one sentence; `span` counts in the document's text."""

    text: str
    span: Span
    is_list: bool = False


@dataclass(frozen=True, slots=True)
class _Line:
    """A sentence as it was cut, and whether it stands on a line of its own."""

    text: str
    span: Span
    starts_line: bool
    ends_line: bool

    @property
    def is_item(self) -> bool:
        return bool(_MARKER.match(self.text))


@lru_cache(maxsize=512)
def units_of(source: Source) -> tuple[Unit, ...]:
    """The quotable units of the body, in order; none that speaks to a machine, none of a notice."""
    if source.kind is SourceKind.SECTION and source.document.kind is DocumentKind.KAMERVRAGEN:
        return ()  # "uitstel", "beantwoord middels een brief": what stands there in the place of answers
    return tuple(
        Unit(u.text, _placed(u.span, source), u.is_list)
        for u in _cut(source.body)
        if not touches_suspicious(source, _placed(u.span, source))
    )


def sentences_of(source: Source) -> tuple[tuple[str, int, int], ...]:
    """The units that are one sentence, verbatim, with their places in the document."""
    return tuple((u.text, u.span.start, u.span.end) for u in units_of(source) if not u.is_list)


def has_table(source: Source) -> bool:
    """Whether the body holds a table, which cannot be read as a sentence."""
    return any(_CELL in line for line in source.body.splitlines())


def _placed(span: Span, source: Source) -> Span:
    return Span(span.start + source.body_span.start, span.end + source.body_span.start)


@lru_cache(maxsize=512)
def _cut(body: str) -> tuple[Unit, ...]:
    lines = _lines(body)
    units: list[Unit] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        end = _end_of_list(lines, at)
        if end > at + 1:
            units.append(_read_list(lines[at:end]))
            at = end
            continue
        unit = _read_sentence(line, alone=len(lines) == 1, last=at + 1 == len(lines))
        if unit is not None:
            units.append(unit)
        at += 1
    return tuple(units)


def _lines(body: str) -> list[_Line]:
    made: list[_Line] = []
    for span in split_sentences(body):
        before, after = body[: span.start].rstrip(" \t"), body[span.end :].lstrip(" \t")
        made.append(
            _Line(span.of(body), span, not before or before[-1] == "\n", not after or after[0] == "\n")
        )
    return made


def _end_of_list(lines: Sequence[_Line], at: int) -> int:
    """Where the list that lines[at] introduces ends; `at` itself when it introduces none."""
    text = lines[at].text
    opened = text.endswith(":") or bool(_FIRST_ITEM_INSIDE.search(text))
    if not opened or lines[at].is_item or at + 1 == len(lines) or not lines[at + 1].is_item:
        return at
    end = at + 1
    while end < len(lines):
        if not lines[end].is_item and not _continues(lines, end):
            break
        end += 1
    items = sum(line.is_item for line in lines[at + 1 : end]) + bool(_FIRST_ITEM_INSIDE.search(text))
    return end if items > 1 else at


def _continues(lines: Sequence[_Line], at: int) -> bool:
    """Whether this sentence still belongs to the item before it: more items follow after its line."""
    while at < len(lines) and not lines[at].starts_line:
        at += 1
    return at < len(lines) and lines[at].is_item and not lines[at - 1].is_item


def _read_list(lines: Sequence[_Line]) -> Unit:
    head = lines[0].text
    items: list[str] = []
    inside = _FIRST_ITEM_INSIDE.search(head)
    if inside:
        items.append(head[inside.end() :])
        head = head[: inside.start() + 1]
    for line in lines[1:]:
        if line.is_item:
            items.append(_MARKER.sub("", line.text))
        else:
            items[-1] = f"{items[-1]} {line.text}"
    listing = "; ".join(re.sub(r"(?:[;,.]|[;,]\s+(?:en|of))\s*$", "", item) for item in items)
    return Unit(f"{head} {listing}.", Span(lines[0].span.start, lines[-1].span.end), is_list=True)


def _read_sentence(line: _Line, alone: bool, last: bool) -> Unit | None:
    if alone and not line.is_item:
        return Unit(line.text, line.span)
    marker = _MARKER.match(line.text)
    start = marker.end() if marker else 0
    text = line.text[start:]
    if _CELL in text or text.endswith(":"):
        return None  # a row of a table; an introduction of what is not here
    if not _CLOSED.search(text) and line.ends_line and len(words(text)) <= _HEADING:
        # a heading, or a sentence that was broken off; at the end only its full stop may be lost
        whole = not marker and (len(words(text)) == 1 or (last and not line.starts_line))
        return Unit(text, line.span) if whole else None
    if marker and not (text[:1].isupper() and text.endswith((".", "!", "?"))):
        return None  # half a sentence: the other half stands before the list
    return Unit(text, Span(line.span.start + start, line.span.end))
