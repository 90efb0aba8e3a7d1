"""What people are asked to judge: the best of several ways to search, put together without saying which.

One way to search alone would only ever be judged on what it found itself, and look better than it is.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from learninglion.evaluation.configuration import Configuration, weigh
from learninglion.evaluation.judgements import pool
from learninglion.evaluation.retrieval import rank_trial
from learninglion.evaluation.testset import Trial
from learninglion.inference.encoders import Encoder
from learninglion.inference.vectors import VectorCache
from learninglion.models.progress import Progress, silent
from learninglion.search.fusion import DEFAULT, Fusion

__all__ = ["pooled"]

_WAYS = (
    Configuration(),
    Configuration(signals="words"),
    Configuration(signals="meaning"),
    Configuration(fusion="equal"),
)


def pooled(
    trial: Trial,
    *,
    encoder: Encoder,
    cache: Path,
    learned: Fusion | None = None,
    depth: int = 10,
    progress: Progress = silent,
) -> Mapping[str, tuple[str, ...]]:
    """For each question the names of what any way found among its best `depth`, in a blind order.

    A question of a collection searches questions and answers of older documents, as a user would have;
    one of a pairs file searches the answers. `learned` is one way more: a fusion that was tuned.
    """
    fusions = [weigh(way, DEFAULT) for way in _WAYS] + ([learned] if learned is not None else [])
    rankings = []
    vectors = VectorCache(cache)
    with tempfile.TemporaryDirectory(prefix="learninglion-") as temporary:
        for fusion in fusions:
            # one index for all: it is the same data, and only the weights differ
            ranked = rank_trial(
                trial,
                encoder,
                vectors,
                Path(temporary),
                fusion,
                fields="both" if trial.timed else "answer",
                own=not trial.timed,
                progress=progress,
            )
            rankings.append(
                {
                    query.id: [trial.names[i] for i in row[:depth].tolist() if i >= 0]
                    for query, row in zip(trial.queries, ranked.order, strict=True)
                }
            )
    return pool(rankings, depth)
