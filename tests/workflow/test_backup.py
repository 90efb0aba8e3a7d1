"""A backup is of one moment, is checked, and gives the same archive elsewhere."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from learninglion.inference.encoders import EncoderChoice
from learninglion.models import Actor, QuestionSet, Role, SubQuestion
from learninglion.models.errors import ConflictError, InputError, IntegrityError, PermissionDeniedError
from learninglion.record.export import ExportFormat
from learninglion.sample import sample_documents
from learninglion.search.scoring import DEFAULT
from learninglion.testing import HashingEncoder
from learninglion.workflow import Workplace, WorkplaceOptions, working
from learninglion.workflow.backup import restore_backup, verify_backup
from learninglion.workflow.workplace import State, examine

BOSS = Actor("beheer", frozenset(Role))
READER = Actor("lezer", frozenset({Role.READER}))


@pytest.fixture(autouse=True)
def small_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("learninglion.workflow.searching.open_encoder", lambda *a, **k: HashingEncoder(64))


def options(home: Path, url: str = "") -> WorkplaceOptions:
    return WorkplaceOptions(home=home, isolate=False, encoder=EncoderChoice(), database_url=url)


@pytest.fixture
def workplace(tmp_path: Path, stock: Callable[..., Path]) -> Iterator[Workplace]:
    with working(options(stock(tmp_path / "home", sample_documents()[:3]))) as opened:
        yield opened


def hits(workplace: Workplace) -> list[tuple[str, float]]:
    found = workplace.searching.search("Hoeveel controles waren er?", actor=BOSS)
    return [(hit.source.id, hit.score) for hit in found]


def statement(workplace: Workplace) -> dict[str, object]:
    """What is signed beside an export of a draft."""
    asked = QuestionSet("", (SubQuestion((1,), "Hoeveel controles waren er?"),))
    offers = workplace.searching.offer(asked, actor=BOSS)
    chosen = workplace.drafts.select_automatically(asked, offers)
    dossier = workplace.drafts.draft(asked, chosen, actor=BOSS)
    return json.loads(workplace.dossiers.provenance(dossier.id, ExportFormat.JSON, actor=BOSS)[1])


def test_what_is_put_back_finds_the_same_and_its_log_goes_on(workplace: Workplace, tmp_path: Path) -> None:
    before = hits(workplace)
    made = workplace.backups.make(tmp_path / "copy", actor=BOSS)
    assert (made.documents, verify_backup(tmp_path / "copy")) == (3, ())
    manifest = restore_backup(tmp_path / "copy", tmp_path / "elsewhere", actor=BOSS)
    with working(options(tmp_path / "elsewhere")) as again:
        again.backups.note_taken_in(manifest, actor=BOSS)
        assert hits(again) == before
        assert again.log.verify(BOSS).ok
        assert {"backup.make", "backup.restore"} <= {e.action for e in again.log.entries(BOSS)}


@pytest.mark.slow
def test_one_of_postgresql_holds_all_that_servers_share_and_goes_back_there_or_in_files(
    tmp_path: Path, postgresql_url: str, another_postgresql_url: str
) -> None:
    with (
        working(options(tmp_path / "one", postgresql_url)) as first,
        working(options(tmp_path / "two", postgresql_url)) as second,
    ):
        assert not first.intake.ingest(sample_documents()[:3], actor=BOSS).failures
        found = hits(first)
        first.learning.keep(replace(DEFAULT, body_stems=0.21), actor=BOSS, details={})
        mark = statement(first)["public_key"]
        assert statement(second)["public_key"] == mark
        writing = threading.Thread(target=lambda: first.intake.ingest(sample_documents()[3:6], actor=BOSS))
        writing.start()
        made = second.backups.make(tmp_path / "copy", actor=BOSS)
        writing.join()
    assert made.documents >= 3 and verify_backup(tmp_path / "copy") == ()
    for place in (options(tmp_path / "files"), options(tmp_path / "base", another_postgresql_url)):
        manifest = restore_backup(tmp_path / "copy", place.home, place.database_url, actor=BOSS)
        with working(place) as again:
            again.backups.note_taken_in(manifest, actor=BOSS)
            assert again.learning.current().body_stems == 0.21
            assert statement(again)["public_key"] == mark
            assert again.log.verify(BOSS).ok and list(again.log.misfits(BOSS)) == []
            assert {"backup.make", "backup.restore"} <= {e.action for e in again.log.entries(BOSS)}
            again.learning.revert(0, actor=BOSS)
            assert made.documents > 3 or hits(again) == found
            assert [f for f in examine(again, actor=BOSS) if f.state is State.WRONG] == []


@pytest.mark.parametrize("victim", ["originals", "rows"])
def test_damage_in_one_of_postgresql_is_named_and_not_put_back(
    tmp_path: Path, postgresql_url: str, victim: str
) -> None:
    copy = tmp_path / "copy"
    with working(options(tmp_path / "one", postgresql_url)) as workplace:
        assert not workplace.intake.ingest(sample_documents()[:1], actor=BOSS).failures
        workplace.backups.make(copy, actor=BOSS)
    place = next(p for p in sorted((copy / victim).rglob("*")) if p.is_file() and p.stat().st_size)
    place.write_bytes(place.read_bytes()[:-2])
    assert place.name in verify_backup(copy)[0]
    with pytest.raises(IntegrityError, match="niet heel"):
        restore_backup(copy, tmp_path / "elsewhere", actor=BOSS)
    assert not (tmp_path / "elsewhere").exists()


def test_a_backup_of_files_is_not_put_back_in_postgresql(
    workplace: Workplace, tmp_path: Path, postgresql_url: str
) -> None:
    workplace.backups.make(tmp_path / "copy", actor=BOSS)
    with pytest.raises(InputError, match="move --to"):
        restore_backup(tmp_path / "copy", tmp_path / "elsewhere", postgresql_url, actor=BOSS)


def test_an_index_made_elsewhere_can_be_copied_in(
    workplace: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = hits(workplace)
    workplace.backups.make(tmp_path / "copy", actor=BOSS)
    restore_backup(tmp_path / "copy", tmp_path / "elsewhere", actor=BOSS)
    shutil.copytree(tmp_path / "home" / "index", tmp_path / "elsewhere" / "index", dirs_exist_ok=True)
    monkeypatch.setattr(HashingEncoder, "encode_passages", None)  # nothing is embedded again
    with working(options(tmp_path / "elsewhere")) as again:
        assert hits(again) == before


def test_an_index_that_is_ahead_of_what_was_put_back_is_named_and_made_again(
    workplace: Workplace, tmp_path: Path
) -> None:
    hits(workplace)
    workplace.backups.make(tmp_path / "copy", actor=BOSS)
    assert not workplace.intake.ingest(sample_documents()[3:6], actor=BOSS).failures
    hits(workplace)
    restore_backup(tmp_path / "copy", tmp_path / "elsewhere", actor=BOSS)
    shutil.copytree(tmp_path / "home" / "index", tmp_path / "elsewhere" / "index", dirs_exist_ok=True)
    with working(options(tmp_path / "elsewhere")) as again:
        assert "andere stand van het archief" in again.indexing.state().problem
        wrong = {f.detail: f.advice for f in examine(again, actor=BOSS) if f.state is State.WRONG}
        assert any("andere stand" in told and "niets meer" in advice for told, advice in wrong.items())
        assert not again.indexing.state().problem
        assert again.indexing.state().sources < workplace.indexing.state().sources


def test_a_backup_is_whole_while_others_write(workplace: Workplace, tmp_path: Path) -> None:
    writing = threading.Thread(
        target=lambda: workplace.intake.ingest(sample_documents()[3:9], actor=BOSS), daemon=True
    )
    writing.start()
    copies = [tmp_path / f"copy{n}" for n in range(3)]
    for copy in copies:
        workplace.backups.make(copy, actor=BOSS)
    writing.join()
    for number, copy in enumerate(copies):
        assert verify_backup(copy) == ()
        restore_backup(copy, tmp_path / f"home{number}", actor=BOSS)
        with working(options(tmp_path / f"home{number}")) as again:
            assert again.log.verify(BOSS).ok
            assert [f for f in examine(again, actor=BOSS) if f.state is State.WRONG] == []


@pytest.mark.parametrize("victim", ["learninglion.db", "log-anchor.json", "originals"])
def test_a_changed_or_missing_file_is_named_and_not_put_back(
    workplace: Workplace, tmp_path: Path, victim: str
) -> None:
    copy = tmp_path / "copy"
    workplace.backups.make(copy, actor=BOSS)
    place = copy / victim
    place = next(p for p in place.rglob("*") if p.is_file()) if place.is_dir() else place
    place.write_bytes(place.read_bytes() + b"x")
    assert place.name in verify_backup(copy)[0]
    place.unlink()
    assert "ontbreekt" in verify_backup(copy)[0]
    with pytest.raises(IntegrityError, match="niet heel"):
        restore_backup(copy, tmp_path / "elsewhere", actor=BOSS)
    assert not (tmp_path / "elsewhere").exists()


def test_what_is_in_use_is_never_overwritten(workplace: Workplace, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    workplace.backups.make(copy, actor=BOSS)
    with pytest.raises(InputError, match="al in gebruik"):
        workplace.backups.make(copy, actor=BOSS)
    with pytest.raises(InputError, match="daarbuiten"):
        workplace.backups.make(tmp_path / "home" / "copy", actor=BOSS)
    with pytest.raises(InputError, match="al een archief"):
        restore_backup(copy, tmp_path / "home", actor=BOSS)
    with pytest.raises(InputError, match="geen back-up of uitvoer"):
        verify_backup(tmp_path)


def test_a_backup_of_a_newer_program_is_refused(workplace: Workplace, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    made = workplace.backups.make(copy, actor=BOSS)
    text = (copy / "manifest.json").read_text("utf-8")
    (copy / "manifest.json").write_text(text.replace(f'"{made.schema}"', '"9999"'), "utf-8")
    with pytest.raises(ConflictError, match="nieuwere versie"):
        restore_backup(copy, tmp_path / "elsewhere", actor=BOSS)


def test_only_an_administrator_makes_one(workplace: Workplace, tmp_path: Path) -> None:
    with pytest.raises(PermissionDeniedError):
        workplace.backups.make(tmp_path / "copy", actor=READER)
    with pytest.raises(PermissionDeniedError):
        list(examine(workplace, actor=READER))


def test_the_checkup_names_what_is_wrong_and_what_to_do(workplace: Workplace, tmp_path: Path) -> None:
    hits(workplace)
    assert [f for f in examine(workplace, actor=BOSS) if f.state is not State.WELL] == []
    original = next(p for p in (tmp_path / "home" / "originals").rglob("*") if p.is_file())
    original.write_bytes(b"anders")
    (tmp_path / "home" / "index" / "current.json").write_text("{")
    found = {f.detail: f.advice for f in examine(workplace, actor=BOSS) if f.state is State.WRONG}
    assert any(original.name in problems and "back-up" in advice for problems, advice in found.items())
    assert any("zoekregister" in problems and "niets meer" in advice for problems, advice in found.items())
