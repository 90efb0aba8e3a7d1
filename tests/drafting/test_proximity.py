from __future__ import annotations

import pytest

from learninglion.drafting.aspects import AspectKind
from learninglion.drafting.extractive import draft
from learninglion.drafting.proximity import admits_ignorance, holds, holds_near
from learninglion.models import AnswerVerdict
from learninglion.testing import make_selection, make_source

SHOPS = make_source(
    "Winkeliers krijgen ruim twee jaar om zich aan te passen. Voor de 37 winkels onder een woning komt een "
    "vergoeding van ten hoogste 15.000 euro per winkel.",
    question="Krijgen winkeliers die moeten stoppen een vergoeding?",
)


@pytest.mark.parametrize(
    ("sentence", "held"),
    [
        ("Er varen 12 ponten.", True),
        ("De helft van de ponten vaart.", True),
        ("Geen enkele pont vaart.", True),
        ("Op 1 maart 2024 voer de pont niet.", False),
        ("Zie het antwoord op vraag 3.", False),
        ("De pont vaart een keer vaker.", False),
    ],
)
def test_a_date_or_a_reference_is_no_amount(sentence: str, held: bool) -> None:
    assert holds(AspectKind.AMOUNT, sentence) is held


@pytest.mark.parametrize(
    ("sentence", "held"),
    [
        ("De regels gelden vanaf 1 juli 2026.", True),
        ("Dat gebeurt binnen zes maanden.", True),
        ("Winkeliers krijgen twee jaar om zich aan te passen.", False),
        ("De Kamer wordt binnenkort geïnformeerd.", True),
        ("De regels worden aangepast.", False),
    ],
)
def test_moments(sentence: str, held: bool) -> None:
    assert holds(AspectKind.MOMENT, sentence) is held


def test_a_stretch_of_time_answers_how_long() -> None:
    assert holds(AspectKind.MOMENT, "Het herstel duurt twee jaar.", "Hoe lang duurt het herstel?")
    assert not holds(AspectKind.MOMENT, "Het herstel duurt twee jaar.", "Wanneer begint het herstel?")


def test_the_amount_stands_near_its_subject() -> None:
    said = ["Er varen 12 ponten.", "De haven van Zandmeer is oud.", "De molens zijn mooi."]
    assert holds_near(AspectKind.AMOUNT, "Hoeveel ponten varen er?", said)
    assert holds_near(AspectKind.AMOUNT, "Hoeveel havens heeft Zandmeer?", said)  # the sentence beside it
    assert not holds_near(AspectKind.AMOUNT, "Hoeveel molens zijn er?", said)


@pytest.mark.parametrize(
    "sentence",
    [
        "Deze cijfers worden niet landelijk bijgehouden.",
        "Hierover zijn geen gegevens beschikbaar.",
        "Wanneer het tekort is opgelost, kan ik niet zeggen.",
    ],
)
def test_that_it_is_not_known_is_an_answer_as_well(sentence: str) -> None:
    assert admits_ignorance(sentence)
    assert not admits_ignorance("De cijfers staan in de brief.")


@pytest.mark.parametrize(
    "part",
    [
        "hoeveel winkeliers hebben die vergoeding tot nu toe aangevraagd",
        "vanaf wanneer geldt die vergoeding",
    ],
)
def test_a_part_without_its_figure_is_missing(part: str) -> None:
    made = draft(make_selection(f"Krijgen winkeliers die moeten stoppen een vergoeding, en {part}?", [SHOPS]))
    assert made.verdict is AnswerVerdict.PARTIAL
    assert made.missing == (f"{part[0].upper()}{part[1:]}?",)


def test_a_part_with_its_figure_is_not() -> None:
    answered = make_source(
        f"{SHOPS.body} Tot nu toe hebben 21 winkeliers die vergoeding aangevraagd. De vergoeding geldt vanaf "
        "1 juli 2026.",
        question=SHOPS.question,
    )
    question = (
        "Krijgen winkeliers die moeten stoppen een vergoeding, en hoeveel winkeliers hebben die vergoeding "
        "tot nu toe aangevraagd, en vanaf wanneer geldt die vergoeding?"
    )
    made = draft(make_selection(question, [answered]))
    assert made.verdict is AnswerVerdict.ANSWERED
    assert made.missing == ()
