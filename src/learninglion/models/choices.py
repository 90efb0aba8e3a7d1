"""Who asks; what is found, what was asked, and what a person chose from it."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date, datetime
from enum import StrEnum

from learninglion.models.documents import Answerer, Asker, Document, DocumentKind, Passage, Span

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
