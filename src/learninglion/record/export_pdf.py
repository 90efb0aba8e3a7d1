"""A dossier as a tagged PDF. Texts reach the typesetter as data, so they can never become markup."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import typst

from learninglion.models import Dossier
from learninglion.record.accountability import ANNEX_TITLE, account_for
from learninglion.record.answers import answer_heading, empty_answer, group_blocks
from learninglion.record.energy import Energy, energy_lines
from learninglion.record.letter_facts import document_title
from learninglion.record.marking import (
    credit_line,
    made_at,
    mark_line,
    mark_pdf,
    origin_line,
    properties,
    source_type,
)
from learninglion.record.notes import Note, answer_groups, collect_notes, heading

_TEMPLATE = Path(__file__).with_name("dossier.typ")
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
        "answers": _answers(dossier),
        "annex": ANNEX_TITLE,
        "accounts": [
            {
                "heading": account.heading,
                "verdict": account.verdict,
                "sources": [{**_note(note), "quotes": list(note.quotes)} for note in account.sources],
                "own": [f"“{statement.text}” Grondslag: {statement.reason}" for statement in account.own],
                "missing": list(account.missing),
                "refused": [
                    f"“{statement.text}” Reden: {statement.reason}." for statement in account.refused
                ],
                "remarks": list(account.remarks),
            }
            for account in account_for(dossier)
            if not account.empty
        ],
    }
    return mark_pdf(typeset(_TEMPLATE, data, made_at(dossier)), source_type(dossier))


def _answers(dossier: Dossier) -> list[dict[str, object]]:
    """Every answer with the questions it stands for, in paragraphs and items; a note is told once."""
    notes = collect_notes(dossier)
    numbers_told: set[int] = set()
    made: list[dict[str, object]] = []
    for group in answer_groups(dossier):
        blocks = []
        for block in group_blocks(dossier, group, notes):
            sentences = []
            for sentence in block.sentences:
                marks = [{**_note(n), "again": n.number in numbers_told} for n in sentence.marks]
                numbers_told.update(note.number for note in sentence.marks)
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


def _note(note: Note) -> dict[str, object]:
    return {"number": note.number, "name": note.name, "url": note.url, "rest": note.rest}


def typeset(template: Path, content: object, moment: datetime) -> bytes:
    """The one way in which a PDF is made here: UA-1 and A-2a, from a template and its data, dated `moment`.

    A sign that the fonts do not have is told by its number, such as [U+1F600].
    """
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


def _without(data: str, text: str) -> str:
    for cluster in _UNSHOWN.findall(text):
        plain = _ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), cluster)
        for sign in plain:
            if not sign.isascii():
                data = data.replace(sign, f"[U+{ord(sign):04X}]")
    return data
