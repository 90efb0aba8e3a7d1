"""A question to the documents themselves, and the one that follows on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from learninglion.models import Actor
from learninglion.models.errors import InputError
from learninglion.record.energy import Energy
from learninglion.search.asking import Material, Reply
from learninglion.web.access import SignedIn, TheSite
from learninglion.web.forms import read_filters
from learninglion.web.pages.sources import source_address
from learninglion.web.site import Site
from learninglion.workflow.rights import Task, require
from learninglion.workflow.sets import WorkCard, add_source

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

_SETS = 20  # of the sets at work, to hand an answer to
_KEPT = 1900  # characters of earlier questions that a next one can go on with


@dataclass(frozen=True, slots=True)
class _Found:
    """A passage with the address of its place: the page of the original, with the quote highlighted."""

    material: Material
    address: str


@router.get("/ask")
def ask_page(request: Request, site: TheSite, viewer: SignedIn) -> Response:
    """The empty form."""
    return _answered(request, site, viewer, {}, None, "")


@router.post("/ask")
async def ask(request: Request, site: TheSite, viewer: SignedIn) -> Response:
    """The passages that answer, or that it is not told. A POST: a question can hold personal data."""
    form = await request.form()
    values = {k: v for k, v in form.items() if isinstance(v, str) and k != "csrf"}
    return await run_in_threadpool(_ask, request, site, viewer, values)


@router.post("/ask/hand-over")
def hand_over(
    site: TheSite,
    viewer: SignedIn,
    work: Annotated[str, Form(max_length=32)],
    source: Annotated[str, Form(max_length=400)],
) -> Response:
    """Put the source of an answer with every question of a set at work, chosen; it stays cited as itself."""
    require(viewer.actor, Task.DRAFT)
    at_work = site.workplace.sets.find(work, viewer.actor)
    found = site.workplace.documents.source(source, viewer.actor)
    for position, board in enumerate(at_work.boards):
        site.workplace.sets.put_board(at_work, position, add_source(board, found), actor=viewer.actor)
    return RedirectResponse(f"/sets/{work}/questions/1", 303)


def _ask(request: Request, site: Site, viewer: SignedIn, values: dict[str, str]) -> Response:
    used: list[Energy] = []
    try:
        reply = site.workplace.asking.ask(
            values.get("question", ""),
            after=values.get("after", ""),
            filters=read_filters(values),
            actor=viewer.actor,
            on_energy=used.append,
        )
    except InputError as error:
        return _answered(request, site, viewer, values, None, error.detail)
    return _answered(request, site, viewer, values, reply, "", used[0])


def _answered(
    request: Request,
    site: Site,
    viewer: SignedIn,
    values: dict[str, str],
    reply: Reply | None,
    problem: str,
    energy: Energy | None = None,
) -> Response:
    def placed(materials: tuple[Material, ...]) -> list[_Found]:
        return [_Found(m, _address(site, viewer.actor, m)) for m in materials]

    return site.templates.page(
        request,
        "ask.html",
        viewer,
        status=400 if problem else 200,
        values=values,
        reply=reply,
        answers=placed(reply.answers) if reply else [],
        near=placed(reply.near) if reply else [],
        after=_after(reply) if reply else "",
        problem=problem,
        energy=energy,
        set_choices=[(card.id, card.title) for card in _sets(site, viewer)] if reply else [],
        collections=site.workplace.documents.collections(viewer.actor),
    )


def _sets(site: Site, viewer: SignedIn) -> tuple[WorkCard, ...]:
    """The sets at work that this person can hand an answer to."""
    return site.workplace.sets.list(viewer.actor, limit=_SETS) if viewer.may("draft") else ()


def _after(reply: Reply) -> str:
    """What a next question can go on with: this one, with what it took over itself."""
    before = f"{reply.taken_over.question} " if reply.taken_over else ""
    return f"{before}{reply.question}"[-_KEPT:]


def _address(site: Site, actor: Actor, material: Material) -> str:
    """Where a passage stands; what a document tells of itself is opened by the source nearest to it."""
    name = material.source_id
    if not name:
        start = material.quote_span.start
        sources = site.workplace.documents.sources_of(material.document.id, actor)
        if not sources:
            return f"/documents/{material.document.id}"
        name = min(sources, key=lambda s: abs(s.body_span.start - start)).id
    return source_address(name, material.value.span if material.value else material.quote_span)
