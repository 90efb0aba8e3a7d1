"""How words of a question meet a text: misspelt, of one meaning, as numbers, in the range of a row."""

from __future__ import annotations

from datetime import date

import pytest

from learninglion.models import DocumentCard, DocumentKind, Source, SourceKind, Span
from learninglion.search.evidence import cover, distinguish, look, sort_words, want
from learninglion.search.question import not_told, within
from learninglion.search.synonyms import kin

CARD = DocumentCard("doc-1", "Havenreglement", DocumentKind.DOCUMENT, date=date(2024, 5, 1))
TABLE = (
    "Leeftijd | Per maand (euro)\n0 tot en met 8 jaar | 31\n9 tot en met 15 jaar | 47\n16 jaar en ouder | 58"
)


def source(text: str, name: str = "doc-1#s1") -> Source:
    return Source(name, CARD, SourceKind.SECTION, text, Span(0, len(text)), 0)


def known(*stems: str) -> float:
    return 0.5


def nowhere(stem: str) -> float:
    return 1.0


def test_a_word_that_stands_nowhere_may_have_a_wrong_letter() -> None:
    misspelt = "Waar vergadert de comissie?"
    text = "De commissie vergadert in de hal."
    assert cover(want(misspelt, nowhere), text) > cover(want(misspelt, known), text)
    assert cover(want("Waar staat de bagger?", nowhere), "De bakker staat op de kade.") < 0.6


def test_words_of_one_meaning_meet_for_less_than_the_word_itself() -> None:
    assert "boete" in kin("straf", english=False)
    wanted = want("Wat is de straf?", known)
    assert 0 < cover(wanted, "De boete is hoog.") < cover(wanted, "De straf is hoog.")


def test_numbers_meet_as_words_and_as_ordinals() -> None:
    wanted = want("Wat kost een tweede ligplaats?", known)
    assert cover(wanted, "2e ligplaats") == cover(wanted, "tweede ligplaats") > cover(wanted, "ligplaats")


@pytest.mark.parametrize(
    ("head", "question", "inside"),
    [
        ("12 tot en met 15 jaar", "een kind van 13", {"13"}),
        ("16 en 17 jaar", "een kind van 13", set()),
        ("18 jaar en ouder", "iemand van 40 jaar", {"40"}),
        ("boven 50.000 euro", "een subsidie van 60.000 euro", {"60.000"}),
        ("tot 5.000", "een subsidie van 7.500 euro", set()),
        ("Wijk 7", "een kind van 13", set()),
    ],
)
def test_a_range_holds_the_numbers_that_lie_in_it(head: str, question: str, inside: set[str]) -> None:
    assert within(head, question) == inside


def test_the_row_whose_range_holds_the_number_is_the_one_meant() -> None:
    seen = look(want("Welk bedrag krijgt een gezin per maand voor een kind van 10?", known), source(TABLE))
    assert seen is not None and seen.unit.text.startswith("9 tot en met 15 jaar")
    assert seen.kind == 1.0  # the head of the column says that these are amounts


def test_what_all_of_a_document_is_about_tells_nothing_apart() -> None:
    texts = ("De haven is diep.", "De haven is breed.", "In de haven kost een ligplaats geld.")
    wanted = want("Wat kost een ligplaats in de haven?", known)
    looks = [look(wanted, source(text, f"doc-1#s{n}")) for n, text in enumerate(texts)]
    apart = distinguish(wanted, [seen for seen in looks if seen is not None])
    assert apart[2].distinct > 0.3 * apart[2].share
    assert apart[0].distinct == 0.0


def test_an_ordinal_in_front_of_a_part_is_its_number() -> None:
    assert not_told("artikel 3 lid 2", "artikel 3, tweede lid") == ()
    assert not_told("artikel 3 lid 2", "artikel 3, vierde lid") == ("lid 2",)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Wat zijn de kosten van een ligplaats?", {"zijn", "kosten"}),
        ("Hoe lang duurt een schutting?", {"lang", "duurt"}),
        ("hoeveel tijd heeft het college", {"tijd"}),
        ("Wat kost een kano?", {"kost"}),
        ("Hoe hoog is de boete?", {"hoog"}),
        ("Hoeveel subsidie krijgt een dorpshuis?", set()),
        ("Welke vissen zwemmen er?", set()),
    ],
)
def test_words_that_only_say_what_is_waited_for_are_no_subject(question: str, told: set[str]) -> None:
    assert sort_words(question) == told
