from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from learninglion.drafting.extractive import draft
from learninglion.drafting.promises import as_of, has_passed
from learninglion.testing import make_card, make_selection, make_source

WRITTEN = date(2024, 5, 17)
QUESTION = "Wanneer krijgt de Kamer het onderzoek naar de veerpont bij Duinwijk?"
SOURCE = make_source(
    "Uw Kamer wordt voor het zomerreces geïnformeerd over het onderzoek naar de veerpont bij Duinwijk.",
    question=QUESTION,
    card=make_card(day=WRITTEN),
)


@pytest.mark.parametrize(
    ("text", "still", "passed"),
    [
        ("Uw Kamer wordt voor het zomerreces geïnformeerd.", date(2024, 8, 31), date(2024, 9, 1)),
        ("Ik zal de Kamer eind dit jaar informeren.", date(2024, 12, 31), date(2025, 1, 1)),
        ("De komende maanden werk ik dit uit.", date(2024, 11, 16), date(2024, 11, 17)),
        ("Het rapport volgt volgend jaar.", date(2025, 12, 31), date(2026, 1, 1)),
        ("De wet komt in het vierde kwartaal van 2025.", date(2025, 12, 31), date(2026, 1, 1)),
        ("Het besluit wordt in maart gepubliceerd.", date(2025, 3, 31), date(2025, 4, 1)),
        ("Ik verwacht het rapport in december 2024.", date(2024, 12, 31), date(2025, 1, 1)),
    ],
)
def test_a_moment_passes(text: str, still: date, passed: date) -> None:
    assert not has_passed(text, WRITTEN, still)
    assert has_passed(text, WRITTEN, passed)


@pytest.mark.parametrize(
    "text",
    [
        "In 2022 wordt in totaal 3 miljoen euro uitgegeven.",  # was past when it was written
        "De maatregel geldt sinds dit jaar.",  # promises nothing
        "Ik zal de Kamer informeren.",  # names no moment
        "Ik informeer de Kamer eind dit jaar en in 2090.",
    ],
)
def test_what_is_no_promise_that_has_passed(text: str) -> None:
    assert not has_passed(text, WRITTEN, date(2026, 11, 20))


def test_without_dates_nothing_is_known_to_have_passed() -> None:
    assert not has_passed("Ik informeer de Kamer eind dit jaar.", None, date(2026, 1, 1))
    assert not has_passed("Ik informeer de Kamer eind dit jaar.", WRITTEN, None)


def test_the_day_comes_from_the_questions_or_from_the_newest_source() -> None:
    plain = make_selection(QUESTION, [SOURCE])
    assert as_of(replace(plain, introduction="Vragen (ingezonden 20 november 2026)")) == date(2026, 11, 20)
    assert as_of(replace(plain, introduction="Vragen (ingezonden 31 februari 2026)")) == WRITTEN
    assert as_of(plain) == WRITTEN
    assert as_of(make_selection(QUESTION, [])) is None


def test_the_reader_is_told_that_the_time_of_a_promise_has_passed() -> None:
    selection = make_selection(QUESTION, [SOURCE])
    later = draft(replace(selection, introduction="Vragen (ingezonden 20 november 2026)."))
    assert any(r.startswith("Deze toezegging is van 17 mei 2024; de termijn is voor") for r in later.left_out)
    at_once = draft(replace(selection, introduction="Vragen (ingezonden 20 mei 2024)."))
    quotes = [[c.quote for c in s.citations] for s in at_once.statements]
    assert quotes and quotes == [[c.quote for c in s.citations] for s in later.statements]
    assert not any("toezegging" in r for r in at_once.left_out)
