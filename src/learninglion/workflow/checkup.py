"""A look at the whole installation: what is well, what is not, and what to do about it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from learninglion.database.engine import now
from learninglion.models import Actor
from learninglion.models.errors import LearningLionError
from learninglion.workflow.rights import Task, require
from learninglion.workflow.workplace import Workplace

__all__ = ["Finding", "State", "examine"]

_LITTLE, _TOO_LITTLE = 5 << 30, 1 << 30  # bytes left on the disk
_CLOCK = timedelta(minutes=5)  # what clocks of two machines may differ


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
        except LearningLionError as error:
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


def _disk(workplace: Workplace, _actor: Actor) -> Iterator[Finding]:
    free = shutil.disk_usage(workplace.options.home).free
    told = f"{free / 2**30:.1f} GB vrij."
    if free < _LITTLE:
        state = State.WRONG if free < _TOO_LITTLE else State.DOUBTFUL
        yield Finding("schijf", state, told, "Maak ruimte, of zet de gegevensmap op een grotere schijf.")
        return
    yield Finding("schijf", State.WELL, told)


def _clock(workplace: Workplace, actor: Actor) -> Iterator[Finding]:
    last = workplace.log.entries(actor, limit=1)
    if last and last[0].at > now() + _CLOCK:
        told = f"De laatste regel van het logboek is van {last[0].at:%Y-%m-%d %H:%M} (UTC), later dan nu."
        yield Finding("klok", State.WRONG, told, "Zet de klok van deze machine goed (NTP).")
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
        if problem == state.problem or "zoekregister" in problem:
            advice = "Maak de zoekindex opnieuw: learninglion index rebuild"
        yield Finding("originelen en zoekindex", State.WRONG, problem, advice)
    behind = workplace.indexing.behind()
    if behind and not problems:
        told = f"De zoekindex loopt {behind} wijziging(en) achter op het archief."
        yield Finding("zoekindex", State.DOUBTFUL, told, "De eerstvolgende zoekvraag haalt dit in.")
    if not problems:
        yield Finding("originelen en zoekindex", State.WELL, f"{state.sources} bronnen doorzoekbaar.")


def _log(workplace: Workplace, actor: Actor) -> Iterator[Finding]:
    report = workplace.log.verify(actor)
    misfits = workplace.log.misfits(actor)
    advice = "Zoek uit wat er is gebeurd; zet zo nodig een back-up terug. Zie: learninglion log verify"
    if not report.ok:
        yield Finding("logboek", State.WRONG, f"Het logboek is niet heel: {report.problem}.", advice)
    for misfit in misfits:
        yield Finding("dossiers", State.WRONG, misfit, advice)
    if report.ok and not misfits:
        yield Finding("logboek", State.WELL, f"{report.head.count} regels, heel.")


def _encoder(workplace: Workplace, _actor: Actor) -> Iterator[Finding]:
    encoder = workplace.indexing.encoder
    try:
        rows = encoder.encode_queries(["Is dit model te bereiken?"])
    except LearningLionError as error:
        yield Finding("embeddingmodel", State.WRONG, error.detail, "Controleer [encoder] in de instellingen.")
        return
    wanted = workplace.indexing.state().wanted
    if wanted:
        told = f"De index is nog van een ander model; {wanted} neemt het over."
        yield Finding("embeddingmodel", State.DOUBTFUL, told, "Laat de server draaien tot dat klaar is.")
        return
    yield Finding("embeddingmodel", State.WELL, f"{encoder.name}, {rows.shape[1]} getallen per tekst.")


def _generator(workplace: Workplace, _actor: Actor) -> Iterator[Finding]:
    choice = workplace.options.generator
    if choice is None:
        yield Finding("taalmodel", State.WELL, "Geen taalmodel ingesteld; concepten bestaan uit citaten.")
        return
    if choice.path is not None and not Path(choice.path).is_file():
        advice = "Controleer [generator] path in de instellingen."
        yield Finding("taalmodel", State.WRONG, f"{choice.path} bestaat niet.", advice)
        return
    told = f"{choice.model or choice.path} is ingesteld."
    yield Finding("taalmodel", State.WELL, told, "Probeer het met: learninglion model check")
