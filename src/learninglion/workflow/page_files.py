"""Images of pages, kept where all servers find them; they go when the document goes (traces.py)."""

from __future__ import annotations

from learninglion.database.blobs import Blobs

__all__ = ["PAGES", "PageFiles"]

PAGES = "cache/pages/"  # their names begin so


class PageFiles:
    """Rendered pages by name, which begins with the SHA-256 of their original."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    def read(self, name: str) -> bytes | None:
        """What is kept, None where nothing is."""
        return self._blobs.read(_placed(name))

    def put(self, name: str, content: bytes) -> None:
        """Keep a page."""
        self._blobs.put(_placed(name), content)


def _placed(name: str) -> str:
    return f"{PAGES}{name[:2]}/{name}"
