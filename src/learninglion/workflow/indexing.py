"""The search index: derived from the store, brought up to date, made again, and moved to another model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Lock

from learninglion.inference.choices import EncoderChoice
from learninglion.inference.encoders import Encoder
from learninglion.inference.vectors import VectorCache, key_of
from learninglion.models import Actor
from learninglion.models.errors import ConflictError
from learninglion.models.progress import Progress, silent
from learninglion.search.local.content import passage_text
from learninglion.search.local.index import Index, IndexState
from learninglion.search.switching import EncoderBook, Switching, SwitchState
from learninglion.search.versions import LearnedVersions
from learninglion.store.store import Store
from learninglion.workflow.rights import Task, require

__all__ = ["IndexState", "Indexing"]

_PATIENCE = 10.0  # seconds that a search waits for whoever is writing the index


class Indexing:
    """The index under `home`, opened at first use: loading the embedding model takes a moment."""

    def __init__(
        self,
        home: Path,
        store: Store,
        learned: LearnedVersions,
        encoder: EncoderChoice,
        allowed_hosts: tuple[str, ...],
    ) -> None:
        self._home = home
        self._store = store
        self._learned = learned
        self._choice = encoder
        self._allowed_hosts = allowed_hosts
        self._index: Index | None = None
        self._switching = Switching()
        self._lock = Lock()

    @property
    def index(self) -> Index:
        """The index itself, for the other use cases."""
        with self._lock:
            if self._index is None:
                place = self._home / "index"
                book = EncoderBook(place / "encoders.json", self._choice, self._allowed_hosts, self._learned)
                self._index = Index.open(
                    place, book.current(), self.vectors, self._learned.current_file, book.named
                )
            return self._index

    @property
    def encoder(self) -> Encoder:
        """The embedding model that serves now."""
        return self.index.encoder

    @property
    def vectors(self) -> VectorCache:
        """The cache in which every text is embedded once."""
        return VectorCache(self._home / "cache" / "vectors.db")

    def reopen(self) -> None:
        """Open the index anew at its next use, by the model that is wanted then."""
        with self._lock:
            self._index = None

    def update(self, *, progress: Progress = silent) -> None:
        """Bring the index up to the newest change of the store; made anew when it cannot be trusted."""
        self.index.update(self._store, lambda done, total: progress("Indexeren", done, total))

    def follow(self, progress: Progress) -> bool:
        """`update` before a search; False where the index is being rewritten and the old one serves."""
        try:
            self.index.update(
                self._store, lambda done, total: progress("Indexeren", done, total), wait=_PATIENCE
            )
        except ConflictError:
            if self.index.state().problem:
                raise
            return False
        return True

    def state(self) -> IndexState:
        """How the index stands; `wanted` names a model that should take over."""
        return self.index.state()

    def exists(self) -> bool:
        """Whether an index was ever made here."""
        return (self._home / "index" / "current.json").exists()

    def behind(self) -> int:
        """How many documents changed since the index was brought up to date."""
        return len(self._store.changes_after(self.index.state().sequence))

    def check(self) -> IndexState:
        """How the index stands, every byte of it checked."""
        state = self.index.state()
        return replace(state, problem=state.problem or self.index.verify())

    def start_switch(self) -> IndexState:
        """Let the embedding model of the settings take over in the background, where the index has another.

        For a program that stays: searches go on meanwhile with the model the index was made with. A change
        that was cut off goes on where it was. `switch_state` says how far it is.
        """
        state = self.index.state()
        if state.wanted:
            self._switching.start(lambda progress: self.index.switch(self._store, progress))
        return state

    def switch_state(self) -> SwitchState:
        """How far the change to another embedding model is."""
        return self._switching.state()

    def await_switch(self, seconds: float) -> bool:
        """Wait until that change has ended; whether it has."""
        return self._switching.wait(seconds)

    def forget_vectors(self, document_id: str) -> int:
        """Take the vectors of a document's passages out of the cache, before it goes; how many there were."""
        names = {self.index.snapshot().encoder_name, self.encoder.name}
        texts = [
            passage_text(passage)
            for _, passages in self._store.entries_of([document_id])
            for passage in passages
        ]
        return self.vectors.forget([key_of(name, False, text) for name in sorted(names) for text in texts])

    def rebuild(self, *, actor: Actor, progress: Progress = silent) -> IndexState:
        """Make the index again from the store, with the embedding model of the settings."""
        require(actor, Task.MANAGE)
        self.index.rebuild(self._store, lambda done, total: progress("Indexeren", done, total))
        return self.index.state()
