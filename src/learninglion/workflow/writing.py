"""From selections to a dossier: draft each sub-question, check it, and compare a draft made again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from learninglion import __version__
from learninglion.drafting import extractive, verify
from learninglion.drafting.citations import Locate
from learninglion.drafting.generators import Generator
from learninglion.drafting.judgement import rules_gate
from learninglion.drafting.write import Progress as WritingProgress
from learninglion.drafting.write import WritingOptions, write
from learninglion.models import (
    AnswerVerdict,
    Chooser,
    Dossier,
    Draft,
    Provenance,
    QuestionSet,
    Selection,
    Source,
    Statement,
    SubQuestion,
    Verification,
)
from learninglion.record.contract import StatedQuestion
from learninglion.serial import canonical_json, sha256_hex

__all__ = [
    "DraftEvent",
    "Listener",
    "check_again",
    "compare",
    "draft_one",
    "make_dossier",
    "stated_draft",
    "unheard",
]


@dataclass(frozen=True, slots=True)
class DraftEvent:
    """Something that happened while drafting sub-question `position` (from 0)."""

    position: int
    progress: WritingProgress | None = None  # while a model writes
    verification: Verification | None = None  # when the sub-question is done


Listener = Callable[[DraftEvent], None]


def unheard(_event: DraftEvent) -> None:
    """For callers that only want the result."""


def draft_one(
    selection: Selection,
    *,
    generator: Generator | None,
    locate: Locate,
    options: WritingOptions | None = None,
    on_progress: Callable[[WritingProgress], None] | None = None,
    resume: Draft | None = None,
) -> Verification:
    """One sub-question drafted, by the model if there is one, else by copying; then checked."""
    if generator is None:
        return verify.verify(extractive.draft(selection, locate))
    draft = write(
        selection,
        generator,
        rules_gate(),
        locate=locate,
        options=options,
        on_event=on_progress,
        resume=resume,
    )
    return verify.verify(draft)


def make_dossier(
    question_set: QuestionSet, verifications: Sequence[Verification], settings: Sequence[tuple[str, str]]
) -> Dossier:
    """The receipt; its id depends on everything in it, so the same work has the same id."""
    told = (("learninglion", __version__), *settings)
    digest = sha256_hex(canonical_json([question_set, tuple(verifications), told]))
    return Dossier(f"dossier-{digest[:16]}", question_set, tuple(verifications), settings=told)


def stated_draft(
    stated: StatedQuestion, sources: Sequence[Source], locate: Locate, introduction: str = ""
) -> Verification:
    """A draft from outside, checked against the sources that it may cite."""
    question = SubQuestion(stated.numbers, stated.text)
    selection = Selection(question, introduction, (), tuple(sources), chosen_by=Chooser.PERSON)
    draft = Draft(selection, stated.statements, AnswerVerdict.ANSWERED, (), Provenance("stated"))
    return verify.verify(draft, locate)


def compare(old: Dossier, new: Sequence[Verification]) -> tuple[str, ...]:
    """Where `new` differs from what `old` recorded, in words; empty when nothing does."""
    differences = []
    for before, after in zip(old.verifications, new, strict=True):
        numbers = ", ".join(map(str, before.draft.selection.question.numbers))
        if before.draft.provenance != after.draft.provenance:
            differences.append(
                f"vraag {numbers}: gemaakt met een ander model, andere prompt of andere instellingen"
            )
        if before.draft.statements != after.draft.statements:
            differences.append(f"vraag {numbers}: andere zinnen of verwijzingen")
        if (before.verdict, before.missing) != (after.verdict, after.missing):
            differences.append(f"vraag {numbers}: ander oordeel over het geheel")
        if [c.verdict for c in before.checks] != [c.verdict for c in after.checks]:
            differences.append(f"vraag {numbers}: ander oordeel over een zin")
    return tuple(differences)


def check_again(before: Verification, statements: Sequence[Statement], locate: Locate) -> Verification:
    """The same sub-question with the officer's sentences, judged anew."""
    draft = replace(before.draft, statements=tuple(statements), verdict=AnswerVerdict.ANSWERED)
    return verify.verify(draft, locate)
