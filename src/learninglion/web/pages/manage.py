"""Management: documents, people, the log, storage, models, quality and its judging, terms of what is kept."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query
from starlette.datastructures import FormData, UploadFile
from starlette.responses import HTMLResponse, RedirectResponse, Response

from learninglion.evaluation.experiment import Shown
from learninglion.models import Filters, Role
from learninglion.models.errors import ConflictError, InputError
from learninglion.settings import GeneratorSettings, model_choice
from learninglion.web.access import MAX_BYTES, TheForm, TheVisit, Visit, read_whole
from learninglion.web.pages.work import find_job, receive, start_inbox, start_ingest
from learninglion.workflow.documents import MOST_KEPT_BYTES
from learninglion.workflow.drafts import TestResult
from learninglion.workflow.intake import PersonalPolicy
from learninglion.workflow.jobs import KEPT_FOR, LATER, MOST_KEPT_JOBS
from learninglion.workflow.quality import GRADES, Outcome
from learninglion.workflow.retention import Term
from learninglion.workflow.rights import Task, require

router = APIRouter(include_in_schema=False)

_PAGE = 50
_LOG_PAGE = 100
_MOST_MISFITS = 200  # shown on the page; `learninglion log verify` names them all
_ROLE_WORDS = {
    Role.READER: "lezer: zoeken en lezen",
    Role.DRAFTER: "opsteller: sets behandelen",
    Role.APPROVER: "vaststeller: teksten vaststellen",
    Role.ADMINISTRATOR: "beheerder: documenten, mensen, instellingen",
    Role.AUDITOR: "controleur: het logboek inzien",
}


@router.get("/manage")
def overview(visit: TheVisit) -> Response:
    """Where management begins; an auditor goes to the log."""
    if not visit.may("manage"):
        require(visit.actor, Task.AUDIT)
        return RedirectResponse("/manage/log", 303)
    return _overview(visit, None)


def _overview(visit: Visit, swept: int | None) -> Response:
    return visit.page(
        "manage.html",
        infos=visit.workplace.documents.collections(visit.actor),
        storage=visit.workplace.storage.parts(visit.actor),
        free=visit.workplace.storage.free(),
        swept=swept,
    )


@router.post("/manage/collections")
def describe_collection(
    visit: TheVisit,
    name: Annotated[str, Form(max_length=200)],
    description: Annotated[str, Form(max_length=500)] = "",
    purpose: Annotated[str, Form(max_length=500)] = "",
    personal: Annotated[Literal["", "allow", "mask", "refuse"], Form()] = "",
) -> Response:
    """Make a collection, or say something else about one that is there."""
    visit.workplace.intake.describe_collection(
        name.strip(),
        description.strip(),
        purpose=purpose.strip() or None,
        personal=PersonalPolicy(personal) if personal else None,
        actor=visit.actor,
    )
    return RedirectResponse("/manage", 303)


@router.post("/manage/storage/check")
def check_storage(visit: TheVisit) -> Response:
    """Read every original and compare it with its fingerprint, as long work."""
    require(visit.actor, Task.MANAGE)
    job = visit.workplace.jobs.start(visit.actor, "check", {}, subject="storage", priority=LATER)
    return RedirectResponse(f"/manage/jobs/{job.id}", 303)


@router.post("/manage/storage/sweep")
def sweep_storage(visit: TheVisit) -> Response:
    """Take away what interrupted work left behind and what no document refers to."""
    return _overview(visit, visit.workplace.storage.sweep(actor=visit.actor))


@router.get("/manage/jobs/{job_id}")
def job_page(visit: TheVisit, job_id: str) -> Response:
    """How long work goes; where it has a page for its outcome, that page once it is done."""
    require(visit.actor, Task.MANAGE)
    job = find_job(visit.site, job_id, visit.actor)
    last = job.events[-1] if job.finished and job.events else None
    if last is not None and last.name == "done" and "address" in last.data:
        return RedirectResponse(str(last.data["address"]), 303)
    return visit.page("job.html", job=job, last=last)


# --------------------------------------------------------------------------- documents


@router.get("/manage/documents")
def documents(
    visit: TheVisit,
    collection: Annotated[str, Query(max_length=200)] = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """What is in the archive, and the way to add to it."""
    require(visit.actor, Task.MANAGE)
    filters = Filters(collections=(collection,) if collection else ())
    cards = visit.workplace.documents.list(
        visit.actor, filters=filters, limit=_PAGE + 1, offset=(page - 1) * _PAGE
    )
    return visit.page(
        "documents.html",
        cards=cards[:_PAGE],
        more=len(cards) > _PAGE,
        page=page,
        collection=collection,
        infos=visit.workplace.documents.collections(visit.actor),
        most=MAX_BYTES // 1_000_000,
    )


@router.post("/manage/documents/upload")
def upload(visit: TheVisit, form: TheForm) -> Response:
    """Take in files from the browser; each is reported on by itself."""
    require(visit.actor, Task.MANAGE)
    files = [f for f in form.getlist("files") if isinstance(f, UploadFile) and f.filename]
    collection = str(form.get("collection") or "").strip() or "default"
    job = start_ingest(visit.workplace, visit.actor, receive(files), collection)
    return RedirectResponse(f"/manage/ingest/{job.id}", 303)


@router.post("/manage/documents/inbox")
def inbox(visit: TheVisit, collection: Annotated[str, Form()] = "default") -> Response:
    """Take in everything in the folder "inbox" of the data folder, where large deliveries are put."""
    require(visit.actor, Task.MANAGE)
    folder = visit.site.settings.home / "inbox"
    folder.mkdir(exist_ok=True)
    job = start_inbox(visit.workplace, visit.actor, folder, collection.strip() or "default")
    return RedirectResponse(f"/manage/ingest/{job.id}", 303)


@router.get("/manage/ingest/{job_id}")
def ingest_page(visit: TheVisit, job_id: str) -> Response:
    """How taking in files goes."""
    require(visit.actor, Task.MANAGE)
    job = find_job(visit.site, job_id, visit.actor)
    return visit.page("ingest.html", job=job)


@router.post("/manage/documents/remove")
def remove(
    visit: TheVisit,
    document: Annotated[str, Form(max_length=300)],
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Destroy a document; the log keeps that it was there and why it went."""
    if not reason.strip():
        raise InputError("Geef een reden waarom het document weg moet.")
    visit.workplace.intake.remove(document, reason=reason.strip(), actor=visit.actor)
    return RedirectResponse("/manage/documents", 303)


# --------------------------------------------------------------------------- people


@router.get("/manage/people")
def people(visit: TheVisit) -> Response:
    """Who may come in, and as what."""
    require(visit.actor, Task.MANAGE)
    visit.workplace.access.looked(visit.actor, "people")
    return _people(visit, "", "")


def _people(
    visit: Visit,
    name: str,
    link: str,
    typed: Mapping[str, object] | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    return visit.page(
        "people.html",
        status=status,
        typed=typed,
        problem=problem,
        people=visit.workplace.people.list(visit.actor),
        roles=_ROLE_WORDS,
        infos=visit.workplace.documents.collections(visit.actor),
        name=name,
        link=link,
    )


def _account_form(form: FormData) -> tuple[str, tuple[Role, ...], tuple[str, ...] | None]:
    roles = tuple(r for r in Role if form.get(f"role-{r.value}"))
    chosen = tuple(str(c) for c in form.getlist("collection"))
    collections = None if form.get("all-collections") else chosen
    return str(form.get("name") or ""), roles, collections


def _link(visit: Visit, token: str) -> str:
    return f"{visit.site.reached_at(visit.request)}/set-up?token={token}"


@router.post("/manage/people/add")
def add_person(visit: TheVisit, form: TheForm) -> Response:
    """A new account, and the link with which this person sets a password."""
    require(visit.actor, Task.MANAGE)
    name, roles, collections = _account_form(form)
    try:
        token = visit.workplace.people.add(name, roles, collections, actor=visit.actor)
    except (InputError, ConflictError) as error:
        typed = {"name": name, "roles": roles, "collections": collections}  # to correct
        return _people(visit, "", "", typed, error.detail, error.status)
    return _people(visit, name, _link(visit, token))


@router.post("/manage/people/change")
def change_person(visit: TheVisit, form: TheForm) -> Response:
    """Other roles or collections, or no longer welcome."""
    require(visit.actor, Task.MANAGE)
    visit.workplace.people.change(*_account_form(form), bool(form.get("active")), actor=visit.actor)
    return RedirectResponse("/manage/people", 303)


@router.post("/manage/people/invite")
def invite(visit: TheVisit, name: Annotated[str, Form(max_length=100)]) -> Response:
    """A fresh link for somebody who lost the password."""
    token = visit.workplace.people.invite(name, actor=visit.actor)
    return _people(visit, name, _link(visit, token))


# --------------------------------------------------------------------------- the log


@router.get("/manage/log")
def log(
    visit: TheVisit,
    before: Annotated[int, Query(ge=0)] = 0,
    subject: Annotated[str, Query(max_length=300)] = "",
) -> Response:
    """The log, newest first."""
    entries = visit.workplace.log.entries(
        visit.actor, after=before, limit=_LOG_PAGE, subject=subject.strip() or None
    )
    visit.workplace.access.looked(visit.actor, "log", subject.strip())
    return visit.page("log.html", entries=entries, subject=subject, most=_LOG_PAGE, report=None, misfits=())


@router.post("/manage/log/verify")
def verify_log(visit: TheVisit) -> Response:
    """Whether the log is whole, and documents, originals and dossiers are as it says."""
    report = visit.workplace.log.verify(visit.actor)
    misfits = tuple(islice(visit.workplace.log.misfits(visit.actor), _MOST_MISFITS))
    entries = visit.workplace.log.entries(visit.actor, limit=_LOG_PAGE)
    return visit.page("log.html", entries=entries, subject="", most=_LOG_PAGE, report=report, misfits=misfits)


# --------------------------------------------------------------------------- models
#
# What is chosen is kept where all servers find it (`models.json`) and holds on each of them at once. Which
# hosts outside this machine may be connected to stands in the settings file alone, so that nobody can lead
# texts elsewhere from a screen.

# What the screen decides; everything else keeps coming from the settings file.
_FIELDS = ("kind", "model", "path", "base_url", "api_key", "context_tokens", "timeout_seconds")
KINDS = (
    ("none", "geen: zinnen uit de bronnen"),
    ("openai", "een eindpunt (vLLM, Ollama, llama.cpp)"),
    ("gguf", "een bestand op deze server (GGUF)"),
)


@router.get("/manage/models")
def models(visit: TheVisit) -> Response:
    """Which models work here, and the form to choose another language model."""
    require(visit.actor, Task.MANAGE)
    return _models_page(visit)


def _models_page(
    visit: TheVisit,
    shown: GeneratorSettings | None = None,
    results: tuple[TestResult, ...] = (),
    *,
    status: int = 200,
) -> Response:
    settings = visit.site.settings_now
    return visit.page(
        "models.html",
        status=status,
        settings=settings,
        shown=shown or settings.generator,
        kinds=KINDS,
        results=results,
        chosen_here=visit.workplace.language_model.chosen() is not None,
        threshold=visit.workplace.searching.threshold,
        switch=visit.workplace.indexing.switch_state(),
    )


@router.post("/manage/models/test")
def test_models(visit: TheVisit) -> Response:
    """Ask the models in use for something small, and say what came of it."""
    require(visit.actor, Task.MANAGE)
    results = visit.workplace.language_model.test_in_use(visit.actor)
    return _models_page(visit, results=results)


@router.post("/manage/models/check")
def check_model(visit: TheVisit) -> Response:
    """Put the language model to a small exam that says what it is fit for, as long work."""
    require(visit.actor, Task.MANAGE)
    job = visit.workplace.jobs.start(visit.actor, "model", {}, subject="model", priority=LATER)
    return RedirectResponse(f"/manage/jobs/{job.id}", 303)


@router.post("/manage/models/change")
def change_model(
    visit: TheVisit,
    kind: Annotated[str, Form(max_length=20)],
    model: Annotated[str, Form(max_length=200)] = "",
    path: Annotated[str, Form(max_length=1000)] = "",
    base_url: Annotated[str, Form(max_length=1000)] = "",
    api_key: Annotated[str, Form(max_length=1000)] = "",
    context_tokens: Annotated[int, Form(ge=512, le=10_000_000)] = 4096,
    timeout_seconds: Annotated[float, Form(ge=1, le=86_400)] = 600.0,
) -> Response:
    """Try the model; only when it answers is it kept."""
    require(visit.actor, Task.MANAGE)
    before = visit.site.settings_now.generator
    address = base_url.strip() or before.base_url
    # A key that was set for one address is never sent to another.
    key = api_key.strip() or (before.api_key if address == before.base_url else "")
    wanted = replace(
        before,
        kind=kind,
        model=model.strip(),
        path=path.strip(),
        base_url=address,
        api_key=key,
        context_tokens=context_tokens,
        timeout_seconds=timeout_seconds,
    )
    choice = model_choice("generator", wanted, visit.site.settings)
    fields = {name: value for name, value in asdict(wanted).items() if name in _FIELDS}
    result = visit.workplace.language_model.choose(choice, fields, actor=visit.actor)
    return _models_page(visit, wanted, (result,), status=200 if result.ok else 400)


@router.post("/manage/models/reset")
def reset_model(visit: TheVisit) -> Response:
    """Go back to what the settings file says."""
    visit.workplace.language_model.reset(actor=visit.actor)
    return RedirectResponse("/manage/models", 303)


# --------------------------------------------------------------------------- quality of search

_MOST = (200, 1000, 0)  # questions to measure with; 0: all
_TO_JUDGE = (10, 25, 50, 100)  # questions to have judged
_VERSIONS = 20
_LONGEST = 500_000  # characters of a report that is shown as text


@router.get("/manage/quality")
def quality_page(visit: TheVisit) -> Response:
    """Measurements, what search learned, and the versions one can go back to."""
    require(visit.actor, Task.MANAGE)
    quality = visit.workplace.quality
    remarks = visit.workplace.remarks.open(visit.actor)
    if remarks:  # they hold sentences of dossiers
        visit.workplace.access.looked(visit.actor, "remarks")
    return visit.page(
        "quality.html",
        infos=visit.workplace.documents.collections(visit.actor),
        rows=quality.measurements(visit.actor),
        proposal=quality.proposal(visit.actor),
        versions=visit.workplace.learning.list(visit.actor, limit=_VERSIONS),
        others=_other_reports(quality.reports(visit.actor)),
        most=_MOST,
        to_judge=_TO_JUDGE,
        cards=visit.workplace.judging.cards(visit.actor),
        running=quality.running(visit.actor),
        remarks=remarks,
        judged=len(visit.workplace.remarks.judgments(visit.actor)),
    )


@router.get("/manage/quality/judgments.jsonl")
def judgments(visit: TheVisit) -> Response:
    """What was said of proposals, as `learninglion evaluate drafts --judgments` reads it."""
    rows = visit.workplace.remarks.judgments(visit.actor)
    return _json_lines("voorstellen", "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows))


def _json_lines(name: str, content: str | bytes) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="oordelen-{name}.jsonl"',
        "Cache-Control": "no-store",
    }
    return Response(content, media_type="application/jsonl", headers=headers)


@router.post("/manage/quality/remarks")
def settle(
    visit: TheVisit, entry: Annotated[int, Form(ge=1)], outcome: Annotated[Outcome, Form()]
) -> Response:
    """Close a remark about a sentence with what was done."""
    visit.workplace.remarks.settle(entry, outcome, actor=visit.actor)
    return RedirectResponse("/manage/quality#h-remarks", 303)


@router.post("/manage/quality/measure")
def measure(
    visit: TheVisit,
    collection: Annotated[str, Form(max_length=200)] = "default",
    most: Annotated[int, Form(ge=0, le=1_000_000)] = 200,
    judged: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Begin to measure on a collection, or by what people said in the round `judged`."""
    job = visit.workplace.quality.start_measuring(visit.actor, collection, most, judged)
    return RedirectResponse(f"/manage/jobs/{job.id}", 303)


@router.post("/manage/quality/learn")
def learn(visit: TheVisit, collection: Annotated[str, Form(max_length=200)] = "default") -> Response:
    """Begin to learn from a collection."""
    job = visit.workplace.quality.start_learning(visit.actor, collection)
    return RedirectResponse(f"/manage/jobs/{job.id}", 303)


@router.post("/manage/quality/take")
def take(visit: TheVisit) -> Response:
    """Put what was learned in force."""
    visit.workplace.quality.take(visit.actor)
    return RedirectResponse("/manage/quality", 303)


@router.post("/manage/quality/discard")
def discard(visit: TheVisit) -> Response:
    """Throw away what was learned."""
    visit.workplace.quality.discard(visit.actor)
    return RedirectResponse("/manage/quality", 303)


@router.post("/manage/quality/revert")
def revert(visit: TheVisit, version: Annotated[int, Form(ge=0, le=1_000_000)]) -> Response:
    """Go back to an earlier version; 0 is the one that came with the program."""
    visit.workplace.learning.revert(version, actor=visit.actor)
    visit.workplace.indexing.start_switch()
    return RedirectResponse("/manage/quality", 303)


# --------------------------------------------------------------------------- reports


def _other_reports(names: tuple[str, ...]) -> tuple[str, ...]:
    """Reports that the command line put in the data folder, by name."""
    ours = re.compile(r"retrieval-\d{8}T\d{6}Z")
    return tuple(n for n in names if not ours.fullmatch(Path(n).stem))


@router.get("/manage/reports/{name:path}")
def report(visit: TheVisit, name: str) -> Response:
    """One report: a page of its own where it is one, else its text."""
    text = visit.workplace.quality.report(name, visit.actor)
    if name.endswith(".html"):
        return HTMLResponse(text, headers={"Content-Security-Policy": _report_policy(text)})
    return visit.page("report.html", name=name, text=text[:_LONGEST])


def _report_policy(text: str) -> str:
    """A report may show itself with the style sheet in it, and do nothing else whatever."""
    styles = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    sums = (base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in styles)
    allowed = " ".join(f"'sha256-{s}'" for s in sums) or "'none'"
    return f"default-src 'none'; style-src {allowed}; sandbox; frame-ancestors 'none'; base-uri 'none'"


# --------------------------------------------------------------------------- terms and destroying

_SHOWN = 200
_UNSURE = "Bevestig eerst dat het voorgoed weg mag."


@router.get("/manage/retention")
def retention_page(visit: TheVisit, gone: Annotated[str, Query(max_length=100)] = "") -> Response:
    """The terms, what is older than its term, and what is held."""
    retention = visit.workplace.retention
    overdue = retention.find_overdue(actor=visit.actor)
    return visit.page(
        "retention.html",
        terms=list(retention.terms(visit.actor)),
        overdue=overdue,
        shown=overdue.dossiers[:_SHOWN],
        documents=overdue.documents[:_SHOWN],
        held=sorted(retention.held(visit.actor)),
        own=list(retention.own_terms(visit.actor).values()),
        gone=gone,
        log=visit.site.settings.log,
        jobs=(MOST_KEPT_JOBS, KEPT_FOR // timedelta(hours=1)),
        images=MOST_KEPT_BYTES / 1e9,
    )


@router.post("/manage/retention")
def destroy(
    visit: TheVisit, reason: Annotated[str, Form(max_length=500)] = "", sure: Annotated[str, Form()] = ""
) -> Response:
    """Destroy everything that is older than its term."""
    require(visit.actor, Task.MANAGE)
    if not sure:
        raise InputError(_UNSURE)
    job = visit.workplace.retention.start_destroying(reason=reason, actor=visit.actor)
    return RedirectResponse(f"/manage/jobs/{job.id}", 303)


@router.post("/manage/retention/terms")
def set_terms(visit: TheVisit, form: TheForm) -> Response:
    """Set the terms of categories, or of one dossier, as they were filled in; what stayed is no change."""
    require(visit.actor, Task.MANAGE)
    wanted = []
    for name in form:
        if name.startswith("days-"):
            category, typed = name.removeprefix("days-"), str(form[name]).strip()
            if category.startswith("dossier-") and not typed:
                visit.workplace.retention.drop_own_term(category, actor=visit.actor)
                continue
            days = read_whole(typed or "0")
            if days is None:
                raise InputError("Schrijf een termijn als een heel aantal dagen; 0 is altijd bewaren.")
            wanted.append(Term(category, days, str(form.get(f"ground-{category}", ""))))
    for term in wanted:
        visit.workplace.retention.set_term(term, actor=visit.actor)
    return RedirectResponse("/manage/retention?gone=terms", 303)


@router.post("/manage/retention/hold")
def hold(
    visit: TheVisit,
    dossier: Annotated[str, Form(max_length=100)],
    reason: Annotated[str, Form(max_length=500)] = "",
    release: Annotated[str, Form(max_length=5)] = "",
) -> Response:
    """Let nobody destroy this dossier from now on, or let it be destroyed again."""
    retention = visit.workplace.retention
    (retention.release if release else retention.hold)(dossier.strip(), reason=reason, actor=visit.actor)
    return RedirectResponse(f"/manage/retention?gone={'released' if release else 'held'}#h-held", 303)


@router.get("/manage/retention/dossier")
def delete_page(
    visit: TheVisit, dossier_id: Annotated[str, Query(alias="id", max_length=100)] = ""
) -> Response:
    """What would be deleted or held, and the question whether that is meant."""
    retention = visit.workplace.retention
    versions = retention.versions(dossier_id.strip(), visit.actor)
    newest = versions[-1]
    visit.workplace.access.looked(visit.actor, "dossier", newest.dossier_id)
    return visit.page(
        "dossier_delete.html",
        newest=newest,
        versions=len(versions),
        held=newest.dossier_id in retention.held(visit.actor),
        term=retention.own_terms(visit.actor).get(newest.dossier_id),
    )


@router.post("/manage/retention/dossier")
def delete_one(
    visit: TheVisit,
    dossier: Annotated[str, Form(max_length=100)],
    reason: Annotated[str, Form(max_length=500)] = "",
    sure: Annotated[str, Form()] = "",
) -> Response:
    """Delete one dossier for good."""
    require(visit.actor, Task.MANAGE)
    if not sure:
        raise InputError(_UNSURE)
    visit.workplace.retention.delete_dossier(dossier, reason=reason, actor=visit.actor)
    return RedirectResponse(f"/manage/retention?gone={dossier}", 303)


# Judging results: one at a time, without saying what found it or how high.


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
        own=task.question,
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
    return _json_lines(*visit.workplace.judging.download(round_id, actor=visit.actor))
