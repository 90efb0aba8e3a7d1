"""Opening the workplace that the settings name, for one command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from learninglion.cli.terminal import advise
from learninglion.settings import Settings, load_settings, with_model, workplace_options
from learninglion.workflow import Workplace, working
from learninglion.workflow.indexing import IndexState


@contextmanager
def workplace_here(settings: Settings | None = None) -> Iterator[Workplace]:
    """The workflow on the data folder in force, closed afterwards."""
    with working(workplace_options(settings or load_settings())) as workplace:
        yield workplace


def settings_here() -> Settings:
    """The settings with the language model that was chosen on a screen."""
    settings = load_settings()
    with workplace_here(settings) as workplace:
        return with_model(settings, workplace.language_model.chosen())


def tell_switch(state: IndexState, advice: str) -> None:
    """On stderr, where the index was made with another embedding model than the settings name: what to do."""
    if state.wanted:
        advise(f"De zoekindex is gemaakt met model {state.encoder}; ingesteld is {state.wanted}. {advice}")
