"""Processes that stay: the server, and a worker by itself. Told to stop, they end within ten seconds."""

from __future__ import annotations

import ctypes
import os
import signal
import threading
import time
from contextlib import suppress
from types import FrameType

import uvicorn
from fastapi import FastAPI

from learninglion.settings import WebSettings
from learninglion.web.patience import PatientProtocol
from learninglion.workflow.worker import Worker

__all__ = ["serve", "work_until_told"]

_FOR_READERS = 3  # seconds for answers that are on their way
_FOR_WORK = 3.0  # seconds for long work to come to a place where it can stop; the rest goes back in the queue
# Longer than a proxy keeps a connection for its next request (nginx: 60 seconds): one that is sent at the
# moment at which the server closes would be broken off.
_KEEP_ALIVE = 75
_LAST = 8.0  # seconds until the process ends, also in the middle of a computation
# For the C library (glibc, malloc.h): by default every thread gets a heap of its own, and each keeps what it
# once needed; a server's memory then grows with the number of threads that ever were busy at once. One heap,
# and what is large goes back to the system as soon as it is freed.
_HEAPS = {-8: 1, -3: 1 << 20, -1: 4 << 20}  # M_ARENA_MAX; M_MMAP_THRESHOLD and M_TRIM_THRESHOLD in bytes


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


def serve(application: FastAPI, web: WebSettings, worker: Worker) -> None:
    """Serve until told to stop, with a worker beside it."""
    _share_heaps()
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


def work_until_told(worker: Worker) -> None:
    """Work until told to stop."""
    _share_heaps()
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    worker.start()
    told.wait()
    _begin_to_end(worker)
    worker.stop(_FOR_WORK)


def _share_heaps() -> None:
    with suppress(AttributeError, OSError):  # other C libraries have no such thing, and need it not
        set_option = ctypes.CDLL(None).mallopt
        for option, value in _HEAPS.items():
            set_option(option, value)


def _begin_to_end(worker: Worker) -> None:
    def end() -> None:
        began = time.monotonic()
        worker.stop(_FOR_WORK)
        time.sleep(max(0.0, _LAST - (time.monotonic() - began)))
        os._exit(0)

    threading.Thread(target=end, daemon=True).start()


def _leave(*_: object) -> None:
    raise SystemExit(0)
