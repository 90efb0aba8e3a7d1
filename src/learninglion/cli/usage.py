"""How a command is used, and wrong usage, in Dutch: the library that reads commands says it in English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import typer

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
            said = dutch.format_map(
                {name: (text or "").replace(" or ", " of ") for name, text in match.groupdict().items()}
            )
            more = match.groupdict().get("more")
            return f"{said}; bedoelt u {more}?" if more else f"{said}."
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
