"""Where lines stand: below each other, beside a large first letter, at numbers that count them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from learninglion.parsing.pdf.lines import ASCENT, INITIAL, Line, Run

__all__ = ["set_initials", "sort_bands", "strip_numbers"]

_CORE = 0.5  # of the size above the baseline: where two lines may not meet
_REACH = 8  # lines after the letter in the file among which the one it begins may be
_BESIDE = 1.5  # of the size: as far from the letter as the text may begin
_LEVEL = 0.35  # of the size: so close are the baselines of a line and its number
_LEAST = 3  # numbers of lines: fewer are something else, unless they count in these steps from the first line
_STEPS, _WIDE_STEPS = (1, 2, 5, 10), (5, 10)
_SHARE = 0.8  # of the lines of a page that are numbered where every line is
_NUMBER = re.compile(r"\d{1,4}")
_ENDS = re.compile(r"[.?!:;][\"'”’»)\]]*$")


def sort_bands(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines from top to bottom, where that is the only way to read them.

    A file may draw them in any order. Lines beside each other make a band, which keeps the order of the file;
    where that comes and goes between bands, nothing is sure and all stays as it is.
    """
    level = sorted((k for k in range(len(lines)) if not lines[k].angle), key=lambda k: -lines[k].baseline)
    bands: list[list[int]] = []
    bottom = float("inf")
    for k in level:
        line = lines[k]
        if bands and line.baseline + _CORE * line.size > bottom:
            bands[-1].append(k)
            bottom = min(bottom, line.baseline)
        else:
            bands.append([k])
            bottom = line.baseline
    ordered = [sorted(band) for band in bands]
    if any(band[-1] - band[0] >= len(band) for band in ordered):
        return tuple(lines)
    turned = [line for line in lines if line.angle]
    return (*(lines[k] for band in ordered for k in band), *turned)


def set_initials(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines with a large first letter put at the head of the line that it begins."""
    found = list(lines)
    for index, initial in enumerate(lines):
        text = initial.text.lstrip("\"'“‘«„")
        if len(text) != 1 or not text.isupper() or initial.angle:
            continue
        beside = [
            k
            for k in range(max(0, index - _REACH), min(len(lines), index + _REACH))
            if k != index and found[k] is lines[k] and _is_beside(initial, lines[k])
        ]
        first = max(beside, key=lambda k: lines[k].baseline, default=None)
        if first is None or not lines[first].text[0].isalpha():
            continue
        # It hangs from the top of its line, or stands on that and is tall.
        stands = (
            len(beside) == 1 and abs(initial.baseline - lines[first].baseline) < _LEVEL * lines[first].size
        )
        if not stands and not _at_top(initial, lines[first]):
            continue
        for k in beside:  # the letter indents them; they belong to its column
            found[k] = replace(lines[k], x_edges=(initial.x0, *lines[k].x_edges[1:]))
        found[first] = _begin(initial, lines[first])
        found[index] = replace(initial, text="")
    return tuple(line for line in found if line.text)


def _is_beside(initial: Line, line: Line) -> bool:
    distance = line.x0 - initial.x1
    return (
        not line.angle
        and initial.size >= INITIAL * line.size
        and -0.3 * line.size < distance < _BESIDE * line.size + 0.2 * initial.size
        and initial.baseline - 0.4 * line.size <= line.baseline <= initial.y1
    )


def _at_top(initial: Line, line: Line) -> bool:
    return (
        abs(initial.baseline + ASCENT * initial.size - line.baseline - ASCENT * line.size) < 0.8 * line.size
    )


def _begin(initial: Line, line: Line) -> Line:
    """`line` with the letters of `initial` before it."""
    lead = len(initial.text)
    style = line.runs[0].style
    runs = (
        Run(0, lead, style, 0.0),
        *(replace(run, start=run.start + lead, end=run.end + lead) for run in line.runs),
    )
    return replace(
        line,
        text=initial.text + line.text,
        x_edges=(*initial.x_edges[:lead], *line.x_edges),
        runs=runs,
        gaps=tuple(gap + lead for gap in line.gaps),
    )


@dataclass(frozen=True, slots=True)
class _Number:
    """A number that may count a line: which line holds it, as characters start..end of that."""

    value: int
    line: int
    start: int
    end: int
    x0: float
    x1: float
    baseline: float


def strip_numbers(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines without the numbers in the margin that count them; numbers of questions and items stay.

    Numbers of lines count what is printed, also where a sentence runs on from one line to the next.
    """
    for found in (_find_numbers(lines, leading=True), _find_numbers(lines, leading=False)):
        numbers = sorted(found, key=lambda number: -number.baseline)
        if not numbers:
            continue
        rests = {number.line: _rest(lines[number.line], number) for number in numbers}
        kept = [rests.get(k, line) for k, line in enumerate(lines)]
        texts = sorted(
            (line for line in kept if line is not None and not line.angle), key=lambda line: -line.baseline
        )
        if texts and _count_lines(numbers, texts):
            return tuple(line for line in kept if line is not None)
    return tuple(lines)


def _find_numbers(lines: Sequence[Line], leading: bool) -> list[_Number]:
    """The numbers that stand by themselves, or first (or last) in a line with white beside them."""
    found = []
    for index, line in enumerate(lines):
        start = line.gaps[-1] if line.gaps and not leading else 0
        end = line.gaps[0] if line.gaps and leading else len(line.text)
        text = line.text[start:end].rstrip()
        if _NUMBER.fullmatch(text) and not line.angle:
            x0, x1 = line.x_edges[start], line.x_edges[start + len(text)]
            found.append(_Number(int(text), index, start, end, x0, x1, line.baseline))
    return found


def _rest(line: Line, number: _Number) -> Line | None:
    """What of a line stands beside its number."""
    start, end = (number.end, len(line.text)) if not number.start else (0, number.start)
    text = line.text[start:end].rstrip()
    if not text:
        return None
    end = start + len(text)
    runs = tuple(
        replace(run, start=max(run.start, start) - start, end=min(run.end, end) - start)
        for run in line.runs
        if run.end > start and run.start < end
    )
    gaps = tuple(gap - start for gap in line.gaps if start < gap < end)
    size = max(run.style.size for run in runs)
    edges = line.x_edges[start : end + 1]
    return replace(line, text=text, x_edges=edges, runs=runs, gaps=gaps, size=size)


def _count_lines(numbers: Sequence[_Number], texts: Sequence[Line]) -> bool:
    """Whether the numbers stand outside all text, each at a line, and go up as the lines go down."""
    left = max(number.x1 for number in numbers) <= min(line.x0 for line in texts)
    if not left and min(number.x0 for number in numbers) < max(line.x1 for line in texts):
        return False
    few = len(numbers) < _LEAST
    if few and not left:
        return False
    steps = {b.value - a.value for a, b in pairwise(numbers)} or {numbers[0].value}
    if len(steps) != 1 or (step := steps.pop()) not in (_WIDE_STEPS if few else _STEPS):
        return False
    rows: list[list[Line]] = []
    for line in texts:
        if rows and rows[-1][0].baseline - line.baseline < _LEVEL * line.size:
            rows[-1].append(line)
        else:
            rows.append([line])
    at: list[int] = []
    for number in numbers:
        level = (
            k for k, row in enumerate(rows) if abs(row[0].baseline - number.baseline) < _LEVEL * row[0].size
        )
        row = next(level, None)
        if row is None:
            return False
        at.append(row)
    if few:  # each says exactly how many lines there are down to it
        return all(row + 1 == number.value for row, number in zip(at, numbers, strict=True))
    if any(b - a != step for a, b in pairwise(at)) or step == 1 and len(numbers) < _SHARE * len(rows):
        return False
    runs_on = (
        row > 0 and rows[row][0].text[0].islower() and not _ENDS.search(rows[row - 1][-1].text) for row in at
    )
    return any(runs_on) or step > 1
