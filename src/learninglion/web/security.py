"""Headers and cross-site request checks: what every request and response passes.

Nothing here trusts the page: forms carry a token bound to the session, and a request that the browser
itself calls cross-site is refused before any code of ours reads it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Container
from urllib.parse import SplitResult, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

API_VERSION = "1.0.0"
API_PREFIX = "/api/"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

# No inline script or style, nothing from elsewhere, no framing, no plug-ins.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
API_POLICY = "default-src 'none'; frame-ancestors 'none'"
FEATURES = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"
_YEAR = 31_536_000


class SecurityHeaders:
    """Adds the headers that internet.nl and the API Design Rules expect to every response."""

    def __init__(self, app: ASGIApp, *, sign_out: str = "") -> None:
        self.app = app
        # Signing out is a form of ours that goes on to the organisation's provider.
        parts = urlsplit(sign_out)
        beyond = f" {parts.scheme}://{parts.netloc}" if parts.netloc else ""
        self._policy = PAGE_POLICY.replace("form-action 'self'", f"form-action 'self'{beyond}")

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
    headers.setdefault("Content-Security-Policy", API_POLICY if is_api else page_policy)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "no-referrer" if is_api else "same-origin"
    headers["Permissions-Policy"] = FEATURES
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


def csrf_token(session_token: str) -> str:
    """The token that forms of this session carry; worthless in any other session."""
    return hmac.new(session_token.encode(), b"learninglion form", hashlib.sha256).hexdigest()


def token_matches(session_token: str, given: str) -> bool:
    """Whether a form came out of this session, compared in constant time."""
    return hmac.compare_digest(csrf_token(session_token).encode(), given.encode())


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
