"""OTLP with its JSON encoding: spans as collectors read them, and sending them to one that confirms.

Source: OpenTelemetry protocol 1 over HTTP (identifiers in hex, times in nanoseconds as strings, path
/v1/traces, `partialSuccess` for what was refused). The libraries of OpenTelemetry are not used: with their
exporter they bring six packages, and read where to send from the environment.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from learninglion import __version__
from learninglion.inference.connection import Connection, Route, require_allowed
from learninglion.models.plain import Plain

_WHAT = "verzamelpunt"
_PATH = "/v1/traces"
_TIMEOUT = 10.0
_RETRIES = 2
_GIVEN = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}")


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


def operation_of(traceparent: str) -> tuple[str, str] | None:
    """The numbers of trace and span in a traceparent (W3C Trace Context); None where it is none."""
    parent = _GIVEN.fullmatch(traceparent)
    return (parent[1], parent[2]) if parent else None


def attribute(name: str, value: str | int | float) -> Plain:
    """One attribute; whole numbers travel as text there."""
    if isinstance(value, str):
        return {"key": name, "value": {"stringValue": value}}
    if isinstance(value, int):
        return {"key": name, "value": {"intValue": str(value)}}
    return {"key": name, "value": {"doubleValue": value}}
