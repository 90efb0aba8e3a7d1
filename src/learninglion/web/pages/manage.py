"""Management: documents taken in while one watches, people, the log, storage."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from learninglion.models import Filters, Role
from learninglion.models.errors import ConflictError, InputError
from learninglion.models.plain import Plain
from learninglion.web.access import SignedIn, TheSite
from learninglion.web.ingest_jobs import find_job, receive, start_inbox, start_ingest
from learninglion.web.pages import models as pages_models
from learninglion.web.pages import quality as pages_quality
from learninglion.web.site import Site
from learninglion.web.uploads import MAX_BYTES
from learninglion.workflow import Workplace
from learninglion.workflow.intake import PersonalPolicy
from learninglion.workflow.jobs import LATER
from learninglion.workflow.rights import Task, require
from learninglion.workflow.worker import Run

router = APIRouter(include_in_schema=False, prefix="/manage")
router.include_router(pages_quality.router)
router.include_router(pages_models.router)

_PAGE = 50
_LOG_PAGE = 100
_MOST_MISFITS = 200  # shown on the page; `learninglion log verify` names them all
ROLE_WORDS = {
    Role.READER: "lezer: zoeken en lezen",
    Role.DRAFTER: "opsteller: sets behandelen",
    Role.APPROVER: "vaststeller: teksten vaststellen",
    Role.ADMINISTRATOR: "beheerder: documenten, mensen, instellingen",
    Role.AUDITOR: "controleur: het logboek inzien",
}


@router.get("")
def overview(request: Request, site: TheSite, viewer: SignedIn) -> Response:
    """Where management begins; an auditor goes to the log."""
    if not viewer.may("manage"):
        require(viewer.actor, Task.AUDIT)
        return RedirectResponse("/manage/log", 303)
    return _overview(request, site, viewer, None)


def _overview(request: Request, site: Site, viewer: SignedIn, swept: int | None) -> Response:
    return site.templates.page(
        request,
        "manage.html",
        viewer,
        infos=site.workplace.documents.collections(viewer.actor),
        storage=site.workplace.storage.parts(viewer.actor),
        free=site.workplace.storage.free(),
        swept=swept,
    )


@router.post("/collections")
def describe_collection(
    site: TheSite,
    viewer: SignedIn,
    name: Annotated[str, Form(max_length=200)],
    description: Annotated[str, Form(max_length=500)] = "",
    purpose: Annotated[str, Form(max_length=500)] = "",
    personal: Annotated[Literal["", "allow", "mask", "refuse"], Form()] = "",
) -> Response:
    """Make a collection, or say something else about one that is there."""
    site.workplace.intake.describe_collection(
        name.strip(),
        description.strip(),
        purpose=purpose.strip() or None,
        personal=PersonalPolicy(personal) if personal else None,
        actor=viewer.actor,
    )
    return RedirectResponse("/manage", 303)


@router.post("/storage/check")
def check_storage(site: TheSite, viewer: SignedIn) -> Response:
    """Read every original and compare it with its fingerprint, as long work."""
    require(viewer.actor, Task.MANAGE)
    job = site.workplace.jobs.start(viewer.actor, "check", {}, subject="storage", priority=LATER)
    return RedirectResponse(f"/manage/jobs/{job.id}", 303)


def check_everything(workplace: Workplace, run: Run) -> dict[str, Plain]:
    """The work that `check_storage` asks for."""
    run.progress("Originelen lezen", 0, 0)

    def report(problem: str) -> None:
        run.report("file", {"path": "", "words": problem})

    wrong = workplace.storage.check(report, actor=run.owner)
    words = "Alles is heel." if not wrong else f"Gevonden problemen: {wrong}."
    run.progress(words, 1, 1)
    return {"problems": wrong, "words": words}


@router.post("/storage/sweep")
def sweep_storage(request: Request, site: TheSite, viewer: SignedIn) -> Response:
    """Take away what interrupted work left behind and what no document refers to."""
    return _overview(request, site, viewer, site.workplace.storage.sweep(actor=viewer.actor))


@router.get("/jobs/{job_id}")
def job_page(request: Request, site: TheSite, viewer: SignedIn, job_id: str) -> Response:
    """How long work goes; where it has a page for its outcome, that page once it is done."""
    require(viewer.actor, Task.MANAGE)
    job = find_job(site, job_id, viewer.actor)
    last = job.events[-1] if job.finished and job.events else None
    if last is not None and last.name == "done" and "address" in last.data:
        return RedirectResponse(str(last.data["address"]), 303)
    return site.templates.page(request, "job.html", viewer, job=job, last=last)


# --------------------------------------------------------------------------- documents


@router.get("/documents")
def documents(
    request: Request,
    site: TheSite,
    viewer: SignedIn,
    collection: Annotated[str, Query(max_length=200)] = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """What is in the archive, and the way to add to it."""
    require(viewer.actor, Task.MANAGE)
    filters = Filters(collections=(collection,) if collection else ())
    cards = site.workplace.documents.list(
        viewer.actor, filters=filters, limit=_PAGE + 1, offset=(page - 1) * _PAGE
    )
    return site.templates.page(
        request,
        "documents.html",
        viewer,
        cards=cards[:_PAGE],
        more=len(cards) > _PAGE,
        page=page,
        collection=collection,
        infos=site.workplace.documents.collections(viewer.actor),
        most=MAX_BYTES // 1_000_000,
    )


@router.post("/documents/upload")
async def upload(request: Request, site: TheSite, viewer: SignedIn) -> Response:
    """Take in files from the browser; each is reported on by itself."""
    require(viewer.actor, Task.MANAGE)
    form = await request.form(max_files=500)
    files = [f for f in form.getlist("files") if isinstance(f, UploadFile) and f.filename]
    received = await receive(files)
    collection = str(form.get("collection") or "").strip() or "default"
    job = await run_in_threadpool(start_ingest, site.workplace, viewer.actor, received, collection)
    return RedirectResponse(f"/manage/ingest/{job.id}", 303)


@router.post("/documents/inbox")
def inbox(site: TheSite, viewer: SignedIn, collection: Annotated[str, Form()] = "default") -> Response:
    """Take in everything in the folder "inbox" of the data folder, where large deliveries are put."""
    require(viewer.actor, Task.MANAGE)
    folder = site.settings.home / "inbox"
    folder.mkdir(exist_ok=True)
    job = start_inbox(site, viewer.actor, folder, collection.strip() or "default")
    return RedirectResponse(f"/manage/ingest/{job.id}", 303)


@router.get("/ingest/{job_id}")
def ingest_page(request: Request, site: TheSite, viewer: SignedIn, job_id: str) -> Response:
    """How taking in files goes."""
    require(viewer.actor, Task.MANAGE)
    job = find_job(site, job_id, viewer.actor)
    return site.templates.page(request, "ingest.html", viewer, job=job)


@router.post("/documents/remove")
def remove(
    site: TheSite,
    viewer: SignedIn,
    document: Annotated[str, Form(max_length=300)],
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Destroy a document; the log keeps that it was there and why it went."""
    if not reason.strip():
        raise InputError("Geef een reden waarom het document weg moet.")
    site.workplace.intake.remove(document, reason=reason.strip(), actor=viewer.actor)
    return RedirectResponse("/manage/documents", 303)


# --------------------------------------------------------------------------- people


@router.get("/people")
def people(request: Request, site: TheSite, viewer: SignedIn) -> Response:
    """Who may come in, and as what."""
    require(viewer.actor, Task.MANAGE)
    site.workplace.access.looked(viewer.actor, "people")
    return _people(request, site, viewer, "", "")


@dataclass(frozen=True, slots=True)
class _Typed:
    """A person who could not be added, to correct."""

    name: str
    roles: tuple[Role, ...]
    collections: tuple[str, ...] | None


def _people(
    request: Request,
    site: Site,
    viewer: SignedIn,
    name: str,
    link: str,
    typed: _Typed | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    return site.templates.page(
        request,
        "people.html",
        viewer,
        status=status,
        typed=typed,
        problem=problem,
        people=site.workplace.people.list(viewer.actor),
        roles=ROLE_WORDS,
        infos=site.workplace.documents.collections(viewer.actor),
        name=name,
        link=link,
    )


async def _account_form(request: Request) -> tuple[str, tuple[Role, ...], tuple[str, ...] | None, bool]:
    form = await request.form()
    roles = tuple(r for r in Role if form.get(f"role-{r.value}"))
    chosen = tuple(str(c) for c in form.getlist("collection"))
    collections = None if form.get("all-collections") else chosen
    return str(form.get("name") or ""), roles, collections, bool(form.get("active"))


def _link(request: Request, site: Site, token: str) -> str:
    base = site.settings.web.public_url.rstrip("/") or str(request.base_url).rstrip("/")
    return f"{base}/set-up?token={token}"


@router.post("/people/add")
async def add_person(request: Request, site: TheSite, viewer: SignedIn) -> Response:
    """A new account, and the link with which this person sets a password."""
    require(viewer.actor, Task.MANAGE)
    name, roles, collections, _ = await _account_form(request)
    add = site.workplace.people.add
    try:
        token = await run_in_threadpool(add, name, roles, collections, actor=viewer.actor)
    except (InputError, ConflictError) as error:
        typed = _Typed(name, roles, collections)
        return await run_in_threadpool(
            _people, request, site, viewer, "", "", typed, error.detail, error.status
        )
    return await run_in_threadpool(_people, request, site, viewer, name, _link(request, site, token))


@router.post("/people/change")
async def change_person(request: Request, site: TheSite, viewer: SignedIn) -> Response:
    """Other roles or collections, or no longer welcome."""
    require(viewer.actor, Task.MANAGE)
    name, roles, collections, active = await _account_form(request)
    change = site.workplace.people.change
    await run_in_threadpool(change, name, roles, collections, active, actor=viewer.actor)
    return RedirectResponse("/manage/people", 303)


@router.post("/people/invite")
def invite(
    request: Request, site: TheSite, viewer: SignedIn, name: Annotated[str, Form(max_length=100)]
) -> Response:
    """A fresh link for somebody who lost the password."""
    token = site.workplace.people.invite(name, actor=viewer.actor)
    return _people(request, site, viewer, name, _link(request, site, token))


# --------------------------------------------------------------------------- the log


@router.get("/log")
def log(
    request: Request,
    site: TheSite,
    viewer: SignedIn,
    before: Annotated[int, Query(ge=0)] = 0,
    subject: Annotated[str, Query(max_length=300)] = "",
) -> Response:
    """The log, newest first."""
    entries = site.workplace.log.entries(
        viewer.actor, after=before, limit=_LOG_PAGE, subject=subject.strip() or None
    )
    site.workplace.access.looked(viewer.actor, "log", subject.strip())
    return site.templates.page(
        request,
        "log.html",
        viewer,
        entries=entries,
        subject=subject,
        most=_LOG_PAGE,
        report=None,
        misfits=(),
    )


@router.post("/log/verify")
def verify_log(request: Request, site: TheSite, viewer: SignedIn) -> Response:
    """Whether the log is whole, and documents, originals and dossiers are as it says."""
    report = site.workplace.log.verify(viewer.actor)
    misfits = tuple(islice(site.workplace.log.misfits(viewer.actor), _MOST_MISFITS))
    entries = site.workplace.log.entries(viewer.actor, limit=_LOG_PAGE)
    return site.templates.page(
        request,
        "log.html",
        viewer,
        entries=entries,
        subject="",
        most=_LOG_PAGE,
        report=report,
        misfits=misfits,
    )
