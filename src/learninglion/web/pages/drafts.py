"""Text proposals while they are written: begun from what was chosen, written anew, gone on with."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response, StreamingResponse

from learninglion.drafting.write import Stage
from learninglion.models import Dossier, QuestionSet, Selection, SourceKind
from learninglion.models.errors import InputError, UnknownReferenceError
from learninglion.models.plain import Plain
from learninglion.record.export import ExportFormat
from learninglion.web.access import SignedIn, TheSite
from learninglion.web.pages.proposal_view import view_verdict
from learninglion.web.seen_jobs import find_job
from learninglion.web.site import Site
from learninglion.web.viewer import Viewer
from learninglion.workflow import DraftEvent
from learninglion.workflow.jobs import Job, as_event_stream
from learninglion.workflow.rights import Task, require
from learninglion.workflow.sets import Work

__all__ = ["EXPORT_TYPES", "dossier_of", "router", "tell_draft"]

router = APIRouter(include_in_schema=False)

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXPORT_TYPES = {
    ExportFormat.MARKDOWN: "text/markdown; charset=utf-8",
    ExportFormat.JSON: "application/json",
    ExportFormat.PDF: "application/pdf",
    ExportFormat.HTML: "text/html; charset=utf-8",
    **{form: _WORD for form in ExportFormat if form.extension == ExportFormat.DOCX.value},
}
# --------------------------------------------------------------------------- writing


@router.post("/sets/{work_id}/draft")
async def start_draft(request: Request, site: TheSite, viewer: SignedIn, work_id: str) -> Response:
    """Begin the proposal from exactly what was chosen; where there is one already, bring it up to date."""
    require(viewer.actor, Task.DRAFT)
    form = await request.form()
    return await run_in_threadpool(_start, request, site, viewer, work_id, form)


def _start(request: Request, site: Site, viewer: Viewer, work_id: str, form: FormData) -> Response:
    work = site.workplace.sets.find(work_id, viewer.actor)
    generator = str(form.get("generator") or "extractive")
    before = dossier_of(site, viewer, work)
    if before is None:
        return _begin(site, viewer, work, generator)
    selections = _selections(site, viewer, work)
    only = str(form.get("only") or "")
    if only:
        if not only.isdecimal() or int(only) >= len(selections):
            raise InputError("Deze vraag staat niet in de set.")
        wanted = frozenset({int(only)})
    else:
        wanted = _outdated(before, selections)
    edited = site.workplace.dossiers.edited(before.id, viewer.actor) & wanted
    if edited and not form.get("decided"):
        asked = [(at, before.verifications[at].draft.selection.question) for at in sorted(edited)]
        return site.templates.page(
            request,
            "redraft.html",
            viewer,
            work=work,
            dossier=before,
            edited=asked,
            only=only,
            generator=generator,
        )
    overwrite = frozenset(at for at in edited if form.get(f"overwrite-{at}"))
    anew = {at: selections[at] for at in sorted(wanted - (edited - overwrite))}
    if not anew:
        return RedirectResponse(f"/dossiers/{before.id}", 303)

    def write(job: Job) -> dict[str, Plain]:
        site.workplace.drafts.redraft(
            before.id,
            anew,
            generator=generator,
            overwrite=overwrite,
            on_event=lambda event: tell_draft(job, event),
            stop=job.stop,
            actor=viewer.actor,
            progress=_tell_progress(job),
        )
        return {"address": f"/dossiers/{before.id}#question-{min(anew)}", "dossier": before.id}

    job = site.workplace.jobs.start(viewer.actor, "draft", write, subject=before.id)
    return RedirectResponse(f"/dossiers/{before.id}/writing/{job.id}", 303)


def dossier_of(site: Site, viewer: Viewer, work: Work) -> Dossier | None:
    """The dossier that this set became, as long as its questions are still those of the set."""
    if work.dossier is None:
        return None
    try:
        dossier = site.workplace.dossiers.load(work.dossier, viewer.actor)
    except UnknownReferenceError:
        return None
    drafted = tuple(v.draft.selection.question for v in dossier.verifications)
    return dossier if drafted == work.question_set.questions else None


def _outdated(dossier: Dossier, selections: Sequence[Selection]) -> frozenset[int]:
    """The sub-questions for which other sources are chosen now than the text was written from."""
    return frozenset(
        at
        for at, (verification, selection) in enumerate(zip(dossier.verifications, selections, strict=True))
        if not verification.draft.complete or verification.draft.selection.chosen != selection.chosen
    )


def _begin(site: Site, viewer: Viewer, work: Work, generator: str) -> Response:
    selections = _selections(site, viewer, work)

    def write(job: Job) -> dict[str, Plain]:
        dossier = site.workplace.drafts.draft(
            work.question_set,
            selections,
            generator=generator,
            on_event=lambda event: tell_draft(job, event),
            stop=job.stop,
            actor=viewer.actor,
            progress=_tell_progress(job),
        )
        site.workplace.sets.tie(work, dossier.id, actor=viewer.actor)
        return {"address": f"/dossiers/{dossier.id}", "dossier": dossier.id}

    job = site.workplace.jobs.start(viewer.actor, "draft", write, subject=work.id)
    return RedirectResponse(f"/sets/{work.id}/draft/{job.id}", 303)


def _tell_progress(job: Job) -> Callable[[str, int, int], None]:
    return lambda label, done, total: job.report("progress", {"label": label, "done": done, "total": total})


def _selections(site: Site, viewer: Viewer, work: Work) -> tuple[Selection, ...]:
    offers = [board.offered for board in work.boards]
    own = [s for board in work.boards for s in board.added if s.kind is SourceKind.SUPPLIED]
    return site.workplace.drafts.select(
        work.question_set, offers, work.choices(), threshold=work.threshold, own=own, actor=viewer.actor
    )


def tell_draft(job: Job, event: DraftEvent) -> None:
    """Put a step of the drafting into the job's reports."""
    if event.verification is not None:
        done = event.verification
        if done.draft.provenance.generator == "extractive":
            for check in done.checks:
                apart = check not in done.shown
                job.report("sentence", _told(event.position, check.statement.text, apart, check.reasons))
        job.report("question", {"position": event.position, "words": view_verdict(done).words})
    elif event.progress is not None:
        if event.progress.stage in (Stage.SENTENCE, Stage.MARKED):
            apart = event.progress.stage is Stage.MARKED
            reasons = event.progress.check.reasons if apart and event.progress.check else ()
            job.report("sentence", _told(event.position, event.progress.text, apart, reasons))
        elif event.progress.stage is Stage.RETRACTED:
            job.report("retracted", {"position": event.position})
        elif event.progress.stage is Stage.REPAIR:
            job.report("progress", {"label": "Een zin wordt herschreven", "done": 0, "total": 0})


def _told(position: int, text: str, apart: bool, reasons: Sequence[str]) -> dict[str, Plain]:
    return {"position": position, "text": text, "apart": apart, "reason": " ".join(reasons) if apart else ""}


@router.post("/dossiers/{dossier_id}/resume")
def resume_draft(site: TheSite, viewer: SignedIn, dossier_id: str) -> Response:
    """Write on where the language model broke off."""
    require(viewer.actor, Task.DRAFT)
    site.workplace.dossiers.load(dossier_id, viewer.actor)

    def write(job: Job) -> dict[str, Plain]:
        dossier = site.workplace.drafts.resume(
            dossier_id,
            on_event=lambda event: tell_draft(job, event),
            stop=job.stop,
            actor=viewer.actor,
            progress=_tell_progress(job),
        )
        return {"address": f"/dossiers/{dossier.id}", "dossier": dossier.id}

    job = site.workplace.jobs.start(viewer.actor, "draft", write, subject=dossier_id)
    return RedirectResponse(f"/dossiers/{dossier_id}/writing/{job.id}", 303)


@router.get("/sets/{work_id}/draft/{job_id}")
def drafting_page(request: Request, site: TheSite, viewer: SignedIn, work_id: str, job_id: str) -> Response:
    """The proposal while it is written; without script one reloads."""
    work = site.workplace.sets.find(work_id, viewer.actor)
    return _watch(request, site, viewer, job_id, work.question_set, f"/sets/{work_id}/questions/1")


@router.get("/dossiers/{dossier_id}/writing/{job_id}")
def resuming_page(
    request: Request, site: TheSite, viewer: SignedIn, dossier_id: str, job_id: str
) -> Response:
    """The rest of a proposal while it is written."""
    dossier = site.workplace.dossiers.load(dossier_id, viewer.actor)
    return _watch(request, site, viewer, job_id, dossier.question_set, f"/dossiers/{dossier_id}")


def _watch(
    request: Request, site: Site, viewer: Viewer, job_id: str, question_set: QuestionSet, back: str
) -> Response:
    job = find_job(site, job_id, viewer.actor)
    if job.finished and job.events and job.events[-1].name == "done":
        return RedirectResponse(str(job.events[-1].data["address"]), 303)
    failed = str(job.events[-1].data["detail"]) if job.finished and job.events else ""
    return site.templates.page(
        request, "drafting.html", viewer, questions=question_set.questions, back=back, job=job, failed=failed
    )


@router.post("/jobs/{job_id}/stop")
def stop_writing(site: TheSite, viewer: SignedIn, job_id: str) -> Response:
    """Ask no more of the language model; what was written is kept, and can be gone on with."""
    require(viewer.actor, Task.DRAFT)
    job = find_job(site, job_id, viewer.actor)
    job.stop.set()
    work = (
        f"/dossiers/{job.subject}/writing"
        if job.subject.startswith("dossier-")
        else f"/sets/{job.subject}/draft"
    )
    return RedirectResponse(f"{work}/{job.id}" if job.kind == "draft" else "/", 303)


@router.get("/jobs/{job_id}/events")
def job_events(request: Request, site: TheSite, viewer: SignedIn, job_id: str) -> StreamingResponse:
    """The reports of long work, as server-sent events; a browser that reconnects goes on where it was."""
    job = find_job(site, job_id, viewer.actor)
    last = request.headers.get("last-event-id", "0")
    after = int(last) if last.isdecimal() and len(last) < 10 else 0
    headers = {"X-Accel-Buffering": "no"}
    return StreamingResponse(as_event_stream(job, after), media_type="text/event-stream", headers=headers)
