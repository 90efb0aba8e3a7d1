"""All long work that can be asked for, by its kind, for whoever does it: server or worker."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from learninglion.models.plain import Plain
from learninglion.web.api.routes import draft_for_program
from learninglion.web.ingest_jobs import INBOX, INGEST, take_in, take_in_inbox
from learninglion.web.pages.drafts import write_again, write_draft, write_on
from learninglion.web.pages.manage import check_everything
from learninglion.workflow import Workplace
from learninglion.workflow.worker import Run, Work, Worker

__all__ = ["make_worker"]

_WORKS: dict[str, Callable[[Workplace, Run], dict[str, Plain]]] = {
    INGEST: take_in,
    INBOX: take_in_inbox,
    "check": check_everything,
    "draft": write_draft,
    "draft.again": write_again,
    "draft.resume": write_on,
    "draft.api": draft_for_program,
}


def make_worker(workplace: Workplace, slots: int) -> Worker:
    """Who does so many jobs of this workplace at once; not begun yet."""
    works: dict[str, Work] = {kind: partial(work, workplace) for kind, work in _WORKS.items()}
    works |= workplace.quality.works() | workplace.retention.works()
    return Worker(workplace.jobs, works, workplace.accounts.rights_of_now, slots, workplace.tracer)
