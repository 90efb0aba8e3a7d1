"""Files that a use case hands over, whole or not at all; and what to say where a disk will not have it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path

from learninglion.database.blobs import Files
from learninglion.database.files import disk_trouble, write_durably
from learninglion.models.errors import InputError

__all__ = ["MOST_KEPT_BYTES", "PAGES", "PageFiles", "disk_trouble", "free_path", "make_folder", "write_file"]

# Images of pages, kept where all servers find them; they go when the document goes (traces.py).
#
# Of more than fits the oldest goes: a page is made again in a moment.

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
