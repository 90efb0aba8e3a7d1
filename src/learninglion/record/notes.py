"""What every export shares: numbered notes, headings, and the words for a verdict."""

from __future__ import annotations

from dataclasses import dataclass

from learninglion.dutch.text import printable
from learninglion.models import AnswerVerdict, Check, Citation, Dossier, Verification
from learninglion.models.plain import Plain, from_plain, to_plain

__all__ = ["Note", "verdict_words", "collect_notes", "heading", "reasons_text"]


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


def reasons_text(check: Check) -> str:
    """The reasons of a check as one phrase."""
    return "; ".join(reason.rstrip(".") for reason in check.reasons) or "geen bron genoemd"


def inline(text: str) -> str:
    """Text of a document as Markdown that shows it literally: it can never become markup."""
    flat = " ".join(text.split())
    for sign in "\\`*_{}[]<>#|~":
        flat = flat.replace(sign, "\\" + sign)
    return flat
