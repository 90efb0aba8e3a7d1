"""The one place where everything is opened: a data folder with all its use cases; and a look at all of it.

`examine` tells what is well, what is not, and what to do about it; `Readiness` does for whoever asks often.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path
from threading import Lock

from sqlalchemy import Engine

from learninglion.database.blobs import Blobs, DatabaseBlobs, Files, FolderBlobs, keeps_files, move_in
from learninglion.database.engine import now, open_database, open_unchanged
from learninglion.inference.connection import Connection, ConnectionLostError, require_allowed
from learninglion.inference.generators import GeneratorKind
from learninglion.inference.reranking import open_reranking
from learninglion.models import Actor
from learninglion.models.errors import InputError, LearningLionError, UnavailableError
from learninglion.record.dossiers import DossierRepository
from learninglion.record.energy import PowerMeter
from learninglion.record.log import EventLog
from learninglion.record.marking import SIGNING_KEY, Signer
from learninglion.search.postgres import Replica, supported
from learninglion.search.scoring import LearnedVersions
from learninglion.store.originals import ORIGINALS, ObjectStore
from learninglion.store.store import Store
from learninglion.workflow.accounts import Access, Accounts, Brake, People
from learninglion.workflow.asking import Asking, Conversations
from learninglion.workflow.backup import SHARED, Backups, Storage, Transfers
from learninglion.workflow.documents import PAGES, Documents, OwnSources, PageFiles
from learninglion.workflow.dossiers import Dossiers, SignOffs, clear_request
from learninglion.workflow.drafts import Drafts, LanguageModel
from learninglion.workflow.guides import GuideRepository, Guides
from learninglion.workflow.intake import Intake, Rereading, Traces
from learninglion.workflow.jobs import Jobs, KeptAnswers
from learninglion.workflow.log import AuditLog, Ledger
from learninglion.workflow.monthly import Monthly
from learninglion.workflow.options import DATABASE, WorkplaceOptions
from learninglion.workflow.otlp import Collector, Tracer
from learninglion.workflow.quality import Judging, Learning, Quality, Remarks
from learninglion.workflow.retention import APPROVED, DRAFT, WORK, Persons, Retention
from learninglion.workflow.rights import Task, require
from learninglion.workflow.searching import REMADE, Indexing, Searching
from learninglion.workflow.sets import AskedForms, SetRepository, Sets, WorkingTextRepository, WorkingTexts

# Tries at once, and seconds until one more: strict for a name; wide for an address, where a whole
# office can sit behind one.
_PER_NAME = (5, 12.0)
_PER_ADDRESS = (60, 1.0)


@dataclass(frozen=True, slots=True)
class Workplace:
    """The use cases on one data folder, each with who acts, rights and log; safe to share between threads."""

    options: WorkplaceOptions
    documents: Documents
    intake: Intake
    rereading: Rereading
    traces: Traces
    storage: Storage
    backups: Backups
    transfers: Transfers
    indexing: Indexing
    searching: Searching
    asking: Asking
    conversations: Conversations
    guides: Guides
    sets: Sets
    own_sources: OwnSources
    working_texts: WorkingTexts
    asked_forms: AskedForms
    drafts: Drafts
    dossiers: Dossiers
    sign_offs: SignOffs
    remarks: Remarks
    retention: Retention
    persons: Persons
    log: AuditLog
    monthly: Monthly
    learning: Learning
    quality: Quality
    judging: Judging
    language_model: LanguageModel
    accounts: Accounts
    people: People
    access: Access
    answers: KeptAnswers
    jobs: Jobs
    tracer: Tracer
    joules_spent: Callable[[], float]  # by all work in this process so far
    name_brake: Brake
    address_brake: Brake
    page_files: PageFiles
    close: Callable[[], None]  # lets go of files and connections


def open_workplace(options: WorkplaceOptions) -> Workplace:
    """Open the data folder, made when it is not there; LearningLionError says what is wrong."""
    home = options.home
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise InputError(f"{home}: deze gegevensmap kan niet worden gemaakt ({error.strerror}).") from error
    engine = open_database(options.database_url or home / "learninglion.db")
    blobs, files = _shared_files(engine, options)
    store, pages = Store(engine, home, files), PageFiles(files)
    log = EventLog(engine, home / "log-anchor.json")
    learned = LearnedVersions(blobs)
    # nothing is asked of it yet, so that a wrong setting shows at once
    reranking = open_reranking(options.reranker, options.allowed_hosts)
    repository = DossierRepository(engine, log)
    set_repository = SetRepository(engine)
    typed = WorkingTextRepository(engine)
    guide_repository = GuideRepository(engine)
    accounts, answers = Accounts(engine), KeptAnswers(engine)
    sets, jobs = Sets(engine, store), Jobs(engine)

    tracer = Tracer(Collector(options.collector) if options.collector is not None else None)
    power = PowerMeter(options.power, on_end=tracer.worked)
    documents = Documents(store)
    transfers = Transfers(home, engine, blobs, store.originals, log)
    database = _search_database(engine, options.engine)
    replica = Replica(open_unchanged(options.replica)) if options.replica and database else None
    indexing = Indexing(
        home,
        store,
        learned,
        options.encoder,
        options.allowed_hosts,
        blobs,
        database,
        replica,
        options.tablespaces,
    )
    searching = Searching(options, store, indexing, learned, reranking, power, log)
    traces = Traces(store, indexing, set_repository, repository, answers, jobs, log, blobs, pages)
    dossiers = Dossiers(repository, log, options.letter, Signer(blobs), store.store_id)
    learning = Learning(learned, log)
    language_model = LanguageModel(options, blobs, indexing, log)
    drafts = Drafts(
        options,
        store,
        repository,
        indexing,
        searching,
        documents,
        dossiers,
        guide_repository,
        power,
        log,
        blobs,
        language_model,
        learning.measure,
    )
    asking = Asking(store, indexing, searching, power, options.models_elsewhere, log)
    own_sources = OwnSources(sets, log)
    intake = Intake(store, indexing, traces, power, options.models_elsewhere, log, options.isolate)
    retention = Retention(
        store,
        intake,
        repository,
        set_repository,
        partial(clear_request, engine),
        typed,
        answers,
        jobs,
        log,
        {DRAFT: options.dossier_days, APPROVED: options.dossier_days, WORK: options.work_days},
    )
    return Workplace(
        options=options,
        documents=documents,
        intake=intake,
        traces=traces,
        rereading=Rereading(store, indexing, log, options.isolate),
        storage=Storage(home, engine, store, indexing, traces, log),
        backups=Backups(home, log, transfers, bool(options.database_url or options.objects)),
        transfers=transfers,
        indexing=indexing,
        searching=searching,
        asking=asking,
        conversations=Conversations(asking, searching, drafts, dossiers, documents, sets, own_sources, log),
        guides=Guides(guide_repository, store, indexing, log),
        sets=sets,
        own_sources=own_sources,
        working_texts=WorkingTexts(engine),
        asked_forms=AskedForms(engine, log),
        drafts=drafts,
        dossiers=dossiers,
        sign_offs=SignOffs(engine, repository, dossiers, accounts, log, options.two_person_rule),
        remarks=Remarks(repository, log),
        retention=retention,
        persons=Persons(
            blobs,
            store,
            repository,
            set_repository,
            accounts,
            answers,
            traces,
            intake,
            retention,
            guide_repository,
            typed,
            log,
        ),
        log=AuditLog(log, repository, Ledger(log, store)),
        monthly=Monthly(log, repository),
        learning=learning,
        quality=Quality(blobs, documents, indexing, learning, jobs, log),
        judging=Judging(blobs, store, log),
        language_model=language_model,
        accounts=accounts,
        people=People(accounts, log),
        access=Access(accounts, log),
        answers=answers,
        jobs=jobs,
        tracer=tracer,
        joules_spent=power.spent,
        name_brake=Brake(engine, "name", *_PER_NAME),
        address_brake=Brake(engine, "address", *_PER_ADDRESS),
        page_files=pages,
        close=partial(_close, tracer, engine),
    )


def _close(tracer: Tracer, engine: Engine) -> None:
    tracer.close()
    engine.dispose()


def _shared_files(engine: Engine, options: WorkplaceOptions) -> tuple[Blobs, Files]:
    """Where what all servers share is kept, and where originals and pages: there too, or in an object store.

    Beside the documents is in the database on PostgreSQL. What an earlier program or setting left elsewhere
    is moved there, unless it belongs to an archive in SQLite that stands there too.
    """
    folder = FolderBlobs(options.home)
    blobs: Blobs = DatabaseBlobs(engine) if keeps_files(engine) else folder
    files: Files = blobs
    if options.objects is not None:
        files = ObjectStore(options.objects, options.allowed_hosts, options.network)
        for prefix in (ORIGINALS, PAGES):
            move_in(blobs, files, prefix)
    if blobs is folder:
        return blobs, files
    for prefix in () if (options.home / DATABASE).exists() else (ORIGINALS, *SHARED):
        move_in(folder, files if prefix == ORIGINALS else blobs, prefix)
        if prefix == SIGNING_KEY and (other := folder.read(prefix)) is not None:
            Signer(blobs).retire(other)  # of a server that signed for itself: the others were first
            folder.remove(prefix)
    return blobs, files


def _search_database(engine: Engine, wanted: str) -> Engine | None:
    """The database in which the index stands; None: in files. Raises InputError where that cannot be."""
    if wanted == "embedded" or (wanted == "auto" and not supported(engine)):
        return None
    if not supported(engine):
        raise InputError("[search] engine: 'postgres' vraagt een PostgreSQL met de uitbreiding pgvector.")
    return engine


@contextmanager
def working(options: WorkplaceOptions) -> Iterator[Workplace]:
    """The workplace of `options`, closed afterwards."""
    workplace = open_workplace(options)
    try:
        yield workplace
    finally:
        workplace.close()


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
    detail: str
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
    "disk": lambda workplace: (finding.state for finding in _disk(workplace)),
    "index": _index_state,
    "log": _log_state,
    "model": _model_state,
    "queue": _queue_state,
}
