from __future__ import annotations

from datetime import date

import pytest

from learninglion.models import (
    AnswerVerdict,
    Asker,
    Document,
    DocumentCard,
    DocumentKind,
    Draft,
    Filters,
    Provenance,
    QAPair,
    Region,
    Selection,
    Source,
    SourceKind,
    Span,
    Statement,
    SubQuestion,
    TextLine,
)
from learninglion.models.plain import canonical_json, from_plain, sha256_hex, to_plain


def test_document_goes_round() -> None:
    document = Document(
        id="ah-tk-20232024-9001",
        sha256="00",
        title="Een titel",
        kind=DocumentKind.KAMERVRAGEN,
        text="Vraag. Antwoord.",
        asked_on=date(2024, 5, 17),
        askers=(Asker("Jansen", "ABC"),),
        pairs=(QAPair((1,), Span(0, 6), Span(7, 16), 1),),
        lines=(TextLine(Span(0, 2), 1, 1.0, 2.5, (0.0, 1.0, 2.0)),),
    )
    assert from_plain(Document, to_plain(document)) == document


def test_draft_goes_round() -> None:
    card = DocumentCard("d", "t", DocumentKind.DOCUMENT)
    source = Source("d#1", card, SourceKind.PAIR, "Ja.", Span(0, 3), 1, (1,))
    selection = Selection(SubQuestion((1,), "Klopt dit?"), "", (), (source,))
    draft = Draft(selection, (Statement("Ja."),), AnswerVerdict.ANSWERED, (), Provenance("extractive"))
    assert from_plain(Draft, to_plain(draft)) == draft


@pytest.mark.parametrize(
    "data", [{"page": 1}, {"page": "1", "x0": 0, "y0": 0, "x1": 1, "y1": 1}, [1], {"page": 1, "onbekend": 2}]
)
def test_misfits_are_refused(data: object) -> None:
    with pytest.raises(ValueError, match=r"Region"):
        from_plain(Region, data)


def test_canonical_json_is_one_spelling() -> None:
    filters = Filters(ministries=("Één",), since=date(2020, 1, 1))
    assert canonical_json(filters) == canonical_json(to_plain(filters))
    assert canonical_json({"b": 1, "a": "é"}) == '{"a":"é","b":1}'
    assert sha256_hex("é") == sha256_hex("é".encode())
