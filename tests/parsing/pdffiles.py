"""Small PDFs written by hand: the drawing itself, with annotations, layers, fonts and boxes as wanted."""

from __future__ import annotations

from collections.abc import Sequence

from learninglion.models import Document, RawFile
from learninglion.parsing import parse

__all__ = ["HELVETICA", "MAP", "NAMES", "PLAIN", "image", "pdf", "read", "show", "words"]

HELVETICA = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"


def show(text: str, x: float = 72, y: float = 760, size: float = 11, more: str = "") -> str:
    """One line of text in font F1, with other operators before it."""
    return f"BT {more} /F1 {size} Tf {x} {y} Td ({text}) Tj ET\n"


def image(width: int = 1, height: int = 1, grey: int = 0) -> str:
    """An inline picture in one shade, on the unit square."""
    pixels = f"{grey:02x}" * (width * height)
    return f"BI /W {width} /H {height} /BPC 8 /CS /G /F /AHx ID {pixels}> EI\n"


def pdf(
    *pages: str,
    page: str = "",
    font: str = HELVETICA,
    objects: Sequence[str] = (),
    resources: str = "",
    catalog: str = "",
    box: str = "0 0 595 842",
) -> bytes:
    """A PDF of these drawings; `objects` ("dict" or "dict|stream") from 10, `page` goes into each page."""
    parts: dict[int, bytes] = {3: font.encode("latin-1")}
    for number, wanted in enumerate(objects, start=10):
        entries, _, stream = wanted.partition("|")
        if stream:
            entries = f"{entries.removesuffix('>>')}/Length {len(stream.encode('latin-1'))}>>"
            parts[number] = f"{entries}stream\n{stream}\nendstream".encode("latin-1")
        else:
            parts[number] = entries.encode("latin-1")
    kids = []
    for index, drawing in enumerate(pages):
        number = 100 + 2 * index
        content = drawing.encode("cp1252")
        parts[number] = b"<</Length %d>>stream\n%s\nendstream" % (len(content), content)
        parts[number + 1] = (
            f"<</Type/Page/Parent 2 0 R/MediaBox[{box}]/Contents {number} 0 R"
            f"/Resources<</Font<</F1 3 0 R>>{resources}>>{page}>>"
        ).encode("latin-1")
        kids.append(f"{number + 1} 0 R")
    parts[1] = f"<</Type/Catalog/Pages 2 0 R{catalog}>>".encode("latin-1")
    parts[2] = f"<</Type/Pages/Count {len(kids)}/Kids[{' '.join(kids)}]>>".encode("latin-1")
    written = b"%PDF-1.7\n"
    places: dict[int, int] = {}
    for number, body in sorted(parts.items()):
        places[number] = len(written)
        written += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(written)
    written += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in sorted(places.items()):
        written += b"%d 1\n%010d 00000 n \n" % (number, place)
    size = max(places) + 1
    return written + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, start)


PLAIN = show("Een gewone zin over de dijk.", y=700)
# Which letters the codes of a font stand for.
NAMES = "begincmap 1 begincodespacerange <00><FF> endcodespacerange"
MAP = (
    "<<>>|/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def "
    "1 begincodespacerange <00> <FF> endcodespacerange {} endcmap end end"
)


def read(content: bytes) -> Document:
    """What is read of it."""
    return parse(RawFile("x.pdf", content, "x"))


def words(content: bytes) -> str:
    """Its text on one line."""
    return " ".join(read(content).text.split())
