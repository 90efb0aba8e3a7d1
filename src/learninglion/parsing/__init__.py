"""Raw files to documents: the only place where text is cleaned."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from learninglion.models import Document, RawFile
from learninglion.models.errors import UnreadableFileError


def parse(raw: RawFile) -> Document:
    """The document in a file; raises UnreadableFileError, naming the file, where it cannot be read.

    What a file is shows from its content, not from its name.
    """
    # Loaded by whoever reads a file: the process that draws one page needs a single module of this room.
    from learninglion.parsing.office.ooxml import looks_like_zip
    from learninglion.parsing.office_document import parse_office
    from learninglion.parsing.pdf.pages import find_pdf, read_pages
    from learninglion.parsing.pdf_document import parse_structure

    if not raw.content.strip():
        raise UnreadableFileError(raw.name, "het bestand is leeg.")
    if find_pdf(raw.content) is not None:
        pages = read_pages(raw.content, raw.name)
        return parse_structure(raw, pages)
    if raw.name.lower().endswith(".pdf") and not looks_like_zip(raw.content):
        raise UnreadableFileError(raw.name, "dit is geen PDF-bestand, al heet het zo.")
    return parse_office(raw)


@lru_cache(maxsize=1)
def reader_edition() -> str:
    """The edition of the reader, 16 hexadecimal digits: a hash of the code of this room.

    What an earlier edition read can be read better by a later one, so it is kept with what was read.
    """
    room = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(room.rglob("*.py")):
        digest.update(path.relative_to(room).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]
