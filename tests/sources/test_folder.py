from __future__ import annotations

import os
from pathlib import Path

import pytest

from learninglion.models.errors import UnreadableFileError
from learninglion.sources.folder import find_files, printable, read_file


def test_order_is_fixed_and_hidden_files_are_passed_over(tmp_path: Path) -> None:
    for name in ("b.pdf", "a.pdf", ".geheim", "~$a.docx", "Thumbs.db"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "c.pdf").write_bytes(b"x")
    assert [f.name for f in find_files([tmp_path])] == ["a.pdf", "b.pdf", "c.pdf"]


def test_obstacles_are_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "goed.pdf").write_bytes(b"x")
    found = list(find_files([tmp_path / "weg.pdf", tmp_path / "goed.pdf"]))
    assert [bool(f.problem) for f in found] == [True, False]
    with pytest.raises(UnreadableFileError, match=r"weg\.pdf: dit bestand bestaat niet"):
        read_file(found[0])


def test_empty_file(tmp_path: Path) -> None:
    (tmp_path / "leeg.pdf").touch()
    with pytest.raises(UnreadableFileError, match=r"leeg\.pdf: dit bestand is leeg"):
        read_file(next(find_files([tmp_path])))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_folder_without_rights(tmp_path: Path) -> None:
    closed = tmp_path / "dicht"
    closed.mkdir(mode=0)
    try:
        (found,) = find_files([tmp_path])
        assert "rechten" in found.problem
    finally:
        closed.chmod(0o700)


def test_odd_names_can_be_shown(tmp_path: Path) -> None:
    name = os.fsdecode(b"vr\xe4agen \n\x1b[31m.pdf")
    (tmp_path / name).write_bytes(b"x")
    (found,) = find_files([tmp_path])
    assert found.name == "vr\\xe4agen \\x0a\\x1b[31m.pdf"
    assert read_file(found).content == b"x"
    assert printable("gewoon é.pdf") == "gewoon é.pdf"


def test_a_link_out_of_the_folder_is_told_and_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "geheim.txt"
    outside.write_text("geheim")
    folder = tmp_path / "map"
    folder.mkdir()
    (folder / "binnen.txt").write_text("x")
    (folder / "naar-binnen.txt").symlink_to(folder / "binnen.txt")
    (folder / "naar-buiten.txt").symlink_to(outside)
    problems = {f.name: f.problem for f in find_files([folder])}
    assert problems["binnen.txt"] == problems["naar-binnen.txt"] == ""
    assert "buiten deze map" in problems["naar-buiten.txt"]
