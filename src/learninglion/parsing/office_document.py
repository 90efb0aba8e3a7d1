"""Files with running text to documents: the ministry's letters with their pairs, and any other text."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePath

from learninglion.models import BlockKind, Document, DocumentKind, RawFile
from learninglion.models.errors import UnreadableFileError
from learninglion.models.plain import sha256_hex
from learninglion.parsing.kamervragen.content import fill_in
from learninglion.parsing.kamervragen.ocr import parse_ocr_sheet
from learninglion.parsing.kamervragen.printed import lift_typed_notes
from learninglion.parsing.messages import with_mail_heads
from learninglion.parsing.office.odt import read_flat_odt, read_odt
from learninglion.parsing.office.ooxml import OLE_HEADER, is_opendocument, looks_like_zip
from learninglion.parsing.office.pieces import WordText
from learninglion.parsing.office.richtext import looks_like_rich_text, read_rich_text
from learninglion.parsing.office.typed import decode, is_flat_odt, looks_like_text, read_typed, refuse_codes
from learninglion.parsing.office.webpage import (
    looks_like_book,
    looks_like_mail,
    looks_like_page,
    read_book,
    read_mail,
    read_page,
)
from learninglion.parsing.office.word import read_word
from learninglion.parsing.official import looks_like_records, looks_like_xml, parse_xml
from learninglion.parsing.pdf.margins import is_imprint
from learninglion.parsing.pdf.pages import find_pdf
from learninglion.parsing.writing import Note, Paragraph, assemble, composed, tidy

_LONGEST_TEXT = 16 << 20  # bytes; some 5,000 pages. Longer ones are data, and cost gigabytes to read
# What documents are called. One of another name is a document where its content says so.
_NAMES = frozenset(
    ".txt .text .asc .md .markdown .mkd .csv .tsv .tab .eml .xml .htm .html .xhtml .mht .mhtml .pdf .doc"
    " .docx .docm .dotx .odt .fodt .ott .rtf .xls .xlsx .ods .ppt .pptx .odp .msg".split()
)
_START = 65_536  # bytes that tell what a text is
_FILES_DEEP = 4  # files inside files


def read_office(raw: RawFile) -> WordText:
    """The running text of a file that is no PDF: Word, OpenDocument, rich text, a page, a message, text.

    UnreadableFileError, naming the file, where it is damaged, protected or something else.
    """
    reader = _reader_of(raw)
    if reader is None:
        raise UnreadableFileError(
            raw.name,
            "dit soort bestand kan niet worden gelezen; wel PDF, Word (.docx), ODT, RTF, HTML en tekst.",
        )
    return reader(raw)


def is_typed(raw: RawFile) -> bool:
    """Whether a file is text as somebody typed it or a program wrote it, without a format of its own."""
    content = raw.content
    packed = looks_like_zip(content) or content.startswith(OLE_HEADER)
    return (
        not packed
        and looks_like_text(content)
        and not (looks_like_rich_text(content) or looks_like_mail(content))
    )


def why_no_document(raw: RawFile) -> str:
    """Why a file found in a folder is no document but a picture, a program or settings; else "".

    What a file is shows from its content; where that says nothing, its name is all that tells.
    """
    ending = PurePath(raw.name).suffix.lower()
    named = re.fullmatch(r"\.[a-z][a-z0-9_+-]{0,11}", ending) is not None and ending not in _NAMES
    if not named or find_pdf(raw.content) is not None:
        return ""
    if looks_like_zip(raw.content) or raw.content.startswith(OLE_HEADER):
        return ""
    if not looks_like_text(raw.content):
        return "dit is geen document (plaatje, programma); tekst op een plaatje wordt niet gelezen."
    start = decode(raw.content[:_START])
    if not is_typed(raw) or looks_like_page(start, raw.name) or is_flat_odt(start):
        return ""
    return "dit is geen document; geef het bestand zelf op als het mee moet."


def _reader_of(raw: RawFile) -> Callable[[RawFile], WordText] | None:
    """What reads the contents of a file, whatever its name is; None where nothing here does."""
    content = raw.content
    if looks_like_zip(content) or content.startswith(OLE_HEADER):
        if is_opendocument(raw):
            return read_odt
        return read_book if looks_like_book(raw) else _read_word
    rich, mail = looks_like_rich_text(content), looks_like_mail(content)
    if not rich and not looks_like_text(content):
        return None
    most = _LONGEST_TEXT * (4 if rich or mail else 1)  # these carry pictures
    if len(content) > most:
        detail = "deze tekst is te lang ({} MB; hoogstens {} MB): splits het bestand."
        raise UnreadableFileError(raw.name, detail.format(len(content) >> 20, most >> 20))
    if rich or mail:
        return read_rich_text if rich else read_mail
    start = decode(content[:_START]) if len(content) > _START else decode(content)
    if looks_like_page(start, raw.name):
        return _read_page
    refuse_codes(raw, start)
    return read_flat_odt if is_flat_odt(start) else _read_typed


def _read_word(raw: RawFile, deep: int = 0) -> WordText:
    def inside(content: bytes, name: str) -> WordText:
        if deep >= _FILES_DEEP:
            raise UnreadableFileError(raw.name, "er staan te veel bestanden in elkaar")
        part = RawFile(f"{raw.name} ({name})", content, name)
        reader = _reader_of(part)
        return _read_word(part, deep + 1) if reader is _read_word else read_office(part)

    return read_word(raw, inside)


def _read_page(raw: RawFile) -> WordText:
    return read_page(raw.content, raw.name)


def _read_typed(raw: RawFile) -> WordText:
    return read_typed(raw.content, raw.name)


def parse_office(raw: RawFile) -> Document:
    """The file as a document: a letter with its pairs, a notice of delay, or blocks under headings.

    Official XML and the OCR text of old sheets have readers of their own. UnreadableFileError, naming the
    file, when it is damaged, protected, empty or something else.
    """
    if is_typed(raw):
        text = decode(raw.content)
        if looks_like_xml(text) is not None and not is_flat_odt(text):
            return parse_xml(raw, text)
        if looks_like_records(text):
            raise UnreadableFileError(raw.name, "dit is een gegevensbestand (JSON) en geen document.")
        if (old := parse_ocr_sheet(raw, tidy(text))) is not None:
            return old
    content = read_office(raw)
    if not any(paragraph.text.strip() for paragraph in (*content.edges, *content.paragraphs)):
        raise UnreadableFileError(raw.name, "er staat geen leesbare tekst in dit bestand")
    old = parse_ocr_sheet(raw, "\n".join(paragraph.text for paragraph in content.paragraphs))
    return old or document_of(raw, content)


def document_of(raw: RawFile, content: WordText) -> Document:
    """The document that `content` makes up; its id comes from the bytes of `raw`."""
    imprint = [paragraph.text for paragraph in content.paragraphs if is_imprint(paragraph.text)]
    if all(" Kamer" in text for text in imprint):  # a source that is named, and no foot: "ISSN ..." is one
        imprint = []
    body = [paragraph for paragraph in content.paragraphs if paragraph.text not in imprint]
    lifted, typed = lift_typed_notes(tuple(map(composed, (*content.edges, *body))))
    paragraphs = with_mail_heads(lifted)
    notes: tuple[Note, ...] = (*content.notes, *typed)
    running = assemble(paragraphs, notes)
    sha256 = sha256_hex(raw.content)
    document = Document(
        id=f"doc-{sha256[:16]}",
        sha256=sha256,
        title=_title(content, lifted, raw),
        kind=DocumentKind.DOCUMENT,
        text=running.text,
        url=raw.url,
        blocks=running.blocks,
        footnotes=running.footnotes,
        warnings=content.warnings,
        source_name=raw.name,
    )
    return fill_in(document, paragraphs, running.spans, (*content.letterhead, *imprint), content.title)


def _title(content: WordText, paragraphs: tuple[Paragraph, ...], raw: RawFile) -> str:
    heading = next((p.text for p in paragraphs if p.kind is BlockKind.HEADING), "")
    return content.title or heading or PurePath(raw.name).stem
