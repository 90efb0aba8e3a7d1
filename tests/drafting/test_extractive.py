from __future__ import annotations

from dataclasses import replace
from datetime import date

from learninglion.drafting.aspects import AspectKind, list_aspects
from learninglion.drafting.extractive import draft
from learninglion.drafting.sufficiency import find_missing, is_sufficient
from learninglion.drafting.verdict import verify
from learninglion.models import AnswerVerdict, Chooser, Citation, SourceKind, Statement, StatementVerdict
from learninglion.models.plain import canonical_json
from learninglion.testing import make_card, make_hit, make_selection, make_source

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


def test_an_older_amount_is_told_as_overtaken() -> None:
    newer = make_source(
        "De afstand tussen een opslagplaats en een woning gaat van 8 naar 20 meter.",
        question="Welke afstand moet een opslagplaats tot een woning aanhouden?",
    )
    older = make_source(
        "Tussen de opslagplaats en een woning moet een afstand van ten minste 8 meter worden aangehouden.",
        question="Welke afstand moet een opslagplaats tot een woning aanhouden?",
        card=make_card("ah-tk-20102011-8004", day=date(2011, 2, 24), number=8004),
    )
    question = "Welke afstand moet een opslagplaats tot een woning aanhouden?"
    made = draft(make_selection(question, [older, newer]))
    assert [s.text for s in made.statements] == [
        f"Zoals op 1 maart 2024 aan uw Kamer is gemeld: {newer.body}",
        f"Eerder, op 24 februari 2011, is aan uw Kamer gemeld: {older.body}",
    ]
    assert any("De bronnen verschillen" in remark for remark in made.left_out)
    assert all(c.verdict is StatementVerdict.SUPPORTED for c in verify(made).checks)


def test_a_newer_source_that_was_not_chosen_is_pointed_at() -> None:
    selection = make_selection(QUESTION, [OLD, NEW], chosen_by=Chooser.MACHINE)
    made = draft(replace(selection, chosen=(OLD,)))
    assert any(remark.startswith("Nieuwer over dit onderwerp") for remark in made.left_out)
    by_person = make_selection(QUESTION, [OLD, NEW])
    assert not any("Nieuwer" in remark for remark in draft(replace(by_person, chosen=(OLD,))).left_out)


def test_a_yes_to_another_sort_of_question_is_not_repeated() -> None:
    source = make_source(
        "Ja. Er varen op dit moment 12 veerponten bij Duinwijk.",
        question="Klopt het dat er nog veerponten varen bij Duinwijk?",
    )
    made = draft(make_selection(QUESTION, [source]))
    assert [s.citations[0].quote for s in made.statements] == [
        "Er varen op dit moment 12 veerponten bij Duinwijk."
    ]


def test_what_points_back_takes_the_sentence_before_it_along() -> None:
    filler = " ".join(f"In haven {i} liggen boten van vissers uit de streek." for i in range(30))
    source = make_source(
        f"{filler} De gemeente betaalt de schippers. Veerponten bij Duinwijk varen daarvan op dit moment "
        "met 12 schippers.",
        question=QUESTION,
    )
    said = [s.citations[0].quote for s in draft(make_selection(QUESTION, [source])).statements]
    place = next(i for i, s in enumerate(said) if "varen daarvan" in s)
    assert said[place - 1] == "De gemeente betaalt de schippers."


def test_how_sure_the_search_must_be_is_a_setting() -> None:
    body = "De reder heeft op dit moment met de gemeente een afspraak gemaakt."
    source = make_source(body, kind=SourceKind.SECTION)
    selection = make_selection("Vindt u dat schippers genoeg verdienen?", [source], chosen_by=Chooser.MACHINE)
    selection = replace(selection, offered=(make_hit(source, rank=1, score=0.6),))
    assert draft(selection, sure=0.7).verdict is AnswerVerdict.UNANSWERABLE
    assert draft(selection, sure=0.5).verdict is AnswerVerdict.ANSWERED


def test_the_few_words_of_a_short_question_do_not_make_an_answer_by_themselves() -> None:
    body = "Reders van meer veerponten bij Duinwijk komen de regels voor schepen na."
    source = make_source(body, question="Wat vindt u van dit bericht?")
    selection = make_selection("Komen er meer veerponten bij Duinwijk?", [source], chosen_by=Chooser.MACHINE)
    told = {
        score: draft(replace(selection, offered=(make_hit(source, rank=1, score=score),))).verdict
        for score in (0.1, 0.5)
    }
    assert told[0.1] is AnswerVerdict.UNANSWERABLE
    assert told[0.5] is not AnswerVerdict.UNANSWERABLE  # where the search sees something in it as well


def test_what_was_not_known_about_another_question_is_no_answer() -> None:
    source = make_source(
        "Het kabinet heeft hier geen inzicht in.",
        question="Wat is de winst van de reder op de veerponten bij Duinwijk?",
    )
    asked = "Praat u met de gemeente over vertragingen van veerponten in de haven?"
    selection = make_selection(asked, [source], chosen_by=Chooser.MACHINE)
    selection = replace(selection, offered=(make_hit(source, rank=1, score=0.9),))
    assert draft(selection).verdict is AnswerVerdict.UNANSWERABLE
    same = make_selection(source.question, [source], chosen_by=Chooser.MACHINE)
    assert draft(same).statements
