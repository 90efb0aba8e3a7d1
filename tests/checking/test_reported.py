"""Sentences as officers and models really write them: reported, hung together, put in another order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from learninglion.checking.phrases import split_introduction
from learninglion.checking.verify import check
from learninglion.models import Answerer, Check, Citation, DocumentKind, Source, Statement, StatementVerdict
from learninglion.testing import make_card, make_source

ANSWERERS = (
    Answerer("Terwolde", "Minister", "Vervoer en Waterwegen"),
    Answerer(None, "Staatssecretaris", "Volkshuisvesting – Water, Wegen en Wonen", on_behalf=True),
)


def published(body: str, kind: DocumentKind = DocumentKind.KAMERVRAGEN) -> Source:
    card = replace(make_card(), kind=kind, date=date(2024, 6, 3), answerers=ANSWERERS)
    return replace(make_source(body), document=card)


def judge(body: str, text: str, kind: DocumentKind = DocumentKind.KAMERVRAGEN) -> Check:
    source = published(body, kind)
    return check(Statement(text, (Citation(source.document.id, source.numbers, body),)), (source,))


def supported(body: str, text: str) -> bool:
    return judge(body, text).verdict is StatementVerdict.SUPPORTED


PONT = "De inspectie voert nu proeven uit bij de veerpont van Duinwijk."
PLAN = "Ik ben niet voornemens de veerpont van Duinwijk te sluiten."
WEIGH = "Ik kan over de veerpont geen uitspraken doen en zal de Kamer voor de zomer informeren."


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            PONT,
            "De Minister van Vervoer en Waterwegen schreef dat de inspectie proeven uitvoert bij "
            "de veerpont.",
        ),
        (PONT, "Op 3 juni 2024 antwoordde de minister dat de inspectie nu proeven uitvoert bij de veerpont."),
        (PONT, "In juni 2024 liet het kabinet weten dat de inspectie proeven uitvoert bij de veerpont."),
        (
            PONT,
            "Volgens de Staatssecretaris Water, Wegen en Wonen voert de inspectie proeven uit bij de "
            "veerpont.",
        ),
        (PONT, "Zoals de minister eerder heeft geantwoord, voert de inspectie proeven uit bij de veerpont."),
        (PONT, "Zoals bekend voert de inspectie nu proeven uit bij de veerpont van Duinwijk."),
        (PONT, "Minister Terwolde heeft aangegeven dat de inspectie nu proeven uitvoert bij de veerpont."),
        (PLAN, "Het toenmalige kabinet liet eerder weten niet voornemens te zijn de veerpont te sluiten."),
        (PLAN, "De minister gaf destijds aan niet voornemens te zijn de veerpont van Duinwijk te sluiten."),
        (WEIGH, "De minister gaf aan dat zij over de veerpont geen uitspraken kon doen."),
        (WEIGH, "Zoals de minister eerder heeft aangegeven, kan hij over de veerpont geen uitspraken doen."),
        ("Ik vind een verbod nu niet nodig.", "De minister gaf aan dat zij een verbod niet nodig vond."),
        ("Een verbod is nu niet nodig.", "Volgens de minister was een verbod niet nodig."),
        (WEIGH, "Volgens de eerdere beantwoording kan ik over de veerpont geen uitspraken doen."),
        ("Het onderzoek loopt nog.", "De bewindslieden meldden dat het onderzoek nog liep."),
    ],
)
def test_who_said_it_may_stand_in_front(body: str, text: str) -> None:
    assert judge(body, text).reasons == ()


@pytest.mark.parametrize(
    ("body", "text", "reason"),
    [
        (
            PONT,
            "De Minister van Financiën schreef dat de inspectie nu proeven uitvoert.",
            "Minister van Financiën",
        ),
        (
            PONT,
            "De Staatssecretaris van Vervoer en Waterwegen schreef dat de inspectie proeven uitvoert.",
            "zei",
        ),
        (PONT, "Minister Jansen schreef dat de inspectie nu proeven uitvoert.", "Jansen"),
        (PONT, "In juli 2024 schreef de minister dat de inspectie nu proeven uitvoert.", "juli 2024"),
        (PONT, "Op 4 juni 2024 schreef de minister dat de inspectie nu proeven uitvoert.", "4 juni 2024"),
        (PONT, "De minister schreef dat de inspectie geen proeven uitvoert.", "geen"),
        (PONT, "De minister schreef dat de inspectie nu proeven heeft uitgevoerd.", "uitgevoerd"),
        (PLAN, "De minister gaf aan voornemens te zijn de veerpont van Duinwijk te sluiten.", "niet"),
        (WEIGH, "De minister gaf aan dat de Kamer over de veerpont geen uitspraken kon doen.", "zal"),
        (
            "De gemeente meldt dat de veerpont van Duinwijk niet meer vaart.",
            "De minister meldde dat de veerpont van Duinwijk niet meer vaart.",
            "een ander",
        ),
    ],
)
def test_it_must_be_who_and_when_the_source_says(body: str, text: str, reason: str) -> None:
    result = judge(body, text)
    assert result.verdict is StatementVerdict.UNSUPPORTED
    assert reason in " ".join(result.reasons)


def test_a_report_is_no_answer_of_a_minister() -> None:
    text = "De minister schreef dat de inspectie nu proeven uitvoert bij de veerpont."
    assert judge(PONT, text).verdict is StatementVerdict.SUPPORTED
    assert judge(PONT, text, DocumentKind.DOCUMENT).verdict is StatementVerdict.UNSUPPORTED


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("De minister gaf aan dat het regent.", "De minister gaf aan dat"),
        ("Het kabinet liet weten niet te wijken.", "Het kabinet liet weten"),
        (
            "Volgens de Minister van Vervoer regent het.",
            "Volgens de Minister van Vervoer",
        ),
        ("De gemeente gaf aan dat het regent.", ""),
        ("De minister vindt dat het regent.", ""),
        ("De minister gaf geld aan de gemeente.", ""),
    ],
)
def test_where_the_phrase_ends(text: str, phrase: str) -> None:
    assert split_introduction(text).phrase == phrase


@pytest.mark.parametrize(
    ("body", "text", "expected"),
    [
        (
            "De regeling loopt af. Hierbij is het ook mogelijk de pont te sluiten.",
            "De regeling loopt af, waarbij het ook mogelijk is de pont te sluiten.",
            True,
        ),
        (
            "De provincie verstrekt een subsidie aan de reders. Deze loopt tot 2026.",
            "De provincie verstrekt een subsidie aan de reders, die tot 2026 loopt.",
            True,
        ),
        (
            "De provincie verstrekt een subsidie aan de reders. Deze loopt tot 2026.",
            "De provincie verstrekt een subsidie aan de reders, die tot 2027 loopt.",
            False,
        ),
        (
            "Als de rechter het verzoek toewijst wordt een toezichthouder benoemd.",
            "Een toezichthouder wordt benoemd als de rechter het verzoek toewijst.",
            True,
        ),
        (
            "De pont vaart niet, omdat de brug gesloten is.",
            "De brug is gesloten, omdat de pont niet vaart.",
            False,
        ),
        (
            "Kapiteins, loodsen en reders werken samen aan de veiligheid.",
            "Reders, loodsen en kapiteins werken samen aan de veiligheid.",
            True,
        ),
        (
            "Kapiteins, loodsen en reders krijgen respectievelijk een brief, een pas en een kaart.",
            "Reders, loodsen en kapiteins krijgen respectievelijk een brief, een pas en een kaart.",
            False,
        ),
        (
            "Als de pont uitvalt en de brug gesloten is, kan de gemeente een bus inzetten.",
            "Als de pont uitvalt, kan de gemeente een bus inzetten.",
            False,
        ),
        (
            "De gemeente vergoedt de kaart die is gekocht als de pont op die dag uitviel.",
            "De gemeente vergoedt de kaart die is gekocht.",
            False,
        ),
        (
            "Het streven is om de pont in 2026 te vervangen. Het is nog niet bekend wie dat betaalt.",
            "Het streven is niet om de pont in 2026 te vervangen.",
            False,
        ),
        (
            "Voor veerponten en veerboten geldt een bedrag van 290 respectievelijk 345 euro.",
            "Voor veerponten geldt een bedrag van 345 euro.",
            False,
        ),
        (
            "Als het vervoer wordt stilgelegd zal de gemeente bussen inzetten.",
            "De gemeente zal bussen inzetten als het vervoer wordt stilgelegd.",
            True,
        ),
        ("Er is hulp voor zzp-ers en voor wachtenden.", "Er is hulp voor zzp’ers en voor wachtenden.", True),
        ("Er zijn teveel wachtenden.", "Er zijn te veel wachtenden.", True),
        ("Dit is in EU verband afgesproken.", "Dit is in EU-verband afgesproken.", True),
        ("De regeling loopt van 2020 tot 2024.", "De regeling loopt van 20202024.", False),
        ("Er is geen aanleiding te vrezen.", "Er is geen aanleiding om te vrezen.", True),
        ("De pont vaart momenteel niet.", "De pont vaart thans niet.", True),
    ],
)
def test_hung_together_and_put_in_another_order(body: str, text: str, expected: bool) -> None:
    result = judge(body, text)
    assert (result.verdict is StatementVerdict.SUPPORTED) is expected, result.reasons
