"""Text proposals while they are written: begun from what was chosen, written anew, gone on with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response, StreamingResponse

from learninglion.drafting.write import Stage
from learninglion.models import Dossier, QuestionSet, Selection, SourceKind
from learninglion.models.errors import InputError, UnknownReferenceError
from learninglion.models.plain import Plain, from_plain, to_plain
from learninglion.record.export import ExportFormat
from learninglion.web.access import TheVisit, Visit
from learninglion.web.forms import read_whole
from learninglion.web.ingest_jobs import find_job, stream_reports
from learninglion.web.pages.proposal_view import view_verdict
from learninglion.workflow import DraftEvent, Workplace
from learninglion.workflow.jobs import Run
from learninglion.workflow.rights import Task, require
from learninglion.workflow.sets import Work

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
async def start_draft(visit: TheVisit, work_id: str) -> Response:
    """Begin the proposal from exactly what was chosen; where there is one already, bring it up to date."""
    require(visit.actor, Task.DRAFT)
    form = await visit.request.form()
    return await run_in_threadpool(_start, visit, work_id, form)


def _start(visit: Visit, work_id: str, form: FormData) -> Response:
    work = visit.workplace.sets.find(work_id, visit.actor)
    generator = str(form.get("generator") or "extractive")
    before = dossier_of(visit, work)
    if before is None:
        return _begin(visit, work, generator)
    selections = _selections(visit, work)
    only = str(form.get("only") or "")
    if only:
        at = read_whole(only)
        if at is None or at >= len(selections):
            raise InputError("Deze vraag staat niet in de set.")
        wanted = frozenset({at})
    else:
        wanted = _outdated(before, selections)
    edited = visit.workplace.dossiers.edited(before.id, visit.actor) & wanted
    if edited and not form.get("decided"):
        questions = [(at, before.verifications[at].draft.selection.question) for at in sorted(edited)]
        return visit.page(
            "redraft.html", work=work, dossier=before, edited=questions, only=only, generator=generator
        )
    overwrite = frozenset(at for at in edited if form.get(f"overwrite-{at}"))
    anew = {at: selections[at] for at in sorted(wanted - (edited - overwrite))}
    if not anew:
        return RedirectResponse(f"/dossiers/{before.id}", 303)

    plain: dict[str, Plain] = {
        "dossier": before.id,
        "anew": {str(at): to_plain(selection) for at, selection in anew.items()},
        "generator": generator,
        "overwrite": to_plain(overwrite),
    }
    job = visit.workplace.jobs.start(visit.actor, "draft.again", plain, subject=before.id)
    return RedirectResponse(f"/dossiers/{before.id}/writing/{job.id}", 303)


def write_again(workplace: Workplace, run: Run) -> dict[str, Plain]:
    """The work of writing some sub-questions anew."""
    dossier_id, plain = str(run.payload["dossier"]), cast("dict[str, Plain]", run.payload["anew"])
    anew = {int(at): from_plain(Selection, selection) for at, selection in plain.items()}
    workplace.drafts.redraft(
        dossier_id,
        anew,
        generator=str(run.payload["generator"]),
        overwrite=frozenset(from_plain(tuple[int, ...], run.payload["overwrite"])),
        on_event=lambda event: tell_draft(run, event),
        stop=run.stop,
        actor=run.owner,
        progress=run.progress,
    )
    return {"address": f"/dossiers/{dossier_id}#question-{min(anew)}", "dossier": dossier_id}


def dossier_of(visit: Visit, work: Work) -> Dossier | None:
    """The dossier that this set became, as long as its questions are still those of the set."""
    if work.dossier is None:
        return None
    try:
        dossier = visit.workplace.dossiers.load(work.dossier, visit.actor)
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


def _begin(visit: Visit, work: Work, generator: str) -> Response:
    selections = _selections(visit, work)

    plain: dict[str, Plain] = {
        "work": work.id,
        "question_set": to_plain(work.question_set),
        "selections": to_plain(selections),
        "generator": generator,
    }
    job = visit.workplace.jobs.start(visit.actor, "draft", plain, subject=work.id)
    return RedirectResponse(f"/sets/{work.id}/draft/{job.id}", 303)


def write_draft(workplace: Workplace, run: Run) -> dict[str, Plain]:
    """The work of writing a whole proposal."""
    dossier = workplace.drafts.draft(
        from_plain(QuestionSet, run.payload["question_set"]),
        from_plain(tuple[Selection, ...], run.payload["selections"]),
        generator=str(run.payload["generator"]),
        on_event=lambda event: tell_draft(run, event),
        stop=run.stop,
        actor=run.owner,
        progress=run.progress,
    )
    work = workplace.sets.find(str(run.payload["work"]), run.owner)
    workplace.sets.tie(work, dossier.id, actor=run.owner)
    return {"address": f"/dossiers/{dossier.id}", "dossier": dossier.id}


def _selections(visit: Visit, work: Work) -> tuple[Selection, ...]:
    offers = [shortlist.offered for shortlist in work.shortlists]
    own = [s for shortlist in work.shortlists for s in shortlist.added if s.kind is SourceKind.SUPPLIED]
    return visit.workplace.drafts.select(
        work.question_set, offers, work.choices(), threshold=work.threshold, own=own, actor=visit.actor
    )


def tell_draft(run: Run, event: DraftEvent) -> None:
    """Put a step of the drafting into the reports of the work."""
    if event.verification is not None:
        done = event.verification
        if done.draft.provenance.generator == "extractive":
            for check in done.checks:
                apart = check not in done.shown
                run.report("sentence", _told(event.position, check.statement.text, apart, check.reasons))
        run.report("question", {"position": event.position, "words": view_verdict(done).words})
    elif event.progress is not None:
        if event.progress.stage in (Stage.SENTENCE, Stage.MARKED):
            apart = event.progress.stage is Stage.MARKED
            reasons = event.progress.check.reasons if apart and event.progress.check else ()
            run.report("sentence", _told(event.position, event.progress.text, apart, reasons))
        elif event.progress.stage is Stage.RETRACTED:
            run.report("retracted", {"position": event.position})
        elif event.progress.stage is Stage.REPAIR:
            run.progress("Een zin wordt herschreven", 0, 0)


def _told(position: int, text: str, apart: bool, reasons: Sequence[str]) -> dict[str, Plain]:
    return {"position": position, "text": text, "apart": apart, "reason": " ".join(reasons) if apart else ""}


@router.post("/dossiers/{dossier_id}/resume")
def resume_draft(visit: TheVisit, dossier_id: str) -> Response:
    """Write on where the language model broke off."""
    require(visit.actor, Task.DRAFT)
    request: dict[str, Plain] = {
        "dossier": dossier_id,
        "version": visit.workplace.dossiers.load(dossier_id, visit.actor).version,
    }
    job = visit.workplace.jobs.start(visit.actor, "draft.resume", request, subject=dossier_id)
    return RedirectResponse(f"/dossiers/{dossier_id}/writing/{job.id}", 303)


def write_on(workplace: Workplace, run: Run) -> dict[str, Plain]:
    """The work of going on with a proposal; nothing where a worker finished it that was killed thereafter."""
    dossier = workplace.dossiers.load(str(run.payload["dossier"]), run.owner)
    finished = all(v.draft.complete for v in dossier.verifications)
    if finished and dossier.version > cast("int", run.payload["version"]):
        return {"address": f"/dossiers/{dossier.id}", "dossier": dossier.id}
    dossier = workplace.drafts.resume(
        dossier.id,
        on_event=lambda event: tell_draft(run, event),
        stop=run.stop,
        actor=run.owner,
        progress=run.progress,
    )
    return {"address": f"/dossiers/{dossier.id}", "dossier": dossier.id}


@router.get("/sets/{work_id}/draft/{job_id}")
def drafting_page(visit: TheVisit, work_id: str, job_id: str) -> Response:
    """The proposal while it is written; without script one reloads."""
    work = visit.workplace.sets.find(work_id, visit.actor)
    return _watch(visit, job_id, work.question_set, f"/sets/{work_id}/questions/1")


@router.get("/dossiers/{dossier_id}/writing/{job_id}")
def resuming_page(visit: TheVisit, dossier_id: str, job_id: str) -> Response:
    """The rest of a proposal while it is written."""
    dossier = visit.workplace.dossiers.load(dossier_id, visit.actor)
    return _watch(visit, job_id, dossier.question_set, f"/dossiers/{dossier_id}")


def _watch(visit: Visit, job_id: str, question_set: QuestionSet, back: str) -> Response:
    job = find_job(visit.site, job_id, visit.actor)
    if job.finished and job.events and job.events[-1].name == "done":
        return RedirectResponse(str(job.events[-1].data["address"]), 303)
    failed = str(job.events[-1].data["detail"]) if job.finished and job.events else ""
    return visit.page("drafting.html", questions=question_set.questions, back=back, job=job, failed=failed)


@router.post("/jobs/{job_id}/stop")
def stop_writing(visit: TheVisit, job_id: str) -> Response:
    """Ask no more of the language model; what was written is kept, and can be gone on with."""
    require(visit.actor, Task.DRAFT)
    job = find_job(visit.site, job_id, visit.actor)
    visit.workplace.jobs.stop(job.id)
    work = (
        f"/dossiers/{job.subject}/writing"
        if job.subject.startswith("dossier-")
        else f"/sets/{job.subject}/draft"
    )
    return RedirectResponse(f"{work}/{job.id}" if job.kind.startswith("draft") else "/", 303)


@router.get("/jobs/{job_id}/events")
def job_events(visit: TheVisit, job_id: str) -> StreamingResponse:
    """The reports of long work, as server-sent events; a browser that reconnects goes on where it was."""
    job = find_job(visit.site, job_id, visit.actor)
    after = read_whole(visit.request.headers.get("last-event-id", "")) or 0
    return stream_reports(visit.site, job.id, after)
