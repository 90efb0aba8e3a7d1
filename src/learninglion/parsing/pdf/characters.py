"""The characters of a page as PDFium knows them: what they are, where they stand, how they are drawn.

A file tells what its letters mean in a table of its own. Where only its figures are wrong the words around
them are right, and nothing shows that the amount is another: 8 under the name of 3. What is drawn tells: the
outlines of figures are alike in all fonts, and are compared with those that every PDF reader brings along.
"""

from __future__ import annotations

import ctypes
import math
import threading
import unicodedata
from collections import Counter, deque
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import groupby, repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pypdfium2 import raw

from learninglion.models.errors import UnreadableFileError
from learninglion.parsing.pdf.ink import (
    INNER,
    Box,
    Inventory,
    Reason,
    find_filled,
    find_struck,
    find_unseen,
    may_hide,
    spread,
    take_stock,
)
from learninglion.parsing.writing import name_symbol

FIGURES = range(48, 58)
_KNOWN = (
    *(b"Helvetica", b"Helvetica-Bold", b"Helvetica-Oblique", b"Helvetica-BoldOblique"),
    *(b"Times-Roman", b"Times-Bold", b"Times-Italic", b"Times-BoldItalic"),
    *(b"Courier", b"Courier-Bold", b"Courier-BoldOblique"),
)
_SIZE = 100.0  # points: outlines are compared by their form, whatever the size
_ROWS, _COLUMNS = 14, 10
_NARROWEST = 0.45  # of the height: a narrower figure stands in the middle of that
_ALIKE = 0.25  # no figure of 125 fonts is so near another figure, and so much nearer than its own name;
_NEARER = 0.08  # 84% of shifted figures are, and 98% of fonts of which five figures are shifted
_BREADTH = 0.3  # what a difference in breadth counts against the form
_ORIENTATION = 4  # segments that tell one outline from another
_STEPS = np.linspace(0.25, 1.0, 4)[:, None]  # along a curve

_Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Outline:
    """The outline of a sign, at `path` while its font is open; no other is as long and begins alike."""

    count: int
    begin: tuple[tuple[int, float, float], ...]
    path: Any = field(compare=False)


def misnames_figures(font: int, used: Collection[int]) -> bool:
    """Whether `font` (an address of PDFium) draws another figure under the name of any figure of `used`.

    A part of a font holds what a file uses and counts its signs anew: under the name of a figure that is not
    in it stands any sign. False where nobody can tell: a font without outlines, or in a form of its own.
    """
    handle = ctypes.cast(font, raw.FPDF_FONT)
    outlines = {figure: _find_outline(handle, chr(figure)) for figure in FIGURES}
    drawn = Counter(outlines.values())  # one for several is what a font shows for all that it has not
    return any(
        _is_another(outline, figure - FIGURES.start)
        for figure, outline in outlines.items()
        if outline is not None
        and figure in used
        and (drawn[outline] == 1 or drawn[outline] == 2 and outlines[_nearest(outline)] == outline)
    )


def _nearest(outline: _Outline) -> int:
    """The figure that an outline is most alike."""
    distances = _compare(outline)
    return FIGURES.start + distances.index(min(distances))


def _is_another(outline: _Outline, figure: int) -> bool:
    distances = _compare(outline)
    return min(distances) < min(_ALIKE, distances[figure] - _NEARER)


def _find_outline(font: Any, sign: str) -> _Outline | None:
    path = raw.FPDFFont_GetGlyphPath(font, ord(sign), _SIZE)
    count = raw.FPDFGlyphPath_CountGlyphSegments(path) if path else 0
    if count < _ORIENTATION:
        return None
    return _Outline(count, tuple(_read_segments(path, _ORIENTATION)), path)


def _read_segments(path: Any, count: int) -> list[tuple[int, float, float]]:
    """The kind of the first segments of an outline, and where each ends."""
    x, y = ctypes.c_float(), ctypes.c_float()
    segments = []
    for index in range(count):
        segment = raw.FPDFGlyphPath_GetGlyphPathSegment(path, index)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        segments.append((raw.FPDFPathSegment_GetType(segment), x.value, y.value))
    return segments


@lru_cache(maxsize=4096)
def _compare(outline: _Outline) -> tuple[float, ...]:
    """How far an outline is from each figure, in the font where it is nearest."""
    form = _form(outline)
    if form is None:
        return (1.0,) * len(FIGURES)
    cells, breadths = _known_forms()
    apart = np.sqrt(((cells - form[0]) ** 2).mean(axis=1)) + _BREADTH * np.abs(breadths - form[1])
    return tuple(apart.reshape(len(FIGURES), -1).min(axis=1).tolist())


@lru_cache(maxsize=1)
def _known_forms() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The forms of the figures in the known fonts, font by font for each figure, and how broad they are."""
    document = raw.FPDF_CreateNewDocument()
    try:
        fonts = [raw.FPDFText_LoadStandardFont(document, name) for name in _KNOWN]
        outlines = [_find_outline(font, chr(figure)) for figure in FIGURES for font in fonts]
        forms = [form for outline in outlines if outline is not None and (form := _form(outline))]
        return np.array([cells for cells, _ in forms]), np.array([breadth for _, breadth in forms])
    finally:
        raw.FPDF_CloseDocument(document)


def _form(outline: _Outline) -> tuple[NDArray[np.float64], float] | None:
    """What an outline fills of a grid as high and broad as itself, a little blurred, and its breadth."""
    contours = _contours(outline)
    if not contours:
        return None
    points = np.concatenate(contours)
    (left, bottom), (right, top) = points.min(axis=0), points.max(axis=0)
    height = top - bottom
    if height <= 0:
        return None
    width = max(right - left, _NARROWEST * height)
    x = (left + right - width) / 2 + (np.arange(_COLUMNS) + 0.5) / _COLUMNS * width
    y = bottom + (np.arange(_ROWS) + 0.5) / _ROWS * height
    starts = np.concatenate(contours)
    ends = np.concatenate([np.roll(contour, -1, axis=0) for contour in contours])
    rising = starts[:, 1] < ends[:, 1]
    low, high = np.minimum(starts[:, 1], ends[:, 1]), np.maximum(starts[:, 1], ends[:, 1])
    rows, edges = np.nonzero((low <= y[:, None]) & (y[:, None] < high))
    slope = (ends[edges, 0] - starts[edges, 0]) / (ends[edges, 1] - starts[edges, 1])
    crossings = starts[edges, 0] + (y[rows] - starts[edges, 1]) * slope
    turns = np.zeros((_ROWS, _COLUMNS))
    np.add.at(turns, rows, np.where(crossings[:, None] < x, np.where(rising[edges], 1, -1)[:, None], 0))
    filled = np.pad(turns != 0, 1).astype(np.float64)
    blurred = filled[:-2] + 2 * filled[1:-1] + filled[2:]
    blurred = (blurred[:, :-2] + 2 * blurred[:, 1:-1] + blurred[:, 2:]) / 16
    return blurred.ravel(), float((right - left) / height)


def _contours(outline: _Outline) -> list[_Points]:
    """The closed lines of an outline, curves as a few straight pieces."""
    contours: list[list[Any]] = []
    curve: list[tuple[float, float]] = []
    for kind, x, y in _read_segments(outline.path, outline.count):
        if kind == raw.FPDF_SEGMENT_MOVETO:
            contours.append([(x, y)])
        elif not contours:
            return []
        elif kind == raw.FPDF_SEGMENT_LINETO:
            contours[-1].append((x, y))
        else:
            curve.append((x, y))
            if len(curve) == 3:
                contours[-1] += _bend(contours[-1][-1], curve)
                curve = []
    return [np.array(contour) for contour in contours if len(contour) > 2]


def _bend(start: Sequence[float], curve: Sequence[Sequence[float]]) -> list[_Points]:
    points = np.array([start, *curve])
    back = 1 - _STEPS
    weights = np.hstack([back**3, 3 * back**2 * _STEPS, 3 * back * _STEPS**2, _STEPS**3])
    return list(weights @ points)


PDFIUM_LOCK = threading.RLock()
"""Hold this around every use of PDFium: the library is not made for threads."""

_ENCRYPTED = 4  # FPDF_ERR_PASSWORD
_UNKNOWN_SECURITY = 5  # FPDF_ERR_SECURITY
_FORCE_BOLD = 1 << 18  # font descriptor flags, ISO 32000-1 table 123
_ITALIC = 1 << 6
# Line ends, and signs that show nothing: they turn the reading direction or carry hidden text (with U+E00xx).
_UNSEEN = np.zeros(0x10000, np.bool_)
_UNSEEN[[0, 10, 13, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF]] = True
_JUMP = 12.0  # points between two characters: more than a wide space, perhaps another column
_SAME = 0.01  # points: no width
_PALE = 200  # of 255: letters so light may not show on their ground
_SCAN = 0.7  # of a page: pictures of the page itself
_SHADOW = 0.25  # of the size: as far off as the shadow of a letter
_FAINT, _THIN_INK = 10, 100  # of 255: so transparent that there is no ink, or that it may not show
_FLATTEST = 0.1  # of the height of letters: so narrow that nobody reads them; they count as without size
_MEANT = b"ActualText"
_UNKNOWN = "\ufffd"
_NO_SIGNS = frozenset(("Zs", "Zl", "Zp", "Cf", "Cc", "Pd"))
_LONGEST_MEANT = 4096  # characters
_COLLAPSED = 0.12  # of the size: no letter is so narrow that the next one begins there
_COLLAPSED_LEAST, _COLLAPSED_SHARE = 3, 0.12  # pairs of letters, and of all pairs that an object draws
_ODD = 2.0  # points: type so small is measured
_LETTER_HEIGHT = 0.72  # of the type size: capitals
_FIGURE_HEIGHT = 0.68  # of the type size
_HIGH, _ON_LINE = 0.35, 0.12  # of the height of a figure, how far it stands above and below its baseline
_ON_LEFT = 0.4  # of its width: no figure begins so far left of its place
_SIGNS = "-−–+"
_ITEM_MARKS = (0xA7, 0xB7)  # of Wingdings and Symbol
_SMALL = 0.75  # of the height of figures: lowered ones, and no figures in the old style
_OUTLINED_MODES = {1, 5}  # only stroked
_CUTTING_MODE = 7
_INVISIBLE_MODES = {3, _CUTTING_MODE}  # neither filled nor stroked: invisible, and clipping only


def _plain(function: Any, restype: Any, *argtypes: Any) -> Any:
    """The same foreign function with pointers passed as plain integers, which is twice as fast."""
    address = ctypes.cast(function, ctypes.c_void_p).value or 0
    return ctypes.CFUNCTYPE(restype, *argtypes)(address)


_pointer, _int, _size = ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t
_char_origin = _plain(raw.FPDFText_GetCharOrigin, _int, _pointer, _int, _pointer, _pointer)
_char_box = _plain(raw.FPDFText_GetCharBox, _int, _pointer, _int, _pointer, _pointer, _pointer, _pointer)
_text_object = _plain(raw.FPDFText_GetTextObject, _size, _pointer, _int)
_loose_box = _plain(raw.FPDFText_GetLooseCharBox, _int, _pointer, _int, _pointer)
_is_generated = _plain(raw.FPDFText_IsGenerated, _int, _pointer, _int)
_is_hyphen = _plain(raw.FPDFText_IsHyphen, _int, _pointer, _int)
_map_error = _plain(raw.FPDFText_HasUnicodeMapError, _int, _pointer, _int)
_char_matrix = _plain(raw.FPDFText_GetMatrix, _int, _pointer, _int, _pointer)
_char_unicode = _plain(raw.FPDFText_GetUnicode, ctypes.c_uint, _pointer, _int)
_font_size = _plain(raw.FPDFText_GetFontSize, ctypes.c_double, _pointer, _int)
_object_font = _plain(raw.FPDFTextObj_GetFont, _size, _pointer)
_render_mode = _plain(raw.FPDFTextObj_GetTextRenderMode, _int, _pointer)
_page_object = _plain(raw.FPDFPage_GetObject, _size, _pointer, _int)
_count_marks = _plain(raw.FPDFPageObj_CountMarks, _int, _pointer)
_object_mark = _plain(raw.FPDFPageObj_GetMark, _size, _pointer, ctypes.c_ulong)
_mark_string = _plain(
    raw.FPDFPageObjMark_GetParamStringValue,
    _int,
    *(_pointer, ctypes.c_char_p, _pointer, ctypes.c_ulong, _pointer),
)
_fill_colour = _plain(raw.FPDFPageObj_GetFillColor, _int, _pointer, _pointer, _pointer, _pointer, _pointer)
_stroke_colour = _plain(raw.FPDFPageObj_GetStrokeColor, _int, *[_pointer] * 5)


@dataclass(frozen=True, slots=True)
class View:
    """The visible rectangle of a page in user space, and the quarter turns clockwise by which it is shown."""

    box: Box
    turns: int

    def turn_box(self, inner: Box) -> Box:
        """A rectangle in user space, on the page as shown."""
        left, bottom, right, top = inner
        x0, y0, x1, y1 = self.box
        if self.turns == 1:
            return bottom, x0 + x1 - right, top, x0 + x1 - left
        if self.turns == 2:
            return x0 + x1 - right, y0 + y1 - top, x0 + x1 - left, y0 + y1 - bottom
        if self.turns == 3:
            return y0 + y1 - top, left, y0 + y1 - bottom, right
        return inner

    def turn_points(
        self, x: NDArray[np.float64], y: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Places in user space, on the page as shown."""
        x0, y0, x1, y1 = self.box
        if self.turns == 1:
            return y, x0 + x1 - x
        if self.turns == 2:
            return x0 + x1 - x, y0 + y1 - y
        if self.turns == 3:
            return y0 + y1 - y, x
        return x, y


def turned_back(angle: float) -> View:
    """The page turned back by `angle` degrees (a right angle; others count as none), around its origin."""
    return View((0.0, 0.0, 0.0, 0.0), 0 if angle % 90 else round(angle / 90) % 4)


@dataclass(frozen=True, slots=True)
class ObjectStyle:
    """How one text object draws its characters."""

    font: str
    size: float  # height of the type in points, as printed
    bold: bool
    italic: bool
    angle: float  # degrees against the clock by which its lines rise on the page as shown; 0: level
    invisible: bool  # drawn without ink or fully transparent
    pale: bool  # drawn in white or so light that only a darker ground shows it
    slope: float = 0.0  # of a level line that is a little askew, as on a scan: what it rises a point
    width: float = 1.0  # of letters, beside what is usual at their height: type may be condensed

    @property
    def upright(self) -> bool:
        """Whether it runs from left to right on the page as shown."""
        return self.angle == 0.0


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The characters of a page in the order they are drawn, without what PDFium made up itself.

    They come in runs: drawn by one object, on one baseline, without a jump. Run k goes from starts[k] to
    starts[k + 1]; ends_x[k] is where its last character ends (at a right angle: on the page turned
    back); spaced[k] says that PDFium saw a space or a new line before it that the file does not hold.
    """

    text: str
    x: NDArray[np.float64]
    y: NDArray[np.float64]  # of the baseline
    starts: tuple[int, ...]  # one more than there are runs
    ends_x: tuple[float, ...]
    spaced: tuple[bool, ...]
    styles: tuple[ObjectStyle, ...]  # of each run
    reasons: tuple[Reason | None, ...] = ()  # of each run: why nobody sees it; None where it is seen
    guessed: int = 0  # letters with private codes that were taken for the letters they seem to be
    lost: int = 0  # signs inside words that PDFium has no drawing of, and passes over
    bars: tuple[Box, ...] = ()  # the thin level lines on the page as shown
    uprights: tuple[Box, ...] = ()  # the thin upright ones


@contextmanager
def open_pdf(content: bytes, name: str) -> Iterator[Any]:
    """The opened document; raises UnreadableFileError where PDFium cannot open it. Takes PDFIUM_LOCK."""
    with PDFIUM_LOCK:
        document = raw.FPDF_LoadMemDocument64(content, len(content), None)
        if not document:
            if raw.FPDF_GetLastError() in (_ENCRYPTED, _UNKNOWN_SECURITY):
                raise UnreadableFileError(
                    name, "dit PDF-bestand is versleuteld met een wachtwoord. Sla het op zonder wachtwoord."
                )
            raise UnreadableFileError(
                name, "dit PDF-bestand is beschadigd of onvolledig. Haal het opnieuw op."
            )
        try:
            yield document
        finally:
            raw.FPDF_CloseDocument(document)


def page_view(page: Any) -> View:
    """How a page is shown."""
    box = raw.FS_RECTF()
    raw.FPDF_GetPageBoundingBox(page, box)
    return View((box.left, box.bottom, box.right, box.top), int(raw.FPDFPage_GetRotation(page)) % 4)


def count_images(page: Any) -> int:
    """How many pictures stand on a page."""
    kinds = (
        raw.FPDFPageObj_GetType(raw.FPDFPage_GetObject(page, i))
        for i in range(raw.FPDFPage_CountObjects(page))
    )
    return sum(kind in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM) for kind in kinds)


def is_scan(page: Any, view: View) -> bool:
    """Whether pictures cover most of a page."""
    covered = 0.0
    box = tuple(ctypes.c_float() for _ in range(4))
    for index in range(raw.FPDFPage_CountObjects(page)):
        item = raw.FPDFPage_GetObject(page, index)
        picture = raw.FPDFPageObj_GetType(item) == raw.FPDF_PAGEOBJ_IMAGE
        if picture and raw.FPDFPageObj_GetBounds(item, *box):
            covered += (box[2].value - box[0].value) * (box[3].value - box[1].value)
    left, bottom, right, top = view.box
    return covered >= _SCAN * (right - left) * (top - bottom)


def read_glyphs(page: Any, view: View, layers: bool = False, document: Any = None) -> Glyphs:
    """The characters of `page` with their places on it as shown; `layers`: some may be switched off.

    `document`: what the page is of; without it, words that a file puts in place of others are believed.
    """
    handle = _load_text(page, document)
    try:
        return _read(ctypes.cast(handle, _pointer).value or 0, handle, page, view, layers)
    finally:
        raw.FPDFText_ClosePage(handle)


def _load_text(page: Any, document: Any) -> Any:
    """The characters of a page as they are drawn.

    A file may say what words mean instead (ActualText), and PDFium gives that. A reader sees what is drawn:
    what is meant counts where both say the same, or where nobody can know the letters that are drawn.
    """
    handle = raw.FPDFText_LoadPage(page)
    meant = list(_find_meant(page)) if document else []
    if not meant:
        return handle
    for item, mark, _ in meant:
        raw.FPDFPageObjMark_RemoveParam(item, mark, _MEANT)
    raw.FPDFText_ClosePage(handle)
    drawn = raw.FPDFText_LoadPage(page)
    glyphs = []
    for text, group in groupby(meant, key=lambda entry: entry[2]):
        entries = list(group)
        seen = "".join(_object_text(item, drawn) for item, _, _ in entries)
        if _UNKNOWN in _signs(seen) or not seen or _signs(seen) == _signs(text):
            glyphs += entries
    if not glyphs:
        return drawn
    raw.FPDFText_ClosePage(drawn)
    for item, mark, text in glyphs:
        raw.FPDFPageObjMark_SetStringParam(document, item, mark, _MEANT, text.encode("utf-8"))
    return raw.FPDFText_LoadPage(page)


def _find_meant(page: Any) -> Iterator[tuple[Any, Any, str]]:
    """The objects that stand for other words, with the mark that says so and those words."""
    address, length = ctypes.cast(page, _pointer).value or 0, ctypes.c_ulong()
    buffer = (ctypes.c_ushort * _LONGEST_MEANT)()
    for index in range(raw.FPDFPage_CountObjects(page)):
        item = _page_object(address, index)
        for number in range(_count_marks(item)):
            mark = _object_mark(item, number)
            places = ctypes.addressof(buffer), ctypes.sizeof(buffer), ctypes.addressof(length)
            if _mark_string(mark, _MEANT, *places):
                text = bytes(buffer)[: min(length.value, ctypes.sizeof(buffer))].decode(
                    "utf-16-le", "replace"
                )
                yield (
                    ctypes.cast(item, raw.FPDF_PAGEOBJECT),
                    ctypes.cast(mark, raw.FPDF_PAGEOBJECTMARK),
                    text.rstrip("\0"),
                )


def _object_text(item: Any, text_page: Any) -> str:
    buffer = (ctypes.c_ushort * _LONGEST_MEANT)()
    length = raw.FPDFTextObj_GetText(item, text_page, buffer, ctypes.sizeof(buffer))
    return bytes(buffer)[: min(length, ctypes.sizeof(buffer))].decode("utf-16-le", "replace").rstrip("\0")


def _signs(text: str) -> str:
    """What a text says, without white, signs without width and hyphens, which fonts mix up."""
    signs = ""
    for sign in unicodedata.normalize("NFKC", text):
        kind = unicodedata.category(sign)
        if kind in ("Co", "Cn") or (kind == "Cc" and sign not in "\t\n\r\x02"):
            signs += _UNKNOWN
        elif kind not in _NO_SIGNS:
            signs += sign
    return signs.casefold()


def _read(handle: int, text_page: Any, page: Any, view: View, layers: bool) -> Glyphs:
    count = max(raw.FPDFText_CountChars(text_page), 0)
    codes = _read_codes(handle, text_page, count)
    objects = _read_objects(handle, codes)
    _drop_generated(handle, codes, objects)
    indices = np.flatnonzero((objects != 0) & ~_UNSEEN[np.minimum(codes, 0xFFFF)] & ~((codes >> 8) == 0xE00))
    if not len(indices):
        return Glyphs("", np.empty(0), np.empty(0), (0,), (), (), ())
    user_x, user_y = _read_origins(handle, indices)
    objects, codes = objects[indices], codes[indices]
    x, y = view.turn_points(user_x, user_y)
    guessed = _clean(handle, indices, codes, objects)
    spaced = np.diff(indices) > 1
    superior = _shift_small_figures(handle, indices, codes, view, x, y, spaced)
    dx = np.diff(x)
    dy = np.abs(np.diff(y))
    jumps = (objects[1:] != objects[:-1]) | spaced | (dy > 0.01) | (dx > _JUMP) | (dx < 0)
    starts = np.flatnonzero(jumps) + 1
    placed = indices.tolist()
    begins = [0, *starts.tolist()]
    styles = _read_styles(handle, [placed[begin] for begin in begins], objects[begins].tolist(), view.turns)
    if superior:
        styles = tuple(
            replace(style, size=superior[begin]) if begin in superior else style
            for begin, style in zip(begins, styles, strict=True)
        )
    styles = _measure_odd(handle, styles, [*begins, len(indices)], placed)
    _mark_collapsed(codes, objects, dx, dy, styles, begins)
    scene = _Scene(handle, page, view, indices, codes, objects, x, y, user_x, user_y)
    stock = take_stock(page)
    styles = _see_again(scene, styles, objects[begins].tolist(), stock)
    unseen = _find_unseen(scene, stock, styles, begins, layers)
    cuts, reasons = _cut(begins, len(indices), unseen)
    if len(cuts) > len(begins):
        where = np.searchsorted(np.array(begins), np.array(cuts), side="right") - 1
        styles = tuple(styles[k] for k in where.tolist())
    starts = np.array(cuts[1:], int)
    ends = [*(starts - 1).tolist(), len(indices) - 1]
    return Glyphs(
        codes.astype("<u4").tobytes().decode("utf-32-le"),
        x,
        y,
        (*cuts, len(indices)),
        _read_right_edges(handle, [placed[end] for end in ends], view, styles),
        (True, *spaced[starts - 1].tolist()),
        styles,
        reasons,
        guessed,
        _count_lost(stock, objects, user_x, user_y),
        *(
            tuple(map(view.turn_box, boxes))
            for boxes in ((stock.strokes, stock.rising), (stock.rising, stock.strokes))[view.turns % 2]
        ),
    )


def _see_again(
    scene: _Scene, styles: tuple[ObjectStyle, ...], objects: Sequence[int], stock: Inventory
) -> tuple[ObjectStyle, ...]:
    """The styles, where what is drawn without ink is drawn again, or filled by what is drawn behind it.

    PDFium takes a shadow for the text.
    """
    if not any(style.invisible for style in styles):
        return styles
    known = set(objects)
    again = [
        box
        for address, (_, box) in stock.texts.items()
        if address not in known and _render_mode(address) not in _INVISIBLE_MODES
    ]
    cutting = {item for item in known if item in stock.texts and _render_mode(item) == _CUTTING_MODE}
    view = scene.view
    places = {item: view.turn_box(stock.texts[item][1]) for item in sorted(cutting)}
    if places:
        find_filled(scene.page, stock, places, view.turn_box(view.box))
    return tuple(
        replace(style, invisible=False)
        if style.invisible
        and item in stock.texts
        and (item in stock.filled or any(_is_near(stock.texts[item][1], box, style.size) for box in again))
        else style
        for style, item in zip(styles, objects, strict=True)
    )


def _is_near(one: Box, other: Box, size: float) -> bool:
    return all(abs(a - b) < _SHADOW * size for a, b in zip(one, other, strict=True))


def _mark_collapsed(
    codes: NDArray[np.uint32],
    objects: NDArray[np.uint64],
    dx: NDArray[np.float64],
    dy: NDArray[np.float64],
    styles: Sequence[ObjectStyle],
    begins: Sequence[int],
) -> None:
    """Letters that their object draws on top of each other, so that nobody reads them, become U+FFFD."""
    largest = max(style.size for style in styles)
    near = np.flatnonzero((np.abs(dx) < _COLLAPSED * largest) & (dx != 0) & (dy < _SAME))  # 0: a ligature
    if len(near) < _COLLAPSED_LEAST:
        return
    letter = (codes < 0x80) & _has_letter(codes)
    pair = letter[1:] & letter[:-1] & (objects[1:] == objects[:-1])
    widths = np.array([0.0 if style.invisible else style.size * min(style.width, 1.0) for style in styles])
    own = widths[np.searchsorted(np.array(begins), near + 1, side="right") - 1]
    close = objects[near[pair[near] & (np.abs(dx[near]) < _COLLAPSED * own)]]
    for item in np.unique(close).tolist():
        here = int((close == item).sum())
        if here >= max(_COLLAPSED_LEAST, _COLLAPSED_SHARE * (pair & (objects[1:] == item)).sum()):
            codes[letter & (objects == item)] = 0xFFFD


def _count_lost(
    stock: Inventory, objects: NDArray[np.uint64], x: NDArray[np.float64], y: NDArray[np.float64]
) -> int:
    """How many text objects are passed over between two others on their line, in a font that draws nothing.

    PDFium leaves out what has no width, such as a ligature of a font outside the file. A space has none
    either, but has the font of a word beside it or stands at the end of its line.
    """
    read = set(objects.tolist())
    empty = [
        (box[0], box[1], _object_font(item))
        for item, (_, box) in stock.texts.items()
        if item not in read and box[2] - box[0] < _SAME
    ]
    fonts = {_object_font(item) for item in read} if empty else set()
    return sum(
        bool(
            (level & (x < left) & (x > left - _JUMP)).any()
            and (level & (x > left) & (x < left + _JUMP)).any()
        )
        for left, bottom, font in empty
        if font not in fonts
        for level in [np.abs(y - bottom) < 1.0]
    )


@dataclass(frozen=True, slots=True)
class _Scene:
    """The characters of a page while it is open, and how to ask for more of them."""

    handle: int
    page: Any
    view: View
    indices: NDArray[np.int64]
    codes: NDArray[np.uint32]
    objects: NDArray[np.uint64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    user_x: NDArray[np.float64]
    user_y: NDArray[np.float64]

    def boxes(self) -> NDArray[np.float64]:
        """What each character covers with ink, in user space: n x 4 of left, bottom, right, top."""
        rectangles = np.empty((len(self.indices), 4))
        box = (ctypes.c_double * 4)()  # left, right, bottom, top
        at = ctypes.addressof(box)
        for row, index in enumerate(self.indices.tolist()):
            _char_box(self.handle, index, at, at + 8, at + 16, at + 24)
            rectangles[row] = box[0], box[2], box[1], box[3]
        return rectangles


def _measure_odd(
    handle: int, styles: tuple[ObjectStyle, ...], starts: Sequence[int], placed: Sequence[int]
) -> tuple[ObjectStyle, ...]:
    """The styles, with the size of very small type measured: a font with a space of its own may be large."""
    if all(style.size >= _ODD for style in styles):
        return styles
    box = (ctypes.c_double * 4)()
    at = ctypes.addressof(box)
    measured = list(styles)
    for k, style in enumerate(styles):
        if style.size >= _ODD or not style.size:
            continue
        height = 0.0
        for place in placed[starts[k] : min(starts[k + 1], starts[k] + 40)]:
            _char_box(handle, place, at, at + 8, at + 16, at + 24)
            extent = (box[3] - box[2], box[1] - box[0])[round(style.angle / 90) % 2]
            height = max(height, extent)
        if height > style.size:
            measured[k] = replace(style, size=round(height / _LETTER_HEIGHT, 2))
    return tuple(measured)


def _find_unseen(
    scene: _Scene, stock: Inventory, styles: Sequence[ObjectStyle], begins: Sequence[int], layers: bool
) -> list[Reason | None] | None:
    """Why each character is not seen or struck out; None where nothing is wrong with any."""
    counts = np.diff([*begins, len(scene.indices)])
    sizes = np.repeat(np.array([style.size for style in styles]), counts)
    pale = any(style.pale for style in styles)
    frame = scene.view.turn_box(scene.view.box)
    outside = (scene.x >= frame[2]) | (scene.x + 0.5 * sizes <= frame[0])
    outside |= (scene.y >= frame[3]) | (scene.y + 0.5 * sizes <= frame[1])
    reasons: list[Reason | None] | None = None
    boxes: NDArray[np.float64] | None = None
    letters = _has_letter(scene.codes) & ~np.repeat([style.invisible for style in styles], counts)
    letters &= ~np.isin(scene.objects, np.array(sorted(stock.filled), np.uint64))
    if letters.any() and may_hide(stock, pale, layers):
        boxes = scene.boxes()
        centres = np.column_stack([(boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2])
        shown = _turn_boxes(scene.view, boxes)
        level = np.repeat([style.upright for style in styles], counts)
        for column, share in ((1, INNER[0]), (3, INNER[1])):
            inner = np.clip(scene.y + share * sizes, shown[:, 1], shown[:, 3])
            shown[:, column] = np.where(level & (shown[:, 3] > shown[:, 1]), inner, shown[:, column])
        white = np.repeat([style.pale for style in styles], counts)
        reasons = find_unseen(
            scene.page, stock, scene.objects, letters, white, shown, centres, frame, scene.view.box
        )
    if outside.any():
        reasons = reasons or [None] * len(scene.indices)
        for k in np.flatnonzero(outside).tolist():
            reasons[k] = Reason.OUTSIDE
    struck = _read_struck(scene, stock, np.repeat([style.angle for style in styles], counts), sizes, boxes)
    if struck.any():
        reasons = reasons or [None] * len(scene.indices)
        for k in np.flatnonzero(struck).tolist():
            reasons[k] = reasons[k] or Reason.STRUCK
        spread(reasons, letters, scene.objects)
    return reasons


def _read_struck(
    scene: _Scene,
    stock: Inventory,
    angles: NDArray[np.float64],
    sizes: NDArray[np.float64],
    boxes: NDArray[np.float64] | None,
) -> NDArray[np.bool_]:
    """Which characters a line runs through along their line: an upright one where they stand sideways."""
    struck = np.zeros(len(sizes), np.bool_)
    quarters = np.round(angles / 90 + scene.view.turns).astype(int) % 4  # in user space
    for quarter in range(4):
        orthogonal = quarters == quarter
        view = View((0.0, 0.0, 0.0, 0.0), quarter)  # turns the text level
        drawn = stock.rising if quarter % 2 else stock.strokes
        strokes = [view.turn_box(box) for box in drawn if box not in stock.clipped]
        if not strokes or not orthogonal.any():
            continue
        x, y = view.turn_points(scene.user_x, scene.user_y)
        if boxes is None and _any_through(strokes, x[orthogonal], y[orthogonal], sizes[orthogonal]):
            boxes = scene.boxes()
        if boxes is not None:
            struck |= orthogonal & find_struck(strokes, _turn_boxes(view, boxes), y, sizes)
    return struck


def _any_through(
    strokes: Sequence[Box], x: NDArray[np.float64], y: NDArray[np.float64], sizes: NDArray[np.float64]
) -> bool:
    """Whether a level line may run through any character: a cheap look by their baselines alone."""
    for left, bottom, right, top in strokes:
        height = (bottom + top) / 2
        near = (y < height) & (height < y + 0.5 * sizes)
        if (near & (x > left - sizes) & (x < right)).any():
            return True
    return False


def _turn_boxes(view: View, boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rectangles in user space (n x 4), on the page as shown."""
    x0, y0 = view.turn_points(boxes[:, 0], boxes[:, 1])
    x1, y1 = view.turn_points(boxes[:, 2], boxes[:, 3])
    lows, highs = (np.minimum(x0, x1), np.minimum(y0, y1)), (np.maximum(x0, x1), np.maximum(y0, y1))
    return np.column_stack([*lows, *highs])


def _has_letter(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Which characters are letters or figures."""
    plain = (
        ((codes >= 48) & (codes <= 57)) | ((codes >= 65) & (codes <= 90)) | ((codes >= 97) & (codes <= 122))
    )
    return np.asarray(plain | ((codes >= 0xC0) & (codes < 0x2000)) | ((codes >= 0x2C00) & (codes < 0xFFF0)))


def _cut(
    begins: Sequence[int], count: int, unseen: Sequence[Reason | None] | None
) -> tuple[list[int], tuple[Reason | None, ...]]:
    """The runs cut where text stops or begins to be seen, and the reason of each."""
    if unseen is None:
        return list(begins), (None,) * len(begins)
    known = set(begins)
    cuts = [k for k in range(count) if k in known or unseen[k] is not unseen[k - 1]]
    return cuts, tuple(unseen[cut] for cut in cuts)


def _drop_generated(handle: int, codes: NDArray[np.uint32], objects: NDArray[np.uint64]) -> None:
    """Spaces and hyphens that PDFium made up have no place of their own; their object becomes 0, in place."""
    spaces = np.flatnonzero((codes == 32) & (objects != 0))
    made_up = np.fromiter(map(_is_generated, repeat(handle), spaces.tolist()), np.int64, len(spaces))
    objects[spaces[made_up == 1]] = 0


def _read_origins(handle: int, indices: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where each of these characters begins on its baseline, in user space."""
    count = len(indices)
    x, y = np.empty(count), np.empty(count)
    at_x, at_y, size = x.ctypes.data, y.ctypes.data, 8 * count
    places = range(at_x, at_x + size, 8), range(at_y, at_y + size, 8)
    deque(map(_char_origin, repeat(handle), indices.tolist(), *places), maxlen=0)
    return x, y


def _clean(
    handle: int, indices: NDArray[np.int64], codes: NDArray[np.uint32], objects: NDArray[np.uint64]
) -> int:
    """Replace signs that are something else than they are numbered, in place; gives how many are guessed."""
    codes[(codes == 9) | (codes == 11) | (codes == 12) | (codes == 0xA0)] = 32
    for k in np.flatnonzero(codes == 0xFFFE).tolist():  # PDFium's mark of a broken word, or of no meaning
        codes[k] = 2 if _is_hyphen(handle, int(indices[k])) == 1 else 0xFFFD
    guessed = _name_private(codes, objects)
    meaningless = ((codes < 32) & (codes != 2)) | ((codes >= 0xD800) & (codes < 0xE000)) | (codes > 0x10FFFF)
    meaningless |= ((codes >= 0xE000) & (codes < 0xF900)) | ((codes >= 0xF0000) & (codes < 0x110000))
    codes[meaningless] = 0xFFFD
    _mark_unmapped(handle, indices, codes, objects)
    return guessed


def _name_private(codes: NDArray[np.uint32], objects: NDArray[np.uint64]) -> int:
    """Give signs with private codes (F020-F0FF, as symbol fonts number them) what they show, in place.

    Those of the Symbol font are known signs, those of Wingdings and the like are ornaments. In any other font
    the second half of the code is the letter itself: a guess, and how many of those there are is told; but
    beyond ASCII only the two that mark list items everywhere are known.
    """
    old_style = (codes >= 0xF730) & (codes <= 0xF739)  # figures, as Adobe numbered the variants of its fonts
    codes[old_style] -= 0xF700
    codes[codes == 0xF001], codes[codes == 0xF002] = 0xFB01, 0xFB02  # "fi" and "fl", as Adobe did
    private = np.flatnonzero((codes >= 0xF020) & (codes <= 0xF0FF))
    guessed = 0
    fonts: dict[int, str] = {}
    for place in private.tolist():
        item = int(objects[place])
        if item not in fonts:
            fonts[item] = _describe_font(_object_font(item))[0].lower()
        code = int(codes[place]) - 0xF000
        sign = name_symbol(fonts[item], code)
        if not sign and code < 0x7F:
            sign = chr(code)
            guessed += sign != " "
        sign = sign or ("•" if code in _ITEM_MARKS else _UNKNOWN)
        codes[place] = ord(sign)
    return guessed


def _mark_unmapped(
    handle: int, indices: NDArray[np.int64], codes: NDArray[np.uint32], objects: NDArray[np.uint64]
) -> None:
    """Letters for which a font has no meaning (PDFium then gives the bare code) become U+FFFD, in place.

    So do the figures of a font that draws others than it says.
    """
    known, which = np.unique(objects, return_inverse=True)
    fonts = np.array([_object_font(int(item)) for item in known.tolist()], np.uint64)
    _, font = np.unique(fonts, return_inverse=True)
    keys = font[which].astype(np.int64) << 21 | codes.astype(np.int64)
    distinct, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    wrong = np.fromiter(map(_map_error, repeat(handle), indices[first].tolist()), np.int64, len(distinct))
    figures = np.isin(codes[first], FIGURES)
    for address in np.unique(fonts[which[first[figures]]]).tolist():
        own = figures & (fonts[which[first]] == address)
        if misnames_figures(address, codes[first[own]].tolist()):
            wrong[own] = 1
    if (wrong == 1).any():
        codes[(wrong == 1)[inverse] & (codes != 32)] = 0xFFFD


def _read_codes(handle: int, text_page: Any, count: int) -> NDArray[np.uint32]:
    """The characters as numbers. In bulk where that is sure to be one number a character."""
    buffer = np.empty(count + 1, np.uint16)
    pointer = buffer.ctypes.data_as(ctypes.POINTER(ctypes.c_ushort))
    written = raw.FPDFText_GetText(text_page, 0, count, pointer)
    if written == count + 1 and not np.any((buffer[:count] >= 0xD800) & (buffer[:count] < 0xE000)):
        return buffer[:count].astype(np.uint32)
    codes = np.fromiter(map(_char_unicode, repeat(handle), range(count)), np.uint32, count)
    halves = np.flatnonzero(((codes[:-1] >> 10) == 0x36) & ((codes[1:] >> 10) == 0x37))
    for place in halves.tolist():  # PDFium gives the two halves of a sign as two
        sign = chr(0x10000 + ((int(codes[place]) & 0x3FF) << 10) + (int(codes[place + 1]) & 0x3FF))
        plain = unicodedata.normalize("NFKC", sign)  # a slanted letter of mathematics is that letter
        codes[place : place + 2] = ord(plain) if len(plain) == 1 else ord(sign), 0x200B
    return codes


def _shift_small_figures(
    handle: int,
    indices: NDArray[np.int64],
    codes: NDArray[np.uint32],
    view: View,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    spaced: NDArray[np.bool_],
) -> dict[int, float]:
    """Figures that a font itself draws small and high, or low, get the baseline they seem to have, in place.

    Gives the type size that each of them seems to have.
    """
    figure = (codes >= 48) & (codes <= 57)
    box = (ctypes.c_double * 4)()  # left, right, bottom, top
    at = ctypes.addressof(box)
    matrix = (ctypes.c_float * 6)()
    at_matrix = ctypes.addressof(matrix)
    sizes: dict[int, float] = {}

    def measure(place: int) -> Box:
        _char_box(handle, int(indices[place]), at, at + 8, at + 16, at + 24)
        return view.turn_box((box[0], box[2], box[1], box[3]))

    def move(place: int, base: float, size: float, back: View) -> None:
        here = turned.turn_points(x[place : place + 1], y[place : place + 1])[0]
        moved = back.turn_points(here, np.array([base]))
        x[place], y[place], sizes[place] = moved[0][0], moved[1][0], size

    for first in np.flatnonzero(figure).tolist():
        if first in sizes:
            continue
        place, base, seeming = first, 0.0, 0.0
        while place < len(codes) and figure[place] and (place == first or not spaced[place - 1]):
            left, bottom, right, top = shown = measure(place)
            # An upright figure stands right of its place and on its baseline.
            upright = left - x[place] > _ON_LEFT * (left - right)
            if upright and -_ON_LINE * (top - bottom) < bottom - y[place] < _HIGH * (top - bottom):
                break
            _char_matrix(handle, int(indices[place]), at_matrix)
            along = _turn_along(matrix[0], matrix[1], view.turns)
            if min(map(abs, along)) > 0.05 * max(map(abs, along)):  # slanting: above is not higher
                break
            turned = turned_back(round(math.degrees(math.atan2(along[1], along[0])) / 90) * 90)
            back = turned_back(-90 * turned.turns)
            _, bottom, _, top = turned.turn_box(shown)
            height = top - bottom
            rise = bottom - turned.turn_points(x[place : place + 1], y[place : place + 1])[1][0]
            size = abs(_font_size(handle, int(indices[place]))) * math.hypot(matrix[2], matrix[3])
            low = rise < -_ON_LINE * height and height < _SMALL * _FIGURE_HEIGHT * size
            if height <= 0 or not (rise > _HIGH * height or low):
                break
            if place == first:
                base, seeming = bottom, round(height / _FIGURE_HEIGHT, 2)
                if place and chr(codes[place - 1]) in _SIGNS and not spaced[place - 1]:
                    _, lower, _, upper = turned.turn_box(measure(place - 1))
                    if bottom < (lower + upper) / 2 < top:  # 10 and a raised −3
                        move(place - 1, base, seeming, back)
            move(place, base, seeming, back)
            place += 1
    return sizes


def _turn_along(a: float, b: float, turns: int) -> tuple[float, float]:
    """A direction in user space, on the page as shown: a quarter turn clockwise takes (a, b) to (b, -a)."""
    return (a, b, -a, -b)[turns], (b, -a, -b, a)[turns]


def _read_objects(handle: int, codes: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """The text object that drew each character; 0 for what PDFium made up.

    Asked where words begin and end, and inside only of words that do not end as they begin.
    """
    letter = ((codes >= 97) & (codes <= 122)) | ((codes >= 65) & (codes <= 90)) | (codes >= 0xC0)
    inside = np.zeros(len(codes), np.bool_)
    inside[1:-1] = letter[:-2] & letter[1:-1] & letter[2:]
    outside = np.flatnonzero(~inside)
    objects = np.zeros(len(codes), np.uint64)
    objects[outside] = np.fromiter(
        map(_text_object, repeat(handle), outside.tolist()), np.uint64, len(outside)
    )
    if len(outside) < 2:
        return objects
    lengths = np.diff(outside)
    changed = (lengths > 1) & (objects[outside[1:]] != objects[outside[:-1]])
    objects = np.repeat(objects[outside], np.diff(outside, append=len(codes)))
    for k in np.flatnonzero(changed).tolist():
        for place in range(int(outside[k]) + 1, int(outside[k + 1])):
            objects[place] = _text_object(handle, place)
    return objects


def _read_right_edges(
    handle: int, indices: list[int], view: View, styles: Sequence[ObjectStyle]
) -> tuple[float, ...]:
    """Where each of these characters ends; of those at a right angle on the page turned back by that."""
    box = (ctypes.c_float * 4)()  # FS_RECTF: left, top, right, bottom
    start = ctypes.addressof(box)
    edges = []
    for index, style in zip(indices, styles, strict=True):
        _loose_box(handle, index, start)
        if style.angle or view.turns:
            shown = view.turn_box((box[0], box[3], box[2], box[1]))
            edges.append(turned_back(style.angle).turn_box(shown)[2])
        else:
            edges.append(box[2])
    return tuple(edges)


def _read_styles(handle: int, begins: list[int], objects: list[int], turns: int) -> tuple[ObjectStyle, ...]:
    """The style of each run, which begins at character begins[k] and is drawn by objects[k].

    Asked once for every object. Fonts are only known by their address, which may stand for another font on
    the next page, so nothing is kept from page to page.
    """
    known: dict[int, ObjectStyle] = {}
    fonts: dict[int, tuple[str, bool, bool]] = {}
    made: dict[object, ObjectStyle] = {}  # most objects are drawn as another was
    matrix, colour = (ctypes.c_float * 6)(), (ctypes.c_uint * 4)()
    at_matrix, at_colour = ctypes.addressof(matrix), ctypes.addressof(colour)
    for index, item in zip(begins, objects, strict=True):
        if item in known:
            continue
        font = _object_font(item)
        if font not in fonts:
            fonts[font] = _describe_font(font)
        colour[:] = [0, 0, 0, 255]
        mode = _render_mode(item)
        read_colour = _stroke_colour if mode in _OUTLINED_MODES else _fill_colour
        read_colour(item, at_colour, at_colour + 4, at_colour + 8, at_colour + 12)
        _char_matrix(handle, index, at_matrix)
        set_as = font, _font_size(handle, index), tuple(matrix[:4]), tuple(colour), mode
        style = made.get(set_as)
        if style is None:
            style = made[set_as] = _style(fonts[font], *set_as[1:], turns)
        known[item] = style
    return tuple(known[item] for item in objects)


def _style(
    font: tuple[str, bool, bool],
    size: float,
    matrix: tuple[float, ...],
    colour: tuple[int, ...],
    mode: int,
    turns: int,
) -> ObjectStyle:
    name, bold, italic = font
    a, b, c, d = matrix
    if size < 0:  # a negative size in a mirrored matrix shows ordinary letters
        a, b, c, d, size = -a, -b, -c, -d, -size
    along = _turn_along(a, b, turns)
    upright = along[0] > 0 and abs(along[1]) <= 0.05 * along[0]
    angle = 0.0 if upright else round(math.degrees(math.atan2(along[1], along[0])), 0)
    width = math.hypot(a, b) / max(math.hypot(c, d), 1e-9)
    return ObjectStyle(
        font=name,
        size=0.0 if width <= _FLATTEST else round(size * math.hypot(c, d), 2),
        bold=bold,
        italic=italic or (upright and abs(c) > 0.1 * abs(d) and not turns % 2),
        angle=angle,
        invisible=mode in _INVISIBLE_MODES or colour[3] < _FAINT,
        pale=min(colour[:3]) >= _PALE or colour[3] < _THIN_INK,
        slope=along[1] / along[0] if upright and abs(along[1]) > 1e-4 * along[0] else 0.0,
        width=round(width, 2),
    )


def _describe_font(font: int) -> tuple[str, bool, bool]:
    """Name, boldness and slant of a font."""
    handle = ctypes.cast(font, raw.FPDF_FONT)
    buffer = ctypes.create_string_buffer(128)
    raw.FPDFFont_GetBaseFontName(handle, buffer, 128)
    name = buffer.value.decode("utf-8", "replace")
    lowered = name.lower()
    flags = raw.FPDFFont_GetFlags(handle)
    angle = ctypes.c_int()
    slanted = bool(raw.FPDFFont_GetItalicAngle(handle, angle)) and abs(angle.value) >= 3
    bold = any(word in lowered for word in ("bold", "black", "heavy", "semibold", "-bd"))
    bold = bold or bool(flags & _FORCE_BOLD) or raw.FPDFFont_GetWeight(handle) >= 650
    italic = slanted or bool(flags & _ITALIC) or "italic" in lowered or "oblique" in lowered
    return name, bold, italic
