"""Pages of lines to one text in reading order: paragraphs, headings, list items, tables and footnotes.

Figures of which nobody can be sure how they belong together are told with the words around them.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, islice, pairwise

from learninglion.dutch.lexicon import FUNCTION_WORDS
from learninglion.models import BlockKind, Footnote, Region, Span, TextLine
from learninglion.parsing.labels import JOINED
from learninglion.parsing.pdf.cells import EDGE, Cell, holds_figures
from learninglion.parsing.pdf.ink import Reason
from learninglion.parsing.pdf.lines import COVERED, Line, Page, Run, find_body_size
from learninglion.parsing.pdf.margins import Mark, Note, collect_notes, find_marks, is_raised, match_marks
from learninglion.parsing.pdf.tables import Table, find_tables, same_columns
from learninglion.parsing.writing import ONLY_FIGURES, Junction, join_lines, lowered, raised

_LONG = 0.5  # of the height of a page: a table that goes down so far is broken by pages
_EXTRA_SPACES = re.compile(r" +(?= )")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def _collect_words(lines: Iterable[Line]) -> frozenset[str]:
    """The words (lower case) that stand whole on some line: those tell how broken words are written."""
    words: set[str] = set()
    for line in lines:
        # The first and last word may be halves.
        words_seen = _WORD.findall(line.text.lower())
        words.update(words_seen[1:-1])
        if words_seen and not line.text.endswith("-"):
            words.add(words_seen[-1])
    return frozenset(words)


_Placed = tuple[Line, int, int, int]  # a line, its index on its page, and which characters of it


@dataclass(slots=True)
class TextBuilder:
    """A text under construction. Lines are added in reading order; every place in it is remembered."""

    vocabulary: frozenset[str] = frozenset()
    parts: list[str] = field(default_factory=list)
    lines: list[TextLine] = field(default_factory=list)
    length: int = 0
    page_starts: list[int] = field(default_factory=list)
    _tail: str = ""  # the end of the paragraph so far

    def begin_page(self) -> None:
        """What is added next stands on the following page."""
        self.page_starts.append(self.length)

    def end_paragraph(self) -> None:
        """What is added next begins a new line of text."""
        if self.length and self._tail:
            self._put("\n")
        self._tail = ""

    def go_on(self, between: str) -> None:
        """What is added next goes on in the word or figure that was added last, behind `between`."""
        self._tail = ""
        if between:
            self._put(between)

    def add_literal(self, text: str) -> None:
        """Add signs that stand nowhere on the page, such as the bar between two cells."""
        self._put(text)
        self._tail = text

    def add_line(
        self, line: Line, left_out: Sequence[tuple[int, int]] = (), part: tuple[int, int] | None = None
    ) -> Span:
        """Add a line (or characters part[0]..part[1] of it), joined to what the paragraph holds so far.

        `left_out`: stretches that do not belong to the text, such as marks of footnotes. What else stands
        raised or lowered is written as such.
        """
        if "  " in line.text:
            left_out = [*left_out, *(match.span() for match in _EXTRA_SPACES.finditer(line.text))]
        spans = _kept(line.text, *(part or (0, len(line.text))), left_out)
        if not spans:
            return Span(self.length, self.length)
        self._join("".join(line.text[a:b] for a, b in spans))
        start = self.length
        apart = [gap for gap in line.gaps if _IN_THOUSANDS.fullmatch(line.text, max(0, gap - 4), gap + 3)]
        for a, b, text in _written(line, spans):
            for gap in apart:
                if a < gap < b:
                    self._add_stretch(line, a, gap - 1, line.text[a : gap - 1])
                    self._add_stretch(line, gap - 1, gap, " | ")
                    a, text = gap, line.text[gap:b]
            self._add_stretch(line, a, b, text)
        self._tail = line.text[spans[0][0] : spans[-1][1]]
        return Span(start, self.length)

    def _add_stretch(self, line: Line, a: int, b: int, text: str) -> None:
        """Add characters a..b of a line, written as `text`."""
        span = Span(self.length, self.length + len(text))
        if line.angle:  # word by word: each has a place of its own on the page
            left, bottom, right, top = line.rectangle(a, b)
            edges = tuple(left + k * (right - left) / len(text) for k in range(len(text) + 1))
            self.lines.append(TextLine(span, line.page, bottom, top, edges))
        elif len(text) == b - a:
            self.lines.append(TextLine(span, line.page, line.y0, line.y1, line.x_edges[a : b + 1]))
        else:
            left, right = line.x_edges[a], line.x_edges[b]
            edges = tuple(left + k * (right - left) / len(text) for k in range(len(text) + 1))
            self.lines.append(TextLine(span, line.page, line.y0, line.y1, edges))
        self._put(text)

    def text(self) -> str:
        """The text so far."""
        return "".join(self.parts)

    def read(self, span: Span) -> str:
        """The characters of a span that was written lately."""
        wanted = span.end - span.start
        taken: list[str] = []
        at = self.length
        for part in reversed(self.parts):
            at -= len(part)
            taken.append(part)
            if at <= span.start:
                break
        text = "".join(reversed(taken))
        return text[span.start - at : span.start - at + wanted] if wanted > 0 else ""

    def _join(self, head: str) -> None:
        """Put what stands between this line and the one before it."""
        if not self._tail or self._tail[-1] == " ":
            return
        how = join_lines(self._tail, head, self.vocabulary)
        if how == Junction.SPACE:
            self._put(" ")
        elif how == Junction.DROP_HYPHEN:
            self._drop_last()

    def _drop_last(self) -> None:
        """Take back the hyphen of a broken word."""
        self.parts[-1] = self.parts[-1][:-1]
        self.length -= 1
        last = self.lines[-1]
        span = Span(last.span.start, last.span.end - 1)
        if span.start == span.end:
            self.lines.pop()
        else:
            self.lines[-1] = TextLine(span, last.page, last.y0, last.y1, last.x_edges[:-1])

    def _put(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)


# Two figures with wide white between them, of which text with one space between them would make one.
_IN_THOUSANDS = re.compile(r"\D*\d{1,3} \d{3}")
_SIGNED = re.compile("[-−–+] ")  # of an exponent, with white behind it
# Of the size of the line: raised and lowered signs.
_SMALL, _MUCH_SMALLER, _RAISED, _LOWERED = 0.85, 0.8, 0.12, 0.06
_SHIFTED, _FIGURES_SHIFTED = 0.2, 0.15  # of the size: signs (figures) as large as the line, higher or lower


def _written(line: Line, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int, str]]:
    """The stretches of a line as they are written: raised and lowered signs as such, turned text in words."""
    if line.angle:
        spans = [
            (a + m.start(), a + m.end()) for a, b in spans for m in re.finditer(r"\S+\s*", line.text[a:b])
        ]
    shifted = [run for run in line.runs if _find_shift(run, line)] if len(line.runs) > 1 else []
    if not shifted:
        return [(a, b, line.text[a:b]) for a, b in spans]
    pieces: list[tuple[int, int, str]] = []
    for a, b in spans:
        at = a
        for start, end, rise in _joined(shifted, line):
            start, end = max(start, at), min(end, b)
            if start >= end:
                continue
            if at < start:
                pieces.append((at, start, line.text[at:start]))
            write = raised if rise > 0 else lowered
            pieces.append((start, end, write(line.text[start:end], line.text[:start])))
            at = end
        if at < b:
            pieces.append((at, b, line.text[at:b]))
    return pieces


def _find_shift(run: Run, line: Line) -> float:
    """How far a run stands above (or below) the word it is in, where that is part of what it says; else 0."""
    small = run.style.size < _SMALL * line.size
    apart = not run.start or run.start in line.gaps  # perhaps a cell beside the line
    if apart or not small and line.text[run.start - 1] == " ":
        return 0.0
    before = max((other for other in line.runs if other.start < run.start), key=lambda other: other.start)
    rise = run.rise - _level_of_word(run, line)
    figures = line.text[run.start - 1].isdigit() and line.text[run.start].isdigit()
    least = _FIGURES_SHIFTED if figures else _SHIFTED
    if small and rise > _RAISED * line.size or rise > least * line.size:
        return rise
    share = _SMALL if rise else _MUCH_SMALLER
    smaller = figures and run.style.size < share * before.style.size  # of two sizes: no number
    if small and (smaller or rise < -_LOWERED * line.size) or rise < -least * line.size:
        return min(rise, -_LOWERED)
    return 0.0


def _level_of_word(run: Run, line: Line) -> float:
    """How far the word of a run stands above its line: a cell may stand lower than the one beside it."""
    start = line.text.rfind(" ", 0, run.start) + 1
    first = next(one for one in line.runs if one.end > start)
    whole = first.start == start and first.style.size >= _SMALL * line.size
    return first.rise if whole and first.end <= run.start else 0.0


def _joined(runs: Sequence[Run], line: Line) -> list[tuple[int, int, float]]:
    """Shifted runs that stand next to each other at one height, as one."""
    joints: list[tuple[int, int, float]] = []
    for run in runs:
        start, end = run.start, run.end
        near = joints and (joints[-1][1] == start or _SIGNED.fullmatch(line.text, joints[-1][0], start))
        if near and abs(joints[-1][2] - run.rise) < 0.05 * line.size:
            joints[-1] = (joints[-1][0], end, run.rise)
        else:
            joints.append((start, end, run.rise))
    return joints


def _kept(text: str, first: int, last: int, left_out: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The stretches of text[first:last] that stay, without white space at the ends or doubled."""
    spans: list[tuple[int, int]] = []
    at = first
    for start, end in (*sorted(left_out), (last, last)):
        if start < at or start > last:
            continue
        a, b = at, start
        while a < b and text[a] == " " and (not spans or text[spans[-1][1] - 1] == " "):
            a += 1
        if a < b:
            spans.append((a, b))
        at = end
    # A space before a mark goes when the mark was all that kept it from a sign or from the end.
    for k, (a, b) in enumerate(spans):
        following = text[spans[k + 1][0]] if k + 1 < len(spans) else " "
        while b > a and text[b - 1] == " " and following in " .,;:?!)»”":
            b -= 1
        spans[k] = (a, b)
    return [(a, b) for a, b in spans if a < b]


_WIDE_STEP = 1.4  # of the usual distance between lines: white between paragraphs
_INDENT = 2.0  # points: less is play in the setting
_HALF = 0.5  # of the width of the text: a line that leaves that much open before the next page was ended
_SLACK = 4.0  # points by which a word must fit on the line before to prove that the line was ended on purpose
_COLUMN = 60.0  # points: left edges further apart belong to different columns
_HEADING_LENGTH = 120
_MARKER = re.compile(
    r"(?:[•●▪◦\uf0b7\u2023\u25e6*]|[-–—](?=\s)|\(?\d{1,2}[.)](?=\s)|\(?[a-z][.)](?=\s)|\(?[ivx]{1,4}[.)](?=\s))"
)
_COUNTED = re.compile(r"(\d{1,3})([.)])\s+\S")
_FIGURES, _YEAR = re.compile(r"[€$–−+-]?\s?\d[\d.,]*(?:\s\d{3})*\s?%?"), re.compile(r"(?:19|20)\d\d")
_HANGING = re.compile(rf"\(?{JOINED}[.)]?")
# Digits behind it are the mark of a note, but "2.500" is a number.
_ENDS = re.compile(r"[.?!:;][\"'”’»)\]]*$|(?<!\d)[.?!:;][\"'”’»)\]\d]*$|[»”\"]$")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A paragraph, heading, list item or table of the body: where it stands and how it is set."""

    kind: BlockKind
    span: Span
    text: str
    page: int
    x0: float
    size: float
    bold: bool
    italic: bool
    gap_before: bool  # white above it
    lines: int = 1
    last_page: int = 0  # where it ends, if that is not its page


@dataclass(frozen=True, slots=True)
class Layout:
    """A laid-out document: one text, and what everything in it is."""

    text: str
    lines: tuple[TextLine, ...]
    page_starts: tuple[int, ...]
    stretches: tuple[Stretch, ...]
    footnotes: tuple[Footnote, ...]
    warnings: tuple[str, ...]
    body_size: float


def regions(lines: Sequence[TextLine], span: Span) -> tuple[Region, ...]:
    """The rectangles on the pages that hold the characters of `span`: one a line, side by side ones joined.

    `lines` in the order of their spans, as in `Document.lines`.
    """
    regions_found: list[Region] = []
    index = bisect_left(lines, span.start, key=lambda line: line.span.end)
    while index < len(lines) and lines[index].span.start < span.end:
        line = lines[index]
        index += 1
        start, end = max(span.start, line.span.start), min(span.end, line.span.end)
        if start >= end:
            continue
        edges = line.x_edges[start - line.span.start : end - line.span.start + 1]
        region = Region(line.page, min(edges), line.y0, max(edges), line.y1)
        last = regions_found[-1] if regions_found else None
        if last is not None and (last.page, last.y0, last.y1) == (region.page, region.y0, region.y1):
            gap = region.x0 - last.x1
            if -1.0 <= gap <= region.y1 - region.y0:
                regions_found[-1] = Region(last.page, last.x0, last.y0, region.x1, last.y1)
                continue
        regions_found.append(region)
    return tuple(regions_found)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of lines that were found before to belong to no text."""

    notes: tuple[Note, ...] = ()
    marks: tuple[Mark, ...] = ()  # what in the text refers to those notes
    overleaf: frozenset[tuple[int, int]] = frozenset()  # (page, line) behind a foot that stands in the text


def lay_out(
    pages: Sequence[Page],
    skipped: Collection[tuple[int, int]] = (),
    alone: Callable[[Line], bool] = lambda line: False,
    opens: Callable[[Line], bool] = lambda line: False,
    known: Known | None = None,
) -> Layout:
    """The body of the pages as one text with the footnotes behind it.

    `skipped`: (page number, index of the line) of what belongs to no text: headers, footers, a masthead.
    `alone`: which lines are a paragraph of their own whatever they look like, such as "Vraag 3".
    `opens`: which lines begin one where a sentence ended before them, such as "Antwoord van Minister X".
    `known`: what was found before among the skipped lines.
    """
    known = known or Known()
    size = find_body_size(pages)
    bodies: list[tuple[Page, list[int]]] = []
    notes: list[Note] = list(known.notes)
    marks: list[Mark] = list(known.marks)
    for page in pages:
        indices = [i for i in range(len(page.lines)) if (page.number, i) not in skipped]
        notes_found, taken = collect_notes(
            page, indices, size, notes[-1] if len(notes) > len(known.notes) else None
        )
        notes += notes_found
        body = [i for i in indices if i not in taken]
        marks += find_marks(((i, page.lines[i]) for i in body), page.number)
        bodies.append((page, body))
    anchored, referring = match_marks(notes, marks)
    writer = _Writer(bodies, size, alone, opens, referring, known.overleaf)
    writer.write_body()
    footnotes, warnings = writer.write_notes(notes, anchored)
    builder = writer.builder
    return Layout(
        builder.text().rstrip("\n"),
        tuple(builder.lines),
        tuple(builder.page_starts) or (0,),
        tuple(writer.stretches),
        footnotes,
        (*warnings, *islice(dict.fromkeys(writer.doubts), _MOST_DOUBTS)),
        size,
    )


class _Writer:
    """Puts the lines of the body into a TextBuilder, paragraph by paragraph."""

    def __init__(
        self,
        bodies: Sequence[tuple[Page, list[int]]],
        size: float,
        alone: Callable[[Line], bool],
        opens: Callable[[Line], bool],
        referring: Collection[Mark],
        overleaf: Collection[tuple[int, int]],
    ) -> None:
        self.bodies = bodies
        self.size = size
        self.alone = alone
        self.opens = opens
        self.overleaf = overleaf
        body_lines = [page.lines[i] for page, indices in bodies for i in indices]
        self.builder = TextBuilder(_collect_words(body_lines))
        self.stretches: list[Stretch] = []
        self.doubts: list[str] = []  # which figures of cells may be others
        self.leading = _find_leading(body_lines, size)
        self.margins = _find_margins(bodies)
        self.counted = _find_counted(body_lines) | _find_columns_of_figures(body_lines)
        self.marks: dict[tuple[int, int], list[Mark]] = {}
        for mark in sorted(referring, key=lambda m: (m.page, m.line, m.start)):
            self.marks.setdefault((mark.page, mark.line), []).append(mark)
        self.places: dict[Mark, int] = {}
        self._open: list[Line] = []  # the lines of the paragraph being written
        self._start = 0
        self._gap = False
        self._turns = False  # whether the line at hand stood at the head of a page once
        self._set_alone = False  # whether the open paragraph is a label
        self._sideways: list[int] = []  # indices of the turned lines of the page
        self._turned: list[int] = []  # those that are still to be written
        self._page = Page(0, (0.0, 0.0, 0.0, 0.0), 0, ())
        self._unended: Table | None = None  # the table at the foot of the page before
        self._fills = False  # whether the last table takes up most of its page
        self._printed: list[list[str]] = []  # the rows of the last table, from its head on
        self._below: tuple[Table, Sequence[Line]] | None = None  # the table at the head of the next page
        self._held: list[list[_Placed]] = []  # the cells of a row that goes on there, not written yet
        self._early = False  # whether those go behind the first paragraph that ends on the page

    def write_body(self) -> None:
        """Write all pages. What stands turned on a page is written where it breaks no sentence."""
        level = [[i for i in indices if not page.lines[i].angle] for page, indices in self.bodies]
        printed = [[page.lines[i] for i in own] for (page, _), own in zip(self.bodies, level, strict=True)]
        turned = [[i for i in indices if page.lines[i].angle] for page, indices in self.bodies]
        tables = find_tables(
            printed,
            [page.rules for page, _ in self.bodies],
            [[page.lines[i] for i in own] for (page, _), own in zip(self.bodies, turned, strict=True)],
        )
        following = [
            (there[0], lines) if there and not there[0].first else None
            for there, lines in zip(tables[1:], printed[1:], strict=True)
        ]
        for (page, indices), own, lines, tables_here, below in zip(
            self.bodies, level, printed, tables, [*following, None], strict=True
        ):
            self.builder.begin_page()
            self._below = below
            self._sideways = [i for i in indices if page.lines[i].angle]
            heads = {
                piece.line - len(lines)
                for table in tables_here
                for row in table.rows
                for cell in row
                for piece in cell
            }
            self._turned = [i for k, i in enumerate(self._sideways) if k not in heads]
            self._page = page
            # A sentence that goes on overleaf is not broken: turned text then goes between two paragraphs.
            self._early = bool(lines) and not _ends(lines[-1]) and not self.alone(lines[-1])
            self._write_page(lines, own, tables_here)
            ends = bool(tables_here) and tables_here[-1].last == len(lines) - 1 and not self._turned
            self._unended = tables_here[-1] if ends else None
            if self._turned:
                self._close()
                self._write_turned()
        self._close()

    def _write_page(self, lines: Sequence[Line], indices: Sequence[int], tables: Sequence[Table]) -> None:
        """Write lines of one angle, with the tables among them."""
        margin = self.margins.get((self._page.number, lines[0].angle), {}) if lines else {}
        openings = {table.first: table for table in tables}
        position = 0
        while position < len(lines):
            table = openings.get(position)
            if table is not None:
                self._write_table(table, lines, indices)
                position = table.last + 1
                continue
            self._write_line(lines[position], indices[position], margin)
            position += 1

    def _write_turned(self) -> None:
        """Write the turned lines of this page, between two paragraphs."""
        turned, self._turned = self._turned, []
        for _, group in groupby(turned, key=lambda index: self._page.lines[index].angle):
            indices = list(group)
            lines = [self._page.lines[index] for index in indices]
            self._write_page(lines, indices, find_tables([lines])[0])
            self._close()

    def _write_line(self, line: Line, index: int, margin: dict[int, float]) -> None:
        previous = self._open[-1] if self._open else None
        self._turns = (line.page, index) in self.overleaf
        if previous is not None:
            # At the head of the next column it is the one before that had room, or not.
            beside = line.baseline > previous.baseline and line.x0 > previous.x1
            if previous.page != line.page:  # perhaps of another shape
                margin = self.margins.get((previous.page, line.angle), margin)
            right = margin.get(_column_key((previous if beside else line).x0), line.x1)
            alone = self.alone(line) and not self._finishes(previous, line, right)
            opens = alone or self.opens(line) and _ends(previous)
            halves = alone and self._set_alone and self._is_half(previous, line)
            if not halves and (opens or self._set_alone or self._breaks(previous, line, right)):
                gap = self._is_gap(previous, line)
                self._close()
                self._gap = gap
        if not self._open:
            self._set_alone = self.alone(line)
        self._add(line, index)
        self._open.append(line)

    def _is_half(self, previous: Line, line: Line) -> bool:
        """Whether a heading goes on in `line` because its line before ends inside a word, or at a hyphen."""
        alike = (line.bold, line.italic) == (previous.bold, previous.italic)
        hyphened = previous.text[-2:-1].isalnum() and previous.text[-1] == "-" and line.text[0].islower()
        return (previous.broken or hyphened) and alike and not self._is_gap(previous, line)

    def _finishes(self, previous: Line, line: Line, right: float) -> bool:
        """Whether a line that reads as a label is the end of a sentence: "... in antwoord op vraag / 3."."""
        if _ends(previous) or self._set_alone or self._is_gap(previous, line):
            return False
        leads_on = previous.text.rsplit(maxsplit=1)[-1].lower() in FUNCTION_WORDS
        if not line.text[0].isdigit() and (
            line.page != previous.page or (line.text[0].isupper() and not leads_on)
        ):
            return False
        return not _fits(previous, line, right)

    def _add(self, line: Line, index: int, part: tuple[int, int] | None = None) -> Span:
        """Add a line and remember where its marks stood."""
        marks = self.marks.get((line.page, index), ())
        before = self.builder.length
        first = len(self.builder.lines)
        span = self.builder.add_line(line, [(m.start, m.end) for m in marks], part)
        if not self._open and part is None:
            self._start = span.start
        for mark in marks:
            if part is not None and not part[0] <= mark.start < part[1]:
                continue
            place = before
            for written in self.builder.lines[first:]:
                if written.x_edges[0] <= line.x_edges[mark.start] + 0.01:
                    place = written.span.end
            self.places[mark] = place
        return span

    def _is_gap(self, previous: Line, line: Line) -> bool:
        step = previous.baseline - line.baseline
        return line.page == previous.page and step > _WIDE_STEP * self.leading and not self._turns

    def _breaks(self, previous: Line, line: Line, right: float) -> bool:
        """Whether `line` begins a new paragraph."""
        if abs(line.size - previous.size) > 0.08 * self.size or self._is_gap(previous, line):
            return True
        fits = _fits(previous, line, right)
        ends = _ends(previous)
        raised_up = line.baseline > previous.baseline - 0.4 * line.size
        moved = line.page != previous.page or raised_up or self._turns
        restyled = (line.bold, line.italic) != (previous.bold, previous.italic) and _plain(line, previous)
        if restyled and (fits or ends or line.text[0].isupper() and not previous.broken):
            return True
        if _hangs_number(line) or id(line) in self.counted:
            return True
        if _MARKER.match(line.text) and (ends or fits and _MARKER.match(self._open[0].text)):
            return True
        if moved:
            # At the head of a page no white shows; a label in bold ahead of plain text does.
            leads = line.runs[0].style.bold and not line.bold and not previous.runs[-1].style.bold
            column = line.page == previous.page and line.x0 > previous.x1
            overleaf = line.page != previous.page and previous.x1 + _HALF * (right - previous.x0) < right
            return ends and (fits or leads) or (column or overleaf) and fits and line.text[0].isupper()
        indent = line.x0 - previous.x0
        if abs(indent) > _INDENT and abs(indent) < _COLUMN:
            hanging = len(self._open) == 1 and (
                _MARKER.match(previous.text) is not None or indent < 0 or _hangs(previous, line)
            )
            if not hanging:
                return not previous.broken
        return fits and (ends or line.text[0].isupper() and not previous.text.endswith("-"))

    def _close(self) -> None:
        """End the paragraph."""
        if not self._open:
            return
        span = Span(self._start, self.builder.length)
        first = self._open[0]
        text = self.builder.read(span)
        bold = all(line.bold for line in self._open)
        if text:
            kind = self._kind(text, bold)
            self.stretches.append(
                Stretch(
                    kind,
                    span,
                    text,
                    first.page,
                    first.x0,
                    first.size,
                    bold,
                    all(line.italic for line in self._open),
                    self._gap,
                    len(self._open),
                )
            )
        self.builder.end_paragraph()
        self._open = []
        self._gap = False
        if self._early and self._turned:
            self._write_turned()

    def _kind(self, text: str, bold: bool) -> BlockKind:
        first = self._open[0]
        if len(text) <= _HEADING_LENGTH and len(self._open) <= 2:
            if self._set_alone:
                return BlockKind.HEADING
            larger = first.size > 1.12 * self.size
            if (bold or larger) and not text.endswith((".", ":", ";", ",", "?")):
                return BlockKind.HEADING
        return BlockKind.LIST_ITEM if _MARKER.match(text) else BlockKind.PARAGRAPH

    def _write_table(self, table: Table, lines: Sequence[Line], indices: Sequence[int]) -> None:
        """Write a table: one row a line, " | " between the cells."""
        previous = self._open[-1] if self._open else None
        self._close()
        first = lines[table.first]
        above = self._unended if not table.first and not first.angle else None
        overleaf = above is not None and same_columns(above, table)
        # Its head is printed again overleaf; of two small tables, each has its own.
        long = lines[table.first].baseline - lines[table.last].baseline > _LONG * _shape(self._page)[1]
        fills = long or above is not None and self._fills
        self._fills = long
        lines = [*lines, *(self._page.lines[index] for index in self._sideways)]
        indices = [*indices, *self._sideways]
        printed = [[_words_of(cell, lines) for cell in row] for row in table.rows]
        again = _count_alike(self._printed, printed) if overleaf else 0
        if again and fills:
            table = replace(table, rows=table.rows[again:])
        elif not again:
            self._printed = printed
        placed = [[_placed(cell, lines, indices) for cell in row] for row in table.rows]
        begun = bool(self._held)
        if begun:
            placed[0] = [before + own for before, own in zip(self._held, placed[0], strict=True)]
            self._held = []
        broken = {}
        for one, other in _torn(table, lines):
            half, rest = (lines[at.line].text[at.start : at.end] for at in (one, other))
            if _TORN.fullmatch(half) and _REST.fullmatch(rest):
                self._doubt(lines[one.line], f"{half} … {rest}", _TORN_FIGURE)
            elif _is_one_word(half, rest, self.builder.vocabulary):
                broken[indices[other.line], other.start] = ""
            elif _THOUSANDS.fullmatch(half) and _HUNDREDS.fullmatch(rest):
                self._doubt(lines[one.line], f"{half} … {rest}", _TORN_FIGURE)
                if not half.isdigit():
                    broken[indices[other.line], other.start] = " "
        for line, words in _spread_figures(table, lines):
            self._doubt(line, words, _SPREAD_FIGURES)
        start = self.builder.length
        held = placed.pop() if len(placed) > 1 and self._goes_on_below(table, printed[-1], lines) else []
        for number, row in enumerate(placed):
            self._write_row(row, broken)
            if begun and not number:
                self.builder.page_starts[-1] = self.builder.length  # the row stands where it begins
        self._held = held
        span = Span(start, self.builder.length - 1 if self.builder.length > start else start)
        gap = previous is not None and self._is_gap(previous, first)
        text = self.builder.read(span)
        last = self.stretches[-1] if self.stretches else None
        goes_on = overleaf and last is not None and (begun or again or _goes_on_overleaf(last.text, text))
        if text and last is not None and goes_on:
            whole = Span(last.span.start, span.end)
            rows = last.lines + len(placed)
            self.stretches[-1] = replace(last, span=whole, text=self.builder.read(whole), lines=rows)
        elif text:
            self.stretches.append(
                Stretch(
                    BlockKind.TABLE,
                    span,
                    text,
                    first.page,
                    first.x0,
                    first.size,
                    False,
                    False,
                    gap,
                    len(table.rows),
                )
            )

    def _write_row(self, row: Sequence[Sequence[_Placed]], broken: Mapping[tuple[int, int], str]) -> None:
        """Write a row; `broken`: what stands ahead of the rest of a word or figure, by its line and place."""
        filled = max((k for k, cell in enumerate(row) if cell), default=-1)
        for k, cell in enumerate(row[: filled + 1]):
            if k:
                self.builder.add_literal(" | ")
            value, above = "", -1
            across = Counter(index for _, index, _, _ in cell)
            nested = sum(count > 1 for count in across.values()) > 1  # a table in the cell
            for line, index, start, end in cell:
                here = line.text[start:end]
                beside = index == above and (nested or value[-1:].isdigit() and here[:1].isdigit())
                if (index, start) in broken:
                    self.builder.go_on(broken[index, start])
                elif nested and value and not beside:
                    self.builder.add_literal(" / ")
                elif beside or _FIGURES.fullmatch(value) and _FIGURES.fullmatch(here):
                    self.builder.add_literal("; ")  # "1" above "200" is not 1 200
                self._add(line, index, (start, end))
                value, above = here, index
        self.builder.end_paragraph()

    def _doubt(self, line: Line, words: str, why: str) -> None:
        """Tell that the figures `words` of a cell may be others."""
        where, look = f"Op pagina {line.page} staat in een cel misschien", "Kijk op de pagina zelf."
        self.doubts.append(f"{where} {why}: «{words}». {look}")

    def _goes_on_below(self, table: Table, last: Sequence[str], lines: Sequence[Line]) -> bool:
        """Whether the last row of a table at the foot of its page goes on in the first below, overleaf.

        That has no first cell, and goes on with a sentence: of the last cell alone, or in small letters.
        """
        if self._below is None or self._turned or table.last != len(lines) - len(self._sideways) - 1:
            return False
        below, there = self._below
        rows = [
            [_words_of(cell, there) for cell in row]
            for row in below.rows
            if all(p.line < len(there) for c in row for p in c)
        ]
        if len(rows) < len(below.rows) or not same_columns(table, below):
            return False
        again = _count_alike(self._printed, rows)
        cells = [
            (k, above, text) for k, (above, text) in enumerate(zip(last, rows[again], strict=True)) if text
        ]
        if (
            again
            and not self._fills
            or not cells
            or not cells[0][0]
            or not all(above for _, above, _ in cells)
        ):
            return False
        if any(_FIGURES.fullmatch(above) or _FIGURES.fullmatch(text) for _, above, text in cells):
            return False
        open_ones = [(k, text) for k, above, text in cells if not _ENDS.search(above)]
        alone = [k for k, _ in open_ones] == [k for k, above in enumerate(last) if above][-1:] and len(
            cells
        ) == 1
        return alone or any(text[0].islower() for _, text in open_ones)

    def write_notes(
        self, notes: Sequence[Note], anchored: dict[int, Mark]
    ) -> tuple[tuple[Footnote, ...], tuple[str, ...]]:
        """Write the footnotes behind the body; those that nothing refers to are reported."""
        footnotes: list[Footnote] = []
        lost: list[str] = []
        for position, note in enumerate(notes):
            self.builder.end_paragraph()
            start: int | None = None
            for line, begin in note.lines:
                span = self.builder.add_line(line, (), (begin, len(line.text)))
                start = span.start if start is None else start
            anchor = self.places.get(anchored[position]) if position in anchored else None
            if anchor is None:
                lost.append(f"{note.mark} (pagina {note.page})")
            footnotes.append(Footnote(note.mark, Span(start or 0, self.builder.length), anchor, note.page))
        warning = f"In de tekst is geen verwijzing gevonden naar voetnoot {', '.join(lost)}."
        return tuple(footnotes), (warning,) if lost else ()


def _placed(cell: Sequence[Cell], lines: Sequence[Line], indices: Sequence[int]) -> list[_Placed]:
    """The stretches of a cell with the lines they stand in."""
    return [(lines[piece.line], indices[piece.line], piece.start, piece.end) for piece in cell]


def _torn(table: Table, lines: Sequence[Line]) -> Iterator[tuple[Cell, Cell]]:
    """Lines of a cell of which the first has no room for the sign, or three figures, that open the second."""
    for column in zip(*table.rows, strict=True):
        breadths = [piece.x1 - piece.x0 for cell in column for piece in cell]
        if len(breadths) < _COLUMN_LEAST:
            continue
        reach = max(piece.x1 for cell in column for piece in cell)
        for one, other in (pair for cell in column for pair in pairwise(cell)):
            edges, text = lines[other.line].x_edges, lines[other.line].text
            figure = _HUNDREDS.match(text, other.start, other.end)
            step = edges[figure.end() if figure else other.start + 1] - edges[other.start]
            left = abs(one.x0 - other.x0) < 1.0 and one.x1 + step > reach
            if left or one.x1 - one.x0 + step > max(breadths):
                yield one, other


def _is_one_word(first: str, second: str, vocabulary: Collection[str]) -> bool:
    """Whether a word that is wider than its cell goes on in the next line: "Huisvestin" above "g"."""
    rest = second.split(" ", 1)[0]
    if not (first.isalpha() and rest.isalpha() and rest.islower()):
        return False
    short = len(rest) <= _REST_LETTERS and rest not in FUNCTION_WORDS
    return short or (first + rest).lower() in vocabulary


def _spread_figures(table: Table, lines: Sequence[Line]) -> Iterator[tuple[Line, str]]:
    """Figures that reach into a column beside theirs which is empty: they may be those of both."""
    for row in table.rows:
        empty = [place for place, cell in zip(table.columns, row, strict=True) if not cell]
        for piece in (piece for cell in row for piece in cell):
            line = lines[piece.line]
            words = line.text[piece.start : piece.end]
            reaches = any(min(piece.x1, right) - max(piece.x0, left) > EDGE for left, right in empty)
            if reaches and " " in words and holds_figures(piece, line):
                yield line, words


def _words_of(cell: Sequence[Cell], lines: Sequence[Line]) -> str:
    """What is printed in a cell, line after line."""
    return " ".join(lines[at.line].text[at.start : at.end] for at in cell)


def _count_alike(above: Sequence[list[str]], below: Sequence[list[str]]) -> int:
    """How many rows at the head of one table are those at the head of the other; all of it is no head."""
    alike = 0
    while alike < min(len(above), len(below) - 1) and above[alike] == below[alike]:
        alike += 1
    return alike


def _goes_on_overleaf(above: str, below: str) -> bool:
    """Whether the rows of a table at the head of a page belong to the one at the foot of the page before.

    They do where its head is printed again, or where the first of them is a row of figures like the last
    above, and no head: that would say something else of the figures.
    """
    rows, first = above.split("\n"), below.partition("\n")[0]
    if first == rows[0]:
        return True
    figures = [
        [_FIGURES.fullmatch(cell.strip()) is not None for cell in row.split(" | ")]
        for row in (rows[-1], first)
    ]
    years = all(_YEAR.fullmatch(cell.strip()) for cell in first.split(" | ")[1:])
    return len(rows) > 1 and figures[0] == figures[1] and any(figures[1][1:]) and not years


def _ends(line: Line) -> bool:
    """Whether a sentence ends with this line, whatever note it refers to there."""
    end = len(line.text)
    for run in reversed(line.runs[1:]):
        if not is_raised(run, line):
            break
        end = run.start
    return _ENDS.search(line.text[:end].rstrip()) is not None


def _hangs_number(line: Line) -> bool:
    """Whether a number stands in the margin, apart from the text of the line."""
    return bool(line.gaps) and _HANGING.fullmatch(line.text[: line.gaps[0]].rstrip()) is not None


def _fits(previous: Line, line: Line, right: float) -> bool:
    """Whether the first word of a line had room on the line before: that one was ended on purpose."""
    first_word = line.text.find(" ") if " " in line.text else len(line.text)
    width = line.x_edges[first_word] - line.x0 + 0.25 * line.size
    return not previous.broken and previous.x1 + width + _SLACK <= right


def _hangs(first: Line, line: Line) -> bool:
    """Whether a line begins right below the text that follows a number in the margin of the line above."""
    return any(abs(first.x_edges[gap] - line.x0) < _INDENT for gap in first.gaps[:1])


def _find_counted(lines: Sequence[Line]) -> frozenset[int]:
    """The lines (by identity) that begin with the numbers of a list, which counts from 1 at one left edge."""
    lists: dict[tuple[int, str], list[Line]] = {}
    indices: set[int] = set()
    for line in lines:
        match = _COUNTED.match(line.text)
        if match is None or line.angle:
            continue
        key = (round(line.x0), match[2])
        if int(match[1]) == 1:
            lists[key] = []
        elif len(lists.get(key, ())) != int(match[1]) - 1:
            continue
        lists[key].append(line)
        if len(lists[key]) > 1:
            indices.update(map(id, lists[key]))
    return frozenset(indices)


def _find_columns_of_figures(lines: Sequence[Line]) -> frozenset[int]:
    """The lines (by identity) that hold figures only, below others: one row each of a single column."""
    figures = [ONLY_FIGURES.fullmatch(line.text) is not None and not line.angle for line in lines]
    indices: set[int] = set()
    for k, (above, line) in enumerate(pairwise(lines)):
        if figures[k] and figures[k + 1] and above.page == line.page and line.baseline < above.baseline:
            indices |= {id(above), id(line)}
    return frozenset(indices)


def _plain(line: Line, previous: Line) -> bool:
    """Whether two lines are each set in one way, so that a difference between them means something."""
    return all(len({(run.style.bold, run.style.italic) for run in x.runs}) == 1 for x in (line, previous))


def _column_key(x0: float) -> int:
    return round(x0 / _COLUMN)


def _find_leading(lines: Sequence[Line], size: float) -> float:
    """The usual distance between two lines of the body: of those within a sentence, where there are any."""
    steps: Counter[float] = Counter()
    within: Counter[float] = Counter()
    for above, below in zip(lines, lines[1:], strict=False):
        step = above.baseline - below.baseline
        if (
            (above.page, above.angle) == (below.page, below.angle)
            and 0.9 * size < step < 2.2 * size
            and abs(above.size - below.size) < 0.5
        ):
            steps[round(step, 1)] += 1
            within[round(step, 1)] += below.text[:1].islower()
    usual = +within or steps
    return max(usual, key=lambda step: (usual[step], -step), default=1.2 * size)


def _find_margins(
    bodies: Sequence[tuple[Page, list[int]]],
) -> dict[tuple[int, float], dict[int, float]]:
    """For each page and angle of lines: how far to the right the lines of a column go, by where they begin.

    Pages of one shape share their margins, so that a page with few lines knows them too.
    """
    shapes: dict[tuple[int, int, float], dict[int, float]] = {}
    margins_of: dict[tuple[int, float], dict[int, float]] = {}
    for page, indices in bodies:
        for i in indices:
            line = page.lines[i]
            margins = shapes.setdefault((*_shape(page), line.angle), {})
            margins_of[page.number, line.angle] = margins
            if line.gaps:
                continue
            key = _column_key(line.x0)
            for near in (key - 1, key, key + 1):
                if near == key or abs(line.x0 - near * _COLUMN) < _COLUMN:
                    margins[near] = max(margins.get(near, 0.0), line.x1)
    return margins_of


def _shape(page: Page) -> tuple[int, int]:
    return round(page.box[2] - page.box[0]), round(page.box[3] - page.box[1])


_SMALLER = 0.85  # of the size: of another size
_OFF_LINE = 0.1  # of the size: off the line
_LEVEL = 0.02  # of the size: on one baseline
_BESIDE = 0.6  # of the size: so near is what belongs together
_STROKE = (0.3, 0.9)  # of the size: how long a sign of minus is
_HEIGHT = (0.15, 0.45)  # of the size above the baseline: how high it stands
_INSIDE = (-0.6, 0.9)  # of the size from the baseline: where what stands in a line stands
_OVER = 0.3  # of the size: what is nearer stands on one line, and what shares more is drawn upon the other
_TORN, _REST = re.compile(r"\S*\d[.,]?"), re.compile(r"(?:[.,]?\d{1,2}(?:,\d+)?[)%]?|\d{3}[)%])(?:\s.*)?")
_THOUSANDS, _HUNDREDS = re.compile(r"\d{1,3}(?:\s\d{3})*"), re.compile(r"\d{3}(?=\s|$)")
_MOST_DOUBTS, _COLUMN_LEAST = 20, 4  # lines of a column that tell how broad it is
_TORN_FIGURE, _SPREAD_FIGURES = "één getal op twee regels", "meer dan één getal, van twee kolommen"
_REST_LETTERS = 3  # at most; that are no word of their own
_AROUND = 24  # signs of the line on either side that are told
_LONE_FIGURES = re.compile(r"[-+−–]?[\d.,]{1,4}|[-+−–]")
_ENDS_FIGURE = re.compile(r"\d[.,]?$")
_SIGNS = ("-", "−", "–", "+")
_OPENS = re.compile(r"(?<!\S)\d")
_MOST = 200  # lines at one height that are looked at


def doubtful_figures(page: Page) -> Iterator[str]:
    """The words around each figure that may have to be read otherwise."""
    for line in page.lines:
        for one, other in pairwise(sorted(line.runs, key=lambda run: run.start)):
            first, second = line.text[one.end - 1], line.text[other.start]
            apart = first.isdigit() and _are_doubtful(line, one, other) or _is_small_behind(one, other, first)
            if second.isdigit() and (apart or _is_unsettled(line, one, other)):
                yield _words(line, one.end)
    level = sorted((line for line in page.lines if not line.angle), key=lambda line: line.baseline)
    yield from _with_strokes(page, level)
    yield from _alone(level, _drawn_late(page.lines))
    yield from _over_each_other(level)


def _are_doubtful(line: Line, one: Run, other: Run) -> bool:
    """Whether two figures are of two sizes on one baseline, or stand one above the other or slanting."""
    small, large = sorted((one.style.size, other.style.size))
    falls = one.rise - other.rise
    if small >= _SMALLER * large:
        over = line.x_edges[other.start] < line.x_edges[one.start] + 0.5 * small
        slanting = large < _SMALLER * line.size and falls > 0.3 * small
        near = line.x_edges[other.start] - line.x_edges[one.end] < _BESIDE * small
        return near and (slanting or over and abs(falls) > 0.5 * small)
    return one.end == other.start and abs(falls) < _LEVEL * large


def _is_small_behind(one: Run, other: Run, last: str) -> bool:
    """Whether figures stand right behind the letter or figure `last` on its baseline, and are smaller."""
    size = one.style.size
    level = one.end == other.start and abs(one.rise - other.rise) < _LEVEL * size
    return level and last.isalpha() and other.style.size < _SMALLER * size


def _is_unsettled(line: Line, one: Run, other: Run) -> bool:
    """Whether figures that are read as on the line stand off it, or raised behind a sign that is not."""
    before = line.text[: other.start].rstrip()
    if _find_shift(other, line):
        return before[-1:] in _SIGNS and not _find_shift(one, line)
    if abs(other.rise) >= _OFF_LINE * line.size and other.start not in line.gaps:
        return True
    size = max(one.style.size, other.style.size)
    off = abs(one.rise - other.rise) >= _LEVEL * size or other.style.size < _SMALLER * one.style.size
    return off and one.end == other.start and _ENDS_FIGURE.search(before) is not None


def _with_strokes(page: Page, lines: Sequence[Line]) -> Iterator[str]:
    """Figures with a short level line ahead of them that may be a sign of minus."""
    struck = [hidden.box for hidden in page.hidden if hidden.reason is Reason.STRUCK]
    largest = max((line.size for line in lines), default=0.0)
    for x0, y0, x1, y1 in page.rules[0]:
        middle = (y0 + y1) / 2
        if x1 - x0 > _STROKE[1] * largest or any(a <= x0 <= c and b <= y0 <= d for a, b, c, d in struck):
            continue
        for line in _between(lines, middle - _HEIGHT[1] * largest, middle):
            size = line.size
            short = _STROKE[0] * size < x1 - x0 < _STROKE[1] * size
            if short and _HEIGHT[0] * size < middle - line.baseline < _HEIGHT[1] * size:
                at = bisect_left(line.x_edges, x1 - 0.1 * size)  # the sign right behind it
                free = not at or line.x_edges[at - 1] < x0 + 0.1 * size
                if free and _OPENS.match(line.text, at) and line.x_edges[at] - x1 < _BESIDE * size:
                    yield _words(line, at)


def _drawn_late(lines: Sequence[Line]) -> set[int]:
    """The figures (by identity) that come behind text that stands below them."""
    late: set[int] = set()
    for above, line in pairwise(lines):
        rises = line.baseline > above.baseline + line.size
        if _LONE_FIGURES.fullmatch(line.text) and (rises or id(above) in late):
            late.add(id(line))
    return late


def _alone(lines: Sequence[Line], late: set[int]) -> Iterator[str]:
    """Small figures that stand in or at a line of larger text and found no place in it."""
    largest = max((line.size for line in lines), default=0.0)
    for figure in lines:
        if not _LONE_FIGURES.fullmatch(figure.text) or figure.size >= _SMALLER * largest:
            continue
        low, high = (figure.baseline - share * largest for share in (_INSIDE[1], _INSIDE[0]))
        for line in _between(lines, low, high):
            size = line.size
            inside = _INSIDE[0] * size < figure.baseline - line.baseline < _INSIDE[1] * size
            beside = line.x0 < figure.x0 and (figure.x0 < line.x1 + _BESIDE * size or id(figure) in late)
            if figure.size < _SMALLER * size and inside and beside:
                yield f"{figure.text} … {_words(line, 0)}"
                break


def _over_each_other(lines: Sequence[Line]) -> Iterator[str]:
    """Figures that are drawn upon others: what is typed over what was there."""
    for line in lines:
        near = _OVER * line.size
        for other in _between(lines, line.baseline, line.baseline + near):
            shared = min(line.x1, other.x1) - max(line.x0, other.x0)
            twice = other is line or (other.baseline, other.x0) < (line.baseline, line.x0)
            known = twice or COVERED in (line.text, other.text)
            if not known and shared > near and any(map(str.isdigit, line.text + other.text)):
                yield f"{_words(line, 0)} … {_words(other, 0)}"


def _between(lines: Sequence[Line], low: float, high: float) -> Sequence[Line]:
    """Those of the lines, which are sorted by their baselines, that stand between two heights."""
    first = bisect_left(lines, low, key=lambda line: line.baseline)
    last = bisect_right(lines, high, key=lambda line: line.baseline)
    return lines[first : min(last, first + _MOST)]


def _words(line: Line, at: int) -> str:
    return line.text[max(0, at - _AROUND) : at + _AROUND].strip()
