"""A reader says that a sentence is wrong; an administrator follows it up."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from web_office import EVERYTHING, Office, documents, form_token

from learninglion.evaluation.drafts import judged_sets, read_judgments
from learninglion.models import Actor, Answers, Dossier, QuestionSet, Role, SubQuestion
from learninglion.models.errors import InputError
from learninglion.workflow.quality import Complaint

QUESTION = "Hoeveel opslagplaatsen voor consumentenvuurwerk zijn er in Nederland?"


def drafted(office: Office) -> Dossier:
    """A dossier of one question, with a drafter and an administrator in the office."""
    assert not office.workplace.intake.ingest(documents(), actor=EVERYTHING).failures
    office.person("lezer", Role.DRAFTER)
    office.person("baas", Role.ADMINISTRATOR)
    questions = QuestionSet("Over vuurwerk.", (SubQuestion((1,), QUESTION),), "Vuurwerk")
    offers = office.workplace.searching.offer(questions, actor=EVERYTHING)
    chosen = office.workplace.drafts.select_automatically(questions, offers, threshold=0.0)
    return office.workplace.drafts.draft(questions, chosen, actor=EVERYTHING)


def test_said_seen_and_closed(make_office: Callable[..., Office]) -> None:
    office = make_office()
    dossier = drafted(office)
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
    done = [(e.action, e.actor) for e in office.workplace.log.entries(EVERYTHING)]
    assert done.count(("read.remarks", "baas")) == 1  # a list of nothing holds no sentence of anybody
    assert done.count(("sentence.wrong", "lezer")) == done.count(("sentence.settled", "baas")) == 1
    logged = office.workplace.log.entries(EVERYTHING, subject=dossier.id)
    assert not any(sentence[:40] in str(e.details) for e in logged if e.action.startswith("sentence."))
    with pytest.raises(InputError):
        office.workplace.remarks.say(dossier.id, 0, 99, Complaint.FACT, version=1, actor=EVERYTHING)
    office.workplace.remarks.say(dossier.id, 0, 0, Complaint.FACT, version=1, actor=EVERYTHING)
    assert len(office.workplace.remarks.open(EVERYTHING)) == 1
    office.workplace.retention.delete_dossier(dossier.id, reason="proef", actor=EVERYTHING)
    assert office.workplace.remarks.open(EVERYTHING) == ()


def test_a_judged_proposal_is_a_set_to_measure_with(
    make_office: Callable[..., Office], tmp_path: Path
) -> None:
    office = make_office()
    dossier = drafted(office)
    drafter, boss = office.browser("lezer"), office.browser("baas")
    page = drafter.get(f"/dossiers/{dossier.id}").text
    assert "Beantwoordt dit de vraag?" in page and "0 vragen beoordeeld" in boss.get("/manage/quality").text
    said = {"csrf": form_token(drafter), "version": "1", "beside": ""}
    address = f"/dossiers/{dossier.id}/questions/0/judge"
    assert drafter.post(address, data=said | {"answers": "no"}).status_code == 200
    assert drafter.post(address, data=said | {"answers": "yes", "beside": "0"}).status_code == 200
    assert drafter.post(address, data=said | {"answers": "misschien"}).status_code == 400
    assert drafter.get("/manage/quality/judgments.jsonl").status_code == 403
    path = tmp_path / "judged.jsonl"
    path.write_text(boss.get("/manage/quality/judgments.jsonl").text, encoding="utf-8")
    (judged,) = read_judgments(path, {})  # the last that was said counts
    assert judged_sets([judged]) == {dossier.id: ("Over vuurwerk.", (SubQuestion((1,), QUESTION),))}
    draft = dossier.verifications[0].draft
    cited = draft.statements[0].citations[0]
    assert judged.label(cited.document, cited.numbers) == "yes"
    labels = [judged.label(c.document, c.numbers) for c in draft.material]
    assert labels[0] == "yes" and "no" in labels[1:]
    with pytest.raises(InputError):
        office.workplace.remarks.judge(dossier.id, 0, Answers.YES, 99, version=1, actor=EVERYTHING)
