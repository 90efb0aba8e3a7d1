"""Ten published sets, compared with what a faultless parser finds."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from sheets import said

from learninglion.models import Document, RawFile
from learninglion.parsing import parse

NAMES = (
    *("01b2bcad", "01bf9f06", "1a529d02", "1b0f0b98", "1b26915f"),
    *("1b2d2126", "1bb0809b", "1bd47dc8", "1c83f4f5", "1cf0c343"),
)
# Accents that stand loose in the published files, and in the gold text with them.
ACCENTS = str.maketrans({"ş": "s¸", "ć": "c´"})


def bare(text: str | None) -> str:
    return re.sub(r"[\s\-\u00ad\u2010\u2011]", "", text or "").translate(ACCENTS)


def load(folder: Path, name: str) -> tuple[dict, Document]:  # type: ignore[type-arg]
    gold = next(folder.glob(f"kamervragen/gold/{name}*.json"))
    content = next(folder.glob(f"kamervragen/pdf/{name}*.pdf")).read_bytes()
    return json.loads(gold.read_text()), parse(RawFile(f"{name}.pdf", content, f"{name}.pdf"))


@pytest.mark.parametrize("name", NAMES)
def test_published_sets(shared_data: Path, name: str) -> None:
    gold, document = load(shared_data, name)
    assert (document.id, document.number, document.session_year) == (
        gold["identifier"],
        gold["number"],
        gold["session_year"],
    )
    assert bare(said(document, document.introduction)) == bare(gold["asked"])
    assert [p.numbers for p in document.pairs] == [tuple(q["numbers"]) for q in gold["questions"]]
    answered = [p for p in document.pairs if p.answer is not None]
    assert [p.answer_numbers for p in answered] == [tuple(a["numbers"]) for a in gold["answers"]]
    for pair, question in zip(document.pairs, gold["questions"], strict=True):
        assert (bare(said(document, pair.question)), pair.page) == (bare(question["text"]), question["page"])
    for pair, answer in zip(answered, gold["answers"], strict=True):
        assert (bare(said(document, pair.answer)), pair.answer_page) == (bare(answer["text"]), answer["page"])
    assert len(document.footnotes) == gold["footnotes"]
    assert all(note.anchor is not None for note in document.footnotes)
    assert bare(said(document, document.notice.span) if document.notice else None) == bare(gold["notice"])
    assert document.warnings == ()


@pytest.mark.parametrize("name", NAMES)
def test_dates_and_people(shared_data: Path, name: str) -> None:
    gold, document = load(shared_data, name)
    assert document.asked_on is not None and document.received_on is not None
    for day, text in ((document.asked_on, gold["asked"]), (document.received_on, gold["answered"])):
        assert f"{day.day} " in text and str(day.year) in text
    for asker in document.askers:
        assert asker.name in gold["asked"] and (asker.party or "") in gold["asked"]
    for answerer in document.answerers:
        assert bare(answerer.name) in bare(gold["answered"])
    assert f"over {document.title}" in gold["asked"] or name == "1cf0c343"


def test_words_and_names_as_a_reader_wants_them(shared_data: Path) -> None:
    texts = {name: load(shared_data, name)[1] for name in NAMES}
    assert texts["1bb0809b"].answerers[0].name == "Yeşilgöz-Zegerius"
    for document in texts.values():
        assert not re.search(r"[¸´ˇ\x00-\x08\ufffe\ufffd]", document.text)
        assert not re.search(r"[a-z]- [a-z]", re.sub(r"- (?:en|of)\b", "", document.text))
