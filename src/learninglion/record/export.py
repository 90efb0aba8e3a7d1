"""A dossier as a file for the world outside: Markdown, JSON, PDF, or Word as the letter and its annex.

Only a Dossier of Verifications can be exported, so an unchecked draft cannot leave the system. Every form
carries the AI mark for people (a line) and for machines (properties), and the same bytes come out each time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from enum import StrEnum
from urllib.parse import quote

from learninglion.models import Dossier, Opening
from learninglion.models.plain import to_plain
from learninglion.record.accountability import ANNEX_TITLE, Account, account_for
from learninglion.record.answers import TextBlock, answer_heading, empty_answer, group_blocks
from learninglion.record.changes import MachineText
from learninglion.record.contract import dossier_view
from learninglion.record.energy import Energy, energy_lines
from learninglion.record.letter_facts import document_title, file_stem
from learninglion.record.letter_template import LetterTerms
from learninglion.record.marking import mark_line, origin_line, properties
from learninglion.record.notes import (
    Note,
    answer_groups,
    collect_notes,
    heading,
    inline,
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
    from learninglion.record.export_html import to_html
    from learninglion.record.export_pdf import to_pdf

    terms = letter or LetterTerms()
    writers: dict[ExportFormat, Callable[[Dossier], bytes]] = {
        ExportFormat.MARKDOWN: lambda d: to_markdown(d, energy).encode("utf-8"),
        ExportFormat.JSON: lambda d: to_json(d, energy).encode("utf-8"),
        ExportFormat.DOCX: lambda d: to_letter(printable_dossier(d), terms, annex=energy_lines(energy)),
        ExportFormat.PDF: lambda d: to_pdf(printable_dossier(d), energy),
        ExportFormat.HTML: lambda d: to_html(printable_dossier(d), energy).encode("utf-8"),
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
    count, before = 0, Opening.PARAGRAPH
    for block in blocks:
        text = " ".join(
            inline(s.text) + "".join(f"[^{note.number}]" for note in s.marks) for s in block.sentences
        )
        count = count + 1 if block.opens is Opening.NUMBER else 0
        lead = {Opening.ITEM: "- ", Opening.NUMBER: f"{count}. "}.get(block.opens, "")
        if lines and not (lead and before is block.opens):
            lines.append("")
        lines.append(lead + _LEADING.sub(_escaped, text))
        before = block.opens
    return lines


def _escaped(match: re.Match[str]) -> str:
    return f"{match[0][:-1]}\\{match[0][-1]}"


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
    for label, items in (
        ("Eigen tekst van de opsteller, niet door een bron gedragen:", own),
        ("Wat ontbreekt:", [inline(part) for part in account.missing]),
        ("Niet overgenomen, want de bron draagt deze zin niet:", refused),
        ("Opmerkingen:", [inline(remark) for remark in account.remarks]),
    ):
        if items:
            lines += [label, "", *(f"- {item}" for item in items), ""]
    return lines


def _markdown_note(note: Note) -> str:
    name = inline(note.name)
    address = quote(note.url, safe=":/?#[]@!$&'()*+,;=%~")  # no sign that could end the link
    linked = f"[{name}](<{address}>)" if note.url else name
    return f"{linked}{inline(note.rest)}"
