"""The application: every router and every layer around it on one screen.

    from learninglion.web.app import create_app, set_up_address
    app = create_app(house, settings)          # house: LearningLion, settings: learninglion.settings.Settings
    uvicorn.run(app, host=settings.web.host, port=settings.web.port, server_header=False, proxy_headers=False)

`set_up_address(app)` gives the one-time address for the first account, or None when there is one already;
`learninglion serve` prints it. `create_mcp(house, actor)` stands in `learninglion.web.mcp`.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import FastAPI

from learninglion import __version__
from learninglion.settings import Settings
from learninglion.web import problems
from learninglion.web.api import routes as api
from learninglion.web.desk import Desk
from learninglion.web.oidc import OpenIdConnect, check_issuer
from learninglion.web.outside import outside_of
from learninglion.web.page_images import PageImages
from learninglion.web.pages import drafts as pages_drafts
from learninglion.web.pages import entry as pages_entry
from learninglion.web.pages import history as pages_history
from learninglion.web.pages import how as pages_how
from learninglion.web.pages import judging as pages_judging
from learninglion.web.pages import manage as pages_manage
from learninglion.web.pages import own_sources as pages_own_sources
from learninglion.web.pages import public as pages_public
from learninglion.web.pages import retention as pages_retention
from learninglion.web.pages import search as pages_search
from learninglion.web.pages import sets as pages_sets
from learninglion.web.pages import sign_off as pages_sign_off
from learninglion.web.pages import sources as pages_sources
from learninglion.web.rendering import Templates
from learninglion.web.security import RateLimiter, SecurityHeaders, TrustedHosts
from learninglion.workflow import LearningLion
from learninglion.workflow.accounts import Accounts
from learninglion.workflow.jobs import Jobs
from learninglion.workflow.sets import Workbench
from learninglion.workflow.sign_offs import SignOffs

__all__ = ["create_app", "set_up_address"]

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
# Tries at once, and seconds until one more: strict for a name; wide for an address, where a whole
# office can sit behind one.
_PER_NAME = (5, 12.0)
_PER_ADDRESS = (60, 1.0)


def create_app(house: LearningLion, settings: Settings) -> FastAPI:
    """The web application on an opened house. Raises InputError for settings that cannot work."""
    app = FastAPI(
        title="LearningLion",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.state.desk = _lay_desk(house, settings)
    app.include_router(api.router)
    for pages in (
        pages_public,
        pages_entry,
        pages_search,
        pages_how,
        pages_sources,
        pages_sets,
        pages_own_sources,
        pages_drafts,
        pages_history,
        pages_sign_off,
        pages_retention,
        pages_judging,
        pages_manage,
    ):
        app.include_router(pages.router)
    problems.install(app)
    # The last one added is the first that a request meets.
    app.add_middleware(TrustedHosts, allowed=_host_names(settings))
    app.add_middleware(SecurityHeaders)
    return app


def _lay_desk(house: LearningLion, settings: Settings) -> Desk:
    web, engine = settings.web, house.engine
    oidc = None
    if web.oidc_issuer:
        check_issuer(web.oidc_issuer)
        base = web.public_url.rstrip("/") or f"http://{web.host}:{web.port}"
        redirect = f"{base}/sign-in/organisation/return"
        oidc = OpenIdConnect(
            web.oidc_issuer, web.oidc_client_id, web.oidc_client_secret, redirect, web.oidc_role_claim
        )
    return Desk(
        house=house,
        settings=settings,
        accounts=Accounts(engine),
        workbench=Workbench(engine),
        sign_offs=SignOffs(engine),
        jobs=Jobs(),
        page_images=PageImages(settings.home / "cache" / "pages"),
        templates=Templates(
            organisation=web.organisation,
            default_language=web.language,
            has_theme=bool(web.theme_css),
            contact=web.contact,
            outside=outside_of(settings),
        ),
        name_brake=RateLimiter(*_PER_NAME),
        address_brake=RateLimiter(*_PER_ADDRESS),
        oidc=oidc,
    )


def _host_names(settings: Settings) -> set[str]:
    names = {*_LOOPBACK, settings.web.host}
    if settings.web.public_url:
        names.add(urlsplit(settings.web.public_url).hostname or "")
    return names - {""}


def set_up_address(app: FastAPI) -> str | None:
    """The address where the first account is made, with a token that works once; None when not needed."""
    desk: Desk = app.state.desk
    if desk.accounts.any() or desk.oidc is not None:
        return None
    web = desk.settings.web
    base = web.public_url.rstrip("/") or f"http://{web.host}:{web.port}"
    return f"{base}/set-up?token={desk.accounts.invite(None)}"
