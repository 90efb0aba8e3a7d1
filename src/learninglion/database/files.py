"""Files that are whole or not there, also after a power cut; and locks: one process at a time."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from learninglion.models.errors import ConflictError, InputError

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
    visited: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in visited:
        visited.add(id(at))
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


_FIRST_POLL_SECONDS = 0.002  # short holders are gone by then; waiting for an ingest need not be eager
_LAST_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock: process, what for, and since when."""

    pid: int
    purpose: str
    since: str


@contextlib.contextmanager
def exclusive(
    path: Path,
    purpose: str,
    *,
    wait: float | None = 0.0,
) -> Iterator[None]:
    """Hold the lock file `path` for the length of the block.

    `wait` is how many seconds to wait for another holder (None = for ever). Raises ConflictError that names
    the holder. The lock of a killed process is free at once: the kernel keeps it, the file only says who
    it is.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise InputError(f"{path}: vergrendelen lukt niet: {error.strerror}") from error
    try:
        _acquire(descriptor, path, wait)
        _write(descriptor, Holder(os.getpid(), purpose, datetime.now(UTC).isoformat(timespec="seconds")))
        try:
            yield
        finally:
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def holder(path: Path) -> Holder | None:
    """Who holds the lock at this moment, None when it is free."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read(path) or Holder(0, "?", "?")
    else:
        return None
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, path: Path, wait: float | None) -> None:
    deadline = None if wait is None else time.monotonic() + wait
    pause = _FIRST_POLL_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if deadline is not None and time.monotonic() >= deadline:
                raise ConflictError(_busy(_read(path))) from None
            time.sleep(pause)
            pause = min(_LAST_POLL_SECONDS, pause * 2)


def _busy(other: Holder | None) -> str:
    if other is None:
        return "Een ander proces is hier al mee bezig. Probeer het later opnieuw."
    return (
        f"Een ander proces is hier al mee bezig: {other.purpose} (proces {other.pid}, sinds {other.since}). "
        "Wacht tot het klaar is, of stop dat proces."
    )


def _write(descriptor: int, who: Holder) -> None:
    data = json.dumps({"pid": who.pid, "purpose": who.purpose, "since": who.since}).encode()
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, data, 0)


def _read(path: Path) -> Holder | None:
    try:
        data = json.loads(path.read_text("utf-8"))
        return Holder(int(data["pid"]), str(data["purpose"]), str(data["since"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
