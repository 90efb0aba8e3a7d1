"""What belongs to a text but is no text of the letter: where sentences come from, and what is open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from learninglion.models import DocumentCard, Dossier, Verification
from learninglion.record.notes import (
    Note,
    collect_notes,
    heading,
    notes_of_answers,
    reasons_text,
    verdict_words,
)

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
        missing=tuple(map(_flat, verification.left_open)),
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


_UNKNOWN = "onbekend"


@dataclass(frozen=True, slots=True)
class Share:
    """A name with how many citations fall under it, and which part of all that is."""

    name: str
    citations: int
    part: float


@dataclass(frozen=True, slots=True)
class Balance:
    """Shares of the citations that the standing text rests on, the largest first; empty without any."""

    citations: int
    ministries: tuple[Share, ...]
    years: tuple[Share, ...]
    documents: tuple[Share, ...]

    @property
    def largest(self) -> Share | None:
        """The document that most rests on."""
        return self.documents[0] if self.documents else None


def balance_of(dossier: Dossier) -> Balance:
    """The balance of the sentences as they go out, over all sub-questions."""
    cards: list[DocumentCard | None] = []
    names: list[str] = []
    for verification in dossier.verifications:
        known = {source.document.id: source.document for source in verification.draft.selection.chosen}
        for check in verification.standing:
            for document in dict.fromkeys(citation.document for citation in check.statement.citations):
                cards.append(known.get(document))
                names.append(document)
    years = (str(card.date.year) if card and card.date else _UNKNOWN for card in cards)
    ministries = ((card.ministry if card else None) or _UNKNOWN for card in cards)
    return Balance(len(names), _shares(ministries), _shares(years), _shares(names))


def _shares(names: Iterable[str]) -> tuple[Share, ...]:
    counted = Counter(names)
    total = sum(counted.values())
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Share(name, number, number / total) for name, number in ordered)
