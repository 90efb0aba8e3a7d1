"""Printed or typed lines, with what comes along in them: page feet, footnotes, marks, notes at the end."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from learninglion.parsing.labels import JOINED, LabelKind, parse_label, parse_letter, parse_numbers
from learninglion.parsing.pdf.layout import Known
from learninglion.parsing.pdf.lines import Page
from learninglion.parsing.pdf.margins import IMPRINT, YEARS, Mark
from learninglion.parsing.pdf.margins import Note as PageNote
from learninglion.parsing.writing import Note, Paragraph, plain_digits, raised, runs_on

_FURNITURE = re.compile(
    rf"{IMPRINT}|(?:Pagina|Blz\.?)\s+\d+(?:\s+(?:van|/)\s+\d+)?|\d{{1,3}}\s+(?:van|/)\s+\d{{1,3}}",
    re.IGNORECASE,
)
# "1/4", "- 2 -": the number of a page where such lines count.
_PAGE = re.compile(r"(?P<page>\d{1,3})/(?P<total>\d{1,3})|[-–]\s?(?P<alone>\d{1,3})\s?[-–]")
_FOOT_LINES = 4  # that stand with the number of a page: a date, a reference
_FOOT_WIDTH = 60  # characters
# "ISSN 0921 - 7398’s-Gravenhage 2024Tweede Kamer, vergaderjaar 2024–2025, Aanhangsel 1".
_FOOT = re.compile(
    r"(?:ISSN\b[\s\d–-]*X?\s*)?(?:['’‘]s-Gravenhage\s+\d{4}\s*)?(?:Tweede|Eerste)\s+Kamer,?\s+(?:vergaderjaar|zitting)\s+"
    rf"{YEARS},?\s+(?:Aanhangsel|Vragen)\s+(?P<page>\d{{1,3}})",
    re.IGNORECASE,
)
_MASTHEAD = re.compile(
    r"(?:Tweede|Eerste)\s+Kamer\s+der\s+Staten-Generaal\s*[12]?|Vragen\s+gesteld\s+door\s+(?:de\s+)?leden\s+(?:der|van\s+de)\s+"
    rf"Kamer(?:,.*)?|(?:met\s+de\s+daarop\s+door\s+de\s+)?regering\s+gegeven\s+antwoorden|Vergaderjaar\s+{YEARS}"
    r"(?:\s+(?:Aanhangsel\s+van\s+de\s+Handelingen|Vragen\s+gesteld\s+door\s+(?:de\s+)?leden\s+der\s+Kamer.*))?"
    r"|Aanhangsel\s+van\s+de\s+Handelingen|[12]",
    re.IGNORECASE,
)
_HEAD_LINES = 9  # of a page of which the masthead can be
_NOTE = re.compile(r"^(?P<mark>\d{1,2})(?:(?=[A-Za-z«“‘\"(])|\s+(?=\S))(?P<text>.+)$")
_NOTE_LINES = 8  # that one foot of a page holds at most under one mark
_MARK_LINE = re.compile(r"^\d{1,2}$")
_END_MARK = re.compile(r"(?<=[?.!»”])\s?(?:\[?\d{1,2}\]|\d{1,2}\)|(?<=[?»”])\s?\d{1,2})\s*$")


@dataclass(frozen=True, slots=True)
class Printed:
    """Lines as somebody reads them, and what came along."""

    lines: tuple[str, ...]  # without page feet, masthead, footnotes and marks; empty lines stay
    notes: tuple[Note, ...]
    furniture: tuple[str, ...]  # the masthead and the feet, each once: they say which publication this is


def clean_printed(lines: Sequence[str]) -> Printed:
    """The lines apart from what belongs to the page.

    A footnote is what stands right above a foot (or at the end) under the number that is due.
    """
    labelled = sum(parse_label(line) is not None for line in lines) > 1
    feet = _find_feet(lines)
    foot = [index in feet or _FURNITURE.fullmatch(line) is not None for index, line in enumerate(lines)]
    foot = _whole_feet(lines, foot)
    notes_here = _find_notes(lines, [*foot, True]) if labelled and any(foot) else []
    notes = [_note(mark, [lines[i] for i in indices]) for mark, indices in notes_here]
    taken = {index for _, indices in notes_here for index in indices}
    top = _masthead(lines)
    lines_left: list[str] = []
    furniture: dict[str, str] = {}
    for index, line in enumerate(lines):
        if foot[index] or index in top:  # feet differ in their page number only
            furniture.setdefault(re.sub(r"(?<=\s)\d{1,3}$", "", line) if foot[index] else line, line)
    marked = 0
    white = _white_at_feet(lines, foot)
    for index, line in enumerate(lines):
        if foot[index] or index in taken or index in top or index in white:
            continue
        if (
            labelled
            and _MARK_LINE.match(line)
            and int(line) == marked + 1
            and lines_left
            and lines_left[-1].endswith("?")
        ):
            marked += 1
            continue
        lines_left.append(line)
    return Printed(tuple(lines_left), tuple(notes), tuple(furniture.values()))


def _whole_feet(lines: Sequence[str], known: Sequence[bool]) -> list[bool]:
    """The feet that are known, those whose numbers count the pages, and the lines that stand with them."""
    pages = [(index, match) for index, line in enumerate(lines) if (match := _PAGE.fullmatch(line))]
    numbers = [int(match["page"] or match["alone"]) for _, match in pages]
    totals = {int(match["total"]) for _, match in pages if match["total"]}
    counts = numbers == list(range(1, len(numbers) + 1)) or numbers == list(range(2, len(numbers) + 2))
    foot = list(known)
    if counts and len(totals) < 2 and all(max(numbers) <= total for total in totals):
        for index, _ in pages:
            foot[index] = True
    filled = [index for index, line in enumerate(lines) if line]
    for before, index, after in zip(filled, filled[1:], filled[2:], strict=False):
        if lines[index].isdecimal() and runs_on(lines[before]) and lines[after][0].islower():
            foot[index] = True  # a figure in the middle of a sentence that goes on below it
    for index in [n for n, here in enumerate(foot) if here]:
        first, last = index, index
        while first and lines[first - 1]:
            first -= 1
        while last + 1 < len(lines) and lines[last + 1]:
            last += 1
        block = range(first, last + 1)
        apart = first > 0 and last + 1 < len(lines) and len(block) <= _FOOT_LINES
        if apart and all(len(lines[n]) < _FOOT_WIDTH and lines[n][-1] not in ".?!:;," for n in block):
            foot[first : last + 1] = [True] * len(block)
    return foot


def _white_at_feet(lines: Sequence[str], foot: Sequence[bool]) -> set[int]:
    """The empty lines around feet in the middle of a sentence, which goes on overleaf."""
    white: set[int] = set()
    index = 0
    while index < len(lines):
        end = index
        while end < len(lines) and (foot[end] or not lines[end]):
            end += 1
        gap = range(index, end)
        if index and end < len(lines) and any(foot[n] for n in gap) and lines[index - 1][-1] not in ".?!:;":
            white.update(n for n in gap if not lines[n])
        index = end + 1
    return white


def _masthead(lines: Sequence[str]) -> set[int]:
    """Indices of the lines of the masthead, if the first lines are one."""
    filled = [(index, line) for index, line in enumerate(lines) if line][:_HEAD_LINES]
    if not filled or not re.match(r"(?:Tweede|Eerste)\s+Kamer\s+der", filled[0][1], re.IGNORECASE):
        return set()
    masthead: set[int] = set()
    for index, line in filled:
        if not _MASTHEAD.fullmatch(line) and not re.fullmatch(r"\d{1,5}|.{0,60}met de daarop door de", line):
            break
        masthead.add(index)
    return masthead


def _find_feet(lines: Sequence[str]) -> frozenset[int]:
    """Indices of the feet of an Aanhangsel that stand in its text, over one line or two.

    They are known by their number, which counts the pages: a source that is named in a note does not.
    """
    feet: set[int] = set()
    page = 0
    for index, line in enumerate(lines):
        if "amer" not in line:
            continue
        following = lines[index + 1] if index + 1 < len(lines) else ""
        for text, last in ((line, index), (f"{line} {following}", index + 1)):
            match = _FOOT.fullmatch(text)
            if match is None or int(match["page"]) != page + 1:
                continue
            page += 1
            first = index
            while first and (not lines[first - 1] or _FURNITURE.fullmatch(lines[first - 1])):
                first -= 1
            feet.update(i for i in range(first, last + 1) if lines[i])
            break
    return frozenset(feet)


def _find_notes(lines: Sequence[str], foot: Sequence[bool]) -> list[tuple[str, list[int]]]:
    """The notes right above the feet: the mark of each and the indices of its lines."""
    notes: list[tuple[str, list[int]]] = []
    last = 0
    ends = [index for index, is_foot in enumerate(foot) if is_foot and not (index and foot[index - 1])]
    for end in ends:
        near = range(max(0, end - 8 * _NOTE_LINES), end)
        block = [index for index in near if lines[index] and not foot[index]][-4 * _NOTE_LINES :]
        first = next((i for i in block if _opens_note(lines, i, last)), None)
        if first is None:
            continue
        for index in (i for i in block if i >= first):
            match = _NOTE.match(lines[index])
            number = int(match["mark"]) if match else 0
            if match is not None and (index == first or number == last + 1):
                notes.append((match["mark"], []))
                last = number
            notes[-1][1].append(index)
    return notes


def _note_start(line: str) -> int:
    """Where the own text of a note begins in its first line."""
    match = _NOTE.match(line)
    return match.start("text") if match else 0


def _note(mark: str, lines: Sequence[str]) -> Note:
    text = lines[0][_note_start(lines[0]) :].strip()
    for line in lines[1:]:
        text += ("" if text.endswith(("/", "=", "https://")) else " ") + line
    return Note(f"printed:{int(mark)}", text, 0, mark)


def _opens_note(lines: Sequence[str], index: int, last: int) -> bool:
    """Whether a line is the first note of a foot: the number that is due (one may be lost), on a text."""
    match = _NOTE.match(lines[index])
    if match is None or not last < int(match["mark"]) <= last + 2 or lines[index].endswith("?"):
        return False
    glued = lines[index][len(match["mark"])] not in " \t"
    return glued or _REFERS.search(match["text"]) is not None


_REFERS = re.compile(
    r"https?://|www\.|\b[a-z][\w-]*\.(?:nl|com|org|eu|net|be)\b|\b\d{1,2} [a-z]+ (?:19|20)\d\d\b"
    r"|\b(?:Kamerstuk|Aanhangsel|Handelingen|Stb|Stcrt|ECLI)\b",
    re.IGNORECASE,
)


def strip_mark(question: str) -> str:
    """A question without the mark of a note at its very end: "... artikel?1" is "... artikel?"."""
    return _END_MARK.sub("", question)


_ALONE = re.compile(
    r"AH\s?\d{1,5}|\(?Zie\s+ook\s+Aanhangsel\b.{0,120}|20\d\dZ\d{4,6}"
    r"|\(ingezonden .{6,30}\)\.?|Mededeling|Uitstelbericht|Toelichting:?"
    r"|(?:mede\s+namens\s+)?de\s+(?:minister|staatssecretaris)\b.{0,120},",
    re.IGNORECASE,
)
_BARE = re.compile(rf"[(\[]?({JOINED})\s?[.):\]]?")
_LEADING = re.compile(r"(\d{1,3})[.):]?\s+(?=[«“\"'(]*[A-ZÀ-Ý])")
_DOSSIER = re.compile(r"\d{2}\s\d{3}(?:\s|$)")
_ITEM = re.compile(r"Nr\.\s*\d{1,4}\b")
_COUNTED = 2  # answers with a label that make a bare number one of a question; how far numbers leap
_REPLY = re.compile(r"Antwoord\s+van\s+(?:de\s+)?(?:minister|staatssecretaris)\b", re.IGNORECASE)
_TOP = 25  # lines in which the number and the title of a Kamerstuk stand


def _is_label(lines: Sequence[str], index: int) -> bool:
    """Whether a line is a label, and not the end of a sentence: "... het antwoord op / vragen 1 en 2."."""
    line = lines[index]
    if not line[:1].isupper() or parse_label(line) is None:
        return False
    before = lines[index - 1] if index else ""
    return not line.endswith(".") or not before or before[-1] in ".?!:;»”"


ANSWERS_BELOW = re.compile(
    r"(?:Bijlage\s*\w{0,3}\s*[:.–-]?\s*)?(?:De\s+)?(?:Antwoord(?:en)?|Beantwoording|Reactie)\b"
    r"(?:\s*[:.]?|\s+(?:van|op|namens|door|bij|aan)\s[^?!:]{1,250})",
    re.IGNORECASE,
)
"""A heading over answers to all questions above it: "Antwoorden", "Bijlage 2: de antwoorden"."""


_INITIALS = frozenset("ABCDQRSV[")


def opens_part(line: str) -> bool:
    """Whether a line begins a paragraph: "Antwoord: Ja.", "Vraag 3: Bent u", "Antwoord van minister X"."""
    return line[:1] in _INITIALS and (
        parse_label(line, whole=False) is not None
        or parse_letter(line) is not None
        or _REPLY.match(line) is not None
        or ANSWERS_BELOW.fullmatch(line.strip()) is not None
    )


def _counted(lines: Sequence[str]) -> set[int]:
    """Indices of the bare numbers that count up, where several answers have a label."""
    labels = (parse_label(line) or parse_label(line, whole=False) for line in lines)
    if sum(label is not None and label.kind is LabelKind.ANSWER for label in labels) < _COUNTED:
        return set()
    counted: set[int] = set()
    last = 0
    for index, line in enumerate(lines):
        match = _BARE.fullmatch(line) or _LEADING.match(line)
        numbers = parse_numbers(match[1]) if match is not None else ()
        if numbers and last < numbers[0] <= last + _COUNTED:
            counted.add(index)
            last = numbers[-1]
    return counted


def lines_alone(lines: Sequence[str]) -> frozenset[int]:
    """Indices of the lines of a text file that are paragraphs of their own, whatever stands around them.

    Labels, the number of a set, the head of a Kamerstuk; bare numbers where answers have no number.
    """
    alone = {
        index for index, line in enumerate(lines) if _is_label(lines, index) or _ALONE.fullmatch(line)
    } | _counted(lines)
    dossier = next((i for i, line in enumerate(lines[:_TOP]) if _DOSSIER.match(line)), None)
    item = next((i for i, line in enumerate(lines[:_TOP]) if _ITEM.match(line)), None)
    if dossier is not None and item is not None and dossier < item:
        alone |= set(range(dossier, item + 1))
    return frozenset(alone)


# A publication set again from its text: its page feet and its notes stand in the middle of other pages.


_GLUED = re.compile(r"(?:(?<=[a-zà-ÿ?!»”’\")\]])|(?<=[^\d\s][.,;:]))\d{1,2}(?![\w%]|[.,:/-]\d)")
_SAID = (".", "?", "!", "»", "”", "’", ",", ";", ":")
_UNIT = re.compile(r"(?:^|[\s\d/])[kcdm]?m$")


@dataclass(frozen=True, slots=True)
class Retyped:
    """What was read along with the text, as (page number, index of the line), and what is known of it."""

    skipped: frozenset[tuple[int, int]] = frozenset()
    known: Known = Known()


def find_retyped(pages: Sequence[Page], skipped: Collection[tuple[int, int]]) -> Retyped:
    """The feet and notes in the text of these pages; nothing where each foot is at the foot of its page.

    `skipped`: what is known to belong to no text.
    """
    places = [(page, index) for page in pages for index in range(len(page.lines))]
    keys = [(page.number, index) for page, index in places]
    lines = [page.lines[index].text.strip() for page, index in places]
    feet = _find_feet(lines)
    if all(keys[at] in skipped for at in feet):
        return Retyped()
    foot = [at in feet for at in range(len(lines))]
    notes: list[PageNote] = []
    taken: set[int] = set(feet)
    marks: list[Mark] = []
    gone: set[int] = set(feet)  # the text goes on behind these
    after = 0
    for mark, indices in _find_notes(lines, foot):
        page, _ = places[indices[0]]
        note = PageNote(mark, page.number)
        for position, at in enumerate(indices):
            owner, index = places[at]
            line = owner.lines[index]
            indent = len(line.text) - len(line.text.lstrip())
            note.lines.append((line, indent + _note_start(lines[at]) if position == 0 else 0))
        notes.append(note)
        taken.update(indices)
        for at in range(after, indices[0]):
            owner, index = places[at]
            if at in taken or keys[at] in skipped:
                continue
            if lines[at] == mark and _stands_apart(lines, at):
                taken.add(at)
                gone.add(at)
                owner, index = places[at - 1]
                place: tuple[int, int] | None = (len(owner.lines[index].text.rstrip()),) * 2
            else:
                place = _refer(owner.lines[index].text, mark)
            if place is not None:
                marks.append(Mark(mark, owner.number, index, *place, False))
                after = at
                break
    behind = frozenset(keys[at + 1] for at in gone if at + 1 < len(keys))
    return Retyped(frozenset(keys[at] for at in taken), Known(tuple(notes), tuple(marks), behind))


def _stands_apart(lines: Sequence[str], at: int) -> bool:
    """Whether a figure that is a line refers to a note: behind a sentence, or inside one that goes on."""
    following = lines[at + 1] if at + 1 < len(lines) else ""
    return at > 0 and (lines[at - 1].endswith(_SAID) or following[:1].islower())


def _refer(text: str, mark: str) -> tuple[int, int] | None:
    """Where a figure glued to a word or a sentence refers to note `mark`: "het bericht?1"."""
    matches = (match for match in _GLUED.finditer(text) if match.group() == mark)
    return next((match.span() for match in matches if not _UNIT.search(text[: match.start()])), None)


# --------------------------------------------------------------------------- typed notes


_TYPED = re.compile(
    r"^(?:\[(?P<square>\d{1,3})\]|\(?(?P<round>\d{1,3})\)|(?P<plain>\d{1,2}|[⁰¹²³⁴-⁹]{1,2})\.?(?=\s))\s*(?P<text>\S.*)$",
    re.DOTALL,
)
_LONGEST = 900  # characters; a longer paragraph with a number ahead of it is a list item of the text
# What a note is about: another text. A number without brackets needs this to be a note at all.
_REFERRING = re.compile(
    r"https?://|www\.|\b[a-z][\w-]*\.(?:nl|com|org|eu|net|be)\b|\b\d{1,2} [a-z]+ (?:19|20)\d\d\b"
    r"|\b(?:Kamerstuk|Aanhangsel|Handelingen|Stb|Stcrt|ECLI)\b",
    re.IGNORECASE,
)


def lift_typed_notes(paragraphs: Sequence[Paragraph]) -> tuple[tuple[Paragraph, ...], tuple[Note, ...]]:
    """The paragraphs without the notes typed below them and without their marks, and those notes.

    Only what stands at the very end, counts from 1 and is referred to in the text is a note (or plainly is
    one: "[1] https://..."); a numbered list that closes an answer stays where it is.
    """
    start = _first_note(paragraphs)
    if start is None:
        return tuple(paragraphs), ()
    body, notes = paragraphs[:start], _collect(paragraphs[start:])
    asking = sum(note.text.rstrip("\"'”’»)").endswith("?") for note in notes)
    if 2 * asking >= len(notes):  # those are the questions themselves
        return tuple(paragraphs), ()
    refers = all(_REFERRING.search(note.text) for note in notes)
    small = not paragraphs[start].text[:1].isascii()  # "¹ Rapport": a raised figure opens no item of a list
    if notes[0].mark.isdigit() and not refers and not small:
        return tuple(paragraphs), ()
    lifted = [without_marks(paragraph, notes) for paragraph in body]
    referred = {key for paragraph in lifted for _, key in paragraph.notes}
    if notes[0].key not in referred and not (refers and notes[0].mark.startswith("[")):
        return tuple(paragraphs), ()
    return tuple(lifted), tuple(notes)


def _first_note(paragraphs: Sequence[Paragraph]) -> int | None:
    """Where the list of notes at the end begins: the last "1)" after which only notes follow."""
    for index in range(len(paragraphs) - 1, -1, -1):
        paragraph = paragraphs[index]
        if parse_label(paragraph.text) is not None or len(paragraph.text) > _LONGEST:
            return None
        match = _TYPED.match(paragraph.text)
        if match is not None and _number(match) == 1:
            return index
    return None


def _number(match: re.Match[str]) -> int:
    return int(plain_digits(match["square"] or match["round"] or match["plain"]))


def _mark(match: re.Match[str]) -> str:
    if match["square"]:
        return f"[{_number(match)}]"
    return f"{_number(match)})" if match["round"] else str(_number(match))


def _collect(paragraphs: Sequence[Paragraph]) -> list[Note]:
    notes: list[Note] = []
    for paragraph in paragraphs:
        match = _TYPED.match(paragraph.text)
        if match is not None and _number(match) == len(notes) + 1:
            mark = _mark(match)
            notes.append(Note(f"typed:{mark}", match["text"], paragraph.page, mark))
        else:  # an address on a line of its own
            notes[-1] = replace(notes[-1], text=f"{notes[-1].text} {paragraph.text}")
    return notes


def without_marks(paragraph: Paragraph, notes: Sequence[Note]) -> Paragraph:
    """The paragraph without the marks of `notes`, which become its references."""
    text, anchors = paragraph.text, list(paragraph.notes)
    for note in notes:
        for match in reversed(list(_mark_pattern(note.mark).finditer(text))):
            before = text[: match.start()]
            if note.mark.endswith(")") and before.count("(") > before.count(")"):
                continue  # it closes a bracket: "(artikel 1)"
            text = before + text[match.end() :]
            width = match.end() - match.start()
            anchors = [(at - width if at >= match.end() else min(at, match.start()), k) for at, k in anchors]
            anchors.append((match.start(), note.key))
    return replace(paragraph, text=text.rstrip(), notes=tuple(sorted(anchors)))


def _mark_pattern(mark: str) -> re.Pattern[str]:
    """Where a mark stands: behind a word, perhaps after a space: "(nos.nl)”1)?", "Verhoudingen 2), met"."""
    if mark.isdigit():  # glued to what it belongs to, and no part of a number or a name: "bericht»1?"
        # Or raised, and then no power nor unit: "bericht¹", but "10²" and "m²" stay what they are.
        small = raised(mark, "")
        return re.compile(
            rf"(?<=[»”\"’')?!.,a-zà-ÿ]){mark}(?=[\s.,;:?!)]|$)(?<!\d[.,]{mark})"
            rf"|(?<![\d⁰¹²³⁴-⁹⁻])(?<!\bm)(?<!\b[kcdm]m){small}(?![⁰¹²³⁴-⁹])"
        )
    return re.compile(rf"(?<=[^\s\d(]) ?(?<![\d(\[]){re.escape(mark)}")
