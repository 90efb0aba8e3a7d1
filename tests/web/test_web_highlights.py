"""What is highlighted on the image of a page lies on the words, however the page was turned or cropped."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from learninglion.database.blobs import FolderBlobs
from learninglion.models import RawFile, Span
from learninglion.models.plain import sha256_hex
from learninglion.parsing import parse
from learninglion.parsing.pdf.layout import regions
from learninglion.web.pages.documents import place_on_page
from learninglion.workflow.documents import PageFiles, PageImages

_SCALE = 2.0
LINES = (
    "De inspectie controleert elk jaar de opslag van vuurwerk",
    "Er waren vorig jaar 438 opslagplaatsen in Nederland",
    "Daarvan liggen er 37 onder een woning",
)


def turned(degrees: int, box: tuple[int, int, int, int]) -> bytes:
    """A PDF whose page is shown turned, with lines of text that stand upright as shown."""
    x0, y0, x1, y1 = box
    matrix = {0: "1 0 0 1", 90: "0 1 -1 0", 180: "-1 0 0 -1", 270: "0 -1 1 0"}[degrees]
    drawn = []
    for number, words in enumerate(LINES):
        right, up = 60, 260 - 30 * number  # as shown, from the lower left corner of what is shown
        place = {
            0: (x0 + right, y0 + up),
            90: (x1 - up, y0 + right),
            180: (x1 - right, y1 - up),
            270: (x0 + up, y1 - right),
        }[degrees]
        drawn.append(f"BT /F1 12 Tf {matrix} {place[0]} {place[1]} Tm ({words}) Tj ET")
    content = "\n".join(drawn)
    parts = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 700] /CropBox [{x0} {y0} {x1} {y1}] "
        f"/Rotate {degrees} /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{part}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF"
    return out + f"xref\n0 6\n0000000000 65535 f \n{table}{end}".encode()


def darkness(png: bytes) -> NDArray[np.uint8]:
    """The pixels of one of our own images as rows of grey."""
    width, height, _, kind = struct.unpack(">IIBB", png[16:26])
    at, packed = 8, b""
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            packed += png[at + 8 : at + 8 + size]
        at += size + 12
    channels = {0: 1, 2: 3, 6: 4}[kind]
    rows = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, 1 + width * channels)
    return rows[:, 1:].reshape(height, width, channels)[..., :3].min(axis=2)


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
@pytest.mark.parametrize("box", [(0, 0, 600, 700), (20, 30, 560, 640)])
def test_the_highlight_lies_on_the_words(
    degrees: int, box: tuple[int, int, int, int], tmp_path: Path
) -> None:
    content = turned(degrees, box)
    document = parse(RawFile("stuk.pdf", content, "test"))
    image = PageImages(PageFiles(FolderBlobs(tmp_path))).render(sha256_hex(content), content, 1, _SCALE)
    grey = darkness(image.png)
    assert grey.shape == (round(image.size.height * _SCALE), round(image.size.width * _SCALE))
    ink = grey < 128
    for words in LINES:
        start = document.text.index(words)
        (region,) = regions(document.lines, Span(start, start + len(words)))
        placed = place_on_page(region, image.size)
        top, bottom = int(placed.y * _SCALE), int((placed.y + placed.height) * _SCALE) + 1
        left, right = int(placed.x * _SCALE), int((placed.x + placed.width) * _SCALE) + 1
        assert top >= 0 and left >= 0
        inside = ink[top:bottom, left:right]
        assert inside.any(axis=1).mean() > 0.5, "the words do not fill the highlight"
        assert inside.any(axis=0).mean() > 0.5, "the words do not fill the highlight"
        ink[top:bottom, left:right] = False
    assert not ink.any(), "words outside every highlight"
