"""The account of one search, to keep with a request (Woo): asked what, where, and what was found and not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from typing_extensions import TypedDict

from learninglion.models import Filters, Hit
from learninglion.models.plain import Plain, to_plain
from learninglion.record.contract import view_of
from learninglion.record.notes import listed


@dataclass(frozen=True, slots=True)
class UnreadFile:
    """A file that was offered to a collection and could not be read, as the log has it."""

    name: str
    collection: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SearchAccount:
    """One search by one person at one moment, and what it gave.

    `hits`: what came out, those below `threshold` only where they hold every word of a look-up.
    """

    text: str
    introduction: str
    synonyms: tuple[str, ...]  # searched for as well
    filters: Filters
    threshold: float  # 0 to 1
    limit: int  # of hits
    by: str
    at: datetime
    version: str  # of the program
    documents: int  # that were searched
    undated: int  # left out of the period because they have no date
    unread: tuple[UnreadFile, ...]
    hits: tuple[Hit, ...]


class SearchAccountView(TypedDict):
    """`SearchAccount` as JSON."""

    text: str
    introduction: str
    synonyms: list[str]
    filters: Plain
    threshold: float
    limit: int
    by: str
    at: str
    version: str
    documents: int
    undated: int
    unread: list[Plain]
    hits: list[Plain]


def account_view(account: SearchAccount) -> SearchAccountView:
    """The account as JSON; of a hit where it stands and its words, in order."""
    return view_of(
        SearchAccountView,
        account,
        hits=[
            {
                "rank": hit.rank,
                "score": hit.score,
                "source": hit.source.id,
                "document": hit.source.document.id,
                "title": hit.source.document.title,
                "date": to_plain(hit.source.document.date),
                "collection": hit.source.document.collection,
                "page": hit.passage.page,
                "text": hit.passage.text,
            }
            for hit in account.hits
        ],
    )


def account_markdown(account: SearchAccount) -> str:
    """The account as Markdown, with room for what a person judges of each hit; Dutch."""
    return "\n".join(_lines(account)) + "\n"


def _lines(account: SearchAccount) -> Iterator[str]:
    filters = account.filters
    yield "# Verslag van een zoekactie"
    yield ""
    yield f"- Gezocht op: “{_flat(account.text)}”"
    if account.introduction:
        yield f"- Inleiding die meetelde: “{_flat(account.introduction)}”"
    if account.synonyms:
        yield f"- Ook gezocht op: {listed(account.synonyms)}"
    yield f"- Door {account.by}, op {account.at:%d-%m-%Y} om {account.at:%H:%M} ({account.at:%Z})"
    yield f"- Met LearningLion {account.version}; gezocht op woorden en op betekenis"
    yield f"- Verzameling: {listed(filters.collections) or 'alle die deze persoon mag zien'}"
    for what, values in (
        ("Vanaf", [filters.since] if filters.since else []),
        ("Tot en met", [filters.until] if filters.until else []),
        ("Ministerie", filters.ministries),
        ("Bewindspersoon", filters.answerers),
        ("Kamerlid", filters.askers),
        ("Documenten", filters.documents),
    ):
        if values:
            yield f"- {what}: {listed(values)}"
    yield f"- Doorzochte documenten: {account.documents}"
    if account.undated:
        yield f"- Niet doorzocht, want zonder datum: {account.undated}"
    yield f"- Niet te lezen bij het opnemen, dus niet doorzocht: {len(account.unread)}"
    yield (
        f"- Drempel: een kans van {account.threshold:.0%}; wat lager uitkomt staat erbij als alle gezochte"
        f" woorden erin staan. Hoogstens {account.limit} vindplaatsen"
    )
    yield ""
    yield "## Gevonden"
    yield ""
    if account.hits:
        found = {hit.source.document.id for hit in account.hits}
        yield f"{len(account.hits)} vindplaatsen in {len(found)} van {account.documents} documenten."
        yield ""
        yield "| Nr. | Document | Datum | Blz. | Kans | Tekst | Oordeel en reden (in te vullen) |"
        yield "|---|---|---|---|---|---|---|"
        for hit in account.hits:
            card = hit.source.document
            cells = (
                str(hit.rank),
                f"{card.title} ({card.id})",
                str(card.date or "onbekend"),
                str(hit.passage.page or ""),
                f"{hit.score:.0%}",
                hit.passage.text,
                "",
            )
            yield "| " + " | ".join(map(_cell, cells)) + " |"
    else:
        yield "Niets. In de doorzochte documenten staat geen tekst die hier genoeg op lijkt."
    if account.unread:
        yield ""
        yield "## Niet te lezen"
        yield ""
        for file in account.unread:
            yield f"- {_flat(file.name)} ({file.collection}, {file.at:%d-%m-%Y}): {_flat(file.reason)}"
    yield ""
    yield "Zoeken vindt niet alles. Wat hier niet staat, kan in andere woorden toch in een document staan."


def _flat(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return _flat(text).replace("|", "\\|")
