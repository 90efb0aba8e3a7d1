"""What a search shows: why, nearly the same as one, and the organisation's own words."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from learninglion.models import Actor, Role
from learninglion.models.errors import InputError
from learninglion.record.contract import hit_view
from learninglion.sample import sample_documents
from learninglion.testing import make_question_set
from learninglion.workflow import Workplace, WorkplaceOptions, open_workplace, working

BOSS = Actor("beheer", frozenset(Role))
NOTE = """Toezicht op zwerfstroom

De inspectie controleert jaarlijks de kathodische bescherming van leidingen tegen zwerfstroom in de bodem, \
en meldt de uitkomst aan de beheerder van het netwerk, aan de gemeente waarin de leiding ligt en aan de \
provincie, die daarover samen een verslag maken dat openbaar is en door iedereen kan worden gelezen.
"""


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    options = WorkplaceOptions(home=tmp_path / "home", isolate=False, synonyms=tmp_path / "synoniemen.txt")
    opened = open_workplace(options)
    (tmp_path / "synoniemen.txt").write_text("kabelcorrosie = zwerfstroom\n", "utf-8")
    files = {
        "een.txt": NOTE,
        "twee.txt": NOTE.replace("samen een verslag", "gezamenlijk een verslag"),
        "drie.txt": "Waterbeheer\n\nHet waterschap onderhoudt de dijken langs de rivier in de polder.\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    report = opened.intake.ingest([tmp_path / name for name in files], actor=BOSS)
    assert report.failures == ()
    yield opened
    opened.close()


def test_hits_say_why_and_what_says_the_same(workplace: Workplace) -> None:
    hits = workplace.searching.search("Wie controleert leidingen op zwerfstroom?", actor=BOSS)
    first = hits[0]
    text = workplace.documents.find(first.source.document.id, BOSS).text
    assert any("zwerfstroom" in span.of(text) for span in first.matched)
    assert {"zwerfstroom", "leidingen"} <= set(first.matched_words)
    assert len(first.duplicates) == 1
    assert first.duplicates[0] not in {h.source.id for h in hits}
    assert [h.rank for h in hits] == list(range(1, len(hits) + 1))
    view = hit_view(first)
    assert view["matched"] == [
        {"text": s.of(text), "start": s.start, "end": s.end, "regions": []} for s in first.matched
    ]


def test_what_is_marked_is_also_marked_on_the_page(tmp_path: Path) -> None:
    opened = open_workplace(WorkplaceOptions(home=tmp_path / "home", isolate=False))
    assert opened.intake.ingest(list(sample_documents()[:2]), actor=BOSS).failures == ()
    hits = opened.searching.search("Hoeveel plaatsen zijn er voor de opslag van vuurwerk?", actor=BOSS)
    views = [hit_view(h, opened.documents.regions) for h in hits]
    marked = [sentence for view in views for sentence in view["matched"]]
    assert marked
    assert all(sentence["regions"] for sentence in marked)
    assert all(view["regions"] for view in views)
    opened.close()


def test_synonyms_are_searched_for_and_read_again_when_they_change(
    workplace: Workplace, tmp_path: Path
) -> None:
    (first, *_) = workplace.searching.search("kabelcorrosie", actor=BOSS)
    assert "zwerfstroom" in first.matched_words
    assert [(s.word, s.asked) for s in first.through_synonyms] == [("zwerfstroom", "kabelcorrosie")]
    assert hit_view(first)["through_synonyms"] == [{"word": "zwerfstroom", "asked": "kabelcorrosie"}]
    details = workplace.log.entries(BOSS, limit=1)[0].details
    assert details["synonyms"] == 1
    file = (tmp_path / "synoniemen.txt").read_bytes()
    assert details["synonyms_sha256"] == hashlib.sha256(file).hexdigest()
    workplace.searching.offer(make_question_set("Wat is kabelcorrosie?", introduction=""), actor=BOSS)
    assert workplace.log.entries(BOSS, limit=1)[0].details["synonyms_sha256"] == details["synonyms_sha256"]
    (tmp_path / "synoniemen.txt").write_text("# niets meer dan dit, voorlopig\n", "utf-8")
    assert "zwerfstroom" not in workplace.searching.search("kabelcorrosie", actor=BOSS)[0].matched_words
    (tmp_path / "synoniemen.txt").write_text("los\n", "utf-8")
    with pytest.raises(InputError, match=r"synoniemen\.txt: regel 1"):
        workplace.searching.search("kabelcorrosie", actor=BOSS)


def test_a_synonyms_file_that_is_gone_is_not_passed_over(workplace: Workplace, tmp_path: Path) -> None:
    (tmp_path / "synoniemen.txt").unlink()
    with pytest.raises(InputError, match=r"synoniemen\.txt"):
        workplace.searching.search("kabelcorrosie", actor=BOSS)


def test_the_limit_is_filled_after_grouping(workplace: Workplace) -> None:
    assert len(workplace.searching.search("zwerfstroom in leidingen", limit=2, actor=BOSS)) == 2


def test_a_rehearsal_searches_and_drafts_and_leaves_no_trace(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged = [entry.seq for entry in workplace.log.entries(BOSS, limit=1000)]
    searched, drafted = workplace.indexing.index.timings.count, list[str]()
    monkeypatch.setattr(
        "learninglion.workflow.drafts.verify", lambda draft: drafted.append(draft.selection.question.text)
    )
    workplace.drafts.rehearse()
    assert workplace.indexing.index.timings.count > searched and len(drafted) == 1
    assert [entry.seq for entry in workplace.log.entries(BOSS, limit=1000)] == logged
    assert workplace.dossiers.list(BOSS) == ()


def test_there_is_no_rehearsal_without_an_archive(tmp_path: Path) -> None:
    with working(WorkplaceOptions(tmp_path / "new", isolate=False)) as empty:
        empty.drafts.rehearse()
        assert empty.indexing.index.timings.count == 0
