"""Questions to one's own documents: answered with passages or told that it does not stand there; and kept.

A kept conversation is an ordinary dossier, so that it is versioned, exported, marked and cleared as one.
Without a model its text is what `ask` showed, quoted; with one, a cited and checked answer from the same
passages.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from learninglion.models import (
    Actor,
    Dossier,
    Draft,
    Filters,
    Hit,
    Passage,
    PassageKind,
    Progress,
    QuestionSet,
    Selection,
    Source,
    SubQuestion,
    silent,
)
from learninglion.models.errors import InputError
from learninglion.models.plain import Plain, to_plain
from learninglion.record.energy import Energy, PowerMeter
from learninglion.record.letter import CONVERSATION
from learninglion.record.log import EventLog
from learninglion.record.notes import copy_answers
from learninglion.record.search_account import FoundPlace, SearchAccount
from learninglion.search.asking import Material, Reply, Verdict, find_answers
from learninglion.store.store import Store
from learninglion.workflow.documents import (
    NO_FILTERS,
    Documents,
    OwnSources,
    VisibleLibrary,
    next_number,
    own_source,
)
from learninglion.workflow.dossiers import Dossiers, quoted_draft
from learninglion.workflow.drafts import Drafts
from learninglion.workflow.log import note
from learninglion.workflow.rights import Task, require
from learninglion.workflow.searching import Indexing, Searching
from learninglion.workflow.sets import Sets

_LONGEST = 2000  # characters of a question


@dataclass(eq=False)
class Asking:
    """Question in, passages out; safe to share between threads."""

    _store: Store
    _indexing: Indexing
    _searching: Searching
    _power: PowerMeter
    _elsewhere: str
    _log: EventLog

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
            library=VisibleLibrary(self._store, filters, actor.collections),
            synonyms=self._searching.synonyms,
        )
        energy = use.stop()
        if on_energy is not None:
            on_energy(energy)
        # As with a search: the words asked can hold personal data, and a log is for ever.
        details: dict[str, Plain] = {
            "verdict": reply.verdict.value,
            "answers": [m.source_id or m.document.id for m in reply.answers],
            "near": [m.source_id for m in reply.near],
            "filters": to_plain(filters),
            "follows": reply.taken_over is not None,
            "index_current": current,
            "energy": to_plain(energy),
        }
        note(self._log, "ask", actor, "", details)
        return reply


_OUTCOMES = {
    Verdict.ANSWERED: "dit staat erover in de documenten",
    Verdict.RELATED: "misschien staat het antwoord hier; een mens moet het nakijken",
    Verdict.ABSENT: "dit staat er niet in",
}
MOST_TURNS = 40
_TITLE = 120  # characters


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation; `after`: the question that it went on with, as it was asked."""

    question: str
    after: str = ""


@dataclass(eq=False)
class Conversations:
    """Keeping a conversation as a dossier, and taking it along to a set of questions."""

    _asking: Asking
    _searching: Searching
    _drafts: Drafts
    _dossiers: Dossiers
    _documents: Documents
    _sets: Sets
    _own_sources: OwnSources
    _log: EventLog

    def keep(self, turns: Sequence[Turn], *, filters: Filters = NO_FILTERS, actor: Actor) -> Dossier:
        """The conversation as a dossier: every question put again, with what answers it, quoted.

        Raises InputError for no or too many questions.
        """
        require(actor, Task.DRAFT)
        if not 0 < len(turns) <= MOST_TURNS:
            raise InputError(f"Een gesprek heeft 1 tot {MOST_TURNS} vragen.")
        replies = [self._asking.ask(t.question, after=t.after, filters=filters, actor=actor) for t in turns]
        questions = tuple(SubQuestion((n,), turn.question.strip()) for n, turn in enumerate(turns, 1))
        title = f"Gesprek: {questions[0].text}"[:_TITLE]
        quoted = [
            self._quoted(question, reply, actor) for question, reply in zip(questions, replies, strict=True)
        ]
        return self._drafts.keep_quoted(
            QuestionSet("", questions, title=title), quoted, ((CONVERSATION, "ask"),), actor=actor
        )

    def account(self, reply: Reply, *, filters: Filters = NO_FILTERS, actor: Actor) -> SearchAccount:
        """The account to keep of a question that was asked."""
        found = [*((m, True) for m in reply.answers), *((m, False) for m in reply.near)]
        places = []
        for one, answers in found:
            source = self._source_of(one, actor)
            text = one.summary or one.quote
            name = source.id if source else ""
            alike = tuple(twin.source_id for twin in one.twins)
            places.append(FoundPlace(one.document, name, one.page, one.score, text, alike, answers))
        return self._searching.account(
            reply.question,
            places,
            after=reply.taken_over.question if reply.taken_over else "",
            verdict=_OUTCOMES[reply.verdict],
            filters=filters,
            limit=len(places),
            actor=actor,
        )

    def to_write(self, dossier: Dossier) -> dict[int, Selection]:
        """From what a language model can write the answers: all that was found; by position (from 0)."""
        selections = (verification.draft.selection for verification in dossier.verifications)
        return {
            at: replace(selection, chosen=tuple(hit.source for hit in selection.offered))
            for at, selection in enumerate(selections)
            if selection.offered
        }

    def write(self, dossier_id: str, *, actor: Actor, progress: Progress = silent) -> Dossier:
        """The next version of a kept conversation, its answers written by the language model.

        By the steps and under the check of any draft. Raises InputError where there is no model.
        """
        dossier = self._dossiers.load(dossier_id, actor)
        return self._drafts.redraft(
            dossier_id, self.to_write(dossier), generator="llm", actor=actor, progress=progress
        )

    def _selection(
        self, question: SubQuestion, reply: Reply, material: Sequence[Material], actor: Actor
    ) -> Selection:
        """What was found for one question, as what the machine offered and chose."""
        offered: dict[str, Hit] = {}
        for one in material:
            source = self._source_of(one, actor)
            if source is None or source.id in offered:
                continue
            span = one.quote_span
            where = (f"{source.id}/quote", source.id, source.document.id)
            passage = Passage(*where, one.quote, span, one.page, PassageKind.BODY)
            offered[source.id] = Hit(source, passage, len(offered) + 1, one.score, matched=(span,))
        before = reply.taken_over.question if reply.taken_over else ""
        return Selection(question, before, tuple(offered.values()), tuple(h.source for h in offered.values()))

    def _source_of(self, material: Material, actor: Actor) -> Source | None:
        """The source in which a quote stands; None for front matter that belongs to none."""
        if material.source_id:
            return self._documents.source(material.source_id, actor)
        sources = self._documents.sources_of(material.document.id, actor)
        return next((s for s in sources if s.body_span.contains(material.quote_span)), None)

    def _quoted(self, question: SubQuestion, reply: Reply, actor: Actor) -> Draft:
        """The answers of a reply, each its quoted sentence; what is near is material beside it."""
        selection = self._selection(question, reply, (*reply.answers, *reply.near), actor)
        ids = {m.source_id for m in reply.answers} | {
            source.id for m in reply.answers if (source := self._source_of(m, actor)) is not None
        }
        chosen = tuple(source for source in selection.chosen if source.id in ids)
        draft = quoted_draft(replace(selection, chosen=chosen), self._documents.regions)
        remarks = tuple(
            f"{m.document.title or m.document.id}: {m.summary or m.quote}"
            for m in reply.answers
            if m.summary or self._source_of(m, actor) is None
        )
        if reply.verdict is Verdict.RELATED and not reply.unclear:
            first = reply.near[0]
            remarks += (
                f"Misschien staat het hier: {first.document.title or first.document.id}: {first.quote}",
            )
        return replace(draft, left_out=remarks)

    def hand_over(self, dossier_id: str, work_id: str, *, actor: Actor) -> None:
        """Take a kept conversation along to every question of a set, as a source the officer brought.

        Raises InputError where it is longer than such a source may be, or holds no answer.
        """
        require(actor, Task.DRAFT)
        dossier = self._dossiers.load(dossier_id, actor)
        if not any(verification.draft.statements for verification in dossier.verifications):
            raise InputError("In dit gesprek staat geen antwoord; er is niets om mee te nemen.")
        work = self._sets.find(work_id, actor)
        text = copy_answers(dossier).plain
        title = dossier.question_set.title
        source = own_source(next_number(work.shortlists), title, None, text)
        self._own_sources.add(work, None, source, actor=actor)
        note(self._log, "copy", actor, dossier_id, {"version": dossier.version, "position": None})
