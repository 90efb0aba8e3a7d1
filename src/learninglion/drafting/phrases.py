"""The fixed phrases that may stand in front of a cited sentence, and the dates they claim."""

from __future__ import annotations

import re
from dataclasses import dataclass

from learninglion.drafting.citations import MONTHS, dutch_date
from learninglion.drafting.findings import Finding, FindingKind
from learninglion.models import DocumentCard, Source
from learninglion.text import fold

__all__ = ["Introduced", "check_phrase", "formerly", "introduce", "split_introduction"]

# Words an introduction may consist of. Anything else in front of the colon counts as part of the claim.
_SAYING = frozenset(
    """zoals op in het de mijn eerdere vorige soortgelijke namens regering bij u ons volgende gesteld hiervoor
     onze uw aan is ben heb
    heeft hebben ik wij kabinet eerder al reeds destijds
    toen kamer tweede dat gemeld meegedeeld medegedeeld bericht geschreven aangegeven geantwoord vermeld laten
    weten
    geinformeerd antwoord antwoorden vraag vragen kamervragen schriftelijke brief kamerbrief van over hierover
    daarover onder meer ook nadien later recenter en aanhangsel handelingen ii nr nummer met betrekking tot
    dit onderwerp luidde luidt was werd toegelicht""".split()
)
_MONTH = "|".join(MONTHS)
_DATE = re.compile(rf"\b(\d{{1,2}})\s+({_MONTH})\s+(\d{{4}})\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+|\d+")
_END_OF_PHRASE = re.compile(r":\s+|,\s+(?!is aan|nr)|\s+dat\s+")
_SAID = frozenset(
    """gemeld meegedeeld medegedeeld bericht geschreven aangegeven geantwoord vermeld weten geinformeerd
    antwoord toegelicht""".split()
)
# Long enough for a date and a reference, too short to hide a sentence in.
_LONGEST = 140


@dataclass(frozen=True, slots=True)
class Introduced:
    """A statement taken apart: the fixed phrase in front (or "") and what it claims."""

    phrase: str
    claim: str


def introduce(card: DocumentCard) -> str:
    """The fixed phrase for a published answer: "Zoals op 17 mei 2024 aan uw Kamer is gemeld:"."""
    day = dutch_date(card)
    return f"Zoals op {day} aan uw Kamer is gemeld:" if day else "Zoals eerder aan uw Kamer is gemeld:"


def formerly(card: DocumentCard) -> str:
    """The phrase for what something newer follows on: "Eerder, op 3 maart 2022, is aan uw Kamer gemeld:"."""
    day = dutch_date(card)
    return f"Eerder, op {day}, is aan uw Kamer gemeld:" if day else "Eerder is aan uw Kamer gemeld:"


def split_introduction(text: str) -> Introduced:
    """Takes a fixed phrase ("...:", "..., " or "... dat ") off the front of `text`; the rest is the claim."""
    for match in _END_OF_PHRASE.finditer(text, 0, _LONGEST):
        if _only_saying(text[: match.start()]) and text[match.end() :].strip():
            return Introduced(text[: match.end()].strip(), text[match.end() :].strip())
    return Introduced("", text.strip())


def _only_saying(head: str) -> bool:
    words = [fold(w) for w in _WORD.findall(_DATE.sub(" ", head))]
    return bool(_SAID & set(words)) and all(w in _SAYING or w.isdigit() for w in words)


def check_phrase(phrase: str, sources: tuple[Source, ...]) -> tuple[Finding, ...]:
    """A finding for a date, a year or a number in the phrase that no cited document has."""
    cards = tuple(s.document for s in sources)
    findings: list[Finding] = []
    known = [dutch_date(card) for card in cards if card.date]
    for match in _DATE.finditer(phrase):
        claimed = f"{int(match.group(1))} {match.group(2).casefold()} {match.group(3)}"
        if claimed not in known:
            actual = f" Het stuk is van {known[0]}." if known else " De datum van het stuk is niet bekend."
            findings.append(
                Finding(
                    FindingKind.CLAIMED_DATE, f"De datum “{match.group()}” is niet die van de bron.{actual}"
                )
            )
    own = {str(n) for s in sources for n in (s.document.number, *s.numbers, *s.answer_numbers)}
    years = {y for card in cards for y in re.findall(r"\d+", card.session_year or "")}
    for number in re.findall(r"\d+", _DATE.sub(" ", phrase)):
        if number not in own and not any(y.endswith(number) for y in years):
            findings.append(Finding(FindingKind.NUMBER, f"Het nummer “{number}” is niet dat van de bron."))
    return tuple(findings)
