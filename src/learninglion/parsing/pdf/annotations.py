"""What was filled in, typed or stamped on a page: it becomes part of the page before that is read."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from typing import Any

from pypdfium2 import raw

from learninglion.parsing.pdf.ink import Box

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
