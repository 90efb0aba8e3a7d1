"""Text proposals: begun and gone on with, read beside their sources, written in, signed off, taken along."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Body, Form, Query
from starlette.background import BackgroundTask
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse

from learninglion.checking.citations import dutch_date, nowhere, reference
from learninglion.drafting.line import is_newer
from learninglion.drafting.style import StyleReport
from learninglion.models import (
    Answers,
    AnswerVerdict,
    Author,
    Check,
    Citation,
    Dossier,
    EvidenceRow,
    Opening,
    QuestionSet,
    Selection,
    Source,
    SourceKind,
    VerdictMethod,
    Verification,
)
from learninglion.models.errors import ConflictError, InputError, LearningLionError, UnknownReferenceError
from learninglion.models.plain import Plain, from_plain, to_plain
from learninglion.record.contract import never_looked_at
from learninglion.record.energy import Energy
from learninglion.record.export import ExportFormat, file_name
from learninglion.record.letter import is_conversation
from learninglion.record.marking import MARK_LINE, SIDECAR_SUFFIX, mark_line
from learninglion.record.notes import (
    LISTS,
    AnswerGroup,
    answer_groups,
    balance_of,
    collect_notes,
    remarks_once,
    runs,
    source_of,
)
from learninglion.web.access import TheForm, TheVisit, Visit, attachment, read_whole
from learninglion.web.pages.documents import source_address
from learninglion.web.pages.search import sets_at_work
from learninglion.web.pages.work import find_job, stream_reports
from learninglion.web.rendering import FORMS, VerdictView, deed_words, view_verdict
from learninglion.workflow.answer_text import proposed_texts, read_proposal, write_answer
from learninglion.workflow.drafts import LONGEST_ANSWER
from learninglion.workflow.log import LogEntry
from learninglion.workflow.quality import Complaint
from learninglion.workflow.rights import Task, require
from learninglion.workflow.sets import Work, choose_source


@dataclass(frozen=True, slots=True)
class CitationView:
    """A citation as a numbered link that opens its source."""

    number: int
    citation: Citation
    address: str  # empty when the citation names no source


@dataclass(frozen=True, slots=True)
class MaterialView:
    """A related passage that one click puts in the answer; `newer` than all that the answer cites.

    `place` counts the material of the sub-question from 0; `remote`: it hardly bears on the question.
    """

    citation: Citation
    address: str
    newer: bool
    place: int
    remote: bool


@dataclass(frozen=True, slots=True)
class SentenceView:
    """One sentence where it stands; `position` counts all statements of the sub-question."""

    position: int
    check: Check
    citations: tuple[CitationView, ...]
    refused: bool
    own: bool
    followed: bool  # another sentence goes on behind it, and may lean on it

    @property
    def doubtful(self) -> bool:
        """Whether nothing shows it and nothing contradicts it: somebody must read it."""
        return self.refused and self.check.method is VerdictMethod.NOT_SHOWN and bool(self.check.evidence)

    @property
    def contradicted(self) -> bool:
        """Whether a person answers for it although it cites a source that says something else."""
        return self.own and self.check.method is VerdictMethod.CONTRADICTED and bool(self.citations)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, or the items of a list."""

    kind: str  # "p", "ul" or "ol"
    items: tuple[tuple[SentenceView, ...], ...]

    @property
    def sentences(self) -> tuple[SentenceView, ...]:
        """All of its sentences in order."""
        return tuple(s for item in self.items for s in item)


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One sub-question as the page shows it."""

    verification: Verification
    verdict: VerdictView
    paragraphs: tuple[Paragraph, ...]
    missing: tuple[str, ...]
    notes: tuple[str, ...]  # on the sources, each at the first answer that it is about
    remarks: tuple[str, ...]  # on the language
    not_looked_at: int
    sources: tuple[tuple[str, str], ...]  # what was chosen: label and address, to read while one writes
    proposals: tuple[str, ...] = ()  # texts of which a person may confirm one; none where one is said
    proposed_from: tuple[CitationView, ...] = ()  # the chosen sources that bear the proposal
    material: tuple[MaterialView, ...] = ()  # related passages that are no text of the answer
    joint: AnswerGroup | None = None  # with which questions it is one answer, or to which it refers
    later: tuple[tuple[Source, str, str], ...] = ()  # what came in since, with its reference and address
    evidence: tuple[tuple[EvidenceRow, str], ...] = ()  # what a model wrote from, with the address of each
    unsaved: bool = False  # this person left a text here that is not saved

    @property
    def sentences(self) -> tuple[SentenceView, ...]:
        """All sentences in order, also the refused ones."""
        return tuple(s for paragraph in self.paragraphs for s in paragraph.sentences)

    @property
    def refused(self) -> tuple[SentenceView, ...]:
        """What no source bears and nobody answers for."""
        return tuple(s for s in self.sentences if s.refused)

    @property
    def stands(self) -> bool:
        """Whether there is any text that goes out."""
        return any(not s.refused for s in self.sentences)


@dataclass(frozen=True, slots=True)
class Editing:
    """The answer that is open to write in."""

    position: int
    version: int  # of the text it began from
    text: str
    restored: datetime | None = None  # when this was typed, where it was not saved
    problem: str = ""
    theirs: str = ""  # what somebody else made of the same answer meanwhile
    author: str = ""
    at: datetime | None = None

    @staticmethod
    def begin(dossier: Dossier, position: int) -> Editing:
        """The answer as it stands in this version."""
        text = write_answer(dossier.verifications[position].draft.statements)
        return Editing(position, dossier.version, text)


def _view_questions(
    dossier: Dossier,
    styles: Sequence[StyleReport],
    came_later: Sequence[tuple[Source, ...]],
    opened: frozenset[int] = frozenset(),
) -> tuple[QuestionView, ...]:
    """The dossier with citations numbered as exports number them; those of refused sentences come after.

    `opened`: the sub-questions (from 0) at which this reader left a text that is not saved.
    """
    number_of = _Numbers(dossier)
    joint = {i: group for group in answer_groups(dossier) for i in group.positions}
    views = []
    remarks = remarks_once(dossier.verifications)
    rows = zip(dossier.verifications, styles, came_later, remarks, strict=True)
    for i, (verification, style, later, own_remarks) in enumerate(rows):
        sentences = _sentences(dossier, i, number_of)
        proposals = _proposals(verification)
        apart = verification.draft.doubts if verification.standing and verification.draft.complete else ()
        views.append(
            QuestionView(
                verification,
                view_verdict(verification),
                tuple(_paragraphs(sentences)),
                verification.left_open,
                tuple(remark for remark in own_remarks if remark not in apart),
                style.remarks,
                len(never_looked_at(verification)),
                tuple(_sources(dossier, verification)),
                proposals,
                tuple(_proposed_from(dossier, verification)) if proposals else (),
                _material(dossier, verification),
                joint[i],
                tuple((s, _dated(s), source_address(s.id)) for s in later),
                tuple(
                    (row, _citation_address(dossier, Citation("", (), row.quote, row.source_id, row.span)))
                    for row in verification.draft.evidence
                ),
                i in opened,
            )
        )
    return tuple(views)


class _Numbers:
    """The number of a citation: that of the note of its source at this answer, else the next one."""

    def __init__(self, dossier: Dossier) -> None:
        notes = collect_notes(dossier)
        self.dossier = dossier
        self.last = max((note.number for listed in notes.values() for note in listed), default=0)
        self.numbers = {
            (position, source_of(citation)): note.number
            for (position, _), listed in notes.items()
            for note in listed
            for citation in note.citations
        }

    def cited(self, position: int, check: Check) -> tuple[CitationView, ...]:
        """The citations of a statement, also of one that does not stand."""
        marks = []
        for citation in check.statement.citations:
            key = (position, source_of(citation))
            if key not in self.numbers:
                self.numbers[key] = self.last = self.last + 1
            marks.append(CitationView(self.numbers[key], citation, _citation_address(self.dossier, citation)))
        return tuple(marks)


def _sentences(dossier: Dossier, position: int, numbers: _Numbers) -> tuple[SentenceView, ...]:
    verification = dossier.verifications[position]
    failed, own = verification.failed, verification.own
    sentences: list[SentenceView] = []
    for at, check in enumerate(verification.checks):
        refused = check in failed
        cited = numbers.cited(position, check)
        follows = verification.checks[at + 1 : at + 2]
        followed = bool(follows) and follows[0].statement.opens is Opening.SENTENCE
        sentences.append(SentenceView(at, check, cited, refused, check in own, followed))
    return tuple(sentences)


def _paragraphs(sentences: Sequence[SentenceView]) -> list[Paragraph]:
    paragraphs: list[tuple[str, list[list[SentenceView]]]] = []
    for sentence in sentences:
        opens = sentence.check.statement.opens
        if opens is Opening.SENTENCE and paragraphs:
            paragraphs[-1][1][-1].append(sentence)
            continue
        kind = LISTS.get(opens, "p")
        if kind != "p" and paragraphs and paragraphs[-1][0] == kind:
            paragraphs[-1][1].append([sentence])
        else:
            paragraphs.append((kind, [[sentence]]))
    return [Paragraph(kind, tuple(tuple(item) for item in items)) for kind, items in paragraphs]


def _material(dossier: Dossier, verification: Verification) -> tuple[MaterialView, ...]:
    draft = verification.draft
    statements = tuple(c.statement for c in verification.shown)
    return tuple(
        MaterialView(
            c,
            _citation_address(dossier, c),
            bool(statements) and is_newer(c, statements, draft.selection),
            place,
            c.source_id in draft.remote,
        )
        for place, c in enumerate(draft.material)
    )


def _proposals(verification: Verification) -> tuple[str, ...]:
    """What is proposed, until a person said it, or answered where the machine wrote nothing."""
    if not verification.draft.written and verification.with_own is AnswerVerdict.ANSWERED:
        return ()
    text = " ".join(" ".join(c.statement.text for c in verification.checks).split())
    proposed = proposed_texts(verification.draft)
    return () if any(" ".join(one.split()) in text for one in proposed) else proposed


def _proposed_from(dossier: Dossier, verification: Verification) -> Iterator[CitationView]:
    cited = (c for s in read_proposal(verification.draft, nowhere) for c in s.citations)
    for number, citation in enumerate(dict.fromkeys(cited), start=1):
        yield CitationView(number, citation, _citation_address(dossier, citation))


def _sources(dossier: Dossier, verification: Verification) -> list[tuple[str, str]]:
    sources = []
    for source in verification.draft.selection.chosen:
        supplied = source.kind is SourceKind.SUPPLIED
        path = f"/dossiers/{dossier.id}/supplied" if supplied else "/sources"
        if source.body:
            label = f"{reference(source)}: {source.document.title}"
            within = "" if supplied else dossier.id
            sources.append((label, source_address(source.id, path=path, dossier=within)))
    return sources


def _dated(source: Source) -> str:
    """How a source is called, with its date."""
    day = dutch_date(source.document)
    return f"{reference(source)} ({day})" if day else reference(source)


def _citation_address(dossier: Dossier, citation: Citation) -> str:
    source_id = citation.source_id
    if source_id is None:
        return ""
    if source_id.startswith("supplied#"):
        return source_address(source_id, citation.span, path=f"/dossiers/{dossier.id}/supplied")
    return source_address(source_id, citation.span, dossier=dossier.id)


router = APIRouter(include_in_schema=False)

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXPORT_TYPES = {
    ExportFormat.MARKDOWN: "text/markdown; charset=utf-8",
    ExportFormat.JSON: "application/json",
    ExportFormat.PDF: "application/pdf",
    ExportFormat.HTML: "text/html; charset=utf-8",
    **{form: _WORD for form in ExportFormat if form.extension == ExportFormat.DOCX.value},
}
# --------------------------------------------------------------------------- writing


@router.post("/sets/{work_id}/draft")
def start_draft(visit: TheVisit, work_id: str, form: TheForm) -> Response:
    """Begin the proposal from exactly what was chosen; where there is one already, bring it up to date."""
    require(visit.actor, Task.DRAFT)
    work = visit.workplace.sets.find(work_id, visit.actor)
    generator = str(form.get("generator") or "extractive")
    before = dossier_of(visit, work)
    if before is None:
        return _begin(visit, work, generator)
    selections = _selections(visit, work)
    only = str(form.get("only") or "")
    if only:
        at = read_whole(only)
        if at is None or at >= len(selections):
            raise InputError("Deze vraag staat niet in de set.")
        wanted = frozenset({at})
    else:
        wanted = _outdated(before, selections)
    edited = visit.workplace.dossiers.edited(before.id, visit.actor) & wanted
    if edited and not form.get("decided"):
        questions = [(at, before.verifications[at].draft.selection.question) for at in sorted(edited)]
        return visit.page(
            "redraft.html", work=work, dossier=before, edited=questions, only=only, generator=generator
        )
    overwrite = frozenset(at for at in edited if form.get(f"overwrite-{at}"))
    anew = {at: selections[at] for at in sorted(wanted - (edited - overwrite))}
    if not anew:
        return RedirectResponse(f"/dossiers/{before.id}", 303)

    plain: dict[str, Plain] = {
        "dossier": before.id,
        "anew": {str(at): to_plain(selection) for at, selection in anew.items()},
        "generator": generator,
        "overwrite": to_plain(overwrite),
    }
    job = visit.workplace.jobs.start(visit.actor, "draft.again", plain, subject=before.id)
    return RedirectResponse(f"/dossiers/{before.id}/writing/{job.id}", 303)


def dossier_of(visit: Visit, work: Work) -> Dossier | None:
    """The dossier that this set became, as long as its questions are still those of the set."""
    if work.dossier is None:
        return None
    try:
        dossier = visit.workplace.dossiers.load(work.dossier, visit.actor)
    except UnknownReferenceError:
        return None
    drafted = tuple(v.draft.selection.question for v in dossier.verifications)
    return dossier if drafted == work.question_set.questions else None


def _outdated(dossier: Dossier, selections: Sequence[Selection]) -> frozenset[int]:
    """The sub-questions for which other sources are chosen now than the text was written from."""
    return frozenset(
        at
        for at, (verification, selection) in enumerate(zip(dossier.verifications, selections, strict=True))
        if not verification.draft.complete or verification.draft.selection.chosen != selection.chosen
    )


def _begin(visit: Visit, work: Work, generator: str) -> Response:
    selections = _selections(visit, work)

    plain: dict[str, Plain] = {
        "work": work.id,
        "question_set": to_plain(work.question_set),
        "selections": to_plain(selections),
        "generator": generator,
    }
    job = visit.workplace.jobs.start(visit.actor, "draft", plain, subject=work.id)
    return RedirectResponse(f"/sets/{work.id}/draft/{job.id}", 303)


def _selections(visit: Visit, work: Work) -> tuple[Selection, ...]:
    offers = [shortlist.offered for shortlist in work.shortlists]
    own = [s for shortlist in work.shortlists for s in shortlist.added if s.kind is SourceKind.SUPPLIED]
    return visit.workplace.drafts.select(
        work.question_set, offers, work.choices(), threshold=work.threshold, own=own, actor=visit.actor
    )


@router.post("/dossiers/{dossier_id}/resume")
def resume_draft(visit: TheVisit, dossier_id: str) -> Response:
    """Write on where the language model broke off."""
    require(visit.actor, Task.DRAFT)
    request: dict[str, Plain] = {
        "dossier": dossier_id,
        "version": visit.workplace.dossiers.load(dossier_id, visit.actor).version,
    }
    job = visit.workplace.jobs.start(visit.actor, "draft.resume", request, subject=dossier_id)
    return RedirectResponse(f"/dossiers/{dossier_id}/writing/{job.id}", 303)


@router.get("/sets/{work_id}/draft/{job_id}")
def drafting_page(visit: TheVisit, work_id: str, job_id: str) -> Response:
    """The proposal while it is written; without script one reloads."""
    work = visit.workplace.sets.find(work_id, visit.actor)
    return _watch(visit, job_id, work.question_set, f"/sets/{work_id}/questions/1")


@router.get("/dossiers/{dossier_id}/writing/{job_id}")
def resuming_page(visit: TheVisit, dossier_id: str, job_id: str) -> Response:
    """The rest of a proposal while it is written."""
    dossier = visit.workplace.dossiers.load(dossier_id, visit.actor)
    return _watch(visit, job_id, dossier.question_set, f"/dossiers/{dossier_id}")


def _watch(visit: Visit, job_id: str, question_set: QuestionSet, back: str) -> Response:
    job = find_job(visit.site, job_id, visit.actor)
    if job.finished and job.events and job.events[-1].name == "done":
        return RedirectResponse(str(job.events[-1].data["address"]), 303)
    failed = str(job.events[-1].data["detail"]) if job.finished and job.events else ""
    failed = failed[:1].upper() + failed[1:]
    return visit.page("drafting.html", questions=question_set.questions, back=back, job=job, failed=failed)


@router.post("/jobs/{job_id}/stop")
def stop_writing(visit: TheVisit, job_id: str) -> Response:
    """Ask no more of the language model; what was written is kept, and can be gone on with."""
    require(visit.actor, Task.DRAFT)
    job = find_job(visit.site, job_id, visit.actor)
    visit.workplace.jobs.stop(job.id)
    work = (
        f"/dossiers/{job.subject}/writing"
        if job.subject.startswith("dossier-")
        else f"/sets/{job.subject}/draft"
    )
    return RedirectResponse(f"{work}/{job.id}" if job.kind.startswith("draft") else "/", 303)


@router.get("/jobs/{job_id}/events")
def job_events(visit: TheVisit, job_id: str) -> StreamingResponse:
    """The reports of long work, as server-sent events; a browser that reconnects goes on where it was."""
    job = find_job(visit.site, job_id, visit.actor)
    after = read_whole(visit.request.headers.get("last-event-id", "")) or 0
    return stream_reports(visit.site, job.id, after)


_PAGE = 50
_FLOW, SENTENCES = "", "sentences"
"""How a proposal is read: as the text it is, or sentence by sentence."""


@router.get("/dossiers")
def dossiers_page(visit: TheVisit, page: Annotated[int, Query(ge=1, le=10_000)] = 1) -> Response:
    """All dossiers this person may see."""
    dossiers = visit.workplace.dossiers.list(visit.actor, limit=_PAGE + 1, offset=(page - 1) * _PAGE)
    return visit.page(
        "dossiers.html",
        cards=dossiers[:_PAGE],
        page=page,
        more=len(dossiers) > _PAGE,
        requests=visit.workplace.sign_offs.among([card.id for card in dossiers[:_PAGE]], visit.actor),
    )


@router.get("/dossiers/{dossier_id}")
def dossier_page(
    visit: TheVisit,
    dossier_id: str,
    version: Annotated[int | None, Query(ge=1)] = None,
    edit: Annotated[int | None, Query(ge=0)] = None,
    view: Annotated[str, Query(max_length=20)] = _FLOW,
) -> Response:
    """A proposal: each sentence with its sources, what does not hold marked where it stands."""
    newest = visit.workplace.dossiers.load(dossier_id, visit.actor)
    dossier = newest if version is None else visit.workplace.dossiers.load(dossier_id, visit.actor, version)
    visit.workplace.access.looked(visit.actor, "dossier", dossier_id)
    editing = None
    if edit is not None and edit < len(newest.verifications) and dossier.version == newest.version:
        editing = _open_text(visit, newest, edit)
    page = _show(visit, dossier, newest, editing=editing, view=view)
    if editing is not None:
        page.background = BackgroundTask(visit.workplace.drafts.read_ahead, newest, editing.position)
    return page


def _show(
    visit: Visit,
    dossier: Dossier,
    newest: Dossier,
    *,
    editing: Editing | None = None,
    view: str = _FLOW,
    refused: tuple[int, int, str, str] | None = None,
    unsigned: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    """The page; `refused`: position, place, what was typed and what is wrong with it, of an own sentence;
    `unsigned`: what was filled in to sign off, with its `problem`."""
    under = f"/dossiers/{dossier.id}/questions/"
    texts = visit.workplace.working_texts.places(under, visit.actor)
    places = (read_whole(place.removeprefix(under)) for place in texts)
    left = frozenset(at for at in places if at is not None)
    later: tuple[tuple[Source, ...], ...] = ((),) * len(dossier.verifications)
    if dossier.version == newest.version and not is_conversation(dossier):
        later = visit.workplace.drafts.came_later(dossier, visit.actor)
    return visit.page(
        "dossier.html",
        status=status,
        dossier=dossier,
        newest=newest.version,
        changed_since=frozenset(
            at
            for at, (then, now) in enumerate(zip(dossier.verifications, newest.verifications, strict=True))
            if then.draft.statements != now.draft.statements
        ),
        questions=_view_questions(dossier, visit.workplace.drafts.style_of(dossier), later, left),
        editing=editing,
        view=SENTENCES if view == SENTENCES else _FLOW,
        refused=refused,
        unsigned=unsigned or {},
        longest=LONGEST_ANSWER,
        forms=list(FORMS.items()),
        mark=mark_line(dossier),
        copy_mark="" if dossier.responsibility else MARK_LINE,
        Author=Author,
        energy=visit.workplace.dossiers.energy(dossier.id, visit.actor),
        runs=runs,
        signing=visit.workplace.sign_offs.describe(newest, visit.actor),
        work_id=visit.workplace.sets.of_dossier(dossier.id, visit.actor),
        hand_over=sets_at_work(visit) if is_conversation(dossier) else [],
    )


def _refuse_signing(visit: Visit, dossier_id: str, error: LearningLionError, **typed: str) -> Response:
    """The proposal again, with what is wrong where one signs off; what was filled in still stands there."""
    newest = visit.workplace.dossiers.load(dossier_id, visit.actor)
    unsigned = {"problem": error.detail, **typed}
    return _show(visit, newest, newest, unsigned=unsigned, status=error.status)


# --------------------------------------------------------------------------- writing in an answer


def _place(dossier_id: str, position: int) -> str:
    return f"/dossiers/{dossier_id}/questions/{position}"


def _open_text(visit: Visit, newest: Dossier, position: int) -> Editing:
    """The answer to write in: what this person typed before and did not save, else as it stands."""
    begun = Editing.begin(newest, position)
    if not visit.may("draft"):
        return begun
    typed = visit.workplace.working_texts.find(_place(newest.id, position), visit.actor)
    if typed is None or typed.fields.get("text", begun.text) == begun.text:
        return begun
    version = read_whole(typed.fields.get("version", "")) or 0
    since = version if 0 < version <= newest.version else newest.version
    restored = replace(begun, version=since, text=typed.fields["text"], restored=typed.changed)
    return _with_theirs(visit, newest, restored)


def _with_theirs(visit: Visit, newest: Dossier, editing: Editing) -> Editing:
    """The same, beside what somebody else made of it since: saving now is a choice between the two."""
    change = visit.workplace.dossiers.last_change(newest.id, editing.position, editing.version, visit.actor)
    if change is None:
        return replace(editing, version=newest.version)
    theirs = write_answer(newest.verifications[editing.position].draft.statements)
    return replace(editing, version=newest.version, theirs=theirs, author=change.author, at=change.at)


@router.post("/dossiers/{dossier_id}/questions/{position}")
def edit_question(visit: TheVisit, dossier_id: str, position: int, form: TheForm) -> Response:
    """Keep the officer's text of one answer; what changed is checked again. What is refused stays typed."""
    require(visit.actor, Task.DRAFT)
    version, text = read_whole(str(form.get("version") or "")), form.get("text")
    if not isinstance(text, str) or version is None:
        raise InputError("Dit formulier is niet volledig.")
    view, typed = str(form.get("view") or _FLOW), Editing(position, version, text)
    try:
        visit.workplace.drafts.rewrite(
            dossier_id, position, typed.text, version=typed.version, actor=visit.actor
        )
    except (ConflictError, InputError) as error:
        newest = visit.workplace.dossiers.load(dossier_id, visit.actor)
        if not 0 <= position < len(newest.verifications):
            raise
        if isinstance(error, ConflictError):
            again = _with_theirs(visit, newest, typed)
        else:
            again = replace(typed, problem=error.detail)
        return _show(visit, newest, newest, editing=again, view=view, status=error.status)
    visit.workplace.working_texts.clear(_place(dossier_id, position), actor=visit.actor)
    return RedirectResponse(_address(dossier_id, position, view), 303)


@router.post("/dossiers/{dossier_id}/questions/{position}/discard")
def discard_text(visit: TheVisit, dossier_id: str, position: int) -> Response:
    """Throw away what was typed and not saved; the answer stays as it is."""
    visit.workplace.working_texts.clear(_place(dossier_id, position), actor=visit.actor)
    return RedirectResponse(_address(dossier_id, position, _FLOW), 303)


@router.post("/dossiers/{dossier_id}/questions/{position}/wrong")
def say_wrong(
    visit: TheVisit,
    dossier_id: str,
    position: int,
    place: Annotated[int, Form()],
    version: Annotated[int, Form(ge=1)],
    complaint: Annotated[Complaint, Form()],
    view: Annotated[str, Form(max_length=20)] = _FLOW,
) -> Response:
    """Say that a sentence is wrong, for somebody to follow up."""
    visit.workplace.remarks.say(dossier_id, position, place, complaint, version=version, actor=visit.actor)
    return RedirectResponse(_address(dossier_id, position, view), 303)


@router.post("/dossiers/{dossier_id}/questions/{position}/judge")
def judge_proposal(
    visit: TheVisit,
    dossier_id: str,
    position: int,
    version: Annotated[int, Form(ge=1)],
    answers: Annotated[Answers, Form()],
    beside: Annotated[str, Form(max_length=4)] = "",
    view: Annotated[str, Form(max_length=20)] = _FLOW,
) -> Response:
    """Say whether the proposal answers its question, or a passage beside it does."""
    place = read_whole(beside)
    visit.workplace.remarks.judge(dossier_id, position, answers, place, version=version, actor=visit.actor)
    return RedirectResponse(_address(dossier_id, position, view), 303)


@router.post("/dossiers/{dossier_id}/questions/{position}/own-account")
def answer_for(
    visit: TheVisit,
    dossier_id: str,
    position: int,
    place: Annotated[int, Form()],
    version: Annotated[int, Form()],
    account: Annotated[str, Form(max_length=1000)] = "",
    view: Annotated[str, Form(max_length=20)] = _FLOW,
) -> Response:
    """Let a sentence that no source bears stand on the officer's own account, with the reason."""
    require(visit.actor, Task.DRAFT)
    try:
        visit.workplace.drafts.answer_for(
            dossier_id, position, place, account, version=version, actor=visit.actor
        )
    except (ConflictError, InputError) as error:
        newest = visit.workplace.dossiers.load(dossier_id, visit.actor)
        refused = (position, place, account, error.detail)
        return _show(visit, newest, newest, view=view, refused=refused, status=error.status)
    return RedirectResponse(_address(dossier_id, position, view), 303)


@router.post("/dossiers/{dossier_id}/questions/{position}/confirm")
def confirm_proposal(
    visit: TheVisit,
    dossier_id: str,
    position: int,
    version: Annotated[int, Form()],
    choice: Annotated[int, Form(ge=0)] = 0,
) -> Response:
    """Take over a text that the machine proposes but may not say by itself."""
    visit.workplace.drafts.confirm_proposal(
        dossier_id, position, choice=choice, version=version, actor=visit.actor
    )
    return RedirectResponse(_address(dossier_id, position, _FLOW), 303)


@router.post("/dossiers/{dossier_id}/questions/{position}/put-back")
def put_back(
    visit: TheVisit,
    dossier_id: str,
    position: int,
    before: Annotated[int, Form(ge=1)],
    version: Annotated[int, Form(ge=1)],
) -> Response:
    """Let an answer stand again as it did in an older version."""
    visit.workplace.drafts.put_back(dossier_id, position, before, version=version, actor=visit.actor)
    return RedirectResponse(_address(dossier_id, position, _FLOW), 303)


@router.post("/dossiers/{dossier_id}/questions/{position}/material")
def take_material(
    visit: TheVisit,
    dossier_id: str,
    position: int,
    place: Annotated[int, Form()],
    version: Annotated[int, Form()],
) -> Response:
    """Put a passage that stands beside the answer into it; its source is chosen, also where the set lies."""
    drafts, sets = visit.workplace.drafts, visit.workplace.sets
    drafts.take_material(dossier_id, position, place, version=version, actor=visit.actor)
    read = visit.workplace.dossiers.load(dossier_id, visit.actor, version)
    source = read.verifications[position].draft.material[place].source_id
    work_id = sets.of_dossier(dossier_id, visit.actor)
    if work_id and source:
        work = sets.find(work_id, visit.actor)
        if position < len(work.shortlists) and work.shortlists[position].knows(source):
            sets.put_shortlist(
                work, position, choose_source(work.shortlists[position], source), actor=visit.actor
            )
    return RedirectResponse(_address(dossier_id, position, _FLOW), 303)


def _address(dossier_id: str, position: int, view: str) -> str:
    mode = f"?view={SENTENCES}" if view == SENTENCES else ""
    return f"/dossiers/{dossier_id}{mode}#question-{position}"


# --------------------------------------------------------------------------- while one types; taking along


@router.post("/working-texts")
def keep_text(
    visit: TheVisit,
    place: Annotated[str, Body(max_length=200)],
    fields: Annotated[dict[str, str], Body(max_length=300)],
) -> Response:
    """Keep what stands in a form while somebody types; only this person gets it back."""
    text = visit.workplace.working_texts.keep(place, fields, actor=visit.actor)
    return JSONResponse({"at": text.changed.isoformat()})


@router.get("/working-texts")
def unsaved_text(visit: TheVisit, place: Annotated[str, Query(max_length=200)]) -> Response:
    """What this person typed at a place and did not save; {} when nothing is left."""
    text = visit.workplace.working_texts.find(place, visit.actor)
    if text is None:
        return JSONResponse({})
    return JSONResponse({"at": text.changed.isoformat(), "fields": dict(text.fields)})


@router.post("/working-texts/discard")
def discard_unsaved(visit: TheVisit, place: Annotated[str, Body(max_length=200, embed=True)]) -> Response:
    """Forget what was typed at a place."""
    visit.workplace.working_texts.clear(place, actor=visit.actor)
    return JSONResponse({})


@router.get("/dossiers/{dossier_id}/copy")
def copy_text(
    visit: TheVisit, dossier_id: str, question: Annotated[int | None, Query(ge=0)] = None
) -> Response:
    """One answer or all of them with notes and mark, as mark-up and as plain text."""
    copied = visit.workplace.dossiers.copy(dossier_id, question, visit.actor)
    return JSONResponse({"html": copied.html, "plain": copied.plain})


def _question_numbers(chosen: str) -> tuple[int, ...]:
    """The numbers of the questions that one box stands for."""
    return tuple(number for part in chosen.split() if (number := read_whole(part)) is not None)


@router.post("/dossiers/{dossier_id}/sign-off")
def ask_to_sign(
    visit: TheVisit,
    dossier_id: str,
    person: Annotated[str, Form(max_length=100)] = "",
    note: Annotated[str, Form(max_length=1000)] = "",
    leave_open: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Ask a named second person to sign off the newest version."""
    try:
        visit.workplace.sign_offs.ask(
            dossier_id, person, note, leave_open=_question_numbers(leave_open), actor=visit.actor
        )
    except InputError as error:
        return _refuse_signing(visit, dossier_id, error, person=person, note=note, leave_open=leave_open)
    return RedirectResponse(f"/dossiers/{dossier_id}#h-sign", 303)


@router.post("/dossiers/{dossier_id}/sign-off/withdraw")
def withdraw(visit: TheVisit, dossier_id: str) -> Response:
    """Take one's request back, or put away what came back."""
    visit.workplace.sign_offs.withdraw(dossier_id, actor=visit.actor)
    return RedirectResponse(f"/dossiers/{dossier_id}#h-sign", 303)


@router.post("/dossiers/{dossier_id}/sign-off/give-back")
def give_back(
    visit: TheVisit, dossier_id: str, answer: Annotated[str, Form(max_length=2000)] = ""
) -> Response:
    """Give the text back to whoever asked, with what should be different."""
    try:
        visit.workplace.sign_offs.give_back(dossier_id, answer, actor=visit.actor)
    except InputError as error:
        return _refuse_signing(visit, dossier_id, error)
    return RedirectResponse("/", 303)


@router.post("/dossiers/{dossier_id}/approve")
def approve(
    visit: TheVisit,
    dossier_id: str,
    responsible: Annotated[str, Form()] = "",
    version: Annotated[int, Form(ge=1)] = 1,
    without_label: Annotated[str, Form(max_length=5)] = "",
    leave_open: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Sign off the version that was read; whoever does takes responsibility for it, and says so."""
    try:
        if not responsible:
            raise InputError("Bevestig eerst dat u de tekst hebt gelezen en er verantwoordelijk voor bent.")
        visit.workplace.sign_offs.approve(
            dossier_id,
            version,
            without_label=bool(without_label),
            leave_open=_question_numbers(leave_open),
            actor=visit.actor,
        )
    except InputError as error:
        typed = {"responsible": responsible, "without_label": without_label, "leave_open": leave_open}
        return _refuse_signing(visit, dossier_id, error, **typed)
    except ConflictError:
        changed = ConflictError(
            "De tekst is gewijzigd nadat u hem opende. Lees de nieuwste versie en stel die dan vast."
        )
        return _refuse_signing(visit, dossier_id, changed)
    return RedirectResponse(f"/dossiers/{dossier_id}", 303)


@router.get("/dossiers/{dossier_id}/export/{form}")
def export_file(visit: TheVisit, dossier_id: str, form: ExportFormat) -> Response:
    """The dossier as a file, marked and with its sources."""
    content = visit.workplace.dossiers.export(dossier_id, form, actor=visit.actor)
    name = file_name(visit.workplace.dossiers.load(dossier_id, visit.actor), form)
    return Response(content, media_type=EXPORT_TYPES[form], headers=attachment(name))


@router.get("/dossiers/{dossier_id}/provenance/{form}")
def provenance_file(visit: TheVisit, dossier_id: str, form: ExportFormat) -> Response:
    """The signed statement that goes with a downloaded file."""
    name, content = visit.workplace.dossiers.provenance(dossier_id, form, actor=visit.actor)
    return Response(content, media_type="application/json", headers=attachment(name + SIDECAR_SUFFIX))


@dataclass(frozen=True, slots=True)
class LogLine:
    """What a history shows of a log entry."""

    at: datetime
    actor: str
    action: str  # in words
    about: tuple[str, ...]  # which form or person
    version: int | None  # of the text
    energy: Energy | None = None  # where the work was metered


def _line(entry: LogEntry) -> LogLine:
    about = [str(entry.details[k]) for k in ("format", "of", "to") if entry.details.get(k)]
    unanswered = entry.details.get("open")
    about += [", ".join(map(str, unanswered))] if isinstance(unanswered, list) else []
    version = entry.details.get("version")
    energy = entry.details.get("energy")
    spent = from_plain(Energy, energy) if isinstance(energy, dict) else None
    return LogLine(
        entry.at,
        entry.actor,
        deed_words(entry.action),
        tuple(FORMS.get(detail, detail) for detail in about),
        version if isinstance(version, int) else None,
        spent,
    )


@router.get("/dossiers/{dossier_id}/history")
def dossier_history(visit: TheVisit, dossier_id: str) -> Response:
    """The versions of a dossier, what was chosen for it, and what the log says of it."""
    dossier = visit.workplace.dossiers.load(dossier_id, visit.actor)
    visit.workplace.access.looked(visit.actor, "dossier", dossier_id)
    versions = visit.workplace.dossiers.versions(dossier_id, visit.actor)
    entries = visit.workplace.dossiers.steps(dossier_id, visit.actor)
    lines = tuple(_line(entry) for entry in entries)
    return visit.page(
        "history.html",
        dossier=dossier,
        versions=versions,
        lines=lines,
        energy=visit.workplace.dossiers.energy(dossier_id, visit.actor),
        balance=balance_of(dossier),
        looked={v.draft.selection.question.numbers: never_looked_at(v) for v in dossier.verifications},
        replayed=None,
    )


@router.post("/dossiers/{dossier_id}/replay")
def replay(visit: TheVisit, dossier_id: str) -> Response:
    """Make the proposal again from what was chosen then, and say whether it comes out the same."""
    report = visit.workplace.drafts.replay(dossier_id, actor=visit.actor)
    return visit.page("replay.html", report=report, dossier_id=dossier_id)
