from __future__ import annotations

from dataclasses import replace

import pytest

from learninglion.drafting.extractive import draft
from learninglion.drafting.relevance import Relevance, built_in, read_measure
from learninglion.drafting.verdict import verify
from learninglion.evaluation.relevance import Example, learn_from_choices, of_dossiers, write_weights
from learninglion.models import Chooser, Dossier, Rejection
from learninglion.models.errors import InputError
from learninglion.testing import make_card, make_question_set, make_selection, make_source

TOWNS = [f"Haven{letter}" for letter in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV"]


def decided(town: str) -> Dossier:
    """A person chose the pair that answers, and rejected the one about the fares."""
    answers = make_source(
        f"Er varen op dit moment 12 veerponten bij {town}.",
        question=f"Hoeveel veerponten zijn er bij {town}?",
        card=make_card(f"a-{town}"),
    )
    other = make_source(
        f"De 12 veerponten bij {town} krijgen nieuwe kaartjes.",
        question=f"Welke kaartjes krijgen de veerponten bij {town}?",
        card=make_card(f"b-{town}"),
    )
    selection = make_selection(f"Hoeveel veerponten zijn er bij {town}?", [answers, other])
    rejected = (Rejection(other.id, "gaat over kaartjes"),)
    checked = verify(draft(replace(selection, chosen=(answers,), rejected=rejected)))
    assert checked.shown
    return Dossier(f"d-{town}", make_question_set(selection.question.text), (checked,))


@pytest.fixture(scope="module")
def dossiers() -> list[Dossier]:
    return [decided(town) for town in TOWNS]


def test_what_people_decided_becomes_cases(dossiers: list[Dossier]) -> None:
    yes, no = of_dossiers(dossiers[:1])
    assert (yes.answers, no.answers) == (True, False)
    assert yes.units == {0}
    assert yes.score == pytest.approx(0.9)
    verification = dossiers[0].verifications[0]
    by_machine = replace(verification.draft.selection, chosen_by=Chooser.MACHINE)
    unseen = replace(verification, draft=replace(verification.draft, selection=by_machine))
    assert list(of_dossiers([replace(dossiers[0], verifications=(unseen,))])) == []


def test_the_measure_learns_what_is_demonstrably_better(dossiers: list[Dossier]) -> None:
    examples = list(of_dossiers(dossiers))
    report = learn_from_choices(examples, built_in())
    assert report.questions == len(TOWNS)
    assert report.better
    again = learn_from_choices(examples, built_in())
    assert (again.weights.sentences.slopes == report.weights.sentences.slopes).all()  # no luck in it
    taught = read_measure(write_weights(report.weights, {}))
    yes, no = examples[:2]
    assert chance_of(yes, taught) > chance_of(yes, built_in())
    assert chance_of(no, taught) < chance_of(no, built_in())


def chance_of(example: Example, measure: Relevance) -> float:
    assert example.score is not None
    scores = {example.source.id: example.score}
    ((judged,),) = measure.judge(example.asking.text, [example.source], scores=scores)
    return max(judged.chances)


def test_decisions_that_contradict_each_other_make_it_no_surer(dossiers: list[Dossier]) -> None:
    examples = list(of_dossiers(dossiers))
    turned = [
        replace(e, answers=not e.answers, units=frozenset()) if at % 4 < 2 else e
        for at, e in enumerate(examples)
    ]
    report = learn_from_choices(turned, built_in())
    taught = read_measure(write_weights(report.weights, {}))
    for example in examples[:2]:
        assert chance_of(example, taught) <= max(0.6, chance_of(example, built_in()))


def test_too_little_is_not_learned_from(dossiers: list[Dossier]) -> None:
    with pytest.raises(InputError, match="ten minste 40"):
        learn_from_choices(list(of_dossiers(dossiers[:5])), built_in())
