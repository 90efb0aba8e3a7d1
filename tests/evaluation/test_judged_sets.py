from __future__ import annotations

import json
from pathlib import Path

import pytest

from learninglion.evaluation.drafts import (
    Archive,
    Bar,
    evaluate_look_alikes,
    evaluate_positions,
    evaluate_sets,
    read_judgments,
)
from learninglion.evaluation.measures import wilson
from learninglion.evaluation.testset import LabelledPair, pair_entries
from learninglion.models import SubQuestion
from learninglion.models.errors import UnreadableFileError

FERRY = LabelledPair(
    "f1",
    "Hoeveel veerponten varen er bij Duinwijk?",
    "Er varen op dit moment 12 veerponten bij Duinwijk. De schippers zijn in dienst van de gemeente.",
    "f1",
)
LIGHT = LabelledPair(
    "l1",
    "Wie onderhoudt de vuurtoren van Kaapduin?",
    "De vuurtoren van Kaapduin wordt onderhouden door de stichting Kustlicht.",
    "l1",
)


@pytest.fixture(scope="module")
def archive() -> Archive:
    return Archive(pair_entries([FERRY, LIGHT]))


def bars(made: tuple[Bar, ...]) -> dict[str, tuple[int, int]]:
    return {bar.name: (bar.count, bar.of) for bar in made}


def test_the_interval_of_a_share() -> None:
    low, high = wilson(0, 10)
    assert low == 0.0 and 0.25 < high < 0.30
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(5, 10)[0] < 0.5 < wilson(5, 10)[1]


def judgments(tmp_path: Path, *rows: dict[str, object]) -> Path:
    path = tmp_path / "judgments.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    return path


def test_judged_sets(archive: Archive, tmp_path: Path) -> None:
    path = judgments(
        tmp_path,
        {"set": "a", "numbers": [1], "kind": "figure", "passages": [{"pair": "f1", "label": "yes"}]},
        {"set": "a", "numbers": [2], "kind": "acquaintance", "passages": [{"pair": "f1", "label": "no"}]},
        {"set": "a", "numbers": [3], "kind": "fact", "passages": [{"pair": "l1", "label": "no"}]},
    )
    questions = (
        SubQuestion((1,), FERRY.question),
        SubQuestion((2,), "Bent u bekend met het bericht «Pont vaart niet»?"),
        SubQuestion((3,), LIGHT.question),
    )
    found = bars(evaluate_sets(archive, {"a": ("", questions)}, read_judgments(path, {})))
    assert found["drafted from it"] == (1, 1)
    assert found["with it first"] == (1, 1)
    assert found["acquaintance or procedural, drafted"] == (0, 1)
    assert found["misleading among green"] == (1, 2)  # what a reader called no answer, given green


def test_a_line_that_is_no_judgment_is_named(tmp_path: Path) -> None:
    path = judgments(tmp_path, {"set": "a"})
    with pytest.raises(UnreadableFileError, match="regel 1"):
        read_judgments(path, {})


def test_look_alikes(archive: Archive, tmp_path: Path) -> None:
    path = tmp_path / "look.jsonl"
    row = {
        "id": "f1",
        "para": FERRY.question,
        "near": "Hoeveel passagiers vervoeren de veerponten bij Duinwijk per jaar?",
        "key": "12 veerponten",
    }
    path.write_text(json.dumps(row), "utf-8")
    found = bars(evaluate_look_alikes(archive, path))
    assert found["in other words, drafted from it"] == (1, 1)
    assert found["in other words, with it first"] == (1, 1)
    assert found["look-alike green"] == (0, 1)


def test_changed_positions() -> None:
    rows = [
        {
            "subject": "de openingstijden van de sluis",
            "old": {
                "date": "2016-05-11",
                "question": "Hoeveel uur per dag is de sluis Duinwijk open?",
                "answer": "De sluis Duinwijk is zestien uur per dag open.",
            },
            "new": {
                "date": "2024-03-20",
                "question": "Waarom is de sluis Duinwijk korter open?",
                "answer": "Sinds 1 februari 2024 is de sluis Duinwijk nog tien uur per dag open.",
            },
            "ask": "Hoeveel uur per dag is de sluis Duinwijk geopend?",
            "changed": True,
        }
    ]
    found = bars(evaluate_positions(rows))
    assert found["outdated given as today's"] == (0, 1)
    assert found["newer given"] == (1, 1)
    assert found["right"] == (1, 1)
