"""Notes typed as ordinary text at the end of a piece ("1) NOS, 6 maart 2024"), lifted out of the body."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from learninglion.parsing.numbers import parse_label
from learninglion.parsing.paragraphs import Note, Paragraph

__all__ = ["lift_typed_notes"]

_TYPED = re.compile(r"^(?P<mark>\[(?P<square>\d{1,3})\]|\(?(?P<round>\d{1,3})\))\s*(?P<text>\S.*)$", re.DOTALL)
_LONGEST = 900  # characters; a longer paragraph with a number ahead of it is a list item of the text


def lift_typed_notes(paragraphs: Sequence[Paragraph]) -> tuple[tuple[Paragraph, ...], tuple[Note, ...]]:
    """The paragraphs without the notes typed below them and without their marks, and those notes.

    Only what stands at the very end, counts from 1 and is referred to in the text is a note; a numbered
    list that closes an answer stays where it is.
    """
    start = _first_note(paragraphs)
    if start is None:
        return tuple(paragraphs), ()
    body, notes = paragraphs[:start], _collect(paragraphs[start:])
    lifted = [_without_marks(paragraph, notes) for paragraph in body]
    referred = {key for paragraph in lifted for _, key in paragraph.notes}
    if notes[0].key not in referred:
        return tuple(paragraphs), ()
    return tuple(lifted), tuple(notes)


def _first_note(paragraphs: Sequence[Paragraph]) -> int | None:
    """Where the list of notes at the end begins: the last "1)" after which only notes follow."""
    for index in range(len(paragraphs) - 1, -1, -1):
        paragraph = paragraphs[index]
        if parse_label(paragraph.text) is not None or len(paragraph.text) > _LONGEST:
            return None
        match = _TYPED.match(paragraph.text)
        if match is not None and _number(match) == 1:
            return index
    return None


def _number(match: re.Match[str]) -> int:
    return int(match["square"] or match["round"])


def _collect(paragraphs: Sequence[Paragraph]) -> list[Note]:
    notes: list[Note] = []
    for paragraph in paragraphs:
        match = _TYPED.match(paragraph.text)
        if match is not None and _number(match) == len(notes) + 1:
            mark = match["mark"] if match["square"] else f"{_number(match)})"
            notes.append(Note(f"typed:{mark}", match["text"], paragraph.page, mark))
        else:  # an address on a line of its own
            notes[-1] = replace(notes[-1], text=f"{notes[-1].text} {paragraph.text}")
    return notes


def _without_marks(paragraph: Paragraph, notes: Sequence[Note]) -> Paragraph:
    text, anchors = paragraph.text, list(paragraph.notes)
    for note in notes:
        # the words before it, perhaps a space, then the mark: "(nos.nl)”1)?", "Verhoudingen 2), met"
        pattern = re.compile(rf"(?<=[^\s\d(]) ?(?<![\d(\[]){re.escape(note.mark)}")
        for match in reversed(list(pattern.finditer(text))):
            before = text[: match.start()]
            if note.mark.startswith("[") or before.count("(") <= before.count(")"):
                text = before + text[match.end() :]
                width = match.end() - match.start()
                anchors = [(at - width if at >= match.end() else min(at, match.start()), k) for at, k in anchors]
                anchors.append((match.start(), note.key))
    return replace(paragraph, text=text.rstrip(), notes=tuple(sorted(anchors)))
