"""What an officer does to a text in a browser stands so on screen and in every form that leaves."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page, expect
from test_web_browser import sign_in
from test_web_nothing_lost import visit
from web_office import EVERYTHING, IN_BROWSER, NOOR, Office

pytestmark = IN_BROWSER

SAILING = "In de haven van Duinwijk varen op dit moment 14 veerponten van drie rederijen."
PAID = "De rederijen krijgen daarvoor samen 4 miljoen euro per jaar van de provincie."
CLOSED = "De oude draaibrug bij Zuiderdam is sinds de storm van 2019 gesloten voor alle verkeer."
QUESTIONS = (
    "Hoeveel veerponten varen in de haven van Duinwijk?",
    "Wat krijgen de rederijen van de provincie?",
    "Waarom is de draaibrug bij Zuiderdam gesloten?",
    "Hoeveel rederijen varen in de haven van Duinwijk?",
)
PASTED = (
    "Geachte collega,\r\n\r\n•\tHet eerste punt;\r\no\tHet tweede punt.\r\n\r\n"
    "1.\tDaarna dit.\r\n2.\tTen slotte dat.\r\n\r\nEen gewone alinea."
)


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    opened = visit(browser, address)
    sign_in(opened)
    yield opened
    opened.context.close()


def propose(page: Page, title: str) -> str:
    """A proposal from one own source for every question; gives its address."""
    page.goto("/sets/new")
    numbered = "\n\n".join(f"Vraag {n}\n{q}" for n, q in enumerate(QUESTIONS, start=1))
    page.fill("#text", f"Vragen over {title}.\n\n{numbered}")
    page.click("text=Lees de set")
    page.wait_for_url("**/check")
    page.click("text=Zoek bij elke vraag")
    page.wait_for_url("**/questions/1")
    page.click("summary:has-text('Een eigen bron toevoegen')")
    page.fill("#own-title", f"Nota {title}")
    page.fill("#own-text", f"{SAILING} {PAID} {CLOSED}")
    page.check("#everywhere")
    page.check("#may-use")
    page.click("text=Voeg de eigen bron toe")
    page.wait_for_selector('[data-hit][data-state="chosen"]')
    page.click("text=Maak het tekstvoorstel")
    page.wait_for_url("**/dossiers/dossier-*")
    return page.url


def rewrite(page: Page, path: str, position: int, text: str) -> None:
    """Put `text` in the place of an answer, as somebody pastes it."""
    page.goto(f"{path}?edit={position}")
    page.fill("#answer", "")
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.locator("#answer").press("Control+v")
    page.click("text=Opslaan en controleren")
    page.wait_for_selector("form[data-editor]", state="detached")


def take(page: Page, form: str) -> bytes:
    """The export in this form, downloaded."""
    link = page.locator(f"a[href$='/export/{form}']")
    if not link.is_visible():
        page.click("summary:has-text('Andere vormen')")
    link.focus()
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    return Path(str(download.value.path())).read_bytes()


def word_paragraphs(data: bytes) -> list[tuple[str, str]]:
    """Style and text of every paragraph of a Word file."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        text = archive.read("word/document.xml").decode()
    found = []
    for paragraph in re.findall(r"<w:p[ >].*?</w:p>", text, re.DOTALL):
        style = re.search(r'<w:pStyle w:val="([^"]+)"', paragraph)
        found.append((style[1] if style else "", "".join(re.findall(r"<w:t[^>]*>([^<]*)", paragraph))))
    return found


def test_what_is_pasted_from_word_stays_paragraphs_and_lists_everywhere(page: Page, office: Office) -> None:
    path = propose(page, "lijsten")
    identifier = path.rsplit("/", 1)[1]
    rewrite(page, path, 0, f"{SAILING}{PASTED}\r\n\r\n{PAID}")
    answer = page.locator("#question-0 .answer")
    expect(answer.locator("ul li")).to_have_count(2)
    expect(answer.locator("ol li")).to_have_count(2)
    assert "Geachte collega," in answer.locator("p.text").first.inner_text()
    for place, check in enumerate(
        office.workplace.dossiers.load(identifier, EVERYTHING).verifications[0].checks
    ):
        if not check.statement.citations:  # what the officer says goes out once he answers for it
            version = office.workplace.dossiers.load(identifier, EVERYTHING).version
            office.workplace.drafts.answer_for(identifier, 0, place, "Overleg.", version=version, actor=NOOR)
    page.goto(path)
    marks = page.locator("#question-0 .answer sup.marks a.cite").evaluate_all(
        "all => all.map(a => a.firstChild.nextSibling.textContent.trim())"
    )
    letter = word_paragraphs(take(page, "letter"))
    assert [t for style, t in letter if style == "Opsomming"] == ["Het eerste punt;", "Het tweede punt."]
    assert [t for style, t in letter if style == "Nummering"] == ["Daarna dit.", "Ten slotte dat."]
    assert ("Antwoord", "Een gewone alinea.") in letter
    markdown = take(page, "md").decode()
    own = markdown.split("### Antwoord")[1].split("## Vraag")[0]
    for line in ("- Het eerste punt;", "- Het tweede punt.", "1. Daarna dit.", "2. Ten slotte dat."):
        assert re.search(f"^{re.escape(line)}", own, re.MULTILINE), own
    assert marks and re.findall(r"\[\^(\d+)\]", own) == marks  # the same numbers of notes as on screen
    with pypdfium2.PdfDocument(take(page, "pdf")) as pdf:
        text = "\n".join(sheet.get_textpage().get_text_bounded() for sheet in pdf)
    assert re.search(r"[•‣-]\s*Het eerste punt;\s*\n", text) and re.search(r"2\.\s*Ten slotte dat", text)


def test_one_answer_to_several_questions_is_one_and_is_referred_to(page: Page) -> None:
    path = propose(page, "gezamenlijk")
    for position in (0, 1, 3):
        rewrite(page, path, position, f"{SAILING} {PAID}")
    rewrite(page, path, 2, CLOSED)
    assert "één antwoord op vraag 1 en 2" in page.inner_text("#question-0")
    assert "één antwoord op vraag 1 en 2" in page.inner_text("#question-1")
    assert "Zie het antwoord op vraag 1 en 2." in page.inner_text("#question-3")
    letter = [text for _, text in word_paragraphs(take(page, "letter"))]
    assert "Antwoord op vraag 1 en 2" in letter and "Zie het antwoord op vraag 1 en 2." in letter
    assert sum(SAILING in text for text in letter) == 1


def test_the_verdict_follows_the_text_and_a_contradiction_stays_in_sight(page: Page) -> None:
    path = propose(page, "oordeel")
    changed = SAILING.replace("14", "15")
    rewrite(page, path, 0, f"{changed} {PAID}")
    assert changed in page.inner_text("#question-0 .sentence--refused")
    assert "Tegengesproken door de bron" in page.inner_text("#question-0 .apart")
    page.locator("#question-0 summary:has-text('Neem deze zin voor eigen rekening')").press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Telling van gisteren.")
    page.keyboard.press("Enter")
    page.wait_for_selector("#question-0 .own-account")
    own = page.locator("#question-0 .sentence[data-own]")
    assert changed in own.inner_text() and own.locator("a.cite").count() == 0
    assert "De bron zegt iets anders." in page.inner_text("#question-0 .own")
    assert "1 eigen zin" in page.inner_text(".questions li >> nth=0")
