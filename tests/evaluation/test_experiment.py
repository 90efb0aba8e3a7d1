from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from learninglion.errors import InputError
from learninglion.evaluation.experiment import read_experiment, read_runs, rerun, run_experiment
from learninglion.evaluation.report import experiment_page, retrieval_page
from learninglion.evaluation.retrieval import evaluate_pairs
from learninglion.testing import HashingEncoder


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
    parser = HTMLParser()
    parser.feed(page)
    assert "http" not in page.replace("http-equiv", "")


def test_every_run_is_on_record_once_and_gives_the_same_again(tmp_path: Path) -> None:
    experiment = read_experiment(write(tmp_path, 'signals = ["words", "meaning", "both"]'))
    record = tmp_path / "runs.jsonl"
    runs = run_experiment(experiment, record, encoder=HashingEncoder(256))
    assert [dict(r.settings)["signals"] for r in runs] == ['"words"', '"meaning"', '"both"']
    assert all(not r.error and r.measures and r.peak_memory_mb > 0 for r in runs)
    assert len(record.read_text("utf-8").splitlines()) == 3
    assert run_experiment(experiment, record, encoder=HashingEncoder(256)) == runs
    assert len(record.read_text("utf-8").splitlines()) == 3
    again, same = rerun(runs[1], experiment, encoder=HashingEncoder(256))
    assert same
    assert again.id == runs[1].id
    page = experiment_page(runs)
    check_html(page)
    assert "proef &lt;1&gt;" in page
    assert "Wat maakte verschil" in page


def test_a_failed_run_is_recorded_and_tried_again(tmp_path: Path) -> None:
    class Broken(HashingEncoder):
        def encode_queries(self, texts):  # type: ignore[no-untyped-def]
            raise ValueError("geen geheugen voor <dit>")

    experiment = read_experiment(write(tmp_path, 'signals = ["both"]'))
    record = tmp_path / "runs.jsonl"
    (failed,) = run_experiment(experiment, record, encoder=Broken())
    assert "geen geheugen" in failed.error
    assert "Mislukt" in experiment_page([failed])
    (mended,) = run_experiment(experiment, record, encoder=HashingEncoder())
    assert not mended.error
    assert [bool(r.error) for r in read_runs(record)] == [True, False]


def test_a_record_that_was_cut_off_is_read_and_continued(tmp_path: Path) -> None:
    experiment = read_experiment(write(tmp_path, "body_grams = [0.1, 0.5]"))
    record = tmp_path / "runs.jsonl"
    run_experiment(experiment, record, encoder=HashingEncoder())
    text = record.read_text("utf-8")
    record.write_text(text[: len(text) - 50] + "\n", "utf-8")
    assert len(read_runs(record)) == 1
    assert len(run_experiment(experiment, record, encoder=HashingEncoder())) == 2
    assert len(read_runs(record)) == 2


def test_changed_data_are_not_passed_off_as_the_same(tmp_path: Path) -> None:
    experiment = read_experiment(write(tmp_path, 'signals = ["both"]'))
    (run,) = run_experiment(experiment, tmp_path / "runs.jsonl", encoder=HashingEncoder())
    write(tmp_path, 'signals = ["both"]', count=41)
    with pytest.raises(InputError, match="veranderd"):
        rerun(run, experiment, encoder=HashingEncoder())


def test_all_mistakes_of_a_file_are_named_together(tmp_path: Path) -> None:
    path = tmp_path / "fout.toml"
    path.write_text('iets = 1\n[grid]\nsignals = ["geuren"]\ntune = [true]\nbody_iets = [1]\n', "utf-8")
    with pytest.raises(InputError) as caught:
        read_experiment(path)
    for part in ("iets", "pairs", "geuren", "tune heeft een bestand nodig", "body_iets"):
        assert part in caught.value.detail


def test_the_page_of_a_measurement_shows_intervals_and_reliability(tmp_path: Path) -> None:
    write(tmp_path, 'signals = ["both"]')
    page = retrieval_page(evaluate_pairs(tmp_path / "pairs.jsonl", encoder=HashingEncoder()))
    check_html(page)
    for name in ("hit@1", "MRR@10", "<svg", "kalibratiefout"):
        assert name in page
