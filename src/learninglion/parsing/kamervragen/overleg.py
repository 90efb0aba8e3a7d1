"""Questions without labels: a schriftelijk overleg by fraction, a nota in running text, a list in a table."""

from __future__ import annotations

import re
from collections.abc import Sequence

from learninglion.models import BlockKind, QAPair, Span
from learninglion.parsing.kamervragen.fractions import name_fractions
from learninglion.parsing.kamervragen.parts import Found, Part
from learninglion.parsing.labels import LabelKind, parse_label, parse_numbers
from learninglion.parsing.paragraphs import Paragraph

__all__ = ["find_by_fraction", "find_in_prose", "pair_in_tables"]

_ANSWERING = re.compile(
    r"^(?:(?:II|B|2)[.)]?\s+)?(?:Antwoord(?:en)?|Reactie|Beantwoording)\b[^.?!]{0,90}$|^(?:II|B)[.)]?\s+.{0,60}\b(?:reactie|antwoord)\b",
    re.IGNORECASE,
)
_FRACTION = re.compile(r"\bfracties?\b[^.?!]{0,40}$", re.IGNORECASE)
_MEMBERS = re.compile(r"^(?:[^.?!]{0,60}\b)?(?:[Dd]e|[Dd]eze|[Gg]enoemde)\s+leden\b|^[^.?!]{0,40}\bfractie\b")
_GOVERNMENT = re.compile(r"(?:De\s+(?:regering|minister|staatssecretaris)|Het\s+kabinet|Ik|Wij)\b")
_ASKS = re.compile(
    r"\?|\b(?:vragen|vraagt|verzoeken|verzoekt|vernemen\s+graag|ontvangen\s+graag|horen\s+graag|willen\s+weten|"
    r"zien\s+graag|lezen\s+graag|benieuwd)\b"
)
_CHAPTER = re.compile(r"^(?:\d{1,2}(?:\.\d{1,2})*|[IVX]{1,4})\.? [A-Z][^.?!:;]{2,80}$")
_SIGNED = re.compile(r"^(?:De\s+)?(?:minister|staatssecretaris)\b[^.?!]{0,120},$|^Bijlagen?\b", re.IGNORECASE)
_LONGEST_HEADING = 160


def find_by_fraction(paragraphs: Sequence[Paragraph]) -> Found | None:
    """The parts of an overleg that first gives what each fraction asks and then the answers.

    What a fraction asks is one question, in the order of the document, and what stands under its name in
    the second half its answer; a second half without names answers all. None where there are no halves.
    """
    turns = [n for n, p in enumerate(paragraphs) if n and _is_turn(p)]
    turn = next((n for n in turns if _sections(paragraphs, 0, n)), None)  # a table of contents has none
    if turn is None:
        return None
    asked = _sections(paragraphs, 0, turn)
    answered = _sections(paragraphs, turn + 1, _end(paragraphs, turn + 1))
    found = Found(first=asked[0][1][0] - 1, labels=frozenset())
    order = {name: (number,) for number, (name, _) in enumerate(asked, start=1)}
    found.parts += [Part(LabelKind.QUESTION, order[name], None, body=body) for name, body in asked]
    found.parts += [
        Part(LabelKind.ANSWER, order[name], None, body=body) for name, body in answered if name in order
    ]
    if not answered:
        body = list(range(turn + 1, _end(paragraphs, turn + 1)))
        if body:
            everything = tuple(n for numbers in order.values() for n in numbers)
            found.parts.append(Part(LabelKind.ANSWER, everything, None, body=body))
    return found if any(part.kind is LabelKind.ANSWER for part in found.parts) else None


def _is_turn(paragraph: Paragraph) -> bool:
    return len(paragraph.text) < _LONGEST_HEADING and _ANSWERING.match(paragraph.text) is not None


def _sections(paragraphs: Sequence[Paragraph], start: int, end: int) -> list[tuple[str, list[int]]]:
    """The fractions that have a heading of their own between two places, each with its paragraphs."""
    sections: list[tuple[str, list[int]]] = []
    for index in range(start, end):
        paragraph = paragraphs[index]
        heading = len(paragraph.text) < _LONGEST_HEADING and _FRACTION.search(paragraph.text)
        name = name_fractions(paragraph.text) if heading else ""
        if name:
            sections.append((name, []))
        elif sections and paragraph.kind is not BlockKind.HEADING:
            sections[-1][1].append(index)
    return [(name, body) for name, body in sections if body]


def _end(paragraphs: Sequence[Paragraph], start: int) -> int:
    """Where the text ends that starts at `start`: at a signature or an annex."""
    return next(
        (n for n in range(start, len(paragraphs)) if _SIGNED.match(paragraphs[n].text)), len(paragraphs)
    )


def find_in_prose(paragraphs: Sequence[Paragraph]) -> Found | None:
    """The parts of a text in which a paragraph that says what members ask is followed by its answer."""
    found = Found(labels=frozenset())
    current: Part | None = None
    number = 0
    for index in range(_end(paragraphs, 0)):
        paragraph = paragraphs[index]
        speaks = _MEMBERS.match(paragraph.text) is not None and not _GOVERNMENT.match(paragraph.text)
        if (
            paragraph.kind is BlockKind.HEADING
            or _CHAPTER.match(paragraph.text)
            or (speaks and not _ASKS.search(paragraph.text))
        ):
            current = None
        elif speaks and current is not None and current.kind is LabelKind.QUESTION:
            current.body.append(index)
        elif speaks:
            number += 1
            current = Part(LabelKind.QUESTION, (number,), None, body=[index])
            found.parts.append(current)
        elif current is not None and current.kind is LabelKind.QUESTION:
            current = Part(LabelKind.ANSWER, current.numbers, None, body=[index])
            found.parts.append(current)
        elif current is not None:
            current.body.append(index)
    if not any(part.kind is LabelKind.ANSWER for part in found.parts):
        return None
    found.first = found.parts[0].body[0]
    return found


# --------------------------------------------------------------------------- tables


def pair_in_tables(paragraphs: Sequence[Paragraph], spans: Sequence[Span]) -> tuple[QAPair, ...]:
    """The pairs in tables with a column for questions and one for answers, under a head that says so."""
    pairs: list[QAPair] = []
    columns: tuple[int, int, int | None] | None = None
    for paragraph, span in zip(paragraphs, spans, strict=True):
        if paragraph.kind is not BlockKind.TABLE:
            continue
        at = span.start
        for row in paragraph.text.split("\n"):
            cells = _cells(row, at)
            at += len(row) + 1
            head = _columns([cell for cell, _ in cells])
            if head is not None:
                columns = head
            elif columns is not None and len(cells) > max(columns[0], columns[1]):
                pairs += _row_pair(cells, columns, len(pairs) + 1, paragraph.page)
    return tuple(pairs)


def _cells(row: str, start: int) -> list[tuple[str, Span]]:
    cells = []
    for cell in row.split(" | "):
        cells.append((cell.strip(), Span(start, start + len(cell))))
        start += len(cell) + 3
    return cells


def _columns(cells: Sequence[str]) -> tuple[int, int, int | None] | None:
    """Which columns hold question, answer and number, if these cells are the head of such a table."""
    words = [cell.casefold().strip(" .:") for cell in cells]
    question = next((n for n, word in enumerate(words) if word in ("vraag", "vragen")), None)
    answer = next((n for n, word in enumerate(words) if word in ("antwoord", "antwoorden")), None)
    if question is None or answer is None:
        return None
    number = next(
        (n for n, word in enumerate(words) if word in ("nr", "nummer", "#", "no", "vraagnr", "")), None
    )
    return question, answer, number


def _row_pair(
    cells: Sequence[tuple[str, Span]], columns: tuple[int, int, int | None], count: int, page: int
) -> list[QAPair]:
    question, answer, number = columns
    if not cells[question][0]:
        return []
    label = parse_label(cells[question][0], whole=False)
    numbers = parse_numbers(cells[number][0]) if number is not None else label.numbers if label else ()
    said = cells[answer]
    numbers = numbers or (count,)
    span = cells[question][1]
    if number is None and label is not None and label.numbers:
        span = Span(span.start + label.length + 1, span.end)
    return [
        QAPair(
            numbers,
            span,
            said[1] if said[0] else None,
            page,
            page if said[0] else None,
            numbers if said[0] else (),
        )
    ]
