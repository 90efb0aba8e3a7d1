"""A set of Kamervragen as it comes in (pasted, PDF, Word, JSON) to its introduction and sub-questions.

The result is a proposal: a person may correct it and give it back as JSON. Nothing is lost: what finds no
place stays in the introduction, and a warning says so.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from learninglion.dutch.text import split_sentences, squash
from learninglion.models import Document, DocumentKind, QuestionSet, RawFile, Span, SubQuestion
from learninglion.models.errors import InputError, UnreadableFileError
from learninglion.models.plain import from_plain
from learninglion.parsing.kamervragen.front import CASE_NUMBER
from learninglion.parsing.kamervragen.letters import find_subject
from learninglion.parsing.kamervragen.matching import Found, Part
from learninglion.parsing.kamervragen.pairing import SPEAKERS, ends_set, find_questions, members_ask
from learninglion.parsing.kamervragen.printed import clean_printed, strip_mark
from learninglion.parsing.kamervragen.typednotes import lift_typed_notes, without_marks
from learninglion.parsing.labels import LabelKind
from learninglion.parsing.numbering import Mark, find_series, read_marks
from learninglion.parsing.office.webpage import looks_like_page
from learninglion.parsing.office_document import document_of, is_typed, read_office
from learninglion.parsing.official import looks_like_xml, parse_xml
from learninglion.parsing.paragraphs import ENDED, Note, Paragraph
from learninglion.parsing.pasted import OPENING, SALUTATION, TO_COLLEAGUE, clean_pasted
from learninglion.parsing.pdf.hyphens import run_on
from learninglion.parsing.plaintext import decode

_MOST = 0.5  # of the members of a series: more must ask something


_CAPITAL = re.compile(r"[«“\"'(]*[A-ZÀ-Ý]")


def _asking(paragraphs: Sequence[Paragraph], starts: Sequence[int]) -> int:
    ends = [*starts[1:], len(paragraphs)]
    pieces = ("".join(p.text for p in paragraphs[a:b]) for a, b in zip(starts, ends, strict=True))
    return sum("?" in piece for piece in pieces)


_LONGEST = 400_000  # characters: more than any set; a whole archive was pasted by mistake
_UNNUMBERED = "Er zijn geen genummerde vragen gevonden; de tekst is als één vraag gelezen."
_COUNTED = "De vragen hebben geen nummer; ze zijn hier geteld. Controleer de indeling."
# "... bekend? 2. Klopt het? Vraag 3: ...": what was copied without its line ends.
_RUN_ON = re.compile(
    r"(?<=[?.!»”\"])\s+(?=(?:(?:deel)?vra(?:ag|gen)\s+\d{1,2}[.:)]?\s+[A-Z«“‘\"']"
    r"|\(?\d{1,2}[a-k]?[.:)]\s+[A-Z«“‘\"']))"
    r"|(?<=\?)(?=\d{1,2}[.)]\s*[A-Z«“‘\"'])"
    r"|\s+(?=(?:(?:deel)?vraag\s+1\b[.:)]?|\(?1[a-k]?[.:)])\s+(?-i:[A-Z«“‘\"']))",
    re.IGNORECASE,
)
_ITEM = re.compile(r"^(?:[-–—•●▪◦*\uf0b7]|\(?[a-z][.)]|\(?[ivx]{1,4}[.)]|\(?\d{1,2}[a-k]?[.)])\s")


def read_question_set(text: str) -> QuestionSet:
    """The set in a pasted text; without numbers it is one question. InputError where there is no text."""
    pasted = clean_pasted(text)
    text = pasted.text
    if not text.strip():
        raise InputError("Er staat geen tekst in; plak de vragen of kies een bestand.")
    if len(text) > _LONGEST:
        raise InputError(
            "Deze tekst is te lang voor één set vragen; plak alleen de vragen met hun inleiding."
        )
    return _with_warnings(_set_of_lines(text), pasted.warnings)


def _set_of_lines(text: str) -> QuestionSet:
    """The set in a text, also where several questions share a line."""
    question_set = _set_of_text(text)
    if _RUN_ON.search(text):
        counted = len(question_set.questions) == 1 or _COUNTED in question_set.warnings
        split = _set_of_text(_RUN_ON.sub("\n", text))
        more = len(split.questions) > len(question_set.questions)
        if (counted and len(split.questions) > 1) or (more and _is_whole(split)):
            return split
    return question_set


def _is_whole(question_set: QuestionSet) -> bool:
    """Whether the questions count from one without a gap and all of them ask."""
    numbers = [number for question in question_set.questions for number in question.numbers]
    return numbers == list(range(1, len(numbers) + 1)) and all("?" in q.text for q in question_set.questions)


def question_set_from_file(raw: RawFile) -> QuestionSet:
    """The set in a file: text, PDF, DOCX, or JSON as `serial.to_plain` writes it.

    UnreadableFileError, naming the file, where it holds none of these.
    """
    content = raw.content
    if not content.strip():
        raise UnreadableFileError(raw.name, "het bestand is leeg")
    if content.lstrip()[:5] == b"%PDF-" or b"%PDF-" in content[:1024]:
        return _set_of_pdf(raw)
    if not is_typed(raw):
        return _set_of_word(raw)
    text = decode(content)
    if looks_like_xml(text) is not None:
        return _set_of_document(parse_xml(raw, text))
    if content.lstrip()[:1] == b"{":
        return _set_of_json(raw)
    if looks_like_page(text, raw.name):
        return _set_of_word(raw)
    try:
        return read_question_set(text)
    except InputError as problem:
        raise UnreadableFileError(raw.name, problem.detail) from problem


# --------------------------------------------------------------------------- from lines and paragraphs


def _set_of_text(text: str) -> QuestionSet:
    """The set in printed lines; an empty line ends a paragraph."""
    printed = clean_printed([line.strip() for line in text.split("\n")])
    paragraphs_left: list[Paragraph] = []
    breaks: set[int] = set()  # indices of paragraphs with white above them
    for before, line in pairwise(("", *printed.lines)):
        if line and paragraphs_left and not before:
            breaks.add(len(paragraphs_left))
        if line:
            paragraphs_left.append(Paragraph(line, gap_before=not before))
    paragraphs, notes = lift_typed_notes(
        [without_marks(paragraph, printed.notes) for paragraph in paragraphs_left]
    )
    return _build(paragraphs, (*printed.notes, *notes), breaks)


def _set_of_paragraphs(paragraphs: Sequence[Paragraph], notes: Sequence[Note], raw: RawFile) -> QuestionSet:
    if not any(paragraph.text.strip() for paragraph in paragraphs):
        raise UnreadableFileError(raw.name, "er staat geen leesbare tekst in dit bestand")
    lifted, typed = lift_typed_notes(paragraphs)
    return _build(lifted, (*typed, *notes), set(range(len(lifted))))


def _build(paragraphs: Sequence[Paragraph], notes: Sequence[Note], breaks: set[int]) -> QuestionSet:
    parts, askers = _find_parts(paragraphs, breaks)
    question_parts = [part for part in parts.parts if part.kind is LabelKind.QUESTION]
    if not question_parts:
        return _one_question(paragraphs, notes, breaks)
    warnings: list[str] = []
    introduction = _join(paragraphs, range(parts.first), breaks)
    loose = parts.loose
    if loose:
        warnings.append(
            f"Tekst die bij geen vraag hoort, staat onder de inleiding: “{_short(paragraphs[loose[0]].text)}”"
        )
        introduction = _append(introduction, _join(paragraphs, loose, breaks))
    tail = _behind_last(question_parts[-1], paragraphs, breaks)
    if tail:
        words = _short(paragraphs[tail[0]].text)
        warnings.append(
            f"Tekst achter de laatste vraag die geen vraag is, staat onder de inleiding: “{words}”"
        )
        introduction = _append(introduction, _join(paragraphs, tail, breaks))
        question_parts[-1].body = [n for n in question_parts[-1].body if n < tail[0]]
    questions: list[SubQuestion] = []
    for part in question_parts:
        text, behind = _part_behind(_content(part, paragraphs, breaks))
        if behind:
            warnings.append(
                f"Onder vraag {_named(part.numbers)} staat tekst die geen vraag is; nu onder de inleiding: "
                f"“{_short(behind)}”"
            )
            introduction = _append(introduction, behind)
        lettered = part.label is not None and any(
            mark.part for mark in read_marks(paragraphs[part.label].text)
        )
        if text and lettered and questions and questions[-1].numbers == part.numbers:
            questions[-1] = SubQuestion(part.numbers, f"{questions[-1].text}\n{text}")
        elif text:
            questions.append(SubQuestion(part.numbers, text))
        else:
            warnings.append(f"Onder vraag {_named(part.numbers)} staat geen tekst.")
    if not questions:
        return _one_question(paragraphs, notes, breaks)
    if not all(question.numbers for question in questions):
        questions = _count_on(questions)
        warnings.append(_COUNTED)
    questions, named = _name_missing(questions)
    warnings += named or _without_number(question_parts, paragraphs, breaks)
    introduction = _append(introduction, askers)
    answers = sum(part.kind is LabelKind.ANSWER for part in parts.parts)
    if answers:
        warnings.append(f"De tekst bevat ook antwoorden ({answers}); alleen de vragen zijn overgenomen.")
    introduction = _append(introduction, _listed(notes, paragraphs))
    return QuestionSet(
        introduction=introduction,
        questions=tuple(questions),
        title=_title(introduction),
        warnings=(*warnings, *_check_numbers(questions), *_ahead_of_first(introduction, questions)),
    )


def _ahead_of_first(introduction: str, questions: Sequence[SubQuestion]) -> list[str]:
    """What to tell where the first question is not number 1 and the introduction asks something."""
    sentences = [s.of(introduction) for s in split_sentences(introduction, 0, len(introduction))]
    sentences = [sentence for sentence in sentences if sentence.rstrip().endswith("?")]
    if not sentences or min(number for question in questions for number in question.numbers) == 1:
        return []
    return [f"In de inleiding staat nog een vraag: “{_short(sentences[-1])}” Controleer de indeling."]


def _find_parts(paragraphs: Sequence[Paragraph], breaks: set[int]) -> tuple[Found, str]:
    """The questions under the marks that count them, and who asks which where that stands at the marks.

    A text with answers in it, and labels that do not count ("Vraag:"), are read as a letter is.
    """
    labelled = find_questions(paragraphs)
    series = find_series(paragraphs)
    questions = sum(part.kind is LabelKind.QUESTION for part in labelled.parts)
    if questions < len(labelled.parts) or questions > len(series) or not series:
        return labelled, ""
    named = all(mark.asker for mark in series)
    marks = {mark.index: mark for mark in series}
    parts = Found(first=series[0].index)
    current: Part | None = None
    for index in range(parts.first, len(paragraphs)):
        mark = marks.get(index)
        if mark is not None:
            current = Part(LabelKind.QUESTION, mark.numbers, index)
            current.skip = (
                mark.asker_length if mark.asker and (named or "vraag" in mark.style) else mark.length
            )
            parts.parts.append(current)
            if mark.part or paragraphs[index].text[current.skip :]:
                current.body.append(index)
        elif (
            current is None
            or (current.body and ends_set(paragraphs, index))  # under a bare mark it is what that counts
            or (index in breaks and OPENING.match(paragraphs[index].text))
        ):
            current = None
            parts.loose.append(index)
        elif _heads_next(paragraphs, index, current, marks, breaks):
            parts.loose.append(index)
        else:
            current.body.append(index)
    askers = [f"{_named(mark.numbers)} {mark.asker}" for mark in series if mark.asker]
    return parts, f"Wie vraagt: {'; '.join(askers)}" if askers and named else ""


def _heads_next(
    paragraphs: Sequence[Paragraph], index: int, part: Part, marks: Mapping[int, Mark], breaks: set[int]
) -> bool:
    """Whether a paragraph below a question is a heading over the next: it stands apart and is no sentence."""
    text = paragraphs[index].text
    if index + 1 not in marks or not any("?" in paragraphs[i].text for i in part.body) or _goes_on(text):
        return False
    apart = index in breaks and len(text) < _LONGEST_HEADING and not text.endswith((".", "?", "!", ";", ","))
    return apart or SPEAKERS.match(text) is not None


def _behind_last(part: Part, paragraphs: Sequence[Paragraph], breaks: set[int]) -> list[int]:
    """What stands apart below the last question and goes on in nothing: who sends a set on adds it."""
    for n, index in enumerate(part.body):
        text = paragraphs[index].text
        asks = any("?" in paragraphs[before].text for before in part.body[:n])
        if not asks or index not in breaks or text.rstrip().endswith(":") or _goes_on(text):
            continue
        if not _TO_MINISTER.search(text) and ("?" not in text or TO_COLLEAGUE.search(text)):
            return part.body[n:] if not any(_ITEM.match(paragraphs[i].text) for i in part.body[n:]) else []
    return []


def _count_on(questions: Sequence[SubQuestion]) -> list[SubQuestion]:
    """The questions, those without a number under the one after the last before them."""
    counted: list[SubQuestion] = []
    last = 0
    for question in questions:
        numbers = question.numbers or (last + 1,)
        counted.append(replace(question, numbers=numbers))
        last = numbers[-1]
    return counted


def _name_missing(questions: Sequence[SubQuestion]) -> tuple[list[SubQuestion], list[str]]:
    """The questions, those that lost their number apart from the one they stand under; and what to tell.

    Under "2." stand two paragraphs that ask, and "4." comes next: the second is question 3.
    """
    named: list[SubQuestion] = []
    warnings: list[str] = []
    for question, following in zip(questions, [*questions[1:], None], strict=True):
        last = question.numbers[-1]
        missing = following.numbers[0] - last - 1 if following is not None else 0
        rows = question.text.split("\n") if missing else []
        apart = [n for n, row in enumerate(rows) if n and row.endswith("?") and not _goes_on(row)]
        if not missing or len(apart) != missing or not rows[0].endswith("?"):
            named.append(question)
            continue
        edges = [0, *apart, len(rows)]
        texts = ["\n".join(rows[a:b]) for a, b in zip(edges, edges[1:], strict=False)]
        named.append(replace(question, text=texts[0]))
        named += [SubQuestion((last + n,), text) for n, text in enumerate(texts[1:], start=1)]
        lost = _named(range(last + 1, last + missing + 1))
        warnings.append(f"Vraag {lost} heeft geen nummer; het volgt uit de volgorde. Controleer de indeling.")
    return named, warnings


def _without_number(parts: Sequence[Part], paragraphs: Sequence[Paragraph], breaks: set[int]) -> list[str]:
    """What to tell where a second question stands under the last one and under no other: without number."""
    second = [
        [
            paragraphs[index].text
            for before, index in pairwise(part.body)
            if paragraphs[index].text.endswith("?") and not _goes_on(paragraphs[index].text)
            if paragraphs[before].text.endswith("?")
            if index in breaks or len(paragraphs[before].text) < _FULL_LINE
        ]
        for part in parts
    ]
    if len(parts) < 2 or not second[-1] or any(second[:-1]) or not parts[-1].numbers:
        return []
    last, words = _named(parts[-1].numbers), _short(second[-1][0])
    return [f"Onder vraag {last} staat nog een vraag, zonder nummer: “{words}” Controleer de indeling."]


_LONGEST_HEADING = 120  # characters
_FULL_LINE = 60  # characters: a shorter line was ended by who wrote it


def _goes_on(row: str) -> bool:
    return _ITEM.match(row) is not None or _FOLLOWS.match(row) is not None or not row[:1].isupper()


def _one_question(paragraphs: Sequence[Paragraph], notes: Sequence[Note], breaks: set[int]) -> QuestionSet:
    """A text without a series of marks: its one question, under a heading if it has one; or each, counted."""
    first = _below_heading(paragraphs, breaks)
    end = next((n for n in range(first + 1, len(paragraphs)) if ends_set(paragraphs, n)), len(paragraphs))
    ahead, behind = (
        _join(paragraphs, range(first), breaks),
        _join(paragraphs, range(end, len(paragraphs)), breaks),
    )
    context, counted = _count_questions(paragraphs, range(first, end), breaks)
    if len(counted) > 1:
        ahead, warnings = _append(ahead, context), (_COUNTED,)
    else:
        counted = [_join(paragraphs, range(first, end), breaks)]
        warnings = (_UNNUMBERED,)
    questions = [SubQuestion((n,), strip_mark(text)) for n, text in enumerate(counted, start=1)]
    introduction = _append(_append(ahead, behind), _listed(notes, paragraphs))
    return QuestionSet(
        introduction=introduction, questions=tuple(questions), title=_title(introduction), warnings=warnings
    )


_GREETING = re.compile(
    rf"(?:{SALUTATION.pattern}|(?:Van|Aan|From|To|Onderwerp|Subject)\b)[^?]{{0,80}}$", re.IGNORECASE
)
_INGEZONDEN = re.compile(r"\(ingezonden [^()]{4,30}\)\.?$|\)\.$", re.IGNORECASE)


def _below_heading(paragraphs: Sequence[Paragraph], breaks: set[int]) -> int:
    """Index of what follows the heading that says who asks, or else the greeting; 0 without either."""
    heading = next((i for i, p in enumerate(paragraphs) if OPENING.match(p.text)), None)
    if heading is None:
        heading = 0 if _GREETING.match(paragraphs[0].text) else None
    if heading is None or heading + 1 >= len(paragraphs):
        return 0
    below = next((i for i in range(heading + 1, len(paragraphs)) if i in breaks), len(paragraphs))
    ends = (i + 1 for i in range(heading, below) if _INGEZONDEN.search(paragraphs[i].text))
    below = next(ends, below)
    return below if below < len(paragraphs) else heading + 1


_BULLET = re.compile(r"^(?:(?P<sign>[-–—•●▪◦*·\uf0b7])\s+|o\s+(?=[A-Z«“‘]))")
# A sentence that goes on with the question before it.
_FOLLOWS = re.compile(
    r"^(?:Zo (?:ja|nee|neen|niet)|(?:Indien|Als) (?:ja|nee|niet|wel|zo|dat|dit|het)|Waarom(?: niet)?\??$"
    r"|En|Of|Welke\?|Graag|Daarnaast)\b|^\(",
    re.IGNORECASE,
)
_TO_MINISTER = re.compile(r"\b(?:[Uu]w?|[Gg]raag|[Mm]inister|[Ss]taatssecretaris|[Kk]abinet|[Rr]egering)\b")


def _count_questions(
    paragraphs: Sequence[Paragraph], indices: Sequence[int], breaks: set[int]
) -> tuple[str, list[str]]:
    """What stands ahead of the first question, and the questions of a text without numbers.

    Each bullet of a list of questions is one, else each paragraph that asks; of one paragraph only, each
    sentence that asks.
    """
    bullets = _question_bullets(paragraphs, indices)
    if bullets:
        ends = [*bullets[1:], indices[-1] + 1]
        items = [{i: paragraphs[i].text for i in range(a, b)} for a, b in zip(bullets, ends, strict=True)]
        texts = [
            _join_lines({**item, a: _BULLET.sub("", item[a])}, breaks)
            for a, item in zip(bullets, items, strict=True)
        ]
        return _join(paragraphs, range(indices[0], bullets[0]), breaks), texts
    lines = [paragraphs[index].text for index in indices]
    width = _width(lines)
    printed: list[list[str]] = []
    for index, before, line in zip(indices, ("", *lines), lines, strict=False):
        fits = not width or len(before) + 1 + len(line.split(" ", 1)[0]) <= width
        if not printed or _BULLET.match(line) or index in breaks or (fits and ENDED.search(before)):
            printed.append([_BULLET.sub("", line)])
        else:
            printed[-1].append(line)
    pieces = [run_on(rows) for rows in printed]
    if sum("?" in piece or members_ask(piece) for piece in pieces) == 1:
        pieces = [s.of(piece) for piece in pieces for s in split_sentences(piece, 0, len(piece))]
    ahead: list[str] = []
    questions: list[str] = []
    context: list[str] = []  # sentences ahead of the question they lead to
    for piece in pieces:
        if not ("?" in piece or members_ask(piece)) or (not questions and TO_COLLEAGUE.search(piece)):
            (context if questions else ahead).append(piece)
        elif questions and _FOLLOWS.match(piece) and not context:
            questions[-1] = f"{questions[-1]} {piece}"
        else:
            questions.append(" ".join((*context, piece)))
            context = []
    if context and questions:
        questions[-1] = " ".join((questions[-1], *context))
    return "\n".join(ahead), questions


def _width(lines: Sequence[str]) -> int:
    """How long lines are that go on in the next; 0 where none is broken off."""
    broken = (line for line in lines[:-1] if len(line) >= _FULL_LINE and not ENDED.search(line))
    return max(map(len, broken), default=0)


def _question_bullets(paragraphs: Sequence[Paragraph], indices: Sequence[int]) -> list[int]:
    """Where the items of a list of questions begin: one sign, whole sentences, of which most ask."""
    signs = {
        index: match["sign"] or "o" for index in indices if (match := _BULLET.match(paragraphs[index].text))
    }
    bullets = [
        index
        for index in signs
        if signs[index] == next(iter(signs.values())) or _opens_question(paragraphs, index)
    ]
    items = [_BULLET.sub("", paragraphs[index].text) for index in bullets]
    whole = all(map(_CAPITAL.match, items)) or all(item.endswith("?") for item in items)
    if len(bullets) < 2 or not whole or any("?" in paragraphs[i].text for i in range(indices[0], bullets[0])):
        return []
    return bullets if _asking(paragraphs[: indices[-1] + 1], bullets) >= _MOST * len(bullets) else []


def _opens_question(paragraphs: Sequence[Paragraph], index: int) -> bool:
    """Whether an item with another sign is a question of its own: whole, and below a whole one."""
    text = paragraphs[index].text
    return (
        "?" in text
        and _CAPITAL.match(_BULLET.sub("", text)) is not None
        and bool(index)
        and paragraphs[index - 1].text.endswith(("?", "."))
    )


# What came along behind a question: "... doet u dit?" and then "2. Met dit wetsvoorstel wordt ...".
_BEHIND = re.compile(r"\n(?=(?P<number>\d{1,2})\.\s+[A-Z][^?]*$)", re.DOTALL)


def _part_behind(text: str) -> tuple[str, str]:
    """A question, and what stands behind it under the mark of a note without asking anything.

    A list of the question itself starts at 1.
    """
    match = _BEHIND.search(text)
    if match is None or match["number"] == "1" or not text[: match.start()].rstrip().endswith("?"):
        return strip_mark(text), ""
    return strip_mark(text[: match.start()]), text[match.end() :]


def _content(part: Part, paragraphs: Sequence[Paragraph], breaks: set[int]) -> str:
    lines = {index: paragraphs[index].text for index in part.body}
    for index, line in lines.items():
        mark = next((m for m in read_marks(line) if m.part and m.numbers == part.numbers), None)
        if mark is not None:
            lines[index] = f"{mark.part} {line[mark.length :]}".rstrip()  # "1b." is "b." of question 1
        elif part.skip and index == part.label:
            lines[index] = line[part.skip :]
    return _join_lines(lines, breaks)


def _join(paragraphs: Sequence[Paragraph], indices: Sequence[int], breaks: set[int]) -> str:
    return _join_lines({index: paragraphs[index].text for index in indices}, breaks)


def _join_lines(lines: Mapping[int, str], breaks: set[int]) -> str:
    """Printed lines as running text; list items and paragraphs stay on lines of their own."""
    rows: list[list[str]] = []
    for index, line in lines.items():
        if not line:
            continue
        if (
            not rows
            or _ITEM.match(line)
            or (rows == [rows[0][:1]] and CASE_NUMBER.fullmatch(rows[0][0]))
            or (index in breaks and (ENDED.search(rows[-1][-1]) or line[:1].isupper()))
        ):
            rows.append([line])
        else:
            rows[-1].append(line)
    return "\n".join(run_on(row) for row in rows)


def _append(text: str, more: str) -> str:
    return f"{text}\n{more}" if text and more else text or more


def _listed(notes: Sequence[Note], paragraphs: Sequence[Paragraph]) -> str:
    """The notes below the introduction: they often say which article the questions are about."""
    order = {key: n for n, key in enumerate(key for p in paragraphs for _, key in p.notes)}
    known = sorted(notes, key=lambda note: order.get(note.key, len(order)))
    return "\n".join(
        f"[{(note.mark or str(n)).strip('[]()')}] {note.text}" for n, note in enumerate(known, start=1)
    )


def _title(introduction: str) -> str:
    """What the questions are about: "over ..." in the introduction, else its first line."""
    lines = [line.strip() for line in introduction.split("\n")]
    lines = [line for line in lines if line and not line.startswith("[") and not CASE_NUMBER.fullmatch(line)]
    opening = next((line for line in lines if OPENING.match(line) and " " in line), "")
    about = opening or next(
        (line for line in lines if re.search(r"\bvragen\b|\bleden\b|\blid\b", line, re.IGNORECASE)), ""
    )
    return find_subject(about or " ".join(lines[:1]))[:400]


def _check_numbers(questions: Sequence[SubQuestion]) -> list[str]:
    numbers = [number for question in questions for number in question.numbers]
    warnings: list[str] = []
    twice = sorted(number for number, times in Counter(numbers).items() if times > 1)
    missing = sorted(set(range(min(numbers, default=1), max(numbers, default=0) + 1)).difference(numbers))
    if twice:
        warnings.append(f"Nummer {_named(twice)} komt vaker voor; controleer de vragen.")
    if missing:
        warnings.append(f"Vraag {_named(missing)} ontbreekt in de nummering; controleer de vragen.")
    return warnings


def _named(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57].rstrip() + "..."


def _with_warnings(question_set: QuestionSet, warnings: Sequence[str]) -> QuestionSet:
    return QuestionSet(
        introduction=question_set.introduction,
        questions=question_set.questions,
        title=question_set.title,
        context=question_set.context,
        warnings=(*warnings, *question_set.warnings),
    )


# --------------------------------------------------------------------------- from files


def _set_of_json(raw: RawFile) -> QuestionSet:
    try:
        question_set = from_plain(QuestionSet, json.loads(decode(raw.content)))
    except (ValueError, RecursionError) as problem:
        raise UnreadableFileError(raw.name, f"dit is geen set vragen in JSON ({problem})") from problem
    if not question_set.questions or not all(q.text.strip() and q.numbers for q in question_set.questions):
        raise UnreadableFileError(raw.name, "in deze JSON staat een vraag zonder nummer of tekst")
    return question_set


def _set_of_word(raw: RawFile) -> QuestionSet:
    """The questions of a Word file; those of a ministry's answers without the letterhead."""
    word = read_office(raw)
    document = document_of(raw, word)
    if document.introduction and any(pair.answer is not None for pair in document.pairs):
        return _set_of_document(document)
    return _with_warnings(_set_of_paragraphs(word.paragraphs, word.notes, raw), word.warnings)


def _set_of_pdf(raw: RawFile) -> QuestionSet:
    """The questions of a PDF: an official publication, the Kamer's own letter, or a ministry's."""
    from learninglion.parsing import parse  # the door of this room opens onto this module's neighbours

    document = parse(raw)
    answered = any(pair.answer is not None for pair in document.pairs)
    if document.pairs and (answered or document.kind is DocumentKind.KAMERVRAGEN):
        return _set_of_document(document)
    blocks = [
        Paragraph(block.span.of(document.text), block.kind, page=block.page) for block in document.blocks
    ]
    notes = {note.span: note for note in document.footnotes}
    body = [p for p, block in zip(blocks, document.blocks, strict=True) if block.span not in notes]
    listed = [
        Note(f"pdf:{n}", note.span.of(document.text), note.page, note.mark)
        for n, note in enumerate(document.footnotes)
    ]
    return _with_warnings(_set_of_paragraphs(body, listed, raw), _about_questions(document))


def _about_questions(document: Document) -> list[str]:
    """The warnings that matter for a set of questions: not those about answers that are not there."""
    return [warning for warning in document.warnings if "antwoord" not in warning.casefold()]


def _set_of_document(document: Document) -> QuestionSet:
    questions = []
    for pair in document.pairs:
        text = pair.question.of(document.text).strip()
        if text:
            questions.append(SubQuestion(pair.numbers, text))
    introduction = document.introduction.of(document.text) if document.introduction else document.title
    within: list[Span] = [s for s in (document.introduction, *(p.question for p in document.pairs)) if s]
    notes = [
        f"[{note.mark.strip('[]()')}] {squash(note.span.of(document.text))}"
        for note in document.footnotes
        if note.anchor is not None and any(s.start <= note.anchor <= s.end for s in within)
    ]
    warnings = _about_questions(document)
    answers = sum(pair.answer is not None for pair in document.pairs)
    if answers:
        warnings.append("Het bestand bevat ook antwoorden; alleen de vragen zijn overgenomen.")
    kind = document.kind is DocumentKind.KAMERVRAGEN
    return QuestionSet(
        introduction=_append(introduction, "\n".join(notes)),
        questions=tuple(questions),
        title=document.title if kind or document.title else _title(introduction),
        warnings=(*warnings, *_check_numbers(questions)),
    )
