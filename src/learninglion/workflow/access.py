"""Who came in and what administrators looked into: lines of the log that nobody's work would leave."""

from __future__ import annotations

from learninglion.models import Actor, Role
from learninglion.models.errors import UnknownReferenceError
from learninglion.models.plain import Plain
from learninglion.record.log import EventLog
from learninglion.workflow.accounts import Accounts
from learninglion.workflow.log import note

__all__ = ["Access"]

_WATCHED = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
_STRANGER = Actor("aanmelding", frozenset())


class Access:
    """Notes entering and looking; it opens nothing by itself."""

    def __init__(self, accounts: Accounts, log: EventLog) -> None:
        self._accounts = accounts
        self._log = log

    def signed_in(self, actor: Actor, way: str) -> None:
        """Somebody came in, by "password", "organisation" or "invitation"."""
        note(self._log, "sign-in", actor, f"account:{actor.name}", {"way": way})

    def refused(self, name: str) -> None:
        """Somebody did not come in; a name that is no account is not kept: it may be a password."""
        try:
            subject = f"account:{self._accounts.find(name.strip().lower()).name}"
        except UnknownReferenceError:
            subject = "account:onbekend"
        note(self._log, "sign-in.refused", _STRANGER, subject, {})

    def signed_out(self, actor: Actor) -> None:
        """Somebody left."""
        note(self._log, "sign-out", actor, f"account:{actor.name}", {})

    def token_made(self, actor: Actor, label: str) -> None:
        """Somebody made a token for a program; the token itself is kept nowhere."""
        note(self._log, "token.make", actor, f"account:{actor.name}", {"label": label})

    def token_revoked(self, actor: Actor, short_id: str) -> None:
        """Somebody ended a token."""
        note(self._log, "token.revoke", actor, f"account:{actor.name}", {"token": short_id[:12]})

    def looked(self, actor: Actor, what: str, subject: str = "") -> None:
        """An administrator or auditor read a dossier, the log or the list of people."""
        watched: list[Plain] = [role.value for role in sorted(actor.roles & _WATCHED)]
        if watched:
            note(self._log, f"read.{what}", actor, subject, {"as": watched})
