"""Long work over the API: it streams, outlives a broken connection, and is begun once for one key."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from web_office import NOOR, Office, documents

from learninglion.models.errors import ConflictError, InputError
from learninglion.models.plain import Plain
from learninglion.web.api.client import Client
from learninglion.web.api.routes import repeated
from learninglion.workflow.accounts import SessionKind
from learninglion.workflow.jobs import Job, Run, Work, Worker

Events = list[tuple[int, str, dict[str, Plain]]]


@pytest.fixture(autouse=True)
def stopped() -> Iterator[None]:
    """Ends the workers of `begin`."""
    yield
    while _BEGUN:
        _BEGUN.pop().stop(5)


_BEGUN: list[Worker] = []


def begin(office: Office, work: Work) -> Job:
    """Work of a kind that only a worker of this test does."""
    jobs = office.site.workplace.jobs
    _BEGUN.append(Worker(jobs, {"proef": work}, office.site.workplace.accounts.rights_of_now, 1))
    _BEGUN[-1].start()
    return jobs.start(NOOR, "proef", {})


def as_program(office: Office, address: str, name: str = "noor") -> httpx.Client:
    token = office.site.workplace.accounts.open_session(name, timedelta(hours=1), SessionKind.API)
    return httpx.Client(
        base_url=f"{address}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=60
    )


def parse(text: str) -> Events:
    found = []
    for block in text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if fields:
            found.append((int(fields["id"]), fields["event"], json.loads(fields["data"])))
    return found


def test_taking_in_files_streams_what_becomes_of_each(office: Office, address: str) -> None:
    good = documents()[0]
    files = [
        ("files", (good.name, good.read_bytes(), "application/pdf")),
        ("files", ("kapot.pdf", b"%PDF-1.7 en dan niets", "application/pdf")),
        ("files", ("virus.exe", b"MZ", "application/octet-stream")),
    ]
    with as_program(office, address) as client:
        begun = client.post("/document-jobs?collection=proef", files=files)
        assert begun.status_code == 202
        answer = client.get(begun.json()["events"].removeprefix("/api/v1"))
        assert answer.headers["content-type"].startswith("text/event-stream")
        events = parse(answer.text)
    told = {str(data["path"]): data for _, name, data in events if name == "file"}
    assert told[good.name]["status"] in ("added", "unchanged") and told[good.name]["document"]
    assert told["kapot.pdf"]["status"] == told["virus.exe"]["status"] == "failed"
    assert "kapot.pdf" in str(told["kapot.pdf"]["words"]) and "soort bestand" in str(
        told["virus.exe"]["words"]
    )
    assert [n for _, n, _ in events if n == "progress"]
    assert events[-1][1] == "done" and events[-1][2]["failed"] == 2
    assert [i for i, _, _ in events] == list(range(1, len(events) + 1))


def test_who_may_not_manage_cannot_begin(office: Office, address: str) -> None:
    with as_program(office, address, "opsteller") as client:
        answer = client.post("/document-jobs", files=[("files", ("a.txt", b"tekst", "text/plain"))])
    assert answer.status_code == 403


def test_work_goes_on_when_the_reader_breaks_off_and_can_be_read_on(office: Office, address: str) -> None:
    half, rest = threading.Event(), threading.Event()

    def work(run: Run) -> dict[str, Plain]:
        run.report("sentence", {"text": "een"})
        run.report("sentence", {"text": "twee"})
        half.set()
        assert rest.wait(20)
        run.report("sentence", {"text": "drie"})
        return {"ready": True}

    job = begin(office, work)
    with as_program(office, address) as client:
        with client.stream("GET", f"/jobs/{job.id}/events") as stream:
            seen = ""
            for piece in stream.iter_text():
                seen += piece
                if '"twee"' in seen:
                    break  # the connection is closed in the middle of the stream
        assert half.is_set() and not office.site.workplace.jobs.find(job.id, NOOR).finished
        rest.set()
        last = str(parse(seen)[-1][0])
        answer = client.get(f"/jobs/{job.id}/events", headers={"Last-Event-ID": last})
        events = parse(answer.text)
        assert [(i, n) for i, n, _ in events] == [(3, "sentence"), (4, "done")]
        assert client.get(f"/jobs/{job.id}/events", headers={"Last-Event-ID": "gisteren"}).status_code == 400
        assert len(parse(client.get(f"/jobs/{job.id}/events").text)) == 4


def test_many_readers_who_break_off_leave_nothing_behind(office: Office, address: str) -> None:
    stop = threading.Event()

    def work(run: Run) -> dict[str, Plain]:
        run.progress("bezig", 0, 1)
        stop.wait(30)
        return {}

    job = begin(office, work)
    for _ in range(30):
        client = as_program(office, address)
        with client.stream("GET", f"/jobs/{job.id}/events") as stream:
            next(stream.iter_text())
        client.close()
    with as_program(office, address) as client:
        assert client.get("/collections").status_code == 200
        stop.set()
        assert parse(client.get(f"/jobs/{job.id}/events").text)[-1][1] == "done"


def test_a_failure_is_told_in_the_stream(office: Office, address: str) -> None:
    def work(run: Run) -> dict[str, Plain]:
        raise InputError("Dit kan niet.")

    job = begin(office, work)
    with as_program(office, address) as client:
        events = parse(client.get(f"/jobs/{job.id}/events").text)
    assert events == [(1, "failed", {"status": 400, "detail": "Dit kan niet."})]


def test_the_client_takes_in_files_and_goes_on_after_a_broken_connection(
    office: Office, address: str, tmp_path: Path
) -> None:
    """A transport that breaks off the first reading of the events after two reports."""

    class Breaking(httpx.HTTPTransport):
        broken = 0

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            answer = super().handle_request(request)
            if request.url.path.endswith("/events") and not self.broken:
                self.broken += 1
                whole = parse(answer.read().decode())
                assert len(whole) > 2

                def half() -> Iterator[bytes]:
                    for number, name, data in whole[:2]:
                        yield f"id: {number}\nevent: {name}\ndata: {json.dumps(data)}\n\n".encode()
                    raise httpx.ReadError("broken")

                return httpx.Response(200, headers={"Content-Type": "text/event-stream"}, content=half())
            return answer

    paths = [tmp_path / "een.txt", tmp_path / "twee.txt"]
    for path in paths:
        path.write_text(f"Een nota over zeilboten, deel {path.stem}.")
    token = office.site.workplace.accounts.open_session("noor", timedelta(hours=1), SessionKind.API)
    transport = Breaking()
    with Client(address, token, transport) as client:
        events = list(client.add_documents(paths, collection="proef"))
    assert transport.broken == 1
    assert [data["path"] for name, data in events if name == "file"] == ["een.txt", "twee.txt"]
    assert [name for name, _ in events].count("done") == 1 and events[-1][0] == "done"


# --------------------------------------------------------------------------- one key, one time


def test_two_requests_at_once_with_one_key_do_the_work_once(office: Office) -> None:
    answers, done = office.site.workplace.answers, []
    begun, go = threading.Event(), threading.Event()

    def work() -> dict[str, Plain]:
        begun.set()
        assert go.wait(20)
        done.append(1)
        return {"made": len(done)}

    first = threading.Thread(target=lambda: repeated(answers, NOOR, "tegelijk", b"x", work, 201))
    first.start()
    assert begun.wait(20)
    with pytest.raises(ConflictError, match="nog gewerkt"):
        repeated(answers, NOOR, "tegelijk", b"x", work, 201)
    go.set()
    first.join(20)
    again = repeated(answers, NOOR, "tegelijk", b"x", work, 201)
    assert json.loads(bytes(again.body)) == {"made": 1} and done == [1]


def test_work_that_failed_can_be_tried_again_with_its_key(office: Office) -> None:
    tries: list[int] = []

    def work() -> dict[str, Plain]:
        tries.append(1)
        if len(tries) == 1:
            raise InputError("nog niet")
        return {"tries": len(tries)}

    with pytest.raises(InputError):
        repeated(office.site.workplace.answers, NOOR, "nog-eens", b"x", work, 201)
    answer = repeated(office.site.workplace.answers, NOOR, "nog-eens", b"x", work, 201)
    assert json.loads(bytes(answer.body)) == {"tries": 2}


def test_the_same_delivery_twice_is_one_job(office: Office, address: str) -> None:
    def send(content: bytes) -> httpx.Response:
        with as_program(office, address) as client:
            return client.post(
                "/document-jobs?collection=proef",
                files=[("files", ("nota.txt", content, "text/plain"))],
                headers={"Idempotency-Key": "levering-1"},
            )

    text = b"Een korte nota over zeilboten."
    first, again, other = send(text), send(text), send(text + b" Nog een zin.")
    assert first.json() == again.json() and again.headers["idempotent-replayed"] == "true"
    assert other.status_code == 409
    wait_until(lambda: office.site.workplace.jobs.find(first.json()["id"], NOOR).finished)


def wait_until(holds: Callable[[], bool]) -> None:
    for _ in range(600):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come to that")


# --------------------------------------------------------------------------- pages of a list


def test_pages_of_documents_and_log_follow_each_other(office: Office, address: str) -> None:
    with as_program(office, address) as client:
        whole = client.get("/documents?limit=200").json()["documents"]
        parts, offset = [], 0
        while True:
            page = client.get(f"/documents?limit=2&offset={offset}").json()
            parts += page["documents"]
            if not page["more"]:
                break
            offset += 2
        assert [d["id"] for d in parts] == [d["id"] for d in whole]
        newest = client.get("/log-entries?limit=4").json()["entries"]
        older = client.get(f"/log-entries?limit=4&before={newest[-1]['seq']}").json()["entries"]
        numbers = [e["seq"] for e in newest + older]
        assert numbers == sorted(numbers, reverse=True) and len(set(numbers)) == 8
        for wrong in ("limit=0", "limit=201", "offset=-1", "limit=x", "Limit=1&offset=99999999"):
            answer = client.get(f"/documents?{wrong}")
            assert answer.status_code == 400, wrong
            assert answer.headers["content-type"] == "application/problem+json"
