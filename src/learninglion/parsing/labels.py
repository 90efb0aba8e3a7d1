"""Labels such as "Vraag 3, 4 en 5" or "Antwoord op de vragen 7 t/m 9": which numbers they name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

LARGEST = 250
"""Nobody asks more questions than this at once; a larger number is a year, an amount or an article."""

THROUGH = r"t\.?\s?/\s?m\b\.?|t\.?\s?e\.?\s?m\b\.?|tot\s+(?:en|&)\s+met\b"
"""A pattern of the words between the first and the last of a range: "t/m", "tot en met"."""
_RANGE = rf"{THROUGH}|[-\u2010-\u2015]"
_GLUE = r"[,;/&+]|\b(?:en|and|alsmede|alsook|vraag|vragen)\b"
JOINED = rf"\d{{1,3}}(?:\s*(?:,\s*en\b|[,&]|\ben\b|{_RANGE})\s*\d{{1,3}})*+"
"""A pattern of one number, or of several as a mark ahead of text joins them: "3", "3, 4 en 5", "7 t/m 9"."""

# "Vraag 3a" is a part of question 3; a longer number is a year or an amount.
_NUMBER = r"\d{1,3}(?!\d)(?: ?[a-k](?![a-z]))?"
_PIECE = re.compile(rf"\s*+(?:(?P<range>{_RANGE})|(?P<glue>{_GLUE})|(?P<number>{_NUMBER}))", re.IGNORECASE)
_TOKEN = re.compile(rf"(?P<range>{_RANGE})|(?P<number>\d{{1,3}})", re.IGNORECASE)

# "Antwoord", "Antwoorden", "Beantwoording"; then perhaps "op (de) (deel)vraag" and "nr."; then the numbers.
_WORD = re.compile(
    r"\s*+(?:"
    r"(?P<answer>(?:Antwoord(?:en)?|Beantwoording|Reactie|Answers?)"
    r"(?:\s*+(?:op|bij|van|voor|aan|to))?(?:\s++(?:de|het|uw|the))?"
    r"(?:\s*+(?:(?:deel|sub)?vra(?:ag|gen)|questions?))?)"
    r"|(?P<question>(?:Deel|Sub)?vra(?:ag|gen)|Questions?)"
    r")",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"\s*+(?:(?:nrs?|nummers?|no)\b\.?\s*+)?(?::\s*+)?(?=\d)", re.IGNORECASE)
_FIGURE_ANSWERED = re.compile(r"\s*(?:Antwoord|Reactie|Answer)\s*:\s*(?=\d)", re.IGNORECASE)
_END = re.compile(r"\s*+(?:[:.)\]]|[-\u2013\u2014](?=\s|$))")
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
_INITIALS = frozenset("abdqrsvABDQRSV")  # of every word that a label begins with
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
        if ranging and numbers[-1] < number <= LARGEST:
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
    if line.lstrip(" (\t\n")[:1] not in _INITIALS:  # nearly every line
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
    closing = _END.match(line, stop)
    end = closing.end() if closing else stop
    rest = line[end:]
    numbers = parse_numbers(listed)
    if any(not 0 < number <= LARGEST for number in numbers) or (before and not numbers):
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
    if line[stop:].strip(" :.") or not numbers or max(numbers) > LARGEST:
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
        return end == ":" or (not end and bare and _REPLIES.match(rest) is not None)
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
