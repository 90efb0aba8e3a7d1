"""Who may come in, and as what: for administrators, with every change in the log."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from learninglion.models import Actor, Role
from learninglion.models.errors import InputError, UnknownReferenceError
from learninglion.record.log import EventLog
from learninglion.workflow.accounts import Account, Accounts
from learninglion.workflow.log import note
from learninglion.workflow.rights import Task, require, require_everywhere, require_within

__all__ = ["People"]


class People:
    """The accounts, as an administrator manages them."""

    def __init__(self, accounts: Accounts, log: EventLog) -> None:
        self._accounts = accounts
        self._log = log

    def list(self, actor: Actor) -> tuple[Account, ...]:
        """The accounts that this administrator may change, by name."""
        require(actor, Task.MANAGE)
        return tuple(account for account in self._accounts.list() if _covers(actor, account.collections))

    def add(
        self, name: str, roles: Iterable[Role], collections: Iterable[str] | None = None, *, actor: Actor
    ) -> str:
        """A new account; gives the invitation with which this person sets a password.

        Nobody gives collections that he does not have.
        """
        collections = None if collections is None else tuple(collections)
        _require_own(actor, collections)
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
        collections = None if collections is None else tuple(collections)
        self._find(name, actor)
        _require_own(actor, collections)
        roles = tuple(roles)
        self._accounts.change(name, roles, collections, active)
        self._note("account.change", name, roles, actor)

    def invite(self, name: str, *, actor: Actor) -> str:
        """A fresh invitation for somebody who lost the password."""
        if self._find(name, actor).from_organisation:
            raise InputError("Deze persoon meldt zich aan via de organisatie en heeft hier geen wachtwoord.")
        token = self._accounts.invite(name)
        self._note("account.invite", name, (), actor)
        return token

    def _find(self, name: str, actor: Actor) -> Account:
        """The account, where it may see no more than who changes it: an invitation is a way in."""
        require(actor, Task.MANAGE)
        account = self._accounts.find(name)
        if not _covers(actor, account.collections):
            raise UnknownReferenceError(f"Er is geen account {name!r}.")
        return account

    def _note(self, action: str, name: str, roles: tuple[Role, ...], actor: Actor) -> None:
        note(self._log, action, actor, f"account:{name}", {"roles": [r.value for r in roles]})


def _covers(actor: Actor, collections: Collection[str] | None) -> bool:
    """Whether this person may see all of these collections (None: every one)."""
    return actor.collections is None or (
        collections is not None and actor.collections.issuperset(collections)
    )


def _require_own(actor: Actor, collections: Collection[str] | None) -> None:
    if collections is None:
        require_everywhere(actor, Task.MANAGE)
    else:
        require_within(actor, Task.MANAGE, collections)
