"""A real workplace on a few fictional documents, served as in production, with an encoder without a model."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal
from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from jinja2 import FileSystemBytecodeCache
from playwright.sync_api import Browser, sync_playwright
from web_office import ARGUMENTS, CHROMIUM, EVERYTHING, Office, documents, real_documents, served

from learninglion.models import Role
from learninglion.settings import load_settings, workplace_options
from learninglion.testing import HashingEncoder
from learninglion.web.app import create_app, make_worker
from learninglion.workflow import Workplace, open_workplace
from learninglion.workflow import accounts as accounts_module
from learninglion.workflow.jobs import Worker


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="session", autouse=True)
def one_loop() -> Iterator[None]:
    """One event loop for the requests of all test clients, as a server has it; else each starts its own."""
    with start_blocking_portal() as portal, pytest.MonkeyPatch.context() as patch:
        patch.setattr(TestClient, "portal", portal)
        yield


@pytest.fixture(scope="session")
def cheap_passwords() -> Iterator[None]:
    """Argon2 with the least work it allows: the tests check that it is used, not how slow it is."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    patch = pytest.MonkeyPatch()
    patch.setattr(accounts_module, "PasswordHasher", lambda: cheap)
    yield
    patch.undo()


@contextmanager
def _offices(folders: pytest.TempPathFactory, migrated: Path) -> Iterator[Callable[..., Office]]:
    """Makes offices, of which the workers look for work until the end.

    What they take in they read themselves, unless it must be `isolated`: its process takes long to begin.
    """
    opened: list[Workplace] = []
    workers: list[Worker] = []
    compiled = folders.getbasetemp() / "templates"  # of pages: every application would compile its own
    compiled.mkdir(exist_ok=True)

    def make(*, isolated: bool = False, **environment: str) -> Office:
        home = folders.mktemp("home")
        shutil.copy(migrated, home / "learninglion.db")
        settings = load_settings({"LEARNINGLION_HOME": str(home), **environment})
        with pytest.MonkeyPatch.context() as patch:  # whatever runs beside it has a real one
            patch.setattr("learninglion.workflow.searching.open_encoder", lambda *a, **k: HashingEncoder(256))
            workplace = open_workplace(replace(workplace_options(settings), isolate=isolated))
            assert workplace.indexing.encoder.dimensions == 256  # opened now, not at first use
        opened.append(workplace)
        workers.append(make_worker(workplace, 2))
        workers[-1].start()
        office = Office(create_app(workplace, settings), workplace, settings)
        office.site.templates._environment.bytecode_cache = FileSystemBytecodeCache(str(compiled))
        return office

    yield make
    for worker in workers:
        worker.stop(5)
    for workplace in opened:
        workplace.close()


@pytest.fixture(scope="module")
def make_office(
    cheap_passwords: None, tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path
) -> Iterator[Callable[..., Office]]:
    with _offices(tmp_path_factory, migrated_sqlite) as make:
        yield make


@pytest.fixture(scope="session")
def make_lasting_office(
    cheap_passwords: None, tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path
) -> Iterator[Callable[..., Office]]:
    with _offices(tmp_path_factory, migrated_sqlite) as make:
        yield make


@pytest.fixture(scope="session")
def office(make_lasting_office: Callable[..., Office]) -> Office:
    made = make_lasting_office(isolated=True)
    half = documents()
    report = made.workplace.intake.ingest(half[:-1], collection="openbaar", actor=EVERYTHING)
    assert not report.failures
    report = made.workplace.intake.ingest(half[-1:], collection="besloten", actor=EVERYTHING)
    assert not report.failures
    made.person("noor", *Role)
    made.person("lezer", Role.READER, collections=("openbaar",))
    made.person("opsteller", Role.DRAFTER, collections=("openbaar",))
    made.person("controleur", Role.AUDITOR)
    return made


@pytest.fixture(scope="session")
def address(office: Office) -> Iterator[str]:
    """Where the office is served."""
    with served(office.app) as address:
        yield address


@pytest.fixture(scope="session")
def published(make_lasting_office: Callable[..., Office]) -> Office:
    """A workplace with published papers, where they are at hand; two draft, one approves, one may all."""
    made = make_lasting_office()
    assert not made.workplace.intake.ingest(real_documents(), actor=EVERYTHING).failures
    for name in ("noor", "karin"):
        made.person(name, Role.DRAFTER)
    made.person("piet", Role.APPROVER)
    made.person("beheerder", *Role)
    return made


@pytest.fixture(scope="session")
def published_address(published: Office) -> Iterator[str]:
    """Where that one is served."""
    with served(published.app) as address:
        yield address
