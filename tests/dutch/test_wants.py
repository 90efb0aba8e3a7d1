"""One recogniser of what a question waits for, for questions to ministers and to one's own documents."""

from __future__ import annotations

import pytest

from learninglion.dutch.questions import Wants, gives, wants_of


@pytest.mark.parametrize(
    ("question", "wants"),
    [
        ("Hoeveel veerponten varen er bij Duinwijk?", Wants.COUNT),
        ("Hoeveel tijd kost het oversteken?", Wants.LENGTH),
        ("Wat kost een overtocht?", Wants.MONEY),
        ("Wat zijn de kosten van een overtocht?", Wants.MONEY),
        ("Wat is de prijs van een abonnement?", Wants.MONEY),
        ("Wat is de oorzaak van de hoge prijs?", Wants.CAUSE),
        ("How much is a crossing?", Wants.MONEY),
        ("Welk percentage van de ponten vaart?", Wants.SHARE),
        ("Op welke termijn vaart de pont weer?", Wants.DATE),
        ("Geef aan wanneer de pont weer vaart.", Wants.DATE),
        ("Wanneer de pont niet vaart, welke mogelijkheden heeft u dan?", Wants.ANYTHING),
        ("Wat is daarvan de reden?", Wants.CAUSE),
        ("Why is there no ferry?", Wants.CAUSE),
        ("By whom is the ferry run?", Wants.BODY),
        ("Welke dienst ziet toe op de pont?", Wants.BODY),
        ("Waar vaart de pont?", Wants.PLACE),
        ("Deelt u de mening dat het aantal ponten te klein is?", Wants.VIEW),
        ("Bent u bereid te onderzoeken waarom de pont stilligt?", Wants.DEED),
        ("Klopt het dat het aantal ponten is gedaald?", Wants.ANYTHING),  # a noun in passing asks nothing
        ("Wat doet u voor schippers van wie de pont stilligt?", Wants.DEED),  # what is asked first
        ("Vanaf wanneer vaart de pont, en om hoeveel dagen gaat het?", Wants.DATE),
        ("Waarom heeft de WHO hoeveel ponten varen niet geteld?", Wants.CAUSE),
    ],
)
def test_what_a_question_waits_for(question: str, wants: Wants) -> None:
    assert wants_of(question) is wants


@pytest.mark.parametrize(
    ("wants", "text", "holds"),
    [
        (Wants.COUNT, "Er varen 12 ponten.", True),
        (Wants.COUNT, "Zie de brief van 3 mei 2024, vraag 4.", False),
        (Wants.COUNT, "Er is één pont.", True),
        (Wants.COUNT, "In totaal96 ponten varen door.", True),  # a space that a PDF lost
        (Wants.LENGTH, "De pont lag vierenhalve week stil.", True),
        (Wants.DEED, "Het huidige kabinet is niet voornemens dat te doen.", True),
        (Wants.COUNT, "Bij negentien ponten is dat gelukt.", True),
        (Wants.COUNT, "Lijn N3 staat op https://pont.example/12.", False),
        (Wants.SHARE, "Twee op de drie ponten varen.", True),
        (Wants.DATE, "De pont vaart weer op maandag.", True),
        (Wants.DATE, "De pont is groen.", False),
        (Wants.LENGTH, "De overtocht duurt 10 tot 15 minuten.", True),
        (Wants.LENGTH, "Er zijn 15 schippers.", False),
        (Wants.LENGTH, "Records are kept for five years.", True),
        (Wants.BODY, "Dat mag maar een keer per jaar.", False),  # "maar" and "jaar" are no persons
        (Wants.BODY, "Dat doet de ambtenaar.", True),
        (Wants.ANYTHING, "De pont is groen.", None),
    ],
)
def test_what_a_text_has_to_give(wants: Wants, text: str, holds: bool | None) -> None:
    assert gives(wants, text) is holds
