"""Marks that count in a pasted text, in whatever style: "I.", "b)", "V3:", "vraag twee", "3e vraag", "④"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from learninglion.dutch.numbers import number_of
from learninglion.parsing.paragraphs import Paragraph

__all__ = ["clean_copied", "number_series"]

_QUOTED = re.compile(r"^\s*(?:>\s?)+")
_BULLET = r"[-–—•●▪◦*\u2023\uf0b7·o]"
# A bullet that a word processor or a mail program put ahead of the number or label itself.
_BULLETED = re.compile(rf"^\s*{_BULLET}\s+(?=[(\[]?\d{{1,3}}\s?[.)\]:]|(?:deel)?vraag\s+\d)", re.IGNORECASE)
_MARKDOWN = re.compile(r"^\s*(?:#{1,6}\s+|(?P<sign>\*\*|__)(?=\S))")
_VALUE = r"\d{1,3}|[ivxl]{1,7}|[a-z]|[a-zé]{3,14}"
_MARK = re.compile(
    rf"(?:(?P<word>(?:deel)?vraag|(?:vr|v|q)(?=\.?\s*\d))\.?\s*(?:nr\.?\s*|nummer\s+)?)?(?P<open>[(\[]?)(?P<value>{_VALUE})"
    r"(?P<ordinal>e|de|ste|°|º)?(?P<after>\s+vraag)?(?P<close>\s?[.)\]:/]|\s+[-–—](?=\s))?(?=\s|$)\s*",
    re.IGNORECASE,
)
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50}
_MOST = 0.5  # of the members of a series: more must ask something


def clean_copied(text: str) -> str:
    """`text` without what mail and markup put ahead of its lines: quote signs, bullets at numbers."""
    lines = text.split("\n")
    filled = [line for line in lines if line.strip()]
    quoted = sum(_QUOTED.match(line) is not None for line in filled)
    if quoted > 1 and 2 * quoted >= len(filled):
        lines = [_QUOTED.sub("", line) for line in lines]
    return "\n".join(_BULLETED.sub("", _without_markdown(line)) for line in lines)


def _without_markdown(line: str) -> str:
    match = _MARKDOWN.match(line)
    if match is None:
        return line
    rest = line[match.end() :]
    return rest.replace(match["sign"], "", 1) if match["sign"] else rest


@dataclass(frozen=True, slots=True)
class _Mark:
    """A mark ahead of a paragraph: its style, the number it may stand for, and how long it is."""

    style: tuple[str, ...]
    number: int
    length: int


def number_series(paragraphs: Sequence[Paragraph]) -> tuple[Paragraph, ...] | None:
    """The paragraphs with the longest series of counting marks written as "1.", "2."; None without one.

    A series counts from one without a gap in one style, and most of what it counts asks something.
    """
    chains: dict[tuple[str, ...], dict[int, _Mark]] = {}
    for index, paragraph in enumerate(paragraphs):
        for mark in _read_marks(paragraph.text):
            chain = chains.setdefault(mark.style, {})
            if mark.number == len(chain) + 1:
                chain[index] = mark
    best = max(chains.values(), key=len, default={})
    if len(best) < 2 or _asking(paragraphs, sorted(best)) <= _MOST * len(best):
        return None
    written: list[Paragraph] = []
    for index, paragraph in enumerate(paragraphs):
        known = best.get(index)
        if known is None:
            written.append(paragraph)
            continue
        lead = f"{known.number}. " if paragraph.text[known.length :].strip() else f"{known.number}."
        shift = len(lead) - known.length
        written.append(
            replace(
                paragraph,
                text=lead + paragraph.text[known.length :],
                notes=tuple((max(0, at + shift), key) for at, key in paragraph.notes),
            )
        )
    return tuple(written)


def _asking(paragraphs: Sequence[Paragraph], starts: Sequence[int]) -> int:
    ends = [*starts[1:], len(paragraphs)]
    pieces = ("".join(p.text for p in paragraphs[a:b]) for a, b in zip(starts, ends, strict=True))
    return sum("?" in piece for piece in pieces)


def _read_marks(text: str) -> list[_Mark]:
    """What the mark ahead of `text` may be: "I." counts as a numeral and, later in a list, as a letter."""
    if text and unicodedata.category(text[0]) == "No" or text[1:3] == "\ufe0f\u20e3" or text[1:2] == "\u20e3":
        length = len(text) - len(text[1:].lstrip("\ufe0f\u20e3 "))
        value = unicodedata.normalize("NFKC", text[0])
        return [_Mark(("sign",), int(value), length)] if value.isdecimal() else []
    match = _MARK.match(text)
    if match is None or not (
        match["word"] or match["after"] or match["close"] or match["ordinal"] in ("°", "º")
    ):
        return []
    value = match["value"].casefold()
    named = match["word"] or match["after"]
    style = (
        (match["word"] or "").casefold(),
        match["open"],
        "" if named else (match["close"] or "").strip(),
    )
    found: list[tuple[str, int]] = []
    if value.isdecimal():
        found.append(("figure", int(value)))
    if re.fullmatch(r"[ivxl]+", value):
        found.append(("numeral", _roman(value)))
    if len(value) == 1 and value.isalpha():
        found.append(("letter", ord(value) - ord("a") + 1))
    if len(value) > 2 and named:
        spelled = "1" if value in ("een", "één", "eerste") else (number_of(value) or "").rstrip("e")
        found += [("word", int(spelled))] if spelled.isdecimal() else []
    case = "upper" if match["value"].isupper() else ""
    return [_Mark((*style, kind, case), number, match.end()) for kind, number in found]


def _roman(value: str) -> int:
    figures = [_ROMAN[sign] for sign in value]
    return sum(-a if a < b else a for a, b in zip(figures, [*figures[1:], 0], strict=True))
