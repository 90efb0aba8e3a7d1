"""One spelling for numbers and units: "€ 2,5 mln", "2,5 miljoen euro" and "2,50 miljoen euro" agree."""

from __future__ import annotations

import re
from functools import lru_cache

# Months and dates as Dutch writes them.

MONTHS = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)

ENGLISH_MONTHS = tuple(
    "january february march april may june july august september october november december".split()
)
MONTH_NAMES = frozenset(MONTHS)
SCALES = frozenset("honderd duizend miljoen miljard biljoen".split())
UNIT_NAMES = frozenset(
    """procent promille procentpunt euro dollar pond graden m cm mm km kg gram ton liter ha meter uur uren
    minuten seconden dag dagen week weken maand maanden jaar jaren kwh mwh gwh twh megawatt gigawatt mw gw
    m2 m3 vierkante kubieke""".split()
)
# Signs and short forms that are read as the word.
UNITS = {
    "%": "procent", "pct": "procent", "percent": "procent", "‰": "promille", "€": "euro", "eur": "euro",
    "euros": "euro", "$": "dollar", "usd": "dollar", "£": "pond", "mln": "miljoen", "mio": "miljoen",
    "mld": "miljard", "mrd": "miljard", "°": "graden", "&": "en", "§": "paragraaf", "kilometer": "km",
    "kilometers": "km", "kilogram": "kg", "kilo": "kg", "hectare": "ha", "hectaren": "ha", "nr": "nummer",
    "art": "artikel", "jan": "januari", "febr": "februari", "feb": "februari", "apr": "april",
    "aug": "augustus", "sept": "september", "okt": "oktober", "nov": "november", "dec": "december",
}  # fmt: skip

_SMALL = {
    word: value
    for value, word in enumerate(
        "nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien "
        "zeventien achttien negentien".split()
    )
}
_TENS = {
    word: 10 * value
    for value, word in enumerate("twintig dertig veertig vijftig zestig zeventig tachtig negentig".split(), 2)
}
_IRREGULAR_ORDINALS = {"eerste": 1, "derde": 3, "achtste": 8}
_LONGEST = 100  # characters; nobody writes such a number, and computing it could take for ever
_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_DECIMAL = re.compile(r"\d+(?:,\d+)?")
_ORDINAL_SIGN = re.compile(r"(\d+)(?:e|de|ste)")
_LONGEST = 1000  # digits; a longer row of them is nobody's number, and none of Python's beyond 4,300


@lru_cache(maxsize=4096)
def number_of(word: str) -> str | None:
    """The one spelling of a folded word that is a number: "vijftien" -> "15", "1.250,50" -> "1250,5",
    "tweede" -> "2e"; None for other words (and for "een", which mostly is the article).
    """
    if len(word) > _LONGEST:
        return word if word[:1].isdigit() else None
    if word[:1].isdigit():
        return _digits(word)
    if word == "een":
        return None
    if word == "anderhalf" or word == "anderhalve":
        return "1,5"
    value = _spelled(word)
    if value is not None:
        return str(value)
    ordinal = _spelled_ordinal(word)
    return f"{ordinal}e" if ordinal is not None else None


def _digits(word: str) -> str | None:
    sign = _ORDINAL_SIGN.fullmatch(word)
    if sign:
        return f"{int(sign.group(1))}e"
    if _THOUSANDS.fullmatch(word):
        word = word.replace(".", "")
    if _DECIMAL.fullmatch(word) and word.strip("0"):
        whole, _, decimals = word.partition(",")
        decimals = decimals.rstrip("0")
        return str(int(whole)) + ("," + decimals if decimals else "")
    return word


def _spelled(word: str) -> int | None:
    if word in _SMALL:
        return _SMALL[word]
    if word in _TENS:
        return _TENS[word]
    for ten, value in _TENS.items():
        if word.endswith(ten):
            head = word[: -len(ten)]
            unit = _SMALL.get(head[:-2]) if head.endswith("en") else None
            return value + unit if unit and unit < 10 else None
    for scale, size in (("duizend", 1000), ("honderd", 100)):
        head, scale_word, tail = word.partition(scale)
        if scale_word:
            # "honderd" and "duizend" alone stay words: they also scale ("200 duizend")
            front = 1 if not head else _spelled(head)
            rest = 0 if not tail else _spelled(tail.removeprefix("en"))
            if front is None or rest is None or (not head and not tail):
                return None
            return front * size + rest
    return None


def _spelled_ordinal(word: str) -> int | None:
    if word in _IRREGULAR_ORDINALS:
        return _IRREGULAR_ORDINALS[word]
    for ending in ("de", "ste"):
        if word.endswith(ending):
            value = _spelled(word[: -len(ending)])
            if value is not None and value > 1:
                return value
    return None


def is_number(norm: str) -> bool:
    """Whether a word in its one spelling is a number (not an ordinal)."""
    return norm[:1].isdigit() and not norm.endswith("e")


def is_ordinal(norm: str) -> bool:
    """Whether a word in its one spelling is an ordinal ("2e")."""
    return norm[:1].isdigit() and norm.endswith("e")
