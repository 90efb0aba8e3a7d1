"""Text proposals: written while one watches, read beside their sources, edited, signed off, taken along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response, StreamingResponse

from learninglion.checking.citations import Locate, cite, reference
from learninglion.drafting.write import Stage
from learninglion.dutch.text import split_sentences, words
from learninglion.models import (
    AnswerVerdict,
    Author,
    Check,
    Citation,
    Dossier,
    QuestionSet,
    Selection,
    SourceKind,
    Span,
    Statement,
    Verification,
)
from learninglion.models.errors import ConflictError, InputError
from learninglion.models.plain import Plain
from learninglion.record.contract import never_looked_at
from learninglion.record.export import ExportFormat
from learninglion.record.marking import MARK_LINE, mark_line
from learninglion.record.notes import collect_notes
from learninglion.web.access import SignedIn, TheSite
from learninglion.web.pages.sources import source_address
from learninglion.web.seen_jobs import find_job
from learninglion.web.site import Site
from learninglion.web.viewer import Viewer
from learninglion.workflow import DraftEvent
from learninglion.workflow.jobs import Job, as_event_stream
from learninglion.workflow.rights import Task, require
from learninglion.workflow.sets import Work

__all__ = ["EXPORT_TYPES", "router", "tell_draft"]

router = APIRouter(include_in_schema=False)

_PAGE = 50
_SOURCE = "source-"  # what begins the value of an option that is a chosen source
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXPORT_TYPES = {
    ExportFormat.MARKDOWN: "text/markdown; charset=utf-8",
    ExportFormat.JSON: "application/json",
    ExportFormat.PDF: "application/pdf",
    ExportFormat.HTML: "text/html; charset=utf-8",
    **{form: _WORD for form in ExportFormat if form.extension == ExportFormat.DOCX.value},
}
VERDICT_WORDS = {
    AnswerVerdict.ANSWERED: "Beantwoord uit de gekozen bronnen",
    AnswerVerdict.PARTIAL: "Gedeeltelijk beantwoord uit de gekozen bronnen",
    AnswerVerdict.UNANSWERABLE: "Niet te beantwoorden uit de gekozen bronnen",
}
UNFINISHED = "Niet af: het taalmodel is gestopt"


def verdict_of(verification: Verification) -> str:
    """What a reader is told about a sub-question as a whole; one that broke off has no verdict yet."""
    return VERDICT_WORDS[verification.verdict] if verification.draft.complete else UNFINISHED


# --------------------------------------------------------------------------- writing


@router.post("/sets/{work_id}/draft")
def start_draft(
    site: TheSite, viewer: SignedIn, work_id: str, generator: Annotated[str, Form()] = "extractive"
) -> Response:
    """Begin the proposal from exactly what was chosen."""
    require(viewer.actor, Task.DRAFT)
    work = site.workplace.sets.find(work_id, viewer.actor)
    selections = _selections(site, viewer, work)

    def write(job: Job) -> dict[str, Plain]:
        dossier = site.workplace.drafts.draft(
            work.question_set,
            selections,
            generator=generator,
            on_event=lambda event: tell_draft(job, event),
            actor=viewer.actor,
            progress=lambda label, done, total: job.report(
                "progress", {"label": label, "done": done, "total": total}
            ),
        )
        site.workplace.sets.tie(work, dossier.id, actor=viewer.actor)
        return {"address": f"/dossiers/{dossier.id}", "dossier": dossier.id}

    job = site.workplace.jobs.start(viewer.actor, "draft", write, subject=work_id)
    return RedirectResponse(f"/sets/{work_id}/draft/{job.id}", 303)


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
        job.report("question", {"position": event.position, "words": verdict_of(done)})
    elif event.progress is not None:
        if event.progress.stage in (Stage.SENTENCE, Stage.REMOVED):
            apart = event.progress.stage is Stage.REMOVED
            reasons = event.progress.check.reasons if apart and event.progress.check else ()
            job.report("sentence", _told(event.position, event.progress.text, apart, reasons))
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
            actor=viewer.actor,
            progress=lambda label, done, total: job.report(
                "progress", {"label": label, "done": done, "total": total}
            ),
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


@router.get("/jobs/{job_id}/events")
def job_events(request: Request, site: TheSite, viewer: SignedIn, job_id: str) -> StreamingResponse:
    """The reports of long work, as server-sent events; a browser that reconnects goes on where it was."""
    job = find_job(site, job_id, viewer.actor)
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
    words: str  # the verdict, or that it is not finished
    shown: tuple[SentenceView, ...]
    apart: tuple[SentenceView, ...]
    remarks: tuple[str, ...]
    not_looked_at: int
    options: list[tuple[str, str]]  # chosen sources that an added sentence can rest on: value and label


def view_questions(site: Site, dossier: Dossier) -> tuple[QuestionView, ...]:
    """The dossier with citations numbered as exports number them; those of sentences set apart come after."""
    notes = collect_notes(dossier)
    last = max((note.number for told in notes.values() for note in told), default=0)
    views = []
    styles = site.workplace.drafts.style_of(dossier)
    for i, (verification, style) in enumerate(zip(dossier.verifications, styles, strict=True)):
        shown: list[SentenceView] = []
        apart: list[SentenceView] = []
        for position, check in enumerate(verification.checks):
            failed = check in verification.failed
            noted = () if failed else notes[i, len(shown)]
            numbers = {citation: note.number for note in noted for citation in note.citations}
            cited = []
            for citation in check.statement.citations:
                if (number := numbers.get(citation, 0)) == 0:
                    number = last = last + 1
                cited.append(CitationView(number, citation, _address(dossier, citation)))
            target = apart if failed else shown
            target.append(SentenceView(position, check, tuple(cited)))
        looked = len(never_looked_at(verification))
        options = _source_options(verification)
        told = verdict_of(verification)
        views.append(
            QuestionView(verification, told, tuple(shown), tuple(apart), style.remarks, looked, options)
        )
    return tuple(views)


def _source_options(verification: Verification) -> list[tuple[str, str]]:
    chosen = enumerate(verification.draft.selection.chosen)
    return [
        (f"{_SOURCE}{i}", f"{reference(source)}: {source.document.title}")
        for i, source in chosen
        if source.body
    ]


def _address(dossier: Dossier, citation: Citation) -> str:
    source_id = citation.source_id
    if source_id is None:
        return ""
    if source_id.startswith("supplied#"):
        return source_address(source_id, citation.span, path=f"/dossiers/{dossier.id}/supplied")
    return source_address(source_id, citation.span)


@router.get("/dossiers")
def dossiers_page(
    request: Request, site: TheSite, viewer: SignedIn, page: Annotated[int, Query(ge=1, le=10_000)] = 1
) -> Response:
    """All dossiers this person may see."""
    found = site.workplace.dossiers.list(viewer.actor, limit=_PAGE + 1, offset=(page - 1) * _PAGE)
    return site.templates.page(
        request,
        "dossiers.html",
        viewer,
        cards=found[:_PAGE],
        page=page,
        more=len(found) > _PAGE,
        asked=site.workplace.sign_offs.among([card.id for card in found[:_PAGE]], viewer.actor),
    )


@router.get("/dossiers/{dossier_id}")
def dossier_page(
    request: Request,
    site: TheSite,
    viewer: SignedIn,
    dossier_id: str,
    version: Annotated[int | None, Query(ge=1)] = None,
    edit: Annotated[int | None, Query(ge=0)] = None,
) -> Response:
    """A proposal: each sentence with its sources, what does not hold apart, what is missing."""
    newest = site.workplace.dossiers.load(dossier_id, viewer.actor)
    dossier = newest if version is None else site.workplace.dossiers.load(dossier_id, viewer.actor, version)
    site.workplace.access.looked(viewer.actor, "dossier", dossier_id)
    return site.templates.page(
        request,
        "dossier.html",
        viewer,
        dossier=dossier,
        newest=newest.version,
        questions=view_questions(site, dossier),
        edit=edit if dossier.version == newest.version else None,
        mark=mark_line(dossier),
        copy_mark=MARK_LINE,
        Author=Author,
        signing=site.workplace.sign_offs.describe(newest, viewer.actor),
        work_id=site.workplace.sets.of_dossier(dossier_id, viewer.actor),
    )


# --------------------------------------------------------------------------- editing


@router.post("/dossiers/{dossier_id}/questions/{position}")
async def edit_question(
    request: Request, site: TheSite, viewer: SignedIn, dossier_id: str, position: int
) -> Response:
    """Keep the officer's sentences for one sub-question; every one is checked again."""
    form = await request.form()
    await run_in_threadpool(_edit, site, viewer, dossier_id, position, form)
    return RedirectResponse(f"/dossiers/{dossier_id}#question-{position}", 303)


def _edit(site: Site, viewer: Viewer, dossier_id: str, position: int, form: FormData) -> None:
    require(viewer.actor, Task.DRAFT)
    dossier = site.workplace.dossiers.load(dossier_id, viewer.actor)
    _require_newest(dossier, str(form.get("version")))
    if position >= len(dossier.verifications):
        raise InputError("Deze vraag staat niet in het dossier.")
    changed: list[Sequence[Statement]] = []
    for i, verification in enumerate(dossier.verifications):
        statements = tuple(check.statement for check in verification.checks)
        if i == position:
            statements = _edited(
                statements, verification.draft.selection, form, site.workplace.documents.regions
            )
        changed.append(statements)
    if all(
        tuple(c.statement for c in v.checks) == tuple(s)
        for v, s in zip(dossier.verifications, changed, strict=True)
    ):
        return
    site.workplace.drafts.revise(dossier_id, changed, version=dossier.version, actor=viewer.actor)


def _edited(
    statements: Sequence[Statement], selection: Selection, form: FormData, locate: Locate
) -> tuple[Statement, ...]:
    found: list[Statement] = []
    for i, statement in enumerate(statements):
        text = " ".join(str(form.get(f"text-{i}", statement.text)).split())
        if not text:
            continue  # an emptied sentence is taken out; the version before still has it
        found.append(changed_statement(statement, text))
    added = " ".join(str(form.get("added") or "").split())
    if added:
        cited = _cited(str(form.get("cite") or ""), added, statements, selection, locate)
        account = " ".join(str(form.get("account") or "").split())
        found.append(Statement(added, cited, Author.PERSON, own_account=account))
    return tuple(found)


def _cited(
    choice: str, added: str, statements: Sequence[Statement], selection: Selection, locate: Locate
) -> tuple[Citation, ...]:
    """What an added sentence rests on: the same as another sentence, or what fits best in a chosen source."""
    number = choice.removeprefix(_SOURCE)
    if not number.isdecimal():
        return ()
    if choice == number:
        return statements[int(number)].citations if int(number) < len(statements) else ()
    if int(number) >= len(selection.chosen):
        return ()
    source = selection.chosen[int(number)]
    wanted = frozenset(words(added))
    spans = split_sentences(source.body)
    if not spans:
        return ()
    best = max(spans, key=lambda span: len(wanted & frozenset(words(span.of(source.body)))))
    offset = source.body_span.start
    return (cite(source, Span(best.start + offset, best.end + offset), locate),)


@router.post("/dossiers/{dossier_id}/questions/{position}/own-account")
def answer_for(
    site: TheSite,
    viewer: SignedIn,
    dossier_id: str,
    position: int,
    place: Annotated[int, Form()],
    version: Annotated[int, Form()],
    account: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Let a sentence that no source bears stand on the officer's own account, with the reason."""
    _require_newest(site.workplace.dossiers.load(dossier_id, viewer.actor), str(version))
    site.workplace.drafts.answer_for(
        dossier_id, position, place, account, version=version, actor=viewer.actor
    )
    return RedirectResponse(f"/dossiers/{dossier_id}#question-{position}", 303)


def _require_newest(dossier: Dossier, version: str) -> None:
    if version != str(dossier.version):
        raise ConflictError(
            "Iemand heeft deze tekst intussen gewijzigd. "
            "Bekijk de nieuwste versie en voer uw wijziging daar in."
        )


def changed_statement(statement: Statement, text: str) -> Statement:
    """`statement` with a person's text; what the machine wrote stays visible, and going back undoes it.

    Why an officer answered for the old words says nothing of the new ones.
    """
    if text == statement.text:
        return statement
    if statement.original == text:
        return replace(statement, text=text, author=Author.MACHINE, original=None, own_account="")
    original = statement.original
    if original is None and statement.author is Author.MACHINE:
        original = statement.text
    return replace(statement, text=text, author=Author.PERSON, original=original, own_account="")
