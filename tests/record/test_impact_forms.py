"""The start on a DPIA and an IAMA: opens in the government's tool, fits its forms, finishes nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
import yaml
from typer.testing import CliRunner

from learninglion.cli import app
from learninglion.compliance.impact_forms import Assessment, filled_form
from learninglion.compliance.register_entry import Registration

FORMS = Path(__file__).parents[3] / "shared/reference/schemas/dpia-iama"
AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
TOLD = Registration("", "", "", "", language_model="een-model", two_person_rule=True)


def questions(tasks: list[dict[str, object]]) -> dict[str, dict[str, object]]:
    """Every question of a form by its number."""
    found: dict[str, dict[str, object]] = {}
    for task in tasks:
        found[str(task["id"])] = task
        inner = task.get("tasks", [])
        assert isinstance(inner, list)
        found |= questions(inner)
    return found


@pytest.mark.skipif(not FORMS.is_dir(), reason="the government's forms (../shared) are not here")
@pytest.mark.parametrize("form", list(Assessment))
def test_every_answer_has_a_place_on_the_form(form: Assessment) -> None:
    data = filled_form(form, TOLD, at=AT)
    schema = json.loads((FORMS / "assessment-output.v2.schema.json").read_text("utf-8"))
    jsonschema.validate(data, schema)
    asked = yaml.safe_load((FORMS / f"{form.value}.yaml").read_text("utf-8"))
    metadata, answers = data["metadata"], data["answers"]
    assert isinstance(metadata, dict) and isinstance(answers, dict)
    assert metadata["urn"] == f"{asked['urn']}:{asked['version']}"
    known = questions(asked["tasks"])

    def fits(name: str, answer: object) -> None:
        kinds = known[name]["type"]
        assert isinstance(kinds, list) and isinstance(answer, dict)
        assert "task_group" not in kinds, name
        options = known[name].get("options") or []
        assert isinstance(options, list)
        if "select_option" in kinds or "radio_option" in kinds:
            assert answer["value"] in [o["value"] for o in options], name

    for name, answer in answers.items():
        if isinstance(answer, list):
            assert known[name]["repeatable"], name
            for group in answer:
                for inner, told in group.items():
                    if inner != "_index":
                        assert inner.startswith(f"{name}.")
                        fits(inner, told)
        else:
            fits(name, answer)


@pytest.mark.parametrize("form", list(Assessment))
def test_nothing_looks_finished_and_the_settings_are_told(form: Assessment) -> None:
    data = filled_form(form, TOLD, at=AT)
    assert data == filled_form(form, TOLD, at=AT)
    assert "completedTasks" not in json.dumps(data)
    told = json.dumps(data, ensure_ascii=False)
    assert "een-model" in told and "iemand anders" in told
    assert "een-model" not in json.dumps(filled_form(form, Registration("", "", "", ""), at=AT))


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEARNINGLION_HOME", str(tmp_path))
    done = CliRunner().invoke(app, ["assessment", "iama", "--out", str(tmp_path / "iama.json")])
    assert done.exit_code == 0, done.output
    assert json.loads((tmp_path / "iama.json").read_text("utf-8"))["metadata"]["urn"] == "urn:nl:iama:2.0"
    assert CliRunner().invoke(app, ["assessment", "belasting"]).exit_code == 2
