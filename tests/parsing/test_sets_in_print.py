"""Whole sets at random, printed in every way: what is read is exactly what was put in."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from odtfiles import as_odt
from randomsets import STYLES, RandomSet, bare, random_set
from renderings import LETTER_FRONT, as_printed_letter, as_sheet, as_word
from sheets import read, said

from learninglion.models import Asker, BlockKind, Document, DocumentKind, RawFile
from learninglion.parsing import parse

# A seed that fails says all; a smaller one is no simpler set.
_WITHOUT_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
_SEEDS = st.integers(0, 10_000_000)
_LABELLED = tuple(style for style in STYLES if style != "white")


def check_pairs(document: Document, made: RandomSet) -> None:
    """Numbers, pairing, questions, answers, notes and warnings are what was printed."""
    read_pairs = [
        (p.numbers, bare(said(document, p.question)), bare(said(document, p.answer)), p.answer_numbers)
        for p in document.pairs
    ]
    assert read_pairs == [
        (e.numbers, bare(e.question), bare(e.answer), e.answer_numbers) for e in made.expected
    ]
    assert sorted(map(bare, (said(document, n.span) for n in document.footnotes)), key=str) == sorted(
        map(bare, made.notes), key=str
    )
    assert all(note.anchor is not None for note in document.footnotes)
    missing = [e for e in made.expected if e.answer is None]
    warnings = [
        w for w in document.warnings if "bijgehouden wijziging" not in w
    ]  # what was taken out is told
    assert bool(warnings) == bool(missing)
    assert all("heeft geen antwoord" in w or "geen antwoorden" in w for w in warnings)


def check_nothing_lost(document: Document, made: RandomSet, front: int) -> None:
    """Every character printed is read once, in order, behind the first `front` blocks."""
    body = [b.span.of(document.text) for b in document.blocks if b.kind is not BlockKind.FOOTNOTE]
    assert bare("".join(body[front:])) == bare("".join(piece.printed for piece in made.pieces))


@settings(max_examples=25, phases=_WITHOUT_SHRINKING)
@given(_SEEDS)
def test_official_publications(seed: int) -> None:
    made = random_set(Random(seed), _LABELLED)
    document = read(as_sheet(made))
    check_pairs(document, made)
    check_nothing_lost(document, made, 2)
    assert document.kind is DocumentKind.KAMERVRAGEN and document.notice is None


@settings(max_examples=15, phases=_WITHOUT_SHRINKING)
@given(_SEEDS)
def test_answers_set_apart_by_white_alone(seed: int) -> None:
    made = random_set(Random(seed), ["white"])
    document = read(as_sheet(made))
    if len(document.page_starts) == 1:  # at the head of a page white does not show
        unlabelled = [(e.numbers, bare(e.question)) for e in made.expected]
        assert [(p.numbers, bare(said(document, p.question))) for p in document.pairs] == unlabelled
        assert [bare(said(document, p.answer)) for p in document.pairs] == [
            bare(e.answer) for e in made.expected
        ]
    check_nothing_lost(document, made, 2)


@settings(max_examples=15, phases=_WITHOUT_SHRINKING)
@given(_SEEDS)
def test_letters_in_pdf(seed: int) -> None:
    made = random_set(Random(seed), _LABELLED)
    document = read(as_printed_letter(made), "brief.pdf")
    check_pairs(document, made)
    check_letterhead(document)


@settings(max_examples=40, phases=_WITHOUT_SHRINKING)
@given(_SEEDS)
def test_letters_in_word(seed: int) -> None:
    chance = Random(seed)
    made = random_set(chance, _LABELLED)
    document = parse(as_word(made, chance))
    check_pairs(document, made)
    check_letterhead(document)
    check_nothing_lost(document, made, len(LETTER_FRONT))


@settings(max_examples=40, phases=_WITHOUT_SHRINKING)
@given(_SEEDS)
def test_letters_in_opendocument(seed: int) -> None:
    chance = Random(seed)
    made = random_set(chance, _LABELLED)
    document = parse(as_odt(made, chance))
    check_pairs(document, made)
    check_letterhead(document)
    check_nothing_lost(document, made, len(LETTER_FRONT))


def check_letterhead(document: Document) -> None:
    """Who, when and about what, as the letter around the set says."""
    assert document.kind is DocumentKind.LETTER
    assert document.askers == (Asker("Dijkstra-Venema", "Partij voor het Water"),)
    assert [answerer.portfolio for answerer in document.answerers] == ["Waterzaken"]
    assert (document.asked_on, document.title) == (date(2024, 6, 5), "De dijk bij Oudeveen")


@pytest.mark.parametrize("name", ["vraag.pdf", "vraag\u202e.pdf", "ünïcode 🦁\n.pdf"])
def test_the_name_of_a_file_does_not_matter(name: str) -> None:
    made = random_set(Random(1), ["labelled"])
    content = as_sheet(made)
    check_pairs(parse(RawFile(name, content, name)), made)
