"""Tables of the store, and the core types to their rows and back.

`key` columns are integers that are never given out twice, for the indexes.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    RowMapping,
    String,
    Table,
    Text,
)

from learninglion.database.engine import KEY, Moment, new_metadata
from learninglion.dutch.text import fold
from learninglion.models import (
    Document,
    DocumentCard,
    Entry,
    Passage,
    PassageKind,
    Source,
    SourceKind,
    Span,
    TextLine,
    card_of,
)
from learninglion.models.errors import IntegrityError, UnreadableFileError
from learninglion.models.plain import canonical_json, from_plain

metadata = new_metadata()

# One row per sequence. A writer that takes numbers here holds the row until it commits, so the order of
# numbers is the order of commits and `changes_since` never skips one that was still on its way.
counters = Table(
    "counters",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

# Facts about the store as a whole, such as the name that tells its data from another store's.
store_facts = Table(
    "store_facts",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", Text, nullable=False),
)

collections = Table(
    "collections",
    metadata,
    Column("key", KEY, primary_key=True, autoincrement=False),
    Column("name", String(200), nullable=False, unique=True),
    Column("description", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("purpose", Text, nullable=False, server_default=""),  # why it may hold what it holds
    Column("personal", String(16), nullable=False, server_default="allow"),  # a PersonalPolicy
)

originals = Table(
    "originals",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("stored_at", Moment, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("key", KEY, primary_key=True, autoincrement=False),
    Column("id", String(300), nullable=False, unique=True),
    Column("version", Integer, nullable=False),  # number of the newest version, also after deletion
    Column("digest", String(64), nullable=False),  # of document and sources: equal means nothing changed
    Column("card", Text, nullable=False),  # DocumentCard as JSON, without its collection
    Column("introduction", Text, nullable=False),
    Column("date", Date),
    Column("ministry", Text, nullable=False),  # as written, for lists
    Column("answerers", Text, nullable=False),  # names, folded, one a line, for filters
    Column("askers", Text, nullable=False),
    Column("pair_count", Integer, nullable=False),
    Column("source_count", Integer, nullable=False),
    Column("passage_count", Integer, nullable=False),
    Column("deleted_at", Moment),  # a tombstone keeps id and number of versions, nothing of the content
    Column("deleted_by", Text),
    Column("deleted_reason", Text),
)

memberships = Table(
    "memberships",
    metadata,
    Column("document_key", ForeignKey("documents.key"), primary_key=True),
    Column("collection_key", ForeignKey("collections.key"), primary_key=True),
    Index("ix_memberships_collection_key", "collection_key"),
)

versions = Table(
    "versions",
    metadata,
    Column("document_key", ForeignKey("documents.key"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("original", ForeignKey("originals.sha256")),  # empty where no file was kept
    Column("source_name", Text, nullable=False),
    Column("collection", String(200), nullable=False),  # through which it came in
    Column("stored_at", Moment, nullable=False),
    Column("stored_by", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),  # Document without lines: JSON, zlib
    Column("lines", LargeBinary, nullable=False),  # see pack_lines
    Index("ix_versions_original", "original"),
)

sources = Table(
    "sources",
    metadata,
    Column("key", KEY, primary_key=True, autoincrement=False),
    Column("id", String(400), nullable=False, unique=True),
    Column("document_key", ForeignKey("documents.key"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("body", Text, nullable=False),
    Column("body_start", Integer, nullable=False),
    Column("body_end", Integer, nullable=False),
    Column("page", Integer, nullable=False),
    Column("numbers", Text, nullable=False),  # "3 4 5"
    Column("question", Text, nullable=False),
    Column("question_start", Integer),
    Column("question_end", Integer),
    Column("answer_numbers", Text, nullable=False),
    Column("heading_path", Text, nullable=False),  # JSON list
    Column("asked_by", Text),
    Column("answered_by", Text),
    Index("ix_sources_document_key", "document_key"),
)

passages = Table(
    "passages",
    metadata,
    Column("key", KEY, primary_key=True, autoincrement=False),
    Column("id", String(420), nullable=False),
    Column("source_key", ForeignKey("sources.key"), nullable=False),
    Column("document_key", ForeignKey("documents.key"), nullable=False),
    Column("text", Text),  # empty where it stands in its source's question or body, as it nearly always does
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("page", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("question_numbers", Text, nullable=False),
    Column("heading_path", Text, nullable=False),
    Index("ix_passages_source_key", "source_key"),
    Index("ix_passages_document_key", "document_key"),
)

changes = Table(
    "changes",
    metadata,
    Column("seq", KEY, primary_key=True, autoincrement=False),
    Column("document_key", ForeignKey("documents.key"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("at", Moment, nullable=False),
    # Hash of this change and the one before: tells an archive put back from a copy from one that went on.
    Column("mark", String(64), nullable=False, server_default=""),
)

ingest_files = Table(
    "ingest_files",
    metadata,
    Column("collection", String(200), primary_key=True),
    Column("path", String(4096), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("document_id", Text),
    Column("detail", Text, nullable=False),  # what to do about it, for a file that failed
    Column("parser", String(200), nullable=False),  # version that read it: a newer one reads it again
    Column("at", Moment, nullable=False),
)


_VERSION = 1
_HEADER = struct.Struct("<BBII")  # version, whether edges are hundredths, lines, edges
_HUNDREDTHS = 100.0  # parsers round to 0.01 point, which is finer than any printer


def pack_lines(lines: tuple[TextLine, ...]) -> bytes:
    """`lines` as bytes that `unpack_lines` turns into equal lines; no lines give no bytes."""
    if not lines:
        return b""
    places = np.array([(x.span.start, x.span.end, x.page, len(x.x_edges)) for x in lines], dtype="<i4")
    heights = np.array([(x.y0, x.y1) for x in lines], dtype="<f8")
    edges = np.array([edge for x in lines for edge in x.x_edges], dtype="<f8")
    with np.errstate(over="ignore"):
        whole = np.rint(edges * _HUNDREDTHS)
    exact = bool(
        np.all(np.isfinite(edges))
        and np.all(np.abs(whole) < 2**30)
        and np.array_equal(whole / _HUNDREDTHS, edges)
        and not np.any(np.signbit(edges) & (edges == 0))
    )
    if exact:
        # Differences are small and alike; byte planes put their equal high bytes side by side.
        steps = np.diff(whole.astype("<i4"), prepend=np.int32(0))
        coded = steps.astype("<i4").view("u1").reshape(-1, 4).T.tobytes()
    else:
        coded = edges.tobytes()
    columns = places.T.astype("<i4")
    steps_of_places = np.diff(columns, axis=1, prepend=np.zeros((4, 1), dtype="<i4")).astype("<i4")
    body = steps_of_places.tobytes() + heights.tobytes() + coded
    return _HEADER.pack(_VERSION, int(exact), len(lines), len(edges)) + zlib.compress(body, 6)


def unpack_lines(data: bytes) -> tuple[TextLine, ...]:
    """The lines that `pack_lines` was given. Raises IntegrityError when the bytes are not whole."""
    if not data:
        return ()
    try:
        version, exact, count, edge_count = _HEADER.unpack_from(data)
        body = zlib.decompress(data[_HEADER.size :])
        if version != _VERSION:
            raise ValueError(f"version {version}")
        return _unpack(body, bool(exact), count, edge_count)
    except (struct.error, zlib.error, ValueError) as error:
        raise IntegrityError(f"De bewaarde regels van een document zijn beschadigd ({error}).") from error


def _unpack(body: bytes, exact: bool, count: int, edge_count: int) -> tuple[TextLine, ...]:
    at = 16 * count
    places = np.cumsum(np.frombuffer(body, "<i4", 4 * count).reshape(4, count), axis=1)
    heights = np.frombuffer(body, "<f8", 2 * count, at).reshape(count, 2).tolist()
    at += 16 * count
    edges: NDArray[np.float64]
    if exact:
        planes = np.frombuffer(body, "u1", 4 * edge_count, at).reshape(4, edge_count)
        steps = np.ascontiguousarray(planes.T).view("<i4").ravel()
        edges = np.cumsum(steps, dtype=np.int64) / _HUNDREDTHS
    else:
        edges = np.frombuffer(body, "<f8", edge_count, at)
    flat = edges.tolist()
    lines: list[TextLine] = []
    first = 0
    for (start, end, page, length), (y0, y1) in zip(places.T.tolist(), heights, strict=True):
        lines.append(TextLine(Span(start, end), page, y0, y1, tuple(flat[first : first + length])))
        first += length
    return tuple(lines)


RowValue = str | int | bytes | None
_COMPRESSION = 6
_LATER = ("asked_by", "answered_by")  # columns of sources that came after digests were taken


def storable(name: str) -> str:
    """A file name as text that a database can hold: bytes that are no UTF-8 are written as \\xNN."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace").replace("\x00", "")


@dataclass(frozen=True, slots=True)
class Packed:
    """A document with its sources as it goes into the tables; `digest` tells whether anything changed."""

    digest: str  # of all of it
    document_digest: str  # of the document with its printed lines
    sources_digest: str  # of its sources and passages
    content: bytes
    lines: bytes
    sources: tuple[dict[str, RowValue], ...]
    passages: tuple[tuple[dict[str, RowValue], ...], ...]  # of each source


def pack(document: Document, entries: Sequence[Entry]) -> Packed:
    """`document` and its sources as rows. Raises UnreadableFileError for text no database can hold,
    IntegrityError when a source or passage is not what its span says.
    """
    _check(document, entries)
    # The name of the file is not content: the same bytes under two names are one version.
    named = dataclasses.replace(document, lines=(), source_name="")
    content = canonical_json(named).encode()
    lines = pack_lines(document.lines)
    sources = tuple(_source_values(source) for source, _ in entries)
    passages = tuple(tuple(_passage_values(p, source) for p in listed) for source, listed in entries)
    spelled = spell_rows(sources, passages)
    return Packed(
        digest=digest_of(content, lines, spelled),
        document_digest=digest_of(content, lines),
        sources_digest=digest_of(spelled),
        content=zlib.compress(content, _COMPRESSION),
        lines=lines,
        sources=sources,
        passages=passages,
    )


def digest_of(*parts: bytes) -> str:
    """The SHA-256 of these bytes one after another."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def spell_rows(
    sources: Sequence[Mapping[str, RowValue]], passages: Sequence[Sequence[Mapping[str, RowValue]]]
) -> bytes:
    """Rows of sources and of the passages of each, in the spelling that their digest is taken of.

    Columns that came later are spelled where they hold something: what was stored before keeps its digest.
    """
    spelled = [
        {name: value for name, value in row.items() if value is not None or name not in _LATER}
        for row in sources
    ]
    return json.dumps([spelled, passages], separators=(",", ":")).encode()


def _check(document: Document, entries: Sequence[Entry]) -> None:
    try:
        document.text.encode()
        document.title.encode()
    except UnicodeEncodeError as error:
        raise UnreadableFileError(
            document.source_name or document.id, "bevat tekens die geen tekst zijn"
        ) from error
    if "\x00" in document.text or "\x00" in document.title:
        raise UnreadableFileError(document.source_name or document.id, "bevat tekens die geen tekst zijn")
    earlier: set[str] = set()
    for source, passages in entries:
        if source.body_span.of(document.text) != source.body:
            raise IntegrityError(f"{source.id}: de tekst is niet letterlijk die van het document.")
        if source.document.id != document.id or source.id in earlier:
            raise IntegrityError(f"{source.id}: deze bron hoort hier niet of staat er al.")
        earlier.add(source.id)
        for passage in passages:
            if passage.source_id != source.id or passage.document_id != document.id:
                raise IntegrityError(f"{passage.id}: deze passage hoort niet bij {source.id}.")


def document_values(document: Document, entries: Sequence[Entry]) -> dict[str, object]:
    """The columns that say of a document what lists, filters and citations need."""
    answerers = (a.name or f"{a.role} {a.portfolio or ''}" for a in document.answerers)
    return {
        "card": canonical_json(card_of(document)),
        "introduction": document.introduction.of(document.text) if document.introduction else "",
        "date": document.date,
        "ministry": document.ministry or "",
        "answerers": "\n".join(fold(name) for name in answerers),
        "askers": "\n".join(fold(asker.name) for asker in document.askers),
        "pair_count": len(document.pairs),
        "source_count": len(entries),
        "passage_count": sum(len(passages) for _, passages in entries),
    }


def unpack_document(content: bytes, lines: bytes | None, source_name: str) -> Document:
    """The document that was packed, without its lines when `lines` is None."""
    try:
        document = from_plain(Document, json.loads(zlib.decompress(content)))
    except (zlib.error, ValueError) as error:
        raise IntegrityError(f"Een bewaard document is beschadigd ({error}).") from error
    placed: tuple[TextLine, ...] = () if lines is None else unpack_lines(lines)
    return dataclasses.replace(document, lines=placed, source_name=source_name)


def read_card(card: str, collection: str) -> DocumentCard:
    """The card that was stored, naming the collection through which its reader sees it."""
    return dataclasses.replace(from_plain(DocumentCard, json.loads(card)), collection=collection)


def _numbers(values: tuple[int, ...]) -> str:
    return " ".join(map(str, values))


def _read_numbers(value: object) -> tuple[int, ...]:
    return tuple(int(number) for number in str(value).split())


def _path(values: tuple[str, ...]) -> str:
    return json.dumps(values, ensure_ascii=False) if values else ""


def _read_path(value: object) -> tuple[str, ...]:
    return tuple(str(part) for part in json.loads(str(value))) if value else ()


def _source_values(source: Source) -> dict[str, RowValue]:
    question = source.question_span
    return {
        "id": source.id,
        "kind": source.kind.value,
        "body": source.body,
        "body_start": source.body_span.start,
        "body_end": source.body_span.end,
        "page": source.page,
        "numbers": _numbers(source.numbers),
        "question": source.question,
        "question_start": question.start if question else None,
        "question_end": question.end if question else None,
        "answer_numbers": _numbers(source.answer_numbers),
        "heading_path": _path(source.heading_path),
        "asked_by": source.asked_by or None,
        "answered_by": source.answered_by or None,
    }


def _within(source: Source, span: Span) -> str | None:
    """The characters of `span` as the source holds them, None when it does not."""
    if source.body_span.contains(span):
        return Span(span.start - source.body_span.start, span.end - source.body_span.start).of(source.body)
    question = source.question_span
    if question is not None and question.contains(span):
        return Span(span.start - question.start, span.end - question.start).of(source.question)
    return None


def _passage_values(passage: Passage, source: Source) -> dict[str, RowValue]:
    return {
        "id": passage.id,
        # Kept once: a second copy of every text would double the database.
        "text": None if _within(source, passage.span) == passage.text else passage.text,
        "start": passage.span.start,
        "end": passage.span.end,
        "page": passage.page,
        "kind": passage.kind.value,
        "question_numbers": _numbers(passage.question_numbers),
        "heading_path": _path(passage.heading_path),
    }


def _int(value: object) -> int:
    if not isinstance(value, int):
        raise IntegrityError("Een bewaarde bron is beschadigd: er staat geen getal waar dat hoort.")
    return value


def read_source(row: RowMapping, card: DocumentCard) -> Source:
    """The source of a row of `sources`."""
    start = row["question_start"]
    return Source(
        id=str(row["id"]),
        document=card,
        kind=SourceKind(str(row["kind"])),
        body=str(row["body"]),
        body_span=Span(_int(row["body_start"]), _int(row["body_end"])),
        page=_int(row["page"]),
        numbers=_read_numbers(row["numbers"]),
        question=str(row["question"]),
        question_span=None if start is None else Span(_int(start), _int(row["question_end"])),
        answer_numbers=_read_numbers(row["answer_numbers"]),
        heading_path=_read_path(row["heading_path"]),
        asked_by=str(row["asked_by"] or ""),
        answered_by=str(row["answered_by"] or ""),
    )


def read_passage(row: RowMapping, source: Source) -> Passage:
    """The passage of a row of `passages`, which is part of `source`."""
    span = Span(_int(row["start"]), _int(row["end"]))
    text = row["text"]
    body = _within(source, span) if text is None else str(text)
    if body is None:
        raise IntegrityError(f"{row['id']}: deze passage staat niet in haar bron.")
    return Passage(
        id=str(row["id"]),
        source_id=source.id,
        document_id=source.document.id,
        text=body,
        span=span,
        page=_int(row["page"]),
        kind=PassageKind(str(row["kind"])),
        question_numbers=_read_numbers(row["question_numbers"]),
        heading_path=_read_path(row["heading_path"]),
    )
