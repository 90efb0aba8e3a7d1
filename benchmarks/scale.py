"""Speed and size of search at 10,000, 50,000 and 200,000 pairs, beside the earlier prototype's stack.

    python benchmarks/scale.py [--quick] [--folder DIR] [--sizes 10000 50000 200000] [--peer PYTHON]
        [--database postgresql://user@host/name]

Archives are made from a vocabulary with the frequencies of real Dutch answers (pairs file); vectors are
synthetic, because embedding 200,000 answers takes hours; the questions that are searched are real and are
embedded for real. Each size runs in a process of its own, so that memory is its own. Prints one JSON line a
run; `cpu` is processor time, which other work on the machine hardly changes. With `--database` the index
stands in that PostgreSQL; where it runs on this machine its processor time is in `cpu` too.

The peer holds the same texts and answers the same questions in the same run: BM25Retriever and Chroma in an
EnsembleRetriever, without embedding. `--peer` is a Python with langchain-community, langchain-classic,
langchain-chroma and rank-bm25; by default this one, where it has them. A peer that is not done after
`--peer-limit` seconds is stopped, and its line says so.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib.util
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from sqlalchemy import create_engine

from learninglion.inference.encoders import NanoEncoder, Vectors, normalised
from learninglion.models import DocumentCard, DocumentKind, Passage, PassageKind, Source, SourceKind, Span
from learninglion.search.engine import Engine
from learninglion.search.local.index import Index
from learninglion.search.postgres.index import PostgresIndex
from learninglion.search.search import search, search_set
from learninglion.store.reader import Entry, MemoryReader

PAIRS = Path(__file__).parents[1] / "../shared/data/kamervragen/qa-pairs.jsonl"
PER_DOCUMENT = 8


class SyntheticEncoder:
    """Passages get vectors by a hash of their text; questions are embedded by the built-in model."""

    def __init__(self) -> None:
        self._real = NanoEncoder()
        self.name = "synthetic"
        self.dimensions = self._real.dimensions

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Really encoded, except in bulk (questions of the archive)."""
        return self._real.encode_queries(texts) if len(texts) <= 12 else self.encode_passages(texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """A random direction with a common one, as real vectors have."""
        rows = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
            row[:] = np.random.default_rng(seed).standard_normal(self.dimensions, dtype=np.float32)
        return normalised(rows + 2.0)


def real_sentences() -> tuple[list[str], list[str]]:
    """(questions, sentences of answers) of the real pairs."""
    rows = [json.loads(line) for line in PAIRS.read_text("utf-8").splitlines()]
    sentences = [s.strip() + "." for r in rows for s in r["answer"].split(". ") if len(s) > 20]
    return [r["question"] for r in rows], sentences


def make_entries(
    start: int, count: int, questions: list[str], sentences: list[str], mark: str = "Dossier"
) -> list[Entry]:
    """`count` pairs from number `start` on, eight a document, of sentences drawn at random.

    Each bears a word of its own: `mark` with its number.
    """
    made: list[Entry] = []
    for number in range(start, start + count):
        random = np.random.default_rng(number)
        drawn = random.integers(0, len(sentences), 5)
        own = f"{mark}{number}"
        body = " ".join(sentences[i] for i in drawn) + f" {own}."
        question = questions[int(random.integers(0, len(questions)))] + f" {own}?"
        document = f"doc{number // PER_DOCUMENT}"
        card = DocumentCard(
            document, f"Vragen over onderwerp {number // PER_DOCUMENT}", DocumentKind.KAMERVRAGEN
        )
        source = Source(
            f"{document}#{number % PER_DOCUMENT + 1}",
            card,
            SourceKind.PAIR,
            body,
            Span(len(question) + 1, len(question) + 1 + len(body)),
            1,
            (number % PER_DOCUMENT + 1,),
            question,
            Span(0, len(question)),
        )
        passages = tuple(
            Passage(f"{source.id}/{n}", source.id, document, text, span, 1, kind, source.numbers)
            for n, (text, span, kind) in enumerate(
                (
                    (question, Span(0, len(question)), PassageKind.QUESTION),
                    (body, source.body_span, PassageKind.ANSWER),
                ),
                1,
            )
        )
        made.append((source, passages))
    return made


class GrowingReader(MemoryReader):
    """Makes entries when they are asked for, so that the archive does not fill memory."""

    def __init__(self, pairs: int) -> None:
        super().__init__(store_id="scale")
        self._questions, self._sentences = real_sentences()
        self._replaced: set[str] = set()
        self.grow(0, pairs)

    def grow(self, first: int, last: int) -> None:
        """Add the documents of pairs first..last."""
        for document in range(first // PER_DOCUMENT, -(-last // PER_DOCUMENT)):
            self._note(f"doc{document}", deleted=False)

    def replace(self, documents: Sequence[str]) -> None:
        """Give these documents other texts."""
        self._replaced.update(documents)
        for document in documents:
            self._note(document, deleted=False)

    def drop(self, documents: Sequence[str]) -> None:
        """Take these documents away."""
        for document in documents:
            self._note(document, deleted=True)

    def entries_of(self, document_ids: Sequence[str]) -> list[Entry]:  # type: ignore[override]
        """Made again the same each time."""
        return [
            entry for d in document_ids for entry in self._made(d, int(d[3:]) * PER_DOCUMENT, PER_DOCUMENT)
        ]

    def entries_by_id(self, source_ids: Sequence[str]) -> list[Entry]:  # type: ignore[override]
        """One pair each, as a store reads them."""
        found = []
        for source_id in source_ids:
            document, _, number = source_id.partition("#")
            found += self._made(document, int(document[3:]) * PER_DOCUMENT + int(number) - 1, 1)
        return found

    def _made(self, document: str, start: int, count: int) -> list[Entry]:
        mark = "Herzien" if document in self._replaced else "Dossier"
        return make_entries(start, count, self._questions, self._sentences, mark)


def memory() -> int:
    """Resident memory now, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 2**20


def opened(folder: Path, database: str) -> Engine:
    """The index in `folder`, or in the database under the name of the folder."""
    if not database:
        return Index.open(folder, SyntheticEncoder())
    engine = create_engine(database.replace("postgresql:", "postgresql+psycopg:"))
    return PostgresIndex(engine, SyntheticEncoder(), schema=f"scale_{folder.name}")


def build(folder: Path, pairs: int, database: str = "") -> dict[str, float]:
    """Build an index of `pairs` pairs in `folder`, if it is not there."""
    began = time.perf_counter()
    index = opened(folder, database)
    changed = index.update(GrowingReader(pairs))
    return {"build_seconds": round(time.perf_counter() - began, 1) if changed else 0.0, "pairs": pairs}


Times = list[tuple[float, float]]  # (seconds, seconds of processor time)


def timed(times: Times, work: Callable[[], object]) -> None:
    """Do `work` and add what it took to `times`."""
    at, busy = time.perf_counter(), time.process_time() + servers_busy()
    work()
    times.append((time.perf_counter() - at, time.process_time() + servers_busy() - busy))


def servers_busy() -> float:
    """Seconds of processor time that the servers of PostgreSQL on this machine have had."""
    if "--database" not in sys.argv or not sys.argv[sys.argv.index("--database") + 1]:
        return 0.0
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            name, _, rest = path.read_text().partition("(")[2].rpartition(")")
            if name == "postgres":
                ticks += sum(map(int, rest.split()[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def told(name: str, times: Times) -> dict[str, float]:
    """The median and the 95th percentile in milliseconds, and the median in processor time."""
    seconds, busy = np.array(times).T * 1000
    return {
        f"{name}_p50_ms": round(float(np.median(seconds)), 1),
        f"{name}_p95_ms": round(float(np.quantile(seconds, 0.95)), 1),
        f"{name}_cpu_p50_ms": round(float(np.median(busy)), 1),
    }


def run(folder: Path, pairs: int, queries: int, database: str = "") -> dict[str, float]:
    """Measure search, filters, sets of ten, changes and memory on a built index."""
    reader = GrowingReader(pairs)
    questions, _ = real_sentences()
    began = time.perf_counter()
    index = opened(folder, database)
    search(index, reader, questions[0])
    cold = time.perf_counter() - began
    kept = {
        name: frozenset(f"doc{d}" for d in range(0, pairs // PER_DOCUMENT, every))
        for name, every in (("half", 2), ("hundredth", 100))
    }
    first = time.perf_counter()
    for documents in kept.values():
        search(index, reader, questions[0], documents=documents)
    first = (time.perf_counter() - first) / len(kept)
    whole: Times = []
    again: Times = []
    filtered: dict[str, Times] = {name: [] for name in kept}
    for question in questions[1 : queries + 1]:
        timed(whole, partial(search, index, reader, question))
        timed(again, partial(search, index, reader, question))
        for name, documents in kept.items():
            timed(filtered[name], partial(search, index, reader, question, documents=documents))
    tens: Times = []
    for start in range(200, 250, 10):
        ten, introduction = questions[start : start + 10], questions[start + 300]
        timed(tens, partial(search_set, index, reader, ten, introduction))
    return {
        "pairs": pairs,
        **told("search", whole),
        **told("without_embedding", again),
        **told("in_half_without_embedding", filtered["half"]),
        **told("in_hundredth_without_embedding", filtered["hundredth"]),
        "first_search_with_a_filter_ms": round(first * 1000, 1),
        **told("set_of_ten", tens),
        "resident_mb": memory(),
        "cold_start_s": round(cold, 2),
        **changed(index, reader, pairs),
    }


def changed(index: Engine, reader: GrowingReader, pairs: int) -> dict[str, float]:
    """Seconds until 100 documents added, replaced and deleted are so in search, and whether they are."""

    def after(what: str, question: str, word: str) -> tuple[dict[str, float], bool]:
        times: Times = []
        timed(times, partial(index.update, reader))
        timed(times, partial(search, index, reader, question))
        took = {
            f"{what}_100_documents_s": sum(s for s, _ in times),
            f"{what}_cpu_s": sum(c for _, c in times),
        }
        found = any(f"{word}." in h.source.body for h in search(index, reader, question))
        return {name: round(value, 2) for name, value in took.items()}, found

    reader.grow(pairs, pairs + 100 * PER_DOCUMENT)
    added, found = after("add", f"Wat is Dossier{pairs + 50}?", f"Dossier{pairs + 50}")
    some = [f"doc{d}" for d in range(100)]
    reader.replace(some)
    replaced, new = after("replace", "Wat is Herzien50?", "Herzien50")
    reader.drop(some)
    deleted, left = after("delete", "Wat is Herzien50?", "Herzien50")
    seen = {"added_found": float(found), "replaced_found": float(new), "deleted_gone": float(not left)}
    return {**added, **replaced, **deleted, **seen}


PEER = """
import json, resource, sys, time
import numpy as np
sys.path.insert(0, {here!r})
lines = [json.loads(l) for l in open({texts!r}, encoding="utf-8")]
from langchain_community.retrievers import BM25Retriever
from langchain_chroma import Chroma
from langchain_core.embeddings import Embeddings
try:
    from langchain.retrievers import EnsembleRetriever
except ImportError:
    from langchain_classic.retrievers import EnsembleRetriever
class Fake(Embeddings):
    def _one(self, t):
        import hashlib
        s = int.from_bytes(hashlib.blake2b(t.encode(), digest_size=8).digest(), "big")
        v = np.random.default_rng(s).standard_normal(384, dtype=np.float32) + 2
        return (v / np.linalg.norm(v)).tolist()
    def embed_documents(self, ts): return [self._one(t) for t in ts]
    def embed_query(self, t): return self._one(t)
began = time.perf_counter()
texts = [l["text"] for l in lines if "text" in l]
bm25 = BM25Retriever.from_texts(texts, k=50)
store = Chroma(embedding_function=Fake(), collection_name="peer")
for i in range(0, len(texts), 5000): store.add_texts(texts[i:i + 5000])
both = EnsembleRetriever(retrievers=[bm25, store.as_retriever(search_kwargs={{"k": 50}})], weights=[0.5, 0.5])
built = time.perf_counter() - began
took = []
for l in lines:
    if "query" in l:
        at = time.perf_counter(); both.invoke(l["query"]); took.append(time.perf_counter() - at)
fresh = [f"{{t}} erbij{{i}}" for i, t in enumerate(texts[:800])]
at = time.perf_counter()
store.add_texts(fresh)
both.retrievers[0] = BM25Retriever.from_texts(texts + fresh, k=50)
both.invoke(fresh[0])
added = time.perf_counter() - at
pages = int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize() // 2**20
print(json.dumps({{"peer": "EnsembleRetriever(BM25Retriever, Chroma) without embedding", "pairs": len(texts),
  "build_seconds": round(built, 1), "p50_ms": round(float(np.median(took)) * 1000, 1),
  "p95_ms": round(float(np.quantile(took, .95)) * 1000, 1), "resident_mb": pages,
  "add_100_documents_s": round(added, 2)}}))
"""


def run_peer(python: str, folder: Path, pairs: int, queries: int, limit: float) -> str:
    """The same texts in the earlier prototype's stack: its own line of JSON, or why there is none."""
    questions, sentences = real_sentences()
    texts = folder / f"peer-{pairs}.jsonl"
    with texts.open("w", encoding="utf-8") as file:
        for start in range(0, pairs, 1000):
            for source, _ in make_entries(start, min(1000, pairs - start), questions, sentences):
                file.write(json.dumps({"text": source.body}) + "\n")
        for question in questions[1 : queries + 1]:
            file.write(json.dumps({"query": question}) + "\n")
    script = PEER.format(here=str(folder), texts=str(texts))
    began = time.perf_counter()
    try:
        done = subprocess.run(
            [python, "-c", script], capture_output=True, text=True, check=False, timeout=limit
        )
    except subprocess.TimeoutExpired:
        took = round(time.perf_counter() - began)
        return json.dumps(
            {"peer": "stopped: not built and searched in time", "pairs": pairs, "seconds": took}
        )
    finally:
        texts.unlink()
    lines = done.stdout.strip().splitlines()
    if done.returncode == 0 and lines:
        return lines[-1]
    return json.dumps({"peer": "failed", "pairs": pairs, "why": done.stderr[-300:]})


def main() -> None:
    """Build and run each size in processes of their own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="where archives are built; by default a temporary folder")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 50_000, 200_000])
    parser.add_argument("--queries", type=int, default=100)
    parser.add_argument("--peer", default="")
    parser.add_argument("--peer-queries", type=int, default=10)
    parser.add_argument("--peer-limit", type=float, default=3600.0, help="seconds a size")
    parser.add_argument("--quick", action="store_true", help="5,000 pairs and 20 questions")
    parser.add_argument("--database", default="", help="a PostgreSQL, for the index")
    parser.add_argument("--only", choices=["build", "run"])
    given = parser.parse_args()
    if given.quick:
        given.sizes, given.queries, given.peer_queries = [5_000], 20, 5
    if given.only:
        place = given.folder / str(given.sizes[0])
        step = (
            build(place, given.sizes[0], given.database)
            if given.only == "build"
            else run(place, given.sizes[0], given.queries, given.database)
        )
        print(json.dumps(step))
        return
    peer = given.peer or (sys.executable if importlib.util.find_spec("langchain_chroma") else "")
    with tempfile.TemporaryDirectory(prefix="learninglion-scale-") as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for size in given.sizes:
            for step in ("build", "run"):
                command = [sys.executable, __file__, "--folder", str(folder), "--sizes", str(size)]
                command += ["--queries", str(given.queries), "--only", step, "--database", given.database]
                subprocess.run(command, check=True)
            # the run changed documents: what is left is no archive of this size any more
            shutil.rmtree(folder / str(size), ignore_errors=True)
            if peer:
                print(run_peer(peer, folder, size, given.peer_queries, given.peer_limit), flush=True)
            else:
                print(json.dumps({"peer": "not measured: this Python has no langchain_chroma; use --peer"}))


if __name__ == "__main__":
    main()
