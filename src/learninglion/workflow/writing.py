"""From selections to a dossier: draft each sub-question, check it, and compare a draft made again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from learninglion import __version__
from learninglion.drafting import verify
from learninglion.drafting.citations import Locate
from learninglion.drafting.resuming import UNFINISHED
from learninglion.drafting.second_opinion import keep_opinions
from learninglion.drafting.sufficiency import SURE, find_missing
from learninglion.drafting.write import Progress as WritingProgress
from learninglion.models import (
    AnswerVerdict,
    Author,
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
    "RESUMED",
    "WRITTEN",
    "DraftEvent",
    "Listener",
    "check_again",
    "compare",
    "first_finished",
    "make_dossier",
    "own_statement",
    "stated_draft",
    "unheard",
]


WRITTEN, RESUMED = "opgesteld", "hervat"
"""Why a version of a dossier was made, when the machine made it."""


@dataclass(frozen=True, slots=True)
class DraftEvent:
    """Something that happened while drafting sub-question `position` (from 0)."""

    position: int
    progress: WritingProgress | None = None  # while a model writes
    verification: Verification | None = None  # when the sub-question is done


Listener = Callable[[DraftEvent], None]


def unheard(_event: DraftEvent) -> None:
    """For callers that only want the result."""


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


def first_finished(versions: Sequence[Dossier], reasons: Sequence[str]) -> tuple[Verification, ...]:
    """Each sub-question as the machine finished it; `versions` oldest first, with the reason of each.

    One that the machine never finished is as it stood in the first version.
    """
    first = versions[0].verifications
    found = []
    for at, begun in enumerate(first):
        finished = ((v.verifications[at], why) for v, why in zip(versions, reasons, strict=True))
        done, why = next(((v, why) for v, why in finished if v.draft.complete), (begun, ""))
        found.append(done if why in (WRITTEN, RESUMED) else begun)
    return tuple(found)


def compare(old: Sequence[Verification], new: Sequence[Verification]) -> tuple[str, ...]:
    """Where `new` differs from what was recorded, in words; empty when nothing does."""
    differences = []
    for before, after in zip(old, new, strict=True):
        numbers = ", ".join(map(str, before.draft.selection.question.numbers))
        if not before.draft.complete:
            differences.append(f"vraag {numbers}: is nooit afgeschreven")
            continue
        if _shaping(before.draft.provenance) != _shaping(after.draft.provenance):
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


def _shaping(provenance: Provenance) -> Provenance:
    """What shapes the text; how long somebody was willing to wait for it does not."""
    kept = tuple(p for p in provenance.parameters if p[0] != "timeout_seconds")
    return replace(provenance, parameters=kept)


def check_again(
    before: Verification, statements: Sequence[Statement], locate: Locate, sure: float = SURE
) -> Verification:
    """The same sub-question with the officer's sentences, judged anew.

    Sentences that stayed the same keep the second opinion on them. Who changes a text that broke off takes
    it over: it counts as finished.
    """
    told = tuple(statements)
    changed = told != before.draft.statements
    left_out = before.draft.left_out
    if changed:
        left_out = tuple(r for r in left_out if not r.startswith(UNFINISHED))
    draft = replace(
        before.draft,
        statements=told,
        verdict=AnswerVerdict.ANSWERED,
        missing=find_missing(before.draft.selection, told, sure) if changed else before.missing,
        left_out=left_out,
        complete=before.draft.complete or changed,
    )
    return keep_opinions(before, verify.verify(draft, locate))


def own_statement(statement: Statement, account: str) -> Statement:
    """The sentence as the officer's own, standing on `account`; what the machine wrote stays visible."""
    original = statement.original
    if original is None and statement.author is Author.MACHINE:
        original = statement.text
    return replace(statement, author=Author.PERSON, original=original, own_account=account)
