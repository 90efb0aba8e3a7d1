"""The organisation's own synonyms: read, refused and used."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from learninglion.models.errors import InputError, UnreadableFileError
from learninglion.search.synonyms import NO_SYNONYMS, StandIn, load_synonyms, read_synonyms

TEXT = """
# vervoer
ov-chipkaart = OV-kaart, openbaarvervoerkaart
OM, Openbaar Ministerie   # justitie
Raad van State = hoogste bestuursrechter
coffeeshop, softdrugswinkel
"""


def test_the_others_are_added_once_and_told() -> None:
    known = read_synonyms(TEXT)
    question = "Wat kost een ov-chipkaart? Is de ov-chipkaart duur?"
    assert known.added(question) == ("OV-kaart", "openbaarvervoerkaart")
    assert known.stand_ins(question) == (
        StandIn("OV-kaart", "ov-chipkaart"),
        StandIn("openbaarvervoerkaart", "ov-chipkaart"),
    )


def test_what_stands_there_already_is_not_added() -> None:
    assert read_synonyms(TEXT).added("ov-chipkaart of openbaarvervoerkaart") == ("OV-kaart",)


def test_inflections_and_several_words_count() -> None:
    known = read_synonyms(TEXT)
    assert known.added("Hoeveel coffeeshops zijn er?") == ("softdrugswinkel",)
    assert known.stand_ins("Wat zei de raad  van state?") == (
        StandIn("hoogste bestuursrechter", "raad  van state"),
    )


def test_an_abbreviation_that_is_also_a_word_counts_in_capitals_only() -> None:
    known = read_synonyms(TEXT)
    assert known.added("Wat doet het OM?") == ("Openbaar Ministerie",)
    assert known.added("Wat doet u om dit te voorkomen?") == ()
    assert known.stand_ins("Het gaat om geld") == ()


def test_without_synonyms_nothing_changes() -> None:
    assert NO_SYNONYMS.added("ov-chipkaart") == ()
    assert read_synonyms("# niets\n\n").added("ov-chipkaart") == ()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("alleen", "maar één woord"),
        ("a1, , b1", "ontbreekt een woord"),
        ("fiets = de", "kan geen synoniem zijn"),
        ("fiets = Fiets", "twee keer"),
        ("fiets, rijwiel\nrijwielen, tweewieler", "staat ook op regel 2"),
        ("een twee drie vier vijf zes zeven acht negen, tien", "meer dan 8 woorden"),
    ],
)
def test_mistakes_are_named_with_their_line(line: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as raised:
        read_synonyms(f"auto, wagen\n{line}", "lijst.txt")
    assert raised.value.detail.startswith("lijst.txt: regel ")


def test_every_mistake_is_named() -> None:
    with pytest.raises(InputError) as raised:
        read_synonyms("alleen\nauto, wagen\nook alleen")
    assert "regel 1:" in raised.value.detail
    assert "regel 3:" in raised.value.detail


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match=r"weg\.txt"):
        load_synonyms(tmp_path / "weg.txt")
    bad = tmp_path / "latin.txt"
    bad.write_bytes("auto, wagen\ncaf\u00e9, kroeg".encode("latin-1"))
    with pytest.raises(UnreadableFileError, match="regel 2 is geen UTF-8"):
        load_synonyms(bad)


def test_a_file_as_windows_saves_it(tmp_path: Path) -> None:
    path = tmp_path / "lijst.txt"
    path.write_bytes("\ufeffauto, wagen\r\nfiets, rijwiel\r\n".encode())
    known = load_synonyms(path)
    assert known.added("fietsen en auto's") == ("rijwiel", "wagen")
    assert known.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
