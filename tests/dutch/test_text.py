from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learninglion.dutch.lexicon import number_of
from learninglion.dutch.text import fold, read, split_sentences, tokenise, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ja. Nee.", ["Ja.", "Nee."]),
        (
            "Zie o.a. de brief van 3 mei. Dat is duidelijk.",
            ["Zie o.a. de brief van 3 mei.", "Dat is duidelijk."],
        ),
        ("De heer A. de Vries is bekend. Klopt dit?", ["De heer A. de Vries is bekend.", "Klopt dit?"]),
        (
            "Het lid H. De Boer en onderzoeker P. Van Dijk.",
            ["Het lid H. De Boer en onderzoeker P. Van Dijk."],
        ),
        (
            "Tekst van tab A. Uit de cijfers blijkt dit. Zie bijlage B. De minister komt.",
            ["Tekst van tab A.", "Uit de cijfers blijkt dit.", "Zie bijlage B.", "De minister komt."],
        ),
        ("Dit kost 1.250,50 euro. Dat is veel.", ["Dit kost 1.250,50 euro.", "Dat is veel."]),
        ("Kent u «Wat nu?» en wat vindt u? Ja.", ["Kent u «Wat nu?» en wat vindt u?", "Ja."]),
        ("Kop\nEerste zin. Tweede", ["Kop", "Eerste zin.", "Tweede"]),
        (
            "Bij brief (Kamerstuk 29 398, nr. 1090) is dit gemeld.",
            ["Bij brief (Kamerstuk 29 398, nr. 1090) is dit gemeld."],
        ),
        ("1. De minister weet dit. 2. Ook dat.", ["1. De minister weet dit.", "2. Ook dat."]),
        ("Fruit, groente, enz. De rest volgt.", ["Fruit, groente, enz.", "De rest volgt."]),
        ("Op 5 jl. is dit gemeld.", ["Op 5 jl. is dit gemeld."]),
        ("", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert [s.of(text) for s in split_sentences(text)] == expected


@given(st.text(alphabet=st.sampled_from("abA .!?\n»'1e"), max_size=80))
def test_sentences_lose_nothing(text: str) -> None:
    spans = split_sentences(text)
    assert "".join("".join(s.of(text).split()) for s in spans) == "".join(text.split())
    assert all(a.end <= b.start for a, b in zip(spans, spans[1:], strict=False))


def test_fold_and_words() -> None:
    assert fold("Yeşilgöz") == "yesilgoz"
    assert words("ILT-signaalrapportage, 1.250 euro") == ("ilt-signaalrapportage", "1.250", "euro")
    assert [t.text for t in tokenise("«Ja», 3,5%")] == ["«", "Ja", "»", ",", "3,5", "%"]


def test_a_number_of_any_length_is_spelled() -> None:
    assert number_of("0012") == "12" and number_of("9" * 5000) == "9" * 5000


@pytest.mark.parametrize(
    "word", ["9" * 5000, "0" * 5000, "9." * 5000, "1e" * 3000, "honderd" * 3000, f"[{'7' * 5000}]"]
)
def test_no_number_is_too_long_to_read(word: str) -> None:
    assert read(f"Er zijn {word} kelders.").words
