"""The log as the use cases write it, and as those who may can read it.

Use cases append through `note`; pages and commands are only given `AuditLog`, which reads and checks. Entries
of documents hold digests (`account_of`, `account_of_removal`), written in the transaction of the step itself;
`Ledger` plays those in order and compares what should stand with what stands.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice

from sqlalchemy import Connection

from learninglion import __version__
from learninglion.database.engine import spell_moment
from learninglion.models import Actor, QuestionSet
from learninglion.models.errors import ConflictError, IntegrityError
from learninglion.models.plain import Plain, canonical_json
from learninglion.record.dossiers import DossierRepository
from learninglion.record.log import EventLog, LogEntry, LogReport
from learninglion.store.intake import VersionStanding
from learninglion.store.store import PutOutcome, Removed, Standing, Store, Stored
from learninglion.workflow.otlp import PROCESSING, SCOPE, Collector, ProcessingTerms, processing_spans
from learninglion.workflow.rights import Task, require_everywhere

__all__ = ["LogEntry", "LogReport"]

INGEST, REMOVE, _SEAL = "document.ingest", "document.remove", "document.seal"
OPENED = "source.open"  # beside a text that rests on it, or from what a search found
_STATUS = {
    PutOutcome.ADDED: "added",
    PutOutcome.LINKED: "added",
    PutOutcome.RESTORED: "added",
    PutOutcome.REPLACED: "replaced",
}
_FAILED = "failed"


_RETURNS = (PutOutcome.ADDED, PutOutcome.LINKED, PutOutcome.RESTORED)


def account_of(
    log: EventLog, actor: Actor, *, since: int | None = None, **more: Plain
) -> Callable[[Connection, Stored], None]:
    """What writes into the log, in the transaction of a put, what was put; `more` is said with it.

    `since`: the length of the log when the work was asked for. What was removed after that stays removed,
    also when the work is done again because a worker died: ConflictError, which undoes the put.
    """

    def account(connection: Connection, stored: Stored) -> None:
        if since is not None and stored.result.outcome in _RETURNS:
            _check_not_removed(log, connection, stored, since)
        details: dict[str, Plain] = {
            "version": __version__,
            "status": _STATUS[stored.result.outcome],
            "collection": stored.collection,
            "linked": stored.result.outcome is PutOutcome.LINKED,
            "number": stored.result.version,
            "at": spell_moment(stored.at),
            "document": stored.document,
            "sources": stored.sources,
            "original": stored.original,
            **more,
        }
        document_id = stored.result.document_id
        log.append_within(connection, INGEST, actor=actor.name, subject=document_id, details=details)

    return account


def account_of_removal(log: EventLog, actor: Actor) -> Callable[[Connection, Removed], None]:
    """What writes into the log, in the transaction of a removal, what was removed."""

    def account(connection: Connection, removed: Removed) -> None:
        details: dict[str, Plain] = {
            "version": __version__,
            "reason": removed.reason,
            "whole": removed.whole,
            "collections": list(removed.collections),
            "at": spell_moment(removed.at),
        }
        log.append_within(connection, REMOVE, actor=actor.name, subject=removed.document_id, details=details)

    return account


@dataclass(slots=True)
class _Expected:
    """A document as the log says it should stand."""

    collections: set[str] = field(default_factory=set)
    versions: dict[int, VersionStanding] = field(default_factory=dict)
    sources: str = ""
    proven: bool = True  # False: taken in by a program that did not yet keep digests
    gone: tuple[str, str, str] | None = None  # when, by whom and why it was removed

    def play(self, entry: LogEntry) -> None:
        """Follow one more entry about this document."""
        details = entry.details
        if entry.action == REMOVE:
            self._remove(entry)
        elif entry.action == _SEAL:
            self._seal(details)
        else:
            self._take_in(entry)

    def _take_in(self, entry: LogEntry) -> None:
        details = entry.details
        self.gone = None
        if "collection" in details:
            self.collections.add(str(details["collection"]))
        if "document" not in details:
            self.proven = False
            return
        self.sources = str(details["sources"])
        if not details["linked"]:
            number, original = int(str(details["number"])), details["original"]
            self.versions[number] = VersionStanding(
                number,
                str(details["document"]),
                None if original is None else str(original),
                str(details["collection"]),
                entry.actor,
                str(details["at"]),
            )

    def _remove(self, entry: LogEntry) -> None:
        taken = entry.details.get("collections")
        if entry.details.get("whole", True):
            self.collections, self.versions, self.proven = set(), {}, True
            self.gone = (str(entry.details.get("at", "")), entry.actor, str(entry.details["reason"]))
        elif isinstance(taken, list):
            self.collections -= set(map(str, taken))

    def _seal(self, details: object) -> None:
        assert isinstance(details, dict)  # noqa: S101  (of our own writing, and the chain holds)
        self.collections, self.proven, self.gone = set(details["collections"]), True, None
        self.sources = str(details["sources"])
        self.versions = {int(v["number"]): VersionStanding(**v) for v in details["versions"]}


def _check_not_removed(log: EventLog, connection: Connection, stored: Stored, since: int) -> None:
    document_id = stored.result.document_id
    for entry in log.about(connection, document_id, REMOVE, after=since):
        taken = entry.details.get("collections")
        if entry.details.get("whole", True) or (isinstance(taken, list) and stored.collection in taken):
            raise ConflictError(
                f"{document_id} is door {entry.actor} verwijderd nadat dit was gevraagd, en komt niet terug. "
                "Neem het opnieuw op als het toch terug moet."
            )


@dataclass(eq=False)
class Ledger:
    """The documents of the store beside what the log says of them."""

    _log: EventLog
    _store: Store

    def misfits(self) -> Iterator[str]:
        """A sentence for every document that does not stand as the log says."""
        checked: Collection[str] | None = None
        while True:
            end = self._log.head().count
            wrong = list(self._compare(checked))
            # What changed while we read is looked at once more, and nothing else.
            moved = {entry.subject for entry in self._entries(after=end)}
            for document_id, sentence in wrong:
                if document_id not in moved:
                    yield sentence
            if not moved:
                return
            checked = moved

    def unproven(self) -> int:
        """How many documents were taken in before the log kept their digests."""
        return sum(not expected.proven for expected in self._expected(None).values())

    def seal(self, *, actor: Actor, reason: str) -> int:
        """Log the digests of documents that the log has none of, as they stand now; how many."""
        expected = self._expected(None)
        open_ids = [
            document.document_id
            for document in self._store.standing()
            if document.deleted_at is None
            and ((known := expected.get(document.document_id)) is None or not known.proven)
        ]
        for document in self._store.standing(open_ids):
            details = _sealed(document, reason)
            self._log.append(_SEAL, actor=actor.name, subject=document.document_id, details=details)
        return len(open_ids)

    def _entries(self, after: int = 0) -> Iterator[LogEntry]:
        for entry in self._log.of_actions((INGEST, REMOVE, _SEAL), after=after):
            if entry.details.get("status") != _FAILED:
                yield entry

    def _expected(self, only: Collection[str] | None) -> dict[str, _Expected]:
        expected: dict[str, _Expected] = {}
        for entry in self._entries():
            if only is None or entry.subject in only:
                expected.setdefault(entry.subject, _Expected()).play(entry)
        return expected

    def _compare(self, only: Collection[str] | None) -> Iterator[tuple[str, str]]:
        expected = self._expected(only)
        ids: Sequence[str] | None = None if only is None else sorted(only)
        for document in self._store.standing(ids):
            known = expected.pop(document.document_id, None)
            if known is None:
                yield (
                    document.document_id,
                    f"{document.document_id} staat in het archief zonder regel in het logboek.",
                )
                continue
            wrong = _differences(known, document)
            if wrong:
                yield (
                    document.document_id,
                    f"{document.document_id} is niet zoals het logboek zegt: {'; '.join(wrong)}.",
                )
        for document_id in sorted(expected):
            yield document_id, f"{document_id} ontbreekt, ook de aantekening dat het is verwijderd."


def _differences(known: _Expected, document: Standing) -> list[str]:
    """What of a document is not as the log says, in words."""
    if not document.readable:
        return ["wat ervan bewaard is, is niet te lezen"]
    if known.gone is not None or document.deleted_at is not None:
        return _differences_of_removed(known, document)
    wrong = list(document.damage)
    if missing := sorted(known.collections - document.collections):
        wrong.append(f"het staat niet meer in {', '.join(missing)}")
    if extra := sorted(document.collections - known.collections):
        wrong.append(f"het staat ook in {', '.join(extra)}")
    if not known.proven:
        return wrong
    if known.sources != document.sources:
        wrong.append("de bronnen of passages zijn veranderd")
    standing = {version.number: version for version in document.versions}
    if document.number != max(known.versions, default=0):
        wrong.append("een andere versie geldt als de nieuwste")
    for number in sorted(known.versions.keys() - standing.keys()):
        wrong.append(f"versie {number} ontbreekt")
    for number in sorted(standing.keys() - known.versions.keys()):
        wrong.append(f"versie {number} is nooit opgenomen")
    for number in sorted(standing.keys() & known.versions.keys()):
        entry, stands = known.versions[number], standing[number]
        if entry.document != stands.document:
            wrong.append(f"de tekst van versie {number} is veranderd")
        if entry.original != stands.original:
            wrong.append(f"versie {number} noemt een ander oorspronkelijk bestand")
        if (entry.collection, entry.by, entry.at) != (stands.collection, stands.by, stands.at):
            wrong.append(f"van wie, wanneer of waarheen versie {number} kwam, is veranderd")
    return wrong


def _differences_of_removed(known: _Expected, document: Standing) -> list[str]:
    if known.gone is None:
        return ["het is weg, en het logboek noemt geen verwijdering"]
    if document.deleted_at is None or document.versions or document.collections:
        return ["het staat er weer, en het logboek noemt geen opname na de verwijdering"]
    at, by, reason = known.gone
    if (by, reason) != (document.deleted_by, document.deleted_reason) or (
        at and at != spell_moment(document.deleted_at)
    ):
        return ["van wie, wanneer of waarom het is verwijderd, is veranderd"]
    return []


def _sealed(document: Standing, reason: str) -> dict[str, Plain]:
    return {
        "version": __version__,
        "reason": reason,
        "collections": list[Plain](sorted(document.collections)),
        "sources": document.sources,
        "versions": [asdict(version) for version in document.versions],
    }


_SENT = "log.processing"
_BATCH = 500  # operations that a collector confirms at once


def note(log: EventLog, action: str, actor: Actor, subject: str, details: Mapping[str, Plain]) -> None:
    """One line in the log: who did what to what, with which version of the program."""
    log.append(action, actor=actor.name, subject=subject, details={"version": __version__, **details})


def set_subject(store_id: str, question_set: QuestionSet) -> str:
    """What the log calls a set before its dossier: keyed, so that its text cannot be guessed back."""
    digest = hmac.new(store_id.encode(), canonical_json(question_set).encode(), hashlib.sha256).hexdigest()
    return f"set:{digest[:16]}"


@dataclass(eq=False)
class AuditLog:
    """Reading and checking the log, for who may."""

    _log: EventLog
    _dossiers: DossierRepository
    _ledger: Ledger

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
