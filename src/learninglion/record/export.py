"""A dossier as a file for the world outside: Markdown, JSON, DOCX or PDF.

Only a Dossier of Verifications can be exported, so an unchecked draft cannot leave the system. Every form
carries the AI mark for people (a line) and for machines (properties), and the same bytes come out each time.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from learninglion.models import AnswerVerdict, Check, Citation, Dossier, Verification
from learninglion.record.contract import dossier_view
from learninglion.record.marking import mark_line, properties
from learninglion.serial import to_plain

__all__ = ["ExportFormat", "Note", "collect_notes", "export", "to_json", "to_markdown", "verdict_words"]


class ExportFormat(StrEnum):
    """The forms a dossier can leave in."""

    MARKDOWN = "md"
    JSON = "json"
    DOCX = "docx"
    PDF = "pdf"


@dataclass(frozen=True, slots=True)
class Note:
    """One citation as a numbered note; `number` counts through the whole text."""

    number: int
    citation: Citation


def export(dossier: Dossier, form: ExportFormat) -> bytes:
    """`dossier` in the form asked for; deterministic."""
    from learninglion.record.export_docx import to_docx
    from learninglion.record.export_pdf import to_pdf

    writers: dict[ExportFormat, Callable[[Dossier], bytes]] = {
        ExportFormat.MARKDOWN: lambda d: to_markdown(d).encode("utf-8"),
        ExportFormat.JSON: lambda d: to_json(d).encode("utf-8"),
        ExportFormat.DOCX: to_docx,
        ExportFormat.PDF: to_pdf,
    }
    return writers[form](dossier)


def verdict_words(verification: Verification) -> str:
    """What a reader is told about a sub-question as a whole; empty when it is simply answered."""
    if not verification.draft.complete:
        return "Het antwoord op deze vraag is nog niet af: het schrijven is onderbroken."
    return {
        AnswerVerdict.ANSWERED: "",
        AnswerVerdict.PARTIAL: "Deze vraag is gedeeltelijk beantwoord uit de gekozen bronnen.",
        AnswerVerdict.UNANSWERABLE: "Deze vraag kan niet worden beantwoord uit de gekozen bronnen.",
    }[verification.verdict]


def collect_notes(dossier: Dossier) -> dict[tuple[int, int], tuple[Note, ...]]:
    """The notes of every shown statement, by (position of the sub-question, position of the statement)."""
    notes: dict[tuple[int, int], tuple[Note, ...]] = {}
    number = 0
    for i, verification in enumerate(dossier.verifications):
        for j, check in enumerate(verification.shown):
            listed = []
            for citation in check.statement.citations:
                number += 1
                listed.append(Note(number, citation))
            notes[i, j] = tuple(listed)
    return notes


def heading(verification: Verification) -> str:
    """ "Vraag 3, 4 en 5"."""
    numbers = [str(n) for n in verification.draft.selection.question.numbers]
    listed = numbers[0] if len(numbers) == 1 else f"{', '.join(numbers[:-1])} en {numbers[-1]}"
    return f"Vraag {listed}"


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
    lines += [f"# {_inline(question_set.title or 'Tekstvoorstel beantwoording Kamervragen')}", ""]
    lines += [f"> {mark_line(dossier)}", ""]
    if question_set.introduction:
        lines += [_inline(question_set.introduction), ""]
    for i, verification in enumerate(dossier.verifications):
        lines += [
            f"## {heading(verification)}",
            "",
            f"*{_inline(verification.draft.selection.question.text)}*",
            "",
        ]
        lines += _markdown_answer(verification, i, notes)
    if any(notes.values()):
        lines += ["## Bronnen", ""]
        lines += [
            f"[^{n.number}]: {_markdown_source(n.citation)}" for listed in notes.values() for n in listed
        ]
        lines.append("")
    lines += [f"Dossier {dossier.id}, versie {dossier.version} ({dossier.state.value}).", ""]
    return "\n".join(lines)


def _markdown_answer(
    verification: Verification, i: int, notes: dict[tuple[int, int], tuple[Note, ...]]
) -> list[str]:
    lines: list[str] = []
    if verification.shown:
        sentences = []
        for j, check in enumerate(verification.shown):
            marks = "".join(f"[^{n.number}]" for n in notes[i, j])
            sentences.append(_inline(check.statement.text) + marks)
        lines += ["### Antwoord", "", " ".join(sentences), ""]
    if words := verdict_words(verification):
        lines += [f"**{words}**", ""]
    if verification.missing:
        lines += ["Wat ontbreekt:", "", *(f"- {_inline(m)}" for m in verification.missing), ""]
    if verification.failed:
        lines += ["Niet overgenomen, want de bron draagt deze zin niet:", ""]
        lines += [
            f"- ~~{_inline(c.statement.text)}~~ ({_inline(reasons_text(c))})" for c in verification.failed
        ]
        lines.append("")
    if verification.draft.left_out:
        lines += ["Opmerkingen:", "", *(f"- {_inline(m)}" for m in verification.draft.left_out), ""]
    return lines


def reasons_text(check: Check) -> str:
    """The reasons of a check as one phrase."""
    return "; ".join(reason.rstrip(".") for reason in check.reasons) or "geen bron genoemd"


def _markdown_source(citation: Citation) -> str:
    where = f", pagina {citation.page}" if citation.page else ""
    name = _inline(citation.reference or citation.document)
    linked = f"[{name}](<{citation.url}>)" if citation.url else name
    return f"{linked}{where}: “{_inline(citation.quote)}”"


def _inline(text: str) -> str:
    """Text of a document as Markdown that shows it literally: it can never become markup."""
    flat = " ".join(text.split())
    for sign in "\\`*_{}[]<>#|~":
        flat = flat.replace(sign, "\\" + sign)
    return flat
