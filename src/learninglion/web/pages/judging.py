"""Judging results in the browser: one at a time, without saying what found it or how high."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from learninglion.evaluation.judgements import Shown
from learninglion.web.access import SignedIn, TheSite
from learninglion.workflow.quality import GRADES

router = APIRouter(include_in_schema=False)


@router.get("/judging/{round_id}")
def judging_page(
    request: Request,
    site: TheSite,
    viewer: SignedIn,
    round_id: str,
    at: Annotated[int, Query(ge=0)] | None = None,
    skipped: Annotated[int, Query(ge=0)] | None = None,
) -> Response:
    """One result with its question: that at place `at`, else the first without a judgement.

    `skipped` is the place of one that this person passes over for now.
    """
    task = site.workplace.judging.task(round_id, at=at, skipped=skipped, actor=viewer.actor)
    return site.templates.page(
        request,
        "judging.html",
        viewer,
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
    site: TheSite,
    viewer: SignedIn,
    round_id: str,
    at: Annotated[int, Form(ge=0)],
    query: Annotated[str, Form(max_length=400)],
    source: Annotated[str, Form(max_length=400)],
    grade: Annotated[int, Form()],
) -> Response:
    """Keep what this person says of a result, and go on with the next."""
    site.workplace.judging.judge(round_id, at, Shown(query, source), grade, actor=viewer.actor)
    return RedirectResponse(f"/judging/{round_id}?skipped={at}#h-asked", 303)


# --------------------------------------------------------------------------- management


@router.post("/manage/quality/judging")
def open_round(
    site: TheSite,
    viewer: SignedIn,
    collection: Annotated[str, Form(max_length=200)] = "default",
    most: Annotated[int, Form(ge=1, le=1000)] = 25,
) -> Response:
    """Begin to draw up a round on so many questions of a collection."""
    job = site.workplace.quality.start_round(viewer.actor, collection, most)
    return RedirectResponse(f"/manage/jobs/{job.id}", 303)


@router.post("/manage/quality/judging/{round_id}/close")
def close(site: TheSite, viewer: SignedIn, round_id: str, again: Annotated[bool, Form()] = False) -> Response:
    """Ask nobody any more; or open the round `again`."""
    site.workplace.judging.close(round_id, again=again, actor=viewer.actor)
    return RedirectResponse("/manage/quality#h-judging", 303)


@router.get("/manage/quality/judging/{round_id}.jsonl")
def download(site: TheSite, viewer: SignedIn, round_id: str) -> Response:
    """All judgements of a round, as the command line reads and writes them."""
    name, content = site.workplace.judging.download(round_id, actor=viewer.actor)
    headers = {
        "Content-Disposition": f'attachment; filename="oordelen-{name}.jsonl"',
        "Cache-Control": "no-store",
    }
    return Response(content, media_type="application/jsonl", headers=headers)
