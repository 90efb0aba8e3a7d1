"""OpenDocument files written by hand, and a random set printed as one."""

from __future__ import annotations

import io
import zipfile
from random import Random
from xml.sax.saxutils import escape

from randomsets import Piece, RandomSet
from renderings import LETTER_FRONT

from learninglion.models import RawFile

_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
SPACES = (
    f'xmlns:office="{_ODF}office:1.0" xmlns:text="{_ODF}text:1.0" xmlns:table="{_ODF}table:1.0" '
    f'xmlns:style="{_ODF}style:1.0" xmlns:fo="{_ODF}xsl-fo-compatible:1.0" xmlns:draw="{_ODF}drawing:1.0" '
    f'xmlns:manifest="{_ODF}manifest:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
)
_LEVEL = "text:list-level-style-number"
_LOOKS = {"B": 'fo:font-weight="bold"', "I": 'fo:font-style="italic"', "H": 'text:display="none"'}
STYLES = "".join(
    f'<style:style style:name="{name}" style:family="text"><style:text-properties {look}/></style:style>'
    for name, look in _LOOKS.items()
) + (
    f'<text:list-style style:name="L"><{_LEVEL} text:level="1" style:num-suffix="." style:num-format="1"/>'
    f'<{_LEVEL} text:level="2" style:num-suffix=")" style:num-format="a"/></text:list-style>'
    f'<text:list-style style:name="V"><{_LEVEL} text:level="1" style:num-prefix="Vraag " '
    'style:num-format="1"/></text:list-style>'
    '<text:list-style style:name="U"><text:list-level-style-bullet text:level="1"/></text:list-style>'
)


def odt(body: str, parts: dict[str, str] | None = None, name: str = "brief.odt") -> RawFile:
    """An ODT file with this body (XML inside office:text) and these other parts."""
    content = (
        f"<office:document-content {SPACES}><office:automatic-styles>{STYLES}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        for path, text in {"content.xml": content, **(parts or {})}.items():
            archive.writestr(path, text)
    return RawFile(name, buffer.getvalue(), name)


def span(text: str, style: str = "") -> str:
    """Text, in a span where it has a style."""
    return f'<text:span text:style-name="{style}">{escape(text)}</text:span>' if style else escape(text)


def par(*texts: str) -> str:
    """A paragraph of text and XML."""
    return f"<text:p>{''.join(texts)}</text:p>"


def rows(*table: tuple[str, ...]) -> str:
    """A table of one paragraph a cell."""
    printed = (
        "".join(f"<table:table-cell>{par(span(cell))}</table:table-cell>" for cell in row) for row in table
    )
    return (
        "<table:table>"
        + "".join(f"<table:table-row>{row}</table:table-row>" for row in printed)
        + "</table:table>"
    )


def note(number: int, text: str) -> str:
    """A footnote where it is referred to."""
    return (
        f'<text:note text:id="ftn{number}" text:note-class="footnote"><text:note-citation>{number}'
        f"</text:note-citation><text:note-body>{par(span(text))}</text:note-body></text:note>"
    )


def as_odt(made: RandomSet, chance: Random) -> RawFile:
    """The set as the ministry's letter in OpenDocument."""
    body = [par(span(line)) for line in LETTER_FRONT[:-1]]
    body.append(f'<text:h text:outline-level="1">{span(LETTER_FRONT[-1], "B")}</text:h>')
    lead, notes = "", 0
    for piece in made.pieces:
        if piece.kind == "lead":
            lead = span(piece.text, "B") + " "
            continue
        notes += bool(piece.note)
        body.append(_print(piece, notes, lead, chance))
        lead = ""
    return odt("".join(body))


def _print(piece: Piece, notes: int, lead: str, chance: Random) -> str:
    if piece.kind == "table":
        return rows(*piece.rows)
    style = {"label": "B", "heading": "B", "slanted": "I"}.get(piece.kind, "")
    at = piece.at if piece.note else len(piece.text)
    cut = chance.randrange(at + 1)
    text = lead + (span(piece.mark) + "<text:tab/>" if piece.mark else "")
    text += span(piece.text[:cut], style) + "<text:soft-page-break/>" + span(piece.text[cut:at], style)
    return par(text + (note(notes, piece.note.strip()) if piece.note else "") + span(piece.text[at:], style))
