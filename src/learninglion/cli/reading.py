"""Results as a person reads them in a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from learninglion.cli.terminal import console
from learninglion.drafting.style import StyleReport
from learninglion.models import Check, Dossier, Hit, QuestionSet, Span, Verification
from learninglion.record.marking import mark_line
from learninglion.record.notes import heading, reasons_text, verdict_words

_WIDTH = 100


def _block(text: str, indent: str, first: str | None = None) -> str:
    flat = " ".join(text.split())
    return textwrap.fill(flat, _WIDTH, initial_indent=first or indent, subsequent_indent=indent)


def _marked(text: str, spans: Sequence[Span], start: int) -> str:
    """`text`, which begins at `start`, with >> and << around what matched: not everybody sees colour."""
    made, at = [], 0
    for span in sorted(spans):
        begin, end = span.start - start, span.end - start
        if at <= begin < end <= len(text):
            made += [text[at:begin], f">> {text[begin:end]} <<"]
            at = end
    return "".join([*made, text[at:]])


def print_hits(hits: Sequence[Hit], also: Sequence[str] = ()) -> None:
    """Hits with their question and answer, what matched between >> <<; `also`: synonyms searched for."""
    if also:
        console.print(f"Ook gezocht op: {', '.join(also)}")
    if not hits:
        console.print("Niets gevonden.")
    for hit in hits:
        source = hit.source
        numbers = ", ".join(map(str, source.numbers))
        what = f"vraag {numbers}" if numbers else " > ".join(source.heading_path) or "tekst"
        console.print(f"\n{hit.rank}. {source.document.title} ({source.document.id}, {what})")
        who = "; ".join(f"{a.role} {a.name or ''}".strip() for a in source.document.answerers[:1])
        details = [
            f"score {hit.score:.2f}",
            str(source.document.date or ""),
            who,
            source.document.ministry or "",
        ]
        console.print("   " + " | ".join(d for d in details if d))
        if source.question:
            start = source.question_span.start if source.question_span else 0
            console.print(_block(_marked(source.question, hit.matched, start), "   ", "   Vraag: "))
        body = _marked(source.body, hit.matched, source.body_span.start)
        console.print(_block(body or "(geen antwoord)", "   ", "   Antwoord: " if source.question else "   "))
        if hit.matched_words:
            meant = {s.word: f"{s.word} (synoniem van {s.asked})" for s in hit.through_synonyms}
            words = ", ".join(meant.get(word, word) for word in hit.matched_words[:12])
            console.print(f"   Gevonden op: {words}")
        else:
            console.print("   Gevonden op betekenis; er zijn geen woorden hetzelfde.")
        if hit.duplicates:
            console.print(f"   Bijna hetzelfde antwoord: {', '.join(hit.duplicates)}")
        if source.document.url:
            console.print(f"   {source.document.url}")


_RELATED = 2  # passages that are related, shown where there is no draft


def print_dossier(dossier: Dossier) -> None:
    """A draft with its sources, what is missing and what was set apart."""
    console.print(f"\n{dossier.question_set.title or 'Tekstvoorstel'}")
    if mark := mark_line(dossier):
        console.print(_block(mark, "  "))
    for verification in dossier.verifications:
        _print_question(verification)
    console.print(f"\nDossier {dossier.id}, versie {dossier.version}")


def _print_question(verification: Verification) -> None:
    selection = verification.draft.selection
    console.print(f"\n{heading(verification)}")
    console.print(_block(selection.question.text, "  "))
    who = "de machine" if selection.chosen_by.value == "machine" else selection.selected_by
    console.print(
        f"  [{len(selection.offered)} bronnen gevonden, {len(selection.chosen)} gekozen door {who}]"
    )
    own = verification.own
    for check in verification.standing:
        _print_statement(check)
        if check in own:
            console.print(_block(check.statement.own_account, "      ", "      eigen tekst, grondslag: "))
    if words := verdict_words(verification):
        console.print(f"  {words}")
    for aspect in verification.left_open:
        console.print(_block(aspect, "    ", "  - ontbreekt: "))
    if proposal := verification.draft.proposal:
        console.print(_block(proposal, "    ", "  - voorstel om te bevestigen: "))
    if not verification.shown:
        for citation in verification.draft.material[:_RELATED]:
            passage = f"{citation.reference or citation.document}: “{citation.quote}”"
            console.print(_block(passage, "    ", "  - verwant, geen antwoord: "))
    for check in verification.failed:
        text = f"{check.statement.text} ({reasons_text(check)})"
        console.print(_block(text, "    ", "  - niet overgenomen: "))
    for remark in verification.draft.left_out:
        console.print(_block(remark, "    ", "  - "))


def _print_statement(check: Check) -> None:
    console.print(_block(check.statement.text, "  "))
    for citation in check.statement.citations:
        where = f", p. {citation.page}" if citation.page else ""
        console.print(f"      [{citation.reference or citation.document}{where}]")


def print_style(question_set: QuestionSet, reports: Sequence[StyleReport]) -> None:
    """Length and reading level per sub-question, and what to explain or say more plainly."""
    console.print("\nLengte en leesbaarheid")
    for question, report in zip(question_set.questions, reports, strict=True):
        if not report.words:
            continue
        numbers = ", ".join(map(str, question.numbers))
        score = (
            ""
            if report.flesch_douma is None
            else f", Flesch-Douma {report.flesch_douma:.0f} ({report.level})"
        )
        console.print(f"  Vraag {numbers}: {report.words} woorden{score}")
        for remark in report.remarks:
            console.print(_block(remark, "      ", "    - "))
