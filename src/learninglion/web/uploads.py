"""Files that come in through the browser: how big, of what sort, under what name.

Reading them is the parser's work, in a process with limits; what is refused here never gets that far.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Sequence
from pathlib import PurePosixPath

from starlette.datastructures import UploadFile

from learninglion.models import RawFile
from learninglion.models.errors import InputError, UnreadableFileError

MAX_BYTES = 50_000_000  # the longest document in the open data is under 30 MB
MAX_FILES = 200
_UNPACKED_BYTES = 300_000_000
_UNPACKED_RATIO = 200  # text in XML packs to a tenth; a bomb packs to a thousandth or less
_ENTRIES = 5_000
_CHUNK = 1 << 20

# The first bytes that a file of this kind must have; text formats have none.
_SIGNATURES = {
    ".pdf": b"%PDF-",
    ".docx": b"PK\x03\x04",
    ".odt": b"PK\x03\x04",
    ".xml": b"",
    ".html": b"",
    ".htm": b"",
    ".txt": b"",
    ".md": b"",
}


def clean_name(name: str) -> str:
    """The last part of a file name, without characters that mean something to a file system or a screen."""
    last = PurePosixPath(name.replace("\\", "/")).name
    last = "".join(c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c)[0] != "C")
    last = re.sub(r'[<>:"|?*]', "_", last).strip(" .")
    return last[-150:] or "bestand"


async def read_upload(file: UploadFile, kinds: tuple[str, ...] = tuple(_SIGNATURES)) -> RawFile:
    """The uploaded file, when its name, size and first bytes fit. Raises UnreadableFileError otherwise."""
    name = clean_name(file.filename or "")
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in kinds:
        raise UnreadableFileError(name, f"dit soort bestand kan hier niet; wel {', '.join(kinds)}")
    content = bytearray()
    while piece := await file.read(_CHUNK):
        content += piece
        if len(content) > MAX_BYTES:
            raise UnreadableFileError(name, f"groter dan {MAX_BYTES // 1_000_000} MB")
    check_content(name, bytes(content))
    return RawFile(name=name, content=bytes(content), origin=f"upload:{name}")


def check_content(name: str, content: bytes) -> None:
    """Refuse an empty file, one that is not what its name says, and an archive that unpacks too far."""
    suffix = PurePosixPath(name).suffix.lower()
    if not content.strip():
        raise UnreadableFileError(name, "het bestand is leeg")
    signature = _SIGNATURES.get(suffix, b"")
    # Some PDFs carry a few bytes before their signature; readers accept that within the first kilobyte.
    place = content[:1024] if suffix == ".pdf" else content[: len(signature)]
    if signature and signature not in place:
        raise UnreadableFileError(name, f"dit is geen echt {suffix[1:].upper()}-bestand")
    if signature.startswith(b"PK"):
        check_archive(name, content)


def check_archive(name: str, content: bytes) -> None:
    """Refuse a zip file that would fill memory or disk, or whose parts point outside it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise UnreadableFileError(name, "het bestand is beschadigd") from error
    total = sum(part.file_size for part in parts)
    too_far = total > _UNPACKED_BYTES or total > max(len(content), 100_000) * _UNPACKED_RATIO
    if len(parts) > _ENTRIES or too_far:
        raise UnreadableFileError(name, "het bestand is uitgepakt te groot")
    for part in parts:
        path = PurePosixPath(part.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts:
            raise UnreadableFileError(name, "het bestand bevat een pad dat naar buiten wijst")


def check_count(files: Sequence[UploadFile]) -> None:
    """Refuse more files at once than one screen can report on."""
    if len(files) > MAX_FILES:
        raise InputError(f"Geef ten hoogste {MAX_FILES} bestanden tegelijk.")
