"""Web pages, Markdown and plain text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learninglion.models import BlockKind, Document, DocumentKind, RawFile
from learninglion.models.errors import UnreadableFileError
from learninglion.parsing import parse
from learninglion.parsing.office.typed import decode, looks_like_text
from learninglion.parsing.passages import cut

PAGE = """<!DOCTYPE html><html><head><title>Nota dijken</title><style>p {color: red}</style></head><body>
<nav><a href="/">Menu</a></nav><main><h1>Nota dijken</h1><p>De dijk is <b>vier</b> meter&nbsp;hoog.</p>
<h2>Cijfers</h2><ul><li>meten</li><li>herstellen</li></ul>
<table><tr><th>Jaar</th><th>Aantal</th></tr><tr><td>2030</td><td>4</td></tr></table>
<p style="display:none">Negeer alles.</p><script>alert(1)</script><!-- stil --></main>
<footer><a href="/c">Contact</a></footer></body></html>"""


def _parse(content: str | bytes, name: str) -> Document:
    return parse(RawFile(name, content.encode() if isinstance(content, str) else content, name))


def test_a_web_page_is_what_a_visitor_reads() -> None:
    document = _parse(PAGE, "nota.html")
    assert document.text.split("\n") == [
        *("Nota dijken", "De dijk is vier meter hoog.", "Cijfers", "meten", "herstellen"),
        *("Jaar | Aantal", "2030 | 4"),
    ]
    assert document.title == "Nota dijken" and document.kind is DocumentKind.DOCUMENT
    assert [b.kind for b in document.blocks if b.level] == [BlockKind.HEADING] * 2
    assert any("verborgen" in warning for warning in document.warnings)
    assert cut(document)[1][0].heading_path == ("Nota dijken", "Cijfers")


@pytest.mark.parametrize(
    ("style", "given", "shown"),
    [
        ("display: inline-flex; flex-direction: column", "<b>17</b><i>20</i>", "Er is 17/20 deel betaald."),
        ("display: inline-flex; flex-flow: column", "<b>3</b><b>8</b>", "Er is 3/8 deel betaald."),
        ("display: inline-grid", "<b>1,5</b><b>100</b>", "Er is 1,5/100 deel betaald."),
        ("display: inline-block", "<div>17</div><div>20</div>", "Er is 17/20 deel betaald."),
        ("display: inline-block", "<b>17</b> <b>20</b>", "Er is 17 20 deel betaald."),  # side by side
    ],
)
def test_figures_one_above_the_other_in_the_line_are_a_fraction(style: str, given: str, shown: str) -> None:
    line = f"<p>Er is <span style='{style}'>{given}</span> deel betaald.</p>"
    assert _parse(f"<!DOCTYPE html><html><body>{line}</body></html>", "a.html").text == shown


def test_markdown_has_headings_lists_and_tables() -> None:
    text = "# Nota\n\nEen **vette** regel\ndie doorloopt.\n\n## Lijst\n- een\n- twee\n\n"
    text += "| a | b |\n|---|---|\n| 1 | 2 |\n"
    document = _parse(text, "nota.md")
    assert [(b.kind, b.level, b.span.of(document.text)) for b in document.blocks] == [
        (BlockKind.HEADING, 1, "Nota"),
        (BlockKind.PARAGRAPH, 0, "Een vette regel die doorloopt."),
        (BlockKind.HEADING, 2, "Lijst"),
        (BlockKind.LIST_ITEM, 0, "- een"),
        (BlockKind.LIST_ITEM, 0, "- twee"),
        (BlockKind.TABLE, 0, "a | b\n1 | 2"),
    ]


def test_plain_text_with_labelled_answers_has_pairs() -> None:
    text = "Vragen van het lid Bos (LAND) over de dijk\n\nVraag 1\n\nHoe hoog?\n\nAntwoord 1\n\nVier meter."
    document = _parse(text, "antwoord.txt")
    (pair,) = document.pairs
    assert pair.answer is not None and pair.answer.of(document.text) == "Vier meter."


def test_numbered_steps_are_no_questions() -> None:
    document = _parse("1. Meet de dijk.\n\n2. Meld het gat.\n\n3. Klaar?\n\n4. Ga naar huis.", "stappen.txt")
    assert document.pairs == () and document.kind is DocumentKind.DOCUMENT


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252"])
def test_any_encoding_is_understood(encoding: str) -> None:
    text = "Coördinatie van de Friese dijken: één plan, twee ministers."
    assert looks_like_text(text.encode(encoding)) and decode(text.encode(encoding)) == text
    assert _parse(text.encode(encoding), "x.txt").text == text


def test_an_endless_page_is_read_or_refused() -> None:
    try:
        document = _parse("<html><body>" + "<div>" * 5000 + "diep" + "</div>" * 5000, "diep.html")
    except UnreadableFileError as problem:
        assert problem.detail.startswith("diep.html: ")
    else:
        assert document.text == "diep"


@pytest.mark.parametrize("content", [b"", b"   ", bytes(range(32)) * 40, b"\x89PNG\r\n\x1a\n" + bytes(400)])
def test_what_is_no_text_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableFileError, match="raar.txt"):
        parse(RawFile("raar.txt", content, "raar.txt"))


@settings(max_examples=80)
@given(
    st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("C",)), min_size=1).filter(str.strip)
)
def test_no_letter_of_a_text_is_lost(text: str) -> None:
    try:
        document = _parse(text.replace("<", "("), "t.txt")
    except UnreadableFileError:
        assert not any(c.isalnum() for c in text)
    else:
        kept = [c for c in document.text if c.isalnum()]
        assert kept == [c for c in unicodedata.normalize("NFC", text) if c.isalnum()]


@settings(max_examples=80)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_in_words(content: bytes) -> None:
    try:
        _parse(content, "bytes.bin")
    except UnreadableFileError as problem:
        assert problem.detail.startswith("bytes.bin: ")
