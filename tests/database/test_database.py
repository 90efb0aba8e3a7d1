from __future__ import annotations

import importlib
import os
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, create_engine, event, inspect, text

from learninglion.database import engine as database
from learninglion.database.engine import HEAD, Moment, open_database, reading, upgrade, writing
from learninglion.database.files import exclusive
from learninglion.models.errors import ConflictError, InputError, IntegrityError

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "learninglion"


def table_modules() -> list[str]:
    """Every module of ours that defines tables."""
    return [
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        for path in sorted(PACKAGE.rglob("*.py"))
        if "= new_metadata()" in path.read_text("utf-8")
    ]


def test_migrations_make_exactly_the_tables_that_the_code_declares(database_url: str) -> None:
    assert {"learninglion.store.schema", "learninglion.record.dossiers", "learninglion.record.log"} <= set(
        table_modules()
    )
    declared = MetaData(naming_convention=database.NAMING)
    for name in table_modules():
        for table in importlib.import_module(name).metadata.tables.values():
            table.to_metadata(declared)
    engine = open_database(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, declared) == []
    engine.dispose()


def test_head_is_the_newest_step() -> None:
    config = Config()
    config.set_main_option("script_location", str(PACKAGE / "database" / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_an_older_database_grows_with_its_data(database_url: str) -> None:
    fresh = open_at(database_url, "0001")
    with writing(fresh) as connection:
        connection.execute(
            text("INSERT INTO collections (key, name, description, created_at) VALUES (1, 'oud', '', '2026')")
        )
        connection.execute(text("UPDATE counters SET value = 41 WHERE name = 'change'"))
    assert "log_entries" not in inspect(fresh).get_table_names()
    fresh.dispose()

    grown = open_database(database_url)
    with reading(grown) as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == HEAD
        assert connection.execute(text("SELECT name FROM collections")).scalars().all() == ["oud"]
        kept = connection.execute(text("SELECT value FROM counters WHERE name = 'change'"))
        assert kept.scalar_one() == 41
    assert "log_entries" in inspect(grown).get_table_names()
    grown.dispose()


def test_every_step_only_adds_so_that_a_server_of_before_goes_on(tmp_path: Path) -> None:
    """What an older program reads stays where it is, and what it writes is taken."""
    url = f"sqlite:///{tmp_path / 'x.db'}"
    steps = [f"{number:04}" for number in range(1, int(HEAD) + 1)]
    before: dict[str, dict[str, dict]] = {}
    for step in steps:
        engine = open_at(url, step)
        tables = inspect(engine)
        now = {name: {c["name"]: c for c in tables.get_columns(name)} for name in tables.get_table_names()}
        engine.dispose()
        for table, columns in before.items():
            assert columns.keys() <= now[table].keys(), (step, table)
            for name in now[table].keys() - columns.keys():
                column = now[table][name]
                assert column["nullable"] or column["default"] is not None, (step, table, name)
            for name, column in columns.items():
                assert str(now[table][name]["type"]) == str(column["type"]), (step, table, name)
                assert now[table][name]["nullable"] >= column["nullable"], (step, table, name)
        before = now


def open_at(url: str, revision: str):
    """A database at an older revision, opened in the same way as the newest."""
    engine = (
        database._open_sqlite(database.make_url(url))
        if url.startswith("sqlite")
        else database._open_postgresql(database.make_url(url))
    )
    event.listen(engine, "begin", database._begin)
    upgrade(engine, revision)
    return engine


def test_a_step_that_fails_leaves_the_old_schema_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    open_at(url, "0001").dispose()
    monkeypatch.setattr(
        "alembic.op.create_index", lambda *a, **k: (_ for _ in ()).throw(RuntimeError("no space"))
    )
    with pytest.raises(RuntimeError):
        open_database(url)
    monkeypatch.undo()
    engine = create_engine(url)
    names = inspect(engine).get_table_names()
    assert "log_entries" not in names and "documents" in names
    engine.dispose()
    open_database(url).dispose()


def test_a_database_of_a_newer_program_is_refused(database_url: str) -> None:
    engine = open_database(database_url)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(ConflictError, match="9999"):
        open_database(database_url)


def test_sqlite_is_set_up_to_survive_a_power_cut(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'map' / 'x.db'}")
    with reading(engine) as connection:
        read = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    assert read == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
    for file in (tmp_path / "map").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    engine.dispose()


def test_a_failed_transaction_leaves_nothing(database_url: str) -> None:
    engine = open_database(database_url)
    with pytest.raises(RuntimeError), writing(engine) as connection:
        connection.execute(text("UPDATE counters SET value = 7 WHERE name = 'change'"))
        raise RuntimeError
    with reading(engine) as connection:
        value = connection.execute(text("SELECT value FROM counters WHERE name = 'change'"))
        assert value.scalar_one() == 0
    engine.dispose()


def test_a_value_that_no_database_has_room_for_is_wrong_input(database_url: str) -> None:
    engine = open_database(database_url)
    asked = text("SELECT seq FROM log_entries WHERE seq = :seq AND action = :action")
    with pytest.raises(InputError, match="te groot"), reading(engine) as connection:
        connection.execute(asked, {"seq": 10**30, "action": "a\0b"})  # SQLite minds one, PostgreSQL the other
    with reading(engine) as connection:
        assert connection.execute(asked, {"seq": 1, "action": "x"}).all() == []
    engine.dispose()


def test_a_reader_sees_one_moment(database_url: str) -> None:
    engine = open_database(database_url)
    query = text("SELECT value FROM counters WHERE name = 'change'")
    with reading(engine) as reader:
        before = reader.execute(query).scalar_one()
        with writing(engine) as connection:
            connection.execute(text("UPDATE counters SET value = value + 1 WHERE name = 'change'"))
        assert reader.execute(query).scalar_one() == before
    with reading(engine) as reader:
        assert reader.execute(query).scalar_one() == before + 1
    engine.dispose()


@pytest.mark.parametrize("processes", [4])
def test_processes_that_start_together_set_up_one_database(database_url: str, processes: int) -> None:
    code = "import sys; from learninglion.database import engine; engine.open_database(sys.argv[1]).dispose()"
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    running = [
        subprocess.Popen([sys.executable, "-c", code, database_url], stderr=subprocess.PIPE, env=environment)
        for _ in range(processes)
    ]
    said = [process.communicate(timeout=60)[1].decode() for process in running]
    assert [process.returncode for process in running] == [0] * processes, said
    engine = open_database(database_url)
    with reading(engine) as connection:
        names = connection.execute(text("SELECT name FROM counters ORDER BY name")).scalars().all()
    assert names == sorted(set(names)) and "document" in names
    engine.dispose()


def test_the_mode_of_a_new_file_is_set_by_one_process_at_a_time(tmp_path: Path) -> None:
    opened = threading.Event()

    def go() -> None:
        open_database(f"sqlite:///{tmp_path / 'x.db'}").dispose()
        opened.set()

    with exclusive(tmp_path / "x.db-lock", "een ander proces"):
        thread = threading.Thread(target=go)
        thread.start()
        assert not opened.wait(0.3)
    assert opened.wait(30)
    thread.join()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://u@h/x", "geen adres"])
def test_an_address_that_cannot_be_used_is_refused_in_words(url: str) -> None:
    with pytest.raises(InputError):
        open_database(url)


def test_a_server_that_does_not_answer_is_an_input_error_without_the_password() -> None:
    with pytest.raises(InputError) as caught:
        open_database("postgresql://u:geheim@127.0.0.1:9/x")
    assert "geheim" not in caught.value.detail


def test_a_file_that_is_no_database_is_an_integrity_error(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(b"This is not a database at all." * 100)
    with pytest.raises(IntegrityError):
        open_database(f"sqlite:///{path}")
    assert path.read_bytes().startswith(b"This is not")


def test_a_folder_without_rights_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "bestand").write_text("x")
    with pytest.raises(InputError):
        open_database(f"sqlite:///{tmp_path / 'bestand' / 'x.db'}")


def test_a_moment_is_kept_in_utc_and_sorts_as_text() -> None:
    kind, dialect = Moment(), create_engine("sqlite://").dialect
    summer = datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    kept = kind.process_bind_param(summer, dialect)
    assert kept == "2026-07-01T10:00:00.000000+00:00"
    assert kind.process_result_value(kept, dialect) == summer
    later = kind.process_bind_param(datetime(2026, 7, 1, 10, 0, 0, 1, tzinfo=UTC), dialect)
    assert kept < later
    with pytest.raises(ValueError, match="time zone"):
        kind.process_bind_param(datetime(2026, 7, 1), dialect)  # noqa: DTZ001
