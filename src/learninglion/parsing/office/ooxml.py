"""The container of an Office file, opened as what it is: something a stranger may have made.

Only the parts that are asked for are unpacked, each up to a limit; XML with a document type
declaration is refused, so there are no entities to expand and nothing is fetched.
"""

from __future__ import annotations

import io
import lzma
import posixpath
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from urllib.parse import unquote

from lxml import etree

from learninglion.models import RawFile
from learninglion.models.errors import UnreadableFileError

OLE_HEADER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
DAMAGED_ZIP = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(EOFError, NotImplementedError, OSError, RuntimeError, ValueError),
)
"""What opening and unpacking raise where the container is damaged or made to harm."""
_ZIP_HEADERS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
# A thousand pages of text are about 25 MB of XML; beyond this a file wants our memory, not our attention.
_PART_MOST = 48 * 1024 * 1024
_PARTS_MOST = 96 * 1024 * 1024
_MEMBERS_MOST = 20_000
# Real text shrinks to a tenth or so; a bomb to a thousandth.
_RATIO_MOST = 400
_RATIO_MATTERS_FROM = 4 * 1024 * 1024
# One of these is in every file of Word, whatever the program that wrote it left out.
_OFFICE_PARTS = frozenset(("[content_types].xml", "_rels/.rels", "word/document.xml"))
_HARMLESS = frozenset(
    (
        "DTD_ID_REDEFINED",
        "DTD_XMLID_VALUE",
        "NS_ERR_UNDEFINED_NAMESPACE",
        "NS_ERR_QNAME",
        "NS_ERR_XML_NAMESPACE",
    )
    + ("DTD_UNKNOWN_ID", "WAR_NS_URI", "WAR_NS_URI_RELATIVE", "ERR_NS_DECL_ERROR")
)


def looks_like_zip(content: bytes) -> bool:
    """Whether `content` begins as a zip container (DOCX, XLSX, ODT, plain zip)."""
    return content[:4] in _ZIP_HEADERS


def is_opendocument(raw: RawFile) -> bool:
    """Whether a zip container is an OpenDocument file (such as ODT); no where it cannot be opened."""
    return _is_opendocument(names_in(raw))


def names_in(raw: RawFile) -> frozenset[str]:
    """The names of the parts of a zip container; none where it cannot be opened."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw.content)) as archive:
            return frozenset(archive.namelist())
    except DAMAGED_ZIP:
        return frozenset()


def _is_opendocument(names: frozenset[str]) -> bool:
    return "content.xml" in names and ("mimetype" in names or "META-INF/manifest.xml" in names)


def _refuse_ole(raw: RawFile) -> None:
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


@dataclass(frozen=True, slots=True)
class Relation:
    """How one part of a file refers to another."""

    key: str
    kind: str  # the last word of its type: "styles", "footnotes", "aFChunk"
    target: str  # the part, or an address where it is outside
    outside: bool


def _plain_name(part: str) -> str:
    return part.replace("\\", "/").lstrip("/").casefold()


def parse_xml(content: bytes, name: str, complaint: str) -> etree._Element:
    """The root of an XML text; UnreadableFileError with the complaint where it is not well-formed.

    Names that are given twice or are no proper names, and prefixes nobody declared, do no harm to a text.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        recover=True,
        collect_ids=False,
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        if getattr(problem, "code", None) == etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from problem
        raise UnreadableFileError(name, complaint) from problem
    serious = [
        error
        for error in parser.error_log
        if error.level_name == "FATAL" or (error.level_name == "ERROR" and error.type_name not in _HARMLESS)
    ]
    if root is None or serious:
        if any(error.type == etree.ErrorTypes.ERR_NO_MEMORY for error in serious):
            raise MemoryError
        raise UnreadableFileError(name, complaint)
    return root


@dataclass(slots=True)
class Package:
    """The parts of an Office file; `root(part)` parses one when it is needed."""

    raw: RawFile
    archive: zipfile.ZipFile
    names: frozenset[str]
    unpacked: int = field(default=0)
    _plain_names: dict[str, str] | None = None

    def find(self, part: str) -> str | None:
        """The name of `part` as the file writes it; names differ in case and in slashes only by accident."""
        wanted = _plain_name(part)
        if self._plain_names is None:
            self._plain_names = {_plain_name(name): name for name in sorted(self.names, reverse=True)}
        return part if part in self.names else self._plain_names.get(wanted)

    def content(self, part: str) -> bytes | None:
        """The bytes of `part`, None where the file has no such part."""
        name = self.find(part)
        return None if name is None else self._read(name)

    def relations(self, part: str) -> tuple[Relation, ...]:
        """What `part` refers to; the relations of the whole file where `part` is empty."""
        folder, _, name = part.rpartition("/")
        root = self.root(f"{folder}/_rels/{name}.rels".lstrip("/"))
        listed = []
        for node in root if root is not None else ():
            target = node.get("Target") or ""
            outside = node.get("TargetMode") == "External"
            if not outside:
                target = target.replace("\\", "/")
                base = "" if target.startswith("/") else folder
                target = posixpath.normpath(posixpath.join(base, unquote(target).lstrip("/"))).lstrip("/")
            kind = (node.get("Type") or "").rpartition("/")[2]
            listed.append(Relation(node.get("Id") or "", kind, target, outside))
        return tuple(listed)

    def root(self, part: str) -> etree._Element | None:
        """The root element of `part`, None where the file has no such part."""
        name = self.find(part)
        if name is None:
            return None
        root = parse_xml(self._read(name), self.raw.name, f"onderdeel {part} is beschadigd")
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
        except DAMAGED_ZIP as problem:
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
    _refuse_ole(raw)
    if not looks_like_zip(raw.content):
        raise UnreadableFileError(raw.name, "dit is geen Word-bestand (.docx), al doet de naam dat denken")
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw.content))
        names = frozenset(archive.namelist())
    except DAMAGED_ZIP as problem:
        raise UnreadableFileError(raw.name, "het bestand is beschadigd of afgebroken") from problem
    if len(names) > _MEMBERS_MOST:
        raise UnreadableFileError(
            raw.name, "het bestand heeft te veel onderdelen; het wordt daarom niet gelezen"
        )
    plain = {_plain_name(name) for name in names}
    if plain.isdisjoint(_OFFICE_PARTS) and not _is_opendocument(names):
        raise UnreadableFileError(raw.name, "dit is een zip-bestand en geen Word-bestand; pak het eerst uit")
    return Package(raw, archive, names)
