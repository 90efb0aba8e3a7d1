"""The model that helps to order hits: opened where it may be, and told of when it did not answer."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from learninglion.drafting.network import require_allowed
from learninglion.errors import InputError
from learninglion.models import Hit
from learninglion.retrieval.reranking import SHAPES, EndpointReranker, Reranking
from learninglion.workflow.options import RerankerChoice

__all__ = ["WITHOUT", "open_reranking", "ordered_without", "reranker_mistakes"]

WITHOUT = (
    "Het herordeningsmodel gaf geen bruikbaar antwoord. De volgorde van deze bronnen is die van het zoeken "
    "zonder dat model."
)
_MOST_DEPTH = 200
_MODEL = "herordeningsmodel"


def reranker_mistakes(choice: RerankerChoice) -> str:
    """What is wrong with `choice`, "" when nothing is."""
    if choice.kind not in ("none", *SHAPES):
        return f"kind: {choice.kind!r} is onbekend; kies uit none, {', '.join(SHAPES)}"
    if choice.kind == "none":
        return ""
    if not choice.base_url:
        return "base_url: het adres ontbreekt"
    if not math.isfinite(choice.weight) or choice.weight < 0:
        return f"weight: {choice.weight!r} is hier geen geldige waarde; kies 0 of meer"
    if not 1 <= choice.depth <= _MOST_DEPTH:
        return f"depth: {choice.depth!r} is hier geen geldige waarde; kies 1 tot {_MOST_DEPTH}"
    if not math.isfinite(choice.timeout) or choice.timeout <= 0:
        return f"timeout_seconds: {choice.timeout!r} is hier geen geldige waarde; kies meer dan 0"
    return ""


def open_reranking(choice: RerankerChoice, allowed_hosts: tuple[str, ...]) -> Reranking | None:
    """The reranking of `choice`, None for none. Nothing is asked of it yet.

    Raises InputError for what cannot be used and PermissionDeniedError for a host that is not allowed.
    """
    if wrong := reranker_mistakes(choice):
        raise InputError(f"[reranker] {wrong}")
    if choice.kind == "none":
        return None
    require_allowed(choice.base_url, allowed_hosts, _MODEL)
    reranker = EndpointReranker(
        choice.base_url, choice.model, shape=choice.kind, api_key=choice.api_key, timeout=choice.timeout
    )
    return Reranking(reranker, choice.weight, choice.depth)


def ordered_without(choice: RerankerChoice, hits: Iterable[Hit]) -> str:
    """What to tell the reader of `hits` when a model is set that helped to order none of them; else ""."""
    found: Sequence[Hit] = tuple(hits)
    if choice.kind == "none" or not found or any(hit.reranked_by for hit in found):
        return ""
    return WITHOUT
