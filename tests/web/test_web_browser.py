"""The whole job in a real browser: by mouse, by keys alone, on small screens, watched by axe."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from web_office import IN_BROWSER, PASSWORD, Office

from learninglion.sample import sample_question_set

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "EN-301-549"]

pytestmark = IN_BROWSER


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="nl-NL", base_url=address)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened = context.new_page()
    troubles: list[str] = []
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    opened.on("console", lambda m: troubles.append(m.text) if "Content Security Policy" in m.text else None)
    opened.on(
        "request", lambda r: troubles.append(r.url) if not r.url.startswith((address, "data:")) else None
    )
    yield opened
    context.close()
    assert not troubles, troubles


def sign_in(page: Page, name: str = "noor") -> None:
    page.goto("/sign-in")
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")


def lay_out_set(page: Page, text: str = "") -> str:
    """Paste a set, the fictional one by itself, and search; gives the address of the first shortlist."""
    page.goto("/sets/new")
    page.fill("#text", text or sample_question_set().read_text("utf-8"))
    page.click("text=Lees de set")
    page.wait_for_url("**/check")
    page.click("text=Zoek bij elke vraag")
    page.wait_for_url("**/questions/1")
    return page.url


def make_dossier(page: Page, text: str = "") -> str:
    """A proposal from the first source of the first three questions; gives its address."""
    first = lay_out_set(page, text)
    for number in (1, 2, 3):
        page.goto(first.replace("questions/1", f"questions/{number}"))
        hidden = page.locator("summary", has_text="onder de drempel")
        if page.locator("[data-hit]:visible").count() == 0 and hidden.count():
            hidden.first.click()
        page.locator("[data-hit]:visible >> text=Kies deze bron").first.click()
        page.wait_for_selector('[data-hit][data-state="chosen"]')
    page.click("text=Maak het tekstvoorstel")
    page.wait_for_url("**/dossiers/dossier-*")
    return page.url


def test_the_whole_job_from_a_pasted_set_to_a_word_file(page: Page, office: Office) -> None:
    sign_in(page)
    address = make_dossier(page)
    assert "Dit is een AI-systeem" in page.inner_text(".notice")
    expect(page.locator(".sentence")).not_to_have_count(0)
    page.locator("a.cite").first.click()
    page.wait_for_selector(".beside mark")
    # The highlight stands on the image and as text, for who sees it and for who hears it.
    expect(page.locator(".beside .sheet rect")).not_to_have_count(0)
    quote = page.locator(".beside mark").first.inner_text()
    assert len(quote) > 10
    image = page.locator(".beside .sheet img")
    image.wait_for()
    expect(image).to_have_js_property("complete", True)
    assert image.evaluate("image => image.naturalWidth") > 400
    assert "Pagina" in str(image.get_attribute("alt"))
    page.keyboard.press("Escape")
    expect(page.locator(".beside")).to_have_count(0)
    expect(page.locator(".cite:focus")).to_have_count(1)

    question = page.locator("section:has(.sentence)").first
    question.get_by_text("Bewerk").click()
    text = page.input_value("#answer")
    page.fill("#answer", "De minister heeft gisteren 17 olifanten benoemd.\n\n" + text)
    page.click("text=Opslaan en controleren")
    page.wait_for_selector(".apart")
    # What is refused stays where it stands, marked there, with the reason behind it.
    first = page.locator("section:has(.apart) .answer").first
    assert first.locator("p.text").first.inner_text().startswith("De minister heeft gisteren 17 olifanten")
    assert "17 olifanten" in page.inner_text(".sentence--refused")
    assert "17 olifanten" not in " ".join(page.locator("[data-sentence-text]").all_inner_texts())

    # What does not hold stands in the way of signing off, until the officer takes it out.
    assert page.locator("#responsible").count() == 0
    page.locator("section:has(.apart) >> text=Bewerk").first.click()
    page.fill("#answer", text)
    page.click("text=Opslaan en controleren")
    page.wait_for_selector("#responsible")
    page.check("#responsible")
    page.check("#leave-open")  # one question of the set has no answer
    page.click("text=Stel de tekst vast")
    page.wait_for_selector(".head >> text=vastgesteld")
    page.once("dialog", lambda d: d.accept())  # that it is missing
    with page.expect_download() as download:
        page.click("a[href$='/export/letter']")
    with zipfile.ZipFile(io.BytesIO(Path(str(download.value.path())).read_bytes())) as archive:
        assert "word/document.xml" in archive.namelist()
    page.goto(address + "/history")
    assert "versie 4" in page.inner_text("main")
    page.click("text=Maak opnieuw en vergelijk")
    page.wait_for_selector("text=precies hetzelfde")


def test_the_job_with_keys_alone(page: Page) -> None:
    page.goto("/sign-in")

    def tab_to(selector: str, limit: int = 200) -> None:
        for _ in range(limit):
            page.keyboard.press("Tab")
            if page.evaluate("s => document.activeElement.matches(s)", selector):
                shown = page.evaluate(
                    "(() => { const s = getComputedStyle(document.activeElement);"
                    " return s.outlineStyle !== 'none' || s.boxShadow !== 'none'; })()"
                )
                assert shown, f"no visible focus on {selector}"
                return
        raise AssertionError(f"{selector} cannot be reached with Tab")

    tab_to("a.skip")
    tab_to("#name")
    page.keyboard.type("noor")
    tab_to("#password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    tab_to("a[href='/sets/new']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sets/new")
    tab_to("#text")
    page.keyboard.insert_text(sample_question_set().read_text("utf-8"))
    tab_to("button.nl-button--primary")
    page.keyboard.press("Enter")
    page.wait_for_url("**/check")
    tab_to("main button.nl-button--primary")
    page.keyboard.press("Enter")
    page.wait_for_url("**/questions/1")
    if page.locator("[data-hit]:visible").count() == 0:
        tab_to("[data-hits] > details > summary")
        page.keyboard.press("Enter")
    tab_to("[data-hit], [data-hit] button, [data-hit] a")
    page.keyboard.press("o")
    page.wait_for_selector(".beside h2")
    expect(page.locator(".beside:focus-within")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("[data-hit]:focus-within")).to_have_count(1)
    page.keyboard.press("x")
    page.wait_for_selector('[data-hit][data-state="chosen"]')
    expect(page.locator("[data-hit]:focus")).to_have_count(1)
    if page.locator("[data-hit]:visible").count() > 1:
        page.keyboard.press("ArrowDown")
        page.keyboard.press("r")
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        page.wait_for_selector('[data-hit][data-state="rejected"]')
    # A source of one's own, so that there is something to answer with whatever the search found.
    tab_to("#own > summary")
    page.keyboard.press("Enter")
    tab_to("#own-title")
    page.keyboard.type("Bericht in de krant")
    tab_to("#own-text")
    page.keyboard.insert_text("De staatssecretaris kent het bericht over de vuurwerkbunker in Duinstede.")
    tab_to("#may-use")
    page.keyboard.press("Space")
    tab_to("#own button")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=aangeleverd door u")
    tab_to("#propose button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/dossiers/dossier-*")
    tab_to("a[href*='edit=0']")
    page.keyboard.press("Enter")
    page.wait_for_selector("#answer:focus")
    page.keyboard.press("Control+End")
    page.keyboard.type(" De staatssecretaris kent het bericht over de vuurwerkbunker in Duinstede.")
    tab_to("form[data-editor] button")
    page.keyboard.press("Enter")
    page.wait_for_selector("#question-0 [data-author=person]")
    tab_to("a.cite")
    page.keyboard.press("Enter")
    page.wait_for_selector(".beside mark")
    page.keyboard.press("Escape")
    expect(page.locator("a.cite:focus")).to_have_count(1)
    while page.locator(".apart").count():  # what no source carries is taken out, sentence by sentence
        page.keyboard.press("Control+Home")
        number = page.locator("section:has(.apart)").first.get_attribute("id")
        tab_to(f"#{number} a[href*='edit=']")
        page.keyboard.press("Enter")
        page.wait_for_selector("#answer:focus")
        page.keyboard.press("Control+a")
        page.keyboard.press("Delete")
        tab_to("form[data-editor] button")
        page.keyboard.press("Enter")
        page.wait_for_selector("form[data-editor]", state="detached")
        page.wait_for_load_state()
    tab_to("#responsible")
    page.keyboard.press("Space")
    tab_to("#leave-open")  # what was emptied stays open
    page.keyboard.press("Space")
    tab_to("#responsible ~ button, form[action$='/approve'] button")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Vastgesteld door noor")
    tab_to("a[href$='/export/letter']")
    page.once("dialog", lambda d: d.accept())
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert zipfile.is_zipfile(str(download.value.path()))


def addresses(page: Page) -> list[str]:
    """Every page there is, with something on it."""
    dossier = make_dossier(page)
    shortlist = (
        page.evaluate("() => 0") or page.goto("/") and page.get_attribute("a[href*='/questions/1']", "href")
    )
    source = page.goto(dossier) and page.locator("a.cite").first.get_attribute("href")
    found = [
        "/",
        "/sets/new",
        str(shortlist),
        str(shortlist).replace("questions/1", "check"),
        dossier,
        str(source),
    ]
    found += [
        dossier + "?edit=0",
        dossier + "?view=sentences",
        dossier + "/history",
        dossier.replace("/dossiers/", "/manage/retention/dossier?id="),
        "/manage/retention",
        "/dossiers",
        "/search",
        "/ask",
        "/how-this-works",
        "/account",
    ]
    found += ["/manage", "/manage/documents", "/manage/people", "/manage/models", "/manage/log"]
    found += ["/manage/quality", dossier + "?version=1", str(source) + "&page=1"]
    document = page.goto("/manage/documents") and page.get_attribute("table a.nl-link", "href")
    return [*found, str(document), "/accessibility", "/api-docs", "/nergens"]


LENGTHEN = """document.querySelectorAll("main h1, main h2, main h3").forEach(
    heading => heading.append(" ontwikkelingssamenwerkingsprojecten"))"""


def test_axe_finds_nothing_serious_and_no_page_scrolls_sideways(page: Page) -> None:
    axe = Axe()
    page.goto("/sign-in")
    problems = _serious(axe, page, "/sign-in")
    sign_in(page)
    for path in addresses(page):
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(path)
        problems += _serious(axe, page, path)
        # 320 CSS pixels is what 400% zoom leaves of 1280.
        page.set_viewport_size({"width": 320, "height": 640})
        for headings in ("as they are", "with a long word"):
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > 320:
                problems.append(f"{path}: {wide} px wide on a screen of 320, headings {headings}")
            page.evaluate(LENGTHEN)
        problems += _small_targets(page, path)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/search")
    page.fill("#text", "Wat zijn de regels voor de opslag van vuurwerk?")
    page.click("text=Zoek eerdere antwoorden")
    page.wait_for_selector("#h-found")
    problems += _serious(axe, page, "/search with results")
    page.click("button:has-text('English')")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.wait_for_load_state()
    problems += _serious(axe, page, "/search in English")
    assert not problems, "\n".join(problems)


def test_axe_finds_nothing_serious_on_what_comes_after_a_button(page: Page, office: Office) -> None:
    """Pages that only an answer to a form shows: mistakes, outcomes, and what lies folded."""
    axe, problems = Axe(), []

    def look(name: str) -> None:
        problems.extend(_serious(axe, page, name))
        page.set_viewport_size({"width": 320, "height": 640})
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > 320:
            problems.append(f"{name}: {wide} px wide on a screen of 320")
        problems.extend(_small_targets(page, name))
        page.set_viewport_size({"width": 1280, "height": 900})

    page.goto(f"/set-up?token={office.site.workplace.accounts.invite('opsteller')}")
    look("an invitation")
    page.goto("/sign-in")
    page.fill("#name", "noor")
    page.fill("#password", "niet goed")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]")
    look("a wrong password")
    sign_in(page)
    dossier = make_dossier(page)
    page.locator("a.cite").first.click()
    page.wait_for_selector(".beside mark")
    look("a source beside the text")
    page.goto(dossier + "/history")
    _unfold(page)
    look("a history, unfolded")
    page.click("text=Maak opnieuw en vergelijk")
    page.wait_for_selector("text=precies hetzelfde")
    look("made again")
    page.goto("/sets/new")
    _unfold(page)
    page.click("text=Lees de set")
    page.wait_for_selector("[role=alert]")
    look("a set without text")
    page.goto("/search")
    _unfold(page)
    page.fill("#text", "zeppelins boven de Waddenzee")
    page.fill("#threshold", "100")
    page.click("text=Zoek eerdere antwoorden")
    page.wait_for_selector("#h-found")
    look("nothing found")
    page.goto("/account")
    page.fill("#label", "proef")
    page.click("text=Maak een token")
    page.wait_for_selector("main pre")
    look("a fresh token")
    page.goto("/manage/log")
    page.click("text=Controleer het logboek")
    page.wait_for_selector(".utrecht-alert--ok")
    look("a log that is whole")
    page.goto("/manage/people")
    _unfold(page)
    look("people, unfolded")
    for name in ("lezer", "controleur"):
        page.context.clear_cookies()
        sign_in(page, name)
        look(f"the start of {name}")
    assert not problems, "\n".join(problems)


def _unfold(page: Page) -> None:
    page.evaluate("document.querySelectorAll('main details').forEach(e => { e.open = true; })")


def test_a_phone_has_one_row_of_header_and_its_menu_needs_no_script(browser: Browser, address: str) -> None:
    context = browser.new_context(
        java_script_enabled=False, base_url=address, viewport={"width": 360, "height": 740}
    )
    page = context.new_page()
    sign_in(page)
    box = page.locator("header.top").bounding_box()
    assert box is not None and box["height"] < 70, "the header takes more than one row"
    links = page.locator("header nav:visible a")
    assert links.count() == 0
    for _ in range(5):  # the skip link, the name of the workplace, the menu
        page.keyboard.press("Tab")
        if page.locator("header summary:focus").count():
            break
    page.keyboard.press("Enter")
    assert {"Nieuwe set", "Dossiers", "Beheer"} <= set(links.all_inner_texts())
    assert page.locator("header button:visible").all_inner_texts() == ["Afmelden", "English"]
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sets/new")
    context.close()


def test_the_list_of_questions_leads_to_each_of_them(page: Page) -> None:
    sign_in(page)
    make_dossier(page)
    links = page.locator(".bench > nav .questions a")
    assert links.count() == page.locator("section[id^=question-]").count() == 8
    for link, section in ((links.nth(0), "#question-0"), (links.nth(7), "#question-7")):
        told = link.locator(".tally").inner_text()
        badge = page.locator(f"{section} .utrecht-badge-status").first.inner_text()
        # The same sign before the words in both places, so that colour is never the only difference.
        assert told[0] == badge[0] and told[0] in "✓△✕"
    links.nth(7).click()
    expect(page.locator("#question-7")).to_be_in_viewport()
    page.set_viewport_size({"width": 360, "height": 740})
    box = links.nth(0).locator(".tally").bounding_box()
    assert box and box["width"] > 40 and box["height"] > 10, "its state stands there in words"


def _serious(axe: Axe, page: Page, path: str) -> list[str]:
    found = axe.run(page, options={"runOnly": {"type": "tag", "values": TAGS}}).response["violations"]
    return [
        f"{path}: {v['id']} ({v['impact']}) {v['nodes'][0]['html'][:150]}"
        for v in found
        if v["impact"] in ("serious", "critical")
    ]


def _small_targets(page: Page, path: str) -> list[str]:
    small = page.evaluate(
        """() => {
          const small = r => r.width && (r.height < 24 || r.width < 24);
          return Array.from(document.querySelectorAll(
              "button, input:not([type=hidden]), select, summary, .nl-button"))
            .filter(e => small(e.getBoundingClientRect()))
            .filter(e => !e.closest("label") || small(e.closest("label").getBoundingClientRect()))
            .map(e => e.outerHTML.slice(0, 120));
        }"""
    )
    return [f"{path}: target under 24 px {html}" for html in small]


def copied_with(page: Page, word: str) -> str:
    """The plain text on the clipboard, once it holds `word`."""
    for _ in range(100):
        text = str(page.evaluate("navigator.clipboard.readText()"))
        if word in text:
            return text
        page.wait_for_timeout(50)
    raise AssertionError(f"{word!r} was not copied: {text!r}")


def test_copying_asks_first_and_takes_mark_and_sources_along(page: Page) -> None:
    sign_in(page)
    make_dossier(page)
    asked: list[str] = []
    page.once("dialog", lambda d: (asked.append(d.message), d.dismiss()))
    page.evaluate("navigator.clipboard.writeText('leeg')")
    page.locator("[data-copy]").first.click()
    page.wait_for_timeout(200)
    assert asked and "bron nog niet" in asked[0]
    assert page.evaluate("navigator.clipboard.readText()") == "leeg"
    page.once("dialog", lambda d: d.accept())
    page.locator("[data-copy]").first.click()
    text = copied_with(page, "Aanhangsel")
    assert "Aanhangsel" in text and "gemaakt met AI" in text


def test_what_is_proposed_and_what_is_related_come_into_the_text_by_a_button(page: Page) -> None:
    sign_in(page)
    page.goto("/sets/new")
    asked = (
        "Bent u bekend met het bericht over vuurwerk?",
        "Welke eisen gelden voor de opslag van vuurwerk?",
    )
    page.fill("#text", "\n\n".join(f"Vraag {n}\n{q}" for n, q in enumerate(asked, start=1)))
    page.click("text=Lees de set")
    page.wait_for_url("**/check")
    page.click("text=Zoek bij elke vraag")
    page.wait_for_url("**/questions/1")
    page.click("text=Maak het tekstvoorstel")
    page.wait_for_url("**/dossiers/dossier-*")
    page.set_viewport_size({"width": 320, "height": 256})  # as at 400%
    page.locator("text=Bevestig, en zet in de tekst").press("Enter")
    page.wait_for_selector("#question-0 .sentence >> text=Ja.")
    related = page.locator("#question-1 details:has(form[action$='/material'])").first
    if not related.locator("li").first.is_visible():
        related.locator("summary").first.press("Enter")
    items = related.locator("li")
    count, offered = items.count(), items.first.inner_text()
    items.first.locator("text=Zet deze zin in de tekst").press("Enter")
    page.wait_for_selector("#question-1 .sentence a.cite")
    put = page.locator("#question-1 .sentence [data-sentence-text]").inner_text()
    assert put.partition(": ")[2] in offered
    assert related.locator("li").count() == count - 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert "beantwoord, 1 eigen zin" in (page.text_content(".bench > nav") or "")
    assert not _serious(Axe(), page, "a proposal put together by buttons")
    page.locator("#question-1 a.cite").first.click()
    page.wait_for_selector(".beside mark")


def test_a_question_is_asked_opened_and_followed_by_keys_alone(page: Page) -> None:
    axe = Axe()
    sign_in(page)
    page.goto("/ask")
    page.focus("#question")
    page.keyboard.type("Hoeveel controles bij vuurwerkopslagen waren er in 2017?")
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.textContent.trim()") != "Zoek het antwoord":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#h-found")
    problems = _serious(axe, page, "answers")
    page.focus("[data-hits] [data-hit]")
    page.keyboard.press("o")
    page.wait_for_selector(".beside mark")
    page.wait_for_selector(".beside .sheet rect", state="attached")
    problems += _serious(axe, page, "a place beside the answers")
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.set_viewport_size({"width": 1280, "height": 900})
    page.focus("#follow")
    page.keyboard.type("En waarom?")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Overgenomen van uw vorige vraag")
    problems += _serious(axe, page, "a follow-up") + _small_targets(page, "a follow-up")
    assert not problems, "\n".join(problems)


def test_reading_and_searching_work_without_script(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=address)
    page = context.new_page()
    sign_in(page)
    page.goto("/search")
    page.fill("#text", "Wat zijn de regels voor de opslag van vuurwerk?")
    page.click("summary:has-text('Beperken')")
    page.fill("#threshold", "0")
    page.click("text=Zoek eerdere antwoorden")
    expect(page.locator("article.hit")).not_to_have_count(0)
    page.locator("article.hit >> text=Open de pagina").first.click()
    expect(page.locator(".sheet img")).to_have_count(1)
    address_of_dossier = make_dossier_without_script(page)
    page.goto(address_of_dossier)
    page.locator("a.cite").first.click()
    expect(page.locator("mark")).not_to_have_count(0)
    context.close()


def make_dossier_without_script(page: Page) -> str:
    page.goto("/sets/new")
    page.fill("#text", sample_question_set().read_text("utf-8"))
    page.click("text=Lees de set")
    page.wait_for_url("**/check")
    page.click("text=Zoek bij elke vraag")
    page.wait_for_url("**/questions/1")
    first = page.url
    for number in (1, 2, 3):
        page.goto(first.replace("questions/1", f"questions/{number}"))
        hidden = page.locator("summary", has_text="onder de drempel")
        if page.locator("[data-hit]:visible").count() == 0 and hidden.count():
            hidden.first.click()
        page.locator("[data-hit]:visible >> text=Kies deze bron").first.click()
        expect(page.locator('[data-state="chosen"]')).not_to_have_count(0)
    page.click("text=Maak het tekstvoorstel")
    page.wait_for_url(lambda url: "/questions/" not in url)
    for _ in range(50):
        if "/dossiers/" in page.url:
            return page.url
        page.wait_for_timeout(200)
        page.click("text=Vernieuw >> nth=-1")
    raise AssertionError("the proposal did not come")


def test_a_proposal_is_confirmed_and_a_passage_taken_in_with_one_click(page: Page) -> None:
    sign_in(page)
    page.goto(make_dossier(page))
    first = page.locator("#question-0")
    expect(first.locator(".answer")).not_to_contain_text("Ja.")
    first.get_by_role("button", name="Bevestig, en zet in de tekst").click()
    expect(page.locator("#question-0 .answer")).to_contain_text("Ja.")
    expect(page.locator("#question-0").get_by_role("button", name="Bevestig, en zet")).to_have_count(0)
    with_material = page.locator("section:has(form[action$='/material'])").first
    name = with_material.get_attribute("id")
    held = page.locator(f"#{name} form[action$='/material']")
    count, before = held.count(), page.locator(f"#{name} .answer .sentence").count()
    if not held.first.is_visible():
        page.locator(f"#{name} details:has(form[action$='/material']) summary").first.click()
    held.first.get_by_role("button").click()
    expect(page.locator(f"#{name} .answer .sentence")).to_have_count(before + 1)
    expect(page.locator(f"#{name} form[action$='/material']")).to_have_count(count - 1)
    expect(page.locator(f"#{name} .sentence--refused")).to_have_count(0)  # it is borne by its source


def test_a_link_within_the_page_takes_the_keyboard_along_and_loads_nothing(page: Page) -> None:
    sign_in(page)
    first = lay_out_set(page, "")
    page.goto(first.replace("questions/1", "questions/8"))
    page.fill("#words", "veerponten")
    page.locator("nav.next a[href='#propose']").press("Enter")
    expect(page.locator("#propose:focus")).to_have_count(1)
    expect(page.locator("#words")).to_have_value("veerponten")


def test_enter_searches_and_the_buttons_mend(page: Page) -> None:
    sign_in(page)
    page.goto("/sets/new")
    page.fill("#text", "Over honden.\n\nVraag 1\nHoeveel honden zijn er? Waar wonen die honden?")
    page.click("text=Lees de set")
    page.wait_for_url("**/check")
    page.click("button:has-text('Splits') >> nth=0")
    page.wait_for_url("**/check?at=0")
    assert page.input_value("#text-1") == "Waar wonen die honden?"
    assert page.evaluate("document.activeElement.id") == "text-0"
    page.press("#title", "Enter")
    page.wait_for_url("**/questions/1")
