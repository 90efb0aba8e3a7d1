"""A drafter asks a named person to sign off; that person signs or gives back; an edit undoes it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from html import escape, unescape

import pytest
from fastapi.testclient import TestClient
from web_office import EVERYTHING, Office, documents, form_token

from learninglion.models import DossierState, Role
from learninglion.record.notes import collect_notes

QUESTION = "Hoeveel kilo consumentenvuurwerk mag een winkelier opslaan?"
ASK = "/sign-off"


@pytest.fixture(scope="module")
def ministry(make_office: Callable[..., Office]) -> Office:
    made = make_office()
    assert not made.workplace.intake.ingest(documents(), collection="openbaar", actor=EVERYTHING).failures
    made.person("noor", Role.DRAFTER)
    made.person("karim", Role.APPROVER)
    made.person("elders", Role.APPROVER, collections=("anders",))
    made.person("lezer", Role.READER)
    return made


def make_dossier(ministry: Office, browser: TestClient) -> str:
    """A proposal with at least one sentence; gives its path."""
    csrf = form_token(browser)
    checked = browser.post("/sets/new", data={"csrf": csrf, "text": f"Over vuurwerk.\n\nVraag 1\n{QUESTION}"})
    data = {"csrf": csrf, "introduction": "Over vuurwerk.", "number-0": "1", "text-0": QUESTION}
    shortlist = browser.post(str(checked.url), data=data)
    own = {"own-title": f"Nota {time.monotonic_ns()}", "may-use": "1"}
    own["own-text"] = "Een winkelier mag ten hoogste 10.000 kilo consumentenvuurwerk opslaan."
    shortlist = browser.post(f"{str(shortlist.url).split('#')[0]}/own-sources", data={"csrf": csrf, **own})
    page = browser.post(str(shortlist.url).split("/questions")[0] + "/draft", data={"csrf": csrf})
    for _ in range(100):
        if "/dossiers/" in str(page.url):
            assert 'class="sentence"' in page.text
            return "/dossiers/" + str(page.url).rsplit("/", 1)[1]
        time.sleep(0.05)
        page = browser.get(str(page.url))
    raise AssertionError("the proposal did not come")


def read_sources(browser: TestClient, path: str) -> int:
    """Open every source that a sentence cites; gives how many there are."""
    found = set(re.findall(r'href="([^"]*/(?:sources|supplied)\?[^"]*)"', browser.get(path).text))
    for address in found:
        assert browser.get(unescape(address)).status_code == 200
    return len(found)


def test_asked_signed_and_seen_everywhere(ministry: Office) -> None:
    noor, karim = ministry.browser("noor"), ministry.browser("karim")
    path = make_dossier(ministry, noor)
    page = noor.get(path).text
    assert "karim" in page
    assert '<option value="elders"' not in page  # may not see what this dossier quotes from
    assert "elders" not in page
    asked = noor.post(path + ASK, data={"csrf": form_token(noor), "person": "karim", "note": "Graag vandaag"})
    assert "noor vroeg karim" in asked.text
    assert "gevraagd aan karim" in noor.get("/dossiers").text
    start = karim.get("/").text
    assert "U bent gevraagd om vast te stellen" in start and "Graag vandaag" in start and path in start
    assert "U bent gevraagd" not in noor.get("/").text
    refused = karim.post(path + "/approve", data={"csrf": form_token(karim), "version": "1"})
    assert refused.status_code == 400
    said = {"csrf": form_token(karim), "version": "1", "responsible": "1"}
    blind = karim.post(path + "/approve", data=said)
    assert blind.status_code == 400 and "nog geen enkele bron" in blind.text
    assert read_sources(karim, path)
    done = karim.post(path + "/approve", data=said)
    assert "Vastgesteld door karim" in done.text
    assert "U bent gevraagd" not in karim.get("/").text
    for place in ("/", "/dossiers", path, path + "/history"):
        assert "✓ vastgesteld" in noor.get(place).text, place
    history = noor.get(path + "/history").text
    assert "gevraagd om vast te stellen – karim (versie 1)" in history
    told = [
        e
        for e in ministry.workplace.log.entries(EVERYTHING, subject=path.rsplit("/", 1)[1])
        if "sign-off" in e.action
    ]
    assert len(told) == 1 and "vandaag" not in str(told[0].details)


def answer_of(browser: TestClient, path: str) -> str:
    """The text of the first answer, as the field to write in holds it."""
    page = browser.get(path + "?edit=0").text
    return unescape(re.findall(r'<textarea[^>]*id="answer"[^>]*>([^<]*)</textarea>', page)[0])


def test_an_edit_after_signing_off_undoes_it_and_says_so(ministry: Office) -> None:
    noor, karim = ministry.browser("noor"), ministry.browser("karim")
    path = make_dossier(ministry, noor)
    read_sources(karim, path)
    karim.post(path + "/approve", data={"csrf": form_token(karim), "version": "1", "responsible": "1"})
    data = {"csrf": form_token(noor), "version": "2", "text": "Een winkelier mag weinig opslaan."}
    edited = noor.post(path + "/questions/0", data=data)
    assert edited.status_code == 200, edited.text
    dossier = ministry.workplace.dossiers.load(path.rsplit("/", 1)[1], EVERYTHING)
    assert (dossier.version, dossier.state) == (3, DossierState.EDITED)
    assert "Versie 2 was vastgesteld door karim. Daarna is de tekst gewijzigd." in noor.get(path).text
    assert "Dit is een oude versie" in noor.get(path + "?version=2").text


def test_nobody_signs_a_version_they_did_not_read(ministry: Office) -> None:
    noor, karim = ministry.browser("noor"), ministry.browser("karim")
    path = make_dossier(ministry, noor)
    noor.post(path + ASK, data={"csrf": form_token(noor), "person": "karim"})
    noor.post(path + "/questions/0", data={"csrf": form_token(noor), "version": "1", "text": ""})
    late = karim.post(path + "/approve", data={"csrf": form_token(karim), "version": "1", "responsible": "1"})
    assert late.status_code == 409 and "gewijzigd nadat u hem opende" in late.text
    assert "Daarna is de tekst gewijzigd" in karim.get(path).text


def test_given_back_with_a_remark_and_asked_again(ministry: Office) -> None:
    noor, karim = ministry.browser("noor"), ministry.browser("karim")
    path = make_dossier(ministry, noor)
    noor.post(path + ASK, data={"csrf": form_token(noor), "person": "karim"})
    empty = karim.post(path + ASK + "/give-back", data={"csrf": form_token(karim), "answer": " "})
    assert empty.status_code == 400
    karim.post(path + ASK + "/give-back", data={"csrf": form_token(karim), "answer": "Noem ook de datum."})
    assert path not in karim.get("/").text
    assert "Noem ook de datum." in noor.get("/").text and "Noem ook de datum." in noor.get(path).text
    noor.post(path + ASK, data={"csrf": form_token(noor), "person": "karim"})
    assert "Noem ook de datum." not in noor.get("/").text
    noor.post(path + ASK + "/withdraw", data={"csrf": form_token(noor)})
    assert path not in karim.get("/").text


def test_who_cannot_sign_is_not_asked_and_who_may_not_ask_cannot(ministry: Office) -> None:
    noor, karim, lezer = (ministry.browser(n) for n in ("noor", "karim", "lezer"))
    path = make_dossier(ministry, noor)
    for person in ("noor", "lezer", "elders", "niemand", ""):
        answer = noor.post(path + ASK, data={"csrf": form_token(noor), "person": person})
        assert answer.status_code == 400, person
    assert lezer.post(path + ASK, data={"csrf": form_token(lezer), "person": "karim"}).status_code == 403
    back = karim.post(path + ASK + "/give-back", data={"csrf": form_token(karim), "answer": "x"})
    assert back.status_code == 404
    assert karim.post(path + ASK + "/withdraw", data={"csrf": form_token(karim)}).status_code == 404
    approved = noor.post(
        path + "/approve", data={"csrf": form_token(noor), "version": "1", "responsible": "1"}
    )
    assert approved.status_code == 403


def test_a_question_without_an_answer_gets_one_on_the_account_of_its_officer(ministry: Office) -> None:
    noor, karim = ministry.browser("noor"), ministry.browser("karim")
    path = make_dossier(ministry, noor)
    own, account = "Ja, ik ken het bericht.", "Woordvoering, 20 november 2026."
    before = answer_of(noor, path)
    data = {"csrf": form_token(noor), "version": "1", "text": f"{before}\n\n{own}"}
    assert "Er staan nog zinnen in" in noor.post(path + "/questions/0", data=data).text
    assert "Neem deze zin voor eigen rekening" in noor.get(path).text
    kept = ministry.workplace.dossiers.load(path.rsplit("/", 1)[1], EVERYTHING).verifications[0]
    place = next(i for i, c in enumerate(kept.checks) if c.statement.text == own)
    data = {"csrf": form_token(noor), "version": "2", "place": str(place)}
    empty = noor.post(path + "/questions/0/own-account", data=data | {"account": " "})
    assert empty.status_code == 400 and "waarop u deze zin baseert" in empty.text
    taken = noor.post(path + "/questions/0/own-account", data=data | {"account": account})
    assert "Eigen tekst, niet door een bron gedragen" in taken.text and account in taken.text
    assert (
        "door een mens geschreven" in noor.get(path + "?view=sentences").text
    )  # the officer wrote it, and not the machine
    dossier = ministry.workplace.dossiers.load(path.rsplit("/", 1)[1], EVERYTHING)
    notes = [n for listed in collect_notes(dossier).values() for n in listed]
    assert notes
    for note in notes:  # the page numbers sources as an export does
        assert f'data-reference="[{note.number}] {escape(note.name)}"' in taken.text
    assert "Er staan nog zinnen in" not in taken.text
    twice = noor.post(path + "/questions/0/own-account", data=data | {"account": account})
    newest = ministry.workplace.dossiers.load(path.rsplit("/", 1)[1], EVERYTHING).version
    assert twice.status_code == 200 and newest == dossier.version  # the same again changes nothing
    late = noor.post(path + "/questions/0/own-account", data=data | {"account": "Iets anders."})
    assert late.status_code == 409
    read_sources(karim, path)
    signed = karim.post(
        path + "/approve", data={"csrf": form_token(karim), "version": "3", "responsible": "1"}
    )
    assert "Vastgesteld door karim" in signed.text
    exported = noor.get(path + "/export/md").text
    assert own in exported and account in exported and "niet door een bron gedragen" in exported
    stands = answer_of(noor, path)
    other = {"csrf": form_token(noor), "version": "4", "text": stands.replace(own, own[:-1] + " goed.")}
    changed = noor.post(path + "/questions/0", data=other).text
    assert account not in changed.split("Versie 4 was")[-1]  # said of the old words, not of these


def test_with_four_eyes_the_last_editor_is_not_offered_to_sign(make_office: Callable[..., Office]) -> None:
    """It ended on a bare page; now the page says who signs, before anybody tries."""
    office = make_office(LEARNINGLION_WEB_TWO_PERSON_RULE="true")
    assert not office.workplace.intake.ingest(documents(), actor=EVERYTHING).failures
    for name in ("noor", "karim"):
        office.person(name, Role.DRAFTER, Role.APPROVER)
    noor, karim = office.browser("noor"), office.browser("karim")
    path = make_dossier(office, noor)
    page = noor.get(path).text
    assert "vier-ogenprincipe" in page and 'id="responsible"' not in page and 'id="person"' in page
    assert 'id="responsible"' in karim.get(path).text
    read_sources(noor, path)
    signed = {"csrf": form_token(noor), "responsible": "1"}
    assert noor.post(f"{path}/approve", data=signed).status_code == 403
