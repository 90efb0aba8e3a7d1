"""An exported file carries its marks, and a change of it, the label included, is noticed."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
import pytest

from learninglion.database.blobs import FolderBlobs
from learninglion.drafting import extractive
from learninglion.drafting.verdict import verify
from learninglion.models import Dossier
from learninglion.record.export import WHOLE, ExportFormat, export
from learninglion.record.marking import (
    SOURCE_TYPE,
    SOURCE_TYPE_EDITED,
    Signer,
    check_mark,
    read_pdf_mark,
    sidecar_of,
)
from learninglion.testing import make_question_set, make_selection
from learninglion.workflow import writing

AT = datetime(2026, 11, 29, tzinfo=UTC)


def make_dossier() -> Dossier:
    return writing.make_dossier(make_question_set(), [verify(extractive.draft(make_selection()))], ())


def written(folder: Path, form: ExportFormat) -> tuple[Path, Signer]:
    dossier, signer = make_dossier(), Signer(FolderBlobs(folder))
    folder.mkdir(exist_ok=True)
    path = folder / f"tekst.{form.extension}"
    path.write_bytes(export(dossier, form))
    sidecar_of(path).write_bytes(signer.state(dossier, path.name, path.read_bytes(), AT))
    return path, signer


@pytest.mark.parametrize("form", WHOLE)
def test_every_form_is_marked_signed_and_unchanged(tmp_path: Path, form: ExportFormat) -> None:
    path, signer = written(tmp_path, form)
    report = check_mark(path, signer.public_keys())
    assert report.problems == ()
    assert report.source_type
    path.write_bytes(path.read_bytes() + b" ")
    assert not check_mark(path, signer.public_keys()).unchanged


def test_a_label_taken_out_of_a_word_file_is_noticed(tmp_path: Path) -> None:
    path, signer = written(tmp_path, ExportFormat.DOCX)
    made = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if name.startswith("word/"):
                body = body.replace(b"LearningLion", b"")
            new.writestr(name, body)
    path.write_bytes(made.getvalue())
    report = check_mark(path, signer.public_keys())
    assert not report.visible and not report.unchanged


def test_the_signature_of_another_installation_does_not_hold(tmp_path: Path) -> None:
    path, _ = written(tmp_path, ExportFormat.JSON)
    other = Signer(FolderBlobs(tmp_path / "other")).public_key()
    assert not check_mark(path, [other]).signed
    told = json.loads(sidecar_of(path).read_text("utf-8"))
    told["public_key"] = other
    sidecar_of(path).write_text(json.dumps(told), "utf-8")
    assert not check_mark(path, [other]).signed


def test_what_a_retired_key_signed_is_recognised_and_nothing_else_is_signed_with_it(tmp_path: Path) -> None:
    path, former = written(tmp_path / "former", ExportFormat.JSON)
    signer = Signer(FolderBlobs(tmp_path))
    assert not check_mark(path, signer.public_keys()).signed
    signer.retire((tmp_path / "former" / "signing.key").read_bytes())
    assert check_mark(path, signer.public_keys()).problems == ()
    assert signer.public_key() != former.public_key()


def test_the_key_is_for_its_owner_only(tmp_path: Path) -> None:
    signer = Signer(FolderBlobs(tmp_path))
    assert signer.public_key() == Signer(FolderBlobs(tmp_path)).public_key()
    assert (tmp_path / "signing.key").stat().st_mode & 0o077 == 0


def test_the_pdf_is_archival_tagged_and_carries_the_iptc_term() -> None:
    made = export(make_dossier(), ExportFormat.PDF)
    assert read_pdf_mark(made) in {SOURCE_TYPE, SOURCE_TYPE_EDITED}
    newest = made[made.rindex(b"<?xpacket begin") :]
    assert b"<pdfaid:part>2</pdfaid:part>" in newest and b"<pdfuaid:part>1</pdfuaid:part>" in newest
    assert b"<pdfaSchema:prefix>Iptc4xmpExt</pdfaSchema:prefix>" in newest
    assert len(pypdfium2.PdfDocument(made)) >= 1
    assert made == export(make_dossier(), ExportFormat.PDF)


def test_the_page_says_it_in_json_ld_and_runs_nothing() -> None:
    page = export(make_dossier(), ExportFormat.HTML).decode("utf-8")
    (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert json.loads(data)["digitalSourceType"].startswith("https://schema.org/")
    assert page.count("<script") == 1 and "src=" not in page
