"""Text proposals: read beside their sources, written in, answered for, copied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Body, Form, Query, Request
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse, Response

from learninglion.models import Answers, Author, Dossier
from learninglion.models.errors import ConflictError, InputError, LearningLionError
from learninglion.record.letter import is_conversation
from learninglion.record.marking import MARK_LINE, mark_line
from learninglion.record.notes import runs
from learninglion.web.access import SignedIn, Site, TheSite
from learninglion.web.forms import read_whole
from learninglion.web.i18n import FORMS
from learninglion.web.pages.ask import sets_at_work
from learninglion.web.pages.proposal_view import Editing, view_questions
from learninglion.web.rendering import Viewer
from learninglion.workflow.answer_text import write_answer
from learninglion.workflow.drafts import LONGEST_ANSWER
from learninglion.workflow.remarks import Complaint
from learninglion.workflow.rights import Task, require
from learninglion.workflow.sets import choose_source

router = APIRouter(include_in_schema=False)

_PAGE = 50
FLOW, SENTENCES = "", "sentences"
"""How a proposal is read: as the text it is, or sentence by sentence."""


@router.get("/dossiers")
def dossiers_page(
    request: Request, site: TheSite, viewer: SignedIn, page: Annotated[int, Query(ge=1, le=10_000)] = 1
) -> Response:
    """All dossiers this person may see."""
    dossiers = site.workplace.dossiers.list(viewer.actor, limit=_PAGE + 1, offset=(page - 1) * _PAGE)
    return site.templates.page(
        request,
        "dossiers.html",
        viewer,
        cards=dossiers[:_PAGE],
        page=page,
        more=len(dossiers) > _PAGE,
        asked=site.workplace.sign_offs.among([card.id for card in dossiers[:_PAGE]], viewer.actor),
    )


@router.get("/dossiers/{dossier_id}")
def dossier_page(
    request: Request,
    site: TheSite,
    viewer: SignedIn,
    dossier_id: str,
    version: Annotated[int | None, Query(ge=1)] = None,
    edit: Annotated[int | None, Query(ge=0)] = None,
    view: Annotated[str, Query(max_length=20)] = FLOW,
) -> Response:
    """A proposal: each sentence with its sources, what does not hold marked where it stands."""
    newest = site.workplace.dossiers.load(dossier_id, viewer.actor)
    dossier = newest if version is None else site.workplace.dossiers.load(dossier_id, viewer.actor, version)
    site.workplace.access.looked(viewer.actor, "dossier", dossier_id)
    editing = None
    if edit is not None and edit < len(newest.verifications) and dossier.version == newest.version:
        editing = _open_text(site, viewer, newest, edit)
    page = _show(request, site, viewer, dossier, newest, editing=editing, view=view)
    if editing is not None:
        page.background = BackgroundTask(site.workplace.drafts.read_ahead, newest, editing.position)
    return page


def _show(
    request: Request,
    site: Site,
    viewer: Viewer,
    dossier: Dossier,
    newest: Dossier,
    *,
    editing: Editing | None = None,
    view: str = FLOW,
    refused: tuple[int, int, str, str] | None = None,
    unsigned: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    """The page; `refused`: position, place, what was typed and what is wrong with it, of an own sentence;
    `unsigned`: what was filled in to sign off, with its `problem`."""
    under = f"/dossiers/{dossier.id}/questions/"
    texts = site.workplace.working_texts.places(under, viewer.actor)
    places = (read_whole(place.removeprefix(under)) for place in texts)
    left = frozenset(at for at in places if at is not None)
    return site.templates.page(
        request,
        "dossier.html",
        viewer,
        status=status,
        dossier=dossier,
        newest=newest.version,
        changed_since=frozenset(
            at
            for at, (then, now) in enumerate(zip(dossier.verifications, newest.verifications, strict=True))
            if then.draft.statements != now.draft.statements
        ),
        questions=view_questions(dossier, site.workplace.drafts.style_of(dossier), left),
        editing=editing,
        view=SENTENCES if view == SENTENCES else FLOW,
        refused=refused,
        unsigned=unsigned or {},
        longest=LONGEST_ANSWER,
        forms=list(FORMS.items()),
        mark=mark_line(dossier),
        copy_mark="" if dossier.responsibility else MARK_LINE,
        Author=Author,
        energy=site.workplace.dossiers.energy(dossier.id, viewer.actor),
        runs=runs,
        signing=site.workplace.sign_offs.describe(newest, viewer.actor),
        work_id=site.workplace.sets.of_dossier(dossier.id, viewer.actor),
        hand_over=sets_at_work(site, viewer) if is_conversation(dossier) else [],
    )


def refuse_signing(
    request: Request, site: Site, viewer: Viewer, dossier_id: str, error: LearningLionError, **typed: str
) -> Response:
    """The proposal again, with what is wrong where one signs off; what was filled in still stands there."""
    newest = site.workplace.dossiers.load(dossier_id, viewer.actor)
    unsigned = {"problem": error.detail, **typed}
    return _show(request, site, viewer, newest, newest, unsigned=unsigned, status=error.status)


# --------------------------------------------------------------------------- writing in an answer


def _place(dossier_id: str, position: int) -> str:
    return f"/dossiers/{dossier_id}/questions/{position}"


def _open_text(site: Site, viewer: Viewer, newest: Dossier, position: int) -> Editing:
    """The answer to write in: what this person typed before and did not save, else as it stands."""
    begun = Editing.begin(newest, position)
    if not viewer.may("draft"):
        return begun
    typed = site.workplace.working_texts.find(_place(newest.id, position), viewer.actor)
    if typed is None or typed.fields.get("text", begun.text) == begun.text:
        return begun
    version = read_whole(typed.fields.get("version", "")) or 0
    since = version if 0 < version <= newest.version else newest.version
    restored = replace(begun, version=since, text=typed.fields["text"], restored=typed.changed)
    return _with_theirs(site, viewer, newest, restored)


def _with_theirs(site: Site, viewer: Viewer, newest: Dossier, editing: Editing) -> Editing:
    """The same, beside what somebody else made of it since: saving now is a choice between the two."""
    change = site.workplace.dossiers.last_change(newest.id, editing.position, editing.version, viewer.actor)
    if change is None:
        return replace(editing, version=newest.version)
    theirs = write_answer(newest.verifications[editing.position].draft.statements)
    return replace(editing, version=newest.version, theirs=theirs, author=change.author, at=change.at)


@router.post("/dossiers/{dossier_id}/questions/{position}")
async def edit_question(
    request: Request, site: TheSite, viewer: SignedIn, dossier_id: str, position: int
) -> Response:
    """Keep the officer's text of one answer; what changed is checked again. What is refused stays typed."""
    require(viewer.actor, Task.DRAFT)
    form = await request.form()
    version, text = read_whole(str(form.get("version") or "")), form.get("text")
    if not isinstance(text, str) or version is None:
        raise InputError("Dit formulier is niet volledig.")
    view = str(form.get("view") or FLOW)
    return await run_in_threadpool(
        _edit, request, site, viewer, dossier_id, Editing(position, version, text), view
    )


def _edit(
    request: Request, site: Site, viewer: Viewer, dossier_id: str, typed: Editing, view: str
) -> Response:
    position = typed.position
    try:
        site.workplace.drafts.rewrite(
            dossier_id, position, typed.text, version=typed.version, actor=viewer.actor
        )
    except (ConflictError, InputError) as error:
        newest = site.workplace.dossiers.load(dossier_id, viewer.actor)
        if not 0 <= position < len(newest.verifications):
            raise
        if isinstance(error, ConflictError):
            again = _with_theirs(site, viewer, newest, typed)
        else:
            again = replace(typed, problem=error.detail)
        return _show(request, site, viewer, newest, newest, editing=again, view=view, status=error.status)
    site.workplace.working_texts.clear(_place(dossier_id, position), actor=viewer.actor)
    return RedirectResponse(_address(dossier_id, position, view), 303)


@router.post("/dossiers/{dossier_id}/questions/{position}/discard")
def discard_text(site: TheSite, viewer: SignedIn, dossier_id: str, position: int) -> Response:
    """Throw away what was typed and not saved; the answer stays as it is."""
    site.workplace.working_texts.clear(_place(dossier_id, position), actor=viewer.actor)
    return RedirectResponse(_address(dossier_id, position, FLOW), 303)


@router.post("/dossiers/{dossier_id}/questions/{position}/wrong")
def say_wrong(
    site: TheSite,
    viewer: SignedIn,
    dossier_id: str,
    position: int,
    place: Annotated[int, Form()],
    version: Annotated[int, Form(ge=1)],
    complaint: Annotated[Complaint, Form()],
    view: Annotated[str, Form(max_length=20)] = FLOW,
) -> Response:
    """Say that a sentence is wrong, for somebody to follow up."""
    site.workplace.remarks.say(dossier_id, position, place, complaint, version=version, actor=viewer.actor)
    return RedirectResponse(_address(dossier_id, position, view), 303)


@router.post("/dossiers/{dossier_id}/questions/{position}/judge")
def judge_proposal(
    site: TheSite,
    viewer: SignedIn,
    dossier_id: str,
    position: int,
    version: Annotated[int, Form(ge=1)],
    answers: Annotated[Answers, Form()],
    beside: Annotated[str, Form(max_length=4)] = "",
    view: Annotated[str, Form(max_length=20)] = FLOW,
) -> Response:
    """Say whether the proposal answers its question, or a passage beside it does."""
    place = read_whole(beside)
    site.workplace.remarks.judge(dossier_id, position, answers, place, version=version, actor=viewer.actor)
    return RedirectResponse(_address(dossier_id, position, view), 303)


@router.post("/dossiers/{dossier_id}/questions/{position}/own-account")
def answer_for(
    request: Request,
    site: TheSite,
    viewer: SignedIn,
    dossier_id: str,
    position: int,
    place: Annotated[int, Form()],
    version: Annotated[int, Form()],
    account: Annotated[str, Form(max_length=1000)] = "",
    view: Annotated[str, Form(max_length=20)] = FLOW,
) -> Response:
    """Let a sentence that no source bears stand on the officer's own account, with the reason."""
    require(viewer.actor, Task.DRAFT)
    try:
        site.workplace.drafts.answer_for(
            dossier_id, position, place, account, version=version, actor=viewer.actor
        )
    except (ConflictError, InputError) as error:
        newest = site.workplace.dossiers.load(dossier_id, viewer.actor)
        refused = (position, place, account, error.detail)
        return _show(request, site, viewer, newest, newest, view=view, refused=refused, status=error.status)
    return RedirectResponse(_address(dossier_id, position, view), 303)


@router.post("/dossiers/{dossier_id}/questions/{position}/confirm")
def confirm_proposal(
    site: TheSite, viewer: SignedIn, dossier_id: str, position: int, version: Annotated[int, Form()]
) -> Response:
    """Take over the text that the machine proposes but may not say by itself."""
    site.workplace.drafts.confirm_proposal(dossier_id, position, version=version, actor=viewer.actor)
    return RedirectResponse(_address(dossier_id, position, FLOW), 303)


@router.post("/dossiers/{dossier_id}/questions/{position}/put-back")
def put_back(
    site: TheSite,
    viewer: SignedIn,
    dossier_id: str,
    position: int,
    before: Annotated[int, Form(ge=1)],
    version: Annotated[int, Form(ge=1)],
) -> Response:
    """Let an answer stand again as it did in an older version."""
    site.workplace.drafts.put_back(dossier_id, position, before, version=version, actor=viewer.actor)
    return RedirectResponse(_address(dossier_id, position, FLOW), 303)


@router.post("/dossiers/{dossier_id}/questions/{position}/material")
def take_material(
    site: TheSite,
    viewer: SignedIn,
    dossier_id: str,
    position: int,
    place: Annotated[int, Form()],
    version: Annotated[int, Form()],
) -> Response:
    """Put a passage that stands beside the answer into it; its source is chosen, also where the set lies."""
    drafts, sets = site.workplace.drafts, site.workplace.sets
    drafts.take_material(dossier_id, position, place, version=version, actor=viewer.actor)
    read = site.workplace.dossiers.load(dossier_id, viewer.actor, version)
    source = read.verifications[position].draft.material[place].source_id
    work_id = sets.of_dossier(dossier_id, viewer.actor)
    if work_id and source:
        work = sets.find(work_id, viewer.actor)
        if position < len(work.shortlists) and work.shortlists[position].knows(source):
            sets.put_shortlist(
                work, position, choose_source(work.shortlists[position], source), actor=viewer.actor
            )
    return RedirectResponse(_address(dossier_id, position, FLOW), 303)


def _address(dossier_id: str, position: int, view: str) -> str:
    mode = f"?view={SENTENCES}" if view == SENTENCES else ""
    return f"/dossiers/{dossier_id}{mode}#question-{position}"


# --------------------------------------------------------------------------- while one types; taking along


@router.post("/working-texts")
def keep_text(
    site: TheSite,
    viewer: SignedIn,
    place: Annotated[str, Body(max_length=200)],
    fields: Annotated[dict[str, str], Body(max_length=300)],
) -> Response:
    """Keep what stands in a form while somebody types; only this person gets it back."""
    text = site.workplace.working_texts.keep(place, fields, actor=viewer.actor)
    return JSONResponse({"at": text.changed.isoformat()})


@router.get("/working-texts")
def kept_text(site: TheSite, viewer: SignedIn, place: Annotated[str, Query(max_length=200)]) -> Response:
    """What this person typed at a place and did not save; {} when nothing is left."""
    text = site.workplace.working_texts.find(place, viewer.actor)
    if text is None:
        return JSONResponse({})
    return JSONResponse({"at": text.changed.isoformat(), "fields": dict(text.fields)})


@router.post("/working-texts/discard")
def discard_kept(
    site: TheSite, viewer: SignedIn, place: Annotated[str, Body(max_length=200, embed=True)]
) -> Response:
    """Forget what was typed at a place."""
    site.workplace.working_texts.clear(place, actor=viewer.actor)
    return JSONResponse({})


@router.get("/dossiers/{dossier_id}/copy")
def copy_text(
    site: TheSite, viewer: SignedIn, dossier_id: str, question: Annotated[int | None, Query(ge=0)] = None
) -> Response:
    """One answer or all of them with notes and mark, as mark-up and as plain text."""
    copied = site.workplace.dossiers.copy(dossier_id, question, viewer.actor)
    return JSONResponse({"html": copied.html, "plain": copied.plain})
