"""What an operating system or SQLite says when a disk will not have it, in words that say what to do."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator

__all__ = ["disk_trouble"]

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
            told = _BY_NUMBER[cause.errno]
            return f"{cause.filename}: {told}" if cause.filename and told is not _FULL else told
        if isinstance(cause, sqlite3.Error):
            code = getattr(cause, "sqlite_errorcode", None)
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
