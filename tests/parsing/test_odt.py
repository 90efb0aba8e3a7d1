from __future__ import annotations

import pytest
from odtfiles import SPACES, note, odt, par, rows, span
from sheets import pairs

from learninglion.models import Asker, BlockKind, DocumentKind
from learninglion.models.errors import UnreadableFileError
from learninglion.parsing import parse
from learninglion.parsing.office.odt import read_odt
from learninglion.parsing.sets import question_set_from_file


def _list(style: str, *items: str, more: str = "") -> str:
    inside = "".join(f"<text:list-item>{item}</text:list-item>" for item in items)
    return f'<text:list text:style-name="{style}"{more}>{inside}</text:list>'


def test_a_letter_with_notes_tables_and_lists() -> None:
    document = parse(
        odt(
            par("Antwoorden van de Minister van Waterzaken op vragen van het lid Bos (Water) over de dijk")
            + par(span("Vr", "B"), span("aag 1", "B"))
            + par("Kent u de dijk?", note(1, "De Courant."), " Hoe hoog", '<text:s text:c="3"/>', "is die?")
            + par(span("Antwoord op vraag 1", "B"))
            + par("Die is", "<text:line-break/>", "vier meter hoog.")
            + rows(("Jaar", "Hoogte"), ("2022", "4"))
            + _list("L", par("Hoog.") + _list("L", par("Zeer.")), par("Breed."))
            + _list("U", par("Nat."))
        )
    )
    assert document.kind is DocumentKind.LETTER
    assert document.askers == (Asker("Bos", "Water"),)
    assert pairs(document) == [
        (
            (1,),
            "Kent u de dijk? Hoe hoog is die?",
            "Die is vier meter hoog.\nJaar | Hoogte\n2022 | 4\n1. Hoog.\na) Zeer.\n2. Breed.\n- Nat.",
            (1,),
        )
    ]
    (found,) = document.footnotes
    assert found.span.of(document.text) == "De Courant."
    assert document.text[: found.anchor or 0].endswith("Kent u de dijk?")
    assert [b.kind for b in document.blocks].count(BlockKind.TABLE) == 1


def test_questions_numbered_by_the_program() -> None:
    body = _list("V", par("")) + _list("V", par("Kent u de dijk?")) + par("Antwoord 1") + par("Ja.")
    body += (
        _list("V", par("Is die hoog?"), more=' text:continue-numbering="true"')
        + par("Antwoord 2")
        + par("Nee.")
    )
    assert [p[:3] for p in pairs(parse(odt(body)))] == [
        ((1,), "Kent u de dijk?", "Ja."),
        ((2,), "Is die hoog?", "Nee."),
    ]


def test_what_is_hidden_or_taken_out_is_not_read() -> None:
    gone = f"<text:tracked-changes>{par('Weg.')}</text:tracked-changes>"
    text = read_odt(odt(gone + par("Zichtbaar.", span(" Verborgen.", "H"), " Ook dit.")))
    assert [p.text for p in text.paragraphs] == ["Zichtbaar. Ook dit."]
    assert any("verborgen" in warning for warning in text.warnings)


def test_text_boxes_titles_and_page_headers() -> None:
    box = f"<draw:frame><draw:text-box>{par('In een kader.')}</draw:text-box></draw:frame>"
    master = f"<style:master-page><style:header>{par('Datum 3 mei 2031')}</style:header></style:master-page>"
    parts = {
        "styles.xml": f"<office:document-styles {SPACES}><office:master-styles>{master}"
        "</office:master-styles></office:document-styles>",
        "meta.xml": f"<office:document-meta {SPACES}><office:meta><dc:title>De dijk</dc:title></office:meta>"
        "</office:document-meta>",
    }
    text = read_odt(odt(par("Voor.", box), parts))
    assert [p.text for p in text.edges] == ["Datum 3 mei 2031"]
    assert [p.text for p in text.paragraphs] == ["Voor.", "In een kader."]
    assert (text.title, text.letterhead) == ("De dijk", ("Datum 3 mei 2031",))


def test_a_set_of_questions_in_odt() -> None:
    found = question_set_from_file(
        odt(par("Vragen van het lid Bos over de dijk") + par("1. Ja?") + par("2. Nee?"))
    )
    assert [question.text for question in found.questions] == ["Ja?", "Nee?"]


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"content.xml": "<a"}, "beschadigd"),
        ({"content.xml": f"<office:document-content {SPACES}/>"}, "zonder lopende tekst"),
        (
            {
                "META-INF/manifest.xml": f"<manifest:manifest {SPACES}><manifest:encryption-data/>"
                "</manifest:manifest>"
            },
            "wachtwoord",
        ),
        ({"content.xml": '<!DOCTYPE d [<!ENTITY a "b">]><d>&a;</d>'}, "DTD"),
    ],
)
def test_bad_files_are_refused_by_name(parts: dict[str, str], reason: str) -> None:
    with pytest.raises(UnreadableFileError) as caught:
        parse(odt(par("Tekst."), parts))
    assert caught.value.detail.startswith("brief.odt") and reason in caught.value.detail


def test_an_empty_file_says_so() -> None:
    with pytest.raises(UnreadableFileError, match="geen leesbare tekst"):
        parse(odt(par("")))
