"""Every PDF that the program makes is one for the archive, as another reader (PDFium) sees it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from lxml import etree

from learninglion.drafting import extractive
from learninglion.drafting.verdict import verify
from learninglion.record.export import to_pdf
from learninglion.testing import make_question_set, make_selection
from learninglion.workflow.monthly import Month, monthly_pdf
from learninglion.workflow.writing import make_dossier

_NAMESPACE = {"pdfaid": "http://www.aiim.org/pdfa/ns/id/", "pdfuaid": "http://www.aiim.org/pdfua/ns/id/"}


def letter() -> bytes:
    return to_pdf(make_dossier(make_question_set(), [verify(extractive.draft(make_selection()))], ()))


def report() -> bytes:
    return monthly_pdf((Month("2026-10", searches=3), Month("2026-11", searches=4)), "Gemeente Łódź 🦁")


def fonts_embedded(document: pypdfium2.PdfDocument) -> Iterator[bool]:
    """Of every piece of text whether its font came along."""
    for page in document:
        for piece in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT]):
            yield bool(pdfium.FPDFFont_GetIsEmbedded(pdfium.FPDFTextObj_GetFont(piece.raw)))


@pytest.mark.parametrize("make", [letter, report])
def test_it_says_what_it_is_brings_all_along_and_runs_nothing(make: Callable[[], bytes]) -> None:
    data = make()
    newest = data[data.rindex(b"<?xpacket begin") :]
    described = etree.fromstring(newest[newest.index(b"?>") + 2 : newest.index(b"<?xpacket end")])
    told = [
        described.findtext(f".//{name}", namespaces=_NAMESPACE) for name in ("pdfaid:part", "pdfuaid:part")
    ]
    assert [*told, described.findtext(".//pdfaid:conformance", namespaces=_NAMESPACE)] == ["2", "1", "A"]
    with pypdfium2.PdfDocument(data) as document:
        assert pdfium.FPDFCatalog_IsTagged(document.raw)
        assert pdfium.FPDF_GetSecurityHandlerRevision(document.raw) == -1  # not encrypted
        assert pdfium.FPDFDoc_GetJavaScriptActionCount(document.raw) == 0
        assert pdfium.FPDFDoc_GetAttachmentCount(document.raw) == 0  # A-2 takes none that is no PDF/A itself
        embedded = list(fonts_embedded(document))
        assert embedded and all(embedded)
    assert re.search(rb"/S\s*/GTS_PDFA1", data) and b"/DestOutputProfile" in data  # the colours are defined
    assert not re.search(rb"/(?:JavaScript|Launch|Encrypt|OpenAction|LZWDecode)\b", data)
