"""How well search finds: on a file of labelled pairs, by the code that serves users.

The corpus is the answers alone, the queries are the questions; the one relevant answer is that with the
same id. Where the file was used for tuning too, only what was held out of the tuning is measured.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from learninglion.evaluation.measures import (
    Measured,
    Rankings,
    area_under_curve,
    calibration_error,
    measure,
    per_query,
    reliability,
)
from learninglion.evaluation.testset import LabelledPair, answer_entries, data_hash, read_pairs
from learninglion.retrieval.encoders import Encoder, NanoEncoder
from learninglion.retrieval.fusion import DEFAULT, Fusion
from learninglion.retrieval.index import Index
from learninglion.retrieval.reader import MemoryReader
from learninglion.retrieval.scoring import make_probe
from learninglion.retrieval.search import query_terms, rank
from learninglion.retrieval.tuning import Lesson, learn_fusion
from learninglion.retrieval.vectors import VectorCache, embed

__all__ = ["Calibration", "RetrievalReport", "evaluate_pairs", "rank_pairs"]

_DEEP = 100
# Sources kept for each query: enough for R@100 and for halving the corpus.
_KEPT = 400
_HALVINGS = 10
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Whether a score means what it says, with half of the answers taken out of the corpus (10 times).

    `error` is the expected calibration error over the ten best hits; `answerable` the AUC of the best
    hit's score for whether the answer is there at all; `bins` are (mean score, share relevant, how many).
    `threshold` tells answerable from unanswerable best: `caught` of the first and `false_alarms` of the
    second are above it.
    """

    error: float
    answerable: float
    threshold: float
    caught: float
    false_alarms: float
    bins: tuple[tuple[float, float, int], ...]


@dataclass(frozen=True, slots=True)
class RetrievalReport:
    """What was measured, on what, and how long it took (embedding included)."""

    measures: tuple[Measured, ...]
    queries: int
    seconds: float
    tuned: bool
    data_sha256: str
    encoder: str
    calibration: Calibration
    rankings: tuple[tuple[str, tuple[str, ...]], ...]  # query id, ids of the ten best

    def as_plain(self) -> dict[str, float]:
        """The measures by name, with "seconds"."""
        found = {m.name: round(m.value, 4) for m in self.measures}
        return {**found, "seconds": round(self.seconds, 1)}


def evaluate_pairs(
    pairs_path: Path,
    tune_path: Path | None = None,
    *,
    encoder: Encoder | None = None,
    cache: Path | None = None,
    fusion: Fusion = DEFAULT,
    progress: Progress | None = None,
) -> RetrievalReport:
    """Measure search on the pairs of `pairs_path`, after learning from those of `tune_path` if given.

    `cache` is a vector cache file to share; `fusion` is measured where nothing is learned. Pairs with an
    id or a text that is measured on are left out of the tuning. The same files give the same figures.
    """
    began = time.perf_counter()
    pairs = read_pairs(pairs_path)
    encoder = encoder or NanoEncoder()
    with tempfile.TemporaryDirectory(prefix="learninglion-") as temporary:
        place = Path(temporary)
        vectors = VectorCache(cache or place / "vectors.db")
        if tune_path is not None:
            fusion = learn_from(read_pairs(tune_path), pairs, encoder, vectors, place / "tune")
        ranked = rank_pairs(pairs, encoder, vectors, place / "test", fusion, progress)
    judgements = {p.id: {p.id: 1} for p in pairs}
    rankings: Rankings = {
        p.id: [(pairs[i].id, 0.0) for i in row[:_DEEP].tolist()]
        for p, row in zip(pairs, ranked.order, strict=True)
    }
    return RetrievalReport(
        measure(per_query(judgements, rankings)),
        len(pairs),
        time.perf_counter() - began,
        tune_path is not None,
        data_hash(pairs),
        encoder.name,
        calibration(ranked, fusion),
        tuple((q, tuple(s for s, _ in found[:10])) for q, found in rankings.items()),
    )


@dataclass(frozen=True, slots=True)
class Ranked:
    """The best sources for every query, numbered as the pairs; shape (queries, depth).

    A right answer that did not come that far stands in the last place.
    """

    order: NDArray[np.int64]  # numbers of sources, best first
    logits: NDArray[np.float32]
    features: NDArray[np.float32]  # (queries, depth, features)


def rank_pairs(
    pairs: Sequence[LabelledPair],
    encoder: Encoder,
    cache: VectorCache,
    place: Path,
    fusion: Fusion,
    progress: Progress | None = None,
) -> Ranked:
    """Index the answers in `place` and rank them for every question."""
    reader = MemoryReader(answer_entries(pairs), store_id=data_hash(pairs))
    index = Index.open(place, encoder, cache)
    index.update(reader)
    snapshot = index.snapshot()
    snapshot.fusion = fusion
    number = {p.id: i for i, p in enumerate(pairs)}
    numbers = np.array([number[snapshot.name_of(i)[0]] for i in range(len(snapshot))])
    asked = embed(encoder, [p.question for p in pairs], asked=True, cache=cache)
    placed = snapshot.frame.place_queries(asked)
    orders, logits, features = [], [], []
    for i, (pair, vector) in enumerate(zip(pairs, placed, strict=True)):
        probe = make_probe(snapshot.statistics, snapshot.frame, query_terms(pair.question), vector)
        found = rank(snapshot, probe, exact=True)
        at = numbers[found.positions]
        kept = np.arange(min(_KEPT, len(at)))
        right = int(np.flatnonzero(at == i)[0])
        kept[-1] = max(right, kept[-1])
        orders.append(at[kept])
        logits.append(found.logits[kept])
        features.append(found.features[kept])
        if progress is not None:
            progress(i + 1, len(pairs))
    return Ranked(np.stack(orders), np.stack(logits), np.stack(features))


def learn_from(
    lessons: Sequence[LabelledPair],
    kept_out: Sequence[LabelledPair],
    encoder: Encoder,
    cache: VectorCache,
    place: Path,
) -> Fusion:
    """The fusion learned from `lessons`, less whatever of them is also in `kept_out`."""
    ids = {p.id for p in kept_out}
    texts = {p.answer for p in kept_out} | {p.question for p in kept_out}
    usable = [p for p in lessons if p.id not in ids and p.answer not in texts and p.question not in texts]
    if not usable:
        return DEFAULT
    ranked = rank_pairs(usable, encoder, cache, place, DEFAULT)
    return learn_fusion(
        [Lesson(ranked.features[i], int(np.flatnonzero(ranked.order[i] == i)[0])) for i in range(len(usable))]
    )


def calibration(ranked: Ranked, fusion: Fusion) -> Calibration:
    """How much the scores can be trusted, over ten random halves of the corpus."""
    chances: NDArray[np.float64] = fusion.chances(ranked.logits).astype(np.float64)
    count, depth = chances.shape
    scores, truths, tops, present = [], [], [], []
    for seed in range(_HALVINGS):
        kept: NDArray[np.bool_] = np.asarray(np.random.default_rng(seed).random(count) < 0.5)
        if kept.sum() < 10:
            continue
        there: NDArray[np.bool_] = kept[ranked.order]
        # the sources that are left, in their order, to the front
        front = np.argsort(~there, axis=1, kind="stable")[:, : min(10, depth)]
        best = np.where(
            np.take_along_axis(there, front, axis=1), np.take_along_axis(chances, front, axis=1), 0.0
        )
        scores.append(best.ravel())
        numbers = np.take_along_axis(ranked.order, front, axis=1)
        truths.append(((numbers == np.arange(count)[:, None]) & (best > 0)).ravel())
        tops.append(best[:, 0])
        present.append(kept)
    if not scores:
        return Calibration(0.0, 0.5, fusion.threshold, 0.0, 0.0, ())
    said, true = np.concatenate(scores), np.concatenate(truths)
    top, found = np.concatenate(tops), np.concatenate(present)
    steps = np.linspace(0.01, 0.99, 99)
    balance = [float((top >= t)[found].mean() + (top < t)[~found].mean()) for t in steps]
    threshold = float(steps[int(np.argmax(balance))])
    return Calibration(
        calibration_error(said, true),
        area_under_curve(top, found),
        threshold,
        float((top >= threshold)[found].mean()),
        float((top >= threshold)[~found].mean()),
        reliability(said, true),
    )
