"""Figures of which nobody can be sure how they belong together: told with the words around them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from learninglion.parsing.pdf.ink import Reason
from learninglion.parsing.pdf.layout import find_shift
from learninglion.parsing.pdf.lines import Line, Page, Run

_SMALLER = 0.85  # of the size: of another size
_RAISED = 0.1  # of the size: off the line
_LEVEL = 0.02  # of the size: on one baseline
_BESIDE = 0.6  # of the size: so near is what belongs together
_STROKE = (0.3, 0.9)  # of the size: how long a sign of minus is
_HEIGHT = (0.15, 0.45)  # of the size above the baseline: how high it stands
_INSIDE = (-0.6, 0.9)  # of the size from the baseline: where what stands in a line stands
_AROUND = 24  # signs of the line on either side that are told
_FIGURES = re.compile(r"[-+−–]?[\d.,]{1,4}|[-+−–]")
_ENDS_FIGURE = re.compile(r"\d[.,]?$")
_SIGNS = ("-", "−", "–", "+")
_OPENS = re.compile(r"(?<!\S)\d")
_MOST = 200  # lines at one height that are looked at


def doubtful_figures(page: Page) -> Iterator[str]:
    """The words around each figure that may have to be read otherwise."""
    for line in page.lines:
        for one, other in pairwise(sorted(line.runs, key=lambda run: run.start)):
            first, second = line.text[one.end - 1], line.text[other.start]
            apart = first.isdigit() and _are_doubtful(line, one, other)
            if second.isdigit() and (apart or _is_unsettled(line, one, other)):
                yield _words(line, one.end)
    level = sorted((line for line in page.lines if not line.angle), key=lambda line: line.baseline)
    yield from _with_strokes(page, level)
    yield from _alone(level, _drawn_late(page.lines))


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


def _is_unsettled(line: Line, one: Run, other: Run) -> bool:
    """Whether figures that are read as on the line stand off it, or raised behind a sign that is not."""
    before = line.text[: other.start].rstrip()
    if find_shift(other, line):
        return before[-1:] in _SIGNS and not find_shift(one, line)
    if abs(other.rise) >= _RAISED * line.size and other.start not in line.gaps:
        return True
    size = max(one.style.size, other.style.size)
    off = abs(one.rise - other.rise) >= _LEVEL * size or other.style.size < _SMALLER * one.style.size
    return off and one.end == other.start and _ENDS_FIGURE.search(before) is not None


def _with_strokes(page: Page, lines: Sequence[Line]) -> Iterator[str]:
    """Figures with a short level line ahead of them that may be a sign of minus."""
    struck = [hidden.box for hidden in page.hidden if hidden.reason is Reason.STRUCK]
    largest = max((line.size for line in lines), default=0.0)
    for x0, y0, x1, y1 in page.rules[0]:
        middle = (y0 + y1) / 2
        if x1 - x0 > _STROKE[1] * largest or any(a <= x0 <= c and b <= y0 <= d for a, b, c, d in struck):
            continue
        for line in _between(lines, middle - _HEIGHT[1] * largest, middle):
            size = line.size
            short = _STROKE[0] * size < x1 - x0 < _STROKE[1] * size
            if short and _HEIGHT[0] * size < middle - line.baseline < _HEIGHT[1] * size:
                at = bisect_left(line.x_edges, x1 - 0.1 * size)  # the sign right behind it
                free = not at or line.x_edges[at - 1] < x0 + 0.1 * size
                if free and _OPENS.match(line.text, at) and line.x_edges[at] - x1 < _BESIDE * size:
                    yield _words(line, at)


def _drawn_late(lines: Sequence[Line]) -> set[int]:
    """The figures (by identity) that come behind text that stands below them."""
    late: set[int] = set()
    for above, line in pairwise(lines):
        rises = line.baseline > above.baseline + line.size
        if _FIGURES.fullmatch(line.text) and (rises or id(above) in late):
            late.add(id(line))
    return late


def _alone(lines: Sequence[Line], late: set[int]) -> Iterator[str]:
    """Small figures that stand in or at a line of larger text and found no place in it."""
    largest = max((line.size for line in lines), default=0.0)
    for figure in lines:
        if not _FIGURES.fullmatch(figure.text) or figure.size >= _SMALLER * largest:
            continue
        low, high = (figure.baseline - share * largest for share in (_INSIDE[1], _INSIDE[0]))
        for line in _between(lines, low, high):
            size = line.size
            inside = _INSIDE[0] * size < figure.baseline - line.baseline < _INSIDE[1] * size
            beside = line.x0 < figure.x0 and (figure.x0 < line.x1 + _BESIDE * size or id(figure) in late)
            if figure.size < _SMALLER * size and inside and beside:
                yield f"{figure.text} … {_words(line, 0)}"
                break


def _between(lines: Sequence[Line], low: float, high: float) -> Sequence[Line]:
    """Those of the lines, which are sorted by their baselines, that stand between two heights."""
    first = bisect_left(lines, low, key=lambda line: line.baseline)
    last = bisect_right(lines, high, key=lambda line: line.baseline)
    return lines[first : min(last, first + _MOST)]


def _words(line: Line, at: int) -> str:
    return line.text[max(0, at - _AROUND) : at + _AROUND].strip()
