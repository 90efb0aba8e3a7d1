"""What stands beside the work: style and script, the organisation's theme, whether it runs, how it works."""

from __future__ import annotations

import hmac
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response

from learninglion import __version__
from learninglion.compliance.papers import model_cards
from learninglion.models import Check, Dossier
from learninglion.models.errors import (
    InputError,
    LearningLionError,
    PermissionDeniedError,
    UnknownReferenceError,
)
from learninglion.settings import installation, outside_of
from learninglion.web.access import (
    CrossSiteError,
    Site,
    TheSite,
    TheVisit,
    Visit,
    clear_cookie,
    cookie_name,
    is_cross_site,
    is_secure,
    local_path,
    set_cookie,
    viewer_of,
)
from learninglion.web.rendering import LANGUAGES, STATIC, counter, translator
from learninglion.workflow.accounts import SessionKind
from learninglion.workflow.sets import Work
from learninglion.workflow.workplace import State

router = APIRouter(include_in_schema=False)

_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".txt": "text/plain"}
# Whatever name is asked for, only these files are ever looked at.
_FILES = {p.relative_to(STATIC).as_posix(): p for p in sorted(STATIC.rglob("*")) if p.suffix in _TYPES}
_FOREVER = "public, max-age=31536000, immutable"
_VALID_DAYS = 180  # RFC 9116 advises less than a year


@router.get("/static/{name:path}")
def static(request: Request, name: str) -> Response:
    """A file of ours; its address changes when it does, so a browser may keep it."""
    path = _FILES.get(name)
    if path is None:
        raise UnknownReferenceError("Dit bestand bestaat niet.")
    age = _FOREVER if request.url.query.startswith("v=") else "no-cache"
    return FileResponse(path, media_type=_TYPES[path.suffix], headers={"Cache-Control": age})


@router.get("/theme.css")
def theme(site: TheSite) -> Response:
    """The design tokens of the organisation, from its own file."""
    chosen = site.settings.web.theme_css
    if not chosen:
        raise UnknownReferenceError("Er is geen thema van de organisatie ingesteld.")
    content = Path(chosen).expanduser().read_bytes()
    return Response(content, media_type="text/css", headers={"Cache-Control": "no-cache"})


@router.get("/.well-known/security.txt")
def security_txt(request: Request, site: TheSite) -> Response:
    """Where to report a weakness (RFC 9116)."""
    base = site.reached_at(request)
    contact = site.settings.web.contact
    address = f"mailto:{contact}" if "@" in contact and ":" not in contact else contact
    # Two months at a time, so that the date only moves now and then.
    today = datetime.now(UTC)
    expires = datetime(today.year, today.month, 1, tzinfo=UTC) + timedelta(days=_VALID_DAYS)
    lines = [
        f"Contact: {address or base + '/how-this-works'}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: nl, en",
        f"Canonical: {base}/.well-known/security.txt",
        f"Policy: {base}/how-this-works",
    ]
    return PlainTextResponse("\n".join(lines) + "\n")


@router.get("/metrics")
def metrics(request: Request, site: TheSite) -> Response:
    """Figures for Prometheus, for who sends the token; not there where none is set."""
    token = site.settings.metrics.token
    if site.metrics is None:
        raise UnknownReferenceError("Deze pagina bestaat niet.")
    if not hmac.compare_digest(request.headers.get("authorization", "").encode(), f"Bearer {token}".encode()):
        raise PermissionDeniedError("Stuur het token van [metrics] mee.")
    return Response(site.metrics(), media_type=CONTENT_TYPE_LATEST)


@router.get("/health")
def health() -> Response:
    """Whether the server runs; says nothing about what is in it."""
    return JSONResponse({"status": "ok", "version": __version__})


@router.get("/ready")
def ready(site: TheSite) -> Response:
    """Whether the server can do its work now, part by part; 503 where a part does not. No more than that."""
    states = site.readiness.states()
    well = State.WRONG not in states.values()
    state = {
        "status": "ready" if well else "not ready",
        "parts": {n: s.name.lower() for n, s in states.items()},
    }
    return JSONResponse(state, 200 if well else 503)


@router.get("/accessibility")
def accessibility(request: Request, site: TheSite) -> Response:
    """The draft of an accessibility statement; only the organisation can sign one."""
    return site.templates.page(request, "accessibility.html", viewer_of(request))


@router.get("/api-docs")
def api_docs(request: Request, site: TheSite) -> Response:
    """Where programs come in."""
    base = site.reached_at(request)
    return site.templates.page(request, "api_docs.html", viewer_of(request), base=base)


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
def how(visit: TheVisit, work: Annotated[str, Query(max_length=32)] = "") -> Response:
    """Each step in plain words, with the reader's own example where there is one."""
    own, settings = _own_work(visit, work), visit.site.settings_now
    newest = visit.workplace.documents.list(visit.actor, limit=1) if visit.may("search") else ()
    return visit.page(
        "how.html",
        example=own,
        made=_made(visit, own),
        settings=settings,
        outside=lambda: outside_of(settings),
        cards=model_cards(installation(settings, (), ())),
        threshold=visit.workplace.searching.threshold,
        infos=visit.workplace.documents.collections(visit.actor) if visit.may("search") else (),
        newest=newest[0].date if newest else None,
    )


def _own_work(visit: Visit, chosen: str) -> Work | None:
    """The set that was asked for, else the last one this reader worked on."""
    if not visit.may("draft"):
        return None
    cards = visit.workplace.sets.list(visit.actor, 1)
    work_id = chosen or (cards[0].id if cards else "")
    try:
        return visit.workplace.sets.find(work_id, visit.actor) if work_id else None
    except LearningLionError:
        return None


def _made(visit: Visit, work: Work | None) -> Example | None:
    if work is None or work.dossier is None:
        return None
    try:
        dossier = visit.workplace.dossiers.load(work.dossier, visit.actor)
    except LearningLionError:  # it was destroyed, or quotes what this reader may not see any more
        return None
    shown = [c for v in dossier.verifications for c in v.shown]
    failed = [c for v in dossier.verifications for c in v.failed]
    energy = visit.workplace.dossiers.energy(dossier.id, visit.actor)
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


_PENDING_COOKIE = "learninglion-pending"
_TOKEN_DAYS = 90
_LOG = logging.getLogger(__name__)


def _refuse_cross_site(request: Request) -> None:
    if is_cross_site(request.headers):
        raise CrossSiteError


def _sign_in_page(
    request: Request, site: Site, back: str, name: str = "", problem: str = "", status: int = 200
) -> Response:
    return site.templates.page(
        request,
        "sign_in.html",
        None,
        status=status,
        back=local_path(back),
        name=name,
        problem=problem,
        oidc=site.oidc is not None,
    )


def _reasons(error: BaseException) -> str:
    """An error with what caused it, on one line and without line breaks of others."""
    reasons = []
    cause: BaseException | None = error
    while cause is not None:
        reasons.append(" ".join(f"{type(cause).__name__}: {cause}".split()))
        cause = cause.__cause__
    return "; ".join(reasons)


def _welcome(request: Request, site: Site, name: str, back: str, id_token: str = "") -> Response:
    # A session that was there before sign-in ends: a token somebody planted must not become a signed-in one.
    if old := request.cookies.get(cookie_name(request)):
        site.workplace.accounts.close_session(old)
    token = site.workplace.accounts.open_session(name, timedelta(hours=site.settings.web.session_hours))
    if id_token:
        site.id_tokens.keep(token, id_token)
    response = RedirectResponse(local_path(back), 303)
    set_cookie(request, response, token)
    return response


@router.get("/sign-in")
def sign_in_page(request: Request, site: TheSite, back: str = "/") -> Response:
    """The form to sign in with."""
    return _sign_in_page(request, site, back)


@router.post("/sign-in")
def sign_in(
    request: Request,
    site: TheSite,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    back: Annotated[str, Form()] = "/",
) -> Response:
    """Check name and password, with a brake per name and per address."""
    _refuse_cross_site(request)
    say = translator(site.templates.language(request))
    address = request.client.host if request.client else ""
    key = name.strip().lower()[:100]
    wait = max(site.workplace.name_brake.take(key), site.workplace.address_brake.take(address))
    if wait > 0:
        problem = counter(site.templates.language(request))(
            "Te veel pogingen. Wacht 1 seconde en probeer het opnieuw.",
            "Te veel pogingen. Wacht {n} seconden en probeer het opnieuw.",
            int(wait) + 1,
        )
        response = _sign_in_page(request, site, back, name, problem, 429)
        response.headers["Retry-After"] = str(int(wait) + 1)
        return response
    account = site.workplace.accounts.check(name, password)
    if account is None:
        site.workplace.access.refused(name)
        problem = say("De gebruikersnaam of het wachtwoord klopt niet.")
        return _sign_in_page(request, site, back, name, problem, 401)
    site.workplace.name_brake.forget(key)
    site.workplace.access.signed_in(account.actor, "password")
    return _welcome(request, site, account.name, back)


@router.post("/sign-out")
def sign_out(visit: TheVisit) -> Response:
    """End this session."""
    visit.workplace.access.signed_out(visit.actor)
    visit.workplace.accounts.close_session(visit.viewer.token)
    beyond = (
        visit.site.leave_organisation(visit.viewer.token) if visit.viewer.account.from_organisation else ""
    )
    response = RedirectResponse(beyond or "/sign-in", 303)
    clear_cookie(visit.request, response)
    return response


@router.get("/sign-in/organisation")
def organisation(request: Request, site: TheSite, back: str = "/") -> Response:
    """Go to the organisation's own sign-in."""
    if site.oidc is None:
        raise UnknownReferenceError("Aanmelden via de organisatie is hier niet ingesteld.")
    address, browser = site.oidc.begin(local_path(back))
    response = RedirectResponse(address, 303)
    response.set_cookie(
        _PENDING_COOKIE, browser, max_age=600, httponly=True, secure=is_secure(request), samesite="lax"
    )
    return response


@router.get("/sign-in/organisation/return")
def organisation_return(
    request: Request,
    site: TheSite,
    state: str = "",
    code: str = "",
    error: str = "",
    error_description: str = "",
) -> Response:
    """Come back from the organisation's sign-in."""
    if site.oidc is None:
        raise UnknownReferenceError("Aanmelden via de organisatie is hier niet ingesteld.")
    try:
        if error or not code:
            why = " ".join(f"{error} {error_description}".split())[:300]
            raise InputError("De aanmelding bij uw organisatie is niet gelukt. Begin opnieuw.") from (
                ValueError(why) if why else None
            )
        identity, back = site.oidc.finish(state, code, request.cookies.get(_PENDING_COOKIE, ""))
        collections = site.settings.web.oidc_collections or None
        account = site.workplace.accounts.welcome(
            identity.subject, identity.name, identity.roles, collections
        )
        if not account.active:
            raise InputError("Uw account in LearningLion is gesloten. Vraag uw beheerder.")
    except LearningLionError as refusal:
        _LOG.warning("sign-in through the organisation refused: %s", _reasons(refusal))
        raise
    site.workplace.access.signed_in(account.actor, "organisation")
    response = _welcome(request, site, account.name, back, identity.id_token)
    response.delete_cookie(_PENDING_COOKIE)
    return response


@router.get("/set-up")
def set_up_page(request: Request, site: TheSite, token: Annotated[str, Query()] = "") -> Response:
    """The form behind an invitation."""
    return _set_up(request, site, token)


def _set_up(
    request: Request, site: Site, token: str, name: str = "", problem: str = "", status: int = 200
) -> Response:
    holds, user = site.workplace.accounts.invited(token)
    if not holds:
        raise InputError("Deze link is al gebruikt of verlopen. Vraag een nieuwe aan de beheerder.")
    return site.templates.page(
        request, "set_up.html", None, status=status, token=token, user=user or "", name=name, problem=problem
    )


@router.post("/set-up")
def set_up(
    request: Request,
    site: TheSite,
    token: Annotated[str, Form()] = "",
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Set the password and sign in."""
    _refuse_cross_site(request)
    address = request.client.host if request.client else ""
    if site.workplace.address_brake.take(address) > 0:
        raise InputError("Te veel pogingen. Wacht een minuut en probeer het opnieuw.")
    if password != again:
        say = translator(site.templates.language(request))
        return _set_up(request, site, token, name, say("De twee wachtwoorden zijn niet gelijk."), 400)
    try:
        account = site.workplace.accounts.accept(token, name, password)
    except InputError as error:
        return _set_up(request, site, token, name, error.detail, 400)
    site.workplace.access.signed_in(account.actor, "invitation")
    return _welcome(request, site, account.name, "/")


@router.post("/language")
def set_language(
    request: Request, back: Annotated[str, Form()] = "/", language: Annotated[str, Form()] = ""
) -> Response:
    """Remember the language this reader wants."""
    _refuse_cross_site(request)
    response = RedirectResponse(local_path(back), 303)
    if language in LANGUAGES:
        response.set_cookie(
            "language", language, max_age=31_536_000, httponly=True, secure=is_secure(request), samesite="lax"
        )
    return response


@router.get("/account")
def account_page(visit: TheVisit) -> Response:
    """What one may do here, and the tokens of one's own programs."""
    return _account_page(visit, "")


def _account_page(visit: Visit, fresh: str) -> Response:
    tokens = visit.workplace.accounts.tokens(visit.viewer.account.name)
    return visit.page("account.html", tokens=tokens, fresh=fresh)


@router.post("/account/tokens")
def make_token(visit: TheVisit, label: Annotated[str, Form()] = "") -> Response:
    """A token for a program of this person; shown once."""
    if not label.strip():
        raise InputError("Geef het token een naam, zodat u later weet waarvoor het is.")
    token = visit.workplace.accounts.open_session(
        visit.viewer.account.name, timedelta(days=_TOKEN_DAYS), SessionKind.API, label.strip()
    )
    visit.workplace.access.token_made(visit.actor, label.strip())
    return _account_page(visit, token)


@router.post("/account/tokens/revoke")
def revoke_token(visit: TheVisit, token: Annotated[str, Form()] = "") -> Response:
    """End one token."""
    visit.workplace.accounts.revoke(visit.viewer.account.name, token)
    visit.workplace.access.token_revoked(visit.actor, token)
    return RedirectResponse("/account", 303)
