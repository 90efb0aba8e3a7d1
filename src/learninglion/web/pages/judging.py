"""Judging results in the browser: one at a time, without saying what found it or how high."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.responses import RedirectResponse, Response

from learninglion.evaluation.judgements import Shown
from learninglion.web.access import TheVisit
from learninglion.workflow.quality import GRADES

router = APIRouter(include_in_schema=False)


@router.get("/judging/{round_id}")
def judging_page(
    visit: TheVisit,
    round_id: str,
    at: Annotated[int, Query(ge=0)] | None = None,
    skipped: Annotated[int, Query(ge=0)] | None = None,
) -> Response:
    """One result with its question: that at place `at`, else the first without a judgement.

    `skipped` is the place of one that this person passes over for now.
    """
    task = visit.workplace.judging.task(round_id, at=at, skipped=skipped, actor=visit.actor)
    return visit.page(
        "judging.html",
        round=task.round,
        item=task.item,
        place=task.place,
        done=task.done,
        grade=task.grade,
        grades=GRADES,
        asked=task.question,
        source=task.source,
    )


@router.post("/judging/{round_id}")
def keep_judgement(
    visit: TheVisit,
    round_id: str,
    at: Annotated[int, Form(ge=0)],
    query: Annotated[str, Form(max_length=400)],
    source: Annotated[str, Form(max_length=400)],
    grade: Annotated[int, Form()],
) -> Response:
    """Keep what this person says of a result, and go on with the next."""
    visit.workplace.judging.judge(round_id, at, Shown(query, source), grade, actor=visit.actor)
    return RedirectResponse(f"/judging/{round_id}?skipped={at}#h-asked", 303)


# --------------------------------------------------------------------------- management


@router.post("/manage/quality/judging")
def open_round(
    visit: TheVisit,
    collection: Annotated[str, Form(max_length=200)] = "default",
    most: Annotated[int, Form(ge=1, le=1000)] = 25,
) -> Response:
    """Begin to draw up a round on so many questions of a collection."""
    job = visit.workplace.quality.start_round(visit.actor, collection, most)
    return RedirectResponse(f"/manage/jobs/{job.id}", 303)


@router.post("/manage/quality/judging/{round_id}/close")
def close(visit: TheVisit, round_id: str, again: Annotated[bool, Form()] = False) -> Response:
    """Ask nobody any more; or open the round `again`."""
    visit.workplace.judging.close(round_id, again=again, actor=visit.actor)
    return RedirectResponse("/manage/quality#h-judging", 303)


@router.get("/manage/quality/judging/{round_id}.jsonl")
def download(visit: TheVisit, round_id: str) -> Response:
    """All judgements of a round, as the command line reads and writes them."""
    name, content = visit.workplace.judging.download(round_id, actor=visit.actor)
    headers = {
        "Content-Disposition": f'attachment; filename="oordelen-{name}.jsonl"',
        "Cache-Control": "no-store",
    }
    return Response(content, media_type="application/jsonl", headers=headers)
