"""What an officer does to the text of a published set stands so on screen and in every form that leaves."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Browser, Dialog, Page, expect
from test_web_browser import copied_with, make_dossier, sign_in
from test_web_nothing_lost import visit
from web_office import EVERYTHING, IN_BROWSER, NOOR, Office, question_set_text

from learninglion.models import StatementVerdict

pytestmark = IN_BROWSER

CASE = "2024Z06721"
PASTED = (
    "Geachte collega,\r\n\r\n•\tHet eerste punt;\r\no\tHet tweede punt.\r\n\r\n"
    "1.\tDaarna dit.\r\n2.\tTen slotte dat.\r\n\r\nEen gewone alinea."
)


@pytest.fixture
def page(browser: Browser, published_address: str) -> Iterator[Page]:
    opened = visit(browser, published_address)
    sign_in(opened)
    yield opened
    opened.context.close()


@pytest.fixture
def path(page: Page) -> str:
    """The address of a proposal for the published set, with its number as it is sent in."""
    return make_dossier(page, f"{CASE}\n{question_set_text()}")


def answer_text(page: Page, path: str, position: int) -> str:
    """What the field holds to write in."""
    page.goto(f"{path}?edit={position}")
    return page.input_value("#answer")


def rewrite(page: Page, path: str, position: int, text: str) -> None:
    """Put `text` in the place of an answer, as somebody pastes it."""
    page.goto(f"{path}?edit={position}")
    page.fill("#answer", "")
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.locator("#answer").press("Control+v")
    page.click("text=Opslaan en controleren")
    page.wait_for_selector("form[data-editor]", state="detached")


def told(page: Page, position: int) -> list[str]:
    """The verdict on an answer, its sentences and what is remarked, as somebody reads them."""
    section = page.locator(f"#question-{position}")
    return [text for text in section.inner_text().splitlines() if text.strip()]


def agree(dialog: Dialog) -> None:
    """Say yes."""
    dialog.accept()


def take(page: Page, form: str) -> tuple[str, bytes]:
    """The export in this form, downloaded, answers missing or not: the name of its file and what it holds."""
    link = page.locator(f"a[href$='/export/{form}']")
    if not link.is_visible():
        page.click("summary:has-text('Andere vormen')")
    link.focus()
    page.on("dialog", agree)
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    page.remove_listener("dialog", agree)
    return download.value.suggested_filename, Path(str(download.value.path())).read_bytes()


def part_of(data: bytes, name: str) -> str:
    """A part of a Word file."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(f"word/{name}.xml").decode()


def word_paragraphs(data: bytes) -> list[tuple[str, str]]:
    """Style and text of every paragraph of a Word file."""
    found = []
    for paragraph in re.findall(r"<w:p[ >].*?</w:p>", part_of(data, "document"), re.DOTALL):
        style = re.search(r'<w:pStyle w:val="([^"]+)"', paragraph)
        found.append((style[1] if style else "", "".join(re.findall(r"<w:t[^>]*>([^<]*)", paragraph))))
    return found


def all_marks(page: Page) -> list[str]:
    """The numbers of the notes of what stands, on this page."""
    marks = page.locator(".answer sup.marks a.cite, .answer sup.marks span.cite")
    return [re.sub(r"\D*(\d+).*", r"\1", text, flags=re.DOTALL) for text in marks.all_inner_texts()]


def test_what_is_pasted_from_word_stays_paragraphs_and_lists_everywhere(
    page: Page, path: str, published: Office
) -> None:
    identifier = path.rsplit("/", 1)[1]
    rewrite(page, path, 1, f"{answer_text(page, path, 1)}\r\n\r\n{PASTED}")
    answer = page.locator("#question-1 .answer")
    expect(answer.locator("ul li")).to_have_count(2)
    expect(answer.locator("ol li")).to_have_count(2)
    expect(answer.locator("p.text:has-text('Geachte collega,')")).to_have_count(1)
    dossiers, drafts = published.workplace.dossiers, published.workplace.drafts
    for place, check in enumerate(dossiers.load(identifier, EVERYTHING).verifications[1].checks):
        if check.verdict is not StatementVerdict.SUPPORTED:  # goes out once the officer answers for it
            version = dossiers.load(identifier, EVERYTHING).version
            drafts.answer_for(identifier, 1, place, "Overleg.", version=version, actor=NOOR)
    page.goto(path)
    marks = list(dict.fromkeys(all_marks(page)))
    name, data = take(page, "letter")
    subject = dossiers.load(identifier, EVERYTHING).question_set.title.split()[-1].strip("«».")
    assert name.startswith(f"Kamervragen {CASE} ") and subject[:20] in name and name.endswith(".docx")
    letter = word_paragraphs(data)
    assert [t for style, t in letter if style == "Opsomming"] == ["Het eerste punt;", "Het tweede punt."]
    assert [t for style, t in letter if style == "Nummering"] == ["Daarna dit.", "Ten slotte dat."]
    assert ("Antwoord", "Een gewone alinea.") in letter
    markdown = take(page, "md")[1].decode()
    for line in ("- Het eerste punt;", "- Het tweede punt.", "1. Daarna dit.", "2. Ten slotte dat."):
        assert re.search(f"^{re.escape(line)}", markdown, re.MULTILINE), markdown
    assert marks and list(dict.fromkeys(re.findall(r"\[\^(\d+)\](?!:)", markdown))) == marks
    assert len(re.findall("<w:footnoteReference ", part_of(data, "document"))) == len(marks)
    with pypdfium2.PdfDocument(take(page, "pdf")[1]) as pdf:
        text = "\n".join(sheet.get_textpage().get_text_bounded() for sheet in pdf).replace("\r", "")
    assert re.search(r"[•‣-]\s*Het eerste punt;\s*\n", text) and re.search(r"2\.\s*Ten slotte dat", text)
    assert re.findall(r"^(\d+)Aanhangsel Handelingen", text, re.MULTILINE) == marks
    page.once("dialog", lambda d: d.accept())  # sources that nobody opened yet
    page.locator("#question-1 [data-copy]").click()
    copied = copied_with(page, f"[{marks[0]}] Aanhangsel")
    assert "- Het eerste punt;\n- Het tweede punt.\n\n1. Daarna dit.\n2. Ten slotte dat." in copied
    assert f"[{marks[-1]}] Aanhangsel" not in copied


def test_one_answer_to_several_questions_is_one_and_is_referred_to(page: Page, path: str) -> None:
    text = answer_text(page, path, 1)
    for position in (2, 4):
        rewrite(page, path, position, text)
    assert not page.locator("#question-2 .sentence--refused").count()  # its source came along
    assert "één antwoord op vraag 2 en 3" in page.inner_text("#question-1")
    assert "één antwoord op vraag 2 en 3" in page.inner_text("#question-2")
    assert "Zie het antwoord op vraag 2 en 3." in page.inner_text("#question-4")
    letter = [text for _, text in word_paragraphs(take(page, "letter")[1])]
    assert "Antwoord op vraag 2 en 3" in letter and "Zie het antwoord op vraag 2 en 3." in letter
    assert sum(text[:60] in paragraph for paragraph in letter) == 1


def test_the_verdict_follows_the_text_and_a_contradiction_stays_in_sight(page: Page, path: str) -> None:
    text = answer_text(page, path, 1)
    turned = text.replace(" geen ", " ", 1) if " geen " in text else re.sub(r"\b(\d\d)\d\b", r"\g<1>9", text)
    sentence = next(s for s in re.split(r"(?<=[.”])\s", turned) if s not in text)
    rewrite(page, path, 1, turned)
    assert sentence.strip("“”") in page.inner_text("#question-1 .sentence--refused")
    assert "Tegengesproken door de bron" in page.inner_text("#question-1 .apart")
    page.locator("#question-1 summary:has-text('Neem deze zin voor eigen rekening')").press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Telling van gisteren.")
    page.keyboard.press("Enter")
    page.wait_for_selector("#question-1 .own-account")
    own = page.locator("#question-1 .sentence[data-own]")
    assert sentence in own.inner_text() and own.locator("a.cite").count() == 0
    assert "De bron zegt iets anders." in page.inner_text("#question-1 .own")
    assert "1 eigen zin" in page.inner_text(".questions li >> nth=1")


def test_an_answer_that_is_emptied_and_typed_anew_is_told_as_it_was(page: Page, path: str) -> None:
    page.goto(path)
    answered = [at for at in range(3) if page.locator(f"#question-{at} .answer .sentence").count()]
    assert answered
    for position in answered[:2]:
        text, before = answer_text(page, path, position), []
        page.goto(path)
        before = told(page, position)
        rewrite(page, path, position, text)  # saved unchanged
        assert told(page, position) == before
        rewrite(page, path, position, "")
        rewrite(page, path, position, f"{text} Wij komen hierop terug.")
        rewrite(page, path, position, text.replace(". ", ".\n\n"))
        rewrite(page, path, position, text)
        assert told(page, position) == before
