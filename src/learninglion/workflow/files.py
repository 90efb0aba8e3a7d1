"""Files that a use case hands over, whole or not at all; and what to say where a disk will not have it."""

from __future__ import annotations

from pathlib import Path

from learninglion.database.files import write_durably
from learninglion.database.trouble import disk_trouble
from learninglion.models.errors import InputError

__all__ = ["disk_trouble", "free_path", "make_folder", "write_file"]


def make_folder(folder: Path) -> None:
    """The folder, with those above it. Raises InputError where it cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: deze map kan niet worden gemaakt ({error.strerror})") from error


def free_path(path: Path, content: bytes) -> Path:
    """`path`, or with a number behind it where another file stands: somebody may have worked in that."""
    found, count = path, 1
    while found.exists() and found.read_bytes() != content:
        count += 1
        found = path.with_name(f"{path.stem} ({count}){path.suffix}")
    return found


def write_file(path: Path, content: bytes) -> None:
    """Write `content` where the user wants it. Raises InputError that names the file."""
    try:
        write_durably(path, content)
    except OSError as error:
        raise InputError(f"{path}: dit bestand kan niet worden geschreven ({error.strerror})") from error
