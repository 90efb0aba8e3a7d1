"""Notes typed as ordinary text at the end of a piece ("1) NOS, 6 maart 2024"), lifted out of the body."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from learninglion.parsing.labels import parse_label
from learninglion.parsing.paragraphs import Note, Paragraph
from learninglion.parsing.scripts import plain_digits, raised

_TYPED = re.compile(
    r"^(?:\[(?P<square>\d{1,3})\]|\(?(?P<round>\d{1,3})\)|(?P<plain>\d{1,2}|[⁰¹²³⁴-⁹]{1,2})\.?(?=\s))\s*(?P<text>\S.*)$",
    re.DOTALL,
)
_LONGEST = 900  # characters; a longer paragraph with a number ahead of it is a list item of the text
# What a note is about: another text. A number without brackets needs this to be a note at all.
_REFERS = re.compile(
    r"https?://|www\.|\b[a-z][\w-]*\.(?:nl|com|org|eu|net|be)\b|\b\d{1,2} [a-z]+ (?:19|20)\d\d\b"
    r"|\b(?:Kamerstuk|Aanhangsel|Handelingen|Stb|Stcrt|ECLI)\b",
    re.IGNORECASE,
)


def lift_typed_notes(paragraphs: Sequence[Paragraph]) -> tuple[tuple[Paragraph, ...], tuple[Note, ...]]:
    """The paragraphs without the notes typed below them and without their marks, and those notes.

    Only what stands at the very end, counts from 1 and is referred to in the text is a note (or plainly is
    one: "[1] https://..."); a numbered list that closes an answer stays where it is.
    """
    start = _first_note(paragraphs)
    if start is None:
        return tuple(paragraphs), ()
    body, notes = paragraphs[:start], _collect(paragraphs[start:])
    asking = sum(note.text.rstrip("\"'”’»)").endswith("?") for note in notes)
    if 2 * asking >= len(notes):  # those are the questions themselves
        return tuple(paragraphs), ()
    refers = all(_REFERS.search(note.text) for note in notes)
    small = not paragraphs[start].text[:1].isascii()  # "¹ Rapport": a raised figure opens no item of a list
    if notes[0].mark.isdigit() and not refers and not small:
        return tuple(paragraphs), ()
    lifted = [without_marks(paragraph, notes) for paragraph in body]
    referred = {key for paragraph in lifted for _, key in paragraph.notes}
    if notes[0].key not in referred and not (refers and notes[0].mark.startswith("[")):
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
    return int(plain_digits(match["square"] or match["round"] or match["plain"]))


def _mark(match: re.Match[str]) -> str:
    if match["square"]:
        return f"[{_number(match)}]"
    return f"{_number(match)})" if match["round"] else str(_number(match))


def _collect(paragraphs: Sequence[Paragraph]) -> list[Note]:
    notes: list[Note] = []
    for paragraph in paragraphs:
        match = _TYPED.match(paragraph.text)
        if match is not None and _number(match) == len(notes) + 1:
            mark = _mark(match)
            notes.append(Note(f"typed:{mark}", match["text"], paragraph.page, mark))
        else:  # an address on a line of its own
            notes[-1] = replace(notes[-1], text=f"{notes[-1].text} {paragraph.text}")
    return notes


def without_marks(paragraph: Paragraph, notes: Sequence[Note]) -> Paragraph:
    """The paragraph without the marks of `notes`, which become its references."""
    text, anchors = paragraph.text, list(paragraph.notes)
    for note in notes:
        for match in reversed(list(_mark_pattern(note.mark).finditer(text))):
            before = text[: match.start()]
            if note.mark.endswith(")") and before.count("(") > before.count(")"):
                continue  # it closes a bracket: "(artikel 1)"
            text = before + text[match.end() :]
            width = match.end() - match.start()
            anchors = [(at - width if at >= match.end() else min(at, match.start()), k) for at, k in anchors]
            anchors.append((match.start(), note.key))
    return replace(paragraph, text=text.rstrip(), notes=tuple(sorted(anchors)))


def _mark_pattern(mark: str) -> re.Pattern[str]:
    """Where a mark stands: behind a word, perhaps after a space: "(nos.nl)”1)?", "Verhoudingen 2), met"."""
    if mark.isdigit():  # glued to what it belongs to, and no part of a number or a name: "bericht»1?"
        # Or raised, and then no power nor unit: "bericht¹", but "10²" and "m²" stay what they are.
        small = raised(mark, "")
        return re.compile(
            rf"(?<=[»”\"’')?!.,a-zà-ÿ]){mark}(?=[\s.,;:?!)]|$)(?<!\d[.,]{mark})"
            rf"|(?<![\d⁰¹²³⁴-⁹⁻])(?<!\bm)(?<!\b[kcdm]m){small}(?![⁰¹²³⁴-⁹])"
        )
    return re.compile(rf"(?<=[^\s\d(]) ?(?<![\d(\[]){re.escape(mark)}")
