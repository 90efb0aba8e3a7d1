"""What a sentence leans on, and words that point at what is not in a new draft: "zoals gezegd".

They are cut out where the sentence says the same without them, to be judged by the caller; an opening
"Zoals gezegd" makes room for the fixed phrase with the date of the source, which asks the same word order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

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
    re.compile(
        r",?\s+zie (?:ook|tevens) (?:het antwoord op )?(?:vraag|vragen)\s+\d+(?:(?:,| en)\s*\d+)*,?(?=\s)",
        re.IGNORECASE,
    ),
    re.compile(r"\b(?:hierboven|hiervoor|eerder|boven|voor)[\s-]?(?:genoemde|vermelde)\s+", re.IGNORECASE),
)
_POINTS = re.compile(
    rf"\bzoals\s+{_EARLIER}{_TOLD}\b(?!\s+(?:in|door|op|tijdens|per|aan|onder)\b)|"
    rf"\bzoals\s+[^.]{{0,40}}{_PLACE}|"
    r"\b(?:zie|verwijs\w*|verwezen)\b[^.]{0,80}\b(?:antwoord(?:en)?|beantwoording|vraag|vragen)\b[^.]{0,25}"
    r"\b(?:\d+|hierboven|hiervoor|vorige|bovenstaande)|"
    r"\b(?:in|bij|conform|met)\s+(?:[^\s.]+\s+){0,3}?(?:antwoord(?:en)?|"
    r"beantwoording)\s+(?:op|van)\s+(?:de\s+)?"
    r"(?:(?:vraag|vragen)\s+(?:\d|hierboven|hiervoor)|(?:vorige|voorgaande|bovenstaande)\s)|"
    rf"\b(?:in|bij|onder|conform)\s+(?:(?:de\s+)?(?:vraag|vragen)|(?:het\s+|"
    rf"mijn\s+)?antwoord(?:en)?){_NUMBERS}|"
    r"\b(?:zie|verwijs\w*)\b[^.]{0,40}\b(?:hierboven|bovenstaande)\b",
    re.IGNORECASE,
)


_ANAPHORIC = re.compile(
    r"^(?:dit|deze|dat|die|hij|zij|ze|hem|haar|hun|hen|daar\w*|hier\w*|ook|verder|bovendien|tevens|echter|"
    r"vervolgens|dus|zo|toen|wel|tot slot|ten slotte|ten (?:eerste|tweede|derde)|overigens|immers|"
    r"laatstgenoemde|hetzelfde|deze werkwijze|boven(?:staande?|genoemde?|vermelde?)|"
    r"hierboven|genoemde|beide|dergelijke|zulke|eveneens|voorts|evenmin|aldus|dan|want|"
    r"maar|en|of)\b",
    re.IGNORECASE,
)
# "Triage draagt hieraan bij", "Er is daarmee een reden": what it points at stands in the sentence before
_POINTS_BACK = re.compile(
    r"^(?:\S+\s+){1,4}?(?:hier|daar)(?:aan|bij|door|in|mee|na|naast|om|onder|op|over|"
    r"tegen|toe|uit|van|voor)\b",
    re.IGNORECASE,
)
# "In deze aanpak leren jongeren": which approach was told before; "op dit moment" is now
_SOME_EARLIER = re.compile(
    r"^(?:in|met|op|bij|door|voor|uit|naar|aan|van|onder|over|tijdens|binnen|na|volgens|ten aanzien van)\s+"
    r"(?:deze|dit|die|dat|dergelijke|zulke|beide|(?:de|het) (?:genoemde|betreffende|desbetreffende))\b"
    r"(?!\s+(?:moment|jaar|kabinet\w*|voorjaar|najaar|kwartaal|ogenblik))",
    re.IGNORECASE,
)
# "Het kabinet heeft hier geen inzicht in": in what, was asked
_OF_WHAT = re.compile(
    r"\b(?:hier|daar)\b.{0,40}\b(?:aan|bij|in|mee|naar|op|over|toe|van|voor)\W*(?:\[\s*\d+\s*\])?\W*$",
    re.IGNORECASE,
)
_BARE_ANSWER = re.compile(r"^(?:ja|nee|neen|dat klopt|dit klopt|inderdaad)\W*$", re.IGNORECASE)
# "Hierdoor" further on in a sentence; in "... en valt daarmee onder" it points at the sentence itself
_INSIDE = re.compile(
    r"^(?:(?!\ben(?: \w+){0,3} (?:daar|hier)(?:mee|door|toe)\b).)*?"
    r"\b(?:hierdoor|hiermee|daarmee|daardoor|hiertoe|daartoe|hiervoor|echter)\b",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Unpointed:
    """The sentence without its pointing words; `follows`: it waits for a phrase with "Zoals" in front."""

    text: str
    follows: bool


def is_bare(text: str) -> bool:
    """Whether the sentence is a yes or a no and nothing else."""
    return bool(_BARE_ANSWER.match(text))


def leans(text: str) -> bool:
    """Whether the sentence cannot stand without the one before it: "Deze werkwijze", "Hierdoor"."""
    back = any(p.match(text) for p in (_ANAPHORIC, _POINTS_BACK, _SOME_EARLIER))
    return back or bool(_OF_WHAT.search(text)) or bool(_INSIDE.match(text))


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
