"""A dossier as a Word document: footnotes with links to the official publication, and the AI mark."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from docx import Document as new_document
from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from docx.text.paragraph import Paragraph

from learninglion.models import Dossier, Verification
from learninglion.record.marking import mark_line, properties, state_words
from learninglion.record.notes import Note, collect_notes, heading, reasons_text, verdict_words

__all__ = ["to_docx"]

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_FOOTNOTES_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_CUSTOM_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_CUSTOM_RELATION = f"{_R}/custom-properties"
_PROPERTY_SET = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"  # the set that user-defined properties belong to
# Files in a ZIP carry a time; one fixed moment keeps the same dossier the same bytes.
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
_LEGIBLE_GREY = RGBColor(0x44, 0x44, 0x44)


def to_docx(dossier: Dossier) -> bytes:
    """The bytes of the Word file; opens in Word and LibreOffice."""
    word = new_document()
    _set_language_and_styles(word)
    question_set = dossier.question_set
    title = question_set.title or "Tekstvoorstel beantwoording Kamervragen"
    core = word.core_properties
    core.title, core.author, core.language = title, "LearningLion (AI) en opsteller", "nl-NL"
    core.comments, core.keywords = mark_line(dossier), "AI-gegenereerd; LearningLion"
    core.created = core.modified = datetime(*_FIXED_TIME)  # noqa: DTZ001  (the format has no zone)
    core.revision = dossier.version
    notes = collect_notes(dossier)
    word.add_heading(title, level=1)
    mark = word.add_paragraph(style="Intense Quote")
    mark.add_run(mark_line(dossier))
    if question_set.introduction:
        word.add_paragraph(question_set.introduction)
    for i, verification in enumerate(dossier.verifications):
        _add_question(word, verification, [notes[i, j] for j in range(len(verification.standing))])
    closing = word.add_paragraph(
        f"Dossier {dossier.id}, versie {dossier.version} ({state_words(dossier.state)})."
    )
    closing.runs[0].font.color.rgb = _LEGIBLE_GREY
    _add_footnotes_part(word, [note for listed in notes.values() for note in listed])
    _add_custom_properties(word, properties(dossier))
    raw = io.BytesIO()
    word.save(raw)
    return _with_fixed_times(raw.getvalue())


def _add_question(word: WordDocument, verification: Verification, notes: Sequence[Sequence[Note]]) -> None:
    word.add_heading(heading(verification), level=2)
    word.add_paragraph().add_run(verification.draft.selection.question.text).italic = True
    if verification.standing:
        word.add_heading("Antwoord", level=3)
        paragraph = word.add_paragraph()
        for check, listed in zip(verification.standing, notes, strict=True):
            paragraph.add_run(" ".join(check.statement.text.split()))
            for note in listed:
                _add_reference(paragraph, note.number)
            paragraph.add_run(" ")
    if words := verdict_words(verification):
        word.add_paragraph().add_run(words).bold = True
    _add_list(word, "Wat ontbreekt:", verification.missing)
    _add_list(
        word,
        "Niet overgenomen, want de bron draagt deze zin niet:",
        [f"{' '.join(c.statement.text.split())} ({reasons_text(c)})" for c in verification.failed],
    )
    _add_list(word, "Opmerkingen:", verification.draft.left_out)


def _add_list(word: WordDocument, label: str, items: Sequence[str]) -> None:
    if items:
        word.add_paragraph(label)
        for item in items:
            word.add_paragraph(item, style="List Bullet")


def _add_reference(paragraph: Paragraph, number: int) -> None:
    run = OxmlElement("w:r")
    look = OxmlElement("w:rPr")
    raised = OxmlElement("w:vertAlign")
    raised.set(qn("w:val"), "superscript")
    look.append(raised)
    reference = OxmlElement("w:footnoteReference")
    reference.set(qn("w:id"), str(number))
    run.append(look)
    run.append(reference)
    paragraph._p.append(run)


def _add_footnotes_part(word: WordDocument, notes: Sequence[Note]) -> None:
    part = Part(PackURI("/word/footnotes.xml"), _FOOTNOTES_TYPE, b"", word.part.package)
    rows = [
        '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>',
        '<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r></w:p>'
        "</w:footnote>",
    ]
    for note in notes:
        linked = _run(escape(note.name), link=bool(note.url))
        if note.url:
            relation = part.relate_to(note.url, RT.HYPERLINK, is_external=True)
            linked = f"<w:hyperlink r:id={quoteattr(relation)}>{linked}</w:hyperlink>"
        mark = '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteRef/></w:r>'
        text = f"{mark}{_run(' ')}{linked}{_run(escape(note.rest))}"
        rows.append(f'<w:footnote w:id="{note.number}"><w:p>{text}</w:p></w:footnote>')
    xml = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:footnotes xmlns:w="{_W}" xmlns:r="{_R}">'
    )
    part._blob = (xml + "".join(rows) + "</w:footnotes>").encode("utf-8")
    word.part.relate_to(part, RT.FOOTNOTES)


def _run(escaped: str, *, link: bool = False) -> str:
    look = '<w:color w:val="0B57A4"/><w:u w:val="single"/>' if link else ""
    return f'<w:r><w:rPr>{look}<w:sz w:val="18"/></w:rPr><w:t xml:space="preserve">{escaped}</w:t></w:r>'


def _add_custom_properties(word: WordDocument, pairs: Sequence[tuple[str, str]]) -> None:
    rows = "".join(
        f'<property fmtid="{_PROPERTY_SET}" pid="{pid}" name={quoteattr(name)}>'
        f"<vt:lpwstr>{escape(value)}</vt:lpwstr></property>"
        for pid, (name, value) in enumerate(pairs, start=2)
    )
    office = "http://schemas.openxmlformats.org/officeDocument/2006"
    xml = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<Properties xmlns="{office}/custom-properties"'
        f' xmlns:vt="{office}/docPropsVTypes">{rows}</Properties>'
    )
    package = word.part.package
    part = Part(PackURI("/docProps/custom.xml"), _CUSTOM_TYPE, xml.encode("utf-8"), package)
    package.relate_to(part, _CUSTOM_RELATION)


def _set_language_and_styles(word: WordDocument) -> None:
    normal = word.styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(11)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "nl-NL")
    normal.element.get_or_add_rPr().append(language)
    for name in ("Heading 1", "Heading 2", "Heading 3", "Intense Quote"):
        word.styles[name].font.color.rgb = RGBColor(0x15, 0x42, 0x73)


def _with_fixed_times(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            info = zipfile.ZipInfo(item.filename, _FIXED_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(item))
    return out.getvalue()
