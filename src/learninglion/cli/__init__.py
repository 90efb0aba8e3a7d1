"""The command line: parse the wish, call one function of the workflow, print the result."""

from __future__ import annotations

import sys

import typer

from learninglion import __version__
from learninglion.cli.commands import LazyCommands
from learninglion.cli.terminal import fail
from learninglion.models.errors import LearningLionError, UnavailableError

__all__ = ["app", "main"]

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
        from learninglion.workflow.files import disk_trouble

        trouble = disk_trouble(error)
        if trouble is None:
            raise
        fail(trouble)
        sys.exit(1)
