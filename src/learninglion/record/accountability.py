"""What belongs to a text but is no text of the letter: where every sentence comes from, and what is open."""

from __future__ import annotations

from dataclasses import dataclass

from learninglion.models import Dossier, Verification
from learninglion.record.notes import (
    Note,
    collect_notes,
    heading,
    notes_of_answers,
    reasons_text,
    verdict_words,
)

__all__ = ["ANNEX_TITLE", "Account", "OwnSentence", "RefusedSentence", "account_for", "open_points"]

ANNEX_TITLE = "Verantwoording van de bronnen en open punten"


@dataclass(frozen=True, slots=True)
class OwnSentence:
    """A sentence that a person answers for instead of a source, and why."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class RefusedSentence:
    """A sentence that its source does not bear, and why."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Account:
    """The accountability of one answer."""

    heading: str
    verdict: str  # in words; empty when the question is simply answered
    sources: tuple[Note, ...]
    own: tuple[OwnSentence, ...]
    missing: tuple[str, ...]
    refused: tuple[RefusedSentence, ...]
    remarks: tuple[str, ...]

    @property
    def empty(self) -> bool:
        """Whether there is nothing to tell."""
        entries = (self.sources, self.own, self.missing, self.refused, self.remarks)
        return not self.verdict and not any(entries)


def account_for(dossier: Dossier) -> tuple[Account, ...]:
    """The accountability of every answer, in order."""
    notes = notes_of_answers(dossier, collect_notes(dossier))
    return tuple(_account(v, note_list) for v, note_list in zip(dossier.verifications, notes, strict=True))


def _account(verification: Verification, notes: tuple[Note, ...]) -> Account:
    return Account(
        heading=heading(verification),
        verdict=verdict_words(verification),
        sources=notes,
        own=tuple(
            OwnSentence(_flat(c.statement.text), _flat(c.statement.own_account)) for c in verification.own
        ),
        missing=tuple(map(_flat, verification.missing)),
        refused=tuple(
            RefusedSentence(_flat(c.statement.text), _flat(reasons_text(c))) for c in verification.failed
        ),
        remarks=tuple(map(_flat, verification.draft.left_out)),
    )


def open_points(account: Account) -> tuple[str, ...]:
    """What somebody still has to do or know about an answer, one line each."""
    return (
        *((account.verdict,) if account.verdict else ()),
        *(f"Wat ontbreekt: {part}" for part in account.missing),
        *(f"Niet overgenomen: “{statement.text}” ({statement.reason})" for statement in account.refused),
        *account.remarks,
    )


def _flat(text: str) -> str:
    return " ".join(text.split())
