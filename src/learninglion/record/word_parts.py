"""The parts of a Word file that python-docx leaves to others: notes, comments, lists, properties."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Pt
from lxml import etree

from learninglion.record.notes import Note

__all__ = [
    "FIXED_TIME",
    "add_comment",
    "add_custom_properties",
    "add_footnotes",
    "fresh_list",
    "listed_note",
    "note_styles",
    "style_id",
    "with_fixed_times",
]

Element = BaseOxmlElement

FIXED_TIME = (1980, 1, 1, 0, 0, 0)
"""Files in a ZIP carry a time; one fixed moment keeps the same dossier the same bytes."""

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_FOOTNOTES_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_CUSTOM_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_CUSTOM_RELATION = f"{_R}/custom-properties"
_NUMBERING_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.numbering+xml"
_PROPERTY_SET = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"  # the set that user-defined properties belong to
_CUSTOM = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"


def style_id(word: WordDocument, name: str) -> str:
    """The id of a style by its English name, whatever it is called in a Dutch Word; "" without one."""
    found = next((s for s in word.styles if s.name is not None and s.name.lower() == name.lower()), None)
    return found.style_id if found is not None else ""


# --------------------------------------------------------------------------- notes


def note_styles(word: WordDocument) -> tuple[str, str]:
    """The ids of the styles of a note and of its mark; a template that never had a note gets them."""
    text, mark = style_id(word, "footnote text"), style_id(word, "footnote reference")
    if not text:
        made = word.styles.add_style("footnote text", WD_STYLE_TYPE.PARAGRAPH, builtin=True)
        made.font.size = Pt(8)
        made.paragraph_format.space_after = Pt(0)
        text = made.style_id
    if not mark:
        raised = word.styles.add_style("footnote reference", WD_STYLE_TYPE.CHARACTER, builtin=True)
        raised.font.superscript = True
        mark = raised.style_id
    return text, mark


def add_footnotes(word: WordDocument, notes: Sequence[Note]) -> dict[int, int]:
    """The notes as footnotes; for the number of each its id in the file."""
    part, root = _footnotes_part(word)
    last = max((int(n.get(qn("w:id"), "0")) for n in root), default=0)
    style, mark_style = note_styles(word)
    ids: dict[int, int] = {}
    for at, note in enumerate(notes, start=1):
        ids[note.number] = last + at
        root.append(_footnote(part, note, last + at, style, mark_style))
    part._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return ids


def _footnotes_part(word: WordDocument) -> tuple[Part, Element]:
    """The part with the footnotes: the template's own, or a fresh one with the two that Word wants."""
    for relation in word.part.rels.values():
        if relation.reltype == RT.FOOTNOTES:
            part = relation.target_part
            return part, etree.fromstring(part.blob, _PARSER)
    part = Part(PackURI("/word/footnotes.xml"), _FOOTNOTES_TYPE, b"", word.part.package)
    word.part.relate_to(part, RT.FOOTNOTES)
    xml = (
        f'<w:footnotes xmlns:w="{_W}" xmlns:r="{_R}">'
        '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
        '<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r></w:p>'
        "</w:footnote></w:footnotes>"
    )
    return part, etree.fromstring(xml, _PARSER)


_PARSER = etree.XMLParser(resolve_entities=False, no_network=True)


def listed_note(word: WordDocument, note: Note) -> Element:
    """A note as a paragraph of the text itself, behind its number."""
    style, mark_style = note_styles(word)
    text = _note_text(word.part, note, style, mark_style, f"<w:t>{note.number}</w:t>")
    made: Element = parse_xml(f'<w:p xmlns:w="{_W}" xmlns:r="{_R}">{text}</w:p>')
    return made


def _footnote(part: Part, note: Note, note_id: int, style: str, mark_style: str) -> Element:
    text = _note_text(part, note, style, mark_style, "<w:footnoteRef/>")
    made: Element = etree.fromstring(
        f'<w:footnote xmlns:w="{_W}" xmlns:r="{_R}" w:id="{note_id}"><w:p>{text}</w:p></w:footnote>',
        _PARSER,
    )
    return made


def _note_text(part: Part, note: Note, style: str, mark_style: str, number: str) -> str:
    linked = _run(escape(note.name), link=bool(note.url))
    if note.url:
        relation = part.relate_to(note.url, RT.HYPERLINK, is_external=True)
        linked = f"<w:hyperlink r:id={quoteattr(relation)}>{linked}</w:hyperlink>"
    paragraph = f"<w:pPr><w:pStyle w:val={quoteattr(style)}/></w:pPr>"
    mark = f"<w:r><w:rPr><w:rStyle w:val={quoteattr(mark_style)}/></w:rPr>{number}</w:r>"
    return f"{paragraph}{mark}{_run(' ')}{linked}{_run(escape(f'{note.rest}.'))}"


def _run(escaped: str, *, link: bool = False) -> str:
    look = '<w:color w:val="0B57A4"/><w:u w:val="single"/>' if link else ""
    return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{escaped}</w:t></w:r>'


# --------------------------------------------------------------------------- comments


def add_comment(word: WordDocument, first: Element, last: Element, lines: Iterable[str], author: str) -> None:
    """A comment on what stands from `first` to `last`, two elements of one paragraph; without a clock."""
    comment = word.part._comments_part.comments.add_comment("\n".join(lines), author, author[:1].upper())
    element = comment._comment_elm
    del element.attrib[qn("w:date")]
    begin, end = OxmlElement("w:commentRangeStart"), OxmlElement("w:commentRangeEnd")
    run, reference = OxmlElement("w:r"), OxmlElement("w:commentReference")
    for node in (begin, end, reference):
        node.set(qn("w:id"), str(comment.comment_id))
    run.append(reference)
    first.addprevious(begin)
    last.addnext(end)
    end.addnext(run)


# --------------------------------------------------------------------------- lists

_BULLETS = '<w:numFmt w:val="bullet"/><w:lvlText w:val="–"/>'
_NUMBERS = '<w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/>'


def fresh_list(word: WordDocument, like: str = "", *, numbered: bool = False) -> str:
    """The id of a list that begins at 1: one that looks as list `like` of the template, or a plain one."""
    root = _numbering(word)
    abstract = next(
        (n.find(qn("w:abstractNumId")).get(qn("w:val")) for n in root.findall(qn("w:num")) if _is(n, like)),
        "",
    )
    if not abstract:
        abstract = _plain_list(root, numbered)
    made = 1 + max((int(n.get(qn("w:numId"))) for n in root.findall(qn("w:num"))), default=0)
    xml = f'<w:num xmlns:w="{_W}" w:numId="{made}"><w:abstractNumId w:val="{abstract}"/>'
    if numbered:
        xml += '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    _append(root, "w:num", etree.fromstring(f"{xml}</w:num>", _PARSER))
    return str(made)


def _is(number: Element, wanted: str) -> bool:
    return bool(wanted) and number.get(qn("w:numId")) == wanted


def _plain_list(root: Element, numbered: bool) -> str:
    """The id of a plain list, made once in a file."""
    mark = "4C4C0002" if numbered else "4C4C0001"
    for known in root.findall(qn("w:abstractNum")):
        sign = known.find(qn("w:nsid"))
        if sign is not None and sign.get(qn("w:val")) == mark:
            return str(known.get(qn("w:abstractNumId")))
    made = 1 + max((int(n.get(qn("w:abstractNumId"))) for n in root.findall(qn("w:abstractNum"))), default=0)
    xml = (
        f'<w:abstractNum xmlns:w="{_W}" w:abstractNumId="{made}"><w:nsid w:val="{mark}"/>'
        '<w:multiLevelType w:val="singleLevel"/><w:lvl w:ilvl="0"><w:start w:val="1"/>'
        f'{_NUMBERS if numbered else _BULLETS}<w:lvlJc w:val="left"/>'
        '<w:pPr><w:ind w:left="360" w:hanging="360"/></w:pPr></w:lvl></w:abstractNum>'
    )
    _append(root, "w:abstractNum", etree.fromstring(xml, _PARSER))
    return str(made)


def _append(root: Element, tag: str, element: Element) -> None:
    """`element` behind its like: definitions of lists come before lists."""
    same = root.findall(qn(tag))
    if same:
        same[-1].addnext(element)
    elif tag == "w:abstractNum":
        root.insert(0, element)
    else:
        root.append(element)


def _numbering(word: WordDocument) -> Element:
    """The definitions of lists: those of the template, or none yet."""
    for relation in word.part.rels.values():
        if relation.reltype == RT.NUMBERING:
            element: Element = relation.target_part.element
            return element
    from docx.parts.numbering import NumberingPart

    root = OxmlElement("w:numbering")
    part = NumberingPart(PackURI("/word/numbering.xml"), _NUMBERING_TYPE, root, word.part.package)
    word.part.relate_to(part, RT.NUMBERING)
    return root


# --------------------------------------------------------------------------- properties and bytes


def add_custom_properties(word: WordDocument, pairs: Sequence[tuple[str, str]]) -> None:
    """Properties that programs read, beside those that the template has."""
    package = word.part.package
    part = next((r.target_part for r in package.rels.values() if r.reltype == _CUSTOM_RELATION), None)
    if part is None:
        part = Part(PackURI("/docProps/custom.xml"), _CUSTOM_TYPE, b"", package)
        package.relate_to(part, _CUSTOM_RELATION)
        root = etree.fromstring(f'<Properties xmlns="{_CUSTOM}" xmlns:vt="{_TYPES}"/>', _PARSER)
    else:
        root = etree.fromstring(part.blob, _PARSER)
    names = {name for name, _ in pairs}
    for known in list(root):
        if known.get("name") in names:
            root.remove(known)
    last = max((int(p.get("pid", "1")) for p in root), default=1)
    for pid, (name, value) in enumerate(pairs, start=last + 1):
        made = etree.SubElement(root, f"{{{_CUSTOM}}}property", fmtid=_PROPERTY_SET, pid=str(pid), name=name)
        etree.SubElement(made, f"{{{_TYPES}}}lpwstr").text = value
    part._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def with_fixed_times(data: bytes) -> bytes:
    """The same file, each of its parts from one fixed moment."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            info = zipfile.ZipInfo(item.filename, FIXED_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(item))
    return out.getvalue()
