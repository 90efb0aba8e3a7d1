"""Who asked and when, as Dutch parliamentary papers write it."""

from __future__ import annotations

import re
from datetime import date

from learninglion.models import Asker
from learninglion.text import squash

__all__ = ["MONTHS", "parse_askers", "parse_date"]

MONTHS = (
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
)
_DATE = re.compile(rf"\b(\d{{1,2}})\s+({'|'.join(MONTHS)})\s+((?:19|20)\d\d)\b", re.IGNORECASE)
_FIGURES = re.compile(r"\b(\d{1,2})[-/.](\d{1,2})[-/.]((?:19|20)\d\d)\b")
_MEMBERS = re.compile(
    r"\b(?:het\s+(?:Kamer)?lid|de\s+(?:Kamer)?leden|(?:Kamer)?leden|(?:Kamer)?lid)\s+"
    # A capital, "’t Hof", "d’Hondt", or "van der Meer (X)" by somebody who writes small.
    r"(?=(?![a-zà-ÿ])[^\W\d_]|['’‘]|d['’]"
    r"|(?:(?:van|de|den|der|ter|ten|te|el|al)\s+){1,3}(?!Tweede|Eerste|Kamer)[A-Z][\w’'-]+\s*\()"
    r"(?P<names>.+?)"
    r"(?=\s+(?:aan\s+(?:de|het|mijn|onze|u\b)|over\b|betreffende\b|inzake\b|omtrent\b|aangaande\b|naar\s+aanleiding"
    r"|met\s+betrekking|worden\b|d\.d\.|van\s+(?:uw\s+Kamer|de\s+Tweede))|\s*\(ingezonden|[.;:]?\s*$|(?<![A-Z])\.\s)",
    re.DOTALL,
)
_MEMBER = re.compile(r"\s*(?P<name>[^(),]+?)\s*(?:\((?P<party>[^()]*)\))?\s*(?:,|$)")


def parse_date(text: str) -> date | None:
    """The first date in `text` ("17 mei 2024", "17-05-2024"); None where it holds none."""
    for match in _DATE.finditer(text):
        try:
            return date(int(match[3]), MONTHS.index(match[2].casefold()) + 1, int(match[1]))
        except ValueError:
            continue
    for match in _FIGURES.finditer(text):
        try:
            return date(int(match[3]), int(match[2]), int(match[1]))
        except ValueError:
            continue
    return None


def parse_askers(text: str) -> tuple[Asker, ...]:
    """Who asked, from "vragen van de leden Mutluer, Lahlah (GroenLinks-PvdA) en Helder (BBB) over ...".

    A party behind the last of several names holds for those before it that have none of their own.
    """
    match = _MEMBERS.search(squash(text))
    if match is None:
        return ()
    names = re.sub(r"\b(?:het\s+lid|de\s+leden)\s+", "", match["names"])
    names = re.sub(r"\s+(?:en|alsmede)\s+", ", ", names)
    found: list[tuple[str, str | None]] = []
    for member in _MEMBER.finditer(names):
        name = member["name"].strip(" .")
        if name.strip("'’")[:1].isalpha() and len(name) < 60:
            party = re.sub(r"^(?:beiden|allen|alle)\s+", "", (member["party"] or "").strip()) or None
            found.append((name, party))
    askers: list[Asker] = []
    shared: str | None = None
    for name, own in reversed(found):
        shared = own or shared
        askers.append(Asker(name, shared))
    return tuple(reversed(askers))
