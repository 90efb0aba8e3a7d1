"""Files that a use case hands over, whole or not at all; and what to say where a disk will not have it."""

from __future__ import annotations

from pathlib import Path

from learninglion.database.files import write_durably
from learninglion.database.trouble import disk_trouble
from learninglion.models.errors import InputError

__all__ = ["disk_trouble", "write_file"]


def write_file(path: Path, content: bytes) -> None:
    """Write `content` where the user wants it. Raises InputError that names the file."""
    try:
        write_durably(path, content)
    except OSError as error:
        raise InputError(f"{path}: dit bestand kan niet worden geschreven ({error.strerror})") from error
