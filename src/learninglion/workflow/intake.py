"""Files into the store and out of it with all their traces, and read again by a better reader.

Each file is in a transaction of its own, so that one bad file never stops the rest.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection

from learninglion import __version__
from learninglion.database.blobs import Blobs
from learninglion.dutch.personal import NUMBERED, describe_personal, document_personal
from learninglion.models import Actor, Document, Filters, Passage, Progress, QuestionSet, RawFile, silent
from learninglion.models.errors import (
    CoveredTextError,
    InputError,
    LearningLionError,
    UnknownReferenceError,
    UnreadableFileError,
)
from learninglion.models.plain import Plain, sha256_hex, to_plain
from learninglion.parsing import parse, reader_edition
from learninglion.parsing.isolated import IsolatedParser
from learninglion.parsing.office_document import why_no_document
from learninglion.parsing.passages import cut
from learninglion.parsing.sets import question_set_from_file, read_question_set
from learninglion.record.dossiers import DossierRepository
from learninglion.record.energy import Energy, PowerMeter, Use
from learninglion.record.log import EventLog
from learninglion.sources.folder import FoundFile, find_files, read_file
from learninglion.store.intake import FileStamp
from learninglion.store.store import PersonalPolicy, PutOutcome, Removed, Store, Stored
from learninglion.workflow.documents import PageFiles
from learninglion.workflow.jobs import Jobs, KeptAnswers
from learninglion.workflow.log import INGEST, account_of, account_of_removal, note
from learninglion.workflow.rights import Task, require, require_everywhere, require_within
from learninglion.workflow.searching import Indexing
from learninglion.workflow.sets import SetRepository

__all__ = ["PersonalPolicy"]

# Part of the journal's stamp: files that an older parser read are read again.
_PARSER_VERSION = f"{__version__}/{reader_edition()}"
_ALL = 1_000_000
_SET_SECONDS = 45.0  # for reading an uploaded set, while somebody waits for the page
_LONGEST_WAIT = 3600.0  # seconds for another process that ingests; then it says which one


class FileStatus(StrEnum):
    """What became of a file."""

    ADDED = "added"
    REPLACED = "replaced"  # a newer version of a document that was there; the older one is kept as history
    UNCHANGED = "unchanged"
    PASSED_OVER = "passed over"  # found in a folder, and no document
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class FileResult:
    """One file of an ingest: what became of it, or why not."""

    path: str
    status: FileStatus
    document_id: str = ""
    detail: str = ""  # the error, where it failed
    warnings: tuple[str, ...] = ()
    personal: tuple[tuple[str, int], ...] = ()  # how much personal data of which kind stands in it


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of every file, and how long it took."""

    results: tuple[FileResult, ...]
    seconds: float
    energy: Energy | None = None

    @property
    def failures(self) -> tuple[FileResult, ...]:
        """The files that could not be taken in."""
        return tuple(r for r in self.results if r.status is FileStatus.FAILED)

    def count(self, status: FileStatus) -> int:
        """How many files ended as `status`."""
        return sum(r.status is status for r in self.results)


# What quotes from a document on purpose stays when it goes: dossiers are records with a term of their own,
# and the log keeps names.


@dataclass(frozen=True, slots=True)
class Trace:
    """One place where something of a document is; `stays` when removing the document leaves it."""

    place: str
    detail: str
    stays: bool = False


@dataclass(eq=False)
class Traces:
    """What is kept of documents besides the documents themselves."""

    _store: Store
    _indexing: Indexing
    _sets: SetRepository
    _dossiers: DossierRepository
    _answers: KeptAnswers
    _jobs: Jobs
    _log: EventLog
    _blobs: Blobs
    _pages: PageFiles

    def find(self, document_id: str, *, actor: Actor) -> tuple[Trace, ...]:
        """Every place where something of a document is, also of one that was removed.

        Raises UnknownReferenceError where there never was such a document, or this person may not see it.
        """
        require(actor, Task.MANAGE)
        if actor.collections is not None:
            self._store.card(document_id, actor.collections)
        traces = tuple(self._find(document_id))
        if not traces:
            raise UnknownReferenceError(f"Document {document_id} bestaat niet.")
        return traces

    def _find(self, document_id: str) -> Iterator[Trace]:
        for stands in self._store.standing([document_id]):
            if stands.deleted_at is None:
                names = ", ".join(sorted(stands.collections))
                yield Trace("archief", f"{len(stands.versions)} versie(s), in: {names}")
            else:
                yield Trace("archief", "aantekening dat het is verwijderd", stays=True)
            hashes = tuple(dict.fromkeys(v.original for v in stands.versions if v.original))
            for sha256 in hashes:
                if self._store.originals.holds(sha256):
                    yield Trace("oorspronkelijk bestand", self._store.originals.place(sha256))
                if images := self._pages.places(sha256):
                    yield Trace("afbeeldingen van bladzijden", f"{len(images)}: {images[0]}")
        if living := self._indexing.index.rows_of(document_id):
            yield Trace("zoekindex", f"{living} bron(nen)")
        if vectors := self._indexing.count_vectors(self.passages(document_id)):
            yield Trace("vectoren", f"{vectors} in {self._indexing.vectors.path}")
        yield from self._copies(document_id)

    def _copies(self, document_id: str) -> Iterator[Trace]:
        if works := self._sets.holding(document_id):
            yield Trace("sets in bewerking", f"{len(works)}")
        if answers := self._answers.count_about(document_id):
            yield Trace("antwoorden voor herhaalde verzoeken", f"{answers}")
        for path in self._store.journal.paths_of(document_id):
            yield Trace("opnamelijst", path, stays=True)
        for dossier_id in self._dossiers.quoting(document_id):
            yield Trace("dossier", dossier_id, stays=True)
        for file in self._files_naming(document_id):
            yield Trace("rapport of oordeel (alleen het nummer)", file, stays=True)
        entries = self._log.entries(subject=document_id, limit=1000)
        if entries:
            yield Trace("logboek", f"{len(entries)} regel(s), zonder inhoud", stays=True)

    def _files_naming(self, document_id: str) -> Iterator[str]:
        wanted = document_id.encode()
        for prefix in ("reports/", "judgements/", "tuning/"):
            for name in list(self._blobs.names(prefix)):
                if wanted in (self._blobs.read(name) or b""):
                    yield self._blobs.place(name)

    def passages(self, document_id: str) -> tuple[Passage, ...]:
        """The passages of every version, as they were cut; none where the document is gone."""
        try:
            versions = self._store.history(document_id, None)
        except UnknownReferenceError:
            return ()
        listed_passages = [p for _, listed in self._store.entries_of([document_id]) for p in listed]
        for version in versions:
            document = self._store.version(document_id, version.number, None, lines=False)
            listed_passages += [p for _, listed in cut(document, version.collection) for p in listed]
        return tuple(listed_passages)

    def wipe(self, removed: Removed, passages: Sequence[Passage]) -> None:
        """Take away what was derived from a document that is gone; its passages were read before that."""
        for sha256 in removed.originals:
            self._pages.remove(sha256)
        self._indexing.forget_vectors(passages)
        self._indexing.index.purge()
        self._sets.forget_document(removed.document_id)
        self._answers.forget_about(removed.document_id)
        self._jobs.forget_texts()

    def sweep_images(self) -> int:
        """Take away images of pages of files that are not kept any more; how many."""
        return self._pages.sweep(self._store.originals.holds)


_STATUS = {
    PutOutcome.ADDED: FileStatus.ADDED,
    PutOutcome.LINKED: FileStatus.ADDED,
    PutOutcome.RESTORED: FileStatus.ADDED,
    PutOutcome.REPLACED: FileStatus.REPLACED,
    PutOutcome.UNCHANGED: FileStatus.UNCHANGED,
}
_READING = "Documenten opnemen"


@dataclass(eq=False)
class Intake:
    """Documents into the archive and out of it; each change is logged and indexed at once."""

    _store: Store
    _indexing: Indexing
    _traces: Traces
    _power: PowerMeter
    _elsewhere: str
    _log: EventLog
    _isolate: bool

    def ingest(
        self,
        paths: Sequence[Path],
        *,
        collection: str = "default",
        actor: Actor,
        progress: Progress = silent,
        on_result: Callable[[FileResult], None] | None = None,
        without_covered: bool = False,
        since: int | None = None,
    ) -> IngestReport:
        """Take in every file under `paths`, each in a transaction of its own, and make it findable.

        `on_result` hears of each file as soon as it is done. `without_covered`: also files with text under a
        bar or picture, without that text. `since` as in `ingest_upload`.
        """
        require_within(actor, Task.MANAGE, [collection])
        use = self._power.start("ingest", self._elsewhere)
        self._indexing.mend(progress=progress)

        into, results = self._into(collection, actor, since, without_covered), list[FileResult]()
        with _reader(self._isolate) as read:
            files = list(find_files(paths))
            for done, file in enumerate(files):
                progress(_READING, done, len(files))
                results.append(_take_in_one(file, into, read))
                self._log_file(results[-1], collection, actor)
                if on_result is not None:
                    on_result(results[-1])
            progress(_READING, len(files), len(files))
            self._store.sweep()
        self._indexing.update(progress=progress)
        energy = self._note_energy(use, collection, actor, len(results))
        return IngestReport(tuple(results), energy.seconds, energy)

    def _note_energy(self, use: Use, collection: str, actor: Actor, files: int) -> Energy:
        energy = use.stop()
        details: dict[str, Plain] = {"files": files, "energy": to_plain(energy)}
        note(self._log, "ingest.done", actor, f"collection:{collection}", details)
        return energy

    def ingest_upload(
        self, raw: RawFile, *, collection: str, actor: Actor, since: int | None = None
    ) -> FileResult:
        """Take in one file that came through the browser or the API.

        `since`: the length of the log when this was asked for. A document that was removed after that stays
        removed, and the file is reported as failed.
        """
        require_within(actor, Task.MANAGE, [collection])
        use = self._power.start("ingest", self._elsewhere)
        try:
            with _reader(self._isolate) as read:
                result = _put(raw, None, self._into(collection, actor, since), read)
        except LearningLionError as error:
            result = FileResult(raw.name, FileStatus.FAILED, detail=_named(raw.name, error))
        self._log_file(result, collection, actor)
        self._indexing.update()
        self._note_energy(use, collection, actor, 1)
        return result

    def moment(self) -> int:
        """The length of the log now: `since` of work that is asked for now and done later."""
        return self._log.head().count

    def _into(self, collection: str, actor: Actor, since: int | None, without_covered: bool = False) -> _Into:
        account = account_of(self._log, actor, since=since)
        return _Into(self._store, collection, actor, account, without_covered)

    def _log_file(self, result: FileResult, collection: str, actor: Actor) -> None:
        """A file that failed is an entry of its own; one that was stored logged itself while it was."""
        if result.status is FileStatus.FAILED:
            details = {"status": result.status.value, "collection": collection, "detail": result.detail}
            note(self._log, INGEST, actor, result.path, details)
        elif result.status in _STATUS.values() and result.status is not FileStatus.UNCHANGED:
            self._log.advance_anchor()
            if result.personal:  # how much of which kind, never the values
                counts: dict[str, Plain] = dict(result.personal)
                note(self._log, "document.personal", actor, result.document_id, {"personal": counts})

    def remove(self, document_id: str, *, reason: str, actor: Actor) -> None:
        """Delete a document with its versions; a tombstone and the log keep that it happened.

        Whoever is limited to some collections takes it out of those; it is gone when it stood in no other.
        """
        require(actor, Task.MANAGE)
        passages = self._traces.passages(document_id)
        removed = self._store.delete(
            document_id,
            by=actor.name,
            reason=reason,
            visible=actor.collections,
            account=account_of_removal(self._log, actor),
        )
        self._log.advance_anchor()
        self._indexing.update()
        if removed.whole:
            self._traces.wipe(removed, passages)

    def describe_collection(
        self,
        name: str,
        description: str,
        *,
        purpose: str | None = None,
        personal: PersonalPolicy | None = None,
        actor: Actor,
    ) -> None:
        """Make a collection, or say something else about one that is there; None leaves a thing as it was."""
        require_within(actor, Task.MANAGE, [name])
        if personal is not None and personal is not self._store.policy(name):
            for card in self._store.cards(Filters(collections=(name,)), None, limit=_ALL):
                # made of a text that models may not read any more
                self._indexing.forget_vectors(self._traces.passages(card.id))
        self._store.make_collection(name, description, purpose=purpose, personal=personal)
        details: dict[str, Plain] = {} if personal is None else {"personal": personal.value}
        note(self._log, "collection.describe", actor, f"collection:{name}", details)
        if personal is not None:
            self._indexing.update()


@dataclass(frozen=True, slots=True)
class _Into:
    """Where files go, who puts them there, and what keeps account of it."""

    store: Store
    collection: str
    actor: Actor
    account: Callable[[Connection, Stored], None]
    without_covered: bool  # a person said that what is under a bar or picture may stay out


def _take_in_one(file: FoundFile, into: _Into, read: Callable[[RawFile], Document]) -> FileResult:
    journal = into.store.journal
    path = str(file.path.absolute()).encode("utf-8", "backslashreplace").decode()
    stamp = FileStamp(path, file.size, file.mtime_ns, parser=_PARSER_VERSION)
    if not file.problem and (entry := journal.taken_in(stamp, into.collection)):
        return FileResult(file.name, FileStatus.UNCHANGED, entry.document_id or "")
    try:
        raw = read_file(file)
        if file.in_folder and (reason := why_no_document(raw)):
            return FileResult(file.name, FileStatus.PASSED_OVER, detail=f"{file.name}: {reason}")
        stamp = FileStamp(path, file.size, file.mtime_ns, sha256_hex(raw.content), _PARSER_VERSION)
        return _put(raw, stamp, into, read)
    except LearningLionError as error:
        detail = _named(file.name, error)
        journal.fail(stamp, into.collection, detail)
        return FileResult(file.name, FileStatus.FAILED, detail=detail)


def _named(name: str, error: LearningLionError) -> str:
    return error.detail if name in error.detail else f"{name}: {error.detail}"


@contextmanager
def _reader(isolate: bool) -> Iterator[Callable[[RawFile], Document]]:
    """What reads a file, in a process of its own where it may be hostile."""
    if not isolate:
        yield parse
        return
    with IsolatedParser() as parser:
        yield parser.parse


def _put(
    raw: RawFile, stamp: FileStamp | None, into: _Into, read: Callable[[RawFile], Document]
) -> FileResult:
    document = _tell_personal(read(raw))
    if document.covered and not into.without_covered:
        raise CoveredTextError(raw.name, document.covered)
    counted = document_personal(document)
    numbered = {kind: number for kind, number in counted.items() if kind in NUMBERED}
    if numbered and into.store.policy(into.collection) is PersonalPolicy.REFUSE:
        message = f"({describe_personal(numbered)}); verzameling {into.collection!r} neemt die niet op."
        raise UnreadableFileError(raw.name, f"er staan persoonsgegevens in {message}")
    entries = cut(document, into.collection)
    # Only keeping it takes turns: one officer's upload passes between the files of a large delivery.
    with into.store.ingesting(wait=_LONGEST_WAIT):
        put = into.store.put(
            document,
            entries,
            raw.content,
            into.collection,
            by=into.actor.name,
            within=into.actor.collections,
            file=stamp,
            account=into.account,
        )
    personal = tuple((kind.value, number) for kind, number in counted.items())
    return FileResult(
        raw.name, _STATUS[put.outcome], document.id, warnings=document.warnings, personal=personal
    )


def _tell_personal(document: Document) -> Document:
    """`document` with a warning that says how much personal data stands in it, never which."""
    counted = document_personal(document)
    if not counted:
        return document
    message = f"Bevat persoonsgegevens: {describe_personal(counted)}."
    return replace(document, warnings=(*document.warnings, message))


def parse_files(paths: Sequence[Path]) -> Iterator[tuple[str, Document | LearningLionError]]:
    """Every file under `paths` with its document, or with the error that names the file; nothing is kept."""
    with IsolatedParser() as parser:
        for file in find_files(paths):
            try:
                yield file.name, parser.parse(read_file(file))
            except LearningLionError as error:
                yield file.name, error


def look_at_files(paths: Sequence[Path]) -> Iterator[tuple[str, int, bytes | LearningLionError]]:
    """Every page of the PDFs under `paths`: name, page from 1, and its image (PNG) with what was read of it.

    Or the error that names the file, with page 0.
    """
    with IsolatedParser() as parser:
        for file in find_files(paths):
            page = 0
            try:
                raw = read_file(file)
                while images := parser.look(raw, page):
                    for image in images:
                        page += 1
                        yield file.name, page, image
            except LearningLionError as error:
                yield file.name, 0, error


def read_question_file(path: Path) -> QuestionSet:
    """A whole set from a file ("-" is standard input). Raises InputError that names it."""
    if str(path) == "-":
        return read_question_text(sys.stdin.read())
    if path.is_dir():
        raise UnreadableFileError(path.name, "dit is een map; noem het bestand met de vragen")
    (file,) = find_files([path])
    return question_set_from_file(read_file(file))


def read_question_text(text: str) -> QuestionSet:
    """A whole set as it was pasted. Raises InputError when there is nothing in it."""
    if not text.strip():
        raise InputError("Er staan geen vragen in de tekst; plak de hele set, met inleiding en vragen.")
    return read_question_set(text)


def read_set_file(raw: RawFile) -> QuestionSet:
    """The set in an uploaded file, read in a process of its own with limits on time and memory.

    Raises UnreadableFileError with the parser's words, or when it hangs or crashes.
    """
    with IsolatedParser(seconds=_SET_SECONDS) as parser:
        return parser.question_set(raw)


# Stored documents read again from their originals by the reader of today.

_WAIT = 60.0  # seconds for another process that ingests
_COMPARED = 20_000  # signs of a text; longer ones are compared by their start
_REREADING = "Opnieuw lezen"


class RereadOutcome(StrEnum):
    """What reading a document again gave."""

    SAME = "same"
    CHANGED = "changed"
    RENAMED = "renamed"  # its identifier was recognised now: the document under the old one goes
    WITHOUT_ORIGINAL = "without_original"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RereadResult:
    """One document: what became of it, and in words what is read otherwise now."""

    document_id: str
    outcome: RereadOutcome
    changes: tuple[str, ...] = ()
    now: str = ""  # its identifier now, where that changed
    detail: str = ""  # the error, where it failed


@dataclass(eq=False)
class Rereading:
    """A better reader reaches what was taken in before; dossiers keep the version that they cite."""

    _store: Store
    _indexing: Indexing
    _log: EventLog
    _isolate: bool

    def run(
        self,
        *,
        actor: Actor,
        keep: bool = True,
        progress: Progress = silent,
        on_result: Callable[[RereadResult], None] | None = None,
    ) -> tuple[RereadResult, ...]:
        """Read every stored document again; `keep` False only tells what would change.

        A file that the reader refuses now stays as it was read before, and is told as failed.
        """
        require_everywhere(actor, Task.MANAGE)
        ids = [
            card.id for card in self._store.cards(Filters(), None, limit=self._store.counts(None).documents)
        ]
        results = []
        with self._store.ingesting("documenten opnieuw lezen", wait=_WAIT), _reader(self._isolate) as read:
            for done, document_id in enumerate(sorted(ids)):
                progress(_REREADING, done, len(ids))
                results.append(self._reread(document_id, read, actor, keep=keep))
                if on_result is not None:
                    on_result(results[-1])
            progress(_REREADING, len(ids), len(ids))
        if keep:
            self._indexing.update(progress=progress)
        return tuple(results)

    def _reread(
        self, document_id: str, read: Callable[[RawFile], Document], actor: Actor, *, keep: bool
    ) -> RereadResult:
        since = self._log.head().count
        before = self._store.document(document_id, None, lines=False)
        try:
            content = self._store.original(document_id, None)
            after = _tell_personal(
                read(RawFile(before.source_name or document_id, content, origin=document_id))
            )
        except UnknownReferenceError as error:
            return RereadResult(document_id, RereadOutcome.WITHOUT_ORIGINAL, detail=error.detail)
        except LearningLionError as error:
            return RereadResult(document_id, RereadOutcome.FAILED, detail=error.detail)
        renamed = after.id != document_id
        changes = tuple(differences(before, after))
        if not changes and not renamed:
            return RereadResult(document_id, RereadOutcome.SAME)
        if keep:
            try:
                self._put(document_id, after, content, actor, since, renamed=renamed)
            except LearningLionError as error:
                return RereadResult(document_id, RereadOutcome.FAILED, changes, after.id, error.detail)
        outcome = RereadOutcome.RENAMED if renamed else RereadOutcome.CHANGED
        return RereadResult(document_id, outcome, changes, after.id if renamed else "")

    def _put(
        self, document_id: str, after: Document, content: bytes, actor: Actor, since: int, *, renamed: bool
    ) -> None:
        for collection in self._store.collections_of(document_id, None):
            account = account_of(self._log, actor, since=since, status="reread", reader=reader_edition())
            entries = cut(after, collection)
            self._store.put(after, entries, content, collection, by=actor.name, account=account)
        if renamed:
            reason = f"opnieuw gelezen: heet nu {after.id}"
            account_of_it = account_of_removal(self._log, actor)
            self._store.delete(document_id, by=actor.name, reason=reason, account=account_of_it)
        self._log.advance_anchor()


def differences(before: Document, after: Document) -> list[str]:
    """What of a document is read otherwise, each in a sentence; empty when it is read the same."""
    lines = []
    for name, old, new in (
        ("Kenmerk", before.id, after.id),
        ("Titel", before.title, after.title),
        ("Soort", before.kind.value, after.kind.value),
        ("Datum", before.date, after.date),
        ("Ministerie", before.ministry, after.ministry),
        ("Vragenstellers", _names(before.askers), _names(after.askers)),
        ("Bewindspersonen", _names(before.answerers), _names(after.answerers)),
        ("Vragen met antwoord", _answered(before), _answered(after)),
        ("Voetnoten", len(before.footnotes), len(after.footnotes)),
        ("Waarschuwingen", len(before.warnings), len(after.warnings)),
    ):
        if old != new:
            lines.append(f"{name}: was {old or '-'}, is {new or '-'}.")
    if before.text != after.text:
        alike = SequenceMatcher(None, before.text[:_COMPARED], after.text[:_COMPARED], autojunk=False)
        lines.append(f"Tekst: {100 * alike.quick_ratio():.0f}% gelijk.")
    elif before.pairs != after.pairs and not lines:
        lines.append("Vragen en antwoorden staan elders in de tekst.")
    return lines


def _names(people: tuple[object, ...]) -> str:
    return ", ".join(str(getattr(person, "name", person)) for person in people)


def _answered(document: Document) -> str:
    return f"{sum(pair.answer is not None for pair in document.pairs)} van {len(document.pairs)}"
