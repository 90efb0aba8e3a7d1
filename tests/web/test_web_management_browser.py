"""Management in a real browser: files while they come in, measuring, and what axe says of these pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from test_web_browser import _serious, _small_targets, page, sign_in
from web_office import EVERYTHING, IN_BROWSER, Office

from learninglion.database.blobs import FolderBlobs
from learninglion.evaluation.experiment import Round, draw_up, judgements_of
from learninglion.models import QuestionSet, SubQuestion
from learninglion.models.plain import to_plain
from learninglion.search.scoring import DEFAULT
from learninglion.workflow.quality import Compared, MeasureRow, Proposal, write_proposal

__all__ = ["page"]  # a fixture

pytestmark = IN_BROWSER


def test_files_report_while_they_come_in(page: Page, office: Office, tmp_path: Path) -> None:
    good, broken = tmp_path / "nota over zeilboten.txt", tmp_path / "kapot.pdf"
    good.write_text("Een korte nota over de aanschaf van zeilboten.")
    broken.write_bytes(b"%PDF-1.7 en dan niets")
    sign_in(page)
    page.goto("/manage/documents")
    page.set_input_files("#files", [good, broken])
    page.fill("#collection", "proef")
    page.click("main button:has-text('Neem op')")
    page.wait_for_url("**/manage/ingest/*")
    page.wait_for_selector("[data-status]:has-text('Klaar')")
    told = page.inner_text("[data-files]")
    assert "nota over zeilboten.txt: opgenomen" in told and "kapot.pdf: niet gelukt" in told
    page.reload()
    assert "1 niet gelukt" in page.inner_text("[data-status]")


def test_the_archive_is_checked_with_live_progress(page: Page) -> None:
    sign_in(page)
    page.goto("/manage")
    page.click("text=Controleer originelen en zoekindex")
    page.wait_for_url("**/manage/jobs/*")
    page.wait_for_selector("[data-status]:has-text('Alles is heel')")
    page.reload()
    assert "Alles is heel" in page.inner_text("[data-status]")


@pytest.fixture
def measured(office: Office) -> Iterator[None]:
    """A measurement and something learned, as they would lie on disk."""
    home = office.settings.home
    at = datetime(2024, 5, 15, 9, 0, tzinfo=UTC)
    row = MeasureRow("retrieval-20240515T090000Z", at, "openbaar", 200, 0, (("MRR@10", 0.61, 0.55, 0.67),))
    (home / "reports").mkdir(exist_ok=True)
    path = home / "reports" / f"{row.name}.json"
    path.write_text(json.dumps(to_plain(row)))
    compared = (Compared("MRR@10", 0.5, 0.6, 0.01),)
    write_proposal(FolderBlobs(home), Proposal(at, "openbaar", True, 90, 30, compared, DEFAULT, 0))
    yield
    path.unlink()
    (home / "tuning" / "proposal.json").unlink(missing_ok=True)


@pytest.fixture
def to_judge(office: Office) -> Iterator[Round]:
    """Something to judge, with judgements of two people."""
    blobs = FolderBlobs(office.settings.home)
    cards = office.workplace.documents.list(EVERYTHING, limit=5)
    sources = [
        s.id
        for card in cards
        for s in office.workplace.documents.sources_of(card.id, EVERYTHING)
        if s.question
    ]
    kept = draw_up(blobs, "openbaar", "noor", {sources[0]: sources[1:6]})
    for name, grades in (("bram", (0, 1)), ("anna", (0, 2))):
        for place, grade in enumerate(grades):
            kept.judge(blobs, place, kept.items[place], grade, name)
    yield kept
    for path in (office.settings.home / "judgements").iterdir():
        path.unlink()


def test_results_are_judged_with_the_keyboard_alone(page: Page, office: Office, to_judge: Round) -> None:
    sign_in(page)
    page.click("main a[href^='/judging/']")
    for place in range(len(to_judge.items)):
        page.wait_for_selector(f"#h-result:has-text('Resultaat {place + 1} van 5')")
        buttons = page.locator("button[name=grade]")
        for _ in range(30):  # from where the page was left: the question, after the first
            if buttons.nth(1).evaluate("b => b === document.activeElement"):
                break
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
    page.wait_for_selector("text=U hebt alles beoordeeld")
    found = judgements_of(FolderBlobs(office.settings.home), to_judge.id)
    assert [j.grade for j in found if j.judge == "noor"] == [1] * 5


def test_axe_finds_nothing_serious_on_the_pages_of_management(
    page: Page, office: Office, measured: None, to_judge: Round
) -> None:
    sign_in(page)
    page.goto("/manage/quality")
    assert "0,61" in page.inner_text("main") and "Neem in gebruik" in page.inner_text("main")
    page.select_option("#learn-collection", "besloten")
    page.click("main button:has-text('Laat leren')")
    page.wait_for_url("**/manage/jobs/*")
    page.wait_for_selector("[role=alert]")
    assert "om te leren" in page.inner_text("[role=alert]")
    job = page.url
    axe, problems = Axe(), []
    judging = f"/judging/{to_judge.id}"
    paths = [job, "/", judging, judging + "?at=99"]
    paths += ["/manage", "/manage/quality", "/manage/models", "/manage/documents", "/manage/log"]
    for path in paths:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(path)
        problems += _serious(axe, page, path)
        page.set_viewport_size({"width": 320, "height": 640})
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > 320:
            problems.append(f"{path}: {wide} px wide on a screen of 320")
        problems += _small_targets(page, path)
    assert not problems, "\n".join(problems)


def test_terms_are_set_and_a_dossier_is_held_and_released(page: Page, office: Office) -> None:
    asked = QuestionSet("", (SubQuestion((1,), "Hoeveel vuurwerk is in beslag genomen?"),))
    offers = office.workplace.searching.offer(asked, actor=EVERYTHING)
    chosen = office.workplace.drafts.select_automatically(asked, offers, threshold=0.0)
    dossier = office.workplace.drafts.draft(asked, chosen, actor=EVERYTHING).id
    sign_in(page)
    page.goto("/manage/retention")
    page.fill("[name=days-approved]", "3650")
    page.fill("[name=ground-approved]", "selectielijst 12.1")
    page.click("text=Bewaartermijnen opslaan")
    page.wait_for_selector("text=De bewaartermijnen zijn opgeslagen.")
    assert page.input_value("[name=days-approved]") == "3650"
    assert _serious(Axe(), page, "terms") == [] and _small_targets(page, "terms") == []
    page.goto(f"/dossiers/{dossier}/history")
    page.click("text=Houd dit dossier vast")
    page.fill("#hold-reason", "Woo-verzoek")
    page.click("button:has-text('Houd vast')")
    page.wait_for_selector("text=Het dossier wordt vastgehouden.")
    page.click(f"#h-held ~ ul >> text={dossier}")
    assert not page.is_visible("text=Verwijder voorgoed")
    assert _serious(Axe(), page, "hold") == []
    page.fill("#hold-reason", "afgehandeld")
    page.click("button:has-text('Geef vrij')")
    page.wait_for_selector("text=Er wordt nu geen dossier vastgehouden.")
