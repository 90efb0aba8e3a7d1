"""Lines, columns and tables of a PDF are put together as they are read."""

from __future__ import annotations

import pytest
from pdffiles import PLAIN, pdf, read, show, words

SENTENCE = [
    "De vergunning wordt niet verleend aan",
    "nieuwe molens in de polder, omdat",
    "de dijk te zwak is in 2021.",
]


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


def test_the_marks_of_list_items_that_are_drawn_last_stand_ahead_of_them() -> None:
    items = ["de dijk ophogen;", "de sluis sluiten."]
    drawing = "".join(show(text, x=92, y=700 - 14 * k) for k, text in enumerate(items)) + show(
        "Einde.", y=640
    )
    drawing += "".join(show(f"{k + 1}.", x=78, y=700 - 14 * k) for k in range(2))
    assert words(pdf(drawing)) == "1. de dijk ophogen; 2. de sluis sluiten. Einde."


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
