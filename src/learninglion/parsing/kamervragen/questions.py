"""A published set of Kamervragen: its pages to a Document with question/answer pairs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from learninglion.models import (
    Block,
    BlockKind,
    Document,
    DocumentKind,
    Notice,
    QAPair,
    RawFile,
    Span,
)
from learninglion.models.plain import sha256_hex
from learninglion.parsing.kamervragen.header import (
    ANSWER_HEADING,
    INTRODUCTION,
    Masthead,
    find_masthead,
    find_related,
    parse_answerers,
    parse_asked_on,
    parse_askers,
    parse_received_on,
    parse_subject,
)
from learninglion.parsing.kamervragen.matching import match_parts
from learninglion.parsing.kamervragen.notices import name_notice
from learninglion.parsing.kamervragen.parts import find_parts, is_label_line
from learninglion.parsing.kamervragen.retyped import find_retyped
from learninglion.parsing.pdf.ink import Reason
from learninglion.parsing.pdf.layout import Layout, Stretch, lay_out
from learninglion.parsing.pdf.lines import Line, Page
from learninglion.parsing.pdf.running import find_running

__all__ = ["ADDRESS", "page_warnings", "parse_questions"]

ADDRESS = "https://zoek.officielebekendmakingen.nl/{identifier}.html"
"""Where a publication stands on the web."""

_NOTICE = re.compile(r"(?:Mededeling|Uitstelbericht|Uitstel)(?:\s+van\s.{0,200})?\s*[:.]?\s*$", re.IGNORECASE)


def parse_questions(raw: RawFile, pages: Sequence[Page]) -> Document | None:
    """The Document of a published set of questions; None where the pages are something else."""
    masthead = find_masthead(pages)
    if masthead is None:
        return None
    skipped = find_running(pages) | masthead.skipped
    retyped = find_retyped(pages, skipped)
    layout = lay_out(pages, skipped | retyped.skipped, is_label_line, _opens_answers, retyped.known)
    stretches = layout.stretches
    opening = next((i for i, s in enumerate(stretches) if INTRODUCTION.match(s.text)), None)
    if opening is None:
        return None
    found = find_parts(stretches, opening)
    introduction, heading = _split_head(stretches[opening : found.first], stretches, found.headings)
    matched = match_parts(found, stretches)
    pairs, notice = _find_notice(matched.pairs, layout, found.notice, heading)
    asked = _read(stretches, introduction)
    answered = _read(stretches, heading)
    sha256 = sha256_hex(raw.content)
    document = Document(
        id=masthead.identifier or f"doc-{sha256[:16]}",
        sha256=sha256,
        title=parse_subject(asked),
        kind=DocumentKind.KAMERVRAGEN,
        text=layout.text,
        url=ADDRESS.format(identifier=masthead.identifier) if masthead.identifier else raw.url,
        asked_on=parse_asked_on(asked),
        received_on=parse_received_on(answered),
        session_year=masthead.session_year,
        number=masthead.number,
        askers=parse_askers(asked),
        answerers=parse_answerers(answered),
        introduction=_span(introduction, stretches),
        page_starts=layout.page_starts,
        pairs=pairs,
        blocks=_blocks(layout, found.labels),
        footnotes=layout.footnotes,
        notice=notice,
        related=find_related(answered, masthead.identifier),
        lines=layout.lines,
        source_name=raw.name,
        covered=tuple(page.number for page in pages if page.covered),
    )
    document = replace(document, ministry=_ministry(document))
    return replace(document, warnings=_warn(document, pages, layout, matched.warnings, answered, masthead))


def _opens_answers(line: Line) -> bool:
    return ANSWER_HEADING.match(line.text) is not None


def _split_head(
    head: Sequence[Stretch], stretches: Sequence[Stretch], later: Sequence[int]
) -> tuple[list[int], list[int]]:
    """Positions of the stretches that say who asks, and of those that say who answers."""
    start = stretches.index(head[0])
    introduction: list[int] = []
    heading: list[int] = []
    for offset, stretch in enumerate(head):
        if heading or ANSWER_HEADING.match(stretch.text):
            heading.append(start + offset)
        elif not introduction or not re.search(r"ingezonden", _read(stretches, introduction), re.IGNORECASE):
            introduction.append(start + offset)
    return introduction, heading or list(later)


def _read(stretches: Sequence[Stretch], positions: Sequence[int]) -> str:
    return " ".join(stretches[i].text for i in positions)


def _span(positions: Sequence[int], stretches: Sequence[Stretch]) -> Span | None:
    if not positions:
        return None
    return Span(stretches[positions[0]].span.start, stretches[positions[-1]].span.end)


def _find_notice(
    pairs: tuple[QAPair, ...], layout: Layout, positions: Sequence[int], heading: Sequence[int]
) -> tuple[tuple[QAPair, ...], Notice | None]:
    """The notice in the place of answers, and the pairs without it.

    It stands under "Mededeling", or, where only the head calls the reply that, below the last question.
    """
    span = _span(positions, layout.stretches)
    announced = ANSWER_HEADING.match(_read(layout.stretches, heading))
    if span is None and announced is not None and announced["what"].lower() not in {"antwoord", "antwoorden"}:
        span = next((pair.answer for pair in reversed(pairs) if pair.answer is not None), None)
        pairs = tuple(
            replace(pair, answer=None, answer_page=None, answer_numbers=()) if pair.answer == span else pair
            for pair in pairs
        )
    if span is None:
        return pairs, None
    return pairs, Notice(name_notice(span.of(layout.text)), span)


def _blocks(layout: Layout, labels: frozenset[int]) -> tuple[Block, ...]:
    blocks = []
    for position, stretch in enumerate(layout.stretches):
        if position in labels:
            blocks.append(Block(BlockKind.HEADING, stretch.span, stretch.page, 2))
        else:
            level = 3 if stretch.kind is BlockKind.HEADING else 0
            blocks.append(Block(stretch.kind, stretch.span, stretch.page, level))
    notes = (Block(BlockKind.FOOTNOTE, note.span, note.page) for note in layout.footnotes)
    return (*blocks, *notes)


def _ministry(document: Document) -> str | None:
    """The ministry of who answers first: the portfolio without what a staatssecretaris does in it."""
    portfolio = next((a.portfolio for a in document.answerers if a.portfolio), None)
    return re.split(r"\s+[–—-]\s+", portfolio)[0] if portfolio else None


def _warn(
    document: Document,
    pages: Sequence[Page],
    layout: Layout,
    about_pairs: Sequence[str],
    answered: str,
    masthead: Masthead,
) -> tuple[str, ...]:
    """Everything a reader should know that the fields do not say."""
    warnings = [*page_warnings(pages), *layout.warnings]
    empty = [page.number for page in pages if not page.lines and not page.images and not page.hidden]
    warnings += [f"Pagina {number} is leeg; controleer of het bestand volledig is." for number in empty]
    if document.notice is None:
        warnings += about_pairs
        if not document.pairs:
            warnings.append("Er zijn geen vragen gevonden.")
    if masthead.identifier is None:
        warnings.append("Het nummer van de publicatie is niet gevonden.")
    if not document.askers:
        warnings.append("Wie de vragen stelde, is niet gevonden.")
    if document.asked_on is None:
        warnings.append("De datum van inzending is niet gevonden.")
    if answered and not document.answerers:
        warnings.append("Wie antwoordde, is niet gevonden.")
    if answered and document.received_on is None:
        warnings.append("De datum van ontvangst is niet gevonden.")
    return tuple(dict.fromkeys(warnings))


def page_warnings(pages: Sequence[Page]) -> tuple[str, ...]:
    """What is hidden on the pages, read by machine or not readable at all."""
    warnings: list[str] = []
    for page in pages:
        if page.covered:
            warnings.append(
                f"Op pagina {page.number} staat tekst onder een balk, vlak of plaatje; die is niet"
                " overgenomen. Het bestand bevat die tekst nog wel."
            )
        for hidden in page.hidden:
            if hidden.reason is Reason.COVERED:
                continue  # said above, without the words
            shown = hidden.text if len(hidden.text) <= 80 else hidden.text[:79] + "…"
            kind = "Doorgehaalde" if hidden.reason is Reason.STRUCK else "Verborgen"
            why = "" if hidden.reason is Reason.STRUCK else f" ({hidden.reason})"
            warnings.append(f"{kind} tekst op pagina {page.number}{why}, niet overgenomen: «{shown}»")
        if page.unreadable:
            warnings.append(
                f"Op pagina {page.number} zijn {page.unreadable} tekens niet te lezen: het bestand zegt niet"
                " welke letters het zijn. In de tekst staat daar �."
            )
        if page.guessed:
            warnings.append(
                f"Op pagina {page.number} hebben {page.guessed} letters een eigen code; gelezen is wat ze"
                " lijken. Controleer de tekst."
            )
        if page.from_ocr:
            warnings.append(
                f"De tekst van pagina {page.number} komt uit tekstherkenning (OCR) en kan fouten bevatten."
            )
        if not page.lines and page.images:
            warnings.append(
                f"Pagina {page.number} is een plaatje zonder tekst, waarschijnlijk een scan; lees die zelf."
            )
    return tuple(warnings)
