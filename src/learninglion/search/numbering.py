"""What a question names by number: "wijk 7 en 8", "artikel 3 t/m 5", a year; and what of it a text tells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from learninglion.dutch.numbers import number_of
from learninglion.dutch.questions import is_filler, spell
from learninglion.dutch.text import fold
from learninglion.search.analysis import stem

_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*\w*|\w+")
_YEAR = re.compile(r"(?:19|20)\d\d$")
_ORDINAL = re.compile(r"(\d+)(?:e|de|ste|st|nd|rd|th)$")
_BETWEEN = frozenset("en of and or nummer nummers nr no numbers".split())  # "wijk 7 en 8", "wijk nummer 7"
_TO = r"(?:t/?m|tot(?: en met)?|through|up to(?: and including)?|to|[-–])"
_RANGE = re.compile(
    rf"(?<![\w.,:/-])(?P<first>\d{{1,4}})\s*{_TO}\s*(?:[^\W\d_]+\s+)?(?P<last>\d{{1,4}})(?![\w:/-]|[.,]\d)"
)
# "het tweede lid" is "lid 2".
_ORDINALS = re.compile(
    r"\b(?P<nth>\w+(?:de|ste)|\d+e)\s+(?P<thing>lid|alinea|volzin|kwartaal|onderdeel|paragraph|quarter)\b",
    re.IGNORECASE,
)
_LONGEST = 30  # numbers of a range: "10 tot 5000 euro" names nothing


@dataclass(frozen=True, slots=True)
class Numbered:
    """Things named by their number, each behind its folded word ("wijk", "7"), and years; in order."""

    names: tuple[tuple[str, str], ...]
    years: tuple[str, ...]

    @property
    def numbers(self) -> tuple[str, ...]:
        """All numbers, without their words."""
        return tuple(dict.fromkeys((*(own for _, own in self.names), *self.years)))


@lru_cache(maxsize=1024)
def numbers_named(text: str) -> Numbered:
    """The numbers in `text` that name a thing, and the years; a range names all that are in it.

    A number that counts ("26 klachten") stands behind a word that tells nothing of the subject.
    """
    names: dict[tuple[str, str], None] = {}
    years: dict[str, None] = {}
    word = ""
    counted = _ORDINALS.sub(_as_number, _RANGE.sub(_all_between, text))
    for token in map(fold, _TOKEN.findall(counted)):
        if not token[0].isdigit():
            word = token if token not in _BETWEEN else word
        elif _YEAR.match(token):
            years[token] = None
        elif word and not is_filler(word):
            names[word, number(token)] = None
    return Numbered(tuple(names), tuple(years))


def _as_number(match: re.Match[str]) -> str:
    nth = number(number_of(fold(match["nth"])) or match["nth"])
    return f"{match['thing']} {nth}" if nth.isdigit() else match.group()


def _all_between(match: re.Match[str]) -> str:
    first, last = int(match["first"]), int(match["last"])
    return ", ".join(map(str, range(first, last + 1))) if 0 < last - first < _LONGEST else match.group()


def number(token: str) -> str:
    """A number without what makes it an ordinal: "7e" is 7."""
    ordinal = _ORDINAL.match(token)
    return ordinal.group(1) if ordinal else token


def numbers_in(text: str) -> frozenset[str]:
    """All numbers in `text`."""
    return frozenset(number(token) for token in map(fold, _TOKEN.findall(text)) if token[0].isdigit())


_LOW, _LEAST, _HIGH = (rf"(?P<{name}>\d+(?:\.\d{{3}})*(?:,\d+)?)" for name in ("low", "least", "high"))
_ABOVE = r"(?:vanaf|boven|ouder dan|meer dan|groter dan|hoger dan|over|above|more than|>|≥)"
_BELOW = r"(?:tot(?: en met)?|onder|jonger dan|minder dan|kleiner dan|lager dan|under|below|less than|<|≤)"
_AND_MORE = r"(?:en|of|and|or)\s+(?:ouder|meer|hoger|older|more|over)\b"
_INTERVALS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_LOW}\s*(?:jaar\s+)?(?:{_TO}|en|and)\s*{_HIGH}",
        rf"{_ABOVE}\s*€?\s*{_LOW}|{_LEAST}\s*(?:\w+\s+)?{_AND_MORE}",
        rf"(?:^|(?<=\s)){_BELOW}\s*€?\s*{_HIGH}",
    )
)
_COUNTED = re.compile(r"(?<![\w.,/:-])(\d+(?:\.\d{3})*(?:,\d+)?)(?![\w/:-]|[.,]\d)")


def within(text: str, question: str) -> frozenset[str]:
    """The numbers in `question` that lie in the range of `text` ("12 tot en met 15 jaar", "boven 18")."""
    for pattern in _INTERVALS:
        match = pattern.search(text)
        if match is not None:
            bounds = match.groupdict()
            low, high = bounds.get("low") or bounds.get("least"), bounds.get("high")
            least, most = _value(low) if low else 0.0, _value(high) if high else float("inf")
            return frozenset(n for n in _COUNTED.findall(question) if least <= _value(n) <= most)
    return frozenset()


def _value(written: str) -> float:
    return float(written.replace(".", "").replace(",", "."))


def not_told(question: str, text: str) -> tuple[str, ...]:
    """What `question` names by number of which `text` does not tell, as "wijk 9".

    Where `text` has numbers behind that same word it must be among those, else it may stand anywhere.
    """
    asked, told = numbers_named(question), numbers_named(text)
    anywhere = numbers_in(text) | numbers_in(spell(text))
    by_word: dict[str, set[str]] = {}
    for word, own in told.names:
        by_word.setdefault(stem(word), set()).add(own)
    lacks = [f"{word} {own}" for word, own in asked.names if own not in by_word.get(stem(word), anywhere)]
    return (*lacks, *(year for year in asked.years if year not in anywhere))
