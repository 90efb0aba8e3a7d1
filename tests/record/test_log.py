from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from learninglion.database.engine import open_database, writing
from learninglion.models.errors import IntegrityError
from learninglion.record.log import GENESIS, EventLog, Head

SOURCE = Path(__file__).resolve().parents[2] / "src"


@pytest.fixture
def engine(ready_url: str) -> Iterator[Engine]:
    engine = open_database(ready_url)
    yield engine
    engine.dispose()


@pytest.fixture
def anchor(tmp_path: Path) -> Path:
    return tmp_path / "log-head.json"


@pytest.fixture
def log(engine: Engine, anchor: Path) -> EventLog:
    return EventLog(engine, anchor)


def fill(log: EventLog, count: int = 5) -> None:
    for n in range(1, count + 1):
        log.append("search", actor="jansen", subject=f"vraag {n}", details={"hits": [n, 1.5, None, "é"]})


def unguarded(engine: Engine, *statements: str) -> None:
    """What somebody with the rights of the database itself could do."""
    with writing(engine) as connection:
        if engine.dialect.name == "sqlite":
            for name in ("no_update", "no_delete", "follow"):
                connection.execute(text(f"DROP TRIGGER IF EXISTS log_entries_{name}"))
        else:
            connection.execute(text("ALTER TABLE log_entries DISABLE TRIGGER USER"))
        for statement in statements:
            connection.execute(text(statement))


def test_entries_follow_each_other(log: EventLog, anchor: Path) -> None:
    assert log.verify().ok and log.head() == Head(0, GENESIS)
    fill(log)
    entries = log.entries()
    assert [e.seq for e in entries] == [1, 2, 3, 4, 5]
    assert [e.previous for e in entries] == [GENESIS, *(e.hash for e in entries[:-1])]
    assert entries[1].details == {"hits": [2, 1.5, None, "é"]} and entries[1].actor == "jansen"
    report = log.verify()
    assert report.ok and report.head == log.head() == Head(5, entries[-1].hash)
    assert json.loads(anchor.read_text()) == {"count": 5, "hash": entries[-1].hash}


def test_entries_come_in_pages(log: EventLog) -> None:
    fill(log, 7)
    assert [e.seq for e in log.entries(limit=3)] == [1, 2, 3]
    assert [e.seq for e in log.entries(after=3, limit=3)] == [4, 5, 6]
    assert [e.seq for e in log.entries(limit=2, newest_first=True)] == [7, 6]
    assert [e.seq for e in log.entries(after=6, limit=2, newest_first=True)] == [5, 4]
    assert [e.seq for e in log.entries(subject="vraag 3")] == [3]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE log_entries SET actor = 'iemand anders' WHERE seq = 2",
        "DELETE FROM log_entries WHERE seq = 5",
        "DELETE FROM log_entries",
        "INSERT INTO log_entries SELECT 9, at, actor, action, subject, details, previous, 'x' "
        "FROM log_entries WHERE seq = 5",
        "INSERT INTO log_entries SELECT 6, at, actor, action, subject, details, previous, 'x' "
        "FROM log_entries WHERE seq = 5",
    ],
)
def test_the_database_itself_refuses_to_change_the_log(engine: Engine, log: EventLog, statement: str) -> None:
    fill(log)
    with pytest.raises(DBAPIError, match="append-only"), writing(engine) as connection:
        connection.execute(text(statement))
    assert log.verify().ok and log.head().count == 5


def test_replacing_and_truncating_are_refused_too(engine: Engine, log: EventLog) -> None:
    fill(log)
    statement = (
        "INSERT OR REPLACE INTO log_entries SELECT 5, at, 'x', action, subject, details, previous, hash "
        "FROM log_entries WHERE seq = 5"
        if engine.dialect.name == "sqlite"
        else "TRUNCATE log_entries"
    )
    with pytest.raises(DBAPIError, match="append-only"), writing(engine) as connection:
        connection.execute(text(statement))
    assert log.verify().ok


@pytest.mark.parametrize(
    ("statement", "broken", "words"),
    [
        ("UPDATE log_entries SET actor = 'x' WHERE seq = 3", 3, "veranderd"),
        ("UPDATE log_entries SET action = 'x' WHERE seq = 1", 1, "veranderd"),
        ("UPDATE log_entries SET subject = 'x' WHERE seq = 5", 5, "veranderd"),
        ("UPDATE log_entries SET details = '{}' WHERE seq = 4", 4, "veranderd"),
        ("UPDATE log_entries SET at = '2020-01-01T00:00:00.000000+00:00' WHERE seq = 2", 2, "veranderd"),
        ("UPDATE log_entries SET at = 'gisteren' WHERE seq = 2", 2, "veranderd"),
        (f"UPDATE log_entries SET previous = '{GENESIS}' WHERE seq = 3", 3, "sluit niet aan"),
        ("DELETE FROM log_entries WHERE seq = 1", 1, "ontbreekt"),
        ("DELETE FROM log_entries WHERE seq = 3", 3, "ontbreekt"),
        ("DELETE FROM log_entries WHERE seq = 5", 5, "regel 5 tot en met 5 ontbreken aan het einde"),
        ("DELETE FROM log_entries WHERE seq > 2", 3, "regel 3 tot en met 5 ontbreken aan het einde"),
        ("DELETE FROM log_entries", 1, "regel 1 tot en met 5 ontbreken aan het einde"),
        ("UPDATE log_entries SET seq = 6 WHERE seq = 5", 5, "ontbreekt"),
    ],
)
def test_every_change_is_noticed_at_its_place(
    engine: Engine, log: EventLog, statement: str, broken: int, words: str
) -> None:
    fill(log)
    unguarded(engine, statement)
    report = log.verify()
    assert (report.ok, report.first_broken) == (False, broken)
    assert words in report.problem
    assert report.head.count == broken - 1


def test_a_chain_that_was_made_anew_is_not_the_one_that_was_anchored(
    engine: Engine, log: EventLog, tmp_path: Path
) -> None:
    fill(log)
    unguarded(engine, "DELETE FROM log_entries")
    forger = EventLog(engine, tmp_path / "other-anchor.json")
    fill(forger, 6)
    assert forger.verify().ok
    report = log.verify()
    assert (report.ok, report.first_broken) == (False, 5)
    log.append("search", actor="jansen")
    assert not log.verify().ok, "an honest entry on top must not hide it"


def test_a_cut_is_found_by_a_server_that_only_looked(engine: Engine, log: EventLog, tmp_path: Path) -> None:
    other = EventLog(engine, tmp_path / "other-anchor.json")
    fill(log)
    assert other.anchor_problem() == ""
    unguarded(engine, "DELETE FROM log_entries WHERE seq = (SELECT max(seq) FROM log_entries)")
    report = other.verify()
    assert not report.ok and "ontbreken aan het einde" in report.problem
    assert other.anchor_problem()


def test_an_anchor_that_is_behind_is_no_harm(engine: Engine, log: EventLog, anchor: Path) -> None:
    fill(log, 2)
    behind = anchor.read_bytes()
    fill(log, 2)
    anchor.write_bytes(behind)  # as after a crash between a commit and its anchor
    assert log.verify().ok
    log.append("search", actor="jansen")
    assert json.loads(anchor.read_text())["count"] == 5


def test_going_on_after_a_cut_does_not_hide_it(engine: Engine, log: EventLog) -> None:
    fill(log)
    unguarded(engine, "DELETE FROM log_entries WHERE seq > 3")
    for _ in range(4):
        log.append("search", actor="jansen")
    report = log.verify()
    assert (report.ok, report.first_broken) == (False, 5)


@pytest.mark.parametrize("spoil", [Path.unlink, lambda p: p.write_text("{}"), lambda p: p.write_text("x")])
def test_a_missing_or_spoilt_anchor_is_noticed_until_accepted(
    engine: Engine, log: EventLog, anchor: Path, spoil
) -> None:
    fill(log)
    spoil(anchor)
    assert "ankerbestand" in log.verify().problem
    again = EventLog(engine, anchor)
    again.append("search", actor="jansen")
    assert not again.verify().ok
    entry = again.accept(actor="beheer", reason="schijf vervangen")
    assert (entry.action, entry.details["reason"]) == ("log.accept", "schijf vervangen")
    assert again.verify().ok
    again.append("search", actor="jansen")
    assert again.verify().ok and json.loads(anchor.read_text())["count"] == 8


def test_a_backup_that_was_put_back_can_be_accepted_and_shows(engine: Engine, log: EventLog) -> None:
    fill(log)
    unguarded(engine, "DELETE FROM log_entries WHERE seq > 3")
    entry = log.accept(actor="beheer", reason="reservekopie teruggezet")
    was = entry.details["anchor_was"]
    assert isinstance(was, dict) and was["count"] == 5
    assert log.verify().ok


def test_a_broken_chain_cannot_be_accepted(engine: Engine, log: EventLog) -> None:
    fill(log)
    unguarded(engine, "UPDATE log_entries SET actor = 'x' WHERE seq = 3")
    with pytest.raises(IntegrityError, match="regel 3"):
        log.accept(actor="beheer", reason="laat maar")
    assert not log.verify().ok


def test_an_entry_stands_or_falls_with_its_transaction(engine: Engine, log: EventLog) -> None:
    fill(log, 2)
    with pytest.raises(RuntimeError), writing(engine) as connection:
        log.append_within(connection, "dossier.delete", actor="jansen")
        raise RuntimeError
    assert log.head().count == 2
    fill(log, 1)
    assert log.verify().ok and log.head().count == 3


def test_processes_that_write_together_make_one_line(ready_url: str, log: EventLog, anchor: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from learninglion.database.engine import open_database\n"
        "from learninglion.record.log import EventLog\n"
        "log = EventLog(open_database(sys.argv[1]), Path(sys.argv[2]))\n"
        "for n in range(40): log.append('search', actor=sys.argv[3], details={'n': n})\n"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code, ready_url, str(anchor), f"persoon {i}"],
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(SOURCE)},
        )
        for i in range(3)
    ]
    said = [process.communicate(timeout=120)[1].decode() for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], said
    report = log.verify()
    assert report.ok and report.head.count == 120
    assert json.loads(anchor.read_text())["count"] == 120
    for person in range(3):
        mine = [e.details["n"] for e in log.entries(limit=200) if e.actor == f"persoon {person}"]
        assert mine == list(range(40))
