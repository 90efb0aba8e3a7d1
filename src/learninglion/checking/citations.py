"""Citations in one fixed form: what a sentence rests on, where it stands, and whether it stands there.

A quote is found back in its source with every character the same but white space, hyphenation and typography.
What cannot be found is named for what it is: made up, put together from several places, or taken from
another source than the one that is cited.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from learninglion.dutch.lexicon import MONTHS
from learninglion.models import (
    Answerer,
    Citation,
    DocumentCard,
    DocumentKind,
    Region,
    Source,
    SourceKind,
    Span,
)

Locate = Callable[[str, Span], tuple[Region, ...]]
"""Gives the rectangles on the page for a span of a document (its id)."""


def nowhere(document_id: str, span: Span) -> tuple[Region, ...]:
    """No rectangles: for text that stands on no page."""
    return ()


def cite(source: Source, span: Span, locate: Locate = nowhere) -> Citation:
    """The citation of `span` (of the document's text) in `source`, with its place on the page.

    Raises ValueError when the span lies outside the body of the source.
    """
    if not source.body_span.contains(span) or span.start >= span.end:
        raise ValueError(f"{source.id}: {span} lies outside the body {source.body_span}")
    offset = source.body_span.start
    quote = source.body[span.start - offset : span.end - offset]
    regions = () if source.kind is SourceKind.SUPPLIED else locate(source.document.id, span)
    return Citation(
        document=source.document.id,
        numbers=source.numbers,
        quote=quote,
        source_id=source.id,
        span=span,
        page=_page_of(source, regions),
        regions=regions,
        reference=reference(source),
        url=source.document.url,
    )


def _page_of(source: Source, regions: tuple[Region, ...]) -> int | None:
    """The page of the first rectangle, else the page where the source begins; None without pages."""
    return regions[0].page if regions else (source.page or None)


def reference(source: Source) -> str:
    """The fixed form, e.g. "Aanhangsel Handelingen II 2023/24, nr. 1771, antwoord op vraag 3, 4 en 5"."""
    if source.kind is SourceKind.SUPPLIED:
        return "aangeleverd door de opsteller" + _supplied_part(source)
    parts = [_document_reference(source.document)]
    numbers = source.answer_numbers or source.numbers
    if source.kind is SourceKind.PAIR and numbers:
        parts.append(f"antwoord op vraag {enumerate_dutch(str(n) for n in numbers)}")
    elif source.kind is SourceKind.SECTION:
        if source.heading_path:
            parts.append(f"paragraaf “{source.heading_path[-1]}”")
        if source.page:
            parts.append(f"p. {source.page}")
    return ", ".join(parts)


def _supplied_part(source: Source) -> str:
    names = {"line": " (lijn van het departement)", "news": " (nieuwsfeiten)"}
    if source.own:  # it has a title, and perhaps a date
        return f" ({_dated(f'“{source.document.title}”', source.document)})"
    return names.get(source.id.partition("#")[2], "")


def _document_reference(card: DocumentCard) -> str:
    if card.kind is DocumentKind.KAMERVRAGEN and card.session_year and card.number is not None:
        return f"Aanhangsel Handelingen II {_short_year(card.session_year)}, nr. {card.number}"
    if card.kind is DocumentKind.KAMERVRAGEN:
        return _dated(f"Antwoorden op Kamervragen “{card.title}”", card)
    if card.kind is DocumentKind.LETTER:
        sender = _sender(card.answerers[0]) if card.answerers else card.ministry
        return _dated(f"Brief van {sender}" if sender else f"Brief “{card.title}”", card)
    return _dated(f"“{card.title or card.id}”", card)


def _sender(answerer: Answerer) -> str:
    if not answerer.portfolio:
        return f"de {answerer.role}"
    link = " " if answerer.role.casefold().endswith((" voor", " van")) else " van "
    return f"de {answerer.role}{link}{answerer.portfolio}"


def _dated(text: str, card: DocumentCard) -> str:
    return f"{text} van {dutch_date(card)}" if card.date else text


def dutch_date(card: DocumentCard) -> str:
    """The date of a document in words, "17 mei 2024"; empty when it has none."""
    day = card.date
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}" if day else ""


def _short_year(session_year: str) -> str:
    """ "2023-2024" -> "2023/24"; "1999-2000" stays whole, as official papers do."""
    first, _, second = session_year.partition("-")
    return f"{first}/{second[-2:]}" if second and second[-2:] != "00" else f"{first}/{second}"


def enumerate_dutch(parts: Iterable[str]) -> str:
    """ "3, 4 en 5" from the parts in order."""
    items = list(parts)
    return f"{', '.join(items[:-1])} en {items[-1]}" if len(items) > 1 else "".join(items)


# Quotes, found back.

_HYPHENS = frozenset("-\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043")
_QUOTE_MARKS = frozenset("'\"`´‘’‚‛“”„‟«»‹›′″¸")
# Shorter pieces than this occur in any text by chance, so they prove nothing about where a quote came from.
_PIECE = 15
_LAST_PIECE = 8


class QuoteProblem(StrEnum):
    """Why a quote does not count as evidence."""

    UNKNOWN_SOURCE = "unknown_source"  # no chosen source has this document and these numbers
    EMPTY = "empty"
    FABRICATED = "fabricated"  # stands nowhere
    STITCHED = "stitched"  # its pieces stand in the source, but not as one
    MISATTRIBUTED = "misattributed"  # stands in another source


@dataclass(frozen=True, slots=True)
class Resolution:
    """Where a quote stands, or why it does not count. `span` counts in the document's text."""

    citation: Citation
    source: Source | None
    span: Span | None
    problem: QuoteProblem | None = None
    elsewhere: Source | None = None  # where a misattributed quote does stand


@dataclass(frozen=True, slots=True)
class _Plain:
    """A text without what a quote may differ in, and the offset each character came from."""

    text: str
    offsets: tuple[int, ...]


@lru_cache(maxsize=512)
def _plain(text: str) -> _Plain:
    characters: list[str] = []
    offsets: list[int] = []
    pending = ""  # what stood between two digits: "2020-2024" and "30 000" must not become one number
    for at, raw in enumerate(text):
        if raw.isspace() or raw in _HYPHENS:
            pending = "-" if raw in _HYPHENS else pending or " "
            continue
        if raw in _QUOTE_MARKS:
            continue
        pieces = raw if raw.isascii() else unicodedata.normalize("NFKD", raw)
        if pieces[:1].isdigit() and not raw.isdecimal():  # a raised figure or fraction: 10⁶ is not 106
            pending = pending or "^"
        if pending and pieces[:1].isdigit():
            after_digit = bool(characters) and characters[-1].isdigit()
            after_space = not characters or text[at - 2 : at - 1].isspace()
            if after_digit or (pending == "-" and after_space):
                characters.append(pending)
                offsets.append(at)
        pending = ""
        for piece in pieces:
            characters.append(piece)
            offsets.append(at)
    return _Plain("".join(characters), tuple(offsets))


def find_quote(quote: str, text: str, near: int | None = None) -> Span | None:
    """Where `quote` stands in `text` as whole words (the place nearest to `near`), or None."""
    wanted = _wanted(quote)
    if not wanted:
        return None
    plain = _plain(text)
    best: Span | None = None
    at = plain.text.find(wanted)
    while at >= 0:
        span = Span(plain.offsets[at], plain.offsets[at + len(wanted) - 1] + 1)
        if _whole_words(text, span):
            if near is None or span.start == near:
                return span
            if best is None or abs(span.start - near) < abs(best.start - near):
                best = span
        at = plain.text.find(wanted, at + 1)
    return best


def _wanted(quote: str) -> str:
    # dots in front of or behind a quote only say that the sentence goes on
    return _plain(re.sub(r"^\W*(?:\.\.\.|…)|(?:\.\.\.|…)\W*$", "", quote.strip())).text


def _whole_words(text: str, span: Span) -> bool:
    before = text[span.start - 1 : span.start]
    after = text[span.end : span.end + 1]
    starts_inside = before.isalnum() and text[span.start : span.start + 1].isalnum()
    ends_inside = after.isalnum() and text[span.end - 1 : span.end].isalnum()
    return not starts_inside and not ends_inside


def _cited_sources(citation: Citation, sources: Sequence[Source]) -> tuple[Source, ...]:
    """The sources that `citation` points at by document and numbers (any number in common)."""
    if citation.source_id:
        exact = tuple(s for s in sources if s.id == citation.source_id)
        if exact:
            return exact
    same = tuple(s for s in sources if s.document.id == citation.document)
    if not citation.numbers:
        return same
    numbers = set(citation.numbers)
    return tuple(s for s in same if numbers & {*s.numbers, *s.answer_numbers})


def resolve(citation: Citation, sources: Sequence[Source], locate: Locate = nowhere) -> Resolution:
    """Finds the quote in the source it cites, and completes the citation with its place there."""
    candidates = _cited_sources(citation, sources)
    if not _wanted(citation.quote):
        return Resolution(citation, candidates[0] if candidates else None, None, QuoteProblem.EMPTY)
    for source in candidates:
        span = _span_in(citation, source)
        if span is not None:
            return Resolution(_complete(citation, source, span, locate), source, span)
    for source in sources:
        if source not in candidates and _span_in(citation, source) is not None:
            return Resolution(citation, None, None, QuoteProblem.MISATTRIBUTED, source)
    if not candidates:
        return Resolution(citation, None, None, QuoteProblem.UNKNOWN_SOURCE)
    stitched = next((s for s in candidates if _stitched(citation.quote, s.body)), None)
    problem = QuoteProblem.STITCHED if stitched else QuoteProblem.FABRICATED
    return Resolution(citation, stitched or candidates[0], None, problem)


def _span_in(citation: Citation, source: Source) -> Span | None:
    offset = source.body_span.start
    near = citation.span.start - offset if citation.span else None
    span = find_quote(citation.quote, source.body, near)
    return Span(span.start + offset, span.end + offset) if span else None


def _complete(citation: Citation, source: Source, span: Span, locate: Locate) -> Citation:
    regions = citation.regions
    if source.kind is SourceKind.SUPPLIED:
        regions = ()  # what an officer supplied stands on no page of the archive
    elif not regions or citation.span != span:
        regions = locate(source.document.id, span) or (regions if citation.span == span else ())
    return replace(
        citation,
        source_id=source.id,
        span=span,
        regions=regions,
        page=_page_of(source, regions),
        reference=reference(source),
        url=source.document.url,
    )


def _stitched(quote: str, body: str) -> bool:
    """Whether the quote falls apart into pieces that all stand in `body`."""
    wanted = _plain(re.sub(r"\[?\(?(?:\.\.\.|…)\)?\]?", "", quote)).text
    text = _plain(body).text
    if wanted in text:
        return True  # only an ellipsis kept its pieces apart
    at = 0
    while at < len(wanted):
        length = _longest_prefix(wanted[at:], text)
        if length < min(_PIECE, len(wanted) - at) or length < _LAST_PIECE:
            return False
        at += length
    return True


def _longest_prefix(wanted: str, text: str) -> int:
    low, high = 0, len(wanted)
    while low < high:
        middle = (low + high + 1) // 2
        if wanted[:middle] in text:
            low = middle
        else:
            high = middle - 1
    return low
