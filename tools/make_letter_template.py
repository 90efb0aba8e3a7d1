"""Make the plain template of the letter that ships: src/learninglion/record/letter.docx.

    .venv/bin/python tools/make_letter_template.py [OUTPUT]

The same bytes each time. An organisation changes the file itself in Word (docs/letters.md), not this script.
"""

from __future__ import annotations

import io
import sys
from datetime import datetime
from pathlib import Path

from docx import Document as new_document
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph

from learninglion.record.export_docx import FIXED_TIME, fresh_list, note_styles, with_fixed_times
from learninglion.record.letter import PLAIN_TEMPLATE

_BLUE = RGBColor(0x15, 0x42, 0x73)
_GREY = RGBColor(0x44, 0x44, 0x44)
_ADDRESS = ("Aan de Voorzitter van de Tweede Kamer der Staten-Generaal", "Postbus 20018", "2500 EA Den Haag")
_HEAD = (
    ("Datum", "datum"),
    ("Betreft", "betreft"),
    ("Ons kenmerk", "ons kenmerk"),
    ("Uw kenmerk", "uw kenmerk"),
)


def make_template() -> bytes:
    """The bytes of the template."""
    word = new_document()
    _set_page(word)
    _set_styles(word)
    sender = word.add_paragraph("{{ministerie}}", style="Afzender")
    sender.paragraph_format.space_after = Pt(42)
    for line in _ADDRESS:
        word.add_paragraph(line).paragraph_format.space_after = Pt(0)
    _add_head(word)
    word.add_paragraph("{{aanhef}}").paragraph_format.space_before = Pt(24)
    word.add_paragraph("{{inleiding}}")
    signed = word.add_paragraph("De {{ambt}},")
    signed.paragraph_format.space_before = Pt(18)
    signed.paragraph_format.keep_with_next = True
    word.add_paragraph("{{naam}}").paragraph_format.space_before = Pt(54)
    word.add_paragraph("{{betreft}}", style="Heading 1").paragraph_format.page_break_before = True
    for name, style in (
        ("begin vragen", "Normal"),
        ("vraagkop", "Heading 2"),
        ("vraag", "Vraag"),
        ("antwoordkop", "Heading 3"),
        ("antwoord", "Antwoord"),
        ("opsomming", "Opsomming"),
        ("nummering", "Nummering"),
        ("einde vragen", "Normal"),
    ):
        word.add_paragraph(f"{{{{{name}}}}}", style=style)
    _add_footer(word)
    core = word.core_properties
    core.title, core.author, core.comments = "Brief", "LearningLion", ""
    core.created = core.modified = datetime(*FIXED_TIME)  # noqa: DTZ001  (the format has no zone)
    raw = io.BytesIO()
    word.save(raw)
    return with_fixed_times(raw.getvalue())


def _set_page(word: WordDocument) -> None:
    page = word.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.5)
    page.top_margin, page.bottom_margin = Cm(2.5), Cm(2.2)
    page.header_distance = page.footer_distance = Cm(1)


def _set_styles(word: WordDocument) -> None:
    normal = word.styles["Normal"]
    _set_font(normal, "Arial", 10)
    normal.paragraph_format.space_after = Pt(8)
    normal.paragraph_format.line_spacing = 1.25
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "nl-NL")
    normal.element.get_or_add_rPr().append(language)
    for name, size, before in (("Heading 1", 14, 0), ("Heading 2", 11, 18), ("Heading 3", 10, 8)):
        style = word.styles[name]
        _set_font(style, "Arial", size)
        style.font.bold, style.font.italic, style.font.color.rgb = True, False, _BLUE
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(3)
    _add_style(word, "Afzender").font.bold = True
    word.styles["Afzender"].font.size = Pt(13)
    question_style = _add_style(word, "Vraag")
    question_style.font.italic = True
    question_style.paragraph_format.keep_together = True
    _add_style(word, "Antwoord").paragraph_format.widow_control = True
    for name, numbered in (("Opsomming", False), ("Nummering", True)):
        style = _add_style(word, name, "Antwoord")
        settings = style.element.get_or_add_pPr()
        numbering = settings.get_or_add_numPr()
        numbering.get_or_add_numId().val = int(fresh_list(word, numbered=numbered))
        settings.append(OxmlElement("w:contextualSpacing"))  # items close together, and room behind the last
    note_styles(word)
    note = word.styles["footnote text"]
    note.base_style, note.paragraph_format.line_spacing = normal, 1.0


def _set_font(style: ParagraphStyle, name: str, size: int) -> None:
    """A font for every script: the headings of the empty document name a font of their theme, which wins."""
    style.font.name, style.font.size = name, Pt(size)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for key in [key for key in fonts.attrib if key.endswith("Theme")]:
        del fonts.attrib[key]
    for script in ("w:cs", "w:eastAsia"):
        fonts.set(qn(script), name)


def _add_style(word: WordDocument, name: str, based_on: str = "Normal") -> ParagraphStyle:
    style: ParagraphStyle = word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = word.styles[based_on]
    return style


def _add_head(word: WordDocument) -> None:
    """Date, subject and references, in two columns without lines."""
    table = word.add_table(rows=len(_HEAD), cols=2)
    table.autofit = False
    for column, width in zip(table.columns, (3, 13), strict=True):
        column.width = Cm(width)
    for row, (label, field) in zip(table.rows, _HEAD, strict=True):
        for cell, width, text in zip(row.cells, (3, 13), (label, f"{{{{{field}}}}}"), strict=True):
            cell.width = Cm(width)
            paragraph = cell.paragraphs[0]
            paragraph.add_run(text)
            paragraph.paragraph_format.space_after = Pt(2)
    word.element.body.remove(table._tbl)
    spaced = word.add_paragraph()
    spaced.paragraph_format.space_after = Pt(18)
    word.element.body.insert(len(word.element.body) - 1, table._tbl)


def _add_footer(word: WordDocument) -> None:
    footer = word.sections[0].footer
    footer.is_linked_to_previous = False
    mark = footer.paragraphs[0]
    mark.add_run("{{markering}} {{herkomst}}")
    page = footer.add_paragraph()
    page.add_run("Pagina ")
    _add_field(page, "PAGE")
    page.add_run(" van ")
    _add_field(page, "NUMPAGES")
    for paragraph in (mark, page):
        paragraph.paragraph_format.space_after = Pt(0)
        paragraph.paragraph_format.line_spacing = 1.0
        for run in paragraph.runs:
            run.font.size, run.font.color.rgb = Pt(7.5), _GREY


def _add_field(paragraph: Paragraph, code: str) -> None:
    for kind in ("begin", "", "separate", "1", "end"):
        run = paragraph.add_run()
        if not kind:
            instruction = OxmlElement("w:instrText")
            instruction.text = f" {code} "
            run._r.append(instruction)
        elif kind == "1":
            run.text = kind
        else:
            sign = OxmlElement("w:fldChar")
            sign.set(qn("w:fldCharType"), kind)
            run._r.append(sign)


if __name__ == "__main__":
    Path(sys.argv[1] if len(sys.argv) > 1 else PLAIN_TEMPLATE).write_bytes(make_template())
