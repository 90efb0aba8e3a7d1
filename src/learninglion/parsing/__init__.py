"""Raw files to documents: the only place where text is cleaned."""

from __future__ import annotations

from learninglion.models import Document, RawFile
from learninglion.models.errors import UnreadableFileError
from learninglion.parsing.kamervragen.questions import parse_questions
from learninglion.parsing.office.ooxml import OLE_HEADER, looks_like_zip
from learninglion.parsing.office.webpage import looks_like_page
from learninglion.parsing.office_document import parse_office
from learninglion.parsing.pdf.lines import read_pages
from learninglion.parsing.pdf_document import parse_structure
from learninglion.parsing.plaintext import decode, looks_like_text
from learninglion.parsing.web import parse_html, parse_text

__all__ = ["parse"]

_LONGEST_TEXT = 16 << 20  # bytes; some 5,000 pages. Longer ones are data, and cost gigabytes to read


def parse(raw: RawFile) -> Document:
    """The document in a file; raises UnreadableFileError, naming the file, where it cannot be read.

    What a file is shows from its content, not from its name.
    """
    if not raw.content.strip():
        raise UnreadableFileError(raw.name, "het bestand is leeg.")
    if b"%PDF-" in raw.content[:1024]:
        pages = read_pages(raw.content, raw.name)
        return parse_questions(raw, pages) or parse_structure(raw, pages)
    if looks_like_zip(raw.content) or raw.content.startswith(OLE_HEADER):
        return parse_office(raw)
    if raw.name.lower().endswith(".pdf"):
        raise UnreadableFileError(raw.name, "dit is geen PDF-bestand, al heet het zo.")
    if looks_like_text(raw.content):
        if len(raw.content) > _LONGEST_TEXT:
            detail = "deze tekst is te lang ({} MB; hoogstens {} MB): splits het bestand."
            raise UnreadableFileError(raw.name, detail.format(len(raw.content) >> 20, _LONGEST_TEXT >> 20))
        page = looks_like_page(decode(raw.content), raw.name)
        return parse_html(raw) if page else parse_text(raw)
    raise UnreadableFileError(
        raw.name,
        "dit soort bestand kan niet worden gelezen; wel PDF, Word (.docx), ODT, HTML en tekst.",
    )
