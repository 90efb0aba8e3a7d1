"""A publication set again from its text: its page feet and its notes stand in the middle of other pages."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from learninglion.parsing.kamervragen.printed import find_feet, find_notes, note_start
from learninglion.parsing.pdf.footnotes import Mark, Note
from learninglion.parsing.pdf.layout import Known
from learninglion.parsing.pdf.lines import Page

_GLUED = re.compile(r"(?:(?<=[a-zà-ÿ?!»”’\")\]])|(?<=[^\d\s][.,;:]))\d{1,2}(?![\w%]|[.,:/-]\d)")
_SAID = (".", "?", "!", "»", "”", "’", ",", ";", ":")
_UNIT = re.compile(r"(?:^|[\s\d/])[kcdm]?m$")


@dataclass(frozen=True, slots=True)
class Retyped:
    """What was read along with the text, as (page number, index of the line), and what is known of it."""

    skipped: frozenset[tuple[int, int]] = frozenset()
    known: Known = Known()


def find_retyped(pages: Sequence[Page], skipped: Collection[tuple[int, int]]) -> Retyped:
    """The feet and notes in the text of these pages; nothing where each foot is at the foot of its page.

    `skipped`: what is known to belong to no text.
    """
    places = [(page, index) for page in pages for index in range(len(page.lines))]
    keys = [(page.number, index) for page, index in places]
    lines = [page.lines[index].text.strip() for page, index in places]
    feet = find_feet(lines)
    if all(keys[at] in skipped for at in feet):
        return Retyped()
    foot = [at in feet for at in range(len(lines))]
    notes: list[Note] = []
    taken: set[int] = set(feet)
    marks: list[Mark] = []
    gone: set[int] = set(feet)  # the text goes on behind these
    after = 0
    for mark, indices in find_notes(lines, foot):
        page, _ = places[indices[0]]
        note = Note(mark, page.number)
        for position, at in enumerate(indices):
            owner, index = places[at]
            line = owner.lines[index]
            indent = len(line.text) - len(line.text.lstrip())
            note.lines.append((line, indent + note_start(lines[at]) if position == 0 else 0))
        notes.append(note)
        taken.update(indices)
        for at in range(after, indices[0]):
            owner, index = places[at]
            if at in taken or keys[at] in skipped:
                continue
            if lines[at] == mark and _stands_apart(lines, at):
                taken.add(at)
                gone.add(at)
                owner, index = places[at - 1]
                place: tuple[int, int] | None = (len(owner.lines[index].text.rstrip()),) * 2
            else:
                place = _refer(owner.lines[index].text, mark)
            if place is not None:
                marks.append(Mark(mark, owner.number, index, *place, False))
                after = at
                break
    behind = frozenset(keys[at + 1] for at in gone if at + 1 < len(keys))
    return Retyped(frozenset(keys[at] for at in taken), Known(tuple(notes), tuple(marks), behind))


def _stands_apart(lines: Sequence[str], at: int) -> bool:
    """Whether a figure that is a line refers to a note: behind a sentence, or inside one that goes on."""
    following = lines[at + 1] if at + 1 < len(lines) else ""
    return at > 0 and (lines[at - 1].endswith(_SAID) or following[:1].islower())


def _refer(text: str, mark: str) -> tuple[int, int] | None:
    """Where a figure glued to a word or a sentence refers to note `mark`: "het bericht?1"."""
    matches = (match for match in _GLUED.finditer(text) if match.group() == mark)
    return next((match.span() for match in matches if not _UNIT.search(text[: match.start()])), None)
