"""The pages for administrators, tried literally: every command in a block, in a shell, on a fresh archive."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from learninglion.sample import sample_documents

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted((ROOT / "docs" / "administration").glob("*.md"))
_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of two documents, to copy."""
    home = tmp_path_factory.mktemp("administration") / "leeuw"
    # by a process of its own, as the commands that follow: doubles of other tests may stand in this one
    program = Path(sys.executable).parent / "learninglion"
    names = {**os.environ, "LEARNINGLION_HOME": str(home)}
    subprocess.run([program, "ingest", *sample_documents()[:2]], env=names, check=True)
    return home


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_every_command_does_what_the_page_says(
    page: Path, archive: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    blocks = _BLOCK.findall(page.read_text("utf-8"))
    if not blocks:
        assert page.stem == "workers"  # a worker stays; tests/web/test_web_operations.py runs one
        return
    script = "\n".join(blocks)
    names = {"HOME": str(tmp_path), "LEARNINGLION_HOME": str(tmp_path / "leeuw")}
    if "$POSTGRESQL" in script:
        names["POSTGRESQL"] = str(request.getfixturevalue("postgresql_url"))
    if page.stem != "install":
        shutil.copytree(archive, tmp_path / "leeuw")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    kept = {k: v for k, v in os.environ.items() if not k.startswith("LEARNINGLION_")}
    done = subprocess.run(
        ["bash", "-eu", "-c", script],
        cwd=tmp_path,
        env={**kept, "PATH": path, **names},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_page_is_in_the_list() -> None:
    listed = re.findall(
        r"\(administration/([a-z-]+)\.md\)", (ROOT / "docs" / "administration.md").read_text()
    )
    assert sorted(listed) == [page.stem for page in PAGES]
