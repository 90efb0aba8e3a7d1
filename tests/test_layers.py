from __future__ import annotations

import subprocess
import sys
from dataclasses import Field, fields
from pathlib import Path
from typing import get_type_hints

import pytest

from learninglion.workflow import Workplace

ROOT = Path(__file__).resolve().parents[1]


def test_imports_go_down_only() -> None:
    # a process of its own: the linter switches off every logger that there is in the one it runs in
    program = Path(sys.executable).parent / "lint-imports"
    command = [program, "--config", "pyproject.toml", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_only_cli_and_web_read_settings() -> None:
    allowed = {"cli", "settings", "web"}
    readers = {
        path.relative_to(ROOT / "src" / "learninglion").parts[0].removesuffix(".py")
        for path in (ROOT / "src").rglob("*.py")
        if "learninglion.settings" in path.read_text("utf-8")
    }
    assert readers <= allowed


def test_a_workplace_hands_out_use_cases_and_nothing_they_stand_on() -> None:
    rooms = {hint.rpartition(".")[0] for hint in map(_module_of, fields(Workplace))}
    assert all(room.startswith(("learninglion.workflow", "collections")) for room in rooms), rooms


def _module_of(field: Field[object]) -> str:
    kind = get_type_hints(Workplace)[field.name]
    return f"{getattr(kind, '__module__', '')}.x"


@pytest.mark.parametrize("module", ["documents", "questions", "dossiers"])
def test_a_command_does_not_load_the_web(module: str) -> None:
    code = f"""
import sys, learninglion.cli, learninglion.cli.{module}
print(*sorted({{name.split(".")[0] for name in sys.modules}} & {{"fastapi", "starlette", "uvicorn", "mcp"}}))
print("learninglion.web" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]


def test_the_version_is_told_without_loading_the_rooms() -> None:
    code = "import sys, learninglion.cli; print({'learninglion.workflow', 'numpy'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["set()"]
