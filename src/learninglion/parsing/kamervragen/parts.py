"""The parts of a set of Kamervragen: which stretches are questions, which answers, and what else there is.

Labels come first ("Vraag 3, 4 en 5", "Antwoord 5 en 6"); the lay-out before 2011 has bare numbers, first
for the questions and then, under "Antwoord", for the answers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from learninglion.models import BlockKind
from learninglion.parsing.kamervragen.header import ANSWER_HEADING
from learninglion.parsing.labels import Label, LabelKind, parse_label, parse_numbers
from learninglion.parsing.pdf.layout import Stretch
from learninglion.parsing.pdf.lines import Line

__all__ = ["NUMBERS_ALONE", "Found", "Part", "find_parts", "is_label_line"]

NUMBERS_ALONE = re.compile(
    r"\(?(\d{1,3}[a-k]?(?:\s*(?:,|en|&|t/m|tot en met|[-–])\s*(?:en\s+)?\d{1,3}[a-k]?)*)\s*[.):]?",
    re.IGNORECASE,
)
"""Nothing but a number or several: "3.", "5, 6 en 7"."""
_LED = re.compile(r"\(?(\d{1,3}(?:\s*(?:,|en|t/m)\s*\d{1,3})*)\s*[.)]?\s+(?=[\"'“‘«(\[]*[A-ZÀ-Ý])")
_NOTICE = re.compile(r"(?:Mededeling|Uitstelbericht)\s*[:.]?", re.IGNORECASE)
_ANSWERS = re.compile(r"Antwoord(?:en)?\s*[:.]?", re.IGNORECASE)
_REMARK = re.compile(r"(?:Toelichting|Noot|Bijlagen?)\s*:?", re.IGNORECASE)
_REMARK_TEXT = re.compile(
    r"(?:Toelichting\s*:?\s*)?(?:Deze|Bovenstaande)\s+(?:aanvullende\s+)?vragen\s+dienen\s+ter\s+aanvulling",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.?!:;»”\"')\]]\s*$")


@dataclass(slots=True, eq=False)
class Part:
    """A question or an answer: its numbers, and the positions of the stretches it is made of."""

    kind: LabelKind
    numbers: tuple[int, ...]
    label: int | None  # position of the stretch that is (or begins with) the label
    skip: int = 0  # characters of the first stretch that the label takes
    body: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Found:
    """The parts of a set in order, and what stands between them."""

    parts: list[Part] = field(default_factory=list)
    first: int = 0  # position of the first stretch after the head
    headings: list[int] = field(default_factory=list)  # "Antwoord van Minister ..." further on
    notice: list[int] = field(default_factory=list)
    remarks: list[int] = field(default_factory=list)
    loose: list[int] = field(default_factory=list)
    labels: frozenset[int] = frozenset()


def is_label_line(line: Line) -> bool:
    """Whether a printed line is a label, a bare number or another heading that always stands alone."""
    text = line.text
    if len(text) > 60 or not (text[0].isupper() or text[0].isdigit() or text[0] == "("):
        return False
    if text[0] in "VABDSN" and parse_label(text) is not None:
        return True
    if NUMBERS_ALONE.fullmatch(text) or _NOTICE.fullmatch(text):
        return True
    return _REMARK.fullmatch(text) is not None


# --------------------------------------------------------------------------- finding the parts


def find_parts(stretches: Sequence[Stretch], opening: int) -> Found:
    """The questions and answers among the stretches from `opening` (the introduction) on."""
    labels = _find_labels(stretches, opening)
    parts = Found(first=min(labels, default=len(stretches)), labels=frozenset(labels))
    current: list[int] | None = None
    started = False
    for position in range(opening, len(stretches)):
        stretch = stretches[position]
        part = labels.get(position)
        if part is not None:
            parts.parts.append(part)
            current = part.body
            started = True
            if part.skip:
                current.append(position)
        elif started and ANSWER_HEADING.match(stretch.text) and _is_heading(stretches, position):
            parts.headings.append(position)
            current = parts.headings if not _complete(stretch.text) else None
        elif _NOTICE.fullmatch(stretch.text):
            parts.first = min(parts.first, position)
            parts.labels |= {position}
            current = parts.notice
            started = True
        elif started and _opens_remark(stretches, position):
            current = parts.remarks
            current.append(position)
        elif started and current is not None:
            current.append(position)
            if current is parts.headings and _complete(stretch.text):
                current = None
        elif started:
            parts.loose.append(position)
    return parts


def _complete(text: str) -> bool:
    return re.search(r"ontvangen[^()]*\)", text, re.IGNORECASE) is not None


def _is_heading(stretches: Sequence[Stretch], position: int) -> bool:
    """Whether "Antwoord van minister ..." is the heading of the answers and not a sentence in one."""
    text = " ".join(s.text for s in stretches[position : position + 2])
    return _complete(text) and len(stretches[position].text) < 600


def _opens_remark(stretches: Sequence[Stretch], position: int) -> bool:
    """Whether the remark that belongs to the set begins here ("Toelichting: deze vragen dienen ...")."""
    text = stretches[position].text
    if _REMARK_TEXT.match(text):
        return True
    following = stretches[position + 1].text if position + 1 < len(stretches) else ""
    return _REMARK.fullmatch(text) is not None and _REMARK_TEXT.match(following) is not None


def _find_labels(stretches: Sequence[Stretch], opening: int) -> dict[int, Part]:
    labels: dict[int, Part] = {}
    for position in range(opening, len(stretches)):
        part = _read_label(stretches, position)
        if part is not None:
            labels[position] = part
    if any(part.kind is LabelKind.QUESTION for part in labels.values()):
        if any(part.kind is LabelKind.ANSWER and not part.numbers for part in labels.values()):
            labels |= _find_bare_answers(stretches, labels)
        return labels
    return _find_bare(stretches, opening, labels)


def _read_label(stretches: Sequence[Stretch], position: int) -> Part | None:
    stretch = stretches[position]
    text = stretch.text
    if not text[:1].isupper() or stretch.kind is BlockKind.TABLE:
        return None
    label = parse_label(text)
    if label is not None:
        if (
            text.rstrip().endswith(".")
            and not stretch.gap_before
            and position
            and not _ends(stretches[position - 1])
        ):
            return None  # the last line of a sentence: "... zie mijn / Antwoord 2."
        return Part(label.kind, label.numbers, position)
    label = parse_label(text, whole=False)
    if label is None or label.length >= len(text) or not _begins_part(label, stretches, position):
        return None
    skip = len(text) - len(text[label.length :].lstrip())
    return Part(label.kind, label.numbers, position, skip=skip)


def _begins_part(label: Label, stretches: Sequence[Stretch], position: int) -> bool:
    """Whether a label with text behind it opens a part: what is before it must be finished."""
    if not label.numbers and not stretches[position].text.lower().startswith("antwoord:"):
        return False
    before = stretches[position - 1] if position else None
    return (
        before is None
        or stretches[position].gap_before
        or _ends(before)
        or parse_label(before.text) is not None
    )


def _ends(stretch: Stretch) -> bool:
    return _SENTENCE_END.search(stretch.text) is not None


def _finishes(stretches: Sequence[Stretch], position: int) -> bool:
    """Whether a number alone on a line is the end of a sentence: "... in antwoord op vraag / 3."."""
    here, before = stretches[position], stretches[position - 1] if position else None
    if before is None or here.gap_before or here.page != before.page:
        return False
    return here.text.endswith(".") and not _ends(before) and before.kind is not BlockKind.HEADING


def _find_bare(stretches: Sequence[Stretch], opening: int, labels: dict[int, Part]) -> dict[int, Part]:
    """Questions, and then answers, that carry a number only; they count up, unlike other numbers."""
    bare: dict[int, Part] = {}
    kind = LabelKind.QUESTION
    last = 0
    for position in range(opening, len(stretches)):
        text = stretches[position].text
        opens_answers = _ANSWERS.fullmatch(text) is not None and bool(bare)
        heading = bool(bare) and ANSWER_HEADING.match(text) is not None and _is_heading(stretches, position)
        if opens_answers or heading:
            kind, last = LabelKind.ANSWER, 0
            if opens_answers:
                bare[position] = Part(LabelKind.ANSWER, (), position)
            continue
        if position in labels:
            bare[position] = labels[position]
            continue
        part = _read_bare(stretches, position, kind, last)
        if part is not None:
            bare[position] = part
            last = part.numbers[-1]
    if sum(part.kind is LabelKind.QUESTION for part in bare.values()) == 0:
        return labels
    return _drop_empty_heading(bare)


def _find_bare_answers(stretches: Sequence[Stretch], labels: dict[int, Part]) -> dict[int, Part]:
    """Bare numbers under one heading "Antwoord" that stands for several questions."""
    bare_parts: dict[int, Part] = {}
    for position, part in labels.items():
        if part.kind is LabelKind.QUESTION or part.numbers:
            continue
        last = 0
        for index in range(position + 1, len(stretches)):
            if index in labels:
                break
            bare = _read_bare(stretches, index, LabelKind.ANSWER, last)
            if bare is not None and not bare.skip:
                bare_parts[index] = bare
                last = bare.numbers[-1]
    return bare_parts


def _drop_empty_heading(parts: dict[int, Part]) -> dict[int, Part]:
    """A heading "Antwoord" right before a numbered answer holds no answer of its own."""
    order = sorted(parts)
    for position, after in zip(order, order[1:], strict=False):
        here, there = parts[position], parts[after]
        if here.kind is LabelKind.ANSWER and not here.numbers and after == position + 1 and there.numbers:
            here.numbers = (0,)  # marked as a mere heading, skipped in matching
    return parts


def _read_bare(stretches: Sequence[Stretch], position: int, kind: LabelKind, last: int) -> Part | None:
    stretch = stretches[position]
    match = NUMBERS_ALONE.fullmatch(stretch.text)
    skip = 0
    if match is not None and _finishes(stretches, position):
        return None
    if match is None:
        match = _LED.match(stretch.text)
        if match is None or stretch.kind is BlockKind.TABLE:
            return None
        skip = match.end()
    numbers = parse_numbers(match[1])
    # The next number, or in answers a few further: some questions share an answer or have none.
    reach = 1 if kind is LabelKind.QUESTION else 12
    if not numbers or not last < numbers[0] <= last + reach or list(numbers) != sorted(numbers):
        return None
    return Part(kind, numbers, position, skip=skip)
