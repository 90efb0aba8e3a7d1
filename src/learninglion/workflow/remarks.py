""" "This is wrong", said at a sentence, and what became of it: kept as lines of the log, without free text.

Whoever reads a proposal may say so; administrators see what is open and close it with what was done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from learninglion.models import Actor
from learninglion.models.errors import InputError, LearningLionError, UnknownReferenceError
from learninglion.models.plain import Plain
from learninglion.record.dossiers import DossierRepository
from learninglion.record.log import EventLog, LogEntry
from learninglion.workflow.log import note
from learninglion.workflow.rights import Task, require

__all__ = ["Complaint", "Outcome", "Remark", "Remarks"]

_SAID, _SETTLED = "sentence.wrong", "sentence.settled"


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
    """Saying it, the list of what is open, and closing it."""

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
        told: dict[str, Plain] = {
            "version": version,
            "position": position,
            "place": place,
            "complaint": complaint.value,
        }
        note(self._log, _SAID, actor, dossier_id, {"remark": told})

    def open(self, actor: Actor) -> tuple[Remark, ...]:
        """What nobody closed yet, the oldest first; not of dossiers that are gone or may not be seen."""
        require(actor, Task.MANAGE)
        said: dict[int, LogEntry] = {}
        for step in self._log.of_actions({_SAID, _SETTLED}):
            if step.action == _SAID:
                said[step.seq] = step
            else:
                said.pop(int(str(step.details["entry"])), None)
        found = (self._read(step, actor) for step in said.values())
        return tuple(remark for remark in found if remark is not None)

    def settle(self, entry: int, outcome: Outcome, *, actor: Actor) -> None:
        """Close a remark with what was done. Raises UnknownReferenceError where it is not open."""
        remark = next((r for r in self.open(actor) if r.entry == entry), None)
        if remark is None:
            raise UnknownReferenceError("Deze melding staat niet open.")
        note(self._log, _SETTLED, actor, remark.dossier, {"entry": entry, "outcome": outcome.value})

    def _read(self, step: LogEntry, actor: Actor) -> Remark | None:
        told = step.details["remark"]
        if not isinstance(told, dict):
            return None
        version, position, place = (int(str(told[name])) for name in ("version", "position", "place"))
        try:  # of a dossier that administrators do not read, this sentence is shown to them: it was told
            dossier = self._dossiers.load(step.subject, actor.collections, version)
        except LearningLionError:
            return None
        sentence = dossier.verifications[position].checks[place].statement.text
        title = dossier.question_set.title or dossier.id
        complaint = Complaint(str(told["complaint"]))
        return Remark(step.seq, step.at, step.actor, dossier.id, title, position, sentence, complaint)
