"""Loose accents join their letters: "Yes¸ilgöz" as drawn is "Yeşilgöz" as read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

__all__ = ["compose"]

_COMBINING = {
    "´": "\u0301",
    "`": "\u0300",
    "¨": "\u0308",
    "ˆ": "\u0302",
    "˜": "\u0303",
    "¯": "\u0304",
    "˘": "\u0306",
    "˙": "\u0307",
    "˚": "\u030a",
    "˝": "\u030b",
    "ˇ": "\u030c",
    "¸": "\u0327",
    "˛": "\u0328",
    "\u02bc": "\u0301",
}
# These never stand on their own in Dutch, while "´" is also typed for an apostrophe ("foto´s").
_ALWAYS = frozenset("˘˙˝ˇ¸˛")
_ACUTE_CONSONANTS = frozenset("cnzCNSZ")  # "Kostic´" is a name; "s´" may be an apostrophe
_ACCENT = re.compile(f"[{''.join(_COMBINING)}\u0300-\u036f]")
_OFFSET = 0.3  # of the type size: an accent that begins so close to its letter stands on it


def compose(
    text: str, x_edges: Sequence[float], size: float
) -> tuple[str, tuple[float, ...], list[int]] | None:
    """Text and edges with loose accents joined to their letters, and where each old position went.

    None where there is nothing to join. The last list has len(text) + 1 values.
    """
    if _ACCENT.search(text) is None:
        return None
    letters = list(text)
    gone = [False] * len(text)
    places = list(x_edges)
    for match in _ACCENT.finditer(text):
        at = match.start()
        for base in _bases(text, x_edges, size, at):
            mark = _COMBINING.get(text[at], text[at])
            joined = unicodedata.normalize("NFC", letters[base] + mark) if not gone[base] else ""
            if len(joined) == 1:
                letters[base] = joined
                gone[at] = True
                places[base] = min(places[base], places[at])
                break
    if not any(gone):
        return None
    positions: list[int] = []
    new = 0
    for lost in gone:
        positions.append(new)
        new += not lost
    positions.append(new)
    kept = [i for i, lost in enumerate(gone) if not lost]
    return "".join(letters[i] for i in kept), (*(places[i] for i in kept), x_edges[-1]), positions


def _bases(text: str, x_edges: Sequence[float], size: float, at: int) -> list[int]:
    """Positions of the letter that the accent at `at` may belong to, the likeliest first."""
    found: list[int] = []
    mark = text[at]
    before = at - 1 if at > 0 and text[at - 1].isalpha() else None
    after = at + 1 if at + 1 < len(text) and text[at + 1].isalpha() else None
    if before is not None and x_edges[at] - x_edges[before] < _OFFSET * size:
        found.append(before)
    if after is not None and x_edges[after] - x_edges[at] < _OFFSET * size and mark in _COMBINING:
        found.append(after)
    sure = mark in _ALWAYS or mark not in _COMBINING
    if before is not None and (
        sure or (mark == "´" and text[before] in _ACUTE_CONSONANTS and _ends_word(text, at))
    ):
        found.append(before)
    return found


def _ends_word(text: str, at: int) -> bool:
    """Whether what follows the acute is no genitive or plural s, as in "Hans´ boek" or "pc´s"."""
    following = text[at + 1 : at + 3]
    return not (following[:1] == "s" and not following[1:2].isalpha())
