"""Citations in one fixed form: what a sentence rests on, where it stands, and how it is referred to."""

from __future__ import annotations

from collections.abc import Callable, Iterable

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
        page=page_of(source, regions),
        regions=regions,
        reference=reference(source),
        url=source.document.url,
    )


def page_of(source: Source, regions: tuple[Region, ...]) -> int | None:
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
