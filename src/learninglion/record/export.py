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
from learninglion.record.marking import mark_line, properties, state_words
from learninglion.serial import Plain, from_plain, to_plain
from learninglion.text import printable

__all__ = ["ExportFormat", "Note", "collect_notes", "export", "to_json", "to_markdown", "verdict_words"]


class ExportFormat(StrEnum):
    """The forms a dossier can leave in."""

    MARKDOWN = "md"
    JSON = "json"
    DOCX = "docx"
    PDF = "pdf"


@dataclass(frozen=True, slots=True)
class Note:
    """A numbered note, counted through the whole text: a citation, or why a person's own sentence stands."""

    number: int
    citation: Citation | None
    own_account: str = ""

    @property
    def name(self) -> str:
        """What the note names, before its link."""
        if self.citation is None:
            return "Eigen tekst van de opsteller, niet door een bron gedragen"
        return self.citation.reference or self.citation.document

    @property
    def url(self) -> str:
        """Where the source is published; "" when nowhere."""
        return (self.citation.url or "") if self.citation is not None else ""

    @property
    def rest(self) -> str:
        """What follows the name: the page and the words, or the reason."""
        if self.citation is None:
            return f": {' '.join(self.own_account.split())}"
        page = f", pagina {self.citation.page}" if self.citation.page else ""
        return f"{page}: “{' '.join(self.citation.quote.split())}”"


def export(dossier: Dossier, form: ExportFormat) -> bytes:
    """`dossier` in the form asked for; deterministic."""
    from learninglion.record.export_docx import to_docx
    from learninglion.record.export_pdf import to_pdf

    writers: dict[ExportFormat, Callable[[Dossier], bytes]] = {
        ExportFormat.MARKDOWN: lambda d: to_markdown(d).encode("utf-8"),
        ExportFormat.JSON: lambda d: to_json(d).encode("utf-8"),
        ExportFormat.DOCX: lambda d: to_docx(_printable(d)),
        ExportFormat.PDF: lambda d: to_pdf(_printable(d)),
    }
    return writers[form](dossier)


def _printable(dossier: Dossier) -> Dossier:
    """`dossier` without the control characters that a word processor or PDF cannot hold."""

    def cleaned(value: Plain) -> Plain:
        if isinstance(value, str):
            return printable(value)
        if isinstance(value, list):
            return [cleaned(item) for item in value]
        return {name: cleaned(inner) for name, inner in value.items()} if isinstance(value, dict) else value

    return from_plain(Dossier, cleaned(to_plain(dossier)))


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
    """The notes of every statement that stands, by (position of the sub-question, of the statement)."""
    notes: dict[tuple[int, int], tuple[Note, ...]] = {}
    number = 0
    for i, verification in enumerate(dossier.verifications):
        own = verification.own
        for j, check in enumerate(verification.standing):
            told: list[tuple[Citation | None, str]] = [(c, "") for c in check.statement.citations]
            if check in own:
                told = [(None, check.statement.own_account)]
            notes[i, j] = tuple(Note(number + k, *note) for k, note in enumerate(told, start=1))
            number += len(told)
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


def _markdown_note(note: Note) -> str:
    name = _inline(note.name)
    linked = f"[{name}](<{note.url}>)" if note.url else name
    return f"{linked}{_inline(note.rest)}"


def _inline(text: str) -> str:
    """Text of a document as Markdown that shows it literally: it can never become markup."""
    flat = " ".join(text.split())
    for sign in "\\`*_{}[]<>#|~":
        flat = flat.replace(sign, "\\" + sign)
    return flat
