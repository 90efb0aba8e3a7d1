"""Nothing that was typed is lost: two people, ended sessions, no connection, other pages, refused forms."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserType, Page, expect
from playwright.sync_api import Error as PlaywrightError
from test_web_browser import _serious, copied_with, sign_in
from test_web_browser import make_dossier as make_dossier_of
from web_office import (
    ARGUMENTS,
    CHROMIUM,
    EVERYTHING,
    IN_BROWSER,
    NOOR,
    PASSWORD,
    Office,
    question_set_text,
    served,
)

from learninglion.database.engine import now
from learninglion.models import Author
from learninglion.web.app import create_app

pytestmark = IN_BROWSER

MINE = "Dit typte ik zelf, en het is nog niet opgeslagen."


def visit(browser: Browser, address: str) -> Page:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="nl-NL", base_url=address)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.set_default_timeout(30_000)
    return page


def make_dossier(page: Page) -> str:
    """A proposal on a real set; gives its address."""
    return make_dossier_of(page, question_set_text())


def choose_one(page: Page) -> None:
    """Choose the first source of a shortlist that is not chosen yet."""
    before = page.locator("[data-hit][data-state=chosen]").count()
    hidden = page.locator("summary", has_text="onder de drempel")
    if hidden.count():
        hidden.first.click()
    page.locator("[data-hit]:visible >> text=Kies deze bron").first.click()
    expect(page.locator("[data-hit][data-state=chosen]")).to_have_count(before + 1)


@pytest.fixture
def page(browser: Browser, published_address: str) -> Iterator[Page]:
    opened = visit(browser, published_address)
    sign_in(opened)
    yield opened
    opened.context.close()


def write(page: Page, path: str, position: int, text: str) -> None:
    """Open an answer and put `text` behind it, key by key."""
    page.goto(f"{path}?edit={position}")
    page.locator("#answer").press("Control+End")
    page.keyboard.type("\n\n" + text)


def kept_on_server(published: Office, path: str, position: int) -> str:
    place = f"/dossiers/{path.rsplit('/', 1)[1]}/questions/{position}"
    kept = published.workplace.working_texts.find(place, NOOR)
    return kept.fields["text"] if kept else ""


def wait_until_kept(page: Page, published: Office, path: str, position: int, text: str) -> None:
    for _ in range(100):
        if kept_on_server(published, path, position).endswith(text):
            return
        page.wait_for_timeout(50)
    raise AssertionError("the server did not keep what was typed")


def test_two_people_write_in_one_set_and_both_keep_their_text(
    browser: Browser, page: Page, published_address: str
) -> None:
    path = make_dossier(page)
    other = visit(browser, published_address)
    sign_in(other, "karin")
    write(page, path, 0, MINE)
    write(other, path, 1, "De ander schreef bij vraag 2.")
    other.click("text=Opslaan en controleren")
    other.wait_for_selector("#question-1 .sentence--refused")
    page.click("text=Opslaan en controleren")  # another question changed meanwhile: nothing in the way
    page.wait_for_selector(f"#question-0 >> text={MINE}")
    assert "De ander schreef bij vraag 2." in page.inner_text("#question-1")

    # The same question: both texts, who and when, on the page where he was.
    write(page, path, 2, MINE)
    write(other, path, 2, "De ander was eerder.")
    other.click("text=Opslaan en controleren")
    other.wait_for_selector("#question-2 .sentence--refused")
    page.click("text=Opslaan en controleren")
    page.wait_for_selector("#theirs")
    assert "karin heeft dit antwoord gewijzigd" in page.inner_text("#theirs")
    assert "De ander was eerder." in page.inner_text("#their-text")
    assert page.input_value("#answer").endswith(MINE)
    assert not _serious_here(page)
    page.locator("#answer").press("Control+End")
    page.keyboard.type(" Samengevoegd met: De ander was eerder.")
    page.click("text=Opslaan en controleren")
    page.wait_for_selector("form[data-editor]", state="detached")
    text = page.inner_text("#question-2")
    assert MINE in text and "De ander was eerder." in text
    other.context.close()


def _serious_here(page: Page) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    return _serious(Axe(), page, page.url)


def test_what_was_typed_comes_back_after_leaving_and_after_a_session_that_ended(
    page: Page, published: Office
) -> None:
    path = make_dossier(page)
    write(page, path, 0, MINE)
    wait_until_kept(page, published, path, 0, MINE)
    page.goto(f"{path}?edit=1")  # another question, without saving
    page.goto(path)
    assert "U was hier aan het schrijven" in page.inner_text("#question-0")
    page.click("text=Ga verder met schrijven")
    assert page.input_value("#answer").endswith(MINE)
    assert "nog niet opgeslagen" in page.inner_text("#restored")

    # The session ends while he types; saving sends him to sign in, and back to his text.
    page.context.clear_cookies()
    page.locator("#answer").press("Control+End")
    page.keyboard.type(" En nog iets.")
    page.click("text=Opslaan en controleren")
    page.wait_for_url("**/sign-in?back=*")
    page.fill("#name", "noor")
    page.fill("#password", "paarse olifant fietst")
    page.keyboard.press("Enter")
    page.wait_for_selector("#answer")
    expect(page.locator("#answer")).to_have_value(re.compile(r"En nog iets\.$"))
    page.click("text=Opslaan en controleren")
    page.wait_for_selector("form[data-editor]", state="detached")
    page.wait_for_load_state()  # the page it goes to itself: another address would break that off
    assert "En nog iets." in page.inner_text("#question-0")
    page.goto(path)
    assert "U was hier aan het schrijven" not in page.inner_text("main")
    assert kept_on_server(published, path, 0) == ""


def test_without_a_connection_the_text_stays_and_goes_on_when_it_is_back(
    page: Page, published: Office
) -> None:
    path = make_dossier(page)
    page.goto(f"{path}?edit=0")
    page.context.set_offline(True)
    page.locator("#answer").press("Control+End")
    page.keyboard.type(" " + MINE)
    page.wait_for_selector("[data-kept] >> text=Geen verbinding")
    page.click("text=Opslaan en controleren")
    page.wait_for_selector("[data-refusal]")
    assert page.input_value("#answer").endswith(MINE)
    page.context.set_offline(False)
    wait_until_kept(page, published, path, 0, MINE)


def test_a_server_that_is_started_again_has_what_was_typed_before_and_gets_what_came_after(
    browser: Browser, published: Office
) -> None:
    with served(create_app(published.workplace, published.settings)) as address:
        page = visit(browser, address)
        sign_in(page)
        path = make_dossier(page)
        write(page, path, 0, MINE)
        wait_until_kept(page, published, path, 0, MINE)
    page.keyboard.type(" Nu is er geen server.")
    page.wait_for_selector("[data-kept] >> text=Geen verbinding")
    with served(create_app(published.workplace, published.settings), address):
        wait_until_kept(page, published, path, 0, "Nu is er geen server.")
        page.goto(f"{path}?edit=0")
        assert page.input_value("#answer").endswith(f"{MINE} Nu is er geen server.")
        page.click("text=Opslaan en controleren")
        page.wait_for_selector("#question-0 >> text=Nu is er geen server.")
        page.context.close()


@contextmanager
def own_browser(kind: BrowserType, folder: Path, address: str) -> Iterator[Page]:
    """A browser with a folder of its own, as on somebody's desk."""
    context = kind.launch_persistent_context(
        folder, executable_path=str(CHROMIUM), args=ARGUMENTS, locale="nl-NL", base_url=address
    )
    try:
        yield context.pages[0] if context.pages else context.new_page()
    finally:
        with suppress(PlaywrightError):
            context.close()


def kill_browser(folder: Path) -> None:
    """SIGKILL for the browser on this folder."""
    wanted = f"--user-data-dir={folder}".encode()
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            words = place.read_bytes().split(b"\0")
            if wanted in words and not any(word.startswith(b"--type=") for word in words):
                os.kill(int(place.parent.name), signal.SIGKILL)


def copies(page: Page) -> list[object]:
    """What this browser itself holds of texts."""
    found = page.evaluate(
        """() => new Promise(done => {
            const asked = indexedDB.open("learninglion", 1);
            asked.onsuccess = () => {
                const all = asked.result.transaction("copies").objectStore("copies").getAll();
                all.onsuccess = () => { asked.result.close(); done(all.result); };
            };
        })"""
    )
    assert isinstance(found, list)
    return found


def test_a_killed_browser_gives_back_what_the_server_never_had(
    browser: Browser, page: Page, published: Office, published_address: str, tmp_path: Path
) -> None:
    path = make_dossier(page)
    with own_browser(browser.browser_type, tmp_path, published_address) as typing:
        sign_in(typing)
        typing.goto(f"{path}?edit=0")
        typing.context.set_offline(True)  # the server gets none of it
        typing.locator("#answer").press("Control+End")
        typing.keyboard.type(" Net niet bewaard.")
        typing.wait_for_timeout(200)
        kill_browser(tmp_path)
    assert kept_on_server(published, path, 0) == ""
    with own_browser(browser.browser_type, tmp_path, published_address) as again:
        again.goto(f"{path}?edit=0")
        if "/sign-in" in again.url:
            again.fill("#name", "noor")
            again.fill("#password", PASSWORD)
            again.keyboard.press("Enter")
        again.wait_for_selector("#answer")
        expect(again.locator("#answer")).to_have_value(re.compile(r"Net niet bewaard\.$"))
        wait_until_kept(again, published, path, 0, "Net niet bewaard.")
        again.goto("/")
        assert copies(again) == []


def test_typing_on_without_a_pause_goes_to_the_server_too(page: Page, published: Office) -> None:
    path = make_dossier(page)
    page.goto(f"{path}?edit=0")
    page.locator("#answer").press("Control+End")
    sent: list[str] = []
    page.on("request", lambda r: sent.append(r.url) if r.url.endswith("/working-texts") else None)
    page.evaluate(  # a key every 100 ms for 3 s, whatever else this machine does
        """() => new Promise(done => {
            const field = document.getElementById("answer");
            let count = 0;
            const timer = setInterval(() => {
                field.value += "x";
                field.dispatchEvent(new Event("input", { bubbles: true }));
                if (++count === 30) { clearInterval(timer); done(); }
            }, 100);
        })"""
    )
    assert sent, "nothing was kept while he typed on"


def test_who_signs_out_leaves_no_text_in_the_browser(page: Page, published: Office) -> None:
    path = make_dossier(page)
    page.goto(f"{path}?edit=1")
    page.context.set_offline(True)
    page.locator("#answer").press("Control+End")
    page.keyboard.type(" Voor het afmelden getypt.")
    page.wait_for_selector("[data-kept] >> text=Geen verbinding")
    assert len(copies(page)) == 1
    page.context.set_offline(False)
    page.locator("text=Afmelden").first.click()
    page.wait_for_url("**/sign-in")
    assert copies(page) == []
    assert kept_on_server(published, path, 1).endswith("Voor het afmelden getypt.")


def test_a_text_typed_elsewhere_since_is_not_overwritten(
    page: Page, published: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_dossier(page)
    page.goto(f"{path}?edit=0")
    before = page.input_value("#answer")
    page.context.set_offline(True)
    page.locator("#answer").press("Control+End")
    page.keyboard.type(" Op deze computer.")
    page.wait_for_selector("[data-kept] >> text=Geen verbinding")
    page.goto("about:blank")
    page.wait_for_timeout(1500)  # what was sent when the page went may still come
    place = f"/dossiers/{path.rsplit('/', 1)[1]}/questions/0"
    other = {"version": "1", "text": before + " Op een andere computer."}
    later = now() + timedelta(minutes=5)
    monkeypatch.setattr("learninglion.workflow.sets.now", lambda: later)
    published.workplace.working_texts.keep(place, other, actor=NOOR)
    page.context.set_offline(False)
    page.goto(f"{path}?edit=0")
    page.locator("text=Zet die hier neer").wait_for()
    assert page.input_value("#answer").endswith("Op een andere computer.")
    assert not _serious_here(page)
    page.click("text=Zet die hier neer")
    assert page.input_value("#answer").endswith("Op deze computer.")


def test_another_person_does_not_get_the_text(browser: Browser, page: Page, published: Office) -> None:
    path = make_dossier(page)
    write(page, path, 0, MINE)
    wait_until_kept(page, published, path, 0, MINE)
    page.context.clear_cookies()
    sign_in(page, "karin")
    page.goto(f"{path}?edit=0")
    assert MINE not in page.content() and not page.input_value("#answer").endswith(MINE)


def test_one_question_is_drafted_again_and_an_edited_answer_is_asked_about(
    page: Page, published: Office
) -> None:
    path = make_dossier(page)
    identifier = path.rsplit("/", 1)[1]
    write(page, path, 0, MINE)
    page.click("text=Opslaan en controleren")
    page.wait_for_selector("#question-0 .sentence--refused")
    page.locator("#question-1 >> text=Andere bronnen, of opnieuw opstellen").click()
    page.wait_for_url("**/questions/2")
    choose_one(page)
    page.click("text=Werk het tekstvoorstel bij")
    page.wait_for_url(f"**/dossiers/{identifier}**")
    page.wait_for_selector("#question-1")
    newest = published.workplace.dossiers.load(identifier, EVERYTHING)
    assert newest.version == 3
    assert len(newest.verifications[1].draft.selection.chosen) == 2
    assert MINE in page.inner_text("#question-0")  # every edit of the set is still there
    # The one that he edited: it asks, and leaves the text where he does not say yes.
    page.locator("#question-0 >> text=Andere bronnen, of opnieuw opstellen").click()
    page.click("text=Schrijf alleen vraag 1 opnieuw")
    page.wait_for_selector("text=Er is aan deze antwoorden gewerkt")
    assert not _serious_here(page)
    page.click("button:has-text('Ga verder')")
    page.wait_for_url(f"**/dossiers/{identifier}")
    assert MINE in page.inner_text("#question-0")
    page.locator("#question-0 >> text=Andere bronnen, of opnieuw opstellen").click()
    page.click("text=Schrijf alleen vraag 1 opnieuw")
    page.check("#overwrite-0")
    page.click("button:has-text('Ga verder')")
    page.wait_for_selector("#question-0")
    assert MINE not in page.inner_text("#question-0")
    assert all(
        s.author is Author.MACHINE
        for s in published.workplace.dossiers.load(identifier, EVERYTHING).verifications[0].draft.statements
    )
    # What he wrote over by mistake is put back from the version in which it stood, and nothing else with it.
    page.goto(f"{path}/history")
    assert not _serious_here(page)
    page.click("a:has-text('versie 3')")
    page.wait_for_url("**version=3")
    assert not _serious_here(page)
    assert page.locator("button:has-text('Zet dit antwoord terug')").count() == 1
    page.locator("#question-0 button:has-text('Zet dit antwoord terug')").press("Enter")
    page.wait_for_url(f"**/dossiers/{identifier}#question-0")
    assert MINE in page.inner_text("#question-0")
    back = published.workplace.dossiers.load(identifier, EVERYTHING)
    then = published.workplace.dossiers.load(identifier, EVERYTHING, 3)
    assert back.version == 5 and back.verifications == then.verifications


def test_searching_again_keeps_choices_and_a_set_pasted_twice_is_noticed(page: Page) -> None:
    short = re.split(r"\n+(?:Vraag )?3\b", question_set_text())[0]  # no other test pastes only two of them
    asked = short.rpartition("\n" if "Vraag 2\n" in short else "2. ")[2].strip()
    page.goto("/sets/new")
    page.fill("#text", short.replace(asked, f"Weet u wel? {asked}"))
    page.click("text=Lees de set")
    page.wait_for_url("**/check")
    page.click("text=Zoek bij elke vraag")
    page.wait_for_url("**/questions/1")
    first = page.url
    choose_one(page)
    page.goto(first.replace("questions/1", "check"))
    page.fill("#text-1", asked)
    page.click("text=Zoek bij elke vraag")
    page.wait_for_url("**/questions/1")
    expect(page.locator('[data-hit][data-state="chosen"]')).to_have_count(1)
    page.goto("/sets/new")
    page.fill("#text", short)
    page.click("text=Lees de set")
    page.wait_for_url("**/check")
    assert "Deze vragen hebt u al" in page.inner_text("#same")
    page.click("text=Ga verder met die set")
    page.wait_for_url(first)


def test_a_refused_form_keeps_what_was_typed(browser: Browser, published_address: str) -> None:
    page = visit(browser, published_address)
    sign_in(page, "beheerder")
    page.goto("/manage/people")
    page.fill("#name", "nieuweling")
    page.click("text=Voeg toe")
    page.wait_for_selector("text=minste één rol")
    assert page.input_value("#name") == "nieuweling"
    page.goto("/sets/new")
    page.fill("#text", question_set_text())
    page.click("text=Lees de set")
    page.wait_for_url("**/check")
    page.fill("#text-1", "En dit hier, dat ik net verbeterde?")
    page.fill("#number-1", "1")
    page.click("text=Zoek bij elke vraag")
    page.wait_for_selector("text=komt twee keer voor")
    assert page.input_value("#text-1") == "En dit hier, dat ik net verbeterde?"
    page.context.close()


def test_a_source_opens_beside_the_sentence_and_all_is_copied_after_one_question(page: Page) -> None:
    path = make_dossier(page)
    page.goto(path)
    mark = page.locator("sup.marks a.cite").last
    mark.scroll_into_view_if_needed()
    sentence = page.locator(".sentence:has(a.cite)").last
    mark.click()
    page.wait_for_selector(".beside mark")
    expect(page.locator(".sentence[data-active]")).to_have_count(1)
    expect(sentence).to_be_in_viewport()
    page.set_viewport_size({"width": 360, "height": 740})
    page.keyboard.press("Escape")
    mark.scroll_into_view_if_needed()
    mark.click()
    page.wait_for_selector(".beside mark")
    page.wait_for_timeout(100)
    box, pane = page.locator(".sentence[data-active]").bounding_box(), page.locator(".beside").bounding_box()
    assert box and pane and 0 <= box["y"] < pane["y"], "the sentence hides behind its source"
    page.keyboard.press("Escape")
    asked: list[str] = []
    page.on("dialog", lambda d: (asked.append(d.message), d.accept()))
    page.click("text=Kopieer alles")
    text = copied_with(page, "Antwoord 1")
    assert len(asked) == 1 and "gemaakt met AI" in text
    html = page.evaluate(
        "navigator.clipboard.read().then(i => i[0].getType('text/html')).then(b => b.text())"
    )
    assert "<sup>" in html and "<h3" in html
