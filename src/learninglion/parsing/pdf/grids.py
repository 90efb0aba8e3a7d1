"""The grids that drawn lines make on a page: which cells they part, and which of those are one."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

from learninglion.parsing.pdf.ink import Box
from learninglion.parsing.pdf.lines import Line

_PLAY = 2.0  # points by which lines of one grid may miss each other
_LEAST = 4.0  # points: no row or column of text is narrower
_MOST = 4000  # lines on a page: more is a drawing
_COLUMNS, _ROWS = 40, 300
_LINES = 3  # level lines without upright ones: around a head and rows
_SHARE = 0.6  # of a side of a cell that is drawn: less is no side


@dataclass(frozen=True, slots=True)
class Grid:
    """Upright lines at `xs` (left to right) and level ones at `ys` (top to bottom), and the cells they make.

    `owners[row][column]`: the first row and column of the cell that this place belongs to.
    """

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    owners: tuple[tuple[tuple[int, int], ...], ...]
    sides: bool = True  # whether upright lines are drawn, or only white parts the columns

    def row_of(self, line: Line) -> int | None:
        """The row that a line stands in; None outside the grid."""
        beside = line.x1 <= self.xs[0] or line.x0 >= self.xs[-1]
        return None if beside else self.row_at(line.middle)

    def row_at(self, y: float) -> int | None:
        """The row that a height stands in."""
        return next((k for k, (top, bottom) in enumerate(pairwise(self.ys)) if bottom < y <= top), None)

    def column_at(self, x: float) -> int | None:
        """The column that a place across the page stands in."""
        at = bisect_right(self.xs, x) - 1
        return at if 0 <= at < len(self.xs) - 1 else None

    def edges_of(self, row: int, column: int) -> tuple[float, float]:
        """Where the cell that holds this place begins and ends across the page, in its own row."""
        owner = self.owners[row][column]
        columns = [k for k, other in enumerate(self.owners[row]) if other == owner]
        return self.xs[columns[0]], self.xs[columns[-1] + 1]


def find_grids(bars: Sequence[Box], uprights: Sequence[Box]) -> tuple[Grid, ...]:
    """The grids of two columns and rows or more, from top to bottom; those inside another are left out."""
    if not uprights or len(bars) < 2 or len(bars) + len(uprights) > _MOST:
        return ()
    level = _joined(((bottom + top) / 2, left, right) for left, bottom, right, top in bars)
    upright = _joined(((left + right) / 2, bottom, top) for left, bottom, right, top in uprights)
    grids = [grid for group in _touching(level, upright) for grid in _grids(*group)]
    return tuple(
        sorted(
            (grid for grid in grids if not any(_is_inside(grid, other) for other in grids)),
            key=lambda grid: (-grid.ys[0], grid.xs[0]),
        )
    )


def find_stacks(bars: Sequence[Box]) -> tuple[tuple[float, float, tuple[float, ...]], ...]:
    """Level lines that begin and end alike below each other: where they do, and their heights."""
    if not _LINES <= len(bars) <= _MOST:
        return ()
    stacks: list[tuple[float, float, list[float]]] = []
    for y, left, right in reversed(_joined(((bottom + top) / 2, x0, x1) for x0, bottom, x1, top in bars)):
        alike = (
            stack for stack in stacks if abs(stack[0] - left) < _LEAST and abs(stack[1] - right) < _LEAST
        )
        stack = next(alike, None)
        if stack is None:
            stacks.append((left, right, [y]))
        elif stack[2][-1] - y >= _LEAST:
            stack[2].append(y)
    return tuple((left, right, tuple(ys)) for left, right, ys in stacks if len(ys) >= _LINES)


def rows_alone(xs: Sequence[float], ys: Sequence[float]) -> Grid:
    """A grid of which no cell is part of another."""
    owners = tuple(tuple((row, column) for column in range(len(xs) - 1)) for row in range(len(ys) - 1))
    return Grid(tuple(xs), tuple(ys), owners, sides=False)


_Stroke = tuple[float, float, float]  # where it stands across its direction, and from where to where it runs


def _joined(strokes: Iterable[_Stroke]) -> list[_Stroke]:
    """Strokes that go on in each other as one; a border is often drawn cell by cell."""
    places: list[list[_Stroke]] = []
    for stroke in sorted(strokes):
        if places and stroke[0] - places[-1][-1][0] <= _PLAY:
            places[-1].append(stroke)
        else:
            places.append([stroke])
    joined: list[_Stroke] = []
    for alike in places:
        at = sum(stroke[0] for stroke in alike) / len(alike)
        start, end = None, 0.0
        for _, low, high in sorted(alike, key=lambda stroke: stroke[1]):
            if start is not None and low <= end + _PLAY:
                end = max(end, high)
                continue
            if start is not None:
                joined.append((at, start, end))
            start, end = low, high
        if start is not None:
            joined.append((at, start, end))
    return joined


def _touching(
    level: Sequence[_Stroke], upright: Sequence[_Stroke]
) -> list[tuple[list[_Stroke], list[_Stroke]]]:
    """The level and upright strokes in groups that hang together."""
    groups: list[tuple[list[_Stroke], list[_Stroke]]] = []
    for stroke in level:
        groups.append(([stroke], []))
    for x, low, high in upright:
        met = [
            group
            for group in groups
            if any(
                low - _PLAY <= y <= high + _PLAY and left - _PLAY <= x <= right + _PLAY
                for y, left, right in group[0]
            )
        ]
        if not met:
            continue
        first, *others = met
        first[1].append((x, low, high))
        for other in others:
            first[0].extend(other[0])
            first[1].extend(other[1])
        groups = [group for group in groups if not any(group is other for other in others)]
    return [group for group in groups if group[1]]


def _grids(level: Sequence[_Stroke], upright: Sequence[_Stroke]) -> Iterator[Grid]:
    """The grid of strokes that hang together; several where tables stand right below each other."""
    level, upright = sorted(level), sorted(upright)
    xs = _places([stroke[0] for stroke in upright], (min(s[1] for s in level), max(s[2] for s in level)))
    ys = _places([stroke[0] for stroke in level], (min(s[1] for s in upright), max(s[2] for s in upright)))
    if not 3 <= len(xs) <= _COLUMNS + 1 or not 3 <= len(ys) <= _ROWS + 1:
        return
    rows = list(pairwise(reversed(ys)))
    sides = [frozenset(x for x in xs[1:-1] if _is_drawn(upright, x, low, top)) for top, low in rows]
    start, known = 0, frozenset[float]()
    for at in range(len(rows) + 1):
        if at == len(rows) or _begins_another(sides, at, known):
            inner = [x for x in xs if x in known]
            yield _grid(
                level, upright, [xs[0], *inner, xs[-1]], [rows[start][0], *(b for _, b in rows[start:at])]
            )
            start, known = at, frozenset()
        known |= sides[at] if at < len(rows) else frozenset()


def _begins_another(sides: Sequence[frozenset[float]], at: int, known: frozenset[float]) -> bool:
    """Whether another table begins at a row: nothing parts it where those before it are parted (`known`), or
    it and the next are parted alike where none before is, and not where the last is.
    """
    if not known or not sides[at]:
        return False
    other = bool(sides[at] - known and known - sides[at])
    alike = sides[at - 1] == known and sides[at + 1 : at + 2] == [sides[at]]
    return (other and alike) or not known & sides[at]


def _grid(
    level: Sequence[_Stroke], upright: Sequence[_Stroke], xs: Sequence[float], ys: Sequence[float]
) -> Grid:
    owners: list[list[tuple[int, int]]] = []
    for row, (top, bottom) in enumerate(pairwise(ys)):
        owners.append([])
        for column, (left, right) in enumerate(pairwise(xs)):
            if column and not _is_drawn(upright, left, bottom, top):
                owners[row].append(owners[row][column - 1])
            elif row and not _is_drawn(level, top, left, right):
                owners[row].append(owners[row - 1][column])
            else:
                owners[row].append((row, column))
    return Grid(tuple(xs), tuple(ys), tuple(map(tuple, owners)))


def _places(strokes: Sequence[float], ends: tuple[float, float]) -> list[float]:
    """Where strokes stand and where those across them end, each place once."""
    places: list[float] = []
    for place in sorted([*strokes, *ends]):
        if not places or place - places[-1] >= _LEAST:
            places.append(place)
    return places


def _is_drawn(strokes: Sequence[_Stroke], at: float, low: float, high: float) -> bool:
    """Whether a side of a cell is drawn, for the greater part; `strokes` in the order of their places."""
    near = strokes[bisect_left(strokes, (at - _LEAST,)) : bisect_right(strokes, (at + _LEAST, inf))]
    drawn = sum(max(0.0, min(high, end) - max(low, start)) for _, start, end in near)
    return drawn >= _SHARE * (high - low)


def _is_inside(grid: Grid, other: Grid) -> bool:
    return (
        grid is not other
        and other.xs[0] - _PLAY <= grid.xs[0]
        and grid.xs[-1] <= other.xs[-1] + _PLAY
        and other.ys[-1] - _PLAY <= grid.ys[-1]
        and grid.ys[0] <= other.ys[0] + _PLAY
    )
