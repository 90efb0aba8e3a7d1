"""Tables in printed lines: which lines stand side by side, and what is a row of them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise, takewhile

from learninglion.parsing.pdf.cells import (
    APART,
    EDGE,
    FIGURE,
    LEVEL,
    LEVEL_EDGE,
    MARKER,
    RIVER,
    SEVERAL,
    SIDES,
    WIDE,
    WIDER,
    WORD_SPACE,
    Cell,
    alike_sides,
    are_among,
    below_head,
    cells_of,
    column_of,
    cut_at,
    cut_at_rivers,
    cut_at_starts,
    figures_apart,
    find_columns,
    gaps_of,
    has_columns,
    holds_figures,
    out_of_line,
    parts_apart,
    seams_of,
    split_over,
    trimmed,
    whites_of,
    with_sparse,
)
from learninglion.parsing.pdf.grids import Grid, find_grids, find_stacks, rows_alone
from learninglion.parsing.pdf.ink import Box
from learninglion.parsing.pdf.lines import Line
from learninglion.parsing.writing import ENDED

_UNFINISHED = re.compile(r"\d[-–/]$")
_HEAD = re.compile(r"\D+|(?:19|20)\d\d")  # what stands above a column, and no value in it
_SEAMED, _MOSTLY = 3, 0.6  # lines, of the lines
_CLOSES = ")%.,:–-"  # signs that end a cell


_IN_CELL = 2.2  # of the size: as far apart as two paragraphs of one cell stand
_WIDE_STEP = 1.25  # of the usual step between rows
_NEAR, _ALIKE = 4.0, 0.08  # of the size: how far off the head of a table stands, and play in its setting
_ROWS_OFF = 2.2  # of the step between rows: the head of a table stands no further off
_ACROSS = 0.6  # of the width between lines: a line without white in it that long is running text
_PART = re.compile(r"[€$%]|\([^)]*|[^(]*\)")  # of a figure
_PROSE = 6  # so many lines a column, all long, are columns of text and no table
_PROSE_LENGTH = 28  # characters: a line of a column of text
_BULLETS = frozenset("•●▪◦‣-–—*\uf0b7")
_LEAST_ROWS = 3  # of a table that is drawn column by column
_LARGER = 1.2  # times the size of its rows: a heading
_BETWEEN = 3  # lines of one column that may stand between two rows of a table


_RUNNING = 0.5  # of the lines of a column go on with the sentence of the line before: running text
_WORDS = 5  # of a sentence in a column of its own
_SHORTEST = 14  # characters in the middle line of a column of text


def runs_on(texts: Sequence[str]) -> bool:
    """Whether lines below each other are one running text: sentences go on from line to line."""
    if len(texts) < 3 or sorted(map(len, texts))[len(texts) // 2] < _SHORTEST:
        return False
    going = sum(
        after[:1].islower() and not ENDED.search(before)
        for before, after in zip(texts, texts[1:], strict=False)
    )
    return going >= _RUNNING * (len(texts) - 1)


@dataclass(frozen=True, slots=True)
class Table:
    """Lines first..last (inclusive) as rows of columns; each cell is a tuple of stretches, top to bottom.

    `columns`: where they lie (left, right). `sure`: there are rows enough to see that it is a table.
    """

    first: int
    last: int
    rows: tuple[tuple[tuple[Cell, ...], ...], ...]
    columns: tuple[tuple[float, float], ...]
    sure: bool


def find_tables(
    pages: Sequence[Sequence[Line]],
    rules: Sequence[tuple[Sequence[Box], Sequence[Box]]] = (),
    sideways: Sequence[Sequence[Line]] = (),
) -> list[tuple[Table, ...]]:
    """The tables among the lines of each page, in the order of the lines.

    `rules`: the level and the upright lines drawn on each page; `sideways`: what stands on its side on it,
    counted behind its lines. A single row is a table where it goes on with one of the page before or begins
    one of the page after.
    """
    drawn = rules or [((), ())] * len(pages)
    turned = sideways or [()] * len(pages)
    page_tables = [_find_on_page(*page) for page in zip(pages, drawn, turned, strict=True)]
    result = []
    for number, lines in enumerate(pages):
        above = page_tables[number - 1][-1:] if number else ()
        below = page_tables[number + 1][:1] if number + 1 < len(page_tables) else ()
        tables = []
        for table in page_tables[number]:
            goes_on = table.first == 0 and any(
                t.last == len(pages[number - 1]) - 1 and same_columns(t, table) for t in above
            )
            begins = table.last == len(lines) - 1 and any(
                t.first == 0 and same_columns(t, table) for t in below
            )
            if table.sure or goes_on or begins:
                tables.append(table)
        result.append(tuple(tables))
    return result


def same_columns(one: Table, other: Table) -> bool:
    """Whether the columns of two tables stand at the same places of their pages."""
    return len(one.columns) == len(other.columns) and all(
        max(a[0], b[0]) < min(a[1], b[1]) or abs(a[0] - b[0]) < 2.0 or abs(a[1] - b[1]) < 2.0
        for a, b in zip(one.columns, other.columns, strict=True)
    )


def find_head_rows(
    lines: Sequence[Line], rules: tuple[Sequence[Box], Sequence[Box]], outside: Sequence[Line]
) -> set[int]:
    """Which of the lines `outside` the text of a page (by identity) are rows of a table among its `lines`.

    Above and under a table, row by row away from it: rows of which each cell stands in one column, near and
    set as it is, and that fill all columns together but the first, which may have no head. Within the lines
    drawn around the table every row is one of it.
    """
    if not outside or not (rules[1] or any(map(has_columns, lines))):
        return set()
    grids = find_grids(*rules)
    head_rows: set[int] = set()
    for table in find_tables([lines], [rules])[0] or _only_row(lines):
        inside = lines[table.first : table.last + 1]
        middle = (table.columns[0][0] + table.columns[-1][1]) / 2
        drawn = next((grid for grid in grids if _is_in(grid, inside[0].baseline, middle)), None)
        top, bottom = (pick(line.baseline for line in inside) for pick in (max, min))
        rows: list[list[Line]] = []
        for line in sorted(outside, key=lambda one: -one.baseline):
            if rows and rows[-1][0].baseline - line.baseline <= LEVEL * line.size:
                rows[-1].append(line)
            else:
                rows.append([line])
        for edge, away in (
            (top, [row for row in rows[::-1] if row[0].baseline > top]),
            (bottom, [row for row in rows if row[0].baseline < bottom]),
        ):
            head_rows |= _rows_at(edge, away, table, inside, drawn)
    return head_rows


def _only_row(lines: Sequence[Line]) -> tuple[Table, ...]:
    """A page with one line of cells: the row that is left of a table."""
    cells = cells_of(0, lines[0]) if len(lines) == 1 and has_columns(lines[0]) else []
    places = tuple((cell.x0, cell.x1) for cell in cells)
    return (Table(0, 0, (tuple((cell,) for cell in cells),), places, False),) if cells else ()


def _rows_at(
    edge: float,
    rows: Sequence[Sequence[Line]],
    table: Table,
    inside: Sequence[Line],
    drawn: Grid | None,
) -> set[int]:
    """The lines (by identity) of those rows, nearest first, that belong to a table which ends at `edge`."""
    steps = sorted(a.baseline - b.baseline for a, b in pairwise(inside) if a.baseline > b.baseline)
    usual = steps[len(steps) // 2] if steps else 0.0
    filled: set[int] = set()
    members: set[int] = set()
    framed = False
    for row in rows:
        within = drawn is not None and all(_is_in(drawn, x.baseline, (x.x0 + x.x1) / 2) for x in row)
        size = row[0].size
        if not within:
            near = abs(row[0].baseline - edge) < max(_NEAR * size, _ROWS_OFF * usual)
            alike = any(abs(line.size - size) < _ALIKE * size for line in inside)
            columns = [_under_columns(line, table.columns) for line in row]
            if drawn is not None or not near or not alike or not all(columns):
                break
            filled.update(k for under in columns for k, _ in under)
        framed = framed or within
        members.update(map(id, row))
        edge = row[0].baseline
    return members if framed or filled >= set(range(1, len(table.columns))) else set()


def _is_in(grid: Grid, baseline: float, x: float) -> bool:
    return grid.row_at(baseline + EDGE) is not None and grid.column_at(x) is not None


def _under_columns(
    line: Line, columns: Sequence[tuple[float, float]], index: int = 0
) -> list[tuple[int, Cell]]:
    """The cells of a line with the column each stands in; nothing where one stands in none, or in several."""
    parts = [part for cell in cells_of(index, line) for part in split_over(cell, line, columns)]
    places = [
        [k for k, (left, right) in enumerate(columns) if part.x0 < right and left < part.x1] for part in parts
    ]
    whole = all(len(place) == 1 for place in places)
    return [(place[0], part) for place, part in zip(places, parts, strict=True)] if whole else []


def _row_at(index: int, line: Line, columns: Sequence[tuple[float, float]]) -> tuple[tuple[Cell, ...], ...]:
    """A line as a row of these columns; nothing where it has fewer than two cells, or two in one column."""
    under = dict(_under_columns(line, columns, index))
    if len(under) < 2 or len(under) < len(cells_of(index, line)):
        return ()
    return tuple((under[k],) if k in under else () for k in range(len(columns)))


def _find_on_page(
    lines: Sequence[Line], rules: tuple[Sequence[Box], Sequence[Box]], sideways: Sequence[Line]
) -> tuple[Table, ...]:
    """The tables in drawn lines, and above, between and below them those that white alone makes."""
    tables: list[Table] = []
    free = 0
    lines, others = _with_seams(lines)
    breaks = {at: apart for at in range(1, len(lines)) if (apart := _next_column(lines, at))}

    def by_white(first: int, end: int) -> Iterator[Table]:
        bounds = (first, *(at for at in sorted({*others, *breaks}) if first < at < end), end)
        return (table for pair in pairwise(bounds) for table in _find_by_white(lines, *pair))

    for table in find_drawn(lines, rules, sideways):
        if table.first >= free:
            tables += [*by_white(free, table.first), table]
            free = table.last + 1
    tables += by_white(free, len(lines))
    free = 0
    for number, table in enumerate(tables):
        end = tables[number + 1].first if number + 1 < len(tables) else len(lines)
        tables[number] = _with_rows_of_words(table, free, end, lines)
        free = tables[number].last + 1
    return tuple(_over_columns(tables, breaks, lines)) if breaks else tuple(tables)


def _next_column(lines: Sequence[Line], at: int) -> float:
    """How far right, in points, the next column of a page stands that begins at line `at`; 0 where none does.

    What is drawn column by column has one cell a line; in columns of a page rows of several stand.
    """
    above, line = lines[at - 1], lines[at]
    if line.baseline - above.baseline < APART * line.size or line.x0 < above.x1:
        return 0.0
    left = list(takewhile(lambda one: one.x1 < line.x0, reversed(lines[:at])))
    reach, top = max(one.x1 for one in left), max(one.baseline for one in left)
    over = lines[: at - len(left)][-1:]  # a line over both columns
    if line.baseline < top - _IN_CELL * line.size or any(one.x0 > reach for one in over):
        return 0.0  # the next cell of a row
    right = list(takewhile(lambda one: one.x0 > reach, lines[at:]))
    if len(right) == 1 and line.baseline > top - LEVEL * line.size:
        return 0.0  # the rest of a row of which the cell before has more lines
    rows = all(any(map(has_columns, part)) for part in (left, right))
    return min(one.x0 for one in right) - min(one.x0 for one in left) if rows else 0.0


def _over_columns(
    tables: Sequence[Table], breaks: Mapping[int, float], lines: Sequence[Line]
) -> Iterator[Table]:
    """The tables, where one that goes on in the next column of the page may have a single row in either."""
    opening = {table.first: table for table in tables}
    closing = {table.last: table for table in tables}
    for table in tables:
        before, after = closing.get(table.first - 1), opening.get(table.last + 1)
        goes_on = before and _same_moved(before, table, breaks.get(table.first, 0.0))
        begins = after and _same_moved(table, after, breaks.get(table.last + 1, 0.0))
        head = table.first - 1
        if table.first in breaks and (before is None or not (goes_on or before.sure)):
            places = tuple((x0 - breaks[table.first], x1 - breaks[table.first]) for x0, x1 in table.columns)
            row = _row_at(head, lines[head], places)
            if row:
                yield Table(head, head, (row,), places, True)
        if table.sure or goes_on or begins or table.last + 1 not in breaks:
            yield replace(table, sure=bool(table.sure or goes_on or begins))


def _same_moved(one: Table, other: Table, apart: float) -> bool:
    """Whether two tables have the same columns, the other so many points to the right."""
    moved = tuple((left - apart, right - apart) for left, right in other.columns)
    return apart > 0 and same_columns(one, replace(other, columns=moved))


def find_drawn(
    lines: Sequence[Line], rules: tuple[Sequence[Box], Sequence[Box]], sideways: Sequence[Line] = ()
) -> list[Table]:
    """The tables of a page in the grids that lines on it make, or between its level lines."""
    drawn = [table for grid in find_grids(*rules) if (table := _fill(grid, lines, sideways)) is not None]
    stacked = [table for stack in find_stacks(rules[0]) for table in _part(*stack, lines)]
    return sorted((*drawn, *stacked), key=lambda table: table.first)


def _part(left: float, right: float, ys: Sequence[float], lines: Sequence[Line]) -> list[Table]:
    """The tables between level lines, of which white makes the columns.

    Running text between two of the lines parts one table from the next.
    """
    tables: list[Table] = []
    bands: list[list[Cell]] = []  # what stands between two of the lines
    heights = [ys[0]]
    ys = (*ys, *_find_foot(left, right, ys[-1], lines))
    standing: dict[int, list[tuple[Line, list[Cell]]]] = {}  # by how many of the lines are below it
    rising = ys[::-1]
    for index, line in enumerate(lines):
        if line.x1 > left and line.x0 < right:
            parts = [part for cell in cells_of(index, line) for part in parts_apart(cell, line)]
            below = bisect_left(rising, line.middle)
            standing.setdefault(below, []).append((line, parts))
    for number, bottom in enumerate((*ys[1:], 0.0), start=1):
        band = standing.get(len(ys) - number, []) if bottom else []
        prose = any(len(parts) == 1 and line.x1 - line.x0 > _ACROSS * (right - left) for line, parts in band)
        if not prose and bottom:
            bands.append([part for _, parts in band for part in parts])
            heights.append(bottom)
            continue
        floor = tables[-1].last + 1 if tables else 0
        tables += _tables_of(bands, heights, left, right, lines, floor)
        bands, heights = [], [bottom]
    return tables


def _tables_of(
    bands: Sequence[Sequence[Cell]],
    heights: Sequence[float],
    left: float,
    right: float,
    lines: Sequence[Line],
    floor: int,
) -> list[Table]:
    """The table between level lines, or several right below each other."""
    apart = _other_columns(bands, lines)
    if apart:
        upper = _tables_of(bands[:apart], heights[: apart + 1], left, right, lines, floor)
        floor = max((cell.line + 1 for band in bands[:apart] for cell in band), default=floor)
        return [*upper, *_tables_of(bands[apart:], heights[apart:], left, right, lines, floor)]
    table = _table_of(bands, heights, left, right, lines, floor) if len(bands) > 1 else None
    at = _next_head(table, lines) if table else 0
    number = next((n for n, band in enumerate(bands) if at and band and band[0].line >= at), 0)
    if number:
        upper = _tables_of(bands[:number], heights[: number + 1], left, right, lines, floor)
        return [*upper, *_tables_of(bands[number:], heights[number:], left, right, lines, at)]
    return [table] if table else []


def _other_columns(bands: Sequence[Sequence[Cell]], lines: Sequence[Line]) -> int:
    """The band with which another table begins, for its rows stand in other columns; 0 where all is one."""
    bodies = [number for number, band in enumerate(bands) if _holds_rows(band, lines)]
    for upper, lower in pairwise(bodies):
        some, others = find_columns(bands[upper]), find_columns(bands[lower])
        if _stands_beside(some, others) and _stands_beside(others, some):
            return upper + 1
    return 0


def _stands_beside(columns: Sequence[tuple[float, float]], others: Sequence[tuple[float, float]]) -> bool:
    """Whether one of the columns stands where none of the others does."""
    return any(all(a[1] <= b[0] or b[1] <= a[0] for b in others) for a in columns)


def _table_of(
    bands: Sequence[Sequence[Cell]],
    heights: Sequence[float],
    left: float,
    right: float,
    lines: Sequence[Line],
    floor: int,
) -> Table | None:
    """The table of what stands between level lines: each band is a row, or holds several.

    `floor`: the first line that may be a row above the highest of the level lines.
    """
    cells = [part for band in bands for part in band]
    columns = find_columns(cells)
    if len(columns) < 2:
        return None
    inside = sorted({cell.line for cell in cells})
    whole = inside == list(range(inside[0], inside[-1] + 1))
    by_band = len(bands) > 2 and not any(_holds_rows(band, lines) for band in bands)
    foot = max(
        min(part.baseline for part in band) - y for band, y in zip(bands, heights[1:], strict=True) if band
    )
    steps = sorted(a - b for a, b in pairwise(heights)) if by_band else [0.0]
    above = _near_above(lines[floor : inside[0]], heights[0], foot, steps[len(steps) // 2])
    if by_band:
        inner = [(a[1] + b[0]) / 2 for a, b in pairwise(columns)]
        xs = min(left, columns[0][0]), *inner, max(right, columns[-1][1])
        table = _fill(rows_alone(xs, heights), lines, ())
        return table and _with_rows_above(table, len(above), lines)
    heads, open_ones, reach = list[Cell](), list[Cell](), heights[0]
    for index, line in zip(range(inside[0] - 1, -1, -1), above, strict=False):
        parts = [part for cell in cells_of(index, line) for part in parts_apart(cell, line)]
        if any(_stands_across(part, columns) and not holds_figures(part, line) for part in parts):
            break
        open_ones[:0] = parts
        if len(parts) > 1 and line.baseline > reach - LEVEL * line.size:
            heads = list(open_ones)
        reach = max(reach, line.baseline)
    cells = [*heads, *cells]
    table = _build(lines, cells[0].line, inside[-1], cells) if whole else None
    return table and _with_rows_above(table, len(above) + table.first - inside[0], lines)


def _near_above(lines: Sequence[Line], top: float, foot: float, step: float) -> list[Line]:
    """The last of the lines, nearest first, that stand right above a level line at height `top`.

    `foot`: how high, in points, the rows of its table stand above the lines below them; `step`: their height.
    """
    near: list[Line] = []
    reach = top
    for line in reversed(lines):
        if not top < line.baseline < reach + max(_IN_CELL * line.size, _WIDE_STEP * step):
            break
        reach = max(reach, line.baseline)
        near.append(line)
    set_on = any(line.baseline - top < foot + LEVEL * line.size for line in near)
    return near if set_on else []


def _stands_across(part: Cell, columns: Sequence[tuple[float, float]]) -> bool:
    return sum(part.x0 < right and left < part.x1 for left, right in columns) > 1


def _find_foot(left: float, right: float, bottom: float, lines: Sequence[Line]) -> Iterator[float]:
    """Where the row ends that stands below the last level line, at height `bottom`, if one does."""
    under = [line for line in lines if line.middle < bottom and line.x1 > left and line.x0 < right]
    under.sort(key=lambda line: -line.baseline)
    row: list[Line] = []
    for line in under:
        above = row[-1].baseline if row else bottom
        if above - line.baseline > (APART if row else _IN_CELL) * line.size:
            break
        row.append(line)
    beside = any(a.baseline - b.baseline < LEVEL * a.size for a, b in pairwise(row))
    if (beside or any(line.gaps for line in row)) and all(
        line.gaps or line.x1 - line.x0 < _ACROSS * (right - left) for line in row
    ):
        yield row[-1].y0


def _with_rows_above(table: Table, count: int, lines: Sequence[Line]) -> Table:
    """The table with the rows among so many lines right above its first: heads, and perhaps one more."""
    placed: list[tuple[int, Cell]] = []
    reach = 0.0
    for index in range(table.first - 1, table.first - 1 - count, -1):
        under = _under_columns(lines[index], table.columns, index)
        caption = [k for k, _ in under] == [0] and lines[index].baseline > reach + LEVEL * lines[index].size
        if not under or caption or len({column for column, _ in under}) < len(under):
            break
        reach = max(reach, lines[index].baseline)
        placed[:0] = under
    rows = _join_labels(_join_rests(_rows_in_order(placed), lines))
    while rows and len({column for column, _ in rows[0]}) < 2:
        del rows[0]
    kept = {cell.line for row in rows for _, cell in row}
    if not kept or len(kept) < table.first - min(kept):
        return table
    above = (_arrange(row, len(table.columns)) for row in rows)
    return replace(table, first=min(kept), rows=(*above, *table.rows), sure=True)


def _holds_rows(parts: Sequence[Cell], lines: Sequence[Line]) -> bool:
    """Whether figures stand below each other between two level lines: those are rows of their own."""
    figures = [part for part in parts if FIGURE.fullmatch(lines[part.line].text[part.start : part.end])]
    figures.sort(key=lambda part: part.x0)
    return any(b.x0 < a.x1 and abs(a.baseline - b.baseline) > LEVEL * a.size for a, b in pairwise(figures))


def _fill(grid: Grid, lines: Sequence[Line], sideways: Sequence[Line]) -> Table | None:
    """The table of the lines that stand in a grid; None where they are no stretch of lines, or cross it."""
    placed: dict[tuple[int, int], list[Cell]] = {}
    inside: list[int] = []
    for index, line in enumerate(lines):
        row = grid.row_of(line)
        if row is None:
            continue
        inside.append(index)
        for cell in cells_of(index, line):
            for part in _part_at_sides(cell, line, grid, row) if grid.sides else parts_apart(cell, line):
                column = grid.column_at((part.x0 + part.x1) / 2)
                if column is None or part.x0 < grid.xs[0] - EDGE or part.x1 > grid.xs[-1] + EDGE:
                    return None
                placed.setdefault(grid.owners[row][column], []).append(part)
    if grid.sides and any(_rows_of_columns_in(parts, grid) > 1 for parts in placed.values()):
        return None  # a frame
    for (row, first), parts in list(placed.items()) if grid.sides else ():
        columns = [grid.column_at((part.x0 + part.x1) / 2) or 0 for part in parts]
        across = range(min(columns), max(columns) + 1)
        parted = any(all(owners[k][1] == k for k in across) for owners in grid.owners)
        if parted and _rows_of_columns_in(parts, grid):  # its sides are not drawn in this row
            del placed[row, first]
            for part, column in zip(parts, columns, strict=True):
                placed.setdefault((row, column), []).append(part)
    beside = (pair for parts in placed.values() for pair in pairwise(sorted(parts, key=_in_reading_order)))
    woven = not grid.sides and any(a.baseline - b.baseline < LEVEL * a.size for a, b in beside)
    if woven or not inside or inside != list(range(inside[0], inside[-1] + 1)):
        return None
    for index, line in enumerate(sideways, start=len(lines)):
        for cell in cells_of(index, line):
            left, bottom, right, top = line.rectangle(cell.start, cell.end)
            row, column = grid.row_at((bottom + top) / 2), grid.column_at((left + right) / 2)
            if row is not None and column is not None:  # the next line of it stands right of it, or left
                level = -left if line.angle > 0 else right
                part = replace(cell, x0=left, x1=right, baseline=level)
                placed.setdefault(grid.owners[row][column], []).append(part)
    numbers, columns = (sorted({place[k] for place in placed}) for k in (0, 1))
    rows = [
        tuple(tuple(sorted(placed.get((row, column), ()), key=_in_reading_order)) for column in columns)
        for row in numbers
    ]
    sides = [(grid.xs[column], grid.xs[column + 1]) for column in columns] if grid.sides else ()
    rows = [part for row in rows for part in _level_rows(row, lines, sides)]
    full = sum(sum(map(bool, row)) > 1 for row in rows)
    if not full or len(columns) < 2:
        return None
    edges = tuple((grid.xs[column], grid.xs[column + 1]) for column in columns)
    if not grid.sides:
        held = [[part for row in rows for part in row[k]] for k in range(len(columns))]
        edges = tuple((min(part.x0 for part in own), max(part.x1 for part in own)) for own in held)
    return Table(inside[0], inside[-1], tuple(rows), edges, full > 1)


def _rows_of_columns_in(parts: Sequence[Cell], grid: Grid) -> int:
    """How many rows one drawn cell holds of the columns that are parted elsewhere in the grid."""
    rows = 0
    for _, level in groupby(sorted(parts, key=_in_reading_order), key=lambda part: round(part.baseline)):
        columns = [(grid.column_at(part.x0 + EDGE), grid.column_at(part.x1 - EDGE)) for part in level]
        alone = all(left == right is not None for left, right in columns)
        rows += alone and len(set(columns)) == len(columns) > 1
    return rows


def _level_rows(
    row: tuple[tuple[Cell, ...], ...], lines: Sequence[Line], sides: Sequence[tuple[float, float]]
) -> list[tuple[tuple[Cell, ...], ...]]:
    """The rows of a table that stand between two drawn lines: figures level with what begins beside them.

    `sides`: where the drawn cells begin and end. What breaks off where no further word fits is one cell.
    """
    filled = [cells for cells in row if cells]
    if any(cell.line >= len(lines) for cells in filled for cell in cells):
        return [row]  # sideways
    if stacked := _stacked_rows(row, lines):
        return stacked
    if any(_runs_full(cells, lines, *at) for cells, at in zip(row, sides, strict=False)):
        return [row]
    texts = [[lines[c.line].text[c.start : c.end] for c in cells] for cells in filled]
    count = len(texts[0]) if texts else 0
    if len(texts) < 2 or count < 2 or any(len(own) != count for own in texts):
        return [row]
    size = min(lines[cell.line].size for cells in filled for cell in cells)
    level = all(
        max(c.baseline for c in at) - min(c.baseline for c in at) < LEVEL * size
        for at in zip(*filled, strict=True)
    )
    begins = all(not text[:1].islower() for own in texts for text in own)
    figures = any(all(map(FIGURE.fullmatch, own)) for own in texts)
    one_sentence = any(ENDED.search(own[-1]) and not any(map(ENDED.search, own[:-1])) for own in texts)
    if one_sentence or not (level and begins and figures):
        return [row]
    return [tuple(cells[k : k + 1] for cells in row) for k in range(count)]


def _stacked_rows(
    row: tuple[tuple[Cell, ...], ...], lines: Sequence[Line]
) -> list[tuple[tuple[Cell, ...], ...]]:
    """The rows where several columns hold figures at the same heights below each other; none otherwise.

    What stands beside them belongs to the last row that begins above it where it has a line at each of those
    heights, to the next one where its own first line stands above all of them, and else to the nearest.
    """
    columns = [cells for cells in row if _are_figures(cells, lines)]
    heights = [cell.baseline for cell in columns[0]] if columns else []
    if len(columns) < 2 or len(heights) < 2:
        return []
    for cells in columns:
        levels = [cell.baseline for cell in cells]
        if len(levels) != len(heights) or not all(map(cells[0].is_level, levels, heights)):
            return []
    texts = [lines[cell.line].text[cell.start : cell.end] for cells in columns for cell in cells]
    if any(_PART.fullmatch(text) for text in texts) or all(map(_is_narrow, columns)):
        return []  # figures that a narrow cell breaks
    rows: list[list[tuple[Cell, ...]]] = [[] for _ in heights]
    for cells in row:
        own = _beside(cells, heights) if cells else []
        for number, listed in enumerate(rows):
            listed.append(tuple(cell for cell, at in zip(cells, own, strict=True) if at == number))
    return [tuple(listed) for listed in rows]


def _are_figures(cells: Sequence[Cell], lines: Sequence[Line]) -> bool:
    held = sum(holds_figures(cell, lines[cell.line]) for cell in cells)
    return held > 0 and held >= _MOSTLY * len(cells)


def _is_narrow(cells: Sequence[Cell]) -> bool:
    """Whether the widest of these lines may be broken off for want of room: much less stands below it."""
    widest = max(cell.x1 - cell.x0 for cell in cells)
    return any(
        a.x1 - a.x0 > widest - LEVEL_EDGE and b.x1 - b.x0 < _MOSTLY * widest for a, b in pairwise(cells)
    )


def _beside(cells: Sequence[Cell], heights: Sequence[float]) -> list[int]:
    """Which of the rows at these heights, from the top, each line of a cell stands in."""
    if all(any(cell.is_level(cell.baseline, height) for cell in cells) for height in heights):
        if cells[0].is_level(cells[0].baseline, heights[0]):
            return [sum(h > c.baseline - LEVEL * c.size for h in heights) - 1 for c in cells]
        return [min(sum(h > c.baseline + LEVEL * c.size for h in heights), len(heights) - 1) for c in cells]
    near = range(len(heights))
    return [min(near, key=lambda k: abs(heights[k] - cell.baseline)) for cell in cells]


def _runs_full(cells: Sequence[Cell], lines: Sequence[Line], left: float, right: float) -> bool:
    """Whether the first word of a line in a cell between these sides had no room on the line above it."""
    margin = max(0.0, min((min(cell.x0 - left, right - cell.x1) for cell in cells), default=0.0))
    for above, cell in pairwise(cells):
        if cell.line >= len(lines) or " " not in lines[above.line].text[above.start : above.end]:
            continue
        line = lines[cell.line]
        word = line.text[cell.start : cell.end].split(" ", 1)[0]
        width = line.x_edges[cell.start + len(word)] - cell.x0 + WORD_SPACE * line.size
        if above.x1 - above.x0 + width > right - left - 2 * margin:
            return True
    return False


def _in_reading_order(cell: Cell) -> tuple[float, float]:
    return -cell.baseline, cell.x0


def _part_at_sides(cell: Cell, line: Line, grid: Grid, row: int) -> list[Cell]:
    """The parts of a stretch of text that runs over the sides of cells: the next begins behind each side."""
    parts = [cell]
    column = grid.column_at(cell.x0 + EDGE)
    while column is not None:
        side = grid.edges_of(row, column)[1]
        last = parts[-1]
        if last.x1 <= side + EDGE or side >= grid.xs[-1]:
            break
        spaces = [
            at
            for left, right, at in whites_of(line)
            if last.start < at < last.end and left - EDGE <= side <= right + EDGE
        ]
        if len(spaces) != 1:
            break
        parts[-1:] = [
            *trimmed(last.line, line, last.start, spaces[0]),
            *trimmed(last.line, line, spaces[0], last.end),
        ]
        column = grid.column_at(parts[-1].x0 + EDGE)
    return parts


def _find_by_white(lines: Sequence[Line], start: int, end: int) -> list[Table]:
    """The tables among lines start..end (exclusive) that stand in columns with white between them."""
    return [
        replace(
            table,
            first=table.first + start,
            last=table.last + start,
            rows=tuple(
                tuple(tuple(replace(cell, line=cell.line + start) for cell in column) for column in row)
                for row in table.rows
            ),
        )
        for table in _find_in(lines[start:end])
    ]


def _with_seams(lines: Sequence[Line]) -> tuple[list[Line], list[int]]:
    """The lines, with gaps where several below each other set a figure beside the text before it.

    And where another table begins right below one. A program that writes spaces writes a cell as one text:
    what it sets behind it, however near, is another, where it does so in the same columns of each line.
    """
    parted, others, ended = list(lines), [], 0
    cells = [_at_seams(index, line) for index, line in enumerate(lines)]
    start = 0
    while start < len(cells):
        sides = [SIDES] * len(cells[start])
        end = start
        while end < len(cells) and len(cells[end]) == len(sides):
            shared = [
                at & alike_sides(one, other)
                for at, one, other in zip(sides, cells[start], cells[end], strict=True)
            ]
            if not all(shared):
                break
            sides, end = shared, end + 1
        rows, start = cells[start:end], max(end, start + 1)
        if len(rows) < _SEAMED or len(rows[0]) < 2:
            continue
        columns = list(zip(*rows, strict=True))
        figures = [
            sum(holds_figures(c, lines[c.line]) for c in column) >= _MOSTLY * len(rows) for column in columns
        ]
        listed = len(columns) == 2 and all(MARKER.match(lines[r[0].line].text[: r[0].end]) for r in rows)
        if not listed and all(map(any, pairwise(figures))):
            others += [end - len(rows)] if end - len(rows) == ended > 0 else []
            ended = end
            for row in rows:
                parted[row[0].line] = replace(lines[row[0].line], gaps=tuple(cell.start for cell in row[1:]))
    return parted, others


def _at_seams(index: int, line: Line) -> list[Cell]:
    """The parts of a line between its gaps and where one text ends and another begins without a space."""
    if len(line.runs) < 2:
        return cells_of(index, line)
    begins = seams_of(line)
    seams = [w for w in whites_of(line) if w[2] in begins]
    seams = [w for w in seams if line.text[w[2] - 1].isalnum() or line.text[w[2] - 1] in _CLOSES]
    return [
        part
        for cell in cells_of(index, line)
        for part in cut_at(cell, line, [w for w in seams if cell.start < w[2] < cell.end])
    ]


def _find_in(lines: Sequence[Line]) -> tuple[Table, ...]:
    beside = _side_by_side(lines)
    tables: list[Table] = []
    index = 0
    while index < len(lines):
        if not beside[index]:
            index += 1
            continue
        last = _extend(lines, beside, index)
        free = max((t.last + 1 for t in tables[-1:]), default=0)
        while index > free and _is_beside(lines[index - 1], lines[index], lines[last]):
            index -= 1
        for first, end in _in_blocks(lines, index, last):
            tables += _build_several(lines, first, end) if any(beside[first : end + 1]) else ()
        index = last + 1
    return tuple(tables)


def _with_rows_of_words(table: Table, start: int, end: int, lines: Sequence[Line]) -> Table:
    """The table with the lines right above and below it whose words stand in its columns.

    Those are among lines start..end (exclusive).
    """
    steps = sorted(a.baseline - b.baseline for a, b in pairwise(lines[table.first : table.last + 1]))
    near = _WIDE_STEP * steps[len(steps) // 2] if steps else 0.0
    first, last, rows = table.first, table.last, list(table.rows)
    while first > start and 0 < lines[first - 1].baseline - lines[first].baseline < near:
        row = _row_at(first - 1, lines[first - 1], table.columns)
        if not _lines_up(row, table.columns):
            break
        first, rows = first - 1, [row, *rows]
    while last + 1 < end and 0 < lines[last].baseline - lines[last + 1].baseline < near:
        row = _row_at(last + 1, lines[last + 1], table.columns)
        if not _lines_up(row, table.columns):
            break
        last, rows = last + 1, [*rows, row]
    return replace(table, first=first, last=last, rows=tuple(rows))


def _lines_up(row: Sequence[Sequence[Cell]], columns: Sequence[tuple[float, float]]) -> bool:
    """Whether each cell of a row begins, ends or has its middle where its column does."""
    return bool(row) and all(
        out_of_line(cell, column) < LEVEL_EDGE
        for cells, column in zip(row, columns, strict=True)
        for cell in cells
    )


def _in_blocks(lines: Sequence[Line], first: int, last: int) -> Iterator[tuple[int, int]]:
    """Lines first..last in stretches between wider white, where other columns stand below it than above."""
    steps = [a.baseline - b.baseline for a, b in pairwise(lines[first : last + 1])]
    usual = _WIDE_STEP * max(0.0, sorted(steps)[len(steps) // 2] if steps else 0.0)
    wide: list[int] = []
    for at, step in enumerate(steps, start=first + 1):
        headed = wide[-1:] == [at - 1] and not lines[at - 1].gaps  # below a heading
        if (step > usual or headed) and usual > 0.0:
            wide.append(at)
    start = above = first  # where rows with the columns `known` began and ended
    known: list[tuple[float, float]] = []
    for at, end in pairwise((first, *wide, last + 1)):
        columns = _columns_of_rows(lines, at, end)
        if known and columns and not are_among(known, columns) and not are_among(columns, known):
            yield start, above - 1
            if above < at:
                yield above, at - 1
            start, known = at, []
        if columns:
            above, known = end, known or columns
    yield start, last


def _columns_of_rows(lines: Sequence[Line], first: int, end: int) -> list[tuple[float, float]]:
    """The columns of lines first..end (exclusive), where those are rows; else none."""
    rows = [cells for index in range(first, end) if len(cells := cells_of(index, lines[index])) > 1]
    whole = len(rows) >= RIVER and len(rows) == end - first
    return find_columns([cell for row in rows for cell in row]) if whole else []


def _side_by_side(lines: Sequence[Line]) -> list[bool]:
    """Which lines have a wide gap in them, or another line at the same height beside them."""
    columned = [has_columns(line) for line in lines]
    order = sorted(range(len(lines)), key=lambda i: lines[i].baseline)
    for position, i in enumerate(order):
        for j in order[position + 1 :]:
            if lines[j].baseline - lines[i].baseline > LEVEL * min(lines[i].size, lines[j].size):
                break
            if lines[i].x1 <= lines[j].x0 or lines[j].x1 <= lines[i].x0:
                columned[i] = columned[j] = True
    narrow = [_narrow_starts(line) for line in lines]
    gaps = [[line.x_edges[gap] for gap in gaps_of(line)] for line in lines]
    level = [
        bool(narrow[i] or narrow[j])
        and any(abs(a - b) < LEVEL_EDGE for a in (*narrow[i], *gaps[i]) for b in (*narrow[j], *gaps[j]))
        for i, j in pairwise(range(len(lines)))
    ]
    for i, aligned in enumerate(level):
        near = gaps[i] or gaps[i + 1] or any(level[max(0, i - 1) : i]) or any(level[i + 1 : i + 2])
        if aligned and near:  # of two lines alone it may be chance
            columned[i] = columned[i + 1] = True
    return columned


def _narrow_starts(line: Line) -> list[float]:
    """Where words begin behind white that is too narrow for a gap but wider than other white of the line."""
    text, edges, least = line.text, line.x_edges, WIDE * line.size
    at = text.find(" ")
    while at >= 0 and edges[at + 1] - edges[at] <= least:
        at = text.find(" ", at + 1)
    if at < 0:  # nearly every line
        return []
    whites = whites_of(line)
    least = max(least, WIDER * min((b - a for a, b, _ in whites[1:]), default=0.0))
    return [
        right
        for n, (left, right, at) in enumerate(whites)
        if right - left > least
        and at not in line.gaps
        and not (n == 0 and MARKER.match(line.text[:at].strip()))
    ]


def _is_beside(label: Line, first: Line, last: Line) -> bool:
    """Whether a line stands left of the rows that follow it, and lower than the first of them."""
    return last.baseline <= label.baseline < first.baseline and label.x1 <= first.x0


def _extend(lines: Sequence[Line], beside: Sequence[bool], first: int) -> int:
    """The last line of the table that begins at `first`."""
    last = index = first
    left, right = lines[first].x0, lines[first].x1
    second = _second_column(lines[first])
    cells = cells_of(first, lines[first])
    within = 0  # lines since the last that go on in a column behind the first
    while index + 1 < len(lines):
        index += 1
        line = lines[index]
        if beside[index]:
            if index - last - 1 - within > _BETWEEN:
                break
            last, within = index, 0
            left, right = min(left, line.x0), max(right, line.x1)
            second = min(second, _second_column(line))
            cells += cells_of(index, line)
        elif (
            line.size > _LARGER * lines[last].size
            and lines[index - 1].baseline - line.baseline > APART * line.size
        ):
            break  # a heading
        elif line.x1 <= second and index - last <= _BETWEEN:
            continue  # perhaps the rest of a first cell
        elif (line.x0 > left + EDGE or line.x1 <= second) and _stands_in(cells, line):
            within += 1
        elif line.x1 - line.x0 > 0.6 * (right - left) and (line.x0 <= left + 2 or line.x0 < second < line.x1):
            break  # a line across the columns is text again
    # The rest of a cell that goes on below the last shared line.
    while last + 1 < len(lines) and _is_rest(lines, first, last):
        last += 1
    return last


def _stands_in(cells: Sequence[Cell], line: Line) -> bool:
    """Whether a line is set below a cell of three columns or more: of two, one may be the margin."""
    several = len({round(cell.x0) for cell in cells}) >= SEVERAL
    sides = ((line.x0 - c.x0, line.x1 - c.x1, (line.x0 + line.x1 - c.x0 - c.x1) / 2) for c in cells)
    return several and any(min(map(abs, apart)) < LEVEL_EDGE for apart in sides)


def _starts(line: Line) -> list[float]:
    """Where the cells of a line begin."""
    return [line.x0, *(line.x_edges[gap] for gap in line.gaps)]


def _second_column(line: Line) -> float:
    return line.x_edges[line.gaps[0]] if line.gaps else float("inf")


def _is_rest(lines: Sequence[Line], first: int, last: int) -> bool:
    line, above = lines[last + 1], lines[last]
    rows = lines[first : last + 1]
    if line.x0 <= min(entry.x0 for entry in rows) + 2 or abs(line.size - above.size) >= 0.5:
        return False
    step = above.baseline - line.baseline
    # A row of which only one cell is filled stands as far below as rows do, where a cell begins or ends.
    usual = min((a.baseline - b.baseline for a, b in pairwise(rows) if a.baseline > b.baseline), default=0.0)
    level = any(abs(line.x0 - x) < LEVEL_EDGE for entry in rows for x in _starts(entry))
    return 0 < step < APART * line.size or level and 0 < step < 1.05 * usual


def _build_several(lines: Sequence[Line], first: int, last: int) -> list[Table]:
    """The tables of lines first..last: one, or more right below each other."""
    table = _build(lines, first, last)
    at = _next_head(table, lines) if table else 0
    if at:
        return [*_build_several(lines, first, at - 1), *_build_several(lines, at, last)]
    return [table] if table else []


def _next_head(table: Table, lines: Sequence[Line]) -> int:
    """The line of a head which leaves columns empty with all rows below it that all above fill; 0 if none is.

    That is the head of another table.
    """
    for number in range(RIVER, len(table.rows) - RIVER):
        above, (head, *rows) = table.rows[:number], table.rows[number:]
        empty = (k for k, part in enumerate(head[:-1]) if k and not any((part, *(row[k] for row in rows))))
        texts = [lines[cell.line].text[cell.start : cell.end] for part in head[1:] for cell in part]
        start = min((cell.line for part in head for cell in part), default=0)
        below = start > max(cell.line for row in above for part in row for cell in part)
        if (
            below
            and texts
            and all(map(_HEAD.fullmatch, texts))
            and any(all(row[k] for row in above) for k in empty)
        ):
            return start
    return 0


def _build(lines: Sequence[Line], first: int, last: int, known: Sequence[Cell] = ()) -> Table | None:
    """The table of lines first..last; None where they are none. `known`: the cells, where those are sure."""
    drawn = [cell for index in range(first, last + 1) for cell in cells_of(index, lines[index])]
    cells = list(known) or [
        part
        for cell in cut_at_starts(cut_at_rivers(drawn, lines), lines)
        for part in figures_apart(cell, lines[cell.line])
    ]
    figures = 3 * sum(holds_figures(cell, lines[cell.line]) for cell in cells) > len(cells)
    columns = with_sparse(find_columns(cells, figures=figures), cells, lines)
    if len(columns) < 2:
        return None
    cells = [part for cell in cells for part in split_over(cell, lines[cell.line], columns)]
    cells = _beside_their_rows(cells, lines)
    columns = with_sparse(find_columns(below_head(cells), figures=figures), cells, lines)
    if len(columns) < 2:
        return None
    placed = [(column_of(cell, columns), cell) for cell in cells]
    if _is_prose(placed, len(columns), lines):
        return None
    rows = _join_rests(_rows_in_order(placed), lines)
    if len(rows) < 2 and len({round(cell.baseline) for cell in cells}) > 1:
        rows = _rows_by_height(placed)
    if all(_is_sentence(texts) for texts in _by_column(placed, len(columns), lines)) or (
        len(columns) == 2 and any(runs_on(texts) for texts in _cell_texts(rows, lines))
    ):
        # Each column is one sentence, or text beside a few words: the rest of it may stand on a shared line.
        row = _arrange(sorted(placed, key=lambda entry: entry[0]), len(columns))
        return Table(first, last, (row,), tuple(columns), True)
    rows = _join_labels(_rows_of_columns(placed, len(columns), lines) or rows)
    full = sum(len({column for column, _ in row}) > 1 for row in rows)
    if not full:
        return None
    arranged = tuple(_arrange(row, len(columns)) for row in rows)
    return Table(first, last, arranged, tuple(columns), full > 1)


def _beside_their_rows(cells: Sequence[Cell], lines: Sequence[Line]) -> list[Cell]:
    """The cells, of which those that were read on with a label beside rows stand ahead of the rest of theirs.

    A label that stands lower than the first of its rows is drawn ahead of them, and level with one of them.
    """
    ordered: list[Cell] = []
    late: dict[int, list[Cell]] = {}
    last = max((cell.line for cell in cells), default=0)
    for number, group in groupby(cells, key=lambda cell: cell.line):
        first, *others = group
        read_on = others and others[0].start not in lines[number].gaps
        at = _rest_of_row(lines, number, last, others[-1].x1) if read_on else number
        ordered += [*late.pop(number, ()), first]
        if at > number:
            late[at] = others
        else:
            ordered += others
    return ordered


def _rest_of_row(lines: Sequence[Line], number: int, last: int, end: float) -> int:
    """Which line goes on with a row behind `end`, where line `number` is drawn ahead of those above it.

    Its own number where it is not.
    """
    line, play = lines[number], LEVEL * lines[number].size
    following = [lines[at] for at in range(number + 1, last + 1)]
    following = list(takewhile(lambda one: one.baseline > line.baseline - play, following))
    if not following or following[0].baseline < line.baseline + play or following[0].x0 > end:
        return number
    level = (
        at
        for at, one in enumerate(following, start=1)
        if one.x0 >= end and one.baseline < line.baseline + play
    )
    return number + next(level, 0)


def _is_prose(placed: Sequence[tuple[int, Cell]], count: int, lines: Sequence[Line]) -> bool:
    """Whether these are columns of running text: lines that go down one column and then the next."""
    switches = sum(a[0] != b[0] for a, b in zip(placed, placed[1:], strict=False))
    if switches >= count * 2:
        return False
    by_column = _by_column(placed, count, lines)
    if switches == count - 1 and (all(map(_is_sentence, by_column)) or not _stands_level(placed)):
        return True
    for texts in by_column:
        lengths = sorted(map(len, texts))
        long = len(texts) >= _PROSE and lengths[len(texts) // 2] >= _PROSE_LENGTH
        listed = sum(text[0] in _BULLETS for text in texts) > 1
        if not long and not listed and not runs_on(texts):
            return False
    return True


def _stands_level(placed: Sequence[tuple[int, Cell]]) -> bool:
    """Whether most cells of the longest column stand beside one of another, as those of rows do."""
    longest = Counter(column for column, _ in placed).most_common(1)[0][0]
    own = [cell for column, cell in placed if column == longest]
    heights = sorted(cell.baseline for column, cell in placed if column != longest)
    level = sum(
        bisect_left(heights, cell.baseline - LEVEL * cell.size)
        < bisect_left(heights, cell.baseline + LEVEL * cell.size)
        for cell in own
    )
    return 2 * level >= len(own) or level > 0 and len(own) < _PROSE


def _by_column(placed: Sequence[tuple[int, Cell]], count: int, lines: Sequence[Line]) -> list[list[str]]:
    """What stands in each column, cell by cell."""
    return [
        [lines[cell.line].text[cell.start : cell.end] for k, cell in placed if k == column]
        for column in range(count)
    ]


def _cell_texts(rows: Sequence[Sequence[tuple[int, Cell]]], lines: Sequence[Line]) -> list[list[str]]:
    """What begins in each of two columns, row by row."""
    texts: list[list[str]] = [[], []]
    for row in rows:
        for column, cells in groupby(sorted(row, key=lambda entry: entry[0]), key=lambda entry: entry[0]):
            texts[column].append(" ".join(lines[c.line].text[c.start : c.end] for _, c in cells))
    return texts


def _is_sentence(texts: Sequence[str]) -> bool:
    """Whether lines below each other are one sentence, which ends with the last of them."""
    if len(texts) < 2 or sum(len(text.split()) for text in texts) < _WORDS:
        return False
    ends = [ENDED.search(text) is not None for text in texts]
    return ends[-1] and not any(ends[:-1]) and not any(text[:1].isupper() for text in texts[1:])


def _rows_in_order(placed: Sequence[tuple[int, Cell]]) -> list[list[tuple[int, Cell]]]:
    """Rows as they are drawn: cell by cell from left to right, each cell from top to bottom."""
    rows: list[list[tuple[int, Cell]]] = []
    beside: dict[int, set[int]] = {}
    for column, cell in placed:
        beside.setdefault(cell.line, set()).add(column)
    for column, cell in placed:
        known = {k for k, _ in rows[-1]} if rows else set()
        # Below a head that stands over several columns: nothing above all of this can go on in it.
        under = len(rows) == 1 and rows[0][0][1].line != cell.line and column and 0 in known
        level = (
            bool(rows) and max(c.baseline for _, c in rows[-1]) - min(c.baseline for _, c in rows[-1]) < 1.0
        )
        goes_on = level and rows[-1][-1][0] in beside[cell.line]
        opens = under and goes_on and 0 not in beside[cell.line] and not beside[cell.line] <= known
        if not rows or opens or _opens_row(rows[-1], column, cell):
            rows.append([])
        rows[-1].append((column, cell))
    return rows


def _join_rests(
    rows: Sequence[list[tuple[int, Cell]]], lines: Sequence[Line]
) -> list[list[tuple[int, Cell]]]:
    """The rows, where a row that only goes on with the cells of the one above it is part of that.

    It goes on with their sentences, or holds whole ones below a row that has a first cell, which it has not;
    or it has a cell beside the first of those.
    """
    joined: list[list[tuple[int, Cell]]] = []
    for row in rows:
        above = dict(joined[-1]) if joined else {}
        top = joined[-1][0][1].baseline if joined else 0.0
        beside = any(k not in above and cell.is_level(cell.baseline, top) for k, cell in row)
        if above and (beside or _is_rest_of(above, row, lines) or _breaks_off(joined[-1], row, lines)):
            joined[-1] = sorted([*joined[-1], *row], key=lambda placed: placed[0])
        else:
            joined.append(list(row))
    return joined


def _breaks_off(
    above: Sequence[tuple[int, Cell]], row: Sequence[tuple[int, Cell]], lines: Sequence[Line]
) -> bool:
    """Whether all of a row are the first lines of dates and ranges ("14-10-") that go on in the row below."""
    below = dict(row)
    return all(
        column in below
        and _UNFINISHED.search(lines[cell.line].text[cell.start : cell.end])
        and lines[below[column].line].text[below[column].start].isdigit()
        and 0 < cell.baseline - below[column].baseline < _IN_CELL * cell.size
        for column, cell in above
    )


def _is_rest_of(above: dict[int, Cell], row: Sequence[tuple[int, Cell]], lines: Sequence[Line]) -> bool:
    """Whether a row goes on with the cells of the row above it."""
    cells: dict[int, list[Cell]] = {}
    for column, cell in row:
        cells.setdefault(column, []).append(cell)
    for column, listed in cells.items():
        if column not in above and 1 < len(above) == len(above.keys() & cells.keys()):
            continue  # a cell of one line, at the foot of its row
        step = above[column].baseline - listed[0].baseline if column in above else 0.0
        text = " ".join(lines[cell.line].text[cell.start : cell.end] for cell in listed)
        goes_on = text[0].islower() and 0 < step < APART * listed[0].size and len(listed) == 1
        sentence = len(text.split()) >= _WORDS and ENDED.search(text) is not None
        whole = sentence and column > min(above) and 0 < step < _IN_CELL * listed[0].size
        if not goes_on and not whole:
            return False
    return True


def _join_labels(rows: Sequence[list[tuple[int, Cell]]]) -> list[list[tuple[int, Cell]]]:
    """The rows, where a first cell that stands in the middle of rows without one opens the first of those.

    It stands between two of them, or at one, where no cell above may be the first of all these rows.
    """
    rows = list(rows)
    for at in range(1, len(rows)):  # it may be drawn behind the rows that it stands above
        upper, lower = rows[at - 1], rows[at]
        if {column for column, _ in lower} == {0} and upper[0][1].baseline < lower[0][1].baseline:
            rows[at - 1 : at + 1] = lower, upper
    joined: list[list[tuple[int, Cell]]] = []
    at, free = 0, True
    while at < len(rows):
        above = next((n for n, row in enumerate(rows[at:]) if not _is_headless(row)), 0)
        block = list(rows[at : at + 2 * above + 1])
        if above and len(block) > 2 * above and _is_label_beside(block, above, free):
            first, rest = [
                [entry for entry in block[above] if bool(entry[0]) is right] for right in (False, True)
            ]
            block[above] = rest
            block = [row for row in block if row]
            joined += [[*first, *block[0]], *block[1:]]
            at, free = at + 2 * above + 1, True
            continue
        joined.append(rows[at])
        at, free = at + 1, at == 0
    return joined


def _is_label_beside(block: Sequence[list[tuple[int, Cell]]], middle: int, free: bool) -> bool:
    """Whether the first cell of the row in the middle stands in the middle of all these rows."""
    others = [row for n, row in enumerate(block) if n != middle]
    first = [cell for column, cell in block[middle] if not column]
    alone = len(first) == len(block[middle])
    mean = (first[0].baseline + first[-1].baseline) / 2
    centre = (block[0][0][1].baseline + block[-1][0][1].baseline) / 2
    level = abs(mean - centre) < LEVEL * first[0].size
    return level and (alone or free) and all(map(_is_headless, others))


def _is_headless(row: Sequence[tuple[int, Cell]]) -> bool:
    return all(column for column, _ in row)


def _opens_row(row: Sequence[tuple[int, Cell]], column: int, cell: Cell) -> bool:
    last_column, last = row[-1]
    if column < last_column:
        return True
    if column == last_column:
        return last.baseline - cell.baseline > APART * cell.size
    # The next cell begins no lower than the row does, unless it is another row whose first cells are empty.
    return cell.baseline < min(entry.baseline for _, entry in row) - LEVEL * cell.size


def _rows_by_height(placed: Sequence[tuple[int, Cell]]) -> list[list[tuple[int, Cell]]]:
    """Rows of cells that stand at the same height, for tables that are drawn column by column."""
    rows: list[list[tuple[int, Cell]]] = []
    for column, cell in sorted(placed, key=lambda entry: (-entry[1].baseline, entry[0])):
        if not rows or rows[-1][0][1].baseline - cell.baseline > LEVEL * cell.size:
            rows.append([])
        rows[-1].append((column, cell))
    return rows


def _rows_of_columns(
    placed: Sequence[tuple[int, Cell]], count: int, lines: Sequence[Line]
) -> list[list[tuple[int, Cell]]]:
    """Rows of cells of one or more lines that begin at the same height, drawn one column after the other.

    None at all where not every column has a cell in each row. Figures at the heights of all others are rows.
    """
    columns: dict[int, list[list[tuple[int, Cell]]]] = {}
    last = None
    heights = {round(cell.baseline) for _, cell in placed}
    stretches = [[cell for _, cell in column] for _, column in groupby(placed, key=lambda entry: entry[0])]
    apart = any(len(part) == len(heights) and _are_figures(part, lines) for part in stretches)
    for column, cell in placed:
        if column != last and column in columns:
            return []
        cells = columns.setdefault(column, [])
        if cells and not apart and cells[-1][-1][1].baseline - cell.baseline <= APART * cell.size:
            cells[-1].append((column, cell))
        else:
            cells.append([(column, cell)])
        last = column
    rows = list(zip(*(columns[k] for k in sorted(columns)), strict=False))
    even = len(columns) == count and {len(cells) for cells in columns.values()} == {len(rows)}
    if not even or len(rows) < _LEAST_ROWS:
        return []
    for row in rows:
        tops = [cells[0][1].baseline for cells in row]
        if max(tops) - min(tops) > LEVEL * row[0][0][1].size:
            return []
    return [[entry for cells in row for entry in cells] for row in rows]


def _arrange(row: Sequence[tuple[int, Cell]], count: int) -> tuple[tuple[Cell, ...], ...]:
    return tuple(tuple(cell for column, cell in row if column == k) for k in range(count))
