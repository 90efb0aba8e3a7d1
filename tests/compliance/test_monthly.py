"""The monthly report: what was done is counted, what deviates is signalled, nobody is named."""

from __future__ import annotations

import io
import math
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
import pytest
from typer.testing import CliRunner

from learninglion.cli import app
from learninglion.models import Actor, QuestionSet, Role, SubQuestion
from learninglion.models.errors import InputError, PermissionDeniedError
from learninglion.sample import sample_documents
from learninglion.workflow import WorkplaceOptions
from learninglion.workflow.monthly import Month, drifts, monthly_page, monthly_pdf
from learninglion.workflow.workplace import working

BOSS = Actor("mevrouw-geheim", frozenset(Role))
QUESTION = "Hoeveel opslagplaatsen voor consumentenvuurwerk zijn er in Nederland?"
STEADY = Month("2026-01", searches=40, questions=100, unanswerable=20, sentences=500, failed=10, offered=900)


def test_what_was_done_is_counted_and_nobody_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    month = f"{datetime.now(UTC).astimezone():%Y-%m}"
    with working(WorkplaceOptions(tmp_path, isolate=False)) as workplace:
        assert not workplace.intake.ingest(sample_documents()[:3], actor=BOSS).failures
        questions = QuestionSet("Over vuurwerk.", (SubQuestion((1,), QUESTION),), "Vuurwerk")
        offers = workplace.searching.offer(questions, limit=4, actor=BOSS)
        chosen = workplace.drafts.select_automatically(questions, offers, threshold=0.0)
        dossier = workplace.drafts.draft(questions, chosen, actor=BOSS)
        workplace.searching.search("vuurwerk", actor=BOSS)
        for source_id in dossier.cited:
            workplace.sign_offs.opened(dossier.id, source_id, BOSS)
        if not any(v.failed for v in dossier.verifications):
            workplace.sign_offs.approve(dossier.id, 1, actor=BOSS)
        months = workplace.monthly.months(month, BOSS)
        with pytest.raises(PermissionDeniedError):
            workplace.monthly.months(month, Actor("lezer", frozenset({Role.READER})))
        with pytest.raises(InputError):
            workplace.monthly.months("november", BOSS)
    assert [m.month for m in months] == [month]  # months without use ahead of it are left out
    (last,) = months
    assert (last.searches, last.drafts, last.questions, last.files) == (2, 1, 1, 3)
    assert last.offered and last.first_score > 0 and last.sentences
    assert {what for what, kwh in last.kwh if kwh > 0} == {"zoeken", "opstellen", "opnemen"}
    assert "374 g CO2e per kWh, 2021, CE Delft" in last.figures[0] and "processor 65 W" in last.figures[0]
    page = monthly_page(months, "Ministerie van Voorbeeldzaken")
    assert last.figures[0] in page
    assert "mevrouw-geheim" not in page and "vuurwerk" not in page.lower()
    assert "naar schatting" in page and page.count("role='img'") == 4
    monkeypatch.setenv("LEARNINGLION_HOME", str(tmp_path))
    out = tmp_path / "uit"
    done = CliRunner().invoke(app, ["report", "--month", month, "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert {p.suffix for p in out.iterdir()} == {".html", ".pdf"}


def test_only_a_difference_beyond_chance_is_signalled() -> None:
    before = tuple(replace(STEADY, month=f"2026-0{n}") for n in range(1, 6))
    same = drifts((*before, replace(STEADY, month="2026-06", unanswerable=22)))
    assert not any(d.signalled for d in same)
    worse = drifts((*before, replace(STEADY, month="2026-06", unanswerable=60)))
    assert [d.what for d in worse if d.signalled] == ["vragen zonder antwoord uit de bronnen"]
    assert math.isnan(drifts((Month("2026-05"), Month("2026-06")))[0].p)
    few = drifts((*before, Month("2026-06", questions=3, unanswerable=3)))
    assert math.isnan(few[0].p) and not few[0].signalled


def test_the_paper_holds_the_same_and_does_not_change() -> None:
    months = (STEADY, replace(STEADY, month="2026-02", unanswerable=60, kwh=(("zoeken", 0.001),)))
    paper = monthly_pdf(months, "")
    assert paper == monthly_pdf(months, "")
    document = pypdfium2.PdfDocument(io.BytesIO(paper))
    text = " ".join(document[n].get_textpage().get_text_range() for n in range(len(document)))
    assert "februari 2026" in text and "LET OP" in text and "1,00 Wh" in text
    assert "60 (60,0%)" in text and "20 (20,0%)" in text  # beside the month before
    for page in (text, monthly_page(months, "")):
        assert "Vragen zonder antwoord uit de bronnen" in page and "1 op de 400 keer" in page
