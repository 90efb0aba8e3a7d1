"""A set at work: taken in, corrected, searched; per question sources chosen, set aside or brought along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from learninglion.drafting.askings import searched
from learninglion.models import Filters, QuestionSet, Source, SourceKind, Span
from learninglion.models.errors import InputError, LearningLionError, UnknownReferenceError
from learninglion.web.access import (
    Site,
    TheForm,
    TheVisit,
    Visit,
    filter_values,
    is_cross_site,
    read_context,
    read_day,
    read_filters,
    read_question_set,
    read_score,
    read_upload,
    read_whole,
    texts_of,
)
from learninglion.web.pages.proposals import dossier_of
from learninglion.workflow import read_question_text
from learninglion.workflow import sets as workbench
from learninglion.workflow.documents import KINDS, next_number, own_source, read_own_file
from learninglion.workflow.intake import read_set_file
from learninglion.workflow.rights import Task, require
from learninglion.workflow.sets import Shortlist, Work, lay_out

router = APIRouter(include_in_schema=False)

_LONGEST_SET = 200_000  # characters; a set of a hundred questions is some 60,000
_SET_KINDS = (".pdf", ".docx", ".odt", ".txt")
_FURTHER = 10  # sources that a further search adds at most


@router.get("/sets/new")
def new_set_page(visit: TheVisit) -> Response:
    """Where a set comes in."""
    require(visit.actor, Task.DRAFT)
    return _new_set(visit, {}, "")


def _new_set(visit: Visit, values: dict[str, str], problem: str, status: int = 200) -> Response:
    return visit.page(
        "set_new.html",
        status=status,
        values=values,
        problem=problem,
        default_threshold=visit.workplace.searching.threshold,
        ministries=visit.workplace.documents.ministries(visit.actor),
        collections=visit.workplace.documents.collections(visit.actor),
    )


@router.post("/sets/new")
def new_set(visit: TheVisit, form: TheForm) -> Response:
    """Read the pasted text or the file, and show what was recognised."""
    require(visit.actor, Task.DRAFT)
    try:
        question_set = replace(_read_set(form), context=read_context(form))
        filters, threshold = read_filters(form), read_score(form)
    except LearningLionError as error:
        return _new_set(visit, texts_of(form), error.detail, error.status)
    work = visit.workplace.sets.lay_out(question_set, filters, threshold, actor=visit.actor)
    visit.workplace.working_texts.clear("/sets/new", actor=visit.actor)
    return RedirectResponse(f"/sets/{work.id}/check", 303)


def _read_set(form: FormData) -> QuestionSet:
    file, text = form.get("file"), str(form.get("text") or "")
    if not isinstance(file, str) and file is not None and file.filename:
        return read_set_file(read_upload(file, _SET_KINDS))
    if not text.strip():
        raise InputError("Plak de set of kies een bestand.")
    if len(text) > _LONGEST_SET:
        raise InputError(
            f"De tekst is langer dan {_LONGEST_SET} tekens. Kies het bestand in plaats van te plakken."
        )
    return read_question_text(text)


@router.get("/sets/{work_id}/check")
def check_page(visit: TheVisit, work_id: str, at: Annotated[int, Query()] = -1) -> Response:
    """What was recognised, to correct; `at`: the question (from 0) that was split or joined just now."""
    return _check(visit, visit.workplace.sets.find(work_id, visit.actor), "", {}, at)


def _check(visit: Visit, work: Work, problem: str, typed: Mapping[str, str], at: int = -1) -> Response:
    same = visit.workplace.sets.same_as(work, visit.actor)
    searched = any(b.offered for b in work.shortlists)
    colleague = next((card for card in same if card.owner != work.owner), None)
    return visit.page(
        "set_check.html",
        status=400 if problem else 200,
        same=next((card for card in same if card.owner == work.owner and not searched), None),
        colleague=colleague,
        theirs=_dossier_seen(visit, colleague.dossier) if colleague else "",
        typed=typed,
        at=at,
        work=work,
        question_set=work.question_set,
        values=filter_values(work.filters),
        threshold=work.threshold,
        default_threshold=visit.workplace.searching.threshold,
        problem=problem,
        ministries=visit.workplace.documents.ministries(visit.actor),
        collections=visit.workplace.documents.collections(visit.actor),
    )


def _dossier_seen(visit: Visit, dossier_id: str | None) -> str:
    """The dossier that a colleague's set became, where this person may read it; else ""."""
    if dossier_id is None:
        return ""
    try:
        return visit.workplace.dossiers.load(dossier_id, visit.actor).id
    except UnknownReferenceError:
        return ""


def _mended(question_set: QuestionSet, act: str, typed: Mapping[str, str]) -> tuple[QuestionSet, int]:
    """The set with one question split, or joined to the one before, and where that now stands (from 0)."""
    name, _, field = act.partition("-")
    if name not in ("split", "join") or not typed.get(f"text-{field}", "").strip():
        raise InputError("Deze handeling bestaat niet.")
    # a field that was left empty is no question
    at = sum(bool(typed.get(f"text-{n}", "").strip()) for n in range(read_whole(field) or 0))
    if name == "split":
        return workbench.split_question(question_set, at), at
    return workbench.join_question(question_set, at), at - 1


@router.post("/sets/{work_id}/check")
def check(visit: TheVisit, work_id: str, form: TheForm) -> Response:
    """Keep the corrections and search for every question; or split or join one, to look at again."""
    work = visit.workplace.sets.find(work_id, visit.actor)
    act, place = str(form.get("act") or ""), 0
    try:
        question_set = read_question_set(form, work.question_set)
        filters, threshold = read_filters(form), read_score(form)
        if act:
            question_set, place = _mended(question_set, act, texts_of(form))
    except InputError as error:
        return _check(visit, work, error.detail, texts_of(form))
    if act:
        known = {q.text: b.offered for q, b in zip(work.question_set.questions, work.shortlists, strict=True)}
        left = [known.get(question.text, ()) for question in question_set.questions]
        visit.workplace.sets.relay(work, question_set, filters, threshold, left, actor=visit.actor)
        visit.workplace.working_texts.clear(f"/sets/{work_id}/check", actor=visit.actor)
        return RedirectResponse(f"/sets/{work_id}/check?at={place}", 303)
    offered = visit.workplace.searching.offer(question_set, filters=filters, actor=visit.actor)
    visit.workplace.sets.relay(work, question_set, filters, threshold, offered, actor=visit.actor)
    visit.workplace.working_texts.clear(f"/sets/{work_id}/check", actor=visit.actor)
    return RedirectResponse(f"/sets/{work_id}/questions/1", 303)


def _shortlist_at(work: Work, number: int) -> Shortlist:
    """The shortlist of question `number` (from 1). Raises UnknownReferenceError."""
    if not 1 <= number <= len(work.shortlists):
        raise UnknownReferenceError("Deze vraag staat niet in de set.")
    return work.shortlists[number - 1]


@router.get("/sets/{work_id}/questions/{number}")
def shortlist_page(
    visit: TheVisit,
    work_id: str,
    number: int,
    added: Annotated[int, Query(alias="found")] = -1,
    brought: Annotated[int, Query()] = -1,
) -> Response:
    """The evidence for one question; `brought`: at how many a source of an answer was put just now."""
    work = visit.workplace.sets.find(work_id, visit.actor)
    shortlist = _shortlist_at(work, number)
    if not shortlist.visited:
        shortlist = replace(shortlist, visited=True)
        visit.workplace.sets.put_shortlist(work, number - 1, shortlist, actor=visit.actor)
        work = visit.workplace.sets.find(work_id, visit.actor)
    return _show_shortlist(visit, work, number, added=added, brought=brought)


def _show_shortlist(
    visit: Visit,
    work: Work,
    number: int,
    *,
    added: int = -1,
    brought: int = -1,
    own: Mapping[str, str] | None = None,
    problem: str = "",
    refused: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    """The shortlist as a page; `own` and `problem`: an own source that could not be added, to correct.

    `refused` says of another field of `own` what is wrong with it.
    """
    shortlist = _shortlist_at(work, number)
    questions = work.question_set.questions
    formal = [not searched(question.text) for question in questions]
    rows = zip(work.shortlists, formal, strict=True)
    return visit.page(
        "shortlist.html",
        status=400 if problem else status,
        work=work,
        number=number,
        question=questions[number - 1],
        shortlist=shortlist,
        view=lay_out(shortlist, _threshold(visit.site, work)),
        order_notice=visit.workplace.searching.order_notice(shortlist.offered),
        threshold=_threshold(visit.site, work),
        added=added,
        brought=brought,
        can_write=visit.workplace.drafts.can_write,
        formal=formal,
        bare=sum(not (one.chosen or needs_none) for one, needs_none in rows),
        own=own or {},
        problem=problem,
        refused=refused or {},
        drafted=dossier_of(visit, work) is not None,
    )


def _threshold(site: Site, work: Work) -> float:
    return site.workplace.searching.threshold if work.threshold is None else work.threshold


@router.post("/sets/{work_id}/questions/{number}/choices")
def choice(
    visit: TheVisit,
    work_id: str,
    number: int,
    source: Annotated[str, Form(max_length=400)],
    act: Annotated[str, Form()],
    reason: Annotated[str, Form(max_length=1000)] = "",
    other: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Choose a source, set it aside, or put it back."""
    work = visit.workplace.sets.find(work_id, visit.actor)
    shortlist = _shortlist_at(work, number)
    if act == "choose":
        fresh = workbench.choose_source(shortlist, source)
    elif act == "reject":
        fresh = workbench.reject_source(shortlist, source, other or reason)
    elif act == "put-back":
        fresh = workbench.put_back(shortlist, source)
    else:
        raise InputError("Deze handeling bestaat niet.")
    visit.workplace.sets.put_shortlist(work, number - 1, fresh, actor=visit.actor)
    if not visit.request.headers.get("x-part"):
        return RedirectResponse(f"/sets/{work_id}/questions/{number}#{_anchor(fresh, source)}", 303)
    view = lay_out(fresh, _threshold(visit.site, work))
    cards = [c for g in (*view.groups, *view.below) for c in (g.card, *g.alike)] + list(view.added)
    card = next(c for c in cards if c.source.id == source)
    return visit.page(
        "hit.html", card=card, work=work, number=number, view=view, anchor=_anchor(fresh, source)
    )


def _anchor(shortlist: Shortlist, source_id: str) -> str:
    ids = [h.source.id for h in shortlist.offered] + [s.id for s in shortlist.added]
    return f"source-{ids.index(source_id) + 1}" if source_id in ids else "evidence"


@router.post("/sets/{work_id}/questions/{number}/search")
def search_further(
    visit: TheVisit,
    work_id: str,
    number: int,
    words: Annotated[str, Form(max_length=2000)] = "",
    alone: Annotated[str, Form()] = "",
) -> Response:
    """Search further with own words; what is new is added below what was offered."""
    work = visit.workplace.sets.find(work_id, visit.actor)
    shortlist = _shortlist_at(work, number)
    if not words.strip():
        wrong = {"words": "Geef woorden om mee te zoeken."}
        return _show_shortlist(visit, work, number, refused=wrong, status=400)
    hits = visit.workplace.searching.search(
        words,
        introduction="" if alone else work.question_set.introduction,
        filters=Filters() if alone else work.filters,
        limit=_FURTHER,
        actor=visit.actor,
    )
    fresh, count = workbench.add_hits(shortlist, hits, words.strip())
    visit.workplace.sets.put_shortlist(work, number - 1, fresh, actor=visit.actor)
    return RedirectResponse(f"/sets/{work_id}/questions/{number}?found={count}#found", 303)


@router.post("/sets/{work_id}/questions/{number}/sources")
def add_known_source(
    visit: TheVisit, work_id: str, number: int, reference: Annotated[str, Form(max_length=400)] = ""
) -> Response:
    """Add a source the officer knows: the number of a document and question that is here."""
    work = visit.workplace.sets.find(work_id, visit.actor)
    shortlist = _shortlist_at(work, number)
    try:
        if not reference.strip():
            raise InputError("Geef de bron op, bijvoorbeeld 2129 vraag 4.")
        source = visit.workplace.documents.source_named(reference.strip(), visit.actor)
    except (InputError, UnknownReferenceError) as error:
        typed, wrong = {"reference": reference}, {"reference": error.detail}
        return _show_shortlist(visit, work, number, own=typed, refused=wrong, status=error.status)
    fresh = workbench.add_source(shortlist, source)
    visit.workplace.sets.put_shortlist(work, number - 1, fresh, actor=visit.actor)
    return RedirectResponse(f"/sets/{work_id}/questions/{number}#{_anchor(fresh, source.id)}", 303)


@router.post("/sets/{work_id}/remove")
def remove_set(visit: TheVisit, work_id: str) -> Response:
    """Throw a set away that is not needed any more."""
    visit.workplace.sets.clear(work_id, visit.actor)
    return RedirectResponse("/", 303)


# --------------------------------------------------------------------------- own sources


@router.post("/sets/{work_id}/questions/{number}/own-sources")
def add_own_source(visit: TheVisit, work_id: str, number: int, form: TheForm) -> Response:
    """Add pasted text or a file as a source of this set only, and choose it."""
    require(visit.actor, Task.DRAFT)
    work = visit.workplace.sets.find(work_id, visit.actor)
    _shortlist_at(work, number)
    try:
        source = _read_source(form, work)
    except LearningLionError as error:
        return _show_shortlist(visit, work, number, own=texts_of(form), problem=error.detail)
    where = None if form.get("everywhere") else number
    visit.workplace.own_sources.add(work, where, source, actor=visit.actor)
    visit.workplace.working_texts.clear(f"/sets/{work_id}/own-source", actor=visit.actor)
    work = visit.workplace.sets.find(work_id, visit.actor)
    anchor = _anchor(_shortlist_at(work, number), source.id)
    return RedirectResponse(f"/sets/{work.id}/questions/{number}#{anchor}", 303)


def _read_source(form: FormData, work: Work) -> Source:
    if not form.get("may-use"):
        raise InputError("Bevestig eerst dat u deze bron voor dit doel mag gebruiken.")
    title, text = (str(form.get(name) or "") for name in ("own-title", "own-text"))
    file = form.get("own-file")
    day = read_day(str(form.get("own-date") or "").strip(), "Datum")
    if not isinstance(file, str) and file is not None and file.filename:
        raw = read_upload(file, KINDS)
        text = read_own_file(raw)
        title = title.strip() or raw.name.rpartition(".")[0]
    return own_source(next_number(work.shortlists), title, day, text)


@router.post("/sets/{work_id}/own-sources/remove")
def remove_own_source(
    visit: TheVisit,
    work_id: str,
    source: Annotated[str, Form(max_length=100)],
    number: Annotated[int, Form(ge=1)] = 1,
) -> Response:
    """Take an own source away from every question of the set; its text is gone."""
    visit.workplace.own_sources.remove(work_id, source, actor=visit.actor)
    return RedirectResponse(f"/sets/{work_id}/questions/{number}", 303)


@router.get("/dossiers/{dossier_id}/supplied")
def supplied_page(
    visit: TheVisit,
    dossier_id: str,
    source_id: Annotated[str, Query(alias="id", max_length=100)],
    start: Annotated[int, Query(alias="from", ge=0)] = 0,
    end: Annotated[int, Query(alias="to", ge=0)] = 0,
) -> Response:
    """What the officer supplied for a dossier, with the cited words highlighted."""
    dossier = visit.workplace.dossiers.load(dossier_id, visit.actor)
    chosen = (s for v in dossier.verifications for s in v.draft.selection.chosen)
    source = next((s for s in chosen if s.id == source_id and s.kind is SourceKind.SUPPLIED), None)
    if source is None:
        raise UnknownReferenceError("Deze bron hoort niet bij dit dossier.")
    if not is_cross_site(visit.request.headers):
        visit.workplace.sign_offs.opened(dossier_id, source_id, visit.actor)
    span = Span(start, min(end, source.body_span.end)) if start < end else None
    name = "supplied_pane.html" if visit.request.headers.get("x-part") else "supplied.html"
    return visit.page(name, source=source, span=span, dossier=dossier)
