"""A report asked about in a real browser: answer, place, follow-up, remark, set, dossier and export."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typst
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from test_web_browser import _serious, _small_targets, page, sign_in
from web_office import EVERYTHING, IN_BROWSER, Office, served

from learninglion.models import Role

__all__ = ["page"]  # a fixture

pytestmark = IN_BROWSER

REPORT = """
#set text(lang: "nl")
= Veerponten op de Lange Wetering
Versie 1.2, 4 april 2023
== Aanleiding
De veerpont bij Oosterend vaart sinds 2011. De gemeente liet het gebruik van de veerpont onderzoeken.
== Gebruik
In 2022 vervoerde de veerpont 48.300 fietsers. Het aantal fietsers daalt, omdat de brug bij Westerend open is.
#table(columns: 3, [Vaartuig], [Overtochten per dag], [Tarief in euro], [Fietspont], [34], [1,50],
  [Autopont], [12], [4,00])
== Advies
De onderzoekers adviseren de gemeente om de veerpont in de winter te laten liggen.
"""


@pytest.fixture(scope="module")
def report_office(make_office: Callable[..., Office], tmp_path_factory: pytest.TempPathFactory) -> Office:
    made = make_office()
    folder = tmp_path_factory.mktemp("report")
    (folder / "veerponten.typ").write_text(REPORT, "utf-8")
    typst.compile(folder / "veerponten.typ", output=folder / "veerponten.pdf")
    taken = made.workplace.intake.ingest([folder / "veerponten.pdf"], collection="verslag", actor=EVERYTHING)
    assert not taken.failures
    made.person("noor", *Role)
    return made


@pytest.fixture(scope="module")
def address(report_office: Office) -> Iterator[str]:
    with served(report_office.app) as at:
        yield at


def test_a_report_is_asked_followed_on_handed_over_kept_and_exported(page: Page, tmp_path: Path) -> None:
    axe, problems = Axe(), []
    sign_in(page)
    page.goto("/sets/new")
    page.fill("#text", "Vraag 1\nHoeveel fietsers gebruiken de veerpont bij Oosterend?")
    page.click("text=Lees de set")
    page.wait_for_url("**/check")
    page.click("text=Zoek bij elke vraag")
    page.wait_for_url("**/questions/1")

    page.goto("/ask")
    page.fill("#question", "Hoeveel fietsers vervoerde de veerpont in 2022?")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#h-found")
    assert "48.300 fietsers" in page.inner_text("[data-hit] >> nth=0")
    problems += _serious(axe, page, "an answer") + _small_targets(page, "an answer")
    page.focus("[data-hits] [data-hit]")
    page.keyboard.press("o")
    page.wait_for_selector(".beside .sheet rect", state="attached")
    assert "48.300" in page.inner_text(".beside mark >> nth=0")
    page.keyboard.press("Escape")

    page.click("summary:has-text('Klopt dit niet') >> nth=0")
    page.select_option("#finding-1", "incomplete")
    page.fill("#words-1", "daalt, omdat de brug bij Westerend open is")
    page.fill("#remark-1", "De daling hoort erbij.")
    problems += _serious(axe, page, "a remark")
    page.click("text=Verstuur aan de eigenaar >> nth=0")
    page.wait_for_load_state()
    page.goto("/collection/owner?name=verslag")
    told = page.inner_text("main")
    assert "De daling hoort erbij." in told and "niet volledig" in told
    problems += _serious(axe, page, "the owner's list")

    page.goto("/ask")
    page.fill("#question", "Hoeveel fietsers vervoerde de veerpont in 2022?")
    page.click("text=Zoek het antwoord")
    page.fill("#follow", "En waarom daalt dat?")
    page.click("button:has-text('Vraag door')")
    page.wait_for_selector("text=Overgenomen van uw vorige vraag")
    assert "omdat de brug" in page.inner_text("[data-hit] >> nth=0")
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    problems += _serious(axe, page, "a conversation at 360 px") + _small_targets(page, "a conversation")
    page.screenshot(path=tmp_path / "ask-360.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.screenshot(path=tmp_path / "ask.png", full_page=True)

    page.click("button:has-text('Bewaar als dossier')")
    page.wait_for_url("**/dossiers/dossier-*")
    assert "Gesprek: Hoeveel fietsers" in page.inner_text("h1")
    problems += _serious(axe, page, "a kept conversation")
    page.screenshot(path=tmp_path / "kept.png", full_page=True)
    page.click("summary:has-text('Andere vormen')")
    with page.expect_download() as download:
        page.press("a[href$='/export/md']", "Enter")
    text = Path(download.value.path()).read_text("utf-8")
    assert "48.300 fietsers" in text and "Veerponten op de Lange Wetering" in text and "aiGenerated" in text
    page.click("button:has-text('Neem mee')")
    page.wait_for_url("**/questions/1")
    assert "Gesprek: Hoeveel fietsers" in page.inner_text("main")
    page.screenshot(path=tmp_path / "set.png", full_page=True)
    assert not problems, "\n".join(problems)


def test_an_answer_goes_to_a_set_by_keys_alone(page: Page) -> None:
    sign_in(page)
    page.goto("/ask")
    page.fill("#question", "Wat is het tarief van de autopont?")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#h-found")
    assert "4,00" in page.inner_text("[data-hit] >> nth=0")
    page.focus("#work-1")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/questions/1?brought=1*")
    assert "De bron ligt nu bij 1 vraag" in page.inner_text("#found:focus")
    assert "Veerponten op de Lange Wetering" in page.inner_text("main").replace("\n", " ")


def test_going_back_and_forward_finds_results_where_they_were_left(page: Page) -> None:
    sign_in(page)
    for path, field, button in (
        ("/ask", "#question", "text=Zoek het antwoord"),
        ("/search", "#text", "text=Zoek eerdere antwoorden"),
    ):
        page.goto(path)
        page.fill(field, "Wat is het tarief van de autopont?")
        page.click(button)
        page.wait_for_url(f"**{path}/*")
        address = page.url
        page.set_viewport_size({"width": 360, "height": 400})
        page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        left = page.evaluate("window.scrollY")
        page.goto("/")
        page.go_back()
        assert page.url == address and "4,00" in page.inner_text("#split")
        page.wait_for_function(f"Math.abs(window.scrollY - {left}) < 60")
        page.go_back()
        page.go_forward()
        assert page.url == address and "4,00" in page.inner_text("#split")
        page.set_viewport_size({"width": 1280, "height": 900})
