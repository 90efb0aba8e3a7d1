from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from learninglion.errors import InputError
from learninglion.evaluation.testset import LabelledPair
from learninglion.evaluation.tune import tune
from learninglion.retrieval.fusion import DEFAULT
from learninglion.retrieval.vectors import VectorCache
from learninglion.testing import HashingEncoder
from learninglion.workflow.tuning import TuningShelf

SUBJECTS = (
    "vuurwerk stikstof jeugdzorg nachttrein fatbike laadpaal drinkwater zwembad algoritme fundering".split()
)


def make_pairs(count: int) -> list[LabelledPair]:
    return [
        LabelledPair(
            f"p{i}",
            f"Wat is de stand van {SUBJECTS[i % 10]} nummer {i} in gemeente G{i}?",
            f"In gemeente G{i} is voor {SUBJECTS[i % 10]} nummer {i} een besluit genomen.",
            f"d{i // 3}",
        )
        for i in range(count)
    ]


def test_too_few_pairs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="ten minste"):
        tune(make_pairs(20), DEFAULT, HashingEncoder(), VectorCache(tmp_path / "v.db"), lambda *_: None)


def test_learning_never_makes_it_worse(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path / "v.db")
    report = tune(make_pairs(120), DEFAULT, HashingEncoder(), cache, lambda *_: None)
    assert report.learned_from + report.held_out == 120
    assert report.held_out > 10
    decisive = next(c for c in report.comparisons if c.name == "MRR@10")
    assert report.kept == (decisive.difference > 0 and decisive.p < 0.05)
    assert report.fusion.version == (1 if report.kept else 0)
    if not report.kept:
        assert report.fusion == DEFAULT


def test_versions_are_kept_and_can_be_taken_back(tmp_path: Path) -> None:
    shelf = TuningShelf(tmp_path / "tuning")
    assert shelf.current() == DEFAULT
    first, second = replace(DEFAULT, slope=6.0, version=1), replace(DEFAULT, slope=7.0, version=2)
    assert (shelf.keep(first), shelf.keep(second)) == (1, 2)
    assert shelf.current() == second
    shelf.revert(1)
    assert shelf.current() == first
    shelf.revert(0)
    assert shelf.current() == DEFAULT
    assert shelf.versions() == (0, 1, 2)
    with pytest.raises(InputError, match="0, 1, 2"):
        shelf.revert(9)
