from __future__ import annotations

import numpy as np

from learninglion.evaluation.retrieval import Lesson, learn_fusion
from learninglion.search.scoring import DEFAULT, FEATURES


def lessons(telling: str, count: int = 150) -> list[Lesson]:
    random = np.random.default_rng(7)
    made = []
    for _ in range(count):
        table = random.standard_normal((40, len(FEATURES))).astype(np.float32)
        right = int(random.integers(0, 40))
        table[right, FEATURES.index(telling)] += 4.0
        made.append(Lesson(table, right))
    return made


def test_the_signal_that_tells_gets_the_weight() -> None:
    words = learn_fusion(lessons("body_stems"))
    meaning = learn_fusion(lessons("body_best"))
    assert words.body_stems > DEFAULT.body_stems > meaning.body_stems - 0.2
    assert meaning.body_best > words.body_best


def test_learning_is_repeatable_and_chances_are_true() -> None:
    taught = lessons("body_mean", 200)
    learned = learn_fusion(taught)
    assert learned == learn_fusion(taught)
    none = np.zeros(40, dtype=np.bool_)
    tops, hits = [], []
    for lesson in taught:
        chances = learned.chances(learned.logits(lesson.features, none))
        tops.append(float(chances.max()))
        hits.append(int(chances.argmax()) == lesson.right)
    assert abs(float(np.mean(tops)) - float(np.mean(hits))) < 0.15


def test_either_side_is_enough() -> None:
    table = np.zeros((3, len(FEATURES)), dtype=np.float32)
    table[0, FEATURES.index("body_mean")] = 30
    table[1, FEATURES.index("asked_best")] = 30
    chances = DEFAULT.chances(DEFAULT.logits(table, np.array([False, True, True])))
    assert chances[0] > 0.8
    assert chances[1] > 0.8
    assert chances[2] < 0.1
