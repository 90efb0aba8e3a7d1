"""People judge search results in the browser: blind, kept at once, with agreement and measured by it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from test_web_management import finish, press
from web_office import EVERYTHING, Office

from learninglion.database.blobs import FolderBlobs
from learninglion.evaluation.experiment import Round, list_rounds, read_judgements
from learninglion.models import Role
from learninglion.sample import sample_documents


@pytest.fixture(scope="module")
def office(make_office: Callable[..., Office]) -> Office:
    made = make_office()
    assert not made.workplace.intake.ingest(sample_documents()[:12], actor=EVERYTHING).failures
    made.person("baas", Role.ADMINISTRATOR)
    made.person("anna", Role.DRAFTER)
    made.person("bram", Role.APPROVER)
    made.person("elders", Role.DRAFTER, collections=("iets anders",))
    made.person("lezer", Role.READER)
    return made


@pytest.fixture(scope="module")
def kept(office: Office) -> Round:
    boss = office.browser("baas")
    done = finish(boss, press(boss, "/manage/quality/judging", most="5"))
    assert done.url.path == "/manage/quality", done.text
    (found,) = list_rounds(FolderBlobs(office.settings.home))
    return found


def form_of(page: str) -> dict[str, str]:
    return dict(re.findall(r'type="hidden" name="(at|query|source)" value="([^"]*)"', page))


def grade(browser: TestClient, kept: Round, given: int) -> str:
    """Judge what comes next; gives the page that follows."""
    page = browser.get(f"/judging/{kept.id}").text
    answer = press(browser, f"/judging/{kept.id}", **form_of(page), grade=str(given))
    assert answer.status_code == 200, answer.text
    return answer.text


def test_a_round_is_drawn_up_and_those_who_are_asked_find_it(office: Office, kept: Round) -> None:
    assert kept.queries == 5 and len(kept.items) > 20
    assert f"/judging/{kept.id}" in office.browser("anna").get("/").text
    for name in ("elders", "lezer"):
        assert "/judging/" not in office.browser(name).get("/").text
    assert office.browser("elders").get(f"/judging/{kept.id}").status_code == 404
    assert office.browser("lezer").get(f"/judging/{kept.id}").status_code == 403
    assert press(office.browser("anna"), "/manage/quality/judging").status_code == 403
    assert office.browser("anna").get(f"/manage/quality/judging/{kept.id}.jsonl").status_code == 403
    assert any(e.action == "judging.open" for e in office.workplace.log.entries(EVERYTHING, limit=1000))


def test_a_page_shows_the_question_and_one_result_and_nothing_of_what_found_it(
    office: Office, kept: Round
) -> None:
    page = office.browser("anna").get(f"/judging/{kept.id}").text
    item = kept.items[0]
    asked = office.workplace.documents.source(item.query, EVERYTHING)
    shown = office.workplace.documents.source(item.source, EVERYTHING)
    text = re.sub(r"\s+", " ", page)
    assert " ".join(asked.question.split())[:40] in text and " ".join(shown.body.split())[:40] in text
    main = page.split("<main")[1]
    assert asked.body[:60] not in main  # the answer to the question itself would give it away
    assert not re.search(r"score|\d+%", main)


def test_each_judgement_is_kept_with_its_judge_and_the_last_one_counts(office: Office, kept: Round) -> None:
    anna, path = office.browser("anna"), office.settings.home / "judgements" / f"{kept.id}.jsonl"
    assert "Resultaat 2 van" in grade(anna, kept, 2)
    (first,) = read_judgements(path)
    item = kept.items[0]
    assert (first.query, first.source, first.grade, first.judge) == (item.query, item.source, 2, "anna")
    page = anna.get(f"/judging/{kept.id}?at=0").text
    assert "Uw oordeel tot nu toe" in page and "helemaal relevant</strong>" in page
    press(anna, f"/judging/{kept.id}", **form_of(page), grade="1")
    (again,) = read_judgements(path)
    assert again.grade == 1
    assert "Resultaat 3 van" in anna.get(f"/judging/{kept.id}?skipped=1").text
    assert "Resultaat 2 van" in anna.get(f"/judging/{kept.id}").text  # a skipped one comes back


def test_what_is_no_judgement_is_refused(office: Office, kept: Round) -> None:
    anna = office.browser("anna")
    form = form_of(anna.get(f"/judging/{kept.id}?at=4").text)
    before = read_judgements(office.settings.home / "judgements" / f"{kept.id}.jsonl")
    assert press(anna, f"/judging/{kept.id}", **form, grade="3").status_code == 400
    assert press(anna, f"/judging/{kept.id}", **{**form, "at": "5"}, grade="1").status_code == 400
    assert press(anna, f"/judging/{kept.id}", **{**form, "source": "iets"}, grade="1").status_code == 400
    assert anna.post(f"/judging/{kept.id}", data={**form, "grade": "1"}).status_code == 403
    for name in ("20200101T000000Z", "..%2f..%2flearninglion", "x"):
        assert anna.get(f"/judging/{name}").status_code == 404
    assert read_judgements(office.settings.home / "judgements" / f"{kept.id}.jsonl") == before


def test_two_judges_are_compared_and_search_is_measured_by_what_they_said(
    office: Office, kept: Round
) -> None:
    anna, bram, boss = office.browser("anna"), office.browser("bram"), office.browser("baas")
    for _ in range(12):
        grade(anna, kept, 2)
        grade(bram, kept, 2)
    grade(bram, kept, 0)
    page = boss.get("/manage/quality").text
    assert "anna: 13 oordelen" in page and "bram: 13 oordelen" in page and "Kappa" in page
    file = boss.get(f"/manage/quality/judging/{kept.id}.jsonl")
    assert "attachment" in file.headers["content-disposition"]
    assert {json.loads(line)["judge"] for line in file.text.splitlines()} == {"anna", "bram"}
    done = finish(boss, press(boss, "/manage/quality/measure", judged=kept.id, most="0"))
    assert "met oordelen van mensen" in done.text, done.text
    row = office.workplace.quality.measurements(EVERYTHING)[0]
    assert row.judged and 0 < row.queries < 5
    assert press(boss, "/manage/quality/measure", judged="20200101T000000Z").status_code == 404


def test_who_judged_everything_is_thanked_and_a_closed_round_takes_nothing_more(
    office: Office, kept: Round
) -> None:
    bram, boss = office.browser("bram"), office.browser("baas")
    page = ""
    for _ in kept.items:
        page = bram.get(f"/judging/{kept.id}").text
        if "Dank u wel" in page:
            break
        grade(bram, kept, 1)
    assert "Dank u wel" in bram.get(f"/judging/{kept.id}").text
    assert f"/judging/{kept.id}" not in bram.get("/").text
    form = form_of(bram.get(f"/judging/{kept.id}?at=0").text)
    press(boss, f"/manage/quality/judging/{kept.id}/close")
    assert press(bram, f"/judging/{kept.id}", **form, grade="0").status_code == 409
    assert "afgesloten" in bram.get(f"/judging/{kept.id}").text
    assert "/judging/" not in office.browser("anna").get("/").text
    press(boss, f"/manage/quality/judging/{kept.id}/close", again="1")
    assert f"/judging/{kept.id}" in office.browser("anna").get("/").text


def test_a_result_that_left_the_archive_is_passed_over(office: Office, kept: Round) -> None:
    anna = office.browser("anna")
    item = kept.items[-1]
    office.workplace.intake.remove(item.source.split("#")[0], reason="proef", actor=EVERYTHING)
    page = anna.get(f"/judging/{kept.id}?at={len(kept.items) - 1}").text
    assert "niet meer in het archief" in page and 'name="grade"' not in page
