"""Taking in files as long work: each file is reported on as soon as it was read, for pages and API alike."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from starlette.datastructures import UploadFile

from learninglion.models import Actor, RawFile
from learninglion.models.errors import InputError, LearningLionError
from learninglion.models.plain import Plain
from learninglion.web.site import Site
from learninglion.web.uploads import check_count, read_upload
from learninglion.workflow import FileResult, FileStatus
from learninglion.workflow.jobs import Job
from learninglion.workflow.rights import Task, require_within

__all__ = ["INGEST", "Received", "receive", "start_inbox", "start_ingest", "told_file"]

INGEST = "ingest"  # the kind of these jobs
_WORDS = {
    FileStatus.ADDED: "opgenomen",
    FileStatus.REPLACED: "vervangen door een nieuwere versie",
    FileStatus.UNCHANGED: "was er al",
    FileStatus.FAILED: "niet gelukt",
}

Received = tuple[tuple[RawFile, ...], tuple[FileResult, ...]]


async def receive(files: Sequence[UploadFile]) -> Received:
    """The files that fit, and what is wrong with each of the others. Raises InputError for too many."""
    if not files:
        raise InputError("Kies een of meer bestanden.")
    check_count(files)
    raws: list[RawFile] = []
    refused: list[FileResult] = []
    for file in files:
        try:
            raws.append(await read_upload(file))
        except LearningLionError as error:
            refused.append(FileResult(file.filename or "", FileStatus.FAILED, detail=error.detail))
    return tuple(raws), tuple(refused)


def start_ingest(site: Site, actor: Actor, received: Received, collection: str) -> Job:
    """Begin to take in what was received; reports are "progress" and, for each file, "file"."""
    require_within(actor, Task.MANAGE, [collection])
    raws, refused = received

    def work(job: Job) -> dict[str, Plain]:
        results = list(refused)
        for result in refused:
            job.report("file", told_file(result))
        for done, raw in enumerate(raws):
            job.report("progress", {"label": raw.name, "done": done, "total": len(raws)})
            results.append(site.workplace.intake.ingest_upload(raw, collection=collection, actor=actor))
            job.report("file", told_file(results[-1]))
        job.report("progress", {"label": "Klaar", "done": len(raws), "total": len(raws)})
        return _sums(results)

    return site.workplace.jobs.start(actor, INGEST, work)


def start_inbox(site: Site, actor: Actor, folder: Path, collection: str) -> Job:
    """Begin to take in everything in a folder on the server; only one at a time."""
    require_within(actor, Task.MANAGE, [collection])

    def work(job: Job) -> dict[str, Plain]:
        report = site.workplace.intake.ingest(
            [folder],
            collection=collection,
            actor=actor,
            progress=lambda label, done, total: job.report(
                "progress", {"label": label, "done": done, "total": total}
            ),
            on_result=lambda result: job.report("file", told_file(result)),
        )
        return _sums(report.results)

    return site.workplace.jobs.start(actor, INGEST, work, subject="inbox")


def _sums(results: Sequence[FileResult]) -> dict[str, Plain]:
    return {status.value: sum(r.status is status for r in results) for status in FileStatus}


def told_file(result: FileResult) -> dict[str, Plain]:
    """What is reported of a file."""
    words = _WORDS[result.status] + (f": {result.detail}" if result.detail else "")
    return {
        "path": result.path,
        "status": result.status.value,
        "words": words,
        "document": result.document_id,
        "warnings": list(result.warnings),
    }
