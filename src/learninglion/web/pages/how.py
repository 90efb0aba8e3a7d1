"""How this works: each step in plain words, told with the reader's own set and own proposal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from learninglion.compliance.facts import model_cards
from learninglion.models import Check, Dossier
from learninglion.models.errors import LearningLionError
from learninglion.settings import installation
from learninglion.web.access import SignedIn, Site, TheSite
from learninglion.web.addresses import outside_of
from learninglion.web.rendering import Viewer
from learninglion.workflow.sets import Work

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Example:
    """What came of the reader's own set: one sentence that holds, one that does not, and what it cost."""

    dossier: Dossier
    questions: int
    supported: int
    apart: int
    unanswered: int
    sentence: Check | None
    refused: Check | None
    seconds: float = 0.0
    watt_hours: float = 0.0  # of the drafting; 0 where it was not metered


@router.get("/how-this-works")
def how(
    request: Request, site: TheSite, viewer: SignedIn, work: Annotated[str, Query(max_length=32)] = ""
) -> Response:
    """Each step in plain words, with the reader's own example where there is one."""
    own, settings = _own_work(site, viewer, work), site.settings_now
    newest = site.workplace.documents.list(viewer.actor, limit=1) if viewer.may("search") else ()
    return site.templates.page(
        request,
        "how.html",
        viewer,
        example=own,
        made=_made(site, viewer, own),
        settings=settings,
        outside=lambda: outside_of(settings),
        cards=model_cards(installation(settings, (), ())),
        threshold=site.workplace.searching.threshold,
        infos=site.workplace.documents.collections(viewer.actor) if viewer.may("search") else (),
        newest=newest[0].date if newest else None,
    )


def _own_work(site: Site, viewer: Viewer, chosen: str) -> Work | None:
    """The set that was asked for, else the last one this reader worked on."""
    if not viewer.may("draft"):
        return None
    cards = site.workplace.sets.list(viewer.actor, 1)
    work_id = chosen or (cards[0].id if cards else "")
    try:
        return site.workplace.sets.find(work_id, viewer.actor) if work_id else None
    except LearningLionError:
        return None


def _made(site: Site, viewer: Viewer, work: Work | None) -> Example | None:
    if work is None or work.dossier is None:
        return None
    try:
        dossier = site.workplace.dossiers.load(work.dossier, viewer.actor)
    except LearningLionError:  # it was destroyed, or quotes what this reader may not see any more
        return None
    shown = [c for v in dossier.verifications for c in v.shown]
    failed = [c for v in dossier.verifications for c in v.failed]
    energy = site.workplace.dossiers.energy(dossier.id, viewer.actor)
    return Example(
        dossier,
        len(dossier.verifications),
        len(shown),
        len(failed),
        sum(not v.shown for v in dossier.verifications),
        next((c for c in shown if c.statement.citations), None),
        next((c for c in failed if c.reasons), None),
        sum(whole.seconds for whole in energy),
        sum(whole.kwh for whole in energy) * 1000,
    )
