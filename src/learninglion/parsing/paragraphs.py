"""Running text as a reader sees it, whatever format it came in: paragraphs, and the text they make up."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
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
