"""One process at a time: a file lock that the kernel frees when its holder dies."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from learninglion.models.errors import ConflictError, InputError

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
