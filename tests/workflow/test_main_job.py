"""The whole job through the workflow, on fictional documents."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document as open_docx
from docx.oxml.ns import qn

from learninglion.drafting.selection import Choice
from learninglion.models import (
    Actor,
    AnswerVerdict,
    Author,
    Chooser,
    Context,
    DossierState,
    Filters,
    Opening,
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
from learninglion.workflow import FileStatus, Workplace, WorkplaceOptions, open_workplace
from learninglion.workflow.answer_text import write_answer

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
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    opened = open_workplace(WorkplaceOptions(home=tmp_path_factory.mktemp("home"), isolate=False))
    chosen = [p for p in sample_documents() if p.stem.endswith(("9001", "9002"))][:6]
    report = opened.intake.ingest(chosen, collection="voorbeeld", actor=BOSS)
    assert report.failures == ()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def offers(workplace: Workplace) -> tuple[tuple[object, ...], ...]:
    return workplace.searching.offer(QUESTIONS, actor=BOSS)


def test_same_documents_again_change_nothing(workplace: Workplace) -> None:
    before = workplace.documents.counts(BOSS)
    report = workplace.intake.ingest(list(sample_documents()[:1]), collection="voorbeeld", actor=BOSS)
    assert [r.status for r in report.results] == [FileStatus.UNCHANGED]
    assert workplace.documents.counts(BOSS) == before


def test_bad_file_is_named_and_the_rest_goes_on(workplace: Workplace, tmp_path: Path) -> None:
    (tmp_path / "a-kapot.pdf").write_bytes(b"%PDF-1.4 kapot")
    (tmp_path / "b-notitie.txt").write_text("Een gewone notitie over waterbeheer in de polder.")
    report = workplace.intake.ingest([tmp_path], collection="los", actor=BOSS)
    assert [r.status for r in report.results] == [FileStatus.FAILED, FileStatus.ADDED]
    assert report.results[0].detail.startswith("a-kapot.pdf: ")


def test_draft_is_checked_recorded_and_replayed(workplace: Workplace, offers) -> None:
    selections = workplace.drafts.select_automatically(QUESTIONS, offers)
    assert all(s.chosen_by is Chooser.MACHINE for s in selections)
    first = workplace.drafts.draft(QUESTIONS, selections, actor=BOSS)
    second = workplace.drafts.draft(QUESTIONS, selections, actor=BOSS)
    assert first == second
    answered, unanswerable = first.verifications
    assert answered.shown
    assert all(c.verdict is StatementVerdict.SUPPORTED for c in answered.shown)
    assert all(cit.page and cit.regions for c in answered.shown for cit in c.statement.citations)
    assert unanswerable.verdict is AnswerVerdict.UNANSWERABLE
    assert unanswerable.checks == ()
    assert unanswerable.missing
    assert workplace.dossiers.load(first.id, BOSS) == first
    assert workplace.drafts.replay(first.id, actor=BOSS).same
    assert workplace.log.verify(BOSS).ok


def test_person_chooses_and_the_record_says_so(workplace: Workplace, offers) -> None:
    chosen, rejected = offers[0][0].source.id, offers[0][1].source.id
    choices = (Choice((1,), (chosen,), (Rejection(rejected, "ander onderwerp"),)),)
    first, second = workplace.drafts.select(QUESTIONS, offers, choices, actor=BOSS)
    assert first.chosen_by is Chooser.PERSON
    assert [s.id for s in first.chosen] == [chosen]
    assert second.chosen == ()
    with pytest.raises(InputError, match="vraag 9"):
        workplace.drafts.select(QUESTIONS, offers, (Choice((9,), ()),), actor=BOSS)


def test_edits_are_judged_again_and_approval_needs_a_whole_text(workplace: Workplace, offers) -> None:
    dossier = workplace.drafts.draft(
        QUESTIONS, workplace.drafts.select_automatically(QUESTIONS, offers, threshold=0.2), actor=BOSS
    )
    kept = tuple(c.statement for c in dossier.verifications[0].shown)
    wrong = Statement("Er zijn 77.777 opslagplaatsen.", kept[0].citations, Author.PERSON)
    edited = workplace.drafts.revise(dossier.id, [[*kept, wrong], []], version=dossier.version, actor=BOSS)
    assert edited.state is DossierState.EDITED
    assert edited.version == 2
    assert [c.statement.text for c in edited.verifications[0].failed] == [wrong.text]
    with pytest.raises(InputError, match="niet draagt"):
        workplace.sign_offs.approve(dossier.id, edited.version, actor=BOSS)
    with pytest.raises(ConflictError, match="vraag 1"):  # what was edited is not the newest any more
        workplace.drafts.revise(dossier.id, [kept[:-1], []], version=dossier.version, actor=BOSS)
    whole = workplace.drafts.revise(dossier.id, [kept, []], version=edited.version, actor=BOSS)
    assert whole.version == 3
    assert whole.unanswered == (2,)
    with pytest.raises(InputError, match="geen antwoord op vraag 2"):
        workplace.sign_offs.approve(dossier.id, whole.version, actor=BOSS)
    with pytest.raises(InputError, match="geen enkele bron"):  # nobody signs for what they did not look into
        workplace.sign_offs.approve(dossier.id, whole.version, leave_open=(2,), actor=BOSS)
    workplace.sign_offs.opened(dossier.id, whole.cited[0], BOSS)
    with pytest.raises(ConflictError):  # nobody signs for a text that changed since it was read
        workplace.sign_offs.approve(dossier.id, dossier.version, leave_open=(2,), actor=BOSS)
    signed = workplace.sign_offs.approve(dossier.id, whole.version, leave_open=(2,), actor=BOSS)
    assert signed.state is DossierState.APPROVED
    left = [e for e in workplace.log.entries(BOSS, subject=dossier.id) if e.action == "sign-off.open"]
    assert [e.details["open"] for e in left] == [[2]]
    assert b"vastgesteld" in workplace.dossiers.export(dossier.id, ExportFormat.MARKDOWN, actor=BOSS)
    assert [v.version for v in workplace.dossiers.versions(dossier.id, BOSS)] == [1, 2, 3, 4]


def test_a_person_answers_for_a_sentence_that_no_source_bears(workplace: Workplace, offers) -> None:
    dossier = workplace.drafts.draft(
        QUESTIONS, workplace.drafts.select_automatically(QUESTIONS, offers, threshold=0.2), actor=BOSS
    )
    kept = tuple(c.statement for c in dossier.verifications[0].shown)
    own = Statement("België stelt daar geen eisen aan.", (), Author.PERSON)
    newest = workplace.dossiers.load(dossier.id, BOSS).version
    added = workplace.drafts.revise(dossier.id, [kept, [own]], version=newest, actor=BOSS)
    for wrong in ((1, 0, "  "), (1, 1, "brief"), (2, 0, "brief"), (1, -1, "brief")):
        with pytest.raises(InputError):
            workplace.drafts.answer_for(dossier.id, *wrong, version=added.version, actor=BOSS)
    account = "Navraag bij de ambassade, 3 november."
    stands = workplace.drafts.answer_for(dossier.id, 1, 0, account, version=added.version, actor=BOSS)
    second = stands.verifications[1]
    assert [c.statement.text for c in second.own] == [c.statement.text for c in second.standing] == [own.text]
    assert second.shown == second.failed == ()
    assert second.verdict is AnswerVerdict.UNANSWERABLE  # not from the sources
    view = dossier_view(stands)["questions"][1]
    assert view["statements"] == view["set_apart"] == []
    assert [s["own_account"] for s in view["own_text"]] == [account]
    workplace.sign_offs.opened(dossier.id, stands.cited[0], BOSS)
    assert workplace.sign_offs.approve(dossier.id, stands.version, actor=BOSS).state is DossierState.APPROVED
    for form in (ExportFormat.MARKDOWN, ExportFormat.JSON):
        text = workplace.dossiers.export(dossier.id, form, actor=BOSS).decode()
        assert own.text in text and account in text
    assert (
        "Eigen tekst van de opsteller"
        in workplace.dossiers.export(dossier.id, ExportFormat.MARKDOWN, actor=BOSS).decode()
    )
    # a machine's sentence stands on a person's account only with that person as its author
    newest = workplace.dossiers.load(dossier.id, BOSS).version
    after = workplace.drafts.answer_for(dossier.id, 0, 0, account, version=newest, actor=BOSS)
    taken = after.verifications[0].checks[0].statement
    assert (taken.author, taken.original) == (Author.PERSON, kept[0].text)


def test_stated_draft_is_judged(workplace: Workplace, offers) -> None:
    dossier = workplace.drafts.draft(
        QUESTIONS, workplace.drafts.select_automatically(QUESTIONS, offers), actor=BOSS
    )
    stated = read_stated_draft(json.loads(json.dumps(dossier_view(dossier))))
    checked = workplace.drafts.verify(stated, actor=BOSS)
    assert [c.verdict for c in checked.verifications[0].checks] == [
        StatementVerdict.SUPPORTED for _ in dossier.verifications[0].shown
    ]
    assert [(v.verdict, v.missing) for v in checked.verifications] == [
        (v.verdict, v.missing) for v in dossier.verifications
    ]
    nowhere = read_stated_draft(
        {
            "statements": [
                {"text": "Ja.", "citations": [{"document": "ah-tk-x", "numbers": [1], "quote": "Ja."}]}
            ]
        }
    )
    (check,) = workplace.drafts.verify(nowhere, actor=BOSS).verifications[0].checks
    assert check.verdict is StatementVerdict.UNSUPPORTED
    assert check.reasons


def test_a_stated_draft_has_the_verdict_that_the_same_text_has_in_the_dossier(
    workplace: Workplace, offers
) -> None:
    def told(dossier) -> list[tuple[object, ...]]:
        return [(v.verdict, v.missing, v.draft.left_out) for v in dossier.verifications]

    made = workplace.drafts.draft(
        QUESTIONS, workplace.drafts.select_automatically(QUESTIONS, offers), actor=BOSS
    )
    text = write_answer(made.verifications[0].draft.statements)
    dropped = "De wethouder kijkt daar anders naar."
    edited = workplace.drafts.rewrite(made.id, 0, f"{text} {dropped}", version=made.version, actor=BOSS)
    gone = workplace.drafts.rewrite(made.id, 0, dropped, version=edited.version, actor=BOSS)
    for dossier in (made, edited, gone):
        data = json.loads(json.dumps(dossier_view(dossier, keep_order=True)))
        assert told(workplace.drafts.verify(read_stated_draft(data), actor=BOSS)) == told(dossier)
        del data["id"]  # nobody here wrote it: its words alone say how far it answers
        stranger = workplace.drafts.verify(read_stated_draft(data), actor=BOSS)
        for there, here in zip(stranger.verifications, dossier.verifications, strict=True):
            assert here.verdict is AnswerVerdict.ANSWERED or there.verdict is not AnswerVerdict.ANSWERED


def test_news_that_was_supplied_is_confirmed_as_news(workplace: Workplace) -> None:
    news = "De staatssecretaris wil de opslag van consumentenvuurwerk in woonwijken in 2027 verbieden."
    asked = SubQuestion(
        (1,), "Wil de staatssecretaris de opslag van consumentenvuurwerk in woonwijken verbieden?"
    )
    question_set = replace(QUESTIONS, questions=(asked,), context=Context(news=news, confirmed=True))
    selections = workplace.drafts.select_automatically(
        question_set, workplace.searching.offer(question_set, actor=BOSS)
    )
    dossier = workplace.drafts.draft(question_set, selections, actor=BOSS)
    proposal = f"Volgens berichtgeving: “{news}”"
    before = dossier.verifications[0]
    assert before.draft.proposal == proposal
    assert not any(news in check.statement.text for check in before.checks)
    said = workplace.drafts.confirm_proposal(dossier.id, 0, version=1, actor=BOSS).verifications[0]
    assert said.checks[0].statement.text == proposal and said.checks[0].statement.own_account


def test_rights(workplace: Workplace, offers) -> None:
    for forbidden in (
        lambda: workplace.intake.ingest([], actor=READER),
        lambda: workplace.searching.offer(QUESTIONS, actor=READER),
        lambda: workplace.log.entries(READER),
        lambda: workplace.intake.remove("x", reason="y", actor=READER),
    ):
        with pytest.raises(PermissionDeniedError):
            forbidden()
    assert workplace.searching.search("vuurwerk", actor=READER)


def test_what_one_may_not_see_does_not_exist(workplace: Workplace, offers) -> None:
    document_id = offers[0][0].source.document.id
    assert workplace.searching.search("vuurwerk", actor=OUTSIDER) == ()
    assert workplace.documents.collections(OUTSIDER) == ()
    assert workplace.documents.counts(OUTSIDER).documents == 0
    for hidden in (
        lambda: workplace.documents.find(document_id, OUTSIDER),
        lambda: workplace.documents.original(document_id, OUTSIDER),
        lambda: workplace.documents.source(offers[0][0].source.id, OUTSIDER),
        lambda: workplace.documents.sources_of(document_id, OUTSIDER),
    ):
        with pytest.raises(UnknownReferenceError):
            hidden()
    dossier = workplace.drafts.draft(
        QUESTIONS, workplace.drafts.select_automatically(QUESTIONS, offers), actor=BOSS
    )
    with pytest.raises(UnknownReferenceError):
        workplace.dossiers.load(dossier.id, OUTSIDER)
    assert workplace.dossiers.list(OUTSIDER) == ()


def test_filters(workplace: Workplace, offers) -> None:
    nobody = Filters(ministries=("Ministerie van Niets",))
    assert workplace.searching.search("vuurwerk", filters=nobody, actor=BOSS) == ()
    document_id = offers[0][0].source.document.id
    only = workplace.searching.search("vuurwerk", filters=Filters(documents=(document_id,)), actor=BOSS)
    assert {h.source.document.id for h in only} == {document_id}


def test_removed_documents_are_found_no_more(workplace: Workplace, tmp_path: Path) -> None:
    (tmp_path / "tijdelijk.txt").write_text("De zeldzame kwabaal zwemt in de beek bij Hagelbroek.")
    (result,) = workplace.intake.ingest([tmp_path], collection="los", actor=BOSS).results
    assert (
        workplace.searching.search("kwabaal", limit=1, actor=BOSS)[0].source.document.id == result.document_id
    )
    workplace.intake.remove(result.document_id, reason="proef", actor=BOSS)
    found = {h.source.document.id for h in workplace.searching.search("kwabaal", actor=BOSS)}
    assert result.document_id not in found


def test_a_letter_shows_what_each_person_changed(workplace: Workplace, offers, tmp_path: Path) -> None:
    asked = replace(QUESTIONS, title="Vuurwerk: de 2e keer")
    selections = workplace.drafts.select_automatically(asked, offers, threshold=0.2)
    dossier = workplace.drafts.draft(asked, selections, actor=BOSS)
    kept = [c.statement for c in dossier.verifications[0].checks]
    own = Statement(
        "Ik laat dat uitzoeken.", (), Author.PERSON, own_account="Overleg.", opens=Opening.PARAGRAPH
    )
    noor = replace(BOSS, name="noor")
    first = workplace.drafts.revise(dossier.id, [[*kept, own], []], version=1, actor=noor)
    workplace.drafts.revise(
        dossier.id, [[*kept[1:], own], []], version=first.version, actor=replace(BOSS, name="karim")
    )
    written = workplace.dossiers.write_exports(
        dossier.id, tmp_path / "uit", forms=(ExportFormat.LETTER_CHANGES, ExportFormat.ANNEX), actor=BOSS
    )
    assert [path.name for path in written] == [
        "Kamervragen Vuurwerk de 2e keer v3 brief met wijzigingen.docx",
        "Kamervragen Vuurwerk de 2e keer v3 verantwoording.docx",
    ]
    body = open_docx(str(written[0])).element.body
    changes: dict[str, str] = {}
    for node in body.iter(qn("w:ins"), qn("w:del")):
        if (text := "".join(node.itertext())).strip():
            changes[node.get(qn("w:author"))] = changes.get(node.get(qn("w:author")), "") + text
    assert set(changes) == {"noor", "karim"}
    # of a quotation that goes on, what is left opens it now
    assert own.text in changes["noor"] and kept[0].text.removesuffix("”") in changes["karim"]


def test_a_file_that_somebody_worked_in_is_not_overwritten(
    workplace: Workplace, offers, tmp_path: Path
) -> None:
    asked = replace(QUESTIONS, title="Nog eens vuurwerk")
    dossier = workplace.drafts.draft(asked, workplace.drafts.select_automatically(asked, offers), actor=BOSS)
    first = workplace.dossiers.write_export(dossier.id, ExportFormat.LETTER, tmp_path, actor=BOSS)
    elsewhere = workplace.dossiers.write_export(
        dossier.id, ExportFormat.LETTER, tmp_path / "brieven", actor=BOSS
    )
    assert elsewhere == tmp_path / "brieven" / first.name  # a folder that was not there yet
    assert workplace.dossiers.write_export(dossier.id, ExportFormat.LETTER, tmp_path, actor=BOSS) == first
    first.write_bytes(first.read_bytes() + b"bewerkt")
    second = workplace.dossiers.write_export(dossier.id, ExportFormat.LETTER, tmp_path, actor=BOSS)
    assert second.name == "Kamervragen Nog eens vuurwerk v1 brief (2).docx"
    assert first.read_bytes().endswith(b"bewerkt")
