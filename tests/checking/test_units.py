from __future__ import annotations

import pytest

from learninglion.checking.citations import cite
from learninglion.checking.verify import check
from learninglion.drafting.units import has_table, sentences_of, units_of
from learninglion.models import Statement, StatementVerdict
from learninglion.testing import make_source

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
