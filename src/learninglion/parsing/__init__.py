"""Raw files to documents: the only place where text is cleaned."""

from __future__ import annotations

from learninglion.errors import UnreadableFileError
from learninglion.models import Block, BlockKind, Document, DocumentKind, RawFile
from learninglion.parsing.layout import lay_out
from learninglion.parsing.office import parse_docx
from learninglion.parsing.ooxml import OLE_HEADER, looks_like_zip
from learninglion.parsing.pdf import Page, read_pages
from learninglion.parsing.questions import page_warnings, parse_questions
from learninglion.parsing.running import find_running
from learninglion.serial import sha256_hex

__all__ = ["parse"]


def parse(raw: RawFile) -> Document:
    """The document in a file; raises UnreadableFileError, naming the file, where it cannot be read.

    What a file is shows from its content, not from its name.
    """
    if not raw.content.strip():
        raise UnreadableFileError(raw.name, "het bestand is leeg.")
    if b"%PDF-" in raw.content[:1024]:
        pages = read_pages(raw.content, raw.name)
        return parse_questions(raw, pages) or _parse_other(raw, pages)
    if looks_like_zip(raw.content) or raw.content.startswith(OLE_HEADER):
        return parse_docx(raw)
    if raw.name.lower().endswith(".pdf"):
        raise UnreadableFileError(raw.name, "dit is geen PDF-bestand, al heet het zo.")
    raise UnreadableFileError(raw.name, "dit soort bestand kan niet worden gelezen; wel PDF en Word (.docx).")


def _parse_other(raw: RawFile, pages: tuple[Page, ...]) -> Document:
    """Any other PDF: its paragraphs in order."""
    layout = lay_out(pages, find_running(pages))
    sha256 = sha256_hex(raw.content)
    blocks = [
        Block(s.kind, s.span, s.page, 1 if s.kind is BlockKind.HEADING else 0) for s in layout.stretches
    ]
    notes = [Block(BlockKind.FOOTNOTE, note.span, note.page) for note in layout.footnotes]
    return Document(
        id=f"doc-{sha256[:16]}",
        sha256=sha256,
        title=next((s.text for s in layout.stretches if s.kind is BlockKind.HEADING), raw.name),
        kind=DocumentKind.DOCUMENT,
        text=layout.text,
        url=raw.url,
        page_starts=layout.page_starts,
        blocks=(*blocks, *notes),
        footnotes=layout.footnotes,
        lines=layout.lines,
        source_name=raw.name,
        warnings=(*page_warnings(pages), *layout.warnings),
    )
