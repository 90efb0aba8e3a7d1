from __future__ import annotations

import pytest

from learninglion.checking.verify import check
from learninglion.models import Citation, Statement, StatementVerdict
from learninglion.testing import make_source

FIREWORKS = "De minister is niet voornemens vuurwerk te verbieden, omdat de gemeenten daar zelf over gaan."
FINE = "De inspectie heeft het ziekenhuis een boete opgelegd, nadat de gemeente daarom had gevraagd."
FINE_BEHIND = "Nadat de gemeente daarom had gevraagd, heeft de inspectie een boete opgelegd."
FINE_AROUND = "De inspectie heeft, nadat de gemeente daarom had gevraagd, een boete opgelegd."
PLAN = "De vervoerder stelt een plan op, zodat de douane de controle kan overnemen."
CONTROL = "De vervoerder neemt de controle over, zodra de douane het plan heeft goedgekeurd."
SCHOOL = "De school die de gemeente steunt, krijgt een nieuw gebouw."
TWO = "De corporatie bouwt honderd woningen en de provincie legt de weg aan."
TOLD = "Ik heb de Kamer geïnformeerd, nadat de burgemeester daarom had verzocht."
MEANT = "De minister vindt dat de gemeente de schade moet vergoeden."
BUILT = "Als de gemeente toestemming geeft, bouwt de corporatie honderd woningen."
HE = "Voordat de minister besluit, overlegt hij met de Kamer."
SHARED = "De inspectie legt een boete op en betaalt de gemeente een vergoeding."
GIVEN = "De provincie heeft de school vorig jaar een subsidie verleend."
ASKED = "Ik heb de gemeente gevraagd om een plan te maken."
LATER = "In 2023 heeft de minister de Kamer over de pont geïnformeerd."
PAIR = "De minister en de staatssecretaris, die samen optrekken, betalen het onderzoek."


def verdict(evidence: str, text: str) -> StatementVerdict:
    source = make_source(evidence)
    return check(
        Statement(text, (Citation(source.document.id, source.numbers, evidence),)), (source,)
    ).verdict


@pytest.mark.parametrize(
    ("evidence", "text"),
    [
        (FIREWORKS, "De gemeenten zijn niet voornemens vuurwerk te verbieden."),
        (FINE, "De gemeente heeft het ziekenhuis een boete opgelegd."),
        (FINE_BEHIND, "De gemeente heeft een boete opgelegd."),
        (FINE_AROUND, "De gemeente heeft een boete opgelegd."),
        (PLAN, "De douane stelt een plan op."),
        (CONTROL, "De douane neemt de controle over."),
        (SCHOOL, "De gemeente krijgt een nieuw gebouw."),
        (TWO, "De provincie bouwt honderd woningen."),
        (TOLD, "De burgemeester heeft de Kamer geïnformeerd."),
        (MEANT, "De minister moet de schade vergoeden."),
        (BUILT, "De gemeente bouwt honderd woningen."),
        (GIVEN, "De school heeft vorig jaar een subsidie verleend."),
        (TOLD, "De Kamer heeft geïnformeerd."),
        (ASKED, "De gemeente heeft gevraagd om een plan te maken."),
        (LATER, "In 2023 heeft de Kamer over de pont geïnformeerd."),
    ],
)
def test_the_subject_of_another_clause_did_not_do_it(evidence: str, text: str) -> None:
    assert verdict(evidence, text) is StatementVerdict.UNSUPPORTED


@pytest.mark.parametrize(
    ("evidence", "text"),
    [
        (FIREWORKS, "De minister is niet voornemens vuurwerk te verbieden."),
        (FIREWORKS, "De gemeenten gaan daar zelf over."),
        (FINE_BEHIND, "De inspectie heeft een boete opgelegd."),
        (FINE_AROUND, "De inspectie heeft een boete opgelegd."),
        (PLAN, "De douane kan de controle overnemen."),
        (CONTROL, "Zodra de douane het plan heeft goedgekeurd, neemt de vervoerder de controle over."),
        (SCHOOL, "De school krijgt een nieuw gebouw."),
        (TWO, "De provincie legt de weg aan."),
        (MEANT, "De minister vindt dat de gemeente de schade moet vergoeden."),
        (HE, "De minister overlegt met de Kamer."),  # "hij" is that minister
        (SHARED, "De inspectie betaalt de gemeente een vergoeding."),  # both verbs have one subject
        (PAIR, "De minister en de staatssecretaris betalen het onderzoek."),
        (GIVEN, "De provincie heeft vorig jaar een subsidie verleend."),
        (LATER, "De minister heeft de Kamer over de pont geïnformeerd."),
        ("Een jaar later sloot de school de deuren.", "De school sloot de deuren."),
    ],
)
def test_a_shortened_sentence_keeps_its_subject(evidence: str, text: str) -> None:
    assert verdict(evidence, text) is StatementVerdict.SUPPORTED
