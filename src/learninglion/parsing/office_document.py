"""Word and ODT files to documents: the ministry's letters with questions and answers, and any other text."""

from __future__ import annotations

from pathlib import PurePath

from learninglion.models import BlockKind, Document, DocumentKind, RawFile
from learninglion.models.errors import UnreadableFileError
from learninglion.models.plain import sha256_hex
from learninglion.parsing.kamervragen.letters import LetterFacts, find_notice, read_facts
from learninglion.parsing.kamervragen.pairing import pair_up
from learninglion.parsing.kamervragen.typednotes import lift_typed_notes
from learninglion.parsing.office.odt import read_odt
from learninglion.parsing.office.ooxml import is_opendocument
from learninglion.parsing.office.pieces import WordText
from learninglion.parsing.office.word import read_word
from learninglion.parsing.paragraphs import Note, Paragraph, assemble, composed

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
    paragraphs, typed = lift_typed_notes(tuple(map(composed, content.paragraphs)))
    notes: tuple[Note, ...] = (*content.notes, *typed)
    running = assemble(paragraphs, notes)
    pairing = pair_up(paragraphs, running.spans)
    notice = find_notice(paragraphs, running.spans, pairing)
    letter = pairing is not None or notice is not None
    facts = LetterFacts()
    if letter:
        first = pairing.first if pairing else len(paragraphs)
        facts = read_facts(paragraphs, running.spans, first, content.letterhead, content.title)
    sha256 = sha256_hex(raw.content)
    return Document(
        id=f"doc-{sha256[:16]}",
        sha256=sha256,
        title=facts.title or _title(content, paragraphs, raw),
        kind=DocumentKind.LETTER if letter else DocumentKind.DOCUMENT,
        text=running.text,
        url=raw.url,
        published=facts.published,
        asked_on=facts.asked_on,
        askers=facts.askers,
        answerers=facts.answerers,
        ministry=facts.answerers[0].portfolio if facts.answerers else None,
        introduction=facts.introduction,
        pairs=pairing.pairs if pairing else (),
        blocks=running.blocks,
        footnotes=running.footnotes,
        notice=notice,
        related=facts.related,
        warnings=(*content.warnings, *(pairing.warnings if pairing else ())),
        source_name=raw.name,
    )


def _title(content: WordText, paragraphs: tuple[Paragraph, ...], raw: RawFile) -> str:
    heading = next((p.text for p in paragraphs if p.kind is BlockKind.HEADING), "")
    return content.title or heading or PurePath(raw.name).stem
