"""What is held is not destroyed by anybody; what was destroyed is declared with its proof."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from learninglion.database.engine import now
from learninglion.models import Actor, QuestionSet, Role, SubQuestion
from learninglion.models.errors import ConflictError, InputError, PermissionDeniedError
from learninglion.sample import sample_documents
from learninglion.workflow import Workplace, WorkplaceOptions
from learninglion.workflow.retention import Outcome
from learninglion.workflow.workplace import working

BOSS = Actor("beheer", frozenset(Role))


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    options = WorkplaceOptions(tmp_path_factory.mktemp("home"), isolate=False)
    with working(options) as made:
        assert not made.intake.ingest(sample_documents()[:2], actor=BOSS).failures
        yield made


def dossier(workplace: Workplace, title: str) -> str:
    questions = QuestionSet("Van Zwaluwenburg vraagt.", (SubQuestion((1,), "Hoeveel vuurwerk?"),), title)
    offers = workplace.searching.offer(questions, actor=BOSS)
    chosen = workplace.drafts.select_automatically(questions, offers)
    return workplace.drafts.draft(questions, chosen, actor=BOSS).id


def test_nobody_destroys_what_is_held(workplace: Workplace) -> None:
    held, free = dossier(workplace, "vast"), dossier(workplace, "los")
    retention = workplace.retention
    for wrong in ("", " "):
        with pytest.raises(InputError):
            retention.hold(held, reason=wrong, actor=BOSS)
    with pytest.raises(PermissionDeniedError):
        retention.hold(held, reason="enquete", actor=Actor("x", frozenset({Role.DRAFTER})))
    retention.hold(held, reason="enquete", actor=BOSS)
    with pytest.raises(ConflictError, match="vastgehouden"):
        retention.delete_dossier(held, reason="proef", actor=BOSS)
    erased = workplace.persons.erase("Zwaluwenburg", reason="verzoek", actor=BOSS)
    outcomes = {p.where: p.outcome for p in erased.places if p.where in (held, free)}
    assert outcomes == {held: Outcome.KEPT, free: Outcome.ERASED}
    assert workplace.dossiers.load(held, BOSS)
    retention.release(held, reason="afgelopen", actor=BOSS)
    with pytest.raises(InputError):
        retention.release(held, reason="nog eens", actor=BOSS)
    retention.delete_dossier(held, reason="selectielijst 12", actor=BOSS)
    told = retention.declaration(now() - timedelta(hours=1), actor=BOSS)
    assert held in told and free in told and "selectielijst 12" in told and "Het logboek is heel" in told
    proof = next(e for e in workplace.log.entries(BOSS, subject=held) if e.action == "dossier.delete")
    assert proof.hash in told and "**open**" in told
    assert held not in retention.declaration(now() + timedelta(hours=1), actor=BOSS)
    assert workplace.log.verify(BOSS).ok and not list(workplace.log.misfits(BOSS))
