"""The account of a search or question, to keep with a request (Woo): what was asked, where, what it gave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from typing_extensions import TypedDict

from learninglion.models import DocumentCard, Filters, Hit
from learninglion.models.plain import Plain, to_plain
from learninglion.record.contract import view_of
from learninglion.record.notes import listed


@dataclass(frozen=True, slots=True)
class UnreadFile:
    """A file that was offered to a collection and could not be read, also not since."""

    name: str
    collection: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Viewing:
    """Somebody looked at a source, as the log has it: for the last time at `at`."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """A place that came out of a search; `source` is "" for the front of a document that is in none.

    `alike`: the sources that say nearly the same. `answers`: of a question, whether it counts as an answer or
    is only near; None of a search. `opened`: also of what is alike.
    """

    document: DocumentCard
    source: str
    page: int
    score: float  # 0 to 1
    text: str
    alike: tuple[str, ...] = ()
    answers: bool | None = None
    opened: tuple[Viewing, ...] = ()


def place_of(hit: Hit) -> FoundPlace:
    """A hit as a place that was found."""
    source, passage = hit.source, hit.passage
    return FoundPlace(source.document, source.id, passage.page, hit.score, passage.text, hit.duplicates)


@dataclass(frozen=True, slots=True)
class SearchAccount:
    """One search or question by one person at one moment, and what it gave.

    `places`: what came out, best first; of a search those below `threshold` only where they hold every word
    of a look-up.
    """

    text: str
    introduction: str
    after: str  # the question that a question follows on
    verdict: str  # of a question, in words; "" of a search
    synonyms: tuple[str, ...]  # searched for as well
    filters: Filters
    threshold: float | None  # 0 to 1; None: of a question, which has no such threshold
    limit: int  # of places
    by: str
    at: datetime
    version: str  # of the program
    documents: int  # that were searched
    undated: int  # left out of the period because they have no date
    unread: tuple[UnreadFile, ...]
    places: tuple[FoundPlace, ...]


class SearchAccountView(TypedDict):
    """`SearchAccount` as JSON."""

    text: str
    introduction: str
    after: str
    verdict: str
    synonyms: list[str]
    filters: Plain
    threshold: float | None
    limit: int
    by: str
    at: str
    version: str
    documents: int
    undated: int
    unread: list[Plain]
    hits: list[Plain]


def account_view(account: SearchAccount) -> SearchAccountView:
    """The account as JSON; of a place where it stands, its words and who opened it, in order."""
    return view_of(
        SearchAccountView,
        account,
        hits=[
            {
                "rank": rank,
                "score": place.score,
                "answers": place.answers,
                "source": place.source,
                "alike": list(place.alike),
                "document": place.document.id,
                "title": place.document.title,
                "date": to_plain(place.document.date),
                "collection": place.document.collection,
                "page": place.page,
                "text": place.text,
                "opened": to_plain(place.opened),
            }
            for rank, place in enumerate(account.places, 1)
        ],
    )


def account_markdown(account: SearchAccount) -> str:
    """The account as Markdown, with room for what a person judges of each place; Dutch."""
    return "\n".join(_lines(account)) + "\n"


def _lines(account: SearchAccount) -> Iterator[str]:
    filters = account.filters
    yield f"# Verslag van een {'vraag aan de documenten' if account.verdict else 'zoekactie'}"
    yield ""
    yield f"- {'Gevraagd' if account.verdict else 'Gezocht op'}: “{_flat(account.text)}”"
    if account.introduction:
        yield f"- Inleiding die meetelde: “{_flat(account.introduction)}”"
    if account.after:
        yield f"- Vraagt door op: “{_flat(account.after)}”"
    if account.synonyms:
        yield f"- Ook gezocht op: {listed(account.synonyms)}"
    at = account.at.astimezone()  # on the clock of this machine, as on the pages
    yield f"- Door {account.by}, op {at:%d-%m-%Y} om {at:%H:%M} ({at:%Z})"
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
    if account.threshold == 0:
        yield f"- Drempel: geen. Hoogstens {account.limit} vindplaatsen"
    elif account.threshold is not None:
        yield (
            f"- Drempel: een kans van {account.threshold:.0%}; wat lager uitkomt staat erbij als alle "
            f"gezochte woorden erin staan. Hoogstens {account.limit} vindplaatsen"
        )
    if account.verdict:
        yield f"- Uitkomst: {account.verdict}"
    yield ""
    yield "## Gevonden"
    yield ""
    if account.places:
        yield from _table(account)
    else:
        yield "Niets. In de doorzochte documenten staat geen tekst die hier genoeg op lijkt."
    if account.unread:
        yield ""
        yield "## Niet te lezen"
        yield ""
        for file in account.unread:
            day = f"{file.at.astimezone():%d-%m-%Y}"
            yield f"- {_flat(file.name)} ({file.collection}, {day}): {_flat(file.reason)}"
    yield ""
    yield "Zoeken vindt niet alles. Wat hier niet staat, kan in andere woorden toch in een document staan."


def _table(account: SearchAccount) -> Iterator[str]:
    places = account.places
    found = {place.document.id for place in places}
    looked_at = {place.document.id for place in places if place.opened}
    many = "1 vindplaats" if len(places) == 1 else f"{len(places)} vindplaatsen"
    yield f"{many} in {len(found)} van {account.documents} documenten."
    yield (
        f"Volgens het logboek is van {len(looked_at)} van deze documenten een vindplaats geopend. Wie daarbij"
        " staat, opende haar in LearningLion; wat iemand daarbuiten las, staat er niet bij."
    )
    yield ""
    yield "| Nr. | Document | Datum | Blz. | Kans | Tekst | Geopend door | Oordeel en reden (in te vullen) |"
    yield "|---|---|---|---|---|---|---|---|"
    for rank, place in enumerate(places, 1):
        card = place.document
        beside = {None: "", True: " (antwoord)", False: " (in de buurt)"}[place.answers]
        cells = (
            str(rank),
            f"{card.title} ({card.id})",
            str(card.date or "onbekend"),
            str(place.page or ""),
            f"{place.score:.0%}{beside}",
            f"{place.text} (Bijna hetzelfde: {', '.join(place.alike)})" if place.alike else place.text,
            "; ".join(f"{o.by} ({o.at.astimezone():%d-%m-%Y %H:%M})" for o in place.opened),
            "",
        )
        yield "| " + " | ".join(map(_cell, cells)) + " |"


def _flat(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return _flat(text).replace("|", "\\|")
