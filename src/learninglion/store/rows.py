"""Core types to rows of the store and back."""

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
from sqlalchemy import RowMapping

from learninglion.dutch.text import fold
from learninglion.models import (
    Document,
    DocumentCard,
    Passage,
    PassageKind,
    Source,
    SourceKind,
    Span,
    TextLine,
)
from learninglion.models.errors import IntegrityError, UnreadableFileError
from learninglion.models.plain import canonical_json, from_plain
from learninglion.store.reader import Entry

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
    seen: set[str] = set()
    for source, passages in entries:
        if source.body_span.of(document.text) != source.body:
            raise IntegrityError(f"{source.id}: de tekst is niet letterlijk die van het document.")
        if source.document.id != document.id or source.id in seen:
            raise IntegrityError(f"{source.id}: deze bron hoort hier niet of staat er al.")
        seen.add(source.id)
        for passage in passages:
            if passage.source_id != source.id or passage.document_id != document.id:
                raise IntegrityError(f"{passage.id}: deze passage hoort niet bij {source.id}.")


def card_of(document: Document) -> DocumentCard:
    """The card of a document; its collection is filled in when it is read."""
    names = (f.name for f in dataclasses.fields(DocumentCard) if f.name != "collection")
    return DocumentCard(**{name: getattr(document, name) for name in names})


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
