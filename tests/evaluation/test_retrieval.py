from __future__ import annotations

import json
from pathlib import Path

import pytest

from learninglion.evaluation.retrieval import Configuration, RetrievalReport, evaluate
from learninglion.evaluation.testset import answer_entries, folds, pairs_trial, read_pairs
from learninglion.models.errors import InputError, UnreadableFileError
from learninglion.testing import HashingEncoder


def write(path: Path, count: int, start: int = 0) -> Path:
    rows = [
        {
            "id": f"p{n}",
            "question": f"Wat gebeurt er met zaak{n} bij de gemeente?",
            "answer": f"Over zaak{n} is besloten. Daarvoor komt regeling{n} met {n * 13} plaatsen.",
        }
        for n in range(start, start + count)
    ]
    path.write_text("\n".join(json.dumps(r) for r in rows), "utf-8")
    return path


def measured(path: Path, lessons: Path | None = None) -> RetrievalReport:
    tuning = Configuration(tune=lessons is not None)
    others = read_pairs(lessons) if lessons is not None else None
    return evaluate(pairs_trial(read_pairs(path)), tuning, lessons=others, encoder=HashingEncoder(512))


def test_a_pairs_file_is_measured_and_the_same_file_gives_the_same(tmp_path: Path) -> None:
    path = write(tmp_path / "p.jsonl", 60)
    one = measured(path)
    assert set(one.as_plain()) == {"hit@1", "hit@5", "hit@10", "MRR@10", "nDCG@10", "R@100", "seconds"}
    assert one.as_plain()["hit@1"] > 0.9
    assert one.queries == 60
    other = measured(path)
    assert one.measures == other.measures
    assert one.rankings == other.rankings
    assert one.calibration == other.calibration


def test_tuning_never_learns_from_what_is_measured(tmp_path: Path) -> None:
    path = write(tmp_path / "p.jsonl", 40)
    same = measured(path, path)
    plain = measured(path)
    assert same.measures == plain.measures
    learned = measured(path, write(tmp_path / "t.jsonl", 40, start=100))
    assert learned.tuned
    assert learned.as_plain()["hit@1"] > 0.9


def test_the_corpus_holds_the_answers_alone(tmp_path: Path) -> None:
    pairs = read_pairs(write(tmp_path / "p.jsonl", 5))
    entries = answer_entries(pairs)
    assert [source.body for source, _ in entries] == [p.answer for p in pairs]
    assert all(source.question == "" for source, _ in entries)
    assert not any("Wat gebeurt er" in p.text for _, passages in entries for p in passages)


def test_files_that_are_no_pairs_are_refused_by_line(tmp_path: Path) -> None:
    bad = tmp_path / "b.jsonl"
    bad.write_text('{"id": 1, "question": "a", "answer": "b"}\nonzin\n', "utf-8")
    with pytest.raises(UnreadableFileError, match="regel 2"):
        read_pairs(bad)
    bad.write_text('{"id": 1, "question": "a", "answer": "b"}\n' * 2, "utf-8")
    with pytest.raises(InputError):
        read_pairs(bad)
    bad.write_text("", "utf-8")
    with pytest.raises(UnreadableFileError):
        read_pairs(bad)


def test_a_group_is_never_split_over_folds() -> None:
    groups = ["a", "b", "a", "c", "b"]
    parts = folds(groups, 3)
    assert parts[0] == parts[2]
    assert parts[1] == parts[4]
    assert set(parts) <= {0, 1, 2}


@pytest.mark.slow
def test_real_pairs_reach_the_bar(shared_data: Path, tmp_path: Path) -> None:
    """A slice of the real pairs with the built-in model: a fall below this is a fault, not chance."""
    lines = (shared_data / "kamervragen" / "qa-pairs.jsonl").read_text("utf-8").splitlines()
    part = tmp_path / "part.jsonl"
    part.write_text("\n".join(lines[::8]), "utf-8")
    plain = evaluate(pairs_trial(read_pairs(part))).as_plain()
    assert plain["hit@1"] >= 0.72
    assert plain["hit@10"] >= 0.88
