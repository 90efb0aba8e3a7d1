"""Identifiers of parliamentary publications."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from learninglion.models.types import parse_publication_id, session_year_of


@pytest.mark.parametrize(
    ("text", "kind", "dossier", "number", "session", "suffix"),
    [
        ("ah-tk-20312032-77", "ah", None, "77", "2031-2032", ""),
        ("ah-ek-20312032-7-n1", "ah", None, "7", "2031-2032", "n1"),
        ("kst-36999-3", "kst", "36999", "3", None, ""),
        ("kst-36999-VI-12-b2", "kst", "36999-VI", "12", None, "b2"),
        ("kst-20012002-21501-16-323", "kst", "21501-16", "323", "2001-2002", ""),
        ("kst-36999-A", "kst", "36999", "A", None, ""),
        ("kv-tk-2031Z01234", "kv", None, "2031Z01234", None, ""),
        ("kv-2009z16839", "kv", None, "2009Z16839", None, ""),
        ("h-tk-20312032-37-12", "h", None, "37-12", "2031-2032", ""),
    ],
)
def test_identifiers(text: str, kind: str, dossier: str, number: str, session: str, suffix: str) -> None:
    found = parse_publication_id(text)
    assert found is not None
    assert (found.kind, found.dossier, found.number) == (kind, dossier, number)
    assert (found.session_year, found.suffix) == (session, suffix)


@pytest.mark.parametrize(
    "text", ["stb-2031-12", "gmb-2031-1", "kst-", "ah-tk-20312033-7", "kst-geen-stuk", "36999-3"]
)
def test_other_texts(text: str) -> None:
    assert parse_publication_id(text) is None


def test_real_identifiers(shared_data: Path) -> None:
    folder = shared_data / "official" / "identifiers"
    real = (folder / "identifiers.txt").read_text().split()
    assert [text for text in real if parse_publication_id(text) is None] == []
    others = (folder / "not-identifiers.txt").read_text().split()
    assert [text for text in others if parse_publication_id(text) is not None] == []


def test_the_parliamentary_year_begins_on_the_third_tuesday_of_september() -> None:
    assert session_year_of(date(2024, 9, 16)) == "2023-2024"
    assert session_year_of(date(2024, 9, 17)) == "2024-2025"
    assert session_year_of(date(2025, 1, 1)) == "2024-2025"
