"""Who speaks in an older answer: whoever answers now, a colleague, or somebody of an earlier cabinet.

What another minister wrote is theirs: it is quoted under their name, so that "Ik betreur" never becomes a
word of whoever signs today. Who answers now stands in the introduction of the set; the cabinet follows from
the day on which the questions were sent in.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files

from learninglion.checking.speakers import portfolios_in, same_portfolio
from learninglion.drafting.promises import as_of
from learninglion.models import DocumentCard, DocumentKind, Selection

__all__ = ["Voice", "cabinet_on", "voice_of"]


class Voice(StrEnum):
    """Whose words a source holds, seen from who answers now."""

    OURS = "ours"  # the same minister, or nobody knows better
    COLLEAGUE = "colleague"  # another minister of the same cabinet
    FORMER = "former"  # somebody of an earlier cabinet


def voice_of(card: DocumentCard, selection: Selection) -> Voice:
    """Whose words an earlier answer holds; what is not known makes no difference."""
    if card.kind is not DocumentKind.KAMERVRAGEN or card.date is None:
        return Voice.OURS
    today = as_of(selection)
    if today is not None and cabinet_on(card.date) != cabinet_on(max(today, card.date)):
        return Voice.FORMER
    asked = portfolios_in(selection.introduction)
    answered = [a.portfolio for a in card.answerers if a.portfolio]
    if asked and answered and not any(same_portfolio(one, other) for one in asked for other in answered):
        return Voice.COLLEAGUE
    return Voice.OURS


def cabinet_on(day: date) -> str:
    """The cabinet that was in office; "" before the first that is known."""
    days, names = _cabinets()
    place = bisect_right(days, day)
    return names[place - 1] if place else ""


@cache
def _cabinets() -> tuple[tuple[date, ...], tuple[str, ...]]:
    lines = files(__package__).joinpath("cabinets.txt").read_text("utf-8").splitlines()
    told = [line.split("\t") for line in lines if not line.startswith("#")]
    return tuple(date.fromisoformat(day) for day, _ in told), tuple(name for _, name in told)
