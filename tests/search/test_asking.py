"""Questions to a fictional report: answered with the sentence, followed on, refused, and about itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from learninglion.dutch.questions import Wants
from learninglion.evaluation import document_questions
from learninglion.evaluation.document_questions import (
    DocumentQuestion,
    ParsedLibrary,
    learn_weights,
    measure_questions,
    read_document_questions,
)
from learninglion.inference.encoders import NanoEncoder
from learninglion.models import (
    Block,
    BlockKind,
    Document,
    DocumentCard,
    DocumentKind,
    Footnote,
    QAPair,
    RawFile,
    Span,
)
from learninglion.models.errors import InputError
from learninglion.parsing import parse
from learninglion.sample import sample_documents
from learninglion.search.asking import (
    Material,
    Reply,
    Verdict,
    find_answers,
    goes_on,
    grouped,
    newest_first,
    read_first,
)
from learninglion.search.evidence import cover, look, split_verb, want
from learninglion.search.facts import Feature, carriers, facts_about, feature_asked
from learninglion.search.local import Index
from learninglion.search.question import (
    Description,
    described,
    is_english,
    naming,
    read_question,
    without_order,
)
from learninglion.search.search import chance_answered
from learninglion.store.store import MemoryReader
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


def document(
    pieces: tuple[tuple[BlockKind, str], ...] = PIECES,
    name: str = "doc-1",
    title: str = "Werkinstructie Sluiswachter",
    note: str = "",
) -> Document:
    text, blocks = "", []
    for kind, piece in pieces:
        text += "\n" if text else ""
        blocks.append(Block(kind, Span(len(text), len(text) + len(piece)), 1, 1 if kind is H else 0))
        text += piece
    notes = (Footnote("1", Span(len(text) + 1, len(text) + 1 + len(note)), len(text), 1),) if note else ()
    return Document(
        name,
        "0" * 64,
        title,
        DocumentKind.DOCUMENT,
        f"{text}\n{note}" if note else text,
        blocks=tuple(blocks),
        footnotes=notes,
        source_name="sluiswachter.pdf",
    )


def put(folder: Path, question: str, *documents: Document) -> Reply:
    library = ParsedLibrary(documents)
    reader = MemoryReader(library.entries())
    index = Index(folder / "index", HashingEncoder(128))
    index.update(reader)
    return find_answers(index, reader, question, library=library)


def test_what_a_newer_document_says_of_now_comes_first(tmp_path: Path) -> None:
    papers = [RawFile(path.name, path.read_bytes(), str(path)) for path in sample_documents()]
    library = ParsedLibrary([parse(paper) for paper in papers if paper.name.endswith("-9001.pdf")])
    reader = MemoryReader(library.entries())
    index = Index(tmp_path / "index", NanoEncoder())
    index.update(reader)
    reply = find_answers(index, reader, "Hoeveel kilo vuurwerk mag een winkelier opslaan?", library=library)
    first, second = reply.answers[:2]
    assert reply.disagree and "van 10.000 naar 5.000 kilo" in first.quote
    assert first.quote_span.of(library.document(first.document.id).text) == first.quote
    assert "ten hoogste 10.000 kilo" in second.quote
    assert first.document.date == date(2024, 2, 15) and second.document.date == date(2011, 2, 24)
    assert first.source_id not in {item.source_id for item in reply.near}
    related = find_answers(index, reader, "Wat is het maximum aan opslag van vuurwerk?", library=library)
    assert related.verdict is Verdict.RELATED and not related.answers
    assert "van 10.000 naar 5.000 kilo" in related.near[0].quote
    assert "ten hoogste 10.000 kilo" in related.near[1].quote


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> tuple[Index, MemoryReader, ParsedLibrary]:
    library = ParsedLibrary([document()])
    reader = MemoryReader(library.entries())
    index = Index(tmp_path_factory.mktemp("opened") / "index", HashingEncoder(128))
    index.update(reader)
    return index, reader, library


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
    opened: tuple[Index, MemoryReader, ParsedLibrary], question: str, quote: str
) -> None:
    index, reader, library = opened
    reply = find_answers(index, reader, question, library=library)
    first = (*reply.answers, *reply.near)[0]
    assert quote in first.quote
    assert first.quote_span.of(document().text) == first.quote
    assert first.span.of(document().text) == first.text
    if "|" in quote:
        assert first.heads == "Vaartuig | Tarief"
    if "tarief" in question:
        assert first.value is not None and first.value.span.of(document().text) == "18 euro"
        assert (first.value.row, first.value.column) == ("Vrachtschip", "Tarief")


ROWS = "Lijn | Doel | Ritten | Kosten (euro)\nN4 | Wierden | 5 | 4,10\nN5 | Almelo | 3 | 18,90"


@pytest.mark.parametrize(
    ("question", "cell", "unit"),
    [
        ("Wat zijn de kosten van lijn N5?", "18,90", "euro"),
        ("Hoeveel ritten maakt lijn N4?", "5", ""),
        ("Welke lijn heeft Wierden als doel?", "N4", ""),
        ("Wat is er met N5?", None, ""),
        ("Wat is de code van de machine?", "WI-MS-012", ""),
    ],
)
def test_a_cell_answers_with_its_column_and_unit(
    tmp_path: Path, question: str, cell: str | None, unit: str
) -> None:
    facts = "Code machine | WI-MS-012\nUitgave | 3.1\nIngangsdatum | 1 juli 2022"
    reply = put(tmp_path, question, document((*PIECES[:3], (T, ROWS), (P, "Over de machine."), (T, facts))))
    first = (*reply.answers, *reply.near)[0]
    told = None if first.value is None else first.value.text
    assert told == cell
    assert first.value is None or first.value.unit == unit


def test_a_table_of_contents_is_not_found_in_place_of_what_it_points_to(tmp_path: Path) -> None:
    leaders = (P, "2. Bediening . . . . . . . . 4 3. Tarieven . . . . . . . 6")
    bare = (P, "2. Bediening 4 3. Tarieven 6")
    for contents in (leaders, bare):
        reply = put(tmp_path / contents[1][12], "bediening", document((contents, *PIECES)))
        texts = [m.text for m in (*reply.answers, *reply.near)]
        assert texts and not any("Tarieven" in text for text in texts)


def test_what_no_document_tells_is_refused_with_what_was_looked_through(
    opened: tuple[Index, MemoryReader, ParsedLibrary],
) -> None:
    index, reader, library = opened
    reply = find_answers(
        index, reader, "Hoeveel leerlingen telt de basisschool in Oosterwoud?", library=library
    )
    assert reply.verdict is Verdict.ABSENT and reply.answers == ()
    assert (reply.documents, reply.passages) == (1, len(library.entries()))
    none = find_answers(index, reader, "Wat kost het?", documents=frozenset(), library=None)
    assert none.verdict is Verdict.ABSENT and none.near == () and none.documents == 0


def test_where_no_word_of_a_question_stands_nothing_is_pointed_at(tmp_path: Path) -> None:
    """Of many texts without any of its words one is still most alike, by chance."""
    reply = put(tmp_path, "Welke opera zong de bariton in Oosterwoud?", document())
    assert (reply.verdict, reply.chance) == (Verdict.ABSENT, 0.0)
    assert reply.near  # for whoever wants to look


def test_a_follow_up_takes_over_subject_and_document(
    opened: tuple[Index, MemoryReader, ParsedLibrary],
) -> None:
    index, reader, library = opened
    before = "Wanneer blijven de deuren bij ijsgang dicht?"
    reply = find_answers(index, reader, "En waarom?", after=before, library=library)
    assert reply.taken_over is not None and "ijsgang" in reply.taken_over.words
    assert "omdat ijsschotsen" in (*reply.answers, *reply.near)[0].quote
    alone = find_answers(
        index, reader, "Wat is het tarief voor een vrachtschip?", after=before, library=library
    )
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
    opened: tuple[Index, MemoryReader, ParsedLibrary], question: str, expected: str
) -> None:
    index, reader, library = opened
    reply = find_answers(index, reader, question, library=library)
    assert reply.verdict is Verdict.ANSWERED
    assert expected in reply.answers[0].summary + reply.answers[0].text


def test_of_few_documents_those_answer_that_tell_the_longest_first(tmp_path: Path) -> None:
    report = document(
        (
            (H, "Een droge haven"),
            (P, "A. Postma, B.C. de Wit en D. van Zee"),
            (H, "Samenvatting"),
            (P, "De haven valt droog doordat de geul dichtslibt. Baggeren kost 3 miljoen euro per jaar."),
        ),
        "doc-2",
        "Een droge haven",
    )
    sluice = document((*PIECES, (P, "Datum: 4 mei 2023. Auteur: F. Bos, Beheer.")))
    reply = put(tmp_path, "Wie zijn de auteurs?", report, sluice)
    assert {m.document.id for m in reply.answers} == {"doc-1", "doc-2"}
    assert any("A. Postma" in m.quote for m in reply.answers)
    assert any("F. Bos" in m.quote for m in reply.answers)
    summed = put(tmp_path / "sum", "Vat het document samen.", report)
    assert "Baggeren kost" in summed.answers[0].text and summed.verdict is Verdict.ANSWERED
    assert put(tmp_path / "none", "Heeft de werkinstructie een samenvatting?", sluice).answers == ()


def test_of_several_documents_that_may_be_meant_each_tells_and_one_that_is_named_alone(
    tmp_path: Path,
) -> None:
    reports = [
        document(
            ((P, f"Rapport, versie {n}.0, {n} maart 2024"), (H, name), (P, f"Over {name.lower()} en meer.")),
            f"doc-{n}",
            name,
        )
        for n, name in enumerate(("Hoge dijken", "Lage bruggen", "Smalle sluizen", "Brede vaarten"), 1)
    ]
    reply = put(tmp_path / "each", "Van wanneer is dit rapport?", *reports)
    assert reply.unclear
    assert {m.document.id for m in reply.answers} == {"doc-1", "doc-2", "doc-3", "doc-4"}
    named = put(tmp_path / "named", "Van wanneer is het rapport Lage bruggen?", *reports)
    assert not named.unclear and {m.document.id for m in named.answers} == {"doc-2"}


QUESTIONS = (
    (
        P,
        "Vragen van de leden Zilver en Goud aan de Minister van Meren over een lek in de dam"
        " (ingezonden 2 mei 2023).",
    ),
    (P, "Antwoord van Minister Wolk (Meren) (ontvangen 9 juni 2023)."),
    (H, "Vraag 1"),
    (P, "Lekt de dam bij Oosterdiep?"),
    (H, "Antwoord 1"),
    (P, "De dam bij Oosterdiep lekt niet meer sinds de reparatie van vorige week."),
)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Wie stelden de Kamervragen over het lek in de dam?", "Zilver en Goud"),
        ("Wie vroegen er naar het lek in de dam?", "Zilver en Goud"),
        ("Wanneer beantwoordde minister Wolk de vragen over het lek in de dam?", "9 juni 2023"),
        ("Van wanneer is het antwoord op de vragen van Zilver en Goud over een lek?", "9 juni 2023"),
        ("Wanneer zijn de vragen over een lekke dam ingezonden?", "2 mei 2023"),
        ("Aan welke minister zijn de vragen over de dam gesteld?", "Minister van Meren"),
        ("Who answered the questions about the dam?", "Minister Wolk"),
    ],
)
def test_a_document_is_known_by_what_its_front_says_it_is_about(
    tmp_path: Path, question: str, expected: str
) -> None:
    dam = document(QUESTIONS, "doc-2", "een lek in de dam")
    other = document(
        (
            (P, "Vragen van het lid Brons aan de Minister van Meren over palingen (ingezonden 3 mei 2023)."),
            (P, "Antwoord van Minister Mist (Meren) (ontvangen 1 juni 2023)."),
            (P, "De paling trekt weer door de sluis. Over de dam bij Oosterdiep gaat het hier niet."),
        ),
        "doc-3",
        "palingen",
    )
    reply = put(tmp_path, question, document(), dam, other)
    assert {m.document.id for m in reply.answers} == {"doc-2"}
    assert expected in reply.answers[0].quote


def test_the_questions_of_a_set_are_counted(tmp_path: Path) -> None:
    dam = document(QUESTIONS, "doc-2", "een lek in de dam")
    at = dam.text.index("Lekt de dam")
    pair = QAPair((1, 2), Span(at, at + len("Lekt de dam bij Oosterdiep?")), None, 1)
    asked = replace(dam, pairs=(pair,), kind=DocumentKind.KAMERVRAGEN)
    reply = put(tmp_path, "Hoeveel vragen zijn er gesteld over een lek in de dam?", document(), asked)
    assert [m.summary for m in reply.answers] == ["Het document heeft 2 vragen."]


def test_what_is_described_is_left_out_of_the_question() -> None:
    assert described("Van wanneer is de brief over de haven van Dorp?") == Description(
        "Van wanneer is de brief?", "de haven van Dorp"
    )
    assert described("Hoeveel bladzijden is het rapport?") == Description(
        "Hoeveel bladzijden is het rapport?", ""
    )
    assert described("Wat kost een ligplaats?").subject == ""


def test_what_several_papers_say_in_the_same_words_is_shown_once_from_the_newest(tmp_path: Path) -> None:
    sentence = "De brugwachter bedient de brug van zonsopgang tot zonsondergang."
    papers = [
        replace(
            document(((H, "Bediening"), (P, sentence)), f"doc-{n}", f"Brief {n}"),
            published=date(2020 + n, 1, 1),
        )
        for n in range(1, 5)
    ]
    reply = put(tmp_path, "Wanneer bedient de brugwachter de brug?", document(), *papers)
    material = (*reply.answers, *reply.near)
    shown = [m for m in material if m.quote == sentence]
    assert [m.document.id for m in shown] == ["doc-4"]
    assert [twin.document.id for twin in shown[0].twins] == ["doc-3", "doc-2", "doc-1"]


def test_a_short_sentence_is_the_same_only_where_its_surroundings_are() -> None:
    card = DocumentCard("doc-1", "", DocumentKind.DOCUMENT)

    def said(name: str, text: str, quote: str) -> Material:
        place = Span(0, len(quote))
        return Material(card, name, (), "", quote, place, text, Span(0, len(text)), 0, 0.5)

    yes, other = said("a", "Ja. Dat mag in de haven.", "Ja."), said("b", "Ja. Dat kost 4 euro.", "Ja.")
    assert grouped([yes, other]) == [yes, other]
    assert len(grouped([yes, said("c", yes.text, "Ja.")])) == 1


def test_what_a_document_does_not_tell_of_itself_is_refused(
    opened: tuple[Index, MemoryReader, ParsedLibrary],
) -> None:
    index, reader, library = opened
    reply = find_answers(index, reader, "Wie heeft deze werkinstructie geschreven?", library=library)
    assert reply.verdict is Verdict.ABSENT and not reply.answers


@pytest.mark.parametrize(
    ("question", "feature"),
    [
        ("Hoeveel pagina’s heeft het rapport?", Feature.PAGES),
        ("Who wrote this report?", Feature.AUTHOR),
        ("Wie zijn de schrijvers van dit rapport?", Feature.AUTHOR),
        ("Wie maakt het rapport op na een inbraak?", None),
        ("Wanneer is de brief verstuurd?", Feature.DATE),
        ("Wanneer moet het plan worden ingediend?", None),
        ("Hoe is het rapport opgebouwd?", Feature.PARTS),
        ("Welke onderdelen moet ik controleren?", None),
        ("Hoe lang is het rapport?", Feature.PAGES),
        ("Hoe lang is de instructie geldig?", None),
        ("Wat zijn de belangrijkste conclusies van het rapport?", Feature.SUMMARY),
        ("Wat zijn de conclusies over de luchtkwaliteit?", None),
        ("Which sources does it cite?", Feature.SOURCES),
        ("Wat bepaalt artikel 3?", Feature.PART),
        ("Welke bronnen noemt de notitie?", Feature.SOURCES),
        ("Hoeveel schepen passeren er per dag?", None),
        ("Onder welk nummer bel ik de sluiswachter?", None),
    ],
)
def test_questions_about_a_document_are_told_from_others(question: str, feature: Feature | None) -> None:
    asked = feature_asked(question)
    assert (asked[0] if asked else None) is feature


@pytest.mark.parametrize(
    ("title", "question", "feature"),
    [
        ("Varen op de Plassen", "wie schreef Varen op de Plassen", Feature.AUTHOR),
        ("Varen op de Plassen", "wanneer kwam rapport varen op de plassen uit", Feature.DATE),
        ("Varen op de Plassen", "hoe hard mag je varen op de plassen", None),
        ("Varen op de Plassen", "wie controleert het varen op de plassen", None),
        ("Werkinstructie Afvalpas", "eigenaar werkinstructie afvalpas", Feature.AUTHOR),
        ("Werkinstructie Afvalpas", "tot wanneer is de werkinstructie afvalpas geldig", Feature.DATE),
        ("Werkinstructie Afvalpas", "wanneer moet instructie afvalpas geactualiseerd worden", Feature.DATE),
        ("Werkinstructie Afvalpas", "is de werkinstructie afvalpas definitief of concept", Feature.VERSION),
        ("Werkinstructie Afvalpas", "wie maakt een afvalpas", None),
        ("Werkinstructie Afvalpas", "welke documenten heb ik nodig voor een afvalpas", None),
        ("Guideline on remote inspections", "version of guideline on remote inspections", Feature.VERSION),
        ("Guideline on remote inspections", "when are remote inspections done", None),
    ],
)
def test_a_document_is_known_by_its_title_and_not_by_what_it_is_about(
    title: str, question: str, feature: Feature | None
) -> None:
    asked = feature_asked(naming(question, (title,)).pointing(question))
    assert (asked[0] if asked else None) is feature


def test_an_imprint_at_the_end_and_a_table_in_front_tell_of_the_document() -> None:
    pieces = (
        (T, "Proceseigenaar | mevrouw T. Vlas\nTreedt in werking | 1 juni 2024\nHerziening | mei 2026"),
        (H, "1. Varen"),
        *((P, f"Zin {n} over het varen op een stille plas in de vroege ochtend.") for n in range(60)),
        (H, "Colofon"),
        (P, "Opdrachtgever: waterschap De Kolk"),
        (P, "Tekst: P. Roerdomp en S. Karekiet"),
    )
    told = document(pieces, title="Varen")

    def first(feature: Feature, detail: str, question: str) -> str:
        return facts_about(told, feature, detail, question)[0].quote.of(told.text)

    assert "Vlas" in first(Feature.AUTHOR, "", "wie is eigenaar van dit document")
    assert "De Kolk" in first(Feature.AUTHOR, "", "wie gaf opdracht voor dit document")
    assert any("Karekiet" in fact.quote.of(told.text) for fact in facts_about(told, Feature.AUTHOR))
    assert "juni 2024" in first(Feature.DATE, "geldt", "vanaf wanneer geldt dit document")
    assert "mei 2026" in first(Feature.DATE, "herzien", "wanneer wordt dit document herzien")


def test_of_a_document_without_an_earlier_version_no_other_is_compared(tmp_path: Path) -> None:
    old = document(((P, "Versie 1.0"), (P, "Kano | 2 euro")), "old", "Regeling ligplaatsen 2020")
    new = document(((P, "Versie 2.0"), (P, "Kano | 3 euro")), "new", "Regeling ligplaatsen 2024")
    other = document(
        (*PIECES, (T, "Versie | Wijziging\n2.0 | Tarieven verhoogd\n2.3 | IJsgang toegevoegd")), "other"
    )
    reply = put(
        tmp_path, "wat is er veranderd in versie 2.3 van de werkinstructie sluiswachter", old, new, other
    )
    assert reply.answers == () or reply.answers[0].document.id == "other"
    assert any("IJsgang toegevoegd" in material.text for material in (*reply.answers, *reply.near))


def test_a_line_may_name_the_half_it_is_of(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    line = '{"document": "fictional:a.md", "question": "Hoe?", "key": "zo"'
    path.write_text(f'{line}}}\n{line}, "part": "kept"}}\n', "utf-8")
    assert [case.teaches for case in read_document_questions(path)] == [True, False]


def test_a_summary_has_the_sentence_that_carries_each_section_at_its_place(tmp_path: Path) -> None:
    asked = document()
    reply = put(tmp_path, "Vat de werkinstructie samen.", asked)
    told = {m.heading_path: m.quote for m in reply.answers if m.heading_path}
    assert "Deze instructie geldt" in reply.answers[0].text  # of the introduction, which stands whole
    assert told[("2. Bediening",)].startswith(("De sluisdeuren gaan open", "Bij ijsgang"))
    assert all(m.quote == m.quote_span.of(asked.text) in m.text for m in reply.answers)
    assert not any("Plezierjacht" in quote for quote in told.values())  # a table carries nothing


def test_what_is_no_label_and_no_date_of_the_document_tells_nothing_of_it() -> None:
    pieces = (
        (P, "Van de bruggen in de stad is de helft ouder dan veertig jaar."),
        (H, "I. Algemeen"),
        (P, "De haven is sinds 1 juni 2017 gesloten voor schepen die zwaarder zijn dan 400 ton."),
    )
    assert not facts_about(document(pieces), Feature.AUTHOR)
    assert not facts_about(document(pieces), Feature.DATE)
    told = document(((P, "Eigenaar | Team Bruggen"), (P, "Datum | 3 mei 2021"), *pieces))
    assert facts_about(told, Feature.AUTHOR)[0].quote.of(told.text) == "Eigenaar | Team Bruggen"
    assert facts_about(told, Feature.DATE)[0].quote.of(told.text) == "Datum | 3 mei 2021"


def test_a_part_is_asked_for_by_the_name_of_its_heading(tmp_path: Path) -> None:
    reply = put(tmp_path, "Welke tarieven noemt de werkinstructie?", document())
    assert reply.verdict is Verdict.ANSWERED
    assert reply.answers[0].quote == "3. Tarieven" and "Plezierjacht" in reply.answers[0].text
    other = put(tmp_path / "other", "Welke vissen noemt de werkinstructie?", document())
    assert other.verdict is not Verdict.ANSWERED


def test_questions_and_answers_are_no_chapters_and_who_answered_comes_first_when_asked() -> None:
    told = document(
        (
            (P, "Vragen van het lid Jansma aan de Minister van Sluizen (ingezonden 2 mei 2021)."),
            (P, "Antwoord van Minister De Boer (ontvangen 1 juni 2021)."),
            (H, "Vraag 1"),
            (P, "Bent u bekend met het bericht?"),
            (H, "Antwoord 1"),
            (P, "Ja."),
        )
    )
    assert not facts_about(told, Feature.PARTS)
    for question, begins in (
        ("Wie beantwoordde de vragen?", "Antwoord"),
        ("Wie stelde de vragen?", "Vragen"),
    ):
        asked = feature_asked(question)
        assert asked is not None and asked[0] is Feature.AUTHOR
        assert facts_about(told, *asked, question)[0].quote.of(told.text).startswith(begins)


def test_of_a_long_section_the_sentences_that_share_most_are_taken() -> None:
    beside = "De kade is nat. " * 2
    about = "De sluiswachter meldt elke storing aan de sluisdeur bij de meldkamer. "
    more = "Een storing aan de sluisdeur kost de sluiswachter gemiddeld een uur werk. "
    pieces = ((H, "Een"), (P, beside + about + more), (H, "Twee"), (P, "Vissen is daar overal verboden."))
    first = carriers(document(pieces))[0]
    assert "sluisdeur" in first.span.of(document(pieces).text) and first.heading == "Een"
    assert carriers(document(((P, "Zonder kopjes is er niets om samen te vatten."),))) == ()


@pytest.mark.parametrize(
    ("question", "verb"),
    [
        ("Hoe trek ik een vergunning weer in?", "intrekken"),
        ("Wanneer hief de raad de maatregel op?", "opheffen"),
        ("Waar gaat het rapport over?", ""),
        ("Wie is er tegen?", ""),
    ],
)
def test_a_verb_that_stands_in_two_parts_is_read_as_one(question: str, verb: str) -> None:
    assert split_verb(question)[1] == verb


def test_a_verb_in_two_parts_finds_the_sentence_that_has_it_whole(tmp_path: Path) -> None:
    pieces = (
        (H, "Aanvragen"),
        (P, "Een vergunning vraagt u aan bij het loket. Een vergunning kost 40 euro per jaar."),
        (H, "Stoppen"),
        (P, "Intrekken: stuur de vergunning terug en noem de datum waarop u stopt."),
    )
    reply = put(tmp_path, "Hoe trek ik een vergunning weer in?", document(pieces))
    assert (*reply.answers, *reply.near)[0].quote.startswith("Intrekken")


def test_what_is_waited_for_and_what_goes_on() -> None:
    assert read_question("Hoe lang duurt een schutting?").wants is Wants.LENGTH
    assert read_question("Waarom?").wants is Wants.CAUSE
    assert read_question("sluisdeur").looked_up
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
    report = measure_questions(ParsedLibrary([document()]), read, HashingEncoder(128))
    assert (report.all.questions, report.unanswerable) == (1, 1)
    assert report.all.shown == report.all.found == report.refused == 1.0


def test_a_note_that_tells_something_is_found_and_a_reference_is_not(tmp_path: Path) -> None:
    tells = (
        "Onder een spuisluis wordt verstaan een sluis die alleen dient om water bij laag tij uit te laten."
    )
    reply = put(tmp_path, "Wat is een spuisluis?", document(note=tells))
    first = (*reply.answers, *reply.near)[0]
    assert first.quote == tells and first.heading_path[-1] == "3. Tarieven"
    refers = "Zie Kamerstukken II 2019/20, 35 000, nr. 12, p. 3; Stb. 2018, 84; idem Stcrt. 2020, 9, 10"
    assert len(ParsedLibrary([document(note=refers)]).entries()) == len(ParsedLibrary([document()]).entries())


def test_of_a_word_alone_the_sentence_comes_first_that_says_what_it_is(tmp_path: Path) -> None:
    pieces = (
        (H, "Beheer"),
        (P, "Een spuisluis wordt elke week nagezien. Een spuisluis is een sluis waar water door wegloopt."),
    )
    reply = put(tmp_path, "spuisluis", document(pieces))
    assert "is een sluis" in (*reply.answers, *reply.near)[0].quote


@pytest.mark.parametrize(
    ("question", "rest"),
    [
        ("Vat de regels voor ijsgang samen.", "de regels voor ijsgang ."),
        ("Geef in het kort wanneer de deuren dicht blijven.", "wanneer de deuren dicht blijven."),
        ("Give a short overview of the fees.", "the fees."),
        ("Hoe lang duurt een schutting?", "Hoe lang duurt een schutting?"),
        ("Vat samen", "Vat samen"),
    ],
)
def test_how_to_answer_is_no_part_of_what_is_asked(question: str, rest: str) -> None:
    assert without_order(question) == rest


def test_figures_that_differ_are_told_with_the_newest_document_first() -> None:
    def found(name: str, year: int, quote: str, score: float) -> Material:
        card = DocumentCard(name, "", DocumentKind.DOCUMENT, date=date(year, 3, 1))
        span = Span(0, len(quote))
        return Material(card, f"{name}#s1", (), "", quote, span, quote, span, 1, score)

    old = found("oud", 2019, "Een schutting kost 3 euro.", 0.8)
    new = found("nieuw", 2023, "Een schutting kost 4 euro.", 0.7)
    weak = found("zwak", 2024, "Een kano kost 9 euro.", 0.3)
    asked = "Hoeveel euro kost een schutting?"
    assert newest_first(asked, [old, new, weak]) == ((new, old, weak), True)
    same = found("gelijk", 2023, "Een schutting kost 3 euro.", 0.7)
    assert newest_first(asked, [old, same]) == ((old, same), False)
    assert newest_first("Waarom kost een schutting geld?", [old, new]) == ((old, new), False)


def test_of_moments_that_differ_the_dated_and_what_happened_come_first() -> None:
    def found(name: str, day: date | None, quote: str, score: float) -> Material:
        card = DocumentCard(name, "", DocumentKind.DOCUMENT, date=day)
        span = Span(0, len(quote))
        return Material(card, f"{name}#s1", (), "", quote, span, quote, span, 1, score)

    asked = "Wanneer is de sloop begonnen?"
    plan = found("plan", None, "De sloop begint in mei 2021.", 0.9)
    done = found("brief", None, "De sloop is op 8 juni 2021 begonnen.", 0.8)
    assert newest_first(asked, [plan, done]) == ((done, plan), True)
    dated = found("mail", date(2021, 7, 1), "In juli 2021 is de sloop begonnen.", 0.7)
    assert newest_first(asked, [plan, done, dated])[0] == (dated, done, plan)
    other = found("elders", None, "De heffing gaat in april 2020 in.", 0.8)
    assert newest_first(asked, [plan, other]) == ((plan, other), False)
    within = found("kort", None, "De sloop begint in 2021.", 0.8)
    assert newest_first(asked, [plan, within]) == ((plan, within), False)


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("Hoeveel weken was de wachttijd in Culemborg in 2022?", False),
        ("Wat was in Tiel over 2021 de wachttijd?", False),
        ("Had Buren in 2020 een wachttijd?", False),
        ("How long was the queue in Utrecht in 2022?", True),
        ("What was in it of value?", True),
    ],
)
def test_words_of_both_languages_tell_neither(text: str, english: bool) -> None:
    assert is_english(text) is english


def test_the_language_of_question_and_text_is_told(tmp_path: Path) -> None:
    assert is_english("The gates are opened when the level is equal.") and not is_english(
        "De deuren gaan open."
    )
    reply = put(tmp_path, "How much does a cargo ship pay?", document())
    assert reply.english and not any(m.english for m in (*reply.answers, *reply.near))


def test_documents_are_counted_within_what_may_be_found(tmp_path: Path) -> None:
    library = ParsedLibrary([document(), document(name="doc-2", title="Tweede"), document(name="doc-3")])
    reader = MemoryReader(library.entries())
    index = Index(tmp_path / "index", HashingEncoder(128))
    index.update(reader)
    asked = "Hoe lang duurt een schutting?"
    assert find_answers(index, reader, asked).documents == 3
    assert find_answers(index, reader, asked, documents=frozenset({"doc-2", "elders"})).documents == 1


def test_a_number_that_was_counted_is_held_against_the_answer_of_the_case(tmp_path: Path) -> None:
    cases = tmp_path / "questions.jsonl"
    row = (
        '{"file": "sluiswachter.pdf", "question": "Uit hoeveel hoofdstukken bestaat dit document?",'
        ' "key": "staat nergens", "answer": "%s", "kind": "document"}\n'
    )
    cases.write_text(row % 3 + row % 4, "utf-8")
    report = measure_questions(
        ParsedLibrary([document()]), read_document_questions(cases), HashingEncoder(128)
    )
    assert report.all.shown == 0.5


BEES = (H, "Gedragscode imkers"), (T, "De kasten staan drie meter van de weg. Een volk zwermt in mei.")


def test_what_is_asked_where_its_document_is_not_is_learned_to_be_absent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = document(BEES, "doc-2", "Gedragscode imkers")
    asked = (
        ("sluiswachter.pdf", "Hoe lang duurt een schutting?", "25"),
        ("sluiswachter.pdf", "Hoe oud is de sluis?", ""),
        ("imkers.pdf", "Hoe duur is een kast?", ""),
    )
    cases = [
        DocumentQuestion(key, name, question, "fact", bool(key), key, teaches=True)
        for name, question, key in asked
    ]
    monkeypatch.setattr(document_questions, "passage_questions", lambda: ((), ()))
    library = ParsedLibrary([document(), replace(other, source_name="imkers.pdf")])
    encoder = HashingEncoder(128)
    weights = learn_weights(library, cases, encoder)
    reader = MemoryReader(library.entries())
    index = Index(tmp_path / "index", encoder)
    index.update(reader)
    chances = {}
    for name in ("doc-1", "doc-2"):
        wanted = want(cases[0].question, lambda _: 1.0)
        read = read_first(index, reader, cases[0].question, wanted, weights, frozenset({name}))
        best = sorted(read, key=lambda weighed: -weighed.logit)
        chances[name] = chance_answered(wanted, best, weights)
    assert chances["doc-2"] < 0.4 < chances["doc-1"]
    with pytest.raises(InputError, match="twee documenten"):
        learn_weights(library, cases[:2], encoder)


DISTRICTS = "Wijk | Klachten | Bezwaren\n" + "\n".join(
    f"Wijk {n} | {5 + 3 * n} | {2 * n}" for n in range(1, 13)
)


@pytest.mark.parametrize(
    ("question", "cell"),
    [
        ("Hoeveel klachten waren er in wijk 7?", "26"),
        ("Hoeveel bezwaren waren er in wijk 12?", "24"),  # and 12 bezwaren in wijk 6
        ("Hoeveel klachten waren er in wijk 26?", None),  # and 26 klachten in wijk 7
        ("Hoeveel klachten waren er in Wijk 15?", None),
        ("Hoeveel klachten waren er in Zuiderveen?", None),
    ],
)
@pytest.mark.parametrize("bare", [False, True])
def test_a_number_names_one_row_of_a_table(
    tmp_path: Path, question: str, cell: str | None, bare: bool
) -> None:
    rows = DISTRICTS.replace("\nWijk ", "\n") if bare else DISTRICTS
    reply = put(tmp_path, question, document((*PIECES[:3], (P, "De klachten per wijk."), (T, rows))))
    first = (*reply.answers, *reply.near)[0]
    assert (None if first.value is None else first.value.text) == cell
    if cell is None:
        assert all(m.value is None for m in (*reply.answers, *reply.near))
        assert reply.verdict is not Verdict.ANSWERED


def test_a_year_names_one_row_of_a_table(tmp_path: Path) -> None:
    rows = "Plaats | Jaar | Weken\n" + "\n".join(
        f"Buren | {year} | {year - 2011}" for year in range(2019, 2024)
    )
    pieces = (*PIECES[:3], (P, "De wachttijd in weken."), (T, rows))
    reply = put(tmp_path / "a", "Hoeveel weken was de wachttijd in Buren in 2022?", document(pieces))
    first = (*reply.answers, *reply.near)[0]
    assert "2022" in first.quote and first.value is not None and first.value.text == "11"
    reply = put(tmp_path / "b", "Hoeveel weken was de wachttijd in Buren in 2026?", document(pieces))
    assert all(m.value is None for m in (*reply.answers, *reply.near))
    assert reply.verdict is not Verdict.ANSWERED


@pytest.mark.parametrize(("place", "cell"), [("Buren", "2.100"), ("Tiel", "3.400"), ("Zaltbommel", None)])
def test_a_row_of_another_name_gives_no_cell(tmp_path: Path, place: str, cell: str | None) -> None:
    rows = "Gemeente | Budget (euro)\nTiel | 3.400\nBuren | 2.100\nCulemborg | 1.900"
    pieces = (*PIECES[:3], (P, "Het budget van elke gemeente."), (T, rows))
    reply = put(tmp_path, f"Wat is het budget van {place}?", document(pieces))
    shown = (*reply.answers, *reply.near)
    assert [m.value.text for m in shown if m.value is not None] == ([cell] if cell else [])


@pytest.mark.parametrize(
    ("question", "cells", "not_told"),
    [
        ("Hoeveel klachten waren er in wijk 7 en 8?", ["26", "29"], ()),
        ("Hoeveel klachten waren er in wijk 9 en wijk 3?", ["32", "14"], ()),
        ("Hoeveel klachten waren er in de wijken 2 tot en met 5?", ["11", "14", "17", "20"], ()),
        ("Hoeveel klachten waren er in wijk 7 en 15?", ["26"], ("wijk 15",)),
    ],
)
def test_every_row_that_is_named_by_its_number_is_shown_in_the_order_asked(
    tmp_path: Path, question: str, cells: list[str], not_told: tuple[str, ...]
) -> None:
    pieces = (*PIECES[:3], (P, "De klachten per wijk."), (T, DISTRICTS))
    reply = put(tmp_path, question, document(pieces))
    shown = [m for m in (*reply.answers, *reply.near) if m.value is not None]
    assert [m.value.text for m in shown if m.value] == cells
    assert reply.not_told == not_told


def test_what_a_question_names_by_a_number_that_stands_nowhere_is_no_certain_answer(tmp_path: Path) -> None:
    pieces = (*PIECES, (P, "Per sluis geldt een eigen peil. Sluis 1 heeft 20 cm. Sluis 2 heeft 35 cm."))
    there = put(tmp_path / "a", "Wat is het peil van sluis 2?", document(pieces))
    assert there.not_told == ()
    other = put(tmp_path / "b", "Wat is het peil van sluis 3?", document(pieces))
    assert other.verdict is not Verdict.ANSWERED
    assert other.verdict is Verdict.ABSENT or other.not_told == ("sluis 3",)


@pytest.mark.parametrize(("district", "not_told"), [(7, ()), (8, ("wijk 8",))])
def test_what_any_passage_shown_tells_of_is_not_said_to_be_told_nowhere(
    tmp_path: Path, district: int, not_told: tuple[str, ...]
) -> None:
    table = "Wijk | Naam | Bedrag\n1 | Noord | € 1.000\n7 | Haven | € 3.500\n17 | Duin | € 4.200"
    rules = (
        (H, "Regeling wijksubsidies Duinwijk"),
        (H, "Artikel 3. Hoogte"),
        (P, "De subsidie bedraagt ten hoogste € 5.000 per wijk."),
        (H, "Bijlage"),
        (T, table),
    )
    reply = put(tmp_path, f"Hoeveel bedraagt de subsidie voor wijk {district}?", document(rules))
    assert reply.verdict is Verdict.RELATED
    assert any("7 | Haven" in m.text for m in reply.near[1:])
    assert reply.not_told == not_told


RULES = (
    (H, "Huisregels Bruggebouw"),
    *(
        piece
        for n, name in enumerate(("Begrippen", "Toegang", "Roken", "Dieren"), 1)
        for piece in ((H, f"Artikel {n} {name}"), (P, f"Over {name.lower()} geldt een regel."))
    ),
    (H, "Bijlage 1 Plattegrond"),
    (P, "De uitgang is links."),
    (H, "Bijlage 2 Nummers"),
    (P, "De balie heeft toestel 12."),
)


@pytest.mark.parametrize(
    ("question", "titles", "not_told"),
    [
        (
            "Wat staat er in artikel 2 tot en met 4?",
            ["Artikel 2 Toegang", "Artikel 3 Roken", "Artikel 4 Dieren"],
            (),
        ),
        ("Wat staat er in bijlage 1 en 2?", ["Bijlage 1 Plattegrond", "Bijlage 2 Nummers"], ()),
        ("artikel 3", ["Artikel 3 Roken"], ()),
        ("artikelen 1 en 4 van de huisregels", ["Artikel 1 Begrippen", "Artikel 4 Dieren"], ()),
        ("Wat bepaalt artikel 4 en 5?", ["Artikel 4 Dieren"], ("artikel 5",)),
    ],
)
def test_parts_are_asked_for_by_their_numbers(
    tmp_path: Path, question: str, titles: list[str], not_told: tuple[str, ...]
) -> None:
    rules = document(RULES, "doc-2", "Huisregels Bruggebouw")
    other = document(((H, "Leidraad"), (H, "2 Opzet"), (P, "Er zijn twee delen.")), "doc-3", "Leidraad")
    reply = put(tmp_path, question, rules, other, document())
    assert [m.quote for m in reply.answers if m.document.id == "doc-2"] == titles
    assert reply.not_told == not_told
    if "bijlage" in question:  # a chapter of that number is no annex
        assert {m.document.id for m in reply.answers} == {"doc-2"}


@pytest.mark.parametrize(
    ("question", "sentence", "kind"),
    [
        ("Wie mag een KLEM uitgeven?", "Eventueel kan een nieuwe KLEM worden uitgegeven.", -1.0),
        ("Wie mag een KLEM uitgeven?", "Alleen de havenmeester van Duinrade geeft een KLEM uit.", 1.0),
        ("Wie benoemt de leden van het college?", "Het college heeft drie tot vijf leden.", -1.0),
        ("Wie benoemt de leden van het college?", "De leden worden benoemd door de minister.", 1.0),
    ],
)
def test_what_the_question_names_itself_is_not_who_is_asked_for(
    question: str, sentence: str, kind: float
) -> None:
    body = (H, "Werkwijze"), (P, sentence)
    (entry, *_) = ParsedLibrary([document(body)]).entries()
    seen = look(want(question, lambda _: 1.0), entry[0])
    assert seen is not None and seen.kind == kind


def test_a_compound_that_begins_with_the_stem_of_a_verb_meets_it() -> None:
    wanted = want("Hoeveel kost verlengen?", lambda _: 1.0)
    assert cover(wanted, "De verlengkosten zijn 13 euro.") > cover(wanted, "De aanvraag is 23 euro.")


def test_what_gives_the_sort_of_thing_that_is_asked_need_not_repeat_its_name(tmp_path: Path) -> None:
    pieces = (
        *PIECES,
        (H, "4. Sluis"),
        (P, "Het openen van de noodsluis kost tijd. Het openen van de noodsluis neemt 10 minuten in beslag."),
    )
    reply = put(tmp_path, "Hoe lang duurt het openen van de noodsluis?", document(pieces))
    assert "10 minuten" in (*reply.answers, *reply.near)[0].quote


def test_when_a_document_applies_is_told_by_the_line_that_speaks_of_itself() -> None:
    told = document(
        (
            (H, "Besluit verlenging sluisregeling Duinrade"),
            (P, "Vanaf 10 oktober 2010 is de sluisregeling voor Duinrade en Meerveen van kracht."),
            (P, "Dit besluit treedt in werking met ingang van 12 mei 2014."),
        )
    )
    question = "Vanaf wanneer geldt het besluit over Duinrade en Meerveen?"
    asked = feature_asked("Vanaf wanneer geldt het besluit?")
    assert asked is not None
    assert "12 mei 2014" in facts_about(told, *asked, question)[0].quote.of(told.text)


def test_what_happened_stands_above_the_plan_whether_it_answers_for_sure_or_not(tmp_path: Path) -> None:
    plan = "Nota sluisbrug\n\nPlanning\n\nDe sloop van de sluisbrug start in mei 2021.\n"
    told = "Bericht aan omwonenden\n\nDe sloop van de sluisbrug is op 8 juni 2021 gestart.\n"
    library = ParsedLibrary(
        [parse(RawFile(f"{n}.txt", t.encode(), n)) for n, t in (("a", plan), ("b", told))]
    )
    reader = MemoryReader(library.entries())
    index = Index(tmp_path / "index", NanoEncoder())
    index.update(reader)
    reply = find_answers(index, reader, "Wanneer is de sloop van de sluisbrug gestart?", library=library)
    first, second = (*reply.answers, *reply.near)[:2]
    assert "8 juni" in first.quote and "in mei" in second.quote
    assert reply.disagree and "niet van elk is de datum bekend" in reply.disagreement
