from __future__ import annotations

from datetime import date

from learninglion.drafting.aspects import AspectKind, list_aspects
from learninglion.drafting.extractive import draft
from learninglion.drafting.sufficiency import find_missing, is_sufficient
from learninglion.drafting.verify import verify
from learninglion.models import AnswerVerdict, Citation, SourceKind, Statement, StatementVerdict
from learninglion.serial import canonical_json
from learninglion.testing import make_card, make_selection, make_source

QUESTION = "Hoeveel veerponten varen er op dit moment bij Duinwijk?"
NEW = make_source(
    "Er varen op dit moment 12 veerponten bij Duinwijk. Dit aantal is in 2023 gedaald. "
    "Zie ook het antwoord op vraag 3.",
    question="Hoeveel veerponten varen er bij Duinwijk?",
)
OLD = make_source(
    "Er varen op dit moment 15 veerponten bij Duinwijk.",
    question="Hoeveel veerponten varen er bij Duinwijk?",
    card=make_card("ah-tk-20212022-8001", day=date(2022, 3, 3), number=8001),
)
OTHER = make_source(
    "De wachtlijsten in de jeugdzorg zijn het afgelopen jaar langer geworden. Gemeenten krijgen extra geld.",
    question="Hoe lang zijn de wachtlijsten in de jeugdzorg?",
    card=make_card("ah-tk-20232024-8002", number=8002),
)


def kinds(question: str) -> list[AspectKind]:
    return [a.kind for a in list_aspects(question)]


def test_aspects() -> None:
    assert kinds("Deelt u deze mening? Zo ja, wat gaat u doen? Zo nee, waarom niet?") == [
        AspectKind.YES_NO,
        AspectKind.IF_YES,
        AspectKind.IF_NO,
    ]
    assert kinds("Hoeveel ponten varen er en wanneer komen er meer?") == [
        AspectKind.AMOUNT,
        AspectKind.MOMENT,
    ]
    assert kinds("Waarom vaart de pont niet?") == [AspectKind.REASON]
    assert kinds("Kunt u deze vragen afzonderlijk beantwoorden?") == [AspectKind.REQUEST]
    assert kinds("Wat vindt u van het bericht «Pont vaart niet meer?»?") == [AspectKind.OPEN]
    parts = list_aspects("De pont bij Duinwijk vaart niet. Wat gaat u doen?")
    assert len(parts) == 1
    assert "Duinwijk" in parts[0].about


def test_sentences_that_answer_are_quoted_with_their_date_and_citation() -> None:
    made = draft(make_selection(QUESTION, [NEW]))
    assert made.verdict is AnswerVerdict.ANSWERED
    assert made.statements[0].text == (
        "Zoals op 1 maart 2024 aan uw Kamer is gemeld: Er varen op dit moment 12 veerponten bij Duinwijk."
    )
    assert made.statements[0].citations[0].quote == "Er varen op dit moment 12 veerponten bij Duinwijk."
    assert not any("vraag 3" in s.text for s in made.statements)  # points at an answer that is not here
    assert all(c.verdict is StatementVerdict.SUPPORTED for c in verify(made).checks)


def test_nothing_is_written_when_the_sources_do_not_answer() -> None:
    made = draft(make_selection(QUESTION, [OTHER]))
    assert made.verdict is AnswerVerdict.UNANSWERABLE
    assert made.statements == ()
    assert made.missing == (QUESTION,)
    assert draft(make_selection(QUESTION, [])).verdict is AnswerVerdict.UNANSWERABLE
    assert not is_sufficient(make_selection(QUESTION, [OTHER]))


def test_the_newest_position_comes_first_and_the_older_is_named() -> None:
    made = draft(make_selection(QUESTION, [OLD, NEW]))
    assert "12 veerponten" in made.statements[0].text
    assert made.statements[-1].text.startswith("Eerder, op 3 maart 2022, is aan uw Kamer gemeld: Er varen")
    assert any("De bronnen verschillen" in remark for remark in made.left_out)
    assert {c.document for s in made.statements for c in s.citations} == {NEW.document.id, OLD.document.id}
    assert all(c.verdict is StatementVerdict.SUPPORTED for c in verify(made).checks)


def test_what_was_said_already_is_not_said_again() -> None:
    same = make_source(
        "Er varen op dit moment 12 veerponten bij Duinwijk.",
        question="Hoeveel veerponten varen er bij Duinwijk?",
        card=make_card("ah-tk-20222023-8003", day=date(2023, 3, 3), number=8003),
    )
    made = draft(make_selection(QUESTION, [same, NEW]))
    assert sum("12 veerponten" in s.text for s in made.statements) == 1
    assert any("Niet gebruikt" in remark for remark in made.left_out)


def test_a_part_without_answer_is_named() -> None:
    selection = make_selection(f"{QUESTION} Hoeveel subsidie ontvangt rederij Windkracht jaarlijks?", [NEW])
    made = draft(selection)
    assert made.verdict is AnswerVerdict.PARTIAL
    assert made.missing == ("Hoeveel subsidie ontvangt rederij Windkracht jaarlijks?",)
    assert find_missing(selection, ()) == (QUESTION, *made.missing)


def test_a_bare_yes_counts_only_for_the_same_question() -> None:
    known = make_source("Ja.", question="Bent u bekend met het bericht over de veerpont bij Duinwijk?")
    same = draft(make_selection("Bent u bekend met het bericht over de veerpont bij Duinwijk?", [known]))
    assert [s.text for s in same.statements] == ["Ja."]
    other = draft(make_selection("Deelt u de zorgen over de sluiting van de haven van Zandvoort?", [known]))
    assert other.statements == ()


def test_supplied_context_is_quoted_without_a_phrase() -> None:
    line = make_source("Bij Duinwijk blijven op dit moment 12 veerponten varen.", kind=SourceKind.SUPPLIED)
    made = draft(make_selection(QUESTION, [line]))
    assert [s.text for s in made.statements] == [line.body]
    assert made.statements[0].citations[0].reference.startswith("aangeleverd door de opsteller")


def test_the_length_is_kept() -> None:
    body = " ".join(
        f"Bij Duinwijk varen op dit moment {i} veerponten van een rederij met vaste tijden."
        for i in range(60)
    )
    made = draft(make_selection(QUESTION, [make_source(body, question=QUESTION)]))
    assert 50 <= sum(len(s.text.split()) for s in made.statements) <= 250


def test_the_same_input_gives_the_same_draft() -> None:
    selection = make_selection(QUESTION, [OLD, NEW, OTHER])
    assert len({canonical_json(draft(selection)) for _ in range(20)}) == 1


def test_missing_looks_at_what_was_said() -> None:
    quote = Citation(
        NEW.document.id, NEW.numbers, "Er varen op dit moment 12 veerponten bij Duinwijk.", NEW.id
    )
    selection = make_selection(QUESTION, [NEW])
    assert find_missing(selection, (Statement(quote.quote, (quote,)),)) == ()
