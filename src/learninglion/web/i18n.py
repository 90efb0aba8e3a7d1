"""What a user reads, in Dutch or English: the Dutch text is the key, `translations/en.json` the table.

A text that the table lacks stays Dutch; a test keeps the table complete.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from pathlib import Path

from learninglion.dutch.numbers import MONTHS

__all__ = [
    "LANGUAGES",
    "Count",
    "Translate",
    "counter",
    "pick_language",
    "say_date",
    "say_moment",
    "say_number",
    "translator",
]

LANGUAGES = ("nl", "en")
Translate = Callable[..., str]
Count = Callable[..., str]

_MONTHS = {
    "nl": MONTHS,
    "en": "January February March April May June July August September October November December".split(),
}


@cache
def _table(language: str) -> dict[str, str]:
    if language == "nl":
        return {}
    path = Path(__file__).parent / "translations" / f"{language}.json"
    table: dict[str, str] = json.loads(path.read_text("utf-8"))
    return table


def translator(language: str) -> Translate:
    """A function from Dutch text (with {names}) to text in `language`."""
    table = _table(language)

    def translate(text: str, /, **values: object) -> str:
        translation = table.get(text, text)
        return translation.format(**values) if values else translation

    return translate


def counter(language: str) -> Count:
    """A function that says how many: `count("1 dossier", "{n} dossiers", 3)`; {n} is written as a number.

    Dutch and English both have one form for exactly one and another for everything else, zero too.
    """
    translate = translator(language)

    def count(one: str, many: str, n: int, /, **values: object) -> str:
        return translate(one if n == 1 else many, n=say_number(n, language), **values)

    return count


def pick_language(chosen: str | None, accepted: str, default: str) -> str:
    """The language the user chose, else the house's own; the browser decides only between those we have."""
    if chosen in LANGUAGES:
        return str(chosen)
    for part in accepted.split(","):
        tag = part.split(";")[0].strip().lower()[:2]
        if tag == default:
            return default
    return default if default in LANGUAGES else "nl"


def say_date(value: date | None, language: str) -> str:
    """A date in words: "15 mei 2024"; empty when there is none."""
    return "" if value is None else f"{value.day} {_MONTHS[language][value.month - 1]} {value.year}"


def say_moment(value: datetime | None, language: str) -> str:
    """A moment on the clock of this machine: "15 mei 2024, 14:03"."""
    if value is None:
        return ""
    local = value.astimezone()
    return f"{say_date(local.date(), language)}, {local:%H:%M}"


def say_number(value: float, language: str, digits: int = 0) -> str:
    """A number with the separators of the language."""
    text = f"{value:,.{digits}f}"
    return text if language == "en" else text.translate(str.maketrans(",.", ".,"))
