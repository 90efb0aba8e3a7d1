"""PDF bytes to pages of printed lines, with what is hidden on them and what nobody can read.

What was filled in, typed or stamped on a page becomes part of the page before that is read.
"""

from __future__ import annotations

import ctypes
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from html import unescape
from itertools import pairwise
from statistics import correlation, median, pstdev
from typing import Any

from pypdfium2 import raw

from learninglion.dutch.lexicon import FUNCTION_WORDS
from learninglion.models.errors import UnreadableFileError
from learninglion.parsing.pdf.characters import (
    Glyphs,
    ObjectStyle,
    count_images,
    is_scan,
    open_pdf,
    page_view,
    read_glyphs,
)
from learninglion.parsing.pdf.ink import Box, Reason, find_switched_off, has_layers
from learninglion.parsing.pdf.lines import (
    ASCENT,
    COVERED,
    DESCENT,
    INITIAL,
    Hidden,
    Line,
    Margin,
    Page,
    Run,
    build_lines,
)
from learninglion.parsing.writing import ENDED

_SIZE = 11.0  # points, where an annotation does not say how large its text is
_BREAK, _TAG = re.compile(r"</p>|<br\b[^>]*>", re.IGNORECASE), re.compile(r"<[^>]*>")
_UNSEEN = raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW
_REMARKS = {
    raw.FPDF_ANNOT_TEXT, raw.FPDF_ANNOT_LINE, raw.FPDF_ANNOT_SQUARE, raw.FPDF_ANNOT_CIRCLE,
    raw.FPDF_ANNOT_POLYGON, raw.FPDF_ANNOT_POLYLINE, raw.FPDF_ANNOT_HIGHLIGHT, raw.FPDF_ANNOT_UNDERLINE,
    raw.FPDF_ANNOT_SQUIGGLY, raw.FPDF_ANNOT_STRIKEOUT, raw.FPDF_ANNOT_CARET, raw.FPDF_ANNOT_INK,
    raw.FPDF_ANNOT_FILEATTACHMENT,
}  # fmt: skip
_LINES = (raw.FPDF_ANNOT_LINE, raw.FPDF_ANNOT_POLYLINE)
_SAME = 0.01  # points
_MOST = 2000  # annotations of one page that are looked at


@dataclass(frozen=True, slots=True)
class Typed:
    """A line of text of an annotation that has no appearance of its own, with its rectangle in user space."""

    text: str
    box: Box
    row: int
    size: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """A loaded page, what is typed on it, and the remarks that open when one clicks on a mark."""

    page: Any
    document: Any  # what it is a page of
    typed: tuple[Typed, ...] = ()
    remarks: tuple[str, ...] = ()


Loader = Callable[[int], Sheet | None]
"""Gives the page with this index; None where it is damaged."""


@contextmanager
def show_annotations(document: Any, off: Collection[Box] = ()) -> Iterator[Loader]:
    """How pages of `document` are loaded with what stands on them; to use inside the `with`.

    `off`: the rectangles of what stands on a layer that is switched off.

    What a program should draw by itself (fields, marks without an appearance) PDFium draws as on screen.
    """
    forms: list[Any] = []
    info = raw.FPDF_FORMFILLINFO(version=2)  # PDFium keeps its address

    def load(index: int) -> Sheet | None:
        page = raw.FPDF_LoadPage(document, index)
        if not page:
            return None
        if not raw.FPDFPage_GetAnnotCount(page):
            return Sheet(page, document)
        if not forms:
            forms.append(raw.FPDFDOC_InitFormFillEnvironment(document, info))
        form = forms[0]
        _prepare(page, off)
        if form:
            raw.FORM_OnAfterLoadPage(page, form)
        typed, remarks = tuple(_read_typed(page, form)), tuple(_read_remarks(page))
        if form:
            raw.FORM_OnBeforeClosePage(page, form)
        if raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY) == raw.FLATTEN_SUCCESS:
            raw.FPDF_ClosePage(page)
            page = raw.FPDF_LoadPage(document, index)
        return Sheet(page, document, typed, remarks) if page else None

    try:
        yield load
    finally:
        for form in forms:
            raw.FPDFDOC_ExitFormFillEnvironment(form)


def _prepare(page: Any, off: Collection[Box]) -> None:
    """Make what will be drawn with the page what a viewer shows.

    An annotation that is kept from the screen is not drawn, words that are marked to be blacked out are
    black, a line has ink, and one with rich text only gets its words as contents, which is what PDFium draws.
    """
    for annotation in _annotations(page):
        flags = raw.FPDFAnnot_GetFlags(annotation)
        if flags & _UNSEEN or (off and _stands_at(annotation, off)):
            raw.FPDFAnnot_SetFlags(annotation, flags | raw.FPDF_ANNOT_FLAG_HIDDEN)
        elif raw.FPDFAnnot_GetSubtype(annotation) == raw.FPDF_ANNOT_REDACT:
            _black_out(annotation)
        elif raw.FPDFAnnot_GetSubtype(annotation) in _LINES and not _has_appearance(annotation):
            _draw_line(annotation)
        elif not _read_string(annotation, b"Contents"):
            words = _plain(_read_string(annotation, b"RC"))
            if words.strip():
                _set_string(annotation, raw.FPDFAnnot_SetStringValue, b"Contents", words.strip())


def _stands_at(annotation: Any, places: Collection[Box]) -> bool:
    """Whether an annotation is on a layer, and stands in one of these rectangles."""
    here = _rectangle(annotation)
    return raw.FPDFAnnot_HasKey(annotation, b"OC") and any(
        max(abs(a - b) for a, b in zip(here, place, strict=True)) < _SAME for place in places
    )


def _rectangle(annotation: Any) -> Box:
    """Where an annotation stands, in user space; without extent where it does not say so."""
    box = raw.FS_RECTF()
    raw.FPDFAnnot_GetRect(annotation, box)
    x, y = sorted((box.left, box.right)), sorted((box.bottom, box.top))
    return x[0], y[0], x[1], y[1]


def _black_out(annotation: Any) -> None:
    """Cover what somebody marked to be blacked out, whether that was carried through or not."""
    left, bottom, right, top = _rectangle(annotation)
    drawn = f"0 g {left:.2f} {bottom:.2f} {right - left:.2f} {top - bottom:.2f} re f"
    _set_string(annotation, raw.FPDFAnnot_SetAP, raw.FPDF_ANNOT_APPEARANCEMODE_NORMAL, drawn)


def _draw_line(annotation: Any) -> None:
    """Draw a line from point to point, which PDFium does not do by itself; how thick it is nobody can ask."""
    start, end = raw.FS_POINTF(), raw.FS_POINTF()
    if raw.FPDFAnnot_GetLine(annotation, start, end):
        points = [start, end]
    else:
        count = min(raw.FPDFAnnot_GetVertices(annotation, None, 0), _MOST)
        vertices = (raw.FS_POINTF * count)()
        raw.FPDFAnnot_GetVertices(annotation, vertices, count)
        points = list(vertices)
    if len(points) > 1:
        drawn = " ".join(f"{point.x:.2f} {point.y:.2f} {'l' if n else 'm'}" for n, point in enumerate(points))
        _set_string(annotation, raw.FPDFAnnot_SetAP, raw.FPDF_ANNOT_APPEARANCEMODE_NORMAL, f"1 w {drawn} S")


def _set_string(annotation: Any, setter: Callable[..., Any], key: bytes | int, words: str) -> None:
    signs = (words + "\0").encode("utf-16-le")
    setter(annotation, key, (ctypes.c_ushort * (len(signs) // 2)).from_buffer_copy(signs))


def _annotations(page: Any) -> Iterator[Any]:
    """The annotations of a page, each closed again."""
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), _MOST)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if annotation:
            try:
                yield annotation
            finally:
                raw.FPDFPage_CloseAnnot(annotation)


def _read_typed(page: Any, form: Any) -> Iterator[Typed]:
    """Text of annotations and fields that are shown but have no appearance in the file."""
    for annotation in _annotations(page):
        yield from _read_one(annotation, form)


def _read_remarks(page: Any) -> Iterator[str]:
    """What the notes, markings and drawn marks of a page say; on the page itself only the mark shows."""
    for annotation in _annotations(page):
        hidden = raw.FPDFAnnot_GetFlags(annotation) & _UNSEEN
        if raw.FPDFAnnot_GetSubtype(annotation) in _REMARKS and not hidden:
            text = " ".join(_read_string(annotation, b"Contents").split())
            if text:
                yield text


def _read_one(annotation: Any, form: Any) -> Iterator[Typed]:
    kind = raw.FPDFAnnot_GetSubtype(annotation)
    hidden = raw.FPDFAnnot_GetFlags(annotation) & _UNSEEN
    if kind not in (raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_STAMP) or hidden:
        return
    if _has_appearance(annotation):
        return
    text = _read_string(annotation, b"Contents")
    if kind == raw.FPDF_ANNOT_WIDGET:
        field = raw.FPDFAnnot_GetFormFieldType(form, annotation) if form else -1
        shown = (raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX)
        text = _read_value(annotation, form) if field in shown else ""
    elif kind == raw.FPDF_ANNOT_STAMP:
        text = text or _read_string(annotation, b"Name")
    box = _rectangle(annotation)
    if not text.strip() or box[0] == box[2]:
        return
    size = ctypes.c_float()
    if not (form and raw.FPDFAnnot_GetFontSize(form, annotation, size) and size.value > 0):
        size.value = _SIZE
    for row, line in enumerate(part for part in text.splitlines() if part.strip()):
        yield Typed(" ".join(line.split()), box, row, size.value)


def _plain(rich: str) -> str:
    """The words of rich text (XHTML), a paragraph on each line."""
    return unescape(_TAG.sub("", _BREAK.sub("\n", rich)))


def _has_appearance(annotation: Any) -> bool:
    return bool(raw.FPDFAnnot_GetAP(annotation, raw.FPDF_ANNOT_APPEARANCEMODE_NORMAL, None, 0) > 2)


def _read_string(annotation: Any, key: bytes) -> str:
    length = raw.FPDFAnnot_GetStringValue(annotation, key, None, 0)
    return _read(length, lambda buffer, size: raw.FPDFAnnot_GetStringValue(annotation, key, buffer, size))


def _read_value(annotation: Any, form: Any) -> str:
    length = raw.FPDFAnnot_GetFormFieldValue(form, annotation, None, 0)
    return _read(length, lambda buffer, size: raw.FPDFAnnot_GetFormFieldValue(form, annotation, buffer, size))


def _read(length: int, fill: Callable[[Any, int], int]) -> str:
    """A string that PDFium hands out as UTF-16 in a buffer of ours; `length` in bytes."""
    if not 2 < length < 2_000_000:
        return ""
    buffer = (ctypes.c_ushort * (length // 2 + 1))()
    fill(buffer, length)
    return bytes(buffer)[: length - 2].decode("utf-16-le", "replace").replace("\r", "\n")


# Fonts that say wrongly which letters they have: the letters are as wide as others are.
#
# A file tells what its letters mean in a table of its own. Where that table is wrong, a reader of the page
# sees words and whoever copies them gets others, without any sign that cannot be read. What gives it away is
# that an "i" is as wide as an "m": the widths of letters are alike in all fonts but those of a typewriter.


_WIDTHS = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (
            *(50, 53, 47, 53, 50, 31, 53, 53, 25, 25, 50, 25, 81, 53, 53, 53, 53, 33, 44, 28, 53, 50, 72, 50),
            *(50, 47, 69, 67, 69, 72, 64, 58, 75, 72, 31, 44, 69, 58, 86, 72, 75, 61, 75, 69, 61, 61, 72, 69),
            *(94, 69, 69, 61),
        ),
        strict=True,
    )
)
"""Hundredths of the size: between those of Helvetica and of Times."""
_LEAST_LETTERS = 6  # different letters
_ALIKE = 0.4  # correlation; in fonts that are right from 0.6 on, in shifted ones to 0.3
_SAME_WIDTH = 0.03  # of the size: widths that differ no more are those of a typewriter
_ENOUGH = 1000  # characters that tell whether a text holds words
_WORDS = 0.05  # of the words of any Dutch text are small ones; a quarter usually is


def _mark_misnamed(pages: Sequence[Page]) -> tuple[Page, ...]:
    """The pages with U+FFFD for each letter and figure of a font whose letters cannot be what it says."""
    texts: dict[str, str] = defaultdict(str)
    for page in pages:
        for line in page.lines:
            for run in line.runs:
                text = texts[run.style.font]
                if len(text) < _ENOUGH:
                    texts[run.style.font] = f"{text} {line.text[run.start : run.end]}"
    doubted = {font for font, text in texts.items() if not _holds_words(text)}
    wrong = {font for font in doubted if _is_misnamed(pages, font)}
    return tuple(_marked(page, wrong) for page in pages) if wrong else tuple(pages)


def _holds_words(text: str) -> bool:
    words = re.findall(r"[^\W\d_]{2,}", text.lower())
    return sum(word in FUNCTION_WORDS for word in words) > _WORDS * len(words)


def _is_misnamed(pages: Sequence[Page], font: str) -> bool:
    widths: dict[str, list[float]] = defaultdict(list)
    for page in pages:
        for line in page.lines:
            for run in line.runs:
                if run.style.font == font and run.style.size:
                    for at in range(run.start, run.end - 1):
                        if line.text[at] in _WIDTHS and line.text[at + 1] != " ":  # white may begin there
                            width = (line.x_edges[at + 1] - line.x_edges[at]) / run.style.size
                            widths[line.text[at]].append(width)
    if len(widths) < _LEAST_LETTERS:
        return False
    drawn = [median(listed) for listed in widths.values()]
    known = [float(_WIDTHS[letter]) for letter in widths]
    return pstdev(drawn) > _SAME_WIDTH and correlation(drawn, known) < _ALIKE


def _marked(page: Page, wrong: set[str]) -> Page:
    lines = tuple(_mark(line, wrong) for line in page.lines)
    return replace(page, lines=lines, unreadable=sum(line.text.count("\ufffd") for line in lines))


def _mark(line: Line, wrong: set[str]) -> Line:
    text = list(line.text)
    for run in line.runs:
        if run.style.font in wrong:
            text[run.start : run.end] = [
                sign if sign.isspace() else "\ufffd" for sign in text[run.start : run.end]
            ]
    return replace(line, text="".join(text))


# Where lines stand: below each other, beside a large first letter, at numbers that count them.

_CORE = 0.8  # of the size above the baseline: where two lines may not meet
_REACH = 8  # lines after the letter in the file among which the one it begins may be
_BESIDE = 1.5  # of the size: as far from the letter as the text may begin
_LEVEL = 0.35  # of the size: so close are the baselines of a line and its number
_LEAST = 3  # numbers of lines: fewer are something else, unless they count in these steps from the first line
_STEPS, _WIDE_STEPS = (1, 2, 5, 10), (5, 10)
_ALIGNED = 2.0  # points
_SENTENCES = 0.25  # of the numbers: so many stand within a sentence where they count lines
_FILLED = 0.7  # of the width: a line that ends there may go on
_NUMBER = re.compile(r"\d{1,4}")
_MARK = re.compile(r"[•◦▪‣–*-]|\(?(?:\d{1,2}|[a-z])[.)]")  # of a list item


def _sort_bands(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines from top to bottom, where that is the only way to read them.

    A file may draw them in any order. Lines beside each other make a band, which keeps the order of the file;
    where that comes and goes between bands, nothing is sure and all stays as it is, unless it runs up the
    page. Turned lines come last.
    """
    angles = sorted({line.angle for line in lines}, key=lambda angle: angle != 0.0)
    return tuple(line for angle in angles for line in _sort([one for one in lines if one.angle == angle]))


def _sort(lines: Sequence[Line]) -> Sequence[Line]:
    level = sorted(range(len(lines)), key=lambda k: -lines[k].baseline)
    bands: list[list[int]] = []
    bottom = float("inf")
    for k in level:
        line = lines[k]
        if bands and line.baseline + _CORE * line.size > bottom:
            bands[-1].append(k)
            bottom = min(bottom, line.baseline)
        else:
            bands.append([k])
            bottom = line.baseline
    ordered = [sorted(band) for band in bands]
    if any(band[-1] - band[0] >= len(band) for band in ordered):
        rising = sum(below.baseline > above.baseline for above, below in pairwise(lines))
        if 2 * rising <= len(lines):
            return lines
        ordered = [sorted(band, key=lambda k: lines[k].x0) for band in bands]  # a page that was turned
    return [lines[k] for band in ordered for k in band]


def _set_initials(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines with a large first letter put at the head of the line that it begins."""
    lines_set = list(lines)
    for index, initial in enumerate(lines):
        text = initial.text.lstrip("\"'“‘«„")
        if len(text) != 1 or not (text.isupper() or text.isdigit()) or initial.angle:
            continue
        beside = [
            k
            for k in range(max(0, index - _REACH), min(len(lines), index + _REACH))
            if k != index and lines_set[k] is lines[k] and _is_beside(initial, lines[k])
        ]
        first = max(beside, key=lambda k: lines[k].baseline, default=None)
        if first is None or not lines[first].text[0].isalnum():
            continue
        if text.isdigit() and (not lines[first].text[0].isdigit() or len(beside) < 2):
            continue  # a large "4" ahead of words is a figure of its own, and ahead of "95" a price
        # It hangs from the top of its line, or stands on that and is tall.
        stands = (
            len(beside) == 1 and abs(initial.baseline - lines[first].baseline) < _LEVEL * lines[first].size
        )
        if not stands and not _at_top(initial, lines[first]):
            continue
        for k in beside:  # the letter indents them; they belong to its column
            lines_set[k] = replace(lines[k], x_edges=(initial.x0, *lines[k].x_edges[1:]))
        lines_set[first] = _begin(initial, lines[first])
        lines_set[index] = replace(initial, text="")
    return tuple(line for line in lines_set if line.text)


def _set_marks(lines: Sequence[Line]) -> Sequence[Line]:
    """The lines, with the mark of a list item that a program drew behind its text at the head of that."""
    marks = [k for k, line in enumerate(lines) if _MARK.fullmatch(line.text) and not line.angle]
    if not marks:
        return lines
    lines_set = list(lines)
    for index in marks:
        mark = lines[index]
        for k, line in enumerate(lines_set[:index]):
            level = abs(line.baseline - mark.baseline) < _LEVEL * line.size and not line.angle
            if level and line.text and 0 < line.x0 - mark.x1 < _BESIDE * line.size:
                wide = replace(mark, text=f"{mark.text} ", x_edges=(*mark.x_edges, line.x0))
                lines_set[k] = _begin(wide, line)
                lines_set[index] = replace(mark, text="")
                break
    return [line for line in lines_set if line.text]


def _is_beside(initial: Line, line: Line) -> bool:
    distance = line.x0 - initial.x1
    return (
        not line.angle
        and initial.size >= INITIAL * line.size
        and -0.3 * line.size < distance < _BESIDE * line.size + 0.2 * initial.size
        and initial.baseline - 0.4 * line.size <= line.baseline <= initial.y1
    )


def _at_top(initial: Line, line: Line) -> bool:
    return (
        abs(initial.baseline + ASCENT * initial.size - line.baseline - ASCENT * line.size) < 0.8 * line.size
    )


def _begin(initial: Line, line: Line) -> Line:
    """`line` with the letters of `initial` before it."""
    lead = len(initial.text)
    style = line.runs[0].style
    runs = (
        Run(0, lead, style, 0.0),
        *(replace(run, start=run.start + lead, end=run.end + lead) for run in line.runs),
    )
    return replace(
        line,
        text=initial.text + line.text,
        x_edges=(*initial.x_edges[:lead], *line.x_edges),
        runs=runs,
        gaps=tuple(gap + lead for gap in line.gaps),
    )


@dataclass(frozen=True, slots=True)
class _Number:
    """A number that may count a line: which line holds it, as characters start..end of that."""

    value: int
    line: int
    start: int
    end: int
    x0: float
    x1: float
    baseline: float


def _strip_numbers(lines: Sequence[Line]) -> tuple[tuple[Line, ...], Margin | None]:
    """The lines without the numbers in the margin that count them; numbers of questions and items stay.

    Numbers of lines count what is printed, also where a sentence runs on from one line to the next. The
    second is what was left out, or stays though it may count lines.
    """
    doubt: Margin | None = None
    for leading in (True, False):
        for column in _columns(_find_numbers(lines, leading)):
            counted = {number.line: number for number in column}
            rests = {k: _rest(lines[k], number) for k, number in counted.items()}
            left = [rests.get(k, line) for k, line in enumerate(lines)]
            texts = [line for line in left if line is not None and not line.angle]
            sure = _count_lines(column, texts)
            if sure is None:
                continue
            margin = Margin(column[0].value, column[-1].value, sure)
            if sure:
                return tuple(line for line in left if line is not None), margin
            doubt = doubt or margin
    return tuple(lines), doubt


def _columns(numbers: Sequence[_Number]) -> Iterator[list[_Number]]:
    """Numbers below each other, from top to bottom, that stand level at their left or right sides."""
    seen: set[tuple[int, ...]] = set()
    for side in ("x1", "x0"):
        columns: list[list[_Number]] = []
        for number in sorted(numbers, key=lambda number: float(getattr(number, side))):
            if columns and getattr(number, side) - getattr(columns[-1][0], side) < _ALIGNED:
                columns[-1].append(number)
            else:
                columns.append([number])
        for column in columns:
            column.sort(key=lambda number: -number.baseline)
            lines = tuple(number.line for number in column)
            if lines not in seen:
                seen.add(lines)
                yield column


def _find_numbers(lines: Sequence[Line], leading: bool) -> list[_Number]:
    """The numbers that stand by themselves, or first (or last) in a line with white beside them."""
    numbers = []
    for index, line in enumerate(lines):
        start = line.gaps[-1] if line.gaps and not leading else 0
        end = line.gaps[0] if line.gaps and leading else len(line.text)
        text = line.text[start:end].rstrip()
        if _NUMBER.fullmatch(text) and not line.angle:
            x0, x1 = line.x_edges[start], line.x_edges[start + len(text)]
            numbers.append(_Number(int(text), index, start, end, x0, x1, line.baseline))
    return numbers


def _rest(line: Line, number: _Number) -> Line | None:
    """What of a line stands beside its number."""
    start, end = (number.end, len(line.text)) if not number.start else (0, number.start)
    text = line.text[start:end].rstrip()
    if not text:
        return None
    end = start + len(text)
    runs = tuple(
        replace(run, start=max(run.start, start) - start, end=min(run.end, end) - start)
        for run in line.runs
        if run.end > start and run.start < end
    )
    gaps = tuple(gap - start for gap in line.gaps if start < gap < end)
    size = max(run.style.size for run in runs)
    edges = line.x_edges[start : end + 1]
    return replace(line, text=text, x_edges=edges, runs=runs, gaps=gaps, size=size)


def _count_lines(numbers: Sequence[_Number], lines: Sequence[Line]) -> bool | None:
    """Whether the numbers count the lines; None where they are something else.

    They stand outside all text and go up as the lines go down. Items do so too, but not in a sentence.
    """
    slack = _LEVEL * max(line.size for line in lines) if lines else 0.0
    top, bottom = numbers[0].baseline + slack, numbers[-1].baseline - slack
    texts = sorted(lines, key=lambda line: -line.baseline)
    beside = [line for line in texts if bottom < line.baseline < top]
    left = all(number.x1 <= line.x0 for number in numbers for line in beside)
    if not beside or not left and any(number.x0 < line.x1 for number in numbers for line in beside):
        return None
    steps = {b.value - a.value for a, b in pairwise(numbers)} or {numbers[0].value}
    if min(steps) <= 0:
        return None
    rows: list[list[Line]] = []
    for line in texts:
        if rows and rows[-1][0].baseline - line.baseline < _LEVEL * line.size:
            rows[-1].append(line)
        else:
            rows.append([line])
    heights = [-row[0].baseline for row in rows]
    at = [_nearest(heights, number.baseline, slack) for number in numbers]
    right = max(line.x1 for line in beside)
    inside = sum(k > 0 and _runs_on(rows[k - 1][-1], rows[k][0], right) for k in at)
    step = min(steps)
    even = len(steps) == 1 and step in _STEPS
    if len(numbers) < _LEAST:  # each says exactly how many lines there are down to it
        exact = all(row + 1 == number.value for row, number in zip(at, numbers, strict=True))
        sure = exact and even and step in _WIDE_STEPS and (left or inside > 0 or len(numbers) > 1)
    else:
        exact = all(b - a == step for a, b in pairwise(at))
        sure = even and (exact and step > 1 or inside >= max(1.0, _SENTENCES * len(numbers)))
    return sure if sure or (inside and len(numbers) > 1) else None


def _nearest(heights: Sequence[float], baseline: float, slack: float) -> int:
    """Which row, of those `heights` below the origin, stands at a baseline; -1: none."""
    k = bisect_left(heights, -baseline)
    near = [j for j in (k - 1, k) if 0 <= j < len(heights) and abs(heights[j] + baseline) < slack]
    return min(near, key=lambda j: abs(heights[j] + baseline), default=-1)


def _runs_on(before: Line, line: Line, right: float) -> bool:
    """Whether a sentence fills the line before and goes on in the next."""
    filled = before.x1 - before.x0 > _FILLED * (right - before.x0)
    return filled and line.text[:1].islower() and not ENDED.search(before.text)


_MAX_PAGES = 5000
"""Beyond this a file is a data dump and would take gigabytes of memory."""
_TINY = 1.5  # points: no printer makes this readable
_PAGE = 842.0  # points: the height of A4
_OCR_SHARE = 0.9  # so much of a page invisible, over a picture: the text layer of a scan
_MOSTLY = 0.5  # so much of a scan invisible: on it something was typed or stamped afterwards
_LATEST_START = 65_536  # bytes of something else before the PDF
_MOST_ATTACHED = 20  # files carried along that are named
_TAIL = 4096
_END = re.compile(rb"startxref\s+\d+\s*(?:%|$)")
_UNREADABLE = 0.1  # of all signs: more, and there is no use in reading


def find_pdf(content: bytes) -> int | None:
    """Where in a file its PDF begins; None where there is none. Some mailers put bytes before it."""
    at = content.find(b"%PDF-", 0, 1024)
    if at >= 0:
        return at
    at = content.find(b"%PDF-1.", 0, _LATEST_START)
    return at if at >= 0 and b"startxref" in content[-_TAIL:] and b" obj" in content[at:] else None


def _check_pdf(content: bytes, name: str) -> None:
    """Raises UnreadableFileError, naming the file, where the bytes cannot be a whole PDF."""
    if not content.strip():
        raise UnreadableFileError(name, "het bestand is leeg.")
    start = find_pdf(content)
    if start is None:
        raise UnreadableFileError(name, "dit is geen PDF-bestand.")
    linearised = re.search(rb"/Linearized\b.{0,200}?/L\s+(\d+)", content[start : start + 2048], re.DOTALL)
    short = linearised is not None and len(content) - start < int(linearised[1][:12])
    # The end may be missing by itself, or stand far before the end of the file: a server wrote behind it.
    ended = content.rfind(b"%%EOF") > content.rfind(b"endobj") or _END.search(content[-_TAIL:]) is not None
    if short or not ended:
        raise UnreadableFileError(
            name, "dit PDF-bestand is niet volledig: het einde ontbreekt. Haal het opnieuw op."
        )


def read_pages(content: bytes, name: str, max_pages: int = _MAX_PAGES) -> tuple[Page, ...]:
    """All pages of a PDF; raises UnreadableFileError, naming the file, where that cannot be done well.

    Text that cannot be seen on the page is kept apart in `Page.hidden`.
    """
    _check_pdf(content, name)
    content = content[find_pdf(content) or 0 :]
    layers = has_layers(content)
    with open_pdf(content, name) as document:
        count = raw.FPDF_GetPageCount(document)
        if count > max_pages:
            raise UnreadableFileError(
                name, f"dit PDF-bestand heeft {count} pagina's; meer dan {max_pages} kan niet. Splits het op."
            )
        off = find_switched_off(content) if layers else frozenset()
        with show_annotations(document, off) as load:
            pages = tuple(_load_page(load, index, layers) for index in range(count))
        attached = tuple(_read_attached(document))
    if pages and all(page.damaged for page in pages):
        raise UnreadableFileError(
            name, "de pagina's van dit PDF-bestand zijn beschadigd. Haal het opnieuw op."
        )
    if not any(line.text != COVERED for page in pages for line in page.lines):
        if any(page.hidden for page in pages):
            raise UnreadableFileError(name, "dit PDF-bestand bevat alleen verborgen tekst.")
        raise UnreadableFileError(
            name,
            "dit PDF-bestand bevat geen tekst, waarschijnlijk is het een scan."
            " Maak het eerst doorzoekbaar met tekstherkenning (OCR).",
        )
    pages = _mark_misnamed(pages)
    signs = sum(len(line.text) for page in pages for line in page.lines)
    if sum(page.unreadable for page in pages) > _UNREADABLE * signs:
        raise UnreadableFileError(
            name,
            "de letters van dit PDF-bestand zijn niet te lezen: het zegt niet welke tekens het zijn."
            " Maak het opnieuw, of maak het doorzoekbaar met tekstherkenning (OCR).",
        )
    return (replace(pages[0], attached=attached), *pages[1:]) if attached else pages


def _read_attached(document: Any) -> Iterator[str]:
    """The names of the files that a PDF carries along."""
    for index in range(min(raw.FPDFDoc_GetAttachmentCount(document), _MOST_ATTACHED)):
        attachment = raw.FPDFDoc_GetAttachment(document, index)
        length = raw.FPDFAttachment_GetName(attachment, None, 0) if attachment else 0
        buffer = (ctypes.c_ushort * (length // 2 + 1))()
        raw.FPDFAttachment_GetName(attachment, buffer, length)
        name = bytes(buffer)[: max(length - 2, 0)].decode("utf-16-le", "replace").strip()
        yield name or "zonder naam"


def _load_page(load: Loader, index: int, layers: bool) -> Page:
    sheet = load(index)
    if sheet is None:
        return Page(index + 1, (0.0, 0.0, _PAGE / 2**0.5, _PAGE), 0, (), damaged=True)
    try:
        return _read_page(sheet, index + 1, layers)
    finally:
        raw.FPDF_ClosePage(sheet.page)


def _read_page(sheet: Sheet, number: int, layers: bool) -> Page:
    page = sheet.page
    view = page_view(page)
    glyphs = read_glyphs(page, view, layers, sheet.document)
    shown = view.turn_box(view.box)
    unit = max(1.0, _PAGE / max(shown[3] - shown[1], 1e-6))  # a small page is shown large
    reasons = [_why_hidden(glyphs, k, unit) for k in range(len(glyphs.styles))]
    hidden = sum(
        glyphs.starts[k + 1] - glyphs.starts[k] for k, reason in enumerate(reasons) if reason in _SCANNED
    )
    share = hidden / max(len(glyphs.text), 1)
    scanned = share >= _OCR_SHARE and count_images(page) > 0
    from_ocr = scanned or (share >= _MOSTLY and is_scan(page, view))
    if from_ocr:
        reasons = [None if reason in _SCANNED else reason for reason in reasons]
    lines, margin = _strip_numbers(
        _set_initials(_set_marks(_sort_bands(build_lines(glyphs, reasons, number))))
    )
    lines = (*lines, *(_typed_line(entry, view.turn_box(entry.box), number) for entry in sheet.typed))
    images = 0 if lines else count_images(page)
    unreadable = sum(line.text.count("\ufffd") for line in lines)
    hidden_glyphs = _collect_hidden(glyphs, reasons)
    return Page(
        number,
        shown,
        view.turns,
        lines,
        hidden_glyphs,
        from_ocr,
        images,
        unreadable,
        glyphs.guessed,
        glyphs.lost,
        sheet.remarks,
        rules=(glyphs.bars, glyphs.uprights),
        margin=margin,
    )


_SCANNED = (Reason.NO_INK, Reason.UNDER_SCAN)


def _why_hidden(glyphs: Glyphs, k: int, unit: float) -> Reason | None:
    """Why a reader does not see run k; None where it is seen. `unit`: points in a unit of the page."""
    style = glyphs.styles[k]
    if style.invisible:
        return Reason.NO_INK
    if glyphs.reasons[k] is not None:
        return glyphs.reasons[k]
    text = glyphs.text[glyphs.starts[k] : glyphs.starts[k + 1]]
    return Reason.TINY if style.size * unit < _TINY and text.strip() else None


def _collect_hidden(glyphs: Glyphs, reasons: list[Reason | None]) -> tuple[Hidden, ...]:
    """Hidden text with its reason, runs with the same reason taken together."""
    hidden: list[Hidden] = []
    last: Reason | None = None
    for k, reason in enumerate(reasons):
        if reason is None:
            last = None
            continue
        start, end = glyphs.starts[k], glyphs.starts[k + 1]
        text = glyphs.text[start:end].replace("\x02", "-")
        x, y, size = float(glyphs.x[start]), float(glyphs.y[start]), glyphs.styles[k].size
        right = x if glyphs.styles[k].angle else max(glyphs.ends_x[k], x)
        box = (x, y - DESCENT * size, right, y + ASCENT * size)
        if reason == last:
            glue = " " if glyphs.spaced[k] else ""
            low, high = hidden[-1].box, box
            around = min(low[0], high[0]), min(low[1], high[1]), max(low[2], high[2]), max(low[3], high[3])
            hidden[-1] = Hidden(hidden[-1].text + glue + text, reason, around)
        else:
            hidden.append(Hidden(text, reason, box))
        last = reason
    return tuple(Hidden(" ".join(h.text.split()), h.reason, h.box) for h in hidden if h.text.strip())


def _typed_line(typed: Typed, box: Box, number: int) -> Line:
    """A line for text that stands in an annotation without an appearance of its own."""
    size = min(max(typed.size, 4.0), max(box[3] - box[1], 4.0))
    style = ObjectStyle("", size, False, False, 0.0, False, False)
    length = len(typed.text)
    edges = tuple(box[0] + k * (box[2] - box[0]) / length for k in range(length + 1))
    baseline = box[3] - typed.row * 1.2 * size - ASCENT * size
    return Line(typed.text, number, baseline, size, edges, (Run(0, length, style, 0.0),))
