from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from learninglion.database.files import exclusive, holder
from learninglion.models.errors import ConflictError, InputError

HOLD = """
import sys, time
from pathlib import Path
from learninglion.database.files import exclusive
with exclusive(Path(sys.argv[1]), "documenten opnemen"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def other(tmp_path: Path):
    """Another process that holds the lock."""
    source = str(Path(__file__).resolve().parents[2] / "src")
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "x.lock")],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": source},
    )
    assert process.stdout is not None and process.stdout.readline() == b"held\n"
    yield process
    process.kill()
    process.wait()


def test_who_comes_second_hears_who_is_first(tmp_path: Path, other: subprocess.Popen[bytes]) -> None:
    with (
        pytest.raises(ConflictError, match=f"documenten opnemen.*proces {other.pid}"),
        exclusive(tmp_path / "x.lock", "iets anders"),
    ):
        pytest.fail("two at once")
    found = holder(tmp_path / "x.lock")
    assert found is not None and (found.pid, found.purpose) == (other.pid, "documenten opnemen")


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path, other: subprocess.Popen[bytes]) -> None:
    os.kill(other.pid, signal.SIGKILL)
    other.wait()
    assert holder(tmp_path / "x.lock") is None
    with exclusive(tmp_path / "x.lock", "overnemen"):
        found = holder(tmp_path / "x.lock")
        assert found is not None and found.pid == os.getpid()


def test_who_waits_goes_on_when_the_other_is_gone(tmp_path: Path, other: subprocess.Popen[bytes]) -> None:
    timer = threading.Timer(0.5, other.kill)
    timer.start()
    with exclusive(tmp_path / "x.lock", "wachten", wait=None):
        found = holder(tmp_path / "x.lock")
        assert found is not None and found.pid == os.getpid()


def test_waiting_ends(tmp_path: Path, other: subprocess.Popen[bytes]) -> None:
    began = time.monotonic()
    with pytest.raises(ConflictError), exclusive(tmp_path / "x.lock", "wachten", wait=0.3):
        pytest.fail("two at once")
    assert time.monotonic() - began >= 0.3


def test_a_lock_is_free_after_an_error_in_its_block(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), exclusive(tmp_path / "x.lock", "fout"):
        raise RuntimeError
    assert holder(tmp_path / "x.lock") is None
    assert holder(tmp_path / "nooit.lock") is None


def test_a_lock_where_nothing_can_be_written_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "bestand").write_text("x")
    with pytest.raises(InputError), exclusive(tmp_path / "bestand" / "x.lock", "x"):
        pytest.fail("no lock")
