"""The sub-questions of one set drafted one after another: what fails takes nothing else along.

A model can be away, too slow or break off. What it wrote is kept, the other sub-questions go on, and every
sub-question that is not finished says why; it can be resumed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from learninglion import __version__
from learninglion.checking.citations import Locate, cite
from learninglion.checking.verify import check
from learninglion.drafting import extractive
from learninglion.drafting.coverage import question_parts
from learninglion.drafting.line import FindNewer, nothing_newer
from learninglion.drafting.relevance import SURE, Relevance
from learninglion.drafting.second_opinion import SecondReader, keep_opinions
from learninglion.drafting.verdict import judge_draft, read_draft, verify, with_remarks
from learninglion.drafting.write import Progress as WritingProgress
from learninglion.drafting.write import WritingOptions, not_written, rules_gate, write
from learninglion.inference.generators import Generator, StoppedError
from learninglion.models import (
    AnswerVerdict,
    Author,
    Chooser,
    Dossier,
    Draft,
    Provenance,
    QuestionSet,
    Remark,
    Selection,
    Source,
    Statement,
    SubQuestion,
    Verification,
)
from learninglion.models.errors import GeneratorError, InputError
from learninglion.models.plain import canonical_json, sha256_hex
from learninglion.record.contract import StatedQuestion

WRITTEN, RESUMED, REDRAFTED = "opgesteld", "hervat", "opnieuw opgesteld"
"""Why a version of a dossier was made, when the machine made it."""


@dataclass(frozen=True, slots=True)
class DraftEvent:
    """Something that happened while drafting sub-question `position` (from 0)."""

    position: int
    progress: WritingProgress | None = None  # while a model writes
    verification: Verification | None = None  # when the sub-question is done


Listener = Callable[[DraftEvent], None]


def unheard(_event: DraftEvent) -> None:
    """For callers that only want the result."""


def make_dossier(
    question_set: QuestionSet, verifications: Sequence[Verification], settings: Sequence[tuple[str, str]]
) -> Dossier:
    """The receipt; its id depends on everything in it, so the same work has the same id."""
    settings_used = (("learninglion", __version__), *settings)
    digest = sha256_hex(canonical_json([question_set, tuple(verifications), settings_used]))
    return Dossier(f"dossier-{digest[:16]}", question_set, tuple(verifications), settings=settings_used)


def stated_draft(
    stated: StatedQuestion, sources: Sequence[Source], locate: Locate, recorded: Draft | None = None
) -> Verification:
    """A draft from outside, checked against the sources that it may cite.

    `recorded`: what was drafted here, where this says to be that text: judged as an edit of it. Of any other
    nobody says that it answers the question but its words.
    """
    question = SubQuestion(stated.numbers, stated.text)
    selection = Selection(question, "", (), tuple(sources), chosen_by=Chooser.PERSON)
    draft = Draft(selection, (), AnswerVerdict.ANSWERED, (), Provenance("stated"))
    if parts := question_parts(selection):
        draft = replace(draft, remarks=(Remark(parts=parts),))
    if recorded is not None and recorded.selection.question == question:
        selection = replace(recorded.selection, chosen=tuple(sources))
        provenance = Provenance("stated", parameters=recorded.provenance.parameters)
        draft = replace(with_remarks(recorded), selection=selection, provenance=provenance)
    first = verify(replace(draft, statements=stated.statements), locate)
    found = tuple(check.statement for check in first.checks)  # with what they cite
    return verify(judge_draft(replace(draft, statements=found)), locate, known=first)


def first_finished(versions: Sequence[Dossier], reasons: Sequence[str]) -> tuple[Verification, ...]:
    """Each sub-question as the machine last wrote it; `versions` oldest first, with the reason of each.

    Where it broke off and a person went on, that is what stood in the first version; what it wrote anew
    later counts instead of what it wrote before.
    """
    verifications = list(versions[0].verifications)
    for before, after, why in zip(versions, versions[1:], reasons[1:], strict=False):
        for at, (old, new) in enumerate(zip(before.verifications, after.verifications, strict=True)):
            if new != old and (why == REDRAFTED or (why == RESUMED and new.draft.complete)):
                verifications[at] = new
    return tuple(verifications)


def check_again(before: Verification, statements: Sequence[Statement], locate: Locate) -> Verification:
    """The same sub-question with the officer's sentences, judged anew.

    Sentences that stayed the same keep the second opinion on them. Who changes a text that broke off takes
    it over: it counts as finished.
    """
    statements_now = tuple(statements)
    if statements_now == before.draft.statements:
        return before
    draft = replace(with_remarks(before.draft), statements=statements_now, complete=True)
    said = read_draft(draft)
    return keep_opinions(before, verify(judge_draft(draft, said), locate, known=before, said=said))


def with_sources(before: Verification, brought: tuple[Source, ...]) -> Verification:
    """The same, with these sources chosen too."""
    if not brought:
        return before
    selection = before.draft.selection
    chosen = (*selection.chosen, *brought)
    return replace(before, draft=replace(before.draft, selection=replace(selection, chosen=chosen)))


def own_statement(statement: Statement, account: str) -> Statement:
    """The sentence as the officer's own, standing on `account`; what the machine wrote stays visible."""
    original = statement.original
    if original is None and statement.author is Author.MACHINE:
        original = statement.text
    return replace(statement, author=Author.PERSON, original=original, own_account=account)


QUOTED = Provenance("quoted")
"""What a question to documents found, quoted as it stands: nothing was written."""


def quoted_draft(selection: Selection, locate: Locate) -> Draft:
    """The sentences that matched in what was chosen, each as its own citation; the others are material."""
    chosen = {source.id for source in selection.chosen}
    cited = [(hit, cite(hit.source, hit.matched[0], locate)) for hit in selection.offered if hit.matched]
    statements = tuple(Statement(c.quote, (c,)) for hit, c in cited if hit.source.id in chosen)
    return Draft(
        selection=selection,
        statements=statements,
        verdict=AnswerVerdict.ANSWERED if statements else AnswerVerdict.UNANSWERABLE,
        missing=() if statements else (selection.question.text,),
        provenance=QUOTED,
        material=tuple(c for hit, c in cited if hit.source.id not in chosen),
    )


_PATIENCE = 3  # sub-questions in a row of which a model writes nothing; then it is not asked again
_STOPPED = "u hebt het schrijven gestopt."


class SetWriter:
    """Drafts and checks sub-questions with one model (None: by copying sentences).

    `questions`: all of the set, for a model to see where one answer leans on another. `problem` is the first
    failure of the model; `wrote` tells whether there is anything to keep.
    """

    def __init__(
        self,
        model: Generator | None,
        *,
        locate: Locate,
        options: WritingOptions | None = None,
        reader: SecondReader | None = None,
        on_event: Listener = unheard,
        sure: float = SURE,
        measure: Relevance | None = None,
        questions: Sequence[SubQuestion] = (),
        find_newer: FindNewer = nothing_newer,
    ) -> None:
        self._model = model
        self._find_newer = find_newer
        self._locate = locate
        self._options = options
        self._reader = reader
        self._tell = on_event
        self._measure = measure
        self._gate = rules_gate(sure, check if reader is None else reader.check, measure)
        self._sure = sure
        self._questions = tuple(questions)
        self._silences = 0
        self._reason = ""  # why no more is asked of the model
        self.problem: GeneratorError | InputError | None = None
        self.wrote = False

    def draft(self, position: int, selection: Selection, before: Verification | None = None) -> Verification:
        """Sub-question `position`, drafted and checked; what `before` holds is finished, not begun again."""
        done = before if before is not None and before.draft.complete else None
        if done is None:
            done = self._attempt(position, selection, before)
            self.wrote = self.wrote or bool(done.checks)
            self._tell(DraftEvent(position, verification=done))
        return done

    def _attempt(self, position: int, selection: Selection, before: Verification | None) -> Verification:
        model = self._model
        if model is None:
            return verify(self._copied(selection))
        reason = self._reason
        if not reason:
            try:
                return self._write(model, position, selection, before)
            except (GeneratorError, InputError) as error:
                reason = error.detail
                self._note(error)
                if isinstance(error, StoppedError):
                    self._reason = reason
            except KeyboardInterrupt:
                reason = self._reason = _STOPPED
                self.problem = self.problem or InputError("U hebt het schrijven gestopt.")
        return before or verify(not_written(selection, model, self._gate, reason))

    def _copied(self, selection: Selection) -> Draft:
        """The draft without a model, held against what is newer in the archive."""
        return extractive.draft(selection, self._locate, sure=self._sure, find_newer=self._find_newer)

    def _note(self, error: GeneratorError | InputError) -> None:
        self.problem = self.problem or error
        self._silences += isinstance(error, GeneratorError)
        if self._silences == _PATIENCE:
            self._reason = f"het taalmodel zweeg {_PATIENCE} keer achter elkaar. {error.detail}"

    def _write(
        self, model: Generator, position: int, selection: Selection, before: Verification | None
    ) -> Verification:
        def tell(progress: WritingProgress) -> None:
            self._tell(DraftEvent(position, progress=progress))

        held = self._copied(selection)
        draft = write(
            held.selection,  # with what is newer, where the machine chose
            model,
            self._gate,
            locate=self._locate,
            options=self._options,
            siblings=[q for q in self._questions if q.numbers != selection.question.numbers],
            on_event=tell,
            resume=before.draft if before is not None else None,
        )
        done = verify(extractive.with_material(draft, held, self._locate, self._measure))
        if done.checks:
            self._silences = 0
        return done if self._reader is None else self._reader.read(done)


def unfinished(dossier: Dossier) -> tuple[tuple[tuple[int, ...], str], ...]:
    """The numbers of every sub-question that is not finished, and why."""
    return tuple(
        (v.draft.selection.question.numbers, v.draft.stopped)
        for v in dossier.verifications
        if not v.draft.complete
    )
