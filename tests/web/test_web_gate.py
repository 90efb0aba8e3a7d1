"""Strangers cost nothing: what is read of a request, from whom, how much and for how long."""

from __future__ import annotations

import asyncio
import ctypes
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send
from web_office import Office

from learninglion.models import Role
from learninglion.models.errors import BusyError
from learninglion.web import app as serving
from learninglion.web.access import csrf_token
from learninglion.web.app import PatientProtocol, create_app, make_worker
from learninglion.web.gate import Gate, limit_of
from learninglion.workflow.accounts import HashingTurns, SessionKind


class Body:
    """A body that counts how much of it was asked for."""

    def __init__(self, parts: int, size: int = 100_000) -> None:
        self.left, self.size, self.given = parts, size, 0

    async def receive(self) -> Message:
        self.left -= 1
        self.given += self.size
        return {"type": "http.request", "body": b"x" * self.size, "more_body": self.left > 0}


def asked(office: Office, path: str, body: Body, *headers: tuple[bytes, bytes]) -> int:
    """The status that comes of one request, given straight to the application."""
    sort = b"application/json" if "/api/" in path else b"application/x-www-form-urlencoded"
    scope: Scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "scheme": "http",
        "query_string": b"",
        "http_version": "1.1",
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "headers": [(b"host", b"127.0.0.1"), (b"content-type", sort), *headers],
    }
    statuses: list[int] = []

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    asyncio.run(office.app(scope, body.receive, send))
    assert len(statuses) == 1
    return statuses[0]


def token(office: Office, name: str) -> tuple[bytes, bytes]:
    made = office.site.workplace.accounts.open_session(name, timedelta(hours=1), SessionKind.API)
    return b"authorization", f"Bearer {made}".encode()


@pytest.mark.parametrize("path", ["/api/v1/searches", "/api/v1/documents", "/sets/new", "/manage/people/add"])
def test_of_a_stranger_nothing_is_read(office: Office, path: str) -> None:
    body = Body(1000)
    assert asked(office, path, body) in (401, 303)
    assert body.given == 0


def test_of_somebody_who_may_not_upload_nothing_is_read(office: Office) -> None:
    body = Body(1000)
    assert asked(office, "/api/v1/document-jobs", body, token(office, "opsteller")) == 403
    assert body.given == 0


@pytest.mark.parametrize("path", ["/sign-in", "/set-up", "/language", "/api/v1/searches"])
def test_no_body_is_read_beyond_what_its_route_takes(office: Office, path: str) -> None:
    said = token(office, "noor")
    for headers in ((said,), (said, (b"content-length", b"999999999"))):
        body = Body(10_000)
        assert asked(office, path, body, *headers) == 413
        assert body.given <= limit_of(path).size + body.size
        assert body.given == 0 or len(headers) == 1


def test_every_limit_is_small_but_for_files() -> None:
    assert limit_of("/anything/new").size <= 2_000_000 and not limit_of("/anything/new").stranger
    assert limit_of("/sign-in").size <= 20_000


def gated(app: Any, **options: Any) -> Gate:
    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return Gate(inner, **options)


def test_a_body_that_stalls_is_answered_with_408(office: Office) -> None:
    sent: list[Message] = []

    async def stalls() -> Message:
        await asyncio.sleep(30)
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/sign-in",
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1")],
        "client": ("10.0.0.1", 1),
        "app": office.app,
        "scheme": "http",
        "server": ("127.0.0.1", 80),
        "root_path": "",
    }
    began = time.monotonic()
    asyncio.run(gated(office.app, patience=0.1)(scope, stalls, send))
    assert time.monotonic() - began < 5
    assert sent[0]["status"] == 408

    async def many() -> list[int]:
        gate = gated(office.app, patience=0.5)
        await asyncio.gather(*(gate(dict(scope), stalls, send) for _ in range(40)))
        return [m["status"] for m in sent[2:] if m["type"] == "http.response.start"]

    statuses = asyncio.run(many())
    assert statuses.count(429) == 32  # of one address only so many at once


def test_of_strangers_only_so_many_are_at_work_at_once(office: Office) -> None:
    async def busy(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass
        await asyncio.sleep(1)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def whole() -> Message:
        return {"type": "http.request", "body": b"name=x", "more_body": False}

    def scope(path: str, *headers: tuple[bytes, bytes]) -> Scope:
        return {
            "type": "http",
            "method": "POST",
            "path": path,
            "query_string": b"",
            "headers": [(b"host", b"127.0.0.1"), *headers],
            "client": ("10.0.0.1", 1),
            "app": office.app,
            "scheme": "http",
            "server": ("127.0.0.1", 80),
            "root_path": "",
        }

    async def statuses(one: Scope) -> list[int]:
        gate, told = Gate(busy), list[int]()

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                told.append(message["status"])

        async def come(after: float) -> None:
            await asyncio.sleep(after)
            await gate(dict(one), whole, send)

        await asyncio.gather(*(come(n / 100) for n in range(20)))
        return told

    assert sorted(asyncio.run(statuses(scope("/sign-in")))) == [200] * 8 + [429] * 12
    who_may = scope("/api/v1/searches", token(office, "opsteller"))
    assert asyncio.run(statuses(who_may)) == [200] * 20


@pytest.fixture
def patient(office: Office) -> Iterator[Callable[[], socket.socket]]:
    """Connections to a server that waits a second for a head, for five at once, and keeps three alive."""

    class Hasty(PatientProtocol):
        head_seconds = 1.0
        most_waiting = 5
        most_idle = 3

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = uvicorn.Config(office.app, host="127.0.0.1", port=port, log_level="error", http=Hasty, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield lambda: socket.create_connection(("127.0.0.1", port), timeout=5)
    server.should_exit = True
    thread.join(10)


def healthy(connection: socket.socket) -> bool:
    """Whether a whole answer comes on this connection."""
    connection.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    told = b""
    while not told.endswith(b"}") and (part := connection.recv(4000)):
        told += part
    return b"200 OK" in told and told.endswith(b"}")


def closed(connection: socket.socket) -> bool:
    try:
        return connection.recv(1000) == b""
    except ConnectionResetError:
        return True


def test_a_half_sent_head_is_given_up_and_a_whole_one_answered(
    patient: Callable[[], socket.socket],
) -> None:
    honest = patient()
    assert healthy(honest)
    half = patient()
    half.sendall(b"GET /health HTTP/1.1\r\nHost: 127.")
    began = time.monotonic()
    assert closed(half)
    assert 0.5 < time.monotonic() - began < 4
    crowd = [patient() for _ in range(12)]
    honest = patient()
    assert healthy(honest)
    assert closed(crowd[0])
    assert not PatientProtocol._waiting or len(PatientProtocol._waiting) <= 5


def test_of_connections_that_are_kept_alive_the_oldest_goes(patient: Callable[[], socket.socket]) -> None:
    crowd = []
    for _ in range(5):
        crowd.append(patient())
        assert healthy(crowd[-1])
    assert closed(crowd[0]) and closed(crowd[1])
    assert all(map(healthy, crowd[2:]))
    assert len(PatientProtocol._idle) <= 3


def test_a_server_keeps_a_connection_longer_than_a_proxy_uses_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    configs: list[uvicorn.Config] = []
    monkeypatch.setattr(serving._Server, "run", lambda self: configs.append(self.config))
    monkeypatch.setattr(serving.signal, "signal", lambda *_: None)
    serving.serve(office.app, office.settings.web, make_worker(office.workplace, 1))
    assert configs[0].timeout_keep_alive > 60  # nginx: keepalive_timeout of an upstream
    assert configs[0].http is PatientProtocol


BUSY_THREADS = """
import sys, threading, time
from pathlib import Path
from learninglion.web import app as serving

def anonymous() -> int:
    told = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in told if line.startswith("RssAnon")).split()[1])

def busy(together: threading.Barrier) -> None:
    parts = [bytes([n]) * 100_000 for n in range(60)]
    together.wait()
    del parts

if sys.argv[1] == "shared":
    serving._TIDY = 0.05
    serving.share_heaps()
large = bytes([1]) * 20_000_000  # by default the C library keeps as much of every heap from then on
del large
before = anonymous()
together = threading.Barrier(25)
threads = [threading.Thread(target=busy, args=(together,)) for _ in range(25)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
until = time.monotonic() + 10  # on a busy machine something small may lie on top of what is freed
while sys.argv[1] == "shared" and anonymous() > before + 20_000 and time.monotonic() < until:
    time.sleep(0.05)
print((anonymous() - before) // 1000)
"""


HOLES = """
import sys, time
from pathlib import Path
from learninglion.web import app as serving

def anonymous() -> int:
    told = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in told if line.startswith("RssAnon")).split()[1])

serving._TIDY = float(sys.argv[1])
serving.share_heaps()
parts = [bytes([n % 256]) * 50_000 for n in range(1000)]
full = anonymous()
parts = parts[::50]  # what stays lies between what is freed, up to the top of the heap
until = time.monotonic() + float(sys.argv[2])
while anonymous() > full - 30_000 and time.monotonic() < until:
    time.sleep(0.02)
print((full - anonymous()) // 1000)
"""


@pytest.mark.slow
def test_what_is_free_below_what_is_in_use_goes_back_too() -> None:
    def given_back(every: str, wait: str) -> int:
        """Megabytes of the 49 that were freed."""
        told = subprocess.run([sys.executable, "-c", HOLES, every, wait], capture_output=True, check=True)
        return int(told.stdout)

    assert given_back("0.05", "10") >= 30
    if hasattr(ctypes.CDLL(None), "malloc_trim"):  # what it is set against
        assert given_back("60", "0.3") < 30


@pytest.mark.slow
def test_memory_is_level_however_many_threads_were_busy() -> None:
    def grown(how: str) -> int:
        """Megabytes that a process keeps after 25 threads held 6 MB each at once."""
        told = subprocess.run([sys.executable, "-c", BUSY_THREADS, how], capture_output=True, check=True)
        return int(told.stdout)

    assert grown("shared") < 20
    if ctypes.CDLL(None).gnu_get_libc_version:  # what it is set against
        assert grown("by default") > 100


def test_passwords_are_hashed_one_at_a_time_and_few_wait() -> None:
    turns = HashingTurns(most_waiting=2, seconds=0.2)
    entered, go = threading.Event(), threading.Event()

    def hashing() -> None:
        with turns.turn():
            entered.set()
            go.wait(5)

    first = threading.Thread(target=hashing)
    first.start()
    assert entered.wait(5)
    with pytest.raises(BusyError), turns.turn():  # waits its fifth of a second
        pass

    def second() -> None:
        with suppress(BusyError), turns.turn():
            pass

    waiting = threading.Thread(target=second)
    waiting.start()
    time.sleep(0.05)
    began = time.monotonic()
    with pytest.raises(BusyError), turns.turn():  # the third is not even let in
        pass
    assert time.monotonic() - began < 0.15
    go.set()
    first.join()
    waiting.join()
    with turns.turn():
        pass


def test_an_upload_by_who_may_still_comes_in(office: Office) -> None:
    accounts = office.site.workplace.accounts
    session = accounts.open_session("noor", timedelta(hours=1))
    client = TestClient(office.app, base_url="http://127.0.0.1", follow_redirects=False)
    client.cookies.set("learninglion", session)
    files = [("files", ("a.txt", b"Een notitie. " * 100_000, "text/plain"))]
    answer = client.post(
        "/manage/documents/upload",
        files=files,
        data={"collection": "proef"},
        headers={"X-CSRF-Token": csrf_token(session)},
    )
    assert answer.status_code == 303
    assert Role.ADMINISTRATOR in accounts.find("noor").roles
    assert httpx.codes.SEE_OTHER == 303


def test_other_sites_of_the_organisation_are_left_alone(office: Office) -> None:
    answer = office.browser().get("/sign-in")
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_the_framework_tells_nobody_about_requests(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    told = create_app(office.workplace, office.settings)._telemetry
    assert told == dict.fromkeys(
        ("tracing", "metrics", "logs", "operation_spans", "auto_configure"), False
    ) | {name: value for name, value in told.items() if name.endswith("_provider") or name == "exclude"}
    assert not any(value for name, value in told.items() if name.endswith("_provider"))
    assert os.environ["OTEL_SDK_DISABLED"] == "true"
