"""Who may do what: one table, enforced by the workflow for every way in."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from learninglion.models import Actor, Role
from learninglion.models.errors import PermissionDeniedError


class Task(StrEnum):
    """Something that can be asked of the program."""

    SEARCH = "zoeken en lezen"
    DRAFT = "een set behandelen"
    READ_DOSSIER = "dossiers inzien"
    APPROVE = "een tekst vaststellen"
    JUDGE = "resultaten beoordelen"
    MANAGE = "documenten en instellingen beheren"
    AUDIT = "het logboek inzien"


RIGHTS: dict[Task, frozenset[Role]] = {
    Task.SEARCH: frozenset({Role.READER, Role.DRAFTER, Role.APPROVER, Role.ADMINISTRATOR}),
    Task.DRAFT: frozenset({Role.DRAFTER, Role.APPROVER}),
    Task.READ_DOSSIER: frozenset({Role.DRAFTER, Role.APPROVER, Role.AUDITOR}),
    Task.APPROVE: frozenset({Role.APPROVER}),
    Task.JUDGE: frozenset({Role.DRAFTER, Role.APPROVER, Role.ADMINISTRATOR}),
    Task.MANAGE: frozenset({Role.ADMINISTRATOR}),
    Task.AUDIT: frozenset({Role.AUDITOR, Role.ADMINISTRATOR}),
}


def require(actor: Actor, task: Task) -> None:
    """Raises PermissionDeniedError in plain words when `actor` may not do `task`."""
    if not RIGHTS[task] & actor.roles:
        raise PermissionDeniedError(f"U hebt geen rechten voor: {task.value}. Vraag uw beheerder.")


def require_within(actor: Actor, task: Task, collections: Iterable[str]) -> None:
    """`require`, and all these collections must be the actor's.

    The refusal is the same for a collection of others and for one that does not exist.
    """
    require(actor, task)
    for name in collections:
        if not actor.may_see(name):
            raise PermissionDeniedError(f"De verzameling {name!r} is niet een van die van u.")


def require_everywhere(actor: Actor, task: Task) -> None:
    """`require`, for what concerns every collection: nobody who is limited to some may do it."""
    require(actor, task)
    if actor.collections is not None:
        raise PermissionDeniedError(
            f"Dit gaat over alle verzamelingen, en uw rechten gelden voor sommige ({task.value})."
        )
