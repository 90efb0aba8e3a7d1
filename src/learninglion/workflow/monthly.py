"""What a month of use looks like, counted from the log and the dossiers; for who may audit everything."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from learninglion.compliance.monthly import Month
from learninglion.models import Actor, AnswerVerdict, Dossier, DossierState
from learninglion.models.errors import InputError, LearningLionError
from learninglion.models.plain import from_plain
from learninglion.record.dossiers import DossierRepository
from learninglion.record.energy import Energy, energy_figures
from learninglion.record.log import EventLog, LogEntry
from learninglion.record.marking import ai_share
from learninglion.workflow.log import INGEST
from learninglion.workflow.rights import Task, require_everywhere

_SPENT = {
    "search": "zoeken",
    "offer": "zoeken",
    "ask": "vragen aan documenten",
    "draft": "opstellen",
    "resume": "opstellen",
    "ingest.done": "opnemen",
}
_SAVED = tuple(f"dossier.{state.value}" for state in DossierState)
_COUNTED = (*_SPENT, *_SAVED, "export", "label.remove", "sentence.wrong", INGEST)


@dataclass
class _Counts:
    deeds: Counter[str] = field(default_factory=Counter)
    kwh: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    grams: float = 0.0
    methods: set[str] = field(default_factory=set)
    figures: set[str] = field(default_factory=set)
    unknown: int = 0
    files: int = 0
    files_failed: int = 0
    versions: dict[str, int] = field(default_factory=dict)  # of each dossier, the last of the month

    def add(self, entry: LogEntry) -> None:
        self.deeds[entry.action] += 1
        details = entry.details
        version = details.get("version")
        if entry.action in _SAVED and isinstance(version, int):
            self.versions[entry.subject] = version
        if entry.action == INGEST:
            self.files += 1
            self.files_failed += details.get("status") == "failed"
        if isinstance(details.get("energy"), dict):
            self._spend(_SPENT[entry.action], from_plain(Energy, details["energy"]))

    def _spend(self, what: str, energy: Energy) -> None:
        self.kwh[what] += energy.kwh + (energy.elsewhere_kwh or 0.0)
        self.grams += energy.grams_co2e
        self.methods.add(energy.method)
        self.figures.add(energy_figures(energy))
        self.unknown += bool(energy.elsewhere) and energy.elsewhere_kwh is None


class Monthly:
    """The months up to one, oldest first."""

    def __init__(self, log: EventLog, dossiers: DossierRepository) -> None:
        self._log = log
        self._dossiers = dossiers

    def months(self, last: str, actor: Actor) -> tuple[Month, ...]:
        """The month `last` ("2026-11") and up to eleven ahead of it, from the first with any use.

        Raises InputError where it is no month.
        """
        require_everywhere(actor, Task.AUDIT)
        names = _names(last)
        counted: dict[str, _Counts] = {name: _Counts() for name in names}
        for entry in self._log.of_actions(_COUNTED):
            if (month := counted.get(f"{entry.at.astimezone():%Y-%m}")) is not None:
                month.add(entry)
        used = next((i for i, name in enumerate(names) if counted[name].deeds), len(names) - 1)
        return tuple(self._month(name, counted[name]) for name in names[used:])

    def _month(self, name: str, counts: _Counts) -> Month:
        dossiers = [d for d in (self._load(*one) for one in counts.versions.items()) if d is not None]
        verifications = [v for dossier in dossiers for v in dossier.verifications]
        verdicts = Counter(v.verdict for v in verifications)
        selections = [v.draft.selection for v in verifications]
        firsts = [s.offered[0].score for s in selections if s.offered]
        approved = [d for d in dossiers if d.state is DossierState.APPROVED]
        deeds = counts.deeds
        return Month(
            name,
            searches=deeds["search"] + deeds["offer"],
            questions_asked=deeds["ask"],
            drafts=deeds["draft"],
            questions=len(verifications),
            answered=verdicts[AnswerVerdict.ANSWERED],
            partial=verdicts[AnswerVerdict.PARTIAL],
            unanswerable=verdicts[AnswerVerdict.UNANSWERABLE],
            sentences=sum(len(v.checks) for v in verifications),
            failed=sum(len(v.failed) for v in verifications),
            own=sum(len(v.own) for v in verifications),
            offered=sum(len(s.offered) for s in selections),
            rejected=sum(len(s.rejected) for s in selections),
            first_score=_mean(firsts),
            approved=deeds["dossier.approved"],
            machine_share=_mean([ai_share(d.verifications) for d in approved]),
            labels_removed=deeds["label.remove"],
            exports=deeds["export"],
            remarks=deeds["sentence.wrong"],
            files=counts.files,
            files_failed=counts.files_failed,
            kwh=tuple(sorted(counts.kwh.items())),
            grams_co2e=counts.grams,
            methods=tuple(sorted(counts.methods)),
            figures=tuple(sorted(counts.figures)),
            elsewhere_unknown=counts.unknown,
        )

    def _load(self, dossier_id: str, version: int) -> Dossier | None:
        try:
            return self._dossiers.load(dossier_id, None, version)
        except LearningLionError:
            return None  # destroyed since


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _names(last: str) -> list[str]:
    try:
        first = datetime.strptime(last, "%Y-%m")  # noqa: DTZ007  (a month has no zone)
    except ValueError as error:
        raise InputError("Schrijf de maand als 2026-11.") from error
    count = first.year * 12 + first.month - 1
    return [f"{n // 12:04d}-{n % 12 + 1:02d}" for n in range(count - 11, count + 1)]
