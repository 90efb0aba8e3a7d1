"""A model that breaks off, is away or is doubted: through the workflow, on fictional documents."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from learninglion.drafting.selection import Choice
from learninglion.drafting.write import Stage
from learninglion.inference.generators import GeneratorChoice, GeneratorKind
from learninglion.models import (
    Actor,
    Author,
    DossierState,
    Opinion,
    QuestionSet,
    Role,
    Statement,
    StatementVerdict,
    SubQuestion,
)
from learninglion.models.errors import GeneratorError, InputError, PermissionDeniedError
from learninglion.record.contract import dossier_view, read_stated_draft
from learninglion.record.export import ExportFormat
from learninglion.sample import sample_documents
from learninglion.testing import ScriptedGenerator
from learninglion.web.pages.work import write_on
from learninglion.workflow import DraftEvent, Workplace, WorkplaceOptions, working
from learninglion.workflow.guides import Guide
from learninglion.workflow.jobs import Run

BOSS = Actor("beheer", frozenset(Role))
QUESTIONS = QuestionSet(
    "Vragen over de opslag van consumentenvuurwerk in woonwijken.",
    (
        SubQuestion((1,), "Hoeveel opslagplaatsen voor consumentenvuurwerk zijn er in Nederland?"),
        SubQuestion((2,), "Welke afstand moet een opslagplaats voor vuurwerk aanhouden tot een woning?"),
        SubQuestion((3,), "Hoeveel kilo consumentenvuurwerk mag een winkelier opslaan?"),
    ),
    title="Vuurwerk",
)


class Scripted:
    """A workplace whose language model, judge and options come from a test."""

    def __init__(self, workplace: Workplace) -> None:
        self.workplace = workplace
        self.options = workplace.options
        self.script = None

    def __getattr__(self, name: str) -> object:
        return getattr(self.workplace, name)

    def __setattr__(self, name: str, value: object) -> None:
        if name == "options":
            self.workplace.drafts._options = value
        elif name == "judge":
            self.workplace.drafts._judge = value
        elif name == "script":
            self.workplace.drafts.model = lambda kind: value if kind == "llm" else None
        super().__setattr__(name, value)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    with working(WorkplaceOptions(home=tmp_path_factory.mktemp("home"), isolate=False)) as workplace:
        chosen = [p for p in sample_documents() if p.stem.endswith(("9001", "9002"))][:6]
        assert workplace.intake.ingest(chosen, collection="voorbeeld", actor=BOSS).failures == ()
        yield workplace


@pytest.fixture
def workplace(opened: Workplace) -> Iterator[Scripted]:
    scripted = Scripted(opened)
    yield scripted
    scripted.options, scripted.script, scripted.judge = opened.options, None, None


@pytest.fixture(scope="module")
def selections(opened: Workplace):
    """A person takes the first two sources of at least two sentences, so that no score decides."""
    offers = opened.searching.offer(QUESTIONS, actor=BOSS)
    choices = [
        Choice(question.numbers, tuple(h.source.id for h in hits if len(sentences_of(h.source.body)) > 1)[:2])
        for question, hits in zip(QUESTIONS.questions, offers, strict=True)
    ]
    return opened.drafts.select(QUESTIONS, offers, choices, actor=BOSS)


def sentences_of(body: str) -> list[str]:
    return [s for s in re.split(r"(?<=\.)\s+", body) if s]


def verbatim(selection, *places: int) -> Callable[..., str]:
    """A reply with these sentences (by place) of the source that answers best, word for word."""
    sentences = sentences_of(selection.chosen[0].body)

    def reply(prompt) -> str:
        blocks = re.split(r"=== bron (\d+) ", prompt.task)[1:]  # number, text, number, text, ...
        shown = {int(n): text.split("===")[1] for n, text in zip(blocks[::2], blocks[1::2], strict=True)}
        number = next(n for n, text in shown.items() if any(s in text for s in sentences))
        told = [{"zin": sentences[p], "bewijs": [{"bron": number, "woorden": sentences[p]}]} for p in places]
        return json.dumps({"zinnen": told, "ontbreekt": []}, ensure_ascii=False)

    return reply


def scripted(*replies, **told) -> ScriptedGenerator:
    return ScriptedGenerator(replies, context_tokens=60_000, **told)


def breaking(replies, at: int) -> ScriptedGenerator:
    """Breaks off in the middle of its answer number `at` (from 0)."""

    class Breaking(ScriptedGenerator):
        def stream(self, prompt, **told):
            pieces = list(super().stream(prompt, **told))
            broken = len(self.prompts) == at + 1 and prompt is self.prompts[at]
            yield from pieces[: int(len(pieces) * 0.75)] if broken else pieces
            if broken:
                raise GeneratorError("De verbinding is verbroken.")

    return Breaking(replies, context_tokens=60_000, piece=4)


def test_what_breaks_off_is_kept_and_only_that_is_written_again(workplace: Scripted, selections) -> None:
    replies = [verbatim(s, 0, 1) for s in selections]
    workplace.script = scripted(*replies)
    whole = workplace.drafts.draft(QUESTIONS, selections, generator="llm", actor=BOSS)
    assert all(v.draft.complete for v in whole.verifications)

    workplace.script = breaking(replies, at=1)
    half = workplace.drafts.draft(QUESTIONS, selections, generator="llm", actor=BOSS)
    assert [v.draft.complete for v in half.verifications] == [True, False, True]
    assert len(half.verifications[1].shown) == 1, "the sentence that was whole is kept"
    assert dossier_view(half)["questions"][1]["complete"] is False
    assert any("verbroken" in r for r in half.verifications[1].draft.left_out)
    assert workplace.dossiers.load(half.id, BOSS) == half
    told = workplace.dossiers.export(half.id, ExportFormat.MARKDOWN, actor=BOSS).decode()
    assert told.count("nog niet af: het schrijven is onderbroken") == 1

    workplace.script = again = scripted(replies[1])
    resumed = workplace.drafts.resume(half.id, actor=BOSS)
    assert len(again.prompts) == 1, "only the sub-question that was not finished"
    assert resumed.verifications == whole.verifications
    assert (resumed.id, resumed.version, resumed.state) == (half.id, 2, DossierState.DRAFT)
    assert [v.reason for v in workplace.dossiers.versions(half.id, BOSS)] == ["opgesteld", "hervat"]
    assert "resume" in [e.action for e in workplace.log.entries(BOSS, subject=half.id)]
    with pytest.raises(InputError, match="al af"):
        workplace.drafts.resume(half.id, actor=BOSS)

    workplace.script = scripted(*replies)
    assert workplace.drafts.replay(half.id, actor=BOSS).same


def test_who_takes_over_from_a_worker_killed_at_the_very_end_finds_it_done(
    workplace: Scripted, selections
) -> None:
    replies = [verbatim(s, 0, 1) for s in selections]
    workplace.script = breaking(replies, at=2)
    half = workplace.drafts.draft(QUESTIONS, selections, generator="llm", actor=BOSS)
    workplace.jobs.start(BOSS, "draft.resume", {"dossier": half.id, "version": half.version})
    run = Run(workplace.jobs.claim(("draft.resume",)), BOSS)

    workplace.script = again = scripted(replies[2])
    first = write_on(workplace, run)  # the version is kept; its worker is killed before it tells
    assert write_on(workplace, run) == first
    assert len(again.prompts) == 1
    newest = workplace.dossiers.load(half.id, BOSS).version
    assert newest == half.version + 1
    run.payload["version"] = newest
    with pytest.raises(InputError, match="al af"):  # who asks for it now is told
        write_on(workplace, run)


def test_one_that_failed_altogether_loses_nothing_of_the_others(workplace: Scripted, selections) -> None:
    replies = [verbatim(s, 0) for s in selections]
    workplace.script = scripted(replies[0], GeneratorError("Het taalmodel is weg."), replies[2])
    half = workplace.drafts.draft(QUESTIONS, selections, generator="llm", actor=BOSS)
    first, second, third = half.verifications
    assert first.shown and third.shown
    assert not second.draft.complete and second.checks == () and second.missing
    assert any("Het taalmodel is weg." in r for r in second.draft.left_out)

    workplace.script = scripted(GeneratorError("Nog steeds weg."))
    with pytest.raises(GeneratorError, match="Nog steeds weg"):
        workplace.drafts.resume(half.id, actor=BOSS)
    assert workplace.dossiers.load(half.id, BOSS) == half, "nothing new, no new version"

    workplace.script = scripted(replies[1])
    resumed = workplace.drafts.resume(half.id, actor=BOSS)
    assert [bool(v.shown) for v in resumed.verifications] == [True] * 3
    assert resumed.verifications[0] == first


def test_when_nothing_is_written_the_message_is_the_models(workplace: Scripted, selections) -> None:
    workplace.script = script = scripted(*[GeneratorError("Het taalmodel is niet bereikbaar.")] * 9)
    before = workplace.dossiers.list(BOSS)
    with pytest.raises(GeneratorError, match="niet bereikbaar"):
        workplace.drafts.draft(QUESTIONS, selections, generator="llm", actor=BOSS)
    assert workplace.dossiers.list(BOSS) == before
    assert len(script.prompts) == 3


def test_a_model_that_stays_silent_is_not_asked_for_ever(workplace: Scripted, selections) -> None:
    many = replace(
        QUESTIONS, questions=tuple(replace(QUESTIONS.questions[0], numbers=(n,)) for n in range(1, 8))
    )
    chosen = [replace(selections[0], question=q) for q in many.questions]
    workplace.script = script = scripted(verbatim(selections[0], 0), *[GeneratorError("Geen antwoord.")] * 9)
    half = workplace.drafts.draft(many, chosen, generator="llm", actor=BOSS)
    assert [v.draft.complete for v in half.verifications] == [True] + [False] * 6
    assert len(script.prompts) == 1 + 3
    assert any("3 keer achter elkaar" in r for r in half.verifications[-1].draft.left_out)


def test_who_stops_the_writing_keeps_what_was_written(workplace: Scripted, selections) -> None:
    workplace.script = scripted(
        verbatim(selections[0], 0), lambda _prompt: stop(), verbatim(selections[2], 0)
    )
    half = workplace.drafts.draft(QUESTIONS, selections, generator="llm", actor=BOSS)
    assert [v.draft.complete for v in half.verifications] == [True, False, False]
    assert half.verifications[0].shown


def stop() -> str:
    raise KeyboardInterrupt


def test_an_unfinished_answer_is_not_signed_off_until_somebody_finishes_it(
    workplace: Scripted, selections
) -> None:
    workplace.script = scripted(
        verbatim(selections[0], 0), GeneratorError("Weg."), verbatim(selections[2], 0)
    )
    half = workplace.drafts.draft(QUESTIONS, selections, generator="llm", actor=BOSS)
    with pytest.raises(InputError, match="vraag 2 is niet af"):
        workplace.sign_offs.approve(half.id, half.version, actor=BOSS)
    source = selections[1].chosen[0]
    told = [[c.statement for c in v.checks] for v in half.verifications]
    quote = half.verifications[0].shown[0].statement
    own = Statement(quote.text, quote.citations, Author.PERSON)
    assert source in selections[1].chosen
    edited = workplace.drafts.revise(half.id, [told[0], [own], told[2]], version=half.version, actor=BOSS)
    assert all(v.draft.complete for v in edited.verifications)
    assert not any("niet af" in r for v in edited.verifications for r in v.draft.left_out)
    if not any(v.failed for v in edited.verifications):
        workplace.sign_offs.opened(half.id, edited.cited[0], BOSS)
        assert workplace.sign_offs.approve(half.id, edited.version, actor=BOSS).state is DossierState.APPROVED
    workplace.script = scripted(verbatim(selections[0], 0), verbatim(selections[2], 0))
    assert workplace.drafts.replay(half.id, actor=BOSS).differences == ("vraag 2: is nooit afgeschreven",)


def test_only_who_may_draft_may_resume(workplace: Scripted) -> None:
    with pytest.raises(PermissionDeniedError):
        workplace.drafts.resume("dossier-0", actor=Actor("lezer", frozenset({Role.READER})))


def test_a_sentence_is_heard_before_the_model_has_finished(workplace: Scripted, selections) -> None:
    heard: list[str] = []

    class Slow(ScriptedGenerator):
        def stream(self, prompt, **told):
            yield from super().stream(prompt, **told)
            if prompt in self.prompts:
                heard.append("the model has finished")

    def listen(event: DraftEvent) -> None:
        if event.verification is not None:
            heard.append("done")
        elif event.progress is not None and event.progress.stage is Stage.SENTENCE:
            assert event.progress.check is not None
            assert event.progress.check.verdict is StatementVerdict.SUPPORTED
            heard.append(f"{event.position}: sentence {event.progress.position}")

    workplace.script = Slow([verbatim(s, 0, 1) for s in selections[:2]], context_tokens=60_000, piece=3)
    two = replace(QUESTIONS, questions=QUESTIONS.questions[:2])
    workplace.drafts.draft(two, selections[:2], generator="llm", on_event=listen, actor=BOSS)
    assert heard[:4] == ["0: sentence 0", "0: sentence 1", "the model has finished", "done"]
    assert heard[4] == "1: sentence 0"


# --------------------------------------------------------------------------- style and second opinion


VOICE = "Ik neem de zorgen van omwonenden serieus, en ga daarover graag met hen en met uw Kamer in gesprek."


def approved_with(workplace, selection) -> str:
    """Where an approved answer stands in which a person wrote VOICE."""
    one = replace(QUESTIONS, questions=(selection.question,))
    made = workplace.drafts.draft(one, [selection], actor=BOSS)
    written = [c.statement for c in made.verifications[0].shown][:1]
    mine = Statement(VOICE, (), author=Author.PERSON, own_account="Zo zei de minister het in het debat.")
    made = workplace.drafts.revise(made.id, [(*written, mine)], version=made.version, actor=BOSS)
    for source_id in made.cited:
        workplace.sign_offs.opened(made.id, source_id, BOSS)
    approved = workplace.sign_offs.approve(made.id, made.version, actor=BOSS)
    return f"{made.id}/{approved.version}/1"


def test_an_approved_answer_is_read_for_its_tone_and_that_can_be_switched_off(workplace, selections) -> None:
    def written():
        workplace.script = script = scripted(verbatim(selections[1], 2), "{}", "{}")
        one = replace(QUESTIONS, questions=QUESTIONS.questions[1:2])
        done = workplace.drafts.draft(one, selections[1:2], generator="llm", actor=BOSS)
        draft = done.verifications[0].draft
        return done.id, any(VOICE in p.task for p in script.prompts), draft

    _, read, _ = written()
    assert not read, "nobody approved it yet"
    where = approved_with(workplace, selections[0])
    dossier_id, read, draft = written()
    assert read and where in dict(draft.provenance.parameters)["style_from"].split()
    assert any(where in remark for remark in draft.left_out), "the officer sees which answer was read"
    workplace.script = scripted(verbatim(selections[1], 2), "{}", "{}")
    assert workplace.drafts.replay(dossier_id, actor=BOSS).same
    workplace.options = replace(workplace.options, style=False)
    _, read, draft = written()
    assert not read and "style_from" not in dict(draft.provenance.parameters)


def test_a_sentence_that_rests_on_a_style_example_alone_fails(workplace: Scripted, selections) -> None:
    selection = selections[0]
    taken = {s.id for s in selection.chosen}
    voice = "Ik vind het van groot belang dat de brandweer 77 nieuwe wagens krijgt. " + (
        "Daarover ga ik graag met uw Kamer in gesprek, en ik neem uw zorgen daarbij mee. " * 2
    )
    hit = next(h for h in selection.offered if h.source.id in taken)
    spare = next(h for h in selection.offered if h.source.id != selection.chosen[0].id)
    other = replace(hit.source, id=spare.source.id, body=voice.strip(), numbers=(9,))
    offered = (replace(hit, source=other), *(h for h in selection.offered if h is not spare))
    changed = replace(selection, offered=offered, chosen=selection.chosen[:1])
    resting = {"zin": voice.split(". ")[0] + ".", "bewijs": [{"bron": 1, "woorden": voice.split(". ")[0]}]}
    workplace.script = script = scripted(json.dumps({"zinnen": [resting], "ontbreekt": []}), "{}")
    one = replace(QUESTIONS, questions=QUESTIONS.questions[:1])
    (done,) = workplace.drafts.draft(one, [changed], generator="llm", actor=BOSS).verifications
    prompt = script.prompts[0].task
    assert "77 nieuwe wagens" in prompt and "77 nieuwe wagens" not in prompt.split("=== voorbeeld 1")[0]
    assert int(dict(done.draft.provenance.parameters)["style_examples"]) >= 1
    assert not any("77" in c.statement.text for c in done.shown)
    assert any("77" in c.statement.text for c in done.failed)


def judged_by(workplace: Scripted, *replies) -> ScriptedGenerator:
    judge = scripted(*replies)
    workplace.options = replace(
        workplace.options, judge=GeneratorChoice(GeneratorKind.OPENAI, model="rechter")
    )
    workplace.judge = judge
    return judge


def test_a_second_opinion_is_recorded_and_changes_no_verdict(workplace: Scripted, selections) -> None:
    replies = [verbatim(s, 0) for s in selections]
    workplace.script = scripted(*replies)
    plain = workplace.drafts.draft(QUESTIONS, selections, generator="llm", actor=BOSS)
    assert all(v.second_reading is None for v in plain.verifications), "off unless it was set"

    workplace.script = scripted(*replies)
    judged_by(workplace, '{"oordeel": "nee"}', '{"oordeel": "ja"}', GeneratorError("De rechter is weg."))
    doubted = workplace.drafts.draft(QUESTIONS, selections, generator="llm", actor=BOSS)
    opinions = [v.shown[0].opinion for v in doubted.verifications]
    assert opinions == [Opinion.DOUBTS, Opinion.AGREES, None]
    assert [v.verdict for v in doubted.verifications] == [v.verdict for v in plain.verifications]
    assert [c.verdict for v in doubted.verifications for c in v.checks] == [
        c.verdict for v in plain.verifications for c in v.checks
    ]
    view = dossier_view(doubted)["questions"]
    assert view[0]["statements"][0]["second_opinion"] == "doubts"
    assert view[0]["second_opinion"]["provenance"]["generator"] == "scripted"
    assert view[2]["second_opinion"]["problem"] == "De rechter is weg."
    assert workplace.dossiers.load(doubted.id, BOSS) == doubted
    told = [[c.statement for c in v.checks] for v in doubted.verifications]
    kept = workplace.drafts.revise(doubted.id, told, version=doubted.version, actor=BOSS)
    assert kept.verifications[0].shown[0].opinion is Opinion.DOUBTS
    workplace.script = scripted(*replies)
    assert workplace.drafts.replay(doubted.id, actor=BOSS).same


def test_a_stated_draft_gets_a_second_opinion_too(workplace: Scripted, selections) -> None:
    dossier = workplace.drafts.draft(QUESTIONS, selections, actor=BOSS)
    assert all(v.second_reading is None for v in dossier.verifications), "copied sentences need none"
    judge = judged_by(workplace, *['{"oordeel": "ja"}'] * 50)
    stated = read_stated_draft(json.loads(json.dumps(dossier_view(dossier))))
    checked = workplace.drafts.verify(stated, actor=BOSS)
    shown = [c for v in checked.verifications for c in v.shown]
    assert shown and all(c.opinion is Opinion.AGREES for c in shown)
    assert len(judge.prompts) == len(shown)


def test_a_judge_outside_this_machine_must_be_allowed(workplace: Scripted, selections) -> None:
    choice = GeneratorChoice(GeneratorKind.OPENAI, model="x", base_url="https://rechter.example/v1")
    workplace.options = replace(workplace.options, judge=choice)
    workplace.script = script = scripted(verbatim(selections[0], 0))
    with pytest.raises(PermissionDeniedError):
        workplace.drafts.draft(QUESTIONS, selections, generator="llm", actor=BOSS)
    assert script.prompts == [], "told before anything is written"


def test_what_was_set_stands_in_the_record(workplace: Scripted, selections) -> None:
    workplace.options = replace(workplace.options, max_tokens=321)
    workplace.script = scripted(*[verbatim(s, 0) for s in selections])
    dossier = workplace.drafts.draft(QUESTIONS, selections, generator="llm", actor=BOSS)
    assert ("max_tokens", "321") in dossier.verifications[0].draft.provenance.parameters


def test_an_owner_says_how_to_write_and_which_models_may_read(workplace: Scripted, selections) -> None:
    replies = [verbatim(s, 0) for s in selections]
    workplace.script = plain = scripted(*replies)
    before = workplace.drafts.draft(QUESTIONS, selections, generator="llm", actor=BOSS)
    asked = Guide(instructions="Verwijs naar de {merkteken}balie.", models=("scripted",))
    workplace.guides.put("voorbeeld", asked, actor=BOSS)
    workplace.script = told = scripted(*replies)
    after = workplace.drafts.draft(QUESTIONS, selections, generator="llm", actor=BOSS)
    assert all("Verwijs naar de (merkteken)balie." in p.situation for p in told.prompts)
    assert not any("balie" in p.situation + p.task for p in plain.prompts)
    assert [v.verdict for v in after.verifications] == [v.verdict for v in before.verifications]

    workplace.guides.put("voorbeeld", replace(asked, models=("een ander",)), actor=BOSS)
    with pytest.raises(InputError, match="mag niet worden gelezen door het taalmodel scripted"):
        workplace.drafts.draft(QUESTIONS, selections, generator="llm", actor=BOSS)
    assert workplace.drafts.draft(QUESTIONS, selections, actor=BOSS).verifications
    workplace.guides.put("voorbeeld", Guide(), actor=BOSS)
