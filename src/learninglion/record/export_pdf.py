"""A dossier as a tagged PDF. Texts reach the typesetter as data, so they can never become markup."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import typst

from learninglion.models import Dossier
from learninglion.record.export import collect_notes, heading, reasons_text, verdict_words
from learninglion.record.marking import mark_line, properties

__all__ = ["to_pdf"]

_TEMPLATE = Path(__file__).with_name("dossier.typ")
_FIXED_TIME = datetime(1980, 1, 1, tzinfo=UTC)  # no clock in the file: the same dossier gives the same bytes


def to_pdf(dossier: Dossier) -> bytes:
    """The bytes of the PDF, with headings, language, title and the AI mark in its metadata."""
    notes = collect_notes(dossier)
    data = {
        "title": dossier.question_set.title or "Tekstvoorstel beantwoording Kamervragen",
        "introduction": dossier.question_set.introduction,
        "mark": mark_line(dossier),
        "keywords": [f"{name}={value}" for name, value in properties(dossier)],
        "closing": f"Dossier {dossier.id}, versie {dossier.version} ({dossier.state.value}).",
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
    made: bytes = typst.compile(
        str(_TEMPLATE),
        format="pdf",
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        timestamp=_FIXED_TIME,
    )
    return made
