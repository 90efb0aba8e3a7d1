from __future__ import annotations

from pathlib import Path

import pytest

from learninglion.drafting.relevance import SURE
from learninglion.models.errors import InputError
from learninglion.settings import load_settings, workplace_options


def test_defaults_stay_on_this_machine(tmp_path: Path) -> None:
    settings = load_settings({"LEARNINGLION_HOME": str(tmp_path)})
    assert settings.home == tmp_path
    assert settings.web.host == "127.0.0.1"
    assert settings.allowed_hosts == ()
    assert settings.generator.kind == "none"


def test_file_then_environment(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(
        'allowed_hosts = ["a.example"]\n[generator]\nkind = "openai"\nseed = 3\n'
        "[web]\ntwo_person_rule = true\n"
    )
    env = {
        "LEARNINGLION_HOME": str(tmp_path),
        "LEARNINGLION_GENERATOR_SEED": "5",
        "LEARNINGLION_GENERATOR_BASE_URL": "http://127.0.0.1:1/v1",
    }
    settings = load_settings(env)
    assert settings.allowed_hosts == ("a.example",)
    assert (settings.generator.kind, settings.generator.seed) == ("openai", 5)
    assert settings.generator.base_url == "http://127.0.0.1:1/v1"
    assert settings.web.two_person_rule is True


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = [", "kan niet worden gelezen"),
        ("colour = 1", "onbekende instelling 'colour'"),
        ("[web]\nport = 'x'", "port"),
        ("web = 1", "tabel"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "settings.toml").write_text(text)
    with pytest.raises(InputError, match="settings.toml") as caught:
        load_settings({"LEARNINGLION_HOME": str(tmp_path)})
    assert message in caught.value.detail


def test_secrets_do_not_show() -> None:
    settings = load_settings({"LEARNINGLION_HOME": "/nowhere", "LEARNINGLION_GENERATOR_API_KEY": "geheim"})
    assert "geheim" not in repr(settings)


def test_a_model_has_a_limit_and_a_judge_is_off_unless_set(tmp_path: Path) -> None:
    plain = workplace_options(load_settings({"LEARNINGLION_HOME": str(tmp_path)}))
    assert plain.generator is None and plain.judge is None and plain.max_tokens == 900
    (tmp_path / "settings.toml").write_text(
        'allowed_hosts = ["rechter.example"]\n'
        '[generator]\nkind = "openai"\nmodel = "klein"\nmax_tokens = 400\ntimeout_seconds = 12.5\n'
        '[judge]\nkind = "openai"\nmodel = "rechter"\nbase_url = "https://rechter.example/v1"\n'
    )
    options = workplace_options(load_settings({"LEARNINGLION_HOME": str(tmp_path)}))
    assert options.max_tokens == 400
    assert options.generator is not None and options.generator.timeout == 12.5
    assert options.judge is not None and options.judge.model == "rechter"
    assert options.judge.allowed_hosts == ("rechter.example",)


@pytest.mark.parametrize("told", ["max_tokens = 0", "context_tokens = -1", "timeout_seconds = 0"])
def test_a_limit_of_nothing_is_refused(tmp_path: Path, told: str) -> None:
    (tmp_path / "settings.toml").write_text(f'[generator]\nkind = "openai"\n{told}\n')
    with pytest.raises(InputError, match="meer dan 0"):
        workplace_options(load_settings({"LEARNINGLION_HOME": str(tmp_path)}))


def test_an_unknown_kind_of_judge_is_named(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('[judge]\nkind = "orakel"\n')
    with pytest.raises(InputError, match=r"\[judge\] kind"):
        workplace_options(load_settings({"LEARNINGLION_HOME": str(tmp_path)}))


def test_how_sure_the_search_must_be_can_be_set(tmp_path: Path) -> None:
    env = {"LEARNINGLION_HOME": str(tmp_path)}
    assert workplace_options(load_settings(env)).sure == SURE
    (tmp_path / "settings.toml").write_text("[drafting]\nsure = 0.4\n")
    assert workplace_options(load_settings(env)).sure == 0.4
    for wrong in ("1.2", "-0.1", "nan"):
        with pytest.raises(InputError, match="sure"):
            workplace_options(load_settings({**env, "LEARNINGLION_DRAFTING_SURE": wrong}))
