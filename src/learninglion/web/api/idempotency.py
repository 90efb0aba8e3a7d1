"""Writes that may be sent twice: the second time gives the first answer, and does nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping

from starlette.responses import JSONResponse, Response

from learninglion.models import Actor
from learninglion.models.errors import ConflictError
from learninglion.workflow.accounts import Accounts

__all__ = ["repeated"]


def repeated(
    accounts: Accounts,
    actor: Actor,
    key: str,
    said: bytes,
    work: Callable[[], Mapping[str, object]],
    status: int,
    show: Callable[[Mapping[str, object]], Mapping[str, object]] = lambda kept: kept,
) -> Response:
    """Do `work` and answer with `status`; with a key that was used before, repeat that answer.

    Kept is what `work` gives: references, no texts. `show` makes the answer of it, by the rights of now.
    Of two requests with one key that come at the same time, one does the work. Raises ConflictError for the
    other, and when the key was used for something else that was `said`. Work that failed can be tried again.
    """
    if not key:
        return JSONResponse(show(work()), status)
    digest = hashlib.sha256(said).hexdigest()
    kept = accounts.claim(actor.name, key, digest)
    if kept is not None:
        if kept.digest != digest:
            raise ConflictError("Deze Idempotency-Key is al gebruikt voor een ander verzoek.")
        if not kept.body:
            raise ConflictError("Aan dit verzoek wordt nog gewerkt. Vraag het over een minuut opnieuw.")
        return JSONResponse(show(json.loads(kept.body)), kept.status, {"Idempotent-Replayed": "true"})
    try:
        answer = work()
    except BaseException:
        accounts.release(actor.name, key)
        raise
    accounts.remember(actor.name, key, digest, status, json.dumps(answer, ensure_ascii=False))
    return JSONResponse(show(answer), status)
