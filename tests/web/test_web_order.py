"""What people and programs are told when the reranking model does not answer; nothing when it does."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from test_web_mcp import ask
from typer.testing import CliRunner
from web_office import EVERYTHING, Office, documents, form_token

from learninglion import web
from learninglion.cli import app
from learninglion.inference.reranking import WITHOUT
from learninglion.models import Role
from learninglion.settings import RerankerSettings, Settings, outside_of
from rerankers import reranking_at

SET = "Vragen over vuurwerk.\n\nVraag 1\nHoeveel kilo consumentenvuurwerk mag een winkelier opslaan?\n"
SAID = WITHOUT.split(".")[0]


def test_the_pages_the_api_and_mcp_say_so(make_office: Callable[..., Office]) -> None:
    with reranking_at(word="de") as endpoint:
        office = make_office(
            LEARNINGLION_RERANKER_KIND="documents", LEARNINGLION_RERANKER_BASE_URL=endpoint.base_url
        )
        assert not office.workplace.intake.ingest(documents()[:3], actor=EVERYTHING).failures
        asked = next(
            s.question
            for s in office.workplace.documents.sources_of(
                office.workplace.documents.list(EVERYTHING)[0].id, EVERYTHING
            )
        )
        browser = office.browser(office.person("Sam", Role.DRAFTER, Role.READER))

        def told() -> list[bool]:
            token = form_token(browser)
            found = browser.post(
                "/search", data={"text": "opslag van vuurwerk", "threshold": "0", "csrf": token}
            )
            assert "data-hit" in found.text
            checked = browser.post("/sets/new", data={"text": SET, "csrf": token})
            work = checked.url.path.split("/")[2]
            form = {
                "csrf": token,
                "introduction": "Vragen over vuurwerk.",
                "title": "Vuurwerk",
                "threshold": "0",
            }
            browser.post(f"/sets/{work}/check", data={**form, "number-0": "1", "text-0": SET.split("\n")[3]})
            shortlist = browser.get(f"/sets/{work}/questions/1")
            assert "gevonden" in shortlist.text
            failed, reply = ask(office, EVERYTHING, "search", text=asked)
            assert not failed
            assert json.loads(str(reply))["hits"]
            return [SAID in found.text, SAID in shortlist.text, json.loads(str(reply))["notice"] == WITHOUT]

        assert told() == [False] * 3
        endpoint.status = 500
        assert told() == [True] * 3
        assert endpoint.requests


def test_the_terminal_says_so(tmp_path: Path) -> None:
    with reranking_at(word="de") as endpoint:
        env = {
            "LEARNINGLION_HOME": str(tmp_path / "home"),
            "LEARNINGLION_RERANKER_KIND": "texts",
            "LEARNINGLION_RERANKER_BASE_URL": endpoint.base_url,
        }
        run = CliRunner()
        assert run.invoke(app, ["ingest", *map(str, documents()[:2])], env=env).exit_code == 0
        (tmp_path / "set.txt").write_text(SET, "utf-8")
        commands = [["search", "opslag van vuurwerk"], ["draft", "--questions", str(tmp_path / "set.txt")]]
        before = [run.invoke(app, command, env=env) for command in commands]
        endpoint.status = 500
        after = [run.invoke(app, command, env=env) for command in commands]
    assert [done.exit_code for done in (*before, *after)] == [0, 0, 0, 0]
    assert not any(SAID in done.stderr for done in before)
    assert all(SAID in done.stderr for done in after)
    assert "let op: vraag 1: " in after[1].stderr


def test_what_is_told_is_there_in_english_and_another_machine_is_named(tmp_path: Path) -> None:
    table = json.loads((Path(web.__file__).parent / "translations" / "en.json").read_text("utf-8"))
    assert WITHOUT in table
    far = RerankerSettings(kind="texts", base_url="https://a.voorbeeld.nl")
    assert outside_of(Settings(tmp_path, allowed_hosts=("a.voorbeeld.nl",), reranker=far)).used == (
        "a.voorbeeld.nl",
    )
