"""The log proves the documents: what is changed behind the program's back is named, and nothing else."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from learninglion.models import Actor, Filters, QuestionSet, RawFile, Role, SubQuestion
from learninglion.models.errors import ConflictError, PermissionDeniedError, UnknownReferenceError
from learninglion.models.plain import sha256_hex
from learninglion.parsing import parse
from learninglion.parsing.passages import cut
from learninglion.record.log import EventLog
from learninglion.sample import sample_documents
from learninglion.testing import HashingEncoder
from learninglion.workflow import FileStatus, Workplace, WorkplaceOptions, working

BOSS = Actor("beheer", frozenset(Role))
OPEN_ONLY = Actor("noor", frozenset(Role), frozenset({"openbaar"}))
PAPERS = [p for p in sample_documents() if "9001" in p.name][:3]
NOTE = RawFile("nota.txt", b"Een notitie over de veerpont.", "proef")
SET = QuestionSet(
    "",
    (SubQuestion((1,), "Hoeveel opslagplaatsen voor consumentenvuurwerk zijn er in Nederland?"),),
    title="Vuurwerk",
)


@pytest.fixture
def workplace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stock: Callable[..., Path]
) -> Iterator[Workplace]:
    monkeypatch.setattr("learninglion.workflow.searching.open_encoder", lambda *a, **k: HashingEncoder(64))
    home = stock(tmp_path / "home", PAPERS, "openbaar")
    with working(WorkplaceOptions(home=home, isolate=False)) as opened:
        yield opened


def misfits(workplace: Workplace) -> list[str]:
    return list(workplace.log.misfits(BOSS))


def tamper(workplace: Workplace, statement: str, *values: object) -> None:
    """Change the database behind the program's back."""
    with closing(sqlite3.connect(workplace.options.home / "learninglion.db")) as connection, connection:
        assert connection.execute(statement, values).rowcount > 0


def identity(workplace: Workplace) -> str:
    return sorted(card.id for card in workplace.documents.list(BOSS))[0]


def flip_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def original_of(workplace: Workplace, document_id: str) -> Path:
    sha256 = workplace.documents.versions(document_id, BOSS)[-1].original
    assert sha256 is not None
    return workplace.options.home / "originals" / sha256[:2] / sha256


def test_what_was_taken_in_replaced_linked_and_removed_is_in_order(workplace: Workplace) -> None:
    assert misfits(workplace) == []
    first = identity(workplace)
    workplace.intake.ingest(PAPERS[:1], collection="besloten", actor=BOSS)
    workplace.intake.remove(first, reason="proef", actor=BOSS)
    raw = RawFile(PAPERS[0].name, PAPERS[0].read_bytes(), "proef")
    workplace.intake.ingest_upload(raw, collection="openbaar", actor=BOSS)
    assert misfits(workplace) == []
    assert workplace.log.unproven(BOSS) == 0
    assert workplace.log.verify(BOSS).ok


def test_what_was_removed_after_work_was_asked_for_stays_removed(workplace: Workplace) -> None:
    """A worker was killed after it stored a file; its job is done again when somebody removed that file."""
    asked = workplace.intake.moment()
    first = workplace.intake.ingest_upload(NOTE, collection="openbaar", actor=BOSS, since=asked)
    again = workplace.intake.ingest_upload(NOTE, collection="openbaar", actor=BOSS, since=asked)
    assert (first.status, again.status) == (FileStatus.ADDED, FileStatus.UNCHANGED)
    workplace.intake.ingest_upload(NOTE, collection="besloten", actor=BOSS, since=asked)
    workplace.intake.remove(first.document_id, reason="proef", actor=OPEN_ONLY)  # out of the open one only
    taken_over = workplace.intake.ingest_upload(NOTE, collection="openbaar", actor=BOSS, since=asked)
    assert taken_over.status is FileStatus.FAILED and "door noor verwijderd" in taken_over.detail
    assert workplace.documents.card(first.document_id, BOSS).collection == "besloten"
    workplace.intake.remove(first.document_id, reason="proef", actor=BOSS)
    for collection in ("openbaar", "besloten"):
        result = workplace.intake.ingest_upload(NOTE, collection=collection, actor=BOSS, since=asked)
        assert result.status is FileStatus.FAILED and "komt niet terug" in result.detail
    assert first.document_id not in {card.id for card in workplace.documents.list(BOSS)}
    assert misfits(workplace) == [] and workplace.log.verify(BOSS).ok
    later = workplace.intake.moment()
    result = workplace.intake.ingest_upload(NOTE, collection="openbaar", actor=BOSS, since=later)
    assert result.status is FileStatus.ADDED and misfits(workplace) == []


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        ("UPDATE sources SET body = body || ' anders' WHERE document_key = 1", "bronnen"),
        ("UPDATE passages SET page = page + 1 WHERE document_key = 1", "bronnen"),
        ("DELETE FROM passages WHERE document_key = 1", "bronnen"),
        ("UPDATE documents SET digest = 'x' WHERE key = 1", "vingerafdruk"),
        ("UPDATE documents SET ministry = 'Financiën' WHERE key = 1", "lijsten"),
        ("UPDATE documents SET card = replace(card, 'vuurwerk', 'water') WHERE key = 1", "lijsten"),
        ("UPDATE versions SET content = x'00' WHERE document_key = 1", "tekst van versie"),
        ("UPDATE versions SET stored_by = 'iemand' WHERE document_key = 1", "van wie"),
        ("UPDATE versions SET original = NULL WHERE document_key = 1", "oorspronkelijk bestand"),
        ("DELETE FROM memberships WHERE document_key = 1", "niet meer in openbaar"),
        ("UPDATE collections SET name = 'geheim'", "ook in geheim"),
        ("UPDATE documents SET deleted_at = '2026-01-01T00:00:00.000000+00:00' WHERE key = 1", "is weg"),
        ("DELETE FROM documents WHERE key = 1", "ontbreekt"),
        # What is no value of its kind: named, and the rest is still looked at.
        ("UPDATE versions SET content = 'tekst' WHERE document_key = 1", "niet te lezen"),
        ("UPDATE versions SET stored_at = 'gisteren' WHERE document_key = 1", "niet te lezen"),
        ("UPDATE documents SET date = 'gisteren' WHERE key = 1", "niet te lezen"),
        ("UPDATE sources SET body = CAST(x'ff00' AS TEXT) WHERE document_key = 1", "niet te lezen"),
    ],
)
def test_every_change_in_the_store_is_named(workplace: Workplace, statement: str, names: str) -> None:
    tamper(workplace, statement)
    found = misfits(workplace)
    assert found
    assert names in " ".join(found)
    assert workplace.log.verify(BOSS).ok  # the chain itself was not touched


def test_a_flipped_byte_of_an_original_and_a_missing_one_are_named(workplace: Workplace) -> None:
    first = identity(workplace)
    path = original_of(workplace, first)
    flip_a_byte(path)
    assert [first in sentence and "beschadigd" in sentence for sentence in misfits(workplace)] == [True]
    path.unlink()
    assert ["ontbreekt" in sentence for sentence in misfits(workplace)] == [True]


def test_a_document_put_back_after_its_removal_is_named(workplace: Workplace) -> None:
    first = identity(workplace)
    workplace.intake.remove(first, reason="proef", actor=BOSS)
    tamper(workplace, "UPDATE documents SET deleted_reason = 'iets anders' WHERE id = ?", first)
    assert "waarom" in misfits(workplace)[0]
    tamper(workplace, "UPDATE documents SET deleted_at = NULL WHERE id = ?", first)
    assert "staat er weer" in misfits(workplace)[0]


def test_state_moment_and_reason_of_a_dossier_are_proven(workplace: Workplace) -> None:
    offers = workplace.searching.offer(SET, actor=BOSS)
    chosen = workplace.drafts.select_automatically(SET, offers, threshold=0.0)
    workplace.drafts.draft(SET, chosen, actor=BOSS)
    assert misfits(workplace) == []
    for statement, back, names in (
        ("UPDATE dossiers SET state = 'approved'", "UPDATE dossiers SET state = 'draft'", "de staat"),
        ("UPDATE dossiers SET title = 'x'", "UPDATE dossiers SET title = 'Vuurwerk'", "de titel"),
        (
            "UPDATE dossier_versions SET state = 'approved'",
            "UPDATE dossier_versions SET state = 'draft'",
            "de staat",
        ),
        ("UPDATE dossier_versions SET reason = reason || 'x'", "", "de reden"),
        ("UPDATE dossier_versions SET at = '2026-01-01T00:00:00.000000+00:00'", "", "het moment"),
        ("UPDATE dossier_versions SET content = 'tekst'", "", "beschadigd"),
        ("UPDATE dossier_versions SET at = 'gisteren'", "", "niet te lezen"),
    ):
        tamper(workplace, statement)
        assert names in " ".join(misfits(workplace)), statement
        if back:
            tamper(workplace, back)


@pytest.mark.parametrize("change", ["details = '{'", "at = 'gisteren'", "actor = CAST(x'ff00' AS TEXT)"])
def test_a_line_of_the_log_that_cannot_be_read_is_named(workplace: Workplace, change: str) -> None:
    with closing(sqlite3.connect(workplace.options.home / "learninglion.db")) as connection, connection:
        connection.execute("DROP TRIGGER log_entries_no_update")
    tamper(workplace, f"UPDATE log_entries SET {change} WHERE seq = 1")
    report = workplace.log.verify(BOSS)
    assert not report.ok and report.first_broken == 1
    assert "logboek" in " ".join(misfits(workplace))


def test_a_database_file_with_damaged_pages_is_named(workplace: Workplace) -> None:
    problems: list[str] = []
    assert workplace.storage.check(problems.append, actor=BOSS) == 0
    path = workplace.options.home / "learninglion.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'web_brakes'").fetchone()[
            0
        ]
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"Z" * 2000)
    workplace.storage.check(problems.append, actor=BOSS)
    assert any("De database is beschadigd" in problem for problem in problems)


def test_document_and_entry_stand_or_fall_together(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(workplace.documents.list(BOSS))

    def full(*_a: object, **_k: object) -> None:
        raise OSError(28, "No space left on device")

    raw = RawFile("nieuw.txt", b"Een notitie over de veerpont in Voorbeeldstad.", "proef")
    with monkeypatch.context() as patch:
        patch.setattr(EventLog, "append_within", full)
        with pytest.raises(OSError, match="No space"):
            workplace.intake.ingest_upload(raw, collection="openbaar", actor=BOSS)
        with pytest.raises(OSError, match="No space"):
            workplace.intake.remove(identity(workplace), reason="proef", actor=BOSS)
    assert len(workplace.documents.list(BOSS)) == before
    assert misfits(workplace) == []
    with monkeypatch.context() as patch:
        patch.setattr("learninglion.record.log.write_durably", full)  # the anchor, after the commit
        workplace.intake.ingest_upload(raw, collection="openbaar", actor=BOSS)
    assert len(workplace.documents.list(BOSS)) == before + 1
    assert misfits(workplace) == []
    assert workplace.log.verify(BOSS).ok


def test_documents_of_an_older_program_are_sealed_when_the_log_is_accepted(workplace: Workplace) -> None:
    other = RawFile("los.txt", b"Een document zonder regel in het logboek.", "proef")
    store = workplace.intake._store
    document = parse(other)
    store.put(document, cut(document, "openbaar"), other.content, "openbaar", by="vroeger")
    assert "zonder regel" in misfits(workplace)[0]
    workplace.log.accept(reason="overgenomen", actor=BOSS)
    assert misfits(workplace) == []
    tamper(workplace, "UPDATE sources SET body = 'anders' WHERE document_key = 4")
    assert document.id in misfits(workplace)[0]


# --------------------------------------------------------------------------- deletion reaches everything


def places(workplace: Workplace, document_id: str) -> set[str]:
    return {trace.place for trace in workplace.traces.find(document_id, actor=BOSS)}


def stays(workplace: Workplace, document_id: str) -> set[str]:
    return {t.place for t in workplace.traces.find(document_id, actor=BOSS) if t.stays}


def test_deletion_reaches_everything_that_trace_names(workplace: Workplace) -> None:
    first = identity(workplace)
    offers = workplace.searching.offer(SET, actor=BOSS, limit=20)
    work = workplace.sets.lay_out(SET, Filters(), None, offers, actor=BOSS)
    quoted = next(h.source.document.id for hits in offers for h in hits)
    first = quoted or first
    sha256 = original_of(workplace, first).name
    image = workplace.options.home / "cache" / "pages" / sha256[:2] / f"{sha256}-1-2-2.page"
    image.parent.mkdir(parents=True)
    image.write_bytes(b"page")
    workplace.answers.claim("beheer", "k", "d")
    workplace.answers.remember("beheer", "k", "d", 201, f'{{"document": "{first}"}}')
    assert places(workplace, first) >= {
        "archief",
        "oorspronkelijk bestand",
        "afbeeldingen van bladzijden",
        "zoekindex",
        "vectoren",
        "sets in bewerking",
        "antwoorden voor herhaalde verzoeken",
    }
    text = max((s.body for s in workplace.documents.sources_of(first, BOSS)), key=len)[-80:].encode()
    passages = workplace.traces.passages(first)
    workplace.intake.remove(first, reason="proef", actor=BOSS)
    assert places(workplace, first) == stays(workplace, first)
    assert "archief" in stays(workplace, first)
    assert workplace.indexing.count_vectors(passages) == 0
    assert not image.exists()
    left = workplace.sets.find(work.id, BOSS)
    assert first not in {h.source.document.id for b in left.shortlists for h in b.offered}
    for path in workplace.options.home.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert text not in content, path
            if path.parent.name != "originals" and "index" in path.parts:
                assert first.encode() not in content, path
    assert workplace.indexing.check().problem == ""
    assert workplace.searching.search("vuurwerk", actor=BOSS, limit=20)


def test_a_text_can_be_worked_on_when_a_document_that_it_quotes_is_gone(workplace: Workplace) -> None:
    offers = workplace.searching.offer(SET, actor=BOSS)
    chosen = workplace.drafts.select_automatically(SET, offers, threshold=0.0)
    dossier = workplace.drafts.draft(SET, chosen, actor=BOSS)
    cited = dossier.verifications[0].draft.statements[0]
    for document_id in {source.document.id for source in chosen[0].chosen}:
        workplace.intake.remove(document_id, reason="proef", actor=BOSS)
    text = f"{cited.text.replace('Er zijn', 'In het land zijn er')} Dat is mijn eigen zin."
    edited = workplace.drafts.rewrite(dossier.id, 0, text, version=dossier.version, actor=BOSS)
    assert edited.version == dossier.version + 1
    assert workplace.documents.regions(document_id, cited.citations[0].quote) == ()


def test_images_of_files_that_are_gone_are_swept(workplace: Workplace) -> None:
    orphan = workplace.options.home / "cache" / "pages" / "ab" / f"ab{'0' * 62}-1-2-2.page"
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"page")
    assert workplace.storage.sweep(actor=BOSS) == 1
    assert not orphan.exists()


def test_a_trace_is_for_who_may_see_the_document(workplace: Workplace) -> None:
    stranger = Actor("sam", frozenset(Role), frozenset({"besloten"}))
    with pytest.raises(UnknownReferenceError):
        workplace.traces.find(identity(workplace), actor=stranger)
    with pytest.raises(UnknownReferenceError):
        workplace.traces.find("nooit-geweest", actor=BOSS)


# --------------------------------------------------------------------------- a damaged index is repaired


@pytest.mark.parametrize(
    "choose",
    [
        lambda files: next(p for p in files if p.name == "vectors.npy"),
        lambda files: next(p for p in files if p.parent.name == "words" and p.suffix == ".term"),
        lambda files: next(p for p in files if p.name == "frame.npz"),
        lambda files: next(p for p in files if p.name == "words.json"),
    ],
)
def test_a_damaged_index_file_is_repaired(workplace: Workplace, choose: Callable[[list[Path]], Path]) -> None:
    before = [h.source.id for h in workplace.searching.search("vuurwerk", actor=BOSS, limit=5)]
    damaged = choose([p for p in (workplace.options.home / "index").rglob("*") if p.is_file()])
    flip_a_byte(damaged)
    told: list[str] = []
    assert workplace.storage.check(told.append, actor=BOSS) == 1
    assert "opnieuw gemaakt" in told[0]
    assert workplace.indexing.check().problem == ""
    assert [h.source.id for h in workplace.searching.search("vuurwerk", actor=BOSS, limit=5)] == before


def test_a_damaged_vector_cache_is_begun_anew(workplace: Workplace) -> None:
    path = workplace.options.home / "cache" / "vectors.db"
    path.write_bytes(b"geen database" * 1000)
    workplace.indexing.rebuild(actor=BOSS)
    assert workplace.searching.search("vuurwerk", actor=BOSS, limit=5)


# --------------------------------------------------------------------------- within one's collections


def test_an_administrator_of_some_collections_leaves_the_others_alone(workplace: Workplace) -> None:
    first = identity(workplace)
    workplace.intake.ingest(PAPERS, collection="besloten", actor=BOSS)
    workplace.intake.remove(first, reason="niet van ons", actor=OPEN_ONLY)
    assert workplace.documents.find(first, BOSS).id == first
    with pytest.raises(UnknownReferenceError):
        workplace.documents.find(first, OPEN_ONLY)
    for attempt in (
        lambda: workplace.intake.ingest(PAPERS[:1], collection="besloten", actor=OPEN_ONLY),
        lambda: workplace.intake.ingest_upload(NOTE, collection="nieuw", actor=OPEN_ONLY),
        lambda: workplace.intake.describe_collection("besloten", "van mij", actor=OPEN_ONLY),
    ):
        with pytest.raises(PermissionDeniedError):
            attempt()
    assert misfits(workplace) == []


def test_other_bytes_under_an_id_that_another_collection_holds_too_are_refused(workplace: Workplace) -> None:
    first = identity(workplace)
    workplace.intake.ingest(PAPERS, collection="besloten", actor=BOSS)
    store = workplace.intake._store
    document = replace(workplace.documents.find(first, BOSS), sha256=sha256_hex(b"anders"), title="Anders")
    entries = cut(document, "openbaar")
    with pytest.raises(ConflictError):
        store.put(document, entries, b"anders", "openbaar", by="noor", within=frozenset({"openbaar"}))
    store.put(document, entries, b"anders", "openbaar", by="beheer")
