from __future__ import annotations

from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[1]


def test_imports_go_down_only(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    status = lint_imports(config_filename="pyproject.toml", no_cache=True)
    assert status == 0, capsys.readouterr().out


def test_only_cli_and_web_read_settings() -> None:
    allowed = {"cli", "settings", "web"}
    readers = {
        path.relative_to(ROOT / "src" / "learninglion").parts[0].removesuffix(".py")
        for path in (ROOT / "src").rglob("*.py")
        if "learninglion.settings" in path.read_text("utf-8")
    }
    assert readers <= allowed
