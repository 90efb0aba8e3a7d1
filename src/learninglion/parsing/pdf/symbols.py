"""The signs of the Symbol font by their own codes (ISO 32000-1, annex D.5)."""

from __future__ import annotations

__all__ = ["symbol_sign"]

_UNKNOWN = "\ufffd"
_LOWER = (
    " !∀#∃%&∋()∗+,−./0123456789:;<=>?"
    "≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_"
    "\u203eαβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"
)  # 20-7E
_UPPER = (
    "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓"
    "°±″≥×∝∂•÷≠≡≈…⏐⎯↵"
    "ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉"
    "∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓"
    "◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪"
    "\ufffd〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭\ufffd"
)  # A0-FF


def symbol_sign(code: int) -> str:
    """What the Symbol font shows for a code from 0 to 255; U+FFFD where it shows nothing."""
    if 0x20 <= code <= 0x7E:
        return _LOWER[code - 0x20]
    return _UPPER[code - 0xA0] if 0xA0 <= code <= 0xFF else _UNKNOWN
