"""Coming in and going out: sign-in, set-up, the organisation's sign-in, one's own account, language."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from learninglion.models.errors import InputError, LearningLionError, UnknownReferenceError
from learninglion.web.access import (
    CrossSiteError,
    SignedIn,
    Site,
    TheSite,
    clear_cookie,
    cookie_name,
    is_cross_site,
    is_secure,
    local_path,
    set_cookie,
)
from learninglion.web.i18n import LANGUAGES, counter, translator
from learninglion.workflow.accounts import SessionKind

router = APIRouter(include_in_schema=False)

_PENDING_COOKIE = "learninglion-pending"
_TOKEN_DAYS = 90
_LOG = logging.getLogger(__name__)


def _refuse_cross_site(request: Request) -> None:
    if is_cross_site(request.headers, request.url.scheme):
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
def sign_out(request: Request, site: TheSite, viewer: SignedIn) -> Response:
    """End this session."""
    site.workplace.access.signed_out(viewer.actor)
    site.workplace.accounts.close_session(viewer.token)
    beyond = site.leave_organisation(viewer.token) if viewer.account.from_organisation else ""
    response = RedirectResponse(beyond or "/sign-in", 303)
    clear_cookie(request, response)
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
async def language(request: Request) -> Response:
    """Remember the language this reader wants."""
    _refuse_cross_site(request)
    form = await request.form()
    response = RedirectResponse(local_path(str(form.get("back") or "/")), 303)
    chosen = str(form.get("language") or "")
    if chosen in LANGUAGES:
        response.set_cookie(
            "language", chosen, max_age=31_536_000, httponly=True, secure=is_secure(request), samesite="lax"
        )
    return response


@router.get("/account")
def account_page(request: Request, site: TheSite, viewer: SignedIn) -> Response:
    """What one may do here, and the tokens of one's own programs."""
    return _account_page(request, site, viewer, "")


def _account_page(request: Request, site: Site, viewer: SignedIn, fresh: str) -> Response:
    tokens = site.workplace.accounts.tokens(viewer.account.name)
    return site.templates.page(request, "account.html", viewer, tokens=tokens, fresh=fresh)


@router.post("/account/tokens")
def make_token(
    request: Request, site: TheSite, viewer: SignedIn, label: Annotated[str, Form()] = ""
) -> Response:
    """A token for a program of this person; shown once."""
    if not label.strip():
        raise InputError("Geef het token een naam, zodat u later weet waarvoor het is.")
    token = site.workplace.accounts.open_session(
        viewer.account.name, timedelta(days=_TOKEN_DAYS), SessionKind.API, label.strip()
    )
    site.workplace.access.token_made(viewer.actor, label.strip())
    return _account_page(request, site, viewer, token)


@router.post("/account/tokens/revoke")
def revoke_token(site: TheSite, viewer: SignedIn, token: Annotated[str, Form()] = "") -> Response:
    """End one token."""
    site.workplace.accounts.revoke(viewer.account.name, token)
    site.workplace.access.token_revoked(viewer.actor, token)
    return RedirectResponse("/account", 303)
