"""A question to the documents themselves, and the one that follows on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from learninglion.models import Actor
from learninglion.models.errors import InputError
from learninglion.models.plain import Plain, to_plain
from learninglion.record.energy import Energy
from learninglion.search.asking import Reply
from learninglion.search.material import Material, Twin
from learninglion.web.access import SignedIn, Site, TheSite
from learninglion.web.forms import read_filters
from learninglion.web.pages.sources import source_address
from learninglion.web.rendering import Viewer
from learninglion.workflow.conversations import MOST_TURNS, Turn
from learninglion.workflow.rights import Task, require
from learninglion.workflow.sets import add_source

router = APIRouter(include_in_schema=False)

_SETS = 20  # of the sets at work, to hand something to
_KEPT = 1900  # characters of earlier questions that a next one can go on with


@dataclass(frozen=True, slots=True)
class _Found:
    """A passage with the address of its place: the page of the original, with the quote highlighted.

    `twins`: the other places of the same words, each with its address.
    """

    material: Material
    address: str
    twins: list[tuple[Twin, str]]


@router.get("/ask")
def ask_page(request: Request, site: TheSite, viewer: SignedIn) -> Response:
    """The empty form."""
    return _answered(request, site, viewer, {}, None, "")


@router.post("/ask")
async def ask(request: Request, site: TheSite, viewer: SignedIn) -> Response:
    """The passages that answer, or that it is not told. A POST: a question can hold personal data."""
    form = await request.form()
    values = {k: v for k, v in form.items() if isinstance(v, str) and k != "csrf"}
    return await run_in_threadpool(_ask, request, site, viewer, values, read_turns(form))


@router.post("/ask/keep")
async def keep(request: Request, site: TheSite, viewer: SignedIn) -> Response:
    """Keep the conversation as a dossier; with a model its answers are written, by a job."""
    require(viewer.actor, Task.DRAFT)
    form = await request.form()
    turns = read_turns(form)
    filters = read_filters({k: v for k, v in form.items() if isinstance(v, str)})
    conversations = site.workplace.conversations
    dossier = await run_in_threadpool(conversations.keep, turns, filters=filters, actor=viewer.actor)
    if form.get("generator") != "llm":
        return RedirectResponse(f"/dossiers/{dossier.id}", 303)
    anew = {str(at): to_plain(selection) for at, selection in conversations.to_write(dossier).items()}
    told: dict[str, Plain] = {"dossier": dossier.id, "anew": anew, "generator": "llm", "overwrite": []}
    job = site.workplace.jobs.start(viewer.actor, "draft.again", told, subject=dossier.id)
    return RedirectResponse(f"/dossiers/{dossier.id}/writing/{job.id}", 303)


@router.post("/dossiers/{dossier_id}/hand-over")
def hand_over_conversation(
    site: TheSite, viewer: SignedIn, dossier_id: str, work: Annotated[str, Form(max_length=32)]
) -> Response:
    """Take a kept conversation along to a set at work, as the officer's own source for every question."""
    site.workplace.conversations.hand_over(dossier_id, work, actor=viewer.actor)
    return RedirectResponse(f"/sets/{work}/questions/1", 303)


def read_turns(form: FormData) -> tuple[Turn, ...]:
    """The questions of a conversation as its page carries them along."""
    questions, before = form.getlist("turn"), form.getlist("turn-after")
    return tuple(
        Turn(question, after)
        for question, after in zip(questions, before, strict=False)
        if isinstance(question, str) and isinstance(after, str)
    )[-MOST_TURNS:]


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
    source_chosen = site.workplace.documents.source(source, viewer.actor)
    for position, shortlist in enumerate(at_work.shortlists):
        site.workplace.sets.put_shortlist(
            at_work, position, add_source(shortlist, source_chosen), actor=viewer.actor
        )
    return RedirectResponse(f"/sets/{work}/questions/1", 303)


def _ask(
    request: Request, site: Site, viewer: SignedIn, values: dict[str, str], before: tuple[Turn, ...]
) -> Response:
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
    turn = Turn(reply.question, reply.taken_over.question if reply.taken_over else "")
    return _answered(request, site, viewer, values, reply, "", used[0], (*before, turn)[-MOST_TURNS:])


def _answered(
    request: Request,
    site: Site,
    viewer: SignedIn,
    values: dict[str, str],
    reply: Reply | None,
    problem: str,
    energy: Energy | None = None,
    turns: tuple[Turn, ...] = (),
) -> Response:
    def placed(materials: tuple[Material, ...]) -> list[_Found]:
        return [
            _Found(
                m,
                _address(site, viewer.actor, m),
                [(twin, _address(site, viewer.actor, twin)) for twin in m.twins],
            )
            for m in materials
        ]

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
        turns=turns,
        can_write=site.workplace.drafts.can_write,
        problem=problem,
        energy=energy,
        set_choices=sets_at_work(site, viewer) if reply else [],
        collections=site.workplace.documents.collections(viewer.actor),
    )


def sets_at_work(site: Site, viewer: Viewer) -> list[tuple[str, str]]:
    """The sets at work that this person can hand something to: id and title."""
    works = site.workplace.sets.list(viewer.actor, limit=_SETS) if viewer.may("draft") else ()
    return [(card.id, card.title) for card in works]


def _after(reply: Reply) -> str:
    """What a next question can go on with: this one, with what it took over itself."""
    before = f"{reply.taken_over.question} " if reply.taken_over else ""
    return f"{before}{reply.question}"[-_KEPT:]


def _address(site: Site, actor: Actor, found: Material | Twin) -> str:
    """Where a passage stands; what a document tells of itself is opened by the source nearest to it."""
    name = found.source_id
    if not name:
        start = found.quote_span.start
        sources = site.workplace.documents.sources_of(found.document.id, actor)
        if not sources:
            return f"/documents/{found.document.id}"
        name = min(sources, key=lambda s: abs(s.body_span.start - start)).id
    value = found.value if isinstance(found, Material) else None
    return source_address(name, value.span if value else found.quote_span)
