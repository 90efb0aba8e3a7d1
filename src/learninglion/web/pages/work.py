"""Long work that pages and API ask for: how each kind is begun and done, and its reports for who asked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import cast

from starlette.datastructures import UploadFile
from starlette.responses import StreamingResponse

from learninglion.drafting.write import Stage
from learninglion.models import Actor, QuestionSet, RawFile, Selection
from learninglion.models.errors import InputError, LearningLionError
from learninglion.models.plain import Plain, from_plain, to_plain
from learninglion.record.contract import dossier_view
from learninglion.web.access import Site, check_count, read_upload
from learninglion.web.rendering import view_verdict
from learninglion.workflow import DraftEvent, FileResult, FileStatus, Workplace
from learninglion.workflow.jobs import BULK, Event, Job, Run, as_event_stream
from learninglion.workflow.rights import Task, require_within

# Long work as its owner may see it now: rights that went since it began count, hidden sources too.


def find_job(site: Site, job_id: str, actor: Actor) -> Job:
    """The job with this id. Raises UnknownReferenceError, also where its dossier may not be seen any more."""
    job = site.workplace.jobs.find(job_id, actor)
    if job.finished and job.events and (dossier_id := job.events[-1].data.get("dossier")):
        site.workplace.dossiers.load(str(dossier_id), actor)
    return job


def stream_reports(
    site: Site, job_id: str, after: int, *, for_program: Actor | None = None
) -> StreamingResponse:
    """The reports of long work from number `after` on, which no proxy may hold up.

    `for_program`: who asks by the API, and is given the dossier itself.
    """
    shown = None if for_program is None else partial(_with_dossier, site, for_program)
    stream = as_event_stream(site.workplace.jobs, job_id, after, shown)
    headers = {"X-Accel-Buffering": "no"}
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


def _with_dossier(site: Site, actor: Actor, event: Event) -> Event:
    """A report for a program: the dossier itself where the work kept only its number."""
    if event.name != "done" or "dossier" not in event.data:
        return event
    return Event("done", dossier_view(site.workplace.dossiers.load(str(event.data["dossier"]), actor)))


INGEST, INBOX = "ingest", "ingest.inbox"  # the kinds of these jobs
_SINCE = "since"  # the length of the log when the work was asked for: what is removed later stays removed
_WORDS = {
    FileStatus.ADDED: "opgenomen",
    FileStatus.REPLACED: "vervangen door een nieuwere versie",
    FileStatus.UNCHANGED: "was er al",
    FileStatus.FAILED: "niet gelukt",
}

Received = tuple[tuple[RawFile, ...], tuple[FileResult, ...]]


def receive(files: Sequence[UploadFile]) -> Received:
    """The files that fit, and what is wrong with each of the others. Raises InputError for too many."""
    if not files:
        raise InputError("Kies een of meer bestanden.")
    check_count(files)
    raws: list[RawFile] = []
    refused: list[FileResult] = []
    for file in files:
        try:
            raws.append(read_upload(file))
        except LearningLionError as error:
            refused.append(FileResult(file.filename or "", FileStatus.FAILED, detail=error.detail))
    return tuple(raws), tuple(refused)


def start_ingest(workplace: Workplace, actor: Actor, received: Received, collection: str) -> Job:
    """Begin to take in what was received; reports are "progress" and, for each file, "file"."""
    require_within(actor, Task.MANAGE, [collection])
    raws, refused = received
    plain: dict[str, Plain] = {
        "collection": collection,
        "refused": to_plain(refused),
        _SINCE: workplace.intake.moment(),
    }
    return workplace.jobs.start(actor, INGEST, plain, files=raws)


def take_in(workplace: Workplace, run: Run) -> dict[str, Plain]:
    """The work that `start_ingest` asks for."""
    results = list(from_plain(tuple[FileResult, ...], run.payload["refused"]))
    for result in results:
        run.report("file", _file_report(result))
    raws = workplace.jobs.files(run.claim.job.id)
    for done, raw in enumerate(raws):
        run.progress(raw.name, done, len(raws))
        collection, since = str(run.payload["collection"]), _since(run)
        results.append(
            workplace.intake.ingest_upload(raw, collection=collection, actor=run.owner, since=since)
        )
        run.report("file", _file_report(results[-1]))
    run.progress("Klaar", len(raws), len(raws))
    return _sums(results)


def start_inbox(workplace: Workplace, actor: Actor, folder: Path, collection: str) -> Job:
    """Begin to take in everything in a folder on the server; only one at a time."""
    require_within(actor, Task.MANAGE, [collection])
    plain: dict[str, Plain] = {
        "collection": collection,
        "folder": str(folder),
        _SINCE: workplace.intake.moment(),
    }
    return workplace.jobs.start(actor, INBOX, plain, subject="inbox", priority=BULK)


def take_in_inbox(workplace: Workplace, run: Run) -> dict[str, Plain]:
    """The work that `start_inbox` asks for."""
    folder = Path(str(run.payload["folder"]))
    if not folder.is_dir():
        raise InputError(f"{folder}: deze map staat niet op de machine die dit werk doet.")
    report = workplace.intake.ingest(
        [folder],
        collection=str(run.payload["collection"]),
        actor=run.owner,
        since=_since(run),
        progress=run.progress,
        on_result=lambda result: run.report("file", _file_report(result)),
    )
    return _sums(report.results)


def _since(run: Run) -> int | None:
    since = run.payload.get(_SINCE)  # not there in work that an older server put in the queue
    return since if isinstance(since, int) else None


def _sums(results: Sequence[FileResult]) -> dict[str, Plain]:
    return {status.value: sum(r.status is status for r in results) for status in FileStatus}


def _file_report(result: FileResult) -> dict[str, Plain]:
    """What is reported of a file."""
    words = _WORDS[result.status] + (f": {result.detail}" if result.detail else "")
    return {
        "path": result.path,
        "status": result.status.value,
        "words": words,
        "document": result.document_id,
        "warnings": list(result.warnings),
    }


# Text proposals: begun from what was chosen, written anew, gone on with.


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


def tell_draft(run: Run, event: DraftEvent) -> None:
    """Put a step of the drafting into the reports of the work."""
    if event.verification is not None:
        done = event.verification
        if done.draft.provenance.generator == "extractive":
            for check in done.checks:
                apart = check not in done.shown
                run.report(
                    "sentence", _sentence_report(event.position, check.statement.text, apart, check.reasons)
                )
        run.report("question", {"position": event.position, "words": view_verdict(done).words})
    elif event.progress is not None:
        if event.progress.stage in (Stage.SENTENCE, Stage.MARKED):
            apart = event.progress.stage is Stage.MARKED
            reasons = event.progress.check.reasons if apart and event.progress.check else ()
            run.report("sentence", _sentence_report(event.position, event.progress.text, apart, reasons))
        elif event.progress.stage is Stage.RETRACTED:
            run.report("retracted", {"position": event.position})
        elif event.progress.stage is Stage.REPAIR:
            run.progress("Een zin wordt herschreven", 0, 0)


def _sentence_report(position: int, text: str, apart: bool, reasons: Sequence[str]) -> dict[str, Plain]:
    return {"position": position, "text": text, "apart": apart, "reason": " ".join(reasons) if apart else ""}


# The check of all that is kept.


def check_everything(workplace: Workplace, run: Run) -> dict[str, Plain]:
    """The work that `check_storage` asks for."""
    run.progress("Originelen lezen", 0, 0)

    def report(problem: str) -> None:
        run.report("file", {"path": "", "words": problem})

    wrong = workplace.storage.check(report, actor=run.owner)
    words = "Alles is heel." if not wrong else f"Gevonden problemen: {wrong}."
    run.progress(words, 1, 1)
    return {"problems": wrong, "words": words}


def check_model_in_use(workplace: Workplace, run: Run) -> dict[str, Plain]:
    """The work that trying out the language model asks for: a line for each trial, and what it is fit for."""
    run.progress("Het taalmodel wordt beproefd", 0, 0)
    report = workplace.language_model.check_in_use(run.owner)
    for trial in report.trials:
        run.report("file", {"path": "", "words": trial.line})
    run.progress(report.fit_for, 1, 1)
    return {"usable": report.usable, "words": report.fit_for}
