"""A kept conversation whose answers a language model writes, on fictional documents."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from learninglion.models import Actor, Role
from learninglion.models.errors import InputError
from learninglion.sample import sample_documents
from learninglion.testing import ScriptedGenerator
from learninglion.workflow import Workplace, WorkplaceOptions, working
from learninglion.workflow.asking import Turn

BOSS = Actor("beheer", frozenset(Role))


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    with working(WorkplaceOptions(home=tmp_path_factory.mktemp("home"), isolate=False)) as opened:
        chosen = [path for path in sample_documents() if path.stem.endswith("9001")][:4]
        assert opened.intake.ingest(chosen, collection="voorbeeld", actor=BOSS).failures == ()
        yield opened


@pytest.fixture(scope="module")
def question(workplace: Workplace) -> str:
    """One that the archive answers."""
    for card in workplace.documents.list(BOSS):
        for source in workplace.documents.sources_of(card.id, BOSS):
            if workplace.asking.ask(source.question or "?", actor=BOSS).answers:
                return source.question
    raise AssertionError("nothing is answered here")


def replies(workplace: Workplace, monkeypatch: pytest.MonkeyPatch, sentence: str, words: str) -> None:
    """A model that says `sentence` and points at `words` of the source that holds them."""

    def reply(prompt) -> str:
        sources = re.split(r"=== bron (\d+) ", prompt.task)
        told = zip(sources[1::2], sources[2::2], strict=True)
        number = next((int(n) for n, text in told if words in " ".join(text.split())), 1)
        row = {"zin": sentence, "bewijs": [{"bron": number, "woorden": words}]}
        return json.dumps({"zinnen": [row], "ontbreekt": []}, ensure_ascii=False)

    model = ScriptedGenerator([reply] * 4)
    monkeypatch.setattr(workplace.drafts, "model", lambda kind: model if kind == "llm" else None)


def test_a_model_writes_the_answers_of_a_conversation_from_what_was_found(
    workplace: Workplace, question: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = workplace.conversations.keep((Turn(question),), actor=BOSS)
    quoted = kept.verifications[0].shown[0].statement.text
    replies(workplace, monkeypatch, quoted, quoted)
    written = workplace.conversations.write(kept.id, actor=BOSS)
    assert (written.version, written.id) == (2, kept.id)
    assert written.verifications[0].draft.provenance.generator == "scripted"
    assert quoted in [check.statement.text for check in written.verifications[0].shown]
    assert all(check.statement.citations for check in written.verifications[0].shown)


def test_a_conversation_without_an_answer_goes_along_to_no_set(workplace: Workplace) -> None:
    kept = workplace.conversations.keep((Turn("Hoe duur was het jubileum van de keizer?"),), actor=BOSS)
    assert not kept.verifications[0].shown
    with pytest.raises(InputError, match="geen antwoord"):
        workplace.conversations.hand_over(kept.id, "work-1", actor=BOSS)


def test_what_a_model_makes_up_is_never_shown_as_answer(
    workplace: Workplace, question: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = workplace.conversations.keep((Turn(question), Turn("En waarom?", question)), actor=BOSS)
    quoted = kept.verifications[0].shown[0].statement.text
    replies(workplace, monkeypatch, "Er waren er precies 98.765.", quoted)
    written = workplace.conversations.write(kept.id, actor=BOSS)
    assert all("98.765" not in c.statement.text for v in written.verifications for c in v.shown)


def test_without_a_model_or_questions_it_is_said_in_words(workplace: Workplace, question: str) -> None:
    kept = workplace.conversations.keep((Turn(question), Turn(question)), actor=BOSS)
    with pytest.raises(InputError, match="taalmodel"):
        workplace.conversations.write(kept.id, actor=BOSS)
    with pytest.raises(InputError):
        workplace.conversations.keep((), actor=BOSS)
