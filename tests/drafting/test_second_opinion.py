from __future__ import annotations

import pytest

from learninglion.drafting.citations import cite
from learninglion.drafting.prompt_files import load_prompts
from learninglion.drafting.second_opinion import add_second_opinion
from learninglion.drafting.verify import verify
from learninglion.errors import GeneratorError
from learninglion.models import AnswerVerdict, Draft, Provenance, Span, Statement
from learninglion.testing import ScriptedGenerator, make_selection, make_source

SOURCE = make_source("Er varen 12 veerponten bij Duinwijk. De kosten zijn hoog.")
START = SOURCE.body_span.start
QUOTE = cite(SOURCE, Span(START, START + 36))
DRAFT = Draft(
    make_selection(sources=[SOURCE]),
    (Statement("Er varen 12 veerponten.", (QUOTE,)), Statement("Er varen 13 veerponten.", (QUOTE,))),
    AnswerVerdict.ANSWERED,
    (),
    Provenance("stated"),
)


@pytest.mark.parametrize(
    ("reply", "structured", "expected"),
    [
        ('{"oordeel": "ja"}', True, "is dat de zin uit de bron volgt"),
        ('{"oordeel": "nee"}', True, "Kijk hier nog eens naar"),
        ("Nee, dat staat er niet.", False, "Kijk hier nog eens naar"),
        ("Ja", False, "is dat de zin uit de bron volgt"),
        ("Jazeker niet", False, "geen bruikbaar oordeel"),
        ("[]", True, "geen bruikbaar oordeel"),
        (GeneratorError("weg"), True, "geen bruikbaar oordeel"),
    ],
)
def test_an_opinion_is_noted_and_never_decides(reply, structured, expected):
    before = verify(DRAFT)
    judge = ScriptedGenerator([reply], structured=structured)
    after = add_second_opinion(before, judge, load_prompts())
    assert [c.verdict for c in after.checks] == [c.verdict for c in before.checks]
    assert after.verdict is before.verdict
    assert expected in after.checks[0].reasons[-1]
    assert after.checks[1] == before.checks[1], "what failed is not saved by an opinion"
    assert len(judge.prompts) == 1
    assert "tweede mening: scripted" in after.method


def test_the_judge_reads_the_whole_sentence_and_nothing_else():
    judge = ScriptedGenerator(['{"oordeel": "ja"}'])
    add_second_opinion(verify(DRAFT), judge, load_prompts())
    (prompt,) = judge.prompts
    assert "| Er varen 12 veerponten bij Duinwijk." in prompt.task and "kosten" not in prompt.task
