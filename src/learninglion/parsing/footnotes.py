"""Notes at the foot of a page, and the small raised marks in the text that refer to them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from learninglion.parsing.pdf import Line, Page, Run

__all__ = ["Mark", "Note", "collect_notes", "find_marks", "match_marks"]

_SMALL = 0.94  # of the body size: notes are set smaller than the text
_RAISED = 0.12  # of the size: a mark stands that far above its line
_MARK = re.compile(r"\(?(\d{1,3}|[*†‡]{1,3}|[a-z])\)?$")
_DIGITS = re.compile(r"\d{1,3}|[*†‡]{1,3}|[a-z]")
# "m2", "km3", "10-9" and "CO2" are raised or lowered for another reason.
_UNIT = re.compile(r"(?:^|[^A-Za-z])(?:[kcdmµ]?m|ha|10|[a-z])$")
_LEADS = re.compile(r"\s*(\d{1,3}|[*†‡]{1,3})\)?\s+")


@dataclass(slots=True)
class Note:
    """A note: its mark, and its lines with where its own text begins in the first of them."""

    mark: str
    page: int
    lines: list[tuple[Line, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Mark:
    """A raised mark in the text: characters start..end of a line that refer to note `mark`."""

    mark: str
    page: int
    line: int  # index among the lines of the page
    start: int
    end: int
    like_unit: bool  # may as well be the 2 of m2


def find_marks(lines: Iterable[tuple[int, Line]], page: int) -> list[Mark]:
    """Everything in these lines that is set like a reference to a note."""
    found: list[Mark] = []
    for index, line in lines:
        if len(line.runs) < 2:
            continue
        for run in line.runs:
            if not is_raised(run, line):
                continue
            text = line.text[run.start : run.end]
            if not _is_mark(text):
                continue
            before = line.text[: run.start]
            for part in _DIGITS.finditer(text):
                start, end = run.start + part.start(), run.start + part.end()
                found.append(Mark(part.group(), page, index, start, end, _UNIT.search(before) is not None))
    return found


def is_raised(run: Run, line: Line) -> bool:
    """Whether a run is set smaller and higher than its line."""
    return run.style.size < 0.85 * line.size and run.rise > _RAISED * line.size


def _is_mark(text: str) -> bool:
    parts = re.split(r"[\s,;]+", text.strip(" ,;"))
    return all(_MARK.match(part) for part in parts)


def collect_notes(
    page: Page, indices: Sequence[int], body_size: float, before: Note | None
) -> tuple[list[Note], set[int]]:
    """The notes among these lines of a page, and the indices of the lines they take.

    `before`: the last note of the page before; small lines above the first mark go on with it.
    """
    notes: list[Note] = []
    taken: set[int] = set()
    current: Note | None = None
    opened: list[int] = []
    for index in indices:
        line = page.lines[index]
        if line.size > _SMALL * body_size:
            current = None
            continue
        begin = _opens_note(line)
        if begin is not None:
            current = Note(begin[0], page.number, [(line, begin[1])])
            notes.append(current)
            opened.append(index)
            taken.add(index)
        elif current is not None and not _is_far(current.lines[-1][0], line):
            current.lines.append((line, 0))
            taken.add(index)
    taken |= _take_rest(page, indices, body_size, before, opened[0] if opened else None)
    return notes, taken


def _opens_note(line: Line) -> tuple[str, int] | None:
    """The mark that a line begins with, and where the note's own text begins."""
    first = line.runs[0]
    text = line.text[: first.end]
    if is_raised(first, line) and _MARK.match(text.strip()):
        mark = _DIGITS.search(text)
        begin = first.end
    else:
        lead = _LEADS.match(line.text)
        # Without a raised mark only a gap tells the mark from a sentence that begins with a number.
        if lead is None or not any(gap <= lead.end() for gap in line.gaps):
            return None
        mark, begin = _DIGITS.search(lead.group()), lead.end()
    if mark is None:
        return None
    while begin < len(line.text) and line.text[begin] == " ":
        begin += 1
    return mark.group(), begin


def _is_far(above: Line, line: Line) -> bool:
    """Whether a line stands elsewhere than right below a note."""
    step = above.baseline - line.baseline
    return step < -0.5 or step > 2.6 * line.size or line.x1 < above.x0


def _take_rest(
    page: Page, indices: Sequence[int], body_size: float, before: Note | None, first_note: int | None
) -> set[int]:
    """Give small lines above the first note of a page to the note that began on the page before."""
    if before is None:
        return set()
    body = [page.lines[i].baseline for i in indices if page.lines[i].size > _SMALL * body_size]
    lowest = min(body, default=float("inf"))
    rest = []
    for index in indices:
        line = page.lines[index]
        if first_note is not None and line.baseline <= page.lines[first_note].baseline:
            continue
        if line.size <= _SMALL * body_size and line.baseline < lowest and not line.gaps:
            rest.append(index)
    last = before.lines[-1][0]
    if (
        not rest
        or abs(page.lines[rest[0]].x0 - last.x0) > 12
        or abs(page.lines[rest[0]].size - last.size) > 0.6
    ):
        return set()
    before.lines += [(page.lines[index], 0) for index in rest]
    return set(rest)


def match_marks(notes: Sequence[Note], marks: Sequence[Mark]) -> tuple[dict[int, Mark], set[Mark]]:
    """The mark of each note (by its position), and every mark that refers to some note.

    A note's mark stands on its own page, else on the page before; "m2" is only taken where nothing else
    can be meant.
    """
    anchors: dict[int, Mark] = {}
    used: set[Mark] = set()
    for position, note in enumerate(notes):
        choices = [
            m
            for m in marks
            if m.mark == note.mark and m not in used and note.page - 1 <= m.page <= note.page + 1
        ]
        if choices:
            best = min(choices, key=lambda m: (m.like_unit, _distance(m.page, note.page)))
            anchors[position] = best
            used.add(best)
    known: Collection[tuple[str, int]] = {(note.mark, note.page) for note in notes}
    numbers = {note.mark for note in notes if note.mark.isdigit()}
    again = {
        m
        for m in marks
        if m not in used
        and not m.like_unit
        and ((m.mark, m.page) in known or (m.mark.isdigit() and m.mark in numbers))
    }
    return anchors, used | again


def _distance(mark_page: int, note_page: int) -> int:
    return 0 if mark_page == note_page else 1 if mark_page < note_page else 2
