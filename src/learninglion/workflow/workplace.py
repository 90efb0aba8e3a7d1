"""The one place where everything is opened: a data folder with all its use cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Engine

from learninglion.database.blobs import Blobs, DatabaseBlobs, Files, FolderBlobs, keeps_files, move_in
from learninglion.database.engine import open_database, open_unchanged
from learninglion.inference.reranking import open_reranking
from learninglion.models.errors import InputError
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
from learninglion.workflow.dossiers import Dossiers
from learninglion.workflow.drafts import Drafts
from learninglion.workflow.guides import GuideRepository, Guides
from learninglion.workflow.indexing import Indexing
from learninglion.workflow.intake import Intake, Rereading, Traces
from learninglion.workflow.jobs import Jobs, KeptAnswers
from learninglion.workflow.language_model import LanguageModel
from learninglion.workflow.log import AuditLog, Ledger
from learninglion.workflow.monthly import Monthly
from learninglion.workflow.options import DATABASE, WorkplaceOptions
from learninglion.workflow.otlp import Collector, Tracer
from learninglion.workflow.quality import Judging, Learning, Quality, Remarks
from learninglion.workflow.retention import APPROVED, DRAFT, WORK, Persons, Retention
from learninglion.workflow.searching import Searching
from learninglion.workflow.sets import SetRepository, Sets, WorkingTextRepository, WorkingTexts
from learninglion.workflow.sign_offs import SignOffs, clear_request

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
    kept_sets = SetRepository(engine)
    typed = WorkingTextRepository(engine)
    kept_guides = GuideRepository(engine)
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
    traces = Traces(store, indexing, kept_sets, repository, answers, jobs, log, blobs, pages)
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
        kept_guides,
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
        kept_sets,
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
        conversations=Conversations(asking, drafts, dossiers, documents, sets, own_sources, log),
        guides=Guides(kept_guides, store, indexing, log),
        sets=sets,
        own_sources=own_sources,
        working_texts=WorkingTexts(engine),
        drafts=drafts,
        dossiers=dossiers,
        sign_offs=SignOffs(engine, repository, dossiers, accounts, log, options.two_person_rule),
        remarks=Remarks(repository, log),
        retention=retention,
        persons=Persons(
            blobs,
            store,
            repository,
            kept_sets,
            accounts,
            answers,
            traces,
            intake,
            retention,
            kept_guides,
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
