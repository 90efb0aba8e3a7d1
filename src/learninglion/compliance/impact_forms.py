"""What the program knows of itself, filled in on the government's forms for a DPIA or an IAMA.

A start for the people who make the assessment: nothing is marked as finished, nothing is weighed, and what
only the organisation can say stays empty.
Source: MinBZK/par-dpia-form, assessment output 2.0; the forms DPIA 3.0 and IAMA 2.0.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from learninglion.compliance.register_entry import (
    GOAL,
    RISKS,
    Registration,
    describe_methods,
    describe_oversight,
)
from learninglion.models.plain import Plain

__all__ = ["Assessment", "filled_form"]

_SCHEMA = "https://github.com/MinBZK/par-dpia-form/blob/main/schemas/assessment-output.v2.schema.json"
_CHECK = "Vooringevuld uit het programma; controleer dit en vul het aan voor uw eigen gebruik. "


class Assessment(StrEnum):
    """Which form."""

    DPIA = "dpia"
    IAMA = "iama"


_URN = {Assessment.DPIA: "urn:nl:dpia:3.0", Assessment.IAMA: "urn:nl:iama:2.0"}


def filled_form(form: Assessment, told: Registration, *, at: datetime) -> dict[str, Plain]:
    """The form as a file that the government's own tool opens; `at` is when it was made."""
    moment = at.isoformat(timespec="seconds").replace("+00:00", "Z")
    answers = _dpia(told) if form is Assessment.DPIA else _iama(told)
    return {
        "$schema": _SCHEMA,
        "metadata": {"urn": _URN[form], "createdAt": moment, "createdBy": {"name": "LearningLion"}},
        "answers": {name: _answered(value, moment) for name, value in answers.items()},
    }


def _answered(value: Plain, moment: str) -> Plain:
    """An answer with its moment; a list of groups becomes the repeated groups of the form."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        groups: list[Plain] = []
        for index, group in enumerate(value):
            told = group.items() if isinstance(group, dict) else ()
            groups.append({"_index": index, **{name: _answered(answer, moment) for name, answer in told}})
        return groups
    return {"value": value, "lastEditedAt": moment}


_PUBLIC_NAMES = "Namen van Kamerleden en bewindspersonen in hun publieke rol"
_ACCOUNTS = "Naam van het account, rol, en wat iemand wanneer koos, bewerkte of vaststelde"
_IN_DOCUMENTS = "Persoonsgegevens die in opgenomen documenten staan"


def _dpia(told: Registration) -> dict[str, Plain]:
    endpoints = (
        "Het programma draait op een computer van de organisatie. Het maakt alleen verbinding met "
        "machines die een beheerder in de instellingen heeft genoemd. Wordt daar een model gevraagd, "
        "dan gaat de tekst mee die het model moet lezen; maak met wie die machine beheert de "
        "afspraken die daarbij horen."
    )
    return {
        "1.1": _CHECK + GOAL,
        "2.1": [
            {
                "2.1.1": _PUBLIC_NAMES,
                "2.1.2": "Kamerleden en bewindspersonen",
                "2.1.3": "Naam, functie en fractie",
            },
            {
                "2.1.1": _ACCOUNTS,
                "2.1.2": "Medewerkers",
                "2.1.3": "Naam, rol en handelingen in het systeem",
                "2.1.4": "gewoon",
            },
            {"2.1.1": _IN_DOCUMENTS, "2.1.2": "Hangt af van wat de organisatie opneemt"},
        ],
        "3.1": [
            {
                "3.1.1": "Zoeken en lezen",
                "3.1.2": "Documenten worden opgenomen, doorzoekbaar gemaakt en getoond.",
                "3.1.3": [_PUBLIC_NAMES, _IN_DOCUMENTS],
            },
            {
                "3.1.1": "Opstellen en controleren",
                "3.1.2": "Uit gekozen bronnen wordt een tekst voorgesteld; elke zin wordt gecontroleerd.",
                "3.1.3": [_PUBLIC_NAMES, _IN_DOCUMENTS],
            },
            {
                "3.1.1": "Vastleggen",
                "3.1.2": "Elke stap komt in een logboek en in het dossier, zodat de tekst te herleiden is.",
                "3.1.3": [_ACCOUNTS],
            },
        ],
        "4": _CHECK + describe_methods(told),
        "8.2": _CHECK + endpoints,
        "12.4": _CHECK
        + "De fractie van een Kamerlid wijst op een politieke opvatting; Kamerleden hebben die zelf "
        "openbaar gemaakt (artikel 9, tweede lid, onder e, AVG). Of er andere bijzondere "
        "persoonsgegevens in staan, hangt af van de documenten die de organisatie opneemt.",
        "16.2": _CHECK + RISKS,
        "17.2": _CHECK + describe_oversight(told) + " " + _SECURITY,
    }


_SECURITY = (
    "Rollen en rechten per verzameling gelden voor elke weg naar binnen. Het logboek kan alleen "
    "groeien en is te controleren. Zoekteksten staan niet in het logboek. Documenten en dossiers "
    "zijn te vernietigen, met een reden."
)


def _iama(told: Registration) -> dict[str, Plain]:
    return {
        "1.1.2": _CHECK + GOAL,
        "2.1.1.1": "niet-zelflerend",
        "2.1.1.2": _CHECK + describe_methods(told),
        "2.3.1": _CHECK
        + "Gepubliceerde Kamervragen met hun antwoorden, documenten die de organisatie opneemt, en de vragen "
        "waarop een antwoord nodig is, met wat de medewerker daarbij aanlevert.",
        "2.4.1": _CHECK
        + "Van het zoeken wordt gemeten hoe vaak het goede antwoord bovenaan of bij de eerste tien "
        "staat, van de controle hoe vaak zij een veranderde zin doorlaat of een goede afkeurt, en van "
        "het voorstel hoe vaak het terecht weigert. De metingen zijn na te doen, ook op het eigen "
        "archief (learninglion evaluate).",
        "2.4.3": _CHECK + RISKS,
        "2.5.2": _CHECK + _SECURITY + " Versleuteling van schijf en verbinding regelt de organisatie.",
        "2.5.3": _CHECK
        + "Wie zich aanmeldt, ziet alleen de verzamelingen waar hij recht op heeft; dat geldt ook "
        "voor aantallen, scores en verwijzingen, en voor dossiers die eruit aanhalen.",
        "3.2.1": _CHECK + describe_oversight(told),
        "3.2.2": _CHECK
        + "Ja. De medewerker kiest en verwerpt bronnen, past elke zin aan, kan een zin voor eigen "
        "rekening nemen en kan het voorstel weggooien. Niets gaat vanzelf verder.",
        "3.3.4": _CHECK
        + "Van elke zin is te zien op welke woorden van welke bron hij rust. Bij elk zoekresultaat "
        "staat welke woorden en welke betekenis pasten. Een pagina legt elke stap uit met het eigen "
        "voorbeeld van de gebruiker.",
    }
