"""What every request passes on its way in, and how what goes wrong is told.

On the way in: its number, its count, headers, names, and a watch on its body. Every failure comes as the
reader can use it: problem+json for programs, a page in plain words for people.
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import time
from collections import Counter
from collections.abc import Callable, Container, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import PurePosixPath
from urllib.parse import quote, urlsplit

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from prometheus_client import CollectorRegistry, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client import Counter as Count
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from learninglion.models.errors import BusyError, LearningLionError, PermissionDeniedError, UnavailableError
from learninglion.web.access import (
    API_PREFIX,
    API_VERSION,
    MAX_BYTES,
    SAFE_METHODS,
    CrossSiteError,
    NotSignedInError,
    Site,
    account_of,
    parts_of,
    viewer_of,
)
from learninglion.workflow.otlp import Kind, Tracer
from learninglion.workflow.rights import RIGHTS, Task

_LOG = logging.getLogger(__name__)

_HEADER = "X-Request-ID"
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


def answer_errors(app: FastAPI) -> None:
    """Hang the handlers on the application; there is no other place where errors become answers."""
    app.add_exception_handler(LearningLionError, _learninglion)
    app.add_exception_handler(UnavailableError, _unavailable)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(NotSignedInError, _not_signed_in)
    app.add_exception_handler(CrossSiteError, _cross_site)
    app.add_exception_handler(Exception, _unexpected)


def _response_to(request: Request, error: Exception) -> Response:
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
    return _answer(request, 500, _DETAILS[500], {_HEADER: REQUEST.get()})


# Headers, and names that are ours.

# No inline script or style, nothing from elsewhere, no framing, no plug-ins.
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_API_POLICY = "default-src 'none'; frame-ancestors 'none'"
_FEATURES = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"
_YEAR = 31_536_000


class SecurityHeaders:
    """Adds the headers that internet.nl and the API Design Rules expect to every response."""

    def __init__(self, app: ASGIApp, *, sign_out: str = "") -> None:
        self.app = app
        # Signing out is a form of ours that goes on to the organisation's provider.
        parts = urlsplit(sign_out)
        beyond = f" {parts.scheme}://{parts.netloc}" if parts.netloc else ""
        self._policy = _PAGE_POLICY.replace("form-action 'self'", f"form-action 'self'{beyond}")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and dress the answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_api = str(scope["path"]).startswith(API_PREFIX)

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                _dress(MutableHeaders(scope=message), is_api, str(scope["path"]), self._policy)
            await send(message)

        await self.app(scope, receive, dressed)


def _dress(headers: MutableHeaders, is_api: bool, path: str, page_policy: str) -> None:
    headers.setdefault("Content-Security-Policy", _API_POLICY if is_api else page_policy)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "no-referrer" if is_api else "same-origin"
    headers["Permissions-Policy"] = _FEATURES
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    # Browsers ignore this one over plain http, so it does no harm on 127.0.0.1.
    # Without subdomains: those are other sites, which this one must not close.
    headers["Strict-Transport-Security"] = f"max-age={_YEAR}"
    headers.setdefault("Cache-Control", "no-store")
    if is_api:
        headers["API-Version"] = API_VERSION
        headers["Feature-Policy"] = "'none'"
        if path.endswith("/openapi.json"):
            headers["Access-Control-Allow-Origin"] = "*"
    else:
        headers["Cross-Origin-Resource-Policy"] = "same-origin"


class TrustedHosts:
    """Refuses requests under a name that is not ours, so that a rebinding web page reaches nothing."""

    def __init__(self, app: ASGIApp, allowed: Container[str]) -> None:
        self.app = app
        self.allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 400."""
        if scope["type"] == "http":
            name = parts_of(f"//{Headers(scope=scope).get('host', '')}").hostname or ""
            if name.lower() not in self.allowed:
                body = b"Unknown host name."
                headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode())]
                await send({"type": "http.response.start", "status": 400, "headers": headers})
                await send({"type": "http.response.body", "body": body})
                return
        await self.app(scope, receive, send)


# Figures for Prometheus and spans. Nothing of persons: figures are off unless a token is set, whoever scrapes
# sends it; spans are off unless a collector is set.

_JOULES = 3.6e6  # a kWh
# Anybody may send a method of his own making; each would be a row here for ever.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SECONDS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)


class Metrics:
    """What is counted in this process; `energy` tells the joules that its work took so far.

    `look` gives other figures by name, at the moment that they are asked for.
    """

    def __init__(self, energy: Callable[[], float], look: Callable[[], Mapping[str, float]] = dict) -> None:
        self._look = look
        self._registry = CollectorRegistry()
        self._requests = Count(
            "learninglion_requests", "Requests", ["method", "route", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "learninglion_request_seconds",
            "Seconds until the answer was sent",
            ["route"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        spent = Gauge("learninglion_energy_kwh", "Energy that work took, kWh", registry=self._registry)
        spent.set_function(lambda: energy() / _JOULES)
        ProcessCollector(registry=self._registry)

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request; `route` is the pattern of its address, never the address."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """All of it, in the format of Prometheus."""
        registry = CollectorRegistry()
        for name, value in self._look().items():
            Gauge(f"learninglion_{name}", name.replace("_", " "), registry=registry).set(value)
        return generate_latest(self._registry) + generate_latest(registry)


class Counting:
    """Around everything, so that what is refused early counts too; follows the trace that a caller names."""

    def __init__(self, app: ASGIApp, metrics: Metrics | None, tracer: Tracer) -> None:
        self._app = app
        self._metrics = metrics
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and count it when it is answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        method = scope["method"] if scope["method"] in _METHODS else "other"
        with self._tracer.span(method, Kind.SERVER, Headers(scope=scope).get("traceparent", "")) as span:
            try:
                await self._app(scope, receive, counted)
            finally:
                route = getattr(scope.get("route"), "path", "none")
                span.name, span.failed = f"{method} {route}", status >= 500
                span.attributes |= {"http.request.method": method, "http.route": route}
                span.attributes["http.response.status_code"] = status
                if self._metrics is not None:
                    self._metrics.count(method, route, status, time.perf_counter() - began)


# A number for each request, and a line in the log.

_GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")
_access = logging.getLogger("learninglion.requests")


class RequestIds:
    """Gives every request a number, or takes that of a proxy before it; answer and log tell it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on under its number, and log how it went."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        sent = Headers(scope=scope).get(_HEADER, "")
        number = sent if _GIVEN.fullmatch(sent) else secrets.token_hex(8)
        # Never taken back: each request has a task of its own, and what goes wrong is told outside of this.
        REQUEST.set(number)
        began, status = time.perf_counter(), 0

        async def numbered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[_HEADER] = number
            await send(message)

        try:
            await self.app(scope, receive, numbered)
        finally:
            fields = {"method": scope["method"], "route": _route(scope), "status": status}
            took = round((time.perf_counter() - began) * 1000)
            _access.info("%(method)s %(route)s %(status)d", fields, extra={"told": {**fields, "ms": took}})


def _route(scope: Scope) -> str:
    """The route, without what stands in its places: ids name documents."""
    route = scope.get("route")
    return str(getattr(route, "path", "")) or "-"


# Bodies: how much of a request is read, from whom, and how long that may take. Nobody's body is read before
# it is known who asks, and none is longer than its route needs. What comes in slowly is cut off, and only so
# many bodies come in at once: strangers cost next to nothing.

_KB, _MB = 1_000, 1_000_000
_FORM = 2 * _MB  # a whole set with its own sources is under 200 kB
_FRAME = _MB  # what a multipart body has around its files
_MOST_UPLOADED = 500 * _MB  # of one request with many files
_PATIENCE = 20.0  # seconds for the first part of a body, and between two parts
_SLOWEST = 20 * _KB  # bytes a second that a body must keep up on the whole
_AT_ONCE = 64  # bodies coming in
_AT_ONCE_EACH = 8  # of those, from one person


@dataclass(frozen=True, slots=True)
class RouteLimit:
    """How many bytes a body may have, and what its sender must be allowed to; None is for strangers too."""

    path: str  # a pattern
    size: int
    task: Task | None = None
    stranger: bool = False


# The first that fits; whatever is not named is a form of somebody who is signed in.
_LIMITS = (
    RouteLimit(r"/(sign-in|set-up|language)", 16 * _KB, stranger=True),
    RouteLimit(r"/manage/documents/upload|/api/v1/document-jobs", _MOST_UPLOADED, Task.MANAGE),
    RouteLimit(r"/api/v1/documents", MAX_BYTES + _FRAME, Task.MANAGE),
    RouteLimit(r"/sets/new|/sets/[^/]+/questions/[^/]+/own-sources", MAX_BYTES + _FRAME, Task.DRAFT),
    RouteLimit(r"/api/v1/verifications", 10 * _MB, Task.SEARCH),
    RouteLimit(r"/api/.*", 4 * _MB),
    RouteLimit(r".*", _FORM),
)


def limit_of(path: str) -> RouteLimit:
    """What holds for bodies that are sent to `path`."""
    return next(limit for limit in _LIMITS if re.fullmatch(limit.path, path))


class TooLargeError(LearningLionError):
    """A body that is longer than its route takes."""

    status = 413


class TooSlowError(LearningLionError):
    """A body that did not come in in time."""

    status = 408


class Gate:
    """Refuses a body before it is read: from a stranger, too long, too slow, or one too many."""

    def __init__(self, app: ASGIApp, *, patience: float = _PATIENCE, slowest: int = _SLOWEST) -> None:
        self.app = app
        self._patience, self._slowest = patience, slowest
        self._coming_in: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, its body under watch, or answer what is wrong."""
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS:
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        limit = limit_of(request.url.path)
        try:
            who = await _admitted(request, limit)
            _check_length(request, limit)
            self._check_turn(who)
        except (LearningLionError, UnavailableError, NotSignedInError) as error:
            await _refuse(request, error, scope, receive, send)
            return
        await self._watched(request, limit, who, receive, send)

    def _check_turn(self, who: str) -> None:
        if self._coming_in[who] >= _AT_ONCE_EACH or self._coming_in.total() >= _AT_ONCE:
            raise BusyError("Er komt al veel tegelijk binnen. Probeer het over een minuut opnieuw.")

    async def _watched(
        self, request: Request, limit: RouteLimit, who: str, receive: Receive, send: Send
    ) -> None:
        """Let the application read; where the body breaks a limit, answer in its place.

        A stranger's turn lasts until the answer: what is done for one takes a thread that honest users need.
        """
        began, read, whole, answered, refused = time.monotonic(), 0, False, False, False
        self._coming_in[who] += 1

        async def part() -> Message:
            nonlocal read, whole
            left = self._patience + read / self._slowest - (time.monotonic() - began)
            try:
                message = await asyncio.wait_for(receive(), max(left, 0.001))
            except TimeoutError:
                raise TooSlowError("Het verzoek kwam te langzaam binnen.") from None
            read += len(message.get("body", b""))
            if read > limit.size:
                raise _too_large(limit)
            whole = message["type"] != "http.request" or not message.get("more_body", False)
            if whole and not limit.stranger:
                self._leave(who)
            return message

        async def reading() -> Message:
            nonlocal refused
            if refused:
                return {"type": "http.disconnect"}
            if whole:
                return await receive()
            try:
                return await part()
            except (TooLargeError, TooSlowError) as error:
                refused = True
                if not answered:
                    await _refuse(request, error, request.scope, receive, send)
                return {"type": "http.disconnect"}

        async def sending(message: Message) -> None:
            nonlocal answered
            if not refused or answered:  # what the application makes of a broken body goes nowhere
                answered = True
                await send(message)

        try:
            await self.app(request.scope, reading, sending)
        except ClientDisconnect:  # what the application was told in place of the rest of the body
            if not refused:
                raise
        finally:
            if limit.stranger or not whole:
                self._leave(who)

    def _leave(self, who: str) -> None:
        self._coming_in[who] -= 1
        if self._coming_in[who] <= 0:
            del self._coming_in[who]


async def _admitted(request: Request, limit: RouteLimit) -> str:
    """Who sends this body. Raises NotSignedInError or PermissionDeniedError before anything is read."""
    if limit.stranger:
        return f"address {request.client.host if request.client else ''}"
    account = await run_in_threadpool(account_of, request)
    if account is None:
        raise NotSignedInError
    if limit.task is not None and not RIGHTS[limit.task] & account.roles:
        raise PermissionDeniedError(f"U hebt geen rechten voor: {limit.task.value}. Vraag uw beheerder.")
    return f"account {account.name}"


def _check_length(request: Request, limit: RouteLimit) -> None:
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or len(length) > 15 or int(length) > limit.size:
        raise _too_large(limit)


def _too_large(limit: RouteLimit) -> TooLargeError:
    size = f"{limit.size // _MB} MB" if limit.size >= _MB else f"{limit.size // _KB} kB"
    return TooLargeError(f"Dit is groter dan {size}; meer kan hier niet in één keer.")


async def _refuse(request: Request, error: Exception, scope: Scope, receive: Receive, send: Send) -> None:
    response: Response = await run_in_threadpool(_response_to, request, error)
    response.headers["Connection"] = "close"  # the rest of the body is not waited for
    await response(scope, receive, send)
