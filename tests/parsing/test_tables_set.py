"""Tables as programs set them: turned on their side, columns close together, labels beside several rows."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import typst
from pdffiles import pdf, show
from pdffiles import read as read_pdf

from learninglion.models import RawFile
from learninglion.parsing import parse

CELLS = "[Gebied],[2021],[2022],[Noordrand],[1.204],[1.318],[Zuid],[984],[1.011],[Oost],[],[598]"
ROWS = ["Gebied | 2021 | 2022", "Noordrand | 1.204 | 1.318", "Zuid | 984 | 1.011", "Oost |  | 598"]


def rows(markup: str) -> list[str]:
    content = typst.compile(b"#set page(margin: 2cm)\n#set text(size: 10pt)\n" + markup.encode())
    return parse(RawFile("x.pdf", content, "x")).text.split("\n")


@pytest.mark.parametrize("angle", [-90, 90, 180])
@pytest.mark.parametrize("stroke", ["1pt", "none"])
def test_a_table_on_its_side(angle: int, stroke: str) -> None:
    table = f"#rotate({angle}deg, reflow: true, table(columns: 3, stroke: {stroke}, {CELLS}))"
    assert rows(f"Een zin erboven.\n\n{table}\n\nEen zin eronder.") == [
        "Een zin erboven.",
        "Een zin eronder.",
        *ROWS,
    ]


def test_a_table_on_its_side_with_cells_of_several_lines() -> None:
    cells = "[Maatregel],[Kosten],[Steun voor het herstel van dijken aan zee],[12,5],[Steunpunt],[1,2]"
    assert rows(f"#rotate(-90deg, reflow: true, table(columns: (4cm, 3cm), align: horizon, {cells}))") == [
        "Maatregel | Kosten",
        "Steun voor het herstel van dijken aan zee | 12,5",
        "Steunpunt | 1,2",
    ]


CLOSE = "inset: 0pt, row-gutter: 5pt, stroke: none, column-gutter: 3pt"


def test_words_of_one_head_and_of_short_lines_are_no_columns() -> None:
    cells = "[Gebied],[Kosten (mln)],[Noordrand],[3,4],[Zuid],[12,5],[Oost],[0,8]"
    assert (
        rows(f"#table(columns: 2, stroke: none, align: (left, right), {cells})")[0] == "Gebied | Kosten (mln)"
    )
    short = ["Bijlage 1 Overzicht", "Bijlage 2 Begroting", "Bijlage 3 Verslag"]
    assert rows(" \\ ".join(short)) == [" ".join(short)] or rows(" \\ ".join(short)) == short


@pytest.mark.parametrize("stroke", ["1pt", "none", "(x: none, y: 0.4pt)"])
@pytest.mark.parametrize("counts", [(2, 3), (3, 4), (4, 2), (3, 3)])
def test_a_label_in_the_middle_beside_several_rows(counts: tuple[int, int], stroke: str) -> None:
    cells, expected = "[Regio],[Jaar],[Aantal]", ["Regio | Jaar | Aantal"]
    for name, count in zip(("Noord", "Zuid"), counts, strict=True):
        cells += f",table.cell(rowspan: {count})[{name}]"
        for k in range(count):
            cells += f",[{2020 + k}],[{k + 4}]"
            expected.append(f"{name if not k else ''} | {2020 + k} | {k + 4}")
    assert rows(f"#table(columns: 3, align: horizon, stroke: {stroke}, {cells})") == expected


def test_a_label_at_the_top_of_its_rows_stays_there() -> None:
    cells = "[Regio],[Jaar],[Noord],[2020],[],[2021],[Zuid],[2020],[],[2021]"
    assert rows(f"#table(columns: 2, {cells})") == [
        "Regio | Jaar",
        "Noord | 2020",
        " | 2021",
        "Zuid | 2020",
        " | 2021",
    ]


def test_small_figures_in_a_table_on_its_side() -> None:
    cells = "[Gebied],[Uitstoot],[Noord],[3 × 10#super[6]],[Zuid],[438#super[1]],[Oost],[CO#sub[2]]"
    assert rows(f"#rotate(-90deg, reflow: true, table(columns: 2, {cells}))") == [
        "Gebied | Uitstoot",
        "Noord | 3 × 10⁶",
        "Zuid | 438¹",
        "Oost | CO₂",
    ]


def test_a_table_of_questions_with_long_answers() -> None:
    long = "De brug is hersteld en de kosten zijn gedeeld met het waterschap van de streek. " * 4
    cells = "".join(
        f",[{n}],[Hoeveel bomen staan er in vak {n}?],[Er staan {n * 7} bomen. {long}]" for n in (1, 2)
    )
    content = typst.compile(
        f"#set text(size: 10pt)\nLijst van vragen en antwoorden\n\n"
        f"#table(columns: (1cm, 3cm, 4cm), [Nr],[Vraag],[Antwoord]{cells})".encode()
    )
    found = parse(RawFile("x.pdf", content, "x"))
    answers = [(pair.numbers, pair.answer.of(found.text)[:18]) for pair in found.pairs if pair.answer]
    assert answers == [((1,), "Er staan 7 bomen. "), ((2,), "Er staan 14 bomen.")]


def test_numbered_rows_under_one_head_keep_their_name() -> None:
    cells = "".join(f",[Post {n}],[{n}0],[−{n}]" for n in range(1, 12))
    table = f"#table(columns: 3, stroke: none, align: (left, right, right), [Post],[2023],[2024]{cells})"
    assert rows(table)[:3] == ["Post | 2023 | 2024", "Post 1 | 10 | −1", "Post 2 | 20 | −2"]


@pytest.mark.parametrize("angle", [-90, 90, 180])
def test_lines_on_their_side_with_small_figures(angle: int) -> None:
    text = "De weg langs het water met x#sub[7] palen en 10#super[−3] meter zand en 4919#super[2] bomen hier."
    assert rows(f"#rotate({angle}deg, reflow: true, box(width: 4cm)[{text}])") == [
        "De weg langs het water met x₇ palen en 10⁻³ meter zand en 4919² bomen hier."
    ]


def test_figures_in_thousands_are_never_parted() -> None:
    cells = (
        "[Naam],[2018],[2019],[2020],[Weg sluis],[−3099],[€~4406],[89~878],[Brug pad],[95~456],[46~537],[9/3]"
    )
    cells += ",[Brug kade],[2067,7],[76~729],[90~357]"
    text = " ".join(
        rows(f"#table(columns: 4, inset: 1.5pt, column-gutter: 2pt, align: center, stroke: none, {cells})")
    )
    assert all(figure in text for figure in ("€ 4406", "89 878", "95 456", "46 537", "76 729", "90 357"))


FIRST = "table(columns: 2,[Jaar],[Aantal],[2029],[11],[2030],[12])"
SECOND = "table(columns: 3,[Regio],[Bedrag],[Deel],[Noord],[210],[3%],[Zuid],[220],[4%])"
SEVERAL = [
    "Jaar | Aantal",
    "2029 | 11",
    "2030 | 12",
    "Regio | Bedrag | Deel",
    "Noord | 210 | 3%",
    "Zuid | 220 | 4%",
]


@pytest.mark.parametrize("white", ["0pt", "2pt", "6pt"])
def test_two_tables_right_below_each_other_stay_two(white: str) -> None:
    assert rows(f"#set block(spacing: {white})\n#{FIRST}\n#{SECOND}") == SEVERAL


def test_heads_and_labels_that_stand_on_their_side_in_a_level_table() -> None:
    def turned(text: str) -> str:
        return f"rotate(-90deg, reflow: true)[{text}]"

    heads = ",".join(map(turned, ("Instroom", "Uitstroom", "Saldo")))
    assert rows(f"#table(columns: 4,[],{heads},[2029],[45],[40],[5],[2030],[61],[70],[9])") == [
        " | Instroom | Uitstroom | Saldo",
        "2029 | 45 | 40 | 5",
        "2030 | 61 | 70 | 9",
    ]
    labels = [f"table.cell(rowspan: 2, {turned(name)})" for name in ("Noordrand", "Zuidrand")]
    assert rows(
        f"#table(columns: 3,{labels[0]},[2029],[4],[2030],[6],{labels[1]},[2029],[7],[2030],[8])"
    ) == [
        "Noordrand | 2029 | 4",
        " | 2030 | 6",
        "Zuidrand | 2029 | 7",
        " | 2030 | 8",
    ]


def test_a_row_that_goes_on_overleaf_stays_a_row() -> None:
    long = "De uitvoering ligt bij de gemeenten, die daarover elk jaar verslag doen aan hun eigen raad. " * 8
    cells = f"[Maatregel],[Uitleg],[Dijken],[{long}Slot.],[Sluizen],[Geen.]"
    assert rows(f"#v(21cm)\n#table(columns: (4cm, 1fr),{cells})") == [
        "Maatregel | Uitleg",
        f"Dijken | {long}Slot.",
        "Sluizen | Geen.",
    ]


def test_cells_of_several_lines_between_drawn_lines() -> None:
    cells = (
        "[Verbetering van de dijken langs de rivier],[12 km],[De aanleg loopt voor op de planning van 2029.],"
        "table.cell(colspan: 2)[Sluizen en gemalen],[Vertraagd door bezwaren.]"
    )
    assert rows(f"#table(columns: (3cm, 2cm, 4cm), align: horizon,[Onderwerp],[Stand],[Uitleg],{cells})") == [
        "Onderwerp | Stand | Uitleg",
        "Verbetering van de dijken langs de rivier | 12 km | De aanleg loopt voor op de planning van 2029.",
        "Sluizen en gemalen |  | Vertraagd door bezwaren.",
    ]


@pytest.mark.parametrize("columns", ["columns: 3", "columns: (4cm, 3cm, 3cm)"])
@pytest.mark.parametrize(
    "stroke",
    [
        "(x: none, y: 0.5pt)",
        "(x, y) => (top: if y <= 1 {1pt}, bottom: if y == 3 {1pt})",
        "(x, y) => (left: if x > 0 {0.5pt}, top: if y > 0 {0.5pt})",
    ],
    ids=["rows", "head and foot", "inner"],
)
def test_close_columns_between_drawn_lines(stroke: str, columns: str) -> None:
    cells = "[Post],[Raming],[Stand],[Loon noord],[12.400],[300],[Huur zuid],[9],[1 250],[Zorg],[],[14%]"
    assert rows(f"#table({columns}, inset: (x: 3pt, y: 2pt), stroke: {stroke},{cells})") == [
        "Post | Raming | Stand",
        "Loon noord | 12.400 | 300",
        "Huur zuid | 9 | 1 250",
        "Zorg |  | 14%",
    ]


def test_running_text_between_two_tables_of_one_breadth_parts_them() -> None:
    table = "#table(columns: (6cm, 1fr), stroke: (x: none, y: 0.5pt),[Jaar],[Aantal],[2029],[11],[2030],[12])"
    text = "De aantallen van de volgende tabel zijn voorlopig en gaan alleen over de havens in het noorden."
    assert rows(f"{table}\n{text}\n{table}") == [
        *("Jaar | Aantal", "2029 | 11", "2030 | 12"),
        text,
        *("Jaar | Aantal", "2029 | 11", "2030 | 12"),
    ]


def test_a_list_beside_running_text_is_no_table() -> None:
    items = "\n".join("- De dijk is hersteld." for _ in range(3))
    text = "Het waterschap herstelt de dijk langs de rivier en meldt dat elk jaar aan de raad. " * 5
    read = rows(f"#set page(columns: 2)\n{items}\n#colbreak()\n{text}")
    assert not any("|" in row for row in read) and " ".join(text.split()) in " ".join(read)


@pytest.mark.parametrize("stroke", ["1pt", "none"])
@pytest.mark.parametrize("above", ["", "Een zin erboven."])
def test_the_head_of_a_table_over_pages_is_read_once_and_a_running_head_is_not(
    above: str, stroke: str
) -> None:
    heads = "[Gemeente],[Aantal \\ wachtenden],[Bedrag 2030],[Bedrag 2031]"
    cells = ",".join(f"[Plaats {k}],[{100 + k}],[{k}.{100 + k}.000],[{k + 1}.500.200]" for k in range(1, 71))
    markup = (
        "#set page(height: 16cm, header: [Verslag Lage Land #h(1fr) Concept],"
        " footer: context [#counter(page).display()])\n"
        f"{above}\n\n#table(columns: (4cm, 3cm, 4cm, 4cm), stroke: {stroke}, table.header({heads}), {cells})"
        "\n\nEen zin eronder."
    )
    assert rows(markup) == [
        *filter(None, [above]),
        "Gemeente | Aantal wachtenden | Bedrag 2030 | Bedrag 2031",
        *(f"Plaats {k} | {100 + k} | {k}.{100 + k}.000 | {k + 1}.500.200" for k in range(1, 71)),
        "Een zin eronder.",
    ]


def test_figures_with_a_space_in_columns_close_together_are_figures_of_their_own() -> None:
    table = [("Instroom", "12 345", "13 001"), ("Uitstroom", "9 876", "10 432"), ("Saldo", "2 469", "2 569")]
    cells = ",".join(f"[{cell}]" for row in (("Soort", "2030", "2031"), *table) for cell in row)
    assert rows(
        f"#table(columns: 3, stroke: none, inset: (x: 2.8pt), column-gutter: (20pt, 0pt),"
        f" align: (left, right, right), {cells})"
    ) == ["Soort | 2030 | 2031", *map(" | ".join, table)]


NARROW = "inset: (x: 3.5pt, y: 3pt), stroke: none"
OVER = "[Onderwerp],table.cell(colspan: 2, align: {})[Zaken],[],[Aantal],[Stand],"
AMOUNTS = "[Noord],[1.204],[in uitvoering],[Dijken],[98],[vertraagd door vergunning],[Zuid],[11,5],[ja]"


@pytest.mark.parametrize("columns", ["3", "(1fr, 1fr, 1fr)", "(3cm, auto, 1fr)"])
@pytest.mark.parametrize("align", ["left", "right", "center"])
@pytest.mark.parametrize("font", ["Libertinus Serif", "New Computer Modern"])
def test_columns_with_little_white_between_them(columns: str, align: str, font: str) -> None:
    style = f"columns: {columns}, align: (left, {align}, left), {NARROW}"
    cells = f"[Post],[Aantal zaken],[Stand],{AMOUNTS}"
    assert rows(f'#set text(font: "{font}")\nEen zin.\n\n#table({style}, {cells})') == [
        "Een zin.",
        "Post | Aantal zaken | Stand",
        "Noord | 1.204 | in uitvoering",
        "Dijken | 98 | vertraagd door vergunning",
        "Zuid | 11,5 | ja",
    ]


@pytest.mark.parametrize(
    ("side", "style"),
    [("center", NARROW), *((side, "inset: (x: 6pt, y: 4pt), stroke: none") for side in ("left", "center"))],
)
def test_a_head_over_two_columns_without_lines(side: str, style: str) -> None:
    table = f"#table(columns: 3, align: (left, right, left), {style}, {OVER.format(side)}{AMOUNTS})"
    head, second, *others = rows(table)
    assert head.replace(" |  |", " |").startswith("Onderwerp | Zaken")
    assert second == " | Aantal | Stand"
    assert others == [
        "Noord | 1.204 | in uitvoering",
        "Dijken | 98 | vertraagd door vergunning",
        "Zuid | 11,5 | ja",
    ]


def test_terms_with_white_behind_them_are_no_columns() -> None:
    terms = "\n".join(
        f"/ {term}: Wat er op de dijk bij Oudeveen staat." for term in ("sluis", "gemaal", "pont")
    )
    assert not any("|" in row for row in rows(terms))


@pytest.mark.parametrize("stroke", ["1pt", "none"])
def test_cells_that_go_on_overleaf_side_by_side(stroke: str) -> None:
    asked = (
        "Kunt u zeggen hoe vaak de pont dit jaar stillag en wat dat betekent voor wie er elke dag mee reist? "
    )
    said = "De pont lag vaak stil. Dat komt doordat onderdelen laat werden geleverd en het water laag stond. "
    cells = (
        f"[Nr],[Vraag],[Antwoord],[1],[Kent u de pont?],[Ja.],[2],[{asked * 4}],[{said * 4}],[3],[Hoe?],[Zo.]"
    )
    found = rows(f"#v(20.5cm)\n#table(columns: (1cm, 1fr, 1fr), stroke: {stroke}, {cells})")
    assert found == [
        "Nr | Vraag | Antwoord",
        "1 | Kent u de pont? | Ja.",
        f"2 | {(asked * 4).strip()} | {(said * 4).strip()}",
        "3 | Hoe? | Zo.",
    ]


def test_rows_without_a_first_cell_overleaf_are_rows() -> None:
    cells = ",".join(f"[{'Noord' if n == 1 else ''}],[{2000 + n}],[{n * 7}]" for n in range(1, 60))
    found = rows(f"#table(columns: 3, {cells})")
    assert found[-1].endswith("2059 | 413") and len(found) == 59


@pytest.mark.parametrize("stroke", ["1pt", "(x: none, y: 0.4pt)", "(_, y) => if y > 0 {(top: 0.4pt)}"])
def test_a_table_of_long_cells_is_no_text_in_columns(stroke: str) -> None:
    asks = "Hoeveel bomen staan er langs de weg in vak {} en wanneer zijn die daar geplant?"
    says = "Er staan {} bomen langs de weg, die daar in het jaar na de storm zijn geplant."
    cells = "".join(f",[{n}],[{asks.format(n)}],[{says.format(n * 7)}]" for n in range(1, 6))
    shape = f"columns: (1cm, 6cm, 7cm), stroke: {stroke}"
    found = rows(f"Een zin erboven.\n\n#table({shape}, [Nr],[Vraag],[Antwoord]{cells})\n\nEen zin eronder.")
    expected = [f"{n} | {asks.format(n)} | {says.format(n * 7)}" for n in range(1, 6)]
    assert found == ["Een zin erboven.", "Nr | Vraag | Antwoord", *expected, "Een zin eronder."]


def test_a_table_in_drawn_lines_stands_in_its_column() -> None:
    text = "De polder krijgt een nieuwe dijk, omdat de oude te laag is voor het water van de zee. " * 6
    table = f"#table(columns: 3, {CELLS})"
    found = rows(f"#columns(2)[{text}\n\n{table}\n\n{text}\n\n{text}]")
    assert found[1:5] == ROWS and [len(part) for part in (found[0], *found[5:])] == [len(text) - 1] * 3


def test_a_few_words_beside_running_text_are_no_rows() -> None:
    text = (
        "De polder krijgt een nieuwe dijk, omdat de oude te laag is voor het water van zee. De kosten zijn "
        "gedeeld met het waterschap van de streek, dat ook het werk leidt en elk jaar meet of het zakt."
    )
    side = f"#grid(columns: (1fr, 3fr), gutter: 12pt, [*Kader* \\ Bel 030 12 34 nu.], [{text}])"
    assert rows(f"Een zin erboven.\n\n{side}\n\nEen zin eronder.") == [
        "Een zin erboven.",
        f"Kader Bel 030 12 34 nu. | {text}",
        "Een zin eronder.",
    ]


def test_columns_of_figures_as_close_as_words() -> None:
    cells = "".join(f",[{name}],[{a}],[{b}]" for name, a, b in (("Noord", 1200, 500), ("Zuid", 4300, 444)))
    shape = "columns: 3, stroke: none, inset: 0pt, row-gutter: 5pt, column-gutter: (20pt, 5pt)"
    found = rows(f"#table({shape}, [Wijk],[2020],[2021]{cells})")
    assert found == ["Wijk | 2020 | 2021", "Noord | 1200 | 500", "Zuid | 4300 | 444"]


@pytest.mark.parametrize("stroke", ["(x: none, y: 0.4pt)", "none"])
@pytest.mark.parametrize("above", [1, 2])
def test_a_table_that_goes_on_in_the_next_column_of_the_page(stroke: str, above: int) -> None:
    heads = "[Soort],[2010],[2013],[2017]"
    lines = ["Kreek A | 1.375 | 390 | 410%", "Haven B | (425) | 44,7 | −45", "Wiel C | 470 | 47,4 | 500"]
    cells = [f"[{cell}]" for line in lines for cell in line.split(" | ")]
    first, rest = ",".join([heads, *cells[: 4 * above - 4]]), ",".join(cells[4 * above - 4 :])
    table = f"#table(columns: (2cm, 1.4cm, 1.4cm, 1.4cm), align: center, stroke: {stroke}, "
    page = "#set page(columns: 2)\nDe molen staat op een terp van klei.\n\n"
    read = rows(f"{page}{table}{first})\n#colbreak()\n{table}{rest})\n\nDe dijk is van zand en klei gemaakt.")
    assert read[1:5] == ["Soort | 2010 | 2013 | 2017", *lines]


def test_a_few_rows_with_more_figures_than_the_others() -> None:
    tops = "".join(f"[Gebied {k}],[{k}10],[{k}20],[{k}30]," for k in range(1, 6))
    page = f"#grid(columns: (3cm, 2cm, 2cm, 2cm), row-gutter: 5pt, {tops})\n#v(-7pt)\n"
    wide = "#grid(columns: (3cm, 2cm, 2cm, 2cm, 2cm), row-gutter: 5pt, [Som],[150],[200],[250],[300])"
    assert rows(page + wide)[-1] == "Som | 150 | 200 | 250 | 300"


BODY = "[Totaal steun],[4–12],[6%],[−140],[Gemeente],[(384)],[€ 853],[6–12],[Toezicht],[−40],[-],[5.166]"
BODY_ROWS = [
    "Totaal steun | 4–12 | 6% | −140",
    "Gemeente | (384) | € 853 | 6–12",
    "Toezicht | −40 | - | 5.166",
]


def test_a_frame_whose_head_alone_is_parted_by_lines() -> None:
    lines = "(x, y) => if y == 0 { 1pt } else { (left: if x == 0 { 1pt }, right: if x == 3 { 1pt }, bottom: "
    stroke = f"{lines}if y == 3 {{ 1pt }}) }}"
    table = f"#table(columns: (1.8cm, 2cm, 2cm, 2cm), stroke: {stroke}, [Post],[2019],[2020],[2021],{BODY})"
    assert rows(table) == ["Post | 2019 | 2020 | 2021", *BODY_ROWS]


def test_columns_that_lines_part_from_top_to_bottom() -> None:
    stroke = (
        "(x, y) => (left: 0.5pt, right: 0.5pt, bottom: if y in (0, 3) { 0.5pt }, top: if y == 0 { 0.5pt })"
    )
    table = f"#table(columns: (1.8cm, 2cm, 2cm, 2cm), stroke: {stroke}, [Post],[2019],[2020],[2021],{BODY})"
    assert rows(table) == ["Post | 2019 | 2020 | 2021", *BODY_ROWS]


def test_a_thick_line_under_the_head() -> None:
    stroke = "(x, y) => (rest: 0.5pt, bottom: if y == 0 { 2.5pt } else { 0.5pt })"
    table = f"#table(columns: (1.6cm, 2cm, 2cm, 2cm), stroke: {stroke}, [Post],[2019],[2020],[2021],{BODY})"
    assert rows(table) == ["Post | 2019 | 2020 | 2021", *BODY_ROWS]


def test_two_tables_with_other_columns_below_each_other() -> None:
    close, far = ("row-gutter: 5pt, align: right, column-gutter: " + gutter for gutter in ("6pt", "20pt"))
    cells = "[Onderdeel],[2015],[2016],[2017],[2018],[Huis],[88,3],[+8,4],[3.738],[n.v.t.]"
    first = f"#grid(columns: 5, {close}, {cells},[Werk],[33%],[1780],[−81,6],[11%])"
    cells = "".join(f"[Onderdeel {k}],[{k}.965],[{k}8,17]," for k in range(1, 20))
    second = f"#grid(columns: 3, {far}, [Artikel],[2021],[2022],{cells})"
    read = rows(f"{first}\n#v(4pt)\n{second}")
    assert read[:3] == [
        "Onderdeel | 2015 | 2016 | 2017 | 2018",
        "Huis | 88,3 | +8,4 | 3.738 | n.v.t.",
        "Werk | 33% | 1780 | −81,6 | 11%",
    ]
    assert read[3:5] == ["Artikel | 2021 | 2022", "Onderdeel 1 | 1.965 | 18,17"]


@pytest.mark.parametrize("stroke", ["none", "(x: none, y: 0.4pt)"])
def test_columns_that_few_rows_fill(stroke: str) -> None:
    label = "voor de uitvoering van de regeling"
    cells = f"[Post],[2019],[2020],[2021],[2022],[2023],[Steun {label}],[−189],[44,3],[353],[45,7],[1.922],"
    cells += f"[Toezicht {label}],[86,8],[450],[206],[70%],[],[Hulp {label}],[1479],[788],[608],[],[377],"
    cells += "[Rest],[661],[44%],[386],[],[195]"
    assert rows(f"#table(columns: (3cm, auto, auto, auto, auto, auto), stroke: {stroke}, {cells})") == [
        "Post | 2019 | 2020 | 2021 | 2022 | 2023",
        f"Steun {label} | −189 | 44,3 | 353 | 45,7 | 1.922",
        f"Toezicht {label} | 86,8 | 450 | 206 | 70%",
        f"Hulp {label} | 1479 | 788 | 608 |  | 377",
        "Rest | 661 | 44% | 386 |  | 195",
    ]


def test_two_tables_with_a_heading_between_them() -> None:
    one = "[Deel],[2021],[2022],[2023],[2024],[Werk],[96%],[−89],[2272],[5.330],[Opvang],[−68],[975],[3],[80]"
    other = "".join(f"[Regel {k}],[{k}5,1],[{k}0]," for k in range(1, 9))
    first = f"#table(columns: (3cm, 2cm, 2cm, 2cm, 2cm), stroke: none, inset: 3pt, align: center, {one})"
    second = f"#table(columns: (2cm, 1.4cm, 2.4cm), stroke: none, inset: 3pt, {other})"
    read = rows(f"{first}\n#v(-2pt)\n4 Over de rest\n#v(-2pt)\n{second}")
    assert read[:3] == [
        "Deel | 2021 | 2022 | 2023 | 2024",
        "Werk | 96% | −89 | 2272 | 5.330",
        "Opvang | −68 | 975 | 3 | 80",
    ]
    assert read[3:6] == ["4 Over de rest", "Regel 1 | 15,1 | 10", "Regel 2 | 25,1 | 20"]


def test_rows_of_which_every_other_one_has_its_sides_drawn() -> None:
    sides = "if calc.odd(y) or x == 0 { 0.5pt }, right: if calc.odd(y) or x == 3 { 0.5pt }"
    stroke = f"(x, y) => (top: 0.5pt, bottom: 0.5pt, left: {sides})"
    table = f"#table(columns: (1.8cm, 2cm, 2cm, 2cm), stroke: {stroke}, [Post],[2019],[2020],[2021],{BODY})"
    assert rows(table)[1:] == BODY_ROWS


def test_a_stretched_line_has_no_columns() -> None:
    text = (
        "Er waren tot nu toe besprekingsverslagen 1305 en ook verwachtingspatronen 1410 stuks van alle zaken."
    )
    for width in (43, 45):
        assert rows(f"#set text(hyphenate: false)\n#block(width: {width}mm, par(justify: true)[{text}])") == [
            text
        ]


def test_figures_drawn_column_by_column_are_rows() -> None:
    heads = ["Post", "2020", "2021", "2022"]
    table = [
        heads,
        *([f"Regeling {letter}", "-", str(200 + k), f"{k}1 204"] for k, letter in enumerate("ABCD", 1)),
    ]
    drawn = "".join(
        f'#place(dx: {x}pt, dy: {40 + 16 * k}pt, box(width: 50pt, align({side}, [#"{row[column]}"])))\n'
        for column, (x, side) in enumerate(((0, "left"), (70, "right"), (130, "right"), (190, "right")))
        for k, row in enumerate(table)
    )
    assert rows(drawn) == [" | ".join(row) for row in table]


def test_a_word_wider_than_its_cell_is_one_word() -> None:
    cells = "[Post],[2024],[Vergunnin \\ g A],[1.204],[Reserveri \\ ng B],[984],[Zuid \\ en oost],[77]"
    assert rows(f"#table(columns: (58pt, 50pt), {cells})") == [
        "Post | 2024",
        "Vergunning A | 1.204",
        "Reservering B | 984",
        "Zuid en oost | 77",
    ]


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_cell_of_many_lines_in_a_table_without_lines(side: str) -> None:
    why = "Het gaat om {} gevallen van opvang en om {} andere gevallen, waaronder ook de vergunningen."
    body = [
        ("Monitor A", why.format(2005, 2023), "2061", "978.828"),
        ("Raming B", why.format(7, 8), "9", "1.204"),
    ]
    cells = ",".join(f"[{cell}]" for row in [("Post", "Toelichting", "2024", "2025"), *body] for cell in row)
    setting = f"columns: (90pt, 76pt, 40pt, 50pt), stroke: none, align: (left, {side}, right, right)"
    assert rows(f"#table({setting}, {cells})")[1:] == [" | ".join(row) for row in body]


def test_figures_over_two_columns_are_told() -> None:
    lines = [["Post", "2024", "2025"], *([f"Regeling {k}", f"{k} 204", f"{k} 318"] for k in range(1, 6))]
    drawn = "".join(
        f"#place(dx: {x}pt, dy: {40 + 18 * k}pt, box(width: 30pt, align(right)[#box[{row[column]}]]))\n"
        for k, row in enumerate([*lines, ["Totaal", "12 345 678", "87 654"]])
        for column, x in enumerate((0, 70, 101))
    )
    content = typst.compile(f"#set page(margin: 2cm)\n#set text(size: 8pt)\n{drawn}".encode())
    document = parse(RawFile("x.pdf", content, "x"))
    assert "Totaal | 12 345 678 | 87 654" in document.text or "van twee kolommen" in " ".join(
        document.warnings
    )


def test_amounts_below_each_other_in_a_cell_are_several() -> None:
    cells = "[Post],[Bedrag],[Noord \\ en zuid],[817 780 \\ 14 654],[West],[1 204 318 405]"
    assert rows(f"#table(columns: 2, {cells})") == [
        "Post | Bedrag",
        "Noord en zuid | 817 780; 14 654",
        "West | 1 204 318 405",
    ]


def test_an_amount_that_its_cell_breaks_is_told() -> None:
    cells = "[Post],[2024],[Noord],[984],[West],[17 532 189],[Oost],[1 011]"
    content = typst.compile(f"#set text(size: 10pt)\n#table(columns: (60pt, 44pt), {cells})".encode())
    document = parse(RawFile("x.pdf", content, "x"))
    assert "West | 17 532 189" in document.text
    assert "«17 532 … 189»" in " ".join(document.warnings)


def placed(xs: Sequence[float], ys: Sequence[float], table: Sequence[Sequence[str]]) -> str:
    return "\n".join(
        show(text, x, y, 8)
        for y, row in zip(ys, table, strict=True)
        for x, text in zip(xs, row, strict=False)
    )


def test_a_label_drawn_ahead_of_its_rows_and_near_one_of_them() -> None:
    heads, first = ["Regio", "Soort", "2023", "2024"], [["hulp a", "1180", "683"], ["steun b", "1211", "84"]]
    second = [["hulp a", "1371", "783"], ["steun b", "1431", "295"], ["raad c", "1452", "496"]]
    content = [placed((60, 112, 180, 220), (700,), [heads]), show("Noord", 60, 678, 8)]
    content += [placed((112, 180, 220), (684, 672), first), show("Huisvesting A", 60, 636, 8)]
    content += [placed((112, 180, 220), (648, 636, 624), second)]
    assert read_pdf(pdf("\n".join(content))).text.split("\n") == [
        "Regio | Soort | 2023 | 2024",
        "Noord | hulp a | 1180 | 683",
        " | steun b | 1211 | 84",
        "Huisvesting A | hulp a | 1371 | 783",
        " | steun b | 1431 | 295",
        " | raad c | 1452 | 496",
    ]


@pytest.mark.parametrize("align", ["top", "horizon", "bottom"])
def test_rows_above_the_highest_of_the_lines(align: str) -> None:
    cells = "[Post],[Periode],[Datum],[Bedrag],[Uitvoering voor de opvang],[1 januari 2022 – 12 april 2023],"
    cells += "[11-01-2022],[950],[Toezicht op de hulp],[2021 tot en met 2025],[24-01-2021],[311],"
    cells += "[Steun],[2020],[21-05-2020],[122],[Rest],[2019],[14-05-2019],[8]"
    stroke = "(x, y) => (bottom: if y > 0 { 0.4pt })"
    table = f"#table(columns: (2.6cm, 2.6cm, 2.2cm, 1.4cm), stroke: {stroke}, align: {align}, {cells})"
    assert rows(f"In deze tabel staan 4 posten.\n\n{table}") == [
        "In deze tabel staan 4 posten.",
        "Post | Periode | Datum | Bedrag",
        "Uitvoering voor de opvang | 1 januari 2022 – 12 april 2023 | 11-01-2022 | 950",
        "Toezicht op de hulp | 2021 tot en met 2025 | 24-01-2021 | 311",
        "Steun | 2020 | 21-05-2020 | 122",
        "Rest | 2019 | 14-05-2019 | 8",
    ]


@pytest.mark.parametrize("apart", [0, 2, 3])
def test_rows_whose_cells_stand_as_close_as_words(apart: int) -> None:
    long = ["Telefoon:", "06-15071553", "Kenmerk:", "2024-00001495"]
    table = [long, long, ["Perceel:", "22", "Bedrag:", "584"], ["Datum:", "2024", "Perceel:", "2216"], long]
    xs = (65, 101 + apart, 150 + 2 * apart, 187 + 3 * apart)
    text = read_pdf(pdf(placed(xs, (760, 747, 734, 721, 708), table))).text
    assert text.split("\n") == [" | ".join(row) for row in table]


@pytest.mark.parametrize("gutter", ["3pt", "4pt", "6pt"])
def test_a_long_label_as_close_to_its_figure_as_words(gutter: str) -> None:
    cells = (
        "[Post],[2022],[Hulp],[12],[Steun],[341],[Huisvestingsraad],[92.388],[Zorg],[1877],[Rest],[18.710]"
    )
    table = f"#table(columns: 2, stroke: none, column-gutter: {gutter}, inset: (x: 0pt, y: 6pt), {cells})"
    assert "Huisvestingsraad | 92.388" in rows(table)


@pytest.mark.parametrize("stroke", ["none", "(x, y) => (bottom: if y > 0 { 0.4pt })"])
def test_a_table_with_fewer_columns_right_below_another(stroke: str) -> None:
    one = "[Post],[2020],[2021],[2022],[2023],[Hulp],[915],[67],[63],[271],[Steun],[155],[20],[34],[219]"
    other = "[Jaar],[2024],[2025],[Zuid],[2352],[369],[Noord],[234],[2426]"
    first = f"#table(columns: (4cm, 2cm, 2cm, 2cm, 2cm), stroke: {stroke}, inset: 3pt, align: center, {one})"
    second = f"#table(columns: (4cm, 4cm, 4cm), stroke: {stroke}, inset: 3pt, align: center, {other})"
    read = rows(f"#set block(spacing: 4pt)\n{first}\n{second}")
    assert read[:3] == [
        "Post | 2020 | 2021 | 2022 | 2023",
        "Hulp | 915 | 67 | 63 | 271",
        "Steun | 155 | 20 | 34 | 219",
    ]
    assert read[3:] == ["Jaar | 2024 | 2025", "Zuid | 2352 | 369", "Noord | 234 | 2426"]


def test_a_table_in_a_cell_keeps_its_rows() -> None:
    inner = "table(columns: 3, [hulp],[1806],[359,1],[steun],[1818],[558,2])"
    assert rows(f"#table(columns: 2, [Blok 1], {inner}, [Blok 2], [geen])") == [
        "Blok 1 | hulp; 1806; 359,1 / steun; 1818; 558,2",
        "Blok 2 | geen",
    ]


def test_cells_that_end_level_are_one_row() -> None:
    xs = (60, 135, 220, 300)
    heads = placed(xs, (716,), [["Post", "Periode", "Datum", "Bedrag"]])
    content = [heads]
    for top, name in ((703, "Toezicht op de"), (679, "Vergunning voor"), (655, "Sanering voor")):
        content.append(placed(xs, (top,), [[name, "1 maart t/m 12"]]))
        content.append(placed(xs, (top - 11,), [["hulp 1921", "juni 2020", "2020-02-12", str(top)]]))
    assert read_pdf(pdf("\n".join(content))).text.split("\n")[1:] == [
        "Toezicht op de hulp 1921 | 1 maart t/m 12 juni 2020 | 2020-02-12 | 703",
        "Vergunning voor hulp 1921 | 1 maart t/m 12 juni 2020 | 2020-02-12 | 679",
        "Sanering voor hulp 1921 | 1 maart t/m 12 juni 2020 | 2020-02-12 | 655",
    ]


def test_a_heading_parts_two_tables_whose_labels_wrap() -> None:
    one = "[Post],[2015],[2016],[2017],[2018],[Hulp],[88],[84],[37],[1],[Totaal reservering],[3],[7],[8],[5]"
    other = "[Artikel],[2020],[2021],[Totaal],[6],[17],[Steun],[36],[22],[Zuid],[48],[51]"
    first = f"#table(columns: (2.2cm, 2.6cm, 2.6cm, 2.6cm, 2.6cm), stroke: none, {one})"
    second = f"#table(columns: (3.5cm, 3.9cm, 3.9cm), stroke: none, {other})"
    read = rows(f"{first}\n#text(15pt)[4 Over ramingen]\n\n{second}")
    assert read[2:6] == [
        "Totaal reservering | 3 | 7 | 8 | 5",
        "4 Over ramingen",
        "Artikel | 2020 | 2021",
        "Totaal | 6 | 17",
    ]


@pytest.mark.parametrize("gap", [0, 6, 20])
@pytest.mark.parametrize("sides", ["x: .5pt", "left: 0pt"])
def test_tables_with_other_columns_right_below_each_other_stay_apart(gap: int, sides: str) -> None:
    wide = (
        "[Artikel],[2019],[2020],[2021],[Steun],[374],[612],[7],[Hulp],[122],[889],[4],[Zorg],[15],[891],[6]"
    )
    narrow = (
        "[Post],[2018],[2019],[2020],[2021],[2022],[Steun],[961],[967],[26],[31],[8],[Hulp],[8],[9],[7],[6],[4],"
        "[Zorg],[211],[1347],[713],[72],[3]"
    )
    stroke = f"stroke: (x, y) => ({sides}, top: if y < 2 {{.5pt}} else {{0pt}}, bottom: if y == 3 {{.5pt}})"
    first, second = (
        f"#table(columns: {count} * ({width}cm,), {stroke}, {cells})"
        for count, width, cells in ((4, 3.8, wide), (6, 2.533, narrow))
    )
    assert rows(f"#set block(spacing: {gap}pt)\n{first}\n{second}\n{first}") == [
        *(wide_rows := ["Artikel | 2019 | 2020 | 2021", "Steun | 374 | 612 | 7", "Hulp | 122 | 889 | 4"]),
        "Zorg | 15 | 891 | 6",
        "Post | 2018 | 2019 | 2020 | 2021 | 2022",
        "Steun | 961 | 967 | 26 | 31 | 8",
        "Hulp | 8 | 9 | 7 | 6 | 4",
        "Zorg | 211 | 1347 | 713 | 72 | 3",
        *wide_rows,
        "Zorg | 15 | 891 | 6",
    ]
