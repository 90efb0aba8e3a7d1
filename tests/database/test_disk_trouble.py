from __future__ import annotations

import errno
import resource
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from learninglion.database.files import disk_trouble
from learninglion.sample import sample_documents


def test_what_is_no_trouble_of_a_disk_is_left_to_others() -> None:
    assert disk_trouble(ValueError("anders")) is None
    assert disk_trouble(FileNotFoundError(errno.ENOENT, "weg", "x")) is None


@pytest.mark.parametrize(
    ("number", "words"), [(errno.ENOSPC, "vol"), (errno.EROFS, "schrijfrechten"), (errno.EIO, "fouten")]
)
def test_the_system_is_understood_also_below_another_error(number: int, words: str) -> None:
    try:
        try:
            raise OSError(number, "system")
        except OSError as error:
            raise RuntimeError("outer") from error
    except RuntimeError as error:
        assert words in (disk_trouble(error) or "")


def test_sqlite_is_understood_within_its_wrapper(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "x.db")
    connection.execute("CREATE TABLE t (x)")
    connection.execute("PRAGMA max_page_count = 2")
    with pytest.raises(sqlite3.OperationalError) as caught:
        connection.execute("INSERT INTO t VALUES (zeroblob(1000000))")
    assert "vol" in (disk_trouble(OperationalError("insert", {}, caught.value)) or "")


def test_a_log_of_sqlite_that_could_not_grow_is_a_full_disk() -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE
    assert "vol" in (disk_trouble(error) or "")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_READ
    assert "fouten" in (disk_trouble(error) or "")


def test_a_command_says_it_in_one_line(tmp_path: Path) -> None:
    """A limit on the size of files stands for a full disk."""
    code = "from learninglion.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "ingest", str(sample_documents()[0])],
        capture_output=True,
        text=True,
        timeout=120,
        env={
            "LEARNINGLION_HOME": str(tmp_path),
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": ":".join(sys.path),
            "PYTHONDONTWRITEBYTECODE": "1",  # a module's bytecode would be cut off too, and be kept
        },
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000)),
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "schijf" in done.stderr
