"""What goes in and out of the API: the shapes of record.contract, described for other programs."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from learninglion.drafting.selection import Choice
from learninglion.models import Context, Filters, QuestionSet, Rejection, SubQuestion

__all__ = [
    "AnswerList",
    "AskRequest",
    "ChoiceBody",
    "CollectionList",
    "DocumentBody",
    "DocumentList",
    "DossierBody",
    "DossierList",
    "DraftRequest",
    "FileResultBody",
    "HitList",
    "JobBody",
    "LogPage",
    "Problem",
    "QuestionSetBody",
    "ReplayBody",
    "SearchRequest",
    "SetText",
    "SourceBody",
    "StatedRequest",
]

MOST_TEXT = 20_000
Day = Annotated[date | None, WithJsonSchema({"type": ["string", "null"], "format": "date"})]
Text = Annotated[str, Field(max_length=MOST_TEXT, pattern=r"^[^\x00]*$")]
Name = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]
Number = Annotated[int, Field(ge=1, le=999)]


class Strict(BaseModel):
    """A body with no fields but those named: a misspelt field is an error, not silence."""

    model_config = ConfigDict(extra="forbid")


class Open(BaseModel):
    """An answer that may grow more fields within this major version."""

    model_config = ConfigDict(extra="allow")


class Problem(BaseModel):
    """RFC 9457 problem details."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    instance: str | None = None


# --------------------------------------------------------------------------- in


class FiltersBody(Strict):
    """The scope of a search; empty means everything."""

    since: Day = None
    until: Day = None
    ministries: list[Name] = Field(default=[], max_length=50)
    answerers: list[Name] = Field(default=[], max_length=50)
    askers: list[Name] = Field(default=[], max_length=50)
    collections: list[Name] = Field(default=[], max_length=50)
    documents: list[Name] = Field(default=[], max_length=1000)
    exclude_documents: list[Name] = Field(default=[], max_length=1000)

    def as_filters(self) -> Filters:
        """The same, as the workflow takes it."""
        return Filters(
            self.since,
            self.until,
            tuple(self.ministries),
            tuple(self.answerers),
            tuple(self.askers),
            tuple(self.collections),
            tuple(self.documents),
            tuple(self.exclude_documents),
        )


class SearchRequest(Strict):
    """A search; the text travels in the body, because it can hold personal data."""

    text: Annotated[str, Field(min_length=1, max_length=MOST_TEXT, pattern=r"^[^\x00]*$")]
    introduction: Text = ""
    filters: FiltersBody = FiltersBody()
    threshold: Annotated[float, Field(ge=0, le=1)] | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 10
    offset: Annotated[int, Field(ge=0, le=1000)] = 0


class AskRequest(Strict):
    """A question to the documents, and the one that it goes on with, if any."""

    question: Annotated[str, Field(min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]
    after: Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")] = ""
    filters: FiltersBody = FiltersBody()


class SetText(Strict):
    """A whole set, pasted."""

    text: Annotated[str, Field(min_length=1, max_length=200_000, pattern=r"^[^\x00]*$")]


class SubQuestionBody(Strict):
    """One numbered question."""

    numbers: Annotated[list[Number], Field(min_length=1, max_length=100)]
    text: Text


class ContextBody(Strict):
    """What the officer adds; it counts only when confirmed."""

    line: Text = ""
    news: Text = ""
    confirmed: bool = False


class QuestionSetBody(Strict):
    """A set of questions."""

    introduction: Text = ""
    questions: Annotated[list[SubQuestionBody], Field(min_length=1, max_length=100)]
    title: Text = ""
    context: ContextBody = ContextBody()
    warnings: list[str] = []

    def as_set(self) -> QuestionSet:
        """The same, as the workflow takes it."""
        context = Context(self.context.line, self.context.news, self.context.confirmed)
        questions = tuple(SubQuestion(tuple(q.numbers), q.text) for q in self.questions)
        return QuestionSet(self.introduction, questions, self.title, context, tuple(self.warnings))


class RejectionBody(Strict):
    """A source set aside, with the reason."""

    source: Name
    reason: Annotated[str, Field(min_length=1, max_length=1000)]


class ChoiceBody(Strict):
    """What a person decided for one sub-question."""

    numbers: Annotated[list[Number], Field(min_length=1, max_length=100)]
    chosen: list[Name] = Field(default=[], max_length=100)
    rejected: list[RejectionBody] = Field(default=[], max_length=100)
    seen: list[Name] = Field(default=[], max_length=1000)

    def as_choice(self) -> Choice:
        """The same, as the workflow takes it."""
        rejected = tuple(Rejection(r.source, r.reason) for r in self.rejected)
        return Choice(tuple(self.numbers), tuple(self.chosen), rejected, tuple(self.seen))


class DraftRequest(Strict):
    """A set to draft. With `choices` a person chose; without, everything over the threshold counts."""

    question_set: QuestionSetBody
    choices: list[ChoiceBody] | None = Field(default=None, max_length=100)
    filters: FiltersBody = FiltersBody()
    threshold: Annotated[float, Field(ge=0, le=1)] | None = None
    limit: Annotated[int, Field(ge=1, le=50)] = 10
    generator: Literal["extractive", "llm"] = "extractive"


class StatedCitation(Open):
    """A citation as it is claimed."""

    document: Name
    numbers: list[Number] = []
    quote: Text = ""
    source: Name | None = None


class StatedStatement(Open):
    """A sentence as it is claimed."""

    text: Text
    citations: list[StatedCitation] = Field(default=[], max_length=50)


class StatedQuestionBody(Open):
    """One sub-question of a text from outside."""

    numbers: list[Number] = Field(default=[], max_length=100)
    question: Text = ""
    statements: list[StatedStatement] = Field(default=[], max_length=500)


class StatedRequest(Strict):
    """A text to check, sentence by sentence."""

    questions: Annotated[list[StatedQuestionBody], Field(min_length=1, max_length=100)]
    context: ContextBody = ContextBody()


# --------------------------------------------------------------------------- out


class SourceBody(Open):
    """A whole source, unedited."""

    source: str
    document: str
    kind: str
    title: str
    date: Day
    ministry: str | None
    numbers: list[int]
    question: str
    text: str
    page: int
    url: str | None
    collection: str


class RegionBody(Open):
    """A rectangle on a page in PDF points, origin at the bottom left."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float


class HitBody(Open):
    """A source that was found, the passage that matched, and an estimate of its relevance (0 to 1)."""

    document: str
    numbers: list[int]
    kind: str
    score: float
    text: str
    page: int
    regions: list[RegionBody]
    url: str | None
    rank: int
    passage: str
    pair: SourceBody


class HitList(Open):
    """A page of hits."""

    hits: list[HitBody]
    total: int
    offset: int
    limit: int
    notice: str = ""  # what to tell the reader of the order, if anything


class MaterialBody(Open):
    """A passage, with the sentence in it that answers: verbatim; `told` is what the program counted."""

    document: str
    title: str
    date: Day
    collection: str
    source: str | None
    heading_path: list[str]
    asked: str | None
    quote: str
    heads: str | None
    told: str | None
    language: Literal["nl", "en"]
    text: str
    page: int
    regions: list[RegionBody]
    url: str | None
    score: float


class AnswerList(Open):
    """What answers a question, what is near, and what was looked through."""

    question: str
    taken_over: dict[str, object] | None
    verdict: Literal["answered", "related", "absent"]
    language: Literal["nl", "en"]
    disagree: bool
    chance: float
    answers: list[MaterialBody]
    near: list[MaterialBody]
    looked_through: dict[str, int]


class CollectionBody(Open):
    """A collection this person may see."""

    name: str
    description: str
    documents: int


class CollectionList(Open):
    """All collections this person may see."""

    collections: list[CollectionBody]


class DocumentCardBody(Open):
    """What a list says of a document."""

    id: str
    title: str
    kind: str
    date: Day
    ministry: str | None
    collection: str
    url: str | None


class DocumentList(Open):
    """A page of documents."""

    documents: list[DocumentCardBody]
    offset: int
    limit: int
    more: bool


class DocumentBody(Open):
    """A whole document with its questions and answers."""

    identifier: str
    kind: str
    title: str
    pairs: list[dict[str, object]]
    url: str | None
    sha256: str
    pages: int
    warnings: list[str]


class CitationBody(Open):
    """The exact words a sentence rests on, and where they stand."""

    document: str
    numbers: list[int]
    quote: str
    page: int | None
    regions: list[RegionBody]
    reference: str
    url: str | None
    source: str | None


class CheckBody(Open):
    """A sentence with its verdict."""

    text: str
    citations: list[CitationBody]
    verdict: Literal["supported", "unsupported", "uncited"]
    reasons: list[str]
    author: Literal["machine", "person"]
    method: str = ""  # rule, judge, not shown or contradicted
    original: str = ""  # what the machine wrote, where a person changed it
    own_account: str = ""  # why a person lets it stand although no source bears it
    second_opinion: str = ""


class EvidenceBody(Open):
    """A passage beside the part of the question that it answers."""

    part: str
    source: str
    document: str | None
    numbers: list[int]
    reference: str
    quote: str
    date: str | None
    answers: Literal["yes", "partly", "no"]
    chance: float
    why: str
    found_by: Literal["model", "measure"]
    figures: list[str]
    overtaken_by: str | None


class VerificationBody(Open):
    """One sub-question: the text in order in `statements`, each sentence with its verdict; what does not hold
    in `set_apart` as well, what a person answers for in `own_text`. `evidence` is the table that a language
    model wrote from. `complete` is false where the model broke off.
    """

    numbers: list[int]
    question: str
    verdict: Literal["answered", "partial", "unanswerable"]
    missing: list[str]
    statements: list[CheckBody]
    own_text: list[CheckBody]
    set_apart: list[CheckBody]
    evidence: list[EvidenceBody]
    left_out: list[str]
    complete: bool


class DossierBody(Open):
    """The whole receipt of a draft."""

    id: str
    version: int
    state: Literal["draft", "edited", "approved"]
    title: str
    introduction: str
    questions: list[VerificationBody]
    ai_generated: bool
    mark: str


class DossierCardBody(Open):
    """What a list says of a dossier."""

    id: str
    title: str
    state: Literal["draft", "edited", "approved"]
    version: int


class DossierList(Open):
    """A page of dossiers."""

    dossiers: list[DossierCardBody]
    offset: int
    limit: int
    more: bool


class FileResultBody(Open):
    """What became of a file."""

    path: str
    status: Literal["added", "replaced", "unchanged", "failed"]
    document: str
    detail: str


class JobBody(Open):
    """Long work that was begun; its reports stream from `events`."""

    id: str
    events: str


class ReplayBody(Open):
    """Whether a draft comes out the same again."""

    dossier: str
    same: bool
    differences: list[str]


class LogEntryBody(Open):
    """One entry of the log."""

    seq: int
    at: str
    actor: str
    action: str
    subject: str


class LogPage(Open):
    """A page of the log, newest first."""

    entries: list[LogEntryBody]
