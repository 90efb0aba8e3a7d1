"""What stands around the text of a page: notes at its foot with their marks, headers, footers, page numbers.

Lines that differ only in a number are one running line when that number counts up with the pages;
"Vraag 3" and "Vraag 7" at the head of two pages are two labels. What is lost here is lost for good, so a line
that may be text stays: an answer given twice. The head of a table, printed above its rows on every
page, is told from a running head by its cells: they stand in the columns of those rows.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from learninglion.parsing.labels import parse_label
from learninglion.parsing.pdf.lines import Line, Page, Run, find_body_size
from learninglion.parsing.pdf.tables import find_head_rows

_SMALL = 0.94  # of the body size: notes are set smaller than the text
_NOTES_APART = 1.45  # of the size: a larger step down is white
_RAISED = 0.12  # of the size: a mark stands that far above its line
_MARK = re.compile(r"\(?(\d{1,3}|[*†‡]{1,3}|[a-z])\)?$")
_MARKS = re.compile(r"\d{1,3}|[*†‡]{1,3}|[a-z]")
# "m2", "km3", "10-9" and "CO2" are raised or lowered for another reason.
_UNIT = re.compile(r"(?:^|[^A-Za-z])(?:[kcdmµ]?m|ha|10|[a-z])$")
_SUPERSCRIPT = re.compile(r"[⁰¹²³⁴-⁹]{1,3}")
_PLAIN_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_OPENS = re.compile(r"(?![a-zà-ÿ])\S|www\.|https?:")  # how the text of a note begins
_LEADS = re.compile(r"\s*(\d{1,3}|[*†‡]{1,3})\)?\s+")


@dataclass(slots=True)
class Note:
    """A note: its mark, and its lines with where its own text begins in the first of them."""

    mark: str
    page: int
    lines: list[tuple[Line, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Mark:
    """A raised mark in the text: characters start..end of a line that refer to note `mark`."""

    mark: str
    page: int
    line: int  # index among the lines of the page
    start: int
    end: int
    like_unit: bool  # may as well be the 2 of m2


def find_marks(lines: Iterable[tuple[int, Line]], page: int) -> list[Mark]:
    """Everything in these lines that is set like a reference to a note."""
    marks: list[Mark] = []
    for index, line in lines:
        for sign in _SUPERSCRIPT.finditer(line.text):
            number = sign.group().translate(_PLAIN_DIGITS)
            like_unit = _UNIT.search(line.text[: sign.start()]) is not None
            marks.append(Mark(number, page, index, *sign.span(), like_unit))
        if len(line.runs) < 2:
            continue
        for run in line.runs:
            if not is_raised(run, line):
                continue
            text = line.text[run.start : run.end]
            if not _is_mark(text):
                continue
            before = line.text[: run.start]
            for part in _MARKS.finditer(text):
                first, last = part.span()
                # "1)" and "(1)" are marks with their brackets.
                first -= text[max(first - 1, 0) : first] == "("
                last += text[last : last + 1] == ")"
                start, end = run.start + first, run.start + last
                marks.append(Mark(part.group(), page, index, start, end, _UNIT.search(before) is not None))
    return marks


def is_raised(run: Run, line: Line) -> bool:
    """Whether a run is set smaller and higher than its line."""
    return run.style.size < 0.85 * line.size and run.rise > _RAISED * line.size


def _is_mark(text: str) -> bool:
    parts = re.split(r"[\s,;]+", text.strip(" ,;"))
    return all(_MARK.match(part) for part in parts)


def collect_notes(
    page: Page, indices: Sequence[int], body_size: float, before: Note | None
) -> tuple[list[Note], set[int]]:
    """The notes among these lines of a page, and the indices of the lines they take.

    `before`: the last note of the page before; small lines above the first mark go on with it.
    """
    marks = {
        mark.mark: page.lines[mark.line].baseline
        for mark in find_marks(((i, page.lines[i]) for i in indices), page.number)
        if mark.start and not mark.like_unit
    }
    notes: list[Note] = []
    taken: set[int] = set()
    current: Note | None = None
    first_note: int | None = None
    foot = min(
        (page.lines[i].baseline for i in indices if page.lines[i].size > _SMALL * body_size), default=1e9
    )
    above: Line | None = None
    for index in indices:
        line = page.lines[index]
        begin = _opens_note(line, body_size, foot, above, current, marks)
        if begin is not None:
            current = Note(begin[0], page.number, [(line, begin[1])])
            notes.append(current)
            first_note = index if first_note is None else first_note
            taken.add(index)
        elif current is not None and _goes_on(current.lines[-1][0], line):
            current.lines.append((line, 0))
            taken.add(index)
        else:
            current = None
        above = line
    return notes, taken | _take_rest(page, indices, body_size, before, first_note)


def _opens_note(
    line: Line,
    body_size: float,
    foot: float,
    above: Line | None,
    current: Note | None,
    marks: Mapping[str, float],
) -> tuple[str, int] | None:
    """The mark that a line begins with, and where the note's own text begins.

    `marks`: what stands raised in the text of the page, with how high on the page.
    """
    first = line.runs[0]
    lead = line.text[: first.end]
    small = line.size <= _SMALL * body_size
    sign = _SUPERSCRIPT.match(line.text)
    if sign is not None and small:
        begin = sign.end()
        lead = sign.group().translate(_PLAIN_DIGITS)
    elif is_raised(first, line) and _MARK.match(lead.strip()):
        # Before 2011 notes have the size of the text: below white or a note, or at the head of a column.
        sign_text, rest = lead.strip(" ()"), line.text[first.end :].strip()
        step = above.baseline - line.baseline if above is not None else -1.0
        apart = not 0 < step <= _NOTES_APART * line.size or current is not None
        next_one = current is not None and current.mark.isdigit() and sign_text == str(int(current.mark) + 1)
        meant = marks.get(sign_text, 0.0) > line.baseline
        if not small and not next_one and not (apart and (meant or _OPENS.match(rest))):
            return None
        begin = first.end
    else:
        # Without a raised mark only its place tells a note from a row of numbers or an ordinary sentence.
        match = _LEADS.match(line.text)
        expected = int(current.mark) + 1 if current is not None and current.mark.isdigit() else 1
        joined = line.text.startswith(str(expected)) and line.text[len(str(expected)) :][:1].isalnum()
        if small and joined and marks.get(str(expected), 0.0) > line.baseline and not line.gaps:
            return str(expected), len(
                str(expected)
            )  # "1CBS", "12031, tabel 4": its own mark, without a space
        single = len(line.gaps) == 1 and match is not None and line.gaps[0] <= match.end()
        if match is None or not small or line.baseline > foot:
            return None
        later = current is None or not match[1].isdigit() or int(match[1]) >= expected
        meant = marks.get(match[1], 0.0) > line.baseline and not line.gaps and later
        if not meant and not (single and match[1] == str(expected)):
            return None
        begin = match.end()
        lead = match.group()
    mark = _MARKS.search(lead)
    if mark is None:
        return None
    while begin < len(line.text) and line.text[begin] == " ":
        begin += 1
    return mark.group(), begin


def _goes_on(above: Line, line: Line) -> bool:
    """Whether a line stands right below a line of a note and is set like it."""
    step = above.baseline - line.baseline
    return -0.5 < step < 2.0 * line.size and line.x1 > above.x0 and abs(line.size - above.size) < 0.3


def _take_rest(
    page: Page, indices: Sequence[int], body_size: float, before: Note | None, first_note: int | None
) -> set[int]:
    """Give small lines above the first note of a page to the note that began on the page before.

    They stand below all of the body, one below the other and exactly as that note is set; a table does not.
    """
    if before is None:
        return set()
    small = [i for i in indices if page.lines[i].size <= _SMALL * body_size]
    body = [page.lines[i].baseline for i in indices if page.lines[i].size > _SMALL * body_size]
    lowest = min(body, default=float("inf"))
    limit = page.lines[first_note].baseline if first_note is not None else float("-inf")
    rest = [i for i in small if limit < page.lines[i].baseline < lowest]
    if not rest:
        return set()
    last, begin = before.lines[-1]
    left = last.x_edges[begin]
    for i, following in zip(rest, [*rest[1:], None], strict=True):
        line = page.lines[i]
        if abs(line.x0 - left) > 1.5 or abs(line.size - last.size) > 0.1 or line.gaps:
            return set()
        if following is not None and line.baseline - page.lines[following].baseline < 0.5 * line.size:
            return set()
    before.lines += [(page.lines[i], 0) for i in rest]
    return set(rest)


def match_marks(notes: Sequence[Note], marks: Sequence[Mark]) -> tuple[dict[int, Mark], set[Mark]]:
    """The mark of each note (by its position), and every mark that refers to some note.

    A note's mark stands on its own page, else on the page before; "m2" is only taken where nothing else
    can be meant.
    """
    anchors: dict[int, Mark] = {}
    used: set[Mark] = set()
    for position, note in enumerate(notes):
        choices = [
            m
            for m in marks
            if m.mark == note.mark and m not in used and note.page - 1 <= m.page <= note.page + 1
        ] or [  # notes at the end of the document
            m
            for m in marks
            if m.mark == note.mark and m not in used and not m.like_unit and m.page < note.page
        ]
        if choices:
            best = min(choices, key=lambda m: (m.like_unit, _distance(m.page, note.page)))
            anchors[position] = best
            used.add(best)
    known: Collection[tuple[str, int]] = {(note.mark, note.page) for note in notes}
    numbers = {note.mark for note in notes if note.mark.isdigit()}
    again = {
        m
        for m in marks
        if m not in used
        and not m.like_unit
        and ((m.mark, m.page) in known or (m.mark.isdigit() and m.mark in numbers))
    }
    return anchors, used | again


def _distance(mark_page: int, note_page: int) -> int:
    return 0 if mark_page == note_page else 1 if mark_page < note_page else 2


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
