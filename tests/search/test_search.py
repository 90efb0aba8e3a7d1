from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from archives import SUBJECTS, make_archive, make_entry
from learninglion.models import Entry, SubQuestion
from learninglion.search import local as first_look
from learninglion.search.local import Index
from learninglion.search.search import search, search_set
from learninglion.search.synonyms import read_synonyms
from learninglion.store.store import MemoryReader
from learninglion.testing import HashingEncoder


def opened(tmp_path: Path, entries: list[Entry]) -> tuple[Index, MemoryReader]:
    reader = MemoryReader(entries)
    index = Index(tmp_path, HashingEncoder(128))
    index.update(reader)
    return index, reader


def test_a_compound_is_found_by_its_parts(tmp_path: Path) -> None:
    entries = [make_entry(f"d{n}", "", body) for n, (_, body) in enumerate(SUBJECTS)]
    index, reader = opened(tmp_path, entries)
    hits = search(index, reader, "opslag van vuurwerk")
    assert [h.source.document.id for h in hits if h.lexical_rank == 1] == ["d0"]


def test_hits_are_whole_sources_with_scores_in_order(tmp_path: Path) -> None:
    index, reader = opened(tmp_path, make_archive())
    hits = search(index, reader, SubQuestion((1,), "Hoeveel veerponten varen er?"), limit=4)
    assert [h.rank for h in hits] == [1, 2, 3, 4]
    assert all(0 <= h.score <= 1 for h in hits)
    assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)
    assert hits[0].source.body == SUBJECTS[1][1]
    assert hits[0].passage.source_id == hits[0].source.id


def test_the_introduction_brings_the_subject(tmp_path: Path) -> None:
    index, reader = opened(tmp_path, make_archive())
    hits = search(index, reader, "Welke maatregelen neemt u?", "Vragen over de veerponten bij Duinwijk.")
    assert hits[0].source.document.id == "d1"


def test_filters_and_threshold(tmp_path: Path) -> None:
    index, reader = opened(tmp_path, make_archive())
    question = "Hoeveel veerponten varen er bij Duinwijk?"
    only = search(index, reader, question, documents=frozenset({"d2", "d3"}))
    assert {h.source.document.id for h in only} == {"d2", "d3"}
    assert search(index, reader, question, documents=frozenset()) == ()
    sure = search_set(index, reader, [question], threshold=0.5)[0]
    assert all(h.score >= 0.5 for h in sure)
    assert search_set(index, reader, ["Hoe snel vliegt een luchtballon?"], threshold=1.1)[0] == ()


def test_a_look_up_finds_where_its_words_stand_whatever_the_threshold(tmp_path: Path) -> None:
    index, reader = opened(tmp_path, make_archive())
    found = search_set(index, reader, ["veerponten Duinwijk"], threshold=1.1)[0]
    assert found and all("veerpont" in h.source.body + h.source.question for h in found)


def test_a_look_up_finds_every_place_of_its_words_also_where_some_pass_the_threshold(tmp_path: Path) -> None:
    harbour = make_entry(
        "d9", "Hoe is de haven bereikbaar?", "De haven is bereikbaar over de weg bij Duinwijk."
    )
    index, reader = opened(tmp_path, [*make_archive(), harbour])
    every = search_set(index, reader, ["Duinwijk"], threshold=1.1)[0]
    assert len(every) > 1
    between = (every[0].score + every[1].score) / 2
    found = search_set(index, reader, ["Duinwijk"], threshold=between)[0]
    assert found[0].score >= between > found[1].score
    assert [(h.source.id, h.rank) for h in found] == [(h.source.id, h.rank) for h in every]
    (first,) = search_set(index, reader, ["Duinwijk"], limit=1, threshold=between)[0]
    assert first.source.id == every[0].source.id


def test_a_large_archive_gives_the_same_first_hits_through_candidates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    extra = [make_entry(f"x{n}", f"Wat is zaak{n}?", f"Zaak{n} gaat over stuk{n * 7}.") for n in range(300)]
    index, reader = opened(tmp_path, [*make_archive(), *extra])
    exact = [search(index, reader, body, limit=3)[0].source.id for _, body in SUBJECTS]
    monkeypatch.setattr(first_look, "EXACT", 10)
    proposed = [search(index, reader, body, limit=3)[0].source.id for _, body in SUBJECTS]
    assert proposed == exact


def test_a_set_is_searched_question_by_question(tmp_path: Path) -> None:
    index, reader = opened(tmp_path, make_archive())
    texts = [question for question, _ in SUBJECTS]
    found = search_set(index, reader, texts)
    assert [hits[0].source.document.id for hits in found] == [f"d{n}" for n in range(len(texts))]


def test_the_words_of_one_text_are_searched_with_the_meaning_of_another(tmp_path: Path) -> None:
    index, reader = opened(tmp_path, make_archive())
    words, meaning = "Hoeveel veerponten varen er?", "Is de opslag van vuurwerk veilig?"

    def found(meant: str) -> list[tuple[str, float]]:
        return [(h.source.document.id, h.score) for h in search(index, reader, words, meant=meant)]

    assert found(words) == found("")
    assert dict(found(meaning))["d0"] > dict(found(""))["d0"]  # of the words nothing stands there


def test_an_empty_archive_gives_no_hits(tmp_path: Path) -> None:
    index, reader = opened(tmp_path, [])
    assert search(index, reader, "Is er iets?") == ()


def test_what_is_told_of_a_hit_does_not_depend_on_what_else_was_scored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index, reader = opened(tmp_path, make_archive())
    questions = [question for question, _ in SUBJECTS]
    whole = search_set(index, reader, questions, limit=2)
    for name, few in (("EXACT", 1), ("CANDIDATES", 2), ("NEAREST", 3)):
        monkeypatch.setattr(first_look, name, few)
    assert search_set(index, reader, questions, limit=2) == whole
    assert all({hit.lexical_rank for hit in hits} == {1, 2} for hits in whole)


def test_synonyms_find_what_the_question_does_not_say(tmp_path: Path) -> None:
    entries = [make_entry(f"d{n}", "", body) for n, (_, body) in enumerate(SUBJECTS)]
    entries.append(make_entry("aow", "", "Het ouderdomspensioen stijgt mee met het minimumloon."))
    index, reader = opened(tmp_path, entries)
    question = "Wat gebeurt er met de AOW?"
    with_them = search_set(index, reader, [question], synonyms=read_synonyms("AOW, ouderdomspensioen"))[0]
    without = search(index, reader, question)
    scores = [{h.source.document.id: h.score for h in hits}["aow"] for hits in (with_them, without)]
    assert scores[0] > scores[1]
    assert [h.source.document.id for h in with_them if h.lexical_rank == 1] == ["aow"]


@pytest.mark.parametrize("count", [0, 5, 299, 40_000])
def test_the_highest_are_found_without_sorting_all(count: int) -> None:
    values = np.random.default_rng(count).random(count).astype(np.float32).round(3)  # many are equal
    places = first_look._highest(values, 300)
    assert len(set(places.tolist())) == len(places) == min(count, 300)
    assert sorted(values[places].tolist()) == sorted(values.tolist())[-300:]
