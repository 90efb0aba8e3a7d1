"""Each requirement names evidence that is there; when evidence disappears, this fails."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REGISTRY = ROOT / ".." / "shared" / "reference" / "schemas" / "task-registry" / "index.tsv"
_URN = re.compile(r"urn:nl:ak:(?:ver|mtr):[a-z]{3}-\d\d")


def measures() -> dict[str, list[str]]:
    """The evidence of each measure, by URN; the file is plain enough to be read line by line."""
    found: dict[str, list[str]] = {}
    for line in (ROOT / "compliance" / "measures.yaml").read_text("utf-8").splitlines():
        if line.startswith("- urn: "):
            urn = line.removeprefix("- urn: ")
            assert urn not in found, f"{urn} stands there twice"
            found[urn] = []
        elif line.startswith("    - "):
            found[urn].append(line.removeprefix("    - "))
    return found


@pytest.mark.parametrize(("urn", "evidence"), measures().items())
def test_evidence_is_there(urn: str, evidence: list[str]) -> None:
    assert _URN.fullmatch(urn)
    assert evidence, f"{urn} has no evidence"
    for named in evidence:
        path, _, name = named.partition("::")
        assert (ROOT / path).is_file(), f"{urn}: {path} is gone"
        text = (ROOT / path).read_text("utf-8")
        assert not name or re.search(rf"^\s*(?:def|class) {name}\b", text, re.MULTILINE), f"{named} is gone"


def test_the_registry_knows_each_of_them() -> None:
    if not REGISTRY.is_file():
        pytest.skip("../shared is not here")
    known = {line.split("\t")[0] for line in REGISTRY.read_text("utf-8").splitlines()}
    assert measures().keys() <= known
