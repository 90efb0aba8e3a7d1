"""Measuring with and without a reranking model: evaluate, compare, experiment, do again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from learninglion.evaluation.experiment import Means, experiment_of, read_experiment, rerun, run_experiment
from learninglion.evaluation.measures import differences, read_runs
from learninglion.evaluation.retrieval import Configuration, evaluate, read_configuration
from learninglion.evaluation.testset import LabelledPair, pairs_trial
from learninglion.inference.reranking import (
    EndpointReranker,
    RerankerChoice,
    RerankerError,
    Reranking,
    open_reranking,
)
from learninglion.models.errors import InputError
from learninglion.testing import HashingEncoder
from rerankers import reranking_at

# Every question is answered by the one text that shares no word with it but "juist".
PAIRS = [
    LabelledPair(f"p{n}", f"Wat gebeurt er met zaak{n}?", f"Wat gebeurt er nooit {n}") for n in range(20)
]
PAIRS.append(LabelledPair("goed", "Wat gebeurt er met de hond?", "Juist: die blaft."))


MEANS = Means(lambda choice: HashingEncoder(256), lambda choice: open_reranking(choice, ()))


def hits(report: object, query: str) -> tuple[str, ...]:
    return dict(report.rankings)[query]  # type: ignore[attr-defined]


def test_the_measured_order_is_that_of_the_model() -> None:
    trial = pairs_trial(PAIRS)
    with reranking_at(word="Juist") as endpoint:
        reranking = Reranking(EndpointReranker(endpoint.base_url, timeout=5), 100.0, 21)
        plain = evaluate(trial, Configuration(), encoder=HashingEncoder(256), reranking=reranking)
        assert endpoint.requests == []
        found = evaluate(
            trial, Configuration(reranker=True), encoder=HashingEncoder(256), reranking=reranking
        )
        one = Configuration(reranker=True, reranker_weight=0.0, reranker_depth=5)
        same = evaluate(trial, one, encoder=HashingEncoder(256), reranking=reranking)
    assert plain.reranker == ""
    assert found.reranker.endswith("weight=100 depth=21")
    assert same.reranker.endswith("weight=0 depth=5")
    assert all(names[0] == "goed" for _, names in found.rankings)
    assert hits(plain, "p3")[0] != "goed"
    assert [n for n in hits(found, "p3") if n != "goed"] == [n for n in hits(plain, "p3") if n != "goed"][:9]
    assert same.rankings == plain.rankings


def test_a_measurement_is_never_silently_without_the_model() -> None:
    trial = pairs_trial(PAIRS)
    with pytest.raises(InputError, match="geen herordeningsmodel"):
        evaluate(trial, Configuration(reranker=True), encoder=HashingEncoder(64))
    with reranking_at(status=500) as endpoint, pytest.raises(RerankerError):
        reranking = Reranking(EndpointReranker(endpoint.base_url, timeout=5), 1.0, 5)
        evaluate(trial, Configuration(reranker=True), encoder=HashingEncoder(64), reranking=reranking)


def write(folder: Path, url: str, grid: str, more: str = "") -> Path:
    rows = [json.dumps({"id": p.id, "question": p.question, "answer": p.answer}) for p in PAIRS]
    (folder / "pairs.jsonl").write_text("\n".join(rows), "utf-8")
    table = f'[reranker]\nkind = "texts"\nurl = "{url}"\n{more}\n' if url else ""
    path = folder / "proef.toml"
    path.write_text(f'pairs = "pairs.jsonl"\n{table}[grid]\n{grid}\n', "utf-8")
    return path


def test_an_experiment_compares_with_and_without_and_can_be_done_again(tmp_path: Path) -> None:
    with reranking_at(word="Juist") as endpoint:
        grid = "reranker = [false, true]\nreranker_weight = [0.0, 100.0]\nreranker_depth = 21"
        experiment = read_experiment(write(tmp_path, endpoint.base_url, grid))
        record = tmp_path / "runs.jsonl"
        runs = run_experiment(experiment, record, MEANS)
        assert not any(run.error for run in runs)
        off, off_too, none, much = [run.first_ranks for run in runs]
        assert off == off_too == none != much
        assert much[-1] == 1
        assert [run.reranker_choice.kind for run in runs] == ["none", "none", "texts", "texts"]
        asked = len(endpoint.requests)
        assert run_experiment(experiment, record, MEANS) == runs
        assert len(endpoint.requests) == asked
        stored = read_runs(record)[3]
        again = rerun(stored, experiment_of(stored, record), record, MEANS)
        assert again.id == stored.id
        assert differences(stored, again) == ()
        endpoint.status = 500
        broken = rerun(stored, experiment_of(stored, record), record, MEANS)
        assert "foutcode 500" in broken.error


def test_a_model_elsewhere_fails_its_own_runs_only(tmp_path: Path) -> None:
    path = write(tmp_path, "https://example.org", "reranker = [false, true]")
    near, far = run_experiment(read_experiment(path), tmp_path / "runs.jsonl", MEANS)
    assert not near.error
    assert "example.org" in far.error
    assert far.reranker_choice == RerankerChoice("texts", "", "https://example.org")


def test_mistakes_are_named_together(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_experiment(
            write(tmp_path, "", "reranker = true\nreranker_depth = [0, 2.5]\nreranker_weight = [-1, 'x']")
        )
    told = caught.value.detail
    for part in ("tabel [reranker] nodig", "reranker_depth: 0", "2.5", "reranker_weight: -1", "'x'"):
        assert part in told
    with pytest.raises(InputError, match="onbekend veld 'weight'"):
        read_experiment(write(tmp_path, "http://127.0.0.1:1", "tune = false", "weight = 2"))
    (tmp_path / "een.toml").write_text(
        "reranker = true\nreranker_weight = 0.5\nreranker_depth = 7\n", "utf-8"
    )
    assert read_configuration(tmp_path / "een.toml") == Configuration(
        reranker=True, reranker_weight=0.5, reranker_depth=7
    )
