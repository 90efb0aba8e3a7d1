from __future__ import annotations

import numpy as np

from learninglion.evaluation.measures import (
    area_under_curve,
    calibration_error,
    compare,
    measure,
    per_query,
    reliability,
)


def test_measures_by_hand_and_a_query_without_results_is_zero() -> None:
    judged = {"a": {"x": 1}, "b": {"y": 1}, "c": {"z": 1}, "d": {"w": 1}}
    ranked = {"a": [("x", 0.9), ("y", 0.8)], "b": [("x", 0.5), ("y", 0.5)], "c": []}
    values = per_query(judged, ranked)
    assert values["hit@1"].tolist() == [1, 0, 0, 0]
    assert values["hit@5"].tolist() == [1, 1, 0, 0]
    assert values["MRR@10"].tolist() == [1, 0.5, 0, 0]
    assert np.allclose(values["nDCG@10"], [1, 1 / np.log2(3), 0, 0])
    means = {m.name: m for m in measure(values)}
    assert means["hit@1"].value == 0.25
    assert means["hit@1"].low <= 0.25 <= means["hit@1"].high


def test_a_paired_test_sees_a_real_difference_and_no_other() -> None:
    random = np.random.default_rng(3)
    first = random.random(200)
    assert compare("x", first, first).p == 1.0
    assert compare("x", first, first + 0.1).p < 0.001
    assert compare("x", first, first + random.standard_normal(200) * 0.1).p > 0.01


def test_calibration_and_area_by_hand() -> None:
    scores = np.array([0.05, 0.05, 0.95, 0.95])
    assert calibration_error(scores, np.array([False, False, True, True])) < 0.051
    assert calibration_error(scores, np.array([True, True, False, False])) > 0.9
    assert [n for _, _, n in reliability(scores, np.array([False, True, True, True]))] == [2, 2]
    assert area_under_curve(scores, np.array([False, False, True, True])) == 1.0
    assert area_under_curve(scores, np.array([False, True, False, True])) == 0.5
