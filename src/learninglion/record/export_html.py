"""A dossier as one web page that stands on its own: no scripts that run, nothing from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape

from learninglion.models import Dossier
from learninglion.record.accountability import ANNEX_TITLE, account_for
from learninglion.record.answers import answer_heading, empty_answer, group_blocks
from learninglion.record.energy import Energy, energy_lines
from learninglion.record.letter_facts import document_title
from learninglion.record.marking import linked_data, mark_line, origin_line
from learninglion.record.notes import Note, answer_groups, collect_notes, heading, notes_of_answers

_STYLE = (
    "body{max-width:42em;margin:2em auto;padding:0 1em;font-family:sans-serif;line-height:1.6}"
    "h1,h2,h3{color:#154273}.mark{border-left:4px solid #154273;padding-left:1em;font-weight:bold}"
)


def to_html(dossier: Dossier, energy: Sequence[Energy] = ()) -> str:
    """The page, with the visible mark and the same mark for machines as JSON-LD."""
    title, notes = document_title(dossier), collect_notes(dossier)
    data = json.dumps(linked_data(dossier), ensure_ascii=False, sort_keys=True).replace("<", "\\u003c")
    parts = [
        f'<!doctype html>\n<html lang="nl"><head><meta charset="utf-8"><title>{escape(title)}</title>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<style>{_STYLE}</style><script type="application/ld+json">{data}</script></head><body><main>',
        f"<h1>{escape(title)}</h1>",
        f'<p class="mark" id="ai-mark">{escape(mark)}</p>' if (mark := mark_line(dossier)) else "",
        _paragraph(dossier.question_set.introduction),
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
            parts.append(_paragraph(f"[{empty_answer(group.numbers)}]"))
    parts.append(f"<h2>{escape(ANNEX_TITLE)}</h2>")
    for account in account_for(dossier):
        if not account.empty:
            remarks = [account.verdict, *account.missing, *account.remarks]
            remarks += [
                f"Niet overgenomen: {statement.text} ({statement.reason})" for statement in account.refused
            ]
            remarks += [
                f"Eigen tekst: {statement.text} Grondslag: {statement.reason}" for statement in account.own
            ]
            items = "".join(f"<li>{escape(line)}</li>" for line in remarks if line)
            parts.append(f"<h3>{escape(account.heading)}</h3><ul>{items}</ul>")
    listed = {note.number: note for some in notes_of_answers(dossier, notes) for note in some}
    parts.append("<dl>" + "".join(_note(listed[number]) for number in sorted(listed)) + "</dl>")
    parts += map(_paragraph, (origin_line(dossier), *energy_lines(energy)))
    parts.append("</main></body></html>\n")
    return "\n".join(part for part in parts if part)


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>" if text else ""


def _note(note: Note) -> str:
    name = f'<a href="{escape(note.url)}">{escape(note.name)}</a>' if note.url else escape(note.name)
    return f'<dt id="n{note.number}">Noot {note.number}</dt><dd>{name}{escape(note.rest)}</dd>'
