"""Images of pages, kept where all servers find them; they go when the document goes (traces.py).

Of more than fits the oldest goes: a page is made again in a moment.
"""

from __future__ import annotations

from itertools import count

from learninglion.database.blobs import Blobs

__all__ = ["MOST_KEPT_BYTES", "PAGES", "PageFiles"]

PAGES = "cache/pages/"  # their names begin so
MOST_KEPT_BYTES = 2_000_000_000  # some 8,000 pages
_BETWEEN = 50  # pages that are put until it is looked again what they take


class PageFiles:
    """Rendered pages by name, which begins with the SHA-256 of their original."""

    def __init__(self, blobs: Blobs, most: int = MOST_KEPT_BYTES) -> None:
        self._blobs, self._most = blobs, most
        self._turn = count()

    def read(self, name: str) -> bytes | None:
        """What is kept, None where nothing is."""
        return self._blobs.read(_placed(name))

    def put(self, name: str, content: bytes) -> None:
        """Keep a page, and let the oldest go where they take too much."""
        self._blobs.put(_placed(name), content)
        if next(self._turn) % _BETWEEN == 0:
            for old in self._blobs.beyond(PAGES, self._most):
                self._blobs.remove(old)


def _placed(name: str) -> str:
    return f"{PAGES}{name[:2]}/{name}"
