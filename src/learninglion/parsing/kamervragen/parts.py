"""The parts of a set of Kamervragen: which stretches are questions, which answers, and what else there is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from learninglion.parsing.labels import LabelKind, parse_label
from learninglion.parsing.pdf.lines import Line

NUMBERS_ALONE = re.compile(
    r"\(?(\d{1,3}[a-k]?(?:\s*(?:,|en|&|t/m|tot en met|[-–])\s*(?:en\s+)?\d{1,3}[a-k]?)*)\s*[.):]?",
    re.IGNORECASE,
)
"""Nothing but a number or several: "3.", "5, 6 en 7"."""
NOTICE = re.compile(r"(?:Mededeling|Uitstelbericht)\s*[:.]?", re.IGNORECASE)
"""What stands above a message in the place of answers."""
_REMARK = re.compile(r"(?:Toelichting|Noot|Bijlagen?)\s*:?", re.IGNORECASE)


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
    loose: list[int] = field(default_factory=list)
    labels: frozenset[int] = frozenset()


def is_label_line(line: Line) -> bool:
    """Whether a printed line is a label, a bare number or another heading that always stands alone."""
    return is_label(line.text)


def is_label(text: str) -> bool:
    """Whether `text` is a label, a bare number or another heading that always stands alone."""
    if len(text) > 60 or not (text[0].isupper() or text[0].isdigit() or text[0] == "("):
        return False
    if text[0] in "VABDSN" and parse_label(text) is not None:
        return True
    if NUMBERS_ALONE.fullmatch(text) or NOTICE.fullmatch(text):
        return True
    return _REMARK.fullmatch(text) is not None
