"""Dossiers: written a sub-question at a time, looked back at, signed off, and taken along with their steps.

A model can be away, too slow or break off. What it wrote is kept, the other sub-questions go on, and every
sub-question that is not finished says why; it can be resumed.

To sign off, a drafter asks a named person, who signs, or gives the text back with a remark. There is one
request a dossier at most, so that it stands on that person's start page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import (
    Column,
    ColumnElement,
    Engine,
    Integer,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
    update,
)

from learninglion import __version__
from learninglion.checking.citations import Locate, cite
from learninglion.checking.verify import check
from learninglion.compliance.archive_package import ArchiveTerms, archive_package
from learninglion.database.engine import Moment, new_metadata, now, reading, writing
from learninglion.drafting import extractive
from learninglion.drafting.line import FindNewer
from learninglion.drafting.relevance import Relevance
from learninglion.drafting.second_opinion import SecondReader, keep_opinions
from learninglion.drafting.verdict import judge_draft, question_parts, read_draft, verify, with_remarks
from learninglion.drafting.write import Progress as WritingProgress
from learninglion.drafting.write import WritingOptions, not_written, rules_gate, write
from learninglion.inference.generators import Generator, StoppedError
from learninglion.models import (
    Actor,
    AnswerVerdict,
    Author,
    Chooser,
    Dossier,
    DossierState,
    Draft,
    Provenance,
    QuestionSet,
    Remark,
    Responsibility,
    Role,
    Selection,
    Source,
    SourceKind,
    Statement,
    SubQuestion,
    Verification,
)
from learninglion.models.errors import GeneratorError, InputError, LearningLionError, UnknownReferenceError
from learninglion.models.plain import Plain, canonical_json, from_plain, sha256_hex
from learninglion.record.contract import StatedQuestion
from learninglion.record.dossiers import DossierCard, DossierRepository, DossierVersion
from learninglion.record.energy import Energy, together
from learninglion.record.export import (
    WHOLE,
    ExportFormat,
    export,
    file_name,
    free_path,
    make_folder,
    write_file,
)
from learninglion.record.letter import LetterTerms
from learninglion.record.log import EventLog, LogEntry
from learninglion.record.marking import MarkReport, Signer, check_mark, sidecar_of
from learninglion.record.notes import Deed, MachineText, TextCopy, copy_answers, listed, trace_deeds
from learninglion.workflow.accounts import Accounts
from learninglion.workflow.log import OPENED, note, set_subject
from learninglion.workflow.rights import Task, require

__all__ = ["DossierCard", "DossierVersion"]

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
    statements = tuple(check.statement for check in first.checks)  # with what they cite
    return verify(judge_draft(replace(draft, statements=statements)), locate, known=first)


def first_finished(texts: Sequence[Dossier], versions: Sequence[DossierVersion]) -> tuple[Verification, ...]:
    """Each sub-question as the machine last wrote it; `texts` oldest first, with the version of each.

    Where it broke off and a person went on, that is what stood in the first version; what it wrote anew
    later counts instead of what it wrote before.
    """
    verifications = list(texts[0].verifications)
    for before, after, version in zip(texts, texts[1:], versions[1:], strict=False):
        why = version.reason
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
    own_text = read_draft(draft)
    return keep_opinions(
        before, verify(judge_draft(draft, own_text), locate, known=before, own_text=own_text)
    )


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


@dataclass(eq=False)
class SetWriter:
    """Drafts and checks sub-questions with one model (None: by copying sentences).

    `questions`: all of the set, for a model to see where one answer leans on another. `problem` is the first
    failure of the model; `wrote` tells whether there is anything to keep.
    """

    _model: Generator | None
    _locate: Locate
    _options: WritingOptions | None
    _reader: SecondReader | None
    _tell: Listener
    _sure: float
    _measure: Relevance | None
    _sentences: Path | None
    _questions: tuple[SubQuestion, ...]
    _find_newer: FindNewer
    _silences: int = field(default=0, init=False)
    _reason: str = field(default="", init=False)  # why no more is asked of the model
    problem: GeneratorError | InputError | None = field(default=None, init=False)
    wrote: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        second = check if self._reader is None else self._reader.check
        self._gate = rules_gate(self._sure, second, self._measure)

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
        return extractive.draft(
            selection,
            self._locate,
            sure=self._sure,
            measure=self._measure,
            find_newer=self._find_newer,
            sentences=self._sentences,
        )

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


TERM_SET = "retention.term"
"""What the log calls setting how long something is kept; its subject is a category, or one dossier."""

_STEPS = 500  # of the log, that a history shows


@dataclass(eq=False)
class Dossiers:
    """The dossiers that a person may see; one with sources that this person may not see does not exist."""

    _repository: DossierRepository
    _log: EventLog
    _letter: LetterTerms
    _signer: Signer
    _store_id: Callable[[], str]

    def load(self, dossier_id: str, actor: Actor, version: int | None = None) -> Dossier:
        """A dossier, its newest version when none is named. Raises UnknownReferenceError."""
        require(actor, Task.READ_DOSSIER)
        return self._repository.load(dossier_id, actor.collections, version)

    def list(self, actor: Actor, *, limit: int = 50, offset: int = 0) -> tuple[DossierCard, ...]:
        """The dossiers this person may see, last changed first."""
        require(actor, Task.READ_DOSSIER)
        return self._repository.list(actor.collections, limit=limit, offset=offset)

    def versions(self, dossier_id: str, actor: Actor) -> tuple[DossierVersion, ...]:
        """The versions of a dossier, oldest first."""
        require(actor, Task.READ_DOSSIER)
        return self._repository.history(dossier_id, actor.collections)

    def edited(self, dossier_id: str, actor: Actor) -> frozenset[int]:
        """The sub-questions (from 0) of which a person changed what the machine last wrote."""
        texts, versions = self.texts(dossier_id, actor)
        machine = first_finished(texts, versions)
        return frozenset(
            at
            for at, (wrote, stands) in enumerate(zip(machine, texts[-1].verifications, strict=True))
            if wrote.draft.statements != stands.draft.statements
        )

    def texts(self, dossier_id: str, actor: Actor) -> tuple[Sequence[Dossier], Sequence[DossierVersion]]:
        """What every version says, oldest first, and by whom, when and why each was made."""
        versions = self.versions(dossier_id, actor)
        return [self.load(dossier_id, actor, version.version) for version in versions], versions

    def last_change(self, dossier_id: str, position: int, since: int, actor: Actor) -> DossierVersion | None:
        """The newest version after `since` in which the answer at `position` (from 0) changed."""
        versions = [v for v in self.versions(dossier_id, actor) if v.version >= since]
        stands = self.load(dossier_id, actor).verifications[position].draft.statements
        for before, after in zip(versions[-2::-1], versions[:0:-1], strict=True):
            if (
                self.load(dossier_id, actor, before.version).verifications[position].draft.statements
                != stands
            ):
                return after
        return None

    def copy(self, dossier_id: str, position: int | None, actor: Actor) -> TextCopy:
        """One answer (by its position from 0) or the whole text, to paste elsewhere; the log says so.

        Raises UnknownReferenceError where the dossier or the answer is not there.
        """
        dossier = self.load(dossier_id, actor)
        if position is not None and not 0 <= position < len(dossier.verifications):
            raise UnknownReferenceError("Deze vraag staat niet in het dossier.")
        note(self._log, "copy", actor, dossier_id, {"version": dossier.version, "position": position})
        return copy_answers(dossier, position)

    def steps(self, dossier_id: str, actor: Actor, actions: Collection[str] = ()) -> tuple[LogEntry, ...]:
        """What the log says of a dossier this person may see, oldest first; of all actions unless named."""
        self.versions(dossier_id, actor)
        return self._log.entries(subject=dossier_id, limit=_STEPS, actions=actions)

    def energy(self, dossier_id: str, actor: Actor) -> tuple[Energy, ...]:
        """What finding the sources and all drafting took together, as the log has it; none if not metered."""
        first = self.load(dossier_id, actor, 1)
        return together(_pieces(self._all_steps(dossier_id, first)))

    def export(self, dossier_id: str, form: ExportFormat, *, actor: Actor) -> bytes:
        """A dossier in a form that leaves the system, marked; the log says that it left."""
        dossier = self.load(dossier_id, actor)
        machine: tuple[MachineText, ...] = ()
        if form is ExportFormat.LETTER_CHANGES:
            texts, versions = self.texts(dossier_id, actor)
            deeds = [Deed(version.author, version.at) for version in versions]
            machine = trace_deeds(first_finished(texts, versions), texts, deeds)
        data = export(dossier, form, self._letter, machine, self.energy(dossier_id, actor))
        details = {"format": form.value, "version": dossier.version, "sha256": sha256_hex(data)}
        note(self._log, "export", actor, dossier_id, details)
        return data

    def write_export(self, dossier_id: str, form: ExportFormat, path: Path, *, actor: Actor) -> Path:
        """An export written to a file, whole or not at all; in a folder under a name that is free there.

        What is not there yet and says no form (`letters`, not `letter.docx`) is a folder.
        """
        data = self.export(dossier_id, form, actor=actor)
        if path.is_dir() or not (path.suffix or path.exists()):
            make_folder(path)
            path = free_path(path / file_name(self.load(dossier_id, actor), form), data)
        make_folder(path.parent)
        write_file(path, data)
        write_file(sidecar_of(path), self._state(dossier_id, path.name, data, actor))
        return path

    def provenance(self, dossier_id: str, form: ExportFormat, *, actor: Actor) -> tuple[str, bytes]:
        """The signed statement about a dossier in this form, and the name of the file it goes with."""
        data = self.export(dossier_id, form, actor=actor)
        name = file_name(self.load(dossier_id, actor), form)
        return name, self._state(dossier_id, name, data, actor)

    def check_mark(self, path: Path) -> MarkReport:
        """Whether an exported file is marked, came from here, and is as it left. Raises InputError."""
        return check_mark(path, self._signer.public_keys())

    def _state(self, dossier_id: str, name: str, data: bytes, actor: Actor) -> bytes:
        return self._signer.state(self.load(dossier_id, actor), name, data, now())

    def write_exports(
        self, dossier_id: str, folder: Path, *, forms: Sequence[ExportFormat] = WHOLE, actor: Actor
    ) -> tuple[Path, ...]:
        """A dossier in each of `forms`, in `folder`."""
        make_folder(folder)
        return tuple(self.write_export(dossier_id, form, folder, actor=actor) for form in forms)

    def package(self, dossier_id: str, terms: ArchiveTerms, *, actor: Actor) -> bytes:
        """The ZIP file of a dossier for the archive: all its versions and its part of the log.

        Raises UnknownReferenceError where `actor` may not see it, InputError where the terms do not fit.
        """
        require(actor, Task.AUDIT)
        texts, versions = self.texts(dossier_id, actor)
        steps = self._all_steps(dossier_id, texts[0])
        data = archive_package(
            texts,
            versions,
            steps,
            _of_its_category(terms, steps),
            at=now(),
            letter=self._letter,
            energy=together(_pieces(steps)),
            state=lambda name, content: self._state(dossier_id, name, content, actor),
        )
        details: dict[str, Plain] = {"versions": len(versions), "sha256": sha256_hex(data)}
        note(self._log, "archive", actor, dossier_id, details)
        return data

    def _all_steps(self, dossier_id: str, first: Dossier) -> tuple[LogEntry, ...]:
        """The log of the dossier, and of its set before it was one: what was offered and selected."""
        own = list(self._log.every(subject=dossier_id))
        of_set = self._log.every(subject=set_subject(self._store_id(), first.question_set))
        before = [step for step in of_set if not own or step.seq < own[0].seq]
        return (*before, *own)


def _of_its_category(terms: ArchiveTerms, steps: Sequence[LogEntry]) -> ArchiveTerms:
    """The terms of this dossier: of the category of the selectielijst it was put in, else those of all."""
    days = next((step.details["days"] for step in reversed(steps) if step.action == TERM_SET), None)
    if not isinstance(days, int):
        return terms
    if not days:
        return replace(terms, appraisal="B", retention="")
    return replace(terms, appraisal="V", retention=f"P{days // 365}Y" if days % 365 == 0 else f"P{days}D")


def _pieces(steps: Sequence[LogEntry]) -> tuple[Energy, ...]:
    amounts = (step.details["energy"] for step in steps if isinstance(step.details.get("energy"), dict))
    return tuple(from_plain(Energy, energy) for energy in amounts)


# Where a draft made again differs from what was recorded: which sentence, model, setting or source.

_NAMES = {
    "generator": "opsteller", "model": "model", "model_sha256": "bestand van het model",
    "prompt_sha256": "prompt", "seed": "startgetal",
}  # fmt: skip
_WAITED = "timeout_seconds"  # how long somebody was willing to wait shapes nothing
_QUOTED_SIGNS = 160  # characters of a sentence that is quoted


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """Whether a recorded draft comes out the same again; `differences` says where it does not."""

    dossier_id: str
    same: bool
    differences: tuple[str, ...]
    settings: tuple[str, ...] = ()  # that are not what they were; they may have made no difference


def compare(old: Sequence[Verification], new: Sequence[Verification]) -> tuple[str, ...]:
    """Where `new` differs from what was recorded, in words; empty when nothing does."""
    lines = []
    for before, after in zip(old, new, strict=True):
        numbers = ", ".join(map(str, before.draft.selection.question.numbers))
        lines += [f"vraag {numbers}: {difference}" for difference in _differences(before, after)]
    return tuple(lines)


def _differences(before: Verification, after: Verification) -> Iterator[str]:
    if not before.draft.complete:
        yield "is nooit afgeschreven"
        return
    yield from _means(before.draft.provenance, after.draft.provenance)
    then, now = before.draft.statements, after.draft.statements
    texts, others = Counter(s.text for s in then), Counter(s.text for s in now)
    yield from (f"deze zin is er niet meer: “{_short(text)}”" for text in texts - others)
    yield from (f"deze zin is nieuw: “{_short(text)}”" for text in others - texts)
    if texts == others and then != now:
        yield "dezelfde zinnen, met andere verwijzingen of in een andere volgorde"
    if (before.verdict, before.missing) != (after.verdict, after.missing):
        yield "ander oordeel over het geheel"
    if then == now:
        for one, other in zip(before.checks, after.checks, strict=True):
            if one.verdict is not other.verdict:
                yield f"ander oordeel over de zin “{_short(one.statement.text)}”"


def _means(before: Provenance, after: Provenance) -> Iterator[str]:
    """What shapes the text."""
    for name in (f.name for f in fields(Provenance) if f.name != "parameters"):
        then, now = getattr(before, name), getattr(after, name)
        if then != now:
            yield _change(_NAMES.get(name, name), then, now)
    yield from compare_settings(before.parameters, after.parameters)


def compare_settings(before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Settings that are another, or came or went."""
    then, now = dict(before), dict(after)
    for name in dict.fromkeys((*then, *now)):
        if name != _WAITED and then.get(name) != now.get(name):
            yield _change(f"instelling {name}", then.get(name, ""), now.get(name, ""))


def compare_sources(chosen: Sequence[Source], sources: Mapping[str, Source]) -> Iterator[str]:
    """Sources of the archive that are gone, or say something else by now."""
    for source in dict.fromkeys(s for s in chosen if s.kind is not SourceKind.SUPPLIED):
        current = sources.get(source.id)
        if current is None:
            yield f"bron {source.id}: staat niet meer in het archief"
        elif (current.question, current.body) != (source.question, source.body):
            yield f"bron {source.id}: heeft nu een andere tekst"


def _change(what: str, then: object, now: object) -> str:
    return f"{what} was {_short(str(then)) or 'niets'}, nu {_short(str(now)) or 'niets'}"


def _short(text: str) -> str:
    return text if len(text) <= _QUOTED_SIGNS else f"{text[:_QUOTED_SIGNS]}…"


metadata = new_metadata()

sign_offs = Table(
    "web_sign_offs",
    metadata,
    Column("dossier", String(100), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("asked_by", String(200), nullable=False),
    Column("asked_of", String(200), nullable=False, index=True),
    Column("asked_at", Moment, nullable=False),
    Column("note", Text, nullable=False),
    Column("answer", Text, nullable=True),
    Column("answered_at", Moment, nullable=True),
)


@dataclass(frozen=True, slots=True)
class SignOff:
    """Who was asked to approve a dossier, at which version; `answer` is the remark it came back with."""

    dossier: str
    version: int
    asked_by: str
    asked_of: str
    asked_at: datetime
    note: str
    answer: str | None = None
    answered_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether the person who was asked has not answered yet."""
        return self.answer is None


def clear_request(engine: Engine, dossier: str) -> None:
    """Forget the request for this dossier: it was signed, withdrawn, or the dossier is gone."""
    with writing(engine) as connection:
        connection.execute(delete(sign_offs).where(sign_offs.c.dossier == dossier))


_FIELDS = tuple(SignOff.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Examination:
    """Which of the sources that a text rests on one person opened beside it."""

    cited: tuple[str, ...]
    opened: tuple[str, ...]

    @property
    def begun(self) -> bool:
        """Whether at least one was opened; true where the text rests on none."""
        return bool(self.opened) or not self.cited

    @property
    def complete(self) -> bool:
        """Whether each was opened."""
        return set(self.cited) <= set(self.opened)


@dataclass(frozen=True, slots=True)
class Signing:
    """How far a dossier is with signing off, for one person."""

    request: SignOff | None
    approved: DossierVersion | None  # the last approved version, also when the text was changed after it
    candidates: tuple[str, ...]  # who can be asked
    examined: Examination  # by this person
    by_another: bool = False  # this person edited last, and with the two-person rule may not sign it

    def changed_since(self, version: int) -> bool:
        """Whether the text was approved once and stands at a later version now."""
        return self.approved is not None and self.approved.version < version


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request as a start page lists it."""

    request: SignOff
    title: str


@dataclass(eq=False)
class SignOffs:
    """Asking, giving back and signing, within one's rights and with every step in the log."""

    _engine: Engine
    _repository: DossierRepository
    _dossiers: Dossiers
    _accounts: Accounts
    _log: EventLog
    _two_person: bool

    def describe(self, dossier: Dossier, actor: Actor) -> Signing:
        """Who was asked, who signed, and who can be asked."""
        versions = self._dossiers.versions(dossier.id, actor)
        approved = next((v for v in reversed(versions) if v.state is DossierState.APPROVED), None)
        return Signing(
            self._request(dossier.id),
            approved,
            self.approvers(dossier.id, actor),
            self._examined(dossier, actor),
            by_another=self._two_person and versions[-1].author == actor.name,
        )

    def opened(self, dossier_id: str, source_id: str, actor: Actor) -> None:
        """Keep in the log that this person opened a source beside the text that rests on it, once."""
        dossier = self._dossiers.load(dossier_id, actor)
        if source_id in dossier.cited and source_id not in self._examined(dossier, actor).opened:
            note(self._log, OPENED, actor, dossier_id, {"source": source_id})

    def _examined(self, dossier: Dossier, actor: Actor) -> Examination:
        opened = {
            str(step.details["source"])
            for step in self._dossiers.steps(dossier.id, actor, actions={OPENED})
            if step.actor == actor.name
        }
        return Examination(dossier.cited, tuple(source for source in dossier.cited if source in opened))

    def approvers(self, dossier_id: str, actor: Actor) -> tuple[str, ...]:
        """The others who may approve and may see this dossier, by name."""
        require(actor, Task.READ_DOSSIER)
        others = (a for a in self._accounts.list() if a.active and a.name != actor.name)
        approvers = (a for a in others if Role.APPROVER in a.roles)
        return tuple(sorted(a.name for a in approvers if self._may_see(a.actor, dossier_id)))

    def _may_see(self, actor: Actor, dossier_id: str) -> bool:
        try:
            self._dossiers.versions(dossier_id, actor)
        except LearningLionError:
            return False
        return True

    def among(self, dossier_ids: Sequence[str], actor: Actor) -> dict[str, SignOff]:
        """The requests for these dossiers, by dossier."""
        require(actor, Task.READ_DOSSIER)
        return {s.dossier: s for s in self._find(sign_offs.c.dossier.in_(dossier_ids))} if dossier_ids else {}

    def waiting(self, actor: Actor) -> tuple[tuple[Waiting, ...], tuple[Waiting, ...]]:
        """What this person was asked to sign, and what this person got back; only what still counts."""
        requests = self._find(sign_offs.c.asked_of == actor.name, sign_offs.c.answer.is_(None))
        returned = self._find(sign_offs.c.asked_by == actor.name, sign_offs.c.answer.is_not(None))
        return self._still_open(requests, actor), self._still_open(returned, actor)

    def _still_open(self, requests: tuple[SignOff, ...], actor: Actor) -> tuple[Waiting, ...]:
        waiting = []
        for request in requests:
            try:
                dossier = self._dossiers.load(request.dossier, actor)
            except LearningLionError:
                continue  # deleted, or not to be seen any more
            if dossier.state is not DossierState.APPROVED:
                waiting.append(Waiting(request, dossier.question_set.title or dossier.id))
        return tuple(waiting)

    def ask(
        self, dossier_id: str, person: str, remark: str, *, leave_open: Collection[int] = (), actor: Actor
    ) -> None:
        """Ask a named second person to sign off the newest version. Raises InputError while it cannot be.

        `leave_open`: the numbers of the questions that may stay without an answer, as for `approve`.
        """
        require(actor, Task.DRAFT)
        dossier = self._dossiers.load(dossier_id, actor)
        if person not in self.approvers(dossier_id, actor):
            raise InputError("Kies iemand die deze tekst mag vaststellen.")
        if dossier.state is DossierState.APPROVED:
            raise InputError("Deze tekst is al vastgesteld.")
        if any(v.failed for v in dossier.verifications):
            raise InputError(
                "Er staan nog zinnen in die de bron niet draagt. Verbeter ze, haal ze weg of neem ze voor "
                "eigen rekening; vraag het dan."
            )
        if not all(v.draft.complete for v in dossier.verifications):
            raise InputError(
                "Dit voorstel is nog niet af. Laat het afschrijven of maak het zelf af; vraag het dan."
            )
        _require_answers(dossier, leave_open)
        request = SignOff(dossier_id, dossier.version, actor.name, person, now(), remark.strip())
        with writing(self._engine) as connection:
            connection.execute(delete(sign_offs).where(sign_offs.c.dossier == dossier_id))
            connection.execute(insert(sign_offs).values(**{f: getattr(request, f) for f in _FIELDS}))
        details: dict[str, Plain] = {"version": dossier.version, "of": person}
        note(self._log, "sign-off.ask", actor, dossier_id, details)
        self._note_open(dossier, actor)

    def withdraw(self, dossier_id: str, *, actor: Actor) -> None:
        """Take one's request back, or put away what came back."""
        self._dossiers.load(dossier_id, actor)
        request = self._request(dossier_id)
        if request is None or request.asked_by != actor.name:
            raise UnknownReferenceError("U hebt niemand gevraagd om deze tekst vast te stellen.")
        clear_request(self._engine, dossier_id)
        note(self._log, "sign-off.withdraw", actor, dossier_id, {"of": request.asked_of})

    def give_back(self, dossier_id: str, remark: str, *, actor: Actor) -> None:
        """Give the text back to whoever asked, with what should be different."""
        require(actor, Task.APPROVE)
        self._dossiers.load(dossier_id, actor)
        if not remark.strip():
            raise InputError("Schrijf op wat er anders moet, zodat de opsteller verder kan.")
        mine = (sign_offs.c.asked_of == actor.name, sign_offs.c.answer.is_(None))
        values = {"answer": remark.strip(), "answered_at": now()}
        with writing(self._engine) as connection:
            here = update(sign_offs).where(sign_offs.c.dossier == dossier_id, *mine)
            answered = connection.execute(here.values(values)).rowcount
        request = self._request(dossier_id)
        if not answered or request is None:
            raise UnknownReferenceError("Aan u is niet gevraagd om deze tekst vast te stellen.")
        note(self._log, "sign-off.give-back", actor, dossier_id, {"to": request.asked_by})

    def approve(
        self,
        dossier_id: str,
        version: int,
        *,
        without_label: bool = False,
        leave_open: Collection[int] = (),
        actor: Actor,
    ) -> Dossier:
        """Sign off the version that was read; with the two-person rule not by whoever edited last.

        `leave_open`: the numbers of the questions that may stay without an answer; InputError where there
        are others. The log keeps which were left.

        `without_label`: this person also takes editorial responsibility, so that exports need not tell
        readers that AI was used; that needs every cited source opened. What machines read stays.
        Raises ConflictError when the text was changed after that version, InputError while something in it
        does not hold, is not finished or was not examined. A request to sign is answered by it.
        """
        require(actor, Task.APPROVE)
        old = self._dossiers.load(dossier_id, actor, version)
        for numbers, _why in unfinished(old):
            raise InputError(
                f"Het antwoord op vraag {', '.join(map(str, numbers))} is niet af. Laat het afschrijven of "
                "pas het zelf aan; stel dan vast."
            )
        if any(v.failed for v in old.verifications):
            raise InputError(
                "Er staan nog zinnen in die de bron niet draagt. Verbeter ze, haal ze weg of zeg waarop u ze "
                "zelf baseert; stel dan vast."
            )
        if old.state is not DossierState.APPROVED:
            _require_answers(old, leave_open)
        examined = self._examined(old, actor)
        stands = self._dossiers.load(dossier_id, actor).version == version  # else saving says that it changed
        if stands and not examined.begun:
            raise InputError(
                "U hebt nog geen enkele bron van deze tekst geopend. Open bij de zinnen waar u op let de "
                "bron; stel dan vast."
            )
        taken = _taken(old, examined, actor) if without_label else None
        self._repository.approve(
            dossier_id, version, by=actor.name, two_person=self._two_person, responsibility=taken
        )
        if taken is not None:
            details: dict[str, Plain] = {"version": version, "opened": len(taken.opened)}
            details |= {"judged": taken.judged, "changed": taken.changed}
            note(self._log, "label.remove", actor, dossier_id, details)
        if old.state is not DossierState.APPROVED:
            self._note_open(old, actor)
        clear_request(self._engine, dossier_id)
        return self._dossiers.load(dossier_id, actor)

    def _request(self, dossier_id: str) -> SignOff | None:
        return next(iter(self._find(sign_offs.c.dossier == dossier_id)), None)

    def _find(self, *where: ColumnElement[bool]) -> tuple[SignOff, ...]:
        """The requests of which this is true, the oldest first."""
        query = select(*(sign_offs.c[f] for f in _FIELDS)).where(*where)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(sign_offs.c.asked_at, sign_offs.c.dossier))
            return tuple(SignOff(*row) for row in rows)

    def _note_open(self, dossier: Dossier, actor: Actor) -> None:
        if dossier.unanswered:
            details: dict[str, Plain] = {"version": dossier.version, "open": list(dossier.unanswered)}
            note(self._log, "sign-off.open", actor, dossier.id, details)


def _require_answers(dossier: Dossier, leave_open: Collection[int]) -> None:
    """Raises InputError where an answer is to be filled in, or is not there and nobody said that it may."""
    if dossier.blanks:
        raise InputError(
            f"In het antwoord op vraag {listed(dossier.blanks)} staat nog […]. Vul in wat daar hoort."
        )
    if left := [number for number in dossier.unanswered if number not in leave_open]:
        raise InputError(
            f"Er is nog geen antwoord op vraag {listed(left)}. Schrijf het, of kies dat de brief zonder dit "
            "antwoord verder gaat."
        )


def _taken(dossier: Dossier, examined: Examination, actor: Actor) -> Responsibility:
    """The evidence of the examination. Raises InputError while a cited source was not opened."""
    left = len(examined.cited) - len(examined.opened)
    if left:
        raise InputError(
            f"De regel over AI mag pas weg als u elke aangehaalde bron hebt geopend; {left} niet. Stel vast "
            "met de regel, of open ze eerst."
        )
    standing = [check.statement for v in dossier.verifications for check in v.standing]
    changed = sum(s.author is Author.PERSON or s.original is not None for s in standing)
    judged = sum(len(v.own) for v in dossier.verifications)
    return Responsibility(actor.name, now(), examined.opened, judged, changed)
