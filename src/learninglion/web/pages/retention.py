"""Terms, holding and deleting a dossier, destroying what was kept long enough: for administrators."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from learninglion.models.errors import InputError
from learninglion.web.access import SignedIn, TheSite
from learninglion.web.forms import read_whole
from learninglion.web.site import Site
from learninglion.web.viewer import Viewer
from learninglion.workflow.files import MOST_KEPT_BYTES
from learninglion.workflow.jobs import KEPT_FOR, MOST_KEPT_JOBS
from learninglion.workflow.retention import Term
from learninglion.workflow.rights import Task, require

router = APIRouter(include_in_schema=False)

_SHOWN = 200
_UNSURE = "Bevestig eerst dat het voorgoed weg mag."


@router.get("/manage/retention")
def retention_page(
    request: Request, site: TheSite, viewer: SignedIn, gone: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    """The terms, what is older than its term, and what is held."""
    retention = site.workplace.retention
    overdue = retention.find_overdue(actor=viewer.actor)
    return site.templates.page(
        request,
        "retention.html",
        viewer,
        terms=list(retention.terms(viewer.actor)),
        overdue=overdue,
        shown=overdue.dossiers[:_SHOWN],
        documents=overdue.documents[:_SHOWN],
        held=sorted(retention.held(viewer.actor)),
        own=list(retention.own_terms(viewer.actor).values()),
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
    job = site.workplace.retention.start_destroying(reason=reason, actor=viewer.actor)
    return RedirectResponse(f"/manage/jobs/{job.id}", 303)


@router.post("/manage/retention/terms")
async def set_terms(request: Request, site: TheSite, viewer: SignedIn) -> Response:
    """Set the terms of categories, or of one dossier, as they were filled in; what stayed is no change."""
    require(viewer.actor, Task.MANAGE)
    form = await request.form()
    await run_in_threadpool(_set_terms, site, viewer, form)
    return RedirectResponse("/manage/retention?gone=terms", 303)


def _set_terms(site: Site, viewer: Viewer, form: FormData) -> None:
    wanted = []
    for name in form:
        if name.startswith("days-"):
            category, typed = name.removeprefix("days-"), str(form[name]).strip()
            if category.startswith("dossier-") and not typed:
                site.workplace.retention.drop_own_term(category, actor=viewer.actor)
                continue
            days = read_whole(typed or "0")
            if days is None:
                raise InputError("Schrijf een termijn als een heel aantal dagen; 0 is altijd bewaren.")
            wanted.append(Term(category, days, str(form.get(f"ground-{category}", ""))))
    for term in wanted:
        site.workplace.retention.set_term(term, actor=viewer.actor)


@router.post("/manage/retention/hold")
def hold(
    site: TheSite,
    viewer: SignedIn,
    dossier: Annotated[str, Form(max_length=100)],
    reason: Annotated[str, Form(max_length=500)] = "",
    release: Annotated[str, Form(max_length=5)] = "",
) -> Response:
    """Let nobody destroy this dossier from now on, or let it be destroyed again."""
    retention = site.workplace.retention
    (retention.release if release else retention.hold)(dossier.strip(), reason=reason, actor=viewer.actor)
    return RedirectResponse(f"/manage/retention?gone={'released' if release else 'held'}#h-held", 303)


@router.get("/manage/retention/dossier")
def delete_page(
    request: Request,
    site: TheSite,
    viewer: SignedIn,
    dossier_id: Annotated[str, Query(alias="id", max_length=100)] = "",
) -> Response:
    """What would be deleted or held, and the question whether that is meant."""
    retention = site.workplace.retention
    versions = retention.versions(dossier_id.strip(), viewer.actor)
    newest = versions[-1]
    site.workplace.access.looked(viewer.actor, "dossier", newest.dossier_id)
    return site.templates.page(
        request,
        "dossier_delete.html",
        viewer,
        newest=newest,
        versions=len(versions),
        held=newest.dossier_id in retention.held(viewer.actor),
        term=retention.own_terms(viewer.actor).get(newest.dossier_id),
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
