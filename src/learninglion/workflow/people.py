"""Who may come in, and as what: for administrators, with every change in the log."""

from __future__ import annotations

from collections.abc import Iterable

from learninglion.models import Actor, Role
from learninglion.models.errors import InputError
from learninglion.record.log import EventLog
from learninglion.workflow.accounts import Account, Accounts
from learninglion.workflow.log import note
from learninglion.workflow.rights import Task, require

__all__ = ["People"]


class People:
    """The accounts, as an administrator manages them."""

    def __init__(self, accounts: Accounts, log: EventLog) -> None:
        self._accounts = accounts
        self._log = log

    def list(self, actor: Actor) -> tuple[Account, ...]:
        """All accounts by name."""
        require(actor, Task.MANAGE)
        return self._accounts.list()

    def add(
        self, name: str, roles: Iterable[Role], collections: Iterable[str] | None = None, *, actor: Actor
    ) -> str:
        """A new account; gives the invitation with which this person sets a password."""
        require(actor, Task.MANAGE)
        roles = tuple(roles)
        if not roles:
            raise InputError("Kies ten minste één rol.")
        token = self._accounts.add(name, roles, collections)
        self._note("account.add", name, roles, actor)
        return token

    def change(
        self,
        name: str,
        roles: Iterable[Role],
        collections: Iterable[str] | None,
        active: bool,
        *,
        actor: Actor,
    ) -> None:
        """Other roles or collections, or no longer welcome; holds at once."""
        require(actor, Task.MANAGE)
        roles = tuple(roles)
        self._accounts.change(name, roles, collections, active)
        self._note("account.change", name, roles, actor)

    def invite(self, name: str, *, actor: Actor) -> str:
        """A fresh invitation for somebody who lost the password."""
        require(actor, Task.MANAGE)
        if self._accounts.find(name).from_organisation:
            raise InputError("Deze persoon meldt zich aan via de organisatie en heeft hier geen wachtwoord.")
        token = self._accounts.invite(name)
        self._note("account.invite", name, (), actor)
        return token

    def _note(self, action: str, name: str, roles: tuple[Role, ...], actor: Actor) -> None:
        note(self._log, action, actor, f"account:{name}", {"roles": [r.value for r in roles]})
