"""The one place that decides how much of a request is read, from whom, and how long that may take.

Nobody's body is read before it is known who asks, and none is longer than its route needs. What comes in
slowly is cut off, and only so many bodies come in at once: strangers cost next to nothing.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from learninglion.models.errors import BusyError, LearningLionError, PermissionDeniedError, UnavailableError
from learninglion.web.access import SAFE_METHODS, NotSignedInError, account_of
from learninglion.web.forms import MAX_BYTES
from learninglion.web.problems import response_to
from learninglion.workflow.rights import RIGHTS, Task

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

    path: re.Pattern[str]
    size: int
    task: Task | None = None
    stranger: bool = False


def _limit(path: str, size: int, task: Task | None = None, *, stranger: bool = False) -> RouteLimit:
    return RouteLimit(re.compile(path), size, task, stranger)


# The first that fits; whatever is not named is a form of somebody who is signed in.
_LIMITS = (
    _limit(r"/(sign-in|set-up|language)", 16 * _KB, stranger=True),
    _limit(r"/manage/documents/upload|/api/v1/document-jobs", _MOST_UPLOADED, Task.MANAGE),
    _limit(r"/api/v1/documents", MAX_BYTES + _FRAME, Task.MANAGE),
    _limit(r"/sets/new|/sets/[^/]+/questions/[^/]+/own-sources", MAX_BYTES + _FRAME, Task.DRAFT),
    _limit(r"/api/v1/verifications", 10 * _MB, Task.SEARCH),
    _limit(r"/api/.*", 4 * _MB),
    _limit(r".*", _FORM),
)


def limit_of(path: str) -> RouteLimit:
    """What holds for bodies that are sent to `path`."""
    return next(limit for limit in _LIMITS if limit.path.fullmatch(path))


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
    response: Response = await run_in_threadpool(response_to, request, error)
    response.headers["Connection"] = "close"  # the rest of the body is not waited for
    await response(scope, receive, send)
