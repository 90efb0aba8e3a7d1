"""Long work (drafting, taking in files) that reports while it runs, and its reports as server-sent events.

A Job runs in a thread of its own and keeps every report, so that a page which connects late, or again,
reads them all from the start.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field

from learninglion.models import Actor
from learninglion.models.errors import ConflictError, LearningLionError, UnknownReferenceError
from learninglion.models.plain import Plain

__all__ = ["Event", "Job", "Jobs", "Report", "as_event_stream"]

_PULSE_SECONDS = 15.0  # a comment now and then keeps proxies from closing a silent stream
_POLL_SECONDS = 0.1
# Finished jobs are remembered for who comes back to them; each can hold a whole dossier.
_KEPT = 50
_KEPT_SECONDS = 3600.0
_RUNNING = 8  # jobs at once; more would only slow each other down on two cores


@dataclass(frozen=True, slots=True)
class Event:
    """One report: what sort, and its data."""

    name: str
    data: Mapping[str, object]


Report = Callable[[str, dict[str, Plain]], None]


@dataclass(slots=True)
class Job:
    """A piece of long work with all it reported so far; the last report is "done" or "failed"."""

    id: str
    owner: Actor  # with the rights it was begun with
    kind: str
    subject: str = ""
    events: list[Event] = field(default_factory=list)
    finished: bool = False
    ended: float = 0.0  # on the clock of Jobs, once finished
    stop: threading.Event = field(default_factory=threading.Event)  # set when its owner wants no more of it

    def report(self, name: str, data: dict[str, Plain]) -> None:
        """Add a report. Appending to a list is atomic, so readers need no lock."""
        self.events.append(Event(name, data))


class Jobs:
    """Runs jobs in threads and finds them again by id, for their owner only."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._lock = threading.Lock()

    def start(
        self, owner: Actor, kind: str, work: Callable[[Job], dict[str, Plain]], *, subject: str = ""
    ) -> Job:
        """Run `work` in a thread; what it returns becomes the data of "done".

        Raises ConflictError when this subject is already being worked on, or too much is running.
        """
        job = Job(secrets.token_hex(8), owner, kind, subject)
        with self._lock:
            running = [j for j in self._jobs.values() if not j.finished]
            if subject and any(j.kind == kind and j.subject == subject for j in running):
                raise ConflictError("Hier wordt al aan gewerkt. Wacht tot het klaar is.")
            if len(running) >= _RUNNING:
                raise ConflictError("Er loopt al veel werk tegelijk. Probeer het over een minuut opnieuw.")
            self._forget()
            self._jobs[job.id] = job
        name = f"{kind}-{job.id}"
        threading.Thread(target=_run, args=(job, work, self._clock), name=name, daemon=True).start()
        return job

    def _forget(self) -> None:
        finished = [j for j in self._jobs.values() if j.finished]
        latest = self._clock() - _KEPT_SECONDS
        surplus = len(finished) - _KEPT + 1
        for position, job in enumerate(finished):
            if job.ended < latest or position < surplus:
                del self._jobs[job.id]

    def find(self, job_id: str, actor: Actor) -> Job:
        """The job with this id. Raises UnknownReferenceError when it is gone or somebody else's, and when
        its owner has fewer rights by now than the work had: its reports can quote what is hidden since.
        """
        job = self._jobs.get(job_id)
        if job is None or job.owner.name != actor.name or not _covers(actor, job.owner):
            raise UnknownReferenceError("Dit werk is niet (meer) bekend.")
        return job

    def running(self, kind: str, subject: str, owner: str) -> Job | None:
        """The unfinished job of this kind on this subject, if it is this person's."""
        for job in list(self._jobs.values()):
            if (job.kind, job.subject, job.owner.name, job.finished) == (kind, subject, owner, False):
                return job
        return None


def _covers(actor: Actor, then: Actor) -> bool:
    """Whether this person may still do and see everything that `then` could."""
    seen = actor.collections is None or (
        then.collections is not None and then.collections <= actor.collections
    )
    return seen and then.roles <= actor.roles


def _run(job: Job, work: Callable[[Job], dict[str, Plain]], clock: Callable[[], float]) -> None:
    try:
        job.report("done", work(job))
    except LearningLionError as error:
        job.report("failed", {"status": error.status, "detail": error.detail})
    except Exception:
        job.report("failed", {"status": 500, "detail": "Er ging iets mis. De fout staat in het serverlog."})
        raise  # the thread's own hook writes the traceback to the server log
    finally:
        job.ended = clock()
        job.finished = True


def _as_it_is(event: Event) -> Event:
    return event


def _shown(event: Event, show: Callable[[Event], Event]) -> Event:
    try:
        return show(event)
    except LearningLionError as error:
        return Event("failed", {"status": error.status, "detail": error.detail})


async def as_event_stream(
    job: Job, after: int = 0, show: Callable[[Event], Event] = _as_it_is
) -> AsyncIterator[bytes]:
    """The job's reports as text/event-stream, from number `after` on, until it has finished.

    `show` makes of a report what its reader gets; what it raises becomes "failed".
    """
    sent, silent = after, 0.0
    while True:
        finished = job.finished  # read before the events, so that the last ones are not missed
        for number, event in enumerate(job.events[sent:], start=sent + 1):
            shown = event if show is _as_it_is else await asyncio.to_thread(_shown, event, show)
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
