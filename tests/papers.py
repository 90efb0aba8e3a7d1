"""Fictional documents with their sources and file, as parsing would hand them to the store."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date

from learninglion.models import Answerer, Asker, Document, Entry, Span, TextLine
from learninglion.parsing.passages import cut
from learninglion.testing import make_document

ID = "ah-tk-20232024-9001"


def paper(
    number: int = 9001,
    answer: str = "Er varen 12 veerponten. Dat blijft zo.",
    *,
    day: date | None = date(2024, 3, 1),
    ministry: str = "Infrastructuur en Waterstaat",
    answerer: str = "Van Test",
    asker: str = "Voorbeeld",
    name: str = "",
) -> tuple[Document, tuple[Entry, ...], bytes]:
    """A document with two pairs and printed lines, its entries, and the bytes it was read from."""
    document = make_document(
        (
            ((1,), "Kent u het bericht over de veerpont bij Duinwijk?", "Ja."),
            ((2, 3), "Hoeveel veerponten varen er?", answer),
        ),
        id=f"ah-tk-20232024-{number}",
        number=number,
        published=day,
        ministry=ministry,
    )
    original = b"%PDF " + document.text.encode()
    document = replace(
        document,
        sha256=hashlib.sha256(original).hexdigest(),
        answerers=(Answerer(answerer, "Minister", ministry),),
        askers=(Asker(asker, "Partij A"),),
        lines=lines_of(document.text),
        source_name=name or f"{number}.pdf",
    )
    return document, cut(document), original


def lines_of(text: str) -> tuple[TextLine, ...]:
    """A printed line for each line of text, every character 5.25 points wide."""
    lines: list[TextLine] = []
    start = 0
    for n, line in enumerate(text.split("\n")):
        edges = tuple(round(72.13 + 5.25 * i, 2) for i in range(len(line) + 1))
        lines.append(TextLine(Span(start, start + len(line)), 1, 700.5 - 14 * n, 711.25 - 14 * n, edges))
        start += len(line) + 1
    return tuple(lines)
