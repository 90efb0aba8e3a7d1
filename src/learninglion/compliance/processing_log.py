"""The processing log after Logboek Dataverwerkingen: every operation on data as a span, in OTLP/JSON.

Made from the log of the installation, so nothing is sampled and nothing is missed, and without who did it:
that stays in the log itself, joined by the number of its line. Operations on one dossier share a trace.
Source: Logius, Logboek Dataverwerkingen (dpl.core.*); Geonovum's extension for objects (dpl.objects.*);
OTLP 1 with its JSON encoding (identifiers in hex, times in nanoseconds as strings).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from learninglion import __version__
from learninglion.models.errors import InputError
from learninglion.models.plain import Plain
from learninglion.record.log import LogEntry

__all__ = ["PROCESSING", "ProcessingTerms", "processing_log"]

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

    activity: str  # absolute URI of a versioned entry in the register of processing
    algorithm: str = ""


def processing_log(entries: Iterable[LogEntry], terms: ProcessingTerms) -> dict[str, Plain]:
    """The operations among `entries` as one export of spans. Raises InputError without a register entry."""
    told = urlsplit(terms.activity)
    if told.scheme not in ("http", "https", "urn") or not (told.netloc or told.path):
        raise InputError(
            "Zet in settings.toml onder [processing] activity: het adres van uw verwerking in uw register "
            "van verwerkingen, met versie (https://...)."
        )
    resource: list[Plain] = [_pair("service.name", "learninglion"), _pair("service.version", __version__)]
    scope: dict[str, Plain] = {"name": "learninglion.log", "version": __version__}
    spans: list[Plain] = list(_spans(entries, terms))
    return {
        "resourceSpans": [
            {"resource": {"attributes": resource}, "scopeSpans": [{"scope": scope, "spans": spans}]}
        ]
    }


def _spans(entries: Iterable[LogEntry], terms: ProcessingTerms) -> Iterator[Plain]:
    for entry in entries:
        if entry.action not in PROCESSING:
            continue
        energy = entry.details.get("energy")
        seconds = energy.get("seconds") if isinstance(energy, dict) else None
        took = timedelta(seconds=seconds if isinstance(seconds, int | float) else 0)
        attributes = [
            _pair("dpl.core.processing_activity_id", terms.activity),
            *([_pair("dpl.objects.algorithm_id", terms.algorithm)] if terms.algorithm else []),
            _pair("learninglion.log_entry", str(entry.seq)),
            _pair("learninglion.subject", entry.subject),
        ]
        failed = entry.details.get("status") == "failed"
        yield {
            "traceId": _digest(entry.subject or entry.hash)[:32],
            "spanId": _digest(entry.hash)[:16],
            "name": entry.action,
            "kind": 1,  # internal
            "startTimeUnixNano": _nanoseconds(entry, took),
            "endTimeUnixNano": _nanoseconds(entry, timedelta()),
            "attributes": attributes,
            "status": {"code": _ERROR if failed else _OK},
        }


def _pair(name: str, value: str) -> Plain:
    return {"key": name, "value": {"stringValue": value}}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _nanoseconds(entry: LogEntry, before: timedelta) -> str:
    return str(int((entry.at - before).timestamp() * 1_000_000) * 1_000)
