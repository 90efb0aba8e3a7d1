"""PDFs that are no publication of Kamervragen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st
from sheets import read

from learninglion.dutch.text import split_sentences
from learninglion.models import BlockKind, Document, DocumentKind, RawFile
from learninglion.models.errors import UnreadableFileError
from learninglion.parsing import parse
from learninglion.parsing.passages import cut
from learninglion.parsing.pdf.layout import regions

PROSE = (
    "De gemeente Oudeveen houdt toezicht op de dijk, zoals in artikel 3 van de Waterverordening is bepaald. "
    "Het waterschap meet elk kwartaal de hoogte, d.w.z. vier keer per jaar, en meldt afwijkingen per dag. "
    "Bij een verzakking van meer dan 2,5 centimeter wordt de dijk binnen een week door de gemeente hersteld. "
)
REPORT = """
#set page(width: 400pt, height: 420pt, margin: 50pt, header: [Nota dijken #h(1fr) Oudeveen],
  footer: context [Pagina #counter(page).display() van 9], columns: COLUMNS)
#set text(size: 10pt, lang: "nl")
#set super(typographic: false)
#show heading: set text(weight: "bold")
#show heading.where(level: 3): set text(style: "italic", weight: "regular", size: 10pt)
= Nota dijken
PROSE

== 1. Inleiding
PROSE

PROSE

=== Achtergrond
PROSE
- meten
- herstellen
- melden
== 2. Cijfers
De aantallen staan in de tabel.
#table(columns: 3, [Jaar], [Metingen], [Meldingen], [2029], [4], [1], [2030], [4], [3])
PROSE #footnote[Waterverordening Oudeveen 2028.]

PROSE
"""


def _report(columns: int = 1) -> Document:
    text = REPORT.replace("COLUMNS", str(columns)).replace("PROSE", PROSE)
    return read(bytes(typst.compile(text.encode())))


@pytest.fixture(scope="module")
def report() -> Document:
    return _report()


def test_headings_have_levels_and_sections_their_path(report: Document) -> None:
    headings = [(b.level, b.span.of(report.text)) for b in report.blocks if b.kind is BlockKind.HEADING]
    assert headings == [(1, "Nota dijken"), (2, "1. Inleiding"), (3, "Achtergrond"), (2, "2. Cijfers")]
    assert report.kind is DocumentKind.DOCUMENT and report.title == "Nota dijken"
    paths = [source.heading_path for source, _ in cut(report)]
    assert ("Nota dijken", "1. Inleiding", "Achtergrond") in paths


def test_headers_and_footers_are_left_out(report: Document) -> None:
    assert len(report.page_starts) > 1
    assert "Pagina" not in report.text and report.text.count("Oudeveen houdt") == PROSE_COUNT
    assert not any(line.strip() == "Oudeveen" for line in report.text.split("\n"))


PROSE_COUNT = REPORT.count("PROSE")


def test_tables_lists_and_notes_are_what_they_are(report: Document) -> None:
    said = {kind: [b.span.of(report.text) for b in report.blocks if b.kind is kind] for kind in BlockKind}
    assert said[BlockKind.TABLE] == ["Jaar | Metingen | Meldingen\n2029 | 4 | 1\n2030 | 4 | 3"]
    assert [item.lstrip("•‣- ") for item in said[BlockKind.LIST_ITEM]] == ["meten", "herstellen", "melden"]
    assert said[BlockKind.FOOTNOTE] == ["Waterverordening Oudeveen 2028."]
    assert not any(
        "Waterverordening Oudeveen 2028" in p.text for _, passages in cut(report) for p in passages
    )


@pytest.mark.parametrize("columns", [1, 2])
def test_sentences_are_whole_across_lines_columns_and_pages(columns: int) -> None:
    document = _report(columns)
    wanted = [PROSE[s.start : s.end] for s in split_sentences(PROSE)]
    passages = [p for _, found in cut(document) for p in found]
    for sentence in wanted:
        assert sum(p.text.count(sentence) for p in passages) == PROSE_COUNT
    for passage in passages:
        places = regions(document.lines, passage.span)
        assert places and places[0].page == passage.page


def test_columns_that_the_file_mixes_are_read_one_after_the_other() -> None:
    words = (PROSE * 3).split()
    halves = [words[: len(words) // 2], words[len(words) // 2 :]]
    lines = [[" ".join(half[n : n + 6]) for n in range(0, len(half), 6)] for half in halves]
    rows = "".join(f"[{left}], [{right}], " for left, right in zip(*lines, strict=True))
    text = f"#set text(size: 8pt)\n#grid(columns: (1fr, 1fr), gutter: 4pt, {rows})"
    document = read(bytes(typst.compile(text.encode())))
    assert document.text.split() == words


def test_a_table_of_contents_is_a_list() -> None:
    contents = "\\ ".join(f"*{n}. Hoofdstuk {n}*" for n in range(1, 6))
    chapters = "\n".join(f"*{n}. Hoofdstuk {n}*\n\n{PROSE}\n" for n in range(1, 6))
    document = read(bytes(typst.compile(f"#set page(height: 500pt)\n{contents}\n\n{chapters}".encode())))
    paths = [source.heading_path for source, _ in cut(document) if PROSE[:30] in source.body]
    assert paths == [(f"{n}. Hoofdstuk {n}",) for n in range(1, 6)]


def test_a_ministry_letter_as_pdf_has_pairs() -> None:
    parts = [
        "Datum 16 mei 2031",
        "Betreft Beantwoording Kamervragen over de dijk",
        "*Antwoorden van de minister van Waterzaken op vragen van het lid Bos (LAND) over de dijk.*",
        *("*Vraag 1*", "*Hoe hoog is de dijk?*", "*Vraag 2*", "*Hoe lang is hij?*"),
        *("*Antwoord op vraag 1 en 2*", PROSE, "*Vraag 3*", "*Waarom?*", "*Antwoord op vraag 3*", "Daarom."),
    ]
    document = read(bytes(typst.compile("\n\n".join(parts).encode())))
    assert document.kind is DocumentKind.LETTER and document.warnings == ()
    assert [(p.numbers, p.answer_numbers) for p in document.pairs] == [
        ((1,), (1, 2)),
        ((2,), (1, 2)),
        ((3,), (3,)),
    ]
    assert [p.question.of(document.text) for p in document.pairs][1] == "Hoe lang is hij?"
    assert document.pairs[0].answer is not None
    assert "".join(document.pairs[0].answer.of(document.text).split()) == "".join(PROSE.split())
    assert document.pairs[0].page == 1 and document.askers[0].name == "Bos"


# What the documents say in answer to the questions about them, and the heading it stands under.
_KNOWN = {
    "verzamelbrief-luchtvaart.pdf": [
        (
            "Gelet op het bovenstaande is de conclusie dat een algeheel verbod op korte afstandsvluchten "
            "binnen de Benelux zeer moeilijk te realiseren zal zijn.",
            "Conclusie",
        ),
        (
            "Een concrete wettelijke grondslag voor het tijdelijk verbieden van dergelijke korte vluchten "
            "wegens ernstige milieuproblemen ontbreekt in de Nederlandse wetgeving. Bovendien kan het, gelet "
            "op het grensoverschrijdend karakter, niet eenzijdig door Nederland vastgesteld worden.",
            "EU-verordening 1008/2008",
        ),
    ],
    "knmi-weerbulletin.pdf": [
        (
            "In het weerbulletin van 15/21 UTC wordt geen temperatuur meer gegeven, maar “-“.",
            "Maximumtemperatuur",
        ),
        (
            "Vanaf 5000 voet en hoger wordt het nulgradenniveau in flight levels vermeld "
            "(bijvoorbeeld “FL050/060”), eronder in voeten (bijvoorbeeld “rond 3000 vt”).",
            "Nulgradenniveau",
        ),
    ],
    "knmi-airmet.pdf": [
        ("De AIRMET mag", ""),
    ],
}


@pytest.mark.parametrize("name", sorted(_KNOWN))
def test_real_documents_keep_their_answers_whole(shared_data: Path, name: str) -> None:
    document = parse(RawFile(name, (shared_data / "documents" / name).read_bytes(), name))
    passages = [p for _, found in cut(document) for p in found]
    for wanted, heading in _KNOWN[name]:
        holding = [p for p in passages if wanted in p.text]
        if heading:
            assert [p.heading_path[-1] for p in holding] == [heading]
    assert not any("Pagina" in p.text and " van " in p.text and len(p.text) < 40 for p in passages)


def test_passages_of_real_documents_end_where_sentences_end(shared_data: Path) -> None:
    for path in sorted((shared_data / "documents").glob("*.pdf")):
        document = parse(RawFile(path.name, path.read_bytes(), path.name))
        for _, passages in cut(document):
            for before, after in zip(passages, passages[1:], strict=False):
                # A word in lower case at the start would mean that a sentence was cut; "a)" is an item.
                goes_on = after.text[0].islower() and after.text[1] != ")"
                assert not (before.text[-1].isalpha() and goes_on), (before.text, after.text)


_WORD = st.sampled_from(
    [
        "de",
        "dijk",
        "wordt",
        "hersteld",
        "door",
        "het",
        "waterschap",
        "Oudeveen",
        "EU-recht",
        "artikel",
        "2.500",
    ]
)
_SENTENCE = st.lists(_WORD, min_size=3, max_size=30).map(lambda words: "Want " + " ".join(words) + " is zo.")
_BLOCK = st.one_of(
    st.lists(_SENTENCE, min_size=1, max_size=6).map(" ".join),
    st.lists(_WORD, min_size=2, max_size=6).map(lambda words: "== Kop " + " ".join(words)),
    st.lists(_SENTENCE, min_size=1, max_size=4).map(lambda items: "\n".join(f"- {item}" for item in items)),
)


@settings(max_examples=25)
@given(st.lists(_BLOCK, min_size=1, max_size=12), st.sampled_from([1, 2]), st.booleans())
def test_any_document_keeps_its_words_and_sentences(blocks: list[str], columns: int, justify: bool) -> None:
    markup = "\n\n".join(blocks)
    setting = f"#set page(height: 400pt, columns: {columns})\n#set par(justify: {str(justify).lower()})\n"
    try:
        document = read(bytes(typst.compile((setting + '#set text(lang: "nl")\n' + markup).encode())))
    except UnreadableFileError:
        return  # one heading and nothing else
    bare = re.sub(r"[\s\-=•‣]", "", markup)
    assert re.sub(r"[\s\-•‣]", "", document.text) == bare
    cuts = cut(document)
    everything = " ".join(p.text for _, passages in cuts for p in passages)
    for sentence in re.findall(r"Want .*? is zo\.", markup):
        assert sentence.replace("- ", "-") in everything.replace("- ", "-")
