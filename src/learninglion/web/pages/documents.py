"""Sources and documents: the passage as text, the page it stands on as an image, the original file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Literal
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from learninglion.models import Actor, Document, Filters, Region, Source, SourceKind, Span
from learninglion.models.errors import InputError, UnreadableFileError
from learninglion.search.comparing import compare
from learninglion.web.access import Site, TheVisit, attachment, is_cross_site
from learninglion.workflow import sets as workbench
from learninglion.workflow.documents import PageSize
from learninglion.workflow.guides import Finding, Guide, Remark

router = APIRouter(include_in_schema=False)

_IMAGE_KEPT = "private, max-age=86400"


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A highlighted rectangle in the coordinates of the page image: points from its top left."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of the original with what is highlighted on it."""

    page: int
    pages: int
    image: str
    width: float
    height: float
    marked: tuple[Rectangle, ...]


def source_address(source_id: str, span: Span | None = None, *, path: str = "/sources", **more: str) -> str:
    """The address of a source, with the words that are to be highlighted."""
    parts = [f"id={quote(source_id, safe='')}"]
    if span is not None:
        parts.append(f"from={span.start}&to={span.end}")
    parts += [f"{key}={quote(value, safe='')}" for key, value in more.items() if value]
    return f"{path}?" + "&".join(parts)


@router.get("/sources")
def source_page(
    visit: TheVisit,
    source_id: Annotated[str, Query(alias="id", max_length=400)],
    start: Annotated[int, Query(alias="from", ge=0)] = 0,
    end: Annotated[int, Query(alias="to", ge=0)] = 0,
    page: Annotated[int, Query(ge=0)] = 0,
    work: Annotated[str, Query(max_length=32)] = "",
    question: Annotated[int, Query(ge=0)] = 0,
    dossier: Annotated[str, Query(max_length=100)] = "",
    asked: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """A source with the cited words highlighted, in the text and on the page of the original."""
    source = visit.workplace.documents.source(source_id, visit.actor)
    if not is_cross_site(visit.request.headers):
        if work:
            _remember_seen(visit.site, visit.actor, work, question, source_id)
        if dossier:
            visit.workplace.sign_offs.opened(dossier, source_id, visit.actor)
        if asked:
            visit.workplace.asked_forms.opened(asked, source_id, visit.actor)
    document = visit.workplace.documents.find(source.document.id, visit.actor)
    span = Span(start, end) if end > start else None
    if span and span.end > len(document.text):
        raise InputError("Deze plek staat niet in het document.")
    sheet = _sheet(visit.site, visit.actor, document, source, span, page)
    name = "source_pane.html" if visit.request.headers.get("x-part") else "source.html"
    return visit.page(
        name, source=source, document=document, span=span, sheet=sheet, here=_here(visit.request)
    )


def _here(request: Request) -> str:
    parameters = [
        f"{quote(k)}={quote(v, safe='')}" for k, v in request.query_params.multi_items() if k != "page"
    ]
    return f"{request.url.path}?{'&'.join(parameters)}"


def _remember_seen(site: Site, actor: Actor, work_id: str, position: int, source_id: str) -> None:
    work = site.workplace.sets.find(work_id, actor)
    if position < len(work.shortlists):
        shortlist = work.shortlists[position]
        fresh = workbench.open_source(shortlist, source_id)
        if fresh is not shortlist and fresh != shortlist:
            site.workplace.sets.put_shortlist(work, position, fresh, actor=actor)


def _sheet(
    site: Site, actor: Actor, document: Document, source: Source, span: Span | None, page: int
) -> Sheet | None:
    if source.kind is SourceKind.SUPPLIED or not document.lines:
        return None
    spans = [span] if span else [s for s in (source.question_span, source.body_span) if s]
    regions = [r for s in spans for r in site.workplace.documents.regions(document.id, s)]
    number = page or (regions[0].page if regions else source.page) or 1
    try:
        image = site.page_image(document, number, actor)
    except UnreadableFileError:
        return None  # the text below is there all the same
    shown = tuple(place_on_page(r, image.size) for r in regions if r.page == number)
    address = f"/documents/{quote(document.id, safe='')}/pages/{number}"
    return Sheet(number, image.size.pages, address, image.size.width, image.size.height, shown)


def place_on_page(region: Region, size: PageSize) -> Rectangle:
    """The rectangle of `region` on the image of its page, with a little room around the letters."""
    pad = 1.0  # points around the letters, so that their edges stay readable
    return Rectangle(
        round(region.x0 - size.left - pad, 1),
        round(size.height - (region.y1 - size.bottom) - pad, 1),
        round(region.x1 - region.x0 + 2 * pad, 1),
        round(region.y1 - region.y0 + 2 * pad, 1),
    )


@router.get("/documents/{document_id}")
def document_page(visit: TheVisit, document_id: str) -> Response:
    """A whole document: its questions with their answers, or its sections, as text."""
    document = visit.workplace.documents.find(document_id, visit.actor)
    return visit.page(
        "document.html",
        document=document,
        parts_of=_parts(document),
        versions=visit.workplace.documents.versions(document_id, visit.actor),
    )


@router.get("/compare")
def comparison_page(
    visit: TheVisit,
    old: Annotated[str, Query(max_length=320)],
    new: Annotated[str, Query(max_length=320)],
    everything: bool = False,
) -> Response:
    """Two versions side by side: what changed of substance, or everything."""
    documents = visit.workplace.documents
    comparison = compare(documents.version(old, visit.actor), documents.version(new, visit.actor))
    return visit.page(
        "comparison.html",
        changes=comparison.changes if everything else comparison.of_substance,
        comparison=comparison,
        everything=everything,
        old=old,
        new=new,
    )


def _parts(document: Document) -> Sequence[tuple[str, str, str]]:
    """(numbers, question, answer) for each pair, or one part with the whole text."""
    if not document.pairs:
        return (("", "", document.text),)
    return tuple(
        (
            ", ".join(map(str, pair.numbers)),
            pair.question.of(document.text),
            pair.answer.of(document.text) if pair.answer else "",
        )
        for pair in document.pairs
    )


@router.get("/documents/{document_id}/pages/{page}")
def page_image(visit: TheVisit, document_id: str, page: int) -> Response:
    """One page of the original as PNG."""
    document = visit.workplace.documents.find(document_id, visit.actor)
    image = visit.site.page_image(document, page, visit.actor)
    return Response(image.png, media_type="image/png", headers={"Cache-Control": _IMAGE_KEPT})


@router.get("/documents/{document_id}/original")
def original(visit: TheVisit, document_id: str) -> Response:
    """The file as it came in: always a download, never shown by the browser as a page of ours."""
    document = visit.workplace.documents.find(document_id, visit.actor)
    content = visit.workplace.documents.original(document_id, visit.actor)
    sandbox = {"Content-Security-Policy": "default-src 'none'; sandbox"}
    headers = attachment(document.source_name or document.id) | sandbox
    return Response(content, media_type="application/octet-stream", headers=headers)


Name = Annotated[str, Query(max_length=200)]
NameField = Annotated[str, Form(max_length=200)]
_LISTED = 500  # documents to choose from
_FEW = 400  # characters


@router.get("/collection")
def start_page(visit: TheVisit, name: Name, thanks: bool = False) -> Response:
    """What this collection is for, how to use it, and the form to ask it something."""
    guide = visit.workplace.guides.find(name, visit.actor)
    info = next(i for i in visit.workplace.documents.collections(visit.actor) if i.name == name)
    editable = visit.workplace.guides.may_edit(name, visit.actor)
    return visit.page("collection.html", guide=guide, info=info, editable=editable, thanks=thanks)


@router.post("/collection/remarks")
def say(
    visit: TheVisit,
    collection: NameField,
    finding: Annotated[Literal["wrong", "incomplete"], Form()],
    question: Annotated[str, Form()],
    follows: Annotated[str, Form()] = "",
    document: Annotated[str, Form(max_length=_FEW)] = "",
    words: Annotated[str, Form()] = "",
    nowhere: Annotated[str, Form(max_length=1)] = "",
    remark: Annotated[str, Form()] = "",
) -> Response:
    """What a person says of an answer, for the owner."""
    spoken = Remark(
        Finding(finding), question.strip(), follows, document, words.strip(), bool(nowhere), remark.strip()
    )
    visit.workplace.guides.say(collection, spoken, actor=visit.actor)
    return _to("/collection", collection, thanks="1")


@router.get("/collection/owner")
def owner_page(visit: TheVisit, name: Name, saved: bool = False) -> Response:
    """What the owner edits, what was said, and how well the collection answers."""
    return _owner_page(visit, name, None, "", saved=saved)


@router.post("/collection/owner")
def save_guide(
    visit: TheVisit,
    collection: NameField,
    owner: Annotated[str, Form()] = "",
    until: Annotated[str, Form()] = "",
    readers: Annotated[str, Form()] = "",
    welcome: Annotated[str, Form()] = "",
    examples: Annotated[str, Form()] = "",
    instructions: Annotated[str, Form()] = "",
    models: Annotated[str, Form()] = "",
    privacy: Annotated[str, Form()] = "",
) -> Response:
    """A next version of the guide."""
    guide = Guide(
        owner=owner.strip(),
        readers=readers.strip(),
        welcome=welcome.strip(),
        examples=_lines(examples),
        instructions=instructions.strip(),
        models=_lines(models),
        privacy=privacy.strip(),
    )
    try:
        guide = replace(guide, until=date.fromisoformat(until) if until.strip() else None)
        visit.workplace.guides.put(collection, guide, actor=visit.actor)
    except ValueError:
        return _owner_page(visit, collection, guide, "Geef de termijn als jjjj-mm-dd.")
    except InputError as error:
        return _owner_page(visit, collection, guide, error.detail)
    return _to("/collection/owner", collection, saved="1")


@router.post("/collection/owner/questions")
def add_question(
    visit: TheVisit,
    collection: NameField,
    question: Annotated[str, Form()],
    document: Annotated[str, Form(max_length=_FEW)] = "",
    words: Annotated[str, Form()] = "",
    nowhere: Annotated[str, Form(max_length=1)] = "",
) -> Response:
    """A question to measure by."""
    remark = Remark(Finding.QUESTION, question.strip(), "", document, words.strip(), bool(nowhere))
    try:
        visit.workplace.guides.say(collection, remark, actor=visit.actor)
    except InputError as error:
        return _owner_page(visit, collection, None, error.detail)
    return _to("/collection/owner", collection, saved="1")


@router.post("/collection/owner/settle")
def settle(visit: TheVisit, collection: NameField, remark: Annotated[str, Form(max_length=32)]) -> Response:
    """The owner is done with a remark."""
    visit.workplace.guides.settle(collection, remark, actor=visit.actor)
    return _to("/collection/owner", collection, saved="1")


@router.post("/collection/owner/evaluate")
def evaluate(visit: TheVisit, collection: NameField) -> Response:
    """Put the collection's own questions to it."""
    try:
        visit.workplace.guides.evaluate(collection, actor=visit.actor)
    except InputError as error:
        return _owner_page(visit, collection, None, error.detail)
    return _to("/collection/owner", collection, saved="1")


def _owner_page(
    visit: TheVisit, name: str, typed: Guide | None, problem: str, *, saved: bool = False
) -> Response:
    guides, actor = visit.workplace.guides, visit.actor
    versions = guides.versions(name, actor)
    cards = visit.workplace.documents.list(actor, filters=Filters(collections=(name,)), limit=_LISTED)
    return visit.page(
        "collection_owner.html",
        status=400 if problem else 200,
        name=name,
        guide=typed or next(iter(versions), Guide()),
        versions=versions,
        remarks=guides.remarks(name, actor),
        measured=guides.measured(name, actor),
        choices=[(card.id, card.title or card.id) for card in cards],
        titles={card.id: card.title for card in cards},
        problem=problem,
        saved=saved,
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _to(path: str, name: str, **more: str) -> Response:
    return RedirectResponse(f"{path}?{urlencode({'name': name, **more})}", 303)
