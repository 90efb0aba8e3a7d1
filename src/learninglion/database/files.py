"""Files that are whole or not there, also after a power cut."""

from __future__ import annotations

import errno
import fcntl
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

# What an operating system or SQLite says when a disk will not have it, in words that say what to do.

_FULL = "De schijf is vol. Maak ruimte en doe dit opnieuw; wat al was opgeslagen, is heel gebleven."
_READ_ONLY = "De gegevensmap is niet te schrijven. Geef LearningLion schrijfrechten en doe dit opnieuw."
_DEFECT = "De schijf geeft fouten. Controleer de schijf; zet zo nodig een back-up terug."
_DAMAGED = "De database is beschadigd. Controleer de schijf en zet een back-up terug: learninglion restore"
_BY_NUMBER = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: _FULL,
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _READ_ONLY,
    errno.EPERM: _READ_ONLY,
    errno.EIO: _DEFECT,
}
# The index of a write-ahead log that could not grow: SQLite calls that an error of the disk.
_NO_ROOM = (sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_SHMMAP)
_BY_CODE = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: _READ_ONLY,
    sqlite3.SQLITE_IOERR: _DEFECT,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
}


def disk_trouble(error: BaseException) -> str | None:
    """What to do about `error` where a disk is behind it; None where it is something else."""
    for cause in _chain(error):
        if isinstance(cause, OSError) and cause.errno in _BY_NUMBER:
            message = _BY_NUMBER[cause.errno]
            return f"{cause.filename}: {message}" if cause.filename and message is not _FULL else message
        if isinstance(cause, sqlite3.Error):
            code = getattr(cause, "sqlite_errorcode", None)
            if code in _NO_ROOM:
                return _FULL
            if code is not None and code & 0xFF in _BY_CODE:  # the low byte is the kind
                return _BY_CODE[code & 0xFF]
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        yield at
        original = getattr(at, "orig", None)
        at = original if isinstance(original, BaseException) else at.__cause__ or at.__context__


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
        fcntl.flock(file, fcntl.LOCK_EX)  # until it is closed: who looks at the end must be alone there
        if file.seek(0, os.SEEK_END):
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
