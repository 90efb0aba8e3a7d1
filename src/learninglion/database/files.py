"""Files that are whole or not there, also after a power cut."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

__all__ = ["append_durably", "write_durably"]


def write_durably(target: Path, content: bytes, *, incoming: Path | None = None) -> None:
    """Put `content` at `target`, replacing what was there, on the disk before this returns.

    It is written in the folder `incoming` first (by default beside the target; the same disk), readable by
    its owner only.
    """
    folder = incoming or target.parent
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    new_folder = not target.parent.is_dir()
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, name = tempfile.mkstemp(dir=folder, prefix=f".{target.name[:16]}-")  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync(target.parent)
    if new_folder:
        _sync(target.parent.parent)


def append_durably(target: Path, line: bytes) -> None:
    """Add `line` to the file `target`; it is on the disk when this returns.

    What a machine that stopped left half written stays a line of its own.
    """
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with target.open("ab+") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")
        file.write(line + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    # A rename is durable only when the folder that holds the name is.
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
