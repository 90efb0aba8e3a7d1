"""What people say of proposals, kept as lines of the log, without free text.

"This is wrong", said at a sentence, by whoever reads it: administrators see what is open and close it with
what was done. And whether a proposal answers its question, by whoever judges: that is a set to measure with.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from learninglion.models import Actor, Answers, Dossier
from learninglion.models.errors import InputError, LearningLionError, UnknownReferenceError
from learninglion.models.plain import Plain
from learninglion.record.dossiers import DossierRepository
from learninglion.record.log import EventLog, LogEntry
from learninglion.workflow.log import note
from learninglion.workflow.rights import Task, require

_WRONG, _SETTLED, _JUDGED = "sentence.wrong", "sentence.settled", "draft.judged"
_LABELS = {Answers.YES: "yes", Answers.PARTLY: "part", Answers.NO: "no"}  # as `evaluate drafts` reads them


class Complaint(StrEnum):
    """What is wrong with a sentence."""

    FACT = "fact"  # it is not so
    OUTDATED = "outdated"
    SOURCE = "source"  # the source does not say so
    UNCLEAR = "unclear"


class Outcome(StrEnum):
    """What was done about it."""

    TEXT = "text"  # the text was mended
    SOURCE = "source"  # a document was replaced or removed
    REPORTED = "reported"  # told to who makes the program
    NONE = "none"  # nothing was wrong


@dataclass(frozen=True, slots=True)
class Remark:
    """One remark that is open; `entry` is its line of the log."""

    entry: int
    at: datetime
    by: str
    dossier: str
    title: str
    position: int  # of the sub-question, from 0
    sentence: str
    complaint: Complaint


class Remarks:
    """Saying it, the list of what is open, and closing it; judgments of whole proposals."""

    def __init__(self, dossiers: DossierRepository, log: EventLog) -> None:
        self._dossiers = dossiers
        self._log = log

    def say(
        self, dossier_id: str, position: int, place: int, complaint: Complaint, *, version: int, actor: Actor
    ) -> None:
        """Say that a sentence (`place`, from 0, of the sub-question at `position`) of a version is wrong."""
        require(actor, Task.READ_DOSSIER)
        dossier = self._dossiers.load(dossier_id, actor.collections, version)
        if not 0 <= position < len(dossier.verifications):
            raise InputError("Deze vraag staat niet in het dossier.")
        if not 0 <= place < len(dossier.verifications[position].checks):
            raise InputError("Deze zin staat niet in het antwoord.")
        plain: dict[str, Plain] = {
            "version": version,
            "position": position,
            "place": place,
            "complaint": complaint.value,
        }
        note(self._log, _WRONG, actor, dossier_id, {"remark": plain})

    def judge(
        self,
        dossier_id: str,
        position: int,
        answers: Answers,
        beside: int | None = None,
        *,
        version: int,
        actor: Actor,
    ) -> None:
        """Say whether the proposal for a sub-question answers it; the last that is said counts.

        `beside`: the place in its material of a passage that does (None: none of them).
        """
        require(actor, Task.JUDGE)
        dossier = self._dossiers.load(dossier_id, actor.collections, version)
        if not 0 <= position < len(dossier.verifications):
            raise InputError("Deze vraag staat niet in het dossier.")
        if beside is not None and not 0 <= beside < len(dossier.verifications[position].draft.material):
            raise InputError("Deze passage staat niet bij de vraag.")
        details: dict[str, Plain] = {
            "version": version,
            "position": position,
            "answers": answers.value,
            "beside": beside,
        }
        note(self._log, _JUDGED, actor, dossier_id, {"judged": details})

    def judgments(self, actor: Actor) -> tuple[dict[str, Plain], ...]:
        """What was judged, a row per sub-question as `evaluate drafts --judgments` reads it."""
        require(actor, Task.MANAGE)
        last: dict[tuple[str, str], LogEntry] = {}
        for step in self._log.of_actions({_JUDGED}):
            judgment = step.details["judged"]
            if isinstance(judgment, dict):
                last[step.subject, str(judgment["position"])] = step
        judged = (self._judged(step, actor) for step in last.values())
        return tuple(row for row in judged if row is not None)

    def _judged(self, step: LogEntry, actor: Actor) -> dict[str, Plain] | None:
        judgment = step.details["judged"]
        if not isinstance(judgment, dict):
            return None
        try:
            dossier = self._dossiers.load(step.subject, actor.collections, int(str(judgment["version"])))
        except LearningLionError:
            return None  # gone, or of other people
        beside = None if judgment["beside"] is None else int(str(judgment["beside"]))
        return _row(dossier, int(str(judgment["position"])), Answers(str(judgment["answers"])), beside)

    def open(self, actor: Actor) -> tuple[Remark, ...]:
        """What nobody closed yet, the oldest first; not of dossiers that are gone or may not be seen."""
        require(actor, Task.MANAGE)
        entries: dict[int, LogEntry] = {}
        for step in self._log.of_actions({_WRONG, _SETTLED}):
            if step.action == _WRONG:
                entries[step.seq] = step
            else:
                entries.pop(int(str(step.details["entry"])), None)
        remarks = (self._read(step, actor) for step in entries.values())
        return tuple(remark for remark in remarks if remark is not None)

    def settle(self, entry: int, outcome: Outcome, *, actor: Actor) -> None:
        """Close a remark with what was done. Raises UnknownReferenceError where it is not open."""
        remark = next((r for r in self.open(actor) if r.entry == entry), None)
        if remark is None:
            raise UnknownReferenceError("Deze melding staat niet open.")
        note(self._log, _SETTLED, actor, remark.dossier, {"entry": entry, "outcome": outcome.value})

    def _read(self, step: LogEntry, actor: Actor) -> Remark | None:
        plain = step.details["remark"]
        if not isinstance(plain, dict):
            return None
        version, position, place = (int(str(plain[name])) for name in ("version", "position", "place"))
        try:  # of a dossier that administrators do not read, this sentence is shown to them: it was told
            dossier = self._dossiers.load(step.subject, actor.collections, version)
        except LearningLionError:
            return None
        sentence = dossier.verifications[position].checks[place].statement.text
        title = dossier.question_set.title or dossier.id
        complaint = Complaint(str(plain["complaint"]))
        return Remark(step.seq, step.at, step.actor, dossier.id, title, position, sentence, complaint)


def _row(dossier: Dossier, position: int, answers: Answers, beside: int | None) -> dict[str, Plain]:
    verification = dossier.verifications[position]
    draft = verification.draft
    labels = {(c.document, c.numbers): "no" for c in draft.material}
    if beside is not None:
        labels[draft.material[beside].document, draft.material[beside].numbers] = "yes"
    for check in verification.shown:
        labels.update({(c.document, c.numbers): _LABELS[answers] for c in check.statement.citations})
    passages: list[Plain] = [
        {"document": document, "numbers": list(numbers), "label": label}
        for (document, numbers), label in labels.items()
    ]
    return {
        "set": dossier.id,
        "numbers": list(draft.selection.question.numbers),
        "question": draft.selection.question.text,
        "introduction": draft.selection.introduction,
        "kind": draft.kind,
        "passages": passages,
    }
