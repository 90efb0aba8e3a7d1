"""A collection that guides: its start page, what people say of its answers, and what its owner edits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query
from starlette.responses import RedirectResponse, Response

from learninglion.models import Filters
from learninglion.models.errors import InputError
from learninglion.web.access import TheVisit
from learninglion.workflow.guides import Finding, Guide, Remark

router = APIRouter(include_in_schema=False)

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
