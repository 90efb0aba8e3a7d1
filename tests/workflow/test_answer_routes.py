"""The same text from the same sources has the same verdict and remarks, whatever way it was reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learninglion.checking.citations import nowhere
from learninglion.drafting.extractive import draft
from learninglion.drafting.verdict import verify
from learninglion.dutch.text import split_sentences
from learninglion.models import AnswerVerdict, Author, Chooser, Remark, Selection, Source, Verification
from learninglion.models.plain import from_plain, to_plain
from learninglion.testing import make_card, make_hit, make_selection, make_source
from learninglion.web.rendering import view_verdict
from learninglion.workflow.answer_text import read_answer, write_answer
from learninglion.workflow.dossiers import check_again, own_statement

ASKED = "Hoeveel veerponten varen er op dit moment bij Duinwijk?"
PONTS = make_source(
    "Er varen op dit moment 12 veerponten bij Duinwijk. Dit aantal is in 2023 gedaald. "
    "De gemeente houdt toezicht.",
    question=ASKED,
)
OLDER = make_source(
    "Er varen op dit moment 15 veerponten bij Duinwijk.",
    question=ASKED,
    card=make_card("ah-tk-20212022-8001", day=date(2022, 3, 3), number=8001),
)
BESIDE = make_source(
    "Het toezicht op de veerponten bij Duinwijk ligt bij de gemeente, die de schippers jaarlijks bezoekt.",
    question="Hoe is het toezicht op de veerponten geregeld?",
    card=make_card("ah-tk-20222023-8004", day=date(2023, 3, 3), number=8004),
)
BRIDGE = make_source("Bij Duinwijk varen 12 veerponten.", question="Is de brug bij Duinwijk open?")


def chosen(question: str, *sources: Source) -> Selection:
    return make_selection(question, list(sources))


WAYS = {
    "sure": chosen(ASKED, PONTS),
    "another view": chosen(ASKED, OLDER, PONTS),
    "a part open": chosen(f"{ASKED} Hoeveel subsidie ontvangt rederij Windkracht jaarlijks?", PONTS),
    "nothing": chosen("Bent u bereid het toezicht op de schippers van de veerponten te verscherpen?", BESIDE),
    "doubted": replace(
        make_selection(
            "Wat is het aantal veerponten bij Duinwijk? Hoe hoog is dat aantal?",
            [BRIDGE],
            chosen_by=Chooser.MACHINE,
        ),
        offered=(make_hit(BRIDGE, rank=1, score=0.4),),
    ),
    "newer beside": replace(chosen(ASKED, OLDER), offered=(make_hit(OLDER, rank=1), make_hit(PONTS, rank=2))),
    "by the machine": replace(
        make_selection(ASKED, [OLDER], chosen_by=Chooser.MACHINE),
        offered=(make_hit(OLDER, rank=1), make_hit(PONTS, rank=2)),
    ),
}
DRAFTS = {name: verify(draft(selection)) for name, selection in WAYS.items()}


def typed(before: Verification, text: str) -> Verification:
    """As the page sends it: the text split, what changed checked again."""
    made = before.draft
    sentences = read_answer(text, made.statements, made.selection, nowhere, written=made.written)
    return check_again(before, sentences, nowhere)


def emptied(now: Verification, _text: str) -> Verification:
    return typed(now, "")


def something_else(now: Verification, _text: str) -> Verification:
    return typed(now, "Dat is een mooi gezicht. Wij komen hierop terug.")


def a_quote_more(now: Verification, text: str) -> Verification:
    return typed(now, f"{text}\n\nDe gemeente houdt toezicht.")


def changed(now: Verification, text: str) -> Verification:
    return typed(now, text.replace("veerponten", "ponten").replace("toezicht", "opzicht"))


def split(now: Verification, text: str) -> Verification:
    return typed(now, text.replace(" bij Duinwijk", ". Dat is bij Duinwijk", 1))


def taken_apart(now: Verification, text: str) -> Verification:
    return typed(now, text.replace(": ", ":\n\n").replace(" 12 ", ". 12 "))


def merged(now: Verification, text: str) -> Verification:
    return typed(now, text.replace(". ", " en ", 1))


def turned_round(now: Verification, text: str) -> Verification:
    return typed(now, " ".join(span.of(text) for span in reversed(split_sentences(text))))


def on_own_account(now: Verification, _text: str) -> Verification:
    return check_again(now, [own_statement(s, "Gebeld.") for s in now.draft.statements], nowhere)


def restarted(now: Verification, _text: str) -> Verification:
    return from_plain(Verification, to_plain(now))


def saved(now: Verification, _text: str) -> Verification:
    return typed(now, write_answer(now.draft.statements))


STEPS: tuple[Callable[[Verification, str], Verification], ...] = (
    emptied, something_else, a_quote_more, changed, split, taken_apart, merged, turned_round, restarted, saved
)  # fmt: skip


def as_told(verification: Verification) -> tuple[object, ...]:
    """What a reader is told of the answer as a whole; not how many words a person typed."""
    view = view_verdict(verification)
    told = (view.words, view.mark, view.answered, verification.draft.left_out)
    return verification.verdict, verification.missing, *told


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(DRAFTS)), st.lists(st.sampled_from(STEPS), max_size=4))
def test_a_text_that_comes_back_has_the_verdict_that_it_had(
    name: str, steps: list[Callable[[Verification, str], Verification]]
) -> None:
    begun = DRAFTS[name]
    text = write_answer(begun.draft.statements)
    now = begun
    for step in steps:
        now = step(now, text)
    back = typed(now, text)
    assert as_told(back) == as_told(begun) and view_verdict(back) == view_verdict(begun)


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(sorted(DRAFTS)),
    st.sampled_from(STEPS),
    st.lists(st.sampled_from(STEPS), max_size=3),
)
def test_a_changed_text_has_one_verdict_too(
    name: str,
    last: Callable[[Verification, str], Verification],
    detour: list[Callable[[Verification, str], Verification]],
) -> None:
    begun = DRAFTS[name]
    text = write_answer(begun.draft.statements)
    at_once = last(begun, text)
    now = begun
    for step in detour:
        now = step(now, text)
    aim = write_answer(at_once.draft.statements)
    there = typed(typed(now, ""), aim)
    assert as_told(there) == as_told(at_once)


def test_the_drafts_begin_as_their_names_say() -> None:
    begun = {name: view_verdict(verification).mark for name, verification in DRAFTS.items()}
    assert {n for n, mark in begun.items() if mark == "✓"} == {"sure", "another view"}
    assert {n for n, mark in begun.items() if mark == "✕"} == {"nothing"}


def test_a_quotation_typed_anew_is_as_doubtful_as_it_was() -> None:
    begun = DRAFTS["doubted"]
    assert begun.verdict is AnswerVerdict.PARTIAL and begun.draft.left_out
    anew = typed(typed(begun, ""), write_answer(begun.draft.statements))
    assert {s.author for s in anew.draft.statements} == {Author.MACHINE}  # nobody changed its words
    assert as_told(anew) == as_told(begun)


@pytest.mark.parametrize("name", sorted(DRAFTS))
def test_a_doubt_and_a_tick_never_stand_together(name: str) -> None:
    now, text = DRAFTS[name], write_answer(DRAFTS[name].draft.statements)
    for step in (saved, a_quote_more, changed, merged, something_else, on_own_account):
        now = step(now, text)
        answered = view_verdict(now).answered
        assert not (answered and any(" ga na " in f" {r.lower()} " for r in now.draft.left_out))
        assert answered or now.draft.left_out or now.missing or now.failed


def test_what_a_person_says_must_answer_the_question_too() -> None:
    begun = DRAFTS["nothing"]

    def own(text: str) -> Verification:
        now = typed(typed(begun, ""), text)
        return check_again(now, [own_statement(s, "Besloten.") for s in now.draft.statements], nowhere)

    beside = own("De veerboot naar het eiland vaart sinds 2019 op elektriciteit.")
    assert not view_verdict(beside).answered and view_verdict(beside).own == 1
    for answer in (
        "Ik ben bereid het toezicht op de schippers van de veerponten te verscherpen.",
        "Nee.",
        "Ja, dat gebeurt dit jaar.",
    ):
        said = own(answer)
        assert view_verdict(said).answered and not said.draft.left_out, answer


def test_a_quotation_that_a_person_adds_is_held_to_what_a_draft_is_held_to() -> None:
    begun = DRAFTS["nothing"]
    quoted = typed(begun, BESIDE.body)
    assert quoted.shown and quoted.verdict is AnswerVerdict.PARTIAL
    assert quoted.missing or quoted.draft.doubts
    sure = typed(typed(DRAFTS["sure"], ""), "Er varen op dit moment 12 veerponten bij Duinwijk.")
    assert sure.verdict is AnswerVerdict.ANSWERED


def test_that_a_figure_is_not_known_is_an_answer_on_own_account() -> None:
    begun = typed(DRAFTS["sure"], "Dat is niet bekend.")
    assert not begun.checks[0].statement.citations  # near to nothing in particular
    said = check_again(begun, [own_statement(begun.draft.statements[0], "Navraag.")], nowhere)
    assert view_verdict(said).answered and not view_verdict(begun).answered


def test_a_remark_goes_with_what_it_is_about() -> None:
    begun = DRAFTS["another view"]
    differs = "De bronnen verschillen"
    assert any(r.startswith(differs) for r in begun.draft.left_out)
    newest = typed(begun, begun.draft.statements[0].text)
    assert not any(r.startswith(differs) for r in newest.draft.left_out)
    back = typed(newest, write_answer(begun.draft.statements))
    assert back.draft.left_out == begun.draft.left_out


def test_what_is_newer_is_told_while_the_older_source_is_cited_and_the_doubt_stays() -> None:
    begun = DRAFTS["newer beside"]
    newer = "Er is een nieuwere bron die u niet koos."
    assert any(r.startswith(newer) for r in begun.draft.left_out)
    other = typed(begun, "De gemeente bezoekt de schippers elk jaar.")
    assert not any(c.statement.citations for c in other.checks)
    assert not any(r.startswith(newer) for r in other.draft.left_out)
    own = check_again(other, [own_statement(s, "Gebeld.") for s in other.draft.statements], nowhere)
    assert not view_verdict(own).answered
    back = typed(other, write_answer(begun.draft.statements))
    assert back.draft.left_out == begun.draft.left_out


def test_a_record_from_before_doubts_were_data_is_written_as_it_was_and_keeps_its_doubt() -> None:
    begun = DRAFTS["doubted"]
    old = replace(begun, draft=replace(begun.draft, written=(), remarks=()))
    plain = to_plain(old.draft)
    assert isinstance(plain, dict) and not {"written", "remarks", "stopped"} & plain.keys()
    assert from_plain(Verification, to_plain(old)) == old
    text = write_answer(old.draft.statements)
    back = typed(typed(old, ""), text)
    assert (back.verdict, back.missing) == (begun.verdict, begun.missing)
    assert isinstance(back.draft.remarks[0], Remark)
