"""Questions and answers that share a paragraph or a row, are quoted, or have no mark but their own."""

from __future__ import annotations

import pytest
from odtfiles import odt, par, rows
from wordfiles import docx, para, table

from learninglion.models import Document, RawFile
from learninglion.parsing import parse
from learninglion.parsing.labels import find_run_on
from learninglion.parsing.office.typed import unquoted

ABOVE = "Antwoorden op vragen van het lid Veenstra (PvW) aan de minister van Water (ingezonden 3 juni 2024)."
PAIRS = (
    ("Hoeveel steigers zijn er?", "Er zijn 538 steigers."),
    ("Komen er meer?", "Nee, dat is niet nodig."),
)
WAYS = {
    "labels in a row": ("Vraag 1 {0} Antwoord 1 {1} Vraag 2 {2} Antwoord 2 {3}",),
    "a pair a paragraph": ("Vraag 1: {0} Antwoord: {1}", "Vraag 2: {2} Antwoord: {3}"),
    "questions, then answers": ("Vraag 1 {0} Vraag 2 {2}", "Antwoord 1 {1} Antwoord 2 {3}"),
    "numbers in a row": ("1. {0} {1} 2. {2} {3}",),
    "bullets": ("- {0}", "{1}", "- {2}", "{3}"),
    "nothing at all": ("{0}", "{1}", "{2}", "{3}"),
}


def _pairs(document: Document) -> tuple[tuple[str, str], ...]:
    text = document.text
    return tuple((p.question.of(text), p.answer.of(text) if p.answer else "") for p in document.pairs)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("form", ["docx", "odt", "txt"])
def test_pairs_that_share_a_paragraph(way: str, form: str) -> None:
    lines = [ABOVE, *(line.format(*PAIRS[0], *PAIRS[1]) for line in WAYS[way])]
    if form == "txt":
        raw = RawFile("a.txt", "\n\n".join(lines).encode(), "a.txt")
    else:
        raw = docx("".join(map(para, lines))) if form == "docx" else odt("".join(map(par, lines)))
    assert _pairs(parse(raw)) == PAIRS


@pytest.mark.parametrize("answer", ["Antwoord {n}", "Antwoord"])
def test_labels_and_texts_beside_each_other_in_a_table(answer: str) -> None:
    cells = [
        row
        for n, (asked, said) in enumerate(PAIRS, start=1)
        for row in ((f"Vraag {n}", asked), (answer.format(n=n), said))
    ]
    assert _pairs(parse(docx(para(ABOVE) + table(*cells)))) == PAIRS
    counted = [(str(n), *pair) for n, pair in enumerate(PAIRS, start=1)]
    assert _pairs(parse(odt(par(ABOVE) + rows(*counted)))) == PAIRS
    assert _pairs(parse(odt(rows(*counted)))) == ()  # nothing says that these are questions of parliament


def test_running_text_that_names_answers_is_one_part() -> None:
    for text in (
        "Zie vraag 2. Antwoord 1 is daarmee ook gegeven.",
        "Vraag 1 en 2 horen bij elkaar. Vraag 3 niet.",
        "1. De sluis is dicht. 2. De brug is open.",
    ):
        assert find_run_on(text) == ()


def test_a_quoted_mail_is_read_without_its_signs() -> None:
    quoted = (ABOVE, "Vraag 1", PAIRS[0][0], "", "Antwoord 1", PAIRS[0][1])
    mail = "From: a@b.invalid\nMIME-Version: 1.0\nContent-Type: text/plain\n\nZie hieronder.\n\n"
    mail += "".join(f"> {line}\n" for line in quoted)
    document = parse(RawFile("a.eml", mail.encode(), "a.eml"))
    assert _pairs(document) == PAIRS[:1]
    assert ">" not in document.text


def test_signs_that_say_more_than_stay() -> None:
    amounts = ["> 20 procent", "> 30 procent", "", "> een enkele regel"]
    assert unquoted(amounts) == amounts
    assert unquoted(["Piet schreef:", ">> 1. Bent u bekend?", ">>", "> Ja."]) == [
        *("Piet schreef:", "", "1. Bent u bekend?", "", "Ja.", ""),
    ]
    assert unquoted(["> 1. Bent u bekend?", "Ja.", "> 2. Wat nu?", "Niets."]) == [
        *("", "1. Bent u bekend?", "", "Ja.", "", "2. Wat nu?", "", "Niets."),
    ]


def test_feet_of_a_publication_saved_in_another_format_are_no_answer() -> None:
    lines = ["Vraag 1", PAIRS[0][0], "Antwoord 1", PAIRS[0][1], "ah-tk-20232024-1234", "ISSN 0921 - 7398"]
    lines.append("Tweede Kamer, vergaderjaar 2023–2024, Aanhangsel 1")
    document = parse(docx("".join(map(para, [ABOVE, *lines]))))
    assert _pairs(document) == PAIRS[:1]
    assert "ISSN" not in document.text
    source = "Tweede Kamer, vergaderjaar 2022–2023, 29 398, nr. 1000"
    assert source in parse(docx(para("Zie de volgende bronnen.") + para(source))).text


def test_an_old_sheet_is_one_in_every_format() -> None:
    sheet = (
        *("Zitting 1984-1985", "Aanhangsel van de Handelingen", "312"),
        "Vragen van het lid Veenstra (PvW) over steigers. (Ingezonden 4 februari 1985)",
        f"1 {PAIRS[0][0]} 2 {PAIRS[1][0]}",
        "Antwoord van Minister Terpstra (Waterzaken). (Ontvangen 20 februari 1985)",
        f"1 {PAIRS[0][1]} 2 {PAIRS[1][1]}",
    )
    assert _pairs(parse(odt("".join(map(par, sheet))))) == PAIRS


def test_a_text_with_a_paragraph_a_line() -> None:
    lines = (
        *("36 512 Wijziging van de Waterwet", "Nr. 7 NOTA NAAR AANLEIDING VAN HET VERSLAG"),
        "De leden van de PvW-fractie vragen hoeveel steigers er in de provincie zijn.",
        PAIRS[0][1],
        "De leden van de GLD-fractie vragen of er meer komen.",
        PAIRS[1][1],
    )
    document = parse(RawFile("a.txt", "\n".join(lines).encode(), "a.txt"))
    assert [answer for _, answer in _pairs(document)] == [answer for _, answer in PAIRS]
