"""Reading what the archive holds, within one's rights: collections, documents, sources; pages as images."""

from __future__ import annotations

import os
import re
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import count

from learninglion.checking.citations import Locate
from learninglion.database.blobs import Files
from learninglion.models import (
    Actor,
    Document,
    DocumentCard,
    DocumentKind,
    Entry,
    Filters,
    RawFile,
    Region,
    Source,
    SourceKind,
    Span,
    TextLine,
)
from learninglion.models.errors import InputError, UnknownReferenceError, UnreadableFileError
from learninglion.models.plain import Plain
from learninglion.models.recent import Recent
from learninglion.models.types import OWN
from learninglion.parsing.isolated import IsolatedParser
from learninglion.parsing.pdf.layout import regions as regions_on_page
from learninglion.record.log import EventLog
from learninglion.store.store import Collection, Counts, Store, Version
from learninglion.workflow.log import note
from learninglion.workflow.rights import Task, require
from learninglion.workflow.sets import Sets, Shortlist, Work, add_source, drop_source

__all__ = ["Entry"]

# Sources that an officer brings along for one set: pasted text or a file, never kept in the archive.
#
# A file is read in a process of its own with limits. What comes out is an ordinary source of the kind
# "supplied", so that drafting and checking treat it as such, and it goes when the set or its dossier goes.

KINDS = (".pdf", ".docx", ".odt", ".txt")
LONGEST = 30_000  # characters, some ten pages: what an officer has read and can answer for
_SECONDS = 45.0
_MOST_NAMED = 500  # documents whose names are compared with a question


def own_source(number: int, title: str, day: date | None, text: str) -> Source:
    """The officer's source with this number in its set. Raises InputError for what cannot be cited."""
    title, body = " ".join(title.split()), text.strip()
    if not title:
        raise InputError("Geef uw bron een titel, zodat een lezer weet wat het is.")
    if not body:
        raise InputError("Plak de tekst van uw bron of kies een bestand.")
    if len(body) > LONGEST:
        raise InputError(
            f"Uw bron is langer dan {LONGEST} tekens. Plak alleen het deel dat over deze vraag gaat."
        )
    card = DocumentCard(f"supplied-own-{number}", title[:300], DocumentKind.DOCUMENT, date=day)
    return Source(
        f"{OWN}{number}",
        card,
        SourceKind.SUPPLIED,
        body,
        Span(0, len(body)),
        page=0,
        heading_path=(card.title,),
    )


def read_own_file(raw: RawFile) -> str:
    """The text of an uploaded file. Raises UnreadableFileError, also when there is no text in it."""
    with IsolatedParser(seconds=_SECONDS) as parser:
        text = parser.parse(raw).text
    if not text.strip():
        raise UnreadableFileError(raw.name, "er staat geen tekst in die gelezen kan worden")
    return text


def next_number(shortlists: Iterable[Shortlist]) -> int:
    """The number for a new source: one more than the highest that lies in the set."""
    used = [int(s.id.removeprefix(OWN)) for b in shortlists for s in b.added if s.own]
    return max(used, default=0) + 1


# "ah-tk-20232024-2129#4", "2129 vraag 4", "Aanhangsel Handelingen II 2023/24, nr. 2129, antwoord op vraag 4"
_NAMED = re.compile(
    r"(?:(?P<first>(?:19|20)\d\d)\s?[-–/]\s?(?P<last>(?:\d\d)?\d\d)\b.*?)?(?P<name>[\w.-]*\d)"
    r"(?:\s*#\s*|,?\s+(?:antwoord op )?(?:vra(?:ag|gen)|questions?)\s+)(?P<question>\d{1,4})\b",
    re.IGNORECASE,
)
_SUGGESTED = 5


@dataclass(eq=False)
class OwnSources:
    """Bringing a source along for a set, and taking it away again."""

    _sets: Sets
    _log: EventLog

    def add(self, work: Work, number: int | None, source: Source, *, actor: Actor) -> None:
        """Put a source with question `number` (from 1) of a set, or with all (None), and choose it."""
        require(actor, Task.DRAFT)
        for position, shortlist in enumerate(work.shortlists):
            if number is None or position == number - 1:
                self._sets.put_shortlist(work, position, add_source(shortlist, source), actor=actor)
        # What it says is not for the log: that somebody answered for its use is.
        details: dict[str, Plain] = {"source": source.id, "characters": len(source.body), "confirmed": True}
        note(self._log, "set.own-source", actor, f"work:{work.id}", details)

    def remove(self, work_id: str, source_id: str, *, actor: Actor) -> None:
        """Take an own source away from every question of this person's set; its text is gone."""
        work = self._sets.find(work_id, actor)
        for position, shortlist in enumerate(work.shortlists):
            if any(s.id == source_id and s.kind is SourceKind.SUPPLIED for s in shortlist.added):
                self._sets.put_shortlist(work, position, drop_source(shortlist, source_id), actor=actor)


NO_FILTERS = Filters()
_REMEMBERED = 32  # documents whose printed lines stay at hand
_ALL = 1_000_000


@dataclass(eq=False)
class Documents:
    """What is stored, for whoever may see it; safe to share between threads."""

    _store: Store
    _known_lines: Recent[tuple[str, int], tuple[TextLine, ...]] = field(
        default_factory=lambda: Recent(_REMEMBERED), init=False
    )

    def collections(self, actor: Actor) -> tuple[Collection, ...]:
        """The collections this person may see, with what is in them."""
        require(actor, Task.SEARCH)
        return self._store.collections(actor.collections)

    def counts(self, actor: Actor) -> Counts:
        """How much there is, of what this person may see."""
        require(actor, Task.SEARCH)
        return self._store.counts(actor.collections)

    def ministries(self, actor: Actor) -> tuple[str, ...]:
        """The ministries of what this person may see, to choose from."""
        require(actor, Task.SEARCH)
        named = self._store.catalogue.ministries(actor.collections)
        return tuple(name for name, _count in named if name)

    def list(
        self, actor: Actor, *, filters: Filters = NO_FILTERS, limit: int = 1000, offset: int = 0
    ) -> tuple[DocumentCard, ...]:
        """Documents, the newest first."""
        require(actor, Task.SEARCH)
        return self._store.cards(filters, actor.collections, limit=limit, offset=offset)

    def require_known(self, filters: Filters, actor: Actor) -> None:
        """Raises UnknownReferenceError for a collection or document of `filters` that one cannot see here."""
        names = {info.name for info in self.collections(actor)} if filters.collections else set()
        for name in filters.collections:
            if name not in names:
                raise UnknownReferenceError(f"Verzameling {name} bestaat niet.")
        for document_id in filters.documents:
            self.card(document_id, actor)

    def find(self, document_id: str, actor: Actor) -> Document:
        """A whole document. Raises UnknownReferenceError, also where this person may not see it."""
        require(actor, Task.SEARCH)
        return self._store.document(document_id, actor.collections)

    def version(self, name: str, actor: Actor) -> Document:
        """A document by its id, or one version of it by ID@NUMBER. Raises UnknownReferenceError."""
        require(actor, Task.SEARCH)
        document_id, _, number = name.rpartition("@")
        if document_id and number.isdigit():
            return self._store.version(document_id, int(number), actor.collections)
        return self._store.document(name, actor.collections)

    def card(self, document_id: str, actor: Actor) -> DocumentCard:
        """The card of a document. Raises UnknownReferenceError, also where this person may not see it."""
        require(actor, Task.SEARCH)
        return self._store.card(document_id, actor.collections)

    def original(self, document_id: str, actor: Actor) -> bytes:
        """The bytes a document was read from."""
        require(actor, Task.SEARCH)
        return self._store.original(document_id, actor.collections)

    def versions(self, document_id: str, actor: Actor) -> tuple[Version, ...]:
        """The versions of a document, oldest first."""
        require(actor, Task.SEARCH)
        return self._store.history(document_id, actor.collections)

    def source(self, source_id: str, actor: Actor) -> Source:
        """A source by its id. Raises UnknownReferenceError, also where this person may not see it."""
        require(actor, Task.SEARCH)
        return self._store.source(source_id, actor.collections)

    def source_named(self, typed: str, actor: Actor) -> Source:
        """A source as somebody names it: by its id, by number and question ("2129 vraag 4"), or as a text
        refers to it. Raises UnknownReferenceError, and InputError where more documents have that number.
        """
        require(actor, Task.SEARCH)
        exact = self._store.sources([typed], actor.collections).get(typed)
        named = _NAMED.search(typed)
        if exact is not None or named is None:
            return exact or self._store.source(typed, actor.collections)
        first, last = named["first"] or "", named["last"] or ""
        session = f"{first}{first[: 4 - len(last)]}{last}-" if first else ""
        documents = self._store.documents_named(session + named["name"], actor.collections)
        if len(documents) > 1:
            raise InputError(
                f"Meer stukken heten zo: {', '.join(documents[:_SUGGESTED])}. Typ het hele nummer."
            )
        of_document = self._store.sources_of(documents[0], actor.collections) if documents else ()
        number = int(named["question"])
        for source in of_document:
            if number in (*source.numbers, *source.answer_numbers):
                return source
        raise UnknownReferenceError(f"Bron {typed} bestaat niet.")

    def sources(self, source_ids: Sequence[str], actor: Actor) -> dict[str, Source]:
        """Those of these sources that this person may see, by id."""
        require(actor, Task.SEARCH)
        return self._store.sources(source_ids, actor.collections)

    def sources_of(self, document_id: str, actor: Actor) -> tuple[Source, ...]:
        """The sources of a document, in order. Raises UnknownReferenceError."""
        require(actor, Task.SEARCH)
        return self._store.sources_of(document_id, actor.collections)

    def entries(self, collection: str, actor: Actor) -> tuple[Entry, ...]:
        """All sources of a collection with their passages. Raises InputError where there are none."""
        cards = self.list(actor, filters=Filters(collections=(collection,)), limit=_ALL)
        if not cards:
            raise InputError(f"In verzameling {collection!r} staan geen documenten.")
        ids = sorted(card.id for card in cards)
        return tuple(self._store.seen_by(actor.collections).entries_of(ids))

    def regions(self, document_id: str, span: Span) -> tuple[Region, ...]:
        """Where `span` stands on the pages of a document; empty where it has no pages, or is gone by now:
        what quotes it stays, and can be worked on.
        """
        return self.locator()(document_id, span)

    def locator(self) -> Locate:
        """`regions` of the archive as it is now, for whoever cites many places at once."""
        counter = self._store.change_counter()

        def locate(document_id: str, span: Span) -> tuple[Region, ...]:
            if (lines := self._known_lines.get((document_id, counter))) is None:
                try:
                    lines = self._store.lines(document_id, None)
                except UnknownReferenceError:
                    return ()
                self._known_lines.put((document_id, counter), lines)
            return regions_on_page(lines, span)

        return locate


@dataclass(eq=False)
class VisibleLibrary:
    """The documents that one person may put a question to, within filters."""

    _store: Store
    _filters: Filters
    _visible: frozenset[str] | None

    def names(self) -> Sequence[tuple[str, tuple[str, ...]]]:
        """Of the newest documents their titles and file names."""
        return self._store.names(self._filters, self._visible, limit=_MOST_NAMED)

    def card(self, document_id: str) -> DocumentCard:
        """What lists say of a document."""
        return self._store.card(document_id, self._visible)

    def document(self, document_id: str) -> Document:
        """A whole document, its personal data covered where a collection of it asks that."""
        return self._store.document(document_id, self._visible, covered=True)

    def earlier(self, document_id: str) -> Document | None:
        """The version before, covered likewise; of what a collection one may not see brought in, none."""
        numbers = [version.number for version in self._store.history(document_id, self._visible)]
        if len(numbers) < 2:
            return None
        return self._store.version(document_id, numbers[-2], self._visible, covered=True)


# Images of pages: made once, by a child that can do little else, and kept where all servers find them. The
# image of a page holds nothing else; what is to be highlighted is laid over it by the web page, so one image
# serves every citation.

_PAGE_SECONDS = 20  # a page that takes longer is not a page anybody printed
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
    """Renders pages once and keeps them among `files`; give it originals by their sha256."""

    def __init__(self, files: PageFiles, *, memory: int = _MEMORY) -> None:
        self._files = files
        self._child = _CHILD.format(memory=memory, seconds=_PAGE_SECONDS, side=_MAX_SIDE)
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
                    command, capture_output=True, timeout=_PAGE_SECONDS, env=environment, check=False
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
