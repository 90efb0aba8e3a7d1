"""Sources and sentences that differ in one telling thing; found by trying to mislead the checker."""

from __future__ import annotations

import pytest

from learninglion.checking.verify import check
from learninglion.models import Citation, Statement, StatementVerdict
from learninglion.testing import make_source

# source: sentences that it supports, sentences that it does not
CASES = (
    (
        "Het is niet bekend hoeveel leden worden geholpen voor een bepaalde klacht. De raad onderzoekt "
        "de mogelijkheid tot aanvullende boetes. Er zijn vanuit de EU geen maatregelen.",
        ("Er zijn vanuit de EU geen maatregelen.",),
        (
            "Het is niet bekend hoeveel leden worden geholpen.",
            "De raad onderzoekt aanvullende boetes.",
            "Er zijn geen maatregelen.",
        ),
    ),
    (
        "Dat neemt niet weg dat het land blijft toezien op het belang dat schepen worden gebruikt.",
        (),
        ("Dat neemt niet weg dat schepen worden gebruikt.",),
    ),
    (
        "Op basis van de proef beslis ik of de regeling wordt ingevoerd. De regels gelden pas vanaf 1 juli. "
        "Alle leden betalen, met uitzondering van kinderen en gidsen.",
        ("Pas vanaf 1 juli gelden de regels.",),
        ("Op basis van de proef wordt de regeling ingevoerd.", "Ook gidsen betalen."),
    ),
    (
        "Per 1 mei is het tarief verhoogd van 8 naar 9 euro. De maatregel geldt voorlopig tot 1 juni.",
        ("Per 1 mei is het tarief van 8 naar 9 euro verhoogd.", "Voorlopig geldt de maatregel tot 1 juni."),
        ("Per 1 juni is het tarief van 8 naar 9 euro verhoogd.",),
    ),
    (
        "Van deze scholen heeft inmiddels 62 procent een tuin. Van de 380 tuinen waren er in mei 240 open.",
        (
            "Inmiddels heeft 62 procent van deze scholen een tuin.",
            "In mei waren 240 van de 380 tuinen open.",
        ),
        (
            "In mei waren 380 van de 240 tuinen open.",
            "Inmiddels heeft 62 procent van de tuinen een school.",
        ),
    ),
    (
        "De burgemeester is in mei gewaarschuwd. De wachttijd is desondanks gestegen van 27 naar 31 weken. "
        "De raad heeft geweigerd het tarief te verhogen.",
        (
            "De wachttijd steeg van 27 naar 31 weken.",
            "De raad weigerde het tarief te verhogen.",
        ),
        ("De burgemeester waarschuwde in mei.", "De burgemeester heeft in mei gewaarschuwd."),
    ),
    (
        "Het bestuur ontkent dat de pont in 2022 is verkocht. De pont is in dat jaar voor 4 weken verhuurd.",
        ("Het bestuur ontkent dat de pont in 2022 is verkocht.",),
        ("De pont is in 2022 verkocht.", "Het bestuur ontkent dat de pont in dat jaar is verhuurd."),
    ),
    (
        "Onder leden daalde het gebruik met 8 procent tot 1,2 miljoen. Twee derde van de leden is tevreden.",
        ("Onder leden daalde het gebruik met 8 procent.", "Twee derde van de leden is tevreden."),
        ("Onder leden daalde het gebruik met 1,2 miljoen.", "Twee derde is tevreden."),
    ),
    (
        "De provincie legt de kade aan, de stad onderhoudt het pad. De aanleg kost 9 miljoen euro, het "
        "onderhoud 80.000 euro per jaar.",
        ("De stad onderhoudt het pad.", "De aanleg kost 9 miljoen euro."),
        ("De stad onderhoudt de kade.", "De aanleg kost 9 miljoen euro per jaar."),
    ),
    (
        "Sinds 2018 mogen winkels in tien gemeenten op zondag open. Leden met een pas betalen niets.",
        ("Winkels in tien gemeenten mogen sinds 2018 op zondag open.",),
        ("Sinds 2018 mogen winkels op zondag open.", "Leden betalen niets."),
    ),
    (
        "Of er boetes onterecht zijn opgelegd, wordt onderzocht. Tot dat duidelijk is, raad ik reizen af.",
        ("Of er boetes onterecht zijn opgelegd, wordt onderzocht.",),
        ("Er zijn boetes onterecht opgelegd.", "Ik raad reizen af."),
    ),
    (
        "Niet alle dorpen hebben een tekort aan artsen. Het blijkt dat het tekort in Drenthe het grootst is.",
        ("Niet alle dorpen hebben een tekort aan artsen.",),
        ("Alle dorpen hebben een tekort aan artsen.",),
    ),
    (
        "Scholen zijn verplicht een tuin aan te leggen, al dan niet samen met een buurt.",
        ("Scholen zijn verplicht een tuin aan te leggen.",),
        ("Scholen zijn verplicht een tuin aan te leggen, samen met een buurt.",),
    ),
    (
        "De gemeente werkt aan de voorbereiding van een verbod op vuurwerk.",
        ("De gemeente werkt aan de voorbereiding van een verbod.",),
        ("De gemeente werkt aan een verbod op vuurwerk.",),
    ),
    (
        "Kortsluiting is een van de mogelijke oorzaken van de brand in Duinwijk.",
        ("Kortsluiting is een van de mogelijke oorzaken van de brand.",),
        ("Kortsluiting is de brand in Duinwijk.",),
    ),
    (
        "Het besluit van de minister van 3 mei 2024 gaat over een bedrag van 2 miljoen euro voor de brug.",
        (
            "Het besluit van 3 mei 2024 gaat over een bedrag van 2 miljoen euro voor de brug.",
            "Het besluit van de minister gaat over 2 miljoen euro voor de brug.",
        ),
        ("Het besluit van 3 mei 2024 gaat over een bedrag van 2 miljoen euro.",),
    ),
    (
        "De gemeente meldt een afname van 2 miljoen euro per jaar.",
        ("De gemeente meldt een afname van 2 miljoen euro per jaar.",),
        ("De gemeente meldt een afname van 2 miljoen euro.", "De gemeente meldt 2 miljoen euro per jaar."),
    ),
    (
        "De gemeente Utrecht heeft met de provincie Gelderland afspraken gemaakt over de veerpont.",
        (
            "Over de veerpont heeft de gemeente Utrecht met de provincie Gelderland afspraken gemaakt.",
            "Met de provincie Gelderland heeft de gemeente Utrecht afspraken gemaakt over de veerpont.",
        ),
        (
            "De provincie Gelderland heeft met de gemeente Utrecht afspraken gemaakt over de veerpont.",
            "De gemeente Gelderland heeft met de provincie Utrecht afspraken gemaakt over de veerpont.",
            "De gemeente Utrecht heeft tegen de provincie Gelderland afspraken gemaakt over de veerpont.",
        ),
    ),
    (
        (
            "Het aantal meldingen is in 2023 gestegen van 120 naar 150, terwijl het aantal "
            "klachten daalde van 80 naar 60."
        ),
        (
            "Het aantal meldingen is in 2023 gestegen van 120 naar 150.",
            "Het aantal klachten daalde van 80 naar 60.",
            (
                "Terwijl het aantal klachten daalde van 80 naar 60, is het aantal meldingen in "
                "2023 gestegen van 120 naar 150."
            ),
        ),
        (
            (
                "Het aantal klachten is in 2023 gestegen van 120 naar 150, terwijl het aantal "
                "meldingen daalde van 80 naar 60."
            ),
            (
                "Het aantal meldingen is in 2023 gestegen van 150 naar 120, terwijl het aantal "
                "klachten daalde van 80 naar 60."
            ),
            "Het aantal meldingen is in 2023 gestegen van 80 naar 60.",
            "Het aantal meldingen daalde in 2023.",
            (
                "Het aantal meldingen is in 2023 gedaald van 120 naar 150, terwijl het aantal "
                "klachten daalde van 80 naar 60."
            ),
        ),
    ),
    (
        (
            "Ik ben niet voornemens de regeling aan te passen, omdat de Tweede Kamer daar in "
            "maart niet om heeft gevraagd."
        ),
        ("Ik ben niet voornemens de regeling aan te passen.",),
        (
            "Ik ben voornemens de regeling aan te passen.",
            (
                "Ik ben voornemens de regeling niet aan te passen, omdat de Tweede Kamer daar in "
                "maart niet om heeft gevraagd."
            ),
            (
                "Ik ben niet voornemens de regeling aan te passen, omdat de Tweede Kamer daar in "
                "maart om heeft gevraagd."
            ),
            (
                "De Tweede Kamer is niet voornemens de regeling aan te passen, omdat ik daar in "
                "maart niet om heb gevraagd."
            ),
        ),
    ),
    (
        (
            "De inspectie houdt toezicht op bedrijven die vuurwerk opslaan en de politie "
            "houdt toezicht op de verkoop."
        ),
        (
            "De politie houdt toezicht op de verkoop.",
            (
                "De politie houdt toezicht op de verkoop en de inspectie houdt toezicht op "
                "bedrijven die vuurwerk opslaan."
            ),
        ),
        (
            (
                "De politie houdt toezicht op bedrijven die vuurwerk opslaan en de inspectie "
                "houdt toezicht op de verkoop."
            ),
            "De inspectie houdt toezicht op de verkoop.",
        ),
    ),
    (
        "Naar verwachting wordt het wetsvoorstel eind 2024 bij de Tweede Kamer ingediend.",
        (
            "Het wetsvoorstel wordt naar verwachting eind 2024 bij de Tweede Kamer ingediend.",
            "Eind 2024 wordt naar verwachting het wetsvoorstel bij de Tweede Kamer ingediend.",
        ),
        (
            "Het wetsvoorstel wordt eind 2024 bij de Tweede Kamer ingediend.",
            "Naar verwachting wordt het wetsvoorstel eind 2025 bij de Tweede Kamer ingediend.",
            "Naar verwachting wordt het wetsvoorstel begin 2024 bij de Tweede Kamer ingediend.",
            "Naar verwachting is het wetsvoorstel eind 2024 bij de Tweede Kamer ingediend.",
        ),
    ),
    (
        "In de periode 2019-2023 zijn 45 boetes opgelegd, waarvan 12 aan bedrijven in Rotterdam.",
        ("In de periode 2019-2023 zijn 45 boetes opgelegd.",),
        (
            "In de periode 2019-2023 zijn 12 boetes opgelegd, waarvan 45 aan bedrijven in Rotterdam.",
            "In de periode 2019-2023 zijn 12 boetes opgelegd.",
            "In de periode 2019-2022 zijn 45 boetes opgelegd.",
            "In de periode 2019-2023 zijn 45 boetes opgelegd aan bedrijven in Rotterdam.",
            "In 2019 zijn 45 boetes opgelegd.",
        ),
    ),
    (
        "Twee derde van de gemeenten heeft ten minste één toezichthouder.",
        (),
        (
            "Twee derde van de gemeenten heeft één toezichthouder.",
            "Drie vierde van de gemeenten heeft ten minste één toezichthouder.",
            "Alle gemeenten hebben ten minste één toezichthouder.",
            "Twee derde van de gemeenten heeft ten minste twee toezichthouders.",
        ),
    ),
    (
        "De minister van Volksgezondheid, Welzijn en Sport (VWS) onderzoekt of extra maatregelen nodig zijn.",
        ("De minister van Volksgezondheid, Welzijn en Sport onderzoekt of extra maatregelen nodig zijn.",),
        (
            "Extra maatregelen zijn nodig.",
            "De minister van Volksgezondheid, Welzijn en Sport (VWS) vindt dat extra maatregelen nodig zijn.",
            "De minister van VWS onderzoekt of extra maatregelen niet nodig zijn.",
            (
                "De minister van Sociale Zaken en Werkgelegenheid (SZW) onderzoekt of extra "
                "maatregelen nodig zijn."
            ),
        ),
    ),
    (
        "Het college kan een vergunning verlenen indien de aanvrager aan alle eisen voldoet.",
        ("Indien de aanvrager aan alle eisen voldoet, kan het college een vergunning verlenen.",),
        (
            "Het college kan een vergunning verlenen.",
            "Het college verleent een vergunning indien de aanvrager aan alle eisen voldoet.",
            "De aanvrager kan een vergunning verlenen indien het college aan alle eisen voldoet.",
        ),
    ),
    (
        "Alleen in uitzonderlijke gevallen wordt hiervan afgeweken. De kosten bedragen € 1.250 per jaar.",
        (
            "De kosten bedragen 1250 euro per jaar.",
            (
                "Alleen in uitzonderlijke gevallen wordt hiervan afgeweken en de kosten bedragen "
                "€ 1.250 per jaar."
            ),
        ),
        (
            "In uitzonderlijke gevallen wordt hiervan afgeweken.",
            "De kosten bedragen € 1.250 per maand.",
            "De kosten bedragen € 12.500 per jaar.",
            "De kosten bedragen 1.250 per jaar.",
            "Alleen in uitzonderlijke gevallen bedragen de kosten € 1.250 per jaar.",
        ),
    ),
    (
        "Ja, ik ben bekend met dit bericht.",
        (
            "Ik ben bekend met dit bericht.",
            "Ja.",
        ),
        (
            "Nee, ik ben bekend met dit bericht.",
            "Nee, ik ben niet bekend met dit bericht.",
        ),
    ),
    (
        "Nederland steunt het voorstel van de Europese Commissie, maar Duitsland is tegen.",
        (
            "Nederland steunt het voorstel van de Europese Commissie.",
            "Duitsland is tegen, maar Nederland steunt het voorstel van de Europese Commissie.",
        ),
        (
            "Duitsland steunt het voorstel van de Europese Commissie, maar Nederland is tegen.",
            "Nederland steunt het voorstel van de Europese Commissie, maar Duitsland is voor.",
        ),
    ),
    (
        "De temperatuur daalt naar -5 graden en de wind draait van noord naar west.",
        (),
        (
            "De temperatuur daalt naar 5 graden en de wind draait van noord naar west.",
            "De temperatuur daalt naar -5 graden en de wind draait van west naar noord.",
        ),
    ),
    (
        "De Kamer wordt voor de zomer door de Minister over de uitkomsten geïnformeerd.",
        (
            "Voor de zomer wordt de Kamer door de Minister over de uitkomsten geïnformeerd.",
            "Door de Minister wordt de Kamer voor de zomer over de uitkomsten geïnformeerd.",
            "De Kamer wordt voor de zomer over de uitkomsten geïnformeerd.",
        ),
        (
            "De Kamer wordt over de uitkomsten geïnformeerd.",
            "De Minister wordt voor de zomer door de Kamer over de uitkomsten geïnformeerd.",
            "De Kamer wordt na de zomer door de Minister over de uitkomsten geïnformeerd.",
        ),
    ),
    (
        "In Brakelo staan de meeste bomen (12 per straat) en in de wijken Oost en Noord van Goor de minste.",
        ("In Brakelo staan de meeste bomen en in de wijken Oost en Noord van Goor de minste.",),
        ("In de wijken Oost en Noord van Goor staan de meeste bomen en in Brakelo de minste.",),
    ),
    (
        "Dat betekent dat de aandacht nu niet meer gaat naar het blussen van de brand, maar naar de redding "
        "van de dieren.",
        ("De aandacht gaat nu niet meer naar het blussen van de brand, maar naar de redding van de dieren.",),
        ("De aandacht gaat nu niet meer naar de redding van de dieren, maar naar het blussen van de brand.",),
    ),
    (
        "De voorkeur gaat uit naar herstel van de sluis, in plaats van naar de bouw van een stuw.",
        (),
        ("De voorkeur gaat uit naar de bouw van een stuw, in plaats van naar herstel van de sluis.",),
    ),
    (
        "Als het veilig is kan de havenmeester, na overleg met de dienst Kustwacht van het Rijk, het OM en "
        "de politie, besluiten om de haven te openen.",
        (),
        (
            "Als het veilig is kan het OM, na overleg met de dienst Kustwacht van het Rijk, de havenmeester "
            "en de politie, besluiten om de haven te openen.",
        ),
    ),
    (
        "Vergoed worden de lessen die een school volgens de wet moet geven en waarvoor ouders niets betalen.",
        (),
        ("Vergoed worden de lessen die een school volgens de wet moet geven.",),
    ),
    (
        "De tekening valt onder het eigendom van de betalende banken en de bouwer.",
        (),
        ("De tekening valt onder het eigendom van de bouwer.",),
    ),
    (
        "Het besluit gold onder andere voor Brakelo en Tessum.",
        ("Het besluit gold onder meer voor Brakelo en Tessum.",),
        ("Het besluit gold voor Brakelo en Tessum.",),
    ),
    (
        "De provincie draait het besluit over de pont niet terug.",
        ("Nee, de provincie draait het besluit over de pont niet terug.",),
        (
            "Ja, de provincie draait het besluit over de pont niet terug.",
            "Nee, de provincie draait het besluit over de pont terug.",
        ),
    ),
    (
        "Nee. De provincie heeft de pont in 2023 vervangen.",
        (),
        ("Ja, de provincie heeft de pont in 2023 vervangen.",),
    ),
    (
        "Na de proef zullen de raden zich beraden over het bouwen van nieuwe sluizen.",
        ("De raden zullen zich na de proef beraden over het bouwen van nieuwe sluizen.",),
        ("Na de proef zullen de raden nieuwe sluizen bouwen.",),
    ),
    (
        "Indien de huurder vermoedt dat hij te veel betaalt, kan hij naar de raad. Nederland heeft steeds "
        "gepleit voor een grens. Er is geen sprake van strijd met het verdrag.",
        (
            "Vermoedt de huurder dat hij te veel betaalt, dan kan hij naar de raad.",
            "Steeds heeft Nederland gepleit voor een grens.",
            "Van strijd met het verdrag is geen sprake.",
        ),
        ("Van strijd met het verdrag is sprake.",),
    ),
    (
        "Dat neemt niet weg dat toezicht belangrijk is. De helft woont nog thuis en heeft dus geen rekening.",
        ("Toezicht is belangrijk.", "De helft woont nog thuis."),
        ("De helft heeft een rekening.",),
    ),
    (
        "Tegelijkertijd wil ik de kosten verlagen. Ik heb geen inzicht in de lonen.",
        ("Tegelijkertijd wil de minister de kosten verlagen.", "De minister heeft geen inzicht in de lonen."),
        (
            "De minister van Defensie heeft geen inzicht in de lonen.",
            "De staatssecretaris wil de kosten verlagen.",
        ),
    ),
)


@pytest.mark.parametrize(("body", "supported", "unsupported"), CASES)
def test_telling_differences(body: str, supported: tuple[str, ...], unsupported: tuple[str, ...]) -> None:
    source = make_source(body)
    citation = Citation(source.document.id, source.numbers, body)
    for text in supported:
        result = check(Statement(text, (citation,)), (source,))
        assert result.verdict is StatementVerdict.SUPPORTED, (text, result.reasons)
    for text in unsupported:
        result = check(Statement(text, (citation,)), (source,))
        assert result.verdict is StatementVerdict.UNSUPPORTED, text
        assert result.reasons
