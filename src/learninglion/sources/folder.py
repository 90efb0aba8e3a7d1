"""Files and folders on disk: found in a fixed order, read whole, every obstacle reported by name."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from learninglion.models import RawFile
from learninglion.models.errors import UnreadableFileError

MAX_BYTES = 250 * 1024 * 1024  # the largest published piece is far below; more is a mistake or an attack
_IGNORED = frozenset({"thumbs.db", "desktop.ini"})


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to read, or (with `problem`) a place that cannot be looked into."""

    path: Path
    name: str
    size: int = 0
    mtime_ns: int = 0
    problem: str = ""
    in_folder: bool = False  # found there, and not asked for by its own name


def printable(name: str) -> str:
    """`name` as it can be shown: bytes that are no text and control characters become \\x escapes."""
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def find_files(paths: Sequence[Path]) -> Iterator[FoundFile]:
    """Every file under `paths`, folders in order of name; hidden files in folders are passed over.

    A path that does not exist, a folder without rights and the like come back with a `problem`.
    """
    for path in paths:
        if path.is_dir():
            yield from _walk(path, path.resolve())
        else:
            yield _look_at(path)


def _walk(folder: Path, root: Path) -> Iterator[FoundFile]:
    try:
        entries = sorted(os.scandir(folder), key=lambda e: os.fsencode(e.name))
    except OSError as error:
        detail = f"deze map kan niet worden gelezen ({_why(error)})"
        yield FoundFile(folder, printable(str(folder)), problem=detail)
        return
    for entry in entries:
        if entry.name.startswith((".", "~$")) or entry.name.casefold() in _IGNORED:
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path), root)
        elif entry.is_symlink() and _leads_out(Path(entry.path), root):
            detail = "dit is een verwijzing naar buiten deze map; geef het bestand zelf op als het mee moet"
            yield FoundFile(Path(entry.path), printable(entry.name), problem=detail)
        elif entry.is_symlink() or entry.is_file():
            yield replace(_look_at(Path(entry.path)), in_folder=True)


def _leads_out(link: Path, root: Path) -> bool:
    """Whether a link points outside `root`; one that goes in a circle points nowhere."""
    try:
        return not link.resolve().is_relative_to(root)
    except (OSError, RuntimeError):
        return False


def _look_at(path: Path) -> FoundFile:
    name = printable(path.name)
    try:
        status = path.stat()
    except FileNotFoundError:
        return FoundFile(path, name, problem="dit bestand bestaat niet")
    except OSError as error:
        return FoundFile(path, name, problem=f"dit bestand kan niet worden gelezen ({_why(error)})")
    if not path.is_file():
        return FoundFile(path, name, problem="dit is geen gewoon bestand")
    return FoundFile(path, name, status.st_size, status.st_mtime_ns)


def read_file(file: FoundFile) -> RawFile:
    """The file with its bytes. Raises UnreadableFileError that names the file and says why not."""
    if file.problem:
        raise UnreadableFileError(file.name, file.problem)
    if file.size > MAX_BYTES:
        raise UnreadableFileError(
            file.name, f"te groot ({file.size // 2**20} MB; hoogstens {MAX_BYTES // 2**20} MB)"
        )
    try:
        content = file.path.read_bytes()
    except OSError as error:
        raise UnreadableFileError(
            file.name, f"dit bestand kan niet worden gelezen ({_why(error)})"
        ) from error
    if not content:
        raise UnreadableFileError(file.name, "dit bestand is leeg; vraag het opnieuw op")
    return RawFile(name=file.name, content=content, origin=printable(str(file.path)))


def _why(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "geen rechten; vraag uw beheerder om leesrechten"
    return error.strerror or type(error).__name__
