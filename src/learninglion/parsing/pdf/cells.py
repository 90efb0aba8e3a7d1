"""Cells: stretches of printed lines with white around them, and the columns that they stand in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

from learninglion.parsing.labels import JOINED
from learninglion.parsing.pdf.lines import GAP, Line

SIDES = frozenset(range(3))
_ALIGNED, _LETTER = 0.35, re.compile(r"[^\W\d_]")  # of the size
LEVEL = 0.35  # of the size: lines whose baselines are that close stand next to each other
APART = 1.6  # of the size: a larger step down in one column begins another cell
EDGE = 2.5  # points: what is less out of line with a column lines up with it
_TOUCH = 1.5  # points: columns that near are one
_CROSS, _CROSS_ROWS = 0.12, 0.36  # of the cells, of the rows: so few may run over white between columns
LEVEL_EDGE = 0.5  # points: play in where the cells of a column begin or end
WIDE = 0.45  # of the size: white between cells that lines part; between words it is 0.25 to 0.35
RIVER = 2  # lines at least that show the white between two columns
FIGURE = re.compile(r"[€$–−+-]?\s?\d[\d. ,]*\s?%?")
WORD_SPACE = 0.4  # of the size: as far apart as the words of one head stand
_NO_SPACE = 0.4  # of the size: wider than the space of any usual font
_IN_FIGURE = 0.5  # of the size: white inside a figure in thousands is narrower, however wide it is elsewhere
WIDER = 1.3  # times the white between two words of these lines
_MOST_SPACES = 12  # words of heads that stand close together; more is a sentence
SEVERAL = 3  # columns
MARKER = re.compile(rf"(?:[•●▪◦\-–—*\uf0b7]|\(?(?!\d{{3}}){JOINED}[.)]?|\(?[a-z][.)])$", re.IGNORECASE)
_SPACES = re.compile("(?<!€) +")  # an amount is one cell
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3} (?=\d{3}(?!\d))|(?<= \d{3}) (?=\d{3}(?!\d))")


@dataclass(frozen=True, slots=True)
class Cell:
    """A stretch of a line that stands in one column."""

    line: int  # index in the lines given
    start: int
    end: int
    x0: float
    x1: float
    baseline: float
    size: float

    def is_level(self, one: float, other: float) -> bool:
        """Whether two baselines are the same one for text of this size."""
        return abs(one - other) < LEVEL * self.size


def parts_apart(cell: Cell, line: Line) -> list[Cell]:
    """The parts of a stretch between whites that are wider than between words."""
    wide = [w for w in whites_of(line) if w[1] - w[0] > WIDE * line.size and cell.start <= w[2] < cell.end]
    return cut_at(cell, line, wide)


def figures_apart(cell: Cell, line: Line) -> list[Cell]:
    """The figures of a stretch of several, where the white between them is wider than within one."""
    if not FIGURE.fullmatch(line.text[cell.start : cell.end]):
        return [cell]
    inner = line.text[cell.start : cell.end]
    spaces = [cell.start + m.start() for m in _SPACES.finditer(inner)]
    usual = min((line.x_edges[at + 1] - line.x_edges[at] for at in spaces), default=float("inf"))
    thousands = {cell.start + m.end() - 1 for m in _THOUSANDS.finditer(inner)}
    wide = [
        (left, right, at)
        for left, right, at in whites_of(line)
        if cell.start < at < cell.end
        and (right - left > WIDER * usual or (at not in thousands and right - left > _NO_SPACE * line.size))
    ]
    return cut_at(cell, line, wide)


def alike_sides(one: Cell, other: Cell) -> frozenset[int]:
    """At which side two cells are set below each other: 0 left, 1 right, 2 in the middle."""
    apart = other.x0 - one.x0, other.x1 - one.x1, (other.x0 + other.x1 - one.x0 - one.x1) / 2
    return frozenset(side for side in SIDES if abs(apart[side]) < _ALIGNED * one.size)


def holds_figures(cell: Cell, line: Line) -> bool:
    """Whether there is no letter in a cell."""
    return _LETTER.search(line.text, cell.start, cell.end) is None


def are_among(some: Sequence[tuple[float, float]], columns: Sequence[tuple[float, float]]) -> bool:
    """Whether each of some columns begins, ends or has its middle where one of the others has."""
    return all(
        any(
            min(abs(a - left), abs(b - right), abs(a + b - left - right) / 2) < EDGE
            for left, right in columns
        )
        for a, b in some
    )


def whites_of(line: Line) -> list[tuple[float, float, int]]:
    """The white between the words of a line: from where to where, and its last place in the text.

    Not inside an amount or a figure in thousands, which is no wider than between words.
    """
    spaces = [match.span() for match in _SPACES.finditer(line.text)]
    whites = [(line.x_edges[start], line.x_edges[end], end - 1) for start, end in spaces]
    usual = min(WIDER * min((right - left for left, right, _ in whites), default=0.0), _IN_FIGURE * line.size)
    inside = {match.end() - 1 for match in _THOUSANDS.finditer(line.text)}
    return [white for white in whites if white[2] not in inside or white[1] - white[0] > usual]


def has_columns(line: Line) -> bool:
    """Whether a line has a gap that is not just the space behind the mark of a list item."""
    return bool(gaps_of(line))


def gaps_of(line: Line) -> list[int]:
    """Where the cells of a line begin after its first; the text behind the mark of a list item is none."""
    return [gap for gap in line.gaps if not MARKER.match(line.text[:gap].strip())]


def cut_at_rivers(cells: Sequence[Cell], lines: Sequence[Line]) -> list[Cell]:
    """The cells, cut where white that is wider than between words runs down between two columns.

    Columns may stand closer together than the gaps that part a line: what one line shows by chance, several
    below each other do not. One head may stand over two columns.
    """
    spaces = {n: [b - a for a, b, _ in whites_of(lines[n])] for n in {cell.line for cell in cells}}
    usual = min(map(min, filter(None, spaces.values())), default=0.0)
    wide = []
    for cell in cells:
        least = min(spaces[cell.line], default=0.0)  # several such whites are those between words
        words = sum(white < WIDER * least for white in spaces[cell.line]) >= SEVERAL
        wide.append(_wide_whites(cell, lines[cell.line], WIDER * (least if words else usual), sure=words))
    parts = [
        part for cell, at in zip(cells, wide, strict=True) for part in cut_at(cell, lines[cell.line], at)
    ]
    by_line: dict[int, list[Cell]] = {}
    for part in parts:
        by_line.setdefault(part.line, []).append(part)
    rivers = []
    for (_, left), (right, _) in pairwise(find_columns(parts)):
        across = [row for row in by_line.values() if row[0].x0 < left and right < row[-1].x1]
        crossed = sum(any(part.x0 < left and right < part.x1 for part in row) for row in across)
        if len(across) - crossed >= RIVER and len(across) > 3 * crossed:
            rivers.append((left, right))
    chosen = [[w for w in at if any(w[0] < right and left < w[1] for left, right in rivers)] for at in wide]
    return [
        part for cell, at in zip(cells, chosen, strict=True) for part in cut_at(cell, lines[cell.line], at)
    ]


def cut_at_starts(cells: Sequence[Cell], lines: Sequence[Line]) -> Iterator[Cell]:
    """The cells, cut where a figure or what others hold touches the words before it, where those begin."""
    starts: dict[float, list[str]] = {}
    for cell in cells:
        text = lines[cell.line].text[cell.start : cell.end]
        starts.setdefault(round(cell.x0, 1), []).append(text)
    columns = {x: frozenset(texts) for x, texts in starts.items() if len(texts) >= SEVERAL}
    for cell in cells:
        line = lines[cell.line]
        cuts = [
            at
            for at in range(cell.start + 1, cell.end if columns else 0)
            if (texts := columns.get(round(line.x_edges[at], 1))) and line.text[:at].rstrip()[-1:].isalpha()
            if line.text[at : cell.end] in texts or _LETTER.search(line.text, at, cell.end) is None
        ]
        yield from cut_at(cell, line, [(line.x_edges[at], line.x_edges[at], at) for at in cuts])


def _wide_whites(cell: Cell, line: Line, usual: float, *, sure: bool) -> list[tuple[float, float, int]]:
    """The white in a cell that is wider than between words, but not behind the mark of a list item.

    `usual`: what white between words is at most; where that is wide and not `sure`, it tells nothing.
    """
    least = max(WIDE * line.size, usual if sure or usual < 2 * WIDE * line.size else 0.0)
    return [
        (left, right, at)
        for left, right, at in whites_of(line)
        if least < right - left <= GAP * line.size and cell.start <= at < cell.end
        if not _is_item(line.text[cell.start : at + 1].strip())
    ]


def _is_item(mark: str) -> bool:
    """Whether this is the mark of a list item; a figure may be a cell."""
    return MARKER.match(mark) is not None and not mark[-1].isdecimal()


def cut_at(cell: Cell, line: Line, whites: Sequence[tuple[float, float, int]]) -> list[Cell]:
    """The parts of a cell between some of its whites."""
    bounds = pairwise((cell.start, *(at for _, _, at in whites), cell.end))
    return [part for start, end in bounds for part in trimmed(cell.line, line, start, end)]


def cells_of(index: int, line: Line) -> list[Cell]:
    """The stretches of a line between its gaps; `index`: which line it is."""
    bounds = [0, *line.gaps, len(line.text)]
    pairs = zip(bounds, bounds[1:], strict=False)
    return [cell for start, end in pairs for cell in trimmed(index, line, start, end)]


def trimmed(index: int, line: Line, start: int, end: int) -> list[Cell]:
    """The stretch of a line without the space around it; none where there is nothing else."""
    text = line.text[start:end]
    begin, stop = start + len(text) - len(text.lstrip()), start + len(text.rstrip())
    if begin >= stop:
        return []
    x0, x1 = line.x_edges[begin], line.x_edges[stop]
    return [Cell(index, begin, stop, x0, x1, line.baseline, line.size)]


def split_over(cell: Cell, line: Line, columns: Sequence[tuple[float, float]]) -> list[Cell]:
    """The parts of a cell that runs over several columns: heads that stand close together.

    Cut so that each part lines up with its column: left, right or in the middle; whole where it cannot, or
    where its words are as close as those of one head that stands in the middle over all of them. Figures may
    be as close as that.
    """
    over = [column for column in columns if cell.x0 < column[1] + EDGE and column[0] - EDGE < cell.x1]
    spaces = [at for _, _, at in whites_of(line) if cell.start <= at < cell.end]
    if len(over) < 2 or len(spaces) > _MOST_SPACES:
        return [cell]
    white = max((line.x_edges[i + 1] - line.x_edges[i] for i in spaces), default=0.0)
    close = white < WORD_SPACE * cell.size
    best, least = [cell], LEVEL_EDGE if close else EDGE
    for cuts in combinations(spaces, len(over) - 1):
        bounds = [cell.start, *cuts, cell.end]
        pairs = zip(bounds, bounds[1:], strict=False)
        parts = [part for start, end in pairs for part in trimmed(cell.line, line, start, end)]
        figures = all(holds_figures(part, line) for part in parts[1:])
        if len(parts) == len(over) and (figures or not close or len(over) >= SEVERAL):
            worst = max(map(out_of_line, parts, over))
            if worst < least:
                best, least = parts, worst
    return best


def seams_of(line: Line) -> set[int]:
    """The spaces of a line that nobody wrote, between texts that were, in a file that writes its spaces."""
    return {run.start - 1 for run in line.runs} & {run.end for run in line.runs} if line.typed else set()


def out_of_line(cell: Cell, column: tuple[float, float]) -> float:
    """How far a cell is from lining up with a column: left, right, or in the middle."""
    left, right = cell.x0 - column[0], cell.x1 - column[1]
    return min(abs(left), abs(right), abs(left + right) / 2)


def find_columns(cells: Sequence[Cell], *, figures: bool = False) -> list[tuple[float, float]]:
    """Stretches of x that hold cells, with white between them that (nearly) no cell crosses.

    `figures`: many of them hold figures, of which few run over white.
    """
    beside = Counter(round(cell.baseline) for cell in cells)
    whole: list[Cell] = []  # what stands line by line in one cell counts once
    listed: list[Cell] = []  # its lines, each of them beside others: rows
    for cell in cells:
        above = whole[-1] if whole else cell
        if whole and _is_set_below(above, cell) and _goes_down(above, cell):
            left, right = min(above.x0, cell.x0), max(above.x1, cell.x1)
            whole[-1] = replace(above, x0=left, x1=right, baseline=cell.baseline)
            listed.append(cell)
        else:
            whole += listed if _are_rows(listed, beside) else []
            whole.append(cell)
            listed = []
    cells = [*whole, *(listed if _are_rows(listed, beside) else [])]
    edges = sorted({edge for cell in cells for edge in (cell.x0, cell.x1)})
    rows = len({round(cell.baseline) for cell in cells})
    allowed = min(_CROSS * len(cells), _CROSS_ROWS * rows if figures else len(cells))
    columns: list[tuple[float, float]] = []
    for left, right in zip(edges, edges[1:], strict=False):
        middle = (left + right) / 2
        covered = sum(cell.x0 < middle < cell.x1 for cell in cells)
        if covered <= allowed:
            continue
        if columns and left - columns[-1][1] < _TOUCH:
            columns[-1] = (columns[-1][0], right)
        else:
            columns.append((left, right))
    return columns


def with_sparse(
    columns: Sequence[tuple[float, float]], cells: Sequence[Cell], lines: Sequence[Line]
) -> list[tuple[float, float]]:
    """The columns, with those that a few rows alone have: figures beside others, where no column is."""
    figures = [holds_figures(cell, lines[cell.line]) for cell in cells]
    beside = {
        cell
        for (one, first), (other, second) in pairwise(zip(cells, figures, strict=True))
        if first and second and one.line == other.line
        for cell in (one, other)
    }
    sparse: list[tuple[float, float]] = []
    for cell in sorted(beside, key=lambda one: one.x0):
        if any(cell.x0 < right + _TOUCH and left - _TOUCH < cell.x1 for left, right in columns):
            continue
        if sparse and cell.x0 < sparse[-1][1] + _TOUCH:
            sparse[-1] = (sparse[-1][0], max(sparse[-1][1], cell.x1))
        else:
            sparse.append((cell.x0, cell.x1))
    return sorted([*columns, *sparse])


def below_head(cells: Sequence[Cell]) -> list[Cell]:
    """The cells without those of a first line that has fewer than the next: heads over several columns."""
    count = Counter(cell.line for cell in cells)
    first, second, *others = [*sorted(count), None, None]
    over = second is not None and others[:1] != [None] and 1 < count[first] < count[second]
    return [cell for cell in cells if not over or cell.line != first]


def _is_set_below(above: Cell, cell: Cell) -> bool:
    """Whether a cell begins, or ends, where the one above it does."""
    return min(abs(above.x0 - cell.x0), abs(above.x1 - cell.x1)) < LEVEL_EDGE


def _are_rows(listed: Sequence[Cell], beside: Counter[int]) -> bool:
    return len(listed) >= SEVERAL and all(beside[round(cell.baseline)] > SEVERAL for cell in listed)


def _goes_down(above: Cell, cell: Cell) -> bool:
    return 0 < above.baseline - cell.baseline < APART * cell.size


def column_of(cell: Cell, columns: Sequence[tuple[float, float]]) -> int:
    """The column a cell shares most of its width with, else the nearest."""

    def fit(k: int) -> tuple[float, float]:
        left, right = columns[k]
        shared = min(cell.x1, right) - max(cell.x0, left)
        # A heading across several columns stands in the first of them.
        return (float("inf") if shared > 0.5 * min(right - left, cell.x1 - cell.x0) else shared, -k)

    return max(range(len(columns)), key=fit)
