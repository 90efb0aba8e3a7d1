"""Somebody who is signed in, as pages and API see them."""

from __future__ import annotations

from dataclasses import dataclass

from learninglion.models import Actor
from learninglion.workflow.accounts import Account
from learninglion.workflow.rights import RIGHTS, Task

_TASKS = {
    "search": Task.SEARCH,
    "draft": Task.DRAFT,
    "dossiers": Task.READ_DOSSIER,
    "approve": Task.APPROVE,
    "judge": Task.JUDGE,
    "manage": Task.MANAGE,
    "audit": Task.AUDIT,
}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who is signed in, and the token that this session's forms carry."""

    account: Account
    csrf: str
    token: str

    @property
    def actor(self) -> Actor:
        """This person, as the workflow knows people."""
        return self.account.actor

    def may(self, task: str) -> bool:
        """Whether a page should offer this; the workflow decides for itself."""
        if task == "audit" and self.account.collections is not None:
            return False  # the log is about every collection
        return bool(RIGHTS[_TASKS[task]] & self.account.roles)
