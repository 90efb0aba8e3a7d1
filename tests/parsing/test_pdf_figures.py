"""Figures of a PDF stay what they are, raised, drawn or broken; where they may be another it is told."""

from __future__ import annotations

import ctypes
from random import Random

import pytest
from pdffiles import HELVETICA, MAP, NAMES, PLAIN, image, pdf, read, show, words
from pypdfium2 import raw

from learninglion.parsing.pdf import characters


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


def test_signs_of_the_symbol_font() -> None:
    named = MAP.format("1 beginbfrange <20> <FF> <F020> endbfrange")
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


def test_a_number_cut_at_its_hyphen_goes_on_without_a_space() -> None:
    drawing = show("Dit is nr. 36 410-") + show("XII van de lijst.", y=746)
    assert words(pdf(drawing)) == "Dit is nr. 36 410-XII van de lijst."


def test_a_sign_behind_a_figure_is_another_figure() -> None:
    # "1.250" is 27.5 points wide at size 11.
    assert words(pdf(show("1.250") + show("–40", x=100.6))) == "1.250 –40"


def test_a_lowered_figure_behind_capitals_at_the_head_of_a_line() -> None:
    formula = show("CO", size=12) + show("2", x=89.3, y=758.9, size=7) + show("-heffing", x=93.2, size=12)
    assert words(pdf(formula + PLAIN)).startswith("CO₂-heffing")


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


def test_a_figure_of_a_font_that_also_draws_the_other() -> None:
    font = HELVETICA.replace(
        "/Encoding/WinAnsiEncoding", "/Encoding<</Differences[49/four/seven]>>/ToUnicode 10 0 R"
    )
    named = [f"<<>>|{NAMES} 2 beginbfchar <31><0031> <32><0032> endbfchar endcmap"]
    document = read(pdf(show("Er zijn 12 dijken in het land."), font=font, objects=named))
    assert "12" not in document.text or document.warnings


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


def test_a_range_over_two_lines_is_one() -> None:
    first = show("De maatregel geldt volgens het besluit van de minister in de jaren 2010\x96", y=650)
    text = words(pdf(PLAIN + first.replace("\x96", "–") + show("2015 en daarna niet meer.", y=637)))
    assert "2010–2015 en daarna" in text
