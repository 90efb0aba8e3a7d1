from __future__ import annotations

from pathlib import Path

import pytest

from learninglion.evaluation.alterations import ALTERATIONS, Pool, alter
from learninglion.evaluation.rewordings import join, reorder, shorten
from learninglion.evaluation.testset import pair_entries, read_pairs
from learninglion.evaluation.verifier import evaluate_verifier, make_cases
from learninglion.testing import make_source

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
