"""Traces of what this program does, for whoever runs it: requests, jobs and pieces of work as spans.

Off unless a collector is set and traces are asked for. A span says which sort of work, how long, how it ended
and what energy it took: the pattern of an address, never the address; no text, no document, no user. The
operation that a request belongs to (W3C Trace Context) is followed either way, into the log: the processing
log names it. Spans are sent from a thread of their own, and dropped rather than waited for.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import IntEnum

from learninglion.compliance.otlp import Collector, attribute, operation_of
from learninglion.models.errors import LearningLionError
from learninglion.models.plain import Plain
from learninglion.record.energy import Energy
from learninglion.record.log import OPERATION

_SCOPE = "learninglion.traces"
_MOST = 2000  # spans that wait; more are dropped
_BATCH = 200
_SECONDS = 2.0  # at most between the end of a span and its sending
_CLOSING_SECONDS = 5.0
_logger = logging.getLogger(__name__)


class Kind(IntEnum):
    """Kinds of spans, by their numbers in OTLP."""

    INTERNAL = 1
    SERVER = 2


@dataclass(slots=True)
class Span:
    """A piece of work that is going on; its name and attributes may still be set."""

    name: str
    failed: bool = False
    attributes: dict[str, str | int | float] = field(default_factory=dict)


class Tracer:
    """What makes spans and sends them; without a collector it only follows operations that others began."""

    def __init__(self, collector: Collector | None) -> None:
        self._collector = collector
        self._waiting: list[Plain] = []
        self._lock = threading.Lock()
        self._fresh = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None
        self._lost = 0

    @contextmanager
    def span(self, name: str, kind: Kind = Kind.INTERNAL, parent: str = "") -> Iterator[Span]:
        """Work under this name, within the operation `parent` (a traceparent), or the one going on here."""
        before = OPERATION.get()
        above = parent if operation_of(parent) else before
        span = Span(name)
        numbers = operation_of(above)
        trace, own = numbers[0] if numbers else secrets.token_hex(16), secrets.token_hex(8)
        OPERATION.set(f"00-{trace}-{own}-01" if self._collector is not None else above)
        began = time.time_ns()
        try:
            yield span
        except BaseException:
            span.failed = True
            raise
        finally:
            # Not by a token: a request may end in another context than it began in.
            OPERATION.set(before)
            self._keep(span, kind, trace, own, numbers[1] if numbers else "", began)

    def worked(self, work: str, energy: Energy) -> None:
        """A piece of work has just ended, which took this energy."""
        numbers = operation_of(OPERATION.get())
        span = Span(work)
        span.attributes["learninglion.cpu_seconds"] = round(energy.cpu_seconds, 6)
        span.attributes["learninglion.energy_kwh"] = energy.kwh
        span.attributes["learninglion.energy_method"] = str(energy.method)
        if energy.elsewhere:
            span.attributes["learninglion.elsewhere"] = energy.elsewhere
        began = time.time_ns() - int(energy.seconds * 1e9)
        trace = numbers[0] if numbers else secrets.token_hex(16)
        self._keep(span, Kind.INTERNAL, trace, secrets.token_hex(8), numbers[1] if numbers else "", began)

    def close(self) -> None:
        """Send what waits, for a few seconds at most."""
        if self._collector is None:
            return
        self._closing = True
        self._fresh.set()
        if self._thread is not None:
            self._thread.join(_CLOSING_SECONDS)
        self._collector.close()

    def _keep(self, span: Span, kind: Kind, trace: str, own: str, above: str, began: int) -> None:
        if self._collector is None:
            return
        made: dict[str, Plain] = {
            "traceId": trace,
            "spanId": own,
            **({"parentSpanId": above} if above else {}),
            "name": span.name,
            "kind": int(kind),
            "startTimeUnixNano": str(began),
            "endTimeUnixNano": str(time.time_ns()),
            "attributes": [attribute(name, value) for name, value in span.attributes.items()],
            "status": {"code": 2 if span.failed else 0},  # error, or unset as is the custom
        }
        with self._lock:
            if len(self._waiting) >= _MOST:
                self._lost += 1
                return
            self._waiting.append(made)
            if self._thread is None:
                self._thread = threading.Thread(target=self._send_all, daemon=True)
                self._thread.start()
        if len(self._waiting) >= _BATCH:
            self._fresh.set()

    def _send_all(self) -> None:
        while True:
            self._fresh.wait(_SECONDS)
            self._fresh.clear()
            closing = self._closing
            while True:
                with self._lock:
                    batch, self._waiting = self._waiting[:_BATCH], self._waiting[_BATCH:]
                    lost, self._lost = self._lost, 0
                if not batch:
                    break
                self._send(batch, lost)
            if closing:
                return

    def _send(self, batch: list[Plain], lost: int) -> None:
        assert self._collector is not None  # noqa: S101  (the thread exists only with one)
        try:
            self._collector.send(batch, _SCOPE)
        except LearningLionError as error:
            lost += len(batch)
            _logger.warning("%d spans were not sent: %s", lost, error.detail)
            return
        if lost:
            _logger.warning("%d spans were dropped: the collector does not keep up", lost)
