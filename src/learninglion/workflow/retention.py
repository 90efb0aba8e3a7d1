"""What has been kept long enough: which sets and dossiers that are, and destroying them for good.

The terms are the organisation's own (its selectielijst); without a term nothing is ever destroyed here. The
log keeps that something was destroyed, by whom and why, and nothing of what it said.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete

from learninglion.database.engine import now, writing
from learninglion.models import Actor
from learninglion.models.errors import InputError
from learninglion.models.plain import Plain
from learninglion.record.dossiers import DossierVersion
from learninglion.workflow import LearningLion
from learninglion.workflow.accounts import answers
from learninglion.workflow.rights import Task, require
from learninglion.workflow.sets import Workbench
from learninglion.workflow.sign_offs import SignOffs

__all__ = ["Destroyed", "Overdue", "Terms", "delete_dossier", "destroy_overdue", "find_overdue"]


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


def find_overdue(house: LearningLion, terms: Terms, *, actor: Actor) -> Overdue:
    """What is older than its term now, the oldest first."""
    require(actor, Task.MANAGE)
    ids = house.dossiers.unchanged_since(_before(terms.dossier_days)) if terms.dossier_days else ()
    newest = tuple(house.dossiers.history(dossier_id, None)[-1] for dossier_id in ids)
    works = Workbench(house.engine).count_before(_before(terms.work_days)) if terms.work_days else 0
    return Overdue(newest, works)


def destroy_overdue(house: LearningLion, terms: Terms, *, reason: str, actor: Actor) -> Destroyed:
    """Destroy everything that is older than its term. Raises InputError without a reason."""
    reason = _require_reason(reason)
    overdue = find_overdue(house, terms, actor=actor)
    for version in overdue.dossiers:
        delete_dossier(house, version.dossier_id, reason=reason, actor=actor)
    if terms.work_days:
        Workbench(house.engine).clear_before(_before(terms.work_days))
    done = Destroyed(len(overdue.dossiers), overdue.works)  # some of these sets went with their dossier
    if done.dossiers or done.works:
        told: dict[str, Plain] = {"dossiers": done.dossiers, "works": done.works, "reason": reason}
        house.note("retention.destroy", actor, "", told)
    return done


def delete_dossier(house: LearningLion, dossier_id: str, *, reason: str, actor: Actor) -> None:
    """Destroy a dossier with all its versions, the sets it came from and every request about it."""
    house.delete_dossier(dossier_id, reason=_require_reason(reason), actor=actor)
    Workbench(house.engine).clear_dossier(dossier_id)
    SignOffs(house.engine).clear(dossier_id)
    with writing(house.engine) as connection:  # answers kept for a repeated API request hold the text too
        connection.execute(delete(answers).where(answers.c.body.contains(dossier_id, autoescape=True)))


def _require_reason(reason: str) -> str:
    if not reason.strip():
        raise InputError("Geef een reden. Die komt in het logboek; noem er geen personen in.")
    return " ".join(reason.split())


def _before(days: int) -> datetime:
    return now() - timedelta(days=days)
