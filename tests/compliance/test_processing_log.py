"""Every operation on data is a span: none left out, nobody named, in the encoding that collectors read."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from collectors import ScriptedCollector
from learninglion.cli import app
from learninglion.models import Actor, QuestionSet, Role, SubQuestion
from learninglion.models.errors import InputError
from learninglion.sample import sample_documents
from learninglion.workflow import WorkplaceOptions
from learninglion.workflow.otlp import PROCESSING, ProcessingTerms, processing_spans
from learninglion.workflow.workplace import working
from loopback import running

BOSS = Actor("mevrouw-geheim", frozenset(Role))
ACTIVITY = "https://register.voorbeeld.example/verwerkingen/kamervragen/v3"


def test_every_operation_is_a_span_without_who_did_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with working(WorkplaceOptions(tmp_path, isolate=False)) as workplace:
        workplace.intake.ingest([*sample_documents()[:2], tmp_path / "weg.pdf"], actor=BOSS)
        questions = QuestionSet("", (SubQuestion((1,), "Hoeveel opslagplaatsen zijn er?"),))
        offers = workplace.searching.offer(questions, actor=BOSS)
        chosen = workplace.drafts.select_automatically(questions, offers, threshold=0.0)
        dossier = workplace.drafts.draft(questions, chosen, actor=BOSS)
        workplace.dossiers.copy(dossier.id, None, BOSS)
        logged = [e for e in workplace.log.entries(BOSS, limit=1000) if e.action in PROCESSING]
    (tmp_path / "settings.toml").write_text(f'[processing]\nactivity = "{ACTIVITY}"\n', "utf-8")
    monkeypatch.setenv("LEARNINGLION_HOME", str(tmp_path))
    done = CliRunner().invoke(app, ["log", "processing", "--out", str(tmp_path / "dpl.json")])
    assert done.exit_code == 0, done.output
    text = (tmp_path / "dpl.json").read_text("utf-8")
    assert "mevrouw-geheim" not in text
    (resource,) = json.loads(text)["resourceSpans"]
    spans = resource["scopeSpans"][0]["spans"]
    assert len(spans) == len(logged) and {"offer", "draft", "copy"} <= {s["name"] for s in spans}
    for span in spans:
        assert re.fullmatch("[0-9a-f]{32}", span["traceId"]) and re.fullmatch("[0-9a-f]{16}", span["spanId"])
        assert int(span["startTimeUnixNano"]) <= int(span["endTimeUnixNano"])
        told = {a["key"]: a["value"]["stringValue"] for a in span["attributes"]}
        assert told["dpl.core.processing_activity_id"] == ACTIVITY
        assert not any(k.startswith("dpl.") and not k.startswith(("dpl.core.", "dpl.objects.")) for k in told)
    assert len({s["spanId"] for s in spans}) == len(spans)
    about = {s["traceId"] for s in spans if s["name"] in ("draft", "copy")}
    assert len(about) == 1
    drafted = next(s for s in spans if s["name"] == "draft")
    assert int(drafted["startTimeUnixNano"]) < int(drafted["endTimeUnixNano"])


def test_without_a_register_entry_nothing_is_made_up() -> None:
    for wrong in ("", "verwerking 3"):
        with pytest.raises(InputError, match="activity"):
            processing_spans([], ProcessingTerms(wrong))


def test_sent_in_order_once_and_only_what_was_confirmed_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEARNINGLION_HOME", str(tmp_path))
    monkeypatch.setenv("LEARNINGLION_PROCESSING_ACTIVITY", ACTIVITY)
    caller = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    def search() -> None:
        with working(WorkplaceOptions(tmp_path, isolate=False)) as workplace:
            workplace.searching.search("vuurwerk", actor=BOSS)
            with workplace.tracer.span("van buiten", parent=caller):
                workplace.searching.search("vuurwerk", actor=BOSS)

    def send() -> str:
        done = CliRunner().invoke(app, ["log", "processing", "--send"])
        return f"{done.exit_code} {done.output}"

    search()
    assert send().startswith("1")  # no collector is set
    refused = (200, b'{"partialSuccess": {"rejectedSpans": "1", "errorMessage": "vol"}}')
    with running(ScriptedCollector(refused, (401, b""))) as collector:
        monkeypatch.setenv("LEARNINGLION_COLLECTOR_ADDRESS", collector.address)
        assert send().startswith("1")
        assert send().startswith("1")
        collector.bodies.clear()
        assert "2 verwerkingen gestuurd en bevestigd" in send()
        search()
        assert "2 verwerkingen" in send() and "0 verwerkingen" in send()
        spans, told = collector.spans(), "".join(collector.bodies)
    assert [s["name"] for s in spans] == ["search"] * 4 and len({s["spanId"] for s in spans}) == 4
    below = [s for s in spans if "parentSpanId" in s]
    assert {(s["traceId"], s["parentSpanId"]) for s in below} == {tuple(caller.split("-")[1:3])}
    assert len(below) == 2 and "mevrouw-geheim" not in told
    attributes = [a for s in spans for a in s["attributes"]]
    numbers = [int(a["value"]["stringValue"]) for a in attributes if a["key"] == "learninglion.log_entry"]
    assert numbers == sorted(numbers)
    both = CliRunner().invoke(app, ["log", "processing", "--send", "--out", str(tmp_path / "x")])
    assert both.exit_code == 2
