"""The types that everything meets through. Imports only the standard library.

`RawFile -> Document -> Source -> Hit -> Selection -> Draft -> Verification -> Dossier`: each later
type contains the earlier one, so a Dossier is a complete receipt of how a text came about.
All are frozen; sequences are tuples; offsets count characters of `Document.text`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

# --------------------------------------------------------------------------- places in a text


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters start..end (end exclusive) of a Document's text."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The characters this span covers in `text`."""
        return text[self.start : self.end]

    def contains(self, other: Span) -> bool:
        """Whether `other` lies wholly within this span."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True, order=True)
class Region:
    """A rectangle on a page: page counts from 1; PDF points with the origin at the bottom left."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class TextLine:
    """One printed line (or part of it) behind `span`: where each of its characters stands.

    `x_edges` has len(span) + 1 values: character i of the span runs from x_edges[i] to x_edges[i + 1].
    """

    span: Span
    page: int
    y0: float
    y1: float
    x_edges: tuple[float, ...]


# --------------------------------------------------------------------------- documents


class DocumentKind(StrEnum):
    """What sort of document this is."""

    KAMERVRAGEN = "kamervragen"  # published as Aanhangsel van de Handelingen
    LETTER = "letter"  # the ministry's letter with the answers in its annex
    DOCUMENT = "document"  # anything else


class BlockKind(StrEnum):
    """What a stretch of text is in the lay-out."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE = "table"
    FOOTNOTE = "footnote"


class NoticeKind(StrEnum):
    """Why a published document holds no answers (yet)."""

    POSTPONEMENT = "postponement"
    BY_LETTER = "by_letter"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class RawFile:
    """A file as it came in: its name, its bytes and where it came from."""

    name: str
    content: bytes
    origin: str  # path or address it was read from
    url: str | None = None  # official address, where the source knows it


@dataclass(frozen=True, slots=True)
class Asker:
    """A member of parliament who asked."""

    name: str
    party: str | None = None


@dataclass(frozen=True, slots=True)
class Answerer:
    """A bewindspersoon who answered, or in whose name was answered."""

    name: str | None
    role: str  # "Minister", "Staatssecretaris", "Minister-President", "Minister voor ..."
    portfolio: str | None = None
    on_behalf: bool = False  # named after "mede namens"


@dataclass(frozen=True, slots=True)
class Footnote:
    """A note at the foot of a page and the place that refers to it."""

    mark: str
    span: Span  # the note's own text in Document.text (behind the body)
    anchor: int | None  # offset in Document.text right after which the mark stood
    page: int


@dataclass(frozen=True, slots=True)
class QAPair:
    """A (combined) question with the answer that stands for it.

    `numbers` are the numbers of this question, `answer_numbers` those the answer says it stands for:
    separate questions 5 and 6 with one "Antwoord 5 en 6" are two pairs that share an answer span.
    """

    numbers: tuple[int, ...]
    question: Span
    answer: Span | None
    page: int  # where the question begins
    answer_page: int | None = None
    answer_numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, paragraph, list item or table; level is the depth of a heading (1 = top)."""

    kind: BlockKind
    span: Span
    page: int
    level: int = 0


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice in the place of answers."""

    kind: NoticeKind
    span: Span


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed document: one clean text, and where everything in it stands."""

    id: str  # "ah-tk-20232024-2129", or "doc-" + 16 hex digits of the sha256
    sha256: str
    title: str
    kind: DocumentKind
    text: str
    url: str | None = None
    published: date | None = None
    asked_on: date | None = None
    received_on: date | None = None
    session_year: str | None = None  # "2023-2024"
    number: int | None = None
    askers: tuple[Asker, ...] = ()
    answerers: tuple[Answerer, ...] = ()
    ministry: str | None = None  # of the first answerer: "Justitie en Veiligheid"
    introduction: Span | None = None  # who asks whom about what
    page_starts: tuple[int, ...] = (0,)  # offset in text where each page begins
    pairs: tuple[QAPair, ...] = ()
    blocks: tuple[Block, ...] = ()
    footnotes: tuple[Footnote, ...] = ()
    notice: Notice | None = None
    related: tuple[str, ...] = ()  # identifiers after "Zie ook Aanhangsel Handelingen"
    lines: tuple[TextLine, ...] = ()  # empty for formats without fixed pages
    warnings: tuple[str, ...] = ()
    source_name: str = ""  # the file name it came under

    @property
    def date(self) -> date | None:
        """The date that counts for "newest first" and for periods."""
        return self.received_on or self.published or self.asked_on


class PassageKind(StrEnum):
    """What a passage was cut from."""

    QUESTION = "question"
    ANSWER = "answer"
    BODY = "body"


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit that is searched: small, never cutting a sentence, knowing the whole it belongs to."""

    id: str  # "<source_id>/<n>"
    source_id: str
    document_id: str
    text: str
    span: Span
    page: int
    kind: PassageKind
    question_numbers: tuple[int, ...] = ()
    heading_path: tuple[str, ...] = ()


# --------------------------------------------------------------------------- searching


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


@dataclass(frozen=True, slots=True)
class Hit:
    """A source that was found, the passage that matched, and how sure we are.

    `score` is comparable across queries: an estimate (0..1) of the chance that the source is relevant.
    """

    source: Source
    passage: Passage
    rank: int  # from 1
    score: float
    lexical_rank: int | None = None
    dense_rank: int | None = None
    matched: tuple[Span, ...] = ()  # sentences of Document.text that match best
    matched_words: tuple[str, ...] = ()
    duplicates: tuple[str, ...] = ()  # ids of sources that say nearly the same


# --------------------------------------------------------------------------- the set and the choice


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


# --------------------------------------------------------------------------- draft and verification


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


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of a draft with its citations."""

    text: str
    citations: tuple[Citation, ...] = ()
    author: Author = Author.MACHINE
    original: str | None = None  # what the machine wrote, where a person changed it


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


@dataclass(frozen=True, slots=True)
class Provenance:
    """What wrote a draft, so that it can be written again."""

    generator: str  # "extractive", "openai", "gguf"
    model: str = ""
    model_sha256: str = ""
    prompt_sha256: str = ""
    seed: int | None = None
    parameters: tuple[tuple[str, str], ...] = ()  # sampling, context size, versions


@dataclass(frozen=True, slots=True)
class Draft:
    """A text proposal for one sub-question, made from exactly what was selected."""

    selection: Selection
    statements: tuple[Statement, ...]
    verdict: AnswerVerdict
    missing: tuple[str, ...]  # aspects of the question that the sources do not answer
    provenance: Provenance
    left_out: tuple[str, ...] = ()  # sources or sentences that did not fit the model, and remarks
    complete: bool = True  # False: interrupted while writing


@dataclass(frozen=True, slots=True)
class Check:
    """The verdict on one statement, with reasons a reader can follow."""

    statement: Statement
    verdict: StatementVerdict
    reasons: tuple[str, ...] = ()
    evidence: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Verification:
    """A draft with what holds of it. Only `shown` statements count as answer."""

    draft: Draft
    checks: tuple[Check, ...]
    verdict: AnswerVerdict
    missing: tuple[str, ...]
    method: str  # name and version of the checker

    @property
    def shown(self) -> tuple[Check, ...]:
        """The statements that may stand as answer."""
        return tuple(c for c in self.checks if c.verdict is StatementVerdict.SUPPORTED)

    @property
    def failed(self) -> tuple[Check, ...]:
        """The statements that are shown apart, with their reasons."""
        return tuple(c for c in self.checks if c.verdict is not StatementVerdict.SUPPORTED)


class DossierState(StrEnum):
    """How far the officer is."""

    DRAFT = "draft"
    EDITED = "edited"
    APPROVED = "approved"


@dataclass(frozen=True, slots=True)
class Dossier:
    """The receipt of a whole set: questions, choices, drafts and what holds of them."""

    id: str  # "dossier-" + 16 hex digits of a hash over input, settings and result
    question_set: QuestionSet
    verifications: tuple[Verification, ...]
    state: DossierState = DossierState.DRAFT
    version: int = 1
    settings: tuple[tuple[str, str], ...] = ()  # versions and settings that shaped the result


# --------------------------------------------------------------------------- people


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
