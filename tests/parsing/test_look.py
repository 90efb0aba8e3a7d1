"""A reading laid over the images of its pages."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from numpy.typing import NDArray
from pdffiles import pdf, show

from learninglion.models import RawFile
from learninglion.models.errors import UnreadableFileError
from learninglion.parsing.isolated import IsolatedParser
from learninglion.parsing.look import BATCH, look_at


def picture(png: bytes) -> NDArray[np.uint8]:
    """The pixels of a PNG of ours: height x width x 3."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    start = png.index(b"IDAT") + 4
    length = struct.unpack(">I", png[start - 8 : start - 4])[0]
    rows = np.frombuffer(zlib.decompress(png[start : start + length]), np.uint8)
    return rows.reshape(height, 1 + 3 * width)[:, 1:].reshape(height, width, 3)


def test_what_was_read_is_green_and_what_was_left_out_is_red() -> None:
    content = pdf(show("Zichtbare zin.", y=700) + "1 g " + show("Wit op wit.", y=300))
    (png,) = look_at(RawFile("x.pdf", content, "x"), 0)
    pixels = picture(png).astype(int)
    height = len(pixels)
    upper, lower = pixels[: height // 2], pixels[height // 2 :]

    def share(part: NDArray[np.int64], more: int, less: int) -> int:
        return int((part[:, :, more] > part[:, :, less] + 20).sum())

    assert share(upper, 1, 0) > 200
    assert share(upper, 0, 1) == 0
    assert share(lower, 0, 1) > 200
    assert share(lower, 1, 0) == 0


def test_pages_come_in_batches_from_a_process_of_its_own() -> None:
    raw = RawFile("x.pdf", pdf(*(show(f"Bladzijde {k}") for k in range(BATCH + 2))), "x")
    with IsolatedParser() as parser:
        assert [len(parser.look(raw, first)) for first in (0, BATCH, BATCH + 2)] == [BATCH, 2, 0]


def test_only_a_pdf_has_pages_to_look_at() -> None:
    with pytest.raises(UnreadableFileError, match="alleen van een PDF"):
        look_at(RawFile("x.txt", b"Een zin.", "x"), 0)
