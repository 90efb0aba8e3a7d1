"""Searching the archive with every step logged: one question, or the offer for a whole set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from threading import Lock

from learninglion.drafting.line import MOST_NEWER, FindNewer
from learninglion.inference.reranking import Reranking, ordered_without
from learninglion.models import Actor, Filters, Hit, Progress, QuestionSet, silent
from learninglion.models.errors import InputError
from learninglion.models.plain import Plain, to_plain
from learninglion.parsing.kamervragen.header import without_askers
from learninglion.record.energy import Energy, PowerMeter
from learninglion.record.log import EventLog
from learninglion.search.hits import explain, group_duplicates
from learninglion.search.scoring import LearnedVersions
from learninglion.search.search import meant_by, search, search_set
from learninglion.search.synonyms import NO_SYNONYMS, Synonyms, load_synonyms
from learninglion.store.store import Store
from learninglion.workflow.documents import NO_FILTERS
from learninglion.workflow.indexing import Indexing
from learninglion.workflow.log import note, set_subject
from learninglion.workflow.options import WorkplaceOptions
from learninglion.workflow.rights import Task, require

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
    ) -> tuple[Hit, ...]:
        """Has this been asked before? Earlier pairs and sections, unedited, best first.

        `on_energy` hears what the search took.
        """
        require(actor, Task.SEARCH)
        require_period(filters)
        use = self._power.start("search", self._options.models_elsewhere)
        current = self._indexing.follow(progress)
        synonyms = self.synonyms
        (hits,) = self._find([text], introduction, filters, limit, threshold, actor, synonyms)
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

    def newer_for(self, actor: Actor) -> FindNewer:
        """What this person may see of the archive, published after a day: for the line of today.

        It is found by the words of what was answered, and by the meaning of what is asked, which is known.
        """
        synonyms = self.synonyms

        def find(question: str, answer: str, after: date) -> tuple[Hit, ...]:
            scope = self._store.scope(Filters(since=after + timedelta(days=1)), actor.collections)
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


def require_period(filters: Filters) -> None:
    """Raises InputError for a period in which no day lies."""
    if filters.ends_before_it_begins:
        raise InputError("De periode eindigt voordat zij begint.")
