"""What every command shares: who works here, what is read and printed, progress and failures."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress

from learninglion.models import Actor, Role
from learninglion.models.errors import InputError
from learninglion.models.progress import Progress as ProgressFunction
from learninglion.models.progress import silent

console = Console(highlight=False, markup=False, soft_wrap=True)
_errors = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


def show_what_can_be_shown() -> None:
    """Let a terminal that knows few letters get the others by their number, not an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def fail(message: str) -> None:
    """One line on stderr that says what went wrong."""
    _errors.print(f"learninglion: {message}")


def advise(message: str) -> None:
    """One line on stderr that is not about a failure."""
    _errors.print(message)


def print_json(data: object) -> None:
    """One JSON object on a line of its own, on stdout."""
    plain = not (sys.stdout.encoding or "").lower().startswith("utf")  # what cannot be shown is spelled out
    sys.stdout.write(json.dumps(data, ensure_ascii=plain) + "\n")
    sys.stdout.flush()


def local_actor() -> Actor:
    """Who works at this terminal: somebody with the data folder in hand may do everything."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = "terminal"
    return Actor(name=name, roles=frozenset(Role))


@contextmanager
def progress() -> Iterator[ProgressFunction]:
    """A bar with rate and remaining time on stderr; silent when that is not a terminal."""
    if not _errors.is_terminal:
        yield silent
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    bars: dict[str, TaskID] = {}
    with RichProgress(*columns, console=_errors, transient=True) as shown:

        def report(label: str, done: int, total: int) -> None:
            if label not in bars:
                bars[label] = shown.add_task(label, total=total, rate="")
            task = shown.tasks[shown.task_ids.index(bars[label])]
            rate = f"{task.speed:.1f}/s" if task.speed else ""
            shown.update(bars[label], completed=done, total=total, rate=rate)

        yield report


def read_text(path: Path) -> str:
    """The text of a file the user named, "-" for standard input. Raises InputError that names it."""
    try:
        return sys.stdin.read() if str(path) == "-" else path.read_text("utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: dit bestand kan niet worden gelezen ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: dit is geen tekst in UTF-8; sla het bestand zo op en probeer opnieuw"
        ) from error


def read_json(path: Path) -> object:
    """The JSON in a file the user named. Raises InputError that names it and the line."""
    text = read_text(path)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"{path}: geen geldige JSON (regel {error.lineno}: {error.msg})") from error
    except RecursionError as error:
        raise InputError(f"{path}: deze JSON is te diep genest") from error
