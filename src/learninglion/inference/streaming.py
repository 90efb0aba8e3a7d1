"""Work that hands over pieces as they come, read so that it can be stopped at any moment."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from learninglion.models.errors import GeneratorError

__all__ = ["Limits", "handed_over"]

_BEAT = 0.2  # seconds between two signs of life


@dataclass(frozen=True, slots=True)
class Limits:
    """How long is waited, in seconds: for one piece, and for all of them."""

    silence: float
    whole: float


@dataclass(frozen=True, slots=True)
class _Failed:
    error: BaseException


_END = object()


def handed_over(
    work: Callable[[Callable[[object], bool]], None],
    stop: Callable[[], None],
    limits: Limits,
    *,
    must_end: bool = False,
) -> Iterator[object]:
    """What `work` gives to the function it gets, in order; None is a sign of life while nothing comes.

    That function tells whether to stop. `stop` is called at the end, also when the caller closes the
    iterator. Errors of `work` are raised here; GeneratorError where a limit is passed. `must_end`: at its
    own end the process waits for the work, as a library that computes in this process needs.
    """
    waiting: queue.Queue[object] = queue.Queue()
    stopped = threading.Event()

    def give(piece: object) -> bool:
        waiting.put(piece)
        return stopped.is_set()

    def run() -> None:
        try:
            work(give)
            waiting.put(_END)
        except BaseException as error:  # handed over and raised in the caller's thread
            waiting.put(_Failed(error))

    threading.Thread(target=run, name="learninglion-answer", daemon=not must_end).start()
    began = heard = time.monotonic()
    try:
        while True:
            try:
                piece: object = waiting.get(timeout=min(_BEAT, limits.silence))
            except queue.Empty:
                piece = None
            now = time.monotonic()
            if isinstance(piece, _Failed):
                raise piece.error
            if piece is _END:
                return
            if piece is not None:
                heard = now
            elif now - heard > limits.silence:
                raise GeneratorError(
                    f"Het taalmodel gaf {limits.silence:g} seconden lang geen antwoord en is afgebroken."
                )
            if now - began > limits.whole:
                raise GeneratorError(
                    f"Het taalmodel was na {limits.whole:g} seconden nog niet klaar en is afgebroken. Een "
                    "model dat eerst denkt heeft meer tijd nodig: verhoog answer_seconds."
                )
            yield piece
    finally:
        stopped.set()
        stop()
