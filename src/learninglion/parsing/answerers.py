"""Who answers: the people and offices in "Antwoord van Minister X (Y), mede namens de Minister van Z"."""

from __future__ import annotations

import re
from dataclasses import replace

from learninglion.models import Answerer
from learninglion.text import squash

__all__ = ["full_name", "parse_people"]

_ROLE = re.compile(
    r"(?:(?P<article>\bde|\bhet)\s+)?(?:\b(?:demissionair|voormalig|toenmalig|waarnemend)e?\s+)?"
    r"\b(?P<role>(?:vice-?)?minister-president|ministers?|staatssecretaris(?:sen)?)\b(?!-)",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\((?P<inner>(?!ontvangen|ingezonden)(?:[^()]|\([^()]*\))+)\)", re.IGNORECASE)
_LEAD = re.compile(r"^[\s,;]*(?:(?:en|alsmede)\b[\s,]*)?(?:van(?=\s+(?:de\s+)?$))?", re.IGNORECASE)
_OFFICE = re.compile(r"^(?P<link>van|voor)\s+(?P<portfolio>\S.*)$", re.IGNORECASE | re.DOTALL)
_NEXT_OFFICE = re.compile(
    r"\s*(?:,|,?\s+en|\s+alsmede)\s+(?:de\s+|die\s+)?(?=(?:van|voor)\s+(?-i:[^\Wa-z]))", re.IGNORECASE
)
_TRAIL = re.compile(r"(?:[\s,;.:]|\b(?:en|alsmede|de|het|van|als|mede|op|aan)\b)+$", re.IGNORECASE)
# Where an office ends and its sentence goes on.
_GOES_ON = re.compile(r"[;.](?=\s|$)|[()]|,?\s+(?:mede|ook|tevens|als|op|aan|bij|die|ten)\s", re.IGNORECASE)
_ABBREVIATIONS = {
    "AZ": "Algemene Zaken",
    "AENM": "Asiel en Migratie",
    "BHO": "Buitenlandse Handel en Ontwikkelingshulp",
    "BHOS": "Buitenlandse Handel en Ontwikkelingssamenwerking",
    "BZ": "Buitenlandse Zaken",
    "BZK": "Binnenlandse Zaken en Koninkrijksrelaties",
    "DEF": "Defensie",
    "EL&I": "Economische Zaken, Landbouw en Innovatie",
    "EZ": "Economische Zaken",
    "EZK": "Economische Zaken en Klimaat",
    "FIN": "Financiën",
    "I&M": "Infrastructuur en Milieu",
    "I&W": "Infrastructuur en Waterstaat",
    "IENM": "Infrastructuur en Milieu",
    "IENW": "Infrastructuur en Waterstaat",
    "J&V": "Justitie en Veiligheid",
    "JENV": "Justitie en Veiligheid",
    "KGG": "Klimaat en Groene Groei",
    "LNV": "Landbouw, Natuur en Voedselkwaliteit",
    "LVVN": "Landbouw, Visserij, Voedselzekerheid en Natuur",
    "OCW": "Onderwijs, Cultuur en Wetenschap",
    "SZW": "Sociale Zaken en Werkgelegenheid",
    "V&J": "Veiligheid en Justitie",
    "V&W": "Verkeer en Waterstaat",
    "VENJ": "Veiligheid en Justitie",
    "VENW": "Verkeer en Waterstaat",
    "VRO": "Volkshuisvesting en Ruimtelijke Ordening",
    "VROM": "Volkshuisvesting, Ruimtelijke Ordening en Milieubeheer",
    "VWS": "Volksgezondheid, Welzijn en Sport",
}


def full_name(portfolio: str) -> str:
    """A portfolio in full: "BZ" is "Buitenlandse Zaken"."""
    text = squash(portfolio).strip(" ,.")
    text = re.sub(r"^(?:van|voor)\s+", "", text)
    return _ABBREVIATIONS.get(text.upper().replace(" ", ""), text)


def parse_people(text: str, on_behalf: bool) -> list[Answerer]:
    """The bewindspersonen named in `text`, in order: by name and portfolio, or by office alone."""
    masked = _BRACKETS.sub(lambda match: "\0" * len(match.group()), text)
    roles = list(_ROLE.finditer(masked))
    ends = [*(match.start() for match in roles), len(text)][1:]
    found: list[Answerer] = []
    bare: list[int] = []  # "de Staatssecretaris en de Minister van X": the office follows
    for match, end in zip(roles, ends, strict=True):
        role = _role(match["role"])
        people = _read_segment(text[match.end() : end], role, match["article"] is not None, on_behalf)
        if not people:
            bare.append(len(found))
            found.append(Answerer(None, role, None, on_behalf))
            continue
        if people[0].portfolio is not None:
            for index in bare:
                found[index] = replace(found[index], portfolio=people[0].portfolio)
            if bare and found[-1].role == "Minister-President" and people[0].portfolio == "Algemene Zaken":
                people = people[1:]  # "de Minister-President, Minister van Algemene Zaken" is one person
        bare = []
        found += people
    return found


def _read_segment(text: str, role: str, article: bool, on_behalf: bool) -> list[Answerer]:
    """What follows one role: "A (X) en B (Y)", "van X, van Y en voor Z", or a bare name."""
    found: list[Answerer] = []
    at = 0
    for match in _BRACKETS.finditer(text):
        name = squash(_LEAD.sub("", text[at : match.start()]))
        at = match.end()
        office = _OFFICE.match(name)
        if office is not None and (office["link"] == "voor" or re.search(r",|\sen\s", name)):
            found += _offices(name, role, on_behalf)  # the brackets hold its abbreviation
        elif name and not name.startswith("voor "):
            found.append(Answerer(name, role, full_name(match["inner"]), on_behalf))
    rest = _TRAIL.sub("", _GOES_ON.split(text[at:], maxsplit=1)[0])
    rest = squash(_LEAD.sub("", rest))
    if _OFFICE.match(rest):
        return found + _offices(rest, role, on_behalf)
    if found or not rest:
        return found
    if article or re.search(r",|\sen\s", rest):  # "de Staatssecretaris Jeugd, Preventie en Sport"
        return [Answerer(None, role, full_name(rest), on_behalf)]
    return [Answerer(rest, role, None, on_behalf)] if not rest[:1].islower() and len(rest) < 60 else []


def _offices(text: str, role: str, on_behalf: bool) -> list[Answerer]:
    """ "van A, van B en voor C": one role, several offices."""
    found = []
    for part in _NEXT_OFFICE.split(text):
        match = _OFFICE.match(part)
        if match is not None:
            kind = f"{role} voor" if match["link"].lower() == "voor" else role
            found.append(Answerer(None, kind, full_name(match["portfolio"]), on_behalf))
    return found


def _role(text: str) -> str:
    lowered = text.lower()
    if lowered.endswith("minister-president"):
        return "Minister-President"
    return "Staatssecretaris" if lowered.startswith("staats") else "Minister"
