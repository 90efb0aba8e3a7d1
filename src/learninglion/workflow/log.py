"""The log as the use cases write it, and as those who may can read it.

Use cases append through `note`; pages and commands are only given `AuditLog`, which reads and checks.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from itertools import islice

from learninglion import __version__
from learninglion.compliance.otlp import PROCESSING, SCOPE, Collector, ProcessingTerms, processing_spans
from learninglion.models import Actor, QuestionSet
from learninglion.models.errors import IntegrityError
from learninglion.models.plain import Plain, canonical_json
from learninglion.record.dossiers import DossierRepository
from learninglion.record.log import EventLog, LogEntry, LogReport
from learninglion.workflow.proof import Ledger
from learninglion.workflow.rights import Task, require_everywhere

_SENT = "log.processing"
_BATCH = 500  # operations that a collector confirms at once

__all__ = ["AuditLog", "LogEntry", "LogReport", "note", "set_subject"]


def note(log: EventLog, action: str, actor: Actor, subject: str, details: Mapping[str, Plain]) -> None:
    """One line in the log: who did what to what, with which version of the program."""
    log.append(action, actor=actor.name, subject=subject, details={"version": __version__, **details})


def set_subject(store_id: str, question_set: QuestionSet) -> str:
    """What the log calls a set before its dossier: keyed, so that its text cannot be guessed back."""
    digest = hmac.new(store_id.encode(), canonical_json(question_set).encode(), hashlib.sha256).hexdigest()
    return f"set:{digest[:16]}"


class AuditLog:
    """Reading and checking the log, for who may."""

    def __init__(self, log: EventLog, dossiers: DossierRepository, ledger: Ledger) -> None:
        self._log = log
        self._dossiers = dossiers
        self._ledger = ledger

    def entries(
        self, actor: Actor, *, after: int = 0, limit: int = 100, subject: str | None = None
    ) -> tuple[LogEntry, ...]:
        """A page of the log, newest first."""
        require_everywhere(actor, Task.AUDIT)
        return self._log.entries(after=after, limit=limit, subject=subject, newest_first=True)

    def processed(self, actor: Actor, month: str = "") -> Iterator[LogEntry]:
        """Every operation on data, oldest first; of one month ("2026-11") when it is named."""
        require_everywhere(actor, Task.AUDIT)
        for entry in self._log.of_actions(PROCESSING):
            if not month or f"{entry.at.astimezone():%Y-%m}" == month:
                yield entry

    def send_processed(self, collector: Collector, terms: ProcessingTerms, *, actor: Actor) -> int:
        """Send every operation that no collector confirmed yet, oldest first; how many.

        The log says up to which line it was confirmed, so that what broke off goes on there. Raises
        ConnectionLostError, InputError without a register entry.
        """
        require_everywhere(actor, Task.AUDIT)
        before = self._log.entries(actions=(_SENT,), newest_first=True, limit=1)
        last = int(str(before[0].details["until"])) if before else 0
        entries = self._log.of_actions(PROCESSING, after=last)
        sent = 0
        while batch := tuple(islice(entries, _BATCH)):
            collector.send(tuple(processing_spans(batch, terms)), SCOPE)
            note(self._log, _SENT, actor, "", {"until": batch[-1].seq, "lines": len(batch)})
            sent += len(batch)
        return sent

    def verify(self, actor: Actor) -> LogReport:
        """Whether the log is whole: nothing changed, nothing removed."""
        require_everywhere(actor, Task.AUDIT)
        return self._log.verify()

    def anchor_problem(self) -> str:
        """What is wrong with the anchor, in words without anything from the log; empty when nothing is."""
        return self._log.anchor_problem()

    def misfits(self, actor: Actor) -> Iterator[str]:
        """What is not as the log says, as it is found: documents with all that belongs to them, dossiers.

        Every row and every byte of every original is read.
        """
        require_everywhere(actor, Task.AUDIT)
        return self._misfits()

    def _misfits(self) -> Iterator[str]:
        try:
            yield from self._ledger.misfits()
            yield from self._dossiers.verify()
        except IntegrityError as error:  # of the log itself: nothing can be held beside it
            yield error.detail

    def unproven(self, actor: Actor) -> int:
        """How many documents an older program took in, which logged no digests of them."""
        require_everywhere(actor, Task.AUDIT)
        return self._ledger.unproven()

    def accept(self, *, reason: str, actor: Actor) -> LogEntry:
        """Take the log as it is for the right one; that too becomes an entry. Raises InputError.

        Documents that the log had no digests of get them, as they stand.
        """
        require_everywhere(actor, Task.AUDIT)
        entry = self._log.accept(actor=actor.name, reason=reason)
        self._ledger.seal(actor=actor, reason=reason)
        return entry
