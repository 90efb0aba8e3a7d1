"""Long work: done once, by whoever is there, on both databases; a killed worker's job goes on elsewhere."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from learninglion.database.engine import open_database, reading, writing
from learninglion.models import Actor, RawFile, Role
from learninglion.models.errors import (
    ConflictError,
    InputError,
    PermissionDeniedError,
    UnavailableError,
    UnknownReferenceError,
)
from learninglion.models.plain import Plain
from learninglion.testing import HashingEncoder
from learninglion.workflow import WorkplaceOptions
from learninglion.workflow import intake as intake_module
from learninglion.workflow import jobs as jobs_module
from learninglion.workflow import working as working_place
from learninglion.workflow.jobs import AWAITED, BULK, LATER, Job, Jobs, LostClaim, Run, Work, Worker

NOOR = Actor("noor", frozenset(Role))


@pytest.fixture
def engine(ready_url: str) -> Iterator[Engine]:
    opened = open_database(ready_url)
    yield opened
    opened.dispose()


@pytest.fixture
def jobs(engine: Engine) -> Jobs:
    return Jobs(engine)


@pytest.fixture
def working() -> Iterator[Callable[..., Worker]]:
    begun: list[Worker] = []

    def work(jobs: Jobs, slots: int = 2, **works: Work) -> Worker:
        begun.append(Worker(jobs, works, lambda actor: actor, slots))
        begun[-1].start()
        return begun[-1]

    yield work
    for worker in begun:
        worker.stop(5)


def finished(jobs: Jobs, job: Job) -> Job:
    for _ in range(1200):
        found = jobs.find(job.id, job.owner)
        if found.finished:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come to an end")


def test_what_is_asked_is_done_and_told(jobs: Jobs, working: Callable[..., Worker]) -> None:
    def work(run: Run) -> dict[str, Plain]:
        raws = jobs.files(run.claim.job.id)
        for raw in raws:
            run.report("file", {"path": raw.name, "size": len(raw.content)})
        return {"sum": run.payload["sum"]}

    files = [RawFile("een.txt", b"abc", ""), RawFile("twee.txt", b"\x00\xff", "")]
    job = jobs.start(NOOR, "tel", {"sum": 5}, subject="set-1", files=files)
    with pytest.raises(ConflictError):
        jobs.start(NOOR, "tel", {}, subject="set-1")
    assert jobs.running("set-1", "noor") == job and jobs.queue().waiting == 1
    working(jobs, tel=work)
    done = finished(jobs, job)
    assert [(e.name, e.data) for e in done.events] == [
        ("file", {"path": "een.txt", "size": 3}),
        ("file", {"path": "twee.txt", "size": 2}),
        ("done", {"sum": 5}),
    ]
    assert jobs.files(job.id) == () and jobs.running("set-1", "noor") is None
    with pytest.raises(UnknownReferenceError):
        jobs.find(job.id, Actor("iemand-anders", frozenset(Role)))
    with pytest.raises(UnknownReferenceError):
        jobs.find(job.id, Actor("noor", frozenset({Role.READER})))  # fewer rights than it was begun with


def test_a_failure_is_told_in_words_or_only_in_the_log(jobs: Jobs, working: Callable[..., Worker]) -> None:
    def refuses(run: Run) -> dict[str, Plain]:
        raise InputError("Dit kan niet.")

    def breaks(run: Run) -> dict[str, Plain]:
        raise RuntimeError("een geheim")

    working(jobs, weiger=refuses, breek=breaks)
    told = [finished(jobs, jobs.start(NOOR, kind, {})).events[-1] for kind in ("weiger", "breek")]
    assert [(e.name, e.data["status"]) for e in told] == [("failed", 400), ("failed", 500)]
    assert told[0].data["detail"] == "Dit kan niet." and "geheim" not in str(told[1].data)


def test_who_waits_goes_first_and_bulk_never_takes_the_last_place(
    jobs: Jobs, working: Callable[..., Worker]
) -> None:
    order: list[Plain] = []
    go = threading.Event()

    def bulk(run: Run) -> dict[str, Plain]:
        assert go.wait(20)
        return {}

    def quick(run: Run) -> dict[str, Plain]:
        order.append(run.payload["n"])
        return {}

    large = [jobs.start(NOOR, "bulk", {}, priority=BULK) for _ in range(3)]
    small = [
        jobs.start(NOOR, "quick", {"n": n}, priority=p) for n, p in ((1, LATER), (2, AWAITED), (3, AWAITED))
    ]
    working(jobs, slots=2, bulk=bulk, quick=quick)
    for job in small:
        finished(jobs, job)
    # of two that run at once either may begin first
    assert order[0] != 1 and not any(jobs.find(job.id, NOOR).finished for job in large)
    go.set()
    for job in large:
        finished(jobs, job)


def test_several_workers_never_do_a_job_twice(
    jobs: Jobs, engine: Engine, working: Callable[..., Worker]
) -> None:
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE done (job VARCHAR(32))"))

    def work(run: Run) -> dict[str, Plain]:
        with writing(engine) as connection:
            connection.execute(text("INSERT INTO done VALUES (:job)"), {"job": run.claim.job.id})
        return {}

    begun = [jobs.start(NOOR, "tel", {}) for _ in range(20)]
    for _ in range(3):
        working(Jobs(engine), tel=work)
    for job in begun:
        finished(jobs, job)
    with reading(engine) as connection:
        done = connection.execute(text("SELECT job FROM done")).scalars().all()
    assert sorted(done) == sorted(job.id for job in begun)


def test_what_was_left_is_taken_over_and_its_first_worker_writes_nothing_more(
    jobs: Jobs, engine: Engine, working: Callable[..., Worker], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that was stopped for a while comes back after another has its job."""
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE done (tries INTEGER)"))
    asleep, awake, ended = threading.Event(), threading.Event(), threading.Event()

    def work(run: Run) -> dict[str, Plain]:
        if run.claim.job.tries == 1:
            asleep.set()
            assert awake.wait(20)
        try:
            with writing(engine) as connection:
                connection.execute(text("INSERT INTO done VALUES (:n)"), {"n": run.claim.job.tries})
        except LostClaim:
            ended.set()
            raise
        return {"tries": run.claim.job.tries}

    monkeypatch.setattr(Jobs, "lengthen", lambda *_: True)  # it sleeps
    monkeypatch.setattr(jobs_module, "_LEASE", timedelta(seconds=0.2))
    job = jobs.start(NOOR, "tel", {})
    working(Jobs(engine), slots=1, tel=work)
    assert asleep.wait(20)
    monkeypatch.setattr(jobs_module, "_LEASE", timedelta(seconds=60))
    working(Jobs(engine), slots=1, tel=work)
    done = finished(jobs, job)
    awake.set()
    assert ended.wait(20)
    assert [e.name for e in done.events] == ["again", "done"] and done.events[-1].data == {"tries": 2}
    with reading(engine) as connection:
        assert connection.execute(text("SELECT tries FROM done")).scalars().all() == [2]
    assert finished(jobs, job).events == done.events


def _work_and_die(url: str) -> None:
    def work(run: Run) -> dict[str, Plain]:
        run.report("sentence", {"text": "half"})
        time.sleep(600)
        return {}

    Worker(Jobs(open_database(url)), {"tel": work}, lambda actor: actor, 1).start()
    time.sleep(600)


def test_the_job_of_a_killed_process_goes_on_elsewhere(
    jobs: Jobs, ready_url: str, working: Callable[..., Worker], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_module, "_LEASE", timedelta(seconds=1))
    job = jobs.start(NOOR, "tel", {})
    process: Any = multiprocessing.get_context("fork").Process(target=_work_and_die, args=(ready_url,))
    process.start()
    while not jobs.events(job.id, 0)[0]:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    working(jobs, tel=lambda run: {"whole": True})
    assert [e.name for e in finished(jobs, job).events] == ["sentence", "again", "done"]


def test_work_whose_database_went_away_is_done_again(
    jobs: Jobs, working: Callable[..., Worker], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_module, "_LEASE", timedelta(seconds=0.5))
    tries: list[int] = []

    def work(run: Run) -> dict[str, Plain]:
        tries.append(run.claim.job.tries)
        if len(tries) == 1:
            raise UnavailableError("De database is nu niet bereikbaar.")
        return {"number": 4}

    working(jobs, tel=work)
    job = finished(jobs, jobs.start(NOOR, "tel", {}))
    assert tries == [1, 2] and job.events[-1].name == "done"


def test_work_that_kills_its_workers_is_given_up(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs_module, "_LEASE", timedelta(seconds=-1))
    job = jobs.start(NOOR, "tel", {})
    assert [jobs.claim(["tel"]) is not None for _ in range(4)] == [True, True, True, False]
    assert jobs.find(job.id, NOOR).events[-1].name == "failed"


def test_a_worker_that_stops_gives_its_job_back(jobs: Jobs, working: Callable[..., Worker]) -> None:
    begun = threading.Event()

    def endless(run: Run) -> dict[str, Plain]:
        begun.set()
        while True:
            run.progress("bezig", 0, 0)
            time.sleep(0.01)

    job = jobs.start(NOOR, "tel", {})
    first = working(jobs, tel=endless)
    assert begun.wait(20)
    first.stop(5)
    assert jobs.queue().waiting == 1
    working(jobs, tel=lambda run: {})
    assert finished(jobs, job).events[-1].name == "done"


def test_an_upload_passes_between_the_files_of_a_large_delivery(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed, begun = threading.Event(), threading.Event()
    read = intake_module.parse

    def waiting(raw: RawFile) -> Any:
        if raw.name == "2.txt":
            begun.set()
            assert passed.wait(20)
        return read(raw)

    monkeypatch.setattr(intake_module, "parse", waiting)
    monkeypatch.setattr("learninglion.workflow.searching.open_encoder", lambda *a, **k: HashingEncoder(64))
    delivery = tmp_path / "delivery"
    delivery.mkdir()
    for number in range(1, 4):
        (delivery / f"{number}.txt").write_text(f"Een nota over zeilboten, deel {number}.")
    with working_place(WorkplaceOptions(home=tmp_path / "home", isolate=False)) as workplace:
        bulk = threading.Thread(target=lambda: workplace.intake.ingest([delivery], actor=NOOR))
        bulk.start()
        assert begun.wait(20)
        upload = RawFile("snel.txt", b"Een nota over haast.", "")
        result = workplace.intake.ingest_upload(upload, collection="default", actor=NOOR)
        assert result.document_id and bulk.is_alive()
        passed.set()
        bulk.join(20)
        assert len(workplace.documents.list(NOOR)) == 4


def test_what_its_owner_stops_ends_with_what_it_has(jobs: Jobs, working: Callable[..., Worker]) -> None:
    def work(run: Run) -> dict[str, Plain]:
        assert run.stop.wait(20)
        return {"half": True}

    job = jobs.start(NOOR, "tel", {})
    working(jobs, tel=work)
    assert not jobs.find(job.id, NOOR).stop
    jobs.stop(job.id)
    done = finished(jobs, job)
    assert done.stop and done.events[-1].data == {"half": True}


def test_rights_of_now_hold_when_the_work_begins(jobs: Jobs) -> None:
    def closed(actor: Actor) -> Actor:
        raise PermissionDeniedError("Uw account is gesloten.")

    worker = Worker(jobs, {"tel": lambda run: {}}, closed, 1)
    worker.start()
    try:
        assert finished(jobs, jobs.start(NOOR, "tel", {})).events[-1].data["status"] == 403
    finally:
        worker.stop(5)


def test_finished_work_is_forgotten_after_a_while_and_waiting_work_is_not(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_module, "MOST_KEPT_JOBS", 3)
    waiting = jobs.start(NOOR, "wacht", {})

    def done() -> Job:
        job = jobs.start(NOOR, "tel", {})
        claim = jobs.claim(["tel"])
        assert claim is not None
        jobs.finish(claim, [jobs_module.Event("done", {})])
        return job

    first, *_, newest = [done() for _ in range(6)]
    with pytest.raises(UnknownReferenceError):
        jobs.find(first.id, NOOR)
    assert jobs.find(newest.id, NOOR).finished
    monkeypatch.setattr(jobs_module, "KEPT_FOR", timedelta(seconds=-1))
    done()
    with pytest.raises(UnknownReferenceError):
        jobs.find(newest.id, NOOR)
    assert not jobs.find(waiting.id, NOOR).finished
