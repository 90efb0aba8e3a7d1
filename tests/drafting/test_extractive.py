from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from learninglion.drafting.askings import Kind, askings_of, gives_it, kind_of, searched
from learninglion.drafting.extractive import draft, from_material
from learninglion.drafting.line import Follows, newest
from learninglion.drafting.quotation import units_of
from learninglion.drafting.relevance import SAYS_IT, Judged, built_in, evidence_of
from learninglion.drafting.selection import LINE, NEWS, choose_automatically
from learninglion.drafting.verdict import falls_away, polarity, read_statements, verify
from learninglion.dutch.questions import Wants, gives
from learninglion.models import (
    AnswerVerdict,
    Chooser,
    Citation,
    Hit,
    SourceKind,
    Statement,
    StatementVerdict,
)
from learninglion.models.errors import InputError
from learninglion.models.plain import canonical_json
from learninglion.record.notes import why_unanswered
from learninglion.testing import make_card, make_hit, make_selection, make_source

QUESTION = "Hoeveel veerponten varen er op dit moment bij Duinwijk?"
NEW = make_source(
    "Er varen op dit moment 12 veerponten bij Duinwijk. Dit aantal is in 2023 gedaald. "
    "Zie ook het antwoord op vraag 3.",
    question=QUESTION,
)
OLD = make_source(
    "Er varen op dit moment 15 veerponten bij Duinwijk.",
    question=QUESTION,
    card=make_card("ah-tk-20212022-8001", day=date(2022, 3, 3), number=8001),
)
OTHER = make_source(
    "De wachtlijsten in de jeugdzorg zijn het afgelopen jaar langer geworden. Gemeenten krijgen extra geld.",
    question="Hoe lang zijn de wachtlijsten in de jeugdzorg?",
    card=make_card("ah-tk-20232024-8002", number=8002),
)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Bent u bekend met het bericht «Pont vaart niet meer»?", Kind.ACQUAINTANCE),
        ("Kunt u deze vragen afzonderlijk beantwoorden?", Kind.PROCEDURAL),
        ("Kunt u deze vragen vóór het debat over de veerponten beantwoorden?", Kind.PROCEDURAL),
        ("Bent u bereid het onderzoek naar de pont met de Kamer te delen?", Kind.PROCEDURAL),
        ("Bij welk loket kunnen reizigers met vragen over de pont voor het eerst terecht?", Kind.FACT),
        ("Wanneer kunt u het plan voor de pont aan de Kamer sturen?", Kind.MOMENT),
        ("Hoeveel veerponten varen er bij Duinwijk?", Kind.FIGURE),
        ("Bent u bekend met de wachttijden? Hoe groot is dit probleem?", Kind.FIGURE),
        ("Wanneer gaat de pont weer varen?", Kind.MOMENT),
        ("Wanneer de pont niet vaart, welke mogelijkheden heeft u dan?", Kind.FACT),
        ("Waarom vaart de pont niet?", Kind.REASON),
        ("Welke stappen zet u om de pont te laten varen?", Kind.ACTION),
        ("Bent u bereid te onderzoeken hoeveel mensen de pont nemen?", Kind.ACTION),
        ("Deelt u de mening dat de pont te duur is?", Kind.OPINION),
        ("Klopt het dat de pont wordt verkocht?", Kind.FACT),
    ],
)
def test_the_kind_of_a_question(question: str, kind: Kind) -> None:
    assert kind_of(question) is kind


def test_a_question_keeps_its_parts() -> None:
    parts = askings_of("Deelt u deze mening? Zo ja, wat gaat u doen? Zo nee, waarom niet?")
    assert [p.after for p in parts] == [None, True, False]
    parts = askings_of("Hoeveel ponten varen er en wanneer komen er meer?")
    assert [p.kind for p in parts] == [Kind.FIGURE, Kind.MOMENT]
    asked = (
        "Kunt u deze vragen afzonderlijk en voor het reces beantwoorden, en tevens aangeven hoeveel subsidie"
    )
    parts = askings_of(f"{asked} de pont krijgt?")
    assert [p.kind for p in parts] == [Kind.PROCEDURAL, Kind.FIGURE]
    assert draft(make_selection(f"{asked} de pont krijgt?")).missing == (parts[1].text,)
    (part,) = askings_of("De pont bij Duinwijk vaart niet. Wat gaat u doen?")
    assert "Duinwijk" in part.about
    form = askings_of("Kunt u de stukken als bijlage met de Kamer delen? Zo nee, waarom niet?")
    assert [p.kind for p in form] == [Kind.PROCEDURAL, Kind.PROCEDURAL]


def test_what_a_sentence_gives() -> None:
    assert gives(Wants.MONEY, "De pont kost 4 miljoen euro.")
    assert not gives(Wants.MONEY, "De regels gelden voor elke pont.")  # "geld" and "geldt" are no money
    assert not gives(Wants.COUNT, "In 2024 is de pont verkocht.")  # a year is no count
    (length,) = askings_of("Hoe lang duurt de overtocht?")
    assert not gives_it(length, "Er voeren 31.000 mensen mee.")
    assert gives_it(length, "Hoe lang de overtocht duurt, is niet bekend.")
    (deed,) = askings_of("Bent u bereid de pont te redden?")
    assert gives_it(deed, "Ik wil de pont redden.")


def test_what_no_archive_answers_gets_a_proposal_and_no_source() -> None:
    known = make_source("Ja.", question="Bent u bekend met het bericht over de veerpont bij Duinwijk?")
    made = draft(make_selection("Bent u bekend met het bericht «Pont vaart niet»?", [known]))
    assert (made.verdict, made.kind, made.proposal) == (AnswerVerdict.UNANSWERABLE, "acquaintance", "Ja.")
    assert made.statements == () and made.material == ()
    made = draft(make_selection("Kunt u deze vragen afzonderlijk beantwoorden?", [NEW]))
    assert made.kind == "procedural" and "afzonderlijk" in made.proposal and not made.statements
    asked = "Kunt u de rapporten als bijlage met de Kamer delen? Zo niet, waarom niet?"
    assert "beantwoord zoals gevraagd" not in draft(make_selection(asked, [NEW])).proposal


def test_an_organisation_has_sentences_of_its_own(tmp_path: Path) -> None:
    own = tmp_path / "zinnen.txt"
    own.write_text(".\tDe vragen staan hieronder.\n", encoding="utf-8")
    asked = make_selection("Kunt u deze vragen afzonderlijk beantwoorden?", [NEW])
    assert draft(asked, sentences=own).proposal == "De vragen staan hieronder."
    with pytest.raises(InputError, match="standaardzinnen"):
        draft(asked, sentences=tmp_path / "niet.txt")


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
        question=QUESTION,
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
    assert read_statements(selection, ()).missing() == (QUESTION, *made.missing)


def test_a_part_that_the_text_answers_is_not_missing_however_low_the_search_put_its_source() -> None:
    source = make_source("Bij Duinwijk varen 12 veerponten.", question="Is de brug bij Duinwijk open?")
    asked = (
        "Wat is het aantal veerponten bij Duinwijk? Hoeveel veerponten telt Duinwijk? Wat kost een overtocht?"
    )
    selection = make_selection(asked, [source], chosen_by=Chooser.MACHINE)
    made = draft(replace(selection, offered=(make_hit(source, rank=1, score=0.4),)))
    assert made.verdict is AnswerVerdict.PARTIAL and len(made.statements) == 1
    assert made.missing == ("Wat kost een overtocht?",)
    assert any("Hoeveel veerponten telt Duinwijk?" in remark for remark in made.left_out)  # to be looked at


def test_every_part_is_told_by_its_own_words() -> None:
    body = (
        "In het duingebied bij Duinwijk broeden tapuiten, scholeksters en wulpen. Het gebied is van de "
        "provincie. Er komen per jaar 40.000 bezoekers naar het duingebied."
    )
    asked = (
        "Welke soorten vogels broeden in het duingebied bij Duinwijk? Hoeveel bezoekers komen er per jaar "
        "naar het duingebied bij Duinwijk?"
    )
    made = draft(make_selection(asked, [make_source(body, question="Wat weet u van het duingebied?")]))
    told = " ".join(s.text for s in made.statements)
    assert "tapuiten" in told and "40.000" in told and "provincie" not in told


def test_what_answers_about_as_probably_as_the_best_is_told_as_well() -> None:
    source = make_source("Er varen twaalf ponten. Er varen negen veren. De brug is van staal.")
    judged = Judged(
        askings_of("Hoeveel varen er?")[0], source, units_of(source), (0.58, 0.6, 0.2), 0, margin=0.8
    )
    assert judged.best == 1 and judged.places == (1, 0)
    assert replace(judged, chances=(0.58, 0.95, 0.2)).places == (1,)


def test_a_sentence_about_another_country_answers_less_probably() -> None:
    source = make_source("Nederland geeft 19 miljoen euro aan noodhulp.", question="Wat doet Nederland?")
    reading = built_in().meaning.read([source])[0]
    shares = []
    for asked in ("Hoeveel geeft Nederland aan noodhulp?", "Hoeveel geeft Zandland aan noodhulp?"):
        (asking,) = askings_of(asked)
        whole, own = built_in().meaning.part(asking)
        shares.append(evidence_of(asking, whole, own, reading).sentences[0, SAYS_IT.index("named")])
    assert shares == [1, 0]
    assert math.isnan(
        evidence_of(
            asking, whole, own, replace(reading, source=replace(source, kind=SourceKind.SUPPLIED))
        ).sentences[0, SAYS_IT.index("named")]
    )


def test_the_line_of_the_department_is_told_and_proposed_and_never_quoted() -> None:
    body = "Lijn IenW: bij Duinwijk blijven op dit moment 12 veerponten varen."
    line = make_source(body, kind=SourceKind.SUPPLIED, id=LINE)
    made = draft(make_selection(QUESTION, [line]))
    assert made.statements == () and made.material == ()
    assert made.proposal == "Bij Duinwijk blijven op dit moment 12 veerponten varen."
    assert any(body in remark for remark in made.left_out)
    about_itself = "De lijn is dat er bij Duinwijk op dit moment 12 veerponten blijven varen."
    made = draft(make_selection(QUESTION, [replace(line, body=about_itself)]))
    assert made.proposal == "" and any(about_itself in remark for remark in made.left_out)


def test_a_sentence_answers_no_part_that_the_line_answers_better() -> None:
    asked = "Bent u bereid de prijs van de pont bij Duinwijk te verlagen? Hoeveel veerponten varen er?"
    related = "De prijs van de pont bij Duinwijk kan voor reizigers toenemen. Er varen 12 veerponten."
    source = make_source(related, question="Wat doet de prijs van de pont bij Duinwijk?")
    body = "Het kabinet verlaagt de prijs van de pont bij Duinwijk niet, omdat het geld nodig is."
    line = make_source(body, kind=SourceKind.SUPPLIED, id=LINE)
    made = draft(make_selection(asked, [source, line], chosen_by=Chooser.MACHINE))
    assert made.missing == (asked.partition("?")[0] + "?",) and made.proposal == body
    assert not any("prijs" in statement.text for statement in made.statements)
    assert verify(made).verdict is AnswerVerdict.PARTIAL


def test_news_is_proposed_as_news_and_pushes_out_no_source() -> None:
    asked = "Hoeveel kinderen kregen in 2023 steun van het Zwemfonds? En hoeveel kinderen waren dat in 2025?"
    known = make_source(
        "In 2023 kregen 20.000 kinderen steun van het Zwemfonds.",
        question="Hoeveel kinderen kregen vorig jaar steun om te leren zwemmen?",
    )
    news = "In 2025 kregen 24.300 kinderen steun van het Zwemfonds."
    supplied = make_source(news, kind=SourceKind.SUPPLIED, id=NEWS)
    made = draft(make_selection(asked, [known, supplied], chosen_by=Chooser.MACHINE))
    assert [known.body in statement.text for statement in made.statements] == [True]
    assert made.missing == ("En hoeveel kinderen waren dat in 2025?",)
    assert made.proposal == f"Volgens berichtgeving: “{news}”"


def test_a_proposal_that_was_overtaken_is_told_with_what_is_newer() -> None:
    body = "Nederland draagt {} miljoen euro bij aan de noodhulp voor Zandland via de noodhulpfondsen."
    asked = "Hoeveel geld gaat er naar Zandland?"
    old, new = (
        make_source(body.format(amount), question=asked, card=make_card(f"ah-tk-{year}-9{amount}", day=day))
        for amount, year, day in ((24, "20232024", date(2024, 6, 28)), (19, "20242025", date(2024, 9, 20)))
    )
    selection = make_selection("Helpt u de bevolking van Zandland?", [old, new])
    made = draft(replace(selection, chosen=(old,)))
    assert not made.statements and "24 miljoen" in made.proposal
    assert any("zegt een nieuwere bron iets anders" in remark for remark in made.left_out)
    assert [citation.document for citation in made.material] == [new.document.id]


def test_what_a_person_chose_of_the_offer_says_no_less_than_what_the_machine_chose() -> None:
    source = make_source(
        "Bij Duinwijk varen 12 veerponten.", question="Is de brug bij Duinwijk open?", card=NEW.document
    )
    asked = "Wat is het aantal veerponten bij Duinwijk?"
    by_person, by_machine = (
        draft(make_selection(asked, [source], chosen_by=one)) for one in (Chooser.PERSON, Chooser.MACHINE)
    )
    assert by_person.statements and by_person.statements == by_machine.statements


def test_a_proposal_is_a_sentence_that_points_at_no_other_answer() -> None:
    body = "Zie mijn antwoord op vraag 3 over de veerpont bij Duinwijk. De veerpont wordt in mei nagekeken."
    made = draft(make_selection("Hoe veilig is de veerpont bij Duinwijk?", [make_source(body)]))
    assert made.proposal == "De veerpont wordt in mei nagekeken."


def test_what_a_person_chose_and_bears_on_the_question_is_proposed() -> None:
    asked = "Bent u het ermee eens dat er te weinig veerponten bij Duinwijk varen?"
    made = draft(make_selection(asked, [OLD]))
    assert made.statements == () and made.proposal and OLD.body in made.proposal
    assert draft(make_selection(asked, [OLD], chosen_by=Chooser.MACHINE)).proposal == ""
    assert draft(make_selection(QUESTION, [OTHER])).proposal == ""


@pytest.mark.parametrize("kind", ["own-1", "news", "line"])
def test_what_has_nothing_to_do_with_the_question_is_not_proposed(kind: str) -> None:
    body = "De veerboot bij Duinwijk vaart bij storm niet. De dienstregeling telt 14 afvaarten per dag."
    own = make_source(body, kind=SourceKind.SUPPLIED, id=f"supplied#{kind}")
    for asked in (
        "Waarom is de bibliotheek van Grootveen gesloten?",
        "Hoe beoordeelt u het drinkwater in Zandwijk?",
        "Wanneer ontvangt de Kamer de uitkomsten van het onderzoek naar zwemles?",
    ):
        made = draft(make_selection(asked, [own]))
        assert made.statements == () and made.proposal == ""
    said = draft(make_selection("Hoeveel afvaarten per dag telt de veerboot bij Duinwijk?", [own]))
    told = "De dienstregeling telt 14 afvaarten per dag."
    assert [s.text for s in said.statements] == ([told] if kind == "own-1" else [])
    assert told in (said.proposal or told)


@pytest.mark.parametrize(
    ("asked", "text", "said"),
    [
        ("Bent u bereid om dit te onderzoeken?", "Ik ben daartoe bereid.", True),
        ("Bent u bereid om dit te onderzoeken?", "Daartoe ben ik niet bereid.", False),
        ("Bent u bereid om dit te onderzoeken?", "Ik bezie of ik daartoe bereid ben.", None),
        ("Bent u bereid dit te onderzoeken?", "Daar zie ik geen aanleiding toe.", False),
        ("Deelt u de mening dat dit niet kan?", "Ik deel die mening.", True),
        ("Deelt u de mening dat dit kan?", "Die opvatting deel ik niet.", False),
        ("Gaat u de subsidie verlengen?", "De subsidie wordt niet verlengd.", False),
        ("Gaat u de subsidie verlengen?", "De pont vaart elke dag.", None),
        (
            "Komt er een tweede pont bij Duinwijk?",
            "Dat geeft mij geen aanleiding om nu te besluiten tot een tweede pont bij Duinwijk.",
            False,
        ),
    ],
)
def test_a_yes_or_no_in_other_words_takes_up_what_was_asked(asked: str, text: str, said: bool | None) -> None:
    assert polarity(text, asked) is said


def test_a_condition_falls_away_by_what_was_said_of_its_own_question() -> None:
    parts = searched(
        "Deelt u de mening dat dit kan? Zo nee, waarom niet? Bent u bereid om te helpen? Zo nee, waarom niet?"
    )
    assert falls_away(parts[:2], ["Ik deel die mening.", "Ik ben niet bereid te helpen."])
    assert not falls_away(parts, ["Ik deel die mening.", "Ik ben niet bereid te helpen."])
    assert falls_away(parts, ["Nee.", "Ik ben daartoe bereid."])
    assert not falls_away(parts[:1], ["Ja."])


def test_what_was_brought_along_for_the_set_is_proposed_where_it_says_more_than_the_archive() -> None:
    asked = "In welke gemeenten duurt het wachten op de pont het langst?"
    known = make_source(
        "In drie gemeenten is de rij voor de pont het langst.",
        question="In welke gemeenten duurt de rij voor de pont het langst?",
    )
    body = "In Waterhoek, Oeverland en Duinwijk duurt het wachten op de pont het langst."
    news = replace(make_source(body, kind=SourceKind.SUPPLIED), id="supplied#news")
    made = draft(make_selection(asked, [known, news], chosen_by=Chooser.MACHINE))
    assert made.proposal == f"Volgens berichtgeving: “{body}”"
    cost = draft(make_selection("Wat kost de pont per jaar?", [known, news], chosen_by=Chooser.MACHINE))
    assert not cost.proposal


def test_what_was_brought_along_and_may_say_otherwise_is_named() -> None:
    body = "De krant meldde vandaag dat er bij Duinwijk nog maar 9 veerponten varen."
    news = replace(make_source(body, kind=SourceKind.SUPPLIED), id="supplied#news")
    for chosen_by in Chooser:
        made = draft(make_selection(QUESTION, [NEW, news], chosen_by=chosen_by))
        told = (*made.left_out, made.proposal, *(s.text for s in made.statements))
        assert any(body in text for text in told)
        assert not any("niets toevoegt" in remark for remark in made.left_out)


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
    assert read_statements(selection, (Statement(quote.quote, (quote,)),)).missing() == ()


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
        "Eerder, op 24 februari 2011, schreef de toenmalige minister van Infrastructuur en Waterstaat "
        f"aan uw Kamer: “{older.body}”",
    ]
    assert any("De bronnen verschillen" in remark for remark in made.left_out)
    assert all(c.verdict is StatementVerdict.SUPPORTED for c in verify(made).checks)


def test_the_machine_takes_the_newer_in_and_a_person_is_asked() -> None:
    selection = make_selection(QUESTION, [OLD, NEW], chosen_by=Chooser.MACHINE)
    made = draft(replace(selection, chosen=(OLD,)))
    assert "12 veerponten" in made.statements[0].text
    assert made.statements[-1].text.startswith("Eerder, op 3 maart 2022, is aan uw Kamer gemeld:")
    assert NEW in made.selection.chosen  # what is cited was chosen
    assert all(c.verdict is StatementVerdict.SUPPORTED for c in verify(made).checks)
    by_person = make_selection(QUESTION, [OLD, NEW])
    made = draft(replace(by_person, chosen=(OLD,)))
    assert made.verdict is AnswerVerdict.PARTIAL
    assert {c.document for s in made.statements for c in s.citations} == {OLD.document.id}
    (remark,) = [r for r in made.left_out if "nieuwere bron" in r]
    assert "15 veerponten" in remark and "12 veerponten" in remark


def test_material_holds_what_is_related_best_first() -> None:
    selection = make_selection(QUESTION, [OTHER, NEW], chosen_by=Chooser.MACHINE)
    made = draft(replace(selection, chosen=()))
    assert made.statements == ()
    assert [c.document for c in made.material] == [NEW.document.id, OTHER.document.id]
    assert "12 veerponten" in made.material[0].quote
    assert [c.document for c in draft(selection).material] == [OTHER.document.id]


def test_material_that_meets_all_that_is_asked_comes_before_what_the_search_put_first() -> None:
    near = make_source(
        "Schippers krijgen steun voor nieuwe motoren.",
        question="Hoe worden motoren schoner?",
        card=make_card("ah-tk-20232024-8020", number=8020),
    )
    meets = make_source(
        "Daarvoor bestaat een vergoeding van de provincie.",
        question="Wat kunnen schippers doen als hun pont stil ligt door hoog water?",
        card=make_card("ah-tk-20232024-8021", number=8021),
    )
    asked = "Krijgen schippers steun als de pont stil ligt door hoog water?"
    made = draft(replace(make_selection(asked, [near, meets], chosen_by=Chooser.MACHINE), chosen=()))
    assert [c.document for c in made.material] == [meets.document.id, near.document.id]


def test_of_what_overtakes_an_amount_one_in_the_same_unit_comes_first() -> None:
    def follows(number: int, text: str, chance: float) -> Follows:
        source = make_source(text, card=make_card(f"ah-tk-20232024-{number}", number=number))
        return Follows(source, units_of(source), (chance,))

    likelier = follows(8030, "Over een verbod op de verkoop van zout beslist de provincie.", 0.47)
    amount = follows(8031, "De hoeveelheid gaat van 900 naar 400 kilo.", 0.39)
    unlikely = follows(8032, "In 2024 lag er 40 kilo.", 0.1)
    older = "Een schipper mag 900 kilo zout opslaan."
    assert newest((likelier, amount, unlikely), older) is amount
    assert newest((likelier, unlikely), older) is likelier
    assert newest((likelier, amount), "Een schipper mag zout opslaan.") is likelier
    assert newest((), older) is None


def test_material_that_is_hardly_about_the_question_is_told_apart() -> None:
    about = make_source(
        "De vergoeding voor schippers is in mei verlengd, ook voor wie stil ligt door hoog water.",
        question="Wordt de vergoeding voor schippers verlengd?",
        card=make_card("ah-tk-20232024-8022", number=8022),
    )
    strange = make_source(
        "De muziekscholen zijn tevreden over hun nieuwe lokalen.",
        question="Zijn er genoeg lokalen voor muziekles?",
        card=make_card("ah-tk-20232024-8023", number=8023),
    )
    asked = "Hoe lang krijgen schippers nog een vergoeding als de pont stil ligt door hoog water?"
    selection = make_selection(asked, [strange, about], chosen_by=Chooser.MACHINE)
    made = draft(replace(selection, chosen=()))
    assert {c.document for c in made.material} == {about.document.id, strange.document.id}
    assert made.remote == (strange.id,)
    assert [c.document for c in made.related] == [about.document.id]
    alone = draft(replace(make_selection(asked, [strange], chosen_by=Chooser.MACHINE), chosen=()))
    assert alone.material and not alone.related


def test_the_machine_chooses_what_may_answer_before_what_scores() -> None:
    question = make_selection(QUESTION, []).question
    hits = (make_hit(OTHER, rank=1, score=0.9), make_hit(NEW, rank=2, score=0.45))
    chosen = choose_automatically(question, "", hits, 0.5).chosen
    assert chosen == (NEW, OTHER)


def test_of_answers_to_one_question_the_machine_takes_the_newest_that_stands() -> None:
    question = make_selection(QUESTION, []).question
    hits = (make_hit(OLD, rank=1, score=0.9), make_hit(NEW, rank=2, score=0.8))
    assert choose_automatically(question, "", hits, 0.5).chosen == (NEW,)
    elsewhere = replace(NEW, body="Zie het antwoord op vraag 3.")
    hits = (make_hit(OLD, rank=1, score=0.9), make_hit(elsewhere, rank=2, score=0.8))
    assert choose_automatically(question, "", hits, 0.5).chosen[0] == OLD


def test_what_is_asked_of_a_scheme_that_closed_is_told_as_it_is_now() -> None:
    old = make_source(
        "Schippers kunnen tot 5.000 euro subsidie krijgen uit de regeling Schone Pont.",
        question="Kunnen schippers subsidie krijgen uit de regeling Schone Pont?",
        card=make_card("ah-tk-20192020-8010", day=date(2020, 2, 3), number=8010),
    )
    new = make_source(
        "De uitgaven dalen. De regeling Schone Pont voor schippers is per 1 juli gesloten.",
        question="Hoe ontwikkelen de uitgaven aan de binnenvaart zich?",
        card=make_card("ah-tk-20242025-8011", day=date(2024, 9, 3), number=8011),
    )
    selection = make_selection(old.question, [old, new], chosen_by=Chooser.MACHINE)
    made = draft(replace(selection, chosen=(old,)))
    assert "gesloten" in made.statements[0].text
    assert made.statements[-1].text.startswith("Eerder, op 3 februari 2020")
    beside = draft(replace(selection, chosen=())).material  # not overtaken there either
    assert [c.document for c in beside] == [new.document.id, old.document.id]
    assert "gesloten" in beside[0].quote


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


def test_the_same_words_in_a_set_about_something_else_ask_another_thing() -> None:
    asked = "Wat is uw reactie op dit onderzoek?"
    known = make_source("Ik vind de uitkomst over de pont zorgelijk.", question=asked)
    selection = make_selection(asked, [known], chosen_by=Chooser.MACHINE)
    told = {
        intro: draft(replace(selection, introduction=f"Vragen aan de minister over {intro}")).verdict
        for intro in ("het bericht «Pont vaart niet»", "schapen op de Veluwe (ingezonden 3 juni 2024)")
    }
    assert list(told.values()) == [AnswerVerdict.ANSWERED, AnswerVerdict.UNANSWERABLE]


def test_how_sure_a_part_must_be_answered_is_a_setting() -> None:
    selection = make_selection(QUESTION, [NEW], chosen_by=Chooser.MACHINE)
    assert draft(selection).verdict is AnswerVerdict.ANSWERED
    assert draft(selection, sure=1.0).verdict is AnswerVerdict.PARTIAL


def test_why_there_is_no_answer_tells_what_was_chosen() -> None:
    asked = "Hoeveel schippers kregen een boete voor te hard varen?"
    carried = make_selection(asked, [OTHER])
    told = {
        why_unanswered(verify(draft(selection)))
        for selection in (
            carried,
            replace(carried, chosen=()),
            replace(carried, chosen=(), chosen_by=Chooser.MACHINE),
            make_selection("Bent u bekend met het bericht over de pont?", [OTHER]),
        )
    }
    assert len(told) == 4
    assert "Bij deze vraag is geen bron gekozen" in told


def test_the_number_of_a_paper_is_no_figure() -> None:
    assert not gives(Wants.COUNT, "Zie de motie (Kamerstuk 21 501-02, nr.2870) en bijlage2.")
    assert gives(Wants.COUNT, "Er zijn 2.870 schippers.")


def test_what_the_archive_holds_that_is_newer_is_found_beside_an_answer() -> None:
    asked: list[tuple[str, str, date]] = []

    def find_newer(question: str, told: str, after: date) -> tuple[Hit, ...]:
        asked.append((question, told, after))
        return (make_hit(NEW, rank=1, score=0.4),) if after < NEW.document.date else ()

    selection = make_selection(QUESTION, [OLD], chosen_by=Chooser.MACHINE)
    made = draft(selection, find_newer=find_newer)
    assert asked == [(QUESTION, f"{OLD.question} {OLD.body}".strip(), OLD.document.date)]
    assert "12 veerponten" in made.statements[0].text
    assert made.selection.added == (NEW.id,) and NEW in made.selection.chosen
    assert canonical_json(draft(made.selection)) == canonical_json(made)  # made again without the archive
    by_person = draft(make_selection(QUESTION, [OLD]), find_newer=find_newer)
    assert [c.document for s in by_person.statements for c in s.citations] == [OLD.document.id]
    assert by_person.material[0].source_id == NEW.id  # one click takes it in
    taken = from_material(by_person.selection, by_person.material[0])
    assert taken is not None and "12 veerponten" in taken[1].text and NEW in taken[0].chosen


def test_a_newer_sentence_that_leans_on_its_question_is_told_with_it() -> None:
    old = make_source(
        "Gemeenten mogen het varen met een sloep bij Duinwijk niet verbieden.",
        question="Mogen gemeenten het varen met een sloep bij Duinwijk verbieden?",
        card=make_card("ah-tk-20212022-8020", day=date(2022, 2, 3), number=8020),
    )
    new = make_source(
        "Zij mogen sinds 1 januari het varen met een sloep bij Duinwijk verbieden.",
        question="Welke bevoegdheden kregen gemeenten langs het water?",
        card=make_card("ah-tk-20232024-8021", day=date(2024, 3, 3), number=8021),
    )
    made = draft(make_selection(old.question, [old, new], chosen_by=Chooser.MACHINE))
    assert "op de vraag “Welke bevoegdheden kregen gemeenten langs het water?”: Zij mogen" in (
        made.statements[0].text
    )
    assert all(c.verdict is StatementVerdict.SUPPORTED for c in verify(made).checks)


@pytest.mark.parametrize(("year", "told"), [("2024", True), ("2025", False)])
def test_a_figure_of_another_time_is_no_answer(year: str, told: bool) -> None:
    asked = f"Hoeveel kinderen kregen op 1 oktober {year} steun van het Zwemfonds?"
    source = make_source(
        "Op 1 oktober jl. kregen bij het Zwemfonds 260 kinderen steun om te leren zwemmen.",
        question="Hoe staat het met de steun aan kinderen?",
        card=make_card("ah-tk-20242025-591", day=date(2024, 11, 18), number=591),
    )
    made = draft(make_selection(asked, [source], chosen_by=Chooser.MACHINE))
    assert bool(made.statements) is told
    assert made.missing == (() if told else (asked,))
    assert told or any("Van een andere tijd" in remark and "260" in remark for remark in made.left_out)


def test_the_period_that_is_asked_goes_before_another() -> None:
    card = make_card("ah-tk-20242025-591", day=date(2024, 11, 18), number=591)
    asked = "Hoeveel procent van de aanvragen van vrouwen is tussen 1 juli en 30 september 2024 ingewilligd?"
    long = (
        "Van 1 augustus 2021 t/m 30 september 2024 zijn 2.580 aanvragen van vrouwen beslist. Daarvan is 95%"
    )
    short = (
        "Van 1 juli t/m 30 september jl. zijn 40 aanvragen van vrouwen beslist. Daarvan is 75% ingewilligd."
    )
    sources = [
        make_source(f"{long} ingewilligd.", question="Hoeveel is ingewilligd?", card=card, numbers=(5,)),
        make_source(short, question="Hoeveel is ingewilligd sinds juli?", card=card, numbers=(6,)),
    ]
    made = draft(make_selection(asked, sources, chosen_by=Chooser.MACHINE))
    assert "75%" in made.statements[-1].text and not any("95%" in s.text for s in made.statements)


def test_a_figure_of_another_group_is_no_answer() -> None:
    women = "Hoeveel procent van de aanvragen van Zandlandse vrouwen is ingewilligd?"
    men = "Hoeveel procent van de aanvragen van Zandlandse mannen?"
    source = make_source(
        "Er zijn 40 aanvragen van Zandlandse vrouwen beslist. Daarvan is 75% ingewilligd.", question=women
    )
    made = draft(make_selection(f"{women[:-1]}, en {men.lower()}", [source], chosen_by=Chooser.MACHINE))
    assert [s.text for s in made.statements][-1].startswith("Daarvan is 75%") and len(made.missing) == 1
    assert "mannen" in made.missing[0]


def test_what_was_forbidden_and_is_allowed_in_other_words_is_told() -> None:
    then = make_card("ah-tk-20202021-1431", day=date(2021, 2, 4), number=1431)
    now = make_card("ah-tk-20242025-2877", day=date(2025, 6, 24), number=2877)
    old = make_source(
        "Nee. Boeren mogen geen chalets verhuren als nevenactiviteit.",
        question="Mogen boeren chalets verhuren?",
        card=then,
    )
    new = make_source(
        "Ja. Akkerbouwers mogen ook huisjes als nevenactiviteit aanbieden.",
        question="Mogen akkerbouwers huisjes aanbieden?",
        card=now,
    )
    other = make_source(
        "Op 1 mei 2025 voeren er 46 ponten.", question="Hoeveel ponten varen er?", card=now, numbers=(1,)
    )
    selection = make_selection("Mogen boeren chalets verhuren langs de rivier?", [old, new, other])
    made = draft(replace(selection, chosen_by=Chooser.MACHINE))
    assert "huisjes als nevenactiviteit" in made.statements[0].text
    assert made.verdict is AnswerVerdict.PARTIAL
