"""A backup is of one moment, is checked, and gives the same archive elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from learninglion.inference.choices import EncoderChoice
from learninglion.models import Actor, Role
from learninglion.models.errors import ConflictError, InputError, IntegrityError, PermissionDeniedError
from learninglion.sample import sample_documents
from learninglion.testing import HashingEncoder
from learninglion.workflow import Workplace, WorkplaceOptions, working
from learninglion.workflow.backup import restore_backup, verify_backup
from learninglion.workflow.checkup import State, examine

BOSS = Actor("beheer", frozenset(Role))
READER = Actor("lezer", frozenset({Role.READER}))


@pytest.fixture(autouse=True)
def small_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("learninglion.search.switching.open_encoder", lambda *a, **k: HashingEncoder(64))


def options(home: Path) -> WorkplaceOptions:
    return WorkplaceOptions(home=home, isolate=False, encoder=EncoderChoice())


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    with working(options(tmp_path / "home")) as opened:
        assert not opened.intake.ingest(sample_documents()[:3], actor=BOSS).failures
        yield opened


def hits(workplace: Workplace) -> list[tuple[str, float]]:
    found = workplace.searching.search("Hoeveel controles waren er?", actor=BOSS)
    return [(hit.source.id, hit.score) for hit in found]


def test_what_is_put_back_finds_the_same_and_its_log_goes_on(workplace: Workplace, tmp_path: Path) -> None:
    before = hits(workplace)
    made = workplace.backups.make(tmp_path / "copy", actor=BOSS)
    assert (made.documents, verify_backup(tmp_path / "copy")) == (3, ())
    manifest = restore_backup(tmp_path / "copy", tmp_path / "elsewhere", actor=BOSS)
    with working(options(tmp_path / "elsewhere")) as again:
        again.backups.note_restored(manifest, actor=BOSS)
        assert hits(again) == before
        assert again.log.verify(BOSS).ok
        assert {"backup.make", "backup.restore"} <= {e.action for e in again.log.entries(BOSS)}


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
    found = {f.told: f.advice for f in examine(workplace, actor=BOSS) if f.state is State.WRONG}
    assert any(original.name in told and "back-up" in advice for told, advice in found.items())
    assert any("zoekregister" in told and "index rebuild" in advice for told, advice in found.items())
