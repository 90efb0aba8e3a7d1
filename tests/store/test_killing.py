from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from killing import COLLECTION, DOCUMENTS, VERSIONS, stamp, wanted
from learninglion.database.engine import open_database, reading
from learninglion.record.log import EventLog
from learninglion.store.schema import changes, ingest_files, passages, sources
from learninglion.store.store import Store

HERE = Path(__file__).resolve().parents[1]


def run(script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(HERE), str(HERE.parent / "src")])
    return subprocess.run(
        [sys.executable, str(script), *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": path},
    )


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1])
def test_killing_at_any_moment_loses_and_doubles_nothing(
    database_url: str, tmp_path: Path, seed: int
) -> None:
    ended = run(HERE / "killing.py", database_url, str(tmp_path), str(seed))
    assert ended.returncode == 0, ended.stderr
    assert int(ended.stdout) >= 10
    acknowledged = (tmp_path / "acknowledged").read_text().splitlines()
    assert len(acknowledged) == len(set(acknowledged)) > DOCUMENTS

    engine = open_database(database_url)
    store = Store(engine, tmp_path)
    expected = {number: wanted(number, VERSIONS) for number in range(1, DOCUMENTS + 1)}
    assert store.counts(None).documents == DOCUMENTS
    for number, (document, entries, original) in expected.items():
        assert store.document(document.id, None) == document
        assert store.original(document.id, None) == original
        assert [s.id for s in store.sources_of(document.id, None)] == [s.id for s, _ in entries]
        history = store.history(document.id, None)
        assert [v.number for v in history] == list(range(1, VERSIONS + 1)), number
        assert store.version(document.id, 1, None) == wanted(number, 1)[0]
    with reading(engine) as connection:
        kept = {
            table.name: len(connection.execute(select(table)).all())
            for table in (sources, passages, ingest_files)
        }
        numbers = connection.scalars(select(changes.c.seq).order_by(changes.c.seq)).all()
    assert kept["sources"] == sum(len(e) for _, e, _ in expected.values())
    assert kept["passages"] == sum(len(p) for _, e, _ in expected.values() for _, p in e)
    assert numbers == list(range(1, DOCUMENTS * VERSIONS + 1))
    assert kept["ingest_files"] == DOCUMENTS
    assert all(store.journal.taken_in(stamp(n, VERSIONS), COLLECTION) for n in expected)

    store.sweep(min_age_seconds=0)
    assert len(list(store.originals.list())) == DOCUMENTS * VERSIONS
    assert not list((tmp_path / "incoming").iterdir())
    assert list(store.check_originals()) == []
    assert EventLog(engine, tmp_path / "log-head.json").verify().ok
    engine.dispose()


@pytest.mark.slow
def test_a_second_ingest_waits_for_the_first(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    code = "import sys; from pathlib import Path; from killing import ingest; "
    code += f"ingest({url!r}, Path(sys.argv[1]))"
    path = os.pathsep.join([str(HERE), str(HERE.parent / "src")])
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)],
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=120)[1] for process in running]
    assert [process.returncode for process in running] == [0, 0], said
    lines = (tmp_path / "acknowledged").read_text().splitlines()
    assert len(lines) == len(set(lines)) == DOCUMENTS * VERSIONS  # the second found nothing left to do
