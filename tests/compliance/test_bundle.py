"""The papers of accountability: complete, true to every schema that is given, and nothing signed."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
import yaml
from typer.testing import CliRunner

from learninglion.cli import app
from learninglion.compliance.papers import (
    CATEGORIES,
    STATUSES,
    Figure,
    Holding,
    Installation,
    Registration,
    compliance_bundle,
    known_risks,
    shipped_figures,
)

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / ".." / "shared" / "reference" / "schemas"
AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
TOLD = Registration(
    "Ministerie van Voorbeeldzaken",
    "algoritmes@voorbeeld.example",
    STATUSES[1],
    CATEGORIES[2],
    language_model="een-model",
)
HERE = Installation(
    TOLD,
    holdings=(Holding("kamervragen", 12, "Antwoorden voorbereiden", "mask"), Holding("los", 3, "", "allow")),
    measured=(Figure("zoeken", "hit@1", "0.8 (0.7 tot 0.9)", "eigen archief", "2026-01-04", "Beheer"),),
    dossier_days=3650,
)
given_schemas = pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the schemas (../shared) are not here")


def read(made: dict[str, bytes], name: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(made[name])
    return found


@given_schemas
def test_the_register_record_fits_the_standard_and_the_api() -> None:
    entry = read(compliance_bundle(HERE, at=AT), "algoritmeregister.json")
    standard = json.loads((SCHEMAS / "algoritmeregister/standard_v1_0.json").read_text("utf-8"))["properties"]
    required = {name for name, rule in standard.items() if rule.get("required") is True}
    assert required <= set(entry) <= set(standard)
    api = json.loads((SCHEMAS / "algoritmeregister/openapi_v1_0.json").read_text("utf-8"))
    rules = json.loads(json.dumps(api["components"]["schemas"]).replace('"type": "enum", ', ""))
    check = jsonschema.Draft202012Validator({**rules["AlgorithmIn"], "components": {"schemas": rules}})
    assert [error.message for error in check.iter_errors(entry)] == []
    assert list(check.iter_errors({**entry, "status": "klaar"}))


@given_schemas
def test_the_system_card_has_the_fields_of_the_template() -> None:
    card = read(compliance_bundle(HERE, at=AT), "systeemkaart.json")
    template = json.loads((SCHEMAS / "amt/AMT_Template_1.json").read_text("utf-8"))
    assert set(card) - {"schema_version"} == set(template)
    for name in ("provenance", "ai_act_profile"):
        assert set(card[name]) == set(template[name])  # type: ignore[call-overload]
    for name in ("models", "assessments", "owners"):
        for item in card[name]:  # type: ignore[attr-defined]
            assert set(item) <= set(template[name][0]) | {"provenance"}, name
    known = {
        line.split("\t")[0] for line in (SCHEMAS / "task-registry/index.tsv").read_text("utf-8").splitlines()
    }
    for name in ("measures", "requirements"):
        listed = card[name]
        assert isinstance(listed, list) and listed
        assert {item["urn"] for item in listed} <= known
        assert {item["state"] for item in listed} == {"to do"}


@given_schemas
def test_every_question_of_the_technical_documentation_is_there() -> None:
    card = read(compliance_bundle(HERE, at=AT), "technische-documentatie.json")
    path = SCHEMAS / "task-registry/instruments/technical_docs_for_high_risk_ai.yaml"
    instrument = yaml.safe_load(path.read_text("utf-8"))
    contents = card["contents"]
    assert isinstance(contents, list) and card["urn"] == instrument["urn"]
    assert [item["urn"] for item in contents] == [task["urn"] for task in instrument["tasks"]]
    unanswered = {item["urn"].rpartition(":")[2] for item in contents if not item["answer"]}
    assert unanswered == {"2.f", "8", "9"} - {"2.f"}


def test_the_bill_is_of_this_installation() -> None:
    bill = read(compliance_bundle(HERE, at=AT), "sbom.cdx.json")
    components = bill["components"]
    assert isinstance(components, list)
    names = {c["name"] for c in components}
    assert {"numpy", "fastapi", "starlette", "tantivy"} <= names and "pytest" not in names
    references = {c["bom-ref"] for c in components}
    depends = bill["dependencies"]
    assert isinstance(depends, list)
    assert {on for d in depends for on in d["dependsOn"]} == references


def test_the_same_installation_gives_the_same_bytes_and_sums() -> None:
    made = compliance_bundle(HERE, at=AT)
    assert made == compliance_bundle(HERE, at=AT)
    sums = dict(line.split("  ")[::-1] for line in made["SHA256SUMS"].decode().splitlines())
    assert sums == {n: hashlib.sha256(c).hexdigest() for n, c in made.items() if n != "SHA256SUMS"}
    for name, content in made.items():
        assert not re.search(r"\{[a-z_]+\}", content.decode()), name
        assert b"[x]" not in content and b"completedTasks" not in content


def test_what_the_organisation_must_say_is_open_and_not_made_up() -> None:
    made = compliance_bundle(Installation(Registration("", "", "", "")), at=AT)
    told = made["OPEN.md"].decode()
    for point in ("organisation is leeg", "contact", "status", "lawful_basis", "dossier_days"):
        assert point in told
    assert "organization" not in read(made, "algoritmeregister.json")
    assert (
        "**open**" in made["toegankelijkheid.md"].decode()
        and "**open**" in made["risicoregister.md"].decode()
    )
    filled = compliance_bundle(HERE, at=AT)
    assert filled["OPEN.md"].decode().count("- [ ]") < told.count("- [ ]")
    assert "Verzameling los: het doel" in filled["OPEN.md"].decode()
    assert "eigen archief" in filled["modelkaarten.md"].decode()
    assert "Taalmodel: een-model" in filled["modelkaarten.md"].decode()
    without = replace(HERE, registration=replace(TOLD, language_model=""))
    assert "Taalmodel:" not in compliance_bundle(without, at=AT)["modelkaarten.md"].decode()


def test_shipped_figures_stand_in_the_benchmarks() -> None:
    told = (ROOT / "benchmarks/README.md").read_text("utf-8")
    for figure in shipped_figures():
        assert re.search(rf"(?<![\d.]){re.escape(figure.value.replace(' van ', ' of '))}(?!\d)", told), figure


def test_the_evidence_of_each_risk_is_there() -> None:
    assert len({risk.id for risk in known_risks()}) == len(known_risks())
    for risk in known_risks():
        for named in risk.evidence:
            if not named.startswith("learninglion "):
                assert (ROOT / re.split(r"::|, ", named)[0]).is_file(), named


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEARNINGLION_HOME", str(tmp_path / "home"))
    done = CliRunner().invoke(app, ["compliance", "export", str(tmp_path / "uit")])
    assert done.exit_code == 0, done.output
    assert {"OPEN.md", "dpia.json", "sbom.cdx.json"} <= {p.name for p in (tmp_path / "uit").iterdir()}
