"""From proposal to letter by the buttons: confirmed, put in from the material, taken on own account."""

from __future__ import annotations

import re
import time
from html import unescape

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from web_office import EVERYTHING, Office, form_token

from learninglion.models import Dossier, Role, StatementVerdict
from learninglion.record.notes import collect_notes

KNOWN = "Bent u bekend met het bericht over vuurwerkbunkers in woonwijken?"
STORED = "Hoeveel consumentenvuurwerk mag een winkelier opslaan?"
FERRIES = "In de haven van Duinwijk varen 14 veerponten."
WATCHED = "De gemeente houdt toezicht op de veerponten."


@pytest.fixture
def noor(office: Office) -> TestClient:
    return office.browser("noor")


def searched(browser: TestClient, *questions: str) -> str:
    """A set that is searched; gives its path."""
    csrf = form_token(browser)
    numbered = "\n\n".join(f"Vraag {n}\n{q}" for n, q in enumerate(questions, start=1))
    checked = browser.post("/sets/new", data={"csrf": csrf, "text": f"Over vuurwerk.\n\n{numbered}"})
    data = {f"number-{n}": str(n + 1) for n in range(len(questions))}
    data |= {f"text-{n}": q for n, q in enumerate(questions)}
    board = browser.post(str(checked.url), data={"csrf": csrf, "introduction": "Over vuurwerk.", **data})
    return "/sets/" + str(board.url).split("/sets/")[1].split("/")[0]


def drafted(browser: TestClient, work: str) -> str:
    """The proposal of a set; gives its path."""
    page = browser.post(f"{work}/draft", data={"csrf": form_token(browser)})
    for _ in range(200):
        if "/dossiers/" in str(page.url):
            return "/dossiers/" + str(page.url).rsplit("/", 1)[1]
        time.sleep(0.05)
        page = browser.get(str(page.url))
    raise AssertionError("the proposal did not come")


def add_own(browser: TestClient, work: str, text: str) -> None:
    """Bring a source along for question 1; it is chosen with that."""
    own = {"own-title": f"Nota {time.monotonic_ns()}", "own-text": text, "may-use": "1"}
    browser.post(f"{work}/questions/1/own-sources", data={"csrf": form_token(browser), **own})


def load(office: Office, path: str) -> Dossier:
    return office.workplace.dossiers.load(path.rsplit("/", 1)[1], EVERYTHING)


def question(page: str) -> str:
    """The part of a page about the first question."""
    return page.split('id="question-0"')[1].split('id="question-1"')[0]


def press(browser: TestClient, path: str, act: str, **fields: str) -> Response:
    return browser.post(f"{path}/questions/0/{act}", data={"csrf": form_token(browser), **fields})


def test_a_proposal_is_confirmed_with_a_button_and_is_no_failure(office: Office, noor: TestClient) -> None:
    path = drafted(noor, searched(noor, KNOWN, STORED))
    page = noor.get(path).text
    first = question(page)
    assert "Voorstel om te bevestigen" in first and "“Ja.”" in first and "utrecht-badge--error" not in first
    assert "△ te bevestigen" in page and "Kies andere bronnen" not in first
    said = press(noor, path, "confirm", version="1")
    assert "Voorstel om te bevestigen" not in question(said.text)
    (only,) = load(office, path).verifications[0].standing
    assert (only.statement.text, only.statement.citations) == ("Ja.", ())
    assert only.statement.own_account == "Bevestigd door noor."
    assert "beantwoord, 1 eigen zin" in said.text and "1 van 2 beantwoord" in said.text
    press(noor, path, "confirm", version="1")  # pressed twice
    assert [c.statement.text for c in load(office, path).verifications[0].standing] == ["Ja."]


def test_a_sentence_of_a_source_is_proposed_and_confirmed_with_that_source(
    office: Office, noor: TestClient
) -> None:
    work = searched(noor, "Welke eisen stelt België aan de opleiding van astronauten?")
    source = re.findall(r'name="source" value="([^"]+)"', noor.get(f"{work}/questions/1").text)[0]
    chosen = {"csrf": form_token(noor), "source": source, "act": "choose"}
    noor.post(f"{work}/questions/1/choices", data=chosen)
    path = drafted(noor, work)
    page = noor.get(path).text
    draft = load(office, path).verifications[0].draft
    assert draft.statements == () and draft.proposal and draft.proposal in page.replace("&#39;", "'")
    assert "Deze zin komt uit een bron die u koos" in page
    press(noor, path, "confirm", version="1")
    (only,) = load(office, path).verifications[0].standing
    assert only.verdict is StatementVerdict.SUPPORTED and only.statement.citations
    assert only.statement.own_account == ""


def test_a_sentence_of_the_material_is_put_in_the_text_and_its_source_chosen(
    office: Office, noor: TestClient
) -> None:
    work = searched(noor, STORED)
    path = drafted(noor, work)  # nothing chosen: whatever was found is material
    before = load(office, path).verifications[0]
    cited = before.draft.material[0]
    sentence = " ".join(cited.quote.split())
    assert before.checks == () and before.draft.selection.chosen == ()
    wrong = press(noor, path, "material", place="99", version="1")
    assert wrong.status_code == 400 and "staat niet bij deze vraag" in wrong.text
    page = press(noor, path, "material", place="0", version="1").text
    after = load(office, path).verifications[0]
    (put,) = after.shown  # borne by its source, which counts as chosen now
    assert sentence in put.statement.text
    assert [s.id for s in after.draft.selection.chosen] == [cited.source_id]
    assert page.count('name="place"') >= len(before.draft.material) - 1 and cited not in after.draft.material
    board = noor.get(f"{work}/questions/1").text
    assert board.count('data-state="chosen"') == 1  # where it is drafted again from
    late = press(noor, path, "material", place="1", version="1")
    assert late.status_code == 409 and len(load(office, path).verifications[0].checks) == 1
    exported = noor.get(path + "/export/md").text
    assert sentence in exported


def test_what_contradicts_its_source_stays_visible_on_own_account_and_does_not_cite_it(
    office: Office, noor: TestClient
) -> None:
    work = searched(noor, "Hoeveel veerponten varen in de haven van Duinwijk?")
    add_own(noor, work, f"{FERRIES} {WATCHED}")
    path = drafted(noor, work)
    version = str(load(office, path).version)
    changed = FERRIES.replace("14", "15")
    noor.post(
        f"{path}/questions/0",
        data={"csrf": form_token(noor), "version": version, "text": f"{changed} {WATCHED}"},
    )
    refused = noor.get(path).text
    assert "Tegengesproken door de bron" in refused
    compared = refused.split('id="why-0-0"')[1].split("</section>")[0]
    assert 'data-reference="[1]' in compared and "[2]" not in compared  # the note of its source here
    newest = load(office, path)
    account = "Telling van gisteren, afdeling Havens."
    page = press(noor, path, "own-account", place="0", version=str(newest.version), account=account).text
    text = page.split('id="s-0-0"')[1].split('id="s-0-1"')[0]
    assert changed in unescape(text) and 'class="cite"' not in text
    why = page.split('id="why-0-0"')[1].split("</section>")[0]
    assert account in why and "De bron zegt iets anders." in why and "15" in why and 'class="cite"' in why
    assert "1 eigen zin" in page
    taken = load(office, path)
    assert [len(notes) for notes in collect_notes(taken).values()] == [0, 1]
    letter = noor.get(path + "/export/md").text
    assert changed in letter and account in letter and f"{changed}[^" not in letter
    assert f"{WATCHED}[^1]" in letter


def test_the_set_that_a_colleague_is_at_is_noticed(office: Office, noor: TestClient) -> None:
    office.person("petra", Role.DRAFTER)
    questions = ("Hoe vaak brandde de rietkraag bij Zuiderdam?", "Wie bluste de rietkraag bij Zuiderdam?")
    work = searched(noor, *questions)
    petra = office.browser("petra")
    broken = "\n".join(f"Vraag {n}\n{q}" for n, q in enumerate(questions, start=1)).replace("riet", "riet-\n")
    data = {"csrf": form_token(petra), "text": f"Andere inleiding.\n\n{broken}"}
    page = petra.post("/sets/new", data=data)
    assert page.status_code == 200 and "noor werkt ook aan deze vragen" in page.text
    assert 'id="same"' not in page.text and work not in page.text  # it stays noor's
    path = drafted(noor, work)
    page = petra.get(str(page.url))
    assert f'href="{path}"' in page.text and "tekstvoorstel van noor" in page.text
    data["text"] = f"Vraag 1\n{questions[0]}\n\nVraag 2\nHoeveel kost een brug?\n\nVraag 3\nEn een sluis?"
    assert "werkt ook aan deze vragen" not in petra.post("/sets/new", data=data).text
