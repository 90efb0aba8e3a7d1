"""The exam of a judge, and what its word is worth."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learninglion.checking.citations import cite
from learninglion.checking.judging import REQUIRED_DETECTION, put_to_judge
from learninglion.checking.verify import check
from learninglion.database.blobs import FolderBlobs
from learninglion.drafting.prompting import load_prompts
from learninglion.drafting.second_opinion import ModelJudge, SecondReader, keep_opinions
from learninglion.drafting.verdict import verify
from learninglion.evaluation.exams import (
    EXAMS_FILE,
    ExamPair,
    exam_of,
    exam_pairs,
    keep_exam,
    take_exam,
)
from learninglion.evaluation.measures import wilson
from learninglion.models import (
    AnswerVerdict,
    Draft,
    Provenance,
    Span,
    Statement,
    StatementVerdict,
    VerdictMethod,
)
from learninglion.models.errors import GeneratorError, IntegrityError, UnreadableFileError
from learninglion.record.contract import verification_view
from learninglion.testing import ScriptedGenerator, make_selection, make_source

TODAY = date(2026, 1, 5)
PAIRS = tuple(
    ExamPair(f"p{n}", f"bron {n}", f"zin {n}", n % 2 == 0, "paraphrase" if n % 2 == 0 else "figure")
    for n in range(200)
)


class Oracle:
    """Knows every answer, but for those that it is told to get wrong."""

    name = "orakel"

    def __init__(self, wrong: set[str] = frozenset(), fingerprint: str = "a" * 64) -> None:
        self.wrong, self.fingerprint = wrong, fingerprint
        self.asked = 0

    def judge(self, sentence: str, passage: str) -> float:
        self.asked += 1
        number = int(sentence.split()[-1])
        return 0.9 if (number % 2 == 0) != (sentence in self.wrong) else 0.1


def test_the_shipped_exam_is_large_and_balanced():
    pairs = exam_pairs()
    faithful = sum(p.faithful for p in pairs)
    assert len(pairs) >= 400 and 0.45 <= faithful / len(pairs) <= 0.55
    assert len({p.id for p in pairs}) == len({(p.source, p.sentence) for p in pairs}) == len(pairs)


def test_a_judge_that_knows_passes(tmp_path):
    exam = take_exam(Oracle(), PAIRS, TODAY, FolderBlobs(tmp_path))
    assert (exam.detection, exam.false_alarms, exam.passed) == (1.0, 0.0, True)
    assert 0.1 < exam.threshold < 0.9 and exam.detection_interval[0] > 0.95
    assert [(k.kind, k.faithful, k.cases, k.right) for k in exam.kinds] == [
        ("paraphrase", True, 100, 100),
        ("figure", False, 100, 100),
    ]
    assert exam.wording == "orakel (toets: 100,0% gevonden, 0,0% vals alarm)"


def test_two_in_a_hundred_may_be_let_by_and_a_third_costs_every_yes(tmp_path):
    two = take_exam(Oracle({"zin 1", "zin 3"}), PAIRS, TODAY, FolderBlobs(tmp_path))
    assert two.passed and two.detection == 0.98 and two.false_alarms == 0.0
    three = take_exam(Oracle({"zin 1", "zin 3", "zin 5"}), PAIRS, TODAY, FolderBlobs(tmp_path))
    assert three.detection >= REQUIRED_DETECTION and three.false_alarms == 1.0
    assert not three.passed, "it never says yes"


def test_one_that_guesses_does_not_pass_at_the_threshold_that_refuses_enough(tmp_path):
    class Guess(Oracle):
        def judge(self, sentence: str, passage: str) -> float:
            return sha256(sentence.encode()).digest()[0] / 255

    exam = take_exam(Guess(), PAIRS, TODAY, FolderBlobs(tmp_path))
    assert not exam.passed, "what it lets through is as often wrong as right"
    almost = replace(exam, detection=REQUIRED_DETECTION, false_alarms=0.98)
    assert almost.truth == 0.5 and not almost.passed


def test_an_exam_that_broke_off_goes_on_where_it_was(tmp_path):
    class Fails(Oracle):
        def judge(self, sentence: str, passage: str) -> float:
            if self.asked == 60:
                raise GeneratorError("weg")
            return super().judge(sentence, passage)

    with pytest.raises(GeneratorError, match="weg"):
        take_exam(Fails(), PAIRS, TODAY, FolderBlobs(tmp_path))
    other, again = Oracle(fingerprint="b" * 64), Oracle()
    for judge in (other, again):
        assert take_exam(judge, PAIRS, TODAY, FolderBlobs(tmp_path)).passed
    assert (other.asked, again.asked) == (len(PAIRS), len(PAIRS) - 60)
    take_exam(again, PAIRS, TODAY, FolderBlobs(tmp_path))
    assert again.asked == 2 * len(PAIRS) - 60, "a finished exam is asked anew"


def test_an_exam_that_cannot_be_passed_any_more_ends(tmp_path):
    class Sure(Oracle):
        def judge(self, sentence: str, passage: str) -> float:
            return round(super().judge(sentence, passage))

    wrong = {f"zin {n}" for n in (1, 5, 9)}
    judge = Sure(wrong)
    exam = take_exam(judge, PAIRS, TODAY, FolderBlobs(tmp_path))
    assert judge.asked == 10 and sum(k.cases for k in exam.kinds) == 10
    assert not exam.passed and exam.false_alarms == 1.0
    # the same mistakes with less certainty may still be told apart from what is right
    assert take_exam(Oracle(wrong), PAIRS, TODAY, FolderBlobs(tmp_path)).kinds[0].cases == 100


@given(st.lists(st.sampled_from([0.0, 0.5, 0.9, 1.0]), min_size=40, max_size=40))
@settings(max_examples=60, deadline=None)
def test_only_an_exam_that_fails_in_full_ends_early(scores: list[float]):
    class Told(Oracle):
        def judge(self, sentence: str, passage: str) -> float:
            return scores[int(sentence.split()[-1])]

    with TemporaryDirectory() as folder:
        short = take_exam(Told(), PAIRS[:40], TODAY, FolderBlobs(Path(folder)))
    threshold = sorted((scores[n] for n in range(1, 40, 2)), reverse=True)[0]
    held = sum(scores[n] > threshold for n in range(0, 40, 2))
    assert short.passed == bool(held)


def test_an_exam_belongs_to_one_judge_as_it_is(tmp_path):
    judge = Oracle()
    keep_exam(FolderBlobs(tmp_path), take_exam(judge, PAIRS, TODAY, FolderBlobs(tmp_path)))
    keep_exam(
        FolderBlobs(tmp_path), take_exam(Oracle(fingerprint="b" * 64), PAIRS, TODAY, FolderBlobs(tmp_path))
    )
    again = take_exam(judge, PAIRS[:100], TODAY, FolderBlobs(tmp_path))
    keep_exam(FolderBlobs(tmp_path), again)
    assert exam_of(FolderBlobs(tmp_path), judge) == again
    assert exam_of(FolderBlobs(tmp_path), Oracle(fingerprint="c" * 64)) is None
    assert len(json.loads((tmp_path / EXAMS_FILE).read_text())) == 2
    (tmp_path / EXAMS_FILE).write_text("{")
    with pytest.raises(IntegrityError, match="evaluate judge"):
        exam_of(FolderBlobs(tmp_path), judge)


def test_another_model_or_prompt_voids_the_exam(tmp_path):
    prompts = load_prompts()
    (tmp_path / "oordeel.txt").write_text("{bronnen} {zin} Klopt dat?")
    first = ModelJudge(ScriptedGenerator(), prompts).fingerprint
    other = ScriptedGenerator()
    other.model = "ander"
    assert first == ModelJudge(ScriptedGenerator(), prompts).fingerprint
    assert first != ModelJudge(ScriptedGenerator(), load_prompts(tmp_path)).fingerprint
    assert first != ModelJudge(other, prompts).fingerprint


def test_an_exam_of_ones_own_is_read_and_a_wrong_line_is_named(tmp_path):
    path = tmp_path / "toets.jsonl"
    row = {"id": "1", "source": "Ja.", "sentence": "Ja.", "faithful": True, "kind": "copy", "why": ""}
    path.write_text("\n".join(json.dumps(r) for r in (row, {**row, "faithful": False})))
    assert len(exam_pairs(path)) == 2
    path.write_text(json.dumps(row) + "\n{}\n")
    with pytest.raises(UnreadableFileError, match="regel 2"):
        exam_pairs(path)
    path.write_text(json.dumps(row))
    with pytest.raises(UnreadableFileError, match="niet kloppen"):
        exam_pairs(path)


@pytest.mark.parametrize(
    ("reply", "score"),
    [
        ('{"oordeel": "ja", "zekerheid": 90}', 0.95),
        ('{"oordeel": "nee", "zekerheid": 90}', 0.05),
        ('{"oordeel": "nee", "zekerheid": 900}', 0.0),
        ("ja 60", 0.8),
        ("Nee.", 0.0),
        ("Misschien", 0.0),
    ],
)
def test_a_model_says_how_sure_it_is(reply, score):
    judge = ModelJudge(ScriptedGenerator([reply]), load_prompts())
    assert judge.judge("Er varen er 12.", "Er varen 12 ponten.") == pytest.approx(score)


def test_wilson():
    low, high = wilson(98, 100)
    assert low == pytest.approx(0.930, abs=0.001) and high == pytest.approx(0.994, abs=0.001)


# --------------------------------------------------------------------------- its word in a draft

SOURCE = make_source("Er varen 12 veerponten bij Duinwijk. De kosten zijn hoog en worden jaarlijks vergoed.")


def quote(start, end):
    begin = SOURCE.body_span.start
    return cite(SOURCE, Span(begin + start, begin + end))


COPIED = Statement("Er varen 12 veerponten bij Duinwijk.", (quote(0, 36),))
REWORDED = Statement("Wat de veerdienst kost, krijgt men elk jaar terug.", (quote(37, len(SOURCE.body)),))
CHANGED = Statement("Er varen 13 veerponten bij Duinwijk.", (quote(0, 36),))


def examined(judge):
    with TemporaryDirectory() as folder:
        exam = take_exam(Oracle(), PAIRS, TODAY, FolderBlobs(Path(folder)))
    return replace(exam, fingerprint=judge.fingerprint, judge=judge.name)


def test_the_rules_tell_shown_from_contradicted_from_neither():
    assert [check(s, [SOURCE]).method for s in (COPIED, REWORDED, CHANGED, Statement("Ja."))] == [
        VerdictMethod.RULE,
        VerdictMethod.NOT_SHOWN,
        VerdictMethod.CONTRADICTED,
        VerdictMethod.NOT_SHOWN,
    ]


def test_a_judge_that_passed_decides_on_what_the_rules_leave_open_and_on_nothing_else():
    judge = ModelJudge(ScriptedGenerator(['{"oordeel": "ja", "zekerheid": 100}']), load_prompts())
    exam = examined(judge)
    judged = [put_to_judge(check(s, [SOURCE]), [SOURCE], judge, exam) for s in (COPIED, REWORDED, CHANGED)]
    assert [c.verdict for c in judged] == [
        StatementVerdict.SUPPORTED,
        StatementVerdict.SUPPORTED,
        StatementVerdict.UNSUPPORTED,
    ]
    assert judged[1].method is VerdictMethod.JUDGE and judged[1].judged_by == exam.wording
    assert judged[2].reasons, "it asks nothing of the judge: the queue would be empty"


@pytest.mark.parametrize(("reply", "follows"), [("ja", True), ("nee", False)])
def test_a_judge_that_passed_may_hold_back_what_was_left_out_of(reply, follows):
    short = Statement("De kosten zijn hoog.", (quote(37, len(SOURCE.body)),))
    model = ScriptedGenerator([f'{{"oordeel": "{reply}", "zekerheid": 100}}'] * 2)
    judge = ModelJudge(model, load_prompts())
    exam, draft = (
        examined(judge),
        Draft(
            make_selection(sources=[SOURCE]),
            (short, COPIED),
            AnswerVerdict.ANSWERED,
            (),
            Provenance("stated"),
        ),
    )
    assert check(short, [SOURCE]).method is VerdictMethod.RULE
    done = SecondReader(judge, exam).read(verify(draft))
    first, copied = done.checks
    assert (first.verdict is StatementVerdict.SUPPORTED) is follows and first.judged_by == exam.wording
    assert first.method is (VerdictMethod.RULE if follows else VerdictMethod.NOT_SHOWN)
    assert copied.method is VerdictMethod.RULE and not copied.judged_by
    assert len(model.prompts) == 2, "the shortened one once as judge, the copied one for its opinion"
    again = keep_opinions(done, verify(draft))  # an edit elsewhere does not show it again
    assert again.checks[0] == first and again.verdict is done.verdict


@pytest.mark.parametrize("change", [{"detection": 0.97}, {"fingerprint": "x"}])
def test_a_judge_that_failed_or_was_changed_decides_nothing(change):
    judge = ModelJudge(ScriptedGenerator(), load_prompts())
    before = check(REWORDED, [SOURCE])
    assert put_to_judge(before, [SOURCE], judge, replace(examined(judge), **change)) == before


def test_a_draft_tells_by_whom_each_sentence_is_supported_and_keeps_it_after_an_edit():
    draft = Draft(
        make_selection(sources=[SOURCE]), (REWORDED, COPIED), AnswerVerdict.ANSWERED, (), Provenance("stated")
    )
    model = ScriptedGenerator(['{"oordeel": "ja", "zekerheid": 100}', '{"oordeel": "ja", "zekerheid": 100}'])
    exam = examined(ModelJudge(model, load_prompts()))
    done = SecondReader(ModelJudge(model, load_prompts()), exam).read(verify(draft))
    told = verification_view(done)["statements"]
    assert [(s["verdict"], s["method"]) for s in told] == [("supported", "judge"), ("supported", "rule")]
    assert told[0]["judged_by"] == exam.wording and "judged_by" not in told[1]
    again = keep_opinions(done, verify(replace(draft, statements=(REWORDED, CHANGED))))
    assert [c.method for c in again.checks] == [VerdictMethod.JUDGE, VerdictMethod.CONTRADICTED]


def test_a_writer_s_judge_is_asked_once_about_each_sentence():
    model = ScriptedGenerator(['{"oordeel": "ja", "zekerheid": 100}'])
    judge = ModelJudge(model, load_prompts())
    reader = SecondReader(judge, examined(judge))
    assert reader.decides
    assert reader.check(REWORDED, [SOURCE]).method is VerdictMethod.JUDGE
    assert reader.check(CHANGED, [SOURCE]).method is VerdictMethod.CONTRADICTED
    draft = Draft(make_selection(sources=[SOURCE]), (REWORDED,), AnswerVerdict.ANSWERED, (), Provenance("t"))
    assert reader.read(verify(draft)).checks[0].method is VerdictMethod.JUDGE
    assert len(model.prompts) == 1
