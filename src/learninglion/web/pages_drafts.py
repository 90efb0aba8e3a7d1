"""Text proposals: written while one watches, read beside their sources, edited, signed off, taken along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response, StreamingResponse

from learninglion.drafting.write import Stage
from learninglion.errors import ConflictError, InputError
from learninglion.models import (
    AnswerVerdict,
    Author,
    Check,
    Citation,
    Dossier,
    Selection,
    SourceKind,
    Statement,
    Verification,
)
from learninglion.record.contract import never_looked_at
from learninglion.record.export import ExportFormat
from learninglion.record.log import LogEntry
from learninglion.record.marking import MARK_LINE, mark_line
from learninglion.serial import Plain
from learninglion.web.access import SignedIn, TheDesk
from learninglion.web.desk import Desk
from learninglion.web.events import Job, as_event_stream
from learninglion.web.pages_sign_off import signing_of
from learninglion.web.pages_sources import source_address
from learninglion.web.workbench import Work
from learninglion.workflow import DraftEvent
from learninglion.workflow.rights import Task, require

__all__ = ["EXPORT_TYPES", "router", "tell_draft"]

router = APIRouter(include_in_schema=False)

_PAGE = 50
EXPORT_TYPES = {
    ExportFormat.MARKDOWN: "text/markdown; charset=utf-8",
    ExportFormat.JSON: "application/json",
    ExportFormat.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ExportFormat.PDF: "application/pdf",
}
VERDICT_WORDS = {
    AnswerVerdict.ANSWERED: "Beantwoord uit de gekozen bronnen",
    AnswerVerdict.PARTIAL: "Gedeeltelijk beantwoord uit de gekozen bronnen",
    AnswerVerdict.UNANSWERABLE: "Niet te beantwoorden uit de gekozen bronnen",
}


# --------------------------------------------------------------------------- writing


@router.post("/sets/{work_id}/draft")
def start_draft(
    desk: TheDesk, viewer: SignedIn, work_id: str, generator: Annotated[str, Form()] = "extractive"
) -> Response:
    """Begin the proposal from exactly what was chosen."""
    require(viewer.actor, Task.DRAFT)
    work = desk.workbench.find(work_id, viewer.actor.name)
    selections = _selections(desk, viewer, work)

    def write(job: Job) -> dict[str, Plain]:
        dossier = desk.house.draft(
            work.question_set,
            selections,
            generator=generator,
            on_event=lambda event: tell_draft(job, event),
            actor=viewer.actor,
            progress=lambda label, done, total: job.report(
                "progress", {"label": label, "done": done, "total": total}
            ),
        )
        desk.workbench.tie(work, dossier.id)
        return {"address": f"/dossiers/{dossier.id}", "dossier": dossier.id}

    job = desk.jobs.start(viewer.actor.name, "draft", write, subject=work_id)
    return RedirectResponse(f"/sets/{work_id}/draft/{job.id}", 303)


def _selections(desk: Desk, viewer: SignedIn, work: Work) -> tuple[Selection, ...]:
    offers = [board.offered for board in work.boards]
    own = [s for board in work.boards for s in board.added if s.kind is SourceKind.SUPPLIED]
    return desk.house.select(
        work.question_set, offers, work.choices(), threshold=work.threshold, own=own, actor=viewer.actor
    )


def tell_draft(job: Job, event: DraftEvent) -> None:
    """Put a step of the drafting into the job's reports."""
    if event.verification is not None:
        done = event.verification
        if done.draft.provenance.generator == "extractive":
            for check in done.checks:
                apart = check not in done.shown
                job.report("sentence", _told(event.position, check.statement.text, apart))
        job.report("question", {"position": event.position, "words": VERDICT_WORDS[done.verdict]})
    elif event.progress is not None:
        if event.progress.stage in (Stage.SENTENCE, Stage.REMOVED):
            apart = event.progress.stage is Stage.REMOVED
            job.report("sentence", _told(event.position, event.progress.text, apart))
        elif event.progress.stage is Stage.REPAIR:
            job.report("progress", {"label": "Een zin wordt herschreven", "done": 0, "total": 0})


def _told(position: int, text: str, apart: bool) -> dict[str, Plain]:
    return {"position": position, "text": text, "apart": apart}


@router.get("/sets/{work_id}/draft/{job_id}")
def drafting_page(request: Request, desk: TheDesk, viewer: SignedIn, work_id: str, job_id: str) -> Response:
    """The proposal while it is written; without script one reloads."""
    work = desk.workbench.find(work_id, viewer.actor.name)
    job = desk.jobs.find(job_id, viewer.actor.name)
    if job.finished and job.events and job.events[-1].name == "done":
        return RedirectResponse(str(job.events[-1].data["address"]), 303)
    failed = str(job.events[-1].data["detail"]) if job.finished and job.events else ""
    return desk.templates.page(request, "drafting.html", viewer, work=work, job=job, failed=failed)


@router.get("/jobs/{job_id}/events")
def job_events(request: Request, desk: TheDesk, viewer: SignedIn, job_id: str) -> StreamingResponse:
    """The reports of long work, as server-sent events; a browser that reconnects goes on where it was."""
    job = desk.jobs.find(job_id, viewer.actor.name)
    last = request.headers.get("last-event-id", "0")
    after = int(last) if last.isdecimal() and len(last) < 10 else 0
    headers = {"X-Accel-Buffering": "no"}
    return StreamingResponse(as_event_stream(job, after), media_type="text/event-stream", headers=headers)


# --------------------------------------------------------------------------- reading


@dataclass(frozen=True, slots=True)
class CitationView:
    """A citation as a numbered link that opens its source."""

    number: int
    citation: Citation
    address: str  # empty when the citation names no source


@dataclass(frozen=True, slots=True)
class SentenceView:
    """One sentence with its citations; `position` counts all statements of the sub-question."""

    position: int
    check: Check
    citations: tuple[CitationView, ...]


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One sub-question as the page shows it."""

    verification: Verification
    shown: tuple[SentenceView, ...]
    apart: tuple[SentenceView, ...]
    remarks: tuple[str, ...]
    not_looked_at: int


def view_questions(desk: Desk, dossier: Dossier) -> tuple[QuestionView, ...]:
    """The dossier with citations numbered through, as exports number them."""
    number, views = 0, []
    styles = desk.house.style_of(dossier)
    for verification, style in zip(dossier.verifications, styles, strict=True):
        shown: list[SentenceView] = []
        apart: list[SentenceView] = []
        for position, check in enumerate(verification.checks):
            cited = []
            for citation in check.statement.citations:
                number += 1
                cited.append(CitationView(number, citation, _address(dossier, citation)))
            target = shown if check in verification.shown else apart
            target.append(SentenceView(position, check, tuple(cited)))
        looked = len(never_looked_at(verification))
        views.append(QuestionView(verification, tuple(shown), tuple(apart), style.remarks, looked))
    return tuple(views)


def _address(dossier: Dossier, citation: Citation) -> str:
    source_id = citation.source_id
    if source_id is None:
        return ""
    if source_id.startswith("supplied#"):
        return source_address(source_id, citation.span, path=f"/dossiers/{dossier.id}/supplied")
    return source_address(source_id, citation.span)


@router.get("/dossiers")
def dossiers_page(
    request: Request, desk: TheDesk, viewer: SignedIn, page: Annotated[int, Query(ge=1, le=10_000)] = 1
) -> Response:
    """All dossiers this person may see."""
    found = desk.house.history(viewer.actor, limit=_PAGE + 1, offset=(page - 1) * _PAGE)
    return desk.templates.page(
        request,
        "dossiers.html",
        viewer,
        cards=found[:_PAGE],
        page=page,
        more=len(found) > _PAGE,
        asked=desk.sign_offs.among([card.id for card in found[:_PAGE]]),
    )


@router.get("/dossiers/{dossier_id}")
def dossier_page(
    request: Request,
    desk: TheDesk,
    viewer: SignedIn,
    dossier_id: str,
    version: Annotated[int | None, Query(ge=1)] = None,
    edit: Annotated[int | None, Query(ge=0)] = None,
) -> Response:
    """A proposal: each sentence with its sources, what does not hold apart, what is missing."""
    newest = desk.house.load(dossier_id, viewer.actor)
    dossier = newest if version is None else desk.house.load(dossier_id, viewer.actor, version)
    return desk.templates.page(
        request,
        "dossier.html",
        viewer,
        dossier=dossier,
        newest=newest.version,
        questions=view_questions(desk, dossier),
        edit=edit if dossier.version == newest.version else None,
        mark=mark_line(dossier),
        copy_mark=MARK_LINE,
        words=VERDICT_WORDS,
        formats=tuple(ExportFormat),
        Author=Author,
        signing=signing_of(desk, viewer.actor, newest),
        work_id=desk.workbench.of_dossier(dossier_id, viewer.actor.name),
    )


# --------------------------------------------------------------------------- editing


@router.post("/dossiers/{dossier_id}/questions/{position}")
async def edit_question(
    request: Request, desk: TheDesk, viewer: SignedIn, dossier_id: str, position: int
) -> Response:
    """Keep the officer's sentences for one sub-question; every one is checked again."""
    form = await request.form()
    await run_in_threadpool(_edit, desk, viewer, dossier_id, position, form)
    return RedirectResponse(f"/dossiers/{dossier_id}#question-{position}", 303)


def _edit(desk: Desk, viewer: SignedIn, dossier_id: str, position: int, form: FormData) -> None:
    dossier = desk.house.load(dossier_id, viewer.actor)
    if str(form.get("version")) != str(dossier.version):
        raise ConflictError(
            "Iemand heeft deze tekst intussen gewijzigd. "
            "Bekijk de nieuwste versie en voer uw wijziging daar in."
        )
    if position >= len(dossier.verifications):
        raise InputError("Deze vraag staat niet in het dossier.")
    changed: list[Sequence[Statement]] = []
    for i, verification in enumerate(dossier.verifications):
        statements = tuple(check.statement for check in verification.checks)
        changed.append(_edited(statements, form) if i == position else statements)
    if all(
        tuple(c.statement for c in v.checks) == tuple(s)
        for v, s in zip(dossier.verifications, changed, strict=True)
    ):
        return
    desk.house.revise(dossier_id, changed, actor=viewer.actor)


def _edited(statements: Sequence[Statement], form: FormData) -> tuple[Statement, ...]:
    found: list[Statement] = []
    for i, statement in enumerate(statements):
        text = " ".join(str(form.get(f"text-{i}", statement.text)).split())
        if not text:
            continue  # an emptied sentence is taken out; the version before still has it
        found.append(changed_statement(statement, text))
    added = " ".join(str(form.get("added") or "").split())
    if added:
        number = str(form.get("cite") or "")
        cited = (
            statements[int(number)].citations if number.isdecimal() and int(number) < len(statements) else ()
        )
        found.append(Statement(added, cited, Author.PERSON))
    return tuple(found)


def changed_statement(statement: Statement, text: str) -> Statement:
    """`statement` with a person's text; what the machine wrote stays visible, and going back undoes it."""
    if text == statement.text:
        return statement
    if statement.original == text:
        return replace(statement, text=text, author=Author.MACHINE, original=None)
    original = statement.original
    if original is None and statement.author is Author.MACHINE:
        original = statement.text
    return replace(statement, text=text, author=Author.PERSON, original=original)


# --------------------------------------------------------------------------- taking along, looking back


@router.get("/dossiers/{dossier_id}/export/{form}")
def export_file(desk: TheDesk, viewer: SignedIn, dossier_id: str, form: ExportFormat) -> Response:
    """The dossier as a file, marked and with its sources."""
    content = desk.house.export(dossier_id, form, actor=viewer.actor)
    name = quote(f"{dossier_id}.{form.value}")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(content, media_type=EXPORT_TYPES[form], headers=headers)


@dataclass(frozen=True, slots=True)
class LogLine:
    """What a history shows of a log entry."""

    at: datetime
    actor: str
    action: str  # in words
    about: str  # which version, form or person
    energy: tuple[float, float] | None = None  # seconds and Wh, where the work was metered


_DEEDS = {
    "draft": "voorstel opgesteld",
    "dossier.draft": "voorstel bewaard",
    "dossier.edited": "bewerkt",
    "dossier.approved": "vastgesteld",
    "export": "meegenomen als bestand",
    "replay": "opnieuw gemaakt en vergeleken",
    "sign-off.ask": "gevraagd om vast te stellen",
    "sign-off.withdraw": "vraag om vast te stellen ingetrokken",
    "sign-off.give-back": "teruggegeven met een opmerking",
}
"""What a log entry about a dossier says to a reader; a code that is new here is shown as it is."""


def _line(entry: LogEntry) -> LogLine:
    told = [str(entry.details[k]) for k in ("format", "of", "to") if entry.details.get(k)]
    version = entry.details.get("version")
    if isinstance(version, int):
        told.append(f"versie {version}")
    return LogLine(
        entry.at, entry.actor, _DEEDS.get(entry.action, entry.action), ", ".join(told), _energy(entry.details)
    )


def _energy(details: Mapping[str, Plain]) -> tuple[float, float] | None:
    found = details.get("energy")
    if not isinstance(found, dict):
        return None
    seconds, kwh = found.get("seconds"), found.get("kwh")
    if not isinstance(seconds, int | float) or not isinstance(kwh, int | float):
        return None
    return float(seconds), float(kwh) * 1000


@router.get("/dossiers/{dossier_id}/history")
def dossier_history(request: Request, desk: TheDesk, viewer: SignedIn, dossier_id: str) -> Response:
    """The versions of a dossier, what was chosen for it, and what the log says of it."""
    dossier = desk.house.load(dossier_id, viewer.actor)
    versions = desk.house.dossiers.history(dossier_id, viewer.actor.collections)
    entries = desk.house.log.entries(subject=dossier_id, limit=500)
    lines = tuple(_line(entry) for entry in entries)
    return desk.templates.page(
        request,
        "history.html",
        viewer,
        dossier=dossier,
        versions=versions,
        lines=lines,
        looked={v.draft.selection.question.numbers: never_looked_at(v) for v in dossier.verifications},
        replayed=None,
    )


@router.post("/dossiers/{dossier_id}/replay")
def replay(request: Request, desk: TheDesk, viewer: SignedIn, dossier_id: str) -> Response:
    """Make the proposal again from what was chosen then, and say whether it comes out the same."""
    report = desk.house.replay(dossier_id, actor=viewer.actor)
    return desk.templates.page(request, "replay.html", viewer, report=report, dossier_id=dossier_id)
