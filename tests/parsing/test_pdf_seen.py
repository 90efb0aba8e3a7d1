"""Everything a person sees in a PDF is read, nothing unseen is; the same things by many techniques."""

from __future__ import annotations

import ctypes
import zlib
from random import Random

import pytest
from pdffiles import HELVETICA, image, pdf, show
from pypdfium2 import raw

from learninglion.models import Document, RawFile
from learninglion.models.errors import UnreadableFileError
from learninglion.parsing import parse
from learninglion.parsing.pdf import characters
from learninglion.parsing.pdf.ink import find_switched_off
from learninglion.parsing.pdf.lines import COVERED

PLAIN = show("Een gewone zin over de dijk.", y=700)
NAME = show("De naam is Piet Molenaar uit Oudeveen.")
SECRET = show("GEHEIM woord")
FIGURES = "Er zijn 438 meldingen."
SENTENCE = [
    "De vergunning wordt niet verleend aan",
    "nieuwe molens in de polder, omdat",
    "de dijk te zwak is in 2021.",
]
APPEARANCE = (
    "<</Type/XObject/Subtype/Form/BBox[0 0 300 16]/Resources<</Font<</F1 3 0 R>>>>>>|"
    "BT /F1 11 Tf 2 4 Td (INGETROKKEN per mei) Tj ET"
)
BAR = "<</Type/XObject/Subtype/Form/BBox[0 0 140 13]>>|0 g 0 0 140 13 re f"
LAYER = "<</Type/OCG/Name(x)>>"


def read(content: bytes) -> Document:
    return parse(RawFile("x.pdf", content, "x"))


def words(content: bytes) -> str:
    return " ".join(read(content).text.split())


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
_MAP = (
    "<<>>|/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def "
    "1 begincodespacerange <00> <FF> endcodespacerange {} endcmap end end"
)


@pytest.mark.parametrize(("size", "matrix"), [("11", "1 0 0 1"), ("0.011", "1000 0 0 1000")])
def test_fonts_that_are_drawings_have_the_size_they_show(size: str, matrix: str) -> None:
    font = (
        f"<</Type/Font/Subtype/Type3/FontBBox[0 0 1 1]/FontMatrix[{matrix} 0 0]"
        "/CharProcs<</a 10 0 R/b 11 0 R>>/Encoding<</Type/Encoding/Differences[97/a/b]>>"
        "/FirstChar 97/LastChar 98/Widths[0.6 0.6]/ToUnicode 12 0 R/Resources<<>>>>"
    )
    named = _MAP.format("2 beginbfchar <61> <0061> <62> <0062> endbfchar")
    content = pdf(f"BT /F1 {size} Tf 72 760 Td (abba ab) Tj ET", font=font, objects=[*_GLYPHS, named])
    assert words(content) == "abba ab"


def _raised(before: str, small: str, after: str, rise: float = 5, size: float = 7) -> str:
    return (
        f"BT /F1 11 Tf 72 760 Td ({before}) Tj {rise} Ts /F1 {size} Tf ({small}) Tj"
        f" 0 Ts /F1 11 Tf ({after}) Tj ET "
    )


_AFTER = show("van het budget.", x=152)
FIGURE_CASES = {
    "raised": (_raised("Er waren 10", "6", " deeltjes."), "Er waren 10⁶ deeltjes."),
    "raised below zero": (_raised("Er waren 10", "-3", " deeltjes."), "Er waren 10⁻³ deeltjes."),
    "raised as large": (_raised("Er waren 10", "6", " deeltjes.", size=11), "Er waren 10⁶ deeltjes."),
    "lowered": (_raised("Kies 10", "2", " als basis.", rise=-3), "Kies 10₂ als basis."),
    "drawn last": (
        show("De kracht is 10") + show("newton in totaal.", x=155) + show("6", x=145.5, y=765, size=7),
        "De kracht is 10⁶ newton in totaal.",
    ),
    "stacked": (
        show("Er resteert 2")
        + show("3", x=141, y=765, size=6.5)
        + show("8", x=141, y=756, size=6.5)
        + _AFTER,
        "Er resteert 2 3/8 van het budget.",
    ),
    "stacked wide": (
        show("Er resteert")
        + show("12", x=136, y=765, size=6.5)
        + show("100", x=134.5, y=756, size=6.5)
        + _AFTER,
        "Er resteert 12/100 van het budget.",
    ),
    "stacked as large": (
        show("Er resteert")
        + show("3", x=138, y=767)
        + show("8", x=138, y=753)
        + _AFTER
        + "137 764 m 145 764 l S ",
        "Er resteert 3/8 van het budget.",
    ),
    "below, drawn last": (
        show("Er resteert") + show("3", x=136, y=765, size=6.5) + _AFTER + show("8", x=136, y=756, size=6.5),
        "Er resteert 3/8 van het budget.",
    ),
    "around a bar": (
        "BT /F1 11 Tf 72 760 Td (Er is 1) Tj 4 Ts /F1 7 Tf (1) Tj 0 Ts (/) Tj -1 Ts (2) Tj"
        " 0 Ts /F1 11 Tf ( deel.) Tj ET ",
        "Er is 1 1/2 deel.",
    ),
    "around a large bar": (
        "BT /F1 11 Tf 72 760 Td (Er is 1) Tj 4 Ts /F1 7 Tf (1) Tj 0 Ts /F1 11 Tf (/) Tj /F1 7 Tf (2) Tj"
        " /F1 11 Tf ( deel.) Tj ET ",
        "Er is 1 1/2 deel.",
    ),
    "stacked, digit by digit": (
        show("Er resteert")
        + show("1", x=134, y=765, size=7.5)
        + show("7", x=138.2, y=765, size=7.5)
        + show("2", x=134, y=756, size=7.5)
        + show("0", x=138.2, y=756, size=7.5)
        + _AFTER,
        "Er resteert 17/20 van het budget.",
    ),
    "raised over lowered": (
        show("De kracht is 4")
        + show("1", x=139.3, size=7)
        + show("2", x=139.3, y=766.5, size=7)
        + show("newton in totaal.", x=150),
        "De kracht is 4₁² newton in totaal.",
    ),
    "small on the line": (
        _raised("Dat is 7", "3", "5 in dit stelsel.", rise=0),
        "Dat is 7₃5 in dit stelsel.",
    ),
    "small and high": (_raised("Er waren 10", "6", " deeltjes.", rise=6.5, size=5), "Er waren 10⁶ deeltjes."),
    "ahead of its text": (
        show("6", x=145.5, y=765, size=7) + show("De kracht is 10") + show("newton in totaal.", x=155),
        "De kracht is 10⁶ newton in totaal.",
    ),
    "stacked, the upper one on the line": (
        show("Er resteert 2")
        + show("3", x=141, size=6.5)
        + show("8", x=141, y=751.5, size=6.5)
        + _AFTER
        + "140.5 758.3 m 145 758.3 l S ",
        "Er resteert 2 3/8 van het budget.",
    ),
    "stacked twice": (
        show("Er resteert")
        + show("1", x=136, y=772, size=6.5)
        + show("2", x=136, y=764, size=6.5)
        + show("3", x=136, y=755, size=6.5)
        + _AFTER
        + "136 770.5 m 139.6 770.5 l S 135 762 m 141 762 l S ",
        "Er resteert (1/2)/3 van het budget.",
    ),
    "a sum over a figure": (
        show("Er resteert")
        + show("12+5", x=132, y=765, size=6.5)
        + show("100", x=133.5, y=755, size=6.5)
        + _AFTER
        + "131.5 763 m 147 763 l S ",
        "Er resteert (12+5)/100 van het budget.",
    ),
    "over each other in brackets": (
        show("Er zijn \\(")
        + show("9", x=109.5, y=765, size=6.5)
        + show("4", x=109.5, y=756, size=6.5)
        + show("\\) manieren.", x=113.4),
        "Er zijn (⁹₄) manieren.",
    ),
    "alone in its cell": (
        show("Molens")
        + show("3", x=150, y=765, size=6.5)
        + show("8", x=150, y=756, size=6.5)
        + "149.5 763 m 154.5 763 l S ",
        "Molens 3/8",
    ),
    "figures over and under a line of their own": (
        show("Weg")
        + show("125", x=150)
        + "148 757 m 170 757 l S "
        + show("Som", y=748)
        + show("465", x=150, y=748),
        "Weg | 125 Som | 465",
    ),
    "a sign and a figure, drawn last": (
        show("De kans is 10")
        + show(" per jaar.", x=145.5)
        + show("Einde.", y=600)
        + show("-", x=137.7, y=764, size=7)
        + show("6", x=140, y=764, size=7),
        "De kans is 10⁻⁶ per jaar. Einde.",
    ),
    "around a bar, drawn last": (
        show("Er is 1")
        + show("/", x=107.2)
        + show("deel.", x=117)
        + show("Einde.", y=600)
        + show("1", x=103.3, y=764, size=7)
        + show("2", x=110.3, y=758.6, size=7),
        "Er is 1 1/2 deel. Einde.",
    ),
    "as large, drawn last": (
        show("De kracht is 10")
        + show(" newton.", x=151.6)
        + show("Einde.", y=600)
        + show("6", x=145.4, y=764),
        "De kracht is 10⁶ newton. Einde.",
    ),
    "in a cell that stands lower": (
        show("Meting") + show("Waarde 85", y=757.5, x=115) + show("5", y=762.2, x=170),
        "Meting Waarde 85⁵",
    ),
    "beside a larger word": (
        show("Kosten ") + show("12", x=112) + show("50 euro", x=124.3) + show("GROOT", x=170, size=14),
        "Kosten 1250 euro GROOT",
    ),
    "two figures with white between them": (
        show("Molens") + show("12", x=130) + show("500", x=151),
        "Molens 12 | 500",
    ),
    "two figures close together": (
        show("Het zijn 1234") + show("5678 stuks.", x=142.5),
        "Het zijn 1234 5678 stuks.",
    ),
    "stacked, drawn last": (
        show("Er resteert")
        + _AFTER
        + show("Einde.", y=600)
        + show("12", x=128.5, y=765, size=6.5)
        + show("100", x=127, y=756, size=6.5),
        "Er resteert 12/100 van het budget. Einde.",
    ),
}


@pytest.mark.parametrize("how", FIGURE_CASES)
def test_figures_stay_what_they_are(how: str) -> None:
    drawing, expected = FIGURE_CASES[how]
    assert words(pdf(drawing)) == expected


@pytest.mark.parametrize(
    "how", ["raised", "raised below zero", "lowered", "stacked wide", "around a large bar"]
)
def test_figures_stay_what_they_are_sideways(how: str) -> None:
    drawing, expected = FIGURE_CASES[how]
    assert words(pdf(f"q 0 1 -1 0 1000 0 cm {drawing} Q")) == expected
    assert words(pdf(drawing, page="/Rotate 90")) == expected


def test_a_line_a_little_askew_has_no_raised_letters() -> None:
    drawing = (
        "BT /F1 11 Tf 0.9994 0.0349 -0.0349 0.9994 72 700 Tm (Er waren in 2021 precies 438 meldingen.) Tj ET"
    )
    assert words(pdf(drawing)) == "Er waren in 2021 precies 438 meldingen."


def test_what_is_drawn_counts_and_not_what_the_file_says_it_means() -> None:
    drawing = "/Span <</ActualText(412)>> BDC " + show("538", y=700) + "EMC\n"
    assert words(pdf(PLAIN + drawing)) == "Een gewone zin over de dijk. 538"
    private = drawing.replace("(538) Tj", "(\x01\x02) Tj")
    font = HELVETICA.replace("/Encoding/WinAnsiEncoding", "/Encoding<</Differences[1/g1/g2]>>")
    assert "412" in words(pdf(PLAIN + private, font=font))


@pytest.mark.parametrize(
    ("drawing", "doubtful"),
    [
        (show("Saldo ") + "104 763.5 m 110 763.5 l S " + show("340 euro.", x=111.5), True),
        (show("Saldo 340 euro.") + "104 758.5 m 124 758.5 l S ", False),
        (show("Duur 3") + show("1", x=105.3, y=764, size=7) + show("4", x=111, y=758, size=7), True),
        (show("Prijs 4", size=14) + show("95 per stuk.", x=111), True),
        (show("Er zijn 4389 huizen."), False),
        (show("Molens", y=720) + show("Einde.", y=650) + show("11", x=173, y=724, size=6.5), True),
    ],
)
def test_figures_that_may_belong_together_otherwise_are_told(drawing: str, doubtful: bool) -> None:
    assert ["cijfers" in warning for warning in read(pdf(PLAIN + drawing)).warnings] == [True] * doubtful


def test_a_figure_of_which_one_sign_cannot_be_seen() -> None:
    white = show("Kosten 4") + "1 g " + show("9", x=115.4) + "0 g " + show("5 euro.", x=121.5)
    struck = (
        show("Kosten 4") + show("9", x=115.4) + show("5 euro.", x=121.5) + "115.4 763.5 m 121.5 763.5 l S "
    )
    for drawing in (white, struck):
        document = read(pdf(PLAIN + drawing))
        assert "49" not in document.text and "95" not in document.text
        assert any("«9»" in warning for warning in document.warnings)


def test_a_figure_with_white_between_its_signs_is_one() -> None:
    words_apart = show("Een zin met al zijn spaties er in.", y=700)
    apart = "".join(show(sign, x=150 + 9 * k) for k, sign in enumerate("2018"))
    scale = "".join(show(sign, x=150 + 9 * k) for k, sign in enumerate("12345"))
    assert words(pdf(show("Jaar") + apart + words_apart)).startswith("Jaar 2018")
    assert "1 2 3 4 5" in words(pdf(show("Schaal") + scale + words_apart))


def test_letters_without_width_are_not_read() -> None:
    content = pdf(PLAIN + show("Bedekt", y=700, more="1 Tz") + show("Smal", y=680, more="60 Tz"))
    assert words(content) == "Een gewone zin over de dijk. Smal"


def test_signs_of_the_symbol_font() -> None:
    named = _MAP.format("1 beginbfrange <20> <FF> <F020> endbfrange")
    symbol = "<</Type/Font/Subtype/Type1/BaseFont/SymbolMT/Encoding/WinAnsiEncoding/ToUnicode 11 0 R>>"
    drawing = (
        "BT /F1 11 Tf 72 760 Td (norm ) Tj /S 11 Tf (\\243) Tj /F1 11 Tf ( 20 en ) Tj /S 11 Tf (\\263) Tj"
        " /F1 11 Tf ( 5) Tj ET"
    )
    content = pdf(drawing, objects=[symbol, named]).replace(b"/F1 3 0 R", b"/F1 3 0 R/S 10 0 R")
    assert words(content) == "norm ≤ 20 en ≥ 5"


def test_numbers_in_the_cells_of_a_table_are_not_raised() -> None:
    rows = [("Noord", "41", "2"), ("Zuid", "38", "7"), ("Oost", "12", "5")]
    drawing = "".join(
        show(name, y=700 - 30 * k) + show(one, x=250, y=705 - 30 * k) + show(other, x=250, y=694 - 30 * k)
        for k, (name, one, other) in enumerate(rows)
    )
    assert words(pdf(drawing)) == "Noord | 41; 2 Zuid | 38; 7 Oost | 12; 5"


def _ruled(rows: list[tuple[str, ...]], ys: list[float], xs: list[float]) -> str:
    """A table whose columns stand close together, with upright lines between them."""
    cells = "".join(
        show(text, x=x + 3, y=y)
        for row, y in zip(rows, ys, strict=True)
        for text, x in zip(row, xs, strict=False)
        if text
    )
    return cells + "".join(f"{x} {ys[-1] - 6} m {x} {ys[0] + 14} l S " for x in xs[1:])


def test_lines_between_close_columns_part_their_cells() -> None:
    rows = [("Jaar 2021", "1.200"), ("Jaar 2022", "3.450"), ("Verschil", "2.250")]
    drawing = _ruled(rows, [700, 684, 668], [72, 129])
    assert words(pdf(drawing)) == "Jaar 2021 | 1.200 Jaar 2022 | 3.450 Verschil | 2.250"


def test_a_head_over_two_columns_and_a_label_beside_two_rows() -> None:
    table = _ruled(
        [
            ("", "Aantal bermen", "", "Per km"),
            ("Gebied",),
            ("", "2022", "2023", ""),
            ("Noord", "41", "57", "120"),
        ],
        [708, 700, 692, 676],
        [72, 122, 166, 210],
    ).replace("166 670 m 166 722 l", "166 670 m 166 704 l")
    assert words(pdf(table)) == "Gebied | Aantal bermen | | Per km | 2022 | 2023 Noord | 41 | 57 | 120"


def test_two_figures_in_a_cell_close_to_its_neighbour_are_no_fraction() -> None:
    rows = [("Noord", "41", "2", "57"), ("Zuid", "38", "7", "63")]
    drawing = "".join(
        show(name, y=700 - 40 * k)
        + show(one, x=107, y=707 - 40 * k)
        + show(two, x=107, y=693 - 40 * k)
        + show(last, x=150, y=700 - 40 * k)
        for k, (name, one, two, last) in enumerate(rows)
    )
    assert "/" not in words(pdf(drawing)) and "412" not in words(pdf(drawing))


def test_the_marks_of_list_items_that_are_drawn_last_stand_ahead_of_them() -> None:
    items = ["de dijk ophogen;", "de sluis sluiten."]
    drawing = "".join(show(text, x=92, y=700 - 14 * k) for k, text in enumerate(items)) + show(
        "Einde.", y=640
    )
    drawing += "".join(show(f"{k + 1}.", x=78, y=700 - 14 * k) for k in range(2))
    assert words(pdf(drawing)) == "1. de dijk ophogen; 2. de sluis sluiten. Einde."


@pytest.mark.parametrize(
    ("kind", "points"), [("Line", "/L[105 764 157 764]"), ("PolyLine", "/Vertices[105 764 130 764 157 764]")]
)
def test_a_line_put_through_words_without_an_appearance_strikes_them(kind: str, points: str) -> None:
    mark = annotation(kind, f"{points}/C[0 0 0]", "105 757 157 770")
    document = read(pdf(show("De zin GEHEIM blijft.") + PLAIN, page="/Annots[10 0 R]", objects=[mark]))
    assert "GEHEIM" not in document.text and any("GEHEIM" in warning for warning in document.warnings)


def test_a_number_cut_at_its_hyphen_goes_on_without_a_space() -> None:
    drawing = show("Dit is nr. 36 410-") + show("XII van de lijst.", y=746)
    assert words(pdf(drawing)) == "Dit is nr. 36 410-XII van de lijst."


def test_a_label_below_a_full_line_without_a_stop_is_a_label() -> None:
    lines = [
        "Antwoorden op Kamervragen van het lid Bos (LAND) over de dijk",
        "Vraag 1",
        "Hoe hoog is de dijk?",
    ]
    lines += ["Antwoord 1", "Vier meter."]
    (pair,) = read(pdf("".join(show(line, y=760 - 22 * k) for k, line in enumerate(lines)))).pairs
    assert pair.answer is not None


def _slanted(matrix: str, dx: float, dy: float) -> str:
    return "".join(
        f"BT /F1 11 Tf {matrix} {300 + k * dx} {300 + k * dy} Tm ({line}) Tj ET "
        for k, line in enumerate(SENTENCE)
    )


TURNED = {
    "upwards": pdf(_slanted("0 1 -1 0", 15, 0)),
    "downwards": pdf(_slanted("0 -1 1 0", -15, 0)),
    "upside down": pdf(_slanted("-1 0 0 -1", 0, 15)),
    "slanting": pdf(_slanted("0.866 0.5 -0.5 0.866", 7.5, -13)),
    "page": pdf("".join(show(t, y=700 - 15 * k) for k, t in enumerate(SENTENCE)), page="/Rotate 270"),
}


@pytest.mark.parametrize("how", TURNED)
def test_turned_text_is_read_line_by_line(how: str) -> None:
    document = read(TURNED[how])
    assert " ".join(document.text.split()) == " ".join(SENTENCE)
    assert all(0 <= min(line.x_edges) <= max(line.x_edges) <= 842 for line in document.lines)


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
    nothing = _MAP.format("1 beginbfchar <41> <0000> endbfchar")
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


INITIALS = {
    "first": show("D", x=90, y=675, size=30)
    + show("e polder heeft het pad langs het", x=114, y=690)
    + show("water in mei verlengd tot de sluis", x=114, y=675)
    + show("over het kanaal en de weg.", x=90, y=660),
    "last": show("e polder heeft het pad langs het", x=114, y=690)
    + show("water in mei verlengd tot de sluis", x=114, y=675)
    + show("over het kanaal en de weg.", x=90, y=660)
    + show("D", x=90, y=675, size=30),
}


@pytest.mark.parametrize("when", INITIALS)
def test_a_large_first_letter_belongs_to_its_word(when: str) -> None:
    expected = (
        "De polder heeft het pad langs het water in mei verlengd tot de sluis over het kanaal en de weg."
    )
    assert words(pdf(INITIALS[when])) == expected


@pytest.mark.parametrize("x", [45, 420])
def test_numbers_of_lines_are_not_text_and_numbers_of_questions_are(x: float) -> None:
    lines = "".join(
        show(line, y=700 - 15 * k) + show(str(k + 7), x=x, y=700 - 15 * k, size=8)
        for k, line in enumerate(SENTENCE)
    )
    assert words(pdf(lines)) == " ".join(SENTENCE)
    questions = "".join(
        show(str(k + 1), x=45, y=700 - 15 * k) + show("Is de brug veilig?", y=700 - 15 * k) for k in range(4)
    )
    assert all(f"{k} Is de brug veilig?" in words(pdf(questions)) for k in range(1, 5))


def test_two_short_columns_are_read_one_after_the_other() -> None:
    left = [
        "De vergunning voor de molen",
        "wordt niet verleend omdat de",
        "dijk daar te zwak is voor een",
        "molen.",
    ]
    right = [
        "In 2021 stonden er precies",
        "538 molens in de polder en",
        "daarvan stond een deel veel te",
        "laag.",
    ]
    drawing = "".join(
        show(a, x=60, y=700 - 15 * k) + show(b, x=320, y=700 - 15 * k)
        for k, (a, b) in enumerate(zip(left, right, strict=True))
    )
    assert words(pdf(drawing)) == " ".join([*left, *right])


@pytest.mark.parametrize("step", [15, 24])
def test_lines_that_return_but_are_text_stay(step: int) -> None:
    answers = pdf(
        *(
            show("Een lange tekst die hier staat.", y=500) + show(f"Antwoord {k}", y=75) + show("Nee", y=60)
            for k in (1, 2)
        )
    )
    assert words(answers).count("Nee") == 2
    first = pdf(
        *(
            show("Ja.", y=800) + show(f"Een tekst over {word} staat hier.", y=700)
            for word in ("molens", "dijken", "sluizen")
        )
    )
    assert words(first).count("Ja.") == 3
    heads = pdf(
        *(
            show("Wijk", y=790)
            + show("Palen 2020", x=200, y=790)
            + show("Palen 2021", x=300, y=790)
            + "".join(
                show(f"Wijk {c}", y=790 - step - 15 * k)
                + show(str(100 * page + k), x=200, y=790 - step - 15 * k)
                + show(str(300 * page + k), x=300, y=790 - step - 15 * k)
                for k, c in enumerate("ABCDE")
            )
            for page in (1, 2, 3)
        )
    )
    assert words(heads).count("Palen 2021") == 3


@pytest.mark.parametrize("step", [14, 20])
@pytest.mark.parametrize("pages", [2, 3])
def test_the_last_rows_of_a_table_at_the_foot_of_each_page_stay(step: int, pages: int) -> None:
    rows = ("Wijk|Aantal", "Noord|1{0}1", "Zuid|2{0}1", "Oost|3{0}1", "Totaal|538")
    content = pdf(
        *(
            "".join(
                show(cell.format(page), x=x, y=60 + step * (4 - k))
                for k, row in enumerate(rows)
                for cell, x in zip(row.split("|"), (72, 200), strict=True)
            )
            for page in range(pages)
        )
    )
    text = read(content).text
    assert text.count("Totaal | 538") == text.count("Wijk | Aantal") == pages


def test_a_figure_that_stands_alone_at_the_foot_of_each_page_is_told_once() -> None:
    content = pdf(
        *(show(f"Een lange zin over {w}.", y=700) + show("Totaal 538", y=60) for w in ("dijken", "molens"))
    )
    assert words(content) == "Een lange zin over dijken. Een lange zin over molens. Totaal 538"


@pytest.mark.parametrize("woven", [True, False])
def test_two_sentences_beside_each_other_are_no_rows(woven: bool) -> None:
    left, right = ("De vergunning voor de", "molen is geweigerd."), ("In 2021 stonden er", "538 molens.")
    places = [(left[0], 72, 700), (right[0], 330, 700), (left[1], 72, 686), (right[1], 330, 686)]
    order = places if woven else [places[0], places[2], places[1], places[3]]
    text = words(pdf("".join(show(*place) for place in order)))
    assert " ".join(left) in text
    assert " ".join(right) in text


def test_the_feet_of_the_house_are_known_by_their_form() -> None:
    first = (
        show("De minister heeft besloten dat de sluis open blijft", y=120)
        + show("kv-tk-2024Z18792", y=60, size=7)
        + show("ISSN 0921 - 7371", y=50, size=7)
        + show("’s-Gravenhage 2024", y=40, size=7)
        + show("Tweede Kamer, vergaderjaar 2024–2025, Aanhangsel 605", x=200, y=40, size=7)
        + show("1", x=500, y=40, size=7)
    )
    text = words(pdf(first, show("tot aan de zomer, zie (ah-tk-20172018-2509, nr. 3).", y=780)))
    assert text.endswith("dat de sluis open blijft tot aan de zomer, zie (ah-tk-20172018-2509, nr. 3).")
    assert "ISSN" not in text
    assert "vergaderjaar" not in text


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


BESIDE = show("Er zijn", y=660) + show("meldingen in 2021.", x=140, y=660)
DRAWN_ANYHOW = {
    "a figure filled in later": (PLAIN + BESIDE + show("Slot.", y=600) + show("438", x=114, y=660)),
    "the end of a line later": (
        PLAIN + show("Er zijn 438", y=660) + show("Slot.", y=600) + show("meldingen in 2021.", x=128, y=660)
    ),
    "from the foot up": show("Slot.", y=600) + show("Er zijn 438 meldingen in 2021.", y=660) + PLAIN,
    "letters from right to left": PLAIN
    + show("Er zijn 438 meldingen in 2021."[::-1], x=400, y=660, more="-12 Tc")
    + show("Slot.", y=600, more="0 Tc"),
}


@pytest.mark.parametrize("name", list(DRAWN_ANYHOW))
def test_a_line_reads_from_left_to_right_in_whatever_order_it_is_drawn(name: str) -> None:
    expected = "Een gewone zin over de dijk. Er zijn 438 meldingen in 2021. Slot."
    assert words(pdf(DRAWN_ANYHOW[name])) == expected


def test_a_table_that_is_drawn_column_by_column_keeps_its_rows() -> None:
    rows = [("Streek", "Aantal", "Stand van"), ("Noord", "41", "Klaar in"), ("Zuid", "17", "Klaar in")]
    below = ("zaken", "2025", "2026")
    drawing = "".join(
        show(row[k], x=72 + 130 * k, y=700 - 33 * n)
        + (show(below[n], x=332, y=687 - 33 * n) if k == 2 else "")
        for k in range(3)
        for n, row in enumerate(rows)
    )
    assert "Noord | 41 | Klaar in 2025\nZuid | 17 | Klaar in 2026" in read(pdf(drawing)).text


@pytest.mark.parametrize("size", [8, 11])
def test_a_single_number_that_counts_lines_is_no_text(size: int) -> None:
    texts = [*SENTENCE, "De sluis blijft open.", "Daarvan lagen er 164 bij een", "school in de polder."]
    drawing = "".join(show(text, y=700 - 14 * n) for n, text in enumerate(texts))
    assert "open. Daarvan lagen er 164 bij" in words(pdf(drawing + show("5", x=40, y=644, size=size)))
    assert "4" in words(pdf(drawing + show("4", x=40, y=644, size=size))).split()


def test_white_left_by_struck_words_parts_no_columns() -> None:
    drawing = "".join(
        show(start, y=y) + show("vervallen woorden", x=150, y=y) + show("op de dijk.", x=245, y=y)
        for start, y in (("De sluis ligt", 700), ("De molen staat", 660))
    )
    strokes = "150 703.5 m 238 703.5 l 150 663.5 m 238 663.5 l S"
    assert words(pdf(drawing + strokes)) == "De sluis ligt op de dijk. De molen staat op de dijk."


@pytest.mark.parametrize("baseline", [676, 700])
def test_a_large_first_letter_on_the_line_of_other_words(baseline: int) -> None:
    texts = ("et steun van het Rijk is de dijk", "verhoogd tot 12 meter.")
    drawing = "".join(
        show(text, x=104, y=700 - 14 * n) for n, text in enumerate(texts[: 1 if baseline == 700 else 2])
    )
    content = pdf(drawing + show("M", y=686 if baseline == 676 else 700, size=30))
    assert words(content).startswith("Met steun van het Rijk is de dijk")


def test_a_head_close_to_the_text_that_breaks_a_sentence_is_no_text() -> None:
    head = show("Waterschap Oudeveen, bijlage", y=800)
    texts = ["De dijk wordt verhoogd en daarna", "weer met gras bedekt. De molen", "draait niet meer."]
    document = read(pdf(*(head + show(text, y=786) for text in texts)))
    assert words(pdf(*(head + show(text, y=786) for text in texts))).endswith(" ".join(texts)), document.text


def test_a_second_paragraph_in_a_cell_stays_in_its_row() -> None:
    rows = [("1", "Wat kost de dijk?", "Dat kost vier miljoen."), ("2", "Wie betaalt dat?", "Het Rijk.")]
    first, second = (
        "".join(show(cell, x=72 + 150 * k, y=700 - 60 * n) for k, cell in enumerate(row))
        for n, row in enumerate(rows)
    )
    more = show("Daarvan is de helft voor gras.", x=372, y=680)
    text = read(pdf(first + more + second)).text
    assert "Dat kost vier miljoen. Daarvan is de helft voor gras." in text


def test_items_that_count_begin_paragraphs_of_their_own() -> None:
    lines = [
        "Vragen van het lid Bos (LAND) aan de minister van Waterzaken",
        "1. Hoe hoog is de dijk?",
        "2. Wat kost dat?",
    ]
    document = read(pdf("".join(show(line, y=780 - 18 * n) for n, line in enumerate(lines))))
    assert [pair.question.of(document.text) for pair in document.pairs] == [
        "Hoe hoog is de dijk?",
        "Wat kost dat?",
    ]
    assert "Er staan geen antwoorden in dit document." in document.warnings


def test_a_table_goes_on_overleaf_and_another_one_does_not() -> None:
    def drawn(*rows: tuple[str, ...]) -> str:
        cells = [(k, n, cell) for n, row in enumerate(rows) for k, cell in enumerate(row)]
        return "".join(show(cell, x=72 + 130 * k, y=780 - 20 * n) for k, n, cell in cells)

    first = drawn(("Streek", "Palen", "Kosten"), ("Noord", "41", "200"), ("Zuid", "17", "90"))
    more = (("Oost", "3", "12"), ("West", "8", "31"))
    other = drawn(("Streek", "Palen in 2033", "Kosten in 2033"), *more)
    for content, count in ((pdf(first, drawn(*more)), 1), (pdf(first, other), 2)):
        assert sum(block.kind == "table" for block in read(content).blocks) == count


def test_a_note_without_a_space_behind_its_number() -> None:
    marked = "BT /F1 11 Tf 72 700 Td (De dijk staat in de tabel) Tj /F1 6 Tf 4 Ts (1) Tj 0 Ts ET\n"
    more = show("De molen draait niet meer, want er is geen wind.", y=680)
    document = read(pdf(marked + more + show("12031, blad 4.", y=80, size=8)))
    (note,) = document.footnotes
    assert (note.mark, note.span.of(document.text)) == ("1", "2031, blad 4.")


def test_a_name_at_the_foot_of_a_page_does_not_run_on_overleaf() -> None:
    letter = show("De antwoorden zijn met de provincie en met de schippers besproken.")
    document = read(pdf(letter + show("J. Waterman", y=700), show("Antwoorden op vragen over de dijk")))
    assert [block.span.of(document.text) for block in document.blocks][-2:] == [
        "J. Waterman",
        "Antwoorden op vragen over de dijk",
    ]


def test_letters_set_apart_make_one_word() -> None:
    widths = dict(zip("BESLUIT2 04", (7.3, 7.3, 7.3, 6.1, 7.9, 3.1, 6.7, 6.1, 3.1, 6.1, 6.1), strict=True))
    spread, x = "", 72.0
    for sign in "BESLUIT 2024":
        spread += show(sign, x=x) if sign != " " else ""
        x += widths[sign] + 4
    assert words(pdf(spread + PLAIN)).startswith("BESLUIT 2024 Een gewone")
    cells = "".join(show(str(k), x=72 + 11 * k, y=760) for k in range(1, 9))
    assert words(pdf(cells + PLAIN)).startswith("1 2 3 4 5 6 7 8")  # figures in a row are no number


def test_a_sign_behind_a_figure_is_another_figure() -> None:
    # "1.250" is 27.5 points wide at size 11.
    assert words(pdf(show("1.250") + show("–40", x=100.6))) == "1.250 –40"


def test_a_lowered_figure_behind_capitals_at_the_head_of_a_line() -> None:
    formula = show("CO", size=12) + show("2", x=89.3, y=758.9, size=7) + show("-heffing", x=93.2, size=12)
    assert words(pdf(formula + PLAIN)).startswith("CO₂-heffing")


def test_heads_of_pages_of_two_shapes() -> None:
    texts = [
        show("Ministerie van Water, bijlage", y=height - 40, size=9) + show(text, y=height - 90)
        for height, text in (
            (842, "De eerste zin staat hier."),
            (595, "De tweede zin staat daar."),
            (842, "De derde zin staat ginds."),
        )
    ]
    content = pdf(*texts)
    at = content.index(b"/MediaBox", content.index(b"/MediaBox") + 5)
    turned = content[:at] + b"/MediaBox[0 0 842 595]" + content[at + len(b"/MediaBox[0 0 595 842]") :]
    assert words(turned) == "De eerste zin staat hier. De tweede zin staat daar. De derde zin staat ginds."


def test_small_figures_in_a_cell_that_stands_higher_than_its_line() -> None:
    cells = show("zie noot", y=700) + show("x", x=160, y=707, size=12) + show("7", x=166, y=705.9, size=7)
    row = show("Noord", x=72, y=680) + show("41", x=160, y=680)
    assert "x₇" in words(pdf(cells + row)) and "x⁷" not in words(pdf(cells + row))


def test_a_page_full_of_figures_in_no_columns_is_read() -> None:
    chance = Random(1)
    figures = "".join(
        show(str(chance.randint(1, 999)), x=52 + 7 * (n % 70), y=60 + 9 * (n // 70), size=3)
        for n in range(600)
    )
    level = "".join(f"50 {50 + 4.1 * n:.1f} m 550 {50 + 4.1 * n:.1f} l S " for n in range(150))
    upright = "".join(f"{50 + 5 * n} 50 m {50 + 5 * n} 800 l S " for n in range(100))
    for drawn in ("", level, level + upright):
        assert len(read(pdf(drawn + figures)).text.replace("|", "").split()) > 400


def test_only_figures_that_a_page_uses_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """A part of a font that a program embeds has any sign at the place of a figure that is not in it."""
    document = raw.FPDF_CreateNewDocument()
    sans, serif = (raw.FPDFText_LoadStandardFont(document, name) for name in (b"Helvetica", b"Times-Roman"))
    find = characters._find_outline
    monkeypatch.setattr(
        characters, "_find_outline", lambda font, sign: find(serif, "0") if sign == "7" else find(font, sign)
    )
    address = ctypes.cast(sans, ctypes.c_void_p).value or 0
    assert characters.misnames_figures(address, [ord("7")])
    assert not characters.misnames_figures(address, [ord(sign) for sign in "012345689"])
    raw.FPDF_CloseDocument(document)


@pytest.mark.parametrize("rise", [0.9, 1.6, -0.9, -1.3])
def test_a_figure_a_little_off_its_line_is_told(rise: float) -> None:
    document = read(pdf(f"BT /F1 11 Tf 72 760 Td (Er zijn 612) Tj {rise} Ts (4) Tj 0 Ts ( dijken.) Tj ET"))
    assert any("612" in warning for warning in document.warnings)


def test_white_between_a_raised_sign_and_its_figure_goes() -> None:
    raised = "/F1 7 Tf 4 Ts (-) Tj ( ) Tj (7) Tj 0 Ts /F1 11 Tf"
    assert (
        words(pdf(f"BT /F1 11 Tf 72 760 Td (Kans 10) Tj {raised} ( per jaar.) Tj ET"))
        == "Kans 10⁻⁷ per jaar."
    )
    apart = show("Kans 10") + show("-", x=120, y=765) + show("7", x=124, y=765, size=7)
    assert words(pdf(apart)) == "Kans 10⁻⁷" or read(pdf(apart)).warnings


NAMES = "begincmap 1 begincodespacerange <00><FF> endcodespacerange"


@pytest.mark.parametrize("code", ["F0A3", "F0B1", "F0C5"])
def test_a_private_sign_of_an_ordinary_font_is_told(code: str) -> None:
    font = HELVETICA.replace(">>", "/ToUnicode 10 0 R>>")
    named = [f"<<>>|{NAMES} 1 beginbfchar <51><{code}> endbfchar endcmap"]
    document = read(pdf(show("De grens is Q 12 meter of 7Q8 meter."), font=font, objects=named))
    assert "\ufffd 12 meter" in document.text and "7\ufffd8" in document.text
    assert any("niet te lezen" in warning for warning in document.warnings)


LEAVES = (
    "De subsidie voor de molen aan de oude dijk",
    "wordt niet verleend omdat de afstand van",
    "300 meter tot de school",
    "te klein is volgens de wet van vorig jaar",
    "en omdat de termijn van 8 weken",
    "al voorbij is.",
)


@pytest.mark.parametrize("steps", [(14,) * 5, (14, 16, 24, 14, 16)])
@pytest.mark.parametrize("foot", [False, True])
def test_numbers_of_lines_are_left_out_and_told(steps: tuple[int, ...], foot: bool) -> None:
    drawn, y = "", 760
    for number, (text, step) in enumerate(zip(LEAVES, (*steps, 0), strict=True), start=1):
        drawn += show(str(number), x=48, y=y, size=8) + show(text, y=y)
        y -= step
    document = read(pdf(drawn + (show("3", x=290, y=40) if foot else "")))
    assert "de afstand van 300 meter tot de school te klein is" in " ".join(document.text.split())
    assert any("1 t/m 6" in warning for warning in document.warnings)


def test_numbers_of_items_and_rows_stay() -> None:
    items = [(1, "appels"), (2, "peren"), (3, "rode bessen van het veld")]
    document = read(
        pdf("".join(show(str(n), x=48, y=760 - 15 * n) + show(t, y=760 - 15 * n) for n, t in items))
    )
    assert [number in document.text for number in "123"] == [True] * 3


def test_a_running_head_in_which_one_word_differs() -> None:
    halves = ("de kosten van de dijk", "het bedrag voor de molen", "de prijs van het veer", "wat dat kost")
    pages = [
        show(f"Nota dijken {month} | versie {n}", y=800, size=9)
        + show(f"In het jaar {2010 + n} staat in de stukken wat men weet over", y=740)
        + show(half, y=725)
        for n, (month, half) in enumerate(zip(("maart", "april", "mei", "juni"), halves, strict=True), 1)
    ]
    assert "Nota dijken april" not in words(pdf(*pages))


def test_a_figure_of_a_font_that_also_draws_the_other() -> None:
    font = HELVETICA.replace(
        "/Encoding/WinAnsiEncoding", "/Encoding<</Differences[49/four/seven]>>/ToUnicode 10 0 R"
    )
    named = [f"<<>>|{NAMES} 2 beginbfchar <31><0031> <32><0032> endbfchar endcmap"]
    document = read(pdf(show("Er zijn 12 dijken in het land."), font=font, objects=named))
    assert "12" not in document.text or document.warnings


def test_rows_without_lines_between_them_in_a_box() -> None:
    def box(x: int, y: int, height: int) -> str:
        return f"{x} {y} 100 {height} re S "

    drawn = box(70, 740, 16) + box(170, 740, 16) + box(70, 708, 32) + box(170, 708, 32)
    head = show("Jaar", y=744) + show("Dijken", x=174, y=744)
    rows = "".join(
        show(a, y=y) + show(b, x=174, y=y) for a, b, y in (("2021", "1.304", 728), ("2022", "977", 712))
    )
    assert read(pdf(drawn + head + rows)).text == "Jaar | Dijken\n2021 | 1.304\n2022 | 977"
    labels = "".join(show(t, x=x, y=y) for t, x, y in (("Hoge", 72, 728), ("dijken", 72, 712)))
    figures = show("12", x=174, y=728) + show("34", x=174, y=712)
    assert read(pdf(drawn + head + labels + figures)).text.endswith("Hoge dijken | 12; 34")


def test_a_large_first_figure_on_the_last_of_the_lines_beside_it() -> None:
    texts = (
        "5 dijken zijn vorig jaar verhoogd met geld",
        "van het rijk en dat is meer dan",
        "het er ooit waren.",
    )
    drawn = show("4", y=732, size=52) + "".join(
        show(text, x=104, y=760 - 14 * n) for n, text in enumerate(texts)
    )
    rest = show("Daarna volgde een brief.", y=718)
    assert words(pdf(drawn + rest)).startswith("45 dijken zijn vorig jaar verhoogd met geld van het rijk")


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


def test_a_small_figure_behind_a_letter_on_its_line_is_told() -> None:
    small = "BT /F1 11 Tf 72 650 Td (Het aantal x) Tj /F1 7 Tf (12) Tj ET "
    assert "Het aantal x12" in read(pdf(small + PLAIN)).warnings[0]
    nearly = "BT /F1 11 Tf 72 650 Td (Een A) Tj /F1 10 Tf (4) Tj /F1 11 Tf ( vel) Tj ET "
    assert not read(pdf(nearly + PLAIN)).warnings


@pytest.mark.parametrize("sign", ["0 g 140 653.5 5 0.8 re f", f"q 5 0 0 0.8 140 653.5 cm {image()} Q"])
def test_a_drawn_sign_of_minus_is_told(sign: str) -> None:
    drawn = show("Saldo", y=650) + f"{sign} " + show("450 euro", x=146, y=650)
    assert any("450" in warning for warning in read(pdf(PLAIN + drawn)).warnings)


def test_figures_drawn_upon_others_are_told() -> None:
    upon = show("120", x=100, y=650) + show("130", x=100, y=650)
    assert "120" in read(pdf(PLAIN + upon)).warnings[0]


def test_a_line_that_is_full_is_no_row_of_its_own() -> None:
    def box(x: int, width: int) -> str:
        return f"{x} 700 {width} 40 re S {x} 740 {width} 20 re S "

    drawn = box(70, 60) + box(130, 165) + show("Jaar", y=746) + show("Vak", x=134, y=746)
    texts = (
        ("519", 74, 724),
        ("545", 74, 710),
        ("De dijk telt 565 palen en heeft", 134, 724),
        ("570 luiken.", 134, 710),
    )
    content = "".join(show(text, x=x, y=y) for text, x, y in texts)
    assert read(pdf(drawn + content)).text.endswith("519; 545 | De dijk telt 565 palen en heeft 570 luiken.")


def test_a_figure_that_is_broken_where_its_column_ends_is_told() -> None:
    ys = [760, 740, 720, 700, 670]
    lines = "".join(f"70 {y} m 250 {y} l S " for y in ys)
    sides = "".join(f"{x} 670 m {x} 760 l S " for x in (70, 220, 250))
    texts = (("Soort", 74, 746), ("2021", 222, 746), ("Zand", 74, 726), ("−266", 222, 726), ("Klei", 74, 706))
    cells = "".join(show(text.replace("−", "-"), x=x, y=y) for text, x, y in texts)
    cells += (
        show("1550", x=222, y=706)
        + show("Turf", y=688)
        + show("-108", x=222, y=688)
        + show("0", x=222, y=674)
    )
    document = read(pdf(lines + sides + cells))
    assert any("-108 … 0" in warning for warning in document.warnings)
    apart = read(pdf(lines + sides + cells.replace("(-108)", "(41)")))
    assert not any("41 … 0" in warning for warning in apart.warnings)


def test_cells_that_nearly_touch_are_parted_where_texts_are() -> None:
    rows = [("Zand", "72.430", "58 034"), ("Klei", "60.189", "59 402"), ("Turf", "-31.206", "14 552")]
    drawn = ""
    for k, (name, left, right) in enumerate(rows):
        y = 700 - 14 * k
        width = 11 * sum({"-": 0.333, ".": 0.278}.get(sign, 0.556) for sign in left)
        drawn += show(name, y=y) + show(left, x=220 - width, y=y) + show(right, x=222.5, y=y)
    assert read(pdf(drawn)).text.splitlines() == [" | ".join(row) for row in rows]


def test_figures_below_each_other_are_no_paragraph() -> None:
    column = "".join(show(text, y=650 - 13 * k) for k, text in enumerate(("1", "250", "(17)")))
    assert read(pdf(PLAIN + column)).text.splitlines()[1:] == ["1", "250", "(17)"]


def test_a_range_over_two_lines_is_one() -> None:
    first = show("De maatregel geldt volgens het besluit van de minister in de jaren 2010\x96", y=650)
    text = words(pdf(PLAIN + first.replace("\x96", "–") + show("2015 en daarna niet meer.", y=637)))
    assert "2010–2015 en daarna" in text


def test_tables_right_below_each_other_with_other_columns_are_two() -> None:
    tables = [
        [("Soort", "2010", "2013")] + [(f"Brug {sign}", "295", "343") for sign in "ABCD"],
        [
            ("Soort", "2010", "2013", "2016"),
            ("Dijk A", "1088", "1226", "121"),
            ("Dijk B", "1370", "141", "161"),
        ],
    ]
    drawn, y = "", 760
    for table in tables:
        for name, *figures in table:
            drawn += show(name, y=y)
            drawn += "".join(show(f, x=250 + 85 * k - 6.12 * len(f), y=y) for k, f in enumerate(figures))
            y -= 14
        y -= 8
    assert read(pdf(drawn)).text.splitlines() == [" | ".join(row) for table in tables for row in table]


def test_figures_of_texts_that_run_over_each_other_are_two() -> None:
    drawn = show("15-11-2022", y=650) + show("48,8 meter", x=72 + 11 * 5.114 - 2, y=650)
    assert "15-11-2022 48,8 meter" in words(pdf(PLAIN + drawn))


def test_a_date_that_breaks_off_in_a_cell_that_stands_at_the_foot_of_its_row() -> None:
    rows = [
        ("Zand", "5-5-2010", "669"),
        ("Klei", "7-7-2018", "931"),
        ("Turf", "2003", "219"),
        ("Veen", "1-1-2011", "12"),
    ]
    drawn = show("14-10-", x=200, y=672)
    for row, y in zip(rows, (700, 686, 660, 646), strict=True):
        drawn += "".join(show(text, x=x, y=y) for text, x in zip(row, (72, 200, 320), strict=True))
    assert "Turf | 14-10-2003 | 219" in read(pdf(drawn)).text.splitlines()
