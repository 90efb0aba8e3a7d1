"""Who may come in: accounts, invitations and sessions.

No password is ever made by the program. The first account and every new one start with an invitation: a
token that works once. Of passwords, invitations and sessions only hashes are kept. `Access` notes in the
log who came in and what administrators looked into.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from threading import Lock

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Engine,
    Float,
    Row,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)

from learninglion.database.engine import Moment, new_metadata, now, reading, writing
from learninglion.models import Actor, Role
from learninglion.models.errors import (
    BusyError,
    ConflictError,
    InputError,
    PermissionDeniedError,
    UnknownReferenceError,
)
from learninglion.models.plain import Plain, sha256_hex
from learninglion.record.log import EventLog
from learninglion.workflow.jobs import expired_answers
from learninglion.workflow.log import note
from learninglion.workflow.rights import Task, require, require_everywhere, require_within

# Who may come in, and as what: for administrators, with every change in the log.


@dataclass(eq=False)
class People:
    """The accounts, as an administrator manages them."""

    _accounts: Accounts
    _log: EventLog

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
        collections, roles = _given(actor, collections), tuple(roles)
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
        self._find(name, actor)
        collections, roles = _given(actor, collections), tuple(roles)
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


def _given(actor: Actor, collections: Iterable[str] | None) -> tuple[str, ...] | None:
    """These collections, which `actor` may give to others; None is all."""
    if collections is None:
        require_everywhere(actor, Task.MANAGE)
        return None
    chosen = tuple(collections)
    require_within(actor, Task.MANAGE, chosen)
    return chosen


metadata = new_metadata()
accounts = Table(
    "web_accounts",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("roles", String(200), nullable=False),
    Column("collections", Text, nullable=True),  # one name a line; null: all
    Column("password", Text, nullable=True),
    Column("subject", String(300), nullable=True, unique=True),  # issuer and subject of OpenID Connect
    Column("active", Boolean, nullable=False),
    Column("created", Moment, nullable=False),
)
tickets = Table(
    "web_tickets",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("kind", String(16), nullable=False, index=True),
    Column("account", String(100), nullable=True, index=True),
    Column("label", String(200), nullable=False),
    Column("expires", Moment, nullable=False),
)

_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,98}")
_SHORTEST_PASSWORD = (
    12  # length counts more than odd characters (NIST SP 800-63B asks 8; we have no second factor)
)
_LONGEST_PASSWORD = 200
_INVITATION = timedelta(hours=72)
_MOST_HASHING = 8  # attempts at once, the one at work included; each holds a thread of the server
_HASHING_WAIT = 5.0  # seconds
_BUSY = "Er melden zich veel mensen tegelijk aan. Probeer het over een halve minuut opnieuw."


class SessionKind:
    """What a ticket is for."""

    INVITATION = "invitation"
    BROWSER = "browser"
    API = "api"


@dataclass(frozen=True, slots=True)
class Account:
    """A person who may come in."""

    name: str
    roles: frozenset[Role]
    collections: frozenset[str] | None
    active: bool
    has_password: bool
    from_organisation: bool

    @property
    def actor(self) -> Actor:
        """This person, as the workflow knows people."""
        return Actor(self.name, self.roles, self.collections)


class HashingTurns:
    """Hashing a password takes 64 MB and a core for a moment: one at a time, and few who wait for it."""

    def __init__(self, most_waiting: int = _MOST_HASHING, seconds: float = _HASHING_WAIT) -> None:
        self._most, self._seconds = most_waiting, seconds
        self._turn, self._lock = Lock(), Lock()
        self._waiting = 0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn. Raises BusyError where too many wait already, or it takes too long."""
        with self._lock:
            if self._waiting >= self._most:
                raise BusyError(_BUSY)
            self._waiting += 1
        try:
            if not self._turn.acquire(timeout=self._seconds):
                raise BusyError(_BUSY)
            try:
                yield
            finally:
                self._turn.release()
        finally:
            with self._lock:
                self._waiting -= 1


class Accounts:
    """All of the above, in the database of `engine`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._hasher = PasswordHasher()
        self._turns = HashingTurns()

    @cached_property
    def _nobody(self) -> str:
        """Checked when a name does not exist, so that the time taken tells nobody which names do."""
        return self._hasher.hash(secrets.token_hex(16))

    # ----------------------------------------------------------------- accounts

    def any(self) -> bool:
        """Whether there is an account at all."""
        with reading(self._engine) as connection:
            return bool(connection.execute(select(func.count()).select_from(accounts)).scalar())

    def list(self) -> tuple[Account, ...]:
        """All accounts by name."""
        with reading(self._engine) as connection:
            return tuple(map(_account, connection.execute(select(accounts).order_by(accounts.c.name))))

    def find(self, name: str) -> Account:
        """The account with this name. Raises UnknownReferenceError."""
        if (row := self._row(name)) is None:
            raise UnknownReferenceError(f"Er is geen account {name!r}.")
        return _account(row)

    def _row(self, name: str) -> Row[tuple[object, ...]] | None:
        with reading(self._engine) as connection:
            return connection.execute(select(accounts).where(accounts.c.name == name)).one_or_none()

    def rights_of_now(self, actor: Actor) -> Actor:
        """What is left by now of somebody's rights; whoever has no account works on this machine itself.

        Raises PermissionDeniedError for an account that was closed.
        """
        if (row := self._row(actor.name)) is None:
            return actor
        account = _account(row)
        if not account.active:
            raise PermissionDeniedError("Uw account is gesloten.")
        restricted = (c for c in (actor.collections, account.collections) if c is not None)
        collections = frozenset.intersection(*limits) if (limits := tuple(restricted)) else None
        return Actor(actor.name, actor.roles & account.roles, collections)

    def add(self, name: str, roles: Iterable[Role], collections: Iterable[str] | None = None) -> str:
        """A new account; gives the invitation with which this person sets a password."""
        name = _check_name(name)
        with writing(self._engine) as connection:
            if connection.execute(select(accounts.c.name).where(accounts.c.name == name)).first():
                raise ConflictError(f"Er is al een account {name!r}.")
            connection.execute(insert(accounts).values(**_values(name, roles, collections)))
        return self.invite(name)

    def change(
        self, name: str, roles: Iterable[Role], collections: Iterable[str] | None, active: bool
    ) -> None:
        """Other roles or collections, or out. Sessions end, so the change holds at once."""
        values = _values(name, roles, collections) | {"active": active}
        del values["created"]
        with writing(self._engine) as connection:
            changed = connection.execute(update(accounts).where(accounts.c.name == name).values(**values))
            if not changed.rowcount:
                raise UnknownReferenceError(f"Er is geen account {name!r}.")
            managers = connection.execute(select(accounts.c.roles).where(accounts.c.active)).scalars()
            if not any(Role.ADMINISTRATOR.value in roles_text.split() for roles_text in managers):
                raise ConflictError("Er moet ten minste één beheerder overblijven.")
            connection.execute(delete(tickets).where(tickets.c.account == name))

    def welcome(
        self, subject: str, name: str, roles: Iterable[Role], collections: Iterable[str] | None = None
    ) -> Account:
        """The account of somebody whom the organisation's own sign-in vouches for; made when new.

        Roles follow what the organisation says at every sign-in; `collections` (None: all) are those of a
        new account, and an administrator can change them. Raises ConflictError when the name is already
        that of somebody else.
        """
        name = _check_name(name.lower())
        text = " ".join(sorted(r.value for r in roles))
        with writing(self._engine) as connection:
            row = connection.execute(select(accounts).where(accounts.c.subject == subject)).one_or_none()
            if row is not None:
                connection.execute(update(accounts).where(accounts.c.subject == subject).values(roles=text))
            else:
                if connection.execute(select(accounts.c.name).where(accounts.c.name == name)).first():
                    raise ConflictError(f"De naam {name!r} is hier al van iemand anders.")
                values = _values(name, roles, collections) | {"subject": subject}
                connection.execute(insert(accounts).values(**values))
            account = connection.execute(select(accounts).where(accounts.c.subject == subject)).one()
        return _account(account)

    # ----------------------------------------------------------------- invitations and passwords

    def invite(self, name: str | None) -> str:
        """A token that lets `name` set a password once; older ones lapse.

        None: the very first account. Every server that starts shows one of its own, until that account is.
        """
        if name is not None:
            with writing(self._engine) as connection:
                mine = tickets.c.account == name
                connection.execute(delete(tickets).where(tickets.c.kind == SessionKind.INVITATION, mine))
        return self._ticket(SessionKind.INVITATION, name, _INVITATION)

    def invited(self, token: str) -> tuple[bool, str | None]:
        """Whether this invitation holds, and for whom (None: the first account)."""
        mine = (tickets.c.digest == sha256_hex(token), tickets.c.kind == SessionKind.INVITATION)
        with reading(self._engine) as connection:
            holding = select(tickets).where(*mine, tickets.c.expires > now())
            row = connection.execute(holding).one_or_none()
        if row is None or (row.account is None and self.any()):
            return False, None
        return True, row.account

    def accept(self, token: str, name: str, password: str) -> Account:
        """Set a password with an invitation, which is then used up. Raises InputError when it cannot be."""
        holds, invited = self.invited(token)
        if not holds:
            raise InputError("Deze link is al gebruikt of verlopen. Vraag een nieuwe aan de beheerder.")
        name = _check_name(invited or name)
        _check_password(password, name)
        with self._turns.turn():
            hashed = self._hasher.hash(password)
        with writing(self._engine) as connection:
            used = connection.execute(delete(tickets).where(tickets.c.digest == sha256_hex(token)))
            if not used.rowcount:
                raise InputError("Deze link is al gebruikt.")
            if invited is None:
                if connection.execute(select(accounts.c.name)).first():  # through another server, just now
                    raise InputError("Deze link is al gebruikt.")
                first = tickets.c.account.is_(None) & (tickets.c.kind == SessionKind.INVITATION)
                connection.execute(delete(tickets).where(first))
                values = _values(name, (Role.ADMINISTRATOR, Role.DRAFTER, Role.APPROVER), None)
                connection.execute(insert(accounts).values(**values))
            connection.execute(update(accounts).where(accounts.c.name == name).values(password=hashed))
            connection.execute(delete(tickets).where(tickets.c.account == name))
        return self.find(name)

    def check(self, name: str, password: str) -> Account | None:
        """The account, when name and password fit and it is active; otherwise None, in the same time."""
        row = self._row(name.strip().lower())
        password_hash = row.password if row is not None and row.password and row.active else None
        try:
            with self._turns.turn():
                nobody = self._nobody  # made when first asked for, whether this name exists or not
                self._hasher.verify(password_hash or nobody, password[:_LONGEST_PASSWORD])
        except (VerificationError, InvalidHashError):
            return None
        return _account(row) if row is not None and password_hash else None

    # ----------------------------------------------------------------- sessions

    def open_session(
        self, name: str, lasts: timedelta, kind: str = SessionKind.BROWSER, label: str = ""
    ) -> str:
        """A fresh session token: for a browser, or for a program with the rights of this person."""
        self.sweep()
        return self._ticket(kind, name, lasts, label)

    def who(self, token: str, kind: str = SessionKind.BROWSER) -> Account | None:
        """Whose session this is; None when it has ended or the account was closed."""
        query = select(accounts).join(tickets, tickets.c.account == accounts.c.name)
        holds = (tickets.c.digest == sha256_hex(token), tickets.c.kind == kind, tickets.c.expires > now())
        with reading(self._engine) as connection:
            row = connection.execute(query.where(*holds, accounts.c.active)).one_or_none()
        return None if row is None else _account(row)

    def prolong(self, token: str, lasts: timedelta) -> None:
        """Let a browser's session last from now on: it is used. Writes once in a twentieth of that time."""
        until = now() + lasts
        stale = tickets.c.expires < until - lasts / 20
        place = (tickets.c.digest == sha256_hex(token), tickets.c.kind == SessionKind.BROWSER)
        with reading(self._engine) as connection:
            if connection.execute(select(tickets.c.digest).where(*place, stale)).first() is None:
                return
        with writing(self._engine) as connection:
            # Only one that has not ended: it may have been closed meanwhile.
            connection.execute(update(tickets).where(*place, tickets.c.expires > now()).values(expires=until))

    def tokens(self, name: str) -> tuple[tuple[str, str, datetime], ...]:
        """The programs' tokens of this person: a short id, the label, until when."""
        query = select(tickets.c.digest, tickets.c.label, tickets.c.expires).where(
            tickets.c.account == name, tickets.c.kind == SessionKind.API
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(tickets.c.expires))
            return tuple((row.digest[:12], row.label, row.expires) for row in rows)

    def revoke(self, name: str, short_id: str) -> None:
        """End one program's token of this person."""
        mine = (tickets.c.account == name, tickets.c.kind == SessionKind.API)
        with writing(self._engine) as connection:
            this = tickets.c.digest.startswith(short_id, autoescape=True)
            connection.execute(delete(tickets).where(*mine, this))

    def close_session(self, token: str) -> None:
        """End a session; it cannot be used again."""
        with writing(self._engine) as connection:
            connection.execute(delete(tickets).where(tickets.c.digest == sha256_hex(token)))

    def sweep(self) -> None:
        """Throw away what has run out."""
        with writing(self._engine) as connection:
            connection.execute(delete(tickets).where(tickets.c.expires <= now()))
            connection.execute(expired_answers())

    def _ticket(self, kind: str, account: str | None, lasts: timedelta, label: str = "") -> str:
        token = secrets.token_urlsafe(32)
        values = {"digest": sha256_hex(token), "kind": kind, "account": account, "label": label[:200]}
        with writing(self._engine) as connection:
            connection.execute(insert(tickets).values(**values, expires=now() + lasts))
        return token


def _check_name(name: str) -> str:
    """A usable account name, in lower case. Raises InputError."""
    name = name.strip().lower()
    if not _NAME.fullmatch(name):
        raise InputError("Een gebruikersnaam heeft 2 tot 99 kleine letters, cijfers, punten of streepjes.")
    return name


def _check_password(password: str, name: str) -> None:
    """Raises InputError for a password that is too short, too long or the name itself."""
    if len(password) < _SHORTEST_PASSWORD:
        raise InputError(f"Het wachtwoord heeft ten minste {_SHORTEST_PASSWORD} tekens nodig.")
    if len(password) > _LONGEST_PASSWORD:
        raise InputError(f"Het wachtwoord mag ten hoogste {_LONGEST_PASSWORD} tekens hebben.")
    if name in password.lower() or len(set(password)) < 5:
        raise InputError("Dit wachtwoord is te makkelijk te raden.")


def _values(name: str, roles: Iterable[Role], collections: Iterable[str] | None) -> dict[str, object]:
    return {
        "name": name,
        "roles": " ".join(sorted({r.value for r in roles})),
        "collections": None if collections is None else "\n".join(sorted(set(collections))),
        "active": True,
        "created": now(),
    }


def _account(row: Row[tuple[object, ...]]) -> Account:
    roles = frozenset(Role(r) for r in row.roles.split())
    collections = None if row.collections is None else frozenset(filter(None, row.collections.split("\n")))
    signs_in = (row.password is not None, row.subject is not None)
    return Account(row.name, roles, collections, bool(row.active), *signs_in)


# The brake on guessing: so many tries at once, then one in so many seconds, over all servers together.

brakes = Table(
    "web_brakes",
    metadata,
    Column("digest", String(64), primary_key=True),  # of the key: what is typed as a name may be a password
    Column("tries", Float, nullable=False),  # left at `at`
    Column("at", Float, nullable=False),  # seconds since 1970
    Column("full", Float, nullable=False),  # when all tries are there again and the row says nothing more
)


class Brake:
    """At most `burst` tries at once per key, then one every `seconds`; `kind` tells brakes apart."""

    def __init__(
        self, engine: Engine, kind: str, burst: int, seconds: float, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._engine, self._kind, self._burst, self._seconds = engine, kind, float(burst), seconds
        self._clock = clock

    def take(self, key: str) -> float:
        """0 when the try is allowed; otherwise the seconds to wait for the next."""
        digest, now = self._digest(key), self._clock()
        with reading(self._engine) as connection:
            left = self._left(connection, digest, now)
        if left >= 1:  # who has to wait costs no turn of a writer
            with writing(self._engine) as connection:
                left = self._left(connection, digest, now)
                if left >= 1:
                    connection.execute(
                        delete(brakes).where((brakes.c.digest == digest) | (brakes.c.full <= now))
                    )
                    full = now + (self._burst - left + 1) * self._seconds
                    connection.execute(
                        insert(brakes).values(digest=digest, tries=left - 1, at=now, full=full)
                    )
                    return 0.0
        return (1 - left) * self._seconds

    def forget(self, key: str) -> None:
        """Start this key afresh, after a sign-in that succeeded."""
        with writing(self._engine) as connection:
            connection.execute(delete(brakes).where(brakes.c.digest == self._digest(key)))

    def _left(self, connection: Connection, digest: str, now: float) -> float:
        row = connection.execute(select(brakes.c.tries, brakes.c.at).where(brakes.c.digest == digest)).first()
        if row is None:
            return self._burst
        gained = max(0.0, now - float(row.at)) / self._seconds
        return min(self._burst, float(row.tries) + gained)

    def _digest(self, key: str) -> str:
        return sha256_hex(f"{self._kind}\0{key}")


_WATCHED = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
_STRANGER = Actor("aanmelding", frozenset())


@dataclass(eq=False)
class Access:
    """Notes entering and looking; it opens nothing by itself."""

    _accounts: Accounts
    _log: EventLog

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
