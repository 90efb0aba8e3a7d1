"""Questions and answers in running text (a letter, a pasted set): which paragraphs belong to which.

Labels are found first ("Vraag 3", "Antwoorden op vraag 3, 4, 5, 9 en 10"), or bare numbers where there
are none; what stands under a label belongs to it until the next. Then answers are given to questions: one
without a label is told from its question by white space, slant and the question mark. What cannot be
paired stays in the text and is reported.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from learninglion.dutch.text import fold
from learninglion.models import BlockKind, Genre, QAPair, Span
from learninglion.parsing.kamervragen.header import ANSWER_HEADING, name_fractions
from learninglion.parsing.kamervragen.printed import ANSWERS_BELOW
from learninglion.parsing.labels import (
    JOINED,
    LabelKind,
    Mark,
    asks,
    find_series,
    joined,
    parse_figure_answered,
    parse_label,
    parse_letter,
    parse_numbers,
    read_marks,
)
from learninglion.parsing.pdf.layout import Stretch
from learninglion.parsing.pdf.lines import Line
from learninglion.parsing.writing import Paragraph

# The parts of a set of Kamervragen: which stretches are questions, which answers, and what else there is.


_NUMBERS_ALONE = re.compile(rf"\(?({joined('[0-9]{1,3}[a-k]?')})\s*[.):]?", re.IGNORECASE)
"""Nothing but a number or several: "3.", "5, 6 en 7"."""
NOTICE = re.compile(r"(?:Mededeling|Uitstelbericht)\s*[:.]?", re.IGNORECASE)
"""What stands above a message in the place of answers."""
_REMARK_LINE = re.compile(r"(?:Toelichting|Noot|Bijlagen?)\s*:?", re.IGNORECASE)


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
    if _NUMBERS_ALONE.fullmatch(text) or NOTICE.fullmatch(text):
        return True
    return _REMARK_LINE.fullmatch(text) is not None


_ASKING_MEMBERS = re.compile(r"\b(?:de|deze|genoemde)\s+leden\b|\?", re.IGNORECASE)
_ENDS_ASKING = re.compile(r"\?[\"'”’»)\]\s]*$")


@dataclass(frozen=True, slots=True)
class Matched:
    """The pairs, and what a reader should check."""

    pairs: tuple[QAPair, ...]
    warnings: tuple[str, ...]


def _match_parts(parts_found: Found, stretches: Sequence[Stretch]) -> Matched:
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
        _ends_asking(body[change - 1]) or all(style != slanted[0] for style in slanted[change:])
    ):
        return change
    gaps = [k for k in range(1, len(body)) if body[k].gap_before and not _ends_asking(body[k])]
    # At the head of a page white does not show.
    after_question = [
        k
        for k in range(1, len(body))
        if _ends_asking(body[k - 1])
        and not _ends_asking(body[k])
        and (k in gaps or body[k].page != body[k - 1].page)
    ]
    if after_question or gaps:
        return (after_question or gaps)[0]
    asking = [k for k, stretch in enumerate(body) if _ends_asking(stretch)]
    if not asking:
        return None
    last = asking[0]
    while last + 1 in asking:
        last += 1
    return last + 1 if last + 1 < len(body) else None


def _members_end(part: Part, stretches: Sequence[Stretch]) -> int | None:
    """Position in the body of a question behind the last stretch in which members speak or ask."""
    member_places = [k for k, i in enumerate(part.body) if _ASKING_MEMBERS.search(stretches[i].text)]
    return member_places[-1] + 1 if member_places and member_places[-1] + 1 < len(part.body) else None


def _ends_asking(stretch: Stretch) -> bool:
    return _ENDS_ASKING.search(stretch.text) is not None


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


# Questions without labels: a schriftelijk overleg by fraction, a nota in running text, a list in a table.

_ANSWERING = re.compile(
    r"^(?:(?:II|B|2)[.)]?\s+)?(?:Antwoord(?:en)?|Reactie|Beantwoording)\b[^.?!]{0,90}$|^(?:II|B)[.)]?\s+.{0,60}\b(?:reactie|antwoord)\b",
    re.IGNORECASE,
)
_FRACTION = re.compile(r"\bfracties?\b[^.?!]{0,40}$", re.IGNORECASE)
_MEMBERS = re.compile(
    r"^(?:[^.?!]{0,60}\b)?(?:[Dd]e|[Dd]eze|[Gg]enoemde)\s+leden\b|^[^.?!]{0,40}\bfractie\b|^Zij\b"
)
_GOVERNMENT = re.compile(r"(?:De\s+(?:regering|minister|staatssecretaris)|Het\s+kabinet|Ik|Wij)\b")
_ASKS_ANYWHERE = re.compile(
    r"\?|\b(?:vragen|vraagt|verzoeken|verzoekt|vernemen\s+graag|ontvangen\s+graag|horen\s+graag|willen\s+weten|"
    r"zien\s+graag|lezen\s+graag|benieuwd)\b"
)
_CHAPTER = re.compile(r"^(?:\d{1,2}(?:\.\d{1,2})*|[IVX]{1,4})\.? [A-Z][^.?!:;]{2,80}$")
_MARK = re.compile(r"\(?(\d{1,3})[.)]\s+")
_SIGNED = re.compile(r"^(?:De\s+)?(?:minister|staatssecretaris)\b[^.?!]{0,120},$|^Bijlagen?\b", re.IGNORECASE)
_LONGEST_OVERLEG_HEADING = 160


def _find_by_fraction(paragraphs: Sequence[Paragraph]) -> Found | None:
    """The parts of an overleg that first gives what each fraction asks and then the answers.

    What a fraction asks is one question, in the order of the document, and what stands under its name in
    the second half its answer; a second half without names answers all. None where there are no halves.
    """
    turns = [n for n, p in enumerate(paragraphs) if n and _is_turn(p)]
    turn = next((n for n in turns if _sections(paragraphs, 0, n)), None)  # a table of contents has none
    if turn is None:
        return None
    sections = _sections(paragraphs, 0, turn)
    answered = _sections(paragraphs, turn + 1, _end(paragraphs, turn + 1))
    parts = Found(first=sections[0][1][0] - 1, labels=frozenset())
    order = {name: (number,) for number, (name, _) in enumerate(sections, start=1)}
    parts.parts += [Part(LabelKind.QUESTION, order[name], None, body=body) for name, body in sections]
    parts.parts += [
        Part(LabelKind.ANSWER, order[name], None, body=body) for name, body in answered if name in order
    ]
    if not answered:
        body = list(range(turn + 1, _end(paragraphs, turn + 1)))
        if body:
            everything = tuple(n for numbers in order.values() for n in numbers)
            parts.parts.append(Part(LabelKind.ANSWER, everything, None, body=body))
    return parts if any(part.kind is LabelKind.ANSWER for part in parts.parts) else None


def _is_turn(paragraph: Paragraph) -> bool:
    return len(paragraph.text) < _LONGEST_OVERLEG_HEADING and _ANSWERING.match(paragraph.text) is not None


def _sections(paragraphs: Sequence[Paragraph], start: int, end: int) -> list[tuple[str, list[int]]]:
    """The fractions that have a heading of their own between two places, each with its paragraphs."""
    sections: list[tuple[str, list[int]]] = []
    for index in range(start, end):
        paragraph = paragraphs[index]
        heading = len(paragraph.text) < _LONGEST_OVERLEG_HEADING and _FRACTION.search(paragraph.text)
        name = name_fractions(paragraph.text) if heading else ""
        if name:
            sections.append((name, []))
        elif sections and paragraph.kind is not BlockKind.HEADING:
            sections[-1][1].append(index)
    return [(name, body) for name, body in sections if body]


def _end(paragraphs: Sequence[Paragraph], start: int) -> int:
    """Where the text ends that starts at `start`: at a signature or an annex."""
    return next(
        (n for n in range(start, len(paragraphs)) if _SIGNED.match(paragraphs[n].text)), len(paragraphs)
    )


def members_ask(text: str) -> bool:
    """Whether a paragraph says what members ask: "De leden van de VVD-fractie vragen of ..."."""
    return _MEMBERS.match(text) is not None and _ASKS_ANYWHERE.search(text) is not None


def _find_in_prose(paragraphs: Sequence[Paragraph]) -> Found | None:
    """The parts of a text in which a paragraph that says what members ask is followed by its answer."""
    parts = Found(labels=frozenset())
    current: Part | None = None
    number = 0
    for index in range(_end(paragraphs, 0)):
        paragraph = paragraphs[index]
        mark = _MARK.match(paragraph.text)
        text = paragraph.text[mark.end() :] if mark else paragraph.text
        speaks = _MEMBERS.match(text) is not None and not _GOVERNMENT.match(text)
        if (
            paragraph.kind is BlockKind.HEADING
            or _CHAPTER.match(paragraph.text)
            or (speaks and not _ASKS_ANYWHERE.search(text))
        ):
            current = None
        elif speaks and not mark and current is not None and current.kind is LabelKind.QUESTION:
            current.body.append(index)
        elif speaks:
            number = max(number + 1, int(mark[1]) if mark else 0)
            label, skip = (index, mark.end()) if mark else (None, 0)
            current = Part(LabelKind.QUESTION, (number,), label, body=[index], skip=skip)
            parts.parts.append(current)
        elif current is not None and current.kind is LabelKind.QUESTION:
            current = Part(LabelKind.ANSWER, current.numbers, None, body=[index])
            parts.parts.append(current)
        elif current is not None:
            current.body.append(index)
    if not any(part.kind is LabelKind.ANSWER for part in parts.parts):
        return None
    parts.first = parts.parts[0].body[0]
    return parts


# --------------------------------------------------------------------------- tables


def _pair_in_tables(
    paragraphs: Sequence[Paragraph], spans: Sequence[Span], *, announced: bool = False
) -> tuple[QAPair, ...]:
    """The pairs in tables with a column for questions and one for answers, under a head that says so.

    `announced`: the document itself says that it holds questions; then a table may do without a head.
    """
    pairs: list[QAPair] = []
    columns: tuple[int, int, int | None] | None = None
    for paragraph, span in zip(paragraphs, spans, strict=True):
        if paragraph.kind is not BlockKind.TABLE:
            continue
        at = span.start
        columns = _COUNTING if announced and _counts_questions(paragraph.text) else columns
        for row in paragraph.text.split("\n"):
            cells = _cells(row, at)
            at += len(row) + 1
            head = _columns([cell for cell, _ in cells])
            if head is not None:
                columns = head
            elif columns is not None and len(cells) > max(columns[0], columns[1]):
                pairs += _row_pair(cells, columns, len(pairs) + 1, paragraph.page)
    return tuple(pairs)


_COUNTING = (1, 2, 0)


def _counts_questions(table: str) -> bool:
    """Whether every row of a table has a number that counts, a question and what stands beside it."""
    rows = [[cell.strip() for cell in row.split(" | ")] for row in table.split("\n")]
    return len(rows) > 1 and all(
        len(row) == 3 and row[0].strip(" .)") == str(number) and _ASKS.search(row[1]) and row[2]
        for number, row in enumerate(rows, start=1)
    )


def _cells(row: str, start: int) -> list[tuple[str, Span]]:
    cells = []
    for cell in row.split(" | "):
        cells.append((cell.strip(), Span(start, start + len(cell))))
        start += len(cell) + 3
    return cells


def _columns(cells: Sequence[str]) -> tuple[int, int, int | None] | None:
    """Which columns hold question, answer and number, if these cells are the head of such a table."""
    words = [cell.casefold().strip(" .:") for cell in cells]
    question = next((n for n, word in enumerate(words) if word in ("vraag", "vragen")), None)
    answer = next((n for n, word in enumerate(words) if word in ("antwoord", "antwoorden")), None)
    if question is None or answer is None:
        return None
    number = next(
        (n for n, word in enumerate(words) if word in ("nr", "nummer", "#", "no", "vraagnr", "")), None
    )
    return question, answer, number


def _row_pair(
    cells: Sequence[tuple[str, Span]], columns: tuple[int, int, int | None], count: int, page: int
) -> list[QAPair]:
    question, answer, number = columns
    if not cells[question][0]:
        return []
    label = parse_label(cells[question][0], whole=False)
    numbers = parse_numbers(cells[number][0]) if number is not None else label.numbers if label else ()
    answer_text = cells[answer]
    numbers = numbers or (count,)
    span = cells[question][1]
    if number is None and label is not None and label.numbers:
        span = Span(span.start + label.length + 1, span.end)
    return [
        QAPair(
            numbers,
            span,
            answer_text[1] if answer_text[0] else None,
            page,
            page if answer_text[0] else None,
            numbers if answer_text[0] else (),
        )
    ]


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
CLOSING = re.compile(
    r"^(?:Hoogachtend|(?:Met )?(?:vriendelijke|hartelijke) groet|Met groet|(?:Kind|Best|Warm) regards\b"
    r"|(?:Met )?de meeste hoogachting|Mvg\b|"
    r"Gr(?:\.|\s[A-Z])|Fijne? (?:dag|avond|weekend)\b|Verstuurd vanaf\b|Sent from\b|"
    r"Dit (?:e-mail)?bericht\b.{0,40}\bbevatten\b|"
    r"(?:Groet(?:en|jes)?|(?:Alvast |Bij voorbaat )?(?:hartelijk |veel )?(?:dank|bedankt))\b[^?]{0,40}$|"
    r"(?:Mede namens )?de (?:minister|staatssecretaris|minister-president)\b[^.?!]{0,160}$)",
    re.IGNORECASE,
)
_REMARK = re.compile(
    r"^Toelichting\s*:?\s*$|^Toelichting:\s|^Bijlagen?(?:\s+\d+)?\s*:?\s*$"
    r"|^-{2,}\s*(?:Oorspronkelijk bericht|Original message)",
    re.IGNORECASE,
)
# "1, 2 en 3. Ja." ahead of an answer.
_LISTED = re.compile(
    rf"\(?({JOINED})(?:[a-k](?=\s?[.)\]:]))?\s*(?:[.)\]:]\s+(?=\S)|\s+(?=[\"'“‘«(]*[A-ZÀ-Ý]))"
)
_LONGEST_HEADING = 600
_TOP = 8  # paragraphs ahead of the first question that say what follows
_OVER_ALL = re.compile(r"\s*(?:Vragen|Questions)\s*:?\s*", re.IGNORECASE)  # a title above numbered questions
_SKIPPED = 3  # numbers in a series that may have been left out
_ASKS = re.compile(r"\?[\"'”’»)\]\d]*\s*$")
_BULLET = re.compile(r"[-–—•▪◦*]\s+")


# What members say between two questions; "Artikel 3" above what they ask about it.
SPEAKERS = re.compile(
    r"^(?:De leden van de .{2,80}fracties?\b(?!.*\?)"
    r"|(?:Vragen|Inbreng|Opmerkingen|Reactie)\b[^.?!]{0,120}fracties?$"
    r"|Artikel \d{1,3}[a-z]?(?:, (?:\w+ lid|lid \d+))?$"
    r"|\d{1,2}(?:\.\d{1,2})*\.? [A-Z][^.?!:;]{2,80}$)",
    re.DOTALL,
)
_ASKING = (
    Genre.NOTA_NAAR_AANLEIDING_VAN_HET_VERSLAG,
    Genre.SCHRIFTELIJK_OVERLEG,
    Genre.LIJST_VAN_VRAGEN_EN_ANTWOORDEN,
    Genre.LIJST_VAN_VRAGEN,
    Genre.TECHNISCHE_BRIEFING,
)
_IN_PROSE = (Genre.NOTA_NAAR_AANLEIDING_VAN_HET_VERSLAG, Genre.SCHRIFTELIJK_OVERLEG)
_GREETING = re.compile(
    r"(?:Beste|Geachte|Hallo|Hoi|Dag|Goede(?:morgen|middag|navond|ndag)|Dear)\b[^.?:;]{0,60}[,!]?$"
)
_COUNTED = "De vragen hebben hier geen nummer; ze zijn geteld en bij de tekst gezet die erop volgt."
# What members sent in, before anybody answered.
_ASKED = re.compile(
    r"(?:\d{1,5}\s+)?(?:Schriftelijke\s+|Kamer)?vragen\s+van\s+(?:het\s+(?:Kamer)?lid|de\s+(?:Kamer)?leden)\s"
    r".{2,300}?(?:\saan\s+de\s+(?:minister|staatssecretaris)|\(\s*ingezonden\b)",
    re.IGNORECASE | re.DOTALL,
)
_SPEAKS = re.compile(
    r"\b(?:Kamer|schriftelijke\s+)?vragen\b.{0,80}\b(?:van|door)\s+(?:het\s+(?:Kamer)?lid|de\s+(?:Kamer)?leden|de\s+(?:vaste\s+)?commissie"
    r"|de\s+fractie)|\bantwoord(?:en)?\s+op\b.{0,60}\b(?:kamer)?vragen\b|\bbeantwoording\b.{0,60}\b(?:kamer)?vragen\b|\bvragen\s+en\s+antwoorden\b|\bingezonden\b",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Pairing:
    """The pairs of a text, what was left over and what a reader should check."""

    pairs: tuple[QAPair, ...]
    first: int  # index of the paragraph with the first label
    loose: tuple[int, ...]  # paragraphs after it that belong to no question or answer
    warnings: tuple[str, ...]
    headings: tuple[int, ...] = ()  # paragraphs below the questions that say who answers


def heads_answers(paragraph: Paragraph) -> bool:
    """Whether a paragraph says who answers and when that was received."""
    heading = ANSWER_HEADING.match(paragraph.text) is not None and "ontvangen" in paragraph.text.lower()
    return heading and len(paragraph.text) < _LONGEST_HEADING


def asks_alone(paragraphs: Sequence[Paragraph]) -> bool:
    """Whether one of these says that members ask a minister what follows."""
    return any(_ASKED.match(paragraph.text) for paragraph in paragraphs)


def pair_up(
    paragraphs: Sequence[Paragraph],
    spans: Sequence[Span],
    *,
    genre: Genre | None = None,
    is_set: bool = False,
) -> Pairing | None:
    """The questions and answers in `paragraphs` (which stand at `spans`); None where there are none.

    `genre` and `is_set` say what its first page calls the document. Questions without one labelled answer
    are those of a set only where something says so: numbered questions of a study are its text.
    """
    announced = is_set or genre in _ASKING or _speaks_of_questions(paragraphs[:_TOP])
    in_tables = _pair_in_tables(paragraphs, spans, announced=announced)
    if len(in_tables) > 1:
        first = next(n for n, span in enumerate(spans) if span.end > in_tables[0].question.start)
        return Pairing(in_tables, first, (), check_pairs(in_tables))
    heading = find_notice_heading(paragraphs) if is_set else None
    parts = find_questions(paragraphs[:heading])
    if not any(part.kind is LabelKind.QUESTION for part in parts.parts):
        return _pair_unlabelled(paragraphs, spans, genre)
    if heading is not None:
        parts.notice = list(range(heading, len(paragraphs)))
    labelled = any(part.kind is LabelKind.ANSWER for part in parts.parts)
    expected = is_set or genre in _ASKING or _speaks_of_questions(paragraphs[: parts.first])
    written = not expected and _is_written_to(paragraphs[: parts.first])
    if not labelled and not expected and not written:
        return None
    stretches = [_stretch(paragraph, span) for paragraph, span in zip(paragraphs, spans, strict=True)]
    loose, parts.loose = tuple(parts.loose), []  # a letter has more around its answers than a publication
    matched = _match_parts(parts, stretches)
    numbered = any(
        part.kind is LabelKind.QUESTION and part.label is not None and _reads_as_label(paragraphs[part.label])
        for part in parts.parts
    )
    if written and not labelled and not _ask_each(matched.pairs, stretches):
        return None  # what somebody counts in a message
    alone = not labelled and (written or asks_alone(paragraphs[: parts.first]))
    sure = (
        numbered
        or is_set
        or (labelled and genre in _ASKING)
        or (alone and _all_open(matched.pairs) and _ask_each(matched.pairs, stretches))
    )
    if not sure and not _are_questions(matched.pairs, stretches):
        return _pair_unlabelled(paragraphs, spans, genre) if genre in _IN_PROSE else None  # numbered chapters
    return Pairing(matched.pairs, parts.first, loose, matched.warnings, tuple(parts.headings))


def _pair_unlabelled(
    paragraphs: Sequence[Paragraph], spans: Sequence[Span], genre: Genre | None
) -> Pairing | None:
    """The pairs of an overleg or a nota that has no labels, or of a set whose questions stand out."""
    if genre in _IN_PROSE:
        parts = _find_by_fraction(paragraphs) or _find_in_prose(paragraphs)
    else:
        parts = _find_standing_out(paragraphs)
    if parts is None:
        return None
    stretches = [_stretch(paragraph, span) for paragraph, span in zip(paragraphs, spans, strict=True)]
    matched = _match_parts(parts, stretches)
    counted = any(part.label is None for part in parts.parts if part.kind is LabelKind.QUESTION)
    return Pairing(matched.pairs, parts.first, (), (*((_COUNTED,) if counted else ()), *matched.warnings))


def _find_standing_out(paragraphs: Sequence[Paragraph]) -> Found | None:
    """Questions without number or label, each above its answer, where the text says that it holds them.

    They are in bold or slanted letters, or else each is a paragraph that asks, right below what says so.
    """
    asking = [n for n, p in enumerate(paragraphs) if _ASKS.search(p.text)]
    emphasised = [n for n in asking if paragraphs[n].emphasised]
    set_off = len(emphasised) > 1
    first = min(emphasised if set_off else asking, default=0)
    near = paragraphs[max(0, first - (_TOP if set_off else 1)) : first]
    if len(asking) < 2 or not _speaks_of_questions(near):
        return None
    end = next((n for n in range(first, len(paragraphs)) if ends_set(paragraphs, n)), len(paragraphs))
    standing = Found(first=first)
    for index in range(first, end):
        asks = paragraphs[index].emphasised if set_off else index in asking
        kind = LabelKind.QUESTION if asks else LabelKind.ANSWER
        if not standing.parts or standing.parts[-1].kind is not kind:
            bullet = _BULLET.match(paragraphs[index].text)
            standing.parts.append(
                Part(kind, (), index if bullet else None, skip=bullet.end() if bullet else 0)
            )
        standing.parts[-1].body.append(index)
    questions = [part for part in standing.parts if part.kind is LabelKind.QUESTION]
    if not all(any("?" in paragraphs[n].text for n in part.body) for part in questions):
        return None
    return standing if len(questions) > 1 and len(standing.parts) == 2 * len(questions) else None


def find_notice_heading(paragraphs: Sequence[Paragraph]) -> int | None:
    """Index of the paragraph under which a notice stands in the place of answers; None without one."""
    return next(
        (n for n, paragraph in enumerate(paragraphs) if NOTICE.fullmatch(paragraph.text.strip())), None
    )


def _speaks_of_questions(paragraphs: Sequence[Paragraph]) -> bool:
    """Whether what stands ahead of the first question says that questions of parliament follow."""
    return any(_SPEAKS.search(paragraph.text) for paragraph in paragraphs)


def _stretch(paragraph: Paragraph, span: Span) -> Stretch:
    """A paragraph as matching knows it: how it is set, as far as its format tells."""
    p = paragraph
    return Stretch(p.kind, span, p.text, p.page, 0.0, 0.0, p.emphasised, False, p.gap_before)


def _reads_as_label(paragraph: Paragraph) -> bool:
    return parse_label(paragraph.text) is not None or parse_label(paragraph.text, whole=False) is not None


def _are_questions(pairs: Sequence[QAPair], stretches: Sequence[Stretch]) -> bool:
    """Whether bare numbers count questions: most of them ask something and have an answer."""
    marks = [stretch.span for stretch in stretches if "?" in stretch.text]
    asking = [p for p in pairs if any(m.start < p.question.end and p.question.start < m.end for m in marks)]
    answered = [pair for pair in pairs if pair.answer is not None]
    return 2 * len(asking) > len(pairs) and 2 * len(answered) > len(pairs)


def _ask_each(pairs: Sequence[QAPair], stretches: Sequence[Stretch]) -> bool:
    """Whether each of several bare numbers counts a question."""
    asking = [s.span for s in stretches if "?" in s.text]
    return len(pairs) > 1 and all(
        any(s.start < pair.question.end and pair.question.start < s.end for s in asking) for pair in pairs
    )


def _all_open(pairs: Sequence[QAPair]) -> bool:
    return all(pair.answer is None for pair in pairs)


def _is_written_to(paragraphs: Sequence[Paragraph]) -> bool:
    """Whether somebody is greeted ahead of the first question, as in a message or letter."""
    return any(_GREETING.match(paragraph.text) for paragraph in paragraphs)


# --------------------------------------------------------------------------- labels


def find_questions(paragraphs: Sequence[Paragraph]) -> Found:
    """The questions and answers among the paragraphs, and what stands after the first but in none."""
    labels = _labels(paragraphs)
    heads = heads_answers
    own = {i: part for i, part in labels.items() if not _OVER_ALL.fullmatch(paragraphs[i].text)}
    labelled = {i for i, part in own.items() if part.kind is LabelKind.QUESTION}
    if not labelled or len(labelled) == len(own):
        numbered = _numbered(paragraphs, own)
        if labelled < numbered.keys() and (len(numbered) > 1 or own):
            answers = _numbered_answers(paragraphs, numbered) or _lettered_answers(paragraphs, numbered)
            if answers:
                heads = _heads_list
                own = {i: p for i, p in own.items() if p.numbers or not _heads_list(paragraphs[i])}
            labels = own | numbered | answers
    labels |= _above_bare_answers(paragraphs, labels)
    parts = Found(first=min(labels, default=len(paragraphs)), labels=frozenset(labels))
    current: Part | None = None
    for index in range(parts.first, len(paragraphs)):
        part = labels.get(index)
        if part is not None:
            _end_answer(current, paragraphs, parts)
            if current and part.kind is current.kind and not part.numbers and not current.body:
                part.numbers = parts.parts.pop().numbers  # "Vraag 1", and below it "Vraag | Hoe ...?"
            current = part
            parts.parts.append(part)
            if part.skip or part.label is None:
                part.body.append(index)
        elif heads(paragraphs[index]) and (
            parts.headings if current is None else current.kind is LabelKind.QUESTION
        ):
            current = None
            parts.headings.append(index)
        elif current is not None and not ends_set(paragraphs, index):
            current.body.append(index)
        else:
            current = None
            parts.loose.append(index)
    return parts


def _above_bare_answers(paragraphs: Sequence[Paragraph], labels: dict[int, Part]) -> dict[int, Part]:
    """Questions that have a number only ("5, 6 en 7") or none, each above an answer without numbers."""
    bare = sorted(i for i, part in labels.items() if part.kind is LabelKind.ANSWER and not part.numbers)
    if len(bare) < 2:
        return {}
    parts: dict[int, Part] = {}
    last, previous = 0, -1
    for position, answer in enumerate(bare):
        here = [index for index in range(previous + 1, answer) if index in labels]
        start = max((i for i in here if labels[i].kind is LabelKind.ANSWER), default=previous)
        questions = [labels[i] for i in here if labels[i].kind is LabelKind.QUESTION]
        numbers = [number for part in questions for number in part.numbers]
        named = _counted(paragraphs, [i for i in range(start + 1, answer) if i not in labels], last)
        parts |= named
        lost = position or asks(paragraphs[answer - 1].text)
        if not questions and not named and lost and answer - start > 2:
            named = {answer - 1: Part(LabelKind.QUESTION, (last + 1,), None)}  # its number was left out
            parts |= named
        last = max((last, *numbers, *(n for part in named.values() for n in part.numbers)))
        previous = answer
    return parts


def _counted(paragraphs: Sequence[Paragraph], indices: Sequence[int], last: int) -> dict[int, Part]:
    """The bare numbers among `indices` that count on from `last`; of two that do not, the later."""
    counted: dict[int, Part] = {}
    for index in indices:
        numbers = _bare_numbers(paragraphs[index])
        if not numbers or not last < numbers[0] <= last + _SKIPPED:
            continue
        counted = {i: part for i, part in counted.items() if part.numbers[-1] < numbers[0]}
        counted[index] = Part(LabelKind.QUESTION, numbers, index)
    return counted


def _bare_numbers(paragraph: Paragraph) -> tuple[int, ...]:
    if paragraph.kind is BlockKind.TABLE or not _NUMBERS_ALONE.fullmatch(paragraph.text.strip()):
        return ()
    return parse_numbers(paragraph.text)


def _end_answer(part: Part | None, paragraphs: Sequence[Paragraph], parts: Found) -> None:
    """Take from the end of an answer what belongs to the question after it: headings, who speaks next."""
    if part is None or part.kind is not LabelKind.ANSWER:
        return
    while len(part.body) > 1:
        last = paragraphs[part.body[-1]]
        if last.kind is not BlockKind.HEADING and not SPEAKERS.match(last.text):
            break
        parts.loose.append(part.body.pop())


_ENDED = re.compile(r"[.?!:;»”\"')\]\d]\s*$")  # "... (zie ook" "vraag 2)." is one sentence


def _labels(paragraphs: Sequence[Paragraph]) -> dict[int, Part]:
    labels: dict[int, Part] = {}
    for index, paragraph in enumerate(paragraphs):
        text = paragraph.text
        if index and text[:1].islower() and not _ENDED.search(paragraphs[index - 1].text):
            continue
        label = parse_label(text)
        if label is not None:
            labels[index] = Part(label.kind, label.numbers, index)
            continue
        label = parse_label(text, whole=False)
        if label is not None and label.length < len(text):
            rest = text[label.length :].lstrip()
            labels[index] = Part(label.kind, label.numbers, index, skip=len(text) - len(rest))
    labels = labels or _lettered(paragraphs)
    _take_figures(labels, paragraphs)
    if any(part.kind is LabelKind.QUESTION and part.numbers for part in labels.values()):
        labels = {i: part for i, part in labels.items() if not _OVER_ALL.fullmatch(paragraphs[i].text)}
    return labels


def _take_figures(labels: dict[int, Part], paragraphs: Sequence[Paragraph]) -> None:
    """Take from labels the figures that are an answer: "Antwoord: 45." right below question 3."""
    before: list[tuple[int, ...]] = []  # the numbers of the questions since the last answer
    questions: set[int] = set()
    for index, part in sorted(labels.items()):
        if part.kind is LabelKind.QUESTION:
            before.append(part.numbers)
            questions.update(part.numbers)
            continue
        figure = parse_figure_answered(paragraphs[index].text) if part.numbers else None
        below = labels.get(index + 1)
        empty = not part.skip and (index + 1 == len(paragraphs) or (below and below.kind is not part.kind))
        other = len(before) == 1 and (before[0] != part.numbers or empty)
        if figure is not None and (other or not questions.issuperset(part.numbers)):
            part.numbers, part.skip = (), figure.length
        before = []


def _lettered(paragraphs: Sequence[Paragraph]) -> dict[int, Part]:
    """Labels of one letter ("V1:", "A1:", "Q:"), where questions and answers take turns."""
    letters = {i: label for i, p in enumerate(paragraphs) if (label := parse_letter(p.text)) is not None}
    kinds = [label.kind for label in letters.values()]
    if len(kinds) < 4 or kinds != [LabelKind.QUESTION, LabelKind.ANSWER] * (len(kinds) // 2):
        return {}
    return {
        i: Part(
            label.kind, label.numbers, i, skip=label.length if label.length < len(paragraphs[i].text) else 0
        )
        for i, label in letters.items()
    }


def _numbered(paragraphs: Sequence[Paragraph], labels: Mapping[int, Part]) -> dict[int, Part]:
    """Questions that carry a number; "1b." is one only where "1a." has an answer of its own."""
    parts: dict[int, Part] = {}
    last: Mark | None = None
    for mark in find_series(paragraphs):
        if last is not None and mark.numbers[0] == 1 and _heads_list(paragraphs[mark.index - 1]):
            break
        text = paragraphs[mark.index].text
        again = last is not None and mark.part and last.numbers == mark.numbers
        if last is None or not again or _is_answered(paragraphs, labels, last.index, mark.index):
            skip = 0 if mark.length == len(text) else mark.length
            if mark.part and skip:  # "1b." is "b." of question 1, and "1.2" is all there is
                skip = text.rindex(mark.part[0], 0, skip) if mark.part[0].isalpha() else 0
            parts[mark.index] = Part(LabelKind.QUESTION, mark.numbers, mark.index, skip=skip)
        last = mark
    return parts


def _is_answered(
    paragraphs: Sequence[Paragraph], labels: Mapping[int, Part], question: int, end: int
) -> bool:
    """Whether an answer stands between a question and what comes at `end`."""
    between = range(question + 1, end)
    has_text = any(not _asks(paragraphs, index, index + 1) for index in between)
    return (
        has_text
        and _ASKS.search(paragraphs[question].text) is not None
        or any(index in labels and labels[index].kind is LabelKind.ANSWER for index in between)
    )


def _numbered_answers(paragraphs: Sequence[Paragraph], questions: dict[int, Part]) -> dict[int, Part]:
    """Answers with a bare number, which count anew below the last question.

    Under "Antwoord van minister ... (ontvangen ...)" or "Antwoorden" some may be missing; without such a
    heading each question has one, and none asks anything.
    """
    last = max(questions)
    headed = (i for i in range(last + 1, len(paragraphs)) if _heads_list(paragraphs[i]))
    start = next(headed, None)
    parts = _count_answers(paragraphs, questions, last if start is None else start)
    if start is None and (len(parts) < len(questions) or _asks(paragraphs, min(parts), len(paragraphs))):
        return {}
    return parts


def _lettered_answers(paragraphs: Sequence[Paragraph], questions: Mapping[int, Part]) -> dict[int, Part]:
    """Answers that begin with one letter ("A: Ja."), one below each question."""
    labels = {i: parse_letter(p.text) for i, p in enumerate(paragraphs) if i > min(questions)}
    answers = {
        i: label for i, label in labels.items() if label is not None and label.kind is LabelKind.ANSWER
    }
    order = sorted((*questions, *answers))
    if set(order[::2]) != set(questions) or len(answers) != len(questions) or len(answers) < 2:
        return {}
    return {i: Part(label.kind, label.numbers, i, skip=label.length) for i, label in answers.items()}


def _heads_list(paragraph: Paragraph) -> bool:
    """Whether answers to all questions may follow a paragraph."""
    return heads_answers(paragraph) or ANSWERS_BELOW.fullmatch(paragraph.text.strip()) is not None


def _count_answers(
    paragraphs: Sequence[Paragraph], questions: dict[int, Part], start: int
) -> dict[int, Part]:
    """The paragraphs behind `start` that carry the numbers of the questions and count up from 1."""
    asked_numbers = {number for part in questions.values() for number in part.numbers}
    answers: dict[int, Part] = {}
    last = 0
    for index in range(start + 1, len(paragraphs)):
        text = paragraphs[index].text
        match = _NUMBERS_ALONE.fullmatch(text.strip()) or _LISTED.match(text)
        numbers = parse_numbers(match[1]) if match else ()
        if match and numbers and numbers[0] == last + 1 and asked_numbers.issuperset(numbers):
            answers[index] = Part(
                LabelKind.ANSWER, numbers, index, skip=0 if match.end() == len(text) else match.end()
            )
            last = numbers[-1]
    return answers


def _asks(paragraphs: Sequence[Paragraph], start: int, end: int) -> bool:
    return any("?" in paragraph.text for paragraph in paragraphs[start:end])


def ends_set(paragraphs: Sequence[Paragraph], index: int) -> bool:
    """Whether this paragraph closes what came before: another set, a signature, a remark."""
    text = paragraphs[index].text
    if _REMARK.match(text):
        return True
    if _SET_HEADING.match(text):
        names = paragraphs[index].emphasised or _NAMES.search(text) is not None
        return names and len(text) < 900 and not _ASKS.search(text) and _label_follows(paragraphs, index)
    return bool(CLOSING.match(text)) and not _ASKS.search(text) and _is_signature(paragraphs, index)


def _label_follows(paragraphs: Sequence[Paragraph], index: int) -> bool:
    return any(
        parse_label(p.text) or any(mark.kind == "figure" for mark in read_marks(p.text))
        for p in paragraphs[index + 1 : index + 6]
    )


def _is_signature(paragraphs: Sequence[Paragraph], index: int) -> bool:
    """Whether only a few short lines follow (names, functions) before the end or the next heading."""
    for paragraph in paragraphs[index + 1 : index + 7]:
        if _SET_HEADING.match(paragraph.text) or paragraph.kind is BlockKind.HEADING:
            return True
        if len(paragraph.text) > 160:
            return False
        label = parse_label(paragraph.text)
        if label is not None:
            return False
    return True
