"""Stored documents read again from their originals by the reader of today."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from learninglion.models import Actor, Document, Filters, RawFile
from learninglion.models.errors import LearningLionError, UnknownReferenceError
from learninglion.models.progress import Progress, silent
from learninglion.parsing import parse
from learninglion.parsing.edition import reader_edition
from learninglion.parsing.isolated import IsolatedParser
from learninglion.parsing.passages import cut
from learninglion.record.log import EventLog
from learninglion.store.store import Store
from learninglion.workflow.indexing import Indexing
from learninglion.workflow.intake import tell_personal
from learninglion.workflow.proof import account_of, account_of_removal
from learninglion.workflow.rights import Task, require_everywhere

_WAIT = 60.0  # seconds for another process that ingests
_COMPARED = 20_000  # signs of a text; longer ones are compared by their start
_READING = "Opnieuw lezen"


class RereadOutcome(StrEnum):
    """What reading a document again gave."""

    SAME = "same"
    CHANGED = "changed"
    RENAMED = "renamed"  # its identifier was recognised now: the document under the old one goes
    WITHOUT_ORIGINAL = "without_original"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RereadResult:
    """One document: what became of it, and in words what is read otherwise now."""

    document_id: str
    outcome: RereadOutcome
    changes: tuple[str, ...] = ()
    now: str = ""  # its identifier now, where that changed
    detail: str = ""  # the error, where it failed


class Rereading:
    """A better reader reaches what was taken in before; dossiers keep the version that they cite."""

    def __init__(self, store: Store, indexing: Indexing, log: EventLog, *, isolate: bool) -> None:
        self._store = store
        self._indexing = indexing
        self._log = log
        self._isolate = isolate

    def run(
        self,
        *,
        actor: Actor,
        keep: bool = True,
        progress: Progress = silent,
        on_result: Callable[[RereadResult], None] | None = None,
    ) -> tuple[RereadResult, ...]:
        """Read every stored document again; `keep` False only tells what would change.

        A file that the reader refuses now stays as it was read before, and is told as failed.
        """
        require_everywhere(actor, Task.MANAGE)
        ids = [
            card.id for card in self._store.cards(Filters(), None, limit=self._store.counts(None).documents)
        ]
        results = []
        with ExitStack() as stack:
            stack.enter_context(self._store.ingesting("documenten opnieuw lezen", wait=_WAIT))
            read = stack.enter_context(IsolatedParser()).parse if self._isolate else parse
            for done, document_id in enumerate(sorted(ids)):
                progress(_READING, done, len(ids))
                results.append(self._reread(document_id, read, actor, keep=keep))
                if on_result is not None:
                    on_result(results[-1])
            progress(_READING, len(ids), len(ids))
        if keep:
            self._indexing.update(progress=progress)
        return tuple(results)

    def _reread(
        self, document_id: str, read: Callable[[RawFile], Document], actor: Actor, *, keep: bool
    ) -> RereadResult:
        since = self._log.head().count
        before = self._store.document(document_id, None, lines=False)
        try:
            content = self._store.original(document_id, None)
            after = tell_personal(
                read(RawFile(before.source_name or document_id, content, origin=document_id))
            )
        except UnknownReferenceError as error:
            return RereadResult(document_id, RereadOutcome.WITHOUT_ORIGINAL, detail=error.detail)
        except LearningLionError as error:
            return RereadResult(document_id, RereadOutcome.FAILED, detail=error.detail)
        renamed = after.id != document_id
        changes = tuple(differences(before, after))
        if not changes and not renamed:
            return RereadResult(document_id, RereadOutcome.SAME)
        if keep:
            try:
                self._put(document_id, after, content, actor, since, renamed=renamed)
            except LearningLionError as error:
                return RereadResult(document_id, RereadOutcome.FAILED, changes, after.id, error.detail)
        outcome = RereadOutcome.RENAMED if renamed else RereadOutcome.CHANGED
        return RereadResult(document_id, outcome, changes, after.id if renamed else "")

    def _put(
        self, document_id: str, after: Document, content: bytes, actor: Actor, since: int, *, renamed: bool
    ) -> None:
        for collection in self._store.collections_of(document_id, None):
            account = account_of(self._log, actor, since=since, status="reread", reader=reader_edition())
            entries = cut(after, collection)
            self._store.put(after, entries, content, collection, by=actor.name, account=account)
        if renamed:
            reason = f"opnieuw gelezen: heet nu {after.id}"
            account_of_it = account_of_removal(self._log, actor)
            self._store.delete(document_id, by=actor.name, reason=reason, account=account_of_it)
        self._log.advance_anchor()


def differences(before: Document, after: Document) -> list[str]:
    """What of a document is read otherwise, each in a sentence; empty when it is read the same."""
    lines = []
    for name, old, new in (
        ("Kenmerk", before.id, after.id),
        ("Titel", before.title, after.title),
        ("Soort", before.kind.value, after.kind.value),
        ("Datum", before.date, after.date),
        ("Ministerie", before.ministry, after.ministry),
        ("Vragenstellers", _names(before.askers), _names(after.askers)),
        ("Bewindspersonen", _names(before.answerers), _names(after.answerers)),
        ("Vragen met antwoord", _answered(before), _answered(after)),
        ("Voetnoten", len(before.footnotes), len(after.footnotes)),
        ("Waarschuwingen", len(before.warnings), len(after.warnings)),
    ):
        if old != new:
            lines.append(f"{name}: was {old or '-'}, is {new or '-'}.")
    if before.text != after.text:
        alike = SequenceMatcher(None, before.text[:_COMPARED], after.text[:_COMPARED], autojunk=False)
        lines.append(f"Tekst: {100 * alike.quick_ratio():.0f}% gelijk.")
    elif before.pairs != after.pairs and not lines:
        lines.append("Vragen en antwoorden staan elders in de tekst.")
    return lines


def _names(people: tuple[object, ...]) -> str:
    return ", ".join(str(getattr(person, "name", person)) for person in people)


def _answered(document: Document) -> str:
    return f"{sum(pair.answer is not None for pair in document.pairs)} van {len(document.pairs)}"
