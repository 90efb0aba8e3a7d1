"""The page on which one puts a question to the documents, and the same by the API."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from web_office import EVERYTHING, NOOR, Office, form_token

from learninglion.models import Actor, Role
from learninglion.models.errors import InputError, PermissionDeniedError
from learninglion.record.export import ExportFormat

QUESTION = "Hoeveel controles bij vuurwerkopslagen waren er in 2017?"


READER = Actor("lezer", frozenset({Role.READER}), frozenset({"openbaar"}))


def count(office: Office, actor: Actor = EVERYTHING) -> int:
    """How many documents there are: other tests add some."""
    return len(office.workplace.documents.list(actor, limit=200))


def put(browser: TestClient, **fields: str) -> str:
    answer = browser.post("/ask", data={"csrf": form_token(browser), **fields})
    assert answer.status_code == 200, answer.text
    return answer.text


def test_a_question_gives_passages_with_the_quote_marked_and_its_place(office: Office) -> None:
    browser = office.browser("noor")
    assert "Uw vraag" in browser.get("/ask").text
    text = put(browser, question=QUESTION)
    assert f"Gezocht in {count(office)} documenten." in text
    marked = re.search(r"<mark>(.+?)</mark>", text, re.DOTALL)
    place = re.search(r'href="(/sources\?id=[^"]+&amp;from=\d+&amp;to=\d+[^"]*)"', text)
    assert marked and place
    page = browser.get(unescape(place[1]))
    assert page.status_code == 200 and f"<mark>{marked[1]}</mark>" in page.text


def test_two_documents_of_one_title_are_told_apart(office: Office, tmp_path: Path) -> None:
    browser = office.browser("noor")
    paths = [tmp_path / name for name in ("een.md", "twee.md")]
    for path, figure in zip(paths, ("veertien", "zestien"), strict=True):
        path.write_text(f"# Reglement ijsclub\n\n## IJs\n\nHet ijs is {figure} centimeter dik.\n", "utf-8")
    taken = office.workplace.intake.ingest(paths, collection="ijsclub", actor=EVERYTHING)
    text = put(browser, question="Hoe dik is het ijs van de ijsclub?", collection="ijsclub")
    assert not taken.failures
    shown = [d.id for d in office.workplace.documents.list(EVERYTHING, limit=200) if "ijsclub" in d.title]
    assert len(shown) == 2 and all(f"<li>{name}</li>" in text for name in shown)
    assert "<li>doc-" not in put(browser, question=QUESTION)


def test_a_follow_up_shows_what_it_takes_over_and_can_do_without(office: Office) -> None:
    browser = office.browser("noor")
    first = put(browser, question=QUESTION)
    after = re.search(r'name="after" value="([^"]*)"', first)
    assert after and unescape(after[1]) == QUESTION
    text = put(browser, question="En waarom?", after=QUESTION)
    assert "Overgenomen van uw vorige vraag:" in text and "vuurwerkopslagen" in text
    assert "Zoek zonder de vorige vraag" in text
    kept = re.search(r'name="after" value="([^"]*)"', text)
    assert kept and unescape(kept[1]) == f"{QUESTION} En waarom?"
    assert "Overgenomen van" not in put(browser, question="En waarom?")


def test_what_is_not_told_is_said_with_what_was_looked_through(office: Office) -> None:
    text = put(office.browser("noor"), question="Welke opera zong de bariton in Oosterwoud?")
    assert "Dit staat er niet in" in text and "stukken tekst" in text


def test_an_empty_or_endless_question_is_told_in_words_and_markup_stays_text(office: Office) -> None:
    browser = office.browser("noor")
    token = form_token(browser)
    for question, words in (("  ", "Stel een vraag."), ("x" * 3000, "te lang")):
        answer = browser.post("/ask", data={"csrf": token, "question": question})
        assert answer.status_code == 400 and words in answer.text
    assert "<script>alert" not in put(browser, question="<script>alert(1)</script> vuurwerk")


def test_the_page_speaks_english_too(office: Office) -> None:
    browser = office.browser("noor")
    browser.cookies.set("language", "en")
    text = put(browser, question="How many inspections of fireworks were there in 2017?")
    assert "Ask a question" in text and "Your question is in English, the text" in text
    for dutch in ("Gezocht in", "Vraag door", "Zoek het antwoord", "Wat er ook over gaat"):
        assert dutch not in text


def test_what_is_told_of_a_document_is_english_around_the_words_of_the_document(
    office: Office, tmp_path: Path
) -> None:
    path = tmp_path / "roeien.md"
    path.write_text("# Zoeken\n\n## 1 Boten\n\nEr zijn er zes.\n\n## 2 Riemen\n\nOok zes.\n", "utf-8")
    assert not office.workplace.intake.ingest([path], collection="roeien", actor=EVERYTHING).failures
    browser = office.browser("noor")
    browser.cookies.set("language", "en")
    text = put(browser, question="Hoeveel hoofdstukken heeft dit document?", collection="roeien")
    assert "2 chapters: 1 Boten; 2 Riemen" in text
    text = put(browser, question="Wat is de titel van dit document?", collection="roeien")
    assert "The title is: Zoeken" in text


def test_nobody_is_answered_from_what_they_may_not_see(office: Office) -> None:
    hidden = next(d for d in office.workplace.documents.list(EVERYTHING) if d.collection == "besloten")
    told = put(office.browser("lezer"), question=hidden.title)
    assert f"Gezocht in {count(office, READER)} documenten." in told
    assert hidden.id not in told
    assert count(office, READER) < count(office)
    auditor = Actor("controleur", frozenset({Role.AUDITOR}))
    with pytest.raises(PermissionDeniedError):
        office.workplace.asking.ask(QUESTION, actor=auditor)
    with pytest.raises(InputError):
        office.workplace.asking.ask(" ", actor=EVERYTHING)


def test_the_log_tells_that_was_asked_and_not_what(office: Office) -> None:
    put(office.browser("noor"), question=QUESTION)
    entry = office.workplace.log.entries(EVERYTHING, after=0, limit=1)[0]
    assert entry.action == "ask" and QUESTION not in str(entry)
    assert "vraag gesteld aan documenten" in office.browser("noor").get("/manage/log").text


def test_the_api_gives_the_shape_of_the_command_line(office: Office) -> None:
    browser = office.browser("noor")
    headers = {"x-csrf-token": form_token(browser)}
    body = {"question": QUESTION}
    told = browser.post("/api/v1/answers", json=body, headers=headers).json()
    assert told["verdict"] in ("answered", "related", "absent") and told["language"] == "nl"
    assert told["looked_through"]["documents"] == count(office)
    first = [*told["answers"], *told["near"]][0]
    assert first["quote"] in first["text"] and first["regions"]
    wrong = browser.post("/api/v1/answers", json={**body, "colour": "red"}, headers=headers)
    assert wrong.status_code == 400


def test_an_answer_is_handed_to_a_set_and_keeps_its_place(office: Office) -> None:
    browser = office.browser("noor")
    token = form_token(browser)
    asked = "1. Bent u bekend met het bericht «Controles»?\n2. Hoeveel controles waren er?"
    made = browser.post("/sets/new", data={"csrf": token, "text": asked})
    browser.post("/sets/new", data={"csrf": token, "text": f"{asked}\n3. Waar?"})  # of the same title
    work = office.workplace.sets.list(NOOR)[0]
    assert made.status_code == 200
    page = put(browser, question=QUESTION)
    source = re.search(r'name="source" value="([^"]+)"', page)
    assert source and f'value="{work.id}"' in page
    shortlist = browser.post(
        "/ask/hand-over", data={"csrf": token, "work": work.id, "source": unescape(source[1])}
    )
    assert shortlist.status_code == 200
    assert shortlist.url.path.endswith("/questions/2") and "De bron ligt nu bij 2 vragen" in shortlist.text
    kept = office.workplace.sets.find(work.id, NOOR)
    formal, *others = kept.shortlists  # what only a person can say needs no source
    assert not formal.chosen and all(unescape(source[1]) in b.chosen for b in others)
    assert re.search(r">Bent u bekend met het bericht «Controles»\? \(\d\d-\d\d-\d{4}, \d\d:\d\d\)<", page)


def known_question(office: Office) -> str:
    """A question that the archive answered before."""
    for document in office.workplace.documents.list(NOOR):
        for source in office.workplace.documents.sources_of(document.id, NOOR):
            asked = office.workplace.asking.ask(source.question or "?", actor=NOOR)
            if asked.answers and asked.answers[0].source_id:
                return source.question
    raise AssertionError("nothing is answered here")


def talk(browser: TestClient, question: str) -> dict[str, list[str]]:
    """Two questions on the page, and what it carries along of them."""
    told = {"question": "En waarom?", "after": question, "turn": [question], "turn-after": [""]}
    page = browser.post("/ask", data={"csrf": form_token(browser), **told}).text
    kept = page[page.index('id="h-talk"') :]
    return {
        name: [unescape(told) for told in re.findall(rf'name="{name}" value="([^"]*)"', kept)]
        for name in ("turn", "turn-after")
    }


def test_a_conversation_is_kept_as_a_dossier_with_exports_mark_and_log(office: Office) -> None:
    browser, question = office.browser("noor"), known_question(office)
    turns = talk(browser, question)
    assert turns == {"turn": [question, "En waarom?"], "turn-after": ["", question]}
    page = browser.post("/ask/keep", data={"csrf": form_token(browser), **turns})
    name = str(page.url).rpartition("/")[2]
    dossier = office.workplace.dossiers.load(name, NOOR)
    assert [v.draft.selection.question.text for v in dossier.verifications] == turns["turn"]
    assert dossier.verifications[0].shown and not dossier.verifications[0].failed
    assert dossier.verifications[1].draft.selection.introduction == question
    text = office.workplace.dossiers.export(name, ExportFormat.MARKDOWN, actor=NOOR).decode()
    assert text.index("aiGenerated") < text.index("# Gesprek: ") and "Beantwoording Kamervragen" not in text
    assert {step.action for step in office.workplace.dossiers.steps(name, NOOR)} >= {"draft", "export"}
    assert office.workplace.drafts.replay(name, actor=NOOR).same


def test_a_conversation_goes_along_to_a_set_as_own_source(office: Office) -> None:
    browser, question = office.browser("noor"), known_question(office)
    browser.post("/sets/new", data={"csrf": form_token(browser), "text": "1. Hoe vaak is er gecontroleerd?"})
    work = office.workplace.sets.list(NOOR)[0]
    page = browser.post("/ask/keep", data={"csrf": form_token(browser), **talk(browser, question)})
    assert f'value="{work.id}"' in page.text
    address = f"{page.url.path}/hand-over"
    shortlist = browser.post(address, data={"csrf": form_token(browser), "work": work.id})
    assert shortlist.status_code == 200
    (own,) = office.workplace.sets.find(work.id, NOOR).shortlists[0].added
    assert own.own and question[:80] in own.body and own.document.title.startswith("Gesprek: ")


def test_the_api_keeps_a_conversation_and_bounds_it(office: Office) -> None:
    browser = office.browser("noor")
    headers = {"x-csrf-token": form_token(browser)}
    told = browser.post("/api/v1/conversations", json={"turns": [{"question": QUESTION}]}, headers=headers)
    assert told.status_code == 201 and told.json()["id"].startswith("dossier-")
    assert browser.post("/api/v1/conversations", json={"turns": []}, headers=headers).status_code == 400
    with pytest.raises(InputError):
        office.workplace.conversations.keep((), actor=NOOR)
