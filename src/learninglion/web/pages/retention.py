"""Deleting a dossier, and destroying what has been kept long enough: for administrators, with a reason."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from learninglion.models.errors import InputError
from learninglion.web.access import SignedIn, TheDesk
from learninglion.web.desk import Desk
from learninglion.workflow.retention import Terms, delete_dossier, destroy_overdue, find_overdue
from learninglion.workflow.rights import Task, require

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

_SHOWN = 200
_UNSURE = "Bevestig eerst dat het voorgoed weg mag."


def _terms(desk: Desk) -> Terms:
    kept = desk.settings.retention
    return Terms(kept.dossier_days, kept.work_days)


@router.get("/manage/retention")
def retention_page(
    request: Request, desk: TheDesk, viewer: SignedIn, gone: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    """What is older than its term."""
    terms = _terms(desk)
    overdue = find_overdue(desk.house, terms, actor=viewer.actor)
    return desk.templates.page(
        request,
        "retention.html",
        viewer,
        terms=terms,
        overdue=overdue,
        shown=overdue.dossiers[:_SHOWN],
        gone=gone,
    )


@router.post("/manage/retention")
def destroy(
    desk: TheDesk,
    viewer: SignedIn,
    reason: Annotated[str, Form(max_length=500)] = "",
    sure: Annotated[str, Form()] = "",
) -> Response:
    """Destroy everything that is older than its term."""
    require(viewer.actor, Task.MANAGE)
    if not sure:
        raise InputError(_UNSURE)
    done = destroy_overdue(desk.house, _terms(desk), reason=reason, actor=viewer.actor)
    return RedirectResponse(f"/manage/retention?gone={done.dossiers}-{done.works}", 303)


@router.get("/manage/retention/dossier")
def delete_page(
    request: Request,
    desk: TheDesk,
    viewer: SignedIn,
    dossier_id: Annotated[str, Query(alias="id", max_length=100)] = "",
) -> Response:
    """What would be deleted, and the question whether that is meant."""
    require(viewer.actor, Task.MANAGE)
    versions = desk.house.dossiers.history(dossier_id.strip(), viewer.actor.collections)
    return desk.templates.page(
        request, "dossier_delete.html", viewer, newest=versions[-1], versions=len(versions)
    )


@router.post("/manage/retention/dossier")
def delete_one(
    desk: TheDesk,
    viewer: SignedIn,
    dossier: Annotated[str, Form(max_length=100)],
    reason: Annotated[str, Form(max_length=500)] = "",
    sure: Annotated[str, Form()] = "",
) -> Response:
    """Delete one dossier for good."""
    require(viewer.actor, Task.MANAGE)
    if not sure:
        raise InputError(_UNSURE)
    desk.house.dossiers.history(dossier, viewer.actor.collections)  # not there for who may not see it
    delete_dossier(desk.house, dossier, reason=reason, actor=viewer.actor)
    return RedirectResponse(f"/manage/retention?gone={dossier}", 303)
