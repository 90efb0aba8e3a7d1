"""Write the references that come from the code: docs/cli.md. Run by `make docs`; a test checks that it was."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click
import typer.main

ROOT = Path(__file__).resolve().parents[1]
INTRODUCTION = """# Command line

Made from the code by `make docs`; change the code, not this page.

Every command works on the data folder that `LEARNINGLION_HOME` names (default:
`~/.local/share/learninglion`). Exit status: 0 when everything asked for was done, 1 when some of it
failed (what, on stderr), 2 for wrong usage. `--json` prints one JSON value per line on stdout; messages
and progress go to stderr.
"""


def cli_reference() -> str:
    """The page: every command with its own help."""
    from learninglion.cli import app

    parts = [INTRODUCTION]
    for path, command in _commands(typer.main.get_command(app), "learninglion"):
        context = click.Context(command, info_name=path, max_content_width=96, terminal_width=96)
        parts.append(f"## {path}\n\n```\n{command.get_help(context).rstrip()}\n```\n")
    return "\n".join(parts)


def _commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            yield from _commands(command.commands[name], f"{path} {name}")


def main() -> int:
    """Write the page."""
    (ROOT / "docs" / "cli.md").write_text(cli_reference(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
