"""What parsing makes: documents, and where everything in them stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
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
            session_year=_spell_session(session) if session else None,
            dossier=parts.get("dossier"),
            suffix=(parts.get("suffix") or "").strip("-_"),
        )
    return None


def _spell_session(years: str) -> str:
    """ "20232024" as "2023-2024"."""
    return f"{years[:4]}-{years[4:]}"


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
