"""The command that puts a model in the table of docs/models.md."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from pathlib import Path

import pytest

from learninglion.testing import ScriptedGenerator

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("measure_model", ROOT / "tools" / "measure_model.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def copying(prompt) -> str:
    """A model that repeats the first sentence of the first source, and invents one."""
    line = next(
        x for x in prompt.task.split("=== bron 1 ")[1].split("\n") if x.startswith("| ") and "(" not in x
    )
    first = re.split(r"(?<=[.!?])\s", line.removeprefix("| "))[0]
    told = [
        {"zin": first, "bewijs": [{"bron": 1, "woorden": first}]},
        {"zin": "De maan is van kaas.", "bewijs": [{"bron": 1, "woorden": first}]},
    ]
    return json.dumps({"zinnen": told, "ontbreekt": []})


def test_a_model_is_measured_and_its_row_replaces_an_older_one(tool, tmp_path: Path) -> None:
    generator = ScriptedGenerator([copying, "{}"] * 3, context_tokens=8000)
    row = tool.measure(generator, "MIT", 3, 300)
    assert row.questions == 3 and row.shape == "json"
    assert 3 <= row.proposed <= 6 and row.held + row.fell_back >= 1
    assert row.held < row.proposed, "what was invented is not held, and what was copied is not the model's"
    page = tmp_path / "models.md"
    page.write_text((ROOT / "docs" / "models.md").read_text("utf-8"), "utf-8")
    before = page.read_text("utf-8").splitlines()
    tool.record(row, page)
    tool.record(row, page)
    after = page.read_text("utf-8").splitlines()
    assert [line for line in after if line not in before] == [row.line()]
    assert len(after) == len(before) + 1
    header = next(line for line in after if line.startswith("| model |"))
    assert row.line().count("|") == header.count("|")
