from __future__ import annotations

import numpy as np
import pytest

from learninglion.inference.generators import Prompt
from learninglion.models.errors import GeneratorError
from learninglion.models.plain import from_plain, to_plain
from learninglion.testing import (
    HashingEncoder,
    ScriptedGenerator,
    make_document,
    make_question_set,
    make_selection,
    make_source,
)

PROMPT = Prompt("", "Vraag?")


def test_texts_that_share_words_lie_close_together():
    encoder = HashingEncoder(256)
    ferry, boat, train = encoder.encode_passages(
        ["de veerpont vaart", "de veerpont vaart snel", "treinen rijden"]
    )
    assert ferry @ boat > 0.8 > ferry @ train
    assert np.allclose(np.linalg.norm(encoder.encode_queries(["een twee", "drie"]), axis=1), 1)
    assert encoder.encode_queries([]).shape == (0, 256) and encoder.encode_queries([""]).dtype == np.float32


def test_replies_come_in_order_and_run_out():
    generator = ScriptedGenerator(["Ja.", lambda prompt: prompt.task, GeneratorError("weg")], piece=1)
    assert list(generator.stream(PROMPT, max_tokens=9)) == ["J", "a", "."]
    assert "".join(generator.stream(PROMPT, max_tokens=9)) == "Vraag?"
    with pytest.raises(GeneratorError, match="weg"):
        list(generator.stream(PROMPT, max_tokens=9))
    with pytest.raises(GeneratorError, match="geen antwoord meer"):
        list(generator.stream(PROMPT, max_tokens=9))
    assert generator.prompts == [PROMPT] * 4


def test_a_reply_breaks_off_where_told_and_stops_at_a_mark():
    generator = ScriptedGenerator(["Een lang antwoord."], breaks_after=6)
    got = []
    with pytest.raises(GeneratorError):
        for piece in generator.stream(PROMPT, max_tokens=9):
            got.append(piece)
    assert "".join(got) == "Een la"
    assert "".join(ScriptedGenerator(["a\nb"]).stream(PROMPT, max_tokens=9, stop=("\n",))) == "a"


def test_the_fictional_papers_are_true_to_their_own_text():
    document = make_document()
    for pair in document.pairs:
        assert pair.question.of(document.text).endswith("?")
        assert pair.answer is not None and pair.answer.of(document.text).endswith(".")
    source = make_source("Er varen 12 veerponten.")
    text = f"{source.question}\n{source.body}"
    assert source.body_span.of(text) == source.body
    selection = make_selection(sources=[source])
    assert from_plain(type(selection), to_plain(selection)) == selection
    assert make_question_set("Een?", "Twee?").questions[1].numbers == (2,)
