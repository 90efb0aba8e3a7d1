"""The server's own log: a line for each request and for what went wrong, with the number of the request.

Lines say who did what when and how long it took, never what was asked: no query, no body, and of an error of
the program its kind and place, not the words in it.
"""

from __future__ import annotations

import json
import logging
import os
import re
import secrets
import time
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from learninglion.models.errors import LearningLionError
from learninglion.settings import LogSettings

__all__ = ["HEADER", "RequestIds", "request_number", "start_log"]

_REQUEST: ContextVar[str] = ContextVar("learninglion_request", default="")
HEADER = "X-Request-ID"
_GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")
# Whatever ends a line or steers a terminal: what people sent makes no line of its own.
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_MB = 1_000_000
_TELLING = (LearningLionError, OSError)  # their words are ours or the system's
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
        given = Headers(scope=scope).get(HEADER, "")
        number = given if _GIVEN.fullmatch(given) else secrets.token_hex(8)
        # Never taken back: each request has a task of its own, and what goes wrong is told outside of this.
        _REQUEST.set(number)
        began, status = time.perf_counter(), 0

        async def numbered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = number
            await send(message)

        try:
            await self.app(scope, receive, numbered)
        finally:
            fields = {"method": scope["method"], "route": _route(scope), "status": status}
            took = round((time.perf_counter() - began) * 1000)
            _access.info("%(method)s %(route)s %(status)d", fields, extra={"told": {**fields, "ms": took}})


def request_number() -> str:
    """The number of the request that is being answered; "" outside of one."""
    return _REQUEST.get()


def _route(scope: Scope) -> str:
    """The route, without what stands in its places: ids name documents."""
    route = scope.get("route")
    return str(getattr(route, "path", "")) or "-"


class _Lines(logging.Formatter):
    """One line for each record: JSON, or words."""

    def __init__(self, *, as_json: bool) -> None:
        super().__init__()
        self._json = as_json

    def format(self, record: logging.LogRecord) -> str:
        """The line, with the number of the request that it belongs to."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields: dict[str, object] = {"at": at, "level": record.levelname.lower(), "from": record.name}
        if request := _REQUEST.get():
            fields["request"] = request
        fields["message"] = record.getMessage()
        fields.update(getattr(record, "told", {}))
        if record.exc_info and record.exc_info[1]:
            fields["error"] = _error(record.exc_info[1])
        if self._json:
            return json.dumps(fields, ensure_ascii=False)
        shown = [str(fields.pop(name)) for name in ("at", "level", "message")]
        for name in ("method", "route", "status"):
            fields.pop(name, None)  # in the message already
        rest = [f"{name}={value}" for name, value in fields.items()]
        return _BREAKS.sub(" | ", " ".join([*shown, *rest]))


def _error(error: BaseException) -> str:
    """Its kind and where it came from, with its causes; words only where no text of people is among them."""
    lines: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(lines) < 5:
        words = f": {seen}" if isinstance(seen, _TELLING) else ""
        frames = traceback.extract_tb(seen.__traceback__)[-6:]
        places = " < ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in reversed(frames))
        lines.append(f"{type(seen).__name__}{words} ({places})")
        seen = seen.__cause__ or seen.__context__
    return "; by ".join(lines)


class _Files(RotatingFileHandler):
    """Files that their owner alone may read."""

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return os.fdopen(descriptor, "a", encoding="utf-8")


def start_log(settings: LogSettings, home: Path) -> None:
    """Let what is logged go where the settings say: standard error, or files that do not grow on."""
    if settings.file:
        path = home / settings.file
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        size = int(settings.megabytes * _MB)
        handler: logging.Handler = _Files(path, maxBytes=size, backupCount=max(1, settings.files - 1))
    else:
        handler = logging.StreamHandler()
    handler.setFormatter(_Lines(as_json=settings.json))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    _access.setLevel(logging.INFO if settings.requests else logging.WARNING)
