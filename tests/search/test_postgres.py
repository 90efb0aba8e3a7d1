"""The engine on PostgreSQL gives what the embedded one gives, on every process, whatever comes and goes."""

from __future__ import annotations

import random
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

import numpy as np
import pytest
from sqlalchemy import Connection, Engine, create_engine, text

from archives import SUBJECTS, make_archive, make_entry
from engines import Place
from learninglion.database.engine import KEPT_CONNECTIONS, open_unchanged, plain_cursor
from learninglion.inference.encoders import KnownVectors, VectorCache
from learninglion.models.errors import ConflictError
from learninglion.search import local as embedded
from learninglion.search import postgres
from learninglion.search.local import Index
from learninglion.search.postgres import Findable, PostgresIndex, Replica, rarest, supported
from learninglion.search.scoring import Tally, WordCounts, make_probe
from learninglion.search.search import query_terms, search, search_set
from learninglion.store.store import MemoryReader
from learninglion.testing import HashingEncoder

ENCODER = HashingEncoder(160)
QUESTIONS = [question for question, _ in SUBJECTS] + ["drinkwater", "Wat zegt de provincie over dijken?"]
Opened = Callable[..., PostgresIndex]


@pytest.fixture(scope="module")
def database(postgresql_server: str) -> Iterator[Engine]:
    engine = create_engine(f"{postgresql_server}/postgres".replace("postgresql:", "postgresql+psycopg:"))
    if not supported(engine):
        pytest.skip("this PostgreSQL has no pgvector")
    yield engine
    engine.dispose()


@pytest.fixture
def opened(database: Engine) -> Iterator[Opened]:
    """Opens the same index, each time as another process would."""

    def another(encoder: HashingEncoder = ENCODER, **more) -> PostgresIndex:
        return PostgresIndex(database, encoder, schema="trial", **more)

    yield another
    with database.begin() as connection:
        connection.execute(text("DROP SCHEMA IF EXISTS trial CASCADE"))


@pytest.mark.parametrize(("exact", "depth"), [(2000, 0), (1, 0), (1, 1)])
def test_both_engines_give_the_same_hits_to_the_last_bit(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exact: int, depth: int
) -> None:
    """Every source scored, candidates, and candidates that must be asked for deeper and deeper."""
    if depth:
        monkeypatch.setattr(Findable, "depth", lambda *_: depth)
    for engine in (embedded, postgres):
        monkeypatch.setattr(engine, "EXACT", exact)
    monkeypatch.setattr(postgres, "_SCORED", exact)
    reader = MemoryReader(make_archive())
    shared, own = opened(), Index(tmp_path, ENCODER)
    changes = [
        lambda: None,
        lambda: reader.put([make_entry("x", "Hoe hoog zijn de dijken?", "De dijken zijn vier meter hoog.")]),
        lambda: reader.remove("d1"),
        lambda: reader.put([make_entry("d2", "Waarom sluiten scholen?", "Er zijn te weinig leraren.")]),
    ]
    for change in changes:
        change()
        shared.update(reader)
        own.update(reader)
        for documents in (None, frozenset({"d2", "d3", "x"})):
            found = search_set(shared, reader, QUESTIONS, "Over water.", documents=documents)
            assert found == search_set(own, reader, QUESTIONS, "Over water.", documents=documents)
            assert all(found)
            assert shared.snapshot().extent(documents) == own.snapshot().extent(documents)


def test_a_second_process_sees_what_the_first_took_in_and_keeps_what_it_began_with(opened: Opened) -> None:
    reader = MemoryReader(make_archive())
    first, second = opened(), opened()
    assert not second.exists()
    first.update(reader)
    assert second.exists() and second.update(reader) == 0
    begun = second.snapshot()
    some = frozenset({"d1", "d3"})
    before = [seen_by(begun, documents).count for documents in (None, some)]
    reader.remove("d1")
    reader.put([make_entry("nieuw", "Hoe hoog zijn de dijken?", "De dijken zijn vier meter hoog.")])
    first.update(reader)
    after = [seen_by(second.snapshot(), documents).count for documents in (None, some)]
    assert [seen_by(begun, documents).count for documents in (None, some)] == before == [6, 2]
    assert after == [6, 1]
    assert begun.extent(None) == (6, 6) and begun.extent(frozenset({"nieuw"})) == (0, 0)
    assert search_set(first, reader, QUESTIONS) == search_set(second, reader, QUESTIONS)
    assert search_set(opened(), reader, QUESTIONS) == search_set(second, reader, QUESTIONS)


def test_what_went_or_came_later_or_is_not_allowed_is_not_found() -> None:
    nearest = np.array([7, 3, 9, 3, 12, 5, 1])
    everything = Findable(1, 5, np.array([3, 9]), beside=True, end=12)
    assert everything.first(nearest, 10) == [7, 5, 1] and everything.first(nearest, 2) == [7, 5]
    some = Findable(1, 2, np.array([3, 5]), beside=False, end=12)
    assert some.first(nearest, 10) == [3, 3, 5]
    nothing = np.array([], dtype=np.int64)
    assert Findable(1, 0, nothing, beside=False, end=12).first(nearest, 10) == []
    assert Findable(1, 7, nothing, beside=True, end=99).first(nearest, 10) == nearest.tolist()
    assert everything.depth(300, 1.0) == 300 and some.depth(300, 0.5) > 600


def test_what_may_be_found_is_followed_as_if_it_were_looked_up_anew(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever comes and goes, also within one step, and when what is gone is deleted (folded)."""
    monkeypatch.setattr(postgres, "_FOLD", 9)
    reader, followed, chance = MemoryReader(make_archive()), opened(), random.Random(4)
    some = frozenset({"d1", "d3", "n1", "n4", "n7"})
    looked_up = 0
    for step in range(24):
        for _ in range(chance.randint(1, 3)):
            name = chance.choice(["d1", "d2", "d3", *(f"n{n}" for n in range(9))])
            if chance.random() < 0.4:
                reader.remove(name)
            else:
                reader.put([make_entry(name, f"Wat is {name}?", f"Dat is nummer {step}.")])
            if chance.random() < 0.5:
                followed.update(reader)
        followed.update(reader)
        views = followed.snapshot(), opened().snapshot()
        assert views[0].filters is not views[1].filters
        for documents in (None, some):
            looked_up += views[0].filters.get(documents) is None
            kept, anew = (seen_by(view, documents) for view in views)
            assert kept.count == anew.count and kept.end == anew.end
            keys = np.arange(1, kept.end + 3)
            assert kept.first(keys, 999) == anew.first(keys, 999)
    assert looked_up == 2


def seen_by(view: postgres.PostgresView, documents: frozenset[str] | None) -> Findable:
    """What `view` may find, looked up where it is not known."""
    with view.engine.begin() as connection, plain_cursor(connection) as cursor:
        return view._those(cursor, documents)


def test_no_more_searches_at_once_than_connections_stay_open(
    opened: Opened, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, shared = MemoryReader(make_archive()), opened()
    shared.update(reader)
    view, now, most = shared.snapshot(), 0, 0
    found, turn = postgres.PostgresView._searched, Lock()

    def counted(*given) -> object:
        nonlocal now, most
        with turn:
            now += 1
            most = max(most, now)
        time.sleep(0.02)
        try:
            return found(*given)
        finally:
            with turn:
                now -= 1

    monkeypatch.setattr(postgres.PostgresView, "_searched", counted)
    vectors = ENCODER.encode_queries(QUESTIONS)
    probes = [make_probe(view.statistics, query_terms(q), v) for q, v in zip(QUESTIONS, vectors, strict=True)]
    with ThreadPoolExecutor(12) as pool:
        pieces = list(pool.map(lambda probe: view.candidates(probe, None), probes * 2))
    assert all(pieces) and 1 < most < KEPT_CONNECTIONS


def test_statistics_do_not_depend_on_the_way_there(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_FOLD", 3)
    monkeypatch.setattr(postgres, "_BATCH_DOCUMENTS", 2)
    reader = MemoryReader(make_archive()[::-1])
    grown = opened()
    grown.update(reader)
    reader.put([make_entry("weg", "Wat verdwijnt er?", "Dit verdwijnt weer."), make_archive()[3]])
    grown.update(reader)
    reader.remove("weg")
    grown.update(reader)
    told = grown.snapshot().statistics
    fresh = opened()
    fresh.rebuild(MemoryReader(make_archive()))
    again = fresh.snapshot().statistics
    assert told.sources == again.sources and told.mean_length == again.mean_length
    assert all(np.array_equal(told.frequency[key], again.frequency[key]) for key in told.frequency)
    assert np.array_equal(told.bodies.spread, again.bodies.spread)
    assert np.array_equal(told.questions.centre, again.questions.centre)


def test_what_is_purged_is_nowhere(opened: Opened, database: Engine) -> None:
    reader = MemoryReader(make_archive())
    index = opened()
    index.update(reader)
    index.rebuild(reader)  # the replaced generation stays for searches under way
    reader.remove("d1")
    index.update(reader)
    assert index.rows_of("d1") == 2
    index.purge()
    assert index.rows_of("d1") == 0 and index.verify() == ""
    with database.connect() as connection:
        tables = connection.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'trial' ORDER BY 1")
        ).all()
    assert tables == ["content_2", "generations", "passages_2", "sources_2", "words_2"]


def test_a_build_that_was_cut_off_goes_on(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_BATCH_DOCUMENTS", 2)
    reader = MemoryReader(make_archive())

    def dying(done: int, _total: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        opened().update(reader, dying)
    assert not opened().exists()
    told: list[tuple[int, int]] = []
    opened().update(reader, lambda done, total: told.append((done, total)))
    assert told == [(2, 2)], "the other four were there"
    assert opened().state().sources == 6


def test_another_encoder_takes_over_while_the_former_serves(opened: Opened) -> None:
    reader = MemoryReader(make_archive())
    opened().update(reader)
    other = HashingEncoder(96, name="ander")
    index = opened(other, others={ENCODER.name: ENCODER}.get)
    assert index.state().wanted == "ander" and search(index, reader, QUESTIONS[0])
    reader.remove("d5")
    assert index.update(reader) == 1 and index.state().encoder == ENCODER.name
    assert index.switch(reader) == 5
    assert (index.state().encoder, index.state().wanted, index.switch(reader)) == ("ander", "", 0)
    assert search(index, reader, QUESTIONS[0])


def test_damage_is_told(opened: Opened, database: Engine) -> None:
    index = opened()
    assert index.verify()
    index.update(MemoryReader(make_archive()))
    assert index.verify() == ""
    with database.begin() as connection:
        connection.execute(
            text("DELETE FROM trial.passages_1 WHERE source = (SELECT min(source) FROM trial.passages_1)")
        )
    assert "1 bron" in index.verify()


def test_one_process_writes_at_a_time(opened: Opened) -> None:
    reader = MemoryReader(make_archive())
    first, second = opened(), opened()

    def meanwhile(_done: int, _total: int) -> None:
        with pytest.raises(ConflictError, match="Een ander proces"):
            second.update(reader, wait=0.0)

    first.update(reader, meanwhile)
    assert second.update(reader, wait=0.0) == 0


def test_an_index_of_another_archive_is_made_again(opened: Opened) -> None:
    opened().update(MemoryReader(make_archive(), store_id="een"))
    index = opened()
    index.update(MemoryReader(make_archive()[:2], store_id="twee"))
    assert index.state().sources == 2


def test_an_index_divided_over_tablespaces_finds_the_same(
    opened: Opened, database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for engine in (embedded, postgres):
        monkeypatch.setattr(engine, "EXACT", 1)
    reader, own = MemoryReader(make_archive()), Index(tmp_path, ENCODER)
    shared = opened(tablespaces=["pg_default"] * 3)
    for change in (lambda: None, lambda: reader.remove("d1"), lambda: reader.put(make_archive()[:2])):
        change()
        own.update(reader)
        shared.update(reader)
        assert search_set(shared, reader, QUESTIONS, "") == search_set(own, reader, QUESTIONS, "")
    parts = "SELECT count(*) FROM pg_indexes WHERE schemaname = 'trial' AND indexdef LIKE '%hnsw%'"
    with database.connect() as connection:
        assert connection.execute(text(parts)).scalar() == 3
    shared.rebuild(reader)
    shared.purge()
    assert shared.verify() == ""
    assert search_set(shared, reader, QUESTIONS, "") == search_set(own, reader, QUESTIONS, "")


def test_vectors_that_are_known_are_not_made_again_and_none_are_added(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, cache = MemoryReader(make_archive()), VectorCache(tmp_path / "vectors.db")
    Index(tmp_path / "index", ENCODER, cache).update(reader)
    shared = opened(known=KnownVectors(cache))
    monkeypatch.setattr(cache, "write", None)
    texts: list[str] = []
    encode = HashingEncoder.encode_passages
    monkeypatch.setattr(
        HashingEncoder, "encode_passages", lambda self, some: texts.extend(some) or encode(self, some)
    )
    shared.update(reader)
    before = len(texts)  # those of the frame, which belong to no archive
    reader.put([make_entry("x", "Hoe hoog zijn de dijken?", "De dijken zijn vier meter hoog.")])
    shared.update(reader)
    assert texts[before:] == ["De dijken zijn vier meter hoog."]
    assert not {p.text for _, listed in make_archive() for p in listed} & set(texts)


def test_an_index_is_made_without_workers_where_shared_memory_is_short(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, ran = MemoryReader(make_archive()), []

    def short(connection: Connection, *statements: str) -> None:
        for statement in statements:
            if "hnsw" in statement and not any("max_parallel" in earlier for earlier in ran):
                ran.append(statement)
                # what PostgreSQL says of a full /dev/shm is of the class of errors of a full disk
                statement = "DO $$ BEGIN RAISE EXCEPTION 'no space' USING ERRCODE = 'disk_full'; END $$"
            else:
                ran.append(statement)
            connection.exec_driver_sql(statement)

    monkeypatch.setattr(postgres, "run", short)
    index = opened()
    index.update(reader)
    assert sum("hnsw" in statement for statement in ran) == 2 and index.verify() == ""
    assert search(index, reader, "Hoe hoog zijn de dijken?")


def test_terms_that_stand_everywhere_propose_nothing_but_where_there_are_no_others() -> None:
    words = WordCounts()
    for term, body, question in ((1, 40, 0), (2, 3, 2), (3, 50, 49), (4, 8, 0)):
        words.frequency["body", "stems"][term] = body
        words.frequency["asked", "stems"][term] = question
    nothing = Tally(0, np.zeros(2), np.zeros((2, 2))).cloud()
    statistics = words.statistics(nothing, nothing)
    heaviest_first = [(2, 9.0), (4, 8.0), (1, 2.0), (3, 1.0), (5, 0.0)]
    assert rarest(statistics, "stems", heaviest_first, 50) == [(2, 9.0), (4, 8.0)]
    assert rarest(statistics, "stems", heaviest_first, 53) == [(2, 9.0), (4, 8.0), (1, 2.0)]
    assert rarest(statistics, "stems", [(3, 4.0), (2, 1.0)], 50) == [(2, 1.0)]
    assert rarest(statistics, "stems", [(3, 4.0), (1, 1.0)], 50, least=1) == [(3, 4.0)]
    assert rarest(statistics, "stems", [(5, 0.0)], 50, least=1) == []


MODEL = HashingEncoder(64)
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
    both = [PostgresIndex(first, MODEL, schema=SCHEMA, replica=chosen) for chosen in (replica, None)]
    both[0].update(reader)
    until = time.monotonic() + 30
    while not replica.searches and time.monotonic() < until:
        moment[0] += 60
        search(both[0], reader, SUBJECTS[0][0])
    same: Callable[[], bool] = lambda: all(  # noqa: E731
        search(both[0], reader, q) == search(both[1], reader, q) for q, _ in SUBJECTS
    )
    asked = replica.searches
    assert asked and same() and replica.searches >= asked + len(SUBJECTS)
    # it stands still: what is new is found all the same
    told(following, "SELECT pg_wal_replay_pause()")
    reader.put([make_entry("x", "Hoe hoog zijn de dijken?", "De dijken zijn vier meter hoog.")])
    both[0].update(reader)
    asked, spared = replica.searches, replica.spared
    assert same() and replica.searches == asked and replica.spared > spared
    assert search(both[0], reader, "Hoe hoog zijn de dijken?")[0].source.document.id == "x"
    with first.connect() as connection:
        assert (replica.lag(connection) or 0) > 0
    # it goes on, and is asked again
    told(following, "SELECT pg_wal_replay_resume()")
    until = time.monotonic() + 30
    while replica.searches == asked and time.monotonic() < until:
        moment[0] += 60
        search(both[0], reader, SUBJECTS[0][0])
    assert replica.searches > asked and same()
    # it is gone
    postgresql_place.run("pg_ctl", "-D", str(postgresql_place.home / "replica"), "-m", "immediate", "stop")
    assert same()
    with first.connect() as connection:
        assert replica.lag(connection) is None
