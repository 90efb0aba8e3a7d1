"""Nothing is told twice in one set: joint answers, and answers that refer to another."""

from __future__ import annotations

from dataclasses import replace

import pytest
from test_letters import answered, cited

from learninglion.models import AnswerVerdict, Author, Dossier, Opening, QuestionSet, Statement
from learninglion.record.contract import dossier_view
from learninglion.record.export import ExportFormat, export
from learninglion.record.notes import answer_groups, collect_notes, runs

LONG = "Er varen bij Duinwijk op dit moment 12 veerponten van drie rederijen."
MORE = "De rederijen krijgen daarvoor samen 4 miljoen euro per jaar van het Rijk."


def told(text: str, phrase: str = "", **also) -> Statement:
    return Statement(f"{phrase} {text}".strip(), (cited("a", text),), **also)


def dossier(*answers: tuple[Statement, ...]) -> Dossier:
    questions = tuple(answered((n,), said) for n, said in enumerate(answers, start=1))
    return Dossier("dossier-01", QuestionSet("", ()), questions)


PHRASE = "Zoals op 1 maart 2024 aan uw Kamer is gemeld:"
FIRST = (told(LONG, PHRASE), told(MORE))
OTHER = (told("Dat is een geheel ander antwoord over de dijken bij Zandwijk en omgeving.", PHRASE),)


def test_an_answer_further_back_is_referred_to() -> None:
    made = dossier(FIRST, OTHER, (told(MORE, PHRASE),), (Statement("Ja.", (cited("b", "Ja."),)),))
    assert [(g.numbers, g.refers_to) for g in answer_groups(made)] == [
        ((1,), ()),
        ((2,), ()),
        ((3,), (1,)),
        ((4,), ()),
    ]
    for form in (ExportFormat.MARKDOWN, ExportFormat.HTML):
        text = export(made, form).decode()
        answers = text.split("Verantwoording van de bronnen")[0]
        assert answers.count(MORE) == 1 and "Zie het antwoord op vraag 1." in answers
    notes = collect_notes(made)
    assert notes[2, 0] == notes[0, 0]  # the same source keeps its number


def test_what_follows_and_says_the_same_is_one_answer() -> None:
    made = dossier(FIRST, FIRST, tuple(reversed(FIRST)), OTHER, FIRST)
    assert [(g.numbers, g.refers_to) for g in answer_groups(made)] == [
        ((1, 2, 3), ()),
        ((4,), ()),
        ((5,), (1, 2, 3)),
    ]
    text = export(made, ExportFormat.MARKDOWN).decode()
    assert "### Antwoord op vraag 1 t/m 3" in text and "Zie het antwoord op vraag 1 t/m 3." in text
    questions = dossier_view(made)["questions"]
    assert [(q["joint_with"], q["refers_to"]) for q in questions] == [
        ([2, 3], []),
        ([1, 3], []),
        ([1, 2], []),
        ([], []),
        ([], [1, 2, 3]),
    ]
    assert all(q["statements"] for q in questions)  # each question keeps what it rests on


def test_what_follows_and_says_less_refers_to_it() -> None:
    made = dossier(FIRST, (told(MORE, PHRASE),))
    assert [(g.numbers, g.refers_to) for g in answer_groups(made)] == [((1,), ()), ((2,), (1,))]


def test_what_may_not_answer_its_question_is_no_joint_answer() -> None:
    """A sentence that was put in the text without bearing on the question is told where it stands."""
    made = dossier(FIRST, FIRST, (told(MORE, PHRASE),))
    doubtful = [
        replace(v, draft=replace(v.draft, verdict=AnswerVerdict.PARTIAL)) for v in made.verifications[1:]
    ]
    groups = answer_groups(replace(made, verifications=(made.verifications[0], *doubtful)))
    assert [(g.numbers, g.refers_to) for g in groups] == [((1,), ()), ((2,), ()), ((3,), ())]


def test_what_a_sentence_on_own_account_was_made_of_parts_no_answers() -> None:
    """It shows no source, so one that kept a citation of the sentence it replaced says the same."""
    own = Statement("Dat geldt voor beide.", author=Author.PERSON, own_account="Overleg.")
    made = dossier((*FIRST, own), (*FIRST, replace(own, citations=(cited("z", "Dit geldt niet."),))))
    assert [g.numbers for g in answer_groups(made)] == [(1, 2)]
    assert {n.name for notes in collect_notes(made).values() for n in notes} == {"Bron a"}


def test_an_answer_that_leaves_a_part_open_is_no_joint_answer() -> None:
    made = dossier(FIRST, FIRST, FIRST)
    open_part = replace(made.verifications[1], verdict=AnswerVerdict.PARTIAL, missing=("Wie betaalt dat?",))
    made = replace(made, verifications=(made.verifications[0], open_part, made.verifications[2]))
    groups = [(g.numbers, g.refers_to) for g in answer_groups(made)]
    assert groups == [((1,), ()), ((2,), ()), ((3,), (1,))]


def test_what_is_short_or_a_persons_own_is_told_where_it_stands() -> None:
    yes = (Statement("Ja.", (cited("b", "Ja."),)),)
    own = (Statement(LONG, (), Author.PERSON, own_account="Overleg.", opens=Opening.PARAGRAPH),)
    made = dossier(yes, OTHER, yes, FIRST, OTHER, own)
    assert [g.refers_to for g in answer_groups(made)] == [(), (), (), (), (2,), ()]


@pytest.mark.parametrize(
    ("numbers", "text"),
    [((1,), "1"), ((1, 2), "1 en 2"), ((1, 2, 3, 5), "1 t/m 3 en 5"), ((1, 3, 4, 5), "1 en 3 t/m 5")],
)
def test_numbers_that_follow_each_other_are_a_run(numbers: tuple[int, ...], text: str) -> None:
    assert runs(numbers) == text
