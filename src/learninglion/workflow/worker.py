"""Who does the work in the queue: some threads that claim a job, do it, and tell how far it is."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial

from learninglion.database.engine import fenced
from learninglion.models import Actor
from learninglion.models.errors import LearningLionError, UnavailableError
from learninglion.models.plain import Plain
from learninglion.workflow.jobs import ABOVE, Claim, Event, Jobs, LostClaim
from learninglion.workflow.spans import Tracer

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
        for run in list(self._runs.values()):
            run.lose()
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        for run in list(self._runs.values()):
            self._jobs.give_back(run.claim)

    def _work(self, bulk: bool) -> None:
        while not self._stopping.is_set():
            try:
                self._jobs.fresh.clear()
                claim = self._jobs.claim(tuple(self._works), bulk=bulk)
                if claim is None:
                    self._jobs.fresh.wait(_LOOK_SECONDS)
                else:
                    self._do(claim)
            except UnavailableError as error:
                _logger.warning("the queue could not be read or written: %s", error.detail)
                self._stopping.wait(_TROUBLE_SECONDS)
            except Exception:  # a fault of ours: told in full, and no reason to leave later jobs undone
                _logger.exception("the queue could not be read or written")
                self._stopping.wait(_TROUBLE_SECONDS)

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
            time.sleep(_TELL_SECONDS)
            try:
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
            except UnavailableError as error:
                _logger.warning("reports of jobs could not be written: %s", error.detail)
                self._stopping.wait(_TELL_SECONDS * 4)
            except Exception:
                _logger.exception("reports of jobs could not be written")
                self._stopping.wait(_TELL_SECONDS * 4)

    def _lengthen(self, run: Run) -> None:
        events, moment = run.unsent(), time.monotonic()
        if events or moment - run.beaten > _BEAT_SECONDS:
            run.beaten = moment
            if not self._jobs.lengthen(run.claim, events):
                run.lose()
