"""The processing log after Logboek Dataverwerkingen: every operation on data as a span, in OTLP/JSON.

Made from the log of the installation, so nothing is sampled and nothing is missed, and without who did it:
that stays in the log itself, joined by the number of its line. An operation that another system began keeps
its trace; others share one for each dossier.
Source: Logius, Logboek Dataverwerkingen (dpl.core.*); Geonovum's extension for objects (dpl.objects.*);
OTLP 1 with its JSON encoding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from learninglion.compliance.otlp import attribute, operation_of
from learninglion.models.errors import InputError
from learninglion.models.plain import Plain, sha256_hex
from learninglion.record.log import LogEntry

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
    above = operation_of(str(entry.details.get("trace", "")))
    attributes = [
        attribute("dpl.core.processing_activity_id", terms.activity),
        *([attribute("dpl.objects.algorithm_id", terms.algorithm)] if terms.algorithm else []),
        attribute("learninglion.log_entry", str(entry.seq)),
        attribute("learninglion.subject", entry.subject),
    ]
    return {
        "traceId": above[0] if above else sha256_hex(entry.subject or entry.hash)[:32],
        "spanId": sha256_hex(entry.hash)[:16],
        **({"parentSpanId": above[1]} if above else {}),
        "name": entry.action,
        "kind": 1,  # internal
        "startTimeUnixNano": _nanoseconds(entry, took),
        "endTimeUnixNano": _nanoseconds(entry, timedelta()),
        "attributes": attributes,
        "status": {"code": _ERROR if entry.details.get("status") == "failed" else _OK},
    }


def _nanoseconds(entry: LogEntry, before: timedelta) -> str:
    return str(int((entry.at - before).timestamp() * 1_000_000) * 1_000)
