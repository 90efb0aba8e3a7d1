"""A language model writes while one watches: sentence by sentence, what fails apart; and copying asks."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from test_web_browser import _serious, copied_with
from web_office import IN_BROWSER, PASSWORD, Office

from learninglion.inference.generators import JsonSchema, Prompt
from learninglion.models import Role
from learninglion.models.errors import GeneratorError
from learninglion.testing import ScriptedGenerator
from learninglion.workflow.drafts import Drafts

pytestmark = IN_BROWSER

TRUE = "In de haven van Duinwijk varen 14 veerponten."
ALSO = "De gemeente houdt toezicht op de veerponten."
FALSE = "In de haven van Duinwijk varen 90 veerponten."
QUESTIONS = ("Hoeveel veerponten varen in de haven van Duinwijk?", "Wie houdt toezicht op de veerponten?")
SET = "Vragen over de haven.\n\n" + "\n\n".join(f"Vraag {n}\n{q}" for n, q in enumerate(QUESTIONS, start=1))


def told(*sentences: tuple[str, str]) -> str:
    """A reply as the model gives it: sentences with the words of source 1 they rest on."""
    listed = [{"zin": said, "bewijs": [{"bron": 1, "woorden": words}]} for said, words in sentences]
    return json.dumps({"zinnen": listed, "ontbreekt": []}, ensure_ascii=False)


class Held(ScriptedGenerator):
    """A model that writes as long as its `gates` let it: one for each reply, passed after half of it."""

    def __init__(self, replies: list[str | Exception]) -> None:
        super().__init__(replies, context_tokens=60_000, piece=5)
        self.gates = [threading.Event() for _ in replies]

    def stream(
        self, prompt: Prompt, *, schema: JsonSchema | None = None, max_tokens: int, stop: tuple[str, ...] = ()
    ) -> Iterator[str]:
        gate = self.gates[len(self.prompts)]
        pieces = list(super().stream(prompt, schema=schema, max_tokens=max_tokens, stop=stop))
        half = sum(len(p) for p in pieces) * 0.6
        passed = 0
        for piece in pieces:
            if passed > half and not gate.wait(20):
                raise GeneratorError("de test liet niets door")
            passed += len(piece)
            yield piece


@pytest.fixture(scope="module")
def harbour(make_office: Callable[..., Office]) -> Iterator[tuple[Office, str]]:
    made = make_office(LEARNINGLION_GENERATOR_KIND="openai", LEARNINGLION_GENERATOR_MODEL="proef")
    made.person("noor", Role.DRAFTER)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(made.app, host="127.0.0.1", port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield made, f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def page(browser: Browser, harbour: tuple[Office, str]) -> Iterator[Page]:
    context = browser.new_context(locale="nl-NL", base_url=harbour[1])
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened = context.new_page()
    opened.goto("/sign-in")
    opened.fill("#name", "noor")
    opened.fill("#password", PASSWORD)
    opened.keyboard.press("Enter")
    opened.wait_for_url("**/")
    yield opened
    context.close()


def begin(page: Page, office: Office, model: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    """A set with one own source for both questions, and the model at work on it."""
    monkeypatch.setattr(Drafts, "model", lambda _self, kind: model if kind == "llm" else None)
    page.goto("/sets/new")
    page.fill("#text", SET)
    page.click("text=Lees de set")
    page.wait_for_url("**/check")
    page.click("text=Zoek bij elke vraag")
    page.wait_for_url("**/questions/1")
    assert "nog geen bron" in page.inner_text("[data-bare]")
    page.click("summary:has-text('Een eigen bron toevoegen')")
    page.fill("#own-title", f"Havennota {time.monotonic_ns()}")
    page.fill("#own-text", f"{TRUE} {ALSO}")
    page.check("#everywhere")
    page.check("#may-use")
    page.click("text=Voeg de eigen bron toe")
    page.wait_for_selector('[data-hit][data-state="chosen"]')
    expect(page.locator("[data-bare]")).to_be_hidden()
    page.click("text=Maak het tekstvoorstel")
    page.wait_for_url("**/draft/*")


def test_sentences_come_one_by_one_and_what_fails_stands_apart(
    page: Page, harbour: tuple[Office, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Held([told((TRUE, TRUE), (FALSE, TRUE)), "{}", told((ALSO, ALSO))])
    begin(page, harbour[0], model, monkeypatch)
    first = page.locator('[data-question="0"]')
    first.locator("[data-sentences] p").wait_for()
    assert first.locator("[data-sentences]").inner_text() == TRUE  # while the rest is not written yet
    assert not first.locator("[data-apart]").is_visible()
    model.gates[0].set()
    model.gates[1].set()
    first.locator("[data-apart] .arriving").wait_for()
    apart = first.locator("[data-apart]").inner_text()
    assert FALSE in apart and "90" in apart.replace(FALSE, ""), "the reason names the figure"
    assert FALSE not in first.locator("[data-sentences]").inner_text()
    model.gates[2].set()
    page.wait_for_url("**/dossiers/dossier-*")
    assert FALSE in page.inner_text(".apart") and FALSE in page.inner_text(".sentence--refused")
    assert FALSE not in " ".join(page.locator("[data-sentence-text]").all_inner_texts())

    # What no source carries: a warning of its own, and nothing goes to the clipboard without a yes.
    page.evaluate("navigator.clipboard.writeText('leeg')")
    asked: list[str] = []
    page.once("dialog", lambda d: (asked.append(d.message), d.dismiss()))
    page.evaluate("window.getSelection().selectAllChildren(document.querySelector('[data-apart-text]'))")
    page.keyboard.press("Control+c")
    assert "niet door een bron" in asked[0]
    assert page.evaluate("navigator.clipboard.readText()") == "leeg"
    page.once("dialog", lambda d: d.accept())
    page.keyboard.press("Control+c")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert FALSE in copied and "gemaakt met AI" in copied

    # Read first: then it asks nothing, and the text still carries its source and its mark.
    cited = page.locator("#question-1 a.cite").first
    cited.press("Enter")
    page.wait_for_selector(".beside mark")
    assert ALSO in page.inner_text(".beside")
    page.keyboard.press("Escape")
    asked.clear()
    page.on("dialog", lambda d: (asked.append(d.message), d.dismiss()))
    page.locator("#question-1 [data-copy]").press("Enter")
    copied = copied_with(page, "toezicht")
    assert not asked
    assert ALSO in copied and "aangeleverd door de opsteller" in copied and "gemaakt met AI" in copied


def test_what_breaks_off_is_written_on_from_the_page(
    page: Page, harbour: tuple[Office, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Held([told((TRUE, TRUE)), GeneratorError("Het taalmodel is weg.")])
    for gate in model.gates:
        gate.set()
    begin(page, harbour[0], model, monkeypatch)
    page.wait_for_url("**/dossiers/dossier-*")
    assert "Niet af" in page.inner_text("#question-1") and TRUE in page.inner_text("#question-0")
    # No verdict on what is not written: it says that it is not finished, everywhere, and how to go on.
    assert "Niet te beantwoorden" not in page.inner_text("main")
    assert "niet af" in page.inner_text(".head") and "1 vraag klaar was" in page.inner_text("#unfinished")
    assert "niet af" in page.locator(".questions a").nth(1).inner_text()
    assert "1 van 2 beantwoord" in page.inner_text(".bench > nav")
    assert "nog niet af" in page.inner_text("section:has(#h-sign)")
    assert page.locator("form[action$='/sign-off']").count() == 0
    page.click("section:has(#h-sign) >> text=Naar verder schrijven")
    assert not _serious(Axe(), page, "an unfinished proposal")
    again = Held([told((ALSO, ALSO))])
    again.gates[0].set()
    monkeypatch.setattr(Drafts, "model", lambda _self, kind: again if kind == "llm" else None)
    page.click("text=Laat het taalmodel verder schrijven")
    page.wait_for_selector(f"#question-1 .sentence >> text={ALSO}")
    assert page.locator("text=Niet af").count() == 0 and page.locator("#unfinished").count() == 0
    marks = [page.locator(".questions a").nth(n).inner_text() for n in range(2)]
    assert all("beantwoord" in mark and "niet af" not in mark for mark in marks)
    assert TRUE in page.inner_text("#question-0")


def test_who_stops_the_writing_keeps_what_is_there(
    page: Page, harbour: tuple[Office, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Held([told((TRUE, TRUE), (ALSO, ALSO)), told((ALSO, ALSO))])
    begin(page, harbour[0], model, monkeypatch)
    page.locator('[data-question="0"] [data-sentences] p').wait_for()
    page.locator("text=Stop met schrijven").press("Enter")
    page.wait_for_selector("text=Het schrijven wordt gestopt")
    page.wait_for_timeout(2000)  # a worker looks a few times a second whether it is to stop
    model.gates[0].set()
    page.wait_for_url("**/dossiers/dossier-*")
    assert TRUE in page.inner_text("#question-0") and len(model.prompts) == 1
    assert "het schrijven is gestopt" in page.inner_text("#question-0")
    assert "2 vragen klaar waren" in page.inner_text("#unfinished")


def test_what_is_not_shown_asks_to_be_read_and_what_is_contradicted_says_so(
    page: Page, harbour: tuple[Office, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = "Veertien ponten telt Duinwijk, in zijn haven."
    model = Held([told((TRUE, TRUE), (other, TRUE), (FALSE, TRUE)), "{}", told((ALSO, ALSO))])
    for gate in model.gates:
        gate.set()
    begin(page, harbour[0], model, monkeypatch)
    page.wait_for_url("**/dossiers/dossier-*")
    doubtful, refused = page.locator(".sentence--doubtful"), page.locator("#question-0 .sentence--refused")
    assert other in doubtful.inner_text() and "△ lees zelf" in doubtful.inner_text()
    assert refused.count() == 2 and "✕" in refused.nth(1).inner_text(), "a sign for each, not a colour alone"
    whys = page.locator("#question-0 .apart").all_inner_texts()
    assert "Niet aangetoond: lees zelf" in whys[0] and "Tegengesproken door de bron" in whys[1]
    page.click("summary:has-text('Bewijstabel')")
    assert "volgens het programma" in page.inner_text("#question-0 details table")
    assert not _serious(Axe(), page, "a proposal with doubts")
