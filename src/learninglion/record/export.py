"""A dossier as a file for the world outside: Markdown, JSON, PDF, or Word as the letter and its annex.

Only a Dossier of Verifications can be exported, so an unchecked draft cannot leave the system. Every form
carries the AI mark for people (a line) and for machines (properties), and the same bytes come out each time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from html import escape
from pathlib import Path
from urllib.parse import quote

from learninglion.database.files import write_durably
from learninglion.models import Dossier, Opening
from learninglion.models.errors import InputError
from learninglion.models.plain import to_plain
from learninglion.record.contract import dossier_view
from learninglion.record.energy import Energy, energy_lines
from learninglion.record.letter import LetterTerms, document_title, file_stem
from learninglion.record.marking import (
    credit_line,
    linked_data,
    made_at,
    mark_line,
    mark_pdf,
    origin_line,
    properties,
    source_type,
)
from learninglion.record.notes import (
    ACCOUNT_LABELS,
    ANNEX_TITLE,
    Account,
    MachineText,
    Note,
    TextBlock,
    account_for,
    answer_groups,
    answer_heading,
    collect_notes,
    empty_answer,
    group_blocks,
    heading,
    inline,
    leads,
    notes_of_answers,
    printable_dossier,
)


class ExportFormat(StrEnum):
    """The forms a dossier can leave in."""

    MARKDOWN = "md"
    JSON = "json"
    DOCX = "docx"  # the letter with its annex
    PDF = "pdf"
    HTML = "html"
    LETTER = "letter"
    LETTER_CLEAN = "letter-clean"  # without notes
    LETTER_CHANGES = "letter-changes"  # with tracked changes and comments
    ANNEX = "annex"

    @property
    def extension(self) -> str:
        """How the name of such a file ends."""
        return self.value if self in WHOLE else ExportFormat.DOCX.value


WHOLE = (ExportFormat.MARKDOWN, ExportFormat.JSON, ExportFormat.DOCX, ExportFormat.PDF, ExportFormat.HTML)
"""The forms that hold the text and its accountability both."""

_NAMED = {
    ExportFormat.LETTER: " brief",
    ExportFormat.LETTER_CLEAN: " brief zonder noten",
    ExportFormat.LETTER_CHANGES: " brief met wijzigingen",
    ExportFormat.ANNEX: " verantwoording",
}


def file_name(dossier: Dossier, form: ExportFormat) -> str:
    """ "Kamervragen 2024Z11859 water in de kelder v3 brief.docx"."""
    return f"{file_stem(dossier)}{_NAMED.get(form, '')}.{form.extension}"


def export(
    dossier: Dossier,
    form: ExportFormat,
    letter: LetterTerms | None = None,
    machine: Sequence[MachineText] = (),
    energy: Sequence[Energy] = (),
) -> bytes:
    """`dossier` in the form asked for; deterministic.

    `letter` says how the organisation's letters look (None: plain). The letter with changes needs `machine`,
    what the machine wrote for each sub-question. `energy` is what the work on it took, told in every
    form that holds the accountability. Raises InputError where the template does not fit.
    """
    from learninglion.record.export_docx import to_annex, to_changes, to_letter

    terms = letter or LetterTerms()
    writers: dict[ExportFormat, Callable[[Dossier], bytes]] = {
        ExportFormat.MARKDOWN: lambda d: to_markdown(d, energy).encode("utf-8"),
        ExportFormat.JSON: lambda d: to_json(d, energy).encode("utf-8"),
        ExportFormat.DOCX: lambda d: to_letter(printable_dossier(d), terms, annex=energy_lines(energy)),
        ExportFormat.PDF: lambda d: to_pdf(printable_dossier(d), energy),
        ExportFormat.HTML: lambda d: _to_html(printable_dossier(d), energy).encode("utf-8"),
        ExportFormat.LETTER: lambda d: to_letter(printable_dossier(d), terms),
        ExportFormat.LETTER_CLEAN: lambda d: to_letter(printable_dossier(d), terms, with_notes=False),
        ExportFormat.LETTER_CHANGES: lambda d: to_changes(printable_dossier(d), terms, machine),
        ExportFormat.ANNEX: lambda d: to_annex(printable_dossier(d), energy_lines(energy)),
    }
    return writers[form](dossier)


def to_json(dossier: Dossier, energy: Sequence[Energy] = ()) -> str:
    """The contract's view plus the whole record, so that everything can be reconstructed from one file."""
    data = {
        **dossier_view(dossier),
        "marking": dict(properties(dossier)),
        "energy": [to_plain(piece) for piece in energy],
        "record": to_plain(dossier),
    }
    return json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def to_markdown(dossier: Dossier, energy: Sequence[Energy] = ()) -> str:
    """Readable text with numbered notes that link to the official publication, and its accountability."""
    question_set = dossier.question_set
    notes = collect_notes(dossier)
    lines = [
        "---",
        *(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in properties(dossier)),
        "lang: nl",
        "---",
        "",
    ]
    lines += [f"# {inline(document_title(dossier))}", ""]
    if mark := mark_line(dossier):
        lines += [f"> {mark}", ""]
    if question_set.introduction:
        lines += [inline(question_set.introduction), ""]
    for group in answer_groups(dossier):
        for position in group.positions:
            verification = dossier.verifications[position]
            question = inline(verification.draft.selection.question.text)
            lines += [f"## {heading(verification)}", "", f"*{question}*", ""]
        blocks = group_blocks(dossier, group, notes)
        text = _markdown_text(blocks) or [inline(f"[{empty_answer(group.numbers)}]")]
        lines += [f"### {answer_heading(group.numbers)}", "", *text, ""]
    lines += [f"## {ANNEX_TITLE}", ""]
    for account in account_for(dossier):
        lines += _markdown_account(account)
    notes_by_number = {note.number: note for listed in notes_of_answers(dossier, notes) for note in listed}
    lines += [f"[^{number}]: {_markdown_note(notes_by_number[number])}" for number in sorted(notes_by_number)]
    lines += ["", origin_line(dossier), "", *(f"{inline(line)}  " for line in energy_lines(energy)), ""]
    return "\n".join(lines)


# What would begin a list or a heading at the start of a line.
_LEADING = re.compile(r"^(?:[-+=]|\d+[.)](?=\s))")


def _markdown_text(blocks: Sequence[TextBlock]) -> list[str]:
    """Paragraphs with a white line between them, items of a list under each other."""
    lines: list[str] = []
    before = Opening.PARAGRAPH
    for block, lead in zip(blocks, leads(block.opens for block in blocks), strict=True):
        text = " ".join(
            inline(s.text) + "".join(f"[^{note.number}]" for note in s.marks) for s in block.sentences
        )
        if lines and not (lead and before is block.opens):
            lines.append("")
        lines.append(lead + _LEADING.sub(lambda sign: f"{sign[0][:-1]}\\{sign[0][-1]}", text))
        before = block.opens
    return lines


def _markdown_account(account: Account) -> list[str]:
    if account.empty:
        return []
    lines = [f"### {account.heading}: verantwoording", ""]
    if account.verdict:
        lines += [f"**{account.verdict}**", ""]
    for note in account.sources:
        quotes = " ".join(f"“{inline(quote)}”" for quote in note.quotes)
        lines.append(f"- Noot {note.number}: {_markdown_note(note)}{f': {quotes}' if quotes else ''}")
    lines += [""] if account.sources else []
    own = [f"“{inline(statement.text)}” Grondslag: {inline(statement.reason)}" for statement in account.own]
    refused = [f"~~{inline(statement.text)}~~ ({inline(statement.reason)})" for statement in account.refused]
    lists = (own, map(inline, account.missing), refused, map(inline, account.remarks))
    for label, items in zip(ACCOUNT_LABELS, map(list, lists), strict=True):
        if items:
            lines += [label, "", *(f"- {item}" for item in items), ""]
    return lines


def _markdown_note(note: Note) -> str:
    name = inline(note.name)
    address = quote(note.url, safe=":/?#[]@!$&'()*+,;=%~")  # no sign that could end the link
    linked = f"[{name}](<{address}>)" if note.url else name
    return f"{linked}{inline(note.rest)}"


# A dossier as one web page that stands on its own: no scripts that run, nothing from elsewhere.


_PAGE_STYLE = (
    "body{max-width:42em;margin:2em auto;padding:0 1em;font-family:sans-serif;line-height:1.6}"
    "h1,h2,h3{color:#154273}.mark{border-left:4px solid #154273;padding-left:1em;font-weight:bold}"
)


def _to_html(dossier: Dossier, energy: Sequence[Energy] = ()) -> str:
    """The page, with the visible mark and the same mark for machines as JSON-LD."""
    title, notes = document_title(dossier), collect_notes(dossier)
    data = json.dumps(linked_data(dossier), ensure_ascii=False, sort_keys=True).replace("<", "\\u003c")
    parts = [
        f'<!doctype html>\n<html lang="nl"><head><meta charset="utf-8"><title>{escape(title)}</title>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<style>{_PAGE_STYLE}</style><script type="application/ld+json">{data}</script></head><body><main>',
        f"<h1>{escape(title)}</h1>",
        f'<p class="mark" id="ai-mark">{escape(mark)}</p>' if (mark := mark_line(dossier)) else "",
        _html_paragraph(dossier.question_set.introduction),
    ]
    for group in answer_groups(dossier):
        for position in group.positions:
            verification = dossier.verifications[position]
            parts.append(f"<h2>{escape(heading(verification))}</h2>")
            parts.append(f"<p><em>{escape(verification.draft.selection.question.text)}</em></p>")
        parts.append(f"<h3>{escape(answer_heading(group.numbers))}</h3>")
        blocks = group_blocks(dossier, group, notes)
        for block in blocks:
            sentences = (
                escape(s.text) + "".join(f'<sup><a href="#n{n.number}">{n.number}</a></sup>' for n in s.marks)
                for s in block.sentences
            )
            parts.append(f"<p>{' '.join(sentences)}</p>")
        if not blocks:
            parts.append(_html_paragraph(f"[{empty_answer(group.numbers)}]"))
    parts.append(f"<h2>{escape(ANNEX_TITLE)}</h2>")
    for account in account_for(dossier):
        if not account.empty:
            remarks = [account.verdict, *account.missing, *account.remarks]
            remarks += [f"Niet overgenomen: {s.text} ({s.reason})" for s in account.refused]
            remarks += [f"Eigen tekst: {s.text} Grondslag: {s.reason}" for s in account.own]
            items = "".join(f"<li>{escape(line)}</li>" for line in remarks if line)
            parts.append(f"<h3>{escape(account.heading)}</h3><ul>{items}</ul>")
    listed = {note.number: note for some in notes_of_answers(dossier, notes) for note in some}
    parts.append("<dl>" + "".join(_html_note(listed[number]) for number in sorted(listed)) + "</dl>")
    parts += map(_html_paragraph, (origin_line(dossier), *energy_lines(energy)))
    parts.append("</main></body></html>\n")
    return "\n".join(part for part in parts if part)


def _html_paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>" if text else ""


def _html_note(note: Note) -> str:
    name = f'<a href="{escape(note.url)}">{escape(note.name)}</a>' if note.url else escape(note.name)
    return f'<dt id="n{note.number}">Noot {note.number}</dt><dd>{name}{escape(note.rest)}</dd>'


# A dossier as a tagged PDF. Texts reach the typesetter as data, so they can never become markup.


_PDF_TEMPLATE = Path(__file__).with_name("dossier.typ")
# How the compiler names what its fonts lack: as a string in the notation of Rust.
_UNSHOWN = re.compile(r'the text `"(.*?)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")


def to_pdf(dossier: Dossier, energy: Sequence[Energy] = ()) -> bytes:
    """The bytes of the PDF (UA-1 and A-2a), with headings, language, title and the AI mark."""
    data = {
        "title": document_title(dossier),
        "introduction": dossier.question_set.introduction,
        "mark": mark_line(dossier),
        "credit": credit_line(dossier),
        "keywords": [f"{name}={value}" for name, value in properties(dossier)],
        "closing": [origin_line(dossier), *energy_lines(energy)],
        "answers": _pdf_answers(dossier),
        "annex": ANNEX_TITLE,
        "accounts": [
            {
                "heading": account.heading,
                "verdict": account.verdict,
                "sources": [{**_pdf_note(note), "quotes": list(note.quotes)} for note in account.sources],
                "own": list(account.own_lines),
                "missing": list(account.missing),
                "refused": list(account.refused_lines),
                "remarks": list(account.remarks),
            }
            for account in account_for(dossier)
            if not account.empty
        ],
    }
    return mark_pdf(typeset(_PDF_TEMPLATE, data, made_at(dossier)), source_type(dossier))


def _pdf_answers(dossier: Dossier) -> list[dict[str, object]]:
    """Every answer with the questions it stands for, in paragraphs and items; a note is told once."""
    notes = collect_notes(dossier)
    shown_numbers: set[int] = set()
    made: list[dict[str, object]] = []
    for group in answer_groups(dossier):
        blocks = []
        for block in group_blocks(dossier, group, notes):
            sentences = []
            for sentence in block.sentences:
                marks = [{**_pdf_note(n), "again": n.number in shown_numbers} for n in sentence.marks]
                shown_numbers.update(note.number for note in sentence.marks)
                sentences.append({"text": sentence.text, "notes": marks})
            blocks.append({"opens": block.opens.value, "sentences": sentences})
        verifications = [dossier.verifications[i] for i in group.positions]
        made.append(
            {
                "questions": [
                    {"heading": heading(v), "lines": v.draft.selection.question.text.split("\n")}
                    for v in verifications
                ],
                "heading": answer_heading(group.numbers),
                "blocks": blocks,
                "empty": "" if blocks else f"[{empty_answer(group.numbers)}]",
            }
        )
    return made


def _pdf_note(note: Note) -> dict[str, object]:
    return {"number": note.number, "name": note.name, "url": note.url, "rest": note.rest}


def typeset(template: Path, content: object, moment: datetime) -> bytes:
    """The one way in which a PDF is made here: UA-1 and A-2a, from a template and its data, dated `moment`.

    A sign that the fonts do not have is told by its number, such as [U+1F600].
    """
    import typst  # loading the typesetter takes time that the other formats do without

    data = json.dumps(content, ensure_ascii=False)
    while True:
        try:
            made: bytes = typst.compile(
                str(template),
                format="pdf",
                ignore_system_fonts=True,
                pdf_standards=["ua-1", "a-2a"],
                sys_inputs={"data": data},
                timestamp=moment,
            )
        except typst.TypstError as error:
            shown = _without(data, str(error))
            if shown == data:
                raise
            data = shown
        else:
            return made


def page_of(template: Path, **content: object) -> str:
    """A web page that stands alone, from a template and its data, which can never become markup."""
    from jinja2 import Environment, StrictUndefined  # nobody who searches waits for it

    environment = Environment(
        autoescape=True, trim_blocks=True, keep_trailing_newline=True, undefined=StrictUndefined
    )
    return environment.from_string(template.read_text("utf-8")).render(content)


def _without(data: str, text: str) -> str:
    for cluster in _UNSHOWN.findall(text):
        plain = _ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), cluster)
        for sign in plain:
            if not sign.isascii():
                data = data.replace(sign, f"[U+{ord(sign):04X}]")
    return data


# A file where the user wants it: whole, or not there.


def make_folder(folder: Path) -> None:
    """The folder, with those above it. Raises InputError where it cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: deze map kan niet worden gemaakt ({error.strerror})") from error


def free_path(path: Path, content: bytes) -> Path:
    """`path`, or with a number behind it where another file stands: somebody may have worked in that."""
    free, count = path, 1
    while free.exists() and free.read_bytes() != content:
        count += 1
        free = path.with_name(f"{path.stem} ({count}){path.suffix}")
    return free


def write_file(path: Path, content: bytes) -> None:
    """Write `content` where the user wants it. Raises InputError that names the file."""
    try:
        write_durably(path, content)
    except OSError as error:
        raise InputError(f"{path}: dit bestand kan niet worden geschreven ({error.strerror})") from error
