from __future__ import annotations

import io
from datetime import date

import pypdfium2 as pdfium
import pytest
from sheets import pair, read, said, sheet

from learninglion.models import Answerer
from learninglion.parsing.kamervragen.header import (
    find_related,
    parse_answerers,
    parse_asked_on,
    parse_received_on,
    parse_subject,
)


@pytest.mark.parametrize(
    ("introduction", "subject"),
    [
        (
            "Vragen van het lid Bos (SP) aan de Minister voor Zand over de dijk (ingezonden 5 juni 2024).",
            "de dijk",
        ),
        (
            "Vragen van het lid Bos (SP) aan de Minister van Zand over het artikel «Over en uit» "
            "(ingezonden 5 juni 2024).",
            "het artikel «Over en uit»",
        ),
        (
            "Vragen van het lid Bos (SP) aan de Minister van Zand naar aanleiding van de storm. "
            "(Ingezonden 5 juni 2006)",
            "de storm",
        ),
        (
            "Vragen van het lid Bos aan de Minister van Zand inzake de dijk in o.a. Oudeveen (ingezonden 5 "
            "juni 2024)",
            "de dijk in o.a. Oudeveen",
        ),
    ],
)
def test_subject(introduction: str, subject: str) -> None:
    assert parse_subject(introduction) == subject


@pytest.mark.parametrize(
    ("heading", "answerers"),
    [
        (
            "Antwoord van de Ministers Van Ballum (Justitie) en Ter Voort (Zand), mede namens de "
            "staatssecretaris van "
            "Water (ontvangen 3 maart 2008)",
            (
                Answerer("Van Ballum", "Minister", "Justitie"),
                Answerer("Ter Voort", "Minister", "Zand"),
                Answerer(None, "Staatssecretaris", "Water", True),
            ),
        ),
        (
            "Antwoord van Minister-President Bos (Algemene Zaken), mede namens de Ministers van Zand, van "
            "Water en "
            "Wegen en voor Dijken (ontvangen 3 maart 2021).",
            (
                Answerer("Bos", "Minister-President", "Algemene Zaken"),
                Answerer(None, "Minister", "Zand", True),
                Answerer(None, "Minister", "Water en Wegen", True),
                Answerer(None, "Minister voor", "Dijken", True),
            ),
        ),
        (
            "Antwoord van Minister Bos (Zand) en van Staatssecretaris ’t Hof (Water – Dijken), mede namens "
            "Minister De "
            "Vries-Jansen (BZK) (ontvangen 1 februari 2023)",
            (
                Answerer("Bos", "Minister", "Zand"),
                Answerer("’t Hof", "Staatssecretaris", "Water – Dijken"),
                Answerer("De Vries-Jansen", "Minister", "Binnenlandse Zaken en Koninkrijksrelaties", True),
            ),
        ),
        (
            "Antwoord van de Minister van Justitie en de Staatssecretaris van Defensie (ontvangen 1 mei "
            "1999)",
            (Answerer(None, "Minister", "Justitie"), Answerer(None, "Staatssecretaris", "Defensie")),
        ),
        (
            "Antwoord van Minister Bos (Zand) mede namens de Staatssecretaris van Water en Wegen en Minister "
            "Van ’t Hof (Dijken) (ontvangen 1 mei 2021)",
            (
                Answerer("Bos", "Minister", "Zand"),
                Answerer(None, "Staatssecretaris", "Water en Wegen", True),
                Answerer("Van ’t Hof", "Minister", "Dijken", True),
            ),
        ),
        (
            "Antwoord van de Staatssecretaris en de Minister van Zand (ontvangen 1 mei 2021)",
            (Answerer(None, "Staatssecretaris", "Zand"), Answerer(None, "Minister", "Zand")),
        ),
        (
            "Antwoord van de Minister-President, Minister van Algemene Zaken (ontvangen 1 mei 2021)",
            (Answerer(None, "Minister-President", "Algemene Zaken"),),
        ),
        (
            "Antwoord van Minister Bos (ontvangen 1 mei 2021)",
            (Answerer("Bos", "Minister", None),),
        ),
        (
            "Mededeling van Minister Bos (Zand, Water (waarnemend)) (ontvangen 7 juni 2024)",
            (Answerer("Bos", "Minister", "Zand, Water (waarnemend)"),),
        ),
    ],
)
def test_answerers(heading: str, answerers: tuple[Answerer, ...]) -> None:
    assert parse_answerers(heading) == answerers


def test_dates() -> None:
    assert parse_asked_on("... over de dijk. (Ingezonden 3 februari 2006)") == date(2006, 2, 3)
    assert parse_asked_on("... over de dijk (ingezonden op 3 februari 2006).") == date(2006, 2, 3)
    assert parse_received_on("Antwoord (ontvangen (ontvangen 7 juni 2024).") == date(2024, 6, 7)
    assert parse_received_on("Antwoord (ontvangen 31 juni 2024).") is None
    assert parse_received_on("Antwoord") is None


def test_related_publications() -> None:
    text = (
        "Antwoord (ontvangen 11 juni 2024). Zie ook Aanhangsel Handelingen, vergaderjaar 2023–2024, nrs. "
        "12, 13 en 2147"
        " en vergaderjaar 2019–2020, nr. 44."
    )
    assert find_related(text, "ah-tk-20232024-1") == (
        "ah-tk-20232024-12",
        "ah-tk-20232024-13",
        "ah-tk-20232024-2147",
        "ah-tk-20192020-44",
    )
    assert find_related("Antwoord (ontvangen 11 juni 2024).", "ah-tk-20232024-1") == ()
    assert find_related("Zie ook Aanhangsel Handelingen I, 2010/11, nr. 3.", "ah-tk-20232024-1") == (
        "ah-ek-20102011-3",
    )


@pytest.mark.parametrize("turns", [0, 90, 180, 270])
@pytest.mark.parametrize("behind", [False, True])
def test_published_pages_that_are_turned_or_stand_behind_an_empty_one(turns: int, behind: bool) -> None:
    content = sheet(*pair("1", "_Hoe hoog is de dijk?_", "Vier meter."), *pair("2", "_Hoe lang?_", "Acht."))
    opened = pdfium.PdfDocument(content)
    for page in opened:
        page.set_rotation(turns)
    if behind:
        opened.new_page(595, 842, 0)
    written = io.BytesIO()
    opened.save(written)
    wanted, found = read(content), read(written.getvalue())
    assert [(p.numbers, said(found, p.question), said(found, p.answer)) for p in found.pairs] == [
        (p.numbers, said(wanted, p.question), said(wanted, p.answer)) for p in wanted.pairs
    ]
    assert (found.number, found.asked_on, found.warnings) == (wanted.number, wanted.asked_on, ())
