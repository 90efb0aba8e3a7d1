"""Which answer stands for which question.

An answer without a label is told from its question by white space, slant and the question mark. What
cannot be paired stays in the text and is reported.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from learninglion.dutch.text import fold
from learninglion.models import BlockKind, QAPair, Span
from learninglion.parsing.labels import THROUGH, LabelKind, parse_label
from learninglion.parsing.pdf.layout import Stretch
from learninglion.parsing.pdf.lines import Line

# The parts of a set of Kamervragen: which stretches are questions, which answers, and what else there is.


NUMBERS_ALONE = re.compile(
    rf"\(?(\d{{1,3}}[a-k]?(?:\s*(?:,|en|&|{THROUGH}|[-–])\s*(?:en\s+)?\d{{1,3}}[a-k]?)*)\s*[.):]?",
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


_MEMBERS = re.compile(r"\b(?:de|deze|genoemde)\s+leden\b|\?", re.IGNORECASE)
_ASKS = re.compile(r"\?[\"'”’»)\]\s]*$")


@dataclass(frozen=True, slots=True)
class Matched:
    """The pairs, and what a reader should check."""

    pairs: tuple[QAPair, ...]
    warnings: tuple[str, ...]


def match_parts(parts_found: Found, stretches: Sequence[Stretch]) -> Matched:
    """The pairs of a set: every question once, each with the answer that stands for it."""
    parts = [part for part in parts_found.parts if part.numbers != (0,)]
    warnings: list[str] = []
    parts = _split_unlabelled(parts, stretches, bool(parts_found.notice))
    parts = _drop_repeated(parts, stretches)
    questions = [part for part in parts if part.kind is LabelKind.QUESTION]
    if _count_unnumbered(questions):
        warnings.append("Niet alle vragen hebben een nummer; ze zijn hier geteld.")
    given: dict[int, list[Part]] = {id(question): [] for question in questions}
    for position, part in enumerate(parts):
        if part.kind is LabelKind.ANSWER:
            _give(part, position, parts, given, warnings)
    pairs = []
    for question in questions:
        pair = _pair(question, given[id(question)], parts, stretches, warnings)
        pairs.append(pair)
        if pair.answer is None and any(given.values()):
            warnings.append(f"Vraag {named(question.numbers)} heeft geen antwoord.")
        if pair.question.start == pair.question.end:
            warnings.append(f"Bij vraag {named(question.numbers)} staat geen vraag.")
    if questions and not any(given.values()):
        warnings.append("Er staan geen antwoorden in dit document.")
    warnings += check_pairs(pairs)
    if parts_found.loose:
        warnings.append(
            f"Tekst op pagina {stretches[parts_found.loose[0]].page} hoort bij geen vraag of antwoord."
        )
    return Matched(tuple(pairs), tuple(warnings))


def check_pairs(pairs: Sequence[QAPair]) -> tuple[str, ...]:
    """What is odd about the numbers of the pairs: twice, or missing."""
    numbers = [number for pair in pairs for number in pair.numbers]
    warnings: list[str] = []
    twice = sorted({number for number in numbers if numbers.count(number) > 1})
    if twice:
        warnings.append(f"Vraag {named(tuple(twice))} komt meer dan één keer voor.")
    missing = sorted(set(range(1, max(numbers, default=0) + 1)) - set(numbers))
    if missing:
        warnings.append(f"Vraag {named(tuple(missing))} ontbreekt in de nummering.")
    return tuple(warnings)


def _count_unnumbered(questions: Sequence[Part]) -> bool:
    """Give questions without a number the next one; says whether there is more than one question so."""
    last = 0
    counted = False
    for question in questions:
        if not question.numbers:
            question.numbers = (last + 1,)
            counted = True
        last = question.numbers[-1]
    return counted and len(questions) > 1


def named(numbers: Sequence[int]) -> str:
    """ "3, 4 en 5"."""
    shown = [str(number) for number in numbers]
    return " en ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def _split_unlabelled(parts: list[Part], stretches: Sequence[Stretch], has_notice: bool) -> list[Part]:
    """Where an answer has no label of its own, find where it begins in the text under its question."""
    claimed = {number for part in parts if part.kind is LabelKind.ANSWER for number in part.numbers}
    alternating = _alternates(parts)
    question_parts = [part for part in parts if part.kind is LabelKind.QUESTION]
    begun = sum(_answer_begins(part, stretches) is not None for part in question_parts)
    mostly = len(question_parts) > 1 and 2 * begun >= len(
        question_parts
    )  # under most questions stands an answer
    result: list[Part] = []
    for position, part in enumerate(parts):
        result.append(part)
        if part.kind is LabelKind.ANSWER or has_notice or claimed.intersection(part.numbers):
            continue
        following = next((p for p in parts[position + 1 :] if p.kind is LabelKind.ANSWER), None)
        skipped = alternating and parts[position + 1 : position + 2] != [following]
        if following is not None and not following.numbers and not skipped:
            continue  # an answer without numbers stands for the questions before it
        begin = _answer_begins(part, stretches)
        if begin is None and (skipped or mostly):
            begin = _members_end(part, stretches)
        if begin is not None:
            result.append(Part(LabelKind.ANSWER, part.numbers, None, body=part.body[begin:]))
            part.body = part.body[:begin]
    return result


def _alternates(parts: Sequence[Part]) -> bool:
    """Whether answers without numbers follow one question each: then one that lacks its label stands out."""
    before = [
        sum(p.kind is LabelKind.QUESTION for p in parts[max(0, n - 2) : n])
        for n, part in enumerate(parts)
        if part.kind is LabelKind.ANSWER and not part.numbers
    ]
    return len(before) > 3 and 4 * sum(count == 1 for count in before) >= 3 * len(before)


def _answer_begins(part: Part, stretches: Sequence[Stretch]) -> int | None:
    """Position in the body of a question where its answer begins; None where there is none."""
    body = [stretches[i] for i in part.body]
    if len(body) < 2:
        return None
    slanted = [(s.italic, s.bold) for s in body]
    change = next(
        (
            k
            for k in range(1, len(body))
            if slanted[k] != slanted[0] and body[k].kind is not BlockKind.HEADING
        ),
        None,
    )
    if change is not None and (
        _asks(body[change - 1]) or all(style != slanted[0] for style in slanted[change:])
    ):
        return change
    gaps = [k for k in range(1, len(body)) if body[k].gap_before and not _asks(body[k])]
    # At the head of a page white does not show.
    after_question = [
        k
        for k in range(1, len(body))
        if _asks(body[k - 1]) and not _asks(body[k]) and (k in gaps or body[k].page != body[k - 1].page)
    ]
    if after_question or gaps:
        return (after_question or gaps)[0]
    asking = [k for k, stretch in enumerate(body) if _asks(stretch)]
    if not asking:
        return None
    last = asking[0]
    while last + 1 in asking:
        last += 1
    return last + 1 if last + 1 < len(body) else None


def _members_end(part: Part, stretches: Sequence[Stretch]) -> int | None:
    """Position in the body of a question behind the last stretch in which members speak or ask."""
    member_places = [k for k, i in enumerate(part.body) if _MEMBERS.search(stretches[i].text)]
    return member_places[-1] + 1 if member_places and member_places[-1] + 1 < len(part.body) else None


def _asks(stretch: Stretch) -> bool:
    return _ASKS.search(stretch.text) is not None


def _drop_repeated(parts: list[Part], stretches: Sequence[Stretch]) -> list[Part]:
    """A question that is printed again, before its answer or in it, counts once."""
    parts_left: list[Part] = []
    for position, part in enumerate(parts):
        if part.kind is LabelKind.ANSWER:
            _strip_question(part, parts, stretches)
        elif _is_repeated_later(part, parts[position + 1 :], stretches):
            if parts[position + 1 : position + 2] and parts[position + 1].kind is LabelKind.ANSWER:
                parts_left.append(part)
            continue
        parts_left.append(part)
    return parts_left


def _is_repeated_later(part: Part, later: Sequence[Part], stretches: Sequence[Stretch]) -> bool:
    text = _plain_text(part, stretches)
    return bool(text) and any(
        other.kind is LabelKind.QUESTION
        and set(part.numbers) <= set(other.numbers)
        and text in _plain_text(other, stretches)
        for other in later
    )


def _strip_question(answer: Part, parts: Sequence[Part], stretches: Sequence[Stretch]) -> None:
    """Take the repeated questions off the front of an answer, one after the other."""
    question_numbers = {
        text
        for question in parts
        if question.kind is LabelKind.QUESTION
        and (not answer.numbers or set(question.numbers) & set(answer.numbers))
        and (text := _plain_text(question, stretches))
    }
    rest, count = "", 0
    for position, index in enumerate(answer.body[:-1], start=1):
        rest += _squeeze(stretches[index].text[answer.skip if index == answer.label else 0 :])
        while rest and (whole := next((text for text in question_numbers if rest.startswith(text)), None)):
            rest = rest[len(whole) :]
        if not rest:
            count = position
        elif not any(text.startswith(rest) for text in question_numbers):
            break
    answer.body = answer.body[count:]


def _plain_text(part: Part, stretches: Sequence[Stretch]) -> str:
    return "".join(_squeeze(stretches[i].text[part.skip if i == part.label else 0 :]) for i in part.body)


def _squeeze(text: str) -> str:
    return re.sub(r"[\W_]+", "", fold(text))


def _give(
    answer: Part, position: int, parts: Sequence[Part], given: dict[int, list[Part]], warnings: list[str]
) -> None:
    """Give an answer to the questions it stands for."""
    before = [part for part in parts[:position] if part.kind is LabelKind.QUESTION]
    if not answer.numbers:
        takers = _open_group([question for question in before if not given[id(question)]], parts, position)
        if not takers and not before:
            warnings.append("Er staat een antwoord zonder vraag.")
        takers = takers or before[-1:]
        answer.numbers = tuple(dict.fromkeys(number for taker in takers for number in taker.numbers))
        for taker in takers:
            given[id(taker)].append(answer)
        return
    misnamed = _misnamed(answer, position, parts, given)
    if misnamed is not None:
        question_name, called = named(misnamed.numbers), named(answer.numbers)
        warnings.append(
            f"Onder vraag {question_name} staat een antwoord dat «Antwoord {called}» heet; controleer dit."
        )
        answer.numbers = misnamed.numbers
        given[id(misnamed)].append(answer)
        return
    takers = []
    for number in answer.numbers:
        choice = _taker(number, before, parts[position + 1 :], given)
        if choice is None:
            warnings.append(
                f"Het antwoord op vraag {named(answer.numbers)} noemt vraag {number}, die er niet is."
            )
        elif choice not in takers:
            takers.append(choice)
    for taker in takers:
        given[id(taker)].append(answer)


def _misnamed(
    answer: Part, position: int, parts: Sequence[Part], given: dict[int, list[Part]]
) -> Part | None:
    """The question right above an answer, where the answer has the number of another one by mistake.

    That is so when the numbers it has were answered before, belong to a question further on that has an
    answer of its own, or where the next number is that of no question.
    """
    above = parts[position - 1] if position else None
    if above is None or above.kind is not LabelKind.QUESTION or given[id(above)]:
        return None
    if set(answer.numbers) & set(above.numbers):
        return None
    later_answers = {n for p in parts[position + 1 :] if p.kind is LabelKind.ANSWER for n in p.numbers}
    claimed_later = set(above.numbers) & later_answers
    answered = {n for answers in given.values() for part in answers for n in part.numbers}
    question_numbers = {n for p in parts if p.kind is LabelKind.QUESTION for n in p.numbers}
    nobody = answer.numbers == (above.numbers[-1] + 1,) and not question_numbers & set(answer.numbers)
    if claimed_later or not (nobody or set(answer.numbers) <= answered | later_answers):
        return None
    return above


def _open_group(waiting: Sequence[Part], parts: Sequence[Part], position: int) -> list[Part]:
    """The questions right before an answer, back to the answer before it."""
    group: list[Part] = []
    for part in reversed(parts[:position]):
        if part.kind is LabelKind.ANSWER:
            break
        if part in waiting:
            group.append(part)
    return group[::-1]


def _taker(
    number: int, before: Sequence[Part], after: Sequence[Part], given: dict[int, list[Part]]
) -> Part | None:
    """The question with this number that an answer here is for: nearest before, without one first."""
    named_before = [q for q in reversed(before) if number in q.numbers]
    named_after = [q for q in after if q.kind is LabelKind.QUESTION and number in q.numbers]
    for question in (*named_before, *named_after):
        answered = {n for answer in given[id(question)] for n in answer.numbers}
        if number not in answered:
            return question
    return (*named_before, *named_after, None)[0]


def _pair(
    question: Part,
    answers: Sequence[Part],
    parts: Sequence[Part],
    stretches: Sequence[Stretch],
    warnings: list[str],
) -> QAPair:
    question_span = _span(question, stretches)
    if question_span is None:
        at = stretches[question.label].span.end if question.label is not None else 0
        question_span = Span(at, at)
    page = stretches[question.body[0] if question.body else question.label or 0].page
    spans = [(answer, span) for answer in answers if (span := _span(answer, stretches)) is not None]
    if not spans:
        return QAPair(question.numbers, question_span, None, page)
    joined = [spans[0]]
    for answer, span in spans[1:]:
        between = parts[parts.index(joined[-1][0]) : parts.index(answer)]
        if any(part.kind is LabelKind.QUESTION for part in between):
            place = stretches[answer.body[0]].page
            warnings.append(f"Op pagina {place} staat nog een antwoord op vraag {named(question.numbers)}.")
        else:
            joined.append((answer, span))
    numbers = tuple(dict.fromkeys(n for answer, _ in joined for n in answer.numbers)) or question.numbers
    return QAPair(
        question.numbers,
        question_span,
        Span(joined[0][1].start, joined[-1][1].end),
        page,
        stretches[joined[0][0].body[0]].page,
        numbers,
    )


def _span(part: Part, stretches: Sequence[Stretch]) -> Span | None:
    if not part.body:
        return None
    start = stretches[part.body[0]].span.start
    if part.body[0] == part.label:
        start += part.skip
    end = stretches[part.body[-1]].span.end
    return Span(start, end) if start < end else None
