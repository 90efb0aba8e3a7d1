"""Word files written by hand, part by part, so that a test can say exactly what is in them."""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import escape

from learninglion.models import RawFile

_W = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml"'
)
_TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Target="word/document.xml" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>'
)


def part(name: str, content: str) -> str:
    """A part with the usual namespaces around `content`."""
    return f'<?xml version="1.0" encoding="UTF-8"?><w:{name} {_W}>{content}</w:{name}>'


def run(text: str, properties: str = "") -> str:
    """A run of text with its properties."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def para(text: str = "", *, bold: bool = False, style: str = "", num: str = "", inside: str = "") -> str:
    """A paragraph; `inside` is put behind the text as it is."""
    properties = f'<w:pStyle w:val="{style}"/>' if style else ""
    if num:
        properties += f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{num}"/></w:numPr>'
    runs = run(text, "<w:b/>" if bold else "") if text else ""
    return f"<w:p><w:pPr>{properties}</w:pPr>{runs}{inside}</w:p>"


def table(*rows: tuple[str, ...]) -> str:
    """A table of one paragraph a cell."""
    cells = ("".join(f"<w:tc>{para(cell)}</w:tc>" for cell in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def docx(body: str, parts: dict[str, str] | None = None, name: str = "brief.docx") -> RawFile:
    """A Word file with this body and these other parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _RELATIONS)
        archive.writestr("word/document.xml", part("document", f"<w:body>{body}</w:body>"))
        for path, content in (parts or {}).items():
            archive.writestr(path, content)
    return RawFile(name, buffer.getvalue(), name)


def letter(*lines: str, front: str = "") -> RawFile:
    """A letter whose lines starting with "*" are bold."""
    return docx(front + "".join(para(line.lstrip("*"), bold=line.startswith("*")) for line in lines))
