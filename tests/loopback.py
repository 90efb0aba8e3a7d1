"""A server of the standard library on loopback, for as long as a test needs it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from typing import TypeVar

__all__ = ["running"]

T = TypeVar("T", bound=ThreadingHTTPServer)


@contextmanager
def running(server: T) -> Iterator[T]:
    """Serve in a thread of its own; what is still open at the end does not hold it up."""
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
