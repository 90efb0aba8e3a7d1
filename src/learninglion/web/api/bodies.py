"""What goes into the API, checked, and the pages and lists around the shapes of record.contract."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema
from typing_extensions import TypedDict

from learninglion.drafting.selection import Choice
from learninglion.models import Context, Filters, QuestionSet, Rejection, SubQuestion
from learninglion.record.contract import Day, HitView
from learninglion.workflow.conversations import MOST_TURNS

__all__ = [
    "AskRequest",
    "ChoiceBody",
    "CollectionList",
    "DocumentPage",
    "DossierPage",
    "DraftRequest",
    "FileResultView",
    "HitPage",
    "JobView",
    "LogPage",
    "Problem",
    "QuestionSetBody",
    "ReplayView",
    "SearchRequest",
    "SetText",
    "StatedRequest",
]

MOST_TEXT = 20_000
GivenDay = Annotated[date | None, WithJsonSchema({"type": ["string", "null"], "format": "date"})]
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

    since: GivenDay = None
    until: GivenDay = None
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


class TurnBody(Strict):
    """One question of a conversation, and the one that it went on with, if any."""

    question: Annotated[str, Field(min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]
    after: Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")] = ""


class ConversationRequest(Strict):
    """The questions of a conversation in order, to keep with what answers them."""

    turns: list[TurnBody] = Field(min_length=1, max_length=MOST_TURNS)
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


class HitPage(TypedDict):
    """A page of hits."""

    hits: list[HitView]
    total: int
    offset: int
    limit: int
    notice: str  # what to tell the reader of the order, if anything


class CollectionView(TypedDict):
    """A collection this person may see."""

    name: str
    description: str
    documents: int


class CollectionList(TypedDict):
    """All collections this person may see."""

    collections: list[CollectionView]


class CardView(TypedDict):
    """What a list says of a document."""

    id: str
    title: str
    kind: str
    date: Day
    ministry: str | None
    collection: str
    url: str | None


class DocumentPage(TypedDict):
    """A page of documents."""

    documents: list[CardView]
    offset: int
    limit: int
    more: bool


class DossierCardView(TypedDict):
    """What a list says of a dossier."""

    id: str
    title: str
    state: Literal["draft", "edited", "approved"]
    version: int


class DossierPage(TypedDict):
    """A page of dossiers."""

    dossiers: list[DossierCardView]
    offset: int
    limit: int
    more: bool


class FileResultView(TypedDict):
    """What became of a file."""

    path: str
    status: Literal["added", "replaced", "unchanged", "failed"]
    document: str
    detail: str


class JobView(TypedDict):
    """Long work that was begun; its reports stream from `events`."""

    id: str
    events: str


class ReplayView(TypedDict):
    """Whether a draft comes out the same again."""

    dossier: str
    same: bool
    differences: list[str]


class LogEntryView(TypedDict):
    """One entry of the log."""

    seq: int
    at: str
    actor: str
    action: str
    subject: str


class LogPage(TypedDict):
    """A page of the log, newest first."""

    entries: list[LogEntryView]
