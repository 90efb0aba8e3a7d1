"""What stands beside the work: style and script, the organisation's theme, whether it runs, how it works."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response

from learninglion import __version__
from learninglion.compliance.facts import model_cards
from learninglion.models import Check, Dossier
from learninglion.models.errors import LearningLionError, PermissionDeniedError, UnknownReferenceError
from learninglion.settings import installation
from learninglion.web.access import TheSite, TheVisit, Visit, viewer_of
from learninglion.web.addresses import outside_of
from learninglion.web.metrics import CONTENT_TYPE
from learninglion.web.rendering import STATIC
from learninglion.workflow.checkup import State
from learninglion.workflow.sets import Work

router = APIRouter(include_in_schema=False)

_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".txt": "text/plain"}
# Whatever name is asked for, only these files are ever looked at.
_FILES = {p.relative_to(STATIC).as_posix(): p for p in sorted(STATIC.rglob("*")) if p.suffix in _TYPES}
_FOREVER = "public, max-age=31536000, immutable"
_VALID_DAYS = 180  # RFC 9116 advises less than a year


@router.get("/static/{name:path}")
def static(request: Request, name: str) -> Response:
    """A file of ours; its address changes when it does, so a browser may keep it."""
    path = _FILES.get(name)
    if path is None:
        raise UnknownReferenceError("Dit bestand bestaat niet.")
    age = _FOREVER if request.url.query.startswith("v=") else "no-cache"
    return FileResponse(path, media_type=_TYPES[path.suffix], headers={"Cache-Control": age})


@router.get("/theme.css")
def theme(site: TheSite) -> Response:
    """The design tokens of the organisation, from its own file."""
    chosen = site.settings.web.theme_css
    if not chosen:
        raise UnknownReferenceError("Er is geen thema van de organisatie ingesteld.")
    content = Path(chosen).expanduser().read_bytes()
    return Response(content, media_type="text/css", headers={"Cache-Control": "no-cache"})


@router.get("/.well-known/security.txt")
def security_txt(request: Request, site: TheSite) -> Response:
    """Where to report a weakness (RFC 9116)."""
    base = site.reached_at(request)
    contact = site.settings.web.contact
    address = f"mailto:{contact}" if "@" in contact and ":" not in contact else contact
    # Two months at a time, so that the date only moves now and then.
    today = datetime.now(UTC)
    expires = datetime(today.year, today.month, 1, tzinfo=UTC) + timedelta(days=_VALID_DAYS)
    lines = [
        f"Contact: {address or base + '/how-this-works'}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: nl, en",
        f"Canonical: {base}/.well-known/security.txt",
        f"Policy: {base}/how-this-works",
    ]
    return PlainTextResponse("\n".join(lines) + "\n")


@router.get("/metrics")
def metrics(request: Request, site: TheSite) -> Response:
    """Figures for Prometheus, for who sends the token; not there where none is set."""
    token = site.settings.metrics.token
    if site.metrics is None:
        raise UnknownReferenceError("Deze pagina bestaat niet.")
    if not hmac.compare_digest(request.headers.get("authorization", "").encode(), f"Bearer {token}".encode()):
        raise PermissionDeniedError("Stuur het token van [metrics] mee.")
    return Response(site.metrics.text(), media_type=CONTENT_TYPE)


@router.get("/health")
def health() -> Response:
    """Whether the server runs; says nothing about what is in it."""
    return JSONResponse({"status": "ok", "version": __version__})


@router.get("/ready")
def ready(site: TheSite) -> Response:
    """Whether the server can do its work now, part by part; 503 where a part does not. No more than that."""
    states = site.readiness.states()
    well = State.WRONG not in states.values()
    state = {
        "status": "ready" if well else "not ready",
        "parts": {n: s.name.lower() for n, s in states.items()},
    }
    return JSONResponse(state, 200 if well else 503)


@router.get("/accessibility")
def accessibility(request: Request, site: TheSite) -> Response:
    """The draft of an accessibility statement; only the organisation can sign one."""
    return site.templates.page(request, "accessibility.html", viewer_of(request))


@router.get("/api-docs")
def api_docs(request: Request, site: TheSite) -> Response:
    """Where programs come in."""
    base = site.reached_at(request)
    return site.templates.page(request, "api_docs.html", viewer_of(request), base=base)


@dataclass(frozen=True, slots=True)
class Example:
    """What came of the reader's own set: one sentence that holds, one that does not, and what it cost."""

    dossier: Dossier
    questions: int
    supported: int
    apart: int
    unanswered: int
    sentence: Check | None
    refused: Check | None
    seconds: float = 0.0
    watt_hours: float = 0.0  # of the drafting; 0 where it was not metered


@router.get("/how-this-works")
def how(visit: TheVisit, work: Annotated[str, Query(max_length=32)] = "") -> Response:
    """Each step in plain words, with the reader's own example where there is one."""
    own, settings = _own_work(visit, work), visit.site.settings_now
    newest = visit.workplace.documents.list(visit.actor, limit=1) if visit.may("search") else ()
    return visit.page(
        "how.html",
        example=own,
        made=_made(visit, own),
        settings=settings,
        outside=lambda: outside_of(settings),
        cards=model_cards(installation(settings, (), ())),
        threshold=visit.workplace.searching.threshold,
        infos=visit.workplace.documents.collections(visit.actor) if visit.may("search") else (),
        newest=newest[0].date if newest else None,
    )


def _own_work(visit: Visit, chosen: str) -> Work | None:
    """The set that was asked for, else the last one this reader worked on."""
    if not visit.may("draft"):
        return None
    cards = visit.workplace.sets.list(visit.actor, 1)
    work_id = chosen or (cards[0].id if cards else "")
    try:
        return visit.workplace.sets.find(work_id, visit.actor) if work_id else None
    except LearningLionError:
        return None


def _made(visit: Visit, work: Work | None) -> Example | None:
    if work is None or work.dossier is None:
        return None
    try:
        dossier = visit.workplace.dossiers.load(work.dossier, visit.actor)
    except LearningLionError:  # it was destroyed, or quotes what this reader may not see any more
        return None
    shown = [c for v in dossier.verifications for c in v.shown]
    failed = [c for v in dossier.verifications for c in v.failed]
    energy = visit.workplace.dossiers.energy(dossier.id, visit.actor)
    return Example(
        dossier,
        len(dossier.verifications),
        len(shown),
        len(failed),
        sum(not v.shown for v in dossier.verifications),
        next((c for c in shown if c.statement.citations), None),
        next((c for c in failed if c.reasons), None),
        sum(whole.seconds for whole in energy),
        sum(whole.kwh for whole in energy) * 1000,
    )
