"""Each requirement names evidence that is there; when evidence disappears, this fails."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from learninglion.compliance.papers import Measure, known_measures, read_measures

ROOT = Path(__file__).resolve().parents[2]
REGISTRY = ROOT / ".." / "shared" / "reference" / "schemas" / "task-registry" / "index.tsv"
_URN = re.compile(r"urn:nl:ak:(?:ver|mtr):[a-z]{3}-\d\d")


def measures() -> tuple[Measure, ...]:
    """The measures in the file of the repository."""
    return read_measures((ROOT / "compliance" / "measures.yaml").read_text("utf-8").splitlines())


@pytest.mark.parametrize("measure", measures(), ids=lambda measure: measure.urn)
def test_evidence_is_there(measure: Measure) -> None:
    urn, evidence = measure.urn, measure.evidence
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
    assert {measure.urn for measure in measures()} <= known


def test_the_file_ships_and_is_read_as_yaml_reads_it() -> None:
    assert known_measures() == measures()
    listed = yaml.safe_load((ROOT / "compliance" / "measures.yaml").read_text("utf-8"))
    assert [(m["urn"], m["does"], tuple(m["evidence"]), m.get("open", "")) for m in listed] == [
        (m.urn, m.does, m.evidence, m.open) for m in measures()
    ]
    assert len({m.urn for m in measures()}) == len(measures())
