"""Hostile and odd files: a part of the catalogue here, all of it by `python tests/parsing/hostile.py`."""

from __future__ import annotations

from hostile import catalogue, try_case

from learninglion.parsing.isolated import IsolatedParser

_EVERY = 5  # of the light cases, so that the whole suite stays quick


def test_the_catalogue_is_large_and_its_names_differ() -> None:
    names = [case.name for case in catalogue()]
    assert len(names) == len(set(names))
    assert len(names) >= 200


def test_no_hostile_file_takes_the_reader_along() -> None:
    with IsolatedParser(seconds=20) as parser:
        for case in [case for case in catalogue() if not case.heavy][::_EVERY]:
            outcome = try_case(case, parser)
            assert outcome.held, f"{case.name}: {outcome}"
