"""Who asks makes no difference to what is found; the measure sees it where it would."""

from __future__ import annotations

import pytest

from learninglion.evaluation.safeguards import evaluate_fairness, ways_of
from learninglion.evaluation.testset import document_entries
from learninglion.parsing.kamervragen.header import without_askers
from learninglion.sample import sample_documents
from learninglion.workflow import parse_files


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (
            "Vragen van het lid Wit (PvdV) aan de minister van Financiën over tol (ingezonden 3 mei 2024).",
            "Vragen aan de minister van Financiën over tol (ingezonden 3 mei 2024).",
        ),
        ("Vragen van de leden Bos, Vos (X-Y) en Os (Z) over bruggen", "Vragen over bruggen"),
        ("Vragen van mevrouw El Idrissi (PvdV) over sport", "Vragen over sport"),
        ("De leden van de PvdV-fractie vragen hoe dit zit.", "vragen hoe dit zit."),
        ("Wat doet de Europese Unie (EU) met Rotterdam?", "Wat doet de Europese Unie (EU) met Rotterdam?"),
    ],
)
def test_askers_are_left_out_and_nothing_else(text: str, left: str) -> None:
    assert without_askers(text) == left


@pytest.mark.slow
def test_who_asks_changes_nothing_and_the_subject_does() -> None:
    documents = [d for _, d in parse_files(list(sample_documents()[:8])) if not isinstance(d, Exception)]
    entries = document_entries(documents)
    questions = [s.question for s, _ in entries if s.question][:2]
    report = evaluate_fairness(entries, questions, "proef")
    assert report.questions == 2
    assert {f.kind for f in report.figures} >= {"party", "asker", "consultation"}
    assert report.unfair == 0
    assert all(f.effect == 0 and f.p == 1 for f in report.figures if f.kind in ("party", "asker"))


def test_the_wording_and_the_group_are_asked_both_ways() -> None:
    kinds = {(w.kind, w.level): w.text for w in ways_of("Bent u bereid meer vrouwen te helpen?")}
    assert kinds["wording", "gewoon"] == "Wilt u meer vrouwen te helpen?"
    assert kinds["subject", "verwisseld"] == "Bent u bereid meer mannen te helpen?"
