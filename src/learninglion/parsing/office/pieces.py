"""Office files, whatever their format: text of a paragraph while it is read, and tables, as paragraphs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from learninglion.models import BlockKind
from learninglion.parsing.labels import parse_label
from learninglion.parsing.paragraphs import Note, Paragraph, tidy

__all__ = ["Piece", "WordText", "lines_of", "only_arranges", "table_of"]

# Words in a table cell of several paragraphs from which the table only arranges running text.
_LAYOUT_CELL = 60


@dataclass(frozen=True, slots=True)
class WordText:
    """The contents of a Word file."""

    paragraphs: tuple[Paragraph, ...]
    notes: tuple[Note, ...]
    letterhead: tuple[
        str, ...
    ]  # lines of the page headers: date, subject and reference often stand there only
    title: str  # from the document properties
    warnings: tuple[str, ...]


@dataclass(slots=True)
class Piece:
    """Text of one paragraph while it is being read."""

    text: str = ""
    notes: list[tuple[int, str]] = field(default_factory=list)
    plain: int = 0  # letters that are neither bold nor italic
    strong: int = 0
    boxes: list[etree._Element] = field(default_factory=list)  # text boxes anchored here

    def say(self, text: str, strong: bool) -> None:
        """Add text as a reader sees it; `strong`: bold or italic."""
        text = tidy(text)
        letters = sum(c.isalnum() for c in text)
        self.strong += letters if strong else 0
        self.plain += 0 if strong else letters
        self.text += text


def table_of(contents: list[list[list[Paragraph]]]) -> Iterator[Paragraph]:
    """A table (rows of cells of paragraphs) as one paragraph, one row a line; nothing where it is empty."""
    lines: list[str] = []
    notes: list[tuple[int, str]] = []
    offset = 0
    for row in contents:
        line, found = _row(row)
        if line.replace("|", "").strip():
            lines.append(line)
            notes += [(offset + at, key) for at, key in found]
            offset += len(line) + 1
    if lines:
        yield Paragraph("\n".join(lines), BlockKind.TABLE, notes=tuple(notes))


def _row(cells: list[list[Paragraph]]) -> tuple[str, list[tuple[int, str]]]:
    line = ""
    notes: list[tuple[int, str]] = []
    for number, cell in enumerate(cells):
        line += " | " if number else ""
        for position, paragraph in enumerate(cell):
            line += " " if position else ""
            notes += [(len(line) + at, key) for at, key in paragraph.notes]
            line += paragraph.text.replace("\n", " ")
    return line.rstrip(), notes


def only_arranges(rows: list[list[list[Paragraph]]]) -> bool:
    """Whether a table holds running text rather than data: one column, or whole questions and answers."""
    if all(len(row) <= 1 for row in rows):
        return True
    for row in rows:
        for cell in row:
            words = sum(len(paragraph.text.split()) for paragraph in cell)
            if len(cell) > 1 and (words > _LAYOUT_CELL or any(_is_label(p) for p in cell)):
                return True
    return False


def _is_label(paragraph: Paragraph) -> bool:
    label = parse_label(paragraph.text)
    return label is not None and bool(label.numbers)


def lines_of(piece: Piece, label: str, kind: BlockKind, level: int) -> Iterator[Paragraph]:
    """A paragraph per printed line that somebody forced; the parts of one sentence are joined again."""
    emphasised = piece.strong > 0 and piece.plain == 0
    start = 0
    pending: tuple[str, list[tuple[int, str]]] | None = None
    for line in piece.text.split("\n"):
        notes = [(at - start, key) for at, key in piece.notes if start <= at <= start + len(line)]
        start += len(line) + 1
        line, notes = _squashed(line, notes)
        if not line and not notes:
            continue
        if pending is None:
            prefix = f"{label} " if label else ""
            pending = (prefix + line, [(at + len(prefix), key) for at, key in notes])
        elif _goes_on(pending[0], line):
            offset = len(pending[0]) + 1
            pending = (f"{pending[0]} {line}", pending[1] + [(at + offset, key) for at, key in notes])
        else:
            yield Paragraph(pending[0], kind, level, emphasised, tuple(pending[1]))
            pending = (line, notes)
    if pending is not None:
        yield Paragraph(pending[0], kind, level, emphasised, tuple(pending[1]))


def _squashed(line: str, notes: list[tuple[int, str]]) -> tuple[str, list[tuple[int, str]]]:
    """`line` with single spaces and none at its ends, and the notes moved along."""
    moved = [(len(" ".join(("x" + line[:at]).split())) - 1, key) for at, key in notes]
    lead = 1 if line[:1].isspace() else 0
    text = " ".join(line.split())
    return text, [(max(0, min(len(text), at - lead)), key) for at, key in moved]


def _goes_on(before: str, line: str) -> bool:
    return line[:1].islower() and before[-1:] not in ".?!:;" and parse_label(before) is None
