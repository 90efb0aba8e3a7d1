"""A question to one's own documents: answered with passages, or told that it does not stand there."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from learninglion.models import Actor, Document, DocumentCard, Filters
from learninglion.models.errors import InputError
from learninglion.models.plain import to_plain
from learninglion.models.progress import Progress, silent
from learninglion.record.energy import Energy, PowerMeter
from learninglion.record.log import EventLog
from learninglion.search.asking import Reply, find_answers
from learninglion.store.store import Store
from learninglion.workflow.documents import NO_FILTERS
from learninglion.workflow.indexing import Indexing
from learninglion.workflow.log import note
from learninglion.workflow.rights import Task, require
from learninglion.workflow.searching import Searching

_LONGEST = 2000  # characters of a question
_NAMED = 500  # documents whose names are compared with the question


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


class VisibleLibrary:
    """The documents that one person may ask about, within filters."""

    def __init__(self, store: Store, filters: Filters, actor: Actor) -> None:
        self._store = store
        self._filters = filters
        self._visible = actor.collections

    def names(self) -> Sequence[tuple[str, tuple[str, ...]]]:
        """Of the newest documents their titles and file names."""
        return self._store.names(self._filters, self._visible, limit=_NAMED)

    def card(self, document_id: str) -> DocumentCard:
        """What lists say of a document."""
        return self._store.card(document_id, self._visible)

    def document(self, document_id: str) -> Document:
        """A whole document, its personal data covered where a collection of it asks that."""
        return self._store.document(document_id, self._visible, covered=True)

    def earlier(self, document_id: str) -> Document | None:
        """The version before, covered likewise; of what a collection one may not see brought in, none."""
        numbers = [version.number for version in self._store.history(document_id, self._visible)]
        if len(numbers) < 2:
            return None
        return self._store.version(document_id, numbers[-2], self._visible, covered=True)
