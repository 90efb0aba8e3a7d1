"""The public site: whole, standing alone, readable for everybody, and without what is held here."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from learninglion.cli import app
from learninglion.compliance.papers import Figure, Holding, Installation, Registration, publication

HERE = Installation(
    Registration(
        "Ministerie van Voorbeeldzaken", "post@voorbeeld.example", "", "", language_model="een-model"
    ),
    hosts=("model.voorbeeld.example",),
    holdings=(Holding("geheime-verzameling", 12, "opsporing", "mask"),),
    measured=(Figure("zoeken", "hit@1", "0.8", "verzameling geheime-verzameling", "2026-01-04", ""),),
)


class Outline(HTMLParser):
    """Headings, languages and addresses of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.links: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]


def test_every_page_stands_alone_and_can_be_read_by_everybody() -> None:
    made = publication(HERE)
    assert made == publication(HERE)
    for name, content in made.items():
        text = content.decode()
        outline = Outline()
        outline.feed(text)
        assert not {"script", "img", "link", "iframe"} & outline.tags, name
        assert outline.headings[0] == 1, name
        assert all(b - a <= 1 for a, b in zip(outline.headings, outline.headings[1:], strict=False)), name
        assert text.count('aria-current="page"') == 1 and '<html lang="nl">' in text
        for link in outline.links:
            assert link in made or link.startswith(("https://", "#")), (name, link)


def test_what_failed_is_in_it_and_what_is_held_here_is_not() -> None:
    whole = b"".join(publication(HERE).values()).decode()
    for word in ("not reached", "missed", "een-model", "27.3%", "Kan niet"):
        assert word in whole, word
    for secret in ("geheime-verzameling", "opsporing", "model.voorbeeld.example"):
        assert secret not in whole


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEARNINGLION_HOME", str(tmp_path / "home"))
    done = CliRunner().invoke(app, ["publish", str(tmp_path / "uit")])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "uit" / "index.html").is_file()
