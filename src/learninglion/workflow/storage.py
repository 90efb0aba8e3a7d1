"""What is kept where: images of pages, traces of a document, what an archive takes and whether it is whole.

What quotes from a document on purpose stays when it goes: dossiers are records with a term of their own, and
the log keeps names. Here too: files that a use case hands over, whole or not at all.

The image of a page holds nothing else; what is to be highlighted is laid over it by the web page, so one
image serves every citation.
"""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from sqlalchemy import Engine, text

from learninglion.database.blobs import Blobs, Files, keeps_files
from learninglion.database.engine import reading
from learninglion.database.files import disk_trouble, write_durably
from learninglion.models import Actor, Passage
from learninglion.models.errors import InputError, UnknownReferenceError, UnreadableFileError
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
from learninglion.workflow.rights import Task, require
from learninglion.workflow.sets import SetRepository

__all__ = ["disk_trouble"]

_SECONDS = 20  # a page that takes longer is not a page anybody printed
_MEMORY = 1_500_000_000  # address space of the child in bytes: pdfium itself maps some 300 MB
_MAX_SIDE = 2400  # pixels
_FORM = 2  # of a kept page: older ones have no turned box
_AT_ONCE = 2  # one child per core

# Read by the child only; argv: path, page index, scale. First line of the answer: box of the page in points.
_CHILD = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({memory}, {memory}))
resource.setrlimit(resource.RLIMIT_CPU, ({seconds}, {seconds}))
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
import struct
import pypdfium2
from learninglion.parsing.pdf.characters import page_view
document = pypdfium2.PdfDocument(sys.argv[1])
count, index = len(document), int(sys.argv[2])
if not 0 <= index < count:
    sys.exit(3)
page = document[index]
view = page_view(page.raw)
left, bottom, right, top = view.turn_box(view.box)
width, height = right - left, top - bottom
scale = min(float(sys.argv[3]), {side} / max(width, height))
bitmap = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=False)
import zlib
def chunk(kind, data):
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
channels = bitmap.n_channels
rows = bytes(bitmap.buffer)
step = bitmap.stride
lines = b"".join(b"\\0" + rows[y * step : y * step + bitmap.width * channels] for y in range(bitmap.height))
kind = {{1: 0, 3: 2, 4: 6}}[channels]
head = struct.pack(">IIBBBBB", bitmap.width, bitmap.height, 8, kind, 0, 0, 0)
png = b"\\x89PNG\\r\\n\\x1a\\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines, 6))
png += chunk(b"IEND", b"")
sys.stdout.buffer.write(struct.pack(">ddddI", left, bottom, width, height, count) + png)
"""
_HEAD = struct.Struct(">ddddI")


@dataclass(frozen=True, slots=True)
class PageSize:
    """The visible box of a page as it is shown (turned, where the file says so) in PDF points, and how many
    pages the document has. Places of text are in the same points.
    """

    left: float
    bottom: float
    width: float
    height: float
    pages: int


@dataclass(frozen=True, slots=True)
class PageImage:
    """A page as PNG."""

    size: PageSize
    png: bytes


class PageImages:
    """Renders pages once and keeps them in `kept`; give it originals by their sha256."""

    def __init__(self, files: PageFiles, *, seconds: int = _SECONDS, memory: int = _MEMORY) -> None:
        self._files = files
        self._child = _CHILD.format(memory=memory, seconds=seconds, side=_MAX_SIDE)
        self._seconds = seconds
        self._turns = threading.BoundedSemaphore(_AT_ONCE)

    def render(self, sha256: str, content: bytes, page: int, scale: float = 2.0) -> PageImage:
        """Page `page` (from 1) of the PDF with these bytes.

        Raises UnknownReferenceError for a page that is not there, UnreadableFileError for a file that
        cannot be shown.
        """
        name = f"{sha256}-{page}-{scale:g}-{_FORM}.page"
        if (known := self._files.read(name)) is not None:
            return _read(known)
        with self._turns:
            answer = self._run(content, page, scale)
        self._files.put(name, answer)
        return _read(answer)

    def _run(self, content: bytes, page: int, scale: float) -> bytes:
        with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
            file.write(content)
            file.flush()
            command = [sys.executable, "-P", "-c", self._child, file.name, str(page - 1), str(scale)]
            # Nothing of our environment but the way to our modules.
            environment = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONUTF8": "1"}
            try:
                done = subprocess.run(  # noqa: S603  (our own interpreter, our own code)
                    command, capture_output=True, timeout=self._seconds, env=environment, check=False
                )
            except subprocess.TimeoutExpired as error:
                raise UnreadableFileError("PDF", "deze pagina kost te veel tijd om te tonen") from error
        if done.returncode == 3:
            raise UnknownReferenceError(f"Dit document heeft geen pagina {page}.")
        if done.returncode != 0 or len(done.stdout) <= _HEAD.size:
            raise UnreadableFileError("PDF", "deze pagina kan niet worden getoond")
        return done.stdout


def _read(answer: bytes) -> PageImage:
    left, bottom, width, height, pages = _HEAD.unpack_from(answer)
    return PageImage(PageSize(left, bottom, width, height, pages), answer[_HEAD.size :])


# Images of pages are kept where all servers find them; they go when the document goes, and the oldest when
# there are more than fit: a page is made again in a moment.
PAGES = "cache/pages/"  # their names begin so
MOST_KEPT_BYTES = 2_000_000_000  # some 8,000 pages
_BETWEEN = 50  # pages that are put until it is looked again what they take


class PageFiles:
    """Rendered pages among `files`, by name, which begins with the SHA-256 of their original and a dash."""

    def __init__(self, files: Files, most: int = MOST_KEPT_BYTES) -> None:
        self._files, self._most = files, most
        self._turn = count()

    def read(self, name: str) -> bytes | None:
        """What is kept, None where nothing is."""
        return self._files.read(_placed(name))

    def put(self, name: str, content: bytes) -> None:
        """Keep a page, and let the oldest go where they take too much."""
        self._files.put(_placed(name), content)
        if next(self._turn) % _BETWEEN == 0:
            for old in self._files.beyond(PAGES, self._most):
                self._files.remove(old)

    def places(self, original: str) -> tuple[str, ...]:
        """Where the pages of the original with this SHA-256 are kept, for people."""
        return tuple(map(self._files.place, self._files.names(_placed(f"{original}-"))))

    def remove(self, original: str) -> None:
        """Take away the pages of the original with this SHA-256."""
        for name in list(self._files.names(_placed(f"{original}-"))):
            self._files.remove(name)

    def sweep(self, holds: Callable[[str], bool]) -> int:
        """Take away pages of originals that are not held any more; how many."""
        names = [n for n in self._files.names(PAGES) if not holds(n.rpartition("/")[2].partition("-")[0])]
        for name in names:
            self._files.remove(name)
        return len(names)


def _placed(name: str) -> str:
    return f"{PAGES}{name[:2]}/{name}"


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
