"""Commands that measure: evaluate, experiment, tune."""

from __future__ import annotations

import typer

__all__ = ["register"]

evaluate_app = typer.Typer(
    no_args_is_help=True, help="Meet hoe goed het werkt; iedereen kan de cijfers nadoen."
)


def register(app: typer.Typer) -> None:
    """Hang these commands on `app`."""
    app.add_typer(evaluate_app, name="evaluate")
