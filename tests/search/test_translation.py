"""Words across languages, and a question that meets a text in the other language by them."""

from __future__ import annotations

from datetime import date

import pytest

from learninglion.models import DocumentCard, DocumentKind, Source, SourceKind, Span
from learninglion.search.evidence import look, want
from learninglion.search.search import in_dutch
from learninglion.search.synonyms import translations


@pytest.mark.parametrize(
    ("word", "english", "one"),
    [
        ("tree", True, "boom"),
        ("Trees", True, "boom"),
        ("stopped", True, "stoppen"),
        ("policies", True, "beleid"),
        ("bomen", False, "tree"),
        ("vergunningen", False, "permit"),
        ("zwemwater", False, "water"),
        ("woningbouw", False, "construction"),
    ],
)
def test_a_word_is_known_in_its_forms_and_parts(word: str, english: bool, one: str) -> None:
    assert one in translations(word, english=english)


def test_names_are_not_translated() -> None:
    assert translations("Meerwoude", english=False) == ()
    assert translations("Meerwoude", english=True) == ()


def source(body: str) -> Source:
    card = DocumentCard("d", "", DocumentKind.DOCUMENT, date=date(2024, 1, 1))
    return Source("d#1", card, SourceKind.SECTION, body, Span(0, len(body)), 1)


@pytest.mark.parametrize(
    ("question", "body", "quote"),
    [
        (
            "How much does a permit for a night market cost?",
            "De markt is op zaterdag. Een vergunning voor een nachtmarkt kost 40 euro. Honden mogen mee.",
            "Een vergunning voor een nachtmarkt kost 40 euro.",
        ),
        (
            "Wie controleert de brandblussers?",
            "The building is open all day. The extinguishers are checked by the fire officer. Keys are kept.",
            "The extinguishers are checked by the fire officer.",
        ),
    ],
)
def test_a_question_meets_a_text_in_the_other_language(question: str, body: str, quote: str) -> None:
    wanted = want(question, lambda stem: 1.0)
    seen = look(wanted, source(body))
    assert seen is not None and seen.foreign
    assert seen.unit.text.strip() == quote
    assert seen.share > 0.5


def test_only_an_english_question_is_searched_in_dutch_words_too() -> None:
    assert "vergunning" in in_dutch("Which permit is needed?").split()
    assert in_dutch("Welke vergunning is nodig?") == ""
