"""For who looks after the server: whether it is ready, what it logs, and that it stops when it is told to."""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from fastapi.testclient import TestClient
from web_office import EVERYTHING, Office, documents

from learninglion.database.engine import open_database
from learninglion.settings import LogSettings
from learninglion.web.app import start_log
from learninglion.workflow import WorkplaceOptions, working
from learninglion.workflow.jobs import BULK, Jobs
from learninglion.workflow.workplace import Readiness


def parts(office: Office) -> tuple[int, dict[str, str]]:
    """What /ready says, looked at anew."""
    object.__setattr__(office.site, "readiness", Readiness(office.workplace))
    answer = TestClient(office.app, base_url="http://127.0.0.1").get("/ready")
    return answer.status_code, answer.json()["parts"]


def test_ready_tells_the_truth(make_office: Callable[..., Office], monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{closed.getsockname()[1]}/v1"
    office = make_office(LEARNINGLION_GENERATOR_KIND="openai", LEARNINGLION_GENERATOR_BASE_URL=base)
    home = office.settings.home
    office.workplace.intake.ingest(documents()[:1], actor=EVERYTHING)
    status, told = parts(office)
    assert status == 200
    assert told == {"database": "well", "disk": "well", "index": "well", "log": "well"} | {
        "model": "doubtful",  # nothing listens there
        "queue": "well",
    }
    monkeypatch.setattr(type(office.workplace.indexing), "behind", lambda self: 3)
    assert parts(office)[1]["index"] == "doubtful"
    for free, state in ((3 << 30, "doubtful"), (1 << 29, "wrong")):
        monkeypatch.setattr(shutil, "disk_usage", lambda _, free=free: SimpleNamespace(free=free))
        assert parts(office)[1]["disk"] == state
    monkeypatch.undo()
    anchor = (home / "log-anchor.json").rename(home / "elders.json")
    status, told = parts(office)
    assert (status, told["log"]) == (503, "wrong")
    anchor.rename(home / "log-anchor.json")
    assert parts(office)[0] == 200


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    kept = logging.root.handlers[:], logging.root.level
    start_log(LogSettings("server.log", json=True, requests=True, megabytes=0.02, files=3), tmp_path)
    yield tmp_path / "server.log"
    logging.basicConfig(handlers=kept[0], level=kept[1], force=True)


def test_a_request_can_be_followed_and_says_nothing_of_what_was_asked(office: Office, log_file: Path) -> None:
    browser = office.browser("noor")
    given = browser.get("/search?q=geheimewoorden", headers={"X-Request-ID": "proxy-12345678"})
    assert given.headers["X-Request-ID"] == "proxy-12345678"
    for odd in ("x", "a b c d e f g h", "é" * 9, "a" * 65):
        made = browser.get("/health", headers={"X-Request-ID": odd.encode()}).headers["X-Request-ID"]
        assert made != odd and len(made) == 16
    lines = [json.loads(line) for line in log_file.read_text().splitlines()]
    (followed,) = [line for line in lines if line.get("request") == "proxy-12345678"]
    assert (followed["route"], followed["status"], followed["method"]) == ("/search", 200, "GET")
    assert followed["ms"] >= 0 and "geheimewoorden" not in log_file.read_text()


def test_a_fault_is_logged_with_its_place_and_without_its_words(office: Office, log_file: Path) -> None:
    @office.app.get("/breekt-nu")
    def breaks() -> None:
        raise ValueError("de geheime vraag van noor")

    client = TestClient(office.app, base_url="http://127.0.0.1", raise_server_exceptions=False)
    answer = client.get("/breekt-nu", headers={"X-Request-ID": "fout-12345678"})
    assert (answer.status_code, answer.headers["X-Request-ID"]) == (500, "fout-12345678")
    office.app.router.routes.pop()
    text = log_file.read_text()
    faults = [line for line in map(json.loads, text.splitlines()) if "error" in line]
    assert faults and all(line["request"] == "fout-12345678" for line in faults)
    assert "ValueError" in text and "breaks" in text and "geheime" not in text


def test_the_log_is_bounded(log_file: Path) -> None:
    for number in range(2000):
        logging.getLogger("proef").warning("regel %d van veel", number)
    files = sorted(log_file.parent.glob("server.log*"))
    assert len(files) == 3 and sum(f.stat().st_size for f in files) <= 60_000
    assert log_file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("as_json", [True, False])
def test_what_people_sent_makes_no_line_of_its_own(log_file: Path, tmp_path: Path, as_json: bool) -> None:
    start_log(LogSettings("server.log", json=as_json), tmp_path)
    logging.getLogger("x").warning("odd: %s", "a\r\nb\x1b[2Jc\u2028d\x85e")
    text = log_file.read_text()
    assert text.count("odd") == 1 and "b" in text
    if as_json:
        assert json.loads(text)["message"].startswith("odd: a")
    else:
        assert text.rstrip("\n").isprintable()


@pytest.mark.slow
def test_told_to_stop_it_ends_within_ten_seconds_also_while_embedding(tmp_path: Path) -> None:
    """The real model on a text that keeps it busy for a minute; the job goes back in the queue."""
    home = tmp_path / "home"
    with working(WorkplaceOptions(home=home)) as workplace:
        inbox = home / "inbox"
        inbox.mkdir()
        words = [f"Zin {n} gaat over onderwerp {n % 97} in gemeente {n % 89}." for n in range(12_000)]
        (inbox / "lang.txt").write_text("\n\n".join(" ".join(words[n : n + 8]) for n in range(0, 12_000, 8)))
        told = {"collection": "default", "folder": str(inbox)}
        job = workplace.jobs.start(EVERYTHING, "ingest.inbox", told, priority=BULK)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-c", "from learninglion.cli import main; main()", "serve", "--port", str(port)],
        env={**os.environ, "LEARNINGLION_HOME": str(home)},
        stdout=subprocess.DEVNULL,
    )
    engine = open_database(home / "learninglion.db")
    jobs = Jobs(engine)
    try:
        for _ in range(1200):
            if any(e.data.get("done") == 1 for e in jobs.events(job.id, 0)[0]):
                break  # it is stored; what follows is embedding
            assert server.poll() is None
            time.sleep(0.1)
        else:
            raise AssertionError("it never came to embedding")
        time.sleep(1)
        began = time.monotonic()
        server.send_signal(signal.SIGTERM)
        assert server.wait(15) == 0
        assert time.monotonic() - began < 10
        assert jobs.queue().waiting == 1
    finally:
        server.kill()
        engine.dispose()
    with working(WorkplaceOptions(home=home)) as workplace:
        assert workplace.log.verify(EVERYTHING).ok
        assert list(workplace.log.misfits(EVERYTHING)) == []


STUCK = """
import threading, time
from learninglion.web import app as serving

class Stuck:
    def stop(self, seconds: float) -> None:
        time.sleep(60)  # waits to write, behind a large document

serving._LAST = 0.5
serving._begin_to_end(Stuck())
time.sleep(60)
"""


def test_it_ends_though_work_cannot_be_given_back() -> None:
    began = time.monotonic()
    assert subprocess.run([sys.executable, "-c", STUCK], timeout=50).returncode == 0
    assert time.monotonic() - began < 30
