from __future__ import annotations

from datetime import date

import pytest
from sheets import LONG, label, pair, pairs, read, said, sheet

from learninglion.models import Answerer, Asker, BlockKind, DocumentKind
from learninglion.parsing.pdf.layout import regions


def test_the_head_of_a_set() -> None:
    document = read(sheet(*pair("1", "Kent u de dijk?", "Ja."), number=77))
    assert document.id == "ah-tk-20232024-77"
    assert document.kind is DocumentKind.KAMERVRAGEN
    assert document.url == "https://zoek.officielebekendmakingen.nl/ah-tk-20232024-77.html"
    assert (document.session_year, document.number) == ("2023-2024", 77)
    assert document.title == "de dijk bij Oudeveen"
    assert document.askers == (Asker("Dijkstra-Venema", "Partij voor het Water"),)
    assert document.answerers == (Answerer("Terpstra", "Minister", "Waterzaken"),)
    assert (document.asked_on, document.received_on) == (date(2024, 6, 5), date(2024, 6, 28))
    assert document.ministry == "Waterzaken"
    introduction = said(document, document.introduction) or ""
    assert introduction.startswith("Vragen van het lid Dijkstra-Venema")
    assert introduction.endswith("(ingezonden 5 juni 2024).")
    assert document.notice is None
    assert document.warnings == ()


def test_nothing_of_the_sheet_itself_is_in_the_text() -> None:
    document = read(sheet(*pair("1", "Kent u de dijk?", LONG * 30), *pair("2", "En verder?", LONG * 20)))
    assert len(document.page_starts) > 1
    for furniture in ("ISSN", "Gravenhage", "vergaderjaar 2023", "Staten-Generaal", "Aanhangsel"):
        assert furniture not in document.text
    answer = said(document, document.pairs[0].answer) or ""
    assert answer == (LONG * 30).strip()


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ("3, 4 en 5", (3, 4, 5)),
        ("7, 8, 9 10 en 11", (7, 8, 9, 10, 11)),
        ("1 t/m 3", (1, 2, 3)),
    ],
)
def test_combined_labels(numbers: str, expected: tuple[int, ...]) -> None:
    document = read(sheet(*pair(numbers, "Wat gaat u doen?", "Dat hangt ervan af.")))
    assert pairs(document) == [(expected, "Wat gaat u doen?", "Dat hangt ervan af.", expected)]


def test_two_questions_share_an_answer() -> None:
    document = read(
        sheet(
            *pair("4", "Vierde?", "Ja."),
            label("Vraag 5"),
            "Vijfde?",
            label("Vraag 6"),
            "Zesde?",
            label("Antwoord 5 en 6"),
            "Samen beantwoord.",
        )
    )
    assert pairs(document) == [
        ((4,), "Vierde?", "Ja.", (4,)),
        ((5,), "Vijfde?", "Samen beantwoord.", (5, 6)),
        ((6,), "Zesde?", "Samen beantwoord.", (5, 6)),
    ]
    assert document.pairs[1].answer == document.pairs[2].answer


@pytest.mark.parametrize("slanted", [True, False])
def test_an_answer_without_a_label(slanted: bool) -> None:
    answer = "Er is geen reden om de dijk te sluiten. " + LONG
    set_answer = f"#block(above: 19pt)[{'_' + answer + '_' if slanted else answer}]"
    document = read(
        sheet(
            *pair("1", "Eerste?", "Ja."),
            label("Vraag 2"),
            "Bent u bereid de dijk te sluiten? Zo nee, waarom niet?",
            set_answer,
            *pair("3", "Derde?", "Nee."),
        )
    )
    assert pairs(document)[1] == (
        (2,),
        "Bent u bereid de dijk te sluiten? Zo nee, waarom niet?",
        answer.strip(),
        (2,),
    )


def test_an_unlabelled_answer_in_another_slant_without_white() -> None:
    document = read(
        sheet(
            label("Vraag 1"),
            "Is het waar? Wat vindt u daarvan?",
            "#plain[_Ja. Ik vind dat goed._]",
            *pair("2", "En?", "Nee."),
        )
    )
    assert pairs(document)[0][1:3] == ("Is het waar? Wat vindt u daarvan?", "Ja. Ik vind dat goed.")


def test_an_answer_after_a_repeated_question() -> None:
    question = "Bent u bereid de dijk te sluiten? Zo nee, waarom niet?"
    document = read(
        sheet(
            label("Vraag 1"),
            question,
            label("Antwoord 1"),
            f"#plain[_{question}_]",
            "#plain[Nee. Dat is niet nodig.]",
        )
    )
    assert pairs(document) == [((1,), question, "Nee. Dat is niet nodig.", (1,))]


def test_questions_listed_first_and_repeated_with_their_answers() -> None:
    document = read(
        sheet(
            label("Vraag 1"),
            "Kent u de dijk?",
            label("Vraag 2"),
            "Is die veilig?",
            *pair("1", "Kent u de dijk?", "Ja."),
            *pair("2", "Is die veilig?", "Zeker."),
        )
    )
    assert pairs(document) == [
        ((1,), "Kent u de dijk?", "Ja.", (1,)),
        ((2,), "Is die veilig?", "Zeker.", (2,)),
    ]


def test_questions_first_and_answers_after_them() -> None:
    document = read(
        sheet(
            label("Vraag 1"),
            "Kent u de dijk?",
            label("Vraag 2"),
            "Is die veilig?",
            label("Antwoord 1"),
            "Ja.",
            label("Antwoord 2"),
            "Zeker.",
        )
    )
    assert [p[2] for p in pairs(document)] == ["Ja.", "Zeker."]


def test_a_question_without_an_answer_is_kept_and_reported() -> None:
    document = read(sheet(*pair("1", "Kent u de dijk?", "Ja."), label("Vraag 2"), "Is die veilig?"))
    assert pairs(document)[1] == ((2,), "Is die veilig?", None, ())
    assert document.warnings == ("Vraag 2 heeft geen antwoord.",)


def test_an_answer_to_a_question_that_is_not_there_is_reported() -> None:
    document = read(sheet(*pair("1", "Kent u de dijk?", "Ja."), label("Antwoord 3"), "Dat weet ik niet."))
    assert "Dat weet ik niet." in document.text
    assert any("vraag 3" in warning for warning in document.warnings)


def test_a_label_within_running_text_is_none() -> None:
    answer = "Zie daarvoor het antwoord op vraag 1. Vraag 3 is van een andere orde. Antwoord 4 volgt later."
    document = read(sheet(*pair("1", "Eerste?", "Ja."), *pair("2", "Tweede?", answer)))
    assert pairs(document)[1][2] == answer
    assert len(document.pairs) == 2


def test_parts_of_a_question_and_lists_stay_in_it() -> None:
    question = "Kunt u aangeven:\n\na. hoeveel dijken er zijn;\n\nb. hoe hoog die zijn?"
    answer = "Daarvoor geldt:\n\n1. Er zijn tien dijken.\n\n2. Die zijn drie meter hoog."
    document = read(sheet(*pair("1", question, answer), *pair("2", "Klopt dat?", "Ja.")))
    assert pairs(document)[0][1:3] == (
        "Kunt u aangeven:\na. hoeveel dijken er zijn;\nb. hoe hoog die zijn?",
        "Daarvoor geldt:\n1. Er zijn tien dijken.\n2. Die zijn drie meter hoog.",
    )
    assert len(document.pairs) == 2


def test_a_heading_in_an_answer_stays_in_it() -> None:
    document = read(
        sheet(
            *pair("1", "Hoe nu verder?", "#plain[*Onderzoek*]\n\n#plain[" + LONG + "]"),
            *pair("2", "En?", "Ja."),
        )
    )
    assert pairs(document)[0][2] == "Onderzoek\n" + LONG.strip()
    headings = [b for b in document.blocks if b.kind is BlockKind.HEADING and b.level == 3]
    assert [b.span.of(document.text) for b in headings] == ["Onderzoek"]


def test_an_answer_under_a_wrong_number_stays_with_its_question() -> None:
    twice = read(sheet(*pair("1", "Een?", "Ja."), label("Vraag 2"), "Twee?", label("Antwoord 1"), "Nee."))
    assert [(p[0], p[2]) for p in pairs(twice)] == [((1,), "Ja."), ((2,), "Nee.")]
    ahead = read(sheet(label("Vraag 2"), "Twee?", label("Antwoord 3"), "Nee.", *pair("3", "Drie?", "Wel.")))
    assert [(p[0], p[2]) for p in pairs(ahead)] == [((2,), "Nee."), ((3,), "Wel.")]
    for document in (twice, ahead):
        assert any("controleer" in warning for warning in document.warnings)


def test_an_answer_for_a_question_further_on() -> None:
    document = read(
        sheet(
            label("Vraag 2"),
            "Twee?",
            label("Antwoord 2 en 4"),
            "Nee.",
            *pair("3", "Drie?", "Wel."),
            label("Vraag 4"),
            "Vier?",
        )
    )
    assert [(p[0], p[2], p[3]) for p in pairs(document)] == [
        ((2,), "Nee.", (2, 4)),
        ((3,), "Wel.", (3,)),
        ((4,), "Nee.", (2, 4)),
    ]


def test_labels_with_text_behind_them() -> None:
    document = read(
        sheet(
            "#block(above: 19pt)[*Vraag 1* Kent u het bericht?]",
            "#block(above: 19pt)[*Antwoord 1* Ja.]",
            "#block(above: 19pt)[*Vraag 2:* Klopt het?]",
            "#block(above: 19pt)[*Antwoord 2:* Nee, dat klopt niet.]",
        )
    )
    assert [p[:3] for p in pairs(document)] == [
        ((1,), "Kent u het bericht?", "Ja."),
        ((2,), "Klopt het?", "Nee, dat klopt niet."),
    ]


def test_answers_without_numbers() -> None:
    document = read(
        sheet(
            *(label("Vraag 1"), "Een?", label("Antwoord"), "Ja."),
            *(label("Vraag 2"), "Twee?", label("Vraag 3"), "Drie?", label("Antwoord"), "Samen."),
        )
    )
    assert [p[2] for p in pairs(document)] == ["Ja.", "Samen.", "Samen."]


def test_a_single_question_without_a_number() -> None:
    document = read(sheet(label("Vraag"), "Kent u de dijk?", label("Antwoord"), "Die ken ik."))
    assert pairs(document) == [((1,), "Kent u de dijk?", "Die ken ik.", (1,))]


def test_questions_that_are_not_answered_yet() -> None:
    document = read(
        sheet(label("Vraag 1"), "Een?", label("Vraag 2"), "Twee?", answered="", imprint="kv-tk-2024Z01234")
    )
    assert document.id == "kv-tk-2024Z01234"
    assert [p[2] for p in pairs(document)] == [None, None]
    assert document.warnings == ("Er staan geen antwoorden in dit document.",)


def test_an_answer_goes_on_over_a_page_on_its_side() -> None:
    flipped = (
        "#page(flipped: true, margin: 60pt, footer: none)[#table(columns: 2, [Noord], [1], [Zuid], [4])]"
    )
    document = read(sheet(*pair("1", "Hoeveel?", f"{LONG}\n\n{flipped}\n\n{LONG}"), *pair("2", "En?", "Ja.")))
    assert pairs(document)[0][2] == f"{LONG.strip()}\nNoord | 1\nZuid | 4\n{LONG.strip()}"


def test_every_character_of_a_pair_can_be_pointed_at() -> None:
    document = read(
        sheet(*pair("1", LONG + "Klopt dat?#footnote[Noot.]", LONG * 30), *pair("2", "En?", LONG))
    )
    placed = set()
    for line in document.lines:
        assert len(line.x_edges) == line.span.end - line.span.start + 1
        placed.update(range(line.span.start, line.span.end))
    for pair_ in document.pairs:
        for span in (pair_.question, pair_.answer):
            assert span is not None
            assert all(i in placed or document.text[i].isspace() for i in range(span.start, span.end))
            found = regions(document.lines, span)
            assert found
            assert {region.page for region in found} <= set(range(1, len(document.page_starts) + 1))
            assert all(r.x0 < r.x1 and r.y0 < r.y1 and r.x0 > 200 and r.x1 < 560 for r in found)


# --------------------------------------------------------------------------- found with sets at random


def test_labels_at_the_head_of_pages_are_no_running_header() -> None:
    asked = ("Waarom?", "Sinds wanneer?", "Hoe lang nog?", "Voor wie?", "Tegen welke prijs?")
    parts = list(pair("1", "Een?", "Ja."))
    for number, text in enumerate(asked, start=2):
        parts += ["#pagebreak()", *pair(str(number), text, LONG)]
    document = read(sheet(*parts))
    assert [p.numbers for p in document.pairs] == [(n,) for n in range(1, 7)]
    assert document.warnings == ()


def test_a_sentence_that_ends_in_a_number_on_a_line_of_its_own_is_no_label() -> None:
    sentence = (
        "De brug bij de sluis is afgerond «zo snel als het kan» zoals eerder is gemeld in antwoord op vraag"
    )
    texts = [f"{sentence} {'x' * extra} 3." for extra in range(1, 12)]
    document = read(
        sheet(
            *(label("Vraag 1"), "Een?", label("Vraag 2"), "Twee?", label("Vraag 3"), "Drie?"),
            *(label("Antwoord"), *(f"#plain[{text}]" for text in texts)),
        )
    )
    assert said(document, document.pairs[0].answer) == "\n".join(texts)
    assert [p.answer_numbers for p in document.pairs] == [(1, 2, 3)] * 3


def test_several_questions_repeated_before_one_answer() -> None:
    document = read(
        sheet(
            *(label("Vraag 1"), "Kent u de dijk?", label("Vraag 2"), "Is die veilig?"),
            *(
                label("Antwoord 1 en 2"),
                "#plain[_Kent u de dijk?_]",
                "#plain[_Is die veilig?_]",
                "#plain[Zeker.]",
            ),
        )
    )
    assert [p[2] for p in pairs(document)] == ["Zeker.", "Zeker."]
