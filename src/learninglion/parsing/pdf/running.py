"""What stands on every page and belongs to none of its text: headers, footers and page numbers.

Lines that differ only in a number are one running line when that number counts up with the pages;
"Vraag 3" and "Vraag 7" at the head of two pages are two labels.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from learninglion.parsing.labels import parse_label
from learninglion.parsing.pdf.lines import Line, Page

__all__ = ["find_running"]

_EDGE = 0.12  # of the page height: where headers and footers stand
_MOST_PAGES = 0.5  # repeated on so many of the pages is running
_MOST_NUMBERS = 6  # in a line: more are a row of a table
_DIGITS = re.compile(r"\d+")
_SPACES = re.compile(r"\s+")
_PAGE_NUMBER = re.compile(
    r"[-–\s]*(?:pagina|blz\.?|page|p\.)?\s*\d{1,4}\s*(?:(?:van|/|of|\|)\s*\d{1,4})?[-–\s]*", re.IGNORECASE
)
_LABELLED = re.compile(r"\s*(?:pagina|blz\.?|page)\b", re.IGNORECASE)


def find_running(pages: Sequence[Page]) -> frozenset[tuple[int, int]]:
    """(page number, index of the line) of every header, footer and page number."""
    places: dict[tuple[str, int], set[int]] = defaultdict(set)
    edges: list[tuple[int, int, list[str], int]] = []
    for page in pages:
        for index, line in _edge_lines(page):
            if parse_label(line.text) is not None:
                continue
            keys = _keys(line.text, page.number)
            band = round(line.baseline / 6)
            edges.append((page.number, index, keys, band))
            # A place on the border of two bands counts in both.
            for near in (band - 1, band, band + 1):
                for key in keys:
                    places[key, near].add(page.number)
    needed = max(2, min(3, len(pages)), int(_MOST_PAGES * (len(pages) - 1)))
    found = {
        (number, index)
        for number, index, keys, band in edges
        if any(len(places[key, band]) >= needed for key in keys)
    }
    return frozenset(found | _page_numbers(pages))


def _keys(text: str, page: int) -> list[str]:
    """What a line says: as it stands, and with each of its numbers by its distance from the page number."""
    text = _SPACES.sub(" ", text.lower())
    keys = [text]
    for match in list(_DIGITS.finditer(text))[:_MOST_NUMBERS]:
        if len(match.group()) <= 4:
            keys.append(f"{text[: match.start()]}#{int(match.group()) - page}{text[match.end() :]}")
    return keys


def _edge_lines(page: Page) -> list[tuple[int, Line]]:
    if not page.lines:
        return []
    _, bottom, _, top = page.box
    reach = _EDGE * (top - bottom)
    return [
        (index, line)
        for index, line in enumerate(page.lines)
        if line.baseline < bottom + reach or line.baseline > top - reach
    ]


def _page_numbers(pages: Sequence[Page]) -> set[tuple[int, int]]:
    """Numbers at the edge of the page, outside everything else: labelled, or counting up with the pages."""
    found: set[tuple[int, int]] = set()
    bare: list[tuple[int, int, int]] = []
    for page in pages:
        if len(page.lines) < 2:
            continue
        lowest = min(line.baseline for line in page.lines)
        highest = max(line.baseline for line in page.lines)
        for index, line in _edge_lines(page):
            outermost = line.baseline <= lowest + 0.5 or line.baseline >= highest - 0.5
            if not outermost or not _PAGE_NUMBER.fullmatch(line.text):
                continue
            if _LABELLED.match(line.text):
                found.add((page.number, index))
            else:
                number = _DIGITS.search(line.text)
                bare.append((page.number, index, int(number.group()) if number else -1))
    offsets = Counter(value - number for number, _, value in bare)
    found |= {(number, index) for number, index, value in bare if offsets[value - number] >= 2}
    return found
