"""Marks of every form, mixed in one set: on lines of their own, ahead of text, and inside running text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from wordfiles import docx, para

from learninglion.models import RawFile
from learninglion.parsing import parse
from learninglion.parsing.kamervragen import pairing
from learninglion.parsing.kamervragen.pairing import Part
from learninglion.parsing.sets import question_set_from_file, read_question_set
from learninglion.parsing.writing import Paragraph

ASKED = (
    "Hoe hoog is de dijk bij Oudeveen?",
    "Graag een overzicht van de kosten.",
    "Sinds 2019 lekt de sluis. Wat doet u daaraan?",
    "Klopt het dat 14 gemeenten daarom vroegen? Zo nee, waarom niet?",
    "Wanneer is het werk klaar?",
    "Deelt u de mening dat dit lang duurt?",
    "Wie betaalt dat?",
)
ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii")
FORMS = (
    "{n}. ",
    "{n}- ",
    "{n}-",
    "{n}.) ",
    "{n}.- ",
    "*{n}* ",
    "{n}, ",
    "{n} > ",
    "{n}_ ",
    "{r}. ",
    "Ad {n}. ",
    "#{n} ",
    "[Vraag {n}] ",
    "• Vraag {n}: ",
)


def read(text: str) -> list[tuple[tuple[int, ...], str]]:
    return [(question.numbers, question.text) for question in read_question_set(text).questions]


def marked(forms: tuple[str, ...]) -> list[str]:
    forms = tuple(forms[n * len(forms) // len(ASKED)] for n in range(len(ASKED)))
    return [
        form.format(n=n, r=ROMAN[n - 1]) + q for n, (form, q) in enumerate(zip(forms, ASKED, strict=True), 1)
    ]


WANTED = [((n,), question) for n, question in enumerate(ASKED, 1)]


@pytest.mark.parametrize("glue", ["\n", "\n\n", " "])
@pytest.mark.parametrize("form", FORMS)
def test_a_mark_may_have_any_form(form: str, glue: str) -> None:
    assert read(glue.join(marked((form,)))) == WANTED


@pytest.mark.parametrize("glue", ["\n", "\n\n", " "])
@pytest.mark.parametrize("first", FORMS[:4])
@pytest.mark.parametrize("second", FORMS[4:])
def test_forms_may_be_mixed(first: str, second: str, glue: str) -> None:
    assert read(glue.join(marked((first, second)))) == WANTED
    assert read(glue.join(marked((first, second, first)))) == WANTED


@pytest.mark.parametrize("forms", [("1a. ", "1b. "), ("1a) ", "1b) "), ("1.a ", "1.b ")])
def test_parts_with_the_number_of_their_question_stay_together(forms: tuple[str, str]) -> None:
    text = f"{forms[0]}{ASKED[0]}\n{forms[1]}{ASKED[4]}\n2- {ASKED[2]}\n3- {ASKED[3]}\n"
    text += f"Vraag 4 en 5\n{ASKED[5]}\nvi. {ASKED[6]}"
    sign = ")" if ")" in forms[0] else "."
    assert read(text) == [
        ((1,), f"a{sign} {ASKED[0]}\nb{sign} {ASKED[4]}"),
        ((2,), ASKED[2]),
        ((3,), ASKED[3]),
        ((4, 5), ASKED[5]),
        ((6,), ASKED[6]),
    ]


def test_a_list_of_another_form_stays_in_its_question() -> None:
    listed = "Kunt u ingaan op:\n(i) de hoogte?\n(ii) de kosten?\n(iii) de planning?"
    assert read(f"1- {ASKED[0]}\n2- {listed}") == [((1,), ASKED[0]), ((2,), listed)]


def test_a_document_counts_by_the_same_marks() -> None:
    text = "Vragen van het lid Bakker (VVD) aan de minister van Water over dijken\n\n"
    text += "\n\n".join(
        f"{line}\n\nAntwoord: Dat is zaak {n}." for n, line in enumerate(marked(("{n}.- ", "{r}. ")), 1)
    )
    document = parse(RawFile("set.txt", text.encode(), "set.txt"))
    answers = [pair.answer.of(document.text) for pair in document.pairs if pair.answer]
    assert answers == [f"Dat is zaak {n}." for n in range(1, len(ASKED) + 1)]


def test_a_bullet_ahead_of_a_number_is_no_list() -> None:
    assert read(f"• Vraag 1: {ASKED[0]}\n• Vraag 2: {ASKED[2]}\n• Vraag 3: {ASKED[3]}") == [
        ((n,), question) for n, question in enumerate((ASKED[0], ASKED[2], ASKED[3]), 1)
    ]


LISTED = "Kunt u drie zaken toelichten?\n1) de hoogte,\n2) de kosten,\n3) de planning."
IN_WORD = (
    ("a list in a question is no answer", (ASKED[0], LISTED, ASKED[3]), "vraag {n}. "),
    ("numbers around one label", (ASKED[0], ASKED[2], ASKED[3]), "{n}.) "),
)


@pytest.mark.parametrize(("asked", "form"), [case[1:] for case in IN_WORD], ids=[case[0] for case in IN_WORD])
def test_sets_in_word_are_read_as_pasted_ones(asked: tuple[str, ...], form: str) -> None:
    lines = ["Vragen van het lid Bakker (VVD) aan de minister van Water over dijken"]
    for n, question in enumerate(asked, 1):
        mark = "Vraag 2: " if n == 2 and "Kunt" not in question else form.format(n=n)
        lines += (mark + question).split("\n")
    found = question_set_from_file(docx("".join(map(para, lines))))
    assert [(q.numbers, q.text) for q in found.questions] == [((n,), q) for n, q in enumerate(asked, 1)]
    assert found.warnings == ()


def test_thousands_of_marks_take_no_time_that_grows_with_their_square() -> None:
    calls = 0
    found = pairing._is_answered

    def counted(paragraphs: Sequence[Paragraph], labels: Mapping[int, Part], question: int, end: int) -> bool:
        nonlocal calls
        calls += end - question
        return found(paragraphs, labels, question, end)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pairing, "_is_answered", counted)
        pairing.find_questions([Paragraph("1a. Hoe?")] * 400)
    assert 0 < calls < 4000
