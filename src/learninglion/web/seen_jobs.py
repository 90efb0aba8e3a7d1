"""Long work as its owner may see it now: rights that went since it began count, hidden sources too."""

from __future__ import annotations

from learninglion.models import Actor
from learninglion.record.contract import dossier_view
from learninglion.web.site import Site
from learninglion.workflow.jobs import Event, Job

__all__ = ["find_job", "with_dossier"]


def find_job(site: Site, job_id: str, actor: Actor) -> Job:
    """The job with this id. Raises UnknownReferenceError, also where its dossier may not be seen any more."""
    job = site.workplace.jobs.find(job_id, actor)
    if job.finished and job.events and (dossier_id := job.events[-1].data.get("dossier")):
        site.workplace.dossiers.load(str(dossier_id), actor)
    return job


def with_dossier(site: Site, event: Event, actor: Actor) -> Event:
    """A report for a program: the dossier itself where the work kept only its number."""
    if event.name != "done" or "dossier" not in event.data:
        return event
    return Event("done", dossier_view(site.workplace.dossiers.load(str(event.data["dossier"]), actor)))
