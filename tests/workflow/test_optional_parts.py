"""What is installed apart (PostgreSQL's driver, a model in the program) is not needed to begin."""

from __future__ import annotations

import subprocess
import sys

WITHOUT = """
import sys
for name in ("psycopg", "pgvector", "xllamacpp", "sentence_transformers"):
    sys.modules[name] = None
import learninglion.cli
import learninglion.cli.demo
import learninglion.web.app
import learninglion.workflow
"""


def test_the_program_begins_without_the_parts_that_are_installed_apart() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
