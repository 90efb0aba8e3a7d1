"""Where a person stands in what is kept, and taking that person out: the rights of a data subject.

The report says for every part what was found and what became of it, also where nothing may change (the log)
or where this program does not reach (backups, exports, the files somebody took in).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from learninglion.database.blobs import Blobs
from learninglion.dutch.text import fold
from learninglion.models import Actor
from learninglion.models.errors import InputError
from learninglion.models.plain import Plain, canonical_json
from learninglion.record.dossiers import DossierRepository
from learninglion.record.log import EventLog
from learninglion.store.store import Store
from learninglion.workflow.accounts import Accounts
from learninglion.workflow.guides import GuideRepository
from learninglion.workflow.idempotency import KeptAnswers
from learninglion.workflow.intake import Intake
from learninglion.workflow.log import note
from learninglion.workflow.retention import Retention
from learninglion.workflow.rights import Task, require
from learninglion.workflow.sets import SetRepository
from learninglion.workflow.storage import Traces
from learninglion.workflow.working_texts import WorkingTextRepository

_SHORTEST = 4  # letters or digits; less is in everything
_FILES = ("judgements/", "reports/", "tuning/")  # their names begin so
_PAGE = 1000
_BEYOND = (
    "Back-ups en bestanden die eerder zijn uitgevoerd of opgenomen staan buiten het programma; "
    "zoek en verwijder die zelf."
)


class Outcome(StrEnum):
    """What became of a place."""

    FOUND = "found"
    ERASED = "erased"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class PersonPlace:
    """One place that mentions the person.

    `what` is document, index, dossier, set, file, answer, remark or log.
    """

    what: str
    where: str  # an id or a path; for the log the number of the entry
    times: int
    outcome: Outcome
    why: str = ""  # why it is kept


@dataclass(frozen=True, slots=True)
class PersonReport:
    """Every place, and what remains outside the reach of the program."""

    places: tuple[PersonPlace, ...]
    vectors: int = 0  # passages of the found documents whose vectors were taken out of the cache
    beyond: str = _BEYOND

    def counts(self) -> dict[str, int]:
        """How many places of each kind."""
        return dict(Counter(place.what for place in self.places))


@dataclass(eq=False)
class Persons:
    """Finding and erasing a person over everything that is kept, for administrators."""

    _blobs: Blobs
    _store: Store
    _repository: DossierRepository
    _sets: SetRepository
    _accounts: Accounts
    _answers: KeptAnswers
    _traces: Traces
    _intake: Intake
    _retention: Retention
    _guides: GuideRepository
    _typed: WorkingTextRepository
    _log: EventLog

    def find(self, text: str, *, actor: Actor) -> PersonReport:
        """Every place with `text` (a name, number or address, however it is spaced). Raises InputError."""
        require(actor, Task.MANAGE)
        report = PersonReport(tuple(self._places(_pattern(text))))
        self._note("person.find", report, actor)
        return report

    def erase(self, text: str, *, reason: str, keep_dossiers: bool = False, actor: Actor) -> PersonReport:
        """Destroy every document, dossier, set and kept answer with `text`, and the vectors made of them.

        `keep_dossiers`: where the Archiefwet asks that they stay. Lines of the log stay, as its chain does.
        Raises InputError without a reason.
        """
        require(actor, Task.MANAGE)
        if not reason.strip():
            raise InputError("Geef een reden. Die komt in het logboek; noem er geen personen in.")
        pattern = _pattern(text)
        places = tuple(self._places(pattern))
        vectors = 0
        for document_id in _of(places, "document"):
            vectors += len(self._traces.passages(document_id))
            self._intake.remove(document_id, reason=reason, actor=actor)
        if not keep_dossiers:
            held = self._retention.held(actor)
            for dossier_id in (name for name in _of(places, "dossier") if name not in held):
                self._retention.delete_dossier(dossier_id, reason=reason, actor=actor)
        self._sets.clear_all(_of(places, "set"))
        self._answers.forget(_of(places, "answer"))
        self._guides.forget(_of(places, "remark"))
        self._typed.forget(_of(places, "typed"))
        for entry in self._store.journal.entries():
            if pattern.search(fold(entry.stamp.path)) or pattern.search(fold(entry.detail)):
                self._store.journal.forget(entry.collection, entry.stamp.path)
        left = {(place.what, place.where) for place in self._places(pattern)}
        report = PersonReport(tuple(_settled(place, left) for place in places), vectors)
        self._note("person.erase", report, actor, reason)
        return report

    def _note(self, action: str, report: PersonReport, actor: Actor, reason: str = "") -> None:
        """Counts only: who was looked for must not be kept by looking."""
        details: dict[str, Plain] = {"places": dict(report.counts()), "vectors": report.vectors}
        note(self._log, action, actor, "", details | ({"reason": reason} if reason else {}))

    def _places(self, pattern: re.Pattern[str]) -> Iterable[PersonPlace]:
        yield from _tallied(
            "document", pattern, ((name, canonical_json(d)) for name, d in self._store.every_version())
        )
        yield from _tallied("dossier", pattern, self._repository.contents())
        yield from _tallied("set", pattern, self._sets.contents())
        yield from _tallied("answer", pattern, self._answers.contents())
        yield from _tallied("typed", pattern, self._typed.contents())
        remarks = ((s.id, canonical_json(s)) for s in self._guides.remarks())
        yield from _tallied("remark", pattern, remarks)
        yield from _tallied(
            "file",
            pattern,
            ((e.stamp.path, f"{e.stamp.path}\n{e.detail}") for e in self._store.journal.entries()),
        )
        yield from _tallied("account", pattern, ((a.name, a.name) for a in self._accounts.list()))
        names = (n for prefix in _FILES for n in self._blobs.names(prefix) if ".json" in n)
        files = ((self._blobs.place(n), self._blobs.read(n) or b"") for n in names)
        texts = ((place, content.decode("utf-8", "replace")) for place, content in files)
        yield from _tallied("report", pattern, texts)
        yield from _tallied("log", pattern, self._log_lines())

    def _log_lines(self) -> Iterable[tuple[str, str]]:
        after = 0
        while page := self._log.entries(after=after, limit=_PAGE):
            for entry in page:
                yield str(entry.seq), f"{entry.actor}\n{entry.subject}\n{canonical_json(entry.details)}"
            after = page[-1].seq


def _tallied(what: str, pattern: re.Pattern[str], texts: Iterable[tuple[str, str]]) -> Iterable[PersonPlace]:
    times: Counter[str] = Counter()
    for where, text in texts:
        times[where] += sum(1 for _ in pattern.finditer(fold(text)))
    for where, count in times.items():
        if count:
            yield PersonPlace(what, where, count, Outcome.FOUND)


def _of(places: Iterable[PersonPlace], what: str) -> list[str]:
    return [place.where for place in places if place.what == what]


_WHY_KEPT = {
    "dossier": "bewaard: het wordt vastgehouden, of de Archiefwet kan dat vragen",
    "log": "een regel van het logboek verandert nooit: dan zou de keten breken",
    "account": "verwijder of wijzig het account bij Mensen",
    "report": "verwijder dit bestand zelf als het niet meer nodig is",
}


def _settled(place: PersonPlace, left: set[tuple[str, str]]) -> PersonPlace:
    open_still = (place.what, place.where) in left
    outcome = Outcome.KEPT if open_still else Outcome.ERASED
    return PersonPlace(
        place.what, place.where, place.times, outcome, _WHY_KEPT.get(place.what, "") if open_still else ""
    )


def _pattern(text: str) -> re.Pattern[str]:
    """`text` however it is spaced, hyphenated or accented, as whole words."""
    pieces = re.findall(r"[^\W_]+", fold(text))
    signs = "".join(pieces)
    if len(signs) < _SHORTEST:
        raise InputError(f"Noem ten minste {_SHORTEST} letters of cijfers; anders staat het overal.")
    if signs.isdigit() or re.fullmatch(r"[a-z]{2}\d{2}[a-z0-9]+", signs):
        pieces = list(signs)  # a number may be cut anywhere
    return re.compile(r"(?<![^\W_])" + r"[\W_]{0,3}".join(map(re.escape, pieces)) + r"(?![^\W_])")
