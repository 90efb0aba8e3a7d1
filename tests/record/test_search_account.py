"""The account of a search, to keep with a request."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime

from learninglion.models import Filters, Hit, Passage, PassageKind, Span
from learninglion.record.search_account import (
    SearchAccount,
    UnreadFile,
    Viewing,
    account_markdown,
    account_view,
    place_of,
)
from learninglion.testing import make_source

MOMENT = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
HERE = MOMENT.astimezone()  # the account tells time as the pages do
SOURCE = make_source("De dijk | de kade\nbij Zandwijk is hoog.")
HIT = Hit(
    SOURCE,
    Passage("p", SOURCE.id, SOURCE.document.id, SOURCE.body, Span(0, 5), 3, PassageKind.BODY),
    1,
    0.42,
)
ACCOUNT = SearchAccount(
    text="dijk",
    introduction="",
    after="",
    verdict="",
    synonyms=("waterkering",),
    filters=Filters(since=date(2025, 1, 1), collections=("woo",)),
    threshold=0.3,
    limit=10,
    by="anna",
    at=MOMENT,
    version="9.9",
    documents=7,
    undated=2,
    unread=(UnreadFile("scan.pdf", "woo", "geen tekst", MOMENT),),
    places=(replace(place_of(HIT), opened=(Viewing("anna", MOMENT),)),),
)


def test_the_account_says_what_was_asked_where_and_what_it_gave() -> None:
    text = account_markdown(ACCOUNT)
    for told in (
        "Gezocht op: “dijk”",
        "Ook gezocht op: waterkering",
        f"Door anna, op 01-12-2026 om {HERE:%H:%M (%Z)}",
        "LearningLion 9.9",
        "Verzameling: woo",
        "Vanaf: 2025-01-01",
        "Doorzochte documenten: 7",
        "zonder datum: 2",
        "scan.pdf (woo, 01-12-2026): geen tekst",
        "1 vindplaats in 1 van 7 documenten",
        "van 1 van deze documenten een vindplaats geopend",
    ):
        assert told in text
    (row,) = [line for line in text.splitlines() if line.startswith("| 1 |")]
    assert "De dijk \\| de kade bij Zandwijk is hoog." in row  # no cell more, no line more
    assert f"| anna (01-12-2026 {HERE:%H:%M}) |" in row


def test_a_question_is_told_with_its_outcome_and_what_answers() -> None:
    places = tuple(replace(place_of(HIT), answers=answers) for answers in (True, False))
    question = replace(
        ACCOUNT, text="Hoe hoog?", after="Waar?", verdict="het staat er", threshold=None, places=places
    )
    text = account_markdown(question)
    for told in ("Gevraagd: “Hoe hoog?”", "Vraagt door op: “Waar?”", "Uitkomst: het staat er"):
        assert told in text
    assert "42% (antwoord)" in text and "42% (in de buurt)" in text and "Drempel" not in text


def test_what_was_not_found_is_said() -> None:
    assert "Niets. In de doorzochte documenten" in account_markdown(replace(ACCOUNT, places=()))


def test_as_json_it_holds_the_same() -> None:
    view = json.loads(json.dumps(account_view(ACCOUNT)))
    assert (view["documents"], view["undated"], view["by"]) == (7, 2, "anna")
    assert [(hit["score"], hit["page"]) for hit in view["hits"]] == [(0.42, 3)]
    assert view["unread"][0]["name"] == "scan.pdf"
    assert view["hits"][0]["opened"] == [{"by": "anna", "at": "2026-12-01T09:30:00+00:00"}]
