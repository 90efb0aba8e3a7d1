"""What parsing makes: documents, and where everything in them stands; then who asks, what is found and
chosen, what is written from it, and what of that holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from enum import StrEnum

# Identifiers of parliamentary publications: "ah-tk-20232024-2129", "kst-36450-3", "kv-tk-2024Z18442".

_SESSION = r"(?P<session>(?:18|19|20)\d\d(?:18|19|20)\d\d)"
_SUFFIX = r"(?P<suffix>(?:[-_](?:[nhb]\d{0,3}|\d{1,3}))?)"
_SHAPES: tuple[re.Pattern[str], ...] = tuple(
    re.compile(shape)
    for shape in (
        rf"(?P<kind>ah)-(?P<chamber>[te]k)-{_SESSION}-(?:AH)?(?P<number>\d{{1,5}}[a-z]?){_SUFFIX}",
        rf"(?P<kind>kv)-(?:(?P<chamber>[te]k)-?)?(?P<number>(?:19|20)\d\d[Zz]\d{{4,6}}[a-z]?|\d{{6,12}}H?|\d{{4}}-\d\d-\d\d){_SUFFIX}",
        rf"(?P<kind>nds)-(?:(?P<chamber>[te]k)-)?(?P<number>(?:20)\d\d[A-Z]\d{{4,6}}|[a-z]{{1,5}}\d{{4,10}}){_SUFFIX}",
        r"(?P<kind>ag)-(?P<chamber>[te]k|vv)-(?P<number>\d{1,4}-\d{1,2}-\d{1,4})(?P<suffix>(?:-[nhb]\d{1,3})?)",
        rf"(?P<kind>h)-(?P<chamber>[te]k|vv)-{_SESSION}-(?P<number>[A-Z]{{0,3}}-?\d{{1,5}}(?:-(?:VV-)?\d{{1,5}}){{0,3}})"
        r"(?P<suffix>(?:(?:-[nhb]|_)\d{1,3})?)",
        # A dossier, perhaps with a chapter of the budget or a part: "36450", "36450-VI", "21501-02",
        # "23908-R1519", "CXLVI", "00LXV"; some have a chapter that was left empty ("33002--1").
        rf"(?P<kind>kst)-(?:{_SESSION}-)?(?P<dossier>(?:\d{{1,5}}[A-Z]{{0,8}}|[IVXLC]{{1,9}})(?:-(?:[Rr]?\d{{1,4}}|[A-Za-z]{{1,8}}|))??)"
        r"-(?P<number>\d{1,5}(?:[A-Za-z]{0,2}|erdruk)(?:-\d)?|[A-Z]{1,8}\d{0,2}|[A-Z]\d[A-Z]|[a-z]|\derdruk)"
        r"(?P<suffix>(?:-[nhb]\d{1,3})?)",
        rf"(?P<kind>kst)-{_SESSION}-(?P<number>[IVXLC]{{1,9}})(?P<suffix>(?:-[nhb]\d{{1,3}})?)",
        r"(?P<kind>blg)-(?P<number>\d{2,9})(?P<suffix>(?:-[a-z]?\d{1,4}[A-Z]?)?)",
        # What is not made up yet goes by a running number.
        r"(?P<kind>ah|ag|h|kst|kv|nds)-(?P<number>\d{3,12})(?P<suffix>(?:-[nhb]\d{1,3})?)",
    )
)


@dataclass(frozen=True, slots=True)
class PublicationId:
    """What an identifier says: `kind` ah, kv, kst, h, ag, nds or blg; the rest where it holds it."""

    text: str  # in its one spelling
    kind: str
    number: str  # "2129", "3", "VI", "2024Z18442"
    chamber: str | None = None  # "tk", "ek", "vv" (together)
    session_year: str | None = None  # "2023-2024"
    dossier: str | None = None  # "36450", "36410-VI"
    suffix: str = ""  # "n1" (reprint), "h1" (corrected), "b2" (annex)


def parse_publication_id(text: str) -> PublicationId | None:
    """What the identifier of a parliamentary publication says; None where `text` is no such identifier."""
    for shape in _SHAPES:
        match = shape.fullmatch(text)
        if match is None:
            continue
        parts = match.groupdict()
        session = parts.get("session")
        if session and int(session[4:]) != int(session[:4]) + 1:
            continue
        number = parts["number"].upper() if parts["kind"] == "kv" else parts["number"]
        return PublicationId(
            text=text.replace("z", "Z") if parts["kind"] == "kv" else text,
            kind=parts["kind"],
            number=number,
            chamber=parts.get("chamber"),
            session_year=f"{session[:4]}-{session[4:]}" if session else None,
            dossier=parts.get("dossier"),
            suffix=(parts.get("suffix") or "").strip("-_"),
        )
    return None


def session_year_of(day: date) -> str:
    """The parliamentary year a day falls in: a new one begins on the third Tuesday of September."""
    first = date(day.year, 9, 1)
    opening = first + timedelta(days=(1 - first.weekday()) % 7 + 14)
    start = day.year if day >= opening else day.year - 1
    return f"{start}-{start + 1}"


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


class DocumentKind(StrEnum):
    """What sort of document this is."""

    KAMERVRAGEN = "kamervragen"  # published as Aanhangsel van de Handelingen
    LETTER = "letter"  # the ministry's letter with the answers in its annex
    DOCUMENT = "document"  # anything else


class Genre(StrEnum):
    """What a paper of parliament is called."""

    MEMORIE_VAN_TOELICHTING = "memorie van toelichting"
    WETSVOORSTEL = "wetsvoorstel"
    KONINKLIJKE_BOODSCHAP = "koninklijke boodschap"
    ADVIES = "advies"  # of the Raad van State, or another council
    NOTA_NAAR_AANLEIDING_VAN_HET_VERSLAG = "nota naar aanleiding van het verslag"
    NOTA_VAN_WIJZIGING = "nota van wijziging"
    SCHRIFTELIJK_OVERLEG = "schriftelijk overleg"
    LIJST_VAN_VRAGEN_EN_ANTWOORDEN = "lijst van vragen en antwoorden"
    LIJST_VAN_VRAGEN = "lijst van vragen"
    VERSLAG = "verslag"
    TECHNISCHE_BRIEFING = "technische briefing"
    BESLISNOTA = "beslisnota"
    MOTIE = "motie"
    AMENDEMENT = "amendement"
    BRIEF = "brief"


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
    asked_by: str = ""  # the fraction, where several ask in one document: "VVD", "NSC, CDA"
    answered_by: str = ""  # the bewindspersoon, where the document names one for these pairs


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
    genre: Genre | None = None  # what a paper of parliament is called
    dossier: str | None = None  # of a Kamerstuk: "36450", "36410-VI"
    covered: tuple[int, ...] = ()  # pages with text under a bar or picture, which is not in `text`

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

    @property
    def age(self) -> int:
        """To sort by: the newer the lower, and 0 for what has no date."""
        return -self.date.toordinal() if self.date else 0


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


BLANK = "[…]"
"""What stands in a text that a person must fill in before it may be signed."""

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
    # Ids of the sources whose material hardly bears on the question, to be told apart from the other.
    remote: tuple[str, ...] = field(default=(), metadata={"later": True})

    @property
    def related(self) -> tuple[Citation, ...]:
        """The material that may well bear on the question."""
        return tuple(citation for citation in self.material if citation.source_id not in self.remote)

    @property
    def doubts(self) -> tuple[str, ...]:
        """The remarks that keep it from being an answer; none where records do not tell them apart."""
        hints = {remark.text for remark in self.remarks if not remark.parts}
        apart = self.written or self.remarks
        return tuple(text for text in self.left_out if text not in hints) if apart else ()


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
    def cited(self) -> tuple[str, ...]:
        """Ids of the sources that the text as it goes out rests on, in order."""
        citations = (c for check in self.standing for c in check.statement.citations)
        return tuple(dict.fromkeys(c.source_id for c in citations if c.source_id))

    @property
    def blank(self) -> bool:
        """Whether its text leaves something for a person to fill in."""
        return any(BLANK in check.statement.text for check in self.own)

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
    def blanks(self) -> tuple[int, ...]:
        """The numbers of the questions in whose text something is left for a person to fill in."""
        return tuple(
            number for v in self.verifications if v.blank for number in v.draft.selection.question.numbers
        )

    @property
    def cited(self) -> tuple[str, ...]:
        """Ids of the sources that the text as it goes out rests on, in order."""
        return tuple(dict.fromkeys(source_id for v in self.verifications for source_id in v.cited))
