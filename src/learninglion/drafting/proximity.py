"""Whether sentences hold the sort of thing a part of a question waits for, near what it is about.

A number somewhere in a draft does not answer "hoeveel winkeliers": it must stand with the winkeliers, in the
same sentence or the one beside it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from learninglion.drafting.aspects import AspectKind
from learninglion.drafting.relevance import coverage, subject_words

__all__ = ["admits_ignorance", "holds", "holds_near", "in_measure", "is_strict", "refers_elsewhere"]

_MONTH = "januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december"
_NOT_AN_AMOUNT = re.compile(
    rf"\b\d{{1,2}}\s+(?:{_MONTH})(?:\s+\d{{4}})?\b|\b(?:19|20)\d\d(?:[-–/]\d{{2,4}})?\b|\[\s*\d+\s*\]|"
    r"\b(?:vraag|vragen|nr\.?|nummer|artikel|lid|bijlage|noot)\s+\d+|\b\d+\s*\d*-\d+\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(?<![A-Za-z\d])\d|\b(?:één|twee|drie|vier|vijf|zes|zeven|acht|negen|tien|elf|twaalf|tientallen|honderden|duizenden|"
    r"twintig|dertig|veertig|vijftig|zestig|zeventig|tachtig|negentig|honderd|duizend|miljoen|miljard|"
    r"de helft|een derde|een kwart|geen|nul|(?:een|twee|drie|vier|vijf)maal|alle|enkele|meerdere)\b",
    re.IGNORECASE,
)
_LENGTH = (
    r"(?:\d+|één|een|twee|drie|vier|vijf|zes|zeven|acht|negen|tien) "
    r"(?:dag|dagen|uur|week|weken|maand|maanden|jaar)"
)
_DURATION = re.compile(rf"\b{_LENGTH}\b", re.IGNORECASE)
_MOMENT = re.compile(
    rf"\b(?:(?:19|20)\d\d|{_MONTH}|(?:binnen|over|na|sinds|al|uiterlijk) (?:\w+ )?{_LENGTH}|"
    r"(?:dit|vorige?|volgende?|komende?|afgelopen|in het|na de|voor de|eind|begin|medio|later|het) "
    r"(?:voorjaar|zomer|najaar|winter|kwartaal|week|maand|jaar)|zomer(?:reces)?|kerstreces|"
    r"binnenkort|momenteel|inmiddels|nog niet|direct|meteen|onmiddellijk|op korte termijn|"
    r"zo (?:snel|spoedig) mogelijk|altijd|nooit)\b",
    re.IGNORECASE,
)
_ASKS_LENGTH = re.compile(r"\b(?:hoe lang|hoe snel|termijn|hoeveel tijd)\b", re.IGNORECASE)
_CAUSE = re.compile(
    r"\b(?:omdat|doordat|aangezien|vanwege|wegens|daarom|want|immers|namelijk|reden\w*|oorza\w+|gezien|zodat|door|"
    r"dankzij|als gevolg|gelet|hierdoor|daardoor|daarmee|hiermee|te maken met|"
    r"om (?:\w+ ){1,12}te|(?:\w+ )?is het gevolg|komt)\b",
    re.IGNORECASE,
)
_IGNORANCE = re.compile(
    r"\b(?:(?:niet|geen|onvoldoende) (?:[\w-]+ ){0,6}?(?:bekend|bijgehouden|geregistreerd|registratie|"
    r"te zeggen|te geven|te noemen|beschikbaar|vast te stellen|vastgesteld|cijfers|gegevens|zicht|inzicht|"
    r"informatie|overzicht|uitspraken?|aantallen|bekende|duidelijk|"
    r"beantwoorden|aangeven|inschatting|oordeel)|onbekend|onduidelijk|"
    r"nog niet (?:\w+ ){0,4}(?:bekend|te zeggen)|"
    r"kan ik (?:[\w-]+ ){0,8}niet|niet (?:\w+ ){0,3}(?:ingaan|treden)|"
    r"vooruitlopen|te vroeg)\b",
    re.IGNORECASE,
)
_REFERS = re.compile(r"\b(?:verwijs|verwezen|verwijzen|zie)\b", re.IGNORECASE)
_MEASURES = tuple(
    (re.compile(asks, re.IGNORECASE), re.compile(unit, re.IGNORECASE))
    for asks, unit in (
        (r"\bafstand\w*|\bhoe ver\b", r"\d\s*(?:kilo)?meter\b|\d\s*k?m\b"),
        (r"\bpercentage\b", r"%|\bprocent\b|\bpercentage\b"),
        (r"\bbedrag\b|\bwat kost|\bhoeveel (?:euro|geld|subsidie)\b", r"€|\beuro\b|\bmil(?:joen|jard)\b"),
    )
)
_HOLDS = {AspectKind.AMOUNT: _NUMBER, AspectKind.MOMENT: _MOMENT, AspectKind.REASON: _CAUSE}
_NEAR = {AspectKind.AMOUNT: 0.45, AspectKind.MOMENT: 0.4, AspectKind.REASON: 0.3}


def is_strict(kind: AspectKind) -> bool:
    """Whether this sort of part waits for a thing that can be recognised: an amount, a moment, a reason."""
    return kind in _HOLDS


def holds(kind: AspectKind, sentence: str, asked: str = "") -> bool:
    """Whether the sentence holds an amount, a moment or a reason; true for other sorts of parts.

    "Twee jaar" is no moment, unless `asked` is how long.
    """
    pattern = _HOLDS.get(kind)
    if pattern is None:
        return True
    if kind is AspectKind.MOMENT and _ASKS_LENGTH.search(asked) and _DURATION.search(sentence):
        return True
    text = _NOT_AN_AMOUNT.sub(" ", sentence) if kind is AspectKind.AMOUNT else sentence
    return bool(pattern.search(text))


def in_measure(asked: str, sentence: str) -> bool:
    """Whether the sentence uses the measure in which `asked` wants its amount; true where none is named."""
    return all(unit.search(sentence) for asks, unit in _MEASURES if asks.search(asked))


def admits_ignorance(sentence: str) -> bool:
    """Whether the sentence says that something is not known or cannot be said; that is an answer as well."""
    return bool(_IGNORANCE.search(sentence))


def refers_elsewhere(sentence: str) -> bool:
    """Whether the sentence points at a letter or a report in the place of an answer."""
    return bool(_REFERS.search(sentence))


def holds_near(kind: AspectKind, subject: str, said: Sequence[str], part: float = 1.0) -> bool:
    """Whether a sentence holds what `kind` waits for while it, with its neighbours, names `subject`.

    `part` (0..1): of what is usually wanted, so much of the subject need be named.
    """
    if not subject_words(subject):
        return any(holds(kind, s, subject) or admits_ignorance(s) for s in said)
    for at, sentence in enumerate(said):
        if not holds(kind, sentence, subject) and not admits_ignorance(sentence):
            continue
        beside = said[max(0, at - 1) : at + 2]
        if coverage(subject, beside) >= part * _NEAR.get(kind, 0.0):
            return True
    return False
