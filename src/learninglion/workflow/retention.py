"""What has been kept long enough: which sets and dossiers that are, and destroying them for good.

The terms are the organisation's own (its selectielijst); without a term nothing is ever destroyed here. The
log keeps that something was destroyed, by whom and why, and nothing of what it said.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from learninglion.database.engine import now
from learninglion.models import Actor
from learninglion.models.errors import InputError
from learninglion.models.plain import Plain
from learninglion.record.dossiers import DossierRepository, DossierVersion
from learninglion.record.log import EventLog
from learninglion.workflow.accounts import Accounts
from learninglion.workflow.log import note
from learninglion.workflow.rights import Task, require, require_everywhere
from learninglion.workflow.sets import SetRepository
from learninglion.workflow.sign_offs import SignOffRepository
from learninglion.workflow.working_texts import WorkingTextRepository

__all__ = ["Destroyed", "Overdue", "Retention", "Terms"]


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
        log: EventLog,
    ) -> None:
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
        newest = tuple(self._dossiers.history(dossier_id, None)[-1] for dossier_id in ids)
        works = self._sets.count_before(_before(terms.work_days)) if terms.work_days else 0
        return Overdue(newest, works)

    def destroy_overdue(self, terms: Terms, *, reason: str, actor: Actor) -> Destroyed:
        """Destroy everything that is older than its term. Raises InputError without a reason."""
        reason = _require_reason(reason)
        overdue = self.find_overdue(terms, actor=actor)
        for version in overdue.dossiers:
            self._destroy(version.dossier_id, reason, actor)
        if terms.work_days:
            self._sets.clear_before(_before(terms.work_days))
            self._working_texts.clear_before(_before(terms.work_days))
        done = Destroyed(len(overdue.dossiers), overdue.works)  # some of these sets went with their dossier
        if done.dossiers or done.works:
            counts: dict[str, Plain] = {"dossiers": done.dossiers, "works": done.works, "reason": reason}
            note(self._log, "retention.destroy", actor, "", counts)
        return done

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
        self._destroy(dossier_id, reason, actor)

    def _destroy(self, dossier_id: str, reason: str, actor: Actor) -> None:
        self._dossiers.delete(dossier_id, by=actor.name, reason=reason)
        self._sets.clear_dossier(dossier_id)
        self._sign_offs.clear(dossier_id)
        self._working_texts.clear_under(f"/dossiers/{dossier_id}/")
        self._accounts.forget_answers_about(dossier_id)  # what a repeated API request gets holds the text too


def _require_reason(reason: str) -> str:
    if not reason.strip():
        raise InputError("Geef een reden. Die komt in het logboek; noem er geen personen in.")
    return " ".join(reason.split())


def _before(days: int) -> datetime:
    return now() - timedelta(days=days)
