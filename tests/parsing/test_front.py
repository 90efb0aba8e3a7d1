"""What the first page of a paper of parliament says, in the forms it comes in."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pdffiles import pdf, show
from wordfiles import docx, para

from learninglion.models import DocumentKind, Genre, RawFile
from learninglion.parsing import parse
from learninglion.parsing.kamervragen.header import name_genre, title_from_question

FORM = [
    "AH 77",
    "2031Z01234",
    "Antwoord van minister De Vries (Waterzaken), mede namens de staatssecretaris van Landzaken "
    "(ontvangen 4 november 2031)",
    "Zie ook Aanhangsel Handelingen, vergaderjaar 2031-2032, nr. 12",
    "Vraag 1",
    "Bent u bekend met het bericht ‘Dijk bij Oudeveen lekt’?",
    "Antwoord 1",
    "Ja.",
    "Vraag 2",
    "Wat doet u?",
    "Antwoord 2",
    "Dichten.",
]
PAPER = [
    "Tweede Kamer der Staten-Generaal",
    "Vergaderjaar 2031–2032",
    "36 999 Regels over dijken en kades (Dijkenwet)",
    "Nr. 3 MEMORIE VAN TOELICHTING",
    "Ontvangen 3 maart 2032",
    "1. Inleiding",
    "Dijken keren water. Wat is daarvoor nodig?",
]


def text(lines: list[str], between: str = "\n\n") -> RawFile:
    return RawFile("stuk.txt", between.join(lines).encode(), "stuk.txt")


@pytest.mark.parametrize(
    "raw",
    [
        text(FORM),
        text(FORM, "\n"),
        docx("".join(para(line) for line in FORM)),
        RawFile("s.html", ("<html><body>" + "".join(f"<p>{x}</p>" for x in FORM)).encode(), "s.html"),
    ],
    ids=["text", "lines", "word", "html"],
)
def test_answers_in_the_form_of_the_kamer(raw: RawFile) -> None:
    found = parse(raw)
    assert (found.id, found.number, found.session_year) == ("ah-tk-20312032-77", 77, "2031-2032")
    assert found.kind is DocumentKind.KAMERVRAGEN and found.received_on == date(2031, 11, 4)
    assert [(a.name, a.portfolio, a.on_behalf) for a in found.answerers] == [
        ("De Vries", "Waterzaken", False),
        (None, "Landzaken", True),
    ]
    assert found.ministry == "Waterzaken" and found.title == "Dijk bij Oudeveen lekt"
    assert found.related == ("ah-tk-20312032-12", "2031Z01234")
    assert [pair.numbers for pair in found.pairs] == [(1,), (2,)]
    assert found.warnings == ("Wie de vragen stelde, is niet gevonden.",)


def test_the_form_of_the_kamer_with_who_asks_below_who_answers() -> None:
    asked = (
        "Vragen van het lid Bos (LAND) aan de minister van Waterzaken over dijken (ingezonden 1 mei 2031)."
    )
    found = parse(text([*FORM[:4], asked, *FORM[4:]]))
    assert found.id == "ah-tk-20312032-77"
    assert [a.name for a in found.askers] == ["Bos"] and found.answerers[0].name == "De Vries"
    assert (found.asked_on, found.received_on) == (date(2031, 5, 1), date(2031, 11, 4))


def printed(lines: list[str]) -> RawFile:
    """The lines below each other on a page of a PDF."""
    drawn = "".join(
        show(line.replace("(", "\\(").replace(")", "\\)"), y=780 - 14 * n, size=8)
        for n, line in enumerate(lines)
    )
    return RawFile("stuk.pdf", pdf(drawn), "stuk.pdf")


def test_the_forms_of_the_kamer_on_a_printed_page() -> None:
    asked = (
        "Vragen van het lid Bos (LAND) aan de minister van Waterzaken over dijken (ingezonden 1 mei 2031)."
    )
    for lines, askers in ((FORM, 0), ([*FORM[:4], asked, *FORM[4:]], 1)):
        found = parse(printed(lines))
        assert found.id == "ah-tk-20312032-77" and len(found.askers) == askers
        assert found.received_on == date(2031, 11, 4)
        assert [pair.numbers for pair in found.pairs] == [(1,), (2,)]
        assert all(pair.answer for pair in found.pairs)
    inline = [
        "Vraag 1 Bent u bekend met het bericht?",
        "Antwoord 1 Ja.",
        "Vraag 2 Wat doet u?",
        "Antwoord Dichten.",
    ]
    found = parse(printed([*FORM[:4], *inline]))
    assert [p.answer.of(found.text) for p in found.pairs if p.answer] == ["Ja.", "Dichten."]
    paper = [
        "36 999",
        "Regels over dijken",
        "Nr. 7",
        "MOTIE VAN HET LID BOS",
        "Voorgesteld 3 maart 2032",
        "De Kamer,",
    ]
    found = parse(printed([*paper, "verzoekt de regering dijken te dichten."]))
    assert (found.id, found.genre, found.published) == ("kst-36999-7", Genre.MOTIE, date(2032, 3, 3))
    assert found.title == "Regels over dijken; Motie van het lid Bos"


def test_a_kamerstuk_without_its_masthead() -> None:
    lines = ["36 999", "Regels over dijken en kades (Dijkenwet)", "Nr. 1 KONINKLIJKE BOODSCHAP"]
    lines += ["Aan de Tweede Kamer der Staten-Generaal", "Wij bieden U een voorstel van wet aan."]
    found = parse(text([*lines, "’s-Gravenhage, 3 maart 2032", "De Koning"], "\n"))
    assert (found.id, found.genre) == ("kst-36999-1", Genre.KONINKLIJKE_BOODSCHAP)
    assert (found.title, found.published) == ("Regels over dijken en kades (Dijkenwet)", date(2032, 3, 3))


@pytest.mark.parametrize(
    ("label", "answer"),
    [
        ("{}.\n", "Antwoord:\n"),
        ("({})\n", "Antwoord ({})\n"),
        ("{} ", "Antwoord {} "),
        ("Vraag {}\n", "Reactie op vraag {}\n"),
        ("Vraag {} (De Boer)\n", "Reactie\n"),
        ("Vraag {} ", "Antwoord "),
        ("VRAAG {}\n", "ANTWOORD\n"),
        ("V{}:\n", "A{}:\n"),
        ("Q{} ", "A{} "),
        ("Q: ", "A: "),
    ],
)
def test_labels_of_other_hands(label: str, answer: str) -> None:
    said = [("Bent u bekend met het bericht?", "Ja."), ("Wat doet u?", "Dichten.")]
    lines = [
        f"{label.format(n)}{question}\n{answer.format(n)}{reply}"
        for n, (question, reply) in enumerate(said, start=1)
    ]
    found = parse(text([*FORM[:4], *lines], "\n"))
    answers = [(p.question.of(found.text), p.answer.of(found.text)) for p in found.pairs if p.answer]
    assert answers == said
    assert [pair.numbers for pair in found.pairs] == [(1,), (2,)]


def test_all_questions_ahead_of_all_answers() -> None:
    lines = [
        "Vragen van het lid Bos (LAND) aan de minister van Waterzaken over dijken (ingezonden 1 mei 2031)"
    ]
    lines += ["1. Bent u bekend met het bericht?", "2. Wat doet u?", "3. Wanneer?"]
    lines += [
        "Antwoord van minister De Vries (Waterzaken) (ontvangen 4 november 2031)",
        "1. Ja.",
        "2 en 3. Morgen dichten.",
    ]
    found = parse(text(lines, "\n"))
    assert [
        (p.numbers, p.question.of(found.text), p.answer.of(found.text)) for p in found.pairs if p.answer
    ] == [
        ((1,), "Bent u bekend met het bericht?", "Ja."),
        ((2,), "Wat doet u?", "Morgen dichten."),
        ((3,), "Wanneer?", "Morgen dichten."),
    ]
    assert found.received_on == date(2031, 11, 4) and found.answerers[0].portfolio == "Waterzaken"


def test_a_published_sheet_saved_as_text() -> None:
    lines = [
        "Tweede Kamer der Staten-Generaal 2",
        "Vergaderjaar 2031–2032 Aanhangsel van de Handelingen",
        "Vragen gesteld door de leden der Kamer, met de daarop door de",
        "regering gegeven antwoorden",
        "77",
        "Vragen van de leden Bos (LAND) en Dijk (WATER) aan de Minister van",
        "Waterzaken over de dijk bij Oudeveen (ingezonden 4 juli 2031).",
        "Antwoord van Minister De Vries (Waterzaken) (ontvangen 1 augus-",
        "tus 2031).",
        "Vraag 1",
        "Bent u bekend met het bericht?1",
        "Antwoord 1",
        "Ja, dat ken ik. Ik verwijs naar het antwoord op",
        "vraag 2.",
        "1 Bode, 3 juli 2031.",
        "ah-tk-20312032-77",
        "ISSN 0921 - 7398",
        "’s-Gravenhage 2031 Tweede Kamer, vergaderjaar 2031–2032, Aanhangsel 1",
        "Vraag 2",
        "Wat doet u?",
        "Antwoord 2",
        "Dichten.",
        "Tweede Kamer, vergaderjaar 2031–2032, Aanhangsel 2",
    ]
    found = parse(text(lines, "\n"))
    assert (found.id, found.number) == ("ah-tk-20312032-77", 77)
    assert (found.asked_on, found.received_on) == (date(2031, 7, 4), date(2031, 8, 1))
    assert [(a.name, a.party) for a in found.askers] == [("Bos", "LAND"), ("Dijk", "WATER")]
    said = [(p.question.of(found.text), p.answer.of(found.text) if p.answer else None) for p in found.pairs]
    assert said == [
        ("Bent u bekend met het bericht?", "Ja, dat ken ik. Ik verwijs naar het antwoord op vraag 2."),
        ("Wat doet u?", "Dichten."),
    ]
    assert [note.span.of(found.text) for note in found.footnotes] == ["Bode, 3 juli 2031."]
    assert "Aanhangsel 1" not in found.text and found.warnings == ()


@pytest.mark.parametrize("raw", [text(PAPER), docx("".join(para(line) for line in PAPER))])
def test_a_kamerstuk(raw: RawFile) -> None:
    found = parse(raw)
    assert (found.id, found.dossier, found.number) == ("kst-36999-3", "36999", 3)
    assert found.genre is Genre.MEMORIE_VAN_TOELICHTING and found.session_year == "2031-2032"
    assert found.title == "Regels over dijken en kades (Dijkenwet)"
    assert found.published == date(2032, 3, 3) and found.pairs == () and found.warnings == ()


def test_a_motie_says_whose_it_is() -> None:
    lines = [
        *("Tweede Kamer der Staten-Generaal", "Vergaderjaar 2031–2032", "36 600 XII Begroting Waterzaken"),
        *("Nr. 14 MOTIE VAN HET LID DE BOER C.S.", "Voorgesteld 3 maart 2032", "De Kamer,", "verzoekt."),
    ]
    found = parse(text(lines))
    assert (found.id, found.genre) == ("kst-36600-XII-14", Genre.MOTIE)
    assert found.title == "Begroting Waterzaken; Motie van het lid De Boer c.s."


def test_a_letter_that_refers_to_a_kamerstuk_is_not_that_kamerstuk() -> None:
    found = parse(text(["Geachte voorzitter,", "Zie Tweede Kamer, vergaderjaar 2031–2032, 36 999, nr. 3."]))
    assert found.id.startswith("doc-") and found.genre is None


@pytest.mark.parametrize(
    ("heading", "genre"),
    [
        ("NOTA NAAR AANLEIDING VAN HET VERSLAG", Genre.NOTA_NAAR_AANLEIDING_VAN_HET_VERSLAG),
        ("VERSLAG VAN EEN SCHRIFTELIJK OVERLEG", Genre.SCHRIFTELIJK_OVERLEG),
        ("VERSLAG HOUDENDE EEN LIJST VAN VRAGEN EN ANTWOORDEN", Genre.LIJST_VAN_VRAGEN_EN_ANTWOORDEN),
        ("ADVIES AFDELING ADVISERING RAAD VAN STATE", Genre.ADVIES),
        ("Beslisnota bij Kamerbrief", Genre.BESLISNOTA),
        ("BRIEF VAN DE MINISTER VAN WATERZAKEN", Genre.BRIEF),
        ("Werkprogramma 2031", None),
    ],
)
def test_genres(heading: str, genre: Genre | None) -> None:
    assert name_genre(heading) is genre


def test_the_title_quoted_in_a_question() -> None:
    assert title_from_question("Kent u het bericht «Dijk lekt al ‘jaren’ in Oudeveen»?") == (
        "Dijk lekt al ‘jaren’ in Oudeveen"
    )
    assert title_from_question("Wat doet u?") == ""


def test_numbered_items_of_a_study_are_no_questions() -> None:
    study = text(
        [
            "# Onderzoek",
            "Het kader heeft twee vragen.",
            "1. Is het nodig?",
            "Daar gaat het om.",
            "2. Kan het beter?",
            "Ook dat.",
        ]
    )
    assert parse(study).pairs == ()


def test_real_papers(shared_data: Path) -> None:
    folder = shared_data / "kamerstukken"
    found = {
        path.stem: parse(RawFile(path.name, path.read_bytes(), path.name)) for path in folder.glob("*.pdf")
    }
    assert found["koninklijke-boodschap"].id == "kst-36450-1"
    assert found["memorie-van-toelichting"].genre is Genre.MEMORIE_VAN_TOELICHTING
    nota = found["nota-naar-aanleiding-van-het-verslag"]
    assert sorted(n for pair in nota.pairs for n in pair.numbers) == list(range(1, 90))
    assert all(pair.answer is not None and pair.asked_by for pair in nota.pairs)
    assert nota.pairs[0].answered_by == "Minister van Economische Zaken en Klimaat"
    assert found["werkprogramma"].pairs == ()
    for document in found.values():
        assert document.title not in ("Tweede Kamer der Staten-Generaal", "TER ONDERTEKENING", "")


def test_real_answers_in_the_form_of_the_kamer(shared_data: Path) -> None:
    for path in (shared_data / "kamervragen" / "sets-2024" / "archive").glob("*.docx"):
        found = parse(RawFile(path.name, path.read_bytes(), path.name))
        assert found.id == f"ah-tk-20242025-{found.number}" and found.ministry and found.received_on
        assert found.title != path.stem and all(pair.answer for pair in found.pairs)
