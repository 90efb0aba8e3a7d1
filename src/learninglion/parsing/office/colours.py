"""Colours in the notations of office files and web pages, and whether letters stand out from their ground."""

from __future__ import annotations

from dataclasses import dataclass

from tinycss2.color3 import parse_color

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
    found = parse_color(text.strip()) if text else None
    if found is None or isinstance(found, str):
        return None
    return Colour(*(min(1.0, max(0.0, float(part))) for part in found))


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
