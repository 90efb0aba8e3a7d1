"""The IPTC mark in the metadata of a PDF, as an update behind the file: the pages stay as they were made.

PDF/A asks that a property which is not its own is described in the same metadata; so that is added too.
Source: IPTC Extension schema, Iptc4xmpExt:DigitalSourceType; ISO 19005-2, 6.6.2.3.
"""

from __future__ import annotations

import re

from learninglion.models.errors import IntegrityError

__all__ = ["mark_pdf", "read_pdf_mark"]

_SPACE = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_METADATA = re.compile(
    rb"(\d+) 0 obj\s*<</Length \d+/Type/Metadata/Subtype/XML>>\s*stream\r?\n(.*?)\r?\nendstream", re.DOTALL
)
_TRAILER = re.compile(rb"trailer\s*<<(.*?)>>\s*startxref\s*(\d+)\s*%%EOF\s*$", re.DOTALL)
_TOLD = re.compile(rb"<Iptc4xmpExt:DigitalSourceType>([^<]*)</Iptc4xmpExt:DigitalSourceType>")
_SCHEMA = (
    '<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>IPTC Extension schema</pdfaSchema:schema>'
    f"<pdfaSchema:namespaceURI>{_SPACE}</pdfaSchema:namespaceURI>"
    "<pdfaSchema:prefix>Iptc4xmpExt</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq>"
    '<rdf:li rdf:parseType="Resource"><pdfaProperty:category>external</pdfaProperty:category>'
    "<pdfaProperty:description>How the content came about</pdfaProperty:description>"
    "<pdfaProperty:name>DigitalSourceType</pdfaProperty:name>"
    "<pdfaProperty:valueType>URI</pdfaProperty:valueType></rdf:li></rdf:Seq></pdfaSchema:property></rdf:li>"
)


def mark_pdf(made: bytes, source_type: str) -> bytes:
    """`made` with the IPTC term `source_type` (a URI). Raises IntegrityError without open metadata."""
    metadata, trailer = _METADATA.search(made), _TRAILER.search(made)
    if metadata is None or trailer is None or b"<pdfaExtension:schemas><rdf:Bag>" not in metadata[2]:
        raise IntegrityError("De metadata van deze PDF zijn niet te merken.")
    told = metadata[2].decode("utf-8")
    about = '<rdf:Description rdf:about=""'
    told = told.replace(about, f'{about} xmlns:Iptc4xmpExt="{_SPACE}"', 1)
    bag = "<pdfaExtension:schemas><rdf:Bag>"
    mark = f"<Iptc4xmpExt:DigitalSourceType>{source_type}</Iptc4xmpExt:DigitalSourceType>"
    told = told.replace(bag, f"{mark}{bag}{_SCHEMA}", 1)
    number, body = int(metadata[1]), told.encode("utf-8")
    head = f"{number} 0 obj\n<</Length {len(body)}/Type/Metadata/Subtype/XML>>\nstream\n".encode()
    start = made if made.endswith(b"\n") else made + b"\n"
    update = start + head + body + b"\nendstream\nendobj\n"
    table = f"xref\n{number} 1\n{len(start):010d} 00000 n\r\n".encode()
    end = b"trailer\n<<" + trailer[1] + b"/Prev " + trailer[2] + b">>\n"
    return update + table + end + f"startxref\n{len(update)}\n%%EOF\n".encode()


def read_pdf_mark(content: bytes) -> str:
    """The IPTC term in the newest metadata of a PDF; empty where there is none."""
    found = _TOLD.findall(content)
    return found[-1].decode("utf-8", "replace") if found else ""
