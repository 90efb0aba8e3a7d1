"""How one printed line joins the next: at a broken word, at a real hyphen, inside a web address."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

_HYPHENS = "-\u00ad\u2010\u2011"
# What may follow a hyphen that stands for a left-out part: "zand- en grindwinning".
_LINKS = frozenset(
    "en of dan tot maar als noch respectievelijk resp c.q alsmede alsook e.d plus versus".split()
)
_LEFT = re.compile(r"([^\s«»\"“”‘(\[]+)[-\u00ad\u2010\u2011]$")
_RIGHT = re.compile(r"[\"'«(\[]*([^\s,;:?!»\"”’)\]]+)")
_ADDRESS = re.compile(r"(?:https?://|www\.|[\w.]+@)\S*$", re.IGNORECASE)
# A line that begins like this can still be a part of an address that was cut without a hyphen.
_ADDRESS_PART = re.compile(r"[^\s]*[/=&?_%#\d.-][^\s]*")
# Two vowels that would be read as one sound: Dutch then writes a hyphen between the parts of a compound.
_CLASHES = frozenset("aa ae ai au ee ei eu ie ii ij oe oi oo ou ui uu éé".split())
_HYPHEN_PARTS = frozenset(
    "ex oud niet non vice adjunct privé semi quasi aspirant kandidaat leerling interim demissionair".split()
)


class Junction:
    """How two lines join."""

    SPACE = " "
    NONE = ""
    DROP_HYPHEN = "drop"  # the hyphen goes, the halves join


def join_lines(left: str, right: str, vocabulary: Collection[str] = ()) -> str:
    """How line `left` goes on in line `right`: one of the values of Junction.

    `vocabulary`: words (lower case) that stand unbroken elsewhere in the document; they decide first.
    """
    if not left or not right:
        return Junction.SPACE
    if left[-1] not in _HYPHENS:
        return _join_address(left, right)
    before, after = _LEFT.search(left), _RIGHT.match(right)
    if before is None or after is None or left.endswith(("--", " -")):
        return Junction.SPACE
    if left[-1] == "\u00ad":
        return Junction.DROP_HYPHEN
    if _ADDRESS.search(left) or "/" in before[1] and "." in before[1]:
        return Junction.NONE
    return _join_word(before[1], after[1], right, vocabulary)


def run_on(lines: Sequence[str]) -> str:
    """Printed lines as one running text; each is joined to the line before it."""
    pieces = list(lines[:1])
    for line in lines[1:]:
        how = join_lines(pieces[-1], line)
        if how == Junction.DROP_HYPHEN:
            pieces[-1] = pieces[-1][:-1]
        elif how:
            pieces.append(how)
        pieces.append(line)
    return "".join(pieces)


def _join_word(before: str, after: str, right: str, vocabulary: Collection[str]) -> str:
    if after.rstrip(".").lower() in _LINKS:
        return Junction.SPACE
    part = before.rsplit("-", 1)[-1]
    if not part or not part[-1].isalpha() or not after[0].isalpha() or after[0].isupper():
        # "COVID-19", "VN-gezant" over two lines, "Noord-Brabant"; but SHOUTED text is broken like any other.
        shouted = len(part) > 5 and part.isupper() and after[:2].isupper()
        return Junction.DROP_HYPHEN if shouted else Junction.NONE
    joined, hyphened = (before + after).lower(), f"{before}-{after}".lower()
    if hyphened in vocabulary and joined not in vocabulary:
        return Junction.NONE
    if joined in vocabulary:
        return Junction.DROP_HYPHEN
    if part.isupper() and len(part) > 1 or any(c.isdigit() for c in part) or part[-1].isupper():
        return Junction.NONE
    if part.lower() in _HYPHEN_PARTS:
        return Junction.NONE
    if (part[-1] + after[0]).lower() in _CLASHES and part.lower() not in {"be", "ge"}:
        return Junction.NONE
    return Junction.DROP_HYPHEN


def _join_address(left: str, right: str) -> str:
    """An address that runs on without a hyphen joins without a space."""
    if _ADDRESS.search(left) is None or left[-1] not in "/=&?_%#.:":
        return Junction.SPACE
    first = right.split(maxsplit=1)[0]
    if left.endswith("://") or left[-1] in "/=&_%#" and _ADDRESS_PART.fullmatch(first):
        return Junction.NONE
    return Junction.SPACE
