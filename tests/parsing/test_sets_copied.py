"""Sets as people copy and number them: every style of counting, mail, markup, lists before the questions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from learninglion.parsing.sets import read_question_set

HEAD = "Vragen van het lid De Wit (XYZ) aan de minister van Waterzaken over ponten (ingezonden 3 mei 2031)"
ASKED = (
    "Bent u bekend met het bericht «Pont stil»?",
    "Klopt het dat drie ponten stilliggen? Zo ja, hoe lang nog?",
    "Welke maatregelen neemt u?",
)
ROMAN = ("I", "II", "III")
STYLES: dict[str, Callable[[int], str]] = {
    "figure glued": lambda n: f"{n}.",
    "bracket glued": lambda n: f"{n})",
    "square": lambda n: f"[{n}] ",
    "dash": lambda n: f"{n} - ",
    "slash": lambda n: f"{n}/ ",
    "degree": lambda n: f"{n}° ",
    "label and dash": lambda n: f"Vraag {n} – ",
    "letter V": lambda n: f"V{n}: ",
    "English": lambda n: f"Question {n}: ",
    "ordinal": lambda n: f"{n}e vraag: ",
    "word": lambda n: f"Vraag {('een', 'twee', 'drie')[n - 1]}\n",
    "numeral": lambda n: f"{ROMAN[n - 1]}. ",
    "numeral label": lambda n: f"Vraag {ROMAN[n - 1]}\n",
    "letter": lambda n: f"{'abc'[n - 1]}) ",
    "circled": lambda n: f"{'①②③'[n - 1]} ",
    "keycap": lambda n: f"{n}\ufe0f\u20e3 ",
    "quoted": lambda n: f"> {n}. ",
    "bullet": lambda n: f"• {n}. ",
    "bold": lambda n: f"**Vraag {n}**\n",
    "heading": lambda n: f"### Vraag {n}\n",
}


@pytest.mark.parametrize("style", STYLES)
def test_marks_that_count_are_read_and_left_out(style: str) -> None:
    lines = [STYLES[style](n) + text for n, text in enumerate(ASKED, start=1)]
    question_set = read_question_set(f"{HEAD}\n\n" + "\n".join(lines))
    assert [q.numbers for q in question_set.questions] == [(1,), (2,), (3,)]
    assert tuple(q.text for q in question_set.questions) == ASKED
    assert question_set.title == "Ponten"
    assert question_set.warnings == ()


def test_a_quoted_mail_with_numerals_past_the_letters() -> None:
    marks = ("I", "II", "III", "IV", "V", "VI")
    text = "\n>\n".join((HEAD, *(f"> {mark}. Wat kost pont {mark}?" for mark in marks)))
    question_set = read_question_set(text)
    assert [q.text for q in question_set.questions] == [f"Wat kost pont {mark}?" for mark in marks]


def test_a_list_ahead_of_the_questions_is_part_of_the_introduction() -> None:
    text = f"{HEAD}\n\nIn de brief staat:\n1. De pont blijft.\n2. Wij betalen.\n\nDaarom de vragen:\n\n"
    question_set = read_question_set(text + "1. Kent u die brief?\n2. Wie betaalt?\n3. Hoe lang?")
    assert [q.text for q in question_set.questions] == ["Kent u die brief?", "Wie betaalt?", "Hoe lang?"]
    assert "De pont blijft." in question_set.introduction


def test_a_list_in_a_question_stays_in_it() -> None:
    text = f"{HEAD}\n\nI. Kunt u zeggen:\na. wat het kost;\nb. wie betaalt?\nII. Hoe lang duurt het?"
    assert [q.text for q in read_question_set(text).questions] == [
        "Kunt u zeggen:\na. wat het kost;\nb. wie betaalt?",
        "Hoe lang duurt het?",
    ]


def test_some_questions_share_a_line() -> None:
    text = f"{HEAD}\n\n1. Kent u dit? 2. Wat doet u?\n3. Hoe lang duurt het?\n4. Wie betaalt?5. Waarom?"
    question_set = read_question_set(text)
    assert [q.numbers for q in question_set.questions] == [(1,), (2,), (3,), (4,), (5,)]
    assert question_set.warnings == ()


def test_statements_with_letters_are_no_questions() -> None:
    text = f"{HEAD}\n\na. de pont is stuk\nb. de brug is stuk\nWat gaat u doen?"
    assert len(read_question_set(text).questions) == 1


def test_a_word_broken_at_a_soft_hyphen_is_whole() -> None:
    assert (
        read_question_set("1. Vaart de veer\u00ad\npont?\n2. Wanneer?").questions[0].text
        == "Vaart de veerpont?"
    )


def test_the_title_comes_from_the_set_and_not_from_the_mail_around_it() -> None:
    text = f"Hoi,\n\nHierbij de nieuwe vragen van vandaag.\n\n{HEAD}\n\n1. Kent u dit?\n2. Wat doet u?"
    assert read_question_set(text).title == "Ponten"


def test_labels_without_numbers_are_counted() -> None:
    question_set = read_question_set(f"{HEAD}\n\nVraag:\nKent u dit?\n\nVraag:\nWat doet u?")
    assert [(q.numbers, q.text) for q in question_set.questions] == [
        ((1,), "Kent u dit?"),
        ((2,), "Wat doet u?"),
    ]
    assert question_set.warnings == (
        "De vragen hebben geen nummer; ze zijn hier geteld. Controleer de indeling.",
    )


def test_a_question_that_lost_its_number_is_one_of_its_own() -> None:
    asked = ("1. Kent u dit?", "2. Vaart de pont?", "Wat doet u eraan?", "4. Hoe lang?", "Zo ja, waarom?")
    text = "\n\n".join((HEAD, *asked))
    question_set = read_question_set(text)
    assert [(q.numbers, q.text) for q in question_set.questions] == [
        ((1,), "Kent u dit?"),
        ((2,), "Vaart de pont?"),
        ((3,), "Wat doet u eraan?"),
        ((4,), "Hoe lang?\nZo ja, waarom?"),
    ]
    assert question_set.warnings == (
        "Vraag 3 heeft geen nummer; het volgt uit de volgorde. Controleer de indeling.",
    )


def test_a_part_of_a_set_keeps_its_numbers() -> None:
    question_set = read_question_set(
        f"{HEAD}\n\n2. Kent u dit?\n3. Vaart de pont?\n9. Hoe lang?\n14. Waarom?"
    )
    assert [q.numbers for q in question_set.questions] == [(2,), (3,), (9,), (14,)]


@pytest.mark.parametrize(
    "marks",
    [
        ("1. ", "2) ", "3 "),
        ("Vraag 1\n", "2. ", "(3) "),
        ("Nr. 1: ", "Nr. 2: ", "Nr. 3: "),
        ("#1 ", "#2 ", "#3 "),
        ("01. ", "02. ", "Vraag 3: "),
    ],
)
def test_marks_of_several_styles_count_on(marks: tuple[str, ...]) -> None:
    lines = [mark + text for mark, text in zip(marks, ASKED, strict=True)]
    question_set = read_question_set(f"{HEAD}\n\n" + "\n".join(lines))
    assert [q.numbers for q in question_set.questions] == [(1,), (2,), (3,)]
    assert tuple(q.text for q in question_set.questions) == ASKED


@pytest.mark.parametrize(
    ("marks", "second"), [(("2a ", "2b "), "a. {0}\nb. {1}"), (("2.1 ", "2.2 "), "2.1 {0} 2.2 {1}")]
)
def test_parts_without_a_full_stop_stay_in_their_question(marks: tuple[str, str], second: str) -> None:
    lines = (f"1. {ASKED[0]}", marks[0] + ASKED[1], marks[1] + ASKED[2], f"3. {ASKED[0]}")
    question_set = read_question_set(f"{HEAD}\n\n" + "\n".join(lines))
    assert [q.numbers for q in question_set.questions] == [(1,), (2,), (3,)]
    assert question_set.questions[1].text == second.format(*ASKED[1:])


@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_a_last_question_without_its_number_is_told(between: str) -> None:
    lines = ["1. Kent u het bericht?", "2. Klopt dit?", "3. Wat gaat u doen?", "Wanneer hoort de Kamer dit?"]
    told = [w for w in read_question_set(between.join(lines)).warnings if "zonder nummer" in w]
    assert len(told) == 1 and "Wanneer hoort de Kamer dit?" in told[0]
    assert not read_question_set(between.join(lines[:3])).warnings
    follows = between.join([*lines[:3], "Zo nee, waarom niet?"])
    assert not read_question_set(follows).warnings


@pytest.mark.parametrize(
    ("marks", "numbers"),
    [
        (("1) ", "2) ", "4) "), (1, 2, 4)),
        (("1. ", "5. ", "6. "), (1, 5, 6)),
        (("a) ", "b) ", "d) "), (1, 2, 4)),
        (("1 en 2. ", "3. "), (1, 3)),
    ],
)
def test_a_gap_in_the_numbers_is_told_and_swallows_nothing(
    marks: tuple[str, ...], numbers: tuple[int, ...]
) -> None:
    lines = [mark + text for mark, text in zip(marks, ASKED, strict=False)]
    question_set = read_question_set(f"{HEAD}\n\n" + "\n".join(lines))
    assert tuple(q.numbers[0] for q in question_set.questions) == numbers
    assert tuple(q.text for q in question_set.questions) == ASKED[: len(marks)]
    whole = numbers == (1, 3)
    assert whole or any("ontbreekt" in warning for warning in question_set.warnings)


@pytest.mark.parametrize("around", ["{0}", HEAD + "\n\n{0}", "Dag,\n\nHierbij.\n\n{0}\n\nGroet,\nEls"])
@pytest.mark.parametrize("number", [1, 7])
def test_one_numbered_question(around: str, number: int) -> None:
    question = f"{ASKED[1]}\na. Welke ponten zijn dat?\nb. Wie betaalt?"
    question_set = read_question_set(around.format(f"{number}. {question}"))
    assert [(q.numbers, q.text) for q in question_set.questions] == [((number,), question)]
    assert all("mail" in warning for warning in question_set.warnings)


@pytest.mark.parametrize("sign", ["•", "-", "▪", "o", "*"])
def test_bullets_of_which_some_do_not_ask(sign: str) -> None:
    asked = (
        ASKED[0],
        "Graag een overzicht per pont.",
        "Kunt u zeggen:\n– wat het kost;\n– wie betaalt?",
        ASKED[2],
    )
    text = f"{HEAD}\n\n" + "\n".join(f"{sign} {question}" for question in asked)
    assert tuple(q.text for q in read_question_set(text).questions) == asked


@pytest.mark.parametrize("form", ["{n}. {q}", "Vraag {n}\n{q}", "• {q}", "{q}"])
@pytest.mark.parametrize(
    ("ahead", "behind"),
    [
        ("Beste collega, hierbij de vragen. Kun je ze voor maandag doen?", "Groet, Jan"),
        ("Ha Els,\nZie onder.", "Gr. Jan"),
        ("Van: Griffie\nOnderwerp: vragen", "Mvg,\n\nJan\nBeleidsmedewerker\nT 06 12 34 56 78"),
        ("", "Dank alvast!"),
    ],
)
def test_who_sends_a_set_on_asks_nothing(form: str, ahead: str, behind: str) -> None:
    asked = "\n\n".join(form.format(n=n, q=text) for n, text in enumerate(ASKED, start=1))
    question_set = read_question_set("\n\n".join((ahead, HEAD, asked, behind)))
    assert tuple(q.text for q in question_set.questions) == ASKED
    assert question_set.introduction == HEAD
    assert any("weggelaten" in warning for warning in question_set.warnings)


def test_what_stands_behind_the_last_question_is_told() -> None:
    question_set = read_question_set(f"1. {ASKED[0]}\n2. {ASKED[2]}\n\nDeadline: vrijdag 12.00 uur")
    assert question_set.questions[1].text == ASKED[2]
    assert any("Deadline" in warning for warning in question_set.warnings)


def test_rows_of_a_copied_table() -> None:
    rows = "\n".join(f"| {n} | {text} |" for n, text in enumerate(ASKED, start=1))
    question_set = read_question_set(f"{HEAD}\n\n| Nr | Vraag |\n| --- | --- |\n{rows}")
    assert tuple(q.text for q in question_set.questions) == ASKED


def test_lines_that_end_before_they_are_full_end_a_question() -> None:
    long = (
        "Welke maatregelen neemt u om te zorgen dat de ponten op alle plaatsen langs de rivier\nweer varen?"
    )
    asked = (ASKED[0], long, "Wie betaalt de ponten?", ASKED[1])
    question_set = read_question_set(f"{HEAD}\n\n" + "\n".join(asked))
    assert tuple(q.text for q in question_set.questions) == tuple(text.replace("\n", " ") for text in asked)


@pytest.mark.slow
def test_one_label_many_times_is_read_in_bounded_time() -> None:
    assert len(read_question_set("Vraag 1\nHoe?\n" * 10_000).questions) == 10_000
