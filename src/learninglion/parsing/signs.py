"""Signs that their place or their font makes others: 10 with a small 9 above it, which is never 109, or ≤."""

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


# --------------------------------------------------------------------------- fonts of signs


UNKNOWN = "\ufffd"
# The encoding of the font Symbol, as Adobe publishes it.
_SYMBOL = (
    dict(
        enumerate(
            " !∀#∃%&∋()*+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼",
            start=0x20,
        )
    )
    | dict(
        enumerate(
            "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪",
            start=0xA0,
        )
    )
    | dict(enumerate("〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭", start=0xF1))
)
_WINGDINGS = {
    0x20: " ", 0x28: "☎", 0x2A: "✉", 0x4A: "☺", 0x4B: "😐", 0x4C: "☹", 0x6C: "●", 0x6D: "❍", 0x6E: "■",
    0x6F: "☐", 0x70: "❐", 0x71: "❑", 0x72: "❒", 0x73: "⬧", 0x74: "⧫", 0x75: "◆", 0x76: "❖", 0x77: "⬥",
    0x78: "☒", 0x9E: "·", 0x9F: "•", 0xA1: "○", 0xA7: "▪", 0xA8: "☐", 0xD8: "➢", 0xDF: "←", 0xE0: "→",
    0xE1: "↑", 0xE2: "↓", 0xE8: "➔", 0xEF: "⇦", 0xF0: "⇨", 0xF3: "⬄", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒",
    0xFE: "☑",
} | {0x80 + n: sign for n, sign in enumerate("⓪①②③④⑤⑥⑦⑧⑨⑩⓿❶❷❸❹❺❻❼❽❾❿")}  # fmt: skip
_WINGDINGS_2 = {0x20: " ", 0x97: "●", 0xA3: "☐"} | {0x4F + n: sign for n, sign in enumerate("✗✓☒☑☒☒")}
_WEBDINGS = {0x20: " ", 0x61: "✓", 0x63: "☐", 0x67: "■", 0x72: "✗", 0x3D: "●"}
_FONTS = {
    "symbol": _SYMBOL, "wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2, "webdings": _WEBDINGS,
    "wingdings 3": {0x20: " ", 0x22: "→", 0x21: "←", 0x23: "↑", 0x24: "↓", 0x67: "→", 0x7D: "▶"},
}  # fmt: skip
# What fonts in a PDF are called, the longer names first; and pictures that say something.
_IN_PDF = {
    "wingdings2": "wingdings 2", "wingdings-2": "wingdings 2", "wingdings3": "wingdings 3",
    "wingdings-3": "wingdings 3", "wingdings": "wingdings", "webdings": "webdings",
    "opensymbol": "wingdings", "symbol": "symbol",
}  # fmt: skip
_TELLING = "←↑→↓⇦⇨⬄☐☒☑✓✗⓪①②③④⑤⑥⑦⑧⑨⑩⓿❶❷❸❹❺❻❼❽❾❿"
_ORNAMENTS = ("dingbats", "marlett", "awesome", "icons", "glyphicon", "mt extra", "mtextra")
_PRIVATE = range(0xF020, 0xF100)  # where files put the signs of such fonts


def is_symbol_font(font: str | None) -> bool:
    """Whether a font shows other signs than the letters that are typed."""
    name = (font or "").strip("\"' ").casefold()
    return name in _FONTS or any(word in name for word in _ORNAMENTS)


def show_symbols(text: str, font: str | None = None) -> str:
    """`text` with the signs that `font` shows; UNKNOWN for those that nobody has a letter for.

    Signs in the private area are those of Symbol where the font is an ordinary one. Of fonts of ornaments
    that are not known here, nobody knows any sign.
    """
    table = _FONTS.get((font or "").strip("\"' ").casefold(), {} if is_symbol_font(font) else None)
    if table is None and not any(ord(sign) in _PRIVATE for sign in text):
        return text
    shown = []
    for sign in text:
        code = ord(sign)
        if code in _PRIVATE:
            shown.append((_SYMBOL if table is None else table).get(code - 0xF000, UNKNOWN))
        elif table is not None and (0x20 < code < 0x7F or 0xA0 <= code < 0x100):
            shown.append(table.get(code, UNKNOWN))
        else:
            shown.append(sign)
    return "".join(shown)


def name_symbol(font: str, code: int) -> str:
    """The sign that a font in a PDF shows for a code from 0x20 to 0xFF; empty where it is no such font.

    `font`: its name in small letters, with whatever a program put around it. Ornaments are bullets.
    """
    telling = next((name for name in _IN_PDF if name in font and "segoe" not in font), "")
    shown = _FONTS[_IN_PDF[telling]].get(code, UNKNOWN) if telling else ""
    if telling == "symbol":
        return shown
    if telling == "opensymbol" and shown not in _TELLING:  # it stands in for both
        return _SYMBOL.get(code, UNKNOWN)
    ornament = telling or any(name in font for name in _ORNAMENTS)
    return shown if shown and shown in _TELLING else "•" if ornament else ""
