"""Pages whose file goes to and fro between two columns of text, put in the order a reader follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from learninglion.parsing.pdf import Line, Page

__all__ = ["order_columns"]

_LEAST = 8  # lines a column: fewer are rows of a table or a letterhead
_LEAST_LETTERS = 25  # in the middle line of a column of text; cells of tables are shorter
_CROSSING = 0.2  # of the lines of a page may run across both columns
_SWITCHES = 0.3  # of the lines follow one in the other column: the file does not keep to columns


def order_columns(pages: Sequence[Page]) -> tuple[Page, ...]:
    """The pages, with the lines of two columns that the file mixes one column after the other."""
    return tuple(_order(page) for page in pages)


def _order(page: Page) -> Page:
    lines = [part for line in page.lines for part in _split_at_gaps(line)]
    gutter = _find_gutter(lines)
    if gutter is None:
        return page
    ordered: list[Line] = []
    left: list[Line] = []
    right: list[Line] = []
    for line in lines:
        if line.x1 <= gutter:
            left.append(line)
        elif line.x0 >= gutter:
            right.append(line)
        else:  # a heading across both columns: what stands above it comes first
            ordered += [*left, *right, line]
            left, right = [], []
    return replace(page, lines=(*ordered, *left, *right))


def _split_at_gaps(line: Line) -> list[Line]:
    """The stretches of a line between wide gaps: lines of two columns at one height come as one."""
    if not line.gaps:
        return [line]
    parts = []
    for start, end in zip((0, *line.gaps), (*line.gaps, len(line.text)), strict=True):
        text = line.text[start:end].rstrip()
        runs = tuple(
            replace(run, start=max(run.start, start) - start, end=min(run.end, start + len(text)) - start)
            for run in line.runs
            if run.start < start + len(text) and run.end > start
        )
        if text:
            last = start + len(text)
            broken = line.broken and last == len(line.text)
            edges = line.x_edges[start : last + 1]
            parts.append(replace(line, text=text, x_edges=edges, runs=runs, gaps=(), broken=broken))
    return parts


def _find_gutter(lines: Sequence[Line]) -> float | None:
    """The white between two columns of running text, where the file mixes them; None otherwise."""
    best: tuple[int, float] | None = None
    for x in sorted({line.x0 for line in lines}):
        crossing = sum(line.x0 < x - 0.5 < line.x1 for line in lines)
        if crossing <= _CROSSING * len(lines) and (best is None or crossing < best[0]):
            sides = [line.x0 >= x - 0.5 for line in lines if not line.x0 < x - 0.5 < line.x1]
            if min(sum(sides), len(sides) - sum(sides)) >= _LEAST:
                best = (crossing, x - 0.5)
    if best is None:
        return None
    gutter = best[1]
    left = [len(line.text) for line in lines if line.x1 <= gutter]
    right = [len(line.text) for line in lines if line.x0 >= gutter]
    if min(median(left), median(right)) < _LEAST_LETTERS:
        return None
    sides = [line.x0 >= gutter for line in lines]
    switches = sum(a != b for a, b in zip(sides, sides[1:], strict=False))
    return gutter if switches > _SWITCHES * len(lines) else None
