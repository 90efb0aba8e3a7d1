"""A set as a person mends it before it is searched: questions split and joined."""

from __future__ import annotations

import pytest

from learninglion.models import QuestionSet, SubQuestion
from learninglion.models.errors import InputError, UnknownReferenceError
from learninglion.workflow.sets import join_question, split_question


def a_set(*questions: tuple[tuple[int, ...], str]) -> QuestionSet:
    return QuestionSet("Over honden.", tuple(SubQuestion(numbers, text) for numbers, text in questions))


def shown(question_set: QuestionSet) -> list[tuple[tuple[int, ...], str]]:
    return [(q.numbers, q.text) for q in question_set.questions]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Hoeveel honden?\n\nHoeveel katten?", [(1, "Hoeveel honden?"), (2, "Hoeveel katten?")]),
        ("Hoeveel honden?\n2- Hoeveel katten?", [(1, "Hoeveel honden?"), (2, "Hoeveel katten?")]),
        ("Vraag 1: Hoeveel honden?\nVraag 3: En katten?", [(1, "Hoeveel honden?"), (3, "En katten?")]),
        ("Hoeveel honden? Hoeveel katten?", [(1, "Hoeveel honden?"), (2, "Hoeveel katten?")]),
        (
            "Hond? Zo ja, welke?\nKat? Zo nee, waarom niet?",
            [(1, "Hond? Zo ja, welke?"), (2, "Kat? Zo nee, waarom niet?")],
        ),
        (
            "Klopt dit? Zo nee, waarom niet? Wie doet het?",
            [(1, "Klopt dit? Zo nee, waarom niet?"), (2, "Wie doet het?")],
        ),
        ("Een. Twee?\n\nDrie? Vier?", [(1, "Een. Twee?"), (2, "Drie? Vier?")]),  # where the person put it
    ],
)
def test_a_question_is_split_where_the_next_begins(text: str, parts: list[tuple[int, str]]) -> None:
    made = split_question(a_set(((1,), text)), 0)
    assert shown(made) == [((number,), part) for number, part in parts]
    assert made.introduction == "Over honden."


def test_what_follows_moves_up_only_where_its_number_is_taken() -> None:
    before, after = ((1,), "Waar?"), ((3, 4), "Hoe?")
    assert shown(split_question(a_set(before, ((2,), "Wie? Wat?"), after), 1)) == [
        ((1,), "Waar?"),
        ((2,), "Wie?"),
        ((3,), "Wat?"),
        ((4, 5), "Hoe?"),
    ]
    later = ((9,), "Hoe?")
    assert shown(split_question(a_set(((2,), "Wie? Wat?"), later), 0))[-1] == later


def test_a_question_joins_the_one_before_with_both_numbers() -> None:
    made = join_question(a_set(((1,), "Wie?"), ((2,), "Wat?"), ((3,), "Waar?")), 1)
    assert shown(made) == [((1, 2), "Wie?\nWat?"), ((3,), "Waar?")]
    assert shown(split_question(made, 0)) == [((1,), "Wie?"), ((2,), "Wat?"), ((3,), "Waar?")]


def test_what_cannot_be_mended_so_is_said() -> None:
    one = a_set(((1,), "Wie?"))
    with pytest.raises(InputError, match="lege regel"):
        split_question(one, 0)
    with pytest.raises(InputError, match="eerste vraag"):
        join_question(one, 0)
    with pytest.raises(UnknownReferenceError):
        split_question(one, 1)
