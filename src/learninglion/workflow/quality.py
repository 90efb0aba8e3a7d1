"""Measuring search on a collection and letting it learn from one, as long work, with its reports on disk.

A report is two files in the folder `reports`: figures as JSON, and the whole report as HTML. What search
learned waits in `tuning/proposal.json` until an administrator takes it or throws it away.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from learninglion.database.files import write_durably
from learninglion.evaluation.judgements import consensus
from learninglion.evaluation.pooling import pooled
from learninglion.evaluation.report import retrieval_page
from learninglion.evaluation.retrieval import Grades, evaluate
from learninglion.evaluation.rounds import draw_up, judgements_of, read_round
from learninglion.evaluation.testset import LabelledPair, collection_trial, sampled
from learninglion.evaluation.tune import TuneReport, tune
from learninglion.inference.adapter import Adapter, load_adapter, save_adapter
from learninglion.models import Actor, Filters
from learninglion.models.errors import ConflictError, InputError, IntegrityError
from learninglion.models.plain import Plain, from_plain, to_plain
from learninglion.search.fusion import Fusion
from learninglion.store.reader import Entry
from learninglion.workflow import LearningLion, Progress
from learninglion.workflow.jobs import Job, Jobs
from learninglion.workflow.rights import Task, require

__all__ = [
    "MeasureRow",
    "Proposal",
    "QualityService",
    "discard",
    "measurements",
    "rounds_folder",
    "read_proposal",
    "start_measuring",
    "start_round",
    "start_tuning",
    "take",
    "write_proposal",
]

_KIND, _SUBJECT = "quality", "search"  # one at a time: either would slow the other down
_BACK = "/manage/quality"
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class QualityService:
    """What measuring and learning need: the archive, its data folder, and the jobs that run aside."""

    house: LearningLion
    home: Path
    jobs: Jobs


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """A measurement of search that was made before; `measures` are (name, value, low, high)."""

    name: str  # of its report in the folder with reports, without suffix
    at: datetime
    collection: str
    queries: int
    version: int  # of the tuning that was measured
    measures: tuple[tuple[str, float, float, float], ...]
    judged: bool = False  # by what people said is relevant, not by the own answer alone


@dataclass(frozen=True, slots=True)
class Compared:
    """A measure as it was and as it was learned, on the questions held out."""

    name: str
    before: float
    after: float
    p: float


@dataclass(frozen=True, slots=True)
class Proposal:
    """What search learned and how it compares; it is not in force."""

    at: datetime
    collection: str
    better: bool
    learned_from: int
    held_out: int
    compared: tuple[Compared, ...]
    fusion: Fusion
    since: int  # the version that it was compared with
    what: str = "weights"  # what was learned: the weights of the signals, or "model": the embedding model too


def _entries(house: LearningLion, collection: str, actor: Actor) -> tuple[Entry, ...]:
    cards = house.documents(actor, filters=Filters(collections=(collection,)), limit=1_000_000)
    if not cards:
        raise InputError(f"In verzameling {collection!r} staan geen documenten.")
    ids = sorted(card.id for card in cards)
    return tuple(house.store.seen_by(actor.collections).entries_of(ids))


# --------------------------------------------------------------------------- measuring


def start_measuring(
    service: QualityService, actor: Actor, collection: str, most: int, judged: str = ""
) -> Job:
    """Begin to measure on (at most so many of) the questions of a collection; 0 is all.

    `judged` names a round of judgements to measure by; its collection is then the one that is measured.
    """
    require(actor, Task.MANAGE)
    grades: Grades | None = None
    if judged:
        folder = rounds_folder(service.home)
        collection = read_round(folder, judged).collection
        grades = consensus(judgements_of(folder, judged))
        if not grades:
            raise InputError("In deze beoordeling is nog niets beoordeeld.")

    def work(job: Job) -> dict[str, Plain]:
        house = service.house
        trial = sampled(
            collection_trial(f"verzameling {collection}", _entries(house, collection, actor)), most, grades
        )
        version = house.tuning.in_force()
        report = evaluate(
            trial,
            grades=grades,
            encoder=house.index.encoder,
            cache=_vectors(service),
            fusion=house.tuning.current(),
            progress=_telling(job, "Meten"),
        )
        at = datetime.now(UTC)
        row = MeasureRow(
            f"retrieval-{at:%Y%m%dT%H%M%SZ}",
            at,
            collection,
            report.queries,
            version,
            tuple((m.name, round(m.value, 4), round(m.low, 4), round(m.high, 4)) for m in report.measures),
            bool(judged),
        )
        folder = _reports(service.home)
        write_durably(folder / f"{row.name}.html", retrieval_page(report).encode())
        write_durably(folder / f"{row.name}.json", json.dumps(to_plain(row), ensure_ascii=False).encode())
        figures: dict[str, Plain] = {name: value for name, value, _, _ in row.measures}
        by = {"round": judged} if judged else {}
        house.note("evaluate", actor, f"collection:{collection}", {"report": row.name, **by, **figures})
        return {"address": _BACK}

    return service.jobs.start(actor.name, _KIND, work, subject=_SUBJECT)


def _vectors(service: QualityService) -> Path:
    return service.home / "cache" / "vectors.db"


def _telling(job: Job, label: str) -> Progress:
    return lambda what, done, total: job.report(
        "progress", {"label": what or label, "done": done, "total": total}
    )


def _reports(home: Path) -> Path:
    return home / "reports"


def measurements(home: Path) -> tuple[MeasureRow, ...]:
    """Earlier measurements, the last first; without those whose file is damaged."""
    found = []
    for path in sorted(_reports(home).glob("retrieval-*.json"), reverse=True)[:_SHOWN]:
        try:
            found.append(from_plain(MeasureRow, json.loads(path.read_text("utf-8"))))
        except (OSError, ValueError, TypeError, KeyError, IntegrityError):
            continue
    return tuple(found)


# --------------------------------------------------------------------------- judging


def rounds_folder(home: Path) -> Path:
    """Where rounds of judging stand, with their judgements."""
    return home / "judgements"


def start_round(service: QualityService, actor: Actor, collection: str, most: int) -> Job:
    """Begin to draw up what people are to judge: the best of several ways to search for so many questions."""
    require(actor, Task.MANAGE)

    def work(job: Job) -> dict[str, Plain]:
        house = service.house
        trial = sampled(
            collection_trial(f"verzameling {collection}", _entries(house, collection, actor)), most
        )
        found = pooled(
            trial,
            encoder=house.index.encoder,
            cache=_vectors(service),
            learned=house.tuning.current() if house.tuning.in_force() else None,
            progress=_telling(job, "Zoeken"),
        )
        made = draw_up(rounds_folder(service.home), collection, actor.name, found)
        figures: dict[str, Plain] = {"queries": made.queries, "results": len(made.items)}
        house.note("judging.open", actor, f"judging:{made.id}", {"collection": collection, **figures})
        return {"address": "/manage/quality#h-judging"}

    return service.jobs.start(actor.name, _KIND, work, subject=_SUBJECT)


# --------------------------------------------------------------------------- learning


def start_tuning(service: QualityService, actor: Actor, collection: str) -> Job:
    """Begin to learn from a collection; what comes of it waits as a proposal."""
    require(actor, Task.MANAGE)

    def work(job: Job) -> dict[str, Plain]:
        house = service.house
        pairs = [
            LabelledPair(source.id, source.question, source.body, source.document.id)
            for source, _ in _entries(house, collection, actor)
            if source.question.strip() and source.body.strip()
        ]
        since = house.tuning.in_force()
        report = tune(
            pairs,
            house.tuning.current(),
            house.index.encoder,
            house.vectors,
            _telling(job, "Leren"),
        )
        proposal = _propose(report, collection, since)
        write_proposal(service.home, proposal, report.best.adapter)
        figures = _figures(proposal)
        house.note("tuning.learn", actor, f"collection:{collection}", {"better": proposal.better, **figures})
        return {"address": _BACK}

    return service.jobs.start(actor.name, _KIND, work, subject=_SUBJECT)


def _propose(report: TuneReport, collection: str, since: int) -> Proposal:
    best = report.best
    return Proposal(
        datetime.now(UTC),
        collection,
        report.kept,
        report.learned_from,
        report.held_out,
        tuple(Compared(c.name, c.first, c.second, c.p) for c in best.comparisons),
        best.fusion,
        since,
        best.what,
    )


def _figures(proposal: Proposal) -> dict[str, Plain]:
    return {c.name: [c.before, c.after, c.p] for c in proposal.compared}


def _proposal_file(home: Path) -> Path:
    return home / "tuning" / "proposal.json"


def _adapter_file(home: Path) -> Path:
    return home / "tuning" / "proposal.npz"


def _discard_files(home: Path) -> None:
    _proposal_file(home).unlink(missing_ok=True)
    _adapter_file(home).unlink(missing_ok=True)


def write_proposal(home: Path, proposal: Proposal, adapter: Adapter | None = None) -> None:
    """Let a proposal wait for a decision, with what the model learned; an earlier one makes place."""
    _discard_files(home)
    if adapter is not None:
        _adapter_file(home).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        save_adapter(adapter, _adapter_file(home))
    write_durably(_proposal_file(home), json.dumps(to_plain(proposal), ensure_ascii=False).encode())


def read_proposal(home: Path) -> Proposal | None:
    """What was learned last and waits for a decision. Raises IntegrityError when it cannot be read."""
    path = _proposal_file(home)
    if not path.exists():
        return None
    try:
        return from_plain(Proposal, json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise IntegrityError(f"{path.name}: dit bestand is niet te lezen ({error}).") from error


def take(service: QualityService, actor: Actor) -> int:
    """Put the proposal in force as a new version, and give its number.

    Raises ConflictError when it is not better than what it was compared with, or something else is in force
    by now.
    """
    require(actor, Task.MANAGE)
    proposal = read_proposal(service.home)
    if proposal is None or not proposal.better:
        raise ConflictError("Er is geen betere afstelling om in gebruik te nemen.")
    if proposal.since != service.house.tuning.in_force():
        raise ConflictError("Intussen is een andere versie in gebruik. Laat het zoeken opnieuw leren.")
    details: dict[str, Plain] = {
        "collection": proposal.collection,
        "learned": proposal.what,
        **_figures(proposal),
    }
    learned = _adapter_file(service.home)
    adapter = load_adapter(learned) if learned.exists() else None
    number = service.house.keep_tuning(proposal.fusion, adapter, actor=actor, details=details)
    _discard_files(service.home)
    service.house.start_switch()
    return number


def discard(service: QualityService, actor: Actor) -> None:
    """Throw the proposal away."""
    require(actor, Task.MANAGE)
    _discard_files(service.home)
