# ruff: noqa: E501 - a catalogue, one case a line where that can be
"""Files made to break a reader, or that are merely odd: more than 200 of them, made anew each time.

    python tests/parsing/hostile.py [PART]

reads each (or those with PART in their name) as `learninglion parse` does, in a process that goes on with
the next file where it survives this one, and tells how long it took and how much memory it had; status 1
where one did not end in a document or in a reason, or passed 60 s or 1 GB. "down" says that the process that
reads was lost with the file, which its caller outlives.
"""

from __future__ import annotations

import io
import os
import random
import socket
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from odtfiles import SPACES, odt, par
from pdffiles import HELVETICA, image, pdf, show
from wordfiles import docx, para, part, run, table

from learninglion.models.errors import LearningLionError, UnreadableFileError
from learninglion.parsing.isolated import IsolatedParser
from learninglion.sources.folder import find_files, read_file

SECONDS, MEGABYTES = 60.0, 1024


@dataclass(frozen=True, slots=True)
class Case:
    """A file by name and how it is put into a folder; `heavy`: it takes more than a moment."""

    name: str
    put: Callable[[Path], None]
    heavy: bool = False


def catalogue() -> Iterator[Case]:
    """All cases, in a fixed order."""
    groups: list[Iterator[tuple[str, Callable[[], bytes], bool]]] = [
        _pdf_structure(),
        _pdf_drawings(),
        _pdf_damaged(),
        _office(),
        _damaged_office(),
        _web_and_text(),
        _wrong_names(),
    ]
    for group in groups:
        for name, make, heavy in group:
            yield Case(name, _writer(name, make), heavy)
    yield from _places()


def _writer(name: str, make: Callable[[], bytes]) -> Callable[[Path], None]:
    def put(folder: Path) -> None:
        (folder / name).write_bytes(make())

    return put


Made = Iterator[tuple[str, Callable[[], bytes], bool]]
PLAIN = show("Een gewone zin over de dijk.")


def _stream(entries: str, body: bytes) -> bytes:
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (entries.encode(), len(body), body)


def _objects(*bodies: bytes | str, trailer: str = "") -> bytes:
    """A PDF of these objects, numbered from 1; the first is its catalog."""
    written, places = b"%PDF-1.7\n", []
    for number, body in enumerate(bodies, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, body.encode() if isinstance(body, str) else body)
    start = len(written)
    table_ = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n".encode()
    end = f"trailer<</Size {len(places) + 1}/Root 1 0 R{trailer}>>\nstartxref\n{start}\n%%EOF\n".encode()
    return written + head + table_ + end


def _page(contents: bytes, resources: str = "", page: str = "", *more: bytes | str) -> bytes:
    return _objects(
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        f"/Resources<</Font<</F1 5 0 R>>{resources}>>{page}>>",
        contents,
        HELVETICA,
        *more,
    )


def _flate(body: bytes, times: int = 1) -> bytes:
    for _ in range(times):
        body = zlib.compress(body, 9)
    return _stream("/Filter[" + "/FlateDecode" * times + "]", body)


def _pdf_structure() -> Made:
    catalog, pages = "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[2 0 R]/Count 1>>"
    for name, bodies in {
        "pages-in-themselves": [catalog, pages],
        "pages-in-each-other": [
            catalog,
            "<</Type/Pages/Kids[3 0 R]/Count 1>>",
            "<</Type/Pages/Kids[2 0 R]/Count 1>>",
        ],
        "no-pages": [catalog, "<</Type/Pages/Kids[]/Count 0>>"],
        "pages-that-are-not": [catalog, "<</Type/Pages/Kids[1 0 R 1 0 R]/Count 2>>"],
        "a-billion-pages": [
            catalog,
            "<</Type/Pages/Kids[3 0 R]/Count 1000000000>>",
            "<</Type/Page/Parent 2 0 R>>",
        ],
        "fewer-than-no-pages": [
            catalog,
            "<</Type/Pages/Kids[3 0 R]/Count -5>>",
            "<</Type/Page/Parent 2 0 R>>",
        ],
        "catalog-that-is-a-number": ["17", pages],
        "page-without-anything": [catalog, "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<<>>"],
        "deep-page-tree": [
            catalog,
            *(f"<</Type/Pages/Parent {k - 1} 0 R/Kids[{k + 1} 0 R]/Count 1>>" for k in range(2, 3000)),
            "<</Type/Page/Parent 2999 0 R/MediaBox[0 0 9 9]>>",
        ],
        "deep-array": [catalog + "[" * 20_000 + "]" * 20_000, pages],
        "deep-dictionary": ["<</A" * 20_000 + ">>" * 20_000, pages],
        "reference-to-itself": ["1 0 R", "2 0 R"],
    }.items():
        yield f"{name}.pdf", lambda bodies=bodies: _objects(*bodies), False  # type: ignore[misc]
    yield "10000-pages.pdf", lambda: pdf(*(show(f"Bladzijde {k}") for k in range(10_000))), True
    yield "4000-pages.pdf", lambda: pdf(*(show(f"Bladzijde {k}") for k in range(4_000))), True
    yield (
        "same-page-often.pdf",
        lambda: _objects(
            catalog,
            f"<</Type/Pages/Kids[{'3 0 R ' * 4000}]/Count 4000>>",
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
        ),
        True,
    )
    for name, entry in {
        "previous-xref-is-itself": "/Prev 9",
        "xref-in-the-void": "/XRefStm 99999999",
        "encrypted-nonsense": "/Encrypt<</Filter/Standard/V 5/R 6/O(x)/U(y)/P -4>>/ID[<00><00>]",
        "encrypted-by-others": "/Encrypt<</Filter/Secret/V 9>>/ID[<00><00>]",
        "encrypted-by-itself": "/Encrypt 1 0 R/ID[<00><00>]",
    }.items():
        yield (
            f"{name}.pdf",
            lambda entry=entry: _objects(  # type: ignore[misc]
                catalog,
                "<</Type/Pages/Kids[3 0 R]/Count 1>>",
                "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
                trailer=entry,
            ),
            False,
        )
    for name, entry in {
        "layers-in-a-circle": "/OCProperties<</OCGs[10 0 R]/D<</OFF[10 0 R]/Order[10 0 R[10 0 R]]>>>>",
        "outlines-in-a-circle": "/Outlines<</First 10 0 R/Last 10 0 R>>",
        "script-at-opening": "/OpenAction<</S/JavaScript/JS(app.alert\\(1\\); while\\(true\\){})>>",
        "form-of-nothing": "/AcroForm<</Fields[10 0 R 10 0 R 1 0 R]/NeedAppearances true/XFA[(a)10 0 R]>>",
        "names-in-a-circle": "/Names<</Dests 10 0 R>>",
    }.items():
        circle = "<</Type/OCG/Name(x)/Next 10 0 R/Prev 10 0 R/First 10 0 R/Kids[10 0 R]/Parent 10 0 R/FT/Tx/V 10 0 R>>"
        yield (
            f"{name}.pdf",
            lambda entry=entry, circle=circle: pdf(PLAIN, catalog=entry, objects=[circle]),
            False,
        )  # type: ignore[misc]
    for name, box in {
        "no-size": "0 0 0 0",
        "negative-size": "595 842 0 0",
        "endless-size": "0 0 1e30 1e30",
        "vast-size": "0 0 2000000 2000000",
        "far-away": "1e9 1e9 1000000595 1000000842",
        "sliver": "0 0 0.001 100000",
        "box-of-words": "/a /b /c /d",
    }.items():
        yield (
            f"page-of-{name}.pdf",
            lambda box=box: pdf("1 g " + PLAIN + "0 g 0 0 99 99 re f", box=box),
            False,
        )  # type: ignore[misc]
    for rotate in ("45", "-90", "1e10", "36000000090", "/a"):
        yield (
            f"page-turned-{rotate.strip('/')}.pdf",
            lambda rotate=rotate: pdf(PLAIN, page=f"/Rotate {rotate}"),
            False,
        )  # type: ignore[misc]


def _pdf_drawings() -> Made:
    form = "/XObject<</X 10 0 R/Y 11 0 R>>"
    inner = "<</Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>/XObject<</X 10 0 R/Y 11 0 R>>>>>>|"
    drawings: dict[str, tuple[str, dict[str, object]]] = {
        "form-in-itself": ("/X Do " + PLAIN, {"objects": [inner + "/X Do"], "resources": form}),
        "forms-in-each-other": (
            "/X Do " + PLAIN,
            {"objects": [inner + "/Y Do /Y Do", inner + "/X Do /X Do"], "resources": form},
        ),
        "many-states": ("q " * 50_000 + PLAIN, {}),
        "too-many-returns": ("Q " * 50_000 + PLAIN, {}),
        "deep-marks": ("/P BMC " * 50_000 + PLAIN + "EMC " * 50_000, {}),
        "text-without-end": ("BT " * 10_000 + "/F1 11 Tf (x) Tj", {}),
        "no-font": ("BT /F9 11 Tf 72 700 Td (zonder letter) Tj ET", {}),
        "not-numbers": ("BT /F1 nan Tf inf -inf Td 1e999 0 0 1e999 0 0 Tm (x) Tj ET " + PLAIN, {}),
        "great-numbers": ("BT /F1 1e38 Tf 1e38 1e38 Td (x) Tj ET " + PLAIN, {}),
        "flat-matrix": ("q 0 0 0 0 0 0 cm " + PLAIN + "Q " + PLAIN, {}),
        "great-matrix": ("q 1e20 0 0 1e20 0 0 cm " + PLAIN + "Q " + PLAIN, {}),
        "letters-of-no-width": ("BT /F1 11 Tf 0 Tz 72 700 Td (zonder breedte) Tj ET " + PLAIN, {}),
        "wide-spaces": ("BT /F1 11 Tf 99999 Tc 99999 Tw 72 700 Td (ver uit elkaar) Tj ET " + PLAIN, {}),
        "letters-on-a-heap": ("".join(show("x", 100, 100) for _ in range(5_000)), {}),
        "many-objects": ("".join(show("x", 10 + k % 500, 10 + k // 50) for k in range(30_000)), {}),
        "many-angles": (
            "".join(
                f"BT /F1 9 Tf {1 - k / 500} {k / 500} {-k / 500} {1 - k / 500} 300 400 Tm (x) Tj ET "
                for k in range(500)
            ),
            {},
        ),
        "many-bars": ("".join(f"{k % 500} {k // 50} 9 9 re f " for k in range(20_000)) + PLAIN, {}),
        "many-lines": (
            "".join(f"{k % 500} {k // 50} m {k % 500 + 90} {k // 50} l S " for k in range(20_000)) + PLAIN,
            {},
        ),
        "long-path": (
            "0 0 m " + "".join(f"{k % 595} {k * 7 % 842} l " for k in range(100_000)) + "f " + PLAIN,
            {},
        ),
        "many-clips": ("".join(f"{k % 7} 0 500 800 re W n " for k in range(5_000)) + PLAIN, {}),
        "clip-of-many-points": (
            "0 0 m " + "".join(f"{k % 595} {k * 7 % 842} l " for k in range(20_000)) + "W n " + PLAIN,
            {},
        ),
        "many-pictures": (("q 90 0 0 9 70 690 cm " + image() + "Q ") * 3_000 + PLAIN, {}),
        "one-long-line": (show("a" * 200_000), {}),
        "many-words": (show("een " * 40_000), {}),
        "many-signs": (show("1." * 50_000), {}),
        "many-superscripts": (
            "BT 72 700 Td " + "/F1 11 Tf (1) Tj 4 Ts /F1 6 Tf (2) Tj 0 Ts " * 3_000 + "ET",
            {},
        ),
        "many-small-figures": (
            "".join(show(str(k % 10), 50 + k % 500, 700 - k // 500 * 3, 6) for k in range(4_000)),
            {},
        ),
        "many-fractions": (
            "".join(
                show("1", 50 + k % 400, 705 - k // 40, 6)
                + show("2", 50 + k % 400, 696 - k // 40, 6)
                + show("x", 57 + k % 400, 700 - k // 40)
                for k in range(1_500)
            ),
            {},
        ),
        "zero-signs": ("BT /F1 11 Tf 72 700 Td <" + "00" * 5_000 + "> Tj ET " + PLAIN, {}),
        "all-bytes": ("BT /F1 11 Tf 72 700 Td <" + bytes(range(256)).hex() + "> Tj ET " + PLAIN, {}),
        "picture-in-line-without-end": ("BI /W 9 /H 9 /BPC 8 /CS /G ID xxxx", {}),
        "great-picture-in-line": ("BI /W 999999999 /H 999999999 /BPC 8 /CS /G ID x EI " + PLAIN, {}),
        "pattern-of-itself": (
            "/Pattern cs /P scn 0 0 500 800 re f 1 g " + PLAIN,
            {
                "objects": [
                    "<</Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 9 9]/XStep 0.01/YStep 0.01/Resources<</Pattern<</P 10 0 R>>>>>>|/Pattern cs /P scn 0 0 9 9 re f"
                ],
                "resources": "/Pattern<</P 10 0 R>>",
            },
        ),
        "shade-of-nothing": (
            "/S sh 1 g " + PLAIN,
            {
                "resources": "/Shading<</S<</ShadingType 1/ColorSpace/DeviceRGB/Domain[0 1e9 0 1e9]/Function<</FunctionType 4/Domain[0 1 0 1]/Range[0 1 0 1 0 1]>>>>>>"
            },
        ),
        "mask-of-itself": (
            "/G gs " + PLAIN,
            {
                "objects": [
                    "<</Type/XObject/Subtype/Form/Group<</S/Transparency/CS/DeviceGray>>/BBox[0 0 595 842]/Resources<</ExtGState<</G 11 0 R>>>>>>|/G gs 0 0 9 9 re f",
                    "<</SMask<</S/Luminosity/G 10 0 R>>>>",
                ],
                "resources": "/ExtGState<</G 11 0 R>>",
            },
        ),
        "great-picture": (
            "q 500 0 0 500 0 0 cm /X Do Q 1 g " + PLAIN,
            {
                "objects": [
                    "<</Type/XObject/Subtype/Image/Width 100000/Height 100000/BitsPerComponent 8/ColorSpace/DeviceRGB>>|x"
                ],
                "resources": form,
            },
        ),
        "letter-that-draws-itself": (
            "BT /F1 11 Tf 72 700 Td (aaa) Tj ET",
            {
                "font": "<</Type/Font/Subtype/Type3/FontBBox[0 0 1 1]/FontMatrix[1 0 0 1 0 0]/CharProcs<</a 10 0 R>>/Encoding<</Type/Encoding/Differences[97/a]>>/FirstChar 97/LastChar 97/Widths[1]/Resources<</Font<</F1 3 0 R>>>>>>",
                "objects": ["<<>>|1 0 d0 BT /F1 1 Tf (a) Tj ET"],
            },
        ),
        "font-of-itself": (
            PLAIN,
            {"font": "<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[3 0 R]>>"},
        ),
        "font-without-matrix": (
            PLAIN,
            {
                "font": "<</Type/Font/Subtype/Type3/FontBBox[0 0 0 0]/FontMatrix[0 0 0 0 0 0]/CharProcs<<>>/Encoding<<>>/FirstChar 0/LastChar 999999/Widths[]>>"
            },
        ),
        "names-for-letters-in-a-circle": (
            PLAIN,
            {
                "font": HELVETICA.replace(">>", "/ToUnicode 10 0 R>>"),
                "objects": [
                    "<<>>|/X usecmap 1 begincodespacerange <00> <FFFFFFFF> endcodespacerange 1 beginbfrange <00> <FFFFFFFF> <0041> endbfrange"
                ],
            },
        ),
    }
    heavy = {"forms-in-each-other", "pattern-of-itself", "deep-marks", "long-path", "clip-of-many-points"}
    for name, (drawing, more) in drawings.items():
        yield f"{name}.pdf", lambda drawing=drawing, more=more: pdf(drawing, **more), name in heavy  # type: ignore[misc,arg-type]
    kinds = (
        "FreeText",
        "Stamp",
        "Widget",
        "Square",
        "StrikeOut",
        "Highlight",
        "Ink",
        "Popup",
        "Link",
        "Redact",
        "3D",
        "",
    )
    for kind in kinds:
        entry = (
            f"<</Type/Annot/Subtype/{kind}/Rect[1e9 nan -5 700]/Contents({'x' * 5000})/Parent 10 0 R/Popup 10 0 R/F 4"
            "/QuadPoints[1 2 3]/InkList[[1][2]]/FT/Tx/V 10 0 R/AP<</N 11 0 R>>/Kids[10 0 R]/DA(/F1 1e9 Tf)>>"
        )
        yield (
            f"note-{kind or 'of-no-kind'}.pdf",
            lambda entry=entry: pdf(  # type: ignore[misc]
                PLAIN,
                page="/Annots[10 0 R 10 0 R 11 0 R 99 0 R null 5]",
                objects=[entry, inner + "/X Do " + PLAIN],
                catalog="/AcroForm<</Fields[10 0 R]/NeedAppearances true>>",
            ),
            False,
        )
    yield (
        "many-notes.pdf",
        lambda: pdf(
            PLAIN,
            page=f"/Annots[{'10 0 R ' * 20_000}]",
            objects=["<</Type/Annot/Subtype/FreeText/Rect[9 9 99 99]/Contents(x)/F 4/DA(/F1 9 Tf)>>"],
        ),
        True,
    )
    yield "bomb-of-spaces.pdf", lambda: _page(_flate(b" " * 200_000_000)), True
    yield "bomb-twice-packed.pdf", lambda: _page(_flate(b" " * 400_000_000, 2)), True
    yield "bomb-of-text.pdf", lambda: _page(_flate(b"BT /F1 9 Tf 9 9 Td (een woord) Tj ET\n" * 400_000)), True
    yield "bomb-of-states.pdf", lambda: _page(_flate(b"q\n" * 5_000_000)), True
    yield "bomb-of-lists.pdf", lambda: _page(_flate(b"[" * 5_000_000)), True
    yield (
        "picture-bomb.pdf",
        lambda: _page(
            _stream("", b"q 500 0 0 500 9 9 cm /X Do Q 1 g BT /F1 9 Tf 50 50 Td (woord) Tj ET"),
            "/XObject<</X 6 0 R>>",
            "",
            _stream(
                "/Type/XObject/Subtype/Image/Width 20000/Height 20000/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/FlateDecode",
                zlib.compress(bytes(400_000_000), 9),
            ),
        ),
        True,
    )


def _pdf_damaged() -> Made:
    whole = pdf(*(PLAIN + show(f"Bladzijde {k}", y=600) for k in range(3)))
    for share in range(5, 100, 5):
        yield f"cut-at-{share:02}.pdf", lambda share=share: whole[: len(whole) * share // 100], False  # type: ignore[misc]
    for seed in range(30):
        yield f"scratched-{seed:02}.pdf", lambda seed=seed: _scratch(whole, seed), False  # type: ignore[misc]
    for name, (old, new) in {
        "length-too-long": (b"/Length ", b"/Length 9"),
        "length-below-zero": (b"/Length ", b"/Length -"),
        "no-end-of-object": (b"endobj", b""),
        "no-end-of-stream": (b"endstream", b""),
        "no-table": (b"xref", b"xxxx"),
        "line-ends-of-old": (b"\n", b"\r"),
        "no-version": (b"%PDF-1.7", b"%PDF-x.y"),
        "filter-unknown": (b"/Length", b"/Filter/Onbekend/Length"),
        "filter-a-hundred-times": (b"/Length", b"/Filter[" + b"/ASCIIHexDecode" * 100 + b"]/Length"),
    }.items():
        yield f"{name}.pdf", lambda old=old, new=new: whole.replace(old, new), False  # type: ignore[misc]
    yield "two-in-one.pdf", lambda: whole + whole, False
    yield "only-the-first-line.pdf", lambda: b"%PDF-1.7\n", False
    yield "only-the-last-line.pdf", lambda: b"%PDF-1.7\nstartxref\n0\n%%EOF\n", False
    yield "zeros-behind-the-head.pdf", lambda: b"%PDF-1.7\n" + bytes(1_000_000) + b"%%EOF", False
    yield (
        "noise.pdf",
        lambda: b"%PDF-1.7\n" + random.Random(1).randbytes(300_000) + b"startxref\n9\n%%EOF",
        False,
    )


def _scratch(content: bytes, seed: int) -> bytes:
    """The bytes with some of them changed."""
    dice, spoiled = random.Random(seed), bytearray(content)
    for _ in range(1 + seed):
        spoiled[dice.randrange(len(spoiled))] = dice.randrange(256)
    return bytes(spoiled)


def _zip(parts: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


_ENTITIES = (
    '<!DOCTYPE a [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {chr(98 + k)} "{f"&{chr(97 + k)};" * 10}">' for k in range(9))
    + "]>"
)
_OUTSIDE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


def _office() -> Made:
    bodies: dict[str, str] = {
        "deep-tables": "<w:tbl><w:tr><w:tc>" * 3_000 + para("x") + "</w:tc></w:tr></w:tbl>" * 3_000,
        "deep-boxes": "<w:sdt><w:sdtContent>" * 5_000 + para("x") + "</w:sdtContent></w:sdt>" * 5_000,
        "wide-cell": '<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="999999999"/></w:tcPr>'
        + para("x")
        + "</w:tc></w:tr></w:tbl>",
        "wide-cell-below-zero": '<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="-9"/></w:tcPr>'
        + para("x")
        + "</w:tc></w:tr></w:tbl>",
        "great-table": table(*[("a", "b", "c")] * 20_000),
        "many-paragraphs": para("Een zin over de dijk.") * 50_000,
        "many-runs": f"<w:p>{run('x ') * 50_000}</w:p>",
        "one-long-word": para("a" * 2_000_000),
        "signs-that-are-none": para("a\ufffe\u200b\u202e\u0301" * 1_000),
        "unknown-style": para("x", style="Bestaat niet"),
        "unknown-list": para("x", num="99999"),
        "note-of-nothing": para("x", inside='<w:r><w:footnoteReference w:id="77"/></w:r>'),
        "field-without-end": para("x", inside='<w:r><w:fldChar w:fldCharType="begin"/></w:r>' * 3_000),
        "formula-deep": para(
            "x",
            inside='<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math">'
            + "<m:f><m:num>" * 1_000
            + "<m:r><m:t>1</m:t></m:r>"
            + "</m:num></m:f>" * 1_000
            + "</m:oMath>",
        ),
        "nothing": "",
    }
    for name, body in bodies.items():
        yield f"{name}.docx", lambda body=body: docx(body).content, name in {"great-table", "many-paragraphs"}  # type: ignore[misc]
    odts: dict[str, str] = {
        "deep-sections": "<text:section>" * 3_000 + par("x") + "</text:section>" * 3_000,
        "deep-lists": "<text:list><text:list-item>" * 2_000
        + par("x")
        + "</text:list-item></text:list>" * 2_000,
        "repeated-cells": f'<table:table><table:table-row table:number-rows-repeated="9999999"><table:table-cell table:number-columns-repeated="9999999">{par("x")}</table:table-cell></table:table-row></table:table>',
        "spanned-cells": f'<table:table><table:table-row><table:table-cell table:number-columns-spanned="999999999">{par("x")}</table:table-cell></table:table-row></table:table>',
        "many-spaces": '<text:p>a<text:s text:c="999999999"/>b</text:p>',
        "spaces-below-zero": '<text:p>a<text:s text:c="-5"/>b</text:p>',
        "many-paragraphs-odt": par("Een zin over de dijk.") * 30_000,
        "deep-spans": "<text:p>" + "<text:span>" * 5_000 + "x" + "</text:span>" * 5_000 + "</text:p>",
        "style-of-nothing": '<text:p text:style-name="weg">x</text:p>',
        "note-in-a-note": "<text:p>x"
        + "<text:note><text:note-body><text:p>" * 500
        + "y"
        + "</text:p></text:note-body></text:note>" * 500
        + "</text:p>",
        "nothing-odt": "",
    }
    for name, body in odts.items():
        yield f"{name}.odt", lambda body=body: odt(body).content, False  # type: ignore[misc]
    circle = '<style:style style:name="a" style:family="paragraph" style:parent-style-name="a"/>'
    yield (
        "style-of-itself.odt",
        lambda: (
            odt(
                '<text:p text:style-name="a">x</text:p>',
                {
                    "styles.xml": f"<office:document-styles {SPACES}><office:styles>{circle}</office:styles></office:document-styles>"
                },
            ).content
        ),
        False,
    )
    based = '<w:style w:type="paragraph" w:styleId="a"><w:basedOn w:val="a"/></w:style>'
    yield (
        "style-of-itself.docx",
        lambda: docx(para("x", style="a"), {"word/styles.xml": part("styles", based)}).content,
        False,
    )
    usual = _zip({"[Content_Types].xml": "<Types/>"})
    text = "<w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'><w:body/></w:document>"
    for kind, path in (("docx", "word/document.xml"), ("odt", "content.xml")):
        first: dict[str, bytes | str] = (
            {"mimetype": "application/vnd.oasis.opendocument.text"}
            if kind == "odt"
            else {"[Content_Types].xml": "<Types/>"}
        )
        parts: dict[str, bytes | str]
        for name, content in {
            "entities": _ENTITIES + "<a>&j;</a>",
            "entity-from-outside": _OUTSIDE + "<a>&x;</a>",
            "no-xml": "dit is geen xml",
            "empty-part": "",
            "half-xml": text[: len(text) // 2],
            "wrong-charset": '<?xml version="1.0" encoding="koi-99"?>' + text,
            "deep-xml": "<a>" * 100_000 + "</a>" * 100_000,
            "million-attributes": "<a " + " ".join(f'b{k}="1"' for k in range(100_000)) + "/>",
        }.items():
            parts = {**first, path: content}
            yield f"{name}-{kind}.{kind}", lambda parts=parts: _zip(parts), False  # type: ignore[misc]
        yield (
            f"bomb-{kind}.{kind}",
            lambda first=first, path=path: _zip({**first, path: bytes(800_000_000)}),
            True,
        )  # type: ignore[misc]
        yield f"no-parts-{kind}.{kind}", lambda first=first: _zip(first), False  # type: ignore[misc]
        yield (
            f"many-parts-{kind}.{kind}",
            lambda first=first, path=path: _zip(  # type: ignore[misc]
                {**first, path: text, **{f"x/{k}.xml": "x" for k in range(20_000)}}
            ),
            True,
        )
        yield (
            f"paths-outside-{kind}.{kind}",
            lambda first=first, path=path: _zip(  # type: ignore[misc]
                {**first, path: text, "../../../tmp/x": "x", "/etc/x": "x", "C:\\x": "x", "x\\..\\y": "x"}
            ),
            False,
        )
        yield f"in-itself-{kind}.{kind}", lambda first=first, path=path: _zip({**first, path: usual}), False  # type: ignore[misc]
    yield "no-zip.docx", lambda: b"PK\x03\x04" + bytes(5_000), False
    yield "empty-zip.docx", lambda: b"PK\x05\x06" + bytes(18), False
    yield "old-word.doc", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(20_000), False
    yield (
        "spreadsheet.xlsx",
        lambda: _zip({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>"}),
        False,
    )


def _damaged_office() -> Made:
    for kind, whole in (
        ("docx", docx(para("Een zin.") + table(("a", "b"))).content),
        ("odt", odt(par("Een zin.")).content),
    ):
        for share in (20, 50, 80, 99):
            yield (
                f"cut-at-{share}.{kind}",
                lambda share=share, whole=whole: whole[: len(whole) * share // 100],
                False,
            )  # type: ignore[misc]
        yield (
            f"points-before-itself.{kind}",
            lambda whole=whole: whole[:4] + whole[whole.index(b"PK\x01\x02") - 9 :],
            False,
        )  # type: ignore[misc]
        for seed in range(12):
            yield f"scratched-{seed:02}.{kind}", lambda seed=seed, whole=whole: _scratch(whole, seed), False  # type: ignore[misc]


def _web_and_text() -> Made:
    pages: dict[str, str] = {
        "deep": "<div>" * 50_000 + "x",
        "deep-table": "<table><tr><td>" * 2_000 + "x",
        "wide-cell": '<table><tr><td colspan="999999999" rowspan="999999999">x<td>y<tr><td>z</table>',
        "cell-below-zero": '<table><tr><td colspan="-1" rowspan="nul">x</table>',
        "long-attribute": f'<p class="{"x" * 3_000_000}">y</p>',
        "many-attributes": "<p " + " ".join(f"a{k}=1" for k in range(50_000)) + ">x",
        "entities": _ENTITIES + "<html><p>&j;</p></html>",
        "entity-from-outside": _OUTSIDE + "<html><p>&x;</p></html>",
        "signs-beyond": "<html><p>&#x110000; &#99999999999; &#0; &#xD800;</p>",
        "without-end": "<html><p" + " x" * 10_000,
        "comment-without-end": "<html><!--" + "x" * 100_000,
        "script-without-end": "<html><script>" + "x" * 100_000,
        "style-of-everything": "<html><style>"
        + "".join(f".a{k} .b{k} > p {{display:none}}" for k in range(20_000))
        + "</style><p>x",
        "style-without-end": "<html><style>@media{{{{{{" + "{" * 10_000 + "</style><p>x",
        "many-cells": "<table>" + "<tr><td>1<td>2" * 50_000 + "</table>",
        "frames": '<html><iframe src="file:///etc/passwd"></iframe><object data="//x"></object>',
        "parsed-as-base": '<html><base href="javascript:x"><meta http-equiv=refresh content="0;url=//x"><p>y',
        "empty": "<html></html>",
    }
    for name, page in pages.items():
        yield f"{name}.html", lambda page=page: page.encode("utf-8", "surrogatepass"), False  # type: ignore[misc]
    texts: dict[str, bytes] = {
        "only-zeros": bytes(100_000),
        "only-line-ends": b"\n" * 500_000,
        "only-spaces": b" " * 5_000_000,
        "one-line": b"woord " * 3_000_000,
        "one-word": b"a" * 5_000_000,
        "questions-without-end": b"Vraag 1\n" * 30_000,
        "questions-and-answers": b"Vraag 1\nKlopt dat?\nAntwoord 1\nJa.\n" * 20_000,
        "numbers": b"1. 2. 3) (4) 5: " * 100_000,
        "digits": b"1" * 1_000_000,
        "dots": b"." * 1_000_000,
        "lists-from-nought": b"Z\n\n0e)\n1)\n0e)\n1)\n1)+",
        "figures-apart": b"Aantal\n" + (b"1" + b",;" * 200 + b"a\n") * 3,
        "hyphens": b"a-\n" * 200_000,
        "brackets": b"(" * 500_000 + b")" * 500_000,
        "quotes": "«„“".encode() * 200_000,
        "accents": ("a" + "\u0301" * 500_000).encode(),
        "backwards": ("\u202e" + "omgekeerd " * 10_000).encode(),
        "half-utf16": b"\xff\xfe" + b"a\x00b",
        "surrogates": b"\xff\xfe" + b"\x00\xd8" * 1_000,
        "utf32": "tekst".encode("utf-32"),
        "noise": random.Random(2).randbytes(200_000),
        "control-signs": bytes(range(1, 32)) * 5_000,
        "addresses": b"https://" + b"a." * 300_000,
        "dates": b"op 31 februari 99999 en 00-00-0000 " * 20_000,
        "names": b"Vragen van de leden A, B en C aan de minister van X (ingezonden 1 mei 2024) " * 5_000,
    }
    for name, text in texts.items():
        yield f"{name}.txt", lambda text=text: text, len(text) > 4_000_000  # type: ignore[misc]


def _wrong_names() -> Made:
    made = {
        "pdf": pdf(PLAIN),
        "docx": docx(para("Een zin.")).content,
        "odt": odt(par("Een zin.")).content,
        "html": b"<html><p>Een zin.</p></html>",
        "txt": b"Een zin.",
    }
    for kind, content in made.items():
        for other in (*made, "exe", "pdf.exe", "PDF"):
            if other != kind:
                yield f"really-{kind}.{other}", lambda content=content: content, False  # type: ignore[misc]
    for name in (
        "-rf",
        "naam met spaties.pdf",
        "ééé\u202efdp.pdf",
        "x" * 200 + ".pdf",
        "regel\neinde.pdf",
        "'\"$(ls)`.pdf",
        "..pdf",
        "naam.",
    ):
        yield name, lambda: pdf(PLAIN), False


def _places() -> Iterator[Case]:
    """Things in a folder that are no ordinary files."""

    def link(target: str) -> Callable[[Path], None]:
        return lambda folder: (folder / "x.pdf").symlink_to(target)

    for name, target in {
        "link-to-itself": "x.pdf",
        "link-to-nothing": "bestaat-niet.pdf",
        "link-to-a-device": "/dev/zero",
        "link-to-the-terminal": "/dev/tty",
        "link-to-the-system": "/proc/self/mem",
        "link-to-its-folder": ".",
        "link-to-standard-input": "/dev/stdin",
    }.items():
        yield Case(name, link(target))
    yield Case("pipe", lambda folder: os.mkfifo(folder / "x.pdf"))
    yield Case("socket", _bind)
    yield Case("folder-called-pdf", lambda folder: (folder / "x.pdf").mkdir())
    yield Case("name-that-is-no-text", lambda folder: _write_raw(folder, b"\xff\xfe.pdf"))
    yield Case("empty-file", lambda folder: (folder / "x.pdf").write_bytes(b""))
    yield Case("folders-in-folders", lambda folder: (folder / "/".join(["a"] * 100)).mkdir(parents=True))
    yield Case("file-with-holes", _punch)


def _bind(folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(folder / "x.pdf"))


def _write_raw(folder: Path, name: bytes) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(pdf(PLAIN))


def _punch(folder: Path) -> None:
    with (folder / "x.pdf").open("wb") as file:
        file.write(b"%PDF-1.7\n")
        file.truncate(3_000_000_000)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a case: words, seconds, and the most memory the reader had, in MB."""

    words: str
    seconds: float
    megabytes: float
    held: bool  # a document or a reason, within time and memory
    down: bool  # the process that reads did not survive


def try_case(case: Case, parser: IsolatedParser) -> Outcome:
    """Put the case in a folder of its own and read it as `learninglion parse` does."""
    with tempfile.TemporaryDirectory() as folder:
        case.put(Path(folder))
        began = time.perf_counter()
        outcomes: list[str] = []
        down = False
        for file in find_files([Path(folder)]):
            try:
                document = parser.parse(read_file(file))
                outcomes.append(f"{len(document.text)} tekens, {len(document.warnings)} waarschuwingen")
            except UnreadableFileError as error:
                outcomes.append(error.detail)
                down = down or "het lezen is afgebroken" in error.detail or "duurde langer" in error.detail
            except LearningLionError as error:
                outcomes.append(error.detail)
        seconds = time.perf_counter() - began
        memory = _peak(parser)
    held = seconds < SECONDS and memory < MEGABYTES
    return Outcome("; ".join(outcomes) or "niets", seconds, memory, held, down)


def _peak(parser: IsolatedParser) -> float:
    """The most memory the process of the parser ever had, in MB; 0 where it is gone."""
    process = parser._process
    status = Path(f"/proc/{process.pid}/status") if process is not None else None
    if status is None or not status.exists():
        return 0.0
    lines = status.read_text().splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def _forget_peak(parser: IsolatedParser) -> None:
    """Count the most memory anew from what the process has now."""
    if parser._process is not None:
        with suppress(OSError):  # it is gone, or this is no Linux
            Path(f"/proc/{parser._process.pid}/clear_refs").write_text("5")


def main(arguments: Sequence[str]) -> int:
    """Read every case and tell; 1 where one did not hold."""
    wanted, failed, count = (arguments[0] if arguments else ""), 0, 0
    with IsolatedParser() as parser:
        for case in (case for case in catalogue() if wanted in case.name):
            _forget_peak(parser)
            outcome = try_case(case, parser)
            count += 1
            failed += not outcome.held
            mark = "FAIL" if not outcome.held else "down" if outcome.down else "ok  "
            print(
                f"{mark} {outcome.seconds:6.2f} s {outcome.megabytes:6.0f} MB  {case.name[:60]!r}: {outcome.words[:110]!r}",
                flush=True,
            )
    print(f"{count - failed} of {count} held")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
