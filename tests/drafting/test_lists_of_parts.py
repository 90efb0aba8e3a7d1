"""Parts of a question that stand in a list."""

from __future__ import annotations

import pytest

from learninglion.drafting.askings import askings_of, propose


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
    told = propose(askings_of("Kunt u deze vragen afzonderlijk en binnen drie weken beantwoorden?"))
    assert (
        told == "Ja, de vragen zijn afzonderlijk beantwoord. De vragen zijn zo spoedig mogelijk beantwoord."
    )
