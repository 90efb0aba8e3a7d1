"""A look at the whole installation: what is well, what is not, and what to do about it."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from threading import Lock

from learninglion.database.engine import now
from learninglion.inference.connection import Connection, ConnectionLostError, require_allowed
from learninglion.inference.generators import GeneratorKind
from learninglion.models import Actor
from learninglion.models.errors import LearningLionError, UnavailableError
from learninglion.workflow.indexing import REMADE
from learninglion.workflow.rights import Task, require
from learninglion.workflow.workplace import Workplace

_logger = logging.getLogger(__name__)

_LITTLE, _TOO_LITTLE = 5 << 30, 1 << 30  # bytes left on the disk
_CLOCK = timedelta(minutes=5)  # what clocks of two machines may differ
_MODEL_SECONDS = 3.0
_FRESH_SECONDS = 10.0
_LONG_WAIT = timedelta(minutes=30)


class State(StrEnum):
    """How something stands."""

    WELL = "goed"
    DOUBTFUL = "let op"
    WRONG = "fout"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    state: State
    told: str
    advice: str = ""


def examine(workplace: Workplace, *, actor: Actor) -> Iterator[Finding]:
    """Look at every part in turn; a part that cannot be looked at is a finding too, and the rest goes on."""
    require(actor, Task.MANAGE)
    looks: tuple[tuple[str, Callable[[Workplace, Actor], Iterator[Finding]]], ...] = (
        ("gegevensmap", _folder),
        ("schijf", _disk),
        ("klok", _clock),
        ("originelen en zoekindex", _storage),
        ("logboek", _log),
        ("embeddingmodel", _encoder),
        ("taalmodel", _generator),
    )
    for subject, look in looks:
        try:
            yield from look(workplace, actor)
        except (LearningLionError, UnavailableError) as error:
            yield Finding(subject, State.WRONG, error.detail)


def _folder(workplace: Workplace, _actor: Actor) -> Iterator[Finding]:
    home = workplace.options.home
    try:
        with tempfile.NamedTemporaryFile(dir=home, prefix=".controle-"):
            pass
    except OSError as error:
        advice = "Geef de gebruiker waaronder LearningLion draait schrijfrechten op deze map."
        yield Finding("gegevensmap", State.WRONG, f"{home} is niet te schrijven ({error.strerror}).", advice)
        return
    shared = home.stat().st_mode & 0o077
    if shared and os.name == "posix":
        advice = f"Maak de map alleen leesbaar voor LearningLion: chmod 700 {home}"
        yield Finding("gegevensmap", State.DOUBTFUL, f"{home} is voor anderen leesbaar.", advice)
        return
    yield Finding("gegevensmap", State.WELL, str(home))


def _disk(workplace: Workplace, _actor: Actor | None = None) -> Iterator[Finding]:
    free = shutil.disk_usage(workplace.options.home).free
    message = f"{free / 2**30:.1f} GB vrij."
    if free < _LITTLE:
        state = State.WRONG if free < _TOO_LITTLE else State.DOUBTFUL
        yield Finding("schijf", state, message, "Maak ruimte, of zet de gegevensmap op een grotere schijf.")
        return
    yield Finding("schijf", State.WELL, message)


def _clock(workplace: Workplace, actor: Actor) -> Iterator[Finding]:
    last = workplace.log.entries(actor, limit=1)
    if last and last[0].at > now() + _CLOCK:
        message = f"De laatste regel van het logboek is van {last[0].at:%Y-%m-%d %H:%M} (UTC), later dan nu."
        yield Finding("klok", State.WRONG, message, "Zet de klok van deze machine goed (NTP).")
        return
    yield Finding("klok", State.WELL, f"{now():%Y-%m-%d %H:%M} (UTC).")


def _storage(workplace: Workplace, actor: Actor) -> Iterator[Finding]:
    problems: list[str] = []
    state = workplace.indexing.state()
    if not workplace.indexing.exists():
        yield Finding(
            "zoekindex", State.DOUBTFUL, "Er is nog geen zoekindex.", "De eerste zoekvraag maakt hem."
        )
    workplace.storage.check(problems.append, actor=actor)
    for problem in (p for p in problems if p != state.problem or workplace.indexing.exists()):
        advice = "Zet het bestand terug uit een back-up, of neem het document opnieuw op."
        if problem.endswith(REMADE):
            advice = "Hier hoeft u niets meer te doen. Gebeurt het weer, controleer dan de schijf."
        elif problem == state.problem or "zoekregister" in problem:
            advice = "Maak de zoekindex opnieuw: learninglion index rebuild"
        elif problem.startswith("De database"):
            advice = "Controleer de schijf en zet een back-up terug: learninglion restore"
        yield Finding("originelen en zoekindex", State.WRONG, problem, advice)
    behind = workplace.indexing.behind()
    if behind and not problems:
        message = f"De zoekindex loopt {behind} wijziging(en) achter op het archief."
        yield Finding("zoekindex", State.DOUBTFUL, message, "De eerstvolgende zoekvraag haalt dit in.")
    if not problems:
        yield Finding("originelen en zoekindex", State.WELL, f"{state.sources} bronnen doorzoekbaar.")


def _log(workplace: Workplace, actor: Actor) -> Iterator[Finding]:
    report = workplace.log.verify(actor)
    misfits = workplace.log.misfits(actor)
    advice = "Zoek uit wat er is gebeurd; zet zo nodig een back-up terug. Zie: learninglion log verify"
    if not report.ok:
        yield Finding("logboek", State.WRONG, f"Het logboek is niet heel: {report.problem}.", advice)
    fitting = True
    for misfit in misfits:
        fitting = False
        yield Finding("dossiers", State.WRONG, misfit, advice)
    if report.ok and fitting:
        yield Finding("logboek", State.WELL, f"{report.head.count} regels, heel.")


def _encoder(workplace: Workplace, _actor: Actor | None = None) -> Iterator[Finding]:
    encoder = workplace.indexing.encoder
    try:
        rows = encoder.encode_queries(["Is dit model te bereiken?"])
    except LearningLionError as error:
        yield Finding("embeddingmodel", State.WRONG, error.detail, "Controleer [encoder] in de instellingen.")
        return
    wanted = workplace.indexing.state().wanted
    if wanted:
        message = f"De index is nog van een ander model; {wanted} neemt het over."
        yield Finding("embeddingmodel", State.DOUBTFUL, message, "Laat de server draaien tot dat klaar is.")
        return
    yield Finding("embeddingmodel", State.WELL, f"{encoder.name}, {rows.shape[1]} getallen per tekst.")


def _generator(workplace: Workplace, _actor: Actor | None = None) -> Iterator[Finding]:
    choice = workplace.language_model.choice()
    if choice is None:
        yield Finding("taalmodel", State.WELL, "Geen taalmodel ingesteld; concepten bestaan uit citaten.")
        return
    if choice.path is not None and not Path(choice.path).is_file():
        advice = "Controleer [generator] path in de instellingen."
        yield Finding("taalmodel", State.WRONG, f"{choice.path} bestaat niet.", advice)
        return
    if choice.kind is GeneratorKind.OPENAI:
        require_allowed(choice.base_url, choice.allowed_hosts)
        line = Connection(
            choice.base_url, "taalmodel", api_key=choice.api_key, timeout=_MODEL_SECONDS, route=choice.route
        )
        try:
            line.ask("/models")  # whatever it answers, it is there
        except ConnectionLostError as error:
            yield Finding(
                "taalmodel", State.WRONG, error.detail, "Start het, of zoek zonder: alles gaat door."
            )
            return
        finally:
            line.close()
    message = f"{choice.model or choice.path} is ingesteld en te bereiken."
    yield Finding("taalmodel", State.WELL, message, "Probeer het met: learninglion model check")


def figures(workplace: Workplace) -> dict[str, float]:
    """What an operator watches, by name; without most of it where the database does not answer."""
    try:
        queue = workplace.jobs.queue()
        waits = 0.0 if queue.oldest is None else (now() - queue.oldest).total_seconds()
        return {
            "database_up": 1.0,
            "queue_waiting": queue.waiting,
            "queue_running": queue.running,
            "queue_oldest_seconds": waits,
            **workplace.indexing.figures(),
        }
    except UnavailableError:
        return {"database_up": 0.0}


# --------------------------------------------------------------------------- readiness


class Readiness:
    """Whether this server can do its work now, looked at anew after some seconds; for a monitor, so quick."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace
        self._lock = Lock()
        self._until = 0.0
        self._states: dict[str, State] = {}

    def states(self) -> dict[str, State]:
        """How each part stands, by its name."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._states = {name: _worst(look, self._workplace) for name, look in _QUICK.items()}
                self._until = time.monotonic() + _FRESH_SECONDS
            return self._states


def _worst(look: Callable[[Workplace], Iterator[State]], workplace: Workplace) -> State:
    order = list(State)
    try:
        return max(look(workplace), key=order.index, default=State.WELL)
    except Exception:  # whatever it is, this part does not work
        _logger.exception("a part of the server cannot be looked at")
        return State.WRONG


def _database_state(workplace: Workplace) -> Iterator[State]:
    workplace.accounts.any()
    yield State.WELL


def _disk_state(workplace: Workplace) -> Iterator[State]:
    yield from (finding.state for finding in _disk(workplace))


def _index_state(workplace: Workplace) -> Iterator[State]:
    if workplace.indexing.state().problem and workplace.indexing.exists():
        yield State.WRONG
    if workplace.indexing.behind():
        yield State.DOUBTFUL  # the next search catches up


def _log_state(workplace: Workplace) -> Iterator[State]:
    if workplace.log.anchor_problem():
        yield State.WRONG


def _model_state(workplace: Workplace) -> Iterator[State]:
    if workplace.options.encoder.kind == "openai":
        yield from (finding.state for finding in _encoder(workplace))
    # without a language model search and drafting from sources go on
    if any(finding.state is not State.WELL for finding in _generator(workplace)):
        yield State.DOUBTFUL


def _queue_state(workplace: Workplace) -> Iterator[State]:
    oldest = workplace.jobs.queue().oldest
    if oldest is not None and now() - oldest > _LONG_WAIT:
        yield State.DOUBTFUL  # nobody works, or too few


_QUICK = {
    "database": _database_state,
    "disk": _disk_state,
    "index": _index_state,
    "log": _log_state,
    "model": _model_state,
    "queue": _queue_state,
}
