"""Raw files to documents: the only place where text is cleaned."""

from __future__ import annotations

from learninglion.models import Document, RawFile
from learninglion.models.errors import UnreadableFileError
from learninglion.parsing.office.ooxml import looks_like_zip
from learninglion.parsing.office_document import parse_office
from learninglion.parsing.pdf.pages import find_pdf, read_pages
from learninglion.parsing.pdf_document import parse_structure

__all__ = ["parse"]


def parse(raw: RawFile) -> Document:
    """The document in a file; raises UnreadableFileError, naming the file, where it cannot be read.

    What a file is shows from its content, not from its name.
    """
    if not raw.content.strip():
        raise UnreadableFileError(raw.name, "het bestand is leeg.")
    if find_pdf(raw.content) is not None:
        pages = read_pages(raw.content, raw.name)
        return parse_structure(raw, pages)
    if raw.name.lower().endswith(".pdf") and not looks_like_zip(raw.content):
        raise UnreadableFileError(raw.name, "dit is geen PDF-bestand, al heet het zo.")
    return parse_office(raw)
