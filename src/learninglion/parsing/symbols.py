"""Signs from fonts that hold pictures instead of letters (Symbol, Wingdings), as the signs they show."""

from __future__ import annotations

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
