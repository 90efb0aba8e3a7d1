"""The entry for the Algoritmeregister: true to the standard, and silent about what nobody said."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from learninglion.cli import app
from learninglion.compliance.papers import CATEGORIES, STATUSES, Registration, register_entry
from learninglion.models.errors import InputError
from learninglion.settings import load_settings, registration

STANDARD = Path(__file__).parents[3] / "shared/reference/schemas/algoritmeregister/standard_v1_0.json"
TOLD = Registration(
    "Ministerie van Voorbeeldzaken", "algoritmes@voorbeeld.example", STATUSES[1], CATEGORIES[2]
)


@pytest.mark.skipif(not STANDARD.exists(), reason="the publication standard (../shared) is not here")
def test_every_field_is_one_of_the_standard_and_fits() -> None:
    standard = json.loads(STANDARD.read_text("utf-8"))["properties"]
    full = replace(
        TOLD,
        begin_date="2026-01",
        lawful_basis="Artikel 68 van de Grondwet.",
        website="https://voorbeeld.example/kamervragen",
        impact_assessments="DPIA van januari 2026.",
        language_model="een-model",
        second_reader=True,
        reranker=True,
        two_person_rule=True,
    )
    for told in (TOLD, full):
        entry = register_entry(told)
        required = {name for name, rule in standard.items() if rule.get("required") is True}
        assert required <= set(entry) <= set(standard)
        for name, value in entry.items():
            rule = standard[name]
            assert len(str(value)) <= rule.get("max_length", 10**6)
            permitted = rule.get("permitted_values")
            given = value if isinstance(value, list) else [value]
            assert not permitted or set(given) <= set(permitted), name


def test_what_nobody_said_is_named_and_not_made_up() -> None:
    with pytest.raises(InputError) as caught:
        register_entry(Registration("", "bel maar", "klaar", "", "januari 2026", website="voorbeeld.example"))
    for name in ("organisation", "contact", "status", "publication_category", "begin_date", "website"):
        assert name in caught.value.detail
    assert not {"lawful_basis", "impacttoetsen", "website", "begin_date"} & set(register_entry(TOLD))


def test_it_tells_what_is_set_up() -> None:
    plain = register_entry(TOLD)
    both = register_entry(
        replace(TOLD, language_model="een-model", two_person_rule=True, encoder="ander-model")
    )
    assert "schrijft een taalmodel" not in str(plain["methods_and_models"])
    assert "(een-model)" in str(both["methods_and_models"])
    assert "ander-model" in str(both["methods_and_models"])
    assert "iemand anders" in str(both["human_intervention"])
    assert "iemand anders" not in str(plain["human_intervention"])


def test_too_long_a_text_is_refused() -> None:
    with pytest.raises(InputError, match="lawful_basis"):
        register_entry(replace(TOLD, lawful_basis="x" * 2501))


def test_the_command_writes_what_the_settings_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEARNINGLION_HOME", str(tmp_path))
    out = tmp_path / "register.json"
    refused = CliRunner().invoke(app, ["register-entry", "--out", str(out)])
    assert isinstance(refused.exception, InputError) and not out.exists()
    (tmp_path / "settings.toml").write_text(
        '[web]\norganisation = "Ministerie van Voorbeeldzaken"\ncontact = "algoritmes@voorbeeld.example"\n'
        '[generator]\nkind = "gguf"\npath = "/modellen/klein.gguf"\n'
        '[register]\nstatus = "In gebruik"\npublication_category = "Overige algoritmes"\n',
        "utf-8",
    )
    assert registration(load_settings()).language_model == "klein.gguf"
    done = CliRunner().invoke(app, ["register-entry", "--out", str(out)])
    assert done.exit_code == 0, done.output
    entry = json.loads(out.read_text("utf-8"))
    assert entry["organization"] == "Ministerie van Voorbeeldzaken" and entry["lang"] == "nld"
    shown = CliRunner().invoke(app, ["register-entry"])
    assert json.loads(shown.output) == entry
    nowhere = CliRunner().invoke(app, ["register-entry", "--out", str(tmp_path)])
    assert isinstance(nowhere.exception, InputError)
