"""The ministry's letter in Word."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wordfiles import docx, letter, para, part, run, table

from learninglion.models import Answerer, Asker, Document, DocumentKind, NoticeKind, RawFile
from learninglion.parsing.office_document import parse_office
from learninglion.parsing.passages import cut

LETTERS = ("boa-hoofddoek.docx", "milieudelicten.docx", "mobiele-eenheid.docx", "wolvega.docx")
FRONT = (
    "Aan de Voorzitter van de Tweede Kamer",
    "Datum",
    "16 mei 2031",
    "Betreft Beantwoording Kamervragen over de dijk bij Oudeveen",
    "In antwoord op uw brief van 8 maart 2031, nr. 2031Z01234, deel ik u mede dat de vragen van de leden "
    "Dijkstra, De Boer (WATER) en Van der Meer (LAND) over de dijk bij Oudeveen worden beantwoord.",
    "Mede namens de staatssecretaris van Landzaken,",
    "de minister van Waterzaken,",
    "A.B. van Terpstra",
    "*Antwoorden van de minister van Waterzaken mede namens de staatssecretaris van Landzaken op Kamervragen",
    "*van de leden Dijkstra, De Boer (WATER) en Van der Meer (LAND) over de dijk bij Oudeveen.",
)


def _pairs(document: Document) -> list[tuple[tuple[int, ...], str, str | None, tuple[int, ...]]]:
    return [
        (
            p.numbers,
            p.question.of(document.text),
            p.answer.of(document.text) if p.answer else None,
            p.answer_numbers,
        )
        for p in document.pairs
    ]


@pytest.mark.parametrize("name", LETTERS)
def test_real_letters_pair_as_the_gold_says(shared_data: Path, name: str) -> None:
    folder = shared_data / "kamervragen" / "letters"
    gold = json.loads((folder / "gold.json").read_text())[name]
    document = parse_office(RawFile(name, (folder / name).read_bytes(), name))
    assert document.kind is DocumentKind.LETTER and document.warnings == ()
    assert len([n for p in document.pairs for n in p.numbers]) == gold["questions"]
    spans = sorted({(p.answer.start, p.answer_numbers) for p in document.pairs if p.answer})
    assert [list(numbers) for _, numbers in spans] == gold["answers"]
    assert all(set(p.numbers) <= set(p.answer_numbers) for p in document.pairs)
    assert list(document.related) == ([gold["case"]] if gold["case"] else [])
    assert [asker.name for asker in document.askers] == gold["askers"]
    first = document.answerers[0]
    assert f"{first.role} van {first.portfolio}" == gold["answered_by"] and first.name
    assert document.asked_on and document.published and document.asked_on < document.published
    assert not [source.id for source, _ in cut(document) if "#s" in source.id]  # no letterhead is searched
    for note in document.footnotes:
        text = note.span.of(document.text)
        assert note.anchor is not None
        assert not any(text in (p.answer.of(document.text) if p.answer else "") for p in document.pairs)


def test_what_the_letter_says_about_itself() -> None:
    document = parse_office(letter(*FRONT, "*Vraag 1", "*Hoe hoog?", "*Antwoord op vraag 1", "Vier meter."))
    assert document.title == "De dijk bij Oudeveen"
    assert (document.published, document.asked_on) == (date(2031, 5, 16), date(2031, 3, 8))
    assert document.askers == (
        Asker("Dijkstra", "WATER"),
        Asker("De Boer", "WATER"),
        Asker("Van der Meer", "LAND"),
    )
    assert document.answerers == (
        Answerer("A.B. van Terpstra", "Minister", "Waterzaken"),
        Answerer(None, "Staatssecretaris", "Landzaken", on_behalf=True),
    )
    assert document.ministry == "Waterzaken" and document.related == ("2031Z01234",)
    assert document.introduction is not None
    assert document.introduction.of(document.text).startswith("Antwoorden van de minister")
    assert document.id == f"doc-{document.sha256[:16]}"


@pytest.mark.parametrize(
    ("signature", "expected"),
    [
        (
            ("DE MINISTER VAN WATER EN ZEE,", "drs. Anna van Terpstra"),
            (Answerer("Anna van Terpstra", "Minister", "Water en Zee"),),
        ),
        (
            ("De minister van Water", "Fleur van Dijk"),
            (Answerer("Fleur van Dijk", "Minister", "Water"),),
        ),
        (
            ("De staatssecretaris van Volkshuisvesting,", "Land en Zee,", "drs. M. Terpstra-de Boer"),
            (Answerer("M. Terpstra-de Boer", "Staatssecretaris", "Volkshuisvesting, Land en Zee"),),
        ),
        (("De minister voor Klimaat,", "A. Bos"), (Answerer("A. Bos", "Minister voor", "Klimaat"),)),
    ],
)
def test_who_answers_from_the_signature_alone(
    signature: tuple[str, ...], expected: tuple[Answerer, ...]
) -> None:
    cover = "Hierbij bied ik u, mede namens de minister van Landzaken, de antwoorden aan op de vragen van "
    cover += "het lid Bos (LAND) over de dijk, ingezonden op 8 maart 2031 met kenmerk 2031Z01234."
    document = parse_office(
        letter("Den Haag, 16 mei 2031", cover, *signature, "*Vraag 1", "*Een?", "*Antwoord 1", "Ja.")
    )
    assert document.answerers == (*expected, Answerer(None, "Minister", "Landzaken", on_behalf=True))
    assert document.asked_on == date(2031, 3, 8) and document.published == date(2031, 5, 16)
    assert document.title == "De dijk" and document.related == ("2031Z01234",)


def test_questions_out_of_order_and_answers_further_on() -> None:
    document = parse_office(
        letter(
            *FRONT,
            *("*Vraag 1", "*Een?", "*Vraag 4", "*Vier?", "*Antwoorden op vraag 1 en 4", "Samen."),
            *("*Vraag 2", "*Twee?", "*Vraag 3", "*Drie?", "*Antwoord op vraag 3", "Drie."),
            *("*Vraag 5", "*Vijf?", "*Antwoord op de vragen 2 en 5", "Later."),
        )
    )
    assert _pairs(document) == [
        ((1,), "Een?", "Samen.", (1, 4)),
        ((4,), "Vier?", "Samen.", (1, 4)),
        ((2,), "Twee?", "Later.", (2, 5)),
        ((3,), "Drie?", "Drie.", (3,)),
        ((5,), "Vijf?", "Later.", (2, 5)),
    ]
    assert document.warnings == ()


@pytest.mark.parametrize(
    "lines",
    [
        ("Vraag 1", "Hoe hoog?", "Antwoord", "Vier meter.", "Vraag 2", "Hoe lang?", "Antwoord", "Acht."),
        ("Vraag 1: Hoe hoog?", "Antwoord 1: Vier meter.", "Vraag 2: Hoe lang?", "Antwoord 2: Acht."),
        ("*Vraag 1", "*Hoe hoog?", "Vier meter.", "*Vraag 2", "*Hoe lang?", "Acht."),
        ("Vraag 1", "Hoe hoog?", "Vier meter.", "Vraag 2", "Hoe lang?", "Acht."),
        ("*1. Hoe hoog?", "Vier meter.", "*2. Hoe lang?", "Acht."),
        ("1", "Hoe hoog?", "Antwoord", "Vier meter.", "2", "Hoe lang?", "Antwoord", "Acht."),
        ("1.", "*Hoe hoog?", "Antwoord 1", "Vier meter.", "2.", "*Hoe lang?", "Antwoord 2", "Acht."),
    ],
)
def test_other_ways_to_mark_questions_and_answers(lines: tuple[str, ...]) -> None:
    document = parse_office(letter(*FRONT, *lines))
    assert _pairs(document) == [
        ((1,), "Hoe hoog?", "Vier meter.", (1,)),
        ((2,), "Hoe lang?", "Acht.", (2,)),
    ]


def test_questions_that_only_numbering_numbers() -> None:
    level = (
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>'
    )
    numbering = f'<w:abstractNum w:abstractNumId="0">{level}</w:abstractNum>'
    numbering += '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    body = "".join(para(line.lstrip("*"), bold=line.startswith("*")) for line in FRONT)
    body += para("Hoe hoog?", num="1") + para("Antwoord") + para("Vier.") + para("Hoe lang?", num="1")
    document = parse_office(
        docx(body + para("Antwoord") + para("Acht."), {"word/numbering.xml": part("numbering", numbering)})
    )
    assert _pairs(document) == [((1,), "Hoe hoog?", "Vier.", (1,)), ((2,), "Hoe lang?", "Acht.", (2,))]


def test_what_cannot_be_paired_is_kept_and_reported() -> None:
    document = parse_office(
        letter(*FRONT, "*Vraag 1", "*Een?", "*Antwoord op vraag 1", "Ja.", "*Vraag 2", "*Twee?",
               "*Antwoord op vraag 7", "Dit antwoord hoort nergens bij.")
    )  # fmt: skip
    assert _pairs(document) == [((1,), "Een?", "Ja.", (1,)), ((2,), "Twee?", None, ())]
    assert "Dit antwoord hoort nergens bij." in document.text
    assert "Vraag 2 heeft geen antwoord." in document.warnings
    assert any("vraag 7" in warning for warning in document.warnings)


def test_the_signature_behind_the_answers_is_no_answer() -> None:
    document = parse_office(
        letter(
            *FRONT,
            "*Vraag 1",
            "*Een?",
            "*Antwoord 1",
            "Ja.",
            "Hoogachtend,",
            "De minister van Waterzaken,",
            "X",
        )
    )
    assert _pairs(document) == [((1,), "Een?", "Ja.", (1,))]


def test_two_sets_in_one_letter() -> None:
    second = "*Antwoorden van de minister van Waterzaken op vragen van het lid Bos (LAND) over de sluis"
    document = parse_office(
        letter(
            *FRONT,
            "*Vraag 1",
            "*Dijk?",
            "*Antwoord 1",
            "Ja.",
            second,
            "*Vraag 1",
            "*Sluis?",
            "*Antwoord 1",
            "Nee.",
        )
    )
    assert [(q, a) for _, q, a, _ in _pairs(document)] == [("Dijk?", "Ja."), ("Sluis?", "Nee.")]
    assert len({source.id for source, _ in cut(document)}) == len(cut(document))


def test_a_table_and_a_list_belong_to_the_answer() -> None:
    body = "".join(
        para(line.lstrip("*"), bold=line.startswith("*")) for line in (*FRONT, "*Vraag 1", "*Wat?")
    )
    body += (
        para("Antwoord 1", bold=True) + para("De aantallen zijn:") + table(("Jaar", "Aantal"), ("2030", "12"))
    )
    document = parse_office(docx(body + para("Dat is veel.")))
    assert _pairs(document)[0][2] == "De aantallen zijn:\nJaar | Aantal\n2030 | 12\nDat is veel."


def test_typed_notes_leave_the_answer_and_keep_their_place() -> None:
    document = parse_office(
        letter(*FRONT, "*Vraag 1", "*Kent u het bericht “Dijk lekt” 1) (artikel 2)?", "*Antwoord 1", "Ja.",
               "1) Oudeveense Bode, 6 maart 2031.")
    )  # fmt: skip
    assert _pairs(document)[0][1:3] == ("Kent u het bericht “Dijk lekt” (artikel 2)?", "Ja.")
    (note,) = document.footnotes
    assert note.span.of(document.text) == "Oudeveense Bode, 6 maart 2031."
    assert note.anchor is not None and document.text[: note.anchor].endswith("“Dijk lekt”")


def test_notes_under_raised_figures_are_notes_whatever_they_say() -> None:
    body = "".join(map(para, ("Vraag 1", "Kent u het bericht¹?", "Antwoord 1", "Ja, en het rapport.²")))
    document = parse_office(docx(body + para("¹ De Dijkbode, voorpagina.") + para("² Rapport Veen, p. 14.")))
    (pair,) = document.pairs
    assert pair.answer is not None and pair.answer.of(document.text) == "Ja, en het rapport."
    assert [note.mark for note in document.footnotes] == ["1", "2"]


def test_a_numbered_list_that_ends_an_answer_stays() -> None:
    document = parse_office(
        letter(
            *FRONT,
            "*Vraag 1",
            "*Wat doet u?",
            "*Antwoord 1",
            "Ik doe twee dingen.",
            "1) Ik meet.",
            "2) Ik dicht.",
        )
    )
    assert _pairs(document)[0][2] == "Ik doe twee dingen.\n1) Ik meet.\n2) Ik dicht."


def test_a_letter_of_delay_is_a_notice() -> None:
    document = parse_office(
        letter(
            "Datum 3 april 2031",
            "Hierbij deel ik u mede dat de vragen van het lid Bos (LAND) over de sluis niet binnen de "
            "gebruikelijke termijn kunnen worden beantwoord.",
        )
    )
    assert document.notice is not None and document.notice.kind is NoticeKind.POSTPONEMENT
    assert document.kind is DocumentKind.LETTER and document.askers == (Asker("Bos", "LAND"),)


def test_a_long_letter_that_speaks_of_delay_is_an_ordinary_document() -> None:
    line = "Over de vragen van het lid Bos heb ik om uitstel gevraagd."
    prose = "Het waterschap meet elk kwartaal de hoogte van de dijk. " * 60
    document = parse_office(letter("Datum 3 april 2031", line, prose))
    assert document.notice is None and document.kind is DocumentKind.DOCUMENT
    assert "".join("".join(s.body.split()) for s, _ in cut(document)).endswith("".join(prose.split()))


def test_an_ordinary_document_has_sections_under_its_headings() -> None:
    styles = '<w:style w:type="paragraph" w:styleId="Kop1"><w:name w:val="heading 1"/></w:style>'
    styles += '<w:style w:type="paragraph" w:styleId="Kop2"><w:name w:val="heading 2"/></w:style>'
    body = para("Beleid", style="Kop1") + para("Inleiding.") + para("Dijken", style="Kop2")
    body += para("1. Wij meten elk jaar.") + para("2. Wij dichten gaten.")
    document = parse_office(docx(body, {"word/styles.xml": part("styles", styles)}))
    assert document.kind is DocumentKind.DOCUMENT and document.title == "Beleid" and not document.pairs
    assert [(s.heading_path, s.body) for s, _ in cut(document)] == [
        (("Beleid",), "Inleiding."),
        (("Beleid", "Dijken"), "1. Wij meten elk jaar.\n2. Wij dichten gaten."),
    ]


def test_no_character_of_a_letter_is_lost() -> None:
    lines = (*FRONT, "*Vraag 1", "*Een?", "*Antwoord 1", "Ja.", "Toelichting:", "Deze vragen vullen aan.")
    document = parse_office(letter(*lines))
    assert "".join(document.text.split()) == "".join("".join(line.lstrip("*") for line in lines).split())


def test_marks_in_the_running_text_are_anchors_only() -> None:
    mark = '<w:r><w:footnoteReference w:id="1"/></w:r>'
    body = para("Vraag 1") + para("Een?") + para("Antwoord 1") + para("Ja", inside=mark + run(", zeker."))
    notes = part("footnotes", f'<w:footnote w:id="1">{para("Kamerstuk 9.")}</w:footnote>')
    document = parse_office(docx(body, {"word/footnotes.xml": notes}))
    (note,) = document.footnotes
    assert (note.mark, note.anchor) == ("1", document.text.index("Ja") + 2)
    assert _pairs(document)[0][2] == "Ja, zeker."


def _enumerated(numbers: list[int]) -> str:
    ahead = ", ".join(map(str, numbers[:-1]))
    return f"{ahead} en {numbers[-1]}" if ahead else str(numbers[-1])


_ANSWERS = st.lists(
    st.sampled_from(
        ["Ja.", "Dat klopt, zoals gemeld in antwoord op vraag 2.", "1. De dijk.", "- meten"]
        + [
            "Vraag is of dat helpt.",
            "Antwoord geven kan ik niet.",
            "Zie Kamerstuk 12345, nr. 3.",
            "In 2031 waren er 12.",
        ]
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=60)
@given(st.data())
def test_any_grouping_of_questions_is_paired(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 9))
    groups: dict[int, list[int]] = {}
    for number in range(1, count + 1):
        groups.setdefault(data.draw(st.integers(1, count)), []).append(number)
    forms = ["Antwoord op vraag {}", "Antwoorden op de vragen {}", "Antwoord {}", "Antwoord vraag {}:"]
    form = data.draw(st.sampled_from(forms))
    bold = data.draw(st.booleans())
    lines: list[str] = []
    expected: dict[int, tuple[tuple[int, ...], str]] = {}
    for number in range(1, count + 1):
        lines += [
            f"*Vraag {number}",
            ("*" if bold else "") + f"Hoe hoog is dijk {number}? Zo nee, waarom niet?",
        ]
        for group in groups.values():
            if group[-1] == number:
                answer = data.draw(_ANSWERS)
                lines += ["*" + form.format(_enumerated(group)), *answer]
                expected |= {n: (tuple(group), "\n".join(answer)) for n in group}
    document = parse_office(letter(*FRONT, *lines))
    assert [(n[0], (numbers, answer)) for n, _, answer, numbers in _pairs(document)] == sorted(
        expected.items()
    )
    assert document.warnings == ()
