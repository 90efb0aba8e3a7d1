"""A streaming replica takes searches over, and no answer depends on it."""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, create_engine, text

from archives import SUBJECTS, make_archive, make_entry
from engines import Place
from learninglion.database.engine import open_unchanged
from learninglion.search import postgres
from learninglion.search.postgres import PostgresIndex, Replica, supported
from learninglion.search.search import search
from learninglion.store.reader import MemoryReader
from learninglion.testing import HashingEncoder

ENCODER = HashingEncoder(64)
SCHEMA = "followed"


@pytest.fixture
def first(postgresql_place: Place) -> Iterator[Engine]:
    engine = create_engine(f"{postgresql_place.url}/postgres".replace("postgresql:", "postgresql+psycopg:"))
    if not supported(engine):
        pytest.skip("this PostgreSQL has no pgvector")
    yield engine
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))
    engine.dispose()


@pytest.fixture
def following(postgresql_place: Place, first: Engine) -> Iterator[Engine]:
    """A replica by pg_basebackup, following."""
    folder = postgresql_place.home / "replica"
    source = f"host=127.0.0.1 port={first.url.port} user=postgres password=postgres"
    made = postgresql_place.run("pg_basebackup", "-d", source, "-D", str(folder), "-R", "-c", "fast")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = f"-p {port} -c logging_collector=off -c unix_socket_directories='' -F"
    place = ("-D", str(folder), "-l", str(folder / "log.txt"), "-w")
    assert not made.returncode
    started = postgresql_place.run("pg_ctl", *place, "-o", options, "start")
    assert not started.returncode, (postgresql_place.home / "said").read_text()
    engine = open_unchanged(f"postgresql://postgres:postgres@127.0.0.1:{port}/postgres")
    yield engine
    engine.dispose()
    postgresql_place.run("pg_ctl", *place, "-m", "immediate", "stop")
    shutil.rmtree(folder)


def told(engine: Engine, statement: str) -> object:
    with engine.connect() as connection:
        return connection.execute(text(statement)).scalar()


@pytest.mark.slow
def test_searches_go_to_a_replica_that_has_come_far_enough_and_nothing_else_changes(
    first: Engine, following: Engine, postgresql_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "EXACT", 1)
    moment = [0.0]
    replica = Replica(following, lambda: moment[0] + time.monotonic() / 20)
    reader = MemoryReader(make_archive())
    both = [PostgresIndex(first, ENCODER, schema=SCHEMA, replica=chosen) for chosen in (replica, None)]
    both[0].update(reader)
    until = time.monotonic() + 30
    while not replica.asked and time.monotonic() < until:
        moment[0] += 60
        search(both[0], reader, SUBJECTS[0][0])
    same: Callable[[], bool] = lambda: all(  # noqa: E731
        search(both[0], reader, q) == search(both[1], reader, q) for q, _ in SUBJECTS
    )
    asked = replica.asked
    assert asked and same() and replica.asked >= asked + len(SUBJECTS)
    # it stands still: what is new is found all the same
    told(following, "SELECT pg_wal_replay_pause()")
    reader.put([make_entry("x", "Hoe hoog zijn de dijken?", "De dijken zijn vier meter hoog.")])
    both[0].update(reader)
    asked, spared = replica.asked, replica.spared
    assert same() and replica.asked == asked and replica.spared > spared
    assert search(both[0], reader, "Hoe hoog zijn de dijken?")[0].source.document.id == "x"
    with first.connect() as connection:
        assert (replica.lag(connection) or 0) > 0
    # it goes on, and is asked again
    told(following, "SELECT pg_wal_replay_resume()")
    until = time.monotonic() + 30
    while replica.asked == asked and time.monotonic() < until:
        moment[0] += 60
        search(both[0], reader, SUBJECTS[0][0])
    assert replica.asked > asked and same()
    # it is gone
    postgresql_place.run("pg_ctl", "-D", str(postgresql_place.home / "replica"), "-m", "immediate", "stop")
    assert same()
    with first.connect() as connection:
        assert replica.lag(connection) is None
