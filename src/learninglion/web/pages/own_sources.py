"""Sources that an officer brings along for one set: added with a confirmation, shown, taken away again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from learninglion.models import Source, SourceKind, Span
from learninglion.models.errors import InputError, LearningLionError, UnknownReferenceError
from learninglion.web.access import SignedIn, TheSite
from learninglion.web.forms import read_day
from learninglion.web.pages.sets import shortlist_address, shortlist_at, show_shortlist
from learninglion.web.security import is_cross_site
from learninglion.web.uploads import read_upload
from learninglion.workflow.documents import KINDS, next_number, own_source, read_own_file
from learninglion.workflow.rights import Task, require
from learninglion.workflow.sets import Work

router = APIRouter(include_in_schema=False)


@router.post("/sets/{work_id}/questions/{number}/own-sources")
async def add_own_source(
    request: Request, site: TheSite, viewer: SignedIn, work_id: str, number: int
) -> Response:
    """Add pasted text or a file as a source of this set only, and choose it."""
    require(viewer.actor, Task.DRAFT)
    form = await request.form()
    work = await run_in_threadpool(site.workplace.sets.find, work_id, viewer.actor)
    shortlist_at(work, number)
    try:
        source = await _read_source(form, work)
    except LearningLionError as error:
        values = {k: v for k, v in form.items() if isinstance(v, str) and k != "csrf"}

        def again(problem: str = error.detail) -> Response:
            return show_shortlist(request, site, viewer, work, number, own=values, problem=problem)

        return await run_in_threadpool(again)
    where = None if form.get("everywhere") else number
    add = site.workplace.own_sources.add
    await run_in_threadpool(add, work, where, source, actor=viewer.actor)
    clear = site.workplace.working_texts.clear
    await run_in_threadpool(clear, f"/sets/{work_id}/own-source", actor=viewer.actor)
    work = await run_in_threadpool(site.workplace.sets.find, work_id, viewer.actor)
    return RedirectResponse(shortlist_address(work, number, source.id), 303)


async def _read_source(form: FormData, work: Work) -> Source:
    if not form.get("may-use"):
        raise InputError("Bevestig eerst dat u deze bron voor dit doel mag gebruiken.")
    title, text, file = (
        str(form.get("own-title") or ""),
        str(form.get("own-text") or ""),
        form.get("own-file"),
    )
    day = read_day(str(form.get("own-date") or "").strip(), "Datum")
    if not isinstance(file, str) and file is not None and file.filename:
        raw = await read_upload(file, KINDS)
        text = await run_in_threadpool(read_own_file, raw)
        title = title.strip() or raw.name.rpartition(".")[0]
    return own_source(next_number(work.shortlists), title, day, text)


@router.post("/sets/{work_id}/own-sources/remove")
def remove_own_source(
    site: TheSite,
    viewer: SignedIn,
    work_id: str,
    source: Annotated[str, Form(max_length=100)],
    number: Annotated[int, Form(ge=1)] = 1,
) -> Response:
    """Take an own source away from every question of the set; its text is gone."""
    site.workplace.own_sources.remove(work_id, source, actor=viewer.actor)
    return RedirectResponse(f"/sets/{work_id}/questions/{number}", 303)


@router.get("/dossiers/{dossier_id}/supplied")
def supplied_page(
    request: Request,
    site: TheSite,
    viewer: SignedIn,
    dossier_id: str,
    source_id: Annotated[str, Query(alias="id", max_length=100)],
    start: Annotated[int, Query(alias="from", ge=0)] = 0,
    end: Annotated[int, Query(alias="to", ge=0)] = 0,
) -> Response:
    """What the officer supplied for a dossier, with the cited words highlighted."""
    dossier = site.workplace.dossiers.load(dossier_id, viewer.actor)
    chosen = (s for v in dossier.verifications for s in v.draft.selection.chosen)
    source = next((s for s in chosen if s.id == source_id and s.kind is SourceKind.SUPPLIED), None)
    if source is None:
        raise UnknownReferenceError("Deze bron hoort niet bij dit dossier.")
    if not is_cross_site(request.headers, request.url.scheme):
        site.workplace.sign_offs.opened(dossier_id, source_id, viewer.actor)
    span = Span(start, min(end, source.body_span.end)) if start < end else None
    name = "supplied_pane.html" if request.headers.get("x-part") else "supplied.html"
    return site.templates.page(request, name, viewer, source=source, span=span, dossier=dossier)
