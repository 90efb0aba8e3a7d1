"""What has been kept long enough: which sets and dossiers that are, and destroying them for good.

The terms are the organisation's own (its selectielijst); without a term nothing is ever destroyed here. The
log keeps that something was destroyed, by whom and why, and nothing of what it said.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from learninglion.database.engine import now
from learninglion.models import Actor
from learninglion.models.errors import ConflictError, InputError
from learninglion.models.plain import Plain, from_plain, to_plain
from learninglion.record.dossiers import DossierRepository, DossierVersion
from learninglion.record.log import EventLog, LogEntry
from learninglion.workflow.accounts import Accounts
from learninglion.workflow.jobs import LATER, Job, Jobs
from learninglion.workflow.log import note
from learninglion.workflow.rights import Task, require, require_everywhere
from learninglion.workflow.sets import SetRepository
from learninglion.workflow.sign_offs import SignOffRepository
from learninglion.workflow.worker import Run, Work
from learninglion.workflow.working_texts import WorkingTextRepository

__all__ = ["Destroyed", "Overdue", "Retention", "Terms"]


_HOLD, _RELEASE = "retention.hold", "retention.release"
_DELETED, _DESTROYED = "dossier.delete", "retention.destroy"


@dataclass(frozen=True, slots=True)
class Terms:
    """How many days something is kept after its last change; 0 is for ever."""

    dossier_days: int = 0
    work_days: int = 0


@dataclass(frozen=True, slots=True)
class Overdue:
    """What is older than its term: the newest version of each dossier, and how many sets at work."""

    dossiers: tuple[DossierVersion, ...] = ()
    works: int = 0
    held: tuple[str, ...] = ()  # over their term too, but on hold


@dataclass(frozen=True, slots=True)
class Destroyed:
    """How much was destroyed."""

    dossiers: int
    works: int


class Retention:
    """What is over its term, and destroying it, for administrators."""

    def __init__(
        self,
        dossiers: DossierRepository,
        sets: SetRepository,
        sign_offs: SignOffRepository,
        working_texts: WorkingTextRepository,
        accounts: Accounts,
        jobs: Jobs,
        log: EventLog,
    ) -> None:
        self._jobs = jobs
        self._dossiers = dossiers
        self._sets = sets
        self._sign_offs = sign_offs
        self._working_texts = working_texts
        self._accounts = accounts
        self._log = log

    def find_overdue(self, terms: Terms, *, actor: Actor) -> Overdue:
        """What is older than its term now, the oldest first."""
        require_everywhere(actor, Task.MANAGE)
        ids = self._dossiers.unchanged_since(_before(terms.dossier_days)) if terms.dossier_days else ()
        held = self.held(actor)
        newest = tuple(self._dossiers.history(name, None)[-1] for name in ids if name not in held)
        works = self._sets.count_before(_before(terms.work_days), held) if terms.work_days else 0
        return Overdue(newest, works, tuple(name for name in ids if name in held))

    def destroy_overdue(self, terms: Terms, *, reason: str, actor: Actor) -> Destroyed:
        """Destroy everything that is older than its term. Raises InputError without a reason."""
        reason = _require_reason(reason)
        overdue = self.find_overdue(terms, actor=actor)
        for version in overdue.dossiers:
            self._destroy(version.dossier_id, reason, actor)
        if terms.work_days:
            self._sets.clear_before(_before(terms.work_days), self.held(actor))
            self._working_texts.clear_before(_before(terms.work_days))
        done = Destroyed(len(overdue.dossiers), overdue.works)  # some of these sets went with their dossier
        if done.dossiers or done.works:
            counts: dict[str, Plain] = {"dossiers": done.dossiers, "works": done.works, "reason": reason}
            note(self._log, "retention.destroy", actor, "", counts)
        return done

    def held(self, actor: Actor) -> frozenset[str]:
        """The dossiers that may not be destroyed until somebody lets them go, as the log says."""
        require(actor, Task.MANAGE)
        held: set[str] = set()
        for step in self._log.of_actions({_HOLD, _RELEASE}):
            (held.add if step.action == _HOLD else held.discard)(step.subject)
        return frozenset(held)

    def hold(self, dossier_id: str, *, reason: str, actor: Actor) -> None:
        """Nobody destroys this dossier from now on: it is asked for by a judge, an inquiry, a Woo request."""
        self._mark(_HOLD, dossier_id, reason, actor)

    def release(self, dossier_id: str, *, reason: str, actor: Actor) -> None:
        """It may be destroyed again. Raises InputError when it was not on hold."""
        if dossier_id not in self.held(actor):
            raise InputError(f"{dossier_id} wordt niet vastgehouden.")
        self._mark(_RELEASE, dossier_id, reason, actor)

    def _mark(self, action: str, dossier_id: str, reason: str, actor: Actor) -> None:
        reason = _require_reason(reason)
        self.versions(dossier_id, actor)
        note(self._log, action, actor, dossier_id, {"reason": reason})

    def declaration(self, since: datetime, *, actor: Actor) -> str:
        """What was destroyed since a moment, with the lines of the log that prove it, for people to sign."""
        require_everywhere(actor, Task.MANAGE)
        steps = [s for s in self._log.of_actions({_DELETED, _DESTROYED}) if s.at >= since]
        report = self._log.verify()
        whole = "Het logboek is heel" if report.ok else f"LET OP: het logboek is niet heel ({report.problem})"
        closing = f"{whole}: {report.head.count} regels, laatste hash {report.head.hash}."
        made = now().isoformat(timespec="seconds")
        return _DECLARATION.format(made=made, rows="\n".join(map(_declared, steps)), closing=closing)

    def start_destroying(self, terms: Terms, *, reason: str, actor: Actor) -> Job:
        """Begin `destroy_overdue` as long work. Raises InputError without a reason."""
        require_everywhere(actor, Task.MANAGE)
        told: dict[str, Plain] = {"terms": to_plain(terms), "reason": _require_reason(reason)}
        return self._jobs.start(actor, "retention", told, subject="retention", priority=LATER)

    def works(self) -> dict[str, Work]:
        """What a worker does for the job that is begun here."""
        return {"retention": self._destroy_as_work}

    def _destroy_as_work(self, run: Run) -> dict[str, Plain]:
        terms = from_plain(Terms, run.told["terms"])
        done = self.destroy_overdue(terms, reason=str(run.told["reason"]), actor=run.owner)
        return {"address": f"/manage/retention?gone={done.dossiers}-{done.works}"}

    def versions(self, dossier_id: str, actor: Actor) -> tuple[DossierVersion, ...]:
        """The versions of a dossier that would be deleted. Raises UnknownReferenceError."""
        require(actor, Task.MANAGE)
        return self._dossiers.history(dossier_id, actor.collections)

    def delete_dossier(self, dossier_id: str, *, reason: str, actor: Actor) -> None:
        """Destroy a dossier with all its versions, the sets it came from and every request about it.

        The log keeps that it happened. Raises UnknownReferenceError where this person may not see it.
        """
        require(actor, Task.MANAGE)
        reason = _require_reason(reason)
        self.versions(dossier_id, actor)
        if dossier_id in self.held(actor):
            raise ConflictError(f"{dossier_id} wordt vastgehouden. Geef het eerst vrij, met een reden.")
        self._destroy(dossier_id, reason, actor)

    def _destroy(self, dossier_id: str, reason: str, actor: Actor) -> None:
        self._jobs.forget_texts()
        self._dossiers.delete(dossier_id, by=actor.name, reason=reason)
        self._sets.clear_dossier(dossier_id)
        self._sign_offs.clear(dossier_id)
        self._working_texts.clear_under(f"/dossiers/{dossier_id}/")
        self._accounts.forget_answers_about(dossier_id)  # what a repeated API request gets holds the text too


_DECLARATION = """# Verklaring van vernietiging (concept)

Opgemaakt op {made} uit het logboek. De inhoud is vernietigd in de database, de sets, de lopende verzoeken en
de bewaarde antwoorden; back-ups en bestanden buiten het programma vallen hier niet onder.

| regel | moment | wat | versies | reden | hash van de regel |
| ---: | --- | --- | ---: | --- | --- |
{rows}

{closing}

Naam, functie, datum en handtekening van wie besloot: **open**
"""


def _declared(step: LogEntry) -> str:
    told, moment = step.details, step.at.isoformat(timespec="seconds")
    what = step.subject or f"{told.get('works', 0)} sets in bewerking"
    reason = str(told.get("reason", "")).replace("|", "/")
    return f"| {step.seq} | {moment} | {what} | {told.get('versions', '')} | {reason} | {step.hash} |"


def _require_reason(reason: str) -> str:
    if not reason.strip():
        raise InputError("Geef een reden. Die komt in het logboek; noem er geen personen in.")
    return " ".join(reason.split())


def _before(days: int) -> datetime:
    return now() - timedelta(days=days)
