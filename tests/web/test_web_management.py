"""Management in the browser: measuring, learning, models, storage and the log, from the screen."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from web_office import EVERYTHING, Office, documents, form_token

from learninglion.database.blobs import FolderBlobs
from learninglion.models import Role
from learninglion.sample import sample_documents
from learninglion.search.scoring import DEFAULT
from learninglion.settings import with_model
from learninglion.workflow.options import MODELS_FILE
from learninglion.workflow.quality import Compared, Proposal, write_proposal
from loopback import running
from servers import playing, saying


@pytest.fixture(scope="module")
def office(make_office: Callable[..., Office]) -> Office:
    made = make_office()
    assert not made.workplace.intake.ingest(list(sample_documents()), actor=EVERYTHING).failures
    made.person("baas", Role.ADMINISTRATOR)
    made.person("opsteller", Role.DRAFTER)
    made.person("controleur", Role.AUDITOR)
    return made


@pytest.fixture(scope="module")
def boss(office: Office) -> TestClient:
    return office.browser("baas")


def press(browser: TestClient, path: str, /, **fields: str) -> Response:
    return browser.post(path, data={"csrf": form_token(browser), **fields})


def finish(browser: TestClient, page: Response) -> Response:
    """Follow long work to its end."""
    for _ in range(1200):
        if "data-stream" not in page.text:
            return page
        threading.Event().wait(0.05)
        page = browser.get(str(page.url))
    raise AssertionError("it did not end")


# --------------------------------------------------------------------------- measuring and learning


def test_search_is_measured_on_the_collection_and_the_report_can_be_read(
    office: Office, boss: TestClient
) -> None:
    done = finish(boss, press(boss, "/manage/quality/measure", collection="default", most="200"))
    assert done.url.path == "/manage/quality", done.text
    (row,) = office.workplace.quality.measurements(EVERYTHING)
    assert row.queries > 10 and row.version == 0
    assert all(0 <= low <= value <= high <= 1 for _, value, low, high in row.measures)
    link = re.search(r'href="(/manage/reports/retrieval-[^"]+\.html)"', done.text)
    assert link
    report = boss.get(link[1])
    assert report.status_code == 200 and "<svg" in report.text
    policy = report.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "sandbox" in policy and "unsafe" not in policy
    assert any(e.action == "evaluate" for e in office.workplace.log.entries(EVERYTHING, limit=5))


def test_reports_stay_inside_their_folder_and_are_for_administrators(
    office: Office, boss: TestClient
) -> None:
    (office.settings.home / "reports").mkdir(exist_ok=True)
    (office.settings.home / "reports" / "eigen.md").write_text("# <b>Eigen</b>")
    shown = boss.get("/manage/reports/eigen.md")
    assert "&lt;b&gt;Eigen" in shown.text and "eigen.md" in boss.get("/manage/quality").text
    for name in ("../learninglion.db", "..%2flearninglion.db", "niets.html", "/etc/passwd"):
        assert boss.get(f"/manage/reports/{name}").status_code == 404, name
    for name in ("opsteller", "controleur"):
        browser = office.browser(name)
        for path in ("/manage/quality", "/manage/models", "/manage/reports/eigen.md"):
            assert browser.get(path).status_code == 403
        for path in ("quality/measure", "quality/learn", "quality/take", "storage/sweep", "models/reset"):
            assert press(browser, f"/manage/{path}").status_code == 403, path


def test_learning_from_too_little_says_so(office: Office, boss: TestClient) -> None:
    office.workplace.intake.ingest(documents()[:1], collection="klein", actor=EVERYTHING)
    done = finish(boss, press(boss, "/manage/quality/learn", collection="klein"))
    assert "om te leren" in done.text and 'role="alert"' in done.text
    gone = finish(boss, press(boss, "/manage/quality/learn", collection="bestaat-niet"))
    assert "geen documenten" in gone.text


def test_what_was_learned_is_shown_beside_what_was_and_only_taken_when_better(
    office: Office, boss: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("learninglion.evaluation.tune._FEWEST", 20)
    done = finish(boss, press(boss, "/manage/quality/learn", collection="default"))
    assert done.url.path == "/manage/quality", done.text
    found = office.workplace.quality.proposal(EVERYTHING)
    assert found is not None and found.learned_from > found.held_out > 0
    assert "Vergelijking op de vragen" in done.text and "MRR@10" in done.text
    if not found.better:
        assert "Niet aantoonbaar beter" in done.text and "/manage/quality/take" not in done.text
        assert press(boss, "/manage/quality/take").status_code == 409
    assert "Vergelijking op" not in press(boss, "/manage/quality/discard").text


def propose(office: Office, better: bool, since: int) -> None:
    learned = DEFAULT.__class__(**{**{f: getattr(DEFAULT, f) for f in DEFAULT.__slots__}, "threshold": 0.31})
    compared = (Compared("MRR@10", 0.5, 0.6, 0.01),)
    proposal = Proposal(datetime.now(UTC), "default", better, 90, 30, compared, learned, since)
    write_proposal(FolderBlobs(office.settings.home), proposal)


def test_a_version_is_taken_and_taken_back(office: Office, boss: TestClient) -> None:
    before = office.workplace.searching.threshold
    propose(office, True, 0)
    page = press(boss, "/manage/quality/take")
    assert page.status_code == 200 and "0,500 → 0,600" in page.text
    assert (
        office.workplace.learning.in_force() == 1
        and office.workplace.searching.threshold == pytest.approx(0.31)
    )
    assert office.workplace.quality.proposal(EVERYTHING) is None
    propose(office, True, 0)  # learned against a version that is not in force any more
    assert press(boss, "/manage/quality/take").status_code == 409
    press(boss, "/manage/quality/revert", version="0")
    assert (
        office.workplace.learning.in_force() == 0
        and office.workplace.searching.threshold == pytest.approx(before)
    )
    assert press(boss, "/manage/quality/revert", version="7").status_code == 400
    actions = [e.action for e in office.workplace.log.entries(EVERYTHING, limit=3)]
    assert "tuning.revert" in actions and "tuning.keep" in actions


# --------------------------------------------------------------------------- models


class Endpoint(BaseHTTPRequestHandler):
    """An endpoint that speaks the OpenAI protocol; remembers the keys it was given."""

    keys: list[str] = []

    def do_GET(self) -> None:
        self._say({"object": "list", "data": [{"id": "proefmodel", "object": "model"}]})

    def do_POST(self) -> None:
        self.keys.append(self.headers.get("Authorization", ""))
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not asked.get("stream"):
            message = {"role": "assistant", "content": "ja"}
            self._say({"id": "1", "object": "chat.completion", "created": 0, "model": "proefmodel",
                       "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})  # fmt: skip
            return
        choice = {"index": 0, "delta": {"content": "ja"}, "finish_reason": "stop"}
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "proefmodel",
                 "choices": [choice]}  # fmt: skip
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write(f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n".encode())

    def _say(self, body: object) -> None:
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def endpoint() -> Iterator[str]:
    Endpoint.keys.clear()
    with running(ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)) as server:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"


def kept(office: Office) -> dict[str, object]:
    path = office.settings.home / MODELS_FILE
    return json.loads(path.read_text())["generator"] if path.exists() else {}


def test_a_model_that_answers_is_in_use_at_once(office: Office, boss: TestClient, endpoint: str) -> None:
    form = {"kind": "openai", "model": "proefmodel", "base_url": endpoint, "api_key": "zeer-geheim"}
    page = press(boss, "/manage/models/change", **form)
    assert page.status_code == 200 and "✓" in page.text and not office.workplace.options.generator
    assert "zeer-geheim" not in page.text and "zeer-geheim" not in boss.get("/manage/models").text
    assert any("zeer-geheim" in key for key in Endpoint.keys)
    model = office.workplace.drafts.model("llm")
    assert model is not None and model.model == "proefmodel" and office.workplace.drafts.can_write
    assert office.workplace.drafts.model("llm") is model  # opened once
    assert "proefmodel" in boss.get("/how-this-works").text
    path = office.settings.home / MODELS_FILE
    assert path.stat().st_mode & 0o077 == 0
    after = with_model(office.settings, path.read_bytes()).generator
    assert (after.kind, after.model, after.api_key) == ("openai", "proefmodel", "zeer-geheim")
    assert "zeer-geheim" not in json.dumps(
        [str(e.details) for e in office.workplace.log.entries(EVERYTHING, limit=1000)]
    )
    # A key belongs to its address: at another one it is not sent along.
    Endpoint.keys.clear()
    press(boss, "/manage/models/change", kind="openai", model="proefmodel", base_url=endpoint + "/")
    assert not any("zeer-geheim" in key for key in Endpoint.keys)
    press(boss, "/manage/models/reset")
    assert not path.exists() and not office.workplace.drafts.can_write
    assert "proefmodel" not in boss.get("/how-this-works").text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": "openai", "model": "x", "base_url": "http://elders.voorbeeld.nl/v1"}, "niet toegestaan"),
        ({"kind": "openai", "model": "x", "base_url": "http://127.0.0.1@elders.nl/v1"}, "@"),
        ({"kind": "openai", "model": "x", "base_url": "http://127.0.0.1:9/v1"}, "✕"),
        ({"kind": "openai", "model": "", "base_url": "http://127.0.0.1:9/v1"}, "naam van het taalmodel"),
        ({"kind": "gguf", "path": "/nergens/model.gguf"}, "✕"),
        ({"kind": "gguf", "path": ""}, "pad van het GGUF"),
        ({"kind": "wolk"}, "onbekend"),
    ],
)
def test_a_model_that_may_not_or_does_not_answer_changes_nothing(
    office: Office, boss: TestClient, fields: dict[str, str], words: str
) -> None:
    page = press(boss, "/manage/models/change", **fields)
    assert page.status_code == 400 and words in page.text
    assert kept(office) == {}


def test_the_models_in_use_can_be_tried_and_the_allowed_machines_are_shown(
    make_office: Callable[..., Office],
) -> None:
    office = make_office(LEARNINGLION_ALLOWED_HOSTS="model.voorbeeld.nl")
    office.person("baas", Role.ADMINISTRATOR)
    browser = office.browser("baas")
    assert "model.voorbeeld.nl" in browser.get("/manage/models").text
    page = press(browser, "/manage/models/test")
    assert "vector van 256 getallen" in page.text and "niet ingesteld" in page.text


def test_what_the_language_model_is_fit_for_is_told(make_office: Callable[..., Office]) -> None:
    with playing(saying("De brug is van staal en het kan roesten als het niet wordt geverfd.")) as server:
        office = make_office(
            LEARNINGLION_GENERATOR_KIND="openai",
            LEARNINGLION_GENERATOR_MODEL="klein",
            LEARNINGLION_GENERATOR_BASE_URL=server.url,
        )
        office.person("baas", Role.ADMINISTRATOR)
        browser = office.browser("baas")
        assert "/manage/models/check" in browser.get("/manage/models").text
        page = finish(browser, press(browser, "/manage/models/check"))
        assert "✓ Nederlands" in page.text and "✕ bronvermelding" in page.text
        assert "Niet geschikt om te schrijven" in page.text


def test_without_a_language_model_there_is_nothing_to_try(boss: TestClient) -> None:
    assert "/manage/models/check" not in boss.get("/manage/models").text
    page = finish(boss, press(boss, "/manage/models/check"))
    assert "geen taalmodel ingesteld" in page.text


# --------------------------------------------------------------------------- storage and log


def test_a_damaged_original_is_found_and_stray_files_go(office: Office, boss: TestClient) -> None:
    whole = finish(boss, press(boss, "/manage/storage/check"))
    assert "Alles is heel" in whole.text
    folder = office.settings.home / "originals"
    victim = next(p for p in sorted(folder.glob("??/*")))
    content = victim.read_bytes()
    victim.write_bytes(content[:-1] + b"!")
    try:
        broken = finish(boss, press(boss, "/manage/storage/check"))
        assert f"{victim.name} is beschadigd" in broken.text and "Gevonden problemen: 1" in broken.text
    finally:
        victim.write_bytes(content)
    stray = folder / "ab" / ("ab" + "0" * 62)
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"van niemand")
    age(stray)
    assert "Opgeruimd: 1" in press(boss, "/manage/storage/sweep").text
    assert not stray.exists() and victim.exists()
    assert "niets op te ruimen" in press(boss, "/manage/storage/sweep").text


def age(path: Path) -> None:
    import os

    old = datetime.now(UTC).timestamp() - 30 * 86400
    os.utime(path, (old, old))


def test_the_log_is_verified_with_its_outcome(make_office: Callable[..., Office]) -> None:
    office = make_office()
    office.person("baas", Role.ADMINISTRATOR)
    browser = office.browser("baas")
    press(browser, "/manage/storage/sweep")
    assert "Het logboek is heel" in press(browser, "/manage/log/verify").text
    anchor = office.settings.home / "log-anchor.json"
    spoiled = json.loads(anchor.read_text())
    text = re.sub(r"[0-9a-f]{64}", "0" * 64, json.dumps(spoiled))
    anchor.write_text(text)
    page = press(browser, "/manage/log/verify")
    assert "Het logboek is niet heel" in page.text and 'role="alert"' in page.text


def test_a_collection_is_made_and_described(office: Office, boss: TestClient) -> None:
    page = press(boss, "/manage/collections", name="moties", description="Moties vanaf 2010 <b>")
    assert "moties" in page.text and "Moties vanaf 2010 &lt;b&gt;" in page.text
    page = press(boss, "/manage/collections", name="moties", description="Moties vanaf 2018")
    assert "vanaf 2018" in page.text and "vanaf 2010" not in page.text
    assert press(boss, "/manage/collections", name=" ").status_code == 400
    assert press(office.browser("opsteller"), "/manage/collections", name="x").status_code == 403


# --------------------------------------------------------------------------- deliveries


def test_a_folder_on_the_server_is_reported_on_file_by_file(office: Office, boss: TestClient) -> None:
    inbox = office.settings.home / "inbox"
    inbox.mkdir(exist_ok=True)
    (inbox / "goed.txt").write_text("Een nota over de nieuwe zeilboten van de marine.")
    (inbox / "kapot.pdf").write_bytes(b"%PDF-1.7 en dan niets")
    page = finish(boss, press(boss, "/manage/documents/inbox", collection="inbox"))
    assert "1 opgenomen, 0 waren er al, 1 niet gelukt" in page.text
    assert re.search(r"kapot\.pdf: niet gelukt", page.text) and "goed.txt: opgenomen" in page.text


PAGES = (
    "/",
    "/sets/new",
    "/search",
    "/dossiers",
    "/how-this-works",
    "/account",
    "/accessibility",
    "/api-docs",
    "/manage",
    "/manage/documents",
    "/manage/people",
    "/manage/quality",
    "/manage/models",
    "/manage/log",
)


def test_every_page_opens_on_an_empty_archive_and_says_that_this_is_ai(
    make_office: Callable[..., Office],
) -> None:
    office = make_office()
    office.person("baas", *Role)
    browser = office.browser("baas")
    for path in PAGES:
        page = browser.get(path)
        assert page.status_code == 200, path
        assert "Dit is een AI-systeem." in page.text and "beslist" in page.text, path
    assert "Dit is een AI-systeem." in browser.get("/nergens").text
    assert "Dit is een AI-systeem." in office.browser().get("/sign-in").text
