from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from learninglion.database.blobs import FolderBlobs
from learninglion.evaluation.testset import LabelledPair
from learninglion.evaluation.tune import Example, tune
from learninglion.inference.builtin import UNCHANGED, make_adapter
from learninglion.inference.encoders import Encoder, NanoEncoder, VectorCache, Vectors, built_in_name
from learninglion.models.errors import InputError
from learninglion.search.scoring import DEFAULT, LearnedVersions
from learninglion.testing import HashingEncoder

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
    assert [way.what for way in report.ways] == ["weights"]  # a model of hashed words cannot be taught
    decisive = report.best.decisive
    assert report.better == (decisive.difference > 0 and decisive.p < 0.05)
    assert report.best.fusion.version == 1


def test_versions_are_kept_and_can_be_taken_back(tmp_path: Path) -> None:
    learned = LearnedVersions(FolderBlobs(tmp_path))
    assert learned.current() == DEFAULT
    first, second = replace(DEFAULT, slope=6.0, version=1), replace(DEFAULT, slope=7.0, version=2)
    assert (learned.keep(first), learned.keep(second)) == (1, 2)
    assert learned.current() == second
    learned.revert(1)
    assert learned.current() == first
    learned.revert(0)
    assert learned.current() == DEFAULT
    assert learned.versions() == (0, 1, 2)
    with pytest.raises(InputError, match="0, 1, 2"):
        learned.revert(9)


@pytest.mark.slow
def test_a_model_that_learned_has_to_be_better_than_luck_and_comes_with_its_version(tmp_path: Path) -> None:
    class Knowing(NanoEncoder):
        """Stands for a model that learned to tell every pair apart by its number."""

        name = "knowing"
        dimensions = 128

        def __init__(self) -> None:
            self.adapter = make_adapter({"l0.q.b": np.ones(384, dtype=np.float32)})

        def encode_queries(self, texts: Sequence[str]) -> Vectors:
            numbers = [int((re.findall(r"\bG(\d+)", text) or [str(len(text))])[0]) for text in texts]
            return np.eye(128, dtype=np.float32)[np.array(numbers, dtype=np.int64) % 128]

        encode_passages = encode_queries

    seen: list[int] = []

    def teacher(_: Encoder, examples: Sequence[Example], progress: Callable[[int, int], None]) -> NanoEncoder:
        seen.append(len(examples))
        progress(1, 1)
        return Knowing()

    pairs = [replace(p, question=f"Hoe staat het in G{i}?") for i, p in enumerate(make_pairs(128))]
    blind = replace(DEFAULT, body_stems=0.0, body_grams=0.0, body_mean=0.1, body_best=0.0, body_length=0.0)
    cache = VectorCache(tmp_path / "v.db")
    report = tune(pairs, blind, HashingEncoder(16), cache, lambda *_: None, teacher)
    assert [way.what for way in report.ways] == ["weights", "model"]
    assert seen == [report.learned_from]
    # the model as its makers gave it was asked for: it stays that
    plain = HashingEncoder(16, built_in_name(UNCHANGED))
    left = tune(pairs, blind, plain, VectorCache(tmp_path / "p.db"), lambda *_: None, teacher)
    assert [way.what for way in left.ways] == ["weights"]
    assert len(seen) == 1
    assert report.better
    best = max(report.ways, key=lambda way: way.decisive.difference)
    assert report.best == best
    assert best.decisive.p < 0.025

    learned = LearnedVersions(FolderBlobs(tmp_path))
    model = report.ways[1]
    assert model.adapter is not None
    assert learned.keep(model.fusion, model.adapter) == 1
    assert learned.keep(replace(model.fusion, version=2)) == 2
    assert learned.adapter() is None
    learned.revert(1)
    found = learned.adapter()
    assert found is not None
    assert found.name == model.adapter.name == learned.adapters()[0].name


def test_what_relevance_learned_is_a_version_too(tmp_path: Path) -> None:
    learned = LearnedVersions(FolderBlobs(tmp_path))
    assert learned.measure() == ""
    learned.keep(DEFAULT, measure='{"says": 1}')
    learned.keep(replace(DEFAULT, slope=6.0, version=1))  # search learns; what relevance learned stays
    assert (learned.in_force(), learned.measure()) == (2, '{"says": 1}')
    learned.keep(learned.current(), measure='{"says": 2}')
    assert (learned.in_force(), learned.measure()) == (3, '{"says": 2}')
    learned.revert(2)  # the same fusion as version 3
    assert (learned.in_force(), learned.measure()) == (2, '{"says": 1}')
    learned.revert(0)
    assert (learned.in_force(), learned.measure()) == (0, "")
