from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from learninglion.checking.citations import cite
from learninglion.checking.verify import check
from learninglion.drafting.extractive import draft
from learninglion.drafting.quotation import (
    as_of,
    has_passed,
    has_table,
    leans,
    of_another_time,
    points_away,
    sentences_of,
    units_of,
    unpoint,
)
from learninglion.drafting.verdict import verify
from learninglion.models import Statement, StatementVerdict
from learninglion.testing import make_card, make_selection, make_source

LIST = make_source(
    "Ja. Met een wijziging van het Pontenbesluit verander ik drie dingen:\n"
    "– de kosten van een vaarbewijs gaan van 80 naar 60 euro;\n"
    "– het aantal overtochten gaat van 10.000 naar 15.000;\n"
    "– varen zonder reddingsvest is niet meer toegestaan.\n"
    "De nieuwe regels gelden vanaf 1 juli 2026."
)


def texts(body: str) -> list[str]:
    return [u.text for u in units_of(make_source(body))]


def test_a_list_reads_as_a_sentence_with_its_introduction() -> None:
    assert [u.text for u in units_of(LIST)] == [
        "Ja.",
        "Met een wijziging van het Pontenbesluit verander ik drie dingen: de kosten van een vaarbewijs gaan "
        "van 80 naar 60 euro; het aantal overtochten gaat van 10.000 naar 15.000; varen zonder reddingsvest "
        "is niet meer toegestaan.",
        "De nieuwe regels gelden vanaf 1 juli 2026.",
    ]
    assert [u.is_list for u in units_of(LIST)] == [False, True, False]
    assert [t for t, _, _ in sentences_of(LIST)] == ["Ja.", "De nieuwe regels gelden vanaf 1 juli 2026."]


@pytest.mark.parametrize(
    "body",
    [
        LIST.body,
        "De aanpak heeft drie onderdelen:\n1. een loket waar iedere schipper gratis advies krijgt;\n"
        "2. een bijdrage van 75 procent in de kosten, tot ten hoogste 3.500 euro; en\n"
        "3. het Fonds Veerponten. De regeling gaat open op 3 juli 2023.",
        "De planning is als volgt: – Eind 2022: de doelen worden vastgesteld. – Begin 2023: de plannen komen."
        " – Daarna volgt de evaluatie.",
        "Er zijn twee maatregelen genomen:\n1. Elke brug wordt bekeken. Dat geldt ook voor kleine bruggen."
        "\n2. Alle schippers krijgen een cursus.\nDit gebeurt ieder jaar.",
    ],
)
def test_what_is_made_of_a_list_holds_and_its_quote_is_verbatim(body: str) -> None:
    source = make_source(body)
    lists = [u for u in units_of(source) if u.is_list]
    assert len(lists) == 1
    for unit in units_of(source):
        citation = cite(source, unit.span)
        assert citation.quote in body
        assert check(Statement(unit.text, (citation,)), [source]).verdict is StatementVerdict.SUPPORTED
        assert not unit.text.startswith(("–", "1."))
        assert not unit.text.endswith(";")


def test_every_sentence_of_an_item_stays_with_it() -> None:
    made = texts(
        "Er zijn twee maatregelen genomen:\n1. Elke brug wordt bekeken. Dat geldt ook voor kleine bruggen."
        "\n2. Alle schippers krijgen een cursus.\nDit gebeurt ieder jaar."
    )
    assert made == [
        "Er zijn twee maatregelen genomen: Elke brug wordt bekeken. Dat geldt ook voor kleine bruggen; "
        "Alle schippers krijgen een cursus.",
        "Dit gebeurt ieder jaar.",
    ]


def test_what_says_nothing_by_itself_is_left_out() -> None:
    body = (
        "1. Veerponten en hun toekomst\nDe ponten blijven varen.\nHet rapport kende drie adviezen:\n"
        "Jaar | Ponten\n2022 | 12\n2023 | 14\n- half, met een vergoeding;\nHet aantal groeit."
    )
    assert texts(body) == ["De ponten blijven varen.", "Het aantal groeit."]
    assert has_table(make_source(body))
    assert not has_table(LIST)
    assert texts("De pont vaart. Voor afstanden\nvan twee meter geldt een regel.")[0] == "De pont vaart."
    assert "Voor afstanden" not in texts("De pont vaart. Voor afstanden\nvan twee meter geldt een regel.")


def test_a_sentence_that_lost_its_full_stop_is_still_one() -> None:
    assert texts("Ja") == ["Ja"]
    assert texts("De pont bij Duinwijk blijft tot nader order varen") == [
        "De pont bij Duinwijk blijft tot nader order varen"
    ]
    assert texts("Dat klopt. De pont bij Duinwijk vaart")[-1] == "De pont bij Duinwijk vaart"


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
        ("De pont vaart, zie ook vragen 3 tot en met 5, dagelijks.", "De pont vaart dagelijks.", False),
        ("Zoals in antwoord 3 t/m 5 is aangegeven vaart de pont.", "vaart de pont.", True),
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


WRITTEN = date(2024, 5, 17)
WHEN = "Wanneer krijgt de Kamer het onderzoek naar de veerpont bij Duinwijk?"
PROMISE = make_source(
    "Uw Kamer wordt voor het zomerreces geïnformeerd over het onderzoek naar de veerpont bij Duinwijk.",
    question=WHEN,
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
    plain = make_selection(WHEN, [PROMISE])
    assert as_of(replace(plain, introduction="Vragen (ingezonden 20 november 2026)")) == date(2026, 11, 20)
    assert as_of(replace(plain, introduction="Vragen (ingezonden 31 februari 2026)")) == WRITTEN
    assert as_of(plain) == WRITTEN
    assert as_of(make_selection(WHEN, [])) is None
    today = replace(plain, selected_at=datetime(2027, 3, 1, tzinfo=UTC))
    assert as_of(today) == date(2027, 3, 1)  # the day of drafting
    assert as_of(replace(today, introduction="2026Z18884")) == date(2026, 12, 31)
    assert as_of(replace(today, introduction="Vragen (ingezonden 20 november 2026)")) == date(2026, 11, 20)


def test_the_reader_is_told_that_the_time_of_a_promise_has_passed() -> None:
    selection = make_selection(WHEN, [PROMISE])
    later = draft(replace(selection, introduction="Vragen (ingezonden 20 november 2026)."))
    assert any(r.startswith("Deze toezegging is van 17 mei 2024; de termijn is voor") for r in later.left_out)
    at_once = draft(replace(selection, introduction="Vragen (ingezonden 20 mei 2024)."))
    quotes = [[c.quote for c in s.citations] for s in at_once.statements]
    assert quotes and quotes == [[c.quote for c in s.citations] for s in later.statements]
    assert not any("toezegging" in r for r in at_once.left_out)


@pytest.mark.parametrize(
    ("asked", "other"),
    [
        ("Hoeveel ponten voeren er op 1 oktober 2024?", False),
        ("Hoeveel ponten voeren er op 1 oktober?", False),
        ("Hoeveel ponten voeren er op 1 juli 2024?", True),
        ("Hoeveel ponten voeren er op 1 oktober 2025?", True),
        ("Hoeveel ponten voeren er in 2024?", False),
        ("Hoeveel ponten voeren er in 2021?", True),
        ("Hoeveel ponten zijn er bijgekomen sinds 2021?", False),
        ("Hoeveel ponten zijn er volgens de Agenda 2030?", False),
        ("Hoeveel ponten varen er nu?", False),
    ],
)
def test_a_sentence_of_another_time_than_is_asked(asked: str, other: bool) -> None:
    source = make_source(
        "Op 1 oktober voeren er 12 ponten. Daarvan zijn er 3 nieuw.",
        card=make_card(day=date(2024, 11, 18)),
    )
    assert of_another_time(asked, source) == (frozenset({0, 1}) if other else frozenset())


def test_a_source_knows_no_figure_of_a_later_year() -> None:
    source = make_source("Er varen 12 ponten. De ponten kosten 3 miljoen euro per jaar.")
    assert of_another_time("Hoeveel ponten varen er in 2030?", source) == {0}
    assert not of_another_time("Hoeveel ponten voeren er in 2019?", source)
