"""The way of a published set: officer, reviewer and the letter, as they walk it, watched by axe."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from test_web_browser import _small_targets, copied_with, lay_out_set, make_dossier, sign_in
from test_web_letter_browser import all_marks, answer_text, part_of, rewrite, take, word_paragraphs
from test_web_nothing_lost import _serious_here, visit
from web_office import EVERYTHING, IN_BROWSER, Office, question_set_text

from learninglion.models import DossierState

pytestmark = IN_BROWSER

OWN = "Ik heb hierover op 2 december met de betrokken maatschappij gesproken."


@pytest.fixture
def noor(browser: Browser, published_address: str) -> Iterator[Page]:
    page = visit(browser, published_address)
    sign_in(page)
    yield page
    page.context.close()


@pytest.fixture
def piet(browser: Browser, published_address: str) -> Iterator[Page]:
    page = visit(browser, published_address)
    sign_in(page, "piet")
    yield page
    page.context.close()


def look(page: Page) -> None:
    """Nothing serious, nothing sideways and no small target, wide and at 360 and 320 pixels."""
    for width in (1280, 360, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
        assert not _small_targets(page, page.url)
        assert width == 360 or not _serious_here(page)
    page.set_viewport_size({"width": 1280, "height": 900})


def test_a_reviewer_gives_back_reads_and_takes_responsibility(
    noor: Page, piet: Page, published: Office
) -> None:
    path = make_dossier(noor, question_set_text())
    shown = noor.locator("#question-1 .answer")
    before = shown.inner_text()
    rewrite(noor, path, 1, f"{answer_text(noor, path, 1)}\n\n{OWN}")
    noor.locator("#question-1 summary:has-text('Neem deze zin voor eigen rekening')").first.click()
    noor.keyboard.press("Tab")
    noor.keyboard.type("Gesprek met de maatschappij.")
    noor.keyboard.press("Enter")
    noor.wait_for_selector("#question-1 .own-account")
    assert OWN in shown.inner_text() and OWN not in before
    assert "De bron zegt iets anders" not in noor.inner_text("#question-1")  # no source speaks about it
    assert "1 eigen zin" in noor.inner_text(".questions li >> nth=1")
    look(noor)
    for at in range(noor.locator("section[id^=question-]").count()):  # what nothing bears goes out
        if noor.locator(f"#question-{at} .sentence--refused").count():
            rewrite(noor, path, at, "")
    noor.select_option("#person", "piet")
    noor.fill("#note", "Graag let op vraag 2.")
    empty = " ".join(
        map(str, published.workplace.dossiers.load(path.rsplit("/", 1)[1], EVERYTHING).unanswered)
    )
    assert empty and f"Er is nog geen antwoord op vraag {empty.replace(' ', ', ')}." in noor.inner_text(
        "main"
    )
    noor.click("text=Vraag om vast te stellen")
    noor.wait_for_selector("#problem:focus >> text=nog geen antwoord op vraag")
    assert noor.input_value("#note") == "Graag let op vraag 2."
    noor.check("#leave-open-asked")
    noor.click("text=Vraag om vast te stellen")
    noor.wait_for_selector("text=noor vroeg piet")

    piet.goto("/")
    assert "Graag let op vraag 2." in piet.inner_text("main")
    look(piet)
    piet.click(f"a[href='/dossiers/{path.rsplit('/', 1)[1]}']")
    piet.check("#responsible")
    piet.click("text=Stel de tekst vast")  # with answers missing and nobody who says that they may be
    piet.wait_for_selector("#problem:focus >> text=nog geen antwoord op vraag")
    piet.check("#leave-open")
    piet.click("text=Stel de tekst vast")  # without having opened one source: refused on this page
    piet.wait_for_selector("#problem:focus >> text=nog geen enkele bron")
    assert piet.is_checked("#responsible") and piet.is_checked("#leave-open")
    look(piet)
    piet.click("summary:has-text('Geef terug met een opmerking')")
    piet.fill("#answer", "Noem ook de datum van het gesprek.")
    piet.click("button:has-text('Geef terug')")
    noor.goto("/")
    assert "Noem ook de datum van het gesprek." in noor.inner_text("main")
    look(noor)
    noor.goto(path)
    noor.check("#leave-open-asked")
    noor.click("text=Vraag opnieuw")
    noor.wait_for_selector("text=noor vroeg piet")

    piet.goto(path)
    assert not piet.locator("#without_label").count()  # not before every source was opened
    addresses = [mark.get_attribute("href") or "" for mark in piet.locator("a.cite").all()]
    for source in {address.split("&")[0]: address for address in addresses}.values():
        piet.locator(f"a.cite[href='{source}']").first.click()
        piet.wait_for_selector(".beside mark")
        piet.keyboard.press("Escape")
    look(piet)
    piet.reload()
    piet.check("#responsible")
    piet.check("#without_label")
    piet.check("#leave-open")
    piet.click("text=Stel de tekst vast")
    piet.wait_for_selector(".head >> text=vastgesteld")
    assert "piet heeft de tekst onderzocht" in piet.inner_text("main")
    assert not piet.locator("details[open]:has-text('Verwant materiaal')").count()
    dossier = published.workplace.dossiers.load(path.rsplit("/", 1)[1], EVERYTHING)
    assert dossier.state is DossierState.APPROVED and dossier.responsibility
    assert dossier.responsibility.by == "piet" and set(dossier.responsibility.opened) == set(dossier.cited)
    piet.goto(f"{path}/history")
    assert "regel over AI weggehaald" in piet.inner_text("main")
    assert piet.inner_text("main").count("verder zonder antwoord op vraag – " + empty.replace(" ", ", ")) == 3
    look(piet)
    piet.goto(path)  # what is left open is asked about with every letter
    asked: list[str] = []
    piet.once("dialog", lambda d: (asked.append(d.message), d.dismiss()))
    piet.locator("a[href$='/export/letter-clean']").click()
    piet.wait_for_timeout(200)
    assert len(asked) == 1 and "nog geen antwoord op vraag" in asked[0]


def test_a_text_as_officers_write_it_leaves_as_a_letter(noor: Page) -> None:
    path = make_dossier(noor, question_set_text())
    answer = noor.locator("#question-1 .answer")
    assert answer.locator("p.text sup.marks a.cite").count()  # flowing text with raised marks
    noor.click("text=zin voor zin")
    expect(noor.locator("#question-1 .sentence--apart")).not_to_have_count(0)
    text = answer_text(noor, path, 1)
    assert noor.locator("form[data-editor] [data-while-writing]").count()  # sources beside while editing
    noor.locator("form[data-editor] [data-while-writing]").first.click()
    noor.wait_for_selector(".beside h2")
    assert noor.input_value("#answer") == text
    noor.keyboard.press("Escape")
    turned = "\n\n".join(reversed(re.split(r"(?<=\.) ", text)))
    rewrite(noor, path, 1, f"{turned}\n\n- het ene punt;\n- het andere punt.")  # reordered, split
    expect(noor.locator("#question-1 .answer ul li")).to_have_count(2)
    marks = noor.locator("#question-1 .answer sup.marks a.cite").evaluate_all(
        "all => all.map(a => a.firstChild.nextSibling.textContent.trim())"
    )
    refused = noor.locator("#question-1 .sentence--refused").count()
    letter = word_paragraphs(take(noor, "letter")[1])
    told = " ".join(text for _, text in letter)
    assert "Geachte voorzitter," in told and re.search(r"Antwoord (op vraag )?2", told)
    for note in ("kan niet worden beantwoord", "Wat ontbreekt", "Niet overgenomen", "bevestig het voorstel"):
        assert note not in told
    assert refused and "het ene punt" not in told  # nobody answers for it yet: not in the letter
    notes = re.findall(r"<w:footnote [^>]*w:id=\"[1-9]", part_of(take(noor, "letter")[1], "footnotes"))
    assert len(notes) == len(set(marks) | set(all_marks(noor)))  # one for each source and answer
    assert "footnoteReference" not in part_of(take(noor, "letter-clean")[1], "document")
    changes = take(noor, "letter-changes")[1]
    # What nobody answers for is no change of the letter: it stands in a comment.
    assert ("<w:ins " in part_of(changes, "document")) == (turned != text)
    assert "het ene punt" in part_of(changes, "comments")
    assert "het ene punt" in " ".join(text for _, text in word_paragraphs(take(noor, "annex")[1]))
    for form in ("letter", "letter-clean", "letter-changes", "annex"):  # each with its signed statement
        assert noor.locator(f"a[href$='/provenance/{form}']").count() == 1
    asked: list[str] = []
    noor.on("dialog", lambda d: (asked.append(d.message), d.accept()))
    noor.click("text=Kopieer alles")
    copied = copied_with(noor, "Antwoord 2")
    assert len(asked) == 1 and "gemaakt met AI" in copied
    rewrite(noor, path, 1, text)  # merged into one paragraph again: as it was
    expect(noor.locator("#question-1 .answer p.text")).to_have_count(1)
    assert not noor.locator("#question-1 .sentence--refused").count() and all_marks(noor)
    noor.goto(f"{path}/history")
    assert "meegenomen als bestand – Brief met wijzigingen (versie" in noor.inner_text("main")
    noor.goto(path)
    noor.click("text=Wat doet dit, wat kan het niet")  # the cards, reachable from every draft
    noor.wait_for_url("**/how-this-works#h-cards")


def test_two_computers_of_one_person_keep_both_texts(
    browser: Browser, noor: Page, published_address: str
) -> None:
    path = make_dossier(noor, question_set_text())
    other = visit(browser, published_address)
    sign_in(other)
    text = answer_text(noor, path, 1)
    noor.locator("#answer").press("Control+End")
    noor.keyboard.type(" Getypt op de laptop.")
    noor.wait_for_selector("[data-kept] >> text=Tussendoor bewaard")
    other.goto(path)  # the other computer has it, and goes on
    other.click("text=Ga verder met schrijven")
    assert other.input_value("#answer") == f"{text} Getypt op de laptop."
    other.locator("#answer").press("Control+End")
    other.keyboard.type(" En op kantoor.")
    other.click("text=Opslaan en controleren")
    other.wait_for_selector("form[data-editor]", state="detached")
    noor.locator("#answer").press("Control+End")
    noor.keyboard.type(" Thuis nog iets.")
    noor.click("text=Opslaan en controleren")
    noor.wait_for_selector("#theirs")  # not written over: both stand there
    assert noor.input_value("#answer").endswith("Getypt op de laptop. Thuis nog iets.")
    assert "En op kantoor." in noor.inner_text("#their-text")
    look(noor)
    other.context.close()


def test_an_own_source_that_is_refused_keeps_what_was_typed(noor: Page) -> None:
    shortlist = lay_out_set(noor, question_set_text())
    noor.click("summary:has-text('Een eigen bron toevoegen')")
    noor.fill("#own-title", "Nota van gisteren")
    noor.fill("#own-text", OWN)
    noor.click("text=Voeg de eigen bron toe")  # without saying that it may be used
    noor.wait_for_selector("#problem:focus")
    assert noor.input_value("#own-title") == "Nota van gisteren" and noor.input_value("#own-text") == OWN
    look(noor)
    noor.check("#may-use")
    noor.click("text=Voeg de eigen bron toe")
    noor.wait_for_selector("text=aangeleverd door u")
    assert noor.url.split("#")[0] == shortlist.split("#")[0]
