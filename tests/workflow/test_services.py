"""Each service by itself says no to who may not, and tells the log who did what."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from learninglion.models import Actor, Filters, Role
from learninglion.models.errors import InputError, PermissionDeniedError, UnknownReferenceError
from learninglion.testing import make_question_set
from learninglion.workflow import Workplace, WorkplaceOptions, working
from learninglion.workflow.retention import Term
from learninglion.workflow.sets import Shortlist

BOSS = Actor("beheer", frozenset(Role))
NOOR = Actor("noor", frozenset({Role.DRAFTER}))
SAM = Actor("sam", frozenset({Role.DRAFTER}))
READER = Actor("lezer", frozenset({Role.READER}))


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    with working(WorkplaceOptions(home=tmp_path / "home", isolate=False)) as opened:
        yield opened


def test_what_only_an_administrator_may_is_refused_to_others(workplace: Workplace) -> None:
    for attempt in (
        lambda: workplace.people.list(NOOR),
        lambda: workplace.people.add("nieuw", [Role.READER], actor=NOOR),
        lambda: workplace.people.change("nieuw", [Role.READER], None, True, actor=NOOR),
        lambda: workplace.people.invite("nieuw", actor=NOOR),
        lambda: workplace.intake.describe_collection("openbaar", "", actor=NOOR),
        lambda: workplace.storage.parts(NOOR),
        lambda: workplace.storage.check(print, actor=NOOR),
        lambda: workplace.storage.sweep(actor=NOOR),
        lambda: workplace.retention.find_overdue(actor=NOOR),
        lambda: workplace.retention.set_term(Term("approved"), actor=NOOR),
        lambda: workplace.retention.delete_dossier("d-1", reason="proef", actor=NOOR),
        lambda: workplace.learning.revert(0, actor=NOOR),
        lambda: workplace.learning.list(NOOR, limit=5),
        lambda: workplace.quality.measurements(NOOR),
        lambda: workplace.quality.reports(NOOR),
        lambda: workplace.quality.proposal(NOOR),
        lambda: workplace.quality.discard(NOOR),
        lambda: workplace.judging.cards(NOOR),
        lambda: workplace.language_model.test_in_use(NOOR),
        lambda: workplace.language_model.reset(actor=NOOR),
        lambda: workplace.log.entries(NOOR),
        lambda: workplace.log.misfits(NOOR),
        lambda: workplace.log.accept(reason="proef", actor=NOOR),
    ):
        with pytest.raises(PermissionDeniedError):
            attempt()
    assert workplace.log.entries(BOSS) == ()


def test_accounts_are_changed_with_a_line_in_the_log(workplace: Workplace) -> None:
    workplace.people.add("baas", [Role.ADMINISTRATOR], actor=BOSS)
    workplace.people.add("noor", [Role.READER], actor=BOSS)
    workplace.people.change("noor", [Role.DRAFTER], None, True, actor=BOSS)
    workplace.people.invite("noor", actor=BOSS)
    with pytest.raises(InputError):
        workplace.people.add("niemand", [], actor=BOSS)
    steps = [(e.actor, e.action, e.subject) for e in workplace.log.entries(BOSS)]
    assert steps == [
        ("beheer", "account.invite", "account:noor"),
        ("beheer", "account.change", "account:noor"),
        ("beheer", "account.add", "account:noor"),
        ("beheer", "account.add", "account:baas"),
    ]


def test_a_set_is_its_owners_alone(workplace: Workplace) -> None:
    work = workplace.sets.lay_out(make_question_set("Waarom?"), Filters(), None, actor=NOOR)
    assert workplace.sets.find(work.id, NOOR).shortlists == (Shortlist(),)
    assert [card.id for card in workplace.sets.list(NOOR)] == [work.id]
    assert workplace.sets.list(SAM) == ()
    for attempt in (
        lambda: workplace.sets.find(work.id, SAM),
        lambda: workplace.sets.put_shortlist(work, 0, Shortlist(visited=True), actor=SAM),
        lambda: workplace.sets.tie(work, "d-1", actor=SAM),
        lambda: workplace.own_sources.remove(work.id, "supplied#own-1", actor=SAM),
    ):
        with pytest.raises(UnknownReferenceError):
            attempt()
    with pytest.raises(PermissionDeniedError):
        workplace.sets.find(work.id, READER)
    workplace.sets.clear(work.id, SAM)
    workplace.sets.put_shortlist(work, 0, Shortlist(visited=True), actor=NOOR)
    assert workplace.sets.find(work.id, NOOR).shortlists[0].visited
