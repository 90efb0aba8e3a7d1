"""Whether both search engines find the same: pairs of a file, asked of the embedded index and of PostgreSQL.

    python benchmarks/engines.py PAIRS.jsonl --database postgresql://user@host/name [--cache FILE]

Every search goes through candidates, as it does in a large archive (a small one is scored whole). Prints one
JSON line an engine: hit@1 and MRR@10 of the own answer, the share of questions with the same ten hits and
scores as when every source is scored, and of those ten how many were found.

    python benchmarks/engines.py PAIRS.jsonl --database postgresql://user@host/name --home HOME [--most 60]

asks an archive that is there: the embedded index of the data folder HOME, and the index of the same archive
in the database (`learninglion move`, `learninglion index rebuild`). Every engine answers in the same run; its
line has milliseconds a question without embedding, on the clock and of processor time (of PostgreSQL's
process too), what it takes on the disk, and the memory of this process with it.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import create_engine, text

from learninglion.evaluation.testset import answer_entries, read_pairs
from learninglion.inference.encoders import NanoEncoder, Vectors
from learninglion.inference.vectors import VectorCache, embed
from learninglion.search.engine import Engine
from learninglion.search.local import snapshot as embedded
from learninglion.search.local.index import Index
from learninglion.search.postgres import index
from learninglion.search.postgres.index import PostgresIndex
from learninglion.search.scoring import make_probe
from learninglion.search.search import query_terms, query_vectors, rank
from learninglion.store.reader import MemoryReader

SCHEMA = "learninglion_bench"
Floats = NDArray[np.float64]
Found = list[list[tuple[str, float]]]


class CachedEncoder:
    """The built-in model, with vectors kept."""

    def __init__(self, cache: VectorCache) -> None:
        self._model, self._cache = NanoEncoder(), cache
        self.name, self.dimensions = self._model.name, self._model.dimensions

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Of questions."""
        return embed(self._model, texts, asked=True, cache=self._cache)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Of answers."""
        return embed(self._model, texts, asked=False, cache=self._cache)


def ask(engine: Engine, questions: Sequence[str], *, exact: bool) -> Found:
    """The ten best for each question, with their scores, as `learninglion evaluate retrieval` ranks them."""
    embedded.EXACT = index.EXACT = 10**9 if exact else 0
    shot, found = engine.snapshot(), []
    for question, vector in zip(questions, query_vectors(engine.encoders, shot, questions, ""), strict=True):
        ranking = rank(shot, make_probe(shot.statistics, query_terms(question), vector))
        found.append(list(zip(ranking.sources[:10].tolist(), ranking.logits[:10].tolist(), strict=True)))
    return found


def told(name: str, found: Found, best: Found, right: Sequence[str]) -> dict[str, float | str]:
    """How well these hits are, beside those of every source scored."""
    ranks = [
        next((n for n, (i, _) in enumerate(row, 1) if i == own), 0)
        for row, own in zip(found, right, strict=True)
    ]
    held = [
        len({i for i, _ in a} & {i for i, _ in b}) / max(1, len(b)) for a, b in zip(found, best, strict=True)
    ]
    return {
        "engine": name,
        "hit@1": round(float(np.mean([r == 1 for r in ranks])), 4),
        "MRR@10": round(float(np.mean([1 / r if r else 0 for r in ranks])), 4),
        "same_hits_and_scores": round(float(np.mean([a == b for a, b in zip(found, best, strict=True)])), 4),
        "recall@10": round(float(np.mean(held)), 4),
    }


def measured(engine: Engine, questions: Sequence[str], busy: Callable[[], float]) -> tuple[Found, Floats]:
    """The ten best for each question; and (milliseconds, milliseconds of processor time) of each."""
    embedded.EXACT = index.EXACT = 2000
    shot, found, took = engine.snapshot(), [], []
    vectors = query_vectors(engine.encoders, shot, questions, "")
    rank(shot, make_probe(shot.statistics, query_terms(questions[0]), vectors[0]))
    for question, vector in zip(questions, vectors, strict=True):
        at, spent = time.perf_counter(), time.process_time() + busy()
        ranking = rank(shot, make_probe(shot.statistics, query_terms(question), vector))
        took.append((time.perf_counter() - at, time.process_time() + busy() - spent))
        found.append(list(zip(ranking.sources[:10].tolist(), ranking.logits[:10].tolist(), strict=True)))
    return found, np.array(took) * 1000


def compare(given: argparse.Namespace) -> None:
    """Both engines on an archive that is there."""
    questions = [pair.question for pair in read_pairs(given.pairs)][: given.most]
    encoder = CachedEncoder(VectorCache(given.cache or given.home / "cache" / "asked.db"))
    index = Index.open(given.home / "index", encoder)
    own = memory()
    best = ask(index, questions, exact=True)
    # one connection, so that one process of PostgreSQL does all of it
    database = create_engine(
        given.database.replace("postgresql:", "postgresql+psycopg:"),
        pool_size=1,
        max_overflow=0,
        connect_args={"options": "-c max_parallel_workers_per_gather=0"},
    )
    with database.connect() as connection:
        pid = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        size = connection.execute(
            text(
                "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c JOIN pg_namespace n"
                " ON n.oid = c.relnamespace WHERE n.nspname = 'learninglion_search' AND c.relkind = 'r'"
            )
        ).scalar_one()

    def server() -> float:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")

    for name, engine, busy, disk in (
        (
            "embedded",
            index,
            lambda: 0.0,
            sum(p.stat().st_size for p in index.folder.rglob("*") if p.is_file()),
        ),
        ("postgres", PostgresIndex(database, encoder), server, int(size)),
    ):
        found, took = measured(engine, questions, busy)
        state = engine.state()
        held = [len({i for i, _ in a} & {i for i, _ in b}) / 10 for a, b in zip(found, best, strict=True)]
        line: dict[str, float | str] = {
            "engine": name,
            "sources": state.sources,
            "passages": state.passages,
            "questions": len(questions),
            "recall@10": round(float(np.mean(held)), 4),
            "same_hits_and_scores": round(
                float(np.mean([a == b for a, b in zip(found, best, strict=True)])), 4
            ),
        }
        for label, column in (("clock", 0), ("cpu", 1)):
            for part in (0.5, 0.95):
                line[f"{label}_p{part * 100:.0f}_ms"] = round(float(np.quantile(took[:, column], part)), 1)
        print(
            json.dumps({**line, "disk_mb": disk // 2**20, "memory_mb": memory(), "begun_with_mb": own}),
            flush=True,
        )


def memory() -> int:
    """Resident memory now, in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 2**20


def main() -> None:
    """Measure both engines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--database", required=True)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--most", type=int, default=60, help="questions, with --home")
    given = parser.parse_args()
    if given.home is not None:
        compare(given)
        return
    pairs = read_pairs(given.pairs)
    reader = MemoryReader(answer_entries(pairs))
    questions = [pair.question for pair in pairs]
    database = create_engine(given.database.replace("postgresql:", "postgresql+psycopg:"))
    with tempfile.TemporaryDirectory() as place:
        encoder = CachedEncoder(VectorCache(given.cache or Path(place) / "vectors.db"))
        with database.begin() as connection:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))
        engines: dict[str, Engine] = {
            "embedded": Index.open(Path(place) / "index", encoder),
            "postgres": PostgresIndex(database, encoder, schema=SCHEMA),
        }
        own = {source.document.id: source.id for source, _ in answer_entries(pairs)}
        right = [own[pair.id] for pair in pairs]
        for engine in engines.values():
            engine.update(reader)
        best = ask(engines["embedded"], questions, exact=True)
        print(json.dumps(told("exact", best, best, right)))
        for name, engine in engines.items():
            print(json.dumps(told(name, ask(engine, questions, exact=False), best, right)))
        with database.begin() as connection:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))


if __name__ == "__main__":
    main()
