"""The small exam of a language model says in plain Dutch what it is fit for."""

from __future__ import annotations

import json

import pytest

from learninglion.evaluation.exams import Outcome, check_model
from learninglion.inference.generators import ThoughtOnlyError
from learninglion.models.errors import GeneratorError
from learninglion.testing import ScriptedGenerator

DUTCH = "Een brug slijt door het verkeer en het weer. Daarom moet er elk jaar naar worden gekeken."
RIGHT = {
    "zin": "In 2022 waren er 48.000 reizigers.",
    "bewijs": [{"bron": 1, "woorden": "ruim 48.000 reizigers"}],
}
SILENT = {"zinnen": [], "ontbreekt": ["de prijs van een abonnement"]}


def answer(*sentences):
    return json.dumps({"zinnen": list(sentences), "ontbreekt": []})


def outcomes(*replies, **more):
    report = check_model(lambda: ScriptedGenerator(replies, context_tokens=8192, **more))
    return {trial.name: trial.outcome for trial in report.trials}, report


def test_a_good_model_is_fit_to_write():
    told, report = outcomes("ja", DUTCH, answer(RIGHT), json.dumps(SILENT))
    assert {told[n] for n in ("denken", "JSON", "Nederlands", "bronvermelding", "zwijgen")} == {Outcome.GOOD}
    assert report.usable and report.fit_for.startswith("Geschikt")


def test_lines_do_as_well_as_json():
    told, report = outcomes(
        "ja",
        DUTCH,
        'In 2022 waren er 48.000 reizigers. [bron 1: "ruim 48.000 reizigers"]',
        "Ontbreekt: de prijs",
        structured=False,
    )
    assert (told["JSON"], told["bronvermelding"], told["zwijgen"]) == (
        Outcome.LIMITED,
        Outcome.GOOD,
        Outcome.GOOD,
    )
    assert report.usable


@pytest.mark.parametrize(
    ("replies", "name", "words"),
    [
        (
            ["ja", "A bridge needs maintenance because it wears.", answer(RIGHT), json.dumps(SILENT)],
            "Nederlands",
            "Niet geschikt",
        ),
        (
            ["ja", DUTCH, answer({"zin": "Het waren er 12.", "bewijs": []}), json.dumps(SILENT)],
            "bronvermelding",
            "groter model",
        ),
        ([GeneratorError("Het zwijgt.")], "denken", "geen antwoord"),
    ],
)
def test_what_goes_wrong_is_named(replies, name, words):
    told, report = outcomes(*replies)
    assert told[name] is Outcome.BAD and words in report.fit_for and not report.usable


def test_a_model_that_thinks_gets_room_and_the_advice_to_give_it():
    told, report = outcomes(
        ThoughtOnlyError("denken"),
        "ja",
        DUTCH,
        answer(RIGHT),
        answer({"zin": "Het kost 90 euro.", "bewijs": []}),
    )
    assert told["denken"] is Outcome.LIMITED and "max_tokens" in report.trials[3].detail
    assert told["zwijgen"] is Outcome.LIMITED and report.usable


def test_a_model_that_is_not_there():
    def opening():
        raise GeneratorError("Het taalmodel is niet bereikbaar.")

    report = check_model(opening)
    assert not report.usable and report.trials[0].detail == "Het taalmodel is niet bereikbaar."
