from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from web_office import EVERYTHING, Office

from learninglion.cli import main
from learninglion.models import Actor, Role
from learninglion.settings import load_settings, workplace_options
from learninglion.web.mcp import create_mcp
from learninglion.workflow import open_workplace

SET = "Vragen over vuurwerk.\n\nVraag 1\nHoeveel kilo consumentenvuurwerk mag een winkelier opslaan?\n"


def ask(
    office: Office, actor: Actor, tool: str, *, writing: bool = False, **arguments: object
) -> tuple[bool, object]:
    """Call a tool as a client of the protocol does; gives whether it failed, and what came back."""

    async def talk() -> tuple[bool, object]:
        async with Client(create_mcp(office.workplace, actor, writing=writing)) as client:
            answer = await client.call_tool(tool, arguments)
            text = "".join(getattr(c, "text", "") for c in answer.content)
            return bool(answer.is_error), text

    return asyncio.run(talk())


def tools(office: Office, *, writing: bool) -> dict[str, bool]:
    async def talk() -> dict[str, bool]:
        async with Client(create_mcp(office.workplace, EVERYTHING, writing=writing)) as client:
            listed = await client.list_tools()
            return {t.name: bool(t.annotations and t.annotations.read_only_hint) for t in listed.tools}

    return asyncio.run(talk())


def test_nothing_can_be_written_unless_asked_for(office: Office) -> None:
    assert tools(office, writing=False) == {"search": True, "ask": True, "fetch_source": True}
    assert tools(office, writing=True) == {
        "search": True,
        "ask": True,
        "fetch_source": True,
        "draft": False,
    }


def test_search_fetch_and_draft_give_the_shapes_of_the_contract(office: Office) -> None:
    document = office.workplace.documents.list(EVERYTHING)[0]
    source = office.workplace.documents.sources_of(document.id, EVERYTHING)[0]
    failed, text = ask(office, EVERYTHING, "fetch_source", source_id=source.id)
    assert not failed and json.loads(str(text))["text"] == source.body
    failed, text = ask(office, EVERYTHING, "search", text=source.question or source.body[:80])
    assert not failed and "hits" in json.loads(str(text))
    failed, text = ask(office, EVERYTHING, "draft", writing=True, question_set=SET)
    made = json.loads(str(text))
    assert not failed and made["ai_generated"] is True
    assert office.workplace.dossiers.load(made["id"], EVERYTHING).id == made["id"]


def test_a_question_is_answered_with_what_was_looked_through(office: Office) -> None:
    failed, text = ask(office, EVERYTHING, "ask", question="Hoeveel controles bij vuurwerkopslagen waren er?")
    told = json.loads(str(text))
    assert not failed and told["looked_through"]["documents"] == len(
        office.workplace.documents.list(EVERYTHING, limit=200)
    )
    assert [*told["answers"], *told["near"]][0]["quote"]
    failed, _ = ask(office, EVERYTHING, "ask", question="   ")
    assert failed


@pytest.mark.parametrize("tool", ["search", "fetch_source"])
def test_the_tools_have_the_rights_of_their_user(office: Office, tool: str) -> None:
    hidden = next(d for d in office.workplace.documents.list(EVERYTHING) if d.collection == "besloten")
    source = office.workplace.documents.sources_of(hidden.id, EVERYTHING)[0]
    reader = Actor("lezer", frozenset({Role.READER}), frozenset({"openbaar"}))
    arguments = (
        {"source_id": source.id} if tool == "fetch_source" else {"text": source.question or "vuurwerk"}
    )
    failed, text = ask(office, reader, tool, **arguments)
    assert source.body[:60] not in str(text)
    assert failed == (tool == "fetch_source")
    nobody = Actor("controleur", frozenset({Role.AUDITOR}))
    failed, text = ask(office, nobody, tool, **arguments)
    assert failed and "geen rechten" in str(text)


# --------------------------------------------------------------------------- as programs start it

START = "from learninglion.cli import main; main()"


def test_it_speaks_over_standard_in_and_out(tmp_path: Path) -> None:
    environment = {"LEARNINGLION_HOME": str(tmp_path), "PYTHONUTF8": "1"}
    server = StdioServerParameters(command=sys.executable, args=["-c", START, "mcp"], env=environment)

    async def talk() -> tuple[list[str], bool, str]:
        async with Client(server) as client:
            names = [tool.name for tool in (await client.list_tools()).tools]
            answer = await client.call_tool("fetch_source", {"source_id": "ah-tk-1-1#1"})
            return names, bool(answer.is_error), "".join(getattr(c, "text", "") for c in answer.content)

    names, failed, text = asyncio.run(talk())
    assert names == ["search", "ask", "fetch_source"]
    assert failed and "ah-tk-1-1" in text


def test_a_closed_account_gives_no_rights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = load_settings({"LEARNINGLION_HOME": str(tmp_path)})
    workplace = open_workplace(workplace_options(settings))
    accounts = workplace.accounts
    accounts.add("baas", [Role.ADMINISTRATOR])
    accounts.add("weg", [Role.READER])
    accounts.change("weg", [Role.READER], None, False)
    workplace.close()
    monkeypatch.setenv("LEARNINGLION_HOME", str(tmp_path))
    for user, words in (("weg", "gesloten"), ("niemand", "geen account")):
        monkeypatch.setattr("sys.argv", ["learninglion", "mcp", "--user", user])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 1 and words in capsys.readouterr().err


def test_null_stands_for_an_absent_argument(office: Office) -> None:
    empty = {"introduction": None, "limit": None, "ministry": None, "since_year": None}
    failed, text = ask(office, EVERYTHING, "search", text="vuurwerk", **empty)
    assert not failed and "hits" in json.loads(str(text))
    failed, _ = ask(
        office, EVERYTHING, "ask", question="Hoeveel vuurwerk is er?", after=None, collection=None
    )
    assert not failed
    failed, _ = ask(office, EVERYTHING, "draft", writing=True, question_set=SET, generator=None)
    assert not failed


def test_an_unknown_ministry_is_said_to_be_one(office: Office) -> None:
    failed, text = ask(office, EVERYTHING, "search", text="vuurwerk", ministry="Toverij")
    known = office.workplace.documents.ministries(EVERYTHING)
    assert failed and "Onbekend ministerie 'Toverij'" in str(text) and known[0] in str(text)
    failed, text = ask(office, EVERYTHING, "search", text="vuurwerk", ministry=known[0].upper())
    assert not failed


def test_a_broken_line_is_answered_in_the_terms_of_the_protocol(tmp_path: Path) -> None:
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
    lines = ["{kapot", "[]", '{"jsonrpc": "1.0", "method": 7}']
    lines.append(json.dumps({"jsonrpc": "2.0", "id": 5, "method": "initialize", "params": hello}))
    with subprocess.Popen(
        [sys.executable, "-c", START, "mcp"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"LEARNINGLION_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
    ) as server:
        assert server.stdin and server.stdout
        server.stdin.write("\n".join(lines) + "\n")
        server.stdin.flush()
        answers = [json.loads(server.stdout.readline()) for _ in lines]
        server.stdin.close()
        assert server.wait(20) == 0
    assert [a["error"]["code"] for a in answers if "error" in a] == [-32700, -32600, -32600]
    assert all(a["id"] is None for a in answers if "error" in a)
    assert [a["id"] for a in answers if "result" in a] == [5]
