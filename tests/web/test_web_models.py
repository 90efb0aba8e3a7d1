"""Settings of models on the screen: where they are kept, what they may say, and that they are tried first."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from learninglion.models.errors import InputError
from learninglion.settings import load_settings, with_model
from learninglion.workflow.options import MODELS_FILE


def test_the_choice_on_the_screen_stands_between_file_and_environment(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('[generator]\nkind = "gguf"\nseed = 3\nmodel = "file"\n')
    screen = json.dumps({"generator": {"kind": "openai", "model": "screen"}}).encode()
    env = {"LEARNINGLION_HOME": str(tmp_path), "LEARNINGLION_GENERATOR_MODEL": "environment"}
    chosen = with_model(load_settings(env), screen).generator
    assert (chosen.kind, chosen.seed, chosen.model) == ("openai", 3, "environment")
    plain = load_settings({"LEARNINGLION_HOME": str(tmp_path)})
    assert (plain.generator.model, with_model(plain, screen).generator.model) == ("file", "screen")
    assert with_model(plain, None) == plain


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"generator": 1}',
        '{"generator": {}, "allowed_hosts": ["elsewhere.example"]}',
        '{"allowed_hosts": ["elsewhere.example"]}',
    ],
)
def test_the_screen_cannot_let_other_hosts_in(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match=MODELS_FILE):
        with_model(load_settings({"LEARNINGLION_HOME": str(tmp_path)}), text.encode())
