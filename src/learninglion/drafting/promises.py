"""Promises of an old source: "voor het zomerreces informeer ik uw Kamer" is no news two years later.

What is meant by "eind dit jaar" follows from the date of the source; whether that moment has passed from the
date of the questions, or of the newest source. The clock of the machine is never asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from learninglion.dutch.lexicon import MONTHS
from learninglion.models import Selection, SourceKind

_MONTH = "|".join(MONTHS)
_ASKED_ON = re.compile(rf"\bingezonden\s+(?:op\s+)?(\d{{1,2}})\s+({_MONTH})\s+(\d{{4}})\b", re.IGNORECASE)
_PROMISES = re.compile(
    r"\b(?:zal|zullen|ga|gaan|gaat|wordt|worden|informeer|informeren|verwacht|verwachten|kom|komt|komen|"
    r"streef|streeft|streven|stuur|sturen|ontvangt|ontvangen|hoop|hopen|voornemens|beoogd|gereed|volgt|volgen|"
    r"werk|werkt|werken|bezie|bekijk|onderzoek|inventariseren|toezeg|zeg toe)\b",
    re.IGNORECASE,
)
_SOON = re.compile(
    r"\b(?:(?:de )?komende (?:weken|maanden|periode|tijd)|binnenkort|op korte termijn|"
    r"binnen (?:enkele|een paar|afzienbare) \w+|"
    r"zo (?:snel|spoedig) mogelijk|volgende (?:week|maand)|eerstdaags)\b",
    re.IGNORECASE,
)
_THIS_YEAR = re.compile(
    r"\b(?:(?:eind |later |in de loop van )?(?:van )?dit (?:kalender)?jaar|kerstreces|"
    r"(?:dit|het|komend|komende) (?:najaar|herfst)|na de zomer|na het zomerreces)\b",
    re.IGNORECASE,
)
_NEXT_YEAR = re.compile(r"\b(?:volgend|komend|komende) jaar\b", re.IGNORECASE)
_SUMMER = re.compile(
    r"\b(?:voor|vóór|in) (?:het zomerreces|de zomer)\b|\b(?:deze|komende) zomer\b", re.IGNORECASE
)
_SPRING = re.compile(r"\b(?:dit|het|komend|komende|volgend) voorjaar\b", re.IGNORECASE)
_QUARTER = re.compile(
    r"\b(eerste|tweede|derde|vierde|dit|volgend|laatste) kwartaal(?:\s+(?:van\s+)?((?:19|20)\d\d))?",
    re.IGNORECASE,
)
_IN_MONTH = re.compile(
    rf"\b(?:in|eind|begin|medio|voor|vóór|vanaf|per|uiterlijk|half|rond|op)\s+(?:\d{{1,2}}\s+)?({_MONTH})"
    r"(?:\s+((?:19|20)\d\d))?\b",
    re.IGNORECASE,
)
_IN_YEAR = re.compile(
    r"\b(?:in|eind|begin|medio|voor|vóór|vanaf|per|uiterlijk|voorjaar|najaar|zomer|herfst)\s+(?:van\s+)?((?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_QUARTERS = {"eerste": 1, "tweede": 2, "derde": 3, "vierde": 4, "laatste": 4}
_SOON_DAYS = 183  # "binnenkort" of half a year ago has passed


def as_of(selection: Selection) -> date | None:
    """The day to judge promises by: that on which the questions were sent in, or of the newest source."""
    match = _ASKED_ON.search(selection.introduction)
    if match:
        try:
            month = MONTHS.index(match.group(2).casefold()) + 1
            return date(int(match.group(3)), month, int(match.group(1)))
        except ValueError:
            pass  # "31 februari": no date at all
    sources = (*selection.chosen, *(h.source for h in selection.offered))
    days = [s.document.date for s in sources if s.document.date and s.kind is not SourceKind.SUPPLIED]
    return max(days, default=None)


def has_passed(sentence: str, written: date | None, today: date | None) -> bool:
    """Whether the sentence, `written` then, promises something for moments that lie all before `today`."""
    if written is None or today is None or today <= written or not _PROMISES.search(sentence):
        return False
    last = max(_moments(sentence, written), default=None)
    return last is not None and written <= last < today


def _moments(sentence: str, written: date) -> Iterator[date]:
    """The last days of the periods that the sentence names, as who wrote it then meant them."""
    year = written.year
    if _SOON.search(sentence):
        yield written + timedelta(days=_SOON_DAYS)
    if _THIS_YEAR.search(sentence):
        yield date(year, 12, 31)
    if _NEXT_YEAR.search(sentence):
        yield date(year + 1, 12, 31)
    if _SUMMER.search(sentence):
        yield _coming(written, 8)
    if _SPRING.search(sentence):
        yield _coming(written, 6)
    for name, of_year in _QUARTER.findall(sentence):
        number = _QUARTERS.get(name.casefold())
        if number is None:  # this quarter, the next one
            months = 3 if name.casefold() == "dit" else 6
            yield written + timedelta(days=31 * months)
        else:
            yield _end_of_month(int(of_year), 3 * number) if of_year else _coming(written, 3 * number)
    for name, of_year in _IN_MONTH.findall(sentence):
        month = MONTHS.index(name.casefold()) + 1
        yield _end_of_month(int(of_year), month) if of_year else _coming(written, month)
    for of_year in _IN_YEAR.findall(sentence):
        yield date(int(of_year), 12, 31)


def _coming(written: date, month: int) -> date:
    """The end of the first such month from the day it was written."""
    return _end_of_month(written.year + (month < written.month), month)


def _end_of_month(year: int, month: int) -> date:
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    return first_of_next - timedelta(days=1)
