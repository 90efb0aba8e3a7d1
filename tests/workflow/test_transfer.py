"""A whole installation leaves as open files or moves to another database, and is the same there."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from learninglion.database.engine import open_database, reading
from learninglion.drafting.selection import Choice
from learninglion.inference.encoders import EncoderChoice
from learninglion.models import Actor, Dossier, QuestionSet, Role, SubQuestion
from learninglion.models.errors import ConflictError, InputError, IntegrityError, PermissionDeniedError
from learninglion.models.plain import sha256_hex
from learninglion.sample import sample_documents
from learninglion.search.scoring import DEFAULT
from learninglion.testing import HashingEncoder
from learninglion.workflow import Workplace, WorkplaceOptions, working
from learninglion.workflow.backup import import_all, measured, tables_of

BOSS = Actor("beheer", frozenset(Role))
READER = Actor("lezer", frozenset({Role.READER}))
ONE_COLLECTION = Actor("deel", frozenset(Role), frozenset({"default"}))
ASKED = QuestionSet(
    "Vragen over consumentenvuurwerk.",
    (SubQuestion((1,), "Hoeveel opslagplaatsen voor consumentenvuurwerk zijn er in Nederland?"),),
)


@pytest.fixture(autouse=True)
def small_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("learninglion.workflow.searching.open_encoder", lambda *a, **k: HashingEncoder(64))


def options(home: Path, url: str = "") -> WorkplaceOptions:
    return WorkplaceOptions(home=home, database_url=url, isolate=False, encoder=EncoderChoice())


def drafted(workplace: Workplace) -> Dossier:
    offers = workplace.searching.offer(ASKED, actor=BOSS)
    choices = (Choice((1,), tuple(hit.source.id for hit in offers[0][:2])),)
    selections = workplace.drafts.select(ASKED, offers, choices, actor=BOSS)
    return workplace.drafts.draft(ASKED, selections, actor=BOSS)


def everything(workplace: Workplace) -> tuple[object, ...]:
    """What people see of an archive: hits with scores, documents, dossiers, people, and the log."""
    found = [(hit.source.id, hit.score) for hit in workplace.searching.offer(ASKED, actor=BOSS)[0]]
    cards = workplace.dossiers.list(BOSS, limit=100)
    dossiers = [workplace.dossiers.load(card.id, BOSS) for card in cards]
    people = workplace.people.list(BOSS)
    sets = workplace.sets.list(BOSS)
    passing = ("archive.export", "archive.import", "archive.move", "offer")  # of this comparing itself
    log = [e for e in workplace.log.entries(BOSS, limit=10_000) if e.action not in passing]
    return found, workplace.documents.list(BOSS, limit=100), dossiers, people, sets, log


@pytest.fixture
def home(tmp_path: Path, furnished: Path) -> Path:
    """An archive with documents, a draft, a person and settings."""
    return Path(shutil.copytree(furnished, tmp_path / "huis één"))


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory, stock: Callable[..., Path]) -> Path:
    chosen = [p for p in sample_documents() if p.stem.endswith(("9001", "9002"))][:4]
    home = stock(tmp_path_factory.mktemp("furnished") / "home", chosen)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("learninglion.workflow.searching.open_encoder", lambda *a, **k: HashingEncoder(64))
        with working(options(home)) as workplace:
            drafted(workplace)
            workplace.people.add("opsteller", [Role.DRAFTER], ["default"], actor=BOSS)
    (home / "settings.toml").write_text('database_url = ""\n[search]\nlimit = 7\n')
    return home


@pytest.fixture
def workplace(home: Path) -> Iterator[Workplace]:
    with working(options(home)) as opened:
        yield opened


def test_what_left_as_files_is_the_same_elsewhere(
    workplace: Workplace, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    before = everything(workplace)
    made = workplace.transfers.export_all(tmp_path / "uit", actor=BOSS)
    assert made.rows("documents") == 4
    texts = [json.loads(line) for line in (tmp_path / "uit" / "rows" / "versions.jsonl").open()]
    assert all(len(row["content"]["json"]["text"]) > 500 for row in texts)  # anybody can read it
    there, url = tmp_path / "daar", str(request.getfixturevalue("postgresql_url"))
    for place in (options(there), options(tmp_path / "elders", url)):
        manifest = import_all(tmp_path / "uit", place.home, place.database_url, actor=BOSS)
        assert manifest == made
        with working(place) as again:
            again.backups.note_taken_in(manifest, "archive.import", actor=BOSS)
            assert everything(again) == before
            assert again.log.verify(BOSS).ok
            assert list(again.log.misfits(BOSS)) == []
            assert again.drafts.replay(again.dossiers.list(BOSS)[0].id, actor=BOSS).same
        assert (place.home / "settings.toml").read_text() == "\n[search]\nlimit = 7\n"
        with pytest.raises(InputError, match="al een archief"):
            import_all(tmp_path / "uit", place.home, place.database_url, actor=BOSS)


def test_an_archive_moves_to_postgresql_and_back(
    workplace: Workplace, home: Path, tmp_path: Path, postgresql_url: str
) -> None:
    workplace.learning.keep(replace(DEFAULT, body_stems=0.21), actor=BOSS, details={})
    before = everything(workplace)
    kept = (home / "settings.toml").read_bytes()
    workplace.transfers.move(postgresql_url, actor=BOSS)
    with pytest.raises(InputError, match="al een archief"):
        workplace.transfers.move(postgresql_url, actor=BOSS)
    with working(options(home, postgresql_url)) as moved:
        assert everything(moved) == before
        assert moved.learning.in_force() == 1
        dossier = drafted(moved)  # work goes on there
        later = everything(moved)
        moved.transfers.move(str(tmp_path / "terug"), actor=BOSS)
    with working(options(tmp_path / "terug")) as back:
        assert everything(back) == later
        assert back.learning.current().body_stems == 0.21
        assert back.dossiers.load(dossier.id, BOSS) == dossier
        assert back.log.verify(BOSS).ok
        assert list(back.log.misfits(BOSS)) == []
    assert list(workplace.log.misfits(BOSS)) == []  # the old one still has its originals
    assert (home / "settings.toml").read_bytes() == kept
    assert [e.action for e in workplace.log.entries(BOSS, limit=2)][0] == "archive.move"


def test_a_move_during_which_somebody_works_is_not_said_to_be_done(
    workplace: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(label: str, done: int, total: int) -> None:
        if label == "Tabel documents":
            workplace.people.add("tussendoor", [Role.READER], None, actor=BOSS)

    with pytest.raises(IntegrityError, match="intussen"):
        workplace.transfers.move(str(tmp_path / "daar"), actor=BOSS, progress=told)


def test_an_export_of_an_older_version_is_brought_up_to_date(workplace: Workplace, tmp_path: Path) -> None:
    before = everything(workplace)
    workplace.transfers.export_all(tmp_path / "uit", actor=BOSS)
    path = tmp_path / "uit" / "manifest.json"
    manifest = json.loads(path.read_text())
    # what 0007 wrote had no table of working texts, nor what came after
    old, new = open_database(tmp_path / "oud.db", "0007"), open_database(tmp_path / "nieuw.db")
    with reading(old) as before_it, reading(new) as after_it:
        known, latest = tables_of(before_it), tables_of(after_it)
    newer = set(latest) - set(known)
    assert "working_texts" in newer
    manifest["schema"] = "0007"
    manifest["tables"] = [t for t in manifest["tables"] if t["table"] not in newer]
    for file in [f for f in manifest["files"] if f["path"].startswith("rows/")]:
        path_of_rows, name = tmp_path / "uit" / file["path"], Path(file["path"]).stem
        if name in newer:
            path_of_rows.unlink()
            manifest["files"].remove(file)
            continue
        held = [json.loads(line) for line in path_of_rows.read_text().splitlines()]
        rows = [{column: row[column] for column in row if column in known[name].columns} for row in held]
        path_of_rows.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
        file |= {
            "size": path_of_rows.stat().st_size,
            "sha256": hashlib.sha256(path_of_rows.read_bytes()).hexdigest(),
        }
        extent = measured(name, rows)
        manifest["tables"] = [
            {"table": name, "rows": extent.rows, "digest": extent.digest} if t["table"] == name else t
            for t in manifest["tables"]
        ]
    path.write_text(json.dumps(manifest))
    import_all(tmp_path / "uit", tmp_path / "daar", "", actor=BOSS)
    with working(options(tmp_path / "daar")) as again:
        assert everything(again) == before


def test_what_is_not_whole_is_not_taken_in(workplace: Workplace, tmp_path: Path) -> None:
    workplace.transfers.export_all(tmp_path / "uit", actor=BOSS)
    path = tmp_path / "uit" / "manifest.json"
    whole = path.read_text()
    manifest = json.loads(whole)
    path.write_text(whole.replace(f'"{manifest["schema"]}"', '"9999"'))
    with pytest.raises(ConflictError, match="nieuwere versie"):
        import_all(tmp_path / "uit", tmp_path / "daar", "", actor=BOSS)
    for extent in manifest["tables"]:
        if extent["table"] == "documents":
            extent["rows"] -= 1
    path.write_text(json.dumps(manifest))
    with pytest.raises(IntegrityError, match="niet die van het overzicht"):
        import_all(tmp_path / "uit", tmp_path / "daar", "", actor=BOSS)
    path.write_text(whole)
    rows = tmp_path / "uit" / "rows" / "documents.jsonl"
    kept = rows.read_bytes()
    rows.write_bytes(kept[:-10])
    with pytest.raises(IntegrityError, match="niet heel"):
        import_all(tmp_path / "uit", tmp_path / "daar", "", actor=BOSS)
    rows.write_bytes(kept)
    import_all(tmp_path / "uit", tmp_path / "daar", "", actor=BOSS)  # what failed left nothing in the way


@pytest.mark.parametrize("path", ["../buiten.txt", "{root}/buiten.txt", "rows/../../buiten.txt", "link/x"])
def test_an_export_places_nothing_outside_the_data_folder(
    workplace: Workplace, tmp_path: Path, path: str
) -> None:
    workplace.transfers.export_all(tmp_path / "uit", actor=BOSS)
    (tmp_path / "buiten.txt").write_text("van een ander")
    (tmp_path / "elders").mkdir()
    (tmp_path / "elders" / "x").write_text("van een ander")
    (tmp_path / "uit" / "link").symlink_to(tmp_path / "elders")
    named = path.format(root=tmp_path)
    source = tmp_path / "uit" / named
    kept = {"path": named, "size": source.stat().st_size, "sha256": sha256_hex("van een ander")}
    manifest = json.loads((tmp_path / "uit" / "manifest.json").read_text())
    manifest["files"].append(kept)
    (tmp_path / "uit" / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(IntegrityError, match="buiten deze map"):
        import_all(tmp_path / "uit", tmp_path / "daar" / "diep", "", actor=BOSS)


def test_a_killed_import_can_be_done_again(
    workplace: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(workplace)
    workplace.transfers.export_all(tmp_path / "uit", actor=BOSS)

    def stop(label: str, done: int, total: int) -> None:
        if label == "Tabel log_entries":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_all(tmp_path / "uit", tmp_path / "daar", "", actor=BOSS, progress=stop)
    import_all(tmp_path / "uit", tmp_path / "daar", "", actor=BOSS)
    with working(options(tmp_path / "daar")) as again:
        assert everything(again) == before


def test_only_who_manages_everything_takes_everything(workplace: Workplace, tmp_path: Path) -> None:
    for actor in (READER, ONE_COLLECTION):
        with pytest.raises(PermissionDeniedError):
            workplace.transfers.export_all(tmp_path / "uit", actor=actor)
        with pytest.raises(PermissionDeniedError):
            workplace.transfers.move(str(tmp_path / "uit"), actor=actor)
        with pytest.raises(PermissionDeniedError):
            import_all(tmp_path / "uit", tmp_path / "daar", "", actor=actor)
