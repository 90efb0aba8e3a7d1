"""OTLP: requests, jobs and pieces of work as spans for a collector, and the processing log as spans too.

Source: OpenTelemetry protocol 1 over HTTP (identifiers in hex, times in nanoseconds as strings, path
/v1/traces, `partialSuccess` for what was refused). The libraries of OpenTelemetry are not used: with their
exporter they bring six packages, and read where to send from the environment.

Off unless a collector is set and traces are asked for. A span says which sort of work, how long, how it ended
and what energy it took: the pattern of an address, never the address; no text, no document, no user. The
operation that a request belongs to (W3C Trace Context) is followed either way, into the log: the processing
log names it. Spans are sent from a thread of their own, and dropped rather than waited for.
"""

from __future__ import annotations

import logging
import re
import secrets
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from enum import IntEnum
from urllib.parse import urlsplit

from learninglion import __version__
from learninglion.inference.connection import Connection, Route, require_allowed
from learninglion.models.errors import InputError, LearningLionError
from learninglion.models.plain import Plain, sha256_hex
from learninglion.record.energy import Energy
from learninglion.record.log import OPERATION, LogEntry

_WHAT = "verzamelpunt"
_PATH = "/v1/traces"
_TIMEOUT = 10.0
_RETRIES = 2
_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}")


@dataclass(frozen=True, slots=True)
class CollectorChoice:
    """Where spans are sent."""

    address: str = ""  # without /v1/traces; empty: nowhere
    api_key: str = field(default="", repr=False)
    traces: bool = False  # also spans of requests, jobs and work: how long, no text, no user
    allowed_hosts: tuple[str, ...] = ()  # hosts outside this machine that may be sent to
    route: Route = Route()


class Collector:
    """A collector at an address. Raises InputError or PermissionDeniedError for one that may not be."""

    def __init__(self, choice: CollectorChoice) -> None:
        require_allowed(choice.address, choice.allowed_hosts, _WHAT)
        self._connection = Connection(
            choice.address, _WHAT, api_key=choice.api_key, timeout=_TIMEOUT, route=choice.route
        )

    def send(self, spans: Sequence[Plain], scope: str) -> None:
        """Hand over spans, all or none as far as the collector says. Raises ConnectionLostError.

        One that was busy may get spans twice; they keep their identifiers.
        """
        reply = self._connection.ask(_PATH, export_of(spans, scope), retries=_RETRIES)
        if reply.status != 200:
            raise self._connection.lost(f"weigerde de regels (status {reply.status})")
        answer = reply.value
        partial = answer.get("partialSuccess") if isinstance(answer, dict) else None
        if isinstance(partial, dict) and int(partial.get("rejectedSpans") or 0):
            raise self._connection.lost("nam niet alle regels aan")

    def close(self) -> None:
        """Close the connections."""
        self._connection.close()


def export_of(spans: Sequence[Plain], scope: str) -> dict[str, Plain]:
    """One request of spans that this program made."""
    resource = [attribute("service.name", "learninglion"), attribute("service.version", __version__)]
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": resource},
                "scopeSpans": [{"scope": {"name": scope, "version": __version__}, "spans": list(spans)}],
            }
        ]
    }


def _operation_of(traceparent: str) -> tuple[str, str] | None:
    """The numbers of trace and span in a traceparent (W3C Trace Context); None where it is none."""
    parent = _TRACEPARENT.fullmatch(traceparent)
    return (parent[1], parent[2]) if parent else None


def attribute(name: str, value: str | int | float) -> Plain:
    """One attribute; whole numbers travel as text there."""
    if isinstance(value, str):
        return {"key": name, "value": {"stringValue": value}}
    if isinstance(value, int):
        return {"key": name, "value": {"intValue": str(value)}}
    return {"key": name, "value": {"doubleValue": value}}


# The processing log after Logboek Dataverwerkingen: every operation on data as a span, in OTLP/JSON.
#
# Made from the log of the installation, so nothing is sampled and nothing is missed, and without who did it:
# that stays in the log itself, joined by the number of its line. An operation that another system began keeps
# its trace; others share one for each dossier.
# Source: Logius, Logboek Dataverwerkingen (dpl.core.*); Geonovum's extension for objects (dpl.objects.*);
# OTLP 1 with its JSON encoding.


SCOPE = "learninglion.log"

PROCESSING = (
    "document.ingest", "document.remove", "document.personal", "search", "offer", "ask", "select", "draft",
    "resume", "verify", "replay", "dossier.draft", "dossier.edited", "dossier.approved", "dossier.delete",
    "source.open", "read.dossier", "copy", "export", "archive", "person.find", "person.erase",
    "retention.destroy",
)  # fmt: skip
"""The actions of the log that are operations on data in documents, sets and dossiers."""

_OK, _ERROR = 1, 2


@dataclass(frozen=True, slots=True)
class ProcessingTerms:
    """What the organisation says of its processing: addresses in its registers."""

    activity: str = ""  # absolute URI of a versioned entry in the register of processing
    algorithm: str = ""


def processing_spans(entries: Iterable[LogEntry], terms: ProcessingTerms) -> Iterator[Plain]:
    """The operations among `entries` as spans of OTLP. Raises InputError without a register entry."""
    address = urlsplit(terms.activity)
    if address.scheme not in ("http", "https", "urn") or not (address.netloc or address.path):
        raise InputError(
            "Zet in settings.toml onder [processing] activity: het adres van uw verwerking in uw register "
            "van verwerkingen, met versie (https://...)."
        )
    return (_span(entry, terms) for entry in entries if entry.action in PROCESSING)


def _span(entry: LogEntry, terms: ProcessingTerms) -> Plain:
    energy = entry.details.get("energy")
    seconds = energy.get("seconds") if isinstance(energy, dict) else None
    took = timedelta(seconds=seconds if isinstance(seconds, int | float) else 0)
    above = _operation_of(str(entry.details.get("trace", "")))
    attributes = [
        attribute("dpl.core.processing_activity_id", terms.activity),
        *([attribute("dpl.objects.algorithm_id", terms.algorithm)] if terms.algorithm else []),
        attribute("learninglion.log_entry", str(entry.seq)),
        attribute("learninglion.subject", entry.subject),
    ]
    trace = above[0] if above else sha256_hex(entry.subject or entry.hash)[:32]
    return {
        **_places(trace, sha256_hex(entry.hash)[:16], above[1] if above else "", entry.action, Kind.INTERNAL),
        "startTimeUnixNano": _nanoseconds(entry, took),
        "endTimeUnixNano": _nanoseconds(entry, timedelta()),
        "attributes": attributes,
        "status": {"code": _ERROR if entry.details.get("status") == "failed" else _OK},
    }


def _places(trace: str, own: str, above: str, name: str, kind: Kind) -> dict[str, Plain]:
    """What a span is and where it belongs; `above`: the span that it is part of."""
    parent: dict[str, Plain] = {"parentSpanId": above} if above else {}
    return {"traceId": trace, "spanId": own, **parent, "name": name, "kind": int(kind)}


def _nanoseconds(entry: LogEntry, before: timedelta) -> str:
    return str(int((entry.at - before).timestamp() * 1_000_000) * 1_000)


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
        above = parent if _operation_of(parent) else before
        span = Span(name)
        numbers = _operation_of(above)
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
        numbers = _operation_of(OPERATION.get())
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
            **_places(trace, own, above, span.name, kind),
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
