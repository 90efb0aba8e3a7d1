"""Old Aanhangsels as OCR text: what is put in order, and what is told instead of guessed."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
import typst

from learninglion.models import Document, NoticeKind, RawFile
from learninglion.parsing import parse

HEAD = """Tweede Kamer der Staten-Generaal
2
Zitting 1978-1979
Aanhangsel van de Handelingen
Vragen gesteld door leden van de Kamer, met de daarop door de Regering gegeven antwoorden
77
Vragen van het lid Van der Bos (L.A.N.D.) over de dijk bij Oude-veen. (Inge-zonden 4 mei 1979)
"""
REPLY = (
    "Antwoord Antwoord van Minister De Vries (Wa-terzaken), mede namens de "
    "Staatssecretaris van Landzaken. (Ont-vangen 1 juni 1979)"
)
FOOT = "\nTweede Kamer, zitting 1978-1979, Aanhangsel\n1201\n"


def read(body: str) -> Document:
    return parse(RawFile("oud.txt", (HEAD + body + FOOT).encode(), "oud.txt"))


def said(document: Document) -> list[tuple[tuple[int, ...], str, str | None]]:
    return [
        (p.numbers, p.question.of(document.text), p.answer.of(document.text) if p.answer else None)
        for p in document.pairs
    ]


def test_numbers_inside_the_lines() -> None:
    found = read(
        f"1 Is het waar, dat de dijk lekt? 2 Zo ja, sinds wan-neer?\n3Wat doet "
        f"u?\n{REPLY} 1 Ja. 2 en 3 Sinds maart; ik laat hem dichten."
    )
    assert (found.id, found.number, found.session_year) == ("ah-tk-19781979-77", 77, "1978-1979")
    assert (found.asked_on, found.received_on) == (date(1979, 5, 4), date(1979, 6, 1))
    assert [(a.name, a.party) for a in found.askers] == [("Van der Bos", "LAND")]
    assert [(a.name, a.portfolio) for a in found.answerers] == [
        ("De Vries", "Waterzaken"),
        (None, "Landzaken"),
    ]
    assert found.title == "de dijk bij Oudeveen"
    both = "Sinds maart; ik laat hem dichten."
    assert said(found) == [
        ((1,), "Is het waar, dat de dijk lekt?", "Ja."),
        ((2,), "Zo ja, sinds wanneer?", both),
        ((3,), "Wat doet u?", both),
    ]


def test_a_number_that_was_not_read_follows_from_the_order_and_is_told() -> None:
    found = read(f"1 Lekt de dijk?\nZo ja, hoe erg?\n3 Wat doet u?\n{REPLY} 1 Ja.\nErg.\n3 Dichten.")
    assert [(number, answer) for number, _, answer in said(found)] == [
        ((1,), "Ja."),
        ((2,), "Erg."),
        ((3,), "Dichten."),
    ]
    assert any("vraag 2 is niet gelezen" in w for w in found.warnings)
    assert any("antwoord 2 is niet gelezen" in w for w in found.warnings)


def test_a_column_that_was_woven_in_goes_back_where_it_can_only_belong() -> None:
    found = read(
        f"1 Lekt de dijk? 2 Wat doet u?\nhet waterschap hem dichten. 3 Nee.\n3 "
        f"Is dat duur?\n{REPLY} 1 Ja. 2 Zodra de zomer komt, laat"
    )
    assert [(number, answer) for number, _, answer in said(found)] == [
        ((1,), "Ja."),
        ((2,), "Zodra de zomer komt, laat het waterschap hem dichten."),
        ((3,), "Nee."),
    ]


def test_what_cannot_be_known_is_told() -> None:
    found = read(
        f"1 Lekt de dijk?\nen ook de kade. 2 Wat doet u?\nvan het "
        f"water.\n{REPLY} 1 Ja, de dijk lekt al sinds de\nAl het werk aan de"
    )
    assert any("kolommen staan door elkaar" in warning for warning in found.warnings)


def test_one_answer_for_all_and_a_note() -> None:
    found = read(
        f"1 Lekt de dijk?1 2 Wat doet u?\n1 Zie de Bode van 3 mei jl.\n{REPLY} "
        f"De dijk is droog. Ik doe niets."
    )
    assert [(number, answer) for number, _, answer in said(found)] == [
        ((1,), "De dijk is droog. Ik doe niets."),
        ((2,), "De dijk is droog. Ik doe niets."),
    ]


def test_a_notice_of_delay() -> None:
    reply = "Mededeling Mededeling van Minister De Vries (Waterzaken). (Ontvangen 1 juni 1979)"
    found = read(
        f"1 Lekt de dijk? 2 Wat doet u?\n{reply} Het is niet mogelijk de vragen "
        f"binnen de termijn te beantwoorden."
    )
    assert found.notice is not None and found.notice.kind is NoticeKind.POSTPONEMENT
    assert all(pair.answer is None for pair in found.pairs)


def test_the_same_page_as_pdf_with_the_places_of_its_words() -> None:
    asked = "1 Is het waar, dat de dijk lekt? 2 Zo ja, sinds wanneer?\n3 Wat doet u?"
    body = f"{asked}\n{REPLY} 1 Ja. 2 en 3 Sinds maart."
    lines = [
        line.replace("-", "\\-").replace("1 ", "1#h(3pt)", 1) for line in (HEAD + body + FOOT).split("\n")
    ]
    setup = "#set page(width: 300pt, height: 700pt, columns: 2)\n#set text(size: 8pt)\n"
    content = typst.compile((setup + "\n\n".join(lines)).encode())
    found, same = parse(RawFile("oud.pdf", content, "oud.pdf")), read(body)
    assert (found.id, found.received_on) == (same.id, same.received_on)
    assert said(found) == said(same)
    answer = found.pairs[0].answer
    assert answer is not None and any(line.span == answer for line in found.lines)
    assert found.pairs[0].page == found.pairs[0].answer_page == 1


def test_real_pages(shared_data: Path) -> None:
    path = shared_data / "kamervragen" / "historic" / "aanhangsels-1974-1994.jsonl"
    for line in path.read_text().splitlines():
        record = json.loads(line)
        found = parse(RawFile("oud.txt", record["Content"].encode(), "oud.txt"))
        assert found.pairs and found.askers and found.asked_on and "OCR" in found.warnings[0]
        assert any(pair.answer for pair in found.pairs) == record["has_answer"]
        assert record["has_answer"] <= bool(found.received_on and found.ministry)
        assert found.session_year and found.session_year == (record["vergaderjaar"] or found.session_year)


@pytest.mark.parametrize("gap", ["\n\n", "\n", " "])
def test_a_set_copied_from_an_old_sheet_without_its_head(gap: str) -> None:
    text = gap.join(
        (
            "Vragen van de leden Jansen en Pietersen (beiden A.R.P.) over sluizen. (Ingezonden 3 mei 1976)",
            "1 Is het de Minister bekend dat 12 sluizen lekken? 2 Zo ja, wat doet hij daaraan?",
            "Antwoord van Minister De Boer (Verkeer en Waterstaat). (Ontvangen 12 juni 1976)",
            "1 Ja, het betreft 12 sluizen. 2 Er is 3 miljoen gulden uitgetrokken.",
        )
    )
    document = parse(RawFile("x.txt", text.encode(), "x"))
    assert [(p.numbers, p.answer.of(document.text) if p.answer else "") for p in document.pairs] == [
        ((1,), "Ja, het betreft 12 sluizen."),
        ((2,), "Er is 3 miljoen gulden uitgetrokken."),
    ]
    assert str(document.received_on) == "1976-06-12"


def test_questions_of_members_that_give_no_pairs_are_told() -> None:
    text = "12 Vragen van het lid Jansen (A.R.P.) over sluizen. (Ingezonden 3 mei 2031)\n\nLekken zij? Hoe?"
    document = parse(RawFile("x.txt", text.encode(), "x"))
    assert not document.pairs and any("zonder nummers" in warning for warning in document.warnings)


@pytest.mark.parametrize("apart", [" ", "\n"])
def test_a_sheet_without_a_session_or_with_numbers_on_lines_of_their_own(apart: str) -> None:
    text = (
        "Aanhangsel van de Handelingen\n"
        "512 Vragen van het lid Bakker (C.D.A.) over dijken. (Ingezonden 12 maart 1981)\n"
        f"1{apart}Is de dijk hoog?\n2{apart}Kent u de dijk?\n"
        "Antwoord van Minister De Vries (Water). (Ontvangen 2 april 1981)\n"
        f"1{apart}Ja, 7 meter.\n2{apart}Neen.\n"
    )
    document = parse(RawFile("oud.txt", text.encode(), "oud.txt"))
    assert document.number == 512
    assert [p.answer.of(document.text) for p in document.pairs if p.answer] == ["Ja, 7 meter.", "Neen."]
