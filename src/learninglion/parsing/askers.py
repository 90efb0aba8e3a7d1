"""A set's text without who asks: what is found must not depend on the name or the party of an asker."""

from __future__ import annotations

import re

from learninglion.parsing.kamervragen.header import MEMBERS

__all__ = ["without_askers"]

_MEMBERS = re.compile(rf"(?:\bvan\s+)?{MEMBERS.pattern}", MEMBERS.flags)
# "vragen van Jansen (VVD) aan", "Jansen (VVD) vraagt": a name with a party, without the word for a member.
_NAME = (
    r"(?:(?:[Mm]evrouw|[Dd]e\s+heer|[Dd]hr\.|[Mm]w\.)\s+)?"
    r"(?:(?:van|de|den|der|het|ten|ter|te|el|al)\s+|[A-Z]\.\s?|['’]t\s+|d['’])*[A-ZÀ-Þ][\w’'.-]+"
    r"(?:\s+(?:van|de|den|der|het|ten|ter|te|el|al|[A-ZÀ-Þ][\w’'-]+))*"
)
_PARTY = r"\s*\((?!ingezonden|ontvangen)[^()]{1,40}\)"
_SERIES = rf"{_NAME}(?:{_PARTY})?(?:(?:\s*,|\s+en)\s+{_NAME}(?:{_PARTY})?)*"
_NAMED = re.compile(
    rf"(?<=ragen)\s+van\s+(?=[^.\n]{{0,200}}?\()(?:{_SERIES})(?=\s+(?:aan|over|inzake|betreffende|omtrent)\b)"
    rf"|^(?:{_NAME}{_PARTY}(?:(?:\s*,|\s+en)\s+{_NAME}{_PARTY})*)(?=\s+(?:vraag|vrag|stel|heeft|hebben)\w*\b)",
    re.MULTILINE,
)
# "De leden van de VVD-fractie vragen", "de fractie van D66": who speaks in a written consultation.
_FRACTION = re.compile(
    r"\b(?:de\s+|het\s+)?(?:(?:leden|lid)\s+van\s+(?:de\s+)?)?(?:(?-i:[A-ZÀ-Þ0-9])[\w/&+.-]*-fracties?"
    r"|fracties?\s+van\s+(?:de\s+|het\s+)?(?-i:[A-ZÀ-Þ0-9])[\w/&+.-]*"
    r"(?:(?:,|\s+en)\s+(?:de\s+|het\s+)?(?-i:[A-ZÀ-Þ0-9])[\w/&+.-]*)*)",
    re.IGNORECASE,
)


def without_askers(text: str) -> str:
    """`text` with every asker, party and fraction left out; the subject, ministers and dates stay."""
    bare = _NAMED.sub(" ", _MEMBERS.sub(" ", text))
    bare = _FRACTION.sub(" ", bare)
    return "\n".join(" ".join(line.split()) for line in bare.split("\n")).strip()
