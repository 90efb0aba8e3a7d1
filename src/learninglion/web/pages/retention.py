"""Deleting a dossier, and destroying what has been kept long enough: for administrators, with a reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from learninglion.models.errors import InputError
from learninglion.web.access import SignedIn, TheSite
from learninglion.web.site import Site
from learninglion.workflow.jobs import KEPT_FOR, MOST_KEPT_JOBS
from learninglion.workflow.page_files import MOST_KEPT_BYTES
from learninglion.workflow.retention import Terms
from learninglion.workflow.rights import Task, require

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

_SHOWN = 200
_UNSURE = "Bevestig eerst dat het voorgoed weg mag."


def _terms(site: Site) -> Terms:
    kept = site.settings.retention
    return Terms(kept.dossier_days, kept.work_days)


@router.get("/manage/retention")
def retention_page(
    request: Request, site: TheSite, viewer: SignedIn, gone: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    """What is older than its term."""
    terms = _terms(site)
    overdue = site.workplace.retention.find_overdue(terms, actor=viewer.actor)
    return site.templates.page(
        request,
        "retention.html",
        viewer,
        terms=terms,
        overdue=overdue,
        shown=overdue.dossiers[:_SHOWN],
        gone=gone,
        log=site.settings.log,
        jobs=(MOST_KEPT_JOBS, KEPT_FOR // timedelta(hours=1)),
        images=MOST_KEPT_BYTES / 1e9,
    )


@router.post("/manage/retention")
def destroy(
    site: TheSite,
    viewer: SignedIn,
    reason: Annotated[str, Form(max_length=500)] = "",
    sure: Annotated[str, Form()] = "",
) -> Response:
    """Destroy everything that is older than its term."""
    require(viewer.actor, Task.MANAGE)
    if not sure:
        raise InputError(_UNSURE)
    job = site.workplace.retention.start_destroying(_terms(site), reason=reason, actor=viewer.actor)
    return RedirectResponse(f"/manage/jobs/{job.id}", 303)


@router.get("/manage/retention/dossier")
def delete_page(
    request: Request,
    site: TheSite,
    viewer: SignedIn,
    dossier_id: Annotated[str, Query(alias="id", max_length=100)] = "",
) -> Response:
    """What would be deleted, and the question whether that is meant."""
    versions = site.workplace.retention.versions(dossier_id.strip(), viewer.actor)
    return site.templates.page(
        request, "dossier_delete.html", viewer, newest=versions[-1], versions=len(versions)
    )


@router.post("/manage/retention/dossier")
def delete_one(
    site: TheSite,
    viewer: SignedIn,
    dossier: Annotated[str, Form(max_length=100)],
    reason: Annotated[str, Form(max_length=500)] = "",
    sure: Annotated[str, Form()] = "",
) -> Response:
    """Delete one dossier for good."""
    require(viewer.actor, Task.MANAGE)
    if not sure:
        raise InputError(_UNSURE)
    site.workplace.retention.delete_dossier(dossier, reason=reason, actor=viewer.actor)
    return RedirectResponse(f"/manage/retention?gone={dossier}", 303)
