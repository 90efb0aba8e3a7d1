"""The model that helps to order hits: opened where it may be, and told of when it did not answer."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import httpx
import numpy as np
from numpy.typing import NDArray

from learninglion.inference.connection import (
    Connection,
    ConnectionLostError,
    Route,
    possible_bases,
    require_allowed,
)
from learninglion.models import Hit, Source
from learninglion.models.errors import InputError, LearningLionError
from learninglion.models.plain import sha256_hex

SHAPES = ("documents", "texts")
# Most rerankers read 512 tokens of question and text together, and not every server cuts what is longer.
_MOST_ASKED = 500
_MOST_INTRODUCTION = 300
_MOST_TOLD = 1000
_MOST_REPLY = 4_000_000  # bytes; a server may send every text back


@dataclass(frozen=True, slots=True)
class RerankerChoice:
    """Which model helps to order the first hits, if any."""

    kind: str = "none"  # none | documents | texts: the shape of its endpoint
    model: str = ""
    base_url: str = ""
    api_key: str = ""
    weight: float = 1.0  # logits for one standard deviation of its scores
    depth: int = 20  # hits that it orders
    timeout: float = 10.0  # seconds
    route: Route = Route()


class RerankerError(LearningLionError):
    """The reranking model gave no usable answer."""

    status = 502


class Reranker(Protocol):
    """Says of each text how well it answers a question."""

    @property
    def name(self) -> str:
        """What judged: model and place."""

    def score(self, query: str, texts: Sequence[str]) -> tuple[float, ...]:
        """One finite number a text, higher is better, on any scale. Raises RerankerError."""


class EndpointReranker:
    """`/rerank` at an address the caller has found allowed; see the module for `shape`.

    `timeout` is in seconds, for the whole of a call.
    """

    def __init__(
        self,
        base_url: str,
        model: str = "",
        *,
        shape: str = "documents",
        api_key: str = "",
        timeout: float,
        route: Route | None = None,
    ) -> None:
        if shape not in SHAPES:
            raise InputError(f"Onbekend soort herordeningsmodel: {shape}. Kies {' of '.join(SHAPES)}.")
        self._connection = Connection(
            base_url, "herordeningsmodel", api_key=api_key, timeout=timeout, route=route
        )
        self._connection.bases = possible_bases(self._connection.root)
        root = self._connection.bases[0]
        self._model, self._shape = model, shape
        digest = sha256_hex(f"{root}/rerank\0{shape}")[:8]
        self.name = f"rerank-{model or 'model'}-{digest}"

    def score(self, query: str, texts: Sequence[str]) -> tuple[float, ...]:
        """One call; the numbers in the order of `texts`."""
        if not texts:
            return ()
        listed = self._listed(self._ask(query, texts))
        try:
            scores = {
                _index(item.get("index", item.get("document_index"))): _number(
                    item.get("relevance_score", item.get("score"))
                )
                for item in listed
            }
        except (TypeError, ValueError, OverflowError) as error:
            raise self._unusable("het antwoord heeft een andere vorm dan verwacht") from error
        if set(scores) != set(range(len(texts))) or len(listed) != len(texts):
            raise self._unusable("het geeft niet voor elke tekst precies één score")
        return tuple(scores[i] for i in range(len(texts)))

    def _listed(self, reply: object) -> list[Mapping[str, object]]:
        listed = reply.get("results", reply.get("data")) if isinstance(reply, dict) else reply
        if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
            raise self._unusable("het antwoord heeft een andere vorm dan verwacht")
        return listed

    def _ask(self, query: str, texts: Sequence[str]) -> object:
        body: dict[str, object] = {"query": query, self._shape: list(texts)}
        # unbounded scores differ where chances near 0 or 1 do not; too long a text is cut, not refused
        wishes = {"raw_scores": True, "truncate": True} if self._shape == "texts" else {"top_n": len(texts)}
        if self._model and self._shape == "documents":
            body["model"] = self._model
        try:
            reply = self._connection.ask("/rerank", body | wishes, most=_MOST_REPLY)
            if reply.status in (400, 422):  # it may know no such wishes
                reply = self._connection.ask("/rerank", body, most=_MOST_REPLY)
        except ConnectionLostError as error:
            raise RerankerError(error.detail) from error
        if reply.status != httpx.codes.OK:
            raise self._unusable(f"foutcode {reply.status}")
        if reply.value is None:
            raise self._unusable("het antwoord is geen JSON")
        return reply.value

    def _unusable(self, why: str) -> RerankerError:
        # never the reply itself: it may repeat the question, and messages are logged
        where = self._connection.where
        return RerankerError(f"Het herordeningsmodel op {where} geeft geen bruikbaar antwoord: {why}.")


def _index(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise TypeError("not an index")
    return int(value)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError("not a number")
    return float(value)


@dataclass(frozen=True, slots=True)
class Reranking:
    """A reranker, and how much it counts: `weight` logits a standard deviation, over the first `depth`."""

    reranker: Reranker
    weight: float
    depth: int

    @property
    def name(self) -> str:
        """What shapes the order, for the record."""
        return f"{self.reranker.name} weight={self.weight:g} depth={self.depth}"

    def order(self, query: str, sources: Sequence[Source], logits: Sequence[float]) -> NDArray[np.int64]:
        """The places of `sources` (best first by `logits`) in their new order. Raises RerankerError.

        The logit of the fusion is added to the weighed score of the reranker, told in standard deviations
        from the mean of these sources. Equals stay as they were.
        """
        scores = np.array(self.reranker.score(query, [told_of(s) for s in sources]), dtype=np.float64)
        if not len(scores):
            return np.zeros(0, dtype=np.int64)
        # halved first: the range of two finite numbers can be infinite
        halves = scores / 2
        deviation = float(halves.std())
        standardised = (
            (halves - halves.mean()) / deviation if 0 < deviation < math.inf else np.zeros(len(scores))
        )
        combined = np.asarray(logits, dtype=np.float64) + self.weight * standardised
        return np.asarray(np.argsort(-combined, kind="stable"), dtype=np.int64)


def asked_of(question: str, introduction: str = "") -> str:
    """What the reranker reads as question: the end of it is kept, after the beginning of the introduction."""
    question_text = " ".join(question.split())[-_MOST_ASKED:]
    begun = " ".join(introduction.split())[:_MOST_INTRODUCTION]
    return f"{begun} {question_text}" if begun else question_text


def told_of(source: Source) -> str:
    """What the reranker reads of a source: the beginnings of its earlier question, if any, and its text."""
    source_question = " ".join(source.question.split())[:_MOST_ASKED]
    body = " ".join(source.body.split())[:_MOST_TOLD]
    return f"{source_question}\n{body}" if source_question else body


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
        choice.base_url,
        choice.model,
        shape=choice.kind,
        api_key=choice.api_key,
        timeout=choice.timeout,
        route=choice.route,
    )
    return Reranking(reranker, choice.weight, choice.depth)


def ordered_without(choice: RerankerChoice, hits: Iterable[Hit]) -> str:
    """What to tell the reader of `hits` when a model is set that helped to order none of them; else ""."""
    hits_ordered: Sequence[Hit] = tuple(hits)
    if choice.kind == "none" or not hits_ordered or any(hit.reranked_by for hit in hits_ordered):
        return ""
    return WITHOUT
