"""A terminal that knows few letters, and a port that is taken: told in words, not as an error."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

RUN = (sys.executable, "-c", "from learninglion.cli import main; main()")


def run(home: Path, *arguments: str, encoding: str = "utf-8") -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own."""
    environment = {**os.environ, "LEARNINGLION_HOME": str(home), "PYTHONIOENCODING": encoding}
    return subprocess.run((*RUN, *arguments), env=environment, capture_output=True, text=True, timeout=60)


@pytest.mark.slow
def test_letters_that_a_terminal_does_not_know_are_spelled_out(tmp_path: Path) -> None:
    paper = tmp_path / "brief.txt"
    paper.write_text("Eén brief over “stikstof”.\n\nDe minister schrijft – kort – aan de Kamer.", "utf-8")
    done = run(tmp_path / "home", "parse", str(paper), "--json", encoding="ascii")
    assert done.returncode == 0, done.stderr
    assert "“stikstof”" in json.dumps(json.loads(done.stdout), ensure_ascii=False)
    assert "Traceback" not in run(tmp_path / "home", "parse", str(paper), encoding="latin-1").stderr


def test_a_port_that_is_taken_is_told_before_anything_is_said_to_run(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run(tmp_path / "home", "serve", "--port", port)
    assert done.returncode == 1 and not done.stdout
    assert port in done.stderr and "bezet" in done.stderr and "Errno" not in done.stderr
