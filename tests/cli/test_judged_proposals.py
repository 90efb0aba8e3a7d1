"""What an office judged of its proposals, read by `evaluate drafts --judgments FILE --collection NAME`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from learninglion.cli import app
from learninglion.cli.experiments import collection_entries
from learninglion.drafting.askings import Kind, kind_of
from learninglion.models import Source
from learninglion.models.errors import InputError
from learninglion.sample import sample_documents


@pytest.fixture
def answering(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Source:
    """A source of the collection "proef" that answers a question for a figure."""
    monkeypatch.setenv("LEARNINGLION_HOME", str(tmp_path / "home"))
    papers = [str(path) for path in sample_documents()[:2]]
    done = CliRunner().invoke(app, ["ingest", *papers, "--collection", "proef"])
    assert done.exit_code == 0, done.output
    sources = [source for source, _ in collection_entries("proef") if len(source.body.split()) > 15]
    return next(s for s in sources if len(s.question.split()) > 12 and kind_of(s.question) is Kind.FIGURE)


def test_what_an_office_judged_is_measured_on_its_collection(answering: Source, tmp_path: Path) -> None:
    path = tmp_path / "oordelen.jsonl"
    command = ["evaluate", "drafts", "--judgments", str(path), "--json", "--collection"]

    def judged(label: str) -> dict[str, tuple[int, int]]:
        passage = {"document": answering.document.id, "numbers": answering.numbers, "label": label}
        row = {"set": "dossier-1", "introduction": "", "numbers": [1], "question": answering.question}
        path.write_text(json.dumps(row | {"kind": "figure", "passages": [passage]}), "utf-8")
        done = CliRunner().invoke(app, [*command, "proef"])
        assert done.exit_code == 0, done.output
        return {bar["name"]: (bar["count"], bar["of"]) for bar in json.loads(done.stdout)["bars"]}

    right = judged("yes")
    assert right["drafted from it"] == right["with it first"] == (1, 1)
    assert right["misleading among green"] == (0, 1)
    assert judged("no")["misleading among green"] == (1, 1)
    elsewhere = CliRunner().invoke(app, [*command, "weg"])
    assert isinstance(elsewhere.exception, InputError) and "weg" in elsewhere.exception.detail
