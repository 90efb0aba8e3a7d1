"""The start on the government's forms: opens in their tools, fits their keys, finishes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
import yaml
from typer.testing import CliRunner

from learninglion.cli import app
from learninglion.compliance.papers import (
    Assessment,
    Installation,
    Registration,
    facts_of,
    filled_form,
    open_questions,
)

SCHEMAS = Path(__file__).parents[3] / "shared/reference/schemas"
FORMS = SCHEMAS / "dpia-iama"
AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
TOLD = Registration("", "", "", "", language_model="een-model", two_person_rule=True)
HERE = Installation(TOLD)
BARE = Installation(Registration("", "", "", ""), hosts=("model.voorbeeld.example",))
FORM_FILES = [Assessment.DPIA, Assessment.IAMA, Assessment.PRESCAN]


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
@pytest.mark.parametrize("here", [HERE, BARE], ids=["local", "with a host"])
@pytest.mark.parametrize("form", FORM_FILES)
def test_every_answer_has_a_place_on_the_form(form: Assessment, here: Installation) -> None:
    data = filled_form(form, facts_of(here), at=AT)
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
        value = answer["value"]
        options = known[name].get("options") or []
        assert isinstance(options, list)
        permitted = {str(o["value"]).lower() for o in options}
        given: Iterable[str] = value if isinstance(value, list) else [value]
        assert isinstance(value, list) == ("checkbox_option" in kinds), name
        if permitted:
            assert {v.lower() for v in given} <= permitted, name

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


@pytest.mark.skipif(not FORMS.is_dir(), reason="the government's forms (../shared) are not here")
def test_the_open_list_knows_every_question() -> None:
    for form in FORM_FILES:
        asked = yaml.safe_load((FORMS / f"{form.value}.yaml").read_text("utf-8"))
        answerable = {
            name
            for name, task in questions(asked["tasks"]).items()
            if not {"task_group", "image"} & set(task["type"])  # type: ignore[call-overload]
        }
        left = dict(open_questions(form, facts_of(HERE), at=AT))
        told = filled_form(form, facts_of(HERE), at=AT)["answers"]
        assert isinstance(told, dict)
        given = set(told) | {k for v in told.values() if isinstance(v, list) for g in v for k in g}
        assert answerable == set(left) | (given & answerable)
        assert not set(left) & given


def test_most_of_what_the_program_knows_is_told() -> None:
    asked = {Assessment.DPIA: 55, Assessment.IAMA: 33, Assessment.PRESCAN: 14}
    for form, least in asked.items():
        told = filled_form(form, facts_of(HERE), at=AT)["answers"]
        assert isinstance(told, dict)
        groups = [g for v in told.values() if isinstance(v, list) for g in v]
        keys = {k for k, v in told.items() if isinstance(v, dict)} | {k for g in groups for k in g} - {
            "_index"
        }
        assert len(keys) >= least, (form, len(keys))


@pytest.mark.parametrize("form", list(Assessment))
def test_nothing_looks_finished_and_the_settings_are_told(form: Assessment) -> None:
    data = filled_form(form, facts_of(HERE), at=AT)
    assert data == filled_form(form, facts_of(HERE), at=AT)
    assert "completedTasks" not in json.dumps(data)
    told = json.dumps(data, ensure_ascii=False)
    assert "een-model" in told
    assert "een-model" not in json.dumps(filled_form(form, facts_of(BARE), at=AT))
    for signature in ('"20.1', '"19.4', '"19.5', '"17.3"', '"5.B"'):
        assert signature not in told


def test_an_allowed_host_leaves_the_cloud_questions_open() -> None:
    local = filled_form(Assessment.PRESCAN, facts_of(HERE), at=AT)["answers"]
    outside = filled_form(Assessment.PRESCAN, facts_of(BARE), at=AT)["answers"]
    assert isinstance(local, dict) and isinstance(outside, dict)
    assert "2.1.1" in local and "2.1.1" not in outside
    lawful = Installation(replace(TOLD, lawful_basis="Artikel 68 van de Grondwet."))
    assert "11.2" not in filled_form(Assessment.DPIA, facts_of(HERE), at=AT)["answers"]  # type: ignore[operator]
    assert "11.2" in filled_form(Assessment.DPIA, facts_of(lawful), at=AT)["answers"]  # type: ignore[operator]


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEARNINGLION_HOME", str(tmp_path))
    done = CliRunner().invoke(app, ["assessment", "iama", "--out", str(tmp_path / "iama.json")])
    assert done.exit_code == 0, done.output
    assert json.loads((tmp_path / "iama.json").read_text("utf-8"))["metadata"]["urn"] == "urn:nl:iama:2.0"
    assert CliRunner().invoke(app, ["assessment", "belasting"]).exit_code == 2
