"""Wrong usage is said in Dutch; where a server stands is known to the commands beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from learninglion.cli import app
from learninglion.models import Role
from learninglion.settings import WebSettings, address_for, note_place, noted_place


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("serch x", "het commando 'serch' bestaat niet; bedoelt u 'search'"),
        ("users toevoegen", "het commando 'toevoegen' bestaat niet."),
        ("search", "noem "),
        ("serve --port abc", "'--port' is een geheel getal."),
        ("serve --port 99999", "'--port' is hoogstens 65535."),
        ("search x --limit 0", "'--limit' is minstens 1."),
        ("draft --question x", "de optie --question bestaat niet; bedoelt u"),
        ("users add x --role baas", "'--role' is een van 'reader', 'drafter'"),
        ("search x y z", "dit is te veel: y z."),
        ("search x --limit", "zet een waarde achter de optie '--limit'."),
        ("search x --json=3", "achter de optie '--json' hoort geen waarde."),
        ("search x --since gisteren", "--since: schrijf een jaar"),
    ],
)
def test_wrong_usage_is_told_in_dutch(words: str, told: str) -> None:
    done = CliRunner().invoke(app, words.split())
    assert done.exit_code == 2
    assert told in done.stderr and done.stderr.count("learninglion: ") == 1
    for english in ("Error", "Usage", "Try", "Invalid", "No such", "Input should", "OPTIONS"):
        assert english not in done.stderr, done.stderr


def test_a_group_without_a_command_shows_its_help() -> None:
    done = CliRunner().invoke(app, ["users"])
    assert "Voeg iemand toe" in done.output and "learninglion: " not in done.output


@pytest.mark.parametrize("words", ["", "users", "evaluate --help", "draft --help", "users add --help"])
def test_help_is_in_dutch(words: str) -> None:
    shown = CliRunner().invoke(app, words.split()).output
    assert shown.startswith("Gebruik: ") and "Opties:" in shown and "Toon deze uitleg." in shown
    for english in ("Usage", "Options", "Arguments", "Commands", "default:", "required", "Show this", "ARGS"):
        assert english not in shown, shown


def test_an_invitation_has_the_port_of_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    web = WebSettings()
    assert noted_place(tmp_path, web) == web
    note_place(tmp_path, WebSettings(port=9123))
    assert address_for(noted_place(tmp_path, web)) == "http://127.0.0.1:9123"
    monkeypatch.setenv("LEARNINGLION_HOME", str(tmp_path))
    done = CliRunner().invoke(app, ["users", "add", "baas", "--role", Role.ADMINISTRATOR.value])
    assert done.exit_code == 0 and "http://127.0.0.1:9123/set-up?token=" in done.output
    (tmp_path / "cache" / "serving.json").write_text("{}")
    assert noted_place(tmp_path, web) == web
