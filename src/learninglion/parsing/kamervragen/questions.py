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
    RawFile,
)
from learninglion.models.plain import sha256_hex
from learninglion.parsing.kamervragen.content import fill_in
from learninglion.parsing.kamervragen.header import (
    ANSWER_HEADING,
    INTRODUCTION,
    find_masthead,
)
from learninglion.parsing.kamervragen.parts import is_label, is_label_line
from learninglion.parsing.kamervragen.printed import find_feet, find_notes, note_start
from learninglion.parsing.paragraphs import Paragraph
from learninglion.parsing.pdf.footnotes import Mark, Note
from learninglion.parsing.pdf.ink import Reason
from learninglion.parsing.pdf.layout import Known, Layout, lay_out
from learninglion.parsing.pdf.lines import Line, Page
from learninglion.parsing.pdf.running import find_running

__all__ = ["Retyped", "find_retyped", "page_warnings", "parse_questions"]

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
    paragraphs = [
        Paragraph(s.text, s.kind, 0, s.bold or s.italic, page=s.page, gap_before=s.gap_before)
        for s in stretches[opening:]
    ]
    sha256 = sha256_hex(raw.content)
    document = Document(
        id=masthead.identifier or f"doc-{sha256[:16]}",
        sha256=sha256,
        title="",
        kind=DocumentKind.KAMERVRAGEN,
        text=layout.text,
        url=raw.url,
        session_year=masthead.session_year,
        number=masthead.number,
        page_starts=layout.page_starts,
        footnotes=layout.footnotes,
        lines=layout.lines,
        warnings=tuple(dict.fromkeys((*page_warnings(pages), *layout.warnings))),
        source_name=raw.name,
        covered=tuple(page.number for page in pages if page.covered),
    )
    document = fill_in(document, paragraphs, [s.span for s in stretches[opening:]], masthead.lines)
    return replace(document, blocks=_blocks(layout, document))


def _opens_answers(line: Line) -> bool:
    return ANSWER_HEADING.match(line.text) is not None


def _blocks(layout: Layout, document: Document) -> tuple[Block, ...]:
    said = [span for pair in document.pairs for span in (pair.question, pair.answer) if span is not None]
    blocks = []
    for stretch in layout.stretches:
        label = is_label(stretch.text) and not any(s.start <= stretch.span.start < s.end for s in said)
        kind = BlockKind.HEADING if label else stretch.kind
        level = 2 if label else 3 if kind is BlockKind.HEADING else 0
        blocks.append(Block(kind, stretch.span, stretch.page, level))
    notes = (Block(BlockKind.FOOTNOTE, note.span, note.page) for note in layout.footnotes)
    return (*blocks, *notes)


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
