"""What a document in running text holds: its pairs, a notice, and who, when and about what.

One door for every format: PDF that is no published sheet, Word, ODT, web pages and text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from learninglion.models import Answerer, BlockKind, Document, DocumentKind, Genre, Notice, Span
from learninglion.models.documents import parse_publication_id
from learninglion.parsing.kamervragen.front import Front, read_front, title_from_question
from learninglion.parsing.kamervragen.header import (
    ANSWER_HEADING,
    find_related,
    name_notice,
    parse_answerers,
    parse_received_on,
)
from learninglion.parsing.kamervragen.letters import LetterFacts, find_notice, read_facts
from learninglion.parsing.kamervragen.pairing import (
    Pairing,
    asks_alone,
    find_notice_heading,
    heads_answers,
    pair_up,
)
from learninglion.parsing.kamervragen.parties import attribute
from learninglion.parsing.labels import LabelKind, find_run_on, parse_label
from learninglion.parsing.paragraphs import Paragraph

ADDRESS = "https://zoek.officielebekendmakingen.nl/{identifier}.html"
"""Where a publication stands on the web."""

_TOP = 8  # paragraphs at the head of a document
_ASKING = frozenset(
    (
        Genre.NOTA_NAAR_AANLEIDING_VAN_HET_VERSLAG,
        Genre.SCHRIFTELIJK_OVERLEG,
        Genre.LIJST_VAN_VRAGEN_EN_ANTWOORDEN,
    )
)
"""Papers that hold questions with their answers."""


def fill_in(
    document: Document,
    paragraphs: Sequence[Paragraph],
    spans: Sequence[Span],
    letterhead: Sequence[str] = (),
    title: str = "",
) -> Document:
    """`document` (text, blocks, footnotes) with what its paragraphs, which stand at `spans`, say.

    `title` is what the file calls itself, `letterhead` the lines of its page headers.
    """
    paragraphs, spans = _apart(paragraphs, spans)
    front = read_front(paragraphs, spans, len(paragraphs), letterhead)
    pairing = pair_up(paragraphs, spans, genre=front.genre, is_set=front.is_set)
    first = pairing.first if pairing else len(paragraphs)
    if front.is_set and pairing is not None:
        front = read_front(paragraphs, spans, first, letterhead)
    notice = find_notice(paragraphs, spans, pairing)
    document = replace(document, pairs=pairing.pairs if pairing else (), notice=notice)
    facts = read_facts(paragraphs, spans, first, letterhead, title)
    if front.is_set or document.kind is DocumentKind.KAMERVRAGEN:
        below = " ".join(paragraphs[n].text for n in pairing.headings) if pairing else ""
        document = _with_notice(_as_set(document, front, facts, below), paragraphs, spans, first)
    elif front.genre is not None or front.identifier is not None:
        document = _as_paper(document, front, facts)
    elif pairing is not None or notice is not None:
        document = _as_letter(document, facts, next((p.text for p in paragraphs if heads_answers(p)), ""))
    else:
        document = replace(document, title=facts.subject or document.title, published=facts.published)
    if pairing is not None and not front.is_set:
        document = replace(document, pairs=attribute(document, paragraphs, spans))
    return replace(document, warnings=(*document.warnings, *_warn(document, front, pairing, paragraphs)))


def _apart(paragraphs: Sequence[Paragraph], spans: Sequence[Span]) -> tuple[list[Paragraph], list[Span]]:
    """The paragraphs, those that hold several questions or answers in parts, with the place of each.

    "Vraag 1 Bent u ...? Antwoord 1 Ja." is two; so is the row "Vraag 1 | Bent u ...?" of a table.
    """
    parts: list[Paragraph] = []
    places: list[Span] = []
    for paragraph, span in zip(paragraphs, spans, strict=True):
        if paragraph.kind is BlockKind.TABLE:
            edges = _labelled_cells(paragraph.text)
            kind = BlockKind.PARAGRAPH
        else:
            edges, kind = find_run_on(paragraph.text), paragraph.kind
        if not edges:
            parts.append(paragraph)
            places.append(span)
            continue
        for start, end in pairwise(sorted({0, *edges, len(paragraph.text)})):
            text = paragraph.text[start:end].rstrip("\n |")
            if text:
                parts.append(replace(paragraph, text=text, kind=kind, notes=()))
                places.append(Span(span.start + start, span.start + start + len(text)))
    return parts, places


def _labelled_cells(table: str) -> tuple[int, ...]:
    """Where the cells begin of a table in which questions and answers have labels; nothing of another."""
    cells = [
        (match.start(), match[0]) for match in re.finditer(r"(?:^|(?<= \| ))(?:(?! \| ).)+", table, re.M)
    ]
    labels = [label for _, cell in cells if (label := parse_label(cell)) is not None]
    numbered = any(label.kind is LabelKind.QUESTION and label.numbers for label in labels)
    whole = numbered and any(label.kind is LabelKind.ANSWER for label in labels)
    return tuple(start for start, _ in cells) if whole else ()


def _as_set(document: Document, front: Front, facts: LetterFacts, below: str) -> Document:
    """A set of Kamervragen; `below`: what stands over answers that follow the last question."""
    answerers = front.answerers or parse_answerers(below) or facts.answerers
    sheet = document.kind is DocumentKind.KAMERVRAGEN  # its lay-out says so
    identifier = document.id if sheet and parse_publication_id(document.id) else front.identifier
    first = document.pairs[0].question.of(document.text) if document.pairs else ""
    case = next((name for name in front.related if "Z" in name), "")
    named = f"Antwoord op vragen {case}".strip()
    return replace(
        document,
        id=identifier or document.id,
        url=ADDRESS.format(identifier=identifier) if identifier else document.url,
        kind=DocumentKind.KAMERVRAGEN if identifier or sheet else DocumentKind.LETTER,
        title=front.title or title_from_question(first) or facts.title or named,
        session_year=document.session_year or front.session_year,
        number=document.number or front.number,
        asked_on=front.asked_on,
        received_on=front.received_on or parse_received_on(below),
        published=facts.published,
        askers=front.askers,
        answerers=answerers,
        ministry=_ministry(answerers),
        introduction=front.introduction,
        related=front.related or find_related(below, identifier),
    )


def _with_notice(
    document: Document, paragraphs: Sequence[Paragraph], spans: Sequence[Span], first: int
) -> Document:
    """A set with the notice in the place of its answers.

    It stands under "Mededeling", or, where only the head calls the reply that, below the last question.
    """
    at = find_notice_heading(paragraphs)
    span: Span | None = None
    pairs = document.pairs
    if at is not None and at + 1 < len(spans) and not any(pair.answer for pair in pairs):
        span = Span(spans[at + 1].start, spans[-1].end)
    announced = next((m for p in paragraphs[:first] if (m := ANSWER_HEADING.match(p.text))), None)
    if span is None and announced is not None and announced["what"].lower() not in {"antwoord", "antwoorden"}:
        span = next((pair.answer for pair in reversed(pairs) if pair.answer is not None), None)
        pairs = tuple(
            replace(pair, answer=None, answer_page=None, answer_numbers=()) if pair.answer == span else pair
            for pair in pairs
        )
    if span is None:
        return document
    return replace(document, pairs=pairs, notice=Notice(name_notice(span.of(document.text)), span))


def _as_paper(document: Document, front: Front, facts: LetterFacts) -> Document:
    """A Kamerstuk, or a paper of a genre; one with pairs is signed by who answers."""
    answerers = facts.answerers if document.pairs else ()
    return replace(
        document,
        id=front.identifier or document.id,
        url=ADDRESS.format(identifier=front.identifier) if front.identifier else document.url,
        title=front.title or facts.subject or document.title,
        session_year=front.session_year,
        number=front.number,
        dossier=front.dossier,
        genre=front.genre,
        published=front.published or facts.published,
        answerers=answerers,
        ministry=_ministry(answerers),
    )


def _as_letter(document: Document, facts: LetterFacts, heading: str) -> Document:
    """A letter; `heading`: who answers and when that was received, where it has the lay-out of a set."""
    answerers = facts.answerers or parse_answerers(heading)
    return replace(
        document,
        kind=DocumentKind.LETTER,
        title=facts.title or document.title,
        published=facts.published,
        asked_on=facts.asked_on,
        received_on=parse_received_on(heading),
        askers=facts.askers,
        answerers=answerers,
        ministry=_ministry(answerers),
        introduction=facts.introduction,
        related=facts.related,
    )


def _ministry(answerers: Sequence[Answerer]) -> str | None:
    """The ministry of who answers first: the portfolio without what a staatssecretaris does in it."""
    portfolio = next((a.portfolio for a in answerers if a.portfolio), None)
    return re.split(r"\s+[–—-]\s+", portfolio)[0] if portfolio else None


def _counts_questions(paragraphs: Sequence[Paragraph]) -> bool:
    """Whether there are labels of several questions ("Vraag 1", "Vraag 2")."""
    labels = [label for label in (parse_label(paragraph.text) for paragraph in paragraphs) if label]
    return len({label.numbers for label in labels if label.kind is LabelKind.QUESTION and label.numbers}) > 1


def _warn(
    document: Document, front: Front, pairing: Pairing | None, paragraphs: Sequence[Paragraph]
) -> tuple[str, ...]:
    """What a reader should know of the pairs, and what the document promises and does not give."""
    warnings = list(pairing.warnings) if pairing and document.notice is None else []
    if not document.pairs and document.notice is None and (front.is_set or front.genre in _ASKING):
        warnings.append("Dit stuk hoort vragen en antwoorden te bevatten, maar er zijn er geen gevonden.")
    elif not document.pairs and document.notice is None and _counts_questions(paragraphs):
        warnings.append("Hier staan genummerde vragen zonder antwoorden; die zijn als gewone tekst gelezen.")
    elif not document.pairs and document.notice is None and asks_alone(paragraphs[:_TOP]):
        warnings.append("Hier staan vragen zonder nummers of antwoorden; die zijn als gewone tekst gelezen.")
    if not front.is_set:
        return tuple(warnings)
    if front.identifier is None and any(pair.answer for pair in document.pairs):
        warnings.append("Het nummer van de publicatie is niet gevonden.")
    if not document.askers:
        warnings.append("Wie de vragen stelde, is niet gevonden.")
    if not document.answerers and any(pair.answer for pair in document.pairs):
        warnings.append("Wie antwoordde, is niet gevonden.")
    if document.received_on is None and any(pair.answer for pair in document.pairs):
        warnings.append("De datum van ontvangst is niet gevonden.")
    return tuple(warnings)
