"""Parts of a question that stand in a list."""

from __future__ import annotations

import pytest

from learninglion.drafting.askings import Kind, askings_of, choices_of, kind_of, propose


@pytest.mark.parametrize(
    "question",
    [
        "Over de pont:\na. Klopt het dat hij stopt?\nb. Hoeveel kost dat?\nc. Wat vindt u daarvan?",
        "Over de pont: a) Klopt het dat hij stopt? b) Hoeveel kost dat? c) Wat vindt u daarvan?",
    ],
)
def test_every_letter_of_a_list_is_a_part(question: str) -> None:
    texts = [asking.text for asking in askings_of(question)]
    assert len(texts) == 3 and texts[1:] == ["Hoeveel kost dat?", "Wat vindt u daarvan?"]


def test_a_letter_inside_a_sentence_is_no_mark() -> None:
    (asking,) = askings_of("Geldt artikel 3 onder a. van de wet ook voor ponten?")
    assert "onder a. van de wet" in asking.text


def test_a_wish_for_form_and_term_gets_both_sentences() -> None:
    told = choices_of(
        propose(askings_of("Kunt u deze vragen afzonderlijk en binnen drie weken beantwoorden?"))
    )
    assert told == (
        "De vragen zijn waar mogelijk afzonderlijk beantwoord. De vragen zijn zo spoedig mogelijk "
        "beantwoord.",
        "De vragen zijn waar mogelijk afzonderlijk beantwoord. Het is niet gelukt de vragen op tijd te "
        "beantwoorden, omdat […].",
    )


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "Hoeveel ponten varen er, hoe lang duurt de overtocht, en wie betaalt dat?",
            ["Hoeveel ponten varen er?", "Hoe lang duurt de overtocht?", "Wie betaalt dat?"],
        ),
        (
            "Kunt u aangeven hoeveel ponten varen, hoe vaak dat is en of er boetes zijn?",
            ["Kunt u aangeven hoeveel ponten varen?", "Hoe vaak dat is?", "Of er boetes zijn?"],
        ),
        ("Vaart de pont en, zo ja, hoe vaak?", ["Vaart de pont?", "Zo ja, hoe vaak?"]),
        ("Klopt dit bericht?[1, 2 ] Wat vindt u ervan?", ["Klopt dit bericht?", "Wat vindt u ervan?"]),
        ("Klopt dit bericht?Wat vindt u ervan?", ["Klopt dit bericht?", "Wat vindt u ervan?"]),
        (
            "Wanneer vaart de pont weer, en worden de schippers betaald?",
            ["Wanneer vaart de pont weer?", "Worden de schippers betaald?"],
        ),
        (
            "Zijn er boetes gegeven, en om welke bedragen gaat het?",
            ["Zijn er boetes gegeven?", "Om welke bedragen gaat het?"],
        ),
        (
            "Bent u bereid de pont te redden? vi. Kunt u deze vragen voor het reces beantwoorden?",
            ["Bent u bereid de pont te redden?", "Kunt u deze vragen voor het reces beantwoorden?"],
        ),
        ("Hoe en wanneer gaat u de pont redden?", []),
        ("Wanneer de pont niet vaart, hoe lang duurt de reis dan?", []),
        ("Wat vindt u van de pont, welke eisen stelt aan het weer?", []),
        ("Kunt u aangeven, welke ponten varen?", []),
        ("Deelt u de zorg over de vraag of en wanneer de pont weer vaart?", []),
        ("Wilt u de pont en waar mogelijk de brug redden?", []),
        ("Kent u het bericht «Vaart de pont nog? Wie weet, en hoe lang»?", []),
        (
            "Zo ja, waarom, en welke boete overweegt u?",
            ["Zo ja, waarom?", "Welke boete overweegt u?"],
        ),
    ],
)
def test_each_that_asks_for_itself_is_a_part_and_what_is_one_stays_one(
    question: str, parts: list[str]
) -> None:
    assert [asking.text for asking in askings_of(question)] == (parts or [question])


@pytest.mark.parametrize(
    ("question", "proposal"),
    [
        ("Bent u bekend met het op 2 mei 2024 verschenen rapport over ponten?", "Ja."),
        ("Heeft u «De pont» gelezen?", "Ja."),
        ("Bent u bekend met de storingen bij de pont?", "Dat is mij [bekend / niet bekend]."),
        ("Bent u bekend met de in het rapport beschreven storingen?", "Dat is mij [bekend / niet bekend]."),
        ("Bent u ervan op de hoogte dat de pont niet vaart?", ""),
        ("Bent u bekend met het feit dat de pont niet vaart?", ""),
        ("Herinnert u zich, dat de pont niet voer?", ""),
    ],
)
def test_a_proposal_states_only_what_is_true_of_any_answer(question: str, proposal: str) -> None:
    assert propose(askings_of(question)) == proposal
    assert bool(proposal) == (kind_of(question) in {Kind.ACQUAINTANCE, Kind.PROCEDURAL})


@pytest.mark.parametrize("when", ["vóór het debat", "binnen een week", "vóór de volgende persconferentie"])
def test_whether_a_term_was_met_is_for_a_person_to_say(when: str) -> None:
    met, missed = choices_of(propose(askings_of(f"Kunt u deze vragen {when} beantwoorden?")))
    assert "zo spoedig mogelijk" in met and "niet gelukt" in missed and "[…]" in missed


def test_whether_papers_are_sent_is_for_a_person_to_say() -> None:
    asked = "Kunt u de rapporten voor de pont en de brug binnen een dag aan de Kamer doen toekomen?"
    told = choices_of(propose(askings_of(asked)))
    assert told == (
        "De gevraagde stukken zijn als bijlage gevoegd.",
        "De gevraagde stukken worden niet gedeeld, omdat […].",
    )


def test_what_is_asked_if_so_is_no_question_of_acquaintance() -> None:
    known, view = askings_of("Kent u het bericht? Zo ja, wat vindt u ervan?")
    assert (known.kind, view.kind) == (Kind.ACQUAINTANCE, Kind.OPINION)
    known, otherwise = askings_of("Kent u het bericht? Zo nee, waarom niet?")
    assert known.kind is otherwise.kind is Kind.ACQUAINTANCE
