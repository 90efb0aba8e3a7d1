"""What PDFium knows of the characters on a page, fetched in bulk.

One foreign call per character costs more than everything else in parsing together, so only three are
made: its place (origin and baseline) and the text object that drew it. What objects share (size, weight,
slant, visibility) is asked once per object.
"""

from __future__ import annotations

import ctypes
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pypdfium2 import raw

from learninglion.errors import UnreadableFileError

__all__ = [
    "PDFIUM_LOCK",
    "Glyphs",
    "ObjectStyle",
    "count_images",
    "is_on_dark",
    "open_pdf",
    "page_box",
    "read_glyphs",
]

PDFIUM_LOCK = threading.RLock()
"""Hold this around every use of PDFium: the library is not made for threads."""

_ENCRYPTED = 4  # FPDF_ERR_PASSWORD
_UNKNOWN_SECURITY = 5  # FPDF_ERR_SECURITY
_FORCE_BOLD = 1 << 18  # font descriptor flags, ISO 32000-1 table 123
_ITALIC = 1 << 6
_BULLETS = (0xF0A7, 0xF0B7, 0xF0D8, 0xF0FC, 0xF076, 0xF06E, 0xF071)  # as symbol fonts number them
_JUMP = 12.0  # points between two characters: more than a wide space, perhaps another column
_INVISIBLE_MODES = {3, 7}  # neither filled nor stroked: invisible, and clipping only


def _plain(function: Any, restype: Any, *argtypes: Any) -> Any:
    """The same foreign function with pointers passed as plain integers, which is twice as fast."""
    address = ctypes.cast(function, ctypes.c_void_p).value or 0
    return ctypes.CFUNCTYPE(restype, *argtypes)(address)


_pointer, _int, _size = ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t
_char_origin = _plain(raw.FPDFText_GetCharOrigin, _int, _pointer, _int, _pointer, _pointer)
_text_object = _plain(raw.FPDFText_GetTextObject, _size, _pointer, _int)
_loose_box = _plain(raw.FPDFText_GetLooseCharBox, _int, _pointer, _int, _pointer)
_char_matrix = _plain(raw.FPDFText_GetMatrix, _int, _pointer, _int, _pointer)
_char_unicode = _plain(raw.FPDFText_GetUnicode, ctypes.c_uint, _pointer, _int)
_font_size = _plain(raw.FPDFText_GetFontSize, ctypes.c_double, _pointer, _int)
_object_font = _plain(raw.FPDFTextObj_GetFont, _size, _pointer)
_render_mode = _plain(raw.FPDFTextObj_GetTextRenderMode, _int, _pointer)
_fill_colour = _plain(raw.FPDFPageObj_GetFillColor, _int, _pointer, _pointer, _pointer, _pointer, _pointer)


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


def page_box(page: Any) -> tuple[tuple[float, float, float, float], int]:
    """The visible rectangle of a page in user space, and its quarter turns clockwise."""
    box = raw.FS_RECTF()
    raw.FPDF_GetPageBoundingBox(page, box)
    return (box.left, box.bottom, box.right, box.top), int(raw.FPDFPage_GetRotation(page)) % 4


def count_images(page: Any) -> int:
    """How many pictures stand on a page."""
    kinds = (
        raw.FPDFPageObj_GetType(raw.FPDFPage_GetObject(page, i))
        for i in range(raw.FPDFPage_CountObjects(page))
    )
    return sum(kind in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM) for kind in kinds)


def is_on_dark(page: Any, x: float, y: float) -> bool:
    """Whether a picture, shading or filled shape that is not white lies under this place (user space)."""
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    for i in range(raw.FPDFPage_CountObjects(page)):
        item = raw.FPDFPage_GetObject(page, i)
        kind = raw.FPDFPageObj_GetType(item)
        if kind == raw.FPDF_PAGEOBJ_TEXT or not raw.FPDFPageObj_GetBounds(item, left, bottom, right, top):
            continue
        if not (left.value <= x <= right.value and bottom.value <= y <= top.value):
            continue
        if kind != raw.FPDF_PAGEOBJ_PATH or not _is_white(ctypes.cast(item, _pointer).value):
            return True
    return False


def _is_white(item: int | None) -> bool:
    colour = (ctypes.c_uint * 4)()
    start = ctypes.addressof(colour)
    if not _fill_colour(item, start, start + 4, start + 8, start + 12):
        return False
    return colour[3] == 0 or min(colour[:3]) >= 248


def read_glyphs(page: Any, turns: int) -> Glyphs:
    """The characters of `page` with their places in user space.

    `turns`: quarter turns of the page, to tell which text runs from left to right as shown.
    """
    handle = raw.FPDFText_LoadPage(page)
    try:
        return _read(ctypes.cast(handle, _pointer).value or 0, handle, turns)
    finally:
        raw.FPDFText_ClosePage(handle)


def _read(handle: int, text_page: Any, turns: int) -> Glyphs:
    count = max(raw.FPDFText_CountChars(text_page), 0)
    codes = _read_codes(handle, text_page, count)
    x, y = np.empty(count), np.empty(count)
    at_x, at_y = x.ctypes.data, y.ctypes.data
    ends = 8 * count
    deque(
        map(
            _char_origin,
            repeat(handle),
            range(count),
            range(at_x, at_x + ends, 8),
            range(at_y, at_y + ends, 8),
        ),
        maxlen=0,
    )
    objects = np.fromiter(map(_text_object, repeat(handle), range(count)), np.uint64, count)
    indices = np.flatnonzero((objects != 0) & (codes != 13) & (codes != 10) & (codes != 0))
    if not len(indices):
        return Glyphs("", x[:0], y[:0], (0,), (), (), ())
    objects, codes, x, y = objects[indices], codes[indices], x[indices], y[indices]
    codes[(codes == 9) | (codes == 11) | (codes == 12) | (codes == 0xA0)] = 32
    # Other control characters than PDFium's mark of a broken word, and halves of surrogate pairs.
    codes[codes == 0xFFFE] = 2
    codes[np.isin(codes, _BULLETS)] = 0x2022
    codes[((codes < 32) & (codes != 2)) | ((codes >= 0xD800) & (codes < 0xE000)) | (codes > 0x10FFFF)] = (
        0xFFFD
    )
    spaced = np.diff(indices) > 1
    dx = np.diff(x)
    jumps = (objects[1:] != objects[:-1]) | spaced | (np.abs(np.diff(y)) > 0.01) | (dx > _JUMP) | (dx < 0)
    starts = np.flatnonzero(jumps) + 1
    ends = [*(starts - 1).tolist(), len(indices) - 1]
    begins = [0, *starts.tolist()]
    styles = _read_styles(handle, begins, objects, indices, turns)
    return Glyphs(
        codes.astype("<u4").tobytes().decode("utf-32-le"),
        x,
        y,
        (*begins, len(indices)),
        tuple(_read_right_edge(handle, int(indices[end])) for end in ends),
        (True, *spaced[starts - 1].tolist()),
        styles,
    )


def _read_codes(handle: int, text_page: Any, count: int) -> NDArray[np.uint32]:
    """The characters as numbers. In bulk where that is sure to be one number a character."""
    buffer = np.empty(count + 1, np.uint16)
    pointer = buffer.ctypes.data_as(ctypes.POINTER(ctypes.c_ushort))
    written = raw.FPDFText_GetText(text_page, 0, count, pointer)
    if written == count + 1 and not np.any((buffer[:count] >= 0xD800) & (buffer[:count] < 0xE000)):
        return buffer[:count].astype(np.uint32)
    return np.fromiter(map(_char_unicode, repeat(handle), range(count)), np.uint32, count)


def _read_right_edge(handle: int, index: int) -> float:
    box = (ctypes.c_float * 4)()  # FS_RECTF: left, top, right, bottom
    _loose_box(handle, index, ctypes.addressof(box))
    return float(box[2])


def _read_styles(
    handle: int, begins: list[int], objects: NDArray[np.uint64], indices: NDArray[np.int64], turns: int
) -> tuple[ObjectStyle, ...]:
    """The style of each run; asked once for every object."""
    known: dict[int, ObjectStyle] = {}
    fonts: dict[int, tuple[str, bool, bool]] = {}  # a font's address may be used again on the next page
    styles: list[ObjectStyle] = []
    for begin in begins:
        key = int(objects[begin])
        style = known.get(key)
        if style is None:
            style = known[key] = _read_style(handle, int(indices[begin]), key, turns, fonts)
        styles.append(style)
    return tuple(styles)


def _read_style(
    handle: int, index: int, item: int, turns: int, fonts: dict[int, tuple[str, bool, bool]]
) -> ObjectStyle:
    font = _object_font(item)
    described = fonts.get(font)
    if described is None:
        described = fonts[font] = _describe_font(font)
    matrix = (ctypes.c_float * 6)()
    _char_matrix(handle, index, ctypes.addressof(matrix))
    a, b, c, d = matrix[0], matrix[1], matrix[2], matrix[3]
    along = (a, b, -a, -b)[turns], (b, -a, -b, a)[turns]  # the direction of writing on the page as shown
    upright = along[0] > 0 and abs(along[1]) <= 0.05 * along[0]
    colour = (ctypes.c_uint * 4)(0, 0, 0, 255)
    start = ctypes.addressof(colour)
    _fill_colour(item, start, start + 4, start + 8, start + 12)
    mode = _render_mode(item)
    return ObjectStyle(
        font=described[0],
        size=round(_font_size(handle, index) * float(np.hypot(c, d)), 2),
        bold=described[1],
        italic=described[2] or (upright and abs(c) > 0.1 * abs(d) and not turns % 2),
        upright=upright,
        invisible=mode in _INVISIBLE_MODES or colour[3] < 8,
        white=mode in (0, 4) and min(colour[:3]) >= 248,
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
