"""Whether the archive is as the log says it was taken in: every document, source, membership and original.

The log keeps digests with each step (`account_of`, `account_of_removal`), in the transaction of the step
itself. `misfits` plays those entries in order and compares what should stand with what stands.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, field

from sqlalchemy import Connection

from learninglion import __version__
from learninglion.database.engine import spell_moment
from learninglion.models import Actor
from learninglion.models.errors import ConflictError
from learninglion.models.plain import Plain
from learninglion.record.log import EventLog, LogEntry
from learninglion.store.proof import VersionStanding
from learninglion.store.store import PutOutcome, Removed, Standing, Store, Stored

INGEST, REMOVE, SEAL = "document.ingest", "document.remove", "document.seal"
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
        elif entry.action == SEAL:
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


class Ledger:
    """The documents of `store` beside what `log` says of them."""

    def __init__(self, log: EventLog, store: Store) -> None:
        self._log = log
        self._store = store

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
            self._log.append(SEAL, actor=actor.name, subject=document.document_id, details=details)
        return len(open_ids)

    def _entries(self, after: int = 0) -> Iterator[LogEntry]:
        for entry in self._log.of_actions((INGEST, REMOVE, SEAL), after=after):
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
