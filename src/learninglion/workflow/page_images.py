"""Images of pages: made once, by a child that can do little else, and kept where all servers find them.

The image of a page holds nothing else; what is to be highlighted is laid over it by the web page, so one
image serves every citation.
"""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from learninglion.database.blobs import Files
from learninglion.models.errors import UnknownReferenceError, UnreadableFileError

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
