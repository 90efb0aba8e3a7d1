"""The label for readers goes only by an explicit act of a named person who examined the text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from learninglion.models import Actor, Author, Dossier, DossierState, QuestionSet, Role, SubQuestion
from learninglion.models.errors import InputError, PermissionDeniedError
from learninglion.record.export import WHOLE, ExportFormat
from learninglion.record.marking import credit_line, is_marked, mark_line, sidecar_of
from learninglion.sample import sample_documents
from learninglion.workflow import Workplace, WorkplaceOptions, open_workplace

BOSS = Actor("beheer", frozenset(Role))
OTHER = Actor("ander", frozenset({Role.APPROVER}))
QUESTION = "Hoeveel opslagplaatsen voor consumentenvuurwerk zijn er in Nederland?"


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    made = open_workplace(WorkplaceOptions(tmp_path_factory.mktemp("home")))
    papers = [p for p in sample_documents() if "9001" in p.name]
    assert not made.intake.ingest(papers, collection="default", actor=BOSS).failures
    yield made
    made.close()


@pytest.fixture
def dossier(workplace: Workplace, request: pytest.FixtureRequest) -> Dossier:
    """A fresh proposal, every sentence of which stands."""
    title = request.node.name
    questions = QuestionSet("Over vuurwerk.", (SubQuestion((1,), QUESTION),), title)
    offers = workplace.searching.offer(questions, limit=6, actor=BOSS)
    chosen = workplace.drafts.select_automatically(questions, offers, threshold=0.2)
    made = workplace.drafts.draft(questions, chosen, actor=BOSS)
    assert made.cited and not any(v.failed for v in made.verifications)
    return made


def read_all(workplace: Workplace, dossier: Dossier, actor: Actor) -> None:
    for source_id in dossier.cited:
        workplace.sign_offs.opened(dossier.id, source_id, actor)


def test_approval_needs_a_source_opened_by_this_very_person(workplace: Workplace, dossier: Dossier) -> None:
    read_all(workplace, dossier, OTHER)
    workplace.sign_offs.opened(dossier.id, "een-andere-bron#1", BOSS)
    with pytest.raises(InputError, match="geen enkele bron"):
        workplace.sign_offs.approve(dossier.id, dossier.version, actor=BOSS)
    approved = workplace.sign_offs.approve(dossier.id, dossier.version, actor=OTHER)
    assert approved.responsibility is None and mark_line(approved)


def test_the_label_goes_with_evidence_and_comes_back_with_an_edit(
    workplace: Workplace, dossier: Dossier, tmp_path: Path
) -> None:
    kept = tuple(c.statement for c in dossier.verifications[0].shown)
    mine = replace(kept[0], author=Author.PERSON, original=kept[0].text)
    edited = workplace.drafts.revise(dossier.id, [[mine, *kept[1:]]], version=1, actor=BOSS)
    read_all(workplace, edited, BOSS)
    read_all(workplace, edited, BOSS)
    free = workplace.sign_offs.approve(dossier.id, edited.version, without_label=True, actor=BOSS)
    taken = free.responsibility
    assert taken is not None and free.state is DossierState.APPROVED
    assert (taken.by, taken.opened, taken.changed, taken.judged) == ("beheer", edited.cited, 1, 0)
    steps = [s.action for s in workplace.dossiers.steps(dossier.id, BOSS)]
    assert steps.count("source.open") == len(edited.cited) and steps.count("label.remove") == 1
    for path in workplace.dossiers.write_exports(dossier.id, tmp_path, forms=WHOLE, actor=BOSS):
        report = workplace.dossiers.check_mark(path)
        assert (report.visible, report.problems, report.responsible) == (False, (), "beheer"), path
        assert report.source_type
    paper = next(tmp_path.glob("*.md"))
    assert "editorialResponsibility" in paper.read_text("utf-8") and "beheer" in paper.read_text("utf-8")
    sidecar_of(paper).unlink()
    assert any("label ontbreekt" in p for p in workplace.dossiers.check_mark(paper).problems)
    assert not is_marked(workplace.dossiers.copy(dossier.id, None, BOSS).plain)
    assert is_marked(credit_line(free))
    again = workplace.drafts.revise(dossier.id, [[*kept]], version=free.version, actor=BOSS)
    assert again.responsibility is None and mark_line(again)


def test_one_source_unopened_keeps_the_label(workplace: Workplace, dossier: Dossier) -> None:
    *some, last = dossier.cited
    for source_id in some:
        workplace.sign_offs.opened(dossier.id, source_id, BOSS)
    with pytest.raises(InputError, match="elke aangehaalde bron" if some else "geen enkele bron"):
        workplace.sign_offs.approve(dossier.id, dossier.version, without_label=True, actor=BOSS)
    workplace.sign_offs.opened(dossier.id, last, BOSS)
    approved = workplace.sign_offs.approve(dossier.id, dossier.version, actor=BOSS)
    assert approved.responsibility is None
    free = workplace.sign_offs.approve(dossier.id, approved.version, without_label=True, actor=BOSS)
    assert free.responsibility is not None and free.version == approved.version + 1
    assert workplace.sign_offs.approve(dossier.id, free.version, actor=BOSS) == free
    told = json.loads(workplace.dossiers.export(dossier.id, ExportFormat.JSON, actor=BOSS))
    assert told["record"]["responsibility"]["by"] == "beheer"


def test_who_may_not_approve_cannot_take_the_label_away(workplace: Workplace, dossier: Dossier) -> None:
    drafter = Actor("opsteller", frozenset({Role.DRAFTER}))
    read_all(workplace, dossier, drafter)
    with pytest.raises(PermissionDeniedError):
        workplace.sign_offs.approve(dossier.id, dossier.version, without_label=True, actor=drafter)
