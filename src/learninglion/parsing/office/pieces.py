"""Office files, whatever their format: text of a paragraph while it is read, and tables, as paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from lxml import etree

from learninglion.dutch.text import squash
from learninglion.models import BlockKind
from learninglion.parsing.labels import parse_label
from learninglion.parsing.writing import (
    UNKNOWN,
    Note,
    Paragraph,
    join_fractions,
    lowered,
    plain_digits,
    raised,
    show_symbols,
    tidy,
    turned,
)

# Words in a table cell of several paragraphs from which the table only arranges running text.
_LAYOUT_CELL = 60
_BULLET = "- "
# Figures with room for a column between them, or a dash for none: no single number is written so.
_COLUMNS = re.compile(
    r"(?:(?<=\d)|(?<=\d[-–)%])|(?<=-/-)|(?<=\S\t[-–]))(?:[ \u00a0]*\t[ \u00a0\t]*|[ \u00a0]{4,})"
    r"(?=[-−–+(€/ \u00a0]*\d|[-–](?:\s|$))"
)
_ACROSS_MOST = 64  # columns: more than any table on paper
# "3", "Pagina 2 van 7": what a page says of itself.
_PAGE_NUMBER = re.compile(r"(?:(?:pagina|blad|page|blz|p)\b\.?)?[\s\d|/–-]*(?:van|of)?[\s\d]*", re.IGNORECASE)
# Of what is left out, so much is told: words before it, words of it, places of one kind.
_CONTEXT, _QUOTED_MOST, _TOLD_MOST = 40, 160, 12


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
    edges: tuple[Paragraph, ...] = ()  # heads and feet of pages: seen, but no part of what is told


class Reason(StrEnum):
    """Why text of a file is not read, or is read with a doubt."""

    HIDDEN = "Niet zichtbare (verborgen) tekst is weggelaten"
    SMALL = "Tekst in onleesbaar kleine letters (verborgen) is weggelaten"
    GROUND = "Tekst in de kleur van de ondergrond (verborgen) is weggelaten"
    OUTSIDE = "Tekst buiten het zichtbare vlak (verborgen) is weggelaten"
    CONDITION = "Een deel dat door zijn voorwaarde verborgen is, is weggelaten"
    STRUCK = "Doorgehaalde tekst is weggelaten"
    DELETED = "Verwijderde tekst (bijgehouden wijziging) is weggelaten"
    REMARK = "Een opmerking in de kantlijn is weggelaten"
    NAVIGATION = "Navigatie is weggelaten"
    CHOICE = "Niet gekozen mogelijkheden van een keuzelijst zijn weggelaten"
    TOUCHING = "Niet zeker is of deze cijfers één getal zijn; ze zijn apart gelezen"
    UNSURE = "Niet zeker is of deze tekst te zien is; hij is wel gelezen"
    SIGN = "Een teken uit een tekenlettertype is niet te lezen (daar staat \ufffd)"
    ELSEWHERE = "Een deel van het bestand is niet gelezen"


@dataclass(slots=True)
class Omissions:
    """What was left out while reading, each with the reason and the place, to be told in warnings."""

    # text, and the text before it
    stretches: dict[Reason, list[tuple[str, str]]] = field(default_factory=dict)

    def add(self, reason: Reason, text: str, before: str = "") -> None:
        """Note that `text` is left out for `reason`, behind the words `before`; nothing where it is blank."""
        text, before = squash(tidy(text)), squash(tidy(before))[-_CONTEXT:].lstrip()
        if not text:
            return
        places = self.stretches.setdefault(reason, [])
        if places and places[-1][1] == before:  # the next run of the same stretch
            places[-1] = (f"{places[-1][0]} {text}", before)
        else:
            places.append((text, before))

    def show(self, text: str, font: str | None, before: str) -> str:
        """`text`, behind the words `before`, with the signs that `font` shows; unknown ones are noted."""
        shown = show_symbols(text, font)
        if UNKNOWN in shown and UNKNOWN not in text:
            self.add(Reason.SIGN, font or "Symbol", before)
        return shown

    def warnings(self) -> tuple[str, ...]:
        """One sentence for each stretch; after a dozen of one kind only how many more there are."""
        messages: list[str] = []
        for reason, places in self.stretches.items():
            for text, before in places[:_TOLD_MOST]:
                behind = f" (na “{before}”)" if before else ""
                messages.append(f"{reason}: “{_shortened(text)}”{behind}.")
            if len(places) > _TOLD_MOST:
                messages.append(f"{reason}: nog op {len(places) - _TOLD_MOST} andere plaatsen.")
        return tuple(dict.fromkeys(messages))


def _shortened(text: str) -> str:
    return text if len(text) <= _QUOTED_MOST else text[: _QUOTED_MOST - 3].rstrip() + "..."


_SLIGHT = 2  # times a shift that may be play in the setting
_TELLING = re.compile(r"[\d≤≥=±]")
_SIGN = re.compile(r"\s*(?:[-+−–<>≈~%‰]|min(?:us)?(?:teken)?|plus(?:teken)?)\s*", re.IGNORECASE)
_FEW_FIGURES = re.compile(r"[+−–-]?\d{1,3}")


def read_shift(up: float, least: float) -> int:
    """How text is moved `up` (or down) from its line: 1 raised, -1 lowered, from `least` on; less is slight.

    What is moved slightly counts for a few figures right behind a word or figure: programs lower an index so.
    """
    sign = (up > 0) - (up < 0)
    return sign if abs(up) >= least else _SLIGHT * sign


@dataclass(slots=True)
class Piece:
    """Text of one paragraph while it is being read."""

    text: str = ""
    notes: list[tuple[int, str]] = field(default_factory=list)
    plain: int = 0  # letters that are neither bold nor italic
    strong: int = 0
    boxes: list[etree._Element] = field(default_factory=list)  # text boxes anchored here
    _shift: int = 0
    _shifted: str = ""
    _apart: bool = False  # a formula ended here
    _tabbed: bool = False  # white up to the next stop
    _stop: int = 0  # behind the last of those
    _cell: str = ""  # what stands ahead of it; behind a tab from the second on
    _pictured: tuple[str, Omissions] | None = None  # a picture that ended here, and where to tell of it

    def say(self, text: str, strong: bool, shift: int = 0) -> None:
        """Add text as a reader sees it; `strong`: bold or italic; `shift` as of `read_shift`."""
        text = tidy(_COLUMNS.sub(" | ", text))
        if not text:
            return
        if abs(shift) == _SLIGHT:
            behind = self._shifted[-1:] or self.text[-1:]
            index = (behind.isalnum() or self._over()) and _FEW_FIGURES.fullmatch(text)
            shift = shift // _SLIGHT if index else 0
        letters = sum(c.isalnum() for c in text)
        self.strong += letters if strong else 0
        self.plain += 0 if strong else letters
        if shift != self._shift:
            self.settle()
        self._shift = shift
        if self._apart and text[:1].isdecimal() and self.text[-1:].isalnum():
            self.text += " "
        if self._tabbed and _COLUMNS.search(f"{self._cell}\t{text}"):
            self.text = f"{self.text.rstrip()} | "
            self._stop = len(self.text)
        if self._pictured is not None and text[:1].isdecimal():
            self._pictured[1].add(Reason.ELSEWHERE, self._pictured[0], self.text)
        self._apart, self._tabbed, self._pictured = False, False, None
        if shift:
            self._shifted += text
        else:
            self.text += text

    def _over(self) -> bool:
        """Whether a raised figure and the bar of a fraction are the last that was said."""
        return self.text[-1:] in ("/", "\u2044") and plain_digits(self.text[-2:-1]) != self.text[-2:-1]

    def say_formula(self, text: str, strong: bool = False) -> None:
        """Add an expression that was set apart; a figure at its edge never joins a figure next to it."""
        text = tidy(text)
        if not text:
            return
        self.settle()
        if (text[:1].isdecimal() or text[:1].isalpha()) and self.text[-1:].isdigit():
            self.text += " "
        self.say(text, strong)
        self._apart = True

    def part(self) -> None:
        """What comes next stands in a box of its own: its figures do not join those before it."""
        self.settle()
        self._apart = True

    def picture(self, meaning: str, omissions: Omissions) -> None:
        """A picture in the line, with what its maker says it shows: figures at its two sides are two.

        A sign or figure in it is told, and any right ahead of a figure, which may be a sign of minus.
        """
        self.part()
        if _SIGN.fullmatch(meaning) or _TELLING.search(meaning) and self.text.strip():
            omissions.add(Reason.ELSEWHERE, meaning, self.text)
        else:
            self._pictured = meaning.strip() or "[plaatje]", omissions

    def turn(self, start: int) -> None:
        """What was said from `start` on is shown from right to left."""
        self.settle()
        self.text = self.text[:start] + turned(self.text[start:])

    def tab(self) -> None:
        """Go to the next stop on the line: figures before and behind it are two."""
        self.settle()
        cell = self.text[self._stop :].strip()
        self._cell = (f"…\t{cell}" if self._stop else cell) if cell else self._cell
        self.space()
        self._stop, self._tabbed = len(self.text), True

    def space(self) -> None:
        """Add a space."""
        self.settle()
        self.text += " "

    def break_line(self) -> None:
        """Add a line end that somebody forced."""
        self.settle()
        self.text += "\n"

    def refer(self, key: str) -> None:
        """Add the mark of the note with this key, here."""
        self.settle()
        self.notes.append((len(self.text), key))

    def settle(self) -> None:
        """Write what stood raised or lowered so far."""
        if self._shifted:
            written = (raised if self._shift > 0 else lowered)(self._shifted, self.text)
            self._shifted = ""
            self.text += written
        self._shift = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table."""

    paragraphs: list[Paragraph]
    across: int = 1  # columns it takes
    down: int = 1  # rows it takes
    goes_on: bool = False  # the cell above it goes on here


def table_of(rows: Sequence[Sequence[Cell]]) -> Iterator[Paragraph]:
    """A table as one paragraph, one row a line; nothing where it is empty.

    Every value stands under its own head: a cell over several columns is followed by empty ones, and one
    over several rows is repeated where it holds words (a figure is not: it would count twice).
    """
    lines: list[str] = []
    notes: list[tuple[int, str]] = []
    offset = 0
    above: dict[int, tuple[Cell, int]] = {}  # by column: the cell that may go on, and for how many rows
    for row in rows:
        line, cells = _row(_placed(row, above))
        if line.replace("|", "").strip():
            lines.append(line)
            notes += [(offset + at, key) for at, key in cells]
            offset += len(line) + 1
    if lines:
        yield Paragraph("\n".join(lines), BlockKind.TABLE, notes=tuple(notes))


def _placed(row: Sequence[Cell], above: dict[int, tuple[Cell, int]]) -> list[list[Paragraph]]:
    """The contents of a row column by column; `above` is brought up to date."""
    columns: list[list[Paragraph]] = []
    own = 0  # columns up to the last cell of this row itself: blanks behind it say nothing

    def carry_on() -> None:
        while (held := above.get(len(columns))) is not None and held[1] > 0:
            cell = held[0]
            for column in range(len(columns), len(columns) + cell.across):
                above[column] = (cell, held[1] - 1)
            columns.append(_repeated(cell))
            columns.extend([] for _ in range(cell.across - 1))

    for cell in row:
        carry_on()
        across = min(_ACROSS_MOST, max(1, cell.across))
        column = len(columns)
        if cell.goes_on:
            held = above.get(column)
            columns.append(_repeated(held[0]) if held is not None else [])
        else:
            columns.append(cell.paragraphs)
            for taken in range(column, column + across):
                above[taken] = (cell, max(1, cell.down) - 1)
        own = len(columns)
        columns.extend([] for _ in range(across - 1))
    carry_on()
    while len(columns) > own and not columns[-1]:
        columns.pop()
    return columns


def _repeated(cell: Cell) -> list[Paragraph]:
    """What a cell says again in the next row that it takes: its words, without their notes."""
    if any(any(sign.isalpha() for sign in paragraph.text) for paragraph in cell.paragraphs):
        return [replace(paragraph, notes=()) for paragraph in cell.paragraphs]
    return []


def _row(cells: Sequence[Sequence[Paragraph]]) -> tuple[str, list[tuple[int, str]]]:
    line = ""
    notes: list[tuple[int, str]] = []
    for number, cell in enumerate(cells):
        line += " | " if number else ""
        inside, table = _inside(cell)
        notes += [(len(line) + at, key) for at, key in table]
        line += inside
    return line.rstrip(), notes


def _inside(cell: Sequence[Paragraph]) -> tuple[str, list[tuple[int, str]]]:
    """The lines of a cell as one; two figures below each other are two values, not "41 200" nor "41 - 2"."""
    text = ""
    notes: list[tuple[int, str]] = []
    for paragraph in cell:
        listed = paragraph.kind is BlockKind.LIST_ITEM
        bullet = len(_BULLET) if listed and paragraph.text.startswith(_BULLET) else 0
        for number, line in enumerate(paragraph.text[bullet:].split("\n")):
            if text:
                figures = (text[-1:].isdigit() or text[-1:] in "-–−") and line[:1].isdigit()
                text += "; " if figures or (listed and number == 0) else " "
            if number == 0:
                notes += [(max(len(text), len(text) + at - bullet), key) for at, key in paragraph.notes]
            text += line
    return text, notes


def said_once(edges: Sequence[Paragraph], body: Sequence[Paragraph]) -> Iterator[Paragraph]:
    """What the heads and feet of pages say and the text does not, each once, without page numbers."""
    known = {paragraph.text for paragraph in body}
    for paragraph in edges:
        if paragraph.text not in known and not _PAGE_NUMBER.fullmatch(paragraph.text):
            known.add(paragraph.text)
            kind = paragraph.kind if paragraph.kind is BlockKind.TABLE else BlockKind.PARAGRAPH
            yield replace(paragraph, kind=kind, level=0, notes=())


def table_or_text(rows: Sequence[tuple[list[Cell], bool]], arranges: bool = False) -> Iterator[Paragraph]:
    """A table as it reads: data by row, running text by cell; `rows` tell which hold a table inside.

    `arranges`: the file says itself that it only arranges text.
    """
    arranges = arranges or _only_arranges(
        [[cell.paragraphs for cell in row if cell.paragraphs] for row, _ in rows]
    )
    pending: list[list[Cell]] = []
    for row_cells, nested in rows:
        if nested or arranges:
            yield from table_of(pending)
            pending = []
            yield from (paragraph for cell in row_cells for paragraph in cell.paragraphs)
        else:
            pending.append(row_cells)
    yield from table_of(pending)


def _only_arranges(rows: list[list[list[Paragraph]]]) -> bool:
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
    piece.settle()
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
            yield _finished(*pending, kind, level, emphasised)
            pending = (line, notes)
    if pending is not None:
        yield _finished(*pending, kind, level, emphasised)


def _finished(
    text: str, notes: list[tuple[int, str]], kind: BlockKind, level: int, emphasised: bool
) -> Paragraph:
    moved = tuple((len(join_fractions(text[:at])), key) for at, key in notes)
    return Paragraph(join_fractions(text), kind, level, emphasised, moved)


def _squashed(line: str, notes: list[tuple[int, str]]) -> tuple[str, list[tuple[int, str]]]:
    """`line` with single spaces and none at its ends, and the notes moved along."""
    moved = [(len(" ".join(("x" + line[:at]).split())) - 1, key) for at, key in notes]
    lead = 1 if line[:1].isspace() else 0
    text = " ".join(line.split())
    return text, [(max(0, min(len(text), at - lead)), key) for at, key in moved]


def _goes_on(before: str, line: str) -> bool:
    return line[:1].islower() and before[-1:] not in ".?!:;" and parse_label(before) is None
