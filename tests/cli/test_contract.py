"""The command line as outside checks use it: real processes, JSON on stdout, exit statuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from learninglion.sample import sample_documents, sample_question_set


def run(home: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LEARNINGLION_HOME": str(home)}
    command = [sys.executable, "-c", "from learninglion.cli import main; main()", *arguments]
    return subprocess.run(command, env=environment, input=stdin, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    done = run(folder, "ingest", *(str(p) for p in sample_documents()[:8]), "--collection", "voorbeeld")
    assert done.returncode == 0, done.stderr
    return folder


def test_parse_prints_one_object_a_file(tmp_path: Path) -> None:
    first, second = (str(p) for p in sample_documents()[:2])
    done = run(tmp_path, "parse", first, second, "--json")
    assert done.returncode == 0, done.stderr
    objects = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(objects) == 2
    for data in objects:
        wanted = {
            "identifier", "session_year", "number", "title", "asked_by", "answered_by",
            "asked_on", "received_on", "pairs", "notice", "footnotes",
        }  # fmt: skip
        assert wanted <= data.keys()
        assert all({"numbers", "question", "answer", "page", "footnotes"} <= p.keys() for p in data["pairs"])


def test_one_bad_file_does_not_stop_the_rest(tmp_path: Path) -> None:
    bad = tmp_path / "kapot.pdf"
    bad.write_bytes(b"%PDF-1.7 niet af")
    done = run(tmp_path / "home", "parse", str(bad), str(sample_documents()[0]), "--json")
    assert done.returncode == 1
    assert "kapot.pdf" in done.stderr
    assert len(done.stdout.splitlines()) == 1


def test_asking_what_does_not_exist_is_an_error(home: Path) -> None:
    for option, name, told in (
        ("--collection", "nergens", "Verzameling nergens bestaat niet."),
        ("--document", "ah-nergens", "Document ah-nergens bestaat niet."),
    ):
        done = run(home, "ask", "Hoeveel controles waren er?", option, name)
        assert (done.returncode, done.stdout) == (1, "") and told in done.stderr
    listed = run(home, "documents", "--collection", "nergens", "--json")
    assert (listed.returncode, listed.stdout) == (
        1,
        "",
    ) and "Verzameling nergens bestaat niet." in listed.stderr
    assert run(home, "ask", "Hoeveel controles waren er?", "--collection", "voorbeeld").returncode == 0


def test_search_gives_whole_pairs(home: Path) -> None:
    done = run(home, "search", "Hoeveel controles waren er?", "--limit", "3", "--json")
    assert done.returncode == 0, done.stderr
    hits = json.loads(done.stdout)
    assert 1 <= len(hits) <= 3
    assert {"document", "numbers", "kind", "score", "text", "page", "regions", "url"} <= hits[0].keys()
    assert all(0 <= h["score"] <= 1 for h in hits)
    assert hits[0]["regions"]
    elsewhere = run(home, "search", "Hoeveel controles waren er?", "--collection", "andere", "--json")
    assert json.loads(elsewhere.stdout) == []


def test_draft_and_verify(home: Path, tmp_path: Path) -> None:
    arguments = ("draft", "--questions", str(sample_question_set()), "--select", "auto", "--json")
    first, second = run(home, *arguments), run(home, *arguments)
    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout
    draft = json.loads(first.stdout)
    assert draft["ai_generated"] is True
    for question in draft["questions"]:
        assert question["verdict"] in {"answered", "partial", "unanswerable"}
        assert isinstance(question["missing"], list)
        if question["verdict"] == "unanswerable":
            assert question["statements"] == []
            assert question["missing"]
        for statement in question["statements"]:
            assert statement["verdict"] == "supported"
            assert all(
                {"document", "numbers", "quote", "page", "regions"} <= c.keys()
                for c in statement["citations"]
            )
    statements = [s for q in draft["questions"] for s in q["statements"]]
    assert statements
    citation = {k: statements[0]["citations"][0][k] for k in ("document", "numbers", "quote")}
    written = {
        "questions": [
            {
                "numbers": [1],
                "statements": [
                    {"text": citation["quote"], "citations": [citation]},
                    {"text": "Er zijn 987654 olifanten geteld.", "citations": [citation]},
                    {"text": "Zonder bron.", "citations": []},
                ],
            }
        ]
    }
    file = tmp_path / "concept.json"
    file.write_text(json.dumps(written))
    checked = run(home, "verify", "--draft", str(file), "--json")
    assert checked.returncode == 0, checked.stderr
    verdicts = json.loads(checked.stdout)["questions"][0]["statements"]
    assert [v["verdict"] for v in verdicts] == ["supported", "unsupported", "uncited"]
    assert verdicts[1]["reasons"]


def test_a_draft_from_a_collection_that_is_not_there_is_one_error(home: Path) -> None:
    kept = run(home, "history").stdout
    done = run(home, "draft", "--questions", str(sample_question_set()), "--collection", "nergens", "--json")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1] == "learninglion: Verzameling nergens bestaat niet."
    assert run(home, "history").stdout == kept, "nothing was made"


def test_wrong_usage_is_two(tmp_path: Path) -> None:
    assert run(tmp_path, "draft").returncode == 2
    assert run(tmp_path, "search", "x", "--since", "gisteren").returncode == 2
    assert run(tmp_path, "bestaat-niet").returncode == 2
    turned = run(tmp_path, "search", "x", "--since", "2024", "--until", "2020")
    assert turned.returncode == 2 and "eindigt voordat zij begint" in " ".join(turned.stderr.split())


def test_missing_files_are_one(tmp_path: Path) -> None:
    done = run(tmp_path, "draft", "--questions", str(tmp_path / "weg.txt"))
    assert done.returncode == 1
    assert "weg.txt" in done.stderr
    assert "Traceback" not in done.stderr


def test_log_holds(home: Path) -> None:
    done = run(home, "log", "verify")
    assert done.returncode == 0, done.stdout + done.stderr
