"""What was read of a PDF, drawn over the images of its pages: what was taken, what was left out and why."""

from __future__ import annotations

import ctypes
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pypdfium2 import raw as pdfium

from learninglion.models import Document, RawFile, TextLine
from learninglion.models.errors import UnreadableFileError
from learninglion.parsing.pdf.characters import open_pdf, page_view
from learninglion.parsing.pdf.ink import Box
from learninglion.parsing.pdf.lines import Line, Page
from learninglion.parsing.pdf.pages import find_pdf, read_pages, show_annotations
from learninglion.parsing.pdf_document import parse_structure

BATCH = 20
"""Pages that are drawn in one go."""

_PIXELS = 1400  # the longest side of an image
_READ, _NOTE, _LEFT_OUT, _UNSEEN = (0, 130, 60), (30, 80, 200), (200, 110, 0), (200, 0, 30)
_RUNNING = "kop, voet of nummer"
_MOST_MARKS = 4000  # on a page


@dataclass(frozen=True, slots=True)
class _Mark:
    """A rectangle on the page as shown, in a colour, with words where they are needed."""

    box: Box
    colour: tuple[int, int, int]
    words: str = ""


def look_at(raw: RawFile, first: int) -> tuple[bytes, ...]:
    """A PNG for each page from index `first`, BATCH at most: what was read green, notes blue, the rest red.

    Raises UnreadableFileError for what is no PDF, cannot be read or cannot be drawn.
    """
    if find_pdf(raw.content) is None:
        raise UnreadableFileError(raw.name, "alleen van een PDF-bestand kunnen de pagina's worden getoond.")
    pages = read_pages(raw.content, raw.name)
    document = parse_structure(raw, pages)
    return tuple(_look(raw, document, pages[first : first + BATCH]))


def _look(raw: RawFile, document: Document, pages: Sequence[Page]) -> Iterator[bytes]:
    content = raw.content[find_pdf(raw.content) or 0 :]
    with open_pdf(content, raw.name) as opened, show_annotations(opened) as load:
        for page in pages:
            loaded = load(page.number - 1)
            if loaded is None:
                raise UnreadableFileError(raw.name, f"pagina {page.number} kan niet worden getekend.")
            try:
                yield _to_png(_draw(loaded.page, list(_marks(document, page))[:_MOST_MARKS]))
            finally:
                pdfium.FPDF_ClosePage(loaded.page)


def _marks(document: Document, page: Page) -> Iterator[_Mark]:
    """What is to be drawn over a page."""
    notes = [note.span for note in document.footnotes]
    taken: list[Box] = []
    for line in document.lines:
        if line.page != page.number:
            continue
        taken.append(_box(line))
        noted = any(span.start <= line.span.start < span.end for span in notes)
        yield _Mark(taken[-1], _NOTE if noted else _READ)
    for printed in page.lines:
        if not any(_meet(printed, box) for box in taken):
            yield _Mark(printed.rectangle(0, len(printed.text)), _LEFT_OUT, _RUNNING)
    for hidden in page.hidden:
        yield _Mark(hidden.box, _UNSEEN, str(hidden.reason))


def _box(line: TextLine) -> Box:
    return min(line.x_edges), line.y0, max(line.x_edges), line.y1


def _meet(line: Line, box: Box) -> bool:
    """Whether a printed line and what was read share a place."""
    left, bottom, right, top = line.rectangle(0, len(line.text))
    middle = (bottom + top) / 2
    level = box[1] < middle < box[3] or bottom < (box[1] + box[3]) / 2 < top
    return left < box[2] and right > box[0] and level


def _draw(page: Any, marks: Sequence[_Mark]) -> NDArray[np.uint8]:
    """The page with these marks as height x width x 3."""
    view = page_view(page)
    left, bottom, right, top = view.turn_box(view.box)
    width, height = pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)
    scale = _PIXELS / max(width, height, 1.0)
    columns, rows = max(1, round(width * scale)), max(1, round(height * scale))
    bitmap = pdfium.FPDFBitmap_CreateEx(columns, rows, pdfium.FPDFBitmap_BGRx, None, 0)
    if not bitmap:
        raise MemoryError
    try:
        pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, columns, rows, 0xFFFFFFFF)
        pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, columns, rows, 0, 0)
        over = pdfium.FPDF_CreateNewDocument()
        try:
            sheet = pdfium.FPDFPage_New(over, 0, right - left, top - bottom)
            font = pdfium.FPDFText_LoadStandardFont(over, b"Helvetica")
            for mark in marks:
                _put(sheet, over, font, mark, (left, bottom))
            pdfium.FPDFPage_GenerateContent(sheet)
            pdfium.FPDF_RenderPageBitmap(bitmap, sheet, 0, 0, columns, rows, 0, 0)
            pdfium.FPDF_ClosePage(sheet)
        finally:
            pdfium.FPDF_CloseDocument(over)
        stride = pdfium.FPDFBitmap_GetStride(bitmap)
        pointer = ctypes.cast(pdfium.FPDFBitmap_GetBuffer(bitmap), ctypes.POINTER(ctypes.c_uint8))
        picture = np.ctypeslib.as_array(pointer, (rows, stride)).reshape(rows, -1, 4)
        return picture[:, :columns, 2::-1].copy()
    finally:
        pdfium.FPDFBitmap_Destroy(bitmap)


def _put(sheet: Any, document: Any, font: Any, mark: _Mark, origin: tuple[float, float]) -> None:
    """Draw a mark on a sheet of the size of the page, which begins at `origin`."""
    x, y = mark.box[0] - origin[0], mark.box[1] - origin[1]
    width, height = mark.box[2] - mark.box[0], mark.box[3] - mark.box[1]
    rectangle = pdfium.FPDFPageObj_CreateNewRect(x - 1, y - 1, width + 2, height + 2)
    pdfium.FPDFPageObj_SetStrokeColor(rectangle, *mark.colour, 255)
    pdfium.FPDFPageObj_SetFillColor(rectangle, *mark.colour, 40)
    pdfium.FPDFPageObj_SetStrokeWidth(rectangle, 0.6)
    pdfium.FPDFPath_SetDrawMode(rectangle, pdfium.FPDF_FILLMODE_WINDING, True)
    pdfium.FPDFPage_InsertObject(sheet, rectangle)
    if mark.words:
        words = pdfium.FPDFPageObj_CreateTextObj(document, font, 6.0)
        text = (mark.words + "\0").encode("utf-16-le")
        buffer = (ctypes.c_ushort * (len(text) // 2)).from_buffer_copy(text)
        pdfium.FPDFText_SetText(words, buffer)
        pdfium.FPDFPageObj_SetFillColor(words, *mark.colour, 255)
        pdfium.FPDFPageObj_Transform(words, 1, 0, 0, 1, x, y + height + 2)
        pdfium.FPDFPage_InsertObject(sheet, words)


def _to_png(picture: NDArray[np.uint8]) -> bytes:
    """A picture (height x width x 3) as a PNG file."""
    rows, columns = picture.shape[:2]
    plain = np.zeros((rows, 1 + 3 * columns), np.uint8)
    plain[:, 1:] = picture.reshape(rows, -1)

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", columns, rows, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(plain.tobytes(), 6))
        + chunk(b"IEND", b"")
    )
