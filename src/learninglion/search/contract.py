"""What `ask` gives as plain data; part of the command-line contract, so extended and never changed."""

from __future__ import annotations

from collections.abc import Callable

from typing_extensions import TypedDict

from learninglion.models import Region, Span
from learninglion.models.plain import to_plain
from learninglion.record.contract import Day, RegionView, region_view, view_of
from learninglion.search.asking import Material, Reply, Twin
from learninglion.search.comparing import Comparison, Place
from learninglion.search.units import Value

Locate = Callable[[str, Span], tuple[Region, ...]]


class ValueView(TypedDict):
    """The cell of a table row that is asked for, with the heads of its row and column."""

    text: str
    row: str | None
    column: str | None
    unit: str | None
    regions: list[RegionView]


class PlaceView(TypedDict):
    """A sentence or row of a version, and where it stands."""

    text: str
    page: int
    heading_path: list[str]
    span: list[int]


class DifferenceView(TypedDict):
    """What of one kind one version has and the other has not."""

    substance: str
    old: list[str]
    new: list[str]


class ChangeView(TypedDict):
    """A sentence or row that came, went or changed."""

    kind: str
    old: PlaceView | None
    new: PlaceView | None
    differences: list[DifferenceView]


class ComparisonView(TypedDict):
    """All changes from one version to the next."""

    changes: list[ChangeView]
    of_substance: int
    same: int


class PassageView(TypedDict):
    """Where words stand: a document, and the place in it."""

    document: str
    title: str
    date: Day
    collection: str
    source: str | None
    heading_path: list[str]
    page: int
    regions: list[RegionView]
    url: str | None


class MaterialView(PassageView):
    """A passage, with the sentence in it that answers: verbatim; `told` is what the program counted."""

    asked: str | None
    quote: str
    heads: str | None
    value: ValueView | None
    told: str | None
    language: str
    text: str
    score: float
    also: list[PassageView]


class TakenOverView(TypedDict):
    """What a question takes over from the one that it goes on with."""

    question: str
    words: list[str]
    document: str | None


class LookedThroughView(TypedDict):
    """How much was looked through."""

    documents: int
    passages: int


class ReplyView(TypedDict):
    """What answers a question, what is near, and what was looked through."""

    question: str
    taken_over: TakenOverView | None
    verdict: str
    language: str
    disagree: bool
    unclear: bool
    not_told: list[str]
    left_out: int
    chance: float
    answers: list[MaterialView]
    near: list[MaterialView]
    looked_through: LookedThroughView


def reply_view(reply: Reply, locate: Locate) -> ReplyView:
    """A reply of `learninglion ask --json`; `locate` gives the places on the page of a span of a document."""
    taken = reply.taken_over
    return view_of(
        ReplyView,
        reply,
        taken_over=taken and view_of(TakenOverView, taken, document=taken.document_id or None),
        language="en" if reply.english else "nl",
        answers=[_material_view(material, locate) for material in reply.answers],
        near=[_material_view(material, locate) for material in reply.near],
        looked_through=view_of(LookedThroughView, reply),
    )


def comparison_view(comparison: Comparison) -> ComparisonView:
    """What `learninglion compare --json` gives: every change, with what of substance differs."""
    changes = [
        view_of(ChangeView, change, old=_place_view(change.old), new=_place_view(change.new))
        for change in comparison.changes
    ]
    return view_of(ComparisonView, comparison, changes=changes, of_substance=len(comparison.of_substance))


def _place_view(place: Place | None) -> PlaceView | None:
    return None if place is None else view_of(PlaceView, place, span=[place.span.start, place.span.end])


def _value_view(document_id: str, value: Value, locate: Locate) -> ValueView:
    return {
        "text": value.text,
        "row": value.row or None,
        "column": value.column or None,
        "unit": value.unit or None,
        "regions": [region_view(region) for region in locate(document_id, value.span)],
    }


def _material_view(material: Material, locate: Locate) -> MaterialView:
    """A passage with its answering sentence: `quote` is verbatim, `told` was counted by the program."""
    value = material.value
    return {
        **_passage_view(material, locate),
        "asked": material.question or None,
        "quote": material.quote,
        "heads": material.heads or None,
        "value": None if value is None else _value_view(material.document.id, value, locate),
        "told": material.told or None,
        "language": "en" if material.english else "nl",
        "text": material.text,
        "score": material.score,
        "also": [_passage_view(twin, locate) for twin in material.twins],
    }


def _passage_view(passage: Material | Twin, locate: Locate) -> PassageView:
    card = passage.document
    return view_of(
        PassageView,
        passage,
        document=card.id,
        title=card.title,
        date=to_plain(card.date),
        collection=card.collection,
        source=passage.source_id or None,
        regions=[region_view(region) for region in locate(card.id, passage.quote_span)],
        url=card.url,
    )
