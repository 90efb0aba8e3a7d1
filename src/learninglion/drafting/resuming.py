"""Drafts that broke off: what is kept of them, and from where the writing goes on."""

from __future__ import annotations

from learninglion.drafting.gate import Gate
from learninglion.drafting.generators import Generator
from learninglion.errors import InputError
from learninglion.models import AnswerVerdict, Draft, Provenance, Selection, Statement

__all__ = ["FOUND", "UNFINISHED", "found_before", "not_written", "take_over"]

UNFINISHED = "Het voorstel is niet af:"
"""How the remark begins that says why a draft broke off."""

FOUND = "proofs_found_by_system"
"""Name of the parameter that counts the citations whose place the system found itself."""


def not_written(selection: Selection, generator: Generator, gate: Gate, reason: str) -> Draft:
    """The draft of a sub-question of which nothing could be written; it can be resumed."""
    return Draft(
        selection=selection,
        statements=(),
        verdict=AnswerVerdict.UNANSWERABLE,
        missing=gate.aspects(selection),
        # what a model says of itself may be the very thing that could not be asked
        provenance=Provenance(generator.name, generator.model),
        left_out=(f"{UNFINISHED} {reason}",),
        complete=False,
    )


def take_over(resume: Draft | None, provenance: Provenance) -> tuple[Statement, ...]:
    """The sentences written before the interruption; the same model starts the same way again.

    Raises InputError when another model, or other prompts, wrote them.
    """
    if resume is None or resume.complete or not resume.statements:
        return ()
    if _writer(resume.provenance) != _writer(provenance):
        raise InputError("Dit voorstel is met een ander model of andere prompts begonnen. Begin opnieuw.")
    return resume.statements


def found_before(resume: Draft | None) -> int:
    """How many citations of the half-written draft got their place from the system."""
    return int(dict(resume.provenance.parameters).get(FOUND, 0)) if resume is not None else 0


def _writer(provenance: Provenance) -> tuple[object, ...]:
    return (
        provenance.generator,
        provenance.model,
        provenance.model_sha256,
        provenance.prompt_sha256,
        provenance.seed,
    )
