""" "Bent u bekend met het bericht ...?": whether an earlier question was about the very same item.

That a bewindspersoon knew one report says nothing of another, however alike the questions are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from learninglion.drafting.aspects import AspectKind, list_aspects
from learninglion.drafting.relevance import coverage
from learninglion.dutch.text import words

__all__ = [
    "asks_acquaintance",
    "known_item",
    "only_acquaintance",
    "same_item",
    "says_acquainted",
    "tells_known",
]

_TITLE = re.compile(r"[«“„\"‘'](.{8,}?)[»”\"’'](?=[\s?.,;:)]|$)")
_FRAME = re.compile(
    r"^.*?\b(?:bekend|op de hoogte|kent u|kennis ?genomen|herinnert u zich)\b"
    r"(?:\s+(?:met|van|dat|ook|nog|het|de|een))*",
    re.IGNORECASE,
)
_ACQUAINTED = re.compile(
    r"\b(?:bekend|kennis\s?genomen|op de hoogte|gelezen|ken ik|ik ken|herinner)\b", re.IGNORECASE
)
_NAMES_ITEM = re.compile(
    r"[«“„]|\b(?:bericht\w*|artikel\w*|rapport\w*|publicatie\w*|uitzending\w*|brief|onderzoek\w*|reportage)\b",
    re.IGNORECASE,
)
_SAME_TITLE = 0.8
_SAME_OBJECT = 0.7
_SAYS_OF_IT = 0.4
_TELLS_OF_IT = 0.6


@lru_cache(maxsize=4096)
def known_item(question: str) -> str:
    """What the question asks to be known, without its frame; "" when it asks no acquaintance."""
    asked = [a.text for a in list_aspects(question) if a.kind is AspectKind.KNOWS]
    return _FRAME.sub("", asked[0]).strip(" ?") if asked else ""


def asks_acquaintance(question: str) -> bool:
    """Whether some part of the question asks if something is known."""
    return bool(known_item(question))


def only_acquaintance(question: str) -> bool:
    """Whether the question asks nothing else."""
    return all(a.kind is AspectKind.KNOWS for a in list_aspects(question))


def same_item(one: str, other: str) -> bool:
    """Whether two questions ask acquaintance with the same item: the same title, or the same description."""
    first, second = known_item(one), known_item(other)
    if not first or not second:
        return False
    titles = _title(first), _title(second)
    if titles[0] and titles[1]:
        return _alike(titles[0], titles[1]) >= _SAME_TITLE
    return _alike(first, second) >= _SAME_OBJECT


def says_acquainted(sentence: str) -> bool:
    """Whether a sentence only answers that something is known: "Ja, ik ken het bericht."."""
    told = words(sentence)
    return bool(told) and (len(told) <= 2 or bool(_ACQUAINTED.search(sentence)))


def tells_known(question: str, sentences: Sequence[str]) -> bool:
    """Whether these sentences show that the item is known: they say so of it, or tell about it."""
    item = known_item(question)
    said = any(says_acquainted(s) and coverage(item, (s,)) >= _SAYS_OF_IT for s in sentences)
    title = _title(item)
    if title:  # to speak of its subject is not yet to know this very report
        return said or any(_NAMES_ITEM.search(s) and coverage(title, (s,)) >= _SAME_TITLE for s in sentences)
    return said or coverage(item, sentences) >= _TELLS_OF_IT


def _title(item: str) -> str:
    found = _TITLE.search(item)
    return found.group(1) if found else ""


def _alike(one: str, other: str) -> float:
    return min(coverage(one, (other,)), coverage(other, (one,)))
