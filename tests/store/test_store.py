from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from learninglion.database.engine import now, open_database, reading
from learninglion.models import Filters, Span
from learninglion.models.errors import (
    ConflictError,
    InputError,
    IntegrityError,
    UnknownReferenceError,
    UnreadableFileError,
)
from learninglion.search.local import Index
from learninglion.search.search import search
from learninglion.store import schema
from learninglion.store.intake import FileOutcome, FileStamp
from learninglion.store.schema import pack, spell_rows
from learninglion.store.store import Change, Intake, PutOutcome, Store, Swept
from learninglion.testing import HashingEncoder
from papers import ID, paper

PUBLIC = frozenset({"openbaar"})


@pytest.fixture
def store(ready_url: str, tmp_path: Path) -> Iterator[Store]:
    engine = open_database(ready_url)
    yield Store(engine, tmp_path)
    engine.dispose()


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[Store]:
    engine = open_database(f"sqlite:///{tmp_path / 'x.db'}")
    yield Store(engine, tmp_path)
    engine.dispose()


def rows_in(store: Store, *names: str) -> dict[str, int]:
    with reading(store._engine) as connection:
        return {
            name: connection.execute(
                select(func.count()).select_from(schema.metadata.tables[name])
            ).scalar_one()
            for name in names
        }


def test_what_was_put_is_read_back_unchanged(store: Store) -> None:
    document, entries, original = paper()
    result = store.put(document, entries, original, "openbaar", by="jansen")
    assert (result.outcome, result.version) == (PutOutcome.ADDED, 1)
    assert store.document(ID, None) == document
    assert store.document(ID, None, lines=False) == replace(document, lines=())
    assert store.lines(ID, PUBLIC) == document.lines
    assert store.original(ID, PUBLIC) == original
    assert list(store.entries_of([ID])) == [
        (replace(s, document=replace(s.document, collection="openbaar")), p) for s, p in entries
    ]
    assert store.sources_of(ID, None) == tuple(s for s, _ in store.entries_of([ID]))
    both = list(store.entries_of([ID]))
    backwards = [both[1][0].id, "is-er-niet#1", both[0][0].id, both[1][0].id]
    assert list(store.entries_by_id(backwards)) == [both[1], both[0]]
    assert list(store.entries_by_id(backwards, frozenset({"elders"}))) == []
    assert store.source(f"{ID}#2-3", None).body == "Er varen 12 veerponten. Dat blijft zo."
    assert store.card(ID, None).collection == "openbaar"
    (version,) = store.history(ID, None)
    assert (version.stored_by, version.source_name, version.current) == ("jansen", "9001.pdf", True)


def test_who_asks_one_pair_comes_back_and_digests_of_before_stay(store: Store) -> None:
    document, ((source, passages), *others), original = paper()
    before = pack(document, [(source, passages), *others])
    named = replace(source, asked_by="VVD, CDA", answered_by="Minister van Waterzaken")
    assert b"asked_by" not in spell_rows(before.sources, before.passages)
    assert pack(document, [(named, passages), *others]).sources_digest != before.sources_digest
    store.put(document, [(named, passages), *others], original, "openbaar", by="jansen")
    assert store.source(source.id, PUBLIC).asked_by == "VVD, CDA"
    assert store.source(source.id, PUBLIC).answered_by == "Minister van Waterzaken"


def test_the_same_document_twice_is_one_copy(store: Store) -> None:
    document, entries, original = paper()
    store.put(document, entries, original)
    counter = store.change_counter()
    again = store.put(replace(document, source_name="kopie (1).pdf"), entries, original)
    assert (again.outcome, again.version) == (PutOutcome.UNCHANGED, 1)
    assert store.change_counter() == counter
    assert rows_in(store, "documents", "versions", "originals", "sources") == {
        "documents": 1,
        "versions": 1,
        "originals": 1,
        "sources": 2,
    }
    assert list(store.originals.list()) == [document.sha256]


def test_a_changed_document_replaces_its_older_version_and_keeps_its_history(store: Store) -> None:
    document, entries, original = paper()
    newer, newer_entries, newer_original = paper(answer="Er varen nog 11 veerponten.")
    store.put(document, entries, original, by="jansen")
    result = store.put(newer, newer_entries, newer_original, by="pieters")
    assert (result.outcome, result.version) == (PutOutcome.REPLACED, 2)
    assert store.document(ID, None) == newer
    assert store.source(f"{ID}#2-3", None).body == "Er varen nog 11 veerponten."
    assert [(v.number, v.stored_by, v.current) for v in store.history(ID, None)] == [
        (1, "jansen", False),
        (2, "pieters", True),
    ]
    assert store.version(ID, 1, None) == document
    assert store.original(ID, None, 1) == original
    assert rows_in(store, "documents", "sources") == {"documents": 1, "sources": 2}
    with pytest.raises(UnknownReferenceError):
        store.version(ID, 3, None)


def test_a_better_parser_makes_a_version_of_the_same_bytes(store: Store) -> None:
    document, entries, original = paper()
    store.put(document, entries, original)
    result = store.put(replace(document, title="Betere titel"), entries, original)
    assert result.outcome is PutOutcome.REPLACED
    assert rows_in(store, "originals", "versions") == {"originals": 1, "versions": 2}


def test_better_passages_alone_are_a_change_too(store: Store) -> None:
    document, entries, original = paper()
    store.put(document, entries, original)
    fewer = tuple((source, passages[:1]) for source, passages in entries)
    assert store.put(document, fewer, original).outcome is PutOutcome.REPLACED


def test_keys_are_never_given_out_twice(store: Store) -> None:
    with_keys = select(schema.passages.c.key)
    document, entries, original = paper()
    store.put(document, entries, original)
    with reading(store._engine) as connection:
        before = set(connection.scalars(with_keys))
    store.put(*paper(answer="Geen een."))
    store.delete(ID, by="b", reason="r")
    store.put(*paper())
    with reading(store._engine) as connection:
        assert not before & set(connection.scalars(with_keys))


def test_identical_bytes_are_stored_once_for_two_documents(store: Store) -> None:
    document, _, original = paper()
    store.put(document, (), original)
    store.put(replace(document, id="doc-0123456789abcdef"), (), original)
    assert rows_in(store, "documents", "originals") == {"documents": 2, "originals": 1}
    store.delete(ID, by="b", reason="r")
    assert store.original("doc-0123456789abcdef", None) == original


def test_deletion_leaves_a_tombstone_and_nothing_else(store: Store) -> None:
    document, entries, original = paper()
    store.put(document, entries, original)
    store.put(*paper(answer="Andere tekst."))
    assert store.delete(ID, by="jansen", reason="bewaartermijn").whole is True
    for read in (store.document, store.card, store.history, store.original, store.sources_of):
        with pytest.raises(UnknownReferenceError):
            read(ID, None)
    assert rows_in(store, "versions", "sources", "passages", "memberships", "originals") == dict.fromkeys(
        ("versions", "sources", "passages", "memberships", "originals"), 0
    )
    assert list(store.originals.list()) == []
    (stone,) = store.standing([ID])
    assert (stone.document_id, stone.deleted_by, stone.deleted_reason) == (ID, "jansen", "bewaartermijn")
    assert store.changes_after(0) == (Change(store.change_counter(), ID, deleted=True),)
    with pytest.raises(UnknownReferenceError):
        store.delete(ID, by="jansen", reason="nog eens")


def test_deleted_text_is_gone_from_the_disk(sqlite_store: Store, tmp_path: Path) -> None:
    secret = "Zonderlingewoordcombinatie"
    sqlite_store.put(*paper(answer=f"{secret} staat hier."))
    sqlite_store.delete(ID, by="b", reason="r")
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert secret.encode() not in file.read_bytes(), file


def test_a_deleted_document_can_come_back(store: Store) -> None:
    document, entries, original = paper()
    store.put(document, entries, original)
    store.delete(ID, by="b", reason="r")
    result = store.put(document, entries, original)
    assert (result.outcome, result.version) == (PutOutcome.RESTORED, 2)
    assert store.document(ID, None) == document
    assert store.original(ID, None) == original
    assert next(store.standing([ID])).deleted_at is None
    assert store.changes_after(0)[-1].deleted is False


def test_a_document_can_stand_in_several_collections(store: Store) -> None:
    document, entries, original = paper()
    store.put(document, entries, original, "openbaar")
    assert store.put(document, entries, original, "alle").outcome is PutOutcome.LINKED
    assert rows_in(store, "documents", "sources") == {"documents": 1, "sources": 2}
    assert store.collections_of(ID, None) == ("alle", "openbaar")
    assert store.delete(ID, by="b", reason="r", visible=frozenset({"alle"})).whole is False
    assert store.document(ID, PUBLIC) == document
    with pytest.raises(UnknownReferenceError):
        store.delete(ID, by="b", reason="r", visible=frozenset({"alle"}))
    assert store.delete(ID, by="b", reason="r", visible=frozenset({"openbaar"})).whole is True
    assert next(store.standing([ID])).deleted_at is not None


def test_what_one_may_not_see_does_not_exist(store: Store) -> None:
    document, entries, original = paper()
    store.put(document, entries, original, "geheim")
    store.put(*paper(2, ministry="Financiën"), "openbaar")
    for read in (store.document, store.card, store.history, store.original, store.sources_of, store.lines):
        with pytest.raises(UnknownReferenceError) as hidden:
            read(ID, PUBLIC)
        with pytest.raises(UnknownReferenceError) as absent:
            read("ah-tk-20232024-404", PUBLIC)
        assert hidden.value.detail.replace(ID, "X") == absent.value.detail.replace("ah-tk-20232024-404", "X")
    assert store.sources([f"{ID}#1"], PUBLIC) == {}
    assert list(store.entries_of([ID], PUBLIC)) == []
    assert store.counts(PUBLIC).documents == 1
    assert [c.name for c in store.collections(PUBLIC)] == ["openbaar"]
    assert [card.id for card in store.cards(Filters(), PUBLIC)] == ["ah-tk-20232024-2"]
    assert store.catalogue.ministries(PUBLIC) == (("Financiën", 1),)
    assert store.scope(Filters(collections=("geheim",)), PUBLIC).ids.tolist() == []
    assert store.scope(Filters(documents=(ID,)), PUBLIC).ids.tolist() == []
    assert store.counts(frozenset()).documents == 0


def test_a_card_never_names_a_hidden_collection(store: Store) -> None:
    document, entries, original = paper()
    store.put(document, entries, original, "aaa-geheim")
    store.put(document, entries, original, "openbaar")
    assert store.card(ID, PUBLIC).collection == "openbaar"
    assert store.source(f"{ID}#1", PUBLIC).document.collection == "openbaar"
    assert store.collections_of(ID, PUBLIC) == ("openbaar",)


def test_a_search_reads_within_the_rights_of_who_asks(store: Store) -> None:
    document, entries, original = paper()
    store.put(document, entries, original, "aaa-geheim")
    store.put(document, entries, original, "openbaar")
    store.put(*paper(2), "aaa-geheim")
    seen = store.seen_by(PUBLIC)
    found = list(seen.entries_of([ID, "ah-tk-20232024-2"]))
    assert {source.document.collection for source, _ in found} == {"openbaar"}
    assert {source.document.id for source, _ in found} == {ID}


def test_other_bytes_through_another_collection_are_refused(store: Store) -> None:
    store.put(*paper(), "openbaar")
    with pytest.raises(ConflictError, match=ID):
        store.put(*paper(answer="Heimelijk anders."), "geheim")
    assert store.source(f"{ID}#2-3", PUBLIC).body == "Er varen 12 veerponten. Dat blijft zo."
    assert store.collections_of(ID, None) == ("openbaar",)


def test_an_older_version_from_a_hidden_collection_stays_hidden(store: Store) -> None:
    store.put(*paper(), "geheim")
    store.put(*paper(), "openbaar")
    store.put(*paper(answer="Nieuw."), "openbaar")
    assert [v.number for v in store.history(ID, None)] == [1, 2]
    assert [v.number for v in store.history(ID, PUBLIC)] == [2]
    with pytest.raises(UnknownReferenceError):
        store.version(ID, 1, PUBLIC)


def test_who_sees_one_of_two_collections_deletes_from_that_one_only(store: Store) -> None:
    store.put(*paper(), "geheim")
    store.put(*paper(), "openbaar")
    assert store.delete(ID, by="b", reason="r", visible=PUBLIC).whole is False
    assert store.collections_of(ID, None) == ("geheim",)
    with pytest.raises(UnknownReferenceError):
        store.delete(ID, by="b", reason="r", visible=PUBLIC)


def test_changes_come_in_order_once_a_document(store: Store) -> None:
    for number in (1, 2, 3):
        store.put(*paper(number))
    seen = store.change_counter()
    store.put(*paper(2, answer="Anders."))
    store.put(*paper(2, answer="Weer anders."))
    store.delete("ah-tk-20232024-1", by="b", reason="r")
    assert [(c.document_id[-1], c.deleted) for c in store.changes_after(seen)] == [("2", False), ("1", True)]
    assert [c.document_id[-1] for c in store.changes_after(0)] == ["3", "2", "1"]
    assert store.changes_after(store.change_counter()) == ()
    first, later = store.waiting_since(0), store.waiting_since(seen)
    assert first is not None and later is not None and first < later <= now()
    assert store.waiting_since(store.change_counter()) is None


def test_many_in_one_transaction_are_all_kept_or_none(store: Store) -> None:
    good = [Intake(*paper(n)) for n in range(1, 6)]
    assert [r.outcome for r in store.put_many(good)] == [PutOutcome.ADDED] * 5
    document, entries, original = paper(7)
    with pytest.raises(IntegrityError):
        store.put_many([Intake(*paper(6)), Intake(document, entries, original + b"x")])
    store.put(*paper(9), "ander")
    with pytest.raises(ConflictError):
        store.put_many([Intake(*paper(8)), Intake(*paper(9, answer="Anders."))])
    assert store.counts(None).documents == 6


@pytest.mark.parametrize("bad", ["nul \x00 teken", "half \ud800 teken"])
def test_text_no_database_can_hold_is_refused_with_the_name_of_the_file(store: Store, bad: str) -> None:
    document, _, _ = paper()
    with pytest.raises(UnreadableFileError, match=r"9001\.pdf"):
        store.put(replace(document, text=bad, pairs=(), lines=()), ())
    assert store.counts(None).documents == 0


def test_a_source_that_does_not_say_what_the_document_says_is_refused(store: Store) -> None:
    document, entries, _ = paper()
    (source, passages), *rest = entries
    with pytest.raises(IntegrityError):
        store.put(document, ((replace(source, body="Nee."), passages), *rest))
    moved = replace(source, body_span=Span(0, 3))
    with pytest.raises(IntegrityError):
        store.put(document, ((moved, passages), *rest))
    with pytest.raises(IntegrityError):
        store.put(document, (entries[0], entries[0]))


def test_a_passage_that_is_no_slice_of_its_source_keeps_its_own_text(store: Store) -> None:
    document, entries, _ = paper()
    (source, passages), *rest = entries
    spaced = replace(passages[0], text="Kent u   het bericht")
    store.put(document, ((source, (spaced, *passages[1:])), *rest))
    assert next(iter(store.entries_of([ID])))[1][0].text == "Kent u   het bericht"


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\x00b"])
def test_a_collection_needs_a_name(store: Store, name: str) -> None:
    with pytest.raises(InputError):
        store.put(*paper(), name)
    with pytest.raises(InputError):
        store.make_collection(name)


def test_a_collection_can_say_what_it_is(store: Store) -> None:
    store.make_collection("beleid", "Beleidsnota's")
    store.put(*paper(), "beleid")
    store.make_collection("beleid", "Nota's over beleid")
    assert [(c.name, c.description, c.documents) for c in store.collections(None)] == [
        ("beleid", "Nota's over beleid", 1)
    ]


def test_cards_come_newest_first_in_pages(store: Store) -> None:
    for number, year in ((1, 2011), (2, 2024), (3, 2019)):
        store.put(*paper(number, day=date(year, 1, 1)))
    store.put(*paper(4, day=None))
    assert [c.number for c in store.cards(Filters(), None)] == [2, 3, 1, 4]
    assert [c.number for c in store.cards(Filters(), None, offset=1, limit=2)] == [3, 1]


def test_damage_is_noticed(sqlite_store: Store) -> None:
    document, entries, original = paper()
    sqlite_store.put(document, entries, original)
    assert list(sqlite_store.check_originals()) == []
    Path(sqlite_store.originals.place(document.sha256)).write_bytes(b"verknoeid")
    with pytest.raises(IntegrityError):
        sqlite_store.original(ID, None)
    assert len(list(sqlite_store.check_originals())) == 1
    assert sqlite_store.put(document, entries, original).outcome is PutOutcome.UNCHANGED
    assert sqlite_store.original(ID, None) == original  # another size: written again
    with sqlite_store._engine.begin() as connection:
        connection.execute(text("UPDATE versions SET content = x'00'"))
    with pytest.raises(IntegrityError):
        sqlite_store.document(ID, None)


def test_a_sweep_takes_only_what_nothing_refers_to(store: Store) -> None:
    document, entries, original = paper()
    store.put(document, entries, original)
    stray = store.originals.put(b"nooit opgenomen")
    (store.home / "incoming" / "half").write_bytes(b"ha")
    assert store.sweep() == Swept(0, 0)  # both are too young
    swept = store.sweep(min_age_seconds=0)
    assert (swept.unfinished, swept.unreferenced) == (1, 1)
    assert not store.originals.holds(stray)
    assert store.original(ID, None) == original


def test_an_original_swept_just_before_the_transaction_is_written_again(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    document, entries, original = paper()
    put = sqlite_store.originals.put
    lost: list[str] = []

    def lose_first(content: bytes) -> str:
        sha256 = put(content)
        if not lost:
            lost.append(sha256)
            sqlite_store.originals.remove(sha256)
        return sha256

    monkeypatch.setattr(sqlite_store.originals, "put", lose_first)
    sqlite_store.put(document, entries, original)
    assert lost and sqlite_store.original(ID, None) == original


def test_threads_that_put_together_lose_nothing(store: Store) -> None:
    def put(part: int) -> None:
        for number in range(1, 13):
            store.put(*paper(number if number % 3 else number + 100 * part))

    threads = [threading.Thread(target=put, args=(part,)) for part in range(1, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.counts(None).documents == 8 + 3 * 4
    assert [c.sequence for c in store.changes_after(0)] == list(range(1, 21))


def test_the_store_id_stays(ready_url: str, tmp_path: Path) -> None:
    names = []
    for _ in range(2):
        engine = open_database(ready_url)
        names.append(Store(engine, tmp_path).store_id())
        engine.dispose()
    assert names[0] == names[1] and len(names[0]) == 32


def test_the_journal_remembers_what_was_read(store: Store) -> None:
    stamp = FileStamp("/map/9001.pdf", 1200, 17, "ab", "parser 1")
    assert not store.journal.taken_in(stamp, "openbaar")
    store.put(*paper(), "openbaar", file=stamp)
    assert store.journal.taken_in(stamp, "openbaar")
    assert not store.journal.taken_in(stamp, "ander")
    assert not store.journal.taken_in(replace(stamp, mtime_ns=18), "openbaar")
    assert not store.journal.taken_in(replace(stamp, size=1), "openbaar")
    assert not store.journal.taken_in(replace(stamp, parser="parser 2"), "openbaar")
    assert [entry.stamp for entry in store.journal.entries()] == [stamp]
    store.journal.forget("openbaar", stamp.path)
    assert not store.journal.taken_in(stamp, "openbaar")


def test_the_journal_lists_what_failed_until_it_succeeds(store: Store) -> None:
    stamp = FileStamp("/map/vreemd\udce9.pdf", 12, 17)
    store.journal.fail(stamp, "openbaar", "vreemd\udce9.pdf: het bestand is leeg")
    (failed,) = store.journal.entries()
    assert failed.detail.endswith("het bestand is leeg") and failed.collection == "openbaar"
    assert failed.outcome is FileOutcome.FAILED and not store.journal.taken_in(stamp, "openbaar")
    store.put(*paper(name="vreemd\udce9.pdf"), "openbaar", file=stamp)
    assert [entry.outcome for entry in store.journal.entries()] == [FileOutcome.DONE]
    assert store.journal.taken_in(stamp, "openbaar")


def test_an_index_knows_an_archive_that_was_put_back(tmp_path: Path) -> None:
    """An older copy of the database beside a newer index: the numbers of the changes meet again."""
    database, copy = tmp_path / "x.db", tmp_path / "copy.db"
    index = Index(tmp_path / "index", HashingEncoder())

    def take_in(number: int, subject: str) -> Store:
        engine = open_database(database)
        store = Store(engine, tmp_path)
        document, entries, original = paper(number, f"Het kabinet onderzoekt de {subject}.")
        store.put(document, entries, original, "openbaar", by="jansen")
        index.update(store)
        if number < 3:
            engine.dispose()
        return store

    take_in(1, "windmolens")
    shutil.copy(database, copy)
    take_in(2, "bruggen")
    shutil.copy(copy, database)
    store = take_in(3, "sluizen")
    hits = [hit.source.document.id for hit in search(index, store, "Onderzoekt het kabinet de sluizen?")]
    assert hits[0] == "ah-tk-20232024-3"
    assert "ah-tk-20232024-2" not in hits
