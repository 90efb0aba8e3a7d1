"""Files under names are the same in a data folder and in a database."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from learninglion.database.blobs import Blobs, DatabaseBlobs, FolderBlobs, move_in
from learninglion.database.engine import open_database
from learninglion.models.errors import IntegrityError
from learninglion.workflow.documents import PAGES, PageFiles


@pytest.fixture
def blobs(ready_url: str, tmp_path: Path) -> Iterator[Blobs]:
    engine = open_database(ready_url)
    yield FolderBlobs(tmp_path) if engine.dialect.name == "sqlite" else DatabaseBlobs(engine)
    engine.dispose()


def test_what_is_put_is_read_replaced_listed_and_removed(blobs: Blobs) -> None:
    large = bytes(range(256)) * 9000  # more than one chunk
    blobs.put("originals/ab/abc", large)
    blobs.put("originals/ab/abd", b"")
    blobs.put("tuning/fusion-1.json", b"oud")
    blobs.put("tuning/fusion-1.json", b"nieuw")
    assert blobs.read("originals/ab/abc") == large and blobs.size("originals/ab/abc") == len(large)
    assert blobs.read("originals/ab/abd") == b"" and blobs.size("originals/ab/abd") == 0
    assert blobs.read("tuning/fusion-1.json") == b"nieuw"
    assert blobs.read("tuning/fusion-2.json") is None and blobs.size("tuning/fusion-2.json") is None
    assert list(blobs.names("originals/")) == ["originals/ab/abc", "originals/ab/abd"]
    assert list(blobs.names("originals/ab/abd")) == ["originals/ab/abd"]
    assert list(blobs.names("tuning/fusion-")) == list(blobs.names("tuning/")) == ["tuning/fusion-1.json"]
    blobs.touch("originals/ab/abc")
    assert list(blobs.names("originals/", 60.0)) == []
    for _ in range(2):
        blobs.remove("originals/ab/abc")
    assert blobs.read("originals/ab/abc") is None and list(blobs.names("originals/")) == ["originals/ab/abd"]
    assert blobs.sweep(0.0) == 0


def test_of_several_who_keep_something_new_one_does(blobs: Blobs) -> None:
    kept = [b"een", b"twee", b"drie", b"vier"]
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda content: blobs.put_new("signing.key", content), kept))
    assert sum(done) == 1 and blobs.read("signing.key") == kept[done.index(True)]


def test_lines_of_several_stay_whole(blobs: Blobs) -> None:
    lines = [f"regel {n} ".encode() * 40 for n in range(40)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda line: blobs.append("judgements/a.jsonl", line), lines))
    assert sorted((blobs.read("judgements/a.jsonl") or b"").splitlines()) == sorted(lines)


def test_of_more_page_images_than_fit_the_oldest_go(blobs: Blobs) -> None:
    blobs.put("originals/ab/abc", b"x" * 5000)
    pages = PageFiles(blobs, most=1000)
    for number in range(101):
        pages.put(f"ab{number:03}.page", b"x" * 100)
    assert [pages.read(f"ab{number:03}.page") is not None for number in range(101)] == [False] * 91 + [
        True
    ] * 10
    assert blobs.size("originals/ab/abc") == 5000, "nothing but images goes"
    blobs.touch(next(blobs.names(PAGES)))
    assert blobs.beyond(PAGES, 900) == tuple(blobs.names(PAGES))[1:2]
    assert blobs.beyond(PAGES, 1000) == ()


def test_damage_in_the_database_is_found(postgresql_url: str) -> None:
    engine = open_database(postgresql_url)
    blobs = DatabaseBlobs(engine)
    blobs.put("originals/ab/abc", b"zoals het was")
    with engine.begin() as connection:
        connection.execute(text("UPDATE kept_chunks SET content = 'anders'"))
    with pytest.raises(IntegrityError, match="beschadigd"):
        blobs.read("originals/ab/abc")
    engine.dispose()


def test_a_folder_moves_into_a_database_and_back_nothing_is_left(postgresql_url: str, tmp_path: Path) -> None:
    folder = FolderBlobs(tmp_path)
    engine = open_database(postgresql_url)
    blobs = DatabaseBlobs(engine)
    for name in ("originals/ab/abc", "originals/cd/cde", "tuning/fusion.json"):
        folder.put(name, name.encode())
    blobs.put("originals/ab/abc", b"originals/ab/abc")  # an earlier move was cut off after this one
    assert move_in(folder, blobs, "originals/") == 2
    assert blobs.read("originals/cd/cde") == b"originals/cd/cde"
    assert list(folder.names("originals/")) == [] and folder.read("tuning/fusion.json") is not None
    engine.dispose()
