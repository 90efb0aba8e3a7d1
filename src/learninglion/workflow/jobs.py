"""Work that is done once: long work in a queue in the database, and API requests that may be repeated.

The queue is the same on SQLite and PostgreSQL, with its reports for every server.

Whoever asks for work only says what it is. A worker (in the server, or a process of its own, here or on
another machine) claims the job for a short while and lengthens that as long as it lives. The job of one that
was killed is claimed by another; what the first might still write is refused, because every transaction of a
job first looks whether it still has its claim. What is repeated must therefore be work that may be repeated.

(huey keeps no lease and has no store for both databases; procrastinate needs PostgreSQL.)
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Delete,
    Engine,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    Text,
    and_,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from learninglion.database.engine import Moment, erasing, fenced, new_metadata, now, reading, writing
from learninglion.models import Actor, RawFile
from learninglion.models.errors import (
    BusyError,
    ConflictError,
    LearningLionError,
    UnavailableError,
    UnknownReferenceError,
)
from learninglion.models.plain import Plain, canonical_json, from_plain
from learninglion.record.log import OPERATION
from learninglion.workflow.otlp import Tracer

AWAITED, LATER, BULK = 0, 5, 9
"""Priorities: somebody sits and waits; it may take its time; so much that it never takes the last place."""

ABOVE = "trace"
"""What a job is told of the operation that it was begun in, as a traceparent."""

metadata = new_metadata()
jobs = Table(
    "jobs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("subject", String(200), nullable=False),  # of which only one at a time is worked on
    Column("owner", String(200), nullable=False),
    Column("rights", Text, nullable=False),  # the Actor it was begun by, as JSON
    Column("priority", Integer, nullable=False),
    Column("told", Text, nullable=False),  # what the work is, as JSON; emptied when it has ended
    Column("state", String(16), nullable=False),
    Column("begun", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("claim", String(64)),  # of the worker that has it now
    Column("until", Moment),  # when that claim lapses, unless it is lengthened
    Column("ended", Moment),
    Column("stop", Boolean, nullable=False, default=False),  # its owner wants no more of it
    Index("ix_jobs_state", "state", "priority", "begun"),
)
job_events = Table(
    "job_events",
    metadata,
    Column("job", ForeignKey("jobs.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("name", String(32), nullable=False),
    Column("data", Text, nullable=False),
)
job_files = Table(
    "job_files",
    metadata,
    Column("job", ForeignKey("jobs.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

_QUEUED, _RUNNING, _DONE, _FAILED = "queued", "running", "done", "failed"
_LEASE = timedelta(seconds=20)  # lengthened every few seconds; clocks of two machines may differ as much
_MOST_TRIES = 3  # then the work itself kills its workers
_MOST_WAITING = 1000
# Finished jobs are remembered for who comes back to them, for a while and not too many.
MOST_KEPT_JOBS, KEPT_FOR = 200, timedelta(hours=24)
_PULSE_SECONDS = 15.0  # a comment now and then keeps proxies from closing a silent stream
_POLL_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Event:
    """One report: what sort, and its data."""

    name: str
    data: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of long work with all it reported so far; the last report is "done" or "failed"."""

    id: str
    owner: Actor  # with the rights it was begun with
    kind: str
    subject: str
    finished: bool
    tries: int
    events: tuple[Event, ...] = ()
    stop: bool = False  # its owner wants no more of it


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that a worker has for now, and what it is to do."""

    token: str
    job: Job
    payload: dict[str, Plain]


@dataclass(frozen=True, slots=True)
class Queue:
    """How the queue stands, for who looks after it."""

    waiting: int
    running: int
    oldest: datetime | None  # since when the longest waiting job waits


class LostClaim(BaseException):
    """Ends the work of who lost its claim, through every `except` that is meant for failures."""


class Jobs:
    """The queue in the database of `engine`: for who asks, and for who works."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.fresh = threading.Event()  # set when work came from this process: its worker need not look again

    # ----------------------------------------------------------------- asking

    def start(
        self,
        owner: Actor,
        kind: str,
        parameters: Mapping[str, Plain],
        *,
        subject: str = "",
        priority: int = AWAITED,
        files: Sequence[RawFile] = (),
    ) -> Job:
        """Put work in the queue. Raises ConflictError where this subject is being worked on, BusyError when
        too much waits already.
        """
        job_id = secrets.token_hex(8)
        with writing(self._engine) as connection:
            unfinished = jobs.c.state.in_((_QUEUED, _RUNNING))
            if subject and connection.scalar(select(exists().where(unfinished, jobs.c.subject == subject))):
                raise ConflictError("Hier wordt al aan gewerkt. Wacht tot het klaar is.")
            if (connection.scalar(select(func.count()).where(unfinished)) or 0) >= _MOST_WAITING:
                raise BusyError("Er wacht al veel werk. Probeer het later opnieuw.")
            _forget(connection)
            payload = {**parameters, **({ABOVE: OPERATION.get()} if OPERATION.get() else {})}
            row = {"id": job_id, "kind": kind, "subject": subject, "priority": priority, "begun": now()}
            who = {"owner": owner.name, "rights": canonical_json(owner)}
            values = row | who | {"told": canonical_json(payload), "state": _QUEUED, "tries": 0}
            connection.execute(insert(jobs).values(values))
            for number, raw in enumerate(files, start=1):
                file = {"job": job_id, "number": number, "name": raw.name, "content": raw.content}
                connection.execute(insert(job_files).values(file))
        self.fresh.set()
        return Job(job_id, owner, kind, subject, False, 0)

    def find(self, job_id: str, actor: Actor) -> Job:
        """The job with this id. Raises UnknownReferenceError when it is gone or somebody else's, and when
        its owner has fewer rights by now than the work had: its reports can quote what is hidden since.
        """
        with reading(self._engine) as connection:
            row = connection.execute(select(jobs).where(jobs.c.id == job_id)).one_or_none()
            job = None if row is None else _read(row, _events(connection, job_id, 0))
        if job is None or job.owner.name != actor.name or not _covers(actor, job.owner):
            raise UnknownReferenceError("Dit werk is niet (meer) bekend.")
        return job

    def running(self, subject: str, owner: str) -> Job | None:
        """The unfinished job on this subject, if it is this person's."""
        query = select(jobs).where(
            jobs.c.subject == subject, jobs.c.owner == owner, jobs.c.state.in_((_QUEUED, _RUNNING))
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return None if row is None else _read(row, ())

    def events(self, job_id: str, after: int) -> tuple[tuple[Event, ...], bool]:
        """What was reported after that number, and whether that was all there will be."""
        with reading(self._engine) as connection:
            state = connection.scalar(select(jobs.c.state).where(jobs.c.id == job_id))
            return _events(connection, job_id, after), state not in (_QUEUED, _RUNNING)

    def queue(self) -> Queue:
        """How many jobs wait and run, and since when the oldest waits."""
        waiting = jobs.c.state == _QUEUED
        with reading(self._engine) as connection:
            states = connection.execute(select(jobs.c.state, func.count()).group_by(jobs.c.state))
            counted = {row[0]: row[1] for row in states}
            oldest = connection.scalar(select(jobs.c.begun).where(waiting).order_by(jobs.c.begun).limit(1))
        return Queue(counted.get(_QUEUED, 0), counted.get(_RUNNING, 0), oldest)

    def stop(self, job_id: str) -> None:
        """Let the work end where it can, with what it has."""
        with writing(self._engine) as connection:
            connection.execute(update(jobs).where(jobs.c.id == job_id).values(stop=True))

    def stopped(self, job_ids: Sequence[str]) -> frozenset[str]:
        """Those of these jobs that are to end with what they have."""
        query = select(jobs.c.id).where(jobs.c.id.in_(job_ids), jobs.c.stop)
        with reading(self._engine) as connection:
            return frozenset(connection.scalars(query))

    def tidy(self) -> None:
        """Let go of work that ended long ago."""
        with writing(self._engine) as connection:
            _forget(connection)

    def forget_texts(self) -> None:
        """Take the sentences out of what ended work reported: something that they quote goes for good."""
        ended = select(jobs.c.id).where(jobs.c.ended.is_not(None))
        which = (job_events.c.name == "sentence", job_events.c.job.in_(ended))
        with erasing(self._engine) as connection:
            connection.execute(update(job_events).where(*which).values(data="{}"))

    # ----------------------------------------------------------------- working

    def claim(self, kinds: Sequence[str], *, bulk: bool = True) -> Claim | None:
        """The next job of these kinds for whoever asks, or None; without `bulk` only what is not BULK.

        One that was left by a killed worker is taken over; after three of those it has failed.
        """
        free = or_(jobs.c.state == _QUEUED, and_(jobs.c.state == _RUNNING, jobs.c.until < now()))
        wanted = (free, jobs.c.kind.in_(kinds), *(() if bulk else (jobs.c.priority < BULK,)))
        query = select(jobs).where(*wanted).order_by(jobs.c.priority, jobs.c.begun, jobs.c.id).limit(1)
        with reading(self._engine) as connection:  # most often nothing: nobody need wait for that
            if connection.execute(query).first() is None:
                return None
        with writing(self._engine) as connection:
            row = connection.execute(query).first()
            if row is None:
                return None
            if row.tries >= _MOST_TRIES:
                detail = "Dit werk is drie keer afgebroken, en wordt niet nog eens geprobeerd."
                _end(connection, jobs.c.id == row.id, row.id, "failed", {"status": 500, "detail": detail})
                return None
            token = secrets.token_hex(16)
            values = {"state": _RUNNING, "claim": token, "until": now() + _LEASE, "tries": row.tries + 1}
            connection.execute(update(jobs).where(jobs.c.id == row.id).values(values))
            if row.tries:
                _append(connection, row.id, [Event("again", {"tries": row.tries + 1})])
        return Claim(token, replace(_read(row, ()), tries=row.tries + 1), json.loads(row.told))

    def files(self, job_id: str) -> tuple[RawFile, ...]:
        """The files that the job waits with."""
        query = select(job_files).where(job_files.c.job == job_id).order_by(job_files.c.number)
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return tuple(RawFile(row.name, bytes(row.content), f"upload:{row.name}") for row in rows)

    def check(self, claim: Claim, connection: Connection) -> None:
        """Raises LostClaim in a transaction of a worker that does not have this job any more."""
        if connection.scalar(select(exists().where(_held(claim)))) is not True:
            raise LostClaim(claim.job.id)

    def lengthen(self, claim: Claim, events: Sequence[Event]) -> bool:
        """Keep the claim for another while and report these events; False where it is lost."""
        with writing(self._engine) as connection:
            lengthen = update(jobs).where(_held(claim)).values(until=now() + _LEASE)
            lengthened = bool(connection.execute(lengthen).rowcount)
            if lengthened:
                _append(connection, claim.job.id, events)
        return lengthened

    def finish(self, claim: Claim, events: Sequence[Event]) -> None:
        """The end of the work: the last of these events is "done" or "failed". Nothing where it is lost."""
        *before, last = events
        with writing(self._engine) as connection:
            if connection.scalar(select(exists().where(_held(claim)))):
                _append(connection, claim.job.id, before)
                _end(connection, _held(claim), claim.job.id, last.name, last.data)

    def give_back(self, claim: Claim) -> None:
        """Leave the job to another worker at once: this one stops."""
        values = {"state": _QUEUED, "claim": None, "until": None, "tries": jobs.c.tries - 1}
        with writing(self._engine) as connection:
            connection.execute(update(jobs).where(_held(claim)).values(values))


def _held(claim: Claim) -> ColumnElement[bool]:
    return and_(jobs.c.id == claim.job.id, jobs.c.claim == claim.token, jobs.c.state == _RUNNING)


def _end(
    connection: Connection, which: ColumnElement[bool], job_id: str, name: str, data: Mapping[str, object]
) -> None:
    _append(connection, job_id, [Event(name, data)])
    state = _DONE if name == "done" else _FAILED
    connection.execute(update(jobs).where(which).values(state=state, told="{}", claim=None, ended=now()))
    connection.execute(delete(job_files).where(job_files.c.job == job_id))


def _append(connection: Connection, job_id: str, events: Sequence[Event]) -> None:
    last = connection.scalar(select(func.max(job_events.c.number)).where(job_events.c.job == job_id)) or 0
    for number, event in enumerate(events, start=last + 1):
        data = json.dumps(event.data, ensure_ascii=False)
        values = {"job": job_id, "number": number, "name": event.name, "data": data}
        connection.execute(insert(job_events).values(values))


def _forget(connection: Connection) -> None:
    """Let go of what ended long ago, and of the oldest where many are kept."""
    ended = select(jobs.c.id).where(jobs.c.ended.is_not(None))
    many = ended.order_by(jobs.c.ended.desc()).offset(MOST_KEPT_JOBS - 1).limit(_MOST_WAITING)
    old = ended.where(jobs.c.ended < now() - KEPT_FOR)
    gone = [*connection.scalars(many), *connection.scalars(old)]
    if gone:
        connection.execute(delete(job_events).where(job_events.c.job.in_(gone)))
        connection.execute(delete(jobs).where(jobs.c.id.in_(gone)))


def _events(connection: Connection, job_id: str, after: int) -> tuple[Event, ...]:
    query = select(job_events).where(job_events.c.job == job_id, job_events.c.number > after)
    rows = connection.execute(query.order_by(job_events.c.number))
    return tuple(Event(row.name, json.loads(row.data)) for row in rows)


def _read(row: Row[tuple[object, ...]], events: tuple[Event, ...]) -> Job:
    owner, finished = from_plain(Actor, json.loads(row.rights)), row.state in (_DONE, _FAILED)
    return Job(row.id, owner, row.kind, row.subject, finished, row.tries, events, row.stop)


def _covers(actor: Actor, then: Actor) -> bool:
    """Whether this person may still do and see everything that `then` could."""
    covered = actor.collections is None or (
        then.collections is not None and then.collections <= actor.collections
    )
    return covered and then.roles <= actor.roles


def _shown(event: Event, show: Callable[[Event], Event]) -> Event:
    try:
        return show(event)
    except LearningLionError as error:
        return Event("failed", {"status": error.status, "detail": error.detail})


async def as_event_stream(
    queue: Jobs, job_id: str, after: int = 0, show: Callable[[Event], Event] | None = None
) -> AsyncIterator[bytes]:
    """The job's reports as text/event-stream, from number `after` on, until it has finished.

    `show` makes of a report what its reader gets; what it raises becomes "failed".
    """
    sent, silent = after, 0.0
    while True:
        events, finished = await asyncio.to_thread(queue.events, job_id, sent)
        for number, event in enumerate(events, start=sent + 1):
            shown = event if show is None else await asyncio.to_thread(_shown, event, show)
            data = json.dumps(shown.data, ensure_ascii=False)
            yield f"id: {number}\nevent: {shown.name}\ndata: {data}\n\n".encode()
            sent, silent = number, 0.0
        if finished:
            return
        await asyncio.sleep(_POLL_SECONDS)
        silent += _POLL_SECONDS
        if silent >= _PULSE_SECONDS:
            yield b": still here\n\n"
            silent = 0.0


# Who does the work in the queue: some threads that claim a job, do it, and tell how far it is.


_logger = logging.getLogger(__name__)
_LOOK_SECONDS = 0.5  # between two looks into an empty queue; work from this process is told at once
_TELL_SECONDS = 0.25  # reports are written together, that often
_BEAT_SECONDS = 5.0
_TIDY_SECONDS = 3600.0
_TROUBLE_SECONDS = 5.0  # until the database is tried again


class Run:
    """A job while it is worked on: what it is to do, for whom, and where it reports."""

    def __init__(self, claim: Claim, owner: Actor) -> None:
        self.claim = claim
        self.owner = owner  # with the rights of now
        self.payload = claim.payload
        self.stop = threading.Event()  # set when its owner wants no more of it
        self.sending = threading.Lock()  # held by whoever writes its reports, so that they keep their order
        self.beaten = time.monotonic()
        self._lost = False
        self._events: list[Event] = []
        self._lock = threading.Lock()

    def report(self, name: str, data: dict[str, Plain]) -> None:
        """Add a report; of how far it is only the newest counts. Raises LostClaim when it must end."""
        if self._lost:
            raise LostClaim(self.claim.job.id)
        with self._lock:
            if name == "progress" and self._events and self._events[-1].name == name:
                self._events.pop()
            self._events.append(Event(name, data))

    def progress(self, label: str, done: int, total: int) -> None:
        """Report how far it is."""
        self.report("progress", {"label": label, "done": done, "total": total})

    def unsent(self) -> list[Event]:
        """What was reported since this was asked last."""
        with self._lock:
            events, self._events = self._events, []
        return events

    def lose(self) -> None:
        """Let the work end at its next report."""
        self._lost = True


Work = Callable[[Run], dict[str, Plain]]


class Worker:
    """`slots` threads on the queue `jobs`; the last of several never takes bulk, so that others can pass.

    `works` says for each kind of job what is to be done; what it gives becomes the data of "done". `rights`
    gives somebody the rights of this moment, or raises PermissionDeniedError.
    """

    def __init__(
        self,
        jobs: Jobs,
        works: Mapping[str, Work],
        rights: Callable[[Actor], Actor],
        slots: int,
        tracer: Tracer | None = None,
    ) -> None:
        self._tracer = tracer or Tracer(None)
        self._jobs = jobs
        self._works = dict(works)
        self._rights = rights
        self._runs: dict[str, Run] = {}
        self._stopping = threading.Event()
        takes_bulk = [n == 0 or n < slots - 1 for n in range(slots)]
        self._threads = [
            threading.Thread(target=self._work, args=(bulk,), daemon=True) for bulk in takes_bulk
        ]
        self._threads.append(threading.Thread(target=self._tell, daemon=True))

    def start(self) -> None:
        """Begin to work."""
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float) -> None:
        """Take nothing new; what is not done in so many seconds goes back in the queue."""
        self._stopping.set()
        self._jobs.fresh.set()  # nobody waits for work any more
        for run in list(self._runs.values()):
            run.lose()
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        for run in list(self._runs.values()):
            self._jobs.give_back(run.claim)

    def _work(self, bulk: bool) -> None:
        while not self._stopping.is_set():
            with self._surviving("the queue could not be read or written", _TROUBLE_SECONDS):
                self._jobs.fresh.clear()
                claim = self._jobs.claim(tuple(self._works), bulk=bulk)
                if claim is not None:
                    self._do(claim)
                elif not self._stopping.is_set():
                    self._jobs.fresh.wait(_LOOK_SECONDS)

    @contextmanager
    def _surviving(self, trouble: str, seconds: float) -> Iterator[None]:
        """Go on after so many seconds where the database is away, or something of ours is wrong."""
        try:
            yield
        except UnavailableError as error:
            _logger.warning("%s: %s", trouble, error.detail)
            self._stopping.wait(seconds)
        except Exception:  # a fault of ours: told in full, and no reason to leave later jobs undone
            _logger.exception(trouble)
            self._stopping.wait(seconds)

    def _do(self, claim: Claim) -> None:
        run = Run(claim, claim.job.owner)
        self._runs[claim.token] = run
        try:
            above = str(claim.payload.get(ABOVE, ""))
            traced = self._tracer.span(f"job {claim.job.kind}", parent=above)
            with traced, fenced(partial(self._jobs.check, claim)):
                run.owner = self._rights(claim.job.owner)
                last = Event("done", self._works[claim.job.kind](run))
        except LostClaim:
            self._jobs.give_back(claim)  # nothing where another has it already
            return
        except UnavailableError as error:
            _logger.warning("job %s is left to whoever claims it next: %s", claim.job.id, error.detail)
            return  # its claim lapses
        except LearningLionError as error:
            last = Event("failed", {"status": error.status, "detail": error.detail})
        except Exception:
            _logger.exception("job %s (%s) failed", claim.job.id, claim.job.kind)
            last = Event(
                "failed", {"status": 500, "detail": "Er ging iets mis. De fout staat in het serverlog."}
            )
        finally:
            del self._runs[claim.token]
        with run.sending:
            self._jobs.finish(claim, [*run.unsent(), last])

    def _tell(self) -> None:
        """Write what the jobs report, and lengthen their claims while they live; tidy now and then."""
        tidied = -_TIDY_SECONDS
        while self._runs or not self._stopping.is_set():
            (time.sleep if self._runs else self._stopping.wait)(_TELL_SECONDS)
            with self._surviving("reports of jobs could not be written", _TELL_SECONDS * 4):
                if time.monotonic() - tidied > _TIDY_SECONDS:
                    tidied = time.monotonic()
                    self._jobs.tidy()
                runs = list(self._runs.values())
                stopped = self._jobs.stopped([run.claim.job.id for run in runs]) if runs else ()
                for run in runs:
                    if run.claim.job.id in stopped:
                        run.stop.set()
                    with run.sending:
                        self._lengthen(run)

    def _lengthen(self, run: Run) -> None:
        events, moment = run.unsent(), time.monotonic()
        if events or moment - run.beaten > _BEAT_SECONDS:
            run.beaten = moment
            if not self._jobs.lengthen(run.claim, events):
                run.lose()


# Repeated API requests: a key gives the first answer for a day, so that nothing is done twice.

answers = Table(
    "web_answers",
    metadata,
    Column("key", String(300), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("kept", Moment, nullable=False),
)

_ANSWER_KEPT = timedelta(hours=24)
_CLAIM_KEPT = timedelta(hours=2)  # longer than any draft; then the server must have stopped meanwhile


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What was answered to an earlier request with the same idempotency key."""

    digest: str
    status: int
    body: str


class KeptAnswers:
    """The answers kept under the idempotency keys of each person, in the database of `engine`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def forget_about(self, subject: str) -> None:
        """Throw away every kept answer in whose text `subject` stands."""
        with erasing(self._engine) as connection:
            connection.execute(delete(answers).where(answers.c.body.contains(subject, autoescape=True)))

    def count_about(self, subject: str) -> int:
        """How many kept answers name `subject`."""
        query = select(func.count()).select_from(answers)
        with reading(self._engine) as connection:
            return int(connection.scalar(query.where(answers.c.body.contains(subject, autoescape=True))) or 0)

    def contents(self) -> tuple[tuple[str, str], ...]:
        """What is kept for repeated API requests: key and text."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(answers.c.key, answers.c.body)).all()
        return tuple((str(row[0]), str(row[1])) for row in rows)

    def forget(self, keys: Iterable[str]) -> None:
        """Throw these kept answers away."""
        with erasing(self._engine) as connection:
            connection.execute(delete(answers).where(answers.c.key.in_(sorted(keys))))

    def claim(self, owner: str, key: str, digest: str) -> KeptAnswer | None:
        """Take this person's key for new work (None), or give what is kept under it.

        The body of what is kept is empty while somebody else is still working on it.
        """
        with writing(self._engine) as connection:
            row = connection.execute(select(answers).where(answers.c.key == f"{owner}\n{key}")).one_or_none()
            lapsed = row is not None and not row.body and row.kept <= now() - _CLAIM_KEPT
            if row is not None and not lapsed:
                return KeptAnswer(row.digest, row.status, row.body)
            _put_answer(connection, owner, key, KeptAnswer(digest, 0, ""))
        return None

    def release(self, owner: str, key: str) -> None:
        """Give a key back whose work failed."""
        with writing(self._engine) as connection:
            connection.execute(
                delete(answers).where(answers.c.key == f"{owner}\n{key}", answers.c.body == "")
            )

    def remember(self, owner: str, key: str, digest: str, status: int, body: str) -> None:
        """Keep an answer for a day, so that repeating the request repeats it."""
        with writing(self._engine) as connection:
            _put_answer(connection, owner, key, KeptAnswer(digest, status, body))


def _put_answer(connection: Connection, owner: str, key: str, answer: KeptAnswer) -> None:
    connection.execute(delete(answers).where(answers.c.key == f"{owner}\n{key}"))
    connection.execute(insert(answers).values(key=f"{owner}\n{key}", kept=now(), **asdict(answer)))


def expired_answers() -> Delete:
    """What throws away the answers that were kept long enough."""
    return delete(answers).where(answers.c.kept <= now() - _ANSWER_KEPT)
