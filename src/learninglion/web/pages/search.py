"""The start page, and "has this been asked before?"."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from learninglion.models import Hit
from learninglion.models.errors import InputError
from learninglion.record.energy import Energy
from learninglion.web.access import SignedIn, Site, TheSite
from learninglion.web.forms import read_filters, read_score, read_whole

router = APIRouter(include_in_schema=False)

_PAGE = 10
_MOST = 100
_LONGEST = 20_000
_RECENT = 8
_KNOWN = 200  # dossiers whose state the start page can tell; older ones say it themselves


@router.get("/")
def start(request: Request, site: TheSite, viewer: SignedIn) -> Response:
    """What was in hand, and where to begin."""
    works = site.workplace.sets.list(viewer.actor, _RECENT) if viewer.may("draft") else ()
    infos = site.workplace.documents.collections(viewer.actor) if viewer.may("search") else ()
    cards = site.workplace.dossiers.list(viewer.actor, limit=_KNOWN) if viewer.may("dossiers") else ()
    to_sign, given_back = (
        site.workplace.sign_offs.waiting(viewer.actor) if viewer.may("dossiers") else ((), ())
    )
    return site.templates.page(
        request,
        "start.html",
        viewer,
        works=works,
        infos=infos,
        states={card.id: card.state for card in cards},
        to_sign=to_sign,
        given_back=given_back,
        to_judge=site.workplace.judging.waiting(viewer.actor) if viewer.may("judge") else (),
    )


@router.get("/search")
def search_page(request: Request, site: TheSite, viewer: SignedIn) -> Response:
    """The empty search form."""
    return _results(request, site, viewer, {}, None, "")


def _results(
    request: Request,
    site: Site,
    viewer: SignedIn,
    values: dict[str, str],
    hits: tuple[Hit, ...] | None,
    problem: str,
    page: int = 1,
    energy: Energy | None = None,
) -> Response:
    shown = hits[(page - 1) * _PAGE : page * _PAGE] if hits else ()
    return site.templates.page(
        request,
        "search.html",
        viewer,
        status=400 if problem else 200,
        values=values,
        hits=hits,
        shown=shown,
        page=page,
        pages=(len(hits) + _PAGE - 1) // _PAGE if hits else 0,
        problem=problem,
        energy=energy,
        order_notice=site.workplace.searching.order_notice(hits or ()),
        threshold=site.workplace.searching.threshold,
        ministries=site.workplace.documents.ministries(viewer.actor),
        collections=site.workplace.documents.collections(viewer.actor),
    )


@router.post("/search")
async def search(request: Request, site: TheSite, viewer: SignedIn) -> Response:
    """Earlier questions with their answers, unedited. A POST: a search text can hold personal data."""
    form = await request.form()
    values = {k: v for k, v in form.items() if isinstance(v, str) and k != "csrf"}
    return await run_in_threadpool(_search, request, site, viewer, values)


def _search(request: Request, site: Site, viewer: SignedIn, values: dict[str, str]) -> Response:
    text = values.get("text", "").strip()
    used: list[Energy] = []
    try:
        if not text:
            raise InputError("Geef een vraag of woorden om mee te zoeken.")
        if len(text) > _LONGEST:
            raise InputError(f"De zoektekst is langer dan {_LONGEST} tekens.")
        page = read_whole(values.get("page", "")) or 1
        hits = site.workplace.searching.search(
            text,
            introduction=values.get("introduction", "").strip()[:_LONGEST],
            filters=read_filters(values),
            limit=_MOST,
            threshold=_least(site, values),
            actor=viewer.actor,
            on_energy=used.append,
        )
    except InputError as error:
        return _results(request, site, viewer, values, None, error.detail)
    pages = max(1, (len(hits) + _PAGE - 1) // _PAGE)
    return _results(request, site, viewer, values, hits, "", min(max(page, 1), pages), used[0])


def _least(site: Site, values: dict[str, str]) -> float:
    chosen = read_score(values)
    return site.workplace.searching.threshold if chosen is None else chosen
