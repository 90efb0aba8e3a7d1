from __future__ import annotations

from pathlib import Path

from learninglion.drafting.citations import cite
from learninglion.evaluation.drafts import citation_scores, evaluate_drafts, refusal_curve
from learninglion.evaluation.testset import LabelledPair
from learninglion.models import AnswerVerdict, Span, Statement
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
        PAIRS, encoder=HashingEncoder(), cache=tmp_path / "vectors.db", threshold=0.0
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
        PAIRS, surenesses=(0.0, 0.5, 1.01), encoder=HashingEncoder(), cache=tmp_path / "vectors.db"
    )
    assert [(p.sure, p.half) for p in points] == [(s, h) for s in (0.0, 0.5, 1.01) for h in (0, 1)]
    for half in (0, 1):
        line = [p for p in points if p.half == half]
        assert [p.refused_present for p in line] == sorted(p.refused_present for p in line)
        assert [p.refused_absent for p in line] == sorted(p.refused_absent for p in line)


def test_a_whole_document_can_be_taken_out(tmp_path: Path) -> None:
    twins = (
        LabelledPair("a", "Hoeveel ponten zijn er in Duinwijk?", "In Duinwijk zijn er 12 ponten.", "een"),
        LabelledPair("b", "Zijn er ponten in Duinwijk?", "In Duinwijk zijn er 12 grote ponten.", "een"),
        LabelledPair("c", "Hoeveel molens staan er in Oosterzee?", "Er staan 5 molens.", "twee"),
    )

    def chosen(whole: bool) -> set[str]:
        _, outcomes = evaluate_drafts(
            twins,
            encoder=HashingEncoder(),
            cache=tmp_path / "vectors.db",
            threshold=0.0,
            whole_documents=whole,
        )
        gone = [o for o in outcomes if not o.present and o.id == "a"]
        return {s.document.id for o in gone for s in o.verification.draft.selection.chosen}

    assert "b" in chosen(False)
    assert "b" not in chosen(True)
