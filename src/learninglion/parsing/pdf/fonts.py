"""Fonts that say wrongly which letters they have: the letters are as wide as others are.

A file tells what its letters mean in a table of its own. Where that table is wrong, a reader of the page sees
words and whoever copies them gets others, without any sign that cannot be read. What gives it away is that
an "i" is as wide as an "m": the widths of letters are alike in all fonts but those of a typewriter.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from statistics import correlation, median, pstdev

from learninglion.dutch.lexicon import FUNCTION_WORDS
from learninglion.parsing.pdf.lines import Line, Page

_WIDTHS = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (
            *(50, 53, 47, 53, 50, 31, 53, 53, 25, 25, 50, 25, 81, 53, 53, 53, 53, 33, 44, 28, 53, 50, 72, 50),
            *(50, 47, 69, 67, 69, 72, 64, 58, 75, 72, 31, 44, 69, 58, 86, 72, 75, 61, 75, 69, 61, 61, 72, 69),
            *(94, 69, 69, 61),
        ),
        strict=True,
    )
)
"""Hundredths of the size: between those of Helvetica and of Times."""
_LEAST = 6  # different letters
_ALIKE = 0.4  # correlation; in fonts that are right from 0.6 on, in shifted ones to 0.3
_LEVEL = 0.03  # of the size: widths that differ no more are those of a typewriter
_ENOUGH = 1000  # characters that tell whether a text holds words
_WORDS = 0.05  # of the words of any Dutch text are small ones; a quarter usually is


def mark_misnamed(pages: Sequence[Page]) -> tuple[Page, ...]:
    """The pages with U+FFFD for each letter and figure of a font whose letters cannot be what it says."""
    texts: dict[str, str] = defaultdict(str)
    for page in pages:
        for line in page.lines:
            for run in line.runs:
                text = texts[run.style.font]
                if len(text) < _ENOUGH:
                    texts[run.style.font] = f"{text} {line.text[run.start : run.end]}"
    doubted = {font for font, text in texts.items() if not _holds_words(text)}
    wrong = {font for font in doubted if _is_misnamed(pages, font)}
    return tuple(_marked(page, wrong) for page in pages) if wrong else tuple(pages)


def _holds_words(text: str) -> bool:
    words = re.findall(r"[^\W\d_]{2,}", text.lower())
    return sum(word in FUNCTION_WORDS for word in words) > _WORDS * len(words)


def _is_misnamed(pages: Sequence[Page], font: str) -> bool:
    widths: dict[str, list[float]] = defaultdict(list)
    for page in pages:
        for line in page.lines:
            for run in line.runs:
                if run.style.font == font and run.style.size:
                    for at in range(run.start, run.end - 1):
                        if line.text[at] in _WIDTHS and line.text[at + 1] != " ":  # white may begin there
                            width = (line.x_edges[at + 1] - line.x_edges[at]) / run.style.size
                            widths[line.text[at]].append(width)
    if len(widths) < _LEAST:
        return False
    drawn = [median(listed) for listed in widths.values()]
    known = [float(_WIDTHS[letter]) for letter in widths]
    return pstdev(drawn) > _LEVEL and correlation(drawn, known) < _ALIKE


def _marked(page: Page, wrong: set[str]) -> Page:
    lines = tuple(_mark(line, wrong) for line in page.lines)
    return replace(page, lines=lines, unreadable=sum(line.text.count("\ufffd") for line in lines))


def _mark(line: Line, wrong: set[str]) -> Line:
    text = list(line.text)
    for run in line.runs:
        if run.style.font in wrong:
            text[run.start : run.end] = [
                sign if sign.isspace() else "\ufffd" for sign in text[run.start : run.end]
            ]
    return replace(line, text="".join(text))
