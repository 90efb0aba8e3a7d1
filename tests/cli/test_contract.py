"""The command line as outside checks use it: JSON on stdout, exit statuses, processes of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from learninglion.cli import main
from learninglion.sample import sample_documents, sample_question_set

Call = Callable[..., tuple[int, str, str]]


def run(home: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LEARNINGLION_HOME": str(home)}
    command = [sys.executable, "-c", "from learninglion.cli import main; main()", *arguments]
    return subprocess.run(command, env=environment, input=stdin, capture_output=True, text=True, timeout=300)


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """The same entry point in this process: (exit status, what it printed, what it said of errors)."""

    def called(home: Path, *arguments: str) -> tuple[int, str, str]:
        monkeypatch.setenv("LEARNINGLION_HOME", str(home))
        monkeypatch.setattr("sys.argv", ["learninglion", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), *capsys.readouterr()

    return called


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    papers = (str(p) for p in sample_documents()[:8])
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as ended:
        patch.setenv("LEARNINGLION_HOME", str(folder))
        patch.setattr("sys.argv", ["learninglion", "ingest", *papers, "--collection", "voorbeeld"])
        main()
    assert not ended.value.code
    return folder


def test_parse_prints_one_object_a_file(call: Call, tmp_path: Path) -> None:
    first, second = (str(p) for p in sample_documents()[:2])
    status, printed, told = call(tmp_path, "parse", first, second, "--json")
    assert status == 0, told
    objects = [json.loads(line) for line in printed.splitlines()]
    assert len(objects) == 2
    for data in objects:
        wanted = {
            "identifier", "session_year", "number", "title", "asked_by", "answered_by",
            "asked_on", "received_on", "pairs", "notice", "footnotes",
        }  # fmt: skip
        assert wanted <= data.keys()
        assert all({"numbers", "question", "answer", "page", "footnotes"} <= p.keys() for p in data["pairs"])


def test_one_bad_file_does_not_stop_the_rest(call: Call, tmp_path: Path) -> None:
    bad = tmp_path / "kapot.pdf"
    bad.write_bytes(b"%PDF-1.7 niet af")
    status, printed, told = call(tmp_path / "home", "parse", str(bad), str(sample_documents()[0]), "--json")
    assert status == 1 and "kapot.pdf" in told
    assert len(printed.splitlines()) == 1


def test_asking_what_does_not_exist_is_an_error(home: Path, call: Call) -> None:
    question = ("ask", "Hoeveel controles waren er?")
    for words, problem in (
        ((*question, "--collection", "nergens"), "Verzameling nergens bestaat niet."),
        ((*question, "--document", "ah-nergens"), "Document ah-nergens bestaat niet."),
        (("documents", "--collection", "nergens", "--json"), "Verzameling nergens bestaat niet."),
    ):
        status, printed, told = call(home, *words)
        assert (status, printed) == (1, "") and problem in told
    assert call(home, *question, "--collection", "voorbeeld")[0] == 0


def test_search_gives_whole_pairs(home: Path, call: Call) -> None:
    status, printed, told = call(home, "search", "Hoeveel controles waren er?", "--limit", "3", "--json")
    assert status == 0, told
    hits = json.loads(printed)
    assert 1 <= len(hits) <= 3
    assert {"document", "numbers", "kind", "score", "text", "page", "regions", "url"} <= hits[0].keys()
    assert all(0 <= h["score"] <= 1 for h in hits)
    assert hits[0]["regions"]
    elsewhere = call(home, "search", "Hoeveel controles waren er?", "--collection", "andere", "--json")
    assert json.loads(elsewhere[1]) == []


def test_draft_and_verify(home: Path, call: Call, tmp_path: Path) -> None:
    arguments = ("draft", "--questions", str(sample_question_set()), "--select", "auto", "--json")
    first = run(home, *arguments)
    assert first.returncode == 0, first.stderr
    assert call(home, *arguments)[:2] == (0, first.stdout), "another process writes the same"
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
    status, printed, told = call(home, "verify", "--draft", str(file), "--json")
    assert status == 0, told
    verdicts = json.loads(printed)["questions"][0]["statements"]
    assert [v["verdict"] for v in verdicts] == ["supported", "unsupported", "uncited"]
    assert verdicts[1]["reasons"]


def test_a_draft_from_a_collection_that_is_not_there_is_one_error(home: Path, call: Call) -> None:
    before = call(home, "history")
    set_of_questions = str(sample_question_set())
    status, printed, told = call(
        home, "draft", "--questions", set_of_questions, "--collection", "nergens", "--json"
    )
    assert (status, printed) == (1, "")
    assert told.splitlines()[-1] == "learninglion: Verzameling nergens bestaat niet."
    assert call(home, "history") == before, "nothing was made"


def test_wrong_usage_is_two(call: Call, tmp_path: Path) -> None:
    assert call(tmp_path, "search", "x", "--since", "gisteren")[0] == 2
    assert call(tmp_path, "draft")[0] == 2
    assert call(tmp_path, "bestaat-niet")[0] == 2
    status, _, told = call(tmp_path, "search", "x", "--since", "2024", "--until", "2020")
    assert status == 2 and "eindigt voordat zij begint" in " ".join(told.split())


def test_missing_files_are_one(tmp_path: Path) -> None:
    done = run(tmp_path, "draft", "--questions", str(tmp_path / "weg.txt"))
    assert done.returncode == 1
    assert "weg.txt" in done.stderr
    assert "Traceback" not in done.stderr


def test_log_holds(home: Path, call: Call) -> None:
    status, printed, told = call(home, "log", "verify")
    assert status == 0, printed + told
