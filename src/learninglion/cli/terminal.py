"""What every command shares: who works here, what is read and printed, progress, failures; usage in Dutch."""

from __future__ import annotations

import getpass
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress

from learninglion.models import Actor, Role, silent
from learninglion.models import Progress as ProgressFunction
from learninglion.models.errors import InputError

if TYPE_CHECKING:
    from learninglion.settings import Settings
    from learninglion.workflow import Workplace
    from learninglion.workflow.searching import IndexState

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


# Exactly what the library says, and what it means; what it says otherwise is shown as it is.
_IN_DUTCH = tuple(
    (re.compile(english), dutch)
    for english, dutch in (
        (
            r"No such command (?P<what>.+?)\.(?: Did you mean (?P<more>.+)\?)?",
            "het commando {what} bestaat niet",
        ),
        (r"Missing command\.", "noem een commando"),
        (r"Missing argument (?P<what>.+?)\.?", "noem {what}"),
        (r"Missing option (?P<what>.+?)\.?", "geef de optie {what}"),
        (
            r"No such option: (?P<what>\S+?)(?: \(Possible options: (?P<more>.+)\))?",
            "de optie {what} bestaat niet",
        ),
        (r"Option (?P<what>\S+) requires an argument\.", "zet een waarde achter de optie {what}"),
        (r"Option (?P<what>\S+) does not take a value\.", "achter de optie {what} hoort geen waarde"),
        (r"Got unexpected extra argument\(s\) \((?P<what>.+)\)", "dit is te veel: {what}"),
        (r"Invalid value for (?P<what>.+?): Input should be a valid integer.*", "{what} is een geheel getal"),
        (r"Invalid value for (?P<what>.+?): Input should be a valid number.*", "{what} is een getal"),
        (
            r"Invalid value for (?P<what>.+?): Input should be greater than or equal to (?P<bound>\S+)",
            "{what} is minstens {bound}",
        ),
        (
            r"Invalid value for (?P<what>.+?): Input should be less than or equal to (?P<bound>\S+)",
            "{what} is hoogstens {bound}",
        ),
        (
            r"Invalid value for (?P<what>.+?): (?:Value error, .+ is not one of|Input should be) "
            r"(?P<bound>'[^.]+)\.?",
            "{what} is een van {bound}",
        ),
        (r"Invalid value for (?P<what>.+?): (?P<bound>.+)", "{what}: {bound}"),
        (r"Invalid value: (?P<bound>.+)", "{bound}"),
    )
)
# The frame of a help text; what a command does is said in Dutch where it is written.
_FRAME = tuple(
    (re.compile(english, re.MULTILINE), dutch)
    for english, dutch in (
        (r"^Usage: ", "Gebruik: "),
        (r"^Arguments:$", "Waarden:"),
        (r"^Options:$", "Opties:"),
        (r"^Commands:$", "Commando's:"),
        (r"Show this message and exit\.", "Toon deze uitleg."),
        (r"\[default:", "[standaard:"),
        (r"\brequired\]", "verplicht]"),
        (r"\[OPTIONS\]", "[OPTIES]"),
        (r"\bCOMMAND \[ARGS\]", "COMMANDO [WAARDEN]"),
    )
)
# The class that every kind of wrong usage is of; the library keeps its own copy of it.
_WrongUsage: type[Any] = typer.BadParameter.__mro__[1]


def in_dutch(message: str) -> str:
    """What the library says of wrong usage, in Dutch."""
    for english, dutch in _IN_DUTCH:
        if match := english.fullmatch(message):
            sentence = dutch.format_map(
                {name: (text or "").replace(" or ", " of ") for name, text in match.groupdict().items()}
            )
            more = match.groupdict().get("more")
            return f"{sentence}; bedoelt u {more}?" if more else f"{sentence}."
    return message


def help_in_dutch(shown: str) -> str:
    """The help text of a command with its frame in Dutch."""
    for english, dutch in _FRAME:
        shown = english.sub(dutch, shown)
    return shown


def tell_in_dutch(command: Any) -> None:
    """Have a command, and those below it, show their help in Dutch."""
    shown = command.get_help
    command.get_help = lambda context: help_in_dutch(shown(context))
    for below in getattr(command, "commands", {}).values():
        tell_in_dutch(below)


@contextmanager
def dutch_usage() -> Iterator[None]:
    """Whatever is wrong with the usage of a command is shown in Dutch, and how it is used; still status 2."""
    try:
        yield
    except _WrongUsage as error:
        if type(error).__name__ != "NoArgsIsHelpError":  # it shows the help, and nothing is wrong
            error.show = partial(_show, error)
        raise


def _show(error: Any, file: object = None) -> None:
    context = error.ctx
    if context is not None:
        typer.echo(help_in_dutch(context.get_usage()), err=True)
        typer.echo(f"Alle opties: {context.command_path} --help\n", err=True)
    typer.echo(f"learninglion: {in_dutch(error.format_message())}", err=True)


# --------------------------------------------------------------------------- the workplace of the settings
# Imported when a command asks for it: `--version` and `--help` need none of it.


@contextmanager
def workplace_here(settings: Settings | None = None) -> Iterator[Workplace]:
    """The workflow on the data folder in force, closed afterwards."""
    from learninglion.settings import load_settings, workplace_options
    from learninglion.workflow import working

    with working(workplace_options(settings or load_settings())) as workplace:
        yield workplace


def settings_here() -> Settings:
    """The settings with the language model that was chosen on a screen."""
    from learninglion.settings import load_settings, with_model

    settings = load_settings()
    with workplace_here(settings) as workplace:
        return with_model(settings, workplace.language_model.chosen())


def tell_switch(state: IndexState, advice: str) -> None:
    """On stderr, where the index was made with another embedding model than the settings name: what to do."""
    if state.wanted:
        advise(f"De zoekindex is gemaakt met model {state.encoder}; ingesteld is {state.wanted}. {advice}")


def write_page(path: Path, page: str) -> None:
    """Write a report where the user wants it. Raises InputError when that cannot be."""
    try:
        path.write_text(page, "utf-8")
    except OSError as error:
        raise InputError(f"{path}: hier kan het verslag niet staan ({error.strerror}).") from error
