"""A dossier as a tagged PDF. Texts reach the typesetter as data, so they can never become markup."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import typst

from learninglion.models import Dossier
from learninglion.record.marking import mark_line, properties, state_words
from learninglion.record.notes import collect_notes, heading, reasons_text, verdict_words

__all__ = ["to_pdf"]

_TEMPLATE = Path(__file__).with_name("dossier.typ")
# How the compiler names what its fonts lack: as a string in the notation of Rust.
_UNSHOWN = re.compile(r'the text `"(.*?)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
_FIXED_TIME = datetime(1980, 1, 1, tzinfo=UTC)  # no clock in the file: the same dossier gives the same bytes


def to_pdf(dossier: Dossier) -> bytes:
    """The bytes of the PDF, with headings, language, title and the AI mark in its metadata."""
    notes = collect_notes(dossier)
    data = {
        "title": dossier.question_set.title or "Tekstvoorstel beantwoording Kamervragen",
        "introduction": dossier.question_set.introduction,
        "mark": mark_line(dossier),
        "keywords": [f"{name}={value}" for name, value in properties(dossier)],
        "closing": f"Dossier {dossier.id}, versie {dossier.version} ({state_words(dossier.state)}).",
        "questions": [
            {
                "heading": heading(v),
                "question": v.draft.selection.question.text,
                "sentences": [
                    {
                        "text": " ".join(check.statement.text.split()),
                        "notes": [
                            {"name": note.name, "url": note.url, "rest": note.rest} for note in notes[i, j]
                        ],
                    }
                    for j, check in enumerate(v.standing)
                ],
                "verdict": verdict_words(v),
                "missing": list(v.missing),
                "failed": [f"{' '.join(c.statement.text.split())} ({reasons_text(c)})" for c in v.failed],
                "remarks": list(v.draft.left_out),
            }
            for i, v in enumerate(dossier.verifications)
        ],
    }
    return _compile(json.dumps(data, ensure_ascii=False))


def _compile(data: str) -> bytes:
    """The PDF of `data`; a sign that its fonts do not have is told by its number, such as [U+1F600]."""
    while True:
        try:
            made: bytes = typst.compile(
                str(_TEMPLATE),
                format="pdf",
                ignore_system_fonts=True,
                pdf_standards=["ua-1"],
                sys_inputs={"data": data},
                timestamp=_FIXED_TIME,
            )
        except typst.TypstError as error:
            shown = _without(data, str(error))
            if shown == data:
                raise
            data = shown
        else:
            return made


def _without(data: str, told: str) -> str:
    for cluster in _UNSHOWN.findall(told):
        plain = _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), cluster)
        for sign in plain:
            if not sign.isascii():
                data = data.replace(sign, f"[U+{ord(sign):04X}]")
    return data
