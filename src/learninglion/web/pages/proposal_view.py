"""A proposal as the page shows it: answers in paragraphs, each sentence with its marks and what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from learninglion.checking.citations import nowhere, reference
from learninglion.drafting.line import is_newer
from learninglion.drafting.style import StyleReport
from learninglion.models import (
    AnswerVerdict,
    Author,
    Check,
    Citation,
    Dossier,
    EvidenceRow,
    Opening,
    SourceKind,
    VerdictMethod,
    Verification,
)
from learninglion.record.contract import never_looked_at
from learninglion.record.notes import (
    AnswerGroup,
    answer_groups,
    collect_notes,
    is_formal,
    source_of,
    why_unanswered,
)
from learninglion.web.pages.documents import source_address
from learninglion.workflow.answer_text import read_proposal, write_answer

_WHOLE = {
    AnswerVerdict.ANSWERED: "Beantwoord uit de gekozen bronnen",
    AnswerVerdict.PARTIAL: "Gedeeltelijk beantwoord uit de gekozen bronnen",
}
_WITH_OWN = {AnswerVerdict.ANSWERED: "Beantwoord", AnswerVerdict.PARTIAL: "Gedeeltelijk beantwoord"}
_SHORT = {
    AnswerVerdict.ANSWERED: "beantwoord",
    AnswerVerdict.PARTIAL: "deels beantwoord",
    AnswerVerdict.UNANSWERABLE: "geen antwoord",
}
_MARKS = {AnswerVerdict.ANSWERED: "✓", AnswerVerdict.PARTIAL: "△", AnswerVerdict.UNANSWERABLE: "✕"}
_KINDS = {
    AnswerVerdict.ANSWERED: "safe",
    AnswerVerdict.PARTIAL: "warning",
    AnswerVerdict.UNANSWERABLE: "error",
}


@dataclass(frozen=True, slots=True)
class VerdictView:
    """What a reader is told about an answer as it now stands; one that broke off has no verdict yet."""

    words: str
    short: str
    mark: str
    kind: str  # of the badge
    own: int = 0  # sentences that a person answers for
    changed: int = 0  # sentences that a person wrote or changed, and that a source bears
    answered: bool = False


def view_verdict(verification: Verification) -> VerdictView:
    """The verdict follows the text: what a person answers for counts as said, and is counted apart."""
    if not verification.draft.complete:
        return VerdictView("Niet af: het taalmodel is gestopt", "niet af", "…", "warning")
    own = len(verification.own)
    changed = sum(c.statement.author is Author.PERSON for c in verification.shown)
    verdict = verification.verdict
    if not own and verdict is AnswerVerdict.UNANSWERABLE and is_formal(verification):
        return VerdictView(why_unanswered(verification), "te bevestigen", "△", "warning")
    if not own:
        answered = verdict is AnswerVerdict.ANSWERED
        whole = _WHOLE.get(verdict) or why_unanswered(verification)
        return VerdictView(whole, _SHORT[verdict], _MARKS[verdict], _KINDS[verdict], 0, changed, answered)
    verdict = verification.with_own
    answered = verdict is AnswerVerdict.ANSWERED
    if answered and not verification.shown:
        return VerdictView("Beantwoord", "beantwoord", "✎", "active", own, answered=True)
    return VerdictView(
        _WITH_OWN[verdict], _SHORT[verdict], _MARKS[verdict], _KINDS[verdict], own, changed, answered
    )


@dataclass(frozen=True, slots=True)
class CitationView:
    """A citation as a numbered link that opens its source."""

    number: int
    citation: Citation
    address: str  # empty when the citation names no source


@dataclass(frozen=True, slots=True)
class MaterialView:
    """A related passage that one click puts in the answer; `newer` than all that the answer cites."""

    citation: Citation
    address: str
    newer: bool


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
    proposal: str = ""  # a text of the machine that a person must confirm; "" where there is none (any more)
    proposed_from: tuple[CitationView, ...] = ()  # the chosen sources that bear the proposal
    material: tuple[MaterialView, ...] = ()  # related passages that are no text of the answer
    joint: AnswerGroup | None = None  # with which questions it is one answer, or to which it refers
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


def view_questions(
    dossier: Dossier, styles: Sequence[StyleReport], opened: frozenset[int] = frozenset()
) -> tuple[QuestionView, ...]:
    """The dossier with citations numbered as exports number them; those of refused sentences come after.

    `opened`: the sub-questions (from 0) at which this reader left a text that is not saved.
    """
    number_of = _Numbers(dossier)
    joint = {i: group for group in answer_groups(dossier) for i in group.positions}
    views, shown = [], set[str]()
    for i, (verification, style) in enumerate(zip(dossier.verifications, styles, strict=True)):
        sentences = _sentences(dossier, i, number_of)
        proposal = _proposal(verification)
        notes = [note for note in _notes(verification) if note not in shown]
        shown.update(notes)
        views.append(
            QuestionView(
                verification,
                view_verdict(verification),
                tuple(_paragraphs(sentences)),
                verification.left_open,
                tuple(notes),
                style.remarks,
                len(never_looked_at(verification)),
                tuple(_sources(dossier, verification)),
                proposal,
                tuple(_proposed_from(dossier, verification)) if proposal else (),
                _material(dossier, verification),
                joint[i],
                tuple(
                    (row, _address(dossier, Citation("", (), row.quote, row.source_id, row.span)))
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
            marks.append(CitationView(self.numbers[key], citation, _address(self.dossier, citation)))
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


def _notes(verification: Verification) -> Iterator[str]:
    """What is remarked, but for the doubts that are told apart where there is an answer."""
    draft = verification.draft
    apart = draft.doubts if verification.standing and draft.complete else ()
    return (note for note in draft.left_out if note not in apart)


_LISTS = {Opening.ITEM: "ul", Opening.NUMBER: "ol"}


def _paragraphs(sentences: Sequence[SentenceView]) -> list[Paragraph]:
    paragraphs: list[tuple[str, list[list[SentenceView]]]] = []
    for sentence in sentences:
        opens = sentence.check.statement.opens
        if opens is Opening.SENTENCE and paragraphs:
            paragraphs[-1][1][-1].append(sentence)
            continue
        kind = _LISTS.get(opens, "p")
        if kind != "p" and paragraphs and paragraphs[-1][0] == kind:
            paragraphs[-1][1].append([sentence])
        else:
            paragraphs.append((kind, [[sentence]]))
    return [Paragraph(kind, tuple(tuple(item) for item in items)) for kind, items in paragraphs]


def _material(dossier: Dossier, verification: Verification) -> tuple[MaterialView, ...]:
    draft = verification.draft
    statements = tuple(c.statement for c in verification.shown)
    return tuple(
        MaterialView(c, _address(dossier, c), bool(statements) and is_newer(c, statements, draft.selection))
        for c in draft.material
    )


def _proposal(verification: Verification) -> str:
    """What is proposed, until a person said it, or answered where the machine wrote nothing."""
    proposed = verification.draft.proposal
    if not verification.draft.written and verification.with_own is AnswerVerdict.ANSWERED:
        return ""
    text = " ".join(" ".join(c.statement.text for c in verification.checks).split())
    return "" if " ".join(proposed.split()) in text else proposed


def _proposed_from(dossier: Dossier, verification: Verification) -> Iterator[CitationView]:
    cited = (c for s in read_proposal(verification.draft, nowhere) for c in s.citations)
    for number, citation in enumerate(dict.fromkeys(cited), start=1):
        yield CitationView(number, citation, _address(dossier, citation))


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


def _address(dossier: Dossier, citation: Citation) -> str:
    source_id = citation.source_id
    if source_id is None:
        return ""
    if source_id.startswith("supplied#"):
        return source_address(source_id, citation.span, path=f"/dossiers/{dossier.id}/supplied")
    return source_address(source_id, citation.span, dossier=dossier.id)
