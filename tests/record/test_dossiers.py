from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from learninglion.database.engine import now, open_database, reading, writing
from learninglion.models import (
    AnswerVerdict,
    Dossier,
    DossierState,
    Draft,
    Provenance,
    Statement,
    Verification,
)
from learninglion.models.errors import (
    ConflictError,
    InputError,
    IntegrityError,
    LearningLionError,
    PermissionDeniedError,
    UnknownReferenceError,
)
from learninglion.record.dossiers import DossierRepository, dossier_tombstones, dossier_versions
from learninglion.record.log import EventLog, log_entries
from learninglion.testing import make_card, make_question_set, make_selection, make_source

SECRET = "Woordcombinatiezonderweerga"
ID = "dossier-0123456789abcdef"


def make_dossier(answer: str = "Er varen 12 veerponten.", collection: str = "openbaar") -> Dossier:
    card = replace(make_card(), collection=collection)
    selection = make_selection(sources=[make_source("Er varen 12 veerponten.", card=card)])
    draft = Draft(selection, (Statement(answer),), AnswerVerdict.ANSWERED, (), Provenance("extractive"))
    checked = Verification(draft, (), AnswerVerdict.ANSWERED, (), "toets")
    return Dossier(ID, make_question_set("Hoeveel veerponten varen er?"), (checked,))


def edited(dossier: Dossier, answer: str) -> Dossier:
    (checked,) = dossier.verifications
    draft = replace(checked.draft, statements=(Statement(answer),))
    return replace(
        dossier,
        verifications=(replace(checked, draft=draft),),
        state=DossierState.EDITED,
        version=dossier.version + 1,
    )


@pytest.fixture
def repository(ready_url: str, tmp_path: Path) -> Iterator[DossierRepository]:
    engine = open_database(ready_url)
    yield DossierRepository(engine, EventLog(engine, tmp_path / "log-head.json"))
    engine.dispose()


def events(repository: DossierRepository) -> list[tuple[str, str]]:
    return [(e.action, e.actor) for e in repository._log.entries()]


def test_every_version_is_kept_with_author_and_reason(repository: DossierRepository) -> None:
    first = make_dossier()
    second = edited(first, "Er varen twaalf veerponten.")
    repository.save(first, by="jansen", reason="opgesteld")
    repository.save(second, by="pieters", reason="getal voluit")
    assert repository.load(ID, None) == second
    assert repository.load(ID, None, version=1) == first
    assert [(v.version, v.author, v.reason, v.state) for v in repository.history(ID, None)] == [
        (1, "jansen", "opgesteld", DossierState.DRAFT),
        (2, "pieters", "getal voluit", DossierState.EDITED),
    ]
    (card,) = repository.list(None)
    assert (card.id, card.version, card.created_by, card.changed_by) == (ID, 2, "jansen", "pieters")
    assert events(repository) == [("dossier.draft", "jansen"), ("dossier.edited", "pieters")]


def test_saving_twice_is_saving_once(repository: DossierRepository) -> None:
    dossier = make_dossier()
    saved = repository.save(dossier, by="jansen", reason="opgesteld")
    assert repository.save(dossier, by="jansen", reason="opgesteld") == saved
    (checked,) = dossier.verifications
    later = replace(checked.draft.selection, selected_at=datetime(2026, 1, 1, tzinfo=UTC))
    again = replace(dossier, verifications=(replace(checked, draft=replace(checked.draft, selection=later)),))
    assert repository.save(again, by="pieters", reason="opgesteld") == saved
    assert len(repository.history(ID, None)) == len(events(repository)) == 1


def test_who_comes_second_does_not_overwrite(repository: DossierRepository) -> None:
    first = make_dossier()
    repository.save(first, by="jansen", reason="opgesteld")
    repository.save(edited(first, "Tekst van Pieters."), by="pieters", reason="beter")
    with pytest.raises(ConflictError):
        repository.save(edited(first, "Tekst van Jansen."), by="jansen", reason="ook beter")
    with pytest.raises(ConflictError):
        repository.save(replace(edited(first, "x"), version=7), by="jansen", reason="sprong")
    with pytest.raises(ConflictError):
        repository.save(replace(first, id="dossier-new", version=2), by="jansen", reason="begin mist")
    assert repository.load(ID, None).verifications[0].draft.statements[0].text == "Tekst van Pieters."


def test_only_one_of_many_who_save_at_once_wins(repository: DossierRepository) -> None:
    first = make_dossier()
    repository.save(first, by="jansen", reason="opgesteld")
    outcomes: list[str] = []

    def save(number: int) -> None:
        try:
            repository.save(edited(first, f"Tekst {number}."), by=f"p{number}", reason="gewijzigd")
            outcomes.append("saved")
        except ConflictError:
            outcomes.append("refused")

    threads = [threading.Thread(target=save, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused"] * 5 + ["saved"]
    assert [v.version for v in repository.history(ID, None)] == [1, 2]


def test_approval_is_a_version_with_the_same_content(repository: DossierRepository) -> None:
    first = make_dossier()
    repository.save(first, by="jansen", reason="opgesteld")
    saved = repository.approve(ID, 1, by="pieters")
    assert (saved.version, saved.state) == (2, DossierState.APPROVED)
    assert repository.load(ID, None) == replace(first, state=DossierState.APPROVED, version=2)
    assert repository.approve(ID, 1, by="pieters") == repository.approve(ID, 2, by="pieters") == saved
    assert [c.state for c in repository.list(None, state=DossierState.APPROVED)] == [DossierState.APPROVED]
    assert repository.list(None, state=DossierState.EDITED) == ()


def test_two_people_are_two_people(repository: DossierRepository) -> None:
    first = make_dossier()
    repository.save(first, by="jansen", reason="opgesteld")
    repository.save(edited(first, "Beter."), by="pieters", reason="gewijzigd")
    with pytest.raises(PermissionDeniedError, match="vier-ogen"):
        repository.approve(ID, 2, by="pieters", two_person=True)
    assert repository.load(ID, None).state is DossierState.EDITED
    assert repository.approve(ID, 2, by="jansen", two_person=True).state is DossierState.APPROVED


def test_approval_is_of_what_was_read(repository: DossierRepository) -> None:
    first = make_dossier()
    repository.save(first, by="jansen", reason="opgesteld")
    repository.save(edited(first, "Intussen anders."), by="jansen", reason="gewijzigd")
    with pytest.raises(ConflictError):
        repository.approve(ID, 1, by="pieters")
    with pytest.raises(UnknownReferenceError):
        repository.approve("dossier-x", 1, by="pieters")


def test_states_follow_each_other(repository: DossierRepository) -> None:
    first = make_dossier()
    with pytest.raises(InputError):
        repository.save(replace(first, state=DossierState.APPROVED), by="jansen", reason="slim")
    repository.save(first, by="jansen", reason="opgesteld")
    with pytest.raises(InputError):
        repository.save(replace(edited(first, "x"), state=DossierState.APPROVED), by="jansen", reason="slim")
    with pytest.raises(InputError):
        repository.save(replace(edited(first, "x"), state=DossierState.DRAFT), by="jansen", reason="terug")
    repository.approve(ID, 1, by="pieters")
    reopened = edited(repository.load(ID, None), "Toch anders.")
    repository.save(reopened, by="jansen", reason="na vragen van de minister")
    assert repository.load(ID, None).state is DossierState.EDITED
    with pytest.raises(ConflictError):
        repository.approve(ID, 1, by="pieters")


def test_deletion_takes_the_text_and_leaves_the_chain(repository: DossierRepository, tmp_path: Path) -> None:
    repository.save(make_dossier(SECRET), by="jansen", reason="opgesteld")
    repository.save(edited(make_dossier(SECRET), SECRET + "!"), by="jansen", reason="gewijzigd")
    repository.delete(ID, by="beheer", reason="bewaartermijn verstreken")
    for read in (repository.load, repository.history):
        with pytest.raises(UnknownReferenceError):
            read(ID, None)
    with reading(repository._engine) as connection:
        (stone,) = connection.execute(select(dossier_tombstones))
    assert (stone.dossier_id, stone.versions, stone.deleted_by) == (ID, 2, "beheer")
    assert repository._log.verify().ok and events(repository)[-1] == ("dossier.delete", "beheer")
    assert list(repository.verify()) == []
    with pytest.raises(UnknownReferenceError):
        repository.delete(ID, by="beheer", reason="nog eens")
    repository.save(make_dossier(), by="jansen", reason="opnieuw gevraagd")
    assert [v.version for v in repository.history(ID, None)] == [1]


def test_the_log_holds_no_text(repository: DossierRepository) -> None:
    repository.save(make_dossier(SECRET), by="jansen", reason="opgesteld")
    with reading(repository._engine) as connection:
        said = str(connection.execute(select(log_entries)).all())
        sha256 = connection.scalar(select(dossier_versions.c.sha256))
    assert SECRET not in said and "veerpont" not in said
    assert sha256 not in said, "a plain hash can be tried after the text is gone"


def test_a_fingerprint_is_of_its_dossier_and_goes_with_it(repository: DossierRepository) -> None:
    def last_mark() -> object:
        return repository._log.entries()[-1].details["reason"]

    marks = []
    for dossier in (
        make_dossier(),
        edited(make_dossier(), "Er varen er 12."),
        replace(make_dossier(), id="dossier-2"),
    ):
        repository.save(dossier, by="jansen", reason="opgesteld")
        marks.append(last_mark())
    assert marks[0] == marks[1] != marks[2]
    repository.delete(ID, by="beheer", reason="termijn")
    repository.save(make_dossier(), by="jansen", reason="opgesteld")
    assert last_mark() not in marks


def test_a_failed_log_entry_saves_nothing(
    repository: DossierRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(repository._log, "append_within", fail)
    with pytest.raises(RuntimeError):
        repository.save(make_dossier(), by="jansen", reason="opgesteld")
    assert repository.list(None) == ()


def test_who_may_not_see_a_quoted_collection_may_not_see_the_dossier(repository: DossierRepository) -> None:
    public = frozenset({"openbaar"})
    repository.save(make_dossier(), by="jansen", reason="opgesteld")
    hidden = replace(make_dossier(collection="geheim"), id="dossier-geheim")
    repository.save(hidden, by="jansen", reason="opgesteld")
    assert [c.id for c in repository.list(public)] == [ID]
    assert len(repository.list(None)) == len(repository.list(public | {"geheim"})) == 2
    for read in (repository.load, repository.history):
        with pytest.raises(LearningLionError) as caught:
            read("dossier-geheim", public)
        with pytest.raises(LearningLionError) as absent:
            read("dossier-nergens", public)
        assert caught.value.detail == absent.value.detail.replace("nergens", "geheim")
    emptied = replace(hidden, verifications=(), state=DossierState.EDITED, version=2)
    repository.save(emptied, by="jansen", reason="bron weggehaald")
    assert [c.id for c in repository.list(public)] == [ID], "its first version still quotes from it"


def test_lists_come_in_pages_last_changed_first(repository: DossierRepository) -> None:
    for n in range(4):
        repository.save(replace(make_dossier(), id=f"dossier-{n}"), by=f"p{n % 2}", reason="opgesteld")
    repository.save(replace(edited(make_dossier(), "x"), id="dossier-1"), by="p0", reason="gewijzigd")
    assert [c.id[-1] for c in repository.list(None)] == ["1", "3", "2", "0"]
    assert [c.id[-1] for c in repository.list(None, offset=1, limit=2)] == ["3", "2"]


def test_retention_finds_what_nobody_touched(repository: DossierRepository) -> None:
    repository.save(make_dossier(), by="jansen", reason="opgesteld")
    assert repository.unchanged_since(now() - timedelta(days=1)) == ()
    assert repository.unchanged_since(now() + timedelta(seconds=1)) == (ID,)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE dossier_versions SET content = (SELECT secret FROM dossiers) WHERE version = 1",
        "UPDATE dossier_versions SET sha256 = 'x' WHERE version = 1",
        "UPDATE dossier_versions SET content = (SELECT content FROM dossier_versions WHERE version = 2), "
        "sha256 = (SELECT sha256 FROM dossier_versions WHERE version = 2) WHERE version = 1",
        "UPDATE dossier_versions SET author = 'x' WHERE version = 1",
        "DELETE FROM dossier_versions WHERE version = 1",
    ],
)
def test_a_version_that_was_changed_in_the_database_is_found(
    repository: DossierRepository, statement: str
) -> None:
    repository.save(make_dossier(), by="jansen", reason="opgesteld")
    repository.save(edited(make_dossier(), "Anders."), by="jansen", reason="gewijzigd")
    assert list(repository.verify()) == []
    with writing(repository._engine) as connection:
        connection.execute(text(statement))
    assert any("Versie 1" in problem for problem in repository.verify())


def test_a_damaged_version_is_not_handed_out(repository: DossierRepository) -> None:
    repository.save(make_dossier(), by="jansen", reason="opgesteld")
    with writing(repository._engine) as connection:
        connection.execute(text("UPDATE dossier_versions SET sha256 = 'x'"))
    with pytest.raises(IntegrityError):
        repository.load(ID, None)
