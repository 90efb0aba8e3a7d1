"""A collection that guides: its start page, remarks on answers, and its own questions measured."""

from __future__ import annotations

from datetime import date

import pytest
from web_office import EVERYTHING, Office, form_token

from learninglion.models import Actor, Role
from learninglion.models.errors import InputError, PermissionDeniedError
from learninglion.workflow.guides import Finding, Guide, Remark

READER = Actor("lezer", frozenset({Role.READER}), frozenset({"openbaar"}))
OWNER = Actor("eigenaar", frozenset({Role.READER}), frozenset({"openbaar"}))
QUESTION = "Hoeveel controles bij vuurwerkopslagen waren er in 2017?"


def passage(office: Office) -> tuple[str, str]:
    """A document with words that stand in it."""
    reply = office.workplace.asking.ask(QUESTION, actor=READER)
    first = (*reply.answers, *reply.near)[0]
    return first.document.id, first.quote


def test_a_guide_is_kept_in_versions_and_edited_by_its_owner(office: Office) -> None:
    guides = office.workplace.guides
    guides.put("openbaar", Guide(owner="eigenaar", welcome="Welkom."), actor=EVERYTHING)
    edited = guides.put(
        "openbaar",
        Guide(owner="eigenaar", examples=("Wat is er gecontroleerd?",), until=date(2020, 1, 1)),
        actor=OWNER,
    )
    versions = guides.versions("openbaar", OWNER)
    assert [v.version for v in versions[:2]] == [edited.version, edited.version - 1]
    assert versions[0].expired and not versions[1].expired and versions[1].welcome == "Welkom."
    with pytest.raises(PermissionDeniedError):
        guides.put("openbaar", Guide(owner="lezer"), actor=READER)
    with pytest.raises(PermissionDeniedError):
        guides.find("besloten", OWNER)
    with pytest.raises(InputError):
        guides.put("openbaar", Guide(welcome="x" * 5000), actor=OWNER)
    page = office.browser("lezer").get("/collection?name=openbaar").text
    assert "Wat is er gecontroleerd?" in page and "termijn van deze verzameling is voorbij" in page
    assert "/collection/owner" not in page


def test_what_is_said_of_an_answer_reaches_the_owner_and_is_measured_by(office: Office) -> None:
    guides = office.workplace.guides
    guides.put("openbaar", Guide(owner="eigenaar"), actor=EVERYTHING)
    document, words = passage(office)
    browser = office.browser("lezer")
    fields = {"collection": "openbaar", "finding": "incomplete", "question": QUESTION, "document": document}
    said = browser.post("/collection/remarks", data={"csrf": form_token(browser), **fields, "words": words})
    assert "De eigenaar van deze verzameling ziet" in said.text
    # words that stand nowhere measure nothing, but what was typed reaches the owner
    browser.post("/collection/remarks", data={"csrf": form_token(browser), **fields, "words": "zo niet"})
    newest = guides.remarks("openbaar", OWNER)[0].remark
    assert not newest.measures and "zo niet" in newest.remark
    with pytest.raises(InputError):
        guides.say("openbaar", Remark(Finding.QUESTION, QUESTION, "", document, "zo niet"), actor=OWNER)
    nowhere = Remark(Finding.QUESTION, "Welke opera zong de bariton in Oosterwoud?", nowhere=True)
    guides.say("openbaar", nowhere, actor=OWNER)
    with pytest.raises(PermissionDeniedError):
        guides.say("openbaar", nowhere, actor=READER)
    with pytest.raises(PermissionDeniedError):
        guides.remarks("openbaar", READER)
    report = guides.evaluate("openbaar", actor=OWNER)
    assert (report.all.questions, report.unanswerable) == (1, 1)
    assert report.all.shown == 1.0 and report.refused == 1.0
    assert guides.measured("openbaar", OWNER)[-1].shown == 1.0
    noted = next(s for s in guides.remarks("openbaar", OWNER) if s.remark.finding is Finding.INCOMPLETE)
    assert noted.made_by == "lezer" and noted.settled is None
    guides.settle("openbaar", noted.id, actor=OWNER)
    log = str(office.workplace.log.entries(EVERYTHING, limit=20))
    assert QUESTION not in log and words not in log


def test_a_person_is_found_and_taken_out_of_remarks(office: Office) -> None:
    office.workplace.guides.say(
        "openbaar", Remark(Finding.WRONG, "Waar woont Zwaantje Kattenbroek?"), actor=READER
    )
    persons = office.workplace.persons
    assert persons.find("Zwaantje Kattenbroek", actor=EVERYTHING).counts() == {"remark": 1}
    persons.erase("Zwaantje Kattenbroek", reason="verzoek", actor=EVERYTHING)
    assert persons.find("Zwaantje Kattenbroek", actor=EVERYTHING).counts() == {}


def test_the_owner_saves_and_measures_on_the_screen(office: Office) -> None:
    browser = office.browser("noor")
    token = form_token(browser)
    fields = {"csrf": token, "collection": "openbaar", "examples": "Een?\nTwee?", "until": "2030-01-01"}
    page = browser.post("/collection/owner", data=fields)
    assert page.status_code == 200 and "Twee?" in page.text and "Wat u deed is bewaard." in page.text
    for wrong in ({"until": "morgen"}, {"until": "over veertien dagen"}, {"owner": "noor " * 1000}):
        refused = browser.post("/collection/owner", data={**fields, **wrong})
        assert refused.status_code == 400 and "Twee?" in refused.text, "what was typed stays"
    asked = {
        "csrf": token,
        "collection": "openbaar",
        "question": "Wie won de loterij van Oosterwoud?",
        "nowhere": "1",
    }
    assert browser.post("/collection/owner/questions", data=asked).status_code == 200
    measured = browser.post("/collection/owner/evaluate", data={"csrf": token, "collection": "openbaar"})
    assert "Geweigerd" in measured.text
