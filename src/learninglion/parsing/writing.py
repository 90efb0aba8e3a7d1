"""How text is written, in whatever format it came: signs, lines that go on in each other, paragraphs.

The place and the font of a sign make it another: 10 with a small 9 above it is never 109.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from learninglion.models import Block, BlockKind, Footnote, Span

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


_SPACES = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_LINE_ENDS = re.compile("\r\n|[\r\v\f\u0085\u2028\u2029]")
# Control characters, zero-width signs and signs that turn the reading direction can hide things.
_UNSEEN = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe"
    "\U000e0000-\U000e007f]"
)


ONLY_FIGURES = re.compile(r"(?=.*\d)[^a-zA-ZÀ-ÿ,;:]*(?:[,;:][^a-zA-ZÀ-ÿ\s]+)?|[–-]")
"""A line with nothing but figures, or a dash for none; several below each other are a column."""
ENDED = re.compile(r"[.?!:;][\"'”’»)\]]*$")
"""The end of a line that ends a sentence, or part of one."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph, list item or table (rows on lines of their own)."""

    text: str
    kind: BlockKind = BlockKind.PARAGRAPH
    level: int = 0  # of a heading
    emphasised: bool = False  # wholly bold or italic
    notes: tuple[
        tuple[int, str], ...
    ] = ()  # (offset in text right after which the mark stood, key of the note)
    page: int = 0
    gap_before: bool = False  # white above it, where a page shows that


@dataclass(frozen=True, slots=True)
class Note:
    """The text of a footnote or endnote."""

    key: str
    text: str
    page: int = 0
    mark: str = ""  # as the text shows it; empty: its place in the order


@dataclass(frozen=True, slots=True)
class Running:
    """Paragraphs put together: the text, where each paragraph stands in it, and the notes behind it."""

    text: str
    spans: tuple[Span, ...]  # of the paragraphs, in order
    blocks: tuple[Block, ...]
    footnotes: tuple[Footnote, ...]


_CLUSTER = re.compile(".[\u0300-\u036f\u20d0-\u20f0]*", re.DOTALL)
_SOFT_BREAK = re.compile(r"\u00ad\s*\n\s*(?=\w)")  # a word that was broken where it may be


# An override of the reading direction: what stands in it is shown from right to left, figures too.
_OVERRIDE = re.compile("\u202e([^\u202c\n]*)\u202c?")


def turned(text: str) -> str:
    """`text` as it is shown from right to left; what is written in that direction of itself stays."""
    if any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in text):
        return text
    return "".join(reversed(_CLUSTER.findall(unicodedata.normalize("NFC", text))))


def line_ends(text: str) -> str:
    """`text` with one sign at the end of each line."""
    return _LINE_ENDS.sub("\n", text)


def tidy(text: str) -> str:
    """`text` in composed letters, with single spaces and without signs that nobody sees; line ends stay."""
    text = _SOFT_BREAK.sub("", line_ends(text))
    if "\u202e" in text:
        text = _OVERRIDE.sub(lambda match: turned(match[1]), text)
    return _SPACES.sub(" ", unicodedata.normalize("NFC", _UNSEEN.sub("", text)).replace("\u2011", "-"))


def composed(paragraph: Paragraph) -> Paragraph:
    """`paragraph` in composed letters: what two runs of text hold apart ("e", acute) is one letter."""
    if unicodedata.is_normalized("NFC", paragraph.text):
        return paragraph
    notes = tuple(
        (len(unicodedata.normalize("NFC", paragraph.text[:at])), key) for at, key in paragraph.notes
    )
    return replace(paragraph, text=unicodedata.normalize("NFC", paragraph.text), notes=notes)


def assemble(paragraphs: Sequence[Paragraph], notes: Sequence[Note] = ()) -> Running:
    """The paragraphs as one text, one a line, with the notes that are referred to behind them.

    Notes without a mark of their own are counted in the order of the text, as a word processor does.
    """
    parts: list[str] = []
    spans: list[Span] = []
    blocks: list[Block] = []
    anchors: list[tuple[int, str]] = []
    position = 0
    for paragraph in paragraphs:
        span = Span(position, position + len(paragraph.text))
        spans.append(span)
        blocks.append(Block(paragraph.kind, span, paragraph.page, paragraph.level))
        anchors += [(position + offset, key) for offset, key in paragraph.notes]
        parts.append(paragraph.text)
        position = span.end + 1
    known = {note.key: note for note in notes}
    placed = [(anchor, key) for anchor, key in anchors if key in known]
    order: list[tuple[int | None, str]] = [*placed]
    referred = {key for _, key in placed}
    order += [(None, note.key) for note in notes if note.key not in referred]
    footnotes: list[Footnote] = []
    counted = 0
    for anchor, key in order:
        note = known[key]
        counted += 0 if note.mark else 1
        span = Span(position, position + len(note.text))
        footnotes.append(Footnote(note.mark or str(counted), span, anchor, note.page))
        blocks.append(Block(BlockKind.FOOTNOTE, span, note.page))
        parts.append(note.text)
        position = span.end + 1
    return Running("\n".join(parts), tuple(spans), tuple(blocks), tuple(footnotes))


# --------------------------------------------------------------------------- lines that go on in each other


_FULL_LINE = 60  # characters: a line that long goes on in the next, where no sentence ends
_ENDED = re.compile(r"[.?!:;»”\"')\]\d]$")
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
        ranging = left[-1] in "–—" and left[-2:-1].isdigit() and right[0].isdigit()  # "423–" above "434"
        return Junction.NONE if ranging else _join_address(left, right)
    before, after = _LEFT.search(left), _RIGHT.match(right)
    if before is None or after is None or left.endswith(("--", " -", "/-")):
        return Junction.SPACE
    if left[-1] == "\u00ad":
        return Junction.DROP_HYPHEN
    if _ADDRESS.search(left) or "/" in before[1] and "." in before[1]:
        return Junction.NONE
    return _join_word(before[1], after[1], vocabulary)


def runs_on(line: str) -> bool:
    """Whether a printed line goes on in the next, so that a figure there is no number of a question."""
    return len(line) >= _FULL_LINE and _ENDED.search(line) is None


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


def _join_word(before: str, after: str, vocabulary: Collection[str]) -> str:
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
