"""The start page, "has this been asked before?", and a question to the documents themselves."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from learninglion.drafting.askings import searched
from learninglion.models import Filters, Hit
from learninglion.models.errors import InputError, LearningLionError, UnknownReferenceError
from learninglion.models.plain import Plain, to_plain
from learninglion.record.energy import Energy
from learninglion.record.search_account import SearchAccount, account_markdown, place_of
from learninglion.search.asking import Material, Reply, Twin
from learninglion.web.access import (
    TheForm,
    TheVisit,
    Visit,
    attachment,
    read_filters,
    read_score,
    texts_of,
)
from learninglion.web.pages.documents import source_address
from learninglion.workflow.asking import MOST_TURNS, Turn
from learninglion.workflow.rights import Task, require
from learninglion.workflow.sets import add_source

router = APIRouter(include_in_schema=False)

_PAGE = 10
_MOST = 100
_LONGEST = 20_000
_RECENT = 8
_KNOWN = 200  # dossiers whose state the start page can tell; older ones say it themselves


@router.get("/")
def start(visit: TheVisit) -> Response:
    """What was in hand, and where to begin."""
    works = visit.workplace.sets.list(visit.actor, _RECENT) if visit.may("draft") else ()
    infos = visit.workplace.documents.collections(visit.actor) if visit.may("search") else ()
    cards = visit.workplace.dossiers.list(visit.actor, limit=_KNOWN) if visit.may("dossiers") else ()
    to_sign, given_back = (
        visit.workplace.sign_offs.waiting(visit.actor) if visit.may("dossiers") else ((), ())
    )
    return visit.page(
        "start.html",
        works=works,
        infos=infos,
        states={card.id: card.state for card in cards},
        to_sign=to_sign,
        given_back=given_back,
        to_judge=visit.workplace.judging.waiting(visit.actor) if visit.may("judge") else (),
    )


@router.get("/search")
def search_page(visit: TheVisit) -> Response:
    """The empty search form."""
    return _results(visit, {}, None)


def _results(
    visit: Visit,
    values: dict[str, str],
    hits: tuple[Hit, ...] | None,
    problem: LearningLionError | None = None,
    *,
    page: int = 1,
    energy: Energy | None = None,
    undated: int = 0,
    least: float = 0.0,
) -> Response:
    pages = (len(hits) + _PAGE - 1) // _PAGE if hits else 0
    page = min(max(page, 1), max(1, pages))
    return visit.page(
        "search.html",
        status=problem.status if problem else 200,
        values=values,
        hits=hits,
        shown=hits[(page - 1) * _PAGE : page * _PAGE] if hits else (),
        page=page,
        pages=pages,
        here=visit.request.url.path,
        problem=problem.detail if problem else "",
        energy=energy,
        undated=undated,
        least=least,
        left_out=f"{least:.0%}" if least and hits is not None and len(hits) < _MOST else "",
        order_notice=visit.workplace.searching.order_notice(hits or ()),
        threshold=visit.workplace.searching.threshold,
        ministries=visit.workplace.documents.ministries(visit.actor),
        collections=visit.workplace.documents.collections(visit.actor),
    )


@router.post("/search")
def search(visit: TheVisit, form: TheForm) -> Response:
    """To the results of a search. They have an address without its words, which can be personal data."""
    return RedirectResponse(
        visit.workplace.asked_forms.keep("/search", texts_of(form), actor=visit.actor), 303
    )


@router.get("/search/{asked}")
def results(visit: TheVisit, asked: str, page: Annotated[int, Query()] = 1) -> Response:
    """Earlier questions with their answers, unedited."""
    values: dict[str, str] = {}
    try:
        values = visit.workplace.asked_forms.find(f"/search/{asked}", visit.actor)
        wanted = _Search.read(values, visit)
        used: list[Energy] = []
        hits = wanted.hits(visit, used.append)
    except (InputError, UnknownReferenceError) as error:
        return _results(visit, values, None, error)
    undated = visit.workplace.searching.undated(wanted.filters, visit.actor)
    return _results(visit, values, hits, page=page, energy=used[0], undated=undated, least=wanted.threshold)


@dataclass(frozen=True, slots=True)
class _Search:
    """What a search form asks for."""

    text: str
    introduction: str
    filters: Filters
    threshold: float

    @classmethod
    def read(cls, values: Mapping[str, str], visit: Visit) -> _Search:
        """The search of these fields. Raises InputError."""
        text, score = values.get("text", "").strip(), read_score(values)
        if not text:
            raise InputError("Geef een vraag of woorden om mee te zoeken.")
        if len(text) > _LONGEST:
            raise InputError(f"De zoektekst is langer dan {_LONGEST} tekens.")
        introduction = values.get("introduction", "").strip()[:_LONGEST]
        threshold = visit.workplace.searching.threshold if score is None else score
        return cls(text, introduction, read_filters(values), threshold)

    def hits(self, visit: Visit, on_energy: Callable[[Energy], None] | None = None) -> tuple[Hit, ...]:
        """What is found."""
        return visit.workplace.searching.search(
            self.text,
            introduction=self.introduction,
            filters=self.filters,
            limit=_MOST,
            threshold=self.threshold,
            actor=visit.actor,
            on_energy=on_energy,
        )


@router.get("/search/{asked}/account")
def account(visit: TheVisit, asked: str) -> Response:
    """The account of a search as a file to keep; it searches once more."""
    wanted = _Search.read(visit.workplace.asked_forms.find(f"/search/{asked}", visit.actor), visit)
    made = visit.workplace.searching.account(
        wanted.text,
        [place_of(hit) for hit in wanted.hits(visit)],
        introduction=wanted.introduction,
        filters=wanted.filters,
        limit=_MOST,
        threshold=wanted.threshold,
        actor=visit.actor,
    )
    return _account_file(made)


def _account_file(made: SearchAccount) -> Response:
    name = f"zoekverslag {made.at:%Y-%m-%d %H%M}.md"
    return Response(account_markdown(made), media_type="text/markdown", headers=attachment(name))


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
def ask_page(visit: TheVisit) -> Response:
    """The empty form."""
    return _answered(visit, {}, None)


@router.post("/ask")
def ask(visit: TheVisit, form: TheForm) -> Response:
    """To what answers a question. It has an address without its words, which can be personal data."""
    turns = json.dumps([(turn.question, turn.after) for turn in _read_turns(form)])
    fields = {**texts_of(form), "turns": turns}
    return RedirectResponse(visit.workplace.asked_forms.keep("/ask", fields, actor=visit.actor), 303)


@router.get("/ask/{asked}")
def answer(visit: TheVisit, asked: str) -> Response:
    """The passages that answer, or that it is not told."""
    values: dict[str, str] = {}
    used = list[Energy]()
    try:
        values = visit.workplace.asked_forms.find(f"/ask/{asked}", visit.actor)
        reply = _reply(visit, values, used.append)
    except (InputError, UnknownReferenceError) as error:
        return _answered(visit, values, None, error)
    turns = [Turn(*turn) for turn in json.loads(values["turns"])]
    turns.append(Turn(reply.question, reply.taken_over.question if reply.taken_over else ""))
    return _answered(visit, values, reply, energy=used[0], turns=turns[-MOST_TURNS:])


def _reply(
    visit: Visit, values: Mapping[str, str], on_energy: Callable[[Energy], None] | None = None
) -> Reply:
    """What the question of these fields gives. Raises InputError."""
    return visit.workplace.asking.ask(
        values.get("question", ""),
        after=values.get("after", ""),
        filters=read_filters(values),
        actor=visit.actor,
        on_energy=on_energy,
    )


@router.get("/ask/{asked}/account")
def account_of_answer(visit: TheVisit, asked: str) -> Response:
    """The account of a question as a file to keep; it is asked once more."""
    values = visit.workplace.asked_forms.find(f"/ask/{asked}", visit.actor)
    reply = _reply(visit, values)
    filters = read_filters(values)
    return _account_file(visit.workplace.conversations.account(reply, filters=filters, actor=visit.actor))


@router.post("/ask/keep")
def keep(visit: TheVisit, form: TheForm) -> Response:
    """Keep the conversation as a dossier; with a model its answers are written, by a job."""
    require(visit.actor, Task.DRAFT)
    conversations = visit.workplace.conversations
    dossier = conversations.keep(_read_turns(form), filters=read_filters(form), actor=visit.actor)
    if form.get("generator") != "llm":
        return RedirectResponse(f"/dossiers/{dossier.id}", 303)
    anew = {str(at): to_plain(selection) for at, selection in conversations.to_write(dossier).items()}
    payload: dict[str, Plain] = {"dossier": dossier.id, "anew": anew, "generator": "llm", "overwrite": []}
    job = visit.workplace.jobs.start(visit.actor, "draft.again", payload, subject=dossier.id)
    return RedirectResponse(f"/dossiers/{dossier.id}/writing/{job.id}", 303)


@router.post("/dossiers/{dossier_id}/hand-over")
def hand_over_conversation(
    visit: TheVisit, dossier_id: str, work: Annotated[str, Form(max_length=32)]
) -> Response:
    """Take a kept conversation along to a set at work, as the officer's own source for every question."""
    visit.workplace.conversations.hand_over(dossier_id, work, actor=visit.actor)
    return RedirectResponse(f"/sets/{work}/questions/1", 303)


def _read_turns(form: FormData) -> tuple[Turn, ...]:
    """The questions of a conversation as its page carries them along."""
    questions, before = form.getlist("turn"), form.getlist("turn-after")
    return tuple(
        Turn(question, after)
        for question, after in zip(questions, before, strict=False)
        if isinstance(question, str) and isinstance(after, str)
    )[-MOST_TURNS:]


@router.post("/ask/hand-over")
def hand_over(
    visit: TheVisit, work: Annotated[str, Form(max_length=32)], source: Annotated[str, Form(max_length=400)]
) -> Response:
    """Put the source of an answer with every question of a set at work that needs one, chosen; it stays cited
    as itself.
    """
    require(visit.actor, Task.DRAFT)
    at_work = visit.workplace.sets.find(work, visit.actor)
    source_chosen = visit.workplace.documents.source(source, visit.actor)
    places = [n for n, question in enumerate(at_work.question_set.questions) if searched(question.text)]
    for place in places:
        fresh = add_source(at_work.shortlists[place], source_chosen)
        visit.workplace.sets.put_shortlist(at_work, place, fresh, actor=visit.actor)
    first = places[0] + 1 if places else 1
    return RedirectResponse(f"/sets/{work}/questions/{first}?brought={len(places)}#found", 303)


def _answered(
    visit: Visit,
    values: dict[str, str],
    reply: Reply | None,
    problem: LearningLionError | None = None,
    *,
    energy: Energy | None = None,
    turns: Sequence[Turn] = (),
) -> Response:
    def placed(materials: tuple[Material, ...]) -> list[_Found]:
        return [_Found(m, _address(visit, m), [(t, _address(visit, t)) for t in m.twins]) for m in materials]

    return visit.page(
        "ask.html",
        here=visit.request.url.path,
        status=problem.status if problem else 200,
        values=values,
        reply=reply,
        answers=placed(reply.answers) if reply else [],
        near=placed(reply.near) if reply else [],
        after=_after(reply) if reply else "",
        turns=turns,
        can_write=visit.workplace.drafts.can_write,
        problem=problem.detail if problem else "",
        energy=energy,
        set_choices=sets_at_work(visit) if reply else [],
        collections=visit.workplace.documents.collections(visit.actor),
    )


def sets_at_work(visit: Visit) -> list[tuple[str, str]]:
    """The sets at work that this person can hand something to: id and title, with when it was last changed
    where others have that title.
    """
    works = visit.workplace.sets.list(visit.actor, limit=_SETS) if visit.may("draft") else ()
    titles = Counter(card.title for card in works)
    when = {card.id: f" ({card.changed.astimezone():%d-%m-%Y, %H:%M})" for card in works}
    return [(card.id, card.title + (when[card.id] if titles[card.title] > 1 else "")) for card in works]


def _after(reply: Reply) -> str:
    """What a next question can go on with: this one, with what it took over itself."""
    before = f"{reply.taken_over.question} " if reply.taken_over else ""
    return f"{before}{reply.question}"[-_KEPT:]


def _address(visit: Visit, passage: Material | Twin) -> str:
    """Where a passage stands; what a document tells of itself is opened by the source nearest to it."""
    name = passage.source_id
    if not name:
        start = passage.quote_span.start
        sources = visit.workplace.documents.sources_of(passage.document.id, visit.actor)
        if not sources:
            return f"/documents/{passage.document.id}"
        name = min(sources, key=lambda s: abs(s.body_span.start - start)).id
    value = passage.value if isinstance(passage, Material) else None
    span = value.span if value else passage.quote_span
    return source_address(name, span, asked=visit.request.url.path)
