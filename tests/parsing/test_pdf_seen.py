"""Everything a person sees in a PDF is read, nothing unseen is; the same things by many techniques."""

from __future__ import annotations

import zlib

import pytest
from pdffiles import HELVETICA, MAP, NAMES, PLAIN, image, pdf, read, show, words

from learninglion.models import Document
from learninglion.models.errors import UnreadableFileError
from learninglion.parsing.pdf.ink import find_switched_off
from learninglion.parsing.pdf.lines import COVERED

NAME = show("De naam is Piet Molenaar uit Oudeveen.")

SECRET = show("GEHEIM woord")

FIGURES = "Er zijn 438 meldingen."

APPEARANCE = (
    "<</Type/XObject/Subtype/Form/BBox[0 0 300 16]/Resources<</Font<</F1 3 0 R>>>>>>|"
    "BT /F1 11 Tf 2 4 Td (INGETROKKEN per mei) Tj ET"
)

BAR = "<</Type/XObject/Subtype/Form/BBox[0 0 140 13]>>|0 g 0 0 140 13 re f"

LAYER = "<</Type/OCG/Name(x)>>"


def annotation(kind: str, more: str, box: str = "72 600 372 616") -> str:
    return f"<</Type/Annot/Subtype/{kind}/Rect[{box}]/F 4{more}>>"


def layers(state: str) -> str:
    return f"/OCProperties<</OCGs[10 0 R]/D<<{state}>>>>"


COVERS = {
    "path": pdf(NAME + PLAIN + "0 g 125 757 140 13 re f"),
    "white patch": pdf(NAME + PLAIN + "1 g 125 757 140 13 re f"),
    "thick line": pdf(NAME + PLAIN + "14 w 125 763 m 265 763 l S"),
    "picture": pdf(NAME + PLAIN + "q 140 0 0 13 125 757 cm " + image() + "Q"),
    "two bars in one path": pdf(NAME + PLAIN + "0 g 125 757 60 13 re 185 757 80 13 re f"),
    "form": pdf(
        NAME + PLAIN + "q 1 0 0 1 125 757 cm /X Do Q", objects=[BAR], resources="/XObject<</X 10 0 R>>"
    ),
    "annotation": pdf(
        NAME + PLAIN,
        page="/Annots[10 0 R]",
        objects=[annotation("Square", "/IC[0 0 0]/C[0 0 0]/AP<</N 11 0 R>>", "125 757 265 770"), BAR],
    ),
    "bar with words on it": pdf(
        NAME + PLAIN + "0 g 125 757 140 13 re f " + show("artikel 5.1", x=128, more="1 g") + "0 g "
    ),
    "marked to be blacked out": pdf(
        NAME + PLAIN, page="/Annots[10 0 R]", objects=[annotation("Redact", "", "125 757 265 770")]
    ),
    "annotation to be drawn": pdf(
        NAME + PLAIN,
        page="/Annots[10 0 R]",
        objects=[annotation("Square", "/IC[0 0 0]/C[0 0 0]", "125 757 265 770")],
    ),
}


@pytest.mark.parametrize("how", COVERS)
def test_words_under_a_cover_are_told_of_and_not_read(how: str) -> None:
    document = read(COVERS[how])
    assert "Een gewone zin over de dijk." in document.text
    assert "Molenaar" not in document.text
    assert COVERED in document.text
    assert document.covered == (1,)
    assert any("onder een balk" in warning for warning in document.warnings)
    assert not any("Molenaar" in warning for warning in document.warnings)


HIDDEN = {
    "without ink": pdf("q " + show("GEHEIM", more="3 Tr") + "Q " + PLAIN),
    "half a point": pdf(show("GEHEIM woord", size=0.5) + PLAIN),
    "small matrix": pdf("BT /F1 11 Tf 0.05 0 0 0.05 72 760 Tm (GEHEIM) Tj ET " + PLAIN),
    "off the page": pdf(show("GEHEIM woord", x=700) + PLAIN),
    "off the crop box": pdf(show("GEHEIM", y=800) + PLAIN, page="/CropBox[0 0 595 780]"),
    "over the edge": pdf(show("Zichtbare zin die GEHEIM is", x=512) + PLAIN),
    "white": pdf("q " + show("GEHEIM", more="1 g") + "Q " + PLAIN),
    "white in a word": pdf("BT /F1 11 Tf 72 760 Td (wel) Tj 1 g (GEHEIM) Tj 0 g (licht) Tj ET " + PLAIN),
    "dark on dark": pdf("0 g 72 750 300 20 re f " + SECRET + PLAIN),
    "white outlines": pdf("q 1 G " + show("GEHEIM", more="1 Tr") + "Q " + PLAIN),
    "white with white outlines": pdf("q 1 g 1 G " + show("GEHEIM", more="2 Tr") + "Q " + PLAIN),
    "clipped by letters": pdf(
        "q BT 7 Tr /F1 11 Tf 300 300 Td (a) Tj ET " + show("GEHEIM woord", more="0 Tr") + "Q " + PLAIN
    ),
    "behind a mask": pdf(
        "q /G gs " + SECRET + "Q " + PLAIN,
        objects=[
            "<</Type/XObject/Subtype/Form/BBox[0 0 595 842]/Group<</S/Transparency/CS/DeviceGray>>>>|"
            "0 g 0 0 595 842 re f"
        ],
        resources="/ExtGState<</G<</SMask<</S/Luminosity/G 10 0 R>>>>>>",
    ),
    "struck sideways": pdf(
        "q 0 1 -1 0 1000 0 cm " + show("De zin GEHEIM blijft.") + "0.6 w 107 763.5 m 155 763.5 l S Q " + PLAIN
    ),
    "transparent": pdf("q /G gs " + SECRET + "Q " + PLAIN, resources="/ExtGState<</G<</ca 0>>>>"),
    "clipped": pdf("q 72 600 10 10 re W n " + SECRET + "Q " + PLAIN),
    "partly clipped": pdf("q 72 750 65 30 re W n " + show("Zichtbaar hier GEHEIM woord") + "Q " + PLAIN),
    "layer of a form": pdf(
        "/X Do " + PLAIN,
        objects=[
            LAYER,
            "<</Type/XObject/Subtype/Form/BBox[0 0 595 842]/OC 10 0 R"
            f"/Resources<</Font<</F1 3 0 R>>>>>>|{SECRET}",
        ],
        resources="/XObject<</X 11 0 R>>",
        catalog=layers("/OFF[10 0 R]"),
    ),
    "layers off to begin with": pdf(
        f"/OC /L BDC {SECRET}EMC {PLAIN}",
        objects=[LAYER],
        resources="/Properties<</L 10 0 R>>",
        catalog=layers("/BaseState/OFF"),
    ),
    "struck by a line": pdf(show("De zin GEHEIM blijft.") + "0.6 w 107 763.5 m 155 763.5 l S " + PLAIN),
    "struck by a mark": pdf(
        show("De zin GEHEIM blijft.") + PLAIN,
        page="/Annots[10 0 R]",
        objects=[
            annotation(
                "StrikeOut", "/QuadPoints[107 770 155 770 107 757 155 757]/C[1 0 0]", "107 757 155 770"
            )
        ],
    ),
}


@pytest.mark.parametrize("how", HIDDEN)
def test_what_nobody_sees_is_not_read(how: str) -> None:
    document = read(HIDDEN[how])
    assert "Een gewone zin over de dijk." in document.text
    assert "GEHEIM" not in document.text
    assert any("GEHEIM" in warning for warning in document.warnings)
    assert not document.covered


_SHADE = (
    "/Shading<</Sh<</ShadingType 2/ColorSpace/DeviceRGB/Coords[72 0 372 0]"
    "/Function<</FunctionType 2/Domain[0 1]/C0[0 0 0.4]/C1[0 0.3 0]/N 1>>>>>>"
)

_WHITE = show(FIGURES, more="1 g")

SEEN = {
    "white on a dark cell": pdf("0 0 0.5 rg 72 750 300 20 re f " + _WHITE),
    "white on a picture": pdf("q 300 0 0 20 72 750 cm " + image() + "Q " + _WHITE),
    "white on a shade": pdf("q 72 750 300 20 re W n /Sh sh Q " + _WHITE, resources=_SHADE),
    "user unit": pdf(show(FIGURES, x=7, y=70, size=1.2), page="/UserUnit 10", box="0 0 59 84"),
    "mirrored": pdf(f"BT /F1 -1 Tf -12 0 0 -12 72 760 Tm ({FIGURES}) Tj ET"),
    "flipped twice": pdf(f"q 1 0 0 -1 0 842 cm BT /F1 11 Tf 1 0 0 -1 72 100 Tm ({FIGURES}) Tj ET Q"),
    "large form": pdf(
        "q 12 0 0 12 72 760 cm /X Do Q",
        objects=[
            "<</Type/XObject/Subtype/Form/BBox[0 0 100 10]/Resources<</Font<</F1 3 0 R>>>>>>|"
            f"BT /F1 1 Tf ({FIGURES}) Tj ET"
        ],
        resources="/XObject<</X 10 0 R>>",
    ),
    "layer that is on": pdf(
        f"/OC /L BDC {show(FIGURES)}EMC",
        objects=[LAYER],
        resources="/Properties<</L 10 0 R>>",
        catalog=layers("/ON[10 0 R]"),
    ),
    "pale grey": pdf(show(FIGURES, more="0.75 g")),
    "underlined": pdf(show(FIGURES) + "0.6 w 72 758.5 m 180 758.5 l S "),
    "marked": pdf("1 1 0 rg 70 757 130 13 re f 0 g " + show(FIGURES)),
    "condensed": pdf(show(FIGURES, more="45 Tz")),
    "a shadow without ink": pdf(
        "q /G gs " + show(FIGURES, x=73, y=759) + "Q " + show(FIGURES),
        resources="/ExtGState<</G<</ca 0>>>>",
    ),
    "filled and outlined in two fonts": pdf(
        "".join(show(sign, x=72 + 6.6 * k) for k, sign in enumerate(FIGURES) if sign != " ")
        + "".join(
            show(sign, x=72 + 6.6 * k, more="1 Tr").replace("F1", "F2")
            for k, sign in enumerate(FIGURES)
            if sign != " "
        ),
        font=HELVETICA.replace("Helvetica", "Courier"),
        resources=f"/Font<</F1 3 0 R/F2 {HELVETICA.replace('Helvetica', 'Courier-Bold')}>>",
    ),
    "a frame with a gap for its head": pdf(
        f"q 0 0 595 842 re 60 750 300 20 re W* n 40 763 500 0.7 re f Q {show(FIGURES)}"
    ),
    "bytes before": b"From: x\r\n" * 250 + pdf(show(FIGURES)),
    "bytes after": pdf(show(FIGURES)) + b"<!-- served -->" * 600,
    "no mark of the end": pdf(show(FIGURES)).replace(b"%%EOF\n", b""),
}


@pytest.mark.parametrize("how", SEEN)
def test_what_everybody_sees_is_read_without_a_word_of_doubt(how: str) -> None:
    document = read(SEEN[how])
    assert " ".join(document.text.split()) == FIGURES
    assert document.warnings == ()


_GLYPHS = ["<<>>|0.6 0 0 0 0.5 0.7 d1 0 0 0.5 0.7 re f"] * 2


@pytest.mark.parametrize(("size", "matrix"), [("11", "1 0 0 1"), ("0.011", "1000 0 0 1000")])
def test_fonts_that_are_drawings_have_the_size_they_show(size: str, matrix: str) -> None:
    font = (
        f"<</Type/Font/Subtype/Type3/FontBBox[0 0 1 1]/FontMatrix[{matrix} 0 0]"
        "/CharProcs<</a 10 0 R/b 11 0 R>>/Encoding<</Type/Encoding/Differences[97/a/b]>>"
        "/FirstChar 97/LastChar 98/Widths[0.6 0.6]/ToUnicode 12 0 R/Resources<<>>>>"
    )
    named = MAP.format("2 beginbfchar <61> <0061> <62> <0062> endbfchar")
    content = pdf(f"BT /F1 {size} Tf 72 760 Td (abba ab) Tj ET", font=font, objects=[*_GLYPHS, named])
    assert words(content) == "abba ab"


def test_letters_without_width_are_not_read() -> None:
    content = pdf(PLAIN + show("Bedekt", y=700, more="1 Tz") + show("Smal", y=680, more="60 Tz"))
    assert words(content) == "Een gewone zin over de dijk. Smal"


@pytest.mark.parametrize(
    ("kind", "points"), [("Line", "/L[105 764 157 764]"), ("PolyLine", "/Vertices[105 764 130 764 157 764]")]
)
def test_a_line_put_through_words_without_an_appearance_strikes_them(kind: str, points: str) -> None:
    mark = annotation(kind, f"{points}/C[0 0 0]", "105 757 157 770")
    document = read(pdf(show("De zin GEHEIM blijft.") + PLAIN, page="/Annots[10 0 R]", objects=[mark]))
    assert "GEHEIM" not in document.text and any("GEHEIM" in warning for warning in document.warnings)


def test_a_watermark_breaks_no_sentence_and_is_read_once() -> None:
    mark = "BT /F1 60 Tf 0.9 g 0.7071 0.7071 -0.7071 0.7071 150 300 Tm (CONCEPT) Tj ET "
    first = show("Andere tekst.", y=400) + show("Dit is een zin die over de bladzijde heen", y=60) + mark
    second = show("gewoon doorloopt naar het einde.", y=780) + show("Slot.", y=400) + mark
    text = words(pdf(first, second))
    assert "over de bladzijde heen gewoon doorloopt" in text
    assert text.count("CONCEPT") == 1


ADDED = {
    "stamp": (annotation("Stamp", "/Name/Void/AP<</N 11 0 R>>"), ""),
    "typed as rich text": (
        annotation("FreeText", "/RC(<body><p>INGETROKKEN <b>per mei</b></p></body>)/DA(/Helv 11 Tf)"),
        "",
    ),
    "typed": (annotation("FreeText", "/Contents(INGETROKKEN per mei)/DA(/Helv 11 Tf)"), ""),
    "field": (
        annotation("Widget", "/FT/Tx/T(a)/V(INGETROKKEN per mei)/DA(/F1 11 Tf 0 g)"),
        "/AcroForm<</Fields[10 0 R]/NeedAppearances true/DR<</Font<</F1 3 0 R>>>>>>",
    ),
    "choice": (
        annotation("Widget", "/FT/Ch/Ff 131072/T(a)/V(INGETROKKEN per mei)/Opt[(anders)]/DA(/F1 11 Tf 0 g)"),
        "/AcroForm<</Fields[10 0 R]/NeedAppearances true/DR<</Font<</F1 3 0 R>>>>>>",
    ),
}


@pytest.mark.parametrize("how", ADDED)
def test_what_was_put_on_the_page_is_read(how: str) -> None:
    entry, catalog = ADDED[how]
    text = words(pdf(PLAIN, page="/Annots[10 0 R]", objects=[entry, APPEARANCE], catalog=catalog))
    assert "Een gewone zin over de dijk." in text
    assert "INGETROKKEN per mei" in text
    assert "anders" not in text


def test_remarks_and_files_that_come_along_are_told_of() -> None:
    note = annotation("Text", "/Contents(INGETROKKEN per mei)", "72 600 90 616")
    content = pdf(
        PLAIN,
        page="/Annots[10 0 R]",
        objects=[note, "<</Type/Filespec/UF(cijfers.csv)/EF<</F 12 0 R>>>>", "<<>>|a;b"],
        catalog="/Names<</EmbeddedFiles<</Names[(cijfers.csv) 11 0 R]>>>>",
    )
    document = read(content)
    assert document.text.strip() == "Een gewone zin over de dijk."
    assert any("INGETROKKEN per mei" in warning for warning in document.warnings)
    assert any("cijfers.csv" in warning for warning in document.warnings)


def test_a_damaged_page_is_told_of_and_the_others_are_read() -> None:
    content = pdf(PLAIN, show("Tweede."), show("Derde zin."))
    broken = content.replace(b"103 0 R", b"999 0 R", 1)
    document = read(broken)
    assert "Een gewone zin over de dijk." in document.text
    assert "Derde zin." in document.text
    assert any("Pagina 2 is beschadigd" in warning for warning in document.warnings)


def test_a_scan_on_which_something_was_typed_is_a_scan() -> None:
    scan = (
        "q 595 0 0 842 0 0 cm " + image(grey=255) + "Q " + show("Er zijn 438 meldingen gedaan.", more="3 Tr")
    )
    document = read(pdf(scan + show("Ingekomen", y=30, more="0 Tr")))
    assert "Er zijn 438 meldingen gedaan." in document.text
    assert any("OCR" in warning for warning in document.warnings)


@pytest.mark.parametrize("flag", [2, 32])
def test_annotations_that_are_not_shown_are_not_read(flag: int) -> None:
    entry = annotation("FreeText", "/Contents(INGETROKKEN)/AP<</N 11 0 R>>").replace("/F 4", f"/F {flag}")
    content = pdf(PLAIN, page="/Annots[10 0 R]", objects=[entry, APPEARANCE])
    assert words(content) == "Een gewone zin over de dijk."


def test_signs_that_are_passed_over_inside_words_are_told_of_and_spaces_are_not() -> None:
    drawing = "BT /F1 11 Tf 72 760 Td (De of) Tj /S 11 Tf ({}) Tj /F1 11 Tf (cier kreeg een brief.) Tj ET"
    odd = "<</Type/Font/Subtype/Type1/BaseFont/Odd/FirstChar 65/LastChar 65/Widths[556]/Encoding{}>>"
    named = odd.format("<</Type/Encoding/Differences[65/f_i]>>")
    for text, font, told in (("A", named, True), (" ", HELVETICA, False)):
        content = pdf(drawing.format(text), objects=[font]).replace(b"/F1 3 0 R", b"/F1 3 0 R/S 10 0 R")
        if not told:
            content = content.replace(b"/S 11 Tf", b"/F1 11 Tf")
        assert any("niet te lezen" in warning for warning in read(content).warnings) is told
    nothing = MAP.format("1 beginbfchar <41> <0000> endbfchar")
    empty = HELVETICA.replace(">>", "/ToUnicode 10 0 R>>")
    few = read(
        pdf(
            show("A") + PLAIN + show("Een lange zin over molens en sluizen.", y=600),
            font=empty,
            objects=[nothing],
        )
    )
    assert any("niet te lezen" in warning for warning in few.warnings)


def test_letters_that_nobody_can_know_are_told_of_or_refused() -> None:
    codes = HELVETICA.replace(
        "/WinAnsiEncoding", "<</Type/Encoding/BaseEncoding/WinAnsiEncoding/Differences[1/f_i]>>"
    )
    few = read(pdf(show("De of\001cier kreeg een brief over de lange en hoge dijk."), font=codes))
    assert any("niet te lezen" in warning for warning in few.warnings)
    font = "<</Type/Font/Subtype/Type0/BaseFont/Foo/Encoding/Identity-H/DescendantFonts[10 0 R]>>"
    cid = "<</Type/Font/Subtype/CIDFontType2/BaseFont/Foo/DW 600>>"
    with pytest.raises(UnreadableFileError, match="niet te lezen"):
        read(pdf("BT /F1 11 Tf 72 760 Td <0024002500260027> Tj ET", font=font, objects=[cid]))


def _misnamed(line: str, *others: str) -> Document:
    """A page whose second font says of each letter that it is the next one."""
    shifted = " ".join(f"<{code:02x}> <{code + 1:04x}>" for code in range(33, 126))
    codes = "1 begincodespacerange <00> <FF> endcodespacerange"
    table = f"<<>>|begincmap {codes} 93 beginbfchar {shifted} endbfchar endcmap"
    wrong = HELVETICA.replace("Helvetica", "ABCDEF+Helvetica").replace(">>", "/ToUnicode 10 0 R>>")
    drawing = line.replace("/F1", "/F2") + "".join(others)
    return read(
        pdf(drawing, objects=[table, wrong], resources="/F2 11 0 R").replace(
            b"/F1 3 0 R>>/F2 11 0 R", b"/F1 3 0 R/F2 11 0 R>>"
        )
    )


def test_letters_under_a_wrong_name_are_not_believed() -> None:
    line = show("Het bedrag wordt 1250 euro.")
    with pytest.raises(UnreadableFileError, match="niet te lezen"):
        _misnamed(line)
    long = [
        show("De subsidie wordt niet toegekend voor 538 plekken in het land.", y=500 - 14 * k)
        for k in range(6)
    ]
    found = _misnamed(line, *long)
    assert "2361" not in found.text and "538 plekken" in found.text
    assert any("niet te lezen" in warning for warning in found.warnings)
    assert not read(pdf(line)).warnings


@pytest.mark.parametrize("base", ["Helvetica", "Times-Italic", "Courier-Bold"])
@pytest.mark.parametrize("figures", ["1234567890", "0213456789", "0123456798"])
def test_figures_under_a_wrong_name_are_not_believed(base: str, figures: str) -> None:
    named = " ".join(f"<{code:02x}> <{ord(figures[code - 48]):04x}>" for code in range(48, 58))
    same = " ".join(f"<{code:02x}> <{code:04x}>" for code in (32, *range(65, 91), *range(97, 123)))
    codes = "1 begincodespacerange <00> <FF> endcodespacerange"
    table = f"<<>>|begincmap {codes} 10 beginbfchar {named} endbfchar 53 beginbfchar {same} endbfchar endcmap"
    font = HELVETICA.replace("Helvetica", base).replace(">>", "/ToUnicode 10 0 R>>")
    words = "De dijk is verhoogd en kost nu meer dan in het eerste plan stond"
    lines = [show(words, y=500 - 14 * k) for k in range(6)]
    found = read(pdf(show("De kosten zijn 129568430 euro") + "".join(lines), font=font, objects=[table]))
    assert not any(sign.isdigit() for sign in found.text) and found.text.count("verhoogd") == 6
    assert any("niet te lezen" in warning for warning in found.warnings)
    right = pdf(show("De kosten zijn 129568430 euro"), font=HELVETICA.replace("Helvetica", base))
    assert "129568430" in read(right).text


def test_letters_drawn_on_top_of_each_other_are_not_believed() -> None:
    lines = [
        show("De subsidie wordt niet toegekend voor 538 plekken in het land.", y=500 - 14 * k)
        for k in range(6)
    ]
    smudge = show("Er zijn 1250 gevallen te tellen.", more="-5 Tc") + "BT 0 Tc ET "
    found = read(pdf(smudge + "".join(lines)))
    assert "gev" not in found.text and "1250" not in found.text and found.text.count("538 plekken") == 6
    assert any("niet te lezen" in warning for warning in found.warnings)
    assert not read(pdf(show("Er zijn 1250 gevallen te tellen.", more="-0.6 Tc"))).warnings


@pytest.mark.parametrize("kind", ["FreeText", "Stamp", "Widget"])
@pytest.mark.parametrize("appears", [True, False])
@pytest.mark.parametrize(
    ("layer", "setting", "shown"),
    [
        ("11 0 R", "/OFF[11 0 R]", False),
        ("11 0 R", "/OFF[13 0 R]", True),
        ("11 0 R", "/BaseState/OFF/ON[13 0 R]", False),
        ("14 0 R", "/OFF[11 0 R]", False),
        ("15 0 R", "/OFF[11 0 R]", True),
    ],
)
def test_an_annotation_follows_its_own_layer(
    kind: str, appears: bool, layer: str, setting: str, shown: bool
) -> None:
    field = "/FT/Tx/T(a)/V(INGETROKKEN per mei)" if kind == "Widget" else "/Contents(INGETROKKEN per mei)"
    drawn = "/AP<</N 10 0 R>>" if appears else ""
    content = pdf(
        PLAIN,
        page="/Annots[12 0 R]",
        objects=[
            APPEARANCE,
            "<</Type/OCG/Name(een)>>",
            annotation(kind, f"{field}/DA(/F1 11 Tf 0 g)/OC {layer}{drawn}"),
            "<</Type/OCG/Name(ander\\) <</OFF)>>",
            "<</Type/OCMD/OCGs[11 0 R 13 0 R]/P/AllOn>>",
            "<</Type/OCMD/OCGs[11 0 R 13 0 R]>>",
        ],
        catalog=f"/OCProperties<</OCGs[11 0 R 13 0 R]/D<<{setting}>>>>"
        "/AcroForm<</Fields[12 0 R]/DR<</Font<</F1 3 0 R>>>>/DA(/F1 11 Tf 0 g)>>",
    )
    assert ("INGETROKKEN per mei" in words(content)) is shown


def test_layers_are_found_in_streams_of_objects() -> None:
    objects = {
        20: b"<</Type/OCG/Name(a)>>",
        21: b"<</Subtype/Stamp/OC 20 0 R/Rect[9 2 3 4.5]>>",
        22: b"<</Type/Catalog/OCProperties<</OCGs[20 0 R]/D<</OFF[20 0 R]>>>>>>",
    }
    places = [sum(len(body) + 1 for body in list(objects.values())[:n]) for n in range(3)]
    head = b" ".join(b"%d %d" % pair for pair in zip(objects, places, strict=True)) + b" "
    packed = zlib.compress(head + b" ".join(objects.values()))
    described = b"5 0 obj<</Type/ObjStm/N 3/First %d/Length %d>>stream\n" % (len(head), len(packed))
    assert find_switched_off(described + packed + b"\nendstream endobj") == {(3.0, 2.0, 9.0, 4.5)}


@pytest.mark.parametrize("code", ["F0A3", "F0B1", "F0C5"])
def test_a_private_sign_of_an_ordinary_font_is_told(code: str) -> None:
    font = HELVETICA.replace(">>", "/ToUnicode 10 0 R>>")
    named = [f"<<>>|{NAMES} 1 beginbfchar <51><{code}> endbfchar endcmap"]
    document = read(pdf(show("De grens is Q 12 meter of 7Q8 meter."), font=font, objects=named))
    assert "\ufffd 12 meter" in document.text and "7\ufffd8" in document.text
    assert any("niet te lezen" in warning for warning in document.warnings)


_GRADIENT = (
    "/Shading<</S1<</ShadingType 2/ColorSpace/DeviceRGB/Coords[0 0 595 0]/Extend[true true]"
    "/Function<</FunctionType 2/Domain[0 1]/C0[1 0 0]/C1[0 0 1]/N 1>>>>>>"
)


@pytest.mark.parametrize("fill", ["0 0 1 rg 0 700 595 142 re f", "/S1 sh"])
def test_letters_cut_out_of_what_fills_them_are_seen(fill: str) -> None:
    title = f"q {show('Verslag van de dijk', more='7 Tr')} {fill} Q "
    document = read(pdf(title + PLAIN, resources=_GRADIENT))
    assert document.text.startswith("Verslag van de dijk") and not document.warnings


@pytest.mark.parametrize(
    "after", ["Q", "0 0 1 rg 0 100 595 142 re f Q", "Q 0 g 0 740 595 40 re f", "1 g 0 700 595 142 re f Q"]
)
def test_letters_that_cut_out_nothing_are_not_seen(after: str) -> None:
    document = read(pdf(f"q {show('GEHEIM 12', more='7 Tr')} {after} {PLAIN}"))
    assert "GEHEIM" not in document.text and "GEHEIM 12" in document.warnings[0]
