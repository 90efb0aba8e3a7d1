"""Parsing in a process of its own, so that a hostile file cannot take the caller down.

One worker serves a whole batch (starting Python for every file would cost more than parsing it); it has a
limit on memory, and a time limit a file. When it dies or hangs, it is replaced and the next file goes on.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from functools import partial
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from types import TracebackType

from learninglion.models import Document, QuestionSet, RawFile
from learninglion.models.errors import LearningLionError, UnreadableFileError
from learninglion.models.plain import Plain, from_plain, to_plain

_START_SECONDS = 60.0  # a cold disk and a busy machine: importing the parsers takes about one second
_STOP_SECONDS = 2.0
_PAGE_SIZE = 4096  # bytes, as /proc counts; larger pages only make it begin anew later
_START = (
    "import sys; from learninglion.parsing.isolated import serve; serve(int(sys.argv[1]), int(sys.argv[2]))"
)
_DAMAGED = "het lezen is afgebroken: het bestand is beschadigd of niet bedoeld om gelezen te worden"


class _Task(Enum):
    """What to read from a file."""

    DOCUMENT = "document"
    QUESTIONS = "questions"
    LOOK = "look"


class _Failure(Enum):
    """Why there is no document, where the parser itself had no words for it."""

    MEMORY = "memory"
    CRASH = "crash"


class IsolatedParser:
    """Parses one file after another in a process of its own; `with` it, or `close` it.

    `seconds`: time for one file; `megabytes`: memory of the process (0 = no limit). Safe to share between
    threads: files then wait for one another.
    """

    def __init__(self, seconds: float = 45.0, megabytes: int = 2048) -> None:
        self.seconds = seconds
        self.megabytes = megabytes
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None

    def parse(self, raw: RawFile) -> Document:
        """The document in `raw`, as `parsing.parse` makes it.

        Raises UnreadableFileError as that does, and when it took too long, too much memory or crashed.
        """
        outcome = self._ask(_Task.DOCUMENT, raw)
        if isinstance(outcome, Document):
            return outcome
        raise UnreadableFileError(raw.name, _DAMAGED)

    def question_set(self, raw: RawFile) -> QuestionSet:
        """The set in `raw`, as `sets.question_set_from_file` makes it; raises as `parse` does."""
        outcome = self._ask(_Task.QUESTIONS, raw)
        if isinstance(outcome, QuestionSet):
            return outcome
        raise UnreadableFileError(raw.name, _DAMAGED)

    def look(self, raw: RawFile, first: int) -> tuple[bytes, ...]:
        """Images of the pages from index `first`, as `look.look_at` makes them; raises as `parse` does."""
        outcome = self._ask(_Task.LOOK, raw, first)
        if isinstance(outcome, tuple):
            return outcome
        raise UnreadableFileError(raw.name, _DAMAGED)

    def _ask(self, task: _Task, raw: RawFile, first: int = 0) -> object:
        with self._lock:
            connection = self._ready()
            try:
                connection.send((task, raw, first))
                if not connection.poll(self.seconds):
                    self._stop()
                    raise UnreadableFileError(
                        raw.name, f"het lezen duurde langer dan {self.seconds:g} seconden en is gestopt"
                    )
                outcome = _understand(connection.recv_bytes())
            except (EOFError, OSError, ValueError) as problem:
                self._stop()
                raise UnreadableFileError(raw.name, _DAMAGED) from problem
            if outcome is _Failure.MEMORY or self._is_large():
                self._stop()  # a process that took much memory once holds on to most of it
        if outcome is _Failure.MEMORY:
            raise UnreadableFileError(
                raw.name, f"het lezen vroeg meer dan {self.megabytes} MB geheugen en is gestopt"
            )
        if isinstance(outcome, str):
            raise UnreadableFileError(raw.name, outcome)
        return outcome

    def _is_large(self) -> bool:
        """Whether the process still has a quarter of its memory in use, now that its file is done."""
        try:
            pages = Path(f"/proc/{self._process.pid}/statm").read_text().split()[1] if self._process else "0"
        except OSError:  # it is gone, or this is no Linux
            return False
        return 0 < self.megabytes < 4 * int(pages) * _PAGE_SIZE / 2**20

    def close(self) -> None:
        """End the process; a next `parse` starts a new one."""
        with self._lock:
            self._stop()

    def __enter__(self) -> IsolatedParser:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ready(self) -> Connection:
        """The connection to a living worker."""
        if self._process is not None and self._process.poll() is None and self._connection is not None:
            return self._connection
        self._stop()
        here, there = Pipe()
        # A new interpreter, not a fork: that would take over the locks of the threads that run here.
        # It gets no environment but the way to its modules: a parser has no business with anybody's secrets.
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter with our own module
            [sys.executable, "-c", _START, str(there.fileno()), str(self.megabytes)],
            pass_fds=[there.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONUTF8": "1"},
        )
        self._connection = here
        there.close()
        try:
            ready = here.poll(_START_SECONDS) and _understand(here.recv_bytes()) == "ready"
        except (EOFError, OSError, ValueError):
            ready = False
        if not ready:
            self._stop()
            raise LearningLionError("Het proces dat bestanden leest, kon niet starten.")
        return here

    def _stop(self) -> None:
        process, connection = self._process, self._connection
        self._process = self._connection = None
        if connection is not None:
            with suppress(OSError):
                connection.close()
        if process is not None:
            process.kill()  # it may be in the middle of a file that never ends
            with suppress(subprocess.TimeoutExpired):
                process.wait(_STOP_SECONDS)


def _say(outcome: object) -> bytes:
    """An outcome as JSON: plain data, so that reading it can never run anything, in whatever Python."""
    if isinstance(outcome, Document):
        plain: Plain = {"document": to_plain(outcome)}
    elif isinstance(outcome, QuestionSet):
        plain = {"questions": to_plain(outcome)}
    elif isinstance(outcome, tuple):
        plain = {"images": [base64.b64encode(image).decode("ascii") for image in outcome]}
    elif isinstance(outcome, _Failure):
        plain = {"failure": outcome.value}
    else:
        plain = {"words": str(outcome)}
    return json.dumps(plain).encode("ascii")


def _understand(message: bytes) -> object:
    """What the process said; it may have fallen to its file, so anything but an outcome is ValueError."""
    plain = json.loads(message)
    if not isinstance(plain, dict) or len(plain) != 1:
        raise ValueError("not an outcome")
    ((kind, value),) = plain.items()
    if kind == "document":
        return from_plain(Document, value)
    if kind == "questions":
        return from_plain(QuestionSet, value)
    if kind == "images" and isinstance(value, list):
        return tuple(base64.b64decode(str(image), validate=True) for image in value)
    if kind == "failure":
        return _Failure(value)
    if kind == "words" and isinstance(value, str):
        return value
    raise ValueError(f"not an outcome: {kind!r}")


def serve(descriptor: int, megabytes: int) -> None:
    """Parse what comes in over a connection until the other side is gone: what the process runs."""
    connection = Connection(descriptor)
    from learninglion.parsing import parse
    from learninglion.parsing.look import look_at
    from learninglion.parsing.sets import question_set_from_file

    _limit(megabytes)
    connection.send_bytes(_say("ready"))
    while True:
        try:
            task, raw, first = connection.recv()
        except (EOFError, OSError):
            return
        reads: dict[_Task, Callable[[RawFile], object]] = {
            _Task.DOCUMENT: parse,
            _Task.QUESTIONS: question_set_from_file,
            _Task.LOOK: partial(look_at, first=first),
        }
        try:
            connection.send_bytes(_say(_outcome(reads[task], raw)))
        except MemoryError:
            connection.send_bytes(_say(_Failure.MEMORY))
        except OSError:
            return


def _outcome(read: Callable[[RawFile], object], raw: RawFile) -> object:
    """What was read, or what is wrong with the file in words."""
    try:
        return read(raw)
    except MemoryError:
        return _Failure.MEMORY
    except LearningLionError as error:
        return error.detail.removeprefix(f"{raw.name}: ")
    except RecursionError:
        return "het bestand is te diep genest"
    except Exception:  # the caller gets a sentence, whatever a parser does
        return _Failure.CRASH


def _limit(megabytes: int) -> None:
    """Hold this process to so much memory, and to no files of its own."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if megabytes:
        size = megabytes * 1024 * 1024
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        if hard == resource.RLIM_INFINITY or size < hard:
            resource.setrlimit(resource.RLIMIT_AS, (size, size))
