"""Official XML: documents of every schema version; records and feeds are none."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from learninglion.models import BlockKind, Document, DocumentKind, Genre, RawFile
from learninglion.models.errors import UnreadableFileError
from learninglion.parsing import parse

META = """<metadata><meta name="DC.type" scheme="OVERHEID.Informatietype" content="officiële publicatie"/>
<meta name="DC.type" scheme="OVERHEIDop.AanhangselTypen" content="Antwoord"/>
<meta name="DC.identifier" scheme="OVERHEIDop.ParlID" content="ah-1234567"/>
<meta name="OVERHEIDop.aanhangselNummer" content="77"/>
<meta name="OVERHEIDop.vergaderjaar" content="2031-2032"/>
<meta name="OVERHEIDop.documentStatus" content="Onopgemaakt"/></metadata>"""
ASKED = (
    "Vragen van het lid <nadruk type='vet'>B</nadruk>os (LAND) aan de "
    "Minister van Waterzaken over de <?xpp qa?>dijk (ingezonden 4 juli "
    "2031)."
)
ANSWERED = "Antwoord van Minister De Vries (Waterzaken) (ontvangen 1 augustus 2031)."
NOTE = "<noot id='n1' type='voet'><noot.nr>1</noot.nr><noot.al>Bode, 3 juli 2031.</noot.al></noot>"
TABLE = (
    "<table><tgroup cols='2'><thead><row><entry>Jaar</entry><entry>Hoogte</entry></row></thead>"
    "<tbody><row><entry>2030</entry><entry>4 "
    "m</entry></row></tbody></tgroup></table>"
)
LIST = "<lijst><li><li.nr>a.</li.nr><al>dichten;</al></li><li><li.nr>b.</li.nr><al>meten.</al></li></lijst>"


def wrap(inner: str, metadata: str = META) -> bytes:
    return (
        '\ufeff<?xml version="1.0" encoding="utf-8"?>\n<officiele-publicatie '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:noNamespaceSchemaLocation="op-xsd-2012-2">{metadata}{inner}</officiele-publicatie>'
    ).encode()


def read(content: bytes) -> Document:
    return parse(RawFile("stuk.xml", content, "stuk.xml"))


LABELS = (
    f"<kamervragen><al>{ASKED}</al><al>{ANSWERED}</al><al>Vraag 1</al><al>Kent u het bericht{NOTE}?</al><al/>"
    f"<al>Antwoord 1</al><al>Ja, 10<sup>6</sup> keer.</al><al>Vraag "
    f"2</al><al>Wat doet u?</al><al>Antwoord "
    f"2</al><al>Dit:</al>{LIST}{TABLE}</kamervragen>"
)
ELEMENTS = (
    f"<kamervragen><kamervraagomschrijving>{ASKED}</kamervraagomschrijving><al>{ANSWERED}</al>"
    f"<vraag nr='1'><al>Kent u het bericht{NOTE}?</al></vraag><antwoord "
    f"nr='1'><al>Ja, 10<sup>6</sup> keer.</al></antwoord>"
    f"<vraag><nr>2</nr><al>Wat doet "
    f"u?</al></vraag><antwoord><nr>2</nr><al>Dit:</al>{LIST}{TABLE}</antwoord></kamervragen>"
)


@pytest.mark.parametrize("inner", [LABELS, ELEMENTS], ids=["labels", "elements"])
def test_questions(inner: str) -> None:
    found = read(wrap(inner))
    assert (found.id, found.number, found.kind) == ("ah-tk-20312032-77", 77, DocumentKind.KAMERVRAGEN)
    assert "ah-1234567" in found.related and any("niet opgemaakt" in w for w in found.warnings)
    assert [(a.name, a.party) for a in found.askers] == [("Bos", "LAND")] and found.ministry == "Waterzaken"
    assert (found.asked_on, found.received_on) == (date(2031, 7, 4), date(2031, 8, 1))
    said = [
        (p.numbers, p.question.of(found.text), p.answer.of(found.text) if p.answer else "")
        for p in found.pairs
    ]
    assert said == [
        ((1,), "Kent u het bericht?", "Ja, 10⁶ keer."),
        ((2,), "Wat doet u?", "Dit:\na. dichten;\nb. meten.\nJaar | Hoogte\n2030 | 4 m"),
    ]
    assert [(note.mark, note.span.of(found.text)) for note in found.footnotes] == [
        ("1", "Bode, 3 juli 2031.")
    ]


def test_cells_over_rows_and_columns_keep_figures_under_their_heads() -> None:
    table = (
        "<table><tgroup cols='3'><colspec colname='c1'/><colspec colname='c2'/><colspec colname='c3'/><tbody>"
        "<row><entry morerows='1'>Noord</entry><entry>14</entry><entry>17</entry></row>"
        "<row><entry>15</entry><entry><al>18</al><al>4</al></entry></row>"
        "<row><entry namest='c1' nameend='c2'>Samen</entry><entry>35</entry></row></tbody></tgroup></table>"
    )
    text = read(wrap(f"<al>Eerst dit.</al>{table}")).text
    assert text.split("\n")[-3:] == ["Noord | 14 | 17", "Noord | 15 | 18; 4", "Samen |  | 35"]


def test_a_motie_whose_record_stands_elsewhere() -> None:
    pointer = '<metadata><meta name="OVERHEIDop.externMetadataRecord" content="https://zoek.officielebekendmakingen.nl/kst-36999-VII-14/metadata.xml"/></metadata>'
    found = read(
        wrap(
            "<kamerstuk><kamerstukkop><tekstregel>Vergaderjaar "
            "2031-2032</tekstregel><tekstregel>Tweede Kamer der Staten-Generaal"
            "</tekstregel></kamerstukkop><dossier><dossiernummer><dossiernr>36 "
            "999</dossiernr><begrotingshoofdstuk>VII"
            "</begrotingshoofdstuk></dossiernummer><titel>Begroting</titel></dossier><stuk><stuknr>Nr. "
            "<ondernummer>14</ondernummer>"
            "</stuknr><titel>MOTIE VAN HET LID BOS</titel><datumtekst>Voorgesteld "
            "<datum isodatum='2032-03-03'>3 maart 2032</datum>"
            "</datumtekst><algemeen><vrije-tekst><tekst><al>De "
            "Kamer,</al><al>verzoekt.</al></tekst></vrije-tekst></algemeen></stuk></kamerstuk>",
            pointer,
        )
    )
    assert (found.id, found.dossier, found.number, found.genre) == (
        "kst-36999-VII-14",
        "36999-VII",
        14,
        Genre.MOTIE,
    )
    assert found.title == "Begroting; Motie van het lid Bos" and found.published == date(2032, 3, 3)
    assert "Staten-Generaal" not in found.text and "De Kamer,\nverzoekt." in found.text


def test_what_is_not_known_is_read_and_told() -> None:
    found = read(wrap("<kamerstuk><nieuw-ding>Een zin.</nieuw-ding></kamerstuk>", ""))
    assert "Een zin." in found.text and any("<nieuw-ding>" in w for w in found.warnings)
    assert found.blocks[0].kind is BlockKind.PARAGRAPH


@pytest.mark.parametrize(
    "content",
    [
        b'<metadata_gegevens><metadata name="DC.title" content="x"/></metadata_gegevens>',
        b"<record><recordData>x</recordData></record>",
        b'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>x</title></feed>',
        b'<?xml version="1.0"?><edmx:Edmx xmlns:edmx="x"><a>b</a></edmx:Edmx>',
        b"<officiele-publicatie><al>niet af",
        b'{"value": [{"Id": "1"}]}',
        b'{"Id": "1"}\n{"Id": "2"}\n',
    ],
)
def test_records_and_feeds_are_no_documents(content: bytes) -> None:
    with pytest.raises(UnreadableFileError):
        read(content)


def test_a_fragment_of_a_web_page_is_no_xml() -> None:
    assert "Tekst." in parse(RawFile("a.html", b"<div><p>Tekst.</p></div>", "a.html")).text


def test_entities_are_not_opened() -> None:
    bomb = (
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
        b"<officiele-publicatie><al>Een &x; twee.</al></officiele-publicatie>"
    )
    assert read(bomb).text.replace("  ", " ") == "Een twee."


def test_real_publications(shared_data: Path) -> None:
    for path in (shared_data / "official" / "xml").glob("motie-*.xml"):
        found = read(path.read_bytes())
        assert found.id.startswith("kst-") and found.genre is Genre.MOTIE and found.dossier and found.number
        assert "motie" in found.title.casefold() and "<" not in found.text and found.warnings == ()


def test_raised_signs_under_other_names_and_a_caption() -> None:
    text = read(
        wrap(
            "<al>Er zijn 10<super>7</super> en <nadruk>10</nadruk><sup><nadruk>4</nadruk></sup> en "
            "10<sup>−6</sup>.</al>"
            "<plaatje><illustratie naam='x.png'/><bijschrift><al>Figuur 1: 12 molens</al></bijschrift>"
            "</plaatje>"
        )
    ).text
    assert text.split("\n")[-2:] == ["Er zijn 10⁷ en 10⁴ en 10⁻⁶.", "Figuur 1: 12 molens"]
