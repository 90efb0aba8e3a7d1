"""What comes along when somebody pastes a text: mail around it, columns of a table, bullets and markup."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from learninglion.parsing.kamervragen.pairing import CLOSING
from learninglion.parsing.numbering import read_marks
from learninglion.parsing.paragraphs import line_ends, tidy
from learninglion.parsing.plaintext import unquoted

_DOT = r"[-–—•●▪◦*\u2023\uf0b7·o]"
# A bullet that a word processor or a mail program put ahead of the number or label itself.
_BULLETED = re.compile(rf"^\s*{_DOT}\s+(?=[(\[]?\d{{1,3}}\s?[.)\]:]|(?:deel)?vraag\s+\d)", re.IGNORECASE)
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
    plain = [
        _BULLETED.sub("", _without_markdown(line)) for line in unquoted(tidy("\n".join(lines)).split("\n"))
    ]
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
            asks = "?" in row[question]
            written.append(row[question] if asks else " ".join(filter(None, row)))
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

_FIELD = re.compile(
    r"\W{0,3}(?P<name>Van|From|Aan|To|Cc|Bcc|Verzonden|Verstuurd|Sent|Datum|Date|Ontvangen|Received|Onderwerp"
    r"|Subject|Bijlagen?|Attachments?|Prioriteit|Urgentie|Importance|Priority|Antwoord aan|Reply-To)"
    r"\W{0,2}:\W{0,2}(?=\s|$)\s*(?P<value>.*)",
    re.IGNORECASE,
)
_FIELDS = re.compile(r"(?:^|\s)(?:Van|From|Aan|To|Verzonden|Sent|Datum|Date|Onderwerp|Subject):(?=\s)")
_WHOLE_HEAD = 2  # more fields in one line are the head of a mail that lost its line ends
_WHO = frozenset(("van", "from", "aan", "to"))
_FORWARDED = re.compile(
    r"-{2,}\s*[^-?]{0,40}(?:bericht|message|mail)[^-?]{0,20}-{2,}|_{10,}|\W{0,2}(?:Begin|Start)\s.{0,30}(?:bericht|message):?"
    r"|(?:Op|On|Il|Am)\s.{6,80}\b(?:schreef|wrote|schrieb)\b.{0,120}:",
    re.IGNORECASE,
)
SALUTATION = re.compile(
    r"(?:Beste|Geachte|Hoi|Hallo|Ha|Hi|Hello|Dear|Dag|Goede(?:morgen|middag|navond)|L\.?\s?S\b|Collega'?s"
    r"|Ter info\w*|Zie (?:hier)?onder)\b",
    re.IGNORECASE,
)
"""How somebody begins a message."""
OPENING = re.compile(
    r"^(?:Nadere |Aanvullende |Schriftelijke )*(?:Kamer)?vragen van\b|^20\d\dZ\d{4,6}", re.IGNORECASE
)
"""The heading of a set: "Schriftelijke vragen van het lid ...", "2024Z01234"."""
_REPLIED = re.compile(r"^(?:(?:FW|FWD|RE|Antw|Doorst|TR|VS)\s*:\s*)+", re.IGNORECASE)
TO_COLLEAGUE = re.compile(r"\b(?:je|jij|jou|jouw|jullie)\b", re.IGNORECASE)
"""Members of parliament say "u"; who sends their set on speaks to a colleague ("kun je")."""
_QUESTIONS_OF_MAIL = 2  # fewer asks the colleague something


def _without_mail(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """The lines of the message that asks most, without what its writer put around the set; and the rest.

    What a subject says of a set that has no heading is kept.
    """
    messages = list(_messages(lines))
    asking = [sum("?" in line and not TO_COLLEAGUE.search(line) for line in body) for _, body in messages]
    most = max(asking)
    left: list[str] = []
    mail: list[str] = []
    for (head, body), asks in zip(messages, asking, strict=True):
        mail += head
        if asks < most and asks < _QUESTIONS_OF_MAIL:
            mail += body
            continue
        ahead, own, behind = _own_text(body, alone=len(messages) == 1)
        mail += [*ahead, *behind]
        if not any(OPENING.match(line) for line in own):
            left += [subject for line in head if (subject := _subject(line))]
        left += ["", *own]
    return left, [line for line in mail if line.strip()]


def _subject(line: str) -> str:
    field = _FIELD.fullmatch(line)
    if field is None or field["name"].casefold() not in ("onderwerp", "subject"):
        return ""
    subject = _REPLIED.sub("", field["value"])
    return subject if OPENING.match(subject) else ""


def _messages(lines: Sequence[str]) -> Iterator[tuple[list[str], list[str]]]:
    """The messages of mails that were sent on, each with the lines of its head."""
    head: list[str] = []
    body: list[str] = []
    at = 0
    while at < len(lines):
        end = _head_end(lines, at)
        if end == at:
            body.append(lines[at])
            at += 1
            continue
        yield head, body
        head, body, at = list(lines[at:end]), [], end
    yield head, body


def _head_end(lines: Sequence[str], at: int) -> int:
    """Where the head of a mail ends that begins at a line; `at` itself where none begins."""
    end, names, last = at, set[str](), ""
    for index in range(at, len(lines)):
        line = lines[index].strip()
        field = _FIELD.fullmatch(line)
        if not names and len(_FIELDS.findall(line)) > _WHOLE_HEAD:
            return index + 1
        if field is not None and field["name"].casefold() not in names:
            last = field["name"].casefold()
            names.add(last)
            end = index + 1
        elif _FORWARDED.fullmatch(line) and not names:
            end = index + 1
        elif line and not (names and last in ("aan", "to", "cc", "bcc") and ("@" in line or ";" in line)):
            break
        elif line:
            end = index + 1
    fields = len(names) > 1 and names & _WHO
    forwarded = end > at and _FORWARDED.fullmatch(lines[at].strip())
    return end if fields or (forwarded and not names) else at


def _own_text(body: Sequence[str], *, alone: bool) -> tuple[list[str], list[str], list[str]]:
    """What the writer of a message says ahead of the set, the set, and what stands below it.

    Below stands what a closing begins ("Met vriendelijke groet") under all that asks; ahead what a greeting
    begins, where the set has a heading of its own.
    """
    asking = [n for n, line in enumerate(body) if "?" in line and not TO_COLLEAGUE.search(line)]
    last = asking[-1] if asking else len(body)
    end = next((n for n in range(last + 1, len(body)) if CLOSING.match(body[n].strip())), len(body))
    start = next((n for n, line in enumerate(body) if OPENING.match(line.strip())), 0)
    ahead = [line.strip() for line in body[:start] if line.strip()]
    greets = any(CLOSING.match(line) for line in ahead) or (ahead and SALUTATION.match(ahead[0]))
    if start and not greets and (alone or any("?" in line for line in ahead)):
        start = 0
    return list(body[:start]), list(body[start:end]), list(body[end:])
