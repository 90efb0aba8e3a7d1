"""What was kept long enough, destroyed for good; and where a person stands in what is kept, taken out.

The terms are the organisation's own (its selectielijst), for each category: without one nothing is ever
destroyed here. They are set on the page for keeping, and stand in the log with who set them and on which
ground. The log keeps that something was destroyed, by whom and why, and nothing of what it said.

The report says for every part what was found and what became of it, also where nothing may change (the log)
or where this program does not reach (backups, exports, the files somebody took in).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from learninglion.database.blobs import Blobs
from learninglion.database.engine import now
from learninglion.dutch.text import fold
from learninglion.models import Actor, DossierState
from learninglion.models.errors import ConflictError, InputError
from learninglion.models.plain import Plain, canonical_json, to_plain
from learninglion.record.dossiers import DossierRepository, DossierVersion
from learninglion.record.log import EventLog, LogEntry
from learninglion.store.store import Store
from learninglion.workflow.accounts import Accounts
from learninglion.workflow.dossiers import TERM_SET
from learninglion.workflow.guides import GuideRepository
from learninglion.workflow.intake import Intake, Traces
from learninglion.workflow.jobs import LATER, Job, Jobs, KeptAnswers, Run, Work
from learninglion.workflow.log import REMOVE, note
from learninglion.workflow.rights import Task, require, require_everywhere
from learninglion.workflow.sets import SetRepository, WorkingTextRepository

DRAFT, APPROVED, WORK = "draft", "approved", "work"
"""Categories: dossiers that nobody approved, approved ones, sets at work. Documents: "collection:NAME"."""

_COLLECTION, _DOSSIER = "collection:", "dossier-"
_HOLD, _RELEASE = "retention.hold", "retention.release"
_DELETED, _DESTROYED = "dossier.delete", "retention.destroy"
_MOST_DAYS = 36_525  # a hundred years
_LONGEST_GROUND = 200


@dataclass(frozen=True, slots=True)
class Term:
    """How many days a category is kept after its last change, and where the selectielijst says so."""

    category: str  # or one dossier, which then has a category of the selectielijst of its own
    days: int = 0  # 0: for ever
    ground: str = ""

    @property
    def collection(self) -> str:
        """The collection whose documents these are; "" for dossiers and sets."""
        return self.category.removeprefix(_COLLECTION) if self.category.startswith(_COLLECTION) else ""


@dataclass(frozen=True, slots=True)
class OverdueDocument:
    """A document that stood in a collection longer than its term."""

    document_id: str
    collection: str


@dataclass(frozen=True, slots=True)
class Overdue:
    """What is older than its term: the newest version of each dossier, how many sets at work, documents."""

    dossiers: tuple[DossierVersion, ...] = ()
    works: int = 0
    documents: tuple[OverdueDocument, ...] = ()
    held: tuple[str, ...] = ()  # dossiers, and documents that they rest on: over their term too, but on hold

    def __bool__(self) -> bool:
        return bool(self.dossiers or self.works or self.documents)


@dataclass(frozen=True, slots=True)
class Destroyed:
    """How much was destroyed."""

    dossiers: int
    works: int
    documents: int = 0


@dataclass(eq=False)
class Retention:
    """Terms, what is over its term, and destroying it, for administrators."""

    _store: Store
    _intake: Intake
    _dossiers: DossierRepository
    _sets: SetRepository
    _clear_request: Callable[[str], None]  # to sign a dossier off
    _working_texts: WorkingTextRepository
    _answers: KeptAnswers
    _jobs: Jobs
    _log: EventLog
    _first: Mapping[str, int]  # the days of categories until a term is set

    def terms(self, actor: Actor) -> tuple[Term, ...]:
        """The term of every category: dossiers, sets at work, and each collection."""
        require_everywhere(actor, Task.MANAGE)
        by_category = {category: Term(category, days) for category, days in self._first.items()}
        for collection in self._store.collections(None):
            by_category[_COLLECTION + collection.name] = Term(_COLLECTION + collection.name)
        terms = self._set_terms()
        return tuple(terms.get(category, term) for category, term in by_category.items())

    def own_terms(self, actor: Actor) -> dict[str, Term]:
        """The dossiers that have a term of their own, whatever holds for others in their state."""
        require_everywhere(actor, Task.MANAGE)
        return {name: term for name, term in self._set_terms().items() if name.startswith(_DOSSIER)}

    def _set_terms(self) -> dict[str, Term]:
        """Every term that somebody set, as the log says; of a collection or dossier that may be gone."""
        terms: dict[str, Term] = {}
        for step in self._log.of_actions({TERM_SET}):
            days = step.details["days"]
            if isinstance(days, int):
                terms[step.subject] = Term(step.subject, days, str(step.details["ground"]))
            else:
                terms.pop(step.subject, None)
        return terms

    def drop_own_term(self, dossier_id: str, *, actor: Actor) -> None:
        """Let a dossier be kept as long as others in its state again."""
        if dossier_id in self.own_terms(actor):
            note(self._log, TERM_SET, actor, dossier_id, {"days": None, "ground": ""})

    def set_term(self, term: Term, *, actor: Actor) -> bool:
        """Let a category, or one dossier, have this term from now on; whether that is another one.

        Raises InputError, UnknownReferenceError for a dossier that is not there.
        """
        known = {t.category: t for t in self.terms(actor)} | self.own_terms(actor)
        if term.category.startswith(_DOSSIER):
            self.versions(term.category, actor)
        elif term.category not in known:
            raise InputError(f"Onbekende categorie {term.category!r}. Bekend zijn: {', '.join(known)}.")
        if not 0 <= term.days <= _MOST_DAYS:
            raise InputError(f"Kies een termijn van 0 (altijd bewaren) tot {_MOST_DAYS} dagen.")
        ground = " ".join(term.ground.split())
        if len(ground) > _LONGEST_GROUND:
            raise InputError(f"De grondslag is langer dan {_LONGEST_GROUND} tekens.")
        if term.days and not ground:
            raise InputError("Noem de grondslag: welke regel van uw selectielijst geeft deze termijn?")
        if known.get(term.category) == replace(term, ground=ground):
            return False
        note(self._log, TERM_SET, actor, term.category, {"days": term.days, "ground": ground})
        return True

    def find_overdue(self, *, actor: Actor) -> Overdue:
        """What is older than its term now, the oldest first."""
        days = {term.category: term.days for term in self.terms(actor)}
        held = self.held(actor)
        old = tuple(self._old_dossiers(days, self.own_terms(actor)))
        stays = [version.dossier_id for version in old if version.dossier_id in held]
        documents = []
        for document in self._old_documents(days):
            if held.intersection(self._dossiers.quoting(document.document_id)):
                stays.append(document.document_id)
            else:
                documents.append(document)
        return Overdue(
            tuple(version for version in old if version.dossier_id not in held),
            self._sets.count_before(_before(days[WORK]), held) if days[WORK] else 0,
            tuple(documents),
            tuple(dict.fromkeys(stays)),
        )

    def _old_dossiers(self, days: dict[str, int], own: dict[str, Term]) -> Iterator[DossierVersion]:
        terms = {days[DRAFT], days[APPROVED], *(term.days for term in own.values())} - {0}
        old = {term: frozenset(self._dossiers.unchanged_since(_before(term))) for term in terms}
        for dossier_id in self._dossiers.unchanged_since(_before(min(terms))) if terms else ():
            newest = self._dossiers.history(dossier_id, None)[-1]
            general = days[APPROVED if newest.state is DossierState.APPROVED else DRAFT]
            term = own[dossier_id].days if dossier_id in own else general
            if dossier_id in old.get(term, ()):
                yield newest

    def _old_documents(self, days: dict[str, int]) -> Iterator[OverdueDocument]:
        for category, term in days.items():
            if term and category.startswith(_COLLECTION):
                name = category.removeprefix(_COLLECTION)
                for document_id in self._store.unchanged_in(name, _before(term)):
                    yield OverdueDocument(document_id, name)

    def destroy_overdue(self, *, reason: str, actor: Actor) -> Destroyed:
        """Destroy all that is older than its term, wherever it is. Raises InputError without a reason."""
        reason = _require_reason(reason)
        terms = self.terms(actor)
        overdue = self.find_overdue(actor=actor)
        for version in overdue.dossiers:
            self._destroy(version.dossier_id, reason, actor)
        for document in overdue.documents:
            only_there = replace(actor, collections=frozenset({document.collection}))
            self._intake.remove(document.document_id, reason=reason, actor=only_there)
        if work_days := next(term.days for term in terms if term.category == WORK):
            self._sets.clear_before(_before(work_days), self.held(actor))
            self._working_texts.clear_before(_before(work_days))
        # some of these sets went with their dossier
        done = Destroyed(len(overdue.dossiers), overdue.works, len(overdue.documents))
        if overdue:
            details: dict[str, Plain] = {
                "dossiers": done.dossiers,
                "works": done.works,
                "documents": done.documents,
                "reason": reason,
                "terms": [to_plain(t) for t in (*terms, *self.own_terms(actor).values()) if t.days],
            }
            note(self._log, _DESTROYED, actor, "", details)
        return done

    def held(self, actor: Actor) -> frozenset[str]:
        """The dossiers that may not be destroyed until somebody lets them go, as the log says."""
        require(actor, Task.MANAGE)
        held: set[str] = set()
        for step in self._log.of_actions({_HOLD, _RELEASE}):
            (held.add if step.action == _HOLD else held.discard)(step.subject)
        return frozenset(held)

    def hold(self, dossier_id: str, *, reason: str, actor: Actor) -> None:
        """Nobody destroys this dossier from now on: it is asked for by a judge, an inquiry, a Woo request."""
        self._mark(_HOLD, dossier_id, reason, actor)

    def release(self, dossier_id: str, *, reason: str, actor: Actor) -> None:
        """It may be destroyed again. Raises InputError when it was not on hold."""
        if dossier_id not in self.held(actor):
            raise InputError(f"{dossier_id} wordt niet vastgehouden.")
        self._mark(_RELEASE, dossier_id, reason, actor)

    def _mark(self, action: str, dossier_id: str, reason: str, actor: Actor) -> None:
        reason = _require_reason(reason)
        self.versions(dossier_id, actor)
        note(self._log, action, actor, dossier_id, {"reason": reason})

    def declaration(self, since: datetime, *, actor: Actor) -> str:
        """What was destroyed since a moment, with the lines of the log that prove it, for people to sign."""
        require_everywhere(actor, Task.MANAGE)
        steps = [s for s in self._log.of_actions({_DELETED, _DESTROYED, REMOVE}) if s.at >= since]
        report = self._log.verify()
        whole = "Het logboek is heel" if report.ok else f"LET OP: het logboek is niet heel ({report.problem})"
        closing = f"{whole}: {report.head.count} regels, laatste hash {report.head.hash}."
        made = now().isoformat(timespec="seconds")
        return _DECLARATION.format(made=made, rows="\n".join(map(_declared, steps)), closing=closing)

    def start_destroying(self, *, reason: str, actor: Actor) -> Job:
        """Begin `destroy_overdue` as long work. Raises InputError without a reason."""
        require_everywhere(actor, Task.MANAGE)
        parameters: dict[str, Plain] = {"reason": _require_reason(reason)}
        return self._jobs.start(actor, "retention", parameters, subject="retention", priority=LATER)

    def works(self) -> dict[str, Work]:
        """What a worker does for the job that is begun here."""
        return {"retention": self._destroy_as_work}

    def _destroy_as_work(self, run: Run) -> dict[str, Plain]:
        done = self.destroy_overdue(reason=str(run.payload["reason"]), actor=run.owner)
        return {"address": f"/manage/retention?gone={done.dossiers}-{done.works}-{done.documents}"}

    def versions(self, dossier_id: str, actor: Actor) -> tuple[DossierVersion, ...]:
        """The versions of a dossier that would be deleted. Raises UnknownReferenceError."""
        require(actor, Task.MANAGE)
        return self._dossiers.history(dossier_id, actor.collections)

    def delete_dossier(self, dossier_id: str, *, reason: str, actor: Actor) -> None:
        """Destroy a dossier with all its versions, the sets it came from and every request about it.

        The log keeps that it happened. Raises UnknownReferenceError where this person may not see it.
        """
        require(actor, Task.MANAGE)
        reason = _require_reason(reason)
        self.versions(dossier_id, actor)
        if dossier_id in self.held(actor):
            raise ConflictError(f"{dossier_id} wordt vastgehouden. Geef het eerst vrij, met een reden.")
        self._destroy(dossier_id, reason, actor)

    def _destroy(self, dossier_id: str, reason: str, actor: Actor) -> None:
        self._jobs.forget_texts()
        self._dossiers.delete(dossier_id, by=actor.name, reason=reason)
        self._sets.clear_dossier(dossier_id)
        self._clear_request(dossier_id)
        self._working_texts.clear_under(f"/dossiers/{dossier_id}/")
        self._answers.forget_about(dossier_id)  # what a repeated API request gets holds the text too


_DECLARATION = """# Verklaring van vernietiging (concept)

Opgemaakt op {made} uit het logboek. De inhoud is vernietigd in de database, de zoekindex, de vectoren, de
afbeeldingen, de sets, de lopende verzoeken en de bewaarde antwoorden; back-ups en bestanden buiten het
programma vallen hier niet onder.

| regel | moment | wat | versies | reden | hash van de regel |
| ---: | --- | --- | ---: | --- | --- |
{rows}

{closing}

Naam, functie, datum en handtekening van wie besloot: **open**
"""


def _declared(step: LogEntry) -> str:
    details, moment = step.details, step.at.isoformat(timespec="seconds")
    what = step.subject or f"{details.get('works', 0)} sets in bewerking"
    reason = str(details.get("reason", "")).replace("|", "/")
    return f"| {step.seq} | {moment} | {what} | {details.get('versions', '')} | {reason} | {step.hash} |"


def _require_reason(reason: str) -> str:
    if not reason.strip():
        raise InputError("Geef een reden. Die komt in het logboek; noem er geen personen in.")
    return " ".join(reason.split())


def _before(days: int) -> datetime:
    return now() - timedelta(days=days)


_SHORTEST = 4  # letters or digits; less is in everything
_FILES = ("judgements/", "reports/", "tuning/")  # their names begin so
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
        _require_reason(reason)
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
        versions = ((name, canonical_json(d)) for name, d in self._store.every_version())
        yield from _tallied("document", pattern, versions)
        yield from _tallied("dossier", pattern, self._repository.contents())
        yield from _tallied("set", pattern, self._sets.contents())
        yield from _tallied("answer", pattern, self._answers.contents())
        yield from _tallied("typed", pattern, self._typed.contents())
        remarks = ((s.id, canonical_json(s)) for s in self._guides.remarks())
        yield from _tallied("remark", pattern, remarks)
        paths = ((e.stamp.path, f"{e.stamp.path}\n{e.detail}") for e in self._store.journal.entries())
        yield from _tallied("file", pattern, paths)
        yield from _tallied("account", pattern, ((a.name, a.name) for a in self._accounts.list()))
        names = (n for prefix in _FILES for n in self._blobs.names(prefix) if ".json" in n)
        files = ((self._blobs.place(n), self._blobs.read(n) or b"") for n in names)
        texts = ((place, content.decode("utf-8", "replace")) for place, content in files)
        yield from _tallied("report", pattern, texts)
        entries = self._log.every()
        lines = ((str(e.seq), f"{e.actor}\n{e.subject}\n{canonical_json(e.details)}") for e in entries)
        yield from _tallied("log", pattern, lines)


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
    if (place.what, place.where) in left:
        return replace(place, outcome=Outcome.KEPT, why=_WHY_KEPT.get(place.what, ""))
    return replace(place, outcome=Outcome.ERASED)


def _pattern(text: str) -> re.Pattern[str]:
    """`text` however it is spaced, hyphenated or accented, as whole words."""
    pieces = re.findall(r"[^\W_]+", fold(text))
    signs = "".join(pieces)
    if len(signs) < _SHORTEST:
        raise InputError(f"Noem ten minste {_SHORTEST} letters of cijfers; anders staat het overal.")
    if signs.isdigit() or re.fullmatch(r"[a-z]{2}\d{2}[a-z0-9]+", signs):
        pieces = list(signs)  # a number may be cut anywhere
    return re.compile(r"(?<![^\W_])" + r"[\W_]{0,3}".join(map(re.escape, pieces)) + r"(?![^\W_])")
