"""Figures of which nobody can be sure how they belong together: told with the words around them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from learninglion.parsing.pdf.ink import Reason
from learninglion.parsing.pdf.lines import Line, Page, Run

_SMALLER = 0.85  # of the size: of another size
_LEVEL = 0.02  # of the size: on one baseline
_BESIDE = 0.6  # of the size: so near is what belongs together
_STROKE = (0.3, 0.9)  # of the size: how long a sign of minus is
_HEIGHT = (0.15, 0.45)  # of the size above the baseline: how high it stands
_INSIDE = (-0.6, 0.9)  # of the size from the baseline: where what stands in a line stands
_AROUND = 24  # signs of the line on either side that are told
_FIGURES = re.compile(r"[-+−–]?[\d.,]{1,4}")
_MOST = 2_000  # level lines: a page with more is a drawing


def doubtful_figures(page: Page) -> Iterator[str]:
    """The words around each figure that may have to be read otherwise."""
    for line in page.lines:
        for one, other in pairwise(sorted(line.runs, key=lambda run: run.start)):
            first, second = line.text[one.end - 1], line.text[other.start]
            if first.isdigit() and second.isdigit() and _are_doubtful(line, one, other):
                yield _words(line, one.end)
    yield from _with_strokes(page)
    yield from _alone(page.lines)


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


def _with_strokes(page: Page) -> Iterator[str]:
    """Figures with a short level line ahead of them that may be a sign of minus."""
    strokes = page.rules[0] if len(page.rules[0]) < _MOST else ()
    figures = [
        (line, found.start())
        for line in page.lines
        if strokes
        for found in re.finditer(r"(?<!\S)\d", line.text)
    ]
    struck = [hidden.box for hidden in page.hidden if hidden.reason is Reason.STRUCK]
    for x0, y0, x1, y1 in strokes:
        if any(left <= (x0 + x1) / 2 <= right and low <= y0 <= high for left, low, right, high in struck):
            continue
        for line, at in figures:
            size, height = line.size, (y0 + y1) / 2 - line.baseline
            if not (
                _STROKE[0] * size < x1 - x0 < _STROKE[1] * size
                and _HEIGHT[0] * size < height < _HEIGHT[1] * size
            ):
                continue
            free = not at or line.x_edges[at - 1] < x0 + 0.1 * size
            if free and -0.1 * size < line.x_edges[at] - x1 < _BESIDE * size:
                yield _words(line, at)


def _alone(lines: Sequence[Line]) -> Iterator[str]:
    """Small figures that stand in or at a line of larger text and found no place in it."""
    small = [line for line in lines if not line.angle and _FIGURES.fullmatch(line.text)]
    for figure in small:
        for line in lines:
            size = line.size
            if figure.size >= _SMALLER * size or line.angle:
                continue
            inside = _INSIDE[0] * size < figure.baseline - line.baseline < _INSIDE[1] * size
            if inside and line.x0 < figure.x0 < line.x1 + _BESIDE * size:
                yield f"{figure.text} … {_words(line, 0)}"
                break


def _words(line: Line, at: int) -> str:
    return line.text[max(0, at - _AROUND) : at + _AROUND].strip()
