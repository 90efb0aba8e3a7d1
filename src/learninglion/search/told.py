"""What `ask` gives as plain data; part of the command-line contract, so extended and never changed."""

from __future__ import annotations

from collections.abc import Callable

from typing_extensions import TypedDict

from learninglion.models import Region, Span
from learninglion.record.contract import Day, RegionView, region_view
from learninglion.search.asking import Material, Reply

__all__ = ["MaterialView", "ReplyView", "material_view", "reply_view"]

Locate = Callable[[str, Span], tuple[Region, ...]]


class MaterialView(TypedDict):
    """A passage, with the sentence in it that answers: verbatim; `told` is what the program counted."""

    document: str
    title: str
    date: Day
    collection: str
    source: str | None
    heading_path: list[str]
    asked: str | None
    quote: str
    heads: str | None
    told: str | None
    language: str
    text: str
    page: int
    regions: list[RegionView]
    url: str | None
    score: float


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
    chance: float
    answers: list[MaterialView]
    near: list[MaterialView]
    looked_through: LookedThroughView


def reply_view(reply: Reply, locate: Locate) -> ReplyView:
    """A reply of `learninglion ask --json`; `locate` gives the places on the page of a span of a document."""
    taken = reply.taken_over
    return {
        "question": reply.question,
        "taken_over": None
        if taken is None
        else {"question": taken.question, "words": list(taken.words), "document": taken.document_id or None},
        "verdict": reply.verdict.value,
        "language": "en" if reply.english else "nl",
        "disagree": reply.disagree,
        "chance": reply.chance,
        "answers": [material_view(material, locate) for material in reply.answers],
        "near": [material_view(material, locate) for material in reply.near],
        "looked_through": {"documents": reply.documents, "passages": reply.passages},
    }


def material_view(material: Material, locate: Locate) -> MaterialView:
    """A passage with its answering sentence: `quote` is verbatim, `told` was counted by the program."""
    document = material.document
    return {
        "document": document.id,
        "title": document.title,
        "date": document.date.isoformat() if document.date else None,
        "collection": document.collection,
        "source": material.source_id or None,
        "heading_path": list(material.heading_path),
        "asked": material.question or None,
        "quote": material.quote,
        "heads": material.heads or None,
        "told": material.told or None,
        "language": "en" if material.english else "nl",
        "text": material.text,
        "page": material.page,
        "regions": [region_view(region) for region in locate(document.id, material.quote_span)],
        "url": document.url,
        "score": material.score,
    }
