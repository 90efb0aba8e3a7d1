"""A published set of Kamervragen: its pages to a Document with question/answer pairs."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

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
    name_notice,
    parse_answerers,
    parse_asked_on,
    parse_askers,
    parse_received_on,
    parse_subject,
)
from learninglion.parsing.kamervragen.matching import match_parts
from learninglion.parsing.kamervragen.pairing import find_notice_heading, find_questions
from learninglion.parsing.kamervragen.parts import Found, is_label_line
from learninglion.parsing.kamervragen.printed import find_feet, find_notes, note_start
from learninglion.parsing.paragraphs import Paragraph
from learninglion.parsing.pdf.footnotes import Mark, Note
from learninglion.parsing.pdf.ink import Reason
from learninglion.parsing.pdf.layout import Known, Layout, Stretch, lay_out
from learninglion.parsing.pdf.lines import Line, Page
from learninglion.parsing.pdf.running import find_running

__all__ = ["ADDRESS", "Retyped", "find_retyped", "page_warnings", "parse_questions"]

# A publication set again from its text: its page feet and its notes stand in the middle of other pages.

_GLUED = re.compile(r"(?:(?<=[a-zà-ÿ?!»”’\")\]])|(?<=[^\d\s][.,;:]))\d{1,2}(?![\w%]|[.,:/-]\d)")
_SAID = (".", "?", "!", "»", "”", "’", ",", ";", ":")
_UNIT = re.compile(r"(?:^|[\s\d/])[kcdm]?m$")


@dataclass(frozen=True, slots=True)
class Retyped:
    """What was read along with the text, as (page number, index of the line), and what is known of it."""

    skipped: frozenset[tuple[int, int]] = frozenset()
    known: Known = Known()


def find_retyped(pages: Sequence[Page], skipped: Collection[tuple[int, int]]) -> Retyped:
    """The feet and notes in the text of these pages; nothing where each foot is at the foot of its page.

    `skipped`: what is known to belong to no text.
    """
    places = [(page, index) for page in pages for index in range(len(page.lines))]
    keys = [(page.number, index) for page, index in places]
    lines = [page.lines[index].text.strip() for page, index in places]
    feet = find_feet(lines)
    if all(keys[at] in skipped for at in feet):
        return Retyped()
    foot = [at in feet for at in range(len(lines))]
    notes: list[Note] = []
    taken: set[int] = set(feet)
    marks: list[Mark] = []
    gone: set[int] = set(feet)  # the text goes on behind these
    after = 0
    for mark, indices in find_notes(lines, foot):
        page, _ = places[indices[0]]
        note = Note(mark, page.number)
        for position, at in enumerate(indices):
            owner, index = places[at]
            line = owner.lines[index]
            indent = len(line.text) - len(line.text.lstrip())
            note.lines.append((line, indent + note_start(lines[at]) if position == 0 else 0))
        notes.append(note)
        taken.update(indices)
        for at in range(after, indices[0]):
            owner, index = places[at]
            if at in taken or keys[at] in skipped:
                continue
            if lines[at] == mark and _stands_apart(lines, at):
                taken.add(at)
                gone.add(at)
                owner, index = places[at - 1]
                place: tuple[int, int] | None = (len(owner.lines[index].text.rstrip()),) * 2
            else:
                place = _refer(owner.lines[index].text, mark)
            if place is not None:
                marks.append(Mark(mark, owner.number, index, *place, False))
                after = at
                break
    behind = frozenset(keys[at + 1] for at in gone if at + 1 < len(keys))
    return Retyped(frozenset(keys[at] for at in taken), Known(tuple(notes), tuple(marks), behind))


def _stands_apart(lines: Sequence[str], at: int) -> bool:
    """Whether a figure that is a line refers to a note: behind a sentence, or inside one that goes on."""
    following = lines[at + 1] if at + 1 < len(lines) else ""
    return at > 0 and (lines[at - 1].endswith(_SAID) or following[:1].islower())


def _refer(text: str, mark: str) -> tuple[int, int] | None:
    """Where a figure glued to a word or a sentence refers to note `mark`: "het bericht?1"."""
    matches = (match for match in _GLUED.finditer(text) if match.group() == mark)
    return next((match.span() for match in matches if not _UNIT.search(text[: match.start()])), None)


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
    parts = _find_parts(stretches, opening)
    introduction, heading = _split_head(stretches[opening : parts.first], stretches, parts.headings)
    matched = match_parts(parts, stretches)
    pairs, notice = _find_notice(matched.pairs, layout, parts.notice, heading)
    questions = _read(stretches, introduction)
    answered = _read(stretches, heading)
    sha256 = sha256_hex(raw.content)
    document = Document(
        id=masthead.identifier or f"doc-{sha256[:16]}",
        sha256=sha256,
        title=parse_subject(questions),
        kind=DocumentKind.KAMERVRAGEN,
        text=layout.text,
        url=ADDRESS.format(identifier=masthead.identifier) if masthead.identifier else raw.url,
        asked_on=parse_asked_on(questions),
        received_on=parse_received_on(answered),
        session_year=masthead.session_year,
        number=masthead.number,
        askers=parse_askers(questions),
        answerers=parse_answerers(answered),
        introduction=_span(introduction, stretches),
        page_starts=layout.page_starts,
        pairs=pairs,
        blocks=_blocks(layout, parts.labels),
        footnotes=layout.footnotes,
        notice=notice,
        related=find_related(answered, masthead.identifier),
        lines=layout.lines,
        source_name=raw.name,
        covered=tuple(page.number for page in pages if page.covered),
    )
    document = replace(document, ministry=_ministry(document))
    return replace(document, warnings=_warn(document, pages, layout, matched.warnings, answered, masthead))


def _find_parts(stretches: Sequence[Stretch], opening: int) -> Found:
    """The questions and answers from the introduction on, and the notice in the place of answers."""
    paragraphs = [
        Paragraph(s.text if n >= opening else "", s.kind, emphasised=s.bold or s.italic, page=s.page)
        for n, s in enumerate(stretches)
    ]
    heading = find_notice_heading(paragraphs)
    parts = find_questions(paragraphs[:heading])
    if heading is not None:
        parts.notice = list(range(heading + 1, len(paragraphs)))
        parts.first = min(parts.first, heading)
        parts.labels |= {heading}
    return parts


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
        if page.damaged:
            warnings.append(
                f"Pagina {page.number} is beschadigd en niet gelezen. Haal het bestand opnieuw op."
            )
        for name in page.attached:
            warnings.append(f"Bij dit bestand zit een ander bestand dat niet is gelezen: «{name}»")
        for remark in page.remarks:
            shown = remark if len(remark) <= 200 else remark[:199] + "…"
            warnings.append(f"Opmerking bij pagina {page.number}, niet overgenomen: «{shown}»")
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
        if page.lost:
            warnings.append(
                f"Op pagina {page.number} ontbreken {page.lost} tekens die niet te lezen zijn: hun"
                " lettertype zit niet in het bestand. Controleer de tekst."
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
