"""Data folders with papers in them, each made once."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from learninglion.models import Actor, Role
from learninglion.testing import HashingEncoder
from learninglion.workflow import WorkplaceOptions, working


@pytest.fixture(scope="session")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Makes a data folder with papers taken in by an encoder without a model; the second time by copying."""
    made: dict[tuple[object, ...], Path] = {}

    def make(home: Path, papers: Sequence[Path], collection: str = "default") -> Path:
        kind = (*papers, collection)
        if kind not in made:
            made[kind] = tmp_path_factory.mktemp("stocked") / "home"
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(
                    "learninglion.workflow.searching.open_encoder", lambda *a, **k: HashingEncoder(64)
                )
                with working(WorkplaceOptions(home=made[kind], isolate=False)) as opened:
                    boss = Actor("beheer", frozenset(Role))
                    assert not opened.intake.ingest(papers, collection=collection, actor=boss).failures
        return Path(shutil.copytree(made[kind], home))

    return make
