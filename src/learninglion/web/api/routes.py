"""The API for other programs: the same workflow as the pages and the command line, as JSON.

No handler does work of its own; each reads its input, calls the workflow and shows the contract's shape.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Header, Path, Query, Request, UploadFile
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute
from typing_extensions import TypedDict

from learninglion.drafting.selection import Choice
from learninglion.models import Actor, Dossier, Filters, QuestionSet, Rejection
from learninglion.models.errors import ConflictError, InputError
from learninglion.models.plain import Plain, from_plain, sha256_hex, to_plain
from learninglion.record.contract import (
    Day,
    DocumentView,
    DossierView,
    HitView,
    SourceView,
    document_view,
    dossier_view,
    hit_view,
    read_stated_draft,
    source_view,
)
from learninglion.record.export import ExportFormat
from learninglion.search.asking import ReplyView, reply_view
from learninglion.web.access import API_VERSION, ApiUser, TheSite, clean_name, read_upload
from learninglion.web.pages.proposals import EXPORT_TYPES
from learninglion.web.pages.work import find_job, receive, start_ingest, stream_reports, tell_draft
from learninglion.workflow import Workplace, read_question_text
from learninglion.workflow.asking import MOST_TURNS, Turn
from learninglion.workflow.jobs import Job, KeptAnswers, Run
from learninglion.workflow.rights import Task, require, require_within

Object = dict[str, object]

_ERRORS = {
    "400": "The input cannot be used; the detail says why.",
    "401": "Nobody is signed in, or the token does not hold.",
    "403": "This person may not do this.",
    "404": "It does not exist here, or this person may not see it.",
    "409": "It was changed meanwhile, or is already being done.",
    "500": "Something went wrong on the server.",
}
# The framework names the body of an upload after its function; names here are in PascalCase.
_UPLOADS = {
    "Body_add_document_documents_post": "DocumentUpload",
    "Body_add_documents_document_jobs_post": "DocumentsUpload",
}
_DAYS = frozenset({"date", "asked_on", "received_on", "published"})
_NO_CONFLICT = frozenset({"get"})
_VERSION_HEADER: Object = {
    "API-Version": {
        "description": "The full version of the API.",
        "schema": {"type": "string", "pattern": r"^\d+\.\d+\.\d+$", "example": API_VERSION},
    }
}
_DESCRIPTION = (
    "Find earlier answers to parliamentary questions, draft from chosen sources and check every sentence. "
    "Everything runs on the organisation's own machine. Dates are ISO 8601; texts are in Dutch. "
    "Writes take an Idempotency-Key header: repeating a request with the same key repeats its answer."
)


def describe(routes: Sequence[BaseRoute], server: str, contact: Object) -> Object:
    """The whole description, for the API at `server` (ending in /v1)."""
    document = cast(
        Object,
        get_openapi(
            title="LearningLion",
            version=API_VERSION,
            openapi_version="3.1.0",
            description=_DESCRIPTION,
            routes=routes,
            servers=[{"url": server}],
            contact=contact,
            license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
            tags=[{"name": name} for name in ("search", "documents", "drafts", "jobs", "dossiers", "log")],
        ),
    )
    text = json.dumps(document)
    for general, ours in _UPLOADS.items():
        text = text.replace(general, ours)
    document = cast(Object, json.loads(text))
    components = cast(Object, document.setdefault("components", {}))
    schemas = cast(Object, components.setdefault("schemas", {}))
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for schema in schemas.values():
        _mark_days(cast(dict[str, Object], cast(Object, schema).get("properties", {})))
    schemas["Problem"] = _problem_schema()
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    document["security"] = [{"token": []}]
    for path in cast(dict[str, Object], document["paths"]).values():
        for method, operation in path.items():
            _dress(method, cast(Object, operation))
    return document


def _mark_days(properties: dict[str, Object]) -> None:
    """Say of a field that holds a day that it does: in the contract's shapes it is text."""
    for name in _DAYS & properties.keys():
        properties[name] = {"type": ["string", "null"], "format": "date"}


def _dress(method: str, operation: Object) -> None:
    responses = cast(dict[str, Object], operation["responses"])
    responses.pop("422", None)
    for status, answer in responses.items():
        if status[0] in "23":
            answer.setdefault("headers", {})
            cast(Object, answer["headers"]).update(_VERSION_HEADER)
    for status, words in _ERRORS.items():
        if status == "409" and method in _NO_CONFLICT:
            continue
        responses[status] = {
            "description": words,
            "headers": dict(_VERSION_HEADER),
            "content": {"application/problem+json": {"schema": _problem_schema()}},
        }


def _problem_schema() -> Object:
    # Written out at each answer: linters of the Design Rules look at the members, not through references.
    return {
        "type": "object",
        "required": ["status", "title", "detail"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "instance": {"type": "string"},
        },
    }


# Writes that may be sent twice: the second time gives the first answer, and does nothing.


def repeated(
    answers: KeptAnswers,
    actor: Actor,
    key: str,
    request: bytes,
    work: Callable[[], Mapping[str, object]],
    status: int,
    show: Callable[[Mapping[str, object]], Mapping[str, object]] = lambda earlier: earlier,
) -> Response:
    """Do `work` and answer with `status`; with a key that was used before, repeat that answer.

    Kept is what `work` gives: references, no texts. `show` makes the answer of it, by the rights of now.
    Of two requests with one key that come at the same time, one does the work. Raises ConflictError for the
    other, and when the key was used for something else than `request`. Work that failed can be tried again.
    """
    if not key:
        return JSONResponse(show(work()), status)
    digest = sha256_hex(request)
    earlier = answers.claim(actor.name, key, digest)
    if earlier is not None:
        if earlier.digest != digest:
            raise ConflictError("Deze Idempotency-Key is al gebruikt voor een ander verzoek.")
        if not earlier.body:
            raise ConflictError("Aan dit verzoek wordt nog gewerkt. Vraag het over een minuut opnieuw.")
        return JSONResponse(show(json.loads(earlier.body)), earlier.status, {"Idempotent-Replayed": "true"})
    try:
        answer = work()
    except BaseException:
        answers.release(actor.name, key)
        raise
    answers.remember(actor.name, key, digest, status, json.dumps(answer, ensure_ascii=False))
    return JSONResponse(show(answer), status)


# What goes into the API, checked, and the pages and lists around the shapes of record.contract.

_MOST_TEXT = 20_000
GivenDay = Annotated[date | None, WithJsonSchema({"type": ["string", "null"], "format": "date"})]
Text = Annotated[str, Field(max_length=_MOST_TEXT, pattern=r"^[^\x00]*$")]
Name = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]
Number = Annotated[int, Field(ge=1, le=999)]


class Strict(BaseModel):
    """A body with no fields but those named: a misspelt field is an error, not silence."""

    model_config = ConfigDict(extra="forbid")


class Open(BaseModel):
    """An answer that may grow more fields within this major version."""

    model_config = ConfigDict(extra="allow")


# --------------------------------------------------------------------------- in


class FiltersBody(Strict):
    """The scope of a search; empty means everything."""

    since: GivenDay = None
    until: GivenDay = None
    ministries: list[Name] = Field(default=[], max_length=50)
    answerers: list[Name] = Field(default=[], max_length=50)
    askers: list[Name] = Field(default=[], max_length=50)
    collections: list[Name] = Field(default=[], max_length=50)
    documents: list[Name] = Field(default=[], max_length=1000)
    exclude_documents: list[Name] = Field(default=[], max_length=1000)

    def as_filters(self) -> Filters:
        """The same, as the workflow takes it."""
        return from_plain(Filters, self.model_dump(mode="json"))


class SearchRequest(Strict):
    """A search; the text travels in the body, because it can hold personal data."""

    text: Annotated[str, Field(min_length=1, max_length=_MOST_TEXT, pattern=r"^[^\x00]*$")]
    introduction: Text = ""
    filters: FiltersBody = FiltersBody()
    threshold: Annotated[float, Field(ge=0, le=1)] | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 10
    offset: Annotated[int, Field(ge=0, le=1000)] = 0


class TurnBody(Strict):
    """One question of a conversation, and the one that it went on with, if any."""

    question: Annotated[str, Field(min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]
    after: Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")] = ""


class AskRequest(TurnBody):
    """A question to the documents, and the one that it goes on with, if any."""

    filters: FiltersBody = FiltersBody()


class ConversationRequest(Strict):
    """The questions of a conversation in order, to keep with what answers them."""

    turns: list[TurnBody] = Field(min_length=1, max_length=MOST_TURNS)
    filters: FiltersBody = FiltersBody()


class SetText(Strict):
    """A whole set, pasted."""

    text: Annotated[str, Field(min_length=1, max_length=200_000, pattern=r"^[^\x00]*$")]


class SubQuestionBody(Strict):
    """One numbered question."""

    numbers: Annotated[list[Number], Field(min_length=1, max_length=100)]
    text: Text


class ContextBody(Strict):
    """What the officer adds; it counts only when confirmed."""

    line: Text = ""
    news: Text = ""
    confirmed: bool = False


class QuestionSetBody(Strict):
    """A set of questions."""

    introduction: Text = ""
    questions: Annotated[list[SubQuestionBody], Field(min_length=1, max_length=100)]
    title: Text = ""
    context: ContextBody = ContextBody()
    warnings: list[str] = []

    def as_set(self) -> QuestionSet:
        """The same, as the workflow takes it."""
        return from_plain(QuestionSet, self.model_dump(mode="json"))


class RejectionBody(Strict):
    """A source set aside, with the reason."""

    source: Name
    reason: Annotated[str, Field(min_length=1, max_length=1000)]


class ChoiceBody(Strict):
    """What a person decided for one sub-question."""

    numbers: Annotated[list[Number], Field(min_length=1, max_length=100)]
    chosen: list[Name] = Field(default=[], max_length=100)
    rejected: list[RejectionBody] = Field(default=[], max_length=100)
    seen: list[Name] = Field(default=[], max_length=1000)

    def as_choice(self) -> Choice:
        """The same, as the workflow takes it."""
        rejected = tuple(Rejection(r.source, r.reason) for r in self.rejected)
        return Choice(tuple(self.numbers), tuple(self.chosen), rejected, tuple(self.seen))


class DraftRequest(Strict):
    """A set to draft. With `choices` a person chose; without, everything over the threshold counts."""

    question_set: QuestionSetBody
    choices: list[ChoiceBody] | None = Field(default=None, max_length=100)
    filters: FiltersBody = FiltersBody()
    threshold: Annotated[float, Field(ge=0, le=1)] | None = None
    limit: Annotated[int, Field(ge=1, le=50)] = 10
    generator: Literal["extractive", "llm"] = "extractive"


class StatedCitation(Open):
    """A citation as it is claimed."""

    document: Name
    numbers: list[Number] = []
    quote: Text = ""
    source: Name | None = None


class StatedStatement(Open):
    """A sentence as it is claimed."""

    text: Text
    citations: list[StatedCitation] = Field(default=[], max_length=50)


class StatedQuestionBody(Open):
    """One sub-question of a text from outside."""

    numbers: list[Number] = Field(default=[], max_length=100)
    question: Text = ""
    statements: list[StatedStatement] = Field(default=[], max_length=500)


class StatedRequest(Strict):
    """A text to check, sentence by sentence."""

    questions: Annotated[list[StatedQuestionBody], Field(min_length=1, max_length=100)]
    context: ContextBody = ContextBody()
    id: Name | None = None  # of the dossier here that this is a text of: judged as that is
    version: Annotated[int, Field(ge=1)] | None = None


# --------------------------------------------------------------------------- out


class HitPage(TypedDict):
    """A page of hits."""

    hits: list[HitView]
    total: int
    offset: int
    limit: int
    notice: str  # what to tell the reader of the order, if anything


class CollectionView(TypedDict):
    """A collection this person may see."""

    name: str
    description: str
    documents: int


class CollectionList(TypedDict):
    """All collections this person may see."""

    collections: list[CollectionView]


class CardView(TypedDict):
    """What a list says of a document."""

    id: str
    title: str
    kind: str
    date: Day
    ministry: str | None
    collection: str
    url: str | None


class DocumentPage(TypedDict):
    """A page of documents."""

    documents: list[CardView]
    offset: int
    limit: int
    more: bool


class DossierCardView(TypedDict):
    """What a list says of a dossier."""

    id: str
    title: str
    state: Literal["draft", "edited", "approved"]
    version: int


class DossierPage(TypedDict):
    """A page of dossiers."""

    dossiers: list[DossierCardView]
    offset: int
    limit: int
    more: bool


class FileResultView(TypedDict):
    """What became of a file."""

    path: str
    status: Literal["added", "replaced", "unchanged", "failed"]
    document: str
    detail: str


class JobView(TypedDict):
    """Long work that was begun; its reports stream from `events`."""

    id: str
    events: str


class ReplayView(TypedDict):
    """Whether a draft comes out the same again."""

    dossier: str
    same: bool
    differences: list[str]


class LogEntryView(TypedDict):
    """One entry of the log."""

    seq: int
    at: str
    actor: str
    action: str
    subject: str


class LogPage(TypedDict):
    """A page of the log, newest first."""

    entries: list[LogEntryView]


routes = APIRouter()

DocumentId = Annotated[str, Path(max_length=300, pattern=r"^[^\x00/]+$")]
DossierId = Annotated[str, Path(max_length=100, pattern=r"^[A-Za-z0-9-]+$")]
Collection = Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
Limit = Annotated[int, Query(ge=1, le=200)]
Key = Annotated[str, Header(alias="Idempotency-Key", max_length=200, pattern=r"^[\x21-\x7e]*$")]
LastEvent = Annotated[str, Header(alias="Last-Event-ID", max_length=9, pattern=r"^[0-9]*$")]
# The Design Rules want an e-mail address here; a name in .invalid (RFC 2606) can never be somebody's.
_NO_MAIL = "not-set@learninglion.invalid"
_MAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def _file(*kinds: str) -> Any:
    """What a route that gives a file of these kinds says of its answer."""
    content = {kind.split(";")[0]: {"schema": {"type": "string"}} for kind in kinds}
    return {"response_class": Response, "responses": {200: {"content": content}}}


@routes.post("/searches", tags=["search"], responses={200: {"model": HitPage}})
def search(body: SearchRequest, site: TheSite, actor: ApiUser) -> JSONResponse:
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
def answers(body: AskRequest, site: TheSite, actor: ApiUser) -> JSONResponse:
    """A question to the documents: the passages that answer it, or that it is not told there."""
    reply = site.workplace.asking.ask(
        body.question, after=body.after, filters=body.filters.as_filters(), actor=actor
    )
    return JSONResponse(reply_view(reply, site.workplace.documents.regions))


@routes.post("/conversations", tags=["drafts"], status_code=201, responses={201: {"model": DossierView}})
def conversation(body: ConversationRequest, site: TheSite, actor: ApiUser) -> JSONResponse:
    """Keep a conversation with the documents as a dossier: its questions and what answers them, quoted."""
    turns = [Turn(turn.question, turn.after) for turn in body.turns]
    made = site.workplace.conversations.keep(turns, filters=body.filters.as_filters(), actor=actor)
    return JSONResponse(dossier_view(made), 201)


@routes.get("/sources/{source_id}", tags=["search"], responses={200: {"model": SourceView}})
def source(source_id: DocumentId, site: TheSite, actor: ApiUser) -> JSONResponse:
    """A whole source by its id, such as ah-tk-20232024-2129#4 (write # as %23)."""
    return JSONResponse(source_view(site.workplace.documents.source(source_id, actor)))


@routes.get("/collections", tags=["documents"], responses={200: {"model": CollectionList}})
def collections(site: TheSite, actor: ApiUser) -> JSONResponse:
    """The collections this person may see."""
    collections_seen = [to_plain(c) for c in site.workplace.documents.collections(actor)]
    return JSONResponse({"collections": collections_seen})


@routes.get("/documents", tags=["documents"], responses={200: {"model": DocumentPage}})
def documents(
    site: TheSite, actor: ApiUser, collection: Collection = "", offset: Offset = 0, limit: Limit = 50
) -> JSONResponse:
    """A page of documents, newest first."""
    filters = Filters(collections=(collection,) if collection else ())
    cards = site.workplace.documents.list(actor, filters=filters, limit=limit + 1, offset=offset)
    shown = [to_plain(c) for c in cards[:limit]]
    return JSONResponse({"documents": shown, "offset": offset, "limit": limit, "more": len(cards) > limit})


@routes.post("/documents", tags=["documents"], status_code=201, responses={201: {"model": FileResultView}})
def add_document(
    site: TheSite, actor: ApiUser, file: UploadFile, collection: Collection = "default", key: Key = ""
) -> Response:
    """Take in one file. A file that cannot be read is a 400 that says why."""
    require_within(actor, Task.MANAGE, [collection])
    raw = read_upload(file)

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

    digest_input = b"documents\n" + collection.encode() + b"\n" + raw.content

    def show(answer: Mapping[str, object]) -> Mapping[str, object]:
        site.workplace.documents.card(str(answer["document"]), actor)
        return answer

    return repeated(site.workplace.answers, actor, key, digest_input, work, 201, show)


@routes.post("/document-jobs", tags=["documents"], status_code=202, responses={202: {"model": JobView}})
def add_documents(
    site: TheSite, actor: ApiUser, files: list[UploadFile], collection: Collection = "default", key: Key = ""
) -> Response:
    """Begin to take in files; what becomes of each streams from /jobs/{id}/events."""
    require_within(actor, Task.MANAGE, [collection])
    received = receive(files)

    def begin() -> dict[str, Plain]:
        return _job_view(start_ingest(site.workplace, actor, received, collection))

    request = b"document-jobs\n" + collection.encode()
    for raw in received[0]:
        request += b"\n" + raw.name.encode() + b" " + sha256_hex(raw.content).encode()
    return repeated(site.workplace.answers, actor, key, request, begin, 202)


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


@routes.get("/documents/{document_id}/original", tags=["documents"], **_file("application/octet-stream"))
def original(document_id: DocumentId, site: TheSite, actor: ApiUser) -> Response:
    """The file as it came in."""
    content = site.workplace.documents.original(document_id, actor)
    return Response(
        content, media_type="application/octet-stream", headers={"Content-Disposition": "attachment"}
    )


@routes.get("/documents/{document_id}/pages/{page}", tags=["documents"], **_file("image/png"))
def page_image(
    document_id: DocumentId, page: Annotated[int, Path(ge=1, le=10_000)], site: TheSite, actor: ApiUser
) -> Response:
    """A page of the original PDF as an image."""
    document = site.workplace.documents.find(document_id, actor)
    return Response(site.page_image(document, page, actor).png, media_type="image/png")


@routes.post("/question-sets", tags=["drafts"], responses={200: {"model": QuestionSetBody}})
def question_set(body: SetText, actor: ApiUser) -> JSONResponse:
    """A pasted set, split into its introduction and numbered questions; nothing is kept."""
    require(actor, Task.DRAFT)
    return JSONResponse(to_plain(read_question_text(body.text)))


def _draft(workplace: Workplace, actor: Actor, body: DraftRequest, run: Run | None = None) -> Dossier:
    question_set, filters = body.question_set.as_set(), body.filters.as_filters()
    workplace.documents.require_known(filters, actor)
    offers = workplace.searching.offer(question_set, filters=filters, limit=body.limit, actor=actor)
    if body.choices is None:
        selections = workplace.drafts.select_automatically(question_set, offers, threshold=body.threshold)
    else:
        choices = [c.as_choice() for c in body.choices]
        selections = workplace.drafts.select(
            question_set, offers, choices, threshold=body.threshold, actor=actor
        )
    if run is None:
        return workplace.drafts.draft(question_set, selections, generator=body.generator, actor=actor)
    return workplace.drafts.draft(
        question_set,
        selections,
        generator=body.generator,
        actor=actor,
        on_event=lambda event: tell_draft(run, event),
        stop=run.stop,
    )


@routes.post("/drafts", tags=["drafts"], status_code=201, responses={201: {"model": DossierView}})
def draft(body: DraftRequest, site: TheSite, actor: ApiUser, key: Key = "") -> Response:
    """Draft a set and check every sentence; answers when all of it is done."""
    require(actor, Task.DRAFT)
    request = b"drafts\n" + body.model_dump_json().encode()

    def work() -> dict[str, Plain]:
        made = _draft(site.workplace, actor, body)
        return {"dossier": made.id, "version": made.version}

    def show(answer: Mapping[str, object]) -> Mapping[str, object]:
        version = int(str(answer["version"]))
        return dossier_view(site.workplace.dossiers.load(str(answer["dossier"]), actor, version))

    return repeated(site.workplace.answers, actor, key, request, work, 201, show)


@routes.post("/draft-jobs", tags=["drafts"], status_code=202, responses={202: {"model": JobView}})
def draft_job(body: DraftRequest, site: TheSite, actor: ApiUser, key: Key = "") -> Response:
    """Begin a draft; its sentences stream from /jobs/{id}/events."""
    require(actor, Task.DRAFT)

    def begin() -> dict[str, Plain]:
        plain = body.model_dump(mode="json")
        return _job_view(site.workplace.jobs.start(actor, "draft.api", plain))

    request = b"draft-jobs\n" + body.model_dump_json().encode()
    return repeated(site.workplace.answers, actor, key, request, begin, 202)


def draft_for_program(workplace: Workplace, run: Run) -> dict[str, Plain]:
    """The work that `draft_job` asks for."""
    return {"dossier": _draft(workplace, run.owner, DraftRequest.model_validate(run.payload), run).id}


def _job_view(job: Job) -> dict[str, Plain]:
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
def verify(body: StatedRequest, site: TheSite, actor: ApiUser) -> JSONResponse:
    """Check a text from outside, sentence by sentence, against what it cites; nothing is kept."""
    stated = read_stated_draft(body.model_dump())
    return JSONResponse(dossier_view(site.workplace.drafts.verify(stated, actor=actor)))


@routes.get("/dossiers", tags=["dossiers"], responses={200: {"model": DossierPage}})
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
    "/dossiers/{dossier_id}/exports/{export_format}", tags=["dossiers"], **_file(*EXPORT_TYPES.values())
)
def export(dossier_id: DossierId, export_format: ExportFormat, site: TheSite, actor: ApiUser) -> Response:
    """A dossier as a file, marked and with its sources."""
    content = site.workplace.dossiers.export(dossier_id, export_format, actor=actor)
    return Response(content, headers={"Content-Type": EXPORT_TYPES[export_format]})


@routes.post("/dossiers/{dossier_id}/replays", tags=["dossiers"], responses={200: {"model": ReplayView}})
def replay(dossier_id: DossierId, site: TheSite, actor: ApiUser) -> JSONResponse:
    """Make a draft again from what was chosen, and compare."""
    report = site.workplace.drafts.replay(dossier_id, actor=actor)
    differences = list(report.differences)
    return JSONResponse({"dossier": report.dossier_id, "same": report.same, "differences": differences})


@routes.get("/log-entries", tags=["log"], responses={200: {"model": LogPage}})
def log_entries(
    site: TheSite, actor: ApiUser, before: Annotated[int, Query(ge=0, le=2**53)] = 0, limit: Limit = 50
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
    base = site.reached_at(request)
    contact = web.contact.removeprefix("mailto:")
    mail = contact if _MAIL.fullmatch(contact) else _NO_MAIL
    about: dict[str, object] = {"name": web.organisation or "LearningLion", "url": base, "email": mail}
    return JSONResponse(describe(routes.routes, f"{base}/api/v1", about))


router.include_router(routes, prefix="/api/v1")
