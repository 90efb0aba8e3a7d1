from __future__ import annotations

from datetime import date

import pytest
from sheets import ANSWERED, label, pair, pairs, read, said, sheet

from learninglion.models import Answerer, Asker, BlockKind, DocumentKind, NoticeKind
from learninglion.parsing.layout import regions

LONG = (
    "De waterkering bij Oudeveen is in het voorjaar onderzocht door het waterschap en door de inspectie. "
    "Uit dat onderzoek blijkt dat de waterveiligheidsmaatregelen voldoende zijn "
    "en dat de zand- en grindwinning doorgaat. "
)


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


# --------------------------------------------------------------------------- notices and remarks


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (
            "De vragen van het lid Dijkstra-Venema kunnen niet binnen de gebruikelijke termijn worden "
            "beantwoord. Ik zal uw Kamer zo spoedig mogelijk antwoorden.",
            NoticeKind.POSTPONEMENT,
        ),
        (
            "De vragen zijn beantwoord middels een brief over de dijk (36 471, nr. 64) op 7 juni 2024.",
            NoticeKind.BY_LETTER,
        ),
        ("De vragen zijn ingetrokken door de vragensteller.", NoticeKind.OTHER),
    ],
)
def test_a_notice_in_the_place_of_answers(text: str, kind: NoticeKind) -> None:
    document = read(
        sheet(
            label("Vraag 1"),
            "Kent u de dijk?",
            label("Vraag 2"),
            "Is die veilig?",
            label("*Mededeling*"),
            text,
            answered="Mededeling van Minister *Terpstra* (Waterzaken) (ontvangen 7 juni 2024).",
        )
    )
    assert document.notice is not None
    assert document.notice.kind is kind
    assert said(document, document.notice.span) == text
    assert [p[2] for p in pairs(document)] == [None, None]
    assert document.answerers[0].name == "Terpstra"
    assert document.warnings == ()


def test_the_remark_below_a_set_is_in_no_answer() -> None:
    remark = (
        "Deze vragen dienen ter aanvulling op eerdere vragen terzake van het lid Bos, ingezonden 3 mei 2024."
    )
    document = read(sheet(*pair("1", "Kent u de dijk?", "Ja."), label("Toelichting:"), f"#plain[{remark}]"))
    assert pairs(document) == [((1,), "Kent u de dijk?", "Ja.", (1,))]
    assert remark in document.text


def test_a_notice_that_only_the_head_announces() -> None:
    text = "De vragen kunnen niet binnen de termijn worden beantwoord."
    document = read(
        sheet(
            label("Vraag 1"),
            "Kent u de dijk?",
            f"#block(above: 19pt)[{text}]",
            answered="Mededeling van Minister *Terpstra* (Waterzaken) (ontvangen 7 juni 2024).",
        )
    )
    assert document.notice is not None
    assert (document.notice.kind, said(document, document.notice.span)) == (NoticeKind.POSTPONEMENT, text)
    assert pairs(document) == [((1,), "Kent u de dijk?", None, ())]


# --------------------------------------------------------------------------- footnotes


def test_footnotes_hang_on_the_place_that_refers_to_them() -> None:
    document = read(
        sheet(
            *pair(
                "1",
                "Kent u het bericht «Dijk verzakt»?"
                "#footnote[Oudeveense Courant, 3 juni 2024, «Dijk verzakt».] Klopt dat?",
                "Ja.#footnote[Kamerstuk 31 710, nr. 99.] De uitstoot van CO#sub[2] is 12 kg per m#super[2].",
            ),
        )
    )
    assert pairs(document)[0][1:3] == (
        "Kent u het bericht «Dijk verzakt»? Klopt dat?",
        "Ja. De uitstoot van CO2 is 12 kg per m2.",
    )
    first, second = document.footnotes
    assert (first.mark, said(document, first.span)) == (
        "1",
        "Oudeveense Courant, 3 juni 2024, «Dijk verzakt».",
    )
    assert document.text[: first.anchor or 0].endswith("«Dijk verzakt»?")
    assert document.text[: second.anchor or 0].endswith("Ja.")
    assert all(note.span.start > max(p.question.end for p in document.pairs) for note in document.footnotes)


def test_marks_that_the_font_itself_draws_small_and_high() -> None:
    answer = " ".join(f"Punt {n} is waar.#footnote[Bron nummer {n}.]" for n in range(1, 14))
    document = read(
        sheet(*pair("1", "Is het 12 m#super[2] in 2019?", answer), preamble="#set super(typographic: true)\n")
    )
    assert pairs(document)[0][1:3] == (
        "Is het 12 m2 in 2019?",
        " ".join(f"Punt {n} is waar." for n in range(1, 14)),
    )
    assert [(note.mark, said(document, note.span)) for note in document.footnotes] == [
        (str(n), f"Bron nummer {n}.") for n in range(1, 14)
    ]


def test_a_footnote_that_goes_on_over_the_page() -> None:
    note = "Zie het rapport. " * 60
    document = read(sheet(*pair("1", "Kent u de dijk?", LONG * 9 + f"Klaar.#footnote[{note}] " + LONG * 12)))
    assert said(document, document.footnotes[0].span) == note.strip()
    assert said(document, document.pairs[0].answer) == LONG * 9 + "Klaar. " + (LONG * 12).strip()


# --------------------------------------------------------------------------- tables


def test_a_table_in_an_answer_is_one_line_a_row() -> None:
    table = (
        "#table(columns: (60pt, 120pt, 60pt), stroke: none,"
        " [Jaar], [Aantal meldingen van verzakkingen langs de dijk], [Kosten],"
        " [2022], [12], [€ 1.000], [2023], [15], [€ 2.000])"
    )
    document = read(sheet(*pair("1", "Hoeveel?", LONG + "\n\n" + table + "\n\n" + LONG)))
    assert said(document, document.pairs[0].answer) == "\n".join(
        [
            LONG.strip(),
            "Jaar | Aantal meldingen van verzakkingen langs de dijk | Kosten",
            "2022 | 12 | € 1.000",
            "2023 | 15 | € 2.000",
            LONG.strip(),
        ]
    )
    assert [b.kind for b in document.blocks].count(BlockKind.TABLE) == 1


def test_cells_of_several_lines_in_small_type() -> None:
    table = (
        "#text(6.9pt)[#table(columns: (50pt, 1fr, 1fr), stroke: 0.3pt, [*Jaar*], [*Aantal meldingen van "
        "verzakkingen langs de dijk*], [*Opmerkingen*], [2022], [12], [Een lange opmerking die niet op een "
        "regel past "
        "en dus doorloopt], [2023], [15], [Kort], [2024], [], [Leeg daarvoor])]"
    )
    document = read(sheet(*pair("1", "Hoeveel?#footnote[Bron.]", f"{LONG}\n\n{table}\n\n{LONG}")))
    assert (said(document, document.pairs[0].answer) or "").splitlines()[1:-1] == [
        "Jaar | Aantal meldingen van verzakkingen langs de dijk | Opmerkingen",
        "2022 | 12 | Een lange opmerking die niet op een regel past en dus doorloopt",
        "2023 | 15 | Kort",
        "2024 |  | Leeg daarvoor",
    ]
    assert [said(document, note.span) for note in document.footnotes] == ["Bron."]


def test_a_table_over_several_pages() -> None:
    rows = ", ".join(f"[Regio {i}], [{i * 7}], [{i * 3} procent]" for i in range(60))
    table = f"#table(columns: 3, stroke: 0.3pt, {rows})"
    document = read(sheet(*pair("1", "Hoeveel?#footnote[Bron.]", f"{LONG * 3}\n\n{table}\n\n{LONG}")))
    lines = (said(document, document.pairs[0].answer) or "").splitlines()
    assert lines[1:-1] == [f"Regio {i} | {i * 7} | {i * 3} procent" for i in range(60)]


def test_a_first_cell_of_several_lines() -> None:
    table = (
        "#table(columns: (1fr, 60pt, 60pt), stroke: none, align: (left, right, right), [], [2022], [2023], "
        "[Aantal "
        "meldingen van verzakkingen langs de dijken in het hele land en daarbuiten], [12.345], [1], "
        "[Totaal], [3], [4])"
    )
    document = read(sheet(*pair("1", "Hoeveel?", f"{LONG}\n\n{table}\n\n{LONG}")))
    assert (said(document, document.pairs[0].answer) or "").splitlines()[1:-1] == [
        " | 2022 | 2023",
        "Aantal meldingen van verzakkingen langs de dijken in het hele land en daarbuiten | 12.345 | 1",
        "Totaal | 3 | 4",
    ]


# --------------------------------------------------------------------------- the lay-out before 2011


OLD_HEAD = (
    "Vragen van de leden *Van Dijk* en *De Boer* (beiden CDA) aan de minister van Waterzaken "
    "over de dijk bij Oudeveen. (Ingezonden 3 februari 2006)"
)
OLD_ANSWERED = (
    "Antwoord van minister *Terpstra* (Waterzaken), mede namens de staatssecretaris van Zand. "
    "(Ontvangen 3 maart 2006)"
)


@pytest.mark.parametrize("heading", [[label("*Antwoord*"), OLD_ANSWERED], [label(OLD_ANSWERED)]])
def test_bare_numbers_first_questions_then_answers(heading: list[str]) -> None:
    document = read(
        sheet(
            label("1"),
            "Kent u het bericht over de dijk?",
            label("2"),
            "Is het waar dat in 2005\n\n12\n\nmeldingen zijn gedaan?",
            label("3"),
            "Zo ja, wat doet u?",
            *heading,
            label("1"),
            "Ja.",
            label("2 en 3"),
            LONG,
            head=OLD_HEAD,
            answered="",
            session="2005–2006",
            imprint="0506tkkvr1234",
        )
    )
    assert document.id == "ah-tk-20052006-1234"
    assert [(p.numbers, p.answer_numbers) for p in document.pairs] == [
        ((1,), (1,)),
        ((2,), (2, 3)),
        ((3,), (2, 3)),
    ]
    assert pairs(document)[0][1:3] == ("Kent u het bericht over de dijk?", "Ja.")
    assert said(document, document.pairs[2].answer) == LONG.strip()
    assert document.askers == (Asker("Van Dijk", "CDA"), Asker("De Boer", "CDA"))
    assert document.answerers == (
        Answerer("Terpstra", "Minister", "Waterzaken"),
        Answerer(None, "Staatssecretaris", "Zand", on_behalf=True),
    )
    assert (document.asked_on, document.received_on) == (date(2006, 2, 3), date(2006, 3, 3))
    assert document.warnings == ()


@pytest.mark.parametrize("mark", ["1", "1)", "(1)"])
def test_notes_as_large_as_the_text_below_the_questions(mark: str) -> None:
    document = read(
        sheet(
            label("1"),
            f"Kent u het bericht over de dijk?#super[{mark}]",
            f"#block(above: 19pt)[#super[{mark}] De Courant, 3 januari 2006. {LONG}]",
            label("*Antwoord*"),
            OLD_ANSWERED,
            label("1"),
            "Ja.",
            head=OLD_HEAD,
            answered="",
            session="2005–2006",
        )
    )
    assert pairs(document) == [((1,), "Kent u het bericht over de dijk?", "Ja.", (1,))]
    (note,) = document.footnotes
    assert (note.mark, said(document, note.span)) == ("1", f"De Courant, 3 januari 2006. {LONG}".strip())
    assert document.text[: note.anchor or 0].endswith("over de dijk?")


def test_columns_are_read_one_after_the_other() -> None:
    parts = [
        label("1"),
        "Kent u het bericht? " + LONG,
        label("2"),
        "Wat doet u? " + LONG * 2,
        label("*Antwoord*"),
    ]
    parts += [OLD_ANSWERED, label("1"), "Ja. " + LONG * 4, label("2"), "Niets. " + LONG * 5]
    columns = "#columns(2, gutter: 14pt)[" + "\n\n".join(parts) + "]"
    document = read(sheet(columns, head=OLD_HEAD, answered="", session="2005–2006"))
    read_pairs = [
        (p[0], " ".join((p[1] or "").split()), " ".join((p[2] or "").split())) for p in pairs(document)
    ]
    assert read_pairs == [
        ((1,), f"Kent u het bericht? {LONG}".strip(), f"Ja. {LONG * 4}".strip()),
        ((2,), f"Wat doet u? {LONG * 2}".strip(), f"Niets. {LONG * 5}".strip()),
    ]


def test_numbers_in_the_margin() -> None:
    def entry(number: str, text: str) -> str:
        return f"#block(above: 19pt)[#grid(columns: (16pt, 1fr), [{number}], [{text}])]"

    document = read(
        sheet(
            entry("1", "Kent u het bericht over de dijk? " + LONG),
            entry("2", "Wat doet u daaraan?"),
            label("*Antwoord*"),
            entry("1", "Ja. " + LONG),
            entry("2", "Niets."),
            answered=ANSWERED,
            session="2006–2007",
        )
    )
    assert pairs(document) == [
        ((1,), "Kent u het bericht over de dijk? " + LONG.strip(), "Ja. " + LONG.strip(), (1,)),
        ((2,), "Wat doet u daaraan?", "Niets.", (2,)),
    ]


def test_a_set_of_the_other_chamber() -> None:
    document = read(sheet(*pair("1", "Kent u de dijk?", "Ja."), chamber="Eerste", number=12))
    assert document.id == "ah-ek-20232024-12"


# --------------------------------------------------------------------------- tracing


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
