from __future__ import annotations

import pytest

from learninglion.parsing.labels import LabelKind, parse_label, parse_numbers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1", (1,)),
        ("3, 4 en 5", (3, 4, 5)),
        ("3, 4, 5, 9 en 10", (3, 4, 5, 9, 10)),
        ("7, 8, 9 10 en 11", (7, 8, 9, 10, 11)),
        ("7 t/m 9", (7, 8, 9)),
        ("7 t / m 9", (7, 8, 9)),
        ("1 tot en met 3", (1, 2, 3)),
        ("1 t.e.m. 3", (1, 2, 3)),
        ("1–3", (1, 2, 3)),
        ("1-3 en 5", (1, 2, 3, 5)),
        ("2 & 3", (2, 3)),
        ("2/3", (2, 3)),
        ("5, 5 en 6", (5, 6)),
        ("9 t/m 7", (9, 7)),
        ("3a en 3b", (3,)),
        ("", ()),
        ("geen", ()),
    ],
)
def test_numbers(text: str, numbers: tuple[int, ...]) -> None:
    assert parse_numbers(text) == numbers


@pytest.mark.parametrize(
    ("line", "kind", "numbers"),
    [
        ("Vraag 3, 4 en 5", LabelKind.QUESTION, (3, 4, 5)),
        ("Vragen 7 t/m 9", LabelKind.QUESTION, (7, 8, 9)),
        ("Vraag 7, 8, 9 10 en 11", LabelKind.QUESTION, (7, 8, 9, 10, 11)),
        ("Vraag 1:", LabelKind.QUESTION, (1,)),
        ("VRAAG 12.", LabelKind.QUESTION, (12,)),
        ("Vraag1", LabelKind.QUESTION, (1,)),
        ("Vraag 3, 4, en 5", LabelKind.QUESTION, (3, 4, 5)),
        ("Vraag 3 en vraag 4", LabelKind.QUESTION, (3, 4)),
        ("Antwoord 1", LabelKind.ANSWER, (1,)),
        ("Antwoord", LabelKind.ANSWER, ()),
        ("Antwoorden", LabelKind.ANSWER, ()),
        ("Antwoord 5 en 6", LabelKind.ANSWER, (5, 6)),
        ("Antwoorden op vraag 3, 4, 5, 9 en 10", LabelKind.ANSWER, (3, 4, 5, 9, 10)),
        ("Antwoord op de vragen 1 tot en met 3", LabelKind.ANSWER, (1, 2, 3)),
        ("Antwoord op vraag 2 en vraag 3:", LabelKind.ANSWER, (2, 3)),
        ("Antwoord vraag 2", LabelKind.ANSWER, (2,)),
        ("Beantwoording vraag 2", LabelKind.ANSWER, (2,)),
        ("Vraag 3 (en 4)", LabelKind.QUESTION, (3, 4)),
        ("Antwooord 3", LabelKind.ANSWER, (3,)),
        ("Anwoord 3 en 4", LabelKind.ANSWER, (3, 4)),
        ("Vraaag 5", LabelKind.QUESTION, (5,)),
    ],
)
def test_labels(line: str, kind: LabelKind, numbers: tuple[int, ...]) -> None:
    label = parse_label(line)
    assert label is not None
    assert (label.kind, label.numbers) == (kind, numbers)


@pytest.mark.parametrize(
    "line",
    [
        "Vraag is of 3 genoeg is.",
        "vragen",
        "Antwoord van Minister Jansen",
        "Vraagt u dat?",
        "Vragen van de leden Jansen en Pietersen",
        "Antwoord op vragen van het lid Jansen",
        "Vraag 999",
        "Artikel 3",
        "Aantal 12",
        "Vandaag 3",
        "Antwerpen 3",
        "Vraag 2024",
        "Antwoord 2% van de gevallen",
        "",
    ],
)
def test_running_text_is_no_label(line: str) -> None:
    assert parse_label(line) is None
    assert parse_label(line, whole=False) is None


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        ("Vraag 1: Bent u bekend met het bericht?", "Bent u bekend met het bericht?"),
        ("Vraag 1 Bent u bekend met het bericht?", "Bent u bekend met het bericht?"),
        ("Antwoord 1 Ja.", "Ja."),
        ("Antwoord op vraag 3 en 4: Nee.", "Nee."),
        ("Antwoord: Nee.", "Nee."),
    ],
)
def test_text_may_follow_a_label(line: str, rest: str) -> None:
    label = parse_label(line, whole=False)
    assert label is not None
    assert line[label.length :].strip() == rest
    assert parse_label(line) is None


@pytest.mark.parametrize(
    "tail", [" " * 50_000 + "x", ", " * 20_000 + "x", "1 " * 20_000 + "x", " en" * 20_000]
)
def test_hostile_lines_take_no_time(tail: str) -> None:
    # Without this the search for a list of numbers would try every way to divide the white space.
    for start in ("Vraag 1", "Antwoord op de ", "Antwoord"):
        parse_label(start + tail)
        parse_label(start + tail, whole=False)
