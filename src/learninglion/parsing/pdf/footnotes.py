"""Notes at the foot of a page, and the small raised marks in the text that refer to them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from learninglion.parsing.pdf.lines import Line, Page, Run

_SMALL = 0.94  # of the body size: notes are set smaller than the text
_APART = 1.45  # of the size: a larger step down is white
_RAISED = 0.12  # of the size: a mark stands that far above its line
_MARK = re.compile(r"\(?(\d{1,3}|[*†‡]{1,3}|[a-z])\)?$")
_DIGITS = re.compile(r"\d{1,3}|[*†‡]{1,3}|[a-z]")
# "m2", "km3", "10-9" and "CO2" are raised or lowered for another reason.
_UNIT = re.compile(r"(?:^|[^A-Za-z])(?:[kcdmµ]?m|ha|10|[a-z])$")
_SUPERSCRIPT = re.compile(r"[⁰¹²³⁴-⁹]{1,3}")
_PLAIN_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_OPENS = re.compile(r"(?![a-zà-ÿ])\S|www\.|https?:")  # how the text of a note begins
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
    marks: list[Mark] = []
    for index, line in lines:
        for sign in _SUPERSCRIPT.finditer(line.text):
            number = sign.group().translate(_PLAIN_DIGITS)
            like_unit = _UNIT.search(line.text[: sign.start()]) is not None
            marks.append(Mark(number, page, index, *sign.span(), like_unit))
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
                first, last = part.span()
                # "1)" and "(1)" are marks with their brackets.
                first -= text[max(first - 1, 0) : first] == "("
                last += text[last : last + 1] == ")"
                start, end = run.start + first, run.start + last
                marks.append(Mark(part.group(), page, index, start, end, _UNIT.search(before) is not None))
    return marks


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
    marks = {
        mark.mark: page.lines[mark.line].baseline
        for mark in find_marks(((i, page.lines[i]) for i in indices), page.number)
        if mark.start and not mark.like_unit
    }
    notes: list[Note] = []
    taken: set[int] = set()
    current: Note | None = None
    first_note: int | None = None
    foot = min(
        (page.lines[i].baseline for i in indices if page.lines[i].size > _SMALL * body_size), default=1e9
    )
    above: Line | None = None
    for index in indices:
        line = page.lines[index]
        begin = _opens_note(line, body_size, foot, above, current, marks)
        if begin is not None:
            current = Note(begin[0], page.number, [(line, begin[1])])
            notes.append(current)
            first_note = index if first_note is None else first_note
            taken.add(index)
        elif current is not None and _goes_on(current.lines[-1][0], line):
            current.lines.append((line, 0))
            taken.add(index)
        else:
            current = None
        above = line
    return notes, taken | _take_rest(page, indices, body_size, before, first_note)


def _opens_note(
    line: Line,
    body_size: float,
    foot: float,
    above: Line | None,
    current: Note | None,
    marks: Mapping[str, float],
) -> tuple[str, int] | None:
    """The mark that a line begins with, and where the note's own text begins.

    `marks`: what stands raised in the text of the page, with how high on the page.
    """
    first = line.runs[0]
    lead = line.text[: first.end]
    small = line.size <= _SMALL * body_size
    sign = _SUPERSCRIPT.match(line.text)
    if sign is not None and small:
        begin = sign.end()
        lead = sign.group().translate(_PLAIN_DIGITS)
    elif is_raised(first, line) and _MARK.match(lead.strip()):
        # Before 2011 notes have the size of the text: below white or a note, or at the head of a column.
        sign_text, rest = lead.strip(" ()"), line.text[first.end :].strip()
        step = above.baseline - line.baseline if above is not None else -1.0
        apart = not 0 < step <= _APART * line.size or current is not None
        next_one = current is not None and current.mark.isdigit() and sign_text == str(int(current.mark) + 1)
        meant = marks.get(sign_text, 0.0) > line.baseline
        if not small and not next_one and not (apart and (meant or _OPENS.match(rest))):
            return None
        begin = first.end
    else:
        # Without a raised mark only its place tells a note from a row of numbers or an ordinary sentence.
        match = _LEADS.match(line.text)
        expected = int(current.mark) + 1 if current is not None and current.mark.isdigit() else 1
        joined = line.text.startswith(str(expected)) and line.text[len(str(expected)) :][:1].isalnum()
        if small and joined and marks.get(str(expected), 0.0) > line.baseline and not line.gaps:
            return str(expected), len(
                str(expected)
            )  # "1CBS", "12031, tabel 4": its own mark, without a space
        single = len(line.gaps) == 1 and match is not None and line.gaps[0] <= match.end()
        if match is None or not small or line.baseline > foot:
            return None
        later = current is None or not match[1].isdigit() or int(match[1]) >= expected
        meant = marks.get(match[1], 0.0) > line.baseline and not line.gaps and later
        if not meant and not (single and match[1] == str(expected)):
            return None
        begin = match.end()
        lead = match.group()
    mark = _DIGITS.search(lead)
    if mark is None:
        return None
    while begin < len(line.text) and line.text[begin] == " ":
        begin += 1
    return mark.group(), begin


def _goes_on(above: Line, line: Line) -> bool:
    """Whether a line stands right below a line of a note and is set like it."""
    step = above.baseline - line.baseline
    return -0.5 < step < 2.0 * line.size and line.x1 > above.x0 and abs(line.size - above.size) < 0.3


def _take_rest(
    page: Page, indices: Sequence[int], body_size: float, before: Note | None, first_note: int | None
) -> set[int]:
    """Give small lines above the first note of a page to the note that began on the page before.

    They stand below all of the body, one below the other and exactly as that note is set; a table does not.
    """
    if before is None:
        return set()
    small = [i for i in indices if page.lines[i].size <= _SMALL * body_size]
    body = [page.lines[i].baseline for i in indices if page.lines[i].size > _SMALL * body_size]
    lowest = min(body, default=float("inf"))
    limit = page.lines[first_note].baseline if first_note is not None else float("-inf")
    rest = [i for i in small if limit < page.lines[i].baseline < lowest]
    if not rest:
        return set()
    last, begin = before.lines[-1]
    left = last.x_edges[begin]
    for i, following in zip(rest, [*rest[1:], None], strict=True):
        line = page.lines[i]
        if abs(line.x0 - left) > 1.5 or abs(line.size - last.size) > 0.1 or line.gaps:
            return set()
        if following is not None and line.baseline - page.lines[following].baseline < 0.5 * line.size:
            return set()
    before.lines += [(page.lines[i], 0) for i in rest]
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
        ] or [  # notes at the end of the document
            m
            for m in marks
            if m.mark == note.mark and m not in used and not m.like_unit and m.page < note.page
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
