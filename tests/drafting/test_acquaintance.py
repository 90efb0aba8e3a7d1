from __future__ import annotations

import pytest

from learninglion.drafting.acquaintance import asks_acquaintance, known_item, same_item, tells_known
from learninglion.drafting.extractive import draft
from learninglion.models import AnswerVerdict
from learninglion.testing import make_selection, make_source

ASKED = "Bent u bekend met het bericht «Veerpont Duinwijk ligt al weken stil»?"
SAME = make_source("Ja.", question="Kent u het bericht «Veerpont Duinwijk ligt al weken stil»?")
ANOTHER = make_source(
    "Ja, ik heb kennisgenomen van het bericht. De pont wordt dit jaar nog hersteld.",
    question="Bent u bekend met het bericht «Veerpont Zandmeer krijgt nieuwe motor»?",
)


@pytest.mark.parametrize(
    "question",
    [
        ASKED,
        "Kent u het bericht «Pont vaart niet»?",
        "Heeft u kennisgenomen van het rapport over veerponten?",
        "Bent u op de hoogte van de storing bij Duinwijk?",
        "Herinnert u zich de motie over veerponten?",
    ],
)
def test_questions_for_acquaintance_are_recognised(question: str) -> None:
    assert asks_acquaintance(question)


def test_other_questions_are_not() -> None:
    assert not asks_acquaintance("Bent u bereid de veerpont te herstellen?")
    assert not asks_acquaintance("Hoeveel veerponten zijn er?")


def test_the_same_item_is_the_same_title_or_description() -> None:
    assert same_item(ASKED, SAME.question)
    assert not same_item(ASKED, ANOTHER.question)
    assert same_item(
        "Kent u de oproep van 190 organisaties die in Jemen actief zijn?",
        "Bent u bekend met de recente oproep van 190 organisaties die actief zijn in Jemen?",
    )
    assert known_item(ASKED).startswith("bericht «Veerpont Duinwijk")


def test_the_same_item_is_answered_with_its_yes() -> None:
    made = draft(make_selection(ASKED, [SAME]))
    assert made.verdict is AnswerVerdict.ANSWERED
    assert made.statements[0].text == "Ja."


def test_a_yes_about_another_item_answers_nothing() -> None:
    made = draft(make_selection(ASKED, [ANOTHER]))
    assert made.verdict is AnswerVerdict.UNANSWERABLE
    assert made.statements == ()
    assert any("Vul dit zelf in" in remark for remark in made.left_out)


def test_the_rest_of_such_a_question_can_be_answered_without_that_yes() -> None:
    question = f"{ASKED} Wordt de pont dit jaar nog hersteld?"
    made = draft(make_selection(question, [ANOTHER]))
    assert made.verdict is AnswerVerdict.PARTIAL
    assert made.missing == (ASKED,)
    assert [s.citations[0].quote for s in made.statements] == ["De pont wordt dit jaar nog hersteld."]


def test_a_bare_yes_leaves_what_else_is_asked_open() -> None:
    made = draft(make_selection(f"{ASKED} Wat is uw reactie hierop?", [SAME]))
    assert made.verdict is AnswerVerdict.PARTIAL
    assert made.missing == ("Wat is uw reactie hierop?",)


def test_an_answer_without_its_question_shows_what_is_known() -> None:
    assert tells_known(ASKED, ["Ja, ik ken het bericht over de veerpont bij Duinwijk die stil ligt."])
    assert not tells_known(ASKED, ["Ja, ik ben bekend met het bericht over de haven."])


def test_to_speak_of_its_subject_is_not_to_know_a_report() -> None:
    question = "Bent u bekend met het bericht «Schippers willen af van vuurwerk in de haven»?"
    subject = "Schippers hebben zorgen over vuurwerk in de haven."
    assert not tells_known(question, (subject,))
    assert tells_known(question, ("Ik ken het bericht over de schippers en vuurwerk in de haven.",))
    assert tells_known(
        question, ("Het bericht «Schippers willen af van vuurwerk in de haven» gaat daarover.",)
    )
