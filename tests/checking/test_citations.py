from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from learninglion.checking.citations import QuoteProblem, cite, find_quote, reference, resolve
from learninglion.models import Answerer, Citation, DocumentKind, Region, SourceKind, Span
from learninglion.testing import make_card, make_source


def test_the_fixed_form() -> None:
    card = make_card(number=1771)
    assert reference(make_source("Ja.", numbers=(4,), card=card)) == (
        "Aanhangsel Handelingen II 2023/24, nr. 1771, antwoord op vraag 4"
    )
    assert reference(make_source("Ja.", numbers=(3, 4, 5), card=card)).endswith("antwoord op vraag 3, 4 en 5")
    old = replace(card, session_year="1999-2000")
    assert "II 1999/2000, nr." in reference(make_source("Ja.", card=old))


def test_other_kinds_of_source() -> None:
    letter = replace(
        make_card(kind=DocumentKind.LETTER, number=None, day=date(2024, 5, 17)),
        answerers=(Answerer("Van Test", "Minister", "Financiën"),),
    )
    assert reference(make_source("Ja.", numbers=(2,), card=letter)) == (
        "Brief van de Minister van Financiën van 17 mei 2024, antwoord op vraag 2"
    )
    report = make_card(kind=DocumentKind.DOCUMENT, number=None, title="Rapport veren", day=None)
    section = replace(make_source("Tekst.", card=report, kind=SourceKind.SECTION), heading_path=("Kosten",))
    assert reference(section) == "“Rapport veren”, paragraaf “Kosten”, p. 1"
    supplied = make_source("Wij blijven varen.", kind=SourceKind.SUPPLIED)
    assert reference(supplied).startswith("aangeleverd door de opsteller")


def test_cite_keeps_the_place_and_refuses_what_lies_outside() -> None:
    source = make_source("Er varen 12 veerponten. Dat blijft zo.")
    start = source.body_span.start
    region = Region(3, 1.0, 2.0, 3.0, 4.0)
    made = cite(source, Span(start, start + 23), lambda _document, _span: (region,))
    assert made.quote == "Er varen 12 veerponten."
    assert (made.page, made.regions, made.source_id) == (3, (region,), source.id)
    with pytest.raises(ValueError, match="outside"):
        cite(source, Span(0, 3))


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("het ILT-rapport over 2020-2024", True),
        ("het ILT\u2011rapport over 2020–2024", True),
        ("het ILT- rapport over 2020 - 2024", True),
        ("het ILT-rapport over 20202024", False),
        ("het ILT-rapport over 2020-2025", False),
        ("LT-rapport over 2020-2024", False),  # not whole words
        ("... het ILT-rapport over 2020-2024 ...", True),
        ("“het ILT-rapport” over 2020-2024", True),
        ("", False),
    ],
)
def test_find_quote(quote: str, found: bool) -> None:
    assert (find_quote(quote, "Zie het ILT-rapport over 2020-2024.") is not None) is found


def test_a_quote_is_not_found_inside_a_word() -> None:
    assert find_quote("mogelijk", "Dat is onmogelijk.") is None
    span = find_quote("mogelijk", "Dat is onmogelijk, maar dit is mogelijk.")
    assert span is not None and span.start > 20


def test_resolve_names_the_problem() -> None:
    one = make_source(
        "De pont vaart elke dag van acht tot zes uur. In de winter vaart zij niet.", numbers=(1,)
    )
    two = make_source("De haven blijft dit jaar open voor alle schepen.", numbers=(2,))

    def problem(
        quote: str, numbers: tuple[int, ...] = (1,), document: str = one.document.id
    ) -> QuoteProblem | None:
        return resolve(Citation(document, numbers, quote), (one, two)).problem

    assert problem("De pont vaart elke dag") is None
    assert problem("De pont vaart elke nacht") is QuoteProblem.FABRICATED
    assert problem("De pont vaart elke dag In de winter vaart zij niet.") is QuoteProblem.STITCHED
    assert problem("De haven blijft dit jaar open") is QuoteProblem.MISATTRIBUTED
    assert problem("De pont vaart elke dag", numbers=(9,)) is QuoteProblem.MISATTRIBUTED
    assert problem("Iets heel anders", document="onbekend") is QuoteProblem.UNKNOWN_SOURCE
    assert problem("De pont vaart elke dag", numbers=()) is None
