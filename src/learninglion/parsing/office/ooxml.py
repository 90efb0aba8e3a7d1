"""The container of an Office file, opened as what it is: something a stranger may have made.

Only the parts that are asked for are unpacked, each up to a limit; XML with a document type
declaration is refused, so there are no entities to expand and nothing is fetched.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass, field

from lxml import etree

from learninglion.models import RawFile
from learninglion.models.errors import UnreadableFileError

__all__ = ["OLE_HEADER", "Package", "is_opendocument", "looks_like_zip", "open_package", "refuse_ole"]

OLE_HEADER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP_HEADERS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
# A thousand pages of text are about 25 MB of XML; beyond this a file wants our memory, not our attention.
_PART_MOST = 48 * 1024 * 1024
_PARTS_MOST = 96 * 1024 * 1024
_MEMBERS_MOST = 20_000
# Real text shrinks to a tenth or so; a bomb to a thousandth.
_RATIO_MOST = 400
_RATIO_MATTERS_FROM = 4 * 1024 * 1024


def looks_like_zip(content: bytes) -> bool:
    """Whether `content` begins as a zip container (DOCX, XLSX, ODT, plain zip)."""
    return content[:4] in _ZIP_HEADERS


def is_opendocument(raw: RawFile) -> bool:
    """Whether a zip container is an OpenDocument file (such as ODT); no where it cannot be opened."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw.content)) as archive:
            return _is_opendocument(frozenset(archive.namelist()))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False


def _is_opendocument(names: frozenset[str]) -> bool:
    return "mimetype" in names and "content.xml" in names


def refuse_ole(raw: RawFile) -> None:
    """Raise UnreadableFileError when `raw` is a password-protected Office file or one from before 2007."""
    if not raw.content.startswith(OLE_HEADER):
        return
    if "EncryptedPackage".encode("utf-16-le") in raw.content:
        raise UnreadableFileError(
            raw.name,
            "het bestand is beveiligd met een wachtwoord; sla het op zonder wachtwoord en probeer opnieuw",
        )
    raise UnreadableFileError(
        raw.name, "dit is een Office-bestand van voor 2007 (zoals .doc); sla het in Word op als .docx"
    )


@dataclass(slots=True)
class Package:
    """The parts of an Office file; `root(part)` parses one when it is needed."""

    raw: RawFile
    archive: zipfile.ZipFile
    names: frozenset[str]
    unpacked: int = field(default=0)

    def root(self, part: str) -> etree._Element | None:
        """The root element of `part`, None where the file has no such part."""
        if part not in self.names:
            return None
        content = self._read(part)
        parser = etree.XMLParser(
            resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, recover=False
        )
        try:
            root = etree.fromstring(content, parser)
        except (etree.XMLSyntaxError, ValueError) as problem:
            if getattr(problem, "code", None) == etree.ErrorTypes.ERR_NO_MEMORY:
                raise MemoryError from problem
            raise UnreadableFileError(self.raw.name, f"onderdeel {part} is beschadigd") from problem
        if root.getroottree().docinfo.doctype:
            raise UnreadableFileError(
                self.raw.name, f"onderdeel {part} bevat een DTD en wordt daarom niet gelezen"
            )
        return root

    def _read(self, part: str) -> bytes:
        info = self.archive.getinfo(part)
        if info.flag_bits & 0x1:
            raise UnreadableFileError(self.raw.name, "het bestand is beveiligd met een wachtwoord")
        room = min(_PART_MOST, _PARTS_MOST - self.unpacked)
        try:
            with self.archive.open(info) as stream:
                content = stream.read(room + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            RuntimeError,
            OSError,
        ) as problem:
            raise UnreadableFileError(
                self.raw.name, f"het bestand is beschadigd of afgebroken (onderdeel {part})"
            ) from problem
        bomb = len(content) > _RATIO_MATTERS_FROM and len(content) > _RATIO_MOST * max(1, info.compress_size)
        if len(content) > room or bomb:
            raise UnreadableFileError(
                self.raw.name, "het bestand is uitgepakt veel te groot; het wordt daarom niet gelezen"
            )
        self.unpacked += len(content)
        return content


def open_package(raw: RawFile) -> Package:
    """The parts of the Office file `raw`; UnreadableFileError when it is no (whole) Office file."""
    if not raw.content:
        raise UnreadableFileError(raw.name, "het bestand is leeg")
    refuse_ole(raw)
    if not looks_like_zip(raw.content):
        raise UnreadableFileError(raw.name, "dit is geen Word-bestand (.docx), al doet de naam dat denken")
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw.content))
        names = frozenset(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as problem:
        raise UnreadableFileError(raw.name, "het bestand is beschadigd of afgebroken") from problem
    if len(names) > _MEMBERS_MOST:
        raise UnreadableFileError(
            raw.name, "het bestand heeft te veel onderdelen; het wordt daarom niet gelezen"
        )
    if "[Content_Types].xml" not in names and not _is_opendocument(names):
        raise UnreadableFileError(raw.name, "dit is een zip-bestand en geen Word-bestand; pak het eerst uit")
    return Package(raw, archive, names)
