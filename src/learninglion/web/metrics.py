"""Figures of the running server for Prometheus, and its requests as spans. Nothing of persons.

Figures are off unless a token is set, whoever scrapes sends it; spans are off unless a collector is set.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from learninglion.workflow.otlp import Kind, Tracer

CONTENT_TYPE = CONTENT_TYPE_LATEST

_JOULES = 3.6e6  # a kWh
# Anybody may send a method of his own making; each would be a row here for ever.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SECONDS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)


class Metrics:
    """What is counted in this process; `energy` tells the joules that its work took so far.

    `look` gives other figures by name, at the moment that they are asked for.
    """

    def __init__(self, energy: Callable[[], float], look: Callable[[], Mapping[str, float]] = dict) -> None:
        self._look = look
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "learninglion_requests", "Requests", ["method", "route", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "learninglion_request_seconds",
            "Seconds until the answer was sent",
            ["route"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        spent = Gauge("learninglion_energy_kwh", "Energy that work took, kWh", registry=self._registry)
        spent.set_function(lambda: energy() / _JOULES)
        ProcessCollector(registry=self._registry)

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request; `route` is the pattern of its address, never the address."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """All of it, in the format of Prometheus."""
        registry = CollectorRegistry()
        for name, value in self._look().items():
            Gauge(f"learninglion_{name}", name.replace("_", " "), registry=registry).set(value)
        return generate_latest(self._registry) + generate_latest(registry)


class Counting:
    """Around everything, so that what is refused early counts too; follows the trace that a caller names."""

    def __init__(self, app: ASGIApp, metrics: Metrics | None, tracer: Tracer) -> None:
        self._app = app
        self._metrics = metrics
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and count it when it is answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        method = scope["method"] if scope["method"] in _METHODS else "other"
        with self._tracer.span(method, Kind.SERVER, Headers(scope=scope).get("traceparent", "")) as span:
            try:
                await self._app(scope, receive, counted)
            finally:
                route = getattr(scope.get("route"), "path", "none")
                span.name, span.failed = f"{method} {route}", status >= 500
                span.attributes |= {"http.request.method": method, "http.route": route}
                span.attributes["http.response.status_code"] = status
                if self._metrics is not None:
                    self._metrics.count(method, route, status, time.perf_counter() - began)
