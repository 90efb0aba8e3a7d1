"""A better reader reaches stored documents; what is unchanged stays, what is refused stays as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from learninglion.models import Actor, Document, RawFile, Role
from learninglion.models.errors import PermissionDeniedError, UnreadableFileError
from learninglion.parsing import parse
from learninglion.sample import sample_documents
from learninglion.testing import HashingEncoder
from learninglion.workflow import Workplace, WorkplaceOptions, working
from learninglion.workflow.intake import RereadOutcome

BOSS = Actor("beheer", frozenset(Role))
READER = Actor("lezer", frozenset({Role.READER}))
WHERE = "learninglion.workflow.intake.parse"


@pytest.fixture
def workplace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stock: Callable[..., Path]
) -> Iterator[Workplace]:
    monkeypatch.setattr("learninglion.workflow.searching.open_encoder", lambda *a, **k: HashingEncoder(64))
    home = stock(tmp_path / "home", sample_documents()[:3])
    with working(WorkplaceOptions(home=home, isolate=False)) as opened:
        yield opened


def test_the_same_reader_changes_nothing(workplace: Workplace) -> None:
    results = workplace.rereading.run(actor=BOSS)
    assert [r.outcome for r in results] == [RereadOutcome.SAME] * 3


def test_what_is_read_better_is_told_first_and_kept_then(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = sample_documents()[0].name

    def better(raw: RawFile) -> Document:
        document = parse(raw)
        return replace(document, received_on=date(2031, 1, 2)) if raw.name == first else document

    monkeypatch.setattr(WHERE, better)
    (changed,) = [r for r in workplace.rereading.run(actor=BOSS, keep=False) if r.changes]
    assert "Datum: was" in changed.changes[0]
    assert workplace.documents.find(changed.document_id, BOSS).received_on != date(2031, 1, 2)
    workplace.rereading.run(actor=BOSS)
    assert workplace.documents.find(changed.document_id, BOSS).received_on == date(2031, 1, 2)
    assert [r.outcome for r in workplace.rereading.run(actor=BOSS)] == [RereadOutcome.SAME] * 3
    assert workplace.log.entries(BOSS, subject=changed.document_id)[0].details["status"] == "reread"


def test_a_document_that_is_recognised_now_goes_by_its_own_name(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = sample_documents()[0].name
    monkeypatch.setattr(
        WHERE, lambda raw: replace(parse(raw), id="ah-tk-20302031-7") if raw.name == first else parse(raw)
    )
    (renamed,) = [r for r in workplace.rereading.run(actor=BOSS) if r.outcome is RereadOutcome.RENAMED]
    assert renamed.now == "ah-tk-20302031-7"
    assert workplace.documents.find("ah-tk-20302031-7", BOSS).pairs
    assert any(
        e.action == "document.remove" for e in workplace.log.entries(BOSS, subject=renamed.document_id)
    )


def test_what_is_refused_now_stays_as_it_was(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    def refusing(raw: RawFile) -> Document:
        raise UnreadableFileError(raw.name, "er staat tekst onder een zwart vlak")

    monkeypatch.setattr(WHERE, refusing)
    results = workplace.rereading.run(actor=BOSS)
    assert {r.outcome for r in results} == {RereadOutcome.FAILED}
    assert workplace.documents.find(results[0].document_id, BOSS).pairs


def test_only_an_administrator_reads_again(workplace: Workplace) -> None:
    with pytest.raises(PermissionDeniedError):
        workplace.rereading.run(actor=READER)
