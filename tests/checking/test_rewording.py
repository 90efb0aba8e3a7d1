"""The same in another way that rules are sure of, and what only looks like it."""

from __future__ import annotations

import pytest

from learninglion.checking.citations import cite
from learninglion.checking.verify import check
from learninglion.models import Statement, StatementVerdict
from learninglion.testing import make_source

BRIDGE = "Het waterschap herstelt de brug. De gemeente betaalde de omleiding."
JAIL = "Het Rijk bouwt de nieuwe gevangenis in Goes. De gevangenis biedt plaats aan 320 mensen."
ORDER = "De burgemeester heeft een noodbevel gegeven. Het bevel geldt tot zondag."
FINE = "De inspectie heeft de gemeente een boete van 300 euro opgelegd."
SPREAD = (
    "De Regeling zonnedaken is klaar. De regeling geldt sinds mei 2024 voor nieuwe scholen; voor bestaande "
    "scholen geldt zij vanaf mei 2027."
)
TOLD = "De staatssecretaris is in gesprek met de bond over lonen. Zij verwacht in mei een besluit."
TWO = "De vergunning voor het strand is er. De vergunning voor de haven loopt af. De vergunning is geheim."
TWO_LAWS = "De Wet havens is er. De Wet B geldt voor de pont. De wet voor bruggen loopt tot mei."
PAID = "De subsidie wordt door de dienst uitgekeerd. De provincie financiert het onderzoek."
ARRESTS = (
    "De politie hield 14 mensen aan. Het OM vervolgt negen van hen. De zaak wordt gedaan door Jansen en duurt"
    " lang."
)
PROPOSED = "De commissie stelde voor de pont te sluiten. Het kabinet nam dat voorstel niet over."
LEFT = "Van 90 vragen zijn er 60 beantwoord. De overige vragen worden nog gelezen. Bij de bond is zij bekend."
DUTY = "Gemeenten zijn verplicht een loket te hebben. Wel onderzoek ik of een ander loket mogelijk is."
MORE = "Kinderen op het land zijn vaker ziek dan kinderen in de stad."
FARMS = (
    "Na overleg besluit de raad. Boeren die zich voor 1 april melden, krijgen vooral geld: 20 euro per jaar."
)
CASES = "De inspectie deed zes onderzoeken. Twee onderzoeken lopen nog."
ENTRY = (
    "Bij gevaar is die niet nodig. Wie voor 1 juli belt, krijgt antwoord. Scholen die bellen, krijgen les."
)
WAIVED = "De bond heeft op verzoek van de burgemeester afgezien van een klacht."
ADVICE = (
    "De commissie adviseerde de minister om de pont te behouden. Omwonenden zijn daar vooraf over ingelicht."
)
QUAKE = (
    "Bij een beving van 2 of meer moet de houder de winning verminderen. De houder moet de raad uiterlijk op "
    "1 mei inlichten, tenzij de raad anders besluit."
)
SHARE = "In 2024 kwam 44 procent van de meldingen te laat. Bij 14 van de 90 winkels was de voorraad te klein."
STOCK = (
    "Winkels zijn verplicht een voorraad aan te houden. Het budget voor 2025 bedraagt 52 miljoen euro. Op "
    "dit moment ontvangen gemeenten op grond van de wet elk jaar geld, en nam hun aantal toe."
)
BOUND = "Er liggen tegen de 40 schepen. Het tekort ligt tussen 30 en 40 procent. De toeslag daalt tijdelijk."
OPEN = (
    "De raad telt bedrijven die in gebruik waren of konden zijn. Of een wet kan komen waardoor andere "
    "bedrijven moeten stoppen, wordt bekeken. Mogelijk wordt het aanbod vervangen."
)
ASIDE = "Winkels mogen «gillend» (fluitend) vuurwerk niet verkopen."


@pytest.mark.parametrize(
    ("evidence", "claim"),
    [
        (QUAKE, "De houder moet de winning verminderen bij een beving van 2 of meer."),
        (QUAKE, "Uiterlijk op 1 mei moet de houder de raad inlichten, tenzij de raad anders besluit."),
        (QUAKE, "Tenzij de raad anders besluit, moet de houder de raad uiterlijk op 1 mei inlichten."),
        (QUAKE, "Bij een beving van 2 of meer moet de winning door de houder worden verminderd."),
        (SHARE, "Van de meldingen kwam in 2024 44 procent te laat."),
        (SHARE, "Van de 90 winkels was bij 14 de voorraad te klein."),
        (STOCK, "Winkels moeten een voorraad aanhouden."),
        (STOCK, "Voor 2025 is het budget 52 miljoen euro."),
        (STOCK, "Momenteel krijgen gemeenten krachtens de wet jaarlijks geld, en steeg hun aantal."),
        (ASIDE, "Winkels mogen «gillend» vuurwerk niet verkopen."),
        (OPEN, "Het aanbod wordt mogelijk vervangen."),
        (BRIDGE, "De brug wordt hersteld door het waterschap."),
        (BRIDGE, "Door de gemeente werd de omleiding betaald."),
        (BRIDGE, "De gemeente heeft de omleiding betaald."),
        (ADVICE, "De commissie heeft de minister geadviseerd om de pont te behouden."),
        (ADVICE, "Omwonenden zijn hierover vooraf ingelicht."),
        (JAIL, "De nieuwe gevangenis in Goes biedt plaats aan 320 mensen."),
        (ORDER, "Het noodbevel geldt tot zondag."),
        (ORDER, "De burgemeester gaf een noodbevel."),
        (TOLD, "De staatssecretaris verwacht in mei een besluit."),
        (TOLD, "In mei verwacht de staatssecretaris een besluit."),
        (FINE, "De inspectie heeft een boete van 300 euro opgelegd aan de gemeente."),
        (
            "Tussen 2019 en 2023 steeg de prijs van 3 naar 4 euro.",
            "De prijs steeg tussen 2019 en 2023 van 3 naar 4 euro.",
        ),
        (PAID, "De dienst keert de subsidie uit."),
        (PAID, "Het onderzoek wordt door de provincie gefinancierd."),
        (ADVICE, "De minister is door de commissie geadviseerd om de pont te behouden."),
        ("De pont blijft open tot uiterlijk 31 mei.", "Tot uiterlijk 31 mei blijft de pont open."),
        (
            "De dienst gebruikt de kaart voor toezicht.",
            "De kaart wordt door de dienst gebruikt voor toezicht.",
        ),
        ("De lening gaat tot 20.000 euro.", "De lening gaat tot een bedrag van 20.000 euro."),
        (
            "Op basis van de kaart zullen het Rijk, provincies en gemeenten zich beraden over een plan.",
            "Het Rijk, provincies en gemeenten zullen zich op basis van de kaart beraden over een plan.",
        ),
        (
            "Het kabinet steunt deze oproep en werkt aan een maximum voor lood in vis.",
            "Deze oproep wordt door het kabinet gesteund.",
        ),
        ("De raad heeft besloten dat de pont blijft.", "De pont blijft, zo heeft de raad besloten."),
    ],
)
def test_the_same_in_another_way_is_shown(evidence: str, claim: str) -> None:
    assert _verdict(evidence, claim) is StatementVerdict.SUPPORTED


@pytest.mark.parametrize(
    ("evidence", "claim"),
    [
        (
            "Ik ben het eens met de raad en de bond dat de pont blijft. Ik ben het niet eens met de raad dat "
            "de kade sluit.",
            "Ik ben het niet eens met de raad dat de pont blijft.",
        ),
        ("De lening gaat tot 20.000 euro.", "De lening gaat tot een bedrag van 30.000 euro."),
        (BRIDGE, "Het waterschap wordt hersteld door de brug."),
        (BRIDGE, "De brug wordt hersteld door de gemeente."),
        (BRIDGE, "De brug werd hersteld door het waterschap."),
        (BRIDGE, "De omleiding wordt betaald door de gemeente."),
        (BRIDGE, "De gemeente betaalt de omleiding."),
        (ADVICE, "De minister heeft de commissie geadviseerd om de pont te behouden."),
        (ADVICE, "De commissie heeft de minister geadviseerd om de brug te behouden."),
        (JAIL, "De nieuwe gevangenis in Goes biedt plaats aan 230 mensen."),
        (JAIL, "De oude gevangenis in Goes biedt plaats aan 320 mensen."),
        (JAIL, "De nieuwe gevangenis in Breda biedt plaats aan 320 mensen."),
        (ORDER, "Het strafbevel geldt tot zondag."),
        (TOLD, "De minister verwacht in mei een besluit."),
        (TOLD, "De bond verwacht in mei een besluit."),
        (TWO, "De vergunning voor het strand is geheim."),
        (SPREAD, "De regeling geldt voor bestaande scholen sinds mei 2024."),
        (TWO_LAWS, "De Wet havens geldt voor de pont."),
        (TWO_LAWS, "De Wet havens loopt tot mei."),
        (PAID, "Het onderzoek wordt door de dienst gefinancierd."),
        (ARRESTS, "Het OM vervolgt 14 mensen."),
        (ARRESTS, "Jansen duurt lang."),
        (PROPOSED, "Het kabinet stelde voor de pont te sluiten."),
        (LEFT, "De vragen worden nog gelezen."),
        (QUAKE, "Bij een beving van 2 of meer moet de raad de winning verminderen."),
        (QUAKE, "De houder moet de raad inlichten bij een beving van 2 of meer."),
        (QUAKE, "De houder moet de raad op 1 mei inlichten, tenzij de raad anders besluit."),
        (QUAKE, "Uiterlijk op 1 mei moet de raad de houder inlichten, tenzij de raad anders besluit."),
        (QUAKE, "De raad moet uiterlijk op 1 mei door de houder worden verminderd."),
        (SHARE, "Van de meldingen kwam 44 procent op tijd."),
        (SHARE, "Van de 14 winkels was bij 90 de voorraad te klein."),
        (STOCK, "Winkels zijn niet verplicht een voorraad aan te houden."),
        (STOCK, "Momenteel verstrekken gemeenten krachtens de wet jaarlijks geld."),
        (BOUND, "Er liggen 40 schepen."),
        (BOUND, "Het tekort ligt op 40 procent."),
        (BOUND, "De toeslag daalt."),
        (OPEN, "De raad telt bedrijven die in gebruik waren."),
        (OPEN, "Andere bedrijven moeten stoppen."),
        (FARMS, "Boeren die zich na 1 april melden, krijgen vooral geld."),
        (FARMS, "Boeren krijgen vooral geld: 20 euro per jaar."),
        (FARMS, "Boeren die zich voor 1 april melden, krijgen geld: 20 euro per jaar."),
        (FARMS, "Boeren die zich voor 1 april melden, krijgen vooral geld: 20 euro."),
        (CASES, "De onderzoeken lopen nog."),
        (ENTRY, "Die is niet nodig."),
        (ENTRY, "Wie belt, krijgt antwoord."),
        (ENTRY, "De scholen krijgen les."),
        (WAIVED, "De burgemeester heeft afgezien van een klacht."),
        (LEFT, "De bond is bekend."),
        (DUTY, "Gemeenten hebben een loket."),
        (DUTY, "Een ander loket is mogelijk."),
        (MORE, "Kinderen op het land zijn ziek."),
        (SPREAD, "De Regeling zonnedaken geldt voor bestaande scholen sinds mei 2024."),
        ("In 2020 telde Goes 14 baden; in 2023 waren dat er 9.", "In 2023 telde Goes 14 baden."),
        (FINE, "De gemeente heeft een boete van 300 euro opgelegd aan de inspectie."),
        (FINE, "Een boete van 300 euro is door de gemeente opgelegd aan de inspectie."),
        (
            "De raad sprak met de politie dat de pont blijft.",
            "De pont blijft, zo heeft de politie gesproken.",
        ),
    ],
)
def test_what_only_looks_like_it_is_not_shown(evidence: str, claim: str) -> None:
    assert _verdict(evidence, claim) is StatementVerdict.UNSUPPORTED


def _verdict(evidence: str, claim: str) -> StatementVerdict:
    source = make_source(evidence)
    return check(Statement(claim, (cite(source, source.body_span),)), (source,)).verdict
