"""PDF bytes to pages of printed lines: characters with their place, size, weight and slant.

Coordinates are PDF points with the origin at the bottom left, turned the way the page is shown
(`/Rotate`); on an ordinary page they are the page's own user space. `Page.box` is what is visible of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from pypdfium2 import raw

from learninglion.models.errors import UnreadableFileError
from learninglion.parsing.pdf.characters import (
    PDFIUM_LOCK,
    Box,
    Glyphs,
    ObjectStyle,
    compose,
    count_images,
    find_grounds,
    open_pdf,
    page_view,
    read_glyphs,
)

__all__ = ["PDFIUM_LOCK", "Hidden", "Line", "Page", "Run", "check_pdf", "read_pages"]

MAX_PAGES = 5000
"""Beyond this a file is a data dump and would take gigabytes of memory."""

_TINY = 1.5  # points: no printer makes this readable
_OCR_SHARE = 0.9  # so much of a page invisible, over a picture: the text layer of a scan
_RISE = 0.6  # of the larger size: as far as a superscript goes, well under the distance to the next line
_OVERLAP = 0.9  # of the size: a loose accent goes back over its letter
_GAP = 0.9  # of the size: wider than a space, perhaps another column; tables.py decides
_SPACE = 0.12  # of the size: characters that far apart, where PDFium saw a space, have one
_ASCENT, _DESCENT = 0.76, 0.24  # of the size: what letters take above and below the baseline


@dataclass(frozen=True, slots=True)
class Run:
    """Characters start..end of a line drawn alike; `rise` is how far above the line's baseline."""

    start: int
    end: int
    style: ObjectStyle
    rise: float


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line. `x_edges` has len(text) + 1 values.

    `broken`: the line ends inside a word, at a hyphen that is the last character of `text`.
    `gaps`: positions in `text` (of the first character after it) where a wide white gap is.
    """

    text: str
    page: int
    baseline: float
    size: float
    x_edges: tuple[float, ...]
    runs: tuple[Run, ...]
    gaps: tuple[int, ...] = ()
    broken: bool = False

    @property
    def x0(self) -> float:
        """Where the line begins."""
        return self.x_edges[0]

    @property
    def x1(self) -> float:
        """Where the line ends."""
        return self.x_edges[-1]

    @property
    def y0(self) -> float:
        """The bottom of its letters."""
        return self.baseline - _DESCENT * self.size

    @property
    def y1(self) -> float:
        """The top of its letters."""
        return self.baseline + _ASCENT * self.size

    @property
    def bold(self) -> bool:
        """Whether most of it is bold."""
        return 2 * sum(run.end - run.start for run in self.runs if run.style.bold) > len(self.text)

    @property
    def italic(self) -> bool:
        """Whether most of it is slanted."""
        return 2 * sum(run.end - run.start for run in self.runs if run.style.italic) > len(self.text)


@dataclass(frozen=True, slots=True)
class Hidden:
    """Text that a reader of the page cannot see, and why."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its visible rectangle, its lines in the order of the file, and what is hidden on it."""

    number: int  # from 1
    box: Box  # x0, y0, x1, y1 in the coordinates of the lines
    turns: int  # quarter turns clockwise by which the page is shown
    lines: tuple[Line, ...]
    hidden: tuple[Hidden, ...] = ()
    from_ocr: bool = False
    images: int = 0  # counted only where the page has no text


@dataclass(slots=True)
class _Draft:
    """A line being put together."""

    baseline: float
    size: float
    parts: list[str] = field(default_factory=list)
    edges: list[float] = field(default_factory=list)  # left edges
    runs: list[tuple[int, int, ObjectStyle, float]] = field(default_factory=list)  # with absolute baselines
    gaps: list[int] = field(default_factory=list)
    length: int = 0
    x_end: float = 0.0
    upright: bool = True


def check_pdf(content: bytes, name: str) -> None:
    """Raises UnreadableFileError, naming the file, where the bytes cannot be a whole PDF."""
    if not content.strip():
        raise UnreadableFileError(name, "het bestand is leeg.")
    if b"%PDF-" not in content[:1024]:
        raise UnreadableFileError(name, "dit is geen PDF-bestand.")
    linearised = re.search(rb"/Linearized\b.{0,200}?/L\s+(\d+)", content[:2048], re.DOTALL)
    short = linearised is not None and len(content) < int(linearised[1][:12])
    if short or b"%%EOF" not in content[-4096:]:
        raise UnreadableFileError(
            name, "dit PDF-bestand is niet volledig: het einde ontbreekt. Haal het opnieuw op."
        )


def read_pages(content: bytes, name: str, max_pages: int = MAX_PAGES) -> tuple[Page, ...]:
    """All pages of a PDF; raises UnreadableFileError, naming the file, where that cannot be done well.

    Text that cannot be seen on the page is kept apart in `Page.hidden`.
    """
    check_pdf(content, name)
    with open_pdf(content, name) as document:
        count = raw.FPDF_GetPageCount(document)
        if count > max_pages:
            raise UnreadableFileError(
                name, f"dit PDF-bestand heeft {count} pagina's; meer dan {max_pages} kan niet. Splits het op."
            )
        pages = tuple(_load_page(document, index, name) for index in range(count))
    if not any(page.lines for page in pages):
        if any(page.hidden for page in pages):
            raise UnreadableFileError(name, "dit PDF-bestand bevat alleen verborgen tekst.")
        raise UnreadableFileError(
            name,
            "dit PDF-bestand bevat geen tekst, waarschijnlijk is het een scan."
            " Maak het eerst doorzoekbaar met tekstherkenning (OCR).",
        )
    return pages


def _load_page(document: Any, index: int, name: str) -> Page:
    page = raw.FPDF_LoadPage(document, index)
    if not page:
        raise UnreadableFileError(name, f"pagina {index + 1} van dit PDF-bestand is beschadigd.")
    try:
        return _read_page(page, index + 1)
    finally:
        raw.FPDF_ClosePage(page)


def _read_page(page: Any, number: int) -> Page:
    view = page_view(page)
    glyphs = read_glyphs(page, view)
    shown = view.turn_box(view.box)
    grounds: tuple[Box, ...] = ()
    if any(style.white for style in glyphs.styles):
        grounds = tuple(map(view.turn_box, find_grounds(page)))
    reasons = [_why_hidden(glyphs, k, shown, grounds) for k in range(len(glyphs.styles))]
    hidden = sum(
        glyphs.starts[k + 1] - glyphs.starts[k] for k, reason in enumerate(reasons) if reason == _NO_INK
    )
    from_ocr = bool(glyphs.text) and hidden >= _OCR_SHARE * len(glyphs.text) and count_images(page) > 0
    if from_ocr:
        reasons = [None if reason == _NO_INK else reason for reason in reasons]
    lines = _build_lines(glyphs, reasons, number)
    images = 0 if lines else count_images(page)
    return Page(number, shown, view.turns, lines, _collect_hidden(glyphs, reasons), from_ocr, images)


_NO_INK = "onzichtbaar getekend"


def _why_hidden(glyphs: Glyphs, k: int, box: Box, grounds: tuple[Box, ...]) -> str | None:
    """Why a reader does not see run k, on a page with these coloured grounds; None where it is seen."""
    style = glyphs.styles[k]
    start, end = glyphs.starts[k], glyphs.starts[k + 1]
    if style.invisible:
        return _NO_INK
    x, y = float(glyphs.x[start]), float(glyphs.y[start])
    outside = glyphs.ends_x[k] < box[0] or x > box[2] or y < box[1] - style.size or y > box[3]
    if style.upright and outside:
        return "buiten de pagina"
    if not glyphs.text[start:end].strip():
        return None
    if style.size < _TINY:
        return "onleesbaar klein"
    if style.white:
        x, y = x + 0.5, y + 0.3 * style.size
        if not any(left <= x <= right and bottom <= y <= top for left, bottom, right, top in grounds):
            return "wit op wit"
    return None


def _collect_hidden(glyphs: Glyphs, reasons: list[str | None]) -> tuple[Hidden, ...]:
    """Hidden text with its reason, runs with the same reason taken together."""
    found: list[Hidden] = []
    last: str | None = None
    for k, reason in enumerate(reasons):
        if reason is None:
            last = None
            continue
        text = glyphs.text[glyphs.starts[k] : glyphs.starts[k + 1]].replace("\x02", "-")
        if reason == last:
            glue = " " if glyphs.spaced[k] else ""
            found[-1] = Hidden(found[-1].text + glue + text, reason)
        else:
            found.append(Hidden(text, reason))
        last = reason
    return tuple(Hidden(" ".join(h.text.split()), h.reason) for h in found if h.text.strip())


def _build_lines(glyphs: Glyphs, reasons: list[str | None], number: int) -> tuple[Line, ...]:
    """Runs that follow each other on one baseline become one line."""
    lines: list[Line] = []
    draft: _Draft | None = None
    xs = glyphs.x.tolist()
    ys = glyphs.y[list(glyphs.starts[:-1])].tolist()
    for k, style in enumerate(glyphs.styles):
        if reasons[k] is not None:
            continue
        start, end = glyphs.starts[k], glyphs.starts[k + 1]
        if draft is None or not _continues(draft, xs[start], ys[k], style):
            if draft is not None:
                _finish(draft, number, lines)
            draft = _Draft(ys[k], style.size, upright=style.upright)
        _append(
            draft, glyphs.text[start:end], xs[start:end], ys[k], style, glyphs.ends_x[k], glyphs.spaced[k]
        )
    if draft is not None:
        _finish(draft, number, lines)
    return tuple(lines)


def _continues(draft: _Draft, x: float, y: float, style: ObjectStyle) -> bool:
    if draft.upright != style.upright or not draft.upright:
        return False
    if draft.parts[-1].endswith("\x02"):
        return False
    small, large = sorted((draft.size, style.size))
    level = abs(y - draft.baseline) <= min(_RISE * large, small)
    return level and x >= draft.x_end - _OVERLAP * small


def _append(
    draft: _Draft, text: str, xs: list[float], y: float, style: ObjectStyle, x_end: float, spaced: bool
) -> None:
    if draft.length:
        distance = xs[0] - draft.x_end
        if distance > _GAP * max(draft.size, style.size):
            draft.gaps.append(draft.length + 1)
            spaced = True
        needs = spaced and distance > _SPACE * style.size
        if needs and not draft.parts[-1].endswith(" ") and not text.startswith(" "):
            draft.parts.append(" ")
            draft.edges.append(draft.x_end)
            draft.length += 1
        elif draft.gaps and draft.gaps[-1] == draft.length + 1:
            draft.gaps[-1] = draft.length
    if style.size > draft.size * 1.05:
        draft.baseline, draft.size = y, style.size
    draft.runs.append((draft.length, draft.length + len(text), style, y))
    draft.parts.append(text)
    draft.edges.extend(xs)
    draft.length += len(text)
    draft.x_end = max(x_end, xs[-1])


def _finish(draft: _Draft, number: int, lines: list[Line]) -> None:
    """Close a line: white space at its ends goes, loose accents join their letters."""
    text = "".join(draft.parts)
    broken = text.endswith("\x02")
    if "\x02" in text:
        text = text.replace("\x02", "-")
    stripped = text.strip()
    if not stripped:
        return
    lead = len(text) - len(text.lstrip())
    last = lead + len(stripped)
    edges = [*draft.edges, draft.x_end]
    edges = edges[lead : last + 1]
    if not draft.upright:
        edges = [min(edges) + i * (max(edges) - min(edges)) / len(stripped) for i in range(len(stripped) + 1)]
    runs = tuple(
        Run(max(start - lead, 0), min(end, last) - lead, style, y - draft.baseline)
        for start, end, style, y in draft.runs
        if start < last and end > lead
    )
    gaps = tuple(gap - lead for gap in draft.gaps if lead < gap < last)
    joined = None if stripped.isascii() else compose(stripped, edges, draft.size)
    if joined is not None:
        stripped, edges, moved = joined[0], list(joined[1]), joined[2]
        runs = tuple(Run(moved[run.start], moved[run.end], run.style, run.rise) for run in runs)
        gaps = tuple(moved[gap] for gap in gaps)
    lines.append(Line(stripped, number, draft.baseline, draft.size, tuple(edges), runs, gaps, broken))
