"""What the text of a dossier rests on: of which ministries, of which years, and how much on one document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from learninglion.models import DocumentCard, Dossier

__all__ = ["Balance", "Share", "balance_of"]

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
