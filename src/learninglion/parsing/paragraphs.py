"""Running text as a reader sees it, whatever format it came in: lines that go on, paragraphs, the text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from learninglion.models import Block, BlockKind, Footnote, Span

_SPACES = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_LINE_ENDS = re.compile("\r\n|[\r\v\f\u0085\u2028\u2029]")
# Control characters, zero-width signs and signs that turn the reading direction can hide things.
_UNSEEN = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe"
    "\U000e0000-\U000e007f]"
)


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
        text = _OVERRIDE.sub(lambda found: turned(found[1]), text)
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
        return _join_address(left, right)
    before, after = _LEFT.search(left), _RIGHT.match(right)
    if before is None or after is None or left.endswith(("--", " -")):
        return Junction.SPACE
    if left[-1] == "\u00ad":
        return Junction.DROP_HYPHEN
    if _ADDRESS.search(left) or "/" in before[1] and "." in before[1]:
        return Junction.NONE
    return _join_word(before[1], after[1], right, vocabulary)


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


def _join_word(before: str, after: str, right: str, vocabulary: Collection[str]) -> str:
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
