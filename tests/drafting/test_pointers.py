from __future__ import annotations

import pytest

from learninglion.drafting.extractive import draft
from learninglion.drafting.pointers import leans, points_away, unpoint
from learninglion.drafting.verdict import verify
from learninglion.models import StatementVerdict
from learninglion.testing import make_selection, make_source

QUESTION = "Wordt er gewerkt aan een nieuwe dienstregeling voor de veerpont bij Duinwijk?"


@pytest.mark.parametrize(
    ("text", "left", "follows"),
    [
        ("Zoals gezegd wordt gewerkt aan een plan.", "wordt gewerkt aan een plan.", True),
        ("Zoals hierboven aangegeven, is dat zo.", "is dat zo.", True),
        ("Zoals aangegeven in het antwoord op vraag 3 vaart de pont.", "vaart de pont.", True),
        ("Zoals in antwoord 4 is aangegeven heeft de pont rust.", "heeft de pont rust.", True),
        ("De pont vaart (zie ook het antwoord op vraag 2) dagelijks.", "De pont vaart dagelijks.", False),
        ("De eerder genoemde pont vaart dagelijks.", "De pont vaart dagelijks.", False),
        ("De pont vaart, zoals eerder gemeld, dagelijks.", "De pont vaart dagelijks.", False),
        (
            "Zoals gemeld in de brief van mei vaart de pont.",
            "Zoals gemeld in de brief van mei vaart de pont.",
            False,
        ),
        (
            "De pont vaart dagelijks, zoals de reder dat wil.",
            "De pont vaart dagelijks, zoals de reder dat wil.",
            False,
        ),
    ],
)
def test_pointing_words_are_cut(text: str, left: str, follows: bool) -> None:
    cut = unpoint(text)
    assert (cut.text, cut.follows) == (left, follows)


def test_what_points_elsewhere_is_recognised() -> None:
    assert points_away("Voor de kosten verwijs ik u naar het antwoord op vraag 3.")
    assert points_away("In mijn antwoorden op vraag 7 en 8 ben ik daarop ingegaan.")
    assert points_away("Zie ook het antwoord op de vorige vraag hierboven.")
    assert not points_away("De vraag naar veerponten is in 2023 gedaald met 3 procent.")
    assert not points_away("Zie hiervoor de brief over veerponten van 3 mei.")
    assert not points_away("Ik verwijs u naar de brief van 3 mei.")


def test_what_a_sentence_says_of_itself_leans_on_nothing() -> None:
    assert not leans("De pont is van de gemeente en valt daarmee onder de verordening.")
    assert leans("De pont valt hierdoor onder de verordening.")
    assert leans("De reder heeft daarmee ervaring en vaart daardoor beter.")


def test_the_phrase_of_the_source_takes_the_place_of_as_said() -> None:
    source = make_source(
        "Zoals gezegd wordt gewerkt aan een nieuwe dienstregeling voor de veerpont bij Duinwijk.",
        question=QUESTION,
    )
    made = draft(make_selection(QUESTION, [source]))
    assert [s.text for s in made.statements] == [
        "Zoals op 1 maart 2024 aan uw Kamer is gemeld, wordt gewerkt aan een nieuwe dienstregeling "
        "voor de veerpont bij Duinwijk."
    ]
    assert made.statements[0].citations[0].quote == source.body
    assert [c.verdict for c in verify(made).checks] == [StatementVerdict.SUPPORTED]


def test_a_sentence_that_only_points_is_not_taken() -> None:
    source = make_source(
        "Er wordt gewerkt aan een nieuwe dienstregeling voor de veerpont bij Duinwijk. "
        "Voor de dienstregeling van de veerpont verwijs ik naar het antwoord op vraag 3.",
        question=QUESTION,
    )
    made = draft(make_selection(QUESTION, [source]))
    assert not any("vraag 3" in s.text for s in made.statements)
