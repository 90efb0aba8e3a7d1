"""Long work as its owner may see it now: rights that went since it began count, hidden sources too."""

from __future__ import annotations

from functools import partial

from starlette.responses import StreamingResponse

from learninglion.models import Actor
from learninglion.record.contract import dossier_view
from learninglion.web.site import Site
from learninglion.workflow.jobs import Event, Job, as_event_stream

__all__ = ["find_job", "stream_reports"]


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
