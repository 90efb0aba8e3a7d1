"""Raised and lowered signs as text: a reader who sees 10 with a small 9 above it must never read 109."""

from __future__ import annotations

import re

_RAISED = dict(zip("0123456789+-−–=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ⁿ", strict=True))
_LOWERED = dict(zip("0123456789+-−–=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₌₍₎", strict=True))
_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉⁺⁻⁼⁽⁾₊₋₌₍₎", "01234567890123456789+-=()+-=()")
# "2e", "1ste": raised or not, it is written so.
_ORDINAL = re.compile(r"(?:e|de|ste|er|ère|ème|th|st|nd|rd|TM|SM|®|©|º|ª)", re.IGNORECASE)
_LISTED = re.compile(r"\d{1,3}(?:\s*[,;]\s*\d{1,3})+")
# Longer text that stands higher is no exponent but a way of laying out.
_LONGEST = 12
_APART = re.compile(r"(?<=[-+−–])\s+(?=\d)")  # white between a sign and its figure
_FRACTION = re.compile("(?<![⁰¹²³⁴-⁹])([⁰¹²³⁴-⁹]+)[/⁄∕]([₀-₉]+)")


def raised(text: str, before: str) -> str:
    """`text` as it stands raised behind `before`: "10" and "9" are 10⁹, "3" and "e" are 3e."""
    return _shift(text, before, _RAISED, "^")


def lowered(text: str, before: str) -> str:
    """`text` as it stands lowered behind `before`: "CO" + "2" is CO₂, "a" + "1,2" a_(1,2)."""
    return _shift(text, before, _LOWERED, "_")


def _shift(text: str, before: str, signs: dict[str, str], mark: str) -> str:
    core = _APART.sub("", text.strip())
    if not core:
        return text
    lead, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    if all(sign in signs for sign in core) and any(sign.isalnum() for sign in core):
        return lead + "".join(signs[sign] for sign in core) + tail
    if not before[-1:].isdigit() and _LISTED.fullmatch(core) and mark == "^":  # several marks of notes
        return lead + "".join(signs.get(sign, sign) for sign in core) + tail
    figures = any(sign.isdigit() for sign in core)
    behind_figure = before[-1:].isdigit() and not lead
    if len(core) <= _LONGEST and (figures or (behind_figure and not _ORDINAL.fullmatch(core))):
        bare = len(core) == 1 or not any(sign.isalnum() for sign in core)
        if not any(sign.isalnum() for sign in core):
            return text
        return f"{lead}{mark}{core}{tail}" if bare else f"{lead}{mark}({core}){tail}"
    return f" {text}" if figures and before[-1:].isalnum() and not lead else text


def join_fractions(text: str) -> str:
    """`text` with fractions set from small figures as ordinary ones, apart from a number before: "2 3/8"."""

    def written(match: re.Match[str]) -> str:
        apart = " " if text[match.start() - 1 : match.start()].isdigit() else ""
        return f"{apart}{match[1].translate(_DIGITS)}/{match[2].translate(_DIGITS)}"

    return _FRACTION.sub(written, text)


def plain_digits(text: str) -> str:
    """`text` with raised and lowered figures as ordinary ones, for marks of notes."""
    return text.translate(_DIGITS)
