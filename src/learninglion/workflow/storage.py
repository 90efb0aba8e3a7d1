"""What is kept where: traces of a document, what an archive takes and whether it is whole.

What quotes from a document on purpose stays when it goes: dossiers are records with a term of their own, and
the log keeps names. Here too: files that a use case hands over, whole or not at all.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, text

from learninglion.database.blobs import Blobs, keeps_files
from learninglion.database.engine import reading
from learninglion.database.files import disk_trouble, write_durably
from learninglion.models import Actor, Passage
from learninglion.models.errors import InputError, UnknownReferenceError
from learninglion.models.plain import Plain
from learninglion.parsing.passages import cut
from learninglion.record.dossiers import DossierRepository
from learninglion.record.log import EventLog
from learninglion.search.postgres import SCHEMA
from learninglion.store.store import Removed, Store
from learninglion.workflow.idempotency import KeptAnswers
from learninglion.workflow.indexing import REMADE, Indexing
from learninglion.workflow.jobs import Jobs
from learninglion.workflow.log import note
from learninglion.workflow.page_images import PageFiles
from learninglion.workflow.rights import Task, require
from learninglion.workflow.sets import SetRepository

__all__ = ["disk_trouble"]


def make_folder(folder: Path) -> None:
    """The folder, with those above it. Raises InputError where it cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: deze map kan niet worden gemaakt ({error.strerror})") from error


def free_path(path: Path, content: bytes) -> Path:
    """`path`, or with a number behind it where another file stands: somebody may have worked in that."""
    free, count = path, 1
    while free.exists() and free.read_bytes() != content:
        count += 1
        free = path.with_name(f"{path.stem} ({count}){path.suffix}")
    return free


def write_file(path: Path, content: bytes) -> None:
    """Write `content` where the user wants it. Raises InputError that names the file."""
    try:
        write_durably(path, content)
    except OSError as error:
        raise InputError(f"{path}: dit bestand kan niet worden geschreven ({error.strerror})") from error


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
        self._answers.forget_about(removed.document_id)
        self._jobs.forget_texts()

    def sweep_images(self) -> int:
        """Take away images of pages of files that are not kept any more; how many."""
        return self._pages.sweep(self._store.originals.holds)


_PARTS = {
    "originals": "originele bestanden",
    "index": "zoekindex (wordt zo nodig opnieuw gemaakt)",
    "cache": "tussenresultaten (kunnen weg)",
    "tuning": "afstelling van het zoeken",
    "reports": "rapporten",
    "judgements": "oordelen over zoekresultaten",
}
_WHOLE = text("SELECT pg_database_size(current_database())")
_INDEX = text(
    "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c"
    " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = :schema AND c.relkind = 'r'"
)
_FOLDERS = text("SELECT split_part(name, '/', 1), sum(size), count(*) FROM kept_files GROUP BY 1")


@dataclass(frozen=True, slots=True)
class Part:
    """What a part of the archive takes."""

    name: str
    size: int
    files: int


@dataclass(eq=False)
class Storage:
    """The data folder `home` and what servers share in the database, for administrators."""

    _home: Path
    _engine: Engine
    _store: Store
    _indexing: Indexing
    _traces: Traces
    _log: EventLog

    def parts(self, actor: Actor) -> tuple[Part, ...]:
        """The parts of the archive with their sizes in bytes."""
        require(actor, Task.MANAGE)
        return tuple(self._parts(self._shared() if keeps_files(self._engine) else {}))

    def _parts(self, shared: dict[str, tuple[int, int]]) -> Iterator[Part]:
        if shared:
            yield Part("database, met wat hieronder staat", *shared["database"])
        else:
            databases = list(self._home.glob("learninglion.db*"))
            yield Part("database", sum(p.stat().st_size for p in databases), len(databases))
        for part, words in _PARTS.items():
            folder = self._home / part
            files = [p for p in folder.rglob("*") if p.is_file()] if folder.is_dir() else []
            size, count = shared.get(part, (0, 0))
            yield Part(words, size + sum(p.stat().st_size for p in files), count + len(files))

    def _shared(self) -> dict[str, tuple[int, int]]:
        """Bytes and files of what is in PostgreSQL, by part."""
        with reading(self._engine) as connection:
            taken = {name: (int(size), int(count)) for name, size, count in connection.execute(_FOLDERS)}
            taken["database"] = int(connection.execute(_WHOLE).scalar_one()), 0
            size, count = taken.get("index", (0, 0))
            index = int(connection.execute(_INDEX, {"schema": SCHEMA}).scalar_one())
            taken["index"] = size + index, count
        return taken

    def free(self) -> int:
        """How many bytes are left on this disk."""
        return shutil.disk_usage(self._home).free

    def check(self, on_problem: Callable[[str], None], *, actor: Actor) -> int:
        """Read database, originals and index whole; each problem goes to `on_problem`, in words.

        An index in which something is damaged is made again.
        """
        require(actor, Task.MANAGE)
        problems = 0
        if damage := self._store.damage():
            on_problem(f"De database is beschadigd: {damage}")
            problems += 1
        for sentence in self._store.check_originals():
            on_problem(sentence)
            problems += 1
        if damaged := self._indexing.mend():
            on_problem(f"{damaged} {REMADE}")
            problems += 1
        note(self._log, "storage.check", actor, "", {"problems": problems})
        return problems

    def sweep(self, *, actor: Actor) -> int:
        """Take away what interrupted work left behind and what no document refers to; how many files."""
        require(actor, Task.MANAGE)
        swept = self._store.sweep()
        images = self._traces.sweep_images()
        figures: dict[str, Plain] = {
            "unfinished": swept.unfinished,
            "unreferenced": swept.unreferenced,
            "images": images,
        }
        note(self._log, "storage.sweep", actor, "", figures)
        return swept.unfinished + swept.unreferenced + images
