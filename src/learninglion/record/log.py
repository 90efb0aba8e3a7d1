"""The log: every step with who, when, what and how, each entry tied to the one before it.

An entry's hash covers its content and the hash before it, so changing or removing one breaks the chain from
there on. A chain can still be cut off at its end; therefore its length and last hash also stand in a file
beside the database (the anchor). It is written after each commit: a crash in between leaves an anchor that
is behind, which is no harm, because the chain must pass through it, not end there.

Texts of people do not belong in the log: say their fingerprint, under a key that goes with them, and where
they are kept, so that retention can delete them while the chain holds.
"""

from __future__ import annotations

import json
import logging
import socket
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Index,
    Row,
    Select,
    String,
    Table,
    Text,
    insert,
    select,
    type_coerce,
)
from sqlalchemy.exc import DBAPIError

from learninglion.database.engine import KEY, Moment, new_metadata, now, reading, spell_moment, writing
from learninglion.database.files import exclusive, write_durably
from learninglion.models.errors import IntegrityError
from learninglion.models.plain import Plain, canonical_json, sha256_hex

metadata = new_metadata()

# Triggers made by the migration refuse to change or delete a row, and to add one that does not follow.
log_entries = Table(
    "log_entries",
    metadata,
    Column("seq", KEY, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("action", String(100), nullable=False),
    Column("subject", String(400), nullable=False),
    Column("details", Text, nullable=False),  # canonical JSON
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    Index("ix_log_entries_subject", "subject"),
)

GENESIS = "0" * 64  # what the first entry names as the hash before it
_BATCH = 1000
_logger = logging.getLogger(__name__)
_ANCHOR_WAIT_SECONDS = 30.0
_ITSELF = "LearningLion"  # who does what nobody asked for
OPERATION: ContextVar[str] = ContextVar("learninglion_operation", default="")
"""The operation that steps belong to now, as a traceparent (W3C Trace Context); "" where nobody named one."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One step that was taken."""

    seq: int  # from 1, without gaps
    at: datetime
    actor: str
    action: str
    subject: str
    details: Mapping[str, Plain]
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """How long the log is and the hash of its last entry; worth noting elsewhere from time to time."""

    count: int
    hash: str


@dataclass(frozen=True, slots=True)
class LogReport:
    """What checking the log found; `problem` says in words what is wrong with entry `first_broken`."""

    head: Head  # as far as the chain holds
    first_broken: int | None = None
    problem: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing was changed, removed or added out of order."""
        return self.first_broken is None


class EventLog:
    """The log in the database of `engine`, with its anchor in the file `anchor`."""

    def __init__(self, engine: Engine, anchor: Path) -> None:
        self._engine = engine
        self._anchor = anchor
        self._turn = threading.Lock()
        self._anchored = 0  # how far this process has seen the anchor go
        if not anchor.exists():
            head = self.head()
            if head.count == 0:
                self._write_anchor(Head(0, GENESIS))
            elif engine.dialect.name == "postgresql" and not self._anchor_lock_file.exists():
                self._begin_anchor(head)

    def _begin_anchor(self, head: Head) -> None:
        """Let a new server, which never moved an anchor, keep one of its own; the log says that it came.

        Where one was moved before and is not there, that is a finding (`verify`).
        """
        with writing(self._engine) as connection:
            beginning: dict[str, Plain] = {"machine": socket.gethostname(), "after": head.count}
            entry = self.append_within(connection, "log.anchor", actor=_ITSELF, details=beginning)
        with self._anchor_lock():
            self._write_anchor(Head(entry.seq, entry.hash))

    def append(
        self, action: str, *, actor: str, subject: str = "", details: Mapping[str, Plain] | None = None
    ) -> LogEntry:
        """Add an entry. Entries of several processes get one order: that of their commits."""
        with writing(self._engine) as connection:
            entry = self.append_within(connection, action, actor=actor, subject=subject, details=details)
        self.advance_anchor(entry.seq)
        return entry

    def append_within(
        self,
        connection: Connection,
        action: str,
        *,
        actor: str,
        subject: str = "",
        details: Mapping[str, Plain] | None = None,
    ) -> LogEntry:
        """Add an entry in the caller's `writing` transaction, to stand or fall with what it is about.

        The caller calls `advance_anchor` after the commit.
        """
        last = head_of(connection)
        operation = OPERATION.get()
        plain = json.loads(canonical_json({**(details or {}), **({"trace": operation} if operation else {})}))
        entry = _sealed(last.count + 1, now(), actor, action, subject, plain, last.hash)
        values = {name: getattr(entry, name) for name in LogEntry.__dataclass_fields__}
        connection.execute(insert(log_entries).values({**values, "details": canonical_json(plain)}))
        return entry

    def entries(
        self,
        *,
        after: int = 0,
        limit: int = 100,
        subject: str | None = None,
        newest_first: bool = False,
        actions: Collection[str] = (),
    ) -> tuple[LogEntry, ...]:
        """Entries with a number over `after`, or (newest first, when `after` is not 0) under it."""
        query = select(*_AS_THEY_STAND).limit(limit)
        if newest_first:
            query = query.order_by(log_entries.c.seq.desc())
            query = query.where(log_entries.c.seq < after) if after else query
        else:
            query = query.order_by(log_entries.c.seq).where(log_entries.c.seq > after)
        if subject is not None:
            query = query.where(log_entries.c.subject == subject)
        if actions:
            query = query.where(log_entries.c.action.in_(actions))
        with reading(self._engine) as connection:
            return tuple(_read(row) for row in _fetch(connection, query))

    def about(self, connection: Connection, subject: str, action: str, *, after: int) -> tuple[LogEntry, ...]:
        """The entries of an action about `subject` with a number over `after`, in this transaction."""
        this = (log_entries.c.subject == subject, log_entries.c.action == action)
        query = select(*_AS_THEY_STAND).where(log_entries.c.seq > after, *this)
        return tuple(_read(row) for row in _fetch(connection, query.order_by(log_entries.c.seq)))

    def of_actions(self, actions: Collection[str], *, after: int = 0) -> Iterator[LogEntry]:
        """Every entry of these actions with a number over `after`, oldest first."""
        return self.every(actions=actions, after=after)

    def every(
        self, *, actions: Collection[str] = (), subject: str | None = None, after: int = 0
    ) -> Iterator[LogEntry]:
        """Every entry with a number over `after`, oldest first; of these actions, about this subject."""
        while page := self.entries(after=after, limit=_BATCH, subject=subject, actions=actions):
            yield from page
            if len(page) < _BATCH:
                return
            after = page[-1].seq

    def head(self) -> Head:
        """The length and last hash at this moment."""
        with reading(self._engine) as connection:
            return head_of(connection)

    def verify(self) -> LogReport:
        """Follow the chain from its first entry to its anchor and its end; names the first broken link."""
        try:
            anchor = self._read_anchor()  # before the entries: a log may grow meanwhile, never shrink
        except IntegrityError as error:
            return LogReport(Head(0, GENESIS), 0, error.detail)
        head, problem = self._walked(anchor)
        if problem:
            return LogReport(head, head.count + 1, problem)
        if head.count < anchor.count:
            missing = f"regel {head.count + 1} tot en met {anchor.count} ontbreken aan het einde"
            return LogReport(head, head.count + 1, missing)
        return LogReport(head)

    def _walked(self, anchor: Head) -> tuple[Head, str]:
        """How far the chain holds from its first entry on, past `anchor`, and what is wrong there."""
        head = Head(0, GENESIS)
        try:
            with reading(self._engine) as connection:
                for row in _all(connection):
                    problem = _broken(row, head)
                    if not problem and row.seq == anchor.count and row.hash != anchor.hash:
                        problem = f"regel {row.seq} is niet die waarnaar het ankerbestand verwijst"
                    if problem:
                        return head, problem
                    head = Head(row.seq, row.hash)
        except IntegrityError as error:
            return head, error.detail.rstrip(".")
        return head, ""

    def anchor_problem(self) -> str:
        """What is wrong with the anchor, without following the whole chain; empty when nothing is.

        Where all is well the anchor follows what other servers wrote: so each of them finds a cut.
        """
        try:
            anchor = self._read_anchor()
        except IntegrityError as error:
            return error.detail
        with reading(self._engine) as connection:
            passed = connection.scalar(select(log_entries.c.hash).where(log_entries.c.seq == anchor.count))
            head = head_of(connection)
        if anchor.count and passed != anchor.hash:
            return "het logboek loopt niet door het ankerbestand"
        if head.count > anchor.count:
            self.advance_anchor()
        return ""

    def accept(self, *, actor: str, reason: str) -> LogEntry:
        """Anchor the log as it now is, for instance after a backup was put back; the log says so itself.

        Raises IntegrityError when the chain itself is broken: that cannot be accepted away.
        """
        if problem := self._walked(Head(0, GENESIS))[1]:
            raise IntegrityError(f"Het logboek is niet heel: {problem}.")
        try:
            old = self._read_anchor()
            was: dict[str, Plain] = {"count": old.count, "hash": old.hash}
        except IntegrityError:
            was = {}
        with writing(self._engine) as connection:
            entry = self.append_within(
                connection, "log.accept", actor=actor, details={"reason": reason, "anchor_was": was}
            )
        with self._anchor_lock():
            self._write_anchor(Head(entry.seq, entry.hash))
        return entry

    # ----------------------------------------------------------------- the anchor

    def advance_anchor(self, least: int | None = None) -> None:
        """Move the anchor to the end of the log, unless the log does not pass through it any more.

        An anchor that does not fit stays, so that `verify` goes on saying so until somebody accepts it. With
        `least` there is nothing to do when another thread has moved it past that entry already.
        """
        with self._turn:
            if least is None or self._anchored < least:
                try:
                    self._advance()
                except OSError as error:
                    # The entry is committed and an anchor behind is no harm; a step that was taken must not
                    # be reported as one that failed because the disk is full now.
                    _logger.warning("the anchor %s could not be written: %s", self._anchor, error)

    def _advance(self) -> None:
        with self._anchor_lock():
            try:
                anchor = self._read_anchor()
            except IntegrityError:
                return
            with reading(self._engine) as connection:
                head = head_of(connection)
                passed = select(log_entries.c.hash).where(log_entries.c.seq == anchor.count)
                through = connection.scalar(passed) if anchor.count else GENESIS
            if head.count > anchor.count and through == anchor.hash:
                self._write_anchor(head)
                self._anchored = head.count

    def _anchor_lock(self) -> AbstractContextManager[None]:
        return exclusive(self._anchor_lock_file, "logboek bijhouden", wait=_ANCHOR_WAIT_SECONDS)

    @property
    def _anchor_lock_file(self) -> Path:
        return self._anchor.with_name(self._anchor.name + ".lock")

    def _read_anchor(self) -> Head:
        try:
            data = json.loads(self._anchor.read_text("utf-8"))
            return Head(int(data["count"]), str(data["hash"]))
        except FileNotFoundError as error:
            raise IntegrityError(f"het ankerbestand {self._anchor.name} ontbreekt") from error
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise IntegrityError(f"het ankerbestand {self._anchor.name} is niet te lezen") from error

    def _write_anchor(self, head: Head) -> None:
        write_durably(self._anchor, canonical_json(head).encode())


def is_sealed(step: Mapping[str, object]) -> bool:
    """Whether an entry that left as plain data is as it was sealed."""
    try:
        seq, at = int(str(step["seq"])), datetime.fromisoformat(str(step["at"]))
        words = [str(step[name]) for name in ("actor", "action", "subject")]
        contents = canonical_json(step["details"])
        sealed = _seal(seq, spell_moment(at), words[0], words[1], words[2], contents, str(step["previous"]))
    except (KeyError, ValueError):
        return False
    return sealed == step.get("hash")


def _seal(seq: int, at: str, actor: str, action: str, subject: str, details: str, previous: str) -> str:
    """The hash of an entry; `at` and `details` as they are stored."""
    return sha256_hex(canonical_json([seq, at, actor, action, subject, details, previous]))


def _sealed(
    seq: int, at: datetime, actor: str, action: str, subject: str, details: Mapping[str, Plain], previous: str
) -> LogEntry:
    sealed = _seal(seq, spell_moment(at), actor, action, subject, canonical_json(details), previous)
    return LogEntry(seq, at, actor, action, subject, details, previous, sealed)


def head_of(connection: Connection) -> Head:
    """The length and last hash as this transaction sees them."""
    query = select(log_entries.c.seq, log_entries.c.hash).order_by(log_entries.c.seq.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return Head(0, GENESIS) if row is None else Head(row.seq, row.hash)


# The moment as text: what is no moment any more must be found, not fail to be read.
_AS_THEY_STAND = [type_coerce(c, String) if c.name == "at" else c for c in log_entries.c]


def _fetch(connection: Connection, query: Select[tuple[object, ...]]) -> Sequence[Row[tuple[object, ...]]]:
    try:
        return connection.execute(query).all()
    except DBAPIError as error:
        raise IntegrityError("In het logboek staat iets dat niet te lezen is.") from error


def _all(connection: Connection) -> Iterator[Row[tuple[object, ...]]]:
    last: int | None = None
    while True:
        query = select(*_AS_THEY_STAND).order_by(log_entries.c.seq).limit(_BATCH)
        rows = _fetch(connection, query if last is None else query.where(log_entries.c.seq > last))
        yield from rows
        if len(rows) < _BATCH:
            return
        last = rows[-1].seq


def _broken(row: Row[tuple[object, ...]], head: Head) -> str:
    """What is wrong with the entry that should follow `head`; empty when nothing is."""
    wanted = head.count + 1
    if row.seq != wanted:
        return f"regel {wanted} ontbreekt" if row.seq > wanted else f"regel {row.seq} hoort hier niet"
    if row.previous != head.hash:
        return f"regel {wanted} sluit niet aan op de regel ervoor"
    sealed = _seal(row.seq, row.at, row.actor, row.action, row.subject, row.details, row.previous)
    return "" if sealed == row.hash else f"regel {wanted} is veranderd"


def _read(row: Row[tuple[object, ...]]) -> LogEntry:
    try:
        details = cast(dict[str, Plain], json.loads(row.details))
        at = datetime.fromisoformat(row.at)
    except (ValueError, TypeError) as error:
        raise IntegrityError(f"Regel {row.seq} van het logboek is niet te lezen.") from error
    return LogEntry(row.seq, at, row.actor, row.action, row.subject, details, row.previous, row.hash)
