"""Management: how well search finds here, and letting it learn from the archive's own answers."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from learninglion.models.errors import UnknownReferenceError
from learninglion.web.access import SignedIn, TheDesk
from learninglion.web.desk import Desk
from learninglion.web.pages.judging import cards_of
from learninglion.workflow import quality as quality_jobs
from learninglion.workflow.rights import Task, require

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

_MOST = (200, 1000, 0)  # questions to measure with; 0: all
_TO_JUDGE = (10, 25, 50, 100)  # questions to have judged
_VERSIONS = 20
_TEXTS = (".json", ".md", ".txt")
_LONGEST = 500_000  # characters of a report that is shown as text


@dataclass(frozen=True, slots=True)
class TuningVersion:
    """A version of what search learned: who put it in force, when, and how it compared then."""

    number: int
    used: bool
    at: datetime | None = None
    by: str = ""
    before: float | None = None  # MRR@10 on the questions held out
    after: float | None = None


@router.get("/quality")
def quality(request: Request, desk: TheDesk, viewer: SignedIn) -> Response:
    """Measurements, what search learned, and the versions one can go back to."""
    require(viewer.actor, Task.MANAGE)
    home = desk.settings.home
    return desk.templates.page(
        request,
        "quality.html",
        viewer,
        infos=desk.house.collections(viewer.actor),
        rows=quality_jobs.measurements(home),
        proposal=quality_jobs.read_proposal(home),
        versions=_versions(desk, viewer),
        others=_other_reports(home),
        most=_MOST,
        to_judge=_TO_JUDGE,
        cards=cards_of(desk, viewer.actor),
        running=desk.jobs.running("quality", "search", viewer.actor.name),
    )


def _versions(desk: Desk, viewer: SignedIn) -> tuple[TuningVersion, ...]:
    shelf = desk.house.tuning
    used = shelf.in_force()
    found = []
    for number in sorted({0, used, *shelf.versions()[-_VERSIONS:]}, reverse=True):
        entries = desk.house.log_entries(viewer.actor, subject=f"tuning:{number}", limit=50)
        kept = next((e for e in entries if e.action == "tuning.keep"), None)
        figures = kept.details.get("MRR@10") if kept is not None else None
        before, after = (None, None)
        if isinstance(figures, list) and len(figures) >= 2:
            before, after = (float(f) if isinstance(f, int | float) else None for f in figures[:2])
        at, by = (kept.at, kept.actor) if kept is not None else (None, "")
        found.append(TuningVersion(number, number == used, at, by, before, after))
    return tuple(found)


@router.post("/quality/measure")
def measure(
    desk: TheDesk,
    viewer: SignedIn,
    collection: Annotated[str, Form(max_length=200)] = "default",
    most: Annotated[int, Form(ge=0, le=1_000_000)] = 200,
    judged: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Begin to measure on a collection, or by what people said in the round `judged`."""
    job = quality_jobs.start_measuring(desk.quality, viewer.actor, collection, most, judged)
    return RedirectResponse(f"/manage/jobs/{job.id}", 303)


@router.post("/quality/learn")
def learn(
    desk: TheDesk, viewer: SignedIn, collection: Annotated[str, Form(max_length=200)] = "default"
) -> Response:
    """Begin to learn from a collection."""
    job = quality_jobs.start_tuning(desk.quality, viewer.actor, collection)
    return RedirectResponse(f"/manage/jobs/{job.id}", 303)


@router.post("/quality/take")
def take(desk: TheDesk, viewer: SignedIn) -> Response:
    """Put what was learned in force."""
    quality_jobs.take(desk.quality, viewer.actor)
    return RedirectResponse("/manage/quality", 303)


@router.post("/quality/discard")
def discard(desk: TheDesk, viewer: SignedIn) -> Response:
    """Throw away what was learned."""
    quality_jobs.discard(desk.quality, viewer.actor)
    return RedirectResponse("/manage/quality", 303)


@router.post("/quality/revert")
def revert(desk: TheDesk, viewer: SignedIn, version: Annotated[int, Form(ge=0, le=1_000_000)]) -> Response:
    """Go back to an earlier version; 0 is the one that came with the program."""
    desk.house.revert_tuning(version, actor=viewer.actor)
    desk.house.start_switch()
    return RedirectResponse("/manage/quality", 303)


# --------------------------------------------------------------------------- reports


def _other_reports(home: Path) -> tuple[str, ...]:
    """Reports that the command line put in the data folder, by name."""
    ours = re.compile(r"retrieval-\d{8}T\d{6}Z")
    return tuple(n for n in _report_names(home) if not ours.fullmatch(Path(n).stem))


def _report_names(home: Path) -> tuple[str, ...]:
    folder = home / "reports"
    found = (p for p in folder.rglob("*") if p.suffix in (*_TEXTS, ".html") and p.is_file())
    return tuple(sorted(str(p.relative_to(folder)) for p in found)) if folder.is_dir() else ()


@router.get("/reports/{name:path}")
def report(request: Request, desk: TheDesk, viewer: SignedIn, name: str) -> Response:
    """One report: a page of its own where it is one, else its text."""
    require(viewer.actor, Task.MANAGE)
    home = desk.settings.home
    if name not in _report_names(home):
        raise UnknownReferenceError("Dit rapport bestaat niet.")
    text = (home / "reports" / name).read_text("utf-8", errors="replace")
    if name.endswith(".html"):
        return HTMLResponse(text, headers={"Content-Security-Policy": _report_policy(text)})
    return desk.templates.page(request, "report.html", viewer, name=name, text=text[:_LONGEST])


def _report_policy(text: str) -> str:
    """A report may show itself with the style sheet in it, and do nothing else whatever."""
    styles = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    sums = (base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in styles)
    allowed = " ".join(f"'sha256-{s}'" for s in sums) or "'none'"
    return f"default-src 'none'; style-src {allowed}; sandbox; frame-ancestors 'none'; base-uri 'none'"
