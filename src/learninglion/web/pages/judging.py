"""Judging results in the browser: one at a time, without saying what found it or how high."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from learninglion.evaluation.judgements import GRADES, Agreement, Judgement, agreement
from learninglion.evaluation.rounds import (
    Round,
    Shown,
    close_round,
    judgements_file,
    judgements_of,
    list_rounds,
    read_round,
)
from learninglion.models import Actor
from learninglion.models.errors import UnknownReferenceError
from learninglion.web.access import SignedIn, TheDesk
from learninglion.web.desk import Desk
from learninglion.workflow import quality as quality_jobs
from learninglion.workflow.rights import Task, require

__all__ = ["RoundCard", "asked_of", "cards_of", "router"]

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class RoundCard:
    """A round as management sees it: who judged how much, and how far they agree."""

    round: Round
    judges: tuple[tuple[str, int], ...]
    agreement: tuple[Agreement, ...]


def cards_of(desk: Desk, actor: Actor) -> tuple[RoundCard, ...]:
    """The rounds on collections that this person may see, the last first."""
    folder = quality_jobs.rounds_folder(desk.settings.home)
    found = []
    for kept in _seen(desk, actor):
        judgements = judgements_of(folder, kept.id)
        names = sorted({j.judge for j in judgements})
        counts = tuple((name, sum(j.judge == name for j in judgements)) for name in names)
        found.append(RoundCard(kept, counts, agreement(judgements)))
    return tuple(found)


def _seen(desk: Desk, actor: Actor) -> tuple[Round, ...]:
    rounds = list_rounds(quality_jobs.rounds_folder(desk.settings.home))
    return tuple(r for r in rounds if _may_see(actor, r))


def _may_see(actor: Actor, kept: Round) -> bool:
    return actor.collections is None or kept.collection in actor.collections


def _find(desk: Desk, actor: Actor, round_id: str) -> Round:
    kept = read_round(quality_jobs.rounds_folder(desk.settings.home), round_id)
    if not _may_see(actor, kept):
        raise UnknownReferenceError("Deze beoordeling bestaat niet.")
    return kept


def asked_of(desk: Desk, actor: Actor) -> tuple[tuple[Round, int], ...]:
    """The open rounds in which this person has something left to judge, and how much."""
    folder = quality_jobs.rounds_folder(desk.settings.home)
    found = []
    for kept in _seen(desk, actor):
        left = 0 if kept.closed else _left(kept, judgements_of(folder, kept.id), actor.name)
        if left:
            found.append((kept, left))
    return tuple(found)


def _left(kept: Round, judgements: Sequence[Judgement], name: str) -> int:
    return len(kept.items) - len(kept.done(judgements, name))


@router.get("/judging/{round_id}")
def judging_page(
    request: Request,
    desk: TheDesk,
    viewer: SignedIn,
    round_id: str,
    at: Annotated[int, Query(ge=0)] | None = None,
    skipped: Annotated[int, Query(ge=0)] | None = None,
) -> Response:
    """One result with its question: that at place `at`, else the first without a judgement.

    `skipped` is the place of one that this person passes over for now.
    """
    require(viewer.actor, Task.JUDGE)
    kept = _find(desk, viewer.actor, round_id)
    folder = quality_jobs.rounds_folder(desk.settings.home)
    done = kept.done(judgements_of(folder, kept.id), viewer.actor.name)
    place = at if at is not None else kept.next_open(done, -1 if skipped is None else skipped)
    if kept.closed or place is None or place >= len(kept.items):
        return desk.templates.page(
            request, "judging.html", viewer, round=kept, item=None, done=len(done), place=0
        )
    item = kept.items[place]
    seen = desk.house.store.seen_by(viewer.actor.collections)
    sources = {source.id: source for source, _ in seen.entries_by_id([item.query, item.source])}
    return desk.templates.page(
        request,
        "judging.html",
        viewer,
        round=kept,
        item=item,
        place=place,
        done=len(done),
        grade=done.get(item),
        grades=GRADES,
        asked=sources.get(item.query),
        source=sources.get(item.source),
    )


@router.post("/judging/{round_id}")
def keep_judgement(
    desk: TheDesk,
    viewer: SignedIn,
    round_id: str,
    at: Annotated[int, Form(ge=0)],
    query: Annotated[str, Form(max_length=400)],
    source: Annotated[str, Form(max_length=400)],
    grade: Annotated[int, Form()],
) -> Response:
    """Keep what this person says of a result, and go on with the next."""
    require(viewer.actor, Task.JUDGE)
    kept = _find(desk, viewer.actor, round_id)
    folder = quality_jobs.rounds_folder(desk.settings.home)
    kept.judge(folder, at, Shown(query, source), grade, viewer.actor.name)
    return RedirectResponse(f"/judging/{kept.id}?skipped={at}#h-asked", 303)


# --------------------------------------------------------------------------- management


@router.post("/manage/quality/judging")
def open_round(
    desk: TheDesk,
    viewer: SignedIn,
    collection: Annotated[str, Form(max_length=200)] = "default",
    most: Annotated[int, Form(ge=1, le=1000)] = 25,
) -> Response:
    """Begin to draw up a round on so many questions of a collection."""
    job = quality_jobs.start_round(desk.quality, viewer.actor, collection, most)
    return RedirectResponse(f"/manage/jobs/{job.id}", 303)


@router.post("/manage/quality/judging/{round_id}/close")
def close(desk: TheDesk, viewer: SignedIn, round_id: str, again: Annotated[bool, Form()] = False) -> Response:
    """Ask nobody any more; or open the round `again`."""
    require(viewer.actor, Task.MANAGE)
    kept = _find(desk, viewer.actor, round_id)
    close_round(quality_jobs.rounds_folder(desk.settings.home), kept.id, closed=not again)
    action = "judging.reopen" if again else "judging.close"
    desk.house.note(action, viewer.actor, f"judging:{kept.id}", {})
    return RedirectResponse("/manage/quality#h-judging", 303)


@router.get("/manage/quality/judging/{round_id}.jsonl")
def download(desk: TheDesk, viewer: SignedIn, round_id: str) -> Response:
    """All judgements of a round, as the command line reads and writes them."""
    require(viewer.actor, Task.MANAGE)
    kept = _find(desk, viewer.actor, round_id)
    path = judgements_file(quality_jobs.rounds_folder(desk.settings.home), kept.id)
    content = path.read_bytes() if path.exists() else b""
    name = f"oordelen-{kept.id}.jsonl"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/jsonl", headers=headers)
