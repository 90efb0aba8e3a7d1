"""Hostile and odd files: a part of the catalogue here, all of it by `python tests/parsing/hostile.py`."""

from __future__ import annotations

import pytest
from hostile import catalogue, try_case

from learninglion.parsing.isolated import IsolatedParser

_EVERY = 10  # of the light cases, so that the quick tests stay so


def test_the_catalogue_is_large_and_its_names_differ() -> None:
    names = [case.name for case in catalogue()]
    assert len(names) == len(set(names))
    assert len(names) >= 200


@pytest.mark.parametrize("first", [0, pytest.param(_EVERY // 2, marks=pytest.mark.slow)])
def test_no_hostile_file_takes_the_reader_along(first: int) -> None:
    with IsolatedParser(seconds=20) as parser:
        for case in [case for case in catalogue() if not case.heavy][first::_EVERY]:
            outcome = try_case(case, parser)
            assert outcome.held, f"{case.name}: {outcome}"
