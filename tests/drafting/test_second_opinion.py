from __future__ import annotations

from dataclasses import replace

import pytest

from learninglion.checking.citations import cite
from learninglion.drafting.prompting import load_prompts
from learninglion.drafting.second_opinion import ModelJudge, SecondReader, keep_opinions
from learninglion.drafting.verdict import verify
from learninglion.models import AnswerVerdict, Draft, Opinion, Provenance, Span, Statement, Verification
from learninglion.models.errors import GeneratorError, InputError
from learninglion.models.plain import from_plain, to_plain
from learninglion.record.contract import verification_view
from learninglion.testing import ScriptedGenerator, make_selection, make_source

SOURCE = make_source("Er varen 12 veerponten bij Duinwijk. De kosten zijn hoog.")
START = SOURCE.body_span.start
QUOTE = cite(SOURCE, Span(START, START + 36))
DRAFT = Draft(
    make_selection(sources=[SOURCE]),
    (
        Statement("Er varen 12 veerponten bij Duinwijk.", (QUOTE,)),
        Statement("Er varen 13 veerponten.", (QUOTE,)),
    ),
    AnswerVerdict.ANSWERED,
    (),
    Provenance("stated"),
)


def read(*replies, structured=True, before=None):
    judge = ScriptedGenerator(replies, structured=structured)
    before = before or verify(DRAFT)
    return before, SecondReader(ModelJudge(judge, load_prompts())).read(before), judge


@pytest.mark.parametrize(
    ("reply", "structured", "opinion"),
    [
        ('{"oordeel": "ja"}', True, Opinion.AGREES),
        ('{"oordeel": "nee"}', True, Opinion.DOUBTS),
        ("Nee, dat staat er niet.", False, Opinion.DOUBTS),
        ("Ja", False, Opinion.AGREES),
        ("Jazeker niet", False, Opinion.NONE),
        ("[]", True, Opinion.NONE),
        (InputError("Te klein."), True, Opinion.NONE),
    ],
)
def test_an_opinion_is_noted_and_never_decides(reply, structured, opinion):
    before, after, judge = read(reply, structured=structured)
    assert [c.verdict for c in after.checks] == [c.verdict for c in before.checks]
    assert (after.verdict, after.missing, after.method) == (before.verdict, before.missing, before.method)
    assert after.checks[0].opinion is opinion
    assert after.checks[1] == before.checks[1], "what failed is not saved by an opinion"
    assert len(judge.prompts) == 1
    assert after.second_reading.provenance.model == "scripted"
    assert len(after.second_reading.provenance.prompt_sha256) == 64
    assert after.second_reading.problem == ""


def test_a_doubt_is_a_reason_and_a_remark_and_agreement_is_neither():
    before, after, _ = read('{"oordeel": "nee"}')
    assert "Kijk hier nog eens naar" in after.checks[0].reasons[-1]
    assert any("Er varen 12 veerponten bij Duinwijk." in remark for remark in after.draft.left_out)
    before, after, _ = read('{"oordeel": "ja"}')
    assert after.checks[0].reasons == before.checks[0].reasons
    assert after.draft == before.draft


def test_a_judge_that_cannot_be_asked_costs_the_draft_nothing_and_is_asked_once():
    judge = ScriptedGenerator([GeneratorError("Het eindpunt is weg."), "ja"])
    reader = SecondReader(ModelJudge(judge, load_prompts()))
    before = verify(DRAFT)
    first, second = reader.read(before), reader.read(before)
    assert first == second
    assert first.checks == before.checks and first.second_reading.problem == "Het eindpunt is weg."
    assert any("Het eindpunt is weg." in remark for remark in first.draft.left_out)
    assert len(judge.prompts) == 1


def test_a_judge_that_cannot_say_what_it_is():
    class Away(ScriptedGenerator):
        def describe(self):
            raise GeneratorError("Niet bereikbaar.")

    after = SecondReader(ModelJudge(Away(["ja"]), load_prompts())).read(verify(DRAFT))
    assert after.second_reading.problem == "Niet bereikbaar." and after.checks == verify(DRAFT).checks


def test_nothing_is_asked_when_nothing_holds():
    nothing = verify(replace(DRAFT, statements=DRAFT.statements[1:]))
    before, after, judge = read("ja", before=nothing)
    assert after == before and judge.prompts == []


def test_an_opinion_stays_with_its_sentence_when_another_is_edited():
    _, after, _ = read('{"oordeel": "nee"}')
    edited = verify(replace(DRAFT, statements=(DRAFT.statements[0],)))
    kept = keep_opinions(after, edited)
    assert kept.checks[0].opinion is Opinion.DOUBTS and kept.checks[0].reasons == after.checks[0].reasons
    other = replace(DRAFT.statements[0], text="Bij Duinwijk varen 12 veerponten.")
    fresh = verify(replace(DRAFT, statements=(other,)))
    assert keep_opinions(after, fresh).checks == fresh.checks


def test_the_record_says_who_gave_the_second_opinion():
    _, after, _ = read('{"oordeel": "nee"}')
    view = verification_view(after)
    assert view["statements"][0]["second_opinion"] == "doubts"
    assert view["second_opinion"]["provenance"]["model"] == "scripted"
    assert verification_view(verify(DRAFT))["second_opinion"] is None
    assert "second_opinion" not in verification_view(verify(DRAFT))["statements"][0]
    assert from_plain(Verification, to_plain(after)) == after


def test_the_judge_reads_the_whole_sentence_and_nothing_else():
    _, _, judge = read('{"oordeel": "ja"}')
    (prompt,) = judge.prompts
    assert "| Er varen 12 veerponten bij Duinwijk." in prompt.task and "kosten" not in prompt.task


def test_what_is_the_same_for_all_sentences_is_said_apart(tmp_path):
    _, _, judge = read('{"oordeel": "ja"}')
    (prompt,) = judge.prompts
    assert "Het antwoord is het oordeel" in prompt.situation and "{" not in prompt.text
    for own in ("De zin:\n{zin}\n\nDe passage:\n{bronnen}\n\nJa of nee?", "{bronnen} {zin}"):
        (tmp_path / "oordeel.txt").write_text(own)
        model = ScriptedGenerator(['{"oordeel": "ja"}'])
        ModelJudge(model, load_prompts(tmp_path)).score("Er varen 12 ponten.", "Er varen ponten.")
        (prompt,) = model.prompts
        assert prompt.situation == ""
        assert "| Er varen 12 ponten." in prompt.task and "| Er varen ponten." in prompt.task
