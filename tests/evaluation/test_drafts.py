from __future__ import annotations

import json
from pathlib import Path

import pytest

from learninglion.checking.citations import cite
from learninglion.evaluation.drafts import citation_scores, evaluate_drafts, refusal_curve
from learninglion.evaluation.testset import (
    LabelledPair,
    answer_entries,
    archive_trial,
    labelled_trial,
    pair_entries,
    paired_trial,
)
from learninglion.models import AnswerVerdict, Span, Statement
from learninglion.models.errors import InputError, LearningLionError
from learninglion.testing import HashingEncoder, make_selection, make_source

PAIRS = tuple(
    LabelledPair(
        f"p{i}", f"Hoeveel {what} zijn er in {where}?", f"In {where} zijn er op dit moment {10 + i} {what}."
    )
    for i, (what, where) in enumerate(
        [
            ("veerponten", "Duinwijk"),
            ("scholen", "Oosterzee"),
            ("molens", "Windhoek"),
            ("bibliotheken", "Zandmeer"),
        ]
    )
)


def test_drafts_with_and_without_the_answer(tmp_path: Path) -> None:
    report, outcomes = evaluate_drafts(
        paired_trial(PAIRS), encoder=HashingEncoder(), cache=tmp_path / "vectors.db", threshold=0.0
    )
    assert len(outcomes) == 2 * len(PAIRS)
    assert report.questions == len(PAIRS)
    assert report.refused_present == 0.0
    assert report.refused_absent == 1.0
    assert report.faithful == 1.0
    assert report.citation_recall == report.citation_precision == 1.0
    assert report.consistent == 1.0
    gone = [o for o in outcomes if not o.present]
    assert all(o.verification.verdict is AnswerVerdict.UNANSWERABLE for o in gone)


def test_an_idle_citation_costs_precision() -> None:
    source = make_source("Er varen 12 veerponten bij Duinwijk. De haven van Zandmeer blijft dit jaar open.")
    start = source.body_span.start
    good = cite(source, Span(start, start + 36))
    idle = cite(source, Span(start + 37, start + len(source.body)))
    selection = make_selection(sources=[source])
    assert citation_scores(Statement(good.quote, (good,)), selection) == (1.0, 1.0)
    assert citation_scores(Statement(good.quote, (good, idle)), selection) == (1.0, 0.5)
    assert citation_scores(Statement(good.quote, (idle,)), selection) == (0.0, 0.0)


def test_a_higher_sureness_never_refuses_less(tmp_path: Path) -> None:
    points = refusal_curve(
        paired_trial(PAIRS),
        surenesses=(0.0, 0.5, 1.01),
        encoder=HashingEncoder(),
        cache=tmp_path / "vectors.db",
    )
    assert [(p.sure, p.half) for p in points] == [(s, h) for s in (0.0, 0.5, 1.01) for h in (0, 1)]
    for half in (0, 1):
        line = [p for p in points if p.half == half]
        assert [p.refused_present for p in line] == sorted(p.refused_present for p in line)
        assert [p.refused_absent for p in line] == sorted(p.refused_absent for p in line)


ARCHIVE = pair_entries(PAIRS)


def labelled(tmp_path: Path, *rows: dict[str, object]) -> Path:
    path = tmp_path / "vragen.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n", "utf-8")
    return path


def test_labelled_questions_are_put_with_their_sources_and_without(tmp_path: Path) -> None:
    path = labelled(
        tmp_path,
        {"id": "1", "question": "Hoeveel veerponten zijn er in Duinwijk?", "sources": ["p0#1"]},
        {"id": "2", "question": "Hoeveel vuurtorens zijn er in Texelburg?", "sources": []},
    )
    trial = labelled_trial("proef", ARCHIVE, path)
    report, outcomes = evaluate_drafts(
        trial, encoder=HashingEncoder(), cache=tmp_path / "vectors.db", threshold=0.0
    )
    assert [(o.id, o.present) for o in outcomes] == [("1", True), ("1", False), ("2", False)]
    assert (report.refused_present, report.refused_absent) == (0.0, 1.0)
    assert report.found_present == report.rests_present == 1.0
    taken_out = outcomes[1].verification.draft.selection
    assert "p0#1" not in {h.source.id for h in taken_out.offered}


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"id": "1", "question": "Hoeveel?", "sources": ["p9#1"]}, "regel 1: deze bron is er niet: p9#1"),
        ({"id": "1", "question": "Hoeveel?"}, "regel 1 heeft geen id, question en sources"),
        (
            {"id": "1", "question": "Hoeveel?", "sources": "p0#1"},
            "regel 1 heeft geen id, question en sources",
        ),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, row: dict[str, object], told: str) -> None:
    with pytest.raises(LearningLionError, match=told):
        labelled_trial("proef", ARCHIVE, labelled(tmp_path, row))


def test_an_archive_asks_its_own_questions_and_takes_the_document_out() -> None:
    trial = archive_trial("proef", ARCHIVE)
    assert [a.text for a in trial.questions] == [p.question for p in PAIRS]
    assert [a.holds for a in trial.questions] == [frozenset({f"{p.id}#1"}) for p in PAIRS]
    with pytest.raises(InputError, match="geen beantwoorde vraag"):
        archive_trial("leeg", answer_entries(PAIRS))
