"""Every failure as the reader can use it: problem+json for programs, a page in plain words for people."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextvars import ContextVar
from http import HTTPStatus
from pathlib import PurePosixPath
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Match

from learninglion.models.errors import LearningLionError, UnavailableError
from learninglion.web.access import API_PREFIX, CrossSiteError, NotSignedInError, Site, viewer_of

_LOG = logging.getLogger(__name__)

HEADER = "X-Request-ID"
REQUEST: ContextVar[str] = ContextVar("learninglion_request", default="")
"""The number of the request that is being answered; "" outside of one."""

_TITLES = {
    400: "Dit kan zo niet",
    401: "U bent niet aangemeld",
    403: "Dit mag niet",
    404: "Niet gevonden",
    405: "Dit kan hier niet",
    408: "Te langzaam",
    409: "Dit kan nu niet",
    413: "Te groot",
    429: "Te veel pogingen",
    500: "Er ging iets mis",
    501: "Een onderdeel ontbreekt",
    503: "Even niet bereikbaar",
    502: "Het taalmodel gaf geen antwoord",
}
_DETAILS = {
    404: "Deze pagina bestaat niet. Misschien is zij verplaatst of is het adres niet goed overgenomen.",
    405: "Dit adres kan niet op deze manier worden gebruikt.",
    500: "De fout is vastgelegd in het log van de server. Probeer het opnieuw of vraag uw beheerder.",
}


def problem(
    status: int, detail: str, headers: Mapping[str, str] | None = None, *, instance: str | None = None
) -> JSONResponse:
    """An RFC 9457 answer."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if instance:
        body["instance"] = instance
    return JSONResponse(body, status, dict(headers or {}), media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Hang the handlers on the application; there is no other place where errors become answers."""
    app.add_exception_handler(LearningLionError, _learninglion)
    app.add_exception_handler(UnavailableError, _unavailable)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(NotSignedInError, _not_signed_in)
    app.add_exception_handler(CrossSiteError, _cross_site)
    app.add_exception_handler(Exception, _unexpected)


def response_to(request: Request, error: Exception) -> Response:
    """The answer to an error that was found before the application itself was asked."""
    if isinstance(error, NotSignedInError):
        return _not_signed_in(request, error)
    if isinstance(error, UnavailableError):
        return _unavailable(request, error)
    return _learninglion(request, error)


def _answer(request: Request, status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    if request.url.path.startswith(API_PREFIX):
        return problem(status, detail, headers, instance=request.url.path)
    site: Site = request.app.state.site
    title = _TITLES.get(status, HTTPStatus(status).phrase)
    try:
        viewer = viewer_of(request)
    except UnavailableError:  # an error page is shown without it
        viewer = None
    return site.templates.page(
        request, "error.html", viewer, status=status, headers=headers, title=title, detail=detail
    )


def _learninglion(request: Request, error: Exception) -> Response:
    assert isinstance(error, LearningLionError)  # noqa: S101  (registered for this class)
    if error.status >= 500:
        _LOG.error("%s %s: %s", request.method, request.url.path, error.detail, exc_info=error)
    return _answer(request, error.status, error.detail)


def _unavailable(request: Request, error: Exception) -> Response:
    assert isinstance(error, UnavailableError)  # noqa: S101
    _LOG.warning("%s %s: %s", request.method, request.url.path, error.__cause__ or error.detail)
    return _answer(request, error.status, error.detail, {"Retry-After": "5"})


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    faults = error.errors()[:10]
    if request.url.path.startswith(API_PREFIX):
        parts = [f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in faults]
        return _answer(request, 400, "; ".join(parts) or "De invoer klopt niet.")
    names = ", ".join(dict.fromkeys(str(e["loc"][-1]) for e in faults))
    where = "Dit formulier" if any(e["loc"][0] == "body" for e in faults) else "Dit adres"
    return _answer(request, 400, f"{where} klopt niet. Kijk naar: {names}.")


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED and (place := _place_of_form(request)):
        return RedirectResponse(place, 303)
    detail = _DETAILS.get(error.status_code, str(error.detail))
    return _answer(request, error.status_code, detail, error.headers)


def _place_of_form(request: Request) -> str:
    """The page with the form that is sent to this address, for who reads a refused one again or in another
    language: the nearest above it; "" where there is none, or another thing was asked.
    """
    path = PurePosixPath(request.url.path)
    if request.method != "GET" or request.url.path.startswith(API_PREFIX):
        return ""
    for above in map(str, path.parents[:-1]):
        scope = {**request.scope, "path": above}
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.routes):
            return above
    return ""


def _not_signed_in(request: Request, error: Exception) -> Response:
    assert isinstance(error, NotSignedInError)  # noqa: S101
    if request.url.path.startswith(API_PREFIX):
        detail = "Meld u aan, of geef een token mee: Authorization: Bearer <token>."
        return problem(401, detail, {"WWW-Authenticate": "Bearer"}, instance=request.url.path)
    back = quote(error.back, safe="/") if error.back != "/" else ""
    return RedirectResponse("/sign-in" + (f"?back={back}" if back else ""), 303)


def _cross_site(request: Request, _error: Exception) -> Response:
    detail = (
        "Dit formulier hoort niet bij uw huidige sessie. "
        "Ga terug, laad de pagina opnieuw en probeer het nog eens."
    )
    return _answer(request, 403, detail)


def _unexpected(request: Request, error: Exception) -> Response:
    _LOG.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return _answer(request, 500, _DETAILS[500], {HEADER: REQUEST.get()})
