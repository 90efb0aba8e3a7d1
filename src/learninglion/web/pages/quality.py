"""Management: how well search finds here, and letting it learn from the archive's own answers."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from learninglion.web.access import SignedIn, TheSite
from learninglion.workflow.remarks import Outcome
from learninglion.workflow.rights import Task, require

router = APIRouter(include_in_schema=False)

_MOST = (200, 1000, 0)  # questions to measure with; 0: all
_TO_JUDGE = (10, 25, 50, 100)  # questions to have judged
_VERSIONS = 20
_LONGEST = 500_000  # characters of a report that is shown as text


@router.get("/quality")
def quality_page(request: Request, site: TheSite, viewer: SignedIn) -> Response:
    """Measurements, what search learned, and the versions one can go back to."""
    require(viewer.actor, Task.MANAGE)
    quality = site.workplace.quality
    remarks = site.workplace.remarks.open(viewer.actor)
    if remarks:  # they hold sentences of dossiers
        site.workplace.access.looked(viewer.actor, "remarks")
    return site.templates.page(
        request,
        "quality.html",
        viewer,
        infos=site.workplace.documents.collections(viewer.actor),
        rows=quality.measurements(viewer.actor),
        proposal=quality.proposal(viewer.actor),
        versions=site.workplace.learning.list(viewer.actor, limit=_VERSIONS),
        others=_other_reports(quality.reports(viewer.actor)),
        most=_MOST,
        to_judge=_TO_JUDGE,
        cards=site.workplace.judging.cards(viewer.actor),
        running=quality.running(viewer.actor),
        remarks=remarks,
        judged=len(site.workplace.remarks.judgments(viewer.actor)),
    )


@router.get("/quality/judgments.jsonl")
def judgments(site: TheSite, viewer: SignedIn) -> Response:
    """What was said of proposals, as `learninglion evaluate drafts --judgments` reads it."""
    rows = site.workplace.remarks.judgments(viewer.actor)
    text = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
    headers = {
        "Content-Disposition": 'attachment; filename="oordelen-voorstellen.jsonl"',
        "Cache-Control": "no-store",
    }
    return Response(text, media_type="application/jsonl", headers=headers)


@router.post("/quality/remarks")
def settle(
    site: TheSite,
    viewer: SignedIn,
    entry: Annotated[int, Form(ge=1)],
    outcome: Annotated[Outcome, Form()],
) -> Response:
    """Close a remark about a sentence with what was done."""
    site.workplace.remarks.settle(entry, outcome, actor=viewer.actor)
    return RedirectResponse("/manage/quality#h-remarks", 303)


@router.post("/quality/measure")
def measure(
    site: TheSite,
    viewer: SignedIn,
    collection: Annotated[str, Form(max_length=200)] = "default",
    most: Annotated[int, Form(ge=0, le=1_000_000)] = 200,
    judged: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Begin to measure on a collection, or by what people said in the round `judged`."""
    job = site.workplace.quality.start_measuring(viewer.actor, collection, most, judged)
    return RedirectResponse(f"/manage/jobs/{job.id}", 303)


@router.post("/quality/learn")
def learn(
    site: TheSite, viewer: SignedIn, collection: Annotated[str, Form(max_length=200)] = "default"
) -> Response:
    """Begin to learn from a collection."""
    job = site.workplace.quality.start_learning(viewer.actor, collection)
    return RedirectResponse(f"/manage/jobs/{job.id}", 303)


@router.post("/quality/take")
def take(site: TheSite, viewer: SignedIn) -> Response:
    """Put what was learned in force."""
    site.workplace.quality.take(viewer.actor)
    return RedirectResponse("/manage/quality", 303)


@router.post("/quality/discard")
def discard(site: TheSite, viewer: SignedIn) -> Response:
    """Throw away what was learned."""
    site.workplace.quality.discard(viewer.actor)
    return RedirectResponse("/manage/quality", 303)


@router.post("/quality/revert")
def revert(site: TheSite, viewer: SignedIn, version: Annotated[int, Form(ge=0, le=1_000_000)]) -> Response:
    """Go back to an earlier version; 0 is the one that came with the program."""
    site.workplace.learning.revert(version, actor=viewer.actor)
    site.workplace.indexing.start_switch()
    return RedirectResponse("/manage/quality", 303)


# --------------------------------------------------------------------------- reports


def _other_reports(names: tuple[str, ...]) -> tuple[str, ...]:
    """Reports that the command line put in the data folder, by name."""
    ours = re.compile(r"retrieval-\d{8}T\d{6}Z")
    return tuple(n for n in names if not ours.fullmatch(Path(n).stem))


@router.get("/reports/{name:path}")
def report(request: Request, site: TheSite, viewer: SignedIn, name: str) -> Response:
    """One report: a page of its own where it is one, else its text."""
    text = site.workplace.quality.report(name, viewer.actor)
    if name.endswith(".html"):
        return HTMLResponse(text, headers={"Content-Security-Policy": _report_policy(text)})
    return site.templates.page(request, "report.html", viewer, name=name, text=text[:_LONGEST])


def _report_policy(text: str) -> str:
    """A report may show itself with the style sheet in it, and do nothing else whatever."""
    styles = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    sums = (base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in styles)
    allowed = " ".join(f"'sha256-{s}'" for s in sums) or "'none'"
    return f"default-src 'none'; style-src {allowed}; sandbox; frame-ancestors 'none'; base-uri 'none'"
