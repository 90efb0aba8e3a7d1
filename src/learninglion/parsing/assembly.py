"""Printed lines to one clean text that remembers where every character stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from learninglion.models import Span, TextLine
from learninglion.parsing.hyphens import Junction, join_lines
from learninglion.parsing.pdf import Line

__all__ = ["TextBuilder", "collect_words"]

_EXTRA_SPACES = re.compile(r" +(?= )")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def collect_words(lines: Iterable[Line]) -> frozenset[str]:
    """The words (lower case) that stand whole on some line: those tell how broken words are written."""
    words: set[str] = set()
    for line in lines:
        # The first and last word may be halves.
        found = _WORD.findall(line.text.lower())
        words.update(found[1:-1])
        if found and not line.text.endswith("-"):
            words.add(found[-1])
    return frozenset(words)


@dataclass(slots=True)
class TextBuilder:
    """A text under construction. Lines are added in reading order; every place in it is remembered."""

    vocabulary: frozenset[str] = frozenset()
    parts: list[str] = field(default_factory=list)
    lines: list[TextLine] = field(default_factory=list)
    length: int = 0
    page_starts: list[int] = field(default_factory=list)
    _tail: str = ""  # the end of the paragraph so far

    def begin_page(self) -> None:
        """What is added next stands on the following page."""
        self.page_starts.append(self.length)

    def end_paragraph(self) -> None:
        """What is added next begins a new line of text."""
        if self.length and self._tail:
            self._put("\n")
        self._tail = ""

    def add_literal(self, text: str) -> None:
        """Add signs that stand nowhere on the page, such as the bar between two cells."""
        self._put(text)
        self._tail = text

    def add_line(
        self, line: Line, left_out: Sequence[tuple[int, int]] = (), part: tuple[int, int] | None = None
    ) -> Span:
        """Add a line (or characters part[0]..part[1] of it), joined to what the paragraph holds so far.

        `left_out`: stretches that do not belong to the text, such as marks of footnotes.
        """
        if "  " in line.text:
            left_out = [*left_out, *(match.span() for match in _EXTRA_SPACES.finditer(line.text))]
        kept = _kept(line.text, *(part or (0, len(line.text))), left_out)
        if not kept:
            return Span(self.length, self.length)
        self._join("".join(line.text[a:b] for a, b in kept))
        start = self.length
        for a, b in kept:
            span = Span(self.length, self.length + b - a)
            self.lines.append(TextLine(span, line.page, line.y0, line.y1, line.x_edges[a : b + 1]))
            self._put(line.text[a:b])
        self._tail = line.text[kept[0][0] : kept[-1][1]]
        return Span(start, self.length)

    def text(self) -> str:
        """The text so far."""
        return "".join(self.parts)

    def read(self, span: Span) -> str:
        """The characters of a span that was written lately."""
        wanted = span.end - span.start
        taken: list[str] = []
        at = self.length
        for part in reversed(self.parts):
            at -= len(part)
            taken.append(part)
            if at <= span.start:
                break
        text = "".join(reversed(taken))
        return text[span.start - at : span.start - at + wanted] if wanted > 0 else ""

    def _join(self, head: str) -> None:
        """Put what stands between this line and the one before it."""
        if not self._tail or self._tail[-1] == " ":
            return
        how = join_lines(self._tail, head, self.vocabulary)
        if how == Junction.SPACE:
            self._put(" ")
        elif how == Junction.DROP_HYPHEN:
            self._drop_last()

    def _drop_last(self) -> None:
        """Take back the hyphen of a broken word."""
        self.parts[-1] = self.parts[-1][:-1]
        self.length -= 1
        last = self.lines[-1]
        span = Span(last.span.start, last.span.end - 1)
        if span.start == span.end:
            self.lines.pop()
        else:
            self.lines[-1] = TextLine(span, last.page, last.y0, last.y1, last.x_edges[:-1])

    def _put(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)


def _kept(text: str, first: int, last: int, left_out: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The stretches of text[first:last] that stay, without white space at the ends or doubled."""
    kept: list[tuple[int, int]] = []
    at = first
    for start, end in (*sorted(left_out), (last, last)):
        if start < at or start > last:
            continue
        a, b = at, start
        while a < b and text[a] == " " and (not kept or text[kept[-1][1] - 1] == " "):
            a += 1
        if a < b:
            kept.append((a, b))
        at = end
    # A space before a mark goes when the mark was all that kept it from a sign or from the end.
    for k, (a, b) in enumerate(kept):
        following = text[kept[k + 1][0]] if k + 1 < len(kept) else " "
        while b > a and text[b - 1] == " " and following in " .,;:?!)»”":
            b -= 1
        kept[k] = (a, b)
    return [(a, b) for a, b in kept if a < b]
