"""An answer as one text and back: what stays keeps its sources, what changes finds them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from learninglion.checking.citations import cite, nowhere
from learninglion.drafting.selection import LINE
from learninglion.drafting.verdict import read_statements, verify
from learninglion.dutch.text import split_sentences
from learninglion.models import (
    AnswerVerdict,
    Author,
    Check,
    Draft,
    Opening,
    Provenance,
    Selection,
    Source,
    SourceKind,
    Span,
    Statement,
    StatementVerdict,
    SubQuestion,
    Verification,
)
from learninglion.record.notes import why_unanswered
from learninglion.testing import make_source
from learninglion.workflow.answer_text import carried_along, read_answer, write_answer
from learninglion.workflow.dossiers import check_again

BODY = (
    "In de haven varen 14 veerponten. De gemeente houdt toezicht op de veerponten. "
    "De brug is in 2019 gesloten."
)


def source() -> Source:
    return make_source(BODY, kind=SourceKind.SUPPLIED, id="supplied#own-1")


def selection() -> Selection:
    return Selection(SubQuestion((1,), "Hoeveel veerponten varen er?"), "", (), (source(),))


def cited(text: str, opens: Opening = Opening.SENTENCE) -> Statement:
    start = BODY.index(text)
    return Statement(text, (cite(source(), Span(start, start + len(text))),), opens=opens)


FERRIES = cited("In de haven varen 14 veerponten.")
WATCH = cited("De gemeente houdt toezicht op de veerponten.")


def test_paragraphs_lists_and_sentences_come_back_as_they_were() -> None:
    told = (
        Statement("Ja"),  # no full stop, and still a sentence of its own
        FERRIES,
        Statement("Dit zijn ze:", opens=Opening.PARAGRAPH),
        Statement("de eerste", opens=Opening.ITEM),
        Statement("de tweede", opens=Opening.ITEM),
        Statement("Eerst dit.", opens=Opening.NUMBER),
        Statement("Meer daarover."),
        Statement("Dan dat.", opens=Opening.NUMBER),
        Statement("Slot.", opens=Opening.PARAGRAPH),
    )
    assert read_answer(write_answer(told), told, selection(), nowhere) == told


def test_what_moves_is_untouched_and_what_is_new_finds_its_source() -> None:
    text = f"{WATCH.text}\n\n{FERRIES.text} De brug is in 2019 gesloten."
    made = read_answer(text, (FERRIES, WATCH), selection(), nowhere)
    assert [s.opens for s in made] == [Opening.SENTENCE, Opening.PARAGRAPH, Opening.SENTENCE]
    assert [s.author for s in made] == [Author.MACHINE, Author.MACHINE, Author.PERSON]
    assert made[0].citations == WATCH.citations and made[1].citations == FERRIES.citations
    assert [c.quote for c in made[2].citations] == ["De brug is in 2019 gesloten."]


def test_merged_sentences_keep_the_sources_of_both_and_a_pasted_line_goes_on() -> None:
    text = "In de haven varen 14 veerponten en de gemeente houdt\ntoezicht op de veerponten."
    (made,) = read_answer(text, (FERRIES, WATCH), selection(), nowhere)
    assert made.text == text.replace("\n", " ")
    assert {c.quote for c in made.citations} == {FERRIES.text, WATCH.text}
    assert made.original in (FERRIES.text, WATCH.text)
    assert read_answer(write_answer((FERRIES,)), (made,), selection(), nowhere)[0].text == FERRIES.text


def test_lists_as_word_pastes_them_are_lists() -> None:
    marks = ("•\t", "·\t", "o\t", "§\t", "\uf0b7\t", "➢\t", "–\u00a0", "\u00a0\u00a0• ", "- ")
    pasted = "Het volgende geldt:\r\n" + "".join(f"{mark}punt {at}\r\n" for at, mark in enumerate(marks))
    told = read_answer(f"{pasted}\r\n1.\teerst\r\n2)\tdaarna", (), selection(), nowhere)
    assert [s.text for s in told[1:-2]] == [f"punt {at}" for at in range(len(marks))]
    assert {s.opens for s in told[1:-2]} == {Opening.ITEM}
    assert [(s.opens, s.text) for s in told[-2:]] == [(Opening.NUMBER, "eerst"), (Opening.NUMBER, "daarna")]
    again = read_answer(write_answer(told), told, selection(), nowhere)
    assert again == told


def test_what_only_looks_like_a_list_is_none() -> None:
    text = "Dit volgt uit\n§ 3 van de wet.\n\no jee, dat niet.\n\n2024 was een goed jaar.\n\na) dit\nb) dat"
    told = read_answer(text, (), selection(), nowhere)
    assert {s.opens for s in told[1:]} <= {Opening.PARAGRAPH, Opening.SENTENCE}
    assert [s.text for s in told if s.text[1:2] == ")"] == ["a) dit", "b) dat"]  # letters may be named


def test_what_is_pasted_right_behind_a_sentence_is_one_of_its_own() -> None:
    told = read_answer(f"{FERRIES.text}Wij komen hierop terug.", (FERRIES,), selection(), nowhere)
    assert told[0] == FERRIES and told[1].text == "Wij komen hierop terug."


def test_small_words_in_common_point_at_no_source() -> None:
    told = read_answer("Daarna is de brug. In de haven varen 90 veerponten.", (), selection(), nowhere)
    assert [bool(s.citations) for s in read_answer("Daarna is in.", (), selection(), nowhere)] == [False]
    assert told[1].citations  # near enough to say that 90 does not fit


def test_a_word_or_two_of_a_sentence_do_not_make_it_a_source() -> None:
    sentences = [span.of(source().body) for span in split_sentences(source().body)]
    whole = min(sentences, key=len)
    word = max(whole.rstrip(".").split(), key=len)
    (quoted, alone) = read_answer(f"{whole}\n\n- {word}.", (), selection(), nowhere)
    assert quoted.citations and not alone.citations


def test_what_comes_from_another_answer_of_the_set_brings_its_source_along() -> None:
    cranes = Selection(SubQuestion((2,), "Wie houdt toezicht?"), "", (), (make_source("Zes kranen."),))
    long = Statement(f"{WATCH.text[:-1]} en op de kade.", WATCH.citations)  # not word for word its source
    short = Statement("De brug is dicht.", cited("De brug is in 2019 gesloten.").citations)
    checks = tuple(Check(s, StatementVerdict.SUPPORTED) for s in (long, short, FERRIES))
    draft = Draft(
        selection(), tuple(c.statement for c in checks), AnswerVerdict.ANSWERED, (), Provenance("x")
    )
    there = Verification(draft, checks, AnswerVerdict.ANSWERED, (), "x")
    carried = carried_along(f"Zelf getypt. {long.text} {short.text}", (there,))
    made = read_answer(f"Zelf getypt. {long.text} {short.text}", (), cranes, nowhere, carried)
    assert made[1:] == (long, short) and not made[0].citations
    # "Ja." and the like may be anybody's: alone they bring nothing along.
    assert carried_along(f"{short.text} Zelf getypt.", (there,)) == {}


def test_what_was_merged_and_is_split_again_rests_on_what_it_rested_on() -> None:
    merged = "In de haven varen 14 veerponten en de gemeente houdt toezicht op de veerponten."
    one = read_answer(merged, (FERRIES, WATCH), selection(), nowhere)
    assert len(one[0].citations) == 2
    back = read_answer(f"{FERRIES.text} {WATCH.text}", one, selection(), nowhere)
    assert [s.citations for s in back] == [FERRIES.citations, WATCH.citations]
    anew = read_answer(merged, (), selection(), nowhere)  # typed by somebody else, it rests on both as well
    assert set(anew[0].citations) == set(one[0].citations)


def test_what_the_machine_doubted_stays_in_doubt_until_somebody_says_more_about_it() -> None:
    asked = selection().question.text
    doubt = (f"Ga na of dit de vraag beantwoordt: {asked}",)
    draft = Draft(selection(), (FERRIES,), AnswerVerdict.PARTIAL, (), Provenance("x"), doubt)
    before = verify(draft)
    beside = Statement(WATCH.text, WATCH.citations, Author.PERSON, opens=Opening.PARAGRAPH)
    more = check_again(before, (FERRIES, beside), nowhere)
    assert more.shown == more.checks and more.verdict is AnswerVerdict.PARTIAL
    again = Statement(FERRIES.text, FERRIES.citations, Author.PERSON, "In de haven varen ponten.")
    assert check_again(before, (again,), nowhere).verdict is AnswerVerdict.PARTIAL
    told = Statement("Er varen 14 veerponten in de haven.", FERRIES.citations, Author.PERSON)
    assert check_again(before, (told,), nowhere).verdict is AnswerVerdict.ANSWERED
    loose = Statement("Dit is een mooi gezicht.", (), Author.PERSON, opens=Opening.PARAGRAPH)
    whole = verify(replace(draft, verdict=AnswerVerdict.ANSWERED, left_out=()))
    assert whole.verdict is AnswerVerdict.ANSWERED
    assert check_again(whole, (FERRIES, loose), nowhere).verdict is AnswerVerdict.PARTIAL
    empty = check_again(whole, (), nowhere)
    assert empty.emptied and not whole.emptied and "leeg gemaakt" in why_unanswered(empty)


def test_a_sentence_is_read_with_the_one_before_it_and_a_change_touches_no_others() -> None:
    lines = [f"In haven {n} varen veerponten naar het eiland met nummer {n} en terug." for n in range(60)]
    answer = tuple(Statement(line, (), opens=Opening.SENTENCE) for line in lines)

    def pieces(statements: tuple[Statement, ...]) -> set[str]:
        judged = read_statements(selection(), statements).judged
        return {one.source.body for parts in judged.values() for row in parts for one in row}

    before = pieces(answer)
    assert before == {lines[0], *(f"{one} {other}" for one, other in pairwise(lines))}
    for at in (0, 17, 59):
        changed = list(answer)
        changed[at] = Statement(f"{lines[at][:-1]}, elke dag.")
        assert len(pieces(tuple(changed)) - before) <= 2
    apart = replace(answer[30], opens=Opening.PARAGRAPH)
    assert lines[30] in pieces((*answer[:30], apart, *answer[31:]))


def test_a_line_that_only_says_that_a_list_comes_needs_no_source() -> None:
    def line(text: str, before: tuple[Statement, ...] = ()) -> Statement:
        return read_answer(text, before, selection(), nowhere)[0]

    items = "\n\n- Bel de gemeente.\n- Schrijf de provincie.\n- Wacht op bericht."
    for lead in (
        "Ik noem drie punten:",
        "Het gaat om de volgende stappen:",
        "Hieronder volgt een overzicht:",
    ):
        assert line(lead + items).on_own_account, lead
    for claim in (
        "Ik noem vier punten:",
        "De Belastingdienst faalt op:",
        "Daarvan is geen sprake bij:",
        "Ja, namelijk:",
        "Ik noem drie punten.",
    ):
        assert not line(claim + items).on_own_account, claim
    alone = read_answer("Ik noem drie punten:", (line("Ik noem drie punten:" + items),), selection(), nowhere)
    assert [s.own_account for s in alone] == [""]
    kept = replace(alone[0], own_account="Besproken met de directeur.")
    assert line("Ik noem drie punten:" + items, (kept,)).own_account == kept.own_account


def test_the_line_is_no_source_of_a_sentence() -> None:
    line = replace(selection(), chosen=(replace(source(), id=LINE),))
    (taken_over,) = read_answer("In de haven varen 14 veerponten.", (), line, nowhere)
    assert not taken_over.citations
