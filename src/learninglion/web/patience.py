"""Connections with nothing at work, fresh or between two requests: closed in time, and never too many."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["PatientProtocol"]

_HEAD_SECONDS = 15.0
# Each well under the 1,024 files that a process may have open by default.
_MOST_WAITING = _MOST_IDLE = 200


class PatientProtocol(H11Protocol):
    """Uvicorn's protocol with a clock on the head of a request; of too many that wait the oldest goes."""

    head_seconds: ClassVar[float] = _HEAD_SECONDS
    most_waiting: ClassVar[int] = _MOST_WAITING
    most_idle: ClassVar[int] = _MOST_IDLE
    _waiting: ClassVar[OrderedDict[PatientProtocol, asyncio.TimerHandle]] = OrderedDict()
    _idle: ClassVar[OrderedDict[PatientProtocol, None]] = OrderedDict()  # kept alive, for the next request

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Stop the clock when the head is whole; start it when the next one begins."""
        self._idle.pop(self, None)
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            self._watch()
        else:
            self._unwatch()

    def on_response_complete(self) -> None:
        """Keep the connection for the next request, unless it would be one too many."""
        super().on_response_complete()
        if self.timeout_keep_alive_task is not None and not self.transport.is_closing():
            self._idle[self] = None
            while len(self._idle) > self.most_idle:
                self._idle.popitem(last=False)[0].timeout_keep_alive_handler()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget this connection."""
        self._idle.pop(self, None)
        self._unwatch()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if self in self._waiting or self.transport.is_closing():
            return
        self._waiting[self] = self.loop.call_later(self.head_seconds, self._give_up)
        while len(self._waiting) > self.most_waiting:
            next(iter(self._waiting))._give_up()

    def _unwatch(self) -> None:
        timer = self._waiting.pop(self, None)
        if timer is not None:
            timer.cancel()

    def _give_up(self) -> None:
        self._unwatch()
        self.transport.abort()
