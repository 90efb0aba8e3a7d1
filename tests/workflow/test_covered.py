"""What is not taken in: text under a bar, until a person decides, and what is no document in a folder."""

from __future__ import annotations

from pathlib import Path

from learninglion.models import Actor, Role
from learninglion.workflow import FileStatus, WorkplaceOptions, open_workplace
from learninglion.workflow.workplace import working

BOSS = Actor("beheer", frozenset(Role))


def _covered_pdf() -> bytes:
    """A name under a black bar, drawn over it."""
    drawing = (
        b"BT /F1 11 Tf 72 700 Td (De regeling wordt aangepast.) Tj 0 -40 Td (De naam is Piet Molenaar.) Tj ET"
        b" 0 g 70 655 200 16 re f"
    )
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawing), drawing),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    objects = b"".join(b"%d 0 obj\n%s\nendobj\n" % (k, body) for k, body in enumerate(bodies, start=1))
    return b"%PDF-1.7\n" + objects + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n0\n%%EOF\n"


def test_a_file_with_text_under_a_bar_waits_for_a_person(tmp_path: Path) -> None:
    path = tmp_path / "besluit.pdf"
    path.write_bytes(_covered_pdf())
    workplace = open_workplace(WorkplaceOptions(home=tmp_path / "home", isolate=False))
    try:
        (refused,) = workplace.intake.ingest([path], actor=BOSS).failures
        assert "besluit.pdf: onder een balk" in refused.detail
        assert "pagina 1" in refused.detail
        assert "Molenaar" not in refused.detail
        (taken,) = workplace.intake.ingest([path], actor=BOSS, without_covered=True).results
        assert taken.document_id
        assert any("onder een balk" in warning for warning in taken.warnings)
        assert not any("Molenaar" in warning for warning in taken.warnings)
    finally:
        workplace.close()


def test_what_is_no_document_is_passed_over_in_a_folder_and_told(tmp_path: Path) -> None:
    folder = tmp_path / "map"
    folder.mkdir()
    texts = {
        "nota.txt": "De dijk is hoog.",
        "nota v1.2": "De weg is lang.",
        "maak.py": "def dijk():\n    pass\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    with working(WorkplaceOptions(tmp_path / "data", isolate=False)) as workplace:
        report = workplace.intake.ingest([folder], actor=BOSS)
        became = {result.path: result.status for result in report.results}
        (asked,) = workplace.intake.ingest([folder / "maak.py"], actor=BOSS).results
    assert became.pop("maak.py") is FileStatus.PASSED_OVER
    assert set(became.values()) == {FileStatus.ADDED} and not report.failures
    assert asked.status is FileStatus.ADDED  # by its own name
