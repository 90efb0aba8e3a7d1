from __future__ import annotations

from pathlib import Path

import pytest

from learninglion.evaluation.experiment import agreement, consensus, judge, pool, read_judgements
from learninglion.evaluation.measures import per_query
from learninglion.models.errors import InputError


def test_a_pool_holds_each_result_once_and_hides_its_rank() -> None:
    one = {"v1": [f"s{n}" for n in range(20)]}
    other = {"v1": [f"s{n}" for n in range(19, -1, -1)], "v2": ["x"]}
    found = pool([one, other], depth=5)
    assert sorted(found["v1"]) == sorted([f"s{n}" for n in (0, 1, 2, 3, 4, 15, 16, 17, 18, 19)])
    assert found["v1"] not in (tuple(one["v1"][:10]), tuple(sorted(found["v1"])))
    assert found == pool([other, one], depth=5)


def test_judgements_are_kept_and_the_last_of_a_judge_counts(tmp_path: Path) -> None:
    path = tmp_path / "oordelen.jsonl"
    judge(path, "v1", "s1", 2, "Anna")
    judge(path, "v1", "s1", 1, "Bram")
    judge(path, "v1", "s1", 0, "Anna")
    judge(path, "v1", "s2", 2, "Anna")
    found = read_judgements(path)
    assert [(j.source, j.judge, j.grade) for j in found] == [
        ("s1", "Anna", 0),
        ("s1", "Bram", 1),
        ("s2", "Anna", 2),
    ]
    assert consensus(found) == {"v1": {"s1": 0, "s2": 2}}
    values = per_query(consensus(found), {"v1": [("s1", 1.0), ("s2", 0.5)]})
    assert values["hit@1"].tolist() == [0.0]
    assert values["hit@5"].tolist() == [1.0]


def test_agreement_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "oordelen.jsonl"
    for number, (a, b) in enumerate([(0, 0), (2, 2), (1, 1), (0, 2)]):
        judge(path, "v", f"s{number}", a, "Anna")
        judge(path, "v", f"s{number}", b, "Bram")
    judge(path, "v", "alleen", 2, "Cor")
    (found,) = agreement(read_judgements(path))
    assert (found.first, found.second, found.common, found.alike) == ("Anna", "Bram", 4, 0.75)
    # distance seen: 2 in 4; by chance: 16 over the 16 pairs of any two grades given
    assert found.kappa == pytest.approx(0.5)


def test_what_is_no_judgement_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "oordelen.jsonl"
    with pytest.raises(InputError):
        judge(path, "v", "s", 3, "Anna")
    with pytest.raises(InputError):
        judge(path, "v", "s", 1, " ")
    path.write_text("{}\n", "utf-8")
    with pytest.raises(InputError, match="regel 1"):
        read_judgements(path)
    assert read_judgements(tmp_path / "geen.jsonl") == ()
