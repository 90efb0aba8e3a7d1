"""The documents say what is so: links lead somewhere, commands, settings, rights and modules exist."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest
import typer.main

from learninglion.cli import app
from learninglion.models import Role
from learninglion.record.export import ExportFormat
from learninglion.record.letter import KNOWN_FIELDS
from learninglion.settings import Settings, load_settings
from learninglion.workflow.rights import RIGHTS, Task

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "benchmarks").glob("*.md"),
        *(p for p in (ROOT / "src" / "learninglion").rglob("*.md") if not p.is_symlink()),
    ]
)
by_page = pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
_LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def _without_code(text: str) -> str:
    return re.sub(r"`[^`\n]*`", "", _FENCE.sub("", text))


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


@by_page
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in _LINK.findall(_without_code(page.read_text("utf-8"))):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        known = target.exists() and (not anchor or anchor in _anchors(target))
        if not known:
            broken.append(link)
    assert broken == []


def _command_lines(page: Path) -> Iterator[list[str]]:
    for _, code in _FENCE.findall(page.read_text("utf-8")):
        for line in code.splitlines():
            line = line.strip().removeprefix("$ ").removeprefix(".venv/bin/")
            if line.startswith("learninglion "):
                yield shlex.split(line, comments=True)
    for code in re.findall(r"`(learninglion [^`\n]+)`", _FENCE.sub("", page.read_text("utf-8"))):
        yield shlex.split(code)


@cache
def _program() -> click.Command:
    return typer.main.get_command(app)


def _misfit(words: list[str]) -> str:
    """What in a documented command line the program does not know; empty when it knows all of it."""
    command = _program()
    rest = words[1:]
    while rest and not rest[0].startswith("-") and hasattr(command, "get_command"):
        inner = command.get_command(click.Context(command), rest[0])
        if inner is None:
            return rest[0]
        command, rest = inner, rest[1:]
    options = {name for p in command.params for name in (*p.opts, *p.secondary_opts)} | {"--help"}
    return next((w for w in rest if w.startswith("--") and w.split("=")[0] not in options), "")


@by_page
def test_documented_commands_exist(page: Path) -> None:
    if page.name == "cli.md":
        pytest.skip("made from the code; tests/cli/test_cli_reference.py checks it")
    misfits = [" ".join(words) for words in _command_lines(page) if _misfit(words)]
    assert misfits == []


def test_an_unknown_command_would_be_noticed() -> None:
    assert _misfit(["learninglion", "conjure"]) == "conjure"
    assert _misfit(["learninglion", "search", "--loudly", "x"]) == "--loudly"
    assert _misfit(["learninglion", "log", "verify"]) == ""


def test_documented_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for page in PAGES:
        named = set(re.findall(r"(?:^|`)make ([a-z][a-z-]*)(?=`|\s*#|\s*$)", page.read_text("utf-8"), re.M))
        assert named <= targets, page


@by_page
def test_no_machine_shows_through(page: Path) -> None:
    assert not re.search(r"(?<![\w.])/(?:work|tmp|root|home)/", page.read_text("utf-8"))


def test_the_guide_names_settings_that_exist(tmp_path: Path) -> None:
    blocks = [code for kind, code in _FENCE.findall(_guide()) if kind == "toml"]
    assert blocks
    for number, code in enumerate(blocks):
        file = tmp_path / f"{number}.toml"
        file.write_text(code, "utf-8")
        load_settings({"LEARNINGLION_HOME": str(tmp_path), "LEARNINGLION_SETTINGS": str(file)})


def test_the_guide_gives_the_defaults_that_are_in_force(tmp_path: Path) -> None:
    full = next(code for kind, code in _FENCE.findall(_guide()) if kind == "toml" and "[web]" in code)
    file = tmp_path / "settings.toml"
    file.write_text(full, "utf-8")
    home = {"LEARNINGLION_HOME": str(tmp_path)}
    said = load_settings({**home, "LEARNINGLION_SETTINGS": str(file)})
    given = tomllib.loads(full)
    defaults = Settings(home=tmp_path)
    for section, values in given.items():
        if not isinstance(values, dict):
            assert getattr(said, section) == getattr(defaults, section)
            continue
        for name in values:
            if (section, name) == ("search", "threshold"):  # any value below 0 means the same
                continue
            wanted = getattr(getattr(defaults, section), name)
            assert getattr(getattr(said, section), name) == wanted, f"[{section}] {name}"


def test_the_table_of_rights_is_the_one_that_is_enforced() -> None:
    rows = re.findall(r"^\| ([a-z][^|]+) \|(.+)\|$", _guide(), re.MULTILINE)
    columns = (Role.READER, Role.DRAFTER, Role.APPROVER, Role.ADMINISTRATOR, Role.AUDITOR)
    said = {
        words.strip(): frozenset(
            role for role, cell in zip(columns, cells.split("|"), strict=True) if cell.strip() == "yes"
        )
        for words, cells in rows
        if cells.count("|") == len(columns) - 1 and not words.startswith("task")
    }
    named = {
        "search and read sources": Task.SEARCH,
        "work on a set: choose, draft, edit, replay": Task.DRAFT,
        "see sets, their versions and exports": Task.READ_DOSSIER,
        "sign off": Task.APPROVE,
        "judge how relevant results are": Task.JUDGE,
        "take in and remove documents, people, models, destroy sets": Task.MANAGE,
        "see and check the log": Task.AUDIT,
    }
    assert set(named.values()) == set(Task)
    assert said == {words: RIGHTS[task] for words, task in named.items()}


def test_the_page_about_letters_names_every_field_and_form() -> None:
    text = (ROOT / "docs" / "letters.md").read_text("utf-8")
    assert set(re.findall(r"\{\{([a-z ]+)\}\}", text)) == set(KNOWN_FIELDS)
    assert [form.value for form in ExportFormat if f"`{form.value}`" not in text] == []


def test_the_architecture_names_what_is_there() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    picture = _FENCE.findall(text)[1][1]
    folders = re.findall(r"^  (\w+)/ ", picture, re.MULTILINE)
    assert folders
    assert all((ROOT / "src" / "learninglion" / f).is_dir() for f in folders)
    packages = {p.parent.name for p in (ROOT / "src" / "learninglion").glob("*/__init__.py")}
    assert packages == set(folders)


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/architecture.md", "docs/evaluation.md"])
def test_modules_that_are_named_are_there(page: str) -> None:
    named = re.findall(r"`([a-z_0-9/]+\.py)`", (ROOT / page).read_text("utf-8"))
    roots = (ROOT, ROOT / "src" / "learninglion")
    assert named
    assert [name for name in named if not any((root / name).is_file() for root in roots)] == []


def test_the_notice_names_every_package_that_is_needed() -> None:
    pinned = re.findall(
        r"^([A-Za-z0-9_.-]+)", (ROOT / "requirements" / "runtime.txt").read_text("utf-8"), re.M
    )
    pinned = [name.lower() for name in pinned if not name.startswith("-")]
    notice = (ROOT / "NOTICE").read_text("utf-8")
    assert pinned
    assert [name for name in pinned if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", notice)] == []


def test_the_licence_is_complete() -> None:
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert text.startswith("# EUROPEAN UNION PUBLIC LICENCE v. 1.2")
    articles = re.findall(r"^## (\d+)\. ", text, re.MULTILINE)
    assert articles == [str(n) for n in range(1, 16)]
    assert "## Appendix" in text


def _guide() -> str:
    return (ROOT / "docs" / "user-guide.md").read_text("utf-8")
