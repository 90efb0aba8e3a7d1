"""What `ask` gives as plain data; part of the command-line contract, so extended and never changed."""

from __future__ import annotations

from collections.abc import Callable

from learninglion.models import Region, Span
from learninglion.models.plain import Plain
from learninglion.record.contract import region_view
from learninglion.search.asking import Material, Reply

__all__ = ["material_view", "reply_view"]

Object = dict[str, Plain]
Locate = Callable[[str, Span], tuple[Region, ...]]


def reply_view(reply: Reply, locate: Locate) -> Object:
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


def material_view(material: Material, locate: Locate) -> Object:
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
