from __future__ import annotations

import json
from pathlib import Path

import pytest

from learninglion.evaluation.testset import pair_entries, read_pairs
from learninglion.evaluation.verifier import (
    ALTERATIONS,
    Pool,
    alter,
    evaluate_verifier,
    join,
    judge_cases,
    make_cases,
    read_cases,
    reorder,
    shorten,
)
from learninglion.models.errors import LearningLionError
from learninglion.parsing.passages import cut
from learninglion.sample import sample_documents
from learninglion.testing import make_source
from learninglion.workflow import parse_files

HAND_WRITTEN = Path(__file__).parents[1] / "data" / "checker-cases.jsonl"
BODY = (
    "Het kabinet heeft in 2023 € 2,5 miljoen uitgetrokken voor drie veerponten bij "
    "Duinwijk (zie de bijlage). "
    "De Minister van Financiën kan de subsidie niet verhogen, omdat daarvoor "
    "mogelijk 12 procent meer geld nodig is. "
    "In maart heeft de politie de gemeente Zandvoort geïnformeerd en ik heb dit op "
    "17 mei aan uw Kamer gemeld."
)


def test_every_kind_of_alteration_occurs_and_changes_the_sentence() -> None:
    pool = Pool(("Windkracht",), ("waarbij de haven sluit",))
    sentences = BODY.split(". ")
    made = {kind: [t for s in sentences for _, t in alter(s, kind, pool, 3)] for kind in ALTERATIONS}
    for kind in set(ALTERATIONS) - {"unit", "condition dropped", "quantity word"}:
        assert made[kind], kind
    assert all(text not in sentences for texts in made.values() for text in texts)


def test_rewordings() -> None:
    first, second, third = (s.rstrip(".") + "." for s in BODY.split(". "))
    assert any("(" not in text for _, text in shorten(first))
    assert [text for how, text in reorder(third) if how == "halves"]
    assert {how for how, _ in join(first, second)} >= {"full stop", "en"}


def test_cases_are_the_same_every_time() -> None:
    sources = [make_source(BODY), make_source(BODY.replace("Duinwijk", "Oosterzee"), numbers=(3,))]
    assert list(make_cases(sources, limit=5)) == list(make_cases(sources, limit=5))


def test_the_checker_on_fictional_sentences() -> None:
    report = evaluate_verifier(
        [make_source(BODY), make_source(BODY.replace("Duinwijk", "Oosterzee"), numbers=(3,))]
    )
    assert report.detection >= 0.95
    assert report.false_alarms <= 0.05
    assert len(report.kinds) > 15


@pytest.mark.slow
def test_the_bars_on_real_sentences(shared_data: Path) -> None:
    entries = pair_entries(read_pairs(shared_data / "kamervragen" / "qa-pairs.jsonl")[:200])
    report = evaluate_verifier([source for source, _ in entries], limit=60)
    assert report.detection >= 0.95
    assert report.false_alarms <= 0.05
    for kind in report.kinds:
        assert kind.rate >= 0.9, kind


def test_cases_that_people_wrote(tmp_path: Path) -> None:
    source = make_source(BODY)
    citation = {"document": source.document.id, "numbers": list(source.numbers), "quote": BODY.split(". ")[0]}
    rows = [
        {"kind": "cut", "text": BODY.split(" (")[0] + ".", "supported": True, "citations": [citation]},
        {"kind": "amount", "text": "Het kabinet heeft € 3 miljoen uitgetrokken.", "supported": False}
        | {"citations": [citation]},
    ]
    path = tmp_path / "gevallen.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    report = judge_cases(read_cases(path, [source]))
    assert [(k.kind, k.supported, k.cases, k.right) for k in report.kinds] == [
        ("cut", True, 1, 1),
        ("amount", False, 1, 1),
    ]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"kind": "cut"}', "regel 1"),
        ('{"kind": "cut", "text": "Ja.", "supported": "ja", "citations": []}', "true of false"),
        ("", "geen gevallen"),
        (
            '{"kind": "k", "text": "Ja.", "supported": true, "citations": '
            '[{"document": "elders", "numbers": [1], "quote": "Ja."}]}',
            "elders",
        ),
    ],
)
def test_what_is_wrong_with_cases_is_named(tmp_path: Path, line: str, told: str) -> None:
    path = tmp_path / "gevallen.jsonl"
    path.write_text(line, "utf-8")
    with pytest.raises(LearningLionError, match=told):
        read_cases(path, [make_source(BODY)])


def test_the_cases_written_by_hand_on_the_sample() -> None:
    documents = [outcome for _, outcome in parse_files(list(sample_documents()))]
    sources = [source for document in documents for source, _ in cut(document) if source.body]
    report = judge_cases(read_cases(HAND_WRITTEN, sources))
    right = {kind.kind: kind.rate for kind in report.kinds}
    assert report.detection >= 0.95
    assert right["verbatim"] == right["wrong_speaker"] == right["wrong_report_date"] == 1.0
    # far from what one would wish: held so that it does not get worse unseen
    assert right["shortened"] >= 0.5 and right["reported"] >= 0.36
