"""The site that requests are put to, and who asks, as an Actor: sessions, tokens, forms of our own.

The workflow enforces the rights of that Actor.

Nothing here trusts the page: forms carry a token bound to the session, and a request that the browser
itself calls cross-site is refused before any code of ours reads it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated
from urllib.parse import SplitResult, quote, urlsplit

from fastapi import Depends, Request
from starlette.datastructures import FormData, Headers
from starlette.responses import Response

from learninglion.models import Actor, Document
from learninglion.settings import Settings, with_model
from learninglion.web.addresses import address_for
from learninglion.web.oidc import IdTokens, OpenIdConnect
from learninglion.web.rendering import Templates, Viewer
from learninglion.workflow import Workplace
from learninglion.workflow.accounts import Account, SessionKind
from learninglion.workflow.documents import PageImage, PageImages
from learninglion.workflow.workplace import Readiness

API_VERSION = "1.0.0"
API_PREFIX = "/api/"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def csrf_token(session_token: str) -> str:
    """The token that forms of this session carry; worthless in any other session."""
    return hmac.new(session_token.encode(), b"learninglion form", hashlib.sha256).hexdigest()


def _token_matches(session_token: str, form_token: str) -> bool:
    """Whether a form came out of this session, compared in constant time."""
    return hmac.compare_digest(csrf_token(session_token).encode(), form_token.encode())


def is_cross_site(headers: Headers, scheme: str) -> bool:
    """Whether the browser says that another site made this request. No word from it counts as no."""
    fetch_site = headers.get("sec-fetch-site")
    if fetch_site is not None:
        return fetch_site not in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is None:
        return False
    return parts_of(origin).netloc.lower() != headers.get("host", "").lower() or origin == "null"


def parts_of(address: str) -> SplitResult:
    """The parts of an address that somebody sent; none where it is no address, such as "http://[" is none."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


# What every page and every API call shares: the use cases, the settings, and what only a web server has.


@dataclass(frozen=True, slots=True)
class Site:
    """Made once by create_app; nothing in it is replaced while the server runs."""

    workplace: Workplace
    settings: Settings
    page_images: PageImages
    templates: Templates
    oidc: OpenIdConnect | None
    metrics: Callable[[], bytes] | None  # None: no token is set
    readiness: Readiness
    id_tokens: IdTokens = field(default_factory=IdTokens)

    @property
    def settings_now(self) -> Settings:
        """The settings with the language model that was chosen on a screen of any server."""
        return with_model(self.settings, self.workplace.language_model.chosen())

    def page_image(self, document: Document, page: int, actor: Actor) -> PageImage:
        """A page (from 1) of the original. Raises UnknownReferenceError, UnreadableFileError."""
        content = self.workplace.documents.original(document.id, actor)
        return self.page_images.render(document.sha256, content, page, _SCALE)

    def reached_at(self, request: Request) -> str:
        """The address that this reader has of the server, without a slash behind it."""
        return (self.settings.web.public_url or str(request.base_url)).rstrip("/")

    def leave_organisation(self, session: str) -> str:
        """Where the organisation's provider ends its own session as well; "" when there is no such place."""
        if self.oidc is None:
            return ""
        back = f"{address_for(self.settings.web)}/sign-in"
        return self.oidc.sign_out_address(self.id_tokens.take(session), back)


_COOKIE_SECONDS = 30 * 86_400
_SCALE = 1.6  # pixels per point: sharp at the width of the pane, small enough to come at once


class NotSignedInError(Exception):
    """Nobody is signed in; `back` is where this person wanted to go."""

    def __init__(self, back: str = "/") -> None:
        super().__init__("not signed in")
        self.back = back


class CrossSiteError(Exception):
    """A form that did not come from our own page in this session."""


def _the_site(request: Request) -> Site:
    """Everything the pages share; set by create_app."""
    site: Site = request.app.state.site
    return site


TheSite = Annotated[Site, Depends(_the_site)]


def cookie_name(request: Request) -> str:
    """The session cookie's name; over https a name that no other host or path can set."""
    return "__Host-learninglion" if is_secure(request) else "learninglion"


def is_secure(request: Request) -> bool:
    """Whether this reader came over https, here or at the reverse proxy that `public_url` names."""
    site: Site = request.app.state.site
    return request.url.scheme == "https" or site.settings.web.public_url.startswith("https:")


def set_cookie(request: Request, response: Response, token: str) -> None:
    """Give the browser its session; scripts cannot read it and other sites cannot send it along."""
    response.set_cookie(
        cookie_name(request),
        token,
        # The server says when a session has ended: some hours after it was last used.
        max_age=_COOKIE_SECONDS,
        httponly=True,
        secure=is_secure(request),
        samesite="lax",
        path="/",
    )


def clear_cookie(request: Request, response: Response) -> None:
    """Take the session away from the browser."""
    response.delete_cookie(cookie_name(request), path="/", secure=is_secure(request), httponly=True)


def viewer_of(request: Request) -> Viewer | None:
    """Who is signed in in this browser, if anybody."""
    token = request.cookies.get(cookie_name(request), "")
    site: Site = request.app.state.site
    account = site.workplace.accounts.who(token) if token else None
    if account is None:
        return None
    site.workplace.accounts.prolong(token, timedelta(hours=site.settings.web.session_hours))
    return Viewer(account, csrf_token(token), token)


def account_of(request: Request) -> Account | None:
    """Whose request this is, by a program's token or this browser's session; None for a stranger."""
    site: Site = request.app.state.site
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return site.workplace.accounts.who(token.strip(), SessionKind.API)
    viewer = viewer_of(request)
    return None if viewer is None else viewer.account


async def signed_in(request: Request) -> Viewer:
    """The viewer of a page. A request that changes something must come from our own form."""
    from starlette.concurrency import run_in_threadpool

    viewer = await run_in_threadpool(viewer_of, request)
    if viewer is None:
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        raise NotSignedInError(path if request.method == "GET" else _page_of_form(request))
    if request.method not in SAFE_METHODS:
        if is_cross_site(request.headers, request.url.scheme):
            raise CrossSiteError
        form_token = request.headers.get("x-csrf-token") or str((await request.form()).get("csrf") or "")
        if not _token_matches(viewer.token, form_token):
            raise CrossSiteError
    return viewer


def _page_of_form(request: Request) -> str:
    """The page on this server that a form was sent from, to come back to; else the start page."""
    came = parts_of(request.headers.get("referer", ""))
    if came.netloc != request.headers.get("host", ""):
        return "/"
    return local_path(came.path + (f"?{came.query}" if came.query else ""))


SignedIn = Annotated[Viewer, Depends(signed_in)]


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of somebody who is signed in, with the site that answers it."""

    request: Request
    site: Site
    viewer: Viewer

    @property
    def workplace(self) -> Workplace:
        """The use cases."""
        return self.site.workplace

    @property
    def actor(self) -> Actor:
        """Who asks, as the workflow knows people."""
        return self.viewer.actor

    def may(self, task: str) -> bool:
        """Whether a page should offer this; the workflow decides for itself."""
        return self.viewer.may(task)

    def page(
        self, name: str, /, *, status: int = 200, headers: Mapping[str, str] | None = None, **values: object
    ) -> Response:
        """The page `name` for this person."""
        return self.site.templates.page(
            self.request, name, self.viewer, status=status, headers=headers, **values
        )


async def _the_visit(request: Request, site: TheSite, viewer: SignedIn) -> Visit:
    return Visit(request, site, viewer)


TheVisit = Annotated[Visit, Depends(_the_visit)]


async def _api_user(request: Request) -> Actor:
    """The actor of an API request: a bearer token, or the session of our own page with its form token."""
    from starlette.concurrency import run_in_threadpool

    site: Site = request.app.state.site
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        account = await run_in_threadpool(site.workplace.accounts.who, token.strip(), SessionKind.API)
        if account is None:
            raise NotSignedInError
        return account.actor
    viewer = await run_in_threadpool(viewer_of, request)
    if viewer is None:
        raise NotSignedInError
    if request.method not in SAFE_METHODS:
        form_token = request.headers.get("x-csrf-token", "")
        if is_cross_site(request.headers, request.url.scheme) or not _token_matches(viewer.token, form_token):
            raise CrossSiteError
    return viewer.actor


ApiUser = Annotated[Actor, Depends(_api_user)]


async def _the_form(request: Request) -> FormData:
    return await request.form()


TheForm = Annotated[FormData, Depends(_the_form)]
"""What was sent with a form, for a page that works in a thread of its own."""


def attachment(name: str) -> dict[str, str]:
    """The header with which an answer is kept as a file of this name, not shown."""
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}


def local_path(back: str) -> str:
    """`back` when it is a path on this server, else the start page: sign-in sends nobody elsewhere."""
    parts = parts_of(back)
    safe = (
        back.startswith("/") and not back.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    )
    if not safe or any(ord(c) < 32 for c in back) or "\\" in back:
        return "/"
    return quote(back, safe="/?=&%#,:;+-._~")
