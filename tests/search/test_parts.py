"""Numbered parts: named as people name them, found in documents, and told where they are lacking."""

from __future__ import annotations

import pytest

from learninglion.models import Document, RawFile
from learninglion.parsing import parse
from learninglion.search.facts import Feature, facts_about, feature_asked, parts_lacking
from learninglion.search.question import part_going_on, parts_named

TEXT = """# Havenreglement

## Artikel 1 Begrippen

a. kade: de rand van de haven;
b. schip: alles wat drijft.

## Artikel 2 Aanleggen

1. Een schip mag aanleggen als:
   a. er plaats is; b. het havengeld is betaald.
2. De havenmeester wijst de plaats aan.

## Artikel 3 Stilte

(1) Na elf uur is het stil. (2) Op oudjaar geldt dat niet.

## Artikel 4 Vuur

Open vuur is verboden.

De havenmeester kan een vat toestaan.

## Tabel 1 Havengeld

| Schip | Euro |
| --- | --- |
| Kano | 2 |

## Aanbevelingen

1. Maak de kade breder.
2. Plaats een vat.
"""


def harbour() -> Document:
    return parse(RawFile("haven.md", TEXT.encode(), "haven.md"))


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("artikel 2 lid 2", ["2. De havenmeester wijst"]),
        ("Wat staat er in artikel 2, tweede lid?", ["2. De havenmeester wijst"]),
        ("Wat zegt het tweede lid van artikel 2?", ["2. De havenmeester wijst"]),
        ("Wat zegt artikel 2, eerste lid, onderdeel b?", ["b. het havengeld is betaald."]),
        ("art. 2 lid 1 sub a", ["a. er plaats is"]),
        ("artikel 1 onder b", ["b. schip"]),
        ("onderdeel a van artikel 1", ["a. kade"]),
        ("artikel 2, eerste en tweede lid", ["1. Een schip", "2. De havenmeester"]),
        ("artikel 3 lid 2", ["(2) Op oudjaar"]),
        ("artikel 4 lid 2", ["De havenmeester kan"]),
        ("artikel 4 lid 3", []),
        ("artikel 2 lid 7", []),
        ("artikel 1 onder f", []),
        ("Wat staat er in tabel 1?", ["Tabel 1 Havengeld"]),
        ("Wat is aanbeveling 2?", ["2. Plaats een vat."]),
        ("aanbeveling 5", []),
    ],
)
def test_parts_are_found_to_the_letter(question: str, begins: list[str]) -> None:
    document, asked = harbour(), feature_asked(question)
    assert asked is not None and asked[0] is Feature.PART
    quotes = [fact.quote.of(document.text) for fact in facts_about(document, *asked)]
    assert len(quotes) == len(begins)
    assert all(quote.startswith(begin) for quote, begin in zip(quotes, begins, strict=True))


def test_what_is_lacking_is_named_as_it_was_asked_for() -> None:
    assert parts_lacking("artikel 2 lid 1 en 9", [harbour()]) == ("artikel 2 lid 9",)
    assert parts_lacking("artikelen 4 en 5", [harbour()]) == ("artikelen 5",)


def test_a_smaller_part_alone_goes_on_with_the_question_before() -> None:
    assert part_going_on("En lid 3?", "Wat staat er in artikel 2?") == "artikel 2 lid 3"
    assert part_going_on("En waarom?", "Wat staat er in artikel 2?") == "En waarom?"
    assert [named.inside for named in parts_named("artikel 2, derde lid, onder c")] == [("3", "c")]
