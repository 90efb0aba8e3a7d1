"""Colours in the notations of office files and web pages, and whether letters stand out from their ground."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from tinycss2.color4 import parse_color

__all__ = ["BLACK", "WHITE", "Colour", "blended", "read_colour", "stands_out"]

# The ratio of WCAG: 1 is the same colour, 21 black on white. The faintest grey that people print is 1.3.
_SEEN_FROM = 1.12


@dataclass(frozen=True, slots=True)
class Colour:
    """Red, green, blue and how much it covers, each 0 to 1."""

    red: float
    green: float
    blue: float
    alpha: float = 1.0


WHITE = Colour(1.0, 1.0, 1.0)
BLACK = Colour(0.0, 0.0, 0.0)


def read_colour(text: str | None) -> Colour | None:
    """The colour in CSS notation ("#fff", "rgb(1 2 3)", "navy"); None where it is none or not known."""
    name = text.strip().lower() if text else ""
    if name in _SYSTEM:
        return _SYSTEM[name]
    mix = _MIX.fullmatch(name)
    if mix is not None:
        one, other = read_colour(mix[1]), read_colour(mix[3])
        share = float(mix[2] or 100 - float(mix[4] or 50)) / 100
        return None if one is None or other is None else blended(replace(one, alpha=share), other)
    found = parse_color(name) if name else None
    if found is None or isinstance(found, str):
        return None
    first, *others = (float(part or 0.0) for part in found.coordinates)
    if found.space in _LIGHT_FIRST:  # how light it is, is all that is asked here
        grey = _grey(_LIGHT_FIRST[found.space](first))
        parts = [grey, grey, grey]
    elif found.space in ("srgb", "hsl", "hwb"):
        parts = [float(part or 0.0) for part in found.to("srgb").coordinates]
    else:
        parts = [first, *others]
    return Colour(*(min(1.0, max(0.0, part)) for part in (*parts, float(found.alpha))))


# What a page may ask the system for, as it is where people have chosen nothing.
_SYSTEM = {
    **dict.fromkeys(("canvas", "field", "window", "background"), WHITE),
    **dict.fromkeys(("canvastext", "fieldtext", "windowtext", "buttontext", "text"), BLACK),
}
_MIX = re.compile(r"color-mix\(\s*in [^,]+,\s*(.+?)(?:\s+([\d.]+)%)?\s*,\s*(.+?)(?:\s+([\d.]+)%)?\s*\)")


def _grey(light: float) -> float:
    """The grey of this relative luminance."""
    return 12.92 * light if light <= 0.0031308 else float(1.055 * light ** (1 / 2.4) - 0.055)


# Spaces whose first part says how light a colour is: relative luminance made of it.
_LIGHT_FIRST: dict[str, Callable[[float], float]] = {
    **dict.fromkeys(("lab", "lch"), lambda part: ((max(0.0, part) + 16) / 116) ** 3),
    **dict.fromkeys(("oklab", "oklch"), lambda part: max(0.0, part) ** 3),
}


def blended(colour: Colour, ground: Colour) -> Colour:
    """`colour` as it looks upon `ground`."""
    share = colour.alpha
    return Colour(
        *(
            share * a + (1 - share) * b
            for a, b in ((colour.red, ground.red), (colour.green, ground.green), (colour.blue, ground.blue))
        )
    )


def stands_out(letters: Colour, ground: Colour) -> bool:
    """Whether somebody can see letters of this colour on this ground."""
    lights = sorted((_light(blended(letters, ground)), _light(ground)))
    return (lights[1] + 0.05) / (lights[0] + 0.05) >= _SEEN_FROM


def _light(colour: Colour) -> float:
    """Relative luminance, as WCAG defines it."""

    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)

    return 0.2126 * linear(colour.red) + 0.7152 * linear(colour.green) + 0.0722 * linear(colour.blue)
