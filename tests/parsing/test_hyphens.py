from __future__ import annotations

import pytest

from learninglion.parsing.pdf.lines import compose
from learninglion.parsing.writing import Junction, join_lines


@pytest.mark.parametrize(
    ("left", "right", "joined"),
    [
        ("het onder-", "zoek naar", "het onderzoek naar"),
        ("de zand-", "en grindwinning", "de zand- en grindwinning"),
        ("in- of", "uitvoer", "in- of uitvoer"),
        ("de ILT-", "signaalrapportage", "de ILT-signaalrapportage"),
        ("Noord-", "Brabant", "Noord-Brabant"),
        ("COVID-", "19", "COVID-19"),
        ("2023-", "2024", "2023-2024"),
        ("auto-", "ongeluk", "auto-ongeluk"),
        ("be-", "ëindigen", "beëindigen"),
        ("ge-", "informeerd", "geinformeerd"),
        ("ex-", "partner", "ex-partner"),
        ("hij zegt -", "en dat is waar", "hij zegt - en dat is waar"),
        ("https://www.dijk.nl/over-", "ons/contact", "https://www.dijk.nl/over-ons/contact"),
        ("zie https://", "www.dijk.nl", "zie https://www.dijk.nl"),
        ("zie www.dijk.nl/nieuws/", "2024/dijk-verzakt", "zie www.dijk.nl/nieuws/2024/dijk-verzakt"),
        ("zie www.dijk.nl/nieuws/", "Daarnaast geldt", "zie www.dijk.nl/nieuws/ Daarnaast geldt"),
        ("einde.", "Begin", "einde. Begin"),
        ("on\u00ad".rstrip(), "derzoek", "onderzoek"),
    ],
)
def test_joining(left: str, right: str, joined: str) -> None:
    how = join_lines(left, right)
    result = left[:-1] + right if how == Junction.DROP_HYPHEN else left + how + right
    assert result == joined


def test_words_elsewhere_in_the_document_decide() -> None:
    assert join_lines("de kosten-", "raming", {"kosten-raming"}) == Junction.NONE
    assert join_lines("de OV-", "chipkaart", {"ovchipkaart"}) == Junction.DROP_HYPHEN


def test_accents_stand_on_their_letters() -> None:
    # "s" at 0, a cedilla drawn over it, "i" where the s ends.
    composed = compose("s¸i", (0.0, 1.0, 4.7, 7.0), 8.5)
    assert composed == ("şi", (0.0, 4.7, 7.0), [0, 1, 1, 2])
    # Drawn before its letter.
    assert compose("´ca", (0.0, 0.4, 5.0, 9.0), 8.5) == ("ća", (0.0, 5.0, 9.0), [0, 0, 1, 2])


@pytest.mark.parametrize("text", ["foto´s", "zo´n dijk", "5° C", "naïef en één"])
def test_other_signs_stay(text: str) -> None:
    edges = tuple(5.0 * i for i in range(len(text) + 1))
    assert compose(text, edges, 8.5) is None
