"""Questions and answers in running text (a letter, a pasted set): which paragraphs belong to which.

Labels are found first ("Vraag 3", "Antwoorden op vraag 3, 4, 5, 9 en 10"), or bare numbers where there
are none; what stands under a label belongs to it until the next. Then answers are given to questions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from learninglion.models import QAPair, Span
from learninglion.parsing.numbers import LabelKind, parse_label
from learninglion.parsing.paragraphs import Paragraph

__all__ = ["Pairing", "Segment", "find_segments", "pair_up"]

# A paragraph that opens another set or its answers: whatever came before ends there.
_SET_HEADING = re.compile(
    r"^(?:(?:Be)?antwoord(?:en|ing)?\b.{0,250}?\b(?:op|van)\b.{0,60}?\bvragen\b"
    r"|(?:Kamer|Schriftelijke\s+)?vragen van (?:het lid|de leden)\b)",
    re.IGNORECASE | re.DOTALL,
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


@dataclass(slots=True)
class Segment:
    """A label with the paragraphs under it (indices)."""

    kind: LabelKind
    numbers: tuple[int, ...]
    label_at: int  # index of the paragraph that holds the label
    skip: int = 0  # characters of that paragraph the label takes; the rest is content
    content: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Pairing:
    """The pairs of a text, what was left over and what a reader should check."""

    pairs: tuple[QAPair, ...]
    first: int  # index of the paragraph with the first label
    loose: tuple[int, ...]  # paragraphs after it that belong to no question or answer
    warnings: tuple[str, ...]


def pair_up(paragraphs: Sequence[Paragraph], spans: Sequence[Span]) -> Pairing | None:
    """The questions and answers in `paragraphs` (which stand at `spans`); None where there are none."""
    segments, loose = find_segments(paragraphs)
    if not any(s.kind is LabelKind.QUESTION for s in segments):
        return None
    segments = _split_unlabelled(segments, paragraphs)
    given, warnings = _give_answers(segments)
    if not _are_questions(segments, given, paragraphs):
        return None
    pairs: list[QAPair] = []
    for segment in segments:
        if segment.kind is LabelKind.QUESTION:
            question = _span(segment, spans)
            if question is None:
                warnings.append(f"Onder het kopje van vraag {_named(segment)} staat geen vraag.")
                at = spans[segment.label_at].end
                question = Span(at, at)
            pairs.append(_pair(segment, question, given.get(id(segment), []), spans, paragraphs, warnings))
    return Pairing(tuple(pairs), segments[0].label_at, tuple(loose), tuple(warnings))


def _are_questions(
    segments: Sequence[Segment], given: dict[int, list[Segment]], paragraphs: Sequence[Paragraph]
) -> bool:
    """Whether these are questions with answers: by a label, or asked and answered for the most part."""
    questions = [s for s in segments if s.kind is LabelKind.QUESTION]
    if any(parse_label(paragraphs[s.label_at].text, whole=not s.skip) for s in questions):
        return True
    asking = [s for s in questions if any("?" in paragraphs[i].text for i in s.content)]
    answered = [s for s in asking if id(s) in given]
    return 2 * len(asking) > len(questions) and 2 * len(answered) > len(questions)


def _pair(
    segment: Segment,
    question: Span,
    answers: list[Segment],
    spans: Sequence[Span],
    paragraphs: Sequence[Paragraph],
    warnings: list[str],
) -> QAPair:
    page = paragraphs[segment.label_at].page
    found = [span for span in (_span(answer, spans) for answer in answers) if span is not None]
    if not found:
        warnings.append(f"Bij vraag {_named(segment)} is geen antwoord gevonden.")
        return QAPair(segment.numbers, question, None, page)
    numbers = tuple(dict.fromkeys(n for answer in answers for n in answer.numbers)) or segment.numbers
    return QAPair(
        numbers=segment.numbers,
        question=question,
        answer=Span(found[0].start, found[-1].end),
        page=page,
        answer_page=paragraphs[answers[0].label_at].page,
        answer_numbers=numbers,
    )


# --------------------------------------------------------------------------- labels


def find_segments(paragraphs: Sequence[Paragraph]) -> tuple[list[Segment], list[int]]:
    """The labelled stretches of `paragraphs` in order, and what stands after the first but in none."""
    labels = _labels(paragraphs)
    if not any(s.kind is LabelKind.QUESTION for s in labels.values()):
        numbered = _numbered(paragraphs)
        if len(numbered) > 1 or (numbered and labels):
            labels |= numbered
    segments: list[Segment] = []
    loose: list[int] = []
    current: Segment | None = None
    for index in range(len(paragraphs)):
        segment = labels.get(index)
        if segment is not None:
            current = segment
            segments.append(segment)
            if segment.skip:
                segment.content.append(index)
        elif not segments:
            continue
        elif _ends_set(paragraphs, index):
            current = None
            loose.append(index)
        elif current is None:
            loose.append(index)
        else:
            current.content.append(index)
    return segments, loose


def _labels(paragraphs: Sequence[Paragraph]) -> dict[int, Segment]:
    labels: dict[int, Segment] = {}
    for index, paragraph in enumerate(paragraphs):
        label = parse_label(paragraph.text)
        if label is not None:
            labels[index] = Segment(label.kind, label.numbers, index)
            continue
        label = parse_label(paragraph.text, whole=False)
        if label is not None and label.length < len(paragraph.text):
            rest = paragraph.text[label.length :].lstrip()
            labels[index] = Segment(label.kind, label.numbers, index, skip=len(paragraph.text) - len(rest))
    return labels


def _numbered(paragraphs: Sequence[Paragraph]) -> dict[int, Segment]:
    """Questions that carry a bare number, counting up in one style, so that a list inside one stays in it."""
    styles: dict[str, dict[int, Segment]] = {}
    for index, paragraph in enumerate(paragraphs):
        bare, led = _BARE.match(paragraph.text), _LED.match(paragraph.text)
        match = bare or led
        if match is None:
            continue
        style = ("bare" if bare else "led") + match.group(1) + (match.group(3) or "")
        number = int(match.group(2))
        chain = styles.setdefault(style, {})
        last = max((s.numbers[0] for s in chain.values()), default=0)
        if number == 1 and len(chain) == 1:  # what came first was no question
            chain.clear()
        if not chain or number in (last + 1, last + 2):
            if not chain and not _asks_soon(paragraphs, index):
                continue
            skip = 0 if bare else match.end()
            chain[index] = Segment(LabelKind.QUESTION, (number,), index, skip=skip)
    return max(styles.values(), key=lambda chain: (len(chain), -min(chain, default=0)), default={})


def _asks_soon(paragraphs: Sequence[Paragraph], index: int) -> bool:
    return any("?" in paragraph.text for paragraph in paragraphs[index : index + 4])


def _ends_set(paragraphs: Sequence[Paragraph], index: int) -> bool:
    """Whether this paragraph closes what came before: another set, a signature, a remark."""
    text = paragraphs[index].text
    if _REMARK.match(text):
        return True
    if _SET_HEADING.match(text):
        return len(text) < 900 and not _ASKS.search(text) and _label_follows(paragraphs, index)
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


# --------------------------------------------------------------------------- answers


def _split_unlabelled(segments: list[Segment], paragraphs: Sequence[Paragraph]) -> list[Segment]:
    """Where an answer has no label of its own, the type or the question mark tells where it begins."""
    claimed = {n for s in segments if s.kind is LabelKind.ANSWER for n in s.numbers}
    result: list[Segment] = []
    for position, segment in enumerate(segments):
        result.append(segment)
        if segment.kind is LabelKind.ANSWER or claimed.intersection(segment.numbers):
            continue
        following = segments[position + 1 :]
        until = next((n for n, s in enumerate(following) if s.kind is LabelKind.ANSWER), None)
        if until is not None and not following[until].numbers:
            continue  # an answer without numbers stands for the questions ahead of it
        at = _answer_begins(segment, paragraphs)
        if at is not None:
            answer = Segment(
                LabelKind.ANSWER, segment.numbers, segment.content[at], content=segment.content[at:]
            )
            segment.content = segment.content[:at]
            result.append(answer)
    return result


def _answer_begins(segment: Segment, paragraphs: Sequence[Paragraph]) -> int | None:
    flags = [paragraphs[index].emphasised for index in segment.content]
    if flags and flags[0] and False in flags:
        return flags.index(False)
    asking = [n for n, index in enumerate(segment.content) if _ASKS.search(paragraphs[index].text)]
    if asking and asking[0] + 1 < len(segment.content):
        last = asking[0]
        while last + 1 in asking:
            last += 1
        return last + 1 if last + 1 < len(segment.content) else None
    return None


def _give_answers(segments: Sequence[Segment]) -> tuple[dict[int, list[Segment]], list[str]]:
    """The answers of each question (by identity of its segment), and which answers found no question."""
    given: dict[int, list[Segment]] = {}
    warnings: list[str] = []
    questions = [(n, s) for n, s in enumerate(segments) if s.kind is LabelKind.QUESTION]
    waiting: list[Segment] = []
    for position, segment in enumerate(segments):
        if segment.kind is LabelKind.QUESTION:
            if position and segments[position - 1].kind is LabelKind.ANSWER:
                waiting = []
            waiting.append(segment)
            continue
        if not segment.numbers:
            takers = [w for w in waiting if id(w) not in given]
            if not takers and waiting:
                takers = waiting[-1:]  # "Antwoord" once more under the same question
        else:
            takers = _takers(segment, position, questions, given)
        for taker in takers:
            given.setdefault(id(taker), []).append(segment)
        if not takers:
            name = _named(segment) or "zonder nummer"
            warnings.append(f"Het antwoord op vraag {name} hoort bij geen vraag in dit document.")
        missing = set(segment.numbers).difference(*(t.numbers for t in takers)) if takers else set()
        if missing:
            listed = ", ".join(map(str, sorted(missing)))
            warnings.append(
                f"Het antwoord op vraag {_named(segment)} noemt vraag {listed}, die er niet staat."
            )
    return given, warnings


def _takers(
    answer: Segment,
    position: int,
    questions: Iterable[tuple[int, Segment]],
    given: dict[int, list[Segment]],
) -> list[Segment]:
    """The question for each number: the nearest before that has no answer yet, else the nearest after."""
    takers: list[Segment] = []
    listed = list(questions)
    for number in answer.numbers:
        named = [(n, s) for n, s in listed if number in s.numbers]
        before = [s for n, s in named if n < position and id(s) not in given][::-1]
        after = [s for n, s in named if n > position and id(s) not in given]
        # A second part: "Vraag 3 en 4" with "Antwoord 3" and "Antwoord 4" right after one another.
        parts = [s for n, s in named if n < position and number not in _answered(given.get(id(s), []))][::-1]
        for choice in (before, parts, after):
            if choice:
                if choice[0] not in takers:
                    takers.append(choice[0])
                break
    return takers


def _answered(answers: Sequence[Segment]) -> set[int]:
    return {number for answer in answers for number in answer.numbers}


# --------------------------------------------------------------------------- places


def _span(segment: Segment, spans: Sequence[Span]) -> Span | None:
    if not segment.content:
        return None
    start = spans[segment.content[0]].start
    if segment.content[0] == segment.label_at:
        start += segment.skip
    return Span(start, spans[segment.content[-1]].end)


def _named(segment: Segment) -> str:
    return ", ".join(map(str, segment.numbers))
