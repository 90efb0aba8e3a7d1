"""Sets with what comes along when somebody pastes them: mails around them, tables, page feet, odd marks."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from random import Random

import pytest

from learninglion.models import QuestionSet
from learninglion.parsing.sets import clean_pasted, read_question_set

HEAD = "Vragen van het lid De Wit (XYZ) aan de minister van Waterzaken over ponten (ingezonden 3 mei 2031)"
ASKED = (
    "Bent u bekend met het bericht «Pont stil»?",
    "Klopt het dat drie ponten stilliggen? Zo ja, hoe lang nog?",
    "Welke maatregelen neemt u voor de ponten, voor de sluis bij Oudeveen en voor wie er wonen en werken?",
    "Wat kost de pont per jaar, uitgesplitst naar onderhoud (circa 20 procent) en personeel?",
    "Kunt u aangeven:\na. het aantal meldingen;\nb. de kosten?",
    "Wie betaalt de sluis?",
)
Found = list[tuple[tuple[int, ...], str]]


def read(question_set: QuestionSet) -> Found:
    return [(question.numbers, question.text) for question in question_set.questions]


def counted(texts: Sequence[str]) -> Found:
    return [((n,), text) for n, text in enumerate(texts, start=1)]


# --------------------------------------------------------------------------- marks


@pytest.mark.parametrize(
    ("marks", "numbers"),
    [
        (("Vragen I en II\n", "Vraag III\n"), ((1, 2), (3,))),
        (("Vraag 1\n", "Vragen 2 t/m 4: "), ((1,), (2, 3, 4))),
        (("Vragen een en twee: ", "Vraag drie: "), ((1, 2), (3,))),
        (("1/2. ", "3. "), ((1, 2), (3,))),
        (("I. ", "II-III. "), ((1,), (2, 3))),
        (("a en b) ", "c) "), ((1, 2), (3,))),
        (("1+2) ", "3) "), ((1, 2), (3,))),
        (("Een. ", "Twee. "), ((1,), (2,))),
        (("Ten eerste: ", "Ten tweede: "), ((1,), (2,))),
        (("Eerste vraag: ", "Tweede vraag: "), ((1,), (2,))),
        (("Kamervraag 1:\n", "Kamervraag 2:\n"), ((1,), (2,))),
        (("Vraag 1 van 2: ", "Vraag 2 van 2: "), ((1,), (2,))),
        (("V1: ", "Vraag 2\n"), ((1,), (2,))),
    ],
)
@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_marks_for_one_question_or_several(
    marks: tuple[str, ...], numbers: tuple[tuple[int, ...], ...], between: str
) -> None:
    lines = [mark + text for mark, text in zip(marks, ASKED, strict=False)]
    question_set = read_question_set(f"{HEAD}\n\n" + between.join(lines))
    assert read(question_set) == list(zip(numbers, ASKED, strict=False))
    assert question_set.warnings == ()


@pytest.mark.parametrize(
    "marks", ["1. |2. |3. |4. |5) |6) ", "1 |Vraag 2: |(3) |4. |5. |6. ", "1. |2. |3)|4.|5. |6. "]
)
def test_a_mark_may_change_in_the_middle(marks: str) -> None:
    lines = [mark + text for mark, text in zip(marks.split("|"), ASKED, strict=True)]
    assert read(read_question_set(f"{HEAD}\n\n" + "\n".join(lines))) == counted(ASKED)


def test_numbers_that_start_anew_for_each_fraction_are_told() -> None:
    water = f"Vragen van de WATER-fractie\n\n1. {ASKED[0]}\n2. {ASKED[1]}"
    question_set = read_question_set(f"{water}\n\nVragen van de LAND-fractie\n\n1. {ASKED[5]}")
    assert read(question_set) == [((1,), ASKED[0]), ((2,), ASKED[1]), ((1,), ASKED[5])]
    assert any("vaker" in warning for warning in question_set.warnings)
    assert any("LAND-fractie" in warning for warning in question_set.warnings)


@pytest.mark.parametrize("form", ["Vraag {n} ({who})\n{q}", "Vraag {n} ({who}): {q}", "{n}. [{who}] {q}"])
def test_who_asks_is_told_in_the_introduction(form: str) -> None:
    parties = ("WATER", "LAND", "D67")
    lines = [
        form.format(n=n, who=who, q=q) for n, (who, q) in enumerate(zip(parties, ASKED, strict=False), 1)
    ]
    question_set = read_question_set(f"{HEAD}\n\n" + "\n".join(lines))
    assert read(question_set) == counted(ASKED[:3])
    assert question_set.introduction == f"{HEAD}\nWie vraagt: 1 WATER; 2 LAND; 3 D67"


def test_what_fractions_ask_in_running_text() -> None:
    asked = (
        "De leden van de fractie van WATER vragen of de pont vaart.",
        "Deze leden vragen wat de sluis kost. Kan de minister dat toelichten?",
        "De leden van de LAND-fractie vragen hoeveel mensen wachten.",
    )
    question_set = read_question_set("Vragen over ponten\n\n" + "\n\n".join(asked))
    assert read(question_set) == counted(asked)
    assert any("geteld" in warning for warning in question_set.warnings)


@pytest.mark.parametrize("signs", ["••--", "-–-–", "*-*-", "▪▪▪•"])
def test_bullets_of_two_kinds(signs: str) -> None:
    lines = [f"{sign} {text}" for sign, text in zip(signs, ASKED, strict=False)]
    assert read(read_question_set(f"{HEAD}\n\n" + "\n".join(lines))) == counted(ASKED[:4])


def test_a_number_that_was_typed_twice_is_told() -> None:
    question_set = read_question_set(f"1. {ASKED[0]}\n2. {ASKED[1]}\n2. {ASKED[2]}")
    assert [numbers for numbers, _ in read(question_set)] == [(1,), (2,), (2,)]
    assert any("vaker" in warning for warning in question_set.warnings)


# --------------------------------------------------------------------------- tables

WHOLE = ASKED[:4]


@pytest.mark.parametrize("sign", ["\t", " | ", ";", "      "])
@pytest.mark.parametrize(
    "columns", ["Nr,Vraag,Status", "#,Fractie,Kamervraag,Opmerking,Status", "Nr.,Vraag,,Deadline"]
)
def test_columns_beside_the_questions_are_told_and_left_out(sign: str, columns: str) -> None:
    names = [name or "Afdeling" for name in columns.split(",")]
    rows = [
        [str(n) if name[0] in "N#" else text if "raag" in name else f"{name.lower()} X." for name in names]
        for n, text in enumerate(WHOLE, start=1)
    ]
    if "Fractie" in names:
        rows = [[cell.replace("fractie X.", "WATER") for cell in row] for row in rows]
    question_set = read_question_set(f"{HEAD}\n\n" + "\n".join(sign.join(row) for row in (names, *rows)))
    assert read(question_set) == counted(WHOLE)
    assert question_set.introduction.startswith(HEAD) and "X." not in question_set.introduction
    assert ("Wie vraagt: 1 WATER" in question_set.introduction) == ("Fractie" in names)
    assert [w for w in question_set.warnings if "Kolommen" in w and names[-1] in w]


def test_a_table_of_which_each_cell_became_a_line() -> None:
    cells = [cell for n, text in enumerate(WHOLE, start=1) for cell in (str(n), text, "open")]
    question_set = read_question_set(f"{HEAD}\n\nNr\nVraag\nStatus\n" + "\n".join(cells))
    assert read(question_set) == counted(WHOLE)
    assert any("Status" in warning for warning in question_set.warnings)


def test_cells_of_several_lines() -> None:
    first, second = WHOLE[1].split("? ")
    text = f'{HEAD}\n\nNr\tVraag\tStatus\n1\t"{first}?\n{second}"\topen\n2\t{WHOLE[2]}\topen'
    assert read(read_question_set(text)) == counted([WHOLE[1], WHOLE[2]])


def test_what_is_noted_below_each_question() -> None:
    lines = [f"{n}. {text}\nStatus: open\n" for n, text in enumerate(WHOLE, start=1)]
    question_set = read_question_set(f"{HEAD}\n\n" + "\n".join(lines))
    assert read(question_set) == counted(WHOLE)
    assert any("Status" in warning for warning in question_set.warnings)


# --------------------------------------------------------------------------- mail and pages

DUTCH = "Van: Els Vis <els@zaken.example>\nVerzonden: maandag 3 mei 2031 10:12\nAan: Jan\nOnderwerp: {}"
ENGLISH = (
    "-----Original Message-----\nFrom: Els\nSent: Monday, May 3, 2031 10:12 AM\nTo: Jan; Bob\nSubject: {}"
)
ONE_LINE = "Van: Els Verzonden: maandag 3 mei 2031 10:12 Aan: Jan Onderwerp: {}"
WROTE = "Op ma 3 mei 2031 om 10:12 schreef Els Vis <els@zaken.example>:"
MARKED = (
    "**Van:** Els\n**Datum:** 3 mei 2031\n**Aan:** Jan <a@b.example>;\n  Piet <c@b.example>\n*Onderwerp:* {}"
)
SIGNATURE = "Met vriendelijke groet,\n\nEls Vis\nBeleidsadviseur | Directie Veren\nM 06-12345678"
DISCLAIMER = "Dit bericht kan informatie bevatten die niet voor u is bestemd. Meld dat aan de afzender."
FORMS: dict[str, Callable[[int, str], str]] = {
    "1.": lambda n, text: f"{n}. {text}",
    "Vraag 1": lambda n, text: f"Vraag {n}\n{text}",
    "1)": lambda n, text: f"{n}) {text}",
    "1 alone": lambda n, text: f"{n}\n{text}",
    "(1)": lambda n, text: f"({n}) {text}",
}


@pytest.mark.parametrize("seed", range(40))
def test_mails_around_a_set_are_told_and_left_out(seed: int) -> None:
    chance = Random(seed)
    form = chance.choice(list(FORMS.values()))
    blank = chance.choice(["\n", "\n\n"])
    own = f"{HEAD}\n\n" + blank.join(form(n, text) for n, text in enumerate(ASKED, start=1))
    for _ in range(chance.choice([1, 2, 3])):
        greeting = chance.choice(
            ["Beste collega,\n\nKun jij dit oppakken?", "Hoi,\n\nZie onder.", "Ter info.", ""]
        )
        header = chance.choice([DUTCH, ENGLISH, ONE_LINE, WROTE, MARKED]).format("FW: nieuwe vragen")
        tail = chance.choice(
            ["", SIGNATURE, "Groet, Jan", f"{SIGNATURE}\n\n{DISCLAIMER}", "Verstuurd vanaf mijn iPhone"]
        )
        own = "\n\n".join(filter(None, (header, greeting, own, tail)))
    question_set = read_question_set(own)
    assert read(question_set) == counted(ASKED)
    assert question_set.introduction == HEAD
    assert any("mail" in warning for warning in question_set.warnings)


@pytest.mark.parametrize("seed", range(30))
def test_feet_of_pages_in_between(seed: int) -> None:
    chance = Random(seed)
    form = FORMS[chance.choice(["1.", "Vraag 1", "1)", "(1)"])]
    rows = [HEAD, "", *(row for n, text in enumerate(ASKED, 1) for row in (*form(n, text).split("\n"), ""))]
    lines = [line for row in rows for line in textwrap.wrap(row, 62) or [""]]
    foot = chance.choice(
        [
            "Pagina {}\nDatum 3 mei 2031\nOnze referentie 2031-12",
            "{}/9",
            "- {} -",
            "Pagina {} van 9",
            "kv-tk-2031Z0123{}",
        ]
    )
    every, pages = chance.choice([5, 7, 9]), 0
    copied: list[str] = []
    for n, line in enumerate(lines, start=1):
        copied.append(line)
        if n % every == 0 and n < len(lines):
            pages += 1
            copied += ["", foot.format(pages), ""]
    question_set = read_question_set("\n".join(copied))
    assert read(question_set) == counted(ASKED)
    assert question_set.introduction == HEAD
    assert question_set.warnings == ()


def test_a_subject_says_what_a_set_without_a_heading_is_about() -> None:
    header = DUTCH.format("FW: Vragen van het lid Bos (XYZ) over ponten")
    assert read_question_set(f"{header}\n\n1. {ASKED[0]}\n2. {ASKED[1]}").title == "Ponten"


def test_a_first_question_that_was_lost_is_told() -> None:
    question_set = read_question_set(f"{HEAD} Wie betaalt de pont?\n\n2. {ASKED[0]}\n3. {ASKED[1]}")
    assert any("In de inleiding staat nog een vraag" in warning for warning in question_set.warnings)


def test_a_row_without_a_number_goes_on_with_the_question_above() -> None:
    table = (
        "Nr.\tVraag\tAntwoord\n1\tHoeveel opslagplaatsen zijn er?\t\n"
        "\ta. in Groningen?\t\n\tb. in Friesland?\t\n"
        "2\tWat is uw oordeel over deze cijfers?\t\n\tJaar\tAantal\n\t2022\t430\n3\tWie houdt toezicht?\t\n"
    )
    pasted = clean_pasted(table)
    assert [line for line in pasted.text.split("\n") if line.strip()] == [
        "1. Hoeveel opslagplaatsen zijn er?",
        "a. in Groningen?",
        "b. in Friesland?",
        "2. Wat is uw oordeel over deze cijfers?",
        "Jaar Aantal",
        "2022 430",
        "3. Wie houdt toezicht?",
    ]
    # A question of its own that has no number: then they are counted, and that is said.
    own = clean_pasted("Nr.\tVraag\n1\tHoeveel opslagplaatsen zijn er?\n\tWie houdt toezicht?\n")
    assert "• Wie houdt toezicht?" in own.text
