"""A small fictional archive to index and search, without a model."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from learninglion.models import Entry, Passage, PassageKind, Source
from learninglion.testing import make_card, make_source

SUBJECTS = (
    ("Hoe is de opslag van vuurwerk geregeld?", "De vuurwerkopslag moet voldoen aan veiligheidsregels."),
    ("Hoeveel veerponten varen er bij Duinwijk?", "Er varen twaalf veerponten over de rivier bij Duinwijk."),
    ("Waarom sluiten kleine scholen?", "Kleine dorpsscholen sluiten omdat er te weinig leerlingen zijn."),
    ("Wat doet u tegen wachtlijsten?", "De wachtlijsten in de jeugdhulp worden korter door extra geld."),
    ("Is het drinkwater schoon?", "Het drinkwater is schoon; de inspectie meet elke week de kwaliteit."),
    ("Komt er een nieuwe brug?", "De bouw van de nieuwe brug begint volgend jaar, zegt de provincie."),
)


def make_entry(document_id: str, question: str, body: str, day: date | None = date(2024, 1, 1)) -> Entry:
    """One pair as a document of its own, with a question passage and an answer passage."""
    source = make_source(
        body, question=question, numbers=(1,), card=make_card(document_id, title="", day=day)
    )
    return source, tuple(_passages(source))


def _passages(source: Source) -> Sequence[Passage]:
    assert source.question_span is not None
    made = [(source.question, source.question_span, PassageKind.QUESTION)] if source.question else []
    made.append((source.body, source.body_span, PassageKind.ANSWER))
    return [
        Passage(f"{source.id}/{n}", source.id, source.document.id, text, span, 1, kind, source.numbers)
        for n, (text, span, kind) in enumerate(made, 1)
    ]


def make_archive() -> list[Entry]:
    """The subjects above as documents d0, d1 ..."""
    return [make_entry(f"d{n}", question, body) for n, (question, body) in enumerate(SUBJECTS)]
