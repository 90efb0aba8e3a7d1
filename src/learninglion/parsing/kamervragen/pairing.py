"""Questions and answers in running text (a letter, a pasted set): which paragraphs belong to which.

Labels are found first ("Vraag 3", "Antwoorden op vraag 3, 4, 5, 9 en 10"), or bare numbers where there
are none; what stands under a label belongs to it until the next. Then answers are given to questions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from learninglion.models import QAPair, Span
from learninglion.parsing.kamervragen.matching import match_parts
from learninglion.parsing.kamervragen.parts import Found, Part
from learninglion.parsing.labels import LabelKind, parse_label
from learninglion.parsing.paragraphs import Paragraph
from learninglion.parsing.pdf.layout import Stretch

__all__ = ["Pairing", "find_questions", "pair_up"]

# A paragraph that opens another set or its answers: whatever came before ends there.
_SET_HEADING = re.compile(
    r"^(?:(?:Be)?antwoord(?:en|ing)?\b.{0,250}?\b(?:op|van)\b.{0,60}?\bvragen\b"
    r"|(?:Kamer|Schriftelijke\s+)?vragen van (?:het lid|de leden)\b)",
    re.IGNORECASE | re.DOTALL,
)
# Such a heading says whose questions; "Antwoorden op deze vragen zijn er nog niet." is a sentence.
_NAMES = re.compile(
    r"\b(?:Kamer)?(?:lid|leden|vragen)\s+(?:van\s+)?[A-Z’']|\bvaste\s+commissie\b|\b20\d\dZ\d{4,6}\b|\bingezonden\b"
)
_CLOSING = re.compile(
    r"^(?:Hoogachtend|Met (?:vriendelijke|de meeste) (?:groet|hoogachting)|"
    r"(?:Mede namens )?de (?:minister|staatssecretaris|minister-president)\b[^.?!]{0,160}$)",
    re.IGNORECASE,
)
_REMARK = re.compile(r"^Toelichting\s*:?\s*$|^Toelichting:\s|^Bijlagen?(?:\s+\d+)?\s*:?\s*$", re.IGNORECASE)
# "1", "1.", "(1)" on a line of its own; or ahead of the question: "1. Bent u", "1) bent u", "1 Bent u".
_BARE = re.compile(r"^(\(?)(\d{1,3})\s*([.)\]:]?)$")
_LED = re.compile(r"^(\(?)(\d{1,3})(?:\s*([.)\]:])\s+(?=\S)|()\s+(?=[\"'“‘«(\[]*[A-ZÀ-Ý]))")
_ASKS = re.compile(r"\?[\"'”’»)\]\d]*\s*$")


@dataclass(frozen=True, slots=True)
class Pairing:
    """The pairs of a text, what was left over and what a reader should check."""

    pairs: tuple[QAPair, ...]
    first: int  # index of the paragraph with the first label
    loose: tuple[int, ...]  # paragraphs after it that belong to no question or answer
    warnings: tuple[str, ...]


def pair_up(paragraphs: Sequence[Paragraph], spans: Sequence[Span]) -> Pairing | None:
    """The questions and answers in `paragraphs` (which stand at `spans`); None where there are none."""
    found = find_questions(paragraphs)
    if not any(part.kind is LabelKind.QUESTION for part in found.parts):
        return None
    labelled = any(
        part.kind is LabelKind.QUESTION and _reads_as_label(paragraphs[part.label or 0])
        for part in found.parts
    )
    stretches = [_stretch(paragraph, span) for paragraph, span in zip(paragraphs, spans, strict=True)]
    loose, found.loose = tuple(found.loose), []  # a letter has more around its answers than a publication
    matched = match_parts(found, stretches)
    if not labelled and not _are_questions(matched.pairs, stretches):
        return None
    return Pairing(matched.pairs, found.first, loose, matched.warnings)


def _stretch(paragraph: Paragraph, span: Span) -> Stretch:
    """A paragraph as matching knows it: how it is set, as far as its format tells."""
    return Stretch(
        paragraph.kind, span, paragraph.text, paragraph.page, 0.0, 0.0, paragraph.emphasised, False, False
    )


def _reads_as_label(paragraph: Paragraph) -> bool:
    return parse_label(paragraph.text) is not None or parse_label(paragraph.text, whole=False) is not None


def _are_questions(pairs: Sequence[QAPair], stretches: Sequence[Stretch]) -> bool:
    """Whether bare numbers count questions: most of them ask something and have an answer."""
    marks = [stretch.span for stretch in stretches if "?" in stretch.text]
    asking = [p for p in pairs if any(m.start < p.question.end and p.question.start < m.end for m in marks)]
    answered = [pair for pair in pairs if pair.answer is not None]
    return 2 * len(asking) > len(pairs) and 2 * len(answered) > len(pairs)


# --------------------------------------------------------------------------- labels


def find_questions(paragraphs: Sequence[Paragraph]) -> Found:
    """The questions and answers among the paragraphs, and what stands after the first but in none."""
    labels = _labels(paragraphs)
    if not any(part.kind is LabelKind.QUESTION for part in labels.values()):
        numbered = _numbered(paragraphs)
        if len(numbered) > 1 or (numbered and labels):
            labels |= numbered
    found = Found(first=min(labels, default=len(paragraphs)), labels=frozenset(labels))
    current: Part | None = None
    for index in range(found.first, len(paragraphs)):
        part = labels.get(index)
        if part is not None:
            current = part
            found.parts.append(part)
            if part.skip:
                part.body.append(index)
        elif current is not None and not _ends_set(paragraphs, index):
            current.body.append(index)
        else:
            current = None
            found.loose.append(index)
    return found


def _labels(paragraphs: Sequence[Paragraph]) -> dict[int, Part]:
    labels: dict[int, Part] = {}
    for index, paragraph in enumerate(paragraphs):
        label = parse_label(paragraph.text)
        if label is not None:
            labels[index] = Part(label.kind, label.numbers, index)
            continue
        label = parse_label(paragraph.text, whole=False)
        if label is not None and label.length < len(paragraph.text):
            rest = paragraph.text[label.length :].lstrip()
            labels[index] = Part(label.kind, label.numbers, index, skip=len(paragraph.text) - len(rest))
    return labels


def _numbered(paragraphs: Sequence[Paragraph]) -> dict[int, Part]:
    """Questions that carry a bare number, counting up in one style, so that a list inside one stays in it."""
    styles: dict[str, dict[int, Part]] = {}
    for index, paragraph in enumerate(paragraphs):
        bare, led = _BARE.match(paragraph.text), _LED.match(paragraph.text)
        match = bare or led
        if match is None:
            continue
        style = ("bare" if bare else "led") + match.group(1) + (match.group(3) or "")
        number = int(match.group(2))
        chain = styles.setdefault(style, {})
        last = max((part.numbers[0] for part in chain.values()), default=0)
        if number == 1 and len(chain) == 1:  # what came first was no question
            chain.clear()
        if not chain or number in (last + 1, last + 2):
            if not chain and not _asks_soon(paragraphs, index):
                continue
            skip = 0 if bare else match.end()
            chain[index] = Part(LabelKind.QUESTION, (number,), index, skip=skip)
    return max(styles.values(), key=lambda chain: (len(chain), -min(chain, default=0)), default={})


def _asks_soon(paragraphs: Sequence[Paragraph], index: int) -> bool:
    return any("?" in paragraph.text for paragraph in paragraphs[index : index + 4])


def _ends_set(paragraphs: Sequence[Paragraph], index: int) -> bool:
    """Whether this paragraph closes what came before: another set, a signature, a remark."""
    text = paragraphs[index].text
    if _REMARK.match(text):
        return True
    if _SET_HEADING.match(text):
        names = paragraphs[index].emphasised or _NAMES.search(text) is not None
        return names and len(text) < 900 and not _ASKS.search(text) and _label_follows(paragraphs, index)
    return bool(_CLOSING.match(text)) and not _ASKS.search(text) and _is_signature(paragraphs, index)


def _label_follows(paragraphs: Sequence[Paragraph], index: int) -> bool:
    return any(
        parse_label(p.text) or _BARE.match(p.text) or _LED.match(p.text)
        for p in paragraphs[index + 1 : index + 6]
    )


def _is_signature(paragraphs: Sequence[Paragraph], index: int) -> bool:
    """Whether only a few short lines follow (names, functions) before the end or the next heading."""
    for paragraph in paragraphs[index + 1 : index + 7]:
        if _SET_HEADING.match(paragraph.text):
            return True
        if len(paragraph.text) > 160:
            return False
        label = parse_label(paragraph.text)
        if label is not None:
            return False
    return True
