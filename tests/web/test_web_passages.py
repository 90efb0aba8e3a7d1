"""A passage on the screen: rows as a table with the cell marked, and nothing of the text lost or trusted."""

from __future__ import annotations

from learninglion.models import Span
from learninglion.web.rendering import passage

TEXT = "Tarieven <2024>:\nSchip | Euro\nKano | 2\nJacht | 4\nBetaal vooraf."


def test_rows_are_a_table_with_the_cell_marked_wherever_the_passage_begins() -> None:
    at = TEXT.index("4\n")
    drawn = str(passage(TEXT, [Span(100 + at, 101 + at)], 100, "Schip | Euro", "Tabel"))
    assert "<tr><th>Schip</th><th>Euro</th></tr>" in drawn
    assert "<tr><td>Jacht</td><td><mark>4</mark></td></tr>" in drawn
    assert drawn.count("<mark>") == 1
    assert drawn.startswith("<p>Tarieven &lt;2024&gt;:</p>") and drawn.endswith("<p>Betaal vooraf.</p>")


def test_a_mark_over_several_cells_stays_inside_each() -> None:
    row = TEXT.index("Kano")
    drawn = str(passage(TEXT, [Span(row, row + len("Kano | 2"))], 0, "", "Tabel"))
    assert "<td><mark>Kano</mark></td><td><mark>2</mark></td>" in drawn
