from __future__ import annotations

from datetime import date

import pytest
from sheets import ANSWERED, LONG, label, pair, pairs, read, said, sheet

from learninglion.models import Answerer, Asker

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


def test_notes_at_the_end_of_a_long_set_know_their_place() -> None:
    document = read(
        sheet(
            *(label("1"), "Kent u het bericht?#super[1]", label("*Antwoord*"), OLD_ANSWERED, label("1")),
            *(LONG * 90, "#block(above: 19pt)[#super[1] www.oudeveen.nl]"),
            head=OLD_HEAD,
            answered="",
            session="2005–2006",
        )
    )
    (note,) = document.footnotes
    assert len(document.page_starts) > 3 and said(document, note.span) == "www.oudeveen.nl"
    assert document.text[: note.anchor or 0].endswith("Kent u het bericht?")
