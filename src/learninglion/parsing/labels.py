"""Labels and marks ahead of text: which numbers "Antwoord op de vragen 7 t/m 9", "3)" or "IV en V" name.

Every mark is read for all that it may stand for. Marks of one style that count on are a series; the first
that asks counts the questions, for a list inside a question begins after it. Where it leaves a number out,
or stops, a mark of another style that holds exactly the number that is due goes on in it.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import accumulate

from learninglion.dutch.lexicon import number_of
from learninglion.parsing.writing import ENDED, Paragraph, runs_on

_LARGEST = 250
"""Nobody asks more questions than this at once; a larger number is a year, an amount or an article."""

_THROUGH = r"\bt\.?\s?/\s?m\b\.?|\bt\.?\s?e\.?\s?m\b\.?|\btot\s+(?:en|&)\s+met\b"
"""A pattern of the words between the first and the last of a range: "t/m", "tot en met"."""
_RANGE = rf"{_THROUGH}|[-\u2010-\u2015]"
_GLUE = r"[,;/&+]|\b(?:en|and|alsmede|alsook|vraag|vragen)\b"
_TO = rf"\s*(?:{_RANGE})\s*"


def joined(value: str, signs: str = ",&") -> str:
    """A pattern of one `value`, or of several as a mark joins them: "3", "III, IV en V", "7 t/m 9".

    `signs`: those that may stand between two.
    """
    return rf"{value}(?:(?:{_TO}|\s*(?:,\s*en\b|[{signs}]|\b(?:en|and)\b)\s*){value})*"


JOINED = joined(r"\d{1,3}") + "+"
"""A pattern of one number, or of several as a mark ahead of text joins them: "3", "3, 4 en 5", "7 t/m 9"."""

# "Vraag 3a" is a part of question 3; a longer number is a year or an amount.
_NUMBER = r"\d{1,3}(?!\d)(?: ?[a-k](?![a-z]))?"
_PIECE = re.compile(rf"\s*+(?:(?P<range>{_RANGE})|(?P<glue>{_GLUE})|(?P<number>{_NUMBER}))", re.IGNORECASE)
_TOKEN = re.compile(rf"(?P<range>{_RANGE})|(?P<number>\d{{1,3}})", re.IGNORECASE)

# "Antwoord", "Antwoorden", "Beantwoording"; then perhaps "op (de) (deel)vraag" and "nr."; then the numbers.
_WORD = re.compile(
    r"\s*+\[?(?:"
    r"(?P<answer>(?:(?:Concept|Voorgesteld|Voorlopig)[-\s]?)?(?:Antwoord(?:en)?|Antw\b\.?|Beantwoording|Reactie|Answers?)"
    r"(?:\s*+(?:op|bij|van|voor|aan|to))?(?:\s++(?:de|het|uw|the))?"
    r"(?:\s*+(?:(?:deel|sub)?vra(?:ag|gen)|questions?))?)"
    r"|(?P<question>(?:Deel|Sub)?vra(?:ag|gen)|Vr\b\.?(?=\s*\d)|Questions?)"
    r")",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"\s*+(?:(?:nrs?|nummers?|no)\b\.?\s*+)?(?::\s*+)?(?=\d)", re.IGNORECASE)
_FIGURE_ANSWERED = re.compile(r"\s*(?:Antwoord|Reactie|Answer)\s*:\s*(?=\d)", re.IGNORECASE)
_END = re.compile(r"\s*+(?:[:.)\]/]|[-\u2013\u2014](?=\s|$))")
_BRACKETS = str.maketrans("()", "  ")
_WHO = re.compile(r"\s*\([A-Z][^()\d]{1,40}\)\s*:?")  # "Vraag 1 (Bakker)": who asks
# "Vraag van het lid Bakker (PvdD): hoeveel ...".
_ASKED = re.compile(
    r"Vraag\s+(?:van|door)\s+(?:het\s+lid|de\s+leden|de\s+(?:leden\s+van\s+de\s+)?[\w-]+fractie)\b[^:?]{0,80}:\s+(?=\S)"
)
# "Antwoord Ja, dat klopt.", but not "Antwoord Minister De Vries (Ontvangen ...)".
_BARE_WORDS = frozenset(("Antwoord", "ANTWOORD", "Reactie", "REACTIE", "Beantwoording", "BEANTWOORDING"))
_REPLIES = re.compile(
    r"\s+(?!(?:de\s+)?(?:minister|staatssecretaris|kamer|vra))(?-i:[«“\"'(]*[A-ZÀ-Ý])", re.IGNORECASE
)
_LETTER = re.compile(
    r"(?P<letter>[QVA])\s?(?P<number>\d{1,3})?(?:\s?[:.)](?:\s+(?=\S)|$)|(?<=\d)(?:\s*$|\s+(?=[A-Z])))"
)
_LABEL_LENGTH = 60
_INITIALS = frozenset("abcdqrsvABCDQRSV")  # of every word that a label begins with
_MISTYPED = re.compile(r"(?P<word>[VA][A-Za-z]{3,10})\s*(?=\d)", re.IGNORECASE)
_ALIKE = 0.85  # "Antwooord" and "Anwoord" are that much like "antwoord"; "Artikel" and "Aantal" are not


class LabelKind(StrEnum):
    """Whether a label opens a question or an answer."""

    QUESTION = "question"
    ANSWER = "answer"


_WORDS = {
    "vraag": LabelKind.QUESTION,
    "vragen": LabelKind.QUESTION,
    "antwoord": LabelKind.ANSWER,
    "antwoorden": LabelKind.ANSWER,
}


@dataclass(frozen=True, slots=True)
class Label:
    """What a label says and how many characters of the line it takes."""

    kind: LabelKind
    numbers: tuple[int, ...]
    length: int


def parse_numbers(text: str) -> tuple[int, ...]:
    """The numbers that "3, 4, 5, 9 en 10" or "7 t/m 9" stand for, each once, in the order written."""
    numbers: list[int] = []
    ranging = False
    for token in _TOKEN.finditer(text):
        if token["range"] is not None:
            ranging = bool(numbers)
            continue
        number = int(token["number"])
        if ranging and numbers[-1] < number <= _LARGEST:
            numbers.extend(range(numbers[-1] + 1, number + 1))
        else:
            numbers.append(number)
        ranging = False
    return tuple(dict.fromkeys(numbers))


def parse_label(line: str, *, whole: bool = True) -> Label | None:
    """The label that `line` is, or (with whole=False) begins with; None where it is running text.

    "Vraag 7, 8, 9 10 en 11" and "Antwoord op de vragen 1 tot en met 3:" are labels, "Antwoord" alone is
    one without numbers, "Vraag is of 3 genoeg is" is none. With whole=False text may follow the numbers
    after a colon, a full stop or a space ("Vraag 1: Bent u bekend ...", "Antwoord 1 Ja.").
    """
    if line.lstrip(" ([\t\n")[:1] not in _INITIALS:  # nearly every line
        return None
    # "Vraag 3 (en 4)": brackets do not matter in a label that is a whole line.
    if whole and len(line) < _LABEL_LENGTH and _WHO.search(line) is None:
        line = line.translate(_BRACKETS)
    opening = None if whole else _ASKED.match(line)
    if opening is not None:
        return Label(LabelKind.QUESTION, (), opening.end())
    match = _WORD.match(line)
    if match is None:
        return _parse_mistyped(line) if whole else None
    before = _BEFORE.match(line, match.end())
    stop = _end_of_list(line, before.end()) if before else match.end()
    listed = line[before.end() : stop] if before else ""
    who = _WHO.match(line, stop) if listed and not whole else None
    closing = who or _END.match(line, stop)
    end = closing.end() if closing else stop
    rest = line[end:]
    numbers = parse_numbers(listed)
    if any(not 0 < number <= _LARGEST for number in numbers) or (before and not numbers):
        return None
    if whole:
        if rest.strip() and not (numbers and _WHO.fullmatch(rest)):
            return None
    elif rest and not _may_follow(listed, line[stop:end].strip(), rest, match["answer"] in _BARE_WORDS):
        return parse_figure_answered(line)
    kind = LabelKind.ANSWER if match["answer"] else LabelKind.QUESTION
    if kind is LabelKind.QUESTION and not numbers and not line.lstrip()[:1].isupper():
        return None
    return Label(kind, numbers, end)


def parse_figure_answered(line: str) -> Label | None:
    """The label without a number ahead of an answer that begins with a figure: "Antwoord: 12 dijken."."""
    match = _FIGURE_ANSWERED.match(line)
    return Label(LabelKind.ANSWER, (), match.end()) if match else None


def parse_letter(line: str) -> Label | None:
    """The label of one letter that `line` is or begins with: "Q: Wat", "V3:", "A3"; a pair of them counts."""
    match = _LETTER.match(line)
    if match is None:
        return None
    kind = LabelKind.ANSWER if match["letter"] == "A" else LabelKind.QUESTION
    return Label(kind, (int(match["number"]),) if match["number"] else (), match.end())


def _end_of_list(line: str, start: int) -> int:
    """Where a list of numbers that begins at `start` ends: behind its last number."""
    end = at = start
    while (piece := _PIECE.match(line, at)) is not None:
        at = piece.end()
        if piece["number"] is not None:
            end = at
    return end


def _parse_mistyped(line: str) -> Label | None:
    """The label that a line nearly is: "Antwooord 3"."""
    match = _MISTYPED.match(line)
    if match is None or len(line) > _LABEL_LENGTH:
        return None
    stop = _end_of_list(line, match.end())
    numbers = parse_numbers(line[match.end() : stop])
    if line[stop:].strip(" :.") or not numbers or max(numbers) > _LARGEST:
        return None
    word = match["word"].lower()
    alike = {good: SequenceMatcher(None, word, good).ratio() for good in _WORDS}
    best = max(alike, key=lambda good: alike[good])
    if alike[best] < _ALIKE:
        return None
    return Label(_WORDS[best], numbers, len(line))


def _may_follow(listed: str, end: str, rest: str, bare: bool) -> bool:
    """Whether running text may begin after a label: not in the middle of a word, number or sentence."""
    if not listed:
        return end in (":", "]") or (not end and bare and _REPLIES.match(rest) is not None)
    if end and end not in "-\u2013\u2014":
        return rest[0].isspace()
    if not rest[0].isspace():
        return False
    # "Vraag 1 Bent u" but not "Vraag 1 van het lid" nor "Antwoord 2% van de".
    return not rest.lstrip()[:1].islower()


# Where a sentence may have ended and a part may begin, with a label or with a number only.
_OPENS = re.compile(
    r"(?:^|(?<=[.?!:;\"”’»)\]])\s+)(?=(?:(?:Deel|Sub)?vra(?:ag|gen)|Antwoord(?:en)?)\b|(?P<number>\d{1,3})[.)]\s+[A-ZÀ-Ý])",
    re.IGNORECASE,
)
_NAMES_PART = re.compile(r"vra(?:ag|gen)\b|antwoord", re.IGNORECASE)
_BEHIND_QUESTION = re.compile(r"\?[\"”’»)\]]*\s+(?!.*\?)(?=\S)", re.DOTALL)


def find_run_on(text: str) -> tuple[int, ...]:
    """Where the parts begin of a paragraph in which several follow each other: "Vraag 1 ...? Antwoord 1 ...".

    Numbers only ("1. ...? 2. ...?") count from one, and what stands behind each question is a part as well.
    Nothing where it is one part or running text: every question asks, and no label stands for nothing.
    """
    asks = text.count("?") > 1 and "2" in text
    if not asks and len(_NAMES_PART.findall(text)) < 2:  # nearly every paragraph
        return ()
    opened = list(_OPENS.finditer(text))
    starts = [match.end() for match in opened if match["number"] is None]
    labels = {at: label for at in starts if (label := parse_label(text[at:], whole=False)) is not None}
    if labels:
        ends = [*list(labels)[1:], len(text)]
        texts = [text[at + label.length : end] for (at, label), end in zip(labels.items(), ends, strict=True)]
        kinds = [label.kind for label in labels.values()]
        whole = all("?" in part or kind is LabelKind.ANSWER for part, kind in zip(texts, kinds, strict=True))
        numbers = [number for label in labels.values() for number in label.numbers or (0,)]
        several = len(labels) > 1 and (LabelKind.QUESTION in kinds or numbers == sorted(set(numbers)))
        return tuple(labels) if several and whole and all(map(str.strip, texts)) else ()
    counted: list[int] = []
    for match in opened:
        if match["number"] == str(len(counted) + 1):
            counted.append(match.end())
    ends = [*counted[1:], len(text)]
    if len(counted) < 2 or not all("?" in text[at:end] for at, end in zip(counted, ends, strict=True)):
        return ()
    behind = [_BEHIND_QUESTION.search(text[:end].rstrip(), at) for at, end in zip(counted, ends, strict=True)]
    answers = [match.end() for match in behind if match is not None]
    return tuple(sorted((*counted, *(answers if len(answers) == len(counted) else ()))))


# Several numbers are written in one way: "3 en 4", "III t/m V", "drie en vier".
_VALUES_OF = "|".join(
    joined(value, ",&+/")
    for value in (r"\d{1,3}(?!\d)", r"[ivxl]{1,7}(?![^\W_])", r"[a-z](?![^\W_])", r"[a-zé]{3,16}(?![^\W_])")
)
_MARK = re.compile(
    r"(?P<bullet>[-–—•●▪◦*\u2023\uf0b7·o]\s+)?"
    rf"(?:[(\[*_]{{0,2}}(?P<word>(?:(?:kamer|deel|sub)?vra(?:ag|gen)|questions?|nummers?|nrs?|(?:vr|v|q)(?=[\s.]*\d)|(?:ten|ad)(?=\s)|\#)"
    rf"(?=[\s.:\d(])|\#)[\s.:]*(?:(?:nrs?|nummers?)\b[.:]?\s*)?)?"
    rf"(?P<open>[(\[*_]{{0,2}})(?P<values>{_VALUES_OF})"
    r"(?P<ordinal>(?:e|de|ste)\b|°|º)?(?P<after>\s+vraag\b)?(?:\s+van\s+\d{1,3}\b)?"
    r"(?P<part>(?<=\d)\s?[a-k](?![^\W_])|(?<=\d)\.(?:\d{1,2}|[a-k])(?![^\W_]))?"
    r"(?P<close>\s?[.)\]:/]{1,2}(?!\d)[-*_]{0,2}|\s+[-–—](?=\s)"
    r"|\s?[-–—,;>|_*]{1,2}(?=\s*(?-i:[«“\"'‘(\[]*[A-ZÀ-Ý])))?\s*",
    re.IGNORECASE,
)
_JOINS = re.compile(rf"(?P<to>{_TO})|\s*(?:,\s*en\b|[,&+/]|\b(?:en|and)\b)\s*", re.IGNORECASE)
# "Vraag 1 (VVD): Hoe", "1. [VVD] Hoe": who asks.
_ASKER = re.compile(r"[(\[](?P<name>[A-ZÀ-Ý][^()\[\]\d?]{0,40}\d{0,3})[)\]]\s*(?:[:.]|[–—-](?=\s))?\s*")
_CAPITAL = re.compile(r"[«“\"'‘(\[]*[A-ZÀ-Ý]")
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50}
# Sentences that ask without the sign: "Graag een overzicht", "Kunt u dat toelichten.", "Hoeveel ...".
_ASKING = re.compile(
    r"(?:De\s+leden\b.{0,80}?\bvragen|Graag|Gaarne|Hoe\w*|Wat|Wie|Waar\w*|Welke?|Wanneer|(?:Op|In|Aan|Voor|Met|Naar|Bij|Door|Uit|Van)\s+(?:welk|hoe|wie)\w*"
    r"|[A-Z]\w+\s+(?:u|de\s+(?:minister|staatssecretaris|regering)|het\s+kabinet))\b"
)
_LEAP = 40  # numbers of others that may be left out where what follows asks
_LEFT_OUT = 2  # numbers that may be left out where it does not
_NEAR = 60  # marks of a style back to which a series looks
_MOST = 0.5  # of the members of a series: more must ask something
# What a series earns by a member that asks or does not, and loses by a number left out, a start above one,
# and counting anew. They only order the ways in which marks of one style can be taken together.
_ASKS, _SAYS, _GAP, _LATE, _ANEW = 1.0, 0.25, 0.3, 0.5, 0.8


@dataclass(frozen=True, slots=True)
class Mark:
    """What a mark ahead of a paragraph may stand for."""

    index: int  # of the paragraph
    kind: str  # figure, numeral or letter
    style: tuple[str, ...]
    numbers: tuple[int, ...]
    length: int  # characters that the mark takes
    part: str = ""  # "b." of "1b.", "1.2" of itself
    asker: str = ""  # who asks, in brackets behind the mark
    asker_length: int = 0  # characters of mark and asker


def read_marks(text: str, index: int = 0) -> tuple[Mark, ...]:
    """What the mark ahead of `text` may be: "I." counts as a numeral and, later in a list, as a letter."""
    if text and unicodedata.category(text[0]) == "No" or "\u20e3" in text[1:3]:
        length = len(text) - len(text[1:].lstrip("\ufe0f\u20e3 "))
        value = unicodedata.normalize("NFKC", text[0])
        return (Mark(index, "figure", ("sign",), (int(value),), length),) if value.isdecimal() else ()
    match = _MARK.match(text)
    if match is None or not _stands_out(match, text[match.end() :]):
        return ()
    word = (match["word"] or "").rstrip(".: ").casefold()
    if match["after"] or word.endswith(("vraag", "vragen")):
        word = "vraag"
    close = (match["close"] or "").strip() or (match["ordinal"] or "").strip("edst")
    asker = _ASKER.match(text, match.end())
    named = asker["name"] if asker and (word or asker.end() < len(text)) else ""
    part = (match["part"] or "").strip()
    if part:
        part = f"{match['values']}{part}" if part[-1].isdecimal() else f"{part[-1]}{close or '.'}"
    marks = []
    for kind, read in _VALUES.items():
        numbers = _count(match["values"].casefold(), read)
        if not numbers or (kind == "letter" and word) or (kind == "word" and not (word or close)):
            continue
        if match["bullet"] and (kind != "figure" or not (word or close)):
            continue  # an item of a list
        case = "upper" if kind != "figure" and match["values"][0].isupper() else ""
        style = (word, *(() if word else (match["open"], close)), kind, case if kind != "word" else "")
        family = "figure" if kind == "word" else kind
        length = asker.end() if asker and named else 0
        marks.append(Mark(index, family, style, numbers, match.end(), part, named, length))
    return tuple(marks)


def _stands_out(match: re.Match[str], rest: str) -> bool:
    """Whether this is a mark and not the beginning of a sentence: closed, or above or ahead of one."""
    opens = not rest or _CAPITAL.match(rest) is not None
    if match.end() and rest and not match.group()[-1].isspace():  # "1.Hoe"
        return opens and match["close"] is not None
    if match["close"] or match["ordinal"] in ("°", "º"):
        return True
    if not opens or not (match["word"] or match["after"] or match["values"][0].isdecimal()):
        return False
    return match["values"][-1].isdecimal() or not rest  # "Vraag drie" is one, "Vraag mij" is none


def _figure(value: str) -> int:
    return int(value) if value.isdecimal() else 0


def _numeral(value: str) -> int:
    if not set(value) <= _ROMAN.keys():
        return 0
    figures = [_ROMAN[sign] for sign in value]
    total = sum(-a if a < b else a for a, b in zip(figures, [*figures[1:], 0], strict=True))
    return total if total < 5 * _ROMAN["x"] else 0


def _letter(value: str) -> int:
    return ord(value) - ord("a") + 1 if len(value) == 1 and value.isalpha() else 0


def _word(value: str) -> int:
    if value in ("een", "één", "eerste"):
        return 1
    spelled = (number_of(value) or "").rstrip("e") if len(value) > 2 else ""
    return int(spelled) if spelled.isdecimal() else 0


_VALUES: dict[str, Callable[[str], int]] = {
    "figure": _figure,
    "numeral": _numeral,
    "letter": _letter,
    "word": _word,
}


def _count(listed: str, read: Callable[[str], int]) -> tuple[int, ...]:
    """The numbers of "3", "3 en 4" or "3 t/m 5"; none where one is no number or they do not count up."""
    numbers: list[int] = []
    at = 0
    ranging = False
    for glue in [*_JOINS.finditer(listed), None]:
        number = read(listed[at : glue.start() if glue else len(listed)].strip())
        if not 0 < number <= _LARGEST or (numbers and number <= numbers[-1]):
            return ()
        numbers += range(numbers[-1] + 1, number + 1) if ranging else (number,)
        ranging = glue is not None and glue["to"] is not None
        at = glue.end() if glue else 0
    return tuple(numbers)


# --------------------------------------------------------------------------- series


def find_series(paragraphs: Sequence[Paragraph]) -> tuple[Mark, ...]:
    """The marks that count the questions, in order; none where no series asks.

    Numbers count up and may be left out; they may start anew, as each fraction's do. One mark is a series
    where it is the only one of its style and asks.
    """
    return _Counting(paragraphs).series()


class _Counting:
    """The paragraphs of a text, their marks, and where they ask."""

    def __init__(self, paragraphs: Sequence[Paragraph]) -> None:
        self.paragraphs = paragraphs
        read = [read_marks(p.text, n) for n, p in enumerate(paragraphs)]
        first = next((n for n, marks in enumerate(read) if marks), 0)  # a heading above it may run on
        goes_on = [n > first and _goes_on(paragraphs[n - 1].text, p) for n, p in enumerate(paragraphs)]
        self.marks = [mark for n, marks in enumerate(read) for mark in marks if not goes_on[n]]
        self.doubted = [mark for n, marks in enumerate(read) for mark in marks if goes_on[n]]
        self.marked = {mark.index for mark in self.marks}
        asking = [asks(p.text, read[n]) for n, p in enumerate(paragraphs)]
        self.questions_before = list(accumulate(asking, initial=0))

    def asks(self, start: int, end: int) -> bool:
        """Whether one of the paragraphs from `start` up to `end` asks."""
        return self.questions_before[end] > self.questions_before[start]

    def series(self) -> tuple[Mark, ...]:
        styles: dict[tuple[str, ...], list[Mark]] = {}
        for mark in self.marks:
            styles.setdefault(mark.style, []).append(mark)
        series = [tuple(self._filled(self._longest(marks))) for marks in styles.values()]
        asking = [marks for marks in series if marks and self._is_series(marks)]
        return min(asking, key=lambda marks: (marks[0].index, -len(marks)), default=())

    def _is_series(self, marks: Sequence[Mark]) -> bool:
        if len(marks) == 1:
            first = marks[0]
            following = min((n for n in self.marked if n > first.index), default=len(self.paragraphs))
            alike = (mark.index for mark in self.marks if mark.style == first.style)
            alone = sum(self.asks(at, min(at + 2, len(self.paragraphs))) for at in alike) <= 1
            sets = self.asks(first.index, following) or self.paragraphs[first.index].text.endswith(":")
            # "Nr. 20" alone is that of a paper.
            figure = first.kind == "figure" and not first.style[0].startswith(("nr", "nummer"))
            named = figure or "vraag" in first.style or len(first.numbers) > 1
            return alone and named and sets and self.asks(first.index, len(self.paragraphs))
        ends = [*(mark.index for mark in marks[1:]), len(self.paragraphs)]
        asking = [self.asks(mark.index, end) for mark, end in zip(marks, ends, strict=True)]
        # A mark on a line of its own counts something, also where that does not ask.
        bare = [mark.length == len(self.paragraphs[mark.index].text) for mark in marks]
        members = sum(asks or not alone for asks, alone in zip(asking, bare, strict=True))
        return sum(asking) > _MOST * members

    def _longest(self, marks: Sequence[Mark]) -> list[Mark]:
        """Of marks of one style those that count on, as many as ask."""
        worth: list[float] = []
        before: list[int | None] = []
        for n, mark in enumerate(marks):
            starts = mark.numbers[0] == 1 or mark.kind == "figure" or "vraag" in mark.style
            best, chosen = -_LATE * (mark.numbers[0] > 1) if starts else float("-inf"), None
            for earlier in range(max(0, n - _NEAR), n):
                value = worth[earlier] + self._step(marks[earlier], mark)
                if value >= best:  # of two that count the same, the nearer
                    best, chosen = value, earlier
            worth.append(best)
            before.append(chosen)
        total = [
            w + self._earned(mark.index, len(self.paragraphs)) for w, mark in zip(worth, marks, strict=True)
        ]
        at: int | None = max(range(len(marks)), key=lambda n: total[n])
        if total[at or 0] == float("-inf"):
            return []
        series: list[Mark] = []
        while at is not None:
            series.append(marks[at])
            at = before[at]
        return series[::-1]

    def _earned(self, start: int, end: int) -> float:
        return _ASKS if self.asks(start, end) else _SAYS

    def _step(self, mark: Mark, following: Mark) -> float:
        """What it is worth to count on from one mark to another."""
        gap = following.numbers[0] - mark.numbers[-1] - 1
        asks = self.asks(mark.index, following.index)
        if 0 <= gap <= _LEFT_OUT or 0 < gap <= _LEAP and self.asks(following.index, following.index + 1):
            return self._earned(mark.index, following.index) - _GAP * min(gap, _LEFT_OUT + 1)
        if gap == -1 and mark.part[:1].isalpha() and following.part:  # "1a.", "1b."
            return self._earned(mark.index, following.index)
        if gap == -1 and asks and not following.part and self.asks(following.index, following.index + 1):
            return _ASKS - _ANEW  # a number that was typed twice
        more = self.asks(following.index, len(self.paragraphs))  # else these are the answers
        anew = following.numbers[0] == 1 and asks and more
        above = following.index - 1
        listed = above in self.marked and self.paragraphs[above].text.endswith(":")  # a list in a question
        return _ASKS - _ANEW if anew and not listed else float("-inf")

    def _filled(self, series: Sequence[Mark]) -> list[Mark]:
        """A series with the marks of another style that hold the numbers it lacks."""
        if not series:
            return []
        filled = list(series)
        while filled[0].numbers[0] > 1:
            first = filled[0]
            before = (m for m in self.marks if m.index < first.index and m.kind == first.kind)
            whole = (m for m in before if m.part[:1] in ("", "a"))
            ahead = [m for m in whole if m.numbers[-1] == first.numbers[0] - 1]
            if not ahead:
                break
            filled.insert(0, ahead[-1])
        at = 0
        while at < len(filled):
            mark = filled[at]
            following = filled[at + 1] if at + 1 < len(filled) else None
            if following is None or following.numbers[0] > mark.numbers[-1] + 1:
                due = self._due(mark, following)
                if due is not None:
                    filled.insert(at + 1, due)
            at += 1
        return filled

    def _due(self, mark: Mark, following: Mark | None) -> Mark | None:
        """The mark with the next number between `mark` and `following` that is in no list of its own."""
        end = following.index if following else len(self.paragraphs)
        between = self._between(self.marks, mark, end)
        for candidate in between:
            if candidate.numbers[0] == mark.numbers[-1] + 1 and candidate.part[:1] in ("", "a"):
                nested = any(m.style == candidate.style and m.numbers[0] == 1 for m in between)
                return None if nested else candidate
        doubted = (m for m in self._between(self.doubted, mark, end) if m.style == mark.style)
        return next((m for m in doubted if m.numbers[0] == mark.numbers[-1] + 1), None)

    def _between(self, marks: Sequence[Mark], mark: Mark, end: int) -> list[Mark]:
        """Those of `marks` behind `mark` and ahead of paragraph `end` that may count on from it."""
        first, last = (bisect_left(marks, at, key=lambda m: m.index) for at in (mark.index + 1, end))
        return [other for other in marks[first:last] if (other.kind == "letter") == (mark.kind == "letter")]


def _goes_on(before: str, paragraph: Paragraph) -> bool:
    """Whether a paragraph is the rest of the line before it: "... het antwoord op", "vraag 2."."""
    broken = paragraph.text[:1].islower() and not ENDED.search(before)
    return (runs_on(before) or broken) and not paragraph.gap_before


def asks(text: str, marks: Sequence[Mark] = ()) -> bool:
    """Whether `text`, perhaps behind one of its `marks`, asks something, also without the sign."""
    return "?" in text or any(_ASKING.match(text, at) for at in {0, *(mark.length for mark in marks)})


# Where a mark may stand in running text: "... bekend? 2. Klopt het? • Vraag 3: ...".
_PLACE = re.compile(r"\s+(?=\S)|(?<=\?)(?=\d{1,2}[.)])")
_FIRST = re.compile(r"\D{0,12}1\b|\W?(?:eerste|een|i)\b", re.IGNORECASE)
_ENDED = tuple('?.!»”"')
_MARK_LENGTH = 80  # characters, with the beginning of what it counts


def marks_inside(text: str) -> tuple[int, ...]:
    """Where marks begin inside a text: the first, and every one that stands behind a sentence."""
    places: list[int] = []
    within = 0
    for place in _PLACE.finditer(text):
        end = place.end()
        opens = text.endswith(_ENDED, 0, place.start()) or _FIRST.match(text, end)
        if place.start() < within or not opens:
            continue
        asked = text.endswith("?", 0, place.start())  # ahead of a figure on its own
        for mark in read_marks(text[end : end + _MARK_LENGTH]):
            closed = mark.style[0] or mark.style[2] or mark.part or (asked and mark.kind == "figure")
            if closed and _CAPITAL.match(text, end + mark.length):
                places.append(end)
                within = end + mark.length
                break
    return tuple(places)
