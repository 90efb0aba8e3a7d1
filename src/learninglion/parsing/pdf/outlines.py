"""Figures that a font draws as others than it says they are: 8 under the name of 3.

A file tells what its letters mean in a table of its own. Where only its figures are wrong the words around
them are right, and nothing shows that the amount is another. What is drawn tells: the outlines of figures
are alike in all fonts, and are compared with those that every PDF reader brings along.
"""

from __future__ import annotations

import ctypes
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pypdfium2 import raw

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
