from __future__ import annotations

from datetime import date

import pytest

from learninglion.models import Asker
from learninglion.parsing.kamervragen.header import parse_askers, parse_date


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Vragen van het lid Van der Meer (LAND) aan de Minister", [("Van der Meer", "LAND")]),
        ("Vragen van het lid De Boer-van Dijk(WATER) aan de", [("De Boer-van Dijk", "WATER")]),
        ("vragen van de leden Bos, Dijk (A) en Zee (D) over", [("Bos", "A"), ("Dijk", "A"), ("Zee", "D")]),
        ("Vragen van het lid Bos en Dijk (beiden LAND) aan de", [("Bos", "LAND"), ("Dijk", "LAND")]),
        ("Beantwoording Kamervragen leden Bos (A) en Dijk (B) over de", [("Bos", "A"), ("Dijk", "B")]),
        ("vragen van het van het lid ’t Hart (A) aan de minister", [("’t Hart", "A")]),
        ("vragen van het lid Bos (A) en het lid Dijk (B) over iets", [("Bos", "A"), ("Dijk", "B")]),
        ("Vragen van het lid Çelik-Öz (A) aan de Minister", [("Çelik-Öz", "A")]),
        ("Vragen van de leden A.B. Bos (A) en d’Hondt (B) aan de", [("A.B. Bos", "A"), ("d’Hondt", "B")]),
        ("vragen van het lid van der Meer (A) over iets", [("van der Meer", "A")]),
        ("vragen van de leden van de Tweede Kamer (2024) over iets", []),
        ("een zin zonder namen", []),
    ],
)  # fmt: skip
def test_askers(text: str, expected: list[tuple[str, str]]) -> None:
    assert parse_askers(text) == tuple(Asker(*pair) for pair in expected)


def test_dates() -> None:
    assert parse_date("Datum | 16 mei 2031") == date(2031, 5, 16)
    assert parse_date("Den Haag, 01-02-2031") == date(2031, 2, 1)
    assert parse_date("31 februari 2031, verzonden 3 maart 2031") == date(2031, 3, 3)
    assert parse_date("nooit") is None
