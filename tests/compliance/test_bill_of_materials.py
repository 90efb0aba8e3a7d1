"""The bill of materials names everything that is pinned, and the check before a release can fail."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
HASH = "--hash=sha256:" + "a" * 64
NOTICE = """3. Packages

  goed                       MIT
  keuze                      GPL-3.0-only OR MIT
  streng                     AGPL-3.0-only
  samen                      MIT AND GPL-3.0-only

4. Optional packages
  ook (ISC), een and twee (MPL-2.0), for something
"""


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bill", ROOT / "tools" / "bill_of_materials.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules["bill"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_this_repository_may_be_released(tool: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert tool.main(["--check"]) == 0, capsys.readouterr().err


def test_what_is_pinned_stands_in_the_bill(tool: ModuleType, tmp_path: Path) -> None:
    assert (
        tool.main(["--out", str(tmp_path / "a.json")]) == tool.main(["--out", str(tmp_path / "b.json")]) == 0
    )
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    bill = json.loads((tmp_path / "a.json").read_text("utf-8"))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    named = {c["name"]: c for c in bill["components"]}
    pinned = (ROOT / "requirements" / "runtime.txt").read_text("utf-8")
    assert all(f"{name}==" in pinned for name in ("fastapi", "numpy", "joserfc"))
    assert {"fastapi", "numpy", "joserfc", "psycopg", "xllamacpp"} <= set(named)
    assert named["numpy"]["externalReferences"][0]["hashes"][0]["alg"] == "SHA-256"
    depends = {d["ref"]: d["dependsOn"] for d in bill["dependencies"]}
    assert set(depends) == {c["bom-ref"] for c in bill["components"]} | {
        bill["metadata"]["component"]["bom-ref"]
    }
    assert any(r.startswith("pkg:pypi/starlette@") for r in depends[named["fastapi"]["bom-ref"]])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f"goed==1.0 \\\n    {HASH}\n", ""),
        (f"goed==1.0 ; sys_platform == 'linux' \\\n    {HASH}\n", ""),
        (f"keuze==1.0 \\\n    {HASH}\n", ""),
        (f"ook==1.0 \\\n    {HASH}\n", ""),
        (f"twee==1.0 \\\n    {HASH}\n", ""),
        ("goed==1.0\n", "no exact version with hashes"),
        (f"goed>=1.0 \\\n    {HASH}\n", "no exact version with hashes"),
        ("goed @ https://voorbeeld.nl/goed.whl\n", "no exact version with hashes"),
        (f"streng==1.0 \\\n    {HASH}\n", "AGPL-3.0-only is not on the list"),
        (f"samen==1.0 \\\n    {HASH}\n", "is not on the list"),
        (f"vreemd==1.0 \\\n    {HASH}\n", "not in NOTICE"),
    ],
)
def test_what_is_not_pinned_or_not_allowed_is_named(tool: ModuleType, line: str, said: str) -> None:
    wrong = tool.problems(*tool.read_requirements(f"{line}    # via\n    #   iets\n"), NOTICE)
    assert bool(wrong) is bool(said)
    assert said in " ".join(wrong)
