"""The whole job through the workflow, on fictional documents."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from learninglion.drafting.selection import Choice
from learninglion.models import (
    Actor,
    AnswerVerdict,
    Author,
    Chooser,
    Context,
    DossierState,
    Filters,
    QuestionSet,
    Rejection,
    Role,
    Statement,
    StatementVerdict,
    SubQuestion,
)
from learninglion.models.errors import ConflictError, InputError, PermissionDeniedError, UnknownReferenceError
from learninglion.record.contract import dossier_view, read_stated_draft
from learninglion.record.export import ExportFormat
from learninglion.sample import sample_documents
from learninglion.workflow import FileStatus, HouseOptions, LearningLion

BOSS = Actor("beheer", frozenset(Role))
READER = Actor("lezer", frozenset({Role.READER}))
OUTSIDER = Actor("buiten", frozenset(Role), frozenset({"andere"}))

QUESTIONS = QuestionSet(
    "Vragen over de opslag van consumentenvuurwerk in woonwijken.",
    (
        SubQuestion((1,), "Hoeveel opslagplaatsen voor consumentenvuurwerk zijn er in Nederland?"),
        SubQuestion((2,), "Welke eisen stelt België aan de opleiding van astronauten?"),
    ),
    title="Vuurwerk",
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LearningLion]:
    opened = LearningLion.open(HouseOptions(home=tmp_path_factory.mktemp("home"), isolate=False))
    chosen = [p for p in sample_documents() if p.stem.endswith(("9001", "9002"))][:6]
    report = opened.ingest(chosen, collection="voorbeeld", actor=BOSS)
    assert report.failures == ()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def offers(house: LearningLion) -> tuple[tuple[object, ...], ...]:
    return house.offer(QUESTIONS, actor=BOSS)


def test_same_documents_again_change_nothing(house: LearningLion) -> None:
    before = house.counts(BOSS)
    report = house.ingest(list(sample_documents()[:1]), collection="voorbeeld", actor=BOSS)
    assert [r.status for r in report.results] == [FileStatus.UNCHANGED]
    assert house.counts(BOSS) == before


def test_bad_file_is_named_and_the_rest_goes_on(house: LearningLion, tmp_path: Path) -> None:
    (tmp_path / "a-kapot.pdf").write_bytes(b"%PDF-1.4 kapot")
    (tmp_path / "b-notitie.txt").write_text("Een gewone notitie over waterbeheer in de polder.")
    report = house.ingest([tmp_path], collection="los", actor=BOSS)
    assert [r.status for r in report.results] == [FileStatus.FAILED, FileStatus.ADDED]
    assert report.results[0].detail.startswith("a-kapot.pdf: ")


def test_draft_is_checked_recorded_and_replayed(house: LearningLion, offers) -> None:
    selections = house.select_automatically(QUESTIONS, offers)
    assert all(s.chosen_by is Chooser.MACHINE for s in selections)
    first = house.draft(QUESTIONS, selections, actor=BOSS)
    second = house.draft(QUESTIONS, selections, actor=BOSS)
    assert first == second
    answered, unanswerable = first.verifications
    assert answered.shown
    assert all(c.verdict is StatementVerdict.SUPPORTED for c in answered.shown)
    assert all(cit.page and cit.regions for c in answered.shown for cit in c.statement.citations)
    assert unanswerable.verdict is AnswerVerdict.UNANSWERABLE
    assert unanswerable.checks == ()
    assert unanswerable.missing
    assert house.load(first.id, BOSS) == first
    assert house.replay(first.id, actor=BOSS).same
    assert house.verify_log(BOSS).ok


def test_person_chooses_and_the_record_says_so(house: LearningLion, offers) -> None:
    chosen, rejected = offers[0][0].source.id, offers[0][1].source.id
    choices = (Choice((1,), (chosen,), (Rejection(rejected, "ander onderwerp"),)),)
    first, second = house.select(QUESTIONS, offers, choices, actor=BOSS)
    assert first.chosen_by is Chooser.PERSON
    assert [s.id for s in first.chosen] == [chosen]
    assert second.chosen == ()
    with pytest.raises(InputError, match="vraag 9"):
        house.select(QUESTIONS, offers, (Choice((9,), ()),), actor=BOSS)


def test_edits_are_judged_again_and_approval_needs_a_whole_text(house: LearningLion, offers) -> None:
    dossier = house.draft(QUESTIONS, house.select_automatically(QUESTIONS, offers, threshold=0.2), actor=BOSS)
    kept = tuple(c.statement for c in dossier.verifications[0].shown)
    wrong = Statement("Er zijn 77.777 opslagplaatsen.", kept[0].citations, Author.PERSON)
    edited = house.revise(dossier.id, [[*kept, wrong], []], version=dossier.version, actor=BOSS)
    assert edited.state is DossierState.EDITED
    assert edited.version == 2
    assert [c.statement.text for c in edited.verifications[0].failed] == [wrong.text]
    with pytest.raises(InputError, match="niet draagt"):
        house.approve(dossier.id, edited.version, actor=BOSS)
    with pytest.raises(ConflictError):  # what was edited is not the newest any more
        house.revise(dossier.id, [kept, []], version=dossier.version, actor=BOSS)
    whole = house.revise(dossier.id, [kept, []], version=edited.version, actor=BOSS)
    assert whole.version == 3
    with pytest.raises(ConflictError):  # nobody signs for a text that changed since it was read
        house.approve(dossier.id, dossier.version, actor=BOSS)
    assert house.approve(dossier.id, whole.version, actor=BOSS).state is DossierState.APPROVED
    assert b"vastgesteld" in house.export(dossier.id, ExportFormat.MARKDOWN, actor=BOSS)
    assert [v.version for v in house.dossier_versions(dossier.id, BOSS)] == [1, 2, 3, 4]


def test_a_person_answers_for_a_sentence_that_no_source_bears(house: LearningLion, offers) -> None:
    dossier = house.draft(QUESTIONS, house.select_automatically(QUESTIONS, offers, threshold=0.2), actor=BOSS)
    kept = tuple(c.statement for c in dossier.verifications[0].shown)
    own = Statement("België stelt daar geen eisen aan.", (), Author.PERSON)
    newest = house.load(dossier.id, BOSS).version
    added = house.revise(dossier.id, [kept, [own]], version=newest, actor=BOSS)
    for wrong in ((1, 0, "  "), (1, 1, "brief"), (2, 0, "brief"), (1, -1, "brief")):
        with pytest.raises(InputError):
            house.answer_for(dossier.id, *wrong, version=added.version, actor=BOSS)
    account = "Navraag bij de ambassade, 3 november."
    stands = house.answer_for(dossier.id, 1, 0, account, version=added.version, actor=BOSS)
    second = stands.verifications[1]
    assert [c.statement.text for c in second.own] == [c.statement.text for c in second.standing] == [own.text]
    assert second.shown == second.failed == ()
    assert second.verdict is AnswerVerdict.UNANSWERABLE  # not from the sources
    view = dossier_view(stands)["questions"][1]
    assert view["statements"] == view["set_apart"] == []
    assert [s["own_account"] for s in view["own_text"]] == [account]
    assert house.approve(dossier.id, stands.version, actor=BOSS).state is DossierState.APPROVED
    for form in (ExportFormat.MARKDOWN, ExportFormat.JSON):
        text = house.export(dossier.id, form, actor=BOSS).decode()
        assert own.text in text and account in text
    assert (
        "Eigen tekst van de opsteller" in house.export(dossier.id, ExportFormat.MARKDOWN, actor=BOSS).decode()
    )
    # a machine's sentence stands on a person's account only with that person as its author
    newest = house.load(dossier.id, BOSS).version
    after = house.answer_for(dossier.id, 0, 0, account, version=newest, actor=BOSS)
    taken = after.verifications[0].checks[0].statement
    assert (taken.author, taken.original) == (Author.PERSON, kept[0].text)


def test_stated_draft_is_judged(house: LearningLion, offers) -> None:
    dossier = house.draft(QUESTIONS, house.select_automatically(QUESTIONS, offers), actor=BOSS)
    stated, context = read_stated_draft(json.loads(json.dumps(dossier_view(dossier))))
    checked = house.verify_stated(stated, context, actor=BOSS)
    assert [c.verdict for c in checked.verifications[0].checks] == [
        StatementVerdict.SUPPORTED for _ in dossier.verifications[0].shown
    ]
    nowhere, _ = read_stated_draft(
        {
            "statements": [
                {"text": "Ja.", "citations": [{"document": "ah-tk-x", "numbers": [1], "quote": "Ja."}]}
            ]
        }
    )
    (check,) = house.verify_stated(nowhere, Context(), actor=BOSS).verifications[0].checks
    assert check.verdict is StatementVerdict.UNSUPPORTED
    assert check.reasons


def test_supplied_context_is_cited_as_such(house: LearningLion) -> None:
    line = "De staatssecretaris wil de opslag van consumentenvuurwerk in woonwijken in 2027 verbieden."
    asked = SubQuestion(
        (1,), "Wil de staatssecretaris de opslag van consumentenvuurwerk in woonwijken verbieden?"
    )
    question_set = replace(QUESTIONS, questions=(asked,), context=Context(line=line, confirmed=True))
    selections = house.select_automatically(question_set, house.offer(question_set, actor=BOSS))
    dossier = house.draft(question_set, selections, actor=BOSS)
    references = {cit.reference for c in dossier.verifications[0].shown for cit in c.statement.citations}
    assert any(r.startswith("aangeleverd door de opsteller") for r in references)


def test_rights(house: LearningLion, offers) -> None:
    for forbidden in (
        lambda: house.ingest([], actor=READER),
        lambda: house.offer(QUESTIONS, actor=READER),
        lambda: house.log_entries(READER),
        lambda: house.remove("x", reason="y", actor=READER),
    ):
        with pytest.raises(PermissionDeniedError):
            forbidden()
    assert house.search("vuurwerk", actor=READER)


def test_what_one_may_not_see_does_not_exist(house: LearningLion, offers) -> None:
    document_id = offers[0][0].source.document.id
    assert house.search("vuurwerk", actor=OUTSIDER) == ()
    assert house.collections(OUTSIDER) == ()
    assert house.counts(OUTSIDER).documents == 0
    for hidden in (
        lambda: house.document(document_id, OUTSIDER),
        lambda: house.original(document_id, OUTSIDER),
        lambda: house.source(offers[0][0].source.id, OUTSIDER),
        lambda: house.sources_of(document_id, OUTSIDER),
    ):
        with pytest.raises(UnknownReferenceError):
            hidden()
    dossier = house.draft(QUESTIONS, house.select_automatically(QUESTIONS, offers), actor=BOSS)
    with pytest.raises(UnknownReferenceError):
        house.load(dossier.id, OUTSIDER)
    assert house.history(OUTSIDER) == ()


def test_filters(house: LearningLion, offers) -> None:
    nobody = Filters(ministries=("Ministerie van Niets",))
    assert house.search("vuurwerk", filters=nobody, actor=BOSS) == ()
    document_id = offers[0][0].source.document.id
    only = house.search("vuurwerk", filters=Filters(documents=(document_id,)), actor=BOSS)
    assert {h.source.document.id for h in only} == {document_id}


def test_removed_documents_are_found_no_more(house: LearningLion, tmp_path: Path) -> None:
    (tmp_path / "tijdelijk.txt").write_text("De zeldzame kwabaal zwemt in de beek bij Hagelbroek.")
    (result,) = house.ingest([tmp_path], collection="los", actor=BOSS).results
    assert house.search("kwabaal", limit=1, actor=BOSS)[0].source.document.id == result.document_id
    house.remove(result.document_id, reason="proef", actor=BOSS)
    found = {h.source.document.id for h in house.search("kwabaal", actor=BOSS)}
    assert result.document_id not in found
