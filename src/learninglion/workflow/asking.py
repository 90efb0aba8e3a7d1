"""A question to one's own documents: answered with passages, or told that it does not stand there."""

from __future__ import annotations

from collections.abc import Callable

from learninglion.models import Actor, Filters
from learninglion.models.errors import InputError
from learninglion.models.plain import to_plain
from learninglion.models.progress import Progress, silent
from learninglion.record.energy import Energy, PowerMeter
from learninglion.record.log import EventLog
from learninglion.search.asking import Reply, find_answers
from learninglion.store.store import Store
from learninglion.workflow.documents import NO_FILTERS, VisibleLibrary
from learninglion.workflow.indexing import Indexing
from learninglion.workflow.log import note
from learninglion.workflow.rights import Task, require
from learninglion.workflow.searching import Searching

_LONGEST = 2000  # characters of a question


class Asking:
    """Question in, passages out; safe to share between threads."""

    def __init__(
        self,
        store: Store,
        indexing: Indexing,
        searching: Searching,
        power: PowerMeter,
        elsewhere: str,
        log: EventLog,
    ) -> None:
        self._power = power
        self._elsewhere = elsewhere
        self._store = store
        self._indexing = indexing
        self._searching = searching
        self._log = log

    def ask(
        self,
        question: str,
        *,
        after: str = "",
        filters: Filters = NO_FILTERS,
        actor: Actor,
        progress: Progress = silent,
        on_energy: Callable[[Energy], None] | None = None,
    ) -> Reply:
        """What answers `question` in the documents of `filters`; `after`: the question it follows on.

        `on_energy` hears what it took.
        Raises InputError for an empty or endless question.
        """
        require(actor, Task.SEARCH)
        text = question.strip()
        if not text:
            raise InputError("Stel een vraag.")
        if len(text) > _LONGEST or len(after) > _LONGEST:
            raise InputError(f"Deze vraag is te lang; stel haar in hoogstens {_LONGEST} tekens.")
        use = self._power.start("ask", self._elsewhere)
        current = self._indexing.follow(progress)
        scope = self._store.scope(filters, actor.collections)
        reply = find_answers(
            self._indexing.index,
            self._store.seen_by(actor.collections),
            text,
            after=after.strip(),
            documents=scope.allowed,
            library=VisibleLibrary(self._store, filters, actor),
            synonyms=self._searching.synonyms,
        )
        energy = use.stop()
        if on_energy is not None:
            on_energy(energy)
        # As with a search: the words asked can hold personal data, and a log is for ever.
        note(
            self._log,
            "ask",
            actor,
            "",
            {
                "verdict": reply.verdict.value,
                "answers": [m.source_id or m.document.id for m in reply.answers],
                "near": [m.source_id for m in reply.near],
                "filters": to_plain(filters),
                "follows": reply.taken_over is not None,
                "index_current": current,
                "energy": to_plain(energy),
            },
        )
        return reply
