"""The human step in a terminal: see what was found, tick what counts, say why the rest does not."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from learninglion.cli.reading import print_hits
from learninglion.cli.terminal import console
from learninglion.drafting.selection import Choice
from learninglion.models import Hit, QuestionSet, Rejection

__all__ = ["choose_in_terminal"]

_HELP = "Nummers om te kiezen (1 3), -2 reden om af te wijzen, leeg = klaar met deze vraag"


def choose_in_terminal(question_set: QuestionSet, offers: Sequence[Sequence[Hit]]) -> tuple[Choice, ...]:
    """Ask for each sub-question which sources count; what was listed counts as seen."""
    return tuple(
        _choose_one(question.numbers, question.text, hits)
        for question, hits in zip(question_set.questions, offers, strict=True)
    )


def _choose_one(numbers: tuple[int, ...], text: str, hits: Sequence[Hit]) -> Choice:
    console.print(f"\nVraag {', '.join(map(str, numbers))}: {text}")
    print_hits(hits)
    chosen: list[str] = []
    rejected: dict[str, str] = {}
    while hits:
        line = typer.prompt(_HELP, default="", show_default=False).strip()
        if not line:
            break
        if line.startswith("-"):
            number, _, reason = line[1:].strip().partition(" ")
            hit = _hit(hits, number)
            if hit is None or not reason.strip():
                console.print("Schrijf bijvoorbeeld: -2 gaat over een ander onderwerp")
                continue
            rejected[hit.source.id] = reason.strip()
            chosen = [c for c in chosen if c != hit.source.id]
            continue
        picked = [_hit(hits, part) for part in line.replace(",", " ").split()]
        for hit in picked:
            if hit is None:
                console.print(f"Kies uit 1 tot en met {len(hits)}.")
            elif hit.source.id not in chosen:
                chosen.append(hit.source.id)
                rejected.pop(hit.source.id, None)
        console.print(f"Gekozen: {len(chosen)}, afgewezen: {len(rejected)}")
    return Choice(
        numbers,
        tuple(chosen),
        tuple(Rejection(source, reason) for source, reason in rejected.items()),
        tuple(hit.source.id for hit in hits),
    )


def _hit(hits: Sequence[Hit], number: str) -> Hit | None:
    return hits[int(number) - 1] if number.isdigit() and 1 <= int(number) <= len(hits) else None
