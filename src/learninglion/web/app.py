"""The application, every router and every layer around it on one screen; and the processes that stay.

    from learninglion.web.app import create_app, set_up_address
    app = create_app(workplace, settings)   # a workflow.Workplace and the settings.Settings it was opened by
    serve(app, settings.web, make_worker(workplace, settings.jobs.slots))

`set_up_address(app)` gives the one-time address for the first account, or None when there is one already;
`learninglion serve` prints it. `create_mcp(workplace, actor)` stands in `learninglion.web.mcp`.

The server, and a worker by itself, end within ten seconds when they are told to stop. The server's own log
has a line for each request and for what went wrong, with the number of the request. Lines say who did what
when and how long it took, never what was asked: no query, no body, and of an error of the program its kind
and place, not the words in it.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import json
import logging
import os
import re
import signal
import socket
import threading
import time
import traceback
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import FrameType
from typing import ClassVar

import h11
import uvicorn
from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from uvicorn.protocols.http.h11_impl import H11Protocol

from learninglion import __version__
from learninglion.models.errors import InputError, LearningLionError, UnavailableError
from learninglion.models.plain import Plain
from learninglion.settings import (
    KnownNames,
    LogSettings,
    Outside,
    Settings,
    WebSettings,
    address_for,
    check_public_url,
    outside_of,
    with_model,
)
from learninglion.web.access import Site
from learninglion.web.api import routes as api
from learninglion.web.api.routes import draft_for_program
from learninglion.web.gate import (
    REQUEST,
    Counting,
    Gate,
    Metrics,
    RequestIds,
    SecurityHeaders,
    TrustedHosts,
    answer_errors,
)
from learninglion.web.oidc import OpenIdConnect, check_issuer
from learninglion.web.pages import documents, manage, proposals, public, search, sets
from learninglion.web.pages.work import (
    INBOX,
    INGEST,
    check_everything,
    check_model_in_use,
    take_in,
    take_in_inbox,
    write_again,
    write_draft,
    write_on,
)
from learninglion.web.rendering import Templates
from learninglion.workflow import Workplace
from learninglion.workflow.documents import PageImages
from learninglion.workflow.jobs import Run, Work, Worker
from learninglion.workflow.workplace import Readiness, figures

# Spans and logs of the framework would carry bodies and errors to whatever the environment configures.
_NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}


def create_app(workplace: Workplace, settings: Settings) -> FastAPI:
    """The web application on an opened workplace. Raises InputError for settings that cannot work."""
    check_public_url(settings.web.public_url)
    app = FastAPI(
        title="LearningLion",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        telemetry=_NO_TELEMETRY,
    )
    metrics = Metrics(workplace.joules_spent, partial(figures, workplace)) if settings.metrics.token else None
    app.state.site = _open_site(workplace, settings, metrics)
    app.include_router(api.router)
    for pages in (public, search, documents, sets, proposals, manage):
        app.include_router(pages.router)
    answer_errors(app)
    # The last one added is the first that a request meets.
    app.add_middleware(Gate)
    app.add_middleware(TrustedHosts, allowed=KnownNames(settings.web))
    app.add_middleware(SecurityHeaders, sign_out=settings.web.oidc_issuer)
    app.add_middleware(Counting, metrics=metrics, tracer=workplace.tracer)
    app.add_middleware(RequestIds)
    return app


def _open_site(workplace: Workplace, settings: Settings, metrics: Metrics | None) -> Site:
    web = settings.web
    oidc = None
    if web.oidc_issuer:
        check_issuer(web.oidc_issuer)
        redirect = f"{address_for(web)}/sign-in/organisation/return"
        oidc = OpenIdConnect(
            web.oidc_issuer,
            web.oidc_client_id,
            web.oidc_client_secret,
            redirect,
            web.oidc_role_claim,
            route=settings.network,
        )
    return Site(
        workplace=workplace,
        settings=settings,
        page_images=PageImages(workplace.page_files),
        templates=Templates(web, partial(_outside, workplace, settings)),
        oidc=oidc,
        metrics=None if metrics is None else metrics.text,
        readiness=Readiness(workplace),
    )


def _outside(workplace: Workplace, settings: Settings) -> Outside | None:
    """What leaves this machine; None while it cannot be known."""
    try:
        return outside_of(with_model(settings, workplace.language_model.chosen()))
    except UnavailableError:
        return None


def set_up_address(app: FastAPI) -> str | None:
    """The address where the first account is made, with a token that works once; None when not needed."""
    site: Site = app.state.site
    if site.workplace.accounts.any() or site.oidc is not None:
        return None
    return f"{address_for(site.settings.web)}/set-up?token={site.workplace.accounts.invite(None)}"


# All long work that can be asked for, by its kind, for whoever does it: server or worker.

_WORKS: dict[str, Callable[[Workplace, Run], dict[str, Plain]]] = {
    INGEST: take_in,
    INBOX: take_in_inbox,
    "check": check_everything,
    "model": check_model_in_use,
    "draft": write_draft,
    "draft.again": write_again,
    "draft.resume": write_on,
    "draft.api": draft_for_program,
}


def make_worker(workplace: Workplace, slots: int) -> Worker:
    """Who does so many jobs of this workplace at once; not begun yet."""
    works: dict[str, Work] = {kind: partial(work, workplace) for kind, work in _WORKS.items()}
    works |= workplace.quality.works() | workplace.retention.works()
    return Worker(workplace.jobs, works, workplace.accounts.rights_of_now, slots, workplace.tracer)


# Connections with nothing at work, fresh or between two requests: closed in time, and never too many.

_HEAD_SECONDS = 15.0
# Each well under the 1,024 files that a process may have open by default.
_MOST_WAITING = _MOST_IDLE = 200


class PatientProtocol(H11Protocol):
    """Uvicorn's protocol with a clock on the head of a request; of too many that wait the oldest goes."""

    head_seconds: ClassVar[float] = _HEAD_SECONDS
    most_waiting: ClassVar[int] = _MOST_WAITING
    most_idle: ClassVar[int] = _MOST_IDLE
    _waiting: ClassVar[OrderedDict[PatientProtocol, asyncio.TimerHandle]] = OrderedDict()
    _idle: ClassVar[OrderedDict[PatientProtocol, None]] = OrderedDict()  # kept alive, for the next request

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Stop the clock when the head is whole; start it when the next one begins."""
        self._idle.pop(self, None)
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            self._watch()
        else:
            self._unwatch()

    def on_response_complete(self) -> None:
        """Keep the connection for the next request, unless it would be one too many."""
        super().on_response_complete()
        if self.timeout_keep_alive_task is not None and not self.transport.is_closing():
            self._idle[self] = None
            while len(self._idle) > self.most_idle:
                self._idle.popitem(last=False)[0].timeout_keep_alive_handler()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget this connection."""
        self._idle.pop(self, None)
        self._unwatch()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if self in self._waiting or self.transport.is_closing():
            return
        self._waiting[self] = self.loop.call_later(self.head_seconds, self._give_up)
        while len(self._waiting) > self.most_waiting:
            next(iter(self._waiting))._give_up()

    def _unwatch(self) -> None:
        timer = self._waiting.pop(self, None)
        if timer is not None:
            timer.cancel()

    def _give_up(self) -> None:
        self._unwatch()
        self.transport.abort()


_FOR_READERS = 3  # seconds for answers that are on their way
_FOR_WORK = 3.0  # seconds for long work to come to a place where it can stop; the rest goes back in the queue
# Longer than a proxy keeps a connection for its next request (nginx: 60 seconds): one that is sent at the
# moment at which the server closes would be broken off.
_KEEP_ALIVE = 75
_LAST = 8.0  # seconds until the process ends, also in the middle of a computation
_LOOK = 0.5  # seconds between two looks whether the worker was told to stop
# For the C library (glibc, malloc.h): by default every thread gets a heap of its own, and each keeps what it
# once needed; a server's memory then grows with the number of threads that ever were busy at once. One heap,
# and what is large goes back to the system as soon as it is freed.
_HEAPS = {-8: 1, -3: 1 << 20, -1: 4 << 20}  # M_ARENA_MAX; M_MMAP_THRESHOLD and M_TRIM_THRESHOLD in bytes
_TIDY = 60.0  # seconds between two times at which what is free inside that heap goes back too


class _Server(uvicorn.Server):
    """Ends by itself where a thread does not: what was committed is whole, the rest never happened."""

    def __init__(self, config: uvicorn.Config, worker: Worker) -> None:
        super().__init__(config)
        self._worker = worker

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Told to stop: let the work go back and the clock run, once."""
        if not self.should_exit:
            _begin_to_end(self._worker)
        super().handle_exit(sig, frame)


def require_port(web: WebSettings) -> None:
    """Raises InputError where nothing can listen at this address: the port is taken, or is not ours."""
    try:
        family = socket.AF_INET6 if ":" in web.host else socket.AF_INET
        socket.create_server((web.host, web.port), family=family).close()
    except (OSError, OverflowError) as error:
        raise InputError(
            f"Op {web.host} is poort {web.port} bezet of niet toegestaan. Stop wat er al op draait, of kies "
            "een andere poort met --port."
        ) from error


def serve(application: FastAPI, web: WebSettings, worker: Worker) -> None:
    """Serve until told to stop, with a worker beside it."""
    share_heaps()
    _keep_program()
    signal.signal(signal.SIGTERM, _leave)  # uvicorn passes the signal on once it has stopped
    worker.start()
    config = uvicorn.Config(
        application,
        host=web.host,
        port=web.port,
        server_header=False,
        proxy_headers=False,
        log_config=None,
        log_level="warning",
        access_log=False,
        http=PatientProtocol,
        ws="none",
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_FOR_READERS,
    )
    try:
        _Server(config, worker).run()
    finally:
        worker.stop(_FOR_WORK)


def work_until_stopped(worker: Worker) -> None:
    """Work until told to stop."""
    share_heaps()
    signals: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: signals.append(number))
    worker.start()
    while not signals:  # a signal that another thread takes does not wake the one that waits for a lock
        time.sleep(_LOOK)
    _begin_to_end(worker)
    worker.stop(_FOR_WORK)


def share_heaps() -> None:
    """Let all threads share one heap, which gives back what is freed; for a program that stays."""
    with suppress(AttributeError, OSError):  # other C libraries have no such thing, and need it not
        library = ctypes.CDLL(None)
        for option, value in _HEAPS.items():
            library.mallopt(option, value)
        threading.Thread(target=_give_back, args=(library.malloc_trim,), name="heap", daemon=True).start()


def _give_back(trim: Callable[[int], int]) -> None:
    while True:  # a busy moment leaves holes below what is still in use, which freeing alone never gives back
        time.sleep(_TIDY)
        trim(0)


def _keep_program() -> None:
    """Let no search for what is unused look through the program itself, some 200,000 objects that stay: for
    a tenth of a second all requests would wait for it.
    """
    gc.collect()
    gc.freeze()


def _begin_to_end(worker: Worker) -> None:
    # Each in a thread of its own: to give work back waits for its turn to write, behind a large document.
    last = threading.Timer(_LAST, os._exit, (0,))
    last.daemon = True
    last.start()
    threading.Thread(target=worker.stop, args=(_FOR_WORK,), daemon=True).start()


def _leave(*_: object) -> None:
    raise SystemExit(0)


# Whatever ends a line or steers a terminal: what people sent makes no line of its own.
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_MB = 1_000_000
_TELLING = (LearningLionError, OSError)  # their words are ours or the system's


class _Lines(logging.Formatter):
    """One line for each record: JSON, or words."""

    def __init__(self, *, as_json: bool) -> None:
        super().__init__()
        self._json = as_json

    def format(self, record: logging.LogRecord) -> str:
        """The line, with the number of the request that it belongs to."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields: dict[str, object] = {"at": at, "level": record.levelname.lower(), "from": record.name}
        if request := REQUEST.get():
            fields["request"] = request
        fields["message"] = record.getMessage()
        fields.update(getattr(record, "told", {}))
        if record.exc_info and record.exc_info[1]:
            fields["error"] = _error(record.exc_info[1])
        if self._json:
            return json.dumps(fields, ensure_ascii=False)
        shown = [str(fields.pop(name)) for name in ("at", "level", "message")]
        for name in ("method", "route", "status"):
            fields.pop(name, None)  # in the message already
        rest = [f"{name}={value}" for name, value in fields.items()]
        return _BREAKS.sub(" | ", " ".join([*shown, *rest]))


def _error(error: BaseException) -> str:
    """Its kind and where it came from, with its causes; words only where no text of people is among them."""
    lines: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(lines) < 5:
        words = f": {cause}" if isinstance(cause, _TELLING) else ""
        frames = traceback.extract_tb(cause.__traceback__)[-6:]
        places = " < ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in reversed(frames))
        lines.append(f"{type(cause).__name__}{words} ({places})")
        cause = cause.__cause__ or cause.__context__
    return "; by ".join(lines)


class _Files(RotatingFileHandler):
    """Files that their owner alone may read."""

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return os.fdopen(descriptor, "a", encoding="utf-8")


def start_log(settings: LogSettings, home: Path) -> None:
    """Let what is logged go where the settings say: standard error, or files that do not grow on."""
    if settings.file:
        path = home / settings.file
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        size = int(settings.megabytes * _MB)
        handler: logging.Handler = _Files(path, maxBytes=size, backupCount=max(1, settings.files - 1))
    else:
        handler = logging.StreamHandler()
    handler.setFormatter(_Lines(as_json=settings.json))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("learninglion.requests").setLevel(
        logging.INFO if settings.requests else logging.WARNING
    )
