"""The entry for the Algoritmeregister in the form of the publication standard 1.0, for a person to read.

What the program does it can tell itself; what only the organisation can say comes from its settings, and
nothing is assumed for it. A person uploads the entry; nothing here sends anything.
Source: MinBZK/Algoritmeregister, standard 1.0.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from learninglion.models.errors import InputError
from learninglion.models.plain import Plain

STATUSES = ("In ontwikkeling", "In gebruik", "Buiten gebruik")
CATEGORIES = ("Hoog-risico AI-systeem", "Impactvolle algoritmes", "Overige algoritmes")

_LONGEST = {"name": 100, "organization": 100, "description_short": 350, "methods_and_models": 5000}
_LONGEST |= {"contact_email": 500, "website": 500}
_LONGEST_ELSE = 2500
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_CONTACT = re.compile(r"https://\S+|[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, slots=True)
class Registration:
    """What the entry says of this organisation and of how the program is set up there."""

    organisation: str
    contact: str  # a mailbox that is not one person's, or a page (https://)
    status: str  # one of STATUSES
    publication_category: str  # one of CATEGORIES
    begin_date: str = ""  # YYYY-MM
    lawful_basis: str = ""
    website: str = ""
    impact_assessments: str = ""
    encoder: str = "multilingual-e5-small"
    language_model: str = ""  # "" when none writes
    second_reader: bool = False
    reranker: bool = False
    two_person_rule: bool = False


def register_entry(registered: Registration) -> dict[str, Plain]:
    """The fields of the entry, in Dutch, without those that nobody filled in.

    Raises InputError that names every setting which is missing or does not fit.
    """
    entry, gaps = known_entry(registered)
    if gaps:
        raise InputError("Voor het Algoritmeregister ontbreekt of klopt iets niet: " + "; ".join(gaps))
    return entry


def known_entry(registered: Registration) -> tuple[dict[str, Plain], tuple[str, ...]]:
    """What can be said so far, and what is missing or does not fit; valid when nothing is."""
    gaps = _mistakes(registered)
    entry: dict[str, str | list[str]] = {
        "name": "Eerdere antwoorden op Kamervragen vinden en een antwoord voorstellen (LearningLion)",
        "organization": registered.organisation,
        "description_short": _SHORT,
        "category": ["Organisatie en bedrijfsvoering"],
        "status": registered.status,
        "begin_date": registered.begin_date,
        "contact_email": registered.contact,
        "website": registered.website,
        "publication_category": registered.publication_category,
        "goal": GOAL,
        "proportionality": _PROPORTIONALITY,
        "lawful_basis": registered.lawful_basis,
        "impacttoetsen": registered.impact_assessments,
        "human_intervention": describe_oversight(registered),
        "risks": RISKS,
        "source_data": _SOURCE_DATA,
        "methods_and_models": describe_methods(registered),
        "provider": "Eigen beheer, open source (EUPL-1.2)",
        "standard_version": "1.0",
        "lang": "nld",
    }
    filled: dict[str, Plain] = {}
    for name, value in entry.items():
        if isinstance(value, list):
            filled[name] = list(value)
        elif value and name not in gaps:
            longest = _LONGEST.get(name, _LONGEST_ELSE)
            if len(value) > longest:
                raise InputError(f"Algoritmeregister, {name}: {len(value)} tekens; er passen er {longest}")
            filled[name] = value
    return filled, tuple(gaps.values())


def _mistakes(registered: Registration) -> dict[str, str]:
    """By the field that it concerns."""
    wrong = {}
    if not registered.organisation.strip():
        wrong["organization"] = "[web] organisation is leeg"
    if not _CONTACT.fullmatch(registered.contact.strip()):
        wrong["contact_email"] = "[web] contact is geen mailadres of adres met https://"
    if registered.status not in STATUSES:
        wrong["status"] = f"[register] status: kies uit {', '.join(STATUSES)}"
    if registered.publication_category not in CATEGORIES:
        wrong["publication_category"] = f"[register] publication_category: kies uit {', '.join(CATEGORIES)}"
    if registered.begin_date and not _MONTH.fullmatch(registered.begin_date):
        wrong["begin_date"] = "[register] begin_date: schrijf jaar en maand als 2026-01"
    if registered.website and not registered.website.startswith("https://"):
        wrong["website"] = "[register] website begint niet met https://"
    return wrong


_SHORT = (
    "Medewerkers beantwoorden vragen van de Tweede Kamer. Dit algoritme zoekt eerdere antwoorden op "
    "vragen die erop lijken. Uit de bronnen die de medewerker kiest, maakt het een voorstel voor "
    "een antwoord. De medewerker beslist, past aan en stelt de tekst vast."
)

GOAL = (
    "Het doel is dat een medewerker snel vindt wat eerder aan de Kamer is geantwoord, en dat een "
    "nieuw antwoord daarmee klopt. Het algoritme neemt geen besluit over burgers of bedrijven. Zij "
    "merken het alleen doordat antwoorden aan de Kamer met hulp van het algoritme zijn voorbereid; "
    "dat staat in elk document dat het systeem verlaat, tot een genoemd persoon de tekst heeft "
    "onderzocht en er als redacteur verantwoordelijk voor is."
)

_PROPORTIONALITY = (
    "Zoeken met de hand in duizenden eerdere antwoorden kost veel tijd, en er wordt iets over het "
    "hoofd gezien. Het algoritme helpt daarbij en laat bij elke zin zien op welke passage die rust. "
    "Het draait op een computer van de organisatie zelf; vragen worden niet gebruikt om een model "
    "te trainen. Wat de bronnen niet dragen, staat apart en geldt niet als antwoord. Waar de "
    "bronnen tekortschieten, zegt het voorstel dat."
)

RISKS = (
    "Niet alles wordt gevonden: de medewerker ziet hoe zeker een resultaat is en kan zelf verder "
    "zoeken. Een eerder standpunt kan verouderd zijn: de datum staat bij elke bron en een tijdlijn "
    "laat zien waar de lijn veranderde. De controle kan een zin ten onrechte goedkeuren: elke zin "
    "staat naast de woorden waarop hij rust, en hoe vaak de controle het mis heeft, is gemeten en "
    "na te rekenen. De medewerker kan te veel op het voorstel leunen: wie een ongelezen of niet "
    "gedragen zin kopieert, krijgt eerst een vraag, en een tekst met een zin die niet gedragen "
    "wordt, kan niet worden vastgesteld zonder dat iemand die zin met een reden voor eigen rekening "
    "neemt. Opdrachten die in documenten verstopt zijn, worden niet uitgevoerd en de medewerker "
    "krijgt dat te zien."
)

_SOURCE_DATA = (
    "Gepubliceerde Kamervragen met hun antwoorden, en documenten die de organisatie zelf opneemt. "
    "Daarin staan namen van Kamerleden en bewindspersonen in hun publieke rol. Welke "
    "persoonsgegevens er verder in staan, hangt af van wat de organisatie opneemt. Vastgelegd wordt "
    "ook welke medewerker wat wanneer koos."
)


def describe_oversight(registered: Registration) -> str:
    """In plain Dutch: what people do, as the program is set up."""
    text = (
        "Een medewerker kiest welke bronnen tellen, met redenen, leest elke zin naast zijn bron, "
        "past de tekst aan en stelt hem vast. Het systeem verstuurt niets. Elke stap wordt "
        "vastgelegd, ook wat niet gekozen is."
    )
    if registered.two_person_rule:
        text += " Vaststellen doet iemand anders dan wie de tekst als laatste aanpaste."
    return text


def describe_methods(registered: Registration) -> str:
    """In plain Dutch: how the program works, with the models that are set."""
    parts = [
        "Zoeken gebeurt op woorden (BM25 op Nederlandse woordstammen en op reeksen van vijf "
        f"letters) en op betekenis (een taalmodel dat tekst in getallen omzet: {registered.encoder}). De "
        "uitkomsten worden samengevoegd tot een schatting van de kans dat een resultaat bruikbaar "
        "is."
    ]
    if registered.reranker:
        parts.append("Een tweede model helpt de eerste resultaten te ordenen.")
    parts.append(
        "Het voorstel bestaat uit zinnen die letterlijk of achter een vaste aanhef uit de bronnen komen."
    )
    if registered.language_model:
        parts.append(
            "Als de medewerker dat kiest, schrijft een taalmodel het voorstel "
            f"({registered.language_model}), alleen uit de gekozen bronnen."
        )
    parts.append(
        "Elke zin wordt daarna met vaste regels vergeleken met de woorden waar hij naar verwijst: "
        "getallen, namen, datums, ontkenningen en wie wat doet moeten kloppen."
    )
    if registered.second_reader:
        parts.append("Een taalmodel geeft een tweede oordeel; dat wordt getoond en verandert niets.")
    parts.append(
        "Het systeem is niet zelflerend: zoeken leert van het eigen archief alleen als een beheerder "
        "daar opdracht toe geeft, en dat is terug te draaien. Dezelfde invoer met dezelfde "
        "instellingen geeft dezelfde uitkomst."
    )
    return " ".join(parts)
