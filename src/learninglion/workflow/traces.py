"""Where anything of a document is, and taking it away from everywhere when the document goes.

What quotes from it on purpose stays: dossiers are records with a term of their own, and the log keeps names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from learninglion.database.blobs import Blobs
from learninglion.models import Actor, Passage
from learninglion.models.errors import UnknownReferenceError
from learninglion.parsing.passages import cut
from learninglion.record.dossiers import DossierRepository
from learninglion.record.log import EventLog
from learninglion.store.store import Removed, Store
from learninglion.workflow.accounts import Accounts
from learninglion.workflow.files import PageFiles
from learninglion.workflow.indexing import Indexing
from learninglion.workflow.jobs import Jobs
from learninglion.workflow.rights import Task, require
from learninglion.workflow.sets import SetRepository


@dataclass(frozen=True, slots=True)
class Trace:
    """One place where something of a document is; `stays` when removing the document leaves it."""

    place: str
    detail: str
    stays: bool = False


class Traces:
    """What is kept of documents besides the documents themselves."""

    def __init__(
        self,
        store: Store,
        indexing: Indexing,
        sets: SetRepository,
        dossiers: DossierRepository,
        accounts: Accounts,
        jobs: Jobs,
        log: EventLog,
        blobs: Blobs,
        pages: PageFiles,
    ) -> None:
        self._jobs = jobs
        self._blobs = blobs
        self._pages = pages
        self._store = store
        self._indexing = indexing
        self._sets = sets
        self._dossiers = dossiers
        self._accounts = accounts
        self._log = log

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
        if answers := self._accounts.count_answers_about(document_id):
            yield Trace("antwoorden voor herhaalde verzoeken", f"{answers}")
        for path in self._store.journal.paths_of(document_id):
            yield Trace("opnamelijst", path, stays=True)
        for dossier_id in self._dossiers.quoting(document_id):
            yield Trace("dossier", dossier_id, stays=True)
        for file in self._kept_files(document_id):
            yield Trace("rapport of oordeel (alleen het nummer)", file, stays=True)
        entries = self._log.entries(subject=document_id, limit=1000)
        if entries:
            yield Trace("logboek", f"{len(entries)} regel(s), zonder inhoud", stays=True)

    def _kept_files(self, document_id: str) -> Iterator[str]:
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
        self._accounts.forget_answers_about(removed.document_id)
        self._jobs.forget_texts()

    def sweep_images(self) -> int:
        """Take away images of pages of files that are not kept any more; how many."""
        return self._pages.sweep(self._store.originals.holds)
