"""The archive: documents taken in, indexed and found, with every step logged.

Rights are enforced here, for every way in: the command line, the pages, the API and MCP.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Self

from learninglion import __version__
from learninglion.database.engine import open_database
from learninglion.inference.adapter import Adapter
from learninglion.inference.reranking import Reranking, open_reranking, ordered_without
from learninglion.inference.vectors import VectorCache
from learninglion.models import (
    Actor,
    Document,
    DocumentCard,
    Filters,
    Hit,
    RawFile,
    Region,
    Source,
    Span,
    TextLine,
)
from learninglion.models.errors import ConflictError, InputError
from learninglion.models.plain import Plain, to_plain
from learninglion.models.progress import Progress, silent
from learninglion.parsing.pdf.layout import regions as regions_on_page
from learninglion.record.log import EventLog, LogEntry, LogReport
from learninglion.search.duplicates import group_duplicates
from learninglion.search.explain import explain
from learninglion.search.fusion import Fusion
from learninglion.search.local.index import Index, IndexState
from learninglion.search.search import search_set
from learninglion.search.switching import EncoderBook, Switching
from learninglion.search.synonyms import NO_SYNONYMS, Synonyms, load_synonyms
from learninglion.search.versions import TuningShelf
from learninglion.store.catalogue import Counts
from learninglion.store.store import Collection, Store, Version
from learninglion.workflow.intake import take_in, take_in_raw
from learninglion.workflow.options import HouseOptions
from learninglion.workflow.reports import FileResult, FileStatus, IngestReport
from learninglion.workflow.rights import Task, require

__all__ = ["NO_FILTERS", "Archive"]

NO_FILTERS = Filters()
_LIMIT = 10  # hits when nobody says otherwise
_SPARE = 5  # hits looked for beyond the limit, because near-duplicates become one
_PATIENCE = 10.0  # seconds that a search waits for whoever is writing the index
_REMEMBERED = 32  # documents whose printed lines stay at hand


class Archive:
    """A data folder with its documents and everything that finds them; safe to share between threads."""

    def __init__(self, options: HouseOptions) -> None:
        """Open the data folder, made when it is not there; LearningLionError says what is wrong."""
        self.options = options
        home = options.home
        try:
            home.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise InputError(
                f"{home}: deze gegevensmap kan niet worden gemaakt ({error.strerror})."
            ) from error
        self.engine = open_database(options.database_url or home / "learninglion.db")
        self.store = Store(self.engine, home)
        self.log = EventLog(self.engine, home / "log-anchor.json")
        self.tuning = TuningShelf(home / "tuning")
        # nothing is asked of it yet, so that a wrong setting shows at once
        self.reranking: Reranking | None = open_reranking(options.reranker, options.allowed_hosts)
        self._index: Index | None = None
        self._synonyms: tuple[tuple[int, int], Synonyms] | None = None
        self.switching = Switching()
        self._known_lines: OrderedDict[tuple[str, int], tuple[TextLine, ...]] = OrderedDict()
        self._lock = Lock()

    @classmethod
    def open(cls, options: HouseOptions) -> Self:
        """Open the data folder that `options` names."""
        return cls(options)

    def close(self) -> None:
        """Let go of files and connections."""
        self.engine.dispose()

    def note(self, action: str, actor: Actor, subject: str, details: Mapping[str, Plain]) -> None:
        """One line in the log: who did what to what, with which version."""
        told = {"version": __version__, **details}
        self.log.append(action, actor=actor.name, subject=subject, details=told)

    # ----------------------------------------------------------------- documents

    def ingest(
        self,
        paths: Sequence[Path],
        *,
        collection: str = "default",
        actor: Actor,
        progress: Progress = silent,
        on_result: Callable[[FileResult], None] | None = None,
    ) -> IngestReport:
        """Take in every file under `paths`, each in a transaction of its own, and make it findable.

        `on_result` hears of each file as soon as it is done.
        """
        require(actor, Task.MANAGE)
        began = time.perf_counter()

        def done(result: FileResult) -> None:
            self._note_file(result, collection, actor)
            if on_result is not None:
                on_result(result)

        results = take_in(
            self.store,
            paths,
            collection=collection,
            by=actor.name,
            isolate=self.options.isolate,
            progress=progress,
            on_result=done,
        )
        self.update_index(progress=progress)
        return IngestReport(results, time.perf_counter() - began)

    def ingest_upload(self, raw: RawFile, *, collection: str, actor: Actor) -> FileResult:
        """Take in one file that came through the browser or the API."""
        require(actor, Task.MANAGE)
        result = take_in_raw(
            self.store, raw, collection=collection, by=actor.name, isolate=self.options.isolate
        )
        self._note_file(result, collection, actor)
        self.update_index()
        return result

    def _note_file(self, result: FileResult, collection: str, actor: Actor) -> None:
        if result.status is not FileStatus.UNCHANGED:
            details = {"status": result.status.value, "collection": collection, "detail": result.detail}
            self.note("document.ingest", actor, result.document_id or result.path, details)

    def remove(self, document_id: str, *, reason: str, actor: Actor) -> None:
        """Delete a document with its versions; a tombstone and the log keep that it happened."""
        require(actor, Task.MANAGE)
        self.store.delete(document_id, by=actor.name, reason=reason)
        self.note("document.remove", actor, document_id, {"reason": reason})
        self.update_index()

    def collections(self, actor: Actor) -> tuple[Collection, ...]:
        """The collections this person may see, with what is in them."""
        require(actor, Task.SEARCH)
        return self.store.collections(actor.collections)

    def counts(self, actor: Actor) -> Counts:
        """How much there is, of what this person may see."""
        require(actor, Task.SEARCH)
        return self.store.counts(actor.collections)

    def documents(
        self, actor: Actor, *, filters: Filters = NO_FILTERS, limit: int = 1000, offset: int = 0
    ) -> tuple[DocumentCard, ...]:
        """Documents, the newest first."""
        require(actor, Task.SEARCH)
        return self.store.cards(filters, actor.collections, limit=limit, offset=offset)

    def document(self, document_id: str, actor: Actor) -> Document:
        """A whole document. Raises UnknownReferenceError, also where this person may not see it."""
        require(actor, Task.SEARCH)
        return self.store.document(document_id, actor.collections)

    def original(self, document_id: str, actor: Actor) -> bytes:
        """The bytes a document was read from."""
        require(actor, Task.SEARCH)
        return self.store.original(document_id, actor.collections)

    def versions(self, document_id: str, actor: Actor) -> tuple[Version, ...]:
        """The versions of a document, oldest first."""
        require(actor, Task.SEARCH)
        return self.store.history(document_id, actor.collections)

    def source(self, source_id: str, actor: Actor) -> Source:
        """A source by its id. Raises UnknownReferenceError, also where this person may not see it."""
        require(actor, Task.SEARCH)
        return self.store.source(source_id, actor.collections)

    def sources_of(self, document_id: str, actor: Actor) -> tuple[Source, ...]:
        """The sources of a document, in order. Raises UnknownReferenceError."""
        require(actor, Task.SEARCH)
        return self.store.sources_of(document_id, actor.collections)

    def regions(self, document_id: str, span: Span) -> tuple[Region, ...]:
        """Where `span` stands on the pages of a document; empty where it has no pages."""
        return regions_on_page(self._lines(document_id), span)

    def _lines(self, document_id: str) -> tuple[TextLine, ...]:
        key = (document_id, self.store.change_counter())
        with self._lock:
            if key in self._known_lines:
                self._known_lines.move_to_end(key)
                return self._known_lines[key]
        lines = self.store.lines(document_id, None)
        with self._lock:
            self._known_lines[key] = lines
            while len(self._known_lines) > _REMEMBERED:
                self._known_lines.popitem(last=False)
        return lines

    # ----------------------------------------------------------------- the index

    @property
    def index(self) -> Index:
        """The index, opened at first use: loading the embedding model takes a moment."""
        with self._lock:
            if self._index is None:
                place = self.options.home / "index"
                book = EncoderBook(
                    place / "encoders.json", self.options.encoder, self.options.allowed_hosts, self.tuning
                )
                self._index = Index.open(
                    place, book.current(), self.vectors, self.tuning.current_file, book.named
                )
            return self._index

    @property
    def vectors(self) -> VectorCache:
        """The cache in which every text is embedded once."""
        return VectorCache(self.options.home / "cache" / "vectors.db")

    def update_index(self, *, progress: Progress = silent) -> None:
        """Bring the index up to the newest change of the store; made anew when it cannot be trusted."""
        self.index.update(self.store, lambda done, total: progress("Indexeren", done, total))

    def _follow(self, progress: Progress) -> bool:
        """`update_index` before a search; False where the index is being rewritten and the old one serves."""
        try:
            self.index.update(
                self.store, lambda done, total: progress("Indexeren", done, total), wait=_PATIENCE
            )
        except ConflictError:
            if self.index.state().problem:
                raise
            return False
        return True

    def start_switch(self) -> IndexState:
        """Let the embedding model of the settings take over in the background, where the index has another.

        For a program that stays: searches go on meanwhile with the model the index was made with. A change
        that was cut off goes on where it was. `switching.state()` says how far it is.
        """
        state = self.index.state()
        if state.wanted:
            self.switching.start(lambda progress: self.index.switch(self.store, progress))
        return state

    def rebuild_index(self, *, actor: Actor, progress: Progress = silent) -> IndexState:
        """Make the index again from the store, with the embedding model of the settings."""
        require(actor, Task.MANAGE)
        self.index.rebuild(self.store, lambda done, total: progress("Indexeren", done, total))
        return self.index.state()

    def keep_tuning(
        self, fusion: Fusion, adapter: Adapter | None = None, *, actor: Actor, details: Mapping[str, Plain]
    ) -> int:
        """Put what search learned in force, as a new version that can be taken back.

        Where the embedding model learned too (`adapter`), the index goes on with the former model until
        `start_switch` or `rebuild_index` has read everything anew.
        """
        require(actor, Task.MANAGE)
        with self._model_may_change():
            number = self.tuning.keep(fusion, adapter)
        self.note("tuning.keep", actor, f"tuning:{number}", details)
        return number

    def revert_tuning(self, number: int, *, actor: Actor) -> None:
        """Go back to an earlier version of what search learned; 0 is what ships."""
        require(actor, Task.MANAGE)
        with self._model_may_change():
            self.tuning.revert(number)
        self.note("tuning.revert", actor, f"tuning:{number}", {})

    @contextmanager
    def _model_may_change(self) -> Iterator[None]:
        """Have the index opened anew, by the model that is wanted then, if what the model learned changes."""
        before = self.tuning.adapter()
        yield
        after = self.tuning.adapter()
        if (before and before.name) != (after and after.name):
            with self._lock:
                self._index = None

    def index_state(self) -> IndexState:
        """How the index stands, every byte of it checked; `wanted` names a model that should take over."""
        state = self.index.state()
        return replace(state, problem=state.problem or self.index.verify())

    # ----------------------------------------------------------------- search

    @property
    def threshold(self) -> float:
        """The score from which a source counts as relevant: set by the administrator, else calibrated."""
        chosen = self.options.threshold
        return self.tuning.current().threshold if chosen is None else chosen

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
    ) -> tuple[Hit, ...]:
        """Has this been asked before? Earlier pairs and sections, unedited, best first."""
        require(actor, Task.SEARCH)
        current = self._follow(progress)
        synonyms = self.synonyms
        (hits,) = self._find([text], introduction, filters, limit, threshold, actor, synonyms)
        # The words searched for can hold personal data and a log is for ever: it keeps what was found.
        details: dict[str, Plain] = {
            "hits": [h.source.id for h in hits],
            "filters": to_plain(filters),
            "synonyms": len(synonyms.added(text)),
            **self._found_with(synonyms, current, [hits]),
        }
        self.note("search", actor, "", details)
        return hits

    def _found_with(
        self, synonyms: Synonyms, current: bool, offers: Sequence[Sequence[Hit]]
    ) -> dict[str, Plain]:
        """What the log keeps of the means of a search; `not_reranked`: questions the model did not order."""
        told: dict[str, Plain] = {"synonyms_sha256": synonyms.sha256, "index_current": current}
        if self.reranking is not None:
            told["reranker"] = self.reranking.name
            told["not_reranked"] = sum(bool(self.order_notice(hits)) for hits in offers)
        return told

    def order_notice(self, hits: Sequence[Hit]) -> str:
        """What to tell whoever sees `hits` when a reranking model is set but did not order them; else ""."""
        return ordered_without(self.options.reranker, hits)

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
        scope = self.store.scope(filters, actor.collections)
        found = search_set(
            self.index,
            self.store.seen_by(actor.collections),
            texts,
            introduction,
            documents=scope.allowed,
            limit=limit + _SPARE,
            threshold=threshold,
            synonyms=synonyms,
            reranking=self.reranking,
        )
        explained = []
        for text, hits in zip(texts, found, strict=True):
            stand_ins = synonyms.stand_ins(text)
            grouped = group_duplicates(hits)[:limit]
            explained.append(tuple(explain(hit, text, introduction, stand_ins) for hit in grouped))
        return tuple(explained)

    @property
    def synonyms(self) -> Synonyms:
        """What means the same here, as the file now says. Raises InputError that says what is wrong."""
        path = self.options.synonyms
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

    def verify_log(self, actor: Actor) -> LogReport:
        """Whether the log is whole: nothing changed, nothing removed."""
        require(actor, Task.AUDIT)
        return self.log.verify()

    def log_entries(
        self, actor: Actor, *, after: int = 0, limit: int = 100, subject: str | None = None
    ) -> tuple[LogEntry, ...]:
        """A page of the log, newest first."""
        require(actor, Task.AUDIT)
        return self.log.entries(after=after, limit=limit, subject=subject, newest_first=True)
