"""Write the references that come from the code (docs/cli.md), by `make docs`; a test checks it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from typer.testing import CliRunner

from learninglion.cli import app

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
    parts = [INTRODUCTION]
    parts += [f"## {path}\n\n```\n{text}\n```\n" for path, text in _pages([])]
    return "\n".join(parts)


def _pages(path: list[str]) -> Iterator[tuple[str, str]]:
    """The help of a command and of those under it, as a user gets to see it."""
    text = CliRunner().invoke(app, [*path, "--help"], env={"COLUMNS": "96", "TERMINAL_WIDTH": "96"}).stdout
    yield " ".join(["learninglion", *path]), "\n".join(line.rstrip() for line in text.strip().splitlines())
    _, _, listed = text.partition("\nCommando's:\n")
    for line in listed.splitlines():
        if line.startswith("  ") and line[2:3].strip():
            yield from _pages([*path, line.split()[0]])


def main() -> int:
    """Write the page."""
    (ROOT / "docs" / "cli.md").write_text(cli_reference(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
