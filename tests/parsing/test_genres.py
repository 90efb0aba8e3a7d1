"""Other papers with questions and answers: who asks, who answers, and what is told of them."""

from __future__ import annotations

import textwrap

import pytest
from pdffiles import pdf, show
from wordfiles import letter

from learninglion.models import Document, RawFile
from learninglion.parsing import parse
from learninglion.parsing.kamervragen.header import name_fractions

HEAD = (
    "Tweede Kamer der Staten-Generaal\n\nVergaderjaar 2031–2032\n\n36 999 Regels over dijken (Dijkenwet)\n\n"
)


def read(text: str, name: str = "stuk.txt") -> Document:
    return parse(RawFile(name, text.encode(), name))


def said(document: Document) -> list[tuple[tuple[int, ...], str, str, str | None]]:
    return [
        (
            p.numbers,
            p.asked_by,
            p.question.of(document.text),
            p.answer.of(document.text) if p.answer else None,
        )
        for p in document.pairs
    ]


def test_a_nota_with_bare_numbers() -> None:
    found = read(
        HEAD + "Nr. 6 NOTA NAAR AANLEIDING VAN HET VERSLAG\n\n1. Inleiding\n\n"
        "1\n\nDe leden van de LAND-fractie vragen waarom dit nodig is.\n\nAntwoord\n\nVanwege de zee.\n\n"
        "De leden van de WATER-fractie steunen het doel.\n\n# 2. Toets\n\n"
        "2 en 3\n\nDe leden van de WATER-fractie lezen over een toets. Komt "
        "die er?\n\nAntwoord\n\nJa, zie vraag 1.\n\n"
        "Vraag 4\n\nDeze leden vragen wanneer.\n\nAntwoord\n\nIn 2033.\n\n"
        "Tot slot vragen de leden van de LAND-fractie naar de kosten.\n\nAntwoord\n\nEen miljoen.\n\n"
        "6\n\nKan het goedkoper?\n\nAntwoord\n\nNee.\n\nDe Minister van Waterzaken,\n\nA. de Vries"
    )
    assert found.id == "kst-36999-6"
    assert said(found) == [
        ((1,), "LAND", "De leden van de LAND-fractie vragen waarom dit nodig is.", "Vanwege de zee."),
        (
            (2, 3),
            "WATER",
            "De leden van de WATER-fractie lezen over een toets. Komt die er?",
            "Ja, zie vraag 1.",
        ),
        ((4,), "WATER", "Deze leden vragen wanneer.", "In 2033."),
        ((5,), "LAND", "Tot slot vragen de leden van de LAND-fractie naar de kosten.", "Een miljoen."),
        ((6,), "LAND", "Kan het goedkoper?", "Nee."),
    ]
    assert {pair.answered_by for pair in found.pairs} == {"Minister van Waterzaken"}


def test_a_briefing_with_who_asks_in_the_label() -> None:
    found = read(
        "Vragen en antwoorden technische briefing dijken\n\n"
        "Vraag van het lid De Boer (LAND): hoeveel dijken zijn er?\n"
        "Antwoord: Vier.\nVraag van het lid Smit (WATER): Is dat genoeg?\nAntwoord: Ja."
    )
    assert said(found) == [
        ((1,), "LAND", "hoeveel dijken zijn er?", "Vier."),
        ((2,), "WATER", "Is dat genoeg?", "Ja."),
    ]


def test_a_briefing_with_who_asks_behind_the_number() -> None:
    found = read(
        "Technische briefing dijken\n\nVraag 1 (LAND): Hoeveel dijken zijn er?\nAntwoord: Vier.\n\n"
        "Vraag 2 (WATER): Is dat genoeg?\nAntwoord: Ja."
    )
    assert said(found) == [
        ((1,), "LAND", "Hoeveel dijken zijn er?", "Vier."),
        ((2,), "WATER", "Is dat genoeg?", "Ja."),
    ]


def test_the_number_of_a_paper_counts_no_question() -> None:
    found = read(
        "36 999\n\nNr. 20\n\nVERSLAG VAN EEN SCHRIFTELIJK OVERLEG\n\n"
        "Vragen en opmerkingen van de leden van de LAND-fractie\n\n"
        "De leden van de LAND-fractie vragen wanneer het plan komt. Kan dat in mei?\n\nAntwoord\n\nJa.\n\n"
        "Deze leden vragen of de raming klopt.\n\nAntwoord\n\nDie klopt."
    )
    assert [(numbers, who, answer) for numbers, who, _, answer in said(found)] == [
        ((1,), "LAND", "Ja."),
        ((2,), "LAND", "Die klopt."),
    ]
    assert found.warnings == ()


def test_a_nota_with_numbers_ahead_of_what_is_asked_without_a_sign() -> None:
    found = read(
        HEAD + "Nr. 6 NOTA NAAR AANLEIDING VAN HET VERSLAG\n\n1. Inleiding\n\n"
        "1. De leden van de LAND-fractie vragen waarom dit nodig is.\n\nAntwoord: Vanwege de zee.\n\n"
        "2. De leden van de WATER-fractie vragen wanneer.\n\nAntwoord: In 2033."
    )
    assert [(numbers, who, answer) for numbers, who, _, answer in said(found)] == [
        ((1,), "LAND", "Vanwege de zee."),
        ((2,), "WATER", "In 2033."),
    ]


def test_a_number_that_is_missing_is_told() -> None:
    found = read("Lijst van vragen en antwoorden\n\n1\n\nWie?\n\nIk.\n\n3\n\nWat?\n\nDit.\n\n")
    assert [pair.numbers for pair in found.pairs] == [(1,), (3,)]
    assert "Vraag 2 ontbreekt in de nummering." in found.warnings


def test_an_overleg_with_the_answers_by_fraction() -> None:
    found = read(
        HEAD + "Nr. 9 VERSLAG VAN EEN SCHRIFTELIJK OVERLEG\n\nVastgesteld 12 mei 2032\n\n"
        "I Vragen en opmerkingen vanuit de fracties\n\n"
        "Vragen en opmerkingen van de leden van de LAND-fractie\n\nDe leden "
        "vragen hoe hoog de dijk wordt.\n\n"
        "Vragen en opmerkingen van de leden van de WATER-fractie\n\nLekken er meer dijken?\n\n"
        "II Antwoord/Reactie van de Minister\n\n"
        "Vragen en opmerkingen van de leden van de LAND-fractie\n\nVier meter.\n\n"
        "Vragen en opmerkingen van de leden van de WATER-fractie\n\nNee.\n\n"
    )
    assert said(found) == [
        ((1,), "LAND", "De leden vragen hoe hoog de dijk wordt.", "Vier meter."),
        ((2,), "WATER", "Lekken er meer dijken?", "Nee."),
    ]
    assert any("geen nummer" in warning for warning in found.warnings)


def test_a_nota_in_running_text() -> None:
    found = read(
        HEAD + "Nr. 6 NOTA NAAR AANLEIDING VAN HET VERSLAG\n\n"
        "De leden van de LAND-fractie hebben kennisgenomen van het wetsvoorstel.\n\n"
        "De leden van de LAND-fractie vragen waarom dit nodig is.\n\nVanwege de zee.\n\nEn de rivier.\n\n"
        "2. Uitvoering\n\nDe leden van de WATER-fractie lezen over een toets. Komt die er?\n\nJa.\n\n"
    )
    assert [(number, asked, answer) for number, asked, _, answer in said(found)] == [
        ((1,), "LAND", "Vanwege de zee.\nEn de rivier."),
        ((2,), "WATER", "Ja."),
    ]


@pytest.mark.parametrize("between", ["\n\n", "\n"])
@pytest.mark.parametrize("width", [0, 72])
def test_a_nota_with_a_number_ahead_of_what_members_ask(between: str, width: int) -> None:
    asks = "De leden van de {}-fractie vragen of de regering bekend is met het bericht over de dijk in {}."
    says = (
        "Ja, dat bericht over de dijk in {} is de regering bekend."
        " Er wordt aan de dijk gewerkt, en dit jaar {} keer gemeten."
    )
    paragraphs = []
    for number, (name, place) in enumerate((("LAND", "Oudeveen"), ("WATER", "Sluis"), ("LAND", "Berg")), 4):
        pair = f"{number}. {asks.format(name, place)}", says.format(place, number)
        paragraphs.append(between.join(textwrap.fill(part, width) if width else part for part in pair))
    found = read(HEAD + "Nr. 6 NOTA NAAR AANLEIDING VAN HET VERSLAG\n\n" + "\n\n".join(paragraphs))
    assert [(number, asked, answer) for number, asked, _, answer in said(found)] == [
        ((4,), "LAND", says.format("Oudeveen", 4)),
        ((5,), "WATER", says.format("Sluis", 5)),
        ((6,), "LAND", says.format("Berg", 6)),
    ]
    assert not any("geteld" in warning for warning in found.warnings)


@pytest.mark.parametrize("numbered", [True, False])
def test_a_list_in_a_table(numbered: bool) -> None:
    column = "Nr | " if numbered else ""
    rows = [f"{f'{n} | ' if numbered else ''}Hoe hoog is {n}? | {n} meter." for n in (1, 2)]
    table = "\n".join(f"| {row} |" for row in (f"{column}Vraag | Antwoord", *rows))
    found = read(f"# Lijst van vragen en antwoorden\n\n{table}\n", "lijst.md")
    assert [(number, question, answer) for number, _, question, answer in said(found)] == [
        ((1,), "Hoe hoog is 1?", "1 meter."),
        ((2,), "Hoe hoog is 2?", "2 meter."),
    ]


def test_a_table_of_something_else_holds_no_pairs() -> None:
    assert (
        read("| Jaar | Vraag naar water |\n| --- | --- |\n| 2030 | 4 |\n| 2031 | 5 |\n", "t.md").pairs == ()
    )


def test_a_paper_that_promises_answers_and_holds_none_says_so() -> None:
    found = read("Lijst van vragen en antwoorden\n\nVolgt later.\n")
    assert found.pairs == () and any("geen gevonden" in warning for warning in found.warnings)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("De leden van de VVD-fractie vragen", "VVD"),
        ("de leden van de fracties van GroenLinks-PvdA en D66", "GroenLinks-PvdA, D66"),
        ("De leden van de Partij Vooruit-fractie", "Partij Vooruit"),
        ("De regering vindt dit", ""),
    ],
)
def test_names_of_fractions(text: str, names: str) -> None:
    assert name_fractions(text) == names


def test_a_nota_without_labels_of_answers_and_a_question_without_its_sign() -> None:
    found = read(
        HEAD + "Nr. 6\n\nNOTA NAAR AANLEIDING VAN HET VERSLAG\n\nHieronder ga ik in op de vragen.\n\n"
        "1\n\nDe leden van de LAND-fractie vragen of de pont vaart. Kan dat?\n\nJa, elke dag.\n\n"
        "2\n\nDe leden van de WATER-fractie vragen wat dit kost.\n\nHet kost een miljoen.\n\n"
        "3\n\nWie betaalt?\n\nDe provincie betaalt."
    )
    assert [(numbers, answer) for numbers, _, _, answer in said(found)] == [
        ((1,), "Ja, elke dag."),
        ((2,), "Het kost een miljoen."),
        ((3,), "De provincie betaalt."),
    ]


def test_an_overleg_with_a_table_of_contents() -> None:
    found = read(
        HEAD
        + "Nr. 8\n\nVERSLAG VAN EEN SCHRIFTELIJK OVERLEG\n\nInhoudsopgave\n\nI Vragen vanuit de fracties\n\n"
        "II Antwoord/Reactie van de Minister\n\nI Vragen vanuit de fracties\n\n"
        "Vragen en opmerkingen van de leden van de LAND-fractie\n\nDeze leden vragen of de pont vaart.\n\n"
        "Vragen en opmerkingen van de leden van de WATER-fractie\n\nDeze leden vragen wat dit kost.\n\n"
        "II Antwoord/Reactie van de Minister\n\n"
        "Vragen en opmerkingen van de leden van de LAND-fractie\n\nJa, elke dag.\n\n"
        "Vragen en opmerkingen van de leden van de WATER-fractie\n\nEen miljoen."
    )
    assert [(q, a) for _, _, q, a in said(found)] == [
        ("Deze leden vragen of de pont vaart.", "Ja, elke dag."),
        ("Deze leden vragen wat dit kost.", "Een miljoen."),
    ]


def test_a_title_above_numbered_questions_is_none_and_english_labels_are_labels() -> None:
    found = read(
        "Vragen\n\nVraag 1\n\nVaart de pont?\n\nAntwoord 1\n\nJa.\n\n"
        "Question 2\n\nWhat does it cost?\n\nAnswer to question 2\n\nA million."
    )
    assert [(numbers, q, a) for numbers, _, q, a in said(found)] == [
        ((1,), "Vaart de pont?", "Ja."),
        ((2,), "What does it cost?", "A million."),
    ]


ASKED = "1. Hoe hoog is de dijk?\n2. Wordt de dijk verhoogd?\n3. Wanneer hoort de Kamer dat?"
GIVEN = "1. De dijk is 12 meter hoog.\n2 en 3. Neen, en in mei."


@pytest.mark.parametrize("kind", ["txt", "html", "pdf"])
@pytest.mark.parametrize(
    "heading",
    [
        "Antwoorden",
        "Antwoord van minister Waterman (Waterzaken)",
        "Bijlage 2: de antwoorden",
        "Beantwoording:",
    ],
)
def test_all_questions_first_and_then_all_answers(heading: str, kind: str) -> None:
    lines = ["Vragen", *ASKED.split("\n"), heading, *GIVEN.split("\n")]
    if kind == "pdf":
        drawing = "".join(show(line, y=780 - 20 * n) for n, line in enumerate(lines))
        document = parse(RawFile("x.pdf", pdf(drawing), "x"))
    elif kind == "html":
        document = read("<html><body>" + "".join(f"<p>{line}</p>" for line in lines), "x.html")
    else:
        document = read("\n\n".join(lines))
    assert [(p.numbers, p.answer.of(document.text)) for p in document.pairs if p.answer] == [
        ((1,), "De dijk is 12 meter hoog."),
        ((2,), "Neen, en in mei."),
        ((3,), "Neen, en in mei."),
    ]


def test_a_second_series_that_answers_each_question_needs_no_heading() -> None:
    answers = "1. De dijk is 12 meter hoog.\n2. Neen.\n3. In mei."
    assert [pair[3] for pair in said(read(f"{ASKED}\n\n{answers}"))] == [
        "De dijk is 12 meter hoog.",
        "Neen.",
        "In mei.",
    ]
    assert not read(f"{ASKED}\n\n1. De dijk is 12 meter hoog.").pairs


def test_all_fractions_that_ask_together_are_named() -> None:
    asked = "De leden van de LAND-fractie en de leden van de WATER-fractie vragen naar de dijk."
    assert name_fractions(asked) == "LAND, WATER"
    document = read(
        HEAD + "Nr. 6 NOTA NAAR AANLEIDING VAN HET VERSLAG\n\n"
        "De regering dankt de leden en gaat in op de gestelde vragen.\n\n"
        f"{asked}\n\nDie is 12 meter hoog.\n"
    )
    assert said(document) == [((1,), "LAND, WATER", asked, "Die is 12 meter hoog.")]


@pytest.mark.parametrize("dot", ["", "."])
def test_bare_numbers_of_several_questions_count_on(dot: str) -> None:
    parts = {
        "1": ("Hoe hoog is de dijk?", "12 meter."),
        "2 en 3": ("Wat kost dat? Wie betaalt?", "Het Rijk."),
        "4": ("Komt er meer?", "Nee."),
    }
    lines = ["Antwoorden op de vragen van het lid Bos (LAND) over de dijk"]
    for number, (question, answer) in parts.items():
        lines += [f"{number}. {question}", answer] if dot else [number, question, answer]
    found = said(read("\n\n".join(lines)))
    assert [pair[0] for pair in found] == [(1,), (2, 3), (4,)]
    assert [pair[2:] for pair in found] == list(parts.values())


def test_questions_in_bold_above_their_answers_need_no_numbers() -> None:
    parts = [("Hoe hoog is de dijk?", "12 meter."), ("Wat kost dat?", "Vier miljoen.")]
    body = "".join(f"<p><b>{question}</b></p><p>{answer}</p>" for question, answer in parts)
    heading = "<p>Antwoorden op vragen van het lid Bos (LAND) over de dijk</p>"
    assert [pair[2:] for pair in said(read(f"<html><body>{heading}{body}", "x.html"))] == parts
    assert not read(f"<html><body><p>Veelgestelde zaken</p>{body}", "x.html").pairs


def test_members_who_ask_without_numbers_are_told_of() -> None:
    heading = "Vragen van het lid Bos (LAND) aan de minister van Waterzaken over de dijk:"
    document = read(f"{heading}\n\n• Hoe hoog?\n\n• Waarom?")
    assert any("zonder nummers" in warning for warning in document.warnings)


def test_chapters_with_numbers_are_no_questions_of_a_nota_in_running_text() -> None:
    lines = [
        "Nota naar aanleiding van het verslag",
        "1. Inleiding",
        "De leden van de VVD-fractie vragen hoeveel dijken er zijn. Kan de regering dat toelichten?",
        "Er zijn 438 dijken.",
        "2. Kosten",
        "De leden van de SP-fractie vragen wat het kost.",
        "De kosten bedragen € 1.250.000.",
    ]
    document = parse(letter(*lines))
    answers = [pair.answer.of(document.text) for pair in document.pairs if pair.answer is not None]
    assert answers == ["Er zijn 438 dijken.", "De kosten bedragen € 1.250.000."]


@pytest.mark.parametrize("answer", ["Antwoord: ", "", "Antwoord:\n\n"])
def test_sub_questions_with_an_answer_each(answer: str) -> None:
    text = (
        "Vragen van het lid Bakker (VVD) aan de minister van Water over dijken\n\n"
        f"1a. Hoeveel dijken zijn er?\n\n{answer}Er zijn 34 dijken.\n\n"
        f"1b. Hoeveel daarvan lekken?\n\n{answer}12 dijken.\n\n"
        f"2. Wat doet u?\n\n{answer}Niets."
    )
    document = parse(RawFile("set.txt", text.encode(), "set.txt"))
    answers = [pair.answer.of(document.text) for pair in document.pairs if pair.answer]
    assert answers == ["Er zijn 34 dijken.", "12 dijken.", "Niets."]
    assert [pair.numbers for pair in document.pairs] == [(1,), (1,), (2,)]


@pytest.mark.parametrize("mark", ["{}. ", "Vraag {}\n", "Vraag {}: "])
def test_a_figure_behind_the_word_answer_is_the_answer(mark: str) -> None:
    said = ["45.", "2.", "4,5 miljoen euro.", "12 dijken, en later 3.", "45%."]
    asked = [f"{mark.format(n)}Hoeveel lekken er?\n\nAntwoord: {text}" for n, text in enumerate(said, 1)]
    text = "Vragen van het lid Bakker (VVD) aan de minister van Water over dijken\n\n" + "\n\n".join(asked)
    document = parse(RawFile("set.txt", text.encode(), "set.txt"))
    assert [pair.answer.of(document.text) if pair.answer else "" for pair in document.pairs] == said


_GREETED = "Beste Piet,\n\nVoor het debat van morgen het volgende.\n\n"


def test_numbered_questions_in_a_message_need_no_word_that_says_so() -> None:
    asked = f"{_GREETED}1. Hoeveel dijken zijn er?\n2. Wat kosten 3 dijken?\n\nGroet,\nJan\n"
    document = parse(RawFile("x.txt", asked.encode(), "x.txt"))
    assert [(pair.numbers, pair.answer) for pair in document.pairs] == [((1,), None), ((2,), None)]
    answered = (
        f"{_GREETED}1. Hoeveel dijken zijn er?\n\nEr zijn 34 dijken.\n\n2. Wat kosten zij?\n\nDat is € 12.\n"
    )
    document = parse(RawFile("x.txt", answered.encode(), "x.txt"))
    answers = [pair.answer.of(document.text) for pair in document.pairs if pair.answer]
    assert answers == ["Er zijn 34 dijken.", "Dat is € 12."]


def test_what_else_somebody_counts_in_a_message_is_no_question() -> None:
    told = f"{_GREETED}1. De dijk is hoog.\n2. Wat kost de weg?\n\nGroet,\nJan\n"
    assert not parse(RawFile("x.txt", told.encode(), "x.txt")).pairs
    unwritten = "Onderzoek naar dijken\n\n1. Hoe hoog is de dijk?\n2. Wat kost de weg?\n"
    assert not parse(RawFile("x.txt", unwritten.encode(), "x.txt")).pairs


ANSWERED_IN_FORMS = [
    *[("{n}. {q}", "A: {a}"), ("Vraag {n}) {q}", "Antw. {n}) {a}"), ("{n}- {q}", "Antwoord {n}- {a}")],
    *[("{r}. {q}", "Antwoord: {a}"), ("[{n}] {q}", "[Antwoord] {a}"), ("#{n} {q}", "Antw: {a}")],
    *[("Vraag {n}. {q}", "Concept-antwoord: {a}"), ("{n}. {q}", "Voorgesteld antwoord: {a}")],
    *[("Vraag {n}/ {q}", "Antwoord {n}/ {a}"), ("Vr. {n}: {q}", "Antw. {n}: {a}")],
]


@pytest.mark.parametrize("glue", ["\n", "\n\n"])
@pytest.mark.parametrize(("asked", "answered"), ANSWERED_IN_FORMS)
def test_drafts_call_answers_in_many_ways(asked: str, answered: str, glue: str) -> None:
    pairs = [
        ("Hoeveel dijken zijn er?", "Er zijn 34 dijken."),
        ("Lekken er 12? Zo nee, waarom niet?", "Nee, zie artikel 4."),
        ("Wat doet u?", "Niets."),
    ]
    parts = [
        part.format(n=n, r=("i", "ii", "iii")[n - 1], q=question, a=answer)
        for n, (question, answer) in enumerate(pairs, 1)
        for part in (asked, answered)
    ]
    text = "Beantwoording Kamervragen over dijken\n\n" + glue.join(parts) + "\n"
    document = parse(RawFile("set.txt", text.encode(), "set.txt"))
    found = [
        (p.numbers, p.question.of(document.text), p.answer.of(document.text))
        for p in document.pairs
        if p.answer
    ]
    assert found == [((n,), *pair) for n, pair in enumerate(pairs, 1)]


def test_answers_below_all_questions_carry_the_same_marks() -> None:
    text = (
        "Vragen van het lid Bakker (VVD) aan de minister van Water over dijken\n\n"
        "1) Hoeveel?\n2) Waarom?\n3) Hoe?\n\n"
        "Antwoorden\n1) Vier.\n2) Daarom.\n3) Zo.\n"
    )
    document = parse(RawFile("set.txt", text.encode(), "set.txt"))
    answers = [pair.answer.of(document.text) for pair in document.pairs if pair.answer]
    assert answers == ["Vier.", "Daarom.", "Zo."]
