"""A dossier as a file for the world outside: Markdown, JSON, DOCX or PDF.

Only a Dossier of Verifications can be exported, so an unchecked draft cannot leave the system. Every form
carries the AI mark for people (a line) and for machines (properties), and the same bytes come out each time.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from enum import StrEnum

from learninglion.models import Dossier, Verification
from learninglion.models.plain import to_plain
from learninglion.record.contract import dossier_view
from learninglion.record.marking import mark_line, properties, state_words
from learninglion.record.notes import (
    Note,
    collect_notes,
    heading,
    inline,
    printable_dossier,
    reasons_text,
    verdict_words,
)

__all__ = [
    "ExportFormat",
    "export",
    "to_json",
    "to_markdown",
]


class ExportFormat(StrEnum):
    """The forms a dossier can leave in."""

    MARKDOWN = "md"
    JSON = "json"
    DOCX = "docx"
    PDF = "pdf"


def export(dossier: Dossier, form: ExportFormat) -> bytes:
    """`dossier` in the form asked for; deterministic."""
    from learninglion.record.export_docx import to_docx
    from learninglion.record.export_pdf import to_pdf

    writers: dict[ExportFormat, Callable[[Dossier], bytes]] = {
        ExportFormat.MARKDOWN: lambda d: to_markdown(d).encode("utf-8"),
        ExportFormat.JSON: lambda d: to_json(d).encode("utf-8"),
        ExportFormat.DOCX: lambda d: to_docx(printable_dossier(d)),
        ExportFormat.PDF: lambda d: to_pdf(printable_dossier(d)),
    }
    return writers[form](dossier)


def to_json(dossier: Dossier) -> str:
    """The contract's view plus the whole record, so that everything can be reconstructed from one file."""
    data = dossier_view(dossier)
    data["marking"] = dict(properties(dossier))
    data["record"] = to_plain(dossier)
    return json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def to_markdown(dossier: Dossier) -> str:
    """Readable text with numbered notes that link to the official publication."""
    question_set = dossier.question_set
    notes = collect_notes(dossier)
    lines = ["---", *(f'{name}: "{value}"' for name, value in properties(dossier)), "lang: nl", "---", ""]
    lines += [f"# {inline(question_set.title or 'Tekstvoorstel beantwoording Kamervragen')}", ""]
    lines += [f"> {mark_line(dossier)}", ""]
    if question_set.introduction:
        lines += [inline(question_set.introduction), ""]
    for i, verification in enumerate(dossier.verifications):
        lines += [
            f"## {heading(verification)}",
            "",
            f"*{inline(verification.draft.selection.question.text)}*",
            "",
        ]
        lines += _markdown_answer(verification, i, notes)
    if any(notes.values()):
        lines += ["## Bronnen", ""]
        lines += [f"[^{n.number}]: {_markdown_note(n)}" for listed in notes.values() for n in listed]
        lines.append("")
    lines += [f"Dossier {dossier.id}, versie {dossier.version} ({state_words(dossier.state)}).", ""]
    return "\n".join(lines)


def _markdown_answer(
    verification: Verification, i: int, notes: dict[tuple[int, int], tuple[Note, ...]]
) -> list[str]:
    lines: list[str] = []
    if verification.standing:
        sentences = []
        for j, check in enumerate(verification.standing):
            marks = "".join(f"[^{n.number}]" for n in notes[i, j])
            sentences.append(inline(check.statement.text) + marks)
        lines += ["### Antwoord", "", " ".join(sentences), ""]
    if words := verdict_words(verification):
        lines += [f"**{words}**", ""]
    if verification.missing:
        lines += ["Wat ontbreekt:", "", *(f"- {inline(m)}" for m in verification.missing), ""]
    if verification.failed:
        lines += ["Niet overgenomen, want de bron draagt deze zin niet:", ""]
        lines += [
            f"- ~~{inline(c.statement.text)}~~ ({inline(reasons_text(c))})" for c in verification.failed
        ]
        lines.append("")
    if verification.draft.left_out:
        lines += ["Opmerkingen:", "", *(f"- {inline(m)}" for m in verification.draft.left_out), ""]
    return lines


def _markdown_note(note: Note) -> str:
    name = inline(note.name)
    linked = f"[{name}](<{note.url}>)" if note.url else name
    return f"{linked}{inline(note.rest)}"
