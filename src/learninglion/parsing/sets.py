"""A set of Kamervragen as it comes in (pasted, PDF, Word, JSON) to its introduction and sub-questions.

The result is a proposal: a person may correct it and give it back as JSON. Nothing is lost: what finds no
place stays in the introduction, and a warning says so.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from learninglion.dutch.text import split_sentences, squash
from learninglion.models import Document, DocumentKind, QuestionSet, RawFile, Span, SubQuestion
from learninglion.models.errors import InputError, UnreadableFileError
from learninglion.models.plain import from_plain
from learninglion.parsing.kamervragen.content import find_subject
from learninglion.parsing.kamervragen.header import CASE_NUMBER
from learninglion.parsing.kamervragen.pairing import (
    CLOSING,
    SPEAKERS,
    Found,
    Part,
    ends_set,
    find_questions,
    members_ask,
)
from learninglion.parsing.kamervragen.printed import (
    clean_printed,
    lift_typed_notes,
    strip_mark,
    without_marks,
)
from learninglion.parsing.labels import (
    LabelKind,
    Mark,
    asks,
    find_series,
    marks_inside,
    parse_label,
    read_marks,
)
from learninglion.parsing.messages import MAIL_FIELD, mail_head_end
from learninglion.parsing.office.typed import decode, unquoted
from learninglion.parsing.office.webpage import looks_like_page
from learninglion.parsing.office_document import document_of, is_typed, read_office
from learninglion.parsing.official import looks_like_xml, parse_xml
from learninglion.parsing.writing import ENDED, Note, Paragraph, line_ends, run_on, tidy

# --------------------------------------------------------------------------- what is pasted along


_DOT = r"[-–—•●▪◦*\u2023\uf0b7·o]"
_MARKDOWN = re.compile(r"^\s*(?:#{1,6}\s+|(?P<sign>\*\*|__)(?=\S))")


@dataclass(frozen=True, slots=True)
class Pasted:
    """A text as it was before somebody copied it, and what to tell about what was left out."""

    text: str
    warnings: tuple[str, ...] = ()


def clean_pasted(text: str) -> Pasted:
    """`text` without the mail around it, without columns beside its questions and without markup.

    White is made even as `tidy` does it; what was left out is told in the warnings.
    """
    lines, columns = _without_columns(line_ends(text).split("\n"))
    plain = list(map(_without_markdown, unquoted(tidy("\n".join(lines)).split("\n"))))
    left, mail = _without_mail(plain)
    left, fields = _without_fields(left)
    columns += fields
    warnings = []
    if columns:
        warnings.append(f"Kolommen naast de vragen zijn niet overgenomen: {', '.join(columns)}.")
    if mail:
        words = " ".join(" ".join(mail).split())
        words = words if len(words) <= 90 else words[:87].rstrip() + "..."
        warnings.append(f"De mail om de vragen heen is weggelaten: “{words}”")
    return Pasted("\n".join(left), tuple(warnings))


def _without_markdown(line: str) -> str:
    match = _MARKDOWN.match(line)
    if match is None:
        return line
    rest = line[match.end() :]
    return rest.replace(match["sign"], "", 1) if match["sign"] else rest


# --------------------------------------------------------------------------- tables

_HEADS_QUESTIONS = re.compile(
    r"(?:kamer|deel)?vra(?:ag|gen)(?:tekst)?|(?:tekst|formulering)\b.*\bvraag|questions?"
)
_HEADS_ASKERS = re.compile(
    r"fracties?|partij(?:en)?|indieners?|vraagstellers?|(?:kamer)?lid|gesteld door|wie"
)
_RULE = re.compile(r"[\s|:+=-]*-{2,}[\s|:+=-]*")  # under the head of a table
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_WHITE = "   "  # what sets columns apart where tabs were made spaces
_WIDE = re.compile(r"\s{3,}")
_SIGNS = ("\t", "|", ";", _WHITE)
_NUMBERS = re.compile(r"nrs?|no|nummers?|#|(?:kamer)?vraag\s?n(?:umme)?r|volgn(?:umme)?r")
_COLUMNS_MOST = 12
_ROWS_OF_CELL = 30  # lines that one row takes at most


def _without_columns(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """The lines, rows of a table as number and question; and what stood in the columns beside those."""
    left: list[str] = []
    columns: dict[str, None] = {}
    at = 0
    while at < len(lines):
        table = _table_at(lines, at)
        if table is None:
            left.append(lines[at])
            at += 1
            continue
        rows, end = table
        written, beside = _write_rows(rows)
        if not beside and "\t" in lines[at] and not _heads(rows[0]):  # a list with a tab behind its marks
            left += lines[at : at + 1]
            at += 1
            continue
        at = end
        left += ["", *written, ""]
        columns |= dict.fromkeys(beside)
    return left, list(columns)


def _table_at(lines: Sequence[str], at: int) -> tuple[list[list[str]], int] | None:
    """The rows of the table that begins at a line, and where it ends; None where none begins.

    It has a head that names a column of questions, or several rows of as many columns. A cell of several
    lines makes a row go on in the lines below.
    """
    for sign in _SIGNS:
        head = _cells(lines[at], sign)
        if len(head) < 2 or not (_heads(head) or sign in "\t|" or (sign == ";" and head[0].isdecimal())):
            continue
        rows, end = [head], at + 1
        while end < len(lines):
            if not lines[end].strip() or (sign == "|" and _RULE.fullmatch(lines[end])):
                following = end + 1
                rest = len(_cells(lines[following], sign)) if following < len(lines) else 0
                if not _RULE.fullmatch(lines[end]) and rest != len(head):
                    break
                end = following
                continue
            row, following = _cells(lines[end], sign), end + 1
            while _heads(head) and len(row) < len(head) and following < min(len(lines), end + _ROWS_OF_CELL):
                first, *more = _cells(lines[following], sign)
                row = [*row[:-1], f"{row[-1]} {first}".strip(), *more]
                following += 1
            if len(row) != len(head):
                break
            rows.append([_without_quotes(cell) for cell in row])
            end = following
        if len(rows) > 1:
            return rows, end
    return _cells_below_each_other(lines, at)


def _cells_below_each_other(lines: Sequence[str], at: int) -> tuple[list[list[str]], int] | None:
    """The rows of a table of which each cell became a line: "Nr", "Vraag", "1", "Hoe ...?", "2", "Wie?"."""
    if not _NUMBERS.fullmatch(_folded(lines[at])):
        return None
    top = [n for n in range(at, min(len(lines), at + 2 * _COLUMNS_MOST)) if lines[n].strip()]
    if not any(lines[n].strip(" .)") == "1" for n in top):
        return None
    filled = [n for n in range(at, len(lines)) if lines[n].strip()]
    width = next((k for k, n in enumerate(filled[:_COLUMNS_MOST]) if lines[n].strip(" .)") == "1"), 0)
    head = [lines[n].strip() for n in filled[:width]]
    if width < 2 or not _heads(head):
        return None
    rows, end = [head], at
    for first in range(width, len(filled), width):
        cells = [lines[n].strip() for n in filled[first : first + width]]
        if len(cells) < width or cells[0].strip(" .)") != str(len(rows)):
            break
        rows.append(cells)
        end = filled[first + width - 1] + 1
    return (rows, end) if len(rows) > 1 else None


def _cells(line: str, sign: str) -> list[str]:
    if sign == "|" and line.strip().startswith("|"):
        line = line.strip()[1:].removesuffix("|")
    parts = _WIDE.split(line.strip()) if sign == _WHITE else line.split(sign)
    return [cell.strip() for cell in parts]


def _without_quotes(cell: str) -> str:
    """A cell without the quotation marks that a spreadsheet puts around several lines."""
    quoted = _QUOTED.fullmatch(cell)
    return quoted[1].replace('""', '"') if quoted else cell


def _folded(cell: str) -> str:
    return cell.casefold().strip(" .:*")


def _heads(cells: Sequence[str]) -> bool:
    """Whether these cells are the head of a table of questions."""
    return any(_HEADS_QUESTIONS.fullmatch(_folded(cell)) for cell in cells)


def _write_rows(rows: Sequence[Sequence[str]]) -> tuple[list[str], list[str]]:
    """Each row as "1. (VVD) Hoe ...?", and the heads of the columns that say something else."""
    columns = list(zip(*rows, strict=True))
    headed = next((n for n, c in enumerate(columns) if _HEADS_QUESTIONS.fullmatch(_folded(c[0]))), None)
    question = headed
    if question is None:
        question = max(
            range(len(columns)), key=lambda n: (sum("?" in c for c in columns[n]), sum(map(len, columns[n])))
        )
    body = rows[1:] if headed is not None else rows
    number = next(
        (n for n in range(question) if _counts([r[n] for r in body if r[n] or not _continues(r[question])])),
        None,
    )
    asker = next(
        (n for n, c in enumerate(columns) if headed is not None and _HEADS_ASKERS.fullmatch(_folded(c[0]))),
        None,
    )
    written: list[str] = []
    for row in body:
        mark = row[number] if number is not None else ""
        if written and number is not None and not mark:  # part of the question above it
            asked = "?" in row[question]
            written.append(row[question] if asked else " ".join(filter(None, row)))
            continue
        mark = f"{mark}." if mark.isdecimal() else mark
        who = f"({row[asker]})" if asker is not None and row[asker] else ""
        marked = mark or bool(read_marks(row[question]))
        written.append(" ".join(filter(None, (mark if marked else "•", who if mark else "", row[question]))))
    beside = [
        rows[0][n] if headed is not None else "; ".join(dict.fromkeys(filter(None, columns[n])))[:40]
        for n in range(len(columns))
        if n not in (number, question, asker if number is not None else None) and any(row[n] for row in body)
    ]
    return written, [name for name in beside if name]


def _counts(cells: Sequence[str]) -> bool:
    """Whether every cell of a column is a number or another mark, or a bullet."""
    return bool(cells) and all(
        re.fullmatch(_DOT, cell) or any(mark.length == len(cell) for mark in read_marks(cell))
        for cell in cells
    )


def _continues(cell: str) -> bool:
    """Whether a row without a number goes on with the question above: "a. in Groningen?", or no question."""
    return bool(read_marks(cell)) or "?" not in cell


_NOTED = re.compile(r"(?P<name>[A-Z][a-z]+(?: [a-z]+)?):\s+(?P<value>[^?]{1,40})")


def _without_fields(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """The lines without what somebody noted in few words below several questions: "Status: open"."""
    noted = [_NOTED.fullmatch(line.strip()) for line in lines]
    names = Counter(match["name"] for match in noted if match)
    several = {name for name, times in names.items() if times > 1}
    left = [
        line for line, match in zip(lines, noted, strict=True) if not match or match["name"] not in several
    ]
    return left, sorted(several)


# --------------------------------------------------------------------------- mail

_SALUTATION = re.compile(
    r"(?:Beste|Geachte|Hoi|Hallo|Ha|Hi|Hello|Dear|Dag|Goede(?:morgen|middag|navond)|L\.?\s?S\b|Collega'?s"
    r"|Ter info\w*|Zie (?:hier)?onder)\b",
    re.IGNORECASE,
)
"""How somebody begins a message."""
_OPENING = re.compile(
    r"^(?:Nadere |Aanvullende |Schriftelijke )*(?:Kamer)?vragen van\b|^20\d\dZ\d{4,6}", re.IGNORECASE
)
"""The heading of a set: "Schriftelijke vragen van het lid ...", "2024Z01234"."""
_REPLIED = re.compile(r"^(?:(?:FW|FWD|RE|Antw|Doorst|TR|VS)\s*:\s*)+", re.IGNORECASE)
_TO_COLLEAGUE = re.compile(r"\b(?:je|jij|jou|jouw|jullie)\b", re.IGNORECASE)
"""Members of parliament say "u"; who sends their set on speaks to a colleague ("kun je")."""
_QUESTIONS_OF_MAIL = 2  # fewer asks the colleague something


def _without_mail(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """The lines of the message that asks most, without what its writer put around the set; and the rest.

    What a subject says of a set that has no heading is kept.
    """
    messages = list(_messages(lines))
    questions = [sum("?" in line and not _TO_COLLEAGUE.search(line) for line in body) for _, body in messages]
    most = max(questions)
    left: list[str] = []
    mail: list[str] = []
    for (head, body), asked in zip(messages, questions, strict=True):
        mail += head
        if asked < most and asked < _QUESTIONS_OF_MAIL:
            mail += body
            continue
        ahead, own, behind = _own_text(body, alone=len(messages) == 1)
        mail += [*ahead, *behind]
        if not any(_OPENING.match(line) for line in own):
            left += [subject for line in head if (subject := _subject(line))]
        left += ["", *own]
    return left, [line for line in mail if line.strip()]


def _subject(line: str) -> str:
    field = MAIL_FIELD.fullmatch(line)
    if field is None or field["name"].casefold() not in ("onderwerp", "subject"):
        return ""
    subject = _REPLIED.sub("", field["value"])
    return subject if _OPENING.match(subject) else ""


def _messages(lines: Sequence[str]) -> Iterator[tuple[list[str], list[str]]]:
    """The messages of mails that were sent on, each with the lines of its head."""
    head: list[str] = []
    body: list[str] = []
    at = 0
    while at < len(lines):
        end = mail_head_end(lines, at)
        if end == at:
            body.append(lines[at])
            at += 1
            continue
        yield head, body
        head, body, at = list(lines[at:end]), [], end
    yield head, body


def _own_text(body: Sequence[str], *, alone: bool) -> tuple[list[str], list[str], list[str]]:
    """What the writer of a message says ahead of the set, the set, and what stands below it.

    Below stands what a closing begins ("Met vriendelijke groet") under all that asks; ahead what a greeting
    begins, where the set has a heading of its own.
    """
    asking = [n for n, line in enumerate(body) if "?" in line and not _TO_COLLEAGUE.search(line)]
    last = asking[-1] if asking else len(body)
    end = next((n for n in range(last + 1, len(body)) if CLOSING.match(body[n].strip())), len(body))
    start = next((n for n, line in enumerate(body) if _OPENING.match(line.strip())), 0)
    ahead = [line.strip() for line in body[:start] if line.strip()]
    greets = any(CLOSING.match(line) for line in ahead) or (ahead and _SALUTATION.match(ahead[0]))
    if start and not greets and (alone or any("?" in line for line in ahead)):
        start = 0
    return list(body[:start]), list(body[start:end]), list(body[end:])


# --------------------------------------------------------------------------- the set

_MOST = 0.5  # of the members of a series: more must ask something


_CAPITAL = re.compile(r"[«“\"'(]*[A-ZÀ-Ý]")


def _asking(paragraphs: Sequence[Paragraph], starts: Sequence[int]) -> int:
    ends = [*starts[1:], len(paragraphs)]
    pieces = ("".join(p.text for p in paragraphs[a:b]) for a, b in zip(starts, ends, strict=True))
    return sum("?" in piece for piece in pieces)


_LONGEST = 400_000  # characters: more than any set; a whole archive was pasted by mistake
_UNNUMBERED = "Er zijn geen genummerde vragen gevonden; de tekst is als één vraag gelezen."
_COUNTED = "De vragen hebben geen nummer; ze zijn hier geteld. Controleer de indeling."
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
    return _with_warnings(_set_of_text(text), pasted.warnings)


def _read_whole(paragraphs: Sequence[Paragraph], notes: Sequence[Note], breaks: set[int]) -> QuestionSet:
    """The set in paragraphs, also where several questions share one."""
    question_set = _build(paragraphs, notes, breaks)
    pieces: list[Paragraph] = []
    white: set[int] = set()
    for index, paragraph in enumerate(paragraphs):
        white |= {len(pieces)} if index in breaks else set()
        pieces += _cut_at_marks(paragraph)
    if len(pieces) > len(paragraphs):
        counted = len(question_set.questions) == 1 or _COUNTED in question_set.warnings
        split = _build(pieces, notes, white)
        more = len(split.questions) > len(question_set.questions)
        if (counted and len(split.questions) > 1) or (more and _is_whole(split)):
            return split
    return question_set


def _cut_at_marks(paragraph: Paragraph) -> Iterator[Paragraph]:
    """The paragraph, cut ahead of each mark that stands behind a sentence in it."""
    text = paragraph.text
    edges = (0, *marks_inside(text), len(text))
    for start, end in pairwise(edges):
        notes = tuple(
            (at - start, key) for at, key in paragraph.notes if start < at <= end or at == start == 0
        )
        yield replace(paragraph, text=text[start:end].rstrip(), notes=notes)


def _is_whole(question_set: QuestionSet) -> bool:
    """Whether the questions count from one without a gap and all of them ask."""
    numbers = [number for question in question_set.questions for number in question.numbers]
    return numbers == list(range(1, len(numbers) + 1)) and all(asks(q.text) for q in question_set.questions)


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
    return _read_whole(paragraphs, (*printed.notes, *notes), breaks)


def _set_of_paragraphs(paragraphs: Sequence[Paragraph], notes: Sequence[Note], raw: RawFile) -> QuestionSet:
    if not any(paragraph.text.strip() for paragraph in paragraphs):
        raise UnreadableFileError(raw.name, "er staat geen leesbare tekst in dit bestand")
    lifted, typed = lift_typed_notes(paragraphs)
    return _read_whole(lifted, (*typed, *notes), set(range(len(lifted))))


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
            or (index in breaks and _OPENING.match(paragraphs[index].text))
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
        asked = any(asks(line, read_marks(line)) for line in (paragraphs[i].text for i in part.body[:n]))
        if not asked or index not in breaks or text.rstrip().endswith(":") or _goes_on(text):
            continue
        if not _TO_MINISTER.search(text) and ("?" not in text or _TO_COLLEAGUE.search(text)):
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
    return _ITEM.match(row) is not None or FOLLOWS.match(row) is not None or not row[:1].isupper()


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
    rf"(?:{_SALUTATION.pattern}|(?:Van|Aan|From|To|Onderwerp|Subject)\b)[^?]{{0,80}}$", re.IGNORECASE
)
_INGEZONDEN = re.compile(r"\(ingezonden [^()]{4,30}\)\.?$|\)\.$", re.IGNORECASE)


def _below_heading(paragraphs: Sequence[Paragraph], breaks: set[int]) -> int:
    """Index of what follows the heading that says who asks, or else the greeting; 0 without either."""
    heading = next((i for i, p in enumerate(paragraphs) if _OPENING.match(p.text)), None)
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
FOLLOWS = re.compile(
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
        if not ("?" in piece or members_ask(piece)) or (not questions and _TO_COLLEAGUE.search(piece)):
            (context if questions else ahead).append(piece)
        elif questions and FOLLOWS.match(piece) and not context:
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
    opening = next((line for line in lines if _OPENING.match(line) and " " in line), "")
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
    if document.introduction and _holds_answers(document):
        return _set_of_document(document)
    return _with_warnings(_set_of_paragraphs(word.paragraphs, word.notes, raw), word.warnings)


def _set_of_pdf(raw: RawFile) -> QuestionSet:
    """The questions of a PDF: an official publication, the Kamer's own letter, or a ministry's."""
    from learninglion.parsing import parse  # the door of this room opens onto this module's neighbours

    document = parse(raw)
    if document.pairs and (_holds_answers(document) or document.kind is DocumentKind.KAMERVRAGEN):
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


def _holds_answers(document: Document) -> bool:
    """Whether a document answers questions: it says so, or no question stands without something below it.

    What stands below some of them only is a list inside a question.
    """
    texts = [block.span.of(document.text) for block in document.blocks]
    labels = (parse_label(text) or parse_label(text, whole=False) for text in texts)
    says = any(label is not None and label.kind is LabelKind.ANSWER for label in labels)
    answered = [pair.answer is not None for pair in document.pairs]
    return any(answered) and (says or all(answered))


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
