"""`draft --resume`: what a broken-off draft says at the terminal, and how it is finished."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from learninglion.cli import app, main
from learninglion.models.errors import GeneratorError
from learninglion.sample import sample_documents, sample_question_set
from learninglion.testing import ScriptedGenerator
from learninglion.workflow.drafts import Drafts

ANSWER = json.dumps({"zinnen": [{"zin": "De maan is van kaas.", "bewijs": []}], "ontbreekt": []})


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LEARNINGLION_HOME", str(tmp_path))
    done = CliRunner().invoke(app, ["ingest", *(str(p) for p in sample_documents()[:8])])
    assert done.exit_code == 0, done.output
    return tmp_path


def script(monkeypatch: pytest.MonkeyPatch, *replies: str | Exception) -> ScriptedGenerator:
    model = ScriptedGenerator(replies, context_tokens=60_000)
    monkeypatch.setattr(Drafts, "model", lambda _self, kind: model if kind == "llm" else None)
    return model


def test_a_broken_off_draft_is_named_kept_and_finished(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    away = GeneratorError("Het taalmodel is weg.")
    script(monkeypatch, ANSWER, "{}", "{}", away, *[ANSWER, "{}"] * 20)
    first = CliRunner().invoke(
        app, ["draft", "--questions", str(sample_question_set()), "--generator", "llm", "--json"]
    )
    assert first.exit_code == 1
    draft = json.loads(first.stdout)
    (left,) = [q for q in draft["questions"] if not q["complete"]]
    (line,) = [li for li in first.stderr.splitlines() if "Niet af" in li]
    assert f"vraag {left['numbers'][0]}." in line and "Het taalmodel is weg." in line
    assert f"learninglion draft --resume {draft['id']}" in line

    model = script(monkeypatch, ANSWER, "{}")
    second = CliRunner().invoke(app, ["draft", "--resume", draft["id"], "--json"])
    assert second.exit_code == 0, second.stderr
    finished = json.loads(second.stdout)
    assert all(q["complete"] for q in finished["questions"])
    assert (finished["id"], finished["version"]) == (draft["id"], 2)
    assert len(model.prompts) <= 2


def test_a_draft_has_a_set_or_a_dossier() -> None:
    both = ["draft", "--questions", "x.txt", "--resume", "dossier-1"]
    assert CliRunner().invoke(app, both).exit_code == 2
    assert CliRunner().invoke(app, ["draft"]).exit_code == 2


def test_an_unknown_dossier_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LEARNINGLION_HOME", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["learninglion", "draft", "--resume", "dossier-bestaatniet"])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 1
    assert "bestaat niet" in capsys.readouterr().err
