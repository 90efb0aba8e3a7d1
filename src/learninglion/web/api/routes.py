"""The API for other programs: the same workflow as the pages and the command line, as JSON.

No handler does work of its own; each reads its input, calls the workflow and shows the contract's shape.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response, StreamingResponse

from learninglion.models import Actor, Dossier, Filters
from learninglion.models.errors import InputError
from learninglion.models.plain import Plain, sha256_hex, to_plain
from learninglion.record.contract import (
    DocumentView,
    DossierView,
    SourceView,
    document_view,
    dossier_view,
    hit_view,
    read_stated_draft,
    source_view,
)
from learninglion.record.export import ExportFormat
from learninglion.search.told import ReplyView, reply_view
from learninglion.web.access import ApiUser, TheSite
from learninglion.web.api import bodies as shapes
from learninglion.web.api.idempotency import repeated
from learninglion.web.api.openapi import describe
from learninglion.web.ingest_jobs import receive, start_ingest
from learninglion.web.pages.drafts import EXPORT_TYPES, tell_draft
from learninglion.web.seen_jobs import find_job, stream_reports
from learninglion.web.uploads import clean_name, read_upload
from learninglion.workflow import Workplace, read_question_text
from learninglion.workflow.conversations import Turn
from learninglion.workflow.jobs import Job
from learninglion.workflow.rights import Task, require, require_within
from learninglion.workflow.worker import Run

__all__ = ["draft_for_program", "router", "routes"]

routes = APIRouter()

DocumentId = Annotated[str, Path(max_length=300, pattern=r"^[^\x00/]+$")]
DossierId = Annotated[str, Path(max_length=100, pattern=r"^[A-Za-z0-9-]+$")]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
Limit = Annotated[int, Query(ge=1, le=200)]
Key = Annotated[str, Header(alias="Idempotency-Key", max_length=200, pattern=r"^[\x21-\x7e]*$")]
LastEvent = Annotated[str, Header(alias="Last-Event-ID", max_length=9, pattern=r"^[0-9]*$")]
SCALE = 1.6
# The Design Rules want an e-mail address here; a name in .invalid (RFC 2606) can never be somebody's.
_NO_MAIL = "not-set@learninglion.invalid"
_MAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


@routes.post("/searches", tags=["search"], responses={200: {"model": shapes.HitPage}})
def search(body: shapes.SearchRequest, site: TheSite, actor: ApiUser) -> JSONResponse:
    """Has this been asked before? Earlier pairs and sections, unedited, best first."""
    hits = site.workplace.searching.search(
        body.text,
        introduction=body.introduction,
        filters=body.filters.as_filters(),
        limit=min(body.offset + body.limit, 1000),
        threshold=site.workplace.searching.threshold if body.threshold is None else body.threshold,
        actor=actor,
    )
    page = hits[body.offset : body.offset + body.limit]
    shown = [hit_view(h, site.workplace.documents.regions) for h in page]
    notice = site.workplace.searching.order_notice(hits)
    return JSONResponse(
        {"hits": shown, "total": len(hits), "offset": body.offset, "limit": body.limit, "notice": notice}
    )


@routes.post("/answers", tags=["search"], responses={200: {"model": ReplyView}})
def answers(body: shapes.AskRequest, site: TheSite, actor: ApiUser) -> JSONResponse:
    """A question to the documents: the passages that answer it, or that it is not told there."""
    reply = site.workplace.asking.ask(
        body.question, after=body.after, filters=body.filters.as_filters(), actor=actor
    )
    return JSONResponse(reply_view(reply, site.workplace.documents.regions))


@routes.post("/conversations", tags=["drafts"], status_code=201, responses={201: {"model": DossierView}})
def conversation(body: shapes.ConversationRequest, site: TheSite, actor: ApiUser) -> JSONResponse:
    """Keep a conversation with the documents as a dossier: its questions and what answers them, quoted."""
    turns = [Turn(turn.question, turn.after) for turn in body.turns]
    made = site.workplace.conversations.keep(turns, filters=body.filters.as_filters(), actor=actor)
    return JSONResponse(dossier_view(made), 201)


@routes.get("/sources/{source_id}", tags=["search"], responses={200: {"model": SourceView}})
def source(source_id: DocumentId, site: TheSite, actor: ApiUser) -> JSONResponse:
    """A whole source by its id, such as ah-tk-20232024-2129#4 (write # as %23)."""
    return JSONResponse(source_view(site.workplace.documents.source(source_id, actor)))


@routes.get("/collections", tags=["documents"], responses={200: {"model": shapes.CollectionList}})
def collections(site: TheSite, actor: ApiUser) -> JSONResponse:
    """The collections this person may see."""
    found = [to_plain(c) for c in site.workplace.documents.collections(actor)]
    return JSONResponse({"collections": found})


@routes.get("/documents", tags=["documents"], responses={200: {"model": shapes.DocumentPage}})
def documents(
    site: TheSite,
    actor: ApiUser,
    collection: Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")] = "",
    offset: Offset = 0,
    limit: Limit = 50,
) -> JSONResponse:
    """A page of documents, newest first."""
    filters = Filters(collections=(collection,) if collection else ())
    cards = site.workplace.documents.list(actor, filters=filters, limit=limit + 1, offset=offset)
    shown = [to_plain(c) for c in cards[:limit]]
    return JSONResponse({"documents": shown, "offset": offset, "limit": limit, "more": len(cards) > limit})


@routes.post(
    "/documents", tags=["documents"], status_code=201, responses={201: {"model": shapes.FileResultView}}
)
async def add_document(
    request: Request,
    site: TheSite,
    actor: ApiUser,
    file: UploadFile,
    collection: Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")] = "default",
    key: Key = "",
) -> Response:
    """Take in one file. A file that cannot be read is a 400 that says why."""
    require_within(actor, Task.MANAGE, [collection])
    raw = await read_upload(file)

    def work() -> dict[str, Plain]:
        result = site.workplace.intake.ingest_upload(raw, collection=collection, actor=actor)
        if result.status.value == "failed":
            raise InputError(result.detail)
        return {
            "path": clean_name(result.path),
            "status": result.status.value,
            "document": result.document_id,
            "detail": result.detail,
        }

    said = b"documents\n" + collection.encode() + b"\n" + raw.content

    def show(kept: Mapping[str, object]) -> Mapping[str, object]:
        site.workplace.documents.card(str(kept["document"]), actor)
        return kept

    return await run_in_threadpool(repeated, site.workplace.accounts, actor, key, said, work, 201, show)


@routes.post(
    "/document-jobs", tags=["documents"], status_code=202, responses={202: {"model": shapes.JobView}}
)
async def add_documents(
    site: TheSite,
    actor: ApiUser,
    files: list[UploadFile],
    collection: Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")] = "default",
    key: Key = "",
) -> Response:
    """Begin to take in files; what becomes of each streams from /jobs/{id}/events."""
    require_within(actor, Task.MANAGE, [collection])
    received = await receive(files)

    def begin() -> dict[str, Plain]:
        return _told_job(start_ingest(site, actor, received, collection))

    said = b"document-jobs\n" + collection.encode()
    for raw in received[0]:
        said += b"\n" + raw.name.encode() + b" " + sha256_hex(raw.content).encode()
    return await run_in_threadpool(repeated, site.workplace.accounts, actor, key, said, begin, 202)


@routes.get("/documents/{document_id}", tags=["documents"], responses={200: {"model": DocumentView}})
def document(document_id: DocumentId, site: TheSite, actor: ApiUser) -> JSONResponse:
    """A whole document with its questions and answers."""
    return JSONResponse(document_view(site.workplace.documents.find(document_id, actor)))


@routes.delete("/documents/{document_id}", tags=["documents"], status_code=204)
def remove_document(
    document_id: DocumentId,
    site: TheSite,
    actor: ApiUser,
    reason: Annotated[str, Query(min_length=3, max_length=500, pattern=r"^[^\x00]*$")],
) -> Response:
    """Destroy a document; the log keeps that it was there and why it went."""
    site.workplace.intake.remove(document_id, reason=reason, actor=actor)
    return Response(status_code=204)


@routes.get(
    "/documents/{document_id}/original",
    tags=["documents"],
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {"schema": {"type": "string"}}}}},
)
def original(document_id: DocumentId, site: TheSite, actor: ApiUser) -> Response:
    """The file as it came in."""
    content = site.workplace.documents.original(document_id, actor)
    return Response(
        content, media_type="application/octet-stream", headers={"Content-Disposition": "attachment"}
    )


@routes.get(
    "/documents/{document_id}/pages/{page}",
    tags=["documents"],
    response_class=Response,
    responses={200: {"content": {"image/png": {"schema": {"type": "string"}}}}},
)
def page_image(
    document_id: DocumentId, page: Annotated[int, Path(ge=1, le=10_000)], site: TheSite, actor: ApiUser
) -> Response:
    """A page of the original PDF as an image."""
    found = site.workplace.documents.find(document_id, actor)
    content = site.workplace.documents.original(document_id, actor)
    return Response(site.page_images.render(found.sha256, content, page, SCALE).png, media_type="image/png")


@routes.post("/question-sets", tags=["drafts"], responses={200: {"model": shapes.QuestionSetBody}})
def question_set(body: shapes.SetText, actor: ApiUser) -> JSONResponse:
    """A pasted set, split into its introduction and numbered questions; nothing is kept."""
    require(actor, Task.DRAFT)
    return JSONResponse(to_plain(read_question_text(body.text)))


def _draft(workplace: Workplace, actor: Actor, body: shapes.DraftRequest, run: Run | None = None) -> Dossier:
    asked = body.question_set.as_set()
    offers = workplace.searching.offer(
        asked, filters=body.filters.as_filters(), limit=body.limit, actor=actor
    )
    if body.choices is None:
        selections = workplace.drafts.select_automatically(asked, offers, threshold=body.threshold)
    else:
        choices = [c.as_choice() for c in body.choices]
        selections = workplace.drafts.select(asked, offers, choices, threshold=body.threshold, actor=actor)
    if run is None:
        return workplace.drafts.draft(asked, selections, generator=body.generator, actor=actor)
    return workplace.drafts.draft(
        asked,
        selections,
        generator=body.generator,
        actor=actor,
        on_event=lambda event: tell_draft(run, event),
        stop=run.stop,
    )


@routes.post("/drafts", tags=["drafts"], status_code=201, responses={201: {"model": DossierView}})
def draft(body: shapes.DraftRequest, site: TheSite, actor: ApiUser, key: Key = "") -> Response:
    """Draft a set and check every sentence; answers when all of it is done."""
    require(actor, Task.DRAFT)
    said = b"drafts\n" + body.model_dump_json().encode()

    def work() -> dict[str, Plain]:
        made = _draft(site.workplace, actor, body)
        return {"dossier": made.id, "version": made.version}

    def show(kept: Mapping[str, object]) -> Mapping[str, object]:
        version = int(str(kept["version"]))
        return dossier_view(site.workplace.dossiers.load(str(kept["dossier"]), actor, version))

    return repeated(site.workplace.accounts, actor, key, said, work, 201, show)


@routes.post("/draft-jobs", tags=["drafts"], status_code=202, responses={202: {"model": shapes.JobView}})
def draft_job(body: shapes.DraftRequest, site: TheSite, actor: ApiUser, key: Key = "") -> Response:
    """Begin a draft; its sentences stream from /jobs/{id}/events."""
    require(actor, Task.DRAFT)

    def begin() -> dict[str, Plain]:
        told = body.model_dump(mode="json")
        return _told_job(site.workplace.jobs.start(actor, "draft.api", told))

    said = b"draft-jobs\n" + body.model_dump_json().encode()
    return repeated(site.workplace.accounts, actor, key, said, begin, 202)


def draft_for_program(workplace: Workplace, run: Run) -> dict[str, Plain]:
    """The work that `draft_job` asks for."""
    return {"dossier": _draft(workplace, run.owner, shapes.DraftRequest.model_validate(run.told), run).id}


def _told_job(job: Job) -> dict[str, Plain]:
    return {"id": job.id, "events": f"/api/v1/jobs/{job.id}/events"}


@routes.get(
    "/jobs/{job_id}/events",
    tags=["jobs"],
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
def job_events(
    job_id: Annotated[str, Path(max_length=32, pattern=r"^[0-9a-f]+$")],
    site: TheSite,
    actor: ApiUser,
    last: LastEvent = "",
) -> StreamingResponse:
    """The reports of long work as server-sent events; the last is done or failed.

    The work goes on when the connection breaks; Last-Event-ID gives what came after that report.
    """
    find_job(site, job_id, actor)
    return stream_reports(site, job_id, int(last) if last else 0, for_program=actor)


@routes.post("/verifications", tags=["drafts"], responses={200: {"model": DossierView}})
def verify(body: shapes.StatedRequest, site: TheSite, actor: ApiUser) -> JSONResponse:
    """Check a text from outside, sentence by sentence, against what it cites; nothing is kept."""
    stated, context = read_stated_draft(body.model_dump())
    return JSONResponse(dossier_view(site.workplace.drafts.verify(stated, context, actor=actor)))


@routes.get("/dossiers", tags=["dossiers"], responses={200: {"model": shapes.DossierPage}})
def dossiers(site: TheSite, actor: ApiUser, offset: Offset = 0, limit: Limit = 50) -> JSONResponse:
    """A page of dossiers, last changed first."""
    cards = site.workplace.dossiers.list(actor, limit=limit + 1, offset=offset)
    shown = [to_plain(c) for c in cards[:limit]]
    return JSONResponse({"dossiers": shown, "offset": offset, "limit": limit, "more": len(cards) > limit})


@routes.get("/dossiers/{dossier_id}", tags=["dossiers"], responses={200: {"model": DossierView}})
def dossier(
    dossier_id: DossierId,
    site: TheSite,
    actor: ApiUser,
    version: Annotated[int | None, Query(ge=1, le=100_000)] = None,
) -> JSONResponse:
    """A dossier, its newest version unless another is asked for."""
    dossier = site.workplace.dossiers.load(dossier_id, actor, version)
    site.workplace.access.looked(actor, "dossier", dossier_id)
    return JSONResponse(dossier_view(dossier))


@routes.get(
    "/dossiers/{dossier_id}/exports/{export_format}",
    tags=["dossiers"],
    response_class=Response,
    responses={
        200: {"content": {t.split(";")[0]: {"schema": {"type": "string"}} for t in EXPORT_TYPES.values()}}
    },
)
def export(dossier_id: DossierId, export_format: ExportFormat, site: TheSite, actor: ApiUser) -> Response:
    """A dossier as a file, marked and with its sources."""
    content = site.workplace.dossiers.export(dossier_id, export_format, actor=actor)
    return Response(content, headers={"Content-Type": EXPORT_TYPES[export_format]})


@routes.post(
    "/dossiers/{dossier_id}/replays", tags=["dossiers"], responses={200: {"model": shapes.ReplayView}}
)
def replay(dossier_id: DossierId, site: TheSite, actor: ApiUser) -> JSONResponse:
    """Make a draft again from what was chosen, and compare."""
    report = site.workplace.drafts.replay(dossier_id, actor=actor)
    differences = list(report.differences)
    return JSONResponse({"dossier": report.dossier_id, "same": report.same, "differences": differences})


@routes.get("/log-entries", tags=["log"], responses={200: {"model": shapes.LogPage}})
def log_entries(
    site: TheSite,
    actor: ApiUser,
    before: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Limit = 50,
) -> JSONResponse:
    """A page of the log, newest first, for auditors."""
    entries = site.workplace.log.entries(actor, after=before, limit=limit)
    site.workplace.access.looked(actor, "log")
    return JSONResponse({"entries": [to_plain(e) for e in entries]})


router = APIRouter()


@router.get("/api/v1/openapi.json", include_in_schema=False)
def openapi(request: Request, site: TheSite) -> JSONResponse:
    """The description of this API, for everybody."""
    web = site.settings.web
    base = web.public_url.rstrip("/") or str(request.base_url).rstrip("/")
    contact = web.contact.removeprefix("mailto:")
    mail = contact if _MAIL.fullmatch(contact) else _NO_MAIL
    about: dict[str, object] = {"name": web.organisation or "LearningLion", "url": base, "email": mail}
    return JSONResponse(describe(routes.routes, f"{base}/api/v1", about))


router.include_router(routes, prefix="/api/v1")
