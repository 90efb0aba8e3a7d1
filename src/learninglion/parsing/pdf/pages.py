"""PDF bytes to pages of printed lines, with what is hidden on them and what nobody can read."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pypdfium2 import raw

from learninglion.models.errors import UnreadableFileError
from learninglion.parsing.pdf.annotations import Loader, Sheet, Typed, show_annotations
from learninglion.parsing.pdf.characters import (
    Glyphs,
    ObjectStyle,
    count_images,
    is_scan,
    open_pdf,
    page_view,
    read_glyphs,
)
from learninglion.parsing.pdf.ink import Box, Reason
from learninglion.parsing.pdf.layers import find_switched_off, has_layers
from learninglion.parsing.pdf.lines import ASCENT, COVERED, DESCENT, Hidden, Line, Page, Run, build_lines
from learninglion.parsing.pdf.margin import set_initials, sort_bands, strip_numbers

__all__ = ["check_pdf", "find_pdf", "read_pages"]

MAX_PAGES = 5000
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


def check_pdf(content: bytes, name: str) -> None:
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


def read_pages(content: bytes, name: str, max_pages: int = MAX_PAGES) -> tuple[Page, ...]:
    """All pages of a PDF; raises UnreadableFileError, naming the file, where that cannot be done well.

    Text that cannot be seen on the page is kept apart in `Page.hidden`.
    """
    check_pdf(content, name)
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
    lines = strip_numbers(set_initials(sort_bands(build_lines(glyphs, reasons, number))))
    lines = (*lines, *(_typed_line(entry, view.turn_box(entry.box), number) for entry in sheet.typed))
    images = 0 if lines else count_images(page)
    unreadable = sum(line.text.count("\ufffd") for line in lines)
    found = _collect_hidden(glyphs, reasons)
    return Page(
        number,
        shown,
        view.turns,
        lines,
        found,
        from_ocr,
        images,
        unreadable,
        glyphs.guessed,
        glyphs.lost,
        sheet.remarks,
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
    found: list[Hidden] = []
    last: Reason | None = None
    for k, reason in enumerate(reasons):
        if reason is None:
            last = None
            continue
        start, end = glyphs.starts[k], glyphs.starts[k + 1]
        text = glyphs.text[start:end].replace("\x02", "-")
        x, y, size = float(glyphs.x[start]), float(glyphs.y[start]), glyphs.styles[k].size
        box = (x, y - DESCENT * size, max(glyphs.ends_x[k], x), y + ASCENT * size)
        if reason == last:
            glue = " " if glyphs.spaced[k] else ""
            low, high = found[-1].box, box
            around = min(low[0], high[0]), min(low[1], high[1]), max(low[2], high[2]), max(low[3], high[3])
            found[-1] = Hidden(found[-1].text + glue + text, reason, around)
        else:
            found.append(Hidden(text, reason, box))
        last = reason
    return tuple(Hidden(" ".join(h.text.split()), h.reason, h.box) for h in found if h.text.strip())


def _typed_line(typed: Typed, box: Box, number: int) -> Line:
    """A line for text that stands in an annotation without an appearance of its own."""
    size = min(max(typed.size, 4.0), max(box[3] - box[1], 4.0))
    style = ObjectStyle("", size, False, False, 0.0, False, False)
    length = len(typed.text)
    edges = tuple(box[0] + k * (box[2] - box[0]) / length for k in range(length + 1))
    baseline = box[3] - typed.row * 1.2 * size - ASCENT * size
    return Line(typed.text, number, baseline, size, edges, (Run(0, length, style, 0.0),))
