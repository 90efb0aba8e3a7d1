"""Two versions of a document: figures, dates and duties that changed, and what only moved or was reworded."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from learninglion.cli import app
from learninglion.models import Document, RawFile
from learninglion.parsing import parse
from learninglion.search.comparing import Change, ChangeKind, Substance, compare

OLD = """# Werkinstructie Brugwacht

## Tijden

De brug draait van 06.00 tot 22.00 uur. Op 1 mei 2023 begint het seizoen.

## Veiligheid

De wachter moet een vest dragen. Bezoekers mogen op de brug komen. Het hek is groen geverfd.

## Tarieven

| Schip | Tarief (euro) |
| --- | --- |
| Kano | 2 |
| Jacht | 4 |
"""
NEW = """# Werkinstructie Brugwacht

## Veiligheid

De wachter moet een vest dragen. Bezoekers mogen niet op de brug komen. Het hek is groen geschilderd.

## Tijden

De brug draait van 07.00 tot 22.00 uur. Op 1 april 2024 begint het seizoen.

## Tarieven

| Schip | Tarief (euro) |
| --- | --- |
| Kano | 2 |
| Jacht | 6 |
| Vlot | 12 |
"""


def read(text: str) -> Document:
    return parse(RawFile("brug.md", text.encode(), "brug.md"))


def find(changes: tuple[Change, ...], words: str) -> Change:
    return next(c for c in changes if words in (c.new or c.old).text)  # type: ignore[union-attr]


def test_figures_dates_and_duties_are_told_apart_from_wording_and_moves() -> None:
    comparison = compare(read(OLD), read(NEW))
    told = {
        words: {d.substance: (d.old, d.new) for d in find(comparison.changes, words).differences}
        for words in ("draait", "seizoen", "Bezoekers", "hek", "Jacht", "Vlot")
    }
    assert told["draait"] == {Substance.FIGURE: (("06.00",), ("07.00",))}
    assert told["seizoen"] == {Substance.DATE: (("1 mei 2023",), ("1 april 2024",))}
    assert told["Bezoekers"] == {Substance.OBLIGATION: ((), ("niet",))}
    assert told["hek"] == {}
    assert told["Jacht"] == {Substance.FIGURE: (("4",), ("6",))}
    assert find(comparison.changes, "Vlot").kind is ChangeKind.ADDED
    assert not any("vest" in (c.new or c.old).text for c in comparison.changes)  # type: ignore[union-attr]
    back = compare(read(NEW), read(OLD))
    assert find(back.changes, "Vlot").kind is ChangeKind.REMOVED
    assert len(back.changes) == len(comparison.changes)
    assert compare(read(OLD), read(OLD)).changes == ()


def test_the_command_tells_substance_and_all_of_it_as_json(tmp_path: Path) -> None:
    for name, text in (("oud.md", OLD), ("nieuw.md", NEW)):
        (tmp_path / name).write_text(text, "utf-8")
    files = [str(tmp_path / "oud.md"), str(tmp_path / "nieuw.md")]
    words = CliRunner().invoke(app, ["compare", *files]).output
    assert "1 mei 2023 -> 1 april 2024" in words and "geschilderd" not in words
    assert "geschilderd" in CliRunner().invoke(app, ["compare", "--all", *files]).output
    told = json.loads(CliRunner().invoke(app, ["compare", "--json", *files]).output)
    assert told["of_substance"] == 5 and len(told["changes"]) == 6
