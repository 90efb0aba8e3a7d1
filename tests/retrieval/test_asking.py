"""Questions to a fictional report: answered with the sentence, followed on, refused, and about itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from learninglion.evaluation.document_questions import (
    ParsedShelf,
    measure_questions,
    read_document_questions,
)
from learninglion.models import Block, BlockKind, Document, DocumentKind, Span
from learninglion.search.about import Feature, feature_asked
from learninglion.search.asked import AnswerKind, read_question
from learninglion.search.asking import Verdict, find_answers, goes_on
from learninglion.search.local.index import Index
from learninglion.store.reader import MemoryReader
from learninglion.testing import HashingEncoder

H, P, T = BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.TABLE
PIECES = (
    (P, "Versie 2.3, 4 maart 2023"),
    (H, "Werkinstructie Sluiswachter"),
    (H, "1. Inleiding"),
    (P, "Deze instructie geldt voor alle sluizen langs de Vaart. De sluiswachter houdt haar bij de hand."),
    (H, "2. Bediening"),
    (P, "De sluisdeuren gaan open als het peil aan beide kanten gelijk is. Een schutting duurt 25 minuten."),
    (P, "Bij ijsgang blijven de deuren dicht, omdat ijsschotsen het sluiswerk beschadigen."),
    (H, "3. Tarieven"),
    (T, "Vaartuig | Tarief\nKano | gratis\nPlezierjacht | 4 euro\nVrachtschip | 18 euro"),
)


def document() -> Document:
    text, blocks = "", []
    for kind, piece in PIECES:
        text += "\n" if text else ""
        blocks.append(Block(kind, Span(len(text), len(text) + len(piece)), 1, 1 if kind is H else 0))
        text += piece
    return Document(
        "doc-1",
        "0" * 64,
        "Werkinstructie Sluiswachter",
        DocumentKind.DOCUMENT,
        text,
        blocks=tuple(blocks),
        source_name="sluiswachter.pdf",
    )


@pytest.fixture
def opened(tmp_path: Path) -> tuple[Index, MemoryReader, ParsedShelf]:
    shelf = ParsedShelf([document()])
    reader = MemoryReader(shelf.entries())
    index = Index.open(tmp_path / "index", HashingEncoder(128))
    index.update(reader)
    return index, reader, shelf


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("Hoe lang duurt een schutting?", "Een schutting duurt 25 minuten."),
        ("Waarom blijven de deuren bij ijsgang dicht?", "Bij ijsgang blijven de deuren dicht"),
        ("plezierjacht", "Plezierjacht | 4 euro"),
        ("Wat is het tarief voor een vrachtschip?", "Vrachtschip | 18 euro"),
    ],
)
def test_the_sentence_that_answers_comes_first(
    opened: tuple[Index, MemoryReader, ParsedShelf], question: str, quote: str
) -> None:
    index, reader, shelf = opened
    reply = find_answers(index, reader, question, shelf=shelf)
    first = (*reply.answers, *reply.near)[0]
    assert quote in first.quote
    assert first.quote_span.of(document().text) == first.quote
    assert first.span.of(document().text) == first.text
    if "|" in quote:
        assert first.heads == "Vaartuig | Tarief"


def test_what_no_document_tells_is_refused_with_what_was_looked_through(
    opened: tuple[Index, MemoryReader, ParsedShelf],
) -> None:
    index, reader, shelf = opened
    reply = find_answers(index, reader, "Hoeveel leerlingen telt de basisschool in Oosterwoud?", shelf=shelf)
    assert reply.verdict is Verdict.ABSENT and reply.answers == ()
    assert (reply.documents, reply.passages) == (1, len(shelf.entries()))
    none = find_answers(index, reader, "Wat kost het?", documents=frozenset(), shelf=None)
    assert none.verdict is Verdict.ABSENT and none.near == () and none.documents == 0


def test_a_follow_up_takes_over_subject_and_document(
    opened: tuple[Index, MemoryReader, ParsedShelf],
) -> None:
    index, reader, shelf = opened
    before = "Wanneer blijven de deuren bij ijsgang dicht?"
    reply = find_answers(index, reader, "En waarom?", after=before, shelf=shelf)
    assert reply.taken_over is not None and "ijsgang" in reply.taken_over.words
    assert "omdat ijsschotsen" in (*reply.answers, *reply.near)[0].quote
    alone = find_answers(index, reader, "Wat is het tarief voor een vrachtschip?", after=before, shelf=shelf)
    assert alone.taken_over is None


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Welke versie van de werkinstructie is dit?", "Versie 2.3, 4 maart 2023"),
        ("Van welke datum is deze werkinstructie?", "Versie 2.3, 4 maart 2023"),
        ("Uit hoeveel hoofdstukken bestaat dit document?", "3 hoofdstukken: 1. Inleiding; 2. Bediening; 3."),
        ("Wat staat er in hoofdstuk 2?", "Een schutting duurt 25 minuten."),
    ],
)
def test_a_document_tells_of_itself(
    opened: tuple[Index, MemoryReader, ParsedShelf], question: str, expected: str
) -> None:
    index, reader, shelf = opened
    reply = find_answers(index, reader, question, shelf=shelf)
    assert reply.verdict is Verdict.ANSWERED
    assert expected in reply.answers[0].told + reply.answers[0].text


def test_what_a_document_does_not_tell_of_itself_is_refused(
    opened: tuple[Index, MemoryReader, ParsedShelf],
) -> None:
    index, reader, shelf = opened
    reply = find_answers(index, reader, "Wie heeft deze werkinstructie geschreven?", shelf=shelf)
    assert reply.verdict is Verdict.ABSENT and not reply.answers


@pytest.mark.parametrize(
    ("question", "feature"),
    [
        ("Hoeveel pagina’s heeft het rapport?", Feature.PAGES),
        ("Who wrote this report?", Feature.AUTHOR),
        ("Welke bronnen noemt de notitie?", Feature.SOURCES),
        ("Hoeveel schepen passeren er per dag?", None),
        ("Onder welk nummer bel ik de sluiswachter?", None),
    ],
)
def test_questions_about_a_document_are_told_from_others(question: str, feature: Feature | None) -> None:
    asked = feature_asked(question)
    assert (asked[0] if asked else None) is feature


def test_what_is_waited_for_and_what_goes_on() -> None:
    assert read_question("Hoe lang duurt een schutting?").kind is AnswerKind.LENGTH
    assert read_question("Waarom?").kind is AnswerKind.REASON
    assert read_question("sluisdeur").kind is AnswerKind.WORD
    assert read_question("How many locks are there?").english
    assert goes_on("En daarna?") and goes_on("Geldt dat ook voor kano’s?")
    assert not goes_on("Hoeveel euro betaalt een vrachtschip voor een schutting in de winter?")


def test_measuring_counts_what_is_shown_and_refused(tmp_path: Path) -> None:
    cases = tmp_path / "questions.jsonl"
    cases.write_text(
        '{"file": "sluiswachter.pdf", "question": "Hoe lang duurt een schutting?", "answer": "25 minuten"}\n'
        '{"file": "sluiswachter.pdf", "question": "Hoeveel leerlingen heeft Elst?", "answerable": false}\n'
        '{"file": "weg.pdf", "question": "Wat staat daar?", "answer": "niets"}\n',
        "utf-8",
    )
    read = read_document_questions(cases)
    report = measure_questions(ParsedShelf([document()]), read, HashingEncoder(128))
    assert (report.all.questions, report.unanswerable) == (1, 1)
    assert report.all.shown == report.all.found == report.refused == 1.0
