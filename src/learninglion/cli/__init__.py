"""The command line: parse the wish, call one function of the workflow, print the result."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any, cast

import typer
from typer.core import TyperCommand, TyperGroup

from learninglion import __version__
from learninglion.cli.terminal import dutch_usage, fail, help_in_dutch, show_what_can_be_shown, tell_in_dutch
from learninglion.models.errors import LearningLionError, UnavailableError

# In the order of the help text. The module holds the commands and hangs them on an app with `register`.
_MODULES = {
    command: module
    for module, commands in (
        ("documents", "parse ingest collections compare collection documents remove document"),
        ("questions", "search ask draft verify replay export history verify-mark"),
        ("quality", "tune"),
        ("system", "serve worker"),
        ("compliance", "register-entry assessment"),
        ("system", "mcp"),
        ("documents", "index"),
        ("compliance", "dossier archive retention"),
        ("quality", "evaluate"),
        ("experiments", "experiment judge model"),
        ("system", "log users backup restore export-all import-all move doctor reread"),
        ("compliance", "person compliance report publish"),
    )
    for command in commands.split()
}


class LazyCommands(TyperGroup):
    """The commands of LearningLion, each imported when it is asked for: `--version` needs none of them."""

    def make_context(self, *args: Any, **more: Any) -> Any:
        """As it is, with wrong usage said in Dutch."""
        with dutch_usage():
            return super().make_context(*args, **more)

    def invoke(self, ctx: Any) -> Any:
        """As it is, with wrong usage said in Dutch, that of the commands below too."""
        with dutch_usage():
            return super().invoke(ctx)

    def get_help(self, ctx: Any) -> str:
        """As it is, in Dutch."""
        return help_in_dutch(super().get_help(ctx))

    def list_commands(self, ctx: object) -> list[str]:
        """The names of all commands, without importing them."""
        return list(_MODULES)

    def get_command(self, ctx: object, cmd_name: str) -> TyperCommand | TyperGroup | None:
        """The command of this name; None where there is none."""
        if cmd_name not in _MODULES:
            for name in _MODULES.values():  # a wrong name is answered with those that are like it
                self._load(name)
            return None
        self._load(_MODULES[cmd_name])
        return cast("TyperCommand | TyperGroup", self.commands[cmd_name])

    def _load(self, module: str) -> None:
        if all(name in self.commands for name, place in _MODULES.items() if place == module):
            return
        part = typer.Typer(rich_markup_mode=None)
        import_module(f"learninglion.cli.{module}").register(part)
        loaded = typer.main.get_group(part).commands
        for command in loaded.values():
            tell_in_dutch(command)
        self.commands.update(loaded)


app = typer.Typer(
    name="learninglion",
    cls=LazyCommands,
    help="LearningLion: vind eerdere antwoorden op Kamervragen, kies, stel op en controleer elke zin.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"learninglion {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", callback=_show_version, is_eager=True, help="Toon de versie."
    ),
) -> None:
    """Options that hold for every command."""


def main() -> None:
    """Entry point: exit status 0 when everything was done, 1 when some of it failed, 2 for wrong usage."""
    show_what_can_be_shown()
    try:
        app()
    except (LearningLionError, UnavailableError) as error:
        fail(error.detail)
        sys.exit(1)
    except KeyboardInterrupt:
        fail("Afgebroken.")
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except Exception as error:
        from learninglion.workflow import disk_trouble

        trouble = disk_trouble(error)
        if trouble is None:
            raise
        fail(trouble)
        sys.exit(1)
