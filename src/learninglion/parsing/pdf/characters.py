"""Loose accents join their letters: "Yes¸ilgöz" as drawn is "Yeşilgöz" as read."""

from __future__ import annotations

import ctypes
import math
import re
import threading
import unicodedata
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pypdfium2 import raw

from learninglion.models.errors import UnreadableFileError

__all__ = [
    "Glyphs",
    "ObjectStyle",
    "PDFIUM_LOCK",
    "View",
    "compose",
    "count_images",
    "find_grounds",
    "open_pdf",
    "page_view",
    "read_glyphs",
]

PDFIUM_LOCK = threading.RLock()
"""Hold this around every use of PDFium: the library is not made for threads."""

_ENCRYPTED = 4  # FPDF_ERR_PASSWORD
_UNKNOWN_SECURITY = 5  # FPDF_ERR_SECURITY
_FORCE_BOLD = 1 << 18  # font descriptor flags, ISO 32000-1 table 123
_ITALIC = 1 << 6
_BULLETS = (0xF0A7, 0xF0B7, 0xF0D8, 0xF0FC, 0xF076, 0xF06E, 0xF071)  # as symbol fonts number them
# Line ends, and signs that show nothing: they turn the reading direction or carry hidden text (with U+E00xx).
_UNSEEN = (0, 10, 13, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF)
_JUMP = 12.0  # points between two characters: more than a wide space, perhaps another column
_WHITE, _FAINT = 240, 26  # of 255: so light, or so transparent, that white paper hides it
_BEFORE_MARK = [ord(sign) for sign in "\n.,;:?!)\"'*"]
_FIGURE_HEIGHT = 0.68  # of the type size
_INVISIBLE_MODES = {3, 7}  # neither filled nor stroked: invisible, and clipping only


def _plain(function: Any, restype: Any, *argtypes: Any) -> Any:
    """The same foreign function with pointers passed as plain integers, which is twice as fast."""
    address = ctypes.cast(function, ctypes.c_void_p).value or 0
    return ctypes.CFUNCTYPE(restype, *argtypes)(address)


_pointer, _int, _size = ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t
_char_origin = _plain(raw.FPDFText_GetCharOrigin, _int, _pointer, _int, _pointer, _pointer)
_char_box = _plain(raw.FPDFText_GetCharBox, _int, _pointer, _int, _pointer, _pointer, _pointer, _pointer)
_text_object = _plain(raw.FPDFText_GetTextObject, _size, _pointer, _int)
_loose_box = _plain(raw.FPDFText_GetLooseCharBox, _int, _pointer, _int, _pointer)
_char_matrix = _plain(raw.FPDFText_GetMatrix, _int, _pointer, _int, _pointer)
_char_unicode = _plain(raw.FPDFText_GetUnicode, ctypes.c_uint, _pointer, _int)
_font_size = _plain(raw.FPDFText_GetFontSize, ctypes.c_double, _pointer, _int)
_object_font = _plain(raw.FPDFTextObj_GetFont, _size, _pointer)
_render_mode = _plain(raw.FPDFTextObj_GetTextRenderMode, _int, _pointer)
_fill_colour = _plain(raw.FPDFPageObj_GetFillColor, _int, _pointer, _pointer, _pointer, _pointer, _pointer)


Box = tuple[float, float, float, float]
"""Left, bottom, right, top, in points."""


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


@dataclass(frozen=True, slots=True)
class ObjectStyle:
    """How one text object draws its characters."""

    font: str
    size: float  # height of the type in points, as printed
    bold: bool
    italic: bool
    upright: bool  # runs from left to right on the page as shown
    invisible: bool  # drawn without ink or fully transparent
    white: bool  # drawn in (nearly) white


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The characters of a page in the order they are drawn, without what PDFium made up itself.

    They come in runs: drawn by one object, on one baseline, without a jump. Run k goes from starts[k] to
    starts[k + 1]; ends_x[k] is where its last character ends; spaced[k] says that PDFium saw a space or a
    new line before it that the file does not hold.
    """

    text: str
    x: NDArray[np.float64]
    y: NDArray[np.float64]  # of the baseline
    starts: tuple[int, ...]  # one more than there are runs
    ends_x: tuple[float, ...]
    spaced: tuple[bool, ...]
    styles: tuple[ObjectStyle, ...]  # of each run


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


def find_grounds(page: Any) -> tuple[tuple[float, float, float, float], ...]:
    """Where pictures and filled shapes that are not white lie: left, bottom, right, top in user space."""
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    found = []
    for i in range(raw.FPDFPage_CountObjects(page)):
        item = raw.FPDFPage_GetObject(page, i)
        kind = raw.FPDFPageObj_GetType(item)
        if kind == raw.FPDF_PAGEOBJ_TEXT or not raw.FPDFPageObj_GetBounds(item, left, bottom, right, top):
            continue
        if kind != raw.FPDF_PAGEOBJ_PATH or not _is_white(ctypes.cast(item, _pointer).value):
            found.append((left.value, bottom.value, right.value, top.value))
    return tuple(found)


def _is_white(item: int | None) -> bool:
    colour = (ctypes.c_uint * 4)()
    start = ctypes.addressof(colour)
    if not _fill_colour(item, start, start + 4, start + 8, start + 12):
        return False
    return colour[3] < _FAINT or min(colour[:3]) >= _WHITE


def read_glyphs(page: Any, view: View) -> Glyphs:
    """The characters of `page` with their places on it as shown."""
    handle = raw.FPDFText_LoadPage(page)
    try:
        return _read(ctypes.cast(handle, _pointer).value or 0, handle, view)
    finally:
        raw.FPDFText_ClosePage(handle)


def _read(handle: int, text_page: Any, view: View) -> Glyphs:
    count = max(raw.FPDFText_CountChars(text_page), 0)
    codes = _read_codes(handle, text_page, count)
    x, y = _read_origins(handle, count)
    objects = _read_objects(handle, codes)
    indices = np.flatnonzero((objects != 0) & ~np.isin(codes, _UNSEEN) & ~((codes >> 8) == 0xE00))
    if not len(indices):
        return Glyphs("", x[:0], y[:0], (0,), (), (), ())
    objects, codes, x, y = objects[indices], codes[indices], x[indices], y[indices]
    x, y = view.turn_points(x, y)
    _clean(codes)
    spaced = np.diff(indices) > 1
    superior = {} if view.turns else _lift_superior_figures(handle, indices, codes, y, spaced)
    dx = np.diff(x)
    jumps = (objects[1:] != objects[:-1]) | spaced | (np.abs(np.diff(y)) > 0.01) | (dx > _JUMP) | (dx < 0)
    starts = np.flatnonzero(jumps) + 1
    ends = [*(starts - 1).tolist(), len(indices) - 1]
    begins = [0, *starts.tolist()]
    placed = indices.tolist()
    styles = _read_styles(handle, [placed[begin] for begin in begins], objects[begins].tolist(), view.turns)
    if superior:
        styles = tuple(
            replace(style, size=superior[begin]) if begin in superior else style
            for begin, style in zip(begins, styles, strict=True)
        )
    return Glyphs(
        codes.astype("<u4").tobytes().decode("utf-32-le"),
        x,
        y,
        (*begins, len(indices)),
        _read_right_edges(handle, [placed[end] for end in ends], view),
        (True, *spaced[starts - 1].tolist()),
        styles,
    )


def _read_origins(handle: int, count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where each character begins on its baseline, in user space."""
    x, y = np.empty(count), np.empty(count)
    at_x, at_y, size = x.ctypes.data, y.ctypes.data, 8 * count
    places = range(at_x, at_x + size, 8), range(at_y, at_y + size, 8)
    deque(map(_char_origin, repeat(handle), range(count), *places), maxlen=0)
    return x, y


def _clean(codes: NDArray[np.uint32]) -> None:
    """Replace signs that are something else than they are numbered, in place."""
    codes[(codes == 9) | (codes == 11) | (codes == 12) | (codes == 0xA0)] = 32
    codes[codes == 0xFFFE] = 2  # PDFium's mark of a broken word
    codes[np.isin(codes, _BULLETS)] = 0x2022
    meaningless = ((codes < 32) & (codes != 2)) | ((codes >= 0xD800) & (codes < 0xE000)) | (codes > 0x10FFFF)
    codes[meaningless] = 0xFFFD


def _read_codes(handle: int, text_page: Any, count: int) -> NDArray[np.uint32]:
    """The characters as numbers. In bulk where that is sure to be one number a character."""
    buffer = np.empty(count + 1, np.uint16)
    pointer = buffer.ctypes.data_as(ctypes.POINTER(ctypes.c_ushort))
    written = raw.FPDFText_GetText(text_page, 0, count, pointer)
    if written == count + 1 and not np.any((buffer[:count] >= 0xD800) & (buffer[:count] < 0xE000)):
        return buffer[:count].astype(np.uint32)
    return np.fromiter(map(_char_unicode, repeat(handle), range(count)), np.uint32, count)


def _lift_superior_figures(
    handle: int,
    indices: NDArray[np.int64],
    codes: NDArray[np.uint32],
    y: NDArray[np.float64],
    spaced: NDArray[np.bool_],
) -> dict[int, float]:
    """Figures that a font draws small and high by itself get the baseline they seem to have.

    Gives the type size that each of them seems to have. Only figures right behind a word or at the head of a
    line can be the mark of a note, so only those are measured.
    """
    figure = (codes >= 48) & (codes <= 57)
    before = np.empty_like(codes)
    before[0], before[1:] = 10, np.where(spaced, 10, codes[:-1])
    word = (before > 57) & (before != 91) | np.isin(before, _BEFORE_MARK)
    box = (ctypes.c_double * 4)()  # left, right, bottom, top
    at = ctypes.addressof(box)
    sizes: dict[int, float] = {}
    for first in np.flatnonzero(figure & word).tolist():
        place = first
        while place < len(codes) and figure[place] and (place == first or not spaced[place - 1]):
            _char_box(handle, int(indices[place]), at, at + 8, at + 16, at + 24)
            height = box[3] - box[2]
            if not 0 < 0.35 * height < box[2] - y[place]:
                break
            y[place] = box[2] if place == first else y[first]
            sizes[place] = round(height / _FIGURE_HEIGHT, 2) if place == first else sizes[first]
            place += 1
    return sizes


def _read_objects(handle: int, codes: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """The text object that drew each character; 0 for what PDFium made up.

    Asked where words begin and end only: a word that changes its looks halfway has those of its beginning.
    """
    letter = ((codes >= 97) & (codes <= 122)) | ((codes >= 65) & (codes <= 90)) | (codes >= 0xC0)
    inside = np.zeros(len(codes), np.bool_)
    inside[1:] = letter[1:] & letter[:-1]
    asked = np.flatnonzero(~inside)
    objects = np.fromiter(map(_text_object, repeat(handle), asked.tolist()), np.uint64, len(asked))
    return np.repeat(objects, np.diff(asked, append=len(codes)))


def _read_right_edges(handle: int, indices: list[int], view: View) -> tuple[float, ...]:
    box = (ctypes.c_float * 4)()  # FS_RECTF: left, top, right, bottom
    start = ctypes.addressof(box)
    edges = []
    for index in indices:
        _loose_box(handle, index, start)
        edges.append(view.turn_box((box[0], box[3], box[2], box[1]))[2] if view.turns else box[2])
    return tuple(edges)


def _read_styles(handle: int, begins: list[int], objects: list[int], turns: int) -> tuple[ObjectStyle, ...]:
    """The style of each run, which begins at character begins[k] and is drawn by objects[k].

    Asked once for every object. Fonts are only known by their address, which may stand for another font on
    the next page, so nothing is kept from page to page.
    """
    known: dict[int, ObjectStyle] = {}
    fonts: dict[int, tuple[str, bool, bool]] = {}
    matrix, colour = (ctypes.c_float * 6)(), (ctypes.c_uint * 4)()
    at_matrix, at_colour = ctypes.addressof(matrix), ctypes.addressof(colour)
    for index, item in zip(begins, objects, strict=True):
        if item in known:
            continue
        font = _object_font(item)
        if font not in fonts:
            fonts[font] = _describe_font(font)
        colour[:] = [0, 0, 0, 255]
        _fill_colour(item, at_colour, at_colour + 4, at_colour + 8, at_colour + 12)
        _char_matrix(handle, index, at_matrix)
        known[item] = _style(
            fonts[font], _font_size(handle, index), tuple(matrix), tuple(colour), _render_mode(item), turns
        )
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
    a, b, c, d = matrix[:4]
    # The direction of writing on the page as shown: a quarter turn clockwise takes (a, b) to (b, -a).
    along = (a, b, -a, -b)[turns], (b, -a, -b, a)[turns]
    upright = along[0] > 0 and abs(along[1]) <= 0.05 * along[0]
    return ObjectStyle(
        font=name,
        size=round(size * math.hypot(c, d), 2),
        bold=bold,
        italic=italic or (upright and abs(c) > 0.1 * abs(d) and not turns % 2),
        upright=upright,
        invisible=mode in _INVISIBLE_MODES or colour[3] < _FAINT,
        white=mode in (0, 4) and min(colour[:3]) >= _WHITE,
    )


def _describe_font(font: int) -> tuple[str, bool, bool]:
    """Name, boldness and slant of a font."""
    handle = ctypes.cast(font, raw.FPDF_FONT)
    buffer = ctypes.create_string_buffer(128)
    raw.FPDFFont_GetBaseFontName(handle, buffer, 128)
    name = buffer.value.decode("utf-8", "replace")
    name = name[7:] if name[6:7] == "+" else name
    lowered = name.lower()
    flags = raw.FPDFFont_GetFlags(handle)
    angle = ctypes.c_int()
    slanted = bool(raw.FPDFFont_GetItalicAngle(handle, angle)) and abs(angle.value) >= 3
    bold = any(word in lowered for word in ("bold", "black", "heavy", "semibold", "-bd"))
    bold = bold or bool(flags & _FORCE_BOLD) or raw.FPDFFont_GetWeight(handle) >= 650
    italic = slanted or bool(flags & _ITALIC) or "italic" in lowered or "oblique" in lowered
    return name, bold, italic


_COMBINING = {
    "´": "\u0301",
    "`": "\u0300",
    "¨": "\u0308",
    "ˆ": "\u0302",
    "˜": "\u0303",
    "¯": "\u0304",
    "˘": "\u0306",
    "˙": "\u0307",
    "˚": "\u030a",
    "˝": "\u030b",
    "ˇ": "\u030c",
    "¸": "\u0327",
    "˛": "\u0328",
    "\u02bc": "\u0301",
}
# These never stand on their own in Dutch, while "´" is also typed for an apostrophe ("foto´s").
_ALWAYS = frozenset("˘˙˝ˇ¸˛")
_ACUTE_CONSONANTS = frozenset("cnzCNSZ")  # "Kostic´" is a name; "s´" may be an apostrophe
_ACCENT = re.compile(f"[{''.join(_COMBINING)}\u0300-\u036f]")
_OFFSET = 0.3  # of the type size: an accent that begins so close to its letter stands on it


def compose(
    text: str, x_edges: Sequence[float], size: float
) -> tuple[str, tuple[float, ...], list[int]] | None:
    """Text and edges with loose accents joined to their letters, and where each old position went.

    None where there is nothing to join. The last list has len(text) + 1 values.
    """
    if _ACCENT.search(text) is None:
        return None
    letters = list(text)
    gone = [False] * len(text)
    places = list(x_edges)
    for match in _ACCENT.finditer(text):
        at = match.start()
        for base in _bases(text, x_edges, size, at):
            mark = _COMBINING.get(text[at], text[at])
            joined = unicodedata.normalize("NFC", letters[base] + mark) if not gone[base] else ""
            if len(joined) == 1:
                letters[base] = joined
                gone[at] = True
                places[base] = min(places[base], places[at])
                break
    if not any(gone):
        return None
    positions: list[int] = []
    new = 0
    for lost in gone:
        positions.append(new)
        new += not lost
    positions.append(new)
    kept = [i for i, lost in enumerate(gone) if not lost]
    return "".join(letters[i] for i in kept), (*(places[i] for i in kept), x_edges[-1]), positions


def _bases(text: str, x_edges: Sequence[float], size: float, at: int) -> list[int]:
    """Positions of the letter that the accent at `at` may belong to, the likeliest first."""
    found: list[int] = []
    mark = text[at]
    before = at - 1 if at > 0 and text[at - 1].isalpha() else None
    after = at + 1 if at + 1 < len(text) and text[at + 1].isalpha() else None
    if before is not None and x_edges[at] - x_edges[before] < _OFFSET * size:
        found.append(before)
    if after is not None and x_edges[after] - x_edges[at] < _OFFSET * size and mark in _COMBINING:
        found.append(after)
    sure = mark in _ALWAYS or mark not in _COMBINING
    if before is not None and (
        sure or (mark == "´" and text[before] in _ACUTE_CONSONANTS and _ends_word(text, at))
    ):
        found.append(before)
    return found


def _ends_word(text: str, at: int) -> bool:
    """Whether what follows the acute is no genitive or plural s, as in "Hans´ boek" or "pc´s"."""
    following = text[at + 1 : at + 3]
    return not (following[:1] == "s" and not following[1:2].isalpha())
