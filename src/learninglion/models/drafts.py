"""Who asks, what is found and chosen, what is written from it, and what of that holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from enum import StrEnum

from learninglion.models.documents import Answerer, Asker, Document, DocumentKind, Passage, Region, Span

Progress = Callable[[str, int, int], None]
"""Called, as long work goes on, with what is being done, how many are done and how many there are."""


def silent(_label: str, _done: int, _total: int) -> None:
    """Progress that nobody looks at."""


# Who asks, and what this person may see and do.


class Role(StrEnum):
    """What a person may do; see docs/user-guide.md for the table of rights."""

    READER = "reader"
    DRAFTER = "drafter"
    APPROVER = "approver"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: name, roles, and the collections this person may see (None = all)."""

    name: str
    roles: frozenset[Role] = field(default_factory=frozenset)
    collections: frozenset[str] | None = None

    def may_see(self, collection: str) -> bool:
        """Whether this person may see documents of `collection`."""
        return self.collections is None or collection in self.collections


OWN = "supplied#own-"
"""How the id begins of a source that an officer brought along for one question."""


class SourceKind(StrEnum):
    """Where the text of a source comes from."""

    PAIR = "pair"  # an earlier question with its answer
    SECTION = "section"  # a section of another document
    SUPPLIED = "supplied"  # given by the officer: the department's line, news facts


@dataclass(frozen=True, slots=True)
class DocumentCard:
    """What a list or a citation says of a document, without its text."""

    id: str
    title: str
    kind: DocumentKind
    sha256: str = ""
    url: str | None = None
    date: date | None = None
    session_year: str | None = None
    number: int | None = None
    askers: tuple[Asker, ...] = ()
    answerers: tuple[Answerer, ...] = ()
    ministry: str | None = None
    collection: str = "default"
    warnings: tuple[str, ...] = ()


def card_of(document: Document, collection: str = "default") -> DocumentCard:
    """What lists and citations say of `document`, which is in this collection."""
    names = (f.name for f in fields(DocumentCard) if f.name != "collection")
    return DocumentCard(**{name: getattr(document, name) for name in names}, collection=collection)


@dataclass(frozen=True, slots=True)
class Source:
    """The unit that is chosen and cited: a whole earlier pair, a section, or supplied context.

    `body` is the text that may be quoted as evidence (the answer of a pair), verbatim from
    `Document.text[body_span]`; for supplied context the spans count from 0 in the body itself.
    """

    id: str  # "<document_id>#3-4-5", "<document_id>#s12", "supplied#line"
    document: DocumentCard
    kind: SourceKind
    body: str
    body_span: Span
    page: int  # where the body begins; 0 where there are no pages
    numbers: tuple[int, ...] = ()
    question: str = ""
    question_span: Span | None = None
    answer_numbers: tuple[int, ...] = ()
    heading_path: tuple[str, ...] = ()
    asked_by: str = ""  # of a pair: the fraction, where several ask in one document
    answered_by: str = ""  # of a pair: the bewindspersoon, where the document names one for it

    @property
    def own(self) -> bool:
        """Whether an officer brought it along for one question; line and news come with a whole set."""
        return self.id.startswith(OWN)

    @property
    def came_with_set(self) -> bool:
        """Whether it is the line or the news that was given along with the whole set: nobody chose it."""
        return self.kind is SourceKind.SUPPLIED and not self.own


Entry = tuple[Source, tuple[Passage, ...]]
"""A source with its passages: chosen and cited whole, searched in small."""


def day_of(text: str, *, last: bool = False) -> date:
    """A day ("2018-05-31"), or the first or `last` of a year ("2018"). Raises ValueError for all else."""
    return date.fromisoformat(f"{text}-{'12-31' if last else '01-01'}" if len(text) == 4 else text)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the user narrows the search to; empty means everything."""

    since: date | None = None
    until: date | None = None
    ministries: tuple[str, ...] = ()
    answerers: tuple[str, ...] = ()  # part of a bewindspersoon's name
    askers: tuple[str, ...] = ()  # part of a member's name
    collections: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    exclude_documents: tuple[str, ...] = ()

    @property
    def ends_before_it_begins(self) -> bool:
        """Whether no day lies in the period: nothing can be found then."""
        return self.since is not None and self.until is not None and self.since > self.until


@dataclass(frozen=True, slots=True)
class SynonymMatch:
    """A word of a source that was found because the organisation says it means what was asked."""

    word: str  # as the source prints it
    asked: str  # as the question says it


@dataclass(frozen=True, slots=True)
class Hit:
    """A source that was found, the passage that matched, and how sure we are.

    `score` is comparable across queries: an estimate (0..1) of the chance that the source is relevant.
    """

    source: Source
    passage: Passage
    rank: int  # from 1
    score: float
    lexical_rank: int | None = None  # from 1, among the hits of this search, by words alone
    dense_rank: int | None = None  # and by meaning alone
    matched: tuple[Span, ...] = ()  # sentences of Document.text that match best
    matched_words: tuple[str, ...] = ()
    duplicates: tuple[str, ...] = ()  # ids of sources that say nearly the same
    through_synonyms: tuple[SynonymMatch, ...] = ()  # which of `matched_words` a synonym brought in
    reranked_by: str = ""  # the reranking model that helped to order it; "": none did


@dataclass(frozen=True, slots=True)
class SubQuestion:
    """One numbered question of a set ("Vraag 3, 4 en 5" has three numbers)."""

    numbers: tuple[int, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Context:
    """What the officer adds; `confirmed`: the law allows using it, says the officer."""

    line: str = ""  # the department's line
    news: str = ""  # news facts
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A set of Kamervragen as it came in."""

    introduction: str
    questions: tuple[SubQuestion, ...]
    title: str = ""
    context: Context = Context()
    warnings: tuple[str, ...] = ()


class Chooser(StrEnum):
    """Who made a selection."""

    PERSON = "person"
    MACHINE = "machine"


@dataclass(frozen=True, slots=True)
class Rejection:
    """A source that a person set aside, and why."""

    source_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Selection:
    """What was offered for one sub-question and what was chosen from it.

    What is in `offered` but neither chosen, rejected nor `seen` was never looked at.
    """

    question: SubQuestion
    introduction: str
    offered: tuple[Hit, ...]
    chosen: tuple[Source, ...]  # also sources the officer added; supplied context last
    rejected: tuple[Rejection, ...] = ()
    seen: tuple[str, ...] = ()  # ids of sources that were opened or shown in full
    chosen_by: Chooser = Chooser.MACHINE
    selected_by: str = ""
    selected_at: datetime | None = None
    threshold: float | None = None
    added: tuple[str, ...] = ()  # ids of chosen sources that came by drafting, being newer


@dataclass(frozen=True, slots=True)
class Citation:
    """The exact words that a statement rests on, and where they stand."""

    document: str  # document id
    numbers: tuple[int, ...]  # question numbers of the cited answer
    quote: str
    source_id: str | None = None
    span: Span | None = None  # in Document.text
    page: int | None = None
    regions: tuple[Region, ...] = ()
    reference: str = ""  # "Aanhangsel Handelingen II 2023/24, nr. 1771, antwoord op vraag 4"
    url: str | None = None


class Author(StrEnum):
    """Who wrote a statement as it now stands."""

    MACHINE = "machine"
    PERSON = "person"  # written or changed by the officer


class Opening(StrEnum):
    """What a sentence begins, so that a text keeps the paragraphs and lists it was typed in."""

    SENTENCE = "sentence"  # nothing: it goes on where the one before it ended
    PARAGRAPH = "paragraph"
    ITEM = "item"  # of a list with bullets; what goes on after it belongs to the same item
    NUMBER = "number"  # the same, of a numbered list


LEADS_IN = "Leidt de opsomming in die erop volgt."
"""The `own_account` of a line that only says that a list comes: it claims nothing."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of a draft with its citations."""

    text: str
    citations: tuple[Citation, ...] = ()
    author: Author = Author.MACHINE
    original: str | None = None  # what the machine wrote, where a person changed it
    # Why a person lets it stand although no source bears it; counts for a person's sentence only.
    own_account: str = ""
    opens: Opening = Opening.SENTENCE

    @property
    def on_own_account(self) -> bool:
        """Whether a person answers for this sentence instead of a source."""
        return self.author is Author.PERSON and bool(self.own_account.strip())


class AnswerVerdict(StrEnum):
    """How far a sub-question is answered."""

    ANSWERED = "answered"
    PARTIAL = "partial"
    UNANSWERABLE = "unanswerable"


class StatementVerdict(StrEnum):
    """Whether a statement holds against what it cites."""

    SUPPORTED = "supported"
    UNSUPPORTED = "unsupported"
    UNCITED = "uncited"


class VerdictMethod(StrEnum):
    """What a verdict on a statement rests on."""

    RULE = "rule"  # supported: the rules find every word of it in its source
    JUDGE = "judge"  # supported: a judge that passed its exam says that it follows from its source
    NOT_SHOWN = "not shown"  # neither: read it yourself
    CONTRADICTED = "contradicted"  # it says what the source says, but for what the reasons name


class Opinion(StrEnum):
    """What a language model, as second reader, thinks of a sentence that came through the check."""

    AGREES = "agrees"
    DOUBTS = "doubts"
    NONE = "none"  # it was asked, and its answer could not be used


@dataclass(frozen=True, slots=True)
class Provenance:
    """What wrote a draft, so that it can be written again."""

    generator: str  # "extractive", "openai", "gguf"
    model: str = ""
    model_sha256: str = ""
    prompt_sha256: str = ""
    seed: int | None = None
    parameters: tuple[tuple[str, str], ...] = ()  # sampling, context size, versions


class Answers(StrEnum):
    """How far a passage answers a part of the question."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One row of the table between the sources and the text: a passage beside a part of the question."""

    part: str
    source_id: str
    reference: str
    quote: str  # verbatim, in whole sentences
    span: Span  # in Document.text
    date: date | None
    answers: Answers
    chance: float  # that it answers the part: the learned measure, and what the model says of it
    why: str = ""  # in the words of the model; never part of a text
    by_model: bool = False  # False: the learned measure found it
    figures: tuple[str, ...] = ()  # amounts and years of the quote in one spelling
    overtaken_by: str = ""  # the newer source in the table that says otherwise


@dataclass(frozen=True, slots=True)
class Remark:
    """Something the machine remarks on what it wrote, and of which text it is true.

    With `parts` it is a doubt, until somebody says more about them.
    """

    text: str = ""  # for the officer; "" where naming the parts says enough
    parts: tuple[str, ...] = ()  # of the question, of whose answer the machine is not sure
    missing: bool = False  # those parts are not answered at all
    about: tuple[str, ...] = ()  # sentences: true while one of them stands; of none: whatever stands
    until: str = ""  # id of a source: true until the text cites it
    # Id of the source that it is told of: where the text does not cite it (any more) only the doubt remains.
    of: str = field(default="", metadata={"later": True})


@dataclass(frozen=True, slots=True)
class Draft:
    """A text proposal for one sub-question, made from exactly what was selected."""

    selection: Selection
    statements: tuple[Statement, ...]
    verdict: AnswerVerdict
    missing: tuple[str, ...]  # aspects of the question that the sources do not answer
    provenance: Provenance
    left_out: tuple[str, ...] = ()  # the remarks that are true of the text as it stands, in words
    complete: bool = True  # False: interrupted while writing
    kind: str = ""  # what kind of question it is: "figure", "acquaintance", ...
    material: tuple[Citation, ...] = ()  # related passages that are no text of the draft, best first
    proposal: str = ""  # a text that a person must confirm; it never makes a question answered
    evidence: tuple[EvidenceRow, ...] = ()  # what a model wrote from; empty without a model
    # What the machine wrote and remarked, whatever became of the text since. Older records lack both.
    written: tuple[str, ...] = field(default=(), metadata={"later": True})  # its sentences
    remarks: tuple[Remark, ...] = field(default=(), metadata={"later": True})
    stopped: str = field(default="", metadata={"later": True})  # why it broke off

    @property
    def doubts(self) -> tuple[str, ...]:
        """The remarks that keep it from being an answer; none where records do not tell them apart."""
        hints = {remark.text for remark in self.remarks if not remark.parts}
        kept_apart = self.written or self.remarks
        return tuple(text for text in self.left_out if text not in hints) if kept_apart else ()


@dataclass(frozen=True, slots=True)
class Check:
    """The verdict on one statement, with reasons a reader can follow."""

    statement: Statement
    verdict: StatementVerdict
    reasons: tuple[str, ...] = ()
    evidence: tuple[Span, ...] = ()
    opinion: Opinion | None = None  # of the second reader, where one was asked; it decides nothing
    method: VerdictMethod | None = None  # None in records from before it was kept
    judged_by: str = ""  # the judge whose word counts, with how it did in its exam


@dataclass(frozen=True, slots=True)
class SecondReading:
    """Which model was asked for a second opinion, and why it could not be asked (further), if so."""

    provenance: Provenance
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Verification:
    """A draft with what holds of it. Only `shown` statements count as answer from the sources."""

    draft: Draft
    checks: tuple[Check, ...]
    verdict: AnswerVerdict
    missing: tuple[str, ...]
    method: str  # name and version of the checker
    second_reading: SecondReading | None = None

    @property
    def shown(self) -> tuple[Check, ...]:
        """The statements that their sources support."""
        return tuple(c for c in self.checks if c.verdict is StatementVerdict.SUPPORTED)

    @property
    def own(self) -> tuple[Check, ...]:
        """The statements that no source supports and that a person answers for, with a reason."""
        return tuple(
            c
            for c in self.checks
            if c.verdict is not StatementVerdict.SUPPORTED and c.statement.on_own_account
        )

    @property
    def standing(self) -> tuple[Check, ...]:
        """The text as it goes out: what is supported and what a person answers for, in order."""
        apart = self.failed
        return tuple(c for c in self.checks if c not in apart)

    @property
    def failed(self) -> tuple[Check, ...]:
        """The statements that are shown apart, with their reasons."""
        return tuple(
            c
            for c in self.checks
            if c.verdict is not StatementVerdict.SUPPORTED and not c.statement.on_own_account
        )

    @property
    def with_own(self) -> AnswerVerdict:
        """How far the text as it goes out answers: what a person answers for counts as said."""
        if not self.own:
            return self.verdict
        whole = self.draft.verdict is AnswerVerdict.ANSWERED and not self.failed
        return AnswerVerdict.ANSWERED if whole else AnswerVerdict.PARTIAL

    @property
    def left_open(self) -> tuple[str, ...]:
        """The parts of the question that the text as it goes out leaves open. Where something does not hold,
        those that the sources leave open.
        """
        return self.draft.missing if self.own and not self.failed else self.missing

    @property
    def emptied(self) -> bool:
        """Whether a person took all of its text out: nothing that is written empty is called an answer."""
        taken_out = bool(self.draft.written) or self.draft.verdict is AnswerVerdict.ANSWERED
        return not self.checks and taken_out


class DossierState(StrEnum):
    """How far the officer is."""

    DRAFT = "draft"
    EDITED = "edited"
    APPROVED = "approved"


@dataclass(frozen=True, slots=True)
class Responsibility:
    """That a named person examined a text and answers for it as its editor, so that its label may go.

    Source: AI Act, art. 50(4): no label on text after human review, where somebody holds editorial
    responsibility.
    """

    by: str
    at: datetime
    opened: tuple[str, ...]  # ids of the cited sources that this person opened beside the text
    judged: int  # sentences that a person answers for with a reason
    changed: int  # sentences that a person wrote or changed


@dataclass(frozen=True, slots=True)
class Dossier:
    """The receipt of a whole set: questions, choices, drafts and what holds of them."""

    id: str  # "dossier-" + 16 hex digits of a hash over input, settings and result
    question_set: QuestionSet
    verifications: tuple[Verification, ...]
    state: DossierState = DossierState.DRAFT
    version: int = 1
    settings: tuple[tuple[str, str], ...] = ()  # versions and settings that shaped the result
    responsibility: Responsibility | None = None  # None: the label for readers stands

    @property
    def unanswered(self) -> tuple[int, ...]:
        """The numbers of the questions at which nothing stands that goes out."""
        return tuple(
            n for v in self.verifications if not v.standing for n in v.draft.selection.question.numbers
        )

    @property
    def cited(self) -> tuple[str, ...]:
        """Ids of the sources that the text as it goes out rests on, in order."""
        standing = (check.statement for v in self.verifications for check in v.standing)
        return tuple(dict.fromkeys(c.source_id for s in standing for c in s.citations if c.source_id))
