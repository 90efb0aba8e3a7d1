"""Whether both search engines find the same: pairs of a file, asked of the embedded index and of PostgreSQL.

    python benchmarks/engines.py PAIRS.jsonl --database postgresql://user@host/name [--cache FILE]

Every search goes through candidates, as it does in a large archive (a small one is scored whole). Prints one
JSON line an engine: hit@1 and MRR@10 of the own answer, the share of questions with the same ten hits and
scores as when every source is scored, and of those ten how many were found. Times and sizes: scale.py.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sqlalchemy import create_engine, text

from learninglion.evaluation.testset import answer_entries, read_pairs
from learninglion.inference.encoders import NanoEncoder, VectorCache, Vectors, embed
from learninglion.search import local as embedded
from learninglion.search import postgres
from learninglion.search.engine import Engine
from learninglion.search.local import Index
from learninglion.search.postgres import PostgresIndex
from learninglion.search.scoring import make_probe
from learninglion.search.search import query_terms, query_vectors, rank
from learninglion.store.store import MemoryReader

SCHEMA = "learninglion_bench"
Found = list[list[tuple[str, float]]]


class CachedEncoder:
    """The built-in model, with vectors kept."""

    def __init__(self, cache: VectorCache) -> None:
        self._model, self._cache = NanoEncoder(), cache
        self.name, self.dimensions = self._model.name, self._model.dimensions

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Of questions."""
        return embed(self._model, texts, as_question=True, cache=self._cache)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Of answers."""
        return embed(self._model, texts, as_question=False, cache=self._cache)


def ask(engine: Engine, questions: Sequence[str], *, exact: bool) -> Found:
    """The ten best for each question, with their scores, as `learninglion evaluate retrieval` ranks them."""
    embedded.EXACT = postgres.EXACT = 10**9 if exact else 0  # type: ignore[attr-defined]
    shot, hits = engine.snapshot(), []
    for question, vector in zip(questions, query_vectors(engine.encoders, shot, questions, ""), strict=True):
        ranking = rank(shot, make_probe(shot.statistics, query_terms(question), vector))
        hits.append(list(zip(ranking.sources[:10].tolist(), ranking.logits[:10].tolist(), strict=True)))
    return hits


def quality(name: str, hits: Found, best: Found, right: Sequence[str]) -> dict[str, float | str]:
    """How well these hits are, beside those of every source scored."""
    ranks = [
        next((n for n, (i, _) in enumerate(row, 1) if i == own), 0)
        for row, own in zip(hits, right, strict=True)
    ]
    held = [
        len({i for i, _ in a} & {i for i, _ in b}) / max(1, len(b)) for a, b in zip(hits, best, strict=True)
    ]
    return {
        "engine": name,
        "hit@1": round(float(np.mean([r == 1 for r in ranks])), 4),
        "MRR@10": round(float(np.mean([1 / r if r else 0 for r in ranks])), 4),
        "same_hits_and_scores": round(float(np.mean([a == b for a, b in zip(hits, best, strict=True)])), 4),
        "recall@10": round(float(np.mean(held)), 4),
    }


def main() -> None:
    """Measure both engines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--database", required=True)
    parser.add_argument("--cache", type=Path)
    given = parser.parse_args()
    pairs = read_pairs(given.pairs)
    reader = MemoryReader(answer_entries(pairs))
    questions = [pair.question for pair in pairs]
    database = create_engine(given.database.replace("postgresql:", "postgresql+psycopg:"))
    with tempfile.TemporaryDirectory() as place:
        encoder = CachedEncoder(VectorCache(given.cache or Path(place) / "vectors.db"))
        with database.begin() as connection:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))
        engines: dict[str, Engine] = {
            "embedded": Index(Path(place) / "index", encoder),
            "postgres": PostgresIndex(database, encoder, schema=SCHEMA),
        }
        own = {source.document.id: source.id for source, _ in answer_entries(pairs)}
        right = [own[pair.id] for pair in pairs]
        for engine in engines.values():
            engine.update(reader)
        best = ask(engines["embedded"], questions, exact=True)
        print(json.dumps(quality("exact", best, best, right)))
        for name, engine in engines.items():
            print(json.dumps(quality(name, ask(engine, questions, exact=False), best, right)))
        with database.begin() as connection:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))


if __name__ == "__main__":
    main()
