"""Words that point at what is not in a new draft: "zoals gezegd", "zie het antwoord op vraag 3".

They are cut out where the sentence says the same without them, to be judged by the caller; an opening
"Zoals gezegd" makes room for the fixed phrase with the date of the source, which asks the same word order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Unpointed", "points_away", "unpoint"]

_NUMBERS = r"\s+\d+(?:(?:,|\s+en|\s+t/m)\s*\d+)*"
_PLACE = (
    r"(?:in|bij|onder)\s+(?:(?:het|de|mijn|ons|onze)\s+)?(?:"
    rf"antwoord(?:en)?{_NUMBERS}|"
    r"(?:antwoord(?:en)?|beantwoording)(?:\s+(?:op|van))?\s+(?:de\s+)?(?:vorige\s+)?(?:vraag|vragen)"
    rf"(?:{_NUMBERS})?)"
)
_TOLD = (
    r"(?:gezegd|aangegeven|gemeld|genoemd|vermeld|beschreven|toegelicht|opgemerkt|benoemd|uiteengezet|"
    r"geschetst|geantwoord|gesteld)"
)
_EARLIER = (
    r"(?:(?:ook|al|reeds|eerder|hierboven|hiervoor|boven|ik|wij|heb|hebben|is|werd|zojuist)\s+|"
    rf"{_PLACE}\s+)*"
)
_OPENING = re.compile(
    rf"^Zoals\s+{_EARLIER}{_TOLD}(?:\s+{_PLACE})?,?\s+"
    r"(?!(?:in|aan|door|bij|op|tijdens|per|over|van|dat|en|onder)\b)(?=\w)",
    re.IGNORECASE,
)
_CUTS = (
    re.compile(r"\s*\((?:zie|vgl\.?|cf\.?)\s[^()]*\b(?:antwoord\w*|vraag|vragen)\b[^()]*\)", re.IGNORECASE),
    re.compile(rf",?\s+zoals\s+{_EARLIER}{_TOLD}(?:\s+{_PLACE})?(?:,(?=\s)|(?=[.;]))", re.IGNORECASE),
    re.compile(r"\b(?:hierboven|hiervoor|eerder|boven|voor)[\s-]?(?:genoemde|vermelde)\s+", re.IGNORECASE),
)
_POINTS = re.compile(
    rf"\bzoals\s+{_EARLIER}{_TOLD}\b(?!\s+(?:in|door|op|tijdens|per|aan|onder)\b)|\bzoals\s+[^.]{{0,40}}{_PLACE}|"
    r"\b(?:zie|verwijs\w*|verwezen)\b[^.]{0,80}\b(?:antwoord(?:en)?|beantwoording|vraag|vragen)\b[^.]{0,25}"
    r"\b(?:\d+|hierboven|hiervoor|vorige|bovenstaande)|"
    r"\b(?:in|bij|conform|met)\s+(?:[^\s.]+\s+){0,3}?(?:antwoord(?:en)?|beantwoording)\s+(?:op|van)\s+(?:de\s+)?"
    r"(?:(?:vraag|vragen)\s+(?:\d|hierboven|hiervoor)|(?:vorige|voorgaande|bovenstaande)\s)|"
    rf"\b(?:in|bij|onder|conform)\s+(?:(?:de\s+)?(?:vraag|vragen)|(?:het\s+|mijn\s+)?antwoord(?:en)?){_NUMBERS}|"
    r"\b(?:zie|verwijs\w*)\b[^.]{0,40}\b(?:hierboven|bovenstaande)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Unpointed:
    """The sentence without its pointing words; `follows`: it waits for a phrase with "Zoals" in front."""

    text: str
    follows: bool


def points_away(text: str) -> bool:
    """Whether the sentence points at another answer or another place of its own document."""
    return bool(_POINTS.search(text))


def unpoint(text: str) -> Unpointed:
    """`text` with what points away cut out; unchanged where there is nothing to cut."""
    opening = _OPENING.match(text)
    left = text[opening.end() :] if opening else text
    for pattern in _CUTS:
        left = pattern.sub("", left)
    if not opening and left[:1].islower() and text[:1].isupper():
        left = left[:1].upper() + left[1:]
    return Unpointed(left.strip(), opening is not None)
