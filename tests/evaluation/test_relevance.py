from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from learninglion.drafting.relevance import LIKELY, SURE, Weights, built_in, read_measure, read_weights
from learninglion.evaluation.relevance import (
    case_lines,
    find_found,
    find_written,
    fit,
    flat,
    make_source,
    read_evidence,
    shipped_cases,
    write_weights,
)

SOURCE = make_source(
    "s",
    "Hoeveel veerponten varen er bij Duinwijk?",
    "Er varen op dit moment 12 veerponten bij Duinwijk. De schippers krijgen scholing van de gemeente.",
)


def test_curves_are_learned_and_the_weakest_signal_decides() -> None:
    random = np.random.default_rng(3)
    rows = random.random((400, 2))
    answers = ((rows[:, 0] > 0.5) & (rows[:, 1] > 0.5)).astype(float)
    curves = fit(rows, answers, flat(2, (0, 1)))
    both, one = curves.chance(np.array([[0.9, 0.9], [0.99, 0.1]], dtype=np.float32))
    assert both > 0.8 > 0.2 > one
    again = fit(rows, answers, flat(2, (0, 1)))
    assert (again.slopes == curves.slopes).all()  # no luck in it


def test_what_was_learned_can_be_written_and_read() -> None:
    weights: Weights = built_in().weights
    read = read_weights(json.loads(write_weights(weights, {"examples": 1})))
    assert np.allclose(read.sentences.slopes, weights.sentences.slopes)
    with pytest.raises(ValueError, match="other signals"):
        read_weights({**json.loads(write_weights(weights, {})), "says": {"length": [1.0, 0.0]}})


def test_what_an_office_learned_outlives_the_other_signals_of_an_earlier_program() -> None:
    kept = json.loads(write_weights(built_in().weights, {}))
    says = {"means": [1.0, 0.0], **kept["says"], "found": [2.0, 0.5]}  # one signal that is no more
    del says["named"]  # and one that came later
    measure = read_measure(json.dumps(kept | {"asked": {"likeness": [9.0, -3.0]}, "says": says}))
    assert measure.weights.sentences.slopes.tolist() == [
        *built_in().weights.sentences.slopes[:-1].tolist(),
        2.0,
    ]
    shipped, learned = built_in().weights.question, measure.weights.question
    assert learned.slopes.tolist() == shipped.slopes.tolist()


def test_the_same_question_is_sure_and_another_is_not() -> None:
    ((same,),) = built_in().judge(SOURCE.question, [SOURCE])
    assert same.sameness >= SURE
    ((other,),) = built_in().judge("Hoeveel uur scholing krijgen schippers van de gemeente?", [SOURCE])
    assert other.sameness < LIKELY
    assert other.chances[1] < LIKELY  # no figure in it
    assert built_in().judge("Bent u bekend met het bericht over de pont?", [SOURCE]) == ()


@pytest.mark.parametrize(
    "asked",
    [
        "Hoeveel veerponten varen er bij Zandwijk?",
        "Hoeveel waterbussen varen er bij Duinwijk?",
        "Hoeveel veerponten liggen er bij Duinwijk stil?",
    ],
)
def test_nearly_the_same_question_about_another_thing_is_not_sure(asked: str) -> None:
    ((other,),) = built_in().judge(asked, [SOURCE])
    assert other.sameness < SURE


@pytest.mark.parametrize(
    "asked",
    ["Hoeveel veerponten varen er bij Zandwijk?", "Hoeveel veerponten varen er in 2030 bij Duinwijk?"],
)
def test_what_was_asked_of_another_thing_does_not_come_into_a_draft(asked: str) -> None:
    ((other,),) = built_in().judge(asked, [SOURCE])
    assert other.chance < LIKELY


def test_of_what_was_found_as_many_are_likely_as_answered() -> None:
    cases = [example for example in shipped_cases("train") if example.answers is not None][:40]
    examples = [replace(example, score=0.9) for example in cases]
    evidence = read_evidence(examples, built_in().meaning)
    seldom = [replace(example, answers=bool(place % 8 == 0)) for place, example in enumerate(examples)]
    often = [replace(example, answers=bool(place % 8)) for place, example in enumerate(examples)]
    found = [find_found(those, evidence, built_in().weights) for those in (seldom, often)]
    assert found[0] < found[1]
    assert find_found([replace(e, answers=False) for e in examples], evidence, built_in().weights) == 0.0


def test_most_of_what_was_written_is_told_right_by_what_is_likely() -> None:
    examples = [example for example in shipped_cases("train") if example.answers is not None][:60]
    evidence = read_evidence(examples, built_in().meaning)
    weights = built_in().weights
    weights = replace(weights, note_odds=find_written(examples, evidence, weights.sentences))
    told: dict[bool, list[bool]] = {True: [], False: []}
    for example, read in zip(examples, evidence, strict=True):
        places = sorted(example.units) if example.answers else range(len(read.sentences))
        says = weights.sentences.chance(read.sentences[list(places)])
        raised = says / (says + (1 - says) * math.exp(-weights.note_odds))
        told[bool(example.answers)] += (raised >= LIKELY).tolist()
    assert sum(told[True]) / len(told[True]) > 0.5 + sum(told[False]) / len(told[False]) / 2


def test_the_same_question_stays_so_with_marks_and_more_parts() -> None:
    asked = "Hoeveel veerponten varen er bij Duinwijk,[3 ] en waarom niet meer? Kunt u dat uitleggen?"
    source = replace(SOURCE, question=asked.replace("[3 ]", "[1]"))
    assert all(row[0].sameness >= SURE for row in built_in().judge(asked, [source]))
    assert (
        built_in()
        .judge("Wat vindt u daarvan?", [replace(SOURCE, question="Wat vindt u daarvan?")])[0][0]
        .sameness
        < SURE
    )  # it names nothing, so it may be of anything


def test_another_word_in_the_same_frame_asks_another_thing() -> None:
    source = replace(SOURCE, question="Hoeveel schippers stopten er vorig jaar bij de veerdienst?")
    ((other,),) = built_in().judge("Hoeveel matrozen stopten er vorig jaar bij de veerdienst?", [source])
    asked = "Hoeveel schippers van de veerdienst zijn er vorig jaar mee opgehouden?"
    ((same,),) = built_in().judge(asked, [source])
    assert other.sameness < LIKELY < SURE <= same.sameness


def test_what_waits_for_another_sort_of_answer_was_not_asked() -> None:
    source = replace(
        SOURCE, question="Waarom sluit de minister de veerpont bij Duinwijk?", body="Die is te oud."
    )
    ((moment,),) = built_in().judge("Wanneer sluit de minister de veerpont bij Duinwijk?", [source])
    assert moment.sameness < LIKELY


def test_a_sentence_that_says_it_is_found_in_other_words() -> None:
    ((found,),) = built_in().judge("Wat is het aantal veerponten bij Duinwijk op dit moment?", [SOURCE])
    assert found.best == 0
    assert found.chance >= LIKELY


def test_a_source_may_answer_one_part_or_the_other() -> None:
    asked = "Hoeveel veerponten heeft Duinwijk nu? Welke scholing biedt de gemeente aan schippers?"
    parts = built_in().judge(asked, [SOURCE], scores={SOURCE.id: 0.3})
    chances = [row[0].chance for row in parts]
    assert all(
        row[0].any_part == pytest.approx(1 - (1 - chances[0]) * (1 - chances[1]), abs=1e-3) for row in parts
    )
    assert parts[0][0].any_part > max(chances)


def test_what_the_search_thinks_little_of_does_not_answer() -> None:
    source = replace(SOURCE, question="")
    asked = "Wat is het aantal veerponten bij Duinwijk op dit moment?"
    chances = [
        built_in().judge(asked, [source], scores={source.id: s})[0][0].chance for s in (0.02, 0.5, 0.95)
    ]
    assert chances == sorted(chances)
    assert chances[0] < LIKELY <= chances[-1]
    ((brought,),) = built_in().judge(asked, [source])  # by a person: no score counts against it
    assert brought.chance >= chances[1]
    by_person = built_in().judge(asked, [source], more=built_in().weights.person_odds)
    assert by_person[0][0].chance < brought.chance


def test_sources_come_in_the_order_of_their_chance_also_where_a_figure_lacks() -> None:
    asked = "Hoeveel subsidie krijgen de schippers?"
    sources = [replace(SOURCE, question="", body=SOURCE.body.replace("12", "veel"), id=name) for name in "st"]
    ((far, near),) = built_in().judge(asked, sources, scores={"s": 0.1, "t": 0.8})
    assert far.chance < near.chance < LIKELY  # no amount in it


def test_the_cases_are_balanced_and_part_is_kept() -> None:
    cases = case_lines("relevance.jsonl")
    told = [q["answers"] for case in cases for q in case["questions"]]
    assert sum(told) * 2 == len(told)
    assert {case["part"] for case in cases} == {"train", "kept"}
    groups = {part: {e.group for e in shipped_cases(part)} for part in ("train", "kept")}
    assert not groups["train"] & groups["kept"]
