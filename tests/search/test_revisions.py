"""Questions about two versions of a document: told from others, and answered from what changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from learninglion.evaluation.document_questions import (
    ParsedLibrary,
    fictional_documents,
    measure_questions,
    read_document_questions,
)
from learninglion.models import Actor, Document, Role
from learninglion.search.asking import Verdict, find_answers
from learninglion.search.comparing import ChangeKind, Substance, change_asked, pair_meant
from learninglion.search.local import Index
from learninglion.store.store import MemoryReader
from learninglion.testing import HashingEncoder
from learninglion.workflow import WorkplaceOptions, parse_files, working

BOSS = Actor("beheer", frozenset(Role))
OLD = (
    "# Sleutelregeling\n\nVersie 1.0\n\n## Uitgifte\n\n"
    "Een sleutel mag hoogstens 3 dagen mee. De borg is 20 euro.\n"
)
NEW = OLD.replace("3 dagen", "5 dagen").replace("1.0", "1.1")


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Wat is er veranderd ten opzichte van de vorige versie?", ()),
        ("What changed between version 1.0 and 1.1?", ()),
        ("Is de borg anders in de nieuwe versie dan in de oude?", ("borg",)),
        ("Wat is er veranderd in de sleutelregeling?", ("sleutelregeling",)),
        ("Hoe is het aantal reizigers veranderd sinds 2019?", None),
        ("Wat is er nieuw in Meerwoude?", None),
        ("Welke versie is dit?", None),
    ],
)
def test_questions_about_two_versions_are_told_from_others(
    question: str, words: tuple[str, ...] | None
) -> None:
    wanted = change_asked(question)
    assert (wanted.words if wanted else None) == words


def test_what_sort_of_change_is_asked_for_is_understood() -> None:
    added = change_asked("Wat is er toegevoegd in de nieuwe versie?")
    amounts = change_asked("Welke bedragen verschillen tussen beide versies?")
    assert added is not None and added.kind is ChangeKind.ADDED
    assert amounts is not None and amounts.substance is Substance.FIGURE


def test_the_pair_goes_from_old_to_new_and_needs_one_name() -> None:
    names = [
        ("b", ("Sleutelregeling", "sleutels-2024")),
        ("a", ("Sleutelregeling", "sleutels-2021")),
        ("c", ("Nota", "nota")),
    ]
    asked = "Wat is er veranderd in de sleutelregeling?"
    assert pair_meant(asked, names, {}, []) == ("a", "b")
    assert pair_meant(asked, names, {"a": "Versie 3.0", "b": "Versie 2.9"}, []) == ("b", "a")
    assert pair_meant(asked, names[1:], {}, []) is None


def test_the_cases_of_two_versions_are_answered_with_what_changed() -> None:
    parsed = [document for _, document in parse_files(fictional_documents())]
    library = ParsedLibrary([document for document in parsed if isinstance(document, Document)])
    cases = [case for case in read_document_questions() if case.kind == "change"]
    assert len(cases) >= 8
    report = measure_questions(library, cases, HashingEncoder(64))
    assert report.all.listed == 1.0
    assert report.all.answered == 1.0


def test_a_document_that_came_in_again_is_held_against_the_version_before(tmp_path: Path) -> None:
    path = tmp_path / "sleutels.md"
    with working(WorkplaceOptions(home=tmp_path / "home", isolate=False)) as workplace:
        for text in (OLD, NEW):
            path.write_text(text, "utf-8")
            assert workplace.intake.ingest([path], actor=BOSS).failures == ()
        reply = workplace.asking.ask(
            "Hoeveel dagen mag een sleutel mee in de nieuwe versie, en is dat anders dan in de vorige?",
            actor=BOSS,
        )
        same = workplace.asking.ask("Is de borg veranderd sinds de vorige versie?", actor=BOSS)
        named = workplace.asking.ask("Wat is er veranderd in de sleutelregeling?", actor=BOSS)
        unnamed = workplace.asking.ask("Wat is er veranderd in de begroting?", actor=BOSS)
        onward = workplace.asking.ask(
            "En welke bedragen?", after="Wat is er veranderd in de sleutelregeling?", actor=BOSS
        )
        why = workplace.asking.ask(
            "En waarom?", after="Wat is er veranderd in de sleutelregeling?", actor=BOSS
        )
        text = workplace.asking.ask("Wat verandert er aan de borg in de sleutelregeling?", actor=BOSS)
    assert reply.verdict is Verdict.ANSWERED
    assert reply.answers[0].quote == "Een sleutel mag hoogstens 5 dagen mee."
    assert "hoogstens 3 dagen" in reply.answers[0].summary
    assert reply.answers[0].summary in {answer.summary for answer in onward.answers}
    assert not any(answer.summary for answer in why.answers)
    assert {answer.summary for answer in named.answers} >= {reply.answers[0].summary}
    assert not any(answer.summary for answer in (*unnamed.answers, *text.answers))
    assert same.verdict is Verdict.ABSENT
    assert "De borg is 20 euro." in same.near[0].text


BEFORE = """# Handleiding Zaakbeheer

Versie 1.0, 3 maart 2023

## Termijn

Een zaak begint bij ontvangst. De termijn is acht weken.

## Bestanden

Een bestand is hoogstens 10 MB groot.

## Einde

Een medewerker sluit de zaak af.
"""
AFTER = """# Handleiding Zaakbeheer

Versie 2.0, 9 september 2024

## Termijn

Een zaak begint bij ontvangst. De termijn is zes weken.

## Bestanden

Een bestand is hoogstens 50 MB groot.

## Einde

De teamleider moet de zaak afsluiten.
"""


@pytest.mark.parametrize(
    ("question", "quotes"),
    [
        (
            "Wat is er veranderd tussen versie 1 en 2 van de handleiding?",
            [
                "De termijn is zes weken.",
                "Een bestand is hoogstens 50 MB groot.",
                "De teamleider moet de zaak afsluiten.",
            ],
        ),
        ("Welke termijnen zijn gewijzigd in de handleiding zaakbeheer?", ["De termijn is zes weken."]),
    ],
)
def test_what_changed_is_told_without_the_number_of_the_version(
    tmp_path: Path, question: str, quotes: list[str]
) -> None:
    paths = [tmp_path / "zaakbeheer-v1.md", tmp_path / "zaakbeheer-v2.md"]
    for path, text in zip(paths, (BEFORE, AFTER), strict=True):
        path.write_text(text, "utf-8")
    library = ParsedLibrary([d for _, d in parse_files(paths) if isinstance(d, Document)])
    reader = MemoryReader(library.entries())
    index = Index(tmp_path / "index", HashingEncoder(64))
    index.update(reader)
    reply = find_answers(index, reader, question, library=library)
    assert [answer.quote for answer in reply.answers] == quotes
    assert all(answer.summary.startswith("Eerst stond er: ") for answer in reply.answers)
