"""What was drawn later comes home to where it stands, however much there is of it."""

from __future__ import annotations

from learninglion.parsing.pdf.characters import ObjectStyle
from learninglion.parsing.pdf.lines import Strip, bring_home


def strip(text: str, x: float, y: float, size: float = 10.0) -> Strip:
    style = ObjectStyle("Serif", size, False, False, 0.0, False, False)
    return Strip(text, [x + n for n in range(len(text))], x + len(text), y, style, spaced=False)


def test_many_words_that_were_filled_in_stand_in_the_room_of_their_line_in_order() -> None:
    """So many that between two neighbours no number is left to order them by."""
    line = [strip("naam:", 0, 700), strip("wonend te", 900, 700), strip("onder", 0, 688)]
    words = [strip(f"w{n:02}", 10 + 8 * n, 700) for n in range(90)]
    texts = [piece.text for piece in bring_home([*line, *words])]
    assert texts == ["naam:", *(word.text for word in words), "wonend te", "onder"]


def test_a_raised_mark_comes_home_to_the_large_title_it_stands_at() -> None:
    title, text = strip("Verslag", 0, 700, size=40), strip("Dit is de tekst", 0, 500)
    mark = strip("1", 8, 720, size=12)
    assert [piece.text for piece in bring_home([title, text, mark])] == ["Verslag", "1", "Dit is de tekst"]


def test_what_was_filled_in_stands_behind_its_label() -> None:
    form = [
        strip("Aantal:", 0, 700),
        strip("Regio:", 0, 676),
        strip("Datum:", 120, 676),
        strip("Klaar.", 0, 650),
    ]
    values = [strip("41 dijken", 60, 702), strip("Noord", 60, 677), strip("3 mei", 180, 673)]
    texts = [piece.text for piece in bring_home([*form, *values])]
    assert texts == ["Aantal:", "41 dijken", "Regio:", "Noord", "Datum:", "3 mei", "Klaar."]


def test_a_column_beside_a_lead_stays_a_column() -> None:
    left = [strip("De sluis is open", 0, 700), strip("op deze dagen:", 0, 688), strip("maandag.", 0, 676)]
    right = [strip("Het bestuur", 80, 700), strip("is akkoord met", 80, 688), strip("het plan.", 80, 676)]
    assert bring_home([*left, *right]) == [*left, *right]
    assert bring_home([*left, *right[1:]]) == [*left, *right[1:]]
