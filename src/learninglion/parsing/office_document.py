"""Word and ODT files to documents: the ministry's letters with questions and answers, and any other text."""

from __future__ import annotations

from pathlib import PurePath

from learninglion.models import BlockKind, Document, DocumentKind, RawFile
from learninglion.models.errors import UnreadableFileError
from learninglion.models.plain import sha256_hex
from learninglion.parsing.kamervragen.content import fill_in
from learninglion.parsing.kamervragen.typednotes import lift_typed_notes
from learninglion.parsing.office.odt import read_odt
from learninglion.parsing.office.ooxml import is_opendocument
from learninglion.parsing.office.pieces import WordText
from learninglion.parsing.office.word import read_word
from learninglion.parsing.paragraphs import Note, Paragraph, assemble

__all__ = ["document_of", "parse_office", "read_office"]


def read_office(raw: RawFile) -> WordText:
    """The text of a Word or OpenDocument file; UnreadableFileError when it is damaged or something else."""
    return read_odt(raw) if is_opendocument(raw) else read_word(raw)


def parse_office(raw: RawFile) -> Document:
    """The file as a document: a letter with its pairs, a notice of delay, or blocks under headings.

    UnreadableFileError, naming the file, when it is damaged, protected, empty or something else.
    """
    content = read_office(raw)
    if not any(paragraph.text.strip() for paragraph in content.paragraphs):
        raise UnreadableFileError(raw.name, "er staat geen leesbare tekst in dit bestand")
    return document_of(raw, content)


def document_of(raw: RawFile, content: WordText) -> Document:
    """The document that `content` makes up; its id comes from the bytes of `raw`."""
    paragraphs, typed = lift_typed_notes(content.paragraphs)
    notes: tuple[Note, ...] = (*content.notes, *typed)
    running = assemble(paragraphs, notes)
    sha256 = sha256_hex(raw.content)
    document = Document(
        id=f"doc-{sha256[:16]}",
        sha256=sha256,
        title=_title(content, paragraphs, raw),
        kind=DocumentKind.DOCUMENT,
        text=running.text,
        url=raw.url,
        blocks=running.blocks,
        footnotes=running.footnotes,
        warnings=content.warnings,
        source_name=raw.name,
    )
    return fill_in(document, paragraphs, running.spans, content.letterhead, content.title)


def _title(content: WordText, paragraphs: tuple[Paragraph, ...], raw: RawFile) -> str:
    heading = next((p.text for p in paragraphs if p.kind is BlockKind.HEADING), "")
    return content.title or heading or PurePath(raw.name).stem
