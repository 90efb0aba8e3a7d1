"""What a notice in the place of answers says: later, or in a letter."""

from __future__ import annotations

import re

from learninglion.models import NoticeKind

__all__ = ["name_notice"]

_POSTPONED = re.compile(
    r"\buitstel|\bniet\s+binnen\s+(?:de|het)\b|\bniet\s+mogelijk\b.{0,200}\b(?:termijn|tijdig|beantwoord)"
    r"|\bmeer\s+tijd\b|\bbinnen\s+de\s+(?:gebruikelijke\s+)?termijn\s+van\b|\bzo\s+spoedig\s+mogelijk\b|\bniet\s+tijdig\b|\blater\s+(?:dan|beantwoord|toegezonden|ontvang)"
    r"|\bniet\s+(?:kunnen|kan|kon|konden)\b.{0,60}\b(?:termijn|beantwoord)|\bverlengd|\bnog\s+niet\b.{0,60}beantwoord",
    re.IGNORECASE | re.DOTALL,
)
_BY_LETTER = re.compile(
    r"\bbeantwoord\b.{0,80}\bbrief|\bbrief\b.{0,160}\b(?:beantwoord|antwoord|verwijs|verwezen|reactie)"
    r"|\b(?:verwijs|verwezen|verwijzen)\b.{0,80}\bbrief|\bper\s+brief\b|\bbijgevoegde\s+brief",
    re.IGNORECASE | re.DOTALL,
)


def name_notice(text: str) -> NoticeKind:
    """What kind of notice `text` is."""
    if _POSTPONED.search(text):
        return NoticeKind.POSTPONEMENT
    return NoticeKind.BY_LETTER if _BY_LETTER.search(text) else NoticeKind.OTHER
