"""What another minister wrote stays theirs, and who answers now follows from the set."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from learninglion.checking.citations import cite, nowhere
from learninglion.checking.phrases import attribute, in_answer_to, introduce
from learninglion.checking.verify import check
from learninglion.drafting.extractive import draft, from_material
from learninglion.drafting.line import Voice, cabinet_on, voice_of
from learninglion.drafting.verdict import judge_draft, verify
from learninglion.models import Answerer, AnswerVerdict, Author, Citation, Statement, StatementVerdict
from learninglion.testing import make_card, make_selection, make_source
from learninglion.workflow.answer_text import read_proposal

QUESTION = "Hoeveel veerponten varen er bij Duinwijk?"
BODY = "Ik betreur dat er bij Duinwijk nog maar 12 veerponten varen."
ASKED = "Vragen aan de minister van Infrastructuur en Waterstaat over veerponten (ingezonden {})."


def card(day: date, portfolio: str = "Infrastructuur en Waterstaat"):
    return replace(make_card("ah", day=day), answerers=(Answerer("A. Bos", "Minister", portfolio),))


def made_on(asked: str, day: date, portfolio: str = "Infrastructuur en Waterstaat"):
    source = make_source(BODY, question=QUESTION, card=card(day, portfolio))
    return draft(replace(make_selection(QUESTION, [source]), introduction=ASKED.format(asked)))


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(1960, 1, 1), ""),
        (date(2012, 11, 4), "Rutte I"),
        (date(2012, 11, 5), "Rutte II"),
        (date(2024, 7, 2), "Schoof"),
    ],
)
def test_the_cabinet_follows_from_the_day(day: date, name: str) -> None:
    assert cabinet_on(day) == name


def test_the_minister_who_answers_now_speaks_for_herself() -> None:
    made = made_on("6 mei 2024", date(2024, 3, 1))
    assert made.statements[0].text == f"Zoals op 1 maart 2024 aan uw Kamer is gemeld: {BODY}"
    assert made.verdict is AnswerVerdict.ANSWERED


@pytest.mark.parametrize("portfolio", ["Infrastructuur en Waterstaat", "Zaken 7"])
def test_what_is_taken_in_holds_whoever_said_it(portfolio: str) -> None:
    source = make_source(BODY, question=QUESTION, card=card(date(2019, 3, 1), portfolio))
    selection = make_selection(QUESTION, [source])
    selection = replace(selection, introduction=ASKED.format("6 oktober 2024"))
    taken = from_material(selection, cite(source, source.body_span))
    assert taken is not None
    assert check(taken[1], (source,)).verdict is StatementVerdict.SUPPORTED, taken[1].text
    assert "op 1 maart 2019" in taken[1].text.casefold() and taken[1].text.endswith(f"“{BODY}”")


def test_an_earlier_cabinet_is_named_and_quoted() -> None:
    made = made_on("6 oktober 2024", date(2019, 3, 1))
    assert made.statements[0].text == (
        "Eerder, op 1 maart 2019, schreef de toenmalige minister van Infrastructuur en Waterstaat aan uw "
        f"Kamer: “{BODY}”"
    )
    assert made.verdict is AnswerVerdict.ANSWERED  # a figure stays one, with its date
    assert any("vorig kabinet" in remark for remark in made.left_out)
    assert all(c.verdict is StatementVerdict.SUPPORTED for c in verify(made).checks)


def test_without_a_date_an_earlier_cabinet_is_one_by_the_day_of_drafting() -> None:
    source = make_source(BODY, question=QUESTION, card=card(date(2019, 3, 1)))
    undated = replace(make_selection(QUESTION, [source]), selected_at=datetime(2024, 10, 6, tzinfo=UTC))
    made = draft(undated)
    assert "schreef de toenmalige minister" in made.statements[0].text
    assert any("geen datum" in remark and "06-10-2024" in remark for remark in made.left_out)
    assert not any("geen datum" in remark for remark in made_on("6 oktober 2024", date(2019, 3, 1)).left_out)


def test_an_edit_leaves_the_warning_for_an_earlier_cabinet() -> None:
    made = made_on("6 oktober 2024", date(2019, 3, 1))
    own = replace(made.statements[0], text="Er varen 12 ponten.", author=Author.PERSON)
    edited = judge_draft(replace(made, statements=(own, *made.statements[1:])))
    assert any("vorig kabinet" in remark for remark in edited.left_out)


def test_what_is_proposed_of_an_earlier_cabinet_is_theirs_too() -> None:
    source = make_source("Ik zie geen reden om de pont te vergroten.", card=card(date(2019, 3, 1)))
    asked = make_selection("Deelt u de mening dat omwonenden goed worden beschermd?", [source])
    made = draft(replace(asked, introduction=ASKED.format("6 oktober 2024")))
    assert not made.statements
    assert made.proposal == (
        "Eerder, op 1 maart 2019, schreef de toenmalige minister van Infrastructuur en Waterstaat aan uw "
        f"Kamer: “{source.body}”"
    )
    (confirmed,) = read_proposal(made, nowhere)
    assert [c.source_id for c in confirmed.citations] == [source.id]
    assert check(confirmed, (source,)).verdict is StatementVerdict.SUPPORTED


def test_a_position_of_an_earlier_cabinet_is_not_the_position_of_this_one() -> None:
    question = "Bent u bereid de veerponten bij Duinwijk te behouden?"
    body = "Ja, ik ben bereid de veerponten bij Duinwijk te behouden."
    source = make_source(body, question=question, card=card(date(2019, 3, 1)))
    selection = replace(make_selection(question, [source]), introduction=ASKED.format("6 oktober 2024"))
    assert draft(selection).verdict is AnswerVerdict.PARTIAL
    asked_then = replace(selection, introduction=ASKED.format("6 mei 2019"))
    assert draft(asked_then).verdict is AnswerVerdict.ANSWERED


def test_a_colleague_is_named_too() -> None:
    made = made_on("6 mei 2024", date(2024, 3, 1), "Volksgezondheid, Welzijn en Sport")
    assert made.statements[0].text == (
        f"Op 1 maart 2024 schreef de minister van Volksgezondheid, Welzijn en Sport aan uw Kamer: “{BODY}”"
    )


def test_what_is_not_known_makes_no_difference() -> None:
    selection = make_selection(QUESTION, [])
    assert voice_of(make_card("x", day=None), selection) is Voice.OURS
    assert voice_of(card(date(2024, 3, 1)), selection) is Voice.OURS


def test_a_promise_of_which_the_day_is_over_is_told_as_past() -> None:
    body = "Ik informeer uw Kamer in mei 2024 over het aantal veerponten bij Duinwijk."
    question = "Wanneer informeert u de Kamer over het aantal veerponten bij Duinwijk?"
    source = make_source(body, question=question, card=card(date(2024, 3, 1)))
    selection = make_selection(question, [source])
    in_time = replace(selection, introduction=ASKED.format("2 april 2024"))
    assert draft(in_time).statements[0].text == f"Zoals op 1 maart 2024 aan uw Kamer is gemeld: {body}"
    late = replace(selection, introduction=ASKED.format("6 juni 2024"))
    assert draft(late).statements[0].text == f"Eerder, op 1 maart 2024, is aan uw Kamer gemeld: {body}"
    asked = "Waarom varen er zo weinig veerponten bij Duinwijk?"
    proposed = draft(replace(late, question=replace(late.question, text=asked)))
    assert body in proposed.proposal and not proposed.statements
    assert any("de termijn is voorbij" in remark for remark in proposed.left_out)


def test_the_checker_knows_whose_words_they_are() -> None:
    theirs = card(date(2019, 3, 1), "Volksgezondheid, Welzijn en Sport")
    source = make_source(BODY, question=QUESTION, card=theirs)
    citation = Citation(source.document.id, source.numbers, BODY, source.id)

    def verdict(phrase: str) -> StatementVerdict:
        return check(Statement(f"{phrase} “{BODY}”", (citation,)), (source,)).verdict

    assert verdict(attribute(theirs, then=True)) is StatementVerdict.SUPPORTED
    assert verdict(in_answer_to(introduce(theirs), QUESTION)) is StatementVerdict.SUPPORTED
    other = "Waarom varen er bij Duinwijk geen veerponten meer?"
    assert verdict(in_answer_to(introduce(theirs), other)) is StatementVerdict.UNSUPPORTED
    another = replace(theirs, answerers=(Answerer("B. Vis", "Minister", "Financiën"),))
    assert verdict(attribute(another, then=True)) is StatementVerdict.UNSUPPORTED
