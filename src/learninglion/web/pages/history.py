"""Looking back at a dossier and taking it along: its versions and log, files to download, made again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import Response

from learninglion.models.plain import from_plain
from learninglion.record.contract import never_looked_at
from learninglion.record.energy import Energy
from learninglion.record.export import ExportFormat, file_name
from learninglion.record.notes import balance_of
from learninglion.record.provenance import SIDECAR_SUFFIX
from learninglion.web.access import SignedIn, TheSite
from learninglion.web.i18n import FORMS, deed_words
from learninglion.web.pages.drafts import EXPORT_TYPES
from learninglion.workflow.log import LogEntry

router = APIRouter(include_in_schema=False)


@router.get("/dossiers/{dossier_id}/export/{form}")
def export_file(site: TheSite, viewer: SignedIn, dossier_id: str, form: ExportFormat) -> Response:
    """The dossier as a file, marked and with its sources."""
    content = site.workplace.dossiers.export(dossier_id, form, actor=viewer.actor)
    name = quote(file_name(site.workplace.dossiers.load(dossier_id, viewer.actor), form))
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(content, media_type=EXPORT_TYPES[form], headers=headers)


@router.get("/dossiers/{dossier_id}/provenance/{form}")
def provenance_file(site: TheSite, viewer: SignedIn, dossier_id: str, form: ExportFormat) -> Response:
    """The signed statement that goes with a downloaded file."""
    name, content = site.workplace.dossiers.provenance(dossier_id, form, actor=viewer.actor)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name + SIDECAR_SUFFIX)}"}
    return Response(content, media_type="application/json", headers=headers)


@dataclass(frozen=True, slots=True)
class LogLine:
    """What a history shows of a log entry."""

    at: datetime
    actor: str
    action: str  # in words
    about: tuple[str, ...]  # which form or person
    version: int | None  # of the text
    energy: Energy | None = None  # where the work was metered


def _line(entry: LogEntry) -> LogLine:
    about = [str(entry.details[k]) for k in ("format", "of", "to") if entry.details.get(k)]
    unanswered = entry.details.get("open")
    about += [", ".join(map(str, unanswered))] if isinstance(unanswered, list) else []
    version = entry.details.get("version")
    energy = entry.details.get("energy")
    spent = from_plain(Energy, energy) if isinstance(energy, dict) else None
    return LogLine(
        entry.at,
        entry.actor,
        deed_words(entry.action),
        tuple(FORMS.get(detail, detail) for detail in about),
        version if isinstance(version, int) else None,
        spent,
    )


@router.get("/dossiers/{dossier_id}/history")
def dossier_history(request: Request, site: TheSite, viewer: SignedIn, dossier_id: str) -> Response:
    """The versions of a dossier, what was chosen for it, and what the log says of it."""
    dossier = site.workplace.dossiers.load(dossier_id, viewer.actor)
    site.workplace.access.looked(viewer.actor, "dossier", dossier_id)
    versions = site.workplace.dossiers.versions(dossier_id, viewer.actor)
    entries = site.workplace.dossiers.steps(dossier_id, viewer.actor)
    lines = tuple(_line(entry) for entry in entries)
    return site.templates.page(
        request,
        "history.html",
        viewer,
        dossier=dossier,
        versions=versions,
        lines=lines,
        energy=site.workplace.dossiers.energy(dossier_id, viewer.actor),
        balance=balance_of(dossier),
        looked={v.draft.selection.question.numbers: never_looked_at(v) for v in dossier.verifications},
        replayed=None,
    )


@router.post("/dossiers/{dossier_id}/replay")
def replay(request: Request, site: TheSite, viewer: SignedIn, dossier_id: str) -> Response:
    """Make the proposal again from what was chosen then, and say whether it comes out the same."""
    report = site.workplace.drafts.replay(dossier_id, actor=viewer.actor)
    return site.templates.page(request, "replay.html", viewer, report=report, dossier_id=dossier_id)
