"""The application: every router and every layer around it on one screen.

    from learninglion.web.app import create_app, set_up_address
    app = create_app(workplace, settings)   # a workflow.Workplace and the settings.Settings it was opened by
    serve(app, settings.web, make_worker(workplace, settings.jobs.slots))  # web.serving

`set_up_address(app)` gives the one-time address for the first account, or None when there is one already;
`learninglion serve` prints it. `create_mcp(workplace, actor)` stands in `learninglion.web.mcp`.
"""

from __future__ import annotations

from functools import partial

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig

from learninglion import __version__
from learninglion.models.errors import UnavailableError
from learninglion.settings import Settings, with_model
from learninglion.web import problems
from learninglion.web.access import Site
from learninglion.web.addresses import KnownNames, Outside, address_for, check_public_url, outside_of
from learninglion.web.api import routes as api
from learninglion.web.gate import Counting, Gate, Metrics, RequestIds, SecurityHeaders, TrustedHosts
from learninglion.web.oidc import OpenIdConnect, check_issuer
from learninglion.web.pages import documents, manage, proposals, public, search, sets
from learninglion.web.rendering import Templates
from learninglion.workflow import Workplace
from learninglion.workflow.documents import PageImages
from learninglion.workflow.workplace import Readiness, figures

# Spans and logs of the framework would carry bodies and errors to whatever the environment configures.
_NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}


def create_app(workplace: Workplace, settings: Settings) -> FastAPI:
    """The web application on an opened workplace. Raises InputError for settings that cannot work."""
    check_public_url(settings.web.public_url)
    app = FastAPI(
        title="LearningLion",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        telemetry=_NO_TELEMETRY,
    )
    metrics = Metrics(workplace.joules_spent, partial(figures, workplace)) if settings.metrics.token else None
    app.state.site = _open_site(workplace, settings, metrics)
    app.include_router(api.router)
    for pages in (public, search, documents, sets, proposals, manage):
        app.include_router(pages.router)
    problems.install(app)
    # The last one added is the first that a request meets.
    app.add_middleware(Gate)
    app.add_middleware(TrustedHosts, allowed=KnownNames(settings.web))
    app.add_middleware(SecurityHeaders, sign_out=settings.web.oidc_issuer)
    app.add_middleware(Counting, metrics=metrics, tracer=workplace.tracer)
    app.add_middleware(RequestIds)
    return app


def _open_site(workplace: Workplace, settings: Settings, metrics: Metrics | None) -> Site:
    web = settings.web
    oidc = None
    if web.oidc_issuer:
        check_issuer(web.oidc_issuer)
        redirect = f"{address_for(web)}/sign-in/organisation/return"
        oidc = OpenIdConnect(
            web.oidc_issuer,
            web.oidc_client_id,
            web.oidc_client_secret,
            redirect,
            web.oidc_role_claim,
            route=settings.network,
        )
    return Site(
        workplace=workplace,
        settings=settings,
        page_images=PageImages(workplace.page_files),
        templates=Templates(web, partial(_outside, workplace, settings)),
        oidc=oidc,
        metrics=None if metrics is None else metrics.text,
        readiness=Readiness(workplace),
    )


def _outside(workplace: Workplace, settings: Settings) -> Outside | None:
    """What leaves this machine; None while it cannot be known."""
    try:
        return outside_of(with_model(settings, workplace.language_model.chosen()))
    except UnavailableError:
        return None


def set_up_address(app: FastAPI) -> str | None:
    """The address where the first account is made, with a token that works once; None when not needed."""
    site: Site = app.state.site
    if site.workplace.accounts.any() or site.oidc is not None:
        return None
    return f"{address_for(site.settings.web)}/set-up?token={site.workplace.accounts.invite(None)}"
