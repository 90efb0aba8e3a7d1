"""What parsing makes: documents, and where everything in them stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


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
