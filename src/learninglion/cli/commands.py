"""Which commands there are and where they stand; the rooms behind a command load when it is called."""

from __future__ import annotations

from importlib import import_module
from typing import cast

import typer
from typer.core import TyperCommand, TyperGroup

__all__ = ["LazyCommands"]

# In the order of the help text. The module holds the command and hangs it on an app with `register`.
_MODULES = {
    "parse": "documents",
    "ingest": "documents",
    "collections": "documents",
    "compare": "documents",
    "collection": "documents",
    "documents": "documents",
    "remove": "documents",
    "document": "documents",
    "search": "questions",
    "ask": "asking",
    "draft": "questions",
    "verify": "questions",
    "replay": "questions",
    "export": "questions",
    "history": "questions",
    "verify-mark": "questions",
    "tune": "quality",
    "serve": "system",
    "worker": "system",
    "register-entry": "compliance",
    "assessment": "compliance",
    "mcp": "people",
    "index": "documents",
    "dossier": "dossiers",
    "archive": "dossiers",
    "retention": "dossiers",
    "evaluate": "quality",
    "experiment": "experiments",
    "judge": "judging",
    "model": "models",
    "log": "system",
    "users": "people",
    "backup": "upkeep",
    "restore": "upkeep",
    "export-all": "upkeep",
    "import-all": "upkeep",
    "move": "upkeep",
    "doctor": "upkeep",
    "reread": "upkeep",
    "person": "privacy",
    "compliance": "compliance",
    "report": "compliance",
    "publish": "compliance",
}


class LazyCommands(TyperGroup):
    """The commands of LearningLion, each imported when it is asked for: `--version` needs none of them."""

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
        self.commands.update(typer.main.get_group(part).commands)
