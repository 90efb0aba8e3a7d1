"""What stands on every page and belongs to none of its text: headers, footers and page numbers.

Lines that differ only in a number are one running line when that number counts up with the pages;
"Vraag 3" and "Vraag 7" at the head of two pages are two labels. What is lost here is lost for good, so a line
that may be text stays: an answer given twice. The head of a table, printed above its rows on every
page, is told from a running head by its cells: they stand in the columns of those rows.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence

from learninglion.parsing.labels import parse_label
from learninglion.parsing.pdf.lines import Line, Page, find_body_size
from learninglion.parsing.pdf.tables import find_head_rows

YEARS = r"(?:\d{4}|\d{2})\s*[-–—]\s*\d{2,4}"
# The fixed feet and heads of the Kamer's own lay-out, known by their form.
IMPRINT = (
    r"(?:['’‘]s-Gravenhage\s+\d{4}\s*)?(?:Tweede|Eerste)\s+Kamer,?\s+(?:der\s+Staten-Generaal,?\s+)?"
    rf"(?:vergaderjaar|zitting)\s+{YEARS}.{{0,60}}"
    r"|(?:ah|kv|nds|h)-(?:[te]k-)?[\w-]*\d[\w-]*(?:\s+\d{1,3})?|kst-?\d[\w-]*(?:-[\w()]{1,12})*"
    r"|KVR\s?\d+\S*|\d{4}[te]kkvr\d+|.{0,24}\bISSN\b[\s\d–-]*X?"
    r"|['’‘`]?\s?s[-‑ ]Gravenhage\s+\d{4}|Sdu\s+Uitgevers.{0,40}"
)
_FOOT = re.compile(IMPRINT, re.IGNORECASE)


def is_imprint(text: str) -> bool:
    """Whether `text` is a foot of the Kamer's own lay-out: "ISSN 0921 - 7398", "ah-tk-20232024-1234"."""
    return _FOOT.fullmatch(text.strip()) is not None


_EDGE = 0.12  # of the page height: where headers and footers stand
_MOST_PAGES = 0.5  # repeated on so many of the pages is running
_MOST_NUMBERS = 6  # in a line: more are a row of a table
_REPEATED = 3  # pages that carry the same words in the same place
_ALIKE = 0.08  # of the size: play in the setting
_APART = 1.6  # of the size: a larger step is white
_NEAREST, _EVEN = 8, 1.1  # lines that show how far lines stand apart, and play in that
_ROWS = 4.0  # of the size: as far apart as rows of one table stand
_SENTENCE = re.compile(r"(?:[^\W\d_][a-zà-ÿ)\"'”’»]|[a-zà-ÿ)\"'”’»]{2}|[a-zà-ÿ] \d{1,4})[.?!][\"'”’»)]*$")
_STOPS = re.compile(r"[.?!:;][\"'”’»)\]\d]*$")
_DIGITS = re.compile(r"\d+")
_SPACES = re.compile(r"\s+")
_WORD = re.compile(r"[^\W\d_]+")
_FEWEST_WORDS, _MOST_WORDS = 3, 12  # in a running line of which one word differs
_PAGE_NUMBER = re.compile(
    r"[-–\s]*(?:pagina|blz\.?|page|p\.)?\s*\d{1,4}\s*(?:(?:van|/|of|\|)\s*\d{1,4})?[-–\s]*", re.IGNORECASE
)
_LABELLED = re.compile(r"\s*(?:pagina|blz\.?|page)\b", re.IGNORECASE)


def find_running(pages: Sequence[Page]) -> frozenset[tuple[int, int]]:
    """(page number, index of the line) of every header, footer and page number.

    Also what returns in the same words in the same place of most pages, away from the edges: the letterhead
    in the margin, a watermark.
    """
    repeated = _find_repeated(pages) | _find_fixed(pages)
    forms = {(page.number, index) for page in pages for index, line in _edge_lines(page) if _is_form(line)}
    running = forms | _page_numbers(pages)
    left = _leave_text(pages, repeated - running, running)
    return frozenset(running | (left - _told_once(pages, left)))


def _told_once(pages: Sequence[Page], running: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """Of running lines with figures, set as the text is: the first head and the last foot.

    They may be text that returns, a total; there they break no sentence. Not among questions and answers.
    """
    if any(parse_label(line.text) is not None for page in pages for line in page.lines):
        return set()
    size = find_body_size(pages)
    places: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for page in pages:
        middle = (page.box[1] + page.box[3]) / 2
        for index, line in enumerate(page.lines):
            figures = _DIGITS.search(line.text) and not line.angle
            if figures and (page.number, index) in running and abs(line.size - size) < _ALIKE * size:
                at = places[line.text]
                at.insert(0 if line.baseline < middle else len(at), (page.number, index))
    return {at[0] for at in places.values() if len(at) > 1}


def _find_repeated(pages: Sequence[Page]) -> frozenset[tuple[int, int]]:
    """Lines at the edges of pages that say the same there on enough others."""
    places: dict[tuple[str, int], set[int]] = defaultdict(set)
    edges: list[tuple[int, int, list[str], int]] = []
    for page in pages:
        for index, line in _edge_lines(page):
            if parse_label(line.text) is not None:
                continue
            keys = _keys(line.text, page.number)
            middle = (page.box[1] + page.box[3]) / 2  # pages differ in height: from the edge that is near
            band = round((line.baseline - page.box[1 if line.baseline < middle else 3]) / 6)
            edges.append((page.number, index, keys, band))
            # A place on the border of two bands counts in both.
            for near in (band - 1, band, band + 1):
                for key in keys:
                    places[key, near].add(page.number)
    needed = max(2, min(3, len(pages)), int(_MOST_PAGES * (len(pages) - 1)))
    return frozenset(
        (number, index)
        for number, index, keys, band in edges
        if any(len(places[key, band]) >= needed for key in keys)
    )


def _find_fixed(pages: Sequence[Page]) -> frozenset[tuple[int, int]]:
    """Lines with the same words in the same place on most pages, wherever on the page that is."""
    places: dict[tuple[str, int, int, float], list[tuple[int, int]]] = defaultdict(list)
    for page in pages:
        for index, line in enumerate(page.lines):
            key = (line.text.strip(), round(line.x0 / 4), round(line.baseline / 4), line.angle)
            places[key].append((page.number, index))
    needed = (len(pages) + 1) // 2
    running: set[tuple[int, int]] = set()
    for (_, _, _, angle), places_at in places.items():
        # A watermark on the second page is one, and is read once.
        least, first = (2, 1) if angle else (_REPEATED, 0)
        if len({number for number, _ in places_at}) >= max(needed, least):
            running.update(places_at[first:])
    return frozenset(running)


def _is_form(line: Line) -> bool:
    """Whether a line is a foot of the printers of the Kamer, known by its form wherever a page breaks."""
    parts = [
        line.text[start:end].strip()
        for start, end in zip((0, *line.gaps), (*line.gaps, len(line.text)), strict=True)
    ]
    known = [is_imprint(part) for part in parts]
    return any(known) and all(
        form or not part or (part.isdigit() and len(part) < 5)
        for form, part in zip(known, parts, strict=True)
    )


def _leave_text(
    pages: Sequence[Page], repeated: Collection[tuple[int, int]], running: Collection[tuple[int, int]]
) -> set[tuple[int, int]]:
    """What of the repeated lines is running, and no text that happens to return: an answer, a table's head.

    Text is a sentence set as the body is; what stands right at other text; all that is between two labels;
    all there is on every page where it stands.
    """
    size = find_body_size(pages)
    text: set[tuple[str, float]] = set()
    pending = ""
    alone: dict[tuple[str, float], bool] = {}
    touching: dict[tuple[str, float], list[bool]] = defaultdict(list)
    heading: dict[tuple[str, float], list[bool]] = defaultdict(list)
    printed = Counter(
        page.lines[i].text for page in pages for i in range(len(page.lines)) if (page.number, i) in repeated
    )
    for page in pages:
        body = [
            line
            for index, line in enumerate(page.lines)
            if (page.number, index) not in repeated and (page.number, index) not in running
        ]
        own = set(map(id, body))
        again = [i for i in range(len(page.lines)) if (page.number, i) in repeated]
        heads = find_head_rows(
            [line for line in body if not line.angle],
            page.rules,
            [line for line in page.lines if not line.angle and id(line) not in own] if again else [],
        )
        near = _touching(page, again, body)
        for index, line in enumerate(page.lines):
            if (page.number, index) in running:
                continue
            if (page.number, index) not in repeated:
                pending = line.text if parse_label(line.text) is not None else ""
                continue
            name = (_form(line.text), line.angle)
            alone[name] = alone.get(name, True) and not body
            touching[name].append(index in near)
            heading[name].append(id(line) in heads and printed[line.text] > 1)
            follows = pending and abs(line.size - size) < _ALIKE * size
            if not line.angle and (follows or _is_sentence(line, size)):
                text.add(name)
    text |= _mostly(touching)
    text |= {name for name, only in alone.items() if only}
    text -= _find_breaking(pages, repeated, running)
    text |= _mostly(heading)
    return {
        (page.number, index)
        for page in pages
        for index, line in enumerate(page.lines)
        if (page.number, index) in repeated and (_form(line.text), line.angle) not in text
    }


def _mostly(seen: Mapping[tuple[str, float], Sequence[bool]]) -> set[tuple[str, float]]:
    """The lines of which it was seen on most of the pages where they stand."""
    return {name for name, each in seen.items() if 2 * sum(each) > len(each)}


def _find_breaking(
    pages: Sequence[Page], repeated: Collection[tuple[int, int]], running: Collection[tuple[int, int]]
) -> set[tuple[str, float]]:
    """Of the repeated lines those that stand within a sentence that goes on overleaf: no text does."""
    breaking: set[tuple[str, float]] = set()
    before: list[Line] = []  # the last line of text of the page before, and what returns below it
    for page in pages:
        level = [(i, line) for i, line in enumerate(page.lines) if not line.angle]
        body = [
            line for i, line in level if (page.number, i) not in repeated and (page.number, i) not in running
        ]
        again = [line for i, line in level if (page.number, i) in repeated]
        if not body:
            before = []
            continue
        first, last = body[0], body[-1]
        if before and first.text[:1].islower() and not _STOPS.search(before[0].text):
            heads = [line for line in again if line.baseline > first.baseline]
            breaking.update((_form(line.text), 0.0) for line in (*before[1:], *heads))
        before = [last, *(line for line in again if line.baseline < last.baseline)]
    return breaking


def _form(text: str) -> str:
    """What lines that differ in their numbers only have in common."""
    return _DIGITS.sub("#", _SPACES.sub(" ", text.lower())).strip()


def _is_sentence(line: Line, size: float) -> bool:
    """Whether a line ends a sentence, and is set like the text."""
    return abs(line.size - size) < _ALIKE * size and _SENTENCE.search(line.text.strip()) is not None


def _touching(page: Page, repeated: Sequence[int], body: Sequence[Line]) -> set[int]:
    """Which of the repeated lines stand right at the text, or at one that does: the last rows of a table."""
    touching: set[int] = set()
    waiting = sorted(repeated, key=lambda index: page.lines[index].baseline)
    for order in (waiting, waiting[::-1]):  # from the text to either edge
        text = [*body, *(page.lines[index] for index in touching)]
        for index in order:
            if index not in touching and _touches(page.lines[index], text, page.lines):
                touching.add(index)
                text.append(page.lines[index])
    return touching


def _touches(line: Line, body: Sequence[Line], around: Sequence[Line]) -> bool:
    """Whether other text of the same size stands right above or below a line.

    Without white between, or no further off than the lines around there stand from each other.
    """
    near = sorted(around, key=lambda other: abs(line.baseline - other.baseline))[:_NEAREST]
    heights = sorted({round(other.baseline) for other in near})
    steps = [b - a for a, b in zip(heights, heights[1:], strict=False) if b - a > 0.5 * line.size]
    reach = max(_APART * line.size, min(steps, default=0.0) * _EVEN)
    return any(
        0.5 * line.size < abs(line.baseline - other.baseline) < min(reach, _ROWS * line.size)
        and min(line.x1, other.x1) > max(line.x0, other.x0)
        and abs(line.size - other.size) < _ALIKE * line.size
        and not other.angle
        for other in body
    )


def _keys(text: str, page: int) -> list[str]:
    """What a line says: as it stands, and with each of its numbers by its distance from the page number.

    Also with any one of several words left out: the chapter, or the month.
    """
    text = _SPACES.sub(" ", text.lower())
    keys = [text]
    for match in list(_DIGITS.finditer(text))[:_MOST_NUMBERS]:
        if len(match.group()) <= 4:
            keys.append(f"{text[: match.start()]}#{int(match.group()) - page}{text[match.end() :]}")
    if _FEWEST_WORDS <= len(_WORD.findall(text)) <= _MOST_WORDS:
        keys += [f"{key[: word.start()]}…{key[word.end() :]}" for key in keys for word in _WORD.finditer(key)]
    return keys


def _edge_lines(page: Page) -> list[tuple[int, Line]]:
    if not page.lines:
        return []
    _, bottom, _, top = page.box
    reach = _EDGE * (top - bottom)
    return [
        (index, line)
        for index, line in enumerate(page.lines)
        if not line.angle and (line.baseline < bottom + reach or line.baseline > top - reach)
    ]


def _page_numbers(pages: Sequence[Page]) -> set[tuple[int, int]]:
    """Numbers at the edge of the page, outside everything else: labelled, or counting up with the pages."""
    numbers: set[tuple[int, int]] = set()
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
            if _LABELLED.match(line.text) or _stands_apart(line, page):
                numbers.add((page.number, index))
            else:
                number = _DIGITS.search(line.text)
                bare.append((page.number, index, int(number.group()) if number else -1))
    offsets = Counter(value - number for number, _, value in bare)
    numbers |= {(number, index) for number, index, value in bare if offsets[value - number] >= 2}
    return numbers


def _stands_apart(line: Line, page: Page) -> bool:
    """Whether a number is that of its page and stands far below (or above) everything else on it."""
    steps = [abs(other.baseline - line.baseline) for other in page.lines if other is not line]
    return line.text.strip(" -–") == str(page.number) and min(steps) > _ROWS * line.size
