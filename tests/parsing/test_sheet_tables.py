from __future__ import annotations

from sheets import LONG, pair, read, said, sheet

from learninglion.models import BlockKind


def test_a_table_in_an_answer_is_one_line_a_row() -> None:
    table = (
        "#table(columns: (60pt, 120pt, 60pt), stroke: none,"
        " [Jaar], [Aantal meldingen van verzakkingen langs de dijk], [Kosten],"
        " [2022], [12], [€ 1.000], [2023], [15], [€ 2.000])"
    )
    document = read(sheet(*pair("1", "Hoeveel?", LONG + "\n\n" + table + "\n\n" + LONG)))
    assert said(document, document.pairs[0].answer) == "\n".join(
        [
            LONG.strip(),
            "Jaar | Aantal meldingen van verzakkingen langs de dijk | Kosten",
            "2022 | 12 | € 1.000",
            "2023 | 15 | € 2.000",
            LONG.strip(),
        ]
    )
    assert [b.kind for b in document.blocks].count(BlockKind.TABLE) == 1


def test_cells_of_several_lines_in_small_type() -> None:
    table = (
        "#text(6.9pt)[#table(columns: (50pt, 1fr, 1fr), stroke: 0.3pt, [*Jaar*], [*Aantal meldingen van "
        "verzakkingen langs de dijk*], [*Opmerkingen*], [2022], [12], [Een lange opmerking die niet op een "
        "regel past "
        "en dus doorloopt], [2023], [15], [Kort], [2024], [], [Leeg daarvoor])]"
    )
    document = read(sheet(*pair("1", "Hoeveel?#footnote[Bron.]", f"{LONG}\n\n{table}\n\n{LONG}")))
    assert (said(document, document.pairs[0].answer) or "").splitlines()[1:-1] == [
        "Jaar | Aantal meldingen van verzakkingen langs de dijk | Opmerkingen",
        "2022 | 12 | Een lange opmerking die niet op een regel past en dus doorloopt",
        "2023 | 15 | Kort",
        "2024 |  | Leeg daarvoor",
    ]
    assert [said(document, note.span) for note in document.footnotes] == ["Bron."]


def test_a_table_over_several_pages() -> None:
    rows = ", ".join(f"[Regio {i}], [{i * 7}], [{i * 3} procent]" for i in range(60))
    table = f"#table(columns: 3, stroke: 0.3pt, {rows})"
    document = read(sheet(*pair("1", "Hoeveel?#footnote[Bron.]", f"{LONG * 3}\n\n{table}\n\n{LONG}")))
    lines = (said(document, document.pairs[0].answer) or "").splitlines()
    assert lines[1:-1] == [f"Regio {i} | {i * 7} | {i * 3} procent" for i in range(60)]


def test_a_first_cell_of_several_lines() -> None:
    table = (
        "#table(columns: (1fr, 60pt, 60pt), stroke: none, align: (left, right, right), [], [2022], [2023], "
        "[Aantal "
        "meldingen van verzakkingen langs de dijken in het hele land en daarbuiten], [12.345], [1], "
        "[Totaal], [3], [4])"
    )
    document = read(sheet(*pair("1", "Hoeveel?", f"{LONG}\n\n{table}\n\n{LONG}")))
    assert (said(document, document.pairs[0].answer) or "").splitlines()[1:-1] == [
        " | 2022 | 2023",
        "Aantal meldingen van verzakkingen langs de dijken in het hele land en daarbuiten | 12.345 | 1",
        "Totaal | 3 | 4",
    ]


def test_heads_that_stand_close_together_are_heads_of_their_columns() -> None:
    table = (
        "#align(center)[#table(columns: 4, stroke: 0.3pt, align: center, inset: 3pt,"
        " [*Jaar*], [*Aanvragen*], [*Toegekend*], [*Ingetrokken*],"
        " [2022], [214], [117], [23], [2023], [226], [141], [22], [2024], [129], [80], [12])]"
    )
    document = read(sheet(*pair("1", "Hoeveel?", f"{LONG}\n\n{table}\n\n{LONG}")))
    assert (said(document, document.pairs[0].answer) or "").splitlines()[1:-1] == [
        "Jaar | Aanvragen | Toegekend | Ingetrokken",
        "2022 | 214 | 117 | 23",
        "2023 | 226 | 141 | 22",
        "2024 | 129 | 80 | 12",
    ]
