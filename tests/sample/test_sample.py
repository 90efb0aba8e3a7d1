"""The sample archive: made by its script, marked as fictional, and read back as it was written."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from datetime import date
from pathlib import Path
from types import ModuleType

import pypdfium2
import pytest

from learninglion.dutch.text import squash
from learninglion.models import BlockKind, NoticeKind, RawFile
from learninglion.parsing import parse
from learninglion.parsing.passages import cut
from learninglion.parsing.sets import question_set_from_file
from learninglion.sample import (
    sample_context,
    sample_documents,
    sample_evaluation_questions,
    sample_question_set,
)

MARK = "Fictief voorbeelddocument van LearningLion - geen echt Kamerstuk"


def _load_script() -> ModuleType:
    path = Path(__file__).parents[2] / "tools" / "make_sample.py"
    spec = importlib.util.spec_from_file_location("make_sample", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_sample"] = module
    spec.loader.exec_module(module)
    return module


make_sample = _load_script()
DOCUMENTS = make_sample.read_documents()
by_identifier = pytest.mark.parametrize("wanted", DOCUMENTS, ids=lambda d: d.identifier)


def _read(path: Path) -> RawFile:
    return RawFile(name=path.name, content=path.read_bytes(), origin=str(path))


def _pages(content: bytes) -> list[str]:
    pdf = pypdfium2.PdfDocument(content)
    return [squash(pdf[i].get_textpage().get_text_range()) for i in range(len(pdf))]


def _bare(text: str | None) -> str | None:
    return None if text is None else re.sub(r"[\s\u00ad-]", "", text)


def test_the_archive_is_as_large_as_promised() -> None:
    assert [d.file for d in DOCUMENTS] == list(sample_documents())
    assert len(DOCUMENTS) >= 24
    assert sum(len(d.pairs) for d in DOCUMENTS) >= 120
    assert sum(path.stat().st_size for path in sample_documents()) < 2_500_000


@by_identifier
def test_every_page_says_that_it_is_fiction(wanted: make_sample.SampleDocument) -> None:
    pages = _pages(wanted.file.read_bytes())
    assert pages
    assert all(MARK in page for page in pages)


@by_identifier
def test_no_number_can_be_that_of_a_real_document(wanted: make_sample.SampleDocument) -> None:
    assert wanted.number >= 9001
    first, second = map(int, wanted.session_year.split("-"))
    assert second == first + 1
    assert wanted.asked_on < wanted.received_on
    # A session year runs from September to September; late answers may come after it.
    assert date(first, 9, 1) <= wanted.asked_on < date(second, 9, 30)


@pytest.mark.parametrize("wanted", DOCUMENTS[::8], ids=lambda d: d.identifier)
def test_the_script_makes_the_committed_text(wanted: make_sample.SampleDocument) -> None:
    assert _pages(make_sample.make_pdf(wanted)) == _pages(wanted.file.read_bytes())


def test_the_script_is_deterministic() -> None:
    assert make_sample.make_pdf(DOCUMENTS[0]) == make_sample.make_pdf(DOCUMENTS[0])


@by_identifier
def test_a_document_is_read_as_it_was_written(wanted: make_sample.SampleDocument) -> None:
    document = parse(_read(wanted.file))
    text = document.text

    assert document.id == wanted.identifier
    assert (document.session_year, document.number) == (wanted.session_year, wanted.number)
    assert document.title == wanted.subject
    assert (document.asked_on, document.received_on) == (wanted.asked_on, wanted.received_on)
    assert tuple((a.name, a.party) for a in document.askers) == wanted.askers
    answered = tuple(a for a in document.answerers if not a.on_behalf)
    assert tuple((a.role, a.name, a.portfolio) for a in answered) == wanted.answerers
    assert document.ministry == wanted.answerers[0][2]
    assert any(a.on_behalf for a in document.answerers) == bool(wanted.on_behalf)
    assert document.related == tuple(
        f"ah-tk-{s[:9].replace('-', '')}-{s.rsplit(' ', 1)[1]}" for s in wanted.see_also
    )
    assert [(p.numbers, p.answer_numbers) for p in document.pairs] == [
        (p.numbers, p.answer_numbers) for p in wanted.pairs
    ]
    for pair, asked in zip(document.pairs, wanted.pairs, strict=True):
        assert _bare(pair.question.of(text)) == _bare(asked.question)
        assert _bare(pair.answer.of(text) if pair.answer else None) == _bare(asked.answer)
    assert [_bare(n.span.of(text)) for n in document.footnotes] == [_bare(n) for n in wanted.notes]
    assert _bare(document.notice.span.of(text) if document.notice else None) == _bare(wanted.notice)
    assert document.warnings == ()


@by_identifier
def test_tables_come_back_row_by_row(wanted: make_sample.SampleDocument) -> None:
    tables = [make_sample.printed(b) for b in wanted.blocks if b.kind == "table"]
    document = parse(_read(wanted.file))
    assert [b.span.of(document.text) for b in document.blocks if b.kind is BlockKind.TABLE] == tables


@by_identifier
def test_a_footnote_is_tied_to_the_place_that_refers_to_it(wanted: make_sample.SampleDocument) -> None:
    before = re.findall(r"(\S+)\[\^\d+\]", " ".join(b.text for b in wanted.blocks))
    document = parse(_read(wanted.file))
    anchors = [document.text[: n.anchor].split()[-1] for n in document.footnotes]
    assert [_bare(a) for a in anchors] == [_bare(b) for b in before]


def test_the_archive_shows_what_real_documents_hold() -> None:
    documents = [parse(_read(path)) for path in sample_documents()]
    notices = {d.notice.kind for d in documents if d.notice}
    assert notices == {NoticeKind.POSTPONEMENT, NoticeKind.BY_LETTER}
    assert any(len(p.numbers) > 1 for d in documents for p in d.pairs)
    joint = [p for d in documents for p in d.pairs if len(p.answer_numbers) > len(p.numbers)]
    assert joint  # separate questions with one answer
    assert any(n.anchor for d in documents for n in d.footnotes)
    spanning = [
        p
        for d in documents
        for p in d.pairs
        if p.answer and any(p.answer.start < start < p.answer.end for start in d.page_starts)
    ]
    assert spanning  # an answer that goes on on the next page
    years = {d.received_on.year for d in documents if d.received_on}
    assert min(years) == 2011
    assert max(years) == 2025


def test_a_body_with_a_loose_footnote_is_refused() -> None:
    with pytest.raises(ValueError, match="footnotes"):
        make_sample.read_body("Vraag 1\nKlopt dit?\n\n[^1]: Waar hoort dit bij?")


def test_the_new_set_reads_as_an_introduction_with_eight_questions() -> None:
    question_set = question_set_from_file(_read(sample_question_set()))
    assert [q.numbers for q in question_set.questions] == [(n,) for n in range(1, 9)]
    assert "Terwolde" in question_set.introduction
    assert question_set.warnings == ()


def test_the_context_is_confirmed_and_cites_no_source() -> None:
    context = json.loads(sample_context().read_text("utf-8"))
    assert set(context) == {"line", "news", "confirmed"}
    assert context["line"]
    assert context["news"]
    assert context["confirmed"] is True


def test_the_evaluation_questions_point_at_sources_that_exist() -> None:
    sources = {source.id: source for path in sample_documents() for source, _ in cut(parse(_read(path)))}
    lines = sample_evaluation_questions().read_text("utf-8").splitlines()
    questions = [json.loads(line) for line in lines]
    assert len(questions) >= 60
    assert len({q["id"] for q in questions}) == len(questions)
    assert len({q["question"] for q in questions}) == len(questions)
    for question in questions:
        assert set(question) == {"id", "introduction", "question", "answerable", "sources"}
        assert question["answerable"] == bool(question["sources"]), question["id"]
        assert set(question["sources"]) <= set(sources), question["id"]
        dates = [sources[s].document.date for s in question["sources"]]
        assert dates == sorted(dates, reverse=True), question["id"]
        # Nobody measures search by asking an archive its own words.
        assert all(question["question"] != sources[s].question for s in question["sources"])
    refusals = sum(not q["answerable"] for q in questions)
    assert 20 <= refusals <= len(questions) - 20
