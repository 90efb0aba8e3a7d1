"""The files as they came in, each once, named by its SHA-256: <folder>/<aa>/<sha256>."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from learninglion.database.files import write_durably
from learninglion.models.errors import IntegrityError, UnknownReferenceError

__all__ = ["Originals"]

_INCOMING = "incoming"


class Originals:
    """A folder of originals. A file under its name is always whole: it gets it only when on the disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Where the original with this hash stands or would stand."""
        return self.folder / sha256[:2] / sha256

    def put(self, content: bytes) -> str:
        """Keep `content` durably and give its SHA-256; what is already there is not written again."""
        sha256 = hashlib.sha256(content).hexdigest()
        target = self.path(sha256)
        if self.holds(sha256, len(content)):
            os.utime(target)  # young again, so that a sweep in another process lets it be
            return sha256
        write_durably(target, content, incoming=self.folder / _INCOMING)
        return sha256

    def holds(self, sha256: str, size: int | None = None) -> bool:
        """Whether the original is there (and has this size)."""
        try:
            found = self.path(sha256).stat()
        except FileNotFoundError:
            return False
        return size is None or found.st_size == size

    def read(self, sha256: str) -> bytes:
        """The bytes of an original. Raises IntegrityError when they are not what was stored."""
        try:
            content = self.path(sha256).read_bytes()
        except FileNotFoundError as error:
            raise UnknownReferenceError(f"Het oorspronkelijke bestand {sha256} ontbreekt.") from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise IntegrityError(f"Het oorspronkelijke bestand {sha256} is beschadigd.")
        return content

    def remove(self, sha256: str) -> None:
        """Take an original away; nothing happens when it is not there."""
        self.path(sha256).unlink(missing_ok=True)

    def list(self, min_age_seconds: float = 0.0) -> Iterator[str]:
        """The hashes of all originals that were not written or put again for this long, sorted."""
        newest = time.time() - min_age_seconds
        for path in sorted(self.folder.glob("[0-9a-f][0-9a-f]/*")):
            if path.stat().st_mtime <= newest:
                yield path.name

    def sweep_incoming(self, min_age_seconds: float) -> int:
        """Remove what interrupted writers left behind; gives how many files."""
        newest = time.time() - min_age_seconds
        removed = 0
        for path in (self.folder / _INCOMING).iterdir() if (self.folder / _INCOMING).is_dir() else ():
            try:
                if path.stat().st_mtime <= newest:
                    path.unlink()
                    removed += 1
            except FileNotFoundError:  # its writer has just put it in place
                continue
        return removed
