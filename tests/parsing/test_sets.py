from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st
from sheets import pair, sheet
from wordfiles import letter

from learninglion.models import QuestionSet, RawFile
from learninglion.models.errors import InputError, UnreadableFileError
from learninglion.models.plain import canonical_json
from learninglion.parsing import parse
from learninglion.parsing.sets import question_set_from_file, read_question_set
from learninglion.parsing.writing import tidy

INTRODUCTION = (
    "Vragen van de leden De Boer (WATER) en Bos (LAND) aan de Minister van Waterzaken over de dijk bij "
    "Oudeveen (ingezonden 4 juli 2031)."
)
EXPECTED = [
    ((1,), "Kent u het bericht «Dijk lekt»?"),
    ((2,), "Hoe hoog is de dijk? Zo laag, waarom?"),
    ((3,), "Wanneer wordt hij gedicht?"),
]
LAYOUTS = {
    "web page": "1\nKent u het bericht «Dijk lekt»?\n\n2\nHoe hoog is de dijk? Zo laag,\nwaarom?\n\n3\n"
    "Wanneer wordt hij gedicht?",
    "dots": "1. Kent u het bericht «Dijk lekt»?\n2. Hoe hoog is de dijk? Zo laag, waarom?\n"
    "3. Wanneer wordt hij gedicht?",
    "brackets": "1) Kent u het bericht «Dijk lekt»?\n\n2) Hoe hoog is de dijk? Zo laag, waarom?\n\n"
    "3) Wanneer wordt hij gedicht?",
    "labels": "Vraag 1\nKent u het bericht «Dijk lekt»?\nVraag 2\nHoe hoog is de dijk?\nZo laag, waarom?\n"
    "Vraag 3\nWanneer wordt hij gedicht?",
    "labels with text": "Vraag 1: Kent u het bericht «Dijk lekt»?\nVraag 2: Hoe hoog is de dijk? Zo laag, "
    "waarom?\nVraag 3: Wanneer wordt hij gedicht?",
    "without line ends": "1. Kent u het bericht «Dijk lekt»? 2. Hoe hoog is de dijk? Zo laag, waarom? "
    "3. Wanneer wordt hij gedicht?",
    "broken words": "1 Kent u het be-\nricht «Dijk lekt»?\n2 Hoe hoog is de dijk? Zo laag, waarom?\n"
    "3 Wanneer wordt hij gedicht?",
    "note marks": "1\nKent u het bericht «Dijk lekt»? [1]\n2\nHoe hoog is de dijk? Zo laag, waarom?\n3\n"
    "Wanneer wordt hij gedicht?\n\n[1] Oudeveense Bode, 3 juli 2031, https://bode.example/dijk",
    "raised note marks": "1\nKent u het bericht «Dijk lekt»?1\n2\nHoe hoog is de dijk? Zo laag, waarom?\n3\n"
    "Wanneer wordt hij gedicht?\n\n1 Oudeveense Bode, 3 juli 2031, https://bode.example/dijk",
    "windows line ends": "1.\tKent u het bericht «Dijk lekt»?\r\n"
    "2.\tHoe hoog is de dijk? Zo laag, waarom?\r\n3.\tWanneer wordt hij gedicht?\r\n",
}


def _read(question_set: QuestionSet) -> list[tuple[tuple[int, ...], str]]:
    return [(question.numbers, question.text) for question in question_set.questions]


@pytest.mark.parametrize("name", sorted(LAYOUTS))
def test_the_same_set_in_every_lay_out(name: str) -> None:
    found = read_question_set(f"{INTRODUCTION}\n\n{LAYOUTS[name]}")
    assert _read(found) == EXPECTED
    assert found.introduction.startswith(INTRODUCTION)
    assert found.title == "De dijk bij Oudeveen"
    assert ("bode.example" in found.introduction) == ("bode.example" in LAYOUTS[name])
    assert found.warnings == ()


@pytest.mark.parametrize("name", sorted(LAYOUTS))
def test_a_set_without_introduction(name: str) -> None:
    assert _read(read_question_set(LAYOUTS[name])) == EXPECTED


def test_parts_of_a_question_stay_in_it() -> None:
    text = "1. Kunt u ingaan op:\n1) de kosten;\n2) de planning?\n2. En op:\na) de dijk\nb) de sluis?"
    text += "\n3. Wanneer?"
    assert _read(read_question_set(text)) == [
        ((1,), "Kunt u ingaan op:\n1) de kosten;\n2) de planning?"),
        ((2,), "En op:\na) de dijk\nb) de sluis?"),
        ((3,), "Wanneer?"),
    ]


def test_combined_questions_keep_their_numbers() -> None:
    found = read_question_set("Vraag 1 en 2\nHoe?\nVraag 3, 4 en 5:\nWaarom?\nVragen 6 t/m 8\nWanneer?")
    assert [numbers for numbers, _ in _read(found)] == [(1, 2), (3, 4, 5), (6, 7, 8)]


def test_a_text_without_numbers_is_one_question() -> None:
    found = read_question_set("Wat doet u aan de opslag van vuurwerk in woonwijken?")
    assert _read(found) == [((1,), "Wat doet u aan de opslag van vuurwerk in woonwijken?")]
    assert found.warnings
    headed = read_question_set(f"{INTRODUCTION}\n\nHoe hoog is de dijk?")
    assert headed.introduction == INTRODUCTION and _read(headed) == [((1,), "Hoe hoog is de dijk?")]


def test_what_finds_no_place_stays_and_is_reported() -> None:
    found = read_question_set(
        f"{INTRODUCTION}\n1. Hoe hoog?\n2. Hoe lang?\nToelichting:\nDeze vragen vullen eerdere vragen aan."
    )
    assert _read(found) == [((1,), "Hoe hoog?"), ((2,), "Hoe lang?")]
    assert "Deze vragen vullen eerdere vragen aan." in found.introduction
    assert any("hoort" in warning for warning in found.warnings)


@pytest.mark.parametrize("first", ["Toelichting: de dijk is oud.", "De dijk is oud."])
def test_what_stands_under_a_number_alone_on_its_line_is_that_question(first: str) -> None:
    question_set = read_question_set(f"1.\n{first}\n2. Hoe oud?")
    assert [(q.numbers, q.text) for q in question_set.questions] == [((1,), first), ((2,), "Hoe oud?")]
    assert question_set.introduction == ""


def test_numbers_that_are_odd_are_reported() -> None:
    assert any("3" in w for w in read_question_set("1. Hoe?\n2. Wat?\n4. Wie?").warnings)
    assert any("vaker" in w for w in read_question_set("Vraag 1\nHoe?\nVraag 1\nWat?").warnings)


def test_answers_in_the_text_are_left_out_and_reported() -> None:
    found = read_question_set(
        "Vraag 1\nHoe hoog?\nAntwoord 1\nVier meter.\nVraag 2\nHoe lang?\nAntwoord 2\nAcht."
    )
    assert _read(found) == [((1,), "Hoe hoog?"), ((2,), "Hoe lang?")]
    assert any("antwoorden" in warning for warning in found.warnings)


@pytest.mark.parametrize("text", ["", "   \n\t ", "\u200b\u200b"])
def test_an_empty_text_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        read_question_set(text)


_WORDS = st.lists(
    st.sampled_from(["dijk", "hoogte", "Oudeveen", "art. 3", "2.500", "EU-recht", "mr. Bos", "3 mei 2031"]),
    min_size=1,
    max_size=12,
)
_QUESTION = st.builds(lambda words: f"Wat is {' '.join(words)} volgens u?", _WORDS)


@settings(max_examples=60)
@given(
    questions=st.lists(_QUESTION, min_size=2, max_size=15),
    form=st.sampled_from(["{}. {}", "{}) {}", "{}\n{}", "Vraag {}\n{}", "Vraag {}: {}", "{} {}"]),
    introduction=st.sampled_from(["", INTRODUCTION]),
)
def test_every_question_comes_back(questions: list[str], form: str, introduction: str) -> None:
    text = "\n".join([introduction, *(form.format(n, q) for n, q in enumerate(questions, start=1))])
    found = read_question_set(text)
    assert _read(found) == [((n,), q) for n, q in enumerate(questions, start=1)]
    assert found.introduction == introduction


@settings(max_examples=100)
@given(
    text=st.one_of(
        st.text(min_size=1, max_size=300),
        st.lists(
            st.sampled_from(
                ["Vraag 1", "1", "2.", "\n", "\n", "Antwoord 1", "Hoe?", "[1]", "a)", "Toelichting:", " "]
            ),
            min_size=1,
        ).map("".join),
    )
)
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    try:
        found = read_question_set(text)
    except InputError as problem:
        assert problem.detail
    else:
        assert found.questions and all(question.text.strip() for question in found.questions)
        shown = found.introduction + "".join(question.text for question in found.questions)
        if not found.warnings:  # then only the numbers of the questions are gone
            kept = Counter(c for c in shown.casefold() if c.isalpha())
            labels = Counter("vraagvragen" * len(text))  # in capitals too, and as "vr"
            assert not Counter(c for c in tidy(text).casefold() if c.isalpha()) - kept - labels


# --------------------------------------------------------------------------- files


def _file(name: str, content: bytes) -> RawFile:
    return RawFile(name, content, name)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_in_any_encoding(encoding: str) -> None:
    text = "Vragen van het lid Dönitz (ËÉN) over coördinatie\n1. Één vraag?\n2. Nóg één?"
    found = question_set_from_file(_file("vragen.txt", text.encode(encoding)))
    assert _read(found) == [((1,), "Één vraag?"), ((2,), "Nóg één?")] and "Dönitz" in found.introduction


def test_a_corrected_set_comes_back_as_it_was() -> None:
    found = read_question_set(f"{INTRODUCTION}\n{LAYOUTS['dots']}")
    assert question_set_from_file(_file("set.json", canonical_json(found).encode())) == found


def test_a_word_file() -> None:
    found = question_set_from_file(letter(f"*{INTRODUCTION}", "1", "Hoe hoog?", "2", "Hoe lang?"))
    assert _read(found) == [((1,), "Hoe hoog?"), ((2,), "Hoe lang?")]
    assert found.introduction == INTRODUCTION


def test_a_letter_with_answers_gives_its_questions_without_the_letterhead() -> None:
    heading = "*Antwoorden van de minister van Waterzaken op vragen van het lid Bos (LAND) over de dijk"
    lines = (
        "> Retouradres Postbus 1",
        heading,
        "*Vraag 1",
        "*Hoe hoog?",
        "*Antwoord op vraag 1",
        "Vier meter.",
    )
    found = question_set_from_file(letter(*lines))
    assert _read(found) == [((1,), "Hoe hoog?")] and found.introduction == heading[1:]
    assert found.title == "De dijk" and any("antwoorden" in warning for warning in found.warnings)


def test_a_published_set_as_pdf() -> None:
    content = sheet(
        *pair("1", "_Hoe hoog is de dijk?_", "Vier meter."), *pair("2 en 3", "_Hoe lang?_", "Acht.")
    )
    found = question_set_from_file(_file("set.pdf", content))
    assert _read(found) == [((1,), "Hoe hoog is de dijk?"), ((2, 3), "Hoe lang?")]
    assert found.introduction.startswith("Vragen van het lid Dijkstra-Venema")
    assert any("antwoorden" in warning for warning in found.warnings)


QUESTIONS = (
    "Kent u het bericht «Gemeente Oudeveen wil de dijk overnemen van het waterschap en de provincie»?",
    "Deelt u de mening dat het voor de veiligheid van belang is dat de dijk vier meter hoog blijft, ook na "
    "2031 wanneer de zee is gestegen? Zo ja, waarom? Zo nee, waarom niet?",
    "Wanneer wordt hij gedicht?",
)
HEAD = (
    "*2031Z01234*\n\n(ingezonden 4 juli 2031)\n\n*Vragen van de leden Bos (LAND) en Dijk (WATER) aan de "
    "minister van Waterzaken over de dijk bij Oudeveen*\n\n"
)


@pytest.mark.parametrize(
    "markup",
    [
        "\n\n".join(f"{n}\n\n{q}" for n, q in enumerate(QUESTIONS, 1)) + "\n\n\\[1\\] Bode, 3 juli 2031",
        "#grid(columns: (20pt, 1fr), row-gutter: 10pt, "
        + ",".join(f"[{n}], [{q}]" for n, q in enumerate(QUESTIONS, 1))
        + ")",
        "\n".join(f"+ {q}" for q in QUESTIONS),
        "\n\n".join(f"*Vraag {n}*\\\n{q}" for n, q in enumerate(QUESTIONS, 1))
        + "#footnote[Bode, 3 juli 2031]",
    ],
)
def test_the_letter_of_the_kamer_as_pdf(markup: str) -> None:
    page = "#set page(height: 400pt)\n#set super(typographic: false)\n"
    found = question_set_from_file(_file("kamer.pdf", bytes(typst.compile((page + HEAD + markup).encode()))))
    assert _read(found) == [((n,), q) for n, q in enumerate(QUESTIONS, 1)]
    assert "2031Z01234\n(ingezonden 4 juli 2031)\nVragen van de leden Bos (LAND)" in found.introduction
    assert ("Bode" in found.introduction) == ("Bode" in markup)
    assert found.title == "De dijk bij Oudeveen" and found.warnings == ()


def test_real_published_sets(shared_data: Path) -> None:
    def bare(text: str) -> str:
        return "".join(c for c in text if c.isalnum() and c.isascii())

    folder = shared_data / "kamervragen"
    for path in sorted(folder.glob("gold/*.json")):
        gold = json.loads(path.read_text())
        if gold["questions"]:
            found = question_set_from_file(_file(gold["file"], (folder / "pdf" / gold["file"]).read_bytes()))
            assert [(list(n), bare(t)) for n, t in _read(found)] == [
                (q["numbers"], bare(q["text"])) for q in gold["questions"]
            ]
            assert bare(gold["asked"]) in bare(found.introduction)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "leeg"),
        (b"\x00\x01\x02\x03" * 50, "kan niet worden gelezen"),
        (b'{"introduction": 3}', "JSON"),
        (b'{"introduction": "", "questions": []}', "JSON"),
        (b'{"introduction": "", "questions": [{"numbers": [1], "text": " "}]}', "zonder nummer of tekst"),
        (b"{" * 100_000, "JSON"),
        (b"PK\x03\x04kapot", "beschadigd"),
        (b"%PDF-1.7 kapot", ""),
    ],
)
def test_bad_files_are_refused_by_name(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFileError) as caught:
        question_set_from_file(_file("raar\nbestand.bin", content))
    assert caught.value.detail.startswith("raar\nbestand.bin: ") and reason in caught.value.detail


def test_a_copy_from_a_pdf_viewer() -> None:
    found = read_question_set(
        "Tweede Kamer der Staten-Generaal2\nVergaderjaar 2031–2032 Vragen "
        "gesteld door de leden der Kamer\n2031Z01234\n"
        "Vragen van het lid Bos (LAND) aan de Minister van Waterzaken over "
        "dijken (ingezonden 4 juli\n2031).\n"
        "Vraag 1\nKent u het bericht «Dijk lekt»?1\nVraag 2\nHoeveel "
        "wachtlijs-\nten zijn er in\n2031 bijgekomen?\n"
        "1de Bode, 3 juli 2031, https://bode.example.nl/\ndijk-lekt\n \nkv-tk-2031Z01234\n"
        "’s-Gravenhage 2031 Tweede Kamer, vergaderjaar 2031–2032, Vragen 1\nVraag 3\nWat doet u?\n"
        "Tweede Kamer, vergaderjaar 2031–2032, Vragen 2\n"
    )
    assert _read(found) == [
        ((1,), "Kent u het bericht «Dijk lekt»?"),
        ((2,), "Hoeveel wachtlijsten zijn er in 2031 bijgekomen?"),
        ((3,), "Wat doet u?"),
    ]
    assert found.introduction.startswith("2031Z01234\nVragen van het lid Bos")
    assert found.introduction.endswith("[1] de Bode, 3 juli 2031, https://bode.example.nl/dijk-lekt")
    assert found.title == "Dijken" and found.warnings == ()


@pytest.mark.parametrize(
    "text",
    [
        "- Kent u het bericht?\n- Lekt de dijk? Zo ja, hoe erg?\n- Wat doet u?",
        "Kent u het bericht?\n\nLekt de dijk? Zo ja, hoe erg?\n\nWat doet u?",
        "Kent u het bericht? Lekt de dijk? Zo ja, hoe erg? Wat doet u?",
    ],
    ids=["bullets", "paragraphs", "one paragraph"],
)
def test_questions_without_numbers_are_counted_and_that_is_told(text: str) -> None:
    found = read_question_set(f"{INTRODUCTION}\n\n{text}")
    assert _read(found) == [
        ((1,), "Kent u het bericht?"),
        ((2,), "Lekt de dijk? Zo ja, hoe erg?"),
        ((3,), "Wat doet u?"),
    ]
    assert found.introduction == INTRODUCTION and any("geteld" in w for w in found.warnings)


@pytest.mark.parametrize(
    "text",
    [
        "1a. Lekt hij?\n1b. Zo ja, hoe erg?\n2. Wat doet u?",
        "Vraag 1a\nLekt hij?\nVraag 1b\nZo ja, hoe erg?\nVraag 2\nWat doet u?",
    ],
)
def test_parts_of_a_question_stay_together(text: str) -> None:
    found = read_question_set(text)
    assert [numbers for numbers, _ in _read(found)] == [(1,), (2,)] and found.warnings == ()
    assert "Lekt hij?" in found.questions[0].text and "hoe erg?" in found.questions[0].text


def test_what_came_along_behind_a_question_is_moved_and_told() -> None:
    found = read_question_set(
        "Vraag 1\nWat doet u?\n2. Met dit voorstel wordt de dijk hoger.\nVraag 2\nWanneer?"
    )
    assert _read(found) == [((1,), "Wat doet u?"), ((2,), "Wanneer?")]
    assert "de dijk hoger" in found.introduction and any("geen vraag is" in w for w in found.warnings)


def test_real_sets(shared_data: Path) -> None:
    folder = shared_data / "kamervragen" / "sets-2024"
    judged: dict[str, list[tuple[tuple[int, ...], str]]] = {}
    for line in (folder / "judgments.jsonl").read_text().splitlines():
        record = json.loads(line)
        judged.setdefault(record["set"], []).append((tuple(record["numbers"]), record["question"]))
    for name, questions in judged.items():
        found = read_question_set((folder / "questions" / f"{name}.txt").read_text())
        assert [q.numbers for q in found.questions] == [numbers for numbers, _ in questions]
        for question, (_, text) in zip(found.questions, questions, strict=True):
            # The judged texts carry the page feet, notes and strays that came along, behind the question.
            assert re.sub(r"\s+", " ", text).startswith(re.sub(r"\s+", " ", question.text))
            assert question.text.endswith(("?", ".")) and not re.search(
                r"kv-tk|Tweede Kamer, verg|https?:", question.text
            )


def test_labels_without_numbers_over_more_than_one_paragraph_are_one_question_each() -> None:
    text = "".join(
        f"Vraag:\nHoeveel palen telt dijk {k}?\nAntwoord:\nDijk {k} telt {k}5 palen.\n" for k in (1, 2, 3)
    )
    pairs = parse(RawFile("vragen.txt", text.encode(), "x")).pairs
    assert [pair.numbers for pair in pairs] == [(1,), (2,), (3,)]
