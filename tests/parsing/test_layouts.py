from __future__ import annotations

import io
import zipfile

import pytest
from layouts import FOLDER, MARK, Layout, make_layouts
from randomsets import bare
from sheets import pairs

from learninglion.models import RawFile
from learninglion.parsing import parse
from learninglion.parsing.pdf.pages import read_pages

LAYOUTS = make_layouts()
each = pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)


@each
def test_the_kept_file_is_read_as_it_was_written(layout: Layout) -> None:
    document = parse(RawFile(layout.name, layout.path.read_bytes(), layout.name))
    assert [(n, bare(q), bare(a), m) for n, q, a, m in pairs(document)] == [
        (n, bare(q), bare(a), m) for n, q, a, m in layout.pairs
    ]
    # On paper it is on every page and no part of the text; a Word file says it once, ahead of everything.
    assert document.text.count(MARK) == layout.name.endswith(".docx")
    assert MARK not in document.text[document.pairs[0].question.start :]
    assert document.askers and document.answerers and document.asked_on
    assert document.warnings == ()


@each
def test_every_page_says_that_it_is_fictional(layout: Layout) -> None:
    content = layout.path.read_bytes()
    if layout.name.endswith(".docx"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert MARK in archive.read("word/header1.xml").decode()
            assert b"headerReference" in archive.read("word/document.xml")
    else:
        for page in read_pages(content, layout.name):
            assert any(MARK in line.text for line in page.lines)


@each
def test_the_kept_file_is_what_the_script_makes(layout: Layout) -> None:
    made = parse(RawFile(layout.name, layout.content, layout.name))
    kept = parse(RawFile(layout.name, layout.path.read_bytes(), layout.name))
    assert made.text == kept.text and made.pairs == kept.pairs


def test_no_other_files_are_kept() -> None:
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(layout.name for layout in LAYOUTS)
