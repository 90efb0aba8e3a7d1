"""Quality: search measured, judged by people and learned from, with reports; what people say of drafts.

A report is two files that all servers share: figures as JSON, and the whole report as HTML. What search
learned waits in `tuning/proposal.json` until an administrator takes it or throws it away; what is taken is a
version that can be taken back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from learninglion.database.blobs import Blobs
from learninglion.drafting.relevance import Relevance, read_measure
from learninglion.evaluation.experiment import (
    GRADES,
    Agreement,
    Round,
    Shown,
    agreement,
    close_round,
    consensus,
    draw_up,
    judgements_of,
    list_rounds,
    pooled,
    read_round,
    written_judgements,
)
from learninglion.evaluation.retrieval import Grades, RetrievalReport, evaluate, retrieval_page
from learninglion.evaluation.testset import LabelledPair, collection_trial, sampled
from learninglion.evaluation.tune import TuneReport, tune
from learninglion.inference.builtin import Adapter, pack_adapter, read_adapter
from learninglion.inference.encoders import Encoder, EncoderChoice
from learninglion.models import Actor, Answers, Dossier, Progress, Source, Verification
from learninglion.models.errors import (
    ConflictError,
    InputError,
    IntegrityError,
    LearningLionError,
    UnknownReferenceError,
)
from learninglion.models.plain import Plain, from_plain, to_plain
from learninglion.record.dossiers import DossierRepository
from learninglion.record.log import EventLog, LogEntry
from learninglion.search.scoring import TUNING, Fusion, LearnedVersions
from learninglion.store.store import Store
from learninglion.workflow.documents import Documents
from learninglion.workflow.jobs import LATER, Job, Jobs, Run, Work
from learninglion.workflow.log import note
from learninglion.workflow.rights import Task, require, require_everywhere, require_within
from learninglion.workflow.searching import Indexing, learned_model

__all__ = ["GRADES"]

_SUBJECT = "search"  # one at a time: either would slow the other down
_BACK = "/manage/quality"
_SHOWN = 20
REPORTS = "reports/"
_PROPOSAL = f"{TUNING}proposal.json"
_ADAPTER = f"{TUNING}proposal.npz"
_REPORT_KINDS = (".json", ".md", ".txt", ".html")


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


@dataclass(eq=False)
class Quality:
    """Measuring search and letting it learn, as jobs; for administrators."""

    _blobs: Blobs
    _documents: Documents
    _indexing: Indexing
    _learning: Learning
    _jobs: Jobs
    _log: EventLog

    def running(self, actor: Actor) -> Job | None:
        """The unfinished job of this kind, if it is this person's."""
        return self._jobs.running(_SUBJECT, actor.name)

    def works(self) -> dict[str, Work]:
        """What a worker does for each kind of job that is begun here."""
        return {"quality.measure": self._measure, "quality.round": self._round, "quality.learn": self._learn}

    def _start(self, actor: Actor, kind: str, parameters: dict[str, Plain]) -> Job:
        return self._jobs.start(actor, kind, parameters, subject=_SUBJECT, priority=LATER)

    # ----------------------------------------------------------------- measuring

    def start_measuring(self, actor: Actor, collection: str, most: int, judged: str = "") -> Job:
        """Begin to measure on (at most so many of) the questions of a collection; 0 is all.

        `judged` names a round of judgements to measure by; its collection is then the one that is measured.
        """
        require(actor, Task.MANAGE)
        if judged:
            collection = self._grades(judged, actor)[0]
        parameters: dict[str, Plain] = {"collection": collection, "most": most, "judged": judged}
        return self._start(actor, "quality.measure", parameters)

    def _grades(self, judged: str, actor: Actor) -> tuple[str, Grades]:
        collection = read_round(self._blobs, judged).collection
        require_within(actor, Task.MANAGE, [collection])
        grades = consensus(judgements_of(self._blobs, judged))
        if not grades:
            raise InputError("In deze beoordeling is nog niets beoordeeld.")
        return collection, grades

    def _measure(self, run: Run) -> dict[str, Plain]:
        collection, judged = str(run.payload["collection"]), str(run.payload["judged"])
        grades = self._grades(judged, run.owner)[1] if judged else None
        entries = self._documents.entries(collection, run.owner)
        most = int(str(run.payload["most"]))
        trial = sampled(collection_trial(f"verzameling {collection}", entries), most, grades)
        version = self._learning.in_force()
        report = evaluate(
            trial,
            grades=grades,
            encoder=self._indexing.encoder,
            cache=self._indexing.vectors.path,
            fusion=self._learning.current(),
            progress=_telling(run, "Meten"),
        )
        row = self._keep_report(report, collection, version, judged)
        figures: dict[str, Plain] = {name: value for name, value, _, _ in row.measures}
        by = {"round": judged} if judged else {}
        details = {"report": row.name, **by, **figures}
        note(self._log, "evaluate", run.owner, f"collection:{collection}", details)
        return {"address": _BACK}

    def _keep_report(self, report: RetrievalReport, collection: str, version: int, judged: str) -> MeasureRow:
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
        self._blobs.put(f"{REPORTS}{row.name}.html", retrieval_page(report).encode())
        self._blobs.put(f"{REPORTS}{row.name}.json", json.dumps(to_plain(row), ensure_ascii=False).encode())
        return row

    def measurements(self, actor: Actor) -> tuple[MeasureRow, ...]:
        """Earlier measurements, the last first; without those whose file is damaged."""
        require_everywhere(actor, Task.MANAGE)
        rows = []
        names = [n for n in self._blobs.names(f"{REPORTS}retrieval-") if n.endswith(".json")]
        for name in sorted(names, reverse=True)[:_SHOWN]:
            try:
                rows.append(from_plain(MeasureRow, json.loads(self._blobs.read(name) or b"")))
            except (ValueError, TypeError, KeyError, IntegrityError):
                continue
        return tuple(rows)

    def reports(self, actor: Actor) -> tuple[str, ...]:
        """The files with reports, by name; also those the command line put in the data folder."""
        require_everywhere(actor, Task.MANAGE)
        names = (n.removeprefix(REPORTS) for n in self._blobs.names(REPORTS) if n.endswith(_REPORT_KINDS))
        return tuple(sorted(names))

    def report(self, name: str, actor: Actor) -> str:
        """The text of one report. Raises UnknownReferenceError."""
        if name not in self.reports(actor):
            raise UnknownReferenceError("Dit rapport bestaat niet.")
        return (self._blobs.read(f"{REPORTS}{name}") or b"").decode("utf-8", errors="replace")

    # ----------------------------------------------------------------- judging

    def start_round(self, actor: Actor, collection: str, most: int) -> Job:
        """Begin to draw up what people are to judge: the best that several ways to search find."""
        require(actor, Task.MANAGE)
        return self._start(actor, "quality.round", {"collection": collection, "most": most})

    def _round(self, run: Run) -> dict[str, Plain]:
        collection = str(run.payload["collection"])
        entries = self._documents.entries(collection, run.owner)
        trial = sampled(collection_trial(f"verzameling {collection}", entries), int(str(run.payload["most"])))
        results = pooled(
            trial,
            encoder=self._indexing.encoder,
            cache=self._indexing.vectors.path,
            learned=self._learning.current() if self._learning.in_force() else None,
            progress=_telling(run, "Zoeken"),
        )
        made = draw_up(self._blobs, collection, run.owner.name, results)
        figures: dict[str, Plain] = {"queries": made.queries, "results": len(made.items)}
        details = {"collection": collection, **figures}
        note(self._log, "judging.open", run.owner, f"judging:{made.id}", details)
        return {"address": "/manage/quality#h-judging"}

    # ----------------------------------------------------------------- learning

    def start_learning(self, actor: Actor, collection: str) -> Job:
        """Begin to learn from a collection; what comes of it waits as a proposal."""
        require_everywhere(actor, Task.MANAGE)
        return self._start(actor, "quality.learn", {"collection": collection})

    def _learn(self, run: Run) -> dict[str, Plain]:
        collection = str(run.payload["collection"])
        pairs = [
            LabelledPair(source.id, source.question, source.body, source.document.id)
            for source, _ in self._documents.entries(collection, run.owner)
            if source.question.strip() and source.body.strip()
        ]
        since = self._learning.in_force()
        report = tune(
            pairs,
            self._learning.current(),
            self._indexing.encoder,
            self._indexing.vectors,
            _telling(run, "Leren"),
        )
        proposal = _propose(report, collection, since)
        write_proposal(self._blobs, proposal, report.best.adapter)
        details = {"better": proposal.better, **_figures(proposal)}
        note(self._log, "tuning.learn", run.owner, f"collection:{collection}", details)
        return {"address": _BACK}

    def proposal(self, actor: Actor) -> Proposal | None:
        """What was learned last and waits for a decision. Raises IntegrityError when it cannot be read."""
        require_everywhere(actor, Task.MANAGE)
        try:
            content = self._blobs.read(_PROPOSAL)
            return None if content is None else from_plain(Proposal, json.loads(content))
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise IntegrityError(f"{_PROPOSAL}: dit bestand is niet te lezen ({error}).") from error

    def take(self, actor: Actor) -> int:
        """Put the proposal in force as a new version, and give its number.

        Raises ConflictError when it is not better than what it was compared with, or something else is in
        force by now.
        """
        proposal = self.proposal(actor)
        if proposal is None or not proposal.better:
            raise ConflictError("Er is geen betere afstelling om in gebruik te nemen.")
        if proposal.since != self._learning.in_force():
            raise ConflictError("Intussen is een andere versie in gebruik. Laat het zoeken opnieuw leren.")
        about: dict[str, Plain] = {"collection": proposal.collection, "learned": proposal.what}
        learned = self._blobs.read(_ADAPTER)
        adapter = None if learned is None else read_adapter(learned, _ADAPTER)
        number = self._learning.keep(
            proposal.fusion, adapter, actor=actor, details=about | _figures(proposal)
        )
        _discard(self._blobs)
        self._indexing.start_switch()
        return number

    def discard(self, actor: Actor) -> None:
        """Throw the proposal away."""
        require_everywhere(actor, Task.MANAGE)
        _discard(self._blobs)


def _telling(run: Run, label: str) -> Progress:
    return lambda what, done, total: run.progress(what or label, done, total)


def _propose(report: TuneReport, collection: str, since: int) -> Proposal:
    best = report.best
    return Proposal(
        datetime.now(UTC),
        collection,
        report.better,
        report.learned_from,
        report.held_out,
        tuple(Compared(c.name, c.first, c.second, c.p) for c in best.comparisons),
        best.fusion,
        since,
        best.what,
    )


def _figures(proposal: Proposal) -> dict[str, Plain]:
    return {c.name: [c.before, c.after, c.p] for c in proposal.compared}


def _discard(blobs: Blobs) -> None:
    for name in (_PROPOSAL, _ADAPTER):
        blobs.remove(name)


def write_proposal(blobs: Blobs, proposal: Proposal, adapter: Adapter | None = None) -> None:
    """Let a proposal wait for a decision, with what the model learned; an earlier one makes place."""
    _discard(blobs)
    if adapter is not None:
        blobs.put(_ADAPTER, pack_adapter(adapter))
    blobs.put(_PROPOSAL, json.dumps(to_plain(proposal), ensure_ascii=False).encode())


# What search learned here: put in force as a new version, and taken back.


@dataclass(frozen=True, slots=True)
class LearnedVersion:
    """A version of what search learned: who put it in force, when, and how it compared then."""

    number: int
    used: bool
    at: datetime | None = None
    by: str = ""
    before: float | None = None  # MRR@10 on the questions held out
    after: float | None = None


@dataclass(eq=False)
class Learning:
    """The versions of what search learned in this data folder."""

    _versions: LearnedVersions
    _log: EventLog

    def current(self) -> Fusion:
        """How signals become one score now; what ships when nothing was learned."""
        return self._versions.current()

    def in_force(self) -> int:
        """The number of the version in force; 0 is what ships."""
        return self._versions.in_force()

    def model_of(self, choice: EncoderChoice) -> Encoder | None:
        """The built-in model with what it learned here; None where it learned nothing, or is not chosen."""
        return learned_model(choice, self._versions)

    def keep(
        self, fusion: Fusion, adapter: Adapter | None = None, *, actor: Actor, details: Mapping[str, Plain]
    ) -> int:
        """Put what search learned in force, as a new version that can be taken back.

        Where the embedding model learned too (`adapter`), the index goes on with the former model until
        `Indexing.start_switch` or `Indexing.rebuild` has read everything anew.
        """
        require_everywhere(actor, Task.MANAGE)
        number = self._versions.keep(fusion, adapter)
        note(self._log, "tuning.keep", actor, f"tuning:{number}", details)
        return number

    def keep_measure(self, weights: str, *, actor: Actor, details: Mapping[str, Plain]) -> int:
        """Put what the measure of relevance learned in force; search stays as it is."""
        require_everywhere(actor, Task.MANAGE)
        number = self._versions.keep(self._versions.current(), self._versions.adapter(), weights)
        note(self._log, "tuning.keep", actor, f"tuning:{number}", details)
        return number

    def measure(self) -> Relevance:
        """The measure of relevance in force."""
        return read_measure(self._versions.measure())

    def revert(self, number: int, *, actor: Actor) -> None:
        """Go back to an earlier version of what search learned; 0 is what ships."""
        require_everywhere(actor, Task.MANAGE)
        self._versions.revert(number)
        note(self._log, "tuning.revert", actor, f"tuning:{number}", {})

    def list(self, actor: Actor, *, limit: int) -> tuple[LearnedVersion, ...]:
        """The last `limit` versions with the one in force and the one that ships, the newest first."""
        require(actor, Task.MANAGE)
        used = self.in_force()
        numbers = sorted({0, used, *self._versions.versions()[-limit:]}, reverse=True)
        return tuple(self._describe(number, number == used) for number in numbers)

    def _describe(self, number: int, used: bool) -> LearnedVersion:
        entries = self._log.entries(subject=f"tuning:{number}", limit=50, newest_first=True)
        entry = next((e for e in entries if e.action == "tuning.keep"), None)
        if entry is None:
            return LearnedVersion(number, used)
        figures = entry.details.get("MRR@10")
        before, after = (None, None)
        if isinstance(figures, list) and len(figures) >= 2:
            before, after = (float(f) if isinstance(f, int | float) else None for f in figures[:2])
        return LearnedVersion(number, used, entry.at, entry.actor, before, after)


@dataclass(frozen=True, slots=True)
class RoundCard:
    """A round as management sees it: who judged how much, and how far they agree."""

    round: Round
    judges: tuple[tuple[str, int], ...]
    agreement: tuple[Agreement, ...]


@dataclass(frozen=True, slots=True)
class JudgingTask:
    """What one person is to judge now; `item` is None when there is nothing (more) to judge."""

    round: Round
    done: int
    place: int = 0
    item: Shown | None = None
    grade: int | None = None  # what this person said before
    question: Source | None = None  # None: not there any more, or not to be seen
    source: Source | None = None


@dataclass(eq=False)
class Judging:
    """The rounds of judging, kept among `blobs`."""

    _blobs: Blobs
    _store: Store
    _log: EventLog

    def _seen(self, actor: Actor) -> tuple[Round, ...]:
        return tuple(r for r in list_rounds(self._blobs) if _may_see(actor, r))

    def _find(self, round_id: str, actor: Actor) -> Round:
        judging_round = read_round(self._blobs, round_id)
        if not _may_see(actor, judging_round):
            raise UnknownReferenceError("Deze beoordeling bestaat niet.")
        return judging_round

    def cards(self, actor: Actor) -> tuple[RoundCard, ...]:
        """The rounds on collections that this person may see, the last first."""
        require(actor, Task.MANAGE)
        cards = []
        for judging_round in self._seen(actor):
            judgements = judgements_of(self._blobs, judging_round.id)
            names = sorted({j.judge for j in judgements})
            counts = tuple((name, sum(j.judge == name for j in judgements)) for name in names)
            cards.append(RoundCard(judging_round, counts, agreement(judgements)))
        return tuple(cards)

    def waiting(self, actor: Actor) -> tuple[tuple[Round, int], ...]:
        """The open rounds in which this person has something left to judge, and how much."""
        require(actor, Task.JUDGE)
        waiting = []
        for judging_round in self._seen(actor):
            if judging_round.closed:
                continue
            done = judging_round.done(judgements_of(self._blobs, judging_round.id), actor.name)
            if left := len(judging_round.items) - len(done):
                waiting.append((judging_round, left))
        return tuple(waiting)

    def task(self, round_id: str, *, at: int | None, skipped: int | None, actor: Actor) -> JudgingTask:
        """One result with its question: that at place `at`, else the first without a judgement.

        `skipped` is the place of one that this person passes over for now.
        """
        require(actor, Task.JUDGE)
        judging_round = self._find(round_id, actor)
        done = judging_round.done(judgements_of(self._blobs, judging_round.id), actor.name)
        place = at if at is not None else judging_round.next_open(done, -1 if skipped is None else skipped)
        if judging_round.closed or place is None or place >= len(judging_round.items):
            return JudgingTask(judging_round, len(done))
        item = judging_round.items[place]
        visible = self._store.seen_by(actor.collections)
        sources = {source.id: source for source, _ in visible.entries_by_id([item.query, item.source])}
        known = (done.get(item), sources.get(item.query), sources.get(item.source))
        return JudgingTask(judging_round, len(done), place, item, *known)

    def judge(self, round_id: str, place: int, item: Shown, grade: int, *, actor: Actor) -> None:
        """Keep what this person says of a result."""
        require(actor, Task.JUDGE)
        self._find(round_id, actor).judge(self._blobs, place, item, grade, actor.name)

    def close(self, round_id: str, *, again: bool, actor: Actor) -> None:
        """Ask nobody any more; or open the round `again`."""
        require(actor, Task.MANAGE)
        judging_round = self._find(round_id, actor)
        close_round(self._blobs, judging_round.id, closed=not again)
        action = "judging.reopen" if again else "judging.close"
        note(self._log, action, actor, f"judging:{judging_round.id}", {})

    def download(self, round_id: str, *, actor: Actor) -> tuple[str, bytes]:
        """The id of a round and all its judgements, as the command line reads and writes them."""
        require(actor, Task.MANAGE)
        judging_round = self._find(round_id, actor)
        return judging_round.id, written_judgements(self._blobs, judging_round.id)


def _may_see(actor: Actor, judging_round: Round) -> bool:
    return actor.collections is None or judging_round.collection in actor.collections


# What people say of proposals, kept as lines of the log, without free text. "This is wrong", said at a
# sentence, by whoever reads it: administrators see what is open and close it with what was done. And whether
# a proposal answers its question, by whoever judges: that is a set to measure with.

_WRONG, _SETTLED, _JUDGED = "sentence.wrong", "sentence.settled", "draft.judged"
_LABELS = {Answers.YES: "yes", Answers.PARTLY: "part", Answers.NO: "no"}  # as `evaluate drafts` reads them


class Complaint(StrEnum):
    """What is wrong with a sentence."""

    FACT = "fact"  # it is not so
    OUTDATED = "outdated"
    SOURCE = "source"  # the source does not say so
    UNCLEAR = "unclear"


class Outcome(StrEnum):
    """What was done about it."""

    TEXT = "text"  # the text was mended
    SOURCE = "source"  # a document was replaced or removed
    REPORTED = "reported"  # told to who makes the program
    NONE = "none"  # nothing was wrong


@dataclass(frozen=True, slots=True)
class Remark:
    """One remark that is open; `entry` is its line of the log."""

    entry: int
    at: datetime
    by: str
    dossier: str
    title: str
    position: int  # of the sub-question, from 0
    sentence: str
    complaint: Complaint


@dataclass(eq=False)
class Remarks:
    """Saying it, the list of what is open, and closing it; judgments of whole proposals."""

    _dossiers: DossierRepository
    _log: EventLog

    def say(
        self, dossier_id: str, position: int, place: int, complaint: Complaint, *, version: int, actor: Actor
    ) -> None:
        """Say that a sentence (`place`, from 0, of the sub-question at `position`) of a version is wrong."""
        require(actor, Task.READ_DOSSIER)
        if not 0 <= place < len(self._answer(dossier_id, position, version, actor).checks):
            raise InputError("Deze zin staat niet in het antwoord.")
        about: dict[str, Plain] = {"version": version, "position": position, "place": place}
        note(self._log, _WRONG, actor, dossier_id, {"remark": {**about, "complaint": complaint.value}})

    def _answer(self, dossier_id: str, position: int, version: int, actor: Actor) -> Verification:
        dossier = self._dossiers.load(dossier_id, actor.collections, version)
        if not 0 <= position < len(dossier.verifications):
            raise InputError("Deze vraag staat niet in het dossier.")
        return dossier.verifications[position]

    def judge(
        self,
        dossier_id: str,
        position: int,
        answers: Answers,
        beside: int | None = None,
        *,
        version: int,
        actor: Actor,
    ) -> None:
        """Say whether the proposal for a sub-question answers it; the last that is said counts.

        `beside`: the place in its material of a passage that does (None: none of them).
        """
        require(actor, Task.JUDGE)
        verification = self._answer(dossier_id, position, version, actor)
        if beside is not None and not 0 <= beside < len(verification.draft.material):
            raise InputError("Deze passage staat niet bij de vraag.")
        about: dict[str, Plain] = {"version": version, "position": position, "answers": answers.value}
        note(self._log, _JUDGED, actor, dossier_id, {"judged": {**about, "beside": beside}})

    def judgments(self, actor: Actor) -> tuple[dict[str, Plain], ...]:
        """What was judged, a row per sub-question as `evaluate drafts --judgments` reads it."""
        require(actor, Task.MANAGE)
        last: dict[tuple[str, str], LogEntry] = {}
        for step in self._log.of_actions({_JUDGED}):
            judgment = step.details["judged"]
            if isinstance(judgment, dict):
                last[step.subject, str(judgment["position"])] = step
        judged = (self._judged(step, actor) for step in last.values())
        return tuple(row for row in judged if row is not None)

    def _judged(self, step: LogEntry, actor: Actor) -> dict[str, Plain] | None:
        judgment = step.details["judged"]
        if not isinstance(judgment, dict):
            return None
        try:
            dossier = self._dossiers.load(step.subject, actor.collections, int(str(judgment["version"])))
        except LearningLionError:
            return None  # gone, or of other people
        beside = None if judgment["beside"] is None else int(str(judgment["beside"]))
        return _row(dossier, int(str(judgment["position"])), Answers(str(judgment["answers"])), beside)

    def open(self, actor: Actor) -> tuple[Remark, ...]:
        """What nobody closed yet, the oldest first; not of dossiers that are gone or may not be seen."""
        require(actor, Task.MANAGE)
        entries: dict[int, LogEntry] = {}
        for step in self._log.of_actions({_WRONG, _SETTLED}):
            if step.action == _WRONG:
                entries[step.seq] = step
            else:
                entries.pop(int(str(step.details["entry"])), None)
        remarks = (self._read(step, actor) for step in entries.values())
        return tuple(remark for remark in remarks if remark is not None)

    def settle(self, entry: int, outcome: Outcome, *, actor: Actor) -> None:
        """Close a remark with what was done. Raises UnknownReferenceError where it is not open."""
        remark = next((r for r in self.open(actor) if r.entry == entry), None)
        if remark is None:
            raise UnknownReferenceError("Deze melding staat niet open.")
        note(self._log, _SETTLED, actor, remark.dossier, {"entry": entry, "outcome": outcome.value})

    def _read(self, step: LogEntry, actor: Actor) -> Remark | None:
        plain = step.details["remark"]
        if not isinstance(plain, dict):
            return None
        version, position, place = (int(str(plain[name])) for name in ("version", "position", "place"))
        try:  # of a dossier that administrators do not read, this sentence is shown to them: it was told
            dossier = self._dossiers.load(step.subject, actor.collections, version)
        except LearningLionError:
            return None
        sentence = dossier.verifications[position].checks[place].statement.text
        title = dossier.question_set.title or dossier.id
        complaint = Complaint(str(plain["complaint"]))
        return Remark(step.seq, step.at, step.actor, dossier.id, title, position, sentence, complaint)


def _row(dossier: Dossier, position: int, answers: Answers, beside: int | None) -> dict[str, Plain]:
    verification = dossier.verifications[position]
    draft = verification.draft
    labels = {(c.document, c.numbers): "no" for c in draft.material}
    if beside is not None:
        labels[draft.material[beside].document, draft.material[beside].numbers] = "yes"
    for check in verification.shown:
        labels.update({(c.document, c.numbers): _LABELS[answers] for c in check.statement.citations})
    passages: list[Plain] = [
        {"document": document, "numbers": list(numbers), "label": label}
        for (document, numbers), label in labels.items()
    ]
    question, introduction = draft.selection.question, draft.selection.introduction
    row: dict[str, Plain] = {"set": dossier.id, "numbers": list(question.numbers), "question": question.text}
    return row | {"introduction": introduction, "kind": draft.kind, "passages": passages}
