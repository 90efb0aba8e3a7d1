"""A reader says that a sentence is wrong; an administrator follows it up."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from web_office import EVERYTHING, Office, documents, form_token

from learninglion.models import Actor, QuestionSet, Role, SubQuestion
from learninglion.models.errors import InputError
from learninglion.workflow.remarks import Complaint

QUESTION = "Hoeveel opslagplaatsen voor consumentenvuurwerk zijn er in Nederland?"


def test_said_seen_and_closed(make_office: Callable[..., Office]) -> None:
    office = make_office()
    assert not office.workplace.intake.ingest(documents(), actor=EVERYTHING).failures
    office.person("lezer", Role.DRAFTER)
    office.person("baas", Role.ADMINISTRATOR)
    questions = QuestionSet("Over vuurwerk.", (SubQuestion((1,), QUESTION),), "Vuurwerk")
    offers = office.workplace.searching.offer(questions, actor=EVERYTHING)
    chosen = office.workplace.drafts.select_automatically(questions, offers, threshold=0.0)
    dossier = office.workplace.drafts.draft(questions, chosen, actor=EVERYTHING)
    sentence = dossier.verifications[0].checks[0].statement.text
    reader, boss = office.browser("lezer"), office.browser("baas")
    page = reader.get(f"/dossiers/{dossier.id}").text
    assert "Klopt een zin niet?" in page and "Er staat niets open" in boss.get("/manage/quality").text
    said = {"csrf": form_token(reader), "place": "0", "version": "1", "complaint": "outdated"}
    address = f"/dossiers/{dossier.id}/questions/0/wrong"
    assert reader.post(address, data=said).status_code == 200
    assert reader.post(address, data=said | {"complaint": "dom"}).status_code == 400
    listed = boss.get("/manage/quality").text
    assert "het is verouderd" in listed and sentence[:40] in listed and "lezer" in listed
    assert reader.get("/manage/quality").status_code == 403
    elsewhere = Actor("elders", frozenset({Role.ADMINISTRATOR}), frozenset({"ander"}))
    assert office.workplace.remarks.open(elsewhere) == ()
    entry = re.findall(r'name="entry" value="(\d+)"', listed)[0]
    closed = boss.post(
        "/manage/quality/remarks", data={"csrf": form_token(boss), "entry": entry, "outcome": "text"}
    )
    assert "Er staat niets open" in closed.text
    logged = office.workplace.log.entries(EVERYTHING, subject=dossier.id)
    assert not any(sentence[:40] in str(e.details) for e in logged if e.action.startswith("sentence."))
    with pytest.raises(InputError):
        office.workplace.remarks.say(dossier.id, 0, 99, Complaint.FACT, version=1, actor=EVERYTHING)
    office.workplace.remarks.say(dossier.id, 0, 0, Complaint.FACT, version=1, actor=EVERYTHING)
    assert len(office.workplace.remarks.open(EVERYTHING)) == 1
    office.workplace.retention.delete_dossier(dossier.id, reason="proef", actor=EVERYTHING)
    assert office.workplace.remarks.open(EVERYTHING) == ()
