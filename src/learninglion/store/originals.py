"""The files as they came in, each once, named by its SHA-256: originals/<aa>/<sha256>."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from learninglion.database.blobs import Files, Read
from learninglion.models.errors import IntegrityError, UnknownReferenceError
from learninglion.models.plain import sha256_hex

ORIGINALS = "originals/"


class Originals:
    """Originals among the files `blobs`, read by `read` if given. One under its name is always whole."""

    def __init__(self, blobs: Files, read: Read | None = None) -> None:
        self._blobs = blobs
        self._read = read or blobs.read

    def as_of(self, connection: Connection) -> Originals:
        """The same, as of the moment that `connection` sees."""
        return Originals(self._blobs, self._blobs.reader(connection))

    @staticmethod
    def _name(sha256: str) -> str:
        return f"{ORIGINALS}{sha256[:2]}/{sha256}"

    def place(self, sha256: str) -> str:
        """Where the original with this hash is or would be, for people."""
        return self._blobs.place(self._name(sha256))

    def put(self, content: bytes) -> str:
        """Keep `content` durably and give its SHA-256; what is already there is not written again."""
        sha256 = sha256_hex(content)
        if self.holds(sha256, len(content)):
            self._blobs.touch(self._name(sha256))  # so that a sweep in another process lets it be
        else:
            self._blobs.put(self._name(sha256), content)
        return sha256

    def holds(self, sha256: str, size: int | None = None) -> bool:
        """Whether the original is there (and has this size)."""
        held_size = self._blobs.size(self._name(sha256))
        return held_size is not None and size in (None, held_size)

    def read(self, sha256: str) -> bytes:
        """The bytes of an original. Raises IntegrityError when they are not what was stored."""
        content = self._read(self._name(sha256))
        if content is None:
            raise UnknownReferenceError(f"Het oorspronkelijke bestand {sha256} ontbreekt.")
        if sha256_hex(content) != sha256:
            raise IntegrityError(f"Het oorspronkelijke bestand {sha256} is beschadigd.")
        return content

    def remove(self, sha256: str) -> None:
        """Take an original away; nothing happens when it is not there."""
        self._blobs.remove(self._name(sha256))

    def list(self, min_age_seconds: float = 0.0) -> Iterator[str]:
        """The hashes of all originals that were not written or put again for this long, sorted."""
        for name in self._blobs.names(ORIGINALS, min_age_seconds):
            yield name.rpartition("/")[2]

    def sweep_incoming(self, min_age_seconds: float) -> int:
        """Remove what interrupted writers left behind; gives how many files."""
        return self._blobs.sweep(min_age_seconds)
