"""What every export shares: numbered notes, headings, and the words for a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from learninglion.dutch.text import printable
from learninglion.models import AnswerVerdict, Check, Chooser, Citation, Dossier, Verification
from learninglion.models.plain import Plain, from_plain, to_plain

__all__ = [
    "AnswerGroup",
    "Note",
    "answer_groups",
    "collect_notes",
    "heading",
    "listed",
    "notes_of_answers",
    "reasons_text",
    "verdict_words",
    "why_unanswered",
]


@dataclass(frozen=True, slots=True)
class Note:
    """A numbered note: one source of one answer, with all that the answer takes from it.

    Numbers count through the whole text, and are the same on the screen and in every export.
    """

    number: int
    citations: tuple[Citation, ...]

    @property
    def name(self) -> str:
        """What the note names, before its link."""
        return self.citations[0].reference or self.citations[0].document

    @property
    def url(self) -> str:
        """Where the source is published; "" when nowhere."""
        return self.citations[0].url or ""

    @property
    def rest(self) -> str:
        """What follows the name: the pages, in order."""
        pages = sorted({c.page for c in self.citations if c.page})
        return f", pagina {listed(pages)}" if pages else ""

    @property
    def quotes(self) -> tuple[str, ...]:
        """The words the answer rests on, each once."""
        return tuple(dict.fromkeys(" ".join(c.quote.split()) for c in self.citations if c.quote.strip()))


def printable_dossier(dossier: Dossier) -> Dossier:
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
    if verification.verdict is AnswerVerdict.UNANSWERABLE:
        return f"{why_unanswered(verification)}."
    partial = verification.verdict is AnswerVerdict.PARTIAL
    return "Deze vraag is gedeeltelijk beantwoord uit de gekozen bronnen." if partial else ""


def why_unanswered(verification: Verification) -> str:
    """Why there is no answer, no full stop: nothing was chosen, or what was chosen does not bear it."""
    draft = verification.draft
    if draft.kind in _FORMAL:
        return "Hiervoor is geen bron nodig: bevestig het voorstel of schrijf zelf een zin"
    if draft.selection.chosen:
        return "Deze vraag kan niet worden beantwoord uit de gekozen bronnen"
    if draft.selection.chosen_by is Chooser.MACHINE:
        return "Geen van de gevonden bronnen beantwoordt deze vraag"
    return "Bij deze vraag is geen bron gekozen"


_FORMAL = frozenset({"acquaintance", "procedural"})


@dataclass(frozen=True, slots=True)
class AnswerGroup:
    """Sub-questions that follow each other and have one and the same answer; mostly it is one."""

    positions: tuple[int, ...]
    numbers: tuple[int, ...]  # of all their questions


def answer_groups(dossier: Dossier) -> tuple[AnswerGroup, ...]:
    """The sub-questions by answer: what stands twice under each other is one joint answer in a letter."""
    groups: list[AnswerGroup] = []
    before: tuple[object, ...] = ()
    for i, verification in enumerate(dossier.verifications):
        said = tuple(
            (c.statement.text, c.statement.citations, c.statement.opens) for c in verification.standing
        )
        numbers = verification.draft.selection.question.numbers
        if said and said == before:
            joined = groups.pop()
            groups.append(AnswerGroup((*joined.positions, i), (*joined.numbers, *numbers)))
        else:
            groups.append(AnswerGroup((i,), numbers))
        before = said
    return tuple(groups)


def collect_notes(dossier: Dossier) -> dict[tuple[int, int], tuple[Note, ...]]:
    """The notes of every statement that stands, by (position of the sub-question, of the statement).

    Sentences of one answer that rest on the same source share its note, also where the answer stands for
    several questions. A sentence that a person answers for has none: it does not rest on what it cites.
    """
    notes: dict[tuple[int, int], tuple[Note, ...]] = {}
    last = 0
    for group in answer_groups(dossier):
        verification = dossier.verifications[group.positions[0]]
        own = verification.own
        cited = [() if check in own else check.statement.citations for check in verification.standing]
        by_source: dict[str, list[Citation]] = {}
        for citation in (c for citations in cited for c in citations):
            by_source.setdefault(_source_of(citation), []).append(citation)
        made = {
            key: Note(last + n, tuple(group)) for n, (key, group) in enumerate(by_source.items(), start=1)
        }
        last += len(made)
        for j, citations in enumerate(cited):
            told = tuple(made[key] for key in dict.fromkeys(map(_source_of, citations)))
            notes |= {(i, j): told for i in group.positions}
    return notes


def _source_of(citation: Citation) -> str:
    return citation.source_id or f"{citation.document}#{'-'.join(map(str, citation.numbers))}"


def notes_of_answers(
    dossier: Dossier, notes: dict[tuple[int, int], tuple[Note, ...]]
) -> tuple[tuple[Note, ...], ...]:
    """The notes of each answer, each once, by their number."""
    found: list[tuple[Note, ...]] = []
    for i, verification in enumerate(dossier.verifications):
        told = {n.number: n for j in range(len(verification.standing)) for n in notes[i, j]}
        found.append(tuple(told[number] for number in sorted(told)))
    return tuple(found)


def listed(items: Sequence[object]) -> str:
    """ "3, 4 en 5"."""
    told = [str(item) for item in items]
    return " en ".join([", ".join(told[:-1]), told[-1]]) if len(told) > 1 else "".join(told)


def heading(verification: Verification) -> str:
    """ "Vraag 3, 4 en 5"."""
    return f"Vraag {listed(verification.draft.selection.question.numbers)}"


def reasons_text(check: Check) -> str:
    """The reasons of a check as one phrase."""
    return "; ".join(reason.rstrip(".") for reason in check.reasons) or "geen bron genoemd"


def inline(text: str) -> str:
    """Text of a document as Markdown that shows it literally: it can never become markup."""
    flat = " ".join(text.split())
    for sign in "\\`*_{}[]#|~":
        flat = flat.replace(sign, "\\" + sign)
    # As entities: not every reader of Markdown takes a backslash before these for an escape.
    return escape(flat, quote=False)
