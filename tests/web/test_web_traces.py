"""Traces: off unless configured, to an allowed host only, and nothing of texts or people in them."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from web_office import EVERYTHING, NOOR, Office, form_token

from collectors import ScriptedCollector
from learninglion.models import Role
from learninglion.models.errors import InputError, PermissionDeniedError
from learninglion.settings import load_settings, workplace_options
from learninglion.workflow.otlp import Collector, CollectorChoice, Tracer
from learninglion.workflow.workplace import working
from loopback import running

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
SECRET = "zeldzaamwoord"


def test_requests_jobs_and_work_become_spans_without_text_or_user(make_office: Callable[..., Office]) -> None:
    with running(ScriptedCollector()) as collector:
        office = make_office(
            LEARNINGLION_COLLECTOR_ADDRESS=collector.address,
            LEARNINGLION_COLLECTOR_API_KEY="sleutel-van-verzamelpunt",
            LEARNINGLION_COLLECTOR_TRACES="true",
        )
        office.person("noor", *Role)
        noor = office.browser("noor")
        data = {"csrf": form_token(noor), "text": f"Hoeveel {SECRET} is er?"}
        assert noor.post("/search", data=data, headers={"traceparent": CALLER}).status_code == 200
        assert noor.get(f"/dossiers/{SECRET}").status_code == 404
        job = office.workplace.jobs.start(NOOR, "check", {})
        while not (found := office.workplace.jobs.find(job.id, NOOR)).finished:
            time.sleep(0.05)
        assert found.events[-1].name == "done", found
        office.workplace.tracer.close()
        spans = {span["name"]: span for span in collector.spans()}
        told = "".join(collector.bodies)
    request, work = spans["GET /search/{asked}"], spans["search"]
    assert (request["traceId"], request["parentSpanId"]) == tuple(CALLER.split("-")[1:3])
    assert (work["traceId"], work["parentSpanId"]) == (request["traceId"], request["spanId"])
    assert request["kind"] == 2 and "job check" in spans and "GET /dossiers/{dossier_id}" in spans
    assert "parentSpanId" not in spans["job check"]
    for span in spans.values():
        assert re.fullmatch("[0-9a-f]{32}", span["traceId"]) and re.fullmatch("[0-9a-f]{16}", span["spanId"])
        assert int(span["startTimeUnixNano"]) <= int(span["endTimeUnixNano"])
    attributes = {a["key"]: a["value"] for a in work["attributes"]}
    assert attributes["learninglion.energy_kwh"]["doubleValue"] > 0
    for kept_out in (SECRET, "noor", "sleutel-van"):
        assert kept_out not in told
    assert set(collector.paths) == {"/v1/traces"}
    assert {h["Authorization"] for h in collector.headers} == {"Bearer sleutel-van-verzamelpunt"}
    (line,) = [e for e in office.workplace.log.entries(EVERYTHING) if e.action == "search"]
    assert str(line.details["trace"]).startswith(f"00-{request['traceId']}-{request['spanId']}")


def test_a_job_goes_on_in_the_operation_of_who_asked(make_office: Callable[..., Office]) -> None:
    """Also without traces of our own: what the log keeps names the caller's operation."""
    office = make_office()
    office.person("noor", Role.DRAFTER)
    noor = office.browser("noor")
    csrf = form_token(noor)
    text = "Van Zwaluwenburg vraagt naar vuurwerk.\n\nVraag 1\nHoeveel vuurwerk is in beslag genomen?"
    shortlist = str(noor.post("/sets/new", data={"csrf": csrf, "text": text}).url)
    data = {"csrf": csrf, "introduction": "x", "number-0": "1", "text-0": "Hoeveel vuurwerk is er?"}
    shortlist = str(noor.post(shortlist, data=data).url).split("/questions")[0]
    page = noor.post(f"{shortlist}/draft", data={"csrf": csrf}, headers={"traceparent": CALLER})
    while "/dossiers/" not in str(page.url):
        time.sleep(0.05)
        page = noor.get(str(page.url))
    lines = {e.action: e.details.get("trace") for e in office.workplace.log.entries(EVERYTHING)}
    assert lines["draft"] == CALLER and lines["dossier.draft"] == CALLER and "sign-in" in lines
    assert lines["sign-in"] is None
    assert office.workplace.log.verify(EVERYTHING).ok


def test_off_unless_asked_for_and_never_to_a_host_that_is_not_allowed(tmp_path: Path) -> None:
    home = {"LEARNINGLION_HOME": str(tmp_path)}
    assert workplace_options(load_settings(home)).collector is None
    elsewhere = {**home, "LEARNINGLION_COLLECTOR_ADDRESS": "https://verzamel.voorbeeld.example"}
    assert workplace_options(load_settings(elsewhere)).collector is None
    with pytest.raises(InputError, match="collector"):
        workplace_options(load_settings({**home, "LEARNINGLION_COLLECTOR_TRACES": "true"}))
    elsewhere["LEARNINGLION_COLLECTOR_TRACES"] = "true"
    with (
        pytest.raises(PermissionDeniedError, match="verzamelpunt"),
        working(workplace_options(load_settings(elsewhere))),
    ):
        pass
    allowed = {**elsewhere, "LEARNINGLION_ALLOWED_HOSTS": "verzamel.voorbeeld.example"}
    with working(workplace_options(load_settings(allowed))):
        pass


def test_a_collector_that_fails_holds_nothing_up(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(ScriptedCollector((400, b""))) as collector:
        tracer = Tracer(Collector(CollectorChoice(collector.address)))
        with tracer.span("eerste"):
            pass
        tracer.close()
    assert "1 spans were not sent" in caplog.text and not collector.spans()
    gone = Tracer(Collector(CollectorChoice(collector.address)))
    caplog.set_level(logging.WARNING)
    ended, waited = threading.Event(), list[bool]()
    monkeypatch.setattr(Collector, "send", lambda _self, _spans, _scope: waited.append(ended.wait(10.0)))
    with pytest.raises(ZeroDivisionError), gone.span("tweede"):
        _ = 1 / 0
    ended.set()  # the span is over before a collector that hangs has answered
    gone.close()
    assert waited == [True]
